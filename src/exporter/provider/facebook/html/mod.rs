//! Reads the pages of Facebook's HTML edition into records. What the classes of a page mean is `meta_html`'s to know.
//!
//! Dates are in the account's own zone, which no page tells: a wall clock, unless the user gives the offset.

mod body;
mod labels;

use jiff::SignedDuration;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use serde_json::{Map, Value, json};

use crate::exporter::provider::facebook::albums::{album_key, membership};
use crate::exporter::provider::facebook::layout::{is_by_others, is_furniture, visibility_of};
use crate::exporter::provider::facebook::media::{kept_uri, key_of};
use crate::exporter::provider::facebook::posts::Source;
use crate::exporter::provider::facebook::text::readable;
use crate::exporter::provider::meta_dates::read_date;
use crate::exporter::provider::meta_html::{
    HtmlError, PageItem, PageLabel, PageMedia, page_title, read_items,
};
use crate::model::kind::Kind;
use crate::model::record::{AlbumRecord, PostRef, Record};
use crate::model::shown::shown;
use crate::model::time::{Clock, When};
use body::Body;

/// Unreadable dates that are named one by one; a page in an unknown language has thousands of them.
const NAMED_DATES: usize = 20;

/// One page of an archive.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// What its items are.
    pub kind: Kind,
    /// What its records share.
    pub source: Source<'a>,
    /// The bytes of the page.
    pub html: &'a [u8],
    /// Offset of its dates in seconds east of UTC, where the user says so.
    pub offset_s: Option<i32>,
}

/// Reads a page into one record for each medium.
///
/// # Errors
/// If the page cannot be read to its end; what stood before that place was given to `sink`.
pub fn read_page(
    page: &Page<'_>,
    sink: &mut dyn FnMut(Record),
    warn: &mut dyn FnMut(String),
) -> Result<(), HtmlError> {
    let mut unread = 0;
    let result = read_items(page.html, &mut |_, item| {
        if item.cut {
            warn(
                "an item has more text than anyone can have written; the rest of it was left out"
                    .to_owned(),
            );
        }
        let records = records_of(page, &item);
        let no_date = !item.date.is_empty() && read_date(&item.date).is_none();
        if no_date && !records.is_empty() {
            unread += 1;
            if unread <= NAMED_DATES {
                warn(format!("a date could not be read: {}", shown(&item.date)));
            }
        }
        records.into_iter().for_each(&mut *sink);
    });
    if unread > NAMED_DATES {
        warn(format!(
            "{} more dates could not be read",
            unread - NAMED_DATES
        ));
    }
    result.map(|_| ())
}

/// Reads the page of an album; its records come back as members, in order.
///
/// # Errors
/// As [`read_page`]; what stood before that place is returned, too.
pub fn read_album(
    page: &Page<'_>,
    warn: &mut dyn FnMut(String),
) -> (AlbumRecord, Vec<Record>, Result<(), HtmlError>) {
    let mut records = Vec::new();
    let result = read_page(page, &mut |record| records.push(record), warn);
    let title = page_title(page.html).unwrap_or_default();
    let key = album_key(&title, records.iter().map(|record| record.uri.as_str()));
    for (position, record) in (0..).zip(&mut records) {
        record.facts.albums = vec![membership(&key, position)];
        record.post = None;
    }
    let album = AlbumRecord {
        provider: super::NAME.to_owned(),
        account: page.source.account.map(str::to_owned),
        export: None,
        key,
        title,
        description: None,
        cover: None,
        source: page.source.path.to_owned(),
        raw: Value::Null,
    };
    (album, records, result)
}

/// Turns what a page shows into a time.
fn time(local: DateTime, offset_s: Option<i32>) -> When {
    let instant = offset_s.and_then(|offset_s| {
        Offset::from_seconds(offset_s)
            .ok()?
            .to_timestamp(local)
            .ok()
    });
    instant.map_or_else(|| When::wall(local), When::utc)
}

fn date(text: &str, offset_s: Option<i32>) -> Option<When> {
    let read = read_date(text)?;
    let when = time(read.local, offset_s);
    // A day has no instant.
    Some(match when.clock {
        Clock::Utc(_) if read.precision > crate::model::time::Precision::Minute => {
            When::wall(read.local).known_to(read.precision)
        }
        _ => when.known_to(read.precision),
    })
}

fn records_of(page: &Page<'_>, item: &PageItem) -> Vec<Record> {
    let media: Vec<(usize, &PageMedia)> = item
        .media
        .iter()
        .enumerate()
        .filter(|(_, medium)| !is_furniture(&medium.src))
        .collect();
    let body = Body::read(&item.body);
    let id = media
        .first()
        .filter(|_| media.len() > 1)
        .map(|(_, first)| post_id(&first.src, &item.date));
    let records = media.iter().zip(0..).map(|((place, medium), index)| {
        let rows = rows_of(item, *place);
        let mut record = page.source.record(page.kind, &medium.src);
        record.post = id.clone().map(|id| PostRef { id, index });
        fill(page, item, medium, rows, &body, &mut record);
        record.raw = raw_of(page.kind, item, medium, rows);
        record
    });
    records.collect()
}

fn fill(
    page: &Page<'_>,
    item: &PageItem,
    medium: &PageMedia,
    rows: &[PageLabel],
    body: &Body,
    record: &mut Record,
) {
    let facts = &mut record.facts;
    facts.posted_at = date(&item.date, page.offset_s);
    facts.visibility = visibility_of(page.kind);
    facts.by_someone_else = is_by_others(page.source.path);
    if page.kind == Kind::Message {
        return;
    }
    let own = Some(medium.text.trim()).filter(|text| !text.is_empty());
    // What else stands on the page of an album may be comments of others.
    let of_post = body
        .text
        .as_deref()
        .filter(|_| page.kind != Kind::Story && !is_album(page));
    facts.description = own.or(of_post).map(readable);
    facts.place = body.place.clone();
    labels::read(rows, page.offset_s, facts);
    facts.location = facts.location.or(body.location);
}

fn is_album(page: &Page<'_>) -> bool {
    page.source.path.contains("/album/")
}

/// The date in digits, since its words change with the language of the account.
fn post_id(first: &str, date: &str) -> String {
    let key = key_of(kept_uri(first));
    match read_date(date) {
        Some(date) => format!("post:{key}@{}", date.local),
        None => format!("post:{key}"),
    }
}

/// Returns the rows about one medium: all of them for a single. Rows are in the order of the media they follow.
fn rows_of(item: &PageItem, place: usize) -> &[PageLabel] {
    if item.media.len() == 1 {
        return &item.labels;
    }
    let start = item.labels.partition_point(|row| row.media < Some(place));
    let end = item.labels.partition_point(|row| row.media <= Some(place));
    &item.labels[start..end]
}

/// Returns the item as it stood on the page; of messages only the date.
fn raw_of(kind: Kind, item: &PageItem, medium: &PageMedia, rows: &[PageLabel]) -> Value {
    let mut raw = Map::new();
    let mut put = |key: &str, value: &str| {
        if !value.is_empty() {
            raw.insert(key.to_owned(), json!(value));
        }
    };
    put("date", &item.date);
    if kind == Kind::Message {
        return Value::Object(raw);
    }
    put("heading", &item.heading);
    put("media_text", &medium.text);
    put("album", &medium.album);
    let rows: Vec<_> = rows
        .iter()
        .filter(|row| !labels::is_private(row))
        .map(|row| [&row.label, &row.value])
        .collect();
    if !rows.is_empty() {
        raw.insert("labels".to_owned(), json!(rows));
    }
    if !item.body.is_empty() {
        raw.insert("text".to_owned(), json!(item.body));
    }
    Value::Object(raw)
}

/// Says whether two times of one page are so far apart that the first is more than an echo of the second.
fn is_well_before(taken: When, posted: When) -> bool {
    let apart = SignedDuration::from_secs(posted.rough_seconds() - taken.rough_seconds());
    apart >= SignedDuration::from_hours(1)
}

#[cfg(test)]
mod tests;
