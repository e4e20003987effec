//! What `list` and `status` ask.

use jiff::civil::Date;

use crate::model::asset::{Asset, ItemRef};
use crate::model::kind::{CompanionRole, Kind};

/// Which assets to list; everything that is given must hold.
#[derive(Debug, Clone, Default)]
pub struct AssetQuery {
    /// Taken on or after this day (as folders show it).
    pub since: Option<Date>,
    /// Taken on or before this day.
    pub until: Option<Date>,
    /// Has an item of this kind.
    pub kind: Option<Kind>,
    /// Has an item of this provider.
    pub provider: Option<String>,
    /// Has an item of this account.
    pub account: Option<String>,
    /// Is in an album whose title holds this text.
    pub album: Option<String>,
    /// Description, title, place, people, keywords or name hold this text.
    pub text: Option<String>,
    /// Only assets of which no date is known.
    pub undated: bool,
}

/// An asset as `list` shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct ListedAsset {
    /// The asset.
    pub asset: Asset,
    /// Path of its original in the library.
    pub path: String,
    /// Its companions: role and path.
    pub companions: Vec<(CompanionRole, String)>,
    /// Titles of its albums.
    pub album_titles: Vec<String>,
    /// Its items, with where each was found.
    pub items: Vec<ListedItem>,
}

/// An item and the entries its bytes were found in.
#[derive(Debug, Clone, PartialEq)]
pub struct ListedItem {
    /// The item.
    pub item: ItemRef,
    /// (part, entry).
    pub entries: Vec<(String, String)>,
}

/// One account of one provider, in numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderStatus {
    /// Provider's name.
    pub provider: String,
    /// Account, `None` if no archive told.
    pub account: Option<String>,
    /// Assets with at least one item here, by kind.
    pub kinds: Vec<(String, u64)>,
    /// First day, as folders show it.
    pub first: Option<String>,
    /// Last day.
    pub last: Option<String>,
}

/// A library in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LibraryStatus {
    /// Photos and videos.
    pub assets: u64,
    /// Originals and companions on disk.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Assets without any date.
    pub undated: u64,
    /// Records whose medium no archive so far holds.
    pub missing: u64,
    /// By provider and account.
    pub providers: Vec<ProviderStatus>,
    /// Runs that were begun.
    pub runs: u64,
    /// Start of the newest run, RFC 3339.
    pub last_run: Option<String>,
    /// The last run was cut off before the library was settled.
    pub unsettled: bool,
}
