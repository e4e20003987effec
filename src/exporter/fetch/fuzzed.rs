//! What fuzz targets call: every reader of words that come from browsers, pages and hosts.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{StatusCode, Url};

use super::checksum::Checksum;
use super::head::{Head, is_page};
use super::list::links;
use super::name::{numbered, safe_name};
use super::quoting::{bash, cmd};

/// Headers that are read.
const HEADERS: [&str; 10] = [
    "content-disposition",
    "content-length",
    "content-range",
    "content-type",
    "content-digest",
    "repr-digest",
    "digest",
    "x-goog-hash",
    "etag",
    "last-modified",
];

/// Reads bytes as a list of links, as a command line of each shell, as every header, and as the beginning of a file.
///
/// # Panics
/// If a name that is made of them is no plain name.
pub fn texts(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let _ = links(bytes);
    let _ = (bash(&text), cmd(&text));
    let mut headers = HeaderMap::new();
    for (name, line) in HEADERS
        .iter()
        .zip(bytes.split(|byte| *byte == b'\n').cycle())
    {
        if let Ok(value) = HeaderValue::from_bytes(line) {
            headers.append(HeaderName::from_static(name), value);
        }
    }
    for status in [StatusCode::OK, StatusCode::PARTIAL_CONTENT] {
        let head = Head::read(status, &headers);
        let _ = is_page(&head.media_type, bytes);
        let _ = Checksum::given(&headers, status == StatusCode::OK);
    }
    let address = format!("https://host/{}", text.replace(char::is_control, ""));
    if let Ok(url) = Url::parse(&address) {
        let name = numbered(&safe_name(&headers, &url, bytes), 2);
        let plain = !name.contains(['/', '\\', '\0']) && !name.starts_with("..");
        assert!(plain && !name.is_empty(), "{name:?}");
    }
}
