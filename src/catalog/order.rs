//! The order of chosen assets, as row numbers: what is sorted is small, however much is known of each of them.

use std::cmp::{Ordering, Reverse};

use model::select::{Facts, Select};

use super::foreign::path_of;
use super::{Catalog, CatalogError, from_json};

/// By what assets are sorted; those of one key by path. What has none comes last, in either direction.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SortKey {
    /// When it was taken.
    #[default]
    Date,
    /// When it was put on a service.
    Posted,
    /// Path in the library.
    Path,
    /// Name of the file, without regard to capitals.
    Name,
    /// Size of the original.
    Size,
    /// Length of a video or sound.
    Duration,
    /// Stars.
    Rating,
}

impl SortKey {
    /// Every key.
    pub const ALL: [Self; 7] = [
        Self::Date,
        Self::Posted,
        Self::Path,
        Self::Name,
        Self::Size,
        Self::Duration,
        Self::Rating,
    ];

    /// Returns its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Date => "date",
            Self::Posted => "posted",
            Self::Path => "path",
            Self::Name => "name",
            Self::Size => "size",
            Self::Duration => "duration",
            Self::Rating => "rating",
        }
    }

    /// Returns the key of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|key| key.as_str() == word)
    }
}

/// In which order, and how many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Order {
    /// By what.
    pub key: SortKey,
    /// The last one first.
    pub reverse: bool,
    /// No more than so many.
    pub limit: Option<usize>,
}

/// What one asset is sorted by.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Number(i64),
    Text(String),
}

struct Sorted {
    key: Option<Key>,
    path: String,
    id: i64,
}

impl Catalog {
    /// Returns the row numbers of chosen assets.
    pub(super) fn numbers_in_order(
        &self,
        select: &Select,
        order: &Order,
    ) -> Result<Vec<i64>, CatalogError> {
        let mut numbers = match order.key {
            SortKey::Date => self.by_date(select, order.reverse)?,
            key => self.by_key(select, key, order.reverse)?,
        };
        numbers.truncate(order.limit.unwrap_or(usize::MAX));
        Ok(numbers)
    }

    fn by_date(&self, select: &Select, reverse: bool) -> Result<Vec<i64>, CatalogError> {
        let condition = self.condition(select)?;
        let way = if reverse { "DESC" } else { "ASC" };
        let sql = format!(
            "SELECT a.id FROM asset a WHERE {}
             ORDER BY a.taken_seconds IS NULL, a.taken_seconds {way}, a.path {way}",
            condition.sql
        );
        let parameters = rusqlite::params_from_iter(condition.parameters);
        self.rows(&sql, parameters, |row| row.get(0))
    }

    fn by_key(
        &self,
        select: &Select,
        key: SortKey,
        reverse: bool,
    ) -> Result<Vec<i64>, CatalogError> {
        let condition = self.condition(select)?;
        let sql = format!(
            "SELECT a.id, a.path, a.body FROM asset a WHERE {}",
            condition.sql
        );
        let mut all = Vec::new();
        let parameters = rusqlite::params_from_iter(condition.parameters);
        self.each(&sql, parameters, |row| {
            let id = row.get(0).map_err(|e| self.wrap(e))?;
            let path = path_of(row, 1).map_err(|e| self.wrap(e))?;
            let body = row.get_ref(2).and_then(|value| Ok(value.as_str()?));
            let facts: Facts = from_json("asset", body.map_err(|e| self.wrap(e))?)?;
            let key = key_of(&facts, &path, key);
            all.push(Sorted { key, path, id });
            Ok(())
        })?;
        all.sort_by(|a, b| ordering(a, b, reverse));
        Ok(all.into_iter().map(|one| one.id).collect())
    }
}

fn key_of(facts: &Facts, path: &str, key: SortKey) -> Option<Key> {
    let number = |number: Option<u64>| number.map(|number| Key::Number(number as i64));
    match key {
        SortKey::Date => None,
        SortKey::Posted => facts
            .posted_at
            .map(|when| Key::Number(when.rough_seconds())),
        SortKey::Path => Some(Key::Text(path.to_owned())),
        SortKey::Name => Some(Key::Text(facts.name.to_lowercase())),
        SortKey::Size => number(Some(facts.size_bytes)),
        SortKey::Duration => number(facts.duration_ms()),
        SortKey::Rating => number(facts.rating.map(u64::from)),
    }
}

fn ordering(a: &Sorted, b: &Sorted, reverse: bool) -> Ordering {
    let last = a.key.is_none().cmp(&b.key.is_none());
    let there = match reverse {
        false => (&a.key, &a.path).cmp(&(&b.key, &b.path)),
        true => (Reverse(&a.key), Reverse(&a.path)).cmp(&(Reverse(&b.key), Reverse(&b.path))),
    };
    last.then(there)
}
