//! The help of `albumen` itself: its commands by what people come for, in the order they need them.

use clap::{Command, CommandFactory};

use super::args::Cli;

/// What people come for, and the commands for it.
const WAYS: [(&str, &[&str]); 7] = [
    ("Get", &["providers", "fetch", "import"]),
    ("Keep", &["status", "undo", "rebuild"]),
    ("Check", &["verify", "certify", "doctor"]),
    (
        "Look",
        &["list", "info", "stats", "open", "gallery", "print"],
    ),
    ("Move", &["push"]),
    ("Automate", &["sync", "schedule", "config"]),
    ("Learn", &["demo", "selftest", "man", "completions", "help"]),
];

/// What `help` is for; clap adds it by itself.
const ABOUT_HELP: &str = "Show what a command does, and its options";

/// Returns the definition of the command line.
pub fn command() -> Command {
    let command = Cli::command();
    let template = format!(
        "{{about-with-newline}}\n{{usage-heading}} {{usage}}\n\n{}\nOptions, for every command:\n{{options}}{{after-help}}",
        by_way(&command)
    );
    command.help_template(template)
}

/// Returns the commands and what they do, by what people come for.
fn by_way(command: &Command) -> String {
    let about = |name: &str| {
        let found = command.find_subcommand(name);
        let about = found.and_then(|command| command.get_about());
        about.map_or_else(|| ABOUT_HELP.to_owned(), ToString::to_string)
    };
    let ways = WAYS.iter().map(|(way, names)| {
        let lines = names
            .iter()
            .map(|name| format!("  {name:<12} {}\n", about(name)));
        format!("{way}:\n{}", lines.collect::<String>())
    });
    ways.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fits a terminal of the usual width.
    const WIDTH: usize = 80;

    #[test]
    fn every_command_stands_under_one_way_in_a_line_that_fits() {
        let command = Cli::command();
        let mut listed: Vec<&str> = WAYS.iter().flat_map(|(_, names)| *names).copied().collect();
        let mut there: Vec<&str> = command
            .get_subcommands()
            .map(Command::get_name)
            .chain(["help"])
            .collect();
        listed.sort_unstable();
        there.sort_unstable();
        assert_eq!(listed, there);
        let text = by_way(&command);
        let long = text.lines().find(|line| line.chars().count() > WIDTH);
        assert_eq!(long, None);
    }
}
