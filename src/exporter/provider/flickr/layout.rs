//! Where Flickr puts what: recognises its archives by names, says what each path holds, and reads ids out of names of media.

use std::collections::BTreeMap;

use crate::classify::{extension, file_name, has_media_extension, is_system_file, root_of, stem};

/// What a path below the archive's root holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Left by a system or packer.
    System,
    /// `photo_<id>.json`: all that is known of one photo or video.
    Photo,
    /// `albums.json`.
    Albums,
    /// `account_profile.json`.
    Profile,
    /// A record file about other things: favourites of other people's photos, contacts, mail.
    OtherRecords,
    /// A photo or video.
    Media,
    /// None of these.
    Unknown,
}

/// Beginnings of the names of record files that are not about the owner's media.
const OTHER_RECORDS: &[&str] = &[
    "account_testimonials",
    "contacts",
    "faves",
    "followers",
    "galleries",
    "galleries_comments",
    "group_discussions",
    "groups",
    "photos_comments",
    "received_flickrmail",
    "sent_flickrmail",
    "sets_comments",
];

/// Digits of the ids that stand anywhere in a name. Those of the first year have fewer, and are told by their place alone.
const ID_DIGITS: std::ops::RangeInclusive<usize> = 8..=12;

/// Returns what a path below the archive's root holds.
pub(crate) fn place_of(path: &str) -> Place {
    if is_system_file(path) {
        return Place::System;
    }
    let name = file_name(path);
    match extension(name).as_deref() {
        Some("json") if photo_id(name).is_some() => Place::Photo,
        Some("json") => match stem(name) {
            "albums" => Place::Albums,
            "account_profile" => Place::Profile,
            other if OTHER_RECORDS.contains(&without_part(other)) => Place::OtherRecords,
            _ => Place::Unknown,
        },
        _ if has_media_extension(name) => Place::Media,
        _ if first_id(name).is_some() => Place::Media,
        _ => Place::Unknown,
    }
}

/// Takes the number of a list that is cut into several off its name: `faves_part001`, `galleries001`.
fn without_part(stem: &str) -> &str {
    let stem = stem.trim_end_matches(|c: char| c.is_ascii_digit());
    let stem = stem.strip_suffix("part").unwrap_or(stem);
    stem.trim_end_matches('_')
}

/// Returns the id in the name of a photo's record file.
pub(crate) fn photo_id(path: &str) -> Option<&str> {
    let name = file_name(path);
    let id = name.strip_prefix("photo_")?.strip_suffix(".json")?;
    is_number(id).then_some(id)
}

fn is_number(text: &str) -> bool {
    text.len() <= *ID_DIGITS.end() && is_digits(text)
}

/// Returns the ids a medium's name may mean, the likeliest first: `<title>_<id>_o.jpg`, `<title>_<id>.mp4` or
/// `<id>_<secret>_o.jpg`, where a title may hold numbers, too.
pub(crate) fn ids(path: &str) -> Vec<&str> {
    let stem = stem(path);
    let stem = stem.strip_suffix("_o").unwrap_or(stem);
    let parts: Vec<&str> = stem.split('_').collect();
    let mut found = Vec::new();
    let mut note = |part| {
        if !found.contains(&part) {
            found.push(part);
        }
    };
    if let Some(last) = parts.last().filter(|last| is_number(last)) {
        note(*last);
    }
    if let [id, secret] = parts.as_slice()
        && is_number(id)
        && secret.bytes().all(|byte| byte.is_ascii_hexdigit())
    {
        note(*id);
    }
    for part in parts.iter().rev() {
        if is_number(part) && ID_DIGITS.contains(&part.len()) {
            note(*part);
        }
    }
    found
}

/// Returns the likeliest id where the name has the shape of a medium of Flickr's.
pub(crate) fn first_id(path: &str) -> Option<&str> {
    ids(path)
        .into_iter()
        .find(|id| ID_DIGITS.contains(&id.len()))
}

/// Finds the roots of Flickr's data among the entry paths of one part: each folder that holds record files of photos or media.
///
/// A zip of media has no record file, so names alone must tell. Most of its files are media with an id, some end in `_o`, as
/// only Flickr's originals do, and names of numbers alone are Facebook's.
pub(crate) fn roots(paths: &[&str]) -> Vec<String> {
    let mut folders: BTreeMap<Vec<&str>, Folder> = BTreeMap::new();
    for path in paths.iter().filter(|path| !is_system_file(path)) {
        let mut parts: Vec<&str> = path.split('/').collect();
        let name = parts.pop().unwrap_or_default();
        folders.entry(parts).or_default().note(name);
    }
    let all = folders
        .values()
        .copied()
        .fold(Folder::default(), Folder::and);
    let has_records = folders.values().any(Folder::is_of_records);
    if !has_records && !all.is_of_media() {
        return Vec::new();
    }
    let holds_media = |folder: &Folder| folder.originals > 0 || folder.is_of_media();
    let is_root = |folder: &Folder| folder.is_of_records() || holds_media(folder);
    let found = folders.iter().filter(|(_, folder)| is_root(folder));
    let mut found: Vec<String> = found.map(|(parts, _)| root_of(parts)).collect();
    // What lies in a folder of a root is the root's.
    let all = found.clone();
    found.retain(|root| {
        !all.iter()
            .any(|other| other != root && root.starts_with(other.as_str()))
    });
    found
}

/// What the names of a folder's files tell.
#[derive(Debug, Clone, Copy, Default)]
struct Folder {
    files: usize,
    /// Record files of photos, and others that only Flickr has.
    records: usize,
    /// Record files whose names are anybody's one by one: albums and profile.
    common: usize,
    /// Media with an id.
    media: usize,
    /// Those among them that only Flickr names so.
    originals: usize,
    /// Videos with an id behind a title: of videos Flickr gives no originals.
    films: usize,
}

impl Folder {
    fn note(&mut self, name: &str) {
        self.files += 1;
        // Ids of a few digits are no mark: `photo_1.json` may be anybody's.
        let id = photo_id(name).filter(|id| ID_DIGITS.contains(&id.len()));
        let is_mail =
            stem(name).contains("_flickrmail") && extension(name).as_deref() == Some("json");
        self.records += usize::from(id.is_some() || is_mail);
        let place = place_of(name);
        self.common += usize::from(matches!(place, Place::Albums | Place::Profile));
        self.media += usize::from(has_media_extension(name) && first_id(name).is_some());
        self.originals += usize::from(is_original(name));
        self.films += usize::from(is_film(name));
    }

    fn and(self, other: Self) -> Self {
        Self {
            files: self.files + other.files,
            records: self.records + other.records,
            common: self.common + other.common,
            media: self.media + other.media,
            originals: self.originals + other.originals,
            films: self.films + other.films,
        }
    }

    fn is_of_records(&self) -> bool {
        self.records > 0 || self.common > 1
    }

    /// Most are media with an id, and one can only be Flickr's, or all are its videos: a last zip may hold nothing else.
    fn is_of_media(&self) -> bool {
        let marked = self.originals > 0 || self.films == self.files;
        marked && self.files > 0 && self.media * 5 >= self.files * 4
    }
}

/// Says whether a name is that of an original of Flickr's. Facebook once wrote `<number>_<number>_<number>_o.jpg`.
fn is_original(name: &str) -> bool {
    let Some(before) = stem(name).strip_suffix("_o") else {
        return false;
    };
    let only_numbers = before.contains('_') && before.split('_').all(is_digits);
    has_media_extension(name) && first_id(name).is_some() && !only_numbers
}

/// Says whether a name is `<title>_<id>.mp4`. Cameras and phones write capitals, and dates of eight digits.
fn is_film(name: &str) -> bool {
    const FILMS: &[&str] = &["mp4", "mov", "m4v", "avi", "mpg", "mpeg", "wmv", "3gp"];
    let Some((title, id)) = stem(name).rsplit_once('_') else {
        return false;
    };
    let is_id = is_number(id) && id.len() >= 10;
    let is_title = title.bytes().any(|byte| byte.is_ascii_lowercase())
        && !title.bytes().any(|byte| byte.is_ascii_uppercase());
    is_id && is_title && extension(name).is_some_and(|found| FILMS.contains(&found.as_str()))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn archives_are_known_by_what_only_flickr_has() {
        for (paths, expected) in [
            (vec!["albums.json", "photo_12345678901.json"], vec![""]),
            (
                vec!["x/photo_12345678901.json", "x/albums.json", "x/a.txt"],
                vec!["x/"],
            ),
            (vec!["sunset_12345678901_o.jpg"], vec![""]),
            (
                vec!["12345678901_0a1b2c3d4e_o.png", "clip_12345678902.mp4"],
                vec![""],
            ),
            (
                vec![
                    "f/data-download-1/a_12345678901_o.jpg",
                    "f/1_ab_part1/photo_12345678901.json",
                ],
                vec!["f/1_ab_part1/", "f/data-download-1/"],
            ),
            (vec!["waves_12345678901.mp4"], vec![""]),
            (
                vec!["d-1/waves_12345678901.mp4", "x/photo_12345678901.json"],
                vec!["d-1/", "x/"],
            ),
            (vec!["PXL_1234567890.mp4", "vid_20150607.mp4"], vec![]),
            (vec!["waves_12345678901.mp4", "b.mp4"], vec![]),
            // Facebook's name, a name by chance among others, and files that say nothing.
            (vec!["12345678_1234567890_12345678_o.jpg"], vec![]),
            (
                vec!["a_12345678901_o.jpg", "a_12345678901_o.jpg.json", "b.jpg"],
                vec![],
            ),
            (vec!["albums.json", "account_profile.json"], vec![""]),
            (vec!["sent_flickrmail_part001.json"], vec![""]),
            (vec!["albums.json"], vec![]),
            (vec!["a/albums.json", "b/account_profile.json"], vec![]),
            (vec!["photo_1.json"], vec![]),
            (vec!["photo_12345678901.jpg"], vec![]),
        ] {
            assert_eq!(roots(&paths), expected, "{paths:?}");
        }
    }

    #[test]
    fn each_path_has_its_place() {
        for (path, place) in [
            ("photo_12345678901.json", Place::Photo),
            ("photo_7.json", Place::Photo),
            ("photo_x.json", Place::Unknown),
            ("albums.json", Place::Albums),
            ("account_profile.json", Place::Profile),
            ("faves_part001.json", Place::OtherRecords),
            ("contacts_part12.json", Place::OtherRecords),
            ("galleries.json", Place::OtherRecords),
            ("galleries001.json", Place::OtherRecords),
            ("moments.json", Place::Unknown),
            ("sunset_12345678901_o.jpg", Place::Media),
            ("sunset_12345678901", Place::Media),
            ("x.heic", Place::Media),
            ("readme.txt", Place::Unknown),
            (".DS_Store", Place::System),
        ] {
            assert_eq!(place_of(path), place, "{path}");
        }
    }

    #[test]
    fn ids_are_read_from_the_right() {
        for (path, expected) in [
            ("sunset_12345678901_o.jpg", vec!["12345678901"]),
            ("clip_12345678901.mp4", vec!["12345678901"]),
            ("12345678901_0a1b2c3d4e_o.jpg", vec!["12345678901"]),
            (
                "12345678901_1234567890_o.jpg",
                vec!["1234567890", "12345678901"],
            ),
            (
                "img_20150607_12345678901_o.jpg",
                vec!["12345678901", "20150607"],
            ),
            ("old_4711_o.jpg", vec!["4711"]),
            ("img20150607.jpg", vec![]),
            ("_o.jpg", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(ids(path), expected, "{path}");
        }
    }
}
