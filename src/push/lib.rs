//! Copies assets to destinations, reads back what it put, and keeps a journal of it. Never deletes there, never doubles.
//!
//! A destination is one file (or folder) of this module behind the trait [`Destination`], and has one line in [`SCHEMES`]. Everything
//! else (what to push, in which order, what is there already, trying again, reading back, the journal) is the same for all of them.

pub mod address;
pub mod bag;
mod carry_out;
pub mod connection;
pub mod copy;
mod deliver;
pub mod embed;
pub mod error;
pub mod folder;
mod gather;
pub mod http;
pub mod immich;
mod journal;
pub mod layout;
mod lists;
pub mod parcel;
mod paths;
mod percent;
pub mod plan;
pub mod readers;
pub mod recheck;
pub mod remote_folder;
mod report;
mod retry;
mod run;
pub mod s3;
pub mod scheme;
pub mod secret;
mod settle;
pub mod sftp;
mod shape;
pub mod strip;
pub mod webdav;
mod write_lists;
pub mod zip;

pub use copy::ContentCredentials;
pub use error::{DestinationError, PushError};
pub use report::{ActionLine, FileOutcome, Groups, PushOptions, PushReport, Sidecars};
pub use run::{Conditions, push};

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use catalog::PushedRow;
use model::content_hash::ContentHash;
use parcel::{Parcel, Payload, Sending};
use scheme::Scheme;

/// Every kind of destination, in the order they are named to people.
pub static SCHEMES: &[&Scheme] = &[
    &folder::SCHEME,
    &zip::SCHEME,
    &webdav::SCHEME,
    &s3::SCHEME,
    &sftp::SCHEME,
    &immich::SCHEME,
    &webdav::PHOTOPRISM,
];

/// What a host can hold.
#[derive(Debug, Clone, Default)]
pub struct Abilities {
    /// Largest file it takes, if it says so.
    pub largest_file: Option<u64>,
    /// Longest path in bytes, if there is a limit.
    pub longest_path: Option<usize>,
    /// Bytes still free, if it says so.
    pub free_bytes: Option<u64>,
    /// No half file is ever there under a final name: it gets that after it was read back, or files come whole or not at all and
    /// are known by their bytes. Where not, the journal notes each file before it is sent, so that after a crash its own
    /// half-sent file is told from somebody else's.
    pub staged: bool,
    /// The mark of a file's state is asked for when all are there, folder by folder: one request less for each file.
    pub marks_late: bool,
    /// All files together become one at the end; before that, none of them is there.
    pub whole: bool,
    /// How many files may be sent at once; `None`: as many as wanted.
    pub at_once: Option<usize>,
    /// In words: what arrives otherwise than in the library.
    pub notes: Vec<String>,
    /// It keeps assets and not files: no lists lie there, and albums and stacks are its own.
    pub shows_assets: bool,
    /// How long the host's own work on what was sent is waited for, if it comes no further.
    pub patience: Duration,
    /// What the key has no right to and a push needs.
    pub missing_rights: Vec<String>,
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

/// What is there of a file, as far as it can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// Hash of its bytes; of what stands for them, where a host keeps facts instead of a sidecar.
    pub hash: ContentHash,
    /// Nobody but albumen wrote what is there: it may be written anew.
    pub untouched: bool,
}

/// What holds several files together at a destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupKind {
    /// An album.
    Album {
        /// Title as its owner wrote it.
        title: String,
        /// Text by the owner.
        description: Option<String>,
    },
    /// The members of a post, or the versions of a picture.
    Stack,
}

/// Files that shall be together at a destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupThere {
    /// What it is.
    pub kind: GroupKind,
    /// What the host calls it, if it was made before.
    pub id: Option<String>,
    /// What the host calls its members, in order.
    pub members: Vec<String>,
}

/// A file as the destination itself says it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedThere {
    /// Its path, for messages.
    pub path: String,
    /// Hash its bytes had when they were put there.
    pub sha256: ContentHash,
    /// The file.
    pub found: Found,
}

/// A place assets are copied to. Calls come from several threads at once and may block.
///
/// # Errors
/// Every method fails with what the host said; the runner decides what is tried again.
pub trait Destination: Sync {
    /// Connects, checks that the credentials are right, and says what the host can hold. Changes nothing there.
    fn describe(&self) -> Result<Abilities, DestinationError>;

    /// Returns the file or folder of this machine that the destination is, if it is one.
    fn on_this_machine(&self) -> Option<&Path> {
        None
    }

    /// Returns what tells the account there from others at the same host, where that is not part of the address: the journal of one
    /// says nothing of another.
    fn account(&self) -> Result<Option<String>, DestinationError> {
        Ok(None)
    }

    /// Returns whether a file that a journal knows is this account's.
    fn is_own(&self, _row: &PushedRow) -> Result<bool, DestinationError> {
        Ok(true)
    }

    /// Hears what the journal knows of this destination.
    fn recall(&self, _rows: &mut dyn Iterator<Item = &PushedRow>) {}

    /// Says why the host will not have this file, as far as [`Destination::find`] could tell.
    fn refuses(&self, _parcel: &Parcel) -> Option<String> {
        None
    }

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

    /// Reads what is there of a file.
    fn look_into(&self, parcel: &Parcel, found: &Found) -> Result<Seen, DestinationError> {
        deliver::look_into(parcel, |to| self.read(found, to))
    }

    /// Says of which files the host has finished its own work, for which [`Destination::look_into`] failed with
    /// [`DestinationError::Unfinished`]. `waited` is how long that has been waited for.
    fn settled(&self, files: &[&Found], _waited: Duration) -> Result<Vec<bool>, DestinationError> {
        Ok(vec![true; files.len()])
    }

    /// Returns the mark of the state that [`Destination::look_into`] has seen last.
    fn mark(&self, _parcel: &Parcel, found: &Found) -> Option<String> {
        found.tag.clone()
    }

    /// Says what others have written at a file that was left as it is, in words.
    fn why_left(&self, _found: &Found) -> Option<String> {
        None
    }

    /// Puts files together, and returns what the host calls the group; `None` if it was left alone because it is not ours.
    fn group(&self, _group: &GroupThere) -> Result<Option<String>, DestinationError> {
        Ok(None)
    }

    /// Returns what the destination itself says was put there, if it keeps that otherwise than in lists.
    fn own_list(&self) -> Result<Option<Vec<ListedThere>>, DestinationError> {
        Ok(None)
    }

    /// Says in words what a person should know of what happened.
    fn notes(&self) -> Vec<String> {
        Vec::new()
    }

    /// Names what [`Destination::finish`] waits for, if that may take long.
    fn last_step(&self) -> Option<&'static str> {
        None
    }

    /// Ends the push: gives what is one file its name.
    fn finish(&self) -> Result<(), DestinationError> {
        Ok(())
    }
}
