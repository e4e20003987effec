//! What is told beside a command's data: how much, how progress is shown, and the file that keeps it.
//!
//! Data goes to standard output (`cli::output`); what is told goes to standard error, and with `--log-file` into a file as well,
//! each line with its time. The file holds no more than standard error would, so no secret and no address with one.

use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use anstream::{AutoStream, ColorChoice};
use jiff::Timestamp;

use super::args::Cli;
use super::error::CliError;

/// How much is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Level {
    /// Errors alone.
    Quiet,
    /// Warnings and progress, too.
    #[default]
    Usual,
    /// And what each step did.
    Verbose,
}

/// What is told beside the data.
#[derive(Debug)]
pub struct Telling {
    /// How much.
    pub level: Level,
    /// Whether progress is shown.
    pub progress: bool,
    log: Option<Mutex<File>>,
}

impl Default for Telling {
    fn default() -> Self {
        Self::new(Level::Usual)
    }
}

impl Telling {
    /// Tells so much, and keeps nothing of it.
    pub fn new(level: Level) -> Self {
        Self {
            level,
            progress: level > Level::Quiet,
            log: None,
        }
    }

    /// Returns what the command line asks for, and opens the file that keeps it.
    pub fn asked(cli: &Cli) -> Result<Self, CliError> {
        let level = match (cli.quiet, cli.verbose) {
            (true, _) => Level::Quiet,
            (false, true) => Level::Verbose,
            (false, false) => Level::Usual,
        };
        let log = cli.log_file.as_deref().map(open).transpose()?;
        let usual = Self::new(level);
        Ok(Self {
            progress: usual.progress && !cli.no_progress,
            log: log.map(Mutex::new),
            ..usual
        })
    }

    /// Returns whether standard error is a terminal on which a line can be drawn again.
    pub fn may_draw() -> bool {
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        io::stderr().is_terminal() && !dumb
    }

    /// Returns whether standard error takes colours, by the rules of `NO_COLOR`, `CLICOLOR` and `CLICOLOR_FORCE`.
    pub fn colours() -> bool {
        AutoStream::choice(&io::stderr()) != ColorChoice::Never
    }

    /// Writes lines into the file, if there is one. That it cannot be written is no reason to stop an import.
    pub fn keep(&self, text: &str) {
        let Some(log) = &self.log else { return };
        let now = Timestamp::now();
        let mut lines = String::new();
        for line in text.lines() {
            let _ = writeln!(lines, "{now:.3} {line}");
        }
        let mut file = log.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = file.write_all(lines.as_bytes());
    }
}

/// Opens a file to write behind what it holds; a new one is its owner's alone.
fn open(path: &Path) -> Result<File, CliError> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(|source| CliError::LogFile {
        path: path.to_owned(),
        source,
    })
}
