//! Adds up what became of every entry. The sums close, or it is a bug.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use archive::{Archive, EntryId};
use catalog::{Catalog, CatalogError, Told};
use model::content_hash::ContentHash;
use model::outcome::Outcome;
use model::record::Record;
use model::time::{Clock, Precision, When, offset_text};

use super::damaged::Damaged;
use super::deciding::Decided;
use super::given_before::Problems;
use super::journal::part_facts;
use super::plan::{Action, Planned};
use super::settle::{UTC_ONLY, ZONELESS};
use super::store::Stored;
use super::sweep::Sweep;
use super::trees::Recognized;
use super::{EntryLine, ImportOptions, ImportReport, MissingLine, MissingLines};

/// All a report is made from.
pub(super) struct Facts<'a> {
    pub archive: &'a Archive,
    pub recognized: &'a Recognized<'a>,
    pub stored: &'a Stored,
    pub problems: &'a Problems,
    pub options: &'a ImportOptions,
}

/// A report that does not yet tell where files lie.
pub(super) struct Draft {
    report: ImportReport,
    /// Bytes of those lines' entries that the library holds, by the number of the line.
    hashes: Vec<(usize, ContentHash)>,
    /// Entries that were imported.
    imported: Vec<EntryId>,
}

impl Draft {
    /// Adds up. The lines take the room of what was decided: an archive may have half a million entries.
    pub(crate) fn new(decided: Decided, facts: &Facts<'_>) -> Self {
        let Decided {
            planned,
            intakes,
            told,
            ..
        } = decided;
        drop(intakes);
        let archive = facts.archive;
        let mut report = ImportReport {
            parts: archive.parts().len() as u64,
            part_facts: part_facts(archive, facts.recognized, facts.options),
            entries: archive.entries().len() as u64,
            bytes_read: facts.stored.bytes_read,
            problems: facts.problems.standing.clone(),
            given_before: facts.problems.before.clone(),
            unknown_parts: facts.recognized.unknown_parts(archive),
            interrupted: facts.stored.interrupted,
            ..ImportReport::default()
        };
        let mut hashes = Vec::new();
        let mut imported = Vec::new();
        let mut new: HashSet<ContentHash> = HashSet::new();
        let mut number = 0;
        let lines = planned.into_iter().filter_map(|planned| {
            let (outcome, hash) = outcome(facts, &planned, &mut new);
            report.outcomes.add(&outcome);
            report.repeats += u64::from(outcome == Outcome::Repeat);
            let entry = &archive.entries()[planned.id.0];
            if outcome == Outcome::Imported {
                report.bytes_written += entry.size_bytes;
                imported.push(planned.id);
                return None;
            }
            hashes.extend(hash.map(|hash| (number, hash)));
            number += 1;
            Some(EntryLine {
                part: Arc::clone(&archive.parts()[entry.part.0].name),
                entry: Arc::clone(&entry.raw_name),
                outcome,
                path: None,
            })
        });
        let mut lines: Vec<EntryLine> = lines.collect();
        // Of most archives nearly all entries are imported, and have no line.
        lines.shrink_to_fit();
        report.lines = lines;
        recognized(facts.recognized, &told, &mut report);
        Self {
            report,
            hashes,
            imported,
        }
    }

    /// Returns the entries that were imported.
    pub(crate) fn imported(&self) -> &[EntryId] {
        &self.imported
    }

    /// Returns whether the user stopped the run.
    pub(crate) fn interrupted(&self) -> bool {
        self.report.interrupted
    }

    /// Says where files lie, and what is missing.
    pub(crate) fn finish(
        mut self,
        held_at: &HashMap<ContentHash, &str>,
        missing: MissingLines,
    ) -> ImportReport {
        for (line, hash) in self.hashes {
            let path = held_at.get(&hash);
            self.report.lines[line].path = path.map(|path| (*path).to_owned());
        }
        self.report.missing = missing;
        self.report
    }
}

/// Returns the fate of an entry and its bytes, if the library holds them. Of several entries with the same new bytes the
/// first counts as imported, whichever thread was faster.
fn outcome(
    facts: &Facts<'_>,
    planned: &Planned,
    new: &mut HashSet<ContentHash>,
) -> (Outcome, Option<ContentHash>) {
    match &planned.action {
        Action::Record => (Outcome::Record, None),
        Action::Ignore(why) => (Outcome::Ignored(why.clone()), None),
        Action::Fail(why) => (Outcome::Failed(why.clone()), None),
        Action::Held(hash) => (Outcome::Duplicate, Some(*hash)),
        Action::Store => stored_outcome(facts, planned.id, new),
        Action::SameAs(other) => match stored_outcome(facts, *other, &mut HashSet::new()) {
            (Outcome::Imported, hash) => (Outcome::Repeat, hash),
            other => other,
        },
    }
}

fn stored_outcome(
    facts: &Facts<'_>,
    id: EntryId,
    new: &mut HashSet<ContentHash>,
) -> (Outcome, Option<ContentHash>) {
    let stored = facts.stored;
    match (stored.hashes.get(&id), stored.failed.get(&id)) {
        (Some(hash), _) if stored.held_before.contains(hash) => (Outcome::Duplicate, Some(*hash)),
        (Some(hash), _) if !new.insert(*hash) => (Outcome::Repeat, Some(*hash)),
        (Some(hash), _) => (Outcome::Imported, Some(*hash)),
        (None, Some(why)) => (Outcome::Failed(why.clone()), None),
        (None, None) if stored.interrupted => (Outcome::NotReached, None),
        (None, None) => (
            Outcome::Failed("nothing is known of it: this is a bug in albumen".to_owned()),
            None,
        ),
    }
}

fn recognized(recognized: &Recognized<'_>, told: &[Told], report: &mut ImportReport) {
    for (tree, told) in recognized.trees.iter().zip(told) {
        let provider = tree.provider.about().name.to_owned();
        report.items += told.items;
        report
            .recognized
            .push((provider, told.account.clone(), told.items));
    }
}

/// Lists the media that records of the providers at hand name and no archive so far holds, each once.
pub(super) fn missing(
    catalog: &Catalog,
    providers: &[&str],
    draft: &Draft,
) -> Result<MissingLines, CatalogError> {
    let mut lines = MissingLines::default();
    let mut damaged = None;
    // By provider and path: what is named twice comes twice in a row.
    let mut last = None;
    catalog.each_missing_record(|id, provider, uri| {
        let same = last
            .as_ref()
            .is_some_and(|(p, u)| p == provider && u == uri);
        if same || !providers.contains(&provider) {
            return Ok(());
        }
        last = Some((provider.to_owned(), uri.to_owned()));
        let damaged = match &mut damaged {
            Some(damaged) => damaged,
            None => damaged.insert(Damaged::of(&draft.report.lines, catalog)?),
        };
        // A record without anything of its own is a line in a list of files: where the file was given and cannot be read, it is
        // the part that tells of it.
        let part = match damaged.part(uri) {
            Some(part) if catalog.raw_record(id)?.raw.is_null() => Some(part),
            _ => None,
        };
        let line = line(catalog.bare_record(id)?.read()?, uri.to_owned());
        lines.push(&MissingLine {
            record: part.map_or(line.record, str::to_owned),
            ..line
        });
        Ok(())
    })?;
    Ok(lines)
}

fn line(record: Record, uri: String) -> MissingLine {
    let when = record.facts.taken_at.or(record.facts.posted_at);
    MissingLine {
        provider: record.provider,
        account: record.account,
        record: record.source,
        uri,
        taken_at: when.map(|when| written(&when)),
    }
}

/// Writes a time as RFC 3339, or as much of it as is known.
pub fn written(when: &When) -> String {
    let local = when.for_names();
    let text = match when.precision {
        Precision::Second => local.strftime("%Y-%m-%dT%H:%M:%S"),
        Precision::Minute => local.strftime("%Y-%m-%dT%H:%M"),
        Precision::Day => return local.strftime("%Y-%m-%d").to_string(),
        Precision::Month => return local.strftime("%Y-%m").to_string(),
        Precision::Year => return local.strftime("%Y").to_string(),
    };
    match when.clock {
        Clock::Zoned { offset_s, .. } => format!("{text}{}", offset_text(offset_s)),
        Clock::Utc(_) => format!("{text}Z"),
        Clock::Wall(_) => text.to_string(),
    }
}

/// Says how many times of the library are known only in part, as settling counted them last.
pub(super) fn tell_counts(
    report: &mut ImportReport,
    catalog: &Catalog,
) -> Result<(), CatalogError> {
    let counted = |setting: Option<String>| setting.and_then(|count| count.parse().ok());
    report.utc_only = counted(catalog.setting(UTC_ONLY)?).unwrap_or(0);
    report.zoneless = counted(catalog.setting(ZONELESS)?).unwrap_or(0);
    Ok(())
}

/// Where each content lies: the first path, for reports.
pub(super) fn held_at(swept: &Sweep) -> HashMap<ContentHash, &str> {
    let mut at = HashMap::new();
    for row in &swept.placed {
        at.entry(row.content_hash).or_insert(row.path.as_str());
    }
    at
}
