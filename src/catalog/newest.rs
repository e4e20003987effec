//! Whether the newest archive of an account still holds an asset, for providers whose archives tell their age.

use std::collections::{BTreeMap, BTreeSet};

use model::asset::Asset;

use super::{Catalog, CatalogError};

/// Newest export of each account: by provider, then account.
#[derive(Debug, Default)]
pub(crate) struct NewestExports(BTreeMap<String, BTreeMap<Option<String>, String>>);

impl Catalog {
    /// Returns the newest export of each account, of providers that have exports.
    pub(super) fn newest_exports(&self) -> Result<NewestExports, CatalogError> {
        let providers: Vec<(String, String, i64)> = self.rows(
            "SELECT provider, max(export), count(DISTINCT export) FROM media_entry
             WHERE export <> '' GROUP BY provider",
            [],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )?;
        let mut newest = NewestExports::default();
        for (provider, last, exports) in providers {
            let accounts = newest.0.entry(provider.clone()).or_default();
            // Of one export there is no need to ask whose it is.
            if exports == 1 {
                accounts.insert(None, last);
                continue;
            }
            self.each(
                "SELECT json_extract(body, '$.account'), max(json_extract(body, '$.export')) AS newest
                 FROM record WHERE provider = ?1 GROUP BY 1 HAVING newest IS NOT NULL",
                [&provider],
                |row| {
                    let account = row.get(0).map_err(|e| self.wrap(e))?;
                    accounts.insert(account, row.get(1).map_err(|e| self.wrap(e))?);
                    Ok(())
                },
            )?;
        }
        Ok(newest)
    }

    /// Returns whether the newest archive of one of the asset's accounts holds it; `None` where archives do not tell.
    pub(super) fn in_newest_archive(
        &self,
        asset: &Asset,
        newest: &NewestExports,
    ) -> Result<Option<bool>, CatalogError> {
        let mut wanted: BTreeSet<(&str, &str)> = BTreeSet::new();
        for item in &asset.items {
            let Some(accounts) = newest.0.get(&item.provider) else {
                continue;
            };
            let export = accounts.get(&item.account).or_else(|| accounts.get(&None));
            wanted.extend(export.map(|export| (item.provider.as_str(), export.as_str())));
        }
        if wanted.is_empty() {
            return Ok(None);
        }
        let held: Vec<(String, String)> = self.rows(
            "SELECT DISTINCT m.provider, m.export FROM original o
             JOIN media_entry m ON m.original_id = o.id WHERE o.content_hash = ?1",
            [asset.content_hash.0],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        let is_held = held
            .iter()
            .any(|(provider, export)| wanted.contains(&(provider.as_str(), export.as_str())));
        Ok(Some(is_held))
    }
}
