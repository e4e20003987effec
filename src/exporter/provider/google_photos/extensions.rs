//! Extensions of media files as Google Photos titles and names bear them.

/// Extensions of still pictures, without dot, lower case.
const STILLS: &[&str] = &[
    "jpg", "jpeg", "jpe", "jfif", "png", "gif", "webp", "heic", "heif", "hif", "avif", "tif",
    "tiff", "bmp", "jxl", "dng", "arw", "cr2", "cr3", "crw", "nef", "nrw", "orf", "raf", "rw2",
    "pef", "srw", "raw", "mpo", "ico",
];
/// Extensions of videos that can be half of a live or motion photo.
const LIVE_VIDEOS: &[&str] = &["mp4", "mov", "m4v", "mp", "mv"];
/// Other video extensions.
const VIDEOS: &[&str] = &[
    "3gp", "3g2", "avi", "mkv", "webm", "mpg", "mpeg", "mts", "m2ts", "wmv", "asf", "flv", "mod",
    "tod", "divx",
];

/// Extensions tried for the still of a motion video whose still is not in the folder.
pub(crate) const LIVE_STILLS: &[&str] = &[".jpg", ".heic", ".png", ".dng"];

fn is_one_of(ext: &str, list: &[&str]) -> bool {
    ext.strip_prefix('.')
        .is_some_and(|ext| list.iter().any(|known| known.eq_ignore_ascii_case(ext)))
}

/// Says whether this is the extension (with dot) of a still picture.
pub(crate) fn is_still(ext: &str) -> bool {
    is_one_of(ext, STILLS)
}

/// Says whether a media name can be the video of a live or motion photo.
///
/// Beside plain videos these are `.MP`, `.MV` and `.MP~2` (Pixel) and `MVIMG_…` without extension (2018).
pub(crate) fn can_be_live_video(stem: &str, ext: &str) -> bool {
    is_one_of(without_version(ext), LIVE_VIDEOS) || (ext.is_empty() && stem.starts_with("MVIMG_"))
}

/// Takes the `~2` off `.MP~2`.
fn without_version(ext: &str) -> &str {
    match ext.split_once('~') {
        Some((plain, digits)) if digits.bytes().all(|b| b.is_ascii_digit()) => plain,
        _ => ext,
    }
}

/// Says whether this is the extension (with dot) of a media file.
pub(crate) fn is_media(ext: &str) -> bool {
    let ext = without_version(ext);
    [STILLS, LIVE_VIDEOS, VIDEOS]
        .iter()
        .any(|list| is_one_of(ext, list))
}

/// Splits a title before its extension, if it has a real one; what follows the last dot of `10.01.15 - 6` is none.
pub(crate) fn known_extension(title: &str) -> Option<(&str, &str)> {
    let (stem, ext) = title.split_at(title.rfind('.')?);
    is_media(ext).then_some((stem, ext))
}

/// Compares extensions as Google spells them: case and `.jpeg`/`.jpg` do not count.
pub(crate) fn same_extension(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b) || (is_jpeg(a) && is_jpeg(b))
}

fn is_jpeg(ext: &str) -> bool {
    is_one_of(ext, &["jpg", "jpeg"])
}

/// Returns the other spelling of a JPEG's extension, in the same case.
pub(crate) fn swapped_spelling(ext: &str) -> Option<&'static str> {
    match ext {
        ".jpg" => Some(".jpeg"),
        ".JPG" => Some(".JPEG"),
        ".jpeg" => Some(".jpg"),
        ".JPEG" => Some(".JPG"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_extensions_from_other_text_after_a_dot() {
        for (title, expected) in [
            ("a.jpg", Some(("a", ".jpg"))),
            ("a.b.HEIC", Some(("a.b", ".HEIC"))),
            ("10.01.15 - 6", None),
            ("PXL.MP~2", Some(("PXL", ".MP~2"))),
            ("PXL.MP~x", None),
            ("plain", None),
            ("a.", None),
        ] {
            assert_eq!(known_extension(title), expected, "{title}");
        }
    }

    #[test]
    fn knows_what_can_be_the_video_of_a_photo() {
        for (stem, ext, expected) in [
            ("IMG_1", ".MP4", true),
            ("IMG_1", ".mov", true),
            ("PXL", ".MP", true),
            ("PXL", ".MP~2", true),
            ("MVIMG_2018", "", true),
            ("IMG_2018", "", false),
            ("IMG_1", ".avi", false),
            ("IMG_1", ".jpg", false),
        ] {
            assert_eq!(can_be_live_video(stem, ext), expected, "{stem}{ext}");
        }
    }

    #[test]
    fn compares_spellings() {
        assert!(same_extension(".JPG", ".jpeg"));
        assert!(same_extension(".HEIC", ".heic"));
        assert!(!same_extension(".jpg", ".png"));
        assert!(!same_extension(".jpg", ""));
        assert_eq!(swapped_spelling(".JPG"), Some(".JPEG"));
        assert_eq!(swapped_spelling(".png"), None);
    }

    #[test]
    fn stills_and_videos_are_apart() {
        for still in STILLS {
            let ext = format!(".{still}");
            assert!(is_still(&ext) && is_media(&ext) && !can_be_live_video("a", &ext));
        }
        for video in VIDEOS.iter().chain(LIVE_VIDEOS) {
            let ext = format!(".{video}");
            assert!(!is_still(&ext) && is_media(&ext));
        }
    }
}
