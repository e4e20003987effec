//! What the library's owner changed in a sidecar with another program.

use serde::{Deserialize, Serialize};

use super::record::Location;
use super::time::When;

/// Changed facts of one asset. `None`: not touched. `Some(None)`: taken away. `Some(Some(x))`: now x.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct UserChanges {
    /// When it was taken.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "double")]
    pub taken_at: Option<Option<When>>,
    /// Text by the owner.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "double")]
    pub description: Option<Option<String>>,
    /// Short name.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "double")]
    pub title: Option<Option<String>>,
    /// Coordinates.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "double")]
    pub location: Option<Option<Location>>,
    /// People in it, sorted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub people: Option<Vec<String>>,
    /// Keywords, sorted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keywords: Option<Vec<String>>,
    /// Stars.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "double")]
    pub rating: Option<Option<u8>>,
    /// Marked as a favourite.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub favorite: Option<bool>,
}

/// Keeps `Some(None)` apart from `None`: present and null.
mod double {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<T: Serialize, S: Serializer>(
        value: &Option<Option<T>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        value
            .as_ref()
            .and_then(Option::as_ref)
            .serialize(serializer)
    }

    pub fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Option<T>>, D::Error> {
        Option::<T>::deserialize(deserializer).map(Some)
    }
}
