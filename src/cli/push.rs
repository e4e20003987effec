//! `albumen push`: copy to another place, read back, journal.

use std::path::Path;

use jiff::Timestamp;
use serde_json::json;

use super::args::{ConnectionArgs, PushArgs};
use super::connection;
use super::error::CliError;
use super::exit::Exit;
use super::hints;
use super::interrupt::Interrupt;
use super::monitor::CommandLineMonitor;
use super::output::{Format, Output};
use model::amount::{Bytes, Count};
use model::shown::shown;
use push::{ActionLine, Conditions, ContentCredentials, FileOutcome, PushReport, Sidecars, push};

/// Lines of one kind a person reads before giving up.
const MOST_LINES: usize = 50;

/// Runs the command.
pub fn run(args: &PushArgs, library: &Path, out: &Output) -> Result<Exit, CliError> {
    let options = args.to_options();
    if !options.rights.is_empty() && options.sidecars == Sidecars::None && !options.embed {
        return Err(CliError::Usage {
            command: "push",
            why: "--rights goes into sidecars and, with --embed, into copies: there are neither"
                .into(),
        });
    }
    let address = connection::address(&args.destination, &args.connection)?;
    let interrupt = Interrupt::listen()?;
    let with = ConnectionArgs {
        shared: args.shared,
        ..args.connection.clone()
    };
    let destination = connection::open(&address, &with, library, &interrupt)?;
    let monitor = CommandLineMonitor::new(out, interrupt);
    let conditions = Conditions {
        clock: &Timestamp::now,
        monitor: &monitor,
    };
    let name = address.name();
    let result = push(library, &name, destination.as_ref(), &options, conditions);
    monitor.finish();
    let report = result.map_err(|source| CliError::Push {
        destination: name.clone(),
        source,
    })?;
    match out.format() {
        Format::Json => print_json(&report, &name, args.dry_run, out)?,
        Format::Text => print_text(&report, &name, args.dry_run, out)?,
    }
    let exit = exit(&report);
    match report.stopped {
        Some(source) => {
            out.flush()?;
            Err(CliError::PushStopped {
                destination: name,
                source,
            })
        }
        None => Ok(exit),
    }
}

fn exit(report: &PushReport) -> Exit {
    let short = [FileOutcome::Cannot, FileOutcome::Failed]
        .iter()
        .any(|outcome| report.count(*outcome) > 0);
    match (report.interrupted, short) {
        (true, _) => Exit::Interrupted,
        (false, true) => Exit::Incomplete,
        (false, false) => Exit::Done,
    }
}

fn print_json(
    report: &PushReport,
    destination: &str,
    dry_run: bool,
    out: &Output,
) -> Result<(), CliError> {
    for line in &report.lines {
        out.json(&json!({
            "type": "file",
            "outcome": line.outcome.as_str(),
            "path": line.path,
            "content_hash": line.asset.map(|hash| hash.to_string()),
            "size_bytes": line.size_bytes,
            "reason": line.reason,
        }))?;
    }
    for (path, reason) in &report.not_embedded {
        out.json(&json!({"type": "not_embedded", "path": path, "reason": reason}))?;
    }
    for (path, fate) in &report.credentials {
        let fate = match fate {
            ContentCredentials::Kept => "kept",
            ContentCredentials::Removed => "removed",
        };
        out.json(&json!({"type": "content_credentials", "path": path, "outcome": fate}))?;
    }
    let count = |outcome| report.count(outcome);
    out.json(&json!({
        "type": "report",
        "destination": destination,
        "assets": report.assets,
        "files": {
            "new": count(FileOutcome::New), "changed": count(FileOutcome::Changed),
            "present": count(FileOutcome::Present), "check": count(FileOutcome::Check),
            "cannot": count(FileOutcome::Cannot), "failed": count(FileOutcome::Failed),
        },
        "not_embedded": report.not_embedded.len(),
        "content_credentials": {
            "kept": report.count_credentials(ContentCredentials::Kept),
            "removed": report.count_credentials(ContentCredentials::Removed),
        },
        "albums": report.groups.albums,
        "stacks": report.groups.stacks,
        "bytes_sent": report.bytes_sent,
        "notes": report.notes,
        "dry_run": dry_run,
        "interrupted": report.interrupted,
        "stopped": report.stopped.as_ref().map(ToString::to_string),
        "seconds": report.seconds,
    }))
}

fn print_text(
    report: &PushReport,
    destination: &str,
    dry_run: bool,
    out: &Output,
) -> Result<(), CliError> {
    let rows: [(FileOutcome, &str, &str); 6] = [
        (
            FileOutcome::New,
            "sent and read back",
            "new: would be sent and read back",
        ),
        (
            FileOutcome::Changed,
            "sent to replace an earlier version, and read back",
            "changed: would be sent to replace an earlier version",
        ),
        (FileOutcome::Present, "there already", "there already"),
        (
            FileOutcome::Check,
            "to be looked into",
            "there with the same size: would be read, and sent only if they differ",
        ),
        (
            FileOutcome::Cannot,
            "cannot be carried",
            "cannot be carried",
        ),
        (FileOutcome::Failed, "FAILED", "failed"),
    ];
    out.line(format!(
        "{} photos and videos to {destination}{}",
        Count(report.assets),
        if dry_run { " (nothing was sent)" } else { "" }
    ))?;
    for (outcome, done, planned) in rows {
        let count = report.count(outcome);
        if count > 0 {
            let text = if dry_run { planned } else { done };
            out.line(format!("  {:>9}  {text}", Count(count).to_string()))?;
        }
    }
    for (count, what) in [
        (report.groups.albums, "albums"),
        (report.groups.stacks, "stacks"),
    ] {
        if count > 0 {
            let text = if dry_run {
                "would be made, or added to"
            } else {
                "made, or added to"
            };
            let count = Count(count).to_string();
            out.line(format!("  {count:>9}  {what}: {text}"))?;
        }
    }
    for outcome in [FileOutcome::Cannot, FileOutcome::Failed] {
        print_lines(report, outcome, out)?;
    }
    print_not_embedded(report, out)?;
    print_credentials(report, out)?;
    for note in &report.notes {
        out.line(format!("Note: {note}"))?;
    }
    let size = Bytes(report.bytes_sent);
    match dry_run {
        true => out.line(format!("{size} to send")),
        false => out.line(format!("{size} sent in {:.1} s", report.seconds)),
    }
}

/// Says which copies go without what was to be written into them: each kind of reason, and the files.
fn print_not_embedded(report: &PushReport, out: &Output) -> Result<(), CliError> {
    let all = &report.not_embedded;
    if all.is_empty() {
        return Ok(());
    }
    out.line(format!(
        "  {:>9}  go as they are, or with some facts missing: not everything could be written into them",
        Count(all.len() as u64).to_string()
    ))?;
    for (path, reason) in all.iter().take(MOST_LINES) {
        out.line(format!("as it is: {}: {}", shown(path), shown(reason)))?;
    }
    if all.len() > MOST_LINES {
        let more = all.len() - MOST_LINES;
        out.line(format!("and {more} more: see all with --json"))?;
    }
    Ok(())
}

/// Says how many files carry Content Credentials, and what became of these.
fn print_credentials(report: &PushReport, out: &Output) -> Result<(), CliError> {
    for (fate, text) in [
        (
            ContentCredentials::Kept,
            "carry Content Credentials (C2PA): nothing was written into them, their signatures stay valid",
        ),
        (
            ContentCredentials::Removed,
            "lost their Content Credentials (C2PA) together with what was taken out",
        ),
    ] {
        let count = report.count_credentials(fate);
        if count > 0 {
            out.line(format!("  {:>9}  {text}", Count(count).to_string()))?;
        }
    }
    Ok(())
}

fn print_lines(report: &PushReport, outcome: FileOutcome, out: &Output) -> Result<(), CliError> {
    let of_kind = |line: &&ActionLine| line.outcome == outcome;
    for line in report.lines.iter().filter(of_kind).take(MOST_LINES) {
        let reason = line.reason.as_deref().unwrap_or_default();
        out.line(format!(
            "{}: {}: {}",
            outcome.as_str(),
            shown(&line.path),
            shown(reason)
        ))?;
    }
    let more = (report.count(outcome) as usize).saturating_sub(MOST_LINES);
    if more > 0 {
        out.line(format!("and {more} more: see all with --json"))?;
    }
    if report.count(outcome) > 0 {
        out.line(format!("hint: {}", hints::for_push(outcome)))?;
    }
    Ok(())
}
