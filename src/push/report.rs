//! What a push is asked to do, and what it says it did.

use super::GroupKind;
use super::copy::ContentCredentials;
use super::error::DestinationError;
use super::layout::Layout;
use super::parcel::Parcel;
use super::strip::Strip;
use model::content_hash::ContentHash;
use model::select::Select;
use writer::sidecar::rights::Rights;

/// Files sent at the same time unless the user says otherwise.
pub(crate) const WORKERS: usize = 4;

/// Whether sidecars are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sidecars {
    /// XMP beside each original.
    Xmp,
    /// None.
    None,
}

/// What to push and how.
#[derive(Debug, Clone)]
pub struct PushOptions {
    /// Which assets.
    pub select: Select,
    /// Shape of the tree there.
    pub layout: Layout,
    /// Whether sidecars are sent.
    pub sidecars: Sidecars,
    /// What is taken out of the copies.
    pub strip: Option<Strip>,
    /// Write metadata into the copies themselves.
    pub embed: bool,
    /// What is said of the rights in what is sent.
    pub rights: Rights,
    /// Make a BagIt bag.
    pub bag: bool,
    /// Only say what would be done.
    pub dry_run: bool,
    /// Files sent at the same time.
    pub workers: usize,
}

impl Default for PushOptions {
    fn default() -> Self {
        Self {
            select: Select::default(),
            layout: Layout::default(),
            sidecars: Sidecars::Xmp,
            strip: None,
            embed: false,
            rights: Rights::default(),
            bag: false,
            dry_run: false,
            workers: WORKERS,
        }
    }
}

/// What became, or would become, of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileOutcome {
    /// Sent and read back; or to be sent.
    New,
    /// Sent in place of an earlier state; or to be.
    Changed,
    /// There already.
    Present,
    /// Something of its size is there; a push reads it.
    Check,
    /// The host cannot hold it, or no copy can be made as wanted.
    Cannot,
    /// Tried, and not there.
    Failed,
}

impl FileOutcome {
    /// Returns the name used in JSON and text.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Changed => "changed",
            Self::Present => "present",
            Self::Check => "check",
            Self::Cannot => "cannot",
            Self::Failed => "failed",
        }
    }
}

/// A file that was not simply there already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionLine {
    /// What became of it.
    pub outcome: FileOutcome,
    /// Where it lies there; in the library, if it cannot be there.
    pub path: String,
    /// The asset it belongs to.
    pub asset: Option<ContentHash>,
    /// Its size.
    pub size_bytes: u64,
    /// Why not, in words.
    pub reason: Option<String>,
}

/// Albums and stacks made or added to at a host that has such.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Groups {
    /// Albums.
    pub albums: u64,
    /// Stacks.
    pub stacks: u64,
}

impl Groups {
    pub(super) fn count(&mut self, kind: &GroupKind) {
        match kind {
            GroupKind::Album { .. } => self.albums += 1,
            GroupKind::Stack => self.stacks += 1,
        }
    }
}

/// What a push did, or would do.
#[derive(Debug, Default)]
pub struct PushReport {
    /// Photos and videos chosen.
    pub assets: u64,
    /// Files that were there already.
    pub present: u64,
    /// Every other file.
    pub lines: Vec<ActionLine>,
    /// Files of the library into whose copies not all metadata could be written, and why.
    pub not_embedded: Vec<(String, String)>,
    /// Files of the library with Content Credentials whose copies were to be changed, and what became of these.
    pub credentials: Vec<(String, ContentCredentials)>,
    /// Albums and stacks made or added to.
    pub groups: Groups,
    /// Bytes of the files sent (or to be sent).
    pub bytes_sent: u64,
    /// What the host holds otherwise than the library, in words.
    pub notes: Vec<String>,
    /// Why the run ended before its time.
    pub stopped: Option<DestinationError>,
    /// The user wanted it to stop.
    pub interrupted: bool,
    /// How long it took.
    pub seconds: f64,
}

impl PushReport {
    /// Returns how many files have this outcome.
    pub fn count(&self, outcome: FileOutcome) -> u64 {
        let listed = self.lines.iter().filter(|line| line.outcome == outcome);
        listed.count() as u64
            + if outcome == FileOutcome::Present {
                self.present
            } else {
                0
            }
    }

    /// Returns how many files' Content Credentials became this.
    pub fn count_credentials(&self, fate: ContentCredentials) -> u64 {
        let of_fate = self.credentials.iter().filter(|(_, found)| *found == fate);
        of_fate.count() as u64
    }

    pub(super) fn add(&mut self, outcome: FileOutcome, parcel: &Parcel, reason: Option<String>) {
        if outcome == FileOutcome::Present {
            self.present += 1;
            return;
        }
        if matches!(outcome, FileOutcome::New | FileOutcome::Changed) {
            self.bytes_sent += parcel.size_bytes;
        }
        self.lines.push(ActionLine {
            outcome,
            path: parcel.path.clone(),
            asset: parcel.asset,
            size_bytes: parcel.size_bytes,
            reason,
        });
    }
}
