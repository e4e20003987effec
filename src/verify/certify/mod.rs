//! The certificate: may the account be deleted? Only what is read here and now can make it say "complete".

mod archives;
mod doubts;
mod gaps;
mod journal;
mod judge;
mod page;
mod situation;
mod word;

pub use archives::{ArchivePart, GivenArchive, Numbering, numbering_in_words};
pub use journal::{NewestArchive, newest_archives};
pub use page::page;
pub use word::{AccountArchives, given_archives, say_parts};

use std::borrow::Cow;
use std::sync::Arc;

use jiff::Timestamp;

use catalog::{Catalog, Others};
use model::not_understood::NotUnderstood;
use monitor::Monitor;
use writer::library::{Library, LibraryError};

use super::run::VerifyError;
use super::{VerifyOptions, VerifyReport, verify};

/// Proof that a certificate was made by judging a library; nothing outside this module can make one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proof(());

/// The answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// All that the archives given name is in the library, and was read from it just now.
    Complete(Proof),
    /// Something that records name is not in the library, or is not as it was.
    NotComplete,
    /// Nothing is known to be missing, but the archives given cannot show it.
    CannotBeKnown,
}

impl Verdict {
    /// Returns the name used in JSON.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Complete(_) => "complete",
            Self::NotComplete => "not_complete",
            Self::CannotBeKnown => "cannot_be_known",
        }
    }
}

/// Something that is named and not held, or held and damaged. There may be half a million: what many have in common is there once.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gap {
    /// When it was taken or posted, as far as known.
    pub date: Option<Arc<str>>,
    /// The medium as its record names it, or the path in the library.
    pub what: Box<str>,
    /// The record files that name it.
    pub records: Vec<Arc<str>>,
    /// What is wrong, in words.
    pub why: Cow<'static, str>,
    /// What to do about it.
    pub to_do: Arc<str>,
}

/// A file of an archive that no reader made sense of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NotUnderstoodFile {
    /// File name of the part; empty if none is known any more.
    pub part: String,
    /// Name of the entry.
    pub entry: String,
    /// Why it was not understood.
    pub what: NotUnderstood,
}

/// Numbers behind a verdict.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CertificateCounts {
    /// Statements of record files.
    pub records: u64,
    /// Different media that they name, by path.
    pub named: u64,
    /// Of these, in the library.
    pub held: u64,
    /// Of these, in no archive given so far.
    pub missing: u64,
    /// Files that belong to one of these (subtitles, overlays) and are in no archive given so far.
    pub companions_missing: u64,
    /// Photos and videos of the account in the library.
    pub assets: u64,
    /// Originals and companions of these.
    pub files: u64,
    /// Of these, gone or not as they were.
    pub damaged: u64,
}

/// The answer for one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// Provider's name.
    pub provider: String,
    /// Whose account; `None` if no archive tells.
    pub account: Option<String>,
    /// The answer.
    pub verdict: Verdict,
    /// Why it is not "complete", in words, each with what to do.
    pub reasons: Vec<String>,
    /// What it does not cover, in words.
    pub notes: Vec<String>,
    /// The archives it rests on, part by part.
    pub archives: Vec<GivenArchive>,
    /// Every single gap, each medium once.
    pub gaps: Vec<Gap>,
    /// Every file of an archive that was not understood.
    pub not_understood: Vec<NotUnderstoodFile>,
    /// Numbers.
    pub counts: CertificateCounts,
    /// First and last day of the items.
    pub days: Option<(String, String)>,
}

/// All certificates of a library, and the reading they rest on.
#[derive(Debug, Clone)]
pub struct Certified {
    /// One for each account, in order of provider and account.
    pub certificates: Vec<Certificate>,
    /// What the reading of every file found.
    pub verified: VerifyReport,
    /// When.
    pub at: Timestamp,
}

/// Reads every byte of the library at `root` and answers for each account.
///
/// # Errors
/// Fails if there is no library or no catalog that can be read, or another run is at work.
pub fn certify(
    root: &std::path::Path,
    clock: &(dyn Fn() -> Timestamp + Sync),
    monitor: &dyn Monitor,
) -> Result<Certified, VerifyError> {
    let library = Library::open(root)?;
    // First, because nobody wants to wait for a reading that then cannot be used.
    drop(open(&library)?);
    let verified = verify(root, &VerifyOptions::default(), clock, monitor)?;
    let catalog = open(&library)?;
    let situations = situation::situations(&catalog, &verified).map_err(VerifyError::Catalog)?;
    let certificates = situations.into_iter().map(judge::judge).collect();
    Ok(Certified {
        certificates,
        verified,
        at: clock(),
    })
}

fn open(library: &Library) -> Result<Catalog, VerifyError> {
    let others = || Others::asked(library.lock_to_read(), LibraryError::is_locked);
    Catalog::open_to_read(&library.catalog_path(), others).map_err(VerifyError::Catalog)
}
