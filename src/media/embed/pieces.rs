//! A copy described by its pieces: stretches of the original, and new bytes between them. Nothing large is in memory.

use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;

/// A stretch of a copy.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    /// Bytes of the original, from this place on.
    Old(u64),
    /// Bytes made here.
    New(Arc<[u8]>),
    /// Zeros.
    Zeros,
}

/// A copy in pieces, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pieces {
    /// Where each piece begins in the copy, how long it is, and what it is.
    all: Vec<(u64, u64, Piece)>,
    len: u64,
}

impl Pieces {
    /// Adds `len` bytes of the original from `at` on.
    pub fn keep(&mut self, at: u64, len: u64) {
        if let Some((_, last_len, Piece::Old(last_at))) = self.all.last_mut()
            && *last_at + *last_len == at
        {
            *last_len += len;
        } else if len > 0 {
            self.all.push((self.len, len, Piece::Old(at)));
        }
        self.len += len;
    }

    /// Adds new bytes.
    pub fn put(&mut self, bytes: &[u8]) {
        if !bytes.is_empty() {
            let len = bytes.len() as u64;
            self.all.push((self.len, len, Piece::New(bytes.into())));
            self.len += len;
        }
    }

    /// Adds `len` zeros: they take no memory.
    pub fn zeros(&mut self, len: u64) {
        if let Some((_, last_len, Piece::Zeros)) = self.all.last_mut() {
            *last_len += len;
        } else if len > 0 {
            self.all.push((self.len, len, Piece::Zeros));
        }
        self.len += len;
    }

    /// Adds the pieces of another description of the same original.
    pub fn append(&mut self, others: Self) {
        for (_, len, piece) in others.all {
            match piece {
                Piece::Old(at) => self.keep(at, len),
                Piece::New(bytes) => self.put(&bytes),
                Piece::Zeros => self.zeros(len),
            }
        }
    }

    /// Returns the copy's size in bytes.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Returns whether the copy has no bytes.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Returns where in the original a stretch of the copy lies, if it is one stretch there, too.
    pub fn origin(&self, at: u64, len: u64) -> Option<u64> {
        let (start, size, piece) = self.piece_at(at)?;
        match piece {
            Piece::Old(old) if at - start + len <= *size => Some(old + (at - start)),
            _ => None,
        }
    }

    /// Reads the copy; `source` is the original.
    pub fn reader<S: Read + Seek>(&self, source: S) -> Spliced<S> {
        Spliced {
            pieces: self.clone(),
            source,
            at: 0,
        }
    }

    fn piece_at(&self, at: u64) -> Option<&(u64, u64, Piece)> {
        let behind = self.all.partition_point(|(start, ..)| *start <= at);
        let found = self.all.get(behind.checked_sub(1)?)?;
        (at - found.0 < found.1).then_some(found)
    }
}

/// A copy that is read like a file.
#[derive(Debug)]
pub struct Spliced<S> {
    pieces: Pieces,
    source: S,
    at: u64,
}

impl<S: Read + Seek> Read for Spliced<S> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let Some((start, size, piece)) = self.pieces.piece_at(self.at) else {
            return Ok(0);
        };
        let skipped = self.at - start;
        let most = into
            .len()
            .min(usize::try_from(size - skipped).unwrap_or(usize::MAX));
        let into = &mut into[..most];
        let count = match piece {
            Piece::New(bytes) => bytes.get(skipped as usize..).unwrap_or(&[]).read(into)?,
            Piece::Zeros => {
                into.fill(0);
                most
            }
            Piece::Old(old) => {
                self.source.seek(SeekFrom::Start(old + skipped))?;
                self.source.read(into)?
            }
        };
        if count == 0 && most > 0 {
            // The original became shorter meanwhile.
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.at += count as u64;
        Ok(count)
    }
}

impl<S> Seek for Spliced<S> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
            SeekFrom::End(by) => self.pieces.len.checked_add_signed(by),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn zeros_are_read_and_never_held() {
        let mut pieces = Pieces::default();
        pieces.keep(1, 2);
        pieces.zeros(1);
        pieces.zeros(2);
        pieces.zeros(0);
        pieces.keep(0, 1);
        pieces.zeros(u64::from(u32::MAX));
        let mut reader = pieces.reader(io::Cursor::new(b"abc"));
        let mut start = [1; 8];
        reader.read_exact(&mut start).unwrap();
        assert_eq!(&start, b"bc\0\0\0a\0\0");
        assert_eq!(
            (pieces.len(), pieces.origin(2, 1)),
            (6 + u64::from(u32::MAX), None)
        );
    }

    #[test]
    fn a_copy_in_pieces_reads_like_a_file() {
        let original = b"0123456789".to_vec();
        let mut pieces = Pieces::default();
        pieces.keep(0, 2);
        pieces.put(b"ab");
        pieces.put(b"");
        pieces.keep(2, 3);
        pieces.keep(5, 5);
        assert_eq!(pieces.len(), 12);
        let mut reader = pieces.reader(io::Cursor::new(&original));
        let mut text = String::new();
        reader.read_to_string(&mut text).unwrap();
        assert_eq!(text, "01ab23456789");
        for (at, expected) in [(1, "1ab2"), (3, "b234"), (8, "6789")] {
            let mut four = [0; 4];
            reader.seek(SeekFrom::Start(at)).unwrap();
            reader.read_exact(&mut four).unwrap();
            assert_eq!(four, expected.as_bytes());
        }
        assert_eq!(reader.seek(SeekFrom::End(-1)).unwrap(), 11);
        assert_eq!((pieces.origin(4, 8), pieces.origin(1, 2)), (Some(2), None));
        assert_eq!((pieces.origin(2, 1), pieces.origin(12, 1)), (None, None));
        let short = io::Cursor::new(&original[..4]);
        assert!(pieces.reader(short).read_to_string(&mut text).is_err());
    }
}
