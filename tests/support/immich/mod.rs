//! A stand-in for an Immich server, version 3.1.0: no Immich can be installed from a package registry.
//!
//! Where its behaviour comes from: routes, fields and rights from the types of `@immich/sdk` 3.2.2 (npm) and the controllers of
//! `immich-app/immich`; answers to uploads, checks, duplicates, trash, form fields and the checksum header from a server 3.1.0 that was
//! run (`formats/destinations.md` 2.1) and `asset-media.service.ts`; "Not found or no … access" with 400 from `utils/access.ts`; albums from
//! `album.service.ts` and `utils/asset.util.ts`; stacks from `stack.repository.ts`; tags from `tag.service.ts`.
//!
//! `jobs.rs` holds what the server does in the background, on a clock that tests shorten. Whoever looks at the store from a test sees it
//! after those jobs. What it does not do: thumbnails, and zones of places (the sun's are taken).

pub mod form;
mod jobs;
mod kinds;
mod routes;

use jobs::{Background, Known};

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use serde_json::{Value, json};

use super::http::Listening;

/// The key every test knows, as long as it is not taken back.
pub const KEY: &str = "kEy-0123456789abcdef-of-anna";

/// An asset.
#[derive(Debug, Clone, Default)]
pub struct Asset {
    /// Its id.
    pub id: String,
    /// Name of its file.
    pub name: String,
    /// Its bytes, as stored.
    pub bytes: Vec<u8>,
    /// SHA-1 of the bytes as they came, in base64.
    pub checksum: String,
    /// The sidecar that came with it.
    pub sidecar: Option<Vec<u8>>,
    /// `timeline`, `archive`, `hidden` or `locked`.
    pub visibility: String,
    /// Marked as a favourite.
    pub favorite: bool,
    /// Video of the live photo it is.
    pub live_video: Option<String>,
    /// Facts: what the exif table holds.
    pub exif: BTreeMap<String, Value>,
    /// Values of its tags.
    pub tags: BTreeSet<String>,
    /// Notes of programs, by key.
    pub metadata: BTreeMap<String, Value>,
    /// Its owner put it into the trash.
    pub trashed: bool,
    /// The stack it is in.
    pub stack: Option<String>,
    /// What the server's own sidecar says of it; nothing if it has none.
    pub known: Option<Known>,
    /// Its owner's account.
    pub owner: String,
    /// When it came.
    created: String,
    file_created: String,
    file_modified: String,
    /// Fields a call has set that are not in the server's own sidecar yet.
    locked: BTreeSet<String>,
    /// When the last writing of that sidecar was asked for.
    written: Option<Duration>,
    /// Two writings collided.
    is_spoilt: bool,
    updated: u64,
}

impl Asset {
    /// Returns the time a person sees.
    pub fn local(&self) -> String {
        let text = jobs::local_text(self);
        text.as_str().unwrap_or_default().to_owned()
    }
}

/// An album.
#[derive(Debug, Clone, Default)]
pub struct Album {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its description.
    pub description: String,
    /// Its members.
    pub members: BTreeSet<String>,
    /// Its owner's account.
    pub owner: String,
}

/// What the server knows.
#[derive(Debug, Default)]
pub struct Store {
    /// Assets in the order they were made.
    pub assets: Vec<Asset>,
    /// Albums in the order they were made.
    pub albums: Vec<Album>,
    /// Ids of tags by value.
    pub tags: BTreeMap<String, String>,
    /// Top assets by stack.
    pub stacks: BTreeMap<String, String>,
    /// What the key may do; `all` for everything.
    pub permissions: Vec<String>,
    /// The key is known.
    pub key_is_known: bool,
    /// Major version told.
    pub major: u64,
    /// Requests by method and path without ids.
    pub requests: BTreeMap<String, u64>,
    /// Every upload of that number is stored with a bit turned.
    pub spoils_every: Option<u64>,
    /// Answers to searches hold at most that many.
    pub largest_page: u64,
    /// What it does behind its answers.
    pub background: Background,
    /// The account the key belongs to.
    pub account: String,
    changes: u64,
    made: u64,
}

impl Store {
    fn new_id(&mut self) -> String {
        self.made += 1;
        format!("0b1d6f4e-0000-4000-8000-{:012x}", self.made)
    }

    /// Returns an asset.
    pub fn asset(&self, id: &str) -> Option<&Asset> {
        self.assets.iter().find(|asset| asset.id == id)
    }

    /// Returns the asset of this name which was made last.
    pub fn named(&mut self, name: &str) -> Option<&mut Asset> {
        self.assets
            .iter_mut()
            .rev()
            .find(|asset| asset.name == name)
    }

    /// Puts an asset there as its owner's telephone would: long ago, so that it was read.
    pub fn add(&mut self, name: &str, bytes: &[u8]) -> String {
        let id = self.new_id();
        let long_ago = "2020-01-01T00:00:00Z".to_owned();
        self.assets.push(Asset {
            id: id.clone(),
            name: name.to_owned(),
            bytes: bytes.to_vec(),
            checksum: routes::checksum(bytes),
            visibility: "timeline".to_owned(),
            owner: self.account.clone(),
            created: long_ago.clone(),
            file_created: long_ago.clone(),
            file_modified: long_ago,
            ..Asset::default()
        });
        self.extract_later(&id);
        self.run_all();
        id
    }

    /// Returns the id of a tag, which is made if it is not there, with its parents.
    fn tag_id(&mut self, value: &str) -> String {
        let ends = value.match_indices('/').map(|(at, _)| at);
        for end in ends.chain([value.len()]).collect::<Vec<_>>() {
            if !self.tags.contains_key(&value[..end]) {
                let id = self.new_id();
                self.tags.insert(value[..end].to_owned(), id);
            }
        }
        self.tags[value].clone()
    }

    /// Takes an asset away for good, as emptying the trash does.
    pub fn remove(&mut self, id: &str) {
        self.assets.retain(|asset| asset.id != id);
        for album in &mut self.albums {
            album.members.remove(id);
        }
    }

    /// Loses facts of an asset as a collision in the background does.
    pub fn spoil(&mut self, id: &str) {
        self.write_later(id);
        self.write_later(id);
        self.run_all();
    }

    /// Returns an asset as the interface shows it.
    fn shown(&self, asset: &Asset) -> Value {
        let tags = asset.tags.iter();
        let tags: Vec<Value> = tags
            .map(|value| json!({ "id": self.tags[value], "value": value }))
            .collect();
        let members = |id: &String| {
            let all = self.assets.iter();
            all.filter(|other| other.stack.as_ref() == Some(id)).count()
        };
        let stack = asset.stack.as_ref().map(
            |id| json!({ "id": id, "primaryAssetId": self.stacks[id], "assetCount": members(id) }),
        );
        json!({
            "id": asset.id, "originalFileName": asset.name, "checksum": asset.checksum, "isFavorite": asset.favorite,
            "visibility": asset.visibility, "isTrashed": asset.trashed, "livePhotoVideoId": asset.live_video,
            "exifInfo": asset.exif, "tags": tags, "stack": stack, "type": kinds::type_of(&asset.name), "ownerId": asset.owner,
            "fileCreatedAt": asset.file_created, "fileModifiedAt": asset.file_modified, "localDateTime": jobs::local_text(asset),
            "createdAt": asset.created,
            "updatedAt": format!("change {}", asset.updated),
        })
    }
}

/// The running stand-in.
pub struct Immich {
    store: Arc<Mutex<Store>>,
    listening: Listening,
}

impl Immich {
    /// Starts a server with one user, one key that may do everything, and no assets.
    pub fn start() -> Self {
        let store = Arc::new(Mutex::new(Store {
            permissions: vec!["all".to_owned()],
            key_is_known: true,
            major: 3,
            largest_page: 1000,
            account: "anna".to_owned(),
            ..Store::default()
        }));
        let own = store.clone();
        let listening = Listening::start(move |request| {
            let mut store = own.lock().expect("no test panics inside");
            store.run_due();
            routes::answer(&mut store, &request)
        });
        Self { store, listening }
    }

    /// Returns its port.
    pub fn port(&self) -> u16 {
        self.listening.port
    }

    /// Returns what it knows after its jobs.
    pub fn store(&self) -> MutexGuard<'_, Store> {
        let mut store = self.store.lock().expect("no test panics inside");
        store.run_all();
        store
    }
}
