//! Words their owner marked with `#` in a caption: keywords, in all scripts.

use std::collections::BTreeMap;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Signs a hashtag begins with; the second is what East Asian keyboards write.
const SIGNS: [char; 2] = ['#', '＃'];

/// Joiners within words of Persian and of Indian languages.
const JOINERS: [char; 2] = ['\u{200c}', '\u{200d}'];

/// Longest hashtag that is taken for one, in characters.
const LONGEST: usize = 140;

/// Returns the hashtags of some texts, without their signs, each once whatever its capitals.
pub(crate) fn hashtags<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    for tag in texts.flat_map(in_text) {
        // The spelling that sorts first stays, so that the order of records does not show.
        found
            .entry(folded(&tag))
            .and_modify(|known| {
                if tag < *known {
                    known.clone_from(&tag);
                }
            })
            .or_insert(tag);
    }
    found.into_values().collect()
}

/// Returns the form in which two spellings of one word are equal.
pub(crate) fn folded(word: &str) -> String {
    word.nfc().collect::<String>().to_lowercase()
}

fn in_text(text: &str) -> Vec<String> {
    let mut tags = Vec::new();
    let mut before = None;
    let mut rest = text;
    while let Some(at) = rest.find(SIGNS) {
        before = rest[..at].chars().next_back().or(before);
        let after = rest[at..].trim_start_matches(SIGNS);
        let end = after.find(|c| !is_of_word(c)).unwrap_or(after.len());
        let (word, next) = after.split_at(end);
        if before.is_none_or(may_stand_before)
            && let Some(tag) = tag_of(word)
        {
            tags.push(tag);
            // `#one#two` are two.
            before = None;
        } else {
            before = word.chars().next_back().or(Some('#'));
        }
        rest = next;
    }
    tags
}

/// Not within a word (`C#`) nor an address (`…/#top`, `page#top`), and not an entity (`&#39;`).
fn may_stand_before(c: char) -> bool {
    !is_of_word(c) && !matches!(c, '/' | '&' | '=' | '?')
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c) || matches!(c, '_' | '·') || JOINERS.contains(&c)
}

/// A number alone is none: `#1` is "number one".
fn tag_of(word: &str) -> Option<String> {
    let tag: String = word.trim_end_matches(JOINERS).nfc().collect();
    let is_tag = tag.chars().any(char::is_alphabetic) && tag.chars().count() <= LONGEST;
    is_tag.then_some(tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashtags_are_found_in_every_script_and_nothing_else_is() {
        for (text, expected) in [
            (
                "Harbour at dawn #sunrise #Old_Port.",
                vec!["Old_Port", "sunrise"],
            ),
            ("#one#two", vec!["one", "two"]),
            ("##three", vec!["three"]),
            ("(#four), \"#five\"\n#six", vec!["five", "four", "six"]),
            ("#Paris #paris #PARIS", vec!["PARIS"]),
            ("#夏休み＃海", vec!["夏休み", "海"]),
            ("#мореволнуется", vec!["мореволнуется"]),
            // Vowel signs, virama and tone marks belong to the word.
            ("#हिन्दी #ภาษาไทย่", vec!["हिन्दी", "ภาษาไทย่"]),
            ("#می‌روم", vec!["می‌روم"]),
            // NFD is the same word as NFC.
            ("#cafe\u{301} #café", vec!["café"]),
            ("#love❤️ #2024goals", vec!["2024goals", "love"]),
            ("we are #1, 100% #️⃣ #", vec![]),
            ("C# and F#minor", vec![]),
            (
                "https://example.org/#top https://example.org/page#top",
                vec![],
            ),
            ("it&#39;s &#x27;", vec![]),
            ("plain", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(hashtags(std::iter::once(text)), expected, "{text}");
        }
        assert!(hashtags(std::iter::once(format!("#{}", "x".repeat(141)).as_str())).is_empty());
    }
}
