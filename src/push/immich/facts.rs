//! What Immich shall know of an asset, taken from its sidecar, and how that is compared with what Immich says.

use jiff::Timestamp;
use jiff::tz::Offset;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::parcel::Standing;
use model::content_hash::ContentHash;
use model::kind::Visibility;
use model::time::{Clock, When, offset_text};
use writer::sidecar::fields::parse_date;
use writer::sidecar::read::{Standard, read};

/// Degrees by which a coordinate may come back changed: a decimetre.
const SAME_DEGREES: f64 = 1e-6;

/// What is set at an asset. What is `None` is left to the server.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Facts {
    /// When it was taken, with an offset; a wall clock without zone as if it were UTC, as Immich itself takes it.
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
            taken_at: text(&exif["dateTimeOriginal"]),
            description: text(&exif["description"]),
            location: exif["latitude"].as_f64().zip(exif["longitude"].as_f64()),
            rating: exif["rating"]
                .as_u64()
                .and_then(|stars| u8::try_from(stars).ok()),
            favorite: asset["isFavorite"] == true,
            archived: asset["visibility"] == "archive",
            tags,
        }
    }

    /// Returns the body of the request that sets these facts, and takes back what `before` had set and these do not. Date and
    /// place cannot be taken back: the server has no word for it.
    pub(crate) fn change(&self, before: &Self) -> Value {
        let mut body = Map::new();
        let mut set = |name: &str, value: Value| body.insert(name.to_owned(), value);
        if let Some(date) = &self.taken_at {
            set("dateTimeOriginal", json!(date));
        }
        if self.description.is_some() || before.description.is_some() {
            set(
                "description",
                json!(self.description.as_deref().unwrap_or_default()),
            );
        }
        if let Some((latitude, longitude)) = self.location {
            set("latitude", json!(latitude));
            set("longitude", json!(longitude));
        }
        if self.rating.is_some() || before.rating.is_some() {
            set("rating", json!(self.rating));
        }
        if self.favorite || before.favorite {
            set("isFavorite", json!(self.favorite));
        }
        if self.archived || before.archived {
            set(
                "visibility",
                json!(if self.archived { "archive" } else { "timeline" }),
            );
        }
        Value::Object(body)
    }

    /// Returns whether all these facts stand in `there`.
    pub(crate) fn stand_in(&self, there: &Self) -> bool {
        let is_there = |fact: &Fact| matches!(fact, Fact::Same | Fact::Unset);
        self.each(there).iter().all(is_there)
    }

    /// Returns whether setting these facts would write over nothing in `there` but what albumen set `before`.
    pub(crate) fn may_replace(&self, there: &Self, before: &Self) -> bool {
        let pairs = self.each(there).into_iter().zip(before.each(there));
        pairs
            .into_iter()
            .all(|(now, before)| now != Fact::Other || before == Fact::Same)
    }

    fn each(&self, there: &Self) -> [Fact; 7] {
        let date = |text: &String| text.parse::<Timestamp>().ok().map(|date| date.as_second());
        let near = |a: f64, b: f64| (a - b).abs() <= SAME_DEGREES;
        let flag = |wanted: bool, there: bool| match (wanted, there) {
            (false, _) => Fact::Unset,
            (true, false) => Fact::Lacking,
            (true, true) => Fact::Same,
        };
        [
            compare(&self.taken_at, &there.taken_at, |a, b| date(a) == date(b)),
            compare(&self.description, &there.description, |a, b| {
                a.trim() == b.trim()
            }),
            compare(&self.location, &there.location, |a, b| {
                near(a.0, b.0) && near(a.1, b.1)
            }),
            compare(&self.rating, &there.rating, |a, b| a == b),
            flag(self.favorite, there.favorite),
            flag(self.archived, there.archived),
            match self.tags.iter().all(|tag| there.tags.contains(tag)) {
                true => Fact::Same,
                false => Fact::Lacking,
            },
        ]
    }

    /// Returns a mark that is the same as long as nobody changes anything that a listing shows.
    pub(crate) fn mark(&self) -> String {
        let listed = Self {
            tags: Vec::new(),
            ..self.clone()
        };
        ContentHash::of(json!(listed).to_string().as_bytes()).short(16)
    }

    /// Returns a hash that stands for these facts, and for no file.
    pub(crate) fn hash(&self) -> ContentHash {
        ContentHash::of(json!(self).to_string().as_bytes())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fact {
    Unset,
    Same,
    Lacking,
    Other,
}

fn compare<T>(wanted: &Option<T>, there: &Option<T>, same: impl Fn(&T, &T) -> bool) -> Fact {
    match (wanted, there) {
        (None, _) => Fact::Unset,
        (Some(_), None) => Fact::Lacking,
        (Some(wanted), Some(there)) if same(wanted, there) => Fact::Same,
        _ => Fact::Other,
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

/// Writes a time as Immich takes it.
fn date_there(when: &When) -> Option<String> {
    let (local, offset) = match when.clock {
        Clock::Zoned { local, offset_s } => (local, offset_text(offset_s)),
        Clock::Utc(instant) => (Offset::UTC.to_datetime(instant), "+00:00".to_owned()),
        Clock::Wall(local) => (local, "+00:00".to_owned()),
    };
    (local.year() > 0).then(|| format!("{local}{offset}"))
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

    fn wanted() -> Facts {
        Facts {
            taken_at: Some("2023-07-14T18:03:22+02:00".into()),
            description: Some("Rome".into()),
            location: Some((41.9, 12.5)),
            rating: None,
            favorite: true,
            archived: false,
            tags: vec!["People/Anna".into()],
        }
    }

    fn asset(description: &str, date: &str) -> Value {
        json!({
            "isFavorite": true, "visibility": "archive", "tags": [{"value": "People/Anna"}, {"value": "x"}],
            "exifInfo": {"description": description, "dateTimeOriginal": date, "latitude": 41.9000001, "longitude": 12.5, "rating": 4},
        })
    }

    #[test]
    fn the_same_facts_in_other_words_are_the_same() {
        let there = Facts::there(&asset("Rome", "2023-07-14T16:03:22.000Z"));
        assert!(wanted().stand_in(&there));
    }

    #[test]
    fn what_is_empty_may_be_filled_and_what_differs_may_not() {
        let empty = Facts::there(&asset("", "2023-07-14T16:03:22.000Z"));
        let nothing = Facts::default();
        assert!(!wanted().stand_in(&empty) && wanted().may_replace(&empty, &nothing));
        for (description, date) in [
            ("Roma", "2023-07-14T16:03:22.000Z"),
            ("Rome", "2023-07-14T18:03:22.000Z"),
        ] {
            let other = Facts::there(&asset(description, date));
            assert!(!wanted().stand_in(&other) && !wanted().may_replace(&other, &nothing));
        }
    }

    #[test]
    fn what_albumen_set_itself_may_be_replaced_and_nothing_else() {
        let there = Facts::there(&asset("before", "2023-07-14T16:03:22.000Z"));
        let before = |description: &str| Facts {
            description: Some(description.into()),
            ..wanted()
        };
        assert!(wanted().may_replace(&there, &before("before")));
        assert!(!wanted().may_replace(&there, &before("long before")));
    }

    #[test]
    fn a_change_sets_what_is_and_takes_back_what_was() {
        let now = Facts {
            description: None,
            favorite: false,
            ..wanted()
        };
        let body = now.change(&wanted());
        assert_eq!(body["description"], "");
        assert_eq!(body["isFavorite"], false);
        assert_eq!(body["latitude"], 41.9);
        assert!(body.get("rating").is_none() && body.get("visibility").is_none());
    }

    #[test]
    fn times_carry_an_offset() {
        for (text, expected) in [
            ("2023-07-14T18:03:22+02:00", "2023-07-14T18:03:22+02:00"),
            ("2023-07-14T18:03:22Z", "2023-07-14T18:03:22+00:00"),
            ("2023-07-14T18:03:22", "2023-07-14T18:03:22+00:00"),
            ("2023-07", "2023-07-01T00:00:00+00:00"),
        ] {
            assert_eq!(date_there(&parse_date(text).unwrap()).unwrap(), expected);
        }
    }
}
