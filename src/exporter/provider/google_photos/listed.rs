//! What the index page lists and the parts at hand do not hold: becomes records, and is missing until some part holds it.

use std::collections::HashSet;

use serde_json::Value;

use model::evidence::Evidence;
use model::kind::Kind;
use model::record::{Edition, Record, RecordFacts};

use super::NAME;
use super::extensions::is_media;
use super::folders::{FolderKind, is_googles_year, kind, split_path};
use super::layout::INDEX_PAGE;
use super::manifest::Listed;
use super::names::{fold, looks_like_sidecar, split};

/// Names of the files that make a folder an album, in the languages that were seen.
const ALBUM_FILES: &[&str] = &[
    "metadata.json",
    "metadaten.json",
    "métadonnées.json",
    "metadatos.json",
    "metadati.json",
    "metadades.json",
    "metadáta.json",
    "метаданные.json",
    "метаданни.json",
    "metaadatok.json",
];

/// Begins the keys of these records; no item has such a key.
const KEY: &str = "listed:";

/// A file of one export: folder and name, whatever case, Unicode form and spacing.
type Place = (Option<String>, String, String);

/// Files that were read, to be compared with an index page.
#[derive(Debug, Default)]
pub(crate) struct Held(HashSet<Place>);

impl Held {
    /// Adds a file by its path.
    pub(crate) fn add(&mut self, export: Option<&str>, path: &str) {
        let (folder, file) = split_path(path);
        self.0.insert(place(export, folder, file));
    }

    /// Returns whether a file is among them, whatever its export.
    pub(crate) fn has(&self, path: &str) -> bool {
        let (folder, file) = split_path(path);
        self.holds(None, folder, file)
    }

    fn holds(&self, export: Option<&str>, folder: &str, file: &str) -> bool {
        self.0.contains(&place(export, folder, file))
    }
}

fn place(export: Option<&str>, folder: &str, file: &str) -> Place {
    (export.map(str::to_owned), plain(folder), plain(file))
}

/// Says by what [`missing`] compares a file with what is listed, whatever the export.
pub(crate) fn tie(path: &str) -> (String, String) {
    let (folder, file) = split_path(path);
    (plain(folder), plain(file))
}

/// The page joins runs of spaces, as pages do.
fn plain(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    fold(&words.join(" "))
}

/// Makes the record of a listed file, if it can be a medium or a sidecar and was not read.
///
/// The page lists the whole export, other products included; which folders are photo folders is known only in [`missing`].
pub(crate) fn record(
    listed: &Listed,
    held: &Held,
    (source, export, account): (&str, Option<String>, Option<String>),
) -> Option<Record> {
    let folder = listed.folder.as_deref()?;
    let file = listed.file.as_str();
    if held.holds(export.as_deref(), folder, file) {
        return None;
    }
    of_file(folder, file, (source, export, account))
}

/// Makes the record of a medium that a part has and whose bytes cannot be read: the one the page makes that came without
/// that part, so that it does not matter which of the two came first.
pub(crate) fn unread(
    path: &str,
    export: Option<String>,
    account: Option<String>,
) -> Option<Record> {
    let (folder, file) = split_path(path);
    of_file(folder, file, (INDEX_PAGE, export, account)).filter(|_| !folder.is_empty())
}

fn of_file(
    folder: &str,
    file: &str,
    (source, export, account): (&str, Option<String>, Option<String>),
) -> Option<Record> {
    let path = format!("{folder}/{file}");
    let wanted = is_media(split(file).1) || looks_like_sidecar(file) || is_album_file(folder, file);
    wanted.then(|| Record {
        provider: NAME.to_owned(),
        account,
        export,
        kind: Kind::Other,
        source: source.to_owned(),
        edition: Edition::Html,
        key: format!("{KEY}{path}"),
        uri: path,
        post: None,
        companions: Vec::new(),
        facts: RecordFacts::default(),
        raw: Value::Null,
    })
}

/// Says whether a file makes its folder an album. Old day folders have such files, too, and are no albums.
fn is_album_file(folder: &str, file: &str) -> bool {
    let name = fold(file);
    kind(folder) != FolderKind::Day && ALBUM_FILES.iter().any(|known| fold(known) == name)
}

/// Says whether a record is of the index page, not of an item.
pub(crate) fn is_listed(record: &Record) -> bool {
    record.edition == Edition::Html && record.key.starts_with(KEY)
}

/// Says whether this file is the index page.
pub(crate) fn is_index_page(file: &str) -> bool {
    file == INDEX_PAGE
}

/// Returns the listed files that no archive so far holds, as indices of their records.
///
/// A medium that a sidecar describes is left to that: its bytes may have come by another folder.
pub(crate) fn missing(evidence: &Evidence) -> Vec<usize> {
    let listed: Vec<usize> = (0..evidence.records.len())
        .filter(|&at| is_listed(&evidence.records[at]))
        .collect();
    if listed.is_empty() {
        return listed;
    }
    let mut held = Held::default();
    let mut folders: HashSet<(Option<&str>, String)> = HashSet::new();
    let mut note = |export, path| {
        held.add(export, path);
        folders.insert((export, plain(split_path(path).0)));
    };
    for entry in &evidence.media {
        note(entry.export.as_deref(), &entry.path);
    }
    for album in &evidence.albums {
        note(album.export.as_deref(), &album.source);
    }
    for record in evidence.records.iter().filter(|r| !is_listed(r)) {
        note(record.export.as_deref(), &record.source);
        note(record.export.as_deref(), &record.uri);
    }
    let is_missing = |&at: &usize| {
        let record = &evidence.records[at];
        let export = record.export.as_deref();
        let (folder, file) = split_path(&record.uri);
        let of_photos = is_photo_folder(folder) || folders.contains(&(export, plain(folder)));
        of_photos && !held.holds(export, folder, file)
    };
    listed.into_iter().filter(is_missing).collect()
}

/// Folders whose names only Google Photos gives.
fn is_photo_folder(name: &str) -> bool {
    is_googles_year(name)
        || matches!(
            kind(name),
            FolderKind::Day | FolderKind::Locked | FolderKind::Failed
        )
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use model::content_hash::ContentHash;
    use model::evidence::MediaEntry;
    use model::record::AlbumRecord;

    const EXPORT: Option<&str> = Some("takeout-20240101T000000Z");

    fn listed(path: &str) -> Listed {
        let (folder, file) = path.split_once('/').unwrap();
        Listed {
            folder: Some(folder.to_owned()),
            file: file.to_owned(),
        }
    }

    fn of(path: &str) -> Option<Record> {
        let by = (INDEX_PAGE, EXPORT.map(str::to_owned), None);
        record(&listed(path), &Held::default(), by)
    }

    fn medium(path: &str) -> MediaEntry {
        MediaEntry {
            provider: NAME.to_owned(),
            export: EXPORT.map(str::to_owned),
            path: path.to_owned(),
            content_hash: ContentHash([1; 32]),
            content_id: None,
            taken: None,
        }
    }

    fn sidecar(source: &str, uri: &str) -> Record {
        Record {
            source: source.to_owned(),
            uri: uri.to_owned(),
            key: "https://photos.google.com/photo/1".to_owned(),
            edition: Edition::Json,
            ..of("Rome/a.jpg").unwrap()
        }
    }

    #[test]
    fn only_media_and_sidecars_that_were_not_read_are_noted() {
        assert!(of("Rome/a.jpg").is_some());
        assert!(of("Rome/a.jpg.supplemental-metadata.json").is_some());
        assert!(of("Rome/metadata.json").is_some() && of("Rom/METADATEN.json").is_some());
        assert!(of("2016-05-21/metadata.json").is_none());
        assert!(of("Rome/shared_album_comments.json").is_none());
        assert!(of("Drive/a.pdf").is_none());
        let mut held = Held::default();
        held.add(EXPORT, "Google Photos/Rome/A  b.JPEG");
        let by = |export: Option<&str>| (INDEX_PAGE, export.map(str::to_owned), None);
        let same = listed("Rome/a b.jpg");
        assert!(record(&same, &held, by(EXPORT)).is_none());
        assert!(record(&same, &held, by(None)).is_some());
        let nowhere = Listed {
            folder: None,
            ..same
        };
        assert!(record(&nowhere, &held, by(None)).is_none());
    }

    #[test]
    fn a_listed_file_is_missing_until_some_part_holds_it() {
        let year = "Photos from 2023";
        let path = |file: &str| format!("Google Photos/{year}/{file}");
        let lone = |record: Option<Record>, media: Vec<MediaEntry>, others: Vec<Record>| {
            let records = record.into_iter().chain(others).collect();
            missing(&Evidence {
                records,
                albums: vec![],
                media,
            })
        };
        let photo = || of(&format!("{year}/a.jpg"));
        assert_eq!(lone(photo(), vec![], vec![]), [0]);
        assert!(lone(photo(), vec![medium(&path("a.jpg"))], vec![]).is_empty());
        // Its sidecar is here and speaks for it.
        let own = sidecar(&path("a.jpg.json"), &path("a.jpg"));
        assert!(lone(photo(), vec![], vec![own.clone()]).is_empty());
        // Its sidecar is what is missing.
        let json = || of(&format!("{year}/a.jpg.json"));
        assert_eq!(lone(json(), vec![medium(&path("a.jpg"))], vec![]), [0]);
        assert!(lone(json(), vec![], vec![own]).is_empty());
    }

    #[test]
    fn an_album_file_is_missing_until_it_comes() {
        let album = || of("Holiday/metadata.json");
        let beside = || vec![medium("Google Photos/Holiday/a.jpg")];
        let evidence = |albums| Evidence {
            records: album().into_iter().collect(),
            albums,
            media: beside(),
        };
        assert_eq!(missing(&evidence(vec![])), [0]);
        let came = AlbumRecord {
            provider: NAME.to_owned(),
            account: None,
            export: EXPORT.map(str::to_owned),
            key: "Holiday".to_owned(),
            title: "Holiday".to_owned(),
            description: None,
            cover: None,
            source: "Google Photos/Holiday/metadata.json".to_owned(),
            raw: Value::Null,
        };
        assert!(missing(&evidence(vec![came])).is_empty());
    }

    #[test]
    fn other_products_are_not_missed() {
        let drive = || of("Holiday/a.jpg");
        let evidence = |media| Evidence {
            records: drive().into_iter().collect(),
            albums: vec![],
            media,
        };
        assert!(missing(&evidence(vec![])).is_empty());
        // A folder of that name is known to be of Google Photos.
        let beside = vec![medium("Google Photos/Holiday/b.jpg")];
        assert_eq!(missing(&evidence(beside)), [0]);
    }
}
