//! Visiting entries on several threads.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::support::*;
use crate::{Archive, EntryConsumer, EntryError, EntryId, OpenOptions, Stop, Workers};

/// The same files in every container, with one entry that cannot be read where there can be one.
fn mixed(parts: &Parts) -> (Archive, Vec<(String, Vec<u8>)>) {
    let files: Vec<(String, Vec<u8>)> = (0..60_u32)
        .map(|n| {
            (
                format!("{n}.jpg"),
                noise(
                    if n % 20 == 0 {
                        1_500_000
                    } else {
                        1_000 + n as usize
                    },
                    n,
                ),
            )
        })
        .collect();
    let entries: Vec<ZipEntry> = files[..20]
        .iter()
        .enumerate()
        .map(|(n, (name, bytes))| {
            if n % 2 == 0 {
                stored(name, bytes)
            } else {
                deflated(name, bytes)
            }
        })
        .collect();
    let listed: Vec<(&str, &[u8])> = files[20..40]
        .iter()
        .map(|(n, b)| (n.as_str(), b.as_slice()))
        .collect();
    for (name, bytes) in &files[40..] {
        parts.write(&format!("folder/{name}"), bytes);
    }
    let paths = [
        parts.write("1.zip", &zip(&entries)),
        parts.write("2.tgz", &gzip(&tar(&listed[..10]))),
        parts.write("3.tgz", &gzip(&tar(&listed[10..]))),
        parts.path().join("folder"),
    ];
    (Archive::open(&paths, &OpenOptions::default()), files)
}

#[test]
fn every_entry_comes_whole_from_any_number_of_threads() {
    let parts = Parts::new();
    let (archive, files) = mixed(&parts);
    let files: std::collections::BTreeMap<_, _> = files.into_iter().collect();
    for workers in [1, 2, 7] {
        let visited = visit(&archive, &ids(&archive), workers);
        assert_eq!(visited.len(), 60);
        for (id, (bytes, result)) in visited {
            assert!(bytes == files[&*archive.entries()[id.0].raw_name]);
            assert_eq!(result, Ok(crc32fast::hash(&bytes)));
        }
    }
}

#[test]
fn wanting_twice_or_wanting_nothing() {
    let parts = Parts::new();
    let (archive, _) = mixed(&parts);
    let wanted = [
        EntryId(30),
        EntryId(1),
        EntryId(30),
        EntryId(1),
        EntryId(1_000_000),
    ];
    assert_eq!(visit(&archive, &wanted, 3).len(), 2);
    assert!(visit(&archive, &[], 3).is_empty());
}

#[test]
fn known_problems_begin_and_end() {
    let secret = ZipEntry {
        flags: 1,
        ..stored("secret", b"?")
    };
    let archive = open_bytes(&zip(&[secret, stored("plain", b"p")]));
    let visited = visit(&archive, &ids(&archive), 1);
    assert_eq!(
        visited[&EntryId(0)],
        (Vec::new(), Err(EntryError::Encrypted))
    );
    assert_eq!(visited[&EntryId(1)].0, b"p");
}

/// Skips what it is told to and stops after so many chunks or entries.
struct Picky<'a> {
    begun: &'a AtomicUsize,
    chunks: &'a AtomicUsize,
    takes: bool,
    stop_at_chunk: usize,
    stop_at_entry: usize,
}

impl EntryConsumer for Picky<'_> {
    fn begin(&mut self, _: EntryId) -> bool {
        self.begun.fetch_add(1, Ordering::Relaxed);
        self.takes
    }

    fn chunk(&mut self, _: &[u8]) -> Result<(), Stop> {
        let at = self.chunks.fetch_add(1, Ordering::Relaxed);
        if at >= self.stop_at_chunk {
            Err(Stop)
        } else {
            Ok(())
        }
    }

    fn end(&mut self, _: Result<u32, EntryError>) {}

    fn stopped(&self) -> bool {
        self.begun.load(Ordering::Relaxed) >= self.stop_at_entry
    }
}

fn picky(
    takes: bool,
    stop_at_chunk: usize,
    stop_at_entry: usize,
    workers: usize,
) -> (bool, usize, usize) {
    let parts = Parts::new();
    let (archive, _) = mixed(&parts);
    let (begun, chunks) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let make = || Picky {
        begun: &begun,
        chunks: &chunks,
        takes,
        stop_at_chunk,
        stop_at_entry,
    };
    let through = archive.visit(&ids(&archive), Workers::new(workers).unwrap(), &make);
    (through, begun.into_inner(), chunks.into_inner())
}

#[test]
fn skipped_entries_give_no_bytes() {
    assert_eq!(picky(false, usize::MAX, usize::MAX, 3), (true, 60, 0));
}

#[test]
fn stopping_ends_the_visit_soon() {
    for workers in [1, 4] {
        for chunk in [0, 30, 60] {
            let (through, _, chunks) = picky(true, chunk, usize::MAX, workers);
            assert!(!through && chunks <= chunk + workers, "{chunks}");
        }
        let (through, begun, _) = picky(true, usize::MAX, 45, workers);
        assert!(!through && begun <= 45 + workers, "{begun}");
    }
}

struct Panics;

impl EntryConsumer for Panics {
    fn begin(&mut self, _: EntryId) -> bool {
        true
    }

    fn chunk(&mut self, _: &[u8]) -> Result<(), Stop> {
        panic!("the consumer is broken");
    }

    fn end(&mut self, _: Result<u32, EntryError>) {}
}

#[test]
fn a_consumer_that_panics_does_not_hang_the_visit() {
    let parts = Parts::new();
    let (archive, _) = mixed(&parts);
    for workers in [1, 3] {
        let workers = Workers::new(workers).unwrap();
        let visit = || archive.visit(&ids(&archive), workers, &|| Panics);
        assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(visit)).is_err());
    }
}

#[test]
fn first_bytes_come_without_reading_whole_entries() {
    let picture = noise(700_000, 3);
    let small = b"small".to_vec();
    let zipped = zip(&[
        stored("a.jpg", &picture),
        deflated("b.jpg", &picture),
        deflated("c.txt", &small),
    ]);
    let tarred = tar(&[("a.jpg", &picture), ("b.jpg", &picture), ("c.bin", &small)]);
    for bytes in [zipped, tarred.clone(), gzip(&tarred)] {
        let archive = open_bytes(&bytes);
        let ids = ids(&archive);
        let heads = archive.first_bytes(&ids, 100, Workers::MIN);
        let found: Vec<&[u8]> = ids.iter().map(|id| heads[id].as_slice()).collect();
        assert_eq!(found, [&picture[..100], &picture[..100], &small[..]]);
    }
}
