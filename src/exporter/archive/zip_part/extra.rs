//! Reads the extra fields of a zip header.

use jiff::Timestamp;

/// What the extra fields say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Extra {
    /// Name in UTF-8 from field 0x7075, if it belongs to the name in the header.
    pub(super) unicode_name: Option<String>,
    /// Modification time in UTC from field 0x5455.
    pub(super) modified: Option<Timestamp>,
    /// Body of field 0x0001, whose meaning depends on the header.
    pub(super) zip64: Option<Vec<u8>>,
}

/// Reads the fields in `bytes`. What cannot be understood is passed over: extra fields are often sloppy.
pub(super) fn parse(mut bytes: &[u8], name: &[u8]) -> Extra {
    let mut extra = Extra::default();
    while let Some(([id_low, id_high, len_low, len_high], rest)) = bytes.split_first_chunk::<4>() {
        let len = usize::from(u16::from_le_bytes([*len_low, *len_high]));
        let Some((body, rest)) = rest.split_at_checked(len) else {
            break;
        };
        match u16::from_le_bytes([*id_low, *id_high]) {
            0x0001 => extra.zip64 = Some(body.to_vec()),
            0x5455 => extra.modified = timestamp(body),
            0x7075 => extra.unicode_name = unicode_name(body, name),
            _ => {}
        }
        bytes = rest;
    }
    extra
}

fn timestamp(body: &[u8]) -> Option<Timestamp> {
    let (flags, times) = body.split_first()?;
    let seconds = i32::from_le_bytes(*times.first_chunk()?);
    (flags & 1 == 1)
        .then(|| Timestamp::from_second(i64::from(seconds)).ok())
        .flatten()
}

/// The field holds the CRC of the name it was made for: a packer that renamed the entry may have left an old field behind.
fn unicode_name(body: &[u8], name: &[u8]) -> Option<String> {
    let (version, rest) = body.split_first()?;
    let (crc, text) = rest.split_first_chunk::<4>()?;
    let belongs = *version == 1 && u32::from_le_bytes(*crc) == crc32fast::hash(name);
    belongs
        .then(|| String::from_utf8(text.to_vec()).ok())
        .flatten()
}

/// The values that a header leaves to its zip64 field, in their fixed order.
pub(super) struct Zip64<'a> {
    body: &'a [u8],
}

impl<'a> Zip64<'a> {
    /// Begins with the body of the field (empty if there is none).
    pub(super) fn new(extra: &'a Extra) -> Self {
        let body = extra.zip64.as_deref().unwrap_or_default();
        Self { body }
    }

    /// Returns the true value of a header field: the next of the zip64 values if the header says "see there".
    pub(super) fn widen(&mut self, value: u32) -> u64 {
        if value != u32::MAX {
            return u64::from(value);
        }
        match self.body.split_first_chunk::<8>() {
            Some((wide, rest)) => {
                self.body = rest;
                u64::from_le_bytes(*wide)
            }
            None => u64::from(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(id: u16, body: &[u8]) -> Vec<u8> {
        let len = u16::try_from(body.len()).unwrap();
        [&id.to_le_bytes()[..], &len.to_le_bytes(), body].concat()
    }

    #[test]
    fn reads_the_fields_it_knows() {
        let crc = crc32fast::hash(b"a.jpg").to_le_bytes();
        let unicode = [&[1][..], &crc, "ä.jpg".as_bytes()].concat();
        let stamp = [&[1][..], &1_700_000_000_i32.to_le_bytes()].concat();
        let bytes = [
            field(0xcafe, b"x"),
            field(0x7075, &unicode),
            field(0x5455, &stamp),
        ]
        .concat();
        let extra = parse(&bytes, b"a.jpg");
        assert_eq!(extra.unicode_name.as_deref(), Some("ä.jpg"));
        assert_eq!(extra.modified, Timestamp::from_second(1_700_000_000).ok());
        assert_eq!(
            parse(&bytes, b"b.jpg").unicode_name,
            None,
            "made for another name"
        );
    }

    #[test]
    fn passes_over_broken_fields() {
        for bytes in [
            &b"\x55"[..],
            b"\x55\x54\xff\xff",
            b"\x55\x54\x01\0\x01",
            b"\x55\x54\0\0",
        ] {
            assert_eq!(parse(bytes, b""), Extra::default());
        }
        let no_flag = field(0x5455, &[0, 1, 2, 3, 4]);
        assert_eq!(parse(&no_flag, b"").modified, None);
    }

    #[test]
    fn widens_only_what_the_header_leaves_open() {
        let body = [7_u64.to_le_bytes(), 9_u64.to_le_bytes()].concat();
        let extra = parse(&field(1, &body), b"");
        let mut zip64 = Zip64::new(&extra);
        assert_eq!(zip64.widen(u32::MAX), 7);
        assert_eq!(zip64.widen(5), 5);
        assert_eq!(zip64.widen(u32::MAX), 9);
        assert_eq!(zip64.widen(u32::MAX), u64::from(u32::MAX));
    }
}
