//! `rebuild`: the catalog made from the tree alone is the one that was there.

use std::fs;

use catalog::Catalog;

use super::{Made, made, usual};
use crate::support::compose::snapchat::Links;
use crate::support::compose::takeout_words::ENGLISH;
use crate::support::compose::{
    Edition, Generation, Language, compose, compose_both, facebook, snapchat,
};
use crate::support::samples::{captions, varied};
use crate::support::{takeouts, tree};

fn dump(made: &Made) -> String {
    let path = made.file(".albumen/catalog.sqlite");
    let catalog = Catalog::open_existing(&path).expect("a catalog");
    catalog.dump().expect("it can be read")
}

/// Takes the catalog away, makes it again, and compares it and the tree.
fn comes_back(made: &Made, what: &str) {
    let (before, files) = (dump(made), tree::tree(&made.env.path("l")));
    assert!(before.lines().count() > 5, "{what}: nothing to compare");
    fs::remove_file(made.file(".albumen/catalog.sqlite")).expect("there");
    let ran = made.json(&["rebuild"]);
    assert_eq!(ran.code, Some(0), "{what}: {ran:?}");
    let after = dump(made);
    for (old, new) in before.lines().zip(after.lines()) {
        assert_eq!(old, new, "{what}");
    }
    assert_eq!(before.lines().count(), after.lines().count(), "{what}");
    assert_eq!(tree::tree(&made.env.path("l")), files, "{what}");
    assert_eq!(made.findings(&[]), [], "{what}");
}

#[test]
fn every_generation_comes_back() {
    for generation in [
        Generation::G1,
        Generation::G2,
        Generation::G3,
        Generation::G4,
        Generation::G5,
    ] {
        let made = made(&compose(&varied(), generation, Edition::Json));
        comes_back(&made, &format!("{generation:?}"));
    }
}

#[test]
fn html_and_both_editions_come_back() {
    let html = Edition::Html(Language::English);
    comes_back(&made(&compose(&varied(), Generation::G4, html)), "html");
    let both = compose_both(&captions(), Generation::G4, Language::English);
    comes_back(&made(&both), "both");
}

#[test]
fn facebook_comes_back() {
    for generation in facebook::GENERATIONS {
        for html in [false, true] {
            let made = made(&facebook::compose(generation, html));
            comes_back(&made, &format!("{generation:?}, html {html}"));
        }
    }
}

#[test]
fn google_photos_with_its_albums_comes_back() {
    let takeout = takeouts::varied(ENGLISH);
    let made = made(&takeout.files());
    assert!(dump(&made).contains("Rome 2023"), "no albums to compare");
    comes_back(&made, "google");
}

#[test]
fn snapchat_with_its_overlays_and_missing_memories_comes_back() {
    for links in [Links::None, Links::Both] {
        let memories = snapchat::varied();
        let mut files = snapchat::records(&memories, links, "https://h", false);
        // One memory is missing, and its overlay is there.
        for (path, bytes, _) in snapchat::media(&memories) {
            if path != memories[2].path() {
                files.insert(path, bytes);
            }
        }
        let made = made(&files);
        assert!(dump(&made).contains("\nmissing|"), "{}", dump(&made));
        comes_back(&made, &format!("{links:?}"));
    }
}

#[test]
fn three_services_in_one_library_come_back() {
    let made = made(&facebook::compose(facebook::GENERATIONS[0], false));
    let archives = [
        ("google.zip", takeouts::varied(ENGLISH).files()),
        (
            "instagram.zip",
            compose(&varied(), Generation::G4, Edition::Json),
        ),
    ];
    for (name, files) in &archives {
        made.env.zip(name, files);
        let ran = made.run(&["import", name]);
        assert!(matches!(ran.code, Some(0 | 3)), "{ran:?}");
    }
    comes_back(&made, "all");
}

#[test]
fn missing_media_and_the_home_zone_come_back() {
    let mut account = super::account();
    account.posts[0].media[1].absent = true;
    let made = made(&compose(&account, Generation::G4, Edition::Json));
    let ran = made.run(&["import", "anna.zip", "--home-timezone", "Europe/Berlin"]);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(made.file("library.json").is_file());
    comes_back(&made, "missing");
    assert!(dump(&made).contains("\nmissing|"), "{}", dump(&made));
    assert!(dump(&made).contains("Europe/Berlin"));
}

#[test]
fn what_the_owner_changed_comes_back() {
    let made = usual();
    let sidecar = made.named("10.jpg.xmp");
    let text = fs::read_to_string(made.file(&sidecar)).expect("text");
    let changed = text.replace("Crème brûlée at the harbour</rdf:li>", "Dessert</rdf:li>");
    assert_ne!(text, changed);
    fs::write(made.file(&sidecar), changed).expect("written");
    assert_eq!(made.run(&["import", "anna.zip"]).code, Some(0));
    assert!(dump(&made).contains("\nuser_change|"), "{}", dump(&made));
    comes_back(&made, "changed before");
    // Changed when there is no catalog to notice: the rebuild takes it in.
    let text = fs::read_to_string(made.file(&sidecar)).expect("text");
    fs::write(
        made.file(&sidecar),
        text.replace("Dessert</rdf:li>", "Pudding</rdf:li>"),
    )
    .expect("written");
    assert_eq!(made.run(&["rebuild"]).code, Some(0));
    assert!(dump(&made).contains("Pudding"));
    comes_back(&made, "changed while gone");
}

#[test]
fn the_old_catalog_is_kept_and_the_next_import_finds_nothing_new() {
    let made = usual();
    for n in 1..3 {
        let ran = made.run(&["rebuild"]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let kept = made.file(&format!(".albumen/catalog.sqlite.before-rebuild-{n}"));
        assert!(kept.is_file(), "{ran:?}");
    }
    let files = tree::tree(&made.env.path("l"));
    let ran = made.json(&["import", "anna.zip"]);
    let report = &ran.json_lines("report")[0];
    assert_eq!(
        (&report["assets_added"], &report["assets_changed"]),
        (&0.into(), &0.into())
    );
    assert_eq!(tree::tree(&made.env.path("l")), files);
}

#[test]
fn files_of_the_owner_stay_and_lost_ones_are_told() {
    let made = usual();
    fs::write(made.file("2023/mine.jpg"), b"mine").expect("written");
    assert_eq!(made.run(&["rebuild"]).code, Some(0));
    assert_eq!(
        fs::read(made.file("2023/mine.jpg")).expect("there"),
        b"mine"
    );
    let gone = made.named("16.jpg");
    fs::remove_file(made.file(&gone)).expect("there");
    let alone = made.named(".png");
    fs::remove_file(made.file(&format!("{alone}.xmp"))).expect("there");
    let ran = made.json(&["rebuild"]);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    let mut found: Vec<String> = ran
        .json_lines("finding")
        .iter()
        .map(|line| {
            format!(
                "{} {}",
                super::text(&line["kind"]),
                super::text(&line["path"])
            )
        })
        .collect();
    found.sort();
    assert_eq!(
        found,
        [format!("missing {gone}"), format!("unknown {alone}")]
    );
    // The archive brings everything back.
    assert_eq!(made.run(&["import", "anna.zip"]).code, Some(0));
    fs::remove_file(made.file("2023/mine.jpg")).expect("there");
    assert_eq!(made.findings(&[]), []);
}

/// What is done to a library, and its name.
type Strike<'a> = (&'a str, &'a dyn Fn(&Made));

#[test]
fn a_rebuild_refuses_what_a_newer_version_wrote_and_touches_nothing() {
    let strike: [Strike<'_>; 4] = [
        ("schema 4711", &|made| {
            let path = made.file(".albumen/catalog.sqlite");
            let catalog = rusqlite::Connection::open(path).expect("a catalog");
            catalog
                .pragma_update(None, "user_version", 4711)
                .expect("set");
        }),
        ("format 2", &|made| {
            fs::write(made.file(".albumen/format"), "albumen library format 2\n").expect("written");
        }),
        ("newer version", &|made| {
            made.alter(&made.named("10.jpg.xmp"), |bytes| {
                let text = String::from_utf8(bytes.clone()).expect("text");
                let newer = text.replace("<albumen:Format>1<", "<albumen:Format>9<");
                assert_ne!(newer, text, "{text}");
                *bytes = newer.into_bytes();
            });
        }),
        ("newer version", &|made| {
            made.alter("albums.json", |bytes| {
                *bytes = b"{\"format\": 9}".to_vec();
            });
        }),
    ];
    for (says, strike) in strike {
        let made = usual();
        strike(&made);
        let whole = tree::tree(&made.env.path("l"));
        let ran = made.run(&["rebuild"]);
        assert_eq!(ran.code, Some(1), "{says}: {ran:?}");
        assert!(ran.stderr.contains(says), "{says}: {ran:?}");
        assert!(ran.stderr.contains("use the newer albumen"), "{ran:?}");
        assert_eq!(tree::tree(&made.env.path("l")), whole, "{says}");
        let kept = made.file(".albumen/catalog.sqlite.before-rebuild-1");
        assert!(!kept.exists(), "{says}");
    }
}

#[test]
fn a_rebuild_keeps_runs_pushes_and_changes_of_a_catalog_it_can_read() {
    let made = usual();
    // What the owner changed in a sidecar that is gone then.
    let sidecar = made.named("10.jpg.xmp");
    let text = fs::read_to_string(made.file(&sidecar)).expect("text");
    let changed = text.replace("Crème brûlée at the harbour</rdf:li>", "Dessert</rdf:li>");
    fs::write(made.file(&sidecar), changed).expect("written");
    assert_eq!(made.run(&["import", "anna.zip"]).code, Some(0));
    assert_eq!(made.run(&["push", "there"]).code, Some(0));
    let runs = |made: &Made| {
        let lines = made.json(&["status", "--runs"]).json_lines("run");
        let lines = lines.into_iter().filter(|line| {
            let kind = line["kind"].as_str().unwrap_or_default();
            kind.starts_with("import") || kind == "push"
        });
        lines
            .map(|line| (line["id"].clone(), line["started"].clone()))
            .collect::<Vec<_>>()
    };
    let before = runs(&made);
    let journal = |made: &Made| {
        let ran = made.json(&["push", "there", "--dry-run"]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        ran.json_lines("report")
    };
    let pushed = journal(&made);
    fs::remove_file(made.file(&sidecar)).expect("there");
    let ran = made.run(&["rebuild"]);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert_eq!(runs(&made), before);
    assert_eq!(made.run(&["import", "anna.zip"]).code, Some(0));
    assert!(dump(&made).contains("Dessert"), "{}", dump(&made));
    let again = journal(&made);
    assert_eq!(again.len(), pushed.len());
    for (now, then) in again.iter().zip(&pushed) {
        let of = |line: &serde_json::Value| {
            let mut line = line.clone();
            line["seconds"] = serde_json::Value::Null;
            line
        };
        assert_eq!(of(now), of(then));
    }
    assert_eq!(made.findings(&[]), []);
}

#[test]
fn an_import_can_be_taken_back_after_a_rebuild() {
    let made = usual();
    made.env
        .zip("google.zip", &takeouts::varied(ENGLISH).files());
    let alone = tree::tree(&made.env.path("l"));
    assert!(matches!(
        made.run(&["import", "google.zip"]).code,
        Some(0 | 3)
    ));
    assert_eq!(made.run(&["rebuild"]).code, Some(0));
    let ran = made.run(&["undo", "2"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(tree::tree(&made.env.path("l")), alone);
    assert_eq!(made.findings(&[]), []);
}

#[test]
fn a_library_without_its_own_folder_is_opened_again_by_rebuild_and_by_nothing_else() {
    let made = usual();
    let whole = tree::tree(&made.env.path("l"));
    fs::remove_dir_all(made.file(".albumen")).expect("there");
    for command in [
        &["import", "anna.zip"][..],
        &["list"],
        &["status"],
        &["verify"],
    ] {
        let ran = made.run(command);
        assert_eq!(ran.code, Some(1), "{command:?}: {ran:?}");
        assert!(
            ran.stderr.contains("albumen rebuild"),
            "{command:?}: {ran:?}"
        );
        assert!(!made.file(".albumen").exists(), "{command:?}");
    }
    let ran = made.run(&["rebuild"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(tree::tree(&made.env.path("l")), whole);
    assert_eq!(made.findings(&[]), []);
    // An ordinary folder is no library.
    fs::create_dir(made.env.path("pictures")).expect("made");
    made.env.write("pictures/a.jpg", b"mine");
    let ran = made.env.run_on("pictures", &["rebuild"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(!made.env.path("pictures/.albumen").exists());
}
