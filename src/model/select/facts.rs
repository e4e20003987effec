//! The few facts of an asset that choices ask for, read out of its JSON without the rest.

use serde::Deserialize;

use super::{Fact, Form, Pattern, Select};
use crate::asset::Asset;
use crate::claim::Claim;
use crate::kind::{CompanionRole, Visibility};
use crate::media_type::MediaType;
use crate::record::{DeviceFacts, Location};
use crate::time::When;

/// An asset as far as choices and orders look at it. Read from the JSON of a whole one: what is not named here is skipped.
#[derive(Debug, Clone, Deserialize)]
pub struct Facts {
    media: Media,
    /// Name of the file, without folder and extension.
    #[serde(default)]
    pub name: String,
    /// Size of the original in bytes.
    #[serde(default)]
    pub size_bytes: u64,
    #[serde(default)]
    taken_at: Option<Claim<When>>,
    /// When it was put on a service.
    #[serde(default)]
    pub posted_at: Option<When>,
    #[serde(default)]
    description: Option<Anything>,
    #[serde(default)]
    title: Option<Anything>,
    #[serde(default)]
    location: Option<Claim<Location>>,
    #[serde(default)]
    place: Option<Claim<String>>,
    #[serde(default)]
    people: Vec<String>,
    #[serde(default)]
    keywords: Vec<Anything>,
    #[serde(default)]
    camera: Option<Claim<DeviceFacts>>,
    #[serde(default)]
    comments: Vec<Anything>,
    #[serde(default)]
    albums: Vec<Anything>,
    #[serde(default)]
    favorite: bool,
    #[serde(default)]
    visibility: Visibility,
    /// Stars.
    #[serde(default)]
    pub rating: Option<u8>,
    #[serde(default)]
    companions: Vec<Beside>,
}

/// Something is there.
type Anything = serde::de::IgnoredAny;

#[derive(Debug, Clone, Deserialize)]
struct Media {
    media_type: MediaType,
    #[serde(default)]
    duration_ms: Option<u64>,
    #[serde(default)]
    make: Option<String>,
    #[serde(default)]
    model: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
struct Beside {
    role: CompanionRole,
}

impl Facts {
    /// Returns the camera as people name it: maker and model, the maker only once.
    pub fn camera(&self) -> Option<String> {
        let recorded = self.camera.as_ref().map(|claim| &claim.value);
        let of_record = |field: fn(&DeviceFacts) -> &Option<String>| {
            recorded.and_then(|facts| field(facts).as_deref())
        };
        let make = self
            .media
            .make
            .as_deref()
            .or(of_record(|facts| &facts.make));
        let model = self
            .media
            .model
            .as_deref()
            .or(of_record(|facts| &facts.model));
        camera_name(make, model)
    }

    /// Returns when it was taken.
    pub fn taken(&self) -> Option<When> {
        self.taken_at.as_ref().map(|claim| claim.value)
    }

    /// Returns whether a position is known.
    pub fn is_located(&self) -> bool {
        self.location.is_some()
    }

    /// Returns whether it is marked as a favourite.
    pub fn is_favorite(&self) -> bool {
        self.favorite
    }

    /// Returns the length of a video or sound.
    pub fn duration_ms(&self) -> Option<u64> {
        self.media.duration_ms
    }

    /// Returns what the file is.
    pub fn media_type(&self) -> MediaType {
        self.media.media_type
    }

    fn is_form(&self, form: Form) -> bool {
        match form {
            Form::Class(class) => self.media.media_type.class() == class,
            Form::Format(format) => self.media.media_type == format,
            Form::Live => self.has_beside(CompanionRole::LiveVideo),
        }
    }

    fn has_beside(&self, role: CompanionRole) -> bool {
        self.companions.iter().any(|beside| beside.role == role)
    }

    fn has(&self, fact: Fact) -> bool {
        match fact {
            Fact::Date => self.taken_at.is_some(),
            Fact::Description => self.description.is_some(),
            Fact::Title => self.title.is_some(),
            Fact::Location => self.location.is_some(),
            Fact::Place => self.place.is_some(),
            Fact::People => !self.people.is_empty(),
            Fact::Keywords => !self.keywords.is_empty(),
            Fact::Album => !self.albums.is_empty(),
            Fact::Camera => self.camera().is_some(),
            Fact::Rating => self.rating.is_some(),
            Fact::Comments => !self.comments.is_empty(),
            Fact::Edited => self.has_beside(CompanionRole::Edited),
            Fact::Subtitles => self.has_beside(CompanionRole::Subtitles),
        }
    }
}

impl Asset {
    /// Returns the camera as people name it; what the file says before what records do.
    pub fn camera_name(&self) -> Option<String> {
        let recorded = self.camera.as_ref().map(|claim| &claim.value);
        let make = self.media.make.as_deref();
        let model = self.media.model.as_deref();
        camera_name(
            make.or(recorded.and_then(|facts| facts.make.as_deref())),
            model.or(recorded.and_then(|facts| facts.model.as_deref())),
        )
    }
}

/// Returns a camera's name: many models begin with their maker's ("Canon EOS 5D", "NIKON D90").
fn camera_name(make: Option<&str>, model: Option<&str>) -> Option<String> {
    let filled = |text: &&str| !text.is_empty();
    let make = make.map(str::trim).filter(filled);
    let model = model.map(str::trim).filter(filled);
    match (make, model) {
        (Some(make), Some(model)) => {
            let brand = make
                .split_whitespace()
                .next()
                .unwrap_or(make)
                .to_lowercase();
            Some(match model.to_lowercase().starts_with(&brand) {
                true => model.to_owned(),
                false => format!("{make} {model}"),
            })
        }
        (make, model) => model.or(make).map(str::to_owned),
    }
}

impl Select {
    /// Returns whether facts of one asset fit; `None` where they cannot tell: the catalog has to look it up.
    pub fn fits(&self, facts: &Facts) -> Option<bool> {
        let is =
            |pattern: &Pattern, name: Option<&str>| name.is_some_and(|name| pattern.fits(name));
        Some(match self {
            Self::Person(pattern) => facts.people.iter().any(|name| pattern.fits(name)),
            Self::Place(pattern) => is(
                pattern,
                facts.place.as_ref().map(|claim| claim.value.as_str()),
            ),
            Self::Near(circle) => facts
                .location
                .as_ref()
                .is_some_and(|claim| circle.holds(&claim.value)),
            Self::Camera(pattern) => is(pattern, facts.camera().as_deref()),
            Self::Type(form) => facts.is_form(*form),
            Self::Favorite => facts.favorite,
            Self::Visibility(visibility) => facts.visibility == *visibility,
            Self::Has(fact) => facts.has(*fact),
            _ => return None,
        })
    }

    /// Returns whether [`Select::fits`] tells of it.
    pub fn is_of_facts(&self) -> bool {
        matches!(
            self,
            Self::Person(_)
                | Self::Place(_)
                | Self::Near(_)
                | Self::Camera(_)
                | Self::Type(_)
                | Self::Favorite
                | Self::Visibility(_)
                | Self::Has(_)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asset::Companion;
    use crate::claim::Origin;
    use crate::content_hash::ContentHash;
    use crate::select::Circle;

    fn facts(asset: &Asset) -> Facts {
        let json = serde_json::to_string(asset).expect("it is plain");
        serde_json::from_str(&json).expect("it is an asset")
    }

    #[test]
    fn a_camera_is_named_as_people_name_it() {
        for (make, model, name) in [
            (Some("Canon"), Some("Canon EOS 5D"), Some("Canon EOS 5D")),
            (
                Some("NIKON CORPORATION"),
                Some("NIKON D90"),
                Some("NIKON D90"),
            ),
            (Some("Apple"), Some("iPhone 12"), Some("Apple iPhone 12")),
            (Some("Apple"), None, Some("Apple")),
            (None, Some("Pixel 7"), Some("Pixel 7")),
            (Some(" "), Some(""), None),
            (None, None, None),
        ] {
            assert_eq!(camera_name(make, model).as_deref(), name);
        }
    }

    #[test]
    fn facts_of_a_whole_asset_are_found_in_its_json() {
        let origin = || Origin::Record("p".into());
        let mut asset = Asset::bare(ContentHash([1; 32]), "a");
        asset.people = vec!["Zoë".into()];
        asset.place = Some(Claim::new("Rome".into(), origin()));
        asset.location = Location::new(41.9, 12.5).map(|at| Claim::new(at, origin()));
        asset.camera = Some(Claim::new(
            DeviceFacts {
                make: Some("Apple".into()),
                model: Some("iPhone 12".into()),
                ..DeviceFacts::NONE
            },
            origin(),
        ));
        asset.favorite = true;
        asset.companions = vec![Companion {
            role: CompanionRole::LiveVideo,
            content_hash: ContentHash([2; 32]),
            extension: "mov".into(),
        }];
        let full = facts(&asset);
        let bare = facts(&Asset::bare(ContentHash([3; 32]), "b"));
        let circle = Circle::new(41.9, 12.5, 1.0).expect("right");
        for select in [
            Select::Person(Pattern::new("zoe")),
            Select::Place(Pattern::new("rome")),
            Select::Near(circle),
            Select::Camera(Pattern::new("iphone")),
            Select::Type(Form::Live),
            Select::Favorite,
            Select::Has(Fact::People),
            Select::Has(Fact::Camera),
        ] {
            assert!(select.is_of_facts());
            assert_eq!(select.fits(&full), Some(true), "{select:?}");
            assert_eq!(select.fits(&bare), Some(false), "{select:?}");
        }
        assert_eq!(Select::Undated.fits(&full), None);
    }
}
