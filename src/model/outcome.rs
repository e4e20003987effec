//! The fate of an entry: every entry of every part has exactly one.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why an entry was left aside.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ignored {
    /// Media of private messages, kept only with `--include messages`.
    Messages,
    /// A record file about other things than the owner's media.
    NotAboutMedia,
    /// Icons, stickers, style sheets and placeholders of the service itself.
    ServiceFile,
    /// Left by an operating system or a packer (`__MACOSX`, `.DS_Store`).
    SystemFile,
    /// Outside `--since` and `--until`.
    OutsideDates,
    /// Of another product of the same company, whose data came in the same archive (Google Drive).
    OtherProduct,
    /// Of a product that nothing in the parts given tells; other parts may. Never remembered: it is asked anew each time.
    Undecided,
    /// Neither media nor a record file the provider knows.
    Unknown,
    /// A directory, link or device: nothing to keep.
    NotAFile,
}

impl Ignored {
    /// Returns the reason in words.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Messages => "private message (kept with --include messages)",
            Self::NotAboutMedia => "record file about other things than your media",
            Self::ServiceFile => "file of the service itself",
            Self::SystemFile => "left by an operating system or packer",
            Self::OutsideDates => "outside --since/--until",
            Self::OtherProduct => "of another product in the same archive",
            Self::Undecided => {
                "nothing in the parts given tells which product it is of; import all parts together"
            }
            Self::Unknown => "not a kind of file albumen knows",
            Self::NotAFile => "not a file",
        }
    }

    /// Returns the reason in words, as it follows a number of entries.
    pub fn reason_of(&self, count: u64) -> &'static str {
        match self {
            _ if count == 1 => self.reason(),
            Self::Messages => "private messages (kept with --include messages)",
            Self::NotAboutMedia => "record files about other things than your media",
            Self::ServiceFile => "files of the service itself",
            Self::Unknown => "not of a kind albumen knows",
            Self::NotAFile => "not files",
            Self::SystemFile | Self::OutsideDates | Self::OtherProduct | Self::Undecided => {
                self.reason()
            }
        }
    }
}

/// Fate of one entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// A medium whose bytes the library did not hold.
    Imported,
    /// A medium whose bytes the library held before this import.
    Duplicate,
    /// A medium whose bytes another entry of the same import brought: the archives hold it twice.
    Repeat,
    /// A record file that was read.
    Record,
    /// Left aside.
    Ignored(Ignored),
    /// Could not be read; the text says why.
    Failed(String),
    /// Not looked at, because the user stopped the run.
    NotReached,
}

impl Outcome {
    /// Returns the name used in JSON. To a program it is all one whether the library or the archive holds a medium twice;
    /// another field tells.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Imported => "imported",
            Self::Duplicate | Self::Repeat => "duplicate",
            Self::Record => "record",
            Self::Ignored(_) => "ignored",
            Self::Failed(_) => "failed",
            Self::NotReached => "not_reached",
        }
    }

    /// Returns the reason, where there is one.
    pub fn reason(&self) -> Option<String> {
        match self {
            Self::Ignored(why) => Some(why.reason().to_owned()),
            Self::Failed(why) => Some(why.clone()),
            Self::NotReached => Some("the run was stopped before it came to this entry".to_owned()),
            _ => None,
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How many entries met each fate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutcomeCounts {
    /// Media whose bytes are new.
    pub imported: u64,
    /// Media whose bytes were held, or came a second time in the same archives.
    pub duplicate: u64,
    /// Record files read.
    pub record: u64,
    /// Left aside.
    pub ignored: u64,
    /// Not readable.
    pub failed: u64,
    /// Not looked at before the run was stopped. Notes of older versions counted them as failed.
    #[serde(default)]
    pub not_reached: u64,
}

impl OutcomeCounts {
    /// Counts one entry.
    pub fn add(&mut self, outcome: &Outcome) {
        let counter = match outcome {
            Outcome::Imported => &mut self.imported,
            Outcome::Duplicate | Outcome::Repeat => &mut self.duplicate,
            Outcome::Record => &mut self.record,
            Outcome::Ignored(_) => &mut self.ignored,
            Outcome::Failed(_) => &mut self.failed,
            Outcome::NotReached => &mut self.not_reached,
        };
        *counter += 1;
    }

    /// Returns the number of entries counted.
    pub fn sum(&self) -> u64 {
        let read = self.imported + self.duplicate + self.record + self.ignored + self.failed;
        read + self.not_reached
    }
}
