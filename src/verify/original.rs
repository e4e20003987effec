//! Judges an original or companion: which of those who speak of it are right?

use model::amount::Count;
use model::content_hash::ContentHash;

use super::finding::FindingKind;

/// Who speaks of a file's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Witness {
    /// `SHA256SUMS`.
    Manifest,
    /// The catalog.
    Catalog,
    /// The sidecar.
    Sidecar,
}

impl Witness {
    fn at_fault(self) -> (FindingKind, &'static str) {
        match self {
            Self::Manifest => (
                FindingKind::ManifestDiffers,
                "SHA256SUMS has another hash for it; catalog or sidecar agree with the bytes",
            ),
            Self::Catalog => (
                FindingKind::CatalogDiffers,
                "the catalog has another hash for it; SHA256SUMS or sidecar agree with the bytes",
            ),
            Self::Sidecar => (
                FindingKind::SidecarDiffers,
                "the sidecar has another hash for it; SHA256SUMS or catalog agree with the bytes",
            ),
        }
    }
}

/// Returns what is wrong with a file whose bytes hash to `actual`.
///
/// Damage to a file makes all witnesses disagree with it; damage to one witness makes that one disagree alone. So the file is
/// sound if at least as many agree with it as do not.
pub(crate) fn judge(
    actual: ContentHash,
    actual_size: u64,
    size: Option<u64>,
    witnesses: &[(Witness, ContentHash)],
) -> Vec<(FindingKind, String)> {
    let against: Vec<Witness> = witnesses
        .iter()
        .filter(|(_, hash)| *hash != actual)
        .map(|(witness, _)| *witness)
        .collect();
    let mut found = Vec::new();
    if against.len() * 2 > witnesses.len() {
        found.push(damage(actual_size, size));
        return found;
    }
    for witness in against {
        let (kind, detail) = witness.at_fault();
        found.push((kind, detail.to_owned()));
    }
    found
}

fn damage(actual_size: u64, size: Option<u64>) -> (FindingKind, String) {
    match size {
        Some(size) if actual_size < size => (
            FindingKind::Truncated,
            format!("{} of {} bytes are there", Count(actual_size), Count(size)),
        ),
        Some(size) if actual_size > size => (
            FindingKind::Changed,
            format!(
                "{} bytes longer than what was imported",
                Count(actual_size - size)
            ),
        ),
        _ => (
            FindingKind::Changed,
            "its bytes differ from those that were imported".to_owned(),
        ),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use Witness::{Catalog, Manifest, Sidecar};

    #[test]
    fn the_one_that_disagrees_alone_is_at_fault() {
        let (a, b, c) = (
            ContentHash([1; 32]),
            ContentHash([2; 32]),
            ContentHash([3; 32]),
        );
        for (witnesses, expected) in [
            (vec![(Manifest, a), (Catalog, a), (Sidecar, a)], vec![]),
            (
                vec![(Manifest, b), (Catalog, a), (Sidecar, a)],
                vec![FindingKind::ManifestDiffers],
            ),
            (
                vec![(Manifest, a), (Catalog, b), (Sidecar, a)],
                vec![FindingKind::CatalogDiffers],
            ),
            (
                vec![(Manifest, a), (Catalog, a), (Sidecar, b)],
                vec![FindingKind::SidecarDiffers],
            ),
            (
                vec![(Manifest, b), (Catalog, b), (Sidecar, b)],
                vec![FindingKind::Changed],
            ),
            // Whoever changes a file can write the manifest anew; catalog and sidecar remember.
            (
                vec![(Manifest, a), (Catalog, b), (Sidecar, b)],
                vec![FindingKind::Changed],
            ),
            (
                vec![(Manifest, a), (Catalog, b)],
                vec![FindingKind::CatalogDiffers],
            ),
            (
                vec![(Manifest, b), (Catalog, c)],
                vec![FindingKind::Changed],
            ),
            (vec![(Sidecar, b)], vec![FindingKind::Changed]),
            (vec![], vec![]),
        ] {
            let found: Vec<FindingKind> = judge(a, 5, Some(5), &witnesses)
                .into_iter()
                .map(|(kind, _)| kind)
                .collect();
            assert_eq!(found, expected, "{witnesses:?}");
        }
    }

    #[test]
    fn damage_is_told_by_size() {
        for (actual, size, kind) in [
            (4, Some(5), FindingKind::Truncated),
            (6, Some(5), FindingKind::Changed),
            (5, Some(5), FindingKind::Changed),
            (4, None, FindingKind::Changed),
        ] {
            let witness = [(Manifest, ContentHash([2; 32]))];
            let found = judge(ContentHash([1; 32]), actual, size, &witness);
            assert_eq!((found.len(), found[0].0), (1, kind));
        }
    }
}
