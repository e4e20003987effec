//! Fetches memories of Snapchat that an archive only links to, into a folder that an import takes like an archive with media:
//! `memories/<day>_<id>-main.jpg`, `…-overlay.png`. What lies there is never asked for again, whatever archive names it.

mod list;
mod place;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;

use super::error::FetchError;
use super::note::Note;
use super::part::fetch_part;
use super::shared::Shared;
use super::tools::Kit;
use super::{FetchConditions, FetchOptions, Link, PartOutcome};
use disk::private;
use monitor::Unit;
use provider::snapchat::names::{Part, memory_name};

pub(crate) use list::WantedMemory;
pub use list::{MemoriesError, MemoryLinks, memory_links};

/// Folder of the memories, as archives have it.
const MEMORIES: &str = "memories";
/// Folder of what is not whole yet; an import passes over it.
const UNFINISHED: &str = ".albumen-unfinished";

/// What became of one memory.
#[derive(Debug)]
pub enum MemoryOutcome {
    /// Fetched, and put into its place.
    Fetched,
    /// Fetched by an earlier run, and not asked for.
    Present,
    /// Its links have run out.
    Expired(FetchError),
    /// Not fetched for another reason; a later run may.
    Failed(FetchError),
    /// The user stopped before its end; the next run goes on there.
    Stopped,
}

/// One memory of a report.
#[derive(Debug)]
pub struct MemoryReport {
    /// Name of its files, without part and ending.
    pub name: String,
    /// When it was taken.
    pub taken: Option<Timestamp>,
    /// Bytes that came over the network in this run.
    pub bytes_fetched: u64,
    /// What became of it.
    pub outcome: MemoryOutcome,
}

/// What fetching memories came to.
#[derive(Debug, Default)]
pub struct MemoriesReport {
    /// Every memory with a link, in the order of the list.
    pub memories: Vec<MemoryReport>,
    /// The user stopped it.
    pub interrupted: bool,
    /// How long it took.
    pub seconds: f64,
}

impl MemoriesReport {
    /// Returns how many memories have this sort of outcome.
    pub fn count(&self, is: impl Fn(&MemoryOutcome) -> bool) -> usize {
        let memories = self.memories.iter();
        memories.filter(|memory| is(&memory.outcome)).count()
    }

    /// Returns how many bytes came over the network.
    pub fn bytes_fetched(&self) -> u64 {
        self.memories.iter().map(|one| one.bytes_fetched).sum()
    }
}

/// Fetches every memory that is not in the folder yet, several at once; before each request of a thread it waits `between`.
///
/// # Errors
/// Fails only if the folders cannot be made; what is wrong with a memory is in its report.
pub fn fetch_memories(
    wanted: &[WantedMemory],
    options: &FetchOptions,
    between: Duration,
    conditions: &FetchConditions<'_>,
) -> Result<MemoriesReport, FetchError> {
    let began = (conditions.clock)();
    let folder = options.folder.join(MEMORIES);
    let unfinished = FetchOptions {
        folder: options.folder.join(UNFINISHED),
        ..options.clone()
    };
    for path in [&folder, &unfinished.folder] {
        private::make_folder(path).map_err(FetchError::disk("make", path))?;
    }
    conditions
        .monitor
        .step("fetching memories", None, Unit::Bytes);
    let shared = Shared::new(&unfinished, conditions);
    let run = Run {
        held: held(&folder)?,
        shared: &shared,
        folder: &folder,
        between,
    };
    let memories = shared.on_threads(wanted, &|number, memory, kit| {
        let (bytes_fetched, outcome) = run.memory(number, memory, kit);
        MemoryReport {
            name: memory.stem.clone(),
            taken: memory.taken,
            bytes_fetched,
            outcome,
        }
    });
    // Gone if nothing is unfinished; a note of a memory that is held would keep it.
    let _ = fs::remove_dir(&unfinished.folder);
    Ok(MemoriesReport {
        interrupted: conditions.monitor.stopped()
            && memories
                .iter()
                .any(|memory| matches!(memory.outcome, MemoryOutcome::Stopped)),
        memories,
        seconds: (conditions.clock)().duration_since(began).as_secs_f64(),
    })
}

/// Returns the names of the memories a folder holds. The memory itself is put there last, so with it all is there.
fn held(folder: &Path) -> Result<BTreeSet<String>, FetchError> {
    let disk = || FetchError::disk("read", folder);
    let mut held = BTreeSet::new();
    for child in fs::read_dir(folder).map_err(disk())? {
        let name: OsString = child.map_err(disk())?.file_name();
        let name = name.to_string_lossy();
        if let Some(name) = memory_name(&name).filter(|name| name.part == Part::Main) {
            held.insert(name.stem.to_ascii_lowercase());
        }
    }
    Ok(held)
}

struct Run<'a> {
    shared: &'a Shared<'a>,
    held: BTreeSet<String>,
    folder: &'a Path,
    between: Duration,
}

impl Run<'_> {
    fn memory(&self, number: usize, memory: &WantedMemory, kit: &Kit) -> (u64, MemoryOutcome) {
        if self.held.contains(&memory.stem.to_ascii_lowercase()) {
            return (0, MemoryOutcome::Present);
        }
        let mut fetched = 0;
        let mut expired = None;
        for link in &memory.links {
            if self.shared.is_stopped() || !(self.shared.conditions.pause)(self.between) {
                return (fetched, MemoryOutcome::Stopped);
            }
            let part = fetch_part(self.shared, number, link, kit);
            fetched += part.bytes_fetched;
            let outcome = match (part.outcome, part.path) {
                (PartOutcome::Stopped, _) => MemoryOutcome::Stopped,
                (PartOutcome::Failed(error), _) if has_run_out(&error) => {
                    expired = Some(error);
                    continue;
                }
                (PartOutcome::Failed(error), _) => MemoryOutcome::Failed(error),
                (_, Some(path)) => self.put(&path, memory, link),
                (_, None) => MemoryOutcome::Stopped,
            };
            return (fetched, outcome);
        }
        let outcome = expired.map_or(MemoryOutcome::Stopped, MemoryOutcome::Expired);
        (fetched, outcome)
    }

    /// Puts what came into its place, and forgets how it came.
    fn put(&self, path: &Path, memory: &WantedMemory, link: &Link) -> MemoryOutcome {
        let unfinished = &self.shared.options.folder;
        match place::put(path, unfinished, self.folder, memory) {
            Ok(()) => {
                if let Some(note) = Note::read(unfinished, &link.key()) {
                    // Only a name that nobody asks for any more.
                    let _ = note.forget(unfinished);
                }
                MemoryOutcome::Fetched
            }
            Err(error) => {
                if error.ends_run() {
                    self.shared.end();
                }
                MemoryOutcome::Failed(error)
            }
        }
    }
}

/// Says whether an answer means that a link is no longer good.
fn has_run_out(error: &FetchError) -> bool {
    matches!(
        error,
        FetchError::Page { .. } | FetchError::Refused { .. } | FetchError::Gone { .. }
    )
}

/// Returns the file of a memory or its overlay in the folder of memories.
fn path_of(folder: &Path, stem: &str, part: Part, ending: &str) -> PathBuf {
    let part = match part {
        Part::Main => "main",
        Part::Overlay => "overlay",
    };
    folder.join(format!("{stem}-{part}{ending}"))
}
