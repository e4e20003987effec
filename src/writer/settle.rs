//! Carries out the reconciler's plan, so that a stop at any step leaves what the next run can finish.

use std::collections::HashSet;
use std::fs;
use std::io::{self, ErrorKind};
use std::mem::discriminant;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use jiff::Timestamp;

use super::library::Library;
use super::reconcile::{Action, Disk, Found, PlacedFile, Plan, Staged};
use super::staging::{ExtentError, StagedFile};
use disk::digest::hash_file;
use disk::regular;
use disk::safe_writer::WriteError;
use disk::threads::share_out;
use model::content_hash::ContentHash;
use model::library_path::LibraryPath;

/// Why the tree could not be brought into order. What was done stays; the next run does the rest.
#[derive(Debug, thiserror::Error)]
pub enum SettleError {
    /// A change to the disk failed.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// A file could not be read.
    #[error("could not read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// What carrying out a plan found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Applied {
    /// Files on disk whose bytes are not those the catalog knows; the good copy stays in staging.
    pub changed: Vec<LibraryPath>,
    /// Wanted files that could not be copied because the only source is changed.
    pub vanished: Vec<LibraryPath>,
}

/// Carries out `plan`. `on_done` hears of each action done.
///
/// Afterwards the catalog notes [`Plan::placements`], then [`Library::end_settling`] ends it.
pub fn apply(
    library: &Library,
    plan: &Plan,
    threads: NonZeroUsize,
    on_done: &mut dyn FnMut(&Action),
) -> Result<Applied, SettleError> {
    let mut applied = Applied::default();
    if plan.actions.is_empty() {
        return Ok(applied);
    }
    library.begin_settling(plan)?;
    // Actions of one kind touch different files; only those of the next kind must wait for them.
    let alike = |a: &Action, b: &Action| discriminant(a) == discriminant(b);
    for run in plan.actions.chunk_by(alike) {
        for some in run.chunks(ACTIONS_AT_ONCE) {
            act_all(library, some, threads, &mut applied)?;
            some.iter().for_each(&mut *on_done);
        }
    }
    library.writer().sync_all()?;
    Ok(applied)
}

/// Actions between two reports of progress.
const ACTIONS_AT_ONCE: usize = 1024;

/// Renaming is quick work, shared out; copying reads whole files and tells what it found, one after the other.
fn act_all(
    library: &Library,
    actions: &[Action],
    threads: NonZeroUsize,
    applied: &mut Applied,
) -> Result<(), SettleError> {
    if let Some(Action::Copy { .. } | Action::DropExtra { .. }) = actions.first() {
        return actions
            .iter()
            .try_for_each(|action| act(library, action, applied));
    }
    let before = &*applied;
    share_out(actions, threads, |action| rename(library, action, before))
        .into_iter()
        .collect()
}

fn rename(library: &Library, action: &Action, before: &Applied) -> Result<(), SettleError> {
    let writer = library.writer();
    match action {
        Action::MoveOut {
            from,
            content_hash,
            slot,
        } => writer.move_out(from, &library.slot_path(content_hash, *slot))?,
        Action::Place {
            content_hash,
            slot,
            to,
        } => writer.place(&library.slot_path(content_hash, *slot), to)?,
        // A copy that could not be made has no time to set.
        Action::SetTime { path, .. } if before.vanished.contains(path) => {}
        Action::SetTime { path, to } => writer.set_modified(path, *to)?,
        Action::Copy { .. } | Action::DropExtra { .. } => {}
    }
    Ok(())
}

fn act(library: &Library, action: &Action, applied: &mut Applied) -> Result<(), SettleError> {
    let writer = library.writer();
    match action {
        Action::Copy {
            content_hash,
            from,
            to,
        } => {
            if !copy(library, content_hash, from, to)? {
                applied.changed.push(from.clone());
                applied.vanished.push(to.clone());
            }
        }
        Action::DropExtra {
            content_hash,
            slot,
            kept_at,
        } => {
            let path = kept_at.on_disk(library.root());
            let found = hash_file(&path).map_err(|source| SettleError::Read { path, source })?;
            if found == *content_hash {
                writer.remove(&library.slot_path(content_hash, *slot))?;
            } else {
                applied.changed.push(kept_at.clone());
            }
        }
        Action::MoveOut { .. } | Action::Place { .. } | Action::SetTime { .. } => {
            rename(library, action, applied)?;
        }
    }
    Ok(())
}

/// Copies a file by way of staging; returns whether its bytes were those of its hash.
fn copy(
    library: &Library,
    hash: &ContentHash,
    from: &LibraryPath,
    to: &LibraryPath,
) -> Result<bool, SettleError> {
    let path = from.on_disk(library.root());
    let unreadable = |source| SettleError::Read {
        path: path.clone(),
        source,
    };
    let source = regular::open(&path).map_err(unreadable)?;
    let size_bytes = source.metadata().map_err(unreadable)?.len();
    let mut staged = StagedFile::begin(library.writer(), 0);
    staged
        .fill_from_extent(&source, 0, size_bytes, &mut |_| {})
        .map_err(|error| match error {
            ExtentError::Read(source) => unreadable(source),
            ExtentError::Write(error) => error.into(),
        })?;
    let finished = staged.finish();
    if finished.content_hash != *hash {
        finished.discard()?;
        return Ok(false);
    }
    let kept = finished.keep()?;
    // The bytes must be on the disk before they get a final name.
    library.writer().sync_all()?;
    library.writer().place(&kept, to)?;
    Ok(true)
}

impl Library {
    /// Notes where files are about to be placed, so that a killed run's files are found wherever they got to.
    fn begin_settling(&self, plan: &Plan) -> Result<(), SettleError> {
        let mut files = self.settling()?;
        let targets = targets(plan);
        files.extend(
            plan.placements
                .iter()
                .filter(|file| targets.contains(&file.path))
                .cloned(),
        );
        files.sort();
        files.dedup();
        let json = serde_json::to_vec(&files).map_err(|error| SettleError::Read {
            path: self.inner("settling"),
            source: error.into(),
        })?;
        self.writer().replace(&self.inner("settling"), &json)?;
        // Durable before the first rename; so are the staged bytes then.
        Ok(self.writer().sync_all()?)
    }

    /// Returns where an earlier run that did not end may have placed files. They are put to what the catalog believes
    /// before planning.
    pub fn settling(&self) -> Result<Vec<PlacedFile>, SettleError> {
        let path = self.inner("settling");
        match regular::read(&path) {
            Ok(bytes) => {
                let files: Result<Vec<PlacedFile>, _> = serde_json::from_slice(&bytes);
                let mut files = files.map_err(|error| SettleError::Read {
                    path,
                    source: error.into(),
                })?;
                // Someone else's library may name anything here; albumen's own folder holds no photo.
                files.retain(|file| !is_own(&file.path));
                Ok(files)
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
            Err(source) => Err(SettleError::Read { path, source }),
        }
    }

    /// Ends settling, once the catalog knows where every file is.
    pub fn end_settling(&self) -> Result<(), WriteError> {
        self.writer().remove(&self.inner("settling"))
    }
}

/// Returns whether a path lies in albumen's own folder, however a case-blind file system spells it.
fn is_own(path: &LibraryPath) -> bool {
    let top = path.as_str().split('/').next().unwrap_or_default();
    top.eq_ignore_ascii_case(".albumen")
}

fn targets(plan: &Plan) -> HashSet<&LibraryPath> {
    let target = |action| match action {
        &Action::Place { ref to, .. } | &Action::Copy { ref to, .. } => Some(to),
        _ => None,
    };
    plan.actions.iter().filter_map(target).collect()
}

impl Disk for Library {
    fn look(&self, path: &LibraryPath) -> io::Result<Option<Found>> {
        match fs::symlink_metadata(path.on_disk(self.root())) {
            Ok(metadata) => Ok(Some(found(&metadata))),
            Err(error)
                if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) =>
            {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    fn hash(&self, path: &LibraryPath) -> io::Result<ContentHash> {
        hash_file(&path.on_disk(self.root()))
    }

    fn staged(&self) -> io::Result<Vec<Staged>> {
        self.list_staged()
    }
}

fn found(metadata: &fs::Metadata) -> Found {
    Found {
        is_file: metadata.is_file(),
        size_bytes: metadata.len(),
        modified: metadata
            .modified()
            .ok()
            .and_then(|time| Timestamp::try_from(time).ok()),
        id: file_id(metadata),
    }
}

#[cfg(unix)]
fn file_id(metadata: &fs::Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    Some((metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn file_id(_: &fs::Metadata) -> Option<(u64, u64)> {
    None
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
#[path = "settle_tests.rs"]
mod tests;
