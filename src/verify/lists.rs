//! Compares `albums.json`, `missing.json` and `library.json` with `SHA256SUMS.metadata`, and looks whether `history.jsonl` and
//! `pushes.jsonl` are whole, which carry their own hash.

use std::collections::BTreeMap;
use std::path::Path;

use disk::digest::hash_file;
use disk::regular;
use model::content_hash::ContentHash;
use model::library_path::LibraryPath;
use writer::albums_file::{ALBUMS, LIBRARY, MISSING, read_albums, read_library, read_missing};
use writer::history_file::{self, HISTORY, HistoryError, PUSHES};
use writer::readme::{README, TEXT};

use super::finding::{Finding, FindingKind};

/// Lists every settled library has.
const ALWAYS: [&str; 2] = [ALBUMS, MISSING];

/// Compares `README.txt` with what was written last, or with what this version writes.
pub(crate) fn check_readme(root: &Path, written: Option<ContentHash>) -> Option<Finding> {
    let wanted = written.unwrap_or_else(|| ContentHash::of(TEXT.as_bytes()));
    match regular::read(&root.join(README)) {
        Ok(bytes) if ContentHash::of(&bytes) == wanted => None,
        Ok(_) => Some(Finding::new(
            FindingKind::ListChanged,
            README,
            "not as albumen wrote it",
        )),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Some(Finding::new(
            FindingKind::ListMissing,
            README,
            "the file is gone",
        )),
        Err(error) => Some(Finding::unread(README, &error)),
    }
}

/// Returns what is wrong with the files that keep run history. That one is not there is no fault: the catalog has it all, and the
/// next import or push writes it.
pub(crate) fn check_history(root: &Path) -> Vec<Finding> {
    let look = |name| match history_file::read(root, name) {
        Ok(_) | Err(HistoryError::Newer { .. }) => None,
        Err(HistoryError::Read(error)) => Some(Finding::unread(name, &error)),
        Err(why) => {
            let why = why.to_string();
            Some(Finding::new(FindingKind::ListChanged, name, why))
        }
    };
    [HISTORY, PUSHES].into_iter().filter_map(look).collect()
}

/// Returns what is wrong with the lists.
pub(crate) fn check(
    root: &Path,
    metadata: Option<&BTreeMap<LibraryPath, ContentHash>>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for name in [ALBUMS, MISSING, LIBRARY] {
        let listed = metadata
            .map(|listed| LibraryPath::parse(name).and_then(|path| listed.get(&path).copied()));
        findings.extend(check_one(root, name, listed));
    }
    findings
}

/// `listed`: nothing if there is no manifest, else what it has for the list.
fn check_one(root: &Path, name: &str, listed: Option<Option<ContentHash>>) -> Option<Finding> {
    let wanted = ALWAYS.contains(&name) || listed.flatten().is_some();
    let path = root.join(name);
    let hash = match hash_file(&path) {
        Ok(hash) => hash,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let why = "the list is gone";
            return wanted.then(|| Finding::new(FindingKind::ListMissing, name, why));
        }
        Err(error) => return Some(Finding::unread(name, &error)),
    };
    // Only a list that is not as it was is read whole.
    let reads = || regular::read(&path).is_ok_and(|bytes| reads(name, &bytes));
    let why = match listed {
        Some(Some(listed)) if listed == hash => return None,
        Some(Some(_)) => "not as SHA256SUMS.metadata has it",
        Some(None) => "SHA256SUMS.metadata does not name it",
        // Without the manifest only its form can be looked at.
        None if reads() => return None,
        None => "cannot be read",
    };
    let kind = match listed {
        Some(None) => FindingKind::ManifestDiffers,
        _ => FindingKind::ListChanged,
    };
    let why = match reads() {
        true => why.to_owned(),
        false => format!("{why}; cannot be read as a list of albumen's"),
    };
    Some(Finding::new(kind, name, why))
}

fn reads(name: &str, bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| match name {
        ALBUMS => read_albums(text).is_ok(),
        MISSING => read_missing(text).is_ok(),
        _ => read_library(text).is_ok(),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use writer::albums_file::{render_albums, render_missing};

    fn kinds(findings: &[Finding]) -> Vec<(&str, FindingKind)> {
        findings
            .iter()
            .map(|finding| (finding.path.as_str(), finding.kind))
            .collect()
    }

    #[test]
    fn lists_are_compared_with_the_manifest_or_at_least_read() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let missing = [
            (ALBUMS, FindingKind::ListMissing),
            (MISSING, FindingKind::ListMissing),
        ];
        assert_eq!(kinds(&check(root, None)), missing);
        let mut metadata = BTreeMap::new();
        for (name, text) in [
            (ALBUMS, render_albums(&[]).unwrap()),
            (MISSING, render_missing(&[]).unwrap()),
        ] {
            std::fs::write(root.join(name), &text).unwrap();
            let hash = ContentHash::of(text.as_bytes());
            metadata.insert(LibraryPath::parse(name).unwrap(), hash);
        }
        assert!(check(root, Some(&metadata)).is_empty() && check(root, None).is_empty());
        std::fs::write(root.join(ALBUMS), "{").unwrap();
        let changed = [(ALBUMS, FindingKind::ListChanged)];
        assert_eq!(kinds(&check(root, Some(&metadata))), changed);
        assert_eq!(kinds(&check(root, None)), changed);
        metadata.remove(&LibraryPath::parse(MISSING).unwrap());
        let found = check(root, Some(&metadata));
        assert_eq!(kinds(&found)[1], (MISSING, FindingKind::ManifestDiffers));
    }
}
