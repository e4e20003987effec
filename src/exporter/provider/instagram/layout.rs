//! Where Instagram puts what: recognises its archives by names and says what each path holds.

use std::collections::BTreeSet;

use crate::Node;
use crate::classify::{
    Format, extension, file_name, format_of, has_media_extension, is_subtitles, is_system_file,
    is_web_address, media_id, root_of, stem, year_and_month,
};
use model::kind::{Kind, Visibility};

/// What a path below the archive's root holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Left by a system or packer.
    System,
    /// Icon, style sheet, placeholder, start page or sticker of the service.
    Service,
    /// A record file about media of this kind.
    Records(Kind, Format),
    /// `media.json` of 2018–21 (G1).
    OldMedia,
    /// The owner's profile: user name and profile picture.
    Profile(Format),
    /// What the service counted about the owner's posts.
    Insights(Format),
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

/// Top folders that hold media and nothing else: `media/` since 2021, its twin of Oct 2025, G1's four.
const MEDIA_FOLDERS: &[&str] = &[
    "media",
    "public-media",
    "photos",
    "videos",
    "stories",
    "profile",
];

/// Folders below `media/`.
const MEDIA_KINDS: &[&str] = &[
    "posts",
    "stories",
    "reels",
    "igtv",
    "archived_posts",
    "recently_deleted",
    "profile",
    "other",
];

/// Folders of private conversations. `message_requests` lies in `messages` or beside it.
const MESSAGE_FOLDERS: &[&str] = &["messages", "direct", "message_requests"];

/// Folders of conversations in those.
const THREAD_FOLDERS: &[&str] = &[
    "inbox",
    "message_requests",
    "broadcast",
    "cross-app-inbox",
    "archived_threads",
    "filtered_threads",
    "e2ee_cutover",
];

/// Folders of other things at the top of archives since 2021.
const OTHER_FOLDERS: &[&str] = &[
    "account_information",
    "ads_and_businesses",
    "ads_information",
    "apps_and_websites",
    "apps_and_websites_off_of_instagram",
    "comments",
    "connections",
    "content",
    "files",
    "likes",
    "logged_information",
    "login_and_account_creation",
    "personal_information",
    "preferences",
    "saved",
    "security_and_login_information",
    "story_sticker_interactions",
    "threads",
];

/// Files that lie beside `media.json` in G1.
const BESIDE_OLD_MEDIA: &[&str] = &[
    "profile.json",
    "messages.json",
    "comments.json",
    "connections.json",
    "likes.json",
    "settings.json",
    "searches.json",
    "saved.json",
    "seen_content.json",
    "stories_activities.json",
    "account_history.json",
    "contacts.json",
    "devices.json",
    "information_about_you.json",
    "uploaded_contacts.json",
];

/// Folders that only Facebook's archives have.
const FACEBOOK_FOLDERS: &[&str] = &[
    "your_facebook_activity",
    "your_activity_across_facebook",
    "this_profile's_activity_across_facebook",
    "photos_and_videos",
];

/// Finds the roots of Instagram's data among the entry paths of one part.
pub(crate) fn roots(paths: &[&str]) -> Vec<String> {
    let mut roots = BTreeSet::new();
    let mut old_media = BTreeSet::new();
    let mut beside = BTreeSet::new();
    let (mut logos, mut facebooks) = (BTreeSet::new(), BTreeSet::new());
    for path in paths.iter().filter(|path| !is_system_file(path)) {
        let parts: Vec<&str> = path.split('/').collect();
        if let Some(depth) = (0..parts.len()).find(|&depth| is_facebooks(&parts[depth..])) {
            facebooks.insert(root_of(&parts[..depth]));
        }
        if parts.iter().any(|part| FACEBOOK_FOLDERS.contains(part)) {
            continue;
        }
        if let Some(depth) = (0..parts.len()).find(|&depth| is_marker(&parts[depth..])) {
            roots.insert(root_of(&parts[..depth]));
        }
        let folder = root_of(&parts[..parts.len() - 1]);
        match file_name(path) {
            "media.json" => _ = old_media.insert(folder),
            "Instagram-Logo.png" => {
                let root = folder.strip_suffix("files/");
                logos.extend(
                    root.filter(|root| root.is_empty() || root.ends_with('/'))
                        .map(str::to_owned),
                );
            }
            name if BESIDE_OLD_MEDIA.contains(&name) => _ = beside.insert(folder),
            _ => {}
        }
    }
    roots.extend(old_media.intersection(&beside).cloned());
    roots.extend(logos.difference(&facebooks).cloned());
    roots.into_iter().collect()
}

/// Says whether a path that starts with these parts can only be Facebook's, whose pages show Instagram's logo, too.
fn is_facebooks(parts: &[&str]) -> bool {
    match parts {
        [folder, _, ..] if FACEBOOK_FOLDERS.contains(folder) => true,
        ["files", "fb_logo.png"] | ["posts", "album" | "media", _, ..] => true,
        ["posts", name] => stem(name).starts_with("your_posts") && format_of(name).is_some(),
        _ => false,
    }
}

/// Says whether archives have a folder of this name at their top, as other services' may.
pub(crate) fn is_usual_folder(name: &str) -> bool {
    [MEDIA_FOLDERS, MESSAGE_FOLDERS, OTHER_FOLDERS]
        .iter()
        .any(|names| names.contains(&name))
}

/// Says whether a path that starts with these parts can only be Instagram's.
fn is_marker(parts: &[&str]) -> bool {
    match parts {
        ["your_instagram_activity", _, ..] => true,
        ["content", name] => is_record_name(name),
        ["media" | "public-media", kind, month, _] => {
            MEDIA_KINDS.contains(kind) && year_and_month(month).is_some()
        }
        ["media" | "public-media", "other", name] => media_id(name).is_some(),
        [
            "photos" | "videos" | "stories" | "profile" | "direct",
            month,
            name,
        ] => year_and_month(month).is_some() && is_old_name(name),
        ["personal_information", name] | ["personal_information", "personal_information", name] => {
            stem(name) == "personal_information" && format_of(name).is_some()
        }
        ["account_information", name] => {
            matches!(stem(name), "personal_information" | "account_information")
                && format_of(name).is_some()
        }
        ["connections", "followers_and_following", _] | ["followers_and_following", _] => true,
        ["ads_information", "instagram_ads_and_businesses", _] => true,
        ["threads", name] => stem(name) == "threads_and_replies",
        _ => false,
    }
}

/// Media of G1 are named by 32 hex digits.
fn is_old_name(name: &str) -> bool {
    let stem = stem(name);
    stem.len() == 32 && stem.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn is_record_name(name: &str) -> bool {
    format_of(name).is_some() && kind_of_records(stem(name)).is_some()
}

/// Returns the kind of the media a record file of this name (without extension) is about.
pub(crate) fn kind_of_records(stem: &str) -> Option<Kind> {
    Some(match without_number(stem) {
        "posts" => Kind::Post,
        "stories" => Kind::Story,
        "reels" => Kind::Reel,
        "igtv_videos" => Kind::Igtv,
        "profile_photos" => Kind::Profile,
        "archived_posts" => Kind::Archived,
        "recently_deleted_content" => Kind::Deleted,
        "other_content" => Kind::Other,
        _ => return None,
    })
}

/// Large accounts get `posts_1`, `posts_2`, …; any list may be numbered one day.
fn without_number(stem: &str) -> &str {
    match stem.rsplit_once('_') {
        Some((name, number))
            if !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) =>
        {
            name
        }
        _ => stem,
    }
}

/// Returns how media of a kind are shown unless their record says otherwise.
pub(crate) fn visibility_of(kind: Kind) -> Visibility {
    match kind {
        Kind::Archived | Kind::Draft => Visibility::Hidden,
        Kind::Deleted => Visibility::Trashed,
        _ => Visibility::Shown,
    }
}

/// Returns what a path below the archive's root holds.
pub(crate) fn place_of(path: &str) -> Place {
    let below = path
        .strip_prefix("your_instagram_activity/")
        .unwrap_or(path);
    let parts: Vec<&str> = below.split('/').collect();
    if is_system_file(path) {
        return Place::System;
    }
    if is_service_file(&parts) {
        return Place::Service;
    }
    if parts.len() > 1 && MESSAGE_FOLDERS.contains(&parts[0]) {
        return message_place(&parts);
    }
    if let Some(format) = format_of(path) {
        return record_place(path, &parts, format);
    }
    let in_media_folder = parts.len() > 1 && MEDIA_FOLDERS.contains(&parts[0]);
    if in_media_folder || has_media_extension(path) || is_subtitles(path) {
        return Place::Media;
    }
    match extension(path).as_deref() {
        Some("txt" | "csv" | "xml") => Place::OtherRecords,
        _ => Place::Unknown,
    }
}

/// Folders that hold a `message_N` page. Whatever lies beside one is of that conversation.
#[derive(Debug, Default)]
pub(crate) struct Conversations {
    folders: BTreeSet<String>,
}

impl Conversations {
    /// Finds them.
    pub(crate) fn find(nodes: &[Node]) -> Self {
        let folders = nodes
            .iter()
            .filter_map(|node| folder_of_page(&node.path))
            .map(str::to_owned)
            .collect();
        Self { folders }
    }

    /// Returns what a path below the archive's root holds, conversations under unknown names included.
    pub(crate) fn place_of(&self, path: &str) -> Place {
        match place_of(path) {
            known @ (Place::System | Place::Service) => known,
            _ if self.hold(path) => message_place(&path.split('/').collect::<Vec<_>>()),
            other => other,
        }
    }

    fn hold(&self, path: &str) -> bool {
        let mut folders = path.match_indices('/').map(|(at, _)| &path[..at]);
        folders.any(|folder| self.folders.contains(folder))
    }
}

/// A page that lies among the archive's own top folders makes none of them a conversation.
fn folder_of_page(path: &str) -> Option<&str> {
    let (folder, name) = path.rsplit_once('/')?;
    let is_page = format_of(name).is_some()
        && without_number(stem(name)) == "message"
        && stem(name) != "message";
    let below = folder
        .strip_prefix("your_instagram_activity")
        .map_or(folder, |below| below.trim_start_matches('/'));
    let top = below.split('/').next().unwrap_or_default();
    let is_own = below.is_empty() || top == "content" || MEDIA_FOLDERS.contains(&top);
    (is_page && !is_own).then_some(folder)
}

/// Says whether a text can only be the path of a medium below the archive's root: not of subtitles, which are no medium.
pub(crate) fn is_media_path(text: &str) -> bool {
    // Asked of every text of a page: most are words.
    if !text.contains('/') {
        return false;
    }
    let parts: Vec<&str> = text.split('/').collect();
    let is_path = parts.len() > 1
        && !text.contains(char::is_whitespace)
        && !is_web_address(text)
        && !is_subtitles(text)
        && !parts.contains(&"stickers_used")
        && format_of(text).is_none();
    is_path && (has_media_extension(text) || is_marker(&parts) && MEDIA_FOLDERS.contains(&parts[0]))
}

/// Returns the first path below the folder of media that a page names anywhere.
pub(crate) fn names_media(page: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(page);
    let mut rest: &str = &text;
    while let Some(at) = rest.find("media/") {
        let from = &rest[at..];
        let end = from
            .find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | '&' | '?'))
            .unwrap_or(from.len());
        let parts: Vec<&str> = from[..end].split('/').collect();
        // After a slash it is part of an address, as `your_instagram_activity/media/posts_1.html` is.
        let begins = !rest[..at].ends_with('/') || rest[..at].ends_with("../");
        if begins && parts.len() > 2 && MEDIA_KINDS.contains(&parts[1]) {
            return Some(from[..end].to_owned());
        }
        rest = &from["media/".len()..];
    }
    None
}

fn is_service_file(parts: &[&str]) -> bool {
    let name = parts.last().copied().unwrap_or_default();
    name == "no-data.txt"
        || matches!(extension(name).as_deref(), Some("css" | "js"))
        || matches!(parts, ["files", ..] | ["start_here.html" | "index.html"])
        || parts[..parts.len() - 1].contains(&"stickers_used")
}

fn message_place(parts: &[&str]) -> Place {
    let name = parts.last().copied().unwrap_or_default();
    let is_page = without_number(stem(name)) == "message";
    match format_of(name) {
        Some(format) if is_page => Place::Conversation(format),
        Some(_) => Place::OtherMessage,
        // Photos and voice notes may come without extension; documents people sent each other are no media.
        None if has_media_extension(name) || is_subtitles(name) || extension(name).is_none() => {
            Place::MessageMedia
        }
        None => Place::OtherMessage,
    }
}

fn record_place(path: &str, parts: &[&str], format: Format) -> Place {
    match (path, parts) {
        ("media.json", _) => Place::OldMedia,
        ("profile.json", _) => Place::Profile(Format::Json),
        (_, ["past_instagram_insights", _] | [_, "past_instagram_insights", _]) => {
            Place::Insights(format)
        }
        // Only here: `past_instagram_insights/posts.json` has the same name and other contents.
        (_, ["content" | "media", name]) => match kind_of_records(stem(name)) {
            Some(kind) => Place::Records(kind, format),
            None => Place::OtherRecords,
        },
        // Threads comes in Instagram's archive and keeps its media among Instagram's (docs/decisions/0002).
        (_, ["threads", name]) if stem(name) == "threads_and_replies" => {
            Place::Records(Kind::Post, format)
        }
        (_, ["personal_information" | "account_information", .., name])
            if stem(name) == "personal_information" =>
        {
            Place::Profile(format)
        }
        _ => Place::OtherRecords,
    }
}

/// Returns the kind of a medium that no record names, from its folder.
///
/// `posts/` tells nothing: Threads keeps its media there, too.
pub(crate) fn kind_of_folder(path: &str) -> Kind {
    let below = path
        .strip_prefix("your_instagram_activity/")
        .unwrap_or(path);
    let parts: Vec<&str> = below.split('/').collect();
    match parts.as_slice() {
        [first, _, ..] if MESSAGE_FOLDERS.contains(first) => Kind::Message,
        [_, second, _, ..] if THREAD_FOLDERS.contains(second) => Kind::Message,
        ["media" | "public-media", kind, _, ..] => match *kind {
            "stories" => Kind::Story,
            "reels" => Kind::Reel,
            "igtv" => Kind::Igtv,
            "profile" => Kind::Profile,
            "archived_posts" => Kind::Archived,
            "recently_deleted" => Kind::Deleted,
            _ => Kind::Other,
        },
        ["stories", _, ..] => Kind::Story,
        ["profile", _, ..] => Kind::Profile,
        _ => Kind::Other,
    }
}

/// Returns the kind of the record files that name a medium at this path, by its place alone.
pub(crate) fn media_kind(path: &str) -> Option<Kind> {
    if place_of(path) != Place::Media || is_subtitles(path) {
        return None;
    }
    let below = path
        .strip_prefix("your_instagram_activity/")
        .unwrap_or(path);
    let parts: Vec<&str> = below.split('/').collect();
    match parts.as_slice() {
        ["media" | "public-media", "posts", _, ..] | ["photos" | "videos", _, ..] => {
            Some(Kind::Post)
        }
        [folder, _, ..] if MEDIA_FOLDERS.contains(folder) => Some(kind_of_folder(path)),
        _ => None,
    }
}

/// Returns the kind of media that a record file of this name is about.
pub(crate) fn record_kind(path: &str) -> Option<Kind> {
    match place_of(path) {
        Place::Records(kind, _) => Some(kind),
        Place::OldMedia => Some(Kind::Post),
        _ => None,
    }
}

/// Returns the account in the file name of a part: `instagram-<user>-YYYY-MM-DD-<suffix>.zip` since 2022,
/// `<user>_YYYYMMDD[_part_N].zip` before.
pub(crate) fn account_of_part(name: &str) -> Option<String> {
    let name = file_name(name);
    let account = match name.strip_prefix("instagram-") {
        Some(rest) => before_dashed_date(rest)?,
        None => before_plain_date(name)?,
    };
    is_user_name(account).then(|| account.to_owned())
}

fn before_dashed_date(rest: &str) -> Option<&str> {
    let bytes = rest.as_bytes();
    let is_date = |at: usize| {
        let shape = b"-dddd-dd-dd";
        bytes.len() >= at + shape.len()
            && shape
                .iter()
                .zip(&bytes[at..])
                .all(|(want, byte)| match want {
                    b'd' => byte.is_ascii_digit(),
                    _ => byte == want,
                })
    };
    (1..bytes.len())
        .find(|&at| is_date(at))
        .and_then(|at| rest.get(..at))
}

fn before_plain_date(name: &str) -> Option<&str> {
    let bytes = name.as_bytes();
    let is_date = |at: usize| {
        let digits = bytes.get(at + 1..at + 9).unwrap_or_default();
        bytes[at] == b'_'
            && digits.len() == 8
            && digits.iter().all(u8::is_ascii_digit)
            && year_and_month(name.get(at + 1..at + 7).unwrap_or_default()).is_some()
            && !bytes.get(at + 9).is_some_and(u8::is_ascii_alphanumeric)
    };
    (1..bytes.len())
        .rev()
        .find(|&at| is_date(at))
        .and_then(|at| name.get(..at))
}

/// Says whether a text can be an Instagram user name: at most 30 of lower-case letters, digits, `.` and `_`.
pub(crate) fn is_user_name(text: &str) -> bool {
    (1..=30).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_'))
}

#[cfg(test)]
#[path = "layout_tests.rs"]
mod tests;
