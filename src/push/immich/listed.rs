//! What albumen's own notes at Immich's assets say was put there: each file, and the facts that were set.

use std::collections::BTreeMap;

use serde_json::json;

use super::Immich;
use super::api::id_of;
use super::compare::Before;
use super::facts::{Facts, Note};
use crate::error::DestinationError;
use crate::parcel::Parcel;
use crate::{Found, ListedThere, Seen};

/// Mark of what stands for an asset's facts in a list.
pub(super) const FACTS: &str = "facts";

impl Immich {
    /// Returns what the notes name. Hidden assets (videos of live photos) are among what a search finds; a server that leaves them
    /// out is asked for them.
    pub(super) fn listed_there(&self) -> Result<Vec<ListedThere>, DestinationError> {
        let mut sizes: BTreeMap<String, Option<u64>> = BTreeMap::new();
        for visibility in [None, Some("hidden")] {
            let mut search = json!({ "withExif": true });
            if let Some(visibility) = visibility {
                search["visibility"] = json!(visibility);
            }
            self.api.each_asset(&search, &mut |asset| {
                let size = asset["exifInfo"]["fileSizeInByte"].as_u64();
                sizes.extend(id_of(asset, "a search").map(|id| (id, size)));
            })?;
        }
        let mut listed = Vec::new();
        for (id, size_bytes) in sizes {
            if let Some(note) = self.api.http.patiently(&id, || self.note(&id))? {
                listed.extend(of_note(&note, &id, size_bytes));
                self.lock().noted.insert(id, note);
            }
        }
        Ok(listed)
    }

    /// Compares an asset with the facts that its note says were set.
    pub(super) fn look_at_noted(
        &self,
        parcel: &Parcel,
        found: &Found,
    ) -> Result<Seen, DestinationError> {
        let there = Facts::there(&self.asset(&found.id)?);
        let noted = self.lock().noted.get(&found.id).cloned();
        let facts = noted.unwrap_or_default().facts;
        let before = Before {
            facts: &facts,
            is_fresh: false,
        };
        let is_same = facts.decide(&there, before).is_same();
        Ok(Seen {
            hash: if is_same { parcel.sha256 } else { there.hash() },
            untouched: is_same,
        })
    }
}

fn of_note(note: &Note, id: &str, size_bytes: Option<u64>) -> Vec<ListedThere> {
    let mut listed = Vec::new();
    let found = |size_bytes, tag: Option<&str>| Found {
        id: id.to_owned(),
        size_bytes,
        tag: tag.map(str::to_owned),
    };
    let Ok(sha256) = note.sha256.parse() else {
        return listed;
    };
    listed.push(ListedThere {
        path: note.path.clone(),
        sha256,
        found: found(size_bytes, None),
    });
    if note.sidecar.is_some() {
        listed.push(ListedThere {
            path: format!("{}.xmp", note.path),
            sha256: note.facts.hash(),
            found: found(Some(0), Some(FACTS)),
        });
    }
    listed
}
