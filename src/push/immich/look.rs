//! Asks Immich what it has: files by their checksums, facts by going through the owner's list.

use std::collections::{HashMap, HashSet};

use reqwest::Method;
use serde_json::{Value, json};

use super::api::{id_of, strange};
use super::facts::{Facts, Note, TagsThere};
use super::upload::{Checksum, checksum_of};
use super::{Immich, Key};
use crate::error::DestinationError;
use crate::parcel::Parcel;

/// Checksums asked about at once.
const CHECKS_AT_ONCE: usize = 1000;
/// Up to that many assets are looked at one by one, more by going through the owner's list.
const FEW: usize = 50;

impl Immich {
    /// Returns what albumen noted at an asset.
    pub(super) fn note(&self, id: &str) -> Result<Option<Note>, DestinationError> {
        let path = format!("/assets/{id}/metadata/{}", Note::KEY);
        match self.api.get(&path, "look at assets") {
            Ok(item) => Ok(serde_json::from_value(item["value"].clone()).ok()),
            Err(DestinationError::Gone { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Returns the checksum of a file: as the journal knows it, or by reading it.
    pub(super) fn checksum(
        &self,
        parcel: &Parcel,
        key: &Key,
    ) -> Result<Checksum, DestinationError> {
        let known = self.lock().known.get(key).cloned();
        match known {
            Some((sha256, checksum)) if sha256 == parcel.sha256 => Ok(checksum),
            _ => checksum_of(parcel),
        }
    }

    /// Asks which checksums are there: asset and whether it is in the trash, for each.
    pub(super) fn check(
        &self,
        checksums: &[&Checksum],
    ) -> Result<Vec<Option<(String, bool)>>, DestinationError> {
        let mut there = Vec::with_capacity(checksums.len());
        for (batch, checksums) in checksums.chunks(CHECKS_AT_ONCE).enumerate() {
            let assets: Vec<Value> = checksums
                .iter()
                .enumerate()
                .map(|(index, checksum)| json!({ "id": index.to_string(), "checksum": checksum }))
                .collect();
            let body = json!({ "assets": assets });
            let answer = self.api.http.patiently(&format!("check {batch}"), || {
                let path = "/assets/bulk-upload-check";
                self.api
                    .send(Method::POST, path, &body, "ask which files are there")
            })?;
            let results = answer["results"].as_array();
            let results = results.ok_or_else(|| strange("a check"))?;
            let by_id: HashMap<&str, &Value> = results
                .iter()
                .filter_map(|result| Some((result["id"].as_str()?, result)))
                .collect();
            for index in 0..checksums.len() {
                let result = by_id.get(index.to_string().as_str());
                let result = result.ok_or_else(|| strange("a check"))?;
                there.push(match result["action"].as_str() {
                    Some("accept") => None,
                    Some("reject") => {
                        let id = json!({ "id": result["assetId"] });
                        Some((id_of(&id, "a check")?, result["isTrashed"] == true))
                    }
                    _ => return Err(strange("a check")),
                });
            }
        }
        Ok(there)
    }

    /// Returns the marks of assets' facts, each asset with the sidecar that says them. What cannot be looked at has none.
    pub(super) fn marks(
        &self,
        sidecars: &[(&Parcel, &str)],
    ) -> Result<HashMap<String, String>, DestinationError> {
        let ids: HashSet<&str> = sidecars.iter().map(|(_, id)| *id).collect();
        let mut facts = HashMap::with_capacity(ids.len());
        let mut take = |asset: &Value| {
            if let Some(id) = asset["id"].as_str().filter(|id| ids.contains(*id)) {
                facts.insert(id.to_owned(), Facts::there(asset));
            }
        };
        if ids.len() > FEW {
            self.api
                .each_asset(&json!({ "withExif": true }), &mut take)?;
        } else {
            for id in &ids {
                match self.api.http.patiently(id, || self.asset(id)) {
                    Ok(asset) => take(&asset),
                    Err(DestinationError::Gone { .. }) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        let mut tagged = Vec::new();
        for (parcel, id) in sidecars {
            let is_compared = facts.contains_key(*id) && self.lock().tagged.contains(*id);
            if is_compared && let Ok(wanted) = self.wanted(parcel) {
                tagged.push(((*id).to_owned(), wanted.tags));
            }
        }
        let tags = self.tags_there(&tagged)?;
        let wanted: HashMap<&String, &Vec<String>> =
            tagged.iter().map(|(id, tags)| (id, tags)).collect();
        let mark = |(id, facts): (String, Facts)| {
            let tags = match (wanted.get(&id), tags.get(&id)) {
                (Some(wanted), Some(there)) if wanted.iter().all(|tag| there.contains(tag)) => {
                    TagsThere::All
                }
                (Some(_), _) => TagsThere::Lacking,
                (None, _) => TagsThere::NotWanted,
            };
            let mark = facts.mark(tags);
            (id, mark)
        };
        Ok(facts.into_iter().map(mark).collect())
    }
}
