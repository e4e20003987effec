//! The decision: from a situation to a certificate. A pure function.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::Date;

use model::import_note::{FailedNote, ProblemNote};
use model::not_understood::NotUnderstood;

use super::archives::{GivenArchive, Numbering};
use super::journal::UnreadableImport;
use super::situation::Situation;
use super::{Certificate, Gap, NotUnderstoodFile, Proof, Verdict};

/// Photos whose longer side a service usually gives with at least this many pixels; fewer mean that a low quality was chosen.
pub(crate) const USUAL_PIXELS: u32 = 700;

/// So few photos say nothing about the quality chosen.
pub(crate) const ENOUGH_PHOTOS: u64 = 10;

/// Decides. The gaps become the certificate's: they may be very many.
pub(crate) fn judge(situation: Situation) -> Certificate {
    let lacking = lacking(&situation);
    let unknown = unknown(&situation);
    let notes = notes(&situation);
    let mut gaps: Vec<Gap> = situation.missing;
    gaps.extend(situation.damaged);
    gaps.extend(situation.doubtful);
    gaps.extend(situation.unreadable);
    // Equal ones are the same: a stable sort would only take memory.
    gaps.sort_unstable();
    let verdict = match (lacking.is_empty(), unknown.is_empty()) {
        (false, _) => Verdict::NotComplete,
        (true, false) => Verdict::CannotBeKnown,
        (true, true) => Verdict::Complete(Proof(())),
    };
    Certificate {
        provider: situation.provider,
        account: situation.account,
        verdict,
        reasons: lacking.into_iter().chain(unknown).collect(),
        notes,
        archives: situation.archives,
        gaps,
        not_understood: situation.not_understood,
        counts: situation.counts,
        days: situation.days,
    }
}

/// What is known not to be there.
fn lacking(situation: &Situation) -> Vec<String> {
    let mut reasons = Vec::new();
    let counts = &situation.counts;
    for (count, one, many) in [
        (counts.missing, "photo or video", "photos and videos"),
        (
            counts.companions_missing,
            "file that belongs to a photo or video",
            "files that belong to photos and videos",
        ),
    ] {
        if count > 0 {
            reasons.push(format!(
                "{} named by record files {} in no archive given so far: ask the service for a new archive{}, and import it",
                counted(count, one, many),
                if count == 1 { "is" } else { "are" },
                covering(&situation.missing),
            ));
        }
    }
    if !situation.damaged.is_empty() {
        reasons.push(format!(
            "{} gone from the library or not as imported: fetch them again with `albumen verify --repair PATH`",
            counted(situation.damaged.len() as u64, "file is", "files are"),
        ));
    }
    reasons
}

/// Says which time a new archive has to cover.
fn covering(missing: &[Gap]) -> String {
    let months = || {
        let dates = missing.iter().filter_map(|gap| gap.date.as_deref());
        dates.filter_map(|date| date.get(..7))
    };
    match (months().min(), months().max()) {
        (Some(first), Some(last)) if first == last => {
            format!(" with the best quality and all dates, {first} among them")
        }
        (Some(first), Some(last)) => {
            format!(" with the best quality and all dates, {first} to {last} among them")
        }
        _ => " with the best quality and all dates".to_owned(),
    }
}

/// Why nobody can know, each with what to do.
fn unknown(situation: &Situation) -> Vec<String> {
    let mut reasons = Vec::new();
    let mut say = |applies: bool, text: String| {
        if applies {
            reasons.push(text);
        }
    };
    say(
        situation.counts.records == 0,
        "the archives given hold media and no record files, so nothing says what else there was: ask the service for an \
         archive with all information, and import it"
            .into(),
    );
    say(
        situation.counts.assets == 0 && situation.missing.is_empty(),
        "the library holds no photo or video of this account".into(),
    );
    say(
        !situation.doubtful.is_empty(),
        format!(
            "{} may mean one of several photos of the same title and second, or one that no archive given so far holds ({}): look \
             on the service how many there are",
            counted(situation.doubtful.len() as u64, "record", "records"),
            named(&situation.doubtful),
        ),
    );
    say(
        !situation.unreadable.is_empty(),
        format!(
            "{} called a photo or video and of no format albumen knows ({}): compare with what the service shows",
            counted(situation.unreadable.len() as u64, "file is", "files are"),
            named(&situation.unreadable),
        ),
    );
    let journal = &situation.journal;
    say(
        journal.imports == 0,
        "the journal of imports is gone (was the catalog made again?), so nobody knows whether parts were missing: import \
         all parts again"
            .into(),
    );
    for reason in not_understood(&situation.not_understood) {
        say(true, reason);
    }
    say(
        journal.imports > 0 && journal.older.is_empty() && situation.archives.is_empty(),
        "the journal names no archive of this account that came to its end: import all its archives again".into(),
    );
    say(
        !situation.two_owners.is_empty(),
        format!(
            "archives that name no account have files of one name about different items ({}), and no item in common, as those \
             of two people have: import each person's archives again with `--account NAME`",
            situation.two_owners.join(", ")
        ),
    );
    for archive in &situation.archives {
        if let Some(open) = open_numbering(archive, situation) {
            say(true, open);
        }
    }
    for ProblemNote { part, problem, .. } in &journal.parts {
        say(
            true,
            format!("part {part}: {problem}: download it again and import it"),
        );
    }
    for FailedNote {
        part,
        entry,
        reason,
    } in &journal.failed
    {
        say(
            true,
            format!(
                "{entry} in {part} could not be read ({reason}): {}",
                what_to_do(entry, reason)
            ),
        );
    }
    for started in &journal.older {
        say(
            true,
            format!(
                "the import of {started} was made by an older albumen, which did not note what it did not understand: import \
                 the same archives again"
            ),
        );
    }
    for UnreadableImport { run, started } in &journal.unreadable {
        say(
            true,
            format!(
                "the notes of the import of {started} cannot be read, so nothing is known of it: take it back with `albumen \
                 undo {run}`, and import its archives again"
            ),
        );
    }
    for started in &journal.filtered {
        say(
            true,
            format!(
                "the import of {started} took only some dates (--since, --until): import the same archives without"
            ),
        );
    }
    for started in &journal.cut_off {
        say(
            true,
            format!("the import of {started} was cut off: repeat it"),
        );
    }
    say(
        situation.unsettled,
        "the last import did not come to its end: repeat it".into(),
    );
    say(
        !situation.read_everything,
        "not every file was read: repeat without stopping".into(),
    );
    for fault in &situation.catalog_faults {
        say(
            true,
            format!(
                "the catalog is damaged ({fault}): run `albumen rebuild`, then import all parts again"
            ),
        );
    }
    say(
        is_small(situation),
        format!(
            "most photos are small (longer side {} pixels or less), as if a low quality had been chosen: ask for the archive \
             with the highest quality, and import it",
            situation.median_pixels.unwrap_or(0)
        ),
    );
    reasons
}

/// Files of archives named in one reason; all of them are listed by themselves.
const NAMES: usize = 3;

/// Returns one reason for each way of not understanding a file, naming the first files.
fn not_understood(files: &[NotUnderstoodFile]) -> Vec<String> {
    let mut groups: BTreeMap<u8, Vec<&NotUnderstoodFile>> = BTreeMap::new();
    for file in files {
        groups.entry(way(&file.what)).or_default().push(file);
    }
    groups
        .into_values()
        .map(|group| reason_of(&group))
        .collect()
}

/// Files that were not understood in the same way share a reason.
fn way(what: &NotUnderstood) -> u8 {
    match what {
        NotUnderstood::GivesNoMedia => 0,
        NotUnderstood::NotAllRead { .. } => 1,
        NotUnderstood::UnknownStructure { .. } => 2,
        NotUnderstood::NumberBefore { .. } => 7,
        NotUnderstood::NamesMedia { .. } => 3,
        NotUnderstood::Unreadable { .. } => 4,
        NotUnderstood::MediaWithoutRecord { .. } => 5,
        NotUnderstood::LooksLikeMedia { .. } => 6,
        NotUnderstood::UnknownName => 8,
    }
}

fn reason_of(group: &[&NotUnderstoodFile]) -> String {
    let named = group
        .iter()
        .take(NAMES)
        .map(|file| match file.part.as_str() {
            "" => format!("{} ({})", file.entry, file.what.reason()),
            part => format!("{} in {part} ({})", file.entry, file.what.reason()),
        });
    let mut names = named.collect::<Vec<_>>().join("; ");
    if group.len() > NAMES {
        names.push_str(&format!("; and {} more", group.len() - NAMES));
    }
    let to_do = match group.first().map(|file| &file.what) {
        Some(NotUnderstood::LooksLikeMedia { .. }) => {
            "look at them, and keep them yourself if they are yours"
        }
        Some(NotUnderstood::MediaWithoutRecord { .. } | NotUnderstood::NumberBefore { .. }) => {
            "import the parts with their record files; the media themselves are in the library"
        }
        Some(NotUnderstood::Unreadable { .. }) => "download the part again and import it",
        _ => {
            "import the same archive with a newer albumen; if there is none, report the file, and keep the archive until then"
        }
    };
    let files = counted(group.len() as u64, "file was", "files were");
    format!("{files} not understood: {names}: {to_do}")
}

/// Why nobody can know how many parts an archive has, if so.
fn open_numbering(archive: &GivenArchive, situation: &Situation) -> Option<String> {
    let name = &archive.name;
    let given = archive.parts.iter().filter(|part| part.whole).count() as u64;
    let given = counted(given, "part was given", "parts were given");
    let say = match &situation.account {
        Some(account) => format!("--parts {account}=NUMBER"),
        None => format!(
            "--provider {} --parts '(not known)=NUMBER'",
            situation.provider
        ),
    };
    let ask = format!(
        "check how many files the service's download page or email listed, import them all, and give their number with `albumen \
         certify {say}`"
    );
    match archive.numbering {
        Numbering::Named(_) | Numbering::Listed | Numbering::Said(_) => None,
        Numbering::Untold => Some(format!(
            "nothing shows how many parts the archive {name} has ({given}), so the last ones may be missing: {ask}"
        )),
        Numbering::Unlisted => Some(format!(
            "the list in the archive {name} does not name everything that its parts hold ({given}), so it does not show that \
             there are no others: {ask}"
        )),
        Numbering::TooFew { said, given } => Some(format!(
            "the archive {name} has {}, according to the user or its file names, and {given} of them {}: import the others",
            counted(said.into(), "part", "parts"),
            if given == 1 {
                "was given"
            } else {
                "were given"
            },
        )),
        Numbering::TooMany { said, given } => Some(format!(
            "the archive {name} has {} as stated by the user, and {given} different ones were given: if some are of another \
             archive, import each archive by itself with `--parts NUMBER`; else {ask}",
            counted(said.into(), "part", "parts"),
        )),
    }
}

fn is_small(situation: &Situation) -> bool {
    situation.photos >= ENOUGH_PHOTOS
        && situation
            .median_pixels
            .is_some_and(|pixels| pixels < USUAL_PIXELS)
}

/// What no archive can show, and what was left aside.
fn notes(situation: &Situation) -> Vec<String> {
    let mut notes = vec![
        "an archive does not say what was requested when it was ordered: only you can know whether you asked for all dates, all kinds of data and the highest quality"
            .to_owned(),
    ];
    if let Some((first, last)) = &situation.days {
        notes.push(format!(
            "the items reach from {first} to {last}: if you used the account earlier or later, that time is not covered"
        ));
    }
    notes.extend(older_than_others(situation));
    notes.extend(last_years_only(situation));
    if !situation.kinds.is_empty() {
        let kinds: Vec<String> = situation
            .kinds
            .iter()
            .map(|(kind, count)| format!("{kind} {count}"))
            .collect();
        notes.push(format!(
            "kinds in it: {}; a kind that you remember and do not see here was not ordered or not imported",
            kinds.join(", ")
        ));
    }
    if situation.html_only {
        notes.push(
            "the record files are HTML pages; the JSON edition of the same archive tells more (exact times, places, all \
             members of some posts)"
                .to_owned(),
        );
    }
    if situation.journal.messages_left_aside > 0 {
        notes.push(format!(
            "{} of private messages left aside: they go with the account unless imported with --include messages",
            counted(situation.journal.messages_left_aside, "file", "files")
        ));
    }
    for media in &situation.few_unnamed {
        notes.push(format!(
            "{} in {}: no record file names {}, so the archive says nothing of {} dates and captions",
            counted(media.count, "medium", "media"),
            media.folder,
            if media.count == 1 { "it" } else { "them" },
            if media.count == 1 { "its" } else { "their" },
        ));
    }
    if situation.without_account {
        notes.push("no archive says whose account this is".to_owned());
    }
    notes
}

/// Whoever went on taking pictures after the archive was made may have put some on this account, too.
fn older_than_others(situation: &Situation) -> Option<String> {
    let made = situation.journal.archive_day?;
    let newest = situation.newest_elsewhere.as_ref()?;
    // Months compare as their first day.
    (*newest > made.to_string()).then(|| {
        format!(
            "the newest archive of this account was made on {made}, and other accounts hold items up to {newest}: what was \
             put on this account since is not covered; ask for a new archive before you delete it"
        )
    })
}

/// Services offer the last year or the last three years instead of all time.
fn last_years_only(situation: &Situation) -> Option<String> {
    let made = situation.journal.archive_day?;
    let first: Date = situation.days.as_ref()?.0.parse().ok()?;
    let chosen = [(1, "the last year"), (3, "the last three years")];
    let (_, range) = chosen.into_iter().find(|(years, _)| {
        // An archive is made up to days after it was asked for.
        let begins = made.saturating_sub(years.years());
        let week = 7.days();
        (begins.saturating_sub(week)..=begins.saturating_add(week)).contains(&first)
    })?;
    Some(format!(
        "the items begin with {first}, as they would if only {range} had been asked for on {made}: make sure that the \
         archive was ordered for all time"
    ))
}

/// Names the first few.
fn named(gaps: &[Gap]) -> String {
    const FEW: usize = 3;
    let names: Vec<&str> = gaps.iter().take(FEW).map(|gap| &*gap.what).collect();
    let more = if gaps.len() > FEW { ", …" } else { "" };
    format!("{}{more}", names.join(", "))
}

fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// A record file that came whole and could not be made sense of reads the same in another copy of the part.
fn what_to_do(entry: &str, reason: &str) -> &'static str {
    let is_text = [".json", ".html", ".txt", ".csv", ".srt"]
        .iter()
        .any(|ending| entry.to_ascii_lowercase().ends_with(ending));
    let is_damaged = ["cut off", "checksum", "size differs", "damaged"]
        .iter()
        .any(|fault| reason.starts_with(fault));
    match is_text && !is_damaged {
        true => "look at the file in the part, and keep the part: a later albumen may read it",
        false => "download the part again and import it",
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
#[path = "judge_tests.rs"]
mod tests;
