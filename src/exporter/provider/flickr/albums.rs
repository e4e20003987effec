//! Reads `albums.json`: the albums, and which photos are in each, in order.
//!
//! Each photo of an album has a record file of its own. If no part of the call holds that file, it counts as missing: so a lost
//! part of the archive is noticed. The other way round, too: photos name their albums by id, and an album that no list describes
//! has lost its title, order and cover.

use serde_json::{Map, Value};

use crate::meta_elements::{as_list, read_elements};
use crate::meta_values::text;
use model::kind::Kind;
use model::record::{AlbumRecord, Edition, Extras, Membership, Record, RecordFacts};

use super::NAME;
use super::html::{plain, words};
use super::layout::ids;
use super::photo::{Source, uri};

/// Begins the keys of records that stand for a record file which an album makes known.
const LISTED: &str = "listed:";
/// Begins the keys of records that stand for the list in which an album would be described.
const LISTED_ALBUM: &str = "listed-album:";
/// Name of that list.
const ALBUMS: &str = "albums.json";

/// What a record stands for that is no statement about a photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Listed<'a> {
    /// The record file of the photo with this id.
    Photo(&'a str),
    /// The description of the album with this id.
    Album(&'a str),
}

/// One album.
pub(crate) struct Album {
    /// What it is.
    pub record: AlbumRecord,
    /// Ids of its photos; `None` where the list has a hole.
    pub photos: Vec<Option<String>>,
    /// A field that every album has is not there, or one is that nobody reads.
    pub is_odd: bool,
}

/// Every field of an album that is read or known to say nothing of its photos.
const KNOWN: &[&str] = &[
    "cover_photo",
    "created",
    "description",
    "id",
    "last_updated",
    "photo_count",
    "photos",
    "title",
    "url",
    "view_count",
];

/// Calls `each` for every album, with `None` for an element of no known form.
///
/// # Errors
/// Fails at a syntax error, after the albums before it were given.
pub(crate) fn read(
    bytes: &mut [u8],
    source: Source<'_>,
    each: &mut dyn FnMut(Option<Album>),
) -> Result<(), serde_json::Error> {
    read_elements(bytes, |_| true, &mut |root, element| {
        let is_album = root.is_empty() || root == "albums";
        let object = element.as_object().filter(|_| is_album);
        each(object.and_then(|object| album(object, source)));
    })
}

fn album(object: &Map<String, Value>, source: Source<'_>) -> Option<Album> {
    let key = text(object.get("id"))?;
    let photos = object.get("photos")?;
    if !photos.is_array() && !photos.is_null() {
        return None;
    }
    let id = |id| text(Some(id)).filter(|id| id != "0");
    let photos = as_list(Some(photos)).iter().map(id).collect();
    let description = text(object.get("description")).map(|html| plain(&html));
    let is_unknown = |key: &String| !KNOWN.contains(&key.as_str());
    let is_odd = !object.contains_key("title") || object.keys().any(is_unknown);
    let mut raw = object.clone();
    // The list is in the records of its photos; the address of the cover lets anyone fetch it.
    raw.remove("photos");
    raw.remove("cover_photo");
    let record = AlbumRecord {
        provider: NAME.to_owned(),
        account: source.account.map(str::to_owned),
        export: None,
        key,
        title: text(object.get("title")).map_or_else(String::new, |title| words(&title)),
        description: description.filter(|text| !text.is_empty()),
        cover: text(object.get("cover_photo")).and_then(|cover| cover_uri(&cover)),
        source: source.path.to_owned(),
        raw: Value::Object(raw),
    };
    Some(Album {
        record,
        photos,
        is_odd,
    })
}

/// Reads the id out of the cover's address, or an id by itself.
fn cover_uri(cover: &str) -> Option<String> {
    let path = cover.trim_end_matches('/');
    ids(path).first().map(|id| uri(id))
}

/// Says that a photo is in an album, and where in it.
pub(crate) fn member(id: &str, album: &AlbumRecord, position: usize) -> Record {
    let membership = Membership {
        album: album.key.clone(),
        position: u32::try_from(position).ok(),
    };
    let extras = Extras {
        supplement: true,
        ..Extras::default()
    };
    let facts = RecordFacts {
        albums: vec![membership],
        extras: Some(Box::new(extras)),
        ..RecordFacts::default()
    };
    Record {
        facts,
        ..bare(id, Some(album))
    }
}

/// Stands for the record file of a photo that an album names.
pub(crate) fn listed(id: &str, album: &AlbumRecord) -> Record {
    Record {
        uri: format!("photo_{id}.json"),
        key: format!("{LISTED}{id}"),
        ..bare(id, Some(album))
    }
}

/// Stands for the description of an album that a photo names. The same whichever photo does.
pub(crate) fn listed_album(key: &str, account: Option<&str>) -> Record {
    Record {
        account: account.map(str::to_owned),
        source: ALBUMS.to_owned(),
        uri: ALBUMS.to_owned(),
        key: format!("{LISTED_ALBUM}{key}"),
        ..bare(key, None)
    }
}

/// Returns what a record stands for, if it is no statement about a photo.
pub(crate) fn listed_of(record: &Record) -> Option<Listed<'_>> {
    let photo = record.key.strip_prefix(LISTED).map(Listed::Photo);
    photo.or_else(|| record.key.strip_prefix(LISTED_ALBUM).map(Listed::Album))
}

fn bare(id: &str, album: Option<&AlbumRecord>) -> Record {
    Record {
        provider: NAME.to_owned(),
        account: album.and_then(|album| album.account.clone()),
        export: None,
        kind: Kind::Post,
        source: album.map_or_else(String::new, |album| album.source.clone()),
        edition: Edition::Json,
        uri: uri(id),
        key: id.to_owned(),
        post: None,
        companions: Vec::new(),
        facts: RecordFacts::default(),
        raw: Value::Null,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    fn of(json: &str) -> Vec<Option<Album>> {
        let source = Source {
            path: "albums.json",
            account: None,
        };
        let mut albums = Vec::new();
        read(&mut json.as_bytes().to_vec(), source, &mut |album| {
            albums.push(album);
        })
        .unwrap();
        albums
    }

    #[test]
    fn an_album_without_its_title_or_with_another_field_is_odd_and_kept() {
        for odd in [
            r#"[{"id":"7215","heading":"Rome","photos":[]}]"#,
            r#"[{"id":"7215","photos":[]}]"#,
            r#"[{"id":"7215","title":"Rome","photos":[],"parent":"7"}]"#,
        ] {
            let albums = of(odd);
            assert!(albums[0].as_ref().unwrap().is_odd, "{odd}");
        }
    }

    #[test]
    fn an_album_tells_its_photos_in_order_holes_included() {
        let albums = of(
            r#"{"albums":[{"photo_count":"2","id":"7215","url":"u","title":"Rome &amp; sea","description":"<b>d</b>",
            "cover_photo":"https://live.staticflickr.com/1/12345678902_geheim_o.jpg","photos":["12345678901","0","12345678902"]}]}"#,
        );
        let album = albums[0].as_ref().unwrap();
        assert_eq!(album.record.title, "Rome & sea");
        assert!(!album.is_odd);
        assert_eq!(album.record.description.as_deref(), Some("d"));
        assert_eq!(album.record.cover.as_deref(), Some("12345678902_o"));
        let photos: Vec<Option<&str>> = album.photos.iter().map(Option::as_deref).collect();
        assert_eq!(photos, [Some("12345678901"), None, Some("12345678902")]);
        assert!(!album.record.raw.to_string().contains("geheim"));
        let by_id = cover_uri("https://www.flickr.com/photos/u/12345678901/");
        assert_eq!(by_id.as_deref(), Some("12345678901_o"));
        assert_eq!(cover_uri(""), None);
    }

    #[test]
    fn what_is_no_album_is_told_as_such() {
        assert!(of(r#"{"albums":[]}"#).is_empty());
        for odd in [
            r#"{"albums":[{"id":"7215"}]}"#,
            r#"{"albums":[{"photos":[]}]}"#,
            r#"{"albums":[7]}"#,
            r#"{"sets":[{"id":"7215","photos":[]}]}"#,
            r#"{"albums":[{"id":"7215","photos":"12345678901"}]}"#,
        ] {
            let albums = of(odd);
            assert!(matches!(albums.as_slice(), [None]), "{odd}");
        }
    }
}
