//! What a tar says of one entry, put together from its header and the extension records before it.

use jiff::Timestamp;
use tar::Header;

use super::broken::Broken;
use crate::EntryError;

/// One entry of a tar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Member {
    pub(crate) name: Vec<u8>,
    /// Bytes that follow the header.
    pub(crate) size: u64,
    pub(crate) modified: Option<Timestamp>,
    pub(crate) is_directory: bool,
    pub(crate) problem: Option<EntryError>,
    /// Offset of its bytes in the tar.
    pub(crate) offset: u64,
}

/// What extension records said of the entry that follows them.
#[derive(Debug, Default)]
pub(super) struct Extension {
    pub(super) long_name: Option<Vec<u8>>,
    pax_name: Option<Vec<u8>>,
    pax_size: Option<u64>,
    pax_modified: Option<Timestamp>,
    sparse: bool,
}

impl Extension {
    /// Reads a PAX header, records `length key=value\n`, and returns what is no whole record.
    pub(super) fn pax<'a>(&mut self, mut bytes: &'a [u8]) -> &'a [u8] {
        while let Some((key, value, rest)) = pax_record(bytes) {
            match key {
                b"path" => self.pax_name = Some(value.to_vec()),
                b"size" => self.pax_size = text(value).and_then(|text| text.parse().ok()),
                b"mtime" => self.pax_modified = text(value).and_then(pax_time),
                b"GNU.sparse.name" => {
                    self.sparse = true;
                    self.pax_name = Some(value.to_vec());
                }
                _ if key.starts_with(b"GNU.sparse.") => self.sparse = true,
                _ => {}
            }
            bytes = rest;
        }
        bytes
    }

    /// Takes what is kept of a name too long to keep: the header's own name must not stand in for one that is refused.
    pub(super) fn pax_cut(&mut self, rest: &[u8]) {
        let mut length_and_value = rest.splitn(2, |byte| *byte == b' ').skip(1);
        let name = length_and_value
            .next()
            .and_then(|value| value.strip_prefix(b"path="));
        if let Some(name) = name {
            self.pax_name = Some(name.to_vec());
        }
    }

    /// Joins a header with what was said before it.
    pub(super) fn member(self, header: &Header) -> Result<Member, Broken> {
        let size = match self.pax_size {
            Some(size) => size,
            None => header
                .entry_size()
                .map_err(|_| Broken::Damaged("the size of an entry makes no sense".to_owned()))?,
        };
        let kind = header.entry_type();
        let name = self
            .pax_name
            .or(self.long_name)
            .unwrap_or_else(|| header.path_bytes().into_owned());
        let old_directory = kind.is_file() && name.ends_with(b"/") && size == 0;
        let is_plain = kind.is_file() || kind.is_contiguous();
        let problem = if self.sparse || kind.is_gnu_sparse() {
            Some(EntryError::Method("a sparse file".to_owned()))
        } else {
            (!is_plain).then_some(EntryError::NotAFile)
        };
        // Old writers give links the size of what they point to, and no bytes.
        let has_no_bytes = matches!(header.as_bytes()[156], b'2'..=b'6')
            || (kind.is_hard_link() && self.pax_size.is_none());
        let modified = self.pax_modified.or_else(|| header_time(header));
        Ok(Member {
            name,
            size: if has_no_bytes { 0 } else { size },
            modified,
            is_directory: kind.is_dir() || old_directory,
            problem,
            offset: 0,
        })
    }
}

fn header_time(header: &Header) -> Option<Timestamp> {
    let seconds = i64::try_from(header.mtime().ok()?).ok()?;
    Timestamp::from_second(seconds).ok()
}

fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

/// Whole seconds of `1350244992.023960108`; the fraction is not kept by other containers either.
fn pax_time(value: &str) -> Option<Timestamp> {
    let seconds = value.split('.').next()?.parse().ok()?;
    Timestamp::from_second(seconds).ok()
}

fn pax_record(bytes: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let space = bytes.iter().take(20).position(|byte| *byte == b' ')?;
    let len: usize = text(&bytes[..space])?.parse().ok()?;
    let (record, rest) = bytes.split_at_checked(len)?;
    let record = record.get(space + 1..)?.strip_suffix(b"\n")?;
    let equals = record.iter().position(|byte| *byte == b'=')?;
    Some((&record[..equals], &record[equals + 1..], rest))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    fn header(kind: u8, size: u64) -> Header {
        let mut header = Header::new_ustar();
        header.set_path("short.jpg").unwrap();
        header.set_size(size);
        header.set_mtime(1_000);
        header.as_mut_bytes()[156] = kind;
        header
    }

    #[test]
    fn pax_records_win_over_the_header() {
        let mut extension = Extension::default();
        extension.pax(b"16 path=long.jpg11 size=7\n");
        extension.pax(b"17 path=long.jpg\n10 size=7\n19 mtime=1234567.9\n");
        let member = extension.member(&header(b'0', 5)).unwrap();
        assert_eq!(member.name, b"long.jpg");
        assert_eq!(member.size, 7);
        assert_eq!(member.modified, Timestamp::from_second(1_234_567).ok());
    }

    #[test]
    fn a_name_that_was_cut_is_not_replaced_by_a_shorter_one() {
        let mut extension = Extension::default();
        let rest = extension.pax(b"10 size=7\n70000 path=media/xxx");
        extension.pax_cut(rest);
        let member = extension.member(&header(b'0', 5)).unwrap();
        assert_eq!((&member.name[..], member.size), (&b"media/xxx"[..], 7));
        let mut extension = Extension::default();
        extension.pax_cut(b"70000 comment=media/xxx");
        assert_eq!(
            extension.member(&header(b'0', 5)).unwrap().name,
            b"short.jpg"
        );
    }

    #[test]
    fn broken_pax_records_are_passed_over() {
        for bytes in [
            &b""[..],
            b"x",
            b"99 path=a\n",
            b"0 ",
            b"3 \n",
            b"18446744073709551615 a=b\n",
        ] {
            let mut extension = Extension::default();
            extension.pax(bytes);
            assert_eq!(
                extension.member(&header(b'0', 5)).unwrap().name,
                b"short.jpg"
            );
        }
    }

    #[test]
    fn tells_files_from_other_things() {
        for (kind, problem, size) in [
            (b'0', None, 5),
            (0, None, 5),
            (b'7', None, 5),
            (b'1', Some(EntryError::NotAFile), 0),
            (b'2', Some(EntryError::NotAFile), 0),
            (b'3', Some(EntryError::NotAFile), 0),
            (b'6', Some(EntryError::NotAFile), 0),
            (
                b'S',
                Some(EntryError::Method("a sparse file".to_owned())),
                5,
            ),
        ] {
            let member = Extension::default().member(&header(kind, 5)).unwrap();
            assert_eq!((member.problem, member.size), (problem, size), "{kind}");
        }
        assert!(
            Extension::default()
                .member(&header(b'5', 0))
                .unwrap()
                .is_directory
        );
    }
}
