//! What `verify` reads: everything, a sample, for a time, without a catalog; and how it repairs.

use std::fs;

use std::path::Path;

use jiff::Timestamp;
use monitor::Silent;
use verify::{VerifyError, VerifyOptions, VerifyReport, verify};
use writer::library::LibraryError;

use super::{text, usual};
use crate::support::tree;

/// Verifies in this process. Other tests start programs all the time, and until such a program runs it holds our lock, too.
fn verify_here(
    root: &Path,
    options: &VerifyOptions,
    clock: &(dyn Fn() -> Timestamp + Sync),
) -> VerifyReport {
    loop {
        match verify(root, options, clock, &Silent) {
            Err(VerifyError::Library(LibraryError::Locked { .. })) => std::thread::yield_now(),
            other => return other.expect("it is a library"),
        }
    }
}

#[test]
fn a_sound_library_has_no_findings() {
    let made = usual();
    assert_eq!(made.findings(&[]), []);
    let report = &made.json(&["verify"]).json_lines("report")[0];
    assert_eq!(
        (&report["files"], &report["sidecars"]),
        (&5.into(), &4.into())
    );
    assert_eq!(report["files"], report["files_read"]);
    for options in [
        &["--quick"][..],
        &["--sample", "50%"],
        &["--max-time", "1h"],
    ] {
        assert_eq!(made.findings(options), [], "{options:?}");
    }
    let ran = made.run(&["verify"]);
    assert!(ran.stdout.contains("every file is unchanged"), "{ran:?}");
}

#[test]
fn every_single_byte_of_an_original_is_watched() {
    let made = usual();
    let name = made.named("16.jpg");
    let bytes = fs::read(made.file(&name)).expect("there");
    let catalog = fs::read(made.file(".albumen/catalog.sqlite")).expect("there");
    assert!(!catalog.is_empty());
    let options = VerifyOptions::default();
    let clock = || Timestamp::UNIX_EPOCH;
    for at in 0..bytes.len() {
        let mut flipped = bytes.clone();
        flipped[at] ^= 1 << (at % 8);
        fs::write(made.file(&name), &flipped).expect("written");
        // In this process: a run of the binary for each byte would take minutes.
        let report = verify_here(&made.env.path("l"), &options, &clock);
        let found: Vec<(&str, &str)> = report
            .findings
            .iter()
            .map(|finding| (finding.kind.as_str(), finding.path.as_str()))
            .collect();
        assert_eq!(found, [("changed", name.as_str())], "byte {at}");
    }
}

#[test]
fn quick_sees_sizes_and_looks_again_where_times_differ() {
    let made = usual();
    let name = made.named("16.jpg");
    let before = fs::metadata(made.file(&name)).and_then(|m| m.modified());
    made.alter(&name, |bytes| bytes[100] ^= 1);
    // The write gave it a new time, so even the quick look reads it.
    assert_eq!(
        made.findings(&["--quick"]),
        [("changed".into(), name.clone())]
    );
    let file = fs::File::options()
        .append(true)
        .open(made.file(&name))
        .expect("there");
    file.set_modified(before.expect("a time")).expect("set");
    assert_eq!(made.findings(&["--quick"]), []);
    assert_eq!(made.findings(&[]), [("changed".into(), name.clone())]);
    made.alter(&name, |bytes| bytes.truncate(50));
    assert_eq!(made.findings(&["--quick"]), [("truncated".into(), name)]);
}

#[test]
fn a_run_whose_time_is_up_goes_on_where_it_stopped() {
    let made = usual();
    let root = made.env.path("l");
    let mut places: Vec<Option<String>> = Vec::new();
    for _ in 0..20 {
        // A clock that ticks a second at each look: two seconds allow a file or two.
        let ticks = std::sync::atomic::AtomicI64::new(0);
        let clock = || {
            let now = ticks.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            Timestamp::from_second(now).expect("small")
        };
        let options = VerifyOptions {
            max_time: Some(std::time::Duration::from_secs(3)),
            threads: std::num::NonZeroUsize::new(1),
            ..Default::default()
        };
        let report = verify_here(&root, &options, &clock);
        assert_eq!(report.findings, []);
        // After the last file it begins anew.
        let end = made.named(".srt");
        if let Some(Some(last)) = places.last().filter(|last| **last != Some(end)) {
            assert_eq!(report.resumed_after.as_ref(), Some(last));
        }
        places.push(report.continues_after.clone());
    }
    let distinct: std::collections::BTreeSet<_> = places.iter().flatten().collect();
    assert!(distinct.len() >= 4, "it never came round: {places:?}");
}

#[test]
fn without_a_catalog_manifest_and_sidecars_are_compared() {
    let made = usual();
    fs::remove_file(made.file(".albumen/catalog.sqlite")).expect("there");
    let gone = (
        "catalog_missing".to_owned(),
        ".albumen/catalog.sqlite".to_owned(),
    );
    assert_eq!(made.findings(&[]), std::slice::from_ref(&gone));
    let name = made.named("16.jpg");
    made.alter(&name, |bytes| bytes[9] ^= 4);
    assert_eq!(
        made.findings(&[]),
        [gone.clone(), ("changed".into(), name.clone())]
    );
    // Sidecars alone still tell.
    fs::remove_file(made.file("SHA256SUMS")).expect("there");
    let found = made.findings(&[]);
    assert!(found.contains(&("changed".into(), name)), "{found:?}");
    let ran = made.run(&["verify"]);
    assert!(ran.stdout.contains("sidecars alone"), "{ran:?}");
}

#[test]
fn what_is_damaged_is_fetched_again_and_kept_aside() {
    let made = usual();
    let before = tree::tree(&made.env.path("l"));
    let flipped = made.named("16.jpg");
    let cut = made.named(".mp4");
    let gone = made.named(".srt");
    made.alter(&flipped, |bytes| bytes[77] ^= 1);
    made.alter(&cut, |bytes| bytes.truncate(30));
    fs::remove_file(made.file(&gone)).expect("there");
    fs::remove_file(made.file("albums.json")).expect("there");
    let sidecar = made.named("10.jpg.xmp");
    fs::write(made.file(&sidecar), "<not xmp").expect("written");
    assert_eq!(made.findings(&[]).len(), 5);
    let ran = made.json(&["verify", "--repair", "anna.zip"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let report = &ran.json_lines("report")[0];
    assert_eq!(report["set_aside"].as_array().map(Vec::len), Some(2));
    assert_eq!(report["still_damaged"], serde_json::json!([]));
    assert_eq!(tree::tree(&made.env.path("l")), before);
    let aside = fs::read_dir(made.file(".albumen/set-aside")).expect("made");
    assert_eq!(aside.count(), 3);
}

#[test]
fn what_no_archive_given_holds_stays_damaged_and_is_said() {
    let made = usual();
    let flipped = made.named("16.jpg");
    made.alter(&flipped, |bytes| bytes[77] ^= 1);
    let mut other = super::account();
    other.posts.truncate(1);
    let files = crate::support::compose::compose(
        &other,
        crate::support::compose::Generation::G4,
        crate::support::compose::Edition::Json,
    );
    made.env.zip("other.zip", &files);
    let ran = made.json(&["verify", "--repair", "other.zip"]);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    let report = &ran.json_lines("report")[0];
    assert_eq!(report["still_damaged"], serde_json::json!([flipped]));
    let aside = text(&report["set_aside"][0]).replace("<HOME>/l/", "");
    let kept = std::path::Path::new(&aside)
        .file_name()
        .expect("a name")
        .to_owned();
    assert!(made.file(".albumen/set-aside").join(kept).is_file());
    // It is not forgotten, and the right archive brings it back.
    assert_eq!(made.findings(&[]), [("missing".into(), flipped.clone())]);
    let ran = made.json(&["verify", "--repair", "anna.zip"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(made.file(&flipped).is_file());
}
