//! Waits until a file's bytes are on the disk, also on disks that know only the weaker of two ways to be asked.

use std::fs::File;
use std::io;

/// Waits until a file, or the entries of an opened folder, are on the disk.
pub fn sync(file: &File) -> io::Result<()> {
    or_plainly(file.sync_all(), || plainly(file))
}

/// On macOS the standard library asks the disk itself to empty its cache (`F_FULLFSYNC`). Network disks (SMB), exFAT by some drivers,
/// FUSE and WebDAV refuse that, each with an error of its own, and take `fsync`: Go, SQLite and libuv do the same.
fn or_plainly(asked: io::Result<()>, plainly: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
    match asked {
        Err(error) if is_unknown(&error) => plainly(),
        other => other,
    }
}

#[cfg(unix)]
fn plainly(file: &File) -> io::Result<()> {
    Ok(rustix::fs::fsync(file)?)
}

/// Tells an error that means "this file system does not know that" from one of the disk.
#[cfg(unix)]
pub(crate) fn is_unknown(error: &io::Error) -> bool {
    use rustix::io::Errno;
    // On Linux two of these are one number, on macOS they are not.
    [Errno::NOTSUP, Errno::OPNOTSUPP, Errno::INVAL, Errno::NOTTY]
        .iter()
        .any(|code| error.raw_os_error() == Some(code.raw_os_error()))
}

/// There is one way only.
#[cfg(not(unix))]
fn plainly(file: &File) -> io::Result<()> {
    file.sync_all()
}

/// There is one way only, and its errors are errors.
#[cfg(not(unix))]
pub(crate) fn is_unknown(_: &io::Error) -> bool {
    false
}

#[cfg(test)]
#[cfg(unix)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use rustix::io::Errno;

    #[test]
    fn what_a_file_system_does_not_know_is_asked_for_plainly_and_nothing_else_is_forgiven() {
        let mut asked = 0;
        for (code, plain) in [
            (Errno::NOTSUP, true),
            (Errno::OPNOTSUPP, true),
            (Errno::INVAL, true),
            (Errno::NOTTY, true),
            (Errno::IO, false),
            (Errno::NOSPC, false),
            (Errno::ROFS, false),
        ] {
            let refused = || Err(io::Error::from(code));
            let ended = or_plainly(refused(), || {
                asked += 1;
                Ok(())
            });
            assert_eq!(ended.is_ok(), plain, "{code:?}");
            // A disk that fails at the plain way, too, has failed.
            assert!(or_plainly(refused(), || Err(Errno::IO.into())).is_err());
        }
        assert_eq!(asked, 4);
    }

    #[test]
    fn files_and_folders_are_synced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        std::fs::write(&path, b"1").unwrap();
        sync(&File::open(&path).unwrap()).unwrap();
        sync(&File::open(folder.path()).unwrap()).unwrap();
    }
}
