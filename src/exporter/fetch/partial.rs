//! The file of a part that is not whole yet: `NAME.part`, locked while somebody writes it.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::error::FetchError;
use super::head::Head;
use super::name;
use super::note::{Note, State};
use archive::zip_ends_whole;
use disk::private;
use disk::safe_writer::SafeWriter;

/// Names tried before giving up.
const MOST_NAMES: u32 = 1_000;

/// An unfinished part.
pub(super) struct Partial {
    folder: PathBuf,
    file: File,
    /// Where it lies.
    pub(super) path: PathBuf,
    /// Its note.
    pub(super) note: Note,
    /// Bytes of it that are there.
    pub(super) done: u64,
}

/// What an earlier run left of a part.
pub(super) enum Left {
    /// Nothing.
    Nothing,
    /// A part of it.
    Unfinished(Partial),
    /// All of it, under its final name.
    Whole(PathBuf, u64),
}

impl Partial {
    /// Finds what an earlier run left. `note` is of that run.
    pub(super) fn left(folder: &Path, mut note: Note) -> Result<Left, FetchError> {
        let size_there = |path: &Path| fs::metadata(path).ok().map(|metadata| metadata.len());
        let whole = folder.join(&note.name);
        let path = folder.join(name::unfinished(&note.name));
        let there = size_there(&whole);
        if note.state == State::Whole {
            return Ok(match there.filter(|size| note.size_bytes == Some(*size)) {
                Some(size) => Left::Whole(whole, size),
                None => Left::Nothing,
            });
        }
        let file = match private::open(&path, &mut OpenOptions::new()) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                // Killed between the new name and the note of it.
                let Some(size) = there.filter(|size| note.size_bytes == Some(*size)) else {
                    return Ok(Left::Nothing);
                };
                note.state = State::Whole;
                note.write(folder)
                    .map_err(FetchError::disk("write", folder))?;
                return Ok(Left::Whole(whole, size));
            }
            Err(error) => return Err(FetchError::disk("open", path)(error)),
        };
        lock(&file, &path)?;
        let done = file
            .metadata()
            .map_err(FetchError::disk("read", &path))?
            .len();
        let mut partial = Self {
            folder: folder.to_owned(),
            file,
            path,
            note,
            done,
        };
        if partial.note.state == State::Damaged {
            partial.empty()?;
        }
        partial.seek_end()?;
        Ok(Left::Unfinished(partial))
    }

    /// Begins a part under a name nothing has. To be called by one thread at a time.
    pub(super) fn create(
        folder: &Path,
        key: &str,
        wanted: &str,
        head: &Head,
    ) -> Result<Self, FetchError> {
        let names = (0..MOST_NAMES).map(|number| match number {
            0 => wanted.to_owned(),
            number => name::numbered(wanted, number),
        });
        for name in names {
            let path = folder.join(name::unfinished(&name));
            if folder.join(&name).symlink_metadata().is_ok() || path.symlink_metadata().is_ok() {
                continue;
            }
            // The note first: an unfinished file that no note names would be nobody's.
            let note = Note::new(key, &name, head);
            note.write(folder)
                .map_err(FetchError::disk("write in", folder))?;
            let file = match private::create_new(&path) {
                // It was not there a moment ago: another albumen made it, for this address or for another of that name.
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                    let is_anothers = |other: &Note| other.name == name && other.key != key;
                    if Note::all(folder).iter().any(is_anothers) {
                        continue;
                    }
                    return Err(FetchError::Locked { path });
                }
                other => other.map_err(FetchError::disk("make", &path))?,
            };
            lock(&file, &path)?;
            return Ok(Self {
                folder: folder.to_owned(),
                file,
                path,
                note,
                done: 0,
            });
        }
        Err(FetchError::Disk {
            doing: "find a free name in",
            path: folder.to_owned(),
            source: ErrorKind::AlreadyExists.into(),
        })
    }

    /// Throws away what is there and begins with what `head` says.
    pub(super) fn begin_anew(&mut self, head: &Head) -> Result<(), FetchError> {
        self.empty()?;
        self.note = Note::new(&self.note.key, &self.note.name, head);
        self.write_note()
    }

    /// Goes over to another address of the same file.
    pub(super) fn give_key(&mut self, key: &str) -> Result<(), FetchError> {
        let old = self.note.clone();
        self.note.key = key.to_owned();
        self.write_note()?;
        old.forget(&self.folder)
            .map_err(FetchError::disk("write in", &self.folder))
    }

    /// Throws away what is there.
    pub(super) fn empty(&mut self) -> Result<(), FetchError> {
        self.file
            .set_len(0)
            .map_err(FetchError::disk("empty", &self.path))?;
        self.done = 0;
        self.seek_end()
    }

    /// Appends bytes.
    pub(super) fn append(&mut self, bytes: &[u8]) -> Result<(), FetchError> {
        self.file
            .write_all(bytes)
            .map_err(FetchError::disk("write", &self.path))?;
        self.done += bytes.len() as u64;
        Ok(())
    }

    /// Returns the last `count` bytes that are there.
    pub(super) fn last(&mut self, count: u64) -> Result<Vec<u8>, FetchError> {
        let mut bytes = Vec::new();
        let start = self.done.saturating_sub(count);
        self.file
            .seek(SeekFrom::Start(start))
            .and_then(|_| (&self.file).take(count).read_to_end(&mut bytes))
            .map_err(FetchError::disk("read", &self.path))?;
        self.seek_end()?;
        Ok(bytes)
    }

    fn seek_end(&mut self) -> Result<(), FetchError> {
        self.file
            .seek(SeekFrom::Start(self.done))
            .map(|_| ())
            .map_err(FetchError::disk("read", &self.path))
    }

    pub(super) fn write_note(&self) -> Result<(), FetchError> {
        self.note
            .write(&self.folder)
            .map_err(FetchError::disk("write in", &self.folder))
    }

    /// Checks the whole part, and gives it its final name.
    pub(super) fn finish(&mut self, host: &str) -> Result<PathBuf, FetchError> {
        disk::durable::sync(&self.file).map_err(FetchError::disk("write", &self.path))?;
        if let Some(error) = self.fault(host)? {
            if self.note.size_bytes.is_none() {
                // Nobody said how large it is: perhaps the line broke, and there is more.
                return Err(FetchError::Broken {
                    why: "the zip has no end yet".to_owned(),
                });
            }
            self.note.state = State::Damaged;
            self.write_note()?;
            return Err(error);
        }
        let path = self.rename()?;
        self.note.state = State::Whole;
        self.note.size_bytes = Some(self.done);
        self.write_note()?;
        Ok(path)
    }

    fn fault(&mut self, host: &str) -> Result<Option<FetchError>, FetchError> {
        let disk = || FetchError::disk("read", &self.path);
        if let Some(sum) = &self.note.checksum
            && !sum.is_of(&self.path).map_err(disk())?
        {
            return Ok(Some(FetchError::Checksum {
                host: host.to_owned(),
                kind: sum.kind(),
            }));
        }
        let mut magic = [0; 2];
        let mut start = File::open(&self.path).map_err(disk())?;
        let is_zip = start.read_exact(&mut magic).is_ok() && magic == *b"PK";
        let cut_off = is_zip && !zip_ends_whole(&self.path).map_err(disk())?;
        Ok(cut_off.then(|| FetchError::CutOff {
            host: host.to_owned(),
        }))
    }

    /// Gives the file its final name, or the next free one like it: nothing is ever replaced.
    fn rename(&mut self) -> Result<PathBuf, FetchError> {
        let writer = SafeWriter::new(self.folder.clone(), None);
        let wanted = self.note.name.clone();
        let mut number = 0;
        loop {
            let path = self.folder.join(&self.note.name);
            match writer.rename_new(&self.path, &path) {
                Ok(()) => {
                    sync_folder(&self.folder);
                    return Ok(path);
                }
                Err(error)
                    if error.source.kind() == ErrorKind::AlreadyExists && number < MOST_NAMES =>
                {
                    number += 1;
                    self.note.name = name::numbered(&wanted, number);
                }
                Err(error) => return Err(FetchError::disk("rename", &self.path)(error.source)),
            }
        }
    }
}

fn lock(file: &File, path: &Path) -> Result<(), FetchError> {
    match file.try_lock() {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => Err(FetchError::Locked {
            path: path.to_owned(),
        }),
        // A file system without locks: two at once are then the user's own affair.
        Err(TryLockError::Error(_)) => Ok(()),
    }
}

#[cfg(unix)]
fn sync_folder(folder: &Path) {
    // The bytes are safe; a name lost in a power cut is found again by way of the note.
    let _ = File::open(folder).and_then(|folder| disk::durable::sync(&folder));
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) {}
