//! The work albumen promises to do, done once: each step runs this very program as a process of its own, as its user would.
//!
//! Every step leaves what the next one begins with. If one fails, the rest is not tried: what it said would be of no worth.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::super::interrupt::Interrupt;
use model::amount::Bytes;

/// Name of the sample archive, as Instagram names its own.
const ARCHIVE: &str = "instagram-selftest-2024-05-01-albumen0.zip";
/// How often an import is begun anew, if the kill came too late.
const KILLS: u32 = 30;
/// How long an import of the sample may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// What one step did.
#[derive(Debug)]
pub(super) struct Step {
    /// Name in JSON.
    pub(super) name: &'static str,
    /// What it is about, in words.
    pub(super) title: &'static str,
    /// What was found to be as it should, or what was not.
    pub(super) outcome: Result<String, String>,
    /// How long it took.
    pub(super) seconds: f64,
}

impl Step {
    /// Returns whether it went as it should.
    pub(super) fn is_well(&self) -> bool {
        self.outcome.is_ok()
    }
}

/// Name, title and work of a step.
type Work = (
    &'static str,
    &'static str,
    fn(&Bench) -> Result<String, String>,
);

const STEPS: &[Work] = &[
    ("import", "import a sample archive", import),
    ("kill", "kill an import in the middle", kill),
    ("continue", "go on after the kill", go_on),
    ("verify", "verify the library", verify),
    ("damage", "notice a damaged photo", damage),
    ("repair", "repair it from the archive", repair),
    ("rebuild", "make a lost catalog again", rebuild),
    ("push", "push to a folder and read back", push),
    ("undo", "take the import back", undo),
];

/// Number of the steps.
pub(super) const COUNT: usize = STEPS.len();

/// Does all steps in a folder of our own and tells of each; ends at the first that fails.
pub(super) fn all<E>(
    place: &Path,
    interrupt: &Interrupt,
    tell: &mut dyn FnMut(Step) -> Result<(), E>,
) -> Result<(), E> {
    let bench = Bench::new(place);
    for (name, title, work) in STEPS {
        if interrupt.is_asked() {
            return Ok(());
        }
        let begun = Instant::now();
        let outcome = bench.as_ref().map_err(ToString::to_string).and_then(work);
        let failed = outcome.is_err();
        tell(Step {
            name,
            title,
            outcome,
            seconds: begun.elapsed().as_secs_f64(),
        })?;
        if failed {
            return Ok(());
        }
    }
    Ok(())
}

/// Where it is done.
struct Bench {
    program: PathBuf,
    place: PathBuf,
    archive: PathBuf,
    /// A library that nothing happens to.
    calm: PathBuf,
    /// The library whose import is killed, and to which everything else happens.
    tried: PathBuf,
    copy: PathBuf,
}

/// How a command ended.
struct Ran {
    code: Option<i32>,
    lines: Vec<Value>,
    errors: String,
}

impl Bench {
    fn new(place: &Path) -> io::Result<Self> {
        let archive = place.join(ARCHIVE);
        demo::archive::write_zip(&archive)?;
        fs::create_dir(place.join("home"))?;
        Ok(Self {
            program: std::env::current_exe()?,
            archive,
            calm: place.join("calm"),
            tried: place.join("tried"),
            copy: place.join("copy"),
            place: place.to_owned(),
        })
    }

    /// Returns the command, in a home of its own: no setting of the user's may reach it, and none of it the user's.
    fn command(&self, library: &Path, words: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        let home = self.place.join("home");
        for name in ["ALBUMEN_LIBRARY", "ALBUMEN_CONFIG"] {
            command.env_remove(name);
        }
        for name in ["HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "APPDATA"] {
            command.env(name, &home);
        }
        command
            .args(["--json", "--no-progress", "--library"])
            .arg(library);
        command.args(words).stdin(Stdio::null());
        command
    }

    fn run(&self, library: &Path, words: &[&str]) -> Result<Ran, String> {
        let output = self.command(library, words).output();
        let output = output.map_err(|error| format!("this program cannot be started: {error}"))?;
        let text = String::from_utf8_lossy(&output.stdout);
        Ok(Ran {
            code: output.status.code(),
            lines: text
                .lines()
                .filter_map(|line| serde_json::from_str(line).ok())
                .collect(),
            errors: String::from_utf8_lossy(&output.stderr)
                .trim()
                .replace('\n', "; "),
        })
    }

    /// Runs a command that must end with a code.
    fn ends(&self, code: i32, library: &Path, words: &[&str]) -> Result<Ran, String> {
        let ran = self.run(library, words)?;
        if ran.code == Some(code) {
            return Ok(ran);
        }
        let ended = ran
            .code
            .map_or("was ended by the system".to_owned(), |code| {
                format!("ended with exit code {code}")
            });
        Err(format!("`albumen {}` {ended}: {}", words[0], ran.errors))
    }

    /// Imports the sample; it says itself how many parts it has.
    fn import(&self, library: &Path) -> Result<Ran, String> {
        let archive = self.archive.to_string_lossy();
        self.ends(0, library, &["import", "--parts", "1", &archive])
    }

    fn checksums(&self, library: &Path) -> Result<String, String> {
        fs::read_to_string(library.join("SHA256SUMS"))
            .map_err(|error| format!("SHA256SUMS: {error}"))
    }

    /// Returns the first original of the library that is tried.
    fn original(&self) -> Result<PathBuf, String> {
        let list = self.checksums(&self.tried)?;
        let path = list.lines().find_map(|line| line.split_once("  "));
        let (_, path) = path.ok_or("SHA256SUMS names nothing")?;
        Ok(self.tried.join(path))
    }
}

impl Ran {
    fn number(&self, line: &str, field: &str) -> Result<u64, String> {
        let mut lines = self.lines.iter().rev();
        let found = lines.find(|value| value["type"] == line);
        let number = found.and_then(|value| value[field].as_u64());
        number.ok_or_else(|| format!("no {field} in the {line}"))
    }

    fn count(&self, line: &str) -> usize {
        self.lines
            .iter()
            .filter(|value| value["type"] == line)
            .count()
    }
}

fn import(bench: &Bench) -> Result<String, String> {
    let ran = bench.import(&bench.calm)?;
    let (entries, assets) = (
        ran.number("report", "entries")?,
        ran.number("report", "assets_added")?,
    );
    must(assets > 0, || "nothing was imported".to_owned())?;
    let listed = bench.checksums(&bench.calm)?.lines().count();
    must(listed as u64 >= assets, || {
        format!("{assets} photos and videos, and {listed} checksums")
    })?;
    Ok(format!("{assets} photos and videos of {entries} entries"))
}

/// Kills imports until one is hit in the middle: it has begun to write, and has not come to its end.
fn kill(bench: &Bench) -> Result<String, String> {
    let archive = bench.archive.to_string_lossy();
    for attempt in 0..KILLS {
        remove(&bench.tried)?;
        let mut command = bench.command(&bench.tried, &["import", "--parts", "1", &archive]);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let mut child =
            child.map_err(|error| format!("this program cannot be started: {error}"))?;
        let begun = Instant::now();
        while !bench.tried.join(".albumen").is_dir() && begun.elapsed() < PATIENCE {
            sleep(Duration::from_millis(1));
        }
        // A little later each time, to meet it at another place.
        sleep(Duration::from_millis(3 * u64::from(KILLS - attempt)));
        let killed = child.kill();
        let status = child.wait().map_err(|error| error.to_string())?;
        if killed.is_ok() && status.code() != Some(0) && !bench.tried.join("SHA256SUMS").exists() {
            return Ok(format!("at attempt {}", attempt + 1));
        }
    }
    Err(format!(
        "no import of {KILLS} could be met before it had ended"
    ))
}

fn go_on(bench: &Bench) -> Result<String, String> {
    bench.import(&bench.tried)?;
    let same = bench.checksums(&bench.tried)? == bench.checksums(&bench.calm)?;
    must(same, || {
        "the library is not that of an import that was not killed".to_owned()
    })?;
    Ok("the same library as without the kill".to_owned())
}

fn verify(bench: &Bench) -> Result<String, String> {
    let ran = bench.ends(0, &bench.tried, &["verify"])?;
    let read = ran.number("report", "files_read")?;
    must(read > 0, || "no file was read".to_owned())?;
    Ok(format!("{read} files are as they were"))
}

fn damage(bench: &Bench) -> Result<String, String> {
    let path = bench.original()?;
    let told = |error: io::Error| format!("{}: {error}", path.display());
    let mut bytes = fs::read(&path).map_err(told)?;
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&path, &bytes).map_err(told)?;
    let ran = bench.ends(3, &bench.tried, &["verify"])?;
    let name = path.strip_prefix(&bench.tried).unwrap_or(&path);
    let name = name.to_string_lossy().replace('\\', "/");
    let found = ran
        .lines
        .iter()
        .any(|line| line["type"] == "finding" && line["path"] == *name);
    must(found, || format!("verify did not name {name}"))?;
    Ok("one bit was changed, and verify named the file".to_owned())
}

fn repair(bench: &Bench) -> Result<String, String> {
    let archive = bench.archive.to_string_lossy();
    bench.ends(0, &bench.tried, &["verify", "--repair", &archive])?;
    let path = bench.original()?;
    let name = path.strip_prefix(&bench.tried).unwrap_or(&path);
    let (mended, sound) = (fs::read(&path), fs::read(bench.calm.join(name)));
    let same = matches!((&mended, &sound), (Ok(mended), Ok(sound)) if mended == sound);
    must(same, || "the photo is not as it was".to_owned())?;
    Ok("its bytes are as they were".to_owned())
}

fn rebuild(bench: &Bench) -> Result<String, String> {
    let before = bench.ends(0, &bench.tried, &["list"])?.lines;
    let kept = bench.tried.join(".albumen");
    for entry in fs::read_dir(&kept)
        .map_err(|error| error.to_string())?
        .flatten()
    {
        if entry
            .file_name()
            .to_string_lossy()
            .starts_with("catalog.sqlite")
        {
            fs::remove_file(entry.path()).map_err(|error| error.to_string())?;
        }
    }
    bench.ends(1, &bench.tried, &["list"])?;
    bench.ends(0, &bench.tried, &["rebuild"])?;
    let after = bench.ends(0, &bench.tried, &["list"])?.lines;
    must(before == after, || {
        "what is known is not what was known before".to_owned()
    })?;
    Ok(format!(
        "{} photos and videos are known as before",
        after.len()
    ))
}

fn push(bench: &Bench) -> Result<String, String> {
    let copy = bench.copy.to_string_lossy();
    bench.ends(0, &bench.tried, &["push", &copy])?;
    let ran = bench.ends(0, &bench.tried, &["verify", &copy])?;
    let files = ran.number("report", "files")?;
    let again = bench.ends(0, &bench.tried, &["push", &copy])?;
    let sent = again.number("report", "bytes_sent")?;
    must(sent == 0 && again.count("file") == 0, || {
        format!("a second push sent {}", Bytes(sent))
    })?;
    Ok(format!(
        "{files} files are there; a second push had nothing to send"
    ))
}

fn undo(bench: &Bench) -> Result<String, String> {
    let runs = bench.ends(0, &bench.calm, &["status", "--runs"])?;
    let run = runs.number("run", "id")?.to_string();
    bench.ends(0, &bench.calm, &["undo", &run])?;
    let left = bench.ends(0, &bench.calm, &["list"])?.count("asset");
    must(left == 0, || {
        format!("{left} photos and videos are still there")
    })?;
    bench.ends(0, &bench.calm, &["verify"])?;
    Ok("nothing of it is left, and the library is sound".to_owned())
}

fn must(holds: bool, why: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(why()) }
}

fn remove(folder: &Path) -> Result<(), String> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(format!("could not remove {}: {error}", folder.display()))
        }
        _ => Ok(()),
    }
}
