//! How old the newest archive of each account is, and how to order the next one.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;

use catalog::{ProviderStatus, RunRow};
use provider::PROVIDERS;
use verify::certify::{NewestArchive, newest_archives};

/// What tells how old an archive is. Never the clock of the import: old archives are imported, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// The names of its parts.
    Name,
    /// The newest photo or video in it: it is not older.
    NewestItem,
}

impl By {
    /// Returns the name used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::NewestItem => "newest_item",
        }
    }
}

/// How old the newest archive of an account is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Age {
    /// Day it was made, or at the earliest.
    pub day: Date,
    /// What tells it.
    pub by: By,
    /// Days since then.
    pub days: i32,
}

impl fmt::Display for Age {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ago = match self.days {
            0 => "today".to_owned(),
            1 => "yesterday".to_owned(),
            days => format!("{days} days ago"),
        };
        match self.by {
            By::Name => write!(f, "newest archive: made {} by its name, {ago}", self.day),
            By::NewestItem => write!(
                f,
                "newest archive: its name tells no day; the newest in it is of {}, {ago}",
                self.day
            ),
        }
    }
}

/// The newest archive of each account, as seen on one day.
#[derive(Debug)]
pub struct Newest {
    archives: Vec<NewestArchive>,
    today: Date,
}

impl Newest {
    /// Reads the journal of runs.
    pub fn new(runs: &[RunRow], now: Timestamp) -> Self {
        Self::of_archives(newest_archives(runs), Offset::UTC.to_datetime(now).date())
    }

    /// Takes what is known of archives.
    pub fn of_archives(archives: Vec<NewestArchive>, today: Date) -> Self {
        Self { archives, today }
    }

    /// Returns how old the newest archive of an account is, as far as it tells itself.
    pub fn of(&self, account: &ProviderStatus) -> Option<Age> {
        let of_provider = || {
            let archives = self.archives.iter();
            archives.filter(|archive| archive.provider == account.provider)
        };
        // An archive that did not tell belongs to the account that is known, if it is the only one.
        let is_only = of_provider()
            .all(|archive| archive.account.is_none() || archive.account == account.account);
        let by_name = of_provider().filter(|archive| {
            archive.account == account.account || (is_only && archive.account.is_none())
        });
        let by_name = by_name
            .map(|archive| (archive.day, By::Name))
            .max_by_key(|(day, _)| *day);
        let last = account.last.as_deref();
        let by_item = || Some((last?.parse().ok()?, By::NewestItem));
        let (day, by) = by_name.or_else(by_item)?;
        Some(Age {
            day,
            by,
            days: self.today.since(day).ok()?.get_days(),
        })
    }
}

/// Returns the command that says how to order an archive of a provider.
pub fn how_to_ask(provider: &str) -> Option<String> {
    let known = PROVIDERS.iter().any(|known| known.about().name == provider);
    known.then(|| format!("albumen providers {provider}"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    fn account(provider: &str, name: Option<&str>) -> ProviderStatus {
        ProviderStatus {
            provider: provider.to_owned(),
            account: name.map(str::to_owned),
            kinds: vec![],
            first: None,
            last: Some("2024-02-28".to_owned()),
        }
    }

    #[test]
    fn the_name_of_an_archive_tells_before_what_is_in_it() {
        let archive = |account: Option<&str>, day: &str| NewestArchive {
            provider: "instagram".to_owned(),
            account: account.map(str::to_owned),
            day: day.parse().unwrap(),
        };
        let newest = Newest::of_archives(
            vec![
                archive(Some("anna"), "2024-02-01"),
                archive(Some("ben"), "2024-03-01"),
            ],
            "2024-03-01".parse().unwrap(),
        );
        let said = |provider: &str, name| newest.of(&account(provider, name)).unwrap().to_string();
        assert_eq!(
            said("instagram", Some("anna")),
            "newest archive: made 2024-02-01 by its name, 29 days ago"
        );
        assert_eq!(
            said("instagram", Some("ben")),
            "newest archive: made 2024-03-01 by its name, today"
        );
        assert_eq!(
            said("facebook", Some("anna")),
            "newest archive: its name tells no day; the newest in it is of 2024-02-28, 2 days ago"
        );
        let nothing = ProviderStatus {
            last: None,
            ..account("facebook", None)
        };
        assert_eq!(newest.of(&nothing), None);
    }
}
