//! SQLite: open, migrate, read and write. The only module with SQL.

mod check;
mod derived;
mod dump;
mod evidence;
mod file;
mod find;
mod foreign;
mod history;
mod inherit;
mod kept;
mod kept_evidence;
mod kept_pushes;
mod migrate;
mod newest;
mod noted;
mod order;
mod overview;
mod provenance;
mod pushed;
mod puzzling;
mod query;
mod record_text;
mod replaced;
mod scratch;
mod select;
#[cfg(test)]
mod select_samples;
mod statistics;
mod sums;
mod to_read;
mod told;

pub use derived::{AssetRow, PlacedRow, SidecarRow};
pub use evidence::{EvidenceIds, StoredMedium};
pub use history::{RunRow, SeenEntry, SeenKey, SeenRole};
pub use inherit::{Belief, LOST_IMPORT};
pub use kept::{KeptError, KeptHistory};
pub use kept_pushes::KeptPushes;
pub use order::{Order, SortKey};
pub use overview::AssetShort;
pub use provenance::{Given, LeavingFile};
pub use pushed::{DestinationStatus, PushedRow, UploadRow};
pub use puzzling::{EntryMark, Puzzling};
pub use query::{LibraryStatus, ListedAsset, ListedItem, ProviderStatus};
pub use record_text::{RecordText, record_digest};
pub use statistics::{Count, Statistics};
pub use sums::Rotten;
pub use to_read::{Others, Source};
pub use told::Told;

use std::cell::Cell;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OptionalExtension, Transaction, ffi};

use self::to_read::Kept;
use model::fault::Fault;

/// What can go wrong with a catalog.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// The library has none.
    #[error("there is no catalog at {}", path.display())]
    Gone {
        /// Where it should lie.
        path: PathBuf,
    },
    /// It may not or cannot be read.
    #[error("could not read catalog {}", path.display())]
    Unreadable {
        /// Where the catalog lies.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It can only be read while nobody changes it, and another run does.
    #[error("catalog {} is in use by another run", path.display())]
    InUse {
        /// Where the catalog lies.
        path: PathBuf,
    },
    /// There is no room for what SQLite keeps beside it.
    #[error("there is no room left beside catalog {}", path.display())]
    NoRoom {
        /// Where the catalog lies.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It can be read only in a copy, and that could not be made.
    #[error("could not copy catalog {} to the folder for temporary files, to read it there", path.display())]
    Copy {
        /// Where the catalog lies.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// An older albumen made it, and it cannot be brought up to date where it lies. Nobody outside this module sees this one.
    #[error("catalog {} was made by an older albumen", path.display())]
    Outdated {
        /// Where the catalog lies.
        path: PathBuf,
    },
    /// SQLite said no.
    #[error("catalog {path}")]
    Sqlite {
        /// Where the catalog lies.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// A commit was kept from happening.
    #[error("could not commit to catalog {}", path.display())]
    Commit {
        /// Where the catalog lies.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A newer albumen made it.
    #[error(
        "catalog {path} has schema {found}, this albumen knows up to {known}: use a newer albumen"
    )]
    Newer {
        /// Where the catalog lies.
        path: PathBuf,
        /// Its schema number.
        found: u32,
        /// The newest number this program knows.
        known: u32,
    },
    /// A migration in the catalog is not the one in the program.
    #[error("catalog {path}: migration {number} is not the one this albumen has")]
    Altered {
        /// Where the catalog lies.
        path: PathBuf,
        /// Number of the migration.
        number: u32,
    },
    /// Its schema is not the one that the migrations make.
    #[error("catalog {path} is not as albumen makes it: {what}")]
    Foreign {
        /// Where the catalog lies.
        path: PathBuf,
        /// What is in it that should not be, or the other way round.
        what: String,
    },
    /// One of its tables is not what it was when the library was settled.
    #[error("catalog {path} is damaged: {what}")]
    Rotten {
        /// Where the catalog lies.
        path: PathBuf,
        /// Which table.
        what: Rotten,
    },
    /// The last `verify` found it damaged.
    #[error("catalog {path} is damaged: the last verify found it so")]
    Condemned {
        /// Where the catalog lies.
        path: PathBuf,
    },
    /// A pipe, folder or device lies where the catalog should.
    #[error("{} is not a file", path.display())]
    NotAFile {
        /// Where.
        path: PathBuf,
    },
    /// A text column does not hold what it should.
    #[error("catalog holds a damaged {what}")]
    Damaged {
        /// What kind of thing is damaged.
        what: &'static str,
        /// What the JSON reader said.
        source: serde_json::Error,
    },
}

impl CatalogError {
    /// Returns whether the catalog is gone or broken, so that only making it again from the tree helps.
    pub fn is_unusable(&self) -> bool {
        match self {
            Self::Gone { .. }
            | Self::Damaged { .. }
            | Self::Altered { .. }
            | Self::Foreign { .. }
            | Self::Condemned { .. }
            | Self::NotAFile { .. } => true,
            // What is derived is made again by an import.
            Self::Rotten { what, .. } => !what.derived,
            Self::Sqlite { source, .. } => {
                // A hash that is too short, or a path that leads out of the library.
                let strange = matches!(
                    source,
                    rusqlite::Error::FromSqlConversionFailure(..)
                        | rusqlite::Error::InvalidColumnType(..)
                        | rusqlite::Error::IntegralValueOutOfRange(..)
                        | rusqlite::Error::Utf8Error(..)
                );
                strange
                    || matches!(
                        source.sqlite_error_code(),
                        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt)
                    )
            }
            Self::Newer { .. }
            | Self::Commit { .. }
            | Self::Unreadable { .. }
            | Self::InUse { .. }
            | Self::NoRoom { .. }
            | Self::Copy { .. }
            | Self::Outdated { .. } => false,
        }
    }

    /// Returns whether there was no room left (disk full, or the user's quota).
    pub fn is_disk_full(&self) -> bool {
        self.fault() == Some(Fault::NoRoom)
    }

    /// Tells what the system refused; `None` if it is not that.
    pub fn fault(&self) -> Option<Fault> {
        match self {
            Self::Commit { source, .. }
            | Self::Unreadable { source, .. }
            | Self::NoRoom { source, .. }
            | Self::Copy { source, .. } => Fault::of(source),
            Self::Sqlite { source, .. } => sqlite_fault(source),
            _ => None,
        }
    }
}

/// Tells what the system refused to SQLite, which keeps the system's own word to itself.
fn sqlite_fault(error: &rusqlite::Error) -> Option<Fault> {
    let rusqlite::Error::SqliteFailure(failure, _) = error else {
        return None;
    };
    match failure.code {
        ErrorCode::DiskFull => Some(Fault::NoRoom),
        ErrorCode::ReadOnly => Some(Fault::ReadOnly),
        ErrorCode::PermissionDenied => Some(Fault::NoPermission),
        // Reading and syncing fail so when the disk does, and opening or growing a file does not.
        ErrorCode::SystemIoFailure => match failure.extended_code {
            ffi::SQLITE_IOERR_SHMSIZE | ffi::SQLITE_IOERR_SHMMAP => Some(Fault::NoRoom),
            ffi::SQLITE_IOERR_READ
            | ffi::SQLITE_IOERR_FSYNC
            | ffi::SQLITE_IOERR_DIR_FSYNC
            | ffi::SQLITE_IOERR_WRITE
            | ffi::SQLITE_IOERR_CORRUPTFS => Some(Fault::DiskError),
            _ => None,
        },
        _ => None,
    }
}

/// Is asked before every commit, so that tests can make any of them fail or be the last step of a run.
pub type Gate = Arc<dyn Fn() -> io::Result<()> + Send + Sync>;

/// Lets a commit happen, or makes it fail.
fn pass(gate: Option<&Gate>, path: &Path) -> Result<(), CatalogError> {
    match gate {
        None => Ok(()),
        Some(gate) => gate().map_err(|source| CatalogError::Commit {
            path: path.to_owned(),
            source,
        }),
    }
}

/// The catalog of one library.
pub struct Catalog {
    // Dropped first: what is kept below is what it reads.
    connection: Connection,
    path: PathBuf,
    gate: Option<Gate>,
    source: Source,
    is_written: bool,
    kept: Kept,
}

/// A long reading, see [`Catalog::reading`].
pub struct Reading<'a>(#[expect(dead_code, reason = "ends when dropped")] Transaction<'a>);

impl Catalog {
    /// Opens the catalog at `path`, makes it if it is not there, and migrates it.
    ///
    /// # Errors
    /// Fails if a newer albumen made it (nothing is touched then), or if SQLite cannot open it.
    pub fn open(path: &Path) -> Result<Self, CatalogError> {
        Self::open_with(path, None)
    }

    /// Opens a catalog as [`Catalog::open`] does; every commit passes `gate`. Only tests give one.
    ///
    /// # Errors
    /// Fails as [`Catalog::open`] does.
    pub fn open_with(path: &Path, gate: Option<Gate>) -> Result<Self, CatalogError> {
        file::refuse_no_room(path)?;
        let catalog = Self::open_in_place(path, gate)?;
        file::reserve_index(path)?;
        Ok(catalog)
    }

    fn open_in_place(path: &Path, gate: Option<Gate>) -> Result<Self, CatalogError> {
        let wrap = |source| CatalogError::Sqlite {
            path: path.to_owned(),
            source,
        };
        file::make_ready(path)?;
        let connection = Connection::open(path).map_err(wrap)?;
        foreign::disarm(&connection).map_err(wrap)?;
        migrate::refuse_newer(&connection, path)?;
        foreign::refuse_foreign(&connection, path)?;
        // Full sync at commit points: a row must never be on disk before the bytes it speaks of. Pages are kept to 8 MB: with 2 MB
        // an import of 20,000 photos read pages of its own catalog 127,000 times.
        connection
            .execute_batch(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
                 PRAGMA temp_store = MEMORY; PRAGMA cache_size = -8192;",
            )
            .map_err(wrap)?;
        Self::ready(connection, path, gate)
    }

    /// Opens the catalog at `path`, which must be there: an empty one in its place would say that nothing is held.
    ///
    /// # Errors
    /// Fails as [`Catalog::open`] does, and if there is no catalog.
    pub fn open_existing(path: &Path) -> Result<Self, CatalogError> {
        Self::open_existing_with(path, None)
    }

    /// Opens a catalog as [`Catalog::open_existing`] does; every commit passes `gate`. Only tests give one.
    ///
    /// # Errors
    /// Fails as [`Catalog::open_existing`] does.
    pub fn open_existing_with(path: &Path, gate: Option<Gate>) -> Result<Self, CatalogError> {
        file::refuse_unreadable(path)?;
        Self::open_with(path, gate)
    }

    /// Makes an empty catalog in memory, for a dry run without a library.
    ///
    /// # Errors
    /// Fails only if SQLite does.
    pub fn in_memory() -> Result<Self, CatalogError> {
        let path = Path::new(":memory:");
        let connection = Connection::open_in_memory().map_err(|source| CatalogError::Sqlite {
            path: path.to_owned(),
            source,
        })?;
        Self::ready(connection, path, None)
    }

    fn ready(
        mut connection: Connection,
        path: &Path,
        gate: Option<Gate>,
    ) -> Result<Self, CatalogError> {
        connection.set_prepared_statement_cache_capacity(64);
        let _ = connection.busy_timeout(Duration::from_secs(10));
        migrate::migrate(&mut connection, path, gate.as_ref())?;
        Ok(Self {
            connection,
            path: path.to_owned(),
            gate,
            source: Source::Written(path.to_owned()),
            is_written: true,
            kept: Kept::default(),
        })
    }

    /// Returns where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Begins a long reading: until the answer is dropped, no statement asks for the file's locks by itself.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn reading(&self) -> Result<Reading<'_>, CatalogError> {
        let begun = self.connection.unchecked_transaction();
        begun.map(Reading).map_err(|source| CatalogError::Sqlite {
            path: self.path.clone(),
            source,
        })
    }

    /// Runs `work` in one transaction: all of it is kept, or nothing.
    ///
    /// # Errors
    /// Fails as `work` does, or if the commit fails.
    pub fn in_transaction<T>(
        &mut self,
        work: impl FnOnce(&Writing<'_>) -> Result<T, CatalogError>,
    ) -> Result<T, CatalogError> {
        self.in_transaction_of(work)
    }

    /// The same for work that may fail otherwise, too.
    ///
    /// # Errors
    /// Fails if SQLite does or the work does; then nothing of it stays.
    pub fn in_transaction_of<T, E: From<CatalogError>>(
        &mut self,
        work: impl FnOnce(&Writing<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let path = self.path.clone();
        let gate = self.gate.clone();
        let wrap = |source| CatalogError::Sqlite {
            path: path.clone(),
            source,
        };
        let transaction = self.connection.transaction().map_err(wrap)?;
        let writing = Writing::new(transaction, &path);
        let value = work(&writing)?;
        pass(gate.as_ref(), &path)?;
        writing.transaction.commit().map_err(wrap)?;
        Ok(value)
    }

    /// Runs `work` as in a transaction, then forgets all it wrote: for `--dry-run`.
    ///
    /// # Errors
    /// Fails as `work` does.
    pub fn rehearse<T>(
        &mut self,
        work: impl FnOnce(&Writing<'_>) -> Result<T, CatalogError>,
    ) -> Result<T, CatalogError> {
        let path = self.path.clone();
        let transaction = self
            .connection
            .transaction()
            .map_err(|source| CatalogError::Sqlite {
                path: path.clone(),
                source,
            })?;
        // Dropped without a commit, a transaction is rolled back.
        work(&Writing::new(transaction, &path))
    }

    /// Returns a setting.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn setting(&self, name: &str) -> Result<Option<String>, CatalogError> {
        let mut rows = self
            .connection
            .prepare_cached("SELECT value FROM setting WHERE name = ?1")
            .map_err(|e| self.wrap(e))?;
        let mut rows = rows.query([name]).map_err(|e| self.wrap(e))?;
        let row = rows.next().map_err(|e| self.wrap(e))?;
        row.map(|row| row.get(0))
            .transpose()
            .map_err(|e| self.wrap(e))
    }

    fn wrap(&self, source: rusqlite::Error) -> CatalogError {
        CatalogError::Sqlite {
            path: self.path.clone(),
            source,
        }
    }
}

/// An open transaction.
pub struct Writing<'a> {
    transaction: Transaction<'a>,
    path: &'a Path,
    /// The run begun in it.
    run: Cell<Option<i64>>,
    /// The reading that gives the evidence now being added.
    reading: Cell<Option<i64>>,
}

impl<'a> Writing<'a> {
    fn new(transaction: Transaction<'a>, path: &'a Path) -> Self {
        Self {
            transaction,
            path,
            run: Cell::new(None),
            reading: Cell::new(None),
        }
    }
}

impl Writing<'_> {
    /// Sets or clears a setting.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn set_setting(&self, name: &str, value: Option<&str>) -> Result<(), CatalogError> {
        let done = match value {
            Some(value) => self.transaction.execute(
                "INSERT INTO setting (name, value) VALUES (?1, ?2)
                 ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                (name, value),
            ),
            None => self
                .transaction
                .execute("DELETE FROM setting WHERE name = ?1", [name]),
        };
        done.map(drop).map_err(|e| self.wrap(e))
    }

    /// Sets the owner's home time zone. A new one changes what is derived, so the library is to be settled again.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn set_home_timezone(&self, zone: &str) -> Result<(), CatalogError> {
        let before: Option<String> = self
            .transaction
            .query_row(
                "SELECT value FROM setting WHERE name = 'home_timezone'",
                [],
                |row| row.get(0),
            )
            .optional()
            .map_err(|e| self.wrap(e))?;
        if before.as_deref() != Some(zone) {
            self.set_setting("home_timezone", Some(zone))?;
            self.set_setting("unsettled", Some("1"))?;
        }
        Ok(())
    }

    fn wrap(&self, source: rusqlite::Error) -> CatalogError {
        CatalogError::Sqlite {
            path: self.path.to_owned(),
            source,
        }
    }
}

/// Turns a value into the JSON kept in a column.
fn to_json<T: serde::Serialize>(what: &'static str, value: &T) -> Result<String, CatalogError> {
    serde_json::to_string(value).map_err(|source| CatalogError::Damaged { what, source })
}

/// Reads the JSON of a column.
fn from_json<T: serde::de::DeserializeOwned>(
    what: &'static str,
    text: &str,
) -> Result<T, CatalogError> {
    serde_json::from_str(text).map_err(|source| CatalogError::Damaged { what, source })
}

/// Reads a hash out of a BLOB column.
fn hash_of(
    row: &rusqlite::Row<'_>,
    column: usize,
) -> rusqlite::Result<model::content_hash::ContentHash> {
    row.get::<_, [u8; 32]>(column)
        .map(model::content_hash::ContentHash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_is_kept_replaced_and_cleared() {
        let mut catalog = Catalog::in_memory().unwrap();
        assert_eq!(catalog.setting("home").unwrap(), None);
        for value in [Some("Europe/Rome"), Some("Asia/Tokyo"), None] {
            catalog
                .in_transaction(|w| w.set_setting("home", value))
                .unwrap();
            assert_eq!(catalog.setting("home").unwrap().as_deref(), value);
        }
    }

    #[test]
    fn a_failed_transaction_leaves_nothing() {
        let mut catalog = Catalog::in_memory().unwrap();
        let failed: Result<(), _> = catalog.in_transaction(|w| {
            w.set_setting("home", Some("x"))?;
            from_json("thing", "{")
        });
        assert!(failed.is_err());
        assert_eq!(catalog.setting("home").unwrap(), None);
    }
}
