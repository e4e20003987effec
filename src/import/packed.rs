//! Keeps the assets of a derivation as JSON, outside of memory where they are many: each is read again when its turn comes.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use super::ImportError;

/// Bytes kept in memory; more go to a temporary file without a name.
const MEMORY: usize = 1 << 20;

/// Texts, each added once and read any number of times.
#[derive(Default)]
pub struct Pack(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    file: Option<File>,
    /// Bytes that lie in the file.
    filed: u64,
    /// What was added since.
    tail: Vec<u8>,
    /// The temporary disk takes no more: the rest stays in memory, which costs memory and not the import.
    full: bool,
}

/// One text of a pack.
#[derive(Clone)]
pub struct Packed {
    pack: Arc<Pack>,
    at: u64,
    len: usize,
}

impl Pack {
    /// Adds a text.
    pub fn add(self: &Arc<Self>, text: &str) -> Packed {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = inner.filed + inner.tail.len() as u64;
        inner.tail.extend_from_slice(text.as_bytes());
        if inner.tail.len() >= MEMORY && !inner.full {
            inner.full = inner.file_away().is_err();
        }
        Packed {
            pack: Arc::clone(self),
            at,
            len: text.len(),
        }
    }
}

impl Inner {
    fn file_away(&mut self) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(tempfile::tempfile()?),
        };
        file.seek(SeekFrom::Start(self.filed))?;
        file.write_all(&self.tail)?;
        self.filed += self.tail.len() as u64;
        self.tail.clear();
        Ok(())
    }

    fn read(&mut self, at: u64, len: usize) -> io::Result<Vec<u8>> {
        if let Some(from) = at.checked_sub(self.filed) {
            let from = from as usize;
            return Ok(self.tail[from..from + len].to_vec());
        }
        let file = self.file.as_mut().ok_or(io::ErrorKind::NotFound)?;
        let mut bytes = vec![0; len];
        file.seek(SeekFrom::Start(at))?;
        file.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}

impl Packed {
    /// Returns the text.
    ///
    /// # Errors
    /// Fails if the temporary file cannot be read.
    pub fn text(&self) -> Result<String, ImportError> {
        let mut inner = self.pack.0.lock().unwrap_or_else(PoisonError::into_inner);
        let read = inner.read(self.at, self.len);
        read.and_then(|bytes| String::from_utf8(bytes).map_err(io::Error::other))
            .map_err(|source| ImportError::Read {
                path: PathBuf::from("the temporary file of this run"),
                source,
            })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    fn texts() -> Vec<String> {
        let text = |number: usize| format!("{number} é {}", "x".repeat(number % 2_000));
        (0..9_000).map(text).collect()
    }

    fn packed(pack: &Arc<Pack>) -> Vec<Packed> {
        texts().iter().map(|text| pack.add(text)).collect()
    }

    #[test]
    fn what_was_added_is_read_whether_filed_or_not() {
        let pack = Arc::new(Pack::default());
        let packed = packed(&pack);
        assert!(pack.0.lock().unwrap().filed > MEMORY as u64);
        assert!(!pack.0.lock().unwrap().tail.is_empty());
        // Backwards, too: the place in the file is nobody's.
        for (one, text) in packed.iter().zip(texts()).rev() {
            assert_eq!(one.text().unwrap(), text);
        }
        let later = pack.add("later");
        assert_eq!(later.text().unwrap(), "later");
        assert_eq!(packed[0].text().unwrap(), "0 é ");
    }

    #[test]
    fn a_temporary_disk_that_takes_nothing_costs_memory_only() {
        let pack = Arc::new(Pack::default());
        let read_only = tempfile::NamedTempFile::new().unwrap();
        pack.0.lock().unwrap().file = Some(File::open(read_only.path()).unwrap());
        let packed = packed(&pack);
        assert!(pack.0.lock().unwrap().full);
        for (one, text) in packed.iter().zip(texts()) {
            assert_eq!(one.text().unwrap(), text);
        }
    }
}
