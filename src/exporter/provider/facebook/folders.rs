//! Albums of which only their media tell: an archive may lack `album/N.json`, and each medium still names its album and
//! lies in its folder.

use std::collections::{BTreeMap, BTreeSet};

use crate::classify::{has_media_extension, is_web_address};
use crate::facebook::layout::album_name;
use model::kind::Kind;
use model::record::{Membership, Record};

/// Finds the albums that no album's file tells of, and their members: index of the record, and the membership.
///
/// A folder is left alone if any of its media is in an album that a file tells of, and so is a medium that is in one by
/// another archive. What an album is called is in its key: that file may come tomorrow, and then nothing of this remains.
pub(crate) fn memberships(records: &[Record]) -> Vec<(usize, Membership)> {
    let told = Told::of(records);
    let mut folders: BTreeMap<(Option<&str>, &str), Vec<usize>> = BTreeMap::new();
    for (index, record) in records.iter().enumerate() {
        if let Some(folder) = folder_of(record).filter(|folder| !told.has(record, folder)) {
            let of = (record.account.as_deref(), folder);
            folders.entry(of).or_default().push(index);
        }
    }
    let mut found = Vec::new();
    for ((_, folder), members) in folders {
        let Some(title) = title_of(records, &members, folder) else {
            continue;
        };
        let keys = members.iter().map(|index| records[*index].key.as_str());
        let first = keys.min_by_key(|key| (key.len(), *key)).unwrap_or_default();
        // The title comes last: an album that no file describes is called by the last part of its key.
        let album = format!("media/{first}/{}", title.replace('/', "\u{2215}"));
        found.extend(members.into_iter().map(|index| {
            let album = album.clone();
            let position = None;
            (index, Membership { album, position })
        }));
    }
    found.sort();
    found
}

/// Folders and media that are in albums which files tell of.
struct Told<'a> {
    folders: BTreeSet<&'a str>,
    keys: BTreeSet<&'a str>,
}

impl<'a> Told<'a> {
    fn of(records: &'a [Record]) -> Self {
        let in_albums = || records.iter().filter(|r| !r.facts.albums.is_empty());
        Self {
            folders: in_albums().filter_map(folder_of).collect(),
            keys: in_albums().map(|record| record.key.as_str()).collect(),
        }
    }

    fn has(&self, record: &Record, folder: &str) -> bool {
        self.folders.contains(folder) || self.keys.contains(record.key.as_str())
    }
}

/// Returns the folder of an album that a medium lies in.
fn folder_of(record: &Record) -> Option<&str> {
    let foreign = is_web_address(&record.uri) || matches!(record.kind, Kind::Message | Kind::Story);
    let mut parts = record.uri.rsplit(['/', '\\']);
    let folder = parts.nth(1).filter(|_| !foreign)?;
    album_name(folder).map(|_| folder)
}

/// Returns what most media of a folder call their album; the folder's own name, if they do not agree.
fn title_of(records: &[Record], members: &[usize], folder: &str) -> Option<String> {
    let mut titles: BTreeMap<&str, usize> = BTreeMap::new();
    for index in members {
        let hints = records[*index].facts.hints.as_ref();
        let title = hints.and_then(|hints| hints.album.as_deref());
        // Some titles are names of files.
        if let Some(title) = title.filter(|title| !has_media_extension(title)) {
            *titles.entry(title).or_default() += 1;
        }
    }
    let most = titles
        .into_iter()
        .find(|(_, times)| times * 2 > members.len());
    most.map_or_else(
        || album_name(folder).map(str::to_owned),
        |(title, _)| Some(title.to_owned()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::record::{Edition, Hints, RecordFacts};

    fn record(uri: &str, title: Option<&str>, album: Option<&str>) -> Record {
        let hints = title.map(|title| Hints {
            album: Some(title.to_owned()),
            ..Hints::default()
        });
        let album = album.map(|album| Membership {
            album: album.to_owned(),
            position: Some(0),
        });
        Record {
            provider: "facebook".to_owned(),
            account: None,
            export: None,
            kind: Kind::Post,
            source: "posts/your_posts_1.json".to_owned(),
            edition: Edition::Json,
            uri: uri.to_owned(),
            key: super::super::media::key_of(uri),
            post: None,
            companions: Vec::new(),
            facts: RecordFacts {
                hints: hints.map(Box::new),
                albums: album.into_iter().collect(),
                ..RecordFacts::default()
            },
            raw: serde_json::Value::Null,
        }
    }

    fn found(records: &[Record]) -> Vec<(usize, String)> {
        let found = memberships(records).into_iter();
        found.map(|(index, member)| (index, member.album)).collect()
    }

    #[test]
    fn the_title_of_its_media_names_an_album_that_has_no_file() {
        let folder = "photos_and_videos/MobileUploads_v0SYVLIUiA";
        let records = [
            record(
                &format!("{folder}/10152345678901236.jpg"),
                Some("Mobile uploads"),
                None,
            ),
            record(
                &format!("{folder}/10152345678901234.jpg"),
                Some("Mobile uploads"),
                None,
            ),
            record(
                &format!("{folder}/10152345678901238.jpg"),
                Some("IMG_1.jpg"),
                None,
            ),
            record(
                "posts/media/your_posts/10152345678901299.jpg",
                Some("Other"),
                None,
            ),
            record(
                "posts/media/TripaB_v0SYVLIUib/1.jpg",
                Some("Trip 5/6"),
                None,
            ),
        ];
        let album = "media/10152345678901234/Mobile uploads".to_owned();
        let trip = "media/1/Trip 5\u{2215}6".to_owned();
        assert_eq!(
            found(&records),
            [
                (0, album.clone()),
                (1, album.clone()),
                (2, album),
                (4, trip)
            ]
        );
    }

    #[test]
    fn the_folder_names_it_where_the_media_do_not() {
        let records = [
            record(
                "photos_and_videos/InstagramPhotos_580123456789/1_580.jpg",
                None,
                None,
            ),
            record(
                "photos_and_videos/InstagramPhotos_580123456789/2_580.jpg",
                Some("a"),
                None,
            ),
            record(
                "photos_and_videos/InstagramPhotos_580123456789/3_580.jpg",
                Some("b"),
                None,
            ),
        ];
        let names: BTreeSet<String> = found(&records)
            .into_iter()
            .map(|(_, album)| album)
            .collect();
        assert_eq!(names.len(), 1);
        assert!(
            names.iter().all(|name| name.ends_with("/InstagramPhotos")),
            "{names:?}"
        );
    }

    #[test]
    fn a_file_that_tells_of_the_album_is_believed_alone() {
        let folder = "posts/media/Trip_v0SYVLIUiA";
        let records = [
            record(
                &format!("{folder}/10152345678901236.jpg"),
                None,
                Some("Trip/1"),
            ),
            record(
                &format!("{folder}/10152345678901234.jpg"),
                Some("Trip"),
                None,
            ),
            // The same photo in an archive of another year.
            record(
                "posts/media/Trip_w1TYVLIUib/10152345678901236.jpg",
                Some("Trip"),
                None,
            ),
            record(
                "https://h.example/Trip_v0SYVLIUic/3.jpg",
                Some("Trip"),
                None,
            ),
        ];
        assert!(found(&records).is_empty(), "{:?}", found(&records));
    }
}
