//! Renames without replacing, on file systems that can do it in one step and on those that cannot.

use std::fs;
use std::io;
use std::path::Path;

/// How systems say that they do not know the flag: old kernels, NFS and some FUSE file systems; on macOS exFAT and network disks, by
/// `ENOTSUP`, which is another number than `EOPNOTSUPP` there (on Linux it is the same).
#[cfg(any(target_os = "linux", target_vendor = "apple"))]
const FLAG_UNKNOWN: [rustix::io::Errno; 4] = {
    use rustix::io::Errno;
    [Errno::INVAL, Errno::NOSYS, Errno::OPNOTSUPP, Errno::NOTSUP]
};

/// Gives `from` the name `to`. Fails with [`io::ErrorKind::AlreadyExists`] if there is something of that name.
#[cfg(any(target_os = "linux", target_vendor = "apple"))]
pub fn rename_without_replacing(from: &Path, to: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        Err(error) if FLAG_UNKNOWN.contains(&error) => rename_in_two_steps(from, to),
        other => Ok(other?),
    }
}

/// Gives `from` the name `to`. Fails with [`io::ErrorKind::AlreadyExists`] if there is something of that name.
#[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
pub fn rename_without_replacing(from: &Path, to: &Path) -> io::Result<()> {
    rename_in_two_steps(from, to)
}

/// A second name, then the first one removed; or, where files have one name only (exFAT), a look before the rename.
/// The lock keeps other runs out, so nothing of ours can appear in between.
fn rename_in_two_steps(from: &Path, to: &Path) -> io::Result<()> {
    match fs::hard_link(from, to) {
        Ok(()) => fs::remove_file(from),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(error),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(error),
        Err(_) if to.symlink_metadata().is_ok() => Err(io::ErrorKind::AlreadyExists.into()),
        Err(_) => fs::rename(from, to),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn both_ways_rename_and_neither_replaces() {
        for rename in [rename_without_replacing, rename_in_two_steps] {
            let folder = tempfile::tempdir().unwrap();
            let [a, b] = ["a", "b"].map(|name| folder.path().join(name));
            fs::write(&a, b"1").unwrap();
            rename(&a, &b).unwrap();
            assert!(!a.exists());
            fs::write(&a, b"2").unwrap();
            assert_eq!(
                rename(&a, &b).unwrap_err().kind(),
                io::ErrorKind::AlreadyExists
            );
            assert_eq!(
                (fs::read(&a).unwrap(), fs::read(&b).unwrap()),
                (b"2".to_vec(), b"1".to_vec())
            );
            fs::remove_file(&a).unwrap();
            assert_eq!(
                rename(&a, &folder.path().join("c")).unwrap_err().kind(),
                io::ErrorKind::NotFound
            );
        }
    }
}
