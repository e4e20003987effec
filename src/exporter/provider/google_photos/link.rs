//! Ties the records of all Google Photos archives to the media of all of them.
//!
//! Sidecars and media of one export lie in different parts and may come in different imports, so nothing is
//! matched before here. Names count only within one folder of one export; between folders and exports items are
//! recognised by their address, else by title and capture time.

use std::collections::{BTreeMap, BTreeSet};

use model::content_hash::ContentHash;
use model::evidence::{Doubt, Evidence, Link, Links, Sure, Vague};
use model::record::Record;

use super::albums::Albums;
use super::decisions::Match;
use super::folders::split_path;
use super::identity::{Found, Items};
use super::listed::{self, is_listed};
use super::matching::decide;
use super::place::{Place, place};
use super::pool::{Medium, Pool, Sidecar};

/// Records and media of one folder, as indices into the evidence.
#[derive(Default)]
struct Group {
    records: Vec<usize>,
    media: Vec<usize>,
}

/// Ties records to media; see [`crate::Provider::link`].
pub(crate) fn link(evidence: &Evidence) -> Links {
    let mut linker = Linker {
        evidence,
        albums: Albums::new(evidence),
        links: Vec::with_capacity(evidence.records.len()),
        has_medium: vec![false; evidence.records.len()],
        unrecorded: Vec::new(),
        vague: Vec::new(),
        doubts: Vec::new(),
    };
    for group in groups(evidence).values() {
        linker.link_group(group);
    }
    linker.link_by_identity();
    linker.add_memberships();
    linker.add_years();
    linker.add_listed();
    linker.finish()
}

fn groups(evidence: &Evidence) -> BTreeMap<Place<'_>, Group> {
    let mut groups: BTreeMap<Place<'_>, Group> = BTreeMap::new();
    let statements = evidence.records.iter().enumerate();
    for (at, record) in statements.filter(|(_, record)| !is_listed(record)) {
        let place = place(record.export.as_deref(), &record.source);
        groups.entry(place).or_default().records.push(at);
    }
    for (at, medium) in evidence.media.iter().enumerate() {
        let place = place(medium.export.as_deref(), &medium.path);
        groups.entry(place).or_default().media.push(at);
    }
    groups
}

struct Linker<'a> {
    evidence: &'a Evidence,
    albums: Albums<'a>,
    links: Vec<Link>,
    /// Records whose own medium was found.
    has_medium: Vec<bool>,
    unrecorded: Vec<(usize, Record)>,
    vague: Vec<Vague>,
    doubts: Vec<Doubt>,
}

impl<'a> Linker<'a> {
    fn link_group(&mut self, group: &Group) {
        let sidecars = sidecars(self.evidence, &group.records);
        let media = media(self.evidence, &group.media);
        let pool = Pool::new(sidecars, media);
        for (medium, matched) in pool.media.iter().zip(decide(&pool)) {
            match matched {
                Some(matched) => self.tie(medium, &pool.sidecars[matched.sidecar], matched),
                None => self.leave(medium),
            }
        }
    }

    fn tie(&mut self, medium: &Medium<'_>, sidecar: &Sidecar<'_>, matched: Match) {
        for &record in &sidecar.records {
            for &entry in &medium.entries {
                self.links.push(Link {
                    record,
                    media: Some(entry),
                    role: matched.role,
                    how: matched.how,
                });
            }
            self.has_medium[record] |= matched.role.is_none();
        }
    }

    fn leave(&mut self, medium: &Medium<'_>) {
        for &entry in &medium.entries {
            let record = self.albums.made_up(&self.evidence.media[entry]);
            self.unrecorded.push((entry, record));
        }
    }

    /// Finds the medium of records whose folder does not hold it: album folders often hold sidecars only.
    fn link_by_identity(&mut self) {
        let records = &self.evidence.records;
        let alone: Vec<usize> = (0..records.len())
            .filter(|record| !self.has_medium[*record] && !is_listed(&records[*record]))
            .collect();
        let items = Items::new(self.evidence, &self.links, &alone);
        for record in alone {
            let (media, how) = match items.find(record) {
                Found::Nothing => (Vec::new(), "no medium in any archive"),
                Found::Same { media, how } => (media, how),
                Found::OneOf { media, doubtful } => {
                    self.vague.push(Vague {
                        record,
                        sure: Sure::AlbumsOnly,
                    });
                    if doubtful {
                        self.doubts.push(Doubt {
                            record,
                            media: media.clone(),
                        });
                    }
                    (media, "one of several of this title and capture time")
                }
            };
            let mut link = |media| {
                self.links.push(Link {
                    record,
                    media,
                    role: None,
                    how,
                });
            };
            if media.is_empty() {
                link(None);
            }
            media.into_iter().map(Some).for_each(link);
        }
    }

    /// Records know the albums whose names are plain; albums that only their album file tells from a year folder
    /// (`Rome 2023`) are known here.
    fn add_memberships(&mut self) {
        let mut members = BTreeMap::new();
        for link in &self.links {
            let (Some(media), None) = (link.media, link.role) else {
                continue;
            };
            let record = &self.evidence.records[link.record];
            if let Some(album) = self.albums.only_by_file(record) {
                // Copies of a record from several downloads say it once.
                let item = (media, album, &record.source, &record.key, &record.account);
                members.entry(item).or_insert(record);
            }
        }
        for ((media, album, ..), record) in members {
            let entry = &self.evidence.media[media];
            let record = self.albums.member(entry, record, album.to_owned());
            self.unrecorded.push((media, record));
        }
    }

    /// Of an item without capture time the year folder still tells the year.
    fn add_years(&mut self) {
        let undated: BTreeSet<usize> = self
            .links
            .iter()
            .filter(|link| {
                let record = &self.evidence.records[link.record];
                link.role.is_none() && record.facts.taken_at.is_none()
            })
            .filter_map(|link| link.media)
            .collect();
        for media in undated {
            let dated = self.albums.dated(&self.evidence.media[media]);
            self.unrecorded.extend(dated.map(|record| (media, record)));
        }
    }

    /// Reports what an index page lists and no archive holds. What is held needs no link: its sidecar says more.
    fn add_listed(&mut self) {
        let missing = listed::missing(self.evidence).into_iter();
        self.links.extend(missing.map(|record| Link {
            record,
            media: None,
            role: None,
            how: "listed by the index page",
        }));
    }

    fn finish(mut self) -> Links {
        self.links
            .sort_by_key(|link| (link.record, link.media, link.role));
        self.unrecorded.sort_by(|(a, left), (b, right)| {
            (a, &left.source, &left.key).cmp(&(b, &right.source, &right.key))
        });
        Links {
            links: self.links,
            unrecorded: self.unrecorded,
            vague: self.vague,
            doubts: self.doubts,
            ..Links::default()
        }
    }
}

/// Groups records by sidecar name and item.
fn sidecars<'a>(evidence: &'a Evidence, records: &[usize]) -> Vec<Sidecar<'a>> {
    let mut sidecars: BTreeMap<(&str, &str), Sidecar<'a>> = BTreeMap::new();
    for &at in records {
        let record = &evidence.records[at];
        let name = split_path(&record.source).1;
        let title = record.facts.title.as_deref();
        let taken = record.facts.taken_at;
        let sidecar = sidecars.entry((name, &record.key)).or_insert(Sidecar {
            name,
            key: &record.key,
            title,
            taken,
            records: Vec::new(),
        });
        // Copies of one sidecar from several downloads may differ: the smallest values, whatever came first.
        sidecar.title = sidecar.title.into_iter().chain(title).min();
        sidecar.taken = sidecar.taken.into_iter().chain(taken).min();
        sidecar.records.push(at);
    }
    sidecars.into_values().collect()
}

/// Groups media by name and bytes.
fn media<'a>(evidence: &'a Evidence, entries: &[usize]) -> Vec<Medium<'a>> {
    let mut media: BTreeMap<(&str, ContentHash), Medium<'a>> = BTreeMap::new();
    for &at in entries {
        let entry = &evidence.media[at];
        let name = split_path(&entry.path).1;
        let medium = media.entry((name, entry.content_hash)).or_insert(Medium {
            name,
            content_hash: entry.content_hash,
            content_id: None,
            taken: None,
            entries: Vec::new(),
        });
        let id = entry.content_id.as_deref();
        medium.content_id = medium.content_id.into_iter().chain(id).min();
        medium.taken = medium.taken.into_iter().chain(entry.taken).min();
        medium.entries.push(at);
    }
    media.into_values().collect()
}

#[cfg(test)]
#[path = "link_tests.rs"]
mod tests;
