//! What makes one reading of a tree the same as another.

use sha2::{Digest, Sha256};

use provider::Tree;

use super::ImportOptions;
use super::plan::Candidate;
use super::trees::ArchiveTree;

/// Raised when what every reading notes beside a provider's evidence becomes more: what was read before is read anew then.
/// 2: what was not understood.
const READING: u32 = 2;

/// Which reader, and which notes of readings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Reader {
    version: u32,
    /// Of before 2 nothing was said.
    notes: Option<u32>,
}

impl Reader {
    fn of_now(tree: &ArchiveTree<'_>) -> Self {
        Self {
            version: tree.provider.about().reader_version,
            notes: Some(READING),
        }
    }
}

/// Digest of all that what is read of a tree depends on: equal parts and options give equal evidence.
pub(super) fn given(
    tree: &ArchiveTree<'_>,
    candidates: &[Candidate],
    options: &ImportOptions,
) -> [u8; 32] {
    given_by(Reader::of_now(tree), tree, candidates, options)
}

/// Digests of the same reading by the readers there were before: what they gave, this one's gives anew.
pub(super) fn given_before(
    tree: &ArchiveTree<'_>,
    candidates: &[Candidate],
    options: &ImportOptions,
) -> Vec<[u8; 32]> {
    let now = Reader::of_now(tree);
    (1..=now.version)
        .flat_map(|version| {
            let notes = std::iter::once(None).chain((2..=READING).map(Some));
            notes.map(move |notes| Reader { version, notes })
        })
        .filter(|reader| *reader != now)
        .map(|reader| given_by(reader, tree, candidates, options))
        .collect()
}

fn given_by(
    reader: Reader,
    tree: &ArchiveTree<'_>,
    candidates: &[Candidate],
    options: &ImportOptions,
) -> [u8; 32] {
    let mut hasher = Sha256::new();
    let mut add = |text: &str| {
        hasher.update((text.len() as u64).to_le_bytes());
        hasher.update(text);
    };
    add(tree.provider.about().name);
    if let Some(notes) = reader.notes {
        add(&notes.to_string());
    }
    add(&format!(
        "{} {:?} {:?} {:?} {} {:?}",
        reader.version,
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
