//! Recognises an item in another folder or export: by its address, else by title and capture time.
//!
//! Title and second name no item: a camera that takes several pictures a second, and everything shared by a partner
//! (`"url": ""`), give namesakes. So two records of one folder with names of their own are two items, always; and where
//! several items of another folder may be meant, what a record says of itself decides, or nothing does.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use model::content_hash::ContentHash;
use model::evidence::{Evidence, Link, MediaEntry};
use model::kind::Visibility;
use model::record::{Location, Record};

use super::folders::split_path;
use super::listed::is_listed;
use super::names::{fold, medium_name};
use super::place::{Place, place};

/// More namesakes of one second than this are no album of anyone's: nothing is said of which are meant.
const MOST: usize = 64;

/// More statements of one title and second than this are not compared with each other: it would take the square of their number.
const MOST_STATEMENTS: usize = 1024;

/// Media of an item found by identity.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// No medium, so far.
    Nothing,
    /// The item's own media.
    Same {
        /// As indices into the evidence.
        media: Vec<usize>,
        /// The rule.
        how: &'static str,
    },
    /// One of these items, and nobody can tell which: only their albums are sure.
    OneOf {
        /// As indices into the evidence.
        media: Vec<usize>,
        /// Not even that: fewer are meant than there are, or one that no archive holds.
        doubtful: bool,
    },
}

/// Records that may be one item by title and second.
type Namesake<'a> = (Option<&'a str>, &'a str, i64);

/// Items by what makes them recognisable elsewhere.
pub(crate) struct Items<'a> {
    evidence: &'a Evidence,
    by_url: HashMap<&'a str, Vec<(usize, usize)>>,
    by_title: HashMap<Namesake<'a>, Vec<Statement<'a>>>,
}

/// A record among its namesakes.
struct Statement<'a> {
    record: usize,
    place: Place<'a>,
    /// Name of its medium in its folder: two of one folder are two items.
    name: String,
    /// The medium its folder holds.
    media: Vec<usize>,
}

impl<'a> Items<'a> {
    /// Indexes what the records in `wanted` may be: of a whole export these are few.
    pub(crate) fn new(evidence: &'a Evidence, links: &[Link], wanted: &[usize]) -> Self {
        let records = &evidence.records;
        let wanted = || wanted.iter().map(|record| &records[*record]);
        let urls: HashSet<&str> = wanted().map(|record| record.key.as_str()).collect();
        let titles: HashSet<Namesake<'_>> = wanted().filter_map(namesake).collect();
        let mut by_url: HashMap<&str, Vec<(usize, usize)>> = HashMap::new();
        let mut media: HashMap<usize, Vec<usize>> = HashMap::new();
        for link in links {
            let (Some(medium), None) = (link.media, link.role) else {
                continue;
            };
            let record = &records[link.record];
            if is_url(&record.key) && urls.contains(record.key.as_str()) {
                let found = by_url.entry(&record.key).or_default();
                found.push((link.record, medium));
            }
            if namesake(record).is_some_and(|title| titles.contains(&title)) {
                media.entry(link.record).or_default().push(medium);
            }
        }
        let mut by_title: HashMap<Namesake<'_>, Vec<Statement<'_>>> = HashMap::new();
        for (at, record) in records.iter().enumerate() {
            let Some(title) = namesake(record).filter(|title| titles.contains(title)) else {
                continue;
            };
            if is_listed(record) || record.facts.visibility == Visibility::Trashed {
                continue;
            }
            by_title.entry(title).or_default().push(Statement {
                record: at,
                place: place(record.export.as_deref(), &record.source),
                name: name(record),
                media: media.remove(&at).unwrap_or_default(),
            });
        }
        Self {
            evidence,
            by_url,
            by_title,
        }
    }

    /// Finds the media of a record whose folder does not hold it.
    pub(crate) fn find(&self, at: usize) -> Found {
        let record = &self.evidence.records[at];
        if record.facts.visibility == Visibility::Trashed {
            // A deleted item must not lend its state to a copy that is not.
            return Found::Nothing;
        }
        let urls = self
            .by_url
            .get(record.key.as_str())
            .map_or(&[][..], Vec::as_slice);
        for (same_export, how) in [
            (true, "same address"),
            (false, "same address, other export"),
        ] {
            let of_export = urls.iter().filter(|(other, _)| {
                (self.evidence.records[*other].export == record.export) == same_export
            });
            let media = self.distinct(of_export.map(|(_, media)| *media));
            if !media.is_empty() {
                return Found::Same { media, how };
            }
        }
        namesake(record)
            .and_then(|title| self.by_title.get(&title))
            .filter(|all| all.len() <= MOST_STATEMENTS)
            .filter(|all| all.iter().any(|statement| !statement.media.is_empty()))
            .map_or(Found::Nothing, |all| self.among(all, at))
    }

    /// Finds a record among its namesakes.
    fn among(&self, all: &[Statement<'_>], at: usize) -> Found {
        let record = &self.evidence.records[at];
        let own = name(record);
        let here = place(record.export.as_deref(), &record.source);
        let with_address = is_url(&record.key);
        let has_address = |s: &&Statement<'_>| is_url(&self.evidence.records[s.record].key);
        let (beside, elsewhere): (Vec<_>, Vec<_>) = all.iter().partition(|s| s.place == here);
        let told_twice = beside.iter().filter(|s| s.name == own);
        let twice = self.distinct(told_twice.flat_map(|s| s.media.iter().copied()));
        if !twice.is_empty() {
            // A plain sidecar beside a supplemental one.
            return Found::Same {
                media: twice,
                how: "same title and capture time",
            };
        }
        let is_known = |s: &&Statement<'_>| self.evidence.records[s.record].key == record.key;
        if with_address && elsewhere.iter().any(is_known) {
            return Found::Nothing;
        }
        // What is another item's in this folder is no medium of this one, wherever else its bytes lie.
        let others = beside.iter().filter(|s| s.name != own);
        let taken: BTreeSet<ContentHash> = others
            .clone()
            .flat_map(|s| &s.media)
            .map(|media| self.evidence.media[*media].content_hash)
            .collect();
        // Two addresses are two items; one with an address and one without are hardly the same.
        let alike: Vec<&Statement<'_>> = elsewhere
            .iter()
            .copied()
            .filter(|s| !has_address(s))
            .collect();
        let (candidates, likely) = match (with_address, alike.is_empty()) {
            (false, false) => (alike, true),
            (false, true) => (elsewhere, false),
            (true, _) => (alike, false),
        };
        let media_of = |statements: &[&Statement<'_>]| {
            let media = statements.iter().flat_map(|s| s.media.iter().copied());
            self.distinct(media.filter(|m| !taken.contains(&self.evidence.media[*m].content_hash)))
        };
        let possible = media_of(&candidates);
        if possible.is_empty() || possible.len() > MOST {
            return Found::Nothing;
        }
        let says_the_same =
            |s: &&Statement<'_>| same_facts(&self.evidence.records[s.record], record);
        let equal: Vec<&Statement<'_>> = candidates.iter().copied().filter(says_the_same).collect();
        let alone = !others.clone().any(says_the_same);
        if likely && alone && !equal.is_empty() && one_a_place(&equal) {
            let media = media_of(&equal);
            return match media.len() {
                0 => Found::Nothing,
                1 => Found::Same {
                    media,
                    how: "same title and capture time",
                },
                _ => Found::OneOf {
                    media,
                    doubtful: true,
                },
            };
        }
        let items_here: BTreeSet<&str> = beside
            .iter()
            .filter(|s| has_address(s) == with_address)
            .map(|s| s.name.as_str())
            .chain([own.as_str()])
            .collect();
        let all_meant = likely
            && taken.is_empty()
            && candidates.iter().all(|s| !s.media.is_empty())
            && possible.len() == items_here.len();
        Found::OneOf {
            media: possible,
            doubtful: !all_meant,
        }
    }

    /// Returns one entry for each content.
    fn distinct(&self, media: impl Iterator<Item = usize>) -> Vec<usize> {
        let mut distinct: BTreeMap<ContentHash, usize> = BTreeMap::new();
        for at in media {
            let entry = &self.evidence.media[at];
            let best = distinct.entry(entry.content_hash).or_insert(at);
            if order(entry) < order(&self.evidence.media[*best]) {
                *best = at;
            }
        }
        distinct.into_values().collect()
    }
}

/// Says whether no folder has two items among these.
fn one_a_place(statements: &[&Statement<'_>]) -> bool {
    let mut names: BTreeMap<(Option<&str>, &Cow<'_, str>), &str> = BTreeMap::new();
    statements.iter().all(|s| {
        let place = (s.place.0, &s.place.1);
        *names.entry(place).or_insert(&s.name) == s.name
    })
}

fn order(entry: &MediaEntry) -> (Option<&str>, &str) {
    (entry.export.as_deref(), &entry.path)
}

fn is_url(key: &str) -> bool {
    key.starts_with("https://") || key.starts_with("http://")
}

fn name(record: &Record) -> String {
    let file = split_path(&record.source).1;
    fold(&medium_name(file, record.facts.title.as_deref()))
}

fn namesake(record: &Record) -> Option<Namesake<'_>> {
    let title = record.facts.title.as_deref()?;
    let taken = record.facts.taken_at?.rough_seconds();
    Some((record.export.as_deref(), title, taken))
}

/// Copies of one sidecar say the same, but for the time of entry into the library. People and keywords are not at hand here.
fn same_facts(a: &Record, b: &Record) -> bool {
    let (a, b) = (&a.facts, &b.facts);
    let place = |l: Option<Location>| l.map(|l| (l.latitude.to_bits(), l.longitude.to_bits()));
    (&a.description, a.favorite, a.visibility, a.by_someone_else)
        == (&b.description, b.favorite, b.visibility, b.by_someone_else)
        && place(a.location) == place(b.location)
}
