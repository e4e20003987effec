//! Reads the pages of Facebook's HTML edition into records. What the classes of a page mean is `meta_html`'s to know.
//!
//! Dates are on the clock of the account's own zone. What a page shows is kept as a wall clock, unless the user gives the
//! offset; the zone a page says it was made in (`zone`) is only a hint, since summer time and journeys change it.

mod body;
mod labels;
mod lines;
mod shape;
mod zone;

use jiff::SignedDuration;
use jiff::civil::DateTime;
use serde_json::{Map, Value, json};

use crate::classify::without_signature;
use crate::facebook::albums::{album_key, membership};
use crate::facebook::layout::{is_below_media, is_by_others, is_furniture, visibility_of};
use crate::facebook::media::key_of;
use crate::facebook::source::Source;
use crate::facebook::text::readable;
use crate::meta_dates::read_date;
use crate::meta_html::{
    HtmlError, MediaTag, PageHead, PageItem, PageLabel, PageMedia, page_title, read_items,
};
use body::Body;
use model::kind::Kind;
use model::record::{AlbumRecord, Hints, PostRef, Record};
use model::shown::shown;
use model::time::{Clock, When};
pub(crate) use shape::{Expected, lacks};

/// Unreadable dates that are named one by one; a page in an unknown language has thousands of them.
const NAMED_DATES: usize = 20;

/// One page of an archive.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Page<'a> {
    /// What its items are.
    pub kind: Kind,
    /// What its records share.
    pub source: Source<'a>,
    /// The bytes of the page.
    pub html: &'a [u8],
    /// Offset of its dates in seconds east of UTC, where the user says so.
    pub offset_s: Option<i32>,
}

/// What a page told.
#[derive(Debug)]
pub(crate) struct PageRead {
    /// A record for each medium.
    pub records: Vec<Record>,
    /// Previews within videos.
    pub previews: Vec<String>,
    /// What the page tells besides.
    pub head: PageHead,
    /// Pictures among the media of those records.
    pub pictures: usize,
    /// Pictures among those without the class of media, at paths where media lie.
    pub unmarked: usize,
    /// Items without a heading whose body holds words: where no item has a heading, the words may be one.
    pub headless: usize,
    /// Media with more words in their box than the name of an album.
    pub unplaced: usize,
    /// Whether it could be read to its end; if not, `records` are those before that place.
    pub result: Result<(), HtmlError>,
}

/// Reads a page into one record for each medium.
pub(crate) fn read_page(page: &Page<'_>, warn: &mut dyn FnMut(String)) -> PageRead {
    let mut unread = 0;
    let (mut pictures, mut unmarked) = (0, 0);
    let (mut headless, mut unplaced) = (0, 0);
    let (mut records, mut previews) = (Vec::new(), Vec::new());
    let result = read_items(page.html, &mut |_, item| {
        if item.cut {
            warn(
                "an item has more text than anyone can have written; the rest of it was left out"
                    .to_owned(),
            );
        }
        let of_item = records_of(page, &item);
        let no_date = !item.date.is_empty() && read_date(&item.date).is_none();
        if no_date && !of_item.is_empty() {
            unread += 1;
            if unread <= NAMED_DATES {
                warn(format!("a date could not be read: {}", shown(&item.date)));
            }
        }
        for medium in item.media.iter().filter(|medium| is_medium(medium)) {
            let is_picture = medium.tag == MediaTag::Image;
            pictures += usize::from(is_picture);
            unmarked += usize::from(is_picture && !medium.marked);
            unplaced += usize::from(has_more_than_an_album(medium));
        }
        headless += usize::from(is_headless(&item) && !of_item.is_empty());
        records.extend(of_item);
        previews.extend(item.previews);
    });
    if unread > NAMED_DATES {
        warn(format!(
            "{} more dates could not be read",
            unread - NAMED_DATES
        ));
    }
    let (head, result) = match result {
        Ok(head) => (head, Ok(())),
        Err(error) => (PageHead::default(), Err(error)),
    };
    if let Some(offset_s) = zone::offset_of(&head) {
        hint_at_offset(&mut records, offset_s);
    }
    PageRead {
        records,
        head,
        previews,
        pictures,
        unmarked,
        headless,
        unplaced,
        result,
    }
}

/// Says whether words stand in the body of an item without a heading.
fn is_headless(item: &PageItem) -> bool {
    item.heading.is_empty() && Body::read(&lines::scrubbed(&item.body)).text.is_some()
}

/// Says whether the box of a medium holds more words than the name of its album. In all pages seen it holds no others.
fn has_more_than_an_album(medium: &PageMedia) -> bool {
    let text = lines::without_addresses(&medium.album);
    let words = text.split('\n').map(str::trim);
    words
        .filter(|line| !line.is_empty() && body::is_own_text(line))
        .nth(1)
        .is_some()
}

/// Notes the offset of the zone a page was made in with the times that have none.
fn hint_at_offset(records: &mut [Record], offset_s: i32) {
    let is_wall = |when: Option<When>| when.is_some_and(|w| matches!(w.clock, Clock::Wall(_)));
    for record in records {
        let facts = &mut record.facts;
        if is_wall(facts.posted_at) || is_wall(facts.taken_at) {
            facts.hints.get_or_insert_default().page_offset_s = Some(offset_s);
        }
    }
}

/// Reads the page of an album; its records come back as members, in order.
pub(crate) fn read_album(page: &Page<'_>, warn: &mut dyn FnMut(String)) -> (AlbumRecord, PageRead) {
    let mut read = read_page(page, warn);
    let title = page_title(page.html).unwrap_or_default();
    let key = album_key(
        &title,
        read.records.iter().map(|record| record.uri.as_str()),
    );
    for (position, record) in (0..).zip(&mut read.records) {
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
    (album, read)
}

fn time(local: DateTime, offset_s: Option<i32>) -> When {
    offset_s.map_or_else(
        || When::wall(local),
        |offset_s| When::zoned(local, offset_s),
    )
}

/// Reads a date; with an offset the user gave it is an instant as well.
fn date(text: &str, offset_s: Option<i32>) -> Option<When> {
    let read = read_date(text)?;
    // A day has no instant.
    let has_time = read.precision <= model::time::Precision::Minute;
    let when = time(read.local, offset_s.filter(|_| has_time));
    Some(when.known_to(read.precision))
}

/// Says whether something a box shows is a medium of the owner: a picture has the class of media, or lies where media lie;
/// other pictures are icons, avatars and their clothes.
fn is_medium(medium: &PageMedia) -> bool {
    let shown = medium.marked || medium.tag != MediaTag::Image || is_below_media(&medium.src);
    shown && !is_furniture(&medium.src)
}

fn records_of(page: &Page<'_>, item: &PageItem) -> Vec<Record> {
    let media: Vec<(usize, &PageMedia)> = item
        .media
        .iter()
        .enumerate()
        .filter(|(_, medium)| is_medium(medium))
        .collect();
    let blocks = lines::scrubbed(&item.body);
    let body = Body::read(&blocks);
    let id = media
        .first()
        .filter(|_| media.len() > 1)
        .map(|(_, first)| post_id(&first.src, &item.date));
    let records = media.iter().zip(0..).map(|((place, medium), index)| {
        let told = Shown {
            medium,
            rows: rows_of(item, *place),
            tagged: tagged_of(item, *place),
            blocks: &blocks,
            body: &body,
        };
        let mut record = page.source.record(page.kind, &medium.src);
        record.post = id.clone().map(|id| PostRef { id, index });
        fill(page, item, &told, &mut record);
        record.raw = raw_of(page.kind, item, &told);
        record
    });
    records.collect()
}

/// What an item shows of one medium.
struct Shown<'a> {
    medium: &'a PageMedia,
    rows: &'a [PageLabel],
    tagged: Vec<&'a str>,
    blocks: &'a [String],
    body: &'a Body,
}

fn fill(page: &Page<'_>, item: &PageItem, told: &Shown<'_>, record: &mut Record) {
    let facts = &mut record.facts;
    facts.posted_at = date(&item.date, page.offset_s);
    facts.visibility = visibility_of(page.kind);
    facts.by_someone_else = is_by_others(page.source.path);
    if page.kind == Kind::Message {
        return;
    }
    // What stands right below a medium is read as the body is: people and groups are no words of the owner's.
    let below: Vec<String> = lines::without_addresses(&told.medium.text)
        .split('\n')
        .map(str::to_owned)
        .collect();
    let below = Body::of_medium(&below);
    // What else stands on the page of an album may be comments of others.
    let of_post = told
        .body
        .text
        .as_deref()
        .filter(|_| page.kind != Kind::Story && !is_album(page));
    facts.description = below.text.as_deref().or(of_post).map(readable);
    facts.place = told.body.place.clone();
    let named = told.tagged.iter().filter_map(|line| lines::tagged(line));
    let people = named
        .flatten()
        .chain(below.people)
        .chain(told.body.people.iter().cloned());
    for name in people {
        if !facts.people.contains(&name) {
            facts.people.push(name);
        }
    }
    facts.hints = album_hint(told.medium);
    labels::read(told.rows, page.offset_s, facts);
    facts.location = facts.location.or(told.body.location);
}

/// Returns the album that the box of a medium names, should no page tell of that album.
fn album_hint(medium: &PageMedia) -> Option<Box<Hints>> {
    let text = lines::without_addresses(&medium.album);
    let mut lines = text.split('\n').map(str::trim);
    let album = lines.find(|line| !line.is_empty() && body::is_own_text(line))?;
    let album = Some(album.to_owned());
    Some(Box::new(Hints {
        album,
        ..Hints::default()
    }))
}

fn is_album(page: &Page<'_>) -> bool {
    page.source.path.contains("/album/")
}

/// The date in digits, since its words change with the language of the account.
fn post_id(first: &str, date: &str) -> String {
    let key = key_of(without_signature(first));
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

/// Returns the lines about people tagged in one medium: all of them for a single.
fn tagged_of(item: &PageItem, place: usize) -> Vec<&str> {
    let alone = item.media.len() == 1;
    let lines = item.tagged.iter();
    lines
        .filter(|line| alone || line.media == Some(place))
        .map(|line| line.text.as_str())
        .collect()
}

/// Returns the item as it stood on the page, without upload addresses; of messages only the date.
fn raw_of(kind: Kind, item: &PageItem, told: &Shown<'_>) -> Value {
    let mut raw = Map::new();
    let mut put = |key: &str, value: &str| {
        let value = lines::without_addresses(value);
        if !value.is_empty() {
            raw.insert(key.to_owned(), json!(value));
        }
    };
    put("date", &item.date);
    if kind == Kind::Message {
        return Value::Object(raw);
    }
    put("heading", &item.heading);
    put("media_text", &told.medium.text);
    put("album", &told.medium.album);
    put("tagged", &told.tagged.join("\n"));
    let rows: Vec<_> = told
        .rows
        .iter()
        .filter(|row| !labels::is_private(row))
        .map(|row| [&row.label, &row.value])
        .collect();
    if !rows.is_empty() {
        raw.insert("labels".to_owned(), json!(rows));
    }
    if !told.blocks.is_empty() {
        raw.insert("text".to_owned(), json!(told.blocks));
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
