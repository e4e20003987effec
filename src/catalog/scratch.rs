//! Catalogs that nobody keeps: what a dry run reads goes into one, and nothing of the library's is changed.

use std::path::Path;
use std::time::Duration;

use rusqlite::backup::Backup;
use rusqlite::{Connection, OpenFlags};

use super::file::{self, Place};
use super::to_read::copied;
use super::{Catalog, CatalogError, foreign, migrate};

/// Pages copied at a time.
const PAGES: i32 = 4096;

impl Catalog {
    /// Makes an empty catalog that is gone when it is dropped. SQLite keeps a small one in memory, and a large one in a
    /// temporary file without a name.
    ///
    /// # Errors
    /// Fails only if SQLite does.
    pub fn scratch() -> Result<Self, CatalogError> {
        Self::ready(empty()?, Path::new(NAME), None)
    }

    /// Makes a copy, gone when it is dropped, of the catalog at `path`, which must be there. The catalog itself is not even
    /// migrated.
    ///
    /// # Errors
    /// Fails if there is no catalog, a newer albumen made it, or SQLite cannot read it.
    pub fn scratch_of(path: &Path) -> Result<Self, CatalogError> {
        if file::place(path)? != Place::Writable {
            return copied(path, None);
        }
        let wrap = |source| CatalogError::Sqlite {
            path: path.to_owned(),
            source,
        };
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let original = Connection::open_with_flags(path, flags).map_err(wrap)?;
        original
            .busy_timeout(Duration::from_secs(10))
            .map_err(wrap)?;
        foreign::disarm(&original).map_err(wrap)?;
        migrate::refuse_newer(&original, path)?;
        foreign::refuse_foreign(&original, path)?;
        let mut copy = empty()?;
        Backup::new(&original, &mut copy)
            .and_then(|backup| backup.run_to_completion(PAGES, Duration::ZERO, None))
            .map_err(wrap)?;
        Self::ready(copy, path, None)
    }
}

/// Stands in messages for a catalog that has no file.
const NAME: &str = "(of a dry run)";

fn empty() -> Result<Connection, CatalogError> {
    // An empty name means a temporary database on disk.
    let connection = Connection::open("");
    let ready = connection.and_then(|connection| {
        connection.execute_batch(
            "PRAGMA synchronous = OFF; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -8192;",
        )?;
        Ok(connection)
    });
    ready.map_err(|source| CatalogError::Sqlite {
        path: NAME.into(),
        source,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn a_copy_holds_what_the_catalog_does_and_changes_nothing_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("catalog.sqlite");
        let mut catalog = Catalog::open(&path).unwrap();
        let set = |catalog: &mut Catalog, value: &str| {
            let set = |writing: &super::super::Writing<'_>| writing.set_setting("a", Some(value));
            catalog.in_transaction(set).unwrap();
        };
        set(&mut catalog, "kept");
        drop(catalog);
        let before = std::fs::read(&path).unwrap();
        let mut copy = Catalog::scratch_of(&path).unwrap();
        assert_eq!(copy.setting("a").unwrap().as_deref(), Some("kept"));
        set(&mut copy, "forgotten");
        drop(copy);
        assert_eq!(std::fs::read(&path).unwrap(), before);
        let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
        assert_eq!(left.len(), 1, "{left:?}");
    }

    #[test]
    fn what_is_not_there_is_not_made() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("catalog.sqlite");
        let failed = Catalog::scratch_of(&path).map(drop);
        assert!(matches!(failed, Err(CatalogError::Gone { .. })));
        assert!(!path.exists());
        assert!(Catalog::scratch().unwrap().setting("a").unwrap().is_none());
    }
}
