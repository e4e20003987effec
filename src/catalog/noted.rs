//! Small things that one run tells the next: what `verify` found and an import mends.

use rusqlite::OptionalExtension;

use model::content_hash::ContentHash;

use super::foreign::path_of;
use super::{Catalog, CatalogError, Writing};

/// Sidecars whose bytes changed although nobody wrote them: `verify` found them, the next import writes them anew.
const ROTTEN: &str = "rotten_sidecars";

/// Files whose time the file system would not take.
const UNTIMED: &str = "untimed";

/// Set while the last `verify` found damage in the catalog that no import mends.
const CONDEMNED: &str = "condemned";

/// Hash of each list as it was written last.
pub(super) const LISTS: &str = "lists";

/// Reads a list of texts; what is none was written by nobody of ours and says nothing.
fn texts(setting: Option<String>) -> Vec<String> {
    setting
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default()
}

impl Catalog {
    /// Returns the sidecars that `verify` found damaged, by path.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn rotten_sidecars(&self) -> Result<Vec<String>, CatalogError> {
        self.setting(ROTTEN).map(texts)
    }

    /// Returns the files whose time the file system would not take, by path.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn untimed(&self) -> Result<Vec<String>, CatalogError> {
        self.setting(UNTIMED).map(texts)
    }

    /// Refuses a catalog that the last `verify` found damaged: an index that lies would let an import enter things twice.
    ///
    /// # Errors
    /// Fails if it was, or SQLite does.
    pub fn refuse_condemned(&self) -> Result<(), CatalogError> {
        match self.setting(CONDEMNED)? {
            None => Ok(()),
            Some(_) => Err(CatalogError::Condemned {
                path: self.path.clone(),
            }),
        }
    }

    /// Returns the hash of a list as it was written last.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn list_hash(&self, name: &str) -> Result<Option<ContentHash>, CatalogError> {
        let lists = self.setting(LISTS)?;
        let lists: Option<serde_json::Value> =
            lists.and_then(|text| serde_json::from_str(&text).ok());
        let hash = lists.as_ref().and_then(|lists| lists[name].as_str());
        Ok(hash.and_then(|hash| hash.parse().ok()))
    }

    /// Returns when each asset was taken, by the path of its original: the time its files get, in seconds since 1970.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn taken_by_path(&self) -> Result<Vec<(String, i64)>, CatalogError> {
        self.rows(
            "SELECT path, taken_seconds FROM asset WHERE taken_seconds IS NOT NULL ORDER BY taken_seconds, path",
            [],
            |row| Ok((path_of(row, 0)?, row.get(1)?)),
        )
    }
}

impl Writing<'_> {
    /// Notes sidecars that are damaged, beside those that were noted before.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn note_rotten_sidecars(&self, found: &[String]) -> Result<(), CatalogError> {
        if found.is_empty() {
            return Ok(());
        }
        let before: Option<String> = self
            .transaction
            .query_row(
                "SELECT value FROM setting WHERE name = ?1",
                [ROTTEN],
                |row| row.get(0),
            )
            .optional()
            .map_err(|e| self.wrap(e))?;
        let mut all = texts(before);
        all.extend_from_slice(found);
        all.sort();
        all.dedup();
        self.set_setting(ROTTEN, Some(&serde_json::json!(all).to_string()))
    }

    /// Forgets them, once they are written anew.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn forget_rotten_sidecars(&self) -> Result<(), CatalogError> {
        self.set_setting(ROTTEN, None)
    }

    /// Notes whether the catalog is damaged in a way that no import mends.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn condemn(&self, condemned: bool) -> Result<(), CatalogError> {
        self.set_setting(CONDEMNED, condemned.then_some("1"))
    }

    /// Notes the files whose time the file system would not take.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn set_untimed(&self, paths: &[String]) -> Result<(), CatalogError> {
        match paths.is_empty() {
            true => self.set_setting(UNTIMED, None),
            false => self.set_setting(UNTIMED, Some(&serde_json::json!(paths).to_string())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_verify_found_is_kept_until_it_is_mended() {
        let mut catalog = Catalog::in_memory().unwrap();
        for found in [&["b"][..], &[], &["a", "b"]] {
            let found: Vec<String> = found.iter().map(|text| (*text).to_owned()).collect();
            catalog
                .in_transaction(|w| w.note_rotten_sidecars(&found))
                .unwrap();
        }
        assert_eq!(catalog.rotten_sidecars().unwrap(), ["a", "b"]);
        catalog
            .in_transaction(|w| {
                w.forget_rotten_sidecars()?;
                w.set_untimed(&["x".to_owned()])
            })
            .unwrap();
        assert_eq!(catalog.rotten_sidecars().unwrap(), [""; 0]);
        assert_eq!(catalog.untimed().unwrap(), ["x"]);
    }
}
