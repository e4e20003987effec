//! What fuzz targets call: every reader of a WebDAV host's answers.

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, HeaderValue, WWW_AUTHENTICATE};

use super::super::http::Answer;
use super::super::secret::{Credentials, Secret};
use super::auth::Auth;
use super::propfind;

/// Reads bytes as an answer to PROPFIND, as a path, and as a question for name and password, which is answered.
///
/// # Panics
/// If a path does not stand as it was, encoded and decoded again.
pub fn answers(bytes: &[u8]) {
    for entry in propfind::read(bytes).unwrap_or_default() {
        let encoded = propfind::encoded(&entry.path);
        assert_eq!(propfind::path_of(&encoded), entry.path);
    }
    let credentials = Credentials {
        user: Some("anna \"x\" \\".to_owned()),
        password: Some(Secret::new("pass\nword")),
        token: None,
    };
    let mut headers = HeaderMap::new();
    for line in bytes.split(|byte| *byte == b'\n').take(4) {
        if let Ok(value) = HeaderValue::from_bytes(line) {
            headers.append(WWW_AUTHENTICATE, value);
        }
    }
    let answer = Answer {
        status: StatusCode::UNAUTHORIZED,
        headers,
        body: bytes.to_vec(),
    };
    if let Some(auth) = Auth::new(&credentials) {
        let _ = auth.asked(&answer);
        let _ = auth.header("GET", "/a%20b");
    }
    let _ = answer.words();
}
