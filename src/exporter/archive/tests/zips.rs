//! Zips, whole and odd.

use std::io::{Cursor, Write};

use super::support::*;
use crate::{Archive, EntryError, EntryId, Modified, OpenOptions, PartFault};
use model::entry_path::UnsafeName;

#[test]
fn reads_every_method_at_every_size() {
    for size in [
        0,
        1,
        511,
        70_000,
        (1 << 18) - 30,
        1 << 18,
        (1 << 18) + 1,
        900_000,
    ] {
        let bytes = noise(size, 7);
        let text = vec![b'a'; size];
        let zip = zip(&[
            stored("a.jpg", &bytes),
            deflated("b.jpg", &bytes),
            deflated("c.json", &text),
            with_descriptor(deflated("d.jpg", &bytes), true, false),
        ]);
        let archive = open_bytes(&zip);
        assert_eq!(faults(&archive), []);
        let read: Vec<_> = read_all(&archive).into_iter().map(Result::unwrap).collect();
        assert!(
            read == [bytes.clone(), bytes.clone(), text, bytes],
            "{size}"
        );
    }
}

#[test]
fn reads_what_the_zip_crate_writes() {
    use zip::write::SimpleFileOptions;
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let deflate = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    writer.add_directory("media/", deflate).unwrap();
    writer.start_file("media/a.jpg", deflate).unwrap();
    writer.write_all(b"first").unwrap();
    writer
        .start_file("media/zip64.jpg", deflate.large_file(true))
        .unwrap();
    writer.write_all(b"second").unwrap();
    let archive = open_bytes(&writer.finish().unwrap().into_inner());
    assert_eq!(names(&archive), ["media/a.jpg", "media/zip64.jpg"]);
    assert_eq!(
        read_all(&archive),
        [Ok(b"first".to_vec()), Ok(b"second".to_vec())]
    );
}

#[test]
fn an_entry_that_lies_is_found_out() {
    let bytes = noise(5_000, 1);
    let crc32 = crc32fast::hash(&bytes);
    let plain = || stored("a", &bytes);
    let packed = || deflated("a", &[7; 5_000]);
    let text_crc = packed().crc32;
    let damaged = |entry: ZipEntry| {
        let zip = zip(&[entry, stored("good", b"good")]);
        let archive = open_bytes(&zip);
        assert_eq!(archive.read(EntryId(1), LIMIT), Ok(b"good".to_vec()));
        archive.read(EntryId(0), LIMIT).unwrap_err()
    };
    assert_eq!(
        damaged(ZipEntry {
            crc32: 9,
            ..plain()
        }),
        EntryError::Checksum {
            declared: 9,
            found: crc32
        }
    );
    assert_eq!(
        damaged(ZipEntry {
            crc32: 9,
            ..packed()
        }),
        EntryError::Checksum {
            declared: 9,
            found: text_crc
        }
    );
    let size = EntryError::Size {
        declared: 5_001,
        found: 5_000,
    };
    assert_eq!(
        damaged(ZipEntry {
            size: 5_001,
            ..plain()
        }),
        size
    );
    assert_eq!(
        damaged(ZipEntry {
            size: 5_001,
            ..packed()
        }),
        size
    );
    let too_large = EntryError::TooLarge { declared: 4_999 };
    assert_eq!(
        damaged(ZipEntry {
            size: 4_999,
            ..plain()
        }),
        too_large
    );
    assert_eq!(
        damaged(ZipEntry {
            size: 4_999,
            ..packed()
        }),
        too_large
    );
    let half = ZipEntry {
        packed: packed().packed[..9].to_vec(),
        ..packed()
    };
    assert!(matches!(damaged(half), EntryError::Damaged(_)));
    let nonsense = ZipEntry {
        packed: vec![0xff; 50],
        ..packed()
    };
    assert!(matches!(damaged(nonsense), EntryError::Damaged(_)));
    let nowhere = zip(&[ZipEntry {
        offset: Some(3),
        ..plain()
    }]);
    let read = open_bytes(&nowhere).read(EntryId(0), LIMIT);
    assert!(matches!(read, Err(EntryError::Damaged(_))));
}

#[test]
fn deflate64_is_read() {
    // Written by 7-Zip: `7z a -mm=Deflate64`.
    let packed = b"\xe5\xc6\xb1\x09\x00\x00\x08\x03\xb0\x57\x3c\x42\xfc\x47\xb0\x4e\x8e\xfe\x4f\xdf\x28\x34\x53\x06\x7b\xfd\xa8\x0c\xfb\x49\x8c".to_vec();
    let entry = ZipEntry {
        method: 9,
        packed,
        ..stored("a.txt", "deflate64 ".repeat(40).as_bytes())
    };
    let half = ZipEntry {
        packed: entry.packed[..8].to_vec(),
        ..entry.clone()
    };
    let archive = open_bytes(&zip(&[entry, half]));
    let read = read_all(&archive);
    assert_eq!(read[0], Ok("deflate64 ".repeat(40).into_bytes()));
    assert!(matches!(read[1], Err(EntryError::Damaged(_))));
}

#[test]
fn a_bomb_gives_no_byte_more_than_declared() {
    let entry = ZipEntry {
        size: 1_000,
        ..deflated("bomb", &vec![0; 50 << 20])
    };
    let archive = open_bytes(&zip(&[entry]));
    let visited = visit(&archive, &[EntryId(0)], 1);
    let (bytes, result) = &visited[&EntryId(0)];
    assert_eq!(*result, Err(EntryError::TooLarge { declared: 1_000 }));
    assert!(bytes.len() <= 1_000);
}

#[test]
fn two_entries_of_one_name_are_two() {
    let archive = open_bytes(&zip(&[stored("a", b"1"), stored("a", b"2")]));
    assert_eq!(read_all(&archive), [Ok(b"1".to_vec()), Ok(b"2".to_vec())]);
}

#[test]
fn directories_and_links_are_no_files() {
    let link = ZipEntry {
        unix_mode: 0o120_777,
        ..stored("link", b"/etc/passwd")
    };
    let archive = open_bytes(&zip(&[
        stored("d/", b""),
        stored("e\\", b""),
        link,
        stored("f", b"f"),
    ]));
    assert_eq!(names(&archive), ["link", "f"]);
    assert_eq!(archive.read(EntryId(0), LIMIT), Err(EntryError::NotAFile));
    assert!(archive.stored_extent(EntryId(0)).is_none());
}

#[test]
fn encrypted_entries_are_named() {
    let old = ZipEntry {
        flags: 1,
        ..stored("old", b"?????????????")
    };
    let aes = ZipEntry {
        method: 99,
        ..stored("aes", b"?????????????")
    };
    let mixed = open_bytes(&zip(&[old.clone(), stored("plain", b"p")]));
    assert_eq!(
        read_all(&mixed),
        [Err(EntryError::Encrypted), Ok(b"p".to_vec())]
    );
    assert_eq!(faults(&mixed), []);
    let all = open_bytes(&zip(&[stored("d/", b""), old, aes]));
    assert_eq!(faults(&all), [PartFault::Encrypted]);
    assert!(
        all.entries()
            .iter()
            .all(|entry| entry.problem == Some(EntryError::Encrypted))
    );
}

#[test]
fn a_real_zipcrypto_entry_is_seen() {
    use zip::unstable::write::FileOptionsExt;
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    let options = options.with_deprecated_encryption(b"secret").unwrap();
    writer.start_file("a.jpg", options).unwrap();
    writer.write_all(b"hidden").unwrap();
    let archive = open_bytes(&writer.finish().unwrap().into_inner());
    assert_eq!(faults(&archive), [PartFault::Encrypted]);
    assert_eq!(archive.read(EntryId(0), LIMIT), Err(EntryError::Encrypted));
}

#[test]
fn names_are_decoded_and_cleaned() {
    let raw = |name: &[u8], flags| ZipEntry {
        name: name.to_vec(),
        flags,
        ..stored("", b"x")
    };
    let crc = crc32fast::hash(b"?.jpg").to_le_bytes();
    let field = extra(0x7075, &[&[1][..], &crc, "日.jpg".as_bytes()].concat());
    let unicode = ZipEntry {
        central_extra: field,
        ..raw(b"?.jpg", 0)
    };
    let long = "a".repeat(60_000);
    let entries = [
        raw(b"\x82.jpg", 0),
        raw("é.jpg".as_bytes(), 0x800),
        raw("ü.jpg".as_bytes(), 0),
        unicode,
        raw(b"media\\posts\\a.jpg", 0),
        raw("\u{feff}bom.jpg".as_bytes(), 0x800),
        raw(b"../../evil.jpg", 0),
        raw(b"/etc/evil.jpg", 0),
        raw(b"C:\\evil.jpg", 0),
        raw(b"nul\0.jpg", 0),
        raw(long.as_bytes(), 0),
        raw(b"", 0),
    ];
    let archive = open_bytes(&zip(&entries));
    let paths: Vec<Result<&str, UnsafeName>> = archive
        .entries()
        .iter()
        .map(|entry| {
            entry
                .path
                .as_ref()
                .map(|path| path.as_str())
                .map_err(|why| *why)
        })
        .collect();
    let expected = [
        Ok("é.jpg"),
        Ok("é.jpg"),
        Ok("ü.jpg"),
        Ok("日.jpg"),
        Ok("media/posts/a.jpg"),
        Ok("bom.jpg"),
        Err(UnsafeName::Parent),
        Err(UnsafeName::Absolute),
        Err(UnsafeName::Absolute),
        Err(UnsafeName::Control),
        Err(UnsafeName::TooLong),
        Err(UnsafeName::Empty),
    ];
    assert_eq!(paths, expected);
    assert!(
        read_all(&archive)
            .iter()
            .all(|read| *read == Ok(b"x".to_vec()))
    );
}

#[test]
fn names_in_a_given_encoding() {
    let entry = ZipEntry {
        name: b"\x93\xfa.jpg".to_vec(),
        flags: 0,
        ..stored("", b"x")
    };
    let parts = Parts::new();
    let path = parts.write("x.zip", &zip(&[entry]));
    let options = OpenOptions {
        name_encoding: Some("shift_jis".to_owned()),
        ..OpenOptions::default()
    };
    assert_eq!(names(&Archive::open(&[path], &options)), ["日.jpg"]);
}

#[test]
fn the_extended_timestamp_is_kept() {
    let field = extra(
        0x5455,
        &[&[1][..], &1_700_000_000_i32.to_le_bytes()].concat(),
    );
    let entry = ZipEntry {
        central_extra: field,
        ..stored("a", b"")
    };
    let archive = open_bytes(&zip(&[entry, stored("b", b"")]));
    assert_eq!(archive.entries()[0].modified, exactly(1_700_000_000));
    assert_eq!(archive.entries()[1].modified, None);
}

#[test]
fn the_clock_of_a_plain_zip_is_kept_as_what_it_is() {
    let mut bytes = zip(&[stored("a", b""), stored("b", b"")]);
    // 2 January 2021, 03:04:06, in the directory's first record; its second keeps a day that does not exist.
    let at = bytes
        .windows(4)
        .position(|four| four == b"PK\x01\x02")
        .unwrap();
    let (date, time) = ((41_u16 << 9) | (1 << 5) | 2, (3_u16 << 11) | (4 << 5) | 3);
    bytes[at + 12..at + 14].copy_from_slice(&time.to_le_bytes());
    bytes[at + 14..at + 16].copy_from_slice(&date.to_le_bytes());
    let archive = open_bytes(&bytes);
    let expected = "2021-01-02T03:04:06Z".parse().ok().map(Modified::Stepped);
    assert_eq!(archive.entries()[0].modified, expected);
    assert_eq!(archive.entries()[1].modified, None);
}

#[test]
fn bytes_in_front_and_behind_do_no_harm() {
    let zip = zip(&[stored("a", b"1"), deflated("b", b"22")]);
    let script = b"#!/bin/sh\nexec unzip $0\n".to_vec();
    for tail in [0, 10, 70_000, 3 << 20] {
        for front in [Vec::new(), script.clone()] {
            let bytes = [front, zip.clone(), vec![b'z'; tail]].concat();
            // Sniffing looks for the end of a zip with bytes in front in the last 64 KiB only.
            if !bytes.starts_with(b"PK") && tail > 65_000 {
                continue;
            }
            let archive = open_bytes(&bytes);
            assert_eq!(faults(&archive), [], "{tail}");
            assert_eq!(read_all(&archive), [Ok(b"1".to_vec()), Ok(b"22".to_vec())]);
        }
    }
}

#[test]
fn overlapping_entries_are_refused() {
    let same = ZipEntry {
        offset: Some(0),
        ..stored("b", &[0; 100])
    };
    let inside = ZipEntry {
        offset: Some(50),
        ..stored("c", &[0; 10])
    };
    let archive = open_bytes(&zip(&[
        stored("a", &[0; 100]),
        same,
        inside,
        stored("d", b"d"),
    ]));
    let problems: Vec<_> = archive
        .entries()
        .iter()
        .map(|entry| entry.problem.clone())
        .collect();
    assert_eq!(
        problems,
        [
            None,
            Some(EntryError::Overlap),
            Some(EntryError::Overlap),
            None
        ]
    );
    assert_eq!(archive.read(EntryId(1), LIMIT), Err(EntryError::Overlap));
}

#[test]
fn unknown_methods_are_named() {
    let archive = open_bytes(&zip(&[ZipEntry {
        method: 14,
        ..stored("a", b"x")
    }]));
    assert_eq!(
        archive.read(EntryId(0), LIMIT),
        Err(EntryError::Method("LZMA".to_owned()))
    );
}

#[test]
fn a_record_file_may_not_be_too_large() {
    let archive = open_bytes(&zip(&[stored("a.json", b"12345")]));
    assert_eq!(
        archive.read(EntryId(0), 4),
        Err(EntryError::RecordTooLarge { limit: 4 })
    );
    assert!(archive.read(EntryId(0), 5).is_ok());
    assert!(archive.read(EntryId(7), 5).is_err());
}

#[test]
fn declared_numbers_are_not_trusted() {
    let (body, directory) = zip_halves(&[stored("a", b"1")]);
    let (size, offset) = (directory.len() as u32, body.len() as u32);
    let with_end = |end: Vec<u8>| [body.clone(), directory.clone(), end].concat();
    // Far more entries than there are.
    let archive = open_bytes(&with_end(end_record(60_000, size, offset)));
    assert_eq!(faults(&archive), [PartFault::CutOff { whole: 1 }]);
    assert_eq!(read_all(&archive), [Ok(b"1".to_vec())]);
    // A count of 2^64 in a zip64 record.
    let mut wide = b"PK\x06\x06".to_vec();
    wide.extend(44_u64.to_le_bytes());
    wide.extend([0; 12]);
    for field in [u64::MAX, u64::MAX, u64::from(size), u64::from(offset)] {
        wide.extend(field.to_le_bytes());
    }
    wide.extend(b"PK\x06\x07\0\0\0\0");
    wide.extend(u64::from(size + offset).to_le_bytes());
    wide.extend(1_u32.to_le_bytes());
    wide.extend(end_record(u16::MAX, u32::MAX, u32::MAX));
    let archive = open_bytes(&with_end(wide));
    assert_eq!(read_all(&archive), [Ok(b"1".to_vec())]);
    // A size of 4 GiB less one, and an offset just as far.
    for bytes in [
        end_record(1, u32::MAX, offset),
        end_record(1, size, u32::MAX),
    ] {
        let archive = open_bytes(&with_end(bytes));
        assert_eq!(names(&archive), ["a"]);
    }
}

#[test]
fn an_empty_zip_is_whole() {
    let archive = open_bytes(&zip(&[]));
    assert_eq!((faults(&archive), archive.entries().len()), (vec![], 0));
    assert_eq!(archive.parts().len(), 1);
}

#[cfg(unix)]
#[test]
fn stored_bytes_can_be_found_in_the_file() {
    use std::os::unix::fs::FileExt;
    let mut entry = stored("a.jpg", b"picture");
    entry.local_extra = extra(0xcafe, &[0; 700]);
    let parts = Parts::new();
    let archive = parts.open("x.zip", &zip(&[entry, deflated("b.jpg", b"picture")]));
    let extent = archive.stored_extent(EntryId(0)).unwrap();
    let mut bytes = vec![0; extent.len as usize];
    extent
        .file
        .read_exact_at(&mut bytes, extent.offset)
        .unwrap();
    assert_eq!(bytes, b"picture");
    assert!(archive.stored_extent(EntryId(1)).is_none());
    assert_eq!(archive.read(EntryId(0), LIMIT), Ok(b"picture".to_vec()));
}

/// A zip beyond 4 GiB whose writer knew no zip64 (downloads from cloud drives): offsets are modulo 2^32. Sparse, so it costs no disk.
#[cfg(unix)]
#[test]
fn offsets_wrapped_at_4_gib_are_found() {
    let parts = Parts::new();
    let path = parts.path().join("big.zip");
    let mut file = std::fs::File::create(&path).unwrap();
    let write_at = |file: &mut std::fs::File, offset: u64, bytes: &[u8]| {
        std::os::unix::fs::FileExt::write_all_at(file, bytes, offset).unwrap();
    };
    let first = stored("first.jpg", b"one");
    let second = stored("second.jpg", b"two");
    let third = stored("third.jpg", b"three");
    let far = (1_u64 << 32) + 1_000;
    let farther = (2_u64 << 32) + 500;
    write_at(&mut file, 0, &zip_halves(std::slice::from_ref(&first)).0);
    write_at(&mut file, far, &zip_halves(std::slice::from_ref(&second)).0);
    write_at(
        &mut file,
        farther,
        &zip_halves(std::slice::from_ref(&third)).0,
    );
    let at = |entry: ZipEntry, offset: u64| ZipEntry {
        offset: Some(offset as u32),
        ..entry
    };
    let (_, directory) = zip_halves(&[at(first, 0), at(second, far), at(third, farther)]);
    let start = farther + 1_000;
    write_at(&mut file, start, &directory);
    let end = end_record(3, directory.len() as u32, start as u32);
    write_at(&mut file, start + directory.len() as u64, &end);
    file.flush().unwrap();
    let archive = Archive::open(&[path], &OpenOptions::default());
    assert_eq!(faults(&archive), []);
    let read: Vec<_> = read_all(&archive).into_iter().map(Result::unwrap).collect();
    assert_eq!(read, [b"one".to_vec(), b"two".to_vec(), b"three".to_vec()]);
}
