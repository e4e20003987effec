//! `--strip` judged by exiftool: no tag of a copy says what was hidden, wherever the original said it.

use std::fs;
use std::path::Path;

use demo::media::{Clip, Picture, avif, heic, jpeg, mp4, png, tiff, webp};
use model::media_type::MediaType;
use push::strip::{Strip, strip};

use super::embed::Files;
use crate::support::tools::{Tool, require};

/// What must not be found.
pub const CITY: &str = "Reykjavikhidden";
pub const PERSON: &str = "Hallgerdurhidden";

/// How a maker's note begins, where places in it count from, and its byte order.
struct Maker {
    make: &'static str,
    head: &'static [u8],
    /// Places count from the note's own TIFF head, or from so many bytes into the note; else from the EXIF block.
    own: Option<usize>,
    big: bool,
    /// Tags the hidden texts are put into.
    tags: [u16; 2],
}

const fn maker(make: &'static str, head: &'static [u8], tags: [u16; 2]) -> Maker {
    Maker {
        make,
        head,
        own: None,
        big: false,
        tags,
    }
}

/// Twenty makers, as exiftool's `MakerNotes.pm` tells them apart.
const MAKERS: [Maker; 20] = [
    // Country and city; the text of Panasonic's notes names them.
    maker("Panasonic", b"Panasonic\0\0\0", [0x69, 0x6d]),
    maker("LEICA", b"LEICA\0\0\0", [0x69, 0x6d]),
    // Owner's name, model.
    maker("Canon", b"", [0x06, 0x09]),
    Maker {
        make: "NIKON CORPORATION",
        head: b"Nikon\0\x02\x10\0\0II*\0\x08\0\0\0",
        own: Some(10),
        big: false,
        tags: [0x09, 0x80],
    },
    Maker {
        make: "OLYMPUS IMAGING CORP.",
        head: b"OLYMPUS\0II\x03\0",
        own: Some(0),
        big: false,
        tags: [0x0207, 0x0209],
    },
    maker(
        "OLYMPUS OPTICAL CO.,LTD",
        b"OLYMP\0\x01\0",
        [0x0207, 0x0209],
    ),
    Maker {
        make: "FUJIFILM",
        head: b"FUJIFILM\x0c\0\0\0",
        own: Some(0),
        big: false,
        tags: [0x0010, 0x1000],
    },
    maker("SONY", b"SONY DSC \0\0\0", [0xb000, 0x2001]),
    Maker {
        make: "Apple",
        head: b"Apple iOS\0\0\x01MM",
        own: Some(0),
        big: true,
        tags: [0x0011, 0x0015],
    },
    maker("PENTAX Corporation", b"AOC\0II", [0x0229, 0x0230]),
    Maker {
        make: "CASIO COMPUTER CO.,LTD.",
        head: b"QVC\0\0\0",
        own: None,
        big: true,
        tags: [0x0015, 0x2001],
    },
    maker("Minolta Co., Ltd.", b"", [0x0081, 0x0100]),
    maker(
        "SANYO Electric Co.,Ltd.",
        b"SANYO\0\x01\0",
        [0x0207, 0x0208],
    ),
    maker("SIGMA", b"SIGMA\0\0\0\x01\0", [0x0002, 0x0017]),
    maker("RICOH", b"Ricoh\0\0\0", [0x0002, 0x0005]),
    maker("samsung", b"", [0xa002, 0x0043]),
    maker("DJI", b"", [0x0001, 0x0002]),
    maker("HUAWEI", b"HUAWEI\0\0II*\0\x08\0\0\0", [0x0200, 0x0201]),
    maker("Motorola", b"MOT\0II*\0\x08\0\0\0", [0x5500, 0x5510]),
    maker("Unknown Maker", b"", [0x0001, 0x0002]),
];

impl Maker {
    fn short(&self, number: u16) -> [u8; 2] {
        match self.big {
            true => number.to_be_bytes(),
            false => number.to_le_bytes(),
        }
    }

    fn long(&self, number: usize) -> [u8; 4] {
        match self.big {
            true => (number as u32).to_be_bytes(),
            false => (number as u32).to_le_bytes(),
        }
    }

    /// Returns a note that begins at `at` of the EXIF block.
    fn note(&self, at: usize) -> Vec<u8> {
        let base = self.own.map_or(at, |own| 0usize.wrapping_sub(own));
        let mut note = self.head.to_vec();
        note.extend(self.short(self.tags.len() as u16));
        let values_at = note.len() + self.tags.len() * 12 + 4;
        let mut values = Vec::new();
        for (tag, text) in self.tags.iter().zip([PERSON, CITY]) {
            let mut value = text.as_bytes().to_vec();
            value.resize(32, 0);
            note.extend(self.short(*tag));
            note.extend(self.short(2));
            note.extend(self.long(value.len()));
            note.extend(self.long(base.wrapping_add(values_at + values.len())));
            values.extend(value);
        }
        note.extend([0; 4]);
        note.extend(values);
        note
    }

    /// Returns an EXIF block: make, orientation, date, and the note.
    fn exif(&self) -> Vec<u8> {
        let make = [self.make.as_bytes(), b"\0"].concat();
        let date = b"2023:07:14 18:03:22\0";
        let first = 8;
        let make_at = first + 2 + 3 * 12 + 4;
        let camera = make_at + make.len() + make.len() % 2;
        let date_at = camera + 2 + 2 * 12 + 4;
        let note_at = date_at + date.len();
        let note = self.note(note_at);
        let mut out = if self.big { b"MM\0*" } else { b"II*\0" }.to_vec();
        out.extend(self.long(first));
        let entry = |tag: u16, kind: u16, count: usize, value: [u8; 4]| {
            [
                &self.short(tag)[..],
                &self.short(kind),
                &self.long(count),
                &value,
            ]
            .concat()
        };
        let turned = self.short(6);
        out.extend(self.short(3));
        // Up to four bytes stand in the entry itself.
        let mut short = [0; 4];
        if make.len() <= 4 {
            short[..make.len()].copy_from_slice(&make);
        } else {
            short = self.long(make_at);
        }
        out.extend(entry(0x010f, 2, make.len(), short));
        out.extend(entry(0x0112, 3, 1, [turned[0], turned[1], 0, 0]));
        out.extend(entry(0x8769, 4, 1, self.long(camera)));
        out.extend([0; 4]);
        out.extend(&make);
        out.resize(camera, 0);
        out.extend(self.short(2));
        out.extend(entry(0x9003, 2, date.len(), self.long(date_at)));
        out.extend(entry(0x927c, 7, note.len(), self.long(note_at)));
        out.extend([0; 4]);
        out.extend(date);
        out.extend(note);
        out
    }

    fn jpeg(&self) -> Vec<u8> {
        let body = [b"Exif\0\0", &self.exif()[..]].concat();
        let mut bytes = jpeg(&Picture::default());
        let mut segment = vec![0xff, 0xe1];
        segment.extend((body.len() as u16 + 2).to_be_bytes());
        segment.extend(body);
        bytes.splice(2..2, segment);
        bytes
    }
}

/// Returns everything exiftool reads: unknown tags and blocks as they are, too, and embedded documents.
fn everything(exiftool: &Tool, path: &Path) -> String {
    let run = |arguments: &[&str]| {
        let mut command = exiftool.command();
        command.args(arguments).arg(path);
        let output = command.output().expect("it runs");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let read = run(&["-a", "-U", "-u", "-ee3", "-G1", "-s", "-b", "-j", "-struct"]);
    // Only what is in the bytes: the file's own name and dates are not.
    read + &run(&["-a", "-U", "-u", "-v3"])
}

/// Returns bytes as text, each of them a character.
fn latin(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

/// Strips the file in every way, and asks exiftool.
pub fn assert_hidden(exiftool: &Tool, name: &str, kind: MediaType, bytes: &[u8]) {
    let files = Files::new();
    // Exiftool does not look into previews by itself.
    let before = everything(exiftool, &files.write("before", bytes)) + &latin(bytes);
    assert!(
        before.contains(CITY) && before.contains(PERSON),
        "{name}: nothing is there to be hidden: {before}"
    );
    for what in [Strip::Location, Strip::People, Strip::All] {
        let out = strip(bytes.to_vec(), kind, what)
            .unwrap_or_else(|why| panic!("{name} {what:?}: {why}"));
        let path = files.write("after", &out);
        let after = everything(exiftool, &path) + &latin(&out);
        assert!(
            !after.contains(CITY) && !after.contains(PERSON),
            "{name} {what:?}: {after}"
        );
        let read = super::embed::read_by_exiftool(&path).expect("exiftool is there");
        let odd = ["ExifTool:Warning", "ExifTool:Error"].map(|tag| read.get(tag).is_some());
        assert_eq!(odd, [false, false], "{name} {what:?}: {read:#}");
        let mut tags = read.as_object().expect("an object").keys();
        assert!(
            !tags.any(|tag| tag.starts_with("GPS:") && what != Strip::People),
            "{name} {what:?}: {read:#}"
        );
    }
}

#[test]
fn twenty_makers_notes_go() {
    let Some(exiftool) = require("exiftool") else {
        return;
    };
    for maker in &MAKERS {
        let bytes = maker.jpeg();
        assert_hidden(&exiftool, maker.make, MediaType::Jpeg, &bytes);
        let out = strip(bytes, MediaType::Jpeg, Strip::Location).expect("it can be");
        let files = Files::new();
        let read = super::embed::read_by_exiftool(&files.write("a", &out)).expect("there");
        assert_eq!(read["IFD0:Make"], maker.make, "what says nothing stays");
        assert_eq!(read["ExifIFD:DateTimeOriginal"], "2023:07:14 18:03:22");
        assert_eq!(read["IFD0:Orientation"], 6);
    }
}

/// Wherever exiftool writes texts into files of these kinds.
#[test]
fn whatever_exiftool_can_write_goes() {
    let Some(exiftool) = require("exiftool") else {
        return;
    };
    let picture = Picture {
        width: 48,
        height: 32,
        ..Picture::default()
    };
    let clip = |quicktime| Clip {
        quicktime,
        ..Clip::default()
    };
    for (name, kind, bytes) in [
        ("all.jpg", MediaType::Jpeg, jpeg(&picture)),
        ("all.png", MediaType::Png, png(&picture)),
        ("all.webp", MediaType::Webp, webp(&picture)),
        ("all.tif", MediaType::Tiff, tiff(&picture)),
        ("all.heic", MediaType::Heic, heic(&picture)),
        ("all.avif", MediaType::Avif, avif(&picture)),
        ("all.mp4", MediaType::Mp4, mp4(&clip(false))),
        ("all.mov", MediaType::Mov, mp4(&clip(true))),
    ] {
        let files = Files::new();
        let path = files.write(name, &bytes);
        let mut command = exiftool.command();
        command.args(["-q", "-m", "-overwrite_original", "-struct"]);
        for tag in [
            "EXIF:ImageDescription",
            "EXIF:Artist",
            "EXIF:UserComment",
            "EXIF:XPComment",
            "EXIF:OwnerName",
            "EXIF:ImageUniqueID",
            "EXIF:GPSAreaInformation",
            "EXIF:GPSProcessingMethod",
            "IPTC:City",
            "IPTC:Sub-location",
            "IPTC:Keywords",
            "IPTC:Caption-Abstract",
            "XMP-photoshop:City",
            "XMP-iptcCore:Location",
            "XMP-iptcExt:PersonInImage",
            "XMP-iptcExt:LocationShownCity",
            "XMP-dc:Description",
            "XMP-dc:Subject",
            "XMP-mwg-rs:RegionName",
            "PNG:Comment",
            "PNG:Author",
            "Comment",
            "Keys:Title",
            "Keys:LocationName",
            "Keys:Artist",
            "AudioKeys:Title",
            "VideoKeys:Title",
            "ItemList:Title",
            "ItemList:Artist",
            "UserData:Title",
            "UserData:Artist",
            "UserData:LocationInformation",
            "Track1:HandlerDescription",
        ] {
            command.arg(format!("-{tag}={CITY} {PERSON}"));
        }
        command.args(["-EXIF:GPSLatitude=64.1466", "-EXIF:GPSLatitudeRef=N"]);
        command.args(["-EXIF:GPSLongitude=21.9426", "-EXIF:GPSLongitudeRef=W"]);
        let output = command.arg(&path).output().expect("it runs");
        assert!(output.status.success(), "{output:?}");
        assert_hidden(&exiftool, name, kind, &fs::read(&path).expect("there"));
    }
}

/// Exiftool copies the notes from the JPEG: to HEIC and to TIFF by turns.
#[test]
fn makers_notes_in_heic_and_tiff_go() {
    let Some(exiftool) = require("exiftool") else {
        return;
    };
    let picture = Picture {
        width: 48,
        height: 32,
        ..Picture::default()
    };
    let files = Files::new();
    let mut seen = 0;
    for (index, maker) in MAKERS.iter().enumerate() {
        let (name, kind, bytes) = match index % 2 {
            0 => ("a.heic", MediaType::Heic, heic(&picture)),
            _ => ("a.tif", MediaType::Tiff, tiff(&picture)),
        };
        let (from, to) = (
            files.write("a.jpg", &maker.jpeg()),
            files.write(name, &bytes),
        );
        let mut command = exiftool.command();
        command.args(["-q", "-m", "-overwrite_original", "-tagsfromfile"]);
        command
            .arg(from)
            .args(["-all:all", "-unsafe", "-makernotes"]);
        let output = command.arg(&to).output().expect("it runs");
        assert!(output.status.success(), "{}: {output:?}", maker.make);
        let bytes = fs::read(&to).expect("there");
        let text = latin(&bytes);
        if !text.contains(CITY) || !text.contains(PERSON) {
            // A note that exiftool does not know it does not copy.
            continue;
        }
        seen += 1;
        let out = strip(bytes, kind, Strip::Location)
            .unwrap_or_else(|why| panic!("{}: {why}", maker.make));
        let after = everything(&exiftool, &files.write("after", &out)) + &latin(&out);
        assert!(
            !after.contains(CITY) && !after.contains(PERSON),
            "{}",
            maker.make
        );
        let read = super::embed::read_by_exiftool(&files.write("after", &out)).expect("there");
        assert_eq!(read["IFD0:Make"], maker.make, "what says nothing stays");
        assert_eq!(read["ExifIFD:DateTimeOriginal"], "2023:07:14 18:03:22");
    }
    assert!(seen >= 12, "exiftool copied {seen} notes only");
}

#[test]
fn previews_with_metadata_of_their_own_go() {
    let Some(exiftool) = require("exiftool") else {
        return;
    };
    let files = Files::new();
    let small = files.write("small.jpg", &jpeg(&Picture::default()));
    let large = files.write("large.jpg", &jpeg(&Picture::default()));
    let run = |arguments: &[String], path: &Path| {
        let mut command = exiftool.command();
        command
            .args(["-q", "-m", "-overwrite_original"])
            .args(arguments);
        let output = command.arg(path).output().expect("it runs");
        assert!(output.status.success(), "{output:?}");
    };
    run(
        &[
            format!("-Comment={CITY} {PERSON}"),
            format!("-EXIF:Artist={CITY} {PERSON}"),
        ],
        &small,
    );
    run(&[format!("-ThumbnailImage<={}", small.display())], &large);
    let bytes = fs::read(&large).expect("there");
    assert_hidden(&exiftool, "preview", MediaType::Jpeg, &bytes);
}
