//! From archive to library, end to end: composed archives through the real import (issue 2, "What it must show").

mod again;
mod as_composed;
mod bad_input;
mod chains;
pub mod convergence;
mod crash;
mod dry_run;
mod edited_sidecars;
mod editions;
mod hostile;
mod json_output;
mod mixed;
mod newer_reader;
#[cfg(target_os = "linux")]
mod power;
mod private;
mod readers;
mod repair;
mod steps;
mod together;
mod undo;

use std::path::{Path, PathBuf};

use import::{ImportError, ImportOptions, ImportReport, import};
use jiff::Timestamp;
use monitor::Silent;
use serde_json::Value;

use crate::support::compose::Files;
use crate::support::env::TestEnv;
use crate::support::pack::parts;

/// Returns options to import these paths with media of messages.
pub fn of(paths: &[PathBuf]) -> ImportOptions {
    ImportOptions {
        paths: paths.to_vec(),
        include_messages: true,
        ..ImportOptions::default()
    }
}

/// Imports with the library code, which is what the binary runs, and checks that the report closes.
pub fn try_import(library: &Path, options: &ImportOptions) -> Result<ImportReport, ImportError> {
    let report = import(library, options, &|| Timestamp::UNIX_EPOCH, &Silent)?;
    assert_eq!(
        report.entries,
        report.outcomes.sum(),
        "the numbers add up: {report:?}"
    );
    Ok(report)
}

/// The same where nothing may go wrong.
pub fn imported(library: &Path, paths: &[PathBuf]) -> ImportReport {
    try_import(library, &of(paths)).unwrap_or_else(|error| panic!("{error}: {paths:?}"))
}

/// Returns the lines of `list --json`.
pub fn listed(env: &TestEnv, library: &str) -> Vec<Value> {
    let ran = env.run_on(library, &["--json", "list"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    ran.json_lines("asset")
}

/// Writes files into a folder below the home folder and returns it.
pub fn unpacked(env: &TestEnv, below: &str, files: &Files) -> PathBuf {
    let folder = env.path(below);
    parts::folder(files, &folder).expect("the temporary folder is writable");
    folder
}
