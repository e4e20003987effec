//! Inboxes on servers: lists them, and fetches what is new into a folder of the library's own, where it is then looked at like
//! any other. Nothing on a server is changed.

use model::amount::Bytes;
use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use jiff::Timestamp;

use super::error::{StepError, state_failed};
use super::means::{Means, Reached};
use super::report::SyncReport;
use super::state::State;
use config::Inbox;
use disk::private;
use disk::space::free_bytes;
use inbox::Folder;
use inbox::remote::Listed;
use model::content_hash::ContentHash;
use model::shown::shown;
use net::client::with_causes;
use push::error::DestinationError;
use push::remote_folder::{FileThere, RemoteFolder};

/// A copy is made to seem this old at least: that the file is at rest was told by what the server listed.
const SETTLED: Duration = Duration::from_secs(120);

/// Folder of what was fetched from all servers.
pub(super) fn spools(library: &Path) -> PathBuf {
    library.join(".albumen/inbox")
}

/// What was fetched from one server.
#[derive(Debug, Clone)]
pub(super) struct Spool {
    /// Name of the folder on the server.
    pub(super) name: String,
    /// Where it lies here.
    pub(super) path: PathBuf,
}

impl Spool {
    /// Returns the folder to look into; none if nothing was ever fetched.
    pub(super) fn folder(&self) -> Option<Folder> {
        self.path.is_dir().then(|| Folder {
            path: self.path.clone(),
            pattern: None,
        })
    }

    /// Remembers which files were dealt with, before their copies here are forgotten.
    pub(super) fn remember(&self, state: &mut State) {
        let Some(shelf) = state.remote.get_mut(&self.name) else {
            return;
        };
        for name in shelf.names() {
            if state.known.knows(&self.path.join(&name)) {
                shelf.done(&name);
            }
        }
    }
}

/// Fetches from every inbox on a server what is new and at rest. What fails is in the report, and holds nothing up.
pub(super) fn fetch_all(
    inboxes: &[Inbox],
    library: &Path,
    means: &dyn Means,
    state: &mut State,
    report: &mut SyncReport,
) -> Vec<Spool> {
    let mut found: Vec<Spool> = Vec::new();
    for inbox in inboxes {
        let Some(address) = &inbox.address else {
            continue;
        };
        let mut fetching = Fetching {
            inbox,
            library,
            means,
            report,
        };
        match fetching.fetch(address, state) {
            Ok(spool) => found.push(spool),
            Err(error) => report.errors.push(with_causes(&error)),
        }
    }
    found
}

struct Fetching<'a> {
    inbox: &'a Inbox,
    library: &'a Path,
    means: &'a dyn Means,
    report: &'a mut SyncReport,
}

impl Fetching<'_> {
    fn fetch(&mut self, address: &str, state: &mut State) -> Result<Spool, StepError> {
        let reached = self.means.inbox(self.inbox, address);
        let Reached { name, there } = reached.map_err(StepError::Means)?;
        let failed = |source| StepError::Inbox {
            inbox: name.clone(),
            source,
        };
        let files = there.files().map_err(failed)?;
        let spool = Spool {
            path: spools(self.library).join(ContentHash::of(name.as_bytes()).short(12)),
            name: name.clone(),
        };
        let shelf = state.remote.entry(name.clone()).or_default();
        let listed = files.iter().map(listed).collect();
        let now_s = self.means.now().timestamp().as_second();
        let picked = shelf.pick(listed, self.inbox.pattern.as_deref(), &state.known, now_s);
        for (file, why) in picked.left {
            let what = (format!("{name}/{file}"), why.to_string());
            self.report.left.push(what);
        }
        tidy(&spool.path, &files);
        let wanted = files
            .iter()
            .filter(|file| picked.fetch.iter().any(|wanted| wanted.name == file.name));
        for file in wanted {
            self.one(there.as_ref(), file, &spool)?;
            if self.report.interrupted {
                break;
            }
        }
        Ok(spool)
    }

    /// Fetches one file, unless it was fetched before and waits here.
    fn one(
        &mut self,
        there: &dyn RemoteFolder,
        file: &FileThere,
        spool: &Spool,
    ) -> Result<(), StepError> {
        let disk = state_failed(self.library);
        let disk = |source| StepError::from(disk(source));
        private::make_folder(&spool.path).map_err(disk)?;
        let whole = spool.path.join(&file.name);
        let mark = spool.path.join(mark_of(file));
        let is_of_it = |text: String| text == state_of(file);
        if whole.is_file() && fs::read_to_string(&mark).is_ok_and(is_of_it) {
            return Ok(());
        }
        let part = spool.path.join(part_of(file));
        let mut to =
            private::open(&part, OpenOptions::new().create(true).truncate(false)).map_err(disk)?;
        match to.try_lock() {
            Ok(()) | Err(TryLockError::Error(_)) => {}
            Err(TryLockError::WouldBlock) => return Ok(()),
        }
        let what = format!("{}/{}", spool.name, file.name);
        if let Some(why) = no_room(file, &to, &spool.path) {
            self.report.needs.push(format!("{}: {why}", shown(&what)));
            return Ok(());
        }
        match there.fetch(file, &mut to, &|_| !self.means.is_stopped()) {
            Ok(()) => {}
            Err(DestinationError::Stopped) => {
                self.report.interrupted = true;
                return Ok(());
            }
            Err(source) => {
                return Err(StepError::Inbox {
                    inbox: what,
                    source,
                });
            }
        }
        self.settle(file, &to, (&part, &whole, &mark))
            .map_err(disk)?;
        self.report.fetched.push(what);
        Ok(())
    }

    /// Gives a whole file its name. Its time is that on the server: by it a zip that is cut off is told to grow no more.
    fn settle(
        &self,
        file: &FileThere,
        to: &File,
        (part, whole, mark): (&Path, &Path, &Path),
    ) -> std::io::Result<()> {
        let settled = SystemTime::from(self.means.now().timestamp()) - SETTLED;
        let modified = file.modified.map_or(settled, SystemTime::from);
        to.set_modified(modified.min(settled))?;
        disk::durable::sync(to)?;
        // The mark first: a file without one is fetched again, one with an older mark is not what it says.
        let _ = fs::remove_file(whole);
        private::replace(mark, state_of(file).as_bytes())?;
        fs::rename(part, whole)
    }
}

/// Removes what was begun of files that have changed on the server since, or are gone there.
fn tidy(spool: &Path, files: &[FileThere]) {
    let Ok(children) = fs::read_dir(spool) else {
        return;
    };
    let begun: BTreeSet<String> = files
        .iter()
        .flat_map(|file| [part_of(file), mark_of(file)])
        .collect();
    for child in children.flatten() {
        let name = child.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') && !begun.contains(&name) {
            // It costs room, and nothing else.
            let _ = fs::remove_file(child.path());
        }
    }
}

/// Name of what is there of a file that is not whole yet. Of another state of the file nothing is gone on with.
fn part_of(file: &FileThere) -> String {
    format!(".{}-{}", state_of(file), file.name)
}

/// Name of the note that says of which state a whole file is.
fn mark_of(file: &FileThere) -> String {
    format!(".{}.mark", file.name)
}

fn listed(file: &FileThere) -> Listed {
    Listed {
        name: file.name.clone(),
        size_bytes: file.size_bytes,
        tag: file.tag.clone(),
        modified_s: file.modified.map(Timestamp::as_second),
    }
}

/// Returns a short name for the state of a file on a server.
fn state_of(file: &FileThere) -> String {
    let told = format!("{:?} {:?} {:?}", file.size_bytes, file.tag, file.modified);
    ContentHash::of(told.as_bytes()).short(12)
}

fn no_room(file: &FileThere, to: &File, folder: &Path) -> Option<String> {
    let held = to.metadata().map_or(0, |found| found.len());
    let needed = file.size_bytes?.saturating_sub(held);
    let free = free_bytes(folder)?;
    (free < needed).then(|| {
        format!(
            "{} are needed in {} to fetch it, and {} are free",
            Bytes(needed),
            folder.display(),
            Bytes(free)
        )
    })
}
