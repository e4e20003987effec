//! Hostile archives through the real binary: each ends soon, in little memory, and nothing is written outside the library (issue
//! 4, point 7 of "What it must show").

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::env::TestEnv;
use crate::support::expected::hash;
use crate::support::hostile::crowds::{self, Crowd};
use crate::support::hostile::{bombs, honest, tars, zips};
use crate::support::memory::peak_of;
use crate::support::pack::tar::gzip;
use crate::support::tree;

/// A loaded machine and a program that is not optimised get more time. `.ci/run` keeps the program that users get (`ALBUMEN_HOSTILE_PROGRAM`)
/// to ten seconds (`ALBUMEN_HOSTILE_SECONDS`).
const MOST_SECONDS: u64 = 40;
const MOST_BYTES: u64 = 300 << 20;

/// How an import ended.
struct Ended {
    code: Option<i32>,
    said: String,
    took: Duration,
    /// Most memory it had at once, where the system tells.
    peak: Option<u64>,
}

fn most_time() -> Duration {
    let given = std::env::var("ALBUMEN_HOSTILE_SECONDS").ok();
    Duration::from_secs(
        given
            .and_then(|text| text.parse().ok())
            .unwrap_or(MOST_SECONDS),
    )
}

/// The program that is attacked: the one built with the tests, or the one that `ALBUMEN_HOSTILE_PROGRAM` names.
fn program() -> PathBuf {
    let given = std::env::var_os("ALBUMEN_HOSTILE_PROGRAM");
    given.map_or_else(|| env!("CARGO_BIN_EXE_albumen").into(), PathBuf::from)
}

fn import(env: &TestEnv, archive: &Path) -> Ended {
    let archive = archive.to_str().expect("UTF-8");
    run(env, &["import", archive, "--threads", "2"], most_time() * 2)
}

/// Runs the binary; it is killed when the time is over.
fn run(env: &TestEnv, args: &[&str], most: Duration) -> Ended {
    let began = Instant::now();
    let program = program();
    let mut child = Command::new(&program)
        .args(args)
        .args(["--library", "l"])
        .current_dir(env.home())
        .env_clear()
        .env("HOME", env.home())
        .env("TMPDIR", env.path("tmp"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{}: {error}", program.display()));
    let mut out = child.stdout.take().expect("piped");
    let mut err = child.stderr.take().expect("piped");
    let read = |from: &mut dyn Read| {
        let mut text = Vec::new();
        from.read_to_end(&mut text).expect("a pipe");
        text
    };
    let mut peak = None;
    let (mut said, code) = std::thread::scope(|scope| {
        let out = scope.spawn(move || read(&mut out));
        let err = scope.spawn(move || read(&mut err));
        let code = loop {
            peak = peak.max(peak_of(child.id(), &program));
            if let Some(status) = child.try_wait().expect("our child") {
                break status.code();
            }
            if began.elapsed() > most {
                child.kill().expect("our child");
            }
            std::thread::sleep(Duration::from_millis(2));
        };
        let mut said = out.join().expect("read");
        said.extend(err.join().expect("read"));
        (said, code)
    });
    let said = String::from_utf8(std::mem::take(&mut said)).expect("UTF-8");
    Ended {
        code,
        said,
        took: began.elapsed(),
        peak,
    }
}

fn endures(name: &str, end: &str, bytes: &[u8]) {
    let env = TestEnv::new();
    let archive = env.write(&format!("archive/a.{end}"), bytes);
    let ended = import(&env, &archive);
    println!(
        "{name}: exit {:?}, {:.1} s, {} MiB",
        ended.code,
        ended.took.as_secs_f64(),
        ended.peak.unwrap_or(0) >> 20
    );
    let said = &ended.said;
    let shown: String = said.chars().take(2_000).collect();
    assert!(
        matches!(ended.code, Some(0 | 1 | 3)),
        "{name}: {:?} {shown}",
        ended.code
    );
    assert!(ended.took < most_time(), "{name}: {:?}", ended.took);
    assert!(
        ended.peak.is_none_or(|peak| peak < MOST_BYTES),
        "{name}: {:?} bytes",
        ended.peak
    );
    let controls = |c: char| c.is_control() && c != '\n' && c != '\t';
    assert!(!said.contains(controls), "{name}: {shown:?}");
    assert!(!said.contains("panicked"), "{name}: {shown}");
    // Besides the library and the archive there are only the folders of the home, which are empty.
    let outside: Vec<String> = tree::names(env.home())
        .into_iter()
        .filter(|name| {
            !name.starts_with("l/") && !name.starts_with("archive/") && !name.ends_with('/')
        })
        .collect();
    assert_eq!(outside, Vec::<String>::new(), "{name}");
    if ended.code != Some(1) {
        let sums = fs::read_to_string(env.path("l/SHA256SUMS")).expect("a list");
        let picture = hash(&honest()).to_string();
        assert!(
            sums.contains(&picture) || !shown.contains(" 1 imported"),
            "{name}: {shown}"
        );
        let left = tree::names(&env.path("l/.albumen/staging"));
        assert!(
            left.iter().all(|name| name.ends_with('/')),
            "{name}: {left:?}"
        );
        let listed = env.run_on("l", &["list"]);
        assert!(!listed.stdout.contains(controls), "{name}: {listed:?}");
        assert!(env.run_on("l", &["verify"]).code == Some(0), "{name}");
    }
}

#[test]
fn what_is_small_and_wants_much_ends_soon_in_little_memory() {
    for (name, end, bytes) in bombs::all() {
        endures(name, end, &bytes);
    }
}

#[test]
fn an_entry_that_grows_as_no_medium_does_is_refused_and_read_when_its_sizes_are_trusted() {
    let (_, _, bytes) = bombs::all()
        .into_iter()
        .find(|(name, ..)| *name == "512 MiB of zeros behind a picture's first bytes")
        .expect("in the list");
    let env = TestEnv::new();
    env.write("instagram-anna-2024-05-01-Ab3dEf9h.zip", &bytes);
    let archive = "instagram-anna-2024-05-01-Ab3dEf9h.zip";
    let ran = env.run_on("l", &["import", archive]);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(ran.stdout.contains("as no photo or video does"), "{ran:?}");
    assert!(!env.tree("l").contains("bomb"), "{}", env.tree("l"));
    let ran = env.run_on("l", &["import", "--trust-sizes", archive]);
    assert!(!ran.stdout.contains("as no photo or video does"), "{ran:?}");
    assert!(env.tree("l").contains("bomb"), "{ran:?}");
}

#[test]
fn what_lies_or_wants_out_ends_soon_in_little_memory() {
    for (name, bytes) in zips() {
        endures(&name, "zip", &bytes);
    }
    for (name, bytes) in [
        ("links in a tar", tars::links()),
        ("a long name", tars::long_name(70_000)),
        ("a long PAX name", tars::pax_name(70_000)),
        (
            "a name in a tar that wants out",
            tars::named("../../outside.jpg"),
        ),
        ("an absolute name in a tar", tars::named("/absolute.jpg")),
    ] {
        endures(name, "tgz", &gzip(&bytes));
    }
}

/// Statements that are very many, where the table is not made.
const MANY: u64 = 4_000;

/// Statements of the table: the number is chosen by `ALBUMEN_HOSTILE_ITEMS`.
fn many() -> u64 {
    let given = std::env::var("ALBUMEN_HOSTILE_ITEMS").ok();
    given.and_then(|text| text.parse().ok()).unwrap_or(MANY)
}

/// Prints a row for each command and holds it to the memory that is allowed.
fn row(env: &TestEnv, name: &str, command: &str, args: &[&str]) {
    let ended = run(env, args, Duration::from_secs(3_600));
    let mebibytes = ended.peak.unwrap_or(0) >> 20;
    println!(
        "| {name} | `{command}` | {:.1} s | {mebibytes} MiB |",
        ended.took.as_secs_f64()
    );
    let said: String = ended.said.chars().take(2_000).collect();
    assert!(
        matches!(ended.code, Some(0 | 3)),
        "{name}: {:?} {said}",
        ended.code
    );
    assert!(
        ended.peak.is_none_or(|peak| peak < MOST_BYTES),
        "{name}, {command}: {mebibytes} MiB"
    );
}

#[test]
fn a_photo_that_very_many_records_speak_of_has_them_all_in_its_sidecar_in_their_order() {
    const COUNT: usize = 1_500;
    let env = TestEnv::new();
    let crowd = Crowd::OnePhoto;
    let archive = env.path(crowd.file_name());
    crowd.write(&archive, COUNT as u64).expect("written");
    let ran = env.run_on("l", &["import", crowd.file_name()]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let names = tree::names(&env.path("l"));
    let sidecar = names.iter().find(|name| name.ends_with(".xmp"));
    let sidecar = env.path("l").join(sidecar.expect("written"));
    let written = fs::read_to_string(&sidecar).expect("ours");
    let (_, records) = written.split_once("<albumen:Records>").expect("told");
    let (records, _) = records.split_once("</albumen:Records>").expect("told");
    let items: Vec<&str> = records.split("<rdf:li>").skip(1).collect();
    assert_eq!(items.len(), COUNT);
    assert!(items.is_sorted());
    // What was read of the archive says the same: nothing is to be written anew, and the library is whole.
    assert_eq!(env.run_on("l", &["verify"]).code, Some(0));
    fs::remove_file(&sidecar).expect("ours");
    let ran = env.run_on("l", &["import", crowd.file_name()]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let again = fs::read_to_string(&sidecar).expect("written anew");
    assert!(again == written);
    // As from a library that is nothing but its files.
    fs::remove_dir_all(env.path("l/.albumen")).expect("ours");
    let ran = env.run_on("l", &["rebuild"]);
    assert!(matches!(ran.code, Some(0 | 3)), "{ran:?}");
    assert!(
        fs::read_to_string(&sidecar).expect("ours") == written,
        "{ran:?}"
    );
}

#[test]
#[ignore = "slow: composes and imports hundreds of megabytes; prints the table of docs/testing.md"]
fn very_many_and_very_long_statements_end_in_little_memory() {
    let only = std::env::var("ALBUMEN_HOSTILE_ONLY").unwrap_or_default();
    println!("| input | command | time | most memory |\n|---|---|---|---|");
    for (name, crowd) in crowds::ALL.iter().filter(|(name, _)| name.contains(&only)) {
        let count = match crowd {
            Crowd::Carousel => many() * 2 / 5,
            _ => many(),
        };
        let env = TestEnv::new();
        let archive = env.path(crowd.file_name());
        crowd.write(&archive, count).expect("written");
        let name = match crowd {
            Crowd::AbsentPosts | Crowd::LoneSidecars | Crowd::OnePhoto | Crowd::Carousel => {
                format!("{count} {name}")
            }
            _ => (*name).to_owned(),
        };
        row(&env, &name, "import", &["import", crowd.file_name()]);
        row(&env, &name, "verify", &["verify"]);
        row(&env, &name, "certify", &["certify", "--json"]);
    }
}

#[test]
#[ignore = "slow: writes and reads hundreds of megabytes; prints the table of docs/testing.md"]
fn a_huge_sidecar_that_somebody_wrote_is_set_aside_in_little_memory() {
    let env = TestEnv::new();
    env.write("a.zip", &crate::support::hostile::zip_with(&[]));
    assert_eq!(env.run_on("l", &["import", "a.zip"]).code, Some(0));
    let names = tree::names(&env.path("l"));
    let sidecar = names
        .iter()
        .find(|name| name.ends_with(".xmp"))
        .expect("written");
    let written = fs::read(env.path("l").join(sidecar)).expect("ours");
    let theirs = "x".repeat(200_000_000);
    fs::write(env.path("l").join(sidecar), &theirs).expect("a large disk");
    let name = "a sidecar of 200 MB that somebody wrote";
    let checked = run(&env, &["verify"], Duration::from_secs(3_600));
    assert!(
        checked.said.contains("longer than 48 MiB"),
        "{}",
        checked.said
    );
    row(&env, name, "verify", &["verify"]);
    row(&env, name, "import", &["import", "a.zip"]);
    let now = fs::read(env.path("l").join(sidecar)).expect("ours");
    assert_eq!(now, written);
    let aside = tree::names(&env.path("l/.albumen/set-aside"));
    let kept = aside
        .iter()
        .find(|name| name.ends_with(".xmp"))
        .expect("kept");
    let kept = env.path("l/.albumen/set-aside").join(kept);
    assert!(fs::read(kept).expect("kept") == theirs.as_bytes());
}
