//! How Google forms names, read off its archives; nothing here is shared with the reader.

use std::collections::BTreeSet;

/// Longest media name without counter, in UTF-16 units.
const MEDIA: usize = 51;
/// Longest sidecar name without counter and `.json`.
const SIDECAR: usize = 46;

/// Returns the title as it may stand in a file name.
pub fn safe(title: &str) -> String {
    let unsafe_ones = "&?/\\:*\"<>|%";
    title
        .chars()
        .map(|c| match c.is_control() || unsafe_ones.contains(c) {
            true => '_',
            false => c,
        })
        .collect()
}

/// Returns the name of an album's folder.
pub fn folder(title: &str) -> String {
    shortened(&safe(&title.replace('/', "-")), 50)
}

/// Cuts to UTF-16 units; a pair that straddles the limit stays whole.
fn shortened(text: &str, limit: usize) -> String {
    let mut cut = String::new();
    let mut units = 0;
    for c in text.chars() {
        if units >= limit {
            break;
        }
        units += c.len_utf16();
        cut.push(c);
    }
    cut
}

fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// Splits a safe title into stem and extension; `true_ext` (with dot) is added where it has none.
pub fn stem_and_ext(safe: &str, true_ext: &str) -> (String, String) {
    match safe.rsplit_once('.') {
        Some((stem, ext)) if !stem.is_empty() && (2..=4).contains(&ext.len()) => {
            (stem.to_owned(), format!(".{ext}"))
        }
        _ => (safe.to_owned(), true_ext.to_owned()),
    }
}

/// Names taken in one folder.
#[derive(Debug, Default)]
pub struct Folder {
    taken: BTreeSet<String>,
}

impl Folder {
    /// Takes the first free name for a medium: `stem.ext`, `stem(1).ext`, … Returns the name and its counter.
    pub fn medium(&mut self, stem: &str, ext: &str) -> (String, u32) {
        let stem = shortened(stem, MEDIA - units(ext));
        for counter in 0.. {
            let name = format!("{stem}{}{ext}", bracket(counter));
            // The file systems Google writes for do not tell case apart.
            if self.taken.insert(name.to_lowercase()) {
                return (name, counter);
            }
        }
        unreachable!("there is always a free number")
    }
}

/// Returns the name of a sidecar.
pub fn sidecar(safe_title: &str, supplemental: bool, counter: u32) -> String {
    let suffix = if supplemental {
        ".supplemental-metadata"
    } else {
        ""
    };
    let body = shortened(&format!("{safe_title}{suffix}"), SIDECAR);
    format!("{body}{}.json", bracket(counter))
}

fn bracket(counter: u32) -> String {
    match counter {
        0 => String::new(),
        counter => format!("({counter})"),
    }
}
