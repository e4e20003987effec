//! Composes what 2026 added to the JSON edition: `posts.json`, complete, in the dialect of label values.

use model::kind::Kind;
use serde_json::{Value, json};

use super::super::account::{Account, Medium, Post};
use super::json::put;
use super::{Files, Generation, newest_first, paths};

/// Returns whether `posts_1.json` of the fifth generation lists the post with this index: it is a subset.
pub fn in_posts_1(post_index: usize) -> bool {
    post_index % 3 != 2
}

/// Adds `posts.json` and `reposts.json`.
pub fn add_records(files: &mut Files, account: &Account) {
    let kinds = [Kind::Post, Kind::Archived, Kind::Draft];
    if !newest_first(account, &kinds).is_empty() {
        let posts = label_values(account, &kinds);
        put(files, Generation::G5, "posts", &posts);
    }
    // One record alone is written as a bare object.
    let repost = json!({
        "timestamp": 1_770_000_000, "media": [], "fbid": "17900000000000001",
        "label_values": [{"label": "URL", "value": "https://www.instagram.com/p/x/", "href": ""}],
    });
    if account.noise {
        put(files, Generation::G5, "reposts", &repost);
    }
}

/// Returns the posts of some kinds in the dialect of label values.
pub fn label_values(account: &Account, kinds: &[Kind]) -> Value {
    newest_first(account, kinds)
        .into_iter()
        .map(|(at, post)| post_value(at, post))
        .collect()
}

fn post_value(at: usize, post: &Post) -> Value {
    let mut labels = Vec::new();
    if let Some(cover) = post.media.first() {
        labels.push(json!({"label": "Media", "media": [slide(post, cover)]}));
    }
    labels.push(json!({"label": "Caption", "value": post.caption}));
    // The coordinates belong to the post; for a carousel nobody knows to which slide, so none is composed.
    if let ([_], Some((latitude, longitude))) = (&post.media[..], post.media[0].gps) {
        labels.push(json!({"label": "Latitude", "value": latitude.to_string()}));
        labels.push(json!({"label": "Longitude", "value": longitude.to_string()}));
    }
    let draft = if post.kind == Kind::Draft {
        "True"
    } else {
        "False"
    };
    labels.push(json!({"label": "Draft", "value": draft}));
    labels.push(json!({"label": "Publish mode", "value": "default"}));
    labels
        .push(json!({"label": "Update time", "timestamp_value": post.posted_at.as_second() + 60}));
    if let Some(chain) = chain(post, post.media.get(1..).unwrap_or_default()) {
        labels.push(chain);
    }
    json!({
        "timestamp": post.posted_at.as_second(),
        "media": [],
        "label_values": labels,
        "fbid": (17_950_000_000_000_000_u64 + at as u64).to_string(),
    })
}

/// Slides 2…N hang one inside the other.
fn chain(post: &Post, slides: &[Medium]) -> Option<Value> {
    let (first, rest) = slides.split_first()?;
    let mut dict = vec![json!({"label": "Media", "media": [slide(post, first)]})];
    dict.extend(chain(post, rest));
    Some(json!({"title": "Carousel", "dict": dict}))
}

fn slide(post: &Post, medium: &Medium) -> Value {
    let mut value = json!({
        "uri": paths::medium(post, medium, Generation::G5),
        "creation_timestamp": post.posted_at.as_second(),
        "title": "",
    });
    if medium.subtitles {
        let uri = paths::subtitles(post, medium, Generation::G5);
        value["media_metadata"] = json!({"video_metadata": {"subtitles": {"uri": uri}}});
    }
    value
}
