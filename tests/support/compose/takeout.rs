//! Composes Google Takeout exports from a description of items and albums.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::Offset;
use serde_json::{Value, json};

use super::Files;
use super::takeout_names::{Folder, folder, safe, sidecar, stem_and_ext};
use super::takeout_words::{ENGLISH, Words};

/// Where an item is kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum State {
    /// In the ordinary view.
    #[default]
    Shown,
    /// Archived.
    Archived,
    /// Deleted, not yet for good.
    Trashed,
    /// In the locked folder.
    Locked,
}

/// One item of the account.
#[derive(Debug, Clone)]
pub struct Item {
    /// Name at upload.
    pub title: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Extension by the true type, with dot, for titles that have none.
    pub true_ext: &'static str,
    /// `photoTakenTime`; `None` is written as `"0"`.
    pub taken: Option<i64>,
    /// `creationTime`.
    pub created: i64,
    /// Caption.
    pub description: String,
    /// Labelled faces.
    pub people: Vec<String>,
    /// Favourite.
    pub favorite: bool,
    /// `geoData`.
    pub place: Option<(f64, f64)>,
    /// Where it is kept.
    pub state: State,
    /// Keys of [`Takeout::albums`] it is in.
    pub albums: Vec<&'static str>,
    /// `googlePhotosOrigin`.
    pub origin: Value,
    /// Google's edited copy.
    pub edited: Option<Vec<u8>>,
    /// Video of a live photo (`.MP4`, numbered apart from stills), or the video part of a motion photo (`.MP`).
    pub video: Option<(&'static str, Vec<u8>)>,
    /// Number in its address.
    pub id: String,
    /// It has no sidecar (Failed Videos, damaged exports).
    pub bare: bool,
}

impl Item {
    /// A plain item, put on the service a day after it was taken.
    pub fn new(title: &str, bytes: Vec<u8>, taken: &str) -> Self {
        let taken: Timestamp = taken.parse().expect("tests give instants");
        let taken = taken.as_second();
        Self {
            title: title.to_owned(),
            bytes,
            true_ext: ".jpg",
            taken: Some(taken),
            created: taken + 86_400,
            description: String::new(),
            people: vec![],
            favorite: false,
            place: None,
            state: State::Shown,
            albums: vec![],
            origin: json!({"mobileUpload": {"deviceType": "ANDROID_PHONE", "deviceFolder": {"localFolderName": ""}}}),
            edited: None,
            video: None,
            id: format!("AF1Qip{taken}-{title}").replace(' ', "_"),
            bare: false,
        }
    }

    /// Returns the address of the item's page: its identity.
    pub fn url(&self) -> String {
        format!("https://photos.google.com/photo/{}", self.id)
    }

    /// Returns the sidecar.
    pub fn sidecar(&self) -> Value {
        let (latitude, longitude) = self.place.unwrap_or((0.0, 0.0));
        let mut sidecar = json!({
            "title": self.title,
            "description": self.description,
            "imageViews": "3",
            "creationTime": time(self.created),
            "photoTakenTime": time(self.taken.unwrap_or(0)),
            "geoData": {"latitude": latitude, "longitude": longitude, "altitude": 0.0, "latitudeSpan": 0.0, "longitudeSpan": 0.0},
            "url": self.url(),
            "googlePhotosOrigin": self.origin,
        });
        if !self.people.is_empty() {
            let named = |name: &String| json!({ "name": name });
            sidecar["people"] = self.people.iter().map(named).collect();
        }
        for (key, set) in [
            ("favorited", self.favorite),
            ("archived", self.state == State::Archived),
            ("trashed", self.state == State::Trashed),
        ] {
            if set {
                sidecar[key] = json!(true);
            }
        }
        sidecar
    }
}

fn time(seconds: i64) -> Value {
    json!({"timestamp": seconds.to_string(), "formatted": "for people only"})
}

/// An album of the account.
#[derive(Debug, Clone)]
pub struct Album {
    /// How items name it.
    pub key: &'static str,
    /// Title; empty for an untitled one.
    pub title: String,
    /// Text by its owner.
    pub description: String,
    /// Its folder holds sidecars and no media, as Google sometimes does.
    pub sidecars_only: bool,
    /// Comments on it.
    pub comments: Vec<&'static str>,
}

impl Album {
    /// An album with media.
    pub fn new(key: &'static str, title: &str) -> Self {
        Self {
            key,
            title: title.to_owned(),
            description: String::new(),
            sidecars_only: false,
            comments: vec![],
        }
    }

    fn file(&self) -> Value {
        let mut file =
            json!({"title": self.title, "description": self.description, "access": "protected"});
        if !self.comments.is_empty() {
            let comment = |text: &&str| json!({"text": text, "contentOwnerName": "Ben", "creationTime": time(1_700_000_000)});
            file["sharedAlbumComments"] = self.comments.iter().map(comment).collect();
        }
        file
    }
}

/// One export.
#[derive(Debug, Clone)]
pub struct Takeout {
    /// Time of the request, as in the parts' names.
    pub stamp: &'static str,
    /// Language.
    pub words: Words,
    /// Sidecars end in `.supplemental-metadata`.
    pub supplemental: bool,
    /// Items.
    pub items: Vec<Item>,
    /// Albums.
    pub albums: Vec<Album>,
}

impl Takeout {
    /// An English export of 2025.
    pub fn of(items: Vec<Item>, albums: Vec<Album>) -> Self {
        Self {
            stamp: "20250301T101112Z",
            words: ENGLISH,
            supplemental: true,
            items,
            albums,
        }
    }

    /// Returns the name of a part, as since mid-2025.
    pub fn part_name(&self, number: usize, kind: &str) -> String {
        format!("takeout-{}-3-{number:03}.{kind}", self.stamp)
    }

    /// Returns the folder that holds the whole export's photos.
    pub fn root(&self) -> String {
        format!("Takeout/{}", self.words.service)
    }

    /// Returns the folder of an item outside albums.
    pub fn home(&self, item: &Item) -> String {
        match item.state {
            State::Shown => {
                let at = item.taken.unwrap_or(item.created);
                let at = Timestamp::from_second(at).expect("tests give real times");
                let year = Offset::UTC.to_datetime(at).year();
                format!("{}{year}{}", self.words.before_year, self.words.after_year)
            }
            State::Archived => self.words.archive.to_owned(),
            State::Trashed => self.words.trash.to_owned(),
            State::Locked => self.words.locked.to_owned(),
        }
    }

    /// Returns every file of the export, the index page left out.
    pub fn files(&self) -> Files {
        let mut export = Export {
            takeout: self,
            files: Files::new(),
            folders: BTreeMap::new(),
        };
        let albums = export.album_folders();
        for item in &self.items {
            export.put(&self.home(item), item, true);
            for key in &item.albums {
                let (folder, album) = &albums[key];
                export.put(folder, item, !album.sidecars_only);
            }
        }
        export.put_other_files();
        export.files
    }

    /// Returns the index page that lists these files.
    pub fn index_page(&self, files: &Files) -> Vec<u8> {
        let mut page = String::from(
            "<!DOCTYPE html><html><head><title>Archive</title></head><body><h1>Takeout</h1>",
        );
        let mut last = "";
        for path in files.keys() {
            let (folders, file) = path.rsplit_once('/').expect("all files lie in Takeout/");
            let folder = folders.rsplit('/').next().unwrap_or(folders);
            if folder != last {
                page += &format!(
                    "<div class=\"extracted-folder-name\">{}</div>",
                    escaped(folder)
                );
                last = folder;
            }
            page += &format!("<div class=\"extracted-file-name\">{}</div>", escaped(file));
        }
        page += "</body></html>";
        page.into_bytes()
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('\'', "&#39;")
}

/// Path of the index page.
pub const INDEX_PAGE: &str = "Takeout/archive_browser.html";

struct Export<'a> {
    takeout: &'a Takeout,
    files: Files,
    folders: BTreeMap<String, Folder>,
}

impl<'a> Export<'a> {
    /// Makes the albums' folders with their files.
    fn album_folders(&mut self) -> BTreeMap<&'static str, (String, &'a Album)> {
        let words = self.takeout.words;
        let mut folders = BTreeMap::new();
        let mut names: BTreeMap<String, usize> = BTreeMap::new();
        for album in &self.takeout.albums {
            let name = match album.title.as_str() {
                "" => words.untitled.to_owned(),
                title => folder(title),
            };
            let equal = names.entry(name.clone()).or_default();
            *equal += 1;
            let name = match (*equal, album.title.is_empty()) {
                (1, false) => name,
                (n, false) => format!("{name}({})", n - 1),
                (n, true) => format!("{name}({n})"),
            };
            self.add(&name, words.album_file, pretty(&album.file()));
            folders.insert(album.key, (name, album));
        }
        folders
    }

    /// Puts an item with its sidecar into a folder.
    fn put(&mut self, folder: &str, item: &Item, with_media: bool) {
        let title = safe(&item.title);
        let (stem, ext) = stem_and_ext(&title, item.true_ext);
        let (name, counter) = self.names(folder).medium(&stem, &ext);
        if !item.bare {
            let name = sidecar(&title, self.takeout.supplemental, counter);
            self.add(folder, &name, pretty(&item.sidecar()));
        }
        if !with_media {
            return;
        }
        self.add(folder, &name, item.bytes.clone());
        if let Some(edited) = &item.edited {
            let edited_stem = format!("{stem}{}", self.takeout.words.edited);
            let name = match counter {
                0 => self.names(folder).medium(&edited_stem, &ext).0,
                // The copy has the counter of its original.
                n => format!("{edited_stem}({n}){ext}"),
            };
            self.add(folder, &name, edited.clone());
        }
        if let Some((video_ext, video)) = &item.video {
            let name = match *video_ext {
                ".MP" => stem.clone(),
                ext => self.names(folder).medium(&stem, ext).0,
            };
            self.add(folder, &name, video.clone());
        }
    }

    fn names(&mut self, folder: &str) -> &mut Folder {
        self.folders.entry(folder.to_owned()).or_default()
    }

    fn add(&mut self, folder: &str, name: &str, bytes: Vec<u8>) {
        let path = format!("{}/{folder}/{name}", self.takeout.root());
        let before = self.files.insert(path.clone(), bytes);
        assert!(before.is_none(), "{path} is composed twice");
    }

    /// What lies beside the folders and is no item.
    fn put_other_files(&mut self) {
        let root = self.takeout.root();
        for (name, content) in [
            ("print-subscriptions.json", json!({})),
            (
                "user-generated-memory-titles.json",
                json!({"title": ["Summer", "Rome"]}),
            ),
            (
                "shared_album_comments.json",
                json!({"sharedAlbumComments": [{"text": "lovely"}]}),
            ),
        ] {
            self.files
                .insert(format!("{root}/{name}"), pretty(&content));
        }
    }
}

fn pretty(value: &Value) -> Vec<u8> {
    serde_json::to_vec_pretty(value).expect("a JSON value can be written")
}

/// Spreads files over `count` parts by the seed, sidecars and their media with no regard for each other; the index page, which
/// lists all of them, goes into the first.
pub fn parts(takeout: &Takeout, files: &Files, count: usize, seed: u64) -> Vec<Files> {
    let mut parts = vec![Files::new(); count];
    for (path, bytes) in files {
        let crc = crc32fast::hash(format!("{seed} {path}").as_bytes());
        parts[crc as usize % count].insert(path.clone(), bytes.clone());
    }
    parts[0].insert(INDEX_PAGE.to_owned(), takeout.index_page(files));
    parts
}
