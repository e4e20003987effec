//! Questions to the catalog and their answers.

use jiff::civil::Date;

use crate::model::asset::{Asset, ItemRef};
use crate::model::kind::{CompanionRole, Kind};
use crate::model::time::When;

/// Which assets to list. Every condition given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AssetQuery {
    /// Taken (or, where that is unknown, posted) on or after this day.
    pub since: Option<Date>,
    /// Taken (or, where that is unknown, posted) on or before this day.
    pub until: Option<Date>,
    /// Of this kind on some service.
    pub kind: Option<Kind>,
    /// Known to this provider.
    pub provider: Option<String>,
    /// Of this account.
    pub account: Option<String>,
    /// In an album of this title.
    pub album: Option<String>,
    /// These words are in its description, title, place, people or keywords.
    pub text: Option<String>,
    /// Only assets of which nobody knows when they were taken or posted.
    pub undated: bool,
}

/// An item of an asset and the entries it was read from.
#[derive(Debug, Clone, PartialEq)]
pub struct ListedItem {
    /// The item.
    pub item: ItemRef,
    /// Part and entry of each copy of the medium.
    pub entries: Vec<(String, String)>,
}

/// An asset with its files.
#[derive(Debug, Clone, PartialEq)]
pub struct ListedAsset {
    /// The asset.
    pub asset: Asset,
    /// Path of the original in the library.
    pub path: String,
    /// Role and path of each file beside it.
    pub companions: Vec<(CompanionRole, String)>,
    /// Titles of the albums it is in.
    pub album_titles: Vec<String>,
    /// Where it came from.
    pub entries: Vec<ListedItem>,
}

/// What the library holds of one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountStatus {
    /// Provider's name.
    pub provider: String,
    /// Account, if known.
    pub account: Option<String>,
    /// Number of assets of each kind; kinds without one are left out.
    pub kinds: Vec<(Kind, u64)>,
    /// Earliest time of an asset.
    pub first_taken: Option<When>,
    /// Latest time of an asset.
    pub last_taken: Option<When>,
}

/// What the library holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LibraryStatus {
    /// Photos and videos.
    pub assets: u64,
    /// Originals and companions on disk.
    pub files: u64,
    /// Their size.
    pub bytes: u64,
    /// By provider and account.
    pub by_provider: Vec<AccountStatus>,
    /// Assets of which nobody knows when they were taken or posted.
    pub undated: u64,
    /// Media that records name and no archive so far holds.
    pub missing: u64,
    /// File name of the newest archive part.
    pub newest_archive: Option<String>,
    /// Import runs so far.
    pub runs: u64,
}
