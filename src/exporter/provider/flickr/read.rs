//! Walks a Flickr archive: says what each entry is and reads the record files.

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;

use crate::bounded_json;
use crate::meta_accounts::{Accounts, Believed};
use crate::meta_elements::broken;
use crate::meta_values::text;
use crate::{EntryRole, ItemSink, LARGEST_RECORD_FILE, Node, ReadOptions, Tree};
use archive::EntryId;
use model::not_understood::NotUnderstood;
use model::outcome::Ignored;
use model::shown::shown;

use super::albums::{self, Album, listed, listed_album, member};
use super::layout::{Place, photo_id, place_of};
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
    if place_of(&node.path) != Place::Profile {
        return None;
    }
    let profile = object(tree, node.id).ok()?;
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

fn object(tree: &dyn Tree, id: EntryId) -> Result<serde_json::Map<String, Value>, String> {
    let bytes = tree.read(id, LARGEST_RECORD_FILE)?;
    match bounded_json::from_slice(&bytes) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err("it holds no object".to_owned()),
        Err(error) => Err(broken(&error, 0)),
    }
}

/// Reads all record files of the tree and says what each entry is.
pub(crate) fn read(tree: &dyn Tree, options: &ReadOptions, sink: &mut dyn ItemSink) {
    let accounts = accounts(tree, options.account.as_deref());
    let photos = tree.nodes().iter().filter_map(|node| photo_id(&node.path));
    let mut reader = Reader {
        tree,
        held: photos.collect(),
        listed: HashSet::new(),
        named: BTreeMap::new(),
        described: HashSet::new(),
        lacks: BTreeMap::new(),
        sink,
    };
    for node in tree.nodes() {
        let account = accounts.of(tree, node.id);
        let role = reader.role(node, account.as_deref());
        reader.sink.entry(node.id, role);
    }
    reader.tell_albums();
    reader.tell_lacks();
}

struct Reader<'a> {
    tree: &'a dyn Tree,
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
    sink: &'a mut dyn ItemSink,
}

impl Reader<'_> {
    fn role(&mut self, node: &Node, account: Option<&str>) -> EntryRole {
        let source = Source {
            path: &node.path,
            account,
        };
        let read = match place_of(&node.path) {
            Place::System => return EntryRole::Ignored(Ignored::SystemFile),
            Place::Profile | Place::OtherRecords => {
                return EntryRole::Ignored(Ignored::NotAboutMedia);
            }
            Place::Unknown => return EntryRole::Ignored(Ignored::Unknown),
            Place::Media => return EntryRole::Media,
            Place::Photo => self.photo(node, source),
            Place::Albums => self.albums(node, source),
        };
        match read {
            Ok(()) => EntryRole::Record,
            Err(why) => EntryRole::Failed(why),
        }
    }

    fn photo(&mut self, node: &Node, source: Source<'_>) -> Result<(), String> {
        let object = object(self.tree, node.id)?;
        let id = photo_id(&node.path).unwrap_or_default();
        let photo = photo(id, object, source);
        for membership in &photo.record.facts.albums {
            let account = source.account.map(str::to_owned);
            let named = self.named.entry(membership.album.clone());
            named.or_insert(account);
        }
        self.sink.record(photo.record);
        for lacks in photo.lacks {
            self.lacks.entry(lacks).or_insert(node.id);
        }
        Ok(())
    }

    fn albums(&mut self, node: &Node, source: Source<'_>) -> Result<(), String> {
        let mut bytes = self.tree.read(node.id, LARGEST_RECORD_FILE)?;
        let (mut count, mut odd) = (0, 0u64);
        let result = albums::read(&mut bytes, source, &mut |album| match album {
            Some(album) => {
                count += 1;
                odd += u64::from(album.is_odd);
                self.album(album);
            }
            None => odd += 1,
        });
        if odd > 0 {
            let lacks = format!("{odd} albums in it are of no known form");
            self.lacks.insert(lacks, node.id);
        }
        result.map_err(|error| broken(&error, count))
    }

    fn album(&mut self, album: Album) {
        for (position, id) in album.photos.iter().enumerate() {
            let Some(id) = id else { continue };
            self.sink.record(member(id, &album.record, position));
            if !self.held.contains(id.as_str()) && self.listed.insert(id.clone()) {
                self.sink.listed(listed(id, &album.record));
            }
        }
        self.described.insert(album.record.key.clone());
        self.sink.album(album.record);
    }

    /// An album that photos name and no list describes: the list is missing.
    fn tell_albums(&mut self) {
        for (key, account) in std::mem::take(&mut self.named) {
            if !self.described.contains(&key) {
                self.sink.listed(listed_album(&key, account.as_deref()));
            }
        }
    }

    fn tell_lacks(&mut self) {
        for (lacks, id) in std::mem::take(&mut self.lacks) {
            let lacks = shown(&lacks);
            let why = NotUnderstood::UnknownStructure { lacks };
            self.sink.not_understood(id, why);
        }
    }
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;
