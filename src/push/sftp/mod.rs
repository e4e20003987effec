//! SFTP: a folder on any machine that OpenSSH reaches: a NAS, a rented server, a storage box.
//!
//! `site` reads addresses, `target` opens them, `session` is one connection (the system's `ssh`), `wire` knows the messages, `transfer` moves bytes, `files`
//! asks for one thing after another. Here a file becomes whole under a name of its own in its folder, is brought to the server's disk
//! where it can be, read back, and renamed. A plain rename replaces nothing on OpenSSH, but does on others, so each name is looked
//! at before.

mod files;
#[doc(hidden)]
pub mod fuzzed;
mod inbox;
mod session;
mod site;
mod target;
mod transfer;
mod wire;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::io::Write;
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, MutexGuard, PoisonError};

use unicode_normalization::UnicodeNormalization;

use super::deliver::hash;
use super::error::DestinationError;
use super::http::Patience;
use super::parcel::{Parcel, Payload, Sending};
use super::paths::{folder_of, folders_of};
use super::readers::Readers;
use super::retry::trying;
use super::{Abilities, Destination, Found};
use session::Session;
use wire::{Answer, Attributes, Body, REMOVE, Refusal, STAT};

pub use session::{Login, Start, Started};
pub use site::{Site, Wrong};
pub use target::SCHEME;

/// Connections at once: servers refuse many that have not logged in yet (OpenSSH from the tenth on).
const AT_ONCE: usize = 4;

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

    /// Returns whether what lies there has the bytes of a parcel.
    fn is_ours(&self, there: &Found, parcel: &Parcel) -> Result<bool, DestinationError> {
        Ok(there.size_bytes == Some(parcel.size_bytes) && hash(self, there)? == parcel.sha256)
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
        let folders = folders_of(wanted);
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
            if !self.is_ours(&there, parcel)? {
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
            (Err(DestinationError::Gone { .. }), Some(now)) if self.is_ours(&now, parcel)? => {
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
