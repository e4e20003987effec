//! Writes down what the journal keeps of an import: [`model::import_note`].

use std::collections::BTreeMap;
use std::time::UNIX_EPOCH;

use jiff::Timestamp;

use archive::{Archive, Part, PartId, PartKind, part_name};
use model::import_note::{
    AccountNote, AsideNote, Asked, CameTo, EntryNote, FORMAT, FailedNote, MOST_NAMES,
    NotUnderstoodNote, PartNote, ProblemNote,
};
use model::outcome::{Ignored, Outcome};

use super::pieces::pieces;
use super::trees::Recognized;
use super::{EntryLine, ImportOptions, ImportReport};

/// Returns what an import was asked, for its beginning.
pub(super) fn asked(options: &ImportOptions) -> Asked {
    let paths = options.paths.iter();
    Asked {
        format: FORMAT,
        paths: paths.map(|path| path.display().to_string()).collect(),
        provider: options.provider.clone(),
        account: options.account.clone(),
        parts: options.parts,
        since: options.since,
        until: options.until,
        include_messages: options.include_messages,
        home_timezone: options.home_timezone.clone(),
        html_offset_s: options.html_offset_s,
    }
}

/// Returns what is known of each part that was opened.
pub(super) fn part_facts(
    archive: &Archive,
    recognized: &Recognized<'_>,
    options: &ImportOptions,
) -> Vec<PartNote> {
    let mut pieces = pieces(recognized, options);
    let parts = archive.parts().iter().enumerate();
    parts
        .map(|(index, part)| PartNote {
            size_bytes: (part.kind != PartKind::Folder).then_some(part.size_bytes),
            modified: modified(part),
            pieces: Some(pieces.remove(&PartId(index)).unwrap_or_default()),
            ..PartNote::named(&*part.name)
        })
        .collect()
}

/// When a part's file was last changed: of a folder that says when somebody unpacked something into it.
fn modified(part: &Part) -> Option<Timestamp> {
    let changed = std::fs::metadata(&part.path).ok()?.modified().ok()?;
    let seconds = changed.duration_since(UNIX_EPOCH).ok()?.as_secs();
    Timestamp::from_second(i64::try_from(seconds).ok()?).ok()
}

/// Returns what an import came to, for its end.
pub(super) fn came_to(report: &ImportReport) -> CameTo {
    let messages = Outcome::Ignored(Ignored::Messages);
    let problems = report.problems.iter().map(|problem| ProblemNote {
        part: problem.part.clone(),
        problem: problem.what.to_string(),
        slot: part_name(&problem.part).slot,
    });
    let not_understood = report.not_understood.iter().map(|line| NotUnderstoodNote {
        provider: line.provider.clone(),
        part: line.part.to_string(),
        entry: line.entry.to_string(),
        what: line.why.clone(),
    });
    let accounts = report.recognized.iter();
    CameTo {
        format: FORMAT,
        part_facts: report.part_facts.clone(),
        problems: problems.collect(),
        failed: report.lines.iter().filter_map(failed).collect(),
        left_aside: Some(left_aside(&report.lines)),
        not_understood: Some(not_understood.collect()),
        messages_left_aside: report
            .lines
            .iter()
            .filter(|line| line.outcome == messages)
            .count() as u64,
        accounts: accounts
            .map(|(provider, account, items)| AccountNote {
                provider: provider.clone(),
                account: account.clone(),
                items: *items,
            })
            .collect(),
        interrupted: report.interrupted,
        entries: report.entries,
        outcomes: report.outcomes,
        items: report.items,
        missing: report.missing.len() as u64,
        assets_added: report.assets_added,
        assets_changed: report.assets_changed,
        bytes_read: report.bytes_read,
        bytes_written: report.bytes_written,
    }
}

fn failed(line: &EntryLine) -> Option<FailedNote> {
    let Outcome::Failed(reason) = &line.outcome else {
        return None;
    };
    Some(FailedNote {
        part: line.part.to_string(),
        entry: line.entry.to_string(),
        reason: reason.clone(),
    })
}

/// Adds up what was left aside, in the order of reasons, whatever the order of entries.
fn left_aside(lines: &[EntryLine]) -> Vec<AsideNote> {
    let mut by_reason: BTreeMap<&Ignored, AsideNote> = BTreeMap::new();
    for line in lines {
        let Outcome::Ignored(why) = &line.outcome else {
            continue;
        };
        let note = by_reason.entry(why).or_insert_with(|| AsideNote {
            why: why.clone(),
            count: 0,
            names: Vec::new(),
        });
        note.count += 1;
        if is_worth_a_name(why) && note.names.len() < MOST_NAMES {
            note.names.push(EntryNote {
                part: line.part.to_string(),
                entry: line.entry.to_string(),
            });
        }
    }
    by_reason.into_values().collect()
}

/// Returns whether it matters which entries were left aside for this reason: others are private, or furniture.
fn is_worth_a_name(why: &Ignored) -> bool {
    matches!(
        why,
        Ignored::Unknown | Ignored::Undecided | Ignored::OtherProduct | Ignored::ServiceFile
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_left_aside_is_added_up_by_reason_and_named_where_it_matters() {
        let line = |entry: &str, why: Ignored| EntryLine {
            part: "a.zip".into(),
            entry: entry.into(),
            outcome: Outcome::Ignored(why),
            path: None,
        };
        let lines = [
            line("x.bin", Ignored::Unknown),
            line("m/1.jpg", Ignored::Messages),
            line("m/2.jpg", Ignored::Messages),
        ];
        let aside = left_aside(&lines);
        let told: Vec<_> = aside
            .iter()
            .map(|note| (&note.why, note.count, note.names.len()))
            .collect();
        assert_eq!(
            told,
            [(&Ignored::Messages, 2, 0), (&Ignored::Unknown, 1, 1)]
        );
    }
}
