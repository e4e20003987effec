//! What fuzz targets call: every reader of an Immich server's answers.

use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use serde_json::Value;

use super::super::http::Answer;
use super::api::{id_of, said};
use super::compare::Before;
use super::facts::{Facts, Note, TagsThere};

/// Reads bytes as an error, an asset, a note of albumen's, and an answer with an id.
///
/// # Panics
/// If an id is taken that is no plain word.
pub fn answers(bytes: &[u8]) {
    let answer = Answer {
        status: StatusCode::BAD_REQUEST,
        headers: HeaderMap::new(),
        body: bytes.to_vec(),
    };
    let _ = said(&answer);
    let Ok(value) = serde_json::from_slice::<Value>(bytes) else {
        return;
    };
    let there = Facts::there(&value);
    let nothing = Facts::there(&Value::Null);
    let before = Before {
        facts: &there,
        is_fresh: false,
    };
    let decision = there.decide(&nothing, before);
    let _ = (there.change(&decision.set), there.mark(TagsThere::All));
    let _ = serde_json::from_value::<Note>(value.clone());
    if let Ok(id) = id_of(&value, "a question") {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
        assert!(id.chars().all(plain), "{id:?}");
    }
}
