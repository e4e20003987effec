//! Compares library, catalog and hashes. Reads everything, changes nothing but its own place in the catalog.

pub mod certify;
mod check;
mod finding;
mod known;
mod lists;
mod original;
mod read;
mod reading;
mod run;
mod sidecar;
mod unfinished;

pub use finding::{Finding, FindingKind, VerifyReport};
pub use run::{VerifyError, verify};

use std::num::NonZeroUsize;
use std::time::Duration;

/// How much to read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Extent {
    /// Every byte.
    All,
    /// Sizes and times; bytes only where those differ.
    Quick,
    /// A share of the files, from 0 to 1; the others are looked at as with `Quick`.
    Sample {
        /// How many.
        share: f64,
        /// Another number chooses other files.
        seed: u64,
    },
}

/// What to verify and how.
#[derive(Debug, Clone, Copy)]
pub struct VerifyOptions {
    /// How much to read.
    pub extent: Extent,
    /// Stop reading after this time, and go on there the next time.
    pub max_time: Option<Duration>,
    /// Worker threads; one a core, and at least two, if `None`.
    pub threads: Option<NonZeroUsize>,
}

impl Default for VerifyOptions {
    fn default() -> Self {
        Self {
            extent: Extent::All,
            max_time: None,
            threads: None,
        }
    }
}
