//! Tests of `hints.rs`.

use super::*;
use crate::cli::failure::message;
use archive::{EntryError, PartProblem};
use model::entry_path::UnsafeName;
use std::io;

fn import_failed(source: ImportError) -> CliError {
    CliError::Import {
        library: "/l".into(),
        source,
    }
}

#[test]
fn the_chain_is_printed_once_with_a_hint() {
    let read_only = LibraryError::ReadOnly {
        path: "/l".into(),
        source: ErrorKind::ReadOnlyFilesystem.into(),
    };
    assert_eq!(
        message(&import_failed(ImportError::Library(read_only)), false),
        "error: could not import into /l\n  caused by: cannot write to /l\n  caused by: read-only filesystem or storage medium\n\
         hint: that disk is mounted read-only, or write-protected: mount it so that it can be written, or choose a folder you may \
         write to with --library DIR\n"
    );
}

#[test]
fn what_the_system_said_gives_a_hint_too() {
    let path = "/l/a".into();
    let text = message(
        &import_failed(ImportError::Read {
            path,
            source: ErrorKind::PermissionDenied.into(),
        }),
        false,
    );
    assert!(
        text.ends_with("hint: you may not do that there: run the command as the owner, or choose a folder you may write to with --library DIR\n"),
        "{text}"
    );
}

#[test]
#[cfg(target_os = "linux")]
fn each_refusal_of_the_system_has_its_own_hint_and_only_one_blames_the_disk() {
    use disk::safe_writer::{StepKind, WriteError};
    let system = io::Error::from_raw_os_error;
    for (code, reading, writing) in [
        (13, Some("you may not read that"), "you may not write there"),
        (30, None, "mounted read-only"),
        (28, None, "make room on that disk"),
        (122, None, "make room on that disk"),
        (
            5,
            Some("the disk may be failing"),
            "the disk may be failing",
        ),
    ] {
        let path = || std::path::PathBuf::from("/l/c");
        let read = for_reading(&system(code));
        assert_eq!(read.is_some(), reading.is_some(), "{code}");
        assert!(read.is_none_or(|said| said.contains(reading.unwrap_or_default())));
        let unreadable = CatalogError::Unreadable {
            path: path(),
            source: system(code),
        };
        assert_eq!(for_catalog(&unreadable), read, "{code}");
        let wrote = ImportError::Write(WriteError {
            kind: StepKind::Write,
            path: path(),
            source: system(code),
        });
        let text = message(&import_failed(wrote), false);
        assert!(text.contains(writing), "{code}: {text}");
        assert_eq!(text.contains("failing"), code == 5, "{code}: {text}");
        let kind = FindingKind::of_unread(Fault::of(&system(code)));
        let blames = for_finding(kind).is_some_and(|hint| hint.contains("failing"));
        assert_eq!(blames, code == 5, "{code}");
    }
    assert!(
        !for_finding(FindingKind::Unreadable)
            .unwrap_or_default()
            .contains("failing")
    );
}

#[test]
fn a_transparent_error_is_not_said_twice() {
    let newer = CatalogError::Newer {
        path: "/l/c".into(),
        found: 9,
        known: 1,
    };
    let text = message(&import_failed(ImportError::Catalog(newer)), false);
    assert_eq!(text.matches("caused by").count(), 1, "{text}");
    assert!(
        text.ends_with("hint: use the newer albumen; nothing was touched\n"),
        "{text}"
    );
    let none = message(
        &CliError::Library(LibraryError::NotALibrary { path: "/l".into() }),
        false,
    );
    assert!(
        none.starts_with("error: there is no library at /l\nhint: "),
        "{none}"
    );
}

#[test]
fn parts_that_cannot_be_read_get_their_own_hints_once() {
    let problem = |what| PartProblem {
        part: "a\u{1b}.jpg".to_owned(),
        what,
    };
    let photo = || problem(PartFault::NotAnArchive("a JPEG picture".to_owned()));
    let problems = vec![photo(), photo(), problem(PartFault::Empty)];
    let text = message(
        &import_failed(ImportError::NothingReadable { problems }),
        false,
    );
    assert_eq!(text.matches("hint: ").count(), 2, "{text}");
    assert!(!text.contains('\u{1b}'), "{text}");
}

#[test]
fn names_from_archives_cannot_write_to_the_terminal_and_are_not_lost() {
    let tops = (0..80).map(|n| format!("a\u{1b}[2J{n}")).collect();
    let known = vec!["instagram"];
    let text = message(
        &import_failed(ImportError::UnknownService { tops, known }),
        false,
    );
    assert!(!text.contains('\u{1b}') && text.contains("[2J79"), "{text}");
    assert!(
        text.contains("hint: albumen reads archives of: instagram"),
        "{text}"
    );
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
        // As `import::run` says it.
        assert!(for_entry(&format!("refused: {name}")).is_some(), "{name}");
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
