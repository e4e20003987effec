//! `albumen verify`: is everything still as it was?

use std::collections::BTreeSet;
use std::path::Path;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};

use super::args::{ImportArgs, VerifyArgs};
use super::error::CliError;
use super::exit::Exit;
use super::hints;
use super::interrupt::Interrupt;
use super::library::catalog;
use super::monitor::CommandLineMonitor;
use super::output::{Format, Output};
use super::recheck;
use model::amount::{Bytes, Count};
use model::shown::shown;
use verify::{Finding, VerifyOptions, VerifyReport, verify};

/// Findings of one kind a person reads before giving up.
const MOST_LINES: usize = 50;

/// Runs the command.
pub fn run(args: &VerifyArgs, library: &Path, out: &Output) -> Result<Exit, CliError> {
    if let Some(at) = &args.destination {
        return recheck::verify(at, &args.connection, out);
    }
    let options = args.to_options();
    let monitor = CommandLineMonitor::new(out, Interrupt::listen()?);
    let mut report = verified(library, &options, &monitor)?;
    let mut repaired = None;
    if !args.repair.is_empty() && !report.interrupted && report.needs_repair() {
        let repair = repair(args, library, &report, &monitor)?;
        report = verified(library, &options, &monitor)?;
        repaired = Some(repair);
    }
    monitor.finish();
    match out.format() {
        Format::Json => print_json(&report, repaired.as_ref(), library, out)?,
        Format::Text => print_text(&report, repaired.as_ref(), out)?,
    }
    Ok(exit(&report))
}

fn verified(
    library: &Path,
    options: &VerifyOptions,
    monitor: &CommandLineMonitor<'_>,
) -> Result<VerifyReport, CliError> {
    verify(library, options, &Timestamp::now, monitor).map_err(|source| CliError::Verify {
        library: library.to_owned(),
        source,
    })
}

/// What a repair set out to do.
struct Repaired {
    damaged: BTreeSet<String>,
    set_aside: Vec<(String, String)>,
}

impl Repaired {
    /// Returns the files that were damaged and are so still.
    fn still_damaged<'a>(&'a self, report: &'a VerifyReport) -> Vec<&'a str> {
        let lost = report.lost();
        let still = self.damaged.iter().filter(|path| lost.contains(path));
        still.map(String::as_str).collect()
    }
}

/// Puts damaged files aside and imports the archives again: the ordinary import fetches what is gone, and finishes what an
/// earlier run left.
fn repair(
    args: &VerifyArgs,
    library: &Path,
    report: &VerifyReport,
    monitor: &CommandLineMonitor<'_>,
) -> Result<Repaired, CliError> {
    // Without a catalog nobody knows what the archives are to be compared with: `rebuild` comes first.
    drop(catalog(library)?);
    let options = ImportArgs {
        paths: args.repair.clone(),
        threads: args.threads,
        ..ImportArgs::default()
    }
    .to_options();
    let damaged = report.lost();
    let done = import::repair(library, &damaged, &options, &Timestamp::now, monitor);
    let done = done.map_err(|source| CliError::Import {
        library: library.to_owned(),
        source,
    })?;
    let kept = done.set_aside.into_iter();
    Ok(Repaired {
        damaged: damaged.into_iter().collect(),
        set_aside: kept
            .map(|(path, kept)| (path, kept.display().to_string()))
            .collect(),
    })
}

/// Returns the exit code a report deserves.
fn exit(report: &VerifyReport) -> Exit {
    match (report.interrupted, report.is_whole()) {
        (true, _) => Exit::Interrupted,
        (false, true) => Exit::Done,
        (false, false) => Exit::Incomplete,
    }
}

#[derive(Serialize)]
struct FindingJson<'a> {
    #[serde(rename = "type")]
    line: &'static str,
    kind: &'static str,
    path: &'a str,
    detail: &'a str,
    hint: Option<&'static str>,
}

#[derive(Serialize)]
struct ReportJson<'a> {
    #[serde(rename = "type")]
    line: &'static str,
    library: String,
    files: u64,
    files_read: u64,
    bytes_read: u64,
    sidecars: u64,
    findings: Map<String, Value>,
    without_catalog: bool,
    unfinished: u64,
    not_in_place: &'a [String],
    resumed_after: Option<&'a str>,
    continues_after: Option<&'a str>,
    interrupted: bool,
    set_aside: Option<Vec<&'a str>>,
    still_damaged: Option<Vec<&'a str>>,
    seconds: f64,
}

fn print_json(
    report: &VerifyReport,
    repaired: Option<&Repaired>,
    library: &Path,
    out: &Output,
) -> Result<(), CliError> {
    for finding in &report.findings {
        out.json(&FindingJson {
            line: "finding",
            kind: finding.kind.as_str(),
            path: &finding.path,
            detail: &finding.detail,
            hint: hints::for_finding(finding.kind),
        })?;
    }
    let counts = report.counts().into_iter();
    out.json(&ReportJson {
        line: "report",
        library: library.display().to_string(),
        files: report.files,
        files_read: report.files_read,
        bytes_read: report.bytes_read,
        sidecars: report.sidecars,
        findings: counts
            .map(|(kind, count)| (kind.as_str().to_owned(), count.into()))
            .collect(),
        without_catalog: report.without_catalog,
        unfinished: report.unfinished,
        not_in_place: &report.not_in_place,
        resumed_after: report.resumed_after.as_deref(),
        continues_after: report.continues_after.as_deref(),
        interrupted: report.interrupted,
        set_aside: repaired.map(|r| r.set_aside.iter().map(|(_, to)| to.as_str()).collect()),
        still_damaged: repaired.map(|r| r.still_damaged(report)),
        seconds: report.seconds,
    })
}

fn print_text(
    report: &VerifyReport,
    repaired: Option<&Repaired>,
    out: &Output,
) -> Result<(), CliError> {
    findings(report, out)?;
    if let Some(repaired) = repaired {
        print_repair(repaired, report, out)?;
    }
    out.line(format!(
        "{} files looked at, {} read ({}), {} sidecars, in {:.1} s",
        Count(report.files),
        Count(report.files_read),
        Bytes(report.bytes_read),
        Count(report.sidecars),
        report.seconds,
    ))?;
    if report.without_catalog {
        out.line(
            "compared with SHA256SUMS and sidecars alone: there is no catalog to compare with",
        )?;
    }
    if report.unfinished > 0 {
        out.line(format!(
            "{} differences are of an import that was cut off; no bytes are lost, and the next import closes them",
            Count(report.unfinished)
        ))?;
    }
    if let Some(place) = &report.continues_after {
        out.line(format!(
            "stopped after {}; `verify --max-time` goes on there",
            shown(place)
        ))?;
    }
    for path in report.not_in_place.iter().take(MOST_LINES) {
        out.line(format!("not in its place, and whole: {}", shown(path)))?;
    }
    let verdict = match (report.findings.len(), report.read_everything()) {
        (0, _) if !report.not_in_place.is_empty() => format!(
            "{} files are not in their place yet: import an archive, or `verify --repair` with one",
            Count(report.not_in_place.len() as u64)
        ),
        (0, true) => "every file is unchanged".to_owned(),
        (0, false) => "nothing found in what was read".to_owned(),
        (1, _) => "1 finding".to_owned(),
        (count, _) => format!("{} findings", Count(count as u64)),
    };
    out.line(verdict)
}

fn findings(report: &VerifyReport, out: &Output) -> Result<(), CliError> {
    for (kind, count) in report.counts() {
        out.line(format!("{} ({count}):", kind.as_str()))?;
        let of_kind = report.findings.iter().filter(|f| f.kind == kind);
        for finding in of_kind.take(MOST_LINES) {
            out.line(line(finding))?;
        }
        if count as usize > MOST_LINES {
            let more = count as usize - MOST_LINES;
            out.line(format!("  and {more} more: see all with --json"))?;
        }
        if let Some(hint) = hints::for_finding(kind) {
            out.line(format!("    hint: {hint}"))?;
        }
        out.line("")?;
    }
    Ok(())
}

fn line(finding: &Finding) -> String {
    match finding.path.as_str() {
        "" => format!("  {}", shown(&finding.detail)),
        path => format!("  {}: {}", shown(path), shown(&finding.detail)),
    }
}

fn print_repair(repaired: &Repaired, report: &VerifyReport, out: &Output) -> Result<(), CliError> {
    let still = repaired.still_damaged(report);
    for (path, aside) in &repaired.set_aside {
        out.line(format!("damaged {} kept as {}", shown(path), shown(aside)))?;
    }
    for path in &still {
        out.line(format!(
            "still damaged: {}: the archives given do not hold it",
            shown(path)
        ))?;
    }
    out.line(format!(
        "{} of {} damaged files repaired",
        repaired.damaged.len() - still.len(),
        repaired.damaged.len()
    ))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::cli::output::testing::printed;
    use verify::FindingKind;

    fn report() -> VerifyReport {
        VerifyReport {
            files: 2,
            files_read: 2,
            findings: vec![Finding::new(
                FindingKind::Changed,
                "2023/a\u{1b}[2J.jpg",
                "its bytes differ from those that were imported",
            )],
            ..VerifyReport::default()
        }
    }

    #[test]
    fn findings_change_the_exit_code_and_so_does_ctrl_c() {
        let clean = VerifyReport::default();
        let stopped = VerifyReport {
            interrupted: true,
            ..report()
        };
        let unfinished = VerifyReport {
            unfinished: 1,
            not_in_place: vec!["2023/a.jpg".to_owned()],
            ..clean.clone()
        };
        let text = printed(Format::Text, |out| print_text(&unfinished, None, out));
        assert!(!text.contains("every file is unchanged"), "{text}");
        assert!(text.contains("whole: 2023/a.jpg"), "{text}");
        for (report, expected) in [
            (unfinished, Exit::Incomplete),
            (clean, Exit::Done),
            (report(), Exit::Incomplete),
            (stopped, Exit::Interrupted),
        ] {
            assert_eq!(exit(&report), expected);
        }
    }

    #[test]
    fn text_names_each_finding_says_what_to_do_and_is_safe() {
        let text = printed(Format::Text, |out| print_text(&report(), None, out));
        assert!(
            text.contains("changed (1):\n  2023/a\\u001b[2J.jpg: its bytes"),
            "{text}"
        );
        assert!(
            text.contains("--repair") && text.ends_with("1 finding\n"),
            "{text}"
        );
    }

    #[test]
    fn what_was_not_repaired_is_told() {
        let repaired = Repaired {
            damaged: ["2023/a\u{1b}[2J.jpg".to_owned(), "b.jpg".to_owned()].into(),
            set_aside: vec![],
        };
        let text = printed(Format::Text, |out| {
            print_text(&report(), Some(&repaired), out)
        });
        assert!(text.contains("1 of 2 damaged files repaired"), "{text}");
        let json = printed(Format::Json, |out| {
            print_json(&report(), Some(&repaired), Path::new("l"), out)
        });
        let lines: Vec<Value> = json
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(lines[0]["kind"], "changed");
        assert_eq!(lines[1]["still_damaged"][0], "2023/a\u{1b}[2J.jpg");
        assert_eq!(lines[1]["findings"]["changed"], 1);
    }
}
