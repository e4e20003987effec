//! A dry run gives the numbers of the import that follows, and a second import those of the first (issue 13, points 23 to 25).

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use import::{ImportOptions, ImportReport, import};
use jiff::Timestamp;
use model::outcome::Outcome;
use monitor::{Monitor, Unit, Warning};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{Strategy, any, prop_assert, prop_assert_eq, proptest};

use super::mixed::{Packing, arb_packing, config, packed};
use super::{of, try_import};
use crate::support::compose::takeout::parts;
use crate::support::compose::takeout_words::ENGLISH;
use crate::support::compose::{Edition, Files, Generation, compose};
use crate::support::env::TestEnv;
use crate::support::samples::{same_bytes_twice, varied, with_absent};
use crate::support::takeouts;
use crate::support::tree::names;
use crate::support::world::arb_world;

/// What is wrong with a part.
#[derive(Debug, Clone, Copy)]
enum Damage {
    /// One of its files has bytes of no kind.
    NoMedium(usize),
    /// One of its files is not there.
    Gone(usize),
    /// One byte of the packed part is another.
    Flipped(usize),
    /// The packed part ends early.
    Cut(usize),
}

/// One import: which parts with which damage, and how.
#[derive(Debug, Clone)]
struct Step {
    parts: Vec<(usize, Option<Damage>)>,
    include_messages: bool,
    home: bool,
    since: bool,
}

fn arb_damage() -> impl Strategy<Value = Damage> {
    (0u8..4, 0usize..100_000).prop_map(|(kind, at)| match kind {
        0 => Damage::NoMedium(at),
        1 => Damage::Gone(at),
        2 => Damage::Flipped(at),
        _ => Damage::Cut(at),
    })
}

fn arb_step() -> impl Strategy<Value = Step> {
    let part = (0usize..12, option::weighted(0.4, arb_damage()));
    (vec(part, 1..4), any::<bool>(), 0u8..5, 0u8..5).prop_map(
        |(parts, include_messages, home, since)| Step {
            parts,
            include_messages,
            home: home == 0,
            since: since == 0,
        },
    )
}

/// Packs a part with its damage, under a folder of its own: the name is part of what an archive says.
fn damaged(
    env: &TestEnv,
    number: usize,
    (name, files): &(String, Files),
    packing: Packing,
    damage: Option<Damage>,
) -> PathBuf {
    let mut files = files.clone();
    let some = |files: &Files, at: usize| files.keys().nth(at % files.len()).cloned();
    match damage {
        Some(Damage::NoMedium(at)) => {
            if let Some(bytes) = some(&files, at).and_then(|name| files.get_mut(&name)) {
                *bytes = b"of no kind".to_vec();
            }
        }
        Some(Damage::Gone(at)) if files.len() > 1 => {
            some(&files, at).and_then(|name| files.remove(&name));
        }
        _ => {}
    }
    let path = packed(env, &format!("{number}/{name}"), &files, packing);
    if path.is_file() {
        let mut bytes = fs::read(&path).expect("just written");
        let length = bytes.len();
        match damage {
            Some(Damage::Flipped(at)) => bytes[at % length] ^= 0x55,
            Some(Damage::Cut(at)) => bytes.truncate(length / 3 + at % (length / 2 + 1)),
            _ => {}
        }
        fs::write(&path, bytes).expect("writable");
    }
    path
}

/// All that a report says, but for how long it took and the plan, which only a dry run has.
fn said(report: &ImportReport) -> String {
    let mut report = report.clone();
    report.seconds = 0.0;
    report
        .lines
        .retain(|line| line.outcome != Outcome::Imported);
    format!("{:#?} whole: {}", report, report.whole())
}

/// Every file below a folder with its bytes and time.
fn all_of(folder: &Path) -> Vec<(String, Option<Vec<u8>>)> {
    if !folder.exists() {
        return Vec::new();
    }
    let all = names(folder).into_iter();
    all.map(|name| {
        let bytes = fs::read(folder.join(&name)).ok();
        (name, bytes)
    })
    .collect()
}

/// Imports twice, the first time dry, and returns what the second said; `Err` says where they differ.
fn dry_then_real(library: &Path, options: &ImportOptions) -> Result<Option<ImportReport>, String> {
    let before = all_of(library);
    let dry = try_import(
        library,
        &ImportOptions {
            dry_run: true,
            ..options.clone()
        },
    );
    if all_of(library) != before {
        return Err("a dry run wrote something".to_owned());
    }
    let real = try_import(library, options);
    let (dry, real) = match (dry, real) {
        (Ok(dry), Ok(real)) => (dry, real),
        (Err(dry), Err(real)) if dry.to_string() == real.to_string() => return Ok(None),
        (dry, real) => return Err(format!("{dry:?}\nand\n{real:?}")),
    };
    if said(&dry) != said(&real) {
        return Err(format!("would be {}\nand was {}", said(&dry), said(&real)));
    }
    let planned = dry
        .lines
        .iter()
        .filter(|line| line.outcome == Outcome::Imported);
    for line in planned {
        let there = line
            .path
            .as_ref()
            .is_some_and(|path| library.join(path).is_file());
        if !there {
            return Err(format!("planned and not so: {line:?}"));
        }
    }
    Ok(Some(real))
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_dry_run_gives_the_numbers_of_the_import_that_follows(
        world in arb_world(),
        packings in vec(arb_packing(), 7),
        steps in vec(arb_step(), 1..5),
    ) {
        let env = TestEnv::new();
        let all = &world.parts;
        let library = env.path("l");
        for (number, step) in steps.iter().enumerate() {
            let mut paths = Vec::new();
            for (at, damage) in &step.parts {
                let at = at % all.len();
                let packing = packings[at % packings.len()];
                paths.push(damaged(&env, number, &all[at], packing, *damage));
            }
            let options = ImportOptions {
                include_messages: step.include_messages,
                home_timezone: step.home.then(|| "Europe/Berlin".to_owned()),
                since: step.since.then(|| "2021-01-01".parse().expect("a day")),
                threads: Some(2),
                ..of(&paths)
            };
            let same = dry_then_real(&library, &options);
            prop_assert!(same.is_ok(), "{} of {:?}: {:?}", number, steps, same);
            // Once more the same: all of it is known now.
            let again = dry_then_real(&library, &options);
            prop_assert!(again.is_ok(), "again {} of {:?}: {:?}", number, steps, again);
            if let (Ok(Some(first)), Ok(Some(again))) = (same, again) {
                prop_assert_eq!(&again.recognized, &first.recognized);
                prop_assert_eq!(again.items, first.items);
                prop_assert_eq!(&again.missing, &first.missing);
                prop_assert_eq!(again.outcomes.imported, 0);
                // What is held from a whole part is not read again from a damaged copy of it.
                prop_assert!(again.outcomes.failed <= first.outcomes.failed);
            }
        }
    }
}

#[test]
fn the_command_says_would_be_and_has_the_exit_code_of_the_import() {
    for (account, code) in [(varied(), 0), (with_absent(), 3)] {
        let env = TestEnv::new();
        env.zip("a.zip", &compose(&account, Generation::G4, Edition::Json));
        let dry = env.run_on("l", &["import", "--dry-run", "a.zip"]);
        assert_eq!(dry.code, Some(code), "{dry:?}");
        assert!(!env.path("l").exists());
        let last: Vec<&str> = dry.stdout.lines().rev().take(1).collect();
        assert!(last[0].starts_with("nothing was written; the library would be: "));
        assert!(!dry.stdout.starts_with('\n'), "{dry:?}");
        let at = |text: &str| dry.stdout.find(text);
        assert!(
            at("left aside:") < at(" would be added, "),
            "the summary is last: {dry:?}"
        );
        assert!(dry.stdout.contains("media would be imported"), "{dry:?}");
        assert!(!dry.stdout.contains(" -> "), "no plan unless asked for");
        let plan = env.run_on("l", &["import", "--dry-run", "--plan", "a.zip"]);
        assert!(plan.stdout.contains(" -> 20"), "{plan:?}");
        let real = env.run_on("l", &["import", "a.zip"]);
        assert_eq!(real.code, Some(code), "{real:?}");
        let numbers = |text: &str| -> Vec<String> {
            let words = text.split_whitespace();
            let numbers = words.filter(|word| word.bytes().all(|b| b.is_ascii_digit()));
            numbers.map(str::to_owned).collect()
        };
        let counts = |ran: &str| -> Vec<String> {
            let lines = ran.lines().filter(|line| line.starts_with("     "));
            lines.flat_map(numbers).collect()
        };
        let mut sorted = (counts(&dry.stdout), counts(&real.stdout));
        sorted.0.sort();
        sorted.1.sort();
        assert_eq!(sorted.0, sorted.1, "{dry:?} {real:?}");
    }
}

#[test]
fn a_second_import_names_the_same_accounts_and_items_as_the_first() {
    let env = TestEnv::new();
    let account = varied();
    let archive = env.zip("a.zip", &compose(&account, Generation::G4, Edition::Json));
    let takeout = takeouts::varied(ENGLISH);
    let google = env.zip(
        &takeout.part_name(1, "zip"),
        &parts(&takeout, &takeout.files(), 1, 1)[0],
    );
    let paths = [archive, google];
    let library = env.path("l");
    let first = try_import(&library, &of(&paths)).expect("whole");
    assert!(
        first
            .recognized
            .iter()
            .any(|(_, account, items)| account.is_some() && *items > 0)
    );
    for _ in 0..2 {
        let again = try_import(&library, &of(&paths)).expect("whole");
        assert_eq!(again.bytes_read, 0, "nothing was read again");
        assert_eq!(again.recognized, first.recognized);
        assert_eq!(again.items, first.items);
        assert_eq!(again.utc_only, first.utc_only);
    }
    let other = try_import(&env.path("m"), &of(&paths)).expect("whole");
    let undone = env.run_on("m", &["undo", "1"]);
    assert_eq!(undone.code, Some(0), "{undone:?}");
    let again = try_import(&env.path("m"), &of(&paths)).expect("whole");
    assert_eq!(again.recognized, other.recognized);
}

#[test]
fn doubles_within_archives_are_told_from_what_the_library_held() {
    let env = TestEnv::new();
    let files = compose(&same_bytes_twice(), Generation::G4, Edition::Json);
    let archive = env.zip("a.zip", &files);
    let library = env.path("l");
    let first = try_import(&library, &of(std::slice::from_ref(&archive))).expect("whole");
    assert!(first.repeats > 0 && first.repeats == first.outcomes.duplicate);
    let lines = |report: &ImportReport, outcome: &Outcome| {
        report
            .lines
            .iter()
            .filter(|line| line.outcome == *outcome)
            .count() as u64
    };
    assert_eq!(lines(&first, &Outcome::Repeat), first.repeats);
    let again = try_import(&library, &of(&[archive])).expect("whole");
    assert_eq!(again.repeats, 0, "the library holds all of them now");
    assert_eq!(
        lines(&again, &Outcome::Duplicate),
        first.outcomes.imported + first.outcomes.duplicate
    );
}

#[test]
fn subtitles_without_their_video_are_no_photo_in_a_dry_run_either() {
    let env = TestEnv::new();
    let mut files = compose(&varied(), Generation::G4, Edition::Json);
    let before = files.len();
    files.retain(|path, _| !path.ends_with(".mp4"));
    assert!(files.len() < before && files.keys().any(|path| path.ends_with(".srt")));
    let archive = env.zip("a.zip", &files);
    let library = env.path("l");
    let options = of(&[archive]);
    let dry = ImportOptions {
        dry_run: true,
        ..options.clone()
    };
    let dry = try_import(&library, &dry).expect("read");
    let real = try_import(&library, &options).expect("read");
    assert_eq!(dry.assets_added, real.assets_added);
}

/// Stops the run after some bytes.
struct StopsAfter {
    left: AtomicU64,
}

impl Monitor for StopsAfter {
    fn warn(&self, _: Warning) {}
    fn step(&self, _: &'static str, _: Option<u64>, _: Unit) {}
    fn advance(&self, by: u64) {
        let less = |left: u64| Some(left.saturating_sub(by));
        let _ = self
            .left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
    }
    fn stopped(&self) -> bool {
        self.left.load(Ordering::Relaxed) == 0
    }
}

#[test]
fn what_a_stopped_run_did_not_reach_is_not_failed_and_all_commands_agree() {
    let env = TestEnv::new();
    let files = compose(&varied(), Generation::G4, Edition::Json);
    let archive = env.zip("a.zip", &files);
    let tar = env.write("b.tgz", &crate::support::pack::tar::tgz(&files));
    for (path, library) in [(archive, "l"), (tar, "m")] {
        for bytes in [1, 3_000, 9_000] {
            let options = ImportOptions {
                threads: Some(2),
                ..of(std::slice::from_ref(&path))
            };
            let monitor = StopsAfter {
                left: AtomicU64::new(bytes),
            };
            let root = env.path(&format!("{library}{bytes}"));
            let report = import(&root, &options, &|| Timestamp::UNIX_EPOCH, &monitor)
                .expect("stopping is no failure");
            assert!(report.interrupted && !report.whole());
            assert_eq!(report.outcomes.failed, 0, "{report:?}");
            assert!(report.outcomes.not_reached > 0, "{report:?}");
            assert_eq!(report.outcomes.sum(), report.entries);
        }
        let library = format!("{library}1");
        let status = env.run_on(&library, &["status"]);
        assert!(
            status
                .stdout
                .contains("the last import was stopped before the end; ")
                && !status.stdout.contains("cut off"),
            "{status:?}"
        );
        let runs = env.run_on(&library, &["status", "--runs"]);
        assert!(
            runs.stdout.contains(", stopped by its user") && runs.stdout.contains(" not reached"),
            "{runs:?}"
        );
        let json = env.run_on(&library, &["--json", "status", "--runs"]);
        assert_eq!(json.json_lines("run")[0]["state"], "interrupted");
        // The same import again does the rest.
        let again =
            try_import(&env.path(&library), &of(std::slice::from_ref(&path))).expect("whole");
        assert_eq!((again.outcomes.not_reached, again.outcomes.failed), (0, 0));
        let status = env.run_on(&library, &["status"]);
        assert!(!status.stdout.contains("stopped before"), "{status:?}");
    }
}

#[test]
fn a_medium_of_a_damaged_part_is_missing_because_of_that_part() {
    let env = TestEnv::new();
    let takeout = takeouts::varied(ENGLISH);
    let mut files = parts(&takeout, &takeout.files(), 1, 1).remove(0);
    files.retain(|path, _| !path.ends_with("archive_browser.html"));
    // A photo that nothing but its own bytes speaks of.
    let photo = "Takeout/Google Photos/Photos from 2019/lonely.jpg".to_owned();
    let words = b"no photo, whatever its name says";
    files.insert(photo.clone(), words.to_vec());
    let name = takeout.part_name(1, "zip");
    let archive = env.zip(&name, &files);
    let mut bytes = fs::read(&archive).expect("just written");
    let at = bytes.windows(words.len()).position(|found| found == words);
    // One wrong bit: its checksum tells.
    bytes[at.expect("it is stored as it is")] ^= 1;
    fs::write(&archive, &bytes).expect("ours");
    let library = env.path("l");
    let options = of(&[archive]);
    let dry = try_import(
        &library,
        &ImportOptions {
            dry_run: true,
            ..options.clone()
        },
    )
    .expect("read");
    let real = try_import(&library, &options).expect("read");
    assert_eq!(dry.missing, real.missing);
    let line = real
        .missing
        .iter()
        .map(|line| line.expect("kept"))
        .find(|line| photo.ends_with(&line.uri))
        .expect("its bytes could not be read");
    assert_eq!(line.record, name, "and not a page that was never there");
    // Another import says the same of it.
    let other = takeouts::varied(ENGLISH);
    let mut rest = parts(&other, &other.files(), 1, 1).remove(0);
    rest.retain(|path, _| !path.ends_with("archive_browser.html"));
    let second = env.zip("other/takeout-20250101T000000Z-001.zip", &rest);
    let later = try_import(&library, &of(&[second])).expect("read");
    let line = later
        .missing
        .iter()
        .map(|line| line.expect("kept"))
        .find(|line| photo.ends_with(&line.uri));
    assert_eq!(
        line.as_ref().map(|line| line.record.as_str()),
        Some(name.as_str())
    );
}

#[test]
fn times_known_only_as_utc_are_counted_and_the_home_zone_gives_them_clocks() {
    let env = TestEnv::new();
    env.zip("a.zip", &compose(&varied(), Generation::G4, Edition::Json));
    let report = |arguments: &[&str]| {
        let mut all = vec!["--json", "import", "a.zip"];
        all.extend(arguments);
        let ran = env.run_on("l", &all);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        ran.json_lines("report").remove(0)
    };
    let first = report(&[]);
    let utc_only = first["utc_only"].as_u64().expect("a number");
    let listed = env.run_on("l", &["--json", "list"]).json_lines("asset");
    let of_list = listed.iter().filter(|asset| {
        asset["taken_at"]["utc"].is_string() && asset["taken_at"]["local"].is_null()
    });
    assert!(utc_only > 0);
    assert_eq!(of_list.count() as u64, utc_only);
    let text = env.run_on("l", &["import", "a.zip"]);
    assert!(
        text.stdout.contains(&format!(
            "{utc_only} photos and videos have a time known only as UTC"
        )),
        "{text:?}"
    );
    // Nobody sits at a terminal here.
    assert!(!text.stdout.contains("local times"), "{text:?}");
    let home = report(&["--home-timezone", "America/Bogota"]);
    assert_eq!(home["utc_only"], 0, "{home}");
    assert_eq!(report(&[])["utc_only"], 0);
}
