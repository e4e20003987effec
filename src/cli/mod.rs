//! The command line: arguments, output, hints.

pub mod account;
pub mod args;
pub mod candidates;
pub mod certify;
pub mod certify_parts;
pub mod completions;
pub mod config;
pub mod connection;
pub mod dates;
pub mod decoder;
pub mod demo;
pub mod error;
pub mod exit;
pub mod fetch;
pub mod fetch_memories;
pub mod gallery;
pub mod help;
pub mod hints;
pub mod home;
pub mod import;
pub mod interrupt;
pub mod json;
pub mod library;
pub mod list;
pub mod list_csv;
pub mod list_format;
pub mod list_table;
pub mod man;
pub mod monitor;
pub mod newest_archive;
pub mod output;
pub mod print;
pub mod private;
pub mod progress;
pub mod providers;
pub mod push;
pub mod rebuild;
pub mod recheck;
pub mod reference;
pub mod refused;
pub mod report;
pub mod runs;
pub mod schedule;
pub mod settings;
pub mod ssh;
pub mod status;
pub mod sync;
pub mod undo;
pub mod verify;

use std::ffi::OsString;

use clap::FromArgMatches;

use args::{Cli, Command};
use error::CliError;
use exit::Exit;
use output::{Format, Output};

/// Runs one command line and returns its exit code. Prints whatever there is to say.
pub fn run(args: impl IntoIterator<Item = OsString>) -> Exit {
    let args: Vec<OsString> = args.into_iter().collect();
    if let Some(exit) = decoder::serve_if_asked(&args) {
        return exit;
    }
    let cli = match parse(args) {
        Ok(cli) => cli,
        Err(error) => {
            // A closed pipe is no reason to complain: the reader has seen what it wanted.
            let _ = error.print();
            return if error.use_stderr() {
                Exit::Usage
            } else {
                Exit::Done
            };
        }
    };
    let out = Output::stdout(Format::chosen(cli.json));
    let result = dispatch(&cli, &out).and_then(|exit| out.flush().map(|()| exit));
    result.unwrap_or_else(|error| {
        // What was printed before the error stays printed.
        let _ = out.flush();
        hints::print_error(&error);
        error.exit()
    })
}

fn parse(args: Vec<OsString>) -> Result<Cli, clap::Error> {
    let mut command = help::command();
    let matches = command.try_get_matches_from_mut(args)?;
    Cli::from_arg_matches(&matches).map_err(|error| error.format(&mut command))
}

fn dispatch(cli: &Cli, out: &Output) -> Result<Exit, CliError> {
    match &cli.command {
        Command::Fetch(args) if !args.memories.is_empty() => fetch_memories::run(args, out),
        Command::Fetch(args) => fetch::run(args, out),
        Command::Import(args) => import::run(args, &library_folder(cli)?, out),
        Command::Status(args) if args.runs => runs::run(&library_folder(cli)?, out),
        Command::Status(_) => status::run(&library_folder(cli)?, out),
        Command::Undo(args) => undo::run(args, &library_folder(cli)?, out),
        Command::List(args) => list::run(args, &library_folder(cli)?, out),
        Command::Verify(args) => verify::run(args, &library_folder(cli)?, out),
        Command::Certify(args) => certify::run(args, &library_folder(cli)?, out),
        Command::Push(args) => push::run(args, &library_folder(cli)?, out),
        Command::Gallery(args) => gallery::run(args, &library_folder(cli)?, out),
        Command::Print(args) => print::run(args, &library_folder(cli)?, out),
        Command::Rebuild(args) => rebuild::run(args, &library_folder(cli)?, out),
        Command::Sync(args) => sync::run(args, cli, &library_folder(cli)?, out),
        Command::Schedule(args) => schedule::run(args, cli, out),
        Command::Config(args) => config::run(args, cli, out),
        Command::Providers(args) => providers::run(args, out),
        Command::Demo(args) => demo::run(args, out),
        Command::Completions(args) => completions::run(args, out),
        Command::Man(args) => man::run(args, out),
    }
}

fn library_folder(cli: &Cli) -> Result<std::path::PathBuf, CliError> {
    if let Some(path) = &cli.library {
        return Ok(path.clone());
    }
    let configured =
        settings::find(cli.config.as_deref())?.and_then(|settings| settings.config.library);
    configured
        .or_else(home::default_library)
        .ok_or(CliError::NoHome)
}
