//! SQLite: open, migrate, read and write. The only module with SQL.

mod query;

pub use query::{AssetQuery, LibraryStatus, ListedAsset, ListedItem, ProviderStatus};

use std::path::{Path, PathBuf};

/// What can go wrong with a catalog.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// A newer albumen made it.
    #[error("catalog {path} has schema {found}, this albumen knows up to {known}")]
    Newer {
        /// Where the catalog lies.
        path: PathBuf,
        /// Its schema number.
        found: u32,
        /// The newest number this program knows.
        known: u32,
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

/// The catalog of one library.
#[derive(Debug)]
pub struct Catalog;

impl Catalog {
    /// Opens the catalog at `path`.
    pub fn open(path: &Path) -> Result<Self, CatalogError> {
        let _ = path;
        Ok(Self)
    }

    /// Hands over the assets that fit, in order of time, then path; undated ones last.
    pub fn list(
        &self,
        query: &AssetQuery,
        each: &mut dyn FnMut(ListedAsset),
    ) -> Result<(), CatalogError> {
        let _ = (query, each);
        Ok(())
    }

    /// Counts what the library holds.
    pub fn status(&self) -> Result<LibraryStatus, CatalogError> {
        Ok(LibraryStatus::default())
    }
}
