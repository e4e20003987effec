//! One upload: the form Immich takes, and the checksum it knows files by.

use std::io::{self, Read};
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use sha1::Sha1;

use super::facts::{Facts, Note};
use crate::copy;
use crate::error::DestinationError;
use crate::parcel::{Parcel, Payload, Source};
use disk::digest::digest;
use disk::regular;

/// SHA-1 of a file's bytes in base64: Immich knows files by it.
pub(crate) type Checksum = String;

/// Returns the checksum of the bytes a parcel has.
pub(crate) fn checksum_of(parcel: &Parcel) -> Result<Checksum, DestinationError> {
    let library = |path: &Path, why: String| DestinationError::Library {
        path: path.to_owned(),
        why,
    };
    match &parcel.source {
        Source::Bytes(bytes) => Ok(checksum_from(&mut &bytes[..]).unwrap_or_default()),
        Source::File(path) => regular::open(path)
            .and_then(|mut file| checksum_from(&mut file))
            .map_err(DestinationError::disk("read", path)),
        Source::Changed(path, original, change) => {
            let copy = copy::make(path, *original, change)
                .map_err(|error| library(path, error.to_string()))?;
            copy.open()
                .and_then(|mut reader| checksum_from(&mut reader))
                .map_err(|error| library(path, error.to_string()))
        }
    }
}

/// Returns the checksum of bytes ready to be sent.
pub(crate) fn checksum(payload: &Payload) -> Result<Checksum, DestinationError> {
    let opened = payload.bytes.open();
    opened
        .and_then(|mut reader| checksum_from(&mut reader))
        .map_err(DestinationError::disk("read", "the library's file"))
}

fn checksum_from(reader: &mut dyn Read) -> io::Result<Checksum> {
    let (_, digest) = digest::<Sha1>(reader)?;
    Ok(STANDARD.encode(digest))
}

/// What is told of a file when it is sent.
pub(crate) struct About<'a> {
    /// Name it gets.
    pub name: &'a str,
    /// Facts that can be told at once.
    pub facts: &'a Facts,
    /// Note that stays at the asset.
    pub note: &'a Note,
    /// Sidecar that goes with it: a later one would be thrown away.
    pub sidecar: Option<&'a [u8]>,
    /// Video of the live photo it is.
    pub live_video: Option<&'a str>,
}

/// The form around a file's bytes.
pub(crate) struct Form {
    /// Value of the header that says what it is.
    pub content_type: String,
    /// What comes before the bytes.
    pub before: Vec<u8>,
    /// What comes after them.
    pub after: Vec<u8>,
}

impl Form {
    /// Makes the form. The field `filename` is not sent: it would rename every file of the request, the sidecar too.
    pub(crate) fn new(about: &About<'_>, payload: &Payload, mime: &str) -> Self {
        // No file holds its own hash.
        let boundary = format!("albumen-{}", payload.sha256.short(40));
        let mut form = Self {
            content_type: format!("multipart/form-data; boundary={boundary}"),
            before: Vec::new(),
            after: Vec::new(),
        };
        let mut field = |name: &str, value: &str| {
            let text = format!(
                "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            );
            form.before.extend(text.into_bytes());
        };
        let modified = payload
            .modified
            .unwrap_or(Timestamp::UNIX_EPOCH)
            .to_string();
        field(
            "fileCreatedAt",
            about.facts.date_to_set().as_deref().unwrap_or(&modified),
        );
        field("fileModifiedAt", &modified);
        field(
            "isFavorite",
            if about.facts.favorite {
                "true"
            } else {
                "false"
            },
        );
        field(
            "visibility",
            if about.facts.archived {
                "archive"
            } else {
                "timeline"
            },
        );
        field("metadata", &about.note.items().to_string());
        if let Some(video) = about.live_video {
            field("livePhotoVideoId", video);
        }
        if let Some(sidecar) = about.sidecar {
            let head = file_head(
                &boundary,
                "sidecarData",
                &format!("{}.xmp", about.name),
                "application/rdf+xml",
            );
            form.before.extend(head);
            form.before.extend(sidecar);
            form.before.extend(b"\r\n");
        }
        form.before
            .extend(file_head(&boundary, "assetData", about.name, mime));
        form.after = format!("\r\n--{boundary}--\r\n").into_bytes();
        form
    }
}

fn file_head(boundary: &str, field: &str, name: &str, mime: &str) -> Vec<u8> {
    // Browsers write these three so; a name of ours holds none of them.
    let name = name
        .replace('"', "%22")
        .replace('\r', "%0D")
        .replace('\n', "%0A");
    format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\nContent-Type: {mime}\r\n\r\n"
    )
    .into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parcel::PayloadBytes;
    use model::content_hash::ContentHash;

    #[test]
    fn a_form_holds_the_fields_and_both_files() {
        let payload = Payload {
            bytes: PayloadBytes::Memory(b"abc".to_vec().into()),
            size_bytes: 3,
            sha256: ContentHash([7; 32]),
            modified: None,
        };
        let about = About {
            name: "é \"x\".jpg",
            facts: &Facts::default(),
            note: &Note::default(),
            sidecar: Some(b"<x/>"),
            live_video: Some("v"),
        };
        let form = Form::new(&about, &payload, "image/jpeg");
        let text = String::from_utf8(form.before).unwrap_or_default();
        for part in [
            "name=\"fileCreatedAt\"\r\n\r\n1970-01-01T00:00:00Z\r\n",
            "name=\"livePhotoVideoId\"\r\n\r\nv\r\n",
            "filename=\"é %22x%22.jpg.xmp\"",
            "\r\n\r\n<x/>\r\n--albumen-",
            "name=\"assetData\"; filename=\"é %22x%22.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(text.ends_with("\r\n\r\n"));
        assert_eq!(
            checksum(&payload).ok().as_deref(),
            Some("qZk+NkcGgWq6PiVxeFDCbJzQ2J0=")
        );
    }
}
