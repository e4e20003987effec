//! Opens a catalog to read it, wherever it lies and whoever may write there.
//!
//! Where the catalog can be written it is opened as always: SQLite keeps its log (`-wal`) and an index of that (`-shm`) beside
//! it, and everybody reads beside a running import. Where nothing can be written there is no place for these, and on a disk
//! without room the index must not be made: it is mapped into memory, and a write to a part of it that the disk has no block
//! for ends the process (SIGBUS). So there, in this order:
//!
//! 1. Where an index lies, SQLite reads it and the log without changing either, beside a run that is at work, too.
//! 2. Where others are kept out and the log holds nothing, the file alone is the catalog: it is read as one that never changes
//!    (`immutable`).
//! 3. Else catalog and log are copied to the folder for temporary files, and read there. A log that holds something is never
//!    left out: without it the catalog is an older one, or half of one.
//!
//! `docs/decisions/0030-reading-where-nothing-can-be-written.md` says why.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};
use tempfile::TempDir;

use super::file::{self, Place};
use super::{Catalog, CatalogError, foreign, migrate};

/// How often a catalog that nobody is kept out of is copied until it holds still.
const TRIES: u32 = 3;

/// Whether other runs are kept from changing the library while its catalog is read.
pub enum Others {
    /// They are, as long as this is held.
    KeptOut(Box<dyn Send>),
    /// One of them is at work.
    AtWork,
    /// Nobody can tell: there is no lock, or it cannot be opened.
    Unknown,
}

impl Others {
    /// Tells from a lock that was asked for; `is_held` says of an error whether another run has the lock.
    pub fn asked<L: Send + 'static, E>(
        lock: Result<L, E>,
        is_held: impl FnOnce(&E) -> bool,
    ) -> Self {
        match lock {
            Ok(lock) => Self::KeptOut(Box::new(lock)),
            Err(error) if is_held(&error) => Self::AtWork,
            Err(_) => Self::Unknown,
        }
    }
}

/// What has to stay for as long as the connection does.
#[derive(Default)]
pub(super) struct Kept {
    _lock: Option<Box<dyn Send>>,
    _copy: Option<TempDir>,
}

/// Where and how a catalog was opened, so that another thread opens it in the same way.
#[derive(Debug, Clone)]
pub enum Source {
    /// As always.
    Written(PathBuf),
    /// Never written to: address for SQLite, and the path for messages.
    OnlyRead(String, PathBuf),
}

impl Catalog {
    /// Opens the catalog at `path` to read it. `others` is asked only where it cannot be written.
    ///
    /// # Errors
    /// Fails as [`Catalog::open_existing`] does; if it may not be read; and, where it can be read only while it holds still, if
    /// another run is changing it.
    pub fn open_to_read(
        path: &Path,
        others: impl FnOnce() -> Others,
    ) -> Result<Self, CatalogError> {
        let is_full = match file::place(path)? {
            Place::Writable => return Self::open_in_place(path, None),
            Place::NoRoom => true,
            Place::Closed => false,
        };
        let has_index = file::beside(path, "-shm").is_file();
        if has_index && let Some(catalog) = with_index(path)? {
            return Ok(catalog);
        }
        match others() {
            Others::KeptOut(lock) => alone(path, Some(lock)),
            // The other run has the index mapped already, and every block of it is there.
            Others::AtWork if is_full && has_index => Self::open_in_place(path, None),
            Others::Unknown if file::is_on_read_only_disk(path) => alone(path, None),
            Others::AtWork | Others::Unknown => copied(path, None),
        }
    }

    /// Returns how to open this catalog once more, for another thread, while this one is open.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// Opens a catalog once more.
    ///
    /// # Errors
    /// Fails as the first opening would.
    pub fn open_again(source: &Source) -> Result<Self, CatalogError> {
        match source {
            Source::Written(path) => Self::open_in_place(path, None),
            Source::OnlyRead(address, path) => only_read(address, path),
        }
    }

    /// Returns whether what is written to it stays: not so for one that can only be read, and for a copy.
    pub fn is_written(&self) -> bool {
        self.is_written
    }
}

/// Reads a catalog, its log and the index of that, and changes none of them; `None` where SQLite cannot.
fn with_index(path: &Path) -> Result<Option<Catalog>, CatalogError> {
    match only_read(&address(path, "mode=ro&readonly_shm=1"), path) {
        Ok(catalog) => Ok(Some(catalog)),
        Err(CatalogError::Outdated { .. }) => Ok(None),
        Err(CatalogError::Sqlite { source, .. }) if is_refusal(&source) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Reads a catalog that nobody else changes.
fn alone(path: &Path, lock: Option<Box<dyn Send>>) -> Result<Catalog, CatalogError> {
    let log = fs::metadata(file::beside(path, "-wal"));
    if log.is_ok_and(|log| log.len() > 0) {
        return copied(path, lock);
    }
    match only_read(&address(path, "mode=ro&immutable=1"), path) {
        Ok(mut catalog) => {
            catalog.kept._lock = lock;
            Ok(catalog)
        }
        Err(CatalogError::Outdated { .. }) => copied(path, lock),
        Err(error) => Err(error),
    }
}

/// Copies catalog and log, and opens the copy. What an older albumen made is migrated there.
pub(super) fn copied(path: &Path, lock: Option<Box<dyn Send>>) -> Result<Catalog, CatalogError> {
    let folder = TempDir::new().map_err(|source| CatalogError::Copy {
        path: path.to_owned(),
        source,
    })?;
    let copy = folder.path().join("catalog.sqlite");
    copy_still(path, &copy, lock.is_some(), &|| ())?;
    let mut catalog = Catalog::open_existing(&copy)?;
    path.clone_into(&mut catalog.path);
    catalog.is_written = false;
    catalog.kept = Kept {
        _lock: lock,
        _copy: Some(folder),
    };
    Ok(catalog)
}

/// Copies catalog and log while nobody writes to them. Only tests do something `meanwhile`.
fn copy_still(
    path: &Path,
    copy: &Path,
    is_locked: bool,
    meanwhile: &dyn Fn(),
) -> Result<(), CatalogError> {
    for _ in 0..TRIES {
        let before = state(path);
        copy_once(path, copy)?;
        meanwhile();
        if is_locked || state(path) == before {
            return Ok(());
        }
    }
    Err(CatalogError::InUse {
        path: path.to_owned(),
    })
}

fn copy_once(path: &Path, copy: &Path) -> Result<(), CatalogError> {
    let [log, log_copy] = [path, copy].map(|of| file::beside(of, "-wal"));
    let _ = fs::remove_file(&log_copy);
    copy_file(path, copy)?;
    // The log second: what was moved from it into the catalog meanwhile is in it still.
    match log.exists() {
        true => copy_file(&log, &log_copy),
        false => Ok(()),
    }
}

fn copy_file(from: &Path, to: &Path) -> Result<(), CatalogError> {
    if let Err(source) = file::readable(from) {
        return Err(CatalogError::Unreadable {
            path: from.to_owned(),
            source,
        });
    }
    fs::copy(from, to).map_err(|source| CatalogError::Copy {
        path: from.to_owned(),
        source,
    })?;
    make_writable(to);
    Ok(())
}

/// What shows that a catalog or its log was written to: sizes and times.
type State = [Option<(u64, Option<std::time::SystemTime>)>; 2];

fn state(path: &Path) -> State {
    [path.to_owned(), file::beside(path, "-wal")].map(|file| {
        let found = fs::metadata(file).ok()?;
        Some((found.len(), found.modified().ok()))
    })
}

/// A copy has the mode of the original, which may forbid to write.
fn make_writable(copy: &Path) {
    let Ok(found) = fs::metadata(copy) else {
        return;
    };
    let mut permissions = found.permissions();
    #[cfg(unix)]
    std::os::unix::fs::PermissionsExt::set_mode(&mut permissions, 0o600);
    #[cfg(not(unix))]
    permissions.set_readonly(false);
    let _ = fs::set_permissions(copy, permissions);
}

/// Opens a catalog that is only read. One that an older albumen made is refused as [`CatalogError::Outdated`].
fn only_read(address: &str, path: &Path) -> Result<Catalog, CatalogError> {
    let wrap = |source| CatalogError::Sqlite {
        path: path.to_owned(),
        source,
    };
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_URI
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(address, flags).map_err(wrap)?;
    foreign::disarm(&connection).map_err(wrap)?;
    connection
        .busy_timeout(Duration::from_secs(10))
        .map_err(wrap)?;
    migrate::refuse_newer(&connection, path)?;
    foreign::refuse_foreign(&connection, path)?;
    if migrate::version(&connection).map_err(wrap)? < migrate::newest() {
        return Err(CatalogError::Outdated {
            path: path.to_owned(),
        });
    }
    connection
        .execute_batch("PRAGMA temp_store = MEMORY; PRAGMA cache_size = -2048;")
        .map_err(wrap)?;
    let mut catalog = Catalog::ready(connection, path, None)?;
    catalog.source = Source::OnlyRead(address.to_owned(), path.to_owned());
    catalog.is_written = false;
    Ok(catalog)
}

/// Returns whether SQLite could not open what it needs, rather than found it broken.
fn is_refusal(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(
            ErrorCode::CannotOpen
                | ErrorCode::ReadOnly
                | ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked
                | ErrorCode::DiskFull
                | ErrorCode::SystemIoFailure
                | ErrorCode::PermissionDenied
        )
    )
}

/// Returns an address for SQLite: the path, in which everything but plain letters is escaped, and the options.
fn address(path: &Path, options: &str) -> String {
    let mut text = String::from(if path.is_absolute() {
        "file://"
    } else {
        "file:"
    });
    if cfg!(windows) && path.is_absolute() {
        text.push('/');
    }
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'\\' if cfg!(windows) => text.push('/'),
            b':' if cfg!(windows) => text.push(':'),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'_' | b'-' => {
                text.push(char::from(*byte));
            }
            byte => text.push_str(&format!("%{byte:02X}")),
        }
    }
    format!("{text}?{options}")
}

#[cfg(test)]
#[path = "to_read_tests.rs"]
mod tests;
