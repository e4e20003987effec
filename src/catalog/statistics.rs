//! What `stats` asks: chosen assets counted by year, month, camera, service, kind and type, in one pass.

use std::collections::BTreeMap;

use model::media_type::MediaClass;
use model::select::{Facts, Select};
use model::time::Precision;

use super::{Catalog, CatalogError, from_json};

/// A number of assets, and the bytes of their originals.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// How many.
    pub assets: u64,
    /// Their bytes.
    pub bytes: u64,
}

impl Count {
    fn add(&mut self, bytes: u64) {
        self.assets += 1;
        self.bytes += bytes;
    }
}

/// Assets in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Statistics {
    /// All of them.
    pub all: Count,
    /// Photos, videos, sounds and others.
    pub classes: BTreeMap<MediaClass, Count>,
    /// By media type.
    pub types: BTreeMap<&'static str, Count>,
    /// By year and month; month 0: only the year is known.
    pub months: BTreeMap<(i16, i8), Count>,
    /// Without a date.
    pub undated: u64,
    /// By camera.
    pub cameras: BTreeMap<String, Count>,
    /// By service and account; an empty account is not known.
    pub accounts: Vec<(String, String, u64)>,
    /// By what they were on their service.
    pub kinds: Vec<(String, u64)>,
    /// With a position.
    pub located: u64,
    /// Marked as favourites.
    pub favorites: u64,
}

impl Catalog {
    /// Counts chosen assets.
    ///
    /// # Errors
    /// Fails if SQLite does or a row is damaged.
    pub fn statistics(&self, select: &Select) -> Result<Statistics, CatalogError> {
        let _reading = self.reading()?;
        let condition = self.condition(select)?;
        let mut counted = Statistics::default();
        let sql = format!("SELECT a.body FROM asset a WHERE {}", condition.sql);
        let parameters = rusqlite::params_from_iter(condition.parameters.clone());
        self.each(&sql, parameters, |row| {
            let body = row.get_ref(0).and_then(|value| Ok(value.as_str()?));
            counted.add(&from_json("asset", body.map_err(|e| self.wrap(e))?)?);
            Ok(())
        })?;
        let sql = format!(
            "SELECT i.provider, i.account, count(DISTINCT i.asset_id) FROM asset_item i
             JOIN asset a ON a.id = i.asset_id WHERE {} GROUP BY 1, 2 ORDER BY 1, 2",
            condition.sql
        );
        let parameters = rusqlite::params_from_iter(condition.parameters.clone());
        counted.accounts = self.rows(&sql, parameters, |row| {
            let count: i64 = row.get(2)?;
            Ok((row.get(0)?, row.get(1)?, count as u64))
        })?;
        let sql = format!(
            "SELECT i.kind, count(DISTINCT i.asset_id) FROM asset_item i
             JOIN asset a ON a.id = i.asset_id WHERE {} GROUP BY 1 ORDER BY 2 DESC, 1",
            condition.sql
        );
        let parameters = rusqlite::params_from_iter(condition.parameters);
        counted.kinds = self.rows(&sql, parameters, |row| {
            let count: i64 = row.get(1)?;
            Ok((row.get(0)?, count as u64))
        })?;
        Ok(counted)
    }
}

impl Statistics {
    fn add(&mut self, facts: &Facts) {
        let bytes = facts.size_bytes;
        let media_type = facts.media_type();
        self.all.add(bytes);
        self.classes
            .entry(media_type.class())
            .or_default()
            .add(bytes);
        self.types.entry(media_type.mime()).or_default().add(bytes);
        match facts.taken() {
            None => self.undated += 1,
            Some(when) => {
                let local = when.for_names();
                let month = match when.precision {
                    Precision::Year => 0,
                    _ => local.month(),
                };
                self.months
                    .entry((local.year(), month))
                    .or_default()
                    .add(bytes);
            }
        }
        if let Some(camera) = facts.camera() {
            self.cameras.entry(camera).or_default().add(bytes);
        }
        self.located += u64::from(facts.is_located());
        self.favorites += u64::from(facts.is_favorite());
    }

    /// Returns the years with their numbers.
    pub fn years(&self) -> BTreeMap<i16, Count> {
        let mut years: BTreeMap<i16, Count> = BTreeMap::new();
        for ((year, _), count) in &self.months {
            let sum = years.entry(*year).or_default();
            sum.assets += count.assets;
            sum.bytes += count.bytes;
        }
        years
    }

    /// Returns the stretches of months, first and last, between the first and the last month in which nothing was taken.
    pub fn gaps(&self) -> Vec<((i16, i8), (i16, i8))> {
        let known: Vec<i32> = self
            .months
            .keys()
            .filter(|(_, month)| *month > 0)
            .map(|(year, month)| i32::from(*year) * 12 + i32::from(*month) - 1)
            .collect();
        let month = |number: i32| {
            let (year, month) = (number.div_euclid(12), number.rem_euclid(12) + 1);
            (year as i16, month as i8)
        };
        known
            .windows(2)
            .filter(|pair| pair[1] - pair[0] > 1)
            .map(|pair| (month(pair[0] + 1), month(pair[1] - 1)))
            .collect()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::select_samples::{asset, filled};
    use model::claim::{Claim, Origin};
    use model::kind::Kind;
    use model::time::When;

    #[test]
    fn every_asset_is_counted_once_in_each_row() {
        let counted = filled().statistics(&Select::default()).unwrap();
        assert_eq!(counted.all.assets, 3);
        assert_eq!(counted.months[&(2023, 1)].assets, 3);
        assert_eq!(counted.classes[&MediaClass::Photo].bytes, 9);
        let account = |name: &str, count| ("p".to_owned(), name.to_owned(), count);
        assert_eq!(counted.accounts, [account("anna", 2), account("ben", 1)]);
        assert_eq!(
            counted.kinds,
            [("post".to_owned(), 2), ("story".to_owned(), 1)]
        );
        assert_eq!((counted.undated, counted.located), (0, 0));
        let some = Select::Text("cafe".to_owned());
        let counted = filled().statistics(&some).unwrap();
        assert_eq!(counted.accounts, [account("ben", 1)]);
    }

    #[test]
    fn gaps_are_months_between_others() {
        let mut catalog = Catalog::in_memory().unwrap();
        let on = |n: u8, year, month| {
            let mut one = asset(n, Kind::Post, "anna", "");
            let day = jiff::civil::date(year, month, 5).at(0, 0, 0, 0);
            one.taken_at = Some(Claim::new(When::wall(day), Origin::Embedded));
            one
        };
        let mut only_year = on(5, 2021, 1);
        let claim = only_year.taken_at.as_mut().unwrap();
        claim.value.precision = Precision::Year;
        catalog
            .in_transaction(|w| {
                for one in [
                    on(1, 2020, 10),
                    on(2, 2020, 11),
                    on(3, 2021, 3),
                    on(4, 2021, 5),
                    only_year.clone(),
                ] {
                    w.put_asset(&one, &format!("{}.jpg", one.name), one.content_hash.0, &[])?;
                }
                Ok(())
            })
            .unwrap();
        let counted = catalog.statistics(&Select::default()).unwrap();
        assert_eq!(
            counted.gaps(),
            [((2020, 12), (2021, 2)), ((2021, 4), (2021, 4))]
        );
        assert_eq!(counted.months[&(2021, 0)].assets, 1);
        assert_eq!(counted.years()[&2021].assets, 3);
        assert!(Statistics::default().gaps().is_empty());
    }
}
