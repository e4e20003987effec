//! What is derived from evidence: assets, the files placed for them, sidecars, missing media.

use rusqlite::OptionalExtension;

use model::asset::Asset;
use model::content_hash::ContentHash;

use super::foreign::path_of;
use super::{Catalog, CatalogError, Writing, from_json, hash_of};

/// An asset as settled last, short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssetRow {
    /// Hash of its original.
    pub content_hash: ContentHash,
    /// Path of its original in the library.
    pub path: String,
    /// Digest of all that its sidecar shows.
    pub digest: [u8; 32],
}

/// A sidecar as written last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SidecarRow {
    /// Hash of the asset's original.
    pub asset_hash: ContentHash,
    /// Path in the library.
    pub path: String,
    /// SHA-256 of its bytes.
    pub sha256: ContentHash,
    /// Size in bytes.
    pub size_bytes: u64,
    /// Modification time in nanoseconds since 1970.
    pub modified_ns: i64,
}

/// A file as it was last known to lie in the library.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PlacedRow {
    /// Path in the library.
    pub path: String,
    /// Hash of its bytes.
    pub content_hash: ContentHash,
    /// Its size.
    pub size_bytes: u64,
    /// Original of the asset it belongs to.
    pub asset_hash: ContentHash,
}

impl Catalog {
    /// Returns every asset as settled last, by content hash.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn asset_rows(&self) -> Result<Vec<AssetRow>, CatalogError> {
        self.rows(
            "SELECT content_hash, path, digest FROM asset ORDER BY content_hash",
            [],
            |row| {
                Ok(AssetRow {
                    content_hash: hash_of(row, 0)?,
                    path: path_of(row, 1)?,
                    digest: row.get(2)?,
                })
            },
        )
    }

    /// Returns an asset as settled last.
    ///
    /// # Errors
    /// Fails if SQLite does or the row is damaged.
    pub fn asset(&self, hash: ContentHash) -> Result<Option<Asset>, CatalogError> {
        let body: Vec<String> = self.rows(
            "SELECT body FROM asset WHERE content_hash = ?1",
            [hash.0],
            |row| row.get(0),
        )?;
        body.first()
            .map(|body| from_json("asset", body))
            .transpose()
    }

    /// Returns every file as it was last known to lie in the library, by path.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn placed_files(&self) -> Result<Vec<PlacedRow>, CatalogError> {
        self.rows(
            "SELECT path, content_hash, size_bytes, asset_hash FROM placed_file ORDER BY path",
            [],
            |row| {
                Ok(PlacedRow {
                    path: path_of(row, 0)?,
                    content_hash: hash_of(row, 1)?,
                    size_bytes: row.get::<_, i64>(2)? as u64,
                    asset_hash: hash_of(row, 3)?,
                })
            },
        )
    }

    /// Returns every sidecar as written last, by path.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn sidecars(&self) -> Result<Vec<SidecarRow>, CatalogError> {
        self.rows(
            "SELECT asset_hash, path, sha256, size_bytes, modified_ns FROM sidecar ORDER BY path",
            [],
            |row| {
                Ok(SidecarRow {
                    asset_hash: hash_of(row, 0)?,
                    path: path_of(row, 1)?,
                    sha256: hash_of(row, 2)?,
                    size_bytes: row.get::<_, i64>(3)? as u64,
                    modified_ns: row.get(4)?,
                })
            },
        )
    }

    /// Returns the records whose medium no archive so far holds: (number, path of the medium).
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn each_missing_record(
        &self,
        mut each: impl FnMut(i64, &str, &str) -> Result<(), CatalogError>,
    ) -> Result<(), CatalogError> {
        self.each(
            "SELECT m.record_id, m.provider, m.uri FROM missing m JOIN record r ON r.id = m.record_id
             ORDER BY m.provider, m.uri, r.digest",
            [],
            |row| {
                let id = row.get(0).map_err(|e| self.wrap(e))?;
                let text = |column| {
                    let value = row.get_ref(column).and_then(|value| Ok(value.as_str()?));
                    value.map_err(|e| self.wrap(e))
                };
                each(id, text(1)?, text(2)?)
            },
        )
    }
}

impl Catalog {
    /// Returns the records that may mean any of several media.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn doubtful_records(&self) -> Result<Vec<i64>, CatalogError> {
        self.rows(
            "SELECT d.record_id FROM doubt d JOIN record r ON r.id = d.record_id
             ORDER BY r.provider, r.digest, r.account",
            [],
            |row| row.get(0),
        )
    }
}

impl Writing<'_> {
    /// Replaces the list of records that may mean any of several media.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn set_doubts(&self, records: &[i64]) -> Result<(), CatalogError> {
        self.run("DELETE FROM doubt", [])?;
        for record in records {
            self.run("INSERT INTO doubt (record_id) VALUES (?1)", [record])?;
        }
        Ok(())
    }

    /// Puts an asset in, or replaces it, its text included.
    #[cfg(test)]
    pub(crate) fn put_asset(
        &self,
        asset: &Asset,
        path: &str,
        digest: [u8; 32],
        album_titles: &[(String, String)],
    ) -> Result<(), CatalogError> {
        self.remove_asset(asset.content_hash)?;
        let json = crate::to_json("asset", asset)?;
        let id = self.add_asset(asset, &json, path, digest, album_titles)?;
        self.add_asset_text(id, asset)
    }

    /// Adds an asset that is not there, without the text to search, and returns its row number. `json` is the asset
    /// again.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn add_asset(
        &self,
        asset: &Asset,
        json: &str,
        path: &str,
        digest: [u8; 32],
        album_titles: &[(String, String)],
    ) -> Result<i64, CatalogError> {
        let taken = asset.taken_at.as_ref().map(|claim| claim.value);
        self.run(
            "INSERT INTO asset (content_hash, path, digest, taken_seconds, local_day, body)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            (
                asset.content_hash.0,
                path,
                digest,
                taken.map(|when| when.rough_seconds()),
                taken.map(|when| when.for_names().date().to_string()),
                json,
            ),
        )?;
        let id = self.transaction.last_insert_rowid();
        self.put_items(id, asset)?;
        for (album, title) in album_titles {
            self.run(
                "INSERT INTO asset_album (asset_id, album, title) VALUES (?1, ?2, ?3)
                 ON CONFLICT DO NOTHING",
                (id, album, title),
            )?;
        }
        Ok(id)
    }

    /// Says whether the asset of these bytes is noted with these very facts (as JSON), this path and these titles of its albums.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn is_noted(
        &self,
        (hash, json): (ContentHash, &str),
        path: &str,
        album_titles: &[(String, String)],
    ) -> Result<bool, CatalogError> {
        let id: Option<i64> = self
            .transaction
            .prepare_cached(
                "SELECT id FROM asset WHERE content_hash = ?1 AND path = ?2 AND body = ?3",
            )
            .and_then(|mut statement| {
                let noted = (hash.0, path, json);
                statement.query_row(noted, |row| row.get(0)).optional()
            })
            .map_err(|e| self.wrap(e))?;
        let Some(id) = id else {
            return Ok(false);
        };
        let mut titles = self
            .transaction
            .prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM asset_album WHERE asset_id = ?1 AND album = ?2 AND title = ?3)",
            )
            .map_err(|e| self.wrap(e))?;
        for (album, title) in album_titles {
            let same: bool = titles
                .query_row((id, album, title), |row| row.get(0))
                .map_err(|e| self.wrap(e))?;
            if !same {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn put_items(&self, id: i64, asset: &Asset) -> Result<(), CatalogError> {
        for item in &asset.items {
            self.run(
                "INSERT INTO asset_item (asset_id, provider, account, kind, key)
                 VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
                (
                    id,
                    &item.provider,
                    item.account.as_deref().unwrap_or(""),
                    item.kind.as_str(),
                    &item.key,
                ),
            )?;
        }
        Ok(())
    }

    /// Adds the text to search of an asset just added.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn add_asset_text(&self, id: i64, asset: &Asset) -> Result<(), CatalogError> {
        let text = |claim: &Option<model::claim::Claim<String>>| {
            claim.as_ref().map(|claim| claim.value.clone())
        };
        // A caption that lost against another's is the one its owner remembers, perhaps.
        let captions: Vec<&str> = [asset.description.as_ref()]
            .into_iter()
            .flatten()
            .chain(&asset.losing.description)
            .map(|claim| claim.value.as_str())
            .collect();
        let captions = (!captions.is_empty()).then(|| captions.join("\n"));
        self.run(
            "INSERT INTO asset_text (rowid, description, title, place, people, keywords, name)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            (
                id,
                captions,
                text(&asset.title),
                text(&asset.place),
                asset.people.join("\n"),
                asset.keywords.join("\n"),
                &asset.name,
            ),
        )
        .map(drop)
    }

    /// Takes out all assets, with everything that hangs on them.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn remove_all_assets(&self) -> Result<(), CatalogError> {
        // Rows of other tables whose asset a damaged number hides.
        for table in ["asset_item", "asset_album", "asset", "asset_text"] {
            self.run(&format!("DELETE FROM {table}"), [])?;
        }
        Ok(())
    }

    /// Takes an asset out, if it is there.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn remove_asset(&self, hash: ContentHash) -> Result<(), CatalogError> {
        self.run(
            "DELETE FROM asset_text WHERE rowid IN (SELECT id FROM asset WHERE content_hash = ?1)",
            [hash.0],
        )?;
        self.run("DELETE FROM asset WHERE content_hash = ?1", [hash.0])
            .map(drop)
    }

    /// Notes that a file lies at a path.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn put_placed(&self, row: &PlacedRow) -> Result<(), CatalogError> {
        self.run(
            "INSERT OR REPLACE INTO placed_file (path, content_hash, size_bytes, asset_hash)
             VALUES (?1, ?2, ?3, ?4)",
            (
                &row.path,
                row.content_hash.0,
                row.size_bytes as i64,
                row.asset_hash.0,
            ),
        )
        .map(drop)
    }

    /// Notes that no file of ours lies at a path any more.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn remove_placed(&self, path: &str) -> Result<(), CatalogError> {
        self.run("DELETE FROM placed_file WHERE path = ?1", [path])
            .map(drop)
    }

    /// Notes a sidecar as written.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn put_sidecar(&self, row: &SidecarRow) -> Result<(), CatalogError> {
        // Replaces the row of this asset and that of another whose sidecar had this path.
        self.run(
            "INSERT OR REPLACE INTO sidecar (asset_hash, path, sha256, size_bytes, modified_ns)
             VALUES (?1, ?2, ?3, ?4, ?5)",
            (
                row.asset_hash.0,
                &row.path,
                row.sha256.0,
                row.size_bytes as i64,
                row.modified_ns,
            ),
        )
        .map(drop)
    }

    /// Forgets the sidecar of an asset.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn remove_sidecar(&self, asset: ContentHash) -> Result<(), CatalogError> {
        self.run("DELETE FROM sidecar WHERE asset_hash = ?1", [asset.0])
            .map(drop)
    }

    /// Replaces the list of records whose medium no archive so far holds: (record, provider, uri).
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn set_missing(&self, missing: &[(i64, &str, &str)]) -> Result<(), CatalogError> {
        self.run("DELETE FROM missing", [])?;
        for row in missing {
            self.run(
                "INSERT INTO missing (record_id, provider, uri) VALUES (?1, ?2, ?3)",
                *row,
            )?;
        }
        Ok(())
    }

    /// Adds the media of these records to those that no archive so far holds. A record that only says more of another's medium
    /// has none.
    ///
    /// # Errors
    /// Fails if SQLite does or a row is damaged.
    pub fn add_missing(&self, provider: &str, records: &[i64]) -> Result<(), CatalogError> {
        for id in records {
            let record = self.bare_record(*id)?.read()?;
            if !record.facts.is_supplement() {
                self.run(
                    "INSERT INTO missing (record_id, provider, uri) VALUES (?1, ?2, ?3)",
                    (id, provider, record.uri),
                )?;
            }
        }
        Ok(())
    }
}
