//! Ties records to media by path: exact, then by the provider's rules for moved files, then by name. Shared by providers.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::classify::{file_name, is_subtitles, is_web_address, stem};
use crate::ties::Ties;
use model::evidence::{Evidence, Link, Links, MediaEntry};
use model::kind::{CompanionRole, Kind};
use model::record::{Edition, Record, RecordFacts};

/// What a provider knows about its paths.
#[derive(Debug, Clone, Copy)]
pub struct PathRules {
    /// Brings the spellings of one place to one form (a prefix that comes and goes, a twin tree).
    pub canonical: fn(&str) -> String,
    /// Returns the part of a path that identifies the medium wherever it lies, if it has one.
    pub identity: fn(&str) -> Option<&str>,
}

impl PathRules {
    /// Adds all by which [`MediaIndex::find`] may tie a path to another.
    pub fn ties(&self, path: &str, ties: &mut Ties) {
        ties.by("path", self.canonical(path));
        ties.by("name", file_name(path));
        if let Some(identity) = (self.identity)(path) {
            ties.by("identity", identity);
        }
    }

    fn canonical(&self, path: &str) -> String {
        let path = path.replace('\\', "/");
        let mut path = path.as_str();
        while let Some(rest) = ["/", "./", "../"]
            .iter()
            .find_map(|start| path.strip_prefix(start))
        {
            path = rest;
        }
        (self.canonical)(path)
    }
}

/// Finds media entries by what records call them.
#[derive(Debug)]
pub struct MediaIndex<'a> {
    media: &'a [MediaEntry],
    rules: PathRules,
    by_path: BTreeMap<String, Vec<usize>>,
    by_name: BTreeMap<&'a str, Vec<usize>>,
    by_identity: BTreeMap<(&'a str, bool), Vec<usize>>,
}

impl<'a> MediaIndex<'a> {
    /// Builds the index.
    pub fn new(media: &'a [MediaEntry], rules: PathRules) -> Self {
        let mut index = Self {
            media,
            rules,
            by_path: BTreeMap::new(),
            by_name: BTreeMap::new(),
            by_identity: BTreeMap::new(),
        };
        for (number, entry) in media.iter().enumerate() {
            let path = entry.path.as_str();
            let canonical = index.canonical(path);
            index.by_path.entry(canonical).or_default().push(number);
            index
                .by_name
                .entry(file_name(path))
                .or_default()
                .push(number);
            if let Some(identity) = (rules.identity)(path) {
                let key = (identity, is_subtitles(path));
                index.by_identity.entry(key).or_default().push(number);
            }
        }
        index
    }

    /// Returns the media a record means by `uri`, each with the rule that found it.
    ///
    /// Several when two archives hold the same path with different bytes, or a tree has a twin. None for an
    /// address on the web, and where a bare name could mean different files.
    pub fn find(&self, uri: &str) -> Vec<(usize, &'static str)> {
        if uri.trim().is_empty() || is_web_address(uri) {
            return Vec::new();
        }
        if let Some(found) = self.by_path.get(&self.canonical(uri)) {
            let how = |number: &usize| match self.media[*number].path == uri {
                true => "path",
                false => "prefix",
            };
            return found.iter().map(|number| (*number, how(number))).collect();
        }
        if let Some(found) = self
            .by_name
            .get(file_name(uri))
            .filter(|found| self.is_one(found))
        {
            return found.iter().map(|number| (*number, "basename")).collect();
        }
        let identity = (self.rules.identity)(uri).map(|identity| (identity, is_subtitles(uri)));
        match identity.and_then(|key| self.by_identity.get(&key)) {
            Some(found) => found.iter().map(|number| (*number, "media_id")).collect(),
            None => Vec::new(),
        }
    }

    fn canonical(&self, path: &str) -> String {
        self.rules.canonical(path)
    }

    /// One place (with whatever bytes), or the same bytes everywhere.
    fn is_one(&self, found: &[usize]) -> bool {
        let places: BTreeSet<String> = found
            .iter()
            .map(|number| self.canonical(&self.media[*number].path))
            .collect();
        let contents: BTreeSet<_> = found
            .iter()
            .map(|number| self.media[*number].content_hash)
            .collect();
        places.len() == 1 || contents.len() == 1
    }
}

/// Ties every record and its companions to media. Records come in order, each at least once.
fn link_by_path(evidence: &Evidence, index: &MediaIndex<'_>) -> Vec<Link> {
    let mut links = Vec::with_capacity(evidence.records.len());
    for (record, statement) in evidence.records.iter().enumerate() {
        let found = index.find(&statement.uri);
        if found.is_empty() {
            links.push(Link {
                record,
                media: None,
                role: None,
                how: "none",
            });
        }
        links.extend(found.into_iter().map(|(media, how)| Link {
            record,
            media: Some(media),
            role: None,
            how,
        }));
        for companion in &statement.companions {
            let role = Some(companion.role);
            let found = index.find(&companion.uri).into_iter();
            links.extend(found.map(|(media, how)| Link {
                record,
                media: Some(media),
                role,
                how,
            }));
        }
    }
    links
}

/// Ties subtitles that no record names to the records of the video with the same name.
fn link_subtitles_by_name(evidence: &Evidence, links: &mut Vec<Link>) {
    let linked: BTreeSet<usize> = links.iter().filter_map(|link| link.media).collect();
    let mut videos: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for link in links.iter().filter(|link| link.role.is_none()) {
        if let Some(media) = link.media {
            videos
                .entry(stem(&evidence.media[media].path))
                .or_default()
                .push(link.record);
        }
    }
    for (media, entry) in evidence.media.iter().enumerate() {
        if linked.contains(&media) || !is_subtitles(&entry.path) {
            continue;
        }
        let records: BTreeSet<usize> = videos
            .get(stem(&entry.path))
            .into_iter()
            .flatten()
            .copied()
            .collect();
        let role = Some(CompanionRole::Subtitles);
        links.extend(records.into_iter().map(|record| Link {
            record,
            media: Some(media),
            role,
            how: "basename",
        }));
    }
}

/// Ties all records to media by path and subtitles by name, and makes up records for the media none names.
pub fn link_all(
    evidence: &Evidence,
    rules: PathRules,
    made_up: &dyn Fn(&MediaEntry) -> Record,
) -> Links {
    let index = MediaIndex::new(&evidence.media, rules);
    let mut links = link_by_path(evidence, &index);
    link_subtitles_by_name(evidence, &mut links);
    let unrecorded = without_record(evidence, &links)
        .into_iter()
        .map(|media| (media, made_up(&evidence.media[media])))
        .collect();
    Links {
        links,
        unrecorded,
        ..Links::default()
    }
}

/// Returns a record of a medium that none names: what its path tells by itself.
pub fn unrecorded(entry: &MediaEntry, kind: Kind, key: String, facts: RecordFacts) -> Record {
    Record {
        provider: entry.provider.clone(),
        account: None,
        export: entry.export.clone(),
        kind,
        source: String::new(),
        edition: Edition::Unrecorded,
        uri: entry.path.clone(),
        key,
        post: None,
        companions: Vec::new(),
        facts,
        raw: Value::Null,
    }
}

/// Returns the indices of the media that no link names.
fn without_record(evidence: &Evidence, links: &[Link]) -> Vec<usize> {
    // What a record only says more of, it does not name.
    let names = |link: &&Link| !evidence.records[link.record].facts.is_supplement();
    let linked: BTreeSet<usize> = links
        .iter()
        .filter(names)
        .filter_map(|link| link.media)
        .collect();
    (0..evidence.media.len())
        .filter(|media| !linked.contains(media))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classify::media_id;
    use model::content_hash::ContentHash;

    const RULES: PathRules = PathRules {
        canonical: |path| path.strip_prefix("old/").unwrap_or(path).to_owned(),
        identity: media_id,
    };

    fn media(entries: &[(&str, u8)]) -> Vec<MediaEntry> {
        entries
            .iter()
            .map(|(path, byte)| MediaEntry {
                provider: "test".to_owned(),
                export: None,
                path: (*path).to_owned(),
                content_hash: ContentHash([*byte; 32]),
                content_id: None,
                taken: None,
            })
            .collect()
    }

    #[test]
    fn paths_are_found_by_the_first_rule_that_fits() {
        let media = media(&[
            ("a/1.jpg", 1),
            ("a/1.jpg", 2),
            ("b/2.jpg", 3),
            ("c/3.jpg", 4),
            ("d/3.jpg", 5),
            ("e/4.jpg", 6),
            ("f/4.jpg", 6),
            ("old/g/5.jpg", 7),
            ("h/x_17912345678901234.webp", 8),
            ("h/17912345678901234.srt", 9),
        ]);
        let index = MediaIndex::new(&media, RULES);
        for (uri, expected) in [
            ("a/1.jpg", vec![(0, "path"), (1, "path")]),
            ("./a/1.jpg", vec![(0, "prefix"), (1, "prefix")]),
            ("../../a\\1.jpg", vec![(0, "prefix"), (1, "prefix")]),
            ("old/b/2.jpg", vec![(2, "prefix")]),
            ("g/5.jpg", vec![(7, "prefix")]),
            ("z/2.jpg", vec![(2, "basename")]),
            ("z/1.jpg", vec![(0, "basename"), (1, "basename")]),
            // Two files of one name: which is meant cannot be known …
            ("z/3.jpg", vec![]),
            // … unless they are the same.
            ("z/4.jpg", vec![(5, "basename"), (6, "basename")]),
            ("z/17912345678901234.jpg", vec![(8, "media_id")]),
            ("z/y_17912345678901234.srt", vec![(9, "media_id")]),
            ("z/none.jpg", vec![]),
            ("", vec![]),
            (" ", vec![]),
            ("https://host.example/a/1.jpg", vec![]),
        ] {
            assert_eq!(index.find(uri), expected, "{uri}");
        }
    }
}
