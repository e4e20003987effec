//! Arguments of `gallery`.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

use super::{SelectionArgs, StripWhat};
use gallery::GalleryOptions;
use model::kind::Visibility;

/// Arguments of `gallery`.
#[derive(Debug, Default, Args)]
pub struct GalleryArgs {
    /// Write a copy that stands by itself into this folder, with pictures of web size: for a stick or a web host
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub to: Option<PathBuf>,
    /// Remove this from the copy; videos, which cannot be cleaned with certainty, are left out
    #[arg(long, value_name = "WHAT", value_enum, requires = "to")]
    pub strip: Option<StripWhat>,
    /// Show these, too
    #[arg(long, value_name = "WHAT", value_enum)]
    pub include: Vec<Unshown>,
    /// Worker threads [default: one for each processor core]
    #[arg(long, value_name = "COUNT")]
    pub threads: Option<NonZeroUsize>,
    /// What a copy holds
    #[command(flatten)]
    pub selection: SelectionArgs,
}

/// What stays out of a gallery unless asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Unshown {
    /// What you archived or hid on its service, and drafts
    Hidden,
    /// What lay in the service's bin
    Trashed,
}

impl GalleryArgs {
    /// Returns what the library code wants to know. `ffmpeg` is where that program was found.
    ///
    /// # Errors
    /// Says that the library's own gallery holds everything.
    pub fn to_options(&self, ffmpeg: Option<PathBuf>) -> Result<GalleryOptions, String> {
        let select = self.selection.to_select();
        if self.to.is_none() && !select.is_everything() {
            return Err("the library's own gallery shows the whole library; --to DIR writes one of what is chosen".to_owned());
        }
        let include = self.include.iter().map(|what| match what {
            Unshown::Hidden => Visibility::Hidden,
            Unshown::Trashed => Visibility::Trashed,
        });
        Ok(GalleryOptions {
            select,
            to: self.to.clone(),
            strip: self.strip.map(StripWhat::to_strip),
            include: include.collect(),
            ffmpeg,
            threads: self.threads,
        })
    }
}
