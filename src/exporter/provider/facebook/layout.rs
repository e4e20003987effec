//! Where Facebook puts what: recognises its archives by names and says what each path holds.

use crate::classify::{
    Format, extension, file_name, format_of, has_media_extension, is_subtitles, is_system_file,
    is_web_address, roots_by, stem,
};
use model::kind::{Kind, Visibility};

/// What a path below the archive's root holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Left by a system or packer.
    System,
    /// Icon, style sheet, placeholder, preview, start page or sticker of the service.
    Service,
    /// A record file about media of this kind.
    Records(Kind, Format),
    /// A record file that may name media of this kind besides other things.
    Perhaps(Kind, Format),
    /// One album.
    Album(Format),
    /// `message_N` of a conversation.
    Conversation(Format),
    /// A medium of a private message.
    MessageMedia,
    /// Anything else below the folder of messages.
    OtherMessage,
    /// A medium, or a companion of one.
    Media,
    /// A record file about other things.
    OtherRecords,
    /// None of these.
    Unknown,
}

/// Folders that hold everything else since late 2023. The second held the media of pages in the first until mid 2024.
const TOP_FOLDERS: &[&str] = &["your_facebook_activity", "your_activity_across_facebook"];

/// Folders that never tell of the owner's media, and are large.
const FOREIGN_FOLDERS: &[&str] = &[
    "ads_information",
    "ads_and_businesses",
    "apps_and_websites",
    "apps_and_websites_off_of_facebook",
    "connections",
    "friends",
    "friends_and_followers",
    "likes_and_reactions",
    "location",
    "logged_information",
    "preferences",
    "search",
    "search_history",
    "security_and_login_information",
    "your_topics",
];

/// Folders the owner's media lie in, and `media/` anywhere. What pages name elsewhere are icons and avatars.
const MEDIA_FOLDERS: &[&str] = &[
    "events",
    "files",
    "groups",
    "marketplace",
    "messages",
    "photos_and_videos",
    "posts",
    "profile_information",
    "reels",
    "stories",
];

/// Pictures of the pages themselves. Whatever else lies in `files/` the owner attached to something.
const PAGE_PICTURES: &[&str] = &["fb_logo.png", "profile_pic.jpg", "Instagram-Logo.png"];

/// Words in the names of pages and folders of what Facebook drew: avatars and their clothes, badges, digital items.
const DRAWN: &[&str] = &["avatar", "digital_items", "gaming"];

/// Folders of the icons of reactions.
const REACTIONS: &[&str] = &["comments_and_reactions", "likes_and_reactions"];

/// Extensions of files that are no photo, video or sound, and that people attach to posts.
const DOCUMENTS: &[&str] = &[
    "csv", "doc", "docx", "epub", "htm", "html", "json", "key", "log", "md", "numbers", "odp",
    "ods", "odt", "pages", "pdf", "ppt", "pptx", "rtf", "txt", "xls", "xlsx", "xml", "zip",
];

/// Folders of conversations that Instagram's archives do not have; `inbox` and `message_requests` both have.
const FACEBOOK_THREADS: &[&str] = &[
    "archived_threads",
    "filtered_threads",
    "e2ee_cutover",
    "legacy_threads",
];

/// Beginnings of the names of record files in `posts/` and `photos_and_videos/` that no other service uses.
const RECORD_NAMES: &[&str] = &[
    "your_posts",
    "your_uncategorized_photos",
    "uncategorized_photos",
    "your_videos",
    "your_photos",
    "other_people's_posts_to_your_timeline",
];

/// Finds the roots of Facebook's data among the entry paths of one part.
pub(crate) fn roots(paths: &[&str]) -> Vec<String> {
    roots_by(paths, is_marker)
}

/// Says whether a path that starts with these parts can only be Facebook's.
fn is_marker(parts: &[&str]) -> bool {
    match parts {
        [top, _, ..] if is_top_folder(top) => true,
        ["files", "fb_logo.png"] => true,
        ["posts" | "photos_and_videos", name] => {
            format_of(name).is_some()
                && RECORD_NAMES
                    .iter()
                    .any(|known| stem(name).starts_with(known))
        }
        ["posts" | "photos_and_videos", "album", name] => {
            format_of(name).is_some() && is_number(stem(name))
        }
        ["posts", "media", folder, name] | ["photos_and_videos", folder, name] => {
            is_album_folder(folder) && (has_media_extension(name) || extension(name).is_none())
        }
        ["messages", threads, _, _, ..] => FACEBOOK_THREADS.contains(threads),
        ["profile_information", name] | ["personal_information", "profile_information", name] => {
            stem(name) == "profile_information" && format_of(name).is_some()
        }
        _ => false,
    }
}

/// Says whether archives have a folder of this name at their top, as other services' may.
pub(crate) fn is_usual_folder(name: &str) -> bool {
    [MEDIA_FOLDERS, FOREIGN_FOLDERS, REACTIONS]
        .iter()
        .any(|names| names.contains(&name))
}

/// Extra profiles and Pages have a top folder of their own; unpackers may spoil its apostrophe.
fn is_top_folder(name: &str) -> bool {
    TOP_FOLDERS.contains(&name)
        || name.starts_with("this_profile") && name.ends_with("s_activity_across_facebook")
}

/// Returns what the folder of an album is called, in letters of ASCII: `<Album>_<token>`. `None` for other folders.
pub(crate) fn album_name(folder: &str) -> Option<&str> {
    if matches!(
        folder,
        "your_posts" | "stickers_used" | "thumbnails" | "videos"
    ) {
        return None;
    }
    let at = |at: usize| folder.get(at..).filter(|rest| rest.starts_with('_'));
    // A token has ten signs, which may be `_`; an id has digits only.
    let token = folder.len().checked_sub(11).and_then(at);
    let is_id = |rest: &&str| rest.len() >= 8 && is_number(rest);
    let id = folder.rsplit_once('_').filter(|(_, id)| is_id(id));
    let name = match (token, id) {
        (_, Some((name, _))) => name,
        (Some(token), None) if is_token(&token[1..]) => folder.strip_suffix(token)?,
        _ => return None,
    };
    (!name.is_empty()).then_some(name)
}

fn is_token(text: &str) -> bool {
    let is_sign = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    text.len() >= 8 && text.bytes().all(is_sign)
}

/// Media lie in `<Album>_<token>`, `your_posts`, `videos`. The token is ten letters, digits and dashes, or the album's id.
fn is_album_folder(name: &str) -> bool {
    // A token may itself hold `_`.
    let has_token = name
        .match_indices('_')
        .any(|(at, _)| is_token(&name[at + 1..]));
    has_token
        || matches!(
            name,
            "your_posts" | "videos" | "stickers_used" | "thumbnails"
        )
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns the path without the top folders that come and go: the two name one place.
pub(crate) fn below_top(path: &str) -> &str {
    let below = TOP_FOLDERS
        .iter()
        .find_map(|top| path.strip_prefix(top)?.strip_prefix('/'));
    below.unwrap_or(path)
}

fn parts_below(path: &str) -> Vec<&str> {
    let mut parts: Vec<&str> = below_top(path).split('/').collect();
    if parts.len() > 1 && is_top_folder(parts[0]) {
        parts.remove(0);
    }
    parts
}

/// Says whether a path (or address) is a sticker's, or the placeholder of an album without pictures.
pub(crate) fn is_furniture(path: &str) -> bool {
    file_name(path).starts_with("emptyalbum_")
        || !is_web_address(path) && path.split(['/', '\\']).any(|part| part == "stickers_used")
}

/// Says whether a path is one at which media of the owner lie. Pages also show icons and avatars, which lie elsewhere.
pub(crate) fn is_below_media(path: &str) -> bool {
    let path = path.trim_start_matches("../").trim_start_matches('/');
    let parts = parts_below(path);
    let in_folder = match parts.as_slice() {
        [first, .., _] => MEDIA_FOLDERS.contains(first) || parts.contains(&"media"),
        _ => false,
    };
    in_folder
        && !is_web_address(path)
        && matches!(place_of(path), Place::Media | Place::MessageMedia)
}

/// Says whether a path is that of a text, a PDF or the like: a file of the owner's, and no photo that could be missing.
pub(crate) fn is_document(path: &str) -> bool {
    !is_web_address(path)
        && extension(path).is_some_and(|found| DOCUMENTS.contains(&found.as_str()))
}

/// Says whether a page or picture is about what Facebook drew, and lies outside of the folders of media.
fn is_drawn(parts: &[&str]) -> bool {
    let elsewhere = parts
        .first()
        .is_some_and(|first| !MEDIA_FOLDERS.contains(first));
    elsewhere
        && parts
            .iter()
            .any(|part| DRAWN.iter().any(|word| part.contains(word)))
}

/// Returns what a path below the archive's root holds.
pub(crate) fn place_of(path: &str) -> Place {
    let parts = parts_below(path);
    if is_system_file(path) {
        return Place::System;
    }
    if is_service_file(path, &parts) {
        return Place::Service;
    }
    if matches!(parts.as_slice(), ["messages", _, ..]) {
        return message_place(&parts);
    }
    // Whatever it is, it was attached.
    if matches!(parts.as_slice(), ["files", _, ..]) {
        return Place::Media;
    }
    if let Some(format) = format_of(path) {
        return record_place(&parts, format);
    }
    // Some videos have no extension; what they are their bytes tell.
    let bare_medium = parts.len() > 2 && extension(path).is_none();
    if bare_medium || has_media_extension(path) || is_subtitles(path) {
        return Place::Media;
    }
    match extension(path).as_deref() {
        Some("txt" | "csv" | "xml") => Place::OtherRecords,
        _ => Place::Unknown,
    }
}

fn is_service_file(path: &str, parts: &[&str]) -> bool {
    let name = parts.last().copied().unwrap_or_default();
    name == "no-data.txt"
        || is_furniture(path)
        || matches!(extension(name).as_deref(), Some("css" | "js"))
        || matches!(parts, ["files", name] if PAGE_PICTURES.contains(name))
        || matches!(parts, ["start_here.html" | "index.html"])
        || has_media_extension(name) && (is_icon(parts) || is_drawn(parts))
        // Previews of videos, made by the service.
        || matches!(parts, ["photos_and_videos", "thumbnails", _] | ["posts", "media", "thumbnails", _])
}

/// Icons of reactions: thirteen in each archive.
fn is_icon(parts: &[&str]) -> bool {
    matches!(parts, [.., folder, "icons", _] if REACTIONS.contains(folder))
}

fn message_place(parts: &[&str]) -> Place {
    let name = parts.last().copied().unwrap_or_default();
    let is_page = stem(name)
        .strip_prefix("message")
        .is_some_and(|number| number.is_empty() || number.strip_prefix('_').is_some_and(is_number));
    match format_of(name) {
        Some(format) if is_page => Place::Conversation(format),
        Some(_) => Place::OtherMessage,
        // Documents people sent each other are no media.
        None if is_message_medium(name) => Place::MessageMedia,
        None => Place::OtherMessage,
    }
}

/// Says whether a file of a conversation is a medium: photos and voice notes may come without extension.
pub(crate) fn is_message_medium(name: &str) -> bool {
    has_media_extension(name) || extension(name).is_none()
}

fn record_place(parts: &[&str], format: Format) -> Place {
    match parts {
        ["posts" | "photos_and_videos", "album", name] if is_number(stem(name)) => {
            Place::Album(format)
        }
        ["posts" | "photos_and_videos", name] => posts_place(stem(name), format),
        ["stories", _] => Place::Records(Kind::Story, format),
        ["profile_information", _] | ["personal_information", "profile_information", _] => {
            Place::Perhaps(Kind::Profile, format)
        }
        [folder, ..] if FOREIGN_FOLDERS.contains(folder) => Place::OtherRecords,
        // What others posted, and the owner only reacted to.
        ["comments_and_reactions", name] if stem(name).contains("reactions") => Place::OtherRecords,
        _ if is_drawn(parts) => Place::OtherRecords,
        [_] => Place::OtherRecords,
        _ if parts.iter().any(|part| stem(part).contains("reels")) => {
            Place::Perhaps(Kind::Reel, format)
        }
        ["groups", ..] => Place::Perhaps(Kind::Post, format),
        _ => Place::Perhaps(Kind::Other, format),
    }
}

fn posts_place(stem: &str, format: Format) -> Place {
    match stem {
        // The page is only the list of albums.
        "your_photos" if format == Format::Html => Place::OtherRecords,
        _ if stem.starts_with("archive") => Place::Records(Kind::Archived, format),
        _ if stem.contains("trash") || stem.contains("deleted") => {
            Place::Records(Kind::Deleted, format)
        }
        _ if RECORD_NAMES.iter().any(|known| stem.starts_with(known)) => {
            Place::Records(Kind::Post, format)
        }
        _ => Place::Perhaps(Kind::Post, format),
    }
}

/// Says whether a record file tells of what other people put on the owner's timeline.
pub(crate) fn is_by_others(source: &str) -> bool {
    stem(source).starts_with("other_people")
}

/// Returns how media of a kind are shown.
pub(crate) fn visibility_of(kind: Kind) -> Visibility {
    match kind {
        Kind::Archived | Kind::Draft => Visibility::Hidden,
        Kind::Deleted => Visibility::Trashed,
        _ => Visibility::Shown,
    }
}

/// Returns the kind of a medium that no record names, from its folder.
pub(crate) fn kind_of_folder(path: &str) -> Kind {
    match parts_below(path).as_slice() {
        ["messages", _, ..] => Kind::Message,
        ["stories", _, ..] => Kind::Story,
        ["profile_information", _, ..] => Kind::Profile,
        _ => Kind::Other,
    }
}

/// Returns the kind of the record files that name a medium at this path, by its place alone.
pub(crate) fn media_kind(path: &str) -> Option<Kind> {
    if place_of(path) != Place::Media || is_subtitles(path) {
        return None;
    }
    match parts_below(path).as_slice() {
        ["stories", _, ..] => Some(Kind::Story),
        ["posts", "media", _, ..] | ["photos_and_videos", _, _, ..] => Some(Kind::Post),
        _ => None,
    }
}

/// Returns the kind of media that a record file of this name is about.
pub(crate) fn record_kind(path: &str) -> Option<Kind> {
    match place_of(path) {
        Place::Records(Kind::Story, _) => Some(Kind::Story),
        Place::Records(..) | Place::Album(_) => Some(Kind::Post),
        _ => None,
    }
}

#[cfg(test)]
#[path = "layout_tests.rs"]
mod tests;
