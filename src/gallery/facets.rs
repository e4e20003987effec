//! Counts what each file of data holds of each album, person, place and kind: so a page of one of them knows its length, and
//! which files to read, before it reads any.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::pictures::Use;
use super::record::Record;

/// What can be looked at by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Facet {
    /// An album, by id.
    Album,
    /// A service and what it was there, `instagram/post`.
    Kind,
    /// A person, by name.
    Person,
    /// A named place.
    Place,
    /// A square of a hundredth of a degree, `48.21,16.37`.
    Square,
    /// `photo`, `video`, `live`, `post` (of several) or `sound`.
    Form,
    /// `favourite`, `hidden` or `trashed`.
    Mark,
}

/// How many there are, and the id of one that has a thumbnail.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Count(pub u32, pub Option<String>);

/// What a file of data holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct PartSummary {
    /// Name of the file, without folder and extension.
    pub name: String,
    /// Digest of its bytes: pages ask for the file under it, so that no stale copy is read.
    pub digest: String,
    /// Assets in it.
    pub count: u32,
    /// By facet and value.
    pub counts: Vec<(Facet, String, Count)>,
}

/// Returns what a file holds, of its records.
pub(crate) fn summary(name: &str, digest: String, records: &[Record]) -> PartSummary {
    let mut counts: BTreeMap<(Facet, String), Count> = BTreeMap::new();
    for record in records {
        let thumb = (record.b & (1 << Use::Thumb as u8) != 0).then_some(&record.i);
        for facet in facets(record) {
            let count = counts.entry(facet).or_default();
            count.0 += 1;
            if count.1.is_none() {
                count.1 = thumb.cloned();
            }
        }
    }
    PartSummary {
        name: name.to_owned(),
        digest,
        count: records.len() as u32,
        counts: counts
            .into_iter()
            .map(|((facet, value), count)| (facet, value, count))
            .collect(),
    }
}

fn facets(record: &Record) -> BTreeSet<(Facet, String)> {
    let texts = |facet, values: &[String]| {
        let of_facet = values.iter().map(move |value| (facet, value.clone()));
        of_facet.collect::<Vec<_>>()
    };
    let mut all = BTreeSet::new();
    all.extend(texts(Facet::Album, &record.a));
    all.extend(texts(Facet::Kind, &record.k));
    all.extend(texts(Facet::Person, &record.e));
    all.extend(texts(Facet::Place, record.p.as_slice()));
    all.extend(record.g.map(|at| (Facet::Square, square(at))));
    let forms = [
        ("photo", record.m.starts_with("image/")),
        ("video", record.m.starts_with("video/")),
        ("sound", record.m.starts_with("audio/")),
        ("live", record.r.is_some()),
        ("post", record.u.is_some_and(|(_, size)| size > 1)),
    ];
    let form = |(name, holds): (&str, bool)| holds.then(|| (Facet::Form, name.to_owned()));
    all.extend(forms.into_iter().filter_map(form));
    let marks = [(record.f > 0).then_some("favourite"), record.v];
    all.extend(
        marks
            .into_iter()
            .flatten()
            .map(|mark| (Facet::Mark, mark.to_owned())),
    );
    all
}

/// Returns the square a position lies in; `site/map.js` computes the same.
fn square([latitude, longitude]: [f64; 2]) -> String {
    let hundredths = |degrees: f64| (degrees * 100.0).floor() as i64;
    format!("{},{}", hundredths(latitude), hundredths(longitude))
}

/// A value of a facet in all files: how many, one with a thumbnail, and how many in which file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Total {
    /// How many.
    pub count: u64,
    /// Id of one that has a thumbnail, the newest.
    pub sample: Option<String>,
    /// Number of the file, and how many in it.
    pub parts: Vec<(usize, u32)>,
}

/// All facets of a gallery.
#[derive(Debug, Default)]
pub(crate) struct Totals(BTreeMap<Facet, BTreeMap<String, Total>>);

impl Totals {
    /// Adds up all files, in the order pages know them.
    pub(crate) fn of<'a>(parts: impl Iterator<Item = &'a PartSummary>) -> Self {
        let mut all = Self::default();
        for (index, part) in parts.enumerate() {
            for (facet, value, count) in &part.counts {
                let total = all
                    .0
                    .entry(*facet)
                    .or_default()
                    .entry(value.clone())
                    .or_default();
                total.count += u64::from(count.0);
                total.sample = total.sample.take().or_else(|| count.1.clone());
                total.parts.push((index, count.0));
            }
        }
        all
    }

    /// Returns a value's total.
    pub(crate) fn get(&self, facet: Facet, value: &str) -> Option<&Total> {
        self.0.get(&facet)?.get(value)
    }

    /// Returns how many values a facet has.
    pub(crate) fn len(&self, facet: Facet) -> usize {
        self.0.get(&facet).map_or(0, BTreeMap::len)
    }

    /// Returns a facet for the pages: value, count, sample, then file and count in turn; the most frequent first.
    pub(crate) fn json(&self, facet: Facet) -> Value {
        let mut values: Vec<_> = self.0.get(&facet).into_iter().flatten().collect();
        values.sort_by(|a, b| b.1.count.cmp(&a.1.count).then_with(|| a.0.cmp(b.0)));
        let row = |(value, total): (&String, &Total)| {
            let parts: Vec<u64> = total
                .parts
                .iter()
                .flat_map(|(part, count)| [*part as u64, u64::from(*count)])
                .collect();
            json!([value, total.count, total.sample, parts])
        };
        values.into_iter().map(row).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(id: &str, person: &str, thumb: u8) -> Record {
        Record {
            i: id.to_owned(),
            m: "image/jpeg",
            t: None,
            z: None,
            o: None,
            x: None,
            b: thumb,
            s: None,
            l: None,
            d: None,
            n: None,
            p: None,
            g: Some([-0.001, 16.379]),
            e: vec![person.to_owned(), person.to_owned()],
            y: vec![],
            a: vec![],
            k: vec![],
            f: 1,
            v: None,
            u: None,
            r: None,
        }
    }

    #[test]
    fn values_are_counted_over_all_files() {
        let parts = [
            summary("b", String::new(), &[record("1", "Anna", 0)]),
            summary(
                "a",
                String::new(),
                &[record("2", "__proto__", 1), record("3", "Anna", 1)],
            ),
        ];
        let totals = Totals::of(parts.iter());
        let anna = totals.get(Facet::Person, "Anna").expect("counted");
        assert_eq!((anna.count, anna.sample.as_deref()), (2, Some("3")));
        assert_eq!(anna.parts, [(0, 1), (1, 1)]);
        assert_eq!(totals.len(Facet::Person), 2);
        assert_eq!(
            totals.json(Facet::Mark),
            json!([["favourite", 3, "2", [0, 1, 1, 2]]])
        );
        assert_eq!(totals.json(Facet::Square)[0][0], "-1,1637");
        assert_eq!(totals.json(Facet::Album), json!([]));
    }
}
