//! Puts what came for a memory where an import looks for it: the file itself, or main and overlay out of a zip.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::Path;
use std::time::SystemTime;

use crate::error::FetchError;
use crate::name::ending;
use archive::{Archive, EntryId};
use disk::private;
use disk::rename::rename_without_replacing;
use model::shown::shown;
use provider::snapchat::names::Part;

use super::{WantedMemory, path_of};

/// Largest medium in a zip, in bytes: a snap lasts a minute.
const LARGEST_MEDIUM: u64 = 1 << 30;

/// Bytes that tell what a file is.
const HEAD: usize = 512;

/// Puts the file at `path` into `folder`. A kill leaves either the file, or the memory in its place.
pub(super) fn put(
    path: &Path,
    unfinished: &Path,
    folder: &Path,
    memory: &WantedMemory,
) -> Result<(), FetchError> {
    let head = head(path).map_err(FetchError::disk("read", path))?;
    match ending(&head).as_deref() {
        Some(".zip") => {
            unpack(path, unfinished, folder, memory)?;
            fs::remove_file(path).map_err(FetchError::disk("remove", path))
        }
        Some(ending) => settle(
            path,
            &path_of(folder, &memory.stem, Part::Main, ending),
            memory,
        ),
        None => Err(odd("what came is neither a photo nor a video nor a zip")),
    }
}

fn odd(why: &str) -> FetchError {
    FetchError::Strange {
        host: "the service".to_owned(),
        why: why.to_owned(),
    }
}

fn head(path: &Path) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    File::open(path)?.take(HEAD as u64).read_to_end(&mut head)?;
    Ok(head)
}

/// Takes main and overlay out of a zip, the memory itself last: with it, all is there.
fn unpack(
    path: &Path,
    unfinished: &Path,
    folder: &Path,
    memory: &WantedMemory,
) -> Result<(), FetchError> {
    let archive = Archive::open(&[path.to_owned()], &Default::default());
    let is_overlay = |name: &str| name.to_ascii_lowercase().contains("overlay");
    let mut media = Vec::new();
    for (at, entry) in archive.entries().iter().enumerate() {
        let bytes = archive
            .read(EntryId(at), LARGEST_MEDIUM)
            .map_err(|error| odd(&format!("{} in its zip: {error}", shown(&entry.raw_name))))?;
        let part = match is_overlay(&entry.raw_name) {
            true => Part::Overlay,
            false => Part::Main,
        };
        let ending = ending(&bytes[..bytes.len().min(HEAD)]);
        if let Some(ending) = ending.filter(|ending| ending != ".zip") {
            media.push((part, ending, bytes));
        }
    }
    media.sort_by_key(|(part, ..)| std::cmp::Reverse(*part));
    let mains = media.iter().filter(|(part, ..)| *part == Part::Main);
    if mains.count() != 1 || media.len() > 2 {
        return Err(odd("the zip that came does not hold one photo or video"));
    }
    for (part, ending, bytes) in media {
        let to = path_of(folder, &memory.stem, part, &ending);
        let new = path_of(unfinished, &memory.stem, part, ".new");
        write(&new, &bytes).map_err(FetchError::disk("write", &new))?;
        settle(&new, &to, memory)?;
    }
    Ok(())
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = private::open(path, OpenOptions::new().create(true).truncate(true))?;
    file.write_all(bytes)?;
    disk::durable::sync(&file)
}

/// Gives a whole file the time of its memory and its final name. What an earlier run put there is the same.
fn settle(from: &Path, to: &Path, memory: &WantedMemory) -> Result<(), FetchError> {
    if let Some(taken) = memory.taken {
        // Only for those who look at the folder: an import does not trust times of files.
        let _ = File::options()
            .write(true)
            .open(from)
            .and_then(|file| file.set_modified(SystemTime::from(taken)));
    }
    match rename_without_replacing(from, to) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            fs::remove_file(from).map_err(FetchError::disk("remove", from))
        }
        result => result.map_err(FetchError::disk("rename", from)),
    }
}
