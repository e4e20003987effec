//! Tells the true type of a media file from its first bytes. Names and claims do not count.

use model::media_type::MediaType;

use super::text;

/// Finds the true type of a media file from its first bytes; `None` if they are no media file's.
///
/// Raw files of cameras that are TIFF inside are [`MediaType::Raw`] if they carry a mark of their own (CR2, DNG) or begin with a
/// preview (NEF, ARW, PEF and others); without either they count as TIFF, which every raw converter accepts, too.
pub fn sniff(head: &[u8]) -> Option<MediaType> {
    by_signature(head)
        .or_else(|| riff(head))
        .or_else(|| tiff(head))
        .or_else(|| iso(head))
        .or_else(|| bmp(head))
        .or_else(|| matroska(head))
        .or_else(|| transport_stream(head))
        .or_else(|| sound_frames(head))
        .or_else(|| text::subtitles(head))
}

/// Formats whose first bytes can be nothing else.
const SIGNATURES: [(&[u8], MediaType); 22] = [
    (b"\xff\xd8\xff", MediaType::Jpeg),
    (b"\x89PNG\r\n\x1a\n", MediaType::Png),
    (b"GIF87a", MediaType::Gif),
    (b"GIF89a", MediaType::Gif),
    (b"\xff\x0a", MediaType::Jxl),
    (b"\0\0\0\x0cJXL \r\n\x87\n", MediaType::Jxl),
    (b"FUJIFILMCCD-RAW", MediaType::Raw),
    (b"FOVb", MediaType::Raw),
    (b"\0MRM", MediaType::Raw),
    (b"IIRO\x08\0", MediaType::Raw),
    (b"IIRS\x08\0", MediaType::Raw),
    (b"MMOR\0\0", MediaType::Raw),
    (b"IIU\0", MediaType::Raw),
    (b"\0\0\x01\xba", MediaType::Mpeg),
    (b"\0\0\x01\xb3", MediaType::Mpeg),
    (
        b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c",
        MediaType::Wmv,
    ),
    (b"OggS\0", MediaType::Ogg),
    (b"ID3\x02\0", MediaType::Mp3),
    (b"ID3\x03\0", MediaType::Mp3),
    (b"ID3\x04\0", MediaType::Mp3),
    (b"II\x2b\0\x08\0\0\0", MediaType::Tiff),
    (b"MM\0\x2b\0\x08\0\0", MediaType::Tiff),
];

fn by_signature(head: &[u8]) -> Option<MediaType> {
    SIGNATURES
        .iter()
        .find(|(signature, _)| head.starts_with(signature))
        .map(|(_, found)| *found)
}

fn riff(head: &[u8]) -> Option<MediaType> {
    if !matches!(head.get(..4)?, b"RIFF" | b"RF64") {
        return None;
    }
    match head.get(8..12)? {
        b"WEBP" => Some(MediaType::Webp),
        b"AVI " => Some(MediaType::Avi),
        b"WAVE" => Some(MediaType::Wav),
        _ => None,
    }
}

fn tiff(head: &[u8]) -> Option<MediaType> {
    let little = match head.get(..4)? {
        b"II\x2a\0" => true,
        b"MM\0\x2a" => false,
        _ => return None,
    };
    if head.get(8..10) == Some(b"CR") {
        return Some(MediaType::Raw);
    }
    let raw = TiffHead { head, little }.is_raw().unwrap_or(false);
    Some(if raw { MediaType::Raw } else { MediaType::Tiff })
}

/// The first directory of a TIFF file, as far as it lies in the first bytes.
struct TiffHead<'a> {
    head: &'a [u8],
    little: bool,
}

impl TiffHead<'_> {
    fn number(&self, at: usize, bytes: usize) -> Option<usize> {
        let bytes = self.head.get(at..at.checked_add(bytes)?)?.iter();
        let join = |number: usize, byte: &u8| (number << 8) | usize::from(*byte);
        Some(if self.little {
            bytes.rev().fold(0, join)
        } else {
            bytes.fold(0, join)
        })
    }

    /// Raw if there is a DNG version, or if the first picture is a preview of one in a sub-directory, made by a camera.
    fn is_raw(&self) -> Option<bool> {
        let at = self.number(4, 4)?;
        let count = self.number(at, 2)?;
        let (mut preview, mut sub, mut make) = (false, false, false);
        for field in 0..count {
            let at = at + 2 + 12 * field;
            let Some(tag) = self.number(at, 2) else { break };
            match tag {
                0x00fe => preview = self.number(at + 8, 4)? & 1 == 1,
                0x010f => make = true,
                0x014a => sub = true,
                0xc612 => return Some(true),
                _ => (),
            }
        }
        Some(preview && sub && make)
    }
}

/// ISO base media files by brand; QuickTime files from before brands by their first box.
fn iso(head: &[u8]) -> Option<MediaType> {
    let size = u32::from_be_bytes(head.get(..4)?.try_into().ok()?);
    match head.get(4..8)? {
        b"ftyp" => {
            let end = (size as usize).min(head.len());
            let brands = head.get(8..end)?;
            (brands.len() >= 4).then(|| by_brands(brands))
        }
        // Before 2001. The first letters of a text would be a size of over 512 MiB.
        b"moov" | b"mdat" | b"wide" | b"pnot" | b"free" | b"skip" if size < 0x2000_0000 => {
            old_quicktime(head, size)
        }
        _ => None,
    }
}

fn old_quicktime(head: &[u8], size: u32) -> Option<MediaType> {
    // Sizes 0 and 1 mean "to the end" and "64 bits follow".
    let whole = size >= 8 || size <= 1;
    let next = head.get(size as usize + 4..size as usize + 8);
    let sure = match head.get(4..8)? {
        b"moov" => matches!(head.get(12..16)?, b"mvhd" | b"cmov" | b"trak" | b"udta"),
        b"mdat" => true,
        _ => size >= 8 && matches!(next?, b"moov" | b"mdat" | b"wide" | b"free" | b"ftyp"),
    };
    (whole && sure).then_some(MediaType::Mov)
}

/// `brands`: the major brand, four bytes of version, compatible brands.
fn by_brands(brands: &[u8]) -> MediaType {
    let major = brand(&brands[..4]);
    let compatible = || {
        brands
            .get(8..)
            .unwrap_or_default()
            .chunks_exact(4)
            .map(brand)
    };
    match major {
        // A general picture brand tells the coding only among the compatible ones.
        Some(MediaType::Heic) if compatible().any(|b| b == Some(MediaType::Avif)) => {
            MediaType::Avif
        }
        Some(found) => found,
        None => compatible()
            .flatten()
            .find(|found| matches!(found, MediaType::Heic | MediaType::Avif | MediaType::Raw))
            .unwrap_or(MediaType::Mp4),
    }
}

fn brand(brand: &[u8]) -> Option<MediaType> {
    Some(match brand {
        b"crx " => MediaType::Raw,
        b"avif" | b"avis" => MediaType::Avif,
        b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"hevm" | b"hevs" | b"mif1"
        | b"mif2" | b"msf1" => MediaType::Heic,
        b"qt  " => MediaType::Mov,
        b"M4A " | b"M4B " | b"M4P " => MediaType::M4a,
        [b'3', b'g', b'p' | b'2' | b'r' | b's' | b'e' | b'g', _] => MediaType::Threegp,
        _ => return None,
    })
}

fn bmp(head: &[u8]) -> Option<MediaType> {
    let dib = u32::from_le_bytes(head.get(14..18)?.try_into().ok()?);
    let known = matches!(dib, 12 | 16 | 40 | 52 | 56 | 64 | 108 | 124);
    (head.starts_with(b"BM") && head[6..10] == [0; 4] && known).then_some(MediaType::Bmp)
}

fn matroska(head: &[u8]) -> Option<MediaType> {
    let body = head.strip_prefix(b"\x1a\x45\xdf\xa3")?;
    let body = &body[..body.len().min(256)];
    // Element 0x4282 (DocType), its size in one byte, its text.
    let at = body.windows(2).position(|id| id == [0x42, 0x82])? + 3;
    let doctype = body.get(at..)?;
    if doctype.starts_with(b"webm") {
        Some(MediaType::Webm)
    } else {
        doctype.starts_with(b"matroska").then_some(MediaType::Mkv)
    }
}

/// Packets of 188 bytes, or of 192 with a time in front (camcorders), begin with 0x47.
fn transport_stream(head: &[u8]) -> Option<MediaType> {
    let in_step = |first: usize, step: usize| {
        (0..5).all(|packet| head.get(first + packet * step) == Some(&0x47))
    };
    (in_step(0, 188) || in_step(4, 192)).then_some(MediaType::Mpeg)
}

/// Sound without a container: a frame, and another where the first one says it ends.
fn sound_frames(head: &[u8]) -> Option<MediaType> {
    let follows = |length: Option<usize>, found: fn(&[u8]) -> Option<usize>| {
        length.is_some_and(|length| head.get(length..).and_then(found).is_some())
    };
    if follows(mp3_frame(head), mp3_frame) {
        return Some(MediaType::Mp3);
    }
    follows(adts_frame(head), adts_frame).then_some(MediaType::Aac)
}

/// Returns the length of the MPEG layer III frame that begins here (ISO/IEC 11172-3, 2.4.1.3).
fn mp3_frame(bytes: &[u8]) -> Option<usize> {
    const FAST: [usize; 16] = [
        0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0,
    ];
    const SLOW: [usize; 16] = [
        0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0,
    ];
    let [0xff, second, third, _, ..] = *bytes else {
        return None;
    };
    let version = match (second >> 3) & 3 {
        3 => 1,
        2 => 2,
        0 => 4,
        _ => return None,
    };
    // Sync bits, and layer III (01).
    if second & 0xe6 != 0xe2 {
        return None;
    }
    let rate = [44_100, 48_000, 32_000]
        .get(usize::from(third >> 2) & 3)
        .map(|rate| rate / version)?;
    let (table, factor) = if version == 1 {
        (FAST, 144_000)
    } else {
        (SLOW, 72_000)
    };
    let bits = table[usize::from(third >> 4)];
    (bits > 0).then(|| factor * bits / rate + usize::from((third >> 1) & 1))
}

/// Returns the length of the ADTS frame that begins here (ISO/IEC 13818-7).
fn adts_frame(bytes: &[u8]) -> Option<usize> {
    let [0xff, second, third, fourth, fifth, sixth, _, ..] = *bytes else {
        return None;
    };
    // Sync bits and layer 0; thirteen sampling rates are defined.
    if second & 0xf6 != 0xf0 || (third >> 2) & 15 > 12 {
        return None;
    }
    let length = usize::from(fourth & 3) << 11 | usize::from(fifth) << 3 | usize::from(sixth >> 5);
    (length > 7).then_some(length)
}
