//! `missing.json` made without having it in memory: somebody may give the records of a large account and none of its media.

use std::io;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use catalog::Catalog;
use model::content_hash::ContentHash;
use writer::albums_file::MissingText;

use super::ImportError;
use super::derive::Derivation;
use super::linked::Linked;
use super::packed::{Pack, Packed};
use super::sorted_texts::SortedTexts;

/// Bytes of the list that are written at once.
const PIECE: usize = 256 << 10;

/// The text of `missing.json`, outside of memory where it is long.
pub(crate) struct MissingList {
    pieces: Vec<Packed>,
    hash: ContentHash,
}

impl MissingList {
    /// Makes the list of all records, whole, whose medium no archive so far holds; a record that names two such media comes once.
    ///
    /// # Errors
    /// Fails if the catalog does, or the temporary file.
    pub(crate) fn load(
        catalog: &Catalog,
        providers: &[Linked],
        derivation: &Derivation,
    ) -> Result<Self, ImportError> {
        let missing = derivation.missing.iter();
        let mut rows: Vec<(u32, u32)> = missing
            .map(|missing| (missing.provider as u32, missing.record as u32))
            .collect();
        rows.sort_unstable();
        rows.dedup();
        let tied = rows.into_iter().map(|(p, r)| {
            let provider = &providers[p as usize];
            (provider, provider.record_ids[r as usize])
        });
        let absent = providers
            .iter()
            .flat_map(|provider| provider.absent.iter().map(move |id| (provider, *id)));
        let texts = tied.chain(absent).map(|(provider, id)| {
            let mut record = catalog.raw_record(id)?;
            // It says more of another's medium, and misses none of its own.
            if record.facts.is_supplement() && provider.absent.binary_search(&id).is_ok() {
                return Ok(None);
            }
            let sole = || provider.sole_account.clone();
            record.account = record.account.or_else(sole);
            let text = serde_json::to_string(&record);
            Ok(Some(text.map_err(writer::albums_file::ListError::from)?))
        });
        Self::of(texts.filter_map(Result::transpose))
    }

    /// Makes the list of records given as JSON.
    fn of(records: impl Iterator<Item = Result<String, ImportError>>) -> Result<Self, ImportError> {
        let mut making = Making::default();
        let mut sorted = SortedTexts::of(records)?;
        let mut text = MissingText::default();
        while let Some(record) = sorted.next()? {
            making.add(&text.next(&record)?);
        }
        making.add(&text.end());
        Ok(making.finish())
    }

    /// Returns the hash of the list.
    pub(crate) fn hash(&self) -> ContentHash {
        self.hash
    }

    /// Returns the list, a piece at a time.
    pub(crate) fn pieces(&self) -> impl Iterator<Item = io::Result<Vec<u8>>> {
        let pieces = self.pieces.iter();
        pieces.map(|piece| {
            piece
                .text()
                .map(String::into_bytes)
                .map_err(io::Error::other)
        })
    }
}

/// The list while it grows.
#[derive(Default)]
struct Making {
    pack: Arc<Pack>,
    pieces: Vec<Packed>,
    text: String,
    hasher: Sha256,
}

impl Making {
    fn add(&mut self, text: &str) {
        self.text.push_str(text);
        if self.text.len() >= PIECE {
            self.file_away();
        }
    }

    fn file_away(&mut self) {
        self.hasher.update(&self.text);
        self.pieces.push(self.pack.add(&self.text));
        self.text.clear();
    }

    fn finish(mut self) -> MissingList {
        self.file_away();
        MissingList {
            pieces: self.pieces,
            hash: ContentHash(self.hasher.finalize().into()),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::merge::tests_support::record;
    use model::record::Record;
    use writer::albums_file::{MISSING_END, render_missing};

    fn records() -> Vec<Record> {
        let uri = |number: u32| format!("media/{}.jpg", number * 7_919 % 1_000);
        let one = |number: u32| Record {
            raw: serde_json::json!({ "a\n": [number % 3, 1.5, -0.0, 1e300], "empty": [], "é": "\"\n" }),
            ..record(&uri(number))
        };
        (0..3_000).map(one).collect()
    }

    fn texts(records: &[Record]) -> Vec<String> {
        let text = |record| serde_json::to_string(record).unwrap();
        records.iter().map(text).collect()
    }

    fn list(texts: Vec<String>) -> String {
        let list = MissingList::of(texts.into_iter().map(Ok)).unwrap();
        let bytes: Vec<u8> = list.pieces().flat_map(Result::unwrap).collect();
        assert_eq!(list.hash(), ContentHash::of(&bytes));
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn the_list_is_that_of_records_sorted_in_memory() {
        let records = records();
        assert_eq!(list(texts(&records)), render_missing(&records).unwrap());
        assert_eq!(list(Vec::new()), render_missing(&[]).unwrap());
        assert!(list(Vec::new()).ends_with(MISSING_END));
    }
}
