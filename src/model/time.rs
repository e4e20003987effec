//! Times as archives give them: with a known offset, as a UTC instant, as a wall clock, or a mere day.

use jiff::civil::DateTime;
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// How finely a time is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// To the second or better.
    Second,
    /// To the minute: HTML editions of Instagram.
    Minute,
    /// To the day: dates in some file names.
    Day,
    /// To the month: only the folder of a medium is known.
    Month,
    /// To the year: only the year folder of a medium is known.
    Year,
}

impl Precision {
    /// Returns the name used in catalogs, sidecars and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Second => "second",
            Self::Minute => "minute",
            Self::Day => "day",
            Self::Month => "month",
            Self::Year => "year",
        }
    }
}

/// Writes an instant as journals keep it: RFC 3339, UTC, whole seconds.
pub fn in_seconds(instant: Timestamp) -> String {
    instant.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// What is known of where on Earth's clock a time lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Clock {
    /// Local time and its offset from UTC: instant and wall clock are both known.
    Zoned {
        /// Wall clock where it happened.
        local: DateTime,
        /// Seconds east of UTC.
        offset_s: i32,
    },
    /// An instant; what the clock on the wall said is not known.
    Utc(Timestamp),
    /// What the clock on the wall said; the instant is not known. Days, months and years are this, too.
    Wall(DateTime),
}

/// A time with how finely it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct When {
    /// The time.
    pub clock: Clock,
    /// How finely it is known.
    pub precision: Precision,
}

impl When {
    /// A UTC instant, known to the second.
    pub fn utc(instant: Timestamp) -> Self {
        Self {
            clock: Clock::Utc(instant),
            precision: Precision::Second,
        }
    }

    /// A wall clock, known to the second.
    pub fn wall(local: DateTime) -> Self {
        Self {
            clock: Clock::Wall(local),
            precision: Precision::Second,
        }
    }

    /// A local time with its offset, known to the second.
    pub fn zoned(local: DateTime, offset_s: i32) -> Self {
        Self {
            clock: Clock::Zoned { local, offset_s },
            precision: Precision::Second,
        }
    }

    /// The same time, known less finely.
    pub fn known_to(self, precision: Precision) -> Self {
        Self { precision, ..self }
    }

    /// Returns the instant, if it is known.
    pub fn instant(&self) -> Option<Timestamp> {
        match self.clock {
            Clock::Utc(instant) => Some(instant),
            Clock::Zoned { local, offset_s } => Offset::from_seconds(offset_s)
                .ok()?
                .to_timestamp(local)
                .ok(),
            Clock::Wall(_) => None,
        }
    }

    /// Returns what the clock on the wall said, if it is known.
    pub fn local(&self) -> Option<DateTime> {
        match self.clock {
            Clock::Zoned { local, .. } | Clock::Wall(local) => Some(local),
            Clock::Utc(_) => None,
        }
    }

    /// Returns the offset from UTC in seconds, if it is known.
    pub fn offset_s(&self) -> Option<i32> {
        match self.clock {
            Clock::Zoned { offset_s, .. } => Some(offset_s),
            _ => None,
        }
    }

    /// Returns the time folders and file names show: local where known, else UTC.
    pub fn for_names(&self) -> DateTime {
        match self.clock {
            Clock::Zoned { local, .. } | Clock::Wall(local) => local,
            Clock::Utc(instant) => Offset::UTC.to_datetime(instant),
        }
    }

    /// Returns the same time on the clock `offset_s` east of UTC. A time that has its offset, or
    /// whose day is all that is known, stays.
    pub fn at_offset(self, offset_s: i32) -> Self {
        let clock = match self.clock {
            Clock::Utc(instant) => match Offset::from_seconds(offset_s) {
                Ok(offset) => Clock::Zoned {
                    local: offset.to_datetime(instant),
                    offset_s,
                },
                Err(_) => self.clock,
            },
            Clock::Wall(local) if self.precision <= Precision::Minute => {
                Clock::Zoned { local, offset_s }
            }
            other => other,
        };
        Self { clock, ..self }
    }

    /// Returns a number to sort by and to measure distances with, in seconds; a wall clock counts as if UTC.
    pub fn rough_seconds(&self) -> i64 {
        match self.instant() {
            Some(instant) => instant.as_second(),
            None => seconds_as_if_utc(self.for_names()),
        }
    }
}

/// Returns the seconds since 1970 that a wall clock would show if it ran on UTC.
pub fn seconds_as_if_utc(local: DateTime) -> i64 {
    local
        .duration_since(DateTime::constant(1970, 1, 1, 0, 0, 0, 0))
        .as_secs()
}

/// Returns how far the wall clock `local` stands before (+) or behind (−) UTC at `instant`.
pub fn wall_minus_utc(local: DateTime, instant: Timestamp) -> SignedDuration {
    local.duration_since(Offset::UTC.to_datetime(instant))
}

/// Formats an offset as `+02:00`.
pub fn offset_text(offset_s: i32) -> String {
    let sign = if offset_s < 0 { '-' } else { '+' };
    let minutes = offset_s.unsigned_abs() / 60;
    format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::datetime;

    #[test]
    fn an_instant_moves_to_an_offset_and_a_wall_clock_keeps_its_face() {
        let utc = When::utc(Timestamp::constant(1_700_000_000, 0));
        let there = utc.at_offset(-8 * 3600);
        assert_eq!(there.local(), Some(datetime(2023, 11, 14, 14, 13, 20, 0)));
        assert_eq!(there.instant(), utc.instant());

        let wall = When::wall(datetime(2023, 7, 14, 18, 3, 22, 0)).at_offset(7200);
        assert_eq!(wall.local(), Some(datetime(2023, 7, 14, 18, 3, 22, 0)));
        assert_eq!(
            wall.instant(),
            "2023-07-14T16:03:22Z".parse::<Timestamp>().ok()
        );
    }

    #[test]
    fn a_day_never_gets_an_offset() {
        let day = When::wall(datetime(2023, 7, 14, 0, 0, 0, 0)).known_to(Precision::Day);
        assert_eq!(day.at_offset(3600), day);
    }

    #[test]
    fn offsets_read_as_people_write_them() {
        assert_eq!(offset_text(-34_200), "-09:30");
        assert_eq!(offset_text(0), "+00:00");
    }
}
