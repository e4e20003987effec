//! Makes MP4 and MOV files: one H.264 track, with the metadata phones write (ISO/IEC 14496-12, QuickTime File Format).

use jiff::Timestamp;

use super::Clip;
use super::container::{boxed, numbers, shorts, versioned};
use super::h264::{Stream, code};
use super::pixels::scene;

/// Seconds from 1904, where QuickTime's clock starts, to 1970.
const FROM_1904: i64 = 2_082_844_800;

/// Units a second of all times in the file.
const TIMESCALE: u32 = 1000;

/// Pictures a video has at most: each after the first costs some hundred bytes.
const MOST_PICTURES: u32 = 24;

/// Makes an MP4 (or, with `quicktime`, a MOV) file that players show.
pub fn mp4(clip: &Clip) -> Vec<u8> {
    let duration = u32::try_from(clip.duration_ms.max(1)).unwrap_or(u32::MAX);
    let pictures = (duration / 80).clamp(1, MOST_PICTURES);
    let even = |side: u32, most| (side & !1).clamp(2, most);
    let picture = scene(even(clip.width, 4096), even(clip.height, 2048), clip.seed);
    let movie = Movie {
        clip,
        width: picture.width(),
        height: picture.height(),
        duration,
        stream: code(&picture, pictures as usize),
    };
    movie.file()
}

struct Movie<'a> {
    clip: &'a Clip,
    width: u32,
    height: u32,
    duration: u32,
    stream: Stream,
}

impl Movie<'_> {
    fn file(&self) -> Vec<u8> {
        let ftyp = if self.clip.quicktime {
            boxed(b"ftyp", &[b"qt  ", &[0; 4], b"qt  "])
        } else {
            boxed(b"ftyp", &[b"isom\0\0\x02\0isomiso2avc1mp41"])
        };
        let samples: Vec<Vec<u8>> = self
            .stream
            .pictures
            .iter()
            .map(|unit| counted(unit))
            .collect();
        let mdat = boxed(b"mdat", &[&samples.concat()]);
        if self.clip.faststart {
            // Its size does not depend on the offset in it.
            let moov_len = self.moov(0).len();
            let moov = self.moov(ftyp.len() + moov_len + 8);
            [ftyp, moov, mdat].concat()
        } else {
            let moov = self.moov(ftyp.len() + 8);
            [ftyp, mdat, moov].concat()
        }
    }

    fn moov(&self, data_at: usize) -> Vec<u8> {
        let mvhd = {
            let times = self.times();
            let rest = numbers(&[0x0001_0000, 0x0100_0000, 0, 0]);
            let matrix = numbers(&[0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000]);
            let end = numbers(&[0, 0, 0, 0, 0, 0, 2]);
            versioned(
                b"mvhd",
                self.version(),
                0,
                &[
                    &times.header(TIMESCALE, self.duration),
                    &rest,
                    &matrix,
                    &end,
                ],
            )
        };
        boxed(
            b"moov",
            &[&mvhd, &self.track(data_at), &self.user_data(), &self.keys()],
        )
    }

    /// Version 1 has times of 64 bits, needed after 6 February 2040.
    fn version(&self) -> u8 {
        u8::from(u32::try_from(self.created()).is_err())
    }

    fn created(&self) -> u64 {
        let seconds = self.clip.created_utc.map(Timestamp::as_second);
        seconds.map_or(0, |seconds| (seconds + FROM_1904).max(0) as u64)
    }

    fn times(&self) -> Times {
        Times {
            long: self.version() == 1,
            created: self.created(),
        }
    }

    fn track(&self, data_at: usize) -> Vec<u8> {
        let track = numbers(&[1, 0]);
        let matrix = numbers(&turned(self.clip.quarter_turns, self.width, self.height));
        let size = numbers(&[self.width << 16, self.height << 16]);
        let times = self.times();
        let tkhd = versioned(
            b"tkhd",
            self.version(),
            3,
            &[
                &times.track(&track, self.duration),
                &[0; 16],
                &matrix,
                &size,
            ],
        );
        let mdhd = versioned(
            b"mdhd",
            self.version(),
            0,
            // The language is "und": three letters of five bits.
            &[
                &times.header(TIMESCALE, self.duration),
                &shorts(&[0x55c4, 0]),
            ],
        );
        let component: &[u8; 4] = if self.clip.quicktime {
            b"mhlr"
        } else {
            &[0; 4]
        };
        let hdlr = versioned(b"hdlr", 0, 0, &[component, b"vide", &[0; 12], b"\0"]);
        let vmhd = versioned(b"vmhd", 0, 1, &[&[0; 8]]);
        let url = versioned(b"url ", 0, 1, &[]);
        let dref = versioned(b"dref", 0, 0, &[&numbers(&[1]), &url]);
        let dinf = boxed(b"dinf", &[&dref]);
        let minf = boxed(b"minf", &[&vmhd, &dinf, &self.sample_table(data_at)]);
        boxed(b"trak", &[&tkhd, &boxed(b"mdia", &[&mdhd, &hdlr, &minf])])
    }

    fn sample_table(&self, data_at: usize) -> Vec<u8> {
        let count = self.stream.pictures.len() as u32;
        let each = self.duration / count;
        let last = self.duration - each * (count - 1);
        let sizes: Vec<u32> = self
            .stream
            .pictures
            .iter()
            .map(|unit| unit.len() as u32 + 4)
            .collect();
        let table = |name, values: &[u32]| versioned(name, 0, 0, &[&numbers(values)]);
        let durations = if count == 1 {
            table(b"stts", &[1, 1, last])
        } else {
            table(b"stts", &[2, count - 1, each, 1, last])
        };
        let tables = [
            versioned(b"stsd", 0, 0, &[&numbers(&[1]), &self.sample_entry()]),
            durations,
            table(b"stss", &[1, 1]),
            table(b"stsc", &[1, 1, count, 1]),
            versioned(b"stsz", 0, 0, &[&numbers(&[0, count]), &numbers(&sizes)]),
            table(b"stco", &[1, data_at as u32]),
        ];
        boxed(b"stbl", &[&tables.concat()])
    }

    fn sample_entry(&self) -> Vec<u8> {
        let (sps, pps) = (&self.stream.sps, &self.stream.pps);
        let set_len = |set: &[u8]| (set.len() as u16).to_be_bytes();
        let avcc = boxed(
            b"avcC",
            // Version, profile, constraints, level; lengths of four bytes; one set of each kind.
            &[
                &[1],
                &sps[1..4],
                &[0xff, 0xe1],
                &set_len(sps),
                sps,
                &[1],
                &set_len(pps),
                pps,
            ],
        );
        let mut name = [0; 32];
        name[..8].copy_from_slice(b"\x07albumen");
        boxed(
            b"avc1",
            &[
                &[0, 0, 0, 0, 0, 0, 0, 1],
                &[0; 16],
                &shorts(&[self.width as u16, self.height as u16]),
                &numbers(&[0x0048_0000, 0x0048_0000, 0]),
                &shorts(&[1]),
                &name,
                &shorts(&[24, 0xffff]),
                &avcc,
            ],
        )
    }

    /// The place as Android writes it into an MP4. A MOV has it among its keys.
    fn user_data(&self) -> Vec<u8> {
        match self.clip.location.filter(|_| !self.clip.quicktime) {
            None => Vec::new(),
            Some(location) => {
                let text = iso6709(location);
                let head = shorts(&[text.len() as u16, 0x15c7]);
                boxed(b"udta", &[&boxed(b"\xa9xyz", &[&head, text.as_bytes()])])
            }
        }
    }

    fn keys(&self) -> Vec<u8> {
        let pairs = self.pairs();
        if pairs.is_empty() {
            return Vec::new();
        }
        let count = numbers(&[pairs.len() as u32]);
        let names: Vec<u8> = pairs
            .iter()
            .flat_map(|(key, _)| boxed(b"mdta", &[b"com.apple.quicktime.", key.as_bytes()]))
            .collect();
        let values: Vec<u8> = pairs
            .iter()
            .zip(1u32..)
            .flat_map(|((_, value), number)| {
                // Kind 1 is UTF-8; then the language, any.
                let data = boxed(b"data", &[&numbers(&[1, 0]), value.as_bytes()]);
                boxed(&number.to_be_bytes(), &[&data])
            })
            .collect();
        let hdlr = versioned(b"hdlr", 0, 0, &[&[0; 4], b"mdta", &[0; 12], b"\0"]);
        let keys = versioned(b"keys", 0, 0, &[&count, &names]);
        let parts = [hdlr, keys, boxed(b"ilst", &[&values])].concat();
        // QuickTime's box has no version, MP4's has.
        if self.clip.quicktime {
            boxed(b"meta", &[&parts])
        } else {
            versioned(b"meta", 0, 0, &[&parts])
        }
    }

    fn pairs(&self) -> Vec<(&'static str, String)> {
        let clip = self.clip;
        let mut pairs = Vec::new();
        if let Some((local, offset_s)) = clip.taken {
            let minutes = offset_s.abs() / 60;
            let sign = if offset_s < 0 { '-' } else { '+' };
            let local = local.strftime("%Y-%m-%dT%H:%M:%S");
            let zone = format!("{sign}{:02}{:02}", minutes / 60, minutes % 60);
            pairs.push(("creationdate", format!("{local}{zone}")));
        }
        if let Some(location) = clip.location.filter(|_| clip.quicktime) {
            pairs.push(("location.ISO6709", iso6709(location)));
        }
        if let Some((make, model)) = &clip.device {
            pairs.push(("make", make.clone()));
            pairs.push(("model", model.clone()));
        }
        if let Some(id) = &clip.content_id {
            pairs.push(("content.identifier", id.clone()));
        }
        pairs
    }
}

/// Times of header boxes, which begin alike.
struct Times {
    long: bool,
    created: u64,
}

impl Times {
    fn number(&self, value: u64) -> Vec<u8> {
        if self.long {
            value.to_be_bytes().to_vec()
        } else {
            (value as u32).to_be_bytes().to_vec()
        }
    }

    /// Created, changed, timescale, duration.
    fn header(&self, timescale: u32, duration: u32) -> Vec<u8> {
        let created = self.number(self.created);
        let scale = numbers(&[timescale]);
        [&created, &created, &scale, &self.number(duration.into())]
            .map(Vec::as_slice)
            .concat()
    }

    /// Created, changed, `track` (its number and four bytes), duration.
    fn track(&self, track: &[u8], duration: u32) -> Vec<u8> {
        let created = self.number(self.created);
        [
            &created[..],
            &created[..],
            track,
            &self.number(duration.into()),
        ]
        .concat()
    }
}

/// The matrix that turns a picture clockwise and moves it back into view (16.16, last column 2.30).
fn turned(quarter_turns: u8, width: u32, height: u32) -> [u32; 9] {
    const ONE: u32 = 0x0001_0000;
    const MINUS: u32 = ONE.wrapping_neg();
    let (width, height) = (width << 16, height << 16);
    let [a, b, c, d, x, y] = match quarter_turns % 4 {
        1 => [0, ONE, MINUS, 0, height, 0],
        2 => [MINUS, 0, 0, MINUS, width, height],
        3 => [0, MINUS, ONE, 0, 0, width],
        _ => [ONE, 0, 0, ONE, 0, 0],
    };
    [a, b, 0, c, d, 0, x, y, 0x4000_0000]
}

fn iso6709((latitude, longitude): (f64, f64)) -> String {
    format!("{latitude:+010.6}{longitude:+011.6}/")
}

fn counted(unit: &[u8]) -> Vec<u8> {
    [&(unit.len() as u32).to_be_bytes()[..], unit].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_have_signs_and_fixed_widths() {
        assert_eq!(iso6709((52.3702, 4.8952)), "+52.370200+004.895200/");
        assert_eq!(iso6709((-3.5, -122.25)), "-03.500000-122.250000/");
    }

    #[test]
    fn late_dates_need_the_long_form() {
        let header = |created: &str| {
            let bytes = mp4(&Clip {
                created_utc: created.parse().ok(),
                ..Clip::default()
            });
            let at = bytes
                .windows(4)
                .position(|w| w == b"mvhd")
                .expect("there is a header");
            bytes[at + 4]
        };
        assert_eq!(header("2023-07-14T16:03:22Z"), 0);
        assert_eq!(header("2041-01-01T00:00:00Z"), 1);
    }
}
