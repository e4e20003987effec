//! What a reader met and could not make sense of. It is a fact like any other: shown, kept, and in the way of every "complete".

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::kind::Kind;
use super::record::{Edition, Record};

/// Paths that an example list holds.
pub const EXAMPLES: usize = 3;

/// Why a file of an archive counts as not understood.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum NotUnderstood {
    /// A record file that is known by its name and gives no media, although the account has media of its kind.
    GivesNoMedia,
    /// A file that no reader read holds paths below media folders; some of them.
    NamesMedia {
        /// The first few paths, as the file writes them.
        examples: Vec<String>,
    },
    /// A record file that was read, and names media that no record of it is about; some of them.
    NotAllRead {
        /// How many.
        count: u64,
        /// The first few paths, as the file writes them.
        examples: Vec<String>,
    },
    /// A page or record file that nobody needed to read and whose bytes cannot be read: what it names is not known.
    Unreadable {
        /// Why, in words.
        reason: String,
    },
    /// A numbered record file whose predecessor is in no part given so far.
    NumberBefore {
        /// Path of the predecessor below the archive's root.
        missing: String,
    },
    /// A page or record file whose structure matched nothing that is known.
    UnknownStructure {
        /// What was looked for and not found, in words (`no box of a post`).
        lacks: String,
    },
    /// Media that no record names, although a record file for media of their kind exists.
    MediaWithoutRecord {
        /// How many.
        count: u64,
        /// The folder they lie in, below the archive's root.
        folder: String,
    },
    /// A medium whose name is of no shape its folder has, where names alone tie media to what is known of them.
    UnknownName,
    /// An entry that was left aside although its first bytes are those of a picture or film.
    LooksLikeMedia {
        /// Its type by its bytes (`image/jpeg`).
        media_type: String,
    },
}

impl NotUnderstood {
    /// Returns the reason in words. Names from archives in it are not cleaned: callers pass them through `model::shown`.
    pub fn reason(&self) -> String {
        match self {
            Self::GivesNoMedia => {
                "its name is that of a record file, and nothing in it names a photo or video"
                    .to_owned()
            }
            Self::NamesMedia { examples } => format!(
                "not a file albumen reads, yet it names media ({})",
                examples.join(", ")
            ),
            Self::NotAllRead { count, examples } => format!(
                "{count} of the media it names were not read out of it ({})",
                examples.join(", ")
            ),
            Self::Unreadable { reason } => {
                format!("its bytes cannot be read, so what it names is not known: {reason}")
            }
            Self::NumberBefore { missing } => {
                format!("the file numbered before it is in no part given so far: {missing}")
            }
            Self::UnknownStructure { lacks } => {
                format!("its structure is not one albumen knows: {lacks}")
            }
            Self::MediaWithoutRecord { count, folder } => format!(
                "{count} media in {folder} that no record names, although there is a record file for media of their kind"
            ),
            Self::UnknownName => {
                "its name is of no shape that names in this folder have, so what is known of it may be lost"
                    .to_owned()
            }
            Self::LooksLikeMedia { media_type } => {
                format!("left aside, and its first bytes are those of {media_type}")
            }
        }
    }
}

/// What a path and another spelling of it have in common: the folder and the name of the file, without what archives write in
/// several ways (letter case, characters that are not ASCII, folders above). Media of one account never share it by chance: their
/// names are long numbers.
///
/// Half of a SHA-256 stands for the text: hundreds of thousands of them are in memory at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PathKey([u8; 16]);

impl PathKey {
    /// Returns the key of a path.
    pub fn of(path: &str) -> Self {
        let mut from_end = path.rsplit(['/', '\\']).filter(|part| !part.is_empty());
        let name = from_end.next().unwrap_or_default();
        let folder = from_end.next().unwrap_or_default();
        let mut key = String::with_capacity(folder.len() + name.len() + 1);
        push_plain(folder, &mut key);
        key.push('/');
        push_plain(name, &mut key);
        let digest: [u8; 32] = Sha256::digest(&key).into();
        let mut half = [0; 16];
        half.copy_from_slice(&digest[..16]);
        Self(half)
    }
}

/// Adds the ASCII letters of a part of a path, in lower case.
fn push_plain(text: &str, key: &mut String) {
    let add = |bytes: &[u8], key: &mut String| {
        let ascii = bytes.iter().filter(|byte| byte.is_ascii());
        key.extend(ascii.map(|byte| char::from(byte.to_ascii_lowercase())));
    };
    match text.contains('%') {
        true => add(&percent_decoded(text), key),
        false => add(text.as_bytes(), key),
    }
}

/// Undoes `%20` and the like: links in pages have it, records may or may not.
fn percent_decoded(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let digits = bytes.get(at + 1..at + 3).filter(|_| bytes[at] == b'%');
        let digits = digits.and_then(|digits| std::str::from_utf8(digits).ok());
        let code = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        out.push(code.unwrap_or(bytes[at]));
        at += if code.is_some() { 3 } else { 1 };
    }
    out
}

/// The media that records name, and the files these records are from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NamedMedia {
    media: HashSet<PathKey>,
    sources: HashSet<String>,
}

impl NamedMedia {
    /// Adds what a record names. What a path alone tells ([`Edition::Unrecorded`]) is no record file's word.
    pub fn add(&mut self, record: &Record) {
        if record.edition != Edition::Unrecorded {
            self.media.insert(PathKey::of(&record.uri));
            let companions = record.companions.iter();
            self.media
                .extend(companions.map(|companion| PathKey::of(&companion.uri)));
            if !self.sources.contains(&record.source) {
                self.sources.insert(record.source.clone());
            }
        }
    }

    /// Returns whether some record names a path.
    pub fn names(&self, path: &str) -> bool {
        self.media.contains(&PathKey::of(path))
    }
}

/// A file of an archive that no reader made sense of, as the catalog keeps it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PuzzlingFile {
    /// Provider's name.
    pub provider: String,
    /// File name of the part.
    pub part: String,
    /// Name of the entry as it stands in the part.
    pub entry: String,
    /// Why.
    pub what: NotUnderstood,
    /// When it counts.
    pub unless: Unless,
}

/// What takes away the doubt about a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unless {
    /// Nothing but another reading of it.
    ReadAgain,
    /// Records of other files, in whatever part, name all these media.
    AllNamed(Vec<String>),
    /// Some record is from this file.
    Read(String),
    /// Every medium of this kind in the account is named by some record: the file is empty because there is nothing to say.
    NoneUnnamed(Kind),
}

impl PuzzlingFile {
    /// Returns the file as it stands in the light of all records, or nothing if they leave no doubt. `unnamed` tells whether media
    /// of a kind are there that no record names.
    pub fn in_the_light_of(
        &self,
        named: &NamedMedia,
        unnamed: &dyn Fn(Kind) -> bool,
    ) -> Option<Self> {
        match &self.unless {
            Unless::ReadAgain => Some(self.clone()),
            Unless::Read(path) => (!named.sources.contains(path)).then(|| self.clone()),
            Unless::NoneUnnamed(kind) => unnamed(*kind).then(|| self.clone()),
            Unless::AllNamed(paths) => {
                let left: Vec<String> = paths
                    .iter()
                    .filter(|path| !named.names(path))
                    .take(EXAMPLES)
                    .cloned()
                    .collect();
                let examples = (!left.is_empty()).then_some(left)?;
                Some(Self {
                    what: NotUnderstood::NamesMedia { examples },
                    ..self.clone()
                })
            }
        }
    }
}

/// Media that no record file names, in one folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnnamedMedia {
    /// Provider's name.
    pub provider: String,
    /// Whose, if known.
    pub account: Option<String>,
    /// Kind of the record files that would name them.
    pub kind: Kind,
    /// Folder below the archive's root.
    pub folder: String,
    /// How many.
    pub count: u64,
    /// Path of the first of them.
    pub example: String,
    /// Some record file of that kind names media of the account.
    pub expected: bool,
}

/// Media without record that an account may have of one kind: services leave out a few records themselves.
pub const A_FEW: u64 = 3;

impl UnnamedMedia {
    /// Returns those that count: of a kind and account more than a few where record files of that kind are there, any at all where
    /// none is and the folder tells that there should be one.
    pub fn that_count(all: &[Self]) -> Vec<&Self> {
        let same = |a: &Self, b: &Self| {
            (&a.provider, &a.account, a.kind) == (&b.provider, &b.account, b.kind)
        };
        let many = |one: &&Self| {
            let like_it = all.iter().filter(|other| same(one, other));
            match one.expected {
                true => like_it.map(|other| other.count).sum::<u64>() > A_FEW,
                false => one.kind != Kind::Other,
            }
        };
        all.iter().filter(many).collect()
    }

    /// Returns why they are not understood.
    pub fn reason(&self) -> NotUnderstood {
        NotUnderstood::MediaWithoutRecord {
            count: self.count,
            folder: self.folder.clone(),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_path_have_one_key() {
        let key = PathKey::of("posts/media/Rome_1/1791.jpg");
        for same in [
            "your_facebook_activity/posts/media/Rome_1/1791.jpg",
            "posts\\media\\Rome_1\\1791.JPG",
            "w/Rom\u{c3}\u{a9}e_1/1791.jpg",
            "Romée_1/1791.jpg",
            "Rom%65_1/1791.jpg",
            "Rom%C3%A9e_1/1791.jpg",
        ] {
            assert_eq!(PathKey::of(same), key, "{same}");
        }
        assert_ne!(PathKey::of("posts/media/Rome_2/1791.jpg"), key);
        assert_ne!(PathKey::of("Rome_1/1792.jpg"), key);
    }

    #[test]
    fn a_doubt_ends_with_what_takes_it_away() {
        let file = |unless: Unless| PuzzlingFile {
            provider: "p".into(),
            part: "a.zip".into(),
            entry: "x.json".into(),
            what: NotUnderstood::GivesNoMedia,
            unless,
        };
        let mut named = NamedMedia::default();
        named.media.insert(PathKey::of("m/1.jpg"));
        let none = |_: Kind| false;
        let paths =
            |paths: &[&str]| Unless::AllNamed(paths.iter().map(|p| (*p).to_owned()).collect());
        assert!(
            file(Unless::ReadAgain)
                .in_the_light_of(&named, &none)
                .is_some()
        );
        assert_eq!(
            file(paths(&["m/1.jpg"])).in_the_light_of(&named, &none),
            None
        );
        let left = file(paths(&["m/1.jpg", "m/2.jpg"])).in_the_light_of(&named, &none);
        assert_eq!(
            left.unwrap().what,
            NotUnderstood::NamesMedia {
                examples: vec!["m/2.jpg".into()]
            }
        );
        let empty = file(Unless::NoneUnnamed(Kind::Post));
        assert_eq!(empty.in_the_light_of(&named, &none), None);
        assert!(
            empty
                .in_the_light_of(&named, &|kind| kind == Kind::Post)
                .is_some()
        );
    }
}
