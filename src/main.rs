//! Answers a shell that completes a command line; else parses it, runs the command, turns its result into an exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    albumen::cli::completions::answer();
    albumen::cli::run(std::env::args_os()).into()
}
