//! Which pieces of which archives were given: what their names tell, what is in them, and whether a list speaks for them.
//!
//! All of it follows from what was given, not from what was read of it, so that an import which finds everything known notes the
//! same as the first one did.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use archive::{PartId, PartName};
use model::content_hash::ContentHash;
use model::import_note::PieceNote;
use provider::classify::is_system_file;
use provider::{Node, Tree, title_of};

use super::intake::read_options;
use super::trees::{ArchiveTree, Recognized};
use super::{ImportError, ImportOptions};

/// Returns the pieces of each part.
pub(super) fn pieces(
    recognized: &Recognized<'_>,
    options: &ImportOptions,
) -> BTreeMap<PartId, Vec<PieceNote>> {
    let mut found: BTreeMap<PartId, Vec<PieceNote>> = BTreeMap::new();
    for tree in &recognized.trees {
        for (part, note) in of_tree(tree, options) {
            found.entry(part).or_default().push(note);
        }
    }
    found
}

fn of_tree(tree: &ArchiveTree<'_>, options: &ImportOptions) -> Vec<(PartId, PieceNote)> {
    let provider = tree.provider;
    let accounts = provider.accounts(tree, options.account.as_deref());
    let listed = provider.listed(tree, &read_options(options));
    let notes = tree.by_piece().into_iter().filter_map(|(id, nodes)| {
        let piece = tree.piece_at(id)?;
        let name = name(tree, nodes.first()?);
        let note = PieceNote {
            provider: provider.about().name.to_owned(),
            account: accounts.get(&id).cloned(),
            root: piece.root.clone(),
            export: name.export,
            told: name.told,
            slot: name.slot,
            of: name.of,
            listed: listed.get(&id).copied(),
            contents: contents(tree, &nodes),
        };
        Some((piece.part, note))
    });
    notes.collect()
}

/// Returns what the name of a piece tells: that of the folder it lies in, if the service gave that name, else that of its part.
fn name(tree: &ArchiveTree<'_>, node: &Node) -> PartName {
    let names = tree.piece_names(node.id);
    let mut read = names.iter().map(|name| tree.provider.part(name));
    let told = read.clone().find(|name| name.told);
    told.or_else(|| read.next_back())
        .unwrap_or_else(|| tree.provider.part(&tree.part_name(node.id)))
}

/// Hashes the paths and sizes of a piece: packed again, unpacked or under another name it is the same piece.
fn contents(tree: &ArchiveTree<'_>, nodes: &[&Node]) -> String {
    let mut hasher = Sha256::new();
    for node in nodes.iter().filter(|node| !is_system_file(&node.path)) {
        hasher.update((node.path.len() as u64).to_le_bytes());
        hasher.update(&*node.path);
        hasher.update(tree.size_bytes(node.id).to_le_bytes());
    }
    ContentHash(hasher.finalize().into()).to_string()
}

/// Refuses a number of parts that cannot be that of what was given: more parts came, or parts of several archives.
///
/// # Errors
/// Fails if the number is about nothing that can be told apart.
pub(super) fn check_number(
    recognized: &Recognized<'_>,
    options: &ImportOptions,
) -> Result<(), ImportError> {
    let Some(said) = options.parts else {
        return Ok(());
    };
    let pieces: Vec<PieceNote> = pieces(recognized, options)
        .into_values()
        .flatten()
        .collect();
    let archives = archives(&pieces);
    if archives.len() > 1 {
        return Err(ImportError::SeveralArchives { archives });
    }
    let mut given: Vec<&PieceNote> = Vec::new();
    for piece in &pieces {
        if !given.iter().any(|other| other.is_same(piece)) {
            given.push(piece);
        }
    }
    match given.len() {
        given if given > said as usize => Err(ImportError::MoreParts { said, given }),
        _ => Ok(()),
    }
}

/// Names the archives that are certainly several: of two services, of two accounts, or of two names the service gave.
fn archives(pieces: &[PieceNote]) -> Vec<String> {
    let mut groups: Vec<&PieceNote> = Vec::new();
    for piece in pieces {
        if !groups.iter().any(|group| may_be_one(group, piece)) {
            groups.push(piece);
        }
    }
    let shown = |piece: &&PieceNote| {
        let account = piece.account.as_deref();
        let account = account.map_or(String::new(), |name| format!(" of {name}"));
        format!("{} ({}{account})", piece.export, title_of(&piece.provider))
    };
    groups.iter().map(shown).collect()
}

fn may_be_one(a: &PieceNote, b: &PieceNote) -> bool {
    let differ = |a: &Option<String>, b: &Option<String>| a.is_some() && b.is_some() && a != b;
    let names = a.told && b.told && a.export != b.export && !days_of_one(&a.export, &b.export);
    a.provider == b.provider && !differ(&a.account, &b.account) && !names
}

/// Says whether two names differ by no more than a day at their end: an archive is made over midnight at times.
fn days_of_one(a: &str, b: &str) -> bool {
    const DAY: usize = "2024-05-01".len();
    let split = |name: &str| {
        let (front, day) = name.split_at_checked(name.len().checked_sub(DAY)?)?;
        Some((front.to_owned(), day.parse::<jiff::civil::Date>().ok()?))
    };
    match (split(a), split(b)) {
        (Some((front, day)), Some((other, next))) => {
            front == other && (next - day).get_days().abs() <= 1
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(export: &str, account: Option<&str>) -> PieceNote {
        PieceNote {
            provider: "p".into(),
            account: account.map(str::to_owned),
            export: export.into(),
            told: export.contains('-'),
            ..PieceNote::default()
        }
    }

    #[test]
    fn a_number_is_about_one_archive() {
        let day = |day: &str| format!("instagram-anna-2024-{day}");
        for (one, a, b) in [
            (true, piece(&day("05-31"), None), piece(&day("06-01"), None)),
            (
                false,
                piece(&day("05-30"), None),
                piece(&day("06-01"), None),
            ),
            (true, piece("a", None), piece("b", None)),
            (true, piece("a", Some("anna")), piece("b", None)),
            (false, piece("a", Some("anna")), piece("b", Some("ben"))),
            (
                false,
                piece("takeout-20240101T000000Z", None),
                piece("takeout-20240102T000000Z", None),
            ),
            (
                true,
                piece("takeout-20240101T000000Z", None),
                piece("holiday", None),
            ),
        ] {
            let found = archives(&[a, b]);
            assert_eq!(found.len() == 1, one, "{found:?}");
        }
    }
}
