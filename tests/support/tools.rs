//! Programs of others that some tests need: exiftool, sha256sum, 7z, bsdtar, …
//!
//! Without the program a test ends early, so that `cargo test` passes on a machine that has only Rust. Where
//! `ALBUMEN_REQUIRE_TOOLS` is set (`.ci/run` does), a missing program fails the test instead: nothing is skipped unseen.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// A program that is installed.
#[derive(Debug)]
pub struct Tool(PathBuf);

impl Tool {
    /// Returns where it lies.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Returns a command that runs it in a fixed locale and time zone.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.0);
        command.env("LC_ALL", "C.UTF-8").env("TZ", "UTC");
        command
    }
}

/// Finds a program; `None` means that the test shall end early.
///
/// ```ignore
/// let Some(exiftool) = support::tools::require("exiftool") else { return };
/// ```
pub fn require(name: &str) -> Option<Tool> {
    or_skipped(
        name,
        find(name, env::var_os("PATH").unwrap_or_default()).map(Tool),
    )
}

/// Finds a Python that has a module, of those that `.ci/run` installs; `None` means that the test shall end early.
pub fn require_module(name: &str) -> Option<Tool> {
    let python = find("python3", env::var_os("PATH").unwrap_or_default()).map(Tool);
    let has = |python: &Tool| {
        let mut command = python.command();
        let output = command.args(["-c", &format!("import {name}")]).output();
        output.is_ok_and(|output| output.status.success())
    };
    or_skipped(&format!("Python's module {name}"), python.filter(has))
}

/// Finds a file that `.ci/run` installs; `None` means that the test shall end early.
pub fn require_file(path: &Path) -> Option<()> {
    or_skipped(&path.to_string_lossy(), path.is_file().then_some(()))
}

/// Returns what was found; without it the test shall end early, or fails where nothing may be skipped.
pub fn or_skipped<T>(name: &str, found: Option<T>) -> Option<T> {
    let must =
        env::var_os("ALBUMEN_REQUIRE_TOOLS").is_some_and(|value| !value.is_empty() && value != "0");
    assert!(
        found.is_some() || !must,
        "{name} is not here, and ALBUMEN_REQUIRE_TOOLS is set"
    );
    if found.is_none() {
        eprintln!("skipped: {name} is not here");
    }
    found
}

fn find(name: &str, path: std::ffi::OsString) -> Option<PathBuf> {
    env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|file| fs::metadata(file).is_ok_and(|metadata| metadata.is_file()))
}

#[test]
fn finds_programs_in_the_path_only() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("thing"), "").expect("written");
    fs::create_dir(folder.path().join("folder")).expect("made");
    let path =
        env::join_paths(["/nowhere".into(), folder.path().to_owned()]).expect("no colon in it");
    assert!(find("thing", path.clone()).is_some());
    assert!(find("folder", path.clone()).is_none());
    assert!(find("other", path).is_none());
}

#[test]
fn a_program_runs_in_a_fixed_locale_and_zone() {
    let Some(shell) = require("sh") else { return };
    let output = shell
        .command()
        .args(["-c", "echo $LC_ALL $TZ"])
        .output()
        .expect("it runs");
    assert_eq!(output.stdout, b"C.UTF-8 UTC\n");
}
