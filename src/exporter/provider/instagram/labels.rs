//! Reads posts in the dialect of labelled values (`posts.json`, since 2026): slides, captions, drafts, positions.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde_json::{Map, Value};

use crate::classify::{is_subtitles, is_web_address};
use crate::instagram::elements::as_list;
use crate::instagram::facts::uri_of;
use model::record::Location;

/// Labels of the caption, best first. Labels are in the language of the account; those but the English are translations,
/// not yet seen in an archive, and where none fits the shape decides.
const CAPTION: &[&str] = &[
    "Caption",
    "Text",
    "Leyenda",
    "Pie de foto",
    "Legenda",
    "Légende",
    "Bildunterschrift",
    "Didascalia",
    "Bijschrift",
    "Açıklama",
    "Keterangan",
    "キャプション",
    "캡션",
    "Подпись",
    "说明文字",
    "說明文字",
];

/// Labels that tell of an unpublished post.
const DRAFT: &[&str] = &[
    "Draft",
    "Is draft",
    "Borrador",
    "Rascunho",
    "Brouillon",
    "Entwurf",
    "Bozza",
    "Concept",
    "Taslak",
    "Draf",
    "Piszkozat",
    "下書き",
    "임시 저장",
    "초안",
    "Черновик",
    "草稿",
];

/// Labels that tell whether a post was ever published.
const PUBLISHED: &[&str] = &[
    "Published",
    "Is published",
    "Publicado",
    "Publicada",
    "Publié",
    "Publiée",
    "Veröffentlicht",
    "Pubblicato",
    "Gepubliceerd",
    "Közzétéve",
];

/// One slide and the labels that stand beside it.
#[derive(Debug, Clone, PartialEq)]
pub struct Slide {
    /// The media object, without other slides nested in it.
    pub medium: Value,
    /// Label and value of its own level, in order.
    pub labels: Vec<(String, String)>,
}

/// A post of this dialect.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LabelledPost {
    /// Slides in order, the cover first.
    pub slides: Vec<Slide>,
    /// Label and value of the post itself, in order.
    pub labels: Vec<(String, String)>,
}

/// Returns whether an element is written in this dialect.
pub fn is_labelled(element: &Value) -> bool {
    element.get("label_values").is_some()
}

/// Reads the slides and labels of a post.
///
/// Only the cover stands under `Media`; slides 2 to N hang in chains of nested `dict`s. So every object with a path
/// anywhere below is taken once, in the order seen.
pub fn read_post(element: &Value) -> LabelledPost {
    let mut slides = Slides::default();
    let values = as_list(element.get("label_values"));
    let labels = labels_of(values);
    for medium in as_list(element.get("media")) {
        slides.add(medium, &labels);
    }
    slides.add_level(values);
    slides.add_rest(element);
    LabelledPost {
        slides: slides.found,
        labels,
    }
}

#[derive(Default)]
struct Slides {
    seen: HashSet<String>,
    found: Vec<Slide>,
}

impl Slides {
    fn add(&mut self, medium: &Value, labels: &[(String, String)]) -> bool {
        let Some(uri) = uri_of(medium).filter(|uri| !is_subtitles(uri)) else {
            return false;
        };
        if !self.seen.insert(uri.to_owned()) {
            return false;
        }
        self.found.push(Slide {
            medium: without_nested(medium),
            labels: labels.to_vec(),
        });
        true
    }

    /// One level of a chain: its media share its labels, deeper levels have their own.
    fn add_level(&mut self, values: &[Value]) {
        let mut labels = labels_of(values);
        for value in values {
            for medium in std::iter::once(value).chain(as_list(value.get("media"))) {
                if self.add(medium, &labels) {
                    // A position or text belongs to the first medium beside it, not to all.
                    labels.clear();
                }
            }
        }
        for deeper in values.iter().flat_map(chains) {
            self.add_level(deeper);
        }
    }

    /// Whatever has a path and stands in a place nobody has described yet.
    fn add_rest(&mut self, value: &Value) {
        self.add(value, &[]);
        match value {
            Value::Array(values) => values.iter().for_each(|value| self.add_rest(value)),
            Value::Object(object) => object.values().for_each(|value| self.add_rest(value)),
            _ => {}
        }
    }
}

fn chains(value: &Value) -> impl Iterator<Item = &[Value]> {
    ["dict", "vec"]
        .into_iter()
        .map(|key| as_list(value.get(key)))
        .filter(|list| list.iter().any(holds_path))
}

fn holds_path(value: &Value) -> bool {
    match value {
        Value::Array(values) => values.iter().any(holds_path),
        Value::Object(object) => uri_of(value).is_some() || object.values().any(holds_path),
        _ => false,
    }
}

/// Returns label and value pairs of one level, sections without media included.
fn labels_of(values: &[Value]) -> Vec<(String, String)> {
    let mut labels = Vec::new();
    for value in values {
        if let (Some(label), Some(text)) = (value.get("label"), value.get("value").and_then(plain))
        {
            labels.push((label.as_str().unwrap_or_default().to_owned(), text));
        }
        for key in ["dict", "vec"] {
            let section = as_list(value.get(key));
            if !section.iter().any(holds_path) {
                labels.extend(labels_of(section));
            }
        }
    }
    labels
}

fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Keys under which other slides may hang.
const NESTING: &[&str] = &["dict", "vec", "media", "label_values"];

fn without_nested(medium: &Value) -> Value {
    let mut medium = medium.clone();
    if let Value::Object(object) = &mut medium {
        object.retain(|key, value| !(NESTING.contains(&key.as_str()) && holds_path(value)));
    }
    medium
}

/// Returns the post-level keys for the raw record: each slide is named there, not repeated.
pub fn outline(element: &Value) -> Map<String, Value> {
    let mut outline = element.clone();
    shorten_media(&mut outline);
    match outline {
        Value::Object(mut object) => {
            object.remove("media");
            object
        }
        _ => Map::new(),
    }
}

fn shorten_media(value: &mut Value) {
    let is_medium = uri_of(value).is_some();
    match value {
        Value::Array(values) => values.iter_mut().for_each(shorten_media),
        Value::Object(object) => {
            if is_medium {
                object.retain(|key, _| key == "uri" || NESTING.contains(&key.as_str()));
            }
            object.values_mut().for_each(shorten_media);
        }
        _ => {}
    }
}

/// How often which label has which text in one file: tells the caption's label in a language nobody listed.
#[derive(Debug, Default)]
pub struct LabelCensus {
    texts: BTreeMap<String, BTreeSet<String>>,
}

impl LabelCensus {
    /// Counts the labels of one post.
    pub fn count(&mut self, post: &LabelledPost) {
        for (label, text) in post.labels.iter().filter(|(_, text)| is_prose(text)) {
            self.texts
                .entry(label.clone())
                .or_default()
                .insert(text.clone());
        }
    }

    /// Returns the label that must be the caption's by its shape: most different texts, then the longest. Undecided
    /// means none: a wrong caption is worse than one that only stands in the raw record.
    pub fn caption_label(&self) -> Option<String> {
        let weight =
            |texts: &BTreeSet<String>| (texts.len(), texts.iter().map(String::len).sum::<usize>());
        let best = self.texts.values().map(weight).max()?;
        let mut winners = self.texts.iter().filter(|(_, texts)| weight(texts) == best);
        let (label, _) = winners.next()?;
        winners.next().is_none().then(|| label.clone())
    }
}

/// Says whether a value can be text by the owner: no number, truth value, or address.
fn is_prose(text: &str) -> bool {
    let text = text.trim();
    !text.is_empty()
        && truth(text).is_none()
        && text.parse::<f64>().is_err()
        && !is_web_address(text)
}

fn truth(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

fn find<'a>(labels: &'a [(String, String)], wanted: &str) -> Option<&'a str> {
    labels
        .iter()
        .find(|(label, text)| label.eq_ignore_ascii_case(wanted) && !text.trim().is_empty())
        .map(|(_, text)| text.as_str())
}

/// Returns the caption: by a label we know, else by the label the census found.
pub fn caption(labels: &[(String, String)], census: &LabelCensus) -> Option<String> {
    let known = |label: &str| CAPTION.iter().any(|name| name.eq_ignore_ascii_case(label));
    if census.texts.keys().any(|label| known(label)) || labels.iter().any(|(label, _)| known(label))
    {
        return CAPTION
            .iter()
            .find_map(|name| find(labels, name))
            .map(str::to_owned);
    }
    find(labels, &census.caption_label()?).map(str::to_owned)
}

/// Says whether the post was never published: by a label we know, else by the only truth value there is.
pub fn is_draft(labels: &[(String, String)]) -> bool {
    if let Some(known) = says_draft(labels) {
        return known;
    }
    let english = labels
        .iter()
        .any(|(label, _)| CAPTION[..2].contains(&label.as_str()));
    let mut truths = labels.iter().filter_map(|(_, text)| truth(text));
    !english && truths.next() == Some(true) && truths.next().is_none()
}

/// Says whether labels we know call the post a draft; `None` if none of them is there.
pub fn says_draft(labels: &[(String, String)]) -> Option<bool> {
    let said = |names: &[&str]| names.iter().find_map(|name| find(labels, name)).map(truth);
    match (said(DRAFT), said(PUBLISHED)) {
        (Some(draft), published) => Some(draft == Some(true) && published != Some(Some(true))),
        (None, Some(published)) => Some(published == Some(false)),
        (None, None) => None,
    }
}

/// Says whether the post is labelled as taken out of the public feed.
pub fn is_archived(labels: &[(String, String)]) -> bool {
    ["Archived", "Is archived"]
        .iter()
        .any(|name| find(labels, name).and_then(truth) == Some(true))
}

/// Returns the position: by its English labels, else by two decimal fractions one after the other.
pub fn location(labels: &[(String, String)]) -> Option<Location> {
    let degrees = |name| find(labels, name).and_then(|text| text.trim().parse().ok());
    if let (Some(latitude), Some(longitude)) = (degrees("Latitude"), degrees("Longitude")) {
        return Location::new(latitude, longitude);
    }
    let fraction = |text: &str| {
        text.contains('.')
            .then(|| text.trim().parse::<f64>().ok())?
    };
    labels
        .windows(2)
        .find_map(|pair| Location::new(fraction(&pair[0].1)?, fraction(&pair[1].1)?))
}

#[cfg(test)]
mod tests {
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
            is_archived(&pairs(&[("Archived", "True")]))
                && !is_archived(&pairs(&[("Archived", "no")]))
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
}
