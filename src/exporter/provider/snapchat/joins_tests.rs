//! Joins of memories and files, a table for each rule.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use super::*;

const BREST: (f64, f64) = (48.39, -4.486);
/// 300 m from Brest's, and a city away.
const NEAR: (f64, f64) = (48.392, -4.483);
const FAR: (f64, f64) = (48.0, -4.1);

fn day(second: i64) -> Date {
    let start: Date = "2021-01-02".parse().unwrap();
    start
        .checked_add(jiff::Span::new().days(second.div_euclid(86_400)))
        .unwrap()
}

fn memory<'a>(key: &'a str, ids: &[&str], second: i64, place: Option<(f64, f64)>) -> Memory<'a> {
    Memory {
        key,
        ids: ids.iter().map(|id| (*id).to_owned()).collect(),
        second: Some(second),
        day: Some(day(second)),
        class: Some(MediaClass::Photo),
        place: place.and_then(|(latitude, longitude)| Location::new(latitude, longitude)),
    }
}

fn file<'a>(stem: &'a str, id: &str, day_at: i64, time: Option<FileTime>) -> MemoryFile<'a> {
    MemoryFile {
        stem,
        id: id.to_owned(),
        day: Some(day(day_at)),
        class: Some(MediaClass::Photo),
        time,
    }
}

fn joined<'a>(
    memories: &[Memory<'a>],
    files: &[MemoryFile<'a>],
) -> Vec<(&'a str, &'a str, &'static str, Doubt)> {
    let found = join(memories, files);
    // Whatever the order of what is given, it is the same.
    let (mut turned, mut turned_files) = (memories.to_vec(), files.to_vec());
    turned.reverse();
    turned_files.reverse();
    let name = |memories: &[Memory<'a>], files: &[MemoryFile<'a>], joins: &[Join]| {
        let mut names: Vec<_> = joins
            .iter()
            .map(|join| {
                (
                    memories[join.memory].key,
                    files[join.file].stem,
                    join.how,
                    join.doubt,
                )
            })
            .collect();
        names.sort_by_key(|(key, stem, ..)| (*key, *stem));
        names
    };
    let names = name(memories, files, &found);
    let again = name(&turned, &turned_files, &join(&turned, &turned_files));
    assert_eq!(names, again, "the order of evidence counts");
    names
}

use Doubt::{None as Sure, Place, PlaceAndClock};
use FileTime::{Exact, Stepped};

#[test]
fn an_id_joins_whatever_the_time() {
    let memories = [
        memory("a", &["m"], 10, Some(BREST)),
        memory("b", &["n"], 10, Some(FAR)),
    ];
    let files = [
        file("fn", "n", 0, None),
        file("fm", "m", 0, Some(Exact(10))),
    ];
    assert_eq!(
        joined(&memories, &files),
        [("a", "fm", "id", Sure), ("b", "fn", "id", Sure)]
    );
}

#[test]
fn one_id_under_several_days_is_several_memories() {
    let memories = [
        memory("a", &["m"], 10, None),
        memory("b", &["m"], 5 * 86_400, None),
    ];
    let files = [file("f0", "m", 0, None), file("f5", "m", 5 * 86_400, None)];
    assert_eq!(
        joined(&memories, &files),
        [("a", "f0", "id", Sure), ("b", "f5", "id", Sure)]
    );
    // Only the other day's file is there: it is not this memory's. A day of difference may be a zone's.
    assert_eq!(joined(&memories[..1], &files[1..]), []);
    assert_eq!(
        joined(&memories[..1], &[file("f1", "m", 86_400, None)]),
        [("a", "f1", "id", Sure)]
    );
}

#[test]
fn the_second_of_the_entry_joins_where_there_is_no_id() {
    let memories = [
        memory("a", &[], 10, Some(BREST)),
        memory("b", &[], 12, Some(FAR)),
    ];
    let files = [
        file("fb", "y", 0, Some(Exact(12))),
        file("fa", "x", 0, Some(Exact(10))),
    ];
    assert_eq!(
        joined(&memories, &files),
        [("a", "fa", "second", Sure), ("b", "fb", "second", Sure)]
    );
    // A second off is another memory's time, and no reason to guess by the day.
    assert_eq!(
        joined(&memories[..1], &[file("fx", "x", 0, Some(Exact(11)))]),
        []
    );
}

#[test]
fn several_in_one_second_keep_a_place_only_if_it_is_one() {
    let files = [
        file("f1", "x", 0, Some(Exact(10))),
        file("f2", "y", 0, Some(Exact(10))),
    ];
    for (other, doubt) in [(Some(NEAR), Sure), (Some(FAR), Place), (None, Place)] {
        let memories = [
            memory("a", &[], 10, Some(BREST)),
            memory("b", &[], 10, other),
        ];
        let expected = [("a", "f1", "second", doubt), ("b", "f2", "second", doubt)];
        assert_eq!(joined(&memories, &files), expected, "{other:?}");
    }
    // Three told, two there: one of the three is missing, and nobody knows which.
    let memories = [
        memory("a", &[], 10, None),
        memory("b", &[], 10, None),
        memory("c", &[], 10, None),
    ];
    assert_eq!(joined(&memories, &files).len(), 2);
}

#[test]
fn photos_and_videos_of_one_second_are_told_apart() {
    let film = Memory {
        class: Some(MediaClass::Video),
        ..memory("b", &[], 10, Some(FAR))
    };
    let memories = [memory("a", &[], 10, Some(BREST)), film];
    let clip = MemoryFile {
        class: Some(MediaClass::Video),
        ..file("f1", "x", 0, Some(Exact(10)))
    };
    let files = [clip.clone(), file("f2", "y", 0, Some(Exact(10)))];
    assert_eq!(
        joined(&memories, &files),
        [("a", "f2", "second", Sure), ("b", "f1", "second", Sure)]
    );
    let untold = MemoryFile {
        class: None,
        ..clip
    };
    let doubts: Vec<Doubt> = joined(&memories, &[untold, files[1].clone()])
        .iter()
        .map(|join| join.3)
        .collect();
    assert_eq!(doubts, [Place, Place]);
}

#[test]
fn the_clock_of_a_plain_zip_may_be_two_seconds_off() {
    let memories = [
        memory("a", &[], 11, Some(BREST)),
        memory("b", &[], 40, Some(FAR)),
    ];
    let files = [
        file("fa", "x", 0, Some(Stepped(10))),
        file("fb", "y", 0, Some(Stepped(42))),
    ];
    let how = "time within two seconds";
    assert_eq!(
        joined(&memories, &files),
        [("a", "fa", how, Sure), ("b", "fb", how, Sure)]
    );
    assert_eq!(
        joined(&memories, &[file("fx", "x", 0, Some(Stepped(20)))]),
        []
    );
}

#[test]
fn the_order_in_a_day_counts_only_if_the_numbers_agree_and_tells_the_day_only() {
    let memories = [
        memory("a", &[], 10, Some(BREST)),
        memory("b", &[], 900, Some(NEAR)),
    ];
    let files = [file("f1", "x", 0, None), file("f2", "y", 0, None)];
    let how = "order in the day";
    let expected = [
        ("a", "f1", how, PlaceAndClock),
        ("b", "f2", how, PlaceAndClock),
    ];
    assert_eq!(joined(&memories, &files), expected);
    assert_eq!(joined(&memories, &files[..1]), []);
    assert_eq!(
        joined(&memories[..1], &files[..1]),
        [("a", "f1", how, Sure)]
    );
}

#[test]
fn rows_with_and_without_addresses_tell_of_the_same_files() {
    let memories = [
        memory("told a", &["m"], 10, None),
        memory("counted a", &[], 10, None),
        memory("told b", &["n"], 20, None),
    ];
    // The file of `a` lost its time by unpacking, that of `b` bears an id of its own.
    let files = [
        file("fa", "m", 0, None),
        file("fb", "z", 0, Some(Exact(20))),
    ];
    let expected = [
        ("counted a", "fa", "second", Sure),
        ("told a", "fa", "id", Sure),
        ("told b", "fb", "second", Sure),
    ];
    assert_eq!(joined(&memories, &files), expected);
}

#[test]
fn the_date_line_is_no_distance() {
    let place = |latitude, longitude| Location::new(latitude, longitude).unwrap();
    assert!(metres(place(0.1, 179.999), place(0.1, -179.999)) < 300.0);
    assert!((metres(place(48.0, 2.0), place(49.0, 2.0)) - 111_195.0).abs() < 1.0);
}
