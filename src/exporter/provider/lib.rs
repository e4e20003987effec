//! What every provider is, and the list of those we have. A provider reads; it decides nothing.

pub mod bounded_json;
pub mod classify;
pub mod driver;
pub mod entities;
pub mod facebook;
pub mod flickr;
pub mod google_photos;
pub mod instagram;
pub mod link;
pub mod mentions;
pub mod meta_accounts;
pub mod meta_dates;
pub mod meta_elements;
pub mod meta_html;
pub mod meta_messages;
pub mod meta_shape;
pub mod meta_text;
pub mod meta_values;
pub mod snapchat;
#[cfg(test)]
mod testing;
pub mod ties;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use archive::{EntryId, Modified, PartName, part_name};
use model::entry_path::PathBelow;
use model::evidence::{Evidence, Links, MediaEntry};
use model::kind::Kind;
use model::not_understood::NotUnderstood;
use model::outcome::Ignored;
use model::record::{AlbumRecord, Record};

use driver::Reading;
use ties::Ties;

/// Options of an import that change what a provider reads.
#[derive(Debug, Clone, Default)]
pub struct ReadOptions {
    /// Account given by the user; wins over what the archive says.
    pub account: Option<String>,
    /// Read media of private messages, too.
    pub include_messages: bool,
    /// Offset of the dates of HTML pages in seconds east of UTC, where the provider's own rule shall not hold.
    pub html_offset_s: Option<i32>,
}

/// What a provider takes an entry for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryRole {
    /// A medium (or a companion of one) to keep.
    Media,
    /// A record file that was read.
    Record,
    /// Left aside.
    Ignored(Ignored),
    /// A record file that could not be read; the text says why.
    Failed(String),
}

/// Receives what a provider says of media and files.
pub trait Statements {
    /// A statement about one medium.
    fn record(&mut self, record: Record);
    /// A file that an index lists and the tree does not hold, as a record without facts: no item, but missing until it comes.
    fn listed(&mut self, record: Record) {
        self.record(record);
    }
    /// A statement about an album.
    fn album(&mut self, album: AlbumRecord);
    /// A path that the record file `id` names and that is no medium of its own: the preview of a video. It is understood, and not
    /// missing where the tree does not hold it.
    fn explained(&mut self, id: EntryId, uri: &str) {
        let _ = (id, uri);
    }
    /// Something odd that does not spoil a whole record file (one record without a path, a date that cannot be read, …).
    /// `id` is the record file. Text from the archive must go through `model::shown`.
    fn warn(&mut self, id: EntryId, message: String);
    /// A file that could not be made sense of (or media it should have named). Unlike [`warn`](Self::warn), it is kept in the
    /// catalog, makes the import end with exit code 3 and stops every "complete". `id` is the file; of media that no record
    /// names, the first of them.
    fn not_understood(&mut self, id: EntryId, why: NotUnderstood) {
        self.warn(id, why.reason());
    }
}

/// Receives what the driver reads: the provider's statements, and what became of each entry.
pub trait ItemSink: Statements {
    /// What an entry is. Told exactly once for every node of the tree, by the driver.
    fn entry(&mut self, id: EntryId, role: EntryRole);
}

/// What facts of a provider's records mean, where services differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meaning {
    /// Titles are names of files.
    pub titles_name_files: bool,
    /// Owners set dates right on the service, by hours, too: an instant other than the file's is a correction.
    pub dates_are_corrected: bool,
    /// The time of posting is that of an upload, which says nothing of when a picture was taken.
    pub posted_is_upload: bool,
}

impl Meaning {
    /// Facts mean what they say.
    pub const PLAIN: Self = Self {
        titles_name_files: false,
        dates_are_corrected: false,
        posted_is_upload: false,
    };
}

/// What other rooms need to know of a service beside its archives. No room compares names of services.
#[derive(Debug)]
pub struct About {
    /// Name stored in catalogs and sidecars, for example `google-photos`. Never renamed.
    pub name: &'static str,
    /// Name as people know it: `Google Photos`.
    pub title: &'static str,
    /// Raised when reading improves enough that old archives deserve another run.
    pub reader_version: u32,
    /// What facts of its records mean.
    pub meaning: Meaning,
    /// How a person asks the service for the archive, and which boxes to tick.
    pub how_to_ask: &'static str,
}

/// Returns the provider of a name that stands in a catalog. `None`: another version of albumen wrote it.
pub fn named(name: &str) -> Option<&'static dyn Provider> {
    PROVIDERS
        .iter()
        .copied()
        .find(|provider| provider.about().name == name)
}

/// Returns what facts of this provider's records mean.
pub fn meaning_of(provider: &str) -> Meaning {
    named(provider).map_or(Meaning::PLAIN, |provider| provider.about().meaning)
}

/// Returns the name of a service as people know it.
pub fn title_of(provider: &str) -> &str {
    named(provider).map_or(provider, |provider| provider.about().title)
}

/// Returns when an export of this provider was made, if its name tells.
pub fn made_at(provider: &str, export: &str) -> Option<Timestamp> {
    named(provider)?.made_at(export)
}

/// One entry of a tree.
#[derive(Debug, Clone)]
pub struct Node {
    /// The entry.
    pub id: EntryId,
    /// Path below the archive's root (wrapper folder taken off).
    pub path: PathBelow,
}

/// Index of a piece of a tree: a part, or one of several unpacked parts in one folder. Two pieces may be of two owners.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PieceId(pub usize);

/// The parts of one provider in one call, merged and with wrapper folders taken off.
pub trait Tree {
    /// Returns every entry with a safe name, sorted by path, then by order of parts.
    fn nodes(&self) -> &[Node];
    /// Returns the file names of the parts, for account names and export ids (`instagram-anna-2024-05-01-abcdefgh.zip`).
    fn part_names(&self) -> Vec<String>;
    /// Returns the file name of the part an entry lies in.
    fn part_name(&self, id: EntryId) -> String;
    /// Returns the piece an entry lies in.
    fn piece(&self, id: EntryId) -> PieceId {
        let name = self.part_name(id);
        let parts = self.part_names();
        PieceId(parts.iter().position(|part| *part == name).unwrap_or(0))
    }
    /// Returns the names a piece goes by: the folders it lies in, the innermost first, then its part.
    fn piece_names(&self, id: EntryId) -> Vec<String> {
        vec![self.part_name(id)]
    }
    /// Returns the declared size of an entry in bytes.
    fn size_bytes(&self, id: EntryId) -> u64;
    /// Returns when an entry was last changed, as its container says.
    ///
    /// Folders say nothing: unpackers and copies change the times of files.
    fn modified(&self, id: EntryId) -> Option<Modified> {
        let _ = id;
        None
    }
    /// Reads a whole record file of at most `limit` bytes. The error is text for [`EntryRole::Failed`].
    fn read(&self, id: EntryId, limit: u64) -> Result<Vec<u8>, String>;
}

/// Largest record file that is read, in bytes. Real ones stay below 100 MB.
pub const LARGEST_RECORD_FILE: u64 = 192 << 20;

/// A service whose archives can be read.
pub trait Provider: Sync {
    /// Returns what is known of the service beside its archives.
    fn about(&self) -> &'static About;

    /// Finds this provider's data among the entry paths of one part, by names only.
    ///
    /// Returns the roots: `""`, or the path of a wrapper folder ending in `/`. Several roots mean several unpacked parts in one
    /// folder. Empty: not this provider's.
    fn recognize(&self, paths: &[&str]) -> Vec<String>;

    /// Says whether the service itself gives such a name to parts of its archives and to nothing else, so that a part which holds
    /// none of what [`recognize`](Self::recognize) knows is still its own: a large archive is cut anywhere, and one part may hold
    /// a single file.
    fn gave_name(&self, part_name: &str) -> bool {
        let _ = part_name;
        false
    }

    /// Says whether archives have a folder of this name at their top. Other services and people use the same words: it only tells
    /// where the data of a part begins of which it is known whose it is.
    fn is_usual_folder(&self, name: &str) -> bool {
        let _ = name;
        false
    }

    /// Begins to read a tree. The driver walks it; see [`driver`].
    fn open<'a>(&self, tree: &'a dyn Tree) -> Box<dyn Reading + 'a>;

    /// Ties records to media. A pure function: it sees all that was ever imported from this provider, in
    /// one or many archives, and its result must not depend on the order of records or media.
    fn link(&self, evidence: &Evidence) -> Links;

    /// Says by what `link` may tie a record to media or compare it with other records; see [`ties`].
    fn ties_of_record(&self, record: &Record, ties: &mut Ties) {
        let _ = record;
        ties.always();
    }

    /// Says by what `link` may tie a medium to records.
    fn ties_of_medium(&self, medium: &MediaEntry, ties: &mut Ties) {
        let _ = (medium, ties);
    }

    /// Returns the export the entries of a part belong to ([`MediaEntry::export`](model::evidence::MediaEntry::export)),
    /// for providers whose paths repeat between exports.
    fn export(&self, part_name: &str) -> Option<String> {
        let _ = part_name;
        None
    }

    /// Returns when an export was made, if its name tells.
    fn made_at(&self, export: &str) -> Option<Timestamp> {
        let _ = export;
        None
    }

    /// Returns the statement that a medium of a part is wanting because its bytes there cannot be read, for providers whose
    /// archives list what they hold. `account` is the one the user gave.
    fn unread(&self, path: &str, part_name: &str, account: Option<&str>) -> Option<Record> {
        let _ = (path, part_name, account);
        None
    }

    /// Returns the kind of the record files that name a medium of the owner at this path, by its place alone. `None`: no medium of
    /// the owner lies there (furniture, private messages, other things).
    fn media_kind(&self, path: &str) -> Option<Kind> {
        let _ = path;
        None
    }

    /// Returns the kind of media that a record file of this name is about. `None`: it is no record file of the owner's media, or it
    /// may well name none.
    fn record_kind(&self, path: &str) -> Option<Kind> {
        let _ = path;
        None
    }

    /// Reads the name of a part: which archive it is of, and which part of it.
    fn part(&self, file_name: &str) -> PartName {
        part_name(file_name)
    }

    /// Says whose data each piece holds, as far as something in the piece or its name tells. `given` is the account the user
    /// named, which goes before both.
    fn accounts(&self, tree: &dyn Tree, given: Option<&str>) -> BTreeMap<PieceId, String> {
        let Some(given) = given else {
            return BTreeMap::new();
        };
        let pieces: BTreeSet<PieceId> = tree
            .nodes()
            .iter()
            .map(|node| tree.piece(node.id))
            .collect();
        pieces
            .into_iter()
            .map(|piece| (piece, given.to_owned()))
            .collect()
    }

    /// Says of pieces whose archive has a list of all its media, and the list is in hand, whether it lists all the media of the
    /// piece. An archive with such a list has no part that nobody would miss.
    fn listed(&self, tree: &dyn Tree, options: &ReadOptions) -> BTreeMap<PieceId, bool> {
        let _ = (tree, options);
        BTreeMap::new()
    }
}

/// Every provider albumen reads.
pub static PROVIDERS: &[&dyn Provider] = &[
    &instagram::Instagram,
    &facebook::Facebook,
    &google_photos::GooglePhotos,
    &snapchat::Snapchat,
    &flickr::Flickr,
];
