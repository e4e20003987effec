//! Finds entries that lie outside their zip or over one another.

use super::header::Header;
use crate::exporter::archive::EntryError;
use crate::exporter::archive::positional::SharedFile;

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

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

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
