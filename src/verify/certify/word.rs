//! The user's word on how many parts an archive has, given after its import.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::Timestamp;

use crate::run::VerifyError;
use catalog::{Catalog, CatalogError};
use model::parts_word::PartsWord;
use writer::history_file::{self, HISTORY};
use writer::library::{Library, LibraryError};

use super::archives::{GivenArchive, Numbering, archives};

/// The archives that were given of one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountArchives {
    /// Provider's name.
    pub provider: String,
    /// Whose account; `None` if no archive tells.
    pub account: Option<String>,
    /// Its archives.
    pub archives: Vec<GivenArchive>,
}

impl AccountArchives {
    /// Returns the archives of which nothing shows how many parts they have.
    pub fn open(&self) -> impl Iterator<Item = &GivenArchive> {
        self.archives.iter().filter(|of| !of.numbering.is_closed())
    }

    /// Returns the archives a word is about: the open ones, or where there are none those closed by an earlier word.
    fn in_question(&self) -> Vec<&GivenArchive> {
        let open: Vec<&GivenArchive> = self.open().collect();
        if !open.is_empty() {
            return open;
        }
        let said = |of: &&GivenArchive| matches!(of.numbering, Numbering::Said(_));
        self.archives.iter().filter(said).collect()
    }
}

/// Returns the archives that were given of every account, without reading any file of the library.
///
/// # Errors
/// Fails if there is no library or no catalog that can be read.
pub fn given_archives(root: &Path) -> Result<Vec<AccountArchives>, VerifyError> {
    let library = Library::open(root)?;
    of_catalog(&super::open(&library)?).map_err(VerifyError::Catalog)
}

fn of_catalog(catalog: &Catalog) -> Result<Vec<AccountArchives>, CatalogError> {
    let mut accounts: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (provider, account) in catalog.accounts()? {
        accounts.entry(provider).or_default().insert(account);
    }
    let sole = |provider: &str| {
        let named = accounts.get(provider)?;
        named.first().filter(|_| named.len() == 1).cloned()
    };
    let given = archives(&catalog.runs()?, &sole).into_iter();
    Ok(given
        .map(|((provider, account), archives)| AccountArchives {
            provider,
            account,
            archives,
        })
        .collect())
}

/// Keeps the user's word that the archive of `given` has so many parts. Returns the names of the archives it is about: none, if a
/// list in hand or the names show it already.
///
/// # Errors
/// Fails if the catalog cannot be written, or another run is at work.
pub fn say_parts(
    root: &Path,
    given: &AccountArchives,
    parts: u32,
    at: Timestamp,
) -> Result<Vec<String>, VerifyError> {
    let about = given.in_question();
    if about.is_empty() {
        return Ok(Vec::new());
    }
    let library = Library::open(root)?;
    let _lock = library.lock()?;
    let catalog = Catalog::open_existing(&library.catalog_path());
    let mut catalog = catalog.map_err(VerifyError::Catalog)?;
    let word = PartsWord {
        provider: given.provider.clone(),
        account: given.account.clone(),
        parts,
        pieces: about.iter().flat_map(|of| of.pieces.clone()).collect(),
    };
    catalog
        .in_transaction(|writing| writing.add_parts_word(at, &word))
        .map_err(VerifyError::Catalog)?;
    keep(&library, &catalog)?;
    Ok(about.iter().map(|of| of.name.clone()).collect())
}

/// Keeps the word beside the lists, too: it would die with the catalog.
fn keep(library: &Library, catalog: &Catalog) -> Result<(), VerifyError> {
    let unsettled = catalog.setting("unsettled").map_err(VerifyError::Catalog)?;
    if unsettled.is_some() {
        return Ok(());
    }
    let lines = catalog.history_lines().map_err(VerifyError::Catalog)?;
    let written = history_file::write(library, HISTORY, &lines);
    Ok(written.map_err(LibraryError::Write)?)
}
