//! `albumen selftest`: does albumen do on this machine, and on this disk, what it promises?
//!
//! `steps` is the work: a sample archive goes through an import that is killed, a second one, a damaged file and its repair, a lost
//! catalog, a push and an undo, each by this very program as a process of its own. `file_system` is the place: what its file system can
//! and cannot do. Everything happens in a temporary folder that is removed again.

mod file_system;
mod steps;

use std::path::{Path, PathBuf};
use std::time::Instant;

use serde::Serialize;

use super::args::SelftestArgs;
use super::error::CliError;
use super::exit::Exit;
use super::interrupt::Interrupt;
use super::output::{Format, Output};
use file_system::Ability;
use model::amount::Bytes;
use steps::Step;

/// Begins the name of the temporary folder.
const PREFIX: &str = "albumen-selftest-";

/// What to do if a step failed.
const FAILED: &str = "do not trust this program on this disk yet; try `albumen selftest` in a folder on another disk, and if it fails there, too, \
     report it with what stands above";
/// What to do if the disk cannot do what is needed.
const LACKING: &str = "keep the library on a disk that can do this (ext4, APFS, NTFS); this one will do for a copy that `push` makes";

#[derive(Serialize)]
struct StepJson<'a> {
    #[serde(rename = "type")]
    line: &'static str,
    name: &'static str,
    well: bool,
    detail: &'a str,
    seconds: f64,
}

#[derive(Serialize)]
struct AbilityJson<'a> {
    #[serde(rename = "type")]
    line: &'static str,
    name: &'static str,
    can: bool,
    needed: bool,
    detail: &'a str,
}

#[derive(Serialize)]
struct ReportJson {
    #[serde(rename = "type")]
    line: &'static str,
    folder: String,
    steps: usize,
    failed: usize,
    lacking: usize,
    free_bytes: Option<u64>,
    well: bool,
    interrupted: bool,
    seconds: f64,
}

/// Runs the command.
pub fn run(args: &SelftestArgs, out: &Output) -> Result<Exit, CliError> {
    let begun = Instant::now();
    let base = args.folder.clone().unwrap_or_else(std::env::temp_dir);
    let failed = |source| CliError::Selftest {
        folder: base.clone(),
        source,
    };
    let interrupt = Interrupt::listen()?;
    let place = tempfile::Builder::new()
        .prefix(PREFIX)
        .tempdir_in(&base)
        .map_err(failed)?;
    let mut lacking = 0;
    for ability in file_system::abilities(place.path()) {
        lacking += usize::from(ability.is_lacking());
        tell_ability(&ability, out)?;
    }
    let mut done = 0;
    let mut wrong = 0;
    steps::all(place.path(), &interrupt, &mut |step| {
        done += 1;
        wrong += usize::from(!step.is_well());
        tell_step(&step, out)
    })?;
    let removed = remove(place);
    let interrupted = interrupt.is_asked();
    let report = ReportJson {
        line: "report",
        folder: base.display().to_string(),
        steps: done,
        failed: wrong + usize::from(removed.is_err()),
        lacking,
        free_bytes: disk::space::free_bytes(&base),
        well: wrong + lacking == 0 && done == steps::COUNT && removed.is_ok(),
        interrupted,
        seconds: begun.elapsed().as_secs_f64(),
    };
    tell_report(&report, removed.err(), out)?;
    Ok(match (interrupted, report.well) {
        (true, _) => Exit::Interrupted,
        (false, true) => Exit::Done,
        (false, false) => Exit::Incomplete,
    })
}

/// Removes the temporary folder, or says which one is left.
fn remove(place: tempfile::TempDir) -> Result<(), PathBuf> {
    let path = place.path().to_owned();
    place.close().map_err(|_| path)
}

fn tell_ability(ability: &Ability, out: &Output) -> Result<(), CliError> {
    let line = AbilityJson {
        line: "ability",
        name: ability.name,
        can: ability.can,
        needed: ability.needed,
        detail: &ability.detail,
    };
    match out.format() {
        Format::Json => out.json(&line)?,
        Format::Text => {
            let head = match (ability.is_lacking(), ability.can) {
                (true, _) => "MISSING",
                (false, true) => "can",
                (false, false) => "cannot",
            };
            out.line(format!("{head:>7}  {}", ability.detail))?;
        }
    }
    out.flush()
}

fn tell_step(step: &Step, out: &Output) -> Result<(), CliError> {
    let (well, detail) = match &step.outcome {
        Ok(detail) => (true, detail),
        Err(why) => (false, why),
    };
    match out.format() {
        Format::Json => out.json(&StepJson {
            line: "step",
            name: step.name,
            well,
            detail,
            seconds: step.seconds,
        })?,
        Format::Text => {
            let head = if well { "well" } else { "FAILED" };
            out.line(format!("{head:>7}  {}: {detail}", step.title))?;
        }
    }
    out.flush()
}

fn tell_report(report: &ReportJson, left: Option<PathBuf>, out: &Output) -> Result<(), CliError> {
    if out.format() == Format::Json {
        return out.json(report);
    }
    if let Some(left) = left {
        out.line(format!(" FAILED  could not remove {}", left.display()))?;
    }
    if let Some(free) = report.free_bytes {
        out.line(format!("   room  {} are free", Bytes(free)))?;
    }
    out.line("")?;
    out.line(verdict(report, Path::new(&report.folder)))?;
    for (needed, hint) in [(report.failed > 0, FAILED), (report.lacking > 0, LACKING)] {
        if needed {
            out.line(format!("hint: {hint}"))?;
        }
    }
    Ok(())
}

fn verdict(report: &ReportJson, folder: &Path) -> String {
    let folder = folder.display();
    let seconds = report.seconds;
    if report.interrupted {
        return format!("stopped before the end; nothing is left in {folder}");
    }
    match report.well {
        true => format!("all well: albumen does in {folder} what it promises ({seconds:.1} s)"),
        false => format!(
            "NOT WELL in {folder}: {} of {} steps failed, {} abilities are missing ({seconds:.1} s)",
            report.failed, report.steps, report.lacking
        ),
    }
}
