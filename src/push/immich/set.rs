//! Sets at Immich's assets what sidecars say, and compares it with what stands there.

use reqwest::Method;
use serde_json::json;

use super::Immich;
use super::api::{id_of, strange};
use super::facts::{Facts, Note};
use crate::error::DestinationError;
use crate::parcel::{ORIGINAL, Parcel, Payload};
use crate::{Found, Seen, deliver};

impl Immich {
    /// Sets what a sidecar says at its asset.
    pub(super) fn set_facts(
        &self,
        parcel: &Parcel,
        payload: &Payload,
    ) -> Result<Found, DestinationError> {
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
    pub(super) fn tag_ids(&self, values: &[String]) -> Result<Vec<String>, DestinationError> {
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
    pub(super) fn look_at_facts(
        &self,
        parcel: &Parcel,
        found: &Found,
    ) -> Result<Seen, DestinationError> {
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
    pub(super) fn tell_damaged(
        &self,
        parcel: &Parcel,
        found: &Found,
    ) -> Result<(), DestinationError> {
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

pub(super) fn bytes_of(parcel: &Parcel) -> Result<Vec<u8>, DestinationError> {
    payload_bytes(&deliver::prepare(parcel)?)
}

fn payload_bytes(payload: &Payload) -> Result<Vec<u8>, DestinationError> {
    let mut bytes = Vec::new();
    let read = payload.bytes.open();
    read.and_then(|mut reader| reader.read_to_end(&mut bytes))
        .map_err(DestinationError::disk("read", "the library's file"))?;
    Ok(bytes)
}
