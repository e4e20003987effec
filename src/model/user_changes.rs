//! What the library's owner changed with another program.

use serde::{Deserialize, Serialize};

use super::record::Location;
use super::time::When;

/// What the owner did with one fact.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change<T> {
    /// Nothing.
    #[default]
    Kept,
    /// Gave it this value.
    Changed(T),
    /// Took it away.
    Removed,
}

impl<T> Change<T> {
    /// Returns whether nothing was done.
    pub fn is_kept(&self) -> bool {
        matches!(self, Self::Kept)
    }

    /// Returns `newer` if it says anything, else what was said before.
    pub fn then(self, newer: Self) -> Self {
        if newer.is_kept() { self } else { newer }
    }
}

/// What the owner changed of one asset, in a sidecar.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct UserChanges {
    /// When it was taken.
    #[serde(skip_serializing_if = "Change::is_kept")]
    pub taken_at: Change<When>,
    /// Text by the owner.
    #[serde(skip_serializing_if = "Change::is_kept")]
    pub description: Change<String>,
    /// Short name.
    #[serde(skip_serializing_if = "Change::is_kept")]
    pub title: Change<String>,
    /// Coordinates.
    #[serde(skip_serializing_if = "Change::is_kept")]
    pub location: Change<Location>,
    /// Name of the place.
    #[serde(skip_serializing_if = "Change::is_kept")]
    pub place: Change<String>,
    /// People in it: the whole list.
    #[serde(skip_serializing_if = "Change::is_kept")]
    pub people: Change<Vec<String>>,
    /// Keywords: the whole list. `|` parts the levels of one keyword.
    #[serde(skip_serializing_if = "Change::is_kept")]
    pub keywords: Change<Vec<String>>,
    /// Stars.
    #[serde(skip_serializing_if = "Change::is_kept")]
    pub rating: Change<u8>,
    /// Marked as a favourite.
    #[serde(skip_serializing_if = "Change::is_kept")]
    pub favorite: Change<bool>,
}

impl UserChanges {
    /// Returns whether nothing was changed.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Returns these changes with `newer` ones on top.
    pub fn then(self, newer: Self) -> Self {
        Self {
            taken_at: self.taken_at.then(newer.taken_at),
            description: self.description.then(newer.description),
            title: self.title.then(newer.title),
            location: self.location.then(newer.location),
            place: self.place.then(newer.place),
            people: self.people.then(newer.people),
            keywords: self.keywords.then(newer.keywords),
            rating: self.rating.then(newer.rating),
            favorite: self.favorite.then(newer.favorite),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newer_changes_win_and_others_stay() {
        let older = UserChanges {
            title: Change::Changed("one".into()),
            rating: Change::Changed(3),
            ..UserChanges::default()
        };
        let newer = UserChanges { title: Change::Removed, ..UserChanges::default() };
        let both = older.then(newer);
        assert_eq!((both.title, both.rating), (Change::Removed, Change::Changed(3)));
    }

    #[test]
    fn what_was_kept_takes_no_room() {
        let changes = UserChanges { favorite: Change::Changed(true), ..UserChanges::default() };
        let json = serde_json::to_string(&changes).unwrap();
        assert_eq!(json, r#"{"favorite":{"changed":true}}"#);
        assert_eq!(serde_json::from_str::<UserChanges>(&json).unwrap(), changes);
        assert!(serde_json::from_str::<UserChanges>("{}").unwrap().is_empty());
    }
}
