//! The folder a gallery is written into: writes what changed, and removes only what a gallery writes.

use std::collections::HashSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::{FOLDER, GalleryError};
use disk::regular;
use disk::safe_writer::{SafeWriter, WriteError};
use model::library_path::LibraryPath;

/// A gallery's folder. Paths are relative to it.
pub(crate) struct Folder<'a> {
    writer: &'a SafeWriter,
    /// Empty, or the folder's name below the writer's root with a slash.
    prefix: String,
    /// The same for notes about the gallery.
    notes: &'static str,
    written: AtomicU64,
}

impl<'a> Folder<'a> {
    /// The gallery of a library. Notes speak of runs, so they lie where the library keeps what is its own.
    pub(crate) fn in_library(writer: &'a SafeWriter) -> Self {
        Self {
            writer,
            prefix: format!("{FOLDER}/"),
            notes: ".albumen/gallery/",
            written: AtomicU64::new(0),
        }
    }

    /// A gallery that stands by itself, notes and all.
    pub(crate) fn of_its_own(writer: &'a SafeWriter) -> Self {
        Self {
            writer,
            prefix: String::new(),
            notes: "",
            written: AtomicU64::new(0),
        }
    }

    /// Returns the number of files written by [`Self::write`].
    pub(crate) fn written(&self) -> u64 {
        self.written.load(Ordering::Relaxed)
    }

    /// Returns where a file lies.
    pub(crate) fn place(&self, path: &str) -> PathBuf {
        self.library_path(path).on_disk(self.writer.root())
    }

    fn library_path(&self, path: &str) -> LibraryPath {
        plain(&format!("{}{path}", self.prefix))
    }

    /// Returns where a note lies.
    pub(crate) fn note(&self, name: &str) -> PathBuf {
        plain(&format!("{}{name}", self.notes)).on_disk(self.writer.root())
    }

    /// Writes a note.
    pub(crate) fn put_note(&self, name: &str, bytes: &[u8]) -> Result<(), WriteError> {
        let path = plain(&format!("{}{name}", self.notes));
        self.writer.write_file(&path, bytes).map(drop)
    }

    /// Removes a note; one that is gone already is no error.
    pub(crate) fn remove_note(&self, name: &str) -> Result<(), WriteError> {
        self.writer.remove(&self.note(name))
    }

    /// Writes a file unless it holds these bytes already; returns whether it did.
    pub(crate) fn write(&self, path: &str, bytes: &[u8]) -> Result<bool, WriteError> {
        let place = self.place(path);
        let same_size = fs::metadata(&place).is_ok_and(|found| found.len() == bytes.len() as u64);
        if same_size && regular::read(&place).is_ok_and(|found| found == bytes) {
            return Ok(false);
        }
        self.put(path, bytes)?;
        self.written.fetch_add(1, Ordering::Relaxed);
        Ok(true)
    }

    /// Writes a file whatever is there.
    pub(crate) fn put(&self, path: &str, bytes: &[u8]) -> Result<(), WriteError> {
        self.writer
            .write_file(&self.library_path(path), bytes)
            .map(drop)
    }

    /// Copies a file into the folder.
    pub(crate) fn copy(&self, from: &Path, path: &str) -> Result<(), WriteError> {
        self.writer.copy_file(from, &self.library_path(path))
    }

    /// Removes a file; one that is gone already is no error.
    pub(crate) fn remove(&self, path: &str) -> Result<(), WriteError> {
        self.writer.remove_derived(&self.library_path(path))
    }

    /// Makes everything durable.
    pub(crate) fn sync(&self) -> Result<(), WriteError> {
        self.writer.sync_all()
    }

    /// Returns the names of the files in a folder, none if it is not there.
    pub(crate) fn names(&self, path: &str) -> Result<Vec<String>, GalleryError> {
        let place = self.place(path);
        let failed = |source| GalleryError::Read {
            path: place.clone(),
            source,
        };
        let entries = match fs::read_dir(&place) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(failed(error)),
        };
        let mut names = Vec::new();
        for entry in entries {
            // A name that is not text is none of ours.
            names.extend(entry.map_err(failed)?.file_name().into_string());
        }
        Ok(names)
    }

    /// Removes every file of a folder, and leaves the folder.
    pub(crate) fn empty(&self, path: &str) -> Result<(), GalleryError> {
        for name in self.names(path)? {
            self.remove(&format!("{path}/{name}"))?;
        }
        Ok(())
    }

    /// Removes from a folder the files with a name that `ours` accepts and `wanted` does not hold; returns how many.
    pub(crate) fn sweep(
        &self,
        path: &str,
        ours: impl Fn(&str) -> bool,
        wanted: &HashSet<String>,
    ) -> Result<u64, GalleryError> {
        let mut removed = 0;
        for name in self.names(path)? {
            let file = format!("{path}/{name}");
            if ours(&name) && !wanted.contains(&file) {
                self.remove(&file)?;
                removed += 1;
            }
        }
        if removed > 0 {
            self.writer
                .remove_empty_folders(&format!("{}{path}", self.prefix))?;
        }
        Ok(removed)
    }
}

fn plain(path: &str) -> LibraryPath {
    LibraryPath::parse(path).expect("the gallery's own names are made of plain parts")
}
