//! What a zip says of one entry, in its directory or in the entry's local header.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

use super::extra::{self, Zip64};
use crate::{EntryError, Modified};

/// Signature of a local header.
pub(super) const LOCAL: [u8; 4] = *b"PK\x03\x04";
/// Signature of a record of the directory.
pub(super) const CENTRAL: [u8; 4] = *b"PK\x01\x02";
/// Size of a local header without name and extra fields.
pub(super) const LOCAL_SIZE: usize = 30;
/// Size of a directory record without name, extra fields and comment.
pub(super) const CENTRAL_SIZE: usize = 46;

/// Stored as it is.
pub(crate) const STORED: u16 = 0;
/// Deflate.
pub(crate) const DEFLATED: u16 = 8;
/// Deflate with a window of 64 KiB.
pub(crate) const DEFLATED_64: u16 = 9;
/// Encrypted with AES; the true method is in an extra field.
const AES: u16 = 99;

const FLAG_ENCRYPTED: u16 = 1;
const FLAG_DESCRIPTOR: u16 = 1 << 3;

/// One entry.
#[derive(Debug, Clone, Default)]
pub(super) struct Header {
    pub(super) name: Vec<u8>,
    pub(super) unicode_name: Option<String>,
    pub(super) flags: u16,
    pub(super) method: u16,
    pub(super) crc32: u32,
    pub(super) compressed: u64,
    pub(super) size: u64,
    /// Offset of the local header in the file.
    pub(super) offset: u64,
    /// The offset came from a 32-bit field and may have wrapped.
    pub(super) narrow_offset: bool,
    pub(super) modified: Option<Modified>,
    /// File mode, where the packer ran on a Unix.
    pub(super) unix_mode: Option<u32>,
    /// What the layout of the part shows to be wrong.
    pub(super) problem: Option<EntryError>,
}

/// Reads a time of MS-DOS, where the extra fields have none. Packers that know no time write zero, or the first day there is.
fn modified(extended: Option<Timestamp>, date: u16, time: u16) -> Option<Modified> {
    if let Some(instant) = extended {
        return Some(Modified::Exact(instant));
    }
    let bits = |value: u16, shift: u16, mask: u16| i8::try_from((value >> shift) & mask).ok();
    let year = 1980 + i16::try_from(date >> 9).ok()?;
    let (month, day) = (bits(date, 5, 15)?, bits(date, 0, 31)?);
    let (hour, minute, second) = (bits(time, 11, 31)?, bits(time, 5, 63)?, bits(time, 0, 31)?);
    let local = DateTime::new(year, month, day, hour, minute, second * 2, 0).ok()?;
    let known = (year, month, day) != (1980, 1, 1);
    let instant = Offset::UTC.to_timestamp(local).ok().filter(|_| known)?;
    Some(Modified::Stepped(instant))
}

impl Header {
    /// Reads a directory record: its fixed part, then name and extra fields.
    pub(super) fn central(fixed: &[u8; CENTRAL_SIZE], name: &[u8], extra_bytes: &[u8]) -> Self {
        let extra = extra::parse(extra_bytes, name);
        let mut zip64 = Zip64::new(&extra);
        let size = zip64.widen(u32_at(fixed, 24));
        let compressed = zip64.widen(u32_at(fixed, 20));
        let offset = zip64.widen(u32_at(fixed, 42));
        // Host 3 is Unix, 19 is macOS.
        let unix_mode = matches!(fixed[5], 3 | 19).then(|| u32_at(fixed, 38) >> 16);
        Self {
            narrow_offset: u32_at(fixed, 42) != u32::MAX,
            name: name.to_vec(),
            unicode_name: extra.unicode_name,
            flags: u16_at(fixed, 8),
            method: u16_at(fixed, 10),
            crc32: u32_at(fixed, 16),
            compressed,
            size,
            offset,
            modified: modified(extra.modified, u16_at(fixed, 14), u16_at(fixed, 12)),
            unix_mode,
            problem: None,
        }
    }

    /// Reads a local header at `offset`: its fixed part, then name and extra fields.
    pub(super) fn local(
        fixed: &[u8; LOCAL_SIZE],
        name: &[u8],
        extra_bytes: &[u8],
        offset: u64,
    ) -> Self {
        let extra = extra::parse(extra_bytes, name);
        let mut zip64 = Zip64::new(&extra);
        let size = zip64.widen(u32_at(fixed, 22));
        let compressed = zip64.widen(u32_at(fixed, 18));
        Self {
            name: name.to_vec(),
            unicode_name: extra.unicode_name,
            flags: u16_at(fixed, 6),
            method: u16_at(fixed, 8),
            crc32: u32_at(fixed, 14),
            compressed,
            size,
            offset,
            modified: modified(extra.modified, u16_at(fixed, 12), u16_at(fixed, 10)),
            ..Self::default()
        }
    }

    /// Says whether it stands for a directory. One with bytes is an entry with an odd name.
    pub(super) fn is_directory(&self) -> bool {
        let named = self.name.ends_with(b"/") || self.name.ends_with(b"\\");
        let is_mode = self
            .unix_mode
            .is_some_and(|mode| mode & 0o170_000 == 0o040_000);
        self.size == 0 && (named || is_mode)
    }

    /// Says whether it stands for a link, device, pipe or socket. A mode without type bits is a plain file's, and one of a pipe
    /// with bytes is a file that was packed from a pipe (Info-ZIP's `zip -`).
    fn is_special(&self) -> bool {
        match self.unix_mode.map(|mode| mode & 0o170_000) {
            None | Some(0 | 0o100_000 | 0o040_000) => false,
            Some(0o120_000) => true,
            Some(_) => self.size == 0,
        }
    }

    /// Says whether its bytes are encrypted, by the old method or by AES.
    pub(super) fn is_encrypted(&self) -> bool {
        self.flags & FLAG_ENCRYPTED != 0 || self.method == AES
    }

    /// Says whether sizes and CRC follow the bytes instead of standing in the local header.
    pub(super) fn has_descriptor(&self) -> bool {
        self.flags & FLAG_DESCRIPTOR != 0
    }

    /// Returns the smallest offset at which another entry can begin.
    pub(super) fn least_end(&self) -> u64 {
        let head = (LOCAL_SIZE + self.name.len()) as u64;
        self.offset
            .saturating_add(head)
            .saturating_add(self.compressed)
    }

    /// Returns why the entry cannot be read, as far as its header shows.
    pub(super) fn problem(&self) -> Option<EntryError> {
        if self.is_encrypted() {
            return Some(EntryError::Encrypted);
        }
        if self.is_special() {
            return Some(EntryError::NotAFile);
        }
        if self.problem.is_some() {
            return self.problem.clone();
        }
        match self.method {
            STORED | DEFLATED | DEFLATED_64 => None,
            other => Some(EntryError::Method(method_name(other))),
        }
    }
}

fn method_name(method: u16) -> String {
    match method {
        1 => "shrink".to_owned(),
        6 => "implode".to_owned(),
        12 => "bzip2".to_owned(),
        14 => "LZMA".to_owned(),
        93 => "Zstandard".to_owned(),
        95 => "xz".to_owned(),
        98 => "PPMd".to_owned(),
        other => format!("method {other}"),
    }
}

/// Reads a little-endian number at `at`, which lies inside `bytes`.
pub(super) fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

/// Reads a little-endian number at `at`, which lies inside `bytes`.
pub(super) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from(u16_at(bytes, at)) | u32::from(u16_at(bytes, at + 2)) << 16
}

/// Reads a little-endian number at `at`, which lies inside `bytes`.
pub(super) fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from(u32_at(bytes, at)) | u64::from(u32_at(bytes, at + 4)) << 32
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    fn header(method: u16, flags: u16, unix_mode: Option<u32>) -> Header {
        Header {
            method,
            flags,
            unix_mode,
            ..Header::default()
        }
    }

    #[test]
    fn names_what_cannot_be_read() {
        let link = Some(0o120_777);
        for (header, problem) in [
            (header(STORED, 0, None), None),
            (header(DEFLATED, 0, Some(0o100_644)), None),
            (header(DEFLATED_64, 0, Some(0o644)), None),
            (header(DEFLATED, 1, None), Some(EntryError::Encrypted)),
            (header(AES, 0, None), Some(EntryError::Encrypted)),
            (header(STORED, 0, link), Some(EntryError::NotAFile)),
            (
                header(STORED, 0, Some(0o010_644)),
                Some(EntryError::NotAFile),
            ),
            (
                header(14, 0, None),
                Some(EntryError::Method("LZMA".to_owned())),
            ),
        ] {
            assert_eq!(header.problem(), problem, "{header:?}");
        }
    }

    #[test]
    fn a_file_packed_from_a_pipe_is_a_file() {
        let piped = Header {
            size: 5,
            ..header(DEFLATED, 0, Some(0o010_600))
        };
        assert_eq!(piped.problem(), None);
    }

    #[test]
    fn a_directory_has_no_bytes() {
        let named = |name: &[u8], size| Header {
            name: name.to_vec(),
            size,
            ..Header::default()
        };
        assert!(named(b"a/", 0).is_directory());
        assert!(named(b"a\\", 0).is_directory());
        assert!(!named(b"a/", 5).is_directory());
        assert!(!named(b"a", 0).is_directory());
    }
}
