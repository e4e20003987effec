//! Runs the real binary.

#[cfg(unix)]
mod completions;
mod config;
mod demo;
#[cfg(unix)]
mod ending;
mod json_errors;
mod json_schema;
mod json_shapes;
mod look;
mod messages;
mod piped;
#[cfg(target_os = "linux")]
mod read_only;
mod selftest;
mod terminal;
mod usage;

use std::path::Path;
use std::process::Command;

/// Returns a command that runs albumen in a home of its own, with nothing of the tester's environment.
pub fn albumen(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_albumen"));
    command
        .env_clear()
        .env("HOME", home)
        .env("TZ", "UTC")
        .current_dir(home);
    command
}
