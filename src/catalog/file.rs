//! The catalog's file and those SQLite keeps beside it: private to their owner, and files.

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};

use super::CatalogError;

/// What SQLite puts behind the name of a database for its own files.
const BESIDE: [&str; 4] = ["", "-wal", "-shm", "-journal"];

/// Looks as [`refuse_others`] does, and makes the catalog if it is not there, private to its owner: SQLite gives its own
/// files the same mode.
///
/// # Errors
/// Fails if something else lies there.
pub fn make_ready(path: &Path) -> Result<(), CatalogError> {
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
pub fn refuse_others(path: &Path) -> Result<(), CatalogError> {
    for end in BESIDE {
        let mut name = path.as_os_str().to_owned();
        name.push(end);
        let beside = PathBuf::from(name);
        if std::fs::metadata(&beside).is_ok_and(|found| !found.is_file()) {
            return Err(CatalogError::NotAFile { path: beside });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![cfg(unix)]
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
