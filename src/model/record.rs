//! What one record file says about one medium, in words common to all providers.

use std::ops::{Deref, DerefMut};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::kind::{CompanionRole, Kind, Visibility};
use super::time::When;

/// Form of the record file a record was read from.
///
/// The order is the rank: JSON holds more than HTML does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Edition {
    /// JSON record file.
    Json,
    /// Comma-separated record file.
    Csv,
    /// HTML page.
    Html,
    /// No record file names the medium; what is known comes from its path.
    Unrecorded,
}

/// Coordinates in degrees, WGS 84.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Location {
    /// Degrees north, −90 to 90.
    pub latitude: f64,
    /// Degrees east, −180 to 180.
    pub longitude: f64,
    /// Metres above the sea, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub altitude_m: Option<f64>,
}

impl Location {
    /// Accepts coordinates that can be a real place. `0,0` means "no fix" in every archive seen.
    pub fn new(latitude: f64, longitude: f64) -> Option<Self> {
        let real = latitude.abs() <= 90.0
            && longitude.abs() <= 180.0
            && !(latitude == 0.0 && longitude == 0.0);
        real.then_some(Self {
            latitude,
            longitude,
            altitude_m: None,
        })
    }
}

/// Device that made or uploaded a medium, as far as a record tells. Few records tell, so one that does not takes
/// next to no room.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(from = "DeviceFacts", into = "DeviceFacts")]
pub struct Device(Option<Box<DeviceFacts>>);

impl From<DeviceFacts> for Device {
    fn from(facts: DeviceFacts) -> Self {
        Self((facts != DeviceFacts::NONE).then(|| Box::new(facts)))
    }
}

impl From<Device> for DeviceFacts {
    fn from(device: Device) -> Self {
        device.0.map_or(Self::NONE, |facts| *facts)
    }
}

impl Deref for Device {
    type Target = DeviceFacts;

    fn deref(&self) -> &DeviceFacts {
        self.0.as_deref().unwrap_or(&DeviceFacts::NONE)
    }
}

impl DerefMut for Device {
    fn deref_mut(&mut self) -> &mut DeviceFacts {
        self.0.get_or_insert_default()
    }
}

impl PartialEq for Device {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

/// What is known of a device.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct DeviceFacts {
    /// The service's id of the device: the same for all its media.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Maker.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub make: Option<String>,
    /// Model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Lens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lens: Option<String>,
    /// Software version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub software: Option<String>,
    /// ISO speed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iso: Option<u32>,
    /// f-number (already converted from APEX where the service gives that).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub f_number: Option<f64>,
    /// Exposure time in seconds (already converted from APEX where the service gives that).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exposure_s: Option<f64>,
    /// Focal length in millimetres.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub focal_length_mm: Option<f64>,
}

impl DeviceFacts {
    /// Nothing is known.
    pub const NONE: Self = Self {
        id: None,
        make: None,
        model: None,
        lens: None,
        software: None,
        iso: None,
        f_number: None,
        exposure_s: None,
        focal_length_mm: None,
    };
}

/// Membership of a medium in an album of its service.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Membership {
    /// Key of the album ([`AlbumRecord::key`]).
    pub album: String,
    /// Place in the album, where the service gives an order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<u32>,
}

/// What a record claims about its medium. Everything may be unknown.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RecordFacts {
    /// When the picture was taken, as the service believes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_at: Option<When>,
    /// When it was put on the service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub posted_at: Option<When>,
    /// The capture time was read by the service's own camera at the moment of posting, so the difference of
    /// the two is the local offset (Instagram `source_type` camera).
    #[serde(default, skip_serializing_if = "is_false")]
    pub taken_while_posting: bool,
    /// Text by the owner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Short name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Coordinates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// Name of the place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// Names of the people in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<String>,
    /// Words attached to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keywords: Vec<String>,
    /// Albums it belongs to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub albums: Vec<Membership>,
    /// Marked as a favourite.
    #[serde(default, skip_serializing_if = "is_false")]
    pub favorite: bool,
    /// How it is shown.
    #[serde(default, skip_serializing_if = "is_default")]
    pub visibility: Visibility,
    /// Stars, 1 to 5.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating: Option<u8>,
    /// Device and camera settings.
    #[serde(default, skip_serializing_if = "is_default")]
    pub device: Device,
    /// The record says all there is to say of caption, place and people: what it does not state, there is none of.
    #[serde(default, skip_serializing_if = "is_false")]
    pub states_all: bool,
    /// Someone else's picture, shared again by the owner of the account.
    #[serde(default, skip_serializing_if = "is_false")]
    pub by_someone_else: bool,
    /// What it only hints at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hints: Option<Box<Hints>>,
    /// What few records tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extras: Option<Box<Extras>>,
}

/// What a record only hints at: believed where nothing better is known. Few records hint at anything, hence a box.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hints {
    /// Offset from UTC, in seconds, of the zone in which the page was made that shows the record's times. In another season
    /// or at another place it was another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page_offset_s: Option<i32>,
    /// What its album is called, should no record file tell of that album.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub album: Option<String>,
}

/// What few records tell: kept apart, so that a record that does not takes next to no room.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Extras {
    /// Who published it together with the owner. They need not be in the picture.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub coauthors: Vec<String>,
    /// What the service counted, in its order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub insights: Vec<Insight>,
    /// Comments below it, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub comments: Vec<Comment>,
    /// Under which licence it is shown, in the words of the archive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
    /// The record says more of a medium that others tell of. By itself it makes no item, and no medium is missing for it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub supplement: bool,
}

/// What a service counted about a post: likes, comments, saves, reach.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Insight {
    /// What was counted, in the words and the language of the archive.
    pub label: String,
    /// How often, as the archive writes it.
    pub value: String,
}

/// A comment below a medium of the owner.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Comment {
    /// When it was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<When>,
    /// Who wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// What it says.
    pub text: String,
}

impl RecordFacts {
    /// Returns whether the record only says more of a medium that others tell of.
    pub fn is_supplement(&self) -> bool {
        self.extras.as_ref().is_some_and(|extras| extras.supplement)
    }
}

fn is_false(value: &bool) -> bool {
    !value
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// The post a medium belongs to, where a post holds several (a carousel).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PostRef {
    /// Same for all media of one post within one edition of one record file.
    pub id: String,
    /// Place in the post, from 0.
    pub index: u32,
}

/// A file that belongs to the medium: subtitles, an overlay.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CompanionRef {
    /// Path of the file as the record names it.
    pub uri: String,
    /// What it is for.
    pub role: CompanionRole,
}

/// One statement of one record file about one medium.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Provider's name, for example `instagram`.
    pub provider: String,
    /// Whose data it is; `None` if the archive does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Export the record belongs to, for providers whose paths repeat between exports (Google).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub export: Option<String>,
    /// What the item was on the service.
    pub kind: Kind,
    /// Path of the record file below the archive's root.
    pub source: String,
    /// Form of the record file.
    pub edition: Edition,
    /// Path of the medium exactly as the record names it.
    pub uri: String,
    /// The provider's stable id of the item, else the base name of `uri`.
    pub key: String,
    /// The post, where several media share one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post: Option<PostRef>,
    /// Files that belong to the medium.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub companions: Vec<CompanionRef>,
    /// What is claimed.
    pub facts: RecordFacts,
    /// The record as it stood in the archive, text repaired, addresses and secrets left out.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub raw: Value,
}

/// Identity of an album across providers and accounts.
pub fn album_id(provider: &str, account: Option<&str>, key: &str) -> String {
    format!("{provider}/{}/{key}", account.unwrap_or(""))
}

/// What a record file says about an album.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AlbumRecord {
    /// Provider's name.
    pub provider: String,
    /// Whose data it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Export the record belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub export: Option<String>,
    /// Identity of the album within provider and account.
    pub key: String,
    /// Title as its owner wrote it.
    pub title: String,
    /// Text by the owner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Path of the cover medium as the record names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cover: Option<String>,
    /// Path of the record file below the archive's root.
    pub source: String,
    /// The record as it stood in the archive.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub raw: Value,
}
