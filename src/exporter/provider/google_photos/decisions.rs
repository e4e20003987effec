//! What is decided so far of the media files of a folder, and what of a name can be relied on.

use std::collections::BTreeSet;

use model::kind::CompanionRole;

use super::names::{cut, fold};

/// A stem keeps at least this many units, whatever its extension, so titles are looked up by that part.
const NEVER_CUT: usize = 40;

/// What a media file is to a sidecar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Match {
    /// Index of the sidecar in the pool.
    pub sidecar: usize,
    /// `None`: the medium it describes.
    pub role: Option<CompanionRole>,
    /// The step that decided.
    pub how: &'static str,
}

/// What was decided so far.
pub(crate) struct Decisions {
    /// One for each medium of the pool.
    pub media: Vec<Option<Match>>,
    /// The original of each sidecar.
    pub owners: Vec<Option<usize>>,
    /// Sidecars that two originals claim with equal right.
    pub contested: BTreeSet<usize>,
    /// Media that a title without extension may mean, and that times left open: no weaker sign gives them away.
    pub undecided: BTreeSet<usize>,
}

impl Decisions {
    /// Says whether a sidecar may still get an original.
    pub(crate) fn is_free(&self, sidecar: usize) -> bool {
        self.owners[sidecar].is_none() && !self.contested.contains(&sidecar)
    }

    /// Ties a medium to a sidecar.
    pub(crate) fn tie(&mut self, medium: usize, matched: Match) {
        if matched.role.is_none() {
            self.owners[matched.sidecar] = Some(medium);
        }
        self.media[medium] = Some(matched);
    }

    /// Returns the media nothing was decided for.
    pub(crate) fn open(&self) -> Vec<usize> {
        (0..self.media.len())
            .filter(|&medium| self.media[medium].is_none())
            .collect()
    }
}

/// Letters and digits of the part of a stem that is never cut; all else is one character.
pub(crate) fn outline(stem: &str) -> String {
    fold(cut(stem, NEVER_CUT))
        .chars()
        .map(|c| if c.is_alphanumeric() { c } else { '_' })
        .collect()
}
