//! Albums in their own order, as `albums.json` of the library keeps them.

use std::collections::HashMap;
use std::path::Path;

use serde_json::{Value, json};

use disk::regular;
use model::content_hash::ContentHash;
use model::record;
use monitor::{Monitor, Warning};
use writer::albums_file::{ALBUMS, Album, read_albums};

use super::pictures::{Have, Use, id};
use super::record::album_id;

/// Where what is shown stands: path in the library to month and hash.
pub(crate) type Shown<'a> = HashMap<&'a str, (&'a str, ContentHash)>;

/// Reads the albums of a library. Without a list there are none; a damaged one is told.
pub(crate) fn read(root: &Path, monitor: &dyn Monitor) -> Vec<Album> {
    let Ok(text) = regular::read_to_string(&root.join(ALBUMS)) else {
        return Vec::new();
    };
    read_albums(&text).unwrap_or_else(|error| {
        monitor.warn(Warning {
            subject: ALBUMS.to_owned(),
            message: format!("albums are left out: {error}"),
        });
        Vec::new()
    })
}

/// An album for the pages.
#[derive(Debug, PartialEq)]
pub(crate) struct AlbumPage {
    /// Its id, which names its file.
    pub id: String,
    /// Its line in the list of albums, without the digest of its file.
    pub line: Vec<Value>,
    /// Its members in order: month and id.
    pub members: Value,
}

/// Returns the pages of the albums of which anything is shown, by title.
pub(crate) fn pages(albums: &[Album], shown: &Shown<'_>, have: &Have) -> Vec<AlbumPage> {
    let mut pages: Vec<(&str, AlbumPage)> = albums
        .iter()
        .filter_map(|album| Some((album.title.as_str(), page(album, shown, have)?)))
        .collect();
    pages.sort_by(|a, b| (a.0, &a.1.id).cmp(&(b.0, &b.1.id)));
    pages.into_iter().map(|(_, page)| page).collect()
}

fn page(album: &Album, shown: &Shown<'_>, have: &Have) -> Option<AlbumPage> {
    let members: Vec<&(&str, ContentHash)> = album
        .members
        .iter()
        .filter_map(|member| shown.get(member.path.as_str()))
        .collect();
    if members.is_empty() {
        return None;
    }
    let cover = album
        .cover
        .iter()
        .filter_map(|cover| shown.get(cover.as_str()));
    let cover = cover
        .chain(members.iter().copied())
        .find(|(_, hash)| have.has(Use::Thumb, hash));
    let key = record::album_id(&album.provider, album.account.as_deref(), &album.key);
    let id_of_album = album_id(&key);
    Some(AlbumPage {
        line: vec![
            json!(id_of_album),
            json!(album.title),
            json!(album.description),
            json!(album.provider),
            json!(members.len()),
            json!(cover.map(|(_, hash)| id(hash))),
        ],
        id: id_of_album,
        members: members
            .iter()
            .map(|(month, hash)| json!([month, id(hash)]))
            .collect(),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use model::library_path::LibraryPath;
    use writer::albums_file::Member;

    #[test]
    fn only_what_is_shown_is_in_an_album_and_order_is_kept() {
        let path = |text: &str| LibraryPath::parse(text).unwrap();
        let member = |text: &str| Member {
            path: path(text),
            caption: None,
        };
        let album = |key: &str, members: &[&str]| Album {
            provider: "p".into(),
            account: None,
            key: key.into(),
            title: "Sea".into(),
            description: None,
            cover: Some(path("hidden.jpg")),
            members: members.iter().map(|text| member(text)).collect(),
            records: vec![],
        };
        let albums = [
            album("1", &["b.jpg", "hidden.jpg", "a.jpg"]),
            album("2", &["hidden.jpg"]),
        ];
        let (a, b) = (ContentHash([1; 32]), ContentHash([2; 32]));
        let shown = Shown::from([("a.jpg", ("2023-07", a)), ("b.jpg", ("2021-01", b))]);
        let pages = pages(&albums, &shown, &Have::default());
        assert_eq!(pages.len(), 1);
        assert_eq!(pages[0].id, album_id("p//1"));
        assert_eq!(
            pages[0].members,
            json!([["2021-01", id(&b)], ["2023-07", id(&a)]])
        );
        assert_eq!(pages[0].line[4..], [json!(2), Value::Null]);
    }
}
