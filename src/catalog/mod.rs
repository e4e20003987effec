//! SQLite: open, migrate, read and write. The only module with SQL.

pub mod query;

use std::path::{Path, PathBuf};

use query::{AssetQuery, LibraryStatus, ListedAsset};

/// What went wrong with a catalog.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum CatalogError {
    #[error("there is no albumen library in {}", .library.display())]
    NoLibrary { library: PathBuf },
    #[error(
        "the library was written by a newer albumen (catalog version {found}, this one reads up to {known})"
    )]
    Newer { found: u32, known: u32 },
}

/// What is known of a library.
#[derive(Debug)]
pub struct Catalog;

impl Catalog {
    /// Opens the catalog of an existing library for reading.
    pub fn open_to_read(library: &Path) -> Result<Self, CatalogError> {
        if library.join(".albumen").is_dir() {
            return Ok(Self);
        }
        Err(CatalogError::NoLibrary {
            library: library.to_owned(),
        })
    }

    /// Hands every asset the query asks for to `each`, in order of time, then path; ends when `each` says so.
    pub fn list(
        &self,
        query: &AssetQuery,
        each: &mut dyn FnMut(ListedAsset) -> std::ops::ControlFlow<()>,
    ) -> Result<(), CatalogError> {
        let _ = (query, each);
        Ok(())
    }

    /// Counts what the library holds.
    pub fn status(&self) -> Result<LibraryStatus, CatalogError> {
        Ok(LibraryStatus::default())
    }
}
