//! What the real server does behind its answers: it reads metadata 1 to 60 seconds after an upload, and every change of facts or tags
//! makes it write its own sidecar and read that again. Two such writings that come within two seconds of each other spoil the sidecar
//! ("Temporary file already exists"), and the next reading loses what only it said. Seen on 3.1.0, November 2026.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::tz::Offset;
use model::time::{Clock, When};
use serde_json::{Value, json};
use writer::sidecar::fields::parse_date;
use writer::sidecar::read::read;

use super::{Asset, Store};

/// A second of the server's background, if a test does not say otherwise.
pub(super) const SECOND: Duration = Duration::from_millis(8);

/// What is to be done in the background.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Work {
    /// Read the file and its sidecar.
    Extract,
    /// Write the server's own sidecar.
    WriteSidecar,
}

#[derive(Debug)]
struct Job {
    due: Duration,
    asset: String,
    work: Work,
}

/// The server's background: its queue, and its clock.
#[derive(Debug)]
pub struct Background {
    /// How long a second of it takes.
    pub second: Duration,
    /// Nothing is done until this is taken back, as if an administrator had paused the queue.
    pub paused: bool,
    began: Instant,
    queue: Vec<Job>,
    count: u64,
}

impl Default for Background {
    fn default() -> Self {
        Self {
            second: SECOND,
            paused: false,
            began: Instant::now(),
            queue: Vec::new(),
            count: 0,
        }
    }
}

/// What the server's own sidecar of an asset says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Known {
    /// Fields of the exif table.
    pub exif: BTreeMap<String, Value>,
    /// Values of tags.
    pub tags: BTreeSet<String>,
}

impl Store {
    fn queue(&mut self, asset: &str, work: Work, seconds: u64) {
        let background = &mut self.background;
        let due = background.began.elapsed() + background.second * seconds as u32;
        background.queue.push(Job {
            due,
            asset: asset.to_owned(),
            work,
        });
    }

    /// Queues the first reading of an asset, 1 to 60 seconds from now.
    pub(super) fn extract_later(&mut self, asset: &str) {
        self.background.count += 1;
        let seconds = 1 + self.background.count * 17 % 60;
        self.queue(asset, Work::Extract, seconds);
    }

    /// Queues the writing of a sidecar. One that comes within two seconds of another collides with it.
    pub(super) fn write_later(&mut self, asset: &str) {
        let now = self.background.began.elapsed();
        let two_seconds = self.background.second * 2;
        self.background.count += 1;
        let seconds = 3 + self.background.count * 7 % 20;
        if let Some(asset) = self.assets.iter_mut().find(|found| found.id == asset) {
            asset.is_spoilt |= asset.written.is_some_and(|at| now < at + two_seconds);
            asset.written = Some(now);
        }
        self.queue(asset, Work::WriteSidecar, seconds);
    }

    /// Does what is due.
    pub(super) fn run_due(&mut self) {
        self.run_until(self.background.began.elapsed());
    }

    /// Does all that is queued, as if minutes had gone by.
    pub fn run_all(&mut self) {
        self.run_until(Duration::MAX);
    }

    fn run_until(&mut self, now: Duration) {
        while !self.background.paused {
            let queue = &mut self.background.queue;
            let next = (0..queue.len()).min_by_key(|at| queue[*at].due);
            let Some(next) = next.filter(|next| queue[*next].due <= now) else {
                return;
            };
            let job = queue.remove(next);
            let Some(at) = self.assets.iter().position(|asset| asset.id == job.asset) else {
                continue;
            };
            match job.work {
                Work::Extract => self.extract(at),
                Work::WriteSidecar => {
                    let asset = &mut self.assets[at];
                    let mut known = asset.known.take().unwrap_or_default();
                    known.exif.extend(asset.exif.clone());
                    known.tags.clone_from(&asset.tags);
                    asset.known = (!asset.is_spoilt).then_some(known);
                    asset.locked.clear();
                    self.queue(&job.asset, Work::Extract, 1);
                }
            }
        }
    }

    fn extract(&mut self, at: usize) {
        let asset = &self.assets[at];
        let found = asset.known.clone().unwrap_or_default();
        let mut exif = embedded(asset);
        exif.extend(found.exif);
        let date = exif.entry("dateTimeOriginal".to_owned());
        date.or_insert_with(|| json!(asset.file_modified));
        let size = asset.bytes.len();
        exif.insert("fileSizeInByte".to_owned(), json!(size));
        for field in &asset.locked {
            let value = asset.exif.get(field).cloned().unwrap_or(Value::Null);
            exif.insert(field.clone(), value);
        }
        for value in &found.tags {
            self.tag_id(value);
        }
        let asset = &mut self.assets[at];
        asset.tags = found.tags;
        asset.exif = exif;
        asset.is_spoilt = false;
        self.touch(at);
    }

    /// Notes that an asset was changed.
    pub(super) fn touch(&mut self, at: usize) {
        self.changes += 1;
        self.assets[at].updated = self.changes;
    }
}

/// Returns what the server reads out of a sidecar that comes with an upload.
pub(super) fn known_from(sidecar: &[u8]) -> Known {
    let text = std::str::from_utf8(sidecar).unwrap_or_default();
    let Ok(found) = read(text) else {
        return Known::default();
    };
    let found = found.standard;
    let mut known = Known::default();
    let mut set = |name: &str, value: Value| known.exif.insert(name.to_owned(), value);
    let place = found
        .location
        .map(|place| (place.latitude, place.longitude));
    let date = found.dates.iter().flatten().find_map(|text| {
        // A day or a month alone is no date to it.
        let whole = text.len() >= "2023-01-01T00:00:00".len();
        parse_date(text).filter(|_| whole)
    });
    if let Some(date) = date {
        let (instant, zone) = moment(&date, offset_in(text), place);
        set("dateTimeOriginal", json!(instant.to_string()));
        set("timeZone", json!(zone_name(zone)));
    }
    let [first, second] = found.descriptions;
    if let Some(text) = second.or(first) {
        set("description", json!(text));
    }
    if let Some((latitude, longitude)) = place {
        set("latitude", json!(latitude));
        set("longitude", json!(longitude));
    }
    if let Some(stars) = found.rating.filter(|stars| (1..=5).contains(stars)) {
        set("rating", json!(stars));
    }
    let lists = [found.tags_list, found.hierarchical, found.subject];
    let tags = lists.into_iter().find(|list| !list.is_empty());
    known.tags = tags
        .into_iter()
        .flatten()
        .map(|tag| tag.replace('|', "/"))
        .collect();
    known
}

/// Returns the offset tag of a sidecar, in whatever form it stands there.
fn offset_in(text: &str) -> Option<Offset> {
    let at = text.find("OffsetTimeOriginal")? + "OffsetTimeOriginal".len();
    let value = text[at..].trim_start_matches(['=', '"', '\'', '>']);
    let value = value.split(['"', '\'', '<']).next()?;
    offset_of(value)
}

pub(super) fn offset_of(text: &str) -> Option<Offset> {
    let text = text.replace(':', "");
    let (sign, digits) = match text.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let number: i32 = digits.parse().ok().filter(|_| digits.len() == 4)?;
    Offset::from_seconds(sign * (number / 100 * 3600 + number % 100 * 60)).ok()
}

/// The instant of a date, and the zone it is shown in: that of the offset tag, else the place's, else the date's own, else UTC.
fn moment(date: &When, tag: Option<Offset>, place: Option<(f64, f64)>) -> (Timestamp, Offset) {
    // No table of zones: the sun's will do.
    let by_sun = |(_, longitude): (f64, f64)| {
        Offset::from_seconds((longitude / 15.0).round() as i32 * 3600).ok()
    };
    let zone = tag.or_else(|| place.and_then(by_sun));
    match date.clock {
        Clock::Zoned { local, offset_s } => {
            let own = Offset::from_seconds(offset_s).expect("it was read");
            let instant = own.to_timestamp(local).expect("a date of our time");
            (instant, zone.unwrap_or(own))
        }
        Clock::Utc(instant) => (instant, zone.unwrap_or(Offset::UTC)),
        Clock::Wall(local) => {
            let zone = zone.unwrap_or(Offset::UTC);
            (zone.to_timestamp(local).expect("a date of our time"), zone)
        }
    }
}

pub(super) fn zone_name(zone: Offset) -> String {
    format!("UTC{}", model::time::offset_text(zone.seconds()))
}

/// Returns the time a person sees, written as if it were UTC, as the interface does.
pub(super) fn local_text(asset: &Asset) -> Value {
    let text = |name: &str| asset.exif.get(name).and_then(Value::as_str);
    let Some(instant) = text("dateTimeOriginal").and_then(|text| text.parse::<Timestamp>().ok())
    else {
        return Value::Null;
    };
    let zone = text("timeZone").and_then(|name| offset_of(name.trim_start_matches("UTC")));
    let local = zone.unwrap_or(Offset::UTC).to_datetime(instant);
    json!(format!("{local}Z"))
}

/// Returns what stands in the file itself.
fn embedded(asset: &Asset) -> BTreeMap<String, Value> {
    let mut exif = BTreeMap::new();
    let Some(kind) = media::sniff(&asset.bytes) else {
        return exif;
    };
    let facts = media::inspect(kind, &mut Cursor::new(asset.bytes.clone()));
    let place = facts
        .location
        .map(|place| (place.latitude, place.longitude));
    if let Some(date) = facts.taken_at() {
        let (instant, zone) = moment(&date, None, place);
        exif.insert("dateTimeOriginal".into(), json!(instant.to_string()));
        exif.insert("timeZone".into(), json!(zone_name(zone)));
    }
    if let Some(text) = facts.description {
        exif.insert("description".into(), json!(text));
    }
    if let Some((latitude, longitude)) = place {
        exif.insert("latitude".into(), json!(latitude));
        exif.insert("longitude".into(), json!(longitude));
    }
    exif
}
