//! What was printed, and what of it will not look as it should.

use super::fonts::Fonts;
use super::select::Picks;

/// A picture that is not in the PDF.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Its path in the library.
    pub path: String,
    /// Why.
    pub why: String,
}

/// A picture with too few pixels for its size on paper.
#[derive(Debug, Clone, PartialEq)]
pub struct LowResolution {
    /// Its path in the library.
    pub path: String,
    /// Its pixels, upright.
    pub pixels: (u32, u32),
    /// Pixels an inch of paper gets.
    pub dpi: f64,
    /// Largest named size it is good for, if for any.
    pub good_for: Option<String>,
    /// Width and height, in millimetres, at which it is just good.
    pub good_mm: (f64, f64),
}

/// Text with characters that no font draws.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undrawable {
    /// Path of the picture whose text it is; `None` for the title.
    pub path: Option<String>,
    /// The characters, each once.
    pub characters: Vec<char>,
}

/// What was printed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PrintReport {
    /// Pages of the PDF.
    pub pages: usize,
    /// Size of the file.
    pub size_bytes: u64,
    /// Pictures in it, by their paths in the library.
    pub printed: Vec<String>,
    /// Pictures that could not be printed.
    pub left_out: Vec<LeftOut>,
    /// Films, which cannot be on paper.
    pub films: u64,
    /// Hidden and trashed ones.
    pub hidden: u64,
    /// Pictures that are not fine enough.
    pub low: Vec<LowResolution>,
    /// Texts that are not all there.
    pub undrawable: Vec<Undrawable>,
    /// Pictures whose caption was longer than its room; an empty path is the title.
    pub cut: Vec<String>,
    /// Names of the fonts that were used.
    pub fonts: Vec<String>,
}

impl PrintReport {
    pub(super) fn of(picks: &Picks, fonts: &Fonts) -> Self {
        Self {
            films: picks.films,
            hidden: picks.hidden,
            fonts: fonts.fonts.iter().map(|font| font.name.clone()).collect(),
            ..Self::default()
        }
    }
}
