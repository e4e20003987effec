//! Everything archives have told: the input of which the library is a pure function.

use jiff::civil::Time;
use serde::{Deserialize, Serialize};

use super::content_hash::ContentHash;
use super::kind::{CompanionRole, Kind, Visibility};
use super::record::{AlbumRecord, Edition, Membership, Record, RecordFacts};
use super::time::{Precision, When};

/// A media file seen in some archive.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct MediaEntry {
    /// Provider's name.
    pub provider: String,
    /// Export, for providers whose paths repeat between exports (Google).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub export: Option<String>,
    /// Path below the archive's root.
    pub path: String,
    /// The bytes.
    pub content_hash: ContentHash,
    /// Apple content identifier found in the bytes, for pairing live photos.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_id: Option<String>,
    /// Capture time found in the bytes, for telling apart what names leave open (Google).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken: Option<When>,
}

/// All that is known of one provider.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// Statements of record files. Their `raw` may be left out (null) to save memory.
    pub records: Vec<Record>,
    /// Statements about albums.
    pub albums: Vec<AlbumRecord>,
    /// Media files seen, sorted by path, then content hash.
    pub media: Vec<MediaEntry>,
}

/// A record tied to one media file, or to none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Index into [`Evidence::records`].
    pub record: usize,
    /// Index into [`Evidence::media`]; `None` means no archive so far holds the file.
    pub media: Option<usize>,
    /// `None`: the medium itself. Else what the file is to the record's medium.
    pub role: Option<CompanionRole>,
    /// The rule that tied them, for example `path` or `basename`.
    pub how: &'static str,
}

/// How records and media of one provider belong together.
#[derive(Debug, Clone, Default)]
pub struct Links {
    /// Every record at least once; only files that an index page lists, and that are held, need none.
    pub links: Vec<Link>,
    /// Records made up for media that no record names: index into [`Evidence::media`] and what the path tells.
    pub unrecorded: Vec<(usize, Record)>,
    /// Posts found to be one: (post id, post id). Ids are [`super::record::PostRef::id`].
    pub same_posts: Vec<(String, String)>,
    /// Records whose list does not tell kinds apart, where another record does: index into [`Evidence::records`], the kind and
    /// visibility to take instead of the record's own.
    pub corrected: Vec<(usize, Kind, Visibility)>,
    /// Albums that only their media tell of, no record file: index into [`Evidence::records`] and the membership.
    pub memberships: Vec<(usize, Membership)>,
    /// Records tied to a medium that may be another's of the same moment or day.
    pub vague: Vec<Vague>,
    /// Records of which nobody can tell which medium they mean: whether everything is there cannot be known.
    pub doubts: Vec<Doubt>,
}

/// A record that may mean any of several media, or one that no archive so far holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// Index into [`Evidence::records`].
    pub record: usize,
    /// Media it may mean, as indices into [`Evidence::media`].
    pub media: Vec<usize>,
}

/// What of a record is sure to be about the medium it is tied to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sure {
    /// All but the place: it may be another's of the same second.
    AllButPlace,
    /// Nor is the time of day: it may be another's of the same day.
    Day,
    /// Only that media of this title and second are in its albums.
    AlbumsOnly,
}

/// A record of which only a part is sure to be about the medium it is tied to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vague {
    /// Index into [`Evidence::records`].
    pub record: usize,
    /// What of it is sure.
    pub sure: Sure,
}

impl Vague {
    /// Takes away what may be another medium's.
    pub fn apply(self, record: &mut Record) {
        let facts = &mut record.facts;
        facts.location = None;
        facts.place = None;
        match self.sure {
            Sure::AllButPlace => {}
            Sure::Day => {
                facts.taken_at = facts.taken_at.map(|taken| {
                    let day = taken.for_names().date().to_datetime(Time::midnight());
                    When::wall(day).known_to(Precision::Day)
                });
            }
            Sure::AlbumsOnly => {
                *facts = RecordFacts {
                    albums: std::mem::take(&mut facts.albums),
                    by_someone_else: facts.by_someone_else,
                    ..RecordFacts::default()
                };
                // What it says of the state of its medium is not said of this one.
                record.edition = Edition::Unrecorded;
            }
        }
    }
}
