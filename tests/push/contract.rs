//! What every destination keeps: nothing lost, nothing doubled, nothing written over, everything read back.

use std::collections::BTreeMap;
use std::fs;

use super::{Host, Pushing, files_below, library};

/// Lists at a destination that are no files of the library.
const LISTS: [&str; 6] = [
    "SHA256SUMS",
    "SHA256SUMS.metadata",
    "albums.json",
    "library.json",
    "missing.json",
    "README.txt",
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

/// Returns the library's files that the host can hold.
fn holdable(made: &Pushing, host: &dyn Host) -> BTreeMap<String, Vec<u8>> {
    let mut files = made.files();
    files.retain(|name, _| host.holds(name));
    files
}

/// Returns the library's files as the host shall list them.
pub(super) fn wanted(made: &Pushing, host: &dyn Host) -> BTreeMap<String, Vec<u8>> {
    let files = holdable(made, host).into_iter();
    files
        .filter_map(|(name, bytes)| Some((host.shows(&name)?, bytes)))
        .collect()
}

/// Returns the exit code of a push with which all goes well: 3 where the host cannot hold everything.
fn code(made: &Pushing, host: &dyn Host) -> i32 {
    match made.files().keys().all(|name| host.holds(name)) {
        true => 0,
        false => 3,
    }
}

fn same(found: &BTreeMap<String, Vec<u8>>, wanted: &BTreeMap<String, Vec<u8>>) {
    let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(found), names(wanted));
    for (name, bytes) in wanted {
        assert!(found[name] == *bytes, "{name} has other bytes");
    }
}

fn dry_run_changes_nothing(made: &Pushing, host: &dyn Host) {
    let files = holdable(made, host);
    let report = made.push(host, &["--dry-run"], code(made, host));
    assert_eq!((report.new, report.present), (files.len() as u64, 0));
    assert_eq!(report.cannot, (made.files().len() - files.len()) as u64);
    let bytes: u64 = files.values().map(|bytes| bytes.len() as u64).sum();
    assert_eq!(report.bytes_sent, bytes);
    assert_eq!(host.listing(), BTreeMap::new());
}

fn all_arrives_and_a_second_push_sends_nothing(made: &Pushing, host: &dyn Host) {
    let files = holdable(made, host);
    let cannot = (made.files().len() - files.len()) as u64;
    let report = made.push(host, &[], code(made, host));
    assert_eq!(
        (report.new, report.failed, report.cannot),
        (files.len() as u64, 0, cannot)
    );
    same(&media(host), &wanted(made, host));
    for (name, bytes) in files.iter().filter(|(name, _)| name.ends_with(".xmp")) {
        assert!(host.has_sidecar(name, bytes), "{name}");
    }
    let listing = host.listing();
    if host.keeps_files() {
        let sums = String::from_utf8(listing["SHA256SUMS"].clone()).expect("text");
        let originals = files.keys().filter(|name| !name.ends_with(".xmp")).count();
        assert_eq!(sums.lines().count(), originals);
    }
    let again = made.push(host, &[], code(made, host));
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
    let mut copies = files_below(&made.env.path("local-embedded"));
    copies.retain(|name, _| !LISTS.contains(&name.as_str()));
    let all = copies.len();
    copies.retain(|name, _| host.holds(name));
    let report = made.push(host, &["--embed"], code(made, host));
    assert_eq!(
        (report.new, report.failed, report.cannot),
        (copies.len() as u64, 0, (all - copies.len()) as u64)
    );
    let shown = copies.iter();
    let shown = shown.filter_map(|(name, bytes)| Some((host.shows(name)?, bytes.clone())));
    same(&media(host), &shown.collect());
    let again = made.push(host, &["--embed"], code(made, host));
    assert_eq!((again.new, again.changed, again.bytes_sent), (0, 0, 0));
}

fn a_lost_journal_doubles_nothing(made: &Pushing, host: &dyn Host) {
    let before = host.listing();
    // A catalog that can be read hands its journal on, and so does the file beside the lists.
    for kept in ["l/.albumen/catalog.sqlite", "l/pushes.jsonl"] {
        fs::remove_file(made.env.path(kept)).expect("there");
    }
    let rebuilt = made.env.run_on("l", &["rebuild"]);
    assert_eq!(rebuilt.code, Some(0), "{rebuilt:?}");
    let planned = made.push(host, &["--dry-run"], code(made, host));
    let files = holdable(made, host).len() as u64;
    // Sidecars are looked at; of large files it is only said that they will be.
    assert_eq!((planned.new, planned.check + planned.present), (0, files));
    assert!(planned.check > 0 && planned.present > 0);
    let report = made.push(host, &[], code(made, host));
    assert_eq!((report.new, report.changed, report.bytes_sent), (0, 0, 0));
    same(&host.listing(), &before);
}

fn changed_metadata_arrives(made: &Pushing, host: &dyn Host) {
    let files = made.files();
    let described = "<dc:description>";
    let text_of = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("XMP is text");
    let (name, bytes) = files
        .iter()
        .find(|(name, bytes)| name.ends_with(".xmp") && text_of(bytes).contains(described))
        .expect("a sidecar with a description");
    let text = text_of(bytes);
    // The description stands in two fields.
    let language = "<rdf:li xml:lang=\"x-default\">";
    let changed = text.replace(language, &format!("{language}changed "));
    assert_ne!(text, changed);
    fs::write(made.root().join(name), &changed).expect("the library is writable");
    let report = made.push(host, &[], code(made, host));
    assert_eq!((report.new, report.changed), (0, 1));
    assert!(host.has_sidecar(name, changed.as_bytes()), "{name}");
    fs::write(made.root().join(name), &text).expect("the library is writable");
    assert_eq!(made.push(host, &[], code(made, host)).changed, 1);
    assert!(host.has_sidecar(name, bytes), "{name}");
    same(&media(host), &wanted(made, host));
}

fn a_lost_file_comes_back(made: &Pushing, host: &dyn Host) {
    let files = made.files();
    let name = files.keys().next().expect("a file");
    let lost = host.remove(name);
    if lost == 0 {
        return;
    }
    assert_eq!(made.push(host, &[], code(made, host)).new, lost);
    same(&media(host), &wanted(made, host));
}

fn reading_back_finds_what_is_wrong(made: &Pushing, host: &dyn Host) {
    let address = host.address();
    let certify = || made.run(host, &["certify", "--at", &address]);
    let ran = certify();
    assert_eq!(ran.code, Some(code(made, host)), "{ran:?}");
    let verdict = if code(made, host) == 0 {
        "complete"
    } else {
        "not_complete"
    };
    assert_eq!(ran.json_lines("destination")[0]["verdict"], verdict);
    let refused = ran.json_lines("gap");
    assert_eq!(
        refused.len(),
        made.files().len() - holdable(made, host).len()
    );
    assert!(refused.iter().all(|gap| gap["kind"] == "refused"));
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
    let gaps = ran.json_lines("gap");
    assert!(
        gaps.iter().any(|gap| gap["path"] == name.as_str()),
        "{ran:?}"
    );
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
    let report = made.push(host, &[], code(made, host));
    let wanted = wanted(made, host);
    let cannot = (files.len() - holdable(made, host).len()) as u64;
    assert_eq!((report.failed, report.cannot), (0, cannot));
    let found = media(host);
    assert!(
        found[&host.shows(name).expect("a photo is a file")] == same_size,
        "somebody else's file was written over"
    );
    let copies = found.values().filter(|found| *found == bytes).count();
    assert_eq!(copies, 1, "{name} is there once, under a name of its own");
    assert_eq!(found.len(), wanted.len() + 1);
    assert_eq!(made.push(host, &[], code(made, host)).new, 0);
    same(&media(host), &found);
}

fn odd_names_arrive(made: &Pushing, host: &dyn Host) {
    let begin = "50% #1 + é 😀 & (a)/50% é 😀 ";
    let layout = format!("{begin}{{name}}");
    let options = ["--layout", layout.as_str(), "--kind", "story"];
    let report = made.push(host, &options, 0);
    assert!(report.new > 0);
    let found = media(host);
    if host.keeps_files() {
        assert_eq!(found.len() as u64, report.new);
    }
    let begin = host.shows(begin).expect("not a sidecar");
    assert!(
        found.keys().all(|name| name.starts_with(&begin)),
        "{:?}",
        found.keys()
    );
    let again = made.push(host, &options, 0);
    assert_eq!((again.new, again.check), (0, 0));
}
