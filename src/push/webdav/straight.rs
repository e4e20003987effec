//! Sends files to Nextcloud straight under their final names: two requests a file, one to send it and one to read it back.

use std::sync::atomic::Ordering;

use super::WebDav;
use super::chunked::{Chunked, checksum};
use crate::Found;
use crate::error::DestinationError;
use crate::parcel::{Parcel, Payload, Sending};

impl WebDav {
    /// Sends a file under its final name, on the condition that nothing has it, or that it still is what is written over.
    pub(super) fn put_straight(
        &self,
        parcel: &Parcel,
        payload: &Payload,
        over: Option<&Found>,
        (chunked, sending): (&Chunked, &Sending),
    ) -> Result<Found, DestinationError> {
        let placed = Found {
            id: parcel.path.clone(),
            size_bytes: Some(payload.size_bytes),
            tag: None,
        };
        let answer = if chunked.suits(payload) {
            chunked.put(self, (&parcel.path, over.is_some()), payload, sending)?
        } else {
            self.ask("PUT", &self.below(&parcel.path), &|request| {
                let mut request = request
                    .header("Content-Type", parcel.mime())
                    .header("OC-Checksum", checksum(payload));
                request = match over.map(|over| over.tag.as_deref()) {
                    None => request.header("If-None-Match", "*"),
                    Some(Some(tag)) if tag.starts_with('"') => request.header("If-Match", tag),
                    Some(_) => request,
                };
                if let Some(modified) = payload.modified {
                    request = request.header("X-OC-Mtime", modified.as_second().to_string());
                }
                self.http
                    .with_body(request, payload, (0, payload.size_bytes), &sending.meter)
            })?
        };
        match answer.status.as_u16() {
            200..=299 => {}
            // A first try may have come through, and its answer got lost.
            412 => {
                let there = self
                    .http
                    .patiently(&parcel.path, || self.found(&parcel.path))?;
                let ours = there
                    .map(|there| self.is_ours(&there, parcel))
                    .transpose()?;
                if ours != Some(true) {
                    return Err(self.refused(&parcel.path, "write files", &answer));
                }
            }
            _ => return Err(self.refused(&parcel.path, "write files", &answer)),
        }
        self.has_written.store(true, Ordering::Relaxed);
        Ok(placed)
    }
}
