//! Albums and stacks at Immich: made once, added to, never emptied or taken apart.

use std::collections::HashSet;

use reqwest::Method;
use serde_json::{Value, json};

use super::Immich;
use super::api::{id_of, strange};
use crate::error::DestinationError;

/// Members added with one request.
const MEMBERS_AT_ONCE: usize = 500;

impl Immich {
    /// Makes an album, or adds to the one that is there. Returns its id.
    pub(super) fn album(
        &self,
        known: Option<&str>,
        title: &str,
        description: Option<&str>,
        members: &[String],
    ) -> Result<String, DestinationError> {
        let doing = "add to albums";
        if let Some(id) = known {
            match self.add(id, title, members, doing) {
                Ok(()) => return Ok(id.to_owned()),
                // Its owner took it away.
                Err(DestinationError::Gone { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        let id = match self.album_named(title)? {
            Some(id) => {
                self.describe_album(&id, title, description)?;
                id
            }
            None => {
                let body =
                    json!({ "albumName": title, "description": description.unwrap_or_default() });
                let made = self
                    .api
                    .send(Method::POST, "/albums", &body, "make albums")?;
                id_of(&made, "a new album")?
            }
        };
        self.add(&id, title, members, doing)?;
        // Not before: a second try must find it by its name.
        self.lock().albums.insert(id.clone());
        Ok(id)
    }

    /// Gives an album that was there before its description, if it has none. That needs a right more than a push does: without it,
    /// the lack is told.
    fn describe_album(
        &self,
        id: &str,
        title: &str,
        description: Option<&str>,
    ) -> Result<(), DestinationError> {
        let Some(description) = description.filter(|text| !text.trim().is_empty()) else {
            return Ok(());
        };
        let path = format!("/albums/{id}");
        let there = self.api.get(&path, "look at albums")?;
        if !there["description"].as_str().unwrap_or_default().is_empty() {
            return Ok(());
        }
        let body = json!({ "description": description });
        match self
            .api
            .send(Method::PATCH, &path, &body, "describe albums")
        {
            Err(DestinationError::NoRight { .. }) => {
                let note = format!(
                    "the album {title} was there before and has no description: to give it one, the key needs album.update"
                );
                self.lock().notes.push(note);
                Ok(())
            }
            other => other.map(drop),
        }
    }

    /// Returns the owner's album of this title which is shared with nobody and is no other album of the library: one made by a
    /// push whose journal is lost, or by hand.
    fn album_named(&self, title: &str) -> Result<Option<String>, DestinationError> {
        let albums = self.api.get("/albums?isOwned=true", "look at albums")?;
        let albums = albums
            .as_array()
            .ok_or_else(|| strange("a list of albums"))?;
        let state = self.lock();
        let is_it = |album: &&Value| {
            let is_free = album["id"]
                .as_str()
                .is_some_and(|id| !state.albums.contains(id));
            let users = album["albumUsers"].as_array().map_or(0, Vec::len);
            album["albumName"] == title && is_free && users <= 1
        };
        let mut found: Vec<&Value> = albums.iter().filter(is_it).collect();
        found.sort_by_key(|album| album["createdAt"].as_str());
        found
            .first()
            .map(|album| id_of(album, "a list of albums"))
            .transpose()
    }

    fn add(
        &self,
        id: &str,
        title: &str,
        members: &[String],
        doing: &'static str,
    ) -> Result<(), DestinationError> {
        for members in members.chunks(MEMBERS_AT_ONCE) {
            let (path, body) = (format!("/albums/{id}/assets"), json!({ "ids": members }));
            let results = self.api.send(Method::PUT, &path, &body, doing)?;
            let results = results.as_array().ok_or_else(|| strange("new members"))?;
            let refused = results
                .iter()
                .find(|result| result["success"] != true && result["error"] != "duplicate");
            if let Some(refused) = refused {
                return Err(DestinationError::Refused {
                    path: format!("album {title}"),
                    why: format!("a member was not taken ({})", refused["error"]),
                });
            }
        }
        let mut there = HashSet::new();
        self.api
            .each_asset(&json!({ "albumIds": [id] }), &mut |asset| {
                there.extend(asset["id"].as_str().map(str::to_owned));
            })?;
        match members.iter().find(|member| !there.contains(*member)) {
            None => Ok(()),
            Some(member) => Err(DestinationError::Refused {
                path: format!("album {title}"),
                why: format!("its member {member} is not in it after it was added"),
            }),
        }
    }

    /// Makes a stack of these assets, the first on top. Returns `None` if some of them are in a stack with others.
    pub(super) fn stack(&self, members: &[String]) -> Result<Option<String>, DestinationError> {
        let doing = "make stacks";
        let mut stacks = Vec::new();
        for member in members {
            let asset = self.asset(member)?;
            let stack = &asset["stack"];
            if let Some(id) = stack["id"].as_str() {
                let count = stack["assetCount"].as_u64().unwrap_or_default();
                stacks.push((id.to_owned(), count, stack["primaryAssetId"].clone()));
            }
        }
        if let Some((id, count, top)) = stacks.first() {
            let same = stacks.iter().all(|(other, ..)| other == id);
            if same && stacks.len() == members.len() && *count == members.len() as u64 {
                return Ok(Some(id.clone()));
            }
            // An earlier state of ours, and nothing else: the server makes one stack of it and the new members.
            let grows = same && *count == stacks.len() as u64 && *top == members[0].as_str();
            if !grows {
                return Ok(None);
            }
        }
        let body = json!({ "assetIds": members });
        let made = self.api.send(Method::POST, "/stacks", &body, doing)?;
        let there: HashSet<&str> = made["assets"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|asset| asset["id"].as_str())
            .collect();
        match members.iter().all(|member| there.contains(member.as_str())) {
            true => id_of(&made, "a new stack").map(Some),
            false => Err(strange("a new stack")),
        }
    }
}
