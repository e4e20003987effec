//! A value together with where it came from.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Where a value came from. Which origin wins for which fact is decided in `import::merge`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The library's owner, by changing a sidecar with another program.
    User,
    /// The service's value, plainly corrected there by its user.
    Corrected(String),
    /// Metadata inside the media file.
    Embedded,
    /// A record file of this provider.
    Record(String),
    /// The other half of the same asset, or a member of the same post.
    Sibling,
    /// A date in the file's name.
    FileName,
    /// The time of posting, for want of a capture time.
    Posted(String),
    /// The month folder the provider put the medium into.
    Folder(String),
    /// Zone at the position of the medium.
    Position,
    /// Wall clock compared with an instant.
    Compared,
    /// Media of the same device close in time.
    Neighbour,
    /// The owner's home time zone, given on the command line.
    Home,
    /// The zone in which the page was made that shows the time.
    Page,
    /// A word marked with `#` in the text by the owner.
    Caption,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User => f.write_str("user"),
            Self::Corrected(provider) => write!(f, "corrected:{provider}"),
            Self::Embedded => f.write_str("embedded"),
            Self::Record(provider) => write!(f, "record:{provider}"),
            Self::Sibling => f.write_str("sibling"),
            Self::FileName => f.write_str("file_name"),
            Self::Posted(provider) => write!(f, "posted:{provider}"),
            Self::Folder(provider) => write!(f, "folder:{provider}"),
            Self::Position => f.write_str("position"),
            Self::Compared => f.write_str("compared"),
            Self::Neighbour => f.write_str("neighbour"),
            Self::Home => f.write_str("home"),
            Self::Page => f.write_str("page"),
            Self::Caption => f.write_str("caption"),
        }
    }
}

/// A value and its origin.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Claim<T> {
    /// The value.
    pub value: T,
    /// Where it came from.
    pub origin: Origin,
}

impl<T> Claim<T> {
    /// Joins a value and its origin.
    pub fn new(value: T, origin: Origin) -> Self {
        Self { value, origin }
    }
}
