//! What the system's refusal means for whoever has to do something about it. Only one of these speaks of a failing disk.

use std::io::{self, ErrorKind};

/// Why a file could not be read or written, as far as it says what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Another program has the file open and shares it with nobody (Windows: ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION).
    InUse,
    /// The user has no right to it (EACCES, EPERM).
    NoPermission,
    /// The file system is mounted read-only, or the medium is write-protected (EROFS).
    ReadOnly,
    /// The disk, or the user's share of it, is full (ENOSPC, EDQUOT).
    NoRoom,
    /// The disk itself failed (EIO).
    DiskError,
}

impl Fault {
    /// Tells what an error means; `None` if it is none of these.
    pub fn of(error: &io::Error) -> Option<Self> {
        // Windows calls this a refusal, too; but no right would help, and closing the other program does.
        if error.raw_os_error().is_some_and(is_in_use) {
            return Some(Self::InUse);
        }
        Some(match error.kind() {
            ErrorKind::PermissionDenied => Self::NoPermission,
            ErrorKind::ReadOnlyFilesystem => Self::ReadOnly,
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::NoRoom,
            _ if is_disk_error(error.raw_os_error()?) => Self::DiskError,
            _ => return None,
        })
    }
}

/// Returns whether a code of the system says that another program holds the file.
fn is_in_use(code: i32) -> bool {
    const SHARING_VIOLATION: i32 = 32;
    const LOCK_VIOLATION: i32 = 33;
    cfg!(windows) && [SHARING_VIOLATION, LOCK_VIOLATION].contains(&code)
}

#[cfg(unix)]
fn is_disk_error(code: i32) -> bool {
    code == rustix::io::Errno::IO.raw_os_error()
}

#[cfg(windows)]
fn is_disk_error(code: i32) -> bool {
    // ERROR_CRC, ERROR_SECTOR_NOT_FOUND, ERROR_IO_DEVICE, ERROR_DISK_OPERATION_FAILED.
    [23, 27, 1117, 1127].contains(&code)
}

#[cfg(not(any(unix, windows)))]
fn is_disk_error(_: i32) -> bool {
    false
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;

    #[test]
    fn only_an_input_or_output_error_is_one_of_the_disk() {
        for (code, fault) in [
            (1, Some(Fault::NoPermission)),
            (2, None),
            (5, Some(Fault::DiskError)),
            (13, Some(Fault::NoPermission)),
            (28, Some(Fault::NoRoom)),
            (30, Some(Fault::ReadOnly)),
            (122, Some(Fault::NoRoom)),
        ] {
            let error = io::Error::from_raw_os_error(code);
            assert_eq!(Fault::of(&error), fault, "{error}");
        }
        assert_eq!(Fault::of(&io::Error::other("a pipe")), None);
    }
}
