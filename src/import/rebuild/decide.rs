//! Says of each sidecar whether it is as albumen wrote it, was changed by its owner, or was damaged. Rot must never be taken for
//! a person's decision, and a person's decision never for rot: what cannot be decided is set aside and named, and takes no part.
//!
//! Who is asked, best first: the catalog there was, which knows size and time of each sidecar as it was left; the list of hashes;
//! and times, as far as they are those albumen left (a copy that keeps no times has others).

use std::collections::{BTreeMap, HashMap};

use catalog::{Catalog, SidecarRow};
use disk::regular;
use model::content_hash::ContentHash;
use model::library_path::LibraryPath;
use writer::library::Library;
use writer::manifest::{METADATA, parse};
use writer::walk::modified_ns;

/// What becomes of a sidecar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// All it says is taken in: as it was written, or as its owner changed it.
    Sound,
    /// It is damaged, or may be, for this reason.
    Doubtful(&'static str),
}

/// A sidecar as it was found.
#[derive(Debug, Clone)]
pub(crate) struct Looked {
    /// Its place, hash, size and time.
    pub row: SidecarRow,
    /// Its text is in the form albumen gives it: no other program wrote the file since.
    pub own_hand: bool,
    /// It says something else than albumen wrote.
    pub changed: bool,
}

/// Who can say how a sidecar was.
#[derive(Debug, Default)]
pub(crate) struct Witnesses {
    listed: Option<BTreeMap<LibraryPath, ContentHash>>,
    /// When the list was written, in nanoseconds since 1970.
    listed_ns: i64,
    rows: HashMap<String, SidecarRow>,
}

/// Two seconds: FAT and exFAT keep no finer times.
const TOLERANCE_NS: i64 = 2_000_000_000;

const ROTTEN: &str =
    "its bytes changed although nobody wrote it: its size and time are as albumen left them";
const DISAGREES: &str = "its bytes are not those in SHA256SUMS.metadata, and nothing tells whether its owner changed it";
const UNLISTED: &str =
    "it says something else than albumen wrote, and no list tells whether its owner changed it";

impl Witnesses {
    /// Asks the list, and the catalog there was if it can be read.
    pub(crate) fn of(library: &Library, before: Option<&Catalog>) -> Self {
        let path = library.root().join(METADATA);
        let listed = regular::read_to_string(&path).ok();
        let rows = before.and_then(|catalog| catalog.sidecars().ok());
        Self {
            listed: listed.and_then(|text| parse(&text).ok()),
            listed_ns: std::fs::metadata(&path).map_or(0, |found| modified_ns(&found)),
            rows: rows
                .into_iter()
                .flatten()
                .map(|row| (row.path.clone(), row))
                .collect(),
        }
    }

    /// Judges all sidecars, in their order.
    pub(crate) fn judge(&self, all: &[Looked]) -> Vec<Standing> {
        let times = all.iter().all(|looked| {
            // A sidecar that is as listed was written before the list, unless times were lost.
            !self.is_listed(&looked.row) || !self.is_later(&looked.row)
        });
        all.iter().map(|looked| self.one(looked, times)).collect()
    }

    fn one(&self, looked: &Looked, times: bool) -> Standing {
        let row = &looked.row;
        let before = self.rows.get(&row.path);
        if self.is_listed(row) || before.is_some_and(|before| before.sha256 == row.sha256) {
            return Standing::Sound;
        }
        if let Some(before) = before {
            let as_left =
                before.size_bytes == row.size_bytes && before.modified_ns == row.modified_ns;
            return match as_left {
                true => Standing::Doubtful(ROTTEN),
                false => Standing::Sound,
            };
        }
        // Whoever writes a sidecar with another program leaves that program's hand in it.
        if !looked.own_hand {
            return Standing::Sound;
        }
        match self.listed_hash(row) {
            Some(_) if times && self.is_later(row) => Standing::Sound,
            Some(_) => Standing::Doubtful(DISAGREES),
            // Written by a run that was cut off before the list was.
            None if !looked.changed => Standing::Sound,
            None => Standing::Doubtful(UNLISTED),
        }
    }

    fn listed_hash(&self, row: &SidecarRow) -> Option<ContentHash> {
        let path = LibraryPath::parse(&row.path)?;
        self.listed.as_ref()?.get(&path).copied()
    }

    fn is_listed(&self, row: &SidecarRow) -> bool {
        self.listed_hash(row) == Some(row.sha256)
    }

    fn is_later(&self, row: &SidecarRow) -> bool {
        row.modified_ns > self.listed_ns + TOLERANCE_NS
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    const S: i64 = 1_000_000_000;

    fn row(path: &str, hash: u8, size_bytes: u64, seconds: i64) -> SidecarRow {
        SidecarRow {
            asset_hash: ContentHash([9; 32]),
            path: path.to_owned(),
            sha256: ContentHash([hash; 32]),
            size_bytes,
            modified_ns: seconds * S,
        }
    }

    fn looked(row: SidecarRow, own_hand: bool, changed: bool) -> Looked {
        Looked {
            row,
            own_hand,
            changed,
        }
    }

    fn witnesses(listed: Option<&[(&str, u8)]>, rows: &[SidecarRow]) -> Witnesses {
        let hash = |(path, hash): &(&str, u8)| {
            let path = LibraryPath::parse(path).unwrap();
            (path, ContentHash([*hash; 32]))
        };
        Witnesses {
            listed: listed.map(|listed| listed.iter().map(hash).collect()),
            listed_ns: 100 * S,
            rows: rows
                .iter()
                .map(|row| (row.path.clone(), row.clone()))
                .collect(),
        }
    }

    #[test]
    fn rot_edits_and_what_cannot_be_decided_are_told_apart() {
        let listed: Option<&[(&str, u8)]> = Some(&[("a.xmp", 1), ("b.xmp", 2)]);
        let a = |hash, size, seconds| row("a.xmp", hash, size, seconds);
        let known = [a(1, 5, 50)];
        for (what, listed, rows, found, sound) in [
            (
                "as listed",
                listed,
                &[][..],
                looked(a(1, 5, 50), true, false),
                true,
            ),
            (
                "as the catalog has it",
                None,
                &known,
                looked(a(1, 5, 70), true, true),
                true,
            ),
            (
                "rot",
                listed,
                &known,
                looked(a(7, 5, 50), true, true),
                false,
            ),
            (
                "rot, no list",
                None,
                &known,
                looked(a(7, 5, 50), true, true),
                false,
            ),
            (
                "edited, known",
                listed,
                &known,
                looked(a(7, 5, 51), true, true),
                true,
            ),
            (
                "edited to another size",
                listed,
                &known,
                looked(a(7, 6, 50), true, true),
                true,
            ),
            (
                "another program's hand",
                listed,
                &[],
                looked(a(7, 5, 50), false, true),
                true,
            ),
            (
                "later than the list",
                listed,
                &[],
                looked(a(7, 5, 200), true, true),
                true,
            ),
            (
                "not later",
                listed,
                &[],
                looked(a(7, 5, 50), true, true),
                false,
            ),
            (
                "not later, says the same",
                listed,
                &[],
                looked(a(7, 5, 50), true, false),
                false,
            ),
            (
                "no list, says the same",
                None,
                &[],
                looked(a(7, 5, 50), true, false),
                true,
            ),
            (
                "no list, says another thing",
                None,
                &[],
                looked(a(7, 5, 50), true, true),
                false,
            ),
        ] {
            let judged = witnesses(listed, rows).judge(&[found]);
            assert_eq!(judged[0] == Standing::Sound, sound, "{what}: {judged:?}");
        }
    }

    #[test]
    fn times_of_a_copy_that_kept_none_decide_nothing() {
        let witnesses = witnesses(Some(&[("a.xmp", 1), ("b.xmp", 2)]), &[]);
        let edited = looked(row("a.xmp", 7, 5, 200), true, true);
        let kept = looked(row("b.xmp", 2, 5, 50), true, false);
        let copied = looked(row("b.xmp", 2, 5, 200), true, false);
        assert_eq!(witnesses.judge(&[edited.clone(), kept])[0], Standing::Sound);
        let judged = witnesses.judge(&[edited, copied]);
        assert!(matches!(
            judged[..],
            [Standing::Doubtful(_), Standing::Sound]
        ));
    }
}
