//! Tests of `hints.rs`.

use super::*;
use crate::exporter::archive::EntryError;
use crate::model::entry_path::UnsafeName;

fn import_failed(source: ImportError) -> CliError {
    CliError::Import {
        library: "/l".into(),
        source,
    }
}

#[test]
fn the_chain_is_printed_once_with_a_hint() {
    let full = import_failed(ImportError::Library(ErrorKind::StorageFull.into()));
    assert_eq!(
        message(&full, false),
        "error: could not import into /l\n  caused by: could not write to the library\n  caused by: no storage space\n\
         hint: make room on that disk, then repeat the import: it goes on where it stopped\n"
    );
}

#[test]
fn a_transparent_error_is_not_said_twice() {
    let newer = import_failed(ImportError::Catalog(CatalogError::Newer {
        found: 9,
        known: 1,
    }));
    let text = message(&newer, false);
    assert_eq!(text.matches("caused by").count(), 1, "{text}");
    assert!(
        text.ends_with("hint: use the newer albumen; nothing was touched\n"),
        "{text}"
    );
}

#[test]
fn parts_that_cannot_be_read_are_named() {
    let problems = vec![PartProblem {
        part: "holiday\u{1b}.jpg".to_owned(),
        what: PartFault::NotAnArchive("a JPEG picture".to_owned()),
    }];
    let text = message(
        &import_failed(ImportError::NothingToRead { problems }),
        false,
    );
    assert!(
        text.contains("  holiday\u{fffd}.jpg: not an archive but a JPEG picture\n    hint: "),
        "{text}"
    );
}

#[test]
fn names_from_archives_cannot_write_to_the_terminal() {
    let folders = vec!["a\u{1b}[2J".to_owned()];
    let text = message(
        &import_failed(ImportError::UnknownService { folders }),
        false,
    );
    assert!(!text.contains('\u{1b}'), "{text}");
}

#[test]
fn colour_is_only_on_one_word() {
    assert!(message(&CliError::NoHome, true).starts_with("\u{1b}[1;31merror:\u{1b}[0m no library"));
    assert!(!message(&CliError::NoHome, false).contains('\u{1b}'));
}

#[test]
fn each_way_to_fail_has_its_hint() {
    for (error, part) in [
        (EntryError::Encrypted, "password"),
        (EntryError::Method("LZMA".to_owned()), "another program"),
        (EntryError::CutOff, "download it again"),
        (
            EntryError::Checksum {
                declared: 1,
                found: 2,
            },
            "download it again",
        ),
        (
            EntryError::Size {
                declared: 1,
                found: 2,
            },
            "download it again",
        ),
        (EntryError::TooLarge { declared: 1 }, "harm"),
        (EntryError::Overlap, "harm"),
        (EntryError::Damaged("x".to_owned()), "download it again"),
        (EntryError::Io("x".to_owned()), "disk"),
    ] {
        let why = error.to_string();
        assert!(
            for_entry(&why).is_some_and(|hint| hint.contains(part)),
            "{why}"
        );
    }
    for name in [
        UnsafeName::Empty,
        UnsafeName::Parent,
        UnsafeName::Absolute,
        UnsafeName::Control,
        UnsafeName::TooLong,
    ] {
        assert!(for_entry(&name.to_string()).is_some(), "{name}");
    }
    assert_eq!(for_entry("expected value at line 1"), None);
}

#[test]
fn each_fault_of_a_part_has_its_hint() {
    for fault in [
        PartFault::Missing,
        PartFault::Empty,
        PartFault::NotAnArchive("x".to_owned()),
        PartFault::CutOff { whole: 1 },
        PartFault::Encrypted,
        PartFault::Gap { number: 2 },
        PartFault::Unfinished,
        PartFault::Damaged("x".to_owned()),
    ] {
        assert!(for_part(&fault).is_some(), "{fault}");
    }
}
