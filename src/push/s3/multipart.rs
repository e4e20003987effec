//! Uploads in parts: a large file is sent piece by piece, and a push that was cut off goes on with the next piece.

use std::collections::HashMap;
use std::io::{Read, Seek, SeekFrom};
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use model::content_hash::hex;
use rusty_s3::actions::{
    AbortMultipartUpload, CompleteMultipartUpload, CreateMultipartUpload, ListParts, UploadPart,
};

use super::super::error::DestinationError;
use super::super::http::Answer;
use super::super::parcel::{Parcel, Payload, PayloadBytes, Sending};
use super::answer::{code, value};
use super::{Headers, PART, S3, about};
use crate::http::plain_tag;
use writer::sidecar::tree::parse;

/// Most parts of one file.
const MOST_PARTS: u64 = 10_000;

impl S3 {
    /// Sends a file in parts and returns the store's mark of the whole.
    pub(super) fn in_parts(
        &self,
        parcel: &Parcel,
        payload: &Payload,
        condition: Headers,
        sending: &Sending,
    ) -> Result<Option<String>, DestinationError> {
        let known = sending.uploads.get(&parcel.path, payload.sha256);
        let (upload, there) = match known {
            Some(upload) => match self.parts(parcel, &upload) {
                Ok(there) => (upload, there),
                // The store has given it up, or never heard of it.
                Err(DestinationError::Gone { .. }) => {
                    (self.begin(parcel, payload, sending)?, HashMap::new())
                }
                Err(error) => return Err(error),
            },
            None => (self.begin(parcel, payload, sending)?, HashMap::new()),
        };
        let size = PART.max(payload.size_bytes.div_ceil(MOST_PARTS));
        let mut tags = Vec::new();
        for number in 0..payload.size_bytes.div_ceil(size) {
            let (start, part) = (number * size, (number + 1) as u16);
            let bytes = piece(payload, start, size.min(payload.size_bytes - start))?;
            let digest = Md5::digest(&bytes);
            let own = hex(&digest);
            let tag = match there.get(&part) {
                Some((found, length)) if *found == own && *length == bytes.len() as u64 => {
                    found.clone()
                }
                _ => self.send(
                    parcel,
                    &upload,
                    part,
                    bytes,
                    STANDARD.encode(digest),
                    sending,
                )?,
            };
            tags.push(tag);
        }
        let done = self.complete(parcel, &upload, &tags, condition);
        match &done {
            Ok(_) => sending.uploads.set(&parcel.path, payload.sha256, None),
            Err(
                DestinationError::Exists { .. }
                | DestinationError::Gone { .. }
                | DestinationError::Refused { .. },
            ) => {
                sending.uploads.set(&parcel.path, payload.sha256, None);
                self.abort(parcel, &upload);
            }
            Err(_) => {}
        }
        done
    }

    fn begin(
        &self,
        parcel: &Parcel,
        payload: &Payload,
        sending: &Sending,
    ) -> Result<String, DestinationError> {
        let (key, headers) = (self.key(&parcel.path), about(parcel, payload));
        let build = || {
            let action = CreateMultipartUpload::new(&self.bucket, self.keys.as_ref(), &key);
            Ok(self.request(action, &headers))
        };
        let answer = self.ask("write objects", &parcel.path, &build)?;
        // Read by hand: stores differ in the name of the element around it.
        let upload = value(&answer, "UploadId").ok_or(DestinationError::Strange {
            why: "an upload in parts has no name".to_owned(),
        })?;
        sending
            .uploads
            .set(&parcel.path, payload.sha256, Some(upload.clone()));
        Ok(upload)
    }

    /// Returns the parts that are there: their marks and sizes.
    fn parts(
        &self,
        parcel: &Parcel,
        upload: &str,
    ) -> Result<HashMap<u16, (String, u64)>, DestinationError> {
        let (key, headers) = (self.key(&parcel.path), Headers::new());
        let mut parts = HashMap::new();
        let mut after = None;
        loop {
            let build = || {
                let mut action = ListParts::new(&self.bucket, self.keys.as_ref(), &key, upload);
                if let Some(after) = after {
                    action.set_part_number_marker(after);
                }
                Ok(self.request(action, &headers))
            };
            let answer = self.ask("list parts", &parcel.path, &build)?;
            let listed = listed_parts(&answer).ok_or_else(|| DestinationError::Strange {
                why: "it does not tell which parts are there".to_owned(),
            })?;
            parts.extend(listed);
            let next = value(&answer, "NextPartNumberMarker").and_then(|text| text.parse().ok());
            let more = value(&answer, "IsTruncated").as_deref() == Some("true");
            match next.filter(|_| more) {
                Some(next) if after.is_none_or(|after| next > after) => after = Some(next),
                _ => return Ok(parts),
            }
        }
    }

    fn send(
        &self,
        parcel: &Parcel,
        upload: &str,
        part: u16,
        bytes: Vec<u8>,
        md5: String,
        sending: &Sending,
    ) -> Result<String, DestinationError> {
        let (key, headers) = (self.key(&parcel.path), vec![("content-md5", md5)]);
        let size_bytes = bytes.len() as u64;
        let payload = Payload {
            bytes: PayloadBytes::Memory(Arc::from(bytes)),
            size_bytes,
            sha256: parcel.sha256,
            modified: None,
        };
        let build = || {
            let action = UploadPart::new(&self.bucket, self.keys.as_ref(), &key, part, upload);
            self.http.with_body(
                self.request(action, &headers),
                &payload,
                (0, size_bytes),
                &sending.meter,
            )
        };
        let answer = self.ask("write objects", &parcel.path, &build)?;
        answer
            .header("etag")
            .map(plain_tag)
            .ok_or(DestinationError::Strange {
                why: "a part was taken without a mark".to_owned(),
            })
    }

    fn complete(
        &self,
        parcel: &Parcel,
        upload: &str,
        tags: &[String],
        condition: Headers,
    ) -> Result<Option<String>, DestinationError> {
        let key = self.key(&parcel.path);
        let action = || {
            let tags = tags.iter().map(String::as_str);
            CompleteMultipartUpload::new(&self.bucket, self.keys.as_ref(), &key, upload, tags)
        };
        let build = || {
            let body = action().body();
            let request = self.request(action(), &condition);
            Ok(request.header("content-type", "application/xml").body(body))
        };
        let answer = self.ask("write objects", &parcel.path, &build)?;
        // The store answers before it is done, so an error can come with a good status.
        if code(&answer).is_some() {
            return Err(DestinationError::Busy {
                status: answer.words(),
                after: None,
            });
        }
        Ok(self.look(&parcel.path)?.and_then(|found| found.tag))
    }

    /// Tells the store to forget the parts: they would be paid for. Nothing follows from a failure.
    fn abort(&self, parcel: &Parcel, upload: &str) {
        let (key, headers) = (self.key(&parcel.path), Headers::new());
        let action = AbortMultipartUpload::new(&self.bucket, self.keys.as_ref(), &key, upload);
        let _ = self.http.ask(self.request(action, &headers));
    }
}

/// Reads a list of parts. By hand: stores differ in the namespace of its elements.
pub(super) fn listed_parts(answer: &Answer) -> Option<Vec<(u16, (String, u64))>> {
    let root = parse(std::str::from_utf8(&answer.body).ok()?).ok()?;
    let parts = root.children.iter();
    let parts = parts.filter(|child| child.name.local == "Part");
    parts
        .map(|part| {
            let value = |name: &str| {
                let mut all = part.children.iter();
                let found = all.find(|child| child.name.local == name);
                found.map(|found| found.text.trim().to_owned())
            };
            let number = value("PartNumber")?.parse().ok()?;
            Some((
                number,
                (plain_tag(&value("ETag")?), value("Size")?.parse().ok()?),
            ))
        })
        .collect()
}

fn piece(payload: &Payload, start: u64, length: u64) -> Result<Vec<u8>, DestinationError> {
    match &payload.bytes {
        PayloadBytes::Memory(bytes) => {
            Ok(bytes[start as usize..(start + length) as usize].to_vec())
        }
        large => {
            let mut bytes = vec![0; length as usize];
            let read = large.open().and_then(|mut file| {
                file.seek(SeekFrom::Start(start))?;
                file.read_exact(&mut bytes)
            });
            read.map_err(DestinationError::disk("read", "the library's file"))?;
            Ok(bytes)
        }
    }
}
