//! `--dry-run`: decides as in earnest, says where each file would come to lie, and writes nothing.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use crate::catalog::{Catalog, CatalogError, RecordText, StoredMedium};
use crate::exporter::archive::{Archive, EntryId};
use crate::model::content_hash::ContentHash;
use crate::model::evidence::MediaEntry;
use crate::model::media_facts::MediaFacts;
use crate::model::media_type::MediaType;
use crate::monitor::Monitor;
use crate::writer::layout::settle_names;
use crate::writer::library::{Library, LibraryError};

use super::derive::{Derivation, Linked, Source, Surroundings, derive};
use super::doubts::of_rehearsal;
use super::evidence::{Whole, link_provider, linked};
use super::opened::open_catalog;
use super::plan::{Action, Planned};
use super::report::{Draft, Facts};
use super::run::{Decided, decide, held_at, seen, threads};
use super::store::Stored;
use super::sweep::{Sweep, sweep};
use super::trees::Recognized;
use super::{EntryLine, ImportError, ImportOptions, ImportReport, offset};
use crate::model::outcome::Outcome;

/// Makes the report an import would make. The catalog forgets again what was read into it.
///
/// # Errors
/// Fails if the catalog of an existing library cannot be opened.
pub(super) fn rehearse(
    root: &Path,
    options: &ImportOptions,
    archive: &Archive,
    recognized: &Recognized<'_>,
    monitor: &dyn Monitor,
) -> Result<ImportReport, ImportError> {
    let library = match Library::open(root) {
        Ok(library) => Some(library),
        Err(LibraryError::NotALibrary { .. }) => None,
        Err(error) => return Err(error.into()),
    };
    let mut catalog = match &library {
        Some(library) => open_catalog(library)?,
        None => Catalog::in_memory()?,
    };
    let swept = match &library {
        Some(library) => sweep(library, &catalog, threads(options))?,
        None => Sweep::default(),
    };
    let seen = seen(&catalog, options, recognized)?;
    let decided = catalog.rehearse(|writing| {
        decide(
            archive, recognized, options, &seen, &swept, writing, monitor,
        )
    })?;
    let draft = Draft::new(&Facts {
        archive,
        recognized,
        decided: &decided,
        stored: &Stored::default(),
    });
    let mut report = draft.finish(&held_at(&swept), Vec::new());
    let (paths, providers) = paths(&catalog, options, recognized, &decided)?;
    report.not_understood = of_rehearsal(archive, recognized, &decided.intakes, &providers);
    for planned in to_store(&decided) {
        let entry = &archive.entries()[planned.id.0];
        report.lines.push(EntryLine {
            part: Arc::clone(&archive.parts()[entry.part.0].name),
            entry: Arc::clone(&entry.raw_name),
            outcome: Outcome::Imported,
            path: paths.get(&planned.id).cloned(),
        });
    }
    Ok(report)
}

fn to_store(decided: &Decided) -> impl Iterator<Item = &Planned> {
    decided
        .planned
        .iter()
        .filter(|planned| planned.action == Action::Store)
}

/// Derives the library as it would be, as far as can be told without reading media: dates inside the files, and types
/// that belie the name, may still change a path.
fn paths(
    catalog: &Catalog,
    options: &ImportOptions,
    recognized: &Recognized<'_>,
    decided: &Decided,
) -> Result<(HashMap<EntryId, String>, Vec<Linked>), ImportError> {
    let mut providers = linked(catalog, Whole::Yes)?;
    let mut unread = HashMap::new();
    let mut stand_ins = HashMap::new();
    for planned in to_store(decided) {
        let Some(index) = planned.tree else { continue };
        let name = recognized.trees[index].provider.name();
        let hash = stand_in(name, planned);
        stand_ins.insert(hash, planned.id);
        unread.insert(hash, not_read(hash, &planned.path));
        let provider = provider_of(&mut providers, name);
        provider.evidence.media.push(MediaEntry {
            provider: name.to_owned(),
            export: Some(planned.export.to_string()).filter(|export| !export.is_empty()),
            path: planned.path.to_string(),
            content_hash: hash,
            content_id: None,
            taken: None,
        });
    }
    for (tree, intake) in recognized.trees.iter().zip(&decided.intakes) {
        let provider = provider_of(&mut providers, tree.provider.name());
        let records = intake
            .iter()
            .flat_map(|intake| intake.records.iter().cloned());
        for record in records {
            provider.record_ids.push(0);
            provider.record_digests.push([0; 32]);
            provider.evidence.records.push(record);
        }
        link_provider(provider);
    }
    let source = Rehearsed {
        catalog,
        providers: &providers,
        unread,
    };
    let derivation = derive(
        &providers,
        &Surroundings {
            source: &source,
            user: &HashMap::new(),
            home: options
                .home_timezone
                .as_deref()
                .and_then(offset::zone_named),
            threads: threads(options),
        },
    )?;
    let paths = placed(&derivation, &stand_ins);
    Ok((paths, providers))
}

fn placed(
    derivation: &Derivation,
    stand_ins: &HashMap<ContentHash, EntryId>,
) -> HashMap<EntryId, String> {
    let mut paths = HashMap::new();
    for placement in settle_names(derivation.assets.iter().map(|derived| &derived.names)) {
        let own = (placement.content_hash, placement.primary);
        for (hash, path) in std::iter::once(own).chain(placement.companions) {
            if let Some(id) = stand_ins.get(&hash) {
                paths.insert(*id, path.to_string());
            }
        }
    }
    paths
}

/// Records in memory, and media that were not read.
struct Rehearsed<'a> {
    catalog: &'a Catalog,
    providers: &'a [Linked],
    unread: HashMap<ContentHash, StoredMedium>,
}

impl Source for Rehearsed<'_> {
    fn record(&self, provider: usize, record: usize) -> Result<RecordText, CatalogError> {
        RecordText::of(&self.providers[provider].evidence.records[record])
    }

    fn original(&self, hash: ContentHash) -> Result<Option<StoredMedium>, CatalogError> {
        match self.unread.get(&hash) {
            Some(medium) => Ok(Some(medium.clone())),
            None => self.catalog.original(hash),
        }
    }
}

fn provider_of<'a>(providers: &'a mut Vec<Linked>, name: &str) -> &'a mut Linked {
    let index = providers
        .iter()
        .position(|provider| provider.provider == name);
    let index = index.unwrap_or_else(|| {
        providers.push(Linked {
            provider: name.to_owned(),
            ..Linked::default()
        });
        providers.len() - 1
    });
    &mut providers[index]
}

/// A hash that stands for bytes nobody has read yet.
fn stand_in(provider: &str, planned: &Planned) -> ContentHash {
    let name = format!("{provider}\n{}\n{}", planned.export, planned.path);
    ContentHash::of(name.as_bytes())
}

/// A medium of which only the name is known.
fn not_read(content_hash: ContentHash, path: &str) -> StoredMedium {
    let extension = path
        .rsplit_once('.')
        .map(|(_, extension)| extension.to_ascii_lowercase());
    let extension = match extension.as_deref() {
        Some("jpeg") => Some("jpg"),
        other => other,
    };
    let media_type = MediaType::ALL
        .into_iter()
        .find(|kind| Some(kind.extension()) == extension)
        .unwrap_or(MediaType::Jpeg);
    StoredMedium {
        content_hash,
        size_bytes: 0,
        facts: MediaFacts::of_type(media_type),
    }
}
