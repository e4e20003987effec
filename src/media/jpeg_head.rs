//! Reads what a JPEG says before its first scan of how it is coded and coloured, and whether its scans are whole.

use super::Source;
use super::bytes::{Fault, big_endian, read_at, read_up_to};
use super::embed::segments;

const JFIF: &[u8] = b"JFIF\0";
const ADOBE: &[u8] = b"Adobe";
const PROFILE: &[u8] = b"ICC_PROFILE\0";

/// Largest colour profile that is believed, in bytes. CMYK profiles of printers have one to three megabytes.
const LARGEST_PROFILE: usize = 16 << 20;

/// Pieces a profile can have: 16 MB at most.
const MOST_PIECES: usize = 255;

/// How the pixels are coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Process {
    /// One row of blocks after the other, Huffman coding.
    Sequential,
    /// In several passes, each finer, Huffman coding.
    Progressive,
    /// Lossless, hierarchical or arithmetic: hardly anything reads these.
    Rare,
}

/// What the numbers of a pixel mean, found as libjpeg finds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colours {
    /// One number: how bright.
    Grey,
    /// Brightness and two of colour.
    YCbCr,
    /// Red, green, blue as they are.
    Rgb,
    /// Four inks; Adobe's programs store them inverted.
    Cmyk,
    /// The same, its first three turned into brightness and colour.
    Ycck,
    /// Four numbers of which nothing says what they mean, or another count.
    Unknown,
}

/// A JPEG's head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JpegHead {
    /// Width in pixels as stored.
    pub width: u32,
    /// Height in pixels as stored.
    pub height: u32,
    /// Bits of a sample.
    pub bits: u8,
    /// Samples of a pixel.
    pub components: u8,
    /// How it is coded.
    pub process: Process,
    /// What its numbers mean.
    pub colours: Colours,
    /// Colour profile, if a whole one is embedded.
    pub profile: Option<Vec<u8>>,
    /// First byte of the first scan's mark.
    pub scan_at: u64,
}

/// Reads the head.
pub fn read(source: &mut dyn Source) -> Result<JpegHead, Fault> {
    let (segments, scan_at) = segments(source)?;
    let mut frame = None;
    let mut jfif = false;
    let mut adobe = None;
    let mut profile = Vec::new();
    for segment in &segments {
        match segment.code {
            0xc0..=0xcf if !matches!(segment.code, 0xc4 | 0xc8 | 0xcc) && frame.is_none() => {
                let body = read_up_to(source, segment.body, segment.end - segment.body)?;
                frame = Some((segment.code, body));
            }
            0xe0 => jfif |= segment.is(source, 0xe0, JFIF)?,
            // The name, two bytes of version, four of flags, one of colours.
            0xee if segment.is(source, 0xee, ADOBE)? && segment.end - segment.body >= 12 => {
                adobe = read_at(source, segment.body + 11, 1)?.first().copied();
            }
            // Pieces are numbered by a byte: what is more than those, or too large, is no profile.
            0xe2 if profile.len() <= MOST_PIECES && segment.is(source, 0xe2, PROFILE)? => {
                profile.push(read_at(source, segment.body, segment.end - segment.body)?);
            }
            _ => (),
        }
    }
    let (code, body) = frame.ok_or("it has no frame header")?;
    let [bits, ref size @ .., components] = *body.get(..6).ok_or("its frame header is cut off")?
    else {
        return Err("its frame header is cut off");
    };
    let ids: Vec<u8> = body[6..].chunks(3).map(|component| component[0]).collect();
    Ok(JpegHead {
        width: big_endian(&size[2..]) as u32,
        height: big_endian(&size[..2]) as u32,
        bits,
        components,
        process: match code {
            0xc0 | 0xc1 => Process::Sequential,
            0xc2 => Process::Progressive,
            _ => Process::Rare,
        },
        colours: colours(components, jfif, adobe, &ids),
        profile: whole(&profile),
        scan_at,
    })
}

/// Tells what numbers mean by libjpeg's rule, which browsers follow.
fn colours(components: u8, jfif: bool, adobe: Option<u8>, ids: &[u8]) -> Colours {
    match (components, adobe) {
        (1, _) => Colours::Grey,
        (3, _) if jfif => Colours::YCbCr,
        (3, Some(0)) => Colours::Rgb,
        (3, Some(_)) => Colours::YCbCr,
        (3, None) if ids == *b"RGB" => Colours::Rgb,
        (3, None) => Colours::YCbCr,
        (4, Some(0)) => Colours::Cmyk,
        (4, Some(2)) => Colours::Ycck,
        _ => Colours::Unknown,
    }
}

/// Puts a profile's pieces together; each says its number (from 1) and how many there are.
fn whole(pieces: &[Vec<u8>]) -> Option<Vec<u8>> {
    let mut whole = Vec::new();
    for number in 1..=pieces.len() {
        let mut same = pieces.iter().filter(|piece| {
            piece.get(PROFILE.len()).copied().map(usize::from) == Some(number)
                && piece.get(PROFILE.len() + 1).copied().map(usize::from) == Some(pieces.len())
        });
        whole.extend_from_slice(&same.next()?[PROFILE.len() + 2..]);
    }
    (!whole.is_empty() && whole.len() <= LARGEST_PROFILE).then_some(whole)
}

/// Scans of a JPEG.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scans {
    /// How many there are.
    pub count: u64,
    /// Whether the mark of the end was found.
    pub ended: bool,
}

/// Walks over the scans, from the mark of the first one.
///
/// A few bytes can claim thousands of scans of a huge picture, and each costs a walk over all of it.
pub fn scans(bytes: &[u8], first: u64) -> Scans {
    let mut scans = Scans {
        count: 0,
        ended: false,
    };
    let mut at = usize::try_from(first).unwrap_or(usize::MAX);
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr::memchr(0xff, rest)) {
        at += found + 1;
        match bytes.get(at) {
            // Fillers, a stuffed byte of the picture, a restart.
            None | Some(0 | 1 | 0xff | 0xd0..=0xd7) => (),
            Some(0xd9) => {
                scans.ended = true;
                return scans;
            }
            Some(code) => {
                scans.count += u64::from(*code == 0xda);
                let size = bytes.get(at + 1..at + 3).map_or(2, big_endian);
                at += 1 + (size as usize).max(2);
            }
        }
    }
    scans
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use demo::media::{Picture, jpeg};

    fn with_segment(jpeg: &[u8], code: u8, body: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0xff, 0xd8, 0xff, code];
        bytes.extend((body.len() as u16 + 2).to_be_bytes());
        bytes.extend(body);
        bytes.extend(&jpeg[2..]);
        bytes
    }

    #[test]
    fn reads_size_coding_and_colours() {
        let bytes = jpeg(&Picture::default());
        let head = read(&mut Cursor::new(&bytes)).unwrap();
        assert_eq!((head.width, head.height, head.bits), (160, 120, 8));
        assert_eq!((head.components, head.colours), (3, Colours::YCbCr));
        assert_eq!((head.process, head.profile), (Process::Sequential, None));
        let found = scans(&bytes, head.scan_at);
        assert_eq!((found.count, found.ended), (1, true));
        let cut = scans(&bytes[..bytes.len() - 30], head.scan_at);
        assert_eq!((cut.count, cut.ended), (1, false));
    }

    #[test]
    fn colours_are_told_as_libjpeg_tells_them() {
        for (components, jfif, adobe, ids, expected) in [
            (1, true, None, "\u{1}", Colours::Grey),
            (3, true, Some(0), "\u{1}\u{2}\u{3}", Colours::YCbCr),
            (3, false, Some(0), "\u{1}\u{2}\u{3}", Colours::Rgb),
            (3, false, Some(1), "RGB", Colours::YCbCr),
            (3, false, None, "RGB", Colours::Rgb),
            (3, false, None, "\u{1}\u{2}\u{3}", Colours::YCbCr),
            (4, false, Some(0), "CMYK", Colours::Cmyk),
            (4, false, Some(2), "CMYK", Colours::Ycck),
            (4, false, None, "CMYK", Colours::Unknown),
            (2, false, None, "ab", Colours::Unknown),
        ] {
            assert_eq!(
                colours(components, jfif, adobe, ids.as_bytes()),
                expected,
                "{components} {jfif} {adobe:?} {ids:?}"
            );
        }
    }

    #[test]
    fn a_profile_in_pieces_is_put_together_whatever_their_order() {
        let plain = jpeg(&Picture::default());
        let piece = |number: u8, text: &[u8]| [PROFILE, &[number, 2], text].concat();
        let first = with_segment(&plain, 0xe2, &piece(1, b"abc"));
        let both = with_segment(&first, 0xe2, &piece(2, b"def"));
        let profile = |bytes: &[u8]| read(&mut Cursor::new(bytes)).unwrap().profile;
        assert_eq!(profile(&both).as_deref(), Some(&b"abcdef"[..]));
        assert_eq!(profile(&first), None, "one of two pieces is no profile");
    }
}
