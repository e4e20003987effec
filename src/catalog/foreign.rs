//! A catalog may be someone else's: it came with a library that was copied, lent or downloaded. Before anything in it is
//! believed, its schema is compared with what the migrations make, and every path it names is looked at. A trigger would run
//! when albumen writes, a view would answer in place of a table, and a path such as `../../.ssh/id` would move a file that
//! has nothing to do with the library.

use std::collections::BTreeMap;
use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::types::Type;
use rusqlite::{Connection, Row};

use super::CatalogError;
use super::migrate::{apply_up_to, newest, version};
use model::library_path::LibraryPath;

/// Folders at the top of a library that hold no photo, sidecar or list.
const OWN_FOLDERS: [&str; 2] = [".albumen", "gallery"];

/// Where files that were taken back lie.
const TRASH: &str = ".albumen/trash/";

/// Lets nothing in the schema run by itself, whatever it holds. Foreign keys are no triggers in this sense.
pub(crate) fn disarm(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false)?;
    // A damaged page is found when it is read, and not when it is used.
    connection.execute_batch("PRAGMA cell_size_check = ON")
}

/// What a schema holds: kind and name, and the statement that makes it.
type Schema = BTreeMap<(String, String), Option<String>>;

/// Refuses a catalog whose schema is not what the migrations make, before anything is read out of it or written to it.
///
/// # Errors
/// Fails if it is not, or SQLite cannot read it.
pub(crate) fn refuse_foreign(connection: &Connection, path: &Path) -> Result<(), CatalogError> {
    let wrap = |source| CatalogError::Sqlite {
        path: path.to_owned(),
        source,
    };
    let found = version(connection).map_err(wrap)?;
    let wanted = made(found).map_err(wrap)?;
    match difference(&schema(connection).map_err(wrap)?, &wanted) {
        None => Ok(()),
        Some(what) => Err(CatalogError::Foreign {
            path: path.to_owned(),
            what,
        }),
    }
}

/// Returns the schema that the migrations up to a number make.
fn made(number: u32) -> rusqlite::Result<Schema> {
    let mut connection = Connection::open_in_memory()?;
    apply_up_to(&mut connection, number.min(newest()))?;
    schema(&connection)
}

fn schema(connection: &Connection) -> rusqlite::Result<Schema> {
    let mut rows = connection.prepare("SELECT type, name, sql FROM sqlite_schema")?;
    let read = |row: &Row<'_>| -> rusqlite::Result<((String, String), Option<String>)> {
        Ok(((row.get(0)?, row.get(1)?), row.get(2)?))
    };
    // What SQLite keeps for itself (statistics) is made by no statement of ours.
    rows.query_map([], read)?
        .filter(|row| !matches!(row, Ok(((kind, name), _)) if is_of_sqlite(kind, name)))
        .collect()
}

fn is_of_sqlite(kind: &str, name: &str) -> bool {
    kind == "table" && name.starts_with("sqlite_")
}

fn difference(found: &Schema, wanted: &Schema) -> Option<String> {
    for (key, sql) in found {
        let (kind, name) = key;
        match wanted.get(key) {
            None => {
                return Some(format!(
                    "it has a {kind} {name:?} that albumen did not make"
                ));
            }
            Some(made) if made != sql => {
                return Some(format!("its {kind} {name:?} is not the one albumen makes"));
            }
            Some(_) => {}
        }
    }
    let lacking = wanted.keys().find(|key| !found.contains_key(*key));
    lacking.map(|(kind, name)| format!("it has no {kind} {name:?}"))
}

/// A text in the place of a path that leads out of the library, or into albumen's own folder.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is not the path of a photo, sidecar or list in the library")]
pub(crate) struct StrayPath(String);

/// Reads the path of a file of the library.
pub(crate) fn path_of(row: &Row<'_>, column: usize) -> rusqlite::Result<String> {
    checked(row.get(column)?, column, is_of_library)
}

/// Reads the path of a file in the trash.
pub(crate) fn trash_of(row: &Row<'_>, column: usize) -> rusqlite::Result<String> {
    checked(row.get(column)?, column, |text| {
        text.strip_prefix(TRASH).is_some_and(is_of_library)
    })
}

fn checked(
    text: String,
    column: usize,
    is_right: impl Fn(&str) -> bool,
) -> rusqlite::Result<String> {
    match is_right(&text) {
        true => Ok(text),
        false => Err(rusqlite::Error::FromSqlConversionFailure(
            column,
            Type::Text,
            Box::new(StrayPath(text)),
        )),
    }
}

/// Returns whether a text is the path of a photo, sidecar or list inside a library.
fn is_of_library(text: &str) -> bool {
    let top = text.split('/').next().unwrap_or_default();
    // A colon is a drive on Windows, and in no name that albumen gives.
    let own = OWN_FOLDERS.iter().any(|own| top.eq_ignore_ascii_case(own));
    LibraryPath::parse(text).is_some() && !own && !top.contains(':') && !text.contains('\0')
}

#[cfg(test)]
mod tests {
    use super::super::Catalog;
    use super::*;

    #[test]
    fn only_paths_of_files_of_the_library_are_paths() {
        for text in [
            "2023/07/a.jpg",
            "undated/..b.jpg",
            "albums.json",
            "a/.albumen/b",
        ] {
            assert!(is_of_library(text), "{text}");
        }
        for text in [
            "",
            "/etc/passwd",
            "../a.jpg",
            "2023/../../a.jpg",
            ".albumen/catalog.sqlite",
            ".ALBUMEN/lock",
            "gallery/index.html",
            "C:/Windows/a",
            "a\\b",
            "a\0b",
        ] {
            assert!(!is_of_library(text), "{text}");
        }
    }

    /// Makes a catalog, lets `alter` change its schema with a program of its own, and returns what opening it says.
    fn opened_after(alter: &str) -> Result<(), CatalogError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("c.sqlite");
        drop(Catalog::open(&path).unwrap());
        let stranger = Connection::open(&path).unwrap();
        stranger.execute_batch(alter).unwrap();
        drop(stranger);
        let before = std::fs::read(&path).unwrap();
        let opened = Catalog::open(&path).map(drop);
        if opened.is_err() {
            assert_eq!(std::fs::read(&path).unwrap(), before, "it was written to");
        }
        opened
    }

    #[test]
    fn a_schema_that_albumen_did_not_make_is_refused() {
        opened_after("").unwrap();
        opened_after("ANALYZE").unwrap();
        for (alter, what) in [
            (
                "CREATE TRIGGER t AFTER INSERT ON run BEGIN DELETE FROM record; END",
                "a trigger \"t\"",
            ),
            ("CREATE VIEW v AS SELECT 1", "a view \"v\""),
            (
                "DROP TABLE leaving; CREATE VIEW leaving AS SELECT '../a' AS path, 'b' AS trash",
                "a view \"leaving\"",
            ),
            ("CREATE TABLE more (a)", "a table \"more\""),
            ("CREATE INDEX i ON run (kind)", "a index \"i\""),
            ("ALTER TABLE run ADD COLUMN a TEXT", "its table \"run\""),
            ("DROP TABLE push_upload", "no table \"push_upload\""),
        ] {
            let error = opened_after(alter).unwrap_err();
            assert!(matches!(error, CatalogError::Foreign { .. }), "{error}");
            assert!(error.is_unusable(), "{error}");
            assert!(error.to_string().contains(what), "{alter}: {error}");
        }
    }

    #[test]
    fn a_path_that_leads_out_of_the_library_is_refused_wherever_it_stands() {
        let strays = ["../out.jpg", "/etc/passwd", ".albumen/lock"];
        for stray in strays {
            let catalog = Catalog::in_memory().unwrap();
            let run = |sql: &str| {
                catalog.connection.execute(sql, [stray]).unwrap();
            };
            run("INSERT INTO placed_file VALUES (?1, zeroblob(32), 1, zeroblob(32))");
            run("INSERT INTO sidecar VALUES (zeroblob(32), ?1, zeroblob(32), 1, 1)");
            run("INSERT INTO leaving VALUES (?1, '.albumen/trash/undo-1/a')");
            for error in [
                catalog.placed_files().map(drop),
                catalog.sidecars().map(drop),
                catalog.leaving().map(drop),
            ] {
                assert!(error.unwrap_err().is_unusable(), "{stray}");
            }
        }
        let catalog = Catalog::in_memory().unwrap();
        for trash in ["../a", ".albumen/trash/../../a", "2023/a", ".albumen/a"] {
            let insert = "INSERT OR REPLACE INTO leaving VALUES ('a.jpg', ?1)";
            catalog.connection.execute(insert, [trash]).unwrap();
            assert!(catalog.leaving().is_err(), "{trash}");
        }
    }
}
