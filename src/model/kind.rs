//! What an item was on its service, and what a file is to its asset.

use serde::{Deserialize, Serialize};

/// What an item was on its service. Names are a promise (`list --json`, `list --kind`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A post in the feed, or a plain photo of a photo service.
    Post,
    /// A story, shown for a day.
    Story,
    /// A short video in the reels tab.
    Reel,
    /// A long video of the former IGTV.
    Igtv,
    /// A profile picture.
    Profile,
    /// A post its owner took out of the public feed.
    Archived,
    /// An item in the service's bin.
    Deleted,
    /// A draft that was never published.
    Draft,
    /// Anything else the service listed, and media no record names.
    Other,
    /// A medium of a private message.
    Message,
}

impl Kind {
    /// Every kind, best first: where two records of one medium disagree, the earlier kind is shown.
    pub const ALL: [Self; 10] = [
        Self::Post,
        Self::Story,
        Self::Reel,
        Self::Igtv,
        Self::Profile,
        Self::Archived,
        Self::Deleted,
        Self::Draft,
        Self::Message,
        Self::Other,
    ];

    /// Returns the name used in catalogs, sidecars and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Post => "post",
            Self::Story => "story",
            Self::Reel => "reel",
            Self::Igtv => "igtv",
            Self::Profile => "profile",
            Self::Archived => "archived",
            Self::Deleted => "deleted",
            Self::Draft => "draft",
            Self::Other => "other",
            Self::Message => "message",
        }
    }

    /// Returns the kind of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// What a file beside an asset's original is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CompanionRole {
    /// The short video of a live photo.
    LiveVideo,
    /// The provider's edited copy.
    Edited,
    /// A picture laid over the original (Snapchat captions).
    Overlay,
    /// Subtitles of a video.
    Subtitles,
}

impl CompanionRole {
    /// Returns the name used in catalogs, sidecars and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::LiveVideo => "live_video",
            Self::Edited => "edited",
            Self::Overlay => "overlay",
            Self::Subtitles => "subtitles",
        }
    }
}

/// How an asset is shown.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Visibility {
    /// In the ordinary view.
    #[default]
    Shown,
    /// Kept out of the ordinary view by its owner (archived posts, drafts, locked folder).
    Hidden,
    /// In the service's bin.
    Trashed,
}

impl Visibility {
    /// Returns the name used in catalogs, sidecars and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Shown => "shown",
            Self::Hidden => "hidden",
            Self::Trashed => "trashed",
        }
    }
}
