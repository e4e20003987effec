//! Run history as lines of JSON, for `history.jsonl`: what a catalog knows that neither originals nor sidecars nor lists tell.
//! A catalog that is made again from the tree alone takes it back in.
//!
//! Tables that are short are written row by row, one line each, under the names of their columns. Which reading gave which evidence
//! is as long as the library and has a form of its own: [`super::kept_evidence`].

use model::content_hash::{ContentHash, hex};
use rusqlite::types::{Value as Sql, ValueRef};
use serde_json::{Map, Value, json};

use super::kept_evidence::{self, Spread};
use super::{Catalog, CatalogError, Writing};

/// Tables that are written row by row, with their columns; those that others name come first.
pub(super) const TABLES: [(&str, &[&str]); 8] = [
    (
        "run",
        &[
            "id",
            "kind",
            "started",
            "finished",
            "command",
            "report",
            "undone_by",
        ],
    ),
    ("reading", &["id", "digest", "complete"]),
    ("run_reading", &["run_id", "reading_id"]),
    ("reading_part", &["reading_id", "name"]),
    ("reading_told", &["reading_id", "account", "items"]),
    ("part", &["id", "name"]),
    (
        "not_understood",
        &[
            "id",
            "reading_id",
            "provider",
            "path",
            "size_bytes",
            "crc32",
            "body",
        ],
    ),
    ("judged_anew", &["not_understood_id", "reading_id"]),
];

/// The only column of bytes among them; hex in the file.
const BYTES: &str = "digest";

/// Numbers that every reader of JSON keeps as they are. Row numbers beyond them would leave none for the next run.
const LARGEST: i64 = 1 << 53;

/// A line that says nothing a catalog could take in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {why}")]
pub struct KeptError {
    /// Its number among the lines of the history, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub why: String,
}

/// Run history that was read from a file.
#[derive(Debug, Default)]
pub struct KeptHistory {
    /// Index into [`TABLES`], and the row's values in the order of its columns.
    rows: Vec<(usize, Vec<Sql>)>,
    evidence: Vec<Spread>,
}

impl KeptHistory {
    /// Reads the lines of a history. Lines of a kind this version does not know are passed over.
    ///
    /// # Errors
    /// Fails if a line is none.
    pub fn read(lines: &str) -> Result<Self, KeptError> {
        let mut history = Self::default();
        for (index, text) in lines.lines().enumerate() {
            let taken = history.take(text);
            taken.map_err(|why| KeptError {
                line: index + 1,
                why,
            })?;
        }
        Ok(history)
    }

    fn take(&mut self, text: &str) -> Result<(), String> {
        let line: Map<String, Value> = serde_json::from_str(text).map_err(|e| e.to_string())?;
        let kind = line.get("type").and_then(Value::as_str);
        let kind = kind.ok_or("it has no type")?;
        if kind == kept_evidence::KIND {
            self.evidence.extend(Spread::read(text)?);
            return Ok(());
        }
        let Some(table) = TABLES.iter().position(|(table, _)| *table == kind) else {
            return Ok(());
        };
        let columns = TABLES[table].1.iter();
        let values = columns.map(|column| of_json(column, line.get(*column)));
        self.rows.push((table, values.collect::<Result<_, _>>()?));
        Ok(())
    }
}

impl Catalog {
    /// Returns run history as text: a line of JSON for each row of a table, and for each kind of evidence.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn history_lines(&self) -> Result<String, CatalogError> {
        let mut text = String::new();
        for (table, columns) in TABLES {
            let sql = format!("SELECT {} FROM {table} ORDER BY 1, 2", columns.join(", "));
            self.each(&sql, [], |row| {
                let line = to_json_line(table, columns, row).map_err(|e| self.wrap(e))?;
                text.push_str(&line);
                text.push('\n');
                Ok(())
            })?;
        }
        for spread in kept_evidence::all(&self.connection).map_err(|e| self.wrap(e))? {
            text.push_str(&spread.line());
            text.push('\n');
        }
        Ok(text)
    }
}

impl Writing<'_> {
    /// Takes in runs under the numbers they had, readings and the names of parts. Nothing of it may be there yet.
    ///
    /// # Errors
    /// Fails if SQLite does, or rows contradict each other.
    pub fn restore_history(&self, history: &KeptHistory) -> Result<(), CatalogError> {
        for (table, values) in &history.rows {
            let (table, columns) = TABLES[*table];
            let places: Vec<String> = (1..=columns.len()).map(|n| format!("?{n}")).collect();
            let (columns, places) = (columns.join(", "), places.join(", "));
            let sql = format!("INSERT INTO {table} ({columns}) VALUES ({places})");
            self.run(&sql, rusqlite::params_from_iter(values))?;
        }
        Ok(())
    }

    /// Takes in which reading gave which evidence, once evidence is entered; what none of them gave is given by `own`, the reading of
    /// this rebuild. Returns whether it could: only if evidence is what it was when the history was written.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn restore_given(&self, history: &KeptHistory, own: i64) -> Result<bool, CatalogError> {
        let restored = kept_evidence::restore(&self.transaction, &history.evidence, own);
        let restored = restored.map_err(|e| self.wrap(e))?;
        if restored {
            self.leave_to_others(own)?;
        }
        Ok(restored)
    }
}

fn to_json_line(
    table: &str,
    columns: &[&str],
    row: &rusqlite::Row<'_>,
) -> rusqlite::Result<String> {
    let mut line = Map::new();
    line.insert("type".to_owned(), json!(table));
    for (index, column) in columns.iter().enumerate() {
        let value = match row.get_ref(index)? {
            ValueRef::Null => continue,
            ValueRef::Integer(number) => json!(number),
            ValueRef::Real(number) => json!(number),
            ValueRef::Text(text) => json!(String::from_utf8_lossy(text)),
            ValueRef::Blob(bytes) => json!(hex(bytes)),
        };
        line.insert((*column).to_owned(), value);
    }
    Ok(Value::Object(line).to_string())
}

fn of_json(column: &str, value: Option<&Value>) -> Result<Sql, String> {
    match value {
        None | Some(Value::Null) => Ok(Sql::Null),
        Some(Value::Number(number)) => {
            let number = number.as_i64().filter(|n| (0..=LARGEST).contains(n));
            let number = number.ok_or_else(|| format!("{column} is out of bounds"))?;
            Ok(Sql::Integer(number))
        }
        Some(Value::String(text)) if column == BYTES => {
            let digest: Result<ContentHash, _> = text.parse();
            let digest = digest.map_err(|e| format!("{column}: {e}"))?;
            Ok(Sql::Blob(digest.0.to_vec()))
        }
        Some(Value::String(text)) => Ok(Sql::Text(text.clone())),
        Some(_) => Err(format!("{column} is neither number nor text")),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::StoredMedium;
    use jiff::Timestamp;
    use model::media_facts::MediaFacts;
    use model::media_type::MediaType;

    fn enter(writing: &Writing<'_>, n: u8) -> Result<(), CatalogError> {
        let id = writing.add_original(&StoredMedium {
            content_hash: ContentHash([n; 32]),
            size_bytes: 1,
            facts: MediaFacts::of_type(MediaType::Jpeg),
        })?;
        let part = (n != 9).then(|| writing.part_id("a.zip")).transpose()?;
        writing.add_media_entry("p", "", &format!("{n}.jpg"), id, part)
    }

    fn import(catalog: &mut Catalog, digest: u8, media: &[u8]) {
        let entered = catalog.in_transaction(|writing| {
            let run = writing.begin_run("import", Timestamp::UNIX_EPOCH, "{\"a\":1}")?;
            let reading = writing.begin_reading(Some([digest; 32]), &["a.zip".to_owned()])?;
            media.iter().try_for_each(|n| enter(writing, *n))?;
            writing.end_reading(reading)?;
            writing.end_run(run, Timestamp::UNIX_EPOCH, "{}")
        });
        entered.unwrap();
    }

    /// Makes a catalog of the media alone, as a rebuild does, and takes history in.
    fn rebuilt(media: &[u8], lines: &str) -> (Catalog, bool) {
        let history = KeptHistory::read(lines).unwrap();
        let mut catalog = Catalog::in_memory().unwrap();
        let whole = catalog.in_transaction(|writing| {
            writing.restore_history(&history)?;
            writing.begin_run("rebuild", Timestamp::UNIX_EPOCH, "{}")?;
            let own = writing.begin_reading(None, &[])?;
            media.iter().rev().try_for_each(|n| enter(writing, *n))?;
            writing.end_reading(own)?;
            writing.restore_given(&history, own)
        });
        (catalog, whole.unwrap())
    }

    #[test]
    fn an_import_can_be_taken_back_by_what_the_lines_say() {
        let mut first = Catalog::in_memory().unwrap();
        import(&mut first, 1, &[1, 2, 3]);
        import(&mut first, 2, &[3, 4]);
        let lines = first.history_lines().unwrap();
        let (mut second, whole) = rebuilt(&[1, 2, 3, 4], &lines);
        assert!(whole, "{lines}");
        let take_back = |catalog: &mut Catalog, run| {
            let going = catalog.in_transaction(|writing| writing.take_back(run, 9));
            going.unwrap()
        };
        for run in [2, 1] {
            assert_eq!(take_back(&mut second, run), take_back(&mut first, run));
        }
        assert_eq!(second.runs().unwrap().len(), 3);
    }

    #[test]
    fn an_import_of_thousands_takes_a_few_lines_and_two_mixed_ones_some_bytes_a_medium() {
        let mut catalog = Catalog::in_memory().unwrap();
        let import = |catalog: &mut Catalog, of: &dyn Fn(u32) -> bool| {
            let entered = catalog.in_transaction(|writing| {
                writing.begin_run("import", Timestamp::UNIX_EPOCH, "{}")?;
                let reading = writing.begin_reading(None, &[])?;
                for n in (0..20_000_u32).filter(|n| of(*n)) {
                    let id = writing.add_original(&StoredMedium {
                        content_hash: ContentHash::of(&n.to_le_bytes()),
                        size_bytes: 1,
                        facts: MediaFacts::of_type(MediaType::Jpeg),
                    })?;
                    writing.add_media_entry("p", "", &format!("{n}.jpg"), id, None)?;
                }
                writing.end_reading(reading)
            });
            entered.unwrap();
        };
        import(&mut catalog, &|n| n % 3 != 0);
        let begun = std::time::Instant::now();
        let one = catalog.history_lines().unwrap();
        println!("13,333 media: {} bytes in {:?}", one.len(), begun.elapsed());
        assert!(one.len() < 2_000, "{one}");
        import(&mut catalog, &|n| n % 3 == 0);
        let two = catalog.history_lines().unwrap();
        println!("20,000 mixed media of two imports: {} bytes", two.len());
        assert!(two.len() < 8 * 20_000, "{}", two.len());
    }

    #[test]
    fn other_evidence_than_was_there_is_given_by_nobody_known() {
        let mut first = Catalog::in_memory().unwrap();
        import(&mut first, 1, &[1, 2]);
        let lines = first.history_lines().unwrap();
        for media in [&[1][..], &[1, 2, 3], &[1, 3]] {
            assert!(!rebuilt(media, &lines).1, "{media:?}");
        }
    }

    #[test]
    fn lines_that_are_none_are_named() {
        for (line, why) in [
            ("{", "EOF"),
            ("{}", "no type"),
            ("{\"type\":\"run\",\"id\":-1}", "id is out of bounds"),
            (
                "{\"type\":\"run\",\"id\":9223372036854775807}",
                "out of bounds",
            ),
            ("{\"type\":\"reading\",\"id\":1,\"digest\":\"x\"}", "digest"),
            (
                "{\"type\":\"part\",\"id\":1,\"name\":[]}",
                "name is neither",
            ),
        ] {
            let error = KeptHistory::read(&format!("{{\"type\":\"later\"}}\n{line}\n"));
            let error = error.unwrap_err();
            assert!(
                error.line == 2 && error.why.contains(why),
                "{line}: {error}"
            );
        }
    }
}
