//! `albumen completions`: scripts that complete commands and options in a shell.

use clap::CommandFactory;

use super::args::{Cli, CompletionsArgs};
use super::error::CliError;
use super::exit::Exit;
use super::output::Output;

/// Runs the command.
pub fn run(args: &CompletionsArgs, out: &Output) -> Result<Exit, CliError> {
    // Into memory first: clap_complete panics where the reader closes the pipe.
    let mut script = vec![];
    clap_complete::generate(args.shell, &mut Cli::command(), "albumen", &mut script);
    out.write(&script)?;
    Ok(Exit::Done)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::output::Format;
    use crate::cli::output::testing::printed;
    use clap::ValueEnum;
    use clap_complete::Shell;

    #[test]
    fn every_shell_learns_the_commands() {
        for shell in Shell::value_variants() {
            let args = CompletionsArgs { shell: *shell };
            let script = printed(Format::Text, |out| run(&args, out).map(|_| ()));
            for word in ["import", "dry-run", "completions"] {
                assert!(script.contains(word), "{shell}: {word}");
            }
        }
    }
}
