//! `missing.json` made without having it in memory: somebody may give the records of a large account and none of its media.
//!
//! Records are sorted by their JSON. Those that come one after the other are sorted in memory, as many as take a few megabytes, and
//! put into a pack; then the runs are merged as one reads sorted piles of paper, always taking the least of the top sheets.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use catalog::Catalog;
use model::content_hash::ContentHash;
use writer::albums_file::MissingText;

use super::ImportError;
use super::derive::{Derivation, Linked};
use super::packed::{Pack, Packed};

/// Bytes of records that are sorted in memory at once.
const RUN: usize = 4 << 20;

/// Bytes of the list that are written at once.
const PIECE: usize = 256 << 10;

/// The text of `missing.json`, outside of memory where it is long.
pub struct MissingList {
    pieces: Vec<Packed>,
    hash: ContentHash,
}

impl MissingList {
    /// Makes the list of all records, whole, whose medium no archive so far holds; a record that names two such media comes once.
    ///
    /// # Errors
    /// Fails if the catalog does, or the temporary file.
    pub fn load(
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
        let mut sorted = Sorted::new(runs(records, RUN)?)?;
        let mut text = MissingText::default();
        while let Some(record) = sorted.next()? {
            making.add(&text.next(&record)?);
        }
        making.add(&text.end());
        Ok(making.finish())
    }

    /// Returns the hash of the list.
    pub fn hash(&self) -> ContentHash {
        self.hash
    }

    /// Returns the list, a piece at a time.
    pub fn pieces(&self) -> impl Iterator<Item = io::Result<Vec<u8>>> {
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

/// Packs texts in runs of at most so many bytes, each sorted, the least text last.
fn runs(
    texts: impl Iterator<Item = Result<String, ImportError>>,
    most_bytes: usize,
) -> Result<Vec<Vec<Packed>>, ImportError> {
    let pack = Arc::new(Pack::default());
    let mut runs = Vec::new();
    let (mut run, mut bytes) = (Vec::new(), 0);
    for text in texts {
        let text = text?;
        bytes += text.len();
        run.push(text);
        if bytes >= most_bytes {
            runs.push(packed(std::mem::take(&mut run), &pack));
            bytes = 0;
        }
    }
    runs.push(packed(run, &pack));
    Ok(runs)
}

fn packed(mut run: Vec<String>, pack: &Arc<Pack>) -> Vec<Packed> {
    run.sort_unstable_by(|a, b| b.cmp(a));
    run.iter().map(|text| pack.add(text)).collect()
}

/// Texts of several runs in order, each once.
struct Sorted {
    runs: Vec<Vec<Packed>>,
    /// The next text of each run that has any left.
    heads: BinaryHeap<Reverse<(String, usize)>>,
    last: Option<String>,
}

impl Sorted {
    fn new(runs: Vec<Vec<Packed>>) -> Result<Self, ImportError> {
        let mut sorted = Self {
            heads: BinaryHeap::new(),
            last: None,
            runs,
        };
        (0..sorted.runs.len()).try_for_each(|run| sorted.pull(run))?;
        Ok(sorted)
    }

    /// Takes the next text of a run in hand.
    fn pull(&mut self, run: usize) -> Result<(), ImportError> {
        if let Some(packed) = self.runs[run].pop() {
            self.heads.push(Reverse((packed.text()?, run)));
        }
        Ok(())
    }

    fn next(&mut self) -> Result<Option<String>, ImportError> {
        while let Some(Reverse((text, run))) = self.heads.pop() {
            self.pull(run)?;
            if self.last.as_ref() != Some(&text) {
                self.last = Some(text.clone());
                return Ok(Some(text));
            }
        }
        Ok(None)
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

    #[test]
    fn runs_of_any_length_come_out_in_order_each_text_once() {
        let texts = texts(&records());
        let mut wanted = texts.clone();
        wanted.sort();
        wanted.dedup();
        for most_bytes in [1, 1_000, 100_000, usize::MAX] {
            let runs = runs(texts.iter().cloned().map(Ok), most_bytes).unwrap();
            let mut sorted = Sorted::new(runs).unwrap();
            let mut found = Vec::new();
            while let Some(text) = sorted.next().unwrap() {
                found.push(text);
            }
            assert_eq!(found, wanted, "{most_bytes}");
        }
    }
}
