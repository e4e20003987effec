//! How Google Photos forms the names of media and of their sidecars, and how such names are taken apart.
//!
//! Lengths count UTF-16 code units of the NFC form: that is what Google cuts by, so counting bytes or
//! characters, or counting on the NFD names macOS leaves, gives other names.

use std::borrow::Cow;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::extensions::{is_media, known_extension, same_extension, swapped_spelling};

/// Longest media name (stem and extension, counter left out).
pub(crate) const MEDIA_UNITS: usize = 51;
/// Longest sidecar name, counter and `.json` left out.
const SIDECAR_UNITS: usize = 46;
/// Follows the title in sidecar names since about October 2024.
const SUFFIX: &str = ".supplemental-metadata";
/// Seen once instead of [`SUFFIX`].
const SHORT_SUFFIX: &str = ".metadata";
/// Ends every sidecar name.
const JSON: &str = ".json";

/// Returns the length Google counts.
pub(crate) fn units(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// Cuts to `limit` units. A surrogate pair across the limit stays whole, as Google leaves it (emoji
/// names of 48 instead of 47 units).
pub(crate) fn cut(text: &str, limit: usize) -> &str {
    let mut length = 0;
    for (at, c) in text.char_indices() {
        if length >= limit {
            return &text[..at];
        }
        length += c.len_utf16();
    }
    text
}

/// Returns the NFC form.
pub(crate) fn nfc(text: &str) -> Cow<'_, str> {
    match is_nfc_quick(text.chars()) {
        IsNormalized::Yes => Cow::Borrowed(text),
        _ => Cow::Owned(text.nfc().collect()),
    }
}

/// Returns a form in which names that differ by Unicode form, case or `.jpeg`/`.jpg` are equal.
pub(crate) fn fold(name: &str) -> String {
    let lower = nfc(name).to_lowercase();
    let mut folded = String::with_capacity(lower.len());
    let mut rest = lower.as_str();
    while let Some(at) = rest.find(".jpeg") {
        let after = &rest[at + 5..];
        folded.push_str(&rest[..at]);
        folded.push_str(if after.is_empty() || after.starts_with(['.', '(']) {
            ".jpg"
        } else {
            ".jpeg"
        });
        rest = after;
    }
    folded.push_str(rest);
    folded
}

/// Splits at the last dot; the extension keeps its dot and may be empty or no real one (`21.12.11 - 1`).
pub(crate) fn split(name: &str) -> (&str, &str) {
    match name.rfind('.') {
        Some(at) if at > 0 => name.split_at(at),
        _ => (name, ""),
    }
}

/// Takes Google's counter `(N)` off the end: digits without leading zero, no space before the bracket
/// (`skytree (2)` is the title's own bracket).
pub(crate) fn split_counter(stem: &str) -> Option<(&str, u32)> {
    split_bracket(stem).filter(|(base, _)| !base.ends_with(char::is_whitespace))
}

/// The same where the name would be longer than names can be if the bracket were the title's own: a cut can leave a
/// space at the end of what the counter follows.
fn split_bracket(stem: &str) -> Option<(&str, u32)> {
    let (base, digits) = stem.strip_suffix(')')?.rsplit_once('(')?;
    let plain = digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0');
    if !plain || base.is_empty() {
        return None;
    }
    Some((base, digits.parse().ok()?))
}

/// One way to read a media name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reading<'a> {
    /// Stem without counter.
    pub base: &'a str,
    /// Extension with its dot, or empty.
    pub ext: &'a str,
    /// Google's counter.
    pub counter: Option<u32>,
}

impl<'a> Reading<'a> {
    /// Says whether Google had to cut this name, or could add nothing to it.
    pub(crate) fn at_limit(&self) -> bool {
        // One more where a surrogate pair straddled the limit.
        (MEDIA_UNITS..=MEDIA_UNITS + 1).contains(&(units(self.base) + units(self.ext)))
    }

    fn too_long(&self) -> bool {
        units(self.base) + units(self.ext) > MEDIA_UNITS + 1
    }

    /// The same name under another base.
    pub(crate) fn with_base(&self, base: &'a str) -> Self {
        Self {
            base,
            ..self.clone()
        }
    }
}

/// Returns the ways to read a media name (already NFC), likeliest first.
///
/// `image(2).png` is the second `image.png`, or a picture whose title holds the bracket. The second is impossible where
/// the name would be longer than Google allows; there the bracket must be a counter.
pub(crate) fn readings(name: &str) -> Vec<Reading<'_>> {
    let (stem, ext) = split(name);
    let whole = Reading {
        base: stem,
        ext,
        counter: None,
    };
    let bracket = match whole.too_long() {
        true => split_bracket(stem),
        false => split_counter(stem),
    };
    match bracket {
        None => vec![whole],
        Some((base, counter)) => {
            let counted = Reading {
                base,
                ext,
                counter: Some(counter),
            };
            if whole.too_long() {
                vec![counted]
            } else {
                vec![counted, whole]
            }
        }
    }
}

/// What of the media name a predicted sidecar name was formed from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spelling {
    /// Base and extension.
    Full,
    /// Base and the other spelling of its extension (`.jpg`, `.jpeg`).
    Swapped,
    /// Base only: the title had no extension.
    Bare,
}

/// A name the sidecar of a media file can have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Prediction {
    /// File name of the sidecar.
    pub name: String,
    /// What it was formed from.
    pub spelling: Spelling,
    /// The cut took nothing of base and extension.
    pub whole: bool,
}

/// Predicts the names of the sidecar of a media name, likeliest first.
pub(crate) fn predict(reading: &Reading<'_>) -> Vec<Prediction> {
    let titles = spellings(reading);
    let mut names: Vec<Prediction> = Vec::with_capacity(6);
    for suffix in [SUFFIX, ""] {
        for (spelling, title) in &titles {
            let long = format!("{title}{suffix}");
            let name = sidecar_name(cut(&long, SIDECAR_UNITS), reading.counter);
            if names.iter().all(|known| known.name != name) {
                names.push(Prediction {
                    name,
                    spelling: *spelling,
                    whole: units(title) <= SIDECAR_UNITS,
                });
            }
        }
    }
    names
}

/// Returns the texts a title may have had, by what became of its extension.
pub(crate) fn spellings(reading: &Reading<'_>) -> Vec<(Spelling, String)> {
    let mut titles = vec![(Spelling::Full, format!("{}{}", reading.base, reading.ext))];
    if let Some(ext) = swapped_spelling(reading.ext) {
        titles.push((Spelling::Swapped, format!("{}{ext}", reading.base)));
    }
    if !reading.ext.is_empty() {
        titles.push((Spelling::Bare, reading.base.to_owned()));
    }
    titles
}

fn sidecar_name(body: &str, counter: Option<u32>) -> String {
    match counter {
        Some(n) => format!("{body}({n}){JSON}"),
        None => format!("{body}{JSON}"),
    }
}

/// A sidecar name taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SidecarName<'a> {
    /// Name without counter and `.json`.
    pub body: &'a str,
    /// The body without whatever is left of the suffix, if anything is.
    pub title: Option<&'a str>,
    /// Counter.
    pub counter: Option<u32>,
}

/// Takes a sidecar name apart. `None` if it does not end in `.json`.
pub(crate) fn take_apart(name: &str) -> Option<SidecarName<'_>> {
    let at = name.len().checked_sub(JSON.len())?;
    if !name.is_char_boundary(at) || !name[at..].eq_ignore_ascii_case(JSON) {
        return None;
    }
    let stem = &name[..at];
    let bracket = match units(stem) > SIDECAR_UNITS + 1 {
        true => split_bracket(stem),
        false => split_counter(stem),
    };
    let (body, counter) = match bracket {
        Some((body, counter)) => (body, Some(counter)),
        None => (stem, None),
    };
    let title = body.rfind('.').and_then(|dot| {
        let tail = &body[dot..];
        (SUFFIX.starts_with(tail) || tail == SHORT_SUFFIX).then_some(&body[..dot])
    });
    Some(SidecarName {
        body,
        title,
        counter,
    })
}

/// Says whether only a sidecar has such a name: the suffix, or what is left of it, or a name cut to its limit. A short title
/// without extension (`20030616.json`) cannot be told from other files.
pub(crate) fn looks_like_sidecar(name: &str) -> bool {
    take_apart(name).is_some_and(|name| {
        let title = name.title.unwrap_or(name.body);
        name.title.is_some()
            || known_extension(title).is_some()
            || units(&nfc(name.body)) + 1 >= SIDECAR_UNITS
    })
}

/// Says whether a sidecar name is one Google would form from this title, so that its counter can be believed.
pub(crate) fn is_regular(name: &SidecarName<'_>, title: &str) -> bool {
    let (stem, _) = known_extension(title).unwrap_or((title, ""));
    let shortest = units(&nfc(stem)).min(SIDECAR_UNITS);
    let body = nfc(name.body);
    units(&body) >= shortest
        && [SUFFIX, SHORT_SUFFIX].iter().any(|suffix| {
            let long = format!("{}{suffix}", safe(title));
            let expected: String = long.chars().take(body.chars().count()).collect();
            fits(&body, &expected)
        })
}

/// Replaces what Google replaces in titles when it forms names.
pub(crate) fn safe(title: &str) -> String {
    nfc(title)
        .chars()
        .map(|c| match c {
            '&' | '?' | '/' | '\\' | ':' | '*' | '"' | '<' | '>' | '|' | '%' => '_',
            c if c.is_control() => '_',
            c => c,
        })
        .collect()
}

/// Returns the name the medium of a sidecar most likely has: what the title gives, with the sidecar's counter.
pub(crate) fn medium_name(sidecar: &str, title: Option<&str>) -> String {
    let apart = take_apart(sidecar);
    let counter = apart.as_ref().and_then(|name| name.counter);
    let title = title
        .map(safe)
        .or_else(|| apart.map(|name| name.title.unwrap_or(name.body).to_owned()))
        .unwrap_or_else(|| sidecar.to_owned());
    let (stem, ext) = known_extension(&title).unwrap_or((&title, ""));
    let stem = cut(stem, MEDIA_UNITS.saturating_sub(units(ext)));
    match counter {
        Some(n) => format!("{stem}({n}){ext}"),
        None => format!("{stem}{ext}"),
    }
}

/// Splits a title, made safe, before its extension, if it has a real one.
pub(crate) fn known_stem(title: &str) -> Option<(String, String)> {
    let safe = safe(title);
    let (stem, ext) = known_extension(&safe)?;
    Some((stem.to_owned(), ext.to_owned()))
}

/// Compares a name with a title's text: case does not count, and `_` stands for any one character that is not a
/// letter or digit (the apostrophe is seen kept and replaced).
pub(crate) fn fits(name: &str, title: &str) -> bool {
    let mut left = name.chars();
    let mut right = title.chars();
    loop {
        match (left.next(), right.next()) {
            (None, None) => return true,
            (Some(a), Some(b)) if a == b || (a == '_' && !b.is_alphanumeric()) => {}
            (Some(a), Some(b)) if a.to_lowercase().eq(b.to_lowercase()) => {}
            _ => return false,
        }
    }
}

/// Says whether a medium read as `reading` can be what a sidecar with this title describes.
///
/// In years in which Google wrote `&#39;` into titles it formed the names of files from that, too (`Mom_#39;s.jpg`).
pub(crate) fn title_agrees(title: &str, reading: &Reading<'_>) -> bool {
    let with_signs = title.contains(['\'', '"', '&', '<', '>']);
    plain_title_agrees(title, reading)
        || (with_signs && plain_title_agrees(&with_entities(title), reading))
}

/// Writes a title as Google did in some years: with `&#39;` and the like.
pub(crate) fn with_entities(title: &str) -> String {
    title
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

fn plain_title_agrees(title: &str, reading: &Reading<'_>) -> bool {
    let safe = safe(title);
    let stem = match known_extension(&safe) {
        Some((_, ext)) if !same_extension(ext, reading.ext) => return false,
        Some((stem, _)) => stem,
        None => &safe,
    };
    if !is_media(reading.ext) {
        // `10.01.15 - 6`: what follows the last dot is part of the title.
        let name = format!("{}{}", reading.base, reading.ext);
        return fits(&name, cut(&safe, MEDIA_UNITS));
    }
    let room = MEDIA_UNITS.saturating_sub(units(reading.ext));
    fits(reading.base, cut(stem, room)) || fits(reading.base, stem)
}

/// Says whether a title gives exactly this name, extension and case included.
pub(crate) fn title_is_exact(title: &str, reading: &Reading<'_>) -> bool {
    known_stem(title).is_some_and(|(stem, ext)| {
        let room = MEDIA_UNITS.saturating_sub(units(&ext));
        ext == reading.ext && cut(&stem, room) == reading.base
    })
}

#[cfg(test)]
#[path = "names_tests.rs"]
mod tests;
