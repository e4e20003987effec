//! `albumen rebuild`: makes the catalog again from the tree.

use std::path::Path;

use jiff::Timestamp;
use serde_json::json;

use super::args::RebuildArgs;
use super::error::CliError;
use super::exit::Exit;
use super::hints;
use super::interrupt::Interrupt;
use super::monitor::CommandLineMonitor;
use super::output::{Format, Output};
use import::{HistoryFrom, RebuildReport, rebuild};
use model::amount::Count;
use model::shown::shown;

/// Runs the command.
pub fn run(args: &RebuildArgs, library: &Path, out: &Output) -> Result<Exit, CliError> {
    let monitor = CommandLineMonitor::new(out, Interrupt::listen()?);
    let result = rebuild(library, args.threads, &Timestamp::now, &monitor);
    monitor.finish();
    let report = result.map_err(|source| CliError::Rebuild {
        library: library.to_owned(),
        source,
    })?;
    match out.format() {
        Format::Json => print_json(&report, library, out)?,
        Format::Text => print_text(&report, out)?,
    }
    Ok(exit(&report))
}

fn exit(report: &RebuildReport) -> Exit {
    match (report.interrupted, report.whole()) {
        (true, _) => Exit::Interrupted,
        (false, true) => Exit::Done,
        (false, false) => Exit::Incomplete,
    }
}

fn print_json(report: &RebuildReport, library: &Path, out: &Output) -> Result<(), CliError> {
    for (kind, paths) in lists(report) {
        for (path, detail) in paths {
            out.json(&json!({"type": "finding", "kind": kind, "path": path, "detail": detail}))?;
        }
    }
    out.json(&json!({
        "type": "report",
        "library": library.display().to_string(),
        "files": report.files,
        "sidecars": report.sidecars,
        "records": report.records,
        "gone": report.gone.len(),
        "unknown": report.unknown.len(),
        "unreadable": report.unreadable.len(),
        "history": report.history.as_str(),
        "kept": report.kept.as_ref().map(|path| path.display().to_string()),
        "interrupted": report.interrupted,
        "seconds": report.seconds,
    }))
}

type Lines<'a> = Vec<(&'a str, &'a str)>;

/// What could not be taken in: kind, and path with detail of each.
fn lists(report: &RebuildReport) -> [(&'static str, Lines<'_>); 3] {
    let gone = "a sidecar speaks of it, and its bytes are not in the library";
    let unknown = "listed in SHA256SUMS, and no sidecar speaks of it";
    [
        (
            "missing",
            report
                .gone
                .iter()
                .map(|path| (path.as_str(), gone))
                .collect(),
        ),
        (
            "unknown",
            report
                .unknown
                .iter()
                .map(|path| (path.as_str(), unknown))
                .collect(),
        ),
        (
            "unreadable",
            report
                .unreadable
                .iter()
                .map(|(path, why)| (path.as_str(), why.as_str()))
                .collect(),
        ),
    ]
}

fn print_text(report: &RebuildReport, out: &Output) -> Result<(), CliError> {
    if report.interrupted {
        return out.line("stopped; the catalog is unchanged");
    }
    for (kind, paths) in lists(report) {
        if paths.is_empty() {
            continue;
        }
        out.line(format!("{kind} ({}):", paths.len()))?;
        for (path, detail) in paths {
            out.line(format!("  {}: {}", shown(path), shown(detail)))?;
        }
        out.line(format!("    hint: {}", hints::NOT_REBUILT))?;
    }
    out.line(format!(
        "{} files, {} sidecars and {} records taken in",
        Count(report.files),
        Count(report.sidecars),
        Count(report.records)
    ))?;
    if report.history == HistoryFrom::Files {
        out.line("runs and pushes are taken from history.jsonl and pushes.jsonl")?;
    }
    match &report.kept {
        Some(kept) => out.line(format!("the old catalog is kept as {}", kept.display())),
        None => out.line("there was no catalog before"),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::cli::output::testing::printed;

    #[test]
    fn what_could_not_be_taken_in_is_told_and_changes_the_exit_code() {
        let whole = RebuildReport::default();
        let lacking = RebuildReport {
            gone: vec!["2023/a.jpg".into()],
            unknown: vec!["2023/b.jpg".into()],
            unreadable: vec![("c.xmp".into(), "not XMP".into())],
            ..whole.clone()
        };
        let stopped = RebuildReport {
            interrupted: true,
            ..whole.clone()
        };
        assert_eq!(exit(&whole), Exit::Done);
        assert_eq!(exit(&lacking), Exit::Incomplete);
        assert_eq!(exit(&stopped), Exit::Interrupted);
        let text = printed(Format::Text, |out| print_text(&lacking, out));
        for part in ["2023/a.jpg", "2023/b.jpg", "c.xmp: not XMP", "hint: import"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        let json = printed(Format::Json, |out| {
            print_json(&lacking, Path::new("l"), out)
        });
        assert_eq!(json.lines().count(), 4);
    }
}
