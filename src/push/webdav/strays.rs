//! Files that an earlier push sent and then did not find under their name: some hosts give names of their own.
//!
//! One of them is given its name, and not sent a second time. Only bytes the journal says were sent and lost are looked for, so
//! that nobody else's file is ever renamed.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, OnceLock, PoisonError};

use unicode_normalization::UnicodeNormalization;

use super::Found;
use crate::parcel::Parcel;
use crate::paths::folder_of;
use catalog::PushedRow;
use model::content_hash::ContentHash;

/// What was lost, and where it may be.
#[derive(Default)]
pub(crate) struct Strays {
    lost: OnceLock<HashSet<ContentHash>>,
    found: OnceLock<Mutex<Vec<Found>>>,
}

impl Strays {
    /// Hears from the journal what was sent and never found.
    pub(crate) fn recall(&self, rows: &mut dyn Iterator<Item = &PushedRow>) {
        // Without the host's mark it was not seen under its name.
        let lost = rows.filter(|row| row.tag.is_none());
        // A destination is asked once; a second answer would be the same.
        let _ = self.lost.set(lost.map(|row| row.sent_hash).collect());
    }

    /// Remembers the files among `there` that none of the wanted ones is. The first look counts: it asks for everything.
    pub(crate) fn note(&self, there: &HashMap<String, Found>, wanted: &[&Parcel]) {
        if self.lost.get().is_none_or(HashSet::is_empty) {
            return;
        }
        self.found.get_or_init(|| {
            let name = |parcel: &&Parcel| parcel.path.nfc().collect::<String>();
            let claimed: HashSet<String> = wanted.iter().map(name).collect();
            let strays = there.values().filter(|file| !claimed.contains(&file.id));
            Mutex::new(strays.cloned().collect())
        });
    }

    /// Returns the files in a parcel's folder that may be the parcel: to be read before that is believed.
    pub(crate) fn alike(&self, parcel: &Parcel) -> Vec<Found> {
        let is_lost = |lost: &HashSet<ContentHash>| lost.contains(&parcel.sha256);
        let (true, Some(found)) = (self.lost.get().is_some_and(is_lost), self.found.get()) else {
            return Vec::new();
        };
        let found = found.lock().unwrap_or_else(PoisonError::into_inner);
        let alike = found.iter().filter(|file| {
            file.size_bytes == Some(parcel.size_bytes)
                && folder_of(&file.id) == folder_of(&parcel.path)
        });
        alike.cloned().collect()
    }

    /// Strikes off a file that has its name again.
    pub(crate) fn settle(&self, id: &str) {
        if let Some(found) = self.found.get() {
            let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
            found.retain(|file| file.id != id);
        }
    }
}
