//! Undoes what browsers, download tools and file systems do to the name of a part, so that the service's numbering is seen in
//! `mydata_1700000000000-3 (1).zip` and `takeout-20240101T000000Z-002.zip?j=1` alike. Says nothing of what the numbers mean.

use std::borrow::Cow;

/// Extensions of parts, longest first.
pub(super) const EXTENSIONS: &[&str] = &[".tar.gz", ".tgz", ".tar", ".zip"];

/// What browsers append to a download that is not finished.
const UNFINISHED: &[&str] = &[
    ".crdownload",
    ".part",
    ".download",
    ".partial",
    ".opdownload",
];

/// What file systems, browsers and tools put in place of a character they do not keep (`~` becomes `_` or `-`, or `%7E`).
const STANDING_FOR_TILDE: &[char] = &['~', '_', '-'];

/// What systems call a copy, in front of its number.
const COPY_WORDS: &[&str] = &["copy", "kopie", "copie", "copia", "cópia", "kopi", "kopia"];

/// Longest number that marks a copy: `(1)` to `(99)`. More digits are a year or an id.
const LONGEST_COPY_NUMBER: usize = 2;

/// A name without its changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spelled {
    /// The name without extension and without marks of a copy, characters as the service writes them.
    pub stem: String,
    /// The extension in lower case with its `.`, or nothing.
    pub extension: String,
    /// The name carried a mark of a second download or a copy.
    pub copied: bool,
}

/// Says whether a name is that of a download still running or broken off.
pub(super) fn is_unfinished(name: &str) -> bool {
    without_any(name, UNFINISHED).is_some()
}

/// Says whether a name ends like a part's.
pub(super) fn has_extension(name: &str) -> bool {
    without_any(name, EXTENSIONS).is_some()
}

/// Takes a name apart and undoes changes of its spelling.
pub(super) fn spelled(name: &str) -> Spelled {
    let decoded = decoded(name);
    let whole = without_any(&decoded, UNFINISHED).unwrap_or(&decoded);
    let (whole, again) = without_tool_mark(whole);
    let (stem, extension) = match without_any(whole, EXTENSIONS) {
        Some(stem) => (stem, whole[stem.len()..].to_ascii_lowercase()),
        None => (whole, String::new()),
    };
    let (stem, marked) = without_copy_marks(stem);
    Spelled {
        stem: with_tilde(stem),
        extension,
        copied: again || marked,
    }
}

fn without_any<'a>(name: &'a str, endings: &[&str]) -> Option<&'a str> {
    endings.iter().find_map(|ending| {
        let at = name.len().checked_sub(ending.len())?;
        let end = name.get(at..)?;
        end.eq_ignore_ascii_case(ending).then(|| &name[..at])
    })
}

/// Undoes `%7E` and `%20`: what a tool writes that takes the name out of the address as it stands there.
fn decoded(name: &str) -> Cow<'_, str> {
    let escape = |at: usize| {
        let digits = name.get(at + 1..at + 3)?;
        let whole = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        whole.then(|| u8::from_str_radix(digits, 16).ok())?
    };
    if !name.match_indices('%').any(|(at, _)| escape(at).is_some()) {
        return Cow::Borrowed(name);
    }
    let mut bytes = Vec::with_capacity(name.len());
    let mut at = 0;
    while at < name.len() {
        let byte = name.as_bytes()[at];
        match escape(at).filter(|_| byte == b'%') {
            Some(decoded) => {
                bytes.push(decoded);
                at += 3;
            }
            None => {
                bytes.push(byte);
                at += 1;
            }
        }
    }
    match String::from_utf8(bytes) {
        Ok(text) => Cow::Owned(text),
        Err(_) => Cow::Borrowed(name),
    }
}

/// Takes off what a tool puts behind the extension: `.zip?j=1` (`wget`, `curl`; `@` on Windows), `.zip.1` (`wget` again),
/// `.zip (1)`. Also says whether it marks a second download.
fn without_tool_mark(name: &str) -> (&str, bool) {
    for extension in EXTENSIONS {
        let lower = name.to_ascii_lowercase();
        for (at, _) in lower.match_indices(extension) {
            let end = at + extension.len();
            let rest = &name[end..];
            if rest.starts_with(['?', '@']) {
                return (&name[..end], false);
            }
            let number = rest.strip_prefix('.').or_else(|| {
                let inner = rest.trim_start().strip_prefix('(')?;
                inner.strip_suffix(')')
            });
            if number.is_some_and(is_copy_number) {
                return (&name[..end], true);
            }
        }
    }
    (name, false)
}

fn is_copy_number(text: &str) -> bool {
    (1..=LONGEST_COPY_NUMBER).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

/// Takes off ` (1)`, `(1)`, ` copy`, ` copy 2`, ` - Copy (3)`, ` (copy)`, in any order and number.
fn without_copy_marks(stem: &str) -> (&str, bool) {
    let mut left = stem;
    loop {
        let next = without_brackets(left).or_else(|| without_copy_word(left));
        match next.map(str::trim_end).filter(|next| !next.is_empty()) {
            Some(next) => left = next,
            None => return (left, left.len() < stem.len()),
        }
    }
}

/// `name (1)`, `name(1)`, `name+(1)`, `name (copy)`.
fn without_brackets(stem: &str) -> Option<&str> {
    let inner = stem.strip_suffix(')')?;
    let (before, mark) = inner.rsplit_once('(')?;
    (is_copy_number(mark) || is_copy_word(mark)).then(|| before.trim_end_matches('+'))
}

/// `name copy`, `name - Kopie`, `name copy 2`.
fn without_copy_word(stem: &str) -> Option<&str> {
    let unnumbered = stem
        .rsplit_once(' ')
        .filter(|(_, number)| is_copy_number(number))
        .map_or(stem, |(before, _)| before);
    let (before, word) = unnumbered.rsplit_once(' ')?;
    is_copy_word(word).then(|| before.trim_end_matches([' ', '-']))
}

fn is_copy_word(text: &str) -> bool {
    COPY_WORDS.contains(&text.to_lowercase().as_str())
}

/// Gives Snapchat's name its `~` back, which many programs replace: `mydata_1700000000000` is `mydata~1700000000000`.
fn with_tilde(stem: &str) -> String {
    const WORD: &str = "mydata";
    let rest = stem
        .get(..WORD.len())
        .filter(|word| word.eq_ignore_ascii_case(WORD))
        .and_then(|word| stem[word.len()..].strip_prefix(STANDING_FOR_TILDE));
    match rest {
        Some(rest) if is_milliseconds(rest) => format!("{WORD}~{rest}"),
        _ => stem.to_owned(),
    }
}

/// Says whether a text begins with the milliseconds Snapchat names its archives by.
fn is_milliseconds(text: &str) -> bool {
    text.bytes().take_while(u8::is_ascii_digit).count() >= 10
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changed_spellings_are_undone() {
        for (name, stem, extension, copied) in [
            (
                "mydata~1700000000000-3.zip",
                "mydata~1700000000000-3",
                ".zip",
                false,
            ),
            (
                "mydata_1700000000000-3.zip",
                "mydata~1700000000000-3",
                ".zip",
                false,
            ),
            (
                "mydata-1700000000000-3.zip",
                "mydata~1700000000000-3",
                ".zip",
                false,
            ),
            (
                "mydata%7E1700000000000-3.zip",
                "mydata~1700000000000-3",
                ".zip",
                false,
            ),
            (
                "mydata%7e1700000000000-3%20(1).zip",
                "mydata~1700000000000-3",
                ".zip",
                true,
            ),
            (
                "MyData_1700000000000.ZIP",
                "mydata~1700000000000",
                ".zip",
                false,
            ),
            ("mydata_17.zip", "mydata_17", ".zip", false),
            ("takeout-x-002 (2).zip", "takeout-x-002", ".zip", true),
            ("takeout-x-002(2).tgz", "takeout-x-002", ".tgz", true),
            ("takeout-x-002 copy 2.zip", "takeout-x-002", ".zip", true),
            (
                "takeout-x-002 - Copy (3).zip",
                "takeout-x-002",
                ".zip",
                true,
            ),
            ("takeout-x-002 - Kopie.zip", "takeout-x-002", ".zip", true),
            ("takeout-x-002.zip.1", "takeout-x-002", ".zip", true),
            ("takeout-x-002.zip (1)", "takeout-x-002", ".zip", true),
            ("takeout-x-002.zip?j=1&i=2", "takeout-x-002", ".zip", false),
            ("takeout-x-002.zip@j=1&i=2", "takeout-x-002", ".zip", false),
            (
                "takeout-x-002.tar.gz.crdownload",
                "takeout-x-002",
                ".tar.gz",
                false,
            ),
            ("takeout-x-002 (1).zip.part", "takeout-x-002", ".zip", true),
            ("holiday (2024).zip", "holiday (2024)", ".zip", false),
            ("100%.zip", "100%", ".zip", false),
            ("%ff.zip", "%ff", ".zip", false),
            ("takeout-x-002 (copy).zip", "takeout-x-002", ".zip", true),
            ("anna_copy.zip", "anna_copy", ".zip", false),
            ("photocopy.zip", "photocopy", ".zip", false),
            ("(1).zip", "(1)", ".zip", false),
            ("folder", "folder", "", false),
            ("", "", "", false),
        ] {
            let expected = Spelled {
                stem: stem.to_owned(),
                extension: extension.to_owned(),
                copied,
            };
            assert_eq!(spelled(name), expected, "{name}");
        }
    }

    #[test]
    fn unfinished_downloads_and_extensions_are_told_by_the_end() {
        for name in ["a.zip.crdownload", "a.tgz.part", "A.ZIP.DOWNLOAD"] {
            assert!(is_unfinished(name), "{name}");
        }
        assert!(!is_unfinished("a_part_2.zip") && !is_unfinished("é"));
        assert!(has_extension("A.TAR.GZ") && !has_extension("a.jpg") && !has_extension("é"));
    }
}
