//! Makes JPEG files of any exact size, and subtitles.

use super::pixels::Dice;
use super::{Picture, jpeg};

/// Returns a valid JPEG file of exactly `size_bytes` whose padding does not compress, as photos do not.
///
/// The padding stands in APP11 segments, which every reader skips. Seeds of a benchmark may differ in the padding alone, so
/// pictures are painted small: making the file must cost little more than its random bytes.
///
/// # Panics
///
/// If `size_bytes` is under 2,048: the picture itself needs room.
pub fn padded_jpeg(seed: u64, size_bytes: usize) -> Vec<u8> {
    let picture = jpeg(&Picture {
        width: 32,
        height: 24,
        seed,
        ..Picture::default()
    });
    let missing = size_bytes
        .checked_sub(picture.len())
        .expect("a padded JPEG has at least 2,048 bytes");
    let mut bytes = Vec::with_capacity(size_bytes);
    bytes.extend(&picture[..2]);
    let mut noise = Dice::new(seed);
    // Filler bytes FF before a marker are valid (T.81 B.1.1.2); a segment cannot be under four bytes.
    let mut left = missing;
    while left >= 4 {
        // Two bytes of marker, then at most 65,535 counted ones.
        let segment = left.min(65_537);
        bytes.extend([0xff, 0xeb]);
        bytes.extend(((segment - 2) as u16).to_be_bytes());
        push_noise(&mut bytes, segment - 4, &mut noise);
        left -= segment;
    }
    bytes.resize(bytes.len() + left, 0xff);
    bytes.extend(&picture[2..]);
    bytes
}

fn push_noise(bytes: &mut Vec<u8>, count: usize, noise: &mut Dice) {
    let end = bytes.len() + count;
    for _ in 0..count / 8 {
        bytes.extend_from_slice(&noise.bits().to_le_bytes());
    }
    let rest = noise.bits().to_le_bytes();
    bytes.extend_from_slice(&rest[..end - bytes.len()]);
}

/// Returns two subtitles, as Instagram's archive puts beside videos.
pub fn srt() -> Vec<u8> {
    let text = "1\n00:00:00,000 --> 00:00:00,480\nHello from the hills.\n\n\
                2\n00:00:00,520 --> 00:00:01,000\nThe sun is up already.\n\n";
    text.into()
}
