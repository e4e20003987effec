//! Reads the pages of Instagram's HTML edition into records. What the classes of a page mean is `meta_html`'s to know.
//!
//! Pages hold less than JSON does: minutes instead of seconds, and neither position, device nor people for the
//! members of a carousel.

mod census;
mod labels;
mod offset;

use serde_json::{Map, Value, json};

use crate::classify::{is_web_address, item_key, without_signature};
use crate::instagram::labels::says_draft;
use crate::instagram::layout::visibility_of;
use crate::meta_dates::{ReadDate, read_date};
use crate::meta_html::{HtmlError, PageItem, PageLabel, PageMedia, read_items};
use crate::meta_values::is_ip_address;
use census::Census;
use model::kind::{CompanionRole, Kind};
use model::record::{CompanionRef, Edition, PostRef, Record, RecordFacts};
use model::shown::shown;
use model::time::{Precision, When};
use offset::{PageOffset, Survey};

/// Unreadable dates that are named one by one; a page in an unknown language has thousands of them.
const NAMED_DATES: usize = 20;

/// One page of an archive.
#[derive(Debug, Clone, Copy)]
pub struct HtmlPage<'a> {
    /// What its items are.
    pub kind: Kind,
    /// Path of the page below the archive's root.
    pub source: &'a str,
    /// Whose data it is.
    pub account: Option<&'a str>,
    /// The bytes of the page.
    pub html: &'a [u8],
    /// Offset of its dates in seconds east of UTC, where the user says so.
    pub offset_s: Option<i32>,
}

/// Reads a page into one record for each medium. Returns what was looked for and not found, in words.
///
/// # Errors
/// If the page cannot be read to its end; what stood before that place was given to `sink`.
pub fn read_page(
    page: &HtmlPage<'_>,
    sink: &mut dyn FnMut(Record),
    warn: &mut dyn FnMut(String),
) -> Result<Option<String>, HtmlError> {
    let survey = Survey::of(page.html);
    let offset = PageOffset::of(page.offset_s);
    let mut census = Census::default();
    let mut unread = 0;
    let result = read_items(page.html, &mut |_, item| {
        if item.cut {
            warn(
                "an item has more text than anyone can have written; the rest of it was left out"
                    .to_owned(),
            );
        }
        let kind = kind_of(page.kind, &item);
        census.add(kind, &item);
        let (text, date) = date_of(&item);
        if date.is_none() && !text.is_empty() && !item.media.is_empty() {
            unread += 1;
            if unread <= NAMED_DATES {
                warn(format!("a date could not be read: {}", shown(text)));
            }
        }
        let dated = Dated {
            text,
            // The times of a draft are those of the upload; they stay in the raw record.
            posted_at: date
                .filter(|_| kind != Kind::Draft)
                .and_then(|date| offset.time(date)),
            rule: offset.rule(),
        };
        let page = HtmlPage { kind, ..*page };
        records_of(&page, &item, &dated, &survey).for_each(&mut *sink);
    });
    if unread > NAMED_DATES {
        warn(format!(
            "{} more dates could not be read",
            unread - NAMED_DATES
        ));
    }
    result.map(|head| census.lacks(page, &head))
}

/// Boxes of other content say whether it was ever published.
fn kind_of(kind: Kind, item: &PageItem) -> Kind {
    if !matches!(kind, Kind::Other | Kind::Post) {
        return kind;
    }
    let rows = item.labels.iter();
    let pairs: Vec<(String, String)> = rows
        .map(|row| (row.label.trim().to_owned(), row.value.clone()))
        .collect();
    match says_draft(&pairs) {
        Some(true) => Kind::Draft,
        _ => kind,
    }
}

/// The date of an item.
struct Dated<'a> {
    text: &'a str,
    posted_at: Option<When>,
    rule: &'static str,
}

/// Returns the date of an item as shown and as read: that of its date line, else the only date with a time in its tables.
fn date_of(item: &PageItem) -> (&str, Option<ReadDate>) {
    if !item.date.is_empty() {
        return (&item.date, read_date(&item.date));
    }
    let rows = item
        .labels
        .iter()
        .filter(|row| !labels::is_update_time(row));
    let mut dates = rows.filter_map(|row| {
        let date = read_date(&row.value).filter(|date| date.precision != Precision::Day)?;
        Some((row.value.as_str(), Some(date)))
    });
    match (dates.next(), dates.next()) {
        (Some(only), None) => only,
        _ => ("", None),
    }
}

/// Returns one record for each medium, one at a time: all members of a post repeat its caption.
fn records_of<'a>(
    page: &'a HtmlPage<'_>,
    item: &'a PageItem,
    dated: &'a Dated<'_>,
    survey: &'a Survey,
) -> impl Iterator<Item = Record> + 'a {
    let together = item.media.len() > 1;
    let first = item.media.first().filter(|_| together);
    let post = first.map(|first| format!("post:{}", item_key(&first.src)));
    (0..item.media.len()).map(move |place| Record {
        post: post.clone().map(|id| PostRef {
            id,
            index: u32::try_from(place).unwrap_or(u32::MAX),
        }),
        facts: facts_of(page.kind, item, rows_of(item, place), dated, survey),
        raw: raw_of(page.kind, item, place, dated),
        ..record_of(page, &item.media[place])
    })
}

/// Returns what page and medium alone say.
fn record_of(page: &HtmlPage<'_>, medium: &PageMedia) -> Record {
    let subtitles = medium.subtitles.iter().map(|uri| CompanionRef {
        uri: uri.clone(),
        role: CompanionRole::Subtitles,
    });
    Record {
        provider: "instagram".to_owned(),
        account: page.account.map(str::to_owned),
        export: None,
        kind: page.kind,
        source: page.source.to_owned(),
        edition: Edition::Html,
        uri: without_signature(&medium.src).to_owned(),
        key: item_key(&medium.src),
        post: None,
        companions: subtitles.collect(),
        facts: RecordFacts::default(),
        raw: Value::Null,
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

fn facts_of(
    kind: Kind,
    item: &PageItem,
    rows: &[PageLabel],
    dated: &Dated<'_>,
    survey: &Survey,
) -> RecordFacts {
    let mut facts = RecordFacts {
        posted_at: dated.posted_at,
        visibility: visibility_of(kind),
        // The caption slot of a message names its sender.
        description: (kind != Kind::Message && !item.heading.trim().is_empty())
            .then(|| item.heading.clone()),
        ..RecordFacts::default()
    };
    labels::read(rows, &mut facts, &|date| survey.is_template(date));
    facts
}

/// Returns the item as it stood on the page; of messages only what belongs to the medium, of links only paths.
fn raw_of(kind: Kind, item: &PageItem, place: usize, dated: &Dated<'_>) -> Value {
    let mut raw = Map::new();
    let private = kind == Kind::Message;
    let mut put = |key: &str, value: Value| raw.insert(key.to_owned(), value);
    if !item.heading.is_empty() && !private {
        put("caption", json!(item.heading));
    }
    if !dated.text.is_empty() {
        put("date", json!(dated.text));
    }
    let rows: Vec<_> = rows_of(item, place)
        .iter()
        .filter(|row| !private && !is_web_address(&row.value) && !is_ip_address(&row.value))
        .map(|row| [&row.label, &row.value])
        .collect();
    if !rows.is_empty() {
        put("labels", json!(rows));
    }
    let text: Vec<&String> = item
        .body
        .iter()
        .filter(|line| !private && !is_ip_address(line))
        .collect();
    if !text.is_empty() {
        put("text", json!(text));
    }
    if dated.posted_at.is_some() {
        put("offset_rule", json!(dated.rule));
    }
    Value::Object(raw)
}

#[cfg(test)]
mod tests;
