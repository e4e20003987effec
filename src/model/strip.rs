//! What is taken out of things that are meant to be shared.

use super::asset::Asset;

/// What is taken out of copies, their sidecars and the gallery's pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strip {
    /// Where it was taken.
    Location,
    /// Who is in it.
    People,
    /// All metadata but the orientation, date and description.
    All,
}

impl Strip {
    /// Returns the name used in options and run history.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Location => "location",
            Self::People => "people",
            Self::All => "all",
        }
    }
}

/// Returns an asset without what shall be taken out.
pub fn reduced(asset: &Asset, what: Strip) -> Asset {
    let mut asset = asset.clone();
    // Credentials name places and people, too, and a changed copy could not keep them.
    asset.media.content_credentials = false;
    if matches!(what, Strip::Location | Strip::All) {
        asset.location = None;
        asset.place = None;
    }
    if matches!(what, Strip::People | Strip::All) {
        asset.people.clear();
        asset.coauthors.clear();
        // Names of others stand in them.
        asset.comments.clear();
    }
    if what == Strip::All {
        asset.keywords.clear();
        asset.keyword_origins.clear();
        asset.camera = None;
        asset.insights.clear();
        asset.licenses.clear();
        asset.items.clear();
        asset.offset_origin = None;
    }
    asset
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content_hash::ContentHash;

    #[test]
    fn a_licence_goes_only_with_all() {
        let mut asset = Asset::bare(ContentHash([1; 32]), "a");
        asset.licenses = vec!["Attribution License".to_owned()];
        for (what, stays) in [
            (Strip::Location, true),
            (Strip::People, true),
            (Strip::All, false),
        ] {
            assert_eq!(
                !reduced(&asset, what).licenses.is_empty(),
                stays,
                "{what:?}"
            );
        }
    }
}
