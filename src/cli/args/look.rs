//! Arguments of the small commands that show something: `info`, `stats`, `doctor`, `open`.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::SelectionArgs;

/// Arguments of `info`.
#[derive(Debug, Default, Args)]
pub struct InfoArgs {
    /// A path, a name that the file has in the library or had in an archive, or its SHA-256 (or the beginning of it); a file
    /// outside the library is looked up by its content
    #[arg(required = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub files: Vec<PathBuf>,
}

/// Arguments of `stats`.
#[derive(Debug, Default, Args)]
pub struct StatsArgs {
    /// Which ones are counted
    #[command(flatten)]
    pub selection: SelectionArgs,
}

/// Arguments of `open`.
#[derive(Debug, Default, Args)]
pub struct OpenArgs {
    /// A path, a name that the file has in the library or had in an archive, or its SHA-256 (or the beginning of it) [default: the library's gallery]
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: Option<PathBuf>,
}

/// Arguments of `doctor`.
#[derive(Debug, Default, Args)]
pub struct DoctorArgs {
    /// Do not check whether the configured destinations can be reached
    #[arg(long)]
    pub offline: bool,
}
