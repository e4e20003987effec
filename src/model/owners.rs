//! Whether the archives that name no account can be of one person: files of one name that are about different items, in archives
//! that have no item in common, are as two people have them.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use super::record::Record;

/// Names of files that are given as examples.
const EXAMPLES: usize = 3;

/// Stands for a text: of half a million records the texts themselves are much memory.
pub type Mark = u128;

/// Records of one archive, as far as it has a name, and of one account.
type Group = (Option<String>, Option<String>);

/// What records say of their owners, taken up one by one.
///
/// Only sidecars tell: a record file beside its medium is about that one item, and names it by an address that no other item has.
#[derive(Debug, Default)]
pub struct Owners {
    /// What the sidecars of each group say.
    groups: BTreeMap<Group, Vec<Told>>,
    /// Record files and items that are told with an account.
    named: HashSet<Mark>,
    /// Some record names no account.
    is_open: bool,
}

/// A record file and its item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Told {
    source: Mark,
    item: Mark,
}

impl Owners {
    /// Takes up a record.
    pub fn add(&mut self, record: &Record) {
        self.is_open |= record.account.is_none();
        let told = Told {
            source: mark(&record.source),
            item: mark(&record.key),
        };
        if record.account.is_some() && is_address(&record.key) {
            self.named.insert(mark(&(told.source, told.item)));
        }
        if is_sidecar(record) {
            let group = (record.account.clone(), record.export.clone());
            self.groups.entry(group).or_default().push(told);
        }
    }

    /// Finds the files that show two owners where an account is not named.
    pub fn differing(mut self) -> Differing {
        let mut sources = HashSet::new();
        if !self.is_open {
            return Differing(sources);
        }
        for ((account, _), told) in &mut self.groups {
            // What was imported again with its account is that account's.
            if account.is_none() {
                told.retain(|told| !self.named.contains(&mark(&(told.source, told.item))));
            }
            told.sort_unstable();
            told.dedup();
        }
        let all: Vec<(&Group, &Vec<Told>)> = self.groups.iter().collect();
        for (at, (group, told)) in all.iter().enumerate() {
            if group.0.is_some() {
                continue;
            }
            // One archive has each file once.
            let twice = told.windows(2).filter(|two| two[0].source == two[1].source);
            sources.extend(twice.map(|two| two[0].source));
            let others = all.iter().enumerate().filter(|(other, _)| *other != at);
            for (_, (_, other)) in others {
                sources.extend(differing(told, other));
            }
        }
        Differing(sources)
    }
}

/// Files that show two owners.
#[derive(Debug, Default)]
pub struct Differing(HashSet<Mark>);

impl Differing {
    /// Returns whether no file does.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns whether this record file is one of them.
    pub fn holds(&self, source: &str) -> bool {
        !self.0.is_empty() && self.0.contains(&mark(&source))
    }
}

/// The first names of files, each once.
#[derive(Debug, Default)]
pub struct Examples(BTreeSet<String>);

impl Examples {
    /// Takes up a name.
    pub fn add(&mut self, source: &str) {
        if !self.0.contains(source) {
            self.0.insert(source.to_owned());
        }
        if self.0.len() > EXAMPLES {
            self.0.pop_last();
        }
    }

    /// Returns them in order.
    pub fn names(self) -> Vec<String> {
        self.0.into_iter().collect()
    }
}

/// Returns examples of files that show two owners where an account is not named, or nothing.
pub fn two_owners(records: &[Record]) -> Vec<String> {
    let mut owners = Owners::default();
    records.iter().for_each(|record| owners.add(record));
    let differing = owners.differing();
    let mut examples = Examples::default();
    let differ = records
        .iter()
        .filter(|record| differing.holds(&record.source));
    differ.for_each(|record| examples.add(&record.source));
    examples.names()
}

/// Returns the files that both have about different items, if they have no item in common.
fn differing(one: &[Told], other: &[Told]) -> Vec<Mark> {
    let items: HashSet<Mark> = other.iter().map(|told| told.item).collect();
    if one.iter().any(|told| items.contains(&told.item)) {
        return Vec::new();
    }
    let is_there = |source: Mark| {
        other
            .binary_search_by_key(&source, |told| told.source)
            .is_ok()
    };
    let sources = one.iter().map(|told| told.source);
    sources.filter(|source| is_there(*source)).collect()
}

/// Two halves, each by another beginning: no two texts of one library have the same mark by chance.
pub fn mark(what: &impl Hash) -> Mark {
    let half = |beginning: u8| {
        let mut hasher = DefaultHasher::new();
        beginning.hash(&mut hasher);
        what.hash(&mut hasher);
        hasher.finish()
    };
    (Mark::from(half(0)) << 64) | Mark::from(half(1))
}

fn is_address(key: &str) -> bool {
    key.starts_with("https://")
}

fn is_sidecar(record: &Record) -> bool {
    let folder = |path: &str| path.rfind('/').map(|at| path[..at].to_owned());
    is_address(&record.key) && folder(&record.source) == folder(&record.uri)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::Kind;
    use crate::record::{Edition, RecordFacts};

    fn sidecar(account: Option<&str>, export: Option<&str>, file: &str, item: &str) -> Record {
        Record {
            provider: "p".into(),
            account: account.map(str::to_owned),
            export: export.map(str::to_owned),
            kind: Kind::Other,
            source: format!("Photos from 2023/{file}.json"),
            edition: Edition::Json,
            key: format!("https://photos.example/{item}"),
            uri: format!("Photos from 2023/{file}"),
            post: None,
            companions: Vec::new(),
            facts: RecordFacts::default(),
            raw: serde_json::Value::Null,
        }
    }

    #[test]
    fn files_of_one_name_about_different_items_in_disjoint_archives_are_of_two_people() {
        let (one, two) = (Some("one"), Some("two"));
        let of = |export, file: &str, item: &str| sidecar(None, export, file, item);
        let differ = [of(one, "a.jpg", "1"), of(two, "a.jpg", "2")];
        assert_eq!(two_owners(&differ), ["Photos from 2023/a.jpg.json"]);
        // Unpacked, with no name of their own.
        let nameless = [of(None, "a.jpg", "1"), of(None, "a.jpg", "2")];
        assert_eq!(two_owners(&nameless).len(), 1);
        // Months apart, one person's archives have items in common: a name was given again.
        let months = [
            of(one, "a.jpg", "1"),
            of(one, "b.jpg", "3"),
            of(two, "a.jpg", "2"),
            of(two, "b.jpg", "3"),
        ];
        assert_eq!(two_owners(&months), [""; 0]);
        let apart = [of(one, "a.jpg", "1"), of(two, "b.jpg", "2")];
        assert_eq!(two_owners(&apart), [""; 0]);
    }

    #[test]
    fn archives_that_were_named_are_no_riddle() {
        let a = |account| sidecar(account, Some("one"), "a.jpg", "1");
        let b = |account| sidecar(account, Some("two"), "a.jpg", "2");
        let named = [a(Some("anna")), b(Some("ben"))];
        assert_eq!(two_owners(&named), [""; 0]);
        // One is named: the other is not given to it.
        assert_eq!(two_owners(&[a(Some("anna")), b(None)]).len(), 1);
        // Both were imported again with their names.
        let again = [a(None), b(None), a(Some("anna")), b(Some("ben"))];
        assert_eq!(two_owners(&again), [""; 0]);
    }
}
