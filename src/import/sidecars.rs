//! Says what an asset's sidecar shows, and writes it. Asked from several threads; the catalog is not.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use catalog::{RecordText, SidecarRow};
use model::asset::Asset;
use model::content_hash::ContentHash;
use model::evidence::MediaEntry;
use model::library_path::LibraryPath;
use model::user_changes::UserChanges;
use writer::layout::Placement;
use writer::library::Library;
use writer::sidecar::render::{SidecarContent, record_json, render_with};
use writer::walk::modified_ns;

use super::ImportError;
use super::derive::{DerivedAsset, Linked, albums_of};
use super::touched::Touched;

/// What sidecars are made from, beside the asset itself.
pub struct Sidecars<'a> {
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
pub fn titled_albums(titles: &HashMap<&str, &str>, asset: &Asset) -> Vec<(String, String)> {
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
    pub fn digest(
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
    pub fn albums(&self, asset: &Asset) -> Vec<(String, String)> {
        titled_albums(self.titles, asset)
    }

    /// Writes the sidecar of an asset that lies at `path`. `records` are all that speak of it.
    pub fn write(
        &self,
        derived: &DerivedAsset,
        asset: &Asset,
        path: &LibraryPath,
        records: Vec<RecordText>,
    ) -> Result<SidecarRow, ImportError> {
        let text = self.text(derived, asset, records)?;
        let sidecar = path.sidecar();
        let metadata = self
            .library
            .writer()
            .write_file(&sidecar, text.as_bytes())
            .map_err(ImportError::Write)?;
        Ok(SidecarRow {
            asset_hash: derived.content_hash,
            path: sidecar.to_string(),
            sha256: ContentHash::of(text.as_bytes()),
            size_bytes: text.len() as u64,
            modified_ns: modified_ns(&metadata),
        })
    }

    fn text(
        &self,
        derived: &DerivedAsset,
        asset: &Asset,
        records: Vec<RecordText>,
    ) -> Result<String, ImportError> {
        let hash = derived.content_hash;
        let mut told: Vec<String> = Vec::with_capacity(records.len());
        for ((p, _), text) in derived.records.iter().zip(records) {
            let mut record = text.read()?;
            drop(text);
            // With the account found for it: the part it stood in may not have told.
            let sole = || self.providers[*p as usize].sole_account.clone();
            record.account = record.account.or_else(sole);
            told.extend(record_json(&record));
        }
        let albums: Vec<String> = self
            .albums(asset)
            .into_iter()
            .map(|(_, title)| title)
            .collect();
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
        Ok(render_with(&content, told))
    }
}
