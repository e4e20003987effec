//! Turns one element of a record file into the records of its media: captions, times, carousels.

use serde_json::{Map, Value};

use crate::exporter::provider::classify::is_subtitles;
use crate::exporter::provider::instagram::elements::as_list;
use crate::exporter::provider::instagram::facts::{
    facts_of, key_of, posted_at, subtitles, uri_of, video_date,
};
use crate::exporter::provider::instagram::labels::{self, LabelCensus};
use crate::exporter::provider::instagram::layout::visibility_of;
use crate::exporter::provider::instagram::values::{instant, raw_record, text};
use crate::model::kind::{Kind, Visibility};
use crate::model::record::{Edition, Location, PostRef, Record};
use crate::model::time::When;

/// What all records of one file share.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// Path of the record file below the archive's root.
    pub path: &'a str,
    /// Whose data it is.
    pub account: Option<&'a str>,
}

impl Source<'_> {
    /// Returns a record of this file that claims nothing yet.
    pub fn record(&self, kind: Kind, uri: &str, key: String) -> Record {
        Record {
            provider: super::NAME.to_owned(),
            account: self.account.map(str::to_owned),
            export: None,
            kind,
            source: self.path.to_owned(),
            edition: Edition::Json,
            uri: uri.to_owned(),
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
pub struct Post {
    kind: Kind,
    visibility: Visibility,
    caption: Option<String>,
    posted_at: Option<When>,
    media: Vec<(Value, Option<Location>)>,
    /// Post-level keys, for the raw record.
    rest: Map<String, Value>,
    /// The media are slides of one post, not merely written in one list.
    together: bool,
}

impl Post {
    /// Returns the video dates of its media as written.
    pub fn video_dates(&self) -> impl Iterator<Item = String> {
        self.media
            .iter()
            .filter_map(|(medium, _)| video_date(medium))
    }
}

/// Reads the posts in one element of a record file about media of this kind. The text must have been repaired.
///
/// Instagram writes posts (`media` + post-level keys), containers (`media` alone), bare media, labelled values, and
/// lists of these under a key of their own. `None` means nothing in the element is one of them.
pub fn posts_of(kind: Kind, element: Value, census: &LabelCensus) -> Option<Vec<Post>> {
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
        media: vec![(medium, None)],
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
        media: media.into_iter().map(|medium| (medium, None)).collect(),
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
        Kind::Post if labels::is_draft(&post.labels) => Kind::Draft,
        Kind::Post if labels::is_archived(&post.labels) => Kind::Archived,
        kind => kind,
    };
    Post {
        kind,
        visibility: visibility_of(kind),
        caption: labels::caption(&post.labels, census).or_else(|| text(element.get("title"))),
        posted_at: instant(element.get("timestamp")).map(When::utc),
        media: post
            .slides
            .into_iter()
            .map(|slide| (slide.medium, labels::location(&slide.labels)))
            .collect(),
        rest: labels::outline(element),
        together: true,
    }
}

/// Returns the records of a post. Media without a path (text only) give none.
pub fn records_of(
    post: Post,
    source: &Source<'_>,
    is_template: &dyn Fn(&str) -> bool,
) -> Vec<Record> {
    let Post {
        kind,
        visibility,
        caption,
        posted_at,
        media,
        rest,
        together,
    } = post;
    let media: Vec<(Value, Option<Location>)> = media
        .into_iter()
        .filter(|(medium, _)| uri_of(medium).is_some_and(|uri| !is_subtitles(uri)))
        .collect();
    let together = together && media.len() > 1;
    let id = media
        .first()
        .and_then(|(medium, _)| key_of(medium))
        .map(|key| format!("post:{key}"));
    let titles = || {
        media
            .iter()
            .find_map(|(medium, _)| text(medium.get("title")))
    };
    let shared = caption.or_else(|| titles().filter(|_| together));
    let mut records = Vec::with_capacity(media.len());
    for (index, (medium, location)) in media.iter().enumerate() {
        let (Some(uri), Some(key)) = (uri_of(medium), key_of(medium)) else {
            continue;
        };
        let mut record = source.record(kind, uri, key);
        record.facts = facts_of(medium, is_template);
        record.facts.posted_at = record.facts.posted_at.or(posted_at);
        record.facts.location = record.facts.location.or(*location);
        record.facts.description = shared.clone().or_else(|| text(medium.get("title")));
        record.facts.visibility = visibility;
        record.companions = subtitles(medium);
        record.raw = raw_record(medium, &rest);
        record.post = id.clone().filter(|_| together).map(|id| PostRef {
            id,
            index: u32::try_from(index).unwrap_or(u32::MAX),
        });
        records.push(record);
    }
    records
}

/// Returns every object with a path anywhere below `value`, as if each stood alone: profile pages, odd lists.
pub fn media_below(value: &Value, found: &mut Vec<Value>) {
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
