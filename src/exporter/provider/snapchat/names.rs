//! Takes the names of Snapchat's media apart: day, id, and what the file is to the memory.

use jiff::civil::Date;

use crate::classify::{extension, file_name, stem};
use model::media_type::MediaClass;

/// What a file is to its memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Part {
    /// The photo or video itself.
    Main,
    /// The picture of captions, stickers and drawings laid over it.
    Overlay,
}

/// A file of a memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemoryName<'a> {
    /// Name without ending and part: the identity. One id can recur under several days, and is then another memory.
    pub stem: &'a str,
    /// Day of the memory in UTC; older names have none.
    pub day: Option<Date>,
    /// The id: `sid` or `mid` of the row, as long as rows have addresses.
    pub id: &'a str,
    /// What the file is.
    pub part: Part,
}

/// Takes the name of a file in `memories/` apart: `<day>_<UUID>-main.jpg`, `<UUID>-main.jpg`, `<day>_<UUID>.jpg`, `…-overlay.png`.
pub fn memory_name(path: &str) -> Option<MemoryName<'_>> {
    let whole = stem(path);
    let (stem, part) = match (whole.strip_suffix("-main"), whole.strip_suffix("-overlay")) {
        (Some(stem), _) => (stem, Part::Main),
        (None, Some(stem)) => (stem, Part::Overlay),
        (None, None) => (whole, Part::Main),
    };
    let (day, id) = match day_of(stem) {
        Some((day, id)) => (Some(day), id),
        None => (None, stem),
    };
    (!id.is_empty()).then_some(MemoryName {
        stem,
        day,
        id,
        part,
    })
}

/// Says whether a name is one only Snapchat gives: it holds a UUID and says which part of a memory it is, or its day.
pub fn is_told_apart(path: &str) -> bool {
    let suffixed = stem(path).ends_with("-main") || stem(path).ends_with("-overlay");
    let dated = memory_name(path).is_some_and(|name| name.day.is_some());
    is_of_a_memory(path) && (suffixed || dated)
}

/// Says whether a name in `memories/` tells which memory the file is of: by its id, a UUID in all archives seen.
pub fn is_of_a_memory(path: &str) -> bool {
    memory_name(path).is_some_and(|name| is_uuid(name.id))
}

/// Returns the day a name begins with, and what follows it.
pub fn day_of(name: &str) -> Option<(Date, &str)> {
    let (day, rest) = (name.get(..10)?, name.get(10..)?.strip_prefix('_')?);
    let shape = day.bytes().enumerate().all(|(at, byte)| match at {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    let day: Date = shape.then(|| day.parse().ok())??;
    Some((day, rest))
}

/// Says whether a text is a UUID.
pub fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// Returns whether the ending is that of a photo or of a film; neither, if it says nothing.
pub fn class_of(path: &str) -> Option<MediaClass> {
    match extension(path).as_deref()? {
        "jpg" | "jpeg" | "png" | "webp" | "heic" | "heif" | "gif" => Some(MediaClass::Photo),
        "mp4" | "mov" | "m4v" => Some(MediaClass::Video),
        _ => None,
    }
}

/// What a file in `chat_media/` is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChatFile<'a> {
    /// A medium that `Media IDs` of a message name.
    Named(&'a str),
    /// A medium, or the picture laid over one, that nothing names.
    Medium,
    /// A preview the service made.
    Thumbnail,
    /// A record file about one medium.
    Metadata,
}

/// Takes the name of a file in `chat_media/` apart.
pub fn chat_file(path: &str) -> ChatFile<'_> {
    let name = file_name(path);
    let rest = day_of(name).map_or(name, |(_, rest)| rest);
    if rest.starts_with("thumbnail~") {
        return ChatFile::Thumbnail;
    }
    if rest.starts_with("metadata~") {
        return ChatFile::Metadata;
    }
    match rest.starts_with("b~") {
        true => ChatFile::Named(stem(rest)),
        false => ChatFile::Medium,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    const ID: &str = "0f9a1b2c-3d4e-5f60-8192-a3b4c5d6e7f8";

    #[test]
    fn names_of_memories_are_taken_apart() {
        for (path, day, part) in [
            (
                format!("memories/2021-01-02_{ID}-main.jpg"),
                true,
                Part::Main,
            ),
            (
                format!("memories/2021-01-02_{ID}-overlay.png"),
                true,
                Part::Overlay,
            ),
            (format!("memories/2021-01-02_{ID}.mp4"), true, Part::Main),
            (format!("memories/{ID}-main.mp4"), false, Part::Main),
            (format!("memories/{ID}-main"), false, Part::Main),
        ] {
            let name = memory_name(&path).unwrap();
            assert_eq!(
                (name.id, name.day.is_some(), name.part),
                (ID, day, part),
                "{path}"
            );
            let stem = if day {
                format!("2021-01-02_{ID}")
            } else {
                ID.to_owned()
            };
            assert_eq!(name.stem, stem);
            assert!(is_told_apart(&path), "{path}");
        }
        for other in [
            "memories/holiday-main.jpg",
            "memories/x.jpg",
            "memories/.jpg",
            "memories/2021-01-02_.jpg",
        ] {
            assert!(!is_told_apart(other), "{other}");
        }
        for other in ["holiday-main.jpg", "x.jpg", ".jpg"] {
            assert!(!is_of_a_memory(other), "{other}");
        }
        let renamed = format!("memories/2021-01-02_{ID}-mainx.jpg");
        assert!(!is_of_a_memory(&renamed), "{renamed}");
        assert!(is_of_a_memory(&format!("memories/{ID}.jpg")));
        // A UUID alone is anybody's.
        assert!(!is_told_apart(&format!("memories/{ID}.jpg")));
        assert_eq!(memory_name("memories/2021-13-02_x.jpg").unwrap().day, None);
    }

    #[test]
    fn files_of_chats_are_told_apart() {
        for (path, expected) in [
            (
                "chat_media/2021-01-02_b~EiASFQ.jpg",
                ChatFile::Named("b~EiASFQ"),
            ),
            ("chat_media/2021-01-02_b~Ei.ASFQ", ChatFile::Named("b~Ei")),
            ("chat_media/2021-01-02_media~zip-0F.mp4", ChatFile::Medium),
            ("chat_media/2021-01-02_overlay~zip-0F.png", ChatFile::Medium),
            (
                "chat_media/2021-01-02_thumbnail~zip-0F.jpg",
                ChatFile::Thumbnail,
            ),
            (
                "chat_media/2021-01-02_metadata~zip-0F.json",
                ChatFile::Metadata,
            ),
            (
                "chat_media/2021-01-02_0123456789abcdef0123456789abcdef.unknown",
                ChatFile::Medium,
            ),
        ] {
            assert_eq!(chat_file(path), expected, "{path}");
        }
    }
}
