//! Reads the pages of Meta's HTML editions into items, one at a time. Knows no dates and no kinds.
//!
//! A page is fed to a streaming parser, so memory is that of one item. Classes mean the same in all
//! languages (`classes`); labels and dates do not, so they are handed on as text.

mod builder;
mod classes;

use std::cell::RefCell;
use std::rc::Rc;

use jiff::Timestamp;
use lol_html::html_content::{Element, TextChunk, TextType};
use lol_html::{HtmlRewriter, MemorySettings, Settings, doc_text, element};

use builder::{Attributes, Builder};

use crate::exporter::provider::entities;

/// Bytes given to the parser at once.
const PIECE_BYTES: usize = 64 << 10;

/// Memory the parser may use, in bytes: enough for 200,000 tags that are never closed. Real pages need some kilobytes.
const PARSER_MEMORY_BYTES: usize = 32 << 20;

/// A page that cannot be read to its end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the page could not be read to its end: {reason}")]
pub struct HtmlError {
    /// What the parser says.
    pub reason: String,
}

/// What stands at the head of a page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PageHead {
    /// The times in the page's header, as instants and as shown (pages of 2026): first the one the page was made at.
    pub times: Vec<(Timestamp, String)>,
}

impl PageHead {
    /// Returns when the page was made, as an instant and as shown.
    pub fn generated(&self) -> Option<&(Timestamp, String)> {
        self.times.first()
    }
}

/// The element a medium stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaTag {
    /// `img`.
    Image,
    /// `video`.
    Video,
    /// `audio`: voice messages.
    Audio,
}

/// One medium of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageMedia {
    /// Its path as the page names it.
    pub src: String,
    /// The element it stands in.
    pub tag: MediaTag,
    /// Paths of subtitle files.
    pub subtitles: Vec<String>,
    /// Text right below it (Facebook); empty if there is none.
    pub text: String,
    /// Other text in its box: the name of its album (Facebook); empty if there is none.
    pub album: String,
}

/// One row of an item's tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageLabel {
    /// Index of the medium the row follows; `None` before the first.
    pub media: Option<usize>,
    /// Label in the language of the page.
    pub label: String,
    /// Value; empty if there is none.
    pub value: String,
}

/// One item box of a page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PageItem {
    /// Caption, sender or sentence at its head, exactly; empty if there is none.
    pub heading: String,
    /// Media in the order of the page, each once.
    pub media: Vec<PageMedia>,
    /// Rows of its tables.
    pub labels: Vec<PageLabel>,
    /// Other texts of the body, block by block.
    pub body: Vec<String>,
    /// Its date as shown; empty if there is none.
    pub date: String,
    /// Text was left out, because there was more than anyone can have written.
    pub cut: bool,
}

/// Bytes at the start of a page in which its title must stand.
const TITLE_WITHIN: usize = 64 << 10;

/// Returns the title of a page; `None` if there is none.
pub fn page_title(html: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(&html[..html.len().min(TITLE_WITHIN)]);
    let (_, from_title) = head.split_once("<title")?;
    let (_, inner) = from_title.split_once('>')?;
    let (title, _) = inner.split_once("</title")?;
    let title = entities::decode(title).trim().to_owned();
    (!title.is_empty()).then_some(title)
}

/// Reads a page, hands over each item as soon as it is whole, and returns the head of the page.
///
/// # Errors
/// If the parser gives up; the items before that place have been handed over.
pub fn read_items(
    html: &[u8],
    each: &mut dyn FnMut(&PageHead, PageItem),
) -> Result<PageHead, HtmlError> {
    read_in_pieces(html, PIECE_BYTES, each)
}

fn read_in_pieces(
    html: &[u8],
    piece_bytes: usize,
    each: &mut dyn FnMut(&PageHead, PageItem),
) -> Result<PageHead, HtmlError> {
    // Handlers of end tags outlive the borrow checker's sight, hence the shared cell.
    let builder = Rc::new(RefCell::new(Builder::default()));
    let mut parser = HtmlRewriter::new(settings(&builder), |_: &[u8]| {});
    let mut result = Ok(());
    for piece in html.chunks(piece_bytes) {
        result = parser.write(piece);
        hand_over(&builder, each);
        if result.is_err() {
            break;
        }
    }
    let result = result.and_then(|()| parser.end());
    builder.borrow_mut().finish();
    hand_over(&builder, each);
    match result {
        Ok(()) => Ok(builder.take().into_head()),
        Err(error) => Err(HtmlError {
            reason: error.to_string(),
        }),
    }
}

fn hand_over(builder: &RefCell<Builder>, each: &mut dyn FnMut(&PageHead, PageItem)) {
    let mut builder = builder.borrow_mut();
    for item in builder.take_items() {
        each(builder.head(), item);
    }
}

fn settings<'a>(builder: &Rc<RefCell<Builder>>) -> Settings<'a, 'a> {
    let of_tags = Rc::clone(builder);
    let of_text = Rc::clone(builder);
    Settings::new()
        .with_strict(false)
        .with_memory_settings(
            MemorySettings::new().with_max_allowed_memory_usage(PARSER_MEMORY_BYTES),
        )
        .append_element_content_handler(element!("*", move |element| {
            start(&of_tags, element);
            Ok(())
        }))
        .append_document_content_handler(doc_text!(move |chunk| {
            text(&of_text, chunk);
            Ok(())
        }))
}

fn start(builder: &Rc<RefCell<Builder>>, element: &mut Element<'_, '_>) {
    let tag = element.tag_name();
    let attributes = Attributes {
        class: element.get_attribute("class").unwrap_or_default(),
        target: element.get_attribute(builder::target_of(&tag)),
    };
    let depth = builder
        .borrow_mut()
        .start(&tag, &attributes, element.can_have_content());
    if let (Some(depth), Some(handlers)) = (depth, element.end_tag_handlers()) {
        let builder = Rc::clone(builder);
        handlers.push(Box::new(move |_| {
            builder.borrow_mut().end(depth);
            Ok(())
        }));
    }
}

fn text(builder: &RefCell<Builder>, chunk: &TextChunk<'_>) {
    // Not what stands in script, style and title.
    if chunk.text_type() == TextType::Data {
        builder
            .borrow_mut()
            .text(chunk.as_str(), chunk.last_in_text_node());
    }
}

#[cfg(test)]
mod tests;
