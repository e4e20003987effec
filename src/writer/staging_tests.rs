//! Tests of staged files: what is kept, cleaned, read and told when a disk is full.

use super::*;
use disk::faults::Fail;
use std::io::Write;

// From `printf hello | sha256sum`.
const HELLO: &str = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

fn library() -> (tempfile::TempDir, Library) {
    let folder = tempfile::tempdir().unwrap();
    let library = Library::create(folder.path()).unwrap();
    (folder, library)
}

fn staged<'a>(library: &'a Library, chunks: &[&[u8]]) -> StagedFile<'a> {
    let mut file = StagedFile::begin(library.writer(), 0);
    chunks
        .iter()
        .for_each(|chunk| file.write_chunk(chunk).unwrap());
    file
}

#[test]
fn a_kept_file_is_found_under_its_hash() {
    let (_folder, library) = library();
    for _ in 0..2 {
        let finished = staged(&library, &[b"he", b"", b"llo"]).finish();
        assert_eq!((finished.size_bytes, finished.head()), (5, &b"hello"[..]));
        let kept = finished.keep().unwrap();
        assert_eq!(kept, library.slot_path(&HELLO.parse().unwrap(), 0));
        assert_eq!(fs::read(kept).unwrap(), b"hello");
    }
    let staged = Staged {
        content_hash: HELLO.parse().unwrap(),
        slot: 0,
        size_bytes: 5,
    };
    assert_eq!(library.list_staged().unwrap(), [staged]);
    for entered in [true, false] {
        assert_eq!(library.clean_unfinished(&|_| entered).unwrap(), 0);
    }
    assert_eq!(library.list_staged().unwrap(), [staged]);
}

#[test]
fn keeping_replaces_what_a_power_loss_left() {
    let (_folder, library) = library();
    let hash: ContentHash = HELLO.parse().unwrap();
    let path = library.slot_path(&hash, 0);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, b"hel\0\0").unwrap();
    staged(&library, &[b"hello"]).finish().keep().unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"hello");
    fs::write(&path, b"hel\0\0").unwrap();
    assert_eq!(library.clean_unfinished(&|_| true).unwrap(), 0);
    assert_eq!(library.clean_unfinished(&|_| false).unwrap(), 1);
    assert!(library.list_staged().unwrap().is_empty());
}

#[test]
fn nothing_stays_of_files_dropped_or_discarded() {
    let (_folder, library) = library();
    for long in [0, HEAD_BYTES] {
        let half = vec![1; long + 4];
        drop(staged(&library, &[&half]));
        drop(staged(&library, &[b"whole", &half]).finish());
        staged(&library, &[&half]).finish().discard().unwrap();
        let worker = library.writer().staging().join("slot-0");
        assert_eq!(worker.is_dir(), long > 0, "short ones are in memory only");
        assert!(long == 0 || fs::read_dir(worker).unwrap().count() == 0);
        assert!(library.list_staged().unwrap().is_empty());
    }
}

#[test]
fn a_file_of_any_length_is_kept_whole() {
    let (_folder, library) = library();
    for (first, then) in [
        (0, 0),
        (HEAD_BYTES - 1, 1),
        (HEAD_BYTES, 1),
        (1, HEAD_BYTES),
        (HEAD_BYTES + 1, 0),
    ] {
        let bytes: Vec<u8> = (0..first + then).map(|n| (n / 5) as u8).collect();
        let finished = staged(&library, &[&bytes[..first], &bytes[first..]]).finish();
        let hash = finished.content_hash;
        let kept = finished.keep().unwrap();
        assert!(fs::read(&kept).unwrap() == bytes, "{first} {then}");
        assert_eq!(hash_file(&kept).unwrap(), hash);
    }
    assert_eq!(library.clean_unfinished(&|_| false).unwrap(), 0);
}

#[test]
fn what_a_killed_run_left_is_cleaned_and_whole_files_stay() {
    let (_folder, library) = library();
    std::mem::forget(staged(&library, &[&[7; HEAD_BYTES + 1]]));
    fs::write(library.writer().staging().join("derived-7"), b"x").unwrap();
    staged(&library, &[b"hello"]).finish().keep().unwrap();
    assert_eq!(library.clean_unfinished(&|_| false).unwrap(), 2);
    assert_eq!(library.list_staged().unwrap().len(), 1);
}

#[test]
fn a_large_file_keeps_its_head_and_its_bytes() {
    let (_folder, library) = library();
    let bytes: Vec<u8> = (0..20_u32 << 20).map(|n| (n >> 7) as u8).collect();
    let mut file = StagedFile::begin(library.writer(), 3);
    file.preallocate(bytes.len() as u64).unwrap();
    bytes
        .chunks(WINDOW_BYTES)
        .for_each(|chunk| file.write_chunk(chunk).unwrap());
    let finished = file.finish();
    assert_eq!(finished.head(), &bytes[..HEAD_BYTES]);
    let kept = finished.keep().unwrap();
    assert!(fs::read(kept).unwrap() == bytes);
}

#[test]
fn the_reader_shows_the_whole_file_wherever_it_begins() {
    use std::io::{Read, Seek, SeekFrom};
    let (_folder, library) = library();
    let bytes: Vec<u8> = (0..HEAD_BYTES as u32 + 999)
        .map(|n| (n / 3) as u8)
        .collect();
    let finished = staged(&library, &[&bytes]).finish();
    let size = bytes.len();
    for at in [
        0,
        5,
        HEAD_BYTES - 1,
        HEAD_BYTES,
        HEAD_BYTES + 1,
        size,
        size + 9,
    ] {
        let mut reader = finished.reader();
        let mut found = Vec::new();
        assert_eq!(reader.seek(SeekFrom::Start(at as u64)).unwrap(), at as u64);
        reader.read_to_end(&mut found).unwrap();
        assert!(found == bytes[at.min(size)..], "{at}");
    }
    let mut reader = finished.reader();
    assert_eq!(reader.seek(SeekFrom::End(-3)).unwrap(), size as u64 - 3);
    assert_eq!(reader.seek(SeekFrom::Current(-2)).unwrap(), size as u64 - 5);
    assert!(reader.seek(SeekFrom::Current(i64::MIN)).is_err());
}

#[test]
fn a_reserved_file_that_was_cut_short_has_no_room_left_over() {
    let (_folder, library) = library();
    let mut file = StagedFile::begin(library.writer(), 0);
    file.preallocate(4 << 20).unwrap();
    file.write_chunk(b"short").unwrap();
    let kept = file.finish().keep().unwrap();
    assert_eq!(fs::metadata(kept).unwrap().len(), 5);
}

#[test]
fn an_extent_is_copied_and_one_past_the_end_is_an_error() {
    let (_folder, library) = library();
    let mut source = tempfile::tempfile().unwrap();
    source.write_all(b"..hello..").unwrap();
    let mut seen = Vec::new();
    let mut file = StagedFile::begin(library.writer(), 0);
    file.fill_from_extent(&source, 2, 5, &mut |bytes| seen.extend_from_slice(bytes))
        .unwrap();
    assert_eq!(seen, b"hello");
    assert_eq!(file.finish().content_hash.to_string(), HELLO);
    let mut file = StagedFile::begin(library.writer(), 0);
    let error = file
        .fill_from_extent(&source, 5, 50, &mut |_| {})
        .unwrap_err();
    assert!(matches!(error, ExtentError::Read(_)));
}

#[test]
fn a_full_disk_is_told_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    Library::create(folder.path()).unwrap();
    for kind in [
        StepKind::Create,
        StepKind::Reserve,
        StepKind::Write,
        StepKind::Rename,
    ] {
        let seam = std::sync::Arc::new(Fail(kind, ErrorKind::StorageFull));
        let library = Library::open_with(folder.path(), Some(seam)).unwrap();
        let small = || staged(&library, &[b"hello"]).finish().keep();
        let takes = matches!(kind, StepKind::Create | StepKind::Write);
        let mut errors = vec![write_large(&library).unwrap_err()];
        errors.extend(takes.then(|| small().unwrap_err()));
        for error in errors {
            assert!(error.is_disk_full() && error.kind == kind, "{error}");
            assert_eq!(library.clean_unfinished(&|_| false).unwrap(), 0, "{kind:?}");
            assert!(library.list_staged().unwrap().is_empty());
        }
    }
}

fn write_large(library: &Library) -> Result<PathBuf, WriteError> {
    let mut file = StagedFile::begin(library.writer(), 0);
    file.preallocate(2 << 20)?;
    file.write_chunk(&vec![7; 2 << 20])?;
    file.finish().keep()
}
