//! A prefix in a bucket that archives are fetched from.

use std::fs::File;

use rusty_s3::actions::GetObject;

use super::{Deep, Headers, S3};
use crate::error::DestinationError;
use crate::remote_folder::{FileThere, RemoteFolder, held, is_whole};

impl RemoteFolder for S3 {
    fn files(&self) -> Result<Vec<FileThere>, DestinationError> {
        let mut files = Vec::new();
        self.objects("", Deep::No, &mut |file| {
            // Some stores list the folder itself as an object.
            if !file.name.is_empty() && !file.name.contains('/') {
                files.push(file);
            }
        })?;
        Ok(files)
    }

    fn fetch(
        &self,
        file: &FileThere,
        to: &mut File,
        arrived: &dyn Fn(u64) -> bool,
    ) -> Result<(), DestinationError> {
        let (key, headers) = (self.key(&file.name), Headers::new());
        self.http.patiently(&file.name, || {
            let mut rest = || {
                let from = (held(to)?, file.tag.as_deref());
                let action = GetObject::new(&self.bucket, self.keys.as_ref(), &key);
                let request = self.request(action, &headers);
                self.http.download_rest(request, from, to, arrived)
            };
            let answer = rest()?;
            let answer = match self.takes_clock(&answer) {
                true => rest()?,
                false => answer,
            };
            self.judged("read objects", &file.name, answer)?;
            is_whole(file, to)
        })
    }
}
