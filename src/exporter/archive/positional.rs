//! A file that several threads read at once, each at its own offset.

use std::fs::File;
use std::io;
use std::path::Path;

/// A file opened once and read by offset, without a shared position.
#[derive(Debug)]
pub(super) struct SharedFile {
    file: File,
    #[cfg(not(any(unix, windows)))]
    path: std::path::PathBuf,
    len: u64,
}

impl SharedFile {
    /// Opens the file at `path`.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        Self::of(File::open(path)?, path)
    }

    /// Takes an open file; `path` is only used where the system cannot read by offset.
    pub(super) fn of(file: File, path: &Path) -> io::Result<Self> {
        let len = file.metadata()?.len();
        // Only where the system cannot read by offset is the path needed again.
        #[cfg(any(unix, windows))]
        let _ = path;
        Ok(Self {
            file,
            #[cfg(not(any(unix, windows)))]
            path: path.to_owned(),
            len,
        })
    }

    /// Returns the size the file had when it was opened, in bytes.
    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// Returns the handle.
    pub(super) fn file(&self) -> &File {
        &self.file
    }

    /// Fills `buffer` from `offset` as far as the file goes and returns the number of bytes read.
    pub(super) fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let mut done = 0;
        while done < buffer.len() {
            match self.read_some(&mut buffer[done..], offset.saturating_add(done as u64)) {
                Ok(0) => break,
                Ok(n) => done += n,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(done)
    }

    /// Returns `N` bytes at `offset`, or `None` if the file ends before.
    pub(super) fn array_at<const N: usize>(&self, offset: u64) -> io::Result<Option<[u8; N]>> {
        let mut bytes = [0; N];
        let n = self.read_at(&mut bytes, offset)?;
        Ok((n == N).then_some(bytes))
    }

    /// Returns up to `len` bytes at `offset`.
    pub(super) fn bytes_at(&self, offset: u64, len: usize) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; len];
        let n = self.read_at(&mut bytes, offset)?;
        bytes.truncate(n);
        Ok(bytes)
    }

    #[cfg(unix)]
    fn read_some(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        // Offsets beyond i64 are an error of the system call; no file is that long.
        if i64::try_from(offset).is_err() {
            return Ok(0);
        }
        std::os::unix::fs::FileExt::read_at(&self.file, buffer, offset)
    }

    #[cfg(windows)]
    fn read_some(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        std::os::windows::fs::FileExt::seek_read(&self.file, buffer, offset)
    }

    #[cfg(not(any(unix, windows)))]
    fn read_some(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        use std::io::{Read, Seek, SeekFrom};
        let mut own = File::open(&self.path)?;
        own.seek(SeekFrom::Start(offset))?;
        own.read(buffer)
    }
}

/// Reads a [`SharedFile`] from front to end.
pub(super) struct Forward<'a> {
    file: &'a SharedFile,
    offset: u64,
    end: u64,
}

impl<'a> Forward<'a> {
    /// Begins at `offset` and ends before `end`.
    pub(super) fn new(file: &'a SharedFile, offset: u64, end: u64) -> Self {
        Self { file, offset, end }
    }
}

impl io::Read for Forward<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end.saturating_sub(self.offset)).unwrap_or(usize::MAX);
        let wanted = buffer.len().min(left);
        let n = self.file.read_at(&mut buffer[..wanted], self.offset)?;
        self.offset += n as u64;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};

    use super::*;

    fn shared(bytes: &[u8]) -> SharedFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        SharedFile::open(file.path()).unwrap()
    }

    #[test]
    fn reads_as_far_as_the_file_goes() {
        let file = shared(b"0123456789");
        assert_eq!(file.len(), 10);
        assert_eq!(file.bytes_at(8, 5).unwrap(), b"89");
        assert_eq!(file.array_at::<3>(1).unwrap(), Some(*b"123"));
        assert_eq!(file.array_at::<3>(8).unwrap(), None);
        assert_eq!(file.array_at::<1>(u64::MAX).unwrap(), None);
    }

    #[test]
    fn forward_stays_inside_its_bounds() {
        let file = shared(b"0123456789");
        let mut text = String::new();
        Forward::new(&file, 2, 5).read_to_string(&mut text).unwrap();
        assert_eq!(text, "234");
    }
}
