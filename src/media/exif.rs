//! Turns EXIF fields into facts. Believes only what can be true.

use exif::{Exif, In, Reader, Tag, Value};
use jiff::civil::DateTime;
use jiff::tz::Offset;
use jiff::{Timestamp, ToSpan};

use model::media_facts::MediaFacts;
use model::record::Location;

use super::Source;
use super::bytes::Fault;
use super::tiff::extract;

/// The modify date, used only to judge `OffsetTime`, which belongs to it.
const MODIFIED: Tag = Tag::DateTime;

/// Reads the TIFF structure between `start` and `end` and adds what it says.
pub(crate) fn read(
    source: &mut dyn Source,
    start: u64,
    end: u64,
    facts: &mut MediaFacts,
) -> Result<(), Fault> {
    let extract = extract(source, start, end)?;
    let exif = Reader::new()
        .continue_on_error(true)
        .read_raw(extract.bytes)
        .or_else(|error| error.distill_partial_result(|_| ()))
        .map_err(|_| "the EXIF cannot be read")?;
    Facts { exif: &exif }.add_to(facts);
    extract.fault.map_or(Ok(()), Err)
}

struct Facts<'a> {
    exif: &'a Exif,
}

impl Facts<'_> {
    fn add_to(&self, facts: &mut MediaFacts) {
        if let Some((taken, offset_s)) = self.taken() {
            facts.taken_local = Some(taken);
            facts.taken_offset_s = offset_s;
        }
        facts.taken_utc = self.gps_clock();
        facts.location = self.location();
        facts.make = self.text(Tag::Make);
        facts.model = self.text(Tag::Model);
        facts.orientation = self
            .number(Tag::Orientation)
            .and_then(|number| u8::try_from(number).ok())
            .filter(|number| (1..=8).contains(number));
        facts.description = self
            .text(Tag::ImageDescription)
            .filter(|text| !is_junk(text));
        facts.content_id = self.bytes(Tag::MakerNote).and_then(content_id);
    }

    fn bytes(&self, tag: Tag) -> Option<&[u8]> {
        match &self.exif.get_field(tag, In::PRIMARY)?.value {
            Value::Undefined(bytes, _) | Value::Byte(bytes) => Some(bytes),
            Value::Ascii(parts) => parts.first().map(Vec::as_slice),
            _ => None,
        }
    }

    fn number(&self, tag: Tag) -> Option<u32> {
        self.exif.get_field(tag, In::PRIMARY)?.value.get_uint(0)
    }

    /// Text up to its NUL, without spaces around it. What is not UTF-8 is in an unknown code page and left out.
    fn text(&self, tag: Tag) -> Option<String> {
        let bytes = self.bytes(tag)?.split(|byte| *byte == 0).next()?;
        let text = std::str::from_utf8(bytes).ok()?.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    fn taken(&self) -> Option<(DateTime, Option<i32>)> {
        let offset = |tag| self.text(tag).as_deref().and_then(offset);
        let clock = |tag, fraction| Some(with_fraction(self.clock(tag)?, self.text(fraction)));
        if let Some(taken) = clock(Tag::DateTimeOriginal, Tag::SubSecTimeOriginal) {
            // OffsetTime is the modify date's: it holds for the capture only where both are one moment.
            let same = self
                .clock(MODIFIED)
                .is_none_or(|modified| Some(modified) == self.clock(Tag::DateTimeOriginal));
            let offset = offset(Tag::OffsetTimeOriginal)
                .or_else(|| offset(Tag::OffsetTime).filter(|_| same));
            return Some((taken, offset));
        }
        let taken = clock(Tag::DateTimeDigitized, Tag::SubSecTimeDigitized)?;
        Some((taken, offset(Tag::OffsetTimeDigitized)))
    }

    fn clock(&self, tag: Tag) -> Option<DateTime> {
        clock(self.bytes(tag)?)
    }

    fn rationals<const N: usize>(&self, tag: Tag) -> Option<[f64; N]> {
        let Value::Rational(values) = &self.exif.get_field(tag, In::PRIMARY)?.value else {
            return None;
        };
        let mut numbers = [0.0; N];
        for (number, value) in numbers.iter_mut().zip(values) {
            *number = f64::from(value.num) / f64::from(value.denom);
        }
        let sound = values.len() >= N && numbers.iter().all(|number| number.is_finite());
        sound.then_some(numbers)
    }

    fn location(&self) -> Option<Location> {
        let latitude = self.degrees(Tag::GPSLatitude, Tag::GPSLatitudeRef, ["N", "S"])?;
        let longitude = self.degrees(Tag::GPSLongitude, Tag::GPSLongitudeRef, ["E", "W"])?;
        Some(Location {
            altitude_m: self.altitude(),
            ..Location::new(latitude, longitude)?
        })
    }

    /// Degrees without a direction could be either: they are left out.
    fn degrees(&self, tag: Tag, direction: Tag, letters: [&str; 2]) -> Option<f64> {
        let [degrees, minutes, seconds] = self
            .rationals::<3>(tag)
            // Some writers give seconds as 0/0.
            .or_else(|| {
                self.rationals::<2>(tag)
                    .map(|[degrees, minutes]| [degrees, minutes, 0.0])
            })?;
        let degrees = degrees + minutes / 60.0 + seconds / 3600.0;
        let direction = self.text(direction)?.to_ascii_uppercase();
        if direction.starts_with(letters[0]) {
            Some(degrees)
        } else {
            direction.starts_with(letters[1]).then_some(-degrees)
        }
    }

    fn altitude(&self) -> Option<f64> {
        let [metres] = self.rationals::<1>(Tag::GPSAltitude)?;
        let below = self.bytes(Tag::GPSAltitudeRef).and_then(<[u8]>::first) == Some(&1);
        // Everest to space, and the deepest mine: the rest is a broken sensor.
        let metres = if below { -metres } else { metres };
        (-12_000.0..=100_000.0).contains(&metres).then_some(metres)
    }

    fn gps_clock(&self) -> Option<Timestamp> {
        let day = clock(format!("{} 00:00:00", self.text(Tag::GPSDateStamp)?).as_bytes())?;
        let [hours, minutes, seconds] = self.rationals::<3>(Tag::GPSTimeStamp)?;
        let possible = (0.0..24.0).contains(&hours)
            && (0.0..60.0).contains(&minutes)
            && (0.0..61.0).contains(&seconds);
        // The first satellite flew in 1978; years before are a receiver without a fix.
        if !possible || day.year() < 1980 {
            return None;
        }
        let milliseconds = ((hours * 60.0 + minutes) * 60.0 + seconds) * 1000.0;
        let instant = day
            .checked_add((milliseconds.round() as i64).milliseconds())
            .ok()?;
        Offset::UTC.to_timestamp(instant).ok()
    }
}

/// Reads `2023:07:14 18:03:22`. Some programs write `-` or `/` in dates, and `T` between date and time.
fn clock(bytes: &[u8]) -> Option<DateTime> {
    let bytes = bytes.get(..19)?;
    let separated = [4, 7]
        .iter()
        .all(|&at| matches!(bytes[at], b':' | b'-' | b'/'))
        && matches!(bytes[10], b' ' | b'T')
        && bytes[13] == b':'
        && bytes[16] == b':';
    let number = |from: usize, to: usize| -> Option<i16> {
        let digits = &bytes[from..to];
        let plain = digits.iter().all(u8::is_ascii_digit);
        plain.then(|| {
            digits
                .iter()
                .fold(0, |number, digit| number * 10 + i16::from(digit - b'0'))
        })
    };
    let part = |from| number(from, from + 2).and_then(|part| i8::try_from(part).ok());
    // There are no photographs from before 1826; `0000:00:00` means "unknown".
    let year = number(0, 4).filter(|year| separated && *year >= 1826)?;
    DateTime::new(year, part(5)?, part(8)?, part(11)?, part(14)?, part(17)?, 0).ok()
}

fn with_fraction(taken: DateTime, digits: Option<String>) -> DateTime {
    let digits = digits.unwrap_or_default();
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return taken;
    }
    let nanoseconds = format!("{digits:0<9}")[..9].parse().unwrap_or(0);
    taken
        .with()
        .subsec_nanosecond(nanoseconds)
        .build()
        .unwrap_or(taken)
}

/// Reads `+02:00`, `-0930` or `Z` into seconds east of UTC.
pub(crate) fn offset(text: &str) -> Option<i32> {
    if text == "Z" {
        return Some(0);
    }
    let (sign, rest) = match text.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let digits: String = rest.chars().filter(|c| *c != ':').collect();
    let plain = digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit());
    let number: i32 = digits.parse().ok().filter(|_| plain)?;
    let seconds = number / 100 * 3600 + number % 100 * 60;
    // Zones lie between −12 and +14 hours.
    (number % 100 < 60 && seconds <= 14 * 3600).then_some(sign * seconds)
}

/// What cameras and programs put where a caption belongs.
const JUNK: [&str; 26] = [
    "olympus digital camera",
    "minolta digital camera",
    "konica minolta digital camera",
    "kodak digital still camera",
    "digital camera",
    "exif_jpeg_picture",
    "sony dsc",
    "samsung",
    "samsung digital camera",
    "dcf 1.0",
    "dcim",
    "default",
    "untitled",
    "imagedescription",
    "my beautiful picture",
    "binary comment",
    // Modes of Huawei's camera.
    "dav",
    "cof",
    "edf",
    "hdr",
    "rhdr",
    "mde",
    "oznor",
    "oznorco",
    "sdr",
    "ptr",
];

fn is_junk(text: &str) -> bool {
    let text = text.to_lowercase();
    JUNK.contains(&text.as_str()) || text.starts_with("processed with vsco")
}

/// Finds the content identifier in Apple's maker note: a directory behind a 14-byte head, offsets from the note's start.
fn content_id(note: &[u8]) -> Option<String> {
    let body = note.strip_prefix(b"Apple iOS\0")?;
    let little = match body.get(2..4)? {
        b"II" => true,
        b"MM" => false,
        _ => return None,
    };
    let number = |at: usize, bytes: usize| -> Option<u64> {
        let bytes = note.get(at..at.checked_add(bytes)?)?;
        Some(if little {
            super::bytes::little_endian(bytes)
        } else {
            super::bytes::big_endian(bytes)
        })
    };
    let count = number(14, 2)? as usize;
    let entry = (0..count)
        .map(|entry| 16 + 12 * entry)
        .take_while(|at| *at < note.len())
        .find(|at| number(*at, 4) == Some(if little { 0x0002_0011 } else { 0x0011_0002 }))?;
    let (length, at) = (
        number(entry + 4, 4)? as usize,
        number(entry + 8, 4)? as usize,
    );
    let text = note.get(at..at.checked_add(length)?)?;
    identifier(text)
}

/// Accepts a content identifier: a UUID as text, maybe with a NUL.
pub(crate) fn identifier(bytes: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(bytes).ok()?.trim_matches(['\0', ' ']);
    let plain = text
        .bytes()
        .all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    (plain && (8..=64).contains(&text.len())).then(|| text.to_owned())
}

#[cfg(test)]
#[path = "exif_tests.rs"]
mod tests;
