//! How a failure is told: as text to people, and with `--json` as one line to programs.
//!
//! The text always goes to standard error. With `--json` the line goes to standard output as well, behind whatever was printed
//! there before: a program that reads the lines learns from the last one why there is no report, and a log of standard error
//! still says it in words. What to do about a failure is in `cli::hints`; where it happened is found in `cli::failure_place`.

use std::error::Error;
use std::io::{self, Write};

use clap::error::ErrorKind;
use serde::Serialize;

use super::error::CliError;
use super::exit::Exit;
use super::failure_place::Place;
use super::hints::hints;
use super::json::ProblemJson;
use super::output::{Format, Output};
use super::telling::Telling;
use super::wrap::{self, wrapped};
use import::ImportError;
use model::shown::{shown, shown_whole};

/// The line of a failure in `--json`.
#[derive(Debug, PartialEq, Serialize)]
pub struct ErrorJson {
    #[serde(rename = "type")]
    line: &'static str,
    message: String,
    /// What the message goes back to, the nearest first.
    causes: Vec<String>,
    hint: Option<String>,
    exit_code: u8,
    part: Option<String>,
    entry: Option<String>,
    path: Option<String>,
}

impl ErrorJson {
    fn new(error: &CliError) -> Self {
        let mut said = chain(error).into_iter();
        let message = said.next().unwrap_or_default();
        let hints = hints(error);
        let place = Place::of(error);
        Self {
            line: "error",
            message,
            causes: said.collect(),
            hint: (!hints.is_empty()).then(|| hints.join("; ")),
            exit_code: error.exit().code(),
            part: place.part.map(shown),
            entry: place.entry.map(shown),
            path: place.path.map(|path| path.display().to_string()),
        }
    }

    /// Returns the line of a command line that cannot be understood.
    fn of_usage(error: &clap::Error) -> Self {
        let text = error.render().to_string();
        let mut paragraphs = text.trim().split("\n\n");
        let message = paragraphs.next().unwrap_or_default();
        let message = message.strip_prefix("error: ").unwrap_or(message);
        // The usage line between them is for eyes; `--help` has all of it.
        let further: Vec<String> = paragraphs
            .map(one_line)
            .filter(|text| !text.starts_with("Usage:"))
            .map(|text| text.strip_prefix("tip: ").unwrap_or(&text).to_owned())
            .collect();
        Self {
            line: "error",
            message: one_line(message),
            causes: Vec::new(),
            hint: (!further.is_empty()).then(|| further.join("; ")),
            exit_code: Exit::Usage.code(),
            part: None,
            entry: None,
            path: None,
        }
    }
}

/// Tells why a command failed, and returns the exit code.
pub fn tell(error: &CliError, out: &Output) -> Exit {
    if out.format() == Format::Json {
        // If the output cannot be written, standard error and the exit code are all that is left.
        let _ = problems(error, out)
            .and_then(|()| out.json(&ErrorJson::new(error)))
            .and_then(|()| out.flush());
    }
    out.telling().keep(&message(error, false));
    // Nobody is left to tell that standard error is gone.
    let _ = io::stderr()
        .lock()
        .write_all(wrapped(&message(error, Telling::colours()), wrap::of_errors()).as_bytes());
    error.exit()
}

/// Tells that a command line cannot be understood, or shows the help it asks for, and returns the exit code.
pub fn tell_usage(error: &clap::Error, format: Format) -> Exit {
    let help = matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
    );
    if format == Format::Json && !help {
        let out = Output::stdout(format);
        let _ = out
            .json(&ErrorJson::of_usage(error))
            .and_then(|()| out.flush());
    }
    // A closed pipe is no reason to complain: the reader has seen what it wanted.
    let _ = error.print();
    if error.use_stderr() {
        Exit::Usage
    } else {
        Exit::Done
    }
}

/// Prints what is wrong with each part, where no part could be read: a report that would list them never comes.
fn problems(error: &CliError, out: &Output) -> Result<(), CliError> {
    let CliError::Import {
        source: ImportError::NothingReadable { problems },
        ..
    } = error
    else {
        return Ok(());
    };
    problems.iter().try_for_each(|problem| {
        out.json(&ProblemJson::new(&problem.part, problem.what.to_string()))
    })
}

/// Returns what people are told: the failure, its causes, and what to do.
pub(super) fn message(error: &CliError, colour: bool) -> String {
    let head = if colour {
        "\u{1b}[1;31merror:\u{1b}[0m"
    } else {
        "error:"
    };
    let mut said = chain(error).into_iter();
    let mut text = format!("{head} {}\n", shown_whole(&said.next().unwrap_or_default()));
    for cause in said {
        text.push_str(&format!("  caused by: {}\n", shown_whole(&cause)));
    }
    for hint in hints(error) {
        text.push_str(&format!("hint: {hint}\n"));
    }
    text
}

/// Returns what an error and its causes say, each once.
fn chain(error: &CliError) -> Vec<String> {
    let mut said = vec![error.to_string()];
    for cause in causes(error) {
        let text = cause.to_string();
        // A transparent error repeats its source.
        if said.last() != Some(&text) {
            said.push(text);
        }
    }
    said
}

/// Returns the causes of an error, the nearest first.
pub fn causes(error: &dyn Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    std::iter::successors(error.source(), |cause| {
        let cause: &(dyn Error + 'static) = *cause;
        cause.source()
    })
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
