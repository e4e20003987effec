//! Writes the lists of the library: albums, missing media, hashes, and how to read it all without albumen.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::PathBuf;

use catalog::Catalog;
use disk::digest::hash_file;
use model::content_hash::ContentHash;
use model::library_path::LibraryPath;
use monitor::{Monitor, Warning};
use writer::albums_file::{
    ALBUMS, Album, LIBRARY, LibraryFacts, MISSING, Member, render_albums, render_library,
};
use writer::library::Library;
use writer::manifest::{METADATA, ORIGINALS, render};
use writer::readme::{README, TEXT};
use writer::reconcile::PlacedFile;

use super::ImportError;
use super::album::DerivedAlbum;
use super::derive::Derivation;
use super::derived_asset::DerivedAsset;
use super::linked::Linked;
use super::missing_list::MissingList;

/// Where things lie when the lists are written.
pub(crate) struct Places<'a> {
    /// Originals and companions.
    pub files: &'a [PlacedFile],
    /// Path of each asset's original.
    pub assets: &'a HashMap<ContentHash, LibraryPath>,
    /// Sidecars and their hashes.
    pub sidecars: BTreeMap<String, ContentHash>,
}

/// What lists hold beside what is derived, out of the catalog.
pub(crate) struct ListFacts {
    missing: MissingList,
    home_timezone: Option<String>,
}

impl ListFacts {
    /// Loads them.
    ///
    /// # Errors
    /// Fails if the catalog does.
    pub(crate) fn load(
        catalog: &Catalog,
        providers: &[Linked],
        derivation: &Derivation,
    ) -> Result<Self, ImportError> {
        Ok(Self {
            missing: MissingList::load(catalog, providers, derivation)?,
            home_timezone: catalog.setting("home_timezone")?,
        })
    }
}

/// Writes `albums.json`, `missing.json`, `README.txt`, `SHA256SUMS` and `SHA256SUMS.metadata`, those that changed.
///
/// # Errors
/// Fails if the disk does.
pub(crate) fn write_lists(
    library: &Library,
    providers: &[Linked],
    derivation: &Derivation,
    facts: &ListFacts,
    places: Places<'_>,
) -> Result<(), ImportError> {
    let albums = render_albums(&albums(providers, derivation, places.assets)?)?;
    let mut lists = vec![
        (ALBUMS, Text::Short(albums)),
        (MISSING, Text::Long(&facts.missing)),
    ];
    // Only where the owner said something: most libraries need no such file.
    if facts.home_timezone.is_some() {
        let facts = LibraryFacts {
            home_timezone: facts.home_timezone.clone(),
        };
        lists.push((LIBRARY, Text::Short(render_library(&facts)?)));
    }
    let mut metadata: Vec<(LibraryPath, ContentHash)> = Vec::new();
    for (name, text) in &lists {
        metadata.extend(LibraryPath::parse(name).map(|path| (path, text.hash())));
    }
    let sidecars = places.sidecars.into_iter();
    metadata.extend(sidecars.filter_map(|(path, hash)| Some((LibraryPath::parse(&path)?, hash))));
    let originals = places
        .files
        .iter()
        .map(|file| (file.path.clone(), file.content_hash));
    lists.push((ORIGINALS, Text::Short(render(originals))));
    lists.push((METADATA, Text::Short(render(metadata))));
    lists.push((README, Text::Short(TEXT.to_owned())));
    write_all(library, &lists)
}

/// Text of a list.
enum Text<'a> {
    /// Few or short lines.
    Short(String),
    /// As long as an archive may make it.
    Long(&'a MissingList),
}

impl Text<'_> {
    fn hash(&self) -> ContentHash {
        match self {
            Self::Short(text) => ContentHash::of(text.as_bytes()),
            Self::Long(list) => list.hash(),
        }
    }

    fn write(&self, library: &Library, path: &LibraryPath) -> Result<(), ImportError> {
        let writer = library.writer();
        let written = match self {
            Self::Short(text) => writer.write_file(path, text.as_bytes()).map(drop),
            Self::Long(list) => writer.write_pieces(path, &mut list.pieces()).map(drop),
        };
        written.map_err(ImportError::Write)
    }
}

/// Writes the lists that are not on disk as they should be. What they will be is noted before the first is touched: after a kill
/// each is what it was or what it was going to be, and neither is a change of someone else's.
fn write_all(library: &Library, lists: &[(&str, Text<'_>)]) -> Result<(), ImportError> {
    let hashes: BTreeMap<&str, ContentHash> = lists
        .iter()
        .map(|(name, text)| (*name, text.hash()))
        .collect();
    let differs = |name: &str| {
        let old = hash_file(&library.root().join(name));
        !old.is_ok_and(|old| old == hashes[name])
    };
    let differing: Vec<&(&str, Text<'_>)> =
        lists.iter().filter(|(name, _)| differs(name)).collect();
    if differing.is_empty() {
        return Ok(());
    }
    let texts: BTreeMap<&str, String> = hashes
        .iter()
        .map(|(name, hash)| (*name, hash.to_string()))
        .collect();
    let note = serde_json::json!(texts).to_string();
    library.note_lists(&note).map_err(ImportError::Write)?;
    for (name, text) in differing {
        if let Some(path) = LibraryPath::parse(name) {
            text.write(library, &path)?;
        }
    }
    Ok(())
}

/// Setting that keeps what the lists were when they were written last.
const WRITTEN: &str = "lists";

/// Lists that are compared before an import: whoever reads the library without albumen relies on them.
const COMPARED: [&str; 6] = [ALBUMS, MISSING, LIBRARY, ORIGINALS, METADATA, README];

/// Returns the hash of each list as it is on disk.
fn on_disk(library: &Library) -> BTreeMap<String, String> {
    COMPARED
        .iter()
        .filter_map(|name| {
            let hash = hash_file(&library.root().join(name)).ok()?;
            Some(((*name).to_owned(), hash.to_string()))
        })
        .collect()
}

/// Keeps in the catalog what the lists are now, right after they were written.
///
/// # Errors
/// Fails if the catalog or the disk does.
pub(crate) fn remember_lists(library: &Library, catalog: &mut Catalog) -> Result<(), ImportError> {
    remember_lists_for(library, catalog)?;
    library.forget_lists().map_err(ImportError::Write)
}

/// The same for a catalog that is not the library's yet: the note stays for the one there is.
///
/// # Errors
/// Fails if the catalog does.
pub(crate) fn remember_lists_for(
    library: &Library,
    catalog: &mut Catalog,
) -> Result<(), ImportError> {
    let written = serde_json::json!(on_disk(library)).to_string();
    Ok(catalog.in_transaction(|writing| writing.set_setting(WRITTEN, Some(&written)))?)
}

/// Returns what the lists were going to be when a run was cut off as it wrote them.
fn noted(library: &Library) -> BTreeMap<String, String> {
    let note = library.noted_lists();
    note.and_then(|note| serde_json::from_str(&note).ok())
        .unwrap_or_default()
}

/// Says which lists are gone or were changed since, and keeps a copy of those that were changed: they are written anew.
///
/// # Errors
/// Fails if the catalog or the disk does.
pub(crate) fn touched_lists(
    library: &Library,
    catalog: &mut Catalog,
    monitor: &dyn Monitor,
) -> Result<bool, ImportError> {
    let Some(written) = catalog.setting(WRITTEN)? else {
        keep_strays(library, catalog, monitor)?;
        return Ok(false);
    };
    let written: BTreeMap<String, String> = serde_json::from_str(&written).unwrap_or_default();
    let found = on_disk(library);
    let going_to_be = noted(library);
    if !going_to_be.is_empty() && found == going_to_be {
        // Cut off after the last of them was written.
        remember_lists(library, catalog)?;
        return Ok(false);
    }
    let mut touched = false;
    for (name, hash) in &written {
        let message = match found.get(name) {
            Some(now) if now == hash || going_to_be.get(name) == Some(now) => continue,
            None => "was gone; written again".to_owned(),
            Some(_) => {
                let kept = set_aside(library, name)?;
                format!("was changed; kept as {} and written again", kept.display())
            }
        };
        touched = true;
        monitor.warn(Warning {
            subject: name.clone(),
            message,
        });
    }
    Ok(touched)
}

/// Keeps copies of files that lay under the names of our lists before the first import: they are somebody's.
fn keep_strays(
    library: &Library,
    catalog: &Catalog,
    monitor: &dyn Monitor,
) -> Result<(), ImportError> {
    // A first import that was cut off may have written its lists, and not yet remembered them.
    if !catalog.placed_files()?.is_empty() || !library.settling()?.is_empty() {
        return Ok(());
    }
    for name in on_disk(library).keys() {
        let kept = set_aside(library, name)?;
        monitor.warn(Warning {
            subject: name.clone(),
            message: format!(
                "was there before the library; kept as {} and written again",
                kept.display()
            ),
        });
    }
    Ok(())
}

/// Keeps a copy of a list and says where.
fn set_aside(library: &Library, name: &str) -> Result<PathBuf, ImportError> {
    library.set_aside_file(name).map_err(ImportError::Write)
}

fn albums(
    providers: &[Linked],
    derivation: &Derivation,
    paths: &HashMap<ContentHash, LibraryPath>,
) -> Result<Vec<Album>, ImportError> {
    let covers = covers(derivation, providers);
    let caption = |hash| {
        let asset = derivation.find(hash).map(DerivedAsset::asset).transpose()?;
        let description = asset.and_then(|asset| asset.description);
        Ok::<_, ImportError>(description.map(|claim| claim.value))
    };
    let album_of = |album: &DerivedAlbum| {
        Ok(Album {
            provider: album.provider.clone(),
            account: album.account.clone(),
            key: album.key.clone(),
            title: album.title.clone(),
            description: album.description.clone(),
            cover: album.cover.as_deref().and_then(|uri| {
                let hash = covers.get(&(album.provider.as_str(), uri))?;
                paths.get(hash).cloned()
            }),
            members: album
                .members
                .iter()
                .filter_map(|hash| Some((hash, paths.get(hash)?)))
                .map(|(hash, path)| {
                    Ok(Member {
                        path: path.clone(),
                        caption: caption(*hash)?,
                    })
                })
                .collect::<Result<_, ImportError>>()?,
            records: album.records.clone(),
        })
    };
    derivation.albums.iter().map(album_of).collect()
}

/// Finds the bytes of all covers, by provider and path.
fn covers<'a>(
    derivation: &'a Derivation,
    providers: &'a [Linked],
) -> HashMap<(&'a str, &'a str), ContentHash> {
    let albums = derivation.albums.iter();
    let wanted: HashSet<(&str, &str)> = albums
        .filter_map(|album| Some((album.provider.as_str(), album.cover.as_deref()?)))
        .collect();
    let mut covers = HashMap::new();
    for provider in providers {
        for entry in &provider.evidence.media {
            let key = (provider.provider.as_str(), entry.path.as_str());
            if wanted.contains(&key) {
                covers.entry(key).or_insert(entry.content_hash);
            }
        }
    }
    covers
}
