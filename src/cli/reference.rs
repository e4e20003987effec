//! Writes what documents take from the program: `docs/cli.md` from the argument definitions, and from each provider how to ask
//! for its archive.

use std::fmt::Write;

use clap::{Arg, Command, CommandFactory};

use super::args::{Cli, EVERYWHERE};
use super::providers::{THREADS, asking, wrapped};
use provider::Provider;

const HEAD: &str = "# Command line\n\n\
    Made from the argument definitions in `src/cli/args.rs`. After changing them run\n\
    `UPDATE_DOCS=1 cargo test --test main docs`.\n\n\
    Data goes to standard output, everything else to standard error. Exit codes and JSON: [scripting.md](scripting.md).\n";

/// Characters in a line of a document.
const WIDTH: usize = 118;

/// Returns how to ask a service for its archive, as its document says it.
pub fn how_to_ask(provider: &dyn Provider) -> String {
    let mut text = String::new();
    for line in asking(provider, WIDTH) {
        // What stands behind the numbered lines is a paragraph of its own.
        let ends = !line.starts_with([' ', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
        if ends && !text.is_empty() && !text.ends_with("\n\n") {
            text.push('\n');
        }
        text.push_str(&line);
        text.push('\n');
    }
    text
}

/// Returns how Threads is asked for, as its document says it.
pub fn how_to_ask_for_threads() -> String {
    folded(THREADS) + "\n"
}

fn folded(text: &str) -> String {
    wrapped(text, WIDTH).join("\n")
}

/// Returns the text of `docs/cli.md`.
pub fn markdown() -> String {
    let mut cli = Cli::command();
    cli.build();
    let mut text = HEAD.to_owned();
    section(&cli, "albumen", &mut text);
    for command in cli
        .get_subcommands()
        .filter(|command| command.get_name() != "help")
    {
        let name = format!("albumen {}", command.get_name());
        section(command, &name, &mut text);
        for inner in command
            .get_subcommands()
            .filter(|inner| inner.get_name() != "help")
        {
            section(inner, &format!("{name} {}", inner.get_name()), &mut text);
        }
    }
    text
}

fn section(command: &Command, name: &str, text: &mut String) {
    let about = command
        .get_about()
        .map(ToString::to_string)
        .unwrap_or_default();
    push(
        text,
        format_args!("\n## `{name}`\n\n{}\n", folded(&ended(&about))),
    );
    let commands: Vec<_> = command
        .get_subcommands()
        .filter(|command| command.get_name() != "help")
        .collect();
    if !commands.is_empty() {
        push(text, format_args!("\n| command | does |\n|---|---|\n"));
        for command in commands {
            let about = command
                .get_about()
                .map(ToString::to_string)
                .unwrap_or_default();
            push(
                text,
                format_args!("| `{}` | {} |\n", command.get_name(), cell(&about)),
            );
        }
    }
    let top = command.get_name() == "albumen";
    let everywhere = |arg: &Arg| arg.is_global_set() && arg.get_help_heading() == Some(EVERYWHERE);
    let own =
        |arg: &&Arg| !arg.is_hide_set() && (top || !everywhere(arg)) && arg.get_id() != "help";
    let args: Vec<_> = command.get_arguments().filter(own).collect();
    if !args.is_empty() {
        push(text, format_args!("\n| argument | meaning |\n|---|---|\n"));
        args.into_iter().for_each(|arg| row(arg, text));
    }
}

fn row(arg: &Arg, text: &mut String) {
    let mut meaning = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let values: Vec<_> = arg
        .get_possible_values()
        .iter()
        .map(|value| format!("`{}`", value.get_name()))
        .collect();
    if !values.is_empty() && arg.get_action().takes_values() {
        meaning.push_str(&format!(": {}", values.join(", ")));
    }
    if let Some(variable) = arg.get_env() {
        meaning.push_str(&format!("; also `${}`", variable.to_string_lossy()));
    }
    if let [default] = arg.get_default_values()
        && arg.get_action().takes_values()
    {
        meaning.push_str(&format!(" [default: {}]", default.to_string_lossy()));
    }
    push(
        text,
        format_args!("| `{}` | {} |\n", usage(arg), cell(&meaning)),
    );
}

/// Returns how an argument is written: `--since DATE`, `PATH…`.
pub fn usage(arg: &Arg) -> String {
    let value = arg.get_value_names().and_then(|names| names.first());
    match (arg.get_long(), value) {
        (Some(long), Some(value)) if arg.get_action().takes_values() => format!("--{long} {value}"),
        (Some(long), _) => format!("--{long}"),
        (None, Some(value))
            if arg
                .get_num_args()
                .is_some_and(|count| count.max_values() > 1) =>
        {
            format!("{value}…")
        }
        (None, Some(value)) => value.to_string(),
        (None, None) => arg.get_id().to_string().to_uppercase(),
    }
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

fn push(text: &mut String, what: std::fmt::Arguments<'_>) {
    // Writing into memory cannot fail.
    let _ = text.write_fmt(what);
}

/// Ends a text like a sentence.
fn ended(text: &str) -> String {
    match text.ends_with(['.', '?', '!']) {
        true => text.to_owned(),
        false => format!("{text}."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_and_arguments_are_listed() {
        let text = markdown();
        for part in [
            "## `albumen import`",
            "| `--since DATE` |",
            "| `PATH…` |",
            "| `SHELL` |",
            "| `--library DIR` | Folder of the library",
            "; also `$ALBUMEN_LIBRARY`",
            "`bash`",
            "[default: albumen-demo]",
        ] {
            assert!(text.contains(part), "{part}\n{text}");
        }
        assert_eq!(
            text.matches("| `--library DIR` |").count(),
            1,
            "global options are listed once"
        );
    }
}
