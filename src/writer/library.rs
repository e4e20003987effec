//! The library folder: its format, its lock.

use std::io;
use std::path::PathBuf;

use super::safe_writer::WriteError;

/// Why a library could not be opened, made or locked.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum LibraryError {
    #[error("there is no library at {}", path.display())]
    NotALibrary { path: PathBuf },
    #[error("there is a library at {} already", path.display())]
    AlreadyALibrary { path: PathBuf },
    #[error("{} is not a folder", path.display())]
    NotAFolder { path: PathBuf },
    #[error("the library at {} has format {found}, and this version reads up to {known}", path.display())]
    NewerFormat {
        path: PathBuf,
        found: u32,
        known: u32,
    },
    #[error("the format of the library at {} cannot be told from {text:?}", path.display())]
    UnknownFormat { path: PathBuf, text: String },
    #[error("the library at {} is in use by {pid:?}", path.display())]
    Locked { path: PathBuf, pid: Option<u32> },
    #[error("cannot write to {}", path.display())]
    ReadOnly { path: PathBuf, source: io::Error },
    #[error("could not read {}", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error(transparent)]
    Write(WriteError),
}

/// An open library.
#[derive(Debug)]
pub struct Library {
    root: PathBuf,
}

impl Library {
    /// Opens an existing library.
    pub fn open(root: &std::path::Path) -> Result<Self, LibraryError> {
        if !root.join(".albumen").is_dir() {
            return Err(LibraryError::NotALibrary {
                path: root.to_owned(),
            });
        }
        Ok(Self {
            root: root.to_owned(),
        })
    }

    /// Returns where its catalog lies.
    pub fn catalog_path(&self) -> PathBuf {
        self.root.join(".albumen").join("catalog.sqlite")
    }
}
