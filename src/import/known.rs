//! All that an asset is merged from.

use std::collections::BTreeMap;

use catalog::StoredMedium;
use model::asset::{Companion, Group};
use model::evidence::MediaEntry;
use model::record::Record;
use model::user_changes::UserChanges;

/// Everything known of one asset.
pub struct Known<'a> {
    /// Its bytes and what they say.
    pub original: &'a StoredMedium,
    /// Records tied to its bytes.
    pub records: Vec<&'a Record>,
    /// Where its bytes were found.
    pub entries: Vec<&'a MediaEntry>,
    /// Files beside it.
    pub companions: Vec<Companion>,
    /// What the owner changed in the sidecar.
    pub user: Option<&'a UserChanges>,
    /// Its place in a post of several.
    pub group: Option<Group>,
    /// The only account of a provider, where there is just one: whose data a part is that does not tell.
    pub sole_accounts: &'a BTreeMap<String, String>,
}

impl Known<'_> {
    /// Returns the same without the records that only say more of what others tell of; `None` if there are none.
    pub fn without_supplements(&self) -> Option<Self> {
        if !self.records.iter().any(|r| r.facts.is_supplement()) {
            return None;
        }
        let mut records = self.records.clone();
        records.retain(|record| !record.facts.is_supplement());
        Some(Self {
            records,
            entries: self.entries.clone(),
            companions: self.companions.clone(),
            group: self.group.clone(),
            ..*self
        })
    }
}
