//! The note beside each part: what to go on with, and what is whole. Holds no address and no secret, and only its owner may read it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::checksum::Checksum;
use super::head::Head;
use disk::private;

const PREFIX: &str = ".albumen-fetch-";

/// How far a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum State {
    /// Not all of it is there.
    Unfinished,
    /// All of it is there, but it is not what it should be: it is fetched anew.
    Damaged,
    /// It was whole, and got its final name.
    Whole,
}

/// What is kept of a part between runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Note {
    /// Tells the part from others: a hash of its address.
    pub(super) key: String,
    /// Its final name.
    pub(super) name: String,
    /// Its size, if the host told.
    pub(super) size_bytes: Option<u64>,
    etag: Option<String>,
    modified: Option<String>,
    /// Its checksum, if the host gave one.
    pub(super) checksum: Option<Checksum>,
    /// How far it is.
    pub(super) state: State,
}

impl Note {
    /// Makes the note of a part that begins.
    pub(super) fn new(key: &str, name: &str, head: &Head) -> Self {
        Self {
            key: key.to_owned(),
            name: name.to_owned(),
            size_bytes: head.size,
            etag: head.etag.clone(),
            modified: head.modified.clone(),
            checksum: head.checksum.clone(),
            state: State::Unfinished,
        }
    }

    /// Returns what a host is asked to compare before it goes on: a strong tag, else the time of the last change.
    pub(super) fn validator(&self) -> Option<&str> {
        let strong = self.etag.as_deref().filter(|tag| !tag.starts_with("W/"));
        strong.or(self.modified.as_deref())
    }

    /// Says whether an answer is of the same state of the same file, as far as both tell.
    pub(super) fn agrees(&self, head: &Head) -> bool {
        let same = |ours: &Option<String>, theirs: &Option<String>| match (ours, theirs) {
            (Some(ours), Some(theirs)) => ours == theirs,
            _ => true,
        };
        let sizes = match (self.size_bytes, head.size) {
            (Some(ours), Some(theirs)) => ours == theirs,
            _ => true,
        };
        sizes && same(&self.etag, &head.etag) && same(&self.modified, &head.modified)
    }

    /// Says whether an answer at another address is certainly the same file: name, size and tag or time are known and equal.
    pub(super) fn is_same_file(&self, name: &str, head: &Head) -> bool {
        let known = (self.etag.is_some() && head.etag.is_some())
            || (self.modified.is_some() && head.modified.is_some());
        let sized = self.size_bytes.is_some() && head.size.is_some();
        self.name == name && known && sized && self.agrees(head)
    }

    /// Reads the note of a part; none if there is none that can be read.
    pub(super) fn read(folder: &Path, key: &str) -> Option<Self> {
        let bytes = fs::read(Self::path(folder, key)).ok()?;
        let note: Self = serde_json::from_slice(&bytes).ok()?;
        // A name with a path in it is none of ours.
        let plain = Path::new(&note.name)
            .file_name()
            .is_some_and(|name| *name == *note.name);
        (plain && note.key == key).then_some(note)
    }

    /// Reads every note of a folder, in the order of their keys.
    pub(super) fn all(folder: &Path) -> Vec<Self> {
        let Ok(children) = fs::read_dir(folder) else {
            return Vec::new();
        };
        let mut notes: Vec<Self> = children
            .filter_map(|child| {
                let name = child.ok()?.file_name().into_string().ok()?;
                let key = name.strip_prefix(PREFIX)?.strip_suffix(".json")?.to_owned();
                Self::read(folder, &key)
            })
            .collect();
        notes.sort_by(|a, b| a.key.cmp(&b.key));
        notes
    }

    /// Writes the note, at once or not at all.
    pub(super) fn write(&self, folder: &Path) -> io::Result<()> {
        let mut bytes = serde_json::to_vec(self).map_err(io::Error::other)?;
        bytes.push(b'\n');
        private::replace(&Self::path(folder, &self.key), &bytes)
    }

    /// Removes the note.
    pub(super) fn forget(&self, folder: &Path) -> io::Result<()> {
        fs::remove_file(Self::path(folder, &self.key))
    }

    fn path(folder: &Path, key: &str) -> PathBuf {
        folder.join(format!("{PREFIX}{key}.json"))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    fn head(size: u64, etag: &str) -> Head {
        Head {
            size: Some(size),
            etag: Some(etag.to_owned()),
            ..Head::default()
        }
    }

    #[test]
    fn a_note_comes_back_and_is_private() {
        let folder = tempfile::tempdir().unwrap();
        let note = Note::new("00aa", "a.zip", &head(5, "\"x\""));
        note.write(folder.path()).unwrap();
        assert_eq!(Note::read(folder.path(), "00aa"), Some(note.clone()));
        assert_eq!(Note::all(folder.path()), std::slice::from_ref(&note));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let path = Note::path(folder.path(), "00aa");
            assert_eq!(
                fs::metadata(path).unwrap().permissions().mode() & 0o777,
                0o600
            );
        }
        note.forget(folder.path()).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_note_that_leads_out_of_the_folder_is_none() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["../a.zip", "/etc/a", "", "a/b", ".."] {
            Note::new("00aa", name, &Head::default())
                .write(folder.path())
                .unwrap();
            assert_eq!(Note::read(folder.path(), "00aa"), None, "{name}");
        }
    }

    #[test]
    fn the_same_file_is_known_again() {
        let note = Note::new("k", "a.zip", &head(5, "\"x\""));
        assert_eq!(note.validator(), Some("\"x\""));
        assert!(note.agrees(&head(5, "\"x\"")) && note.agrees(&Head::default()));
        assert!(!note.agrees(&head(6, "\"x\"")) && !note.agrees(&head(5, "\"y\"")));
        assert!(note.is_same_file("a.zip", &head(5, "\"x\"")));
        assert!(!note.is_same_file("b.zip", &head(5, "\"x\"")));
        assert!(!note.is_same_file("a.zip", &Head::default()));
        let weak = Note::new("k", "a.zip", &head(5, "W/\"x\""));
        assert_eq!(weak.validator(), None);
    }
}
