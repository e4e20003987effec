//! `albumen doctor`: looks whether everything albumen needs is there and in order, and says what to do about what is not.
//!
//! Nothing is changed, here or at a destination: not even a file is written to find out whether one could be. The checks of this
//! machine stand in `doctor_machine`, those of the library and the configuration here.

use std::path::Path;
use std::time::SystemTime;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::json;

use super::args::{Cli, DoctorArgs};
use super::doctor_machine as machine;
use super::error::CliError;
use super::exit::Exit;
use super::hints;
use super::interrupt::Interrupt;
use super::library;
use super::output::{Format, Output};
use super::settings;
use super::sync;
use catalog::Catalog;
use config::Config;
use model::shown::shown;
use net::client::with_causes;
use writer::library::{Library, LibraryError};

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// As it should be.
    Fine,
    /// Something is less than it could be; nothing has to be done.
    Note,
    /// Something has to be done.
    Problem,
}

impl State {
    fn as_str(self) -> &'static str {
        match self {
            Self::Fine => "ok",
            Self::Note => "note",
            Self::Problem => "problem",
        }
    }
}

/// One thing that was looked at.
#[derive(Debug, Clone)]
pub(super) struct Check {
    what: &'static str,
    state: State,
    says: String,
    todo: Option<String>,
}

impl Check {
    pub(super) fn fine(what: &'static str, says: impl Into<String>) -> Self {
        Self {
            what,
            state: State::Fine,
            says: says.into(),
            todo: None,
        }
    }

    pub(super) fn note(
        what: &'static str,
        says: impl Into<String>,
        todo: impl Into<String>,
    ) -> Self {
        Self {
            what,
            state: State::Note,
            says: says.into(),
            todo: Some(todo.into()),
        }
    }

    pub(super) fn problem(
        what: &'static str,
        says: impl Into<String>,
        todo: Option<String>,
    ) -> Self {
        Self {
            what,
            state: State::Problem,
            says: says.into(),
            todo,
        }
    }

    /// What an error says, and what to do about it.
    fn failed(what: &'static str, error: &CliError) -> Self {
        let todo = hints::hints(error);
        Self::problem(
            what,
            with_causes(error),
            (!todo.is_empty()).then(|| todo.join("; ")),
        )
    }

    fn print(&self, out: &Output) -> Result<(), CliError> {
        if out.format() == Format::Json {
            return out.json(&json!({
                "type": "check", "what": self.what, "state": self.state.as_str(), "says": self.says, "todo": self.todo,
            }));
        }
        let says = shown(&self.says);
        out.line(format!(
            "{:<8} {:<12} {says}",
            self.state.as_str(),
            self.what
        ))?;
        match &self.todo {
            Some(todo) => out.line(format!("{:21} {}", "", shown(todo))),
            None => Ok(()),
        }
    }
}

/// Runs the command.
pub fn run(args: &DoctorArgs, cli: &Cli, library: &Path, out: &Output) -> Result<Exit, CliError> {
    let mut worst = Tally::default();
    let mut show = |check: Check| {
        worst.add(check.state);
        check.print(out)
    };
    for check in of_library(library) {
        show(check)?;
    }
    for check in machine::checks(library) {
        show(check)?;
    }
    show(clock(library))?;
    let config = match settings::find(cli.config.as_deref()) {
        Ok(None) => {
            let todo = "`albumen config init` makes one; it is needed only for `albumen sync`";
            show(Check::note("config", "there is no configuration", todo))?;
            None
        }
        Ok(Some(settings)) => {
            let path = settings.path.display().to_string();
            show(Check::fine("config", path))?;
            Some(settings.config)
        }
        Err(error) => {
            show(Check::failed("config", &error))?;
            None
        }
    };
    if let Some(config) = &config {
        of_config(args, config, library, &mut show)?;
    }
    worst.finish(out)
}

/// How many were how.
#[derive(Default)]
struct Tally {
    fine: u64,
    notes: u64,
    problems: u64,
}

impl Tally {
    fn add(&mut self, state: State) {
        match state {
            State::Fine => self.fine += 1,
            State::Note => self.notes += 1,
            State::Problem => self.problems += 1,
        }
    }

    fn finish(&self, out: &Output) -> Result<Exit, CliError> {
        if out.format() == Format::Json {
            out.json(&json!({
                "type": "doctor", "ok": self.fine, "notes": self.notes, "problems": self.problems,
            }))?;
        } else {
            out.line(match self.problems {
                0 => "everything albumen needs is in order".to_owned(),
                1 => "1 problem".to_owned(),
                many => format!("{many} problems"),
            })?;
        }
        Ok(match self.problems {
            0 => Exit::Done,
            _ => Exit::Incomplete,
        })
    }
}

/// Looks at the library: whether it is there, free, and sound as far as its catalog tells.
fn of_library(root: &Path) -> Vec<Check> {
    let shown_root = root.display().to_string();
    if !root.exists() {
        let todo = "the first `albumen import` makes it; --library DIR names another folder";
        let says = format!("there is none at {shown_root} yet");
        return vec![Check::note("library", says, todo)];
    }
    let opened = match Library::open(root) {
        Ok(opened) => opened,
        Err(error) => return vec![Check::failed("library", &CliError::Library(error))],
    };
    let mut checks = vec![Check::fine("library", shown_root)];
    checks.push(match opened.lock_to_read() {
        Ok(_) => Check::fine("lock", "nothing else is at work in the library"),
        Err(error) if LibraryError::is_locked(&error) => {
            let todo = "wait for it to end, or end it: what it did so far stays whole";
            Check::note("lock", "another albumen is at work in the library", todo)
        }
        Err(error) => Check::failed("lock", &CliError::Library(error)),
    });
    checks.push(match library::catalog_to_show(root) {
        Err(error) => Check::failed("catalog", &error),
        Ok(catalog) => of_catalog(&catalog, root),
    });
    checks
}

fn of_catalog(catalog: &Catalog, root: &Path) -> Check {
    let status = match catalog.status().map_err(library::catalog_failed(root)) {
        Ok(status) => status,
        Err(error) => return Check::failed("catalog", &error),
    };
    if status.unsettled {
        let todo = "the next import finishes what it began; `albumen status --runs` says which";
        return Check::problem(
            "catalog",
            "the last run was cut off before it had settled the library",
            Some(todo.to_owned()),
        );
    }
    let says = format!(
        "sound, {} photos and videos; `albumen verify` reads the files themselves",
        status.assets
    );
    Check::fine("catalog", says)
}

/// Looks at the clock: dates of runs, of certificates and of archives are compared with it.
fn clock(root: &Path) -> Check {
    let todo =
        || Some("set this computer's clock: albumen writes its time into certificates".to_owned());
    let now = Timestamp::now();
    let made = std::env::current_exe().and_then(|path| path.metadata()?.modified());
    if made.is_ok_and(|made| made > SystemTime::now()) {
        let says = format!("it is {now}, which is before albumen was put on this computer");
        return Check::problem("clock", says, todo());
    }
    let runs = library::catalog(root)
        .ok()
        .and_then(|catalog| catalog.runs().ok());
    let last = runs
        .iter()
        .flatten()
        .filter_map(|run| run.started.parse::<Timestamp>().ok());
    if let Some(last) = last.max().filter(|last| *last > now) {
        let says = format!("it is {now}, and the library was changed at {last}");
        return Check::problem("clock", says, todo());
    }
    match TimeZone::system().iana_name() {
        Some(zone) => Check::fine("clock", format!("plausible, zone {zone}")),
        None => Check::note(
            "clock",
            "plausible; this computer does not say in which zone it is",
            "--home-timezone ZONE tells `import` where you lived",
        ),
    }
}

/// Looks at inboxes and destinations, one after the other: each is shown when it answered.
fn of_config(
    args: &DoctorArgs,
    config: &Config,
    library: &Path,
    show: &mut dyn FnMut(Check) -> Result<(), CliError>,
) -> Result<(), CliError> {
    for folder in config.inbox.iter().filter_map(|inbox| inbox.path.as_ref()) {
        let says = folder.display().to_string();
        show(match folder.read_dir() {
            Ok(_) => Check::fine("inbox", says),
            Err(error) => {
                let todo = "make the folder, or name another in the configuration";
                Check::problem("inbox", format!("{says}: {error}"), Some(todo.to_owned()))
            }
        })?;
    }
    if args.offline {
        return Ok(());
    }
    let interrupt = Interrupt::listen()?;
    for to in &config.destination {
        let reached = sync::reach(to, library, &interrupt).and_then(|reached| {
            let described = reached.there.describe();
            described.map_err(|source| CliError::Push {
                destination: reached.name.clone(),
                source: source.into(),
            })?;
            Ok(reached.name)
        });
        show(match reached {
            Ok(name) => Check::fine("destination", format!("{name} answers, and lets us in")),
            Err(error) => Check::failed("destination", &error),
        })?;
    }
    Ok(())
}
