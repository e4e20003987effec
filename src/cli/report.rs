//! Prints what an import did: problems first, then counts, then each failure and each missing medium. A dry run says what
//! would be done, and its counts come last: who reads it wants to know whether to go on.

use std::collections::BTreeMap;
use std::path::Path;

use super::error::CliError;
use super::gallery::how_to_look;
use super::hints;
use super::json::{EntryLineJson, MissingJson, NotUnderstoodJson, ProblemJson, ReportJson};
use super::output::Output;
use import::{EntryLine, ImportReport, MissingLine};
use model::amount::{Bytes, Count};
use model::outcome::{Ignored, Outcome};
use model::shown::shown;
use provider::title_of;

/// Lines of one kind a person reads before giving up.
const MOST_LINES: usize = 20;

/// An import that ended.
pub struct Ran<'a> {
    /// What it did.
    pub report: &'a ImportReport,
    /// Where.
    pub library: &'a Path,
    /// Whether it only planned.
    pub dry_run: bool,
    /// Whether a dry run lists where each file would go.
    pub plan: bool,
    /// Who reads the text.
    pub reader: Reader,
}

/// Who reads a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reader {
    /// A log or another program: nothing can be asked of it.
    Program,
    /// A person at a terminal.
    Person {
        /// IANA name of the zone the computer is set to, where it tells one.
        system_zone: Option<String>,
    },
}

/// Prints a report as JSON lines; the last one is the report itself.
pub fn print_json(ran: &Ran<'_>, out: &Output) -> Result<(), CliError> {
    let report = ran.report;
    for problem in &report.problems {
        out.json(&ProblemJson::new(&problem.part, problem.what.to_string()))?;
    }
    for line in &report.lines {
        out.json(&EntryLineJson::from(line))?;
    }
    for missing in report.missing.iter() {
        out.json(&MissingJson::from(&missing.map_err(unreadable)?))?;
    }
    for line in &report.not_understood {
        out.json(&NotUnderstoodJson::from(line))?;
    }
    out.json(&ReportJson::new(report, ran.library, ran.dry_run))
}

/// Prints a report for people.
pub fn print_text(ran: &Ran<'_>, out: &Output) -> Result<(), CliError> {
    let report = ran.report;
    if ran.dry_run {
        out.line("dry run: nothing is written; this is what would happen")?;
    }
    problems(report, out)?;
    if !ran.dry_run {
        counts(ran, out)?;
    }
    left_aside(ran, out)?;
    if ran.plan {
        plan(report, out)?;
    }
    failures(report, out)?;
    not_understood(report, out)?;
    missing(report, out)?;
    out.line("")?;
    if ran.dry_run {
        counts(ran, out)?;
    }
    closing(ran, out)
}

fn problems(report: &ImportReport, out: &Output) -> Result<(), CliError> {
    if report.problems.is_empty() {
        return Ok(());
    }
    out.line("problems:")?;
    for problem in &report.problems {
        out.line(format!("  {}: {}", shown(&problem.part), problem.what))?;
        if let Some(hint) = hints::for_part(&problem.what) {
            out.line(format!("    hint: {hint}"))?;
        }
    }
    out.line("")
}

fn counts(ran: &Ran<'_>, out: &Output) -> Result<(), CliError> {
    let report = ran.report;
    for (provider, account, items) in &report.recognized {
        let account = account.as_deref().map(shown);
        let whose = account.as_deref().unwrap_or("account not known");
        out.line(format!(
            "{} · {whose}: {}",
            title_of(provider),
            number(*items, "item", "items")
        ))?;
    }
    for earlier in &report.given_before {
        let day = earlier.at.strftime("%Y-%m-%d");
        out.line(format!(
            "{} was not given; it was imported on {day}",
            shown(&earlier.part)
        ))?;
    }
    let parts = number(report.parts, "part", "parts");
    out.line(format!(
        "{} in {parts}:",
        number(report.entries, "entry", "entries")
    ))?;
    for (count, meaning) in fates(ran) {
        out.line(format!("  {:>9}  {meaning}", Count(count).to_string()))?;
    }
    let assets = number(report.assets_added, "photo or video", "photos and videos");
    let changed = Count(report.assets_changed);
    let read = Bytes(report.bytes_read);
    let written = Bytes(report.bytes_written);
    out.line(match ran.dry_run {
        false => format!(
            "{assets} added, {changed} changed; {read} read, {written} written in {:.1} s",
            report.seconds
        ),
        true => format!(
            "{assets} would be added, {changed} would be changed; {read} read in {:.1} s, {written} would be written",
            report.seconds
        ),
    })
}

/// How many entries met which fate. Fates that are rare stand there only where an entry met them.
fn fates(ran: &Ran<'_>) -> Vec<(u64, &'static str)> {
    let (outcomes, repeats) = (&ran.report.outcomes, ran.report.repeats);
    let imported = match ran.dry_run {
        true => "media would be imported",
        false => "media imported",
    };
    let mut fates = vec![
        (outcomes.imported, imported),
        (
            outcomes.duplicate.saturating_sub(repeats),
            "media the library already held",
        ),
        (outcomes.record, "record files read"),
        (outcomes.ignored, "left aside"),
        (outcomes.failed, "failed"),
    ];
    if repeats > 0 {
        fates.insert(2, (repeats, "media that the archives hold more than once"));
    }
    if outcomes.not_reached > 0 {
        fates.push((outcomes.not_reached, "not reached before the stop"));
    }
    fates
}

fn left_aside(ran: &Ran<'_>, out: &Output) -> Result<(), CliError> {
    let mut reasons: BTreeMap<&Ignored, u64> = BTreeMap::new();
    for line in &ran.report.lines {
        if let Outcome::Ignored(why) = &line.outcome {
            *reasons.entry(why).or_default() += 1;
        }
    }
    if reasons.is_empty() {
        return Ok(());
    }
    out.line("")?;
    out.line("left aside:")?;
    for (why, count) in reasons {
        let reason = why.reason_of(count);
        out.line(format!("  {:>9}  {reason}", Count(count).to_string()))?;
    }
    Ok(())
}

fn plan(report: &ImportReport, out: &Output) -> Result<(), CliError> {
    let planned = report
        .lines
        .iter()
        .filter_map(|line| Some((line, line.path.as_deref()?)));
    for (index, (line, path)) in planned.enumerate() {
        if index == 0 {
            out.line("")?;
            out.line("plan:")?;
        }
        let entry = shown(&line.entry);
        out.line(format!(
            "  {}: {entry} -> {}",
            shown(&line.part),
            shown(path)
        ))?;
    }
    Ok(())
}

fn failures(report: &ImportReport, out: &Output) -> Result<(), CliError> {
    let failed: Vec<(&EntryLine, &str)> = report
        .lines
        .iter()
        .filter_map(|line| match &line.outcome {
            Outcome::Failed(why) => Some((line, why.as_str())),
            _ => None,
        })
        .collect();
    if failed.is_empty() {
        return Ok(());
    }
    out.line("")?;
    out.line(format!(
        "{} could not be read:",
        number(failed.len() as u64, "entry", "entries")
    ))?;
    let mut said = None;
    for (line, why) in failed.iter().take(MOST_LINES) {
        let entry = shown(&line.entry);
        out.line(format!("  {}: {entry}: {}", shown(&line.part), shown(why)))?;
        let hint = hints::for_entry(why).unwrap_or_else(|| hints::any_entry(&line.entry));
        if said != Some(hint) {
            said = Some(hint);
            out.line(format!("    hint: {hint}"))?;
        }
    }
    and_more(failed.len(), out)
}

fn not_understood(report: &ImportReport, out: &Output) -> Result<(), CliError> {
    let lines = &report.not_understood;
    if lines.is_empty() {
        return Ok(());
    }
    out.line("")?;
    let count = number(lines.len() as u64, "file was", "files were");
    out.line(format!("{count} not understood:"))?;
    for line in lines.iter().take(MOST_LINES) {
        let (part, entry) = (shown(&line.part), shown(&line.entry));
        let reason = line.why.reason();
        let words: Vec<String> = reason.split(' ').map(shown).collect();
        out.line(format!("  {part}: {entry}: {}", words.join(" ")))?;
    }
    and_more(lines.len(), out)?;
    out.line(format!("  hint: {}", hints::NOT_UNDERSTOOD))
}

fn missing(report: &ImportReport, out: &Output) -> Result<(), CliError> {
    if report.missing.is_empty() {
        return Ok(());
    }
    out.line("")?;
    let count = number(report.missing.len() as u64, "medium is", "media are");
    out.line(format!(
        "{count} named by records but in no archive given so far:"
    ))?;
    let groups = missing_groups(report)?;
    let mut room = MOST_LINES;
    for ((provider, record), (count, lines)) in groups {
        if room == 0 {
            break;
        }
        out.line(format!(
            "  {}: {}: {}",
            title_of(&provider),
            shown(&record),
            Count(count)
        ))?;
        for line in lines.iter().take(room) {
            let when = line.taken_at.as_deref().map(|when| format!("  ({when})"));
            out.line(format!(
                "    {}{}",
                shown(&line.uri),
                when.unwrap_or_default()
            ))?;
        }
        room -= lines.len().min(room);
    }
    and_more(report.missing.len(), out)?;
    out.line(format!("  hint: {}", hints::MISSING))
}

/// How many media are missing by provider and record file, and the first of them.
type MissingGroups = BTreeMap<(String, String), (u64, Vec<MissingLine>)>;

/// Returns how many media are missing by provider and record file, and the first of each: no more than are shown.
fn missing_groups(report: &ImportReport) -> Result<MissingGroups, CliError> {
    let mut groups = MissingGroups::new();
    for line in report.missing.iter() {
        let line = line.map_err(unreadable)?;
        let key = (line.provider.clone(), line.record.clone());
        let (count, first) = groups.entry(key).or_default();
        *count += 1;
        if first.len() < MOST_LINES {
            first.push(line);
        }
        // Each group shows a line at least, so those behind are not shown.
        if groups.len() > MOST_LINES {
            groups.pop_last();
        }
    }
    Ok(groups)
}

/// What is to be printed could not be read from where it was kept.
fn unreadable(error: import::ImportError) -> CliError {
    CliError::Output(std::io::Error::other(error))
}

fn and_more(count: usize, out: &Output) -> Result<(), CliError> {
    if count <= MOST_LINES {
        return Ok(());
    }
    let more = Count((count - MOST_LINES) as u64);
    out.line(format!("  … and {more} more; --json lists all"))
}

fn closing(ran: &Ran<'_>, out: &Output) -> Result<(), CliError> {
    if ran.report.outcomes.sum() != ran.report.entries {
        out.line(
            "the numbers above do not add up: this is a bug in albumen; do not rely on this import",
        )?;
    }
    if ran.report.interrupted {
        out.line(hints::STOPPED)?;
    }
    utc_only(ran, out)?;
    zoneless(ran, out)?;
    let library = ran.library.display();
    if ran.dry_run {
        return out.line(format!(
            "nothing was written; the library would be: {library}"
        ));
    }
    out.line(format!("library: {library}"))?;
    out.line(how_to_look(ran.library))
}

/// Says how many times stand on the clock of UTC, and to a person what helps.
fn utc_only(ran: &Ran<'_>, out: &Output) -> Result<(), CliError> {
    let count = ran.report.utc_only;
    if count == 0 {
        return Ok(());
    }
    out.line(format!(
        "{} a time known only as UTC: the local time, and near midnight the day, may have been different",
        number(count, "photo or video has", "photos and videos have")
    ))?;
    match &ran.reader {
        Reader::Program => Ok(()),
        Reader::Person { system_zone } => out.line(format!(
            "  hint: {}",
            hints::for_utc_only(system_zone.as_deref())
        )),
    }
}

/// Says how many times a service shows without telling their zone, and what helps.
fn zoneless(ran: &Ran<'_>, out: &Output) -> Result<(), CliError> {
    let count = ran.report.zoneless;
    if count == 0 {
        return Ok(());
    }
    out.line(format!(
        "{} a time that the service's pages show without a time zone: the local time is known, the instant is not",
        number(count, "photo or video has", "photos and videos have")
    ))?;
    out.line(format!("  hint: {}", hints::ZONELESS))
}

fn number(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", Count(count), if count == 1 { one } else { many })
}

#[cfg(test)]
#[path = "report_tests.rs"]
mod tests;
