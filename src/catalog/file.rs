//! The catalog's file and those SQLite keeps beside it: private to their owner, and files.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::CatalogError;
use model::fault::Fault;

/// What SQLite puts behind the name of a database for its own files.
const BESIDE: [&str; 4] = ["", "-wal", "-shm", "-journal"];

/// Looks as [`refuse_others`] does, and makes the catalog if it is not there, private to its owner: SQLite gives its own
/// files the same mode.
///
/// # Errors
/// Fails if something else lies there.
pub(crate) fn make_ready(path: &Path) -> Result<(), CatalogError> {
    refuse_others(path)?;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    // If it cannot be made SQLite says what is wrong better than we could: it knows whether it needs to write at all.
    let _ = options.open(path);
    Ok(())
}

/// Looks that SQLite will open files only.
///
/// # Errors
/// Fails if something else lies there: opening a pipe would wait for somebody to write into it.
pub(crate) fn refuse_others(path: &Path) -> Result<(), CatalogError> {
    for end in BESIDE {
        let beside = beside(path, end);
        if std::fs::metadata(&beside).is_ok_and(|found| !found.is_file()) {
            return Err(CatalogError::NotAFile { path: beside });
        }
    }
    Ok(())
}

/// Returns the path of a file that SQLite keeps beside the database.
pub(crate) fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

/// Looks that the catalog is there and that this user may read it. It is not opened for that: closing it again would take away
/// the locks of whoever has it open in this process.
///
/// # Errors
/// Fails if it is not there, holds nothing, is no file or may not be read.
pub(crate) fn refuse_unreadable(path: &Path) -> Result<(), CatalogError> {
    let unreadable = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound => CatalogError::Gone {
            path: path.to_owned(),
        },
        _ => CatalogError::Unreadable {
            path: path.to_owned(),
            source,
        },
    };
    let found = std::fs::metadata(path).map_err(unreadable)?;
    refuse_others(path)?;
    // SQLite takes an empty file for a new database.
    if found.len() == 0 {
        return Err(CatalogError::Gone {
            path: path.to_owned(),
        });
    }
    readable(path).map_err(unreadable)
}

/// Looks whether this user may read a file, without opening it.
pub(crate) fn readable(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    rustix::fs::access(path, rustix::fs::Access::READ_OK)?;
    #[cfg(not(unix))]
    std::fs::metadata(path)?;
    Ok(())
}

/// What can be done where a catalog lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Reading and writing.
    Writable,
    /// Reading; there is no room for what SQLite keeps beside the catalog.
    NoRoom,
    /// Reading; the catalog or its folder may not be written.
    Closed,
}

/// The least room SQLite's index of the log needs, with some to spare.
const INDEX_BYTES: u64 = 128 << 10;
/// A byte of the index stands for this many of the log, or more.
const LOG_SHARE: u64 = 256;

/// Finds out what can be done with a catalog that is there, by doing it: what the system says of free room holds for some users
/// only, and what it says of rights for some file systems only.
///
/// # Errors
/// Fails as [`refuse_unreadable`] does.
pub(crate) fn place(path: &Path) -> Result<Place, CatalogError> {
    refuse_unreadable(path)?;
    #[cfg(unix)]
    if rustix::fs::access(path, rustix::fs::Access::WRITE_OK).is_err() {
        return Ok(Place::Closed);
    }
    #[cfg(not(unix))]
    if std::fs::metadata(path).is_ok_and(|found| found.permissions().readonly()) {
        return Ok(Place::Closed);
    }
    let tried = take_room(path);
    Ok(match tried.as_ref().map_err(Fault::of) {
        Err(Some(Fault::NoRoom)) => Place::NoRoom,
        Err(Some(Fault::NoPermission | Fault::ReadOnly)) => Place::Closed,
        // Whatever else is wrong SQLite finds, too.
        _ => Place::Writable,
    })
}

/// Refuses to open a catalog for writing where there is no room for what SQLite keeps beside it.
///
/// # Errors
/// Fails if there is none; what else may be wrong is left to SQLite.
pub(crate) fn refuse_no_room(path: &Path) -> Result<(), CatalogError> {
    match take_room(path) {
        Err(source) if Fault::of(&source) == Some(Fault::NoRoom) => Err(CatalogError::NoRoom {
            path: path.to_owned(),
            source,
        }),
        _ => Ok(()),
    }
}

/// Writes as much beside the catalog as the index of its log needs, into a file without a name which is gone at the end.
fn take_room(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    let log_bytes = std::fs::metadata(beside(path, "-wal")).map_or(0, |log| log.len());
    let size_bytes = INDEX_BYTES + log_bytes / LOG_SHARE;
    let mut file = tempfile::tempfile_in(folder.unwrap_or(Path::new(".")))?;
    let block = [1; 16 << 10];
    for _ in 0..size_bytes.div_ceil(block.len() as u64) {
        file.write_all(&block)?;
    }
    file.flush()
}

/// Room for the index of a log of half a gigabyte: no transaction is larger.
#[cfg(target_os = "linux")]
const RESERVED_BYTES: u64 = 1 << 20;

/// Reserves room for the index of the log of an open catalog. SQLite makes it longer by a byte in each page, and maps it: where
/// blocks are smaller than pages, a disk that fills up meanwhile would end the process.
///
/// # Errors
/// Fails if there is no room. File systems that cannot reserve any are left alone.
#[cfg(target_os = "linux")]
pub(crate) fn reserve_index(path: &Path) -> Result<(), CatalogError> {
    use rustix::fs::{FallocateFlags, fallocate};
    use rustix::io::Errno;
    let opened = OpenOptions::new()
        .read(true)
        .write(true)
        .open(beside(path, "-shm"));
    let Ok(index) = opened else {
        return Ok(());
    };
    let reserved = fallocate(&index, FallocateFlags::KEEP_SIZE, 0, RESERVED_BYTES);
    // Closing it would take away the locks that SQLite has on it in this process: it stays open to the end.
    std::mem::forget(index);
    match reserved {
        Err(error @ (Errno::NOSPC | Errno::DQUOT)) => Err(CatalogError::NoRoom {
            path: path.to_owned(),
            source: error.into(),
        }),
        _ => Ok(()),
    }
}

/// Does nothing: only Linux reserves room that does not show in a file's size.
#[cfg(not(target_os = "linux"))]
pub(crate) fn reserve_index(_: &Path) -> Result<(), CatalogError> {
    Ok(())
}

/// Returns whether a file lies on a file system that is mounted read-only, so that nobody writes to it here.
#[cfg(unix)]
pub(crate) fn is_on_read_only_disk(path: &Path) -> bool {
    let found = rustix::fs::statvfs(path);
    found.is_ok_and(|found| found.f_flag.contains(rustix::fs::StatVfsMountFlags::RDONLY))
}

/// Returns false: this system does not tell.
#[cfg(not(unix))]
pub(crate) fn is_on_read_only_disk(_: &Path) -> bool {
    false
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::super::Catalog;
    use super::*;

    #[test]
    fn the_catalog_and_its_journals_are_private_to_their_owner() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("c.sqlite");
        let mut catalog = Catalog::open(&path).unwrap();
        catalog
            .in_transaction(|w| w.set_setting("a", Some("b")))
            .unwrap();
        let mut seen = 0;
        for entry in std::fs::read_dir(folder.path()).unwrap() {
            let entry = entry.unwrap();
            let mode = entry.metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{:?}", entry.file_name());
            seen += 1;
        }
        assert_eq!(seen, 3, "catalog, -wal and -shm");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn room_for_the_index_of_the_log_is_reserved_for_who_writes() {
        use std::os::unix::fs::MetadataExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("c.sqlite");
        let mut catalog = Catalog::open(&path).unwrap();
        let index = || std::fs::metadata(beside(&path, "-shm")).unwrap();
        assert!(index().blocks() * 512 >= RESERVED_BYTES, "{:?}", index());
        assert!(index().len() < RESERVED_BYTES);
        catalog
            .in_transaction(|w| w.set_setting("a", Some("b")))
            .unwrap();
        drop(catalog);
        assert!(!beside(&path, "-shm").exists());
    }

    #[test]
    fn a_pipe_in_place_of_the_catalog_or_its_journal_is_no_wait() {
        for end in BESIDE {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("c.sqlite");
            if !end.is_empty() {
                drop(Catalog::open(&path).unwrap());
            }
            let pipe = folder.path().join(format!("c.sqlite{end}"));
            let made = std::process::Command::new("mkfifo").arg(&pipe).status();
            assert!(made.unwrap().success());
            for opened in [Catalog::open(&path), Catalog::open_existing(&path)] {
                let error = opened.map(drop).unwrap_err();
                assert!(matches!(error, CatalogError::NotAFile { .. }), "{error}");
            }
        }
    }
}
