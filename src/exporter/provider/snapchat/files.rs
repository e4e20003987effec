//! What a file of a memory tells by itself: the day in its name, and the time of its entry, which is the moment of capture.
//!
//! The media hold no metadata and rows without addresses name no file, so what the directory of the archive says is evidence
//! like any record file's, and is kept as such: a later import joins it with a list it never saw together.

use jiff::civil::{Date, Time};
use jiff::tz::Offset;
use serde_json::Value;

use archive::Modified;
use model::kind::Kind;
use model::record::{Edition, Record, RecordFacts};
use model::time::{Precision, When};

use super::NAME;
use super::joins::FileTime;
use super::names::memory_name;

/// Returns the statement of a file in `memories/`.
pub(crate) fn record(
    path: &str,
    modified: Option<Modified>,
    account: Option<&str>,
) -> Option<Record> {
    let name = memory_name(path)?;
    Some(Record {
        provider: NAME.to_owned(),
        account: account.map(str::to_owned),
        export: None,
        kind: Kind::Post,
        source: path.to_owned(),
        edition: Edition::Unrecorded,
        uri: path.to_owned(),
        key: name.stem.to_owned(),
        post: None,
        companions: Vec::new(),
        facts: RecordFacts {
            taken_at: name.day.map(|day| taken(day, modified)),
            ..RecordFacts::default()
        },
        raw: Value::Null,
    })
}

/// Says whether a record is such a statement.
pub(crate) fn is_statement(record: &Record) -> bool {
    record.edition == Edition::Unrecorded
}

/// The time of an entry counts only on the day its name tells: packing again and copying leave other times.
fn taken(day: Date, modified: Option<Modified>) -> When {
    let when = modified.map(|modified| match modified {
        Modified::Exact(instant) => When::utc(instant),
        Modified::Stepped(instant) => When::utc(instant).known_to(Precision::Minute),
    });
    when.filter(|when| when.for_names().date() == day)
        .unwrap_or_else(|| the_day(day))
}

/// A day of which the hour is not known.
pub(crate) fn the_day(day: Date) -> When {
    When::wall(day.to_datetime(Time::midnight())).known_to(Precision::Day)
}

/// Returns the time a statement tells, if it tells more than the day.
pub(crate) fn time_of(record: &Record) -> Option<FileTime> {
    let taken = record.facts.taken_at?;
    let second = taken.instant()?.as_second();
    match taken.precision {
        Precision::Second => Some(FileTime::Exact(second)),
        Precision::Minute => Some(FileTime::Stepped(second)),
        _ => None,
    }
}

/// Returns the day of a memory in UTC.
pub(crate) fn day_of(when: When) -> Date {
    match when.instant() {
        Some(instant) => Offset::UTC.to_datetime(instant).date(),
        None => when.for_names().date(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use jiff::Timestamp;

    #[test]
    fn the_time_of_an_entry_counts_on_the_day_of_the_name() {
        let on_the_day = Timestamp::from_second(1_609_556_645).unwrap();
        let day_after = Timestamp::from_second(1_609_656_645).unwrap();
        for (modified, precision, time) in [
            (
                Some(Modified::Exact(on_the_day)),
                Precision::Second,
                Some(FileTime::Exact(1_609_556_645)),
            ),
            (
                Some(Modified::Stepped(on_the_day)),
                Precision::Minute,
                Some(FileTime::Stepped(1_609_556_645)),
            ),
            (Some(Modified::Exact(day_after)), Precision::Day, None),
            (None, Precision::Day, None),
        ] {
            let record = record("memories/2021-01-02_a-main.jpg", modified, None).unwrap();
            assert_eq!(
                record.facts.taken_at.unwrap().precision,
                precision,
                "{modified:?}"
            );
            assert_eq!(time_of(&record), time, "{modified:?}");
            assert_eq!(
                day_of(record.facts.taken_at.unwrap()).to_string(),
                "2021-01-02"
            );
        }
        let without_day = record(
            "memories/a-main.jpg",
            Some(Modified::Exact(on_the_day)),
            None,
        )
        .unwrap();
        assert_eq!(without_day.facts.taken_at, None);
    }
}
