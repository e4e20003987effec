//! `albumen providers`: which services' archives can be read, and how to ask for them.

use serde::Serialize;

use super::args::ProvidersArgs;
use super::error::CliError;
use super::exit::Exit;
use super::output::{Format, Output};
use provider::{PROVIDERS, Provider};

/// Characters in a line of text.
const WIDTH: usize = 90;

#[derive(Serialize)]
struct ProviderJson {
    #[serde(rename = "type")]
    line: &'static str,
    name: &'static str,
    reader_version: u32,
    how_to_ask: &'static str,
}

/// Runs the command.
pub fn run(args: &ProvidersArgs, out: &Output) -> Result<Exit, CliError> {
    let wanted = |provider: &&&dyn Provider| {
        args.provider
            .as_deref()
            .is_none_or(|name| provider.name() == name)
    };
    for (index, provider) in PROVIDERS.iter().filter(wanted).enumerate() {
        print(*provider, index == 0, out)?;
    }
    Ok(Exit::Done)
}

fn print(provider: &dyn Provider, first: bool, out: &Output) -> Result<(), CliError> {
    if out.format() == Format::Json {
        return out.json(&ProviderJson {
            line: "provider",
            name: provider.name(),
            reader_version: provider.reader_version(),
            how_to_ask: provider.how_to_ask(),
        });
    }
    if !first {
        out.line("")?;
    }
    out.line(provider.name())?;
    for line in provider.how_to_ask().lines().flat_map(wrapped) {
        out.line(format!("  {line}").trim_end())?;
    }
    Ok(())
}

/// Breaks a line between words.
fn wrapped(line: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in line.split_whitespace() {
        let current = lines.last().map_or(0, |line| line.chars().count());
        if current > 0 && current + 1 + word.chars().count() > WIDTH {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            line.push_str(if line.is_empty() { "" } else { " " });
            line.push_str(word);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::output::testing::printed;
    use model::evidence::{Evidence, Links};
    use provider::{ItemSink, ReadOptions, Tree};

    struct Example;

    impl Provider for Example {
        fn name(&self) -> &'static str {
            "example"
        }
        fn reader_version(&self) -> u32 {
            7
        }
        fn recognize(&self, _: &[&str]) -> Vec<String> {
            vec![]
        }
        fn read(&self, _: &dyn Tree, _: &ReadOptions, _: &mut dyn ItemSink) {}
        fn link(&self, _: &Evidence) -> Links {
            Links::default()
        }
        fn how_to_ask(&self) -> &'static str {
            "Ask.\n\nTick all."
        }
    }

    #[test]
    fn people_read_how_to_ask() {
        let text = printed(Format::Text, |out| print(&Example, true, out));
        assert_eq!(text, "example\n  Ask.\n\n  Tick all.\n");
    }

    #[test]
    fn long_lines_are_broken_between_words() {
        let lines = wrapped(&"twelve chars ".repeat(20));
        assert!(
            lines.len() > 1 && lines.iter().all(|line| line.chars().count() <= WIDTH),
            "{lines:?}"
        );
        assert_eq!(lines.join(" "), "twelve chars ".repeat(20).trim_end());
        assert_eq!(wrapped(""), [""]);
    }

    #[test]
    fn programs_read_a_line() {
        let text = printed(Format::Json, |out| print(&Example, false, out));
        let line = r#"{"type":"provider","name":"example","reader_version":7,"how_to_ask":"Ask.\n\nTick all."}"#;
        assert_eq!(text.trim_end(), line);
    }
}
