//! Run history: runs, the parts that were given, entries that were dealt with.

use std::collections::HashMap;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use model::content_hash::ContentHash;
use model::import_note::{Asked, CameTo, ImportNote, Unreadable};
use model::parts_word::{self, PartsWord};
use model::time::in_seconds;

use super::{Catalog, CatalogError, Writing, hash_of, to_json};

/// What an entry was taken for when it was dealt with.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum SeenRole {
    /// A medium with these bytes.
    Media(ContentHash),
    /// A record file.
    Record,
    /// Left aside; the text is `model::outcome::Ignored` as JSON.
    Ignored(String),
}

/// Identity of an entry across archives.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SeenEntry {
    /// Export, or `""`.
    pub export: String,
    /// Path below the archive's root.
    pub path: String,
    /// Declared size.
    pub size_bytes: u64,
    /// CRC-32 of the bytes.
    pub crc32: u32,
}

/// Stands for a [`SeenEntry`] among hundreds of thousands: half of its SHA-256.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SeenKey([u8; 16]);

impl SeenKey {
    /// Returns the key of an entry.
    pub fn of(export: &str, path: &str, size_bytes: u64, crc32: u32) -> Self {
        let mut hasher = Sha256::new();
        // The length before the text: no two entries give the same bytes.
        hasher.update((export.len() as u64).to_le_bytes());
        hasher.update(export);
        hasher.update(size_bytes.to_le_bytes());
        hasher.update(crc32.to_le_bytes());
        hasher.update(path);
        let digest: [u8; 32] = hasher.finalize().into();
        let mut half = [0; 16];
        half.copy_from_slice(&digest[..16]);
        Self(half)
    }
}

/// One execution that could change something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunRow {
    /// Its number.
    pub id: i64,
    /// `import`, `verify`, …
    pub kind: String,
    /// RFC 3339, UTC.
    pub started: String,
    /// RFC 3339, UTC; `None` if it was cut off.
    pub finished: Option<String>,
    /// Options as JSON.
    pub command: String,
    /// Numbers as JSON.
    pub report: Option<String>,
    /// The run that took it back.
    pub undone_by: Option<i64>,
}

impl RunRow {
    /// Reads what the journal keeps of an import.
    ///
    /// # Errors
    /// Fails if it cannot be read whole: nothing is known of that import then.
    pub fn import_note(&self) -> Result<ImportNote, Unreadable> {
        ImportNote::read(&self.command, self.report.as_deref())
    }

    /// Reads the user's word on how many parts an archive has, if the run is one. A word that cannot be read is none.
    pub fn parts_word(&self) -> Option<PartsWord> {
        let is_word = self.kind == parts_word::KIND && self.undone_by.is_none();
        is_word.then(|| serde_json::from_str(&self.command).ok())?
    }
}

impl Catalog {
    /// Returns the accounts that records of each provider name.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn accounts(&self) -> Result<Vec<(String, String)>, CatalogError> {
        self.rows(
            "SELECT DISTINCT provider, account FROM record WHERE account <> '' ORDER BY 1, 2",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
    }

    /// Returns the titles of all albums.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn album_titles(&self) -> Result<Vec<String>, CatalogError> {
        self.rows(
            "SELECT DISTINCT title FROM asset_album WHERE title <> '' ORDER BY title",
            [],
            |row| row.get(0),
        )
    }

    /// Returns what is known of a provider's entries, read with this version of the reader and this account option.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn seen_entries(
        &self,
        provider: &str,
        reader_version: u32,
        account: &str,
    ) -> Result<HashMap<SeenKey, SeenRole>, CatalogError> {
        let mut seen = HashMap::new();
        self.each(
            "SELECT s.export, s.path, s.size_bytes, s.crc32, s.role, o.content_hash,
                    s.reader_version, s.account
             FROM seen_entry s LEFT JOIN original o ON o.id = s.original_id
             WHERE s.provider = ?1",
            [provider],
            |row| {
                let read = |row: &rusqlite::Row<'_>| {
                    let role: String = row.get(4)?;
                    let role = match role.as_str() {
                        "media" => SeenRole::Media(hash_of(row, 5)?),
                        "record" => SeenRole::Record,
                        _ => SeenRole::Ignored(role),
                    };
                    // A medium stays what it is whatever the reader; a record file may deserve another reading.
                    let same_reader = row.get::<_, u32>(6)? == reader_version
                        && row.get_ref(7)?.as_str()? == account;
                    let valid = same_reader || matches!(role, SeenRole::Media(_));
                    let key = SeenKey::of(
                        row.get_ref(0)?.as_str()?,
                        row.get_ref(1)?.as_str()?,
                        row.get::<_, i64>(2)? as u64,
                        row.get(3)?,
                    );
                    Ok(valid.then_some((key, role)))
                };
                seen.extend(read(row).map_err(|e| self.wrap(e))?);
                Ok(())
            },
        )?;
        Ok(seen)
    }

    /// Returns the names of all parts that were given.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn part_names(&self) -> Result<Vec<String>, CatalogError> {
        self.rows("SELECT name FROM part ORDER BY name", [], |row| row.get(0))
    }

    /// Returns the runs, newest first.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn runs(&self) -> Result<Vec<RunRow>, CatalogError> {
        self.rows(
            "SELECT id, kind, started, finished, command, report, undone_by FROM run ORDER BY id DESC",
            [],
            |row| {
                Ok(RunRow {
                    id: row.get(0)?,
                    kind: row.get(1)?,
                    started: row.get(2)?,
                    finished: row.get(3)?,
                    command: row.get(4)?,
                    report: row.get(5)?,
                    undone_by: row.get(6)?,
                })
            },
        )
    }
}

impl Writing<'_> {
    /// Begins a run and returns its number.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn begin_run(
        &self,
        kind: &str,
        started: Timestamp,
        command: &str,
    ) -> Result<i64, CatalogError> {
        let started = in_seconds(started);
        self.run(
            "INSERT INTO run (kind, started, command) VALUES (?1, ?2, ?3)",
            (kind, started, command),
        )?;
        let id = self.transaction.last_insert_rowid();
        self.run.set(Some(id));
        Ok(id)
    }

    /// Keeps the user's word on how many parts an archive has.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn add_parts_word(&self, at: Timestamp, word: &PartsWord) -> Result<(), CatalogError> {
        let word = to_json("number of parts", word)?;
        let run = self.begin_run(parts_word::KIND, at, &word)?;
        self.end_run(run, at, "{}")
    }

    /// Begins an import and returns its number.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn begin_import(&self, started: Timestamp, asked: &Asked) -> Result<i64, CatalogError> {
        self.begin_run("import", started, &to_json("note of an import", asked)?)
    }

    /// Ends an import.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn end_import(
        &self,
        id: i64,
        finished: Timestamp,
        came_to: &CameTo,
    ) -> Result<(), CatalogError> {
        self.end_run(id, finished, &to_json("note of an import", came_to)?)
    }

    /// Ends a run.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn end_run(&self, id: i64, finished: Timestamp, report: &str) -> Result<(), CatalogError> {
        let finished = in_seconds(finished);
        self.run(
            "UPDATE run SET finished = ?2, report = ?3 WHERE id = ?1",
            (id, finished, report),
        )
        .map(drop)
    }

    /// Returns the row number of a part of this name.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn part_id(&self, name: &str) -> Result<i64, CatalogError> {
        self.run(
            "INSERT INTO part (name) VALUES (?1) ON CONFLICT (name) DO NOTHING",
            [name],
        )?;
        self.transaction
            .prepare_cached("SELECT id FROM part WHERE name = ?1")
            .and_then(|mut rows| rows.query_row([name], |row| row.get(0)))
            .map_err(|e| self.wrap(e))
    }

    /// Remembers what an entry was, so that it need not be read again.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn see_entry(
        &self,
        provider: &str,
        reader: (u32, &str),
        entry: &SeenEntry,
        role: &SeenRole,
    ) -> Result<(), CatalogError> {
        let (text, original) = match role {
            SeenRole::Media(hash) => ("media", Some(self.original_id(*hash)?)),
            SeenRole::Record => ("record", None),
            SeenRole::Ignored(why) => (why.as_str(), None),
        };
        self.run(
            "INSERT INTO seen_entry
                 (provider, export, path, size_bytes, crc32, reader_version, account, role, original_id)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
             ON CONFLICT (provider, path, size_bytes, crc32, export) DO UPDATE SET
                 reader_version = excluded.reader_version, account = excluded.account,
                 role = excluded.role, original_id = excluded.original_id",
            rusqlite::params![
                provider,
                entry.export,
                entry.path,
                entry.size_bytes as i64,
                entry.crc32,
                reader.0,
                reader.1,
                text,
                original
            ],
        )
        .map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(path: &str) -> SeenEntry {
        SeenEntry {
            export: String::new(),
            path: path.into(),
            size_bytes: 3,
            crc32: 0xffff_fff0,
        }
    }

    fn key(path: &str) -> SeenKey {
        let entry = entry(path);
        SeenKey::of(&entry.export, path, entry.size_bytes, entry.crc32)
    }

    #[test]
    fn a_seen_record_file_is_forgotten_by_a_better_reader() {
        let mut catalog = Catalog::in_memory().unwrap();
        catalog
            .in_transaction(|w| w.see_entry("p", (1, ""), &entry("a.json"), &SeenRole::Record))
            .unwrap();
        let seen = |version, account| catalog.seen_entries("p", version, account).unwrap();
        assert_eq!(seen(1, "").get(&key("a.json")), Some(&SeenRole::Record));
        assert!(seen(2, "").is_empty());
        assert!(seen(1, "anna").is_empty());
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::new(1_767_225_600 + second, 5).unwrap()
    }

    #[test]
    fn a_run_begins_and_ends() {
        let mut catalog = Catalog::in_memory().unwrap();
        let id = catalog
            .in_transaction(|w| w.begin_run("import", at(0), "{}"))
            .unwrap();
        let run = &catalog.runs().unwrap()[0];
        assert_eq!(run.started, "2026-01-01T00:00:00Z");
        assert_eq!(run.finished, None);
        catalog
            .in_transaction(|w| w.end_run(id, at(1), "{}"))
            .unwrap();
        assert!(catalog.runs().unwrap()[0].finished.is_some());
    }
}
