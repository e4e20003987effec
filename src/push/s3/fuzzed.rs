//! What fuzz targets call: every reader of a store's answers.

use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use rusty_s3::actions::{CreateMultipartUpload, ListObjectsV2};

use super::super::http::Answer;
use super::answer::{code, value};
use super::multipart::listed_parts;

/// Reads bytes as an error, as lists of objects and of parts, and as the answer to a new upload.
pub fn answers(bytes: &[u8]) {
    let answer = Answer {
        status: StatusCode::BAD_REQUEST,
        headers: HeaderMap::new(),
        body: bytes.to_vec(),
    };
    let _ = (code(&answer), value(&answer, "NextPartNumberMarker"));
    let _ = listed_parts(&answer);
    let text = String::from_utf8_lossy(bytes);
    let _ = ListObjectsV2::parse_response(&text);
    let _ = CreateMultipartUpload::parse_response(&text);
}
