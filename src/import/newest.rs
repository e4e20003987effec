//! What a service says now, among what its archives of several years say.

use std::collections::BTreeMap;

use model::record::Record;

/// Returns the values that records state, without those that a newer export of the same account states anew.
///
/// A newer export that states nothing takes nothing away: an archive may hold less than the one before it. Of providers
/// whose exports are not told apart, all values stay.
pub(crate) fn newest<'a, T>(
    records: &[&'a Record],
    value: impl Fn(&'a Record) -> Option<T>,
) -> Vec<(&'a Record, T)> {
    let mut stated: Vec<(&Record, T)> = records
        .iter()
        .filter_map(|record| Some((*record, value(record)?)))
        .collect();
    let mut last: BTreeMap<(&str, Option<&str>), Option<&str>> = BTreeMap::new();
    for (record, _) in &stated {
        let export = record.export.as_deref();
        let known = last.entry(account_of(record)).or_insert(export);
        *known = export.max(*known);
    }
    stated.retain(|(record, _)| last[&account_of(record)] == record.export.as_deref());
    stated
}

/// Returns the values that stand: those of the newest export that states any, unless a newer one of the same account states
/// that there is none. So a caption that was taken away on the service is gone, and a sidecar that came damaged takes nothing
/// away.
pub(crate) fn standing<'a, T>(
    records: &[&'a Record],
    value: impl Fn(&'a Record) -> Option<T>,
) -> Vec<(&'a Record, T)> {
    let stated = newest(records, |record| match value(record) {
        Some(value) => Some(Some(value)),
        None => record.facts.states_all.then_some(None),
    });
    let some = |(record, value): (&'a Record, Option<T>)| Some((record, value?));
    stated.into_iter().filter_map(some).collect()
}

fn account_of(record: &Record) -> (&str, Option<&str>) {
    (&record.provider, record.account.as_deref())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merge::tests_support::record;

    fn of(account: &str, export: Option<&str>, title: Option<&str>) -> Record {
        let mut record = record("a.jpg");
        record.account = Some(account.into());
        record.export = export.map(str::to_owned);
        record.facts.title = title.map(str::to_owned);
        record
    }

    fn titles(records: &[Record]) -> Vec<String> {
        let all: Vec<&Record> = records.iter().collect();
        newest(&all, |record| record.facts.title.clone())
            .into_iter()
            .map(|(_, title)| title)
            .collect()
    }

    #[test]
    fn what_the_newest_export_states_as_empty_stands_no_more() {
        let old = of("anna", Some("takeout-20240101T000000Z"), Some("old"));
        let mut whole = of("anna", Some("takeout-20250101T000000Z"), None);
        whole.facts.states_all = true;
        let damaged = of("anna", Some("takeout-20260101T000000Z"), None);
        let ben = of("ben", Some("takeout-20230101T000000Z"), Some("ben's"));
        let standing = |records: &[&Record]| -> Vec<String> {
            let stands = standing(records, |record| record.facts.title.clone());
            stands.into_iter().map(|(_, title)| title).collect()
        };
        assert_eq!(standing(&[&old, &damaged]), ["old"]);
        assert_eq!(standing(&[&old, &whole, &damaged]), [""; 0]);
        assert_eq!(standing(&[&whole, &ben, &old]), ["ben's"]);
    }

    #[test]
    fn the_newest_export_that_says_something_counts() {
        let old = of("anna", Some("takeout-20240101T000000Z"), Some("old"));
        let new = of("anna", Some("takeout-20250101T000000Z"), Some("new"));
        let silent = of("anna", Some("takeout-20260101T000000Z"), None);
        let unnamed = of("anna", None, Some("unnamed"));
        let ben = of("ben", Some("takeout-20230101T000000Z"), Some("ben's"));
        for (records, expected) in [
            (vec![old.clone(), new.clone()], vec!["new"]),
            (vec![new.clone(), unnamed.clone(), old.clone()], vec!["new"]),
            (vec![silent, new.clone()], vec!["new"]),
            (vec![ben, new], vec!["ben's", "new"]),
            (vec![unnamed.clone(), unnamed], vec!["unnamed", "unnamed"]),
            (vec![old.clone(), old], vec!["old", "old"]),
        ] {
            assert_eq!(titles(&records), expected);
        }
    }
}
