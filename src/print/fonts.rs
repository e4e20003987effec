//! Finds fonts of the system for the characters that are to be printed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use skrifa::raw::types::NameId;
use skrifa::raw::{FileRef, TableProvider};
use skrifa::{FontRef, MetadataProvider, Tag};

/// Fonts that look well together and know many letters, best first; by the file's name, small letters only.
const PREFERRED: &[&str] = &[
    "notosans-regular",
    "dejavusans",
    "liberationsans-regular",
    "arial",
    "segoeui",
    "helvetica",
    "notosanscjk-regular",
    "droidsansfallbackfull",
];

/// Words in names of fonts that are not for plain text.
const SPECIAL: &[&str] = &[
    "bold",
    "italic",
    "oblique",
    "light",
    "thin",
    "black",
    "condensed",
    "narrow",
    "mono",
    "serif",
    "math",
    "symbol",
];

/// Largest font file that is read, in bytes: those for Chinese, Japanese and Korean have up to 100 million.
const LARGEST: u64 = 128 << 20;

/// Most files that are looked at, and how deep folders are.
const MOST_FILES: usize = 20_000;
const DEEPEST: usize = 8;

/// A font in memory.
pub(crate) struct Font {
    /// The whole file.
    pub data: Arc<Vec<u8>>,
    /// The same, made ready to shape text.
    pub shapes: harfrust::Font,
    /// Which font of the file.
    pub index: u32,
    /// Its own name, letters and digits only.
    pub name: String,
}

impl Font {
    /// Returns it opened.
    pub(crate) fn open(&self) -> Option<FontRef<'_>> {
        FontRef::from_index(&self.data, self.index).ok()
    }
}

/// Fonts, and which of them draws a character.
#[derive(Default)]
pub(crate) struct Fonts {
    /// The fonts, in the order they were chosen.
    pub fonts: Vec<Font>,
    of: BTreeMap<char, usize>,
}

impl Fonts {
    /// Looks in folders for fonts that draw these characters. The same folders give the same fonts.
    pub(crate) fn find(folders: &[PathBuf], characters: &BTreeSet<char>) -> Self {
        let mut found = Self::default();
        let mut left: BTreeSet<char> = characters
            .iter()
            .copied()
            .filter(|c| !is_unseen(*c))
            .collect();
        for path in files(folders) {
            if left.is_empty() {
                break;
            }
            found.take(&path, &mut left);
        }
        found
    }

    /// Takes the first font of a file that draws something still wanted.
    fn take(&mut self, path: &Path, left: &mut BTreeSet<char>) {
        let small = fs::metadata(path).is_ok_and(|metadata| metadata.len() <= LARGEST);
        let Some(data) = small.then(|| fs::read(path).ok()).flatten() else {
            return;
        };
        let data = Arc::new(data);
        let count = match FileRef::new(&data) {
            Ok(FileRef::Collection(collection)) => collection.len(),
            _ => 1,
        };
        for index in 0..count {
            let Some((name, drawn)) = drawn(&data, index, left) else {
                continue;
            };
            let shared: Arc<dyn AsRef<[u8]> + Send + Sync> = data.clone();
            let Some(shapes) = harfrust::Font::new(shared, index) else {
                continue;
            };
            for c in drawn {
                left.remove(&c);
                self.of.insert(c, self.fonts.len());
            }
            self.fonts.push(Font {
                data,
                shapes,
                index,
                name,
            });
            return;
        }
    }

    /// Returns which font draws a character.
    pub(crate) fn of(&self, c: char) -> Option<usize> {
        self.of.get(&c).copied()
    }

    /// Returns whether no font was found at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.fonts.is_empty()
    }
}

/// Returns a font's name and which of these characters it draws, if any and if it may be embedded.
fn drawn(data: &[u8], index: u32, wanted: &BTreeSet<char>) -> Option<(String, Vec<char>)> {
    let font = FontRef::from_index(data, index).ok()?;
    // Without outlines it is of coloured pictures, which cannot be embedded so.
    let outlines = [b"glyf", b"CFF "]
        .iter()
        .any(|tag| font.table_data(Tag::new(tag)).is_some());
    let size = font.head().map_or(0, |head| head.units_per_em());
    if !outlines || !may_be_embedded(&font) || size == 0 {
        return None;
    }
    let charmap = font.charmap();
    let has = |c: &char| charmap.map(*c).is_some_and(|glyph| glyph.to_u32() != 0);
    let drawn: Vec<char> = wanted.iter().copied().filter(has).collect();
    let name = font
        .localized_strings(NameId::POSTSCRIPT_NAME)
        .english_or_first();
    let name: String = name
        .iter()
        .flat_map(|name| name.chars())
        .filter(char::is_ascii_alphanumeric)
        .take(60)
        .collect();
    let name = if name.is_empty() {
        "Font".to_owned()
    } else {
        name
    };
    (!drawn.is_empty()).then_some((name, drawn))
}

/// Returns whether the font's maker allows its outlines, and a part of them, to stand in a document (`fsType` of the table OS/2:
/// bit 8 forbids parts, bit 9 outlines).
fn may_be_embedded(font: &FontRef<'_>) -> bool {
    let rights = font.os2().map_or(0, |table| table.fs_type());
    rights & 0x0300 == 0
}

/// Lists font files, those for plain text first.
fn files(folders: &[PathBuf]) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for folder in folders {
        walk(folder, 0, &mut files);
    }
    files.sort_by_cached_key(|path| (rank(path), path.clone()));
    files.dedup();
    files
}

fn walk(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            if depth < DEEPEST {
                walk(&path, depth + 1, files);
            }
        } else if is_font(&path) && files.len() < MOST_FILES {
            files.push(path);
        }
    }
}

fn is_font(path: &Path) -> bool {
    let extension = path
        .extension()
        .map(|text| text.to_string_lossy().to_lowercase());
    matches!(extension.as_deref(), Some("ttf" | "otf" | "ttc" | "otc"))
}

fn rank(path: &Path) -> usize {
    let name = path
        .file_stem()
        .map(|stem| stem.to_string_lossy().to_lowercase())
        .unwrap_or_default();
    let special = || SPECIAL.iter().filter(|word| name.contains(**word)).count();
    PREFERRED
        .iter()
        .position(|preferred| *preferred == name)
        .unwrap_or_else(|| PREFERRED.len() + special())
}

/// Returns whether a character has no look of its own: white space, joiners, marks of direction, selectors.
pub(crate) fn is_unseen(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_fonts_come_first() {
        let rank = |name: &str| rank(Path::new(name));
        assert!(rank("/a/DejaVuSans.ttf") < rank("/a/DejaVuSans-Bold.ttf"));
        assert!(rank("/a/Any.ttf") < rank("/a/AnySerif-BoldItalic.otf"));
        assert!(rank("/z/LiberationSans-Regular.ttf") < rank("/a/Any.ttf"));
        assert!(is_font(Path::new("a.TTC")) && !is_font(Path::new("a.pcf.gz")));
    }

    #[test]
    fn without_folders_there_are_no_fonts_and_rubbish_is_none() {
        let characters = BTreeSet::from(['a', 'я']);
        assert!(Fonts::find(&["/nowhere".into()], &characters).is_empty());
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::write(folder.path().join("a.ttf"), b"\0\x01\0\0 no font").expect("written");
        let fonts = Fonts::find(&[folder.path().to_owned()], &characters);
        assert!(fonts.is_empty() && fonts.of('a').is_none());
    }
}
