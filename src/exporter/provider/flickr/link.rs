//! Ties Flickr's records to media by id, over all archives ever given.

use std::collections::{HashMap, HashSet};

use crate::classify::stem;
use crate::link::unrecorded;
use crate::ties::Ties;
use model::evidence::{Evidence, Link, Links, MediaEntry};
use model::kind::Kind;
use model::record::{Record, RecordFacts};

use super::albums::{Listed, listed_of};
use super::layout::{first_id, ids};

/// Says by what a record may be tied.
pub(crate) fn ties_of_record(record: &Record, ties: &mut Ties) {
    let listed = listed_of(record);
    let supplement = record.facts.is_supplement();
    ties.class((&record.account, supplement, listed.is_some()));
    match listed {
        Some(Listed::Photo(id)) => ties.by("id", id),
        // It is compared with albums, which are always there.
        Some(Listed::Album(_)) => ties.always(),
        None => ties.by("id", &record.key),
    }
}

/// Ties all records to media and makes up records for the media none names.
pub(crate) fn link(evidence: &Evidence) -> Links {
    let records = evidence.records.iter();
    let told = || records.clone().filter(|record| listed_of(record).is_none());
    let named: HashSet<&str> = told().map(|record| record.key.as_str()).collect();
    let has_file: HashSet<&str> = told()
        .filter(|record| !record.facts.is_supplement())
        .map(|record| record.key.as_str())
        .collect();
    let albums = evidence.albums.iter();
    let described: HashSet<&str> = albums.map(|album| album.key.as_str()).collect();
    let mut media: HashMap<&str, Vec<usize>> = HashMap::new();
    let mut left = Vec::new();
    for (at, entry) in evidence.media.iter().enumerate() {
        let id = meant(entry, &has_file).or_else(|| meant(entry, &named));
        if let Some(id) = id {
            media.entry(id).or_default().push(at);
        }
        if !id.is_some_and(|id| has_file.contains(id)) {
            left.push((at, made_up(entry)));
        }
    }
    let mut links = Vec::with_capacity(evidence.records.len());
    for (record, statement) in evidence.records.iter().enumerate() {
        let found = match listed_of(statement) {
            // The file is here: it speaks for itself.
            Some(Listed::Photo(id)) if has_file.contains(id) => continue,
            Some(Listed::Album(key)) if described.contains(key) => continue,
            Some(_) => None,
            None => media.get(statement.key.as_str()),
        };
        let found = found.map_or(&[][..], Vec::as_slice);
        let link = |media, how| Link {
            record,
            media,
            role: None,
            how,
        };
        if found.is_empty() {
            links.push(link(None, "none"));
        }
        links.extend(found.iter().map(|at| link(Some(*at), "id")));
    }
    Links {
        links,
        unrecorded: left,
        ..Links::default()
    }
}

/// Returns the first id a medium's name may mean that is among these.
fn meant<'a>(entry: &'a MediaEntry, among: &HashSet<&str>) -> Option<&'a str> {
    ids(&entry.path).into_iter().find(|id| among.contains(id))
}

fn made_up(entry: &MediaEntry) -> Record {
    let key = first_id(&entry.path).unwrap_or_else(|| stem(&entry.path));
    unrecorded(entry, Kind::Post, key.to_owned(), RecordFacts::default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flickr::albums::{listed, listed_album, member};
    use crate::flickr::photo::{Source, photo};
    use model::content_hash::ContentHash;
    use model::record::AlbumRecord;
    use serde_json::{Map, Value};

    fn medium(path: &str, byte: u8) -> MediaEntry {
        MediaEntry {
            provider: "flickr".to_owned(),
            export: None,
            path: path.to_owned(),
            content_hash: ContentHash([byte; 32]),
            content_id: None,
            taken: None,
        }
    }

    fn told(id: &str) -> Record {
        let source = Source {
            path: "photo.json",
            account: None,
        };
        photo(id, Map::new(), source).record
    }

    fn album() -> AlbumRecord {
        AlbumRecord {
            provider: "flickr".to_owned(),
            account: None,
            export: None,
            key: "7".to_owned(),
            title: String::new(),
            description: None,
            cover: None,
            source: "albums.json".to_owned(),
            raw: Value::Null,
        }
    }

    /// Returns record and medium of each link, and the media without a record.
    fn linked(records: Vec<Record>, paths: &[&str]) -> (Vec<(usize, Option<usize>)>, Vec<usize>) {
        let media = paths.iter().zip(1..).map(|(path, byte)| medium(path, byte));
        let links = link(&Evidence {
            records,
            albums: Vec::new(),
            media: media.collect(),
        });
        let pairs = links.links.iter().map(|link| (link.record, link.media));
        let left = links.unrecorded.iter().map(|(at, _)| *at);
        (pairs.collect(), left.collect())
    }

    #[test]
    fn a_name_means_the_id_that_has_a_record() {
        let (links, left) = linked(
            vec![told("12345678901"), told("20150607"), told("99999999999")],
            &[
                "a_12345678901_o.jpg",
                "20150607_geheim_x_o.jpg",
                "x_20150607_11111111111_o.jpg",
                "b_55555555555_o.jpg",
            ],
        );
        assert_eq!(links, [(0, Some(0)), (1, Some(1)), (1, Some(2)), (2, None)]);
        assert_eq!(left, [3]);
    }

    #[test]
    fn an_album_ties_a_medium_and_leaves_its_record_file_missing() {
        let records = || {
            vec![
                member("12345678901", &album(), 0),
                listed("12345678901", &album()),
            ]
        };
        let (links, left) = linked(records(), &["a_12345678901_o.jpg"]);
        assert_eq!(links, [(0, Some(0)), (1, None)]);
        assert_eq!(left, [0]);
        let with_file = [records(), vec![told("12345678901")]].concat();
        let (links, left) = linked(with_file, &["a_12345678901_o.jpg"]);
        assert_eq!(links, [(0, Some(0)), (2, Some(0))]);
        assert_eq!(left, [0usize; 0]);
    }

    #[test]
    fn an_album_nobody_describes_is_missing_until_its_list_comes() {
        let missing = |albums| {
            let records = vec![listed_album("7", None)];
            let media = Vec::new();
            let evidence = Evidence {
                records,
                albums,
                media,
            };
            link(&evidence).links.len()
        };
        assert_eq!((missing(vec![]), missing(vec![album()])), (1, 0));
    }
}
