//! A path inside a library, safe on every file system we write to.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// Path relative to the library folder, `/` between parts. Made only by `writer::names`, which sees to
/// it that the name is safe on ext4, APFS, NTFS and exFAT at once.
///
/// Clones share one text: while a library is settled, half a dozen lists name every file.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LibraryPath(Arc<str>);

impl LibraryPath {
    /// Accepts a relative path without `.` and `..` parts, as found in a catalog or manifest.
    pub fn parse(text: &str) -> Option<Self> {
        let safe = !text.is_empty()
            && !text.contains('\\')
            && text.split('/').all(|part| !matches!(part, "" | "." | ".."));
        safe.then(|| Self(text.into()))
    }

    /// Returns the path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the place on disk below `root`.
    pub fn on_disk(&self, root: &Path) -> PathBuf {
        root.join(&*self.0)
    }

    /// Returns the path of this file's sidecar: the full file name with `.xmp` appended.
    pub fn sidecar(&self) -> Self {
        Self(format!("{}.xmp", self.0).into())
    }

    /// Returns the folder part, empty at the top.
    pub fn folder(&self) -> &str {
        self.0.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// Returns the last part.
    pub fn file_name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }
}

/// A text that would lead out of the library.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a path inside a library: {0:?}")]
pub struct NotALibraryPath(pub String);

impl TryFrom<String> for LibraryPath {
    type Error = NotALibraryPath;

    fn try_from(text: String) -> Result<Self, NotALibraryPath> {
        Self::parse(&text).ok_or(NotALibraryPath(text))
    }
}

impl From<LibraryPath> for String {
    fn from(path: LibraryPath) -> Self {
        path.0.as_ref().to_owned()
    }
}

impl fmt::Display for LibraryPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for LibraryPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stays_inside_the_library() {
        assert!(LibraryPath::parse("2023/07/a.jpg").is_some());
        for text in ["", "/a", "../a", "a//b", "a/./b", "a\\b"] {
            assert!(LibraryPath::parse(text).is_none(), "{text}");
            let json = serde_json::json!(text);
            assert!(
                serde_json::from_value::<LibraryPath>(json).is_err(),
                "{text}"
            );
        }
    }
}
