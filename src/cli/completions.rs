//! `albumen completions`: the script by which a shell asks albumen what may come next.
//!
//! The script holds no commands or options: the shell runs `albumen` with a variable set, and [`answer`] offers what fits, albums and
//! accounts of the library among it.

use clap::ValueEnum;
use clap_complete::CompleteEnv;
use clap_complete::env::Shells;

use super::args::CompletionsArgs;
use super::error::CliError;
use super::exit::Exit;
use super::help;
use super::output::Output;

/// Says that a shell asks, and which one. Not `COMPLETE`, as clap has it: other programs may have set that.
const VARIABLE: &str = "ALBUMEN_COMPLETE";

/// Answers a shell that asks what may come next, and ends the process; returns if none does.
pub fn answer() {
    CompleteEnv::with_factory(help::command)
        .var(VARIABLE)
        .complete();
}

/// Runs the command.
pub fn run(args: &CompletionsArgs, out: &Output) -> Result<Exit, CliError> {
    let name = args.shell.to_possible_value();
    let shells = Shells::builtins();
    let shell = name
        .as_ref()
        .and_then(|name| shells.completer(name.get_name()))
        .expect("clap_complete knows each shell of ours");
    // Into memory first: what writes it does not expect that the reader closes the pipe.
    let mut script = vec![];
    shell
        .write_registration(VARIABLE, "albumen", "albumen", "albumen", &mut script)
        .map_err(CliError::Output)?;
    out.write(&script)?;
    Ok(Exit::Done)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::args::Shell;
    use crate::cli::output::Format;
    use crate::cli::output::testing::printed;

    #[test]
    fn every_shell_learns_to_ask() {
        for shell in Shell::value_variants() {
            let args = CompletionsArgs { shell: *shell };
            let script = printed(Format::Text, |out| run(&args, out).map(|_| ()));
            for word in ["albumen", VARIABLE] {
                assert!(script.contains(word), "{shell:?}: {word}: {script}");
            }
        }
    }
}
