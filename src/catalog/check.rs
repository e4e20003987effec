//! Reads the whole catalog and says what in it cannot be right.

use model::asset::Asset;
use model::media_facts::MediaFacts;
use model::record::Record;

use super::foreign::path_of;
use super::record_text::digest_of;
use super::record_text::record_digest;
use super::{Catalog, CatalogError, from_json};

impl Catalog {
    /// Returns what is wrong with the catalog itself, in words; empty if nothing was found.
    ///
    /// # Errors
    /// Fails if SQLite cannot even read it.
    pub fn check(&self) -> Result<Vec<String>, CatalogError> {
        let said: Vec<String> = self.rows("PRAGMA integrity_check(20)", [], |row| {
            row.get::<_, String>(0)
        })?;
        let mut faults: Vec<String> = said.into_iter().filter(|line| line != "ok").collect();
        let strangers: Vec<String> = self.rows("PRAGMA foreign_key_check", [], |row| row.get(0))?;
        if !strangers.is_empty() {
            faults.push(format!("{} rows point nowhere", strangers.len()));
        }
        faults.extend(self.size_fault()?);
        self.check_digests(&mut faults)?;
        self.check_facts(&mut faults)?;
        Ok(faults)
    }

    /// What an original's bytes say stands in the catalog twice: as evidence, and in the asset derived from it.
    fn check_facts(&self, faults: &mut Vec<String>) -> Result<(), CatalogError> {
        let mut wrong = 0;
        self.each(
            "SELECT a.body, o.size_bytes, o.facts FROM asset a
             LEFT JOIN original o ON o.content_hash = a.content_hash",
            [],
            |row| {
                let read = |row: &rusqlite::Row<'_>| -> rusqlite::Result<(String, Option<i64>, Option<String>)> {
                    Ok((row.get(0)?, row.get(1)?, row.get(2)?))
                };
                let (body, size, facts) = read(row).map_err(|e| self.wrap(e))?;
                let asset: Asset = from_json("asset", &body)?;
                let facts: Option<MediaFacts> = facts
                    .map(|facts| from_json("media facts", &facts))
                    .transpose()?;
                let same = size == i64::try_from(asset.size_bytes).ok() && facts == Some(asset.media);
                wrong += u32::from(!same);
                Ok(())
            },
        )?;
        if wrong > 0 {
            faults.push(format!("{wrong} assets do not fit their originals"));
        }
        Ok(())
    }

    /// SQLite does not mind bytes behind the last page, but something put them there.
    fn size_fault(&self) -> Result<Option<String>, CatalogError> {
        let number = |sql: &str| -> Result<u64, CatalogError> {
            let found: Vec<i64> = self.rows(sql, [], |row| row.get(0))?;
            Ok(found.first().copied().unwrap_or(0) as u64)
        };
        // What is not in the file yet is in the log beside it: only a file that is too large says something.
        let should = number("PRAGMA page_count")? * number("PRAGMA page_size")?;
        let found = std::fs::metadata(&self.path).map_or(0, |metadata| metadata.len());
        Ok((found > should).then(|| format!("the file is {} bytes too long", found - should)))
    }

    /// Records know their own digest, so one changed letter shows.
    fn check_digests(&self, faults: &mut Vec<String>) -> Result<(), CatalogError> {
        let mut wrong = 0;
        self.each("SELECT body, raw, digest, account FROM record", [], |row| {
            let read =
                |row: &rusqlite::Row<'_>| -> rusqlite::Result<(String, String, [u8; 32], String)> {
                    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
                };
            let (body, raw, digest, account) = read(row).map_err(|e| self.wrap(e))?;
            let mut record: Record = from_json("record", &body)?;
            record.raw = from_json("record", &raw)?;
            let same = record_digest(&record)? == digest
                && record.account.as_deref().unwrap_or("") == account;
            wrong += u32::from(!same);
            Ok(())
        })?;
        self.rows("SELECT body, digest FROM album_record", [], |row| {
            wrong +=
                u32::from(digest_of(&[row.get_ref(0)?.as_str()?]) != row.get::<_, [u8; 32]>(1)?);
            Ok(())
        })?;
        if wrong > 0 {
            faults.push(format!("{wrong} records are not what was entered"));
        }
        Ok(())
    }

    /// Hands over every asset as settled last, with the path of its original.
    ///
    /// # Errors
    /// Fails if SQLite does or a row is damaged.
    pub fn assets(&self, mut each: impl FnMut(String, Asset)) -> Result<(), CatalogError> {
        self.each(
            "SELECT path, body FROM asset ORDER BY content_hash",
            [],
            |row| {
                let path = path_of(row, 0).map_err(|e| self.wrap(e))?;
                let body = row
                    .get_ref(1)
                    .and_then(|value| Ok(value.as_str()?))
                    .map_err(|e| self.wrap(e))?;
                each(path, from_json("asset", body)?);
                Ok(())
            },
        )
    }

    /// Returns the digest of every record.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn record_digests(&self) -> Result<Vec<[u8; 32]>, CatalogError> {
        self.rows("SELECT digest FROM record ORDER BY digest", [], |row| {
            row.get(0)
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use model::kind::Kind;
    use model::record::{Edition, Record, RecordFacts};

    fn record() -> Record {
        Record {
            provider: "p".into(),
            account: None,
            export: None,
            kind: Kind::Post,
            source: "posts.json".into(),
            edition: Edition::Json,
            uri: "a.jpg".into(),
            key: "a.jpg".into(),
            post: None,
            companions: vec![],
            facts: RecordFacts::default(),
            raw: serde_json::json!({"a": 1}),
        }
    }

    #[test]
    fn a_sound_catalog_has_no_fault_and_a_changed_record_is_one() {
        let mut catalog = Catalog::in_memory().unwrap();
        catalog
            .in_transaction(|w| w.add_record(&record()).map(drop))
            .unwrap();
        assert_eq!(catalog.check().unwrap(), [""; 0]);
        let digest = super::super::record_digest(&record()).unwrap();
        assert_eq!(catalog.record_digests().unwrap(), [digest]);
        catalog
            .connection
            .execute("UPDATE record SET raw = '{\"a\":3}'", [])
            .unwrap();
        assert_eq!(catalog.check().unwrap().len(), 1);
    }

    #[test]
    fn a_file_that_grew_is_seen_and_an_empty_one_is_no_catalog() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("c.sqlite");
        assert!(Catalog::open_existing(&path).is_err_and(|e| e.is_unusable()));
        std::fs::write(&path, b"").unwrap();
        assert!(Catalog::open_existing(&path).is_err_and(|e| e.is_unusable()));
        drop(Catalog::open(&path).unwrap());
        assert_eq!(
            Catalog::open_existing(&path).unwrap().check().unwrap(),
            [""; 0]
        );
        let mut bytes = std::fs::read(&path).unwrap();
        bytes.extend_from_slice(b"more");
        std::fs::write(&path, &bytes).unwrap();
        let faults = Catalog::open_existing(&path).unwrap().check().unwrap();
        assert_eq!(faults, ["the file is 4 bytes too long"]);
        std::fs::write(&path, b"no database at all, whatever the name").unwrap();
        assert!(Catalog::open_existing(&path).is_err_and(|e| e.is_unusable()));
    }
}
