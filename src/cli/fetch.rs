//! `albumen fetch`: downloads the parts of an archive.

use std::fs;
use std::io::{Read, Write, stderr, stdin};
use std::path::Path;

use jiff::Timestamp;
use serde::Serialize;

use super::args::FetchArgs;
use super::connection::pause;
use super::error::CliError;
use super::exit::Exit;
use super::hints;
use super::interrupt::Interrupt;
use super::monitor::CommandLineMonitor;
use super::output::{Format, Output};
use super::private;
use fetch::{
    FetchConditions, FetchError, FetchOptions, FetchReport, Link, PartOutcome, PartReport, fetch,
    links, with_shared_headers,
};
use model::amount::{Bytes, Count};
use model::shown::shown;
use net::policy::Policy;

/// Runs the command.
pub fn run(args: &FetchArgs, out: &Output) -> Result<Exit, CliError> {
    let links = wanted(args)?;
    let interrupt = Interrupt::listen()?;
    let monitor = CommandLineMonitor::new(out, interrupt.clone());
    let options = options(args);
    let conditions = FetchConditions {
        clock: &Timestamp::now,
        pause: &|wait| pause(wait, &interrupt),
        monitor: &monitor,
    };
    let result = fetch(&links, &options, &conditions);
    monitor.finish();
    let report = result.map_err(CliError::Fetch)?;
    match out.format() {
        Format::Json => print_json(&report, out)?,
        Format::Text => print_text(&report, &args.into, out)?,
    }
    Ok(exit(&report))
}

/// Returns how to fetch.
pub fn options(args: &FetchArgs) -> FetchOptions {
    FetchOptions {
        folder: args.into.clone(),
        at_once: args.concurrency.get(),
        policy: Policy::default(),
        ca_file: args.ca_file.clone(),
    }
}

/// Returns the addresses of the command line and of the files it names.
fn wanted(args: &FetchArgs) -> Result<Vec<Link>, CliError> {
    let mut found = Vec::new();
    for path in &args.from {
        let (what, bytes) = read(path)?;
        let listed = links(&bytes).map_err(|source| CliError::FetchList { what, source })?;
        if listed.iter().any(Link::has_headers)
            && path != Path::new("-")
            && private::check(path).is_err()
        {
            // Not refused: links live for minutes only, and what others could read they have read by now.
            let _ = writeln!(
                stderr(),
                "warning: others than you may read {}, and what is in it lets in; chmod 600 it, and delete it afterwards",
                path.display()
            );
        }
        found.extend(listed);
    }
    for (number, text) in (1..).zip(&args.addresses) {
        let link = Link::parse(text).map_err(|source| CliError::FetchAddress { number, source })?;
        found.push(link);
    }
    Ok(with_shared_headers(found))
}

fn read(path: &Path) -> Result<(String, Vec<u8>), CliError> {
    let what = path.display().to_string();
    let mut bytes = Vec::new();
    let result = match what.as_str() {
        "-" => stdin().read_to_end(&mut bytes).map(|_| bytes),
        _ => fs::read(path),
    };
    match result {
        Ok(bytes) => Ok((what, bytes)),
        Err(source) => Err(CliError::Fetch(FetchError::Disk {
            doing: "read",
            path: path.to_owned(),
            source,
        })),
    }
}

fn exit(report: &FetchReport) -> Exit {
    match (report.interrupted, report.failed()) {
        (true, _) => Exit::Interrupted,
        (false, 0) => Exit::Done,
        (false, _) => Exit::Incomplete,
    }
}

#[derive(Serialize)]
struct PartJson<'a> {
    #[serde(rename = "type")]
    line: &'static str,
    outcome: &'static str,
    address: &'a str,
    path: Option<String>,
    size_bytes: Option<u64>,
    bytes_fetched: u64,
    reason: Option<String>,
    hint: Option<&'static str>,
}

impl<'a> PartJson<'a> {
    fn new(part: &'a PartReport) -> Self {
        let error = match &part.outcome {
            PartOutcome::Failed(error) => Some(error),
            _ => None,
        };
        Self {
            line: "part",
            outcome: word(&part.outcome),
            address: &part.address,
            path: part.path.as_ref().map(|path| path.display().to_string()),
            size_bytes: part.size_bytes,
            bytes_fetched: part.bytes_fetched,
            reason: error.map(reason),
            hint: error.and_then(hints::for_fetch),
        }
    }
}

#[derive(Serialize)]
struct ReportJson {
    #[serde(rename = "type")]
    line: &'static str,
    parts: usize,
    fetched: usize,
    resumed: usize,
    present: usize,
    failed: usize,
    stopped: usize,
    bytes_fetched: u64,
    interrupted: bool,
    seconds: f64,
}

fn word(outcome: &PartOutcome) -> &'static str {
    match outcome {
        PartOutcome::Fetched => "fetched",
        PartOutcome::Resumed => "resumed",
        PartOutcome::Present => "present",
        PartOutcome::Failed(_) => "failed",
        PartOutcome::Stopped => "stopped",
    }
}

/// Returns an error and what the system says, in words.
pub fn reason(error: &FetchError) -> String {
    match error {
        FetchError::Disk { source, .. } => format!("{error}: {source}"),
        _ => error.to_string(),
    }
}

fn count(report: &FetchReport, outcome: &str) -> usize {
    let parts = report.parts.iter();
    parts.filter(|part| word(&part.outcome) == outcome).count()
}

fn print_json(report: &FetchReport, out: &Output) -> Result<(), CliError> {
    for part in &report.parts {
        out.json(&PartJson::new(part))?;
    }
    out.json(&ReportJson {
        line: "report",
        parts: report.parts.len(),
        fetched: count(report, "fetched"),
        resumed: count(report, "resumed"),
        present: count(report, "present"),
        failed: count(report, "failed"),
        stopped: count(report, "stopped"),
        bytes_fetched: report.bytes_fetched(),
        interrupted: report.interrupted,
        seconds: report.seconds,
    })
}

fn print_text(report: &FetchReport, folder: &Path, out: &Output) -> Result<(), CliError> {
    let mut to_do: Vec<&'static str> = Vec::new();
    for part in &report.parts {
        let name = part
            .path
            .as_ref()
            .and_then(|path| path.file_name())
            .map_or_else(
                || part.address.clone(),
                |name| shown(&name.to_string_lossy()),
            );
        let size = part
            .size_bytes
            .map_or(String::new(), |size| format!(" ({})", Bytes(size)));
        out.line(match &part.outcome {
            PartOutcome::Fetched => format!("fetched: {name}{size}"),
            PartOutcome::Resumed => format!("fetched to its end: {name}{size}"),
            PartOutcome::Present => format!("there already: {name}{size}"),
            PartOutcome::Stopped => format!("not finished: {name}{size}"),
            PartOutcome::Failed(error) => format!("FAILED: {name}{size}: {}", reason(error)),
        })?;
        if let PartOutcome::Failed(error) = &part.outcome {
            to_do.extend(hints::for_fetch(error));
        }
    }
    to_do.sort_unstable();
    to_do.dedup();
    for hint in to_do {
        out.line(format!("hint: {hint}"))?;
    }
    let whole = report.parts.len() - report.failed() - count(report, "stopped");
    out.line(format!(
        "{} of {} parts are in {}; {} fetched in {:.1} s",
        Count(whole as u64),
        Count(report.parts.len() as u64),
        folder.display(),
        Bytes(report.bytes_fetched()),
        report.seconds
    ))?;
    if report.interrupted {
        out.line("stopped; repeat the command to go on")?;
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::cli::output::testing::printed;

    fn report() -> FetchReport {
        let part = |outcome, path: Option<&str>| PartReport {
            address: "h/a".to_owned(),
            path: path.map(Into::into),
            size_bytes: Some(2_000_000),
            bytes_fetched: 5,
            outcome,
        };
        let page = || FetchError::Page {
            host: "h".to_owned(),
            said: "Sign in".to_owned(),
        };
        FetchReport {
            parts: vec![
                part(PartOutcome::Fetched, Some("d/a\u{1b}.zip")),
                part(PartOutcome::Present, Some("d/b.zip")),
                part(PartOutcome::Failed(page()), None),
                part(PartOutcome::Failed(page()), None),
            ],
            interrupted: false,
            seconds: 1.25,
        }
    }

    #[test]
    fn people_see_each_part_and_each_hint_once() {
        let text = printed(Format::Text, |out| {
            print_text(&report(), Path::new("d"), out)
        });
        assert!(
            text.contains("fetched: a\\u001b.zip (2.00 MB)\nthere already: b.zip"),
            "{text}"
        );
        assert_eq!(
            text.matches("hint: the link has expired or needs your cookies")
                .count(),
            1
        );
        assert!(
            text.ends_with("2 of 4 parts are in d; 20 B fetched in 1.2 s\n"),
            "{text}"
        );
    }

    #[test]
    fn programs_see_the_same_and_the_exit_code_says_it() {
        let json = printed(Format::Json, |out| print_json(&report(), out));
        let lines: Vec<serde_json::Value> = json
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(lines[2]["outcome"], "failed");
        assert!(lines[2]["reason"].as_str().unwrap().contains("Sign in"));
        assert_eq!(
            (&lines[4]["failed"], &lines[4]["parts"]),
            (&2.into(), &4.into())
        );
        assert_eq!(exit(&report()), Exit::Incomplete);
        assert_eq!(exit(&FetchReport::default()), Exit::Done);
        let stopped = FetchReport {
            interrupted: true,
            ..report()
        };
        assert_eq!(exit(&stopped), Exit::Interrupted);
    }
}
