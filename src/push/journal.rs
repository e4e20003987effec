//! The journal of one destination while a push runs: in memory for asking, in the catalog for keeps.

use std::collections::HashMap;

use jiff::Timestamp;

use super::error::PushError;
use super::parcel::{ORIGINAL, Parcel, Uploads};
use super::{Destination, Found};
use catalog::{Catalog, CatalogError, PushedRow, UploadRow};
use model::content_hash::ContentHash;
use model::time::in_seconds;

type Key = (Option<ContentHash>, String);

/// What is known of a destination.
pub(crate) struct Journal {
    id: Option<i64>,
    address: String,
    /// It was written before accounts of one host were told apart, and gets its account's name.
    is_renamed: bool,
    rows: HashMap<Key, PushedRow>,
    waiting: Vec<PushedRow>,
    uploads: Uploads,
    /// Files of assets are no longer there, and their rows go when the rest is saved.
    forgets_files: bool,
}

impl Journal {
    /// Reads what is known of a destination: of the account there, where the host has several.
    pub(crate) fn of(
        catalog: &Catalog,
        address: &str,
        destination: &dyn Destination,
    ) -> Result<Self, PushError> {
        let Some(account) = destination.account()? else {
            return Ok(Self::open(catalog, address)?);
        };
        let name = format!("{address} (account {account})");
        let before = Self::open(catalog, address)?;
        if before.id.is_none() || catalog.destination_id(&name)?.is_some() {
            return Ok(Self::open(catalog, &name)?);
        }
        let witness = before.there().find(|row| row.part == ORIGINAL);
        let is_own = witness.map(|row| destination.is_own(row)).transpose()?;
        match is_own {
            Some(true) => Ok(Self {
                address: name,
                is_renamed: true,
                ..before
            }),
            _ => Ok(Self::open(catalog, &name)?),
        }
    }

    /// Reads what is known of the destination at `address`; nothing is written yet.
    pub(crate) fn open(catalog: &Catalog, address: &str) -> Result<Self, CatalogError> {
        let id = catalog.destination_id(address)?;
        let mut journal = Self {
            id,
            address: address.to_owned(),
            is_renamed: false,
            rows: HashMap::new(),
            waiting: Vec::new(),
            uploads: Uploads::default(),
            forgets_files: false,
        };
        if let Some(id) = id {
            let rows = catalog.pushed(id)?;
            journal.rows = rows
                .into_iter()
                .map(|row| ((row.asset, row.part.clone()), row))
                .collect();
            let uploads = catalog.uploads(id)?;
            journal.uploads = Uploads::known(
                uploads
                    .into_iter()
                    .map(|row| ((row.path, row.sent_hash), row.upload_id)),
            );
        }
        Ok(journal)
    }

    /// Returns what is known of a file.
    pub(crate) fn row(&self, key: &Key) -> Option<&PushedRow> {
        self.rows.get(key)
    }

    /// Returns everything that is known.
    pub(crate) fn rows(&self) -> impl Iterator<Item = &PushedRow> {
        self.rows.values()
    }

    /// Returns everything that was read back there.
    pub(crate) fn there(&self) -> impl Iterator<Item = &PushedRow> {
        self.rows.values().filter(|row| row.read_hash.is_some())
    }

    /// Forgets all files but lists: none of them is there.
    pub(crate) fn forget_files(&mut self) {
        self.rows.retain(|(asset, _), _| asset.is_none());
        self.forgets_files = true;
    }

    /// Returns the uploads in parts that were begun.
    pub(crate) fn uploads(&self) -> Uploads {
        self.uploads.clone()
    }

    /// Notes that a file is about to be sent.
    pub(crate) fn begin(&mut self, parcel: &Parcel, now: Timestamp) {
        let found = Found {
            id: parcel.path.clone(),
            size_bytes: Some(parcel.size_bytes),
            tag: None,
        };
        self.note(parcel, &found, None, now);
    }

    /// Notes a file that was read back.
    pub(crate) fn done(
        &mut self,
        parcel: &Parcel,
        found: &Found,
        read: ContentHash,
        now: Timestamp,
    ) {
        self.note(parcel, found, Some(read), now);
    }

    /// Takes a file for one that was read back, in memory alone: a plan goes on from there.
    pub(crate) fn suppose(&mut self, parcel: &Parcel, found: &Found) {
        self.done(parcel, found, parcel.sha256, Timestamp::UNIX_EPOCH);
        self.waiting.clear();
    }

    fn note(&mut self, parcel: &Parcel, found: &Found, read: Option<ContentHash>, now: Timestamp) {
        let row = PushedRow {
            asset: parcel.asset,
            part: parcel.part.clone(),
            path: parcel.path.clone(),
            remote_id: found.id.clone(),
            size_bytes: parcel.size_bytes,
            sent_hash: parcel.sha256,
            read_hash: read,
            tag: found.tag.clone(),
            at: in_seconds(now),
        };
        self.rows.insert(parcel.key(), row.clone());
        self.waiting.push(row);
    }

    /// Returns whether it is time to write the notes that are not in the catalog yet: there are `many`, or one of them is an upload
    /// in parts, which nobody could go on with if a kill came first.
    pub(crate) fn is_due(&self, many: usize) -> bool {
        self.waiting.len() >= many || self.uploads.is_changed()
    }

    /// Writes what was noted into the catalog.
    pub(crate) fn save(&mut self, catalog: &mut Catalog) -> Result<(), CatalogError> {
        let uploads = self.uploads.take_changes();
        let forgets_files = std::mem::take(&mut self.forgets_files);
        if self.waiting.is_empty() && uploads.is_empty() && !self.is_renamed && !forgets_files {
            return Ok(());
        }
        let (known, address, waiting) = (self.id, &self.address, &self.waiting);
        let is_renamed = self.is_renamed;
        let id = catalog.in_transaction(|writing| {
            let id = match known {
                Some(id) if is_renamed => {
                    writing.rename_destination(id, address)?;
                    id
                }
                Some(id) => id,
                None => writing.add_destination(address)?,
            };
            if forgets_files {
                writing.forget_pushed_files(id)?;
            }
            for row in waiting {
                writing.put_pushed(id, row)?;
            }
            for ((path, sent_hash), upload_id) in uploads {
                match upload_id {
                    Some(upload_id) => writing.put_upload(
                        id,
                        &UploadRow {
                            path,
                            sent_hash,
                            upload_id,
                        },
                    )?,
                    None => writing.drop_upload(id, &path, sent_hash)?,
                }
            }
            Ok(id)
        })?;
        self.id = Some(id);
        self.is_renamed = false;
        self.waiting.clear();
        Ok(())
    }
}
