//! What an asset shows beside its main facts: keywords, the camera, who else published it, numbers and comments.

use std::collections::BTreeSet;

use model::claim::{Claim, Origin};
use model::media_facts::MediaFacts;
use model::record::{Comment, DeviceFacts, Extras, Insight, Record};

use super::hashtags::{folded, hashtags};
use super::newest::newest;

/// Returns the keywords of all records, and where they came from. Hashtags in captions are the owner's keywords.
pub(crate) fn keywords(records: &[&Record]) -> (Vec<String>, Vec<Origin>) {
    let lists = newest(records, |record| {
        Some(&record.facts.keywords).filter(|list| !list.is_empty())
    });
    let mut words = BTreeSet::new();
    let mut origins = BTreeSet::new();
    for (record, list) in lists {
        words.extend(list.iter().cloned());
        origins.insert(Origin::Record(record.provider.clone()));
    }
    let known: BTreeSet<String> = words.iter().map(|word| folded(word)).collect();
    let captions = newest(records, |record| record.facts.description.as_deref())
        .into_iter()
        .filter(|(record, _)| writes_hashtags(record) && !record.facts.by_someone_else)
        .map(|(_, caption)| caption);
    let mut tags = hashtags(captions);
    tags.retain(|tag| !known.contains(&folded(tag)));
    if !tags.is_empty() {
        origins.insert(Origin::Caption);
        words.extend(tags);
    }
    (words.into_iter().collect(), origins.into_iter().collect())
}

/// On Meta's services `#` in a caption makes a keyword; elsewhere it may be anything.
fn writes_hashtags(record: &Record) -> bool {
    ["instagram", "facebook"].contains(&record.provider.as_str())
}

/// Returns what records tell of the camera, where the file itself names none: then the file's own metadata is gone.
pub(crate) fn camera(media: &MediaFacts, records: &[&Record]) -> Option<Claim<DeviceFacts>> {
    if media.make.is_some() || media.model.is_some() {
        return None;
    }
    let mut told: Vec<(&Record, DeviceFacts, String)> = records
        .iter()
        .map(|record| {
            let facts = of_camera(&record.facts.device);
            let order = serde_json::to_string(&facts).unwrap_or_default();
            (*record, facts, order)
        })
        .filter(|(_, facts, _)| *facts != DeviceFacts::NONE)
        .collect();
    told.sort_by(|(a, _, order_a), (b, _, order_b)| {
        (a.edition, &a.provider, order_a).cmp(&(b.edition, &b.provider, order_b))
    });
    let origin = Origin::Record(told.first()?.0.provider.clone());
    let facts = told
        .into_iter()
        .map(|(_, facts, _)| facts)
        .reduce(filled_by)?;
    Some(Claim::new(facts, origin))
}

/// Neither the id of a telephone nor its version says anything of the picture.
fn of_camera(device: &DeviceFacts) -> DeviceFacts {
    DeviceFacts {
        id: None,
        software: None,
        ..device.clone()
    }
}

fn filled_by(better: DeviceFacts, other: DeviceFacts) -> DeviceFacts {
    DeviceFacts {
        id: None,
        make: better.make.or(other.make),
        model: better.model.or(other.model),
        lens: better.lens.or(other.lens),
        software: None,
        iso: better.iso.or(other.iso),
        f_number: better.f_number.or(other.f_number),
        exposure_s: better.exposure_s.or(other.exposure_s),
        focal_length_mm: better.focal_length_mm.or(other.focal_length_mm),
    }
}

/// Returns who published it together with the owner, sorted.
pub(crate) fn coauthors(records: &[&Record]) -> Vec<String> {
    all(records, |extras| extras.coauthors.iter())
}

/// Returns what services counted, sorted.
pub(crate) fn insights(records: &[&Record]) -> Vec<Insight> {
    all(records, |extras| extras.insights.iter())
}

/// Returns the comments below it, the oldest first.
pub(crate) fn comments(records: &[&Record]) -> Vec<Comment> {
    let mut comments = all(records, |extras| extras.comments.iter());
    comments.sort_by_key(|comment| comment.at.map(|at| at.rough_seconds()));
    comments
}

/// Returns the licences under which services show it, sorted.
pub(crate) fn licenses(records: &[&Record]) -> Vec<String> {
    all(records, |extras| extras.license.iter())
}

fn all<'a, T, I>(records: &[&'a Record], of: impl Fn(&'a Extras) -> I) -> Vec<T>
where
    T: Ord + Clone + 'a,
    I: Iterator<Item = &'a T>,
{
    let told = records
        .iter()
        .filter_map(|record| record.facts.extras.as_deref());
    let all: BTreeSet<T> = told.flat_map(of).cloned().collect();
    all.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merge::tests_support::record;

    #[test]
    fn licences_are_those_of_all_records_each_once() {
        let shown_under = |license: &str| {
            let mut record = record("media/1.jpg");
            record.facts.extras = Some(Box::new(Extras {
                license: Some(license.to_owned()),
                ..Extras::default()
            }));
            record
        };
        let told = ["b", "a", "b"].map(shown_under);
        assert_eq!(licenses(&told.each_ref()), ["a", "b"]);
    }
}
