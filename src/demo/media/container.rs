//! Writes boxes of the ISO base media file format (ISO/IEC 14496-12), used by MP4, MOV, HEIC and AVIF.

/// Returns a box of this name around `parts`.
pub(crate) fn boxed(name: &[u8; 4], parts: &[&[u8]]) -> Vec<u8> {
    let size = 8 + parts.iter().map(|part| part.len()).sum::<usize>();
    let size = u32::try_from(size).expect("made files stay far below 4 GiB");
    let mut bytes = size.to_be_bytes().to_vec();
    bytes.extend(name);
    parts.iter().for_each(|part| bytes.extend(*part));
    bytes
}

/// Returns a box that begins with a version and flags.
pub(crate) fn versioned(name: &[u8; 4], version: u8, flags: u32, parts: &[&[u8]]) -> Vec<u8> {
    let mut head = flags.to_be_bytes();
    head[0] = version;
    let mut all = vec![&head[..]];
    all.extend(parts);
    boxed(name, &all)
}

/// Joins 32-bit numbers.
pub(crate) fn numbers(values: &[u32]) -> Vec<u8> {
    values
        .iter()
        .flat_map(|value| value.to_be_bytes())
        .collect()
}

/// Joins 16-bit numbers.
pub(crate) fn shorts(values: &[u16]) -> Vec<u8> {
    values
        .iter()
        .flat_map(|value| value.to_be_bytes())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_count_the_head() {
        assert_eq!(boxed(b"free", &[b"ab", b"c"]), *b"\0\0\0\x0bfreeabc");
        assert_eq!(
            versioned(b"tkhd", 1, 3, &[]),
            *b"\0\0\0\x0ctkhd\x01\0\0\x03"
        );
    }
}
