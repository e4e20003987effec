//! Makes a client for HTTP, and reads what answers and errors have in common.

use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use reqwest::{Certificate, Client, redirect};

use super::proxy::Way;
use model::shown::shown;

/// Characters of a host's own words in a message.
const WORDS: usize = 160;

/// Makes a client that follows no redirects. `certificates` (a file's name and text, PEM) are trusted beside the system's.
/// `silence` is how long a host may take to begin its answer, and between two pieces of it. The time that a body takes to be sent
/// counts to it, so who sends large ones measures it himself.
///
/// # Errors
/// Fails, in words, if the certificates cannot be read.
pub fn client(
    certificates: Option<(&Path, Vec<u8>)>,
    silence: Option<Duration>,
    way: Way,
) -> Result<Client, String> {
    // Fails only if there is one already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut client = Client::builder()
        .connect_timeout(Duration::from_secs(15))
        .redirect(redirect::Policy::none())
        .user_agent(concat!("albumen/", env!("CARGO_PKG_VERSION")));
    if way == Way::Direct {
        client = client.no_proxy();
    }
    if let Some((path, pem)) = certificates {
        let own = Certificate::from_pem_bundle(&pem)
            .map_err(|error| format!("{}: {error}", path.display()))?;
        client = client.tls_certs_merge(own);
    }
    if let Some(silence) = silence {
        client = client.read_timeout(silence);
    }
    client.build().map_err(|error| error.to_string())
}

/// Returns what an error says, and what each of its causes says.
pub fn reasons(error: &dyn std::error::Error) -> Vec<String> {
    std::iter::successors(Some(error), |error| error.source())
        .map(ToString::to_string)
        .collect()
}

/// Returns an error and what caused it on one line, each once.
pub fn with_causes(error: &dyn std::error::Error) -> String {
    let mut said = reasons(error);
    said.dedup();
    said.join(": ")
}

/// Returns the beginning of a host's answer in words fit for a message.
pub fn words(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(&body[..body.len().min(4096)]).into_owned();
    let cut: String = without_tags(&text).chars().take(WORDS).collect();
    shown(&cut)
}

fn without_tags(text: &str) -> String {
    let mut plain = String::new();
    let mut inside = false;
    for c in text.chars() {
        match c {
            '<' => inside = true,
            '>' => {
                inside = false;
                plain.push(' ');
            }
            c if !inside => plain.push(c),
            _ => {}
        }
    }
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Reads `Retry-After`: seconds, or a date that is compared with the host's own clock.
pub fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?;
    if let Ok(seconds) = text.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = |text: &str| -> Option<Timestamp> {
        let parsed = jiff::fmt::rfc2822::DateTimeParser::new()
            .relaxed_weekday(true)
            .parse_timestamp(text);
        parsed.ok()
    };
    let wait = date(text)?.duration_since(date(headers.get(DATE)?.to_str().ok()?)?);
    Duration::try_from(wait).ok()
}
