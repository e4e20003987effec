//! The journal of pushes: what lies at which destination, as it was read back.

use model::content_hash::ContentHash;

use super::{Catalog, CatalogError, Writing, hash_of};

/// One file at a destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushedRow {
    /// Original of the asset it belongs to; `None` for lists.
    pub asset: Option<ContentHash>,
    /// `original`, `sidecar`, `companion:<hash>`, or the name of a list.
    pub part: String,
    /// Where it lies there.
    pub path: String,
    /// What the host calls it.
    pub remote_id: String,
    /// Its size.
    pub size_bytes: u64,
    /// Hash of the bytes sent.
    pub sent_hash: ContentHash,
    /// Hash of the bytes as read back; `None` if putting was begun and perhaps not ended.
    pub read_hash: Option<ContentHash>,
    /// The host's mark of this state of the file.
    pub tag: Option<String>,
    /// When it was read back, RFC 3339, UTC.
    pub at: String,
}

/// A destination in numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DestinationStatus {
    /// Its address, without secrets.
    pub address: String,
    /// Photos and videos whose original was read back there.
    pub assets: u64,
    /// Files that were read back there, lists included.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Files that were begun, and of which nobody knows whether they arrived.
    pub unfinished: u64,
    /// Photos and videos of the library that are not known to be there.
    pub to_push: u64,
    /// When something was read back there last, RFC 3339.
    pub last: Option<String>,
}

/// An upload in parts that was begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadRow {
    /// Where the file shall lie.
    pub path: String,
    /// Hash of the whole file.
    pub sent_hash: ContentHash,
    /// What the host calls the upload.
    pub upload_id: String,
}

fn key(asset: Option<&ContentHash>) -> &[u8] {
    asset.map_or(&[], |hash| &hash.0)
}

impl Catalog {
    /// Returns the number of a destination, if something was ever pushed there.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn destination_id(&self, address: &str) -> Result<Option<i64>, CatalogError> {
        let ids = self.rows(
            "SELECT id FROM destination WHERE address = ?1",
            [address],
            |row| row.get(0),
        )?;
        Ok(ids.first().copied())
    }

    /// Returns what the journal knows of a destination.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn pushed(&self, destination: i64) -> Result<Vec<PushedRow>, CatalogError> {
        self.rows(
            "SELECT asset_hash, part, path, remote_id, size_bytes, sent_hash, read_hash, tag, at
             FROM pushed WHERE destination_id = ?1 ORDER BY path",
            [destination],
            |row| {
                let asset: Vec<u8> = row.get(0)?;
                Ok(PushedRow {
                    asset: asset.try_into().ok().map(ContentHash),
                    part: row.get(1)?,
                    path: row.get(2)?,
                    remote_id: row.get(3)?,
                    size_bytes: row.get::<_, i64>(4)? as u64,
                    sent_hash: hash_of(row, 5)?,
                    read_hash: row.get::<_, Option<[u8; 32]>>(6)?.map(ContentHash),
                    tag: row.get(7)?,
                    at: row.get(8)?,
                })
            },
        )
    }

    /// Returns the uploads in parts that were begun at a destination.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn uploads(&self, destination: i64) -> Result<Vec<UploadRow>, CatalogError> {
        self.rows(
            "SELECT path, sent_hash, upload_id FROM push_upload WHERE destination_id = ?1 ORDER BY path",
            [destination],
            |row| {
                Ok(UploadRow {
                    path: row.get(0)?,
                    sent_hash: hash_of(row, 1)?,
                    upload_id: row.get(2)?,
                })
            },
        )
    }

    /// Returns every destination in numbers, by address.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn destinations(&self) -> Result<Vec<DestinationStatus>, CatalogError> {
        self.rows(
            "SELECT d.address,
                count(*) FILTER (WHERE p.part = 'original' AND p.read_hash IS NOT NULL),
                count(p.read_hash),
                coalesce(sum(p.size_bytes) FILTER (WHERE p.read_hash IS NOT NULL), 0),
                count(*) FILTER (WHERE p.part IS NOT NULL AND p.read_hash IS NULL),
                (SELECT count(*) FROM asset a WHERE NOT EXISTS (
                    SELECT 1 FROM pushed q WHERE q.destination_id = d.id AND q.asset_hash = a.content_hash
                    AND q.part = 'original' AND q.read_hash IS NOT NULL)),
                max(p.at) FILTER (WHERE p.read_hash IS NOT NULL)
             FROM destination d LEFT JOIN pushed p ON p.destination_id = d.id
             GROUP BY d.id ORDER BY d.address",
            [],
            |row| {
                let number = |column| Ok::<_, rusqlite::Error>(row.get::<_, i64>(column)? as u64);
                Ok(DestinationStatus {
                    address: row.get(0)?,
                    assets: number(1)?,
                    files: number(2)?,
                    bytes: number(3)?,
                    unfinished: number(4)?,
                    to_push: number(5)?,
                    last: row.get(6)?,
                })
            },
        )
    }
}

impl Writing<'_> {
    /// Gives a destination another name in the journal.
    ///
    /// # Errors
    /// Fails if SQLite does, or another destination has that name.
    pub fn rename_destination(&self, id: i64, address: &str) -> Result<(), CatalogError> {
        self.run(
            "UPDATE destination SET address = ?2 WHERE id = ?1",
            rusqlite::params![id, address],
        )?;
        Ok(())
    }

    /// Returns the number of a destination, and makes its row if there is none.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn add_destination(&self, address: &str) -> Result<i64, CatalogError> {
        self.run(
            "INSERT INTO destination (address) VALUES (?1) ON CONFLICT (address) DO NOTHING",
            [address],
        )?;
        self.transaction
            .query_row(
                "SELECT id FROM destination WHERE address = ?1",
                [address],
                |row| row.get(0),
            )
            .map_err(|e| self.wrap(e))
    }

    /// Notes a file at a destination, in place of what was known of it.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn put_pushed(&self, destination: i64, row: &PushedRow) -> Result<(), CatalogError> {
        self.run(
            "INSERT OR REPLACE INTO pushed
                 (destination_id, asset_hash, part, path, remote_id, size_bytes, sent_hash, read_hash, tag, at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            rusqlite::params![
                destination,
                key(row.asset.as_ref()),
                row.part,
                row.path,
                row.remote_id,
                row.size_bytes as i64,
                row.sent_hash.0,
                row.read_hash.map(|hash| hash.0),
                row.tag,
                row.at,
            ],
        )
        .map(drop)
    }

    /// Forgets the files of assets at a destination; its lists stay known.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn forget_pushed_files(&self, destination: i64) -> Result<(), CatalogError> {
        self.run(
            "DELETE FROM pushed WHERE destination_id = ?1 AND length(asset_hash) > 0",
            [destination],
        )
        .map(drop)
    }

    /// Notes that an upload in parts was begun.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn put_upload(&self, destination: i64, row: &UploadRow) -> Result<(), CatalogError> {
        self.run(
            "INSERT OR REPLACE INTO push_upload (destination_id, path, sent_hash, upload_id)
             VALUES (?1, ?2, ?3, ?4)",
            rusqlite::params![destination, row.path, row.sent_hash.0, row.upload_id],
        )
        .map(drop)
    }

    /// Forgets an upload in parts.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn drop_upload(
        &self,
        destination: i64,
        path: &str,
        sent: ContentHash,
    ) -> Result<(), CatalogError> {
        self.run(
            "DELETE FROM push_upload WHERE destination_id = ?1 AND path = ?2 AND sent_hash = ?3",
            rusqlite::params![destination, path, sent.0],
        )
        .map(drop)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    fn row(part: &str, read: bool) -> PushedRow {
        PushedRow {
            asset: (part != "SHA256SUMS").then_some(ContentHash([1; 32])),
            part: part.to_owned(),
            path: format!("2023/{part}"),
            remote_id: "id".to_owned(),
            size_bytes: 10,
            sent_hash: ContentHash([2; 32]),
            read_hash: read.then_some(ContentHash([2; 32])),
            tag: None,
            at: "2026-01-01T00:00:00Z".to_owned(),
        }
    }

    #[test]
    fn a_file_is_noted_once_and_in_place_of_its_earlier_state() {
        let mut catalog = Catalog::in_memory().unwrap();
        assert_eq!(catalog.destination_id("/x").unwrap(), None);
        let id = catalog.in_transaction(|w| w.add_destination("/x")).unwrap();
        assert_eq!(
            catalog.in_transaction(|w| w.add_destination("/x")).unwrap(),
            id
        );
        for read in [false, true] {
            catalog
                .in_transaction(|w| w.put_pushed(id, &row("original", read)))
                .unwrap();
        }
        catalog
            .in_transaction(|w| w.put_pushed(id, &row("SHA256SUMS", true)))
            .unwrap();
        let rows = catalog.pushed(id).unwrap();
        assert_eq!(rows, [row("SHA256SUMS", true), row("original", true)]);
    }

    #[test]
    fn a_destination_is_told_in_numbers() {
        let mut catalog = Catalog::in_memory().unwrap();
        let id = catalog.in_transaction(|w| w.add_destination("/x")).unwrap();
        let empty = catalog.destinations().unwrap();
        assert_eq!((empty[0].files, empty[0].unfinished), (0, 0));
        catalog
            .in_transaction(|w| {
                w.put_pushed(id, &row("original", true))?;
                w.put_pushed(id, &row("sidecar", false))
            })
            .unwrap();
        let status = &catalog.destinations().unwrap()[0];
        assert_eq!(
            (status.assets, status.files, status.bytes, status.unfinished),
            (1, 1, 10, 1)
        );
        assert_eq!(status.last.as_deref(), Some("2026-01-01T00:00:00Z"));
    }

    #[test]
    fn an_upload_is_kept_until_it_is_dropped() {
        let mut catalog = Catalog::in_memory().unwrap();
        let id = catalog.in_transaction(|w| w.add_destination("s3")).unwrap();
        let upload = UploadRow {
            path: "a".into(),
            sent_hash: ContentHash([3; 32]),
            upload_id: "u".into(),
        };
        catalog
            .in_transaction(|w| w.put_upload(id, &upload))
            .unwrap();
        assert_eq!(catalog.uploads(id).unwrap(), std::slice::from_ref(&upload));
        catalog
            .in_transaction(|w| w.drop_upload(id, "a", upload.sent_hash))
            .unwrap();
        assert!(catalog.uploads(id).unwrap().is_empty());
    }
}
