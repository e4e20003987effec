//! Nextcloud's upload in parts (version 2): a large file is sent piece by piece, and a push that was cut off goes on.

use std::collections::HashMap;

use serde_json::Value;

use super::super::error::DestinationError;
use super::super::http::Answer;
use super::super::parcel::{Payload, Sending};
use super::WebDav;

/// Where Nextcloud and its relatives keep files.
const FILES: &str = "/remote.php/dav/files/";
/// Parts are of this size unless the file needs larger ones.
const PART: u64 = 16 << 20;
/// Smallest part the host takes, but for the last.
const SMALLEST: u64 = 5 << 20;
/// Most parts of one file.
const MOST_PARTS: u64 = 10_000;

/// Smallest major version that only Nextcloud has, and that is still in use.
const FIRST_NEXTCLOUD: u64 = 20;

/// Where parts go on this host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Chunked {
    uploads: String,
    part: u64,
    /// It is a Nextcloud, and not one of its relatives: ownCloud's versions end at 10.
    pub(crate) is_nextcloud: bool,
}

impl Chunked {
    /// Asks the host whether it takes files in parts.
    pub(crate) fn probe(dav: &WebDav) -> Result<Option<Self>, DestinationError> {
        let Some((before, after)) = dav.root.split_once(FILES) else {
            return Ok(None);
        };
        let user = after.split('/').next().unwrap_or(after);
        let mut url = dav.url(&format!("{before}/ocs/v2.php/cloud/capabilities"));
        url.set_query(Some("format=json"));
        let answer = dav.http.patiently("capabilities", || {
            dav.ask_url("GET", &url, &|request| {
                Ok(request.header("OCS-APIRequest", "true"))
            })
        })?;
        if !answer.status.is_success() {
            return Ok(None);
        }
        let Ok(said) = serde_json::from_slice::<Value>(&answer.body) else {
            return Ok(None);
        };
        let all = &said["ocs"]["data"]["capabilities"];
        if all["dav"]["chunking"].as_str() != Some("1.0") {
            return Ok(None);
        }
        let major = said["ocs"]["data"]["version"]["major"].as_u64();
        let most = all["files"]["chunked_upload"]["max_size"].as_u64();
        Ok(Some(Self {
            uploads: format!("{before}/remote.php/dav/uploads/{user}"),
            part: most
                .filter(|most| *most >= SMALLEST)
                .map_or(PART, |most| most.min(PART)),
            is_nextcloud: major.is_some_and(|major| major >= FIRST_NEXTCLOUD),
        }))
    }

    /// Returns whether a file is large enough for parts.
    pub(crate) fn suits(&self, payload: &Payload) -> bool {
        payload.size_bytes > self.part
    }

    /// Sends a file in parts and puts them together under the name `id`, over what has it or not. Returns the last answer.
    pub(crate) fn put(
        &self,
        dav: &WebDav,
        (id, over): (&str, bool),
        payload: &Payload,
        sending: &Sending,
    ) -> Result<Answer, DestinationError> {
        let session = format!(
            "{}/albumen-{}-{}",
            self.uploads,
            dav.machine,
            payload.sha256.short(24)
        );
        let target = dav.url(&dav.below(id));
        let total = payload.size_bytes.to_string();
        let answer = dav.ask("MKCOL", &format!("{session}/"), &|request| {
            Ok(request.header("Destination", target.as_str()))
        })?;
        if !answer.status.is_success() && answer.status.as_u16() != 405 {
            return Err(dav.refused(id, "upload in parts", &answer));
        }
        let there = self.there(dav, &session)?;
        let part = self.part.max(payload.size_bytes.div_ceil(MOST_PARTS));
        for number in 0..payload.size_bytes.div_ceil(part) {
            let (start, name) = (number * part, format!("{:05}", number + 1));
            let length = part.min(payload.size_bytes - start);
            if there.get(&name) == Some(&length) {
                continue;
            }
            let answer = dav.ask("PUT", &format!("{session}/{name}"), &|request| {
                let request = request
                    .header("Destination", target.as_str())
                    .header("OC-Total-Length", &total);
                dav.http
                    .with_body(request, payload, (start, length), &sending.meter)
            })?;
            if !answer.status.is_success() {
                return Err(dav.refused(id, "upload in parts", &answer));
            }
        }
        dav.ask("MOVE", &format!("{session}/.file"), &|request| {
            let mut request = request
                .header("Destination", target.as_str())
                .header("Overwrite", if over { "T" } else { "F" })
                .header("OC-Total-Length", &total)
                .header("OC-Checksum", checksum(payload));
            if let Some(modified) = payload.modified {
                request = request.header("X-OC-Mtime", modified.as_second().to_string());
            }
            Ok(request)
        })
    }

    /// Returns the parts that are there already, with their sizes.
    fn there(&self, dav: &WebDav, session: &str) -> Result<HashMap<String, u64>, DestinationError> {
        let entries = dav.look(&format!("{session}/"), 1)?.unwrap_or_default();
        Ok(entries
            .into_iter()
            .filter_map(|entry| {
                let name = entry.path.rsplit('/').next()?.to_owned();
                Some((name, entry.size_bytes?))
            })
            .collect())
    }
}

/// Returns the checksum in the form Nextcloud keeps.
pub(crate) fn checksum(payload: &Payload) -> String {
    format!("SHA256:{}", payload.sha256)
}
