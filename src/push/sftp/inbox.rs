//! A folder on an SFTP server that archives are fetched from.

use std::fs::File;
use std::io::{Seek, SeekFrom};

use jiff::Timestamp;

use super::wire::{Attributes, Refusal};
use super::{Sftp, mark, transfer};
use crate::error::DestinationError;
use crate::remote_folder::{FileThere, RemoteFolder, held, is_whole};

impl RemoteFolder for Sftp {
    fn files(&self) -> Result<Vec<FileThere>, DestinationError> {
        let names = self.patiently("", || self.with(|session| self.names(session, "")))?;
        let names = names.ok_or_else(|| DestinationError::NoPlace {
            what: self.login.site.folder.clone(),
            why: "the server does not know it".to_owned(),
        })?;
        let files = names.into_iter().filter(|named| named.attributes.is_file());
        Ok(files
            .map(|named| FileThere {
                modified: changed(&named.attributes),
                size_bytes: named.attributes.size_bytes,
                tag: mark(&named.attributes),
                name: named.name,
            })
            .collect())
    }

    fn fetch(
        &self,
        file: &FileThere,
        to: &mut File,
        arrived: &dyn Fn(u64) -> bool,
    ) -> Result<(), DestinationError> {
        self.patiently(&file.name, || {
            self.rest(file, to, arrived)?;
            is_whole(file, to)
        })
    }
}

fn changed(attributes: &Attributes) -> Option<Timestamp> {
    Timestamp::from_second(attributes.modified?.into()).ok()
}

impl Sftp {
    /// Fetches what is not there yet, of a file that is still what it was when the folder was looked at.
    fn rest(
        &self,
        file: &FileThere,
        mut to: &File,
        arrived: &dyn Fn(u64) -> bool,
    ) -> Result<(), DestinationError> {
        let gone = || DestinationError::Gone {
            path: file.name.clone(),
        };
        let there = self.with(|session| self.look(session, &file.name))?;
        let there = there.ok_or_else(gone)?;
        if mark(&there) != file.tag || there.size_bytes != file.size_bytes {
            return Err(DestinationError::Refused {
                path: file.name.clone(),
                why: "it is being changed".to_owned(),
            });
        }
        let at = held(to)?;
        to.seek(SeekFrom::Start(at))
            .map_err(DestinationError::disk("read", "the file that is fetched"))?;
        self.with(|session| {
            let Some(handle) = self.opened(session, &file.name)? else {
                return Err(gone());
            };
            let read = transfer::read(session, &handle, at, &mut to, &mut |count| arrived(count));
            if matches!(read, Ok(()) | Err(transfer::Fault::There(_))) {
                transfer::close(session, &handle)?;
            }
            read.map_err(|fault| match fault {
                transfer::Fault::Here(error) => error,
                transfer::Fault::There(Refusal::NotThere) => gone(),
                transfer::Fault::There(why) => self.refused(&file.name, "read files", why),
            })
        })
    }
}
