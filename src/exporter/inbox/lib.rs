//! Looks into folders that archives arrive in: which exports are new and all there, and what is left for the next time, and why.

pub mod remote;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use archive::{export_of, is_named_like_part, is_unfinished, missing_parts, zip_ends_whole};

/// A file that was changed this recently may still be growing.
const SETTLING: Duration = Duration::from_secs(60);
/// A zip without its end that has not grown for so long will not grow any more.
const GIVEN_UP: Duration = Duration::from_secs(3600);

/// A folder that is watched.
#[derive(Debug, Clone)]
pub struct Folder {
    /// Where it is.
    pub path: PathBuf,
    /// Only names like this; `*` is any text.
    pub pattern: Option<String>,
}

/// What tells one state of a file from another without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    size_bytes: u64,
    modified_ns: u128,
    inode: u64,
}

/// Archives that were dealt with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Known {
    files: BTreeMap<PathBuf, Stamp>,
    /// Names of all parts that ever were, also of those that are no longer there.
    names: BTreeSet<String>,
}

/// A part that is new.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Where it is.
    pub path: PathBuf,
    stamp: Stamp,
}

impl Part {
    /// Returns its file name.
    pub fn name(&self) -> String {
        name_of(&self.path)
    }
}

/// Why something is left for the next time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    /// When the file has the name of a running download, or changed only a short while ago.
    #[error("still being downloaded or copied")]
    Growing,
    /// When the names of the parts that are there show that this one lacks.
    #[error("part {0} is not there yet")]
    MissingPart(String),
    /// When the part itself is whole, and another one of its archive is not, or is not there.
    #[error("another part of it is not there or not whole yet")]
    WithOthers,
    /// When the zip has no end, and has not changed for longer than a download pauses.
    #[error("the zip is cut off and does not grow any more")]
    CutOff,
    /// When the system refused to open or read the file.
    #[error("the file cannot be read: {0}")]
    Unreadable(String),
    /// When the folder of the inbox could not be listed.
    #[error("the folder is not there or cannot be read: {0}")]
    NoFolder(String),
}

impl Why {
    /// Returns whether waiting does not help: a person has to do something.
    pub fn needs_a_person(&self) -> bool {
        matches!(self, Self::CutOff | Self::Unreadable(_) | Self::NoFolder(_))
    }
}

/// What the folders hold.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Looked {
    /// New exports that are all there, each with its parts.
    pub exports: Vec<Vec<Part>>,
    /// What is left for the next time.
    pub left: Vec<(PathBuf, Why)>,
}

/// A part and why it waits, if it does.
type Found = (Part, Option<Why>);

impl Known {
    /// Remembers parts, so that they are not new any more.
    pub fn add(&mut self, parts: &[Part]) {
        for part in parts {
            self.files.insert(part.path.clone(), part.stamp);
            self.names.insert(part.name());
        }
    }

    /// Returns whether the file at a path was dealt with, whatever it is now.
    pub fn knows(&self, path: &Path) -> bool {
        self.files.contains_key(path)
    }

    /// Returns the names of the parts of an export that ever were.
    fn names_of(&self, export: &str) -> Vec<String> {
        let of_it = self.names.iter().filter(|name| export_of(name) == export);
        of_it.cloned().collect()
    }

    /// Forgets where files were that are no longer there.
    pub fn tidy(&mut self) {
        self.files.retain(|path, _| path.symlink_metadata().is_ok());
    }
}

/// Looks into the folders. `now` is compared with the times of files.
pub fn look(folders: &[Folder], known: &Known, now: SystemTime) -> Looked {
    let mut looked = Looked::default();
    let mut exports: BTreeMap<(PathBuf, String), Vec<Found>> = BTreeMap::new();
    for folder in folders {
        let found = match candidates(folder) {
            Ok(found) => found,
            Err(error) => {
                let why = Why::NoFolder(error.to_string());
                looked.left.push((folder.path.clone(), why));
                continue;
            }
        };
        for (path, metadata) in found {
            let stamp = stamp(&metadata);
            if known.files.get(&path) == Some(&stamp) {
                continue;
            }
            let why = fault(&path, &metadata, now);
            let key = (folder.path.clone(), export_of(&name_of(&path)));
            let part = Part { path, stamp };
            let export = exports.entry(key).or_default();
            // Two sections may name one folder.
            if !export.iter().any(|(other, _)| other.path == part.path) {
                export.push((part, why));
            }
        }
    }
    for ((_, export), parts) in exports {
        sort(&export, parts, known, &mut looked);
    }
    looked
}

/// Puts an export where it belongs: all of it is new and whole, or all of it waits.
fn sort(export: &str, parts: Vec<Found>, known: &Known, looked: &mut Looked) {
    let mut names: Vec<String> = parts.iter().map(|(part, _)| part.name()).collect();
    names.extend(known.names_of(export));
    let missing = missing_parts(&names);
    let waits = parts.iter().any(|(_, why)| why.is_some());
    if !waits && missing.is_empty() {
        looked
            .exports
            .push(parts.into_iter().map(|(part, _)| part).collect());
        return;
    }
    for (part, why) in parts {
        let why = why.unwrap_or_else(|| match missing.first() {
            Some(name) => Why::MissingPart(name.clone()),
            None => Why::WithOthers,
        });
        looked.left.push((part.path, why));
    }
}

/// Returns files with names of archives, in order.
fn candidates(folder: &Folder) -> std::io::Result<Vec<(PathBuf, Metadata)>> {
    let mut found = Vec::new();
    for child in fs::read_dir(&folder.path)? {
        let path = child?.path();
        let name = name_of(&path);
        if !is_wanted(&name, folder.pattern.as_deref()) {
            continue;
        }
        // Through links: a cloud drive may keep its files elsewhere. A folder is nobody's archive here.
        if let Ok(metadata) = fs::metadata(&path)
            && metadata.is_file()
        {
            found.push((path, metadata));
        }
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(found)
}

/// Says whether a file can be a part of an archive that is asked for.
fn is_wanted(name: &str, pattern: Option<&str>) -> bool {
    let like = pattern.is_none_or(|pattern| {
        // A download that is not finished has one more ending.
        matches(pattern, name) || (is_unfinished(name) && matches(pattern, without_ending(name)))
    });
    like && !name.starts_with('.') && is_named_like_part(name)
}

fn fault(path: &Path, metadata: &Metadata, now: SystemTime) -> Option<Why> {
    // A time in the future is a clock that was wrong: it says nothing.
    let age = metadata
        .modified()
        .ok()
        .and_then(|time| now.duration_since(time).ok());
    let age = age.unwrap_or(GIVEN_UP);
    if is_unfinished(&name_of(path)) || age < SETTLING || metadata.len() == 0 && age < GIVEN_UP {
        return Some(Why::Growing);
    }
    if !name_of(path).to_ascii_lowercase().ends_with(".zip") {
        return None;
    }
    match zip_ends_whole(path) {
        Ok(true) => None,
        Ok(false) if age < GIVEN_UP => Some(Why::Growing),
        Ok(false) => Some(Why::CutOff),
        Err(error) => Some(Why::Unreadable(error.to_string())),
    }
}

fn stamp(metadata: &Metadata) -> Stamp {
    let modified = metadata.modified().ok();
    let since = modified.and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok());
    Stamp {
        size_bytes: metadata.len(),
        modified_ns: since.map_or(0, |since| since.as_nanos()),
        inode: inode(metadata),
    }
}

#[cfg(unix)]
fn inode(metadata: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

#[cfg(not(unix))]
fn inode(_: &Metadata) -> u64 {
    0
}

fn name_of(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

fn without_ending(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(front, _)| front)
}

/// Says whether a name is like a pattern, in which `*` is any text.
fn matches(pattern: &str, name: &str) -> bool {
    let mut pieces = pattern.split('*');
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else {
        return false;
    };
    let mut pieces: Vec<&str> = pieces.collect();
    let Some(last) = pieces.pop() else {
        return rest.is_empty();
    };
    for piece in pieces {
        match rest.find(piece) {
            Some(at) => rest = &rest[at + piece.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
#[path = "tests.rs"]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests;
