//! What of a JSON record file was understood: keys change their names, and a list under an unknown key yields nothing.

use std::collections::HashSet;
use std::hash::BuildHasher;

use serde_json::Value;

use crate::instagram::labels;
use crate::instagram::layout::is_media_path;
use crate::meta_shape::oddity;
use model::kind::Kind;
use model::record::Record;
use model::shown::shown;
use model::texts::Texts;

/// What was met in one record file, element by element.
#[derive(Debug)]
pub(crate) struct Understood {
    /// Key that every medium of the file has for its caption, be it empty.
    caption_key: &'static str,
    /// Elements that name no medium, and media without a path.
    nameless: u64,
    records: u64,
    /// Posts whose media stand under a key that nobody knows.
    odd_posts: u64,
    /// What stands where nobody reads, of the first element that has such.
    odd: Option<&'static str>,
    /// Elements without a caption's key that have text elsewhere, and the key the first has it under.
    texts: u64,
    text_under: Option<String>,
    /// Records whose element has no key of a date at all.
    no_date: u64,
    /// Paths of media that stand in places nobody reads.
    unread: u64,
    first_unread: Option<String>,
}

/// What one element holds that matters here. Gathered before it is taken apart.
#[derive(Debug, Default)]
pub(crate) struct Survey {
    paths: Texts,
    nameless: u64,
    captions: bool,
    labelled: bool,
    dates: bool,
    /// Something of a medium stands where nobody reads, in words.
    odd: Option<&'static str>,
    /// A post with words or a date of its own, whose media stand under a key that nobody knows.
    odd_post: bool,
    text_under: Option<String>,
}

impl Survey {
    /// Forgets what was found of captions: messages have none, and their texts are private.
    pub(crate) fn without_texts(self) -> Self {
        Self {
            text_under: None,
            captions: false,
            // A conversation has a title of its own, and is no post.
            odd_post: false,
            odd: None,
            ..self
        }
    }
}

/// An element whose records are being given.
pub(crate) struct Adding<'a> {
    understood: &'a mut Understood,
    survey: Survey,
    claimed: Claimed,
}

impl Adding<'_> {
    /// The element gave this record.
    pub(crate) fn record(&mut self, record: &Record) {
        self.understood.records += 1;
        let never_dated = matches!(record.kind, Kind::Profile | Kind::Draft);
        self.understood.no_date += u64::from(!self.survey.dates && !never_dated);
        self.claimed.add(&record.uri);
        let companions = record.companions.iter();
        companions.for_each(|companion| self.claimed.add(&companion.uri));
    }

    /// It gave all.
    pub(crate) fn finish(self) {
        let (understood, survey) = (self.understood, self.survey);
        understood.nameless += survey.nameless;
        understood.odd_posts += u64::from(survey.odd_post && !survey.labelled);
        understood.odd = understood.odd.or(survey.odd);
        // In the dialect of labelled values the caption's label may be one nobody knows.
        if let Some(key) = survey
            .text_under
            .filter(|_| !survey.captions && !survey.labelled)
        {
            understood.texts += 1;
            understood.text_under.get_or_insert(key);
        }
        understood.unread(&survey.paths, &self.claimed);
    }
}

/// Paths that records name, as hashes: of a post of very many media the paths themselves are much memory.
#[derive(Default)]
struct Claimed(HashSet<u64>);

impl Claimed {
    fn add(&mut self, path: &str) {
        let hash = self.0.hasher().hash_one(path);
        self.0.insert(hash);
    }

    fn has(&self, path: &str) -> bool {
        self.0.contains(&self.0.hasher().hash_one(path))
    }
}

/// An object without a key. A few kilobytes of a zip may hold twenty million of them, so none is looked into.
pub(crate) fn is_empty(element: &Value) -> bool {
    element.as_object().is_some_and(serde_json::Map::is_empty)
}

impl Understood {
    /// Nothing was met so far.
    pub(crate) fn new(caption_key: &'static str) -> Self {
        Self {
            caption_key,
            nameless: 0,
            records: 0,
            odd_posts: 0,
            odd: None,
            texts: 0,
            text_under: None,
            no_date: 0,
            unread: 0,
            first_unread: None,
        }
    }

    /// Returns true, and counts the element as one that names no medium, if nothing at all stands in it.
    pub(crate) fn is_nothing(&mut self, element: &Value) -> bool {
        let nothing = is_empty(element);
        self.nameless += u64::from(nothing);
        nothing
    }

    /// Looks at an element.
    pub(crate) fn survey(&self, element: &Value) -> Survey {
        let has = |key: &str| element.get(key).is_some();
        let labelled = labels::is_labelled(element);
        let mut survey = Survey {
            labelled,
            odd: match labelled {
                true => labels::oddity(element),
                false => oddity(element),
            },
            odd_post: (has("title") || has("creation_timestamp"))
                && !["media", "uri", "media_map_data", "string_map_data"]
                    .iter()
                    .any(|key| has(key)),
            ..Survey::default()
        };
        look(element, "", self.caption_key, &mut survey);
        survey
    }

    /// An element gave these records; `None`: nothing in it is a medium.
    pub(crate) fn add<'a>(
        &mut self,
        survey: Survey,
        records: Option<impl Iterator<Item = &'a Record>>,
    ) {
        let Some(records) = records else {
            self.nameless += 1;
            self.unread(&survey.paths, &Claimed::default());
            return;
        };
        let mut adding = self.adding(survey);
        records.for_each(|record| adding.record(record));
        adding.finish();
    }

    /// The same where an element gives its records one by one.
    pub(crate) fn adding(&mut self, survey: Survey) -> Adding<'_> {
        Adding {
            understood: self,
            survey,
            claimed: Claimed::default(),
        }
    }

    fn unread(&mut self, paths: &Texts, claimed: &Claimed) {
        for path in paths.iter() {
            if !claimed.has(path) {
                self.unread += 1;
                self.first_unread.get_or_insert_with(|| path.to_owned());
            }
        }
    }

    /// Returns what was looked for and not found, in words; nothing if all was.
    pub(crate) fn lacks(&self) -> Option<String> {
        let mut lacks = Vec::new();
        match (self.nameless, self.records) {
            (0, _) => {}
            (_, 0) => lacks.push("no record in it names a medium".to_owned()),
            (nameless, _) => lacks.push(format!("{nameless} records in it name no medium")),
        }
        if let Some(first) = &self.first_unread {
            lacks.push(format!(
                "{} paths of media stand where none is known, the first is {}",
                self.unread,
                shown(first)
            ));
        }
        lacks.extend(self.odd.map(str::to_owned));
        if self.odd_posts > 0 {
            lacks.push(format!(
                "{} posts have their media under a key nobody knows",
                self.odd_posts
            ));
        }
        if self.no_date > 0 {
            lacks.push(format!(
                "no date of posting in {} of its {} records",
                self.no_date, self.records
            ));
        }
        if let Some(key) = &self.text_under {
            lacks.push(format!(
                "no caption in {} of its records, though there is text under {:?}",
                self.texts,
                shown(key)
            ));
        }
        (!lacks.is_empty()).then(|| lacks.join("; "))
    }
}

/// Keys of the date of posting: of media and posts, of the dialect of labelled values, of the first generation, of messages.
const DATES: &[&str] = &[
    "creation_timestamp",
    "timestamp",
    "taken_at",
    "timestamp_ms",
];

/// Keys below which texts are about other things than the owner's words.
const TECHNICAL: &[&str] = &["media_metadata", "cross_post_source", "dubbing_info"];

fn look(value: &Value, key: &str, caption_key: &str, survey: &mut Survey) {
    match value {
        Value::String(text) if is_media_path(text) => survey.paths.push(text),
        Value::String(text) if survey.text_under.is_none() && is_prose(text) => {
            survey.text_under = Some(key.to_owned());
        }
        Value::Array(values) => {
            for value in values {
                let has_path = || value.get("uri").is_some_and(Value::is_string);
                if key == "media" && !has_path() && !is_container(value) {
                    survey.nameless += 1;
                }
                look(value, key, caption_key, survey);
            }
        }
        Value::Object(object) => {
            for (key, value) in object {
                survey.captions |= key == caption_key;
                survey.dates |= DATES.contains(&key.as_str());
                if TECHNICAL.contains(&key.as_str()) {
                    technical(value, survey);
                } else {
                    look(value, key, caption_key, survey);
                }
            }
        }
        _ => {}
    }
}

/// Some lists of media hold further lists in place of media.
fn is_container(value: &Value) -> bool {
    ["media", "dict", "vec", "label_values"]
        .iter()
        .any(|key| value.get(*key).is_some())
}

/// Only paths matter in what a camera or a service noted.
fn technical(value: &Value, survey: &mut Survey) {
    match value {
        Value::String(text) if is_media_path(text) => survey.paths.push(text),
        Value::Array(values) => values.iter().for_each(|value| technical(value, survey)),
        Value::Object(object) => object.values().for_each(|value| technical(value, survey)),
        _ => {}
    }
}

/// Words with a space between them: what a service notes for itself has none.
fn is_prose(text: &str) -> bool {
    let mut words = text.split_whitespace();
    let is_word = |word: &str| word.chars().any(char::is_alphabetic);
    words.next().is_some_and(is_word) && words.next().is_some()
}
