//! Which folders are albums, and what a folder tells of a medium that no sidecar describes.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::DateTime;
use serde_json::Value;

use model::evidence::{Evidence, MediaEntry};
use model::kind::{Kind, Visibility};
use model::record::{Edition, Membership, Record, RecordFacts};
use model::time::{Precision, When};

use super::NAME;
use super::folders::{FolderKind, googles_year, kind, split_path};
use super::layout::is_service;
use super::names::nfc;

/// Export and folder.
type Place<'a> = (Option<&'a str>, Cow<'a, str>);

/// The albums of all exports.
pub(crate) struct Albums<'a> {
    /// Key of the album whose file lies in a folder; `None` where several albums share one folder.
    by_folder: BTreeMap<Place<'a>, Option<&'a str>>,
    accounts: BTreeMap<Option<&'a str>, BTreeSet<Option<&'a str>>>,
}

/// Returns the key of the album a folder of this name is, as far as the name tells.
pub(crate) fn album_by_name(folder: &str) -> Option<String> {
    let is_album = kind(folder) == FolderKind::Album && !is_service(folder);
    is_album.then(|| nfc(folder).into_owned())
}

impl<'a> Albums<'a> {
    /// Collects the albums of the evidence.
    pub(crate) fn new(evidence: &'a Evidence) -> Self {
        let mut by_folder: BTreeMap<Place<'a>, Option<&'a str>> = BTreeMap::new();
        let mut accounts: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for album in &evidence.albums {
            let export = album.export.as_deref();
            let place = (export, nfc(split_path(&album.source).0));
            let known = by_folder.entry(place).or_insert(Some(&album.key));
            if *known != Some(album.key.as_str()) {
                *known = None;
            }
            accounts
                .entry(export)
                .or_default()
                .insert(album.account.as_deref());
        }
        for record in &evidence.records {
            let of_export = accounts.entry(record.export.as_deref()).or_default();
            of_export.insert(record.account.as_deref());
        }
        Self {
            by_folder,
            accounts,
        }
    }

    fn by_file(&self, export: Option<&str>, path: &str) -> Option<&'a str> {
        let place = (export, nfc(split_path(path).0));
        self.by_folder.get(&place).copied().flatten()
    }

    /// Returns the album a record lies in where only its album file tells that it is one.
    pub(crate) fn only_by_file(&self, record: &Record) -> Option<&'a str> {
        let album = self.by_file(record.export.as_deref(), &record.source)?;
        let known = &record.facts.albums;
        known.iter().all(|m| m.album != album).then_some(album)
    }

    /// Makes up the record of a medium no sidecar describes.
    pub(crate) fn made_up(&self, entry: &MediaEntry) -> Record {
        let (folder, _) = split_path(&entry.path);
        let album = match self.by_file(entry.export.as_deref(), &entry.path) {
            Some(album) => Some(album.to_owned()),
            None => album_by_name(folder),
        };
        let visibility = match (&album, kind(folder)) {
            (None, FolderKind::Trash) => Visibility::Trashed,
            (None, FolderKind::Archive | FolderKind::Locked) => Visibility::Hidden,
            _ => Visibility::Shown,
        };
        let facts = RecordFacts {
            posted_at: self.year(entry),
            albums: album.into_iter().map(membership).collect(),
            visibility,
            ..RecordFacts::default()
        };
        self.record(entry, facts)
    }

    /// Makes up a record that says only the year of the folder a medium lies in, where no sidecar dates it.
    pub(crate) fn dated(&self, entry: &MediaEntry) -> Option<Record> {
        let facts = RecordFacts {
            posted_at: Some(self.year(entry)?),
            ..RecordFacts::default()
        };
        Some(self.record(entry, facts))
    }

    /// Returns the year of the folder a medium lies in, unless that is an album.
    fn year(&self, entry: &MediaEntry) -> Option<When> {
        let year = googles_year(split_path(&entry.path).0)?;
        let is_album = self.by_file(entry.export.as_deref(), &entry.path).is_some();
        let first = DateTime::new(year, 1, 1, 0, 0, 0, 0).ok()?;
        (!is_album).then(|| When::wall(first).known_to(Precision::Year))
    }

    /// Makes up a record that says only that the item of `record`, whose medium is `entry`, is in an album.
    pub(crate) fn member(&self, entry: &MediaEntry, record: &Record, album: String) -> Record {
        let facts = RecordFacts {
            albums: vec![membership(album)],
            ..RecordFacts::default()
        };
        Record {
            account: record.account.clone(),
            export: record.export.clone(),
            kind: record.kind,
            source: record.source.clone(),
            key: record.key.clone(),
            ..self.record(entry, facts)
        }
    }

    fn record(&self, entry: &MediaEntry, facts: RecordFacts) -> Record {
        let (folder, file) = split_path(&entry.path);
        Record {
            provider: NAME.to_owned(),
            account: self.only_account(entry.export.as_deref()),
            export: entry.export.clone(),
            kind: Kind::Other,
            source: entry.path.clone(),
            edition: Edition::Unrecorded,
            uri: entry.path.clone(),
            key: match folder {
                "" => file.to_owned(),
                _ => format!("{folder}/{file}"),
            },
            post: None,
            companions: Vec::new(),
            facts,
            raw: Value::Null,
        }
    }

    /// Media entries name no account; the records of the same export do, if they agree.
    fn only_account(&self, export: Option<&str>) -> Option<String> {
        let accounts = self.accounts.get(&export)?;
        let only = accounts.first().filter(|_| accounts.len() == 1)?;
        only.map(str::to_owned)
    }
}

/// Says that an item is in an album; Google gives no order.
pub(crate) fn membership(album: String) -> Membership {
    Membership {
        album,
        position: None,
    }
}
