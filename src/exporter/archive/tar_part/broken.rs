//! Why a tar cannot be read on.

use std::io;

use crate::EntryError;

/// Why a tar cannot be read on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Broken {
    /// It ends too early.
    CutOff,
    /// Its bytes make no sense.
    Damaged(String),
    /// The file could not be read.
    Io(String),
}

impl Broken {
    /// Returns what this means for the entry being read.
    pub(crate) fn of_entry(&self) -> EntryError {
        match self {
            Self::CutOff => EntryError::CutOff,
            Self::Damaged(what) => EntryError::Damaged(what.clone()),
            Self::Io(error) => EntryError::Io(error.clone()),
        }
    }
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::CutOff,
            // What flate2 says of bytes that are no gzip or deflate.
            io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => {
                Self::Damaged("the compressed bytes make no sense".to_owned())
            }
            _ => Self::Io(error.to_string()),
        }
    }
}
