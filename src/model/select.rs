//! Which photos and videos are meant: one typed choice that `list`, `push`, `print` and `gallery` share.
//!
//! A choice is a tree: conditions, joined by [`Select::And`], [`Select::Or`] and [`Select::Not`]. Only `catalog` turns it into
//! SQL. What depends on nothing but facts of one asset is judged here, by [`Select::fits`] (in `facts`), so that it means the
//! same wherever it is asked; the rest (texts, items, albums, archives) the catalog looks up.

mod circle;
mod facts;
mod pattern;
mod words;

use jiff::civil::Date;
use serde::Serialize;

use super::kind::{Kind, Visibility};
use super::media_type::{MediaClass, MediaType};

pub use circle::{Circle, NoCircle};
pub use facts::Facts;
pub use pattern::Pattern;

/// A choice of assets. An empty [`Select::And`] takes all of them, an empty [`Select::Or`] none.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Select {
    /// Everything must hold.
    And(Vec<Select>),
    /// Something must hold.
    Or(Vec<Select>),
    /// It must not hold.
    Not(Box<Select>),
    /// Taken on one of these days, as folders show them.
    Taken(Days),
    /// No date is known.
    Undated,
    /// One of its items is like this.
    Item(ItemSelect),
    /// In an album of such a title.
    Album(Pattern),
    /// Such a person is in it.
    Person(Pattern),
    /// At a place of such a name.
    Place(Pattern),
    /// Not far from a point.
    Near(Circle),
    /// Made with such a camera: maker and model.
    Camera(Pattern),
    /// Of this form.
    Type(Form),
    /// Marked as a favourite.
    Favorite,
    /// Shown so on its service.
    Visibility(Visibility),
    /// Description (one that lost against another's, too), title, place, people, keywords or name hold this text.
    Text(String),
    /// This is known of it, or there.
    Has(Fact),
    /// An archive of this import run holds it.
    Import(i64),
}

impl Default for Select {
    /// Everything.
    fn default() -> Self {
        Self::And(Vec::new())
    }
}

/// Days from one to another, both of them with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Days {
    /// The first.
    pub since: Option<Date>,
    /// The last.
    pub until: Option<Date>,
}

/// What one item of an asset must be: a story of Instagram is not a post of Instagram and a story of Facebook.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct ItemSelect {
    /// Provider's name.
    pub provider: Option<String>,
    /// Account; empty: one whose name no archive told.
    pub account: Option<String>,
    /// What it was on its service.
    pub kind: Option<Kind>,
}

/// What a photo or video is, by its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Photos, videos, sounds …
    Class(MediaClass),
    /// Files of one format.
    Format(MediaType),
    /// Photos with their short video.
    Live,
}

impl Form {
    /// The words that are no format.
    const WORDS: [(&'static str, Self); 5] = [
        ("photo", Self::Class(MediaClass::Photo)),
        ("video", Self::Class(MediaClass::Video)),
        ("audio", Self::Class(MediaClass::Audio)),
        ("live", Self::Live),
        ("other", Self::Class(MediaClass::Other)),
    ];

    /// Returns every word there is, those of formats last.
    pub fn words() -> impl Iterator<Item = &'static str> {
        let formats = MediaType::ALL
            .into_iter()
            .filter(|one| one.class() != MediaClass::Text && *one != MediaType::Other)
            .map(MediaType::extension);
        Self::WORDS.into_iter().map(|(word, _)| word).chain(formats)
    }

    /// Reads a word: `photo`, `live`, `heic` …; `jpeg`, `tiff` and `mpeg` are known by their long names, too.
    pub fn from_word(word: &str) -> Option<Self> {
        let word = word.to_ascii_lowercase();
        let short = match word.as_str() {
            "jpeg" => "jpg",
            "tiff" => "tif",
            "mpeg" => "mpg",
            other => other,
        };
        let said = Self::WORDS.into_iter().find(|(known, _)| *known == short);
        said.map(|(_, form)| form).or_else(|| {
            let format = MediaType::ALL
                .into_iter()
                .find(|one| one.extension() == short)?;
            (Self::words().any(|known| known == short)).then_some(Self::Format(format))
        })
    }

    /// Returns the word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Format(format) => format.extension(),
            _ => Self::WORDS
                .into_iter()
                .find(|(_, form)| *form == self)
                .map_or("text", |(word, _)| word),
        }
    }
}

impl Serialize for Form {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

/// Something that is known of an asset, or that it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "their names say it")]
pub enum Fact {
    Date,
    Description,
    Title,
    Location,
    Place,
    People,
    Keywords,
    Album,
    Camera,
    Rating,
    Comments,
    /// An edited version beside the original.
    Edited,
    /// Subtitles beside the original.
    Subtitles,
}

impl Fact {
    /// Every fact.
    pub const ALL: [Self; 13] = [
        Self::Date,
        Self::Description,
        Self::Title,
        Self::Location,
        Self::Place,
        Self::People,
        Self::Keywords,
        Self::Album,
        Self::Camera,
        Self::Rating,
        Self::Comments,
        Self::Edited,
        Self::Subtitles,
    ];

    /// Returns its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Date => "date",
            Self::Description => "description",
            Self::Title => "title",
            Self::Location => "location",
            Self::Place => "place",
            Self::People => "people",
            Self::Keywords => "keywords",
            Self::Album => "album",
            Self::Camera => "camera",
            Self::Rating => "rating",
            Self::Comments => "comments",
            Self::Edited => "edited",
            Self::Subtitles => "subtitles",
        }
    }

    /// Returns the fact of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fact| fact.as_str() == word)
    }
}

impl Select {
    /// Returns whether it takes everything.
    pub fn is_everything(&self) -> bool {
        *self == Self::default()
    }

    /// Returns a choice of all of these, without a level of its own for one.
    pub fn all_of(mut parts: Vec<Self>) -> Self {
        match parts.len() {
            1 => parts.remove(0),
            _ => Self::And(parts),
        }
    }

    /// Returns the choice of one account's media, of whatever provider.
    pub fn of_account(account: &str) -> Self {
        Self::Item(ItemSelect {
            account: Some(account.to_owned()),
            ..ItemSelect::default()
        })
    }

    /// Returns a choice by words: each must be there, in any order, and none that has a minus before it. What stands in
    /// quotation marks is one word, blanks and minus included.
    pub fn words(text: &str) -> Self {
        words::read(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_a_form_is_read_and_said_again() {
        for word in Form::words() {
            assert_eq!(Form::from_word(word).map(Form::word), Some(word), "{word}");
        }
        for (word, said) in [("JPEG", "jpg"), ("Photo", "photo"), ("tiff", "tif")] {
            assert_eq!(Form::from_word(word).map(Form::word), Some(said));
        }
        for word in ["", "srt", "bin", "*", "photos"] {
            assert_eq!(Form::from_word(word), None, "{word}");
        }
    }

    #[test]
    fn every_fact_has_a_word() {
        for fact in Fact::ALL {
            assert_eq!(Fact::from_word(fact.as_str()), Some(fact));
        }
        assert_eq!(Fact::from_word("gps"), None);
    }

    #[test]
    fn everything_is_an_empty_and() {
        assert!(Select::default().is_everything());
        assert!(Select::all_of(vec![]).is_everything());
        assert_eq!(Select::all_of(vec![Select::Favorite]), Select::Favorite);
    }
}
