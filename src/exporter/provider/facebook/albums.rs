//! Reads albums: their media in order, text and cover.

use serde_json::{Map, Value, json};

use crate::classify::without_signature;
use crate::facebook::media::{facts_of, key_of, uri_of};
use crate::facebook::source::Source;
use crate::facebook::text::readable;
use crate::meta_elements::as_list;
use crate::meta_values::{clean, raw_record, text};
use model::kind::Kind;
use model::record::{AlbumRecord, Membership, Record};

/// Returns the album an object is, with the records of its media.
pub(crate) fn album_of(
    object: &Map<String, Value>,
    source: &Source<'_>,
) -> Option<(AlbumRecord, Vec<Record>)> {
    let title = object.get("name")?.as_str()?.to_owned();
    let photos = object
        .get("photos")
        .filter(|photos| photos.is_array() || photos.is_object())?;
    let media: Vec<&Value> = as_list(Some(photos))
        .iter()
        .filter(|photo| uri_of(photo).is_some())
        .collect();
    let key = album_key(&title, media.iter().filter_map(|medium| uri_of(medium)));
    let records = media
        .iter()
        .zip(0..)
        .filter_map(|(medium, position)| member(medium, &key, position, source))
        .collect();
    let mut raw = Value::Object(object.clone());
    if let Some(raw) = raw.as_object_mut() {
        raw.remove("photos");
    }
    clean(&mut raw);
    let album = AlbumRecord {
        provider: super::NAME.to_owned(),
        account: source.account.map(str::to_owned),
        export: None,
        key,
        title,
        description: text(object.get("description")).map(|text| readable(&text)),
        cover: object
            .get("cover_photo")
            .and_then(uri_of)
            .map(|uri| without_signature(uri).to_owned()),
        source: source.path.to_owned(),
        raw,
    };
    Some((album, records))
}

fn member(medium: &Value, album: &str, position: u32, source: &Source<'_>) -> Option<Record> {
    let mut record = source.record(Kind::Post, uri_of(medium)?);
    record.facts = facts_of(medium);
    record.facts.albums = vec![membership(album, position)];
    record.raw = raw_record(medium, &Map::new());
    if let Some(raw) = record.raw.as_object_mut() {
        raw.insert("album".to_owned(), json!(album));
    }
    Some(record)
}

/// Returns the membership of the medium at a place of an album.
pub(crate) fn membership(album: &str, position: u32) -> Membership {
    Membership {
        album: album.to_owned(),
        position: Some(position),
    }
}

/// Returns the identity of an album over all archives of an account.
///
/// Nothing in the files is one: numbers of files and tokens of folders change from archive to archive, and titles
/// repeat ("Untitled album"). Ids of photos stay and grow, so title and smallest id are as good as it gets.
pub(crate) fn album_key<'a>(title: &str, uris: impl Iterator<Item = &'a str>) -> String {
    let first = uris
        .map(|uri| key_of(without_signature(uri)))
        .min_by(|a, b| {
            // Numbers of different length: the shorter is the smaller.
            (a.len(), a).cmp(&(b.len(), b))
        });
    match first {
        Some(first) => format!("{title}/{first}"),
        None => title.to_owned(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use model::record::Edition;

    const SOURCE: Source<'_> = Source {
        path: "posts/album/0.json",
        account: Some("anna"),
        edition: Edition::Json,
    };

    fn read(album: Value) -> Option<(AlbumRecord, Vec<Record>)> {
        album_of(album.as_object().unwrap(), &SOURCE)
    }

    #[test]
    fn an_album_has_text_cover_and_members_in_order() {
        let photo = |id: &str| json!({"uri": format!("posts/media/Trip_Ab-c123XyZ/{id}.jpg"), "creation_timestamp": 1_500_000_000});
        let (album, records) = read(json!({"name": "Trip", "description": "with @[1:2:Ben]\r\n", "last_modified_timestamp": 7,
            "photos": [photo("10152345678901236"), photo("10152345678901234")], "cover_photo": photo("10152345678901234")}))
        .unwrap();
        assert_eq!(album.title, "Trip");
        assert_eq!(album.description.as_deref(), Some("with Ben\n"));
        assert_eq!(
            album.cover.as_deref(),
            Some("posts/media/Trip_Ab-c123XyZ/10152345678901234.jpg")
        );
        assert_eq!(album.key, "Trip/10152345678901234");
        assert_eq!(album.raw["last_modified_timestamp"], 7);
        assert!(album.raw.get("photos").is_none());
        let members: Vec<_> = records
            .iter()
            .map(|record| (record.key.as_str(), record.facts.albums.clone()))
            .collect();
        assert_eq!(
            members,
            [
                ("10152345678901236", vec![membership(&album.key, 0)]),
                ("10152345678901234", vec![membership(&album.key, 1)])
            ]
        );
    }

    #[test]
    fn a_single_photo_may_stand_without_a_list_and_placeholders_are_no_members() {
        let (album, records) = read(json!({"name": "", "photos": {"uri": "posts/a_1/b.jpg"},
            "cover_photo": {"uri": "posts/a_1/emptyalbum_1.png"}}))
        .unwrap();
        assert_eq!(
            (album.key.as_str(), album.cover, records.len()),
            ("/b", None, 1)
        );
        let (album, records) =
            read(json!({"name": "Empty", "photos": [{"uri": "posts/x/emptyalbum_7.png"}]}))
                .unwrap();
        assert_eq!((album.key.as_str(), records.len()), ("Empty", 0));
    }

    #[test]
    fn other_objects_are_no_albums() {
        for object in [
            json!({}),
            json!({"name": "x"}),
            json!({"photos": []}),
            json!({"name": 3, "photos": []}),
            json!({"name": "x", "photos": "y"}),
        ] {
            assert!(read(object.clone()).is_none(), "{object}");
        }
    }

    #[test]
    fn the_smallest_id_is_the_one_with_the_fewest_digits() {
        assert_eq!(
            album_key("t", ["p/100.jpg", "p/99.jpg"].into_iter()),
            "t/99"
        );
    }
}
