//! What the pages know of one asset: a short record for lists and searches, and the details.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::{Value, json};

use catalog::ListedAsset;
use model::claim::Claim;
use model::content_hash::ContentHash;
use model::kind::{CompanionRole, Visibility};
use model::media_type::{MediaClass, MediaType};
use model::strip::{Strip, reduced};
use model::time::{Clock, Precision, When, offset_text};

use super::pictures::{Have, Use, id, place};

/// Digits of an album's or post's id: ids of the user's own few thousand things.
const SHORT_ID: usize = 12;

/// Orientation values that lay a picture on its side.
const ON_ITS_SIDE: std::ops::RangeInclusive<u8> = 5..=8;

/// What a gallery shows of assets.
pub(crate) struct Recorder<'a> {
    /// What is left out.
    pub strip: Option<Strip>,
    /// The gallery stands by itself; originals are not there.
    pub own_pictures: bool,
    /// Pictures that are there.
    pub have: &'a Have,
}

/// An asset in lists. Field names are short because there are a hundred thousand of them; `site/data.js` explains each.
#[derive(Debug, Serialize)]
pub(crate) struct Record {
    pub i: String,
    pub m: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub t: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub z: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub o: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub x: Option<String>,
    #[serde(skip_serializing_if = "is_zero")]
    pub b: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub s: Option<[u32; 2]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub l: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub d: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub n: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub g: Option<[f64; 2]>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub e: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub y: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub a: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub k: Vec<String>,
    #[serde(skip_serializing_if = "is_zero")]
    pub f: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub v: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub u: Option<(u32, u32)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub r: Option<String>,
}

fn is_zero(number: &u8) -> bool {
    *number == 0
}

/// Returns the id an album has in the gallery.
pub(crate) fn album_id(album: &str) -> String {
    ContentHash::of(album.as_bytes()).short(SHORT_ID)
}

/// A file beside an asset's original: what for, path in the library, hash of its bytes.
pub(crate) type Beside = (CompanionRole, String, ContentHash);

impl Recorder<'_> {
    /// Returns the record of an asset.
    pub(crate) fn record(&self, listed: &ListedAsset, beside: &[Beside]) -> Record {
        let asset = match self.strip {
            Some(strip) => Cow::Owned(reduced(&listed.asset, strip)),
            None => Cow::Borrowed(&listed.asset),
        };
        let text = |claim: &Option<Claim<String>>| claim.as_ref().map(|claim| claim.value.clone());
        let everything = self.strip == Some(Strip::All);
        let taken = asset.taken_at.as_ref().map(|claim| claim.value);
        let media_type = asset.media.media_type;
        let mut kinds: Vec<String> = asset
            .items
            .iter()
            .map(|item| format!("{}/{}", item.provider, item.kind.as_str()))
            .collect();
        kinds.sort();
        kinds.dedup();
        let albums = match everything {
            true => Vec::new(),
            false => asset.albums.iter().map(|album| album_id(album)).collect(),
        };
        Record {
            i: id(&asset.content_hash),
            m: media_type.mime(),
            t: taken.map(|when| clock_text(&when)),
            z: taken.and_then(|when| zone_text(&when)),
            o: (!everything).then(|| listed.path.clone()),
            x: self.copy(&asset.content_hash, media_type),
            b: self.have.marks(&asset.content_hash),
            s: shown_size(&asset.media),
            l: asset.media.duration_ms.map(|ms| ms as f64 / 1000.0),
            d: text(&asset.description),
            n: text(&asset.title),
            p: text(&asset.place),
            g: asset
                .location
                .as_ref()
                .map(|claim| [claim.value.latitude, claim.value.longitude]),
            e: asset.people.clone(),
            y: asset.keywords.clone(),
            a: albums,
            k: kinds,
            f: u8::from(asset.favorite),
            v: (asset.visibility != Visibility::Shown).then(|| asset.visibility.as_str()),
            u: asset.group.as_ref().map(|group| (group.index, group.size)),
            r: self.live_video(beside),
        }
    }

    /// Returns where the file itself lies, where that is not its place in the library.
    fn copy(&self, hash: &ContentHash, media_type: MediaType) -> Option<String> {
        let there = self.own_pictures && self.have.has(Use::Copy, hash);
        there.then(|| place(Use::Copy, &id(hash), media_type))
    }

    fn live_video(&self, beside: &[Beside]) -> Option<String> {
        let (_, path, hash) = beside
            .iter()
            .find(|(role, ..)| *role == CompanionRole::LiveVideo)?;
        match self.own_pictures {
            false => Some(format!("../{path}")),
            true => self.copy(hash, MediaType::of_name(path)?),
        }
    }

    /// Returns the details of an asset; `members` are those of its post: month and id.
    pub(crate) fn details(&self, listed: &ListedAsset, members: &[(String, ContentHash)]) -> Value {
        let asset = &listed.asset;
        let mut details = json!({ "i": id(&asset.content_hash) });
        if members.len() > 1 {
            details["members"] = members
                .iter()
                .map(|(month, hash)| json!([month, id(hash)]))
                .collect();
        }
        details["size"] = asset.size_bytes.into();
        details["by_someone_else"] = asset.by_someone_else.into();
        details["posted"] = match &asset.posted_at {
            Some(when) => json!([clock_text(when), zone_text(when)]),
            None => Value::Null,
        };
        if asset.media.content_credentials && self.strip.is_none() {
            details["content_credentials"] = true.into();
        }
        // Names of entries tell of places and people, too: a copy to be shared holds none of them.
        if self.strip.is_some() {
            details["origins"] = json!({});
            return details;
        }
        details["origins"] = json!(asset.origins());
        details["items"] = listed
            .items
            .iter()
            .map(|item| {
                json!({
                    "provider": item.item.provider, "account": item.item.account,
                    "kind": item.item.kind.as_str(), "entries": item.entries,
                })
            })
            .collect();
        details["camera"] = json!([asset.media.make, asset.media.model]);
        details["rating"] = json!(asset.rating);
        if !self.own_pictures {
            details["beside"] = listed
                .companions
                .iter()
                .map(|(role, path)| json!([role.as_str(), path]))
                .collect();
        }
        details
    }
}

/// Returns width and height as a viewer shows them.
fn shown_size(media: &model::media_facts::MediaFacts) -> Option<[u32; 2]> {
    let (width, height) = media.width.zip(media.height)?;
    let on_its_side = media.media_type.class() == MediaClass::Photo
        && media.orientation.is_some_and(|o| ON_ITS_SIDE.contains(&o));
    Some(if on_its_side {
        [height, width]
    } else {
        [width, height]
    })
}

/// Returns what the clock said, as finely as it is known: `2023-07-14T18:03:22`, `2023-07-14T18:03`, `2023-07-14`, `2023-07`, `2023`.
pub(crate) fn clock_text(when: &When) -> String {
    let format = match when.precision {
        Precision::Second => "%Y-%m-%dT%H:%M:%S",
        Precision::Minute => "%Y-%m-%dT%H:%M",
        Precision::Day => "%Y-%m-%d",
        Precision::Month => "%Y-%m",
        Precision::Year => "%Y",
    };
    when.for_names().strftime(format).to_string()
}

/// Returns the clock's offset; `Z` where only the instant is known.
pub(crate) fn zone_text(when: &When) -> Option<String> {
    match when.clock {
        _ if when.precision > Precision::Minute => None,
        Clock::Zoned { offset_s, .. } => Some(offset_text(offset_s)),
        Clock::Utc(_) => Some("Z".to_owned()),
        Clock::Wall(_) => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use jiff::civil::datetime;
    use model::asset::{Asset, Group, ItemRef};
    use model::claim::Origin;
    use model::kind::Kind;
    use model::record::Location;

    fn listed() -> ListedAsset {
        let of = |text: &str| Some(Claim::new(text.to_owned(), Origin::User));
        let mut asset = Asset::bare(ContentHash([0xab; 32]), "a");
        asset.taken_at = Some(Claim::new(
            When::zoned(datetime(2023, 7, 14, 18, 3, 22, 0), 7200),
            Origin::Embedded,
        ));
        asset.description = of("</script>\u{2028}");
        asset.place = of("Rome");
        asset.location = Location::new(41.9, 12.5).map(|place| Claim::new(place, Origin::User));
        asset.people = vec!["Zoë".into()];
        asset.keywords = vec!["sea".into()];
        asset.albums = vec!["p//k".into()];
        asset.group = Some(Group {
            id: "g".into(),
            index: 1,
            size: 3,
        });
        asset.items = vec![ItemRef {
            provider: "instagram".into(),
            account: Some("anna".into()),
            kind: Kind::Post,
            key: "1".into(),
        }];
        (asset.media.width, asset.media.height) = (Some(4000), Some(3000));
        asset.media.orientation = Some(6);
        ListedAsset {
            path: "2023/07/a b.jpg".into(),
            companions: vec![(CompanionRole::LiveVideo, "2023/07/a b.mov".into())],
            album_titles: vec![],
            items: vec![catalog::ListedItem {
                item: asset.items[0].clone(),
                entries: vec![("p.zip".into(), "rome/a.jpg".into())],
            }],
            in_newest_archive: None,
            asset,
        }
    }

    fn texts(strip: Option<Strip>) -> (Value, Value) {
        let have = Have::default();
        let recorder = Recorder {
            strip,
            own_pictures: strip.is_some(),
            have: &have,
        };
        let listed = listed();
        let beside = [(
            CompanionRole::LiveVideo,
            "2023/07/a b.mov".to_owned(),
            ContentHash([1; 32]),
        )];
        let record = serde_json::to_value(recorder.record(&listed, &beside)).unwrap();
        (record, recorder.details(&listed, &[]))
    }

    #[test]
    fn a_record_tells_all_that_lists_need() {
        let (record, details) = texts(None);
        assert_eq!(record["t"], "2023-07-14T18:03:22");
        assert_eq!(record["z"], "+02:00");
        assert_eq!(record["s"], json!([3000, 4000]));
        assert_eq!(record["r"], "../2023/07/a b.mov");
        assert_eq!(record["k"], json!(["instagram/post"]));
        assert_eq!(record["u"], json!([1, 3]));
        assert_eq!(details["origins"]["taken_at"], "embedded");
        assert_eq!(details["items"][0]["entries"][0][1], "rome/a.jpg");
    }

    #[test]
    fn a_stripped_copy_holds_nothing_of_it() {
        let all = |strip| {
            let (record, details) = texts(Some(strip));
            format!("{record}{details}")
        };
        for (strip, gone, left) in [
            (
                Strip::Location,
                &["Rome", "rome", "41.9", "p.zip"][..],
                "Zo",
            ),
            (Strip::People, &["Zo", "p.zip"][..], "Rome"),
            (
                Strip::All,
                &["Rome", "Zo", "sea", "a b.jpg", "instagram", "anna"][..],
                "script",
            ),
        ] {
            let text = all(strip);
            for word in gone {
                assert!(!text.contains(word), "{strip:?}: {word}: {text}");
            }
            assert!(text.contains(left), "{strip:?}: {text}");
        }
    }

    #[test]
    fn a_time_is_told_as_finely_as_it_is_known() {
        let day = When::wall(datetime(2023, 7, 14, 0, 0, 0, 0)).known_to(Precision::Day);
        assert_eq!(
            (clock_text(&day).as_str(), zone_text(&day)),
            ("2023-07-14", None)
        );
        let utc = When::utc(jiff::Timestamp::UNIX_EPOCH).known_to(Precision::Minute);
        assert_eq!(clock_text(&utc), "1970-01-01T00:00");
        assert_eq!(zone_text(&utc).as_deref(), Some("Z"));
    }
}
