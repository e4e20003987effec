//! Files and folders that only their owner may read.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

/// Makes a folder and those above it, where they are not there.
///
/// # Errors
/// Fails if the system does.
pub fn make_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Opens a file to read and write. `options` say whether it may or must be made; the mode counts for a new one.
///
/// # Errors
/// Fails if the system does.
pub fn open(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options.read(true).write(true).open(path)
}

/// Makes a file that is not there yet.
///
/// # Errors
/// Fails if it is there, or the system fails.
pub fn create_new(path: &Path) -> io::Result<File> {
    open(path, OpenOptions::new().create_new(true))
}

/// Writes a small file of our own, at once or not at all; one that is there is replaced.
///
/// # Errors
/// Fails if the system does; what was there is there still.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    /// Another thread or process may write the same file at this moment.
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let new = path.with_extension(format!("{}-{number}.new", std::process::id()));
    let mut file = open(&new, OpenOptions::new().create(true).truncate(true))?;
    file.write_all(bytes)?;
    super::durable::sync(&file)?;
    fs::rename(&new, path)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn two_who_write_a_file_at_once_do_not_spoil_each_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("note.json");
        std::thread::scope(|scope| {
            for letter in [b'a', b'b', b'c'] {
                let path = &path;
                scope.spawn(move || {
                    for _ in 0..100 {
                        replace(path, &[letter; 1000]).unwrap();
                    }
                });
            }
        });
        let bytes = fs::read(&path).unwrap();
        assert!(bytes.len() == 1000 && bytes.iter().all(|byte| *byte == bytes[0]));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
