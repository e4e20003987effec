//! The one type through which everything the library writes, renames, syncs or removes passes.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use jiff::Timestamp;

use super::durable;
use super::private;
use super::regular;
use super::rename::rename_without_replacing;
use model::library_path::LibraryPath;

/// What a step does to the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StepKind {
    /// Makes an empty file in staging.
    Create,
    /// Reserves room for a file.
    Reserve,
    /// Writes bytes.
    Write,
    /// Gives a file another name.
    Rename,
    /// Removes a file.
    Remove,
    /// Makes a folder.
    MakeFolder,
    /// Removes an empty folder.
    RemoveFolder,
    /// Sets a file's modification time.
    SetTime,
    /// Waits until what was written is on the disk.
    Sync,
    /// Ends a transaction of the catalog.
    Commit,
}

impl StepKind {
    fn doing(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Reserve => "reserve room for",
            Self::Write => "write",
            Self::Rename => "rename",
            Self::Remove => "remove",
            Self::MakeFolder => "make folder",
            Self::RemoveFolder => "remove folder",
            Self::SetTime => "set the time of",
            Self::Sync => "sync",
            Self::Commit => "commit to",
        }
    }
}

/// One change to the disk that is about to happen.
#[derive(Debug, Clone, Copy)]
pub struct Step<'a> {
    /// What happens.
    pub kind: StepKind,
    /// To what; for a rename, the new name.
    pub path: &'a Path,
}

/// Is asked before every step, so that tests can make any of them fail or be the last.
pub trait Seam: Send + Sync {
    /// Lets the step happen, or makes it fail. A failing write leaves half of its bytes, as a full disk does.
    fn before(&self, step: Step<'_>) -> io::Result<()>;
}

/// A change to the disk that failed.
#[derive(Debug, thiserror::Error)]
#[error("could not {} {}", kind.doing(), path.display())]
pub struct WriteError {
    /// What was being done.
    pub kind: StepKind,
    /// To what.
    pub path: PathBuf,
    /// Why it failed.
    pub source: io::Error,
}

impl WriteError {
    /// Returns whether there was no room left (disk full, or the user's quota).
    pub fn is_disk_full(&self) -> bool {
        matches!(
            self.source.kind(),
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded
        )
    }

    /// Returns whether the folder cannot be written to at all.
    pub fn is_read_only(&self) -> bool {
        matches!(
            self.source.kind(),
            ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied
        )
    }
}

/// Writes to one library folder.
pub struct SafeWriter {
    root: PathBuf,
    staging: PathBuf,
    seam: Option<Arc<dyn Seam>>,
    next_name: AtomicU64,
    /// Folders that were looked at and are no links, as they are written: as paths they would be taken apart to be compared.
    plain: RwLock<HashSet<OsString>>,
    #[cfg(not(target_os = "linux"))]
    unsynced: std::sync::Mutex<std::collections::BTreeSet<PathBuf>>,
}

impl std::fmt::Debug for SafeWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SafeWriter")
            .field("root", &self.root)
            .finish_non_exhaustive()
    }
}

impl SafeWriter {
    /// Makes a writer for the library at `root`. Only tests give a seam.
    pub fn new(root: PathBuf, seam: Option<Arc<dyn Seam>>) -> Self {
        let staging = root.join(".albumen/staging");
        Self::staged_in(root, staging, seam)
    }

    /// Makes a writer for a folder that is no library: files that have no final name yet lie in `staging`, which must be on
    /// the same file system.
    pub fn staged_in(root: PathBuf, staging: PathBuf, seam: Option<Arc<dyn Seam>>) -> Self {
        Self {
            root,
            staging,
            seam,
            next_name: AtomicU64::new(0),
            plain: RwLock::default(),
            #[cfg(not(target_os = "linux"))]
            unsynced: std::sync::Mutex::default(),
        }
    }

    /// Returns the seam, for others who change the library's folder: the catalog asks it before it commits.
    pub fn seam(&self) -> Option<&Arc<dyn Seam>> {
        self.seam.as_ref()
    }

    /// Returns the library's folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Returns the folder for files that have no final name yet.
    pub fn staging(&self) -> PathBuf {
        self.staging.clone()
    }

    /// Returns a number no other unfinished file of this run has.
    pub fn unique(&self) -> u64 {
        self.next_name.fetch_add(1, Ordering::Relaxed)
    }

    /// Writes a file that can be derived again (sidecar, manifest, README), replacing an older one at once: a reader
    /// sees the old bytes or the new, never a part.
    ///
    /// Durable after the next [`Self::sync_all`]. A power loss before that can leave a new file empty, so a derived
    /// file that does not hold what it should is written again. Returns what the file system says of it.
    pub fn write_file(&self, path: &LibraryPath, bytes: &[u8]) -> Result<Metadata, WriteError> {
        let to = path.on_disk(&self.root);
        self.replace_by(&to, bytes, |file, path| {
            file.metadata()
                .map_err(|source| failed(StepKind::Write, path, source))
        })
    }

    /// Writes a file as [`Self::write_file`] does, a piece at a time: for one that is longer than memory should be.
    pub fn write_pieces(
        &self,
        path: &LibraryPath,
        pieces: &mut dyn Iterator<Item = io::Result<Vec<u8>>>,
    ) -> Result<Metadata, WriteError> {
        let to = path.on_disk(&self.root);
        self.replace_with(&to, |file, temporary| {
            for piece in pieces {
                let piece = piece.map_err(|source| failed(StepKind::Write, temporary, source))?;
                self.write(file, temporary, &piece)?;
            }
            file.metadata()
                .map_err(|source| failed(StepKind::Write, temporary, source))
        })
    }

    /// Writes a file of the `.albumen` folder, replacing an older one at once. Its bytes are on the disk before it has
    /// its name: a torn one would keep the library from being opened.
    pub fn replace(&self, to: &Path, bytes: &[u8]) -> Result<(), WriteError> {
        self.replace_by(to, bytes, |file, path| {
            self.tried(StepKind::Sync, path, || durable::sync(file))
        })
    }

    /// Copies a file into the `.albumen` folder, replacing an older one at once. Its bytes are on the disk before it has its name.
    pub fn replace_by_copy(&self, from: &Path, to: &Path) -> Result<(), WriteError> {
        self.replace_with(to, |file, temporary| {
            self.tried(StepKind::Write, temporary, || {
                io::copy(&mut regular::open(from)?, file).map(drop)
            })?;
            self.tried(StepKind::Sync, temporary, || durable::sync(file))
        })
    }

    /// Copies a file into the folder, replacing an older one at once; for copies that can be made again.
    pub fn copy_file(&self, from: &Path, to: &LibraryPath) -> Result<(), WriteError> {
        let to = to.on_disk(&self.root);
        self.replace_with(&to, |file, temporary| {
            self.tried(StepKind::Write, temporary, || {
                io::copy(&mut File::open(from)?, file).map(drop)
            })
        })
    }

    fn replace_by<T>(
        &self,
        to: &Path,
        bytes: &[u8],
        settle: impl FnOnce(&File, &Path) -> Result<T, WriteError>,
    ) -> Result<T, WriteError> {
        self.replace_with(to, |file, temporary| {
            self.write(file, temporary, bytes)?;
            settle(file, temporary)
        })
    }

    fn replace_with<T>(
        &self,
        to: &Path,
        fill: impl FnOnce(&mut File, &Path) -> Result<T, WriteError>,
    ) -> Result<T, WriteError> {
        let temporary = self.staging.join(format!("derived-{}", self.unique()));
        let written = self
            .create(&temporary)
            .and_then(|mut file| fill(&mut file, &temporary));
        let rename = || self.rename_over(&temporary, to);
        let renamed = written.and_then(|settled| {
            self.in_its_folder(to, rename)?;
            Ok(settled)
        });
        if renamed.is_err() {
            // Best effort: what stays is removed at the next run's start.
            let _ = self.remove(&temporary);
        }
        renamed
    }

    /// Gives a staged file its final name. Fails with [`ErrorKind::AlreadyExists`] rather than replace anything.
    pub fn place(&self, staged: &Path, to: &LibraryPath) -> Result<(), WriteError> {
        let to = to.on_disk(&self.root);
        self.in_its_folder(&to, || self.rename_new(staged, &to))
    }

    /// Takes a file from its place back into staging, without replacing anything there.
    pub fn move_out(&self, from: &LibraryPath, staged: &Path) -> Result<(), WriteError> {
        let from = from.on_disk(&self.root);
        self.refuse_links(StepKind::Rename, &from)?;
        self.in_its_folder(staged, || self.rename_new(&from, staged))
    }

    /// Gives a file the name `to`, making the folder of that name only if it turns out to be wanting: looking first
    /// costs a call for every file.
    pub fn in_its_folder<T>(
        &self,
        to: &Path,
        act: impl Fn() -> Result<T, WriteError>,
    ) -> Result<T, WriteError> {
        match act() {
            Err(error) if error.source.kind() == ErrorKind::NotFound => {
                let Some(folder) = to.parent() else {
                    return Err(error);
                };
                // Another thread may have made it since; then only the second try tells what is not there.
                self.make_folder_at(folder)?;
                act()
            }
            other => other,
        }
    }

    /// Removes a file that can be derived again. One that is gone already is no error.
    pub fn remove_derived(&self, path: &LibraryPath) -> Result<(), WriteError> {
        self.remove(&path.on_disk(&self.root))
    }

    /// Makes a folder of the library and those above it, private to their owner.
    pub fn make_folder(&self, folder: &str) -> Result<(), WriteError> {
        self.make_folder_at(&self.root.join(folder))
    }

    /// Removes a folder of the library and those above it, as far as they are empty.
    pub fn remove_empty_folders(&self, folder: &str) -> Result<(), WriteError> {
        let mut folder = folder;
        while !folder.is_empty() {
            let path = self.root.join(folder);
            match self.tried(StepKind::RemoveFolder, &path, || fs::remove_dir(&path)) {
                Ok(()) => self.note_folder_of(&path),
                Err(error) if error.source.kind() == ErrorKind::NotFound => {}
                Err(error) if is_not_empty(&error.source) => return Ok(()),
                Err(error) => return Err(error),
            }
            folder = folder.rsplit_once('/').map_or("", |(above, _)| above);
        }
        Ok(())
    }

    /// Sets a file's modification time, without opening it for writing.
    pub fn set_modified(&self, path: &LibraryPath, to: Timestamp) -> Result<(), WriteError> {
        let path = path.on_disk(&self.root);
        self.tried(StepKind::SetTime, &path, || set_modified(&path, to))
    }

    /// Makes a folder and those above it, private to their owner; one that is there stays as it is.
    pub fn make_folder_at(&self, path: &Path) -> Result<(), WriteError> {
        if path.is_dir() {
            return Ok(());
        }
        self.tried(StepKind::MakeFolder, path, || private::make_folder(path))?;
        self.note_folder_of(path);
        Ok(())
    }

    /// Makes a new file, private to its owner.
    pub fn create(&self, path: &Path) -> Result<File, WriteError> {
        let file = self.tried(StepKind::Create, path, || private::create_new(path))?;
        self.note(path);
        Ok(file)
    }

    /// Makes a new file, and its folder if that is wanting.
    pub fn create_in_its_folder(&self, path: &Path) -> Result<File, WriteError> {
        self.in_its_folder(path, || self.create(path))
    }

    /// Appends bytes to a file of ours.
    pub fn write(&self, mut file: &File, path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
        if let Err(error) = self.ask(StepKind::Write, path) {
            // A disk that fills up takes some of the bytes first; so does a seam.
            let _ = file.write_all(&bytes[..bytes.len() / 2]);
            return Err(error);
        }
        file.write_all(bytes)
            .map_err(|source| failed(StepKind::Write, path, source))
    }

    /// Reserves room, so that a full disk shows before a large file is half written. File systems that cannot are
    /// left alone.
    pub fn reserve(&self, file: &File, path: &Path, size_bytes: u64) -> Result<(), WriteError> {
        self.tried(StepKind::Reserve, path, || reserve(file, size_bytes))
    }

    /// Removes a file. One that is gone already is no error.
    pub fn remove(&self, path: &Path) -> Result<(), WriteError> {
        match self.tried(StepKind::Remove, path, || fs::remove_file(path)) {
            Err(error) if error.source.kind() == ErrorKind::NotFound => Ok(()),
            other => {
                self.note_folder_of(path);
                other
            }
        }
    }

    /// Gives a file another name. Fails with [`ErrorKind::AlreadyExists`] rather than replace anything.
    pub fn rename_new(&self, from: &Path, to: &Path) -> Result<(), WriteError> {
        self.tried(StepKind::Rename, to, || rename_without_replacing(from, to))?;
        self.note_moved(from, to);
        Ok(())
    }

    /// Gives a file of the library another place in it. Fails with [`ErrorKind::AlreadyExists`] rather than replace anything.
    pub fn rename_within(&self, from: &Path, to: &Path) -> Result<(), WriteError> {
        self.refuse_links(StepKind::Rename, from)?;
        self.rename_new(from, to)
    }

    /// Gives a file another name, replacing what has it: for files that can be derived again.
    pub fn rename_over(&self, from: &Path, to: &Path) -> Result<(), WriteError> {
        self.tried(StepKind::Rename, to, || fs::rename(from, to))?;
        self.note_moved(from, to);
        Ok(())
    }

    /// Makes everything written so far durable: the commit point before a catalog transaction.
    #[cfg(target_os = "linux")]
    pub fn sync_all(&self) -> Result<(), WriteError> {
        self.tried(StepKind::Sync, &self.root, || {
            // One call for the whole file system: a sync for each file costs three to six times the whole import.
            Ok(rustix::fs::syncfs(File::open(&self.root)?)?)
        })
    }

    /// Makes everything written so far durable: the commit point before a catalog transaction.
    #[cfg(not(target_os = "linux"))]
    pub fn sync_all(&self) -> Result<(), WriteError> {
        let paths = match self.unsynced.lock() {
            Ok(mut paths) => std::mem::take(&mut *paths),
            Err(poisoned) => std::mem::take(&mut *poisoned.into_inner()),
        };
        paths.iter().try_for_each(|path| {
            self.tried(StepKind::Sync, path, || match sync_path(path) {
                Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
                other => other,
            })
        })
    }

    fn tried<T>(
        &self,
        kind: StepKind,
        path: &Path,
        act: impl FnOnce() -> io::Result<T>,
    ) -> Result<T, WriteError> {
        self.ask(kind, path)?;
        act().map_err(|source| failed(kind, path, source))
    }

    /// Refuses a path of which a folder below the library's own is a link: it leads to files that are not the library's.
    pub fn refuse_links(&self, kind: StepKind, path: &Path) -> Result<(), WriteError> {
        // Nearly every step is in a folder that was looked at before, and taking paths apart costs more than all else here.
        if path.parent().is_some_and(|parent| self.is_plain(parent)) {
            return Ok(());
        }
        let Ok(below) = path.strip_prefix(&self.root) else {
            return Ok(());
        };
        let mut checked = Vec::new();
        for folder in below.ancestors().skip(1) {
            let on_disk = self.root.join(folder);
            if folder.as_os_str().is_empty() || self.is_plain(&on_disk) {
                break;
            }
            match fs::symlink_metadata(&on_disk) {
                Ok(found) if found.is_symlink() => {
                    let why = format!("{} is a link to another folder", on_disk.display());
                    return Err(failed(kind, path, io::Error::other(why)));
                }
                Ok(_) => checked.push(on_disk.into_os_string()),
                // Not made yet.
                Err(_) => {}
            }
        }
        if !checked.is_empty() {
            let mut plain = self.plain.write().unwrap_or_else(PoisonError::into_inner);
            plain.extend(checked);
        }
        Ok(())
    }

    /// Returns whether a folder was looked at; then all above it were, too.
    fn is_plain(&self, folder: &Path) -> bool {
        let plain = self.plain.read().unwrap_or_else(PoisonError::into_inner);
        plain.contains(folder.as_os_str())
    }

    fn ask(&self, kind: StepKind, path: &Path) -> Result<(), WriteError> {
        self.refuse_links(kind, path)?;
        match &self.seam {
            None => Ok(()),
            Some(seam) => seam
                .before(Step { kind, path })
                .map_err(|source| failed(kind, path, source)),
        }
    }

    #[cfg(target_os = "linux")]
    fn note(&self, _: &Path) {}

    #[cfg(not(target_os = "linux"))]
    fn note(&self, path: &Path) {
        if let Ok(mut paths) = self.unsynced.lock() {
            paths.insert(path.to_owned());
            paths.extend(path.parent().map(Path::to_owned));
        }
    }

    fn note_folder_of(&self, path: &Path) {
        if let Some(folder) = path.parent() {
            self.note(folder);
        }
    }

    fn note_moved(&self, from: &Path, to: &Path) {
        self.note_folder_of(from);
        self.note(to);
    }
}

fn failed(kind: StepKind, path: &Path, source: io::Error) -> WriteError {
    WriteError {
        kind,
        path: path.to_owned(),
        source,
    }
}

fn is_not_empty(error: &io::Error) -> bool {
    // POSIX lets a file system answer EEXIST for ENOTEMPTY.
    matches!(
        error.kind(),
        ErrorKind::DirectoryNotEmpty | ErrorKind::AlreadyExists
    )
}

#[cfg(unix)]
fn set_modified(path: &Path, to: Timestamp) -> io::Result<()> {
    use rustix::fs::{AtFlags, CWD, Timespec, Timestamps, UTIME_OMIT, utimensat};
    // Seconds towards the past, so that what is left over is never negative.
    let nanoseconds = to.as_nanosecond();
    let modified = Timespec {
        tv_sec: nanoseconds.div_euclid(1_000_000_000) as _,
        tv_nsec: nanoseconds.rem_euclid(1_000_000_000) as _,
    };
    let unchanged = Timespec {
        tv_sec: 0,
        tv_nsec: UTIME_OMIT as _,
    };
    let times = Timestamps {
        last_access: unchanged,
        last_modification: modified,
    };
    Ok(utimensat(CWD, path, &times, AtFlags::SYMLINK_NOFOLLOW)?)
}

#[cfg(not(unix))]
fn set_modified(path: &Path, to: Timestamp) -> io::Result<()> {
    open_for_times(path)?.set_modified(to.into())
}

#[cfg(not(any(unix, windows)))]
fn open_for_times(path: &Path) -> io::Result<File> {
    File::open(path)
}

#[cfg(windows)]
fn open_for_times(path: &Path) -> io::Result<File> {
    use std::os::windows::fs::OpenOptionsExt;
    // FILE_WRITE_ATTRIBUTES: times may be set, bytes may not.
    fs::OpenOptions::new().access_mode(0x100).open(path)
}

#[cfg(not(target_os = "linux"))]
fn sync_path(path: &Path) -> io::Result<()> {
    if cfg!(windows) && path.is_dir() {
        // Windows keeps folder entries in its own journal and cannot sync them.
        return Ok(());
    }
    // Windows syncs only what was opened to be written.
    let mut options = fs::OpenOptions::new();
    options.read(true).write(cfg!(windows));
    let synced = durable::sync(&options.open(path)?);
    match synced {
        // Some file systems of others cannot sync a folder at all.
        Err(error) if path.is_dir() && durable::is_unknown(&error) => Ok(()),
        other => other,
    }
}

#[cfg(target_os = "linux")]
fn reserve(file: &File, size_bytes: u64) -> io::Result<()> {
    use rustix::io::Errno;
    // The size stays as it is: after a crash a file must not look whole.
    match rustix::fs::fallocate(file, rustix::fs::FallocateFlags::KEEP_SIZE, 0, size_bytes) {
        Err(error @ (Errno::NOSPC | Errno::DQUOT)) => Err(error.into()),
        _ => Ok(()),
    }
}

#[cfg(not(target_os = "linux"))]
fn reserve(_: &File, _: u64) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
#[path = "safe_writer_tests.rs"]
mod tests;
