//! A WebDAV folder that archives are fetched from.

use std::fs::File;

use jiff::fmt::rfc2822::DateTimeParser;

use super::WebDav;
use crate::push::error::DestinationError;
use crate::push::http::Answer;
use crate::push::remote_folder::{FileThere, RemoteFolder, held, is_whole};

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
                404 | 410 => Err(DestinationError::Gone {
                    path: file.name.clone(),
                }),
                403 => Err(self.no_right("read files", &answer)),
                _ => Err(DestinationError::Strange {
                    why: answer.words(),
                }),
            }
        })
    }
}

impl WebDav {
    /// Asks for what is not there yet, and once again if the host asks for the password in another way.
    fn rest(
        &self,
        file: &FileThere,
        to: &mut File,
        arrived: &dyn Fn(u64) -> bool,
    ) -> Result<Answer, DestinationError> {
        let url = self.url(&self.below(&file.name));
        for _ in 0..3 {
            let from = (held(to)?, file.tag.as_deref());
            let request = self.request("GET", &url);
            let answer = self.http.download_rest(request, from, to, arrived)?;
            let asked = |auth: &super::Auth| auth.asked(&answer);
            if answer.status.as_u16() == 401 && self.auth.as_ref().is_some_and(asked) {
                continue;
            }
            return self.judged(answer);
        }
        Err(DestinationError::WrongCredentials {
            host: self.http.host().to_owned(),
            status: "401 again and again".to_owned(),
        })
    }
}
