//! `albumen fetch --memories`: downloads the memories that Snapchat's archive only links to.

use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use super::args::FetchArgs;
use super::connection::pause;
use super::error::CliError;
use super::exit::Exit;
use super::fetch::{options, reason};
use super::hints;
use super::interrupt::Interrupt;
use super::monitor::CommandLineMonitor;
use super::output::{Format, Output};
use fetch::{
    FetchConditions, FetchError, MemoriesReport, MemoryLinks, MemoryOutcome, MemoryReport,
    fetch_memories, memory_links,
};
use model::amount::{Bytes, Count};
use model::shown::shown;

/// Runs the command.
pub fn run(args: &FetchArgs, out: &Output) -> Result<Exit, CliError> {
    let links = memory_links(&args.memories).map_err(CliError::Memories)?;
    let interrupt = Interrupt::listen()?;
    let monitor = CommandLineMonitor::new(out, interrupt.clone());
    let conditions = FetchConditions {
        clock: &Timestamp::now,
        pause: &|wait| pause(wait, &interrupt),
        monitor: &monitor,
    };
    let between = Duration::from_millis(args.pause_ms);
    let result = fetch_memories(&links.wanted, &options(args), between, &conditions);
    monitor.finish();
    let report = result.map_err(CliError::Fetch)?;
    match out.format() {
        Format::Json => print_json(&report, &links, out)?,
        Format::Text => print_text(&report, &links, &args.into, out)?,
    }
    Ok(exit(&report, &links))
}

fn exit(report: &MemoriesReport, links: &MemoryLinks) -> Exit {
    let failed = report.count(is_failed) + report.count(is_expired) + links.unusable;
    match (report.interrupted, failed) {
        (true, _) => Exit::Interrupted,
        (false, 0) => Exit::Done,
        (false, _) => Exit::Incomplete,
    }
}

fn is_failed(outcome: &MemoryOutcome) -> bool {
    matches!(outcome, MemoryOutcome::Failed(_))
}

fn is_expired(outcome: &MemoryOutcome) -> bool {
    matches!(outcome, MemoryOutcome::Expired(_))
}

fn error_of(memory: &MemoryReport) -> Option<&FetchError> {
    match &memory.outcome {
        MemoryOutcome::Expired(error) | MemoryOutcome::Failed(error) => Some(error),
        _ => None,
    }
}

fn word(outcome: &MemoryOutcome) -> &'static str {
    match outcome {
        MemoryOutcome::Fetched => "fetched",
        MemoryOutcome::Present => "present",
        MemoryOutcome::Expired(_) => "expired",
        MemoryOutcome::Failed(_) => "failed",
        MemoryOutcome::Stopped => "stopped",
    }
}

#[derive(Serialize)]
struct MemoryJson<'a> {
    #[serde(rename = "type")]
    line: &'static str,
    outcome: &'static str,
    name: &'a str,
    taken_at: Option<Timestamp>,
    bytes_fetched: u64,
    reason: Option<String>,
    hint: Option<&'static str>,
}

#[derive(Serialize)]
struct ReportJson {
    #[serde(rename = "type")]
    line: &'static str,
    memories: usize,
    fetched: usize,
    present: usize,
    expired: usize,
    failed: usize,
    stopped: usize,
    without_link: usize,
    unusable: usize,
    bytes_fetched: u64,
    interrupted: bool,
    seconds: f64,
}

fn count(report: &MemoriesReport, wanted: &str) -> usize {
    report.count(|outcome| word(outcome) == wanted)
}

fn print_json(report: &MemoriesReport, links: &MemoryLinks, out: &Output) -> Result<(), CliError> {
    for memory in &report.memories {
        out.json(&MemoryJson {
            line: "memory",
            outcome: word(&memory.outcome),
            name: &memory.name,
            taken_at: memory.taken,
            bytes_fetched: memory.bytes_fetched,
            reason: error_of(memory).map(reason),
            hint: hint(memory),
        })?;
    }
    out.json(&ReportJson {
        line: "report",
        memories: report.memories.len(),
        fetched: count(report, "fetched"),
        present: count(report, "present"),
        expired: count(report, "expired"),
        failed: count(report, "failed"),
        stopped: count(report, "stopped"),
        without_link: links.without_link,
        unusable: links.unusable,
        bytes_fetched: report.bytes_fetched(),
        interrupted: report.interrupted,
        seconds: report.seconds,
    })
}

fn hint(memory: &MemoryReport) -> Option<&'static str> {
    match &memory.outcome {
        MemoryOutcome::Expired(_) => Some(hints::ORDER_AGAIN),
        MemoryOutcome::Failed(error) => hints::for_fetch(error),
        _ => None,
    }
}

fn print_text(
    report: &MemoriesReport,
    links: &MemoryLinks,
    folder: &Path,
    out: &Output,
) -> Result<(), CliError> {
    let mut to_do: Vec<&'static str> = Vec::new();
    for memory in &report.memories {
        let name = shown(&memory.name);
        if let Some(error) = error_of(memory) {
            let what = if is_expired(&memory.outcome) {
                "EXPIRED"
            } else {
                "FAILED"
            };
            out.line(format!("{what}: {name}: {}", reason(error)))?;
        }
        to_do.extend(hint(memory));
    }
    to_do.sort_unstable();
    to_do.dedup();
    for hint in to_do {
        out.line(format!("hint: {hint}"))?;
    }
    let number = |count: usize| Count(count as u64);
    if links.without_link > 0 {
        out.line(format!(
            "{} rows have no link: further parts of the archive hold those memories",
            number(links.without_link)
        ))?;
    }
    if links.unusable > 0 {
        out.line(format!(
            "{} rows have links that cannot be used",
            number(links.unusable)
        ))?;
    }
    out.line(format!(
        "{} of {} memories are in {}: {} fetched now ({} in {:.1} s), {} there before, {} expired, {} failed",
        number(count(report, "fetched") + count(report, "present")),
        number(report.memories.len()),
        folder.display(),
        number(count(report, "fetched")),
        Bytes(report.bytes_fetched()),
        report.seconds,
        number(count(report, "present")),
        number(count(report, "expired")),
        number(count(report, "failed")),
    ))?;
    match report.interrupted {
        true => out.line("stopped; repeat the command to go on"),
        false => Ok(()),
    }
}
