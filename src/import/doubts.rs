//! Doubts on their way: from a reading into the catalog, and from there into the report, as far as nothing has taken them away.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use archive::{Archive, EntryId};
use catalog::{Catalog, CatalogError, EntryMark, Writing};
use model::entry_path::PathBelow;
use model::kind::Kind;
use model::not_understood::{NamedMedia, PuzzlingFile, UnnamedMedia};
use provider::EntryRole;

use super::intake::Intake;
use super::plan::Candidate;
use super::trees::Recognized;
use super::understood::{Doubt, is_uncertain, look_like_media};
use super::{ImportOptions, NotUnderstoodLine};

/// Looks at the first bytes of what a reading left aside for reasons that are no certainty, strays in its parts included.
pub(super) fn look_at_left_aside(
    archive: &Archive,
    recognized: &Recognized<'_>,
    tree: usize,
    candidates: &[Candidate],
    options: &ImportOptions,
    intake: &mut Intake,
) {
    let aside = candidates.iter().filter(
        |candidate| matches!(&candidate.role, Some(EntryRole::Ignored(why)) if is_uncertain(why)),
    );
    let tree = &recognized.trees[tree];
    let strays = recognized.strays.iter().copied();
    let strays = strays.filter(|id| tree.has_part(archive.entries()[id.0].part));
    let ids: Vec<EntryId> = aside.map(|candidate| candidate.id).chain(strays).collect();
    if !ids.is_empty() {
        let found = look_like_media(archive, &ids, options.workers());
        intake.doubts.extend(found);
    }
}

/// Keeps what the current reading did not understand. Candidates come in the order of their paths.
pub(super) fn note_doubts(
    archive: &Archive,
    provider: &str,
    candidates: &[Candidate],
    doubts: &[Doubt],
    writing: &Writing<'_>,
) -> Result<(), CatalogError> {
    writing.judge_anew(provider, &|mark| is_among(candidates, mark))?;
    let doubted: HashSet<EntryId> = doubts.iter().map(|doubt| doubt.id).collect();
    let paths: HashMap<EntryId, &PathBelow> = candidates
        .iter()
        .filter(|candidate| doubted.contains(&candidate.id))
        .map(|candidate| (candidate.id, &candidate.path))
        .collect();
    for doubt in doubts {
        let entry = &archive.entries()[doubt.id.0];
        let path = paths.get(&doubt.id);
        let mark = EntryMark {
            path: path.map_or_else(|| entry.raw_name.to_string(), |path| path.to_string()),
            size_bytes: entry.size_bytes,
            crc32: entry.crc32,
        };
        writing.add_puzzling(&mark, &puzzling(archive, provider, doubt))?;
    }
    Ok(())
}

/// Returns whether an entry is among candidates, which come in the order of their paths: no list of what half a million of them are
/// called is made for the few that are asked for.
fn is_among(candidates: &[Candidate], mark: &EntryMark) -> bool {
    let first = candidates.partition_point(|candidate| *candidate.path < *mark.path);
    candidates[first..]
        .iter()
        .take_while(|candidate| *candidate.path == *mark.path)
        .any(|candidate| candidate.size_bytes == mark.size_bytes && candidate.crc32 == mark.crc32)
}

fn puzzling(archive: &Archive, provider: &str, doubt: &Doubt) -> PuzzlingFile {
    let entry = &archive.entries()[doubt.id.0];
    PuzzlingFile {
        provider: provider.to_owned(),
        part: archive.parts()[entry.part.0].name.to_string(),
        entry: entry.raw_name.to_string(),
        what: doubt.what.clone(),
        unless: doubt.unless.clone(),
    }
}

/// Returns what a run did not understand, in the light of all that the catalog knows now; the same whether the run read its archives
/// or found that nothing in them was new.
///
/// # Errors
/// Fails if the catalog does.
pub(super) fn of_run(
    catalog: &Catalog,
    run: i64,
    providers: &[&str],
) -> Result<Vec<NotUnderstoodLine>, CatalogError> {
    let files = catalog.puzzling_files_of(run)?;
    let unnamed = catalog.unnamed_media()?;
    let mut named = BTreeMap::new();
    for file in &files {
        if !named.contains_key(&file.provider) {
            named.insert(file.provider.clone(), catalog.named_media(&file.provider)?);
        }
    }
    let mut lines = file_lines(&files, &named, &unnamed);
    for media in UnnamedMedia::that_count(&unnamed) {
        if providers.contains(&media.provider.as_str()) {
            let part = catalog.part_that_held(&media.provider, &media.example)?;
            lines.push(media_line(media, part.unwrap_or_default()));
        }
    }
    Ok(lines)
}

fn file_lines(
    files: &[PuzzlingFile],
    named: &BTreeMap<String, NamedMedia>,
    unnamed: &[UnnamedMedia],
) -> Vec<NotUnderstoodLine> {
    let none = NamedMedia::default();
    let standing = files.iter().filter_map(|file| {
        let unnamed = |kind: Kind| {
            let mut media = unnamed.iter();
            media.any(|media| media.provider == file.provider && media.kind == kind)
        };
        file.in_the_light_of(named.get(&file.provider).unwrap_or(&none), &unnamed)
    });
    standing
        .map(|file| NotUnderstoodLine {
            provider: file.provider,
            part: file.part.into(),
            entry: file.entry.into(),
            why: file.what,
        })
        .collect()
}

fn media_line(media: &UnnamedMedia, part: String) -> NotUnderstoodLine {
    NotUnderstoodLine {
        provider: media.provider.clone(),
        part: part.into(),
        entry: Arc::from(media.example.as_str()),
        why: media.reason(),
    }
}
