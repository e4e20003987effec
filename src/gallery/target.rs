//! Where a gallery goes: into the library, or into a folder of its own.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use disk::safe_writer::SafeWriter;
use writer::library::{Library, LibraryError, LibraryLock};

use super::folder::Folder;
use super::note::MADE;
use super::{GalleryError, GalleryOptions};

/// Folder for files of a copy that have no final name yet. While the short note is not there, it is what tells the folder of a
/// gallery that was stopped from a folder of the user's.
pub(crate) const UNFINISHED: &str = ".unfinished";

/// Where the gallery is written.
pub(crate) struct Target {
    /// Writes to a copy's folder; the library has its own.
    pub writer: Option<SafeWriter>,
}

impl Target {
    /// Returns where; sees to it that nothing of the user's is in the way.
    pub(crate) fn of(library: &Library, options: &GalleryOptions) -> Result<Self, GalleryError> {
        let Some(to) = &options.to else {
            return Ok(Self { writer: None });
        };
        may_be_written(library.root(), to)?;
        let staging = to.join(UNFINISHED);
        Ok(Self {
            writer: Some(SafeWriter::staged_in(to.clone(), staging, None)),
        })
    }

    /// Returns the gallery's folder.
    pub(crate) fn folder<'a>(&'a self, library: &'a Library) -> Folder<'a> {
        match &self.writer {
            Some(writer) => Folder::of_its_own(writer),
            None => Folder::in_library(library.writer()),
        }
    }
}

/// Sees to it that nothing of the user's is in the way of a copy.
fn may_be_written(library: &Path, to: &Path) -> Result<(), GalleryError> {
    let whole = |path: &Path| path.canonicalize().or_else(|_| std::path::absolute(path));
    let path = to.to_owned();
    if let (Ok(to), Ok(library)) = (whole(to), whole(library))
        && to.starts_with(&library)
    {
        return Err(GalleryError::InLibrary { path });
    }
    match fs::read_dir(to) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(source) => Err(GalleryError::Read { path, source }),
        Ok(mut entries) => {
            let ours = [MADE, UNFINISHED].iter().any(|name| to.join(name).exists());
            match ours || entries.next().is_none() {
                true => Ok(()),
                false => Err(GalleryError::NotEmpty { path }),
            }
        }
    }
}

/// Removes unfinished files of a copy.
pub(crate) fn clean(folder: &Folder<'_>) -> Result<(), GalleryError> {
    folder.empty(UNFINISHED)
}

/// Removes the folder for unfinished files of a copy, once the copy is what it should be. Of one that was stopped, or for which
/// there was no room, it stays: the same command goes on there.
pub(crate) fn end(folder: &Folder<'_>) -> Result<(), GalleryError> {
    if folder.note(MADE).is_file() {
        clean(folder)?;
        // Not there any more if files were in it.
        let _ = fs::remove_dir(folder.place(UNFINISHED));
    }
    Ok(())
}

/// Keeps imports out. A copy can be made of a library that cannot be written, too.
pub(crate) fn lock(
    library: &Library,
    options: &GalleryOptions,
) -> Result<Option<LibraryLock>, LibraryError> {
    let locked = match library.lock() {
        Err(LibraryError::ReadOnly { .. }) if options.to.is_some() => library.lock_to_read(),
        other => other,
    };
    match locked {
        Ok(lock) => Ok(Some(lock)),
        Err(error) if error.is_locked() => Err(error),
        Err(_) if options.to.is_some() => Ok(None),
        Err(error) => Err(error),
    }
}
