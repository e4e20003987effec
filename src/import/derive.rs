//! From evidence to assets: the pure function the library is. No disk, no clock, no order of arrival.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::tz::TimeZone;

use crate::catalog::StoredMedium;
use crate::model::asset::{Asset, Companion, Group};
use crate::model::content_hash::ContentHash;
use crate::model::evidence::{Evidence, Links, MediaEntry};
use crate::model::record::{AlbumRecord, Record};
use crate::model::user_changes::UserChanges;

use super::groups::groups;
use super::merge::{Known, album_id, merge};
use super::offset::{Neighbours, device_of, from_own_evidence, from_surroundings};

/// All evidence of one provider, tied together.
#[derive(Default)]
pub struct Linked {
    /// Provider's name.
    pub provider: String,
    /// What archives told.
    pub evidence: Evidence,
    /// Catalog number of each record.
    pub record_ids: Vec<i64>,
    /// Digest of each record, its `raw` included.
    pub record_digests: Vec<[u8; 32]>,
    /// The only account there is, whose the records of parts are that do not tell.
    pub sole_account: Option<String>,
    /// How it belongs together.
    pub links: Links,
}

/// What the evidence is merged with.
pub struct Surroundings<'a> {
    /// Bytes the library holds.
    pub originals: &'a HashMap<ContentHash, StoredMedium>,
    /// What the owner changed.
    pub user: &'a HashMap<ContentHash, UserChanges>,
    /// The owner's home zone.
    pub home: Option<TimeZone>,
}

/// An asset and the evidence its sidecar carries.
pub struct DerivedAsset {
    /// The asset.
    pub asset: Asset,
    /// Records tied to its bytes: (index of provider, index of record).
    pub records: Vec<(usize, usize)>,
    /// Records made up for its bytes: (index of provider, index into [`Links::unrecorded`]).
    pub unrecorded: Vec<(usize, usize)>,
    /// Media entries of its bytes and its companions': (index of provider, index of entry).
    pub entries: Vec<(usize, usize)>,
}

/// A record whose medium no archive so far holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct MissingMedium {
    /// Index of the provider.
    pub provider: usize,
    /// Path of the medium as the record names it.
    pub uri: String,
    /// Index of the record.
    pub record: usize,
}

/// An album and what is in it.
#[derive(Debug, Clone, PartialEq)]
pub struct DerivedAlbum {
    /// Identity across providers and accounts.
    pub id: String,
    /// Provider's name.
    pub provider: String,
    /// Whose data it is.
    pub account: Option<String>,
    /// Identity within provider and account.
    pub key: String,
    /// Title as its owner wrote it.
    pub title: String,
    /// Text by the owner.
    pub description: Option<String>,
    /// Path of the cover as the archive holds it; as the record names it where no archive does.
    pub cover: Option<String>,
    /// Members in order.
    pub members: Vec<ContentHash>,
    /// What record files say about it.
    pub records: Vec<AlbumRecord>,
}

/// What the evidence amounts to.
#[derive(Default)]
pub struct Derivation {
    /// Every asset, by content hash.
    pub assets: Vec<DerivedAsset>,
    /// Media that records name and no archive so far holds, one row a record.
    pub missing: Vec<MissingMedium>,
    /// Albums, by title, then identity.
    pub albums: Vec<DerivedAlbum>,
}

/// What is tied to one content hash while assets are gathered.
#[derive(Default)]
struct Gathered {
    records: BTreeSet<(usize, usize)>,
    entries: BTreeSet<(usize, usize)>,
    companions: BTreeSet<(usize, usize, crate::model::kind::CompanionRole)>,
    unrecorded: Vec<(usize, usize)>,
    /// Some record or path calls these bytes a medium of their own.
    primary: bool,
}

/// Derives the library from all evidence.
pub fn derive(providers: &[Linked], surroundings: &Surroundings<'_>) -> Derivation {
    let mut missing = Vec::new();
    let gathered = gather(providers, &mut missing);
    let grouped: Vec<HashMap<usize, Group>> = providers
        .iter()
        .map(|p| groups(&p.evidence.records, &p.links))
        .collect();
    let sole_accounts = sole_accounts(providers);
    let mut assets = Vec::with_capacity(gathered.len());
    let mut neighbours = Neighbours::default();
    let mut devices = Vec::with_capacity(gathered.len());
    // Taken apart while assets are made: both at once would be a tenth of an import's memory.
    for (hash, one) in gathered {
        let original = surroundings.originals.get(&hash);
        let Some(original) = original.filter(|_| one.primary) else {
            continue;
        };
        let known = Known {
            original,
            records: records_of(providers, &one),
            entries: own_entries(providers, &one, hash),
            companions: companions_of(providers, &one, surroundings),
            user: surroundings.user.get(&hash),
            group: group_of(&one, &grouped),
            sole_accounts: &sole_accounts,
        };
        let mut asset = merge(&known);
        from_own_evidence(&mut asset, &known.records);
        let device = device_of(&asset, &known.records);
        if let Some(device) = &device {
            neighbours.learn(device, &asset);
        }
        devices.push(device);
        assets.push(DerivedAsset {
            asset,
            records: one.records.iter().copied().collect(),
            unrecorded: one.unrecorded.clone(),
            entries: one.entries.iter().copied().collect(),
        });
    }
    for (derived, device) in assets.iter_mut().zip(&devices) {
        let home = surroundings.home.as_ref();
        from_surroundings(&mut derived.asset, device.as_deref(), &neighbours, home);
    }
    missing.sort();
    let albums = albums(providers, &assets, &sole_accounts);
    Derivation {
        assets,
        missing,
        albums,
    }
}

/// Ties records and entries to content hashes.
fn gather(
    providers: &[Linked],
    missing: &mut Vec<MissingMedium>,
) -> BTreeMap<ContentHash, Gathered> {
    let mut gathered: BTreeMap<ContentHash, Gathered> = BTreeMap::new();
    for (p, provider) in providers.iter().enumerate() {
        let media = &provider.evidence.media;
        for (m, entry) in media.iter().enumerate() {
            gathered
                .entry(entry.content_hash)
                .or_default()
                .entries
                .insert((p, m));
        }
        let mut primaries: HashMap<usize, Vec<ContentHash>> = HashMap::new();
        for link in &provider.links.links {
            let Some(m) = link.media else {
                missing.push(missing_medium(p, provider, link));
                continue;
            };
            if link.role.is_none() {
                let one = gathered.entry(media[m].content_hash).or_default();
                one.records.insert((p, link.record));
                one.primary = true;
                primaries
                    .entry(link.record)
                    .or_default()
                    .push(media[m].content_hash);
            }
        }
        tie_companions(p, provider, &primaries, &mut gathered);
        for (index, (m, _)) in provider.links.unrecorded.iter().enumerate() {
            let one = gathered.entry(media[*m].content_hash).or_default();
            one.unrecorded.push((p, index));
            one.primary = true;
        }
    }
    gathered
}

fn missing_medium(
    p: usize,
    provider: &Linked,
    link: &crate::model::evidence::Link,
) -> MissingMedium {
    let record = &provider.evidence.records[link.record];
    let companion = link.role.and_then(|role| {
        record
            .companions
            .iter()
            .find(|companion| companion.role == role)
    });
    MissingMedium {
        provider: p,
        uri: companion.map_or_else(|| record.uri.clone(), |companion| companion.uri.clone()),
        record: link.record,
    }
}

/// Ties companions to their originals. One whose original is missing stands for itself until that arrives.
fn tie_companions(
    p: usize,
    provider: &Linked,
    primaries: &HashMap<usize, Vec<ContentHash>>,
    gathered: &mut BTreeMap<ContentHash, Gathered>,
) {
    let media = &provider.evidence.media;
    for link in &provider.links.links {
        let (Some(m), Some(role)) = (link.media, link.role) else {
            continue;
        };
        let own = media[m].content_hash;
        let mut tied = false;
        for primary in primaries.get(&link.record).into_iter().flatten() {
            // A provider that gives the same bytes as original and edited copy has given one file.
            if *primary != own {
                let one = gathered.entry(*primary).or_default();
                one.companions.insert((p, m, role));
                one.entries.insert((p, m));
            }
            tied = true;
        }
        if !tied {
            let one = gathered.entry(own).or_default();
            one.primary = true;
            one.records.insert((p, link.record));
        }
    }
}

fn records_of<'a>(providers: &'a [Linked], one: &Gathered) -> Vec<&'a Record> {
    let recorded = one
        .records
        .iter()
        .map(|(p, r)| &providers[*p].evidence.records[*r]);
    let unrecorded = one
        .unrecorded
        .iter()
        .map(|(p, index)| &providers[*p].links.unrecorded[*index].1);
    recorded.chain(unrecorded).collect()
}

fn own_entries<'a>(
    providers: &'a [Linked],
    one: &Gathered,
    hash: ContentHash,
) -> Vec<&'a MediaEntry> {
    one.entries
        .iter()
        .map(|(p, m)| &providers[*p].evidence.media[*m])
        .filter(|entry| entry.content_hash == hash)
        .collect()
}

fn companions_of(
    providers: &[Linked],
    one: &Gathered,
    surroundings: &Surroundings<'_>,
) -> Vec<Companion> {
    one.companions
        .iter()
        .filter_map(|(p, m, role)| {
            let hash = providers[*p].evidence.media[*m].content_hash;
            let facts = &surroundings.originals.get(&hash)?.facts;
            Some(Companion {
                role: *role,
                content_hash: hash,
                extension: facts.media_type.extension().to_owned(),
            })
        })
        .collect()
}

fn group_of(one: &Gathered, grouped: &[HashMap<usize, Group>]) -> Option<Group> {
    one.records
        .iter()
        .filter_map(|(p, r)| grouped[*p].get(r))
        .min()
        .cloned()
}

/// Returns the only account of each provider that has just one.
fn sole_accounts(providers: &[Linked]) -> BTreeMap<String, String> {
    let mut sole = BTreeMap::new();
    for provider in providers {
        let accounts: BTreeSet<&String> = provider
            .evidence
            .records
            .iter()
            .filter_map(|record| record.account.as_ref())
            .collect();
        if let [only] = accounts.into_iter().collect::<Vec<_>>()[..] {
            sole.insert(provider.provider.clone(), only.clone());
        }
    }
    sole
}

/// Place of a member in an album: by the service's order, else by time, else by content.
type Place = (u32, i64, ContentHash);

/// Gathers albums: every membership, with the title and description of the album's best record.
fn albums(
    providers: &[Linked],
    assets: &[DerivedAsset],
    sole_accounts: &BTreeMap<String, String>,
) -> Vec<DerivedAlbum> {
    let mut albums = described_albums(providers, sole_accounts);
    find_covers(providers, &mut albums);
    let mut members: BTreeMap<String, BTreeSet<Place>> = BTreeMap::new();
    for derived in assets {
        let taken = derived.asset.taken_at.as_ref();
        let time = taken.map_or(i64::MAX, |claim| claim.value.rough_seconds());
        let records = derived
            .records
            .iter()
            .map(|(p, r)| &providers[*p].evidence.records[*r]);
        // Whether a folder is an album may only be known when all records are: such memberships are made up.
        let unrecorded = derived
            .unrecorded
            .iter()
            .map(|(p, index)| &providers[*p].links.unrecorded[*index].1);
        let records = records.chain(unrecorded);
        for (id, position) in memberships(records, sole_accounts, &mut albums) {
            let place = (position, time, derived.asset.content_hash);
            members.entry(id).or_default().insert(place);
        }
    }
    for (id, places) in members {
        if let Some(album) = albums.get_mut(&id) {
            album.members = places.into_iter().map(|(_, _, hash)| hash).collect();
        }
    }
    let mut albums: Vec<DerivedAlbum> = albums.into_values().collect();
    albums.sort_by(|a, b| (&a.title, &a.id).cmp(&(&b.title, &b.id)));
    albums
}

/// Returns the albums that records put one asset into, each with its best position. An album that no record describes
/// is called by its key.
fn memberships<'a>(
    records: impl Iterator<Item = &'a Record>,
    sole_accounts: &BTreeMap<String, String>,
    albums: &mut BTreeMap<String, DerivedAlbum>,
) -> BTreeMap<String, u32> {
    let mut found: BTreeMap<String, u32> = BTreeMap::new();
    for record in records {
        for membership in &record.facts.albums {
            let of = (
                record.provider.as_str(),
                record.account.as_deref(),
                membership.album.as_str(),
            );
            let album = album_of(of, sole_accounts);
            let position = membership.position.unwrap_or(u32::MAX);
            let best = found.entry(album.id.clone()).or_insert(position);
            *best = position.min(*best);
            albums.entry(album.id.clone()).or_insert(album);
        }
    }
    found
}

/// An album of which nothing is known but its identity.
fn album_of(
    (provider, account, key): (&str, Option<&str>, &str),
    sole_accounts: &BTreeMap<String, String>,
) -> DerivedAlbum {
    let account = account.or_else(|| sole_accounts.get(provider).map(String::as_str));
    DerivedAlbum {
        id: album_id(provider, account, key),
        provider: provider.to_owned(),
        account: account.map(str::to_owned),
        key: key.to_owned(),
        title: key.rsplit('/').next().unwrap_or(key).to_owned(),
        description: None,
        cover: None,
        members: Vec::new(),
        records: Vec::new(),
    }
}

/// Puts the path of the medium in place of what records call a cover: the two may differ by a folder.
fn find_covers(providers: &[Linked], albums: &mut BTreeMap<String, DerivedAlbum>) {
    let mut held: BTreeMap<(&str, String), Option<&str>> = albums
        .values()
        .filter_map(|album| Some((album.provider.clone(), album.cover.clone()?)))
        .filter_map(|(name, cover)| {
            let provider = providers.iter().find(|p| p.provider == name)?;
            Some(((provider.provider.as_str(), cover), None))
        })
        .collect();
    if held.is_empty() {
        return;
    }
    for provider in providers {
        let evidence = &provider.evidence;
        for link in provider
            .links
            .links
            .iter()
            .filter(|link| link.role.is_none())
        {
            let Some(media) = link.media else { continue };
            let key = (
                provider.provider.as_str(),
                evidence.records[link.record].uri.clone(),
            );
            if let Some(found) = held.get_mut(&key) {
                let path = evidence.media[media].path.as_str();
                // Whatever came first: the smallest.
                *found = Some(found.map_or(path, |known| known.min(path)));
            }
        }
    }
    for album in albums.values_mut() {
        if let Some(cover) = &album.cover
            && let Some(Some(path)) = held.get(&(album.provider.as_str(), cover.clone()))
        {
            album.cover = Some((*path).to_owned());
        }
    }
}

/// Returns the albums that records describe. The newest export's wording wins; within one export, content decides.
fn described_albums(
    providers: &[Linked],
    sole_accounts: &BTreeMap<String, String>,
) -> BTreeMap<String, DerivedAlbum> {
    let mut records: Vec<&AlbumRecord> =
        providers.iter().flat_map(|p| &p.evidence.albums).collect();
    records.sort_by(|a, b| {
        (&a.export, &a.title, &a.description).cmp(&(&b.export, &b.title, &b.description))
    });
    let mut albums: BTreeMap<String, DerivedAlbum> = BTreeMap::new();
    for record in records {
        let of = (
            record.provider.as_str(),
            record.account.as_deref(),
            record.key.as_str(),
        );
        let fresh = album_of(of, sole_accounts);
        let album = albums.entry(fresh.id.clone()).or_insert(fresh);
        // An album without title is called by its key: Google names its folder `Untitled(1)`.
        if !record.title.is_empty() {
            album.title.clone_from(&record.title);
        }
        let said = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        album.description = said(&record.description);
        album.cover = said(&record.cover).or_else(|| album.cover.take());
        album.records.push(record.clone());
    }
    albums
}

#[cfg(test)]
#[path = "derive_tests.rs"]
mod tests;
