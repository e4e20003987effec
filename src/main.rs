//! Parses the command line, runs the command, turns its result into an exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    albumen::cli::run(std::env::args_os()).into()
}
