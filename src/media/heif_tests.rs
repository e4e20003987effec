//! Item tables in all their forms.
#![allow(clippy::unwrap_used, reason = "a test may stop")]

use super::*;

fn numbers(parts: &[(u64, usize)]) -> Vec<u8> {
    parts
        .iter()
        .flat_map(|(value, bytes)| value.to_be_bytes()[8 - bytes..].to_vec())
        .collect()
}

#[test]
fn places_of_items_are_read_in_every_version() {
    // Version 0: sizes 4, 4, 0; items 1 and 2.
    let table = numbers(&[
        (0, 4),
        (0x4400, 2),
        (2, 2),
        (1, 2),
        (0, 2),
        (1, 2),
        (100, 4),
        (10, 4),
        (2, 2),
        (0, 2),
        (2, 2),
        (200, 4),
        (20, 4),
        (300, 4),
        (30, 4),
    ]);
    let found = locate(&table, 2).unwrap();
    assert_eq!(
        (found.in_idat, found.extents),
        (false, vec![(200, 20), (300, 30)])
    );
    assert!(locate(&table, 3).is_none());

    // Version 1: offsets of 8 bytes, base of 4, index of 4; in `idat`.
    let table = numbers(&[
        (1 << 24, 4),
        (0x8444, 2),
        (1, 2),
        (7, 2),
        (1, 2),
        (0, 2),
        (1000, 4),
        (1, 2),
        (9, 4),
        (5, 8),
        (6, 4),
    ]);
    let found = locate(&table, 7).unwrap();
    assert_eq!((found.in_idat, found.extents), (true, vec![(1005, 6)]));

    // Version 2: identifiers of 4 bytes.
    let table = numbers(&[
        (2 << 24, 4),
        (0x4400, 2),
        (1, 4),
        (70_000, 4),
        (0, 2),
        (0, 2),
        (1, 2),
        (5, 4),
        (6, 4),
    ]);
    assert_eq!(locate(&table, 70_000).unwrap().extents, vec![(5, 6)]);
}

#[test]
fn lying_tables_are_refused() {
    let table = numbers(&[(0, 4), (0xff00, 2), (1, 2), (1, 2), (0, 2), (1, 2)]);
    assert!(locate(&table, 1).is_none());
    let table = numbers(&[
        (0, 4),
        (0x4400, 2),
        (0xffff, 2),
        (1, 2),
        (0, 2),
        (0xffff, 2),
    ]);
    assert!(locate(&table, 1).is_none());
    let table = numbers(&[(0, 4), (u64::from(u32::MAX), 4), (1, 2), (200, 1)]);
    assert!(associations(&table, 1).is_none());
}

#[test]
fn associations_are_read_in_every_version() {
    let table = numbers(&[
        (0, 4),
        (2, 4),
        (1, 2),
        (1, 1),
        (9, 1),
        (2, 2),
        (2, 1),
        (0x81, 1),
        (3, 1),
    ]);
    assert_eq!(associations(&table, 2), Some(vec![1, 3]));
    // Version 1 with indices of 15 bits.
    let table = numbers(&[
        (1 << 24 | 1, 4),
        (1, 4),
        (70_000, 4),
        (1, 1),
        (0x8000 | 300, 2),
    ]);
    assert_eq!(associations(&table, 70_000), Some(vec![300]));
}

#[test]
fn turns_become_orientations() {
    assert_eq!(
        [0, 1, 2, 3].map(orientation_of_turns),
        [None, Some(8), Some(3), Some(6)]
    );
}

#[test]
fn a_file_without_items_is_damage() {
    let mut facts = MediaFacts::of_type(model::media_type::MediaType::Heic);
    let bytes = b"\0\0\0\x14ftypheic\0\0\0\0mif1";
    assert!(read(&mut std::io::Cursor::new(bytes), &mut facts).is_err());
}
