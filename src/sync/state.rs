//! What `sync` remembers between passes, and the lock that lets one pass run at a time. Both lie in `.albumen` of the library.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use disk::private;
use inbox::Known;
use inbox::remote::Shelf;

/// What is remembered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct State {
    /// Archives that were dealt with.
    pub known: Known,
    /// What inboxes on servers listed, by their names.
    pub remote: BTreeMap<String, Shelf>,
    /// Destinations that have all the library holds.
    pub pushed: BTreeSet<String>,
}

impl State {
    /// Reads what is remembered. What cannot be read is forgotten: archives are then imported again, which changes nothing.
    pub(crate) fn read(library: &Path) -> Self {
        let bytes = fs::read(path(library)).unwrap_or_default();
        serde_json::from_slice(&bytes).unwrap_or_default()
    }

    /// Writes it, at once or not at all.
    pub(crate) fn write(&self, library: &Path) -> io::Result<()> {
        let bytes = serde_json::to_vec(self).map_err(io::Error::other)?;
        private::replace(&path(library), &bytes)
    }
}

/// Keeps other passes out until it is dropped; none if another one is in.
pub(crate) fn lock(library: &Path) -> io::Result<Option<File>> {
    let path = library.join(".albumen/sync.lock");
    let file = private::open(&path, OpenOptions::new().create(true).truncate(false))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => Ok(Some(file)),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

fn path(library: &Path) -> PathBuf {
    library.join(".albumen/sync.json")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn it_comes_back_and_what_is_damaged_is_forgotten() {
        let library = tempfile::tempdir().unwrap();
        fs::create_dir(library.path().join(".albumen")).unwrap();
        assert_eq!(State::read(library.path()), State::default());
        let state = State {
            pushed: ["a".to_owned()].into(),
            ..State::default()
        };
        state.write(library.path()).unwrap();
        assert_eq!(State::read(library.path()), state);
        fs::write(path(library.path()), "{").unwrap();
        assert_eq!(State::read(library.path()), State::default());
    }

    #[test]
    fn one_pass_at_a_time() {
        let library = tempfile::tempdir().unwrap();
        fs::create_dir(library.path().join(".albumen")).unwrap();
        let first = lock(library.path()).unwrap();
        assert!(first.is_some() && lock(library.path()).unwrap().is_none());
        drop(first);
        assert!(lock(library.path()).unwrap().is_some());
    }
}
