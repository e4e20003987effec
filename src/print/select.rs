//! Which pictures are printed, and what is written beneath them.

use std::collections::BTreeSet;

use jiff::civil::DateTime;

use catalog::{Catalog, CatalogError, ListedAsset};
use model::content_hash::ContentHash;
use model::kind::{CompanionRole, Visibility};
use model::record::Location;
use model::time::{Clock, Precision, When};

use super::PrintOptions;
use super::picture::{is_printable, turned};

/// A picture to print.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Picked {
    /// Path of the file in the library.
    pub path: String,
    /// Its bytes, as the catalog knows them.
    pub content_hash: ContentHash,
    /// Pixels as shown, where the catalog knows them.
    pub shown: Option<(u32, u32)>,
    /// Description, else title.
    pub caption: String,
    /// Date and place.
    pub facts: String,
    /// Year and month; `None` without date.
    pub month: Option<(i16, i8)>,
}

/// Everything a query gives.
#[derive(Debug, Default)]
pub(crate) struct Picks {
    /// In order of time; those without date last.
    pub pictures: Vec<Picked>,
    /// Films, which were left out.
    pub films: u64,
    /// Hidden and trashed ones that were left out.
    pub hidden: u64,
}

/// Asks the catalog.
pub(crate) fn select(catalog: &Catalog, options: &PrintOptions) -> Result<Picks, CatalogError> {
    let mut picks = Picks::default();
    catalog.list(&options.select, &mut |listed| {
        if !is_printable(listed.asset.media.media_type) {
            picks.films += 1;
        } else if listed.asset.visibility != Visibility::Shown && !options.include_hidden {
            picks.hidden += 1;
        } else {
            picks.pictures.push(picked(&listed));
        }
    })?;
    Ok(picks)
}

fn picked(listed: &ListedAsset) -> Picked {
    let asset = &listed.asset;
    let taken = asset.taken_at.as_ref().map(|claim| claim.value);
    let when = taken.or(asset.posted_at);
    let date = when.map(|when| match taken {
        Some(_) => date(when),
        None => format!("posted {}", date(when)),
    });
    let place = asset.place.as_ref().map(|claim| claim.value.clone());
    let place = place.or(asset.location.as_ref().map(|claim| position(claim.value)));
    let caption = asset.description.as_ref().or(asset.title.as_ref());
    let facts: Vec<String> = date.into_iter().chain(place).collect();
    let (path, content_hash, shown) = file(listed);
    Picked {
        path,
        content_hash,
        shown,
        caption: caption.map(|claim| claim.value.clone()).unwrap_or_default(),
        facts: facts.join(" · "),
        month: when.map(|when| {
            let local = when.for_names();
            let month = match when.precision {
                Precision::Year => 0,
                _ => local.month(),
            };
            (local.year(), month)
        }),
    }
}

/// The file that is printed: the edited version where there is one, because that is how its owner wanted it.
fn file(listed: &ListedAsset) -> (String, ContentHash, Option<(u32, u32)>) {
    let asset = &listed.asset;
    let edited = asset
        .companions
        .iter()
        .find(|companion| companion.role == CompanionRole::Edited);
    let path = listed
        .companions
        .iter()
        .find(|(role, _)| *role == CompanionRole::Edited);
    if let (Some(edited), Some((_, path))) = (edited, path) {
        return (path.clone(), edited.content_hash, None);
    }
    let media = &asset.media;
    let size = media.width.zip(media.height);
    let shown = size.map(|size| turned(size, media.orientation.unwrap_or(1)));
    (listed.path.clone(), asset.content_hash, shown)
}

/// Names of the months.
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Writes a month as headings have it.
pub(crate) fn month(year: i16, month: i8) -> String {
    let name = usize::try_from(month - 1)
        .ok()
        .and_then(|at| MONTHS.get(at));
    match name {
        Some(name) => format!("{name} {year}"),
        None => year.to_string(),
    }
}

fn date(when: When) -> String {
    let local: DateTime = when.for_names();
    let month = month(local.year(), local.month());
    let day = format!("{} {month}", local.day());
    let minute = || local.strftime("%H:%M");
    let utc = match when.clock {
        Clock::Utc(_) => " UTC",
        _ => "",
    };
    match when.precision {
        Precision::Year => local.year().to_string(),
        Precision::Month => month,
        Precision::Day => day,
        Precision::Minute | Precision::Second => format!("{day}, {}{utc}", minute()),
    }
}

/// A position, where the place has no name.
fn position(location: Location) -> String {
    let side = |value: f64, positive, negative| {
        let side = if value < 0.0 { negative } else { positive };
        format!("{:.4}° {side}", value.abs())
    };
    let (latitude, longitude) = (location.latitude, location.longitude);
    format!("{} {}", side(latitude, "N", "S"), side(longitude, "E", "W"))
}

impl Picks {
    /// Returns the years of the pictures, as a title.
    pub(crate) fn years(&self) -> String {
        let years: BTreeSet<i16> = self
            .pictures
            .iter()
            .filter_map(|picked| Some(picked.month?.0))
            .collect();
        match (years.first(), years.last()) {
            (Some(first), Some(last)) if first == last => format!("Photos {first}"),
            (Some(first), Some(last)) => format!("Photos {first} – {last}"),
            _ => "Photos".to_owned(),
        }
    }

    /// Returns every character that may be printed.
    pub(crate) fn characters(&self, title: &str) -> BTreeSet<char> {
        let own = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ .,:·–-…°";
        let texts = self
            .pictures
            .iter()
            .flat_map(|picked| [&picked.caption, &picked.facts, &picked.path]);
        let texts = texts.flat_map(|text| text.chars());
        own.chars().chain(title.chars()).chain(texts).collect()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use jiff::civil::datetime;

    use super::*;
    use model::asset::{Asset, Companion};
    use model::claim::{Claim, Origin};

    fn listed() -> ListedAsset {
        let mut asset = Asset::bare(ContentHash([1; 32]), "a");
        asset.media.width = Some(400);
        asset.media.height = Some(300);
        asset.media.orientation = Some(6);
        ListedAsset {
            asset,
            path: "2023/07/a.jpg".to_owned(),
            companions: vec![],
            album_titles: vec![],
            items: vec![],
            in_newest_archive: None,
        }
    }

    #[test]
    fn beneath_a_picture_are_caption_date_and_place() {
        let mut listed = listed();
        let bare = picked(&listed);
        assert_eq!(
            (bare.caption.as_str(), bare.facts.as_str(), bare.month),
            ("", "", None)
        );
        assert_eq!(bare.shown, Some((300, 400)));
        let origin = || Origin::Record("instagram".to_owned());
        let evening = datetime(2023, 7, 14, 18, 3, 22, 0);
        listed.asset.taken_at = Some(Claim::new(When::zoned(evening, 7200), Origin::Embedded));
        listed.asset.location = Location::new(-41.9, 12.5).map(|at| Claim::new(at, origin()));
        assert_eq!(
            picked(&listed).facts,
            "14 July 2023, 18:03 · 41.9000° S 12.5000° E"
        );
        listed.asset.place = Some(Claim::new("Rome".to_owned(), origin()));
        listed.asset.taken_at = None;
        listed.asset.posted_at = Some(When::wall(evening).known_to(Precision::Day));
        let posted = picked(&listed);
        assert_eq!(posted.facts, "posted 14 July 2023 · Rome");
        assert_eq!(posted.month, Some((2023, 7)));
    }

    #[test]
    fn the_edited_version_is_printed() {
        let mut listed = listed();
        listed.asset.companions = vec![Companion {
            role: CompanionRole::Edited,
            content_hash: ContentHash([2; 32]),
            extension: "jpg".to_owned(),
        }];
        listed.companions = vec![(CompanionRole::Edited, "2023/07/a_edited.jpg".to_owned())];
        let edited = picked(&listed);
        assert_eq!(edited.path, "2023/07/a_edited.jpg");
        assert_eq!(edited.content_hash, ContentHash([2; 32]));
    }

    #[test]
    fn years_make_the_title() {
        let mut picks = Picks::default();
        assert_eq!(picks.years(), "Photos");
        for year in [2021, 2019] {
            let mut one = picked(&listed());
            one.month = Some((year, 1));
            picks.pictures.push(one);
        }
        assert_eq!(picks.years(), "Photos 2019 – 2021");
    }
}
