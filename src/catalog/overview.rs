//! What the gallery asks: every asset in short, and some of them whole.

use model::content_hash::ContentHash;
use model::kind::Visibility;
use model::media_type::MediaType;
use model::select::Select;

use super::foreign::path_of;
use super::{Catalog, CatalogError, ListedAsset, from_json, hash_of};

/// An asset in short: enough to say on which page it stands, and whether that page must be written again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssetShort {
    /// Number of its row: what [`Catalog::listed_assets`] is asked with.
    pub row: i64,
    /// Hash of its original.
    pub content_hash: ContentHash,
    /// Path of its original in the library.
    pub path: String,
    /// Digest of all that its sidecar shows.
    pub digest: [u8; 32],
    /// When it was taken, to sort by.
    pub taken_seconds: Option<i64>,
    /// Year and month as folders show them, `2023-07`.
    pub month: Option<String>,
    /// How it is shown.
    pub visibility: Visibility,
    /// True type of its original.
    pub media_type: MediaType,
    /// The post it is part of, and its place in it.
    pub group: Option<(String, u32)>,
}

impl Catalog {
    /// Returns the chosen assets in short, in no order.
    ///
    /// # Errors
    /// Fails if SQLite does or a row is damaged.
    pub fn assets_in_short(&self, select: &Select) -> Result<Vec<AssetShort>, CatalogError> {
        let mut all = Vec::new();
        let condition = self.condition(select)?;
        let sql = format!(
            "SELECT id, content_hash, path, digest, taken_seconds,
                    CASE json_extract(body, '$.taken_at.value.precision')
                        WHEN 'year' THEN substr(local_day, 1, 4) || '-00' ELSE substr(local_day, 1, 7) END,
                    json_extract(body, '$.visibility'), json_extract(body, '$.media.media_type'),
                    json_extract(body, '$.group.id'), json_extract(body, '$.group.index')
             FROM asset a WHERE {}",
            condition.sql
        );
        let parameters = rusqlite::params_from_iter(condition.parameters);
        self.each(&sql, parameters, |row| {
            let read = |row: &rusqlite::Row<'_>| -> rusqlite::Result<(AssetShort, String, String)> {
                let group: Option<String> = row.get(8)?;
                let index: Option<u32> = row.get(9)?;
                let short = AssetShort {
                    row: row.get(0)?,
                    content_hash: hash_of(row, 1)?,
                    path: path_of(row, 2)?,
                    digest: row.get(3)?,
                    taken_seconds: row.get(4)?,
                    month: row.get(5)?,
                    visibility: Visibility::Shown,
                    media_type: MediaType::Jpeg,
                    group: group.zip(index),
                };
                Ok((short, row.get(6)?, row.get(7)?))
            };
            let (mut short, visibility, media_type) = read(row).map_err(|e| self.wrap(e))?;
            short.visibility = from_json("asset", &format!("\"{visibility}\""))?;
            short.media_type = from_json("asset", &format!("\"{media_type}\""))?;
            all.push(short);
            Ok(())
        })?;
        Ok(all)
    }

    /// Returns the assets of these rows, in their order; one that is gone is left out.
    ///
    /// # Errors
    /// Fails if SQLite does or a row is damaged.
    pub fn listed_assets(&self, rows: &[i64]) -> Result<Vec<ListedAsset>, CatalogError> {
        let newest = super::newest::NewestExports::default();
        let mut assets = Vec::with_capacity(rows.len());
        // One transaction: each statement by itself would lock and unlock the file.
        let _reading = self
            .connection
            .unchecked_transaction()
            .map_err(|e| self.wrap(e))?;
        for row in rows {
            let found: Vec<(String, String)> =
                self.rows("SELECT path, body FROM asset WHERE id = ?1", [row], |row| {
                    Ok((path_of(row, 0)?, row.get(1)?))
                })?;
            for (path, body) in found {
                assets.push(self.listed(*row, path, from_json("asset", &body)?, &newest)?);
            }
        }
        Ok(assets)
    }

    /// Returns a mark of what the library was when it was settled last: two equal marks mean that no asset changed between
    /// them. `None` while a run is under way, or after one that was cut off.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn state_mark(&self) -> Result<Option<String>, CatalogError> {
        if self.setting("unsettled")?.is_some() {
            return Ok(None);
        }
        let last: Vec<(String, Option<String>)> = self.rows(
            "SELECT kind || ' ' || id || ' ' || started, finished FROM run
             WHERE kind NOT IN ('verify', 'push') ORDER BY id DESC LIMIT 1",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        Ok(match last.into_iter().next() {
            None => Some(String::new()),
            Some((run, finished)) => finished.map(|finished| format!("{run} {finished}")),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use model::asset::{Asset, Group};
    use model::claim::{Claim, Origin};
    use model::time::When;

    fn asset(n: u8) -> Asset {
        Asset {
            taken_at: Some(Claim::new(
                When::wall(jiff::civil::date(2023, 7, n as i8).at(1, 0, 0, 0)),
                Origin::Embedded,
            )),
            visibility: Visibility::Hidden,
            group: Some(Group {
                id: "g".into(),
                index: 3,
                size: 4,
            }),
            ..Asset::bare(ContentHash([n; 32]), "a")
        }
    }

    #[test]
    fn an_asset_in_short_is_the_asset() {
        let mut catalog = Catalog::in_memory().unwrap();
        let bare = Asset::bare(ContentHash([9; 32]), "b");
        catalog
            .in_transaction(|w| {
                w.put_asset(&asset(1), "2023/07/a.jpg", [1; 32], &[])?;
                w.put_asset(&bare, "undated/b.jpg", [2; 32], &[])
            })
            .unwrap();
        let mut short = catalog.assets_in_short(&Select::default()).unwrap();
        short.sort_by_key(|asset| asset.row);
        assert_eq!(short.len(), 2);
        assert_eq!(short[0].month.as_deref(), Some("2023-07"));
        assert_eq!(short[0].visibility, Visibility::Hidden);
        assert_eq!(short[0].group, Some(("g".to_owned(), 3)));
        assert_eq!((&short[1].month, &short[1].group), (&None, &None));
        assert_eq!(short[1].media_type, MediaType::Jpeg);
        let rows = [short[1].row, 4711, short[0].row];
        let listed = catalog.listed_assets(&rows).unwrap();
        let paths: Vec<&str> = listed.iter().map(|asset| asset.path.as_str()).collect();
        assert_eq!(paths, ["undated/b.jpg", "2023/07/a.jpg"]);
        assert_eq!(listed[1].asset, asset(1));
    }

    #[test]
    fn the_mark_changes_with_a_run_that_changes_something() {
        let mut catalog = Catalog::in_memory().unwrap();
        let at = Timestamp::UNIX_EPOCH;
        let begin = |catalog: &mut Catalog, kind: &str| {
            catalog
                .in_transaction(|w| w.begin_run(kind, at, "{}"))
                .unwrap()
        };
        let first = catalog.state_mark().unwrap();
        assert!(first.is_some());
        begin(&mut catalog, "verify");
        assert_eq!(catalog.state_mark().unwrap(), first);
        let run = begin(&mut catalog, "import");
        assert_eq!(catalog.state_mark().unwrap(), None);
        catalog
            .in_transaction(|w| w.end_run(run, at, "{}"))
            .unwrap();
        let second = catalog.state_mark().unwrap();
        assert!(second.is_some() && second != first);
        catalog
            .in_transaction(|w| w.set_setting("unsettled", Some("1")))
            .unwrap();
        assert_eq!(catalog.state_mark().unwrap(), None);
    }
}
