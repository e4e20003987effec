//! `albumen certify --at DESTINATION` and `albumen verify DESTINATION`: what reading a destination again shows.

use std::path::Path;

use jiff::Timestamp;
use serde_json::json;

use super::account::as_kept;
use super::args::{CertifyArgs, ConnectionArgs};
use super::connection;
use super::error::CliError;
use super::exit::Exit;
use super::interrupt::Interrupt;
use super::monitor::CommandLineMonitor;
use super::output::{Format, Output};
use model::amount::{Bytes, Count};
use model::select::Select;
use model::shown::shown;
use push::recheck::{Recheck, certify_at, verify_there};
use push::{Conditions, PushError, PushOptions};

/// Lines a person reads before giving up.
const MOST_LINES: usize = 50;

/// Reads back all that should be at a destination.
pub fn certify(
    args: &CertifyArgs,
    at: &str,
    library: &Path,
    out: &Output,
) -> Result<Exit, CliError> {
    let address = connection::address(at, &args.connection)?;
    let interrupt = Interrupt::listen()?;
    let destination = connection::open(&address, &args.connection, library, &interrupt)?;
    let name = address.name();
    let options = PushOptions {
        select: args
            .account
            .as_deref()
            .map(|name| Select::of_account(as_kept(name)))
            .unwrap_or_default(),
        ..PushOptions::default()
    };
    let report = watched(out, interrupt, &name, |conditions| {
        certify_at(library, &name, destination.as_ref(), &options, conditions)
    })?;
    let verdict = if report.is_complete() {
        "complete"
    } else {
        "not_complete"
    };
    match out.format() {
        Format::Json => {
            for gap in &report.gaps {
                out.json(&json!({"type": "gap", "path": gap.path, "kind": gap.kind.as_str()}))?;
            }
            out.json(&json!({
                "type": "destination", "destination": name, "verdict": verdict, "assets": report.assets,
                "files": report.files, "bytes": report.bytes, "gaps": report.gaps.len(),
                "interrupted": report.interrupted, "made": Timestamp::now().to_string(),
            }))?;
        }
        Format::Text => {
            let said = match report.is_complete() {
                true => "complete: everything is there",
                false => "NOT COMPLETE",
            };
            out.line(format!("{name}: {said}"))?;
            print_text(&report, out)?;
        }
    }
    Ok(exit(&report))
}

/// Reads again what a destination's own lists name.
pub fn verify(at: &str, connection: &ConnectionArgs, out: &Output) -> Result<Exit, CliError> {
    let address = connection::address(at, connection)?;
    let interrupt = Interrupt::listen()?;
    let destination = connection::open(&address, connection, Path::new(""), &interrupt)?;
    let name = address.name();
    let workers = PushOptions::default().workers;
    let report = watched(out, interrupt, &name, |conditions| {
        verify_there(destination.as_ref(), workers, conditions)
    })?;
    match out.format() {
        Format::Json => {
            for gap in &report.gaps {
                out.json(&json!({"type": "finding", "path": gap.path, "kind": gap.kind.as_str()}))?;
            }
            out.json(&json!({
                "type": "report", "destination": name, "files": report.files, "bytes_read": report.bytes,
                "findings": report.gaps.len(), "interrupted": report.interrupted,
            }))?;
        }
        Format::Text => print_text(&report, out)?,
    }
    Ok(exit(&report))
}

fn watched(
    out: &Output,
    interrupt: Interrupt,
    name: &str,
    work: impl FnOnce(Conditions<'_>) -> Result<Recheck, PushError>,
) -> Result<Recheck, CliError> {
    let monitor = CommandLineMonitor::new(out, interrupt);
    let result = work(Conditions {
        clock: &Timestamp::now,
        monitor: &monitor,
    });
    monitor.finish();
    result.map_err(|source| CliError::ReadBack {
        destination: name.to_owned(),
        source,
    })
}

fn exit(report: &Recheck) -> Exit {
    match (report.interrupted, report.is_complete()) {
        (true, _) => Exit::Interrupted,
        (false, true) => Exit::Done,
        (false, false) => Exit::Incomplete,
    }
}

fn print_text(report: &Recheck, out: &Output) -> Result<(), CliError> {
    for gap in report.gaps.iter().take(MOST_LINES) {
        out.line(format!("  {}: {}", gap.kind.as_str(), shown(&gap.path)))?;
    }
    if report.gaps.len() > MOST_LINES {
        let more = report.gaps.len() - MOST_LINES;
        out.line(format!("  and {more} more: see all with --json"))?;
    }
    if !report.gaps.is_empty() {
        out.line("hint: push again to send what is missing; what was changed there is left alone, so check it first")?;
    }
    let read = format!(
        "  {} files ({}) were read back just now",
        Count(report.files),
        Bytes(report.bytes)
    );
    match report.gaps.len() as u64 {
        0 => out.line(format!("{read}, and all are good")),
        gaps => out.line(format!("{read} and are good, {} are not", Count(gaps))),
    }
}
