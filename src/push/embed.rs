//! What is written into the copies of an asset, from what the library knows of it.

use std::io::{BufReader, Read, Seek};

use jiff::civil::Time;

use super::strip::{Strip, reduced};
use catalog::ListedAsset;
use media::embed::{Facts, Pieces, Refusal, Taken, embed};
use model::asset::Asset;
use model::media_type::{MediaClass, MediaType};
use model::time::{Clock, Precision, When};
use writer::sidecar::fields::Fields;
use writer::sidecar::packet::embedded;
use writer::sidecar::rights::Rights;

/// Years that EXIF's and QuickTime's dates can hold, and that a photograph can have.
const YEARS: std::ops::RangeInclusive<i16> = 1826..=9999;

/// What is written into the copies of one asset.
#[derive(Debug, Clone, PartialEq)]
pub struct Embed {
    asset: Asset,
    albums: Vec<String>,
    facts: Facts,
    rights: Rights,
}

impl Embed {
    /// Returns what is written into the copies of an asset; `None` if nothing is known of it, and nothing said of rights.
    pub fn of(listed: &ListedAsset, strip: Option<Strip>, rights: &Rights) -> Option<Self> {
        let asset = match strip {
            Some(what) => reduced(&listed.asset, what),
            None => listed.asset.clone(),
        };
        let albums = match strip {
            Some(Strip::All) => Vec::new(),
            _ => listed.album_titles.clone(),
        };
        Self::with_rights(asset, albums, rights.clone())
    }

    /// Returns what is written into the copies of an asset in these albums; `None` if nothing is known of it.
    pub fn of_asset(asset: Asset, albums: Vec<String>) -> Option<Self> {
        Self::with_rights(asset, albums, Rights::default())
    }

    fn with_rights(asset: Asset, albums: Vec<String>, rights: Rights) -> Option<Self> {
        let facts = facts(&asset);
        let nothing =
            facts == Facts::default() && albums.is_empty() && !asset.favorite && rights.is_empty();
        (!nothing).then_some(Self {
            asset,
            albums,
            facts,
            rights,
        })
    }

    /// Describes the copy of a file with all this in it. Where the texts are too long for its kind it is made without the
    /// description, and that is said.
    ///
    /// # Errors
    /// Fails if the copy can only go as it is.
    pub fn copy_of<S: Read + Seek>(
        &self,
        media_type: MediaType,
        source: S,
    ) -> Result<(Pieces, Option<String>), Refusal> {
        let mut source = BufReader::new(source);
        match self.pieces(media_type, &mut source) {
            Err(Refusal::TooLong) => {}
            done => return done.map(|pieces| (pieces, None)),
        }
        let mut short = self.clone();
        short.asset.description = None;
        short.facts.description = None;
        let pieces = short.pieces(media_type, &mut source)?;
        let why = "its description is too long for a file of its kind; all else is in it";
        Ok((pieces, Some(why.to_owned())))
    }

    fn pieces<S: Read + Seek>(
        &self,
        media_type: MediaType,
        source: &mut S,
    ) -> Result<Pieces, Refusal> {
        let xmp = |old: Option<&[u8]>| {
            let packet = embedded(&self.asset, &self.albums, old)?;
            self.rights.written_into(&packet)
        };
        embed(media_type, source, &self.facts, &xmp)
    }
}

/// Returns whether files of a kind are worth a word if they cannot carry facts: subtitles are not, nor is what nobody knows.
pub fn is_media(media_type: MediaType) -> bool {
    !matches!(media_type.class(), MediaClass::Text | MediaClass::Other)
}

fn facts(asset: &Asset) -> Facts {
    let fields = Fields::of(asset);
    Facts {
        taken: asset.taken_at.as_ref().and_then(|claim| taken(claim.value)),
        keywords: fields.leaves(),
        description: fields.description,
        title: fields.title,
        location: fields.location,
        rating: fields.rating,
    }
}

/// Tags know seconds only. What is known to the day, month or year is written as noon, so that no zone a reader may think of
/// makes another day of it; XMP says how finely it is known.
fn taken(when: When) -> Option<Taken> {
    let local = when.for_names();
    let (local, offset_s) = match (when.precision, when.clock) {
        (Precision::Day | Precision::Month | Precision::Year, _) => {
            (local.date().to_datetime(Time::constant(12, 0, 0, 0)), None)
        }
        (_, Clock::Zoned { offset_s, .. }) => (local, Some(offset_s)),
        (_, Clock::Utc(_)) => (local, Some(0)),
        (_, Clock::Wall(_)) => (local, None),
    };
    YEARS
        .contains(&local.year())
        .then_some(Taken { local, offset_s })
}
