//! When an asset was taken: which of all statements wins, and which of the others contradict it.
//!
//! Three witnesses are hard to tell apart: the clock of the camera, the service's guess from it, and what the owner set right
//! on the service. A difference that can be a zone is taken for one; what cannot be one is a correction.

use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp};

use model::claim::{Claim, Origin};
use model::media_facts::MediaFacts;
use model::record::{Edition, Location, Record};
use model::time::{Precision, When, wall_minus_utc};
use provider::{Meaning, made_at, meaning_of};

use super::known::Known;
use super::name_date::name_date;
use super::newest::newest;
use super::offset::{compared_offset, offset_at};

/// A date is a plain correction on any service if it is further off than any zone could explain: a day.
pub(super) const CORRECTION_S: u64 = 24 * 3600;
/// Instants this close are one moment. A "capture time" this close to the posting is the posting itself.
const SAME_MOMENT_S: u64 = 120;
/// Seconds by which a camera clock and the instant it is compared with may differ.
const SLACK_S: i64 = 90;

/// Rank of an origin for `taken_at`, best first (`docs/format.md` shows the same table). The owner's changes come after all
/// ranking, see `merge::apply_user`.
pub(super) fn taken_rank(origin: &Origin) -> u8 {
    match origin {
        Origin::Corrected(_) => 1,
        Origin::Embedded => 2,
        Origin::Record(_) => 3,
        Origin::FileName => 4,
        Origin::Posted(_) => 5,
        _ => 6,
    }
}

/// A statement about the capture time with the form of the file it is from.
pub(super) type Stated = (Edition, Claim<When>);

/// Returns the best capture time, or for want of one the time of posting; and the capture times it contradicts.
pub(crate) fn taken_at(
    known: &Known<'_>,
    names: &[&str],
    place: Option<Location>,
) -> (Option<Claim<When>>, Vec<Claim<When>>) {
    let facts = &known.original.facts;
    let embedded = facts.taken_at().map(|e| Claim::new(e, Origin::Embedded));
    let mut claims: Vec<Stated> = newest(&known.records, |record| record.facts.taken_at)
        .into_iter()
        .map(|(record, taken)| (record.edition, stated(record, taken, facts, place)))
        .collect();
    claims.extend(known.records.iter().filter_map(|record| posted(record)));
    claims.extend(embedded.clone().map(|claim| (Edition::Json, claim)));
    let named = names.iter().filter_map(|name| name_date(name));
    claims.extend(named.map(|when| (Edition::Unrecorded, Claim::new(when, Origin::FileName))));
    let best = claims
        .into_iter()
        .min_by_key(|(edition, claim)| {
            (
                taken_rank(&claim.origin),
                claim.value.precision,
                *edition,
                claim.value.rough_seconds(),
                claim.value.for_names(),
                claim.clone(),
            )
        })
        .map(|(_, claim)| claim);
    let losing = best
        .as_ref()
        .map(|best| losing(best, known, embedded))
        .unwrap_or_default();
    (best, losing)
}

pub(super) fn stated(
    record: &Record,
    taken: When,
    facts: &MediaFacts,
    place: Option<Location>,
) -> Claim<When> {
    let provider = record.provider.clone();
    let origin = match is_correction(record, taken, facts, place) {
        true => Origin::Corrected(provider),
        false => Origin::Record(provider),
    };
    Claim::new(taken, origin)
}

/// The time of posting, or the folder. A time of upload says nothing of when a picture was taken.
pub(super) fn posted(record: &Record) -> Option<Stated> {
    let posted = record.facts.posted_at?;
    let provider = record.provider.clone();
    let origin = match record.edition {
        Edition::Unrecorded => Origin::Folder(provider),
        _ if meaning_of(&provider).posted_is_upload => return None,
        _ => Origin::Posted(provider),
    };
    Some((record.edition, Claim::new(posted, origin)))
}

/// Says whether a service's date was plainly corrected by its user: it is not what the file says, whatever the zone, nor the
/// time of upload, nor later than the export it stands in.
fn is_correction(
    record: &Record,
    taken: When,
    facts: &MediaFacts,
    place: Option<Location>,
) -> bool {
    let Some(embedded) = facts.taken_at() else {
        return false;
    };
    let apart = |a: When, b: When| a.rough_seconds().abs_diff(b.rough_seconds());
    let upload = record.facts.posted_at;
    let made = record
        .export
        .as_deref()
        .and_then(|export| made_at(&record.provider, export));
    if upload.is_some_and(|upload| apart(upload, taken) <= SAME_MOMENT_S)
        || made.is_some_and(|made| taken.rough_seconds() > made.as_second())
    {
        return false;
    }
    if apart(taken, embedded) > CORRECTION_S {
        return true;
    }
    let Meaning {
        dates_are_corrected,
        ..
    } = meaning_of(&record.provider);
    match taken.instant() {
        Some(instant) if dates_are_corrected => differs(instant, embedded, facts.taken_utc, place),
        _ => false,
    }
}

/// Says whether an instant is another moment than the one in the bytes. `satellites` is a clock in them that needs no zone.
fn differs(
    instant: Timestamp,
    embedded: When,
    satellites: Option<Timestamp>,
    place: Option<Location>,
) -> bool {
    let same = |other: Timestamp| instant.as_second().abs_diff(other.as_second()) <= SAME_MOMENT_S;
    if satellites.is_some_and(same) {
        return false;
    }
    if let Some(own) = embedded.instant() {
        return !same(own);
    }
    let Some(local) = embedded.local() else {
        return false;
    };
    let apart = wall_minus_utc(local, instant);
    if is_zero(apart) {
        // A clock without a zone, taken for UTC.
        return false;
    }
    let in_use = place.and_then(|place| offset_at(place, instant));
    in_use.is_some_and(|offset_s| apart.as_secs().abs_diff(i64::from(offset_s)) > SAME_MOMENT_S)
}

/// A service that knows no zone takes a camera's wall clock for UTC: then the two are equal, and nothing is proved.
pub(super) fn is_zero(apart: SignedDuration) -> bool {
    apart.as_secs().abs() <= SLACK_S
}

/// Returns the capture times that contradict the best one: of records of any age and of the bytes.
fn losing(
    best: &Claim<When>,
    known: &Known<'_>,
    embedded: Option<Claim<When>>,
) -> Vec<Claim<When>> {
    let of_records = known.records.iter().filter_map(|record| {
        let origin = Origin::Record(record.provider.clone());
        Some(Claim::new(record.facts.taken_at?, origin))
    });
    let corrected = matches!(best.origin, Origin::Corrected(_));
    let mut losing: Vec<Claim<When>> = of_records
        .filter(|claim| contradict(best.value, claim.value))
        .chain(embedded.filter(|claim| corrected || contradict(best.value, claim.value)))
        .collect();
    losing.sort();
    losing.dedup();
    losing
}

/// Says whether two times, both of them to the minute, cannot be of one moment, whatever the zone.
fn contradict(a: When, b: When) -> bool {
    if a.precision > Precision::Minute || b.precision > Precision::Minute {
        return false;
    }
    let apart = |a: DateTime, instant| compared_offset(a, instant, SLACK_S).is_none();
    match (a.instant(), b.instant()) {
        (None, None) => a.rough_seconds().abs_diff(b.rough_seconds()) > SAME_MOMENT_S,
        (Some(a), Some(b)) => a.as_second().abs_diff(b.as_second()) > SAME_MOMENT_S,
        (Some(instant), None) => apart(b.for_names(), instant),
        (None, Some(instant)) => apart(a.for_names(), instant),
    }
}
