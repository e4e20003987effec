//! Looks at the pages and JSON files of a tree as they are read: what they mention is held later against what they gave.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use archive::EntryId;
use model::texts::Texts;
use provider::classify::format_of;
use provider::mentions::{is_cut_off, mentions};
use provider::{Node, Provider};

/// What was seen of the pages and JSON files of a tree as they were read.
#[derive(Default)]
pub(crate) struct Watch(Mutex<HashMap<EntryId, Seen>>);

/// What was seen of a file when it was read.
pub(crate) struct Seen {
    /// Paths of media in it.
    pub mentioned: Texts,
    /// Its end is missing.
    pub cut_off: bool,
}

impl Watch {
    /// Notes what a file that was read mentions.
    pub(crate) fn look(&self, provider: &dyn Provider, node: &Node, bytes: &[u8]) {
        let Some(seen) = Seen::of(provider, node, bytes) else {
            return;
        };
        self.all().insert(node.id, seen);
    }

    /// What was seen so far, by entry.
    pub(crate) fn all(&self) -> MutexGuard<'_, HashMap<EntryId, Seen>> {
        // A thread that died while it held the map left entries that are still true.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seen {
    fn of(provider: &dyn Provider, node: &Node, bytes: &[u8]) -> Option<Self> {
        let format = format_of(&node.path)?;
        let is_media = |path: &str| provider.media_kind(path).is_some();
        Some(Self {
            mentioned: mentions(bytes, format, &is_media),
            cut_off: is_cut_off(bytes, format),
        })
    }
}
