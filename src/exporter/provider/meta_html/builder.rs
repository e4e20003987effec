//! Builds items from start tags, text and end tags, whatever is missing between them.

use std::collections::HashSet;

use jiff::Timestamp;

use super::classes::{Role, is_inline, is_medium, role};
use super::{MediaTag, PageHead, PageItem, PageLabel, PageMedia, PageTagged};
use crate::classify::{has_media_extension, is_subtitles, is_web_address};
use crate::entities::decode;

/// Most text kept of one item, in bytes. Instagram allows 2,200 characters, Facebook 63,206; the rest is room for comments.
pub(crate) const MOST_TEXT_BYTES: usize = 4 << 20;

/// Longest line outside of items that is kept, in bytes; what is longer tells nothing about the page.
const LONGEST_LINE_BYTES: usize = 512;

/// Lines outside of items that are kept: more than any header has, and enough to see what a page without items is about.
const MOST_LINES: usize = 200;

/// Lines that name a zone, kept beyond those: the foot of a page.
const MOST_FOOT_LINES: usize = 8;

/// Media outside of items that are kept as examples.
const MOST_MEDIA_OUTSIDE: usize = 20;

/// Pictures of the pages themselves, in `files/`. Whatever else lies there the owner attached to something.
const PAGE_PICTURES: &[&str] = &["fb_logo.png", "profile_pic.jpg", "Instagram-Logo.png"];

/// The attributes that matter, entities not yet decoded.
pub(crate) struct Attributes {
    /// `class`.
    pub class: String,
    /// The attribute [`target_of`] names.
    pub target: Option<String>,
}

/// Returns the name of the attribute by which an element points to something.
pub(crate) fn target_of(tag: &str) -> &'static str {
    match tag {
        "a" => "href",
        "time" => "datetime",
        _ => "src",
    }
}

/// Where text goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Slot {
    /// Outside of items.
    #[default]
    Nowhere,
    /// Within a video: "click here" for browsers that cannot show it, and its preview.
    Fallback,
    /// Other people's reactions, with all that is in them.
    Reactions,
    Header,
    HeaderTime,
    Heading,
    Body,
    Cell,
    Slide,
    Tagged,
    MediaText,
    DateLine,
    Date,
}

/// What ends with an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ends {
    Nothing,
    Item,
    Row,
}

#[derive(Debug, Clone, Copy)]
struct Frame {
    slot: Slot,
    ends: Ends,
}

/// A row of a table or list: texts are the label, then the value.
struct Row {
    media: Option<usize>,
    texts: Vec<String>,
    /// An element of a list has both in one text: `Label: value`.
    in_list: bool,
}

/// Everything known while a page is being read.
#[derive(Default)]
pub(crate) struct Builder {
    head: PageHead,
    done: Vec<PageItem>,
    stack: Vec<Frame>,
    item: Option<PageItem>,
    /// The table row being read.
    row: Option<Row>,
    /// The row is a `tr` that has not ended.
    row_in_tr: bool,
    /// Paths of the item's media, since a list of a million must not be searched for each.
    seen: HashSet<String>,
    /// The item's date stood in an element of its own, so the rest of its line is something else.
    date_alone: bool,
    /// Subtitles named before any medium of the item.
    subtitles: Vec<String>,
    /// Value of the `datetime` attribute of the time being read.
    instant: Option<Timestamp>,
    /// Text of the line being read, decoded, and the text node being read, not yet decoded.
    line: String,
    node: String,
    /// A line break was just read, so a newline that follows it is layout only.
    after_break: bool,
    /// Bytes of text of the item so far.
    text_bytes: usize,
}

impl Builder {
    /// Returns what stands at the head of the page, as far as it was read.
    pub(crate) fn head(&self) -> &PageHead {
        &self.head
    }

    /// Ends reading.
    pub(crate) fn into_head(self) -> PageHead {
        self.head
    }

    /// Returns the items that became whole since the last call.
    pub(crate) fn take_items(&mut self) -> Vec<PageItem> {
        std::mem::take(&mut self.done)
    }

    /// Ends whatever the page left open.
    pub(crate) fn finish(&mut self) {
        self.end(0);
    }

    /// An element begins. Returns the depth to end it with, if it can hold anything.
    pub(crate) fn start(
        &mut self,
        tag: &str,
        attributes: &Attributes,
        holds: bool,
    ) -> Option<usize> {
        self.end_node();
        let role = role(tag, &attributes.class);
        if role == Some(Role::Item) && self.begins_item() {
            return Some(self.begin_item());
        }
        self.count(role);
        let outer = self.slot();
        let slot = self.slot_of(tag, role, outer);
        let inline = is_inline(tag) && slot == outer;
        match tag {
            "br" => self.line_break(),
            _ if !inline => self.settle(),
            _ => {}
        }
        // What stands within a video shows it: its preview is no picture of its own.
        match slot {
            Slot::Fallback if outer == slot && tag == "img" => self.preview(attributes),
            Slot::Reactions => {}
            _ => self.point(tag, attributes),
        }
        if slot == Slot::HeaderTime && outer != slot {
            let text = attributes.target.as_deref();
            self.instant = text.and_then(|text| decode(text).trim().parse().ok());
        }
        // An inline element that changes nothing needs no end.
        (holds && !inline).then(|| {
            let ends = self.begin_row(tag, role, slot);
            self.push(Frame { slot, ends })
        })
    }

    /// Counts the parts of items that are recognised.
    fn count(&mut self, role: Option<Role>) {
        let parts = &mut self.head.parts;
        let counter = match role {
            _ if self.item.is_none() => return,
            Some(Role::Heading) => &mut parts.headings,
            Some(Role::Body) => &mut parts.bodies,
            Some(Role::DateLine | Role::Date) => &mut parts.dates,
            _ => return,
        };
        *counter += 1;
    }

    fn begin_item(&mut self) -> usize {
        self.settle();
        self.finish_item();
        self.head.parts.items += 1;
        self.item = Some(PageItem::default());
        self.push(Frame {
            slot: Slot::Body,
            ends: Ends::Item,
        })
    }

    /// Returns the depth of the new frame.
    fn push(&mut self, frame: Frame) -> usize {
        self.stack.push(frame);
        self.stack.len() - 1
    }

    /// Text comes. `last` ends its text node; entities never reach over that.
    pub(crate) fn text(&mut self, text: &str, last: bool) {
        match self.slot() {
            Slot::Fallback | Slot::Reactions => return,
            Slot::Nowhere | Slot::Header => return self.text_outside(text, last),
            _ => {}
        }
        if self.text_bytes + text.len() > MOST_TEXT_BYTES {
            if let Some(item) = &mut self.item {
                item.cut = true;
            }
            return;
        }
        self.text_bytes += text.len();
        self.node.push_str(text);
        if last {
            self.end_node();
        }
    }

    /// Text outside of items: of a line only its beginning.
    fn text_outside(&mut self, text: &str, last: bool) {
        let room = LONGEST_LINE_BYTES.saturating_sub(self.line.len() + self.node.len());
        self.node.push_str(&text[..text.floor_char_boundary(room)]);
        if last {
            self.end_node();
        }
    }

    /// The element begun at this depth ends, and with it all within that was left open.
    pub(crate) fn end(&mut self, depth: usize) {
        self.end_node();
        if self.stack.len() > depth {
            self.settle();
        }
        while self.stack.len() > depth {
            match self.stack.pop().map(|frame| frame.ends) {
                Some(Ends::Item) => self.finish_item(),
                Some(Ends::Row) => self.finish_row(),
                _ => {}
            }
        }
    }

    fn slot(&self) -> Slot {
        self.stack.last().map_or(Slot::Nowhere, |frame| frame.slot)
    }

    /// A box within a box is part of it, but after the date, which is the last of each item, a tag was left open.
    fn begins_item(&self) -> bool {
        self.item.as_ref().is_none_or(|item| !item.date.is_empty())
    }

    fn slot_of(&self, tag: &str, role: Option<Role>, outer: Slot) -> Slot {
        if self.item.is_none() {
            return match (tag, outer) {
                ("header", _) => Slot::Header,
                ("time", Slot::Header | Slot::Nowhere) => Slot::HeaderTime,
                ("video" | "audio", _) => Slot::Fallback,
                _ => outer,
            };
        }
        if outer == Slot::Reactions {
            return outer;
        }
        match (tag, role) {
            (_, Some(Role::Reactions)) => Slot::Reactions,
            (_, Some(Role::Heading)) => Slot::Heading,
            (_, Some(Role::Body)) => Slot::Body,
            (_, Some(Role::Date)) => Slot::Date,
            (_, Some(Role::DateLine)) => Slot::DateLine,
            ("tr" | "li", _) | (_, Some(Role::LabelCell | Role::ValueCell)) => Slot::Cell,
            (_, Some(Role::Tagged)) => Slot::Tagged,
            ("video" | "audio", _) => Slot::Fallback,
            (_, Some(Role::Slide)) => Slot::Slide,
            (_, Some(Role::MediaText))
                if matches!(outer, Slot::Body | Slot::Slide) && self.last_medium().is_some() =>
            {
                Slot::MediaText
            }
            _ => outer,
        }
    }

    /// Returns the index of the medium read last.
    fn last_medium(&self) -> Option<usize> {
        self.item.as_ref()?.media.len().checked_sub(1)
    }

    /// A row begins with `tr` or `li`, or with a label's cell where `tr` is missing.
    fn begin_row(&mut self, tag: &str, role: Option<Role>, slot: Slot) -> Ends {
        let in_list = tag == "li";
        let begins = tag == "tr" || in_list || role == Some(Role::LabelCell) && !self.row_in_tr;
        if slot != Slot::Cell || !begins {
            return Ends::Nothing;
        }
        self.finish_row();
        self.row = Some(Row {
            media: self.last_medium(),
            texts: Vec::new(),
            in_list,
        });
        if tag != "tr" && !in_list {
            // The value is in the next cell, so the end of this one ends nothing.
            return Ends::Nothing;
        }
        self.row_in_tr = true;
        Ends::Row
    }

    fn finish_row(&mut self) {
        self.row_in_tr = false;
        let (Some(row), Some(item)) = (self.row.take(), &mut self.item) else {
            return;
        };
        let mut texts = row.texts.into_iter();
        let Some(mut label) = texts.next() else {
            return;
        };
        let mut value = texts.collect::<Vec<_>>().join("\n");
        if row.in_list
            && value.is_empty()
            && let Some((before, after)) = label.split_once([':', '：'])
        {
            value = after.trim().to_owned();
            label = before.trim().to_owned();
        }
        item.labels.push(PageLabel {
            media: row.media,
            label,
            value,
        });
    }

    fn finish_item(&mut self) {
        self.finish_row();
        let subtitles = std::mem::take(&mut self.subtitles);
        self.text_bytes = 0;
        self.seen.clear();
        self.date_alone = false;
        let Some(mut item) = self.item.take() else {
            return;
        };
        if let Some(first) = item.media.first_mut() {
            first.subtitles.extend(subtitles);
        }
        let shown: HashSet<&str> = item
            .media
            .iter()
            .map(|medium| medium.src.as_str())
            .collect();
        item.only_linked
            .retain(|target| !shown.contains(target.as_str()));
        if item != PageItem::default() {
            self.done.push(item);
        }
    }

    /// Takes what an element points to: media by `src` only, since links repeat them; of links only subtitles.
    fn point(&mut self, tag: &str, attributes: &Attributes) {
        let target = attributes.target.as_deref().map(decode);
        let Some(target) = target.filter(|target| !target.is_empty()) else {
            return;
        };
        let marked = is_medium(&attributes.class);
        match tag {
            "img" => self.medium(&target, MediaTag::Image, marked),
            "video" => self.medium(&target, MediaTag::Video, marked),
            "audio" => self.medium(&target, MediaTag::Audio, marked),
            // `source` repeats or replaces the `src` of the video around it.
            "source" => self.medium(&target, MediaTag::Video, marked),
            "a" | "track" if is_subtitles(&target) => self.subtitle(&target),
            "a" if has_media_extension(&target) && !is_web_address(&target) => self.link(&target),
            _ => {}
        }
    }

    fn preview(&mut self, attributes: &Attributes) {
        let src = attributes.target.as_deref().map(decode);
        if let (Some(item), Some(src)) = (&mut self.item, src) {
            item.previews.push(src.into_owned());
        }
    }

    /// A link names a medium; mostly it stands around the picture itself.
    fn link(&mut self, target: &str) {
        let (links, most) = match &mut self.item {
            Some(item) => (&mut item.only_linked, usize::MAX),
            None => (&mut self.head.linked_outside, MOST_MEDIA_OUTSIDE),
        };
        if links.len() < most && !is_page_picture(target) {
            links.push(target.to_owned());
        }
    }

    fn medium(&mut self, src: &str, tag: MediaTag, marked: bool) {
        if src.starts_with("data:") || is_page_picture(src) {
            return;
        }
        let Some(item) = &mut self.item else {
            let outside = &mut self.head.media_outside;
            if outside.len() < MOST_MEDIA_OUTSIDE && outside.iter().all(|known| known != src) {
                outside.push(src.to_owned());
            }
            return;
        };
        if self.seen.insert(src.to_owned()) {
            item.media.push(PageMedia {
                src: src.to_owned(),
                tag,
                marked,
                subtitles: Vec::new(),
                text: String::new(),
                album: String::new(),
            });
        }
    }

    fn subtitle(&mut self, path: &str) {
        if self.item.is_none() {
            return;
        }
        let last = self.item.as_mut().and_then(|item| item.media.last_mut());
        let known = last.map_or(&mut self.subtitles, |medium| &mut medium.subtitles);
        if known.iter().all(|known| known != path) {
            known.push(path.to_owned());
        }
    }

    /// A line outside of items ends. One right after a time without text is what the time says.
    fn settle_outside(&mut self, line: &str) {
        if let Some(instant) = self.instant.take() {
            self.head.times.push((instant, line.to_owned()));
        }
        let lines = &mut self.head.lines;
        let at_foot = lines.len() < MOST_LINES + MOST_FOOT_LINES && names_zone(line);
        if lines.len() < MOST_LINES || at_foot {
            lines.push(line.to_owned());
        }
    }

    fn line_break(&mut self) {
        self.line.push('\n');
        self.after_break = true;
    }

    fn end_node(&mut self) {
        if self.node.is_empty() {
            return;
        }
        let mut node = self.node.as_str();
        if self.after_break {
            node = node
                .strip_prefix("\r\n")
                .or(node.strip_prefix('\n'))
                .unwrap_or(node);
        }
        self.line.push_str(&decode(node));
        self.node.clear();
        self.after_break = false;
    }

    /// A line ends: puts it where it belongs.
    fn settle(&mut self) {
        self.after_break = false;
        let line = std::mem::take(&mut self.line);
        let trimmed = line.trim();
        if trimmed.is_empty() {
            return;
        }
        match (self.slot(), &mut self.item) {
            (Slot::Nowhere | Slot::Header, _) => self.settle_outside(trimmed),
            (Slot::HeaderTime, _) => {
                if let Some(instant) = self.instant.take() {
                    self.head.times.push((instant, trimmed.to_owned()));
                }
                self.text_bytes = 0;
            }
            (Slot::Heading, Some(item)) => append(&mut item.heading, &line, '\n'),
            (Slot::DateLine, Some(item)) if !self.date_alone => {
                append(&mut item.date, trimmed, ' ')
            }
            (Slot::Date, Some(item)) => {
                item.date = trimmed.to_owned();
                self.date_alone = true;
            }
            (Slot::Body, Some(item)) => item.body.push(trimmed.to_owned()),
            (Slot::Tagged, Some(item)) => {
                let media = item.media.len().checked_sub(1);
                let text = trimmed.to_owned();
                item.tagged.push(PageTagged { media, text });
            }
            (Slot::MediaText, Some(item)) => {
                if let Some(medium) = item.media.last_mut() {
                    append(&mut medium.text, trimmed, '\n');
                }
            }
            (Slot::Slide, Some(item)) => match item.media.last_mut() {
                Some(medium) => append(&mut medium.album, trimmed, '\n'),
                None => item.body.push(trimmed.to_owned()),
            },
            (Slot::Cell, Some(item)) => match &mut self.row {
                Some(row) => row.texts.push(trimmed.to_owned()),
                None => item.body.push(trimmed.to_owned()),
            },
            _ => {}
        }
    }
}

/// Says whether a path is that of a picture of the page itself.
fn is_page_picture(src: &str) -> bool {
    src.trim_start_matches("../")
        .strip_prefix("files/")
        .is_some_and(|name| PAGE_PICTURES.contains(&name))
}

/// Says whether a line may tell in which zone a page was made.
fn names_zone(line: &str) -> bool {
    line.contains("UTC") || line.contains("GMT")
}

fn append(to: &mut String, line: &str, between: char) {
    if !to.is_empty() {
        to.push(between);
    }
    to.push_str(line);
}
