//! Opens the library a command reads.

use std::path::Path;

use super::error::CliError;
use catalog::{Catalog, CatalogError, Others};
use writer::library::{Library, LibraryError};

/// Opens the catalog of an existing library to read it, on a disk that cannot be written, too. Never makes one: a folder named
/// by mistake stays as it is.
pub fn catalog(library: &Path) -> Result<Catalog, CliError> {
    let opened = Library::open(library).map_err(CliError::Library)?;
    let others = || Others::asked(opened.lock_to_read(), LibraryError::is_locked);
    Catalog::open_to_read(&opened.catalog_path(), others).map_err(catalog_failed(library))
}

/// Opens the catalog to show what it says: one that is damaged is not shown as if it were not.
pub fn catalog_to_show(library: &Path) -> Result<Catalog, CliError> {
    let catalog = catalog(library)?;
    let sound = catalog
        .refuse_condemned()
        .and_then(|()| catalog.refuse_rotten_lists());
    sound.map_err(catalog_failed(library))?;
    Ok(catalog)
}

/// Returns what turns an error of the catalog into one that names the library.
pub fn catalog_failed(library: &Path) -> impl FnOnce(CatalogError) -> CliError {
    let library = library.to_owned();
    |source| CliError::Catalog { library, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_no_library_stays_as_it_is() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for path in [folder.path().to_owned(), folder.path().join("new")] {
            assert!(matches!(catalog(&path), Err(CliError::Library(_))));
        }
        let left = std::fs::read_dir(folder.path()).expect("there").count();
        assert_eq!(left, 0);
    }
}
