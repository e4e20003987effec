//! Sets at Immich's assets what sidecars say, and compares it with what stands there.

use std::io::Read;

use reqwest::Method;
use serde_json::{Value, json};

use super::Immich;
use super::compare::{Before, Decision, Kind};
use super::facts::{Facts, Note, TagsThere};
use super::waiting::{Waiting, is_read, state_of};
use crate::error::DestinationError;
use crate::parcel::{ORIGINAL, Parcel, Payload};
use crate::{Found, Seen, deliver};

impl Immich {
    /// Returns what the server shall know of a sidecar's asset.
    pub(super) fn wanted(&self, parcel: &Parcel) -> Result<Facts, DestinationError> {
        let mut facts = Facts::of(&bytes_of(parcel)?, parcel.standing);
        let live = {
            let state = self.lock();
            let family = parcel.asset.and_then(|asset| state.families.get(&asset));
            family.and_then(|family| Some(family.live.as_ref()?.part.clone()))
        };
        facts.live_video = live.and_then(|part| self.id(parcel, &part));
        Ok(facts)
    }

    /// Sets what lacks of what a sidecar says at its asset, with one call: Immich writes a sidecar of its own after each, and loses
    /// facts if two come close together. What the upload has told already needs none.
    pub(super) fn set_facts(
        &self,
        parcel: &Parcel,
        payload: &Payload,
    ) -> Result<Found, DestinationError> {
        let gone = || DestinationError::Gone {
            path: parcel.path.clone(),
        };
        let id = self.id(parcel, ORIGINAL).ok_or_else(gone)?;
        let found = Found {
            id: id.clone(),
            size_bytes: Some(payload.size_bytes),
            tag: None,
        };
        if self.lock().waiting.contains_key(&id) {
            return Ok(found);
        }
        let there = Facts::there(&self.asset(&id)?);
        let noted = self.noted(&id)?;
        let facts = self.wanted(parcel)?;
        let note = noted.clone().unwrap_or_default();
        let decision = self.decide(&id, (&facts, &there), &note);
        let (body, is_written) = facts.change(&decision.set);
        if !body.is_empty() {
            let path = format!("/assets/{id}");
            let changed = self
                .api
                .send(Method::PUT, &path, &body.into(), "change assets")?;
            if is_written {
                self.wait_for(&id, &changed);
            }
        } else if decision.set.contains(&Kind::Tags) {
            let body = json!({ "tagIds": self.tag_ids(&facts.tags)?, "assetIds": [id] });
            self.api
                .send(Method::PUT, "/tags/assets", &body, "tag assets")?;
            self.wait_for(&id, &self.asset(&id)?);
        }
        self.write_note(parcel, &id, payload, (note, facts))?;
        Ok(found)
    }

    fn wait_for(&self, id: &str, changed: &Value) {
        let waiting = Waiting::Rewriting(state_of(changed));
        self.lock().waiting.insert(id.to_owned(), waiting);
    }

    fn write_note(
        &self,
        parcel: &Parcel,
        id: &str,
        payload: &Payload,
        (before, facts): (Note, Facts),
    ) -> Result<(), DestinationError> {
        let family = {
            let state = self.lock();
            let family = parcel.asset.and_then(|asset| state.families.get(&asset));
            family.and_then(|family| Some((family.sha256?.to_string(), family.path.clone())))
        };
        let (sha256, path) = family.unwrap_or((before.sha256.clone(), before.path.clone()));
        let note = Note {
            sha256,
            path,
            sidecar: Some(payload.sha256.to_string()),
            facts: Facts {
                live_video: None,
                ..facts
            },
        };
        if note != before {
            let path = format!("/assets/{id}/metadata");
            let body = json!({ "items": note.items() });
            self.api.send(Method::PUT, &path, &body, "change assets")?;
        }
        self.lock().noted.insert(id.to_owned(), note);
        Ok(())
    }

    fn noted(&self, id: &str) -> Result<Option<Note>, DestinationError> {
        let noted = self.lock().noted.get(id).cloned();
        match noted {
            Some(note) => Ok(Some(note)),
            None => self.note(id),
        }
    }

    fn decide(&self, id: &str, (wanted, there): (&Facts, &Facts), note: &Note) -> Decision {
        let before = Before {
            facts: &note.facts,
            is_fresh: self.lock().sent.contains(id),
        };
        wanted.decide(there, before)
    }

    /// Compares what a sidecar says with what its asset shows.
    pub(super) fn look_at_facts(
        &self,
        parcel: &Parcel,
        found: &Found,
    ) -> Result<Seen, DestinationError> {
        let id = &found.id;
        let unfinished = || DestinationError::Unfinished {
            path: parcel.path.clone(),
        };
        if self.lock().waiting.contains_key(id) {
            return Err(unfinished());
        }
        let read = {
            let mut state = self.lock();
            let read = state.read.remove(id);
            // Without its tags, what a list has shown is not all.
            read.filter(|_| state.listed.remove(id).is_none())
        };
        let there = match read {
            Some(there) => there,
            None => {
                let asset = self.asset(id)?;
                if !is_read(&asset) {
                    let mut state = self.lock();
                    state.waiting.insert(id.clone(), Waiting::Reading);
                    return Err(unfinished());
                }
                Facts::there(&asset)
            }
        };
        let note = self.noted(id)?.unwrap_or_default();
        let wanted = self.wanted(parcel)?;
        let decision = self.decide(id, (&wanted, &there), &note);
        let tags = match (wanted.tags.is_empty(), decision.set.contains(&Kind::Tags)) {
            (true, _) => TagsThere::NotWanted,
            (false, false) => TagsThere::All,
            (false, true) => TagsThere::Lacking,
        };
        let is_same = decision.is_same();
        let untouched = is_same || !decision.set.is_empty();
        let mut state = self.lock();
        state.marks.insert(id.clone(), there.mark(tags));
        match decision.kept.is_empty() {
            true => drop(state.kept.remove(id)),
            false => drop(state.kept.insert(id.clone(), decision.kept)),
        }
        Ok(Seen {
            hash: if is_same { parcel.sha256 } else { there.hash() },
            untouched,
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
                "a copy of {} was damaged on the way and is there as asset {}; it was sent again: delete the damaged one there",
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
