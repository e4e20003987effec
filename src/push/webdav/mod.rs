//! WebDAV: Nextcloud, ownCloud, PhotoPrism's import folder, and any other server of the kind.

mod auth;
mod chunked;
#[doc(hidden)]
pub mod fuzzed;
mod inbox;
mod photoprism;
mod propfind;
mod straight;
mod strays;
mod target;

use std::collections::{HashMap, HashSet};
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use reqwest::{Method, RequestBuilder, Url};
use unicode_normalization::UnicodeNormalization;

use super::deliver::hash;
use super::error::DestinationError;
use super::http::{Answer, Http, common, open_note};
use super::parcel::{Parcel, Payload, Sending};
use super::paths::{folder_of, folders_of};
use super::secret::Credentials;
use super::{Abilities, Destination, Found};
use auth::Auth;
use catalog::PushedRow;
use chunked::{Chunked, checksum};
use photoprism::Indexing;
use propfind::{Entry, QUESTION, encoded, path_of, read};
use strays::Strays;

pub use photoprism::PHOTOPRISM;
pub use target::SCHEME;

/// A folder on a WebDAV server.
pub struct WebDav {
    http: Http,
    base: Url,
    /// Path of the folder on the server, decoded, without a slash at the end.
    root: String,
    auth: Option<Auth>,
    machine: String,
    folders: Mutex<HashSet<String>>,
    /// Held while a folder is made: two requests to make one at the same time confuse some servers (Apache says 403).
    making: Mutex<()>,
    has_written: AtomicBool,
    chunked: Mutex<Option<Chunked>>,
    /// It is one of the servers that keep `Overwrite: F`.
    never_replaces: AtomicBool,
    strays: Strays,
    /// What makes a PhotoPrism look at what came.
    indexing: Option<Indexing>,
    notes: Mutex<Vec<String>>,
}

/// Why a file goes to Nextcloud straight under its final name, and elsewhere under a name of its own first: Nextcloud writes a PUT
/// into a file of its own and renames that, so that a broken one leaves nothing; it answers 412 to `If-None-Match: *` where something
/// is (seen on 31.0.6); and a file that is renamed is no new one to it: Photos shows it without date and place until a job runs hours
/// later. Others were seen to show half a file, or to write over what is there.
///
/// Servers, as they name themselves, that were seen to answer 412 to a rename onto a file that is there. Others are looked at
/// before each rename: dufs replaces whatever it is told, and what stands behind a proxy nobody knows.
const NEVER_REPLACE: [&str; 2] = ["rclone/", "WsgiDAV/"];

impl WebDav {
    /// Takes the folder at `base`. `machine` tells the unfinished files of one machine from those of another.
    pub fn new(http: Http, base: Url, credentials: &Credentials, machine: &str) -> Self {
        Self {
            root: path_of(base.path()),
            auth: Auth::new(credentials),
            machine: machine.to_owned(),
            folders: Mutex::default(),
            making: Mutex::default(),
            has_written: AtomicBool::new(false),
            chunked: Mutex::new(None),
            never_replaces: AtomicBool::new(false),
            strays: Strays::default(),
            indexing: None,
            notes: Mutex::default(),
            http,
            base,
        }
    }

    /// Takes the folder for one of PhotoPrism's originals, which is asked to look at what came.
    pub fn of_photoprism(mut self, credentials: &Credentials) -> Self {
        self.indexing = Indexing::new(&self.base, credentials);
        self
    }

    /// Returns the address of a decoded path on the server.
    fn url(&self, path: &str) -> Url {
        let mut url = self.base.clone();
        url.set_path(&encoded(path));
        url
    }

    fn below(&self, path: &str) -> String {
        match path {
            "" => self.root.clone(),
            path => format!("{}/{path}", self.root),
        }
    }

    /// Builds a request, sends it, and once again if the host asks for the password in another way.
    fn ask(
        &self,
        method: &str,
        path: &str,
        build: &dyn Fn(RequestBuilder) -> Result<RequestBuilder, DestinationError>,
    ) -> Result<Answer, DestinationError> {
        self.ask_url(method, &self.url(path), build)
    }

    fn ask_url(
        &self,
        method: &str,
        url: &Url,
        build: &dyn Fn(RequestBuilder) -> Result<RequestBuilder, DestinationError>,
    ) -> Result<Answer, DestinationError> {
        self.insisting(|| self.http.ask(build(self.request(method, url))?))
    }

    /// Sends a request, and once again if the host asks for the password in another way.
    fn insisting(
        &self,
        mut send: impl FnMut() -> Result<Answer, DestinationError>,
    ) -> Result<Answer, DestinationError> {
        for _ in 0..3 {
            let answer = send()?;
            let asked = |auth: &Auth| auth.asked(&answer);
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

    fn request(&self, method: &str, url: &Url) -> RequestBuilder {
        let verb = Method::from_bytes(method.as_bytes()).unwrap_or(Method::GET);
        let request = self.http.client().request(verb, url.clone());
        match &self.auth {
            Some(auth) => {
                let query = url
                    .query()
                    .map_or(String::new(), |query| format!("?{query}"));
                auth.sign(request, method, &format!("{}{query}", url.path()))
            }
            None => request,
        }
    }

    fn judged(&self, answer: Answer) -> Result<Answer, DestinationError> {
        let is_one = |name: &str| NEVER_REPLACE.iter().any(|own| name.starts_with(own));
        let keeps = answer.header("server").is_some_and(is_one);
        // Each answer says it: another server behind the same address is noticed at once.
        self.never_replaces.store(keeps, Ordering::Relaxed);
        match common(&answer, self.http.host(), self.auth.is_some()) {
            Some(error) => Err(error),
            None => Ok(answer),
        }
    }

    /// Returns what a folder (`depth` 1) or a file (`depth` 0) holds; `None` if it is not there.
    fn look(&self, path: &str, depth: u8) -> Result<Option<Vec<Entry>>, DestinationError> {
        let answer = self.ask("PROPFIND", path, &|request| {
            Ok(request
                .header("Depth", depth.to_string())
                .header("Content-Type", "application/xml; charset=utf-8")
                .body(QUESTION))
        })?;
        match answer.status.as_u16() {
            207 => read(&answer.body)
                .map(Some)
                .map_err(|why| DestinationError::Strange { why }),
            404 | 409 => Ok(None),
            403 => Err(self.no_right("look at its folders", &answer)),
            _ => Err(DestinationError::Strange {
                why: format!("no WebDAV server seems to be there ({})", answer.words()),
            }),
        }
    }

    fn no_right(&self, doing: &'static str, answer: &Answer) -> DestinationError {
        DestinationError::NoRight {
            host: self.http.host().to_owned(),
            doing,
            why: answer.words(),
        }
    }

    fn have_folder(&self, folder: &str) -> Result<(), DestinationError> {
        let known = || self.folders.lock().unwrap_or_else(PoisonError::into_inner);
        if known().contains(folder) {
            return Ok(());
        }
        let _making = self.making.lock().unwrap_or_else(PoisonError::into_inner);
        self.make_folder(folder)
    }

    /// Makes a folder, and those above it that are not there: servers make no parents.
    fn make_folder(&self, folder: &str) -> Result<(), DestinationError> {
        let known = || self.folders.lock().unwrap_or_else(PoisonError::into_inner);
        if folder.is_empty() || known().contains(folder) {
            return Ok(());
        }
        let make = || self.ask("MKCOL", &format!("{folder}/"), &Ok);
        let mut answer = make()?;
        if matches!(answer.status.as_u16(), 404 | 409) {
            let above = folder.rsplit_once('/').map_or("", |(above, _)| above);
            if above.is_empty() {
                return Err(self.no_place(&answer));
            }
            self.make_folder(above)?;
            answer = make()?;
        }
        match answer.status.as_u16() {
            // 405: it is there. Some say 201 again.
            200 | 201 | 204 | 405 => {}
            403 => return Err(self.no_right("make folders", &answer)),
            _ => return Err(self.no_place(&answer)),
        }
        known().insert(folder.to_owned());
        Ok(())
    }

    fn no_place(&self, answer: &Answer) -> DestinationError {
        DestinationError::NoPlace {
            what: self.base.path().to_owned(),
            why: answer.words(),
        }
    }

    /// Returns the error of an answer to a file's GET.
    fn unread(&self, path: &str, answer: &Answer) -> DestinationError {
        match answer.status.as_u16() {
            404 | 410 => DestinationError::Gone {
                path: path.to_owned(),
            },
            403 => self.no_right("read files", answer),
            _ => DestinationError::Strange {
                why: answer.words(),
            },
        }
    }

    /// Returns the error of an answer to a file's PUT or MOVE.
    fn refused(&self, path: &str, doing: &'static str, answer: &Answer) -> DestinationError {
        let path = path.to_owned();
        match answer.status.as_u16() {
            // Where nothing could ever be written, it is not this file's name.
            403 if !self.has_written.load(Ordering::Relaxed) => self.no_right(doing, answer),
            404 | 409 => {
                // The folder went away: made again at the next try.
                self.folders
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .clear();
                DestinationError::Broken {
                    why: answer.words(),
                }
            }
            412 => DestinationError::Exists { path },
            413 => DestinationError::TooLarge {
                path,
                why: answer.words(),
            },
            _ => DestinationError::Refused {
                path,
                why: answer.words(),
            },
        }
    }

    fn found(&self, path: &str) -> Result<Option<Found>, DestinationError> {
        let entries = self.look(&self.below(path), 0)?;
        Ok(entries
            .and_then(|all| all.into_iter().next())
            .map(|entry| there(&entry, path)))
    }

    /// Returns whether what lies there has the bytes of a parcel.
    fn is_ours(&self, there: &Found, parcel: &Parcel) -> Result<bool, DestinationError> {
        if there
            .size_bytes
            .is_some_and(|size| size != parcel.size_bytes)
        {
            return Ok(false);
        }
        let hash = self.http.patiently(&parcel.path, || hash(self, there))?;
        Ok(hash == parcel.sha256)
    }

    /// Finds a parcel that an earlier push sent and that the host calls otherwise.
    fn renamed(&self, parcel: &Parcel) -> Result<Option<Found>, DestinationError> {
        for stray in self.strays.alike(parcel) {
            let is_it = match self.is_ours(&stray, parcel) {
                // Another worker gave it its name meanwhile: it is that worker's file, of the same size by chance.
                Err(DestinationError::Gone { .. }) => false,
                other => other?,
            };
            if is_it {
                self.strays.settle(&stray.id);
                // It came there by us: what is refused from here on is this name, and not everything.
                self.has_written.store(true, Ordering::Relaxed);
                return Ok(Some(stray));
            }
        }
        Ok(None)
    }

    fn move_to(&self, from: &str, path: &str, over: bool) -> Result<Answer, DestinationError> {
        let target = self.url(&self.below(path));
        let overwrite = if over { "T" } else { "F" };
        self.ask("MOVE", &self.below(from), &|request| {
            Ok(request
                .header("Destination", target.as_str())
                .header("Overwrite", overwrite))
        })
    }
}

fn there(entry: &Entry, path: &str) -> Found {
    Found {
        id: path.to_owned(),
        size_bytes: match entry.is_folder {
            // A folder has the name: never ours.
            true => Some(u64::MAX),
            false => entry.size_bytes,
        },
        tag: entry.tag.clone(),
    }
}

impl Destination for WebDav {
    fn recall(&self, rows: &mut dyn Iterator<Item = &PushedRow>) {
        self.strays.recall(rows);
    }

    fn describe(&self) -> Result<Abilities, DestinationError> {
        let root = format!("{}/", self.root);
        let entries = self.http.patiently(&root, || self.look(&root, 0))?;
        let entry = entries.and_then(|all| all.into_iter().next());
        if let Some(entry) = &entry
            && !entry.is_folder
        {
            return Err(DestinationError::NoPlace {
                what: self.base.path().to_owned(),
                why: "it is a file and not a folder".to_owned(),
            });
        }
        let chunked = Chunked::probe(self)?;
        let notes = open_note(&self.base).into_iter().collect();
        *self.chunked.lock().unwrap_or_else(PoisonError::into_inner) = chunked;
        Ok(Abilities {
            staged: true,
            marks_late: true,
            free_bytes: entry.and_then(|entry| entry.free_bytes),
            notes,
            ..Abilities::default()
        })
    }

    fn find(&self, wanted: &[&Parcel]) -> Result<Vec<Option<Found>>, DestinationError> {
        let folders = folders_of(wanted);
        let mut there_now: HashMap<String, Found> = HashMap::new();
        for folder in folders {
            let path = format!("{}/", self.below(folder));
            let Some(entries) = self.http.patiently(&path, || self.look(&path, 1))? else {
                continue;
            };
            self.folders
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .insert(self.below(folder));
            for entry in entries {
                let Some(path) = entry.path.strip_prefix(&format!("{}/", self.root)) else {
                    continue;
                };
                there_now.insert(path.to_owned(), there(&entry, path));
            }
        }
        self.strays.note(&there_now, wanted);
        let look = |parcel: &&Parcel| {
            there_now
                .get(&parcel.path.nfc().collect::<String>())
                .cloned()
        };
        Ok(wanted.iter().map(look).collect())
    }

    fn list(&self, below: &str, each: &mut dyn FnMut(&str)) -> Result<(), DestinationError> {
        let below = below.trim_end_matches('/');
        let own = self.below(below);
        let path = format!("{own}/");
        let Some(entries) = self.http.patiently(&path, || self.look(&path, 1))? else {
            return Ok(());
        };
        for entry in entries.iter().filter(|entry| entry.path != own) {
            let Some(path) = entry.path.strip_prefix(&format!("{}/", self.root)) else {
                continue;
            };
            match entry.is_folder {
                true => self.list(path, each)?,
                false => each(path),
            }
        }
        Ok(())
    }

    fn put(
        &self,
        parcel: &Parcel,
        payload: &Payload,
        over: Option<&Found>,
        sending: &Sending,
    ) -> Result<Found, DestinationError> {
        if over.is_none()
            && let Some(placed) = self.renamed(parcel)?
        {
            return Ok(placed);
        }
        let folder = folder_of(&parcel.path);
        self.have_folder(&self.below(folder))?;
        let chunked = self
            .chunked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        if let Some(chunked) = chunked.as_ref().filter(|chunked| chunked.is_nextcloud) {
            return self.put_straight(parcel, payload, over, (chunked, sending));
        }
        // The same name in every run of this machine: what a killed one left is written over, and nothing piles up.
        let name = format!(".albumen-{}-{}.tmp", self.machine, parcel.sha256.short(24));
        let id = match folder {
            "" => name,
            folder => format!("{folder}/{name}"),
        };
        let placed = Found {
            id,
            size_bytes: Some(payload.size_bytes),
            tag: None,
        };
        if let Some(chunked) = chunked.as_ref().filter(|chunked| chunked.suits(payload)) {
            let answer = chunked.put(self, (&placed.id, true), payload, sending)?;
            if !answer.status.is_success() {
                return Err(self.refused(&parcel.path, "upload in parts", &answer));
            }
            self.has_written.store(true, Ordering::Relaxed);
            return Ok(placed);
        }
        let answer = self.ask("PUT", &self.below(&placed.id), &|request| {
            let mut request = request.header("Content-Type", parcel.mime());
            if let Some(modified) = payload.modified {
                request = request.header("X-OC-Mtime", modified.as_second().to_string());
            }
            if chunked.is_some() {
                request = request.header("OC-Checksum", checksum(payload));
            }
            self.http
                .with_body(request, payload, (0, payload.size_bytes), &sending.meter)
        })?;
        if !answer.status.is_success() {
            return Err(self.refused(&parcel.path, "write files", &answer));
        }
        self.has_written.store(true, Ordering::Relaxed);
        Ok(placed)
    }

    fn read(&self, file: &Found, to: &mut dyn Write) -> Result<(), DestinationError> {
        let path = self.below(&file.id);
        let url = self.url(&path);
        let answer = self.insisting(|| self.http.download(self.request("GET", &url), to))?;
        match answer.status.as_u16() {
            200 => Ok(()),
            _ => Err(self.unread(&file.id, &answer)),
        }
    }

    fn keep(
        &self,
        parcel: &Parcel,
        placed: Found,
        over: Option<&Found>,
    ) -> Result<Found, DestinationError> {
        if placed.id == parcel.path {
            return Ok(placed);
        }
        let exists = || DestinationError::Exists {
            path: parcel.path.clone(),
        };
        let patiently = |work: &dyn Fn() -> Result<Option<Found>, DestinationError>| {
            self.http.patiently(&parcel.path, work)
        };
        // What is there may be ours: of a try whose answer got lost.
        let is_ours = || match patiently(&|| self.found(&parcel.path))? {
            Some(there) => self.is_ours(&there, parcel).map(Some),
            None => Ok(None),
        };
        // Some servers replace whatever they are told: look first, where it is not known that they do not.
        let mut over = over.is_some();
        let looks = !over && !self.never_replaces.load(Ordering::Relaxed);
        if looks && let Some(ours) = is_ours()? {
            over = ours;
            if !ours {
                return Err(exists());
            }
        }
        let mut answer = self.move_to(&placed.id, &parcel.path, over)?;
        if !over && matches!(answer.status.as_u16(), 400 | 412) {
            match is_ours()? {
                Some(true) => answer = self.move_to(&placed.id, &parcel.path, true)?,
                Some(false) => return Err(exists()),
                None => {}
            }
        }
        match answer.status.as_u16() {
            200 | 201 | 204 | 207 => {}
            // A first try may have moved it and its answer got lost: the file itself says so.
            404 if is_ours()? == Some(true) => {}
            _ => return Err(self.refused(&parcel.path, "rename files", &answer)),
        }
        // Whether it is there, how large, and its mark: asked for later, for the whole folder at once.
        Ok(Found {
            id: parcel.path.clone(),
            ..placed
        })
    }

    fn notes(&self) -> Vec<String> {
        self.notes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn last_step(&self) -> Option<&'static str> {
        let waits = self.indexing.is_some() && self.has_written.load(Ordering::Relaxed);
        waits.then_some("PhotoPrism is indexing")
    }

    fn finish(&self) -> Result<(), DestinationError> {
        if let Some(indexing) = &self.indexing
            && self.has_written.load(Ordering::Relaxed)
        {
            let said = indexing.ask(self);
            self.notes
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(said);
        }
        Ok(())
    }
}
