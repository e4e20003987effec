//! The samples of a track: where each lies, by the tables of its header ([`super::header`] fills them in).

use super::boxes::number;
use super::units::Codec;

const DAMAGED: &str = "its tables of samples are damaged";

/// Film or sound that stays.
#[derive(Debug, Default)]
pub(crate) struct Track {
    /// How film is coded, and how long the lengths before its units are; nothing for sound.
    pub codec: Option<(Codec, usize)>,
    /// Bytes of a sample of plain sound, where the table of sizes does not say them.
    pub frame: Option<u64>,
    /// Size of every sample, or 0.
    pub size: u64,
    /// Number of samples.
    pub count: u64,
    /// Sizes, four bytes each, if not all are the same.
    pub sizes: Vec<u8>,
    /// First chunk, and samples in each.
    pub chunks: Vec<(u64, u64)>,
    /// Where each chunk is.
    pub places: Vec<u64>,
}

impl Track {
    /// Returns place and number of samples of each chunk.
    fn runs(&self) -> Result<Vec<(u64, u64)>, String> {
        let mut all = Vec::new();
        let mut rows = self.chunks.iter().peekable();
        let mut samples = 0;
        let mut left = self.count;
        for (index, place) in self.places.iter().enumerate() {
            while let Some((_, count)) = rows.next_if(|row| row.0 <= index as u64 + 1) {
                samples = *count;
            }
            let here = samples.min(left);
            left -= here;
            all.push((*place, here));
        }
        match left {
            0 => Ok(all),
            _ => Err("its tables do not say where all of it lies".to_owned()),
        }
    }

    /// Returns where the track's samples lie: first byte, and first byte behind.
    pub(crate) fn stretches(&self) -> Result<Vec<(u64, u64)>, String> {
        // Tables of plain sound may say 1 for a sample of any size.
        let size = self.size.max(self.frame.unwrap_or_default());
        let plain = (self.size > 0).then_some(size);
        let mut all = Vec::new();
        match plain {
            Some(size) => {
                for (at, count) in self.runs()? {
                    let end = size.checked_mul(count).and_then(|len| at.checked_add(len));
                    all.push((at, end.ok_or(DAMAGED)?));
                }
            }
            None => {
                for sample in self.samples()? {
                    let (at, len) = sample?;
                    let end = at.checked_add(len).ok_or(DAMAGED)?;
                    match all.last_mut() {
                        Some((_, last)) if *last == at => *last = end,
                        _ => all.push((at, end)),
                    }
                }
            }
        }
        Ok(all)
    }

    /// Returns place and length of each sample.
    pub(crate) fn samples(
        &self,
    ) -> Result<impl Iterator<Item = Result<(u64, u64), String>> + '_, String> {
        let mut sizes = self.sizes.chunks_exact(4);
        let size = self.size;
        let runs = self.runs()?.into_iter();
        let all = runs.flat_map(|(at, count)| (0..count).map(move |index| (at, index)));
        let mut at = 0;
        Ok(all.map(move |(chunk, index)| {
            if index == 0 {
                at = chunk;
            }
            let len = match size {
                0 => number(sizes.next().ok_or(DAMAGED)?),
                size => size,
            };
            let start = at;
            at = start.checked_add(len).ok_or(DAMAGED)?;
            Ok((start, len))
        }))
    }
}
