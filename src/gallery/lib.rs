//! Static pages to look at a library: they open by double click, without albumen, a server or a network.
//!
//! Everything below `gallery/` can be made again; nothing there is an original. See `docs/gallery.md` for its files.

mod albums;
mod facets;
mod folder;
mod months;
mod note;
mod pages;
mod pictures;
mod plan;
mod record;
mod run;
mod site;
mod target;
mod wanted;

use std::collections::BTreeMap;
use std::io;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use catalog::CatalogError;
use disk::safe_writer::WriteError;
use model::kind::Visibility;
use model::select::Select;
use model::strip::Strip;
use writer::library::LibraryError;

pub use run::{gallery, is_fresh};

/// Name of the gallery's folder in a library.
pub const FOLDER: &str = "gallery";
/// Name of the page to open.
pub const INDEX: &str = "index.html";

/// What kind of gallery is wanted.
#[derive(Debug, Clone, Default)]
pub struct GalleryOptions {
    /// A folder for a copy that stands by itself, with pictures of web size; without it the gallery is written into the library
    /// and leads to the originals there.
    pub to: Option<PathBuf>,
    /// What is left out of a copy.
    pub strip: Option<Strip>,
    /// Which assets are meant.
    pub select: Select,
    /// Assets that are not shown on their service, but shall be shown here.
    pub include: Vec<Visibility>,
    /// The program that draws posters of videos; without it the browser shows their first picture itself.
    pub ffmpeg: Option<PathBuf>,
    /// Threads that draw; one a core without it.
    pub threads: Option<NonZeroUsize>,
}

/// What a gallery holds and what was done for it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GalleryReport {
    /// The page to open.
    pub index: PathBuf,
    /// Nothing had changed since the last time, so nothing was done.
    pub unchanged: bool,
    /// What it holds.
    pub holds: Holds,
    /// Thumbnails and larger pictures drawn, and copies made, in this run.
    pub drawn: u64,
    /// Months whose pages were written in this run.
    pub months_written: u64,
    /// Files written in this run, pictures aside.
    pub files_written: u64,
    /// Files of earlier runs that were removed, because nothing needs them any more.
    pub files_removed: u64,
    /// The user stopped it.
    pub interrupted: bool,
}

/// What a gallery holds, in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holds {
    /// Photos and videos shown.
    pub assets: u64,
    /// Assets kept out because their owner hid them or threw them away.
    pub kept_out: u64,
    /// Pictures that are shown as a plain card because nothing here can draw them, by media type.
    pub no_picture: BTreeMap<String, u64>,
    /// Files that are damaged: path in the library, and what is wrong.
    pub damaged: Vec<(String, String)>,
    /// Videos and sounds that a stripped copy is without, because nothing here can be sure to empty them.
    pub left_out: u64,
}

impl Holds {
    /// Returns the same without names of the library's files, for a note in a copy that is meant to be shared.
    fn without_paths(&self) -> Self {
        let nameless = |(_, why): &(String, String)| ("a file".to_owned(), why.clone());
        Self {
            damaged: self.damaged.iter().map(nameless).collect(),
            ..self.clone()
        }
    }
}

/// Why a gallery could not be written.
#[derive(Debug, thiserror::Error)]
pub enum GalleryError {
    /// The library could not be opened, or another run is at work in it.
    #[error(transparent)]
    Library(#[from] LibraryError),
    /// The catalog failed.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// A file could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// A folder could not be read.
    #[error("could not read {}", path.display())]
    Read {
        /// The folder or file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Data could not be turned into JSON.
    #[error("could not write down the facts")]
    Json(#[from] serde_json::Error),
    /// The folder for a copy holds other things.
    #[error("{} holds other things than a gallery of albumen's", path.display())]
    NotEmpty {
        /// The folder.
        path: PathBuf,
    },
    /// The folder for a copy lies in the library.
    #[error("{} lies in the library", path.display())]
    InLibrary {
        /// The folder.
        path: PathBuf,
    },
}
