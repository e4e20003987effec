//! `albumen import`: reads archives into the library.

use std::io::IsTerminal;
use std::path::Path;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::args::ImportArgs;
use super::error::CliError;
use super::exit::Exit;
use super::import_paths;
use super::interrupt::Interrupt;
use super::monitor::CommandLineMonitor;
use super::output::{Format, Output};
use super::report::{self, Ran, Reader};
use import::{ImportOptions, ImportReport};

/// Runs the command.
pub fn run(args: &ImportArgs, library: &Path, out: &Output) -> Result<Exit, CliError> {
    let interrupt = Interrupt::listen()?;
    let monitor = CommandLineMonitor::new(out, interrupt);
    let Some(paths) = import_paths::read(&args.paths, library, &monitor)? else {
        return Ok(Exit::Interrupted);
    };
    let options = ImportOptions {
        paths: paths.all.clone(),
        ..args.to_options()
    };
    let report = import(&options, library, &monitor)?;
    let ran = Ran {
        report: &report,
        library,
        dry_run: options.dry_run,
        plan: args.plan,
        reader: reader(out.format()),
    };
    match out.format() {
        Format::Json => report::print_json(&ran, out)?,
        Format::Text => report::print_text(&ran, out)?,
    }
    Ok(exit(&report))
}

/// Who reads what is printed: hints of what to type are for people.
pub fn reader(format: Format) -> Reader {
    match format == Format::Text && std::io::stdout().is_terminal() {
        true => Reader::Person {
            system_zone: system_zone(),
        },
        false => Reader::Program,
    }
}

/// The zone this computer is set to; none if it is set to UTC, as servers are wherever they stand.
fn system_zone() -> Option<String> {
    let zone = TimeZone::try_system().ok()?;
    let name = zone.iana_name()?;
    let is_utc = matches!(
        name,
        "UTC" | "Etc/UTC" | "Etc/Unknown" | "Zulu" | "Etc/Zulu"
    );
    (!is_utc).then(|| name.to_owned())
}

/// Imports, with progress on the terminal.
pub fn import(
    options: &ImportOptions,
    library: &Path,
    monitor: &CommandLineMonitor<'_>,
) -> Result<ImportReport, CliError> {
    let result = import::import(library, options, &Timestamp::now, monitor);
    monitor.finish();
    result.map_err(|source| CliError::Import {
        library: library.to_owned(),
        source,
    })
}

/// Returns the exit code a report deserves.
pub fn exit(report: &ImportReport) -> Exit {
    match (report.interrupted, report.whole()) {
        (true, _) => Exit::Interrupted,
        // Entries without an outcome are a bug of ours, and the report must not say that all is well.
        _ if report.outcomes.sum() != report.entries => Exit::Failed,
        (false, true) => Exit::Done,
        (false, false) => Exit::Incomplete,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use archive::{PartFault, PartProblem};
    use import::{MissingLine, MissingLines};
    use model::outcome::OutcomeCounts;

    #[test]
    fn the_exit_code_says_whether_all_is_in() {
        let whole = ImportReport::default();
        let failed = ImportReport {
            entries: 1,
            outcomes: OutcomeCounts {
                failed: 1,
                ..OutcomeCounts::default()
            },
            ..ImportReport::default()
        };
        let problem = ImportReport {
            problems: vec![PartProblem {
                part: "a.zip".to_owned(),
                what: PartFault::Empty,
            }],
            ..ImportReport::default()
        };
        let missing = ImportReport {
            missing: MissingLines::from_iter([MissingLine {
                provider: "instagram".to_owned(),
                account: None,
                record: "media.json".to_owned(),
                uri: "photos/a.jpg".to_owned(),
                taken_at: None,
            }]),
            ..ImportReport::default()
        };
        let stopped = ImportReport {
            interrupted: true,
            ..failed.clone()
        };
        let not_reached = ImportReport {
            entries: 1,
            outcomes: OutcomeCounts {
                not_reached: 1,
                ..OutcomeCounts::default()
            },
            ..ImportReport::default()
        };
        let open = ImportReport {
            entries: 5,
            ..ImportReport::default()
        };
        for (report, expected) in [
            (whole, Exit::Done),
            (failed, Exit::Incomplete),
            (problem, Exit::Incomplete),
            (missing, Exit::Incomplete),
            (stopped, Exit::Interrupted),
            (not_reached, Exit::Incomplete),
            (open, Exit::Failed),
        ] {
            assert_eq!(exit(&report), expected, "{report:?}");
        }
    }
}
