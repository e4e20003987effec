//! What the journal keeps of an import: what it was asked, and what it came to. One type writes it and reads it.
//!
//! A certificate rests on these notes, so nothing in them has a silent default. A field that is not there, or one that this version
//! does not know, makes the note unreadable; an import whose note cannot be read counts as one of which nothing is known. Notes of
//! before these types existed are read by `import_note_old`, and leave open what they did not hold.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize};

use super::not_understood::NotUnderstood;
use super::outcome::{Ignored, OutcomeCounts};

/// Number of the form in which notes are written. Notes without a number are older than these types.
pub const FORMAT: u32 = 2;

/// Names of entries left aside that a note keeps for each reason; beyond that it only counts.
pub const MOST_NAMES: usize = 200;

/// A note that this version cannot read.
#[derive(Debug, thiserror::Error)]
#[error("the journal's note of an import cannot be read: {0}")]
pub struct Unreadable(#[from] serde_json::Error);

/// An import: what it was asked, and what it came to if it came to its end.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportNote {
    /// Written when it began.
    pub asked: Asked,
    /// Written when it ended; `None` if it was cut off.
    pub came_to: Option<CameTo>,
}

/// What an import was asked to do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// [`FORMAT`] of the writer.
    pub format: u32,
    /// The paths given.
    pub paths: Vec<String>,
    /// Provider the user named.
    #[serde(deserialize_with = "stated")]
    pub provider: Option<String>,
    /// Account the user named.
    #[serde(deserialize_with = "stated")]
    pub account: Option<String>,
    /// How many parts there are, as stated by the user.
    #[serde(deserialize_with = "stated")]
    pub parts: Option<u32>,
    /// First day asked for.
    #[serde(deserialize_with = "stated")]
    pub since: Option<Date>,
    /// Last day asked for.
    #[serde(deserialize_with = "stated")]
    pub until: Option<Date>,
    /// Media of private messages were asked for, too.
    pub include_messages: bool,
    /// IANA name of the owner's time zone.
    #[serde(deserialize_with = "stated")]
    pub home_timezone: Option<String>,
    /// Offset given for the dates of HTML pages, in seconds east of UTC.
    #[serde(deserialize_with = "stated")]
    pub html_offset_s: Option<i32>,
}

impl Asked {
    /// Returns whether only some of what the archives hold was asked for.
    pub fn is_filtered(&self) -> bool {
        self.since.is_some() || self.until.is_some()
    }
}

/// What an import came to.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CameTo {
    /// [`FORMAT`] of the writer.
    pub format: u32,
    /// Every part that was opened, in order.
    pub part_facts: Vec<PartNote>,
    /// Whole parts with a problem.
    pub problems: Vec<ProblemNote>,
    /// Entries that could not be read.
    pub failed: Vec<FailedNote>,
    /// What was left aside, by reason; `None` if the note is older than that.
    #[serde(deserialize_with = "stated")]
    pub left_aside: Option<Vec<AsideNote>>,
    /// Files that no reader made sense of; `None` if the note is older than that.
    #[serde(deserialize_with = "stated")]
    pub not_understood: Option<Vec<NotUnderstoodNote>>,
    /// Media of private messages that were left aside.
    pub messages_left_aside: u64,
    /// Accounts that were recognized.
    pub accounts: Vec<AccountNote>,
    /// Its user stopped it.
    pub interrupted: bool,
    /// Entries in all parts.
    pub entries: u64,
    /// Their fates.
    pub outcomes: OutcomeCounts,
    /// Statements about media.
    pub items: u64,
    /// Media that records name and no archive held.
    pub missing: u64,
    /// Assets that were new.
    pub assets_added: u64,
    /// Assets that changed.
    pub assets_changed: u64,
    /// Bytes read out of archives.
    pub bytes_read: u64,
    /// Bytes of new originals.
    pub bytes_written: u64,
}

impl CameTo {
    /// Returns the names of the parts.
    pub fn part_names(&self) -> impl Iterator<Item = &str> {
        self.part_facts.iter().map(|part| part.name.as_str())
    }
}

/// A part that was opened.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartNote {
    /// Its file name.
    pub name: String,
    /// Its size; `None` for a folder, and where the note is older than that.
    #[serde(deserialize_with = "stated")]
    pub size_bytes: Option<u64>,
    /// When the file was last changed.
    #[serde(deserialize_with = "stated")]
    pub modified: Option<Timestamp>,
    /// Day on which the service made it, as its name or a page in it tells.
    #[serde(deserialize_with = "stated")]
    pub made: Option<Date>,
    /// What it holds, of which provider and of whom; `None` where the note is older than that.
    #[serde(deserialize_with = "stated")]
    pub pieces: Option<Vec<PieceNote>>,
}

/// A piece of a part: all of it, or one of several unpacked parts in one folder.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PieceNote {
    /// Provider whose data it is.
    pub provider: String,
    /// Whose data, as far as something in the piece tells or the user said.
    #[serde(deserialize_with = "stated")]
    pub account: Option<String>,
    /// Folder of the part that it begins in; empty for the top.
    pub root: String,
    /// The archive it belongs to, by its name.
    pub export: String,
    /// The service itself gives that name to all parts of that archive, and to no other.
    pub told: bool,
    /// Which part of which series it is, where its name has a number.
    #[serde(deserialize_with = "stated")]
    pub slot: Option<String>,
    /// How many parts the archive has, where the name tells.
    #[serde(deserialize_with = "stated")]
    pub of: Option<u32>,
    /// Whether a list in hand lists all its media; `None` where there is no list of its archive.
    #[serde(deserialize_with = "stated")]
    pub listed: Option<bool>,
    /// Hash of the paths and sizes in it: the same piece under another name has the same.
    pub contents: String,
}

impl PieceNote {
    /// Returns whether both are the same piece of one archive, given twice.
    pub fn is_same(&self, other: &Self) -> bool {
        match (&self.slot, &other.slot) {
            (Some(one), Some(other)) => one == other,
            _ => self.contents == other.contents,
        }
    }

    /// Returns what tells this piece from others: the number in its name, if it has one, and what is in it. Two pieces that share
    /// either are one.
    pub fn marks(&self) -> impl Iterator<Item = &str> {
        self.slot.as_deref().into_iter().chain([&*self.contents])
    }
}

impl PartNote {
    /// Returns whether it holds data of a provider; `None` where the note is older than that.
    pub fn is_of(&self, provider: &str) -> Option<bool> {
        let pieces = self.pieces.as_ref()?;
        Some(pieces.iter().any(|piece| piece.provider == provider))
    }

    /// Returns a part of which only the name is known.
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ..Self::default()
        }
    }
}

/// A whole part with a problem.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProblemNote {
    /// File name of the part.
    pub part: String,
    /// What is wrong, in words.
    pub problem: String,
    /// Which part of which series it is, where its name has a number. Without it only a part of the very same name takes the
    /// problem away.
    #[serde(default)]
    pub slot: Option<String>,
}

/// An entry that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FailedNote {
    /// File name of the part.
    pub part: String,
    /// Name of the entry.
    pub entry: String,
    /// Why, in words.
    pub reason: String,
}

/// Entries left aside for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AsideNote {
    /// The reason.
    pub why: Ignored,
    /// How many.
    pub count: u64,
    /// The first of them ([`MOST_NAMES`]), where their names say more than their number.
    pub names: Vec<EntryNote>,
}

/// An entry of a part.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntryNote {
    /// File name of the part.
    pub part: String,
    /// Name of the entry.
    pub entry: String,
}

/// A file that no reader made sense of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NotUnderstoodNote {
    /// Provider's name.
    pub provider: String,
    /// File name of the part.
    pub part: String,
    /// Name of the entry.
    pub entry: String,
    /// Why.
    pub what: NotUnderstood,
}

/// An account that was recognized.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountNote {
    /// Provider's name.
    pub provider: String,
    /// Whose data, if an archive tells.
    #[serde(deserialize_with = "stated")]
    pub account: Option<String>,
    /// Statements about its media.
    pub items: u64,
}

/// Reads a field that may be null and must be there: serde takes a field that is not there for null otherwise, and a note without
/// `since` would be that of an import without filter.
fn stated<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
#[path = "import_note_tests.rs"]
mod tests;
