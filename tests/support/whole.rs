//! Whole accounts of every service, generation and edition, in parts.

use std::collections::BTreeMap;

use model::kind::Kind;

use super::account::{Account, Medium, Post};
use super::compose::takeout::{Album, Item, Takeout};
use super::compose::{
    Edition, Files, Generation, Language, compose, facebook, facebook_account, flickr, snapchat,
    takeout,
};
use super::facebooks;
use super::pack::zip::{ZipStyle, entry};
use super::pack::zip_writer::ZipWriter;
use super::takeouts::plain;

/// One part of an account's archive.
#[derive(Clone)]
pub struct Part {
    pub name: String,
    pub files: Files,
    /// Times of entries, where the service gives any.
    pub times: BTreeMap<String, i64>,
}

impl Part {
    /// Packs the part into a zip.
    pub fn packed(&self) -> Vec<u8> {
        let mut writer = ZipWriter::new(Vec::new(), false, false);
        for (path, bytes) in &self.files {
            let at = self.times.get(path).copied();
            let style = ZipStyle {
                extended_timestamp: at.map(|at| i32::try_from(at).expect("before 2038")),
                ..ZipStyle::default()
            };
            let raw = entry(path, bytes.clone(), &style);
            writer.entry(&raw).expect("writing to memory does not fail");
        }
        writer.finish().expect("writing to memory does not fail")
    }
}

/// A whole account, as its service would pack it.
pub struct World {
    pub name: String,
    pub parts: Vec<Part>,
}

impl World {
    fn one(name: impl Into<String>, part: &str, files: Files) -> Self {
        Self {
            name: name.into(),
            parts: vec![Part {
                name: part.to_owned(),
                files,
                times: BTreeMap::new(),
            }],
        }
    }
}

impl World {
    /// Returns how many parts the user says there are, where nothing in the archive of that service tells it.
    pub fn said(&self) -> Option<u32> {
        let silent = ["instagram", "facebook", "flickr"]
            .iter()
            .any(|service| self.name.starts_with(service));
        silent.then(|| u32::try_from(self.parts.len()).expect("few parts"))
    }
}

/// Every service, generation and edition.
pub fn worlds() -> Vec<World> {
    let mut worlds = instagram();
    worlds.extend(facebook_worlds());
    worlds.extend(google());
    worlds.extend(snapchat_worlds());
    worlds.push(flickr_world());
    worlds
}

fn small_account() -> Account {
    let post = |kind, day: u32, caption: &str, media| {
        Post::new(kind, &format!("2023-07-{day:02}T18:03:22Z"), caption, media)
    };
    Account {
        noise: true,
        ..Account::of(
            "anna",
            vec![
                post(
                    Kind::Post,
                    14,
                    "Crème brûlée at the harbour",
                    vec![Medium::jpeg(1).at(52.5, 13.4), Medium::jpeg(2)],
                ),
                post(
                    Kind::Post,
                    15,
                    "one more of the harbour",
                    vec![Medium::jpeg(3)],
                ),
                post(
                    Kind::Post,
                    16,
                    "the last of the summer",
                    vec![Medium::jpeg(4)],
                ),
                post(Kind::Story, 17, "a story", vec![Medium::jpeg(5)]),
                post(Kind::Story, 18, "another story", vec![Medium::jpeg(6)]),
                post(Kind::Profile, 19, "", vec![Medium::jpeg(7)]),
            ],
        )
    }
}

const INSTAGRAM_PART: &str = "instagram-anna-2024-05-01-Ab3dEf9h.zip";

fn instagram() -> Vec<World> {
    let account = small_account();
    let editions = [
        Edition::Json,
        Edition::Html(Language::English),
        Edition::Html(Language::Portuguese),
    ];
    let mut worlds = vec![World::one(
        "instagram G1",
        "anna_20200501.zip",
        compose(&account, Generation::G1, Edition::Json),
    )];
    for generation in [
        Generation::G2,
        Generation::G3,
        Generation::G4,
        Generation::G5,
    ] {
        for edition in editions {
            worlds.push(World::one(
                format!("instagram {generation:?} {edition:?}"),
                INSTAGRAM_PART,
                compose(&account, generation, edition),
            ));
        }
    }
    worlds
}

fn facebook_worlds() -> Vec<World> {
    let account = facebooks::varied();
    let mut worlds = Vec::new();
    for generation in facebook::GENERATIONS {
        for html in [false, true] {
            worlds.push(World::one(
                format!(
                    "facebook {generation:?} {}",
                    if html { "HTML" } else { "JSON" }
                ),
                "facebook-anna-2024-05-01-Ab3dEf9h.zip",
                facebook_account::compose_account(&account, generation, html),
            ));
        }
    }
    worlds
}

fn google() -> Vec<World> {
    let item = |number: u64, album: Option<&'static str>| Item {
        description: format!("words about picture {number}"),
        albums: album.into_iter().collect(),
        ..Item::new(
            &format!("IMG_{number:04}.jpg"),
            plain(number),
            &format!("2023-06-10T16:{number:02}:22Z"),
        )
    };
    let items = (1..=6).map(|number| item(number, (number % 2 == 0).then_some("rome")));
    let takeout = Takeout::of(items.collect(), vec![Album::new("rome", "Rome 2023")]);
    let files = takeout.files();
    let mut worlds = Vec::new();
    for count in [1, 3] {
        let parts = takeout::parts(&takeout, &files, count, 7)
            .into_iter()
            .enumerate();
        worlds.push(World {
            name: format!("google in {count}"),
            parts: parts
                .map(|(index, files)| Part {
                    name: takeout.part_name(index + 1, "zip"),
                    files,
                    times: BTreeMap::new(),
                })
                .collect(),
        });
    }
    worlds
}

fn snapchat_worlds() -> Vec<World> {
    let memories = snapchat::varied();
    let media = snapchat::media(&memories);
    let mut worlds = Vec::new();
    for html in [false, true] {
        let mut files =
            snapchat::records(&memories, snapchat::Links::None, "app.snapchat.com", html);
        for (path, bytes, _) in &media {
            files.insert(path.clone(), bytes.clone());
        }
        let times = media.iter().map(|(path, _, at)| (path.clone(), *at));
        worlds.push(World {
            name: format!("snapchat {}", if html { "HTML" } else { "JSON" }),
            parts: vec![Part {
                name: "mydata~1700000000000.zip".to_owned(),
                files,
                times: times.collect(),
            }],
        });
    }
    worlds
}

fn flickr_world() -> World {
    let photos = flickr::varied();
    let mut data = flickr::account_data(&photos);
    let last = photos.last().expect("some").record_path();
    let second = data.remove(&last).map(|bytes| (last, bytes));
    let media = flickr::media(&photos);
    let part = |name: String, files| Part {
        name,
        files,
        times: BTreeMap::new(),
    };
    World {
        name: "flickr".to_owned(),
        parts: vec![
            part(flickr::data_name(1), data),
            part(flickr::data_name(2), second.into_iter().collect()),
            part("data-download-1.zip".to_owned(), media),
        ],
    }
}
