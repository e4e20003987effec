//! `albumen sync`: one pass over the inboxes: import what is new, read a sample again, push, report.

mod identity;
mod pass;
mod remote;
mod report;
mod state;

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Instant, SystemTime};

use jiff::Zoned;

use super::args::{Cli, SyncArgs};
use super::error::CliError;
use super::exit::Exit;
use super::interrupt::Interrupt;
use super::output::{Format, Output};
use super::settings;
use config::{Config, When};
use gallery::is_fresh;
use inbox::{Folder, look};
use net::client::reasons;
use net::ping::ping;
use pass::Pass;
pub use pass::USUAL_SAMPLE;
use remote::{Spool, fetch_all};
use report::SyncReport;
use state::State;

/// Runs the command.
pub fn run(args: &SyncArgs, cli: &Cli, library: &Path, out: &Output) -> Result<Exit, CliError> {
    let config = settings::must(cli)?.config;
    let began = Instant::now();
    let result = one_pass(args, &config, library, out);
    let mut report = match result {
        Ok(report) => report,
        Err(error) => {
            let failed = SyncReport {
                errors: vec![with_causes(&error)],
                ..SyncReport::default()
            };
            tell(&failed, &config);
            return Err(error);
        }
    };
    report.seconds = began.elapsed().as_secs_f64();
    match out.format() {
        Format::Json => out.json(&report.json())?,
        Format::Text => out.write(report.text().as_bytes())?,
    }
    // Whoever is told gets the report even if the reader of the output is gone.
    out.flush()?;
    tell(&report, &config);
    Ok(report.exit())
}

fn one_pass(
    args: &SyncArgs,
    config: &Config,
    library: &Path,
    out: &Output,
) -> Result<SyncReport, CliError> {
    if let Some(quiet) = config.quiet_hours.filter(|_| !args.now)
        && quiet.holds(Zoned::now().time())
    {
        return Ok(idle(format!(
            "quiet until {}; --now does not wait",
            quiet.until
        )));
    }
    if config.inbox.is_empty() && config.destination.is_empty() && !config.gallery {
        return Ok(idle(
            "there is nothing to do: name the folder where archives arrive under [[inbox]] in albumen.toml \
             (`albumen config init` writes one that explains each setting)"
                .to_owned(),
        ));
    }
    let failed = |source| CliError::SyncState {
        library: library.to_owned(),
        source,
    };
    identity::expected(library, args)?;
    let Some(_lock) = state::lock(library).map_err(failed)? else {
        return Ok(idle("another sync is at work, and does it all".to_owned()));
    };
    let mut state = State::read(library);
    let before = state.clone();
    let mut report = SyncReport::default();
    let interrupt = Interrupt::listen()?;
    let spools = fetch_all(&config.inbox, library, &interrupt, &mut state, &mut report);
    let keep = |state: &State| match *state == before {
        true => Ok(()),
        false => state.write(library).map_err(failed),
    };
    if report.interrupted {
        keep(&state)?;
        return Ok(report);
    }
    let own = config.inbox.iter().filter_map(|inbox| {
        Some(Folder {
            path: inbox.path.clone()?,
            pattern: inbox.pattern.clone(),
        })
    });
    let folders: Vec<Folder> = own.chain(spools.iter().filter_map(Spool::folder)).collect();
    let looked = look(&folders, &state.known, SystemTime::now());
    let to_push = config
        .destination
        .iter()
        .any(|to| !state.pushed.contains(&to.address));
    for (path, why) in &looked.left {
        let name = name_of(path, &spools);
        if why.needs_a_person() {
            let copy = match spools.iter().any(|spool| path.starts_with(&spool.path)) {
                true => format!("; the copy of it is {}", path.display()),
                false => String::new(),
            };
            report.needs.push(format!("{name}: {why}{copy}"));
        }
        report.left.push((name, why.to_string()));
    }
    // A library into which nothing was imported yet has nothing to show.
    let to_draw =
        config.gallery && matches!(is_fresh(library, &pass::gallery_options()), Ok(false));
    if looked.exports.is_empty() && !to_push && !to_draw {
        keep(&state)?;
        return Ok(report);
    }
    if let Some(address) = &config.notify.ping {
        warn_of(ping(address, "/start", String::new()), "the health check");
    }
    let pass = Pass {
        config,
        library,
        out,
        interrupt,
    };
    pass.run(looked.exports, &mut state, &mut report);
    spools.iter().for_each(|spool| spool.remember(&mut state));
    state.known.tidy();
    keep(&state)?;
    Ok(report)
}

/// Returns what a person calls a file: of our own copies, what they are copies of.
fn name_of(path: &Path, spools: &[Spool]) -> String {
    let spool = spools.iter().find(|spool| path.starts_with(&spool.path));
    match (spool, path.file_name()) {
        (Some(spool), Some(file)) => format!("{}/{}", spool.name, file.to_string_lossy()),
        _ => path.display().to_string(),
    }
}

fn idle(why: String) -> SyncReport {
    SyncReport {
        idle: Some(why),
        ..SyncReport::default()
    }
}

/// Tells the health check and the command. Neither can spoil what was done.
fn tell(report: &SyncReport, config: &Config) {
    let notify = &config.notify;
    if let Some(address) = notify.ping.as_ref().filter(|_| report.idle.is_none()) {
        let suffix = if report.is_a_problem() { "/fail" } else { "" };
        warn_of(ping(address, suffix, report.text()), "the health check");
    }
    let wanted = match notify.when {
        When::Problems => report.is_a_problem(),
        When::Changes => report.is_a_problem() || report.did_something(),
        When::Always => true,
    };
    if let Some(command) = notify.command.as_ref().filter(|_| wanted) {
        warn_of(
            hand_over(command, &report.text()),
            "the command of [notify]",
        );
    }
}

fn hand_over(command: &str, text: &str) -> Result<(), String> {
    let (shell, flag) = if cfg!(windows) {
        ("cmd", "/C")
    } else {
        ("sh", "-c")
    };
    let mut child = Command::new(shell)
        .args([flag, command])
        .stdin(Stdio::piped())
        // Data of `--json` goes to standard output: nothing of a stranger may come between.
        .stdout(std::io::stderr())
        .spawn()
        .map_err(|error| error.to_string())?;
    if let Some(mut input) = child.stdin.take() {
        // A command that does not read its input is not at fault.
        let _ = input.write_all(text.as_bytes());
    }
    let status = child.wait().map_err(|error| error.to_string())?;
    match status.success() {
        true => Ok(()),
        false => Err(format!("it ended with {status}")),
    }
}

fn warn_of(result: Result<(), String>, who: &str) {
    if let Err(why) = result {
        // Nobody is left to tell that standard error is gone.
        let _ = writeln!(std::io::stderr(), "warning: {who} could not be told: {why}");
    }
}

/// Returns an error and what caused it on one line.
fn with_causes(error: &dyn std::error::Error) -> String {
    let mut said = reasons(error);
    said.dedup();
    said.join(": ")
}
