//! Makes text from an archive safe to show: in a terminal, a log, an error or a line of JSON.
//!
//! Names and captions are hostile text: an escape sequence in a name could rewrite the report, and a control of
//! writing direction could make one name look like another. Such characters are written as they stand in JSON
//! (`\u001b`), so that a person sees that something is there, and which.

/// Longest piece of foreign text shown in a message, in characters.
const LONGEST: usize = 200;

/// Returns `text` with its harmful characters written out, cut to a readable length.
pub fn shown(text: &str) -> String {
    let mut clean = String::with_capacity(text.len().min(4 * LONGEST));
    for c in text.chars().take(LONGEST) {
        push(&mut clean, c);
    }
    if text.chars().nth(LONGEST).is_some() {
        clean.push('…');
    }
    clean
}

/// Returns `text`, which may have several lines, with its harmful characters written out, and whole.
pub fn shown_whole(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => clean.push(c),
            _ => push(&mut clean, c),
        }
    }
    clean
}

/// Returns `text` as one line, with its harmful characters (ends of lines, too) written out, and whole.
pub fn shown_on_a_line(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for c in text.chars() {
        push(&mut clean, c);
    }
    clean
}

fn push(into: &mut String, c: char) {
    if is_harmful(c) {
        escape(c, &mut |piece| into.push_str(piece));
    } else {
        into.push(c);
    }
}

/// Hands over a character the way JSON writes it without the character itself.
pub fn escape(c: char, out: &mut dyn FnMut(&str)) {
    for unit in c.encode_utf16(&mut [0; 2]) {
        out(&format!("\\u{unit:04x}"));
    }
}

/// Returns whether a character may move the cursor, change the direction of writing, end a line, or be nothing at all.
pub fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(c,
            // Controls of direction.
            '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
            // Ends of lines and paragraphs that are none to most programs.
            | '\u{2028}' | '\u{2029}'
            // A byte order mark: nothing is shown of it, and two names that differ by it look the same.
            | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn harmful_characters_are_written_out_and_long_texts_cut() {
        assert_eq!(shown("a\u{1b}[2Jb"), "a\\u001b[2Jb");
        assert_eq!(shown("\u{202e}gpj.exe"), "\\u202egpj.exe");
        assert_eq!(shown(&"é".repeat(300)).chars().count(), 201);
        assert_eq!(shown_whole("a\n\u{9b}1mb"), "a\n\\u009b1mb");
        assert_eq!(shown_whole(&"é".repeat(300)), "é".repeat(300));
    }

    #[test]
    fn every_control_is_harmful_and_no_letter_is() {
        for c in ('\u{0}'..='\u{1f}').chain('\u{7f}'..='\u{9f}') {
            assert!(is_harmful(c), "{c:?}");
        }
        for c in "\u{61c}\u{200e}\u{200f}\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2028}\u{2029}\u{2066}\u{2067}\u{2068}\u{2069}\u{feff}".chars() {
            assert!(is_harmful(c), "{c:?}");
        }
        // The joiner holds families of emoji together.
        for c in "aß漢🌊\u{200d}\u{a0}\\".chars() {
            assert!(!is_harmful(c), "{c:?}");
        }
    }

    #[test]
    fn what_was_shown_may_be_shown_again() {
        let once = shown("a\u{1b}b\u{2028}");
        assert_eq!(shown(&once), once);
    }
}
