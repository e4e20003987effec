//! `archive_browser.html`, the index page of an export: the list of what the export should hold.

use std::cell::RefCell;

use lol_html::{HtmlRewriter, Settings, element, text};

/// A file the index page names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Listed {
    /// Name of the folder named last before it, if any.
    pub folder: Option<String>,
    /// Name of the file.
    pub file: String,
}

/// Class of the element that names a folder.
const FOLDER: &str = ".extracted-folder-name";
/// Class of the element that names a file.
const FILE: &str = ".extracted-file-name";

/// Bytes given to the parser at once.
const PIECE_BYTES: usize = 64 << 10;

#[derive(Default)]
struct Page {
    folder: Option<String>,
    files: Vec<Listed>,
    text: String,
    /// Whether the text being read names a folder; `None` outside both.
    is_folder: Option<bool>,
}

impl Page {
    fn begin(&mut self, is_folder: bool) {
        self.end();
        self.is_folder = Some(is_folder);
    }

    fn end(&mut self) {
        let raw = std::mem::take(&mut self.text);
        let name = decode(&raw)
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        match self.is_folder.take() {
            Some(true) if !name.is_empty() => self.folder = Some(name),
            Some(false) if !name.is_empty() => self.files.push(Listed {
                folder: self.folder.clone(),
                file: name,
            }),
            _ => {}
        }
    }
}

/// Lists the files the index page names, in its order. The error says why the page could not be read.
pub fn manifest(html: &[u8]) -> Result<Vec<Listed>, String> {
    let page = RefCell::new(Page::default());
    let begin = |is_folder| {
        page.borrow_mut().begin(is_folder);
        Ok(())
    };
    let read = |chunk: &str| {
        page.borrow_mut().text.push_str(chunk);
        Ok(())
    };
    let settings = Settings::new()
        // A page no parser would take whole is read as far as names can be told.
        .with_strict(false)
        .append_element_content_handler(element!(FOLDER, |_| begin(true)))
        .append_element_content_handler(element!(FILE, |_| begin(false)))
        .append_element_content_handler(text!(FOLDER, |chunk| read(chunk.as_str())))
        .append_element_content_handler(text!(FILE, |chunk| read(chunk.as_str())));
    // What the rewriter gives back is not wanted: the page of a large export has tens of megabytes.
    let mut parser = HtmlRewriter::new(settings, |_: &[u8]| {});
    html.chunks(PIECE_BYTES)
        .try_for_each(|piece| parser.write(piece))
        .and_then(|()| parser.end())
        .map_err(|error| error.to_string())?;
    let mut page = page.into_inner();
    page.end();
    Ok(page.files)
}

/// Decodes the entities that file names need; what is none stays as it is.
fn decode(text: &str) -> String {
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        decoded.push_str(&rest[..at]);
        rest = &rest[at..];
        let entity = rest
            .find(';')
            .and_then(|end| Some((character(&rest[1..end])?, end)));
        let (c, end) = entity.unwrap_or(('&', 0));
        decoded.push(c);
        rest = &rest[end + 1..];
    }
    decoded.push_str(rest);
    decoded
}

fn character(entity: &str) -> Option<char> {
    match entity {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some('\u{a0}'),
        _ => {
            let number = entity.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(folder: &str, file: &str) -> Listed {
        Listed {
            folder: (!folder.is_empty()).then(|| folder.to_owned()),
            file: file.to_owned(),
        }
    }

    #[test]
    fn lists_files_under_their_folders() {
        let html = r#"<html><head><title>x.jpg</title></head><body>
          <div class="extracted-folder">
            <div class="extracted-folder-name">Photos from 2023</div>
            <div class="a extracted-file-name">IMG_1.jpg</div>
            <div class="extracted-file-name"> Tom &amp; J&#233;r&#xF4;me
               (1).jpg</div></div>
          <div class="extracted-folder-name">Rome</div>
          <p>not a file</p><div class="extracted-file-name"></div>
          <div class="extracted-file-name">R&D;&.mp4</div></body>"#;
        assert_eq!(
            manifest(html.as_bytes()),
            Ok(vec![
                listed("Photos from 2023", "IMG_1.jpg"),
                listed("Photos from 2023", "Tom & Jérôme (1).jpg"),
                listed("Rome", "R&D;&.mp4"),
            ])
        );
    }

    #[test]
    fn a_page_without_names_lists_nothing() {
        assert_eq!(manifest(b"<html>sign in</html>"), Ok(Vec::new()));
        assert_eq!(manifest(b"\xff\xfe"), Ok(Vec::new()));
        let lone = br#"<i class="extracted-file-name">a.jpg</i>"#;
        assert_eq!(manifest(lone), Ok(vec![listed("", "a.jpg")]));
    }
}
