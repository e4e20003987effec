//! By what linking may tie a sidecar to media, or compare it with other sidecars: the beginning of its name and title within its
//! folder, its address, its title and moment, and the files that an index page lists.
//!
//! All rules about names take something off their end or add something there (extension, counter, suffix of a copy, what the
//! longest name has no room for). So the letters a sidecar's medium begins with are those its own name or title begins with, as far
//! as they reach before the first dot.

use crate::ties::Ties;
use model::evidence::MediaEntry;
use model::record::Record;

use super::folders::split_path;
use super::listed::{self, is_listed};
use super::names::{nfc, safe, take_apart, with_entities};
use super::place::place;

/// Characters of a name that are compared: fewer than are ever left when one is cut.
const BEGINNING: usize = 10;

/// Says by what a record may be tied.
pub(crate) fn of_record(record: &Record, ties: &mut Ties) {
    if is_listed(record) {
        ties.always();
        ties.by("listed", listed::tie(&record.uri));
        return;
    }
    ties.by("listed", listed::tie(&record.source));
    ties.by("listed", listed::tie(&record.uri));
    ties.by("key", &record.key);
    let title = record.facts.title.as_deref();
    if let (Some(title), Some(taken)) = (title, record.facts.taken_at) {
        ties.by("title", (&record.export, title, taken.rough_seconds()));
    }
    for beginning in beginnings_of_sidecar(record) {
        let place = place(record.export.as_deref(), &record.source);
        ties.by("beginning", (place, beginning));
    }
}

/// Says by what a medium may be tied: all that its name begins with.
pub(crate) fn of_medium(medium: &MediaEntry, ties: &mut Ties) {
    let place = || place(medium.export.as_deref(), &medium.path);
    ties.by("listed", listed::tie(&medium.path));
    let name = plain(split_path(&medium.path).1);
    let ends = name.char_indices().map(|(at, c)| at + c.len_utf8());
    for end in ends.take(BEGINNING) {
        ties.by("beginning", (place(), &name[..end]));
    }
}

/// Returns what the name of a sidecar's medium may begin with.
fn beginnings_of_sidecar(record: &Record) -> Vec<String> {
    let file = split_path(&record.source).1;
    let apart = take_apart(file);
    let mut texts: Vec<String> = vec![file.to_owned()];
    texts.extend(apart.iter().map(|apart| apart.body.to_owned()));
    if let Some(title) = &record.facts.title {
        texts.push(safe(title));
        texts.push(safe(&with_entities(title)));
    }
    let mut all: Vec<String> = texts.iter().flat_map(|text| beginnings(text)).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// Returns the beginnings of a text that may stand for the whole of it: up to each dot or bracket that is near, else as far as is compared.
fn beginnings(text: &str) -> Vec<String> {
    let text = nfc(text);
    let near = || text.char_indices().take(BEGINNING);
    let ends = near()
        .filter(|(_, c)| matches!(c, '.' | '('))
        .map(|(at, _)| at);
    let mut all: Vec<String> = ends.map(|at| plain(&text[..at])).collect();
    all.push(plain(&text).chars().take(BEGINNING).collect());
    all.retain(|beginning| !beginning.is_empty());
    all
}

/// Letters and digits, whatever their case; all else is one character.
fn plain(text: &str) -> String {
    let lower = nfc(text)
        .chars()
        .flat_map(char::to_lowercase)
        .collect::<String>();
    let letter = |c: char| match c {
        // Which of the two stands depends on what follows.
        'ς' => 'σ',
        c if c.is_alphanumeric() => c,
        _ => '_',
    };
    lower.chars().map(letter).collect()
}
