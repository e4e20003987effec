//! Makes text from an archive safe to show: in a terminal, a log or an error.

/// Longest piece of foreign text shown in a message, in characters.
const LONGEST: usize = 200;

/// Returns `text` without control and direction characters, cut to a readable length.
///
/// Names and captions are hostile text: an escape sequence in a name could rewrite the report.
pub fn shown(text: &str) -> String {
    let mut clean: String = text
        .chars()
        .take(LONGEST)
        .map(|c| if is_harmful(c) { '\u{fffd}' } else { c })
        .collect();
    if text.chars().nth(LONGEST).is_some() {
        clean.push('…');
    }
    clean
}

fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_away_escapes_and_cuts() {
        assert_eq!(shown("a\u{1b}[2Jb"), "a\u{fffd}[2Jb");
        assert_eq!(shown("\u{202e}gpj.exe"), "\u{fffd}gpj.exe");
        assert_eq!(shown(&"é".repeat(300)).chars().count(), 201);
    }
}
