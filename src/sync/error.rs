//! What goes wrong in a pass: what ends it, and what only one step of it hears of.

use std::io;
use std::path::{Path, PathBuf};

use super::means::Failure;
use gallery::GalleryError;
use push::{DestinationError, PushError};
use writer::library::LibraryError;

/// Why a pass could not be made.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say what the fields hold")]
pub enum SyncError {
    /// When the file that remembers what was done could not be read or written.
    #[error("could not remember what was done in {}", .library.display())]
    State { library: PathBuf, source: io::Error },
    /// When there is no library where the configuration says, and the pass may not make one.
    #[error("there is no library at {}{}", .path.display(), if *.known { ", and there was one before" } else { "" })]
    NoLibrary { path: PathBuf, known: bool },
    /// When the library has another identity than at the last pass: another disk is mounted there.
    #[error("the library at {} is another one than before", .path.display())]
    AnotherLibrary { path: PathBuf },
    /// When the identity of the library could not be kept in the state folder.
    #[error("could not remember in {} which library is which", .path.display())]
    Remember { path: PathBuf, source: io::Error },
    /// When the library could not be opened, or another run is at work in it.
    #[error(transparent)]
    Library(#[from] LibraryError),
}

/// Returns what makes an error of what a pass remembers.
pub(crate) fn state_failed(library: &Path) -> impl Fn(io::Error) -> SyncError {
    let library = library.to_owned();
    move |source| SyncError::State {
        library: library.clone(),
        source,
    }
}

/// Why one step failed; the others go on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StepError {
    #[error("{0}")]
    Means(#[source] Failure),
    #[error(transparent)]
    Sync(#[from] SyncError),
    #[error("could not fetch from the inbox {inbox}")]
    Inbox {
        inbox: String,
        source: DestinationError,
    },
    #[error("could not push to {destination}")]
    Push {
        destination: String,
        source: PushError,
    },
    #[error("the push to {destination} stopped early; what is listed above as there is there")]
    PushStopped {
        destination: String,
        source: DestinationError,
    },
    #[error("wrong layout of a destination: {why}")]
    Layout { why: String },
    #[error("could not write the gallery of {}", .library.display())]
    Gallery {
        library: PathBuf,
        source: GalleryError,
    },
}
