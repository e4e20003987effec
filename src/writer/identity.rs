//! Tells one library from another, wherever it lies: a random id, made with the library and kept in `.albumen/format`.
//!
//! A disk that is not mounted leaves an empty folder in its place, and another disk may be mounted there. Whatever works by itself
//! (`sync`) remembers the id outside the library and refuses any other.

use std::fmt::{self, Write};
use std::hash::{BuildHasher, Hasher, RandomState};

use serde::{Deserialize, Serialize};

/// Id of a library: 32 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LibraryId(String);

impl LibraryId {
    /// Makes one that no other library has. The system's randomness is in the keys of the standard library's hashers.
    pub(super) fn random() -> Self {
        let mut text = String::with_capacity(32);
        for _ in 0..2 {
            let number = RandomState::new().build_hasher().finish();
            // Writing to a String cannot fail.
            let _ = write!(text, "{number:016x}");
        }
        Self(text)
    }

    /// Reads one.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let right = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        right.then(|| Self(text.to_owned()))
    }
}

impl fmt::Display for LibraryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_are_alike_and_they_come_back() {
        let (one, other) = (LibraryId::random(), LibraryId::random());
        assert_ne!(one, other);
        assert_eq!(LibraryId::parse(&one.to_string()), Some(one));
        assert_eq!(LibraryId::parse("0123"), None);
        assert_eq!(LibraryId::parse(&"x".repeat(32)), None);
    }
}
