//! `albumen undo`: takes one import back.

use std::path::Path;

use jiff::Timestamp;
use serde_json::json;

use super::args::UndoArgs;
use super::error::CliError;
use super::exit::Exit;
use super::interrupt::Interrupt;
use super::monitor::CommandLineMonitor;
use super::output::{Format, Output};
use import::{UndoOptions, UndoReport, undo};
use model::amount::{Bytes, Count};
use model::shown::shown;

/// Files a person reads before giving up.
const MOST_LINES: usize = 50;

/// Runs the command.
pub fn run(args: &UndoArgs, library: &Path, out: &Output) -> Result<Exit, CliError> {
    let monitor = CommandLineMonitor::new(out, Interrupt::listen()?);
    let options = UndoOptions {
        run: args.run,
        dry_run: args.dry_run,
        threads: args.threads,
    };
    let result = undo(library, &options, &Timestamp::now, &monitor);
    monitor.finish();
    let report = result.map_err(|source| CliError::Undo {
        library: library.to_owned(),
        run: args.run,
        source,
    })?;
    match out.format() {
        Format::Json => print_json(&report, out)?,
        Format::Text => print_text(&report, out)?,
    }
    Ok(Exit::Done)
}

fn print_json(report: &UndoReport, out: &Output) -> Result<(), CliError> {
    for (path, trash, size_bytes) in &report.files {
        out.json(
            &json!({"type": "leaving", "path": path, "trash": trash, "size_bytes": size_bytes}),
        )?;
    }
    out.json(&json!({
        "type": "report",
        "run": report.run,
        "started": report.started,
        "paths": report.paths,
        "dry_run": report.undone_by.is_none(),
        "undone_by": report.undone_by,
        "files": report.files.len(),
        "originals": report.originals,
        "bytes": report.bytes,
        "trash": report.trash.as_ref().map(|path| path.display().to_string()),
        "assets_changed": report.assets_changed,
        "seconds": report.seconds,
    }))
}

fn print_text(report: &UndoReport, out: &Output) -> Result<(), CliError> {
    let rehearsal = report.undone_by.is_none();
    let paths: Vec<String> = report.paths.iter().map(|path| shown(path)).collect();
    out.line(format!(
        "run {}: import of {}, begun {}",
        report.run,
        paths.join(", "),
        report.started
    ))?;
    for (path, _, _) in report.files.iter().take(MOST_LINES) {
        out.line(format!("  {}", shown(path)))?;
    }
    if report.files.len() > MOST_LINES {
        let more = report.files.len() - MOST_LINES;
        out.line(format!("  and {more} more: see all with --json"))?;
    }
    let moved = if rehearsal { "would go" } else { "went" };
    let Some(trash) = &report.trash else {
        let kept = "nothing goes to the trash: other imports brought all of it, too";
        return out.line(match rehearsal {
            true => kept.to_owned(),
            false => match changed(report) {
                Some(changed) => format!("{kept}; {changed}"),
                None => kept.to_owned(),
            },
        });
    };
    out.line(format!(
        "{} photos and videos, {} files with their sidecars ({}) {moved} to {}",
        Count(report.originals),
        Count(report.files.len() as u64),
        Bytes(report.bytes),
        trash.display()
    ))?;
    if rehearsal {
        return out.line("nothing was changed; repeat without --dry-run to do it");
    }
    if let Some(changed) = changed(report) {
        out.line(changed)?;
    }
    out.line("albumen never empties the trash: delete that folder when you are sure, or import the archive again")
}

fn changed(report: &UndoReport) -> Option<String> {
    (report.assets_changed > 0).then(|| {
        format!(
            "{} photos and videos that stay now have different facts, a different place or fewer records",
            Count(report.assets_changed)
        )
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::cli::output::testing::printed;

    fn report() -> UndoReport {
        UndoReport {
            run: 3,
            started: "2026-01-02T03:04:05Z".into(),
            paths: vec!["a\u{1b}.zip".into()],
            undone_by: Some(5),
            files: vec![(
                "2023/a.jpg".into(),
                ".albumen/trash/undo-5/2023/a.jpg".into(),
                1_500,
            )],
            originals: 1,
            bytes: 1_500,
            trash: Some("/l/.albumen/trash/undo-5".into()),
            assets_changed: 2,
            seconds: 0.5,
        }
    }

    #[test]
    fn people_are_told_what_went_where_and_that_nothing_is_deleted() {
        let text = printed(Format::Text, |out| print_text(&report(), out));
        for part in [
            "run 3: import of a\\u001b.zip",
            "  2023/a.jpg\n",
            "(1.50 kB) went to /l/.albumen/trash/undo-5",
            "2 photos and videos that stay",
            "never empties the trash",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        let rehearsal = UndoReport {
            undone_by: None,
            ..report()
        };
        let text = printed(Format::Text, |out| print_text(&rehearsal, out));
        assert!(
            text.contains("would go to") && text.contains("without --dry-run"),
            "{text}"
        );
        let nothing = UndoReport {
            files: vec![],
            trash: None,
            ..report()
        };
        let text = printed(Format::Text, |out| print_text(&nothing, out));
        assert!(
            text.contains("other imports brought all of it, too; 2 photos"),
            "{text}"
        );
    }

    #[test]
    fn programs_see_the_same() {
        let json = printed(Format::Json, |out| print_json(&report(), out));
        let lines: Vec<serde_json::Value> = json
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(
            (&lines[0]["type"], &lines[1]["type"]),
            (&"leaving".into(), &"report".into())
        );
        assert_eq!(
            (&lines[1]["dry_run"], &lines[1]["bytes"]),
            (&false.into(), &1_500.into())
        );
    }
}
