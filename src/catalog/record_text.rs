//! A record as text: how it lies in the catalog, in two pieces, because what `raw` holds is long and seldom asked for.

use sha2::{Digest, Sha256};
use std::borrow::Cow;

use rusqlite::Connection;

use model::record::Record;

use super::{CatalogError, from_json, to_json};

/// A record as the catalog keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordText {
    body: String,
    raw: Cow<'static, str>,
}

impl RecordText {
    /// A record in JSON, without its `raw`.
    fn bare(body: String) -> Self {
        let raw = Cow::Borrowed("null");
        Self { body, raw }
    }

    /// Returns a record as it would be kept, without its `raw`.
    ///
    /// # Errors
    /// Fails if the record cannot be written as JSON.
    pub fn of(record: &Record) -> Result<Self, CatalogError> {
        let account = record.account.clone();
        let bare = Record {
            account,
            ..without_raw(record)
        };
        to_json("record", &bare).map(Self::bare)
    }

    /// Returns the record, whole.
    ///
    /// # Errors
    /// Fails if the text is damaged.
    pub fn read(&self) -> Result<Record, CatalogError> {
        let mut record: Record = from_json("record", &self.body)?;
        record.raw = from_json("record", &self.raw)?;
        Ok(record)
    }
}

/// Reads a record without its `raw`.
pub(super) fn bare_record(connection: &Connection, id: i64) -> rusqlite::Result<RecordText> {
    let mut rows = connection.prepare_cached("SELECT body FROM record WHERE id = ?1")?;
    rows.query_row([id], |row| row.get(0)).map(RecordText::bare)
}

/// Reads a record whole.
pub(super) fn record_text(connection: &Connection, id: i64) -> rusqlite::Result<RecordText> {
    let mut rows = connection.prepare_cached("SELECT body, raw FROM record WHERE id = ?1")?;
    rows.query_row([id], |row| {
        Ok(RecordText {
            body: row.get(0)?,
            raw: Cow::Owned(row.get(1)?),
        })
    })
}

/// Returns the record with `raw` and its account left out, without copying `raw` first.
pub(super) fn without_raw(record: &Record) -> Record {
    Record {
        raw: serde_json::Value::Null,
        provider: record.provider.clone(),
        account: None,
        export: record.export.clone(),
        kind: record.kind,
        source: record.source.clone(),
        edition: record.edition,
        uri: record.uri.clone(),
        key: record.key.clone(),
        post: record.post.clone(),
        companions: record.companions.clone(),
        facts: record.facts.clone(),
    }
}

/// Returns the digest by which a record is one with another, its `raw` included, its account left out.
///
/// # Errors
/// Fails if the record cannot be written as JSON.
pub fn record_digest(record: &Record) -> Result<[u8; 32], CatalogError> {
    let raw = to_json("record", &record.raw)?;
    Ok(digest_of(&[
        &to_json("record", &without_raw(record))?,
        &raw,
    ]))
}

/// Hashes texts, each with its length before it: no two lists of texts give the same.
pub(super) fn digest_of(texts: &[&str]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for text in texts {
        hasher.update((text.len() as u64).to_le_bytes());
        hasher.update(text);
    }
    hasher.finalize().into()
}
