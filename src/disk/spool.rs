//! Keeps what comes out of a pipe in a private file, because an archive is read from its end.
//!
//! The file lies on the library's disk and is locked as long as it is used. It goes when it is dropped; one that a killed process
//! left has no lock on it any more, and [`sweep`] removes it.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::private;
use model::content_hash::ContentHash;

/// Names of such files begin so.
const BEGINNING: &str = ".albumen-stdin-";
/// What is in a folder of ours begins so.
const NAMED: &str = "stdin-";
/// Bytes held in memory at once.
const CHUNK: usize = 256 << 10;

/// A file that goes when it is dropped.
#[derive(Debug)]
pub struct Spool {
    path: PathBuf,
    file: File,
}

impl Spool {
    /// Makes an empty one in a folder that is there.
    ///
    /// # Errors
    /// Fails if the system does.
    pub fn create(folder: &Path) -> io::Result<Self> {
        let path = folder.join(format!("{BEGINNING}{}", std::process::id()));
        let file = private::create_new(&path)?;
        let spool = Self { path, file };
        // On Windows a lock would keep the reader out, too.
        #[cfg(not(windows))]
        spool.file.lock()?;
        Ok(spool)
    }

    /// Returns a second handle of its file, to be filled by another thread.
    ///
    /// # Errors
    /// Fails if the system does.
    pub fn handle(&self) -> io::Result<File> {
        self.file.try_clone()
    }

    /// Gives it the name an archive has: its kind by its first bytes, and its hash, so that the same archive has the same name
    /// again.
    ///
    /// # Errors
    /// Fails if the system does.
    pub fn named(mut self, filled: &Filled) -> io::Result<Self> {
        let folder = self.path.with_extension("d");
        private::make_folder(&folder)?;
        let name = format!("{NAMED}{}.{}", filled.hash.short(12), filled.kind());
        let path = folder.join(name);
        fs::rename(&self.path, &path)?;
        self.path = path;
        Ok(self)
    }

    /// Returns where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Spool {
    fn drop(&mut self) {
        // What cannot be removed now is swept by the next import.
        let _ = fs::remove_file(&self.path);
        if let Some(folder) = self.path.parent()
            && begins(folder, BEGINNING)
        {
            let _ = fs::remove_dir(folder);
        }
    }
}

/// What was read.
#[derive(Debug, Clone)]
pub struct Filled {
    /// How many bytes.
    pub bytes: u64,
    /// Their hash.
    pub hash: ContentHash,
    beginning: Vec<u8>,
}

impl Filled {
    /// Returns the ending that names of such archives have.
    fn kind(&self) -> &'static str {
        match self.beginning.as_slice() {
            [b'P', b'K', ..] => "zip",
            [0x1f, 0x8b, ..] => "tgz",
            _ => "tar",
        }
    }
}

/// Copies everything, a piece at a time.
///
/// # Errors
/// Fails if either side does.
pub fn fill(from: &mut dyn Read, to: &mut dyn Write) -> io::Result<Filled> {
    let mut hasher = Sha256::new();
    let mut beginning = Vec::new();
    let mut bytes = 0;
    let mut chunk = vec![0; CHUNK];
    loop {
        let count = match from.read(&mut chunk) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let piece = &chunk[..count];
        if beginning.len() < 4 {
            beginning.extend_from_slice(&piece[..count.min(4)]);
        }
        hasher.update(piece);
        to.write_all(piece)?;
        bytes += count as u64;
    }
    to.flush()?;
    Ok(Filled {
        bytes,
        hash: ContentHash(hasher.finalize().into()),
        beginning,
    })
}

/// Removes what killed processes left in a folder. What is in use stays, and so does whatever has another name or lies behind a
/// link: a library may be somebody else's.
pub fn sweep(folder: &Path) {
    for (path, kind) in entries(folder, BEGINNING) {
        if kind.is_dir() {
            let inside = entries(&path, NAMED).filter(|(_, kind)| kind.is_file());
            inside.for_each(|(path, _)| remove_unused(&path));
            // Another process may be about to move its file here: then it is not empty for long, and stays.
            let _ = fs::remove_dir(&path);
        } else if kind.is_file() {
            remove_unused(&path);
        }
    }
}

/// Returns the entries of a folder whose names begin so, and what each is by itself, not where it leads.
fn entries(
    folder: &Path,
    beginning: &'static str,
) -> impl Iterator<Item = (PathBuf, fs::FileType)> {
    let all = fs::read_dir(folder).into_iter().flatten().flatten();
    let all = all.filter_map(|entry| Some((entry.path(), entry.file_type().ok()?)));
    all.filter(move |(path, _)| begins(path, beginning))
}

fn begins(path: &Path, beginning: &str) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    name.is_some_and(|name| name.starts_with(beginning))
}

#[cfg(not(windows))]
fn remove_unused(path: &Path) {
    let Ok(file) = super::regular::open(path) else {
        return;
    };
    if !matches!(file.try_lock(), Err(std::fs::TryLockError::WouldBlock)) {
        let _ = fs::remove_file(path);
    }
}

/// Nothing tells there whether a file is in use: what is two days old is not.
#[cfg(windows)]
fn remove_unused(path: &Path) {
    let old = std::time::Duration::from_secs(2 * 24 * 3600);
    let modified = fs::metadata(path).and_then(|metadata| metadata.modified());
    if modified.is_ok_and(|at| at.elapsed().is_ok_and(|age| age > old)) {
        let _ = fs::remove_file(path);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn it_goes_when_dropped_and_what_a_killed_process_left_is_swept() {
        let folder = tempfile::tempdir().unwrap();
        let count = || fs::read_dir(folder.path()).unwrap().count();
        let spool = Spool::create(folder.path()).unwrap();
        let filled = fill(&mut &b"PK\x03\x04rest"[..], &mut spool.handle().unwrap()).unwrap();
        assert_eq!(filled.bytes, 8);
        let spool = spool.named(&filled).unwrap();
        let name = spool
            .path()
            .file_name()
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned();
        assert!(
            name.starts_with("stdin-") && name.ends_with(".zip"),
            "{name}"
        );
        sweep(folder.path());
        assert_eq!(fs::read(spool.path()).unwrap(), b"PK\x03\x04rest");
        drop(spool);
        assert_eq!(count(), 0);
        fs::write(folder.path().join(".albumen-stdin-1"), "left").unwrap();
        fs::create_dir(folder.path().join(".albumen-stdin-2.d")).unwrap();
        fs::write(folder.path().join(".albumen-stdin-2.d/stdin-a.zip"), "left").unwrap();
        fs::write(folder.path().join("mine.txt"), "mine").unwrap();
        sweep(folder.path());
        assert_eq!(count(), 1);
    }

    /// A library may be somebody else's: a link in it must not lead the sweep to photos.
    #[test]
    #[cfg(unix)]
    fn a_link_is_never_followed_and_what_has_another_name_stays() {
        let folder = tempfile::tempdir().unwrap();
        let photos = folder.path().join("photos");
        fs::create_dir(&photos).unwrap();
        fs::write(photos.join("stdin-a.zip"), "mine").unwrap();
        let swept = folder.path().join("swept");
        fs::create_dir(&swept).unwrap();
        std::os::unix::fs::symlink(&photos, swept.join(".albumen-stdin-1.d")).unwrap();
        std::os::unix::fs::symlink(photos.join("stdin-a.zip"), swept.join(".albumen-stdin-2"))
            .unwrap();
        let own = swept.join(".albumen-stdin-3.d");
        fs::create_dir(&own).unwrap();
        fs::write(own.join("holiday.jpg"), "mine").unwrap();
        sweep(&swept);
        assert_eq!(fs::read(photos.join("stdin-a.zip")).unwrap(), b"mine");
        assert_eq!(fs::read(own.join("holiday.jpg")).unwrap(), b"mine");
    }

    #[test]
    fn the_kind_is_told_by_the_first_bytes() {
        for (bytes, kind) in [
            (&b"PK\x03\x04"[..], "zip"),
            (b"\x1f\x8b\x08", "tgz"),
            (b"folder/", "tar"),
            (b"", "tar"),
        ] {
            let filled = fill(&mut &bytes[..], &mut Vec::new()).unwrap();
            assert_eq!(filled.kind(), kind);
        }
    }
}
