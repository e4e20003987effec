//! Which run gave which evidence, so that an import can be taken back.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rusqlite::OptionalExtension;

use model::content_hash::ContentHash;

use super::foreign::{path_of, trash_of};
use super::{Catalog, CatalogError, Writing, hash_of};

/// What a reading gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Given {
    /// A record.
    Record,
    /// A statement about an album.
    Album,
    /// That an archive held bytes under a path.
    Media,
}

impl Given {
    fn insert(self) -> &'static str {
        match self {
            Self::Record => {
                "INSERT INTO reading_record (reading_id, record_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING"
            }
            Self::Album => {
                "INSERT INTO reading_album (reading_id, album_record_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING"
            }
            Self::Media => {
                "INSERT INTO reading_media (reading_id, media_entry_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING"
            }
        }
    }
}

/// A file on its way to the trash; both paths are relative to the library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeavingFile {
    /// Where it lies or lay.
    pub path: String,
    /// Where it goes.
    pub trash: String,
}

/// Tables that say what a reading gave, and the column that names it.
const GIVEN: [(&str, &str); 3] = [
    ("reading_record", "record_id"),
    ("reading_album", "album_record_id"),
    ("reading_media", "media_entry_id"),
];

impl Catalog {
    /// Returns the file names of all parts that imports were given and read to the end, each with the time the last one began.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn parts_given(&self) -> Result<BTreeMap<String, Timestamp>, CatalogError> {
        let rows = self.rows(
            "SELECT p.name, max(r.started) FROM reading d
             JOIN reading_part p ON p.reading_id = d.id
             JOIN run_reading rr ON rr.reading_id = d.id
             JOIN run r ON r.id = rr.run_id
             WHERE d.complete = 1 AND r.undone_by IS NULL
             GROUP BY p.name",
            [],
            |row| Ok((row.get(0)?, row.get::<_, String>(1)?)),
        )?;
        // A rebuilt catalog may hold a time that nothing can read: then nobody can be told when.
        let told = rows.into_iter();
        Ok(told
            .filter_map(|(name, at)| Some((name, at.parse().ok()?)))
            .collect())
    }

    /// Returns the files that an undo which was cut off left on their way to the trash.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn leaving(&self) -> Result<Vec<LeavingFile>, CatalogError> {
        self.rows("SELECT path, trash FROM leaving ORDER BY path", [], |row| {
            Ok(LeavingFile {
                path: path_of(row, 0)?,
                trash: trash_of(row, 1)?,
            })
        })
    }
}

impl Writing<'_> {
    /// Begins a reading of the run begun in this transaction; what is added from now on is given by it.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn begin_reading(
        &self,
        digest: Option<[u8; 32]>,
        parts: &[String],
    ) -> Result<i64, CatalogError> {
        self.run(
            "INSERT INTO reading (digest, complete) VALUES (?1, 0)",
            [digest],
        )?;
        let reading = self.transaction.last_insert_rowid();
        for part in parts {
            self.run(
                "INSERT INTO reading_part (reading_id, name) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
                (reading, part),
            )?;
        }
        self.give_by_run(reading)?;
        self.give(Some(reading));
        Ok(reading)
    }

    /// Lets what is added from now on be given by a reading, or by none.
    pub fn give(&self, reading: Option<i64>) {
        self.reading.set(reading);
    }

    /// Lets the run begun in this transaction give, too, what an earlier one read out of the same parts. Returns that reading,
    /// if there is one.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn give_again(&self, digest: [u8; 32]) -> Result<Option<i64>, CatalogError> {
        let reading: Option<i64> = self
            .transaction
            .prepare_cached("SELECT max(id) FROM reading WHERE digest = ?1 AND complete = 1")
            .and_then(|mut rows| rows.query_row([digest], |row| row.get(0)))
            .map_err(|e| self.wrap(e))?;
        if let Some(reading) = reading {
            self.give_by_run(reading)?;
        }
        Ok(reading)
    }

    /// A rehearsal begins no run.
    fn give_by_run(&self, reading: i64) -> Result<(), CatalogError> {
        let Some(run) = self.run.get() else {
            return Ok(());
        };
        self.run(
            "INSERT INTO run_reading (run_id, reading_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
            (run, reading),
        )
        .map(drop)
    }

    /// Notes that the current reading gave a row.
    pub(super) fn given(&self, what: Given, id: i64) -> Result<(), CatalogError> {
        match self.reading.get() {
            None => Ok(()),
            Some(reading) => self.run(what.insert(), (reading, id)).map(drop),
        }
    }

    /// The same after an INSERT that added `added` rows; `find` looks up the row if it was there before.
    pub(super) fn given_after(
        &self,
        added: usize,
        what: Given,
        find: impl FnOnce() -> Result<i64, CatalogError>,
    ) -> Result<(), CatalogError> {
        if self.reading.get().is_none() {
            return Ok(());
        }
        let id = match added {
            0 => find()?,
            _ => self.transaction.last_insert_rowid(),
        };
        self.given(what, id)
    }

    /// Notes that a reading came to its end. What others gave that were cut off and had the same parts before them is this one's
    /// now: it went on with their work.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn end_reading(&self, reading: i64) -> Result<(), CatalogError> {
        self.run("UPDATE reading SET complete = 1 WHERE id = ?1", [reading])?;
        let digest: Option<[u8; 32]> = self
            .transaction
            .query_row(
                "SELECT digest FROM reading WHERE id = ?1",
                [reading],
                |row| row.get(0),
            )
            .optional()
            .map_err(|e| self.wrap(e))?
            .flatten();
        let Some(digest) = digest else {
            return Ok(());
        };
        for (table, column) in GIVEN {
            self.run(
                &format!(
                    "DELETE FROM {table} WHERE reading_id IN
                         (SELECT id FROM reading WHERE digest = ?1 AND complete = 0)
                     AND {column} IN (SELECT {column} FROM {table} WHERE reading_id = ?2)"
                ),
                (digest, reading),
            )?;
        }
        Ok(())
    }

    /// Takes out all evidence that nothing but `run` gave, and what is derived from it alone; `by` is the run that does it.
    /// Returns the originals that go.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn take_back(&self, run: i64, by: i64) -> Result<Vec<ContentHash>, CatalogError> {
        self.forget_sums()?;
        self.choose(run)?;
        let going: Vec<ContentHash> = self
            .transaction
            .prepare("SELECT content_hash FROM original WHERE id IN going_original ORDER BY 1")
            .and_then(|mut rows| {
                let rows = rows.query_map([], |row| hash_of(row, 0))?;
                rows.collect()
            })
            .map_err(|e| self.wrap(e))?;
        self.batch(TAKE_OUT)?;
        self.run("DELETE FROM run_reading WHERE run_id = ?1", [run])?;
        self.run("UPDATE run SET undone_by = ?2 WHERE id = ?1", (run, by))?;
        self.set_setting("unsettled", Some("1"))?;
        Ok(going)
    }

    /// Gathers what goes with a run: readings no other run has that stands, and what no other reading gives.
    fn choose(&self, run: i64) -> Result<(), CatalogError> {
        self.batch(
            "CREATE TEMP TABLE going_reading (id INTEGER PRIMARY KEY);
             CREATE TEMP TABLE going_record (id INTEGER PRIMARY KEY);
             CREATE TEMP TABLE going_album (id INTEGER PRIMARY KEY);
             CREATE TEMP TABLE going_media (id INTEGER PRIMARY KEY);
             CREATE TEMP TABLE going_original (id INTEGER PRIMARY KEY);",
        )?;
        self.run(
            "INSERT INTO going_reading SELECT reading_id FROM run_reading WHERE run_id = ?1
             EXCEPT SELECT reading_id FROM run_reading JOIN run ON run.id = run_id
                    WHERE run_id <> ?1 AND undone_by IS NULL",
            [run],
        )?;
        for ((table, column), going) in
            GIVEN
                .iter()
                .zip(["going_record", "going_album", "going_media"])
        {
            self.batch(&format!(
                "INSERT INTO {going} SELECT {column} FROM {table} WHERE reading_id IN going_reading
                 EXCEPT SELECT {column} FROM {table} WHERE reading_id NOT IN going_reading;"
            ))?;
        }
        self.batch(
            "INSERT INTO going_original SELECT original_id FROM media_entry WHERE id IN going_media
             EXCEPT SELECT original_id FROM media_entry WHERE id NOT IN going_media;",
        )
    }

    fn batch(&self, sql: &str) -> Result<(), CatalogError> {
        self.transaction
            .execute_batch(sql)
            .map_err(|e| self.wrap(e))
    }

    /// Notes a file that is to go to the trash.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn put_leaving(&self, file: &LeavingFile) -> Result<(), CatalogError> {
        self.run(
            "INSERT OR REPLACE INTO leaving (path, trash) VALUES (?1, ?2)",
            (&file.path, &file.trash),
        )
        .map(drop)
    }

    /// Notes that all files on their way to the trash are there.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn all_left(&self) -> Result<(), CatalogError> {
        self.batch(
            "DELETE FROM placed_file WHERE path IN (SELECT path FROM leaving);
             DELETE FROM sidecar WHERE path IN (SELECT path FROM leaving);
             DELETE FROM leaving;",
        )
    }
}

/// Entries that were seen are read again when their archive comes again: what they gave may be gone. Media whose bytes stay need
/// not be. The index is for the foreign key: each original that goes is looked for among them.
const TAKE_OUT: &str = "
    DELETE FROM missing WHERE record_id IN going_record;
    DELETE FROM doubt WHERE record_id IN going_record;
    DELETE FROM record WHERE id IN going_record;
    DELETE FROM album_record WHERE id IN going_album;
    DELETE FROM part_entry WHERE media_entry_id IN going_media;
    DELETE FROM media_entry WHERE id IN going_media;
    DELETE FROM seen_entry WHERE role <> 'media' OR original_id IN going_original;
    CREATE INDEX seen_entry_original ON seen_entry (original_id);
    DELETE FROM user_change WHERE content_hash IN
        (SELECT content_hash FROM original WHERE id IN going_original);
    DELETE FROM asset_text WHERE rowid IN (SELECT a.id FROM asset a
        JOIN original o ON o.content_hash = a.content_hash WHERE o.id IN going_original);
    DELETE FROM asset WHERE content_hash IN
        (SELECT content_hash FROM original WHERE id IN going_original);
    DELETE FROM original WHERE id IN going_original;
    DROP INDEX seen_entry_original;
    DELETE FROM reading_record WHERE reading_id IN going_reading;
    DELETE FROM reading_album WHERE reading_id IN going_reading;
    DELETE FROM reading_media WHERE reading_id IN going_reading;
    DELETE FROM judged_anew WHERE reading_id IN going_reading OR not_understood_id IN
        (SELECT id FROM not_understood WHERE reading_id IN going_reading);
    DELETE FROM not_understood WHERE reading_id IN going_reading;
    DELETE FROM reading_part WHERE reading_id IN going_reading;
    DELETE FROM run_reading WHERE reading_id IN going_reading;
    DELETE FROM reading WHERE id IN going_reading;
    DELETE FROM part_entry WHERE part_id IN
        (SELECT id FROM part WHERE name NOT IN (SELECT name FROM reading_part));
    DELETE FROM part WHERE name NOT IN (SELECT name FROM reading_part);
    DROP TABLE going_reading;
    DROP TABLE going_record;
    DROP TABLE going_album;
    DROP TABLE going_media;
    DROP TABLE going_original;
";
