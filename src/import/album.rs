//! Albums across providers: their identity, what records say of them, and who is in them.

use std::collections::BTreeMap;

use model::content_hash::ContentHash;
use model::record::{AlbumRecord, Record, album_id};

use super::derived_asset::DerivedAsset;
use super::linked::Linked;

/// The only account of each provider that has just one.
pub(crate) type SoleAccounts = BTreeMap<String, String>;

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

/// Returns the only account of each provider that has just one.
pub(super) fn sole_accounts(providers: &[Linked]) -> SoleAccounts {
    let named = providers.iter().filter_map(|provider| {
        let only = provider.sole_account.clone()?;
        Some((provider.provider.clone(), only))
    });
    named.collect()
}

/// An album of which nothing is known but its identity.
fn album_of(
    (provider, account, key): (&str, Option<&str>, &str),
    sole_accounts: &SoleAccounts,
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
pub(super) fn find_covers(providers: &[Linked], albums: &mut BTreeMap<String, DerivedAlbum>) {
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
        let links = provider.links.links.iter();
        for link in links.filter(|link| link.role.is_none()) {
            let Some(media) = link.media else { continue };
            let uri = evidence.records[link.record].uri.clone();
            if let Some(found) = held.get_mut(&(provider.provider.as_str(), uri)) {
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
pub(super) fn described_albums(
    providers: &[Linked],
    sole_accounts: &SoleAccounts,
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

/// Returns the albums that records put one asset into, by identity, each with its best position.
pub(super) fn memberships(
    records: &[&Record],
    sole_accounts: &SoleAccounts,
) -> BTreeMap<String, (u32, DerivedAlbum)> {
    let mut found: BTreeMap<String, (u32, DerivedAlbum)> = BTreeMap::new();
    for record in records {
        for membership in &record.facts.albums {
            let of = (
                record.provider.as_str(),
                record.account.as_deref(),
                membership.album.as_str(),
            );
            let album = album_of(of, sole_accounts);
            let position = membership.position.unwrap_or(u32::MAX);
            let best = found.entry(album.id.clone()).or_insert((position, album));
            best.0 = position.min(best.0);
        }
    }
    found
}

/// Albums while assets are made.
pub(super) struct Albums {
    albums: BTreeMap<String, DerivedAlbum>,
    /// (position, index of the asset), by identity of the album.
    members: BTreeMap<String, Vec<(u32, u32)>>,
}

impl Albums {
    /// Begins with the albums that records describe.
    pub(crate) fn new(described: BTreeMap<String, DerivedAlbum>) -> Self {
        Self {
            albums: described,
            members: BTreeMap::new(),
        }
    }

    /// Adds an asset. An album that no record describes is called by its key.
    pub(crate) fn add(&mut self, asset: u32, memberships: BTreeMap<String, (u32, DerivedAlbum)>) {
        for (id, (position, album)) in memberships {
            let members = self.members.entry(id.clone()).or_default();
            members.push((position, asset));
            self.albums.entry(id).or_insert(album);
        }
    }

    /// Puts members in order: the service's, else by time, else by content. Albums come by title, then identity.
    pub(crate) fn finish(mut self, assets: &[DerivedAsset]) -> Vec<DerivedAlbum> {
        for (id, members) in self.members {
            let mut places: Vec<(u32, i64, ContentHash)> = members
                .into_iter()
                .map(|(position, asset)| {
                    let asset = &assets[asset as usize];
                    let time = asset.taken_seconds.unwrap_or(i64::MAX);
                    (position, time, asset.content_hash)
                })
                .collect();
            places.sort_unstable();
            if let Some(album) = self.albums.get_mut(&id) {
                album.members = places.into_iter().map(|(_, _, hash)| hash).collect();
            }
        }
        let mut albums: Vec<DerivedAlbum> = self.albums.into_values().collect();
        albums.sort_by(|a, b| (&a.title, &a.id).cmp(&(&b.title, &b.id)));
        albums
    }
}
