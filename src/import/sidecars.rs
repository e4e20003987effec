//! Says what an asset's sidecar shows, and writes it. Asked from several threads; the catalog is not.

use std::collections::HashMap;
use std::io;

use sha2::{Digest, Sha256};

use catalog::{CatalogError, RecordText, SidecarRow};
use model::asset::Asset;
use model::content_hash::ContentHash;
use model::evidence::MediaEntry;
use model::library_path::LibraryPath;
use model::user_changes::UserChanges;
use writer::layout::Placement;
use writer::library::Library;
use writer::sidecar::render::{AroundRecords, SidecarContent, record_json, render_with};
use writer::walk::modified_ns;

use super::ImportError;
use super::derived_asset::{DerivedAsset, albums_of};
use super::linked::At;
use super::linked::Linked;
use super::sorted_texts::SortedTexts;
use super::touched::Touched;

/// What sidecars are made from, beside the asset itself.
pub(crate) struct Sidecars<'a> {
    /// The library.
    pub library: &'a Library,
    /// All evidence.
    pub providers: &'a [Linked],
    /// What the owner changed.
    pub touched: &'a Touched,
    /// Titles of albums by their identity.
    pub titles: &'a HashMap<&'a str, &'a str>,
}

/// Returns the identity and the title of each album an asset is in.
pub(crate) fn titled_albums(titles: &HashMap<&str, &str>, asset: &Asset) -> Vec<(String, String)> {
    let title =
        |album: &String| (*titles.get(album.as_str()).unwrap_or(&album.as_str())).to_owned();
    asset
        .albums
        .iter()
        .map(|album| (album.clone(), title(album)))
        .collect()
}

impl Sidecars<'_> {
    /// Digest of all that an asset's sidecar shows: unchanged, it need not be written again.
    pub(crate) fn digest(
        &self,
        derived: &DerivedAsset,
        placement: &Placement,
        path: &LibraryPath,
    ) -> Result<[u8; 32], ImportError> {
        let json = derived.json()?;
        let mut hasher = Sha256::new();
        let mut add = |bytes: &[u8]| {
            hasher.update((bytes.len() as u64).to_le_bytes());
            hasher.update(bytes);
        };
        add(json.as_bytes());
        add(path.as_str().as_bytes());
        for (_, companion) in &placement.companions {
            add(companion.as_str().as_bytes());
        }
        for album in albums_of(&json) {
            add(self.titles.get(album.as_str()).unwrap_or(&"").as_bytes());
        }
        for (p, r) in &derived.records {
            add(&self.providers[*p as usize].record_digests[*r as usize]);
        }
        let hash = derived.content_hash;
        add(&serde_json::to_vec(&self.touched.changes.get(&hash)).unwrap_or_default());
        add(&serde_json::to_vec(&self.touched.foreign.get(&hash)).unwrap_or_default());
        for entry in self.entries(derived) {
            add(entry.path.as_bytes());
            add(entry.export.as_deref().unwrap_or("").as_bytes());
            add(&entry.content_hash.0);
        }
        Ok(hasher.finalize().into())
    }

    fn entries(&self, derived: &DerivedAsset) -> impl Iterator<Item = &MediaEntry> {
        derived
            .entries
            .iter()
            .map(|(p, m)| &self.providers[*p as usize].evidence.media[*m as usize])
    }

    /// Returns the identity and the title of each album an asset is in.
    pub(crate) fn albums(&self, asset: &Asset) -> Vec<(String, String)> {
        titled_albums(self.titles, asset)
    }

    /// Returns a record as the sidecar of an asset shows it; nothing if it cannot be written as JSON.
    ///
    /// # Errors
    /// Fails if the record is damaged.
    pub(crate) fn told(
        &self,
        (p, _): At,
        text: RecordText,
    ) -> Result<Option<String>, CatalogError> {
        let mut record = text.read()?;
        drop(text);
        // With the account found for it: the part it stood in may not have told.
        let sole = || self.providers[p as usize].sole_account.clone();
        record.account = record.account.or_else(sole);
        Ok(record_json(&record))
    }

    /// Writes the sidecar of an asset that lies at `path`. `records` are all that speak of it.
    pub(crate) fn write(
        &self,
        derived: &DerivedAsset,
        asset: &Asset,
        path: &LibraryPath,
        records: Records,
    ) -> Result<SidecarRow, ImportError> {
        let hash = derived.content_hash;
        let albums = self.albums(asset).into_iter().map(|(_, title)| title);
        let albums: Vec<String> = albums.collect();
        let entries: Vec<MediaEntry> = self.entries(derived).cloned().collect();
        let unchanged = UserChanges::default();
        let content = SidecarContent {
            asset,
            albums: &albums,
            records: &[],
            entries: &entries,
            user: self.touched.changes.get(&hash).unwrap_or(&unchanged),
            foreign: self.touched.foreign.get(&hash).map_or(&[], Vec::as_slice),
        };
        let sidecar = path.sidecar();
        match records {
            Records::Few(texts) => self.write_whole(derived, &content, &sidecar, texts),
            Records::Many(texts) => self.write_in_pieces(hash, &content, &sidecar, texts),
        }
    }

    fn write_whole(
        &self,
        derived: &DerivedAsset,
        content: &SidecarContent<'_>,
        sidecar: &LibraryPath,
        records: Vec<RecordText>,
    ) -> Result<SidecarRow, ImportError> {
        let mut told: Vec<String> = Vec::with_capacity(records.len());
        for (at, text) in derived.records.iter().zip(records) {
            told.extend(self.told(*at, text)?);
        }
        let text = render_with(content, told);
        let writer = self.library.writer();
        let metadata = writer
            .write_file(sidecar, text.as_bytes())
            .map_err(ImportError::Write)?;
        Ok(SidecarRow {
            asset_hash: derived.content_hash,
            path: sidecar.to_string(),
            sha256: ContentHash::of(text.as_bytes()),
            size_bytes: text.len() as u64,
            modified_ns: modified_ns(&metadata),
        })
    }

    fn write_in_pieces(
        &self,
        asset_hash: ContentHash,
        content: &SidecarContent<'_>,
        sidecar: &LibraryPath,
        records: SortedTexts,
    ) -> Result<SidecarRow, ImportError> {
        let AroundRecords { before, after } = AroundRecords::of(content);
        let mut pieces = SidecarPieces {
            before: Some(before),
            records,
            after: Some(after),
            hasher: Sha256::new(),
            size_bytes: 0,
        };
        let writer = self.library.writer();
        let metadata = writer
            .write_pieces(sidecar, &mut pieces)
            .map_err(ImportError::Write)?;
        Ok(SidecarRow {
            asset_hash,
            path: sidecar.to_string(),
            sha256: ContentHash(pieces.hasher.finalize().into()),
            size_bytes: pieces.size_bytes,
            modified_ns: modified_ns(&metadata),
        })
    }
}

/// Records of an asset, on their way into its sidecar.
pub(crate) enum Records {
    /// As they are kept, in the order of evidence.
    Few(Vec<RecordText>),
    /// As the sidecar shows them, in its order, outside of memory.
    Many(SortedTexts),
}

/// Records of one asset that are many: together they would be much memory.
pub(crate) const MANY: usize = 1_000;

/// Bytes of a sidecar that are written at once.
const PIECE: usize = 256 << 10;

/// A sidecar, a piece at a time.
struct SidecarPieces {
    before: Option<String>,
    records: SortedTexts,
    after: Option<String>,
    /// What was given so far.
    hasher: Sha256,
    size_bytes: u64,
}

impl SidecarPieces {
    /// Returns some records; nothing after the last.
    fn some_records(&mut self) -> Result<Option<String>, ImportError> {
        let mut text = String::new();
        while text.len() < PIECE
            && let Some(record) = self.records.next()?
        {
            AroundRecords::add_record(&record, &mut text);
        }
        Ok(Some(text).filter(|text| !text.is_empty()))
    }
}

impl Iterator for SidecarPieces {
    type Item = io::Result<Vec<u8>>;

    fn next(&mut self) -> Option<Self::Item> {
        let piece = match self.before.take() {
            Some(before) => Ok(Some(before)),
            None => self.some_records(),
        };
        let piece = match piece {
            Ok(piece) => piece.or_else(|| self.after.take())?,
            Err(error) => return Some(Err(io::Error::other(error))),
        };
        self.hasher.update(&piece);
        self.size_bytes += piece.len() as u64;
        Some(Ok(piece.into_bytes()))
    }
}
