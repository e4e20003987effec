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
pub(crate) struct Slide {
    /// The media object, without other slides nested in it.
    pub medium: Value,
    /// Label and value of its own level, in order.
    pub labels: Vec<(String, String)>,
}

/// A post of this dialect.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct LabelledPost {
    /// Slides in order, the cover first.
    pub slides: Vec<Slide>,
    /// Label and value of the post itself, in order.
    pub labels: Vec<(String, String)>,
}

/// Returns whether an element is written in this dialect.
pub(crate) fn is_labelled(element: &Value) -> bool {
    element.get("label_values").is_some()
}

/// Returns what of a post in this dialect nobody can read, in words: a text of which no label says what it is may be the caption.
pub(crate) fn oddity(element: &Value) -> Option<&'static str> {
    as_list(element.get("label_values"))
        .iter()
        .any(has_nameless_text)
        .then_some("a text of a post has no label")
}

fn has_nameless_text(value: &Value) -> bool {
    let is_text = value.get("value").is_some_and(Value::is_string);
    let below = ["dict", "vec"].into_iter();
    (is_text && value.get("label").is_none())
        || has_lost_value(value)
        || below
            .flat_map(|key| as_list(value.get(key)))
            .any(has_nameless_text)
}

/// Texts that may stand beside a label and its value.
const BESIDE: &[&str] = &["ent_field_name", "href", "label", "title", "uri"];

/// A label has no value, and beside it a text stands under a key nobody knows.
fn has_lost_value(value: &Value) -> bool {
    let Some(object) = value.as_object() else {
        return false;
    };
    let mut others = object
        .iter()
        .filter(|(key, _)| !BESIDE.contains(&key.as_str()));
    object.contains_key("label")
        && !object.contains_key("value")
        && others.any(|(_, value)| value.as_str().is_some_and(|text| !text.trim().is_empty()))
}

/// Reads the slides and labels of a post.
///
/// Only the cover stands under `Media`; slides 2 to N hang in chains of nested `dict`s. So every object with a path
/// anywhere below is taken once, in the order seen.
pub(crate) fn read_post(element: &Value) -> LabelledPost {
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
pub(crate) fn outline(element: &Value) -> Map<String, Value> {
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
pub(crate) struct LabelCensus {
    texts: BTreeMap<String, BTreeSet<String>>,
}

impl LabelCensus {
    /// Counts the labels of one post.
    pub(crate) fn count(&mut self, post: &LabelledPost) {
        for (label, text) in post.labels.iter().filter(|(_, text)| is_prose(text)) {
            self.texts
                .entry(label.clone())
                .or_default()
                .insert(text.clone());
        }
    }

    /// Returns the label that must be the caption's by its shape: most different texts, then the longest. Undecided
    /// means none: a wrong caption is worse than one that only stands in the raw record.
    pub(crate) fn caption_label(&self) -> Option<String> {
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
pub(crate) fn caption(labels: &[(String, String)], census: &LabelCensus) -> Option<String> {
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
pub(crate) fn is_draft(labels: &[(String, String)]) -> bool {
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
pub(crate) fn says_draft(labels: &[(String, String)]) -> Option<bool> {
    let said = |names: &[&str]| names.iter().find_map(|name| find(labels, name)).map(truth);
    match (said(DRAFT), said(PUBLISHED)) {
        (Some(draft), published) => Some(draft == Some(true) && published != Some(Some(true))),
        (None, Some(published)) => Some(published == Some(false)),
        (None, None) => None,
    }
}

/// Says whether the post is labelled as taken out of the public feed.
pub(crate) fn is_archived(labels: &[(String, String)]) -> bool {
    ["Archived", "Is archived"]
        .iter()
        .any(|name| find(labels, name).and_then(truth) == Some(true))
}

/// Returns the position: by its English labels, else by two decimal fractions one after the other.
pub(crate) fn location(labels: &[(String, String)]) -> Option<Location> {
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
#[path = "labels_tests.rs"]
mod tests;
