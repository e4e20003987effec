//! Finds the records that are so many about one medium that only somebody who wants to eat memory writes them.
//!
//! Only the first [`MERGED`] of them, by digest, are looked at when media are looked for and facts are merged. The others name the
//! very same files, so they belong to the same bytes: they are tied to whatever the first of them is tied to, and stand in the sidecar.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use catalog::{Catalog, CatalogError};
use model::record::Record;

use super::linked::{At, Linked, Tail};

/// Records of one provider that a photo's facts are merged from, the first by digest. Services tell of a photo once or a few times;
/// where more records speak of one than this, somebody made an archive to eat memory. The sidecar has all of them, one by one.
pub(crate) const MERGED: usize = 10_000;

/// Returns the records an asset is merged from: all, but of a crowd.
pub(crate) fn merged_from(records: &[At]) -> Vec<At> {
    let mut of_provider: HashMap<u32, usize> = HashMap::new();
    let few = records.iter().filter(|(provider, _)| {
        let count = of_provider.entry(*provider).or_default();
        *count += 1;
        *count <= MERGED
    });
    few.copied().collect()
}

/// Records that name the same files as one that is linked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Crowd {
    /// Catalog number of the first of them, which is linked.
    pub first: i64,
    /// Catalog numbers of those that are not.
    pub others: Vec<i64>,
}

/// What each record names, as they come in the order of their digests.
pub(crate) struct Names {
    /// A hash of what it names, and its number in the catalog.
    named: Vec<(u64, i64)>,
}

impl Names {
    /// Nothing was met so far; room for so many records.
    pub(crate) fn new(records: usize) -> Self {
        Self {
            named: Vec::with_capacity(records),
        }
    }

    /// Takes a record in, under its number in the catalog.
    pub(crate) fn record(&mut self, id: i64, record: &Record) {
        self.named.push((what_it_names(record), id));
    }

    /// Returns the crowds.
    pub(crate) fn crowds(mut self) -> Vec<Crowd> {
        // Records that name the same stay in the order of their digests.
        self.named.sort_by_key(|(names, _)| *names);
        let groups = self.named.chunk_by(|(one, _), (other, _)| one == other);
        let crowds = groups.filter(|group| group.len() > MERGED);
        crowds
            .map(|group| Crowd {
                first: group[0].1,
                others: group[MERGED..].iter().map(|(_, id)| *id).collect(),
            })
            .collect()
    }
}

/// A hash of all that says which files a record is about. The path alone does not: several items of a Takeout folder may have one
/// title, and a companion that only one record names would be missed by nobody.
fn what_it_names(record: &Record) -> u64 {
    let mut hasher = DefaultHasher::new();
    (&record.uri, &record.key, &record.companions).hash(&mut hasher);
    (&record.export, &record.account, record.kind).hash(&mut hasher);
    record.facts.is_supplement().hash(&mut hasher);
    hasher.finish()
}

/// Puts crowds behind the records that were linked.
///
/// # Errors
/// Fails if the catalog does.
pub(crate) fn append(
    linked: &mut Linked,
    crowds: &[Crowd],
    catalog: &Catalog,
) -> Result<(), CatalogError> {
    for crowd in crowds {
        let Some(first) = linked.record_ids.iter().position(|id| *id == crowd.first) else {
            continue;
        };
        let start = linked.record_ids.len();
        for id in &crowd.others {
            linked.record_digests.push(catalog.record_digest(*id)?);
            linked.record_ids.push(*id);
        }
        let others = start..linked.record_ids.len();
        linked.crowds.push(Tail { first, others });
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
#[path = "crowds_tests.rs"]
mod tests;
