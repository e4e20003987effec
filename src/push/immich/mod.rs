//! Immich: assets known by their checksum, facts set at them, albums, stacks and live photos. Nothing is deleted there, and what
//! its owner put into the trash stays there.
//!
//! A new asset is sent with its sidecar (`send`, `upload`), and the server reads every fact out of that some seconds later. Only then
//! are the facts compared (`settle` waits, `compare` decides), and only what lacks is set (`set`), with one call at a time for an
//! asset: two that come close together make the server lose facts.

mod api;
mod compare;
mod facts;
#[doc(hidden)]
pub mod fuzzed;
mod groups;
mod listed;
mod look;
mod send;
mod set;
mod settle;
mod tags;
mod target;
mod upload;
mod waiting;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::Write;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::{Method, Url};
use serde_json::{Value, json};

use super::deliver;
use super::error::DestinationError;
use super::http::Http;
use super::layout::file_name;
use super::parcel::{ORIGINAL, Parcel, Payload, SIDECAR, Sending};
use super::secret::Secret;
use super::{Abilities, Destination, Found, GroupKind, GroupThere, ListedThere, Seen};
use api::{Api, strange};
use catalog::PushedRow;
use compare::Kind;
use facts::{Facts, Note, WITH_TAGS};
use listed::FACTS;
use model::content_hash::ContentHash;
use model::kind::CompanionRole;
use upload::Checksum;
use waiting::Waiting;

pub use target::SCHEME;

/// An Immich server.
pub struct Immich {
    api: Api,
    state: Mutex<State>,
}

type Key = (ContentHash, String);

#[derive(Default)]
struct State {
    /// Extensions the server takes, with their dot.
    extensions: HashSet<String>,
    /// Hash and checksum of what the journal knows: no file is read twice for its checksum.
    known: HashMap<Key, (ContentHash, Checksum)>,
    /// Albums that are in the journal, or were made or taken over in this run.
    albums: HashSet<String>,
    /// Files of each asset that its original's upload needs.
    families: HashMap<ContentHash, Family>,
    /// What the server calls each file.
    ids: HashMap<Key, String>,
    /// Files that lie in the trash.
    trashed: HashSet<Key>,
    /// Videos of live photos that went ahead of their still picture.
    ahead: HashSet<Key>,
    /// Marks of facts as read last.
    marks: HashMap<String, String>,
    /// Assets made in this run.
    sent: HashSet<String>,
    /// The first of them.
    first_sent: Option<String>,
    /// Notes written in this run.
    noted: HashMap<String, Note>,
    /// Assets the server has work to do on, before what it shows of them counts.
    waiting: HashMap<String, Waiting>,
    /// What the server showed of assets after that work.
    read: HashMap<String, Facts>,
    /// Assets among them that a list has shown, which tells no tags, and the tags that are wanted.
    listed: BTreeMap<String, Vec<String>>,
    /// Facts of others that were found at assets, and stay.
    kept: HashMap<String, Vec<Kind>>,
    /// Assets whose tags were compared by an earlier push.
    tagged: HashSet<String>,
    /// Files that lie in the locked folder, which no key may read.
    locked: HashSet<ContentHash>,
    /// Ids of tags by value.
    tags: HashMap<String, String>,
    notes: Vec<String>,
}

#[derive(Default)]
struct Family {
    path: String,
    sha256: Option<ContentHash>,
    sidecar: Option<Parcel>,
    live: Option<Parcel>,
}

impl Immich {
    /// Takes the server at `base`.
    pub fn new(http: Http, base: &Url, key: Option<Secret>) -> Self {
        Self {
            api: Api::new(http, base, key),
            state: Mutex::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn asset(&self, id: &str) -> Result<Value, DestinationError> {
        self.api.get(&format!("/assets/{id}"), "look at assets")
    }

    fn id(&self, parcel: &Parcel, part: &str) -> Option<String> {
        let key = (parcel.asset?, part.to_owned());
        self.lock().ids.get(&key).cloned()
    }

    /// Remembers which files of an asset belong together.
    fn remember(&self, wanted: &[&Parcel]) {
        let mut state = self.lock();
        for parcel in wanted {
            let Some(asset) = parcel.asset else { continue };
            let family = state.families.entry(asset).or_default();
            match (parcel.part.as_str(), parcel.standing.role) {
                (ORIGINAL, _) => {
                    family.path = parcel.path.clone();
                    family.sha256 = Some(parcel.sha256);
                }
                (SIDECAR, _) => family.sidecar = Some((*parcel).clone()),
                (_, Some(CompanionRole::LiveVideo)) => family.live = Some((*parcel).clone()),
                _ => {}
            }
        }
    }

    fn takes(&self, path: &str) -> bool {
        let name = file_name(path).to_lowercase();
        let extension = name.rfind('.').map_or("", |at| &name[at..]);
        self.lock().extensions.contains(extension)
    }
}

/// What is said of a file that is in the trash.
const IN_TRASH: &str = "it lies in the trash there and was left in it: restore it there, or empty the trash and push again";

/// What is said of a file that is in the locked folder.
const LOCKED: &str =
    "it lies in the locked folder there, which no key may read: nothing about it could be compared";

impl Destination for Immich {
    fn describe(&self) -> Result<Abilities, DestinationError> {
        self.api.check_version()?;
        let doing = "ask what it takes";
        let types = self
            .api
            .http
            .patiently("types", || self.api.get("/server/media-types", doing))?;
        let all = ["image", "video"].into_iter();
        let extensions: HashSet<String> = all
            .filter_map(|kind| types[kind].as_array())
            .flatten()
            .filter_map(|extension| Some(extension.as_str()?.to_lowercase()))
            .collect();
        if extensions.is_empty() {
            return Err(strange("what it takes"));
        }
        self.lock().extensions = extensions;
        let missing_rights = self.api.missing_rights()?;
        let mut notes = vec![
            "Immich keeps no sidecar to read back: its facts are read back instead. Titles, names of places and altitudes do not arrive, people arrive as tags"
                .to_owned(),
        ];
        notes.extend(self.api.open_note());
        Ok(Abilities {
            // A broken upload leaves nothing, and a whole one is known by its bytes.
            staged: true,
            shows_assets: true,
            patience: self.api.http.silence(),
            missing_rights,
            notes,
            ..Abilities::default()
        })
    }

    fn account(&self) -> Result<Option<String>, DestinationError> {
        self.api.account()
    }

    fn is_own(&self, row: &PushedRow) -> Result<bool, DestinationError> {
        match self
            .api
            .http
            .patiently("journal", || self.asset(&row.remote_id))
        {
            Ok(_) => Ok(true),
            Err(DestinationError::Gone { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn recall(&self, rows: &mut dyn Iterator<Item = &PushedRow>) {
        let mut state = self.lock();
        for row in rows {
            match (row.asset, &row.tag) {
                (Some(asset), Some(tag)) if row.part != SIDECAR => {
                    let known = (row.sent_hash, tag.clone());
                    state.known.insert((asset, row.part.clone()), known);
                }
                (Some(_), Some(mark)) if mark.ends_with(WITH_TAGS) => {
                    state.tagged.insert(row.remote_id.clone());
                }
                (None, _) if row.part.starts_with("album:") => {
                    state.albums.insert(row.remote_id.clone());
                }
                _ => {}
            }
        }
    }

    fn refuses(&self, parcel: &Parcel) -> Option<String> {
        let asset = parcel.asset?;
        let key = match parcel.part.as_str() {
            SIDECAR => (asset, ORIGINAL.to_owned()),
            part => (asset, part.to_owned()),
        };
        if self.lock().trashed.contains(&key) {
            return Some(IN_TRASH.to_owned());
        }
        if self.lock().locked.contains(&asset) {
            return Some(LOCKED.to_owned());
        }
        (parcel.part != SIDECAR && !self.takes(&parcel.path))
            .then(|| "Immich takes no files of this kind".to_owned())
    }

    fn find(&self, wanted: &[&Parcel]) -> Result<Vec<Option<Found>>, DestinationError> {
        self.remember(wanted);
        let mut sums: BTreeMap<usize, Checksum> = BTreeMap::new();
        for (index, parcel) in wanted.iter().enumerate() {
            let Some(asset) = parcel.asset.filter(|_| parcel.part != SIDECAR) else {
                continue;
            };
            if self.takes(&parcel.path) {
                match self.checksum(parcel, &(asset, parcel.part.clone())) {
                    Ok(sum) => drop(sums.insert(index, sum)),
                    // Delivering it tells what is wrong with it.
                    Err(DestinationError::Disk { .. } | DestinationError::Library { .. }) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        let there = self.check(&sums.values().collect::<Vec<_>>())?;
        let mut found: Vec<Option<Found>> = vec![None; wanted.len()];
        for ((index, sum), there) in sums.into_iter().zip(there) {
            let (parcel, Some((id, is_trashed))) = (wanted[index], there) else {
                continue;
            };
            let Some(asset) = parcel.asset else { continue };
            let key = (asset, parcel.part.clone());
            if is_trashed {
                self.lock().trashed.insert(key);
                continue;
            }
            self.lock().ids.insert(key, id.clone());
            found[index] = Some(Found {
                id,
                size_bytes: Some(parcel.size_bytes),
                tag: Some(sum),
            });
        }
        let sidecars: Vec<(usize, String)> = wanted
            .iter()
            .enumerate()
            .filter(|(_, parcel)| parcel.part == SIDECAR)
            .filter_map(|(index, parcel)| Some((index, self.id(parcel, ORIGINAL)?)))
            .collect();
        let looked_at: Vec<(&Parcel, &str)> = sidecars
            .iter()
            .map(|(index, id)| (wanted[*index], id.as_str()))
            .collect();
        let marks = self.marks(&looked_at)?;
        for (index, id) in sidecars {
            let mark = marks.get(&id).cloned();
            if let (None, Some(asset)) = (&mark, wanted[index].asset) {
                self.lock().locked.insert(asset);
            }
            found[index] = Some(Found {
                size_bytes: Some(wanted[index].size_bytes),
                tag: mark,
                id,
            });
        }
        Ok(found)
    }

    fn list(&self, _: &str, each: &mut dyn FnMut(&str)) -> Result<(), DestinationError> {
        self.api.each_asset(&json!({}), &mut |asset| {
            if let Some(name) = asset["originalFileName"].as_str() {
                each(name);
            }
        })
    }

    fn put(
        &self,
        parcel: &Parcel,
        payload: &Payload,
        _: Option<&Found>,
        sending: &Sending,
    ) -> Result<Found, DestinationError> {
        match (parcel.part.as_str(), parcel.standing.role) {
            (SIDECAR, _) => self.set_facts(parcel, payload),
            (ORIGINAL, _) => {
                let video = self.live_video(parcel, sending)?;
                self.upload(parcel, payload, video.as_deref(), sending)
            }
            (_, Some(CompanionRole::LiveVideo)) => self.late_video(parcel, payload, sending),
            _ => self.upload(parcel, payload, None, sending),
        }
    }

    fn read(&self, file: &Found, to: &mut dyn Write) -> Result<(), DestinationError> {
        let path = format!("/assets/{}/original", file.id);
        let request = self.api.request(Method::GET, &path)?;
        let request = request.header("Accept", "application/octet-stream");
        let answer = self.api.http.download(request, to)?;
        self.api.judge(&answer, &file.id, "download files")
    }

    fn look_into(&self, parcel: &Parcel, found: &Found) -> Result<Seen, DestinationError> {
        if parcel.part == SIDECAR {
            return self.look_at_facts(parcel, found);
        }
        if found.tag.as_deref() == Some(FACTS) {
            return self.look_at_noted(parcel, found);
        }
        let hash = deliver::hash(self, found)?;
        if hash != parcel.sha256 {
            self.tell_damaged(parcel, found)?;
        }
        Ok(Seen {
            hash,
            untouched: hash == parcel.sha256,
        })
    }

    fn keep(
        &self,
        parcel: &Parcel,
        placed: Found,
        _: Option<&Found>,
    ) -> Result<Found, DestinationError> {
        match parcel.part.as_str() {
            SIDECAR => Ok(Found {
                tag: self.lock().marks.get(&placed.id).cloned(),
                ..placed
            }),
            _ => Ok(placed),
        }
    }

    fn settled(&self, files: &[&Found], waited: Duration) -> Result<Vec<bool>, DestinationError> {
        self.settled_now(files, waited)
    }

    fn mark(&self, parcel: &Parcel, found: &Found) -> Option<String> {
        match parcel.part.as_str() {
            SIDECAR => self.lock().marks.get(&found.id).cloned(),
            _ => found.tag.clone(),
        }
    }

    fn why_left(&self, found: &Found) -> Option<String> {
        let state = self.lock();
        let kinds: Vec<&str> = state
            .kept
            .get(&found.id)?
            .iter()
            .map(|kind| kind.as_str())
            .collect();
        Some(kinds.join(", "))
    }

    fn group(&self, group: &GroupThere) -> Result<Option<String>, DestinationError> {
        let (known, members) = (group.id.as_deref(), group.members.as_slice());
        match &group.kind {
            GroupKind::Album { title, description } => {
                let description = description.as_deref();
                let album = || self.album(known, title, description, members);
                self.api.http.patiently(title, album).map(Some)
            }
            GroupKind::Stack => self.api.http.patiently(&members[0], || self.stack(members)),
        }
    }

    fn own_list(&self) -> Result<Option<Vec<ListedThere>>, DestinationError> {
        self.listed_there().map(Some)
    }

    fn notes(&self) -> Vec<String> {
        let state = self.lock();
        let mut notes = state.notes.clone();
        let mut counts: BTreeMap<Kind, usize> = BTreeMap::new();
        for kind in state.kept.values().flatten() {
            *counts.entry(*kind).or_default() += 1;
        }
        if !counts.is_empty() {
            let each = counts.iter();
            let each: Vec<String> = each
                .map(|(kind, count)| format!("{} {count}", kind.as_str()))
                .collect();
            notes.push(format!(
                "Immich keeps what others wrote there: {}",
                each.join(", ")
            ));
        }
        notes
    }
}
