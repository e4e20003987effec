//! Finds assets by what people call them: the path of a file, a hash, the name a file had; and what there is about one of them.

use rusqlite::OptionalExtension;

use model::content_hash::ContentHash;
use model::select::Facts;
use model::user_changes::UserChanges;

use super::foreign::path_of;
use super::{Catalog, CatalogError, ListedAsset, from_json};

impl Catalog {
    /// Returns the asset whose original, companion or sidecar lies at a path of the library.
    ///
    /// # Errors
    /// Fails if SQLite does or a row is damaged.
    pub fn asset_at(&self, path: &str) -> Result<Vec<ListedAsset>, CatalogError> {
        let rows = self.rows(
            "SELECT a.id FROM placed_file p JOIN asset a ON a.content_hash = p.asset_hash WHERE p.path = ?1
             UNION SELECT a.id FROM sidecar s JOIN asset a ON a.content_hash = s.asset_hash WHERE s.path = ?1",
            [path],
            |row| row.get(0),
        )?;
        self.assets_of_rows(&rows)
    }

    /// Returns the assets of files whose hash lies between two, both of them with it.
    ///
    /// # Errors
    /// Fails if SQLite does or a row is damaged.
    pub fn assets_of_hashes(
        &self,
        from: ContentHash,
        to: ContentHash,
    ) -> Result<Vec<ListedAsset>, CatalogError> {
        let rows = self.rows(
            "SELECT DISTINCT a.id FROM placed_file p JOIN asset a ON a.content_hash = p.asset_hash
             WHERE p.content_hash BETWEEN ?1 AND ?2 ORDER BY a.path",
            (from.0, to.0),
            |row| row.get(0),
        )?;
        self.assets_of_rows(&rows)
    }

    /// Returns the assets whose file has or had a name: in the library or in an archive, with or without its extension, without
    /// regard to capitals.
    ///
    /// # Errors
    /// Fails if SQLite does or a row is damaged.
    pub fn assets_named(&self, name: &str) -> Result<Vec<ListedAsset>, CatalogError> {
        let wanted = name.to_lowercase();
        let is_it = |path: &str| last(path).to_lowercase() == wanted;
        let mut rows: Vec<i64> = Vec::new();
        self.each("SELECT id, path, body FROM asset", [], |row| {
            let id = row.get(0).map_err(|e| self.wrap(e))?;
            let path = path_of(row, 1).map_err(|e| self.wrap(e))?;
            let body = row.get_ref(2).and_then(|value| Ok(value.as_str()?));
            let facts: Facts = from_json("asset", body.map_err(|e| self.wrap(e))?)?;
            let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
            let own = facts.name.to_lowercase();
            if is_it(&path) || own == wanted || format!("{own}.{extension}") == wanted {
                rows.push(id);
            }
            Ok(())
        })?;
        self.each(
            "SELECT a.id, m.path FROM media_entry m JOIN original o ON o.id = m.original_id
             JOIN asset a ON a.content_hash = o.content_hash",
            [],
            |row| {
                let path = row.get_ref(1).and_then(|value| Ok(value.as_str()?));
                if is_it(path.map_err(|e| self.wrap(e))?) {
                    rows.push(row.get(0).map_err(|e| self.wrap(e))?);
                }
                Ok(())
            },
        )?;
        rows.sort_unstable();
        rows.dedup();
        self.assets_of_rows(&rows)
    }

    fn assets_of_rows(&self, rows: &[i64]) -> Result<Vec<ListedAsset>, CatalogError> {
        let newest = self.newest_exports()?;
        let assets = rows.iter().map(|id| self.listed_row(*id, &newest));
        assets.filter_map(Result::transpose).collect()
    }

    /// Returns where the sidecar of an asset was written.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn sidecar_path(&self, asset: ContentHash) -> Result<Option<String>, CatalogError> {
        let paths: Vec<String> = self.rows(
            "SELECT path FROM sidecar WHERE asset_hash = ?1",
            [asset.0],
            |row| path_of(row, 0),
        )?;
        Ok(paths.into_iter().next())
    }

    /// Returns what the owner changed of one asset.
    ///
    /// # Errors
    /// Fails if SQLite does or the row is damaged.
    pub fn user_change(&self, asset: ContentHash) -> Result<Option<UserChanges>, CatalogError> {
        let body: Option<String> = self
            .connection
            .prepare_cached("SELECT body FROM user_change WHERE content_hash = ?1")
            .and_then(|mut rows| rows.query_row([asset.0], |row| row.get(0)).optional())
            .map_err(|e| self.wrap(e))?;
        body.map(|body| from_json("user change", &body)).transpose()
    }

    /// Returns the files of the archives that were given together when a record was read.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn parts_of_record(&self, digest: [u8; 32]) -> Result<Vec<String>, CatalogError> {
        // Readings are few, records many: each reading is asked whether it gave the record.
        self.rows(
            "SELECT DISTINCT p.name FROM record r
             CROSS JOIN reading d
             JOIN reading_record rr ON rr.reading_id = d.id AND rr.record_id = r.id
             JOIN reading_part p ON p.reading_id = d.id
             WHERE r.digest = ?1 ORDER BY 1",
            [digest],
            |row| row.get(0),
        )
    }
}

fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::select_samples::filled;

    #[test]
    fn an_asset_is_found_by_every_name_it_has() {
        let catalog = filled();
        let paths = |found: Vec<ListedAsset>| -> Vec<String> {
            found.into_iter().map(|one| one.path).collect()
        };
        for (name, expected) in [
            ("img_1", vec!["1.jpg"]),
            ("IMG_1.jpg", vec!["1.jpg"]),
            ("2.JPG", vec!["2.jpg"]),
            ("IMG", vec![]),
            ("%", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(
                paths(catalog.assets_named(name).unwrap()),
                expected,
                "{name}"
            );
        }
        assert!(catalog.asset_at("9.jpg").unwrap().is_empty());
        let hash = ContentHash([1; 32]);
        assert!(catalog.user_change(hash).unwrap().is_none());
        assert!(catalog.sidecar_path(hash).unwrap().is_none());
    }
}
