//! Tar and tgz parts.

use super::support::*;
use crate::{Archive, EntryError, EntryId, PartKind};

fn both(tar: &[u8]) -> [Archive; 2] {
    let archives = [open_bytes(tar), open_bytes(&gzip(tar))];
    assert_eq!(archives[0].parts()[0].kind, PartKind::Tar);
    assert_eq!(archives[1].parts()[0].kind, PartKind::TarGz);
    archives
}

#[test]
fn lists_and_reads() {
    let picture = noise(700_000, 3);
    let tar = tar(&[
        ("Takeout/a.jpg", &picture),
        ("Takeout/a.json", b"{}"),
        ("Takeout/empty", b""),
    ]);
    for archive in both(&tar) {
        assert_eq!(faults(&archive), []);
        assert_eq!(
            names(&archive),
            ["Takeout/a.jpg", "Takeout/a.json", "Takeout/empty"]
        );
        let entry = &archive.entries()[0];
        assert_eq!(entry.crc32, Some(crc32fast::hash(&picture)));
        assert_eq!(entry.size_bytes, 700_000);
        assert_eq!(entry.modified, exactly(1_000_000));
        let read = read_all(&archive);
        assert!(read == [Ok(picture.clone()), Ok(b"{}".to_vec()), Ok(Vec::new())]);
    }
}

#[test]
fn long_names_and_odd_members() {
    let long = format!("{}/a.jpg", "folder/".repeat(60));
    let mut builder = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(4);
    builder
        .append_data(&mut header, &long, &b"long"[..])
        .unwrap();
    let pax = [("path", &b"pax name.jpg"[..]), ("mtime", b"1700000000.25")];
    builder.append_pax_extensions(pax).unwrap();
    builder
        .append_data(&mut header.clone(), "short", &b"pax!"[..])
        .unwrap();
    for kind in [tar::EntryType::Symlink, tar::EntryType::Link] {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(kind);
        header.set_size(0);
        builder
            .append_link(&mut header, "link", "/etc/passwd")
            .unwrap();
    }
    let mut folder = tar::Header::new_gnu();
    folder.set_entry_type(tar::EntryType::Directory);
    folder.set_size(0);
    builder.append_data(&mut folder, "d/", &b""[..]).unwrap();
    builder
        .append_data(&mut header, "last", &b"last"[..])
        .unwrap();
    for archive in both(&builder.into_inner().unwrap()) {
        assert_eq!(
            names(&archive),
            [&long, "pax name.jpg", "link", "link", "last"]
        );
        assert_eq!(archive.entries()[1].modified, exactly(1_700_000_000));
        let expected = [
            Ok(b"long".to_vec()),
            Ok(b"pax!".to_vec()),
            Err(EntryError::NotAFile),
            Err(EntryError::NotAFile),
            Ok(b"last".to_vec()),
        ];
        assert_eq!(read_all(&archive), expected);
        let visited: Vec<_> = visit(&archive, &ids(&archive), 2)
            .into_values()
            .map(|(bytes, _)| bytes)
            .collect();
        assert_eq!(visited, [&b"long"[..], b"pax!", b"", b"", b"last"]);
    }
}

#[test]
fn a_tgz_in_several_gzip_members_is_one() {
    let tar = tar(&[("a.jpg", &noise(5_000, 1)), ("b.json", b"[]")]);
    let (front, back) = tar.split_at(3_000);
    let archive = open_bytes(&[gzip(front), gzip(back)].concat());
    assert_eq!(faults(&archive), []);
    assert_eq!(archive.read(EntryId(1), LIMIT), Ok(b"[]".to_vec()));
}

#[test]
fn only_what_is_wanted_comes() {
    let files: Vec<(String, Vec<u8>)> = (0..40)
        .map(|n| {
            (
                format!("{n}.jpg"),
                noise(if n % 9 == 0 { 900_000 } else { 2_000 }, n),
            )
        })
        .collect();
    let listed: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
        .collect();
    let wanted: Vec<EntryId> = (0..40).filter(|n| n % 3 == 0).map(EntryId).collect();
    for archive in both(&tar(&listed)) {
        for workers in [1, 4] {
            let visited = visit(&archive, &wanted, workers);
            assert_eq!(visited.keys().copied().collect::<Vec<_>>(), wanted);
            for (id, (bytes, result)) in visited {
                assert!(bytes == files[id.0].1);
                assert_eq!(result, Ok(crc32fast::hash(&bytes)));
            }
        }
    }
}

#[test]
fn a_tgz_that_changed_after_opening_gives_errors() {
    let parts = Parts::new();
    let bytes = noise(600_000, 1);
    let archive = parts.open(
        "x.tgz",
        &gzip(&tar(&[("a.jpg", &bytes), ("b.jpg", &bytes)])),
    );
    parts.write("x.tgz", &gzip(&tar(&[("a.jpg", &noise(600_000, 2))])));
    let visited = visit(&archive, &ids(&archive), 2);
    assert_eq!(visited.len(), 2);
    assert!(visited.values().all(|(_, result)| result.is_err()));
}

#[test]
fn a_name_of_a_megabyte_is_refused_without_being_kept() {
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(tar::EntryType::GNULongName);
    header.set_size(1 << 20);
    header.set_cksum();
    let mut bytes = header.as_bytes().to_vec();
    bytes.extend(vec![b'a'; 1 << 20]);
    bytes.extend(tar(&[("a.jpg", b"a"), ("b.jpg", b"b")]));
    for archive in both(&bytes) {
        assert!(archive.entries()[0].path.is_err());
        assert!(archive.entries()[0].raw_name.len() <= 1 << 16);
        assert_eq!(archive.read(EntryId(1), LIMIT), Ok(b"b".to_vec()));
    }
}

#[test]
fn absurd_sizes_end_with_an_error() {
    for size in [u64::MAX, 1 << 62, 1 << 40] {
        let mut header = tar::Header::new_gnu();
        header.set_path("a.json").unwrap();
        header.set_size(size);
        header.set_cksum();
        for archive in both(&[header.as_bytes().to_vec(), vec![0; 2_000]].concat()) {
            assert_eq!(archive.problems().len(), 1);
            assert!(archive.read(EntryId(0), u64::MAX).is_err());
        }
    }
}
