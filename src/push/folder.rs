//! A folder on a disk or a mounted share.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::connection::Connection;
use super::error::DestinationError;
use super::parcel::{Meter, Parcel, Payload, PayloadBytes, Sending};
use super::readers::Readers;
use super::scheme::{Scheme, SecretNames, Target};
use super::{Abilities, Destination, Found};
use disk::private;
use disk::rename::rename_without_replacing;
use disk::space::free_bytes;
use writer::walk::modified_ns;

/// Bytes read and written at once.
const CHUNK: usize = 256 << 10;

/// Folders, whose addresses are paths.
pub static SCHEME: Scheme = Scheme {
    beginnings: &[],
    example: "/media/disk/photos",
    secrets: SecretNames::NONE,
    parse: |written| match written.text {
        "" => Err(written.wrong("it is empty")),
        path => Ok(Arc::new(FolderAt(path.into()))),
    },
};

/// The path of a folder.
#[derive(Debug)]
struct FolderAt(PathBuf);

impl Target for FolderAt {
    fn name(&self) -> String {
        whole(&self.0)
    }

    fn open(&self, connection: &Connection) -> Result<Box<dyn Destination>, DestinationError> {
        let (readers, machine) = (connection.readers, &connection.machine);
        Ok(Box::new(Folder::new(self.0.clone(), readers, machine)))
    }
}

/// Returns a path from the root on, as the journal names it.
pub(super) fn whole(path: &Path) -> String {
    let whole = std::path::absolute(path);
    whole
        .unwrap_or_else(|_| path.to_owned())
        .display()
        .to_string()
}

/// A folder assets are copied into.
///
/// Files that are not whole yet lie in a folder of their own, which only this machine and library use: what a killed push left there
/// goes when the next one ends, whatever became of the files it was sending.
pub struct Folder {
    root: PathBuf,
    readers: Readers,
    /// Name of the folder of files that are not whole.
    unfinished: String,
}

impl Folder {
    /// Takes the folder at `root`; it is made with the first file. `machine` tells the unfinished files of this machine and library
    /// from those of others.
    pub fn new(root: PathBuf, readers: Readers, machine: &str) -> Self {
        Self {
            root,
            readers,
            unfinished: format!(".albumen-{machine}.unfinished"),
        }
    }

    /// Returns the folder, below the root, in which a file for this folder becomes whole: it must be on the same disk.
    fn unfinished_for(&self, folder: &Path) -> io::Result<String> {
        let below = folder.strip_prefix(&self.root).unwrap_or(Path::new(""));
        if same_disk(&self.root, folder)? {
            return Ok(self.unfinished.clone());
        }
        Ok(format!("{}/{}", below.display(), self.unfinished))
    }

    fn on_disk(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }
}

impl Destination for Folder {
    fn on_this_machine(&self) -> Option<&Path> {
        Some(&self.root)
    }

    fn describe(&self) -> Result<Abilities, DestinationError> {
        let shown = || self.root.display().to_string();
        match fs::metadata(&self.root) {
            Ok(found) if !found.is_dir() => {
                return Err(DestinationError::NoPlace {
                    what: shown(),
                    why: "it is a file and not a folder".to_owned(),
                });
            }
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(DestinationError::disk("look at", &self.root)(error)),
        }
        if self.root.join(".albumen").exists() {
            return Err(DestinationError::NoPlace {
                what: shown(),
                why: "it is a library of albumen's; a push would be taken for a change of it"
                    .to_owned(),
            });
        }
        Ok(Abilities {
            staged: true,
            free_bytes: free_bytes(&self.root),
            ..Abilities::default()
        })
    }

    fn find(&self, wanted: &[&Parcel]) -> Result<Vec<Option<Found>>, DestinationError> {
        wanted
            .iter()
            .map(|parcel| found(&self.on_disk(&parcel.path), &parcel.path))
            .collect()
    }

    fn list(&self, below: &str, each: &mut dyn FnMut(&str)) -> Result<(), DestinationError> {
        list(&self.root, below.trim_end_matches('/'), each)
    }

    fn put(
        &self,
        parcel: &Parcel,
        payload: &Payload,
        _: Option<&Found>,
        sending: &Sending,
    ) -> Result<Found, DestinationError> {
        let target = self.on_disk(&parcel.path);
        let folder = target.parent().unwrap_or(&self.root);
        let made = match self.readers {
            Readers::Owner => private::make_folder(folder),
            Readers::Shared => fs::create_dir_all(folder),
        };
        made.map_err(DestinationError::disk("make folder", folder))?;
        let unfinished = self
            .unfinished_for(folder)
            .map_err(DestinationError::disk("look at", folder))?;
        let place = self.root.join(&unfinished);
        private::make_folder(&place).map_err(DestinationError::disk("make folder", &place))?;
        let id = format!("{unfinished}/{}.part", parcel.sha256.short(24));
        write(&self.on_disk(&id), self.readers, payload, &sending.meter)?;
        Ok(Found {
            id,
            size_bytes: Some(payload.size_bytes),
            tag: None,
        })
    }

    fn read(&self, file: &Found, to: &mut dyn Write) -> Result<(), DestinationError> {
        let path = self.on_disk(&file.id);
        let source = match File::open(&path) {
            Ok(source) => source,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Err(DestinationError::Gone {
                    path: file.id.clone(),
                });
            }
            Err(error) => return Err(DestinationError::disk("read", path)(error)),
        };
        copy(source, to, &Meter::default()).map_err(DestinationError::disk("read", path))?;
        Ok(())
    }

    fn keep(
        &self,
        parcel: &Parcel,
        placed: Found,
        over: Option<&Found>,
    ) -> Result<Found, DestinationError> {
        let (from, to) = (self.on_disk(&placed.id), self.on_disk(&parcel.path));
        let renamed = match over {
            Some(_) => fs::rename(&from, &to),
            None => rename_without_replacing(&from, &to),
        };
        match renamed {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                return Err(DestinationError::Exists {
                    path: parcel.path.clone(),
                });
            }
            Err(error) => return Err(DestinationError::disk("rename to", to)(error)),
        }
        let gone = || DestinationError::Gone {
            path: parcel.path.clone(),
        };
        found(&to, &parcel.path)?.ok_or_else(gone)
    }

    fn finish(&self) -> Result<(), DestinationError> {
        let left = self.root.join(&self.unfinished);
        match fs::remove_dir_all(&left) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(DestinationError::disk("remove", left)(error))
            }
            _ => Ok(()),
        }
    }
}

/// Returns whether a file can be renamed from one folder to the other. A disk that is mounted within the destination is another.
#[cfg(unix)]
fn same_disk(one: &Path, other: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    Ok(fs::metadata(one)?.dev() == fs::metadata(other)?.dev())
}

#[cfg(not(unix))]
fn same_disk(_: &Path, _: &Path) -> io::Result<bool> {
    Ok(true)
}

fn found(path: &Path, id: &str) -> Result<Option<Found>, DestinationError> {
    match fs::symlink_metadata(path) {
        Ok(metadata) => Ok(Some(Found {
            id: id.to_owned(),
            // Anything but a file has the name as well, and is never ours.
            size_bytes: Some(if metadata.is_file() {
                metadata.len()
            } else {
                u64::MAX
            }),
            tag: Some(modified_ns(&metadata).to_string()),
        })),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            Ok(None)
        }
        Err(error) => Err(DestinationError::disk("look at", path)(error)),
    }
}

fn list(root: &Path, below: &str, each: &mut dyn FnMut(&str)) -> Result<(), DestinationError> {
    let folder = root.join(below);
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(DestinationError::disk("list", folder)(error)),
    };
    for entry in entries {
        let entry = entry.map_err(DestinationError::disk("list", &folder))?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let path = match below {
            "" => name.into_owned(),
            below => format!("{below}/{name}"),
        };
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => list(root, &path, each)?,
            _ => each(&path),
        }
    }
    Ok(())
}

fn write(
    part: &Path,
    readers: Readers,
    payload: &Payload,
    meter: &Meter,
) -> Result<(), DestinationError> {
    let failed = || DestinationError::disk("write", part);
    let mut file = create(part, readers).map_err(failed())?;
    match &payload.bytes {
        PayloadBytes::Memory(bytes) => {
            file.write_all(bytes).map_err(failed())?;
            meter.add(bytes.len() as u64);
        }
        large => {
            let opened = large
                .open()
                .map_err(DestinationError::disk("read", "the library's file"))?;
            copy(opened, &mut file, meter).map_err(failed())?;
        }
    }
    if let Some(modified) = payload.modified {
        // Some shares keep no times; the sidecar has it all the same.
        let _ = file.set_modified(modified.into());
    }
    disk::durable::sync(&file).map_err(failed())
}

/// Makes a file, or empties one that is there.
pub(super) fn create(path: &Path, readers: Readers) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(true);
    match readers {
        Readers::Owner => private::open(path, &mut options),
        Readers::Shared => options.read(true).write(true).open(path),
    }
}

/// Copies bytes and counts them.
pub(super) fn copy(
    mut from: impl Read,
    to: &mut (impl Write + ?Sized),
    meter: &Meter,
) -> io::Result<u64> {
    let mut chunk = vec![0; CHUNK];
    let mut copied = 0;
    loop {
        let count = match from.read(&mut chunk) {
            Ok(0) => return Ok(copied),
            Ok(count) => count,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        to.write_all(&chunk[..count])?;
        meter.add(count as u64);
        copied += count as u64;
    }
}
