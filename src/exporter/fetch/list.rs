//! Reads a list of addresses: one a line, or what a browser's "copy as cURL" gives, or both.

use super::curl::{self, CurlError};
use super::link::{Link, LinkError};
use super::quoting;

/// Why a list cannot be used. Repeats nothing of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say what the fields hold")]
pub enum ListError {
    /// When a line is neither an address nor a comment nor a cURL command.
    #[error("line {line}: {source}")]
    Address { line: usize, source: LinkError },
    /// When a cURL command is not understood.
    #[error("line {line}: {source}")]
    Curl { line: usize, source: CurlError },
    /// When nothing but blank lines and comments stand in the list.
    #[error("there is no address in it")]
    Empty,
}

/// Reads a list. An address takes over the headers of a cURL command for the same host, before it or after it.
///
/// # Errors
/// Fails if a line is no address, or no cURL command albumen understands.
pub fn links(bytes: &[u8]) -> Result<Vec<Link>, ListError> {
    let text = decoded(bytes);
    let mut found = Vec::new();
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let line = 1 + text[..text.len() - rest.len()].matches('\n').count();
        let trimmed = rest.trim_start_matches([' ', '\t', '\r', '\n', ';', '&']);
        if trimmed.len() < rest.len() {
            rest = trimmed;
            continue;
        }
        let end = rest.find('\n').map_or(rest.len(), |at| at + 1);
        if !is_curl(rest) {
            if !rest.starts_with('#') {
                let link = Link::parse(&rest[..end])
                    .map_err(|source| ListError::Address { line, source })?;
                found.push(link);
            }
            rest = &rest[end..];
            continue;
        }
        let failed = |source| ListError::Curl { line, source };
        let split = if is_cmd(rest) {
            quoting::cmd
        } else {
            quoting::bash
        };
        let (words, next) = split(rest).map_err(|_| failed(CurlError::Unclosed))?;
        found.extend(curl::read(&words).map_err(failed)?);
        rest = &rest[next..];
    }
    if found.is_empty() {
        return Err(ListError::Empty);
    }
    Ok(with_shared_headers(found))
}

/// Gives the headers of one copied request to every address of the same host that has none.
pub fn with_shared_headers(found: Vec<Link>) -> Vec<Link> {
    let with: Vec<Link> = found
        .iter()
        .filter(|link| !link.headers().is_empty())
        .cloned()
        .collect();
    let complete = |link: Link| {
        with.iter()
            .rev()
            .fold(link, |link, other| link.with_headers_of(other))
    };
    found.into_iter().map(complete).collect()
}

/// Windows' own programs write UTF-16, or UTF-8 with a mark.
fn decoded(bytes: &[u8]) -> String {
    let encoding =
        encoding_rs::Encoding::for_bom(bytes).map_or(encoding_rs::UTF_8, |(found, _)| found);
    encoding.decode(bytes).0.into_owned()
}

fn is_curl(text: &str) -> bool {
    let word = text.split_whitespace().next().unwrap_or_default();
    let word = word.to_ascii_lowercase();
    word == "curl" || word == "curl.exe"
}

/// cmd knows no single quotes, and joins lines with a caret.
fn is_cmd(text: &str) -> bool {
    let first = text.lines().next().unwrap_or_default();
    text.contains("^\"")
        || first.trim_end().ends_with('^')
        || (first.contains('"') && !first.contains('\'') && !first.trim_end().ends_with('\\'))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<(String, String)> {
        links(text.as_bytes())
            .unwrap()
            .iter()
            .map(|link| {
                let cookie = link.headers().get("cookie").cloned();
                let cookie =
                    cookie.map_or(String::new(), |value| value.to_str().unwrap().to_owned());
                (link.url().to_string(), cookie)
            })
            .collect()
    }

    #[test]
    fn lines_and_commands_of_every_browser() {
        let plain = "\u{feff}# mine\r\nhttps://h/1\r\n\r\n  https://h/2  \n";
        let expected = [("https://h/1", ""), ("https://h/2", "")];
        assert_eq!(shown(plain), expected.map(|(a, b)| (a.into(), b.into())));
        let bash = "curl 'https://h/d?j=1&i=0' \\\n  -H 'accept: */*' \\\n  -b 'SID=a!b' ;\ncurl 'https://h/d?j=1&i=1' \\\n  -H $'cookie: SID=a\\u0021b'\n";
        let expected = [
            ("https://h/d?j=1&i=0", "SID=a!b"),
            ("https://h/d?j=1&i=1", "SID=a!b"),
        ];
        assert_eq!(shown(bash), expected.map(|(a, b)| (a.into(), b.into())));
        let cmd = "curl ^\"https://h/d?j=1^&i=0^\" ^\r\n  -H ^\"accept: */*^\" ^\r\n  -b ^\"SID=a^%^b^\" &\r\ncurl ^\"https://h/d?j=1^&i=1^\" ^\r\n  -b ^\"SID=c^\"";
        let expected = [
            ("https://h/d?j=1&i=0", "SID=a%b"),
            ("https://h/d?j=1&i=1", "SID=c"),
        ];
        assert_eq!(shown(cmd), expected.map(|(a, b)| (a.into(), b.into())));
        let old_cmd = "curl.exe \"https://h/x\" -H \"Cookie: A=\"\"b\"\"\"";
        assert_eq!(shown(old_cmd), [("https://h/x".into(), "A=\"b\"".into())]);
        let typed = "curl -H \"Cookie: A=b\" 'https://h/x'";
        assert_eq!(shown(typed), [("https://h/x".into(), "A=b".into())]);
    }

    #[test]
    fn one_copied_request_serves_the_other_parts_of_its_host() {
        let text = "https://h/1\ncurl 'https://h/2' -b 'S=1'\nhttps://h/3\nhttps://other/4\n";
        let cookies: Vec<String> = shown(text).into_iter().map(|(_, cookie)| cookie).collect();
        assert_eq!(cookies, ["S=1", "S=1", "S=1", ""]);
    }

    #[test]
    fn utf_16_is_read() {
        let mut bytes = vec![0xff, 0xfe];
        "https://h/é\r\n"
            .encode_utf16()
            .for_each(|unit| bytes.extend(unit.to_le_bytes()));
        assert_eq!(links(&bytes).unwrap().len(), 1);
    }

    #[test]
    fn errors_name_the_line_and_nothing_of_it() {
        let error = links(b"https://h/1\n\ngeheim\n").unwrap_err();
        assert!(error.to_string().starts_with("line 3: "), "{error}");
        assert!(!error.to_string().contains("geheim"));
        let error = links(b"\ncurl 'https://h/1 -b geheim=1").unwrap_err();
        assert!(error.to_string().starts_with("line 2: a quote"), "{error}");
        assert_eq!(links(b"# nothing\n").unwrap_err(), ListError::Empty);
    }
}
