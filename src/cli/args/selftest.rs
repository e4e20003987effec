//! Arguments of `selftest`.

use std::path::PathBuf;

use clap::{Args, ValueHint};

/// Arguments of `selftest`.
#[derive(Debug, Default, Args)]
pub struct SelftestArgs {
    /// A folder on the disk to test, where your library is or will be [default: the system's folder for temporary files].
    /// Everything happens in a new folder inside it, which is removed at the end
    #[arg(value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    pub folder: Option<PathBuf>,
}
