//! What `verify` reports.

use std::collections::BTreeMap;
use std::io;

use model::fault::Fault;

/// What is not as it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FindingKind {
    /// A file's bytes are not those that were imported.
    Changed,
    /// A file is shorter than what was imported.
    Truncated,
    /// A file is gone.
    Missing,
    /// A file is as it was, but its time is not when it was taken.
    TimeChanged,
    /// A file that albumen did not put there.
    Extra,
    /// A file or folder could not be read.
    Unreadable,
    /// A file or folder that this user may not read.
    NoPermission,
    /// A file or folder that the disk does not give.
    DiskError,
    /// A sidecar is not as albumen wrote it.
    SidecarChanged,
    /// A sidecar's bytes changed although nobody wrote it: its size and time are as albumen left them.
    SidecarRotten,
    /// A sidecar cannot be read as one.
    SidecarDamaged,
    /// A sidecar is gone.
    SidecarMissing,
    /// A sidecar speaks of other bytes than those beside it, or of other facts than the catalog.
    SidecarDiffers,
    /// `albums.json`, `missing.json`, `library.json` or `README.txt` is not as albumen wrote it.
    ListChanged,
    /// `albums.json`, `missing.json`, `library.json` or `README.txt` is gone.
    ListMissing,
    /// A manifest is gone.
    ManifestMissing,
    /// A manifest cannot be read.
    ManifestDamaged,
    /// A manifest disagrees with files that are sound.
    ManifestDiffers,
    /// There is no catalog.
    CatalogMissing,
    /// The catalog is broken.
    CatalogDamaged,
    /// The catalog disagrees with files that are sound.
    CatalogDiffers,
}

impl FindingKind {
    /// Every kind, in the order of the documents.
    pub const ALL: [Self; 21] = [
        Self::Changed,
        Self::Truncated,
        Self::Missing,
        Self::TimeChanged,
        Self::Extra,
        Self::Unreadable,
        Self::NoPermission,
        Self::DiskError,
        Self::SidecarChanged,
        Self::SidecarRotten,
        Self::SidecarDamaged,
        Self::SidecarMissing,
        Self::SidecarDiffers,
        Self::ListChanged,
        Self::ListMissing,
        Self::ManifestMissing,
        Self::ManifestDamaged,
        Self::ManifestDiffers,
        Self::CatalogMissing,
        Self::CatalogDamaged,
        Self::CatalogDiffers,
    ];

    /// Returns the name used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Truncated => "truncated",
            Self::Missing => "missing",
            Self::TimeChanged => "time_changed",
            Self::Extra => "extra",
            Self::Unreadable => "unreadable",
            Self::NoPermission => "no_permission",
            Self::DiskError => "disk_error",
            Self::SidecarChanged => "sidecar_changed",
            Self::SidecarRotten => "sidecar_rotten",
            Self::SidecarDamaged => "sidecar_damaged",
            Self::SidecarMissing => "sidecar_missing",
            Self::SidecarDiffers => "sidecar_differs",
            Self::ListChanged => "list_changed",
            Self::ListMissing => "list_missing",
            Self::ManifestMissing => "manifest_missing",
            Self::ManifestDamaged => "manifest_damaged",
            Self::ManifestDiffers => "manifest_differs",
            Self::CatalogMissing => "catalog_missing",
            Self::CatalogDamaged => "catalog_damaged",
            Self::CatalogDiffers => "catalog_differs",
        }
    }

    /// Returns whether bytes of an original or companion are lost, unless another copy is found.
    pub fn is_loss(self) -> bool {
        matches!(self, Self::Changed | Self::Truncated | Self::Missing) || self.is_unread()
    }

    /// Returns whether nobody knows what the bytes are, because they could not be read.
    pub fn is_unread(self) -> bool {
        matches!(
            self,
            Self::Unreadable | Self::NoPermission | Self::DiskError
        )
    }

    /// Returns the kind for a file that could not be read.
    pub fn of_unread(fault: Option<Fault>) -> Self {
        match fault {
            Some(Fault::NoPermission) => Self::NoPermission,
            Some(Fault::DiskError) => Self::DiskError,
            _ => Self::Unreadable,
        }
    }
}

/// One thing that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// Path in the library; empty for the library as a whole.
    pub path: String,
    /// What is wrong.
    pub kind: FindingKind,
    /// In words.
    pub detail: String,
}

impl Finding {
    /// Joins the three.
    pub fn new(kind: FindingKind, path: impl ToString, detail: impl Into<String>) -> Self {
        Self {
            path: path.to_string(),
            kind,
            detail: detail.into(),
        }
    }

    /// Tells of a file or folder that could not be read.
    pub fn unread(path: impl ToString, error: &io::Error) -> Self {
        let kind = FindingKind::of_unread(Fault::of(error));
        Self::new(kind, path, error.to_string())
    }
}

/// What a verify run read and found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct VerifyReport {
    /// Originals and companions that were looked at.
    pub files: u64,
    /// Those whose bytes were read.
    pub files_read: u64,
    /// Bytes read of them.
    pub bytes_read: u64,
    /// Sidecars looked at.
    pub sidecars: u64,
    /// Sorted by path.
    pub findings: Vec<Finding>,
    /// There was no catalog that could be used: files were compared with manifest and sidecars alone.
    pub without_catalog: bool,
    /// Whether the catalog is damaged in a way that no import mends; `None` if it was not looked at.
    pub condemned: Option<bool>,
    /// Derived tables of the catalog are damaged; the next import makes them again.
    pub rederive: bool,
    /// Differences that an import left which was cut off; the next one closes them, and no byte is lost.
    pub unfinished: u64,
    /// Originals and companions whose bytes are whole, and not where they belong: the run that was cut off had taken them
    /// elsewhere.
    pub not_in_place: Vec<String>,
    /// The time was up, or the user stopped it: some files were not read.
    pub stopped: bool,
    /// The user stopped it.
    pub interrupted: bool,
    /// An earlier run's place from which this one went on.
    pub resumed_after: Option<String>,
    /// Where the next run goes on.
    pub continues_after: Option<String>,
    /// Duration in seconds.
    pub seconds: f64,
}

impl VerifyReport {
    /// Returns whether every byte of every file was read in this run.
    pub fn read_everything(&self) -> bool {
        !self.stopped && self.files_read == self.files
    }

    /// Returns whether every file that was looked at is there and as it was.
    pub fn is_whole(&self) -> bool {
        self.findings.is_empty() && self.not_in_place.is_empty()
    }

    /// Returns whether a repair has something to do.
    pub fn needs_repair(&self) -> bool {
        !self.is_whole() || self.unfinished > 0
    }

    /// Returns the sidecars whose bytes changed although nobody wrote them.
    pub fn rotten_sidecars(&self) -> Vec<String> {
        let rotten = |found: &&Finding| found.kind == FindingKind::SidecarRotten;
        let found = self.findings.iter().filter(rotten);
        found.map(|found| found.path.clone()).collect()
    }

    /// Returns the files whose bytes are lost unless an archive brings them again.
    pub fn lost(&self) -> Vec<String> {
        let lost = self.findings.iter().filter(|found| found.kind.is_loss());
        let mut paths: Vec<String> = lost.map(|found| found.path.clone()).collect();
        paths.dedup();
        paths
    }

    /// Returns how many findings there are of each kind.
    pub fn counts(&self) -> BTreeMap<FindingKind, u64> {
        let mut counts = BTreeMap::new();
        for finding in &self.findings {
            *counts.entry(finding.kind).or_default() += 1;
        }
        counts
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_kind_has_its_own_name() {
        let names: BTreeSet<&str> = FindingKind::ALL.iter().map(|kind| kind.as_str()).collect();
        let kinds: BTreeSet<FindingKind> = FindingKind::ALL.into();
        assert_eq!((names.len(), kinds.len()), (21, 21));
    }

    #[test]
    fn a_run_that_was_cut_short_did_not_read_everything() {
        let whole = VerifyReport {
            files: 3,
            files_read: 3,
            ..VerifyReport::default()
        };
        assert!(whole.read_everything());
        for cut in [
            VerifyReport {
                files_read: 2,
                ..whole.clone()
            },
            VerifyReport {
                stopped: true,
                ..whole
            },
        ] {
            assert!(!cut.read_everything(), "{cut:?}");
        }
    }
}
