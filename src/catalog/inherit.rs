//! What a catalog knows that no file of the tree tells: which runs there were and what each gave, what was pushed where, and what
//! the owner changed in a sidecar that is gone. A catalog made again from the tree inherits it from the one there was.
//!
//! Evidence is found again by what it says and not by row numbers: records and albums by their digests, media entries by archive,
//! path and bytes. What the tree has no more is not inherited.

use std::path::Path;

use super::kept::TABLES as HISTORY;
use super::{Catalog, CatalogError, Writing};

/// Kind of the imports of a catalog that is damaged: what they gave is not known for certain, so none of them can be taken back,
/// and no certificate rests on them.
pub const LOST_IMPORT: &str = "import of a catalog that was damaged";

/// Tables of the journal of pushes; those of run history are [`HISTORY`]. A table that a later version adds is inherited once it is
/// named in one of the two.
const JOURNAL: [&str; 3] = ["destination", "pushed", "push_upload"];

/// Which reading gave which evidence, with row numbers of the new catalog.
const GIVEN: &str = "
    INSERT INTO reading_record (reading_id, record_id)
        SELECT g.reading_id, n.id FROM old.reading_record g
        JOIN old.record o ON o.id = g.record_id
        JOIN record n ON n.digest = o.digest AND (n.account = o.account OR o.account = '')
        WHERE true ON CONFLICT DO NOTHING;
    INSERT INTO reading_album (reading_id, album_record_id)
        SELECT g.reading_id, n.id FROM old.reading_album g
        JOIN old.album_record o ON o.id = g.album_record_id
        JOIN album_record n ON n.digest = o.digest
        WHERE true ON CONFLICT DO NOTHING;
    CREATE TEMP TABLE same_entry AS
        SELECT e.id AS old_id, n.id AS new_id FROM old.media_entry e
        JOIN old.original o ON o.id = e.original_id
        JOIN original b ON b.content_hash = o.content_hash
        JOIN media_entry n ON n.provider = e.provider AND n.export = e.export AND n.path = e.path
            AND n.original_id = b.id;
    INSERT INTO reading_media (reading_id, media_entry_id)
        SELECT g.reading_id, s.new_id FROM old.reading_media g
        JOIN same_entry s ON s.old_id = g.media_entry_id
        WHERE true ON CONFLICT DO NOTHING;
    INSERT INTO part_entry (media_entry_id, part_id)
        SELECT s.new_id, p.part_id FROM old.part_entry p
        JOIN same_entry s ON s.old_id = p.media_entry_id
        WHERE true ON CONFLICT DO NOTHING;
    DROP TABLE same_entry;
";

/// Whether something of the old evidence is not in the new catalog.
const LOST: &str = "
    SELECT EXISTS (SELECT 1 FROM old.record o WHERE NOT EXISTS
            (SELECT 1 FROM record n WHERE n.digest = o.digest))
        OR EXISTS (SELECT 1 FROM old.album_record o WHERE NOT EXISTS
            (SELECT 1 FROM album_record n WHERE n.digest = o.digest))
        OR EXISTS (SELECT 1 FROM old.original o WHERE NOT EXISTS
            (SELECT 1 FROM original n WHERE n.content_hash = o.content_hash))";

/// Tables of what a reading gave, and the column that names it.
const READINGS: [(&str, &str); 3] = [
    ("reading_record", "record_id"),
    ("reading_album", "album_record_id"),
    ("reading_media", "media_entry_id"),
];

/// How much of an old catalog can be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Belief {
    /// All of it.
    Whole,
    /// It can be read, and something in it is damaged: what runs gave is not inherited.
    Damaged,
}

impl Catalog {
    /// Makes the catalog that lies at a path readable beside this one, for [`Writing::inherit_history`] and what follows it. It
    /// must have been opened before: then its schema is known to be ours.
    ///
    /// # Errors
    /// Fails if SQLite cannot read it.
    pub fn attach_old(&self, path: &Path) -> Result<(), CatalogError> {
        let path = path.to_string_lossy();
        let attached = self.connection.execute("ATTACH DATABASE ?1 AS old", [path]);
        attached.map(drop).map_err(|e| self.wrap(e))
    }

    /// Lets go of it.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn detach_old(&self) -> Result<(), CatalogError> {
        let detached = self.connection.execute("DETACH DATABASE old", []);
        detached.map(drop).map_err(|e| self.wrap(e))
    }
}

impl Writing<'_> {
    /// Inherits runs under the numbers they had, the journals of pushes, and the names of parts.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn inherit_history(&self) -> Result<(), CatalogError> {
        let history = HISTORY.iter().map(|(table, _)| *table);
        history.chain(JOURNAL).try_for_each(|table| {
            self.inherit(&format!("INSERT INTO {table} SELECT * FROM old.{table}"))
        })
    }

    /// Inherits which reading gave which evidence, once evidence is entered. What no reading of the old catalog gave is given by
    /// `own`, the reading of this rebuild.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn inherit_given(&self, own: i64) -> Result<(), CatalogError> {
        self.inherit(GIVEN)?;
        self.leave_to_others(own)
    }

    /// Of what a reading gave, leaves to other readings what they gave, too.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub(super) fn leave_to_others(&self, own: i64) -> Result<(), CatalogError> {
        for (table, column) in READINGS {
            self.run(
                &format!(
                    "DELETE FROM {table} WHERE reading_id = ?1 AND {column} IN
                         (SELECT {column} FROM {table} WHERE reading_id <> ?1)"
                ),
                [own],
            )?;
        }
        Ok(())
    }

    /// Inherits what the owner changed in sidecars that the tree does not have any more; the others say it themselves.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn inherit_user_changes(&self) -> Result<(), CatalogError> {
        self.inherit(
            "INSERT INTO user_change SELECT * FROM old.user_change
             WHERE content_hash NOT IN (SELECT asset_hash FROM sidecar)
             ON CONFLICT DO NOTHING",
        )
    }

    /// Returns whether the tree gave back all evidence of the old catalog. If it did not, no run of it can be said to be in the
    /// library.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn found_all_of_old(&self) -> Result<bool, CatalogError> {
        let lost: bool = self
            .transaction
            .query_row(LOST, [], |row| row.get(0))
            .map_err(|e| self.wrap(e))?;
        Ok(!lost)
    }

    /// Keeps of the runs that they were, and not what they gave.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn lose_imports(&self, own: i64) -> Result<(), CatalogError> {
        self.run(
            "UPDATE run SET kind = ?1 WHERE kind = 'import'",
            [LOST_IMPORT],
        )?;
        // What was not understood is no less so: it stays until its entry is read again.
        self.run("UPDATE not_understood SET reading_id = ?1", [own])?;
        for table in ["judged_anew", "reading_part", "run_reading"] {
            self.run(
                &format!("DELETE FROM {table} WHERE reading_id <> ?1"),
                [own],
            )?;
        }
        self.run("DELETE FROM reading WHERE id <> ?1", [own])
            .map(drop)
    }

    fn inherit(&self, sql: &str) -> Result<(), CatalogError> {
        self.transaction
            .execute_batch(sql)
            .map_err(|e| self.wrap(e))
    }
}
