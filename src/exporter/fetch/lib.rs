//! Downloads the parts of an archive, as far as a browser would get them, and checks that each is whole. What was fetched once
//! is never fetched again: each part has a note beside it, which holds no secret.

mod attempt;
mod checksum;
mod curl;
mod error;
#[doc(hidden)]
pub mod fuzzed;
mod head;
mod link;
mod list;
mod memories;
mod name;
mod note;
mod part;
mod partial;
mod quoting;
mod run;
mod send;
mod shared;
mod tools;

use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;

use monitor::Monitor;
use net::policy::Policy;

pub use error::FetchError;
pub use link::{Link, LinkError};
pub use list::{ListError, links, with_shared_headers};
pub use memories::{
    MemoriesError, MemoriesReport, MemoryLinks, MemoryOutcome, MemoryReport, fetch_memories,
    memory_links,
};
pub use run::fetch;

/// How to fetch.
#[derive(Debug, Clone)]
pub struct FetchOptions {
    /// Folder the parts are put into; made if it is not there.
    pub folder: PathBuf,
    /// Parts fetched at the same time.
    pub at_once: usize,
    /// When to try again.
    pub policy: Policy,
    /// Certificates that are trusted beside the system's.
    pub ca_file: Option<PathBuf>,
}

/// What a fetch needs from outside.
pub struct FetchConditions<'a> {
    /// Tells the time.
    pub clock: &'a (dyn Fn() -> Timestamp + Sync),
    /// Waits; returns `false` if the user wants to stop.
    pub pause: &'a (dyn Fn(Duration) -> bool + Sync),
    /// Is told how far it is.
    pub monitor: &'a dyn Monitor,
}

/// What became of one part.
#[derive(Debug)]
pub enum PartOutcome {
    /// Fetched from its first byte.
    Fetched,
    /// Gone on with where an earlier run had stopped.
    Resumed,
    /// Fetched by an earlier run, and not asked for again.
    Present,
    /// Not fetched, or not whole.
    Failed(FetchError),
    /// The user stopped before its end; the next run goes on there.
    Stopped,
}

/// One part of a report.
#[derive(Debug)]
pub struct PartReport {
    /// Its address, without what may be secret in it.
    pub address: String,
    /// The file, once it has its final name.
    pub path: Option<PathBuf>,
    /// Its size, if known.
    pub size_bytes: Option<u64>,
    /// Bytes that came over the network in this run.
    pub bytes_fetched: u64,
    /// What became of it.
    pub outcome: PartOutcome,
}

/// What a fetch did.
#[derive(Debug, Default)]
pub struct FetchReport {
    /// Every part asked for, in the order asked.
    pub parts: Vec<PartReport>,
    /// The user stopped it.
    pub interrupted: bool,
    /// How long it took.
    pub seconds: f64,
}

impl FetchReport {
    /// Returns how many parts failed.
    pub fn failed(&self) -> usize {
        let failed = |part: &&PartReport| matches!(part.outcome, PartOutcome::Failed(_));
        self.parts.iter().filter(failed).count()
    }

    /// Returns how many bytes came over the network.
    pub fn bytes_fetched(&self) -> u64 {
        self.parts.iter().map(|part| part.bytes_fetched).sum()
    }
}
