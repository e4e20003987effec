//! Reads facts out of the tables of an item. Labels are in the language of the account, so values are known by their shape.

use jiff::civil::DateTime;
use jiff::tz::Offset;

use serde_json::Value;

use crate::instagram::layout::is_media_path;
use crate::meta_html::PageLabel;
use crate::meta_values::{exposure_s, f_number, number};
use model::record::{DeviceFacts, Extras, Location, RecordFacts};
use model::time::When;

/// `source_type` of pictures taken with a camera at the moment of posting.
const CAMERA_SOURCES: &[&str] = &["camera", "ANDROID_ADVANCED_CAMERA"];

/// English name of the row with the source; only under it a number means one (3 behaves as a camera does).
const SOURCE_LABEL: &str = "source type";

/// English name of the row with people.
const PEOPLE_LABEL: &str = "tagged users";

/// Names of the row with the latitude, in the languages of `meta_dates`. In others its place tells: see [`location`].
const LATITUDE_LABELS: &[&str] = &[
    "latitude",
    "latitud",
    "latitudine",
    "breitengrad",
    "breite",
    "breedtegraad",
    "enlem",
    "lintang",
    "緯度",
    "纬度",
    "위도",
    "широта",
    "vĩ độ",
    "szerokość geograficzna",
];

/// Names of the row with the longitude.
const LONGITUDE_LABELS: &[&str] = &[
    "longitude",
    "longitud",
    "longitudine",
    "längengrad",
    "länge",
    "lengtegraad",
    "boylam",
    "bujur",
    "経度",
    "經度",
    "经度",
    "경도",
    "долгота",
    "kinh độ",
    "długość geograficzna",
];

/// Names of the row with the software: its value has no shape.
const SOFTWARE_LABELS: &[&str] = &[
    "software",
    "logiciel",
    "yazılım",
    "perangkat lunak",
    "ソフトウェア",
    "소프트웨어",
    "软件",
    "軟體",
    "軟件",
    "программное обеспечение",
    "phần mềm",
    "oprogramowanie",
];

/// Names of the rows about the camera: pages of May 2025 have them for singles. English; the others are translations.
const MAKE_LABELS: &[&str] = &["camera make", "make", "marca da câmera", "kamerahersteller"];
const MODEL_LABELS: &[&str] = &["camera model", "model", "modelo da câmera", "kameramodell"];
const LENS_LABELS: &[&str] = &[
    "lens model",
    "lens",
    "modelo da lente",
    "modelo de lente",
    "modelo del objetivo",
    "modèle d'objectif",
    "objektivmodell",
    "modello obiettivo",
];
const ISO_LABELS: &[&str] = &["iso", "iso speed", "velocidade iso", "velocidad iso"];
const APERTURE_LABELS: &[&str] = &["aperture", "abertura", "apertura", "ouverture", "blende"];
const SHUTTER_LABELS: &[&str] = &[
    "shutter speed",
    "velocidade do obturador",
    "velocidad de obturación",
    "vitesse d'obturation",
    "verschlusszeit",
];
const FOCAL_LENGTH_LABELS: &[&str] = &[
    "focal length",
    "distância focal",
    "distancia focal",
    "distance focale",
    "brennweite",
    "lunghezza focale",
];
/// Under these names the numbers stand plain, not in APEX.
const F_NUMBER_LABELS: &[&str] = &["f-stop", "f-number", "f number"];
const EXPOSURE_LABELS: &[&str] = &["exposure", "exposure time"];

/// Names of the row with the time of the last change, which is no time of posting.
const UPDATE_LABELS: &[&str] = &["update time"];

/// Puts what the rows about one medium say into its facts. `is_template` says of a video date that too many items share it.
pub(crate) fn read(
    rows: &[PageLabel],
    facts: &mut RecordFacts,
    is_template: &dyn Fn(&str) -> bool,
) {
    facts.taken_at = rows
        .iter()
        .filter(|row| !is_template(&row.value))
        .find_map(|row| capture_time(&row.value));
    facts.location = location(rows);
    facts.device = camera(rows).into();
    facts.taken_while_posting = rows.iter().any(is_camera);
    facts.by_someone_else = rows.iter().any(|row| is_reshare(&row.value));
    if let Some(tagged) = rows.iter().find_map(tagged) {
        facts.people = tagged.people;
        if !tagged.coauthors.is_empty() {
            facts.extras = Some(Box::new(Extras {
                coauthors: tagged.coauthors,
                ..Extras::default()
            }));
        }
    }
}

fn camera(rows: &[PageLabel]) -> DeviceFacts {
    let text = |names| labelled(rows, names).map(|row| row.value.trim().to_owned());
    let number = |names| number(Some(&Value::String(text(names)?)));
    let positive = |names| number(names).filter(|number| *number > 0.0);
    DeviceFacts {
        id: first_value(rows, is_device_id),
        make: text(MAKE_LABELS),
        model: text(MODEL_LABELS),
        lens: text(LENS_LABELS),
        software: text(SOFTWARE_LABELS),
        iso: positive(ISO_LABELS).and_then(|iso| format!("{iso:.0}").parse().ok()),
        f_number: number(APERTURE_LABELS)
            .and_then(f_number)
            .or_else(|| positive(F_NUMBER_LABELS)),
        exposure_s: number(SHUTTER_LABELS)
            .and_then(exposure_s)
            .or_else(|| positive(EXPOSURE_LABELS)),
        focal_length_mm: positive(FOCAL_LENGTH_LABELS),
    }
}

/// Says whether a row tells when the item was changed last.
pub(crate) fn is_update_time(row: &PageLabel) -> bool {
    UPDATE_LABELS.contains(&row.label.trim().to_lowercase().as_str())
}

/// Says whether a value is the path of a medium of the archive.
pub(crate) fn is_archive_path(value: &str) -> bool {
    is_media_path(value)
}

/// Reads the two forms of capture times: `2024:05:02 22:47:28` is the camera's wall clock, `20240502T224728.000Z` a video's instant.
///
/// The first seconds of 1904 (QuickTime's zero) and 1970 are no dates.
pub(crate) fn capture_time(text: &str) -> Option<When> {
    let text = text.trim();
    let (local, is_utc) = match text.strip_suffix('Z') {
        Some(compact) => (
            DateTime::strptime("%Y%m%dT%H%M%S", compact.split('.').next()?).ok()?,
            true,
        ),
        None => (DateTime::strptime("%Y:%m:%d %H:%M:%S", text).ok()?, false),
    };
    let zero = matches!(
        (local.year(), local.month(), local.day(), local.hour()),
        (1904 | 1970, 1, 1, 0)
    );
    if zero || local.year() < 1826 {
        return None;
    }
    match is_utc {
        true => Some(When::utc(Offset::UTC.to_timestamp(local).ok()?)),
        false => Some(When::wall(local)),
    }
}

fn labelled<'a>(rows: &'a [PageLabel], names: &[&str]) -> Option<&'a PageLabel> {
    rows.iter().find(|row| {
        let label = row.label.to_lowercase();
        !row.value.is_empty() && names.contains(&label.trim())
    })
}

fn first_value(rows: &[PageLabel], is_it: fn(&str) -> bool) -> Option<String> {
    rows.iter()
        .map(|row| row.value.trim())
        .find(|value| is_it(value))
        .map(str::to_owned)
}

/// Reads the position: by name, else the first two rows if both are fractions and nothing else is. Further down, two numbers
/// in a row could be camera settings, and so could those of a camera that tells no more.
fn location(rows: &[PageLabel]) -> Option<Location> {
    let named = (
        labelled(rows, LATITUDE_LABELS),
        labelled(rows, LONGITUDE_LABELS),
    );
    let (latitude, longitude) = match (named, rows) {
        ((Some(latitude), Some(longitude)), _) => {
            (degrees(&latitude.value)?, degrees(&longitude.value)?)
        }
        (_, [first, second, rest @ ..])
            if [first, second]
                .iter()
                .all(|row| is_fraction(&row.value) && !is_of_camera(row))
                && !rest.iter().any(|row| is_fraction(&row.value)) =>
        {
            (degrees(&first.value)?, degrees(&second.value)?)
        }
        _ => return None,
    };
    Location::new(latitude, longitude)
}

fn is_of_camera(row: &PageLabel) -> bool {
    [
        APERTURE_LABELS,
        SHUTTER_LABELS,
        FOCAL_LENGTH_LABELS,
        F_NUMBER_LABELS,
        EXPOSURE_LABELS,
        ISO_LABELS,
        SOFTWARE_LABELS,
    ]
    .iter()
    .any(|names| labelled(std::slice::from_ref(row), names).is_some())
}

fn degrees(text: &str) -> Option<f64> {
    text.trim()
        .parse()
        .ok()
        .filter(|degrees: &f64| degrees.is_finite())
}

fn is_fraction(text: &str) -> bool {
    text.contains('.') && degrees(text).is_some()
}

/// A UUID (iOS), or `android-` and 16 hex digits.
fn is_device_id(text: &str) -> bool {
    let is_hex = |part: &str| part.bytes().all(|byte| byte.is_ascii_hexdigit());
    match text.strip_prefix("android-") {
        Some(number) => number.len() == 16 && is_hex(number),
        None => {
            let parts: Vec<&str> = text.split('-').collect();
            let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
            lengths == [8, 4, 4, 4, 12] && parts.into_iter().all(is_hex)
        }
    }
}

fn is_camera(row: &PageLabel) -> bool {
    let value = row.value.trim();
    CAMERA_SOURCES.contains(&value)
        || value == "3" && row.label.trim().eq_ignore_ascii_case(SOURCE_LABEL)
}

/// `feed_reshare`, `reel_reshare`: someone else's post in a story.
fn is_reshare(text: &str) -> bool {
    let what = text.trim().strip_suffix("_reshare");
    what.is_some_and(|what| {
        !what.is_empty()
            && what
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    })
}

/// People by what the page says they are.
#[derive(Default)]
struct Tagged {
    /// In the picture.
    people: Vec<String>,
    /// Asked to publish it together with the owner, or did. They need not be in the picture.
    coauthors: Vec<String>,
}

/// What is in brackets after someone tagged, in English.
const TAGGED: &str = "tagged";

/// Reads `name (Tagged, 0.00, 0.00), name (Coauthor)`; what is in brackets is localised, the positions were always 0, and only
/// who is tagged has one.
fn tagged(row: &PageLabel) -> Option<Tagged> {
    let named = row.label.trim().eq_ignore_ascii_case(PEOPLE_LABEL);
    let mut found = Tagged::default();
    let mut any_position = false;
    let mut rest = row.value.trim();
    while !rest.is_empty() {
        let (name, after) = rest.split_once(" (")?;
        let (how, after) = after.split_once(')')?;
        if !is_user_name(name) {
            return None;
        }
        let has_position = how.split(',').filter(|part| is_fraction(part)).count() == 2;
        any_position |= has_position;
        let role = how.split(',').next().unwrap_or_default().trim();
        let list = match has_position || role.eq_ignore_ascii_case(TAGGED) {
            true => &mut found.people,
            false => &mut found.coauthors,
        };
        if !list.iter().any(|known| known == name) {
            list.push(name.to_owned());
        }
        rest = after.strip_prefix(',').unwrap_or(after).trim_start();
    }
    let any = !found.people.is_empty() || !found.coauthors.is_empty();
    (any && (named || any_position)).then_some(found)
}

fn is_user_name(text: &str) -> bool {
    (1..=30).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::datetime;

    fn facts(rows: &[(&str, &str)]) -> RecordFacts {
        let rows: Vec<PageLabel> = rows
            .iter()
            .map(|(label, value)| PageLabel {
                media: Some(0),
                label: (*label).to_owned(),
                value: (*value).to_owned(),
            })
            .collect();
        let mut facts = RecordFacts::default();
        read(&rows, &mut facts, &|date| date == "20230101T000000.000Z");
        facts
    }

    fn place(rows: &[(&str, &str)]) -> Option<(f64, f64)> {
        facts(rows)
            .location
            .map(|place| (place.latitude, place.longitude))
    }

    #[test]
    fn english_rows_give_all_facts() {
        let facts = facts(&[
            ("Latitude", "45.5"),
            ("Longitude", "-9"),
            ("Date taken", "2024:05:02 22:47:28"),
            ("Software", "17.5.1"),
            ("Scene capture type", "standard"),
            ("Scene type", "1"),
            ("Device ID", "android-0123456789abcdef"),
            ("Camera position", "back"),
            ("Source type", "3"),
            ("Has Camera Metadata", "1"),
            (
                "Tagged users",
                "anna.b (Tagged, 0.00, 0.00), ben_c (Coauthor), anna.b (Invited coauthor)",
            ),
        ]);
        assert_eq!(
            facts.taken_at,
            Some(When::wall(datetime(2024, 5, 2, 22, 47, 28, 0)))
        );
        assert_eq!(
            facts.location.map(|p| (p.latitude, p.longitude)),
            Some((45.5, -9.0))
        );
        assert_eq!(facts.device.id.as_deref(), Some("android-0123456789abcdef"));
        assert_eq!(facts.device.software.as_deref(), Some("17.5.1"));
        assert_eq!(facts.people, ["anna.b"]);
        let coauthors = facts.extras.as_ref().map(|extras| extras.coauthors.clone());
        assert_eq!(
            coauthors,
            Some(vec!["ben_c".to_owned(), "anna.b".to_owned()])
        );
        assert!(facts.taken_while_posting && !facts.by_someone_else);
    }

    #[test]
    fn rows_of_the_camera_are_read_as_json_has_them() {
        // As in a page of May 2025: APEX, as in JSON.
        let facts = facts(&[
            ("Focal length", "4.25"),
            ("Aperture", "1.6960"),
            ("Shutter speed", "5.8855"),
            ("ISO", "160"),
            ("Lens model", "Lens X"),
            ("Camera make", "Maker"),
            ("Camera model", "M 1"),
        ]);
        let device = facts.device;
        assert_eq!((device.f_number, device.iso), (Some(1.8), Some(160)));
        assert_eq!(device.exposure_s.map(|t| (1.0 / t).round()), Some(59.0));
        assert_eq!(device.focal_length_mm, Some(4.25));
        assert_eq!(device.lens.as_deref(), Some("Lens X"));
        assert_eq!(device.make.as_deref(), Some("Maker"));
        assert_eq!(facts.location, None, "no place in the Atlantic");
    }

    #[test]
    fn rows_of_unknown_languages_are_known_by_shape() {
        let facts = facts(&[
            ("Αα", "45.5"),
            ("Ββ", "9.25"),
            ("Γγ", "20240502T224728.000Z"),
            ("Δδ", "0F8FAD5B-D9CB-469F-A165-70867728950E"),
            ("Εε", "camera"),
            ("Ζζ", "anna (Ετικέτα, 0.00, 0.00), ben (Συν)"),
        ]);
        assert_eq!(
            facts.taken_at.and_then(|when| when.instant()),
            "2024-05-02T22:47:28Z".parse().ok()
        );
        assert_eq!(
            facts.location.map(|p| (p.latitude, p.longitude)),
            Some((45.5, 9.25))
        );
        assert_eq!(
            facts.device.id.as_deref(),
            Some("0F8FAD5B-D9CB-469F-A165-70867728950E")
        );
        assert_eq!(facts.people, ["anna"]);
        assert_eq!(
            facts.extras.map(|extras| extras.coauthors),
            Some(vec!["ben".to_owned()])
        );
        assert!(facts.taken_while_posting);
    }

    #[test]
    fn a_position_is_named_or_comes_first() {
        for (rows, expected) in [
            (
                vec![
                    ("Software", "1.5"),
                    ("Breitengrad", "48.1"),
                    ("Längengrad", "11.5"),
                ],
                Some((48.1, 11.5)),
            ),
            (
                vec![("위도", "37.5"), ("경도", "127.0")],
                Some((37.5, 127.0)),
            ),
            (vec![("x", "48.1"), ("y", "11.5")], Some((48.1, 11.5))),
            (vec![("x", "11.5"), ("y", "148.1")], Some((11.5, 148.1))),
            (vec![("x", "148.1"), ("y", "11.5")], None),
            (vec![("x", "48"), ("y", "11.5")], None),
            (vec![("a", "back"), ("x", "2.97"), ("y", "6.32")], None),
            (vec![("x", "2.97"), ("y", "6.32"), ("z", "4.25")], None),
            (vec![("Latitude", "0"), ("Longitude", "0")], None),
            (vec![("Latitude", "NaN"), ("Longitude", "1")], None),
            (vec![("Latitude", "48.1")], None),
            (vec![], None),
        ] {
            assert_eq!(place(&rows), expected, "{rows:?}");
        }
    }

    #[test]
    fn times_that_are_none_are_left_out() {
        for text in [
            "",
            "19040101T000000.000Z",
            "1970:01:01 00:00:00",
            "0000:00:00 00:00:00",
            "2024:13:02 22:47:28",
            "20230101T000000.000Z",
            "Oct 02, 2020 2:07 pm",
            "2024:05:02 22:47:28 extra",
            "Z",
        ] {
            assert_eq!(facts(&[("Date taken", text)]).taken_at, None, "{text}");
        }
        let second = facts(&[
            ("Date taken", "0000:00:00 00:00:00"),
            ("Date", "2024:05:02 22:47:28"),
        ]);
        assert!(second.taken_at.is_some());
    }

    #[test]
    fn shared_pictures_and_other_values_are_told_apart() {
        for (value, shared) in [
            ("feed_reshare", true),
            ("reel_reshare", true),
            ("library", false),
            ("_reshare", false),
            ("my feed_reshare", false),
        ] {
            assert_eq!(
                facts(&[("Quelle", value)]).by_someone_else,
                shared,
                "{value}"
            );
        }
        for (label, value) in [
            ("Music genre", "rock (70s), pop"),
            ("Music genre", "rock (70s)"),
            ("x", "a b (c, 0.00, 0.00)"),
            ("Tagged users", "anna"),
            ("Tagged users", ""),
            ("Scene type", "3"),
        ] {
            let facts = facts(&[(label, value)]);
            assert!(
                facts.people.is_empty() && !facts.taken_while_posting,
                "{label}: {value}"
            );
        }
        for id in [
            "android-0123",
            "android-0123456789abcdeg",
            "0F8FAD5B-D9CB-469F-A165",
            "0G8FAD5B-D9CB-469F-A165-70867728950E",
        ] {
            assert_eq!(facts(&[("Device ID", id)]).device.id, None, "{id}");
        }
    }
}
