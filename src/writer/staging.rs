//! Files on their way into the library: written, hashed and named by their hash, but without a final name yet.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::library::Library;
use super::reconcile::Staged;
use disk::digest::hash_file;
use disk::safe_writer::{SafeWriter, StepKind, WriteError};
use model::content_hash::ContentHash;

/// How many of a file's first bytes are kept for whoever looks at them: enough for EXIF.
pub const HEAD_BYTES: usize = 128 << 10;

/// Files from this size on get room reserved and are sent to the disk early; for small ones that costs time.
const LARGE_BYTES: u64 = 1 << 20;

/// Bytes after which a large file's are sent to the disk, so that the sync at the batch's end has little left to do.
#[cfg(target_os = "linux")]
const WRITEBACK_BYTES: u64 = 8 << 20;

/// Bytes copied and hashed at once: fits the second-level cache.
const WINDOW_BYTES: usize = 256 << 10;

/// A file being written into staging. One that is dropped before [`Finished::keep`] leaves nothing.
///
/// While it is no longer than its head it is in memory only: a small file is hashed first, and then written once under
/// its hash, without a name to be rid of again.
pub struct StagedFile<'a> {
    writer: &'a SafeWriter,
    /// Its name until it is kept, if it is ever too long for memory.
    path: PathBuf,
    file: Option<File>,
    hasher: Sha256,
    head: Vec<u8>,
    size_bytes: u64,
    #[cfg(target_os = "linux")]
    sent_bytes: u64,
}

/// A file whose bytes have all been written to staging.
pub struct Finished<'a> {
    /// Hash of its bytes.
    pub content_hash: ContentHash,
    /// Number of its bytes.
    pub size_bytes: u64,
    staged: StagedFile<'a>,
}

impl<'a> StagedFile<'a> {
    /// Begins a file. Each worker thread writes in a folder of its own, so that they do not wait for each other.
    pub fn begin(writer: &'a SafeWriter, worker: usize) -> Self {
        Self {
            writer,
            path: slot_folder(writer, worker).join(writer.unique().to_string()),
            file: None,
            hasher: Sha256::new(),
            head: Vec::new(),
            size_bytes: 0,
            #[cfg(target_os = "linux")]
            sent_bytes: 0,
        }
    }

    /// Reserves room for a file whose size is known, so that a full disk shows early.
    pub fn preallocate(&mut self, size_bytes: u64) -> Result<(), WriteError> {
        if size_bytes < LARGE_BYTES {
            return Ok(());
        }
        self.open()?;
        match &self.file {
            Some(file) => self.writer.reserve(file, &self.path, size_bytes),
            None => Ok(()),
        }
    }

    /// Makes the file and writes what was in memory only.
    fn open(&mut self) -> Result<(), WriteError> {
        if self.file.is_none() {
            self.file = Some(self.writer.create_in_its_folder(&self.path)?);
            self.write(&self.head)?;
        }
        Ok(())
    }

    fn write(&self, bytes: &[u8]) -> Result<(), WriteError> {
        match &self.file {
            Some(file) if !bytes.is_empty() => self.writer.write(file, &self.path, bytes),
            _ => Ok(()),
        }
    }

    /// Writes the next bytes.
    pub fn write_chunk(&mut self, bytes: &[u8]) -> Result<(), WriteError> {
        let missing = HEAD_BYTES.saturating_sub(self.head.len());
        if bytes.len() > missing {
            self.open()?;
        }
        self.write(bytes)?;
        self.hasher.update(bytes);
        self.head
            .extend_from_slice(&bytes[..bytes.len().min(missing)]);
        self.size_bytes += bytes.len() as u64;
        self.send_early(false);
        Ok(())
    }

    /// Writes `len` bytes of `source` from `offset` on. `each` sees them as they pass, for a checksum.
    pub fn fill_from_extent(
        &mut self,
        source: &File,
        offset: u64,
        len: u64,
        each: &mut dyn FnMut(&[u8]),
    ) -> Result<(), ExtentError> {
        let mut buffer = vec![0; WINDOW_BYTES];
        let mut done = 0;
        while done < len {
            let want =
                usize::try_from(len - done).map_or(WINDOW_BYTES, |left| left.min(WINDOW_BYTES));
            let window = &mut buffer[..want];
            read_exact_at(source, window, offset + done).map_err(ExtentError::Read)?;
            each(window);
            self.write_chunk(window)?;
            done += want as u64;
        }
        Ok(())
    }

    /// Returns the first bytes written so far, at most [`HEAD_BYTES`].
    pub fn head(&self) -> &[u8] {
        &self.head
    }

    /// Ends the file. Not durable before [`SafeWriter::sync_all`].
    pub fn finish(mut self) -> Finished<'a> {
        self.send_early(true);
        let digest = std::mem::take(&mut self.hasher).finalize();
        Finished {
            content_hash: ContentHash(digest.into()),
            size_bytes: self.size_bytes,
            staged: self,
        }
    }

    /// Starts writing large files to the disk while the next bytes are still being unpacked. Advice only.
    #[cfg(target_os = "linux")]
    fn send_early(&mut self, last: bool) {
        use std::num::NonZeroU64;
        let unsent = self.size_bytes - self.sent_bytes;
        let Some(file) = &self.file else { return };
        if self.size_bytes < LARGE_BYTES || (unsent < WRITEBACK_BYTES && !last) {
            return;
        }
        // Linux starts to write dirty pages when told that they are not needed; only clean ones are dropped.
        // `sync_file_range` would say it plainer, but has no safe wrapper.
        let _ = rustix::fs::fadvise(
            file,
            self.sent_bytes,
            NonZeroU64::new(unsent),
            rustix::fs::Advice::DontNeed,
        );
        self.sent_bytes = self.size_bytes;
    }

    #[cfg(not(target_os = "linux"))]
    fn send_early(&mut self, _: bool) {}

    /// Writes a file that is in memory as a whole; returns whether nothing had its name. A torn one is told from its
    /// bytes at the next run's start, like one that a power loss left.
    fn write_whole(&self, to: &Path) -> Result<bool, WriteError> {
        let file = match self.writer.create_in_its_folder(to) {
            Err(error) if error.source.kind() == ErrorKind::AlreadyExists => return Ok(false),
            other => other?,
        };
        let written = self.writer.write(&file, to, &self.head);
        if written.is_err() {
            // Best effort: see above.
            let _ = self.writer.remove(to);
        }
        written.map(|()| true)
    }
}

impl Drop for StagedFile<'_> {
    fn drop(&mut self) {
        if self.file.take().is_some() {
            // Best effort: what stays is removed at the next run's start.
            let _ = self.writer.remove(&self.path);
        }
    }
}

impl Finished<'_> {
    /// Returns the first bytes, at most [`HEAD_BYTES`].
    pub fn head(&self) -> &[u8] {
        self.staged.head()
    }

    /// Returns a reader of the whole file that takes the head from memory: for a photo, mostly without a system call.
    pub fn reader(&self) -> FinishedReader<'_> {
        FinishedReader {
            head: self.head(),
            file: self.staged.file.as_ref(),
            size_bytes: self.size_bytes,
            at: 0,
        }
    }

    /// Keeps the file in staging under its hash.
    ///
    /// One of that name is replaced: after a power loss it may hold fewer bytes than its name says, while ours were
    /// hashed just now.
    pub fn keep(mut self) -> Result<PathBuf, WriteError> {
        let staged = &mut self.staged;
        let to = staged.path.with_file_name(self.content_hash.to_string());
        if staged.file.is_none() && staged.write_whole(&to)? {
            return Ok(to);
        }
        staged.open()?;
        // Renamed within its folder: between folders all renames of a file system wait for one another.
        staged.writer.rename_over(&staged.path, &to)?;
        staged.file = None;
        Ok(to)
    }

    /// Drops the file, because its bytes are held already.
    pub fn discard(mut self) -> Result<(), WriteError> {
        match self.staged.file.take() {
            Some(_) => self.staged.writer.remove(&self.staged.path),
            None => Ok(()),
        }
    }
}

/// Reads a staged file, its head out of memory.
pub struct FinishedReader<'a> {
    head: &'a [u8],
    /// Where the rest is, if there is more.
    file: Option<&'a File>,
    size_bytes: u64,
    at: u64,
}

impl io::Read for FinishedReader<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let head = usize::try_from(self.at)
            .ok()
            .and_then(|at| self.head.get(at..));
        let count = match head {
            Some(mut ahead) if !ahead.is_empty() => io::Read::read(&mut ahead, into)?,
            _ if self.at >= self.size_bytes => 0,
            _ => match self.file {
                Some(mut file) => {
                    io::Seek::seek(&mut file, io::SeekFrom::Start(self.at))?;
                    io::Read::read(&mut file, into)?
                }
                None => 0,
            },
        };
        self.at += count as u64;
        Ok(count)
    }
}

impl io::Seek for FinishedReader<'_> {
    fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
        let at = match to {
            io::SeekFrom::Start(at) => Some(at),
            io::SeekFrom::Current(by) => self.at.checked_add_signed(by),
            io::SeekFrom::End(by) => self.size_bytes.checked_add_signed(by),
        };
        self.at = at.ok_or(ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

/// Why bytes could not be copied out of another file.
#[derive(Debug, thiserror::Error)]
pub enum ExtentError {
    /// The other file could not be read, or ends too early.
    #[error("could not read the bytes to copy")]
    Read(#[source] io::Error),
    /// The copy could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

#[cfg(unix)]
fn read_exact_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, buffer, offset)
}

#[cfg(not(unix))]
fn read_exact_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<()> {
    use std::io::{Read, Seek, SeekFrom};
    let mut file = file;
    file.seek(SeekFrom::Start(offset))?;
    file.read_exact(buffer)
}

/// Folder of a slot: each worker fills one of its own, so that none waits for another's folder.
fn slot_folder(writer: &SafeWriter, slot: usize) -> PathBuf {
    writer.staging().join(format!("{SLOT}{slot}"))
}

/// Begins the names of the folders that staged files lie in.
const SLOT: &str = "slot-";

impl Library {
    /// Returns where bytes lie while they are staged in a slot.
    pub fn slot_path(&self, hash: &ContentHash, slot: u32) -> PathBuf {
        slot_folder(self.writer(), slot as usize).join(hash.to_string())
    }

    /// Lists what is staged, sorted.
    ///
    /// # Errors
    /// Fails if staging cannot be read.
    pub fn list_staged(&self) -> io::Result<Vec<Staged>> {
        let mut staged = Vec::new();
        for folder in fs::read_dir(self.writer().staging())? {
            let folder = folder?;
            let Some(slot) = parse_slot(&folder.file_name()) else {
                continue;
            };
            for entry in fs::read_dir(folder.path())? {
                let entry = entry?;
                let name = entry.file_name();
                let Some(content_hash) = name.to_str().and_then(|name| name.parse().ok()) else {
                    continue;
                };
                let found = entry.metadata()?;
                if found.is_file() {
                    staged.push(Staged {
                        content_hash,
                        slot,
                        size_bytes: found.len(),
                    });
                }
            }
        }
        staged.sort();
        Ok(staged)
    }

    /// Removes what a run that was killed left unfinished; returns how many files that was. Only for the holder of
    /// the lock.
    ///
    /// A staged file that `is_entered` does not know was not yet made durable: it is read again, and goes unless its
    /// bytes are those of its name.
    pub fn clean_unfinished(
        &self,
        is_entered: &dyn Fn(&Staged) -> bool,
    ) -> Result<usize, WriteError> {
        let staging = self.writer().staging();
        let mut unfinished = Vec::new();
        for name in names_in(&staging)? {
            let path = staging.join(&name);
            if name.starts_with("derived-") {
                unfinished.push(path);
            } else if parse_slot(OsStr::new(&name)).is_some() {
                let files = names_in(&path)?.into_iter();
                let nameless = files.filter(|file| file.parse::<ContentHash>().is_err());
                unfinished.extend(nameless.map(|file| path.join(file)));
            }
        }
        let unreadable = |path: &Path, source| WriteError {
            kind: StepKind::Remove,
            path: path.to_owned(),
            source,
        };
        let staged = self.list_staged();
        for file in staged.map_err(|source| unreadable(&staging, source))? {
            let path = self.slot_path(&file.content_hash, file.slot);
            if !is_entered(&file)
                && hash_file(&path).map_err(|source| unreadable(&path, source))?
                    != file.content_hash
            {
                unfinished.push(path);
            }
        }
        for path in &unfinished {
            self.writer().remove(path)?;
        }
        Ok(unfinished.len())
    }
}

fn parse_slot(name: &OsStr) -> Option<u32> {
    name.to_str()?.strip_prefix(SLOT)?.parse().ok()
}

fn names_in(folder: &Path) -> Result<Vec<String>, WriteError> {
    let failed = |source| WriteError {
        kind: StepKind::Remove,
        path: folder.to_owned(),
        source,
    };
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        names.extend(entry.map_err(failed)?.file_name().into_string().ok());
    }
    names.sort();
    Ok(names)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
#[path = "staging_tests.rs"]
mod tests;
