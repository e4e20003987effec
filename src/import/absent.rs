//! Finds the records of which it is clear beforehand that no archive so far holds their medium, where they are very many: they need
//! not be in memory with all others while media are looked for.
//!
//! Somebody may import the parts of an archive that hold the record files, and none that hold media. Each record and each medium
//! says what it may be tied by (see [`Ties`]); what has a tie in common, be it by way of others, makes a circle. The records of
//! circles without media are left out of what is linked, and their numbers kept: all that is said of them is that their media are
//! missing. One record of each class comes to be linked all the same, for what it says of its file and account.

use std::collections::HashSet;

use model::evidence::MediaEntry;
use model::record::Record;
use provider::Provider;
use provider::ties::Ties;

use super::sets::Sets;

/// Number of all media and of all that must be linked, in place of a record's: the circle that is linked.
const HELD: u32 = 0;

/// A tie that all that must be linked has in common with what is held.
const ALWAYS: u64 = 0;

/// Records and media with the ties they have.
pub(crate) struct Circles<'a> {
    provider: &'a dyn Provider,
    /// Numbers of records in the catalog; a thing's number is one more than the place of its record.
    ids: Vec<i64>,
    /// Each tie with the number of a thing that has it.
    ties: Vec<(u64, u32)>,
    classes: HashSet<u64>,
    /// The first record of each class. It is linked without those of its circle: what is missing stays missing.
    first: Vec<u32>,
    /// Some records name their account, and some do not.
    accounts: HashSet<bool>,
}

impl<'a> Circles<'a> {
    /// Nothing was met so far; room for so many records.
    pub(crate) fn new(provider: &'a dyn Provider, records: usize) -> Self {
        let mut circles = Self {
            provider,
            ids: Vec::with_capacity(records),
            ties: vec![(ALWAYS, HELD)],
            classes: HashSet::new(),
            first: Vec::new(),
            accounts: HashSet::new(),
        };
        // Most have no more; a list that grows takes up to twice its room.
        circles.ties.reserve(records * 5);
        circles
    }

    /// Takes a medium in.
    pub(crate) fn medium(&mut self, medium: &MediaEntry) {
        let mut ties = Ties::default();
        self.provider.ties_of_medium(medium, &mut ties);
        self.ties
            .extend(ties.hashes().iter().map(|tie| (*tie, HELD)));
    }

    /// Takes a record in, under its number in the catalog.
    pub(crate) fn record(&mut self, id: i64, record: &Record) {
        let mut ties = Ties::default();
        self.provider.ties_of_record(record, &mut ties);
        self.ids.push(id);
        let number = self.ids.len() as u32;
        if self.classes.insert(ties.of_class()) {
            self.first.push(number);
        }
        if ties.is_always() {
            self.ties.push((ALWAYS, number));
        }
        self.ties
            .extend(ties.hashes().iter().map(|tie| (*tie, number)));
        self.accounts.insert(record.account.is_some());
    }

    /// Some records name their account and some do not: whose the others are is found by comparing all with all.
    pub(crate) fn is_mixed(&self) -> bool {
        self.accounts.len() > 1
    }

    /// Returns the records in whose circle is no medium, sorted.
    pub(crate) fn without_media(mut self) -> Vec<i64> {
        if self.is_mixed() {
            return Vec::new();
        }
        self.ties.sort_unstable();
        let mut sets = Sets::new(self.ids.len() + 1);
        for two in self.ties.windows(2) {
            let [(tie, one), (other_tie, other)] = two else {
                continue;
            };
            if tie == other_tie {
                sets.unite(*one as usize, *other as usize);
            }
        }
        let mut absent: Vec<i64> = (1..=self.ids.len() as u32)
            // The smallest number of a circle is that of what is held, if it is in it.
            .filter(|number| sets.root(*number as usize) != HELD as usize)
            .filter(|number| self.first.binary_search(number).is_err())
            .map(|number| self.ids[number as usize - 1])
            .collect();
        absent.sort_unstable();
        absent
    }
}

#[cfg(test)]
#[path = "absent_tests.rs"]
mod tests;
