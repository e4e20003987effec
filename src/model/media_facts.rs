//! What a media file's own bytes say about it.

use jiff::Timestamp;
use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use super::media_type::MediaType;
use super::record::Location;
use super::time::When;

/// Facts found in the bytes of one original. All but the type may be unknown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MediaFacts {
    /// True type, from the first bytes.
    pub media_type: MediaType,
    /// Width in pixels as stored, before orientation is applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Height in pixels as stored, before orientation is applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// EXIF orientation, 1 to 8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub orientation: Option<u8>,
    /// Length of a video or sound, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
    /// Wall clock of the camera (EXIF DateTimeOriginal, QuickTime creationdate), fractions of a second kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_local: Option<DateTime>,
    /// Offset of that wall clock from UTC in seconds (EXIF OffsetTimeOriginal, QuickTime creationdate).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_offset_s: Option<i32>,
    /// A UTC instant (GPS clock, MP4 movie header); never QuickTime's zero of 1904.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_utc: Option<Timestamp>,
    /// GPS position.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// Maker of the camera.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub make: Option<String>,
    /// Model of the camera.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Apple content identifier that ties a live photo's picture to its video.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_id: Option<String>,
    /// Caption embedded in the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The file carries Content Credentials (C2PA), or names where they are: a signature over its bytes.
    #[serde(default, skip_serializing_if = "is_false")]
    pub content_credentials: bool,
    /// Something in the metadata could not be read; the rest was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub damage: Option<String>,
}

impl MediaFacts {
    /// Returns the capture time in the bytes: the camera's wall clock before the GPS or movie clock.
    pub fn taken_at(&self) -> Option<When> {
        match (self.taken_local, self.taken_offset_s, self.taken_utc) {
            (Some(local), Some(offset_s), _) => Some(When::zoned(local, offset_s)),
            (Some(local), None, _) => Some(When::wall(local)),
            (None, _, Some(utc)) => Some(When::utc(utc)),
            (None, _, None) => None,
        }
    }

    /// Facts of a file of which only the type is known.
    pub fn of_type(media_type: MediaType) -> Self {
        Self {
            media_type,
            width: None,
            height: None,
            orientation: None,
            duration_ms: None,
            taken_local: None,
            taken_offset_s: None,
            taken_utc: None,
            location: None,
            make: None,
            model: None,
            content_id: None,
            description: None,
            content_credentials: false,
            damage: None,
        }
    }
}

fn is_false(value: &bool) -> bool {
    !value
}
