//! Arguments of the small commands that show something: `info`, `stats`, `doctor`, `open`.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::SelectionArgs;

/// Arguments of `info`.
#[derive(Debug, Default, Args)]
pub struct InfoArgs {
    /// Its path, the name it has or had in an archive, or (the beginning of) its SHA-256; a file outside the library is looked
    /// up by its bytes
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
    /// Its path, the name it has or had in an archive, or (the beginning of) its SHA-256 [default: the library's gallery]
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: Option<PathBuf>,
}

/// Arguments of `doctor`.
#[derive(Debug, Default, Args)]
pub struct DoctorArgs {
    /// Do not ask the destinations of the configuration whether they can be reached
    #[arg(long)]
    pub offline: bool,
}
