//! What a store's answer means: its error codes, and its clock.

use std::sync::atomic::Ordering;

use super::super::error::DestinationError;
use super::super::http::{Answer, clock_there, common};
use super::S3;
use writer::sidecar::tree::parse;

impl S3 {
    /// Takes over the store's clock if it refuses ours.
    pub(super) fn takes_clock(&self, answer: &Answer) -> bool {
        let skewed = matches!(
            code(answer).as_deref(),
            Some("RequestTimeTooSkewed" | "RequestExpired" | "AccessDenied")
        );
        let Some(there) = clock_there(answer).filter(|_| skewed) else {
            return false;
        };
        let ahead = there.duration_since((self.clock)()).as_secs();
        let before = self.ahead_s.load(Ordering::Relaxed);
        // Stores accept a quarter of an hour; a minute is no reason.
        if (ahead - before).abs() < 60 {
            return false;
        }
        self.ahead_s.store(ahead, Ordering::Relaxed);
        true
    }

    pub(super) fn judged(
        &self,
        doing: &'static str,
        path: &str,
        answer: Answer,
    ) -> Result<Answer, DestinationError> {
        if answer.status.is_success() {
            return Ok(answer);
        }
        let host = self.http.host().to_owned();
        let path = path.to_owned();
        let code = code(&answer).unwrap_or_default();
        let why = match code.as_str() {
            "" => answer.words(),
            code => format!("{}: {code}", answer.status),
        };
        Err(match code.as_str() {
            "InvalidAccessKeyId"
            | "SignatureDoesNotMatch"
            | "ExpiredToken"
            | "InvalidToken"
            | "InvalidSecurity" => DestinationError::WrongCredentials { host, status: why },
            "NoSuchBucket" => DestinationError::NoPlace {
                what: format!("the bucket {}", self.place.bucket),
                why,
            },
            "BadDigest"
            | "InvalidDigest"
            | "XAmzContentChecksumMismatch"
            | "XAmzContentSHA256Mismatch" => DestinationError::Corrupted { path },
            "EntityTooLarge" => DestinationError::TooLarge { path, why },
            "QuotaExceeded" | "XMinioStorageFull" => DestinationError::Full { why },
            "ConditionalRequestConflict" | "OperationAborted" | "SlowDown" | "RequestTimeout" => {
                DestinationError::Busy {
                    status: why,
                    after: None,
                }
            }
            _ => match answer.status.as_u16() {
                403 if self.keys.is_none() => DestinationError::NoCredentials { host },
                403 => DestinationError::NoRight { host, doing, why },
                404 => DestinationError::Gone { path },
                412 => DestinationError::Exists { path },
                413 => DestinationError::TooLarge { path, why },
                400 | 405 | 411 | 414 => DestinationError::Refused { path, why },
                _ => {
                    return Err(common(&answer, &host, self.keys.is_some())
                        .unwrap_or(DestinationError::Strange { why }));
                }
            },
        })
    }
}

/// Returns the code of an error as S3 writes it.
pub(super) fn code(answer: &Answer) -> Option<String> {
    value(answer, "Code")
}

/// Returns the text of an element right below the root of an answer.
pub(super) fn value(answer: &Answer, name: &str) -> Option<String> {
    let text = std::str::from_utf8(&answer.body).ok()?;
    let root = parse(text).ok()?;
    let found = root.children.iter().find(|child| child.name.local == name);
    found.map(|found| found.text.trim().to_owned())
}
