//! One zip file. It is written whole beside its final name, so it is there complete or not at all.

use std::collections::{BTreeMap, HashSet};
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ::zip::result::ZipError;
use ::zip::write::SimpleFileOptions;
use ::zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};
use jiff::tz::TimeZone;

use super::connection::Connection;
use super::error::DestinationError;
use super::folder::{copy, create, whole};
use super::parcel::{Meter, Parcel, Payload, PayloadBytes, Sending};
use super::readers::Readers;
use super::scheme::{Scheme, SecretNames, Target};
use super::{Abilities, Destination, Found};
use disk::rename::rename_without_replacing;
use disk::space::free_bytes;

/// From this size on an entry needs the long form of zip.
const LONG: u64 = 0xffff_0000;

/// Zip files: `zip:FILE`.
pub static SCHEME: Scheme = Scheme {
    beginnings: &["zip:"],
    example: "zip:FILE",
    secrets: SecretNames::NONE,
    parse: |written| match written.rest {
        "" => Err(written.wrong("the name of the zip file is missing")),
        path => Ok(Arc::new(ZipAt(path.into()))),
    },
};

/// The path of a zip file.
#[derive(Debug)]
struct ZipAt(PathBuf);

impl Target for ZipAt {
    fn name(&self) -> String {
        format!("zip:{}", whole(&self.0))
    }

    fn open(&self, connection: &Connection) -> Result<Box<dyn Destination>, DestinationError> {
        Ok(Box::new(Zip::new(self.0.clone(), connection.readers)))
    }
}

/// A zip file assets are copied into.
pub struct Zip {
    path: PathBuf,
    readers: Readers,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// What the file that is there holds: name and size.
    there: Option<BTreeMap<String, u64>>,
    writing: Option<Writing>,
}

struct Writing {
    out: ZipWriter<Positioned>,
    position: Arc<AtomicU64>,
    /// Where the bytes of each new entry lie: start and length.
    added: BTreeMap<String, (u64, u64)>,
}

/// A file that says where it is being written.
struct Positioned {
    file: File,
    position: Arc<AtomicU64>,
}

impl Write for Positioned {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.file.write(bytes)?;
        self.position.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Seek for Positioned {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = self.file.seek(to)?;
        self.position.store(at, Ordering::Relaxed);
        Ok(at)
    }
}

impl Zip {
    /// Takes the zip file at `path`; it need not be there yet.
    pub fn new(path: PathBuf, readers: Readers) -> Self {
        Self {
            path,
            readers,
            state: Mutex::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn part(&self) -> PathBuf {
        let mut name = self.path.file_name().unwrap_or_default().to_owned();
        name.push(".part");
        self.path.with_file_name(name)
    }

    fn archive(&self) -> Result<Option<ZipArchive<File>>, DestinationError> {
        let file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(DestinationError::disk("open", &self.path)(error)),
        };
        ZipArchive::new(file)
            .map(Some)
            .map_err(|error| DestinationError::NoPlace {
                what: self.path.display().to_string(),
                why: format!("it is there and no zip that can be added to: {error}"),
            })
    }

    fn failed(&self, doing: &'static str) -> impl FnOnce(ZipError) -> DestinationError {
        let path = self.path.clone();
        move |error| match error {
            ZipError::Io(error) => DestinationError::disk(doing, path)(error),
            error => DestinationError::disk(doing, path)(io::Error::other(error)),
        }
    }

    fn begin(&self) -> Result<Writing, DestinationError> {
        let part = self.part();
        let made = create(&part, self.readers);
        let file = made.map_err(DestinationError::disk("make", &part))?;
        let position = Arc::new(AtomicU64::new(0));
        let out = Positioned {
            file,
            position: position.clone(),
        };
        Ok(Writing {
            out: ZipWriter::new(out),
            position,
            added: BTreeMap::new(),
        })
    }

    fn read_added(&self, (start, length): (u64, u64), to: &mut dyn Write) -> io::Result<()> {
        let mut file = File::open(self.part())?;
        file.seek(SeekFrom::Start(start))?;
        copy(file.take(length), to, &Meter::default()).map(drop)
    }
}

impl Destination for Zip {
    fn on_this_machine(&self) -> Option<&Path> {
        Some(&self.path)
    }

    fn describe(&self) -> Result<Abilities, DestinationError> {
        let folder = match self.path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        if !folder.is_dir() {
            return Err(DestinationError::NoPlace {
                what: folder.display().to_string(),
                why: "there is no such folder to put the zip into".to_owned(),
            });
        }
        let there = match self.archive()? {
            None => None,
            Some(mut archive) => {
                let mut names = BTreeMap::new();
                for index in 0..archive.len() {
                    let entry = archive.by_index_raw(index).map_err(self.failed("read"))?;
                    let name = entry.name().map_err(self.failed("read"))?.into_owned();
                    names.insert(name, entry.size());
                }
                Some(names)
            }
        };
        self.lock().there = there;
        Ok(Abilities {
            staged: true,
            whole: true,
            at_once: Some(1),
            longest_path: Some(u16::MAX.into()),
            free_bytes: free_bytes(folder),
            ..Abilities::default()
        })
    }

    fn find(&self, wanted: &[&Parcel]) -> Result<Vec<Option<Found>>, DestinationError> {
        let state = self.lock();
        let look = |parcel: &&Parcel| {
            let size = state.there.as_ref()?.get(&parcel.path)?;
            Some(Found {
                id: parcel.path.clone(),
                size_bytes: Some(*size),
                tag: None,
            })
        };
        Ok(wanted.iter().map(look).collect())
    }

    fn list(&self, below: &str, each: &mut dyn FnMut(&str)) -> Result<(), DestinationError> {
        let names: Vec<String> = match &self.lock().there {
            Some(there) => there.keys().cloned().collect(),
            None => Vec::new(),
        };
        names
            .iter()
            .filter(|name| name.starts_with(below) && !name.ends_with('/'))
            .for_each(|name| each(name));
        Ok(())
    }

    fn put(
        &self,
        parcel: &Parcel,
        payload: &Payload,
        _: Option<&Found>,
        sending: &Sending,
    ) -> Result<Found, DestinationError> {
        let mut state = self.lock();
        if state.writing.is_none() {
            state.writing = Some(self.begin()?);
        }
        let Some(writing) = &mut state.writing else {
            return Err(DestinationError::Strange {
                why: "the zip was not begun".to_owned(),
            });
        };
        let options = options(payload);
        writing
            .out
            .start_file(parcel.path.as_str(), options)
            .map_err(self.failed("write"))?;
        let start = writing.position.load(Ordering::Relaxed);
        let written = match &payload.bytes {
            PayloadBytes::Memory(bytes) => {
                sending.meter.add(bytes.len() as u64);
                writing.out.write_all(bytes)
            }
            large => large
                .open()
                .and_then(|file| copy(file, &mut writing.out, &sending.meter).map(drop)),
        };
        written.map_err(DestinationError::disk("write", &self.path))?;
        writing
            .added
            .insert(parcel.path.clone(), (start, payload.size_bytes));
        Ok(Found {
            id: parcel.path.clone(),
            size_bytes: Some(payload.size_bytes),
            tag: None,
        })
    }

    fn read(&self, file: &Found, to: &mut dyn Write) -> Result<(), DestinationError> {
        let added = self
            .lock()
            .writing
            .as_ref()
            .and_then(|writing| writing.added.get(&file.id).copied());
        if let Some(at) = added {
            return self
                .read_added(at, to)
                .map_err(DestinationError::disk("read", &self.path));
        }
        let gone = || DestinationError::Gone {
            path: file.id.clone(),
        };
        let mut archive = self.archive()?.ok_or_else(gone)?;
        let entry = match archive.by_name(&file.id) {
            Ok(entry) => entry,
            Err(ZipError::FileNotFound) => return Err(gone()),
            Err(error) => return Err(self.failed("read")(error)),
        };
        copy(entry, to, &Meter::default())
            .map(drop)
            .map_err(DestinationError::disk("read", &self.path))
    }

    fn keep(
        &self,
        _: &Parcel,
        placed: Found,
        _: Option<&Found>,
    ) -> Result<Found, DestinationError> {
        Ok(placed)
    }

    fn finish(&self) -> Result<(), DestinationError> {
        let mut state = self.lock();
        let Some(mut writing) = state.writing.take() else {
            return Ok(());
        };
        let existed = state.there.is_some();
        if let Some(mut archive) = self.archive()? {
            let new: HashSet<&String> = writing.added.keys().collect();
            for index in 0..archive.len() {
                let entry = archive.by_index_raw(index).map_err(self.failed("read"))?;
                let name = entry.name().map_err(self.failed("read"))?.into_owned();
                if !new.contains(&name) {
                    writing
                        .out
                        .raw_copy_file(entry)
                        .map_err(self.failed("write"))?;
                }
            }
        }
        let out = writing.out.finish().map_err(self.failed("write"))?;
        let failed = || DestinationError::disk("write", &self.path);
        disk::durable::sync(&out.file).map_err(failed())?;
        match existed {
            true => fs::rename(self.part(), &self.path),
            false => rename_without_replacing(&self.part(), &self.path),
        }
        .map_err(failed())
    }
}

fn options(payload: &Payload) -> SimpleFileOptions {
    // Photos and videos are compressed already.
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .large_file(payload.size_bytes >= LONG)
        .unix_permissions(0o644);
    let time = payload.modified.and_then(|at| {
        let at = at.to_zoned(TimeZone::UTC);
        DateTime::from_date_and_time(
            at.year().try_into().ok()?,
            at.month().try_into().ok()?,
            at.day().try_into().ok()?,
            at.hour().try_into().ok()?,
            at.minute().try_into().ok()?,
            at.second().try_into().ok()?,
        )
        .ok()
    });
    options.last_modified_time(time.unwrap_or_default())
}
