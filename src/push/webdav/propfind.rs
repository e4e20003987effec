//! Reads the answer to PROPFIND: what lies in a folder.

use unicode_normalization::UnicodeNormalization;

use crate::http::plain_tag;
use crate::percent;
use writer::sidecar::tree::{Element, parse};

const DAV: &str = "DAV:";

/// The properties asked for.
pub(crate) const QUESTION: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?><d:propfind xmlns:d=\"DAV:\"><d:prop>\
    <d:resourcetype/><d:getcontentlength/><d:getetag/><d:getlastmodified/><d:quota-available-bytes/>\
    </d:prop></d:propfind>";

/// A file or folder there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Its path from the host's root, decoded, without a slash at the end.
    pub path: String,
    /// Whether it is a folder.
    pub is_folder: bool,
    /// Size of a file.
    pub size_bytes: Option<u64>,
    /// The host's mark of its state.
    pub tag: Option<String>,
    /// When it was last changed, in the host's own words.
    pub modified: Option<String>,
    /// Bytes still free there.
    pub free_bytes: Option<u64>,
}

/// Reads an answer; fails in words if it is none.
pub(crate) fn read(body: &[u8]) -> Result<Vec<Entry>, String> {
    let text = std::str::from_utf8(body).map_err(|error| error.to_string())?;
    let root = parse(text)?;
    if !root.name.is(DAV, "multistatus") {
        return Err("not an answer to PROPFIND".to_owned());
    }
    let responses = root
        .children
        .iter()
        .filter(|child| child.name.is(DAV, "response"));
    Ok(responses.filter_map(entry).collect())
}

fn entry(response: &Element) -> Option<Entry> {
    let href = response.child(DAV, "href")?;
    let properties = response
        .children
        .iter()
        .filter(|child| child.name.is(DAV, "propstat"))
        .filter(|state| {
            state
                .child(DAV, "status")
                .is_none_or(|status| status.text.contains(" 200"))
        })
        .filter_map(|state| state.child(DAV, "prop"));
    let mut entry = Entry {
        path: path_of(href.text.trim()),
        is_folder: false,
        size_bytes: None,
        tag: None,
        modified: None,
        free_bytes: None,
    };
    for property in properties.flat_map(|prop| &prop.children) {
        let text = property.text.trim();
        match property.name.local.as_str() {
            "resourcetype" => entry.is_folder = property.child(DAV, "collection").is_some(),
            "getcontentlength" => entry.size_bytes = text.parse().ok(),
            "getetag" if !text.is_empty() => entry.tag = Some(plain_tag(text)),
            "getlastmodified" if !text.is_empty() => entry.modified = Some(text.to_owned()),
            "quota-available-bytes" => entry.free_bytes = text.parse().ok(),
            _ => {}
        }
    }
    entry.tag = entry.tag.or_else(|| entry.modified.clone());
    Some(entry)
}

/// Returns the decoded path of an address or path.
pub(crate) fn path_of(href: &str) -> String {
    let path = match href.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("/", |at| &rest[at..]),
        None => href,
    };
    let decoded = percent::decoded(path.split(['?', '#']).next().unwrap_or(path));
    decoded.trim_end_matches('/').nfc().collect()
}

/// Percent-encodes a path, `/` between its parts left as it is.
pub(crate) fn encoded(path: &str) -> String {
    percent::encoded(&path.nfc().collect::<String>())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn folders_and_files_are_told_apart_in_any_prefix() {
        let body = r#"<?xml version="1.0"?><D:multistatus xmlns:D="DAV:">
            <D:response><D:href>http://h:1/dav/a%20b/</D:href><D:propstat><D:prop><D:resourcetype><D:collection/></D:resourcetype>
            <D:quota-available-bytes>77</D:quota-available-bytes></D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>
            <D:response><D:href>/dav/a%20b/e%CC%81%23.jpg</D:href><D:propstat><D:prop><lp1:getetag xmlns:lp1="DAV:">W/"x-1"</lp1:getetag>
            <D:getcontentlength>10</D:getcontentlength><D:resourcetype/></D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat>
            <D:propstat><D:prop><D:getlastmodified>no</D:getlastmodified></D:prop><D:status>HTTP/1.1 404 Not Found</D:status></D:propstat>
            </D:response></D:multistatus>"#;
        let found = read(body.as_bytes()).unwrap();
        assert_eq!(found[0].path, "/dav/a b");
        assert!(found[0].is_folder);
        assert_eq!(found[0].free_bytes, Some(77));
        assert_eq!(found[1].path, "/dav/a b/\u{e9}#.jpg");
        assert_eq!(
            (found[1].size_bytes, found[1].tag.as_deref()),
            (Some(10), Some("x-1"))
        );
        assert!(read(b"<html></html>").is_err());
        assert!(read(b"nonsense").is_err());
    }

    #[test]
    fn paths_come_back_from_their_encoding() {
        for path in ["/a b/é 😀#%+&?.jpg", "/50%25/x", "/plain-._~/y"] {
            let sent = encoded(path);
            assert!(
                sent.is_ascii() && !sent.contains([' ', '#', '?', '+', '&']),
                "{sent}"
            );
            assert_eq!(path_of(&sent), path);
        }
        assert_eq!(path_of("/100%/x%zz"), "/100%/x%zz");
    }
}
