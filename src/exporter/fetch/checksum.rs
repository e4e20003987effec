//! Checksums that hosts give with a file, and the same of the bytes that came.

use std::fs::File;
use std::io;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::Md5;
use reqwest::header::HeaderMap;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use disk::digest::digest;

/// A checksum of a whole file, in base64 as hosts write it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Checksum {
    /// SHA-256.
    #[serde(rename = "sha-256")]
    Sha256(String),
    /// MD5: weak against forgery, and good enough against a broken line.
    #[serde(rename = "md5")]
    Md5(String),
}

impl Checksum {
    /// Reads the strongest checksum of the whole file that the headers give.
    ///
    /// `Repr-Digest` (RFC 9530), `Digest` (RFC 3230), `x-goog-hash` and `x-amz-checksum-sha256` are of the whole file in every
    /// answer, `Content-MD5` and `Content-Digest` of what was sent: the same only if `whole`.
    pub(super) fn given(headers: &HeaderMap, whole: bool) -> Option<Self> {
        let mut found = Vec::new();
        let of_sent: &[&str] = if whole { &["content-digest"] } else { &[] };
        for name in ["repr-digest", "digest", "x-goog-hash"]
            .iter()
            .chain(of_sent)
        {
            let values = headers.get_all(*name).iter();
            for value in values.filter_map(|value| value.to_str().ok()) {
                found.extend(value.split(',').filter_map(pair));
            }
        }
        let one = |name: &str| Some(headers.get(name)?.to_str().ok()?.trim().to_owned());
        found.extend(one("x-amz-checksum-sha256").map(Self::Sha256));
        if whole {
            found.extend(one("content-md5").map(Self::Md5));
        }
        found.retain(Self::is_well_formed);
        found.sort_by_key(|sum| matches!(sum, Self::Md5(_)));
        found.into_iter().next()
    }

    /// Returns its name.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Sha256(_) => "SHA-256",
            Self::Md5(_) => "MD5",
        }
    }

    /// Reads a file and says whether this is its checksum.
    pub(super) fn is_of(&self, path: &Path) -> io::Result<bool> {
        Ok(match self {
            Self::Sha256(given) => *given == hashed::<Sha256>(path)?,
            Self::Md5(given) => *given == hashed::<Md5>(path)?,
        })
    }

    /// A sum of sums (`…-3`, uploads in parts) is none of the file.
    fn is_well_formed(&self) -> bool {
        let (text, length) = match self {
            Self::Sha256(text) => (text, 32),
            Self::Md5(text) => (text, 16),
        };
        STANDARD
            .decode(text)
            .is_ok_and(|bytes| bytes.len() == length)
    }
}

/// Reads `sha-256=:abc=:` and `SHA-256=abc=`.
fn pair(text: &str) -> Option<Checksum> {
    let (name, value) = text.trim().split_once('=')?;
    let value = value.trim().trim_matches(':').to_owned();
    match name.trim().to_ascii_lowercase().as_str() {
        "sha-256" => Some(Checksum::Sha256(value)),
        "md5" => Some(Checksum::Md5(value)),
        _ => None,
    }
}

fn hashed<D: Digest>(path: &Path) -> io::Result<String> {
    let (_, digest) = digest::<D>(&mut File::open(path)?)?;
    Ok(STANDARD.encode(digest))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    const SHA: &str = "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=";
    const MD5: &str = "XUFAKrxLKna5cZ2REBfFkg==";

    fn given(rows: &[(&'static str, &str)], whole: bool) -> Option<Checksum> {
        let mut headers = HeaderMap::new();
        for (name, value) in rows {
            headers.append(*name, value.parse().unwrap());
        }
        Checksum::given(&headers, whole)
    }

    #[test]
    fn the_strongest_sum_counts_and_is_compared() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        std::fs::write(&path, "hello").unwrap();
        let md5 = Checksum::Md5(MD5.to_owned());
        let sha = Checksum::Sha256(SHA.to_owned());
        let digest = format!("md5={MD5}, sha-256={SHA}");
        assert_eq!(given(&[("digest", &digest)], false), Some(sha.clone()));
        let repr = format!("sha-256=:{SHA}:");
        assert_eq!(given(&[("repr-digest", &repr)], false), Some(sha.clone()));
        let goog = format!("md5={MD5}");
        assert_eq!(
            given(
                &[("x-goog-hash", "crc32c=n03x6A=="), ("x-goog-hash", &goog)],
                false
            ),
            Some(md5.clone())
        );
        assert_eq!(given(&[("content-md5", MD5)], true), Some(md5.clone()));
        assert_eq!(given(&[("content-md5", MD5)], false), None);
        assert_eq!(given(&[("x-amz-checksum-sha256", "abc=-3")], true), None);
        assert!(md5.is_of(&path).unwrap() && sha.is_of(&path).unwrap());
        std::fs::write(&path, "hellp").unwrap();
        assert!(!md5.is_of(&path).unwrap() && !sha.is_of(&path).unwrap());
    }
}
