//! Finds the media paths that a page or a JSON file mentions, whatever its structure.
//!
//! Readers know structures; this knows none. It cuts the bytes into the texts between quotes and tags and keeps those that are paths
//! of media. So a file that no reader knows, or whose structure changed, still shows that it is about the owner's media.

use std::borrow::Cow;
use std::collections::HashSet;

use memchr::{memchr, memchr_iter, memchr2, memchr3_iter};

use super::classify::{Format, has_media_extension, media_id};
use super::entities;
use model::not_understood::PathKey;
use model::texts::Texts;

/// Longest text that can be a path, in bytes as they stand in the file.
const LONGEST: usize = 2048;

/// Paths of one file that are kept; a file that names more is as little understood.
const MOST: usize = 1_000_000;

/// Returns the paths of media that a file mentions, each once, in order. `is_media` tells whether a path is that of a medium by its
/// place.
pub fn mentions(bytes: &[u8], format: Format, is_media: &dyn Fn(&str) -> bool) -> Texts {
    let mut finding = Finding {
        is_media,
        seen: HashSet::new(),
        found: Texts::default(),
    };
    match format {
        Format::Json => finding.json(bytes),
        Format::Html => finding.html(bytes),
    }
    finding.found
}

struct Finding<'a> {
    is_media: &'a dyn Fn(&str) -> bool,
    seen: HashSet<PathKey>,
    found: Texts,
}

impl Finding<'_> {
    /// What lies between two quotes is a text, or it is what stands between two texts, which is no path.
    fn json(&mut self, bytes: &[u8]) {
        let mut start = 0;
        for quote in memchr_iter(b'"', bytes) {
            if quote > 0 && bytes[quote - 1] == b'\\' && is_escaped(&bytes[start..quote]) {
                continue;
            }
            self.piece(&bytes[start..quote], unescaped);
            start = quote + 1;
        }
    }

    /// Attributes and text: an attribute without quotes stands after its `=`.
    fn html(&mut self, bytes: &[u8]) {
        let mut start = 0;
        for end in memchr3_iter(b'"', b'<', b'>', bytes).chain([bytes.len()]) {
            let piece = &bytes[start..end];
            start = (end + 1).min(bytes.len());
            if memchr2(b'/', b'\\', piece).is_none() || piece.len() > LONGEST {
                continue;
            }
            self.piece(piece, plain);
            if memchr2(b'\'', b'=', piece).is_some() {
                for part in piece.split(|byte| matches!(byte, b'\'' | b'=' | b' ')) {
                    self.piece(part, plain);
                }
            }
        }
    }

    fn piece(&mut self, piece: &[u8], read: fn(&str) -> Cow<'_, str>) {
        let may_be = piece.len() <= LONGEST && memchr2(b'/', b'\\', piece).is_some();
        if !may_be || self.found.len() >= MOST {
            return;
        }
        let Ok(text) = std::str::from_utf8(piece) else {
            return;
        };
        let text = read(text.trim());
        let Some(path) = as_path(&text) else { return };
        let names_medium = has_media_extension(path) || media_id(path).is_some();
        if names_medium && (self.is_media)(path) && self.seen.insert(PathKey::of(path)) {
            self.found.push(path);
        }
    }
}

/// Says whether an odd number of backslashes stands at the end.
fn is_escaped(before: &[u8]) -> bool {
    let backslashes = before.iter().rev().take_while(|byte| **byte == b'\\');
    backslashes.count() % 2 == 1
}

/// Returns the path below the archive's root that a text is, if it can be one: links between pages begin with dots.
fn as_path(text: &str) -> Option<&str> {
    if text.contains("://") || text.chars().any(char::is_control) {
        return None;
    }
    let mut path = text.split(['?', '#']).next()?;
    while let Some(rest) = ["../", "./", "/"]
        .iter()
        .find_map(|start| path.strip_prefix(start))
    {
        path = rest;
    }
    path.contains('/').then_some(path)
}

fn plain(text: &str) -> Cow<'_, str> {
    let text = entities::decode(text);
    match text.contains('\\') {
        true => Cow::Owned(text.replace('\\', "/")),
        false => text,
    }
}

/// Undoes JSON's escapes. Characters that are not ASCII need not come out right: keys of paths leave them out.
fn unescaped(text: &str) -> Cow<'_, str> {
    let Some(first) = memchr(b'\\', text.as_bytes()) else {
        return Cow::Borrowed(text);
    };
    let mut out = text[..first].to_owned();
    let mut rest = text[first..].chars();
    while let Some(c) = rest.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match rest.next() {
            Some('u') => {
                let digits: String = rest.by_ref().take(4).collect();
                let code = u32::from_str_radix(&digits, 16).ok();
                out.push(code.and_then(char::from_u32).unwrap_or('\u{fffd}'));
            }
            // A backslash between folders, as some packers write it.
            Some('\\') => out.push('/'),
            Some('n' | 'r' | 't' | 'b' | 'f') => out.push('\n'),
            Some(other) => out.push(other),
            None => {}
        }
    }
    Cow::Owned(out)
}

/// Returns whether a page ends before its end: what stood behind is lost, and no parser of pages minds.
pub fn is_cut_off(bytes: &[u8], format: Format) -> bool {
    /// Enough for what pages have before their first and after their last tag.
    const EDGE: usize = 4096;
    let has = |bytes: &[u8], tag: &str| {
        let mut windows = bytes.windows(tag.len());
        windows.any(|window| window.eq_ignore_ascii_case(tag.as_bytes()))
    };
    let (head, tail) = (
        &bytes[..bytes.len().min(EDGE)],
        &bytes[bytes.len().saturating_sub(EDGE)..],
    );
    format == Format::Html && has(head, "<html") && !has(tail, "</html")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_media(path: &str) -> bool {
        path.starts_with("media/") || path.starts_with("this_profile's/media/")
    }

    fn in_json(text: &str) -> Vec<String> {
        texts(mentions(text.as_bytes(), Format::Json, &is_media))
    }

    fn in_html(text: &str) -> Vec<String> {
        texts(mentions(text.as_bytes(), Format::Html, &is_media))
    }

    fn texts(texts: Texts) -> Vec<String> {
        texts.iter().map(str::to_owned).collect()
    }

    #[test]
    fn paths_are_found_in_json_of_any_structure() {
        let text = r#"{"moments":[{"x":{"uri2":"media/posts/202401/1.jpg"}},["media\/posts\/202401\/2.webp"],
            {"t":"he said \"media/posts/202401/3.jpg\\"},{"media/posts/202401/17912345678901234":1},
            {"w":"media\\posts\\202401\\5.mp4"}, "media/posts/202401/1.jpg"]}"#;
        assert_eq!(
            in_json(text),
            [
                "media/posts/202401/1.jpg",
                "media/posts/202401/2.webp",
                "media/posts/202401/17912345678901234",
                "media/posts/202401/5.mp4"
            ]
        );
    }

    #[test]
    fn paths_are_found_in_pages_of_any_structure() {
        let text = "<base href=\"../../\"><div class=\"new\"><img src='media/posts/202401/1.jpg'/>\
            <video src=\"../media/posts/202401/2.mp4\"></video><a href=media/posts/202401/3.jpg>x</a>\
            <td>media/posts/202401/4.jpg</td><img src=\"this_profile&#039;s/media/5.jpg\">\
            <img src=\"media/posts/202401/a%20b.jpg?x=1\"></div>";
        assert_eq!(
            in_html(text),
            [
                "media/posts/202401/1.jpg",
                "media/posts/202401/2.mp4",
                "media/posts/202401/3.jpg",
                "media/posts/202401/4.jpg",
                "this_profile's/media/5.jpg",
                "media/posts/202401/a%20b.jpg"
            ]
        );
    }

    #[test]
    fn addresses_texts_and_other_folders_are_none() {
        for text in [
            r#"["https://example.com/media/posts/1.jpg","see media/posts/1.txt","icons/1.png","1.jpg"]"#,
            r#"["media/posts/1.jpg\nand more","media/posts/","/","\\","media/"]"#,
            "",
            "\"",
            "\\\"",
        ] {
            assert_eq!(in_json(text), [""; 0], "{text}");
            assert_eq!(in_html(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn a_page_without_its_end_is_cut_off() {
        for (text, cut) in [
            ("<html><body>a</body></html>\n", false),
            ("<!DOCTYPE html><HTML><body>a</body></HTML>", false),
            ("<html><body><div>", true),
            ("<div>a part of a page</div>", false),
            ("", false),
        ] {
            assert_eq!(is_cut_off(text.as_bytes(), Format::Html), cut, "{text}");
        }
        assert!(
            !is_cut_off(b"[\"<html\"", Format::Json),
            "its parser says so"
        );
    }

    #[test]
    fn bytes_of_any_kind_are_no_trouble() {
        let mut bytes: Vec<u8> = (0..=255).cycle().take(5000).collect();
        bytes.extend(b"\"media/posts/1.jpg\"");
        for format in [Format::Json, Format::Html] {
            mentions(&bytes, format, &is_media);
        }
        assert_eq!(in_json(r#""\u00"media/posts/202401/1.jpg""#).len(), 1);
    }
}
