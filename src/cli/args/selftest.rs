//! Arguments of `selftest`.

use std::path::PathBuf;

use clap::{Args, ValueHint};

/// Arguments of `selftest`.
#[derive(Debug, Default, Args)]
pub struct SelftestArgs {
    /// Folder on the disk to try: where your library is or shall be [default: the system's folder for temporary files].
    /// Everything happens in a new folder in it, which is removed again
    #[arg(value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    pub folder: Option<PathBuf>,
}
