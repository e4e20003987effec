//! Reads the HTML page of memories: a table with date, kind, place (since 2023) and a link whose handler has the address.

use std::cell::RefCell;
use std::rc::Rc;

use lol_html::html_content::{Element, TextType};
use lol_html::{HtmlRewriter, MemorySettings, Settings, doc_text, element};

use crate::entities::decode;

use super::rows::{MemoryAddress, Method, Row};

/// Memory the parser may use, in bytes.
const PARSER_MEMORY_BYTES: usize = 32 << 20;

/// Text kept of one cell, in bytes: dates and coordinates have some dozens.
const LONGEST_CELL: usize = 512;

/// Name of the handler.
const HANDLER: &str = "downloadMemories(";

#[derive(Default)]
struct Page {
    rows: Vec<Row>,
    cells: Vec<String>,
    addresses: Vec<MemoryAddress>,
    in_cell: bool,
}

impl Page {
    fn start(&mut self, tag: &str, handler: Option<&str>) {
        match tag {
            "tr" => self.end_row(),
            "td" => {
                self.in_cell = true;
                self.cells.push(String::new());
            }
            "th" => self.in_cell = false,
            _ => {}
        }
        self.addresses.extend(handler.and_then(address));
    }

    fn text(&mut self, text: &str) {
        if let Some(cell) = self.cells.last_mut().filter(|_| self.in_cell)
            && cell.len() + text.len() <= LONGEST_CELL
        {
            cell.push_str(text);
        }
    }

    fn end_row(&mut self) {
        let cells: Vec<String> = std::mem::take(&mut self.cells)
            .iter()
            .map(|cell| decode(cell).trim().to_owned())
            .collect();
        let addresses = std::mem::take(&mut self.addresses);
        self.in_cell = false;
        // The place came in 2023; the cell of the link is last.
        let is_place = |cell: &&String| cell.contains("Longitude");
        if let [date, media_type, rest @ ..] = cells.as_slice()
            && date.ends_with("UTC")
        {
            self.rows.push(Row {
                date: date.clone(),
                media_type: media_type.clone(),
                location: rest.iter().find(is_place).cloned().unwrap_or_default(),
                addresses,
                unknown_key: None,
            });
        }
    }
}

/// Reads the address out of `downloadMemories('ADDRESS', this, true)`: `true` means a plain GET.
fn address(handler: &str) -> Option<MemoryAddress> {
    let handler = decode(handler);
    let (_, call) = handler.split_once(HANDLER)?;
    let call = call.trim_start();
    let quote = call.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    let (address, rest) = call[1..].split_once(quote)?;
    let arguments = rest.split(')').next().unwrap_or_default();
    let is_plain = arguments
        .split(',')
        .any(|argument| argument.trim() == "true");
    let method = match is_plain {
        true => Method::Get,
        false => Method::Post,
    };
    MemoryAddress::new(address, method)
}

/// Reads the rows of `memories_history.html`, in the order of the page.
///
/// # Errors
/// Fails, in words, if the parser gives up.
pub fn rows(bytes: &[u8]) -> Result<Vec<Row>, String> {
    let page = Rc::new(RefCell::new(Page::default()));
    let (of_tags, of_text) = (Rc::clone(&page), Rc::clone(&page));
    let settings = Settings::new()
        .with_strict(false)
        .with_memory_settings(
            MemorySettings::new().with_max_allowed_memory_usage(PARSER_MEMORY_BYTES),
        )
        .append_element_content_handler(element!("*", move |element: &mut Element<'_, '_>| {
            let handler = element.get_attribute("onclick");
            of_tags
                .borrow_mut()
                .start(&element.tag_name(), handler.as_deref());
            Ok(())
        }))
        .append_document_content_handler(doc_text!(move |chunk| {
            if chunk.text_type() == TextType::Data {
                of_text.borrow_mut().text(chunk.as_str());
            }
            Ok(())
        }));
    let mut parser = HtmlRewriter::new(settings, |_: &[u8]| {});
    let result = parser.write(bytes).and_then(|()| parser.end());
    result.map_err(|error| format!("the page could not be read to its end: {error}"))?;
    let mut page = page.borrow_mut();
    page.end_row();
    Ok(std::mem::take(&mut page.rows))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn rows_of_all_years_are_read() {
        let page = r##"<html><head><title>x UTC</title><script>downloadMemories('no')</script></head><body><table><tbody>
            <tr><th><b>Date</b></th><th>Media Type</th><th>Location</th><th></th></tr>
            <tr><td>2023-01-02 03:04:05 UTC</td><td>Image</td><td>Latitude, Longitude: 1.5, 2.5</td>
            <td><a href="#" onclick="downloadMemories('https://h/dmd/mm?mid=M&amp;sid=S&amp;sig=x', this, true); return false;">Download</a></td></tr>
            <tr><td>2019-01-02 03:04:05 UTC</td><td>VIDEO</td><td><a onclick="downloadMemories('https://h/dmd/memories?mid=N&sid=N');">x</a></td></tr>
            <tr><td>2026-06-02 03:04:05 UTC</td><td>Video</td><td>Latitude, Longitude: 0.0, 0.0</td><td></td></tr>
            <tr><td>not a date</td><td>Video</td></tr></table></body></html>"##;
        let rows = rows(page.as_bytes()).unwrap();
        let told: Vec<(&str, &str, usize)> = rows
            .iter()
            .map(|row| {
                (
                    row.media_type.as_str(),
                    row.location.as_str(),
                    row.addresses.len(),
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                ("Image", "Latitude, Longitude: 1.5, 2.5", 1),
                ("VIDEO", "", 1),
                ("Video", "Latitude, Longitude: 0.0, 0.0", 0)
            ]
        );
        assert_eq!(rows[0].addresses[0].method, Method::Get);
        assert_eq!(
            rows[0].addresses[0].reveal(),
            "https://h/dmd/mm?mid=M&sid=S&sig=x"
        );
        assert_eq!(rows[1].addresses[0].method, Method::Post);
        assert_eq!(rows[1].told_key().as_deref(), Some("2019-01-02_N"));
    }

    #[test]
    fn handlers_of_other_make_give_no_address() {
        for handler in [
            "alert('x')",
            "downloadMemories()",
            "downloadMemories('",
            "downloadMemories('')",
            "downloadMemories(x, 'y')",
        ] {
            assert!(address(handler).is_none(), "{handler}");
        }
    }
}
