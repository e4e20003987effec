//! Writes EXIF: a TIFF structure with the directories a phone writes (CIPA DC-008, TIFF 6.0).

use jiff::ToSpan;
use jiff::civil::DateTime;

use super::Picture;

/// Order of the bytes in a TIFF structure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// `II`.
    Little,
    /// `MM`, as Apple writes.
    Big,
}

impl Order {
    fn u16(self, value: u16) -> [u8; 2] {
        match self {
            Self::Little => value.to_le_bytes(),
            Self::Big => value.to_be_bytes(),
        }
    }

    fn u32(self, value: u32) -> [u8; 4] {
        match self {
            Self::Little => value.to_le_bytes(),
            Self::Big => value.to_be_bytes(),
        }
    }
}

const BYTE: u16 = 1;
const ASCII: u16 = 2;
const SHORT: u16 = 3;
const LONG: u16 = 4;
const RATIONAL: u16 = 5;
const UNDEFINED: u16 = 7;

struct Field {
    tag: u16,
    kind: u16,
    count: u32,
    data: Vec<u8>,
}

/// One directory: fields, and where their larger values go.
pub(crate) struct Directory {
    order: Order,
    fields: Vec<Field>,
}

impl Directory {
    /// Creates an empty directory.
    pub(crate) fn new(order: Order) -> Self {
        Self {
            order,
            fields: Vec::new(),
        }
    }

    fn add(&mut self, tag: u16, kind: u16, count: usize, data: Vec<u8>) {
        self.fields.push(Field {
            tag,
            kind,
            count: count as u32,
            data,
        });
    }

    /// Adds a text, NUL at its end.
    pub(crate) fn ascii(&mut self, tag: u16, text: &str) {
        let mut data = text.as_bytes().to_vec();
        data.push(0);
        self.add(tag, ASCII, data.len(), data);
    }

    /// Adds 16-bit numbers.
    pub(crate) fn short(&mut self, tag: u16, values: &[u16]) {
        let data = values.iter().flat_map(|v| self.order.u16(*v)).collect();
        self.add(tag, SHORT, values.len(), data);
    }

    /// Adds a 32-bit number.
    pub(crate) fn long(&mut self, tag: u16, value: u32) {
        self.add(tag, LONG, 1, self.order.u32(value).to_vec());
    }

    fn rational(&mut self, tag: u16, values: &[(u32, u32)]) {
        let numbers = values.iter().flat_map(|(over, under)| [*over, *under]);
        let data = numbers.flat_map(|v| self.order.u32(v)).collect();
        self.add(tag, RATIONAL, values.len(), data);
    }

    fn raw(&mut self, tag: u16, kind: u16, data: &[u8]) {
        self.add(tag, kind, data.len(), data.to_vec());
    }

    /// Returns the size of the directory with its values, in bytes.
    pub(crate) fn len(&self) -> usize {
        let outside: usize = self.fields.iter().map(|f| outside_len(&f.data)).sum();
        2 + 12 * self.fields.len() + 4 + outside
    }

    /// Writes the directory as it stands `at` bytes after the TIFF header.
    pub(crate) fn write(&mut self, at: usize) -> Vec<u8> {
        self.fields.sort_by_key(|field| field.tag);
        let mut head = self.order.u16(self.fields.len() as u16).to_vec();
        let mut values = Vec::new();
        let values_at = at + 2 + 12 * self.fields.len() + 4;
        for field in &self.fields {
            head.extend(self.order.u16(field.tag));
            head.extend(self.order.u16(field.kind));
            head.extend(self.order.u32(field.count));
            if field.data.len() <= 4 {
                let mut inline = field.data.clone();
                inline.resize(4, 0);
                head.extend(inline);
            } else {
                head.extend(self.order.u32((values_at + values.len()) as u32));
                values.extend(&field.data);
                // TIFF wants values at even offsets.
                values.resize(values.len().next_multiple_of(2), 0);
            }
        }
        head.extend([0; 4]);
        head.extend(values);
        head
    }
}

fn outside_len(data: &[u8]) -> usize {
    if data.len() <= 4 {
        0
    } else {
        data.len().next_multiple_of(2)
    }
}

/// Returns the eight bytes a TIFF structure begins with; the first directory follows.
pub(crate) fn header(order: Order) -> Vec<u8> {
    let mark = match order {
        Order::Little => *b"II",
        Order::Big => *b"MM",
    };
    [&mark[..], &order.u16(42), &order.u32(8)].concat()
}

/// Returns the TIFF structure with all the picture says, or `None` if it says nothing.
///
/// Odd seeds are little-endian, even ones big-endian, so that fixtures hold both.
pub(crate) fn exif(picture: &Picture) -> Option<Vec<u8>> {
    let silent = Picture {
        width: picture.width,
        height: picture.height,
        seed: picture.seed,
        ..Picture::default()
    };
    (*picture != silent).then(|| structure(picture, Directory::new(order_of(picture)), &[]))
}

/// Returns the byte order used for a picture.
pub(crate) fn order_of(picture: &Picture) -> Order {
    if picture.seed % 2 == 1 {
        Order::Little
    } else {
        Order::Big
    }
}

/// Writes a whole TIFF structure: `first` completed with what the picture says, then its sub-directories, then `strip`
/// (the pixels of a TIFF file).
pub(crate) fn structure(picture: &Picture, mut first: Directory, strip: &[u8]) -> Vec<u8> {
    let order = first.order;
    describe(picture, &mut first);
    let mut camera = camera_directory(picture, order);
    if strip.is_empty() {
        describe_compressed(picture, &mut camera);
    }
    let mut gps = gps_directory(picture, order);
    // The pointers have their final size whatever their value: lengths are known before offsets.
    let pointers = 12 + if gps.is_some() { 12 } else { 0 };
    let strips = if strip.is_empty() { 0 } else { 12 };
    let camera_at = 8 + first.len() + pointers + strips;
    let gps_at = camera_at + camera.len();
    let strip_at = gps_at + gps.as_ref().map_or(0, Directory::len);
    first.long(0x8769, camera_at as u32);
    if gps.is_some() {
        first.long(0x8825, gps_at as u32);
    }
    if !strip.is_empty() {
        first.long(0x0111, strip_at as u32);
    }
    let mut bytes = header(order);
    bytes.extend(first.write(8));
    bytes.extend(camera.write(camera_at));
    if let Some(gps) = &mut gps {
        bytes.extend(gps.write(gps_at));
    }
    bytes.extend(strip);
    bytes
}

fn describe(picture: &Picture, first: &mut Directory) {
    let texts = [
        (0x010e, &picture.description),
        (0x010f, &picture.make),
        (0x0110, &picture.model),
    ];
    for (tag, text) in texts {
        if let Some(text) = text {
            first.ascii(tag, text);
        }
    }
    if let Some(orientation) = picture.orientation {
        first.short(0x0112, &[u16::from(orientation)]);
    }
    first.rational(0x011a, &[(72, 1)]);
    first.rational(0x011b, &[(72, 1)]);
    first.short(0x0128, &[2]);
    if let Some(taken) = picture.taken {
        first.ascii(0x0132, &clock(taken));
    }
    first.short(0x0213, &[1]);
}

fn clock(taken: DateTime) -> String {
    taken.strftime("%Y:%m:%d %H:%M:%S").to_string()
}

fn camera_directory(picture: &Picture, order: Order) -> Directory {
    let mut camera = Directory::new(order);
    camera.raw(0x9000, UNDEFINED, b"0232");
    if let Some(taken) = picture.taken {
        camera.ascii(0x9003, &clock(taken));
        camera.ascii(0x9004, &clock(taken));
        if let Some(fraction) = fraction(taken) {
            camera.ascii(0x9291, &fraction);
        }
    }
    if let Some(offset) = picture.offset_s.map(zone) {
        for tag in [0x9010, 0x9011, 0x9012] {
            camera.ascii(tag, &offset);
        }
    }
    if let Some(id) = &picture.content_id {
        camera.raw(0x927c, UNDEFINED, &apple_note(id));
    }
    camera.raw(0xa000, UNDEFINED, b"0100");
    camera.short(0xa001, &[1]);
    camera
}

/// What the camera directory says of compressed pixels only.
fn describe_compressed(picture: &Picture, camera: &mut Directory) {
    camera.raw(0x9101, UNDEFINED, &[1, 2, 3, 0]);
    camera.long(0xa002, picture.width);
    camera.long(0xa003, picture.height);
}

fn fraction(taken: DateTime) -> Option<String> {
    let digits = format!("{:09}", taken.subsec_nanosecond());
    let digits = digits.trim_end_matches('0');
    (!digits.is_empty()).then(|| digits.to_owned())
}

fn zone(offset_s: i32) -> String {
    let minutes = offset_s.abs() / 60;
    let sign = if offset_s < 0 { '-' } else { '+' };
    format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

/// Apple's maker note: a name, a version, `MM`, then a directory whose offsets count from the note's start.
fn apple_note(content_id: &str) -> Vec<u8> {
    let mut directory = Directory::new(Order::Big);
    directory.long(0x0001, 14);
    directory.ascii(0x0011, content_id);
    let mut note = b"Apple iOS\0\0\x01MM".to_vec();
    note.extend(directory.write(14));
    note
}

fn gps_directory(picture: &Picture, order: Order) -> Option<Directory> {
    let (latitude, longitude) = picture.location?;
    let mut gps = Directory::new(order);
    gps.raw(0x00, BYTE, &[2, 3, 0, 0]);
    gps.ascii(0x01, if latitude < 0.0 { "S" } else { "N" });
    gps.rational(0x02, &sexagesimal(latitude));
    gps.ascii(0x03, if longitude < 0.0 { "W" } else { "E" });
    gps.rational(0x04, &sexagesimal(longitude));
    if let Some(altitude) = picture.altitude_m {
        gps.raw(0x05, BYTE, &[u8::from(altitude < 0.0)]);
        gps.rational(0x06, &[((altitude.abs() * 1000.0).round() as u32, 1000)]);
    }
    if let (Some(taken), Some(offset)) = (picture.taken, picture.offset_s)
        && let Ok(utc) = taken.checked_sub(i64::from(offset).seconds())
    {
        let parts = [utc.hour(), utc.minute(), utc.second()];
        gps.rational(0x07, &parts.map(|part| (part.unsigned_abs().into(), 1)));
        gps.raw(0x1b, UNDEFINED, b"ASCII\0\0\0GPS");
        gps.ascii(0x1d, &utc.strftime("%Y:%m:%d").to_string());
    }
    Some(gps)
}

/// Degrees, minutes and seconds; a hundred-thousandth of a second is a third of a millimetre.
fn sexagesimal(degrees: f64) -> [(u32, u32); 3] {
    const PARTS: u64 = 100_000;
    let units = (degrees.abs() * 3600.0 * PARTS as f64).round() as u64;
    let (minutes, seconds) = (units / (60 * PARTS), units % (60 * PARTS));
    [
        ((minutes / 60) as u32, 1),
        ((minutes % 60) as u32, 1),
        (seconds as u32, PARTS as u32),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_silent_picture_has_no_exif() {
        assert_eq!(exif(&Picture::default()), None);
        let said = Picture {
            orientation: Some(1),
            ..Picture::default()
        };
        assert!(exif(&said).is_some());
    }

    #[test]
    fn degrees_become_minutes_and_seconds() {
        assert_eq!(sexagesimal(-0.5), [(0, 1), (30, 1), (0, 100_000)]);
        assert_eq!(sexagesimal(52.999_999_999_9)[0], (53, 1));
    }

    #[test]
    fn small_values_stand_in_the_field_and_large_ones_behind() {
        let mut directory = Directory::new(Order::Big);
        directory.ascii(0x010f, "abcdef");
        directory.short(0x0112, &[6]);
        let bytes = directory.write(8);
        assert_eq!(bytes.len(), directory.len());
        assert_eq!(&bytes[..2], [0, 2]);
        assert_eq!(&bytes[2..14], [1, 0x0f, 0, 2, 0, 0, 0, 7, 0, 0, 0, 38]);
        assert_eq!(&bytes[14..26], [1, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0]);
        assert_eq!(&bytes[30..], b"abcdef\0\0");
    }
}
