//! How much room a disk has left.

use std::path::Path;

/// Returns how many bytes a user may still write where `path` is or will be; `None` where the system does not tell.
pub fn free_bytes(path: &Path) -> Option<u64> {
    let there = path.ancestors().find(|folder| folder.exists())?;
    let there = if there.as_os_str().is_empty() {
        Path::new(".")
    } else {
        there
    };
    asked(there)
}

#[cfg(unix)]
fn asked(there: &Path) -> Option<u64> {
    let found = rustix::fs::statvfs(there).ok()?;
    found.f_bavail.checked_mul(found.f_frsize)
}

#[cfg(windows)]
fn asked(there: &Path) -> Option<u64> {
    fs4::available_space(there).ok()
}

/// This system does not tell.
#[cfg(not(any(unix, windows)))]
fn asked(_: &Path) -> Option<u64> {
    None
}
