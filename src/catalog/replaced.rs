//! Readings that a newer reader makes anew: what the older one gave of the same parts goes, or its mistakes would stay for good.

use super::{CatalogError, Writing};

impl Writing<'_> {
    /// Returns whether there is any other reading of an archive.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn read_before(&self, reading: i64) -> Result<bool, CatalogError> {
        self.transaction
            .query_row(
                "SELECT EXISTS (SELECT 1 FROM reading WHERE id <> ?1 AND digest IS NOT NULL)",
                [reading],
                |row| row.get(0),
            )
            .map_err(|e| self.wrap(e))
    }

    /// Puts a reading in the place of the one with this digest: runs that gave that one give this one, and what nothing else gives
    /// of its records goes. Media stay: their bytes are the same whoever reads about them.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn replace_reading(&self, digest: [u8; 32], by: i64) -> Result<(), CatalogError> {
        let old: Vec<i64> = self
            .transaction
            .prepare_cached("SELECT id FROM reading WHERE digest = ?1 AND id <> ?2")
            .and_then(|mut rows| {
                let rows = rows.query_map((digest, by), |row| row.get(0))?;
                rows.collect()
            })
            .map_err(|e| self.wrap(e))?;
        for old in old {
            self.forget_sums()?;
            for sql in TAKE_OVER {
                self.run(sql, (old, by))?;
            }
            for sql in TAKE_OUT {
                self.run(sql, [old])?;
            }
            self.set_setting("unsettled", Some("1"))?;
        }
        Ok(())
    }
}

/// What the new reading (`?2`) takes over of the old one (`?1`).
const TAKE_OVER: [&str; 2] = [
    "INSERT OR IGNORE INTO run_reading (run_id, reading_id)
         SELECT run_id, ?2 FROM run_reading WHERE reading_id = ?1",
    "INSERT OR IGNORE INTO reading_media (reading_id, media_entry_id)
         SELECT ?2, media_entry_id FROM reading_media WHERE reading_id = ?1",
];

/// What goes with the old reading.
const TAKE_OUT: [&str; 11] = [
    "DELETE FROM judged_anew WHERE reading_id = ?1
         OR not_understood_id IN (SELECT id FROM not_understood WHERE reading_id = ?1)",
    "DELETE FROM not_understood WHERE reading_id = ?1",
    "DELETE FROM missing WHERE record_id IN
         (SELECT record_id FROM reading_record WHERE reading_id = ?1
          EXCEPT SELECT record_id FROM reading_record WHERE reading_id <> ?1)",
    "DELETE FROM record WHERE id IN
         (SELECT record_id FROM reading_record WHERE reading_id = ?1
          EXCEPT SELECT record_id FROM reading_record WHERE reading_id <> ?1)",
    "DELETE FROM album_record WHERE id IN
         (SELECT album_record_id FROM reading_album WHERE reading_id = ?1
          EXCEPT SELECT album_record_id FROM reading_album WHERE reading_id <> ?1)",
    "DELETE FROM reading_record WHERE reading_id = ?1",
    "DELETE FROM reading_album WHERE reading_id = ?1",
    "DELETE FROM reading_media WHERE reading_id = ?1",
    "DELETE FROM reading_part WHERE reading_id = ?1",
    "DELETE FROM run_reading WHERE reading_id = ?1",
    "DELETE FROM reading WHERE id = ?1",
];

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use crate::Catalog;
    use model::kind::Kind;
    use model::record::{Edition, Record, RecordFacts};

    fn record(uri: &str) -> Record {
        Record {
            provider: "instagram".into(),
            account: None,
            export: None,
            kind: Kind::Post,
            source: "posts_1.html".into(),
            edition: Edition::Html,
            uri: uri.into(),
            key: uri.into(),
            post: None,
            companions: vec![],
            facts: RecordFacts::default(),
            raw: serde_json::Value::Null,
        }
    }

    fn uris(catalog: &Catalog) -> Vec<String> {
        let (evidence, _) = catalog.evidence("instagram").unwrap();
        let mut uris: Vec<String> = evidence.records.into_iter().map(|r| r.uri).collect();
        uris.sort();
        uris
    }

    /// Reads records in a run of its own.
    fn read(catalog: &mut Catalog, digest: u8, uris: &[&str], instead_of: Option<u8>) {
        catalog
            .in_transaction(|writing| {
                let reading = writing.begin_reading(Some([digest; 32]), &["a.zip".to_owned()])?;
                for uri in uris {
                    writing.add_record(&record(uri))?;
                }
                if let Some(old) = instead_of {
                    assert!(writing.read_before(reading)?);
                    writing.replace_reading([old; 32], reading)?;
                }
                writing.end_reading(reading)
            })
            .unwrap();
    }

    #[test]
    fn what_only_the_older_reading_gave_goes() {
        let mut catalog = Catalog::in_memory().unwrap();
        read(&mut catalog, 1, &["misread", "same", "elsewhere"], None);
        read(&mut catalog, 2, &["elsewhere"], None);
        read(&mut catalog, 3, &["same", "right"], Some(1));
        assert_eq!(uris(&catalog), ["elsewhere", "right", "same"]);
        // One that there is not takes nothing away.
        read(&mut catalog, 4, &["right"], Some(9));
        assert_eq!(uris(&catalog), ["elsewhere", "right", "same"]);
    }
}
