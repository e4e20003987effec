//! Turns one element of a record file into the records of its media: captions, times, carousels.

use serde_json::{Map, Value};

use crate::classify::{is_subtitles, without_signature};
use crate::instagram::elements::as_list;
use crate::instagram::facts::{facts_of, key_of, posted_at, subtitles, uri_of, video_date};
use crate::instagram::labels::{self, LabelCensus};
use crate::instagram::layout::visibility_of;
use crate::instagram::values::{instant, raw_record_of, text};
use model::kind::{Kind, Visibility};
use model::record::{Edition, Location, PostRef, Record};
use model::time::When;

/// What all records of one file share.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Source<'a> {
    /// Path of the record file below the archive's root.
    pub path: &'a str,
    /// Whose data it is.
    pub account: Option<&'a str>,
}

impl Source<'_> {
    /// Returns a record of this file that claims nothing yet.
    pub(crate) fn record(&self, kind: Kind, uri: &str, key: String) -> Record {
        Record {
            provider: super::NAME.to_owned(),
            account: self.account.map(str::to_owned),
            export: None,
            kind,
            source: self.path.to_owned(),
            edition: Edition::Json,
            uri: without_signature(uri).to_owned(),
            key,
            post: None,
            companions: Vec::new(),
            facts: Default::default(),
            raw: Value::Null,
        }
    }
}

/// One post with its media in order.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Post {
    kind: Kind,
    visibility: Visibility,
    caption: Option<String>,
    posted_at: Option<When>,
    media: Vec<Value>,
    /// Where each of them was taken, if labels beside them tell; empty if there are none. A post may have very many media.
    locations: Vec<Option<Location>>,
    /// Post-level keys, for the raw record.
    rest: Map<String, Value>,
    /// The media are slides of one post, not merely written in one list.
    together: bool,
}

impl Post {
    /// Returns the video dates of its media as written.
    pub(crate) fn video_dates(&self) -> impl Iterator<Item = String> {
        self.media.iter().filter_map(video_date)
    }
}

/// Reads the posts in one element of a record file about media of this kind. The text must have been repaired.
///
/// Instagram writes posts (`media` + post-level keys), containers (`media` alone), bare media, labelled values, and
/// lists of these under a key of their own. `None` means nothing in the element is one of them.
pub(crate) fn posts_of(kind: Kind, element: Value, census: &LabelCensus) -> Option<Vec<Post>> {
    if labels::is_labelled(&element) {
        return Some(vec![labelled(kind, &element, census)]);
    }
    if element.get("media").is_some() {
        return Some(vec![ordinary(kind, element)]);
    }
    if element.get("uri").is_some() {
        return Some(vec![single(kind, element)]);
    }
    let Value::Object(object) = element else {
        return None;
    };
    let nested = object.into_iter().filter_map(|(_, value)| match value {
        Value::Array(values) => Some(values),
        _ => None,
    });
    let posts: Vec<Post> = nested
        .flatten()
        .filter(Value::is_object)
        .filter_map(|value| posts_of(kind, value, census))
        .flatten()
        .collect();
    (!posts.is_empty()).then_some(posts)
}

fn single(kind: Kind, medium: Value) -> Post {
    Post {
        kind,
        visibility: visibility_of(kind),
        caption: None,
        posted_at: None,
        media: vec![medium],
        locations: Vec::new(),
        rest: Map::new(),
        together: false,
    }
}

fn ordinary(kind: Kind, element: Value) -> Post {
    let posted_at =
        posted_at(&element).or_else(|| instant(element.get("timestamp")).map(When::utc));
    let Value::Object(mut rest) = element else {
        return single(kind, element);
    };
    let media: Vec<Value> = match rest.remove("media") {
        Some(Value::Array(media)) => media,
        Some(medium @ Value::Object(_)) => vec![medium],
        _ => Vec::new(),
    };
    let has_post_keys = rest.contains_key("title") || rest.contains_key("creation_timestamp");
    Post {
        kind,
        visibility: visibility_of(kind),
        caption: text(rest.get("title")),
        posted_at,
        together: matches!(kind, Kind::Post | Kind::Archived) || has_post_keys || at_once(&media),
        media,
        locations: Vec::new(),
        rest,
    }
}

/// Members of a carousel carry its time, give or take a second; a list of other things spans days.
fn at_once(media: &[Value]) -> bool {
    let times: Vec<i64> = media
        .iter()
        .filter_map(|medium| Some(posted_at(medium)?.rough_seconds()))
        .collect();
    match (times.iter().min(), times.iter().max()) {
        (Some(first), Some(last)) => times.len() == media.len() && last - first <= 2,
        _ => false,
    }
}

fn labelled(kind: Kind, element: &Value, census: &LabelCensus) -> Post {
    let post = labels::read_post(element);
    let kind = match kind {
        Kind::Post | Kind::Other if labels::is_draft(&post.labels) => Kind::Draft,
        Kind::Post if labels::is_archived(&post.labels) => Kind::Archived,
        kind => kind,
    };
    let of_slides = post.slides.into_iter();
    let (media, locations) = of_slides
        .map(|slide| (slide.medium, labels::location(&slide.labels)))
        .unzip();
    Post {
        kind,
        visibility: visibility_of(kind),
        caption: labels::caption(&post.labels, census).or_else(|| text(element.get("title"))),
        posted_at: instant(element.get("timestamp")).map(When::utc),
        media,
        locations,
        rest: labels::outline(element),
        together: true,
    }
}

/// Gives the records of a post one by one: it may have very many. Media without a path (text only) give none.
pub(crate) fn give_records_of(
    post: Post,
    source: &Source<'_>,
    is_template: &dyn Fn(&str) -> bool,
    give: &mut dyn FnMut(Record),
) {
    let Post {
        kind,
        visibility,
        caption,
        posted_at,
        mut media,
        mut locations,
        rest,
        together,
    } = post;
    let has_path = |medium: &Value| uri_of(medium).is_some_and(|uri| !is_subtitles(uri));
    let mut with_path = media.iter().map(has_path);
    locations.retain(|_| with_path.next().is_some_and(|has| has));
    media.retain(has_path);
    let together = together && media.len() > 1;
    let id = media.first().and_then(key_of);
    let id = id.map(|key| format!("post:{key}"));
    let titles = || media.iter().find_map(|medium| text(medium.get("title")));
    let shared = caption.or_else(|| titles().filter(|_| together));
    for (index, medium) in media.into_iter().enumerate() {
        let (Some(uri), Some(key)) = (uri_of(&medium), key_of(&medium)) else {
            continue;
        };
        let mut record = source.record(kind, uri, key);
        record.facts = facts_of(&medium, is_template);
        record.facts.posted_at = match kind {
            // Its times are those of the upload; they stay in the raw record.
            Kind::Draft => None,
            _ => record.facts.posted_at.or(posted_at),
        };
        let beside = locations.get(index).copied().flatten();
        record.facts.location = record.facts.location.or(beside);
        record.facts.description = shared.clone().or_else(|| text(medium.get("title")));
        record.facts.visibility = visibility;
        record.companions = subtitles(&medium);
        record.raw = raw_record_of(medium, &rest);
        record.post = id.clone().filter(|_| together).map(|id| PostRef {
            id,
            index: u32::try_from(index).unwrap_or(u32::MAX),
        });
        give(record);
    }
}

/// Returns every object with a path anywhere below `value`, as if each stood alone: profile pages, odd lists.
pub(crate) fn media_below(value: &Value, found: &mut Vec<Value>) {
    if uri_of(value).is_some_and(|uri| !is_subtitles(uri)) {
        found.push(value.clone());
        return;
    }
    match value {
        Value::Array(_) => as_list(Some(value))
            .iter()
            .for_each(|value| media_below(value, found)),
        Value::Object(object) => object.values().for_each(|value| media_below(value, found)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const SOURCE: Source<'_> = Source {
        path: "content/posts_1.json",
        account: Some("anna"),
    };

    fn read(kind: Kind, element: Value) -> Vec<Record> {
        posts_of(kind, element, &LabelCensus::default())
            .unwrap_or_default()
            .into_iter()
            .flat_map(|post| {
                let mut records = Vec::new();
                give_records_of(post, &SOURCE, &|_| false, &mut |record| {
                    records.push(record)
                });
                records
            })
            .collect()
    }

    fn medium(id: u64, at: i64, title: &str) -> Value {
        json!({"uri": format!("media/posts/202405/1_n_{id}.jpg"), "creation_timestamp": at, "title": title})
    }

    const FIRST: u64 = 17_912_345_678_901_234;

    type Told = (Option<String>, Option<i64>, Option<(String, u32)>);

    fn told(records: &[Record]) -> Vec<Told> {
        records
            .iter()
            .map(|record| {
                let post = record.post.clone().map(|post| (post.id, post.index));
                (
                    record.facts.description.clone(),
                    record.facts.posted_at.map(|at| at.rough_seconds()),
                    post,
                )
            })
            .collect()
    }

    #[test]
    fn a_single_has_caption_and_time_on_its_medium() {
        let records = read(
            Kind::Post,
            json!({"media": [medium(FIRST, 100, "Harbour")]}),
        );
        assert_eq!(
            told(&records),
            [(Some("Harbour".to_owned()), Some(100), None)]
        );
        assert_eq!(
            records[0].raw,
            json!({"media": medium(FIRST, 100, "Harbour")})
        );
    }

    #[test]
    fn a_position_stays_with_its_slide_where_another_slide_is_no_medium() {
        let place = |latitude: &str| json!([{"label": "Latitude", "value": latitude}, {"label": "Longitude", "value": "9.2"}]);
        let slide = |uri: &str, latitude: &str| json!({"dict": [{"label": "Media", "media": [{"uri": uri}]}, {"title": "Place", "dict": place(latitude)}]});
        let records = read(
            Kind::Post,
            json!({"timestamp": 100, "label_values": [{"title": "Slides", "dict": [
                slide("media/posts/202405/1_n_1.srt", "1.0"), slide("media/posts/202405/1_n_2.jpg", "2.0"),
                {"dict": [{"label": "Media", "media": [{"uri": "media/posts/202405/1_n_3.jpg"}]}]}]}]}),
        );
        let places: Vec<_> = records.iter().map(|record| record.facts.location).collect();
        assert_eq!(places, [Location::new(2.0, 9.2), None]);
    }

    #[test]
    fn a_carousel_has_them_on_the_post_and_every_slide_carries_them() {
        let id = format!("post:{FIRST}");
        for (title, own, at, expected, time) in [
            ("Boats", "", 0, Some("Boats"), 101),
            ("Boats", "slide", 100, Some("Boats"), 100),
            ("", "slide", 100, Some("slide"), 100),
            ("", "", 100, None, 100),
        ] {
            let media = json!([medium(FIRST, at, ""), medium(FIRST + 1, at, own)]);
            let records = read(
                Kind::Post,
                json!({"media": media, "title": title, "creation_timestamp": 101}),
            );
            let caption = expected.map(str::to_owned);
            assert_eq!(
                told(&records),
                [
                    (caption.clone(), Some(time), Some((id.clone(), 0))),
                    (caption, Some(time), Some((id.clone(), 1)))
                ],
                "{title} {own}"
            );
            assert_eq!(
                records[0].raw["post"],
                json!({"title": title, "creation_timestamp": 101})
            );
        }
    }

    #[test]
    fn containers_of_unrelated_media_are_no_posts() {
        for (kind, second_at, extra, together) in [
            (Kind::Other, 900_000, json!({}), false),
            (Kind::Other, 101, json!({}), true),
            (Kind::Deleted, 900_000, json!({"title": "x"}), true),
            (Kind::Reel, 900_000, json!({}), false),
            (Kind::Post, 900_000, json!({}), true),
            (Kind::Archived, 900_000, json!({}), true),
        ] {
            let mut element = extra;
            element["media"] = json!([
                medium(FIRST, 100, "one"),
                medium(FIRST + 1, second_at, "two")
            ]);
            let records = read(kind, element);
            assert_eq!(
                records.iter().all(|record| record.post.is_some()),
                together,
                "{kind:?} {second_at}"
            );
            let own_caption = records[1].facts.description.as_deref() == Some("two");
            assert_ne!(own_caption, together, "{kind:?} {second_at}");
        }
    }

    #[test]
    fn kinds_bring_their_visibility() {
        for (kind, visibility) in [
            (Kind::Post, Visibility::Shown),
            (Kind::Story, Visibility::Shown),
            (Kind::Archived, Visibility::Hidden),
            (Kind::Deleted, Visibility::Trashed),
        ] {
            let records = read(kind, medium(FIRST, 100, ""));
            assert_eq!(
                (records[0].kind, records[0].facts.visibility),
                (kind, visibility)
            );
        }
    }

    #[test]
    fn every_dialect_is_read() {
        let bare = medium(FIRST, 100, "t");
        for element in [
            bare.clone(),
            json!({"media": [bare]}),
            json!({"media": medium(FIRST, 100, "t")}),
            json!({"media": [medium(FIRST, 100, "t"), {"uri": "", "title": ""}]}),
            json!({"some_new_key": [{"media": [medium(FIRST, 100, "t")]}]}),
            json!({"timestamp": 100, "label_values": [
                {"label": "Media", "media": [{"uri": format!("media/posts/202405/1_n_{FIRST}.jpg")}]},
                {"label": "Caption", "value": "t"}]}),
        ] {
            let records = read(Kind::Other, element.clone());
            assert_eq!(
                told(&records),
                [(Some("t".to_owned()), Some(100), None)],
                "{element}"
            );
        }
    }

    #[test]
    fn text_only_posts_give_no_record_and_odd_elements_are_told() {
        for element in [
            json!({"media": [{"uri": "", "title": "words"}]}),
            json!({"media": []}),
            json!({"label_values": []}),
        ] {
            assert!(read(Kind::Post, element).is_empty());
        }
        for element in [
            json!({}),
            json!(3),
            json!("x"),
            json!(null),
            json!({"title": "x"}),
            json!({"a": [1, 2]}),
        ] {
            assert_eq!(posts_of(Kind::Post, element, &LabelCensus::default()), None);
        }
    }

    #[test]
    fn drafts_are_marked_and_hidden() {
        let draft = |text: &str| {
            json!({"timestamp": 100, "label_values": [
            {"label": "Draft", "value": text}, {"label": "Media", "media": [medium(FIRST, 100, "")]}]})
        };
        let records = read(Kind::Post, draft("True"));
        assert_eq!(
            (records[0].kind, records[0].facts.visibility),
            (Kind::Draft, Visibility::Hidden)
        );
        assert_eq!(records[0].facts.posted_at, None, "never posted");
        assert_eq!(read(Kind::Post, draft("False"))[0].kind, Kind::Post);
        let archived = json!({"label_values": [
            {"label": "Archived", "value": "True"}, {"label": "Media", "media": [medium(FIRST, 100, "")]}]});
        assert_eq!(
            read(Kind::Post, archived)[0].facts.visibility,
            Visibility::Hidden
        );
    }

    #[test]
    fn both_dialects_give_a_post_the_same_id() {
        let media = json!([medium(FIRST, 100, ""), medium(FIRST + 1, 100, "")]);
        let old = read(
            Kind::Post,
            json!({"media": media, "title": "t", "creation_timestamp": 100}),
        );
        let new = read(
            Kind::Post,
            json!({"timestamp": 100, "label_values": [
            {"label": "Media", "media": [media[0]]}, {"label": "Caption", "value": "t"},
            {"dict": [{"label": "Media", "media": [media[1]]}]}]}),
        );
        assert_eq!(told(&old), told(&new));
    }

    #[test]
    fn a_path_that_repeats_or_belongs_to_subtitles_is_no_second_slide() {
        let video = json!({"uri": "media/reels/202405/1.mp4", "creation_timestamp": 100, "title": "",
            "media_metadata": {"video_metadata": {"exif_data": [], "subtitles": {"uri": "media/other/1.srt"}}}});
        let records = read(
            Kind::Reel,
            json!({"media": [video, {"uri": "media/other/1.srt"}]}),
        );
        assert_eq!(records.len(), 1);
        assert_eq!(records[0].companions[0].uri, "media/other/1.srt");
        assert_eq!(records[0].post, None);
    }
}
