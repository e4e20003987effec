//! What the path of an entry tells by itself: litter of systems, extensions, the media id Meta puts into names, and where a
//! service's data begins.

use std::collections::BTreeSet;

/// Extensions media files carry. They may lie about the type; they only tell that the file is a medium.
const MEDIA_EXTENSIONS: &[&str] = &[
    "jpg", "jpeg", "jpe", "png", "webp", "gif", "heic", "heif", "avif", "tif", "tiff", "bmp",
    "jxl", "dng", "raw", "mp4", "m4v", "mov", "avi", "mkv", "webm", "mpg", "mpeg", "wmv", "3gp",
    "3g2", "mp3", "m4a", "aac", "ogg", "oga", "opus", "wav",
];

/// Extensions of subtitles, which are companions of a video.
const SUBTITLE_EXTENSIONS: &[&str] = &["srt", "vtt"];

/// Returns whether a system or packer left this file: `__MACOSX`, `._…`, `.DS_Store`, `Thumbs.db`, `desktop.ini`.
pub fn is_system_file(path: &str) -> bool {
    let name = file_name(path);
    name.starts_with("._")
        || [".DS_Store", "Thumbs.db", "desktop.ini"]
            .iter()
            .any(|litter| name.eq_ignore_ascii_case(litter))
        || path.split('/').any(|part| part == "__MACOSX")
}

/// Finds the folders in which a service's data begins, among the entry paths of one part: where `is_marker` knows the rest of a
/// path. Each ends in a slash; `""` is the top.
pub fn roots_by(paths: &[&str], is_marker: fn(&[&str]) -> bool) -> Vec<String> {
    let mut roots = BTreeSet::new();
    for path in paths.iter().filter(|path| !is_system_file(path)) {
        let parts: Vec<&str> = path.split('/').collect();
        if let Some(depth) = (0..parts.len()).find(|&depth| is_marker(&parts[depth..])) {
            roots.insert(root_of(&parts[..depth]));
        }
    }
    roots.into_iter().collect()
}

/// Returns the path of a folder, with a slash at its end.
pub fn root_of(folders: &[&str]) -> String {
    folders.iter().map(|folder| format!("{folder}/")).collect()
}

/// Returns the last part of a path or web address, query left off.
pub fn file_name(path: &str) -> &str {
    let path = match is_web_address(path) {
        true => path.split(['?', '#']).next().unwrap_or(path),
        false => path,
    };
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// Returns the extension in lower case, if the name has one.
///
/// What follows the last dot must look like one: names without extension (Instagram videos of 2024) may hold dots.
pub fn extension(path: &str) -> Option<String> {
    extension_of(file_name(path)).map(str::to_ascii_lowercase)
}

/// Returns the extension of a file name as it is written.
fn extension_of(name: &str) -> Option<&str> {
    let (stem, extension) = name.rsplit_once('.')?;
    let looks_right = !stem.is_empty()
        && (1..=5).contains(&extension.len())
        && extension.bytes().all(|byte| byte.is_ascii_alphanumeric());
    looks_right.then_some(extension)
}

/// Returns whether a path has one of these extensions, in whatever case.
fn has_extension(path: &str, wanted: &[&str]) -> bool {
    extension_of(file_name(path))
        .is_some_and(|found| wanted.iter().any(|one| one.eq_ignore_ascii_case(found)))
}

/// Returns the file name without its extension.
pub fn stem(path: &str) -> &str {
    let name = file_name(path);
    match extension_of(name) {
        Some(extension) => &name[..name.len() - extension.len() - 1],
        None => name,
    }
}

/// Returns whether the extension is that of a photo, video or sound.
pub fn has_media_extension(path: &str) -> bool {
    has_extension(path, MEDIA_EXTENSIONS)
}

/// Returns whether the extension is that of subtitles.
pub fn is_subtitles(path: &str) -> bool {
    has_extension(path, SUBTITLE_EXTENSIONS)
}

/// Returns whether a `uri` is an address on the web instead of a path in the archive.
pub fn is_web_address(uri: &str) -> bool {
    ["http://", "https://"].iter().any(|scheme| {
        uri.get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    })
}

/// Returns what is kept of a path: all of it, but of an address on the web not the signature, which lets anyone fetch the picture.
pub fn without_signature(uri: &str) -> &str {
    match is_web_address(uri) {
        true => uri.split(['?', '#']).next().unwrap_or(uri),
        false => uri,
    }
}

/// Returns the media id Meta puts at the end of file names: `…_n_17912345678901234.jpg`.
///
/// 17 digits in all archives seen; 15 to 20 are taken. It survives renames and moves between exports.
pub fn media_id(path: &str) -> Option<&str> {
    let last = stem(path).rsplit('_').next()?;
    let is_id = (15..=20).contains(&last.len()) && last.bytes().all(|byte| byte.is_ascii_digit());
    is_id.then_some(last)
}

/// Returns the stable key of an item: its media id, else its file name without extension.
pub fn item_key(uri: &str) -> String {
    media_id(uri).unwrap_or_else(|| stem(uri)).to_owned()
}

/// Returns year and month of a `YYYYMM` folder on the way to the file.
pub fn month_folder(path: &str) -> Option<(i16, i8)> {
    let (folders, _) = path.rsplit_once('/')?;
    folders.rsplit('/').find_map(year_and_month)
}

/// Reads `YYYYMM`.
pub fn year_and_month(text: &str) -> Option<(i16, i8)> {
    if text.len() != 6 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let year: i16 = text[..4].parse().ok()?;
    let month: i8 = text[4..].parse().ok()?;
    ((1990..=2100).contains(&year) && (1..=12).contains(&month)).then_some((year, month))
}

/// Form of a record file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// JSON.
    Json,
    /// Web page.
    Html,
}

/// Returns the form of a record file, by its name.
pub fn format_of(path: &str) -> Option<Format> {
    match extension_of(file_name(path))? {
        json if json.eq_ignore_ascii_case("json") => Some(Format::Json),
        html if ["html", "htm"]
            .iter()
            .any(|one| one.eq_ignore_ascii_case(html)) =>
        {
            Some(Format::Html)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn litter_is_known() {
        for (path, litter) in [
            ("__MACOSX/media/posts/._a.jpg", true),
            ("w/__MACOSX/a.jpg", true),
            ("media/._a.jpg", true),
            ("media/.DS_Store", true),
            ("media/thumbs.db", true),
            ("media/posts/a.jpg", false),
            ("MACOSX/a.jpg", false),
        ] {
            assert_eq!(is_system_file(path), litter, "{path}");
        }
    }

    #[test]
    fn names_are_taken_apart() {
        for (path, found, without) in [
            ("media/posts/A.JPG", Some("jpg"), "A"),
            (
                "media/x/AQ-b.c_17912345678901234",
                None,
                "AQ-b.c_17912345678901234",
            ),
            ("media/.hidden", None, ".hidden"),
            ("a/b", None, "b"),
            ("a\\b.srt", Some("srt"), "b"),
            ("https://h.example/v/1_n.jpg?oh=a/b.png", Some("jpg"), "1_n"),
        ] {
            assert_eq!(extension(path).as_deref(), found, "{path}");
            assert_eq!(stem(path), without, "{path}");
        }
        assert!(has_media_extension("a.HEIC") && !has_media_extension("a.json"));
        assert!(is_subtitles("a.vtt") && !is_subtitles("a.mp4"));
    }

    #[test]
    fn keys_are_media_ids_where_there_are_any() {
        for (uri, key) in [
            (
                "media/posts/202405/41_20_n_17912345678901234.jpg",
                "17912345678901234",
            ),
            (
                "media/posts/202607/17912345678901234.webp",
                "17912345678901234",
            ),
            (
                "media/reels/202401/AQabc_17912345678901234",
                "17912345678901234",
            ),
            ("m/123456789012345.jpg", "123456789012345"),
            ("m/12345678901234.jpg", "12345678901234"),
            ("m/123456789012345678901.jpg", "123456789012345678901"),
            (
                "photos/201908/0123456789abcdef0123456789abcdef.jpg",
                "0123456789abcdef0123456789abcdef",
            ),
            ("media/other/a.b.jpg", "a.b"),
        ] {
            assert_eq!(item_key(uri), key, "{uri}");
        }
        assert_eq!(media_id("m/12345678901234.jpg"), None);
        assert_eq!(media_id("m/ab17912345678901234.jpg"), None);
    }

    #[test]
    fn months_come_from_folders_only() {
        for (path, month) in [
            ("media/posts/202405/a.jpg", Some((2024, 5))),
            ("media/posts/202413/a.jpg", None),
            ("media/other/202405.jpg", None),
            ("media/other/a.jpg", None),
            ("a.jpg", None),
        ] {
            assert_eq!(month_folder(path), month, "{path}");
        }
    }

    #[test]
    fn web_addresses_are_told_from_paths() {
        assert!(is_web_address("HTTPS://x/y") && is_web_address("http://x"));
        assert!(!is_web_address("httpx/y") && !is_web_address("é") && !is_web_address(""));
    }
}
