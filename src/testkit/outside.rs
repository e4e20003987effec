//! Programs of others that unit tests ask for their opinion: exiftool, ffmpeg, sha256sum.
//!
//! Without the program a test ends early and says so. Where `ALBUMEN_REQUIRE_TOOLS` is set (`.ci/run` does) it fails instead, so
//! that nothing is skipped unseen. `tests/support/tools.rs` does the same for the tests of the whole program.

use std::ffi::OsStr;
use std::process::{Command, Output};

/// Runs a program; `None`, said aloud, if the machine does not have it.
pub fn run<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(
    program: &str,
    arguments: I,
) -> Option<Output> {
    match Command::new(program).args(arguments).output() {
        Ok(output) => Some(output),
        Err(error) => {
            assert!(!is_required(), "{program} must be here: {error}");
            println!("skipped: {program} is not installed");
            None
        }
    }
}

fn is_required() -> bool {
    std::env::var_os("ALBUMEN_REQUIRE_TOOLS").is_some_and(|value| !value.is_empty() && value != "0")
}
