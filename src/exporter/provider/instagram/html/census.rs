//! What of a page was understood. Class names change, and a page whose boxes are called otherwise still parses: it yields
//! nothing, or all but its captions.

use super::labels::is_archive_path;
use super::{HtmlPage, date_of};
use crate::classify::is_web_address;
use crate::instagram::layout::names_media;
use crate::meta_html::{PageHead, PageItem};
use model::kind::Kind;
use model::shown::shown;

/// Text that a page without any box may hold and still be an empty one, in bytes: its title, who had it made, "no data".
const TEXT_OF_AN_EMPTY_PAGE: usize = 1000;

/// Counts of one page.
#[derive(Debug, Default)]
pub(crate) struct Census {
    boxes: u64,
    with_media: u64,
    /// Boxes with media that must have a date, and those that have one.
    datable: u64,
    dated: u64,
    captions: u64,
    /// Boxes with media whose text stands where no caption is known.
    text_elsewhere: u64,
    /// Media that only links and values of labels name.
    unread: Vec<String>,
}

impl Census {
    /// Counts one box. `kind` is what its media are.
    pub(crate) fn add(&mut self, kind: Kind, item: &PageItem) {
        self.boxes += 1;
        if item.media.is_empty() {
            return;
        }
        self.with_media += 1;
        if !matches!(kind, Kind::Profile | Kind::Draft) {
            self.datable += 1;
            self.dated += u64::from(!date_of(item).0.is_empty());
        }
        let has_caption = !item.heading.trim().is_empty();
        self.captions += u64::from(has_caption);
        self.text_elsewhere += u64::from(!has_caption && !item.body.is_empty());
        if kind != Kind::Message {
            self.unread.extend(unread(item));
        }
    }

    /// Returns what was looked for on the page and not found, in words; `None` if all was.
    pub(crate) fn lacks(&self, page: &HtmlPage<'_>, head: &PageHead) -> Option<String> {
        let lacks: Vec<String> = match self.boxes {
            0 => self.without_boxes(page, head).into_iter().collect(),
            _ => self.within_boxes(page, head),
        };
        (!lacks.is_empty()).then(|| lacks.join("; "))
    }

    fn without_boxes(&self, page: &HtmlPage<'_>, head: &PageHead) -> Option<String> {
        if let Some(first) = outside(head).next() {
            return Some(format!(
                "no box of a post, though it shows media ({})",
                shown(first)
            ));
        }
        if let Some(path) = names_media(page.html) {
            return Some(format!(
                "no box of a post, though it names media ({})",
                shown(&path)
            ));
        }
        let text: usize = head.lines.iter().map(String::len).sum();
        (text > TEXT_OF_AN_EMPTY_PAGE && page.kind != Kind::Message)
            .then(|| "no box of a post in all its text".to_owned())
    }

    fn within_boxes(&self, page: &HtmlPage<'_>, head: &PageHead) -> Vec<String> {
        let mut lacks = Vec::new();
        let is_message = page.kind == Kind::Message;
        if let Some(first) = outside(head).next().filter(|_| !is_message) {
            lacks.push(format!(
                "media stand outside of its boxes, the first is {}",
                shown(first)
            ));
        }
        if self.with_media == 0 && always_has_media(page) {
            lacks.push(format!(
                "no photo or video in any of its {} boxes",
                self.boxes
            ));
        }
        // Nobody knows which boxes of other content have a date.
        let some_undated = page.kind != Kind::Other && self.dated < self.datable;
        if some_undated || self.datable > 0 && self.dated == 0 {
            lacks.push(format!(
                "no date in {} of its {} boxes with media",
                self.datable - self.dated,
                self.datable
            ));
        }
        if self.captions == 0 && self.text_elsewhere > 0 && !is_message {
            lacks.push(format!(
                "no caption, though {} of its boxes have text",
                self.text_elsewhere
            ));
        }
        if let Some(first) = self.unread.first() {
            lacks.push(format!(
                "{} media that it names and does not show, the first is {}",
                self.unread.len(),
                shown(first)
            ));
        }
        lacks
    }
}

/// Media of the archive outside of all boxes: pictures, videos, and links to them.
fn outside(head: &PageHead) -> impl Iterator<Item = &String> {
    let all = head.media_outside.iter().chain(&head.linked_outside);
    all.filter(|path| !is_web_address(path))
}

/// Posts and replies on Threads may be words alone, and nobody knows what other content is.
fn always_has_media(page: &HtmlPage<'_>) -> bool {
    let of_threads = page.source.contains("threads/");
    match page.kind {
        Kind::Post => !of_threads,
        Kind::Story | Kind::Reel | Kind::Igtv | Kind::Archived | Kind::Profile => true,
        _ => false,
    }
}

fn unread(item: &PageItem) -> impl Iterator<Item = String> + '_ {
    let values = item.labels.iter().map(|row| row.value.trim());
    let named = values.filter(|value| {
        is_archive_path(value)
            && item.media.iter().all(|medium| medium.src != *value)
            && item.only_linked.iter().all(|linked| linked != value)
    });
    item.only_linked
        .iter()
        .cloned()
        .chain(named.map(str::to_owned))
}
