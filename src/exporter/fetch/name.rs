//! The name a part gets: what the host says. Only what no file system holds is changed, since the name is what tells the number
//! of the part.

use std::path::Path;

use reqwest::Url;
use reqwest::header::{CONTENT_DISPOSITION, HeaderMap};

use writer::names::held_stem;

/// Extensions of two parts that belong together.
const DOUBLE: &str = ".tar.gz";
/// Extensions of archives.
const ARCHIVES: &[&str] = &[".zip", ".tgz", ".tar.gz", ".gz"];

/// Name of a part the host gives no name.
const UNNAMED: &str = "archive";
/// Longest stem in bytes: file systems hold names of 255, and an extension, a number and `.part` come behind it.
const LONGEST_STEM: usize = 200;
/// Bytes at the end of a longer stem that are kept.
const KEPT_END: usize = 40;

/// Returns a safe file name for an answer; `magic` is the beginning of its bytes.
pub(super) fn safe_name(headers: &HeaderMap, url: &Url, magic: &[u8]) -> String {
    let said = headers
        .get(CONTENT_DISPOSITION)
        .and_then(|value| disposition(&String::from_utf8_lossy(value.as_bytes())));
    let last = || {
        let last = url.path_segments()?.next_back()?;
        Some(unescaped(last)).filter(|name| !name.is_empty())
    };
    let name = said.or_else(last).unwrap_or_default();
    // Of a path only its last part counts, whichever system wrote it.
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let (mut stem, extension) = split(name);
    let made = match () {
        () if magic.starts_with(b"PK") => Some(".zip"),
        () if magic.starts_with(&[0x1f, 0x8b]) => Some(".tgz"),
        () => None,
    };
    // An import looks for archives by extension: `download.php` would not be seen.
    let extension = match made.filter(|_| !ARCHIVES.contains(&extension.as_str())) {
        Some(made) => {
            stem = name;
            made
        }
        None => &extension,
    };
    let stem = kept_stem(stem).unwrap_or_else(|| UNNAMED.to_owned());
    format!("{stem}{extension}")
}

/// Returns the stem as the service wrote it, as far as file systems hold it. The end of a name that is too long is kept: there
/// stands the number of the part.
fn kept_stem(stem: &str) -> Option<String> {
    if stem.len() <= LONGEST_STEM {
        return held_stem(stem, LONGEST_STEM);
    }
    let begin = stem.floor_char_boundary(LONGEST_STEM - KEPT_END - 1);
    let end = stem.ceil_char_boundary(stem.len() - KEPT_END);
    held_stem(
        &format!("{}_{}", &stem[..begin], &stem[end..]),
        LONGEST_STEM,
    )
}

/// Returns the ending of a medium, or of a zip of media, by the beginning of its bytes.
pub(super) fn ending(magic: &[u8]) -> Option<String> {
    if magic.starts_with(b"PK") {
        return Some(".zip".to_owned());
    }
    let found = media::sniff(magic)?;
    Some(format!(".{}", found.extension()))
}

/// Returns the name with a number, for when something else has the name: as browsers write it.
pub(super) fn numbered(name: &str, number: u32) -> String {
    let (stem, extension) = split(name);
    format!("{stem} ({number}){extension}")
}

/// Returns the name an unfinished part has.
pub(super) fn unfinished(name: &str) -> String {
    format!("{name}.part")
}

/// Splits off an extension of letters and digits, in lower case.
fn split(name: &str) -> (&str, String) {
    if name.len() > DOUBLE.len()
        && let Some(at) = name.len().checked_sub(DOUBLE.len())
        && name
            .get(at..)
            .is_some_and(|end| end.eq_ignore_ascii_case(DOUBLE))
    {
        return (&name[..at], DOUBLE.to_owned());
    }
    let extension = Path::new(name).extension().and_then(|text| text.to_str());
    match extension
        .filter(|text| text.len() <= 8 && text.bytes().all(|b| b.is_ascii_alphanumeric()))
    {
        Some(text) => (
            &name[..name.len() - text.len() - 1],
            format!(".{}", text.to_ascii_lowercase()),
        ),
        None => (name, String::new()),
    }
}

/// Reads the name out of `Content-Disposition` (RFC 6266): `filename*` before `filename`.
fn disposition(header: &str) -> Option<String> {
    let mut plain = None;
    for (key, value) in parameters(header) {
        match key.as_str() {
            "filename*" => {
                let mut pieces = value.splitn(3, '\'');
                let (charset, _, text) = (pieces.next()?, pieces.next()?, pieces.next()?);
                let bytes = bytes_of(text);
                let name = match charset.eq_ignore_ascii_case("iso-8859-1") {
                    true => bytes.iter().map(|byte| char::from(*byte)).collect(),
                    false => String::from_utf8_lossy(&bytes).into_owned(),
                };
                if !name.is_empty() {
                    return Some(name);
                }
            }
            "filename" => plain = Some(value),
            _ => {}
        }
    }
    // Many hosts escape here, too, which the standard does not know and browsers undo.
    plain
        .map(|name| unescaped(&name))
        .filter(|name| !name.is_empty())
}

/// Splits `attachment; a=b; c="d;\"e"` into its parameters.
fn parameters(header: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut chars = header.chars().peekable();
    while chars.peek().is_some() {
        let mut key = String::new();
        while let Some(c) = chars.next_if(|c| !matches!(c, ';' | '=')) {
            key.push(c);
        }
        let mut value = String::new();
        if chars.next_if_eq(&'=').is_some() {
            while chars.next_if(|c| c.is_whitespace()).is_some() {}
            if chars.next_if_eq(&'"').is_some() {
                while let Some(c) = chars.next().filter(|c| *c != '"') {
                    let c = if c == '\\' { chars.next() } else { Some(c) };
                    value.extend(c);
                }
            }
            while let Some(c) = chars.next_if(|c| *c != ';') {
                value.push(c);
            }
        }
        chars.next_if_eq(&';');
        found.push((key.trim().to_ascii_lowercase(), value.trim().to_owned()));
    }
    found
}

fn unescaped(text: &str) -> String {
    String::from_utf8_lossy(&bytes_of(text)).into_owned()
}

/// Undoes `%20`.
fn bytes_of(text: &str) -> Vec<u8> {
    let mut found = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let pair = after
            .get(..2)
            .and_then(|pair| std::str::from_utf8(pair).ok());
        let byte = pair.and_then(|pair| u8::from_str_radix(pair, 16).ok());
        match byte.filter(|_| *first == b'%') {
            Some(byte) => {
                found.push(byte);
                rest = &after[2..];
            }
            None => {
                found.push(*first);
                rest = after;
            }
        }
    }
    found
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    fn named(header: &str, url: &str) -> String {
        let mut headers = HeaderMap::new();
        if !header.is_empty() {
            headers.insert(CONTENT_DISPOSITION, header.parse().unwrap());
        }
        safe_name(&headers, &Url::parse(url).unwrap(), b"PK\x03\x04")
    }

    #[test]
    fn the_hosts_name_is_made_safe() {
        let takeout = "takeout-20240101T000000Z-3-001.zip";
        for (header, expected) in [
            (format!("attachment; filename=\"{takeout}\""), takeout),
            (format!("attachment; filename={takeout}"), takeout),
            (format!("attachment; filename={takeout}; size=3"), takeout),
            (
                "attachment; filename=\"x.zip\"; filename*=UTF-8''%e2%82%ac%20a.zip".into(),
                "€ a.zip",
            ),
            (
                "attachment; filename*=iso-8859-1'de'%fcber.zip".into(),
                "über.zip",
            ),
            ("attachment; filename=\"a;b\\\"c.zip\"".into(), "a;b_c.zip"),
            (
                "attachment; filename=\"../../etc/cron.d/x.zip\"".into(),
                "x.zip",
            ),
            ("attachment; filename=\"..\\..\\x.zip\"".into(), "x.zip"),
            (
                "attachment; filename*=UTF-8''..%2f..%2fx.zip".into(),
                "x.zip",
            ),
            ("attachment; filename=\".bashrc\"".into(), "bashrc.zip"),
            ("attachment; filename=\"con.zip\"".into(), "con_.zip"),
            ("attachment; filename=\"x.TAR.GZ\"".into(), "x.tar.gz"),
            ("attachment; filename=\"\"".into(), "b c.zip"),
            ("attachment".into(), "b c.zip"),
            (String::new(), "b c.zip"),
        ] {
            assert_eq!(named(&header, "http://h/a/b%20c?x=y"), expected, "{header}");
        }
        assert_eq!(named("", "http://h/"), "archive.zip");
        assert_eq!(named("", "http://h/..%2f..%2fx.zip"), "x.zip");
        assert_eq!(named("", "http://h/x.php"), "x.php.zip");
        assert!(
            named(
                &format!("attachment; filename={}.zip", "a".repeat(400)),
                "http://h/"
            )
            .len()
                <= 255 - " (999).zip.part".len()
        );
    }

    #[test]
    fn a_services_name_is_kept() {
        for name in [
            "mydata~1700000000000-3.zip",
            "mydata~1700000000000.zip",
            "takeout-20240101T000000Z-3-001.zip",
            "instagram-anna.m_-2024-05-01-Ab3dEf9h.zip",
            "facebook-100012345678901-2025-05-01-Ab3dEf9h.zip",
            "iCloud Photos Part 1 of 3.zip",
            "anna_20201020_part_2.zip",
            "a~0123456789abcdef.zip",
            "a%b+c&d=e.zip",
        ] {
            let url = format!("http://h/{}?x=y", name.replace('%', "%25"));
            assert_eq!(named("", &url), name);
            let header = format!("attachment; filename*=UTF-8''{}", name.replace('%', "%25"));
            assert_eq!(named(&header, "http://h/f"), name);
        }
        let long = format!("{}-002.zip", "a".repeat(300));
        assert!(named("", &format!("http://h/{long}")).ends_with("aaa-002.zip"));
    }

    #[test]
    fn a_number_stands_before_the_extension() {
        assert_eq!(numbered("a.tar.gz", 1), "a (1).tar.gz");
        assert_eq!(numbered("a", 2), "a (2)");
    }
}
