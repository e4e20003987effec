//! Words to search for, as people type them: `harbour -rain "at dusk"`.

use super::Select;

/// Reads words into a choice; no words take everything.
pub(super) fn read(text: &str) -> Select {
    let mut parts = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (without, after) = match rest.strip_prefix('-') {
            // A minus alone, or before a blank, is a word like any other.
            Some(after) if after.chars().next().is_some_and(|c| !c.is_whitespace()) => {
                (true, after)
            }
            _ => (false, rest),
        };
        let (word, after) = word(after);
        if !word.is_empty() {
            let found = Select::Text(word.to_owned());
            parts.push(match without {
                true => Select::Not(Box::new(found)),
                false => found,
            });
        }
        rest = after.trim_start();
    }
    Select::all_of(parts)
}

/// Returns the first word and what comes after it.
fn word(text: &str) -> (&str, &str) {
    if let Some(quoted) = text.strip_prefix('"')
        && let Some((word, after)) = quoted.split_once('"')
    {
        return (word, after);
    }
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    text.split_at(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes a choice as `+word` and `-word`.
    fn said(text: &str) -> Vec<String> {
        let parts = match read(text) {
            Select::And(parts) => parts,
            one => vec![one],
        };
        let write = |part: &Select| match part {
            Select::Text(word) => format!("+{word}"),
            Select::Not(inner) => match &**inner {
                Select::Text(word) => format!("-{word}"),
                other => format!("{other:?}"),
            },
            other => format!("{other:?}"),
        };
        parts.iter().map(write).collect()
    }

    #[test]
    fn words_are_all_wanted_but_those_with_a_minus() {
        for (text, expected) in [
            ("", &[][..]),
            ("  \t", &[]),
            ("harbour", &["+harbour"]),
            ("harbour dusk", &["+harbour", "+dusk"]),
            ("harbour -rain", &["+harbour", "-rain"]),
            ("-rain", &["-rain"]),
            ("\"at dusk\" -\"light rain\"", &["+at dusk", "-light rain"]),
            ("e-mail", &["+e-mail"]),
            ("\"-5\"", &["+-5"]),
            ("Rome - Naples", &["+Rome", "+-", "+Naples"]),
            ("-", &["+-"]),
            ("\"open", &["+\"open"]),
            ("\"\" a", &["+a"]),
            ("夜　雨", &["+夜", "+雨"]),
            ("a\"b", &["+a\"b"]),
        ] {
            assert_eq!(said(text), expected, "{text:?}");
        }
    }
}
