//! The user's word on how many parts an archive has. The journal keeps it as a run of its own kind, and the certificate prints it as
//! what it is.

use serde::{Deserialize, Serialize};

/// Kind of the run that keeps a word.
pub const KIND: &str = "parts";

/// How many parts an archive has, as the service's download page listed them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartsWord {
    /// Provider of the archive.
    pub provider: String,
    /// Its account, if known.
    pub account: Option<String>,
    /// How many parts there are.
    pub parts: u32,
    /// The pieces that were known of it then, by all [`marks`](super::import_note::PieceNote::marks) of each.
    pub pieces: Vec<String>,
}
