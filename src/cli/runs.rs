//! `albumen status --runs`: the journal.

use std::path::Path;

use serde_json::{Value, json};

use super::error::CliError;
use super::exit::Exit;
use super::library;
use super::output::{Format, Output};
use catalog::RunRow;
use model::amount::Count;
use model::import_note::CameTo;
use model::shown::shown;

/// Runs the command.
pub fn run(library: &Path, out: &Output) -> Result<Exit, CliError> {
    let catalog = library::catalog(library)?;
    let runs = catalog.runs().map_err(library::catalog_failed(library))?;
    for row in &runs {
        let run = Run::of(row);
        match out.format() {
            Format::Json => out.json(&run.json())?,
            Format::Text => run.print(out)?,
        }
    }
    if runs.is_empty() && out.format() == Format::Text {
        out.line("nothing was done to this library yet")?;
    }
    Ok(Exit::Done)
}

/// Returns whether the newest import that stands was stopped by its user, as `status --runs` shows it.
pub fn was_stopped(runs: &[RunRow]) -> bool {
    let imports = runs
        .iter()
        .filter(|row| row.kind == "import" && row.undone_by.is_none());
    imports
        .max_by_key(|row| row.id)
        .is_some_and(|row| Run::of(row).state() == INTERRUPTED)
}

/// State of a run that its user stopped.
const INTERRUPTED: &str = "interrupted";

/// A run with its options and numbers taken apart.
struct Run<'a> {
    row: &'a RunRow,
    command: Value,
    report: Value,
}

impl<'a> Run<'a> {
    fn of(row: &'a RunRow) -> Self {
        let parsed = |text: &str| serde_json::from_str(text).unwrap_or(Value::Null);
        // Notes of imports are types; those of an older albumen are shown in the same form.
        let note = row.import_note().ok().filter(|_| row.kind == "import");
        match note {
            Some(note) => Self {
                row,
                command: json!(note.asked),
                report: note.came_to.as_ref().map_or(Value::Null, numbers),
            },
            None => Self {
                row,
                command: parsed(&row.command),
                report: row.report.as_deref().map_or(Value::Null, parsed),
            },
        }
    }

    /// How it ended.
    fn state(&self) -> &'static str {
        let interrupted = self.report["interrupted"] == true;
        match (self.row.undone_by, &self.row.finished) {
            (Some(_), _) => "undone",
            (None, None) => "cut_off",
            (None, Some(_)) if interrupted => INTERRUPTED,
            (None, Some(_)) => "done",
        }
    }

    fn json(&self) -> Value {
        json!({
            "type": "run",
            "id": self.row.id,
            "kind": self.row.kind,
            "state": self.state(),
            "started": self.row.started,
            "finished": self.row.finished,
            "undone_by": self.row.undone_by,
            "options": self.command,
            "numbers": self.report,
        })
    }

    fn print(&self, out: &Output) -> Result<(), CliError> {
        let row = self.row;
        let state = match (self.state(), row.undone_by) {
            ("done", _) => String::new(),
            ("undone", Some(by)) => format!(", taken back by run {by}"),
            ("cut_off", _) => ", cut off".to_owned(),
            _ => ", stopped by its user".to_owned(),
        };
        out.line(format!(
            "{:>5}  {}  {}{state}",
            row.id, row.started, row.kind
        ))?;
        let given = self.given();
        if !given.is_empty() {
            out.line(format!("       {}", given.join(", ")))?;
        }
        let counts = self.counts();
        if !counts.is_empty() {
            out.line(format!("       {}", counts.join(", ")))?;
        }
        Ok(())
    }

    /// The archives it was given, or the run it took back.
    fn given(&self) -> Vec<String> {
        let texts = |value: &Value| -> Vec<String> {
            let all = value.as_array().into_iter().flatten();
            all.filter_map(|text| text.as_str().map(shown)).collect()
        };
        let parts = texts(&self.report["part_names"]);
        match (parts.is_empty(), self.command["run"].as_i64()) {
            (false, _) => parts,
            (true, Some(run)) => vec![format!("of run {run}")],
            // One that was cut off did not get to its parts' names.
            (true, None) => texts(&self.command["paths"]),
        }
    }

    /// Its numbers, those that are worth a person's while.
    fn counts(&self) -> Vec<String> {
        const NUMBERS: [(&str, &str); 9] = [
            ("/entries", "entries"),
            ("/outcomes/imported", "imported"),
            ("/outcomes/duplicate", "duplicate"),
            ("/outcomes/failed", "failed"),
            ("/outcomes/not_reached", "not reached"),
            ("/missing", "missing"),
            ("/assets_changed", "changed"),
            ("/files", "files"),
            ("/findings", "findings"),
        ];
        let number = |(at, name): &(&str, &str)| {
            let count = self.report.pointer(at)?.as_u64()?;
            // Only where a run was stopped: elsewhere it would be a riddle.
            if (*name, count) == ("not reached", 0) {
                return None;
            }
            Some(format!("{} {name}", Count(count)))
        };
        NUMBERS.iter().filter_map(number).collect()
    }
}

/// Returns what an import came to, with the fields that scripts knew before notes were types.
fn numbers(came_to: &CameTo) -> Value {
    let mut value = json!(came_to);
    value["parts"] = json!(came_to.part_facts.len());
    value["part_names"] = json!(came_to.part_names().collect::<Vec<_>>());
    let accounts = came_to.accounts.iter();
    let recognized = accounts.map(|of| json!([of.provider, of.account, of.items]));
    value["recognized"] = recognized.collect();
    value
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::cli::output::testing::printed;

    use model::import_note::{Asked, FORMAT, PartNote};
    use model::outcome::OutcomeCounts;

    fn row(finished: bool, undone_by: Option<i64>, came_to: Option<CameTo>) -> RunRow {
        let asked = Asked {
            format: FORMAT,
            paths: vec!["/home/a\u{1b}.zip".into()],
            ..Asked::default()
        };
        RunRow {
            id: 7,
            kind: "import".into(),
            started: "2026-01-02T03:04:05Z".into(),
            finished: finished.then(|| "2026-01-02T03:05:00Z".into()),
            command: json!(asked).to_string(),
            report: came_to.map(|came_to| json!(came_to).to_string()),
            undone_by,
        }
    }

    #[test]
    fn each_run_says_what_it_was_and_how_it_ended() {
        let report = CameTo {
            format: FORMAT,
            part_facts: vec![PartNote::named("a.zip")],
            entries: 1200,
            outcomes: OutcomeCounts {
                imported: 3,
                ..OutcomeCounts::default()
            },
            ..CameTo::default()
        };
        let stopped = CameTo {
            interrupted: true,
            ..report.clone()
        };
        let rows = [
            (
                row(true, None, Some(report.clone())),
                "done",
                "import\n       a.zip\n       1,200 entries, 3 imported, 0 duplicate",
            ),
            (
                row(true, Some(9), Some(report)),
                "undone",
                "import, taken back by run 9\n",
            ),
            (
                row(false, None, None),
                "cut_off",
                "import, cut off\n       /home/a\\u001b.zip\n",
            ),
            (
                row(true, None, Some(stopped)),
                "interrupted",
                "import, stopped by its user\n",
            ),
        ];
        for (row, state, text) in rows {
            let run = Run::of(&row);
            assert_eq!(run.json()["state"], state);
            let said = printed(Format::Text, |out| run.print(out));
            assert!(said.starts_with("    7  2026-01-02T03:04:05Z  "), "{said}");
            assert!(said.contains(text), "{said}");
        }
        let stopped = |report: Option<CameTo>| was_stopped(&[row(true, None, report)]);
        assert!(!stopped(None) && !stopped(Some(CameTo::default())));
        assert!(stopped(Some(CameTo {
            format: FORMAT,
            interrupted: true,
            ..CameTo::default()
        })));
        let numbers = Run::of(&row(true, None, Some(CameTo::default()))).json();
        assert_eq!(numbers["numbers"]["parts"], 0, "scripts know this field");
    }
}
