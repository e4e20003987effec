//! Tests of what a verify run is made of; whole runs over whole libraries are in `tests/verify/`.

use std::collections::BTreeMap;

use super::super::reading::is_chosen;
use super::*;
use model::content_hash::ContentHash;

fn units(names: &[&str]) -> BTreeMap<LibraryPath, Unit> {
    names
        .iter()
        .zip(0u8..)
        .map(|(name, n)| {
            let unit = Unit {
                listed: Some(ContentHash([n; 32])),
                ..Unit::default()
            };
            (LibraryPath::parse(name).unwrap(), unit)
        })
        .collect()
}

#[test]
fn a_run_goes_on_after_its_place_and_then_comes_round() {
    let units = units(&["a", "b", "c"]);
    for (place, expected, resumed) in [
        (None, "abc", false),
        (Some("a"), "bca", true),
        (Some("b"), "cab", true),
        (Some("bb"), "cab", true),
        (Some("c"), "abc", false),
        (Some("0"), "abc", false),
    ] {
        let (order, found) = in_turn(&units, place);
        let names: String = order.iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!((names.as_str(), found), (expected, resumed), "{place:?}");
    }
}

#[test]
fn a_sample_is_always_the_same_and_about_as_large_as_asked() {
    let path = LibraryPath::parse("a").unwrap();
    let chosen = |share, seed| -> Vec<bool> {
        (0..=255u8)
            .map(|n| {
                let unit = Unit {
                    listed: Some(ContentHash([n; 32])),
                    ..Unit::default()
                };
                is_chosen(&path, &unit, share, seed)
            })
            .collect()
    };
    let count = |chosen: &[bool]| chosen.iter().filter(|chosen| **chosen).count();
    let tenth = chosen(0.1, 0);
    assert_eq!(tenth, chosen(0.1, 0));
    assert_ne!(tenth, chosen(0.1, 1));
    assert!((10..45).contains(&count(&tenth)), "{}", count(&tenth));
    assert_eq!(count(&chosen(1.0, 7)), 256);
    // A larger sample holds the smaller one.
    let half = chosen(0.5, 0);
    assert!(
        tenth
            .iter()
            .zip(&half)
            .all(|(small, large)| !small || *large)
    );
}

#[test]
fn a_folder_that_is_no_library_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let clock = || Timestamp::UNIX_EPOCH;
    let error = verify(
        folder.path(),
        &VerifyOptions::default(),
        &clock,
        &monitor::Silent,
    );
    assert!(matches!(
        error,
        Err(VerifyError::Library(LibraryError::NotALibrary { .. }))
    ));
}
