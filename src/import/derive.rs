//! From evidence to assets: the pure function the library is. No clock, no order of arrival.
//!
//! Two steps, because a library may be larger than memory should be: `tie` looks at all evidence at once and keeps who
//! belongs to whom; then assets are made a few at a time from records that are fetched for them, and packed.

use std::collections::{BTreeMap, HashMap};
use std::iter::Peekable;
use std::num::NonZeroUsize;
use std::panic::resume_unwind;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::tz::TimeZone;

use catalog::{CatalogError, RecordText, StoredMedium};
use disk::threads::share_out;
use model::asset::{Asset, Companion, Group};
use model::content_hash::ContentHash;
use model::evidence::{MediaEntry, Vague};
use model::kind::{Kind, Visibility};
use model::record::{Membership, Record};
use model::time::When;
use model::user_changes::UserChanges;

use super::ImportError;
use super::album::{Albums, DerivedAlbum, SoleAccounts, memberships};
use super::crowds::merged_from;
use super::derived_asset::DerivedAsset;
use super::gathered::Gathered;
use super::groups::Groups;
use super::known::Known;
use super::linked::{At, Linked};
use super::merge::merge;
use super::offset::{
    self, Neighbours, device_of, from_own_evidence, from_surroundings, needs_surroundings, of_pages,
};
use super::packed::Pack;
use super::tie::{MissingMedium, Tied, tie};

/// Where records and facts about bytes are fetched from while assets are made.
pub trait Source {
    /// Returns a record; its `raw` is not needed.
    ///
    /// # Errors
    /// Fails if the catalog does.
    fn record(&self, provider: usize, record: usize) -> Result<RecordText, CatalogError>;

    /// Returns what is known of some bytes, if the library ever held them.
    ///
    /// # Errors
    /// Fails if the catalog does.
    fn original(&self, hash: ContentHash) -> Result<Option<StoredMedium>, CatalogError>;
}

/// What the evidence is merged with.
pub struct Surroundings<'a> {
    /// Records and facts about bytes.
    pub source: &'a dyn Source,
    /// What the owner changed.
    pub user: &'a HashMap<ContentHash, UserChanges>,
    /// The owner's home zone.
    pub home: Option<TimeZone>,
    /// Threads to work on.
    pub threads: NonZeroUsize,
}

/// What the evidence amounts to.
#[derive(Default)]
pub struct Derivation {
    /// Every asset, by content hash.
    pub assets: Vec<DerivedAsset>,
    /// Media that records name and no archive so far holds, one row a record.
    pub missing: Vec<MissingMedium>,
    /// Records that may mean any of several media: provider and record.
    pub doubts: Vec<At>,
    /// Albums, by title, then identity.
    pub albums: Vec<DerivedAlbum>,
}

impl Derivation {
    /// Returns the asset of these bytes.
    pub fn find(&self, hash: ContentHash) -> Option<&DerivedAsset> {
        let found = self.assets.binary_search_by_key(&hash, |a| a.content_hash);
        found.ok().map(|index| &self.assets[index])
    }
}

/// Derives the library from all evidence.
///
/// # Errors
/// Fails if records cannot be fetched.
pub fn derive(
    providers: &[Linked],
    surroundings: &Surroundings<'_>,
) -> Result<Derivation, ImportError> {
    make_assets(tie(providers), providers, surroundings)
}

/// Assets made at a time.
const ASSETS_AT_ONCE: usize = 1024;

/// Makes the assets of what was tied together. Of `providers` the records are not asked for.
///
/// # Errors
/// Fails if records cannot be fetched.
pub fn make_assets(
    tied: Tied,
    providers: &[Linked],
    surroundings: &Surroundings<'_>,
) -> Result<Derivation, ImportError> {
    let Tied {
        gathered,
        groups,
        corrected,
        vague,
        memberships,
        albums,
        sole_accounts,
        missing,
        doubts,
    } = tied;
    let maker = Maker {
        providers,
        user: surroundings.user,
        groups: &groups,
        corrected: &corrected,
        vague: &vague,
        memberships: &memberships,
        sole_accounts: &sole_accounts,
        pack: Arc::default(),
    };
    let mut albums = Albums::new(albums);
    let mut neighbours = Neighbours::default();
    let mut waiting: Vec<Waiting> = Vec::new();
    // Room for all at once: a list that grows leaves holes of its earlier sizes in memory.
    let mut assets: Vec<DerivedAsset> = Vec::with_capacity(gathered.len());
    // Taken apart while assets are made: both at once would be a tenth of an import's memory.
    let mut gathered = gathered.into_iter().peekable();
    let (source, threads) = (surroundings.source, surroundings.threads);
    let mut jobs = maker.fetch_some(&mut gathered, source)?;
    while let Some(some) = jobs {
        let (made, next) = std::thread::scope(|scope| {
            let making = scope.spawn(|| maker.make(&some, threads));
            // The catalog is read on this thread meanwhile.
            let next = maker.fetch_some(&mut gathered, source);
            let made = making.join();
            (made.unwrap_or_else(|panic| resume_unwind(panic)), next)
        });
        jobs = next?;
        for made in made? {
            if let Some((device, when)) = &made.learnt {
                neighbours.learn(device, *when);
            }
            if made.waits {
                waiting.push(Waiting {
                    asset: assets.len(),
                    device: made.device,
                    page_offset_s: made.page_offset_s,
                });
            }
            albums.add(assets.len() as u32, made.albums);
            assets.push(made.derived);
        }
    }
    let home = surroundings.home.as_ref();
    for one in waiting {
        let mut asset = assets[one.asset].asset()?;
        let around = offset::Surroundings {
            device: one.device.as_deref(),
            neighbours: &neighbours,
            home,
            page_offset_s: one.page_offset_s,
        };
        from_surroundings(&mut asset, &around);
        assets[one.asset].pack(&asset, &maker.pack);
    }
    assets.shrink_to_fit();
    Ok(Derivation {
        albums: albums.finish(&assets),
        assets,
        missing,
        doubts,
    })
}

/// An asset whose offset may be found from others once all are made.
struct Waiting {
    /// Index of the asset.
    asset: usize,
    device: Option<String>,
    page_offset_s: Option<i32>,
}

/// An asset just made, with what it tells about others.
struct Made {
    derived: DerivedAsset,
    albums: BTreeMap<String, (u32, DerivedAlbum)>,
    device: Option<String>,
    /// On which device it was taken when, if its offset is known by itself.
    learnt: Option<(String, When)>,
    /// Its offset may be found from others.
    waits: bool,
    /// The offset its pages were made at.
    page_offset_s: Option<i32>,
}

/// What one asset is made from.
struct Job {
    tied: Gathered,
    /// Those of its records that it is merged from.
    merged: Vec<At>,
    original: StoredMedium,
    /// Taken out as they are read: of very many, text and record are not there at once.
    records: Mutex<Vec<RecordText>>,
    companions: Vec<(Companion, u64)>,
}

struct Maker<'a> {
    providers: &'a [Linked],
    user: &'a HashMap<ContentHash, UserChanges>,
    groups: &'a [Groups],
    corrected: &'a [HashMap<usize, (Kind, Visibility)>],
    vague: &'a [HashMap<usize, Vague>],
    memberships: &'a [HashMap<usize, Vec<Membership>>],
    sole_accounts: &'a SoleAccounts,
    pack: Arc<Pack>,
}

impl Maker<'_> {
    /// Fetches what the next assets are made from; `None` after the last.
    fn fetch_some(
        &self,
        gathered: &mut Peekable<impl Iterator<Item = (ContentHash, Gathered)>>,
        source: &dyn Source,
    ) -> Result<Option<Vec<Job>>, CatalogError> {
        if gathered.peek().is_none() {
            return Ok(None);
        }
        let some = gathered.take(ASSETS_AT_ONCE);
        some.filter_map(|(hash, tied)| self.fetch(hash, tied, source).transpose())
            .collect::<Result<_, _>>()
            .map(Some)
    }

    fn make(&self, jobs: &[Job], threads: NonZeroUsize) -> Result<Vec<Made>, CatalogError> {
        share_out(jobs, threads, |job| self.make_one(job))
            .into_iter()
            .collect()
    }

    /// Fetches what an asset is made from; `None` for bytes that are no asset of their own, or not held.
    fn fetch(
        &self,
        hash: ContentHash,
        tied: Gathered,
        source: &dyn Source,
    ) -> Result<Option<Job>, CatalogError> {
        if !tied.primary {
            return Ok(None);
        }
        let Some(original) = source.original(hash)? else {
            return Ok(None);
        };
        let merged = merged_from(&tied.records);
        let records = merged
            .iter()
            .map(|(p, r)| source.record(*p as usize, *r as usize))
            .collect::<Result<Vec<_>, _>>()?;
        let mut companions = Vec::new();
        for (at, role) in &tied.companions {
            let content_hash = self.entry(at).content_hash;
            if let Some(medium) = source.original(content_hash)? {
                let companion = Companion {
                    role: *role,
                    content_hash,
                    extension: medium.facts.media_type.extension().to_owned(),
                };
                companions.push((companion, medium.size_bytes));
            }
        }
        Ok(Some(Job {
            tied,
            merged,
            original,
            records: Mutex::new(records),
            companions,
        }))
    }

    fn entry(&self, (p, m): &At) -> &MediaEntry {
        &self.providers[*p as usize].evidence.media[*m as usize]
    }

    fn make_one(&self, job: &Job) -> Result<Made, CatalogError> {
        let told = self.read(job)?;
        let unrecorded = job.tied.unrecorded.iter().map(|(p, index)| {
            let links = &self.providers[*p as usize].links;
            &links.unrecorded[*index as usize].1
        });
        let records: Vec<&Record> = told.iter().chain(unrecorded).collect();
        let hash = job.original.content_hash;
        let entries = job.tied.entries.iter().map(|at| self.entry(at));
        let known = Known {
            original: &job.original,
            entries: entries.filter(|entry| entry.content_hash == hash).collect(),
            companions: job.companions.iter().map(|(c, _)| c.clone()).collect(),
            user: self.user.get(&hash),
            group: self.group(&job.merged),
            sole_accounts: self.sole_accounts,
            records,
        };
        let mut asset = merge(&known);
        from_own_evidence(&mut asset, &known.records);
        let device = device_of(&asset, &known.records);
        Ok(Made {
            albums: memberships(&known.records, self.sole_accounts),
            learnt: device.clone().zip(offset_known(&asset)),
            waits: needs_surroundings(&asset),
            page_offset_s: of_pages(&asset, &known.records),
            device,
            derived: DerivedAsset::new(&asset, &job.tied, &job.companions, &self.pack),
        })
    }

    /// Reads the records of an asset, and says of them what all evidence together says.
    fn read(&self, job: &Job) -> Result<Vec<Record>, CatalogError> {
        let mut texts = job.records.lock().unwrap_or_else(PoisonError::into_inner);
        let texts = std::mem::take(&mut *texts);
        let texts = job.merged.iter().zip(texts);
        texts
            .map(|((p, r), text)| {
                let mut record = text.read()?;
                drop(text);
                let provider = &self.providers[*p as usize];
                if record.account.is_none() {
                    record.account.clone_from(&provider.sole_account);
                }
                if let Some((kind, visibility)) = self.corrected[*p as usize].get(&(*r as usize)) {
                    record.kind = *kind;
                    record.facts.visibility = *visibility;
                }
                if let Some(albums) = self.memberships[*p as usize].get(&(*r as usize)) {
                    record.facts.albums.extend_from_slice(albums);
                }
                if let Some(vague) = self.vague[*p as usize].get(&(*r as usize)) {
                    vague.apply(&mut record);
                }
                Ok(record)
            })
            .collect()
    }

    fn group(&self, merged: &[At]) -> Option<Group> {
        let groups = merged
            .iter()
            .filter_map(|(p, r)| self.groups[*p as usize].get(*r as usize));
        groups.min()
    }
}

/// When an asset was taken, if the offset is known, too.
fn offset_known(asset: &Asset) -> Option<When> {
    let taken = asset.taken_at.as_ref()?.value;
    taken.offset_s().map(|_| taken)
}

#[cfg(test)]
#[path = "derive_tests.rs"]
mod tests;
