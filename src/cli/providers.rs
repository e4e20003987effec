//! `albumen providers`: which services' archives can be read, and how to ask for them.

use serde::Serialize;

use super::args::ProvidersArgs;
use super::error::CliError;
use super::exit::Exit;
use super::output::{Format, Output};
use provider::{PROVIDERS, Provider};

/// Characters in a line of text.
const WIDTH: usize = 90;

/// How Threads is asked for: it is no provider of its own, and people look for it by its name.
pub const THREADS: &str = "Threads has no archive of its own: its posts come in Instagram's. Ask for that one as below, and leave Threads among \
     the information chosen.";

#[derive(Serialize)]
struct ProviderJson {
    #[serde(rename = "type")]
    line: &'static str,
    name: &'static str,
    title: &'static str,
    reader_version: u32,
    how_to_ask: &'static str,
}

/// Runs the command.
pub fn run(args: &ProvidersArgs, out: &Output) -> Result<Exit, CliError> {
    let threads = args.provider.as_deref() == Some(super::args::THREADS);
    let wanted = |provider: &&&dyn Provider| match args.provider.as_deref() {
        Some(_) if threads => provider.about().name == "instagram",
        name => name.is_none_or(|name| provider.about().name == name),
    };
    if threads && out.format() == Format::Text {
        for line in wrapped(THREADS, WIDTH) {
            out.line(&line)?;
        }
        out.line("")?;
    }
    for (index, provider) in PROVIDERS.iter().filter(wanted).enumerate() {
        print(*provider, index == 0, out)?;
    }
    Ok(Exit::Done)
}

fn print(provider: &dyn Provider, first: bool, out: &Output) -> Result<(), CliError> {
    let about = provider.about();
    if out.format() == Format::Json {
        return out.json(&ProviderJson {
            line: "provider",
            name: about.name,
            title: about.title,
            reader_version: about.reader_version,
            how_to_ask: about.how_to_ask,
        });
    }
    if !first {
        out.line("")?;
    }
    out.line(format!("{} ({})", about.title, about.name))?;
    for line in asking(provider, WIDTH) {
        out.line(format!("  {line}").trim_end())?;
    }
    Ok(())
}

/// Returns the lines that say how to ask a service for its archive, none of them longer than `width`.
pub fn asking(provider: &dyn Provider, width: usize) -> Vec<String> {
    let lines = provider.about().how_to_ask.lines();
    lines.flat_map(|line| wrapped(line, width)).collect()
}

/// Breaks a line between words. What follows a number at the beginning (`1. `) is indented behind it.
pub fn wrapped(line: &str, width: usize) -> Vec<String> {
    let numbered = line.split_once(". ").filter(|(number, _)| {
        !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
    });
    let indent = numbered.map_or(0, |(number, _)| number.len() + 2);
    let mut lines = vec![String::new()];
    for word in line.split_whitespace() {
        let current = lines.last().map_or(0, |line| line.chars().count());
        if current > indent && current + 1 + word.chars().count() > width {
            lines.push(" ".repeat(indent));
        }
        if let Some(line) = lines.last_mut() {
            line.push_str(if line.trim().is_empty() { "" } else { " " });
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
    use provider::driver::Reading;
    use provider::{About, Meaning, Tree};

    struct Example;

    impl Provider for Example {
        fn about(&self) -> &'static About {
            &About {
                name: "example",
                title: "Example of Old",
                reader_version: 7,
                meaning: Meaning::PLAIN,
                how_to_ask: "Ask.\n\nTick all.",
            }
        }
        fn recognize(&self, _: &[&str]) -> Vec<String> {
            vec![]
        }
        fn open<'a>(&self, _: &'a dyn Tree) -> Box<dyn Reading + 'a> {
            unreachable!("nothing is read")
        }
        fn link(&self, _: &Evidence) -> Links {
            Links::default()
        }
    }

    #[test]
    fn people_read_how_to_ask() {
        let text = printed(Format::Text, |out| print(&Example, true, out));
        assert_eq!(text, "Example of Old (example)\n  Ask.\n\n  Tick all.\n");
    }

    #[test]
    fn long_lines_are_broken_between_words() {
        let lines = wrapped(&"twelve chars ".repeat(20), WIDTH);
        assert!(
            lines.len() > 1 && lines.iter().all(|line| line.chars().count() <= WIDTH),
            "{lines:?}"
        );
        assert_eq!(lines.join(" "), "twelve chars ".repeat(20).trim_end());
        assert_eq!(wrapped("", WIDTH), [""]);
        assert_eq!(
            wrapped("12. one two three", 11),
            ["12. one two", "    three"]
        );
    }

    #[test]
    fn programs_read_a_line() {
        let text = printed(Format::Json, |out| print(&Example, false, out));
        let line = r#"{"type":"provider","name":"example","title":"Example of Old","reader_version":7,"how_to_ask":"Ask.\n\nTick all."}"#;
        assert_eq!(text.trim_end(), line);
    }
}
