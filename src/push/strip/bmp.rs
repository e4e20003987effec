//! Looks whether a BMP holds its picture and nothing else. It has no place for metadata, but programs can hang things on.

/// Bytes that belong to nothing and may be padding.
const PADDING: u64 = 64;

/// Bytes of the largest table of colours, three masks included.
const MOST_COLOURS: u64 = 256 * 4 + 16;

/// Returns whether all of a BMP is accounted for; `None` if it is not one.
pub(crate) fn is_only_a_picture(bytes: &[u8]) -> Option<bool> {
    let long = |at: usize| -> Option<u32> {
        let four: [u8; 4] = bytes.get(at..at + 4)?.try_into().ok()?;
        Some(u32::from_le_bytes(four))
    };
    if !bytes.starts_with(b"BM") {
        return None;
    }
    let pixels = u64::from(long(10)?);
    let head = u64::from(long(14)?);
    // Older and rarer heads have no fields that are wanted here.
    if !matches!(head, 40 | 108 | 124) {
        return Some(false);
    }
    let (width, height) = (long(18)? as i32, long(22)? as i32);
    let bits = u64::from(long(26)? >> 16);
    // Plain rows only: packed ones end where nobody says.
    let plain = matches!(long(30)?, 0 | 3);
    let profile = head == 124 && long(14 + 116)? != 0;
    let row = (u64::from(width.unsigned_abs()) * bits).div_ceil(32) * 4;
    let end = pixels + row * u64::from(height.unsigned_abs());
    let before = pixels.saturating_sub(14 + head);
    let behind = (bytes.len() as u64).saturating_sub(end);
    Some(plain && !profile && before <= MOST_COLOURS && behind <= PADDING)
}
