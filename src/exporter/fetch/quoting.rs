//! Splits a command as the shells do that browsers copy it for: bash, and cmd of Windows. Expands nothing and runs nothing.

use std::iter::Peekable;
use std::str::CharIndices;

/// A quote that is never closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unclosed;

type Chars<'a> = Peekable<CharIndices<'a>>;

/// Splits the first command of `text` into words as bash does; also returns where the next one begins.
pub(super) fn bash(text: &str) -> Result<(Vec<String>, usize), Unclosed> {
    let mut chars = text.char_indices().peekable();
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    while let Some((at, c)) = chars.next() {
        match c {
            '\n' | ';' | '&' | '|' => {
                words.extend(word);
                return Ok((words, at + 1));
            }
            c if c.is_whitespace() => words.extend(word.take()),
            '\\' => match chars.next() {
                Some((_, '\n')) | None => {}
                // A file that went through Windows.
                Some((_, '\r')) => {
                    chars.next_if(|(_, c)| *c == '\n');
                }
                Some((_, c)) => word.get_or_insert_default().push(c),
            },
            '\'' => single(&mut chars, word.get_or_insert_default())?,
            '"' => double(&mut chars, word.get_or_insert_default())?,
            '$' if chars.next_if(|(_, c)| *c == '\'').is_some() => {
                ansi(&mut chars, word.get_or_insert_default())?;
            }
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    Ok((words, text.len()))
}

fn single(chars: &mut Chars<'_>, word: &mut String) -> Result<(), Unclosed> {
    loop {
        match chars.next().ok_or(Unclosed)?.1 {
            '\'' => return Ok(()),
            c => word.push(c),
        }
    }
}

fn double(chars: &mut Chars<'_>, word: &mut String) -> Result<(), Unclosed> {
    loop {
        match chars.next().ok_or(Unclosed)?.1 {
            '"' => return Ok(()),
            '\\' => match chars.next().ok_or(Unclosed)?.1 {
                '\n' => {}
                c @ ('"' | '\\' | '$' | '`') => word.push(c),
                c => word.extend(['\\', c]),
            },
            c => word.push(c),
        }
    }
}

/// `$'…'`, which Chrome and Firefox write where a value holds `!`, a quote or a line's end.
fn ansi(chars: &mut Chars<'_>, word: &mut String) -> Result<(), Unclosed> {
    loop {
        match chars.next().ok_or(Unclosed)?.1 {
            '\'' => return Ok(()),
            '\\' => match chars.next().ok_or(Unclosed)?.1 {
                'n' => word.push('\n'),
                'r' => word.push('\r'),
                't' => word.push('\t'),
                'x' => word.extend(code(chars, 2)),
                'u' => word.extend(code(chars, 4)),
                'U' => word.extend(code(chars, 8)),
                c => word.push(c),
            },
            c => word.push(c),
        }
    }
}

fn code(chars: &mut Chars<'_>, most: u32) -> Option<char> {
    let mut number = 0;
    for _ in 0..most {
        let Some(digit) = chars.peek().and_then(|(_, c)| c.to_digit(16)) else {
            break;
        };
        number = number * 16 + digit;
        chars.next();
    }
    char::from_u32(number)
}

/// Splits the first command of `text` into words as cmd and then the program itself do; also returns where the next one begins.
pub(super) fn cmd(text: &str) -> Result<(Vec<String>, usize), Unclosed> {
    let (line, next) = without_carets(text);
    Ok((arguments(&line)?, next))
}

/// What cmd does: a caret takes the meaning from what follows, but between plain quotes it is a caret.
fn without_carets(text: &str) -> (String, usize) {
    let mut line = String::new();
    let mut quoted = false;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '\n' => return (line, at + 1),
            '&' | '|' if !quoted => return (line, at + 1),
            '\r' => {}
            '"' => {
                quoted = !quoted;
                line.push('"');
            }
            '^' if !quoted => {
                chars.next_if(|(_, c)| *c == '\r');
                let joined = chars.next_if(|(_, c)| *c == '\n').is_some();
                match joined {
                    // Two line ends after a caret are how a line's end inside a value is written.
                    true => line.extend(chars.next_if(|(_, c)| *c == '\n').map(|(_, c)| c)),
                    false => line.extend(chars.next().map(|(_, c)| c)),
                }
            }
            c => line.push(c),
        }
    }
    (line, text.len())
}

/// What programs on Windows make of their command line.
fn arguments(line: &str) -> Result<Vec<String>, Unclosed> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quoted = false;
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                let mut count = 1;
                while chars.next_if_eq(&'\\').is_some() {
                    count += 1;
                }
                let word = word.get_or_insert_default();
                // Backslashes mean something before a quote only.
                if chars.peek() == Some(&'"') {
                    word.extend(std::iter::repeat_n('\\', count / 2));
                    if count % 2 == 1 {
                        chars.next();
                        word.push('"');
                    }
                } else {
                    word.extend(std::iter::repeat_n('\\', count));
                }
            }
            '"' if quoted && chars.next_if_eq(&'"').is_some() => {
                word.get_or_insert_default().push('"');
            }
            '"' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            c if c.is_whitespace() && !quoted => words.extend(word.take()),
            c => word.get_or_insert_default().push(c),
        }
    }
    if quoted {
        return Err(Unclosed);
    }
    words.extend(word);
    Ok(words)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn bash_quotes() {
        for (text, expected, next) in [
            ("curl 'a b' c", vec!["curl", "a b", "c"], 12),
            (
                "curl \\\n  -H 'x: y' \\\r\n z\nmore",
                vec!["curl", "-H", "x: y", "z"],
                25,
            ),
            (
                "a 'it'\\''s' \"q\\\"\\$ \\n\"",
                vec!["a", "it's", "q\"$ \\n"],
                22,
            ),
            ("a $'it\\'s\\u0021\\x21\\n' ; b", vec!["a", "it's!!\n"], 24),
            ("a 'x;y&z' & b", vec!["a", "x;y&z"], 11),
            ("a '' \"\"", vec!["a", "", ""], 7),
            ("a 'two\nlines'", vec!["a", "two\nlines"], 13),
            ("", vec![], 0),
        ] {
            assert_eq!(
                bash(text),
                Ok((expected.into_iter().map(str::to_owned).collect(), next)),
                "{text}"
            );
        }
        for text in ["a 'b", "a \"b", "a $'b", "a \"b\\"] {
            assert_eq!(bash(text), Err(Unclosed), "{text}");
        }
    }

    #[test]
    fn cmd_quotes() {
        for (text, expected) in [
            // Chrome since 2022: every quote has a caret.
            (
                "curl ^\"https://h/x?a=1^&b=100^%^25^\" ^\r\n  -H ^\"cookie: a=^\\^\"q^\\^\"; b=^^c^\"",
                vec![
                    "curl",
                    "https://h/x?a=1&b=100%25",
                    "-H",
                    "cookie: a=\"q\"; b=^c",
                ],
            ),
            // Chrome before, and Firefox.
            (
                "curl \"https://h/x?a=1&b=100\"%\"25\" ^\n -H \"cookie: a=\"\"q\"\"; b=^c\" --compressed",
                vec![
                    "curl",
                    "https://h/x?a=1&b=100%25",
                    "-H",
                    "cookie: a=\"q\"; b=^c",
                    "--compressed",
                ],
            ),
            ("a \"c:\\\\d\\e\\\\\" f", vec!["a", "c:\\\\d\\e\\", "f"]),
            ("a ^\"x^\n\ny^\"", vec!["a", "x\ny"]),
        ] {
            assert_eq!(cmd(text).unwrap().0, expected, "{text}");
        }
        let two = "curl ^\"http://h/1^\" &\r\ncurl ^\"http://h/2^\"";
        let (_, next) = cmd(two).unwrap();
        assert_eq!(&two[next..], "\r\ncurl ^\"http://h/2^\"");
        assert_eq!(cmd("a \"b"), Err(Unclosed));
    }
}
