//! What every destination keeps: nothing lost, nothing doubled, nothing written over, everything read back.

use std::collections::BTreeMap;
use std::fs;

use super::{Host, Pushing, files_below, library};

/// Lists at a destination that are no files of the library.
const LISTS: [&str; 4] = [
    "SHA256SUMS",
    "SHA256SUMS.metadata",
    "albums.json",
    "library.json",
];

/// Keeps one host to all promises. `fresh` gives a new, empty place.
pub fn contract(fresh: &dyn Fn(&Pushing, &str) -> Box<dyn Host>) {
    let made = library();
    dry_run_changes_nothing(&made, fresh(&made, "dry").as_ref());
    let host = fresh(&made, "main");
    all_arrives_and_a_second_push_sends_nothing(&made, host.as_ref());
    a_lost_journal_doubles_nothing(&made, host.as_ref());
    changed_metadata_arrives(&made, host.as_ref());
    a_lost_file_comes_back(&made, host.as_ref());
    reading_back_finds_what_is_wrong(&made, host.as_ref());
    others_files_stay(&made, fresh(&made, "taken").as_ref());
    odd_names_arrive(&made, fresh(&made, "odd").as_ref());
    embedded_copies_arrive(&made, fresh(&made, "embedded").as_ref());
}

/// Returns the host's files without the lists.
fn media(host: &dyn Host) -> BTreeMap<String, Vec<u8>> {
    let mut listing = host.listing();
    listing.retain(|name, _| !LISTS.contains(&name.as_str()));
    listing
}

fn same(found: &BTreeMap<String, Vec<u8>>, wanted: &BTreeMap<String, Vec<u8>>) {
    let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(found), names(wanted));
    for (name, bytes) in wanted {
        assert!(found[name] == *bytes, "{name} has other bytes");
    }
}

fn dry_run_changes_nothing(made: &Pushing, host: &dyn Host) {
    let files = made.files();
    let report = made.push(host, &["--dry-run"], 0);
    assert_eq!((report.new, report.present), (files.len() as u64, 0));
    let bytes: u64 = files.values().map(|bytes| bytes.len() as u64).sum();
    assert_eq!(report.bytes_sent, bytes);
    assert_eq!(host.listing(), BTreeMap::new());
}

fn all_arrives_and_a_second_push_sends_nothing(made: &Pushing, host: &dyn Host) {
    let files = made.files();
    let report = made.push(host, &[], 0);
    assert_eq!(
        (report.new, report.failed, report.cannot),
        (files.len() as u64, 0, 0)
    );
    same(&media(host), &files);
    let listing = host.listing();
    let sums = String::from_utf8(listing["SHA256SUMS"].clone()).expect("text");
    let originals = files.keys().filter(|name| !name.ends_with(".xmp")).count();
    assert_eq!(sums.lines().count(), originals);
    let again = made.push(host, &[], 0);
    assert_eq!(
        (again.new, again.changed, again.check, again.bytes_sent),
        (0, 0, 0, 0)
    );
    assert_eq!(again.present, files.len() as u64);
    same(&host.listing(), &listing);
}

/// Changed copies arrive here as they do in a folder, and are known again.
fn embedded_copies_arrive(made: &Pushing, host: &dyn Host) {
    let local = made.env.run_on("l", &["push", "local-embedded", "--embed"]);
    assert_eq!(local.code, Some(0), "{local:?}");
    let mut wanted = files_below(&made.env.path("local-embedded"));
    wanted.retain(|name, _| !LISTS.contains(&name.as_str()));
    let report = made.push(host, &["--embed"], 0);
    assert_eq!(
        (report.new, report.failed, report.cannot),
        (wanted.len() as u64, 0, 0)
    );
    same(&media(host), &wanted);
    let again = made.push(host, &["--embed"], 0);
    assert_eq!((again.new, again.changed, again.bytes_sent), (0, 0, 0));
}

fn a_lost_journal_doubles_nothing(made: &Pushing, host: &dyn Host) {
    let before = host.listing();
    let rebuilt = made.env.run_on("l", &["rebuild"]);
    assert_eq!(rebuilt.code, Some(0), "{rebuilt:?}");
    let planned = made.push(host, &["--dry-run"], 0);
    assert_eq!((planned.new, planned.check), (0, made.files().len() as u64));
    let report = made.push(host, &[], 0);
    assert_eq!((report.new, report.changed, report.bytes_sent), (0, 0, 0));
    same(&host.listing(), &before);
}

fn changed_metadata_arrives(made: &Pushing, host: &dyn Host) {
    let files = made.files();
    let name = files
        .keys()
        .find(|name| name.ends_with(".xmp"))
        .expect("a sidecar");
    let text = String::from_utf8(files[name].clone()).expect("XMP is text");
    let changed = text.replacen("<dc:identifier>", "<dc:identifier>changed ", 1);
    assert_ne!(text, changed);
    fs::write(made.root().join(name), &changed).expect("the library is writable");
    let report = made.push(host, &[], 0);
    assert_eq!((report.new, report.changed), (0, 1));
    assert!(host.listing()[name] == changed.as_bytes(), "{name}");
    fs::write(made.root().join(name), &text).expect("the library is writable");
    assert_eq!(made.push(host, &[], 0).changed, 1);
    same(&media(host), &files);
}

fn a_lost_file_comes_back(made: &Pushing, host: &dyn Host) {
    let files = made.files();
    let name = files.keys().next().expect("a file");
    if !host.remove(name) {
        return;
    }
    assert_eq!(made.push(host, &[], 0).new, 1);
    same(&media(host), &files);
}

fn reading_back_finds_what_is_wrong(made: &Pushing, host: &dyn Host) {
    let address = host.address();
    let certify = || made.run(host, &["certify", "--at", &address]);
    let ran = certify();
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(ran.json_lines("destination")[0]["verdict"], "complete");
    let verify = || made.run(host, &["verify", &address]);
    assert_eq!(verify().code, Some(0), "{:?}", verify());
    let files = made.files();
    let (name, bytes) = files.iter().next().expect("a file");
    let mut damaged = bytes.clone();
    *damaged.last_mut().expect("not empty") ^= 1;
    if !host.write(name, &damaged) {
        return;
    }
    let ran = certify();
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert_eq!(ran.json_lines("destination")[0]["verdict"], "not_complete");
    assert_eq!(ran.json_lines("gap")[0]["path"], name.as_str());
    let ran = verify();
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert_eq!(ran.json_lines("finding")[0]["path"], name.as_str());
}

fn others_files_stay(made: &Pushing, host: &dyn Host) {
    let files = made.files();
    let (name, bytes) = files
        .iter()
        .find(|(name, _)| name.ends_with(".jpg"))
        .expect("a photo");
    let mut same_size = bytes.clone();
    same_size[0] ^= 1;
    if !host.write(name, &same_size) {
        return;
    }
    let report = made.push(host, &[], 0);
    assert_eq!((report.failed, report.cannot), (0, 0));
    let found = media(host);
    assert!(
        found[name] == same_size,
        "somebody else's file was written over"
    );
    let copies = found.values().filter(|found| *found == bytes).count();
    assert_eq!(copies, 1, "{name} is there once, under a name of its own");
    assert_eq!(found.len(), files.len() + 1);
    assert_eq!(made.push(host, &[], 0).new, 0);
    same(&media(host), &found);
}

fn odd_names_arrive(made: &Pushing, host: &dyn Host) {
    let layout = "50% #1 + é 😀 & (a)/{name}";
    let report = made.push(host, &["--layout", layout, "--kind", "story"], 0);
    assert!(report.new > 0);
    let found = media(host);
    assert_eq!(found.len() as u64, report.new);
    assert!(
        found
            .keys()
            .all(|name| name.starts_with("50% #1 + é 😀 & (a)/")),
        "{:?}",
        found.keys()
    );
    let again = made.push(host, &["--layout", layout, "--kind", "story"], 0);
    assert_eq!((again.new, again.check), (0, 0));
}
