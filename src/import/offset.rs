//! Finds the offset from UTC of an asset's time: where on the wall clock it happened.
//!
//! Best first: embedded; wall clock against a trusted instant; zone at the position; neighbours in time on the
//! same device; the owner's home zone; the zone in which the page was made that shows the time; else none, and the library
//! says so.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use tzf_rs::EmbeddedFinder;

use model::asset::Asset;
use model::claim::{Claim, Origin};
use model::record::{Location, Record};
use model::time::{Clock, Precision, When, wall_minus_utc};

use super::name_date::name_date;

/// Seconds by which a camera clock and the instant it is compared with may differ: the time it takes to post.
const SLACK_S: i64 = 90;
/// How far a neighbour may be away in time, in seconds: within a day people mostly stay in a zone.
const NEIGHBOUR_S: u64 = 24 * 3600;

/// Times of media with a known offset, by device.
#[derive(Debug, Default)]
pub struct Neighbours {
    devices: BTreeMap<String, BTreeMap<i64, i32>>,
}

impl Neighbours {
    /// Learns from an asset whose offset is known by its own evidence.
    pub fn learn(&mut self, device: &str, when: When) {
        let Some(offset_s) = when.offset_s() else {
            return;
        };
        let times = self.devices.entry(device.to_owned()).or_default();
        // Two media in one second with other offsets: the smaller stays, whichever came first.
        times
            .entry(when.rough_seconds())
            .and_modify(|known| *known = offset_s.min(*known))
            .or_insert(offset_s);
    }

    /// Returns the offset of the nearest medium of the device within a day; the earlier of two equally near.
    fn nearest(&self, device: &str, when: &When) -> Option<i32> {
        let times = self.devices.get(device)?;
        let at = when.rough_seconds();
        let before = times.range(..=at).next_back();
        let after = times.range(at..).next();
        before
            .into_iter()
            .chain(after)
            .map(|(time, offset)| (time.abs_diff(at), *time, *offset))
            .filter(|(distance, _, _)| *distance <= NEIGHBOUR_S)
            .min()
            .map(|(_, _, offset)| offset)
    }
}

/// Returns what tells one device from another, if anything does.
pub fn device_of(asset: &Asset, records: &[&Record]) -> Option<String> {
    let by_id = records
        .iter()
        .filter_map(|r| r.facts.device.id.clone())
        .min();
    by_id.or_else(|| {
        let model = asset.media.model.as_ref()?;
        Some(format!(
            "{}|{model}",
            asset.media.make.as_deref().unwrap_or("")
        ))
    })
}

/// Finds the offset from the asset's own evidence: what its bytes and records say.
pub fn from_own_evidence(asset: &mut Asset, records: &[&Record]) {
    let Some(claim) = asset.taken_at.clone() else {
        return;
    };
    if claim.value.offset_s().is_some() {
        asset.offset_origin = Some(claim.origin);
        return;
    }
    if !lacks_offset(&claim.value) || is_no_capture(&claim.origin) {
        return;
    }
    if let Some(offset_s) = compared(asset, records, &claim) {
        set(asset, offset_s, Origin::Compared);
    } else if let Some(offset_s) = at_position(asset, &claim.value) {
        set(asset, offset_s, Origin::Position);
    }
}

/// Whether an offset is still to be found, from neighbours or at home.
pub fn needs_surroundings(asset: &Asset) -> bool {
    let taken = asset.taken_at.as_ref();
    asset.offset_origin.is_none() && taken.is_some_and(|claim| lacks_offset(&claim.value))
}

/// Returns the offset of the zone in which the pages were made that show this very time: a wall clock, which says nothing of
/// its zone. `None` if two pages that show it were made in two zones: which clock it was read from is not known then.
pub fn of_pages(asset: &Asset, records: &[&Record]) -> Option<i32> {
    let shown = asset.taken_at.as_ref()?.value;
    if !matches!(shown.clock, Clock::Wall(_)) {
        return None;
    }
    let mut offsets = records
        .iter()
        .filter(|record| [record.facts.taken_at, record.facts.posted_at].contains(&Some(shown)))
        .filter_map(|record| record.facts.hints.as_ref()?.page_offset_s);
    let first = offsets.next()?;
    offsets.all(|other| other == first).then_some(first)
}

/// What is known around an asset, best first.
pub struct Surroundings<'a> {
    /// The device it was taken with.
    pub device: Option<&'a str>,
    /// Media with a known offset.
    pub neighbours: &'a Neighbours,
    /// The owner's home zone.
    pub home: Option<&'a TimeZone>,
    /// What [`of_pages`] says.
    pub page_offset_s: Option<i32>,
}

/// Finds the offset from what lies around the asset: its neighbours, else the owner's home zone, else that of its page.
pub fn from_surroundings(asset: &mut Asset, around: &Surroundings<'_>) {
    let Some(claim) = asset.taken_at.clone() else {
        return;
    };
    if !needs_surroundings(asset) {
        return;
    }
    let neighbour = around
        .device
        .filter(|_| !is_no_capture(&claim.origin))
        .and_then(|device| around.neighbours.nearest(device, &claim.value));
    let home = || around.home.and_then(|zone| offset_in(zone, &claim.value));
    if let Some(offset_s) = neighbour {
        set(asset, offset_s, Origin::Neighbour);
    } else if let Some(offset_s) = home() {
        set(asset, offset_s, Origin::Home);
    } else if let Some(offset_s) = around.page_offset_s {
        set(asset, offset_s, Origin::Page);
    }
}

/// A post is made where its author is then, not where the picture was taken: position and device say nothing of it.
fn is_no_capture(origin: &Origin) -> bool {
    matches!(origin, Origin::Posted(_) | Origin::Folder(_))
}

fn set(asset: &mut Asset, offset_s: i32, origin: Origin) {
    if let Some(claim) = &mut asset.taken_at {
        claim.value = claim.value.at_offset(offset_s);
        asset.offset_origin = Some(origin);
    }
}

/// Compares wall clocks with instants of the same moment, in an order that does not depend on arrival.
///
/// An instant that a service made out of the wall clock itself, taking it for UTC, proves nothing: a zero difference counts
/// only against satellites, or where the service's own camera read the clock. And the clock that was wrong says nothing of
/// the zone of the instant that set it right.
fn compared(asset: &Asset, records: &[&Record], claim: &Claim<When>) -> Option<i32> {
    let facts = &asset.media;
    let when = &claim.value;
    let shown = |local, instant| compared_offset(local, instant, SLACK_S);
    let by_service = |local, instant| shown(local, instant).filter(|offset_s| *offset_s != 0);
    match when.clock {
        Clock::Wall(local) => {
            let services = records.iter().filter_map(|r| r.facts.taken_at?.instant());
            let posts = records
                .iter()
                .filter(|r| r.facts.taken_while_posting)
                .filter_map(|r| r.facts.posted_at?.instant());
            let of_services = services.map(|instant| (instant, by_service(local, instant)));
            let of_posts = posts.map(|instant| (instant, shown(local, instant)));
            let mut offsets: Vec<_> = of_services.chain(of_posts).collect();
            offsets.sort_unstable();
            let satellites = facts.taken_utc.and_then(|instant| shown(local, instant));
            satellites.or_else(|| offsets.into_iter().find_map(|(_, offset_s)| offset_s))
        }
        Clock::Utc(instant) => {
            let mut locals: Vec<_> = records
                .iter()
                .filter_map(|r| r.facts.taken_at?.local())
                .collect();
            locals.sort_unstable();
            let named = name_date(&asset.name)
                .filter(|named| named.precision == Precision::Second)
                .and_then(|named| named.local());
            let corrected = matches!(claim.origin, Origin::Corrected(_));
            let own = facts.taken_local.filter(|_| !corrected);
            own.into_iter()
                .chain(locals)
                .chain(named.filter(|_| !corrected))
                .find_map(|local| by_service(local, instant))
        }
        Clock::Zoned { .. } => None,
    }
}

fn at_position(asset: &Asset, when: &When) -> Option<i32> {
    let location = asset.location.as_ref()?.value;
    offset_in(&zone_at(location.latitude, location.longitude)?, when)
}

/// Returns the offset in use at a place at an instant.
pub fn offset_at(place: Location, instant: Timestamp) -> Option<i32> {
    let zone = zone_at(place.latitude, place.longitude)?;
    Some(zone.to_offset(instant).seconds())
}

/// Returns the time zone on land at a position. At sea there is none that people live by.
fn zone_at(latitude: f64, longitude: f64) -> Option<TimeZone> {
    static FINDER: OnceLock<EmbeddedFinder> = OnceLock::new();
    let name = FINDER
        .get_or_init(EmbeddedFinder::new)
        .get_tz_name(longitude, latitude);
    (!name.starts_with("Etc/"))
        .then(|| zone_named(name))
        .flatten()
}

/// Returns the zone of an IANA name, from the data built in: the same on every machine.
pub fn zone_named(name: &str) -> Option<TimeZone> {
    TimeZoneDatabase::bundled().get(name).ok()
}

/// Returns the offset of a zone at a time. A wall clock that happened twice counts as the first.
fn offset_in(zone: &TimeZone, when: &When) -> Option<i32> {
    match when.clock {
        Clock::Utc(instant) => Some(zone.to_offset(instant).seconds()),
        Clock::Wall(local) => {
            let instant = zone.to_ambiguous_timestamp(local).compatible().ok()?;
            Some(zone.to_offset(instant).seconds())
        }
        Clock::Zoned { offset_s, .. } => Some(offset_s),
    }
}

/// Returns the offset that a wall clock and an instant of the same moment show: their difference, if it lies at a quarter hour.
///
/// Real zones are whole quarter hours between −12 and +14 hours; `slack_s` allows for the time between the two readings.
pub fn compared_offset(
    local: jiff::civil::DateTime,
    instant: jiff::Timestamp,
    slack_s: i64,
) -> Option<i32> {
    let seconds = wall_minus_utc(local, instant).as_secs();
    let quarter = (seconds as f64 / 900.0).round() as i64 * 900;
    let real = (-12 * 3600..=14 * 3600).contains(&quarter) && (seconds - quarter).abs() <= slack_s;
    real.then_some(quarter as i32)
}

/// Returns whether a time's clock could still gain an offset.
pub fn lacks_offset(when: &When) -> bool {
    !matches!(when.clock, Clock::Zoned { .. }) && when.precision <= Precision::Minute
}

#[cfg(test)]
#[path = "offset_tests.rs"]
mod tests;
