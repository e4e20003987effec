//! Moves the bytes of one entry from a part to whoever wants them, counting and checking on the way.

use std::io;

use flate2::Decompress;

use super::positional::SharedFile;
use super::{EntryError, Stop};

/// Bytes read at a time: fits the second-level cache together with its output. A megabyte took up to twice as long (2026).
pub(super) const CHUNK: usize = 1 << 18;

/// Receives bytes in order.
pub(super) type Sink<'a> = &'a mut dyn FnMut(&[u8]) -> Result<(), Stop>;

/// Why bytes stopped coming.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Halt {
    /// The entry is at fault.
    Failed(EntryError),
    /// The receiver wants no more.
    Stopped,
}

impl From<EntryError> for Halt {
    fn from(error: EntryError) -> Self {
        Self::Failed(error)
    }
}

impl From<io::Error> for Halt {
    fn from(error: io::Error) -> Self {
        Self::Failed(EntryError::Io(error.to_string()))
    }
}

impl From<Stop> for Halt {
    fn from(_: Stop) -> Self {
        Self::Stopped
    }
}

/// What a thread needs to read entries, kept from one to the next.
pub(super) struct Buffers {
    pub(super) input: Vec<u8>,
    pub(super) output: Vec<u8>,
    pub(super) inflate: Decompress,
}

impl Buffers {
    /// Allocates the buffers.
    pub(super) fn new() -> Self {
        Self {
            input: vec![0; CHUNK],
            output: vec![0; CHUNK],
            inflate: Decompress::new(false),
        }
    }
}

/// Counts the bytes of an entry and holds them against what was declared.
pub(super) struct Tally {
    hasher: crc32fast::Hasher,
    bytes: u64,
    size: u64,
    crc32: Option<u32>,
}

impl Tally {
    /// Begins an entry of this size and, where it is known, CRC.
    pub(super) fn new(size: u64, crc32: Option<u32>) -> Self {
        let hasher = crc32fast::Hasher::new();
        Self {
            hasher,
            bytes: 0,
            size,
            crc32,
        }
    }

    /// Counts bytes and passes them on, never more than declared.
    pub(super) fn give(&mut self, bytes: &[u8], sink: Sink<'_>) -> Result<(), Halt> {
        self.bytes += bytes.len() as u64;
        if self.bytes > self.size {
            return Err(EntryError::TooLarge {
                declared: self.size,
            }
            .into());
        }
        if bytes.is_empty() {
            return Ok(());
        }
        self.hasher.update(bytes);
        Ok(sink(bytes)?)
    }

    /// Ends the entry: all bytes came, and they are those declared.
    pub(super) fn finish(self) -> Result<u32, EntryError> {
        if self.bytes != self.size {
            return Err(EntryError::Size {
                declared: self.size,
                found: self.bytes,
            });
        }
        let found = self.hasher.finalize();
        match self.crc32 {
            Some(declared) if declared != found => Err(EntryError::Checksum { declared, found }),
            _ => Ok(found),
        }
    }
}

/// A run of bytes in a file, read through a buffer.
pub(super) struct Packed<'a> {
    file: &'a SharedFile,
    buffer: &'a mut [u8],
    /// Bytes of the buffer that are read and not yet used.
    start: usize,
    end: usize,
    /// Offset of the byte after the buffer's last.
    next: u64,
    /// Bytes of the run not in the buffer yet.
    left: u64,
}

impl<'a> Packed<'a> {
    /// Takes a buffer whose first `have` bytes are those at `offset`.
    pub(super) fn new(
        file: &'a SharedFile,
        buffer: &'a mut [u8],
        offset: u64,
        have: usize,
    ) -> Self {
        let next = offset.saturating_add(have as u64);
        Self {
            file,
            buffer,
            start: 0,
            end: have,
            next,
            left: 0,
        }
    }

    /// Sets the run: it begins `skip` bytes further on and is `len` bytes long.
    pub(super) fn begin(&mut self, skip: usize, len: u64) {
        if skip > self.end {
            self.next = self.next.saturating_add((skip - self.end) as u64);
            self.start = self.end;
        } else {
            self.start = skip;
        }
        let buffered = (self.end - self.start) as u64;
        if buffered >= len {
            self.end = self.start + usize::try_from(len).unwrap_or(0);
            self.left = 0;
        } else {
            self.left = len - buffered;
        }
    }

    /// Reads on if the buffer is used up. After the run's last byte it stays empty.
    pub(super) fn refill(&mut self) -> Result<(), Halt> {
        if self.start < self.end || self.left == 0 {
            return Ok(());
        }
        let wanted = usize::try_from(self.left)
            .unwrap_or(CHUNK)
            .min(self.buffer.len());
        let n = self.file.read_at(&mut self.buffer[..wanted], self.next)?;
        if n == 0 {
            return Err(EntryError::CutOff.into());
        }
        (self.start, self.end) = (0, n);
        self.next += n as u64;
        self.left -= n as u64;
        Ok(())
    }

    /// Returns what is read and not used.
    pub(super) fn ready(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// Marks bytes as used.
    pub(super) fn consume(&mut self, n: usize) {
        self.start = (self.start + n).min(self.end);
    }

    /// Hands over the whole run as it is.
    pub(super) fn give_all(mut self, mut tally: Tally, sink: Sink<'_>) -> Result<u32, Halt> {
        loop {
            self.refill()?;
            if self.ready().is_empty() {
                return Ok(tally.finish()?);
            }
            tally.give(self.ready(), sink)?;
            self.start = self.end;
        }
    }
}

/// Hands over `len` bytes at `offset` of a file as they are.
pub(super) fn stream_span(
    file: &SharedFile,
    offset: u64,
    len: u64,
    tally: Tally,
    buffers: &mut Buffers,
    sink: Sink<'_>,
) -> Result<u32, Halt> {
    let mut packed = Packed::new(file, &mut buffers.input, offset, 0);
    packed.begin(0, len);
    packed.give_all(tally, sink)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn collect(tally: Tally, offset: u64, len: u64) -> (Vec<u8>, Result<u32, Halt>) {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(b"0123456789").unwrap();
        let file = SharedFile::open(file.path()).unwrap();
        let mut out = Vec::new();
        let mut sink = |bytes: &[u8]| {
            out.extend_from_slice(bytes);
            Ok(())
        };
        let result = stream_span(&file, offset, len, tally, &mut Buffers::new(), &mut sink);
        (out, result)
    }

    #[test]
    fn checks_size_and_crc() {
        let crc = crc32fast::hash(b"2345");
        let failed = |error| Err(Halt::Failed(error));
        for (size, crc32, len, result) in [
            (4, Some(crc), 4, Ok(crc)),
            (4, None, 4, Ok(crc)),
            (
                4,
                Some(7),
                4,
                failed(EntryError::Checksum {
                    declared: 7,
                    found: crc,
                }),
            ),
            (
                5,
                Some(crc),
                4,
                failed(EntryError::Size {
                    declared: 5,
                    found: 4,
                }),
            ),
            (
                3,
                Some(crc),
                4,
                failed(EntryError::TooLarge { declared: 3 }),
            ),
            (50, None, 50, failed(EntryError::CutOff)),
        ] {
            let (out, found) = collect(Tally::new(size, crc32), 2, len);
            assert_eq!(found, result);
            assert!(out.len() as u64 <= size);
        }
    }

    #[test]
    fn begins_behind_what_is_buffered() {
        let mut named = tempfile::NamedTempFile::new().unwrap();
        named.write_all(b"0123456789").unwrap();
        let file = SharedFile::open(named.path()).unwrap();
        for (have, skip, len) in [(0, 3, 4), (2, 3, 4), (5, 3, 4), (10, 3, 4)] {
            let mut buffer = [0; 16];
            file.read_at(&mut buffer[..have], 0).unwrap();
            let mut packed = Packed::new(&file, &mut buffer, 0, have);
            packed.begin(skip, len);
            let mut out = Vec::new();
            let mut sink = |bytes: &[u8]| {
                out.extend_from_slice(bytes);
                Ok(())
            };
            let result = packed.give_all(Tally::new(len, None), &mut sink);
            assert_eq!(result, Ok(crc32fast::hash(b"3456")));
            assert_eq!(out, b"3456");
        }
    }

    #[test]
    fn a_receiver_can_stop() {
        let mut named = tempfile::NamedTempFile::new().unwrap();
        named.write_all(b"0123456789").unwrap();
        let file = SharedFile::open(named.path()).unwrap();
        let mut sink = |_: &[u8]| Err(Stop);
        let tally = Tally::new(10, None);
        let result = stream_span(&file, 0, 10, tally, &mut Buffers::new(), &mut sink);
        assert_eq!(result, Err(Halt::Stopped));
    }
}
