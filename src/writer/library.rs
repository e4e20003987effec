//! A library's folder: its format, its lock, and where things lie in it.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::identity::LibraryId;
use disk::private;
use disk::regular;
use disk::safe_writer::{SafeWriter, Seam, StepKind, WriteError};
use model::library_path::LibraryPath;

/// The format this version writes and the newest it reads.
pub const FORMAT: u32 = 1;

const FORMAT_TEXT: &str = "albumen library format ";

/// Begins the second line of the format file, which libraries of the first versions lack.
const ID_TEXT: &str = "id ";

/// How long a lock may be held by someone who only looks whether there is a library.
const MOMENT: Duration = Duration::from_millis(200);
/// How often it is looked in that time.
const LOOKS: u32 = 20;

/// Why a library could not be opened, made or locked.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say what the fields hold")]
pub enum LibraryError {
    /// When a folder, or nothing, is where a library was expected.
    #[error("there is no library at {}", path.display())]
    NotALibrary { path: PathBuf },
    /// When a library is to be made where one is.
    #[error("there is a library at {} already", path.display())]
    AlreadyALibrary { path: PathBuf },
    /// When a file is where the library should be.
    #[error("{} is not a folder", path.display())]
    NotAFolder { path: PathBuf },
    /// When a newer albumen made the library: nothing in it is touched.
    #[error("the library at {} has format {found}, and this version reads up to {known}", path.display())]
    NewerFormat {
        path: PathBuf,
        found: u32,
        known: u32,
    },
    /// When the file that tells the format holds something else.
    #[error("the format of the library at {} cannot be told from {text:?}", path.display())]
    UnknownFormat { path: PathBuf, text: String },
    /// When another process is at work in it.
    #[error("the library at {} is in use by {}", path.display(), holder(*pid))]
    Locked { path: PathBuf, pid: Option<u32> },
    /// When nothing can be written there: no right, or a disk that is mounted read-only.
    #[error("cannot write to {}", path.display())]
    ReadOnly { path: PathBuf, source: io::Error },
    /// When a file or folder of it could not be read.
    #[error("could not read {}", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    /// When a change to the disk failed for another reason: no room, a failing disk.
    #[error(transparent)]
    Write(WriteError),
}

impl LibraryError {
    /// Returns whether another run has the library's lock.
    pub fn is_locked(&self) -> bool {
        matches!(self, Self::Locked { .. })
    }
}

fn holder(pid: Option<u32>) -> String {
    pid.map_or_else(
        || "another run".to_owned(),
        |pid| format!("another run (process {pid})"),
    )
}

impl From<WriteError> for LibraryError {
    fn from(error: WriteError) -> Self {
        if error.is_read_only() {
            Self::ReadOnly {
                path: error.path,
                source: error.source,
            }
        } else {
            Self::Write(error)
        }
    }
}

/// An open library.
#[derive(Debug)]
pub struct Library {
    writer: SafeWriter,
}

/// Keeps other runs out of a library until it is dropped.
#[derive(Debug)]
pub struct LibraryLock {
    file: File,
}

impl Drop for LibraryLock {
    fn drop(&mut self) {
        // Closing is not enough: a process that is just being forked off holds the file open until it runs its program.
        let _ = self.file.unlock();
    }
}

impl Library {
    /// Makes a library in `root`, which is made if it is not there. Files that lie there already are left alone.
    pub fn create(root: &Path) -> Result<Self, LibraryError> {
        Self::create_with(root, None)
    }

    /// Opens the library at `root`. Changes nothing.
    pub fn open(root: &Path) -> Result<Self, LibraryError> {
        Self::open_with(root, None)
    }

    /// Opens the library at `root`, or makes one there.
    pub fn open_or_create(root: &Path) -> Result<Self, LibraryError> {
        Self::open_or_create_with(root, None)
    }

    /// Opens or makes a library all of whose writes ask `seam` first; for tests.
    pub fn open_or_create_with(
        root: &Path,
        seam: Option<Arc<dyn Seam>>,
    ) -> Result<Self, LibraryError> {
        match Self::open_with(root, seam.clone()) {
            Err(LibraryError::NotALibrary { .. }) => {}
            other => return other,
        }
        match Self::create_with(root, seam.clone()) {
            // Another process made it in the meantime.
            Err(LibraryError::AlreadyALibrary { .. }) => Self::open_with(root, seam),
            other => other,
        }
    }

    /// Makes a library all of whose writes ask `seam` first; for tests.
    pub fn create_with(root: &Path, seam: Option<Arc<dyn Seam>>) -> Result<Self, LibraryError> {
        no_library(root)?;
        let library = Self {
            writer: SafeWriter::new(root.to_owned(), seam),
        };
        library.writer.make_folder_at(root)?;
        library.writer.make_folder_at(&library.writer.staging())?;
        let _making = library.lock_to_make()?;
        // What a making that was killed left has the name the next file gets.
        library.clean_unfinished(&|_| false)?;
        // Last, and at once: a library whose making was cut short is none yet, and is made again.
        library.write_format(&LibraryId::random())?;
        library.writer.sync_all()?;
        Ok(library)
    }

    fn write_format(&self, id: &LibraryId) -> Result<(), WriteError> {
        let format = format!("{FORMAT_TEXT}{FORMAT}\n{ID_TEXT}{id}\n");
        self.writer
            .replace(&self.inner("format"), format.as_bytes())
    }

    /// Returns what tells this library from others; `None` for one of the first versions that was not given an id yet.
    ///
    /// # Errors
    /// Fails if the format file cannot be read any more.
    pub fn id(&self) -> Result<Option<LibraryId>, LibraryError> {
        Ok(read_format(self.root())?.id)
    }

    /// Returns the library's id, and gives it one if it has none. The lock shows that nobody else does the same.
    ///
    /// # Errors
    /// Fails if the format file can be neither read nor written.
    pub fn ensure_id(&self, _lock: &LibraryLock) -> Result<LibraryId, LibraryError> {
        if let Some(id) = self.id()? {
            return Ok(id);
        }
        let id = LibraryId::random();
        self.write_format(&id)?;
        Ok(id)
    }

    /// Opens a library all of whose writes ask `seam` first; for tests.
    pub fn open_with(root: &Path, seam: Option<Arc<dyn Seam>>) -> Result<Self, LibraryError> {
        let found = read_format(root)?.number;
        if found > FORMAT {
            return Err(LibraryError::NewerFormat {
                path: root.to_owned(),
                found,
                known: FORMAT,
            });
        }
        Ok(Self {
            writer: SafeWriter::new(root.to_owned(), seam),
        })
    }

    /// Returns the library's folder.
    pub fn root(&self) -> &Path {
        self.writer.root()
    }

    /// Returns what every change to the library goes through.
    pub fn writer(&self) -> &SafeWriter {
        &self.writer
    }

    /// Returns where the catalog lies.
    pub fn catalog_path(&self) -> PathBuf {
        self.inner("catalog.sqlite")
    }

    /// Returns the place of a file of albumen's own.
    pub(super) fn inner(&self, name: &str) -> PathBuf {
        self.root().join(".albumen").join(name)
    }

    /// Notes what the lists at the top of the library are going to be, before the first of them is written.
    pub fn note_lists(&self, note: &str) -> Result<(), WriteError> {
        self.writer.replace(&self.inner("lists"), note.as_bytes())
    }

    /// Returns the note of a run that was cut off as it wrote the lists.
    pub fn noted_lists(&self) -> Option<String> {
        regular::read_to_string(&self.inner("lists")).ok()
    }

    /// Forgets that note, when the catalog knows the lists.
    pub fn forget_lists(&self) -> Result<(), WriteError> {
        match self.inner("lists").exists() {
            true => self.writer.remove(&self.inner("lists")),
            false => Ok(()),
        }
    }

    /// Keeps a copy of a file that cannot be read where nothing overwrites it, and says where.
    pub fn set_aside(&self, name: &str, bytes: &[u8]) -> Result<PathBuf, WriteError> {
        let hash = model::content_hash::ContentHash::of(bytes);
        let name = name.replace('/', "_");
        let folder = self.inner("set-aside");
        self.writer.make_folder_at(&folder)?;
        let path = folder.join(format!("{}-{name}", hash.short(16)));
        self.writer.replace(&path, bytes)?;
        Ok(path)
    }

    /// Keeps a copy of a file as [`Self::set_aside`] does, whatever its length.
    pub fn set_aside_file(&self, name: &str) -> Result<PathBuf, WriteError> {
        let from = self.root().join(name);
        let hash = disk::digest::hash_file(&from).map_err(|source| WriteError {
            kind: StepKind::Write,
            path: from.clone(),
            source,
        })?;
        let folder = self.inner("set-aside");
        self.writer.make_folder_at(&folder)?;
        let path = folder.join(format!("{}-{}", hash.short(16), name.replace('/', "_")));
        self.writer.replace_by_copy(&from, &path)?;
        Ok(path)
    }

    /// Moves a damaged file out of the tree, to where nothing overwrites it, and says where. Nothing is ever deleted.
    pub fn move_aside(&self, path: &LibraryPath) -> Result<PathBuf, WriteError> {
        let from = path.on_disk(self.root());
        self.writer.refuse_links(StepKind::Rename, &from)?;
        // A file that cannot even be read is told apart by its place alone.
        let mark = disk::digest::hash_file(&from)
            .map_or_else(|_| "unreadable".to_owned(), |hash| hash.short(16));
        let folder = self.inner("set-aside");
        self.writer.make_folder_at(&folder)?;
        let to = folder.join(format!("{mark}-{}", path.as_str().replace('/', "_")));
        self.writer.rename_over(&from, &to)?;
        Ok(to)
    }

    /// Keeps other runs out, or says who is in. Whoever is in for a moment only is waited for.
    pub fn lock(&self) -> Result<LibraryLock, LibraryError> {
        for _ in 0..LOOKS {
            match self.try_lock() {
                Err(LibraryError::Locked { .. }) => std::thread::sleep(MOMENT / LOOKS),
                other => return other,
            }
        }
        self.try_lock()
    }

    fn try_lock(&self) -> Result<LibraryLock, LibraryError> {
        let mut file = self.open_lock_file()?;
        match file.try_lock() {
            Ok(()) => self.sign(file),
            Err(TryLockError::WouldBlock) => Err(LibraryError::Locked {
                path: self.root().to_owned(),
                pid: read_pid(&mut file),
            }),
            Err(TryLockError::Error(source)) => Err(self.unreadable_lock(source)),
        }
    }

    /// Keeps others out who are making the same library, until one of them has made it.
    fn lock_to_make(&self) -> Result<LibraryLock, LibraryError> {
        loop {
            no_library(self.root())?;
            match self.try_lock() {
                Err(LibraryError::Locked { .. }) => std::thread::sleep(MOMENT / 20),
                Ok(lock) => return no_library(self.root()).map(|()| lock),
                Err(error) => return Err(error),
            }
        }
    }

    /// Keeps runs out that would change the library, where its lock can be read and perhaps not written. Others who only read
    /// are let in.
    pub fn lock_to_read(&self) -> Result<LibraryLock, LibraryError> {
        let path = self.inner("lock");
        let mut file = regular::open(&path).map_err(|source| self.unreadable_lock(source))?;
        for look in 0..=LOOKS {
            match file.try_lock_shared() {
                Ok(()) => return Ok(LibraryLock { file }),
                Err(TryLockError::WouldBlock) if look < LOOKS => {
                    std::thread::sleep(MOMENT / LOOKS);
                }
                Err(TryLockError::WouldBlock) => break,
                Err(TryLockError::Error(source)) => return Err(self.unreadable_lock(source)),
            }
        }
        Err(LibraryError::Locked {
            path: self.root().to_owned(),
            pid: read_pid(&mut file),
        })
    }

    fn open_lock_file(&self) -> Result<File, LibraryError> {
        let path = self.inner("lock");
        let options = &mut OpenOptions::new();
        let opened = private::open(&path, options.create(true).truncate(false));
        opened.map_err(|source| match source.kind() {
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => LibraryError::ReadOnly {
                path: self.root().to_owned(),
                source,
            },
            _ => LibraryError::Unreadable { path, source },
        })
    }

    /// Writes who holds the lock; only a help for whoever is kept out, so a full disk does not matter here.
    fn sign(&self, mut file: File) -> Result<LibraryLock, LibraryError> {
        let _ = file
            .set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| writeln!(file, "{}", std::process::id()));
        Ok(LibraryLock { file })
    }

    fn unreadable_lock(&self, source: io::Error) -> LibraryError {
        LibraryError::Unreadable {
            path: self.inner("lock"),
            source,
        }
    }
}

fn read_pid(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.take(32).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

/// Fails if there is a library already.
fn no_library(root: &Path) -> Result<(), LibraryError> {
    match read_format(root) {
        Ok(_) => Err(LibraryError::AlreadyALibrary {
            path: root.to_owned(),
        }),
        Err(LibraryError::NotALibrary { .. }) => Ok(()),
        Err(error) => Err(error),
    }
}

/// What the format file says.
struct Format {
    number: u32,
    id: Option<LibraryId>,
}

fn read_format(root: &Path) -> Result<Format, LibraryError> {
    let path = root.join(".albumen/format");
    let not_a_library = || LibraryError::NotALibrary {
        path: root.to_owned(),
    };
    match fs::metadata(root) {
        Ok(metadata) if metadata.is_dir() => {}
        Ok(_) => {
            return Err(LibraryError::NotAFolder {
                path: root.to_owned(),
            });
        }
        Err(error) if error.kind() == ErrorKind::NotFound => return Err(not_a_library()),
        Err(source) => {
            return Err(LibraryError::Unreadable {
                path: root.to_owned(),
                source,
            });
        }
    }
    let bytes = regular::read(&path).map_err(|source| match source.kind() {
        ErrorKind::NotFound => not_a_library(),
        _ => LibraryError::Unreadable {
            path: path.clone(),
            source,
        },
    })?;
    let text = String::from_utf8_lossy(&bytes);
    let mut lines = text.lines();
    let number = lines
        .next()
        .and_then(|line| line.strip_prefix(FORMAT_TEXT)?.trim_end().parse().ok());
    let number = number.ok_or_else(|| LibraryError::UnknownFormat {
        path: root.to_owned(),
        text: model::shown::shown(text.trim_end()),
    })?;
    let id = lines.find_map(|line| LibraryId::parse(line.strip_prefix(ID_TEXT)?.trim_end()));
    Ok(Format { number, id })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use disk::faults::{Fail, StopAfter};

    #[test]
    fn a_library_is_made_opened_and_not_made_twice() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("a/library");
        assert!(matches!(
            Library::open(&root),
            Err(LibraryError::NotALibrary { .. })
        ));
        Library::create(&root).unwrap();
        let format = fs::read_to_string(root.join(".albumen/format")).unwrap();
        let id = Library::open(&root).unwrap().id().unwrap().unwrap();
        assert_eq!(format, format!("albumen library format 1\nid {id}\n"));
        assert!(matches!(
            Library::create(&root),
            Err(LibraryError::AlreadyALibrary { .. })
        ));
        Library::open_or_create(&root).unwrap();
    }

    #[test]
    fn a_library_of_the_first_versions_gets_an_id_and_keeps_it() {
        let folder = tempfile::tempdir().unwrap();
        let library = Library::create(folder.path()).unwrap();
        fs::write(library.inner("format"), "albumen library format 1\n").unwrap();
        assert_eq!(library.id().unwrap(), None);
        let lock = library.lock().unwrap();
        let id = library.ensure_id(&lock).unwrap();
        assert_eq!(library.ensure_id(&lock).unwrap(), id);
        assert_eq!(library.id().unwrap(), Some(id));
    }

    #[test]
    fn foreign_files_in_the_folder_are_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("mine.txt"), b"mine").unwrap();
        Library::open_or_create(folder.path()).unwrap();
        assert_eq!(fs::read(folder.path().join("mine.txt")).unwrap(), b"mine");
        assert!(matches!(
            Library::open_or_create(&folder.path().join("mine.txt")),
            Err(LibraryError::NotAFolder { .. })
        ));
    }

    #[test]
    fn newer_and_strange_formats_are_refused_and_not_touched() {
        for (text, newer) in [
            ("albumen library format 2\n", true),
            ("something else", false),
            ("", false),
        ] {
            let folder = tempfile::tempdir().unwrap();
            fs::create_dir(folder.path().join(".albumen")).unwrap();
            fs::write(folder.path().join(".albumen/format"), text).unwrap();
            let error = Library::open_or_create(folder.path()).unwrap_err();
            assert_eq!(
                matches!(error, LibraryError::NewerFormat { found: 2, .. }),
                newer,
                "{error}"
            );
            assert_eq!(
                fs::read_dir(folder.path().join(".albumen"))
                    .unwrap()
                    .count(),
                1
            );
        }
    }

    #[test]
    fn a_making_that_was_cut_short_is_made_again() {
        for steps in 0.. {
            let folder = tempfile::tempdir().unwrap();
            let (seam, _) = StopAfter::steps(steps);
            let done = Library::create_with(folder.path(), Some(seam)).is_ok();
            Library::open_or_create(folder.path()).unwrap();
            Library::open(folder.path()).unwrap();
            if done {
                assert!(steps > 3);
                break;
            }
        }
    }

    #[test]
    fn a_folder_that_cannot_be_written_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let seam = Arc::new(Fail(StepKind::MakeFolder, ErrorKind::ReadOnlyFilesystem));
        let error = Library::create_with(folder.path(), Some(seam)).unwrap_err();
        assert!(matches!(error, LibraryError::ReadOnly { .. }));
        assert!(error.to_string().starts_with("cannot write to "), "{error}");
    }

    #[test]
    fn a_damaged_file_is_moved_aside_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let library = Library::create(folder.path()).unwrap();
        fs::create_dir(folder.path().join("2023")).unwrap();
        fs::write(folder.path().join("2023/a.jpg"), b"hello").unwrap();
        let path = LibraryPath::parse("2023/a.jpg").unwrap();
        let aside = library.move_aside(&path).unwrap();
        assert!(aside.ends_with(".albumen/set-aside/2cf24dba5fb0a30e-2023_a.jpg"));
        assert_eq!(fs::read(aside).unwrap(), b"hello");
        assert!(!folder.path().join("2023/a.jpg").exists());
        assert!(library.move_aside(&path).is_err());
    }

    #[test]
    fn the_lock_lets_one_in_and_says_who_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let library = Library::create(folder.path()).unwrap();
        let held = library.lock().unwrap();
        let error = Library::open(folder.path()).unwrap().lock().unwrap_err();
        assert!(
            error.to_string().contains("in use by another run"),
            "{error}"
        );
        #[cfg(unix)]
        assert!(
            matches!(error, LibraryError::Locked { pid: Some(pid), .. } if pid == std::process::id())
        );
        drop(held);
        library.lock().unwrap();
    }
}
