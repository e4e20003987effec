//! Who may read what is pushed to this machine, and what a library can be made of again (issue 14, points 11 and 21).

use std::fs;

use super::{files_below, library};
use crate::support::compose::takeout_words::ENGLISH;
use crate::support::takeouts;

#[cfg(unix)]
fn modes(path: &std::path::Path, found: &mut Vec<(String, u32)>) {
    use std::os::unix::fs::PermissionsExt;
    let metadata = fs::metadata(path).expect("there");
    found.push((
        path.display().to_string(),
        metadata.permissions().mode() & 0o777,
    ));
    if metadata.is_dir() {
        for entry in fs::read_dir(path).expect("a folder") {
            modes(&entry.expect("readable").path(), found);
        }
    }
}

#[cfg(unix)]
#[test]
fn a_pushed_folder_or_zip_is_its_owners_alone_unless_it_is_shared() {
    let made = library();
    for (address, path, shared) in [
        ("out", "out", false),
        ("zip:out.zip", "out.zip", false),
        ("shared", "shared", true),
        ("zip:shared.zip", "shared.zip", true),
    ] {
        let mut arguments = vec!["push", address];
        if shared {
            arguments.push("--shared");
        }
        let ran = made.env.run_on("l", &arguments);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let mut found = Vec::new();
        modes(&made.env.path(path), &mut found);
        let open = found.iter().filter(|(_, mode)| mode & 0o077 != 0).count();
        match shared {
            false => assert_eq!(open, 0, "{found:?}"),
            // As far as the system lets them: with the usual umask of 022 all of it.
            true => assert!(open == found.len() || open == 0, "{found:?}"),
        }
    }
}

#[test]
fn a_pushed_copy_holds_what_rebuild_reads_and_nothing_that_is_to_be_hidden() {
    let made = library();
    let archive = takeouts::varied(ENGLISH).files();
    made.env.zip("google.zip", &archive);
    let ran = made.env.run_on("l", &["import", "google.zip"]);
    assert!(matches!(ran.code, Some(0 | 3)), "{ran:?}");
    assert_eq!(made.env.run_on("l", &["push", "out"]).code, Some(0));
    let found = files_below(&made.env.path("out"));
    assert!(found.contains_key("README.txt"), "{:?}", found.keys());
    let albums = String::from_utf8(found["albums.json"].clone()).expect("text");
    assert!(albums.contains("\"records\""), "{albums}");
    let ran = made
        .env
        .run_on("l", &["push", "hidden", "--strip", "location"]);
    assert!(matches!(ran.code, Some(0 | 3)), "{ran:?}");
    let found = files_below(&made.env.path("hidden"));
    let albums = found.get("albums.json").cloned().unwrap_or_default();
    assert!(!String::from_utf8_lossy(&albums).contains("\"records\""));
    assert!(!found.contains_key("missing.json") && !found.contains_key("library.json"));
    // Somebody's own README stays.
    fs::create_dir_all(made.env.path("mine")).expect("made");
    fs::write(made.env.path("mine/README.txt"), "mine").expect("written");
    let ran = made.env.run_on("l", &["push", "mine"]);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(ran.stdout.contains("cannot: README.txt: "), "{ran:?}");
    let readme = fs::read(made.env.path("mine/README.txt")).expect("there");
    assert_eq!(readme, b"mine");
}
