//! Random and damaged bytes: an error or nothing, never a panic and never wrong bytes taken for right ones.

use proptest::prelude::*;

use super::support::*;
use crate::Archive;

/// Opens and reads everything; checks that what is given as right agrees with its CRC, and that both ways of reading agree.
fn exercise(bytes: &[u8]) -> Archive {
    let archive = Parts::new().open("x.zip", bytes);
    // The file is gone from its folder by now; the handle is still good.
    let visited = visit(&archive, &ids(&archive), 2);
    assert_eq!(visited.len(), archive.entries().len());
    for (id, (bytes, result)) in &visited {
        let entry = &archive.entries()[id.0];
        assert!(bytes.len() as u64 <= entry.size_bytes);
        if let Ok(crc32) = result {
            assert_eq!(bytes.len() as u64, entry.size_bytes);
            assert_eq!(crc32fast::hash(bytes), *crc32);
            assert_eq!(entry.crc32, Some(*crc32));
        }
        let read = archive.read(*id, LIMIT);
        assert_eq!(read.as_ref().ok(), result.as_ref().ok().map(|_| bytes));
        let _ = archive.stored_extent(*id);
    }
    archive
}

fn sample(kind: usize) -> Vec<u8> {
    let pictures: Vec<Vec<u8>> = (0..4).map(|n| noise(200, n)).collect();
    let text = "{\"a\": 1}".repeat(60);
    let tar = || {
        let long = format!("{}b.jpg", "long/".repeat(30));
        tar(&[
            ("a.jpg", &pictures[0]),
            (&long, &pictures[1]),
            ("c.json", text.as_bytes()),
        ])
    };
    match kind {
        0 => zip(&[
            stored("a.jpg", &pictures[0]),
            deflated("b.json", text.as_bytes()),
            with_descriptor(stored("c.jpg", &pictures[2]), true, false),
            ZipEntry {
                central_extra: extra(0x5455, &[1, 0, 0, 0, 0]),
                ..deflated("d.jpg", &pictures[3])
            },
        ]),
        1 => tar(),
        _ => gzip(&tar()),
    }
}

/// The contents the samples hold.
fn is_genuine(bytes: &[u8]) -> bool {
    (0..4).any(|n| bytes == noise(200, n)) || bytes == "{\"a\": 1}".repeat(60).as_bytes()
}

proptest! {
    #![proptest_config(testkit::cases(200))]

    #[test]
    fn random_bytes_do_no_harm(
        magic in prop::sample::select(vec![&b"PK\x03\x04"[..], b"PK\x05\x06", b"\x1f\x8b\x08\0", b"", b"#!"]),
        bytes in prop::collection::vec(any::<u8>(), 0..2_000),
        end in any::<bool>(),
    ) {
        let end = if end { end_record(bytes.len() as u16, bytes.len() as u32, 0) } else { Vec::new() };
        exercise(&[magic.to_vec(), bytes, end].concat());
    }

    #[test]
    fn damage_is_never_silent(
        kind in 0..3_usize,
        hits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut bytes = sample(kind);
        for (at, value) in &hits {
            let at = at.index(bytes.len());
            bytes[at] = *value;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        let archive = exercise(&bytes);
        // A plain tar has no checksum of its bytes: nobody can notice damage there.
        if kind == 0 {
            for read in read_all(&archive).into_iter().flatten() {
                prop_assert!(is_genuine(&read) || read.is_empty());
            }
        }
        if kind == 2 && archive.problems().is_empty() {
            for read in read_all(&archive).into_iter().flatten() {
                prop_assert!(is_genuine(&read) || read.is_empty());
            }
        }
    }
}

#[test]
fn the_samples_are_whole() {
    for kind in 0..3 {
        let archive = exercise(&sample(kind));
        assert_eq!(faults(&archive), []);
        assert!(
            read_all(&archive)
                .into_iter()
                .all(|read| is_genuine(&read.unwrap()))
        );
    }
}

#[test]
fn a_file_full_of_signatures_is_read_in_time() {
    for signature in [
        &b"PK\x07\x08"[..],
        b"PK\x05\x06",
        b"PK\x01\x02",
        b"PK\x03\x04",
        b"P",
    ] {
        let front = zip_halves(&[with_descriptor(stored("a", b"1"), true, false)]).0;
        let bytes = [&front[..30], &signature.repeat(500_000)].concat();
        exercise(&bytes);
    }
}
