//! Sums of all rows of a table, noted whenever the library is settled: one bit that changes in any of them shows. SQLite's own
//! check looks at the structure of the file and not at what stands in it.
//!
//! Evidence is only ever added to (an undo, which takes some away, forgets the sums), so the rows there were then are compared and
//! later ones wait for the next settling. Derived rows are written by settling alone.

use std::collections::BTreeMap;

use crc32fast::Hasher;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};
use serde::{Deserialize, Serialize};

use super::migrate::version;
use super::{Catalog, CatalogError, Writing};

/// Setting that keeps the sums.
const SUMS: &str = "sums";

/// Setting by which `verify` tells the next import to derive everything again.
const REDERIVE: &str = "rederive";

/// What a table holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Half {
    /// Statements of archives and of the owner: they can be had again only from the tree or from archives.
    Evidence,
    /// What follows from them.
    Derived,
}

struct Table {
    name: &'static str,
    half: Half,
    /// Its rows. `?1` is the last row number, and `?2` that of parts, up to which rows are asked for.
    rows: &'static str,
    /// May change between a kill and the next settling.
    early: bool,
}

const fn evidence(name: &'static str, rows: &'static str) -> Table {
    Table {
        name,
        half: Half::Evidence,
        rows,
        early: false,
    }
}

const fn derived(name: &'static str, rows: &'static str) -> Table {
    Table {
        name,
        half: Half::Derived,
        rows,
        early: false,
    }
}

const TABLES: [Table; 19] = [
    evidence(
        "original",
        "SELECT * FROM original WHERE id <= ?1 AND ?2 >= 0",
    ),
    evidence(
        "media_entry",
        "SELECT * FROM media_entry WHERE id <= ?1 AND ?2 >= 0",
    ),
    evidence("record", "SELECT * FROM record WHERE id <= ?1 AND ?2 >= 0"),
    evidence(
        "album_record",
        "SELECT * FROM album_record WHERE id <= ?1 AND ?2 >= 0",
    ),
    evidence("part", "SELECT * FROM part WHERE id <= ?1 AND ?2 >= 0"),
    Table {
        // An archive that comes again may say of bytes that are there that it held them, too.
        early: true,
        ..evidence(
            "part_entry",
            "SELECT * FROM part_entry WHERE media_entry_id <= ?1 AND part_id <= ?2",
        )
    },
    evidence(
        "not_understood",
        "SELECT * FROM not_understood WHERE id <= ?1 AND ?2 >= 0",
    ),
    evidence(
        "judged_anew",
        "SELECT * FROM judged_anew WHERE not_understood_id <= ?1 AND reading_id <= ?2",
    ),
    Table {
        early: true,
        ..evidence(
            "user_change",
            "SELECT * FROM user_change WHERE ?1 >= 0 AND ?2 >= 0",
        )
    },
    Table {
        early: true,
        ..evidence(
            "setting",
            "SELECT * FROM setting WHERE name = 'home_timezone' AND ?1 >= 0 AND ?2 >= 0",
        )
    },
    derived("asset", "SELECT * FROM asset WHERE ?1 >= 0 AND ?2 >= 0"),
    derived(
        "asset_item",
        "SELECT * FROM asset_item WHERE ?1 >= 0 AND ?2 >= 0",
    ),
    derived(
        "asset_album",
        "SELECT * FROM asset_album WHERE ?1 >= 0 AND ?2 >= 0",
    ),
    derived(
        "asset_text",
        "SELECT rowid, * FROM asset_text WHERE ?1 >= 0 AND ?2 >= 0",
    ),
    derived(
        "placed_file",
        "SELECT * FROM placed_file WHERE ?1 >= 0 AND ?2 >= 0",
    ),
    derived("sidecar", "SELECT * FROM sidecar WHERE ?1 >= 0 AND ?2 >= 0"),
    derived(
        "unnamed_media",
        "SELECT * FROM unnamed_media WHERE ?1 >= 0 AND ?2 >= 0",
    ),
    derived("missing", "SELECT * FROM missing WHERE ?1 >= 0 AND ?2 >= 0"),
    derived("doubt", "SELECT * FROM doubt WHERE ?1 >= 0 AND ?2 >= 0"),
];

/// Tables in which `list` looks things up by an index.
const LOOKED_UP: [&str; 7] = [
    "asset",
    "asset_album",
    "media_entry",
    "original",
    "part",
    "part_entry",
    "placed_file",
];

/// The row up to which a table is summed: that of the table itself, or of those it points to.
fn last(connection: &Connection, name: &str) -> rusqlite::Result<(i64, i64)> {
    let highest = |table: &str| {
        let sql = format!("SELECT coalesce(max(id), 0) FROM {table}");
        connection.query_row(&sql, [], |row| row.get::<_, i64>(0))
    };
    Ok(match name {
        "original" | "media_entry" | "record" | "album_record" | "part" | "not_understood" => {
            (highest(name)?, 0)
        }
        "part_entry" => (highest("media_entry")?, highest("part")?),
        "judged_anew" => (highest("not_understood")?, highest("reading")?),
        _ => (0, 0),
    })
}

/// The rows of a table, and their checksums added up: in whatever order they are read, the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Sum {
    rows: u64,
    sum: u64,
    last: (i64, i64),
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Sums {
    /// Schema the tables had.
    version: u32,
    tables: BTreeMap<String, Sum>,
}

/// A table that is not what it was when the library was settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rotten {
    /// Its name.
    pub table: &'static str,
    /// The next import makes it again; else only a rebuild helps.
    pub derived: bool,
}

impl std::fmt::Display for Rotten {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let then = match self.derived {
            true => "; the next import makes it again",
            false => "",
        };
        write!(f, "its table {} is not what was written{then}", self.table)
    }
}

/// What it means that evidence is less than it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fewer {
    /// The library is settled: nobody takes evidence away without settling.
    IsRot,
    /// It is not: a newer reading may have replaced an older one.
    WasTakenAway,
}

fn sum(connection: &Connection, table: &Table, last: (i64, i64)) -> rusqlite::Result<Sum> {
    let mut statement = connection.prepare_cached(table.rows)?;
    let columns = statement.column_count();
    let mut found = statement.query(last)?;
    let (mut rows, mut sum) = (0, 0u64);
    while let Some(row) = found.next()? {
        rows += 1;
        sum = sum.wrapping_add(u64::from(checksum(row, columns)?));
    }
    Ok(Sum { rows, sum, last })
}

/// One changed bit of a row always gives another checksum.
fn checksum(row: &Row<'_>, columns: usize) -> rusqlite::Result<u32> {
    let mut hasher = Hasher::new();
    for column in 0..columns {
        match row.get_ref(column)? {
            ValueRef::Null => hasher.update(&[0]),
            ValueRef::Integer(number) => {
                hasher.update(&[1]);
                hasher.update(&number.to_le_bytes());
            }
            ValueRef::Real(number) => {
                hasher.update(&[2]);
                hasher.update(&number.to_bits().to_le_bytes());
            }
            ValueRef::Text(bytes) => add(&mut hasher, 3, bytes),
            ValueRef::Blob(bytes) => add(&mut hasher, 4, bytes),
        }
    }
    Ok(hasher.finalize())
}

fn add(hasher: &mut Hasher, kind: u8, bytes: &[u8]) {
    hasher.update(&[kind]);
    hasher.update(&(bytes.len() as u64).to_le_bytes());
    hasher.update(bytes);
}

impl Catalog {
    /// Returns the tables that are not what they were when the library was settled last. None while it is unsettled, and in a
    /// catalog of an older version that noted no sums.
    ///
    /// # Errors
    /// Fails if SQLite cannot read a table at all.
    pub fn rotten_tables(&self) -> Result<Vec<Rotten>, CatalogError> {
        match self.setting("unsettled")? {
            Some(_) => Ok(Vec::new()),
            None => self.compare(|_| true, Fewer::IsRot),
        }
    }

    /// The same when a library is about to be settled: what was settled before must be sound, whatever was added since.
    ///
    /// # Errors
    /// Fails if SQLite cannot read a table at all.
    pub fn rotten_before_settling(&self) -> Result<Vec<Rotten>, CatalogError> {
        self.compare(|table| !table.early, Fewer::WasTakenAway)
    }

    /// The same of what lists show: assets, and where they came from.
    ///
    /// # Errors
    /// Fails if SQLite cannot read a table at all.
    pub fn refuse_rotten_lists(&self) -> Result<(), CatalogError> {
        // One reading: an import that settles meanwhile changes sums and rows at once.
        let _reading = self.reading()?;
        if self.setting("unsettled")?.is_some() {
            return Ok(());
        }
        let shown = |table: &Table| table.name != "record" && table.name != "album_record";
        let rotten = self.compare(shown, Fewer::IsRot)?.first().copied();
        match rotten.map_or_else(|| self.wrong_index(), |rotten| Ok(Some(rotten)))? {
            None => Ok(()),
            Some(what) => Err(CatalogError::Rotten {
                path: self.path.clone(),
                what,
            }),
        }
    }

    /// Returns a table in which lists look things up by an index that is not what the table says: its rows are right, and would not
    /// be found.
    fn wrong_index(&self) -> Result<Option<Rotten>, CatalogError> {
        for table in LOOKED_UP {
            let sql = format!("PRAGMA integrity_check({table})");
            let said: Vec<String> = self.rows(&sql, [], |row| row.get(0))?;
            if said.iter().any(|line| line != "ok") {
                return Ok(Some(Rotten {
                    table,
                    derived: false,
                }));
            }
        }
        Ok(None)
    }

    fn compare(
        &self,
        asked: impl Fn(&Table) -> bool,
        fewer: Fewer,
    ) -> Result<Vec<Rotten>, CatalogError> {
        let Some(sums) = self.sums()? else {
            return Ok(Vec::new());
        };
        let mut rotten = Vec::new();
        for table in TABLES.iter().filter(|table| asked(table)) {
            let Some(noted) = sums.tables.get(table.name) else {
                continue;
            };
            let now = sum(&self.connection, table, noted.last).map_err(|e| self.wrap(e))?;
            let taken_away = fewer == Fewer::WasTakenAway
                && table.half == Half::Evidence
                && now.rows < noted.rows;
            if now != *noted && !taken_away {
                rotten.push(Rotten {
                    table: table.name,
                    derived: table.half == Half::Derived,
                });
            }
        }
        Ok(rotten)
    }

    /// Returns the sums as noted; none if the schema has changed since.
    fn sums(&self) -> Result<Option<Sums>, CatalogError> {
        let Some(text) = self.setting(SUMS)? else {
            return Ok(None);
        };
        let sums: Sums = super::from_json("note of sums", &text)?;
        let version = version(&self.connection).map_err(|e| self.wrap(e))?;
        Ok(Some(sums).filter(|sums| sums.version == version))
    }

    /// Returns whether `verify` found derived tables damaged.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn is_to_be_rederived(&self) -> Result<bool, CatalogError> {
        Ok(self.setting(REDERIVE)?.is_some())
    }
}

impl Writing<'_> {
    /// Notes the sums of all tables: the library is settled.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn note_sums(&self) -> Result<(), CatalogError> {
        let connection: &Connection = &self.transaction;
        let sums = || -> rusqlite::Result<Sums> {
            let mut sums = Sums {
                version: version(connection)?,
                tables: BTreeMap::new(),
            };
            for table in &TABLES {
                let sum = sum(connection, table, last(connection, table.name)?)?;
                sums.tables.insert(table.name.to_owned(), sum);
            }
            Ok(sums)
        };
        let sums = sums().map_err(|e| self.wrap(e))?;
        self.set_setting(REDERIVE, None)?;
        let text = super::to_json("note of sums", &sums)?;
        self.set_setting(SUMS, Some(&text))
    }

    /// Forgets the sums: evidence is about to be taken away.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn forget_sums(&self) -> Result<(), CatalogError> {
        self.set_setting(SUMS, None)
    }

    /// Notes that derived tables are damaged.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn ask_to_rederive(&self) -> Result<(), CatalogError> {
        self.set_setting(REDERIVE, Some("1"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::asset::Asset;
    use model::content_hash::ContentHash;

    fn noted() -> Catalog {
        let mut catalog = Catalog::in_memory().unwrap();
        let asset = Asset::bare(ContentHash([1; 32]), "IMG_1");
        let albums = [("k".to_owned(), "Rome".to_owned())];
        catalog
            .in_transaction(|w| {
                w.put_asset(&asset, "2023/a.jpg", [2; 32], &albums)?;
                w.part_id("a.zip")?;
                w.set_setting("home_timezone", Some("Europe/Rome"))?;
                w.note_sums()
            })
            .unwrap();
        catalog
    }

    #[test]
    fn every_changed_row_shows_in_the_sum_of_its_table() {
        let catalog = noted();
        assert_eq!(catalog.rotten_tables().unwrap(), []);
        for (table, sql) in [
            (
                "asset",
                "UPDATE asset SET body = replace(body, 'IMG_1', 'IMG_3')",
            ),
            ("asset_album", "UPDATE asset_album SET title = 'Rose'"),
            ("asset_text", "UPDATE asset_text SET name = 'IMG_3'"),
            ("part", "UPDATE part SET name = 'b.zip'"),
            (
                "setting",
                "UPDATE setting SET value = 'Europe/Rose' WHERE name = 'home_timezone'",
            ),
            ("missing", "INSERT INTO missing VALUES (1, 'p', 'a.jpg')"),
        ] {
            let catalog = noted();
            catalog
                .connection
                .execute_batch(&format!("PRAGMA foreign_keys = OFF; {sql}"))
                .unwrap();
            let rotten = catalog.rotten_tables().unwrap();
            assert_eq!(rotten.len(), 1, "{sql}");
            assert_eq!(rotten[0].table, table);
            assert!(catalog.refuse_rotten_lists().is_err(), "{sql}");
        }
    }

    #[test]
    fn what_is_added_later_is_no_rot_and_an_unsettled_catalog_has_no_sums() {
        let mut catalog = noted();
        catalog
            .in_transaction(|w| w.part_id("later.zip").map(drop))
            .unwrap();
        assert_eq!(catalog.rotten_tables().unwrap(), []);
        assert_eq!(catalog.rotten_before_settling().unwrap(), []);
        let asset = Asset::bare(ContentHash([3; 32]), "IMG_2");
        catalog
            .in_transaction(|w| {
                w.set_setting("unsettled", Some("1"))?;
                w.put_asset(&asset, "2023/b.jpg", [2; 32], &[])
            })
            .unwrap();
        assert_eq!(catalog.rotten_tables().unwrap(), []);
        assert!(!catalog.rotten_before_settling().unwrap().is_empty());
        catalog
            .in_transaction(|w| {
                w.note_sums()
                    .and_then(|()| w.set_setting("unsettled", None))
            })
            .unwrap();
        assert_eq!(catalog.rotten_tables().unwrap(), []);
    }

    #[test]
    fn every_table_of_evidence_and_of_what_is_derived_is_summed() {
        let catalog = Catalog::in_memory().unwrap();
        // Run history, and notes of one run for the next.
        let others = [
            "setting",
            "run",
            "reading",
            "run_reading",
            "reading_part",
            "reading_record",
            "reading_album",
            "reading_media",
            "leaving",
            "seen_entry",
            "destination",
            "pushed",
            "push_upload",
            "migration",
            "not_understood",
            "judged_anew",
            "reading_told",
        ];
        let tables: Vec<String> = catalog
            .rows(
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'asset_text_%'",
                [],
                |row| row.get(0),
            )
            .unwrap();
        for table in tables {
            let summed = TABLES.iter().any(|one| one.name == table);
            assert!(
                summed || others.contains(&table.as_str()),
                "{table} is neither summed nor said to need no sum"
            );
        }
    }
}
