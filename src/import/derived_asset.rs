//! An asset that was made, packed away until its sidecar is written.

use std::sync::Arc;

use model::asset::{Asset, Companion};
use model::claim::Origin;
use model::content_hash::ContentHash;
use model::time::Clock;
use writer::layout::Names;

use super::ImportError;
use super::crowds::{MERGED, merged_from};
use super::gathered::Gathered;
use super::linked::At;
use super::offset::lacks_offset;
use super::packed::{Pack, Packed};

/// An asset and the evidence its sidecar carries.
pub struct DerivedAsset {
    /// Hash of its original.
    pub content_hash: ContentHash,
    /// Size of its original.
    pub size_bytes: u64,
    /// What its files are called.
    pub names: Names,
    /// When it was taken, for sorting; a wall clock counts as if UTC.
    pub taken_seconds: Option<i64>,
    /// When it was taken is known as an instant, and the clock on the wall is not.
    pub is_utc_only: bool,
    /// When it was taken is a clock on the wall that a service shows and does not tell the zone of.
    pub is_zoneless: bool,
    /// Its companions' bytes and their sizes.
    pub companions: Box<[(ContentHash, u64)]>,
    /// Records tied to its bytes.
    pub records: Box<[At]>,
    /// Media entries of its bytes and its companions'.
    pub entries: Box<[At]>,
    /// The asset as JSON.
    packed: Packed,
}

impl DerivedAsset {
    /// Returns whether more records speak of it than it was merged from.
    pub fn is_crowded(&self) -> bool {
        self.records.len() > MERGED && merged_from(&self.records).len() < self.records.len()
    }

    /// Returns the asset.
    ///
    /// # Errors
    /// Fails if it was put on disk and cannot be read from there.
    pub fn asset(&self) -> Result<Asset, ImportError> {
        Ok(asset_of(&self.json()?))
    }

    /// Returns the asset as JSON, which [`asset_of`] reads.
    ///
    /// # Errors
    /// Fails if it was put on disk and cannot be read from there.
    pub fn json(&self) -> Result<String, ImportError> {
        self.packed.text()
    }

    /// Packs an asset that is made from what was gathered for it. `companions` come with their sizes.
    pub fn new(
        asset: &Asset,
        gathered: &Gathered,
        companions: &[(Companion, u64)],
        pack: &Arc<Pack>,
    ) -> Self {
        let sizes = companions.iter();
        Self {
            content_hash: asset.content_hash,
            size_bytes: asset.size_bytes,
            names: Names::of(asset),
            taken_seconds: taken_seconds(asset),
            is_utc_only: is_utc_only(asset),
            is_zoneless: is_zoneless(asset),
            companions: sizes.map(|(c, size)| (c.content_hash, *size)).collect(),
            records: gathered.records.as_slice().into(),
            entries: gathered.entries.as_slice().into(),
            packed: pack.add(&packed(asset)),
        }
    }

    /// Takes on another form of the same asset.
    pub fn pack(&mut self, asset: &Asset, pack: &Arc<Pack>) {
        self.names = Names::of(asset);
        self.taken_seconds = taken_seconds(asset);
        self.is_utc_only = is_utc_only(asset);
        self.is_zoneless = is_zoneless(asset);
        self.packed = pack.add(&packed(asset));
    }
}

fn taken_seconds(asset: &Asset) -> Option<i64> {
    let taken = asset.taken_at.as_ref();
    taken.map(|claim| claim.value.rough_seconds())
}

fn is_utc_only(asset: &Asset) -> bool {
    let taken = asset.taken_at.as_ref();
    taken.is_some_and(|claim| matches!(claim.value.clock, Clock::Utc(_)))
}

fn is_zoneless(asset: &Asset) -> bool {
    asset.taken_at.as_ref().is_some_and(|claim| {
        let is_clock = matches!(claim.value.clock, Clock::Wall(_)) && lacks_offset(&claim.value);
        is_clock && matches!(claim.origin, Origin::Record(_) | Origin::Posted(_))
    })
}

fn packed(asset: &Asset) -> String {
    serde_json::to_string(asset).expect("no map in an asset has keys that are not text")
}

/// Returns the asset of what [`DerivedAsset::json`] gave.
pub(crate) fn asset_of(json: &str) -> Asset {
    serde_json::from_str(json).expect("written from an asset")
}

/// Returns the identities of the albums that an asset is in, of what [`DerivedAsset::json`] gave.
pub(crate) fn albums_of(json: &str) -> Vec<String> {
    #[derive(serde::Deserialize)]
    struct InAlbums {
        #[serde(default)]
        albums: Vec<String>,
    }
    let read: InAlbums = serde_json::from_str(json).expect("written from an asset");
    read.albums
}
