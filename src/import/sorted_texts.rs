//! Puts texts in order without having them all in memory.
//!
//! Those that come one after the other are sorted in memory, as many as take a few megabytes, and put into a pack; then the runs are
//! merged as one reads sorted piles of paper, always taking the least of the top sheets.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

use super::ImportError;
use super::packed::{Pack, Packed};

/// Bytes of texts that are sorted in memory at once.
const RUN: usize = 4 << 20;

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

/// Texts in order, each once.
pub(crate) struct SortedTexts {
    runs: Vec<Vec<Packed>>,
    /// The next text of each run that has any left.
    heads: BinaryHeap<Reverse<(String, usize)>>,
    last: Option<String>,
}

impl SortedTexts {
    /// Sorts texts.
    ///
    /// # Errors
    /// Fails if a text does, or the temporary file.
    pub(crate) fn of(
        texts: impl Iterator<Item = Result<String, ImportError>>,
    ) -> Result<Self, ImportError> {
        Self::new(runs(texts, RUN)?)
    }

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

    /// Returns the next text; `None` after the last.
    ///
    /// # Errors
    /// Fails if the temporary file cannot be read.
    pub(crate) fn next(&mut self) -> Result<Option<String>, ImportError> {
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

    #[test]
    fn runs_of_any_length_come_out_in_order_each_text_once() {
        let text = |number: u32| format!("{} é", number * 7_919 % 1_000);
        let texts: Vec<String> = (0..3_000).map(text).collect();
        let mut wanted = texts.clone();
        wanted.sort();
        wanted.dedup();
        for most_bytes in [1, 1_000, 10_000, usize::MAX] {
            let runs = runs(texts.iter().cloned().map(Ok), most_bytes).unwrap();
            let mut sorted = SortedTexts::new(runs).unwrap();
            let mut found = Vec::new();
            while let Some(text) = sorted.next().unwrap() {
                found.push(text);
            }
            assert_eq!(found, wanted, "{most_bytes}");
        }
    }
}
