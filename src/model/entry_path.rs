//! The path of an entry inside an archive, cleaned at the border.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// Longest entry path that is accepted, in bytes. Real archives stay far below; a 70,000-byte
/// name is an attack on whoever prints or stores it.
pub const LONGEST_ENTRY_PATH: usize = 4096;

/// Path of an entry relative to its archive's root: `/` between parts, no empty, `.` or `..` part,
/// never absolute, no control characters. Copies share one text: an archive has hundreds of thousands of them.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntryPath(Arc<str>);

/// Why a name cannot be the path of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnsafeName {
    /// Nothing is left after cleaning.
    #[error("the name is empty")]
    Empty,
    /// A `..` part: the entry wants to lie outside the archive.
    #[error("the name points outside the archive (`..`)")]
    Parent,
    /// A leading slash or a drive letter.
    #[error("the name is an absolute path")]
    Absolute,
    /// A NUL byte or another control character.
    #[error("the name holds control characters")]
    Control,
    /// More than [`LONGEST_ENTRY_PATH`] bytes.
    #[error("the name is longer than {LONGEST_ENTRY_PATH} bytes")]
    TooLong,
}

impl EntryPath {
    /// Cleans a name as it stands in an archive.
    ///
    /// Backslashes become slashes (re-zipped on Windows), `.` and empty parts are dropped.
    pub fn parse(name: &str) -> Result<Self, UnsafeName> {
        if name.len() > LONGEST_ENTRY_PATH {
            return Err(UnsafeName::TooLong);
        }
        if name.chars().any(char::is_control) {
            return Err(UnsafeName::Control);
        }
        let name = name.trim_start_matches('\u{feff}').replace('\\', "/");
        if name.starts_with('/') || has_drive_letter(&name) {
            return Err(UnsafeName::Absolute);
        }
        let parts: Vec<&str> = name
            .split('/')
            .filter(|part| !matches!(*part, "" | "."))
            .collect();
        if parts.contains(&"..") {
            return Err(UnsafeName::Parent);
        }
        if parts.is_empty() {
            return Err(UnsafeName::Empty);
        }
        Ok(Self(parts.join("/").into()))
    }

    /// Returns the text, shared.
    pub fn shared(&self) -> Arc<str> {
        Arc::clone(&self.0)
    }

    /// Returns the path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the last part.
    pub fn file_name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }

    /// Returns the path below `root` (which ends in `/`, or is empty), if it lies there.
    pub fn below(&self, root: &str) -> Option<PathBelow> {
        self.0.starts_with(root).then(|| PathBelow {
            whole: self.shared(),
            from: root.len(),
        })
    }
}

fn has_drive_letter(name: &str) -> bool {
    let bytes = name.as_bytes();
    bytes.len() >= 2 && bytes[0].is_ascii_alphabetic() && bytes[1] == b':'
}

impl fmt::Display for EntryPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for EntryPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

/// Path of an entry below a root folder: the end of an [`EntryPath`], whose text it shares.
#[derive(Clone)]
pub struct PathBelow {
    whole: Arc<str>,
    from: usize,
}

impl Deref for PathBelow {
    type Target = str;

    fn deref(&self) -> &str {
        &self.whole[self.from..]
    }
}

impl From<&str> for PathBelow {
    fn from(path: &str) -> Self {
        Self {
            whole: path.into(),
            from: 0,
        }
    }
}

impl PartialEq for PathBelow {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for PathBelow {}

impl PartialOrd for PathBelow {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for PathBelow {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (**self).cmp(&**other)
    }
}

impl fmt::Display for PathBelow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

impl fmt::Debug for PathBelow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", &**self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cleans_what_is_harmless() {
        for (name, path) in [
            ("media/posts/a.jpg", "media/posts/a.jpg"),
            ("media\\posts\\a.jpg", "media/posts/a.jpg"),
            ("./media//a.jpg", "media/a.jpg"),
            ("\u{feff}media/a.jpg", "media/a.jpg"),
        ] {
            assert_eq!(
                EntryPath::parse(name).map(|p| p.to_string()),
                Ok(path.to_owned())
            );
        }
    }

    #[test]
    fn refuses_what_is_not() {
        let long = "a".repeat(70_000);
        for (name, why) in [
            ("../a.jpg", UnsafeName::Parent),
            ("a/..\\..\\b.jpg", UnsafeName::Parent),
            ("/etc/passwd", UnsafeName::Absolute),
            ("\\\\host\\share", UnsafeName::Absolute),
            ("C:\\a.jpg", UnsafeName::Absolute),
            ("a\0.jpg", UnsafeName::Control),
            ("a\u{1b}[31m.jpg", UnsafeName::Control),
            ("", UnsafeName::Empty),
            ("./", UnsafeName::Empty),
            (long.as_str(), UnsafeName::TooLong),
        ] {
            assert_eq!(EntryPath::parse(name), Err(why), "{name:.40}");
        }
    }
}
