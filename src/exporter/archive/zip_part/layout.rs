//! Finds entries that lie outside their zip or over one another.

use super::header::Header;
use crate::EntryError;
use crate::positional::SharedFile;

/// Marks entries that end behind the file, and those that begin inside another: a small bomb reads the same bytes over
/// and over again.
pub(super) fn check(file: &SharedFile, headers: &mut [Header]) {
    let mut order: Vec<usize> = (0..headers.len()).collect();
    order.sort_by_key(|&at| (headers[at].offset, at));
    let mut reached = 0;
    let mut last_offset = None;
    for at in order {
        let header = &mut headers[at];
        let end = header.least_end();
        let begins_inside = header.offset < reached || last_offset == Some(header.offset);
        last_offset = Some(header.offset);
        if header.problem.is_some() {
            continue;
        }
        if end > file.len() {
            // It may not reach over the others: one false size would spoil every entry behind it.
            header.problem = Some(EntryError::CutOff);
            continue;
        }
        if begins_inside {
            header.problem = Some(EntryError::Overlap);
        }
        reached = reached.max(end);
    }
}

/// A smaller entry does no harm, however much it grows.
const HARMLESS_BYTES: u64 = 100 << 20;

/// How many times its stored size an entry may grow. Bytes all alike grow 230-fold by deflate's fastest level and 1,030-fold by
/// its best. Measured with zlib at level 9: a white 16-bit scan with a scanner's noise grows 2-fold, short messages in JSON 24-fold,
/// posts in HTML 37-fold, ten equal uncompressed frames of a screen with text 85-fold. One JSON message repeated 300,000 times
/// without any change would grow 343-fold; no service writes that.
const MOST_GROWTH: u64 = 200;

/// Refuses entries that grow as no photo, video or record file does.
pub(super) fn refuse_growing(headers: &mut [Header]) {
    for header in headers {
        let grows =
            header.size > HARMLESS_BYTES && header.size / MOST_GROWTH > header.compressed.max(1);
        if grows && header.problem.is_none() {
            header.problem = Some(EntryError::Grows {
                stored: header.compressed,
                declared: header.size,
            });
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn only_what_is_large_and_grows_without_measure_is_refused() {
        let mib = 1 << 20;
        for (compressed, size, refused) in [
            (mib / 2, 512 * mib, true),
            (0, 101 * mib, true),
            (mib / 10, 100 * mib, false),
            (5 * mib, 1000 * mib, false),
            (5 * mib - 1, 1001 * mib, true),
            (3 << 30, 3 << 30, false),
        ] {
            let mut headers = [Header {
                compressed,
                size,
                ..Header::default()
            }];
            refuse_growing(&mut headers);
            let found = matches!(headers[0].problem, Some(EntryError::Grows { .. }));
            assert_eq!(found, refused, "{compressed} {size}");
        }
    }

    #[test]
    fn marks_what_overlaps_or_lies_outside() {
        let mut bytes = tempfile::NamedTempFile::new().unwrap();
        bytes.write_all(&[0; 1000]).unwrap();
        let file = SharedFile::open(bytes.path()).unwrap();
        let at = |offset, compressed| Header {
            offset,
            compressed,
            ..Header::default()
        };
        let cases = [
            (at(200, 10), None),
            (at(0, 100), None),
            (at(0, 100), Some(EntryError::Overlap)),
            (at(100, 10), Some(EntryError::Overlap)),
            (at(300, u64::MAX), Some(EntryError::CutOff)),
            (at(400, 10), None),
            (at(990, 0), Some(EntryError::CutOff)),
        ];
        let mut headers: Vec<Header> = cases.iter().map(|(header, _)| header.clone()).collect();
        check(&file, &mut headers);
        for (header, (_, expected)) in headers.iter().zip(&cases) {
            assert_eq!(header.problem, *expected, "{}", header.offset);
        }
    }
}
