//! What Immich still has to do with an asset, and how that shows.

use std::time::Duration;

use serde_json::Value;

/// How long after a change the server's second reading is waited for, at most. It comes within a minute.
const LONGEST_READING: Duration = Duration::from_secs(60);

/// What the server has to do with an asset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Waiting {
    /// Read its file and sidecar for the first time.
    Reading,
    /// Write its sidecar after a call, and read it again. Its state after the call is given.
    Rewriting(Option<String>),
}

impl Waiting {
    /// Returns whether it has done that; `waited` is how long that has been waited for.
    pub(super) fn is_over(&self, asset: &Value, waited: Duration) -> bool {
        match self {
            Self::Reading => is_read(asset),
            Self::Rewriting(state) => state_of(asset) != *state || waited >= LONGEST_READING,
        }
    }
}

/// Returns whether the server has read the metadata of an asset: it finds a date for each, if only that of the file.
pub(super) fn is_read(asset: &Value) -> bool {
    asset["exifInfo"]["dateTimeOriginal"].is_string()
}

/// Returns what changes with every writing of an asset.
pub(super) fn state_of(asset: &Value) -> Option<String> {
    asset["updatedAt"].as_str().map(str::to_owned)
}
