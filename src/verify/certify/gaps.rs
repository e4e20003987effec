//! Gaps while they are gathered: media that records name and no archive holds.

use std::collections::HashMap;
use std::sync::Arc;

use super::Gap;

/// What a gap says, shared by all gaps of a day: the day, and what to do.
type Day = (Option<Arc<str>>, Arc<str>);

/// Texts that many gaps have in common.
#[derive(Default)]
pub(crate) struct Shared {
    days: HashMap<Option<Arc<str>>, Day>,
    /// The record file that was named last: the next gap is in the same, as a rule.
    source: Option<Arc<str>>,
}

impl Shared {
    /// Adds that a record file names a medium that no archive holds. Media come in order: a gap of the same one is the last.
    pub(crate) fn add(
        &mut self,
        gaps: &mut Vec<Gap>,
        uri: &str,
        source: &str,
        date: Option<String>,
    ) {
        let source = self.source(source);
        let (date, to_do) = self.day(date.map(Arc::from));
        match gaps.last_mut().filter(|gap| &*gap.what == uri) {
            Some(gap) => {
                if let Err(at) = gap.records.binary_search(&source) {
                    gap.records.insert(at, source);
                }
                // Of several dates the earliest known.
                if date.is_some()
                    && gap
                        .date
                        .as_ref()
                        .is_none_or(|known| date.as_ref() < Some(known))
                {
                    (gap.date, gap.to_do) = (date, to_do);
                }
            }
            None => gaps.push(Gap {
                date,
                what: uri.into(),
                records: vec![source],
                why: "no archive given so far holds it".into(),
                to_do,
            }),
        }
    }

    fn source(&mut self, source: &str) -> Arc<str> {
        match &self.source {
            Some(last) if **last == *source => Arc::clone(last),
            _ => Arc::clone(self.source.insert(source.into())),
        }
    }

    fn day(&mut self, date: Option<Arc<str>>) -> Day {
        let day = self.days.entry(date).or_insert_with_key(|date| {
            let to_do = match date {
                Some(date) => format!(
                    "ask for a new archive that covers {date}, or import the part that holds it"
                ),
                None => "ask for a new archive with all dates, or import the part that holds it"
                    .to_owned(),
            };
            (date.clone(), to_do.into())
        });
        day.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_medium_that_several_records_name_is_one_gap_with_the_earliest_date() {
        let (mut gaps, mut shared) = (Vec::new(), Shared::default());
        let mut add = |uri, source, date: Option<&str>| {
            shared.add(&mut gaps, uri, source, date.map(str::to_owned));
        };
        add("a.jpg", "posts_2.json", None);
        add("a.jpg", "posts_1.json", Some("2020-05-02"));
        add("a.jpg", "posts_2.json", Some("2020-05-01"));
        add("a.jpg", "posts_2.json", Some("2020-05-03"));
        add("b.jpg", "posts_2.json", None);
        let said: Vec<(&str, Vec<&str>, Option<&str>)> = gaps
            .iter()
            .map(|gap| {
                (
                    &*gap.what,
                    gap.records.iter().map(|r| &**r).collect(),
                    gap.date.as_deref(),
                )
            })
            .collect();
        let both = vec!["posts_1.json", "posts_2.json"];
        assert_eq!(
            said,
            [
                ("a.jpg", both, Some("2020-05-01")),
                ("b.jpg", vec!["posts_2.json"], None)
            ]
        );
        assert!(gaps[0].to_do.contains("covers 2020-05-01"));
        assert!(gaps[1].to_do.contains("all dates"));
    }
}
