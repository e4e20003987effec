//! Gathers from the catalog what shall lie at a destination.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::path::Path;
use std::sync::Arc;

use super::PushError;
use super::copy::{self, Change, ContentCredentials};
use super::embed::Embed;
use super::journal::Journal;
use super::parcel::{ORIGINAL, Parcel, SIDECAR, Source, Standing};
use super::paths::{Wish, beside, settle};
use super::report::{PushOptions, Sidecars};
use super::strip;
use catalog::{Catalog, ListedAsset, PlacedRow, SidecarRow};
use disk::digest::hash_file;
use disk::regular;
use model::asset::Group;
use model::content_hash::ContentHash;
use model::kind::{CompanionRole, Visibility};
use model::media_type::MediaType;
use monitor::{Monitor, Unit};
use writer::sidecar::rights::Rights;
use writer::walk::modified_ns;

/// The files of one asset.
struct AssetFiles {
    asset: ContentHash,
    library_path: String,
    wish: String,
    files: Vec<FileOf>,
    favorite: bool,
    visibility: Visibility,
    group: Option<Group>,
}

/// One file of an asset, without its path at the destination.
struct FileOf {
    part: String,
    library_path: String,
    source: Source,
    size_bytes: u64,
    sha256: ContentHash,
    media_type: Option<MediaType>,
    role: Option<CompanionRole>,
}

/// Everything that shall lie at a destination.
pub(crate) struct Gathered {
    assets: Vec<AssetFiles>,
    /// Assets no copy of which can be made as wanted: path in the library, and why.
    pub refused: Vec<(ContentHash, String, String)>,
    /// What is worth a word of copies.
    pub notes: CopyNotes,
}

/// What is worth a word of copies, each with the path of the library's file.
#[derive(Debug, Default)]
pub(crate) struct CopyNotes {
    /// Files into whose copies not all could be written, and why.
    pub as_it_is: Vec<(String, String)>,
    /// Files with Content Credentials, and what became of these.
    pub credentials: Vec<(String, ContentCredentials)>,
}

struct Gathering<'a> {
    root: &'a Path,
    options: &'a PushOptions,
    placed: HashMap<String, PlacedRow>,
    sidecars: HashMap<ContentHash, SidecarRow>,
}

/// Gathers the files of every asset the options choose.
///
/// # Errors
/// Fails if the catalog does, or a sidecar cannot be read.
pub(crate) fn gather(
    root: &Path,
    catalog: &Catalog,
    options: &PushOptions,
    monitor: &dyn Monitor,
) -> Result<Gathered, PushError> {
    let placed = catalog.placed_files()?;
    let sidecars = catalog.sidecars()?;
    let gathering = Gathering {
        root,
        options,
        placed: placed
            .into_iter()
            .map(|row| (row.path.clone(), row))
            .collect(),
        sidecars: sidecars
            .into_iter()
            .map(|row| (row.asset_hash, row))
            .collect(),
    };
    let mut gathered = Gathered {
        assets: Vec::new(),
        refused: Vec::new(),
        notes: CopyNotes::default(),
    };
    let mut failed = None;
    monitor.step("choosing", None, Unit::Items);
    catalog.list(&options.select, &mut |listed| {
        monitor.advance(1);
        if failed.is_none() && !monitor.stopped() {
            failed = gathering.add(&listed, &mut gathered).err();
        }
    })?;
    failed.map_or(Ok(gathered), Err)
}

impl Gathering<'_> {
    fn add(&self, listed: &ListedAsset, gathered: &mut Gathered) -> Result<(), PushError> {
        let asset = listed.asset.content_hash;
        match self.files(listed, &mut gathered.notes)? {
            Ok(files) => gathered.assets.push(AssetFiles {
                asset,
                library_path: listed.path.clone(),
                wish: self.options.layout.place(listed),
                files,
                favorite: listed.asset.favorite,
                visibility: listed.asset.visibility,
                group: listed.asset.group.clone(),
            }),
            Err(why) => gathered.refused.push((asset, listed.path.clone(), why)),
        }
        Ok(())
    }

    /// Returns the files of an asset, or why no copy can be made of one.
    fn files(
        &self,
        listed: &ListedAsset,
        notes: &mut CopyNotes,
    ) -> Result<Result<Vec<FileOf>, String>, PushError> {
        let embed = self
            .options
            .embed
            .then(|| Embed::of(listed, self.options.strip, &self.options.rights))
            .flatten()
            .map(Arc::new);
        let media_type = listed.asset.media.media_type;
        let original = ORIGINAL.to_owned();
        let mut wanted = vec![(original, listed.path.clone(), Some(media_type), None)];
        for (role, path) in &listed.companions {
            let Some(row) = self.placed.get(path) else {
                continue;
            };
            let part = format!("companion:{}", row.content_hash);
            wanted.push((part, path.clone(), MediaType::of_name(path), Some(*role)));
        }
        let mut files = Vec::new();
        for (part, path, media_type, role) in wanted {
            match self.media(part, &path, media_type, embed.as_ref(), notes) {
                Ok(file) => files.push(FileOf { role, ..file }),
                Err(why) => return Ok(Err(why)),
            }
        }
        if self.options.sidecars == Sidecars::Xmp {
            match self.sidecar(listed)? {
                Ok(sidecar) => files.extend(sidecar),
                Err(why) => return Ok(Err(why)),
            }
        }
        Ok(Ok(files))
    }

    fn media(
        &self,
        part: String,
        path: &str,
        media_type: Option<MediaType>,
        embed: Option<&Arc<Embed>>,
        notes: &mut CopyNotes,
    ) -> Result<FileOf, String> {
        let Some(row) = self.placed.get(path) else {
            return Err("the library's file is gone".to_owned());
        };
        let on_disk = self.root.join(path);
        let mut file = FileOf {
            part,
            library_path: path.to_owned(),
            source: Source::File(on_disk.clone()),
            size_bytes: row.size_bytes,
            sha256: row.content_hash,
            media_type,
            role: None,
        };
        let strip = self.options.strip;
        let mut change = match (media_type, strip, embed) {
            (_, None, None) => return Ok(file),
            (None, Some(_), _) => return Err("the kind of file cannot be determined".to_owned()),
            (None, None, _) => return Ok(file),
            (Some(media_type), ..) => Change {
                strip,
                embed: embed.cloned(),
                media_type,
            },
        };
        let copy =
            copy::make(&on_disk, row.content_hash, &change).map_err(|error| error.to_string())?;
        if let Some(why) = &copy.not_embedded {
            notes.as_it_is.push((path.to_owned(), why.clone()));
        }
        if let Some(fate) = copy.credentials {
            notes.credentials.push((path.to_owned(), fate));
        }
        if copy.is_original() {
            return Ok(file);
        }
        (file.size_bytes, file.sha256) = copy.measure().map_err(|error| error.to_string())?;
        if !copy.is_embedded() {
            change.embed = None;
        }
        file.source = Source::Changed(on_disk, row.content_hash, change);
        Ok(file)
    }

    /// Returns the sidecar, or why it cannot be made as wanted.
    fn sidecar(&self, listed: &ListedAsset) -> Result<Result<Option<FileOf>, String>, PushError> {
        let rights = &self.options.rights;
        let as_it_is = match self.options.strip {
            Some(strip) => {
                let text = strip::sidecar(&listed.asset, &listed.album_titles, strip);
                return Ok(made_here(listed, &text, rights).map(Some));
            }
            None => self.sidecar_as_it_is(listed)?,
        };
        let path = match &as_it_is {
            Some(FileOf {
                source: Source::File(path),
                ..
            }) if !rights.is_empty() => path.clone(),
            _ => return Ok(Ok(as_it_is)),
        };
        let bytes = regular::read(&path).map_err(|source| PushError::Read { path, source })?;
        let Ok(text) = std::str::from_utf8(&bytes) else {
            return Ok(Err(no_rights("it is not UTF-8")));
        };
        Ok(made_here(listed, text, rights).map(Some))
    }

    fn sidecar_as_it_is(&self, listed: &ListedAsset) -> Result<Option<FileOf>, PushError> {
        let library_path = format!("{}.xmp", listed.path);
        let Some(row) = self.sidecars.get(&listed.asset.content_hash) else {
            return Ok(None);
        };
        let path = self.root.join(&row.path);
        let failed = |source| PushError::Read {
            path: path.clone(),
            source,
        };
        let metadata = match fs::metadata(&path) {
            Ok(metadata) => metadata,
            // The next import writes it anew.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        let same = metadata.len() == row.size_bytes && modified_ns(&metadata) == row.modified_ns;
        let sha256 = match same {
            true => row.sha256,
            // Another program changed it since: what it says now is what counts.
            false => hash_file(&path).map_err(failed)?,
        };
        Ok(Some(FileOf {
            part: SIDECAR.to_owned(),
            library_path,
            source: Source::File(path.clone()),
            size_bytes: metadata.len(),
            sha256,
            media_type: None,
            role: None,
        }))
    }
}

/// Returns a sidecar whose text is made for this push.
fn made_here(listed: &ListedAsset, text: &str, rights: &Rights) -> Result<FileOf, String> {
    let text = rights.written_into(text).map_err(no_rights)?;
    Ok(FileOf {
        part: SIDECAR.to_owned(),
        library_path: format!("{}.xmp", listed.path),
        size_bytes: text.len() as u64,
        sha256: ContentHash::of(text.as_bytes()),
        source: Source::Bytes(text.into_bytes().into()),
        media_type: None,
        role: None,
    })
}

fn no_rights(why: &str) -> String {
    format!("the rights cannot be written into its sidecar: {why}")
}

impl Gathered {
    /// Returns how many assets there are, those no copy can be made of included.
    pub(crate) fn count(&self) -> u64 {
        (self.assets.len() + self.refused.len()) as u64
    }

    /// Returns what shall be sent, asset by asset, the original first. `taken` are assets whose name somebody else's file has.
    pub(crate) fn parcels(
        &self,
        journal: &Journal,
        prefix: &str,
        taken: &HashSet<ContentHash>,
    ) -> Vec<Vec<Parcel>> {
        let wishes: Vec<Wish> = self
            .assets
            .iter()
            .map(|asset| Wish {
                asset: asset.asset,
                path: format!("{prefix}{}", asset.wish),
                journaled: journal
                    .row(&(Some(asset.asset), ORIGINAL.to_owned()))
                    .map(|row| row.path.clone()),
            })
            .collect();
        let paths = settle(&wishes, taken);
        self.assets
            .iter()
            .zip(paths)
            .map(|(asset, path)| asset.parcels(&path))
            .collect()
    }

    /// Returns which files belong together: the members of a post in order, each followed by its edited versions, and an edited
    /// version before its original where it stands alone. Each with a name that is the same in every push.
    pub(crate) fn stacks(&self) -> Vec<(String, Vec<(ContentHash, String)>)> {
        let mut posts: BTreeMap<&str, Vec<(u32, &AssetFiles)>> = BTreeMap::new();
        let mut stacks = Vec::new();
        for asset in &self.assets {
            match &asset.group {
                Some(group) => posts
                    .entry(&group.id)
                    .or_default()
                    .push((group.index, asset)),
                None => {
                    let mut parts = asset.stacked();
                    if parts.len() > 1 {
                        parts.rotate_left(1);
                        stacks.push((asset.asset.to_string(), parts));
                    }
                }
            }
        }
        for (id, mut members) in posts {
            members.sort_by_key(|(index, asset)| (*index, asset.asset));
            let parts = members.iter().flat_map(|(_, asset)| asset.stacked());
            stacks.push((id.to_owned(), parts.collect()));
        }
        stacks
    }

    /// Returns the assets by their path in the library.
    pub(crate) fn by_path(&self) -> HashMap<&str, ContentHash> {
        self.assets
            .iter()
            .map(|asset| (asset.library_path.as_str(), asset.asset))
            .collect()
    }
}

impl AssetFiles {
    /// Returns the original and its edited versions.
    fn stacked(&self) -> Vec<(ContentHash, String)> {
        let is_picture = |file: &&FileOf| {
            file.part == ORIGINAL || matches!(file.role, Some(CompanionRole::Edited))
        };
        let pictures = self.files.iter().filter(is_picture);
        pictures
            .map(|file| (self.asset, file.part.clone()))
            .collect()
    }

    fn parcels(&self, original: &str) -> Vec<Parcel> {
        let parcel = |file: &FileOf| Parcel {
            asset: Some(self.asset),
            part: file.part.clone(),
            path: match file.part.as_str() {
                ORIGINAL => original.to_owned(),
                SIDECAR => format!("{original}.xmp"),
                _ => beside(&self.library_path, &file.library_path, original),
            },
            source: file.source.clone(),
            size_bytes: file.size_bytes,
            sha256: file.sha256,
            media_type: file.media_type,
            standing: Standing {
                role: file.role,
                favorite: self.favorite,
                visibility: self.visibility,
            },
        };
        self.files.iter().map(parcel).collect()
    }
}
