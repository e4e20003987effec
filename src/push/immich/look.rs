//! Asks Immich what it has: files by their checksums, facts by going through the owner's list.

use std::collections::{HashMap, HashSet};

use reqwest::Method;
use serde_json::{Value, json};

use super::api::{id_of, strange};
use super::facts::{Facts, Note};
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

    /// Returns the marks of these assets' facts.
    pub(super) fn marks(
        &self,
        ids: &HashSet<String>,
    ) -> Result<HashMap<String, String>, DestinationError> {
        let mut marks = HashMap::with_capacity(ids.len());
        let mut take = |asset: &Value| {
            if let Some(id) = asset["id"].as_str().filter(|id| ids.contains(*id)) {
                marks.insert(id.to_owned(), Facts::there(asset).mark());
            }
        };
        if ids.len() > FEW {
            self.api
                .each_asset(&json!({ "withExif": true }), &mut take)?;
            return Ok(marks);
        }
        for id in ids {
            match self.api.http.patiently(id, || self.asset(id)) {
                Ok(asset) => take(&asset),
                Err(DestinationError::Gone { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(marks)
    }
}
