//! Writes the lists of the library: albums, missing media, hashes, and how to read it all without albumen.

use std::collections::{BTreeMap, HashMap};

use sha2::{Digest, Sha256};

use crate::catalog::Catalog;
use crate::model::content_hash::ContentHash;
use crate::model::library_path::LibraryPath;
use crate::model::record::Record;
use crate::writer::albums_file::{ALBUMS, Album, MISSING, Member, render_albums, render_missing};
use crate::writer::library::Library;
use crate::writer::manifest::{METADATA, ORIGINALS, render};
use crate::writer::readme::{README, TEXT};
use crate::writer::reconcile::PlacedFile;

use super::ImportError;
use super::derive::{Derivation, DerivedAlbum, Linked};

/// Where things lie when the lists are written.
pub struct Places<'a> {
    /// Originals and companions.
    pub files: &'a [PlacedFile],
    /// Path of each asset's original.
    pub assets: &'a HashMap<ContentHash, LibraryPath>,
    /// Sidecars and their hashes.
    pub sidecars: BTreeMap<String, ContentHash>,
}

/// Writes `albums.json`, `missing.json`, `README.txt`, `SHA256SUMS` and `SHA256SUMS.metadata`, those that changed.
///
/// # Errors
/// Fails if the disk or the catalog does.
pub fn write_lists(
    library: &Library,
    catalog: &Catalog,
    providers: &[Linked],
    derivation: &Derivation,
    places: Places<'_>,
) -> Result<(), ImportError> {
    let albums = render_albums(&albums(providers, derivation, places.assets))?;
    let missing = render_missing(&missing(catalog, providers, derivation)?)?;
    let mut metadata: Vec<(LibraryPath, ContentHash)> = Vec::new();
    for (name, text) in [(ALBUMS, &albums), (MISSING, &missing)] {
        metadata.extend(LibraryPath::parse(name).map(|path| (path, hash_of(text))));
        write(library, name, text)?;
    }
    let sidecars = places.sidecars.into_iter();
    metadata.extend(sidecars.filter_map(|(path, hash)| Some((LibraryPath::parse(&path)?, hash))));
    let originals = places
        .files
        .iter()
        .map(|file| (file.path.clone(), file.content_hash));
    write(library, ORIGINALS, &render(originals))?;
    write(library, METADATA, &render(metadata))?;
    write(library, README, TEXT)
}

/// Returns whether all lists are there. What stands in them is only compared when the library is settled.
pub fn are_there(library: &Library) -> bool {
    [ALBUMS, MISSING, ORIGINALS, METADATA, README]
        .into_iter()
        .filter_map(LibraryPath::parse)
        .all(|path| path.on_disk(library.root()).is_file())
}

fn hash_of(text: &str) -> ContentHash {
    ContentHash(Sha256::digest(text.as_bytes()).into())
}

/// Writes a list unless it is there already, to the letter.
fn write(library: &Library, name: &str, text: &str) -> Result<(), ImportError> {
    let Some(path) = LibraryPath::parse(name) else {
        return Ok(());
    };
    let same = std::fs::read(path.on_disk(library.root())).is_ok_and(|old| old == text.as_bytes());
    if same {
        return Ok(());
    }
    library
        .writer()
        .write_file(&path, text.as_bytes())
        .map_err(ImportError::Write)
}

fn albums(
    providers: &[Linked],
    derivation: &Derivation,
    paths: &HashMap<ContentHash, LibraryPath>,
) -> Vec<Album> {
    let captions: HashMap<ContentHash, &String> = derivation
        .assets
        .iter()
        .filter_map(|d| Some((d.asset.content_hash, &d.asset.description.as_ref()?.value)))
        .collect();
    derivation
        .albums
        .iter()
        .map(|album| Album {
            provider: album.provider.clone(),
            account: album.account.clone(),
            key: album.key.clone(),
            title: album.title.clone(),
            description: album.description.clone(),
            cover: cover(album, providers, paths),
            members: album
                .members
                .iter()
                .filter_map(|hash| {
                    Some(Member {
                        path: paths.get(hash)?.clone(),
                        caption: captions.get(hash).map(|text| (*text).clone()),
                    })
                })
                .collect(),
            records: album.records.clone(),
        })
        .collect()
}

/// Finds the cover among the media of its provider.
fn cover(
    album: &DerivedAlbum,
    providers: &[Linked],
    paths: &HashMap<ContentHash, LibraryPath>,
) -> Option<LibraryPath> {
    let uri = album.cover.as_ref()?;
    providers
        .iter()
        .filter(|provider| provider.provider == album.provider)
        .flat_map(|provider| &provider.evidence.media)
        .find(|entry| entry.path == *uri)
        .and_then(|entry| paths.get(&entry.content_hash))
        .cloned()
}

/// Returns the records, whole, whose medium no archive so far holds; a record that names two such media comes once.
fn missing(
    catalog: &Catalog,
    providers: &[Linked],
    derivation: &Derivation,
) -> Result<Vec<Record>, ImportError> {
    let mut rows: Vec<(usize, usize)> = derivation
        .missing
        .iter()
        .map(|missing| (missing.provider, missing.record))
        .collect();
    rows.sort_unstable();
    rows.dedup();
    rows.into_iter()
        .map(|(p, r)| Ok(catalog.raw_record(providers[p].record_ids[r])?))
        .collect()
}
