//! Enters what was stored in the catalog: whose bytes lay where, in which part, and what could not be read.

use std::collections::{HashMap, HashSet};

use archive::{Archive, EntryId, PartId};
use catalog::{Catalog, CatalogError, SeenEntry, SeenRole, Writing};
use model::content_hash::ContentHash;
use monitor::{Monitor, Unit};
use provider::{EntryRole, Tree};

use super::deciding::Decided;
use super::plan::{Action, Planned};
use super::store::{Keeping, Stored, StoredEntry, store};
use super::trees::Recognized;
use super::{ImportError, ImportOptions};

/// Returns the identity of an entry; `crc32` is that of its bytes, where the container does not tell.
pub(super) fn seen_entry(
    archive: &Archive,
    planned: &Planned,
    crc32: Option<u32>,
) -> Option<SeenEntry> {
    let entry = &archive.entries()[planned.id.0];
    Some(SeenEntry {
        export: planned.export.to_string(),
        path: planned.path.to_string(),
        size_bytes: entry.size_bytes,
        crc32: entry.crc32.or(crc32)?,
    })
}

/// Stores what is planned to be stored, and enters it in the catalog.
///
/// # Errors
/// Fails if the disk or the catalog does.
pub(super) fn store_all(
    (keeping, catalog): (Keeping<'_>, &mut Catalog),
    (archive, recognized, decided): (&Archive, &Recognized<'_>, &Decided),
    held: &HashSet<ContentHash>,
    options: &ImportOptions,
    monitor: &dyn Monitor,
) -> Result<Stored, ImportError> {
    let by_id: HashMap<EntryId, &Planned> = decided
        .planned
        .iter()
        .filter(|planned| planned.action == Action::Store)
        .map(|planned| (planned.id, planned))
        .collect();
    if by_id.is_empty() {
        return Ok(Stored::default());
    }
    let mut wanted: Vec<EntryId> = by_id.keys().copied().collect();
    wanted.sort_unstable();
    let size = |id: &EntryId| archive.entries()[id.0].size_bytes;
    let total: u64 = wanted.iter().map(size).sum();
    monitor.step("storing", Some(total), Unit::Bytes);
    let commit = |catalog: &mut Catalog, batch: &[StoredEntry]| {
        catalog.in_transaction(|writing| {
            let mut parts = HashMap::new();
            for stored in batch {
                let planned = by_id[&stored.id];
                writing.give(planned.tree.and_then(|tree| decided.readings[tree]));
                enter(archive, recognized, planned, stored, writing, &mut parts)?;
            }
            Ok(())
        })
    };
    store(
        archive,
        &wanted,
        options.workers(),
        (keeping, catalog),
        held,
        &commit,
        monitor,
    )
    .map_err(|error| match keeping {
        Keeping::Staging(library) => error.needing(total, library.root()),
        Keeping::Nowhere => error,
    })
}

/// Enters one stored file in the catalog. `parts` keeps the numbers of parts.
fn enter(
    archive: &Archive,
    recognized: &Recognized<'_>,
    planned: &Planned,
    stored: &StoredEntry,
    writing: &Writing<'_>,
    parts: &mut HashMap<PartId, i64>,
) -> Result<(), CatalogError> {
    let Some(tree) = planned.tree.map(|tree| &recognized.trees[tree]) else {
        return Ok(());
    };
    let original = writing.add_original(&stored.medium)?;
    let part = archive.entries()[planned.id.0].part;
    let part = match parts.get(&part) {
        Some(number) => *number,
        None => {
            let number = writing.part_id(&archive.parts()[part.0].name)?;
            *parts.entry(part).or_insert(number)
        }
    };
    let provider = tree.provider.about().name;
    writing.add_media_entry(
        provider,
        &planned.export,
        &planned.path,
        original,
        Some(part),
    )?;
    if let Some(entry) = seen_entry(archive, planned, Some(stored.crc32)) {
        let role = SeenRole::Media(stored.medium.content_hash);
        writing.see_entry(provider, (0, ""), &entry, &role)?;
    }
    Ok(())
}

/// Notes in which further parts media were found that were not read, and that every reading came to its end.
pub(super) fn note_repeats(
    catalog: &mut Catalog,
    archive: &Archive,
    recognized: &Recognized<'_>,
    decided: &Decided,
    stored: &Stored,
) -> Result<(), CatalogError> {
    let known: HashSet<String> = catalog.part_names()?.into_iter().collect();
    let part_of = |planned: &Planned| {
        let part = archive.entries()[planned.id.0].part;
        &archive.parts()[part.0].name
    };
    catalog.in_transaction(|writing| {
        for planned in &decided.planned {
            let reading = planned.tree.and_then(|tree| decided.readings[tree]);
            writing.give(reading);
            let hash = match &planned.action {
                // What was given before by this part, and nothing read now, was noted then.
                Action::Held(hash) if reading.is_some() || !known.contains(&**part_of(planned)) => {
                    *hash
                }
                Action::SameAs(other) => match stored.hashes.get(other) {
                    Some(hash) => *hash,
                    None => continue,
                },
                _ => continue,
            };
            let Some(tree) = planned.tree else { continue };
            let provider = recognized.trees[tree].provider.about().name;
            let original = writing.original_id(hash)?;
            let part = writing.part_id(part_of(planned))?;
            writing.add_media_entry(
                provider,
                &planned.export,
                &planned.path,
                original,
                Some(part),
            )?;
        }
        let mut readings = decided.readings.iter().flatten();
        readings.try_for_each(|reading| writing.end_reading(*reading))
    })
}

/// Lets providers state that media they were given are wanting, since their bytes cannot be read.
///
/// Without it, an index page that comes with a broken medium would say nothing of it, and one that came before would.
pub(super) fn note_unread(
    catalog: &mut Catalog,
    recognized: &Recognized<'_>,
    decided: &Decided,
    stored: &Stored,
    options: &ImportOptions,
) -> Result<(), CatalogError> {
    let is_medium = |planned: &Planned| {
        let intake = decided.intakes.get(planned.tree?)?.as_ref()?;
        Some(intake.roles.get(planned.id) == Some(&EntryRole::Media))
    };
    let unread = decided.planned.iter().filter_map(|planned| {
        let failed = match planned.action {
            Action::Fail(_) => is_medium(planned)?,
            Action::Store => stored.failed.contains_key(&planned.id),
            _ => false,
        };
        if !failed {
            return None;
        }
        let tree = recognized.trees.get(planned.tree?)?;
        let part = tree.part_name(planned.id);
        tree.provider
            .unread(&planned.path, &part, options.account.as_deref())
    });
    let unread: Vec<_> = unread.collect();
    if unread.is_empty() {
        return Ok(());
    }
    catalog.in_transaction(|writing| {
        unread
            .iter()
            .try_for_each(|record| writing.add_record(record).map(drop))
    })
}
