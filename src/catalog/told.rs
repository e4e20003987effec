//! What a reading told a person: whose archive it was, and how many items it describes.

use rusqlite::OptionalExtension;

use super::{CatalogError, Writing};

/// Whose an archive is, and how many items it describes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// The account, if known.
    pub account: Option<String>,
    /// Statements about media.
    pub items: u64,
}

impl Writing<'_> {
    /// Keeps what a reading told.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn put_told(&self, reading: i64, told: &Told) -> Result<(), CatalogError> {
        self.run(
            "INSERT OR REPLACE INTO reading_told (reading_id, account, items) VALUES (?1, ?2, ?3)",
            (reading, &told.account, told.items as i64),
        )
        .map(drop)
    }

    /// Returns what a reading told. One of an albumen that kept no such note is counted by its records.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn told(&self, reading: i64) -> Result<Told, CatalogError> {
        let kept = self
            .transaction
            .prepare_cached("SELECT account, items FROM reading_told WHERE reading_id = ?1")
            .and_then(|mut rows| rows.query_row([reading], told).optional())
            .map_err(|e| self.wrap(e))?;
        if let Some(told) = kept {
            return Ok(told);
        }
        self.transaction
            .prepare_cached(
                "SELECT max(nullif(r.account, '')), count(*) FROM reading_record g
                 JOIN record r ON r.id = g.record_id WHERE g.reading_id = ?1",
            )
            .and_then(|mut rows| rows.query_row([reading], told))
            .map_err(|e| self.wrap(e))
    }
}

fn told(row: &rusqlite::Row<'_>) -> rusqlite::Result<Told> {
    Ok(Told {
        account: row.get(0)?,
        items: row.get::<_, i64>(1)? as u64,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::super::Catalog;
    use super::*;

    #[test]
    fn what_was_told_comes_back_and_goes_with_its_reading() {
        let mut catalog = Catalog::in_memory().unwrap();
        let anna = Told {
            account: Some("anna".into()),
            items: 12,
        };
        let none = Told::default();
        let (first, second) = catalog
            .in_transaction(|writing| {
                let first = writing.begin_reading(Some([1; 32]), &[])?;
                writing.put_told(first, &anna)?;
                let second = writing.begin_reading(Some([2; 32]), &[])?;
                Ok((first, second))
            })
            .unwrap();
        let told = |catalog: &mut Catalog, reading| {
            catalog
                .in_transaction(|writing| writing.told(reading))
                .unwrap()
        };
        assert_eq!(told(&mut catalog, first), anna);
        assert_eq!(told(&mut catalog, second), none, "counted by its records");
        catalog
            .in_transaction(|writing| writing.run("DELETE FROM reading WHERE id = ?1", [first]))
            .unwrap();
        assert_eq!(told(&mut catalog, first), none);
    }
}
