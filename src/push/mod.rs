//! Copies assets to destinations, reads back what it put, and keeps a journal of it. Never deletes there, never doubles.
//!
//! A destination is one file (or folder) of this module behind the trait [`Destination`]. Everything else (what to push, in
//! which order, what is there already, trying again, reading back, the journal) is the same for all of them.

pub mod address;
pub mod bag;
mod carry_out;
pub mod copy;
mod deliver;
pub mod embed;
pub mod error;
pub mod folder;
mod gather;
pub mod http;
mod journal;
pub mod layout;
mod lists;
pub mod parcel;
mod paths;
pub mod plan;
pub mod recheck;
mod report;
mod retry;
mod run;
pub mod s3;
pub mod secret;
pub mod strip;
pub mod webdav;
mod write_lists;
pub mod zip;

pub use error::{DestinationError, PushError};
pub use report::{ActionLine, FileOutcome, PushOptions, PushReport, Sidecars};
pub use run::{Conditions, push};

use std::io::Write;

use parcel::{Parcel, Payload, Sending};

/// What a host can hold.
#[derive(Debug, Clone, Default)]
pub struct Abilities {
    /// Largest file it takes, if it says so.
    pub largest_file: Option<u64>,
    /// Longest path in bytes, if there is a limit.
    pub longest_path: Option<usize>,
    /// Bytes still free, if it says so.
    pub free_bytes: Option<u64>,
    /// A file gets its final name only after it was read back. Where not, the journal notes each file before it is sent, so
    /// that after a crash its own half-sent file is told from somebody else's.
    pub staged: bool,
    /// All files together become one at the end; before that, none of them is there.
    pub whole: bool,
    /// How many files may be sent at once; `None`: as many as wanted.
    pub at_once: Option<usize>,
    /// In words: what arrives otherwise than in the library.
    pub notes: Vec<String>,
}

/// A file as it lies at a destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What the host calls it: its path, or an id.
    pub id: String,
    /// Its size, if the host tells.
    pub size_bytes: Option<u64>,
    /// The host's mark of this state of the file (ETag, modification time): the same mark, the same bytes.
    pub tag: Option<String>,
}

/// An album as it shall be at a destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlbumThere {
    /// Title as its owner wrote it.
    pub title: String,
    /// Text by the owner.
    pub description: Option<String>,
    /// What the host calls its members, in order.
    pub members: Vec<String>,
}

/// A place assets are copied to. Calls come from several threads at once and may block.
///
/// # Errors
/// Every method fails with what the host said; the runner decides what is tried again.
pub trait Destination: Sync {
    /// Connects, checks that the credentials are right, and says what the host can hold. Changes nothing there.
    fn describe(&self) -> Result<Abilities, DestinationError>;

    /// Says which of these files are there already, in the same order. Changes nothing there.
    fn find(&self, wanted: &[&Parcel]) -> Result<Vec<Option<Found>>, DestinationError>;

    /// Hands over the path of every file below a folder (`""`: all). Changes nothing there.
    fn list(&self, below: &str, each: &mut dyn FnMut(&str)) -> Result<(), DestinationError>;

    /// Sends a file. It may lie under a name of its own until [`Destination::keep`]. `over` is the file it takes the place of.
    fn put(
        &self,
        parcel: &Parcel,
        payload: &Payload,
        over: Option<&Found>,
        sending: &Sending,
    ) -> Result<Found, DestinationError>;

    /// Reads a file back.
    fn read(&self, file: &Found, to: &mut dyn Write) -> Result<(), DestinationError>;

    /// Gives a file that was put and read back its final name. Fails with [`DestinationError::Exists`] if something else has it.
    fn keep(
        &self,
        parcel: &Parcel,
        placed: Found,
        over: Option<&Found>,
    ) -> Result<Found, DestinationError>;

    /// Ends the push: makes albums where the host has such, gives what is one file its name.
    fn finish(&self, albums: &[AlbumThere]) -> Result<(), DestinationError>;
}
