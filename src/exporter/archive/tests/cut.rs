//! Parts that end too early.

use super::support::*;
use crate::{EntryError, PartFault};

/// Name of an entry and what reading it gave.
type Read = (String, Result<Vec<u8>, EntryError>);

/// Opens what is left of a zip after cutting it inside the second entry's bytes, or wherever `at` says.
fn cut(entries: &[ZipEntry], at: usize) -> (Vec<PartFault>, Vec<Read>) {
    let archive = open_bytes(&zip(entries)[..at]);
    let names = names(&archive).into_iter().map(str::to_owned);
    (faults(&archive), names.zip(read_all(&archive)).collect())
}

#[test]
fn whole_entries_of_a_cut_zip_are_read() {
    let (a, b) = (noise(1_000, 1), noise(1_000, 2));
    let kinds: [fn(ZipEntry) -> ZipEntry; 5] = [
        |entry| entry,
        |entry| with_descriptor(entry, true, false),
        |entry| with_descriptor(entry, true, true),
        |entry| with_descriptor(entry, false, false),
        |entry| with_descriptor(entry, false, true),
    ];
    for (number, kind) in kinds.into_iter().enumerate() {
        for pack in [stored, deflated] {
            let entries = [
                kind(pack("a.jpg", &a)),
                kind(pack("b.jpg", &b)),
                kind(pack("c.jpg", b"c")),
            ];
            let first = zip_halves(&entries[..1]).0.len();
            let (faults, read) = cut(&entries, first + 200);
            assert_eq!(faults, [PartFault::CutOff { whole: 1 }], "{number}");
            let expected = [
                ("a.jpg".to_owned(), Ok(a.clone())),
                ("b.jpg".to_owned(), Err(EntryError::CutOff)),
            ];
            assert!(
                read == expected,
                "{number}: {:?}",
                read.iter().map(|r| &r.0).collect::<Vec<_>>()
            );
        }
    }
}

#[test]
fn a_cut_inside_the_directory_loses_nothing() {
    let entries = [
        stored("a", b"1"),
        with_descriptor(deflated("b", b"22"), true, false),
    ];
    let (body, directory) = zip_halves(&entries);
    for at in [
        body.len(),
        body.len() + 30,
        body.len() + directory.len() + 10,
    ] {
        let (faults, read) = cut(&entries, at);
        // Without a following header, a descriptor that has a signature is still found.
        assert_eq!(faults, [PartFault::CutOff { whole: 2 }], "{at}");
        assert_eq!(read[1].1, Ok(b"22".to_vec()));
    }
}

#[test]
fn every_cut_is_noticed_and_none_gives_wrong_bytes() {
    let entries = [
        stored("a", &noise(50, 1)),
        with_descriptor(deflated("b", &noise(60, 2)), true, false),
        with_descriptor(stored("c", &noise(70, 3)), false, false),
    ];
    let whole = zip(&entries);
    for at in 4..whole.len() {
        let archive = open_bytes(&whole[..at]);
        assert!(
            matches!(faults(&archive)[..], [PartFault::CutOff { .. }]),
            "{at}"
        );
        for read in read_all(&archive).into_iter().flatten() {
            assert!(
                [noise(50, 1), noise(60, 2), noise(70, 3)].contains(&read),
                "{at}"
            );
        }
    }
}

#[test]
fn a_zip_inside_a_cut_zip_is_not_taken_for_it() {
    let inner = zip(&[stored("inner.jpg", b"inner")]);
    let outer = zip(&[
        stored("albums.zip", &inner),
        stored("b.jpg", &noise(1_000, 1)),
    ]);
    let archive = open_bytes(&outer[..inner.len() + 300]);
    assert_eq!(names(&archive), ["albums.zip", "b.jpg"]);
    assert_eq!(faults(&archive), [PartFault::CutOff { whole: 1 }]);
}

#[test]
fn damage_between_entries_is_passed_over() {
    let (first, second) = (
        zip_halves(&[stored("a", b"1")]).0,
        zip_halves(&[stored("b", b"2")]).0,
    );
    let archive = open_bytes(&[first, noise(400_000, 5), second].concat());
    assert_eq!(read_all(&archive), [Ok(b"1".to_vec()), Ok(b"2".to_vec())]);
}

#[test]
fn a_cut_tgz_gives_what_was_whole() {
    let bytes = noise(300_000, 1);
    let whole = gzip(&tar(&[
        ("a.jpg", &bytes),
        ("b.jpg", &bytes),
        ("c.json", b"{}"),
    ]));
    let archive = open_bytes(&whole[..whole.len() * 3 / 4]);
    assert_eq!(faults(&archive), [PartFault::CutOff { whole: 1 }]);
    assert_eq!(names(&archive), ["a.jpg", "b.jpg"]);
    let visited = visit(&archive, &ids(&archive), 2);
    let results: Vec<_> = visited.into_values().collect();
    assert!(results[0].0 == bytes && results[0].1.is_ok());
    assert_eq!(results[1], (Vec::new(), Err(EntryError::CutOff)));
}

#[test]
fn a_cut_tar_gives_what_was_whole() {
    let whole = tar(&[("a.jpg", &[1; 1_000]), ("b.jpg", &[2; 1_000])]);
    for (at, entries, whole_entries) in [
        (512 + 1_000, 1, 1),
        (512 + 999, 1, 0),
        (1_536, 1, 1),
        (3_000, 2, 1),
    ] {
        let archive = open_bytes(&whole[..at]);
        assert_eq!(
            faults(&archive),
            [PartFault::CutOff {
                whole: whole_entries
            }],
            "{at}"
        );
        assert_eq!(archive.entries().len(), entries, "{at}");
    }
}

#[test]
fn a_gzip_with_a_wrong_checksum_is_damaged() {
    let mut bytes = gzip(&tar(&[("a.jpg", &noise(5_000, 1))]));
    let at = bytes.len() - 6;
    bytes[at] ^= 1;
    let archive = open_bytes(&bytes);
    assert!(
        matches!(&faults(&archive)[..], [PartFault::Damaged(what)] if what.contains("checksum"))
    );
}
