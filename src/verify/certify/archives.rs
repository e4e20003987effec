//! The archives that were given of each account, part by part, and whether anything shows that no further part exists.
//!
//! Only four things can show it: the names ("Part 1 of 3"), a list in hand of all that the archive holds, or the user's word, given
//! with the import or afterwards. Everything else is open: the last part of an archive leaves no gap.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;

use catalog::RunRow;
use model::import_note::{PartNote, PieceNote};

use super::journal::made;

/// Provider and account.
pub(crate) type Key = (String, Option<String>);

/// A part of an archive, as it was given.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ArchivePart {
    /// File name of the part; of one of several unpacked parts in a folder, with the folder's.
    pub name: String,
    /// Its size; `None` for a folder.
    pub size_bytes: Option<u64>,
    /// Day on which the service made it, as its name tells.
    pub made: Option<Date>,
    /// When the file was last changed.
    pub modified: Option<Timestamp>,
    /// It could be read whole.
    pub whole: bool,
}

impl ArchivePart {
    /// Returns the day the service made it, else the day its file was last changed and that it is so.
    pub fn date(&self) -> Option<String> {
        let changed = || Some(format!("file of {}", self.modified?.strftime("%Y-%m-%d")));
        self.made.map(|day| day.to_string()).or_else(changed)
    }
}

/// Returns in words whether anything shows how many parts an archive has.
pub fn numbering_in_words(numbering: &Numbering) -> String {
    match numbering {
        Numbering::Named(parts) => format!("all {parts}: the names say how many there are"),
        Numbering::Listed => "all: a list in the archive names everything in it".to_owned(),
        Numbering::Said(parts) => format!("all {parts}, as stated by the user"),
        Numbering::Untold => "nothing shows how many parts there are".to_owned(),
        Numbering::Unlisted => "the list in the archive does not name everything in it".to_owned(),
        Numbering::TooFew { said, given } => format!("{given} of {said}"),
        Numbering::TooMany { said, given } => {
            format!("{given} were given, and {said} there are as stated by the user")
        }
    }
}

/// An archive of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenArchive {
    /// What its parts have in common.
    pub name: String,
    /// Its parts, by name.
    pub parts: Vec<ArchivePart>,
    /// Whether anything shows that there are no others.
    pub numbering: Numbering,
    /// What tells its pieces from others.
    pub pieces: BTreeSet<String>,
}

/// Whether anything shows that there are no other parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Numbering {
    /// The names say how many there are, and all are here.
    Named(u32),
    /// A list of all that the archive holds is in hand.
    Listed,
    /// The user said how many there are, and all are here.
    Said(u32),
    /// Nothing tells.
    Untold,
    /// The list in hand does not list all that the parts hold.
    Unlisted,
    /// The user, or the names, say that there are more than were given.
    TooFew {
        /// How many there are.
        said: u32,
        /// How many were given.
        given: u32,
    },
    /// The user said that there are fewer than were given.
    TooMany {
        /// How many there are.
        said: u32,
        /// How many were given.
        given: u32,
    },
}

impl Numbering {
    /// Returns whether it is shown that there are no other parts.
    pub fn is_closed(&self) -> bool {
        matches!(self, Self::Named(_) | Self::Listed | Self::Said(_))
    }

    /// Returns the name used in JSON.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Named(_) => "named",
            Self::Listed => "listed",
            Self::Said(_) => "said",
            Self::Untold => "untold",
            Self::Unlisted => "unlisted",
            Self::TooFew { .. } => "too_few",
            Self::TooMany { .. } => "too_many",
        }
    }

    /// Returns the number of parts that the user, or the names, told.
    pub fn told(&self) -> Option<u32> {
        match *self {
            Self::Named(parts) | Self::Said(parts) => Some(parts),
            Self::TooFew { said, .. } | Self::TooMany { said, .. } => Some(said),
            Self::Listed | Self::Untold | Self::Unlisted => None,
        }
    }
}

/// Finds the archives of every account. `sole` is the account of each provider that has just one: parts that name none are its.
pub(crate) fn archives(
    rows: &[RunRow],
    sole: &dyn Fn(&str) -> Option<String>,
) -> BTreeMap<Key, Vec<GivenArchive>> {
    let (given, words) = gather(rows);
    let mut accounts: BTreeMap<Key, Vec<Given>> = BTreeMap::new();
    for piece in given {
        let provider = piece.note.provider.clone();
        let account = piece.note.account.clone().or_else(|| sole(&provider));
        let pieces = accounts.entry((provider, account)).or_default();
        match pieces
            .iter_mut()
            .find(|other| other.note.is_same(&piece.note))
        {
            Some(other) => other.take(piece),
            None => pieces.push(piece),
        }
    }
    accounts
        .into_iter()
        .map(|(key, pieces)| (key, of_account(&pieces, &words)))
        .collect()
}

/// A piece that was given, once or more often.
struct Given {
    note: PieceNote,
    part: ArchivePart,
}

impl Given {
    /// Takes over what another time of giving the same piece tells. What was read whole counts.
    fn take(&mut self, other: Self) {
        if other.part.whole && !self.part.whole {
            self.part = other.part;
        }
        self.note.listed = other.note.listed.or(self.note.listed);
    }

    fn is_of(&self, word: &Word) -> bool {
        word.provider == self.note.provider
            && self.note.marks().any(|mark| word.pieces.contains(mark))
    }
}

/// The user's word on some pieces.
struct Word {
    provider: String,
    said: u32,
    pieces: BTreeSet<String>,
}

/// Reads the journal, the oldest run first.
fn gather(rows: &[RunRow]) -> (Vec<Given>, Vec<Word>) {
    let mut runs: Vec<&RunRow> = rows.iter().collect();
    runs.sort_by_key(|row| row.id);
    let (mut given, mut words) = (Vec::new(), Vec::new());
    for row in runs {
        if let Some(word) = row.parts_word() {
            words.push(Word {
                provider: word.provider,
                said: word.parts,
                pieces: word.pieces.into_iter().collect(),
            });
        }
        // What was taken back was not given, and of what cannot be read nothing is known.
        let stands = row.kind == "import" && row.undone_by.is_none();
        let Some(note) = stands.then(|| row.import_note().ok()).flatten() else {
            continue;
        };
        let Some(came_to) = note.came_to.filter(|came_to| !came_to.interrupted) else {
            continue;
        };
        let before = given.len();
        for part in &came_to.part_facts {
            let whole = !came_to.problems.iter().any(|of| of.part == part.name);
            let pieces = part.pieces.iter().flatten();
            given.extend(pieces.map(|piece| of_piece(part, piece, whole)));
        }
        let new = &given[before..];
        if let (Some(said), Some(first)) = (note.asked.parts, new.first()) {
            words.push(Word {
                provider: first.note.provider.clone(),
                said,
                pieces: marks(new),
            });
        }
    }
    learn_accounts(&mut given);
    (given, words)
}

fn marks<'a>(pieces: impl IntoIterator<Item = &'a Given>) -> BTreeSet<String> {
    let pieces = pieces.into_iter();
    pieces
        .flat_map(|of| of.note.marks())
        .map(str::to_owned)
        .collect()
}

fn of_piece(part: &PartNote, piece: &PieceNote, whole: bool) -> Given {
    let several = part.pieces.iter().flatten().count() > 1;
    let root = match several {
        true => piece.root.trim_end_matches('/'),
        false => "",
    };
    Given {
        part: ArchivePart {
            name: match root {
                "" => part.name.clone(),
                root => format!("{}/{root}", part.name),
            },
            size_bytes: part.size_bytes,
            made: made(part),
            modified: part.modified,
            whole,
        },
        note: piece.clone(),
    }
}

/// A piece that named nobody once and somebody another time (a newer reader, `--account`) is that account's.
fn learn_accounts(given: &mut [Given]) {
    let mut named: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for piece in given.iter() {
        if let Some(account) = &piece.note.account {
            let key = (piece.note.provider.clone(), piece.note.contents.clone());
            named.entry(key).or_default().insert(account.clone());
        }
    }
    for piece in given
        .iter_mut()
        .filter(|piece| piece.note.account.is_none())
    {
        let key = (piece.note.provider.clone(), piece.note.contents.clone());
        if let Some(accounts) = named.get(&key).filter(|accounts| accounts.len() == 1) {
            piece.note.account = accounts.first().cloned();
        }
    }
}

fn of_account(pieces: &[Given], words: &[Word]) -> Vec<GivenArchive> {
    let mut archives: Vec<GivenArchive> = groups(pieces, words)
        .iter()
        .map(|group| archive(group, pieces, words))
        .collect();
    archives.sort_by(|a, b| (&a.name, &a.parts).cmp(&(&b.name, &b.parts)));
    archives
}

/// Puts together what belongs to one archive: pieces whose service gave them one name, and those of which the user said so.
fn groups<'a>(pieces: &'a [Given], words: &[Word]) -> Vec<Vec<&'a Given>> {
    let mut groups: Vec<Vec<&Given>> = Vec::new();
    let belong = |a: &Given, b: &Given| {
        let named = a.note.told && b.note.told && a.note.export == b.note.export;
        named || words.iter().any(|word| a.is_of(word) && b.is_of(word))
    };
    for piece in pieces {
        let (own, others): (Vec<_>, Vec<_>) = groups
            .into_iter()
            .partition(|group| group.iter().any(|other| belong(other, piece)));
        let mut joined: Vec<&Given> = own.into_iter().flatten().collect();
        joined.push(piece);
        groups = others;
        groups.push(joined);
    }
    groups
}

fn archive(group: &[&Given], all: &[Given], words: &[Word]) -> GivenArchive {
    let mut names: Vec<&str> = group.iter().map(|of| of.note.export.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let mut parts: Vec<ArchivePart> = group.iter().map(|of| of.part.clone()).collect();
    parts.sort();
    GivenArchive {
        name: names.join(", "),
        parts,
        numbering: numbering(group, all, words),
        pieces: marks(group.iter().copied()),
    }
}

fn numbering(group: &[&Given], all: &[Given], words: &[Word]) -> Numbering {
    let whole: Vec<&Given> = group.iter().copied().filter(|of| of.part.whole).collect();
    if whole.is_empty() {
        return Numbering::Untold;
    }
    let said: Vec<Option<Numbering>> = whole.iter().map(|of| by_word(of, all, words)).collect();
    // A word that does not fit is a doubt, whatever else seems to show.
    if let Some(doubt) = said.iter().flatten().find(|said| !said.is_closed()) {
        return *doubt;
    }
    if let Some(all_said) = said.iter().copied().collect::<Option<Vec<_>>>() {
        let parts = all_said.iter().filter_map(Numbering::told).max();
        return Numbering::Said(parts.unwrap_or(0));
    }
    if let Some(of) = whole.iter().filter_map(|of| of.note.of).max() {
        let given = whole.len() as u32;
        return match given >= of {
            true => Numbering::Named(of),
            false => Numbering::TooFew { said: of, given },
        };
    }
    by_list(&whole)
}

/// A list speaks for its archive where the service's names say which parts are of it; without names, for what it lists.
fn by_list(whole: &[&Given]) -> Numbering {
    let listed: Vec<Option<bool>> = whole.iter().map(|of| of.note.listed).collect();
    let named = whole.iter().all(|of| of.note.told);
    let closed = match named {
        true => listed.contains(&Some(true)) && !listed.contains(&Some(false)),
        false => listed.iter().all(|listed| *listed == Some(true)),
    };
    match closed {
        true => Numbering::Listed,
        false if listed.contains(&Some(false)) => Numbering::Unlisted,
        false => Numbering::Untold,
    }
}

/// Compares the user's last word on a piece with what was given. A word on the import of just these parts goes before one on others
/// of the same archive.
fn by_word(piece: &Given, all: &[Given], words: &[Word]) -> Option<Numbering> {
    let names_it = |word: &&Word| {
        let archive = |other: &Given| {
            other.is_of(word) && other.note.told && other.note.export == piece.note.export
        };
        piece.note.told && all.iter().any(archive)
    };
    let direct = words.iter().rev().find(|word| piece.is_of(word));
    let word = direct.or_else(|| words.iter().rev().find(names_it))?;
    let exports: BTreeSet<&str> = all
        .iter()
        .filter(|other| other.is_of(word) && other.note.told)
        .map(|other| other.note.export.as_str())
        .collect();
    let count = |is_in: &dyn Fn(&Given) -> bool| {
        all.iter().filter(|of| of.part.whole && is_in(of)).count() as u32
    };
    let own = count(&|other| other.is_of(word));
    let given = count(&|other| {
        let named = other.note.told && exports.contains(other.note.export.as_str());
        named || other.is_of(word)
    });
    let said = word.said;
    Some(match given.cmp(&said) {
        _ if own == said && direct.is_some() => Numbering::Said(said),
        std::cmp::Ordering::Equal => Numbering::Said(said),
        std::cmp::Ordering::Less => Numbering::TooFew { said, given },
        std::cmp::Ordering::Greater => Numbering::TooMany { said, given },
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
#[path = "archives_tests.rs"]
mod tests;
