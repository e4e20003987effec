//! Evidence in the catalog: originals, media entries and records, kept as sets.

use rusqlite::OptionalExtension;

use model::content_hash::ContentHash;
use model::evidence::{Evidence, MediaEntry};
use model::media_facts::MediaFacts;
use model::record::{AlbumRecord, Record};
use model::user_changes::UserChanges;

use super::record_text::{RecordText, bare_record, digest_of, record_text, without_raw};
use super::{Catalog, CatalogError, Given, Writing, from_json, hash_of, to_json};

/// Bytes the library holds, with what they say.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredMedium {
    /// Their hash.
    pub content_hash: ContentHash,
    /// How many they are.
    pub size_bytes: u64,
    /// What they say.
    pub facts: MediaFacts,
}

/// Row numbers of the records in an [`Evidence`], in the same order.
#[derive(Debug, Clone, Default)]
pub struct EvidenceIds {
    /// One for each record.
    pub records: Vec<i64>,
    /// Digest of each record, its `raw` included.
    pub digests: Vec<[u8; 32]>,
}

impl Catalog {
    /// Returns the providers any evidence is from, sorted.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn providers(&self) -> Result<Vec<String>, CatalogError> {
        self.rows(
            "SELECT provider FROM record UNION SELECT provider FROM media_entry
             UNION SELECT provider FROM album_record ORDER BY 1",
            [],
            |row| row.get(0),
        )
    }

    /// Loads all that is known of a provider, in an order that does not depend on arrival. The `raw` of
    /// records is left out: ask [`Catalog::raw_record`] for it.
    ///
    /// # Errors
    /// Fails if SQLite does or a row is damaged.
    pub fn evidence(&self, provider: &str) -> Result<(Evidence, EvidenceIds), CatalogError> {
        self.evidence_without(provider, &[], &|_| {})
    }

    /// The same, without the records of these numbers (sorted), and with a change to each other as soon as it is read.
    ///
    /// # Errors
    /// Fails if SQLite does or a row is damaged.
    pub fn evidence_without(
        &self,
        provider: &str,
        left_out: &[i64],
        change: &dyn Fn(&mut Record),
    ) -> Result<(Evidence, EvidenceIds), CatalogError> {
        let mut evidence = Evidence::default();
        let mut ids = EvidenceIds::default();
        // A list that grows as it is filled takes up to twice its room: of records, much of an import's memory.
        let count = self.record_count(provider)?.saturating_sub(left_out.len());
        evidence.records.reserve_exact(count);
        ids.records.reserve_exact(count);
        ids.digests.reserve_exact(count);
        self.each(
            "SELECT id, body, digest FROM record WHERE provider = ?1 ORDER BY digest, account",
            [provider],
            |row| {
                let id = row.get(0).map_err(|e| self.wrap(e))?;
                if left_out.binary_search(&id).is_ok() {
                    return Ok(());
                }
                ids.records.push(id);
                ids.digests.push(row.get(2).map_err(|e| self.wrap(e))?);
                let body = row
                    .get_ref(1)
                    .and_then(|v| Ok(v.as_str()?))
                    .map_err(|e| self.wrap(e))?;
                let mut record = from_json("record", body)?;
                change(&mut record);
                evidence.records.push(record);
                Ok(())
            },
        )?;
        self.each(
            "SELECT body FROM album_record WHERE provider = ?1 ORDER BY digest",
            [provider],
            |row| {
                let body: String = row.get(0).map_err(|e| self.wrap(e))?;
                evidence
                    .albums
                    .push(from_json::<AlbumRecord>("album record", &body)?);
                Ok(())
            },
        )?;
        evidence.media = self.media_entries(provider)?;
        Ok((evidence, ids))
    }

    /// Hands over the records of a provider one by one, in the order of [`Catalog::evidence`] and without their `raw`, each with its
    /// number.
    ///
    /// # Errors
    /// Fails if SQLite does or a row is damaged, and as `each` does.
    pub fn each_record(
        &self,
        provider: &str,
        mut each: impl FnMut(i64, Record) -> Result<(), CatalogError>,
    ) -> Result<(), CatalogError> {
        self.each(
            "SELECT id, body FROM record WHERE provider = ?1 ORDER BY digest, account",
            [provider],
            |row| {
                let id = row.get(0).map_err(|e| self.wrap(e))?;
                let body = row.get_ref(1).and_then(|v| Ok(v.as_str()?));
                each(id, from_json("record", body.map_err(|e| self.wrap(e))?)?)
            },
        )
    }

    /// Counts the records of a provider.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn record_count(&self, provider: &str) -> Result<usize, CatalogError> {
        self.count("SELECT count(*) FROM record WHERE provider = ?1", provider)
    }

    /// Returns the digest of a record.
    ///
    /// # Errors
    /// Fails if SQLite does or there is no such record.
    pub fn record_digest(&self, id: i64) -> Result<[u8; 32], CatalogError> {
        let sql = "SELECT digest FROM record WHERE id = ?1";
        let digest = self
            .connection
            .prepare_cached(sql)
            .and_then(|mut statement| statement.query_row([id], |row| row.get(0)));
        digest.map_err(|error| self.wrap(error))
    }

    /// Counts the media entries of a provider.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn media_count(&self, provider: &str) -> Result<usize, CatalogError> {
        let sql = "SELECT count(*) FROM media_entry WHERE provider = ?1";
        self.count(sql, provider)
    }

    fn count(&self, sql: &str, provider: &str) -> Result<usize, CatalogError> {
        let count: Vec<u32> = self.rows(sql, [provider], |row| row.get(0))?;
        Ok(count.into_iter().sum::<u32>() as usize)
    }

    /// Returns the media entries of a provider, by path, then content hash.
    ///
    /// # Errors
    /// Fails if SQLite does or a row is damaged.
    pub fn media_entries(&self, provider: &str) -> Result<Vec<MediaEntry>, CatalogError> {
        let mut media = Vec::new();
        self.each(
            "SELECT m.export, m.path, o.content_hash, o.facts
             FROM media_entry m JOIN original o ON o.id = m.original_id
             WHERE m.provider = ?1 ORDER BY m.path, o.content_hash, m.export",
            [provider],
            |row| {
                let read = |row: &rusqlite::Row<'_>| -> rusqlite::Result<(String, String, ContentHash, String)> {
                    Ok((row.get(0)?, row.get(1)?, hash_of(row, 2)?, row.get(3)?))
                };
                let (export, path, content_hash, facts) = read(row).map_err(|e| self.wrap(e))?;
                let facts: MediaFacts = from_json("media facts", &facts)?;
                media.push(MediaEntry {
                    provider: provider.to_owned(),
                    export: (!export.is_empty()).then_some(export),
                    path,
                    content_hash,
                    taken: facts.taken_at(),
                    content_id: facts.content_id,
                });
                Ok(())
            },
        )?;
        media.shrink_to_fit();
        Ok(media)
    }

    /// Returns a record whole, with its `raw`.
    ///
    /// # Errors
    /// Fails if SQLite does or the row is damaged.
    pub fn raw_record(&self, id: i64) -> Result<Record, CatalogError> {
        self.record_text(id)?.read()
    }

    /// Returns a record as it is kept, to be read elsewhere, without its `raw`.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn bare_record(&self, id: i64) -> Result<RecordText, CatalogError> {
        bare_record(&self.connection, id).map_err(|e| self.wrap(e))
    }

    fn record_text(&self, id: i64) -> Result<RecordText, CatalogError> {
        record_text(&self.connection, id).map_err(|e| self.wrap(e))
    }

    /// Returns an original, if the library ever held it.
    ///
    /// # Errors
    /// Fails if SQLite does or the row is damaged.
    pub fn original(&self, hash: ContentHash) -> Result<Option<StoredMedium>, CatalogError> {
        let row: Option<(i64, String)> = self
            .connection
            .prepare_cached("SELECT size_bytes, facts FROM original WHERE content_hash = ?1")
            .and_then(|mut rows| {
                rows.query_row([hash.0], |row| Ok((row.get(0)?, row.get(1)?)))
                    .optional()
            })
            .map_err(|e| self.wrap(e))?;
        row.map(|(size, facts)| {
            Ok(StoredMedium {
                content_hash: hash,
                size_bytes: size as u64,
                facts: from_json("media facts", &facts)?,
            })
        })
        .transpose()
    }

    /// Returns what the owner changed in sidecars, by asset: the changes, and properties of other programs as JSON.
    ///
    /// # Errors
    /// Fails if SQLite does or a row is damaged.
    pub fn user_changes(&self) -> Result<Vec<(ContentHash, UserChanges, String)>, CatalogError> {
        let rows: Vec<(ContentHash, String, String)> = self.rows(
            "SELECT content_hash, body, others FROM user_change ORDER BY content_hash",
            [],
            |row| Ok((hash_of(row, 0)?, row.get(1)?, row.get(2)?)),
        )?;
        rows.into_iter()
            .map(|(hash, body, others)| Ok((hash, from_json("user change", &body)?, others)))
            .collect()
    }

    /// Runs a query and collects its rows.
    pub(super) fn rows<T>(
        &self,
        sql: &str,
        parameters: impl rusqlite::Params,
        mut each: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, CatalogError> {
        let mut all = Vec::new();
        self.each(sql, parameters, |row| {
            all.push(each(row).map_err(|e| self.wrap(e))?);
            Ok(())
        })?;
        Ok(all)
    }

    /// Runs a query and hands over its rows one by one.
    pub(super) fn each(
        &self,
        sql: &str,
        parameters: impl rusqlite::Params,
        mut each: impl FnMut(&rusqlite::Row<'_>) -> Result<(), CatalogError>,
    ) -> Result<(), CatalogError> {
        let mut statement = self
            .connection
            .prepare_cached(sql)
            .map_err(|e| self.wrap(e))?;
        let mut rows = statement.query(parameters).map_err(|e| self.wrap(e))?;
        while let Some(row) = rows.next().map_err(|e| self.wrap(e))? {
            each(row)?;
        }
        Ok(())
    }
}

impl Writing<'_> {
    /// Returns records as they are kept, to be read elsewhere.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn record_texts(
        &self,
        ids: impl Iterator<Item = i64>,
    ) -> Result<Vec<RecordText>, CatalogError> {
        ids.map(|id| record_text(&self.transaction, id))
            .collect::<Result<_, _>>()
            .map_err(|e| self.wrap(e))
    }

    /// Returns a record as it is kept, to be read elsewhere, without its `raw`.
    pub(super) fn bare_record(&self, id: i64) -> Result<RecordText, CatalogError> {
        bare_record(&self.transaction, id).map_err(|e| self.wrap(e))
    }

    /// Runs a statement.
    pub(super) fn run(
        &self,
        sql: &str,
        parameters: impl rusqlite::Params,
    ) -> Result<usize, CatalogError> {
        self.transaction
            .prepare_cached(sql)
            .and_then(|mut statement| statement.execute(parameters))
            .map_err(|e| self.wrap(e))
    }

    /// Adds an original; one that is there stays.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn add_original(&self, medium: &StoredMedium) -> Result<i64, CatalogError> {
        let facts = to_json("media facts", &medium.facts)?;
        let added = self.run(
            "INSERT INTO original (content_hash, size_bytes, facts) VALUES (?1, ?2, ?3)
             ON CONFLICT (content_hash) DO NOTHING",
            (medium.content_hash.0, medium.size_bytes as i64, facts),
        )?;
        if added > 0 {
            return Ok(self.transaction.last_insert_rowid());
        }
        self.original_id(medium.content_hash)
    }

    /// Returns the row number of an original that is there.
    ///
    /// # Errors
    /// Fails if it is not there.
    pub fn original_id(&self, hash: ContentHash) -> Result<i64, CatalogError> {
        self.number_of("SELECT id FROM original WHERE content_hash = ?1", [hash.0])
    }

    /// Adds that an archive held these bytes under this path, and in which part.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn add_media_entry(
        &self,
        provider: &str,
        export: &str,
        path: &str,
        original_id: i64,
        part: Option<i64>,
    ) -> Result<(), CatalogError> {
        let added = self.run(
            "INSERT INTO media_entry (provider, export, path, original_id) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT DO NOTHING",
            (provider, export, path, original_id),
        )?;
        let id = match added {
            0 => self.number_of(
                "SELECT id FROM media_entry
                 WHERE provider = ?1 AND export = ?2 AND path = ?3 AND original_id = ?4",
                (provider, export, path, original_id),
            )?,
            _ => self.transaction.last_insert_rowid(),
        };
        self.given(Given::Media, id)?;
        if let Some(part) = part {
            self.run(
                "INSERT INTO part_entry (media_entry_id, part_id) VALUES (?1, ?2)
                 ON CONFLICT DO NOTHING",
                (id, part),
            )?;
        }
        Ok(())
    }

    /// Returns the number of the one row a query finds.
    fn number_of(&self, sql: &str, parameters: impl rusqlite::Params) -> Result<i64, CatalogError> {
        self.transaction
            .prepare_cached(sql)
            .and_then(|mut rows| rows.query_row(parameters, |row| row.get(0)))
            .map_err(|e| self.wrap(e))
    }

    /// Adds a record. Returns whether it is new.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn add_record(&self, record: &Record) -> Result<bool, CatalogError> {
        let raw = to_json("record", &record.raw)?;
        // The same statement in a part that tells its account and in one that does not is one statement.
        let mut bare = without_raw(record);
        let nameless = to_json("record", &bare)?;
        let digest = digest_of(&[&nameless, &raw]);
        bare.account.clone_from(&record.account);
        let body = match record.account {
            None => nameless,
            Some(_) => to_json("record", &bare)?,
        };
        let account = record.account.as_deref().unwrap_or("");
        let added = self.run(
            "INSERT INTO record (provider, digest, account, body, raw) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (digest, account) DO NOTHING",
            (&record.provider, digest, account, body, raw),
        )?;
        self.given_after(added, Given::Record, || {
            let sql = "SELECT id FROM record WHERE digest = ?1 AND account = ?2";
            self.number_of(sql, (digest, account))
        })?;
        Ok(added > 0)
    }

    /// Adds a statement about an album. Returns whether it is new.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn add_album(&self, album: &AlbumRecord) -> Result<bool, CatalogError> {
        let body = to_json("album record", album)?;
        let digest = digest_of(&[&body]);
        let added = self.run(
            "INSERT INTO album_record (provider, digest, body) VALUES (?1, ?2, ?3)
             ON CONFLICT (digest) DO NOTHING",
            (&album.provider, digest, body),
        )?;
        self.given_after(added, Given::Album, || {
            self.number_of("SELECT id FROM album_record WHERE digest = ?1", [digest])
        })?;
        Ok(added > 0)
    }

    /// Keeps what the owner changed in a sidecar, and properties of other programs in it as JSON. Nothing of either takes the
    /// row away.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn set_user_changes(
        &self,
        asset: ContentHash,
        changes: &UserChanges,
        others: Option<&str>,
    ) -> Result<(), CatalogError> {
        if changes.is_empty() && others.is_none() {
            let gone = "DELETE FROM user_change WHERE content_hash = ?1";
            return self.run(gone, [asset.0]).map(drop);
        }
        let others = others.unwrap_or("[]");
        let body = to_json("user change", changes)?;
        self.run(
            "INSERT INTO user_change (content_hash, body, others) VALUES (?1, ?2, ?3)
             ON CONFLICT (content_hash) DO UPDATE SET body = excluded.body, others = excluded.others",
            (asset.0, body, others),
        )
        .map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::kind::Kind;
    use model::media_type::MediaType;
    use model::record::{Edition, RecordFacts};

    fn record(uri: &str) -> Record {
        Record {
            provider: "instagram".into(),
            account: Some("anna".into()),
            export: None,
            kind: Kind::Post,
            source: "content/posts_1.json".into(),
            edition: Edition::Json,
            uri: uri.into(),
            key: "1".into(),
            post: None,
            companions: vec![],
            facts: RecordFacts::default(),
            raw: serde_json::json!({"b": 1, "a": "é\u{0}"}),
        }
    }

    #[test]
    fn a_record_is_kept_once_and_comes_back_whole() {
        let mut catalog = Catalog::in_memory().unwrap();
        let added = catalog
            .in_transaction(|w| Ok([w.add_record(&record("a"))?, w.add_record(&record("a"))?]))
            .unwrap();
        assert_eq!(added, [true, false]);
        let (evidence, ids) = catalog.evidence("instagram").unwrap();
        assert_eq!(evidence.records.len(), 1);
        assert!(evidence.records[0].raw.is_null());
        assert_eq!(catalog.raw_record(ids.records[0]).unwrap(), record("a"));
    }

    #[test]
    fn evidence_does_not_depend_on_the_order_of_arrival() {
        let load = |uris: &[&str]| {
            let mut catalog = Catalog::in_memory().unwrap();
            catalog
                .in_transaction(|w| {
                    for uri in uris {
                        w.add_record(&record(uri))?;
                    }
                    Ok(())
                })
                .unwrap();
            catalog.evidence("instagram").unwrap().0.records
        };
        assert_eq!(load(&["a", "b", "c"]), load(&["c", "b", "a", "b"]));
    }

    #[test]
    fn media_entries_carry_the_content_id() {
        let mut catalog = Catalog::in_memory().unwrap();
        let medium = StoredMedium {
            content_hash: ContentHash([7; 32]),
            size_bytes: 3,
            facts: MediaFacts {
                content_id: Some("ABC".into()),
                ..MediaFacts::of_type(MediaType::Mov)
            },
        };
        catalog
            .in_transaction(|w| {
                let id = w.add_original(&medium)?;
                assert_eq!(w.add_original(&medium)?, id);
                w.add_media_entry("p", "", "a.mov", id, None)?;
                w.add_media_entry("p", "", "a.mov", id, None)
            })
            .unwrap();
        let media = catalog.evidence("p").unwrap().0.media;
        assert_eq!(media.len(), 1);
        assert_eq!(media[0].content_id.as_deref(), Some("ABC"));
        assert_eq!(catalog.original(medium.content_hash).unwrap(), Some(medium));
    }
}
