//! Brings the schema up to date: numbered files, forward only, one transaction each.

use std::path::Path;

use include_dir::{Dir, include_dir};
use rusqlite::Connection;
use sha2::{Digest, Sha256};

use super::{CatalogError, Gate, pass};

static MIGRATIONS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../migrations");

struct Migration {
    number: u32,
    sql: &'static str,
}

/// Returns the migrations in order of their numbers.
fn all() -> Vec<Migration> {
    let mut found: Vec<Migration> = MIGRATIONS
        .files()
        .filter_map(|file| {
            let name = file.path().file_name()?.to_str()?;
            Some(Migration {
                number: name.split('_').next()?.parse().ok()?,
                sql: file.contents_utf8()?,
            })
        })
        .collect();
    found.sort_by_key(|migration| migration.number);
    found
}

/// Returns the number of the newest migration.
pub(crate) fn newest() -> u32 {
    all().last().map_or(0, |migration| migration.number)
}

/// Returns the number of the last migration a catalog went through.
pub(crate) fn version(connection: &Connection) -> rusqlite::Result<u32> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
}

/// Refuses a catalog made by a newer albumen, before anything is written to it.
pub(crate) fn refuse_newer(connection: &Connection, path: &Path) -> Result<(), CatalogError> {
    let found = version(connection).map_err(|source| CatalogError::Sqlite {
        path: path.to_owned(),
        source,
    })?;
    let known = newest();
    if found > known {
        return Err(CatalogError::Newer {
            path: path.to_owned(),
            found,
            known,
        });
    }
    Ok(())
}

/// Applies what is not applied yet, and checks that what was applied is what we have.
pub(crate) fn migrate(
    connection: &mut Connection,
    path: &Path,
    gate: Option<&Gate>,
) -> Result<(), CatalogError> {
    let wrap = |source| CatalogError::Sqlite {
        path: path.to_owned(),
        source,
    };
    let found = version(connection).map_err(wrap)?;
    for migration in all() {
        let checksum = checksum(&migration);
        if migration.number <= found {
            let applied: [u8; 32] = connection
                .query_row(
                    "SELECT checksum FROM migration WHERE number = ?1",
                    [migration.number],
                    |row| row.get(0),
                )
                .map_err(wrap)?;
            if applied != checksum {
                return Err(CatalogError::Altered {
                    path: path.to_owned(),
                    number: migration.number,
                });
            }
        } else {
            pass(gate, path)?;
            apply(connection, &migration, checksum).map_err(wrap)?;
        }
    }
    Ok(())
}

/// Applies all migrations up to a number to a catalog that holds nothing yet.
pub(crate) fn apply_up_to(connection: &mut Connection, number: u32) -> rusqlite::Result<()> {
    for migration in all().iter().filter(|one| one.number <= number) {
        apply(connection, migration, checksum(migration))?;
    }
    Ok(())
}

fn checksum(migration: &Migration) -> [u8; 32] {
    Sha256::digest(migration.sql.as_bytes()).into()
}

fn apply(
    connection: &mut Connection,
    migration: &Migration,
    checksum: [u8; 32],
) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    transaction.execute_batch(
        "CREATE TABLE IF NOT EXISTS migration (number INTEGER PRIMARY KEY, checksum BLOB NOT NULL) STRICT",
    )?;
    transaction.execute_batch(migration.sql)?;
    transaction.execute(
        "INSERT INTO migration (number, checksum) VALUES (?1, ?2)",
        (migration.number, checksum),
    )?;
    transaction.pragma_update(None, "user_version", migration.number)?;
    transaction.commit()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_start_at_one_and_have_no_gap() {
        let numbers: Vec<u32> = all().iter().map(|m| m.number).collect();
        assert_eq!(numbers, (1..=newest()).collect::<Vec<_>>());
        assert!(newest() >= 1);
    }

    #[test]
    fn each_begins_with_its_reason() {
        assert!(all().iter().all(|m| m.sql.starts_with("-- ")));
    }

    #[test]
    fn a_second_run_changes_nothing_and_an_altered_one_is_refused() {
        let mut connection = Connection::open_in_memory().unwrap();
        let path = Path::new("test");
        migrate(&mut connection, path, None).unwrap();
        migrate(&mut connection, path, None).unwrap();
        connection
            .execute("UPDATE migration SET checksum = zeroblob(32)", [])
            .unwrap();
        assert!(matches!(
            migrate(&mut connection, path, None),
            Err(CatalogError::Altered { number: 1, .. })
        ));
    }

    #[test]
    fn captions_that_lost_before_are_found_after_the_fifth() {
        let mut connection = Connection::open_in_memory().unwrap();
        apply_up_to(&mut connection, 4).unwrap();
        let lost = r#""losing":{"description":[{"value":"B","origin":"embedded"},{"value":"C","origin":"user"}]}"#;
        for (id, body) in [
            (
                1,
                format!(r#"{{"description":{{"value":"A","origin":"user"}},{lost}}}"#),
            ),
            (2, format!("{{{lost}}}")),
            (
                3,
                r#"{"description":{"value":"D","origin":"user"}}"#.to_owned(),
            ),
        ] {
            connection
                .execute(
                    "INSERT INTO asset (id, content_hash, path, digest, body) VALUES (?1, zeroblob(?1), 'a', x'00', ?2)",
                    rusqlite::params![id, body],
                )
                .unwrap();
            connection
                .execute(
                    "INSERT INTO asset_text (rowid, description, name) VALUES (?1, 'old', 'n')",
                    [id],
                )
                .unwrap();
        }
        migrate(&mut connection, Path::new("test"), None).unwrap();
        let mut rows = connection
            .prepare("SELECT description FROM asset_text ORDER BY rowid")
            .unwrap();
        let texts: Vec<String> = rows
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        assert_eq!(texts, ["A\nB\nC", "B\nC", "old"]);
    }

    #[test]
    fn a_newer_catalog_is_refused() {
        let connection = Connection::open_in_memory().unwrap();
        connection
            .pragma_update(None, "user_version", newest() + 1)
            .unwrap();
        assert!(matches!(
            refuse_newer(&connection, Path::new("test")),
            Err(CatalogError::Newer { .. })
        ));
    }
}
