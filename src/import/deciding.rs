//! Reads record files and decides what becomes of every entry.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use archive::{Archive, EntryError, EntryId};
use catalog::{Catalog, CatalogError, SeenKey, SeenRole, Told, Writing};
use model::content_hash::ContentHash;
use model::entry_path::PathBelow;
use model::outcome::Ignored;
use monitor::{Monitor, Unit};
use provider::classify::is_system_file;
use provider::{EntryRole, Tree};

use super::ImportOptions;
use super::doubts::{look_at_left_aside, note_doubts};
use super::intake::{Intake, read_tree};
use super::plan::{Action, Before, Candidate, Planned, nothing_new, plan};
use super::reading::{given, given_before};
use super::sweep::Sweep;
use super::trees::{ArchiveTree, Recognized};

/// What deciding came to.
pub(super) struct Decided {
    /// Every entry of every part, once.
    pub planned: Vec<Planned>,
    /// Intake of each tree; `None` where nothing was new and nothing was read.
    pub intakes: Vec<Option<Intake>>,
    /// What each tree was read as; `None` where nothing was read.
    pub readings: Vec<Option<i64>>,
    /// What each tree told, now or when it was read.
    pub told: Vec<Told>,
}

/// What earlier runs saw of the entries of each tree.
pub(super) type Seen = Vec<HashMap<SeenKey, SeenRole>>;

pub(super) fn seen(
    catalog: &Catalog,
    options: &ImportOptions,
    recognized: &Recognized<'_>,
) -> Result<Seen, CatalogError> {
    let account = options.account.as_deref().unwrap_or("");
    recognized
        .trees
        .iter()
        .map(|tree| {
            let provider = tree.provider;
            catalog.seen_entries(
                provider.about().name,
                provider.about().reader_version,
                account,
            )
        })
        .collect()
}

/// Whether this run reads record files in the ordinary way, so that they need not be read again.
pub(super) fn is_ordinary(options: &ImportOptions) -> bool {
    options.since.is_none() && options.until.is_none() && options.html_offset_s.is_none()
}

/// Reads record files and decides for every entry.
pub(super) fn decide(
    archive: &Archive,
    recognized: &Recognized<'_>,
    options: &ImportOptions,
    seen: &Seen,
    swept: &Sweep,
    writing: &Writing<'_>,
    monitor: &dyn Monitor,
) -> Result<Decided, CatalogError> {
    let held = |hash: ContentHash| swept.held.contains(&hash);
    let mut planned = Vec::new();
    let mut intakes = Vec::new();
    let mut readings = Vec::new();
    let mut told = Vec::new();
    for (index, tree) in recognized.trees.iter().enumerate() {
        let before = Before {
            seen: &seen[index],
            held: &held,
        };
        let mut candidates = candidates(archive, tree);
        let known = nothing_new(&candidates, &before, options.include_messages);
        let given = given(tree, &candidates, options);
        // The same parts were read before: this run gives what that reading gave.
        let read_before = match known && is_ordinary(options) {
            true => writing.give_again(given)?,
            false => None,
        };
        let intake = if let Some(reading) = read_before {
            readings.push(None);
            told.push(writing.told(reading)?);
            None
        } else {
            monitor.step("reading records", None, Unit::Items);
            let reading = writing.begin_reading(Some(given), &tree.part_names())?;
            readings.push(Some(reading));
            let mut intake = read_tree(tree, options, writing, monitor)?;
            writing.put_told(reading, &intake.told())?;
            told.push(intake.told());
            give_roles(&mut candidates, &intake);
            look_at_left_aside(
                archive,
                recognized,
                index,
                &candidates,
                options,
                &mut intake,
            );
            let provider = tree.provider.about().name;
            note_doubts(archive, provider, &candidates, &intake.doubts, writing)?;
            replace_older(tree, &candidates, options, &readings, writing)?;
            Some(intake)
        };
        let of_tree = plan(index, candidates, &before);
        match planned.is_empty() {
            true => planned = of_tree,
            false => planned.extend(of_tree),
        }
        intakes.push(intake);
    }
    planned.extend(outside_trees(archive, recognized));
    if planned.iter().any(|p| matches!(p.action, Action::Store))
        || intakes.iter().any(Option::is_some)
    {
        writing.set_setting("unsettled", Some("1"))?;
    }
    if let Some(zone) = &options.home_timezone {
        writing.set_home_timezone(zone)?;
    }
    // Each entry is there once, so that there is no order to keep; a stable sort would take half of their room again.
    planned.sort_unstable_by_key(|p: &Planned| p.id);
    Ok(Decided {
        planned,
        intakes,
        readings,
        told,
    })
}

/// Puts the reading just made in the place of those that older readers made of the same parts.
fn replace_older(
    tree: &ArchiveTree<'_>,
    candidates: &[Candidate],
    options: &ImportOptions,
    readings: &[Option<i64>],
    writing: &Writing<'_>,
) -> Result<(), CatalogError> {
    let Some(reading) = readings.last().copied().flatten() else {
        return Ok(());
    };
    // Not of the first import of all: the entries of a large archive are many to hash.
    if writing.read_before(reading)? {
        for digest in given_before(tree, candidates, options) {
            writing.replace_reading(digest, reading)?;
        }
    }
    Ok(())
}

fn candidates(archive: &Archive, tree: &ArchiveTree<'_>) -> Vec<Candidate> {
    tree.nodes()
        .iter()
        .map(|node| {
            let entry = &archive.entries()[node.id.0];
            let not_a_file = matches!(entry.problem, Some(EntryError::NotAFile));
            Candidate {
                id: node.id,
                path: node.path.clone(),
                export: tree.export_of(node.id),
                size_bytes: entry.size_bytes,
                crc32: entry.crc32,
                role: not_a_file.then_some(EntryRole::Ignored(Ignored::NotAFile)),
                problem: entry
                    .problem
                    .as_ref()
                    .filter(|_| !not_a_file)
                    .map(EntryError::to_string),
                outside_dates: false,
            }
        })
        .collect()
}

fn give_roles(candidates: &mut [Candidate], intake: &Intake) {
    let outside: HashSet<EntryId> = intake.outside_dates.iter().copied().collect();
    for candidate in candidates {
        if candidate.role.is_none() {
            let role = intake.roles.get(candidate.id).cloned();
            candidate.role = Some(role.unwrap_or(EntryRole::Ignored(Ignored::Unknown)));
        }
        candidate.outside_dates = outside.contains(&candidate.id);
    }
}

/// Entries that are in no tree: refused names, and files no provider knows.
fn outside_trees(archive: &Archive, recognized: &Recognized<'_>) -> Vec<Planned> {
    let refused = archive
        .entries()
        .iter()
        .enumerate()
        .filter_map(|(id, entry)| {
            let why = entry.path.as_ref().err()?;
            let name = model::shown::shown(&entry.raw_name);
            let action = Action::Fail(format!("refused: {why}"));
            Some((EntryId(id), PathBelow::from(name.as_str()), action))
        });
    let strays = recognized.strays.iter().map(|id| {
        let name = &*archive.entries()[id.0].raw_name;
        let why = match is_system_file(name) {
            true => Ignored::SystemFile,
            false => Ignored::Unknown,
        };
        (*id, PathBelow::from(name), Action::Ignore(why))
    });
    let no_export: Arc<str> = "".into();
    refused
        .chain(strays)
        .map(|(id, path, action)| Planned {
            id,
            tree: None,
            path,
            export: Arc::clone(&no_export),
            action,
        })
        .collect()
}
