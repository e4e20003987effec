//! What `verify` reports.

use std::collections::BTreeMap;

/// What is not as it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FindingKind {
    /// A file's bytes are not those that were imported.
    Changed,
    /// A file is shorter than what was imported.
    Truncated,
    /// A file is gone.
    Missing,
    /// A file that albumen did not put there.
    Extra,
    /// A file or folder could not be read.
    Unreadable,
    /// A sidecar is not as albumen wrote it.
    SidecarChanged,
    /// A sidecar cannot be read as one.
    SidecarDamaged,
    /// A sidecar is gone.
    SidecarMissing,
    /// A sidecar speaks of other bytes than those beside it, or of other facts than the catalog.
    SidecarDiffers,
    /// `albums.json`, `missing.json` or `library.json` is not as albumen wrote it.
    ListChanged,
    /// `albums.json`, `missing.json` or `library.json` is gone.
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
    pub const ALL: [Self; 17] = [
        Self::Changed,
        Self::Truncated,
        Self::Missing,
        Self::Extra,
        Self::Unreadable,
        Self::SidecarChanged,
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
            Self::Extra => "extra",
            Self::Unreadable => "unreadable",
            Self::SidecarChanged => "sidecar_changed",
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
        matches!(
            self,
            Self::Changed | Self::Truncated | Self::Missing | Self::Unreadable
        )
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
    /// Differences that an import left which was cut off; the next one closes them, and no byte is lost.
    pub unfinished: u64,
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
        assert_eq!((names.len(), kinds.len()), (17, 17));
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
