//! All evidence of one provider, as far as it need be in memory at once.

use std::ops::Range;

use model::evidence::{Evidence, Links};

/// All evidence of one provider, tied together.
#[derive(Default)]
pub struct Linked {
    /// Provider's name.
    pub provider: String,
    /// What archives told, without `absent`. Its records may be dropped once all is tied: they are in the catalog.
    pub evidence: Evidence,
    /// Catalog numbers of records whose media no archive so far holds, as was clear beforehand; see `absent`.
    pub absent: Vec<i64>,
    /// Catalog number of each record.
    pub record_ids: Vec<i64>,
    /// Digest of each record, its `raw` included.
    pub record_digests: Vec<[u8; 32]>,
    /// Records behind those of `evidence` that were not looked at: each crowd belongs to what its first record is tied to.
    pub crowds: Vec<Tail>,
    /// The only account there is, whose the records of parts are that do not tell.
    pub sole_account: Option<String>,
    /// How it belongs together.
    pub links: Links,
}

/// Records of a crowd among those of [`Linked`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tail {
    /// Index of the record that is linked for them.
    pub first: usize,
    /// Indices of those that are not: only their numbers and digests are there.
    pub others: Range<usize>,
}

/// Index of a provider, and of a record or an entry of it.
pub(crate) type At = (u32, u32);
