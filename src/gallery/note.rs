//! What a gallery notes about itself, so that the next run knows what there is to do.
//!
//! The short note is written last and removed first: while it is there, every file of the gallery is what it should be.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::facets::PartSummary;
use super::folder::Folder;
use super::pictures::Undrawn;
use super::site;
use super::{GalleryOptions, Holds};
use disk::regular;
use model::content_hash::ContentHash;
use model::select::Select;

/// Where the short note lies.
pub(crate) const MADE: &str = "made.json";
/// Where the long note lies.
pub(crate) const MONTHS: &str = "months.json";

/// Counted up when the files of data change their form.
const FORM: u32 = 1;

/// All that decides what a gallery is, beside the library.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Kind {
    form: u32,
    /// Digest of the pages' code.
    code: String,
    strip: Option<String>,
    include: Vec<String>,
    own_pictures: bool,
    /// Digest of what was chosen; none: everything.
    #[serde(default)]
    chosen: Option<String>,
}

impl Kind {
    /// Returns the kind of gallery that is wanted.
    pub(crate) fn of(options: &GalleryOptions) -> Self {
        let mut include: Vec<String> = options
            .include
            .iter()
            .map(|visibility| visibility.as_str().to_owned())
            .collect();
        include.sort();
        include.dedup();
        Self {
            form: FORM,
            code: site::digest().short(16),
            strip: options.strip.map(|strip| strip.as_str().to_owned()),
            include,
            own_pictures: options.to.is_some(),
            chosen: chosen(&options.select),
        }
    }
}

/// Returns a digest of a choice: two galleries of one folder are the same only if they hold the same.
fn chosen(select: &Select) -> Option<String> {
    let written = format!("{select:?}");
    (!select.is_everything()).then(|| ContentHash::of(written.as_bytes()).short(16))
}

/// The short note: enough to see that there is nothing to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Made {
    /// What kind of gallery it is.
    pub kind: Kind,
    /// The library's state it was made from; none if some file could not be read then.
    pub mark: Option<String>,
    /// Posters of videos could be drawn.
    pub posters: bool,
    /// Pictures that were there.
    pub pictures: u64,
    /// What it holds.
    pub holds: Holds,
}

/// What is noted of a month.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct MonthNote {
    /// Its key.
    pub key: String,
    /// Digest of all that its files depend on.
    pub digest: ContentHash,
    /// Its files of data.
    pub parts: Vec<PartSummary>,
}

/// The long note.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Months {
    /// What kind of gallery it is.
    pub kind: Kind,
    /// Its months.
    pub months: Vec<MonthNote>,
    /// What could not be drawn.
    pub undrawn: Undrawn,
}

/// Reads a note. One that is gone, damaged or of another form is none: everything is then written again.
pub(crate) fn read<T: DeserializeOwned>(folder: &Folder<'_>, name: &str) -> Option<T> {
    let bytes = regular::read(&folder.note(name)).ok()?;
    serde_json::from_slice(&bytes).ok()
}
