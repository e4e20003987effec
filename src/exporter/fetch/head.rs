//! What the head of an answer says about a file: its size, what it is recognised by, its checksum.

use reqwest::header::{
    CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderMap, LAST_MODIFIED,
};
use reqwest::{Response, StatusCode};

use super::checksum::Checksum;

/// The head of an answer.
#[derive(Debug, Clone, Default)]
pub(super) struct Head {
    /// Size of the whole file.
    pub(super) size: Option<u64>,
    /// Where in the file the answer begins.
    pub(super) start: u64,
    /// What the host tells this state of the file from others by.
    pub(super) etag: Option<String>,
    /// When the file was last changed, in the host's own words.
    pub(super) modified: Option<String>,
    /// Checksum of the whole file.
    pub(super) checksum: Option<Checksum>,
    /// What the host says it is.
    pub(super) media_type: String,
}

impl Head {
    /// Reads the head of an answer.
    pub(super) fn of(response: &Response) -> Self {
        Self::read(response.status(), response.headers())
    }

    pub(super) fn read(status: StatusCode, headers: &HeaderMap) -> Self {
        let text = |name| text(headers, name);
        let whole = status == StatusCode::OK;
        let range = text(CONTENT_RANGE.as_str()).and_then(|text| content_range(&text));
        let length = || text(CONTENT_LENGTH.as_str())?.parse().ok();
        Self {
            size: match whole {
                true => length(),
                false => range.and_then(|(_, size)| size),
            },
            start: range.and_then(|(start, _)| start).unwrap_or(0),
            etag: text(ETAG.as_str()),
            modified: text(LAST_MODIFIED.as_str()),
            checksum: Checksum::given(headers, whole),
            media_type: text(CONTENT_TYPE.as_str())
                .unwrap_or_default()
                .to_ascii_lowercase(),
        }
    }
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    let value = headers.get(name)?.to_str().ok()?.trim();
    (!value.is_empty()).then(|| value.to_owned())
}

/// Reads `bytes 5-9/10` and `bytes */10`: the first byte and the size, where they are told.
fn content_range(text: &str) -> Option<(Option<u64>, Option<u64>)> {
    let (range, size) = text.strip_prefix("bytes")?.trim().split_once('/')?;
    let start = range
        .split_once('-')
        .and_then(|(start, _)| start.trim().parse().ok());
    Some((start, size.trim().parse().ok()))
}

/// Says whether an answer is a page or a message where an archive should be.
pub(super) fn is_page(media_type: &str, first: &[u8]) -> bool {
    let archives: [&[u8]; 5] = [b"PK", &[0x1f, 0x8b], b"7z\xbc\xaf", b"Rar!", b"BZh"];
    let is_tar = first.get(257..262) == Some(b"ustar");
    if is_tar || archives.iter().any(|magic| first.starts_with(magic)) {
        return false;
    }
    let text = first
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(first)
        .trim_ascii_start();
    text.starts_with(b"<")
        || text.starts_with(b"{")
        || media_type.starts_with("text/")
        || media_type.starts_with("application/json")
        || media_type.starts_with("application/xml")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_starts() {
        for (status, name, value, size, start) in [
            (200, "content-length", "10", Some(10), 0),
            (200, "content-length", "ten", None, 0),
            (206, "content-range", "bytes 5-9/10", Some(10), 5),
            (206, "content-range", "bytes 5-9/*", None, 5),
            (416, "content-range", "bytes */10", Some(10), 0),
            (206, "content-length", "5", None, 0),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(name, value.parse().unwrap());
            let head = Head::read(StatusCode::from_u16(status).unwrap(), &headers);
            assert_eq!((head.size, head.start), (size, start), "{status} {value}");
        }
    }

    #[test]
    fn pages_are_told_from_archives() {
        for (media_type, first, expected) in [
            ("text/html; charset=utf-8", &b"PK\x03\x04"[..], false),
            ("text/html", b"  anything", true),
            ("application/zip", b"\xef\xbb\xbf\r\n<!DOCTYPE html>", true),
            ("", b"<html>", true),
            ("", b"{\"error\":1}", true),
            ("application/octet-stream", b"\x00\x01", false),
            ("text/plain", &[0x1f, 0x8b, 8], false),
        ] {
            assert_eq!(
                is_page(media_type, first),
                expected,
                "{media_type} {first:?}"
            );
        }
    }
}
