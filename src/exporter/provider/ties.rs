//! By what records and media may belong together: enough to know beforehand which records tie to nothing that is held.
//!
//! [`Provider::link`](super::Provider::link) looks at all records at once, and half a million of them are much memory. Most of
//! very many records are of media that no archive so far holds. So each thing is first asked for its ties: the names, addresses
//! and moments by which a provider's `link` ever finds it or compares it with others. Things without a common tie, not even by way
//! of others, say nothing about each other. Where nothing of such a circle is a medium, its records need not come to `link`.

use std::hash::{DefaultHasher, Hash, Hasher};

/// The ties of one thing.
#[derive(Debug, Default)]
pub struct Ties {
    hashes: Vec<u64>,
    always: bool,
    class: u64,
}

impl Ties {
    /// It may be tied to whatever says the same by the same rule. Two that differ and have one hash only stay together needlessly.
    pub fn by(&mut self, rule: &str, what: impl Hash) {
        self.hashes.push(hash(&(rule, what)));
    }

    /// It must come to `link` whatever else there is.
    pub fn always(&mut self) {
        self.always = true;
    }

    /// Sets the class it belongs to. `link` must see one of each class, for what it says about its file, folder or account.
    pub fn class(&mut self, class: impl Hash) {
        self.class = hash(&class);
    }

    /// Returns the hashes of its ties.
    pub fn hashes(&self) -> &[u64] {
        &self.hashes
    }

    /// Returns whether it must come to `link` whatever else there is.
    pub fn is_always(&self) -> bool {
        self.always
    }

    /// Returns its class.
    pub fn of_class(&self) -> u64 {
        self.class
    }
}

fn hash(what: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish()
}
