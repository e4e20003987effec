//! Makes the new catalog under a name of its own, and puts the old one aside when the new one is whole.

use std::path::{Path, PathBuf};

use crate::ImportError;
use writer::library::Library;

/// A catalog under a name of its own until it is whole.
pub(crate) struct NewCatalog {
    /// Where it lies for now.
    pub path: PathBuf,
}

/// SQLite keeps up to two files beside a database; they belong together.
const BESIDE: [&str; 3] = ["", "-wal", "-shm"];

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

impl NewCatalog {
    /// Chooses the name, and removes what a killed rebuild left under it.
    pub(crate) fn begin(library: &Library) -> Result<Self, ImportError> {
        let path = beside(&library.catalog_path(), ".rebuilding");
        for end in BESIDE {
            // One that a killed rebuild left is no use: the tree may have changed since.
            library
                .writer()
                .remove(&beside(&path, end))
                .map_err(ImportError::Write)?;
        }
        Ok(Self { path })
    }

    /// Puts the old catalog aside and gives the new one its name. Killed in between, there is no catalog, which every command
    /// says, and the next rebuild makes one.
    pub(crate) fn take_its_place(&self, library: &Library) -> Result<Option<PathBuf>, ImportError> {
        let old = library.catalog_path();
        let aside = (1u32..)
            .map(|n| beside(&old, &format!(".before-rebuild-{n}")))
            .find(|path| BESIDE.iter().all(|end| !beside(path, end).exists()));
        let mut kept = None;
        for end in BESIDE {
            let from = beside(&old, end);
            if let Some(aside) = aside.as_ref().filter(|_| from.exists()) {
                rename(library, &from, &beside(aside, end))?;
                kept = Some(aside.clone());
            }
        }
        for end in BESIDE {
            let from = beside(&self.path, end);
            if from.exists() {
                rename(library, &from, &beside(&old, end))?;
            }
        }
        library.writer().sync_all().map_err(ImportError::Write)?;
        Ok(kept)
    }
}

fn rename(library: &Library, from: &Path, to: &Path) -> Result<(), ImportError> {
    let writer = library.writer();
    writer.rename_new(from, to).map_err(ImportError::Write)
}
