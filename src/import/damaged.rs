//! Knows which entries of parts could not be read, in this import or an earlier one: where a medium is missing because its
//! part is damaged, the report names that part, and not a list of the service's that may never have been there.

use std::collections::HashMap;

use catalog::{Catalog, CatalogError};
use model::outcome::Outcome;

use super::EntryLine;

/// Parts of entries that could not be read, by every end of the entry's name that begins after a slash: paths in records
/// begin below the archive's root, and names in parts do not.
#[derive(Default)]
pub(super) struct Damaged(HashMap<String, String>);

impl Damaged {
    /// Gathers what could not be read in this import and in those that stand.
    pub(crate) fn of(lines: &[EntryLine], catalog: &Catalog) -> Result<Self, CatalogError> {
        let mut damaged = Self::default();
        for run in catalog.runs()? {
            // A note that cannot be read tells nothing; the certificate says so.
            let note = run.import_note().ok().filter(|_| run.undone_by.is_none());
            let came_to = note.and_then(|note| note.came_to);
            for failed in came_to.into_iter().flat_map(|came_to| came_to.failed) {
                damaged.add(&failed.entry, &failed.part);
            }
        }
        for line in lines {
            if let Outcome::Failed(_) = line.outcome {
                damaged.add(&line.entry, &line.part);
            }
        }
        Ok(damaged)
    }

    fn add(&mut self, entry: &str, part: &str) {
        let below = entry.match_indices('/').map(|(at, _)| &entry[at + 1..]);
        for path in std::iter::once(entry).chain(below) {
            self.0.insert(path.to_owned(), part.to_owned());
        }
    }

    /// Returns the part in which a medium lies that cannot be read.
    pub(crate) fn part(&self, uri: &str) -> Option<&str> {
        self.0.get(uri).map(String::as_str)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn a_medium_is_found_below_whatever_folder_its_archive_lies_in() {
        let line = |entry: &str, outcome| EntryLine {
            part: "p-002.zip".into(),
            entry: entry.into(),
            outcome,
            path: None,
        };
        let lines = [
            line("T/Google Photos/a/b.jpg", Outcome::Failed("cut off".into())),
            line("T/Google Photos/a/c.jpg", Outcome::Duplicate),
        ];
        let damaged = Damaged::of(&lines, &Catalog::in_memory().unwrap()).unwrap();
        for path in [
            "T/Google Photos/a/b.jpg",
            "Google Photos/a/b.jpg",
            "a/b.jpg",
        ] {
            assert_eq!(damaged.part(path), Some("p-002.zip"), "{path}");
        }
        for path in ["a/c.jpg", "/a/b.jpg", "oogle Photos/a/b.jpg"] {
            assert_eq!(damaged.part(path), None, "{path}");
        }
    }
}
