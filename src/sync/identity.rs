//! Which library a pass may work with. A timer runs it while nobody looks: where the library's disk is not mounted there is an empty
//! folder, or another library, and an archive that is imported there and moved away would be gone from sight. So `sync` never makes a
//! library by itself, and remembers outside of the library which one lay at a path.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf, absolute};

use super::SyncOptions;
use super::error::SyncError;
use disk::private;
use writer::identity::LibraryId;
use writer::library::{Library, LibraryError};

/// Opens the library a pass works with, if it is the one that lay there before, and remembers it.
///
/// # Errors
/// Fails if there is no library or another one, unless `options` allow it, and if it cannot be opened or remembered.
pub(crate) fn expected(library: &Path, options: &SyncOptions) -> Result<Library, SyncError> {
    let memory = options.remembers.as_deref().map(Memory::at);
    let remembered = memory.as_ref().and_then(|memory| memory.of(library));
    let opened = match Library::open(library) {
        Err(LibraryError::NotALibrary { .. }) if options.create => {
            Library::open_or_create(library)?
        }
        Err(LibraryError::NotALibrary { path }) => {
            return Err(SyncError::NoLibrary {
                known: remembered.is_some(),
                path,
            });
        }
        other => other?,
    };
    let found = opened.id()?;
    if remembered.is_some() && remembered != found && !options.accept_library {
        return Err(SyncError::AnotherLibrary {
            path: library.to_owned(),
        });
    }
    let id = match found {
        Some(id) => id,
        None => {
            let lock = opened.lock()?;
            opened.ensure_id(&lock)?
        }
    };
    if let Some(memory) = memory.filter(|_| remembered.as_ref() != Some(&id)) {
        memory
            .keep(library, id)
            .map_err(|source| SyncError::Remember {
                path: memory.path.clone(),
                source,
            })?;
    }
    Ok(opened)
}

/// What is remembered of libraries, outside of them: the id of each, by its path.
struct Memory {
    path: PathBuf,
    ids: BTreeMap<String, LibraryId>,
}

impl Memory {
    /// What cannot be read is forgotten: the library that is there now is then taken for the right one.
    fn at(state: &Path) -> Self {
        let path = state.join("libraries.json");
        let ids = read(&path);
        Self { path, ids }
    }

    fn of(&self, library: &Path) -> Option<LibraryId> {
        self.ids.get(&key(library)).cloned()
    }

    /// Remembers one more. Passes of several libraries may do so at once: each reads what the others wrote.
    fn keep(&self, library: &Path, id: LibraryId) -> io::Result<()> {
        if let Some(folder) = self.path.parent() {
            private::make_folder(folder)?;
        }
        let lock = self.path.with_extension("lock");
        let lock = private::open(&lock, OpenOptions::new().create(true).truncate(false))?;
        lock.lock()?;
        let mut ids = read(&self.path);
        ids.insert(key(library), id);
        let bytes = serde_json::to_vec_pretty(&ids).map_err(io::Error::other)?;
        private::replace(&self.path, &bytes)
    }
}

fn read(path: &Path) -> BTreeMap<String, LibraryId> {
    let bytes = fs::read(path).unwrap_or_default();
    serde_json::from_slice(&bytes).unwrap_or_default()
}

/// Names a library by where the user says it is: a link is not followed, since what it leads to may be away.
fn key(library: &Path) -> String {
    let whole = absolute(library).unwrap_or_else(|_| library.to_owned());
    whole.display().to_string()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_comes_back_and_what_is_damaged_is_forgotten() {
        let state = tempfile::tempdir().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let library = Library::create(folder.path()).unwrap();
        let id = library.id().unwrap().unwrap();
        let memory = Memory::at(&state.path().join("albumen"));
        assert_eq!(memory.of(folder.path()), None);
        memory.keep(folder.path(), id.clone()).unwrap();
        let again = Memory::at(&state.path().join("albumen"));
        assert_eq!(again.of(folder.path()), Some(id));
        assert_eq!(again.of(Path::new("/elsewhere")), None);
        fs::write(&again.path, "{").unwrap();
        assert_eq!(
            Memory::at(&state.path().join("albumen")).of(folder.path()),
            None
        );
    }
}
