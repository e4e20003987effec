//! Breaks lines for people at the width of their terminal, between words.
//!
//! A terminal breaks a long line wherever its last column is, in the middle of a word. Only text that goes to a terminal is broken:
//! a file, a pipe and `--log-file` get every line whole. Rows of tables and text that is meant to be copied (`schedule`, `config`)
//! are printed with `Output::exact_line` and stay as they are.

use std::io;

use terminal_size::{Height, Width, terminal_size_of};

use super::progress::columns;

/// A narrower terminal shows hardly a word a line: there the terminal may break lines itself.
const NARROWEST: usize = 30;
/// Columns that what follows the first line is further indented.
const FURTHER: usize = 2;
/// The most columns of a name before a value under which its further lines are aligned.
const WIDEST_NAME: usize = 24;

/// Returns the columns of standard output, if it is a terminal.
pub(super) fn of_output() -> Option<usize> {
    fit(terminal_size_of(io::stdout()))
}

/// Returns the columns of standard error, if it is a terminal.
pub(super) fn of_errors() -> Option<usize> {
    fit(terminal_size_of(io::stderr()))
}

fn fit(size: Option<(Width, Height)>) -> Option<usize> {
    size.map(|(Width(columns), _)| usize::from(columns))
        .filter(|columns| *columns >= NARROWEST)
}

/// Returns text whose lines have at most `width` columns, unless a single word is longer. `None` leaves them whole.
pub(super) fn wrapped(text: &str, width: Option<usize>) -> String {
    let Some(width) = width else {
        return text.to_owned();
    };
    let lines: Vec<String> = text
        .split('\n')
        .map(|line| match columns(line) > width {
            true => broken(line, width),
            false => line.to_owned(),
        })
        .collect();
    lines.join("\n")
}

fn broken(line: &str, width: usize) -> String {
    let indent = " ".repeat(hanging(line).min(width / 2));
    let mut text = String::with_capacity(line.len() + 16);
    let mut at = 0;
    for piece in pieces(line) {
        let spaces = piece.len() - piece.trim_start_matches(' ').len();
        let word = &piece[spaces..];
        let wide = columns(word);
        if at > indent.len() && at + spaces + wide > width {
            text.push('\n');
            text.push_str(&indent);
            at = indent.len();
        } else {
            text.push_str(&piece[..spaces]);
            at += spaces;
        }
        text.push_str(word);
        at += wide;
    }
    text
}

/// Returns how far further lines are indented: under the value of a line like `  place     Rome`, else a little more than the line.
fn hanging(line: &str) -> usize {
    let own = line.len() - line.trim_start_matches(' ').len();
    let rest = &line[own..];
    let name = rest.find("  ").filter(|name| own + name <= WIDEST_NAME);
    let value = name.map(|name| {
        let gap = rest[name..].len() - rest[name..].trim_start_matches(' ').len();
        own + columns(&rest[..name]) + gap
    });
    value.unwrap_or(own + FURTHER)
}

/// Splits a line into words, each with the spaces before it. What stands between backquotes is one word: it is meant to be typed.
fn pieces(line: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let (mut start, mut quoted, mut in_word) = (0, false, false);
    let pairs = line.matches('`').count().is_multiple_of(2);
    for (at, c) in line.char_indices() {
        match c {
            ' ' if !quoted && in_word => {
                pieces.push(&line[start..at]);
                start = at;
                in_word = false;
            }
            ' ' if !quoted => {}
            '`' => {
                quoted = pairs && !quoted;
                in_word = true;
            }
            _ => in_word = true,
        }
    }
    pieces.push(&line[start..]);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words_and_the_rest_is_indented() {
        let text = "hint: make room on that disk, then repeat the command\nerror: short";
        assert_eq!(
            wrapped(text, Some(30)),
            "hint: make room on that disk,\n  then repeat the command\nerror: short"
        );
        assert_eq!(wrapped(text, None), text);
    }

    #[test]
    fn a_value_stays_in_its_column_and_what_is_to_be_typed_stays_whole() {
        assert_eq!(
            wrapped("  place        a town of many words by the sea", Some(34)),
            "  place        a town of many\n               words by the sea"
        );
        assert_eq!(
            wrapped("rebuild the catalog with `albumen rebuild`", Some(34)),
            "rebuild the catalog with\n  `albumen rebuild`"
        );
    }

    #[test]
    fn nothing_is_lost_whatever_the_width() {
        let text = "  one  two `three four` fünf 六六六六六六 a-word-that-is-longer-than-any-terminal-of-this-test ` end";
        for width in 1..120 {
            let broken = wrapped(text, Some(width));
            let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
            assert_eq!(words(&broken), words(text), "{width}");
            assert!(
                broken.lines().all(|line| columns(line) <= width.max(61)),
                "{width}"
            );
        }
    }
}
