//! Sends files to Immich: each with its sidecar, and the video of a live photo ahead of its still picture.

use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use serde_json::json;

use super::api::id_of;
use super::facts::{Facts, Note};
use super::set::bytes_of;
use super::upload::{About, Form, checksum};
use super::waiting::Waiting;
use super::{IN_TRASH, Immich};
use crate::error::DestinationError;
use crate::layout::file_name;
use crate::parcel::{ORIGINAL, Parcel, Payload, Sending};
use crate::{Destination, Found, deliver};
use writer::sidecar::fields::zone_of;

impl Immich {
    /// Sends a file. Returns its id.
    pub(super) fn upload(
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
        let sidecar_hash = sidecar.as_ref().map(|sidecar| sidecar.sha256.to_string());
        let sidecar = sidecar.map(|sidecar| bytes_of(&sidecar)).transpose()?;
        let facts = Facts::of(sidecar.as_deref().unwrap_or_default(), parcel.standing);
        let is_original = parcel.part == ORIGINAL;
        let note = Note {
            sha256: payload.sha256.to_string(),
            path: parcel.path.clone(),
            sidecar: sidecar_hash.filter(|_| is_original),
            facts: match is_original {
                true => facts.clone(),
                false => Facts::default(),
            },
        };
        let sidecar = sidecar.map(|sidecar| with_offset(sidecar, facts.taken_at.as_deref()));
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
        let request = self
            .api
            .http
            .between(request, payload, part, frame, &sending.meter)?;
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
            state.first_sent.get_or_insert_with(|| id.clone());
            state.sent.insert(id.clone());
            if is_original {
                state.waiting.insert(id.clone(), Waiting::Reading);
                state.noted.insert(id.clone(), note);
            }
        }
        Ok(Found {
            id,
            size_bytes: Some(payload.size_bytes),
            tag: Some(sum),
        })
    }

    /// Sends the video of a live photo ahead of its still picture, unless it is there.
    pub(super) fn live_video(
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
    pub(super) fn late_video(
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
}

/// Returns a sidecar with the offset of its date in a field of its own. Without that Immich shows the time of the place's zone, which
/// may be another day's. Libraries of earlier versions hold sidecars without it (decision 0046).
fn with_offset(sidecar: Vec<u8>, taken_at: Option<&str>) -> Vec<u8> {
    const BEGIN: &str = "<rdf:Description";
    let Some(zone) = taken_at.and_then(zone_of) else {
        return sidecar;
    };
    match String::from_utf8(sidecar) {
        Ok(text) if !text.contains("OffsetTimeOriginal") => {
            let field = format!(
                "{BEGIN} xmlns:exifEX=\"http://cipa.jp/exif/1.0/\" exifEX:OffsetTimeOriginal=\"{zone}\""
            );
            text.replacen(BEGIN, &field, 1).into_bytes()
        }
        Ok(text) => text.into_bytes(),
        Err(error) => error.into_bytes(),
    }
}
