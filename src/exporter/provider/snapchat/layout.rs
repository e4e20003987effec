//! Where Snapchat puts what: recognises its archives by names and says what each path holds.

use crate::classify::{
    Format, extension, format_of, has_media_extension, is_system_file, roots_by, stem,
};

use model::kind::Kind;

use super::names::{ChatFile, chat_file, day_of, is_told_apart};

/// What a path below the archive's root holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Left by a system or packer.
    System,
    /// Start page, style sheet, preview.
    Service,
    /// The list of memories.
    History(Format),
    /// A memory, or the picture laid over one.
    Memory,
    /// The list of messages.
    Chats(Format),
    /// A medium of a message.
    ChatMedia,
    /// Anything else of messages.
    OtherMessage,
    /// A medium of some other folder.
    Media,
    /// A record file about other things.
    OtherRecords,
    /// None of these.
    Unknown,
}

/// Record files that no other service has.
const RECORD_NAMES: &[&str] = &[
    "memories_history",
    "snap_history",
    "snap_pro",
    "shared_story",
];

/// Finds the roots of Snapchat's data among the entry paths of one part.
pub(crate) fn roots(paths: &[&str]) -> Vec<String> {
    roots_by(paths, is_marker)
}

/// Says whether a path that starts with these parts can only be Snapchat's.
fn is_marker(parts: &[&str]) -> bool {
    match parts {
        ["json" | "html", name] => format_of(name).is_some() && RECORD_NAMES.contains(&stem(name)),
        ["memories", name] => is_told_apart(name),
        ["chat_media", name] => day_of(name).is_some_and(|(_, rest)| {
            ["b~", "media~", "overlay~", "thumbnail~", "metadata~"]
                .iter()
                .any(|start| rest.starts_with(start))
        }),
        _ => false,
    }
}

/// Returns what a path below the archive's root holds.
pub(crate) fn place_of(path: &str) -> Place {
    if is_system_file(path) {
        return Place::System;
    }
    let parts: Vec<&str> = path.split('/').collect();
    match (parts.as_slice(), format_of(path)) {
        (["index.html"], _) => Place::Service,
        (["html" | "css" | "js" | "img" | "images", ..], None) => Place::Service,
        (["json" | "html", name], Some(format)) if stem(name) == "memories_history" => {
            Place::History(format)
        }
        (["json", "chat_history.json"], _) => Place::Chats(Format::Json),
        (["html", "chat_history", ..] | ["html", "chat_history.html"], _) => {
            Place::Chats(Format::Html)
        }
        (["chat_media", .., name], _) => chat_place(name),
        (["memories", _], None) => Place::Memory,
        (_, Some(_)) => Place::OtherRecords,
        _ if has_media_extension(path) => Place::Media,
        _ if matches!(extension(path).as_deref(), Some("css" | "js")) => Place::Service,
        _ if matches!(extension(path).as_deref(), Some("txt" | "csv")) => Place::OtherRecords,
        _ => Place::Unknown,
    }
}

/// Returns the kind of the record files that name a medium at this path, by its place alone.
pub(crate) fn media_kind(path: &str) -> Option<Kind> {
    (place_of(path) == Place::Memory).then_some(Kind::Post)
}

/// Returns the kind of media that a record file of this name is about.
pub(crate) fn record_kind(path: &str) -> Option<Kind> {
    matches!(place_of(path), Place::History(_)).then_some(Kind::Post)
}

fn chat_place(name: &str) -> Place {
    match chat_file(name) {
        ChatFile::Thumbnail => Place::Service,
        ChatFile::Metadata => Place::OtherMessage,
        _ if format_of(name).is_some() => Place::OtherMessage,
        ChatFile::Named(_) | ChatFile::Medium => Place::ChatMedia,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAIN: &str = "memories/2021-01-02_0f9a1b2c-3d4e-5f60-8192-a3b4c5d6e7f8-main.jpg";

    #[test]
    fn archives_are_known_by_what_only_snapchat_has() {
        let wrapped = format!("mydata~1/{MAIN}");
        for (paths, expected) in [
            (vec![MAIN], vec![""]),
            (vec!["index.html", "json/memories_history.json"], vec![""]),
            (vec!["html/snap_history.html"], vec![""]),
            (vec!["chat_media/2021-01-02_b~EiASFQ.jpg"], vec![""]),
            (
                vec![wrapped.as_str(), "__MACOSX/json/memories_history.json"],
                vec!["mydata~1/"],
            ),
            (
                vec!["memories/a.jpg", "json/friends.json", "chat_media/x.jpg"],
                vec![],
            ),
            (vec!["posts/your_posts_1.json"], vec![]),
        ] {
            assert_eq!(roots(&paths), expected, "{paths:?}");
        }
    }

    #[test]
    fn each_path_has_its_place() {
        for (path, place) in [
            (MAIN, Place::Memory),
            ("memories/2021-01-02_x-main", Place::Memory),
            ("memories/2021-01-02_x.unknown", Place::Memory),
            ("json/memories_history.json", Place::History(Format::Json)),
            ("html/memories_history.html", Place::History(Format::Html)),
            ("json/chat_history.json", Place::Chats(Format::Json)),
            (
                "html/chat_history/subpage_anna.html",
                Place::Chats(Format::Html),
            ),
            ("json/friends.json", Place::OtherRecords),
            ("html/friends.html", Place::OtherRecords),
            ("html/logo.png", Place::Service),
            ("index.html", Place::Service),
            ("chat_media/2021-01-02_b~x.jpg", Place::ChatMedia),
            (
                "chat_media/2021-01-02_media~Snapchat-1.zip.nomedia",
                Place::ChatMedia,
            ),
            ("chat_media/2021-01-02_thumbnail~zip-x.jpg", Place::Service),
            (
                "chat_media/2021-01-02_metadata~zip-x.json",
                Place::OtherMessage,
            ),
            ("shared_story/2021-01-02_x.jpg", Place::Media),
            ("readme.pdf", Place::Unknown),
        ] {
            assert_eq!(place_of(path), place, "{path}");
        }
    }
}
