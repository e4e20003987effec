//! Turns a choice of assets ([`Select`]) into SQL.
//!
//! Conditions on facts of one asset are judged in one pass over all assets, all of them at once, and stand in the SQL as lists of
//! row numbers: no statement then looks into an asset's JSON row by row, however often a choice names a person or a place, and
//! names are compared as people read them (capitals, accents), which SQLite cannot. Titles of albums are few, so those that fit
//! are found first and then looked up by their index; texts have an index of their own.

use rusqlite::types::Value;

use model::select::{Days, Facts, ItemSelect, Pattern, Select};

use super::{Catalog, CatalogError, from_json};

/// A condition on `asset a`, and what stands in the place of its `?1`, `?2` …
#[derive(Debug, Default)]
pub(crate) struct Condition {
    pub(crate) sql: String,
    pub(crate) parameters: Vec<Value>,
}

/// A condition on facts, and the rows it holds of.
struct Judged<'a> {
    select: &'a Select,
    rows: Vec<i64>,
}

impl Catalog {
    /// Returns the condition that a choice puts on `asset a`.
    pub(super) fn condition(&self, select: &Select) -> Result<Condition, CatalogError> {
        let mut judged = Vec::new();
        conditions_on_facts(select, &mut judged);
        self.judge(&mut judged)?;
        let mut writer = Writer {
            catalog: self,
            judged,
            parameters: Vec::new(),
        };
        let sql = writer.write(select)?;
        Ok(Condition {
            sql,
            parameters: writer.parameters,
        })
    }

    /// Looks at every asset once, for all conditions on facts together.
    fn judge(&self, judged: &mut [Judged<'_>]) -> Result<(), CatalogError> {
        if judged.is_empty() {
            return Ok(());
        }
        self.each("SELECT id, body FROM asset ORDER BY id", [], |row| {
            let id = row.get(0).map_err(|e| self.wrap(e))?;
            let body = row.get_ref(1).and_then(|value| Ok(value.as_str()?));
            let facts: Facts = from_json("asset", body.map_err(|e| self.wrap(e))?)?;
            for one in judged.iter_mut() {
                if one.select.fits(&facts) == Some(true) {
                    one.rows.push(id);
                }
            }
            Ok(())
        })
    }

    /// Returns the titles of albums that a pattern means, as a JSON list.
    fn titles_like(&self, pattern: &Pattern) -> Result<String, CatalogError> {
        let titles: Vec<String> =
            self.rows("SELECT DISTINCT title FROM asset_album", [], |row| {
                row.get(0)
            })?;
        let fitting: Vec<&String> = titles.iter().filter(|title| pattern.fits(title)).collect();
        super::to_json("titles", &fitting)
    }
}

/// Collects the conditions on facts, each once.
fn conditions_on_facts<'a>(select: &'a Select, into: &mut Vec<Judged<'a>>) {
    match select {
        Select::And(parts) | Select::Or(parts) => {
            parts
                .iter()
                .for_each(|part| conditions_on_facts(part, into));
        }
        Select::Not(part) => conditions_on_facts(part, into),
        one if one.is_of_facts() && into.iter().all(|known| known.select != one) => {
            into.push(Judged {
                select: one,
                rows: Vec::new(),
            });
        }
        _ => {}
    }
}

/// Writes the SQL of one choice.
struct Writer<'a> {
    catalog: &'a Catalog,
    judged: Vec<Judged<'a>>,
    parameters: Vec<Value>,
}

impl Writer<'_> {
    fn write(&mut self, select: &Select) -> Result<String, CatalogError> {
        Ok(match select {
            Select::And(parts) => self.joined(parts, " AND ", "1")?,
            Select::Or(parts) => self.joined(parts, " OR ", "0")?,
            Select::Not(part) => format!("NOT {}", self.write(part)?),
            Select::Taken(days) => self.days(*days),
            Select::Undated => "(a.taken_seconds IS NULL)".to_owned(),
            Select::Item(item) => self.item(item),
            Select::Album(pattern) => {
                let titles = self.catalog.titles_like(pattern)?;
                let titles = self.add(titles);
                format!(
                    "a.id IN (SELECT asset_id FROM asset_album WHERE title IN (SELECT value FROM json_each({titles})))"
                )
            }
            Select::Text(text) => self.text(text),
            Select::Import(run) => {
                let run = self.add(*run);
                format!(
                    "a.content_hash IN (SELECT o.content_hash FROM run_reading rr
                     JOIN reading_media rm ON rm.reading_id = rr.reading_id
                     JOIN media_entry m ON m.id = rm.media_entry_id
                     JOIN original o ON o.id = m.original_id WHERE rr.run_id = {run})"
                )
            }
            of_facts => self.rows_of(of_facts)?,
        })
    }

    fn joined(
        &mut self,
        parts: &[Select],
        with: &str,
        nothing: &str,
    ) -> Result<String, CatalogError> {
        let written: Result<Vec<String>, _> = parts.iter().map(|part| self.write(part)).collect();
        let written = written?;
        Ok(match written.is_empty() {
            true => format!("({nothing})"),
            false => format!("({})", written.join(with)),
        })
    }

    /// Adds a parameter and returns how the SQL names it.
    fn add(&mut self, value: impl Into<Value>) -> String {
        self.parameters.push(value.into());
        format!("?{}", self.parameters.len())
    }

    fn rows_of(&mut self, select: &Select) -> Result<String, CatalogError> {
        let known = self.judged.iter().find(|judged| judged.select == select);
        let rows = known.map_or(&[][..], |judged| &judged.rows);
        let rows = super::to_json("rows", &rows)?;
        let rows = self.add(rows);
        Ok(format!("a.id IN (SELECT value FROM json_each({rows}))"))
    }

    fn days(&mut self, days: Days) -> String {
        let mut clauses = vec!["a.local_day IS NOT NULL".to_owned()];
        for (day, sign) in [(days.since, ">="), (days.until, "<=")] {
            if let Some(day) = day {
                let day = self.add(day.to_string());
                clauses.push(format!("a.local_day {sign} {day}"));
            }
        }
        format!("({})", clauses.join(" AND "))
    }

    /// One item must fit all that is said of it.
    fn item(&mut self, item: &ItemSelect) -> String {
        let said = [
            ("kind", item.kind.map(|kind| kind.as_str().to_owned())),
            ("provider", item.provider.clone()),
            ("account", item.account.clone()),
        ];
        let clauses: Vec<String> = said
            .into_iter()
            .filter_map(|(column, value)| Some(format!("{column} = {}", self.add(value?))))
            .collect();
        match clauses.is_empty() {
            true => "a.id IN (SELECT asset_id FROM asset_item)".to_owned(),
            false => format!(
                "a.id IN (SELECT asset_id FROM asset_item WHERE {})",
                clauses.join(" AND ")
            ),
        }
    }

    /// The index knows sequences of three letters; shorter words (many in Chinese or Japanese) are looked for one by one.
    fn text(&mut self, text: &str) -> String {
        let condition = match text.chars().count() {
            0 => "1".to_owned(),
            1 | 2 => self.short_text(text),
            _ => {
                let phrase = self.add(format!("\"{}\"", text.replace('"', "\"\"")));
                format!("asset_text MATCH {phrase}")
            }
        };
        format!("a.id IN (SELECT rowid FROM asset_text WHERE {condition})")
    }

    /// SQLite knows the capitals of English only, so those of others are asked for by themselves.
    fn short_text(&mut self, text: &str) -> String {
        const COLUMNS: [&str; 6] = [
            "description",
            "title",
            "place",
            "people",
            "keywords",
            "name",
        ];
        let mut forms = vec![text.to_owned(), text.to_lowercase(), text.to_uppercase()];
        let mut letters = text.chars();
        forms.extend(letters.next().map(|first| {
            let rest = letters.as_str().to_lowercase();
            first.to_uppercase().chain(rest.chars()).collect()
        }));
        forms.sort();
        forms.dedup();
        let mut any = Vec::new();
        for form in forms {
            let like = self.add(like_pattern(&form));
            any.extend(COLUMNS.map(|column| format!("{column} LIKE {like} ESCAPE '\\'")));
        }
        any.join(" OR ")
    }
}

fn like_pattern(text: &str) -> String {
    let escaped = text
        .replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_");
    format!("%{escaped}%")
}

#[cfg(test)]
#[path = "select_tests.rs"]
mod tests;
