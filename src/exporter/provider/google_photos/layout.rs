//! Recognises Google Photos archives by entry names, and the export a part belongs to by its file name.

use std::collections::{BTreeSet, HashSet};

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

use super::extensions::is_media;
use super::folders::is_googles_year;
use super::names::{nfc, predict, readings, split, take_apart};

/// Names of the service folder by language. Hints: a folder with sidecars in its folders is one, too.
const SERVICES: &[&str] = &[
    "google photos",
    "google fotos",
    "google foto",
    "google foto's",
    "google foto_s",
    "zdjęcia google",
    "fotky google",
    "fotkygoogle",
    "google foton",
    "google bilder",
    "google billeder",
    "google kuvat",
    "google fotók",
    "google fotoğraflar",
    "google фото",
    "google снимки",
    "google フォト",
    "google 포토",
    "google 相册",
    "google 相簿",
    "photos google",
];

/// Folder at the top of every part, in all languages.
const TAKEOUT: &str = "Takeout";

/// Index page of an export, beside the service folder.
pub(crate) const INDEX_PAGE: &str = "archive_browser.html";

/// Says whether this is the name of the service folder in a known language.
pub(crate) fn is_service(folder: &str) -> bool {
    let folder = nfc(folder).to_lowercase().replace('’', "'");
    SERVICES.contains(&folder.trim())
}

/// Finds the roots of Google Photos data: the folder that holds the service folder and the index page.
///
/// So paths begin with the service folder (`Google Photos/Rome/a.jpg`), or with its children where it was given alone.
/// Within a path only the last folder and the file name mean anything, so both name the same item.
pub(crate) fn recognize(paths: &[&str]) -> Vec<String> {
    let mut roots: BTreeSet<&str> = paths
        .iter()
        .filter_map(|path| root_by_folder(path))
        .collect();
    if roots.is_empty() {
        roots = roots_by_pairs(paths);
    }
    let mut kept: Vec<String> = Vec::new();
    for root in roots {
        // Sorted, so a root comes right before those inside it.
        if !kept.iter().any(|outer| root.starts_with(outer.as_str())) {
            kept.push(root.to_owned());
        }
    }
    kept
}

/// The root an entry shows by the names of its folders.
fn root_by_folder(path: &str) -> Option<&str> {
    let mut start = 0;
    let mut found = None;
    for (end, _) in path.match_indices('/') {
        let folder = &path[start..end];
        let below = &path[end + 1..];
        if folder.eq_ignore_ascii_case(TAKEOUT) && shows_photos(below) {
            return Some(&path[..end + 1]);
        }
        if found.is_none() && (is_service(folder) || is_googles_year(folder)) {
            found = Some(&path[..start]);
        }
        start = end + 1;
    }
    found
}

/// Says whether an entry below `Takeout/` speaks for Google Photos: index page, service folder, year folder, a
/// sidecar, or a medium two folders deep (a part may hold nothing else, and its language may be unknown).
fn shows_photos(below: &str) -> bool {
    let parts: Vec<&str> = below.split('/').collect();
    match parts.as_slice() {
        [file] => *file == INDEX_PAGE,
        [service, folder, file] => {
            is_service(service)
                || is_googles_year(folder)
                || is_sidecar_name(file)
                || is_media(split(file).1)
        }
        [first, ..] => is_service(first) || is_googles_year(first),
        [] => false,
    }
}

/// `x.jpg.supplemental-metadata.json`, `x.jpg.json`, `x.jpg(1).json`.
pub(crate) fn is_sidecar_name(file: &str) -> bool {
    take_apart(file).is_some_and(|name| {
        let title = name.title.unwrap_or(name.body);
        is_media(split(title).1)
    })
}

/// Roots by media that have a sidecar beside them: a year or day folder alone, an album folder alone.
fn roots_by_pairs<'a>(paths: &[&'a str]) -> BTreeSet<&'a str> {
    let all: HashSet<&str> = paths.iter().copied().collect();
    paths
        .iter()
        .filter(|path| has_sidecar(path, &all))
        .map(|path| parent(parent(path).trim_end_matches('/')))
        .collect()
}

fn has_sidecar(path: &str, all: &HashSet<&str>) -> bool {
    let folder = parent(path);
    let name = nfc(&path[folder.len()..]);
    is_media(split(&name).1)
        && readings(&name)
            .iter()
            .flat_map(predict)
            .any(|prediction| all.contains(format!("{folder}{}", prediction.name).as_str()))
}

/// Returns the folder of a path with its `/`, or nothing.
fn parent(path: &str) -> &str {
    path.rfind('/').map_or("", |at| &path[..=at])
}

/// Returns the export a part belongs to: `takeout-20240101T000000Z`, whatever group and number follow.
///
/// The group (`-3-001`) is not understood, so all groups of one stamp are one export. `None` for renamed parts.
pub(crate) fn export_id(part_name: &str) -> Option<String> {
    const PREFIX: &str = "takeout-";
    const STAMP: &str = "00000000T000000Z";
    let name = part_name.rsplit(['/', '\\']).next()?;
    let start = name.get(..PREFIX.len())?;
    let stamp = name.get(PREFIX.len()..PREFIX.len() + STAMP.len())?;
    let shaped = stamp
        .bytes()
        .zip(STAMP.bytes())
        .all(|(c, shape)| match shape {
            b'0' => c.is_ascii_digit(),
            other => c == other,
        });
    (start.eq_ignore_ascii_case(PREFIX) && shaped).then(|| format!("{PREFIX}{stamp}"))
}

/// Returns when an export was asked for: its name is the time, in UTC. What was taken later cannot be in it.
pub(crate) fn made_at(export: &str) -> Option<Timestamp> {
    let stamp = export.get("takeout-".len()..)?.strip_suffix('Z')?;
    let made = DateTime::strptime("%Y%m%dT%H%M%S", stamp).ok()?;
    Offset::UTC.to_timestamp(made).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_roots_by_names_in_any_wrapping() {
        for (paths, expected) in [
            (
                &["Takeout/Google Photos/Photos from 2023/a.jpg"][..],
                &["Takeout/"][..],
            ),
            (&["Takeout/archive_browser.html"], &["Takeout/"]),
            (&["Takeout/Fényképek/2016 nyár/a.jpg.json"], &["Takeout/"]),
            (&["Takeout/ของฉัน/โรม/VID_1.mp4"], &["Takeout/"]),
            (
                &[
                    "x/Takeout/Google Фото/Рим/a.jpg",
                    "y/Takeout/Google Фото/Рим/b.jpg",
                ],
                &["x/Takeout/", "y/Takeout/"],
            ),
            (&["Google Foto_s/Rome/a.jpg"], &[""]),
            (&["mine/Google Fotos/Rom/a.jpg"], &["mine/"]),
            (&["Photos from 2023/a.jpg", "Rome/a.jpg"], &[""]),
            (&["mine/Photos from 2023/a.jpg"], &["mine/"]),
            (&["a.jpg", "a.jpg.json"], &[""]),
            (&["2016-05-21/a(1).jpg", "2016-05-21/a.jpg(1).json"], &[""]),
            (&["Takeout/Mail/All mail.mbox", "Takeout/Drive/a.pdf"], &[]),
            (&["photos/a.jpg", "photos/b.jpg.json"], &[]),
            (&["media/posts/202301/a.jpg", "content/posts_1.json"], &[]),
            (&[], &[]),
        ] {
            assert_eq!(recognize(paths), expected, "{paths:?}");
        }
    }

    #[test]
    fn an_export_tells_when_it_was_asked_for() {
        let made = made_at("takeout-20240102T030405Z").map(|made| made.to_string());
        assert_eq!(made.as_deref(), Some("2024-01-02T03:04:05Z"));
        assert_eq!(made_at("takeout-20241302T030405Z"), None);
        assert_eq!(made_at("é"), None);
    }

    #[test]
    fn reads_the_export_off_part_names() {
        for (name, expected) in [
            (
                "takeout-20240101T000000Z-001.zip",
                Some("takeout-20240101T000000Z"),
            ),
            (
                "takeout-20260101T010203Z-3-012.tgz",
                Some("takeout-20260101T010203Z"),
            ),
            (
                "takeout-20240101T000000Z-001 (1).zip",
                Some("takeout-20240101T000000Z"),
            ),
            (
                "Takeout-20240101T000000Z-001",
                Some("takeout-20240101T000000Z"),
            ),
            ("takeout-20240101.zip", None),
            ("takeout-2024010xT000000Z-001.zip", None),
            ("Takeout", None),
            ("ééééééééééé", None),
        ] {
            assert_eq!(export_id(name).as_deref(), expected, "{name}");
        }
    }
}
