//! SFTP: a folder on any machine that OpenSSH reaches: a NAS, a rented server, a storage box.
//!
//! [`site`] reads addresses, [`session`] is one connection (the system's `ssh`), [`wire`] knows the messages, [`transfer`] moves bytes.
//! Here a file becomes whole under a name of its own in its folder, is brought to the server's disk where it can be, read back, and
//! renamed. A plain rename replaces nothing on OpenSSH, but does on others, so each name is looked at before.

#[doc(hidden)]
pub mod fuzzed;
mod inbox;
mod session;
mod site;
mod transfer;
mod wire;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::io::{Seek, SeekFrom, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use unicode_normalization::UnicodeNormalization;

use super::address::Readers;
use super::deliver::hash;
use super::error::DestinationError;
use super::http::Patience;
use super::parcel::{Parcel, Payload, Sending};
use super::paths::folder_of;
use super::retry::trying;
use super::{Abilities, Destination, Found};
use session::Session;
use wire::{
    Answer, Attributes, Body, EMPTIED, EXTENDED, FOR_READING, FOR_WRITING, FSETSTAT, LSTAT, MKDIR,
    Named, OPEN, OPENDIR, READDIR, REMOVE, RENAME, Refusal, STAT,
};

pub use session::Login;
pub use site::{Site, Wrong};

/// Connections at once: servers refuse many that have not logged in yet (OpenSSH from the tenth on).
const AT_ONCE: usize = 4;
/// A file of fewer bytes is sent anew and not gone on with.
const WORTH_GOING_ON: u64 = 8 << 20;

/// A folder on an SFTP server.
pub struct Sftp {
    login: Login,
    patience: Patience,
    readers: Readers,
    /// What the names of this machine's and library's unfinished files begin with.
    unfinished: String,
    idle: Mutex<Vec<Session>>,
    folders: Mutex<HashSet<String>>,
    /// Unfinished files that lie there: an earlier push was killed.
    left: Mutex<BTreeSet<String>>,
    /// Files that were gone on with in this run: one that came out wrong is sent anew.
    gone_on: Mutex<HashSet<String>>,
    has_written: AtomicBool,
}

impl Sftp {
    /// Takes the folder. `machine` tells the unfinished files of one machine and library from those of others.
    pub fn new(login: Login, patience: Patience, readers: Readers, machine: &str) -> Self {
        Self {
            login,
            patience,
            readers,
            unfinished: format!(".albumen-{machine}-"),
            idle: Mutex::default(),
            folders: Mutex::default(),
            left: Mutex::default(),
            gone_on: Mutex::default(),
            has_written: AtomicBool::new(false),
        }
    }

    /// Does `work` on a connection that nobody else uses. One that failed is not used again.
    fn with<T>(
        &self,
        work: impl FnOnce(&mut Session) -> Result<T, DestinationError>,
    ) -> Result<T, DestinationError> {
        let idle = locked(&self.idle).pop();
        let mut session = match idle {
            Some(session) => session,
            None => Session::open(&self.login)?,
        };
        let done = work(&mut session);
        let is_in_order = matches!(
            done,
            Ok(_)
                | Err(DestinationError::Refused { .. }
                    | DestinationError::Exists { .. }
                    | DestinationError::Gone { .. }
                    | DestinationError::NoPlace { .. }
                    | DestinationError::NoRight { .. }
                    | DestinationError::Full { .. })
        );
        if is_in_order {
            locked(&self.idle).push(session);
        }
        done
    }

    fn patiently<T>(
        &self,
        what: &str,
        work: impl FnMut() -> Result<T, DestinationError>,
    ) -> Result<T, DestinationError> {
        trying(&self.patience.policy, what, &*self.patience.pause, work)
    }

    fn there(&self, path: &str) -> String {
        self.login.site.below(path)
    }

    /// Returns the error of a refusal.
    fn refused(&self, path: &str, doing: &'static str, why: Refusal) -> DestinationError {
        let path = path.to_owned();
        match why {
            Refusal::NotThere | Refusal::End => DestinationError::Gone { path },
            Refusal::NoRight(why) => DestinationError::NoRight {
                host: self.login.site.shown(),
                doing,
                why: format!("{path}: {}", model::shown::shown(&why)),
            },
            Refusal::Unsupported(why) | Refusal::Other(why) => DestinationError::Refused {
                path,
                why: model::shown::shown(&why),
            },
        }
    }

    /// Returns what a request without an answer of its own did.
    fn done(
        &self,
        answer: Answer,
        path: &str,
        doing: &'static str,
    ) -> Result<(), DestinationError> {
        match answer {
            Answer::Done => Ok(()),
            Answer::Refused(why) => Err(self.refused(path, doing, why)),
            _ => Err(unexpected()),
        }
    }

    /// Returns what lies at a path; a link is looked at itself.
    fn look(
        &self,
        session: &mut Session,
        path: &str,
    ) -> Result<Option<Attributes>, DestinationError> {
        self.attributes(session, LSTAT, &self.there(path))
    }

    fn attributes(
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
    fn names(
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
    fn opened(
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
    fn have_folder(&self, session: &mut Session, folder: &str) -> Result<(), DestinationError> {
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

    fn free_bytes(&self, session: &mut Session) -> Result<Option<u64>, DestinationError> {
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
    fn send(
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
                why: format!("{free} bytes are free ({words})"),
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
    fn rename(
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

    fn found(&self, session: &mut Session, path: &str) -> Result<Option<Found>, DestinationError> {
        let found = self.look(session, path)?;
        Ok(found.map(|attributes| of(path, &attributes)))
    }
}

/// Returns the mark of a file's state: when it was changed, and how large it is.
fn mark(attributes: &Attributes) -> Option<String> {
    Some(format!(
        "{}-{}",
        attributes.modified?, attributes.size_bytes?
    ))
}

fn of(path: &str, attributes: &Attributes) -> Found {
    Found {
        id: path.to_owned(),
        // Anything but a file has the name as well, and is never ours.
        size_bytes: match attributes.is_file() {
            true => attributes.size_bytes,
            false => Some(u64::MAX),
        },
        tag: mark(attributes),
    }
}

fn unexpected() -> DestinationError {
    DestinationError::Strange {
        why: "its answer is of another kind than was asked for".to_owned(),
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn joined(folder: &str, name: &str) -> String {
    match folder {
        "" => name.to_owned(),
        folder => format!("{folder}/{name}"),
    }
}

impl Destination for Sftp {
    fn describe(&self) -> Result<Abilities, DestinationError> {
        self.patiently("", || {
            self.with(|session| {
                let root = self.there("");
                let no_place = |why: &str| DestinationError::NoPlace {
                    what: root.clone(),
                    why: why.to_owned(),
                };
                match self.attributes(session, STAT, &root)? {
                    Some(found) if !found.is_folder() => {
                        return Err(no_place("it is a file and not a folder"));
                    }
                    _ => {}
                }
                if self.look(session, ".albumen")?.is_some() {
                    return Err(no_place(
                        "it is a library of albumen's; a push would be taken for a change of it",
                    ));
                }
                Ok(Abilities {
                    staged: true,
                    free_bytes: self.free_bytes(session)?,
                    at_once: Some(AT_ONCE),
                    ..Abilities::default()
                })
            })
        })
    }

    fn find(&self, wanted: &[&Parcel]) -> Result<Vec<Option<Found>>, DestinationError> {
        let folders: BTreeSet<&str> = wanted
            .iter()
            .map(|parcel| folder_of(&parcel.path))
            .collect();
        // Servers on macOS tell names in pieces: compared by their one form, asked for as they are told.
        let mut there: HashMap<String, Found> = HashMap::new();
        for folder in folders {
            let names =
                self.patiently(folder, || self.with(|session| self.names(session, folder)))?;
            for named in names.into_iter().flatten() {
                let path = joined(folder, &named.name);
                if named.name.starts_with(&self.unfinished) {
                    locked(&self.left).insert(path);
                } else {
                    there.insert(path.nfc().collect(), of(&path, &named.attributes));
                }
            }
        }
        let look = |parcel: &&Parcel| there.get(&parcel.path.nfc().collect::<String>()).cloned();
        Ok(wanted.iter().map(look).collect())
    }

    fn list(&self, below: &str, each: &mut dyn FnMut(&str)) -> Result<(), DestinationError> {
        let folder = below.trim_end_matches('/');
        let names = self.patiently(folder, || self.with(|session| self.names(session, folder)))?;
        for named in names.into_iter().flatten() {
            let path = joined(folder, &named.name);
            match named.attributes.is_folder() {
                true => self.list(&path, each)?,
                false => each(&path),
            }
        }
        Ok(())
    }

    fn put(
        &self,
        parcel: &Parcel,
        payload: &Payload,
        _: Option<&Found>,
        sending: &Sending,
    ) -> Result<Found, DestinationError> {
        let folder = folder_of(&parcel.path);
        // The same name in every run of this machine: what a killed one left is gone on with or written over.
        let name = format!("{}{}.tmp", self.unfinished, parcel.sha256.short(24));
        let id = joined(folder, &name);
        self.with(|session| {
            self.have_folder(session, &self.there(folder))?;
            self.send(session, &id, payload, sending)
        })?;
        Ok(Found {
            id,
            size_bytes: Some(payload.size_bytes),
            tag: None,
        })
    }

    fn read(&self, file: &Found, to: &mut dyn Write) -> Result<(), DestinationError> {
        let gone = || DestinationError::Gone {
            path: file.id.clone(),
        };
        self.with(|session| {
            let handle = self.opened(session, &file.id)?.ok_or_else(gone)?;
            match transfer::read(session, &handle, 0, to, &mut |_| true) {
                Ok(()) => {
                    transfer::close(session, &handle)?;
                    Ok(())
                }
                Err(transfer::Fault::Here(error)) => Err(error),
                Err(transfer::Fault::There(why)) => {
                    transfer::close(session, &handle)?;
                    Err(self.refused(&file.id, "read files", why))
                }
            }
        })
    }

    fn keep(
        &self,
        parcel: &Parcel,
        placed: Found,
        over: Option<&Found>,
    ) -> Result<Found, DestinationError> {
        let path = &parcel.path;
        let there = self.with(|session| self.found(session, path))?;
        let mut replaces = over.is_some();
        if !replaces && let Some(there) = there {
            // It may be ours: of a try whose answer got lost.
            if there.size_bytes != Some(parcel.size_bytes) || hash(self, &there)? != parcel.sha256 {
                return Err(DestinationError::Exists { path: path.clone() });
            }
            replaces = true;
        }
        let renamed = self.with(|session| self.rename(session, &placed.id, path, replaces));
        let now = self.with(|session| self.found(session, path))?;
        match (renamed, now) {
            (Ok(()), Some(now)) => {
                locked(&self.left).remove(&placed.id);
                Ok(now)
            }
            (Ok(()), None) => Err(DestinationError::Gone { path: path.clone() }),
            // Somebody else was faster.
            (Err(DestinationError::Refused { .. }), Some(_)) if !replaces => {
                Err(DestinationError::Exists { path: path.clone() })
            }
            // A first try may have renamed it, and its answer got lost: the file itself says so.
            (Err(DestinationError::Gone { .. }), Some(now))
                if now.size_bytes == Some(parcel.size_bytes)
                    && hash(self, &now)? == parcel.sha256 =>
            {
                Ok(now)
            }
            (Err(error), _) => Err(error),
        }
    }

    fn finish(&self) -> Result<(), DestinationError> {
        // Nobody but this machine's pushes of this library has such names, and all that were needed are renamed.
        let left = std::mem::take(&mut *locked(&self.left));
        for path in left {
            self.with(|session| {
                let answer = session.ask(REMOVE, Body::of(self.there(&path)))?;
                match self.done(answer, &path, "remove unfinished files") {
                    Err(DestinationError::Gone { .. }) => Ok(()),
                    done => done,
                }
            })?;
        }
        Ok(())
    }
}
