//! What the journal of imports says about the archives themselves: parts that were missing or broken, filters, entries that failed.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;

use catalog::RunRow;
use model::import_note::{CameTo, FailedNote, ImportNote, PartNote, ProblemNote};

/// One import of the journal.
struct Import {
    started: String,
    note: ImportNote,
}

/// An import of which nothing is known, because its note cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UnreadableImport {
    /// Number of the run.
    pub run: i64,
    /// When it began.
    pub started: String,
}

/// All imports that stand, and those whose notes cannot be read.
fn imports(rows: &[RunRow]) -> (Vec<Import>, Vec<UnreadableImport>) {
    // What was taken back leaves nothing open.
    let standing = rows
        .iter()
        .filter(|row| row.kind == "import" && row.undone_by.is_none());
    let mut imports = Vec::new();
    let mut unreadable = Vec::new();
    for row in standing {
        let started = row.started.clone();
        match row.import_note() {
            Ok(note) => imports.push(Import { started, note }),
            Err(_) => unreadable.push(UnreadableImport {
                run: row.id,
                started,
            }),
        }
    }
    (imports, unreadable)
}

impl Import {
    /// Returns what it came to, if it came to its end.
    fn finished(&self) -> Option<&CameTo> {
        let came_to = self.note.came_to.as_ref();
        came_to.filter(|came_to| !came_to.interrupted)
    }

    /// Returns whether a part was read whole by this import.
    fn has_whole(&self, part: &str) -> bool {
        self.finished().is_some_and(|came_to| {
            came_to.part_names().any(|name| name == part)
                && !came_to.problems.iter().any(|problem| problem.part == part)
        })
    }

    /// Returns whether a part with a problem came whole under another name: `…-002 (1).zip`, or as `.tgz`.
    fn has_whole_slot(&self, problem: &ProblemNote) -> bool {
        let Some(slot) = &problem.slot else {
            return false;
        };
        let parts = self
            .finished()
            .into_iter()
            .flat_map(|came_to| &came_to.part_facts);
        let has = |part: &PartNote| {
            let mut pieces = part.pieces.iter().flatten();
            pieces.any(|piece| piece.slot.as_ref() == Some(slot))
        };
        parts
            .filter(|part| has(part))
            .any(|part| self.has_whole(&part.name))
    }

    /// Returns whether a part was read whole, by all rules there are now and for all dates.
    fn makes_good(&self, part: &str) -> bool {
        !self.note.asked.is_filtered() && !self.is_older() && self.has_whole(part)
    }

    /// Returns whether an older albumen made it, which did not note what it did not understand.
    fn is_older(&self) -> bool {
        self.finished()
            .is_some_and(|came_to| came_to.not_understood.is_none() || came_to.left_aside.is_none())
    }

    fn is_of(&self, provider: &str) -> bool {
        // An import that was cut off did not get to noting whose archive it was.
        let Some(came_to) = self.finished() else {
            return true;
        };
        came_to
            .accounts
            .iter()
            .any(|account| account.provider == provider)
    }
}

/// Returns the parts that are this provider's for certain: their note says so, it was the only one, or their names do.
fn parts_of<'a>(
    came_to: &'a CameTo,
    provider: &'a str,
) -> impl Iterator<Item = &'a PartNote> + use<'a> {
    let alone = came_to.accounts.iter().all(|of| of.provider == provider);
    let service = provider.split('-').next().unwrap_or(provider);
    let of_it = move |part: &&PartNote| {
        if let Some(is_of) = part.is_of(provider) {
            return is_of;
        }
        let name = part.name.to_lowercase();
        let own_word = match service {
            "google" => name.contains("takeout"),
            "snapchat" => name.starts_with("mydata~"),
            _ => false,
        };
        alone || own_word || name.contains(service)
    };
    came_to.part_facts.iter().filter(of_it)
}

/// What the journal leaves open about one provider.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Journal {
    /// Imports that came to their end.
    pub imports: u64,
    /// Parts that are missing or broken, and what is wrong with them.
    pub parts: Vec<ProblemNote>,
    /// Entries that failed.
    pub failed: Vec<FailedNote>,
    /// Imports with a date filter whose parts were not imported without one.
    pub filtered: Vec<String>,
    /// Imports that were cut off and not repeated.
    pub cut_off: Vec<String>,
    /// Imports by an albumen that did not note what it did not understand, and not repeated by one that does.
    pub older: Vec<String>,
    /// Imports whose notes cannot be read.
    pub unreadable: Vec<UnreadableImport>,
    /// Media of private messages that were left aside.
    pub messages_left_aside: u64,
    /// Day of the newest archive, as the names of its parts tell it.
    pub archive_day: Option<Date>,
}

/// Reads the journal for one provider. Whatever another import made good is not reported.
pub(crate) fn journal(rows: &[RunRow], provider: &str) -> Journal {
    let (mut imports, unreadable) = imports(rows);
    imports.retain(|import| import.is_of(provider));
    let mut journal = Journal {
        unreadable,
        ..Journal::default()
    };
    for import in &imports {
        match import.finished() {
            Some(came_to) => open_ends(import, came_to, &imports, &mut journal),
            None => {
                let repeated = |other: &Import| {
                    other.finished().is_some()
                        && is_part_of(&import.note.asked.paths, &other.note.asked.paths)
                };
                if !imports.iter().any(repeated) {
                    journal.cut_off.push(import.started.clone());
                }
            }
        }
        let days = import.finished().into_iter();
        let days = days
            .flat_map(|came_to| parts_of(came_to, provider))
            .filter_map(made);
        journal.archive_day = journal.archive_day.max(days.max());
    }
    journal.parts.sort();
    journal.parts.dedup();
    journal.failed.sort();
    journal.failed.dedup();
    journal
}

/// Adds what one import that came to its end leaves open.
fn open_ends(import: &Import, came_to: &CameTo, imports: &[Import], journal: &mut Journal) {
    journal.imports += 1;
    let whole = |problem: &ProblemNote| {
        let mut imports = imports.iter();
        imports.any(|import| import.has_whole(&problem.part) || import.has_whole_slot(problem))
    };
    let problems = came_to.problems.iter().filter(|problem| !whole(problem));
    journal.parts.extend(problems.cloned());
    journal.failed.extend(open_failures(came_to, imports));
    let made_good = |part: &str| imports.iter().any(|other| other.makes_good(part));
    let is_made_good = came_to.part_names().all(made_good);
    if import.note.asked.is_filtered() && !is_made_good {
        journal.filtered.push(import.started.clone());
    }
    if import.is_older() && !is_made_good {
        journal.older.push(import.started.clone());
    }
    let aside = came_to.messages_left_aside;
    journal.messages_left_aside = journal.messages_left_aside.max(aside);
}

/// Returns the day a part was made.
pub(super) fn made(part: &PartNote) -> Option<Date> {
    part.made.or_else(|| day_in(&part.name))
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
    let rest = name.strip_prefix("mydata")?.strip_prefix(['~', '_', '-'])?;
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
    let (imports, _) = imports(rows);
    for came_to in imports.iter().filter_map(Import::finished) {
        for of in &came_to.accounts {
            let accounts = came_to.accounts.iter();
            let alone = accounts
                .filter(|other| other.provider == of.provider)
                .count()
                == 1;
            let of_it = |part: &&PartNote| {
                let names = |account: &String| part.name.contains(account.as_str());
                alone || of.account.as_ref().is_some_and(names)
            };
            let days = parts_of(came_to, &of.provider)
                .filter(of_it)
                .filter_map(made);
            if let Some(day) = days.max() {
                let known = newest
                    .entry((of.provider.clone(), of.account.clone()))
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
    came_to: &'a CameTo,
    imports: &'a [Import],
) -> impl Iterator<Item = FailedNote> + 'a {
    let still = move |failed: &&FailedNote| {
        let fails_in = |other: &Import| {
            other.finished().is_some_and(|came_to| {
                let mut failures = came_to.failed.iter();
                failures.any(|f| f.part == failed.part && f.entry == failed.entry)
            })
        };
        !imports
            .iter()
            .any(|other| other.has_whole(&failed.part) && !fails_in(other))
    };
    came_to.failed.iter().filter(still).cloned()
}

fn is_part_of(some: &[String], all: &[String]) -> bool {
    let all: BTreeSet<&String> = all.iter().collect();
    some.iter().all(|path| all.contains(path))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
#[path = "journal_tests.rs"]
mod tests;
