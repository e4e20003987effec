//! What `list` and `status` ask. Which assets are meant is written in `select`, their order in `order`.

use model::asset::{Asset, ItemRef};
use model::kind::CompanionRole;
use model::select::Select;

use super::foreign::path_of;
use super::newest::NewestExports;
use super::order::Order;
use super::{Catalog, CatalogError, from_json};

/// An asset as `list` shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct ListedAsset {
    /// The asset.
    pub asset: Asset,
    /// Path of its original in the library.
    pub path: String,
    /// Its companions: role and path.
    pub companions: Vec<(CompanionRole, String)>,
    /// Titles of its albums.
    pub album_titles: Vec<String>,
    /// Its items, with where each was found.
    pub items: Vec<ListedItem>,
    /// Whether the newest archive of one of its accounts holds it; `None` where archives do not tell their age.
    pub in_newest_archive: Option<bool>,
}

/// An item and the entries its bytes were found in.
#[derive(Debug, Clone, PartialEq)]
pub struct ListedItem {
    /// The item.
    pub item: ItemRef,
    /// (part, entry).
    pub entries: Vec<(String, String)>,
}

/// One account of one provider, in numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderStatus {
    /// Provider's name.
    pub provider: String,
    /// Account, `None` if no archive told.
    pub account: Option<String>,
    /// Assets with at least one item here, by kind.
    pub kinds: Vec<(String, u64)>,
    /// First day, as folders show it.
    pub first: Option<String>,
    /// Last day.
    pub last: Option<String>,
}

/// A library in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LibraryStatus {
    /// Photos and videos.
    pub assets: u64,
    /// Originals and companions on disk.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Assets without any date.
    pub undated: u64,
    /// Records whose medium no archive so far holds.
    pub missing: u64,
    /// By provider and account.
    pub providers: Vec<ProviderStatus>,
    /// Runs that were begun.
    pub runs: u64,
    /// Start of the newest run, RFC 3339.
    pub last_run: Option<String>,
    /// Imports that were begun and not taken back.
    pub imports: u64,
    /// Start of the newest of them, RFC 3339.
    pub last_import: Option<String>,
    /// The last run was cut off before the library was settled.
    pub unsettled: bool,
}

impl Catalog {
    /// Hands over the assets that are chosen, in order of time, then path; undated ones last.
    ///
    /// # Errors
    /// Fails if SQLite does or a row is damaged.
    pub fn list(
        &self,
        select: &Select,
        each: &mut dyn FnMut(ListedAsset),
    ) -> Result<(), CatalogError> {
        self.list_in_order(select, &Order::default(), each)
    }

    /// Hands over the assets that are chosen in an order of one's own.
    ///
    /// # Errors
    /// Fails if SQLite does or a row is damaged.
    pub fn list_in_order(
        &self,
        select: &Select,
        order: &Order,
        each: &mut dyn FnMut(ListedAsset),
    ) -> Result<(), CatalogError> {
        // One reading: a run that settles meanwhile gives assets other numbers. Who asks within one has it already.
        let _reading = match self.connection.is_autocommit() {
            true => Some(self.reading()?),
            false => None,
        };
        let newest = self.newest_exports()?;
        // Numbers first: what is sorted is small, however much is known of each asset.
        for id in self.numbers_in_order(select, order)? {
            if let Some(listed) = self.listed_row(id, &newest)? {
                each(listed);
            }
        }
        Ok(())
    }

    /// Returns the asset of a row number, if it is still there.
    pub(super) fn listed_row(
        &self,
        id: i64,
        newest: &NewestExports,
    ) -> Result<Option<ListedAsset>, CatalogError> {
        let found: Vec<(String, String)> =
            self.rows("SELECT path, body FROM asset WHERE id = ?1", [id], |row| {
                Ok((path_of(row, 0)?, row.get(1)?))
            })?;
        let listed = found
            .into_iter()
            .map(|(path, body)| self.listed(id, path, from_json("asset", &body)?, newest));
        listed.last().transpose()
    }

    pub(super) fn listed(
        &self,
        id: i64,
        path: String,
        asset: Asset,
        newest: &NewestExports,
    ) -> Result<ListedAsset, CatalogError> {
        let album_titles = self.rows(
            "SELECT title FROM asset_album WHERE asset_id = ?1 ORDER BY title, album",
            [id],
            |row| row.get(0),
        )?;
        let entries = self.entries_of(&asset)?;
        let items = asset
            .items
            .iter()
            .map(|item| ListedItem {
                item: item.clone(),
                entries: entries
                    .iter()
                    .filter(|(provider, _, _)| *provider == item.provider)
                    .map(|(_, part, entry)| (part.clone(), entry.clone()))
                    .collect(),
            })
            .collect();
        let companions = self.companions_of(&asset)?;
        let in_newest_archive = self.in_newest_archive(&asset, newest)?;
        Ok(ListedAsset {
            in_newest_archive,
            asset,
            path,
            companions,
            album_titles,
            items,
        })
    }

    fn entries_of(&self, asset: &Asset) -> Result<Vec<(String, String, String)>, CatalogError> {
        self.rows(
            "SELECT m.provider, p.name, m.path FROM original o
             JOIN media_entry m ON m.original_id = o.id
             JOIN part_entry pe ON pe.media_entry_id = m.id
             JOIN part p ON p.id = pe.part_id
             WHERE o.content_hash = ?1 ORDER BY 1, 2, 3",
            [asset.content_hash.0],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
    }

    fn companions_of(&self, asset: &Asset) -> Result<Vec<(CompanionRole, String)>, CatalogError> {
        let mut found = Vec::new();
        for companion in &asset.companions {
            let paths: Vec<String> = self.rows(
                "SELECT path FROM placed_file WHERE content_hash = ?1 AND asset_hash = ?2 ORDER BY path",
                (companion.content_hash.0, asset.content_hash.0),
                |row| path_of(row, 0),
            )?;
            found.extend(paths.into_iter().map(|path| (companion.role, path)));
        }
        Ok(found)
    }

    /// Returns the library in numbers.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn status(&self) -> Result<LibraryStatus, CatalogError> {
        let number = |sql: &str| -> Result<u64, CatalogError> {
            let found: Vec<i64> = self.rows(sql, [], |row| row.get(0))?;
            Ok(found.first().copied().unwrap_or(0) as u64)
        };
        let newest = |sql: &str| -> Result<Option<String>, CatalogError> {
            let found: Vec<String> = self.rows(sql, [], |row| row.get(0))?;
            Ok(found.into_iter().next())
        };
        Ok(LibraryStatus {
            // Subtitles whose video is not there are files, and no photos.
            assets: number(
                "SELECT count(*) FROM asset WHERE path NOT LIKE '%.srt' AND path NOT LIKE '%.vtt'",
            )?,
            files: number("SELECT count(*) FROM placed_file")?,
            bytes: number("SELECT coalesce(sum(size_bytes), 0) FROM placed_file")?,
            undated: number("SELECT count(*) FROM asset WHERE taken_seconds IS NULL")?,
            missing: number("SELECT count(*) FROM missing")?,
            providers: self.provider_status()?,
            runs: number("SELECT count(*) FROM run")?,
            last_run: newest("SELECT started FROM run ORDER BY id DESC LIMIT 1")?,
            imports: number(
                "SELECT count(*) FROM run WHERE kind = 'import' AND undone_by IS NULL",
            )?,
            last_import: newest(
                "SELECT started FROM run WHERE kind = 'import' AND undone_by IS NULL
                 ORDER BY id DESC LIMIT 1",
            )?,
            unsettled: self.setting("unsettled")?.is_some(),
        })
    }

    fn provider_status(&self) -> Result<Vec<ProviderStatus>, CatalogError> {
        /// Provider, account, kind, count, first and last day.
        type Row = (String, String, String, u64, Option<String>, Option<String>);
        let rows: Vec<Row> = self.rows(
            "SELECT i.provider, i.account, i.kind, count(DISTINCT i.asset_id), min(a.local_day), max(a.local_day)
             FROM asset_item i JOIN asset a ON a.id = i.asset_id
             GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
            [],
            |row| {
                let count: i64 = row.get(3)?;
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, count as u64, row.get(4)?, row.get(5)?))
            },
        )?;
        let mut all: Vec<ProviderStatus> = Vec::new();
        for (provider, account, kind, count, first, last) in rows {
            let account = (!account.is_empty()).then_some(account);
            match all.last_mut() {
                Some(status) if status.provider == provider && status.account == account => {
                    status.kinds.push((kind, count));
                    status.first = status.first.take().into_iter().chain(first).min();
                    status.last = status.last.take().into_iter().chain(last).max();
                }
                _ => all.push(ProviderStatus {
                    provider,
                    account,
                    kinds: vec![(kind, count)],
                    first,
                    last,
                }),
            }
        }
        Ok(all)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use crate::select_samples::filled;

    #[test]
    fn status_counts_by_provider_and_account() {
        let status = filled().status().unwrap();
        assert_eq!(status.assets, 3);
        assert_eq!(status.providers.len(), 2);
        assert_eq!(
            status.providers[0].kinds,
            [("post".to_owned(), 1), ("story".to_owned(), 1)]
        );
        assert_eq!(status.providers[0].first.as_deref(), Some("2023-01-01"));
        assert_eq!(status.providers[0].last.as_deref(), Some("2023-01-02"));
    }
}
