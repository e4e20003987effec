//! Compares a sidecar with the list, the catalog and the file beside it.

use std::path::Path;

use catalog::record_digest;
use model::content_hash::ContentHash;
use model::library_path::LibraryPath;
use model::user_changes::UserChanges;
use writer::sidecar::merge::changes;
use writer::sidecar::read::{Own, Sidecar, read_file};

use super::finding::{Finding, FindingKind};
use super::known::{FromCatalog, Unit};

/// What a sidecar turned out to be.
#[derive(Default)]
pub(crate) struct CheckedSidecar {
    /// What is wrong with it.
    pub findings: Vec<Finding>,
    /// The hash it has for the file beside it, if it is ours and can be read.
    pub speaks_of: Option<ContentHash>,
}

/// Reads the sidecar of a unit and compares it.
pub(crate) fn check(
    root: &Path,
    path: &LibraryPath,
    unit: &Unit,
    metadata_readable: bool,
    catalog: Option<&FromCatalog>,
) -> CheckedSidecar {
    let at = path.sidecar();
    let mut checked = CheckedSidecar::default();
    if !unit
        .sidecar_found
        .as_ref()
        .is_some_and(|found| found.is_file)
    {
        checked.findings.extend(gone(&at, unit, catalog.is_some()));
        return checked;
    }
    let (hash, sidecar) = match read_file(&at.on_disk(root)) {
        Ok(read) => read,
        Err(error) => {
            checked.findings.push(Finding::unread(&at, &error));
            return checked;
        }
    };
    let own = sidecar.as_ref().ok().and_then(|s| s.own.as_ref());
    checked.speaks_of = own.map(|own| own.content_hash);
    if !unit.has_sidecar() {
        checked.findings.extend(unknown(&at, own, catalog));
        return checked;
    }
    let row = unit.sidecar_row.as_ref().map(|row| row.sha256);
    let pristine = unit.sidecar_listed == Some(hash) || row == Some(hash);
    if !pristine {
        checked.findings.push(match is_as_left(unit) {
            true => rotten(&at),
            false => touched(&at, &sidecar),
        });
        return checked;
    }
    checked
        .findings
        .extend(bystanders(&at, unit, hash, metadata_readable, catalog));
    if let (Some(own), Some(catalog)) = (own, catalog.filter(|_| row == Some(hash))) {
        checked.findings.extend(differs(&at, own, catalog));
    }
    checked
}

/// A sidecar that should be there and is not.
fn gone(at: &LibraryPath, unit: &Unit, with_catalog: bool) -> Option<Finding> {
    if unit.sidecar_row.is_none() && unit.placed.is_none() && unit.found.is_none() && with_catalog {
        let known = unit.sidecar_listed.is_some();
        let why = "SHA256SUMS.metadata names a sidecar that nothing else knows";
        return known.then(|| Finding::new(FindingKind::ManifestDiffers, at, why));
    }
    let why = "the sidecar is gone; the next import writes it again";
    unit.has_sidecar()
        .then(|| Finding::new(FindingKind::SidecarMissing, at, why))
}

/// A sidecar that neither list nor catalog knows: fine as long as there is no catalog to know it.
fn unknown(at: &LibraryPath, own: Option<&Own>, catalog: Option<&FromCatalog>) -> Option<Finding> {
    let why = match (own, catalog) {
        (None, _) => "a file that albumen did not put there",
        (Some(_), Some(_)) => "a sidecar that the catalog does not know",
        (Some(_), None) => return None,
    };
    Some(Finding::new(FindingKind::Extra, at, why))
}

/// Returns whether size and time of a sidecar are those it had when albumen wrote it.
fn is_as_left(unit: &Unit) -> bool {
    let both = unit.sidecar_found.as_ref().zip(unit.sidecar_row.as_ref());
    both.is_some_and(|(found, row)| {
        found.size_bytes == row.size_bytes && found.modified_ns == row.modified_ns
    })
}

fn rotten(at: &LibraryPath) -> Finding {
    let why =
        "its bytes changed although nobody wrote it: its size and time are as albumen left them";
    Finding::new(FindingKind::SidecarRotten, at, why)
}

fn touched(at: &LibraryPath, sidecar: &Result<Sidecar, String>) -> Finding {
    let (kind, detail) = match sidecar {
        Err(why) => (
            FindingKind::SidecarDamaged,
            format!("cannot be read as a sidecar: {}", model::shown::shown(why)),
        ),
        Ok(sidecar) if sidecar.own.is_none() => (
            FindingKind::SidecarDamaged,
            "albumen's own record is gone from it".to_owned(),
        ),
        Ok(sidecar) if changes(sidecar).is_empty() => (
            FindingKind::SidecarChanged,
            "not as albumen wrote it, though date, texts, place, people and keywords are the same"
                .to_owned(),
        ),
        Ok(_) => (
            FindingKind::SidecarChanged,
            "another program changed it; the next import takes the new values over".to_owned(),
        ),
    };
    Finding::new(kind, at, detail)
}

/// The sidecar is as it was written; those who say otherwise are wrong.
fn bystanders(
    at: &LibraryPath,
    unit: &Unit,
    hash: ContentHash,
    metadata_readable: bool,
    catalog: Option<&FromCatalog>,
) -> Vec<Finding> {
    let mut found = Vec::new();
    if metadata_readable && unit.sidecar_listed != Some(hash) {
        let why = "SHA256SUMS.metadata does not have it as it is; the catalog does";
        found.push(Finding::new(FindingKind::ManifestDiffers, at, why));
    }
    let row = unit.sidecar_row.as_ref().map(|row| row.sha256);
    if catalog.is_some() && row != Some(hash) {
        let why = "the catalog does not have it as it is; SHA256SUMS.metadata does";
        found.push(Finding::new(FindingKind::CatalogDiffers, at, why));
    }
    found
}

/// What the catalog has otherwise than a sidecar that both agree on.
fn differs(at: &LibraryPath, own: &Own, catalog: &FromCatalog) -> Vec<Finding> {
    let mut found = Vec::new();
    if catalog.fields.get(&own.content_hash) != Some(&own.written) {
        let why = "the catalog has other facts about it than the sidecar";
        found.push(Finding::new(FindingKind::CatalogDiffers, at, why));
    }
    let none = UserChanges::default();
    if *catalog.user.get(&own.content_hash).unwrap_or(&none) != own.user {
        let why = "the catalog has other changes of the owner's than the sidecar";
        found.push(Finding::new(FindingKind::CatalogDiffers, at, why));
    }
    let unknown = own
        .records
        .iter()
        .filter(|record| {
            !record_digest(record).is_ok_and(|digest| catalog.records.contains(&digest))
        })
        .count();
    if unknown > 0 {
        let why = format!("the catalog lacks {unknown} of the records in it");
        found.push(Finding::new(FindingKind::CatalogDiffers, at, why));
    }
    found
}
