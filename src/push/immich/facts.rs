//! What Immich shall know of an asset, taken from its sidecar, and how that is compared with what Immich says.

use jiff::Timestamp;
use jiff::tz::Offset;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::parcel::Standing;
use model::content_hash::ContentHash;
use model::kind::Visibility;
use model::time::{Clock, When, offset_text};
use writer::sidecar::fields::parse_date;
use writer::sidecar::read::{Standard, read};

/// End of a mark of an asset whose tags were compared, too.
pub(crate) const WITH_TAGS: &str = "-tagged";

/// Whether the tags that an asset shall have are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TagsThere {
    /// It shall have none.
    NotWanted,
    /// Every one is there.
    All,
    /// Some are not.
    Lacking,
}

/// What is set at an asset. What is `None` is left to the server.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Facts {
    /// When it was taken: with its offset, with `Z` where only the instant is known, without either for a wall clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taken_at: Option<String>,
    /// Text by the owner.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Latitude and longitude.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<(f64, f64)>,
    /// Stars, 1 to 5.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rating: Option<u8>,
    /// Marked as a favourite.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub favorite: bool,
    /// Kept out of the timeline.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub archived: bool,
    /// Tags; `/` parts levels, people stand below `People`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Asset of the video that makes a live photo of it.
    #[serde(skip)]
    pub live_video: Option<String>,
    /// The date is that of the file: the server knows no other.
    #[serde(skip)]
    pub is_files_date: bool,
}

impl Facts {
    /// Returns what a sidecar says; nothing but the standing if it cannot be read.
    pub(crate) fn of(sidecar: &[u8], standing: Standing) -> Self {
        let text = std::str::from_utf8(sidecar).unwrap_or_default();
        let standard = read(text).map_or_else(|_| Standard::default(), |found| found.standard);
        let first = |texts: &[Option<String>]| texts.iter().flatten().next().cloned();
        Self {
            taken_at: first(&standard.dates)
                .as_deref()
                .and_then(parse_date)
                .and_then(|when| date_there(&when)),
            description: first(&standard.descriptions),
            location: standard
                .location
                .map(|place| (place.latitude, place.longitude)),
            rating: standard.rating.filter(|stars| (1..=5).contains(stars)),
            favorite: standing.favorite,
            archived: standing.visibility != Visibility::Shown,
            tags: tags(standard),
            live_video: None,
            is_files_date: false,
        }
    }

    /// Returns what Immich says of an asset.
    pub(crate) fn there(asset: &Value) -> Self {
        let exif = &asset["exifInfo"];
        let text = |value: &Value| {
            value
                .as_str()
                .filter(|text| !text.is_empty())
                .map(str::to_owned)
        };
        let tags = asset["tags"].as_array().into_iter().flatten();
        let mut tags: Vec<String> = tags.filter_map(|tag| text(&tag["value"])).collect();
        tags.sort();
        Self {
            taken_at: text(&exif["dateTimeOriginal"])
                .map(|instant| date_shown(&instant, asset["localDateTime"].as_str())),
            description: text(&exif["description"]),
            location: exif["latitude"].as_f64().zip(exif["longitude"].as_f64()),
            rating: exif["rating"]
                .as_u64()
                .and_then(|stars| u8::try_from(stars).ok()),
            favorite: asset["isFavorite"] == true,
            archived: asset["visibility"] == "archive",
            tags,
            live_video: text(&asset["livePhotoVideoId"]),
            is_files_date: same_instant(&exif["dateTimeOriginal"], &asset["fileModifiedAt"]),
        }
    }

    /// Returns a mark that is the same as long as nobody changes anything that a listing shows. Listings show no tags: whether those
    /// that were wanted are there is the mark's second part, where there are such.
    pub(crate) fn mark(&self, tags: TagsThere) -> String {
        let listed = Self {
            tags: Vec::new(),
            ..self.clone()
        };
        let text = format!("{} {:?}", json!(listed), self.live_video);
        let hash = ContentHash::of(text.as_bytes()).short(16);
        match tags {
            TagsThere::NotWanted => hash,
            TagsThere::All => format!("{hash}{WITH_TAGS}"),
            TagsThere::Lacking => format!("{hash}-lacking"),
        }
    }

    /// Returns a hash that stands for these facts, and for no file.
    pub(crate) fn hash(&self) -> ContentHash {
        ContentHash::of(json!(self).to_string().as_bytes())
    }
}

/// Programs take the first list that is not empty; so do we.
fn tags(standard: Standard) -> Vec<String> {
    let lists = [standard.tags_list, standard.hierarchical, standard.subject];
    let list = lists.into_iter().find(|list| !list.is_empty());
    let mut tags: Vec<String> = list
        .into_iter()
        .flatten()
        .map(|tag| tag.replace('|', "/"))
        .collect();
    tags.sort();
    tags.dedup();
    tags
}

/// Writes a time with as much of its zone as is known.
fn date_there(when: &When) -> Option<String> {
    let (local, offset) = match when.clock {
        Clock::Zoned { local, offset_s } => (local, offset_text(offset_s)),
        Clock::Utc(instant) => (Offset::UTC.to_datetime(instant), "Z".to_owned()),
        Clock::Wall(local) => (local, String::new()),
    };
    (local.year() > 0).then(|| format!("{local}{offset}"))
}

fn same_instant(one: &Value, other: &Value) -> bool {
    let read = |value: &Value| value.as_str()?.parse::<Timestamp>().ok();
    let pair = read(one).zip(read(other));
    pair.is_some_and(|(one, other)| one.as_second() == other.as_second())
}

/// Writes the time a person sees there, with its offset. The interface gives it apart from the instant, as if it were UTC.
fn date_shown(instant: &str, local: Option<&str>) -> String {
    let read = |text: &str| text.parse::<Timestamp>().ok();
    let shown = read(instant).zip(local.and_then(read)).map(|(at, seen)| {
        let offset_s = seen.as_second() - at.as_second();
        let local = Offset::UTC.to_datetime(seen);
        format!("{local}{}", offset_text(offset_s as i32))
    });
    shown.unwrap_or_else(|| instant.to_owned())
}

/// What albumen notes at an asset under a key of its own, so that nothing depends on the journal alone.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Note {
    /// Hash of the bytes as sent, in hexadecimal digits.
    pub sha256: String,
    /// Path in the layout of the push.
    pub path: String,
    /// Hash of the sidecar whose facts were set last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sidecar: Option<String>,
    /// These facts.
    pub facts: Facts,
}

impl Note {
    /// Key of the note at an asset.
    pub(crate) const KEY: &str = "albumen";

    /// Returns the note as the interface wants it.
    pub(crate) fn items(&self) -> Value {
        json!([{ "key": Self::KEY, "value": self }])
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn times_carry_as_much_of_their_zone_as_is_known() {
        for (text, expected) in [
            ("2023-07-14T18:03:22+02:00", "2023-07-14T18:03:22+02:00"),
            ("2023-07-14T18:03:22Z", "2023-07-14T18:03:22Z"),
            ("2023-07-14T18:03:22", "2023-07-14T18:03:22"),
            ("2023-07", "2023-07-01T00:00:00"),
        ] {
            assert_eq!(date_there(&parse_date(text).unwrap()).unwrap(), expected);
        }
    }
}
