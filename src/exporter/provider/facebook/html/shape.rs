//! What a page lacks that pages of its kind have: then its structure is not one that is known, and what it says may be lost.

use super::PageRead;
use crate::facebook::layout::is_below_media;
use crate::meta_dates::read_date;
use model::shown::shown;

/// Lines outside of items that a page without any has at most: title, who made it when, a sentence that there is nothing.
const LINES_OF_EMPTY: usize = 20;

/// How sure it is that a page is a list of items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expected {
    /// Its name says so: posts, whose boxes begin with a sentence.
    Posts,
    /// Its name says so.
    Items,
    /// It may be about anything.
    Anything,
}

/// Returns in words what a page lacks; `None` if its structure is known, or there is nothing on it.
pub(crate) fn lacks(read: &PageRead, expected: Expected) -> Option<String> {
    let parts = &read.head.parts;
    if let Some(lost) = outside(read) {
        return Some(lost);
    }
    if expected != Expected::Anything && parts.items == 0 && is_full(read) {
        return Some("no box of an item in it".to_owned());
    }
    if read.records.is_empty() || read.result.is_err() {
        return None;
    }
    if read.unmarked > 0 && read.unmarked == read.pictures {
        return Some("no picture in it has a class of media that is known".to_owned());
    }
    if expected == Expected::Anything {
        return None;
    }
    if parts.dates == 0 {
        return Some("no box in it has a line with a date".to_owned());
    }
    if read.unplaced > 0 {
        return Some(format!(
            "the words beside {} of its pictures are not where captions and albums stand",
            read.unplaced
        ));
    }
    if parts.headings == 0 && read.headless > 0 {
        return Some("no box in it has a heading, and words that may be one".to_owned());
    }
    (expected == Expected::Posts && parts.headings == 0)
        .then(|| "no box in it has a heading".to_owned())
}

/// Media that stand outside of every box, and in none.
fn outside(read: &PageRead) -> Option<String> {
    let mut media = read.head.media_outside.iter().filter(|src| {
        let src = src.as_str();
        is_below_media(src) && read.records.iter().all(|record| record.uri != src)
    });
    let first = media.next()?;
    let count = 1 + media.count();
    Some(format!(
        "no box around {count} pictures or videos in it, the first is {}",
        shown(first)
    ))
}

/// A page without items that has more than a title and a sentence, or dates.
fn is_full(read: &PageRead) -> bool {
    let lines = &read.head.lines;
    lines.len() > LINES_OF_EMPTY || lines.iter().any(|line| read_date(line).is_some())
}
