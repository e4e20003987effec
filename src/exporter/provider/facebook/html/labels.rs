//! Reads the table below a photo: by label in the languages seen, else by the shape of its values.

use super::lines;
use crate::facebook::html::{date, is_well_before};
use crate::meta_dates::read_date;
use crate::meta_html::PageLabel;
use crate::meta_values::number;
use model::record::{Location, RecordFacts};
use model::time::When;

/// What a row is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Taken,
    Modified,
    Make,
    Model,
    Exposure,
    FNumber,
    Iso,
    FocalLength,
    Latitude,
    Longitude,
}

/// Labels in lower case: English, Spanish, Chinese (traditional) as seen.
const LABELS: &[(&str, Field)] = &[
    ("taken", Field::Taken),
    ("hecha", Field::Taken),
    ("拍攝日期", Field::Taken),
    ("modified", Field::Modified),
    ("修改日期", Field::Modified),
    ("camera make", Field::Make),
    ("相機品牌", Field::Make),
    ("camera model", Field::Model),
    ("相機型號", Field::Model),
    ("exposure", Field::Exposure),
    ("曝光", Field::Exposure),
    ("f-stop", Field::FNumber),
    ("光圈", Field::FNumber),
    ("iso", Field::Iso),
    ("iso speed", Field::Iso),
    ("iso 速度", Field::Iso),
    ("focal length", Field::FocalLength),
    ("焦距", Field::FocalLength),
    ("latitude", Field::Latitude),
    ("latitud", Field::Latitude),
    ("緯度", Field::Latitude),
    ("longitude", Field::Longitude),
    ("longitud", Field::Longitude),
    ("經度", Field::Longitude),
];

fn field(label: &str) -> Option<Field> {
    let label = label.trim().trim_end_matches(':').to_lowercase();
    LABELS
        .iter()
        .find(|(known, _)| *known == label)
        .map(|(_, field)| *field)
}

/// Says whether a row must not be kept: the address a photo was uploaded from.
pub(crate) fn is_private(row: &PageLabel) -> bool {
    lines::is_upload_address(&row.label)
        || lines::holds_address(&row.label)
        || lines::holds_address(&row.value)
}

/// Puts what the rows of one medium tell into `facts`, whose time of posting is known by now.
pub(crate) fn read(rows: &[PageLabel], offset_s: Option<i32>, facts: &mut RecordFacts) {
    let number_of = |wanted: Field| {
        let value = value_of(rows, wanted)?.to_owned();
        number(Some(&serde_json::Value::String(value)))
    };
    let positive = |wanted: Field| number_of(wanted).filter(|value| *value > 0.0);
    let device = &mut facts.device;
    device.make = value_of(rows, Field::Make).map(str::to_owned);
    device.model = value_of(rows, Field::Model).map(str::to_owned);
    device.exposure_s = positive(Field::Exposure);
    device.f_number = positive(Field::FNumber);
    device.iso = positive(Field::Iso).and_then(|iso| format!("{iso:.0}").parse().ok());
    device.focal_length_mm = positive(Field::FocalLength);
    facts.location = number_of(Field::Latitude)
        .zip(number_of(Field::Longitude))
        .and_then(|(latitude, longitude)| Location::new(latitude, longitude));
    facts.taken_at = taken_at(rows, offset_s, facts.posted_at);
}

fn value_of(rows: &[PageLabel], wanted: Field) -> Option<&str> {
    let row = rows.iter().find(|row| field(&row.label) == Some(wanted))?;
    Some(row.value.trim()).filter(|value| !value.is_empty())
}

/// The same rule as in JSON: a time of capture counts with a camera or well before the posting.
fn taken_at(rows: &[PageLabel], offset_s: Option<i32>, posted: Option<When>) -> Option<When> {
    let taken = date(taken_text(rows)?, offset_s)?;
    let camera = has_camera(rows);
    let trusted = match posted {
        Some(posted) => is_well_before(taken, posted) || camera && !is_well_before(posted, taken),
        None => camera,
    };
    trusted.then_some(taken)
}

/// The row of a known label, else the first of two dates: taken, then modified. One date alone could be either.
fn taken_text(rows: &[PageLabel]) -> Option<&str> {
    if let Some(known) = value_of(rows, Field::Taken) {
        return Some(known);
    }
    let unknown = rows
        .iter()
        .filter(|row| field(&row.label).is_none() && read_date(&row.value).is_some());
    let mut dates = unknown.map(|row| row.value.as_str());
    let modified_known = value_of(rows, Field::Modified).is_some();
    match (dates.next(), dates.next()) {
        (Some(first), Some(_)) => Some(first),
        (Some(first), None) if modified_known => Some(first),
        _ => None,
    }
}

/// A known label of a camera, or a ratio, as exposure, aperture and focal length are written.
fn has_camera(rows: &[PageLabel]) -> bool {
    let of_camera = [
        Field::Make,
        Field::Model,
        Field::Exposure,
        Field::FNumber,
        Field::FocalLength,
    ];
    rows.iter().any(|row| match field(&row.label) {
        Some(field) => {
            of_camera.contains(&field) && !matches!(row.value.trim(), "" | "0" | "0/1" | "0/0")
        }
        None => is_ratio(row.value.trim()),
    })
}

fn is_ratio(text: &str) -> bool {
    let positive = |text: &str| text.parse::<u64>().is_ok_and(|number| number > 0);
    text.split_once('/')
        .is_some_and(|(above, below)| positive(above) && positive(below))
}
