//! Opens the paths given: finds the parts, lists their entries and names what is wrong with them.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::positional::SharedFile;
use super::sniff::{self, Container};
use super::tar_part::{self, Keeper};
use super::tree::{Found, Source};
use super::{
    Archive, Entry, OpenOptions, Part, PartFault, PartId, PartKind, PartProblem, folder, numbering,
    zip_part,
};
use model::entry_path::EntryPath;

impl Archive {
    /// Opens parts: zip, tar and tgz files, folders of such files, unpacked folders.
    ///
    /// Never fails as a whole: what is wrong with a part is in [`Archive::problems`], and the rest is there.
    /// The same file given twice counts once.
    pub fn open(paths: &[PathBuf], options: &OpenOptions) -> Archive {
        let mut opener = Opener {
            archive: Archive::default(),
            options,
            keeper: Keeper::new(),
        };
        let candidates = candidates(paths);
        let names: Vec<String> = candidates.iter().map(|(name, _)| name.clone()).collect();
        for (name, path) in candidates {
            opener.candidate(name, path);
        }
        opener.archive.problems.extend(numbering::gaps(&names));
        opener.archive.spool = opener.keeper.into_spool();
        opener.archive
    }
}

struct Opener<'a> {
    archive: Archive,
    options: &'a OpenOptions,
    keeper: Keeper,
}

impl Opener<'_> {
    fn candidate(&mut self, name: String, path: PathBuf) {
        let opened = match fs::metadata(&path) {
            Err(error) => {
                let fault = match error.kind() {
                    io::ErrorKind::NotFound => PartFault::Missing,
                    _ => PartFault::Io(error.to_string()),
                };
                // Where it was looked for is what was wrong: a `~` that no shell replaced, a folder that was not meant.
                return self.problem(&path.to_string_lossy(), fault);
            }
            Ok(_) if numbering::is_unfinished(&name) => Err(PartFault::Unfinished),
            Ok(metadata) if metadata.is_dir() => {
                let (found, faults) = folder::open(&path);
                if found.is_empty() && faults.is_empty() {
                    return self.problem(&path.to_string_lossy(), PartFault::EmptyFolder);
                }
                Ok((PartKind::Folder, Source::Folder, found, faults))
            }
            Ok(metadata) if !metadata.is_file() => Err(PartFault::NotAnArchive(
                "a device, pipe or socket".to_owned(),
            )),
            Ok(_) => self.open_file(&path),
        };
        match opened {
            Ok((kind, source, found, faults)) => {
                self.add(
                    Part {
                        size_bytes: size_of(&source),
                        name: name.as_str().into(),
                        path,
                        kind,
                    },
                    source,
                    found,
                );
                faults
                    .into_iter()
                    .for_each(|fault| self.problem(&name, fault));
            }
            Err(fault) => self.problem(&name, fault),
        }
    }

    fn open_file(
        &mut self,
        path: &Path,
    ) -> Result<(PartKind, Source, Vec<Found>, Vec<PartFault>), PartFault> {
        let io = |error: io::Error| PartFault::Io(error.to_string());
        let file = SharedFile::open(path).map_err(io)?;
        let kind = match sniff::sniff(&file).map_err(io)? {
            Container::Archive(kind) => kind,
            Container::Empty => return Err(PartFault::Empty),
            Container::Other(what) => return Err(PartFault::NotAnArchive(what)),
        };
        let (found, faults) = if kind == PartKind::Zip {
            let contents = zip_part::open(&file, self.options).map_err(io)?;
            (contents.found, contents.faults)
        } else {
            tar_part::open(&file, kind, self.options, &mut self.keeper)
        };
        Ok((kind, Source::File(file), found, faults))
    }

    fn add(&mut self, part: Part, source: Source, found: Vec<Found>) {
        let archive = &mut self.archive;
        let id = PartId(archive.parts.len());
        archive.parts.push(part);
        archive.sources.push(source);
        for found in found {
            let path = EntryPath::parse(&found.raw_name);
            archive.entries.push(Entry {
                part: id,
                raw_name: match &path {
                    Ok(path) if path.as_str() == found.raw_name => path.shared(),
                    _ => found.raw_name.into(),
                },
                path,
                size_bytes: found.size_bytes,
                crc32: found.crc32,
                modified: found.modified,
                problem: found.problem,
            });
            archive.places.push(found.place);
        }
    }

    fn problem(&mut self, name: &str, what: PartFault) {
        let part = name.to_owned();
        self.archive.problems.push(PartProblem { part, what });
    }
}

/// Returns the files and folders to open with their names, sorted by name, each once (by its true path).
fn candidates(paths: &[PathBuf]) -> Vec<(String, PathBuf)> {
    let mut by_true_path: BTreeMap<PathBuf, String> = BTreeMap::new();
    for path in paths {
        let within = match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => parts_within(path),
            _ => Vec::new(),
        };
        let itself = within.is_empty().then(|| path.clone());
        for path in within.into_iter().chain(itself) {
            let name = name_of(&path);
            let first = by_true_path
                .entry(true_path(&path))
                .or_insert_with(|| name.clone());
            // Of several names for one file (links) the first in order counts, not the first given.
            if name < *first {
                *first = name;
            }
        }
    }
    let mut candidates: Vec<_> = by_true_path
        .into_iter()
        .map(|(path, name)| (name, path))
        .collect();
    candidates.sort();
    candidates
}

/// Returns the parts that lie in a folder; none if it is an unpacked part itself.
fn parts_within(folder: &Path) -> Vec<PathBuf> {
    let Ok(children) = folder::sorted(folder) else {
        return Vec::new();
    };
    let mut parts = Vec::new();
    let mut has_archive = false;
    let mut has_folder = false;
    for child in children {
        let path = child.path();
        // Through links: a folder of links to parts on another disk is a folder of parts.
        let is_file = fs::metadata(&path).is_ok_and(|metadata| metadata.is_file());
        has_folder |= !is_file;
        let is_archive = is_file && is_archive(&path);
        has_archive |= is_archive;
        if is_archive || (is_file && numbering::is_named_like_part(&name_of(&path))) {
            parts.push(path);
        }
    }
    // An unpacked part may hold a broken `x.zip` of its own: that alone does not make its folder a folder of parts.
    if has_archive || !has_folder {
        parts
    } else {
        Vec::new()
    }
}

fn size_of(source: &Source) -> u64 {
    match source {
        Source::File(file) => file.len(),
        Source::Folder => 0,
    }
}

fn is_archive(path: &Path) -> bool {
    let sniffed = SharedFile::open(path).and_then(|file| sniff::sniff(&file));
    matches!(sniffed, Ok(Container::Archive(_)))
}

/// Returns the file name; of `.` and `..`, the name of the folder meant.
fn name_of(path: &Path) -> String {
    let name = match path.file_name() {
        Some(name) => name.to_owned(),
        None => true_path(path).file_name().unwrap_or_default().to_owned(),
    };
    name.to_string_lossy().into_owned()
}

fn true_path(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}
