//! Waits for what Immich does in the background: it reads an asset's metadata some seconds after the upload, and reads its own sidecar
//! again after a change. Facts that are compared before that mean nothing.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::Immich;
use super::facts::Facts;
use super::waiting::Waiting;
use crate::Found;
use crate::error::DestinationError;

/// Up to that many assets are looked at one by one, more by going through the list.
const FEW: usize = 3;
/// Assets sent at the same time may be numbered in another order.
const SAME_TIME: SignedDuration = SignedDuration::from_secs(60);

impl Immich {
    /// Says of which assets the server has done its work. Looks at one of them before it goes through all.
    pub(super) fn settled_now(
        &self,
        files: &[&Found],
        waited: Duration,
    ) -> Result<Vec<bool>, DestinationError> {
        let waiting: Vec<&str> = {
            let state = self.lock();
            let ids = files.iter().map(|found| found.id.as_str());
            ids.filter(|id| state.waiting.contains_key(*id)).collect()
        };
        let one = waiting.get(waited.as_millis() as usize % waiting.len().max(1));
        let may_go_on =
            one.is_some_and(|id| waiting.len() <= FEW || self.look_at(id, waited).is_ok());
        if may_go_on && waiting.len() <= FEW {
            for id in &waiting {
                self.look_at(id, waited).or_else(unfinished)?;
            }
        } else if may_go_on {
            self.look_at_all(&waiting, waited)?;
        }
        self.look_for_tags(files)?;
        let state = self.lock();
        Ok(files
            .iter()
            .map(|found| !state.waiting.contains_key(&found.id))
            .collect())
    }

    /// Looks for the tags of what the list has shown, once for all of it.
    fn look_for_tags(&self, files: &[&Found]) -> Result<(), DestinationError> {
        let tagged: Vec<(String, Vec<String>)> = {
            let mut state = self.lock();
            let is_waiting = |found: &&Found| state.waiting.contains_key(&found.id);
            if files.iter().any(is_waiting) {
                return Ok(());
            }
            std::mem::take(&mut state.listed).into_iter().collect()
        };
        let mut tags = self.tags_there(&tagged)?;
        let mut state = self.lock();
        for (id, _) in tagged {
            if let (Some(facts), Some(tags)) = (state.read.get_mut(&id), tags.remove(&id)) {
                facts.tags = tags.into_iter().collect();
            }
        }
        Ok(())
    }

    /// Looks at an asset. Fails with [`DestinationError::Unfinished`] if the server is not done with it.
    fn look_at(&self, id: &str, waited: Duration) -> Result<(), DestinationError> {
        let asset = match self.asset(id) {
            Err(DestinationError::Gone { .. }) => {
                self.lock().waiting.remove(id);
                return Ok(());
            }
            other => other?,
        };
        let mut state = self.lock();
        let is_over = state
            .waiting
            .get(id)
            .is_none_or(|waiting| waiting.is_over(&asset, waited));
        if !is_over {
            return Err(DestinationError::Unfinished {
                path: id.to_owned(),
            });
        }
        state.waiting.remove(id);
        state.read.insert(id.to_owned(), Facts::there(&asset));
        Ok(())
    }

    /// Goes through the list of assets for those the server is done with.
    fn look_at_all(&self, waiting: &[&str], waited: Duration) -> Result<(), DestinationError> {
        let search = self.search(waiting)?;
        self.api.each_asset(&search, &mut |asset| {
            let Some(id) = asset["id"].as_str() else {
                return;
            };
            let mut state = self.lock();
            let is_over = |waiting: &Waiting| waiting.is_over(asset, waited);
            if !state.waiting.get(id).is_some_and(is_over) {
                return;
            }
            state.waiting.remove(id);
            // Of others the tags that are wanted are not known here: they are looked at one by one.
            let Some(note) = state.noted.get(id) else {
                return;
            };
            let tags = note.facts.tags.clone();
            if !tags.is_empty() {
                state.listed.insert(id.to_owned(), tags);
            }
            state.read.insert(id.to_owned(), Facts::there(asset));
        })
    }

    /// Returns a search that finds these assets, and no older ones if all of them were sent in this run.
    fn search(&self, waiting: &[&str]) -> Result<Value, DestinationError> {
        let first = {
            let state = self.lock();
            let is_new = |id: &&str| state.sent.contains(*id);
            let first = state.first_sent.clone();
            first.filter(|_| waiting.iter().all(is_new))
        };
        let mut search = json!({ "withExif": true });
        if let Some(first) = first {
            let asset = self.asset(&first);
            let created = asset.ok().and_then(|asset| {
                let text = asset["createdAt"].as_str()?;
                text.parse::<Timestamp>().ok()
            });
            if let Some(created) = created {
                search["createdAfter"] = json!((created - SAME_TIME).to_string());
            }
        }
        Ok(search)
    }
}

fn unfinished(error: DestinationError) -> Result<(), DestinationError> {
    match error {
        DestinationError::Unfinished { .. } => Ok(()),
        error => Err(error),
    }
}
