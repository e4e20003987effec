//! Chains of operations, each killed: imports, repairs, galleries, copies of them, pushes and passes of `sync`, three to six in a
//! row, each by a SIGKILL at a random moment. What they leave is finished once, undisturbed, and is then what nobody ever
//! disturbed: library, gallery, its copy and what was pushed (issue 14, B).
//!
//! `ALBUMEN_CHAINS=100 cargo test --test main import::chains -- --nocapture` does as many as `.ci/run`.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use super::convergence::{difference, state};
use crate::support::compose::takeout_words::ENGLISH;
use crate::support::compose::{Edition, Files, Generation, compose, facebook, snapchat};
use crate::support::env::TestEnv;
use crate::support::kills::scattered;
use crate::support::samples::varied;
use crate::support::takeouts;
use crate::support::tree::{names, tree};

/// One operation on the library `l`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Import(usize),
    /// After a bit of a photo was turned.
    Repair,
    Gallery,
    GalleryTo,
    Push,
    Sync,
}

/// Archives that are imported by hand. The last of [`archives`] lies in the inbox.
const BY_HAND: usize = 3;

fn archives() -> [(&'static str, Files); 4] {
    let memories = snapchat::varied();
    let mut snaps = snapchat::records(&memories, snapchat::Links::None, "https://h", false);
    let media = snapchat::media(&memories).into_iter();
    snaps.extend(media.map(|(path, bytes, _)| (path, bytes)));
    let instagram = compose(&varied(), Generation::G4, Edition::Json);
    [
        ("in/instagram-anna-2024-05-01-Ab3dEf9h.zip", instagram),
        (
            "in/takeout-20250301T101112Z-001.zip",
            takeouts::varied(ENGLISH).files(),
        ),
        (
            "in/facebook-anna-2024-05-01-Ab3dEf9h.zip",
            facebook::compose(facebook::GENERATIONS[2], false),
        ),
        ("drop/mydata~1700000000000.zip", snaps),
    ]
}

/// A home with all archives, an inbox and a place to push to.
fn home() -> TestEnv {
    let env = TestEnv::new();
    for (name, files) in archives() {
        let path = env.zip(name, &files);
        // Old enough that nobody is still writing it.
        let file = File::options()
            .write(true)
            .open(path)
            .expect("just written");
        let time = SystemTime::now() - Duration::from_secs(3600);
        file.set_modified(time).expect("ours");
    }
    env.write(
        "albumen.toml",
        b"library = \"l\"\n[[inbox]]\npath = \"drop\"\n[[destination]]\naddress = \"out\"\n",
    );
    env
}

fn command(env: &TestEnv, step: Step) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_albumen"));
    command
        .current_dir(env.home())
        .env_clear()
        .env("HOME", env.home())
        .env("XDG_STATE_HOME", env.path(".local/state"))
        .env("TZ", "UTC")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .args(["--config", "albumen.toml", "--library", "l"]);
    match step {
        Step::Import(number) => command.args(["import", archives()[number].0]),
        Step::Repair => command.args(["verify", "--repair", "in", "drop"]),
        Step::Gallery => command.arg("gallery"),
        Step::GalleryTo => command.args(["gallery", "--to", "copy"]),
        Step::Push => command.args(["push", "out"]),
        Step::Sync => command.arg("sync"),
    };
    command
}

/// Runs a step to its end; returns how long it took.
fn finish(env: &TestEnv, step: Step) -> Duration {
    let begun = Instant::now();
    let status = command(env, step).status().expect("it runs");
    assert!(matches!(status.code(), Some(0 | 3)), "{step:?}: {status:?}");
    begun.elapsed()
}

/// Kills a step after so long; returns whether it was still at work.
fn kill(env: &TestEnv, step: Step, after: Duration) -> bool {
    let mut child = command(env, step).spawn().expect("it runs");
    std::thread::sleep(after);
    child.kill().expect("it is our child");
    child.wait().expect("it ends").code().is_none()
}

/// Turns one bit of a photo of the library.
fn damage(env: &TestEnv, number: u64) {
    let library = env.path("l");
    if !library.exists() {
        return;
    }
    let mut photos = names(&library);
    photos.retain(|name| name.starts_with(|c: char| c.is_ascii_digit()) && name.ends_with(".jpg"));
    if photos.is_empty() {
        return;
    }
    let path = library.join(&photos[usize::try_from(number).unwrap_or(0) % photos.len()]);
    let modified = fs::metadata(&path)
        .and_then(|m| m.modified())
        .expect("there");
    let mut bytes = fs::read(&path).expect("there");
    let at = bytes.len() / 2;
    bytes[at] ^= 4;
    fs::write(&path, bytes).expect("ours");
    let file = File::options().write(true).open(&path).expect("there");
    file.set_modified(modified).expect("ours");
}

/// The steps that bring everything up to date, whatever was begun before.
fn closing() -> Vec<Step> {
    let mut steps: Vec<Step> = (0..BY_HAND).map(Step::Import).collect();
    steps.extend([
        Step::Sync,
        Step::Repair,
        Step::Gallery,
        Step::GalleryTo,
        Step::Push,
    ]);
    steps
}

/// All that there is in the end: library, gallery and copies. Not a gallery's note of itself, which counts runs.
fn everything(env: &TestEnv) -> String {
    let mut all = state(&env.path("l"));
    for folder in ["l/gallery", "copy"] {
        let tree = tree(&env.path(folder));
        for line in tree.lines().filter(|line| !line.ends_with("made.json")) {
            all.push_str(&format!("\n{folder}: {line}"));
        }
    }
    // A pushed file stays where it was pushed first, although later archives gave it another name in the library.
    let out = tree(&env.path("out"));
    let mut pushed: Vec<&str> = out.lines().filter_map(of_pushed).collect();
    pushed.sort_unstable();
    for line in pushed {
        all.push_str(&format!("\nout: {line}"));
    }
    let is_note = |line: &&str| line.ends_with("gallery/made.json");
    all.lines()
        .filter(|line| !is_note(line))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Returns the bytes of an original at the destination, and the whole line of what has no business there.
fn of_pushed(line: &str) -> Option<&str> {
    const LISTS: [&str; 6] = [
        "SHA256SUMS",
        "SHA256SUMS.metadata",
        "albums.json",
        "missing.json",
        "library.json",
        "README.txt",
    ];
    let (hash, path) = line.split_once("  ")?;
    if path.ends_with(".xmp") || LISTS.contains(&path) {
        return None;
    }
    let is_original = path.starts_with(|c: char| c.is_ascii_digit()) || path.starts_with("undated");
    Some(if is_original { hash } else { line })
}

fn chain(round: u64) -> Vec<Step> {
    let count = 3 + scattered(round) % 4;
    let step = |at: u64| {
        let thrown = scattered(round * 100 + at + 1);
        match thrown % 9 {
            0..4 => Step::Import((thrown / 16) as usize % BY_HAND),
            4 => Step::Repair,
            5 => Step::Gallery,
            6 => Step::GalleryTo,
            7 => Step::Push,
            _ => Step::Sync,
        }
    };
    (0..count).map(step).collect()
}

#[test]
fn chains_of_killed_operations_end_as_if_nothing_had_been_killed() {
    let chains = std::env::var("ALBUMEN_CHAINS").ok();
    let chains: u64 = chains.and_then(|text| text.parse().ok()).unwrap_or(4);
    let undisturbed = home();
    let mut took: BTreeMap<Step, Duration> = BTreeMap::new();
    for step in closing() {
        took.insert(step, finish(&undisturbed, step));
    }
    let wanted = everything(&undisturbed);
    assert!(wanted.lines().count() > 100, "{wanted}");
    let (mut killed, mut steps) = (0, 0);
    for round in 0..chains {
        let env = home();
        let chain = chain(round);
        for (at, step) in (0..).zip(&chain) {
            let number = scattered(round * 1_000 + at);
            if *step == Step::Repair {
                damage(&env, number);
            }
            let micros = u64::try_from(took[step].as_micros())
                .unwrap_or(u64::MAX)
                .max(1);
            let after = Duration::from_micros(number % micros);
            killed += u64::from(kill(&env, *step, after));
            steps += 1;
        }
        for step in closing() {
            finish(&env, step);
        }
        assert_eq!(
            difference(&everything(&env), &wanted),
            "",
            "{round}: {chain:?}"
        );
        let verify = env.run(&[
            "--config",
            "albumen.toml",
            "--library",
            "l",
            "verify",
            "out",
        ]);
        assert_eq!(verify.code, Some(0), "{round}: {chain:?}: {verify:?}");
    }
    println!("{chains} chains of {steps} operations, {killed} of them killed before their end");
    assert!(killed > 0, "no kill came in time");
}
