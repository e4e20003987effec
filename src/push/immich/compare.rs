//! Compares what Immich shall know of an asset with what it says, fact by fact, and decides what is set and what is left: what is
//! empty there is filled, what albumen set before may be replaced, and what anybody else wrote is kept.

use jiff::civil::DateTime;
use jiff::tz::Offset;
use serde_json::{Map, Value, json};

use super::facts::Facts;
use model::time::Clock;
use writer::sidecar::fields::parse_date;

/// Degrees by which a coordinate may come back changed: a decimetre.
const SAME_DEGREES: f64 = 1e-6;

/// A kind of fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// When it was taken.
    Date,
    /// Text by the owner.
    Description,
    /// Coordinates.
    Place,
    /// Stars.
    Rating,
    /// Marked as a favourite.
    Favorite,
    /// Kept out of the timeline.
    Archived,
    /// The video of a live photo.
    LiveVideo,
    /// Keywords and people.
    Tags,
}

impl Kind {
    const ALL: [Self; 8] = [
        Self::Date,
        Self::Description,
        Self::Place,
        Self::Rating,
        Self::Favorite,
        Self::Archived,
        Self::LiveVideo,
        Self::Tags,
    ];

    /// Returns the name used in text.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Date => "date",
            Self::Description => "description",
            Self::Place => "place",
            Self::Rating => "rating",
            Self::Favorite => "favorite",
            Self::Archived => "visibility",
            Self::LiveVideo => "live video",
            Self::Tags => "tags",
        }
    }

    /// Returns whether setting it makes Immich write its own sidecar in the background.
    fn is_written(self) -> bool {
        matches!(
            self,
            Self::Date | Self::Description | Self::Place | Self::Rating | Self::Tags
        )
    }
}

/// How one fact stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fact {
    /// The library does not know it.
    Unset,
    /// Both say the same.
    Same,
    /// It is empty there.
    Lacking,
    /// Something else stands there.
    Other,
}

/// What albumen knows of who wrote what stands there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Before<'a> {
    /// What albumen has set before.
    pub facts: &'a Facts,
    /// Albumen has sent the asset in this very run: nobody else has written to it.
    pub is_fresh: bool,
}

/// What is to be done about an asset's facts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Decision {
    /// Facts to be set, or taken back.
    pub set: Vec<Kind>,
    /// Facts somebody else wrote, which stay.
    pub kept: Vec<Kind>,
}

impl Decision {
    /// Returns whether nothing is left to do, and nothing differs.
    pub(crate) fn is_same(&self) -> bool {
        self.set.is_empty() && self.kept.is_empty()
    }
}

impl Facts {
    /// Decides about each fact.
    pub(crate) fn decide(&self, there: &Self, before: Before<'_>) -> Decision {
        let mut decision = Decision::default();
        for kind in Kind::ALL {
            let was = before.facts.compare(there, kind);
            match self.compare(there, kind) {
                Fact::Same => {}
                Fact::Lacking => decision.set.push(kind),
                Fact::Unset if was == Fact::Same && kind.can_be_taken_back() => {
                    decision.set.push(kind);
                }
                Fact::Unset => {}
                Fact::Other if before.is_fresh || was == Fact::Same => decision.set.push(kind),
                Fact::Other if kind == Kind::Date && there.is_files_date => {
                    decision.set.push(kind);
                }
                Fact::Other => decision.kept.push(kind),
            }
        }
        decision
    }

    fn compare(&self, there: &Self, kind: Kind) -> Fact {
        let near = |a: f64, b: f64| (a - b).abs() <= SAME_DEGREES;
        let flag = |wanted: bool, there: bool| match (wanted, there) {
            (false, _) => Fact::Unset,
            (true, false) => Fact::Lacking,
            (true, true) => Fact::Same,
        };
        match kind {
            Kind::Date => dates(self.taken_at.as_deref(), there.taken_at.as_deref()),
            Kind::Description => compare(&self.description, &there.description, |a, b| {
                a.trim() == b.trim()
            }),
            Kind::Place => compare(&self.location, &there.location, |a, b| {
                near(a.0, b.0) && near(a.1, b.1)
            }),
            Kind::Rating => compare(&self.rating, &there.rating, |a, b| a == b),
            Kind::Favorite => flag(self.favorite, there.favorite),
            Kind::Archived => flag(self.archived, there.archived),
            Kind::LiveVideo => compare(&self.live_video, &there.live_video, |a, b| a == b),
            Kind::Tags if self.tags.is_empty() => Fact::Unset,
            Kind::Tags => match self.tags.iter().all(|tag| there.tags.contains(tag)) {
                true => Fact::Same,
                false => Fact::Lacking,
            },
        }
    }

    /// Returns the body of the request that sets these kinds of facts, all but tags, or takes them back; also whether Immich writes
    /// its own sidecar for it.
    pub(crate) fn change(&self, kinds: &[Kind]) -> (Map<String, Value>, bool) {
        let mut body = Map::new();
        let mut set = |name: &str, value: Value| drop(body.insert(name.to_owned(), value));
        for kind in kinds {
            match kind {
                Kind::Date => set("dateTimeOriginal", json!(self.date_to_set())),
                Kind::Description => set(
                    "description",
                    json!(self.description.as_deref().unwrap_or_default()),
                ),
                Kind::Place => {
                    if let Some((latitude, longitude)) = self.location {
                        set("latitude", json!(latitude));
                        set("longitude", json!(longitude));
                    }
                }
                Kind::Rating => set("rating", json!(self.rating)),
                Kind::Favorite => set("isFavorite", json!(self.favorite)),
                Kind::Archived => set(
                    "visibility",
                    json!(if self.archived { "archive" } else { "timeline" }),
                ),
                Kind::LiveVideo => set("livePhotoVideoId", json!(self.live_video)),
                Kind::Tags => {}
            }
        }
        let is_written = |kind: &Kind| kind.is_written() && *kind != Kind::Tags;
        (body, kinds.iter().any(is_written))
    }

    /// Returns the date with an offset; a wall clock as if it were UTC, as Immich itself takes it.
    pub(crate) fn date_to_set(&self) -> Option<String> {
        let text = self.taken_at.as_deref()?;
        Some(match moment(text)? {
            Moment::Wall(_) => format!("{text}+00:00"),
            _ => text.replace('Z', "+00:00"),
        })
    }
}

impl Kind {
    /// Date and place cannot be taken back: the server has no word for it. Tags are left, because people add to them.
    fn can_be_taken_back(self) -> bool {
        matches!(
            self,
            Self::Description | Self::Rating | Self::Favorite | Self::Archived
        )
    }
}

fn compare<T>(wanted: &Option<T>, there: &Option<T>, same: impl Fn(&T, &T) -> bool) -> Fact {
    match (wanted, there) {
        (None, _) => Fact::Unset,
        (Some(_), None) => Fact::Lacking,
        (Some(wanted), Some(there)) if same(wanted, there) => Fact::Same,
        _ => Fact::Other,
    }
}

/// A date as far as its zone is known, in whole seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moment {
    Zoned(i64, i64),
    Instant(i64),
    Wall(i64),
}

impl Moment {
    fn instant(self) -> Option<i64> {
        match self {
            Self::Zoned(local, offset) => Some(local - offset),
            Self::Instant(instant) => Some(instant),
            Self::Wall(_) => None,
        }
    }
}

fn moment(text: &str) -> Option<Moment> {
    let seconds = |local: DateTime| {
        let instant = Offset::UTC.to_timestamp(local).ok()?;
        Some(instant.as_second())
    };
    Some(match parse_date(text)?.clock {
        Clock::Zoned { local, offset_s } => Moment::Zoned(seconds(local)?, offset_s.into()),
        Clock::Utc(instant) => Moment::Instant(instant.as_second()),
        Clock::Wall(local) => Moment::Wall(seconds(local)?),
    })
}

/// Compares dates by the time a person sees and, where both know it, by the instant.
fn dates(wanted: Option<&str>, there: Option<&str>) -> Fact {
    let Some(wanted) = wanted.and_then(moment) else {
        return Fact::Unset;
    };
    let Some(there) = there.and_then(moment) else {
        return Fact::Lacking;
    };
    let same = match (wanted, there) {
        (Moment::Zoned(local, offset), Moment::Zoned(local_there, offset_there)) => {
            match (local == local_there, offset == offset_there) {
                (true, true) => true,
                // A zone that nobody wrote: the server made it of the place, or had none.
                (false, false) if wanted.instant() == there.instant() => return Fact::Lacking,
                (true, false) if offset_there == 0 => return Fact::Lacking,
                _ => false,
            }
        }
        (
            Moment::Wall(local),
            Moment::Zoned(shown, _) | Moment::Instant(shown) | Moment::Wall(shown),
        ) => local == shown,
        _ => wanted.instant() == there.instant(),
    };
    match same {
        true => Fact::Same,
        false => Fact::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted() -> Facts {
        Facts {
            taken_at: Some("2023-07-14T18:03:22+02:00".into()),
            description: Some("Rome".into()),
            location: Some((41.9, 12.5)),
            favorite: true,
            tags: vec!["People/Anna".into()],
            ..Facts::default()
        }
    }

    fn asset(description: &str, local: &str) -> Facts {
        Facts::there(&json!({
            "isFavorite": true, "visibility": "archive", "tags": [{"value": "People/Anna"}, {"value": "x"}], "localDateTime": local,
            "exifInfo": {
                "description": description, "dateTimeOriginal": "2023-07-14T16:03:22.000Z", "latitude": 41.9000001, "longitude": 12.5,
                "rating": 4,
            },
        }))
    }

    const LOCAL: &str = "2023-07-14T18:03:22.000Z";

    fn before(facts: &Facts) -> Before<'_> {
        Before {
            facts,
            is_fresh: false,
        }
    }

    #[test]
    fn the_same_facts_in_other_words_are_the_same() {
        let nothing = Facts::default();
        let decision = wanted().decide(&asset("Rome", LOCAL), before(&nothing));
        assert!(decision.is_same(), "{decision:?}");
    }

    #[test]
    fn what_is_empty_is_set_and_what_differs_is_kept() {
        let nothing = Facts::default();
        let decision = wanted().decide(&asset("", LOCAL), before(&nothing));
        assert_eq!(
            (decision.set, decision.kept),
            (vec![Kind::Description], vec![])
        );
        let decision = wanted().decide(&asset("Roma", LOCAL), before(&nothing));
        assert_eq!(
            (decision.set, decision.kept),
            (vec![], vec![Kind::Description])
        );
        let fresh = Before {
            is_fresh: true,
            ..before(&nothing)
        };
        let decision = wanted().decide(&asset("Roma", LOCAL), fresh);
        assert_eq!(decision.set, [Kind::Description]);
    }

    #[test]
    fn what_albumen_set_itself_is_replaced_and_nothing_else() {
        let there = asset("before", LOCAL);
        let set = |description: &str| Facts {
            description: Some(description.into()),
            ..wanted()
        };
        let (ours, theirs) = (set("before"), set("long before"));
        assert_eq!(
            wanted().decide(&there, before(&ours)).set,
            [Kind::Description]
        );
        assert_eq!(
            wanted().decide(&there, before(&theirs)).kept,
            [Kind::Description]
        );
        let gone = Facts {
            description: None,
            ..wanted()
        };
        let decision = gone.decide(&there, before(&ours));
        assert_eq!(gone.change(&decision.set).0["description"], "");
    }

    #[test]
    fn dates_are_the_same_if_a_person_sees_the_same() {
        for (wanted, there, fact) in [
            (
                "2023-07-14T18:03:22+02:00",
                "2023-07-14T18:03:22+02:00",
                Fact::Same,
            ),
            (
                "2023-07-14T18:03:22+02:00",
                "2023-07-14T06:03:22-10:00",
                Fact::Lacking,
            ),
            (
                "2023-07-14T18:03:22+02:00",
                "2023-07-14T18:03:22+00:00",
                Fact::Lacking,
            ),
            (
                "2023-07-14T18:03:22+02:00",
                "2023-07-14T18:03:22-05:00",
                Fact::Other,
            ),
            (
                "2023-07-14T18:03:22+02:00",
                "2023-07-14T16:03:22.000Z",
                Fact::Same,
            ),
            (
                "2023-07-14T18:03:22",
                "2023-07-14T18:03:22-05:00",
                Fact::Same,
            ),
            (
                "2023-07-14T18:03:22",
                "2023-07-14T18:04:22-05:00",
                Fact::Other,
            ),
            (
                "2023-07-14T18:03:22Z",
                "2023-07-14T13:03:22-05:00",
                Fact::Same,
            ),
            (
                "2023-07-14T18:03:22Z",
                "2023-07-14T18:03:22-05:00",
                Fact::Other,
            ),
        ] {
            assert_eq!(dates(Some(wanted), Some(there)), fact, "{wanted} {there}");
        }
    }
}
