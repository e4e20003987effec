//! Reads files of the library, and nothing else that may lie in the place of one: opening a pipe waits until somebody writes
//! into it, a device may have no end, and a run that hangs says nothing.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::path::Path;

/// Opens a file to read.
///
/// # Errors
/// Fails if the system does, or if it is a pipe, socket or device.
pub fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(
        &mut options,
        // A pipe that nobody writes to is opened at once, and then told by what it is. Files do not mind.
        rustix::fs::OFlags::NONBLOCK.bits().cast_signed(),
    );
    let file = options.open(path)?;
    let kind = file.metadata()?.file_type();
    // A folder says so itself when it is read.
    match kind.is_file() || kind.is_dir() {
        true => Ok(file),
        false => Err(io::Error::other("a pipe, socket or device, and no file")),
    }
}

/// Reads a file whole.
///
/// # Errors
/// Fails as [`open`] does, or if it cannot be read to its end.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut file = open(path)?;
    let size_bytes = file.metadata().map_or(0, |found| found.len());
    let mut bytes = Vec::with_capacity(usize::try_from(size_bytes).unwrap_or(0));
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Reads a file whole as text.
///
/// # Errors
/// Fails as [`read`] does, or if it is no UTF-8.
pub fn read_to_string(path: &Path) -> io::Result<String> {
    String::from_utf8(read(path)?).map_err(io::Error::other)
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_and_a_pipe_socket_or_device_is_refused_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("file"), "text").unwrap();
        assert_eq!(read(&path("file")).unwrap(), b"text");
        assert_eq!(read_to_string(&path("file")).unwrap(), "text");
        let made = std::process::Command::new("mkfifo")
            .arg(path("pipe"))
            .status();
        assert!(made.unwrap().success());
        let _socket = std::os::unix::net::UnixListener::bind(path("socket")).unwrap();
        for odd in [path("pipe"), path("socket"), "/dev/zero".into()] {
            assert!(open(&odd).is_err(), "{odd:?}");
        }
        assert!(open(&path("none")).is_err_and(|e| e.kind() == io::ErrorKind::NotFound));
        assert!(read(folder.path()).is_err());
    }
}
