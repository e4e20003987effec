//! One import run: plan, store, settle, report.

mod absent;
mod album;
mod beforehand;
mod bytes_kind;
pub mod claims;
mod crowds;
mod damaged;
mod deciding;
pub mod derive;
mod derived_asset;
mod details;
mod doubts;
mod enter;
mod error;
mod evidence;
mod gathered;
mod given_before;
mod groups;
mod hashtags;
mod intake;
mod journal;
mod keep_history;
mod known;
mod linked;
mod lists;
mod looked;
pub mod merge;
mod missing_lines;
mod missing_list;
pub mod name_date;
mod newest;
mod note;
pub mod offset;
mod opened;
mod packed;
mod pieces;
mod placed;
pub mod plan;
mod reading;
mod rebuild;
mod rehearsal;
mod remains;
mod repair;
mod report;
mod run;
mod sets;
mod settle;
mod sidecars;
mod sorted_texts;
mod store;
mod sweep;
mod taken;
mod tie;
mod touched;
mod trees;
mod understood;
mod undo;
mod unnamed;
mod watch;

pub use error::ImportError;
pub use missing_lines::MissingLines;
pub use rebuild::{HistoryFrom, RebuildReport, rebuild, rebuild_with};
pub use repair::{RepairReport, repair, repair_with};
pub use report::written;
pub use run::{import, import_with};
pub use undo::{UndoError, UndoOptions, UndoReport, undo, undo_with};

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;

use disk::threads::or_one_a_core;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use archive::PartProblem;
use model::import_note::PartNote;
use model::not_understood::NotUnderstood;
use model::outcome::{Outcome, OutcomeCounts};

/// What to import and how.
#[derive(Debug, Clone, Default)]
pub struct ImportOptions {
    /// Archive parts, folders of parts, unpacked folders.
    pub paths: Vec<PathBuf>,
    /// Take everything for this provider's, whatever it looks like.
    pub provider: Option<String>,
    /// Whose data it is.
    pub account: Option<String>,
    /// How many parts the archive has, as stated by the user.
    pub parts: Option<u32>,
    /// Keep only media taken (or posted) on or after this day.
    pub since: Option<Date>,
    /// Keep only media taken (or posted) on or before this day.
    pub until: Option<Date>,
    /// Keep media of private messages, too.
    pub include_messages: bool,
    /// IANA name of the owner's time zone.
    pub home_timezone: Option<String>,
    /// Offset of dates in HTML pages, in seconds east of UTC, instead of the provider's rule.
    pub html_offset_s: Option<i32>,
    /// Encoding of entry names that are not UTF-8.
    pub name_encoding: Option<String>,
    /// Read entries that grow as only bombs do, too.
    pub trust_sizes: bool,
    /// Fail where there is no library instead of making one: for runs nobody watches, whose disk may not be mounted.
    pub existing_only: bool,
    /// Only print the plan.
    pub dry_run: bool,
    /// Worker threads; one a core if `None`.
    pub threads: Option<usize>,
}

impl ImportOptions {
    /// Worker threads: as many as were asked for, or one a core.
    fn workers(&self) -> NonZeroUsize {
        or_one_a_core(self.threads.and_then(NonZeroUsize::new))
    }
}

/// Fate of one entry that is worth a line of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryLine {
    /// File name of the part.
    pub part: Arc<str>,
    /// Name of the entry as it stands in the part.
    pub entry: Arc<str>,
    /// Its fate.
    pub outcome: Outcome,
    /// Where its bytes are in the library, if they are.
    pub path: Option<String>,
}

/// A medium that records name and no archive so far holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MissingLine {
    /// Provider's name.
    pub provider: String,
    /// Account, if known.
    pub account: Option<String>,
    /// Record file that names it; the part, where a medium in it cannot be read and nothing else tells of it.
    pub record: String,
    /// Path of the medium as the record names it.
    pub uri: String,
    /// When it was taken or posted, RFC 3339 or shorter, as far as known.
    pub taken_at: Option<String>,
}

/// A file that no reader made sense of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotUnderstoodLine {
    /// Provider's name.
    pub provider: String,
    /// File name of the part.
    pub part: Arc<str>,
    /// Name of the entry as it stands in the part.
    pub entry: Arc<str>,
    /// Why.
    pub why: NotUnderstood,
}

/// A part that was not given this time, because it had come before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenBefore {
    /// Its file name.
    pub part: String,
    /// When the last import of it began.
    pub at: Timestamp,
}

/// What an import did (or, with `dry_run`, would do).
#[derive(Debug, Clone, Default)]
pub struct ImportReport {
    /// Parts opened.
    pub parts: u64,
    /// What is known of each, in the order opened.
    pub part_facts: Vec<PartNote>,
    /// Entries in them.
    pub entries: u64,
    /// Fates; their sum equals `entries`.
    pub outcomes: OutcomeCounts,
    /// Of the duplicates those that the archives hold twice, and the library held not.
    pub repeats: u64,
    /// Items the records describe.
    pub items: u64,
    /// Assets that are new in the library.
    pub assets_added: u64,
    /// Assets whose facts or place changed.
    pub assets_changed: u64,
    /// Assets whose time is an instant of which nobody knows what the clock on the wall showed.
    pub utc_only: u64,
    /// Assets whose time is what a page of a service shows, and nothing tells in which zone.
    pub zoneless: u64,
    /// Bytes read out of archives.
    pub bytes_read: u64,
    /// Bytes of new originals.
    pub bytes_written: u64,
    /// Duration in seconds.
    pub seconds: f64,
    /// Whole parts with a problem.
    pub problems: Vec<PartProblem>,
    /// Parts between those given that an earlier import was given: no problem.
    pub given_before: Vec<GivenBefore>,
    /// Parts that are no known service's, beside others that are: nothing of them was taken in.
    pub unknown_parts: Vec<Arc<str>>,
    /// Entries not plainly imported, duplicate or read.
    pub lines: Vec<EntryLine>,
    /// Media named and not held.
    pub missing: MissingLines,
    /// Files that no reader made sense of.
    pub not_understood: Vec<NotUnderstoodLine>,
    /// Providers recognised, with the number of items of each: (provider, account, items).
    pub recognized: Vec<(String, Option<String>, u64)>,
    /// The user stopped the run.
    pub interrupted: bool,
}

impl ImportReport {
    /// Returns whether everything the archives name is in the library now.
    pub fn whole(&self) -> bool {
        self.outcomes.failed == 0
            && self.outcomes.not_reached == 0
            && self.missing.is_empty()
            && self.problems.is_empty()
            && self.unknown_parts.is_empty()
            && self.not_understood.is_empty()
            && !self.interrupted
    }
}
