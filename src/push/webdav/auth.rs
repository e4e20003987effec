//! Basic and Digest (RFC 7616) authentication, as the host asks for it.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use md5::{Digest, Md5};
use model::content_hash::hex;
use reqwest::RequestBuilder;
use reqwest::header::AUTHORIZATION;
use sha2::Sha256;

use super::super::http::Answer;
use super::super::secret::{Credentials, Secret};

/// What the host asked for last.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Scheme {
    Unknown,
    Basic,
    Digest(Challenge),
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Challenge {
    realm: String,
    nonce: String,
    opaque: Option<String>,
    sha256: bool,
    session: bool,
    /// The name of the algorithm as the host wrote it.
    algorithm: Option<String>,
    qop: bool,
}

/// Name and password, given only in the form the host asks for.
pub(crate) struct Auth {
    user: String,
    password: Secret,
    scheme: Mutex<Scheme>,
    count: AtomicU32,
}

impl Auth {
    /// Takes name and password; `None` without a name.
    pub(crate) fn new(credentials: &Credentials) -> Option<Self> {
        Some(Self {
            user: credentials.user.clone()?,
            password: credentials
                .password
                .clone()
                .unwrap_or_else(|| Secret::new("")),
            scheme: Mutex::new(Scheme::Unknown),
            count: AtomicU32::new(0),
        })
    }

    /// Adds the header, once the host has said which one it wants. `target` is path and query as they are sent.
    pub(crate) fn sign(
        &self,
        request: RequestBuilder,
        method: &str,
        target: &str,
    ) -> RequestBuilder {
        let scheme = self
            .scheme
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        match scheme {
            Scheme::Basic => request.basic_auth(&self.user, Some(self.password.reveal())),
            _ => match self.header(method, target) {
                Some(header) => request.header(AUTHORIZATION, header),
                None => request,
            },
        }
    }

    /// Returns the header that answers a question of Digest authentication; `None` if there was none.
    pub(super) fn header(&self, method: &str, target: &str) -> Option<String> {
        let scheme = self.scheme.lock().unwrap_or_else(PoisonError::into_inner);
        let Scheme::Digest(challenge) = &*scheme else {
            return None;
        };
        let count = self.count.fetch_add(1, Ordering::Relaxed) + 1;
        Some(self.digest(challenge, count, method, target))
    }

    /// Takes in what the host asks for; returns whether another try may do better.
    pub(crate) fn asked(&self, answer: &Answer) -> bool {
        let asked = answer
            .headers
            .get_all("www-authenticate")
            .iter()
            .filter_map(|value| value.to_str().ok());
        let mut wanted = Scheme::Unknown;
        for text in asked {
            let lower = text.to_ascii_lowercase();
            if let Some(at) = lower.find("digest ") {
                if let Some(challenge) = challenge(&text[at + 7..]) {
                    wanted = Scheme::Digest(challenge);
                    break;
                }
            } else if lower.starts_with("basic") {
                wanted = Scheme::Basic;
            }
        }
        let mut scheme = self.scheme.lock().unwrap_or_else(PoisonError::into_inner);
        // A new nonce is worth a try; the same question again means that the answer was wrong.
        let another = wanted != Scheme::Unknown && wanted != *scheme;
        *scheme = wanted;
        another
    }

    fn digest(&self, challenge: &Challenge, count: u32, method: &str, target: &str) -> String {
        let hash = |text: String| match challenge.sha256 {
            true => hex(&Sha256::digest(text.as_bytes())),
            false => hex(&Md5::digest(text.as_bytes())),
        };
        let (realm, nonce) = (&challenge.realm, &challenge.nonce);
        let client = hash(format!("{nonce}:{count}:{target}"))[..16].to_owned();
        let mut secret = hash(format!("{}:{realm}:{}", self.user, self.password.reveal()));
        if challenge.session {
            secret = hash(format!("{secret}:{nonce}:{client}"));
        }
        let what = hash(format!("{method}:{target}"));
        let response = match challenge.qop {
            true => hash(format!("{secret}:{nonce}:{count:08x}:{client}:auth:{what}")),
            false => hash(format!("{secret}:{nonce}:{what}")),
        };
        let user = quoted(&self.user);
        let mut header = format!(
            "Digest username={user}, realm={}, nonce={}, uri=\"{target}\", response=\"{response}\"",
            quoted(realm),
            quoted(nonce)
        );
        if let Some(name) = &challenge.algorithm {
            header.push_str(&format!(", algorithm={name}"));
        }
        if challenge.qop {
            header.push_str(&format!(", qop=auth, nc={count:08x}, cnonce=\"{client}\""));
        }
        if let Some(opaque) = &challenge.opaque {
            header.push_str(&format!(", opaque={}", quoted(opaque)));
        }
        header
    }
}

fn challenge(text: &str) -> Option<Challenge> {
    let value = |name: &str| parameter(text, name);
    let algorithm = value("algorithm");
    let name = algorithm.clone().unwrap_or_default().to_ascii_uppercase();
    if !matches!(
        name.as_str(),
        "" | "MD5" | "MD5-SESS" | "SHA-256" | "SHA-256-SESS"
    ) {
        return None;
    }
    let qop = value("qop");
    Some(Challenge {
        realm: value("realm")?,
        nonce: value("nonce")?,
        opaque: value("opaque"),
        sha256: name.starts_with("SHA"),
        session: name.ends_with("SESS"),
        algorithm,
        qop: qop.is_some_and(|qop| qop.split(',').any(|one| one.trim() == "auth")),
    })
}

/// Returns the value of `name=value` or `name="value"` in a list of such.
fn parameter(text: &str, name: &str) -> Option<String> {
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (key, after) = rest.split_once('=')?;
        let (value, after) = match after.strip_prefix('"') {
            Some(inner) => unquoted(inner)?,
            None => {
                let (value, after) = after.split_once(',').unwrap_or((after, ""));
                (value.trim().to_owned(), after)
            }
        };
        if key.trim().eq_ignore_ascii_case(name) {
            return Some(value);
        }
        rest = after.trim_start_matches([',', ' ', '\t']);
    }
    None
}

fn unquoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((value, &text[at + 1..])),
            '\\' => value.push(chars.next()?.1),
            c => value.push(c),
        }
    }
    None
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_is_read_whatever_its_order_and_quotes() {
        let text = r#"qop="auth,auth-int", algorithm=SHA-256, nonce="a,\"b", realm="http-auth@example.org", opaque="x""#;
        let found = challenge(text).unwrap();
        assert_eq!(
            (found.nonce.as_str(), found.realm.as_str()),
            ("a,\"b", "http-auth@example.org")
        );
        assert!(found.sha256 && found.qop && !found.session);
        assert_eq!(
            challenge("realm=\"r\", nonce=n, algorithm=SHA-512-256"),
            None
        );
        assert!(!challenge("realm=\"r\", nonce=n").unwrap().qop);
    }

    #[test]
    fn without_qop_the_answer_is_that_of_rfc_2069() {
        // Worked example of RFC 2069, with the correction of its erratum.
        let auth = Auth::new(&Credentials {
            user: Some("Mufasa".to_owned()),
            password: Some(Secret::new("CircleOfLife")),
            token: None,
        })
        .unwrap();
        let challenge =
            challenge(r#"realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093""#)
                .unwrap();
        let header = auth.digest(&challenge, 1, "GET", "/dir/index.html");
        assert!(
            header.contains("response=\"1949323746fe6a43ef61f9606e7febea\""),
            "{header}"
        );
        assert!(!header.contains("CircleOfLife"));
    }
}
