//! Reads a tar from front to end, one entry after the other.
//!
//! Own loop over the `tar` crate's headers: that crate's reader holds long names and PAX records of any length in memory.

use std::io::{self, Read};

use tar::Header;

use super::broken::Broken;
use super::member::{Extension, Member};
use crate::sniff::checksum_agrees;

const BLOCK: usize = 512;
/// Longest extension record that is kept; the names in real ones stay below 5,000 bytes.
const LONGEST_EXTENSION: u64 = 1 << 16;

/// Reads entries in order.
pub(crate) struct TarReader<R> {
    input: R,
    /// Offset of the next byte.
    position: u64,
    /// Bytes of the current entry not read yet, and the padding behind them.
    left: u64,
    padding: u64,
}

impl<R: Read> TarReader<R> {
    /// Begins at the first header.
    pub(crate) fn new(input: R) -> Self {
        Self {
            input,
            position: 0,
            left: 0,
            padding: 0,
        }
    }

    /// Returns what is read from.
    pub(super) fn into_inner(self) -> R {
        self.input
    }

    /// Goes to the next entry; `None` at the end mark.
    pub(crate) fn next(&mut self) -> Result<Option<Member>, Broken> {
        let mut extension = Extension::default();
        loop {
            self.skip()?;
            let Some(block) = self.header_block()? else {
                return Ok(None);
            };
            let header = Header::from_byte_slice(&block);
            match header.entry_type().as_byte() {
                b'L' => extension.long_name = Some(self.long_name(header)?),
                b'x' => {
                    let bytes = self.extension(header)?;
                    let rest = extension.pax(&bytes);
                    if self.left > 0 {
                        extension.pax_cut(rest);
                    }
                }
                // Long link targets, and defaults for all entries, none of which we read.
                b'K' | b'g' => self.begin(size_of_extension(header)?),
                _ => return self.member(extension, header).map(Some),
            }
        }
    }

    fn member(&mut self, extension: Extension, header: &Header) -> Result<Member, Broken> {
        let mut member = extension.member(header)?;
        if header.entry_type().is_gnu_sparse() {
            self.sparse_blocks(header)?;
        }
        member.offset = self.position;
        self.begin(member.size);
        Ok(member)
    }

    /// Returns how many bytes of the current entry are not read yet.
    pub(crate) fn left(&self) -> u64 {
        self.left
    }

    /// Fills `buffer`, or reads to the end of the current entry; 0 at its end.
    pub(crate) fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Broken> {
        let wanted = buffer
            .len()
            .min(usize::try_from(self.left).unwrap_or(usize::MAX));
        let mut done = 0;
        while done < wanted {
            match self.input.read(&mut buffer[done..wanted]) {
                Ok(0) => return Err(Broken::CutOff),
                Ok(n) => done += n,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        self.position += done as u64;
        self.left -= done as u64;
        Ok(done)
    }

    fn begin(&mut self, size: u64) {
        self.left = size;
        self.padding = size.wrapping_neg() % BLOCK as u64;
    }

    /// Skips what is left of the current entry.
    fn skip(&mut self) -> Result<(), Broken> {
        let wanted = self.left.saturating_add(self.padding);
        let skipped = io::copy(&mut (&mut self.input).take(wanted), &mut io::sink())?;
        self.position += skipped;
        let is_padding_cut = skipped >= self.left;
        (self.left, self.padding) = (0, 0);
        if skipped == wanted || is_padding_cut {
            return Ok(());
        }
        Err(Broken::CutOff)
    }

    /// Returns the next header block, or `None` at the end mark: two blocks of zeros, of which some writers make one.
    fn header_block(&mut self) -> Result<Option<[u8; BLOCK]>, Broken> {
        let mut zeros = 0;
        loop {
            let mut block = [0; BLOCK];
            if let Err(error) = self.input.read_exact(&mut block) {
                let is_end = zeros == 1 && error.kind() == io::ErrorKind::UnexpectedEof;
                return if is_end { Ok(None) } else { Err(error.into()) };
            }
            self.position += BLOCK as u64;
            if block.iter().all(|byte| *byte == 0) {
                zeros += 1;
                if zeros == 2 {
                    return Ok(None);
                }
            } else if checksum_agrees(&block) {
                return Ok(Some(block));
            } else {
                return Err(Broken::Damaged(
                    "no entry begins where the one before ends".to_owned(),
                ));
            }
        }
    }

    /// Reads an extension record. One too long is cut: the name in it is then too long as well, and refused.
    fn extension(&mut self, header: &Header) -> Result<Vec<u8>, Broken> {
        self.begin(size_of_extension(header)?);
        let kept = self.left.min(LONGEST_EXTENSION);
        let mut bytes = vec![0; usize::try_from(kept).unwrap_or(0)];
        self.read(&mut bytes)?;
        Ok(bytes)
    }

    fn long_name(&mut self, header: &Header) -> Result<Vec<u8>, Broken> {
        let mut name = self.extension(header)?;
        let end = name
            .iter()
            .position(|byte| *byte == 0)
            .unwrap_or(name.len());
        name.truncate(end);
        Ok(name)
    }

    /// Passes over the blocks that go on with the map of a sparse file.
    fn sparse_blocks(&mut self, header: &Header) -> Result<(), Broken> {
        let mut goes_on = header.as_bytes()[482] != 0;
        while goes_on {
            let mut block = [0; BLOCK];
            self.input.read_exact(&mut block)?;
            self.position += BLOCK as u64;
            goes_on = block[504] != 0;
        }
        Ok(())
    }
}

fn size_of_extension(header: &Header) -> Result<u64, Broken> {
    header
        .entry_size()
        .map_err(|_| Broken::Damaged("the size of an extension record makes no sense".to_owned()))
}
