//! What is asked of a server, request by request: what lies where, folders, sending, renaming.

use model::amount::Bytes;
use std::io::{Seek, SeekFrom};
use std::sync::atomic::Ordering;

use super::session::Session;
use super::transfer;
use super::wire::{
    self, Answer, Attributes, Body, EMPTIED, EXTENDED, FOR_READING, FOR_WRITING, FSETSTAT, LSTAT,
    MKDIR, Named, OPEN, OPENDIR, READDIR, REMOVE, RENAME, Refusal, STAT,
};
use super::{Sftp, locked, of, unexpected};
use crate::Found;
use crate::error::DestinationError;
use crate::parcel::{Payload, Sending};
use crate::paths::folder_of;
use crate::readers::Readers;

/// A file of fewer bytes is sent anew and not gone on with.
const WORTH_GOING_ON: u64 = 8 << 20;

impl Sftp {
    /// Returns what lies at a path; a link is looked at itself.
    pub(super) fn look(
        &self,
        session: &mut Session,
        path: &str,
    ) -> Result<Option<Attributes>, DestinationError> {
        self.attributes(session, LSTAT, &self.there(path))
    }

    pub(super) fn attributes(
        &self,
        session: &mut Session,
        kind: u8,
        path: &str,
    ) -> Result<Option<Attributes>, DestinationError> {
        match session.ask(kind, Body::of(path))? {
            Answer::Attributes(found) => Ok(Some(found)),
            Answer::Refused(Refusal::NotThere) => Ok(None),
            Answer::Refused(why) => Err(self.refused(path, "look at files", why)),
            _ => Err(unexpected()),
        }
    }

    /// Returns what is in a folder below the root; `None` if it is not there.
    pub(super) fn names(
        &self,
        session: &mut Session,
        folder: &str,
    ) -> Result<Option<Vec<Named>>, DestinationError> {
        let handle = match session.ask(OPENDIR, Body::of(self.there(folder)))? {
            Answer::Handle(handle) => handle,
            Answer::Refused(Refusal::NotThere) => return Ok(None),
            Answer::Refused(why) => return Err(self.refused(folder, "list folders", why)),
            _ => return Err(unexpected()),
        };
        let mut names = Vec::new();
        loop {
            match session.ask(READDIR, Body::of(&handle))? {
                // An empty answer would come for ever.
                Answer::Names(some) if !some.is_empty() => names.extend(some),
                Answer::Refused(Refusal::End) => break,
                Answer::Refused(why) => {
                    transfer::close(session, &handle)?;
                    return Err(self.refused(folder, "list folders", why));
                }
                _ => return Err(unexpected()),
            }
        }
        transfer::close(session, &handle)?;
        names.retain(|named| !matches!(named.name.as_str(), "." | ".."));
        // A name with a slash would lead elsewhere.
        names.retain(|named| !named.name.contains('/') && !named.name.is_empty());
        Ok(Some(names))
    }

    /// Opens a file for reading; `None` if it is not there.
    pub(super) fn opened(
        &self,
        session: &mut Session,
        path: &str,
    ) -> Result<Option<Vec<u8>>, DestinationError> {
        let body = Body::of(self.there(path))
            .number(FOR_READING)
            .attributes(None, None);
        match session.ask(OPEN, body)? {
            Answer::Handle(handle) => Ok(Some(handle)),
            Answer::Refused(Refusal::NotThere) => Ok(None),
            Answer::Refused(why) => Err(self.refused(path, "read files", why)),
            _ => Err(unexpected()),
        }
    }

    /// Returns the rights that a new file or folder gets; the server's own where others may read.
    fn mode(&self, private: u32) -> Option<u32> {
        match self.readers {
            Readers::Owner => Some(private),
            Readers::Shared => None,
        }
    }

    /// Makes a folder as the server knows it, and those above it that are not there.
    pub(super) fn have_folder(
        &self,
        session: &mut Session,
        folder: &str,
    ) -> Result<(), DestinationError> {
        if folder.is_empty() || locked(&self.folders).contains(folder) {
            return Ok(());
        }
        match self.attributes(session, STAT, folder)? {
            Some(found) if found.is_folder() => {}
            Some(_) => {
                return Err(DestinationError::NoPlace {
                    what: folder.to_owned(),
                    why: "it is no folder".to_owned(),
                });
            }
            None => {
                self.have_folder(session, folder_of(folder))?;
                let body = Body::of(folder).attributes(self.mode(0o700), None);
                let answer = session.ask(MKDIR, body)?;
                // Another thread may have made it a moment ago.
                let made = self.attributes(session, STAT, folder)?;
                if !made.is_some_and(|found| found.is_folder()) {
                    self.done(answer, folder, "make folders")?;
                }
            }
        }
        locked(&self.folders).insert(folder.to_owned());
        Ok(())
    }

    pub(super) fn free_bytes(
        &self,
        session: &mut Session,
    ) -> Result<Option<u64>, DestinationError> {
        if !session.extensions.tells_room {
            return Ok(None);
        }
        let mut path = self.there("");
        loop {
            let body = Body::of("statvfs@openssh.com").bytes(&path);
            match session.ask(EXTENDED, body)? {
                Answer::Extended(told) => return Ok(wire::free_bytes(&told)),
                // The folder is made with the first file: what is above it has the same disk.
                Answer::Refused(Refusal::NotThere) if path.trim_matches('/').contains('/') => {
                    path = folder_of(&path).to_owned();
                }
                Answer::Refused(_) => return Ok(None),
                _ => return Err(unexpected()),
            }
        }
    }

    /// Sends a file to the name it has until it is whole.
    pub(super) fn send(
        &self,
        session: &mut Session,
        id: &str,
        payload: &Payload,
        sending: &Sending,
    ) -> Result<(), DestinationError> {
        let at = self.already_there(session, id, payload)?;
        let path = self.there(id);
        let emptied = if at == 0 { EMPTIED } else { 0 };
        let body = Body::of(&path)
            .number(FOR_WRITING | emptied)
            .attributes(self.mode(0o600), None);
        let handle = match session.ask(OPEN, body)? {
            Answer::Handle(handle) => handle,
            Answer::Refused(why) => return Err(self.unwritten(session, id, payload, why)),
            _ => return Err(unexpected()),
        };
        let lost = || DestinationError::disk("read", "the file that is sent");
        let mut bytes = payload.bytes.open().map_err(lost())?;
        bytes.seek(SeekFrom::Start(at)).map_err(lost())?;
        match transfer::write(session, &handle, at, &mut bytes, &sending.meter) {
            Ok(()) => {}
            Err(transfer::Fault::Here(error)) => return Err(error),
            Err(transfer::Fault::There(why)) => {
                transfer::close(session, &handle)?;
                return Err(self.unwritten(session, id, payload, why));
            }
        }
        if session.extensions.syncs {
            let body = Body::of("fsync@openssh.com").bytes(&handle);
            match session.ask(EXTENDED, body)? {
                Answer::Done | Answer::Refused(Refusal::Unsupported(_)) => {}
                Answer::Refused(why) => {
                    transfer::close(session, &handle)?;
                    return Err(self.unwritten(session, id, payload, why));
                }
                _ => return Err(unexpected()),
            }
        }
        let seconds = payload.modified.map(|time| time.as_second());
        if let Some(seconds) = seconds.and_then(|seconds| u32::try_from(seconds).ok()) {
            // A server that keeps no times keeps the bytes as well as any other.
            session.ask(FSETSTAT, Body::of(&handle).attributes(None, Some(seconds)))?;
        }
        match transfer::close(session, &handle)? {
            Answer::Done => {
                self.has_written.store(true, Ordering::Relaxed);
                Ok(())
            }
            Answer::Refused(why) => Err(self.unwritten(session, id, payload, why)),
            _ => Err(unexpected()),
        }
    }

    /// Returns how much of a file an earlier try left there: what it is worth shows when the file is read back.
    fn already_there(
        &self,
        session: &mut Session,
        id: &str,
        payload: &Payload,
    ) -> Result<u64, DestinationError> {
        if payload.size_bytes < WORTH_GOING_ON || !locked(&self.gone_on).insert(id.to_owned()) {
            return Ok(0);
        }
        let found = self.look(session, id)?;
        let size = found.filter(Attributes::is_file);
        let size = size.and_then(|found| found.size_bytes).unwrap_or(0);
        Ok(if size <= payload.size_bytes { size } else { 0 })
    }

    /// Returns why a file could not be written. OpenSSH says of a full disk what it says of everything: "Failure".
    fn unwritten(
        &self,
        session: &mut Session,
        id: &str,
        payload: &Payload,
        why: Refusal,
    ) -> DestinationError {
        if let Refusal::Other(words) = &why
            && let Ok(Some(free)) = self.free_bytes(session)
            && free < payload.size_bytes.max(64 << 10)
        {
            let words = model::shown::shown(words);
            return DestinationError::Full {
                why: format!("{} are free ({words})", Bytes(free)),
            };
        }
        match why {
            // A folder went away: looked for and made again at the next try.
            Refusal::NotThere => {
                locked(&self.folders).clear();
                DestinationError::Broken {
                    why: format!("the folder of {id} is gone"),
                }
            }
            // Where others could be written, it is this file.
            Refusal::NoRight(words) if self.has_written.load(Ordering::Relaxed) => {
                self.refused(id, "write files", Refusal::Other(words))
            }
            why => self.refused(id, "write files", why),
        }
    }

    /// Renames an unfinished file; `over` says that a file of ours has the name.
    pub(super) fn rename(
        &self,
        session: &mut Session,
        from: &str,
        to: &str,
        over: bool,
    ) -> Result<(), DestinationError> {
        let (old, new) = (self.there(from), self.there(to));
        let answer = match over {
            true if session.extensions.replaces => {
                let body = Body::of("posix-rename@openssh.com").bytes(&old).bytes(&new);
                session.ask(EXTENDED, body)?
            }
            true => {
                // The library has what lies there, and the whole new file lies beside it.
                session.ask(REMOVE, Body::of(&new))?;
                session.ask(RENAME, Body::of(&old).bytes(&new))?
            }
            false => session.ask(RENAME, Body::of(&old).bytes(&new))?,
        };
        self.done(answer, to, "rename files")
    }

    pub(super) fn found(
        &self,
        session: &mut Session,
        path: &str,
    ) -> Result<Option<Found>, DestinationError> {
        let found = self.look(session, path)?;
        Ok(found.map(|attributes| of(path, &attributes)))
    }
}
