//! Tests of `safe_writer`.

use super::*;
use std::sync::atomic::AtomicUsize;

use crate::faults::{Fail, StopAfter};

fn writer(seam: Option<Arc<dyn Seam>>) -> (tempfile::TempDir, SafeWriter) {
    let root = tempfile::tempdir().unwrap();
    fs::create_dir_all(root.path().join(".albumen/staging")).unwrap();
    let writer = SafeWriter::new(root.path().to_owned(), seam);
    (root, writer)
}

fn path(text: &str) -> LibraryPath {
    LibraryPath::parse(text).unwrap()
}

#[test]
fn a_derived_file_is_replaced_at_once_and_is_private() {
    let (root, writer) = writer(None);
    writer.write_file(&path("2023/07/a.xmp"), b"one").unwrap();
    writer.write_file(&path("2023/07/a.xmp"), b"two").unwrap();
    writer.sync_all().unwrap();
    let on_disk = root.path().join("2023/07/a.xmp");
    assert_eq!(fs::read(&on_disk).unwrap(), b"two");
    assert_eq!(fs::read_dir(writer.staging()).unwrap().count(), 0);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&on_disk), 0o600);
        assert_eq!(mode(&root.path().join("2023/07")), 0o700);
    }
}

#[test]
fn a_failed_write_leaves_the_older_file_and_no_remains() {
    for kind in [StepKind::Create, StepKind::Write, StepKind::Rename] {
        let (root, writer) = writer(Some(Arc::new(Fail(kind, ErrorKind::StorageFull))));
        fs::write(root.path().join("a.xmp"), b"old").unwrap();
        let error = writer.write_file(&path("a.xmp"), b"new").unwrap_err();
        assert!(error.is_disk_full() && error.kind == kind);
        assert_eq!(fs::read(root.path().join("a.xmp")).unwrap(), b"old");
        assert_eq!(fs::read_dir(writer.staging()).unwrap().count(), 0);
    }
}

#[test]
fn placing_never_replaces() {
    let (root, writer) = writer(None);
    let staged = writer.staging().join("x");
    fs::write(&staged, b"ours").unwrap();
    fs::write(root.path().join("a.jpg"), b"theirs").unwrap();
    let error = writer.place(&staged, &path("a.jpg")).unwrap_err();
    assert_eq!(error.source.kind(), ErrorKind::AlreadyExists);
    assert_eq!(fs::read(root.path().join("a.jpg")).unwrap(), b"theirs");
    writer.place(&staged, &path("2023/07/a.jpg")).unwrap();
    assert_eq!(
        fs::read(root.path().join("2023/07/a.jpg")).unwrap(),
        b"ours"
    );
    fs::write(&staged, b"another").unwrap();
    assert!(writer.move_out(&path("2023/07/a.jpg"), &staged).is_err());
    assert_eq!(fs::read(&staged).unwrap(), b"another");
}

#[test]
fn two_threads_may_need_the_same_new_folder() {
    let (root, writer) = writer(None);
    for round in 0..200 {
        std::thread::scope(|scope| {
            for name in ["a", "b"] {
                let (root, writer) = (&root, &writer);
                scope.spawn(move || {
                    let staged = writer.staging().join(format!("{name}{round}"));
                    fs::write(&staged, name).unwrap();
                    let to = path(&format!("{round}/new/{name}.jpg"));
                    writer.place(&staged, &to).unwrap();
                    assert!(to.on_disk(root.path()).is_file());
                });
            }
        });
    }
    let gone = writer.staging().join("gone");
    let error = writer.place(&gone, &path("new/x.jpg")).unwrap_err();
    assert_eq!(error.source.kind(), ErrorKind::NotFound);
}

#[test]
fn only_empty_folders_go() {
    let (root, writer) = writer(None);
    fs::create_dir_all(root.path().join("2023/07")).unwrap();
    fs::create_dir_all(root.path().join("2023/08")).unwrap();
    writer.remove_empty_folders("2023/07").unwrap();
    assert!(!root.path().join("2023/07").exists() && root.path().join("2023/08").exists());
    writer.remove_empty_folders("2023/07").unwrap();
    writer.remove_empty_folders("2023/08").unwrap();
    assert!(!root.path().join("2023").exists() && root.path().exists());
}

#[test]
fn what_cannot_be_removed_is_told() {
    let (root, writer) = writer(None);
    // A file where a folder should be: neither gone nor full.
    fs::write(root.path().join("2023"), b"x").unwrap();
    let error = writer.remove_empty_folders("2023").unwrap_err();
    assert_eq!(error.kind, StepKind::RemoveFolder);
    let error = writer.remove_empty_folders("2023/07").unwrap_err();
    assert_eq!(error.kind, StepKind::RemoveFolder);
    fs::create_dir(root.path().join("folder")).unwrap();
    let error = writer.remove_derived(&path("folder")).unwrap_err();
    assert_eq!(error.kind, StepKind::Remove);
    assert!(root.path().join("2023").is_file() && root.path().join("folder").is_dir());
}

#[test]
fn a_derived_file_goes_and_one_that_is_gone_is_no_error() {
    let (root, writer) = writer(None);
    writer.write_file(&path("a.xmp"), b"x").unwrap();
    for _ in 0..2 {
        writer.remove_derived(&path("a.xmp")).unwrap();
        assert!(!root.path().join("a.xmp").exists());
    }
}

#[test]
fn folders_are_made_with_those_above() {
    let (root, writer) = writer(None);
    for _ in 0..2 {
        writer.make_folder("a/b").unwrap();
        assert!(root.path().join("a/b").is_dir());
    }
}

#[test]
fn only_a_wanting_folder_is_made() {
    let (root, writer) = writer(None);
    let tries = AtomicUsize::new(0);
    let to = root.path().join("new/a.jpg");
    let refused = || -> Result<(), WriteError> {
        tries.fetch_add(1, Ordering::Relaxed);
        Err(failed(
            StepKind::Rename,
            &to,
            ErrorKind::PermissionDenied.into(),
        ))
    };
    assert!(writer.in_its_folder(&to, refused).is_err());
    assert_eq!(tries.load(Ordering::Relaxed), 1);
    assert!(!root.path().join("new").exists());
}

#[test]
fn times_are_set_on_files_nobody_may_write_even_before_1970() {
    let (root, writer) = writer(None);
    let file = root.path().join("a.jpg");
    fs::write(&file, b"x").unwrap();
    let mut permissions = fs::metadata(&file).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&file, permissions).unwrap();
    for second in [1_700_000_000, -86_400] {
        let time = Timestamp::from_second(second).unwrap();
        writer.set_modified(&path("a.jpg"), time).unwrap();
        assert_eq!(
            Timestamp::try_from(fs::metadata(&file).unwrap().modified().unwrap()).unwrap(),
            time
        );
    }
}

#[test]
fn errors_say_what_was_being_done_to_what() {
    let (_root, writer) = writer(None);
    let error = writer
        .set_modified(&path("none.jpg"), Timestamp::UNIX_EPOCH)
        .unwrap_err();
    assert!(
        error.to_string().starts_with("could not set the time of "),
        "{error}"
    );
    assert!(error.to_string().ends_with("none.jpg"), "{error}");
}

#[test]
fn a_full_disk_and_one_that_may_not_be_written_to_are_told_apart() {
    for (kind, is_full, is_read_only) in [
        (ErrorKind::StorageFull, true, false),
        (ErrorKind::QuotaExceeded, true, false),
        (ErrorKind::ReadOnlyFilesystem, false, true),
        (ErrorKind::PermissionDenied, false, true),
        (ErrorKind::NotFound, false, false),
    ] {
        let error = failed(StepKind::Write, Path::new("a"), kind.into());
        let told = (error.is_disk_full(), error.is_read_only());
        assert_eq!(told, (is_full, is_read_only), "{kind}");
    }
}

#[test]
fn a_writer_shows_its_folder_and_hands_on_its_seam() {
    let (seam, _) = StopAfter::steps(1);
    let (root, writer) = writer(Some(seam));
    assert!(writer.seam().is_some());
    assert!(format!("{writer:?}").contains(&root.path().display().to_string()));
}

#[test]
fn a_sync_that_fails_is_told() {
    let fail = Arc::new(Fail(StepKind::Sync, ErrorKind::StorageFull));
    let (_root, writer) = writer(Some(fail));
    let error = writer.sync_all().unwrap_err();
    assert!(error.is_disk_full() && error.kind == StepKind::Sync);
}

#[cfg(target_os = "linux")]
#[test]
fn room_is_reserved_and_the_size_stays() {
    use std::os::unix::fs::MetadataExt;
    let (_root, writer) = writer(None);
    let at = writer.staging().join("x");
    let file = writer.create(&at).unwrap();
    writer.reserve(&file, &at, 1 << 20).unwrap();
    let metadata = file.metadata().unwrap();
    assert_eq!(metadata.len(), 0);
    // A file system that cannot reserve is left alone: it is asked here what it can.
    let other = writer.create(&writer.staging().join("y")).unwrap();
    let keep = rustix::fs::FallocateFlags::KEEP_SIZE;
    let can = rustix::fs::fallocate(&other, keep, 0, 1 << 20).is_ok();
    assert_eq!(metadata.blocks() * 512 >= 1 << 20, can);
}
