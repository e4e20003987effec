//! What the journal of imports says about the archives themselves: parts that were missing or broken, filters, entries that failed.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;
use serde::Deserialize;

use crate::catalog::RunRow;

/// Options of an import, as far as they matter here.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Command {
    paths: Vec<String>,
    since: Option<String>,
    until: Option<String>,
}

/// A part with a problem.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Problem {
    part: String,
    problem: String,
}

/// An entry that failed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Failed {
    part: String,
    entry: String,
    reason: String,
}

/// What an import noted, as far as it matters here.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Report {
    part_names: Vec<String>,
    problems: Vec<Problem>,
    failed: Vec<Failed>,
    recognized: Vec<(String, Option<String>, u64)>,
    messages_left_aside: u64,
    interrupted: bool,
}

/// One import of the journal.
struct Import {
    started: String,
    finished: bool,
    command: Command,
    report: Report,
}

impl Import {
    fn of(row: &RunRow) -> Option<Self> {
        // What was taken back leaves nothing open.
        if row.kind != "import" || row.undone_by.is_some() {
            return None;
        }
        // What cannot be read says nothing, and saying nothing counts as not finished.
        let report: Option<Report> = row
            .report
            .as_deref()
            .and_then(|text| serde_json::from_str(text).ok());
        Some(Self {
            started: row.started.clone(),
            finished: report.as_ref().is_some_and(|report| !report.interrupted),
            command: serde_json::from_str(&row.command).unwrap_or_default(),
            report: report.unwrap_or_default(),
        })
    }

    fn is_filtered(&self) -> bool {
        self.command.since.is_some() || self.command.until.is_some()
    }

    /// Returns whether a part was read whole by this import.
    fn has_whole(&self, part: &str) -> bool {
        self.finished
            && self.report.part_names.iter().any(|name| name == part)
            && !self
                .report
                .problems
                .iter()
                .any(|problem| problem.part == part)
    }

    /// Returns the names of parts that are this provider's for certain: it was the only one, or they say so.
    fn parts_of<'a>(&'a self, provider: &'a str) -> impl Iterator<Item = &'a str> {
        let alone = self
            .report
            .recognized
            .iter()
            .all(|(name, _, _)| name == provider);
        let service = provider.split('-').next().unwrap_or(provider);
        let of_it = move |name: &&str| {
            let name = name.to_lowercase();
            let own_word = match service {
                "google" => name.contains("takeout"),
                "snapchat" => name.starts_with("mydata~"),
                _ => false,
            };
            alone || own_word || name.contains(service)
        };
        self.report
            .part_names
            .iter()
            .map(String::as_str)
            .filter(of_it)
    }

    fn is_of(&self, provider: &str) -> bool {
        // An import that was cut off did not get to noting whose archive it was.
        !self.finished
            || self
                .report
                .recognized
                .iter()
                .any(|(name, _, _)| name == provider)
    }
}

/// What the journal leaves open about one provider.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Journal {
    /// Imports that came to their end.
    pub imports: u64,
    /// Parts that are missing or broken, and what is wrong with them.
    pub parts: Vec<(String, String)>,
    /// Entries that failed: part, entry, why.
    pub failed: Vec<(String, String, String)>,
    /// Imports with a date filter whose parts were not imported without one.
    pub filtered: Vec<String>,
    /// Imports that were cut off and not repeated.
    pub cut_off: Vec<String>,
    /// Media of private messages that were left aside.
    pub messages_left_aside: u64,
    /// Day of the newest archive, as the names of its parts tell it.
    pub archive_day: Option<Date>,
}

/// Reads the journal for one provider. Whatever another import made good is not told.
pub fn journal(rows: &[RunRow], provider: &str) -> Journal {
    let imports: Vec<Import> = rows
        .iter()
        .filter_map(Import::of)
        .filter(|import| import.is_of(provider))
        .collect();
    let mut journal = Journal {
        imports: imports.iter().filter(|import| import.finished).count() as u64,
        ..Journal::default()
    };
    let whole = |part: &str| imports.iter().any(|import| import.has_whole(part));
    journal.archive_day = imports
        .iter()
        .filter(|import| import.finished)
        .flat_map(|import| import.parts_of(provider))
        .filter_map(day_in)
        .max();
    for import in &imports {
        if !import.finished {
            let repeated = imports.iter().any(|other| {
                other.finished && is_part_of(&import.command.paths, &other.command.paths)
            });
            if !repeated {
                journal.cut_off.push(import.started.clone());
            }
            continue;
        }
        for problem in import.report.problems.iter().filter(|p| !whole(&p.part)) {
            journal
                .parts
                .push((problem.part.clone(), problem.problem.clone()));
        }
        journal.failed.extend(open_failures(import, &imports));
        let made_good = |part: &String| {
            imports
                .iter()
                .any(|other| !other.is_filtered() && other.has_whole(part))
        };
        if import.is_filtered() && !import.report.part_names.iter().all(made_good) {
            journal.filtered.push(import.started.clone());
        }
        let aside = import.report.messages_left_aside;
        journal.messages_left_aside = journal.messages_left_aside.max(aside);
    }
    journal.parts.sort();
    journal.parts.dedup();
    journal.failed.sort();
    journal.failed.dedup();
    journal
}

/// Finds a day in a part's name: `instagram-anna-2024-05-01-Ab3dEf9h.zip`, `takeout-20240501T101112Z-001.zip`.
fn day_in(name: &str) -> Option<Date> {
    if let Some(day) = day_of_milliseconds(name) {
        return Some(day);
    }
    let day_at = |at: usize| {
        let digits = |length: usize| {
            let text = name.get(at..at + length)?;
            let whole = text
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'-');
            let ends = !name
                .get(at + length..)?
                .starts_with(|c: char| c.is_ascii_digit());
            (whole && ends).then_some(text)
        };
        let day = match digits(10).and_then(|text| text.parse().ok()) {
            Some(day) => Some(day),
            None => digits(8).and_then(|text| Date::strptime("%Y%m%d", text).ok()),
        };
        // Of no service's archives older than 2004; anything else of eight digits is no day.
        day.filter(|day| (2004..2100).contains(&day.year()))
    };
    let starts = |at: &usize| *at == 0 || !name.as_bytes()[at - 1].is_ascii_digit();
    (0..name.len()).filter(starts).find_map(day_at)
}

/// Reads Snapchat's milliseconds since 1970: `mydata~1700000000000-2.zip`.
fn day_of_milliseconds(name: &str) -> Option<Date> {
    let rest = name.strip_prefix("mydata~")?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    let instant = Timestamp::from_millisecond(digits.parse().ok()?).ok()?;
    let day = Offset::UTC.to_datetime(instant).date();
    (2011..2100).contains(&day.year()).then_some(day)
}

/// The newest archive of an account that was imported.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NewestArchive {
    /// Provider's name.
    pub provider: String,
    /// Whose account.
    pub account: Option<String>,
    /// Day it was made, as the names of its parts tell.
    pub day: Date,
}

/// Finds the newest archive of each account among the imports that came to their end and were not taken back.
///
/// An archive whose name tells no day is not among them, nor one of which the journal does not say whose it was.
pub fn newest_archives(rows: &[RunRow]) -> Vec<NewestArchive> {
    let mut newest: BTreeMap<(String, Option<String>), Date> = BTreeMap::new();
    let imports = rows.iter().filter_map(Import::of);
    for import in imports.filter(|import| import.finished) {
        for (provider, account, _) in &import.report.recognized {
            let accounts = import
                .report
                .recognized
                .iter()
                .filter(|(other, ..)| other == provider);
            let alone = accounts.count() == 1;
            let of_it = |part: &&str| {
                alone
                    || account
                        .as_ref()
                        .is_some_and(|account| part.contains(account.as_str()))
            };
            let days = import.parts_of(provider).filter(of_it).filter_map(day_in);
            if let Some(day) = days.max() {
                let known = newest
                    .entry((provider.clone(), account.clone()))
                    .or_insert(day);
                *known = day.max(*known);
            }
        }
    }
    let newest = newest.into_iter();
    newest
        .map(|((provider, account), day)| NewestArchive {
            provider,
            account,
            day,
        })
        .collect()
}

fn open_failures<'a>(
    import: &'a Import,
    imports: &'a [Import],
) -> impl Iterator<Item = (String, String, String)> + 'a {
    let still = move |failed: &&Failed| {
        let fails_in = |other: &Import| {
            other
                .report
                .failed
                .iter()
                .any(|f| f.part == failed.part && f.entry == failed.entry)
        };
        !imports
            .iter()
            .any(|other| other.has_whole(&failed.part) && !fails_in(other))
    };
    import.report.failed.iter().filter(still).map(|failed| {
        (
            failed.part.clone(),
            failed.entry.clone(),
            failed.reason.clone(),
        )
    })
}

fn is_part_of(some: &[String], all: &[String]) -> bool {
    let all: BTreeSet<&String> = all.iter().collect();
    some.iter().all(|path| all.contains(path))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn run(command: Value, report: Option<Value>) -> RunRow {
        RunRow {
            id: 1,
            kind: "import".into(),
            started: "2026-01-01T00:00:00Z".into(),
            finished: report.as_ref().map(|_| "2026-01-01T00:01:00Z".into()),
            command: command.to_string(),
            report: report.map(|report| report.to_string()),
            undone_by: None,
        }
    }

    fn done(parts: &[&str], more: Value) -> RunRow {
        let mut report = json!({"part_names": parts, "recognized": [["p", null, 1]]});
        let more = more.as_object().unwrap().clone();
        report.as_object_mut().unwrap().extend(more);
        run(json!({"paths": parts}), Some(report))
    }

    #[test]
    fn a_missing_part_is_told_until_it_comes() {
        let gap = json!({"problems": [{"part": "a_2.zip", "problem": "missing"}]});
        let rows = vec![done(&["a_1.zip", "a_3.zip"], gap)];
        assert_eq!(journal(&rows, "p").parts.len(), 1);
        let mut rows = rows;
        rows.push(done(&["a_2.zip"], json!({})));
        assert_eq!(journal(&rows, "p").parts, []);
        // Broken again is not there.
        let broken = json!({"problems": [{"part": "a_2.zip", "problem": "cut off"}]});
        rows[1] = done(&["a_2.zip"], broken);
        assert_eq!(journal(&rows, "p").parts.len(), 2);
        assert_eq!(journal(&rows, "q"), Journal::default());
    }

    #[test]
    fn the_day_of_the_newest_archive_is_read_from_its_name() {
        for (name, day) in [
            ("instagram-anna-2024-05-01-Ab3dEf9h.zip", Some("2024-05-01")),
            ("takeout-20240502T101112Z-3-001.tgz", Some("2024-05-02")),
            ("anna_20200102_part_1.zip", Some("2020-01-02")),
            ("2024-05-03.zip", Some("2024-05-03")),
            ("anna-17890000000000012.zip", None),
            ("anna-99999999.zip", None),
            ("mydata~1700000000000-2.zip", Some("2023-11-14")),
            ("mydata~17.zip", None),
            ("été-2024-13-01-é.zip", None),
            ("", None),
        ] {
            assert_eq!(
                day_in(name).map(|day| day.to_string()).as_deref(),
                day,
                "{name}"
            );
        }
        let day = |rows: &[RunRow], provider| {
            let found = journal(rows, provider).archive_day;
            found.map(|day| day.to_string())
        };
        // Of two services in one import only the parts that say whose they are.
        let both = json!({"recognized": [["instagram", null, 1], ["q", null, 1]]});
        let parts = ["instagram-2024-05-01.zip", "other-2025-01-01.zip"];
        let rows = [done(&parts, both)];
        assert_eq!(day(&rows, "instagram").as_deref(), Some("2024-05-01"));
        let alone = [done(&["any-2023-01-01.zip"], json!({}))];
        assert_eq!(day(&alone, "p").as_deref(), Some("2023-01-01"));
    }

    #[test]
    fn the_newest_archive_of_each_account_is_told_by_names_only() {
        let recognized = |list: serde_json::Value| json!({"recognized": list});
        let rows = [
            done(
                &["instagram-anna-2024-05-01-x.zip"],
                recognized(json!([["instagram", "anna", 1]])),
            ),
            done(
                &[
                    "instagram-anna-2025-05-01-x.zip",
                    "instagram-ben-2023-01-02-x.zip",
                    "mydata~1700000000000.zip",
                ],
                recognized(json!([
                    ["instagram", "anna", 1],
                    ["instagram", "ben", 1],
                    ["snapchat", null, 3]
                ])),
            ),
            done(
                &["holiday.zip"],
                recognized(json!([["facebook", "anna", 1]])),
            ),
        ];
        let told: Vec<String> = newest_archives(&rows)
            .iter()
            .map(|newest| {
                format!(
                    "{} {} {}",
                    newest.provider,
                    newest.account.as_deref().unwrap_or("-"),
                    newest.day
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                "instagram anna 2025-05-01",
                "instagram ben 2023-01-02",
                "snapchat - 2023-11-14"
            ]
        );
    }

    #[test]
    fn an_import_that_was_taken_back_says_nothing() {
        let gap = json!({"problems": [{"part": "a_2.zip", "problem": "missing"}]});
        let undone = RunRow {
            undone_by: Some(2),
            ..done(&["a_1.zip"], gap)
        };
        assert_eq!(journal(&[undone], "p"), Journal::default());
    }

    #[test]
    fn a_failed_entry_is_told_until_its_part_is_read_without() {
        let failed = json!({"failed": [{"part": "a.zip", "entry": "x.jpg", "reason": "crc"}]});
        let mut rows = vec![done(&["a.zip"], failed)];
        assert_eq!(journal(&rows, "p").failed.len(), 1);
        rows.push(done(&["b.zip"], json!({})));
        assert_eq!(journal(&rows, "p").failed.len(), 1);
        rows.push(done(&["a.zip"], json!({})));
        assert_eq!(journal(&rows, "p").failed, []);
    }

    #[test]
    fn filters_and_cuts_are_told_until_made_good() {
        let report = json!({"part_names": ["a.zip"], "recognized": [["p", null, 1]]});
        let command = json!({"paths": ["a.zip"], "since": "2020-01-01"});
        let mut rows = vec![
            run(command, Some(report)),
            run(json!({"paths": ["b.zip"]}), None),
        ];
        let found = journal(&rows, "p");
        assert_eq!((found.filtered.len(), found.cut_off.len()), (1, 1));
        rows.push(done(&["a.zip", "b.zip"], json!({})));
        let found = journal(&rows, "p");
        assert_eq!((found.filtered.len(), found.cut_off.len()), (0, 0));
        assert_eq!(found.imports, 2);
    }
}
