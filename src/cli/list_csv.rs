//! Assets as comma-separated values (RFC 4180).
//!
//! A spreadsheet takes a cell that begins with `=` for a formula, and a formula can send what stands in other cells
//! away, or start a program. Names in an archive come from other people, so texts that begin like one get an apostrophe
//! before them unless exact values are asked for (decision 0009).

use crate::cli::json::when_text;
use catalog::ListedAsset;
use model::claim::Claim;
use model::kind::Kind;
use model::time::{Precision, offset_text};

/// Names of the columns.
pub const COLUMNS: [&str; 27] = [
    "path",
    "content_hash",
    "size_bytes",
    "media_type",
    "width",
    "height",
    "duration_s",
    "taken_at",
    "taken_at_offset",
    "taken_at_precision",
    "taken_at_origin",
    "posted_at",
    "description",
    "title",
    "latitude",
    "longitude",
    "altitude_m",
    "place",
    "people",
    "keywords",
    "albums",
    "favorite",
    "visibility",
    "rating",
    "providers",
    "accounts",
    "kinds",
];

/// Whether texts that look like formulas are made harmless.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Formulas {
    /// An apostrophe is written before them.
    Quoted,
    /// They are written as they are.
    Exact,
}

impl Formulas {
    /// Returns a text as it may stand in a cell.
    fn cell(self, text: &str) -> String {
        match self {
            Self::Quoted if is_like_formula(text) => format!("'{text}"),
            _ => text.to_owned(),
        }
    }
}

/// Returns whether a spreadsheet may take a text for a formula. East Asian ones take wide signs, too; white space before
/// the sign is skipped by some.
fn is_like_formula(text: &str) -> bool {
    let first = text.trim_start_matches([' ', '\u{a0}']).chars().next();
    matches!(
        first,
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '|' | '＝' | '＋' | '－' | '＠')
    )
}

/// Returns the header line. Columns are only ever added at the end.
pub fn header() -> String {
    line(COLUMNS.iter().map(|name| (*name).to_owned()))
}

/// Returns the line of one asset. Unknown is empty; lists are JSON arrays, so that any name stays exact.
pub fn row(listed: &ListedAsset, formulas: Formulas) -> String {
    line(values(listed, formulas))
}

/// Returns the value of one column.
pub fn value(listed: &ListedAsset, column: &str, formulas: Formulas) -> Option<String> {
    let index = COLUMNS.iter().position(|name| *name == column)?;
    values(listed, formulas).nth(index)
}

fn values(listed: &ListedAsset, formulas: Formulas) -> impl Iterator<Item = String> {
    bytes(listed, formulas)
        .into_iter()
        .chain(times(listed))
        .chain(texts(listed, formulas))
        .chain(sources(listed))
}

fn bytes(listed: &ListedAsset, formulas: Formulas) -> Vec<String> {
    let asset = &listed.asset;
    vec![
        formulas.cell(&listed.path),
        asset.content_hash.to_string(),
        asset.size_bytes.to_string(),
        asset.media.media_type.mime().to_owned(),
        or_empty(asset.media.width),
        or_empty(asset.media.height),
        or_empty(asset.media.duration_ms.map(|ms| ms as f64 / 1000.0)),
    ]
}

fn times(listed: &ListedAsset) -> Vec<String> {
    let taken = listed.asset.taken_at.as_ref();
    let when = taken.map(|claim| &claim.value);
    vec![
        when.map(when_text).unwrap_or_default(),
        or_empty(when.and_then(|when| when.offset_s()).map(offset_text)),
        or_empty(when.map(|when| Precision::as_str(when.precision))),
        or_empty(taken.map(|claim| &claim.origin)),
        listed
            .asset
            .posted_at
            .as_ref()
            .map(when_text)
            .unwrap_or_default(),
    ]
}

fn texts(listed: &ListedAsset, formulas: Formulas) -> Vec<String> {
    let asset = &listed.asset;
    let text = |claim: Option<&Claim<String>>| {
        claim.map_or_else(String::new, |claim| formulas.cell(&claim.value))
    };
    let location = asset.location.as_ref().map(|claim| claim.value);
    vec![
        text(asset.description.as_ref()),
        text(asset.title.as_ref()),
        or_empty(location.map(|location| location.latitude)),
        or_empty(location.map(|location| location.longitude)),
        or_empty(location.and_then(|location| location.altitude_m)),
        text(asset.place.as_ref()),
        list(&asset.people),
        list(&asset.keywords),
        list(&listed.album_titles),
        asset.favorite.to_string(),
        asset.visibility.as_str().to_owned(),
        or_empty(asset.rating),
    ]
}

fn sources(listed: &ListedAsset) -> Vec<String> {
    let items = || listed.items.iter().map(|listed| &listed.item);
    let kinds = items().map(|item| Kind::as_str(item.kind).to_owned());
    vec![
        list(&distinct(items().map(|item| item.provider.clone()))),
        list(&distinct(items().filter_map(|item| item.account.clone()))),
        list(&distinct(kinds)),
    ]
}

fn distinct(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut names: Vec<String> = names.collect();
    names.sort();
    names.dedup();
    names
}

fn list(values: &[String]) -> String {
    match values {
        [] => String::new(),
        _ => serde_json::Value::from(values).to_string(),
    }
}

fn or_empty(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// Returns a line of values, quoted where they must be.
pub fn line(values: impl Iterator<Item = String>) -> String {
    let fields: Vec<String> = values.map(quoted).collect();
    fields.join(",") + "\r\n"
}

fn quoted(value: String) -> String {
    if value.contains(['"', ',', '\r', '\n']) || value.starts_with(' ') || value.ends_with(' ') {
        return format!("\"{}\"", value.replace('"', "\"\""));
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::list::samples;
    use model::claim::Origin;
    use model::record::Location;

    /// Reads a line as RFC 4180 says, to prove that nothing is lost.
    fn fields(line: &str) -> Vec<String> {
        let mut fields = vec![String::new()];
        let mut inside = false;
        let mut chars = line.trim_end_matches("\r\n").chars().peekable();
        while let Some(c) = chars.next() {
            let field = fields.last_mut().expect("never empty");
            match c {
                '"' if inside && chars.peek() == Some(&'"') => {
                    chars.next();
                    field.push('"');
                }
                '"' => inside = !inside,
                ',' if !inside => fields.push(String::new()),
                c => field.push(c),
            }
        }
        fields
    }

    fn cell(listed: &ListedAsset, column: &str) -> String {
        let index = COLUMNS
            .iter()
            .position(|name| *name == column)
            .expect(column);
        fields(&row(listed, Formulas::Quoted))[index].clone()
    }

    #[test]
    fn every_row_has_every_column() {
        for listed in [samples::full(), samples::bare()] {
            assert_eq!(fields(&row(&listed, Formulas::Quoted)).len(), COLUMNS.len());
        }
        assert_eq!(fields(&header()), COLUMNS);
    }

    #[test]
    fn values_come_back_exact() {
        let full = samples::full();
        for (column, expected) in [
            ("description", "Sea, \"sun\"\nand 🌊"),
            ("taken_at", "2023-07-14T18:03:22+02:00"),
            ("taken_at_offset", "+02:00"),
            ("taken_at_origin", "embedded"),
            ("people", "[\"Ben\",\"Zoë\"]"),
            ("albums", "[\"Rome\"]"),
            ("kinds", "[\"post\"]"),
            ("duration_s", "12.5"),
            ("title", ""),
            ("keywords", ""),
            ("favorite", "false"),
        ] {
            assert_eq!(cell(&full, column), expected, "{column}");
        }
    }

    #[test]
    fn a_formula_is_made_a_text_and_numbers_stay_numbers() {
        let mut listed = samples::full();
        for text in [
            "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r\n=1", " =1", "＝1", "|calc",
        ] {
            let caption = listed.asset.description.as_mut().expect("it has one");
            caption.value = text.to_owned();
            let quoted = cell(&listed, "description");
            assert_eq!(quoted, format!("'{text}"));
        }
        let caption = listed.asset.description.as_mut().expect("it has one");
        caption.value = "1 = 1".to_owned();
        listed.asset.location =
            Location::new(-41.89, -12.49).map(|place| Claim::new(place, Origin::Embedded));
        assert_eq!(cell(&listed, "description"), "1 = 1");
        assert_eq!(cell(&listed, "latitude"), "-41.89");
        assert_eq!(cell(&listed, "taken_at_offset"), "+02:00");
    }

    #[test]
    fn a_formula_stays_what_its_owner_wrote_where_exact_values_are_asked_for() {
        let mut listed = samples::full();
        let caption = listed.asset.description.as_mut().expect("it has one");
        caption.value = "=1+1".to_owned();
        let line = row(&listed, Formulas::Exact);
        let index = COLUMNS.iter().position(|name| *name == "description");
        assert_eq!(fields(&line)[index.expect("a column")], "=1+1");
    }
}
