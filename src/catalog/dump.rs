//! Prints the catalog in an order that does not depend on how it came to be, to compare two of them.

use std::fmt::Write;

use model::content_hash::hex;
use rusqlite::types::ValueRef;

use super::{Catalog, CatalogError};

/// What is printed: evidence and what is derived from it. Run history (run, part, part_entry, seen_entry, not_understood), row numbers, and
/// the times of sidecar files are left out: they tell how the library came to be, not what it is. So is which of several parts told
/// a record's account: the digest stands for all of the record but that, and items show the account found for it.
const TABLES: [(&str, &str); 15] = [
    (
        "setting",
        "SELECT name, value FROM setting WHERE name = 'home_timezone'",
    ),
    (
        "original",
        "SELECT content_hash, size_bytes, facts FROM original ORDER BY 1",
    ),
    (
        "media_entry",
        "SELECT m.provider, m.export, m.path, o.content_hash FROM media_entry m
         JOIN original o ON o.id = m.original_id ORDER BY 1, 2, 3, 4",
    ),
    (
        "record",
        "SELECT DISTINCT provider, digest, raw FROM record ORDER BY 2",
    ),
    (
        "album_record",
        "SELECT provider, digest, body FROM album_record ORDER BY 2",
    ),
    (
        "user_change",
        "SELECT content_hash, body, others FROM user_change ORDER BY 1",
    ),
    (
        "asset",
        "SELECT content_hash, path, digest, taken_seconds, local_day, body FROM asset ORDER BY 1",
    ),
    (
        "asset_item",
        "SELECT a.content_hash, i.provider, i.account, i.kind, i.key FROM asset_item i
         JOIN asset a ON a.id = i.asset_id ORDER BY 1, 2, 3, 4, 5",
    ),
    (
        "asset_album",
        "SELECT a.content_hash, b.album, b.title FROM asset_album b
         JOIN asset a ON a.id = b.asset_id ORDER BY 1, 2",
    ),
    (
        "asset_text",
        "SELECT a.content_hash, t.description, t.title, t.place, t.people, t.keywords, t.name
         FROM asset_text t JOIN asset a ON a.id = t.rowid ORDER BY 1",
    ),
    (
        "placed_file",
        "SELECT path, content_hash, size_bytes, asset_hash FROM placed_file ORDER BY 1",
    ),
    (
        "sidecar",
        "SELECT path, asset_hash, sha256, size_bytes FROM sidecar ORDER BY 1",
    ),
    (
        "missing",
        "SELECT DISTINCT m.provider, m.uri, r.digest FROM missing m
         JOIN record r ON r.id = m.record_id ORDER BY 1, 2, 3",
    ),
    (
        "unnamed_media",
        "SELECT provider, account, kind, folder, count, example, expected FROM unnamed_media ORDER BY 1, 2, 3, 4",
    ),
    (
        "doubt",
        "SELECT DISTINCT r.provider, r.digest FROM doubt d
         JOIN record r ON r.id = d.record_id ORDER BY 1, 2",
    ),
];

impl Catalog {
    /// Returns all that the catalog knows but run history, one row a line. Equal evidence gives equal text.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn dump(&self) -> Result<String, CatalogError> {
        let mut text = String::new();
        for (table, sql) in TABLES {
            for line in self.rows(sql, [], line)? {
                // Writing to a String cannot fail.
                let _ = writeln!(text, "{table}|{line}");
            }
        }
        Ok(text)
    }
}

fn line(row: &rusqlite::Row<'_>) -> rusqlite::Result<String> {
    let mut line = String::new();
    for column in 0..row.as_ref().column_count() {
        let value = match row.get_ref(column)? {
            ValueRef::Null => "null".to_owned(),
            ValueRef::Integer(number) => number.to_string(),
            ValueRef::Real(number) => number.to_string(),
            ValueRef::Text(text) => format!("{:?}", String::from_utf8_lossy(text)),
            ValueRef::Blob(bytes) => hex(bytes),
        };
        line.push_str(&value);
        line.push('|');
    }
    Ok(line)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::StoredMedium;
    use jiff::Timestamp;
    use model::content_hash::ContentHash;
    use model::media_facts::MediaFacts;
    use model::media_type::MediaType;

    fn medium(n: u8) -> StoredMedium {
        StoredMedium {
            content_hash: ContentHash([n; 32]),
            size_bytes: 1,
            facts: MediaFacts::of_type(MediaType::Jpeg),
        }
    }

    fn dumped(order: [u8; 2]) -> String {
        let mut catalog = Catalog::in_memory().unwrap();
        catalog
            .in_transaction(|w| {
                for n in order {
                    let id = w.add_original(&medium(n))?;
                    w.add_media_entry("p", "", &format!("{n}.jpg"), id, None)?;
                }
                w.begin_run(
                    "import",
                    Timestamp::from_second(order[0].into()).unwrap(),
                    "{}",
                )
                .map(drop)
            })
            .unwrap();
        catalog.dump().unwrap()
    }

    #[test]
    fn order_of_arrival_and_run_history_do_not_show() {
        let dump = dumped([1, 2]);
        assert_eq!(dump, dumped([2, 1]));
        assert_eq!(dump.lines().count(), 4);
        assert_ne!(dump, dumped([1, 3]));
    }
}
