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
pub mod doctor;
mod doctor_machine;
pub mod error;
pub mod exit;
pub mod failure;
mod failure_place;
pub mod fetch;
pub mod fetch_memories;
pub mod find;
pub mod gallery;
pub mod help;
pub mod hints;
mod hints_address;
mod hints_look;
pub mod home;
pub mod import;
mod import_paths;
pub mod info;
mod info_text;
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
pub mod open;
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
pub mod selftest;
pub mod settings;
pub mod ssh;
pub mod stats;
pub mod status;
pub mod sync;
pub mod telling;
pub mod undo;
pub mod verify;
mod wrap;

use std::ffi::OsString;

use clap::FromArgMatches;
use clap::error::ErrorKind;

use args::{Cli, Command};
use error::CliError;
use exit::Exit;
use output::{Format, Output};
use telling::Telling;

/// Runs one command line and returns its exit code. Prints whatever there is to say.
pub fn run(args: impl IntoIterator<Item = OsString>) -> Exit {
    let args: Vec<OsString> = args.into_iter().collect();
    if let Some(exit) = decoder::serve_if_asked(&args) {
        return exit;
    }
    let asks_for_json = asks_for_json(&args);
    let cli = match parse(args) {
        Ok(cli) => cli,
        Err(error) => return failure::tell_usage(&error, Format::chosen(asks_for_json)),
    };
    let out = Output::stdout(Format::chosen(cli.json));
    let out = match Telling::asked(&cli) {
        Ok(telling) => out.telling_as(telling),
        Err(error) => return failure::tell(&error, &out),
    };
    out.telling().keep(&format!("begun: albumen {}", cli.name));
    let result = dispatch(&cli, &out).and_then(|exit| out.flush().map(|()| exit));
    let exit = result.unwrap_or_else(|error| {
        // What was printed before the error stays printed.
        let _ = out.flush();
        failure::tell(&error, &out)
    });
    out.telling()
        .keep(&format!("ended: exit code {}", exit.code()));
    exit
}

/// Returns whether `--json` was typed, in a command line that may be wrong in other ways.
fn asks_for_json(args: &[OsString]) -> bool {
    let options = args.iter().take_while(|arg| *arg != "--");
    options.into_iter().any(|arg| arg == "--json")
}

fn parse(args: Vec<OsString>) -> Result<Cli, clap::Error> {
    let mut command = help::command();
    let matches = command.try_get_matches_from_mut(args)?;
    let cli = Cli::from_arg_matches(&matches).map_err(|error| error.format(&mut command))?;
    if let Some((one, other)) = conflict(&cli) {
        let message = format!("the argument '{one}' cannot be used with '{other}'");
        return Err(command.error(ErrorKind::ArgumentConflict, message));
    }
    let name = matches.subcommand_name().unwrap_or_default().to_owned();
    Ok(Cli { name, ..cli })
}

/// Returns two options that exclude each other, where one stands before the command and the other behind it: clap compares only
/// those that stand on one side.
fn conflict(cli: &Cli) -> Option<(&'static str, &'static str)> {
    if cli.quiet && cli.verbose {
        return Some(("--verbose", "--quiet"));
    }
    let Command::List(list) = &cli.command else {
        return None;
    };
    let forms = [
        (list.csv, "--csv"),
        (list.paths, "--paths"),
        (list.format.is_some(), "--format <TEMPLATE>"),
        (list.null, "--null"),
    ];
    let form = forms.into_iter().find(|(given, _)| cli.json && *given);
    form.map(|(_, name)| ("--json", name))
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
        Command::Info(args) => info::run(args, &library_folder(cli)?, out),
        Command::Stats(args) => stats::run(args, &library_folder(cli)?, out),
        Command::Open(args) => open::run(args, &library_folder(cli)?, out),
        Command::Doctor(args) => doctor::run(args, cli, &library_folder(cli)?, out),
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
        Command::Selftest(args) => selftest::run(args, out),
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
