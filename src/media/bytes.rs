//! Reads pieces of a file that may lie about every size in it.

use std::io::{self, Read, Seek, SeekFrom};

use super::Source;

/// Something that could not be read; the text goes into `MediaFacts::damage`.
pub(crate) type Fault = &'static str;

/// The file itself failed, or ended too early.
pub(crate) const CUT_OFF: Fault = "the file ends too early";

/// Returns the length of the file in bytes.
pub(crate) fn length(source: &mut dyn Source) -> Result<u64, Fault> {
    source
        .seek(SeekFrom::End(0))
        .map_err(|_| "the file cannot be read")
}

/// Reads exactly `count` bytes at `at`. Memory is taken only for bytes that are there.
pub(crate) fn read_at(source: &mut dyn Source, at: u64, count: u64) -> Result<Vec<u8>, Fault> {
    let bytes = read_up_to(source, at, count)?;
    if (bytes.len() as u64) < count {
        return Err(CUT_OFF);
    }
    Ok(bytes)
}

/// Reads `count` bytes at `at`, fewer at the end of the file.
pub(crate) fn read_up_to(source: &mut dyn Source, at: u64, count: u64) -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::with_capacity(count.min(1024) as usize);
    source
        .seek(SeekFrom::Start(at))
        .and_then(|_| source.take(count).read_to_end(&mut bytes))
        .map_err(|_| "the file cannot be read")?;
    Ok(bytes)
}

/// Bytes of a run that are read at once.
const RUN: u64 = 64 << 10;

/// Returns the place of the first byte from `at` on that is no `byte`; the file's end if there is none.
///
/// Runs are read in large pieces: a JPEG may have megabytes of fillers, and a read for each of them would read the file
/// thousands of times over.
pub(crate) fn behind_run(source: &mut dyn Source, at: u64, byte: u8) -> Result<u64, Fault> {
    let mut at = at;
    // Most runs are a byte long.
    let mut size = 16;
    loop {
        let piece = read_up_to(source, at, size)?;
        if let Some(other) = piece.iter().position(|found| *found != byte) {
            return Ok(at + other as u64);
        }
        if piece.is_empty() {
            return Ok(at);
        }
        at += piece.len() as u64;
        size = RUN;
    }
}

/// Returns the big-endian number in up to eight bytes.
pub(crate) fn big_endian(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0, |number, byte| (number << 8) | u64::from(*byte))
}

/// Returns the little-endian number in up to eight bytes.
pub(crate) fn little_endian(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .rev()
        .fold(0, |number, byte| (number << 8) | u64::from(*byte))
}

/// Bytes read at once at the start of a file, where most files tell all.
const FIRST_WINDOW: u64 = 32 << 10;

/// Bytes read at once elsewhere: walks over boxes of gigabytes touch a few bytes of each.
const WINDOW: u64 = 4 << 10;

/// Keeps the start of a file, and the part of it read last, so that many small reads close together cost one.
pub(crate) struct Window<'a> {
    inner: &'a mut dyn Source,
    first: Vec<u8>,
    kept: Vec<u8>,
    kept_at: u64,
    at: u64,
}

impl<'a> Window<'a> {
    /// Looks at a file.
    pub(crate) fn new(inner: &'a mut dyn Source) -> Self {
        Self {
            inner,
            first: Vec::new(),
            kept: Vec::new(),
            kept_at: 0,
            at: 0,
        }
    }

    fn ahead(&self) -> &[u8] {
        let at = usize::try_from(self.at).unwrap_or(usize::MAX);
        if at < self.first.len() {
            return &self.first[at..];
        }
        let skipped = self.at.checked_sub(self.kept_at);
        let skipped = skipped.and_then(|skipped| usize::try_from(skipped).ok());
        skipped
            .and_then(|skipped| self.kept.get(skipped..))
            .unwrap_or_default()
    }
}

impl Window<'_> {
    /// Reads the part of the file that is wanted now.
    fn fill(&mut self) -> io::Result<()> {
        if self.first.is_empty() && self.at < FIRST_WINDOW {
            read_part(self.inner, 0, FIRST_WINDOW, &mut self.first)?;
            if self.at < self.first.len() as u64 {
                return Ok(());
            }
        }
        self.kept_at = self.at;
        read_part(self.inner, self.at, WINDOW, &mut self.kept)
    }
}

/// Reads a part of a file. Room is made at once: a buffer that grows as it is filled copies what it holds again and again, and each
/// photo of an import is looked at so.
fn read_part(source: &mut dyn Source, at: u64, count: u64, into: &mut Vec<u8>) -> io::Result<()> {
    source.seek(SeekFrom::Start(at))?;
    into.clear();
    into.reserve_exact(count as usize);
    source.take(count).read_to_end(into)?;
    Ok(())
}

impl Read for Window<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.ahead().is_empty() {
            self.fill()?;
        }
        let mut ahead = self.ahead();
        let count = ahead.read(into)?;
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for Window<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.at = match to {
            SeekFrom::Start(at) => at,
            SeekFrom::Current(by) => self.at.saturating_add_signed(by),
            SeekFrom::End(_) => self.inner.seek(to)?,
        };
        Ok(self.at)
    }
}

/// Takes big-endian numbers off the front of bytes.
pub(crate) struct Cursor<'a>(pub &'a [u8]);

impl<'a> Cursor<'a> {
    /// Takes `count` bytes.
    pub(crate) fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (front, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(front)
    }

    /// Takes a number of `bytes` bytes (0 to 8; 0 bytes are the number 0).
    pub(crate) fn number(&mut self, bytes: usize) -> Option<u64> {
        self.take(bytes).map(big_endian)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_is_there_and_no_more() {
        let mut source = std::io::Cursor::new(b"abcdef");
        assert_eq!(read_at(&mut source, 2, 3), Ok(b"cde".to_vec()));
        assert_eq!(read_at(&mut source, 4, u64::MAX), Err(CUT_OFF));
        assert_eq!(read_up_to(&mut source, 4, u64::MAX), Ok(b"ef".to_vec()));
        assert_eq!(read_up_to(&mut source, 400, 1), Ok(Vec::new()));
        assert_eq!(length(&mut source), Ok(6));
    }

    #[test]
    fn a_window_shows_the_same_bytes() {
        let bytes: Vec<u8> = (0..100_000u32).map(|n| (n * 7 / 3) as u8).collect();
        let mut file = std::io::Cursor::new(bytes.clone());
        let mut window = Window::new(&mut file);
        for (at, count) in [
            (0, 10),
            (5, 60_000),
            (99_990, 100),
            (40_000, 3),
            (32_760, 20),
            (200_000, 5),
        ] {
            let end = (at + count).min(bytes.len());
            let expected = bytes.get(at..end).unwrap_or_default();
            assert_eq!(
                read_up_to(&mut window, at as u64, count as u64),
                Ok(expected.to_vec())
            );
        }
        assert_eq!(length(&mut window), Ok(100_000));
    }

    #[test]
    fn numbers_have_any_size() {
        assert_eq!(big_endian(&[1, 2, 3]), 0x01_0203);
        assert_eq!(little_endian(&[1, 2, 3]), 0x03_0201);
        let mut cursor = Cursor(&[0, 5, 9]);
        assert_eq!(
            (cursor.number(2), cursor.number(0), cursor.number(2)),
            (Some(5), Some(0), None)
        );
    }
}
