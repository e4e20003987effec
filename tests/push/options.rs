//! Options of push: what is chosen, how it lies there, what is taken out.

use std::fs;

use super::{files_below, library};
use crate::support::tools::require;

#[test]
fn only_what_is_asked_for_is_pushed_in_the_layout_wanted() {
    let made = library();
    let ran = made.env.run_on(
        "l",
        &[
            "push",
            "out",
            "--kind",
            "story",
            "--layout",
            "kind",
            "--sidecars",
            "none",
        ],
    );
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let found = files_below(&made.env.path("out"));
    let media: Vec<_> = found
        .keys()
        .filter(|name| !name.starts_with("SHA256SUMS"))
        .collect();
    assert!(
        !media.is_empty() && media.iter().all(|name| name.starts_with("story/")),
        "{media:?}"
    );
    assert!(!found.keys().any(|name| name.ends_with(".xmp")));
    let flat = made.env.run_on("l", &["push", "flat", "--layout", "flat"]);
    assert_eq!(flat.code, Some(0), "{flat:?}");
    let flat = files_below(&made.env.path("flat"));
    assert!(
        flat.keys().all(|name| !name.contains('/')),
        "{:?}",
        flat.keys()
    );
}

#[test]
fn a_bag_passes_the_validator() {
    let made = library();
    for _ in 0..2 {
        let ran = made.env.run_on("l", &["push", "bag", "--bag"]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
    }
    let found = files_below(&made.env.path("bag"));
    for (name, bytes) in made.files() {
        assert!(found[&format!("data/{name}")] == bytes, "{name}");
    }
    let Some(validator) = require("bagit.py") else {
        return;
    };
    let validate = || {
        validator
            .command()
            .arg("--validate")
            .arg(made.env.path("bag"))
            .output()
            .expect("it runs")
    };
    let output = validate();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let name = found
        .keys()
        .find(|name| name.starts_with("data/"))
        .expect("a payload");
    fs::write(made.env.path("bag").join(name), "changed").expect("writable");
    assert!(
        !validate().status.success(),
        "a validator that finds nothing proves nothing"
    );
}

#[test]
fn a_folder_that_holds_other_things_is_no_bag() {
    let made = library();
    made.env.write("bag/data/mine.txt", b"mine");
    let ran = made.env.run_on("l", &["push", "bag", "--bag"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stderr.contains("mine.txt"), "{ran:?}");
}

#[test]
fn a_library_and_a_strange_address_are_refused() {
    let made = library();
    let ran = made.env.run_on("l", &["push", "l"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stderr.contains("library of albumen's"), "{ran:?}");
    for (address, code, said) in [
        ("ftp://host/x", 2, "ftp:// is no kind of destination"),
        ("zip:", 2, "the name of the zip file is missing"),
        ("zip:no/such/folder/a.zip", 1, "there is no such folder"),
    ] {
        let ran = made.env.run_on("l", &["push", address]);
        assert_eq!(ran.code, Some(code), "{ran:?}");
        assert!(
            ran.stderr.contains(said) && ran.stderr.contains("hint:"),
            "{ran:?}"
        );
    }
}

#[test]
fn a_damaged_file_of_the_library_is_not_pushed_as_if_it_were_whole() {
    let made = library();
    let files = made.files();
    let (name, bytes) = files
        .iter()
        .find(|(name, _)| name.ends_with(".jpg"))
        .expect("a photo");
    let mut damaged = bytes.clone();
    damaged[40] ^= 1;
    fs::write(made.root().join(name), &damaged).expect("writable");
    let ran = made.env.run_on("l", &["push", "out"]);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(
        ran.stdout.contains(name) && ran.stdout.contains("not as it was imported"),
        "{ran:?}"
    );
    assert!(!made.env.path("out").join(name).exists());
}
