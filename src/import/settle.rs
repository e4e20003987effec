//! Brings the tree to what the evidence makes of it: derive, compare, place, write sidecars and lists, note it down.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::num::NonZeroUsize;

use catalog::{Catalog, CatalogError, SidecarRow, Writing};
use disk::threads::share_out;
use model::content_hash::ContentHash;
use model::evidence::Links;
use model::library_path::LibraryPath;
use model::media_type::MediaType;
use model::not_understood::UnnamedMedia;
use monitor::{Monitor, Unit, Warning};
use writer::layout::{Placement, settle_names};
use writer::library::Library;
use writer::reconcile::{PlacedFile, plan};
use writer::settle::apply;

use super::crowds::MERGED;
use super::derive::{Derivation, Surroundings, make_assets};
use super::evidence::{FromCatalog, linked};
use super::linked::Linked;
use super::lists::{ListFacts, Places, write_lists};
use super::note::{Change, note_placed, write_and_note};
use super::placed::{Placed, placed_file, wanted};
use super::remains::{remove_remains, remove_unused_folders};
use super::sidecars::Sidecars;
use super::sweep::{Sweep, note_untimed};
use super::tie::tie;
use super::touched::{Broken, Touched, read_touched};
use super::unnamed::unnamed_media;
use super::{ImportError, offset};

/// What settling changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Settled {
    /// Assets that were not there before.
    pub added: u64,
    /// Assets whose facts or place changed.
    pub changed: u64,
    /// Assets whose time is known only as an instant.
    pub utc_only: u64,
    /// Assets whose time is a clock of which a service does not tell the zone.
    pub zoneless: u64,
}

/// Setting that keeps how many assets have a time known only as an instant, for imports that find nothing to settle.
pub(crate) const UTC_ONLY: &str = "utc_only";
/// Setting that keeps how many assets have a time of which a service does not tell the zone.
pub(crate) const ZONELESS: &str = "zoneless";

/// Settles the library: the tree, the lists and the derived half of the catalog become what all evidence makes of them.
///
/// # Errors
/// Fails if the disk or the catalog does; what was done stays, and the next run does the rest.
pub(crate) fn settle(
    library: &Library,
    catalog: &mut Catalog,
    swept: &Sweep,
    threads: NonZeroUsize,
    monitor: &dyn Monitor,
) -> Result<Settled, ImportError> {
    let rederive = rederive(catalog)?;
    if !swept.retimed.is_empty() {
        monitor.warn(Warning {
            subject: String::new(),
            message: format!(
                "{} files have another time than when they were taken; it is set again where their bytes are right",
                swept.retimed.len()
            ),
        });
    }
    let Derived {
        touched,
        mut providers,
        derivation,
        unnamed,
    } = derived(
        catalog,
        (Some(library), swept, Broken::SetAside),
        threads,
        monitor,
    )?;
    for linked in &mut providers {
        linked.links = Links::default();
    }
    let mut settling = Settling {
        library,
        catalog,
        monitor,
        threads,
        providers: &providers,
        touched: &touched,
        unnamed: &unnamed,
        rederive,
        settled: Settled {
            utc_only: utc_only(&derivation),
            zoneless: zoneless(&derivation),
            ..Settled::default()
        },
    };
    let placements = settle_names(derivation.assets.iter().map(|derived| &derived.names));
    let placed = settling.place(&derivation, &placements)?;
    settling.tell_crowds(&derivation, &placed);
    settling.write(&derivation, &placements, placed)?;
    let settled = settling.settled;
    note_untimed(library, catalog, swept)?;
    Ok(settled)
}

/// What the library should be, and what that follows from.
pub(crate) struct Derived {
    /// What the owner changed.
    pub touched: Touched,
    /// All evidence, without its records.
    pub providers: Vec<Linked>,
    /// What it amounts to.
    pub derivation: Derivation,
    /// Media that no record file names.
    pub unnamed: Vec<UnnamedMedia>,
}

/// Derives what the library should be. A sidecar that was touched is read first, if there is a library.
///
/// # Errors
/// Fails if the disk or the catalog does.
pub(crate) fn derived(
    catalog: &mut Catalog,
    (library, swept, broken): (Option<&Library>, &Sweep, Broken),
    threads: NonZeroUsize,
    monitor: &dyn Monitor,
) -> Result<Derived, ImportError> {
    monitor.step("settling", None, Unit::Items);
    let touched = match library {
        Some(library) => read_touched(library, catalog, swept, broken, monitor)?,
        None => Touched::default(),
    };
    let mut providers = linked(catalog)?;
    let tied = tie(&providers);
    let unnamed = unnamed_media(&providers);
    for linked in &mut providers {
        // From here records come out of the catalog, a few at a time: all at once they are most of an import's memory.
        linked.evidence.records = Vec::new();
        linked.links.links = Vec::new();
    }
    let home = catalog.setting("home_timezone")?;
    let reading = catalog.reading()?;
    let derivation = make_assets(
        tied,
        &providers,
        &Surroundings {
            source: &FromCatalog {
                catalog,
                providers: &providers,
            },
            user: &touched.changes,
            home: home.as_deref().and_then(offset::zone_named),
            threads,
        },
    )?;
    drop(reading);
    Ok(Derived {
        touched,
        providers,
        derivation,
        unnamed,
    })
}

/// Counts the assets whose time is known only as an instant.
pub(crate) fn utc_only(derivation: &Derivation) -> u64 {
    let assets = derivation.assets.iter();
    assets.filter(|derived| derived.is_utc_only).count() as u64
}

/// Counts the assets whose time is a clock of which a service does not tell the zone.
pub(crate) fn zoneless(derivation: &Derivation) -> u64 {
    let assets = derivation.assets.iter();
    assets.filter(|derived| derived.is_zoneless).count() as u64
}

/// Returns whether what was derived before is damaged. Evidence that is damaged is no ground to build on.
fn rederive(catalog: &Catalog) -> Result<bool, CatalogError> {
    let rotten = catalog.rotten_before_settling()?;
    match rotten.iter().find(|rotten| !rotten.derived) {
        Some(what) => Err(CatalogError::Rotten {
            path: catalog.path().to_owned(),
            what: *what,
        }),
        None => Ok(!rotten.is_empty() || catalog.is_to_be_rederived()?),
    }
}

struct Settling<'a> {
    library: &'a Library,
    catalog: &'a mut Catalog,
    monitor: &'a dyn Monitor,
    threads: NonZeroUsize,
    providers: &'a [Linked],
    touched: &'a Touched,
    unnamed: &'a [UnnamedMedia],
    /// What was derived before is damaged: none of it stays.
    rederive: bool,
    settled: Settled,
}

impl Settling<'_> {
    /// Moves files to where they belong.
    fn place(
        &mut self,
        derivation: &Derivation,
        placements: &[Placement],
    ) -> Result<Placed, ImportError> {
        let wanted = wanted(derivation, placements);
        let before = self.catalog.placed_files()?;
        let left = self.library.settling()?;
        let mut believed: Vec<PlacedFile> = before.iter().filter_map(placed_file).collect();
        believed.extend(left.iter().cloned());
        let unreadable = |source| ImportError::Read {
            path: self.library.root().to_owned(),
            source,
        };
        let plan = plan(&wanted, &believed, self.library).map_err(unreadable)?;
        let monitor = self.monitor;
        monitor.step(
            "placing files",
            Some(plan.actions.len() as u64),
            Unit::Items,
        );
        let applied = apply(self.library, &plan, self.threads, &mut |_| {
            monitor.advance(1)
        })?;
        for vanished in &plan.vanished {
            self.warn(
                &vanished.path,
                "its bytes are gone from the library; import the archive that holds it again",
            );
        }
        for changed in &plan.changed {
            self.warn(
                changed,
                "its bytes differ from those that were imported, and its time is another",
            );
        }
        for displaced in &plan.displaced {
            let message = format!(
                "another file has this name; ours is called {}",
                displaced.path.file_name()
            );
            self.warn(&displaced.wanted, &message);
        }
        for changed in &applied.changed {
            self.warn(changed, "its bytes differ from those that were imported; the good copy is kept in .albumen/staging");
        }
        let placed = Placed::of(plan, placements, before, left);
        // Folders whose last file moved: those in which sidecars still lie go with them, later. Looked for before the catalog
        // forgets where files lay, so that a run that is cut off here is made up for by the next one.
        remove_unused_folders(self.library, &believed, &placed.files)?;
        Ok(placed)
    }

    /// Warns of photos with so many records that only some were merged.
    fn tell_crowds(&self, derivation: &Derivation, placed: &Placed) {
        for derived in derivation.assets.iter().filter(|one| one.is_crowded()) {
            if let Some(path) = placed.paths.get(&derived.content_hash) {
                let message = format!(
                    "{} records speak of it, and its facts are those of the first {MERGED}; its sidecar has them all",
                    derived.records.len()
                );
                self.warn(path, &message);
            }
        }
    }

    fn warn(&self, path: &LibraryPath, message: &str) {
        self.monitor.warn(Warning {
            subject: path.to_string(),
            message: message.to_owned(),
        });
    }

    /// Writes sidecars of new and changed assets and the lists, and notes everything in the catalog in one transaction.
    fn write(
        &mut self,
        derivation: &Derivation,
        placements: &[Placement],
        placed: Placed,
    ) -> Result<(), ImportError> {
        let titles = album_titles(derivation);
        let sidecars = Sidecars {
            library: self.library,
            providers: self.providers,
            touched: self.touched,
            titles: &titles,
        };
        let before = Before::load(self.catalog)?;
        let total = derivation.assets.len() as u64;
        self.monitor
            .step("writing sidecars", Some(total), Unit::Items);
        let (changes, current) =
            self.changes(derivation, placements, &placed, &sidecars, &before)?;
        self.monitor.advance(total - changes.len() as u64);
        let lists = ListFacts::load(self.catalog, self.providers, derivation)?;
        let (library, providers) = (self.library, self.providers);
        let (threads, monitor, unnamed) = (self.threads, self.monitor, self.unnamed);
        self.settled.changed = self.catalog.in_transaction_of(|writing| {
            if self.rederive {
                writing.remove_all_assets()?;
            }
            remove_gone(writing, derivation, &before)?;
            note_placed(writing, &placed.before, &placed.rows)?;
            set_missing(writing, derivation, providers)?;
            writing.set_unnamed_media(unnamed)?;
            writing.set_doubts(&doubts(derivation, providers))?;
            let known = |hash: &ContentHash| before.assets.contains_key(hash);
            let noted = write_and_note(writing, &changes, &sidecars, &known, threads, monitor)?;
            let mut current = current;
            current.extend(noted.sidecars);
            remove_old_sidecars(library, &before.sidecars, &current)?;
            let places = Places {
                files: &placed.files,
                assets: &placed.paths,
                sidecars: current,
            };
            // The sums read the whole catalog while the disk takes the lists and all that was written before.
            std::thread::scope(|scope| {
                let written = scope.spawn(|| {
                    write_lists(library, providers, derivation, &lists, places)?;
                    library.writer().sync_all().map_err(ImportError::Write)
                });
                let counted = note_settled(writing, &self.settled);
                match written.join() {
                    Ok(written) => written.and(counted),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            })?;
            Ok::<_, ImportError>(noted.changed)
        })?;
        remove_remains(self.library, &placed)?;
        self.library.end_settling().map_err(ImportError::Write)
    }

    /// Finds the assets whose sidecar is to be written, and the sidecars that stay as they are.
    fn changes<'d>(
        &mut self,
        derivation: &'d Derivation,
        placements: &[Placement],
        placed: &'d Placed,
        sidecars: &Sidecars<'_>,
        before: &Before,
    ) -> Result<(Vec<Change<'d>>, BTreeMap<String, ContentHash>), ImportError> {
        // Bytes that are gone have no place to lie beside.
        let present: Vec<_> = derivation
            .assets
            .iter()
            .zip(placements)
            .filter_map(|(derived, placement)| {
                let path = placed.paths.get(&derived.content_hash)?;
                Some((derived, placement, path))
            })
            .collect();
        let digests = share_out(&present, self.threads, |(derived, placement, path)| {
            sidecars.digest(derived, placement, path)
        });
        let mut changes = Vec::new();
        let mut current = BTreeMap::new();
        for ((derived, _, path), digest) in present.into_iter().zip(digests) {
            let digest = digest?;
            let hash = derived.content_hash;
            let old = before.assets.get(&hash);
            let same = !self.rederive
                && old.is_some_and(|(old, at)| *old == digest && at == path.as_str());
            if let (true, Some(row)) = (same, before.sidecars.get(&hash))
                && row.path == path.sidecar().as_str()
                && !self.touched.sidecars.contains(&hash)
            {
                current.insert(row.path.clone(), row.sha256);
                continue;
            }
            self.settled.added += u64::from(old.is_none() && is_counted(path));
            changes.push(Change {
                derived,
                path,
                digest,
            });
        }
        Ok((changes, current))
    }
}

/// Says whether what lies at this path is counted among photos and videos: subtitles whose video is not there are kept, and are none.
pub(crate) fn is_counted(path: &LibraryPath) -> bool {
    !MediaType::is_text(path.as_str())
}

/// Notes in the catalog that the library is settled.
fn note_settled(writing: &Writing<'_>, settled: &Settled) -> Result<(), ImportError> {
    writing.set_setting(UTC_ONLY, Some(&settled.utc_only.to_string()))?;
    writing.set_setting(ZONELESS, Some(&settled.zoneless.to_string()))?;
    writing.set_setting("unsettled", None)?;
    writing.forget_rotten_sidecars()?;
    writing.note_sums()?;
    Ok(())
}

/// Removes what is derived of assets that are none any more.
fn remove_gone(
    writing: &Writing<'_>,
    derivation: &Derivation,
    before: &Before,
) -> Result<(), CatalogError> {
    let gone = before.assets.keys();
    for hash in gone.filter(|hash| derivation.find(**hash).is_none()) {
        writing.remove_asset(*hash)?;
        writing.remove_sidecar(*hash)?;
    }
    Ok(())
}

/// Removes sidecars of ours whose asset moved or is no asset any more.
fn remove_old_sidecars(
    library: &Library,
    sidecars: &HashMap<ContentHash, SidecarRow>,
    current: &BTreeMap<String, ContentHash>,
) -> Result<(), ImportError> {
    let mut folders = HashSet::new();
    let old = sidecars.values();
    for row in old.filter(|row| !current.contains_key(&row.path)) {
        if let Some(path) = LibraryPath::parse(&row.path) {
            library
                .writer()
                .remove_derived(&path)
                .map_err(ImportError::Write)?;
            folders.insert(path.folder().to_owned());
        }
    }
    let mut folders: Vec<String> = folders.into_iter().collect();
    folders.sort();
    for folder in folders {
        library
            .writer()
            .remove_empty_folders(&folder)
            .map_err(ImportError::Write)?;
    }
    Ok(())
}

/// What was derived before.
struct Before {
    /// Digest and path of each asset.
    assets: HashMap<ContentHash, ([u8; 32], String)>,
    /// Sidecar of each asset.
    sidecars: HashMap<ContentHash, SidecarRow>,
}

impl Before {
    fn load(catalog: &Catalog) -> Result<Self, CatalogError> {
        let assets = catalog.asset_rows()?.into_iter();
        let sidecars = catalog.sidecars()?.into_iter();
        Ok(Self {
            assets: assets
                .map(|row| (row.content_hash, (row.digest, row.path)))
                .collect(),
            sidecars: sidecars.map(|row| (row.asset_hash, row)).collect(),
        })
    }
}

/// Notes the media that records name and no archive holds.
///
/// # Errors
/// Fails if the catalog does.
pub(crate) fn set_missing(
    writing: &Writing<'_>,
    derivation: &Derivation,
    providers: &[Linked],
) -> Result<(), CatalogError> {
    let rows = derivation.missing.iter().map(|m| {
        let provider = &providers[m.provider];
        (
            provider.record_ids[m.record],
            provider.provider.as_str(),
            m.uri.as_str(),
        )
    });
    writing.set_missing(&rows.collect::<Vec<_>>())?;
    for linked in providers {
        writing.add_missing(&linked.provider, &linked.absent)?;
    }
    Ok(())
}

fn doubts(derivation: &Derivation, providers: &[Linked]) -> Vec<i64> {
    let doubts = derivation.doubts.iter();
    let mut records: Vec<i64> = doubts
        .map(|(provider, record)| providers[*provider as usize].record_ids[*record as usize])
        .collect();
    records.sort_unstable();
    records.dedup();
    records
}

/// Returns the titles of albums by their identity.
pub(crate) fn album_titles(derivation: &Derivation) -> HashMap<&str, &str> {
    derivation
        .albums
        .iter()
        .map(|album| (album.id.as_str(), album.title.as_str()))
        .collect()
}
