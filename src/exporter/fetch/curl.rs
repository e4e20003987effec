//! Reads the words of a copied cURL command: its addresses, headers and cookies. What changes the request in another way is
//! refused by name rather than left out unseen.

use super::link::{Link, LinkError};

/// Options that say nothing about what is asked for.
const FLAGS: &[&str] = &[
    "--compressed",
    "--fail",
    "--fail-with-body",
    "--globoff",
    "--http1.1",
    "--http2",
    "--http3",
    "--location",
    "--location-trusted",
    "--no-buffer",
    "--no-progress-meter",
    "--path-as-is",
    "--progress-bar",
    "--remote-header-name",
    "--remote-name",
    "--remote-name-all",
    "--show-error",
    "--silent",
    "--tcp-nodelay",
    "--verbose",
];

/// The same as single letters.
const LETTERS: &str = "fgJLNOSsv#";

/// Options with a value that say nothing about what is asked for.
const WITH_VALUE: &[&str] = &[
    "--connect-timeout",
    "--continue-at",
    "--limit-rate",
    "--max-time",
    "--output",
    "--output-dir",
    "--retry",
    "--retry-delay",
    "--retry-max-time",
    "--speed-limit",
    "--speed-time",
    "-C",
    "-m",
    "-o",
];

/// Why a cURL command is not understood. Repeats no value of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say what the fields hold")]
pub enum CurlError {
    /// When the text ends within quotation marks.
    #[error("a quote in the cURL command is never closed; was it copied completely?")]
    Unclosed,
    /// When there are options, and no address.
    #[error("the cURL command names no address")]
    NoAddress,
    /// When an option is none that a browser writes: what it means for the request is not known.
    #[error("albumen does not know the cURL option {option}")]
    UnknownOption { option: String },
    /// When the text ends behind an option that takes a value.
    #[error("the cURL option {option} stands at the end, without its value")]
    NoValue { option: String },
    /// When cookies are to come from a file, which was not given.
    #[error(
        "the cURL command reads its cookies from a file; copy the request from the browser instead"
    )]
    CookieFile,
    /// When the request sends a body.
    #[error("the cURL command sends data (a POST); copy the request of the download itself")]
    NotADownload,
    /// When an address or a header in it is none.
    #[error("the cURL command: {0}")]
    Link(#[from] LinkError),
}

/// Reads the words of one command, the first of which is `curl`.
pub(super) fn read(words: &[String]) -> Result<Vec<Link>, CurlError> {
    let mut addresses = Vec::new();
    let mut headers: Vec<(String, String)> = Vec::new();
    let mut user = None;
    let mut words = words.iter().skip(1);
    while let Some(word) = words.next() {
        let Some(option) = Written::of(word) else {
            addresses.push(word.clone());
            continue;
        };
        if option.says_nothing() {
            continue;
        }
        let mut value = || match &option.attached {
            Some(value) => Ok(value.clone()),
            None => words.next().cloned().ok_or_else(|| CurlError::NoValue {
                option: option.name.clone(),
            }),
        };
        match option.name.as_str() {
            "-H" | "--header" => {
                let header = value()?;
                // `Name;` is a header without a value, `Name:` one that is not sent.
                if let Some((name, value)) = header.split_once(':').filter(|(n, _)| !n.is_empty()) {
                    headers.push((name.to_owned(), value.to_owned()));
                }
            }
            "-b" | "--cookie" => match value()? {
                cookies if cookies.contains('=') => headers.push(("cookie".to_owned(), cookies)),
                _ => return Err(CurlError::CookieFile),
            },
            "-A" | "--user-agent" => headers.push(("user-agent".to_owned(), value()?)),
            "-e" | "--referer" => headers.push(("referer".to_owned(), value()?)),
            "-u" | "--user" => user = Some(value()?),
            "--url" => addresses.push(value()?),
            "-X" | "--request" => {
                if !value()?.eq_ignore_ascii_case("get") {
                    return Err(CurlError::NotADownload);
                }
            }
            name if WITH_VALUE.contains(&name) => drop(value()?),
            "-d" | "-F" | "-T" => return Err(CurlError::NotADownload),
            name if name.starts_with("--data") || name.starts_with("--form") => {
                return Err(CurlError::NotADownload);
            }
            _ => {
                return Err(CurlError::UnknownOption {
                    option: option.name,
                });
            }
        }
    }
    if addresses.is_empty() {
        return Err(CurlError::NoAddress);
    }
    addresses
        .iter()
        .map(|address| {
            let mut link = Link::parse(address)?;
            for (name, value) in &headers {
                // Names of HTTP/2's own begin with a colon and are split off as empty ones; a wrong one is told.
                link.put(name, value)?;
            }
            if let Some(both) = &user {
                link.put_user(both)?;
            }
            Ok(link)
        })
        .collect()
}

/// An option as written.
struct Written {
    name: String,
    attached: Option<String>,
}

impl Written {
    fn of(word: &str) -> Option<Self> {
        if word.starts_with("--") && word.len() > 2 {
            return Some(Self {
                name: word.to_owned(),
                attached: None,
            });
        }
        let rest = word.strip_prefix('-').filter(|rest| !rest.is_empty())?;
        // `-sSL` are three flags; `-bA=b` is one option with its value.
        if rest.chars().all(|c| LETTERS.contains(c)) {
            return Some(Self {
                name: word.to_owned(),
                attached: None,
            });
        }
        let split = 1 + rest.chars().next().map_or(0, char::len_utf8);
        let (name, value) = word.split_at(split);
        Some(Self {
            name: name.to_owned(),
            attached: (!value.is_empty()).then(|| value.to_owned()),
        })
    }

    fn says_nothing(&self) -> bool {
        let letters = self
            .name
            .strip_prefix('-')
            .filter(|rest| !rest.starts_with('-'));
        FLAGS.contains(&self.name.as_str())
            || letters.is_some_and(|letters| letters.chars().all(|c| LETTERS.contains(c)))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        super::super::quoting::bash(text).unwrap().0
    }

    #[test]
    fn headers_and_cookies_are_taken_in_every_spelling() {
        let text = "curl 'https://h/x' -H 'X-A: 1' -H 'range: bytes=0-' -H ':authority: h' -b 'SID=a; T=b' -A agent \
                    -e http://r/ -u anna:pass --compressed -sSL -o x.zip --max-time 5 -X GET -H 'empty;'";
        let links = read(&words(text)).unwrap();
        let headers = links[0].headers();
        let names: std::collections::BTreeSet<&str> =
            headers.keys().map(|name| name.as_str()).collect();
        assert_eq!(
            names,
            ["authorization", "cookie", "referer", "user-agent", "x-a"].into()
        );
        assert_eq!(headers["cookie"], "SID=a; T=b");
        let two = read(&words("curl --url http://h/1 http://h/2 -bA=b")).unwrap();
        assert_eq!(two.len(), 2);
        assert!(two.iter().all(|link| link.headers()["cookie"] == "A=b"));
    }

    #[test]
    fn what_would_be_another_request_is_refused_by_name() {
        for (text, expected) in [
            ("curl http://h -d geheim", CurlError::NotADownload),
            ("curl http://h --data-raw geheim", CurlError::NotADownload),
            ("curl http://h -X POST", CurlError::NotADownload),
            ("curl http://h -b geheim.txt", CurlError::CookieFile),
            ("curl -H 'a: geheim'", CurlError::NoAddress),
            (
                "curl http://h -H",
                CurlError::NoValue {
                    option: "-H".into(),
                },
            ),
            (
                "curl http://h --proxy geheim",
                CurlError::UnknownOption {
                    option: "--proxy".into(),
                },
            ),
            (
                "curl http://h -xgeheim",
                CurlError::UnknownOption {
                    option: "-x".into(),
                },
            ),
        ] {
            let error = read(&words(text)).unwrap_err();
            assert!(!error.to_string().contains("geheim"));
            assert_eq!(error, expected, "{text}");
        }
    }
}
