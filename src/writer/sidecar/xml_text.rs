//! Text as XML 1.0 can carry it.

/// Replaces what XML 1.0 cannot carry at all, and a lone carriage return or a pair by a plain line end.
pub(super) fn clean(text: &str) -> String {
    text.replace("\r\n", "\n")
        .chars()
        .map(|c| match c {
            '\r' => '\n',
            c if is_xml(c) => c,
            _ => '\u{fffd}',
        })
        .collect()
}

/// Returns whether XML 1.0 allows a character.
pub(super) fn is_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..)
}
