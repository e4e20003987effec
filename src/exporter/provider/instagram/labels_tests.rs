//! Posts of labelled values: slides, captions, and what nobody can read.

use super::*;
use serde_json::json;

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs
        .iter()
        .map(|(label, text)| ((*label).to_owned(), (*text).to_owned()))
        .collect()
}

fn uris(post: &LabelledPost) -> Vec<&str> {
    post.slides
        .iter()
        .filter_map(|slide| uri_of(&slide.medium))
        .collect()
}

/// Cover under `Media`, the other slides in a chain of nested `dict`s.
fn nested() -> Value {
    json!({"timestamp": 1_770_000_000, "media": [], "fbid": "1", "label_values": [
        {"label": "Caption", "value": "Three boats"},
        {"label": "Latitude", "value": "45.1"}, {"label": "Longitude", "value": "9.2"},
        {"label": "Media", "media": [{"uri": "m/1.jpg", "creation_timestamp": 1_770_000_000}]},
        {"title": "More", "dict": [
            {"label": "Latitude", "value": "46.1"}, {"label": "Longitude", "value": "10.2"},
            {"label": "Media", "media": [{"uri": "m/2.mp4", "media_metadata":
                {"video_metadata": {"subtitles": {"uri": "m/2.srt"}}}}]},
            {"title": "", "dict": [{"label": "Media", "media": {"uri": "m/3.jpg"}}, {"vec": [{"uri": "m/1.jpg"}]}]}
        ]},
        {"title": "Extra", "unseen": {"deep": [{"uri": "m/4.jpg"}, {"uri": ""}]}}
    ]})
}

#[test]
fn a_text_without_a_label_is_odd() {
    let post = |value: serde_json::Value| serde_json::json!({"label_values": [{"label": "Media", "media": []}, value]});
    for (value, is_odd) in [
        (serde_json::json!({"label": "Caption", "value": "t"}), false),
        (
            serde_json::json!({"heading": "Caption", "value": "t"}),
            true,
        ),
        (serde_json::json!({"label": "Caption", "text": "t"}), true),
        (serde_json::json!({"label": "Link", "href": "t"}), false),
        (
            serde_json::json!({"title": "Place", "dict": [{"value": "t"}]}),
            true,
        ),
        (
            serde_json::json!({"title": "Place", "dict": [{"label": "Name", "value": "t"}]}),
            false,
        ),
        (
            serde_json::json!({"label": "Time", "timestamp_value": 3}),
            false,
        ),
    ] {
        assert_eq!(oddity(&post(value.clone())).is_some(), is_odd, "{value}");
    }
}

#[test]
fn slides_are_found_in_order_wherever_they_hang() {
    assert_eq!(
        uris(&read_post(&nested())),
        ["m/1.jpg", "m/2.mp4", "m/3.jpg", "m/4.jpg"]
    );
    let cover_last = json!({"label_values": [
        {"title": "More", "dict": [{"label": "Media", "media": [{"uri": "m/2.jpg"}]}]},
        {"label": "Media", "media": [{"uri": "m/1.jpg"}]}
    ]});
    assert_eq!(uris(&read_post(&cover_last)), ["m/1.jpg", "m/2.jpg"]);
    let in_the_slide = json!({"label_values": {"label": "Media", "media": [
        {"uri": "m/1.jpg", "dict": [{"uri": "m/2.jpg"}]}]}});
    let post = read_post(&in_the_slide);
    assert_eq!(uris(&post), ["m/1.jpg", "m/2.jpg"]);
    assert_eq!(post.slides[0].medium, json!({"uri": "m/1.jpg"}));
}

#[test]
fn positions_belong_to_the_slide_beside_them() {
    let post = read_post(&nested());
    let places: Vec<Option<Location>> = post
        .slides
        .iter()
        .map(|slide| location(&slide.labels))
        .collect();
    assert_eq!(
        places,
        [
            Location::new(45.1, 9.2),
            Location::new(46.1, 10.2),
            None,
            None
        ]
    );
}

#[test]
fn the_outline_names_slides_without_repeating_them() {
    let outline = Value::Object(outline(&nested()));
    let text = outline.to_string();
    assert!(text.contains("m/3.jpg") && text.contains("Three boats") && text.contains("fbid"));
    assert!(!text.contains("media_metadata") && outline.get("media").is_none());
}

#[test]
fn positions_by_label_or_by_shape() {
    for (labels, expected) in [
        (
            pairs(&[("Longitude", "9.2"), ("Latitude", "45.1")]),
            Location::new(45.1, 9.2),
        ),
        (
            pairs(&[("Breite", "45.1"), ("Länge", "-9.2")]),
            Location::new(45.1, -9.2),
        ),
        (
            pairs(&[("Breite", "45.1"), ("Text", "x"), ("Länge", "9.2")]),
            None,
        ),
        (pairs(&[("Likes", "45"), ("Shares", "9")]), None),
        (pairs(&[("Latitude", "0.0"), ("Longitude", "0.0")]), None),
        (pairs(&[("Latitude", "95.0"), ("Longitude", "9.0")]), None),
    ] {
        assert_eq!(location(&labels), expected, "{labels:?}");
    }
}

#[test]
fn drafts_by_label_or_as_the_only_truth() {
    for (labels, draft) in [
        (pairs(&[("Draft", "True")]), true),
        (pairs(&[("Draft", "False")]), false),
        (pairs(&[("Rascunho", "true")]), true),
        (pairs(&[("Drög", "True"), ("Texti", "x")]), true),
        (pairs(&[("Drög", "False")]), false),
        (pairs(&[("Drög", "True"), ("Annað", "False")]), false),
        (pairs(&[("Caption", "True")]), false),
        (pairs(&[("Caption", "x"), ("Comments off", "True")]), false),
        // Boxes of 2026.
        (
            pairs(&[
                ("Draft", "True"),
                ("Published", "False"),
                ("Paid partnership", "False"),
            ]),
            true,
        ),
        (pairs(&[("Draft", "False"), ("Published", "True")]), false),
        (pairs(&[("Draft", "True"), ("Published", "True")]), false),
        (pairs(&[("Published", "False")]), true),
        (vec![], false),
    ] {
        assert_eq!(is_draft(&labels), draft, "{labels:?}");
    }
    assert!(
        is_archived(&pairs(&[("Archived", "True")])) && !is_archived(&pairs(&[("Archived", "no")]))
    );
}

fn census(posts: &[Vec<(String, String)>]) -> LabelCensus {
    let mut census = LabelCensus::default();
    for labels in posts {
        census.count(&LabelledPost {
            slides: vec![],
            labels: labels.clone(),
        });
    }
    census
}

#[test]
fn captions_by_known_label() {
    let labels = pairs(&[
        ("Publish mode", "feed"),
        ("Text", "text"),
        ("Caption", "caption"),
    ]);
    assert_eq!(caption(&labels, &census(&[])).as_deref(), Some("caption"));
    let labels = pairs(&[("Caption", " "), ("Text", "text")]);
    assert_eq!(caption(&labels, &census(&[])).as_deref(), Some("text"));
    let english = census(&[pairs(&[("Caption", "elsewhere")])]);
    assert_eq!(caption(&pairs(&[("Publish mode", "feed")]), &english), None);
}

#[test]
fn captions_in_an_unknown_language_by_shape() {
    let posts = [
        pairs(&[
            ("Texti", "Höfnin"),
            ("Háttur", "straumur"),
            ("Drög", "False"),
            ("Fjöldi", "12"),
        ]),
        pairs(&[
            ("Texti", "Fjallið"),
            ("Háttur", "straumur"),
            ("Drög", "False"),
        ]),
        pairs(&[
            ("Háttur", "straumur"),
            ("Tengill", "https://example.org/long/address"),
        ]),
    ];
    let census = census(&posts);
    let captions: Vec<Option<String>> = posts
        .iter()
        .map(|labels| caption(labels, &census))
        .collect();
    assert_eq!(
        captions,
        [Some("Höfnin".to_owned()), Some("Fjallið".to_owned()), None]
    );
}

#[test]
fn undecided_captions_are_not_guessed() {
    let posts = [pairs(&[("A", "four"), ("B", "five")])];
    assert_eq!(caption(&posts[0], &census(&posts)), None);
}
