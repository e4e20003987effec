//! Power cuts: while an import, an undo or a repair runs, the file system below the library stops taking writes, so that all is
//! lost that was not synced. After the journal of the file system is played back, no half file has a final name, and the same
//! command run again comes to what nobody disturbed (issue 14, B).
//!
//! The cut is ext4's own (`EXT4_IOC_SHUTDOWN` without flushing its log), on an image of its own in loop devices: root and Linux
//! only. What is in the page cache and in no journal is gone, as it is when the mains fail; a disk that lies about its cache is
//! not tried. `ALBUMEN_CUTS=12 cargo test --test main import::power -- --nocapture` cuts each operation twelve times.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::convergence::{difference, state};
use crate::support::compose::{Edition, Files, Generation, compose};
use crate::support::env::TestEnv;
use crate::support::kills::scattered;
use crate::support::mounts::{Small, mount};
use crate::support::samples::{captions, varied};
use crate::support::tools::{Tool, or_skipped, require};
use crate::support::tree::names;

/// Stops a file system: nothing that is not on the disk gets there any more.
const CUT: &str = "import fcntl, os, struct, sys, time
folder = os.open(sys.argv[1], os.O_RDONLY)
print('ready', flush=True)
sys.stdin.readline()
time.sleep(float(sys.argv[2]))
fcntl.ioctl(folder, 0x8004587d, struct.pack('I', 2))";

/// Programs that make the disk and cut its power.
struct Power {
    python: Tool,
}

/// A disk of its own, with a library on it.
struct Disk<'a> {
    power: &'a Power,
    env: &'a TestEnv,
    image: PathBuf,
    at: PathBuf,
}

impl<'a> Disk<'a> {
    /// Makes an empty disk; `None` where nothing may be mounted.
    fn new(power: &'a Power, env: &'a TestEnv) -> Option<Self> {
        let disk = Self {
            power,
            env,
            image: env.path("disk.img"),
            at: env.path("disk"),
        };
        fs::create_dir_all(&disk.at).expect("made");
        let file = fs::File::create(&disk.image).expect("made");
        file.set_len(64 << 20).expect("room");
        let made = Command::new("mkfs.ext4")
            .arg("-q")
            .arg(&disk.image)
            .output();
        let made = made.is_ok_and(|output| output.status.success());
        (made && disk.mount().is_some()).then(|| {
            drop(Small::new(&disk.at));
            disk
        })
    }

    fn mount(&self) -> Option<Small<'_>> {
        let image = self.image.to_string_lossy();
        let options = ["-o", "loop,commit=1", &*image];
        mount(&options, &self.at).then(|| Small::new(&self.at))
    }

    fn library(&self) -> PathBuf {
        self.at.join("l")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_albumen"));
        command
            .current_dir(self.env.home())
            .env_clear()
            .env("HOME", self.env.home())
            .env("TZ", "UTC")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .args(["--library", "disk/l"])
            .args(arguments);
        command
    }

    /// Runs to the end; returns how long it took.
    fn run(&self, arguments: &[&str]) -> Duration {
        let begun = Instant::now();
        let status = self.command(arguments).status().expect("it runs");
        assert!(
            matches!(status.code(), Some(0 | 3)),
            "{arguments:?}: {status:?}"
        );
        begun.elapsed()
    }

    /// Runs until the power fails after so long.
    fn run_into_a_cut(&self, arguments: &[&str], after: Duration) {
        let mut cutter = self
            .power
            .python
            .command()
            .args(["-c", CUT])
            .arg(&self.at)
            .arg(after.as_secs_f64().to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it runs");
        let mut ready = String::new();
        let said = cutter.stdout.take().expect("piped");
        std::io::BufRead::read_line(&mut std::io::BufReader::new(said), &mut ready)
            .expect("it says so");
        let mut child = self.command(arguments).spawn().expect("it runs");
        // Its end is the sign to begin.
        drop(cutter.stdin.take());
        assert!(cutter.wait().expect("it ends").success(), "no cut");
        let _ = child.kill();
        child.wait().expect("it ends");
    }
}

/// What is done, from which state, and what it ends as.
struct Act<'a> {
    name: &'a str,
    before: &'a [&'a [&'a str]],
    arguments: &'a [&'a str],
}

const ACTS: [Act<'_>; 3] = [
    Act {
        name: "import",
        before: &[],
        arguments: &["import", "anna.zip", "captions.zip"],
    },
    Act {
        name: "undo",
        before: &[&["import", "anna.zip"], &["import", "captions.zip"]],
        arguments: &["undo", "2"],
    },
    Act {
        name: "repair",
        before: &[&["import", "anna.zip", "captions.zip"]],
        arguments: &["verify", "--repair", "anna.zip", "captions.zip"],
    },
];

fn originals(library: &Path) -> Vec<String> {
    let mut all = names(library);
    all.retain(|name| {
        let first = name.starts_with(|c: char| c.is_ascii_digit());
        first && !name.ends_with(['/', '~']) && !name.ends_with(".xmp")
    });
    all
}

/// Takes some originals out of the tree and damages others, where there is something to repair.
fn damage(library: &Path) {
    for (number, name) in originals(library).into_iter().enumerate() {
        match number % 4 {
            0 => fs::remove_file(library.join(name)).expect("ours"),
            1 => fs::write(library.join(name), b"rotten").expect("ours"),
            _ => {}
        }
    }
}

fn prepare(disk: &Disk<'_>, act: &Act<'_>) {
    for arguments in act.before {
        disk.run(arguments);
    }
    if act.name == "repair" {
        damage(&disk.library());
    }
}

fn archives() -> [(&'static str, Files); 2] {
    let of = |account| compose(&account, Generation::G4, Edition::Json);
    [("anna.zip", of(varied())), ("captions.zip", of(captions()))]
}

#[test]
fn after_a_power_cut_nothing_is_half_and_the_same_command_comes_to_the_same_library() {
    let (Some(python), Some(_)) = (require("python3"), require("mkfs.ext4")) else {
        return;
    };
    let cuts = std::env::var("ALBUMEN_CUTS").ok();
    let cuts: u64 = cuts.and_then(|text| text.parse().ok()).unwrap_or(2);
    let power = Power { python };
    for act in &ACTS {
        let env = TestEnv::new();
        for (name, files) in archives() {
            env.zip(name, &files);
        }
        let disk = Disk::new(&power, &env);
        let Some(disk) = or_skipped("the right to mount a disk image", disk) else {
            return;
        };
        let mounted = disk.mount().expect("as before");
        prepare(&disk, act);
        let took = disk.run(act.arguments);
        let wanted = state(&disk.library());
        let mut whole = std::collections::HashMap::new();
        for name in originals(&disk.library()) {
            let bytes = fs::read(disk.library().join(&name)).expect("there");
            whole.insert(name, bytes);
        }
        drop(mounted);
        let mut half = 0;
        for round in 0..cuts {
            let Some(disk) = Disk::new(&power, &env) else {
                return;
            };
            let mounted = disk.mount().expect("as before");
            prepare(&disk, act);
            // What was before the cut is on the disk.
            Command::new("sync")
                .arg("-f")
                .arg(&disk.at)
                .status()
                .expect("it runs");
            let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX).max(1);
            let after = Duration::from_micros(scattered(round * 7 + micros % 3) % micros);
            disk.run_into_a_cut(act.arguments, after);
            drop(mounted);
            let _mounted = disk.mount().expect("the disk comes back");
            let what = format!("{} cut after {after:?}", act.name);
            half += u64::from(disk.library().exists() && state_or_none(&disk) != wanted);
            if act.name != "repair" && disk.library().exists() {
                for name in originals(&disk.library()) {
                    let found = fs::read(disk.library().join(&name)).expect("there");
                    let is_whole = whole.get(&name).is_none_or(|bytes| *bytes == found);
                    assert!(is_whole && !found.is_empty(), "{what}: {name} is not whole");
                }
            }
            let status = disk.command(act.arguments).status().expect("it runs");
            // An undo that was done before the cut is refused the second time.
            let done = matches!(status.code(), Some(0 | 3)) || act.name == "undo";
            assert!(done, "{what}: {status:?}");
            assert_eq!(difference(&state(&disk.library()), &wanted), "", "{what}");
        }
        println!(
            "{}: {cuts} power cuts, {half} of them in the middle",
            act.name
        );
    }
}

/// The state of a library that may have no catalog yet.
fn state_or_none(disk: &Disk<'_>) -> String {
    match disk.library().join(".albumen/catalog.sqlite").exists() {
        true => std::panic::catch_unwind(|| state(&disk.library())).unwrap_or_default(),
        false => String::new(),
    }
}
