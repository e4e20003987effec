//! Where an asset lies at a destination: by date, album or kind, flat, or as a template says.

use catalog::ListedAsset;
use model::time::Precision;
use writer::names::safe_stem;

/// Folder of what is in no album.
const NO_ALBUM: &str = "without album";
/// Stands for a date nobody knows.
const UNDATED: &str = "undated";
/// Words a template may hold.
pub const WORDS: [&str; 9] = [
    "year", "month", "day", "album", "kind", "provider", "account", "class", "name",
];

/// The shape of the tree at a destination.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Layout {
    /// Folders by year and month, as in the library.
    #[default]
    Dates,
    /// A folder for each album; what is in several lies in the first of them.
    Albums,
    /// All in one folder.
    Flat,
    /// A folder for each kind of item.
    Kind,
    /// As the pieces say.
    Template(Vec<Piece>),
}

/// A piece of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Stands as it is.
    Text(String),
    /// Stands for a fact of the asset: one of [`WORDS`].
    Word(&'static str),
}

impl Layout {
    /// Reads the name of a layout, or a template such as `{year}/{album}/{name}`.
    ///
    /// # Errors
    /// Fails in words if it is neither.
    pub fn parse(text: &str) -> Result<Self, String> {
        match text {
            "dates" => Ok(Self::Dates),
            "albums" => Ok(Self::Albums),
            "flat" => Ok(Self::Flat),
            "kind" => Ok(Self::Kind),
            _ if text.contains('{') => template(text).map(Self::Template),
            _ => Err(format!(
                "the layouts are dates, albums, flat and kind, or a template of the words {}",
                words()
            )),
        }
    }

    /// Returns the layout as its user would write it; run history holds that.
    pub fn text(&self) -> String {
        match self {
            Self::Dates => "dates".to_owned(),
            Self::Albums => "albums".to_owned(),
            Self::Flat => "flat".to_owned(),
            Self::Kind => "kind".to_owned(),
            Self::Template(pieces) => pieces.iter().map(Piece::text).collect(),
        }
    }

    /// Returns the path of an asset's original. Depends on the asset alone.
    pub fn place(&self, listed: &ListedAsset) -> String {
        let name = file_name(&listed.path);
        match self {
            Self::Dates => listed.path.clone(),
            Self::Flat => name.to_owned(),
            Self::Albums => format!("{}/{name}", fact("album", listed)),
            Self::Kind => format!("{}/{name}", fact("kind", listed)),
            Self::Template(pieces) => from_template(pieces, listed),
        }
    }
}

impl Piece {
    fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Word(word) => format!("{{{word}}}"),
        }
    }
}

fn words() -> String {
    WORDS.map(|word| format!("{{{word}}}")).join(" ")
}

fn template(text: &str) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        let Some(close) = rest[open..].find('}') else {
            return Err("a { in the template has no }".to_owned());
        };
        let word = &rest[open + 1..open + close];
        let Some(known) = WORDS.into_iter().find(|known| *known == word) else {
            return Err(format!(
                "the template's words are {}, and not {{{word}}}",
                words()
            ));
        };
        if open > 0 {
            pieces.push(Piece::Text(rest[..open].to_owned()));
        }
        pieces.push(Piece::Word(known));
        rest = &rest[open + close + 1..];
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest.to_owned()));
    }
    if text.split('/').any(|part| matches!(part, "" | "." | "..")) {
        return Err("a template is a path without empty parts, . and ..".to_owned());
    }
    if !pieces.contains(&Piece::Word("name")) {
        pieces.push(Piece::Text("/".to_owned()));
        pieces.push(Piece::Word("name"));
    }
    Ok(pieces)
}

fn from_template(pieces: &[Piece], listed: &ListedAsset) -> String {
    let name = file_name(&listed.path);
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    let text: String = pieces
        .iter()
        .map(|piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Word("name") => stem.to_owned(),
            Piece::Word(word) => fact(word, listed),
        })
        .collect();
    let mut parts: Vec<String> = text.split('/').map(safe_stem).collect();
    // An unknown date is said once: `undated/undated` helps nobody.
    parts.dedup_by(|a, b| a == UNDATED && b == UNDATED);
    let path = parts.join("/");
    match extension {
        "" => path,
        extension => format!("{path}.{extension}"),
    }
}

fn fact(word: &str, listed: &ListedAsset) -> String {
    let asset = &listed.asset;
    let items = &asset.items;
    let text = match word {
        "album" => listed.album_titles.first().cloned(),
        "kind" => items
            .iter()
            .map(|item| item.kind)
            .min()
            .map(|kind| kind.as_str().to_owned()),
        "provider" => items.iter().map(|item| item.provider.clone()).min(),
        "account" => items.iter().filter_map(|item| item.account.clone()).min(),
        "class" => Some(asset.media.media_type.class().as_str().to_owned()),
        date => return date_part(date, listed),
    };
    let missing = if word == "album" { NO_ALBUM } else { "other" };
    safe_stem(text.as_deref().unwrap_or(missing))
}

fn date_part(word: &str, listed: &ListedAsset) -> String {
    let Some(when) = listed.asset.taken_at.as_ref().map(|claim| claim.value) else {
        return UNDATED.to_owned();
    };
    let date = when.for_names().date();
    match word {
        "year" => format!("{:04}", date.year()),
        _ if when.precision == Precision::Year => UNDATED.to_owned(),
        "month" => format!("{:02}", date.month()),
        _ if when.precision == Precision::Month => UNDATED.to_owned(),
        _ => format!("{:02}", date.day()),
    }
}

pub(super) fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
pub(super) mod tests {
    use super::*;
    use model::asset::{Asset, ItemRef};
    use model::claim::{Claim, Origin};
    use model::content_hash::ContentHash;
    use model::kind::Kind;
    use model::time::When;

    /// An asset of a day, in an album, from an account.
    pub(crate) fn listed(seed: u8, path: &str) -> ListedAsset {
        let asset = Asset {
            taken_at: Some(Claim::new(
                When::wall(jiff::civil::datetime(2023, 7, 14, 18, 3, 22, 0)),
                Origin::Embedded,
            )),
            items: vec![ItemRef {
                provider: "instagram".into(),
                account: Some("anna".into()),
                kind: Kind::Story,
                key: "1".into(),
            }],
            ..Asset::bare(ContentHash([seed; 32]), "a")
        };
        ListedAsset {
            asset,
            path: path.to_owned(),
            companions: vec![],
            album_titles: vec!["Rome: day/1".to_owned()],
            items: vec![],
            in_newest_archive: None,
        }
    }

    #[test]
    fn each_layout_places_an_asset() {
        let listed = listed(1, "2023/07/2023-07-14_18-03-22_a.jpg");
        let name = "2023-07-14_18-03-22_a.jpg";
        for (layout, expected) in [
            ("dates", format!("2023/07/{name}")),
            ("flat", name.to_owned()),
            ("kind", format!("story/{name}")),
            (
                "{year}/{account} {class}",
                format!("2023/anna photo/{name}"),
            ),
            ("{day}-{name}", format!("14-{name}")),
        ] {
            assert_eq!(
                Layout::parse(layout).unwrap().place(&listed),
                expected,
                "{layout}"
            );
        }
        let album = Layout::Albums.place(&listed);
        assert_eq!(album.matches('/').count(), 1, "{album}");
        assert!(!album.contains(':'), "{album}");
    }

    #[test]
    fn a_layout_reads_its_own_text() {
        for text in ["dates", "albums", "flat", "kind", "{year}/x {album}/{name}"] {
            assert_eq!(Layout::parse(text).unwrap().text(), text);
        }
        let short = Layout::parse("{year}").unwrap();
        assert_eq!(Layout::parse(&short.text()).unwrap(), short);
    }

    #[test]
    fn what_nobody_knows_is_said_once() {
        let mut listed = listed(1, "undated/a.jpg");
        listed.asset.taken_at = None;
        listed.album_titles.clear();
        let place = |text: &str| Layout::parse(text).unwrap().place(&listed);
        assert_eq!(place("{year}/{month}"), "undated/a.jpg");
        assert_eq!(place("albums"), "without album/a.jpg");
    }

    #[test]
    fn a_wrong_layout_is_refused_in_words() {
        for text in [
            "datse",
            "{yaer}",
            "{year",
            "../{name}",
            "a//{name}",
            "/{name}",
        ] {
            assert!(Layout::parse(text).is_err(), "{text}");
        }
        assert!(Layout::parse("{yaer}").unwrap_err().contains("not {yaer}"));
    }
}
