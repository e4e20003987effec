//! A name as people remember it: without capitals, without accents, and perhaps only a part of it.

use serde::Serialize;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A name to look for. Part of a name is enough, unless `*` stands in it for any letters: then it is the whole name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Pattern {
    text: String,
}

impl Pattern {
    /// Takes a text as somebody typed it.
    pub fn new(text: &str) -> Self {
        Self {
            text: text.to_owned(),
        }
    }

    /// Returns whether a name is meant.
    pub fn fits(&self, name: &str) -> bool {
        let (wanted, name) = (folded(&self.text), folded(name));
        match wanted.contains('*') {
            true => is_like(&wanted, &name),
            false => name.contains(&wanted),
        }
    }
}

/// Returns a text without capitals and accents: `ZOË` and `zoe` are the same name.
pub(crate) fn folded(text: &str) -> String {
    let plain = text.nfkd().filter(|c| !is_combining_mark(*c));
    // "ß" written large is "SS", and nothing else tells the two are one letter.
    plain
        .flat_map(char::to_lowercase)
        .collect::<String>()
        .replace('ß', "ss")
}

/// Returns whether a whole name is like a pattern: its pieces between the stars come one after the other.
fn is_like(pattern: &str, name: &str) -> bool {
    let mut pieces: Vec<&str> = pattern.split('*').collect();
    let (first, last) = (pieces.remove(0), pieces.pop().unwrap_or_default());
    let Some(mut rest) = name.strip_prefix(first) else {
        return false;
    };
    for piece in pieces {
        let Some(at) = rest.find(piece) else {
            return false;
        };
        rest = &rest[at + piece.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_enough_and_stars_ask_for_the_whole() {
        for (pattern, name, fits) in [
            ("rom", "Summer in Rome", true),
            ("", "anything", true),
            ("Rome*", "Rome 2023", true),
            ("Rome*", "Summer in Rome", false),
            ("*rome", "Summer in Rome", true),
            ("*", "", true),
            ("s*r*e", "Summer in Rome", true),
            ("ab*ba", "aba", false),
            ("a*a", "a", false),
            ("100%", "100% sun", true),
            ("100%", "1000 suns", false),
            ("a_b", "axb", false),
            ("a_b", "A_B", true),
            ("'; DROP TABLE asset; --", "x", false),
            ("zoe", "ZOË", true),
            ("ZOË", "zoe", true),
            ("über", "ÜBERSEE", true),
            ("STRASSE", "Straße", true),
            ("ß", "Strasse", true),
            ("東京", "東京の夜", true),
            ("caf\u{e9}", "cafe\u{301}", true),
        ] {
            assert_eq!(Pattern::new(pattern).fits(name), fits, "{pattern} {name}");
        }
    }

    #[test]
    fn a_long_pattern_of_stars_ends_soon() {
        let pattern = "a*".repeat(5_000) + "b";
        assert!(!Pattern::new(&pattern).fits(&"a".repeat(20_000)));
    }
}
