//! The pictures that `packaging/pictures` makes: small, all of them shown somewhere, and still for readers who want no motion.

use std::fs;

use super::{documents, root};

/// Bytes that all of them together may have.
const MOST_BYTES: u64 = 600_000;

#[test]
fn pictures_are_small_and_each_is_shown() {
    let texts: String = documents()
        .into_iter()
        .map(|path| fs::read_to_string(path).expect("readable"))
        .collect();
    let mut bytes = 0;
    for entry in fs::read_dir(root().join("docs/images")).expect("there") {
        let entry = entry.expect("readable");
        bytes += entry.metadata().expect("readable").len();
        let name = entry.file_name().to_string_lossy().into_owned();
        assert!(
            texts.contains(&format!("images/{name})")),
            "no document shows {name}"
        );
    }
    assert!((1..=MOST_BYTES).contains(&bytes), "{bytes} bytes");
}

#[test]
fn the_recording_stands_still_for_readers_who_want_no_motion() {
    let path = root().join("docs/images/session.svg");
    let svg = fs::read_to_string(path).expect("readable");
    let (_, still) = svg
        .split_once("@media (prefers-reduced-motion: reduce)")
        .expect("it asks the reader's system");
    assert!(still.contains("animation:none"), "{still}");
    assert!(!svg.contains("<script"), "it needs no script");
    assert!(svg.contains("$ </tspan>"), "it shows what was typed");
}
