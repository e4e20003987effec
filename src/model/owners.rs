//! Whether the archives that name no account can be of one person: files of one name that are about different items, in archives
//! that have no item in common, are as two people have them.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::record::Record;

/// Names of files that are given as examples.
const EXAMPLES: usize = 3;

/// Records of one archive, as far as it has a name, and of one account.
type Group<'a> = (Option<&'a str>, Option<&'a str>);

/// Returns examples of files that show two owners where an account is not named, or nothing.
///
/// Only sidecars tell: a record file beside its medium is about that one item, and names it by an address that no other item has.
pub fn two_owners(records: &[Record]) -> Vec<String> {
    let named: HashSet<(&str, &str)> = records
        .iter()
        .filter(|record| record.account.is_some())
        .map(|record| (&*record.source, &*record.key))
        .collect();
    let mut groups: BTreeMap<Group<'_>, HashMap<&str, BTreeSet<&str>>> = BTreeMap::new();
    for record in records.iter().filter(|record| is_sidecar(record)) {
        // What was imported again with its account is that account's.
        if record.account.is_none() && named.contains(&(&*record.source, &*record.key)) {
            continue;
        }
        let group = (record.account.as_deref(), record.export.as_deref());
        let items = groups.entry(group).or_default();
        items.entry(&record.source).or_default().insert(&record.key);
    }
    let mut examples: BTreeSet<&str> = BTreeSet::new();
    let all: Vec<(&Group<'_>, &HashMap<&str, BTreeSet<&str>>)> = groups.iter().collect();
    for (at, (group, items)) in all.iter().enumerate() {
        if group.0.is_some() {
            continue;
        }
        // One archive has each file once.
        let twice = items.iter().filter(|(_, keys)| keys.len() > 1);
        examples.extend(twice.map(|(source, _)| *source));
        for (other_at, (_, other)) in all.iter().enumerate() {
            if other_at != at {
                examples.extend(differing(items, other));
            }
        }
    }
    examples
        .into_iter()
        .take(EXAMPLES)
        .map(str::to_owned)
        .collect()
}

/// Returns the files that both have about different items, if they have no item in common.
fn differing<'a>(
    one: &HashMap<&'a str, BTreeSet<&str>>,
    other: &HashMap<&'a str, BTreeSet<&str>>,
) -> Vec<&'a str> {
    let items: HashSet<&&str> = other.values().flatten().collect();
    if one.values().flatten().any(|key| items.contains(key)) {
        return Vec::new();
    }
    one.keys()
        .filter(|source| other.contains_key(*source))
        .copied()
        .collect()
}

fn is_sidecar(record: &Record) -> bool {
    let folder = |path: &str| path.rfind('/').map(|at| path[..at].to_owned());
    record.key.starts_with("https://") && folder(&record.source) == folder(&record.uri)
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
