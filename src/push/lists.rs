//! What belongs to no single file: albums and checksums at a destination. Lists of another library there are added to, never
//! written over.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::bag;
use super::error::DestinationError;
use super::journal::Journal;
use super::parcel::{ORIGINAL, Parcel, SIDECAR};
use super::{Destination, Found, GroupKind, GroupThere};
use model::content_hash::ContentHash;
use model::library_path::LibraryPath;
use writer::albums_file::{
    ALBUMS, Album, LIBRARY, MISSING, Member, read_albums, read_library, read_missing,
    render_albums, render_missing,
};
use writer::manifest;
use writer::readme::{README, TEXT};

/// Largest list that is read back.
const LARGEST: usize = 256 << 20;

/// Whether what archives said about albums goes with them: a catalog is made again from it, and nothing can be taken out of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Statements {
    /// They go.
    Kept,
    /// Something is hidden from who reads the copy.
    LeftOut,
}

/// Returns the albums as they shall be at the destination: members that are there, by their paths there.
pub(crate) fn albums(
    library: &str,
    assets: &HashMap<&str, ContentHash>,
    journal: &Journal,
    statements: Statements,
) -> Vec<Album> {
    let Ok(albums) = read_albums(library) else {
        return Vec::new();
    };
    let there = |path: &LibraryPath| {
        let asset = *assets.get(path.as_str())?;
        let row = journal.row(&(Some(asset), ORIGINAL.to_owned()))?;
        row.read_hash.and_then(|_| LibraryPath::parse(&row.path))
    };
    albums
        .into_iter()
        .map(|album| Album {
            members: album
                .members
                .into_iter()
                .filter_map(|member| {
                    Some(Member {
                        path: there(&member.path)?,
                        caption: member.caption,
                    })
                })
                .collect(),
            cover: album.cover.as_ref().and_then(there),
            records: match statements {
                Statements::Kept => album.records,
                Statements::LeftOut => Vec::new(),
            },
            ..album
        })
        .filter(|album| !album.members.is_empty())
        .collect()
}

/// Returns the albums and stacks that a host of assets shall have, each with its name in the journal. Members that are not there
/// are left out.
pub(crate) fn groups_there(
    albums: &[Album],
    stacks: Vec<(String, Vec<(ContentHash, String)>)>,
    journal: &Journal,
) -> Vec<(String, GroupThere)> {
    let ids: HashMap<&str, &str> = journal
        .there()
        .map(|row| (row.path.as_str(), row.remote_id.as_str()))
        .collect();
    let id = |name: &str| {
        let row = journal.row(&(None, name.to_owned()));
        row.map(|row| row.remote_id.clone())
    };
    let mut groups = Vec::new();
    for album in albums {
        let account = album.account.as_deref().unwrap_or_default();
        let name = format!("album:{}/{account}/{}", album.provider, album.key);
        let kind = GroupKind::Album {
            title: album.title.clone(),
            description: album.description.clone(),
        };
        let members = album.members.iter();
        let members = members
            .filter_map(|member| ids.get(member.path.as_str()).map(|id| (*id).to_owned()))
            .collect();
        let id = id(&name);
        groups.push((name, GroupThere { kind, id, members }));
    }
    for (key, parts) in stacks {
        let name = format!("stack:{key}");
        let there = |(asset, part): (ContentHash, String)| {
            let row = journal.row(&(Some(asset), part))?;
            row.read_hash.map(|_| row.remote_id.clone())
        };
        let mut members: Vec<String> = Vec::new();
        for member in parts.into_iter().filter_map(there) {
            if !members.contains(&member) {
                members.push(member);
            }
        }
        if members.len() > 1 {
            let (kind, id) = (GroupKind::Stack, id(&name));
            groups.push((name, GroupThere { kind, id, members }));
        }
    }
    groups
}

/// Returns a group as a file of the journal: changed as soon as its hash is another.
pub(crate) fn group_parcel(name: &str, group: &GroupThere) -> Parcel {
    let kind = match &group.kind {
        GroupKind::Album { title, description } => serde_json::json!([title, description]),
        GroupKind::Stack => serde_json::Value::Null,
    };
    let text = serde_json::json!([kind, group.members]).to_string();
    Parcel {
        size_bytes: 0,
        ..Parcel::list(name, text)
    }
}

/// A list that lies at a destination already.
pub(crate) struct Existing {
    /// The file.
    pub found: Found,
    /// Its text; `None` if it is none.
    pub text: Option<String>,
}

/// Reads a list that lies at a destination.
pub(crate) fn existing(
    destination: &dyn Destination,
    name: &str,
) -> Result<Option<Existing>, DestinationError> {
    let parcel = Parcel::list(name, String::new());
    let found = destination.find(&[&parcel])?.into_iter().next().flatten();
    let Some(found) = found else { return Ok(None) };
    if found.size_bytes.is_some_and(|size| size > LARGEST as u64) {
        return Ok(Some(Existing { found, text: None }));
    }
    let mut bytes = Vec::new();
    destination.read(&found, &mut bytes)?;
    let text = String::from_utf8(bytes).ok();
    Ok(Some(Existing { found, text }))
}

/// Returns the text of `albums.json`; `None` if what is there is not albumen's.
pub(crate) fn albums_text(albums: &[Album], there: Option<&str>) -> Option<String> {
    let mut all = albums.to_vec();
    if let Some(there) = there {
        let key = |album: &Album| {
            (
                album.provider.clone(),
                album.account.clone(),
                album.key.clone(),
            )
        };
        let others = read_albums(there).ok()?;
        let own: std::collections::HashSet<_> = albums.iter().map(key).collect();
        all.extend(
            others
                .into_iter()
                .filter(|album| !own.contains(&key(album))),
        );
    }
    render_albums(&all).ok()
}

/// Returns the text of `missing.json`; `None` if what is there is not albumen's.
pub(crate) fn missing_text(library: &str, there: Option<&str>) -> Option<String> {
    let mut all = read_missing(library).ok()?;
    if let Some(there) = there {
        all.extend(read_missing(there).ok()?);
    }
    render_missing(&all).ok()
}

/// Returns the text of `library.json`: what another library there says stays. `None` if what is there is not albumen's.
pub(crate) fn library_text(library: &str, there: Option<&str>) -> Option<String> {
    match there {
        None => Some(library.to_owned()),
        Some(there) => read_library(there).is_ok().then(|| there.to_owned()),
    }
}

/// Returns the text of `README.txt`; `None` if what is there is somebody else's.
pub(crate) fn readme_text(there: Option<&str>) -> Option<String> {
    let title = TEXT.lines().next().unwrap_or_default();
    match there {
        Some(there) if !there.starts_with(title) => None,
        _ => Some(TEXT.to_owned()),
    }
}

/// Lists that a library is made again from, and how to read it all.
const LISTS: [&str; 4] = [ALBUMS, MISSING, LIBRARY, README];

/// Returns what was read back at the destination: sidecars and lists, or all the rest.
pub(crate) fn files(journal: &Journal, metadata: bool) -> BTreeMap<LibraryPath, ContentHash> {
    let is_list = |part: &str| LISTS.contains(&part);
    let is_metadata = |part: &str| part == SIDECAR || is_list(part);
    journal
        .there()
        .filter(|row| row.asset.is_some() || is_list(&row.part))
        .filter(|row| is_metadata(&row.part) == metadata)
        .filter_map(|row| Some((LibraryPath::parse(&row.path)?, row.sent_hash)))
        .collect()
}

/// Returns the text of a checksum list: what others wrote there, and what we know; `None` if what is there is no such list.
pub(crate) fn manifest_text(
    journal: &Journal,
    metadata: bool,
    there: Option<&str>,
) -> Option<String> {
    let mut all = match there {
        Some(text) => manifest::parse(text).ok()?,
        None => BTreeMap::new(),
    };
    all.extend(files(journal, metadata));
    Some(manifest::render(all))
}

/// Returns the text of a bag's payload list, without what is `lost`.
pub(crate) fn bag_manifest(journal: &Journal, lost: &HashSet<String>) -> String {
    let mut all = files(journal, false);
    all.extend(files(journal, true));
    all.retain(|path, _| !lost.contains(path.as_str()));
    bag::manifest(&all)
}
