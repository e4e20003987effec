//! Which EXIF entries say which fact.

use jiff::civil::DateTime;

use super::exif::{Set, Sets, Tags, Value};
use super::{Facts, Taken};
use model::record::Location;
use model::time::offset_text;

const DESCRIPTION: u16 = 0x010e;
const X_RESOLUTION: u16 = 0x011a;
const Y_RESOLUTION: u16 = 0x011b;
const RESOLUTION_UNIT: u16 = 0x0128;
const CHROMA_POSITION: u16 = 0x0213;
const VERSION: u16 = 0x9000;
const TAKEN: u16 = 0x9003;
/// Belongs to the date of the last change, but many take it for that of the date taken, too.
const MODIFIED_OFFSET: u16 = 0x9010;
const TAKEN_OFFSET: u16 = 0x9011;
const COMPONENTS: u16 = 0x9101;
const TAKEN_FRACTION: u16 = 0x9291;
const FLASHPIX: u16 = 0xa000;
const COLOURS: u16 = 0xa001;
const WIDTH: u16 = 0xa002;
const HEIGHT: u16 = 0xa003;

/// Parts of a second of arc that are written: 3 mm on the ground.
const PER_SECOND: u32 = 10_000;

/// Returns the entries for the facts. The position is replaced as a whole: an altitude or error of another place would be wrong.
pub(crate) fn tags(facts: &Facts) -> Tags {
    let mut tags = Tags::default();
    if let Some(text) = &facts.description {
        tags.first.push((DESCRIPTION, to_text(text)));
    }
    if let Some(taken) = &facts.taken {
        tags.camera = taken_tags(taken);
        tags.camera.push(version(taken.offset_s.is_some()));
    }
    if let Some(location) = &facts.location {
        tags.position = position(location);
    }
    tags
}

/// Adds what an EXIF block in a JPEG must hold, where it does not yet.
pub(crate) fn for_jpeg(tags: &mut Tags, size: Option<(u16, u16)>) {
    let dots = Value::Rationals(vec![(72, 1)]);
    tags.first.extend([
        (X_RESOLUTION, Set::IfAbsent(dots.clone())),
        (Y_RESOLUTION, Set::IfAbsent(dots)),
        (RESOLUTION_UNIT, Set::IfAbsent(Value::Shorts(vec![2]))),
        (CHROMA_POSITION, Set::IfAbsent(Value::Shorts(vec![1]))),
    ]);
    if tags.camera.is_empty() {
        tags.camera.push(version(false));
    }
    let components = Value::Undefined(vec![1, 2, 3, 0]);
    tags.camera.push((COMPONENTS, Set::IfAbsent(components)));
    tags.camera.extend(camera_defaults());
    if let Some((width, height)) = size {
        tags.camera.extend([
            (WIDTH, Set::IfAbsent(Value::Shorts(vec![width]))),
            (HEIGHT, Set::IfAbsent(Value::Shorts(vec![height]))),
        ]);
    }
}

/// Adds what the camera's directory in a TIFF must hold.
pub(crate) fn for_tiff(tags: &mut Tags) {
    if !tags.camera.is_empty() {
        tags.camera.extend(camera_defaults());
    }
}

fn camera_defaults() -> Sets {
    let version = Value::Undefined(b"0100".to_vec());
    // Not known to be sRGB: "uncalibrated" leaves it to the colour profile.
    let colours = Value::Shorts(vec![0xffff]);
    vec![
        (FLASHPIX, Set::IfAbsent(version)),
        (COLOURS, Set::IfAbsent(colours)),
    ]
}

/// Offsets belong to EXIF 2.31 and later.
fn version(offset: bool) -> (u16, Set) {
    let set = match offset {
        true => Set::AtLeast(*b"0231"),
        false => Set::IfAbsent(Value::Undefined(b"0231".to_vec())),
    };
    (VERSION, set)
}

fn to_text(text: &str) -> Set {
    Set::To(Value::Text(text.to_owned()))
}

fn taken_tags(taken: &Taken) -> Sets {
    let fraction = match taken.local.subsec_nanosecond() {
        0 => Set::Gone,
        nanoseconds => to_text(format!("{nanoseconds:09}").trim_end_matches('0')),
    };
    let mut sets = vec![
        (TAKEN, to_text(&clock_text(taken.local))),
        (TAKEN_FRACTION, fraction),
    ];
    match taken.offset_s {
        Some(offset_s) => sets.push((TAKEN_OFFSET, to_text(&offset_text(offset_s)))),
        // The offset of another date would make this one wrong.
        None => sets.extend([(TAKEN_OFFSET, Set::Gone), (MODIFIED_OFFSET, Set::Gone)]),
    }
    sets
}

fn clock_text(local: DateTime) -> String {
    let (date, time) = (local.date(), local.time());
    format!(
        "{:04}:{:02}:{:02} {:02}:{:02}:{:02}",
        date.year(),
        date.month(),
        date.day(),
        time.hour(),
        time.minute(),
        time.second()
    )
}

fn position(location: &Location) -> Sets {
    let letter = |degrees: f64, [positive, negative]: [&str; 2]| {
        to_text(if degrees < 0.0 { negative } else { positive })
    };
    let (altitude_side, altitude) = match location.altitude_m.filter(|metres| metres.abs() < 4e6) {
        Some(metres) => {
            let millimetres = (metres.abs() * 1000.0).round() as u32;
            (
                Set::To(Value::Bytes(vec![u8::from(metres < 0.0)])),
                Set::To(Value::Rationals(vec![(millimetres, 1000)])),
            )
        }
        None => (Set::Gone, Set::Gone),
    };
    vec![
        (0, Set::IfAbsent(Value::Bytes(vec![2, 3, 0, 0]))),
        (1, letter(location.latitude, ["N", "S"])),
        (2, degrees(location.latitude)),
        (3, letter(location.longitude, ["E", "W"])),
        (4, degrees(location.longitude)),
        (5, altitude_side),
        (6, altitude),
        // How far off the old position may have been says nothing of the new one.
        (0x1f, Set::Gone),
    ]
}

fn degrees(degrees: f64) -> Set {
    // Whole parts first: else 59.99999 seconds would be written as 60.
    let parts = (degrees.abs() * 3600.0 * f64::from(PER_SECOND)).round() as u64;
    let per_minute = u64::from(PER_SECOND) * 60;
    let (minutes, seconds) = (parts / per_minute, parts % per_minute);
    Set::To(Value::Rationals(vec![
        ((minutes / 60) as u32, 1),
        ((minutes % 60) as u32, 1),
        (seconds as u32, PER_SECOND),
    ]))
}
