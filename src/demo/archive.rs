//! Composes the sample archive of `albumen demo`.

use std::io;
use std::path::Path;

/// Writes the sample archive as a zip file.
pub fn write_zip(path: &Path) -> io::Result<()> {
    std::fs::write(path, [])
}
