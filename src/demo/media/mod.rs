//! Makes small real media files (JPEG, PNG, WebP, GIF, TIFF, HEIC, AVIF, MP4, MOV) from a description.
//!
//! Nothing here may share code with `media`: what one writes, the other must be able to read.

mod clip;
mod container;
mod exif;
mod h264;
mod heif;
mod padded;
mod pixels;
mod still;
mod tiles;

use jiff::Timestamp;
use jiff::civil::DateTime;

pub use clip::mp4;
pub use heif::{avif, heic};
pub use padded::{padded_jpeg, srt};
pub use still::{gif, jpeg, png, tiff, webp};

/// What a made picture shows and says of itself. A picture that says nothing has no EXIF at all.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// Width in pixels, 1 to 16,384; other values are moved into that range.
    pub width: u32,
    /// Height in pixels, 1 to 16,384; other values are moved into that range.
    pub height: u32,
    /// Chooses scene and colours; another seed gives other bytes.
    pub seed: u64,
    /// DateTimeOriginal, with a fraction of a second if it has one.
    pub taken: Option<DateTime>,
    /// OffsetTimeOriginal in seconds east of UTC. With `taken` and `location`, the GPS clock is written, too.
    pub offset_s: Option<i32>,
    /// Degrees north and east.
    pub location: Option<(f64, f64)>,
    /// Metres above the sea; written only together with `location`.
    pub altitude_m: Option<f64>,
    /// Maker of the camera.
    pub make: Option<String>,
    /// Model of the camera.
    pub model: Option<String>,
    /// EXIF orientation, 1 to 8.
    pub orientation: Option<u8>,
    /// ImageDescription, in UTF-8.
    pub description: Option<String>,
    /// Content identifier in an Apple maker note, as half of a live photo has.
    pub content_id: Option<String>,
}

impl Default for Picture {
    fn default() -> Self {
        Self {
            width: 160,
            height: 120,
            seed: 1,
            taken: None,
            offset_s: None,
            location: None,
            altitude_m: None,
            make: None,
            model: None,
            orientation: None,
            description: None,
            content_id: None,
        }
    }
}

/// What a made video shows and says of itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Clip {
    /// Width in pixels, 2 to 4,096, made even.
    pub width: u32,
    /// Height in pixels, 2 to 2,048, made even.
    pub height: u32,
    /// Length in milliseconds, at least 1.
    pub duration_ms: u64,
    /// Chooses scene and colours; another seed gives other bytes.
    pub seed: u64,
    /// Creation time of the movie header; QuickTime's zero if `None`.
    pub created_utc: Option<Timestamp>,
    /// `com.apple.quicktime.creationdate`: local time and its offset in seconds east of UTC.
    pub taken: Option<(DateTime, i32)>,
    /// Degrees north and east: `com.apple.quicktime.location.ISO6709` in a MOV, `©xyz` in an MP4.
    pub location: Option<(f64, f64)>,
    /// Maker and model of the camera, as Apple's keys.
    pub device: Option<(String, String)>,
    /// `com.apple.quicktime.content.identifier`, as the video of a live photo has.
    pub content_id: Option<String>,
    /// Quarter turns clockwise the player shall make (0 to 3).
    pub quarter_turns: u8,
    /// Movie header before the media data.
    pub faststart: bool,
    /// Brand `qt  ` (MOV) instead of `isom` (MP4).
    pub quicktime: bool,
}

impl Default for Clip {
    fn default() -> Self {
        Self {
            width: 96,
            height: 64,
            duration_ms: 1000,
            seed: 1,
            created_utc: None,
            taken: None,
            location: None,
            device: None,
            content_id: None,
            quarter_turns: 0,
            faststart: true,
            quicktime: false,
        }
    }
}

#[cfg(test)]
mod tests;
