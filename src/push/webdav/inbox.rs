//! A WebDAV folder that archives are fetched from.

use std::fs::File;

use jiff::fmt::rfc2822::DateTimeParser;

use super::WebDav;
use crate::error::DestinationError;
use crate::http::Answer;
use crate::remote_folder::{FileThere, RemoteFolder, held, is_whole};

impl RemoteFolder for WebDav {
    fn files(&self) -> Result<Vec<FileThere>, DestinationError> {
        let path = format!("{}/", self.root);
        let entries = self.http.patiently(&path, || self.look(&path, 1))?;
        let entries = entries.ok_or_else(|| DestinationError::NoPlace {
            what: self.base.path().to_owned(),
            why: "the server does not know it".to_owned(),
        })?;
        let files = entries.into_iter().filter(|entry| !entry.is_folder);
        let clock = DateTimeParser::new().relaxed_weekday(true);
        Ok(files
            .filter_map(|entry| {
                let name = entry.path.strip_prefix(&path)?.to_owned();
                let modified = entry.modified.as_deref();
                Some(FileThere {
                    name,
                    size_bytes: entry.size_bytes,
                    modified: modified.and_then(|text| clock.parse_timestamp(text).ok()),
                    tag: entry.tag,
                })
            })
            .collect())
    }

    fn fetch(
        &self,
        file: &FileThere,
        to: &mut File,
        arrived: &dyn Fn(u64) -> bool,
    ) -> Result<(), DestinationError> {
        self.http.patiently(&file.name, || {
            let answer = self.rest(file, to, arrived)?;
            match answer.status.as_u16() {
                200 | 206 => is_whole(file, to),
                _ => Err(self.unread(&file.name, &answer)),
            }
        })
    }
}

impl WebDav {
    /// Asks for what is not there yet.
    fn rest(
        &self,
        file: &FileThere,
        to: &mut File,
        arrived: &dyn Fn(u64) -> bool,
    ) -> Result<Answer, DestinationError> {
        let url = self.url(&self.below(&file.name));
        self.insisting(|| {
            let from = (held(to)?, file.tag.as_deref());
            let request = self.request("GET", &url);
            self.http.download_rest(request, from, to, arrived)
        })
    }
}
