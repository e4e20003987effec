//! What `albumen gallery` writes, keeps, leaves out and removes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use catalog::Catalog;
use gallery::GalleryOptions;
use monitor::{Monitor, Unit, Warning};
use serde_json::{Value, json};

use crate::support::env::TestEnv;
use crate::support::galleries::{self, Composer, zoned};

/// Returns every file below a folder and its bytes.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    fn visit(folder: &Path, below: &str, all: &mut BTreeMap<String, Vec<u8>>) {
        for entry in fs::read_dir(folder).expect("it is there") {
            let path = entry.expect("readable").path();
            let name = format!(
                "{below}{}",
                path.file_name().expect("named").to_string_lossy()
            );
            if path.is_dir() {
                visit(&path, &format!("{name}/"), all);
            } else {
                all.insert(name, fs::read(&path).expect("readable"));
            }
        }
    }
    let mut all = BTreeMap::new();
    visit(folder, "", &mut all);
    all
}

fn composed(env: &TestEnv) -> PathBuf {
    galleries::varied(&env.path("library"))
}

/// Runs the command and returns its JSON line. One picture of the library is damaged, so it ends with 3.
fn gallery(env: &TestEnv, arguments: &[&str]) -> Value {
    let mut line = vec!["--json", "gallery"];
    line.extend(arguments);
    let ran = env.run_on("library", &line);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    ran.json_lines("gallery").remove(0)
}

fn holds(files: &BTreeMap<String, Vec<u8>>, word: &str) -> Vec<String> {
    let word = word.as_bytes();
    let found = files
        .iter()
        .filter(|(_, bytes)| bytes.windows(word.len()).any(|window| window == word));
    found.map(|(name, _)| name.clone()).collect()
}

#[test]
fn a_second_run_does_nothing_and_a_lost_gallery_comes_again() {
    let env = TestEnv::new();
    let library = composed(&env);
    let first = gallery(&env, &[]);
    assert_eq!(first["assets"], 159);
    assert_eq!(first["kept_out"], 2);
    assert_eq!(first["unchanged"], false);
    assert_eq!(first["damaged"][0]["path"], "2024/03/broken.jpg");
    let written = files(&library.join("gallery"));
    let second = gallery(&env, &[]);
    assert_eq!(second["unchanged"], true);
    assert_eq!(second["assets"], 159);
    assert_eq!(second["damaged"], first["damaged"]);
    assert_eq!(files(&library.join("gallery")), written);
    fs::remove_dir_all(library.join("gallery")).expect("removed");
    assert_eq!(gallery(&env, &[])["drawn"], first["drawn"]);
    assert_eq!(files(&library.join("gallery")), written);
}

#[test]
fn one_new_asset_touches_its_month_and_the_lists_alone() {
    let env = TestEnv::new();
    let library = composed(&env);
    gallery(&env, &[]);
    let before = files(&library.join("gallery"));
    let mut more = Composer::again(&library);
    more.add(
        "2022/04/new.jpg",
        &galleries::photo(5_000),
        json!({"taken_at": zoned("2022-04-05T10:00:00", 0)}),
    );
    more.write();
    let report = gallery(&env, &[]);
    assert_eq!(
        (&report["months_written"], &report["drawn"]),
        (&json!(1), &json!(1))
    );
    let after = files(&library.join("gallery"));
    let changed: BTreeSet<&str> = after
        .iter()
        .filter(|(name, bytes)| before.get(*name) != Some(bytes))
        .map(|(name, _)| name.as_str())
        .filter(|name| !name.starts_with("thumbs/"))
        .collect();
    let expected = [
        "data/details/2022-04.js",
        "data/facets.js",
        "data/index.js",
        "data/months/2022-04.js",
        "pages/2022-04.html",
        "pages/index.html",
    ];
    assert_eq!(changed.into_iter().collect::<Vec<_>>(), expected);
    assert_eq!(after.len(), before.len() + 1);
}

#[test]
fn what_is_gone_is_removed_and_what_is_not_ours_stays() {
    let env = TestEnv::new();
    let library = composed(&env);
    gallery(&env, &[]);
    let foreign = [
        "notes.txt",
        "data/months/My notes.js",
        "thumbs/ab/holiday.jpg",
        "thumbs/mine.jpg",
    ];
    for name in foreign {
        env.write(&format!("library/gallery/{name}"), b"mine");
    }
    let mut catalog = Catalog::open(&library.join(".albumen/catalog.sqlite")).expect("it opens");
    let gone = catalog
        .assets_in_short(&model::select::Select::default())
        .expect("rows");
    catalog
        .in_transaction(|writing| {
            let run = writing.begin_run("undo", jiff::Timestamp::UNIX_EPOCH, "{}")?;
            for asset in gone.iter().filter(|asset| asset.path.starts_with("2021/")) {
                writing.remove_asset(asset.content_hash)?;
            }
            writing.end_run(run, jiff::Timestamp::UNIX_EPOCH, "{}")
        })
        .expect("written");
    let before = files(&library.join("gallery"));
    let report = gallery(&env, &[]);
    assert_eq!(report["assets"], 159 - 48);
    let after = files(&library.join("gallery"));
    let removed: Vec<&String> = before
        .keys()
        .filter(|name| !after.contains_key(*name))
        .collect();
    // A thumbnail each, and three files a month.
    assert_eq!(removed.len(), 48 + 12 * 3, "{removed:?}");
    assert_eq!(report["files_removed"], removed.len());
    let ours = removed
        .iter()
        .all(|name| name.starts_with("thumbs/") || name.contains("2021-"));
    assert!(ours, "{removed:?}");
    for name in foreign {
        assert_eq!(
            after.get(name).map(Vec::as_slice),
            Some(&b"mine"[..]),
            "{name}"
        );
    }
}

#[test]
fn what_its_owner_hid_is_nowhere_unless_asked_for() {
    let env = TestEnv::new();
    let library = composed(&env);
    gallery(&env, &[]);
    let plain = files(&library.join("gallery"));
    assert_eq!(holds(&plain, "secret"), [""; 0]);
    assert_eq!(holds(&plain, "hidden.jpg"), [""; 0]);
    assert_eq!(gallery(&env, &["--include", "hidden"])["assets"], 160);
    let shown = files(&library.join("gallery"));
    assert_eq!(holds(&shown, "secret hidden").len(), 2);
    assert_eq!(holds(&shown, "secret trashed"), [""; 0]);
    // And back: nothing of it stays.
    gallery(&env, &[]);
    assert_eq!(files(&library.join("gallery")), plain);
}

#[test]
fn a_copy_stands_by_itself() {
    let env = TestEnv::new();
    composed(&env);
    let report = gallery(&env, &["--to", "copy"]);
    assert!(
        report["index"]
            .as_str()
            .is_some_and(|index| index.ends_with("copy/index.html"))
    );
    let copy = files(&env.path("copy"));
    let starting = |folder: &str| copy.keys().filter(|name| name.starts_with(folder)).count();
    // Every photo but the damaged one; both films and the live one.
    assert_eq!((starting("large/"), starting("media/")), (156, 3));
    assert!(
        !copy.keys().any(|name| name.starts_with('.')),
        "{:?}",
        copy.keys()
    );
    // Nothing leads out of it.
    for (name, bytes) in copy.iter().filter(|(name, _)| name.starts_with("pages/")) {
        let text = String::from_utf8_lossy(bytes);
        assert!(!text.contains("../../"), "{name}");
    }
    assert_eq!(gallery(&env, &["--to", "copy"])["unchanged"], true);
}

#[test]
fn a_copy_to_be_shared_holds_nothing_of_what_was_taken_out() {
    let env = TestEnv::new();
    composed(&env);
    for (what, gone) in [
        ("location", &["Wien", "東京タワー", "48.2", "GPS"][..]),
        ("people", &["Zoë", "Ben\""][..]),
        (
            "all",
            &[
                "Wien",
                "Zoë",
                "Reise",
                "night",
                "anna",
                "instagram/",
                "2024/03/",
                "plain 1",
            ][..],
        ),
    ] {
        let report = gallery(&env, &["--to", what, "--strip", what]);
        assert_eq!(report["left_out"], 2, "{report}");
        let copy = files(&env.path(what));
        for word in gone {
            // The code of the pages is the same in each.
            let mut found = holds(&copy, word);
            found.retain(|name| !name.starts_with("site/"));
            assert_eq!(found, [""; 0], "{what}: {word}");
        }
        assert!(
            !copy.keys().any(|name| name.starts_with("media/")),
            "{what}"
        );
        assert_eq!(holds(&copy, "Exif\0"), [""; 0], "{what}");
        assert!(!holds(&copy, "Snow day").is_empty(), "{what}");
    }
}

#[test]
fn a_copy_never_goes_where_other_things_lie() {
    let env = TestEnv::new();
    composed(&env);
    env.write("letters/dear.txt", b"dear");
    for (to, said, hint) in [
        (
            "letters",
            "holds other things",
            "hint: name an empty or new folder",
        ),
        (
            "library/2021",
            "lies in the library",
            "hint: name a folder outside",
        ),
        (
            "library/new",
            "lies in the library",
            "hint: name a folder outside",
        ),
    ] {
        let ran = env.run_on("library", &["gallery", "--to", to]);
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert!(
            ran.stderr.contains(said) && ran.stderr.contains(hint),
            "{ran:?}"
        );
    }
    assert_eq!(files(&env.path("letters")).len(), 1);
}

#[test]
fn what_a_killed_run_left_is_in_nobodys_way() {
    let env = TestEnv::new();
    let library = composed(&env);
    gallery(&env, &[]);
    let whole = files(&library.join("gallery"));
    env.write("library/.albumen/staging/derived-0", b"half");
    fs::remove_file(library.join(".albumen/gallery/made.json")).expect("removed");
    env.write("library/gallery/data/months/2022-04.js", b"of another time");
    gallery(&env, &[]);
    assert_eq!(files(&library.join("gallery")), whole);
    env.write("copy/.unfinished/derived-0", b"half");
    gallery(&env, &["--to", "copy"]);
    assert!(!env.path("copy/.unfinished").exists());
}

#[test]
fn a_picture_that_is_lost_or_can_be_read_again_is_drawn() {
    let env = TestEnv::new();
    let library = composed(&env);
    gallery(&env, &[]);
    let thumbs = files(&library.join("gallery/thumbs"));
    let (name, bytes) = thumbs.iter().next().expect("there are some");
    fs::remove_file(library.join("gallery/thumbs").join(name)).expect("removed");
    let report = gallery(&env, &[]);
    assert_eq!(
        (&report["unchanged"], &report["drawn"]),
        (&json!(false), &json!(1))
    );
    assert_eq!(&files(&library.join("gallery/thumbs"))[name], bytes);
    // A file that is away for a while is told, and drawn once it is back.
    let away = library.join("2021/02/2021-02-01_plain 1.jpg");
    fs::rename(&away, env.path("away.jpg")).expect("moved");
    fs::remove_dir_all(library.join("gallery")).expect("removed");
    let report = gallery(&env, &[]);
    assert_eq!(
        report["damaged"][0]["path"],
        "2021/02/2021-02-01_plain 1.jpg"
    );
    fs::rename(env.path("away.jpg"), &away).expect("moved");
    assert_eq!(gallery(&env, &[])["drawn"], 1);
}

#[test]
fn the_library_knows_that_its_gallery_is_derived() {
    let env = TestEnv::new();
    let demo = env.run(&["demo", "--into", "library"]);
    assert_eq!(demo.code, Some(0), "{demo:?}");
    assert!(
        demo.stdout.contains("library/gallery/index.html"),
        "{demo:?}"
    );
    let with = files(&env.path("library/gallery"));
    assert!(with.keys().any(|name| name.starts_with("thumbs/")));
    let verify = || {
        let ran = env.run_on("library", &["verify", "--json"]);
        (ran.code, ran.json_lines("finding").len())
    };
    assert_eq!(verify(), (Some(0), 0));
    for list in ["SHA256SUMS", "SHA256SUMS.metadata"] {
        let text = fs::read_to_string(env.path("library").join(list)).expect("a list");
        assert!(!text.contains("gallery/"), "{list}");
    }
    fs::remove_dir_all(env.path("library/gallery")).expect("removed");
    assert_eq!(verify(), (Some(0), 0));
    let ran = env.run_on("library", &["rebuild"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let again = env.run_on("library", &["gallery"]);
    assert_eq!(again.code, Some(0), "{again:?}");
    let pages = |files: &BTreeMap<String, Vec<u8>>| {
        let pages = files.iter().filter(|(name, _)| name.starts_with("pages/"));
        pages.map(|(name, _)| name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(pages(&files(&env.path("library/gallery"))), pages(&with));
}

/// Stops after so many pictures.
struct StopsAfter(std::sync::atomic::AtomicU64);

impl Monitor for StopsAfter {
    fn warn(&self, _: Warning) {}
    fn step(&self, _: &'static str, _: Option<u64>, _: Unit) {}
    fn advance(&self, _: u64) {}
    fn stopped(&self) -> bool {
        use std::sync::atomic::Ordering;
        let less = |left: u64| left.checked_sub(1);
        let left = &self.0;
        left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less)
            .is_err()
    }
}

#[test]
fn a_copy_that_was_stopped_goes_on_with_the_same_command() {
    let env = TestEnv::new();
    let library = composed(&env);
    gallery(&env, &["--to", "whole"]);
    let whole = files(&env.path("whole"));
    for asks in [0, 1, 3, 5] {
        let name = format!("copy{asks}");
        let options = GalleryOptions {
            to: Some(env.path(&name)),
            threads: std::num::NonZeroUsize::new(1),
            ..GalleryOptions::default()
        };
        let monitor = StopsAfter(asks.into());
        let report = gallery::gallery(&library, &options, &media::thumbnail::Inside, &monitor)
            .expect("stopping is no failure");
        assert!(report.interrupted, "{asks}");
        gallery(&env, &["--to", &name]);
        assert!(files(&env.path(&name)).keys().eq(whole.keys()), "{asks}");
        assert!(!env.path(&name).join(".unfinished").exists());
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_copy_and_a_print_for_which_there_was_no_room_go_on_with_the_same_command() {
    use crate::support::mounts::{mount, mount_or_skip};
    let env = TestEnv::new();
    composed(&env);
    let small = env.path("small");
    let options = ["-t", "tmpfs", "-o", "size=256k", "albumen-test"];
    let Some(_small) = mount_or_skip(&options, &small) else {
        return;
    };
    let filled = small.join("filler");
    fs::write(&filled, vec![1; 160 << 10]).expect("there is room for it");
    let ran = env.run_on("library", &["gallery", "--to", "small/copy"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stderr.contains("make room on that disk"), "{ran:?}");
    let print = ["print", "small/a.pdf", "--order-list", "small/a.csv"];
    fs::write(small.join("more"), vec![1; 60 << 10]).unwrap_or_default();
    let printed = env.run_on("library", &print);
    assert_eq!(printed.code, Some(1), "{printed:?}");
    fs::remove_file(&filled).expect("ours");
    let _ = fs::remove_file(small.join("more"));
    assert!(
        mount(&["-o", "remount,size=64m", "albumen-test"], &small),
        "more room"
    );
    gallery(&env, &["--to", "small/copy"]);
    let printed = env.run_on("library", &print);
    assert!(matches!(printed.code, Some(0 | 3)), "{printed:?}");
    assert!(small.join("a.pdf").is_file() && small.join("a.csv").is_file());
}

#[test]
fn a_copy_holds_what_was_chosen_and_another_choice_makes_it_anew() {
    let env = TestEnv::new();
    composed(&env);
    let copy = |choice: &[&str]| {
        let mut line = vec!["--json", "gallery", "--to", "copy"];
        line.extend(choice);
        env.run_on("library", &line).json_lines("gallery").remove(0)
    };
    let videos = copy(&["--type", "video"]);
    let videos_count = videos["assets"].as_u64().expect("a number");
    assert!(videos_count > 0 && videos_count < 159, "{videos}");
    assert_eq!(copy(&["--type", "video"])["unchanged"], true);
    let photos = copy(&["--type", "photo"]);
    assert_eq!(photos["unchanged"], false);
    assert_ne!(photos["assets"], videos["assets"]);
    let ran = env.run_on("library", &["gallery", "--type", "video"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.stderr.contains("--to DIR"), "{ran:?}");
}
