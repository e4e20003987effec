//! A photo or video the library keeps, with the facts that won.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::claim::{Claim, Origin};
use super::content_hash::ContentHash;
use super::kind::{CompanionRole, Kind, Visibility};
use super::media_facts::MediaFacts;
use super::record::{Comment, DeviceFacts, Insight, Location};
use super::time::When;

/// Place of an asset in a post of several.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Group {
    /// Same for all members.
    pub id: String,
    /// From 0.
    pub index: u32,
    /// Number of members, missing ones included.
    pub size: u32,
}

/// A file beside the original.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Companion {
    /// What it is for.
    pub role: CompanionRole,
    /// Its bytes.
    pub content_hash: ContentHash,
    /// Extension its file gets, without dot.
    pub extension: String,
}

/// An asset as one item of a provider knew it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ItemRef {
    /// Provider's name.
    pub provider: String,
    /// Whose data it is.
    pub account: Option<String>,
    /// What the item was on the service.
    pub kind: Kind,
    /// The provider's stable id.
    pub key: String,
}

/// An asset, as derived from all evidence. Equal evidence gives an equal asset.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Asset {
    /// Its original's bytes: the identity.
    pub content_hash: ContentHash,
    /// Size of the original in bytes.
    pub size_bytes: u64,
    /// Name the file had, without folder and extension; made safe only when a path is formed.
    pub name: String,
    /// Extension the file gets, without dot.
    pub extension: String,
    /// What the bytes say.
    pub media: MediaFacts,
    /// When it was taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_at: Option<Claim<When>>,
    /// Where the offset of `taken_at` came from, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset_origin: Option<Origin>,
    /// When it was put on a service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub posted_at: Option<When>,
    /// Text by the owner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Claim<String>>,
    /// Short name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Claim<String>>,
    /// Coordinates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Claim<Location>>,
    /// Name of the place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Claim<String>>,
    /// People in it, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<String>,
    /// Keywords, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keywords: Vec<String>,
    /// Where the keywords came from, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keyword_origins: Vec<Origin>,
    /// What records tell of the camera, where the file itself names none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub camera: Option<Claim<DeviceFacts>>,
    /// Who published it together with the owner, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub coauthors: Vec<String>,
    /// What services counted, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub insights: Vec<Insight>,
    /// Comments below it, the oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub comments: Vec<Comment>,
    /// Licences under which services show it, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub licenses: Vec<String>,
    /// Keys of the albums it is in, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub albums: Vec<String>,
    /// Marked as a favourite.
    pub favorite: bool,
    /// How it is shown.
    pub visibility: Visibility,
    /// Stars, 1 to 5.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating: Option<u8>,
    /// Someone else's picture, shared again.
    pub by_someone_else: bool,
    /// Its place in a post of several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<Group>,
    /// Files beside it, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub companions: Vec<Companion>,
    /// The items it is, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<ItemRef>,
    /// What was said and does not stand.
    #[serde(default, skip_serializing_if = "Losing::is_empty")]
    pub losing: Losing,
}

/// Values that lost against others, each with its origin: sorted, each once.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Losing {
    /// Capture times of another moment.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub taken_at: Vec<Claim<When>>,
    /// Other captions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub description: Vec<Claim<String>>,
    /// Other places.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub location: Vec<Claim<Location>>,
    /// People who were named before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<Claim<Vec<String>>>,
}

impl Losing {
    /// Returns whether nothing lost.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Brings the values into an order of their own, each once.
    pub fn settle(&mut self) {
        self.taken_at.sort();
        self.taken_at.dedup();
        self.description.sort();
        self.description.dedup();
        let key = |claim: &Claim<Location>| {
            let place = claim.value;
            (
                place.latitude.to_bits(),
                place.longitude.to_bits(),
                claim.origin.clone(),
            )
        };
        self.location.sort_by_key(key);
        self.location.dedup_by_key(|claim| key(claim));
        self.people.sort();
        self.people.dedup();
    }
}

impl Asset {
    /// Returns the origin of each fact that has one, by the name of its JSON field.
    pub fn origins(&self) -> BTreeMap<&'static str, String> {
        let facts = [
            ("taken_at", self.taken_at.as_ref().map(|c| &c.origin)),
            ("offset", self.offset_origin.as_ref()),
            ("description", self.description.as_ref().map(|c| &c.origin)),
            ("title", self.title.as_ref().map(|c| &c.origin)),
            ("location", self.location.as_ref().map(|c| &c.origin)),
            ("place", self.place.as_ref().map(|c| &c.origin)),
            ("camera", self.camera.as_ref().map(|c| &c.origin)),
        ];
        let mut origins: BTreeMap<_, _> = facts
            .into_iter()
            .filter_map(|(name, origin)| Some((name, origin?.to_string())))
            .collect();
        let of_keywords: Vec<String> = self.keyword_origins.iter().map(Origin::to_string).collect();
        if !of_keywords.is_empty() {
            origins.insert("keywords", of_keywords.join(", "));
        }
        origins
    }
}

impl Asset {
    /// Returns a photo of which only identity and name are known.
    #[must_use]
    pub fn bare(content_hash: ContentHash, name: &str) -> Self {
        Self {
            content_hash,
            size_bytes: 3,
            name: name.to_owned(),
            extension: "jpg".to_owned(),
            media: MediaFacts::of_type(super::media_type::MediaType::Jpeg),
            taken_at: None,
            offset_origin: None,
            posted_at: None,
            description: None,
            title: None,
            location: None,
            place: None,
            people: vec![],
            keywords: vec![],
            keyword_origins: vec![],
            camera: None,
            coauthors: vec![],
            insights: vec![],
            comments: vec![],
            licenses: vec![],
            albums: vec![],
            favorite: false,
            visibility: Visibility::Shown,
            rating: None,
            by_someone_else: false,
            group: None,
            companions: vec![],
            items: vec![],
            losing: Losing::default(),
        }
    }
}
