//! Seams: stop a run at any step of what it changes, make any step fail, and keep what a kill would leave.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use disk::safe_writer::{Seam, Step, StepKind};

/// Returns a temporary folder, in memory where the system has such: thousands of syncs cost nothing there.
pub fn in_memory() -> tempfile::TempDir {
    let shared = Path::new("/dev/shm");
    let mut builder = tempfile::Builder::new();
    builder.prefix("albumen-test-");
    match shared.is_dir() {
        true => builder.tempdir_in(shared).or_else(|_| builder.tempdir()),
        false => builder.tempdir(),
    }
    .expect("a temporary folder can be made")
}

/// Copies the folder before each step: what would be left if the process died there.
pub struct Snapshots {
    library: PathBuf,
    into: PathBuf,
    taken: Mutex<usize>,
}

impl Snapshots {
    /// Copies `library` to `into/0`, `into/1`, ….
    pub fn new(library: &Path, into: &Path) -> Self {
        Self {
            library: library.to_owned(),
            into: into.to_owned(),
            taken: Mutex::new(0),
        }
    }

    /// Returns how many steps there were.
    pub fn taken(&self) -> usize {
        *self.taken.lock().expect("no test panicked in here")
    }
}

impl Seam for Snapshots {
    fn before(&self, _: Step<'_>) -> io::Result<()> {
        let mut taken = self.taken.lock().expect("no test panicked in here");
        copy(&self.library, &self.into.join(taken.to_string()))?;
        *taken += 1;
        Ok(())
    }
}

/// What happens at the step that fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It alone fails.
    Once(ErrorKind),
    /// Everything fails from there on that needs room; what makes room goes on.
    Full,
    /// Everything fails from there on, as if nobody were left to do it. A write leaves half its bytes.
    Dead,
}

/// Makes the `at`-th step fail.
pub struct FailAt {
    at: usize,
    fault: Fault,
    seen: AtomicUsize,
    failed: AtomicBool,
}

impl FailAt {
    /// Counts steps from 0.
    pub fn new(at: usize, fault: Fault) -> Self {
        Self {
            at,
            fault,
            seen: AtomicUsize::new(0),
            failed: AtomicBool::new(false),
        }
    }

    /// Returns whether the step ever came.
    pub fn failed(&self) -> bool {
        self.failed.load(Ordering::Relaxed)
    }
}

impl Seam for FailAt {
    fn before(&self, step: Step<'_>) -> io::Result<()> {
        let number = self.seen.fetch_add(1, Ordering::Relaxed);
        let kind = match self.fault {
            Fault::Once(kind) => (number == self.at).then_some(kind),
            Fault::Dead => (number >= self.at).then_some(ErrorKind::Other),
            Fault::Full => {
                (number >= self.at && needs_room(step.kind)).then_some(ErrorKind::StorageFull)
            }
        };
        match kind {
            None => Ok(()),
            Some(kind) => {
                self.failed.store(true, Ordering::Relaxed);
                Err(kind.into())
            }
        }
    }
}

fn needs_room(kind: StepKind) -> bool {
    matches!(
        kind,
        StepKind::Create
            | StepKind::Reserve
            | StepKind::Write
            | StepKind::MakeFolder
            | StepKind::Commit
    )
}

/// Copies a folder with the times of its files.
pub fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let entries = match fs::read_dir(from) {
        // Not made yet: a kill there leaves nothing.
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    fs::create_dir_all(to)?;
    for entry in entries {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &to)?;
            continue;
        }
        match fs::copy(entry.path(), &to) {
            // Another thread's file that just got its name.
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            copied => {
                copied?;
                let modified = entry.metadata()?.modified()?;
                fs::File::open(&to)?.set_modified(modified)?;
            }
        }
    }
    Ok(())
}
