//! Opens a zip part: its directory, or what local headers show where the directory is gone.
//!
//! Own reader rather than the `zip` crate's: that one stops at the first odd record, adds a guessed offset to
//! every header and does not give timestamps, so that wrapped offsets, damage and evidence could not be handled.

mod directory;
mod end;
mod extra;
mod header;
pub(super) mod inflate;
mod layout;
pub(super) mod place;
mod scan;

use std::io;

use super::names;
use super::positional::SharedFile;
use super::{EntryError, OpenOptions, PartFault};
use crate::tree::{Found, Place};
use header::Header;
pub(super) use place::ZipPlace;

/// What a zip part holds.
pub(super) struct Contents {
    /// Its entries, in the order of its directory.
    pub(super) found: Vec<Found>,
    /// What is wrong with the part.
    pub(super) faults: Vec<PartFault>,
}

/// Lists the entries of a zip.
pub(super) fn open(file: &SharedFile, options: &OpenOptions) -> io::Result<Contents> {
    let mut faults = Vec::new();
    let mut headers = match end::find(file)? {
        Some(end) => directory::read(file, &end)?,
        None => directory::Listing::none(),
    };
    if !headers.whole {
        let scanned = scan::scan(file)?;
        if scanned.len() > headers.list.len() || headers.list.is_empty() {
            headers.list = scanned;
        }
    }
    layout::check(file, &mut headers.list);
    if !options.trust_sizes {
        layout::refuse_growing(&mut headers.list);
    }
    if !headers.whole {
        let is_whole = |header: &&Header| header.problem != Some(EntryError::CutOff);
        let whole = headers.list.iter().filter(is_whole).count();
        faults.push(PartFault::CutOff { whole });
    }
    let files: Vec<&Header> = headers
        .list
        .iter()
        .filter(|header| !header.is_directory())
        .collect();
    let all_encrypted = files.iter().all(|header| header.is_encrypted());
    if all_encrypted && !files.is_empty() {
        faults.push(PartFault::Encrypted);
    }
    let found = files
        .into_iter()
        .map(|header| found(header, options))
        .collect();
    Ok(Contents { found, faults })
}

/// Says whether a zip ends as it should: its directory is there, whole, and where it is said to be. Reads no entry.
pub(super) fn ends_whole(file: &SharedFile) -> io::Result<bool> {
    Ok(match end::find(file)? {
        Some(end) => directory::read(file, &end)?.whole,
        None => false,
    })
}

fn found(header: &Header, options: &OpenOptions) -> Found {
    let raw_name = match &header.unicode_name {
        Some(name) => name.clone(),
        None => names::decode(&header.name, options.name_encoding.as_deref()),
    };
    Found {
        raw_name,
        size_bytes: header.size,
        crc32: Some(header.crc32),
        modified: header.modified,
        problem: header.problem(),
        place: Place::Zip(ZipPlace {
            header: header.offset,
            compressed: header.compressed,
            method: header.method,
        }),
    }
}
