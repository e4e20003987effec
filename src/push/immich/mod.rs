//! Immich: assets known by their checksum, facts set at them, albums, stacks and live photos. Nothing is deleted there, and what
//! its owner put into the trash stays there.

mod api;
mod facts;
mod groups;
mod upload;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::Write;
use std::sync::{Mutex, MutexGuard, PoisonError};

use reqwest::header::CONTENT_TYPE;
use reqwest::{Method, Url};
use serde_json::{Value, json};

use super::deliver;
use super::error::DestinationError;
use super::http::{Http, between};
use super::layout::file_name;
use super::parcel::{ORIGINAL, Parcel, Payload, PayloadBytes, SIDECAR, Sending};
use super::secret::Secret;
use super::{Abilities, Destination, Found, GroupKind, GroupThere, ListedThere, Seen};
use crate::catalog::PushedRow;
use crate::model::content_hash::ContentHash;
use crate::model::kind::CompanionRole;
use api::{Api, id_of, strange};
use facts::{Facts, Note};
use upload::{About, Checksum, Form, checksum, checksum_of};

/// Checksums asked about at once.
const CHECKS_AT_ONCE: usize = 1000;
/// Up to that many assets are looked at one by one, more by going through the owner's list.
const FEW: usize = 50;

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
    /// Notes just written, until they were compared.
    noted: HashMap<String, Note>,
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

    /// Returns what albumen noted at an asset.
    fn note(&self, id: &str) -> Result<Option<Note>, DestinationError> {
        let path = format!("/assets/{id}/metadata/{}", Note::KEY);
        match self.api.get(&path, "look at assets") {
            Ok(item) => Ok(serde_json::from_value(item["value"].clone()).ok()),
            Err(DestinationError::Gone { .. }) => Ok(None),
            Err(error) => Err(error),
        }
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

    /// Returns the checksum of a file: as the journal knows it, or by reading it.
    fn checksum(&self, parcel: &Parcel, key: &Key) -> Result<Checksum, DestinationError> {
        let known = self.lock().known.get(key).cloned();
        match known {
            Some((sha256, checksum)) if sha256 == parcel.sha256 => Ok(checksum),
            _ => checksum_of(parcel),
        }
    }

    /// Asks which checksums are there: asset and whether it is in the trash, for each.
    fn check(
        &self,
        checksums: &[&Checksum],
    ) -> Result<Vec<Option<(String, bool)>>, DestinationError> {
        let mut there = Vec::with_capacity(checksums.len());
        for (batch, checksums) in checksums.chunks(CHECKS_AT_ONCE).enumerate() {
            let assets: Vec<Value> = checksums
                .iter()
                .enumerate()
                .map(|(index, checksum)| json!({ "id": index.to_string(), "checksum": checksum }))
                .collect();
            let body = json!({ "assets": assets });
            let answer = self.api.http.patiently(&format!("check {batch}"), || {
                let path = "/assets/bulk-upload-check";
                self.api
                    .send(Method::POST, path, &body, "ask which files are there")
            })?;
            let results = answer["results"].as_array();
            let results = results.ok_or_else(|| strange("a check"))?;
            let by_id: HashMap<&str, &Value> = results
                .iter()
                .filter_map(|result| Some((result["id"].as_str()?, result)))
                .collect();
            for index in 0..checksums.len() {
                let result = by_id.get(index.to_string().as_str());
                let result = result.ok_or_else(|| strange("a check"))?;
                there.push(match result["action"].as_str() {
                    Some("accept") => None,
                    Some("reject") => {
                        let id = json!({ "id": result["assetId"] });
                        Some((id_of(&id, "a check")?, result["isTrashed"] == true))
                    }
                    _ => return Err(strange("a check")),
                });
            }
        }
        Ok(there)
    }

    /// Returns the marks of these assets' facts.
    fn marks(&self, ids: &HashSet<String>) -> Result<HashMap<String, String>, DestinationError> {
        let mut marks = HashMap::with_capacity(ids.len());
        let mut take = |asset: &Value| {
            if let Some(id) = asset["id"].as_str().filter(|id| ids.contains(*id)) {
                marks.insert(id.to_owned(), Facts::there(asset).mark());
            }
        };
        if ids.len() > FEW {
            self.api
                .each_asset(&json!({ "withExif": true }), &mut take)?;
            return Ok(marks);
        }
        for id in ids {
            match self.api.http.patiently(id, || self.asset(id)) {
                Ok(asset) => take(&asset),
                Err(DestinationError::Gone { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(marks)
    }

    /// Sends a file. Returns its id.
    fn upload(
        &self,
        parcel: &Parcel,
        payload: &Payload,
        live_video: Option<&str>,
        sending: &Sending,
    ) -> Result<Found, DestinationError> {
        let sidecar = {
            let state = self.lock();
            let family = parcel.asset.and_then(|asset| state.families.get(&asset));
            family.and_then(|family| family.sidecar.clone())
        };
        let sidecar = sidecar.map(|sidecar| bytes_of(&sidecar)).transpose()?;
        let facts = Facts::of(sidecar.as_deref().unwrap_or_default(), parcel.standing);
        let note = Note {
            sha256: payload.sha256.to_string(),
            path: parcel.path.clone(),
            ..Note::default()
        };
        let about = About {
            name: file_name(&parcel.path),
            facts: &facts,
            note: &note,
            sidecar: sidecar.as_deref(),
            live_video,
        };
        let (form, sum) = (
            Form::new(&about, payload, parcel.mime()),
            checksum(payload)?,
        );
        let request = self.api.request(Method::POST, "/assets")?;
        let request = request
            .header("x-immich-checksum", &sum)
            .header(CONTENT_TYPE, &form.content_type);
        let part = (0, payload.size_bytes);
        let frame = (form.before.as_slice(), form.after.as_slice());
        let request = between(request, payload, part, frame, &sending.meter)?;
        let answer = self.api.http.ask(request)?;
        let answer = self.api.json(answer, &parcel.path, "upload files")?;
        let id = id_of(&answer, "an upload")?;
        if answer["status"] == "duplicate" && self.asset(&id)?["isTrashed"] == true {
            return Err(DestinationError::Refused {
                path: parcel.path.clone(),
                why: IN_TRASH.to_owned(),
            });
        }
        let mut state = self.lock();
        if let Some(asset) = parcel.asset {
            let key = (asset, parcel.part.clone());
            state.ids.insert(key, id.clone());
        }
        if answer["status"] != "duplicate" {
            state.sent.insert(id.clone());
        }
        Ok(Found {
            id,
            size_bytes: Some(payload.size_bytes),
            tag: Some(sum),
        })
    }

    /// Sends the video of a live photo ahead of its still picture, unless it is there.
    fn live_video(
        &self,
        parcel: &Parcel,
        sending: &Sending,
    ) -> Result<Option<String>, DestinationError> {
        let live = {
            let state = self.lock();
            let family = parcel.asset.and_then(|asset| state.families.get(&asset));
            family.and_then(|family| family.live.clone())
        };
        let Some(live) = live.filter(|live| self.refuses(live).is_none()) else {
            return Ok(None);
        };
        if let Some(id) = self.id(&live, &live.part) {
            return Ok(Some(id));
        }
        let payload = deliver::prepare(&live)?;
        let found = self.upload(&live, &payload, None, sending)?;
        if let Some(asset) = live.asset {
            self.lock().ahead.insert((asset, live.part.clone()));
        }
        Ok(Some(found.id))
    }

    /// Sends the video of a live photo whose still picture is there, and ties them together.
    fn late_video(
        &self,
        parcel: &Parcel,
        payload: &Payload,
        sending: &Sending,
    ) -> Result<Found, DestinationError> {
        let key = parcel.asset.map(|asset| (asset, parcel.part.clone()));
        if let Some(key) = key.filter(|key| self.lock().ahead.remove(key))
            && let Some(id) = self.id(parcel, &key.1)
        {
            return Ok(Found {
                id,
                size_bytes: Some(payload.size_bytes),
                tag: Some(checksum(payload)?),
            });
        }
        let found = self.upload(parcel, payload, None, sending)?;
        if let Some(still) = self.id(parcel, ORIGINAL)
            && self.asset(&still)?["livePhotoVideoId"] != found.id.as_str()
        {
            let (path, body) = (
                format!("/assets/{still}"),
                json!({ "livePhotoVideoId": found.id }),
            );
            self.api.send(Method::PUT, &path, &body, "change assets")?;
        }
        Ok(found)
    }

    /// Sets what a sidecar says at its asset.
    fn set_facts(&self, parcel: &Parcel, payload: &Payload) -> Result<Found, DestinationError> {
        let doing = "change assets";
        let gone = || DestinationError::Gone {
            path: parcel.path.clone(),
        };
        let id = self.id(parcel, ORIGINAL).ok_or_else(gone)?;
        let facts = Facts::of(&payload_bytes(payload)?, parcel.standing);
        let is_new = self.lock().sent.contains(&id);
        let before = match is_new {
            true => Note::default(),
            false => self.note(&id)?.unwrap_or_default(),
        };
        let body = facts.change(&before.facts);
        if body.as_object().is_some_and(|body| !body.is_empty()) {
            self.api
                .send(Method::PUT, &format!("/assets/{id}"), &body, doing)?;
        }
        if !facts.tags.is_empty() {
            let body = json!({ "tagIds": self.tag_ids(&facts.tags)?, "assetIds": [id] });
            self.api
                .send(Method::PUT, "/tags/assets", &body, "tag assets")?;
        }
        let family = {
            let state = self.lock();
            let family = parcel.asset.and_then(|asset| state.families.get(&asset));
            family.and_then(|family| Some((family.sha256?.to_string(), family.path.clone())))
        };
        let (sha256, path) = family.unwrap_or((before.sha256, before.path));
        let note = Note {
            sha256,
            path,
            sidecar: Some(payload.sha256.to_string()),
            facts,
        };
        let (path, body) = (
            format!("/assets/{id}/metadata"),
            json!({ "items": note.items() }),
        );
        self.api.send(Method::PUT, &path, &body, doing)?;
        self.lock().noted.insert(id.clone(), note);
        Ok(Found {
            id,
            size_bytes: Some(payload.size_bytes),
            tag: None,
        })
    }

    /// Returns the ids of tags, which are made where they are not there.
    fn tag_ids(&self, values: &[String]) -> Result<Vec<String>, DestinationError> {
        let known = self.lock().tags.clone();
        let new: Vec<&String> = values
            .iter()
            .filter(|value| !known.contains_key(*value))
            .collect();
        if !new.is_empty() {
            let made = self
                .api
                .send(Method::PUT, "/tags", &json!({ "tags": new }), "make tags")?;
            let made = made.as_array().filter(|made| made.len() == new.len());
            // They come in the order they were asked for.
            let made = made.ok_or_else(|| strange("new tags"))?;
            for (value, tag) in new.into_iter().zip(made) {
                let id = id_of(tag, "new tags")?;
                self.lock().tags.insert(value.clone(), id);
            }
        }
        let state = self.lock();
        let id = |value| state.tags.get(value).cloned();
        Ok(values.iter().filter_map(id).collect())
    }

    /// Compares what a sidecar says with what its asset shows.
    fn look_at_facts(&self, parcel: &Parcel, found: &Found) -> Result<Seen, DestinationError> {
        let asset = self.asset(&found.id)?;
        let there = Facts::there(&asset);
        let noted = self.lock().noted.remove(&found.id);
        let note = match noted {
            Some(note) => Some(note),
            None => self.note(&found.id)?,
        };
        self.lock().marks.insert(found.id.clone(), there.mark());
        let wanted = Facts::of(&bytes_of(parcel)?, parcel.standing);
        // Without a note, or with that of this very sidecar, what stands there decides. An earlier sidecar may have set something
        // that is to be taken back.
        let is_same = match &note {
            Some(Note {
                sidecar: Some(sidecar),
                facts,
                ..
            }) => *sidecar == parcel.sha256.to_string() || *facts == wanted,
            _ => true,
        };
        if is_same && wanted.stand_in(&there) {
            return Ok(Seen {
                hash: parcel.sha256,
                untouched: true,
            });
        }
        let mut before = note.unwrap_or_default();
        if before.sidecar.is_none() && !before.sha256.is_empty() {
            // Sent by albumen, and cut off before the facts were set: the date is what the server made of the file.
            before.facts.taken_at = there.taken_at.clone();
        }
        Ok(Seen {
            hash: there.hash(),
            untouched: wanted.may_replace(&there, &before.facts),
        })
    }

    /// Tells of a copy that was damaged on its way: the server has it under its own checksum, and albumen deletes nothing.
    fn tell_damaged(&self, parcel: &Parcel, found: &Found) -> Result<(), DestinationError> {
        let is_ours = self.lock().sent.contains(&found.id);
        if is_ours && self.asset(&found.id)?["checksum"].as_str() != found.tag.as_deref() {
            let note = format!(
                "a copy of {} was damaged on its way and lies there as asset {}; it was sent anew: delete the damaged one there",
                parcel.path, found.id
            );
            let mut state = self.lock();
            if !state.notes.contains(&note) {
                state.notes.push(note);
            }
        }
        Ok(())
    }
}

/// What is said of a file that is in the trash.
const IN_TRASH: &str = "it lies in the trash there and was left in it: restore it there, or empty the trash and push again";

fn bytes_of(parcel: &Parcel) -> Result<Vec<u8>, DestinationError> {
    payload_bytes(&deliver::prepare(parcel)?)
}

fn payload_bytes(payload: &Payload) -> Result<Vec<u8>, DestinationError> {
    match &payload.bytes {
        PayloadBytes::Memory(bytes) => Ok(bytes.to_vec()),
        PayloadBytes::File(path) => {
            std::fs::read(path).map_err(DestinationError::disk("read", path))
        }
    }
}

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
        if self.api.is_open() {
            notes.push(
                "the connection is not encrypted: others on the way can read what is sent"
                    .to_owned(),
            );
        }
        Ok(Abilities {
            // A broken upload leaves nothing, and a whole one is known by its bytes.
            staged: true,
            shows_assets: true,
            missing_rights,
            notes,
            ..Abilities::default()
        })
    }

    fn recall(&self, rows: &mut dyn Iterator<Item = &PushedRow>) {
        let mut state = self.lock();
        for row in rows {
            match (row.asset, &row.tag) {
                (Some(asset), Some(tag)) if row.part != SIDECAR => {
                    let known = (row.sent_hash, tag.clone());
                    state.known.insert((asset, row.part.clone()), known);
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
        let marks = self.marks(&sidecars.iter().map(|(_, id)| id.clone()).collect())?;
        for (index, id) in sidecars {
            found[index] = Some(Found {
                size_bytes: Some(wanted[index].size_bytes),
                tag: marks.get(&id).cloned(),
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
        let mut ids = Vec::new();
        for search in [json!({}), json!({ "visibility": "hidden" })] {
            self.api.each_asset(&search, &mut |asset| {
                ids.extend(id_of(asset, "a search"));
            })?;
        }
        let mut listed = Vec::new();
        for id in ids {
            let note = self.api.http.patiently(&id, || self.note(&id))?;
            let Some((path, sha256)) =
                note.and_then(|note| Some((note.path, note.sha256.parse().ok()?)))
            else {
                continue;
            };
            let found = Found {
                id,
                size_bytes: None,
                tag: None,
            };
            listed.push(ListedThere {
                path,
                sha256,
                found,
            });
        }
        Ok(Some(listed))
    }

    fn notes(&self) -> Vec<String> {
        self.lock().notes.clone()
    }

    fn finish(&self) -> Result<(), DestinationError> {
        Ok(())
    }
}
