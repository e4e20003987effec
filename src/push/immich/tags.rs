//! Tags at Immich: made where they are not there, and looked for with few requests. A search shows no tags, but finds the assets that
//! have one; its id is learned from any asset that has it, so that the key needs no right to list tags.

use std::collections::{HashMap, HashSet};

use reqwest::Method;
use serde_json::json;

use super::Immich;
use super::api::{id_of, strange};
use super::facts::Facts;
use crate::error::DestinationError;

/// Assets from which on a search for their tag is cheaper than looking at each.
const MANY: usize = 3;

impl Immich {
    /// Returns the ids of tags, which are made where they are not there.
    pub(super) fn tag_ids(&self, values: &[String]) -> Result<Vec<String>, DestinationError> {
        let known = self.lock().tags.clone();
        let new: Vec<&String> = values
            .iter()
            .filter(|value| !known.contains_key(*value))
            .collect();
        if !new.is_empty() {
            let made = self
                .api
                .send(Method::PUT, "/tags", &json!({ "tags": new }), "make tags")?;
            let made = made.as_array().filter(|made| made.len() == new.len());
            // They come in the order they were asked for.
            let made = made.ok_or_else(|| strange("new tags"))?;
            for (value, tag) in new.into_iter().zip(made) {
                let id = id_of(tag, "new tags")?;
                self.lock().tags.insert(value.clone(), id);
            }
        }
        let state = self.lock();
        let id = |value| state.tags.get(value).cloned();
        Ok(values.iter().filter_map(id).collect())
    }

    /// Returns which tags are at these assets, as far as they were asked for.
    pub(super) fn tags_there(
        &self,
        wanted: &[(String, Vec<String>)],
    ) -> Result<HashMap<String, HashSet<String>>, DestinationError> {
        let mut uses: HashMap<&str, usize> = HashMap::new();
        for tag in wanted.iter().flat_map(|(_, tags)| tags) {
            *uses.entry(tag).or_default() += 1;
        }
        // A search for a tag finds those below it, too.
        let is_above = |tag: &str| {
            let begin = format!("{tag}/");
            uses.keys().any(|other| other.starts_with(&begin))
        };
        let mut members: HashMap<String, HashSet<String>> = HashMap::new();
        let mut there = HashMap::with_capacity(wanted.len());
        for (id, tags) in wanted {
            let has = |tag: &&String| members.get(*tag).map(|members| members.contains(id));
            if let Some(known) = tags.iter().map(|tag| has(&tag)).collect::<Option<Vec<_>>>() {
                let found = tags.iter().zip(known).filter(|(_, is_there)| *is_there);
                there.insert(id.clone(), found.map(|(tag, _)| tag.clone()).collect());
                continue;
            }
            let asset = match self.api.http.patiently(id, || self.asset(id)) {
                Ok(asset) => asset,
                Err(DestinationError::Gone { .. }) => continue,
                Err(error) => return Err(error),
            };
            for tag in asset["tags"].as_array().into_iter().flatten() {
                let value = tag["value"].as_str().unwrap_or_default();
                let is_many = uses.get(value).is_some_and(|uses| *uses >= MANY);
                if is_many && !members.contains_key(value) && !is_above(value) {
                    let found = self.tagged_with(&id_of(tag, "tags of an asset")?)?;
                    members.insert(value.to_owned(), found);
                }
            }
            let shown = Facts::there(&asset).tags.into_iter().collect();
            there.insert(id.clone(), shown);
        }
        Ok(there)
    }

    fn tagged_with(&self, tag: &str) -> Result<HashSet<String>, DestinationError> {
        let mut members = HashSet::new();
        self.api
            .each_asset(&json!({ "tagIds": [tag] }), &mut |asset| {
                members.extend(asset["id"].as_str().map(str::to_owned));
            })?;
        Ok(members)
    }
}
