//! What `list` and `status` ask.

use jiff::civil::Date;
use rusqlite::types::Value;

use model::asset::{Asset, ItemRef};
use model::kind::{CompanionRole, Kind};

use super::foreign::path_of;
use super::newest::NewestExports;
use super::{Catalog, CatalogError, from_json};

/// Which assets to list; everything that is given must hold.
#[derive(Debug, Clone, Default)]
pub struct AssetQuery {
    /// Taken on or after this day (as folders show it).
    pub since: Option<Date>,
    /// Taken on or before this day.
    pub until: Option<Date>,
    /// Has an item of this kind.
    pub kind: Option<Kind>,
    /// Has an item of this provider.
    pub provider: Option<String>,
    /// Has an item of this account; empty: of one whose name is not known.
    pub account: Option<String>,
    /// Is in an album whose title holds this text.
    pub album: Option<String>,
    /// Description, title, place, people, keywords or name hold this text.
    pub text: Option<String>,
    /// Only assets of which no date is known.
    pub undated: bool,
}

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
    /// Hands over the assets that fit, in order of time, then path; undated ones last.
    ///
    /// # Errors
    /// Fails if SQLite does or a row is damaged.
    pub fn list(
        &self,
        query: &AssetQuery,
        each: &mut dyn FnMut(ListedAsset),
    ) -> Result<(), CatalogError> {
        let newest = self.newest_exports()?;
        let (condition, parameters) = condition(query);
        let sql = format!(
            "SELECT a.id, a.path, a.body FROM asset a WHERE {condition}
             ORDER BY a.taken_seconds IS NULL, a.taken_seconds, a.path"
        );
        self.each(&sql, rusqlite::params_from_iter(parameters), |row| {
            let read = |row: &rusqlite::Row<'_>| -> rusqlite::Result<(i64, String, String)> {
                Ok((row.get(0)?, path_of(row, 1)?, row.get(2)?))
            };
            let (id, path, body) = read(row).map_err(|e| self.wrap(e))?;
            each(self.listed(id, path, from_json("asset", &body)?, &newest)?);
            Ok(())
        })
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

/// Returns the WHERE clause of a query and its parameters.
fn condition(query: &AssetQuery) -> (String, Vec<Value>) {
    let mut clauses = vec!["1".to_owned()];
    let mut parameters = Vec::new();
    let mut add = |clause: &str, value: String| {
        parameters.push(Value::from(value));
        clauses.push(clause.replace('?', &format!("?{}", parameters.len())));
    };
    if let Some(since) = query.since {
        add("a.local_day >= ?", since.to_string());
    }
    if let Some(until) = query.until {
        add("a.local_day <= ?", until.to_string());
    }
    // One item must fit all three: an Instagram story is not a Facebook post and an Instagram story.
    let items = [
        (
            "i.kind = ?",
            query.kind.map(|kind| kind.as_str().to_owned()),
        ),
        ("i.provider = ?", query.provider.clone()),
        ("i.account = ?", query.account.clone()),
    ];
    if items.iter().any(|(_, value)| value.is_some()) {
        let mut inner = Vec::new();
        for (clause, value) in items {
            if let Some(value) = value {
                parameters.push(Value::from(value));
                inner.push(clause.replace('?', &format!("?{}", parameters.len())));
            }
        }
        clauses.push(format!(
            "EXISTS (SELECT 1 FROM asset_item i WHERE i.asset_id = a.id AND {})",
            inner.join(" AND ")
        ));
    }
    if let Some(album) = &query.album {
        parameters.push(Value::from(like_pattern(album)));
        clauses.push(format!(
            "EXISTS (SELECT 1 FROM asset_album b WHERE b.asset_id = a.id AND b.title LIKE ?{} ESCAPE '\\')",
            parameters.len()
        ));
    }
    if let Some(text) = &query.text {
        let (clause, value) = text_condition(text, parameters.len() + 1);
        parameters.push(Value::from(value));
        clauses.push(clause);
    }
    if query.undated {
        clauses.push("a.taken_seconds IS NULL".to_owned());
    }
    (clauses.join(" AND "), parameters)
}

/// The index knows sequences of three letters; shorter words (many in Chinese or Japanese) are looked for one by one.
fn text_condition(text: &str, number: usize) -> (String, String) {
    if text.chars().count() >= 3 {
        let phrase = format!("\"{}\"", text.replace('"', "\"\""));
        (
            format!("a.id IN (SELECT rowid FROM asset_text WHERE asset_text MATCH ?{number})"),
            phrase,
        )
    } else {
        let like = format!("LIKE ?{number} ESCAPE '\\'");
        let columns = [
            "description",
            "title",
            "place",
            "people",
            "keywords",
            "name",
        ];
        let any: Vec<String> = columns.iter().map(|c| format!("{c} {like}")).collect();
        (
            format!(
                "a.id IN (SELECT rowid FROM asset_text WHERE {})",
                any.join(" OR ")
            ),
            like_pattern(text),
        )
    }
}

fn like_pattern(text: &str) -> String {
    let escaped = text
        .replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_");
    format!("%{escaped}%")
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::claim::{Claim, Origin};
    use model::content_hash::ContentHash;
    use model::time::When;

    fn asset(n: u8, kind: Kind, account: &str, description: &str) -> Asset {
        let day = jiff::civil::date(2023, 1, n as i8).at(12, 0, 0, 0);
        Asset {
            taken_at: Some(Claim::new(When::wall(day), Origin::Embedded)),
            description: Some(Claim::new(description.into(), Origin::Record("p".into()))),
            items: vec![ItemRef {
                provider: "p".into(),
                account: Some(account.into()),
                kind,
                key: n.to_string(),
            }],
            ..Asset::bare(ContentHash([n; 32]), &format!("IMG_{n}"))
        }
    }

    fn filled() -> Catalog {
        let mut catalog = Catalog::in_memory().unwrap();
        catalog
            .in_transaction(|w| {
                for (n, kind, account, text) in [
                    (1, Kind::Post, "anna", "Harbour at dusk 100%"),
                    (2, Kind::Story, "anna", "東京の夜"),
                    (3, Kind::Post, "ben", "CAFÉ \"Roma\""),
                ] {
                    let asset = asset(n, kind, account, text);
                    let albums = [("k".to_owned(), format!("Album {n}"))];
                    w.put_asset(&asset, &format!("{n}.jpg"), [n; 32], &albums)?;
                    // A second time: replaced, not doubled.
                    w.put_asset(&asset, &format!("{n}.jpg"), [n; 32], &albums)?;
                }
                Ok(())
            })
            .unwrap();
        catalog
    }

    fn found(catalog: &Catalog, query: AssetQuery) -> Vec<String> {
        let mut paths = Vec::new();
        catalog
            .list(&query, &mut |listed| paths.push(listed.path))
            .unwrap();
        paths
    }

    #[test]
    fn finds_by_text_in_any_script_and_length() {
        let catalog = filled();
        for (text, expected) in [
            ("harbour", vec!["1.jpg"]),
            ("東京", vec!["2.jpg"]),
            ("京の夜", vec!["2.jpg"]),
            ("cafe", vec!["3.jpg"]),
            ("\"Roma\"", vec!["3.jpg"]),
            ("0%", vec!["1.jpg"]),
            ("IMG_", vec!["1.jpg", "2.jpg", "3.jpg"]),
            ("nothing", vec![]),
        ] {
            let query = AssetQuery {
                text: Some(text.into()),
                ..Default::default()
            };
            assert_eq!(found(&catalog, query), expected, "{text}");
        }
    }

    #[test]
    fn conditions_hold_together() {
        let catalog = filled();
        let query = AssetQuery {
            kind: Some(Kind::Post),
            account: Some("anna".into()),
            since: Some(jiff::civil::date(2023, 1, 1)),
            until: Some(jiff::civil::date(2023, 1, 1)),
            album: Some("album 1".into()),
            ..Default::default()
        };
        assert_eq!(found(&catalog, query), ["1.jpg"]);
        let query = AssetQuery {
            kind: Some(Kind::Story),
            account: Some("ben".into()),
            ..Default::default()
        };
        assert!(found(&catalog, query).is_empty());
    }

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
