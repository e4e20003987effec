//! Walks a Flickr archive: says what each entry is and reads the record files.

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;

use crate::bounded_json;
use crate::driver::{Content, Entry, Place, Reading};
use crate::meta_accounts::{Accounts, Believed};
use crate::meta_elements::broken;
use crate::meta_values::text;
use crate::{LARGEST_RECORD_FILE, Node, Statements, Tree};
use archive::EntryId;
use model::not_understood::NotUnderstood;
use model::outcome::Ignored;
use model::shown::shown;

use super::albums::{self, Album, listed, listed_album, member};
use super::layout::{self, photo_id, place_of};
use super::photo::{Source, photo};

/// Finds out whose data each piece holds.
pub(crate) fn accounts(tree: &dyn Tree, given: Option<&str>) -> Accounts {
    Accounts::find(
        tree,
        given,
        &|node| user_name(tree, node),
        (|_| None, Believed::Profile),
    )
}

/// Returns how the owner is called in the profile: the word in the address of their page, which no two people share, else their id.
fn user_name(tree: &dyn Tree, node: &Node) -> Option<String> {
    if place_of(&node.path) != layout::Place::Profile {
        return None;
    }
    let profile = object(&tree.read(node.id, LARGEST_RECORD_FILE).ok()?).ok()?;
    let address = text(profile.get("profile_url")).unwrap_or_default();
    let word = address.trim_end_matches('/').rsplit('/').next();
    let is_name = |name: &str| {
        (1..=50).contains(&name.len())
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"._-@".contains(&byte))
    };
    let named = word.filter(|word| is_name(word)).map(str::to_owned);
    named.or_else(|| text(profile.get("nsid")).filter(|id| is_name(id)))
}

fn object(bytes: &[u8]) -> Result<serde_json::Map<String, Value>, String> {
    match bounded_json::from_slice(bytes) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err("it holds no object".to_owned()),
        Err(error) => Err(broken(&error, 0)),
    }
}

/// Reads the record files of one tree.
pub(crate) struct Reader<'a> {
    /// Ids of the photos whose record file is here.
    held: HashSet<&'a str>,
    /// Ids that an album named, and whose record file is not here.
    listed: HashSet<String>,
    /// Ids of the albums that photos name, with the account of the first.
    named: BTreeMap<String, Option<String>>,
    /// Ids of the albums that a list describes.
    described: HashSet<String>,
    /// What was not understood, in words, with the first file of each: a new field stands in every file.
    lacks: BTreeMap<String, EntryId>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(tree: &'a dyn Tree) -> Self {
        let photos = tree.nodes().iter().filter_map(|node| photo_id(&node.path));
        Self {
            held: photos.collect(),
            listed: HashSet::new(),
            named: BTreeMap::new(),
            described: HashSet::new(),
            lacks: BTreeMap::new(),
        }
    }
}

impl Reading for Reader<'_> {
    fn place(&mut self, entry: &mut Entry<'_>) -> Place {
        match place_of(entry.path()) {
            layout::Place::System => Place::Aside(Ignored::SystemFile),
            layout::Place::Profile | layout::Place::OtherRecords => {
                Place::Aside(Ignored::NotAboutMedia)
            }
            layout::Place::Unknown => Place::Aside(Ignored::Unknown),
            layout::Place::Media => Place::Media,
            layout::Place::Photo | layout::Place::Albums => Place::Record,
        }
    }

    fn read(&mut self, mut file: Entry<'_>) -> Result<Content, String> {
        match place_of(file.path()) {
            layout::Place::Albums => self.albums(&mut file),
            _ => self.photo(&mut file),
        }?;
        Ok(Content::Records)
    }

    fn finish(&mut self, out: &mut dyn Statements) {
        self.tell_albums(out);
        for (lacks, id) in std::mem::take(&mut self.lacks) {
            let lacks = shown(&lacks);
            out.not_understood(id, NotUnderstood::UnknownStructure { lacks });
        }
    }
}

impl Reader<'_> {
    fn photo(&mut self, file: &mut Entry<'_>) -> Result<(), String> {
        let object = object(&file.bytes()?)?;
        let id = photo_id(file.path()).unwrap_or_default();
        let photo = photo(id, object, source(file));
        for membership in &photo.record.facts.albums {
            let account = file.account.map(str::to_owned);
            let named = self.named.entry(membership.album.clone());
            named.or_insert(account);
        }
        file.record(photo.record);
        for lacks in photo.lacks {
            self.lacks.entry(lacks).or_insert(file.node.id);
        }
        Ok(())
    }

    fn albums(&mut self, file: &mut Entry<'_>) -> Result<(), String> {
        let mut bytes = file.bytes()?;
        let (mut count, mut odd) = (0, 0u64);
        let result = albums::read(&mut bytes, source(file), &mut |album| match album {
            Some(album) => {
                count += 1;
                odd += u64::from(album.is_odd);
                self.album(album, file);
            }
            None => odd += 1,
        });
        if odd > 0 {
            let lacks = format!("{odd} albums in it are of no known form");
            self.lacks.insert(lacks, file.node.id);
        }
        result.map_err(|error| broken(&error, count))
    }

    fn album(&mut self, album: Album, file: &mut Entry<'_>) {
        for (position, id) in album.photos.iter().enumerate() {
            let Some(id) = id else { continue };
            file.record(member(id, &album.record, position));
            if !self.held.contains(id.as_str()) && self.listed.insert(id.clone()) {
                file.listed(listed(id, &album.record));
            }
        }
        self.described.insert(album.record.key.clone());
        file.album(album.record);
    }

    /// An album that photos name and no list describes: the list is missing.
    fn tell_albums(&mut self, out: &mut dyn Statements) {
        for (key, account) in std::mem::take(&mut self.named) {
            if !self.described.contains(&key) {
                out.listed(listed_album(&key, account.as_deref()));
            }
        }
    }
}

fn source<'a>(file: &Entry<'a>) -> Source<'a> {
    Source {
        path: file.path(),
        account: file.account,
    }
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;
