//! `albums.json` and `missing.json`: what belongs to no single media file, in a form that needs no program to read.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use model::library_path::LibraryPath;
use model::record::{AlbumRecord, Record};

/// Name of the file with the albums.
pub const ALBUMS: &str = "albums.json";

/// Name of the file with the records whose media no archive held.
pub const MISSING: &str = "missing.json";

/// Name of the file with what the owner said about the whole library.
pub const LIBRARY: &str = "library.json";

/// Version of these files.
pub const LISTS_FORMAT: u32 = 1;

/// A file in an album.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Its path in the library.
    pub path: LibraryPath,
    /// The owner's text about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caption: Option<String>,
}

/// An album.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Album {
    /// Provider's name.
    pub provider: String,
    /// Whose data it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Identity within provider and account.
    pub key: String,
    /// Title as its owner wrote it.
    pub title: String,
    /// Text by the owner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Path of the cover.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cover: Option<LibraryPath>,
    /// Files in it, in its order.
    pub members: Vec<Member>,
    /// What record files say about it, from which the catalog can be made again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub records: Vec<AlbumRecord>,
}

/// Why a list could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// Not JSON, or not of the form we write.
    #[error("not a list of albumen's")]
    Damaged(#[from] serde_json::Error),
    /// Written by a newer version.
    #[error("written by a newer version (format {found}, known up to {LISTS_FORMAT})")]
    Newer {
        /// What it has.
        found: u32,
    },
}

#[derive(Deserialize)]
struct Version {
    format: u32,
}

#[derive(Serialize, Deserialize)]
struct AlbumsFile {
    format: u32,
    albums: Vec<Album>,
}

#[derive(Serialize, Deserialize)]
struct MissingFile {
    format: u32,
    missing: Vec<Record>,
}

/// Returns the text of `albums.json`. Albums are sorted by provider, account and key; members keep their order.
pub fn render_albums(albums: &[Album]) -> Result<String, ListError> {
    let mut albums = albums.to_vec();
    for album in &mut albums {
        sort_as_json(&mut album.records)?;
    }
    albums
        .sort_by(|a, b| (&a.provider, &a.account, &a.key).cmp(&(&b.provider, &b.account, &b.key)));
    text(&AlbumsFile {
        format: LISTS_FORMAT,
        albums,
    })
}

/// Reads `albums.json`.
pub fn read_albums(text: &str) -> Result<Vec<Album>, ListError> {
    Ok(versioned::<AlbumsFile>(text)?.albums)
}

/// Returns the text of `missing.json`, sorted.
pub fn render_missing(records: &[Record]) -> Result<String, ListError> {
    let mut missing = records.to_vec();
    sort_as_json(&mut missing)?;
    text(&MissingFile {
        format: LISTS_FORMAT,
        missing,
    })
}

/// End of `missing.json`.
pub const MISSING_END: &str = "]\n}\n";

/// Makes the text of `missing.json` record by record, as [`render_missing`] makes it at once.
#[derive(Debug, Default)]
pub struct MissingText {
    has_any: bool,
}

impl MissingText {
    /// Returns what stands for the next record, given as JSON. Records come sorted, each once.
    ///
    /// # Errors
    /// Fails if it is no JSON.
    pub fn next(&mut self, record: &str) -> Result<String, ListError> {
        let record: Value = serde_json::from_str(record)?;
        let mut text = match self.has_any {
            false => Self::head(),
            true => ",".to_owned(),
        };
        self.has_any = true;
        // No line ends within a text of JSON: every line is one of the form.
        for line in serde_json::to_string_pretty(&record)?.lines() {
            text.push_str("\n    ");
            text.push_str(line);
        }
        Ok(text)
    }

    /// Returns what stands after the last record.
    pub fn end(&self) -> String {
        match self.has_any {
            true => format!("\n  {MISSING_END}"),
            false => format!("{}{MISSING_END}", Self::head()),
        }
    }

    fn head() -> String {
        format!("{{\n  \"format\": {LISTS_FORMAT},\n  \"missing\": [")
    }
}

/// Reads `missing.json`.
pub fn read_missing(text: &str) -> Result<Vec<Record>, ListError> {
    Ok(versioned::<MissingFile>(text)?.missing)
}

/// What the owner said about the whole library: it goes into every asset without offset, so the tree must keep it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LibraryFacts {
    /// IANA name of the owner's home time zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub home_timezone: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct LibraryFile {
    format: u32,
    #[serde(flatten)]
    facts: LibraryFacts,
}

/// Returns the text of `library.json`.
pub fn render_library(facts: &LibraryFacts) -> Result<String, ListError> {
    text(&LibraryFile {
        format: LISTS_FORMAT,
        facts: facts.clone(),
    })
}

/// Reads `library.json`.
pub fn read_library(text: &str) -> Result<LibraryFacts, ListError> {
    Ok(versioned::<LibraryFile>(text)?.facts)
}

fn text<T: Serialize>(value: &T) -> Result<String, ListError> {
    Ok(serde_json::to_string_pretty(value)? + "\n")
}

/// Sorts by the JSON text and drops doubles: records hold numbers, which have no order of their own.
fn sort_as_json<T: Serialize + Clone>(values: &mut Vec<T>) -> Result<(), ListError> {
    let mut keyed = Vec::with_capacity(values.len());
    for value in values.drain(..) {
        keyed.push((serde_json::to_string(&value)?, value));
    }
    keyed.sort_by(|a, b| a.0.cmp(&b.0));
    keyed.dedup_by(|a, b| a.0 == b.0);
    values.extend(keyed.into_iter().map(|(_, value)| value));
    Ok(())
}

/// The version first: what a newer one writes may look different in every other way.
fn versioned<T: DeserializeOwned>(text: &str) -> Result<T, ListError> {
    let Version { format: found } = serde_json::from_str(text)?;
    if found > LISTS_FORMAT {
        return Err(ListError::Newer { found });
    }
    Ok(serde_json::from_str(text)?)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use model::kind::Kind;
    use model::record::{Edition, RecordFacts};

    fn path(text: &str) -> LibraryPath {
        LibraryPath::parse(text).unwrap()
    }

    fn album_record(source: &str) -> AlbumRecord {
        AlbumRecord {
            provider: "instagram".into(),
            account: None,
            export: None,
            key: "k".into(),
            title: "Sea".into(),
            description: None,
            cover: None,
            source: source.into(),
            raw: serde_json::json!({ "a": 1.5 }),
        }
    }

    fn album(key: &str, account: Option<&str>) -> Album {
        let member = |text: &str, caption: Option<&str>| Member {
            path: path(text),
            caption: caption.map(str::to_owned),
        };
        Album {
            provider: "instagram".into(),
            account: account.map(str::to_owned),
            key: key.into(),
            title: "Sea \u{0} \u{1f600}\n".into(),
            description: None,
            cover: Some(path("2023/07/b.jpg")),
            members: vec![
                member("2023/07/b.jpg", Some("second first")),
                member("2023/07/a.jpg", None),
            ],
            records: vec![album_record("a.json"), album_record("b.json")],
        }
    }

    fn record(uri: &str) -> Record {
        Record {
            provider: "instagram".into(),
            account: None,
            export: None,
            kind: Kind::Post,
            source: "posts_1.json".into(),
            edition: Edition::Json,
            uri: uri.into(),
            key: uri.into(),
            post: None,
            companions: Vec::new(),
            facts: RecordFacts::default(),
            raw: serde_json::Value::Null,
        }
    }

    #[test]
    fn albums_come_back_sorted_with_their_members_in_order() {
        let (a, b, c) = (
            album("1", Some("x")),
            album("2", Some("x")),
            album("9", None),
        );
        let text = render_albums(&[b.clone(), a.clone(), c.clone()]).unwrap();
        let mut turned = b.clone();
        turned.records.reverse();
        turned.records.push(album_record("a.json"));
        assert_eq!(
            render_albums(&[c.clone(), turned, a.clone()]).unwrap(),
            text
        );
        assert_eq!(read_albums(&text).unwrap(), [c, a, b]);
        assert!(text.starts_with("{\n  \"format\": 1,") && text.ends_with("}\n"));
    }

    #[test]
    fn missing_records_come_back_once_each() {
        let text = render_missing(&[record("b"), record("a"), record("b")]).unwrap();
        assert_eq!(read_missing(&text).unwrap(), [record("a"), record("b")]);
    }

    #[test]
    fn newer_and_damaged_lists_are_told_apart() {
        assert!(matches!(
            read_albums(r#"{"format":2,"other":[]}"#),
            Err(ListError::Newer { found: 2 })
        ));
        assert!(matches!(
            read_missing(r#"{"format":1}"#),
            Err(ListError::Damaged(_))
        ));
        assert!(matches!(read_missing("{"), Err(ListError::Damaged(_))));
        let outside = r#"{"format":1,"albums":[{"provider":"p","key":"k","title":"t","members":[{"path":"../x"}]}]}"#;
        assert!(read_albums(outside).is_err(), "{:?}", read_albums(outside));
    }
}
