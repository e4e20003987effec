//! The standard fields of a sidecar, and how dates, coordinates and tags are written in XMP.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;
use serde::{Deserialize, Serialize};

use super::camera::CameraFields;
use super::ns;
use super::xml_text::clean;
use model::asset::Asset;
use model::record::Location;
use model::time::{Clock, Precision, When, offset_text};

/// The standard fields as written. Kept in the sidecar, so that a later look can tell what another program changed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Fields {
    /// When it was taken, as an XMP date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taken_at: Option<String>,
    /// Text by the owner.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Short name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Coordinates.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// Name of the place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// People in it.
    pub people: Vec<String>,
    /// Keywords; `|` parts the levels of one.
    pub keywords: Vec<String>,
    /// Stars.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rating: Option<u8>,
    /// Marked as a favourite.
    pub favorite: bool,
    /// The camera, where the file itself names none.
    #[serde(skip_serializing_if = "CameraFields::is_empty")]
    pub camera: CameraFields,
    /// Licences under which services show it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
}

/// Returns the zone, such as `+02:00`, of a date as XMP writes it; `None` where none is said. `2023-07` has none: one stands behind a
/// time of day only.
pub fn zone_of(date: &str) -> Option<&str> {
    let time = date.find('T')?;
    let sign = date.rfind(['+', '-']).filter(|sign| *sign > time)?;
    Some(&date[sign..])
}

impl Fields {
    /// Returns the fields of an asset.
    pub fn of(asset: &Asset) -> Self {
        let text = |text: &String| Some(clean(text)).filter(|text| !text.is_empty());
        Self {
            taken_at: asset.taken_at.as_ref().map(|claim| date_text(&claim.value)),
            description: asset
                .description
                .as_ref()
                .and_then(|claim| text(&claim.value)),
            title: asset.title.as_ref().and_then(|claim| text(&claim.value)),
            // Coordinates of 0,0 mean that there was no fix; every reader would show them off West Africa.
            location: asset
                .location
                .as_ref()
                .map(|claim| claim.value)
                .filter(is_place),
            place: asset.place.as_ref().and_then(|claim| text(&claim.value)),
            people: cleaned(&asset.people),
            keywords: cleaned(&asset.keywords),
            rating: asset.rating.filter(|stars| (1..=5).contains(stars)),
            favorite: asset.favorite,
            camera: CameraFields::of(asset),
            license: text(&asset.licenses.join("; ")),
        }
    }

    /// Returns the zone of the date, such as `+02:00`, where it is known.
    pub(super) fn offset(&self) -> Option<&str> {
        zone_of(self.taken_at.as_deref()?)
    }

    /// Returns what was written into a property that other programs write, too, and that is theirs if it says something else.
    pub(super) fn shared(&self, namespace: &str, name: &str) -> Option<&str> {
        match (namespace, name) {
            (ns::XMP_RIGHTS, "UsageTerms") => self.license.as_deref(),
            (ns::EXIF_EX, "OffsetTimeOriginal") => self.offset(),
            _ => self.camera.value_of(namespace, name),
        }
    }

    /// Full paths of all tags, levels parted by `level`: keywords, and people below `People`.
    pub(super) fn tags(&self, level: char) -> Vec<String> {
        let people = self
            .people
            .iter()
            .map(|name| format!("People{level}{}", tag_name(name)));
        let keywords = self.keywords.iter().map(|keyword| {
            let levels: Vec<String> = keyword.split('|').map(tag_name).collect();
            levels.join(&level.to_string())
        });
        sorted(people.chain(keywords))
    }

    /// The last level of each tag.
    pub fn leaves(&self) -> Vec<String> {
        let keywords = self
            .keywords
            .iter()
            .map(|keyword| keyword.rsplit('|').next().unwrap_or(keyword));
        sorted(
            self.people
                .iter()
                .map(String::as_str)
                .chain(keywords)
                .map(tag_name),
        )
    }
}

fn is_place(location: &Location) -> bool {
    Location::new(location.latitude, location.longitude).is_some()
}

fn cleaned(texts: &[String]) -> Vec<String> {
    sorted(texts.iter().map(|text| clean(text).trim().to_owned()))
}

pub(super) fn sorted(texts: impl Iterator<Item = String>) -> Vec<String> {
    let mut texts: Vec<String> = texts.filter(|text| !text.is_empty()).collect();
    texts.sort();
    texts.dedup();
    texts
}

/// A slash or bar inside a tag would be taken for a new level by every reader.
pub(super) fn tag_name(name: &str) -> String {
    name.trim()
        .replace('/', "\u{2215}")
        .replace('|', "\u{2223}")
}

/// Writes a time as an XMP date, as finely as it is known.
pub fn date_text(when: &When) -> String {
    let time = when.for_names();
    let (date, clock) = (time.date(), time.time());
    let day = date_only(date, when.precision);
    let minute = format!("{day}T{:02}:{:02}", clock.hour(), clock.minute());
    match when.precision {
        Precision::Year | Precision::Month | Precision::Day => day,
        Precision::Minute => format!("{minute}{}", zone_text(&when.clock)),
        Precision::Second => {
            format!(
                "{minute}:{:02}{}{}",
                clock.second(),
                fraction(clock),
                zone_text(&when.clock)
            )
        }
    }
}

fn date_only(date: Date, precision: Precision) -> String {
    // XMP dates have four digits; a year before 0 cannot be a picture's and only has to be read back.
    let year = match date.year() {
        year @ 0.. => format!("{year:04}"),
        year => format!("-{:04}", year.unsigned_abs()),
    };
    match precision {
        Precision::Year => year,
        Precision::Month => format!("{year}-{:02}", date.month()),
        _ => format!("{year}-{:02}-{:02}", date.month(), date.day()),
    }
}

fn fraction(time: Time) -> String {
    match time.subsec_nanosecond() {
        0 => String::new(),
        nanoseconds => format!(".{nanoseconds:09}")
            .trim_end_matches('0')
            .to_owned(),
    }
}

fn zone_text(clock: &Clock) -> String {
    match clock {
        Clock::Zoned { offset_s, .. } => offset_text(*offset_s),
        Clock::Utc(_) => "Z".to_owned(),
        Clock::Wall(_) => String::new(),
    }
}

/// Reads an XMP date; also `2023:07:14 18:03:22`, as some programs write it.
pub fn parse_date(text: &str) -> Option<When> {
    let text = text.trim();
    let (date, time) = match text.split_once(['T', ' ']) {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let (date, precision) = parse_day(date)?;
    let Some(time) = time else {
        return Some(When::wall(date.to_datetime(Time::midnight())).known_to(precision));
    };
    let zone_at = time.find(['Z', '+', '-', '\u{2212}']).unwrap_or(time.len());
    let (time, zone) = time.split_at(zone_at);
    let (time, precision) = parse_clock(time)?;
    let clock = clock_in(date.to_datetime(time), zone.trim())?;
    Some(When { clock, precision })
}

fn clock_in(local: DateTime, zone: &str) -> Option<Clock> {
    if zone.is_empty() {
        return Some(Clock::Wall(local));
    }
    if zone == "Z" {
        return Some(Clock::Utc(Offset::UTC.to_timestamp(local).ok()?));
    }
    let (sign, digits) = match zone.strip_prefix('+') {
        Some(digits) => (1, digits),
        None => (-1, zone.trim_start_matches(['-', '\u{2212}'])),
    };
    let digits: String = digits.chars().filter(char::is_ascii_digit).collect();
    let number = |range: std::ops::Range<usize>| digits.get(range)?.parse::<i32>().ok();
    let offset_s = sign * (number(0..2)? * 3600 + number(2..4).unwrap_or(0) * 60);
    Offset::from_seconds(offset_s).ok()?;
    Some(Clock::Zoned { local, offset_s })
}

fn parse_day(text: &str) -> Option<(Date, Precision)> {
    let (sign, text) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let mut parts = text.split(['-', ':']);
    let year = sign * parts.next()?.parse::<i16>().ok()?;
    let Some(month) = parts.next() else {
        return Some((Date::new(year, 1, 1).ok()?, Precision::Year));
    };
    let month = month.parse().ok()?;
    let Some(day) = parts.next() else {
        return Some((Date::new(year, month, 1).ok()?, Precision::Month));
    };
    Some((
        Date::new(year, month, day.parse().ok()?).ok()?,
        Precision::Day,
    ))
}

fn parse_clock(text: &str) -> Option<(Time, Precision)> {
    let mut parts = text.trim().split(':');
    let hour = parts.next()?.parse().ok()?;
    let minute = parts.next()?.parse().ok()?;
    let Some(seconds) = parts.next() else {
        return Some((Time::new(hour, minute, 0, 0).ok()?, Precision::Minute));
    };
    let (second, fraction) = seconds.split_once('.').unwrap_or((seconds, ""));
    let nanoseconds = format!("{:0<9.9}", fraction).parse().ok()?;
    Some((
        Time::new(hour, minute, second.parse().ok()?, nanoseconds).ok()?,
        Precision::Second,
    ))
}

/// Returns the date as its readers other than EXIF's get it: no fraction of a second, because digiKam 7.9 takes such
/// a date for UTC in `photoshop:DateCreated`.
pub(super) fn without_fraction(date: &str) -> String {
    let Some(dot) = date.find('.') else {
        return date.to_owned();
    };
    let end = date[dot + 1..]
        .find(|c: char| !c.is_ascii_digit())
        .map_or(date.len(), |end| dot + 1 + end);
    format!("{}{}", &date[..dot], &date[end..])
}

/// Writes a latitude as `48,51.204600N`.
pub fn latitude_text(degrees: f64) -> String {
    coordinate_text(degrees, 'N', 'S')
}

/// Writes a longitude as `2,20.913000E`.
pub fn longitude_text(degrees: f64) -> String {
    coordinate_text(degrees, 'E', 'W')
}

fn coordinate_text(degrees: f64, positive: char, negative: char) -> String {
    // Whole millionths of a minute first: else 59.9999996 minutes would be written as 60.
    let millionths = (degrees.abs() * 60e6).round() as u64;
    let letter = if degrees < 0.0 { negative } else { positive };
    let (whole, rest) = (millionths / 60_000_000, millionths % 60_000_000);
    format!(
        "{whole},{}.{:06}{letter}",
        rest / 1_000_000,
        rest % 1_000_000
    )
}

/// Reads `DDD,MM.mmk`, `DDD,MM,SSk` and plain degrees.
pub fn parse_coordinate(text: &str) -> Option<f64> {
    let text = text.trim();
    let (number, sign) = match text.chars().last()?.to_ascii_uppercase() {
        'N' | 'E' => (&text[..text.len() - 1], 1.0),
        'S' | 'W' => (&text[..text.len() - 1], -1.0),
        _ => (text, 1.0),
    };
    let mut degrees = 0.0;
    for (part, unit) in number.split(',').zip([1.0, 60.0, 3600.0]) {
        degrees += parse_number(part)? / unit;
    }
    Some(sign * degrees)
}

/// Reads a decimal number or a fraction such as `12345/1000`.
pub fn parse_number(text: &str) -> Option<f64> {
    let number = match text.trim().split_once('/') {
        Some((above, below)) => {
            above.trim().parse::<f64>().ok()? / below.trim().parse::<f64>().ok()?
        }
        None => text.trim().parse().ok()?,
    };
    Some(number).filter(|number: &f64| number.is_finite())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use jiff::civil::datetime;

    #[test]
    fn dates_are_written_as_finely_as_known_and_read_back() {
        let wall = When::wall(datetime(2023, 7, 14, 18, 3, 22, 0));
        let fine = When::wall(datetime(2023, 7, 14, 18, 3, 22, 250_000_000));
        let rows = [
            (wall, "2023-07-14T18:03:22"),
            (fine, "2023-07-14T18:03:22.25"),
            (fine.at_offset(7200), "2023-07-14T18:03:22.25+02:00"),
            (wall.at_offset(-34_200), "2023-07-14T18:03:22-09:30"),
            (
                When::utc(Timestamp::constant(1_700_000_000, 0)),
                "2023-11-14T22:13:20Z",
            ),
            (
                When::wall(datetime(2023, 7, 14, 18, 3, 0, 0)).known_to(Precision::Minute),
                "2023-07-14T18:03",
            ),
            (
                When::wall(datetime(2023, 7, 14, 0, 0, 0, 0)).known_to(Precision::Day),
                "2023-07-14",
            ),
            (
                When::wall(datetime(2023, 7, 1, 0, 0, 0, 0)).known_to(Precision::Month),
                "2023-07",
            ),
            (
                When::wall(datetime(-44, 3, 15, 0, 0, 0, 0)).known_to(Precision::Day),
                "-0044-03-15",
            ),
        ];
        for (when, text) in rows {
            assert_eq!(date_text(&when), text);
            assert_eq!(parse_date(text), Some(when), "{text}");
        }
    }

    #[test]
    fn dates_as_other_programs_write_them() {
        let wall = When::wall(datetime(2023, 7, 14, 18, 3, 22, 0));
        assert_eq!(parse_date("2023:07:14 18:03:22"), Some(wall));
        assert_eq!(
            parse_date(" 2023-07-14T18:03:22+0200 "),
            Some(wall.at_offset(7200))
        );
        let year = When::wall(datetime(2023, 1, 1, 0, 0, 0, 0)).known_to(Precision::Year);
        assert_eq!(parse_date("2023"), Some(year));
        assert_eq!(date_text(&year), "2023");
        for text in [
            "",
            "20x3",
            "yesterday",
            "2023-13-01",
            "2023-07-14T25:00",
            "2023-07-14T18:03:22+99:00",
            "2023-07-14T",
        ] {
            assert_eq!(parse_date(text), None, "{text}");
        }
    }

    #[test]
    fn fractions_go_and_offsets_stay() {
        assert_eq!(
            without_fraction("2023-07-14T18:03:22.25+02:00"),
            "2023-07-14T18:03:22+02:00"
        );
        assert_eq!(
            without_fraction("2023-07-14T18:03:22.25"),
            "2023-07-14T18:03:22"
        );
        assert_eq!(without_fraction("2023-07-14"), "2023-07-14");
    }

    #[test]
    fn coordinates_have_whole_degrees_and_minutes_below_sixty() {
        let rows = [
            (48.853_41, "48,51.204600N"),
            (-33.856_784, "33,51.407040S"),
            (0.999_999_999_9, "1,0.000000N"),
            (-0.5, "0,30.000000S"),
            (90.0, "90,0.000000N"),
        ];
        for (degrees, text) in rows {
            assert_eq!(latitude_text(degrees), text);
            let back = parse_coordinate(text).unwrap();
            assert!((back - degrees).abs() < 1e-8, "{text}");
        }
        assert_eq!(longitude_text(-2.5), "2,30.000000W");
        let read = [
            ("48,51,12.276N", 48.853_41),
            ("48.85341", 48.853_41),
            ("-2.5", -2.5),
            ("2,30w", -2.5),
        ];
        for (text, degrees) in read {
            assert!(
                (parse_coordinate(text).unwrap() - degrees).abs() < 1e-8,
                "{text}"
            );
        }
        assert_eq!(
            (
                parse_coordinate(""),
                parse_coordinate("north"),
                parse_number("1/0")
            ),
            (None, None, None)
        );
    }

    #[test]
    fn tags_of_several_levels_and_slashes_inside_a_name() {
        let fields = Fields {
            people: vec!["Ann/Bo".into()],
            keywords: vec!["black/white".into(), "Places|Rome".into()],
            ..Fields::default()
        };
        assert_eq!(
            fields.tags('/'),
            ["People/Ann\u{2215}Bo", "Places/Rome", "black\u{2215}white"]
        );
        assert_eq!(
            fields.tags('|'),
            ["People|Ann\u{2215}Bo", "Places|Rome", "black\u{2215}white"]
        );
        assert_eq!(
            fields.leaves(),
            ["Ann\u{2215}Bo", "Rome", "black\u{2215}white"]
        );
    }

    #[test]
    fn text_becomes_what_xml_can_carry() {
        assert_eq!(
            clean("a\u{0}b\u{fffe}c\r\nd\re\u{1f600}"),
            "a\u{fffd}b\u{fffd}c\nd\ne\u{1f600}"
        );
    }
}
