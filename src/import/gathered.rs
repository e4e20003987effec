//! All that belongs to one content, whichever service told of it.

use model::kind::CompanionRole;

use super::linked::At;

/// What is tied to one content.
#[derive(Default)]
pub struct Gathered {
    /// Records tied to it.
    pub records: Vec<At>,
    /// Media entries of its bytes and of its companions'.
    pub entries: Vec<At>,
    /// Entries that are its companions.
    pub companions: Vec<(At, CompanionRole)>,
    /// Records made up for it: index into [`model::evidence::Links::unrecorded`].
    pub unrecorded: Vec<At>,
    /// Some record or path calls these bytes a medium of their own.
    pub primary: bool,
}

impl Gathered {
    /// Brings what was gathered into an order of its own, each thing once.
    pub fn settle(&mut self) {
        self.records.sort_unstable();
        self.records.dedup();
        self.entries.sort_unstable();
        self.entries.dedup();
        self.companions.sort_unstable();
        self.companions.dedup();
        self.unrecorded.sort_unstable();
        self.unrecorded.dedup();
    }
}
