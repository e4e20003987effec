//! What makes one reading of a tree the same as another.

use sha2::{Digest, Sha256};

use crate::exporter::provider::Tree;

use super::ImportOptions;
use super::plan::Candidate;
use super::trees::ArchiveTree;

/// Raised when what every reading notes beside a provider's evidence becomes more: what was read before is read anew then.
/// 2: what was not understood.
const READING: u32 = 2;

/// Digest of all that what is read of a tree depends on: equal parts and options give equal evidence.
pub(super) fn given(
    tree: &ArchiveTree<'_>,
    candidates: &[Candidate],
    options: &ImportOptions,
) -> [u8; 32] {
    let mut hasher = Sha256::new();
    let mut add = |text: &str| {
        hasher.update((text.len() as u64).to_le_bytes());
        hasher.update(text);
    };
    add(tree.provider.name());
    add(&READING.to_string());
    add(&format!(
        "{} {:?} {:?} {:?} {} {:?}",
        tree.provider.reader_version(),
        options.account,
        options.since,
        options.until,
        options.include_messages,
        options.html_offset_s,
    ));
    for part in tree.part_names() {
        add(&part);
    }
    for candidate in candidates {
        add(&candidate.path);
        add(&candidate.export);
        add(&format!("{} {:?}", candidate.size_bytes, candidate.crc32));
    }
    hasher.finalize().into()
}
