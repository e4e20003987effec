//! Paths of archives of all generations, and what they are taken for.

use super::*;

const OLD: &str = "photos/201908/0123456789abcdef0123456789abcdef.jpg";

#[test]
fn archives_are_recognised_by_names() {
    for (what, paths, expected) in [
        ("G1", vec!["media.json", "profile.json", OLD], vec![""]),
        (
            "G1 without media",
            vec!["media.json", "likes.json"],
            vec![""],
        ),
        ("G1, media only", vec![OLD], vec![""]),
        (
            "G1, wrapped",
            vec!["anna_20200101/media.json", "anna_20200101/likes.json"],
            vec!["anna_20200101/"],
        ),
        (
            "G2 JSON",
            vec!["content/posts_1.json", "media/posts/202201/1.jpg"],
            vec![""],
        ),
        ("G2 HTML", vec!["content/stories.html"], vec![""]),
        (
            "G3",
            vec!["your_instagram_activity/content/posts_1.json"],
            vec![""],
        ),
        (
            "G4",
            vec!["your_instagram_activity/media/posts_1.html"],
            vec![""],
        ),
        (
            "G5, wrapped",
            vec![
                "w/your_instagram_activity/media/posts.json",
                "w/media/posts/202607/1.jpg",
            ],
            vec!["w/"],
        ),
        (
            "media only",
            vec!["media/posts/202405/41_20_n_17912345678901234.jpg"],
            vec![""],
        ),
        (
            "twin tree",
            vec!["public-media/reels/202405/1.mp4"],
            vec![""],
        ),
        (
            "other media only",
            vec!["media/other/17912345678901234.jpg"],
            vec![""],
        ),
        (
            "two parts side by side",
            vec!["p1/media/posts/202405/1.jpg", "p2/content/reels.json"],
            vec!["p1/", "p2/"],
        ),
        (
            "profile only",
            vec!["personal_information/personal_information/personal_information.json"],
            vec![""],
        ),
        (
            "followers only",
            vec!["connections/followers_and_following/followers_1.json"],
            vec![""],
        ),
        ("logo only", vec!["files/Instagram-Logo.png"], vec![""]),
        (
            "logo on Facebook's pages",
            vec!["files/Instagram-Logo.png", "files/fb_logo.png"],
            vec![],
        ),
        (
            "logo on Facebook's pages of 2019",
            vec!["w/files/Instagram-Logo.png", "w/posts/your_posts_1.html"],
            vec![],
        ),
        (
            "logo beside Facebook's unpacked archive",
            vec!["i/files/Instagram-Logo.png", "f/files/fb_logo.png"],
            vec!["i/"],
        ),
        (
            "packer's litter",
            vec!["__MACOSX/media/posts/202405/._1.jpg"],
            vec![],
        ),
        ("a lone media.json", vec!["media.json", "README.md"], vec![]),
        (
            "someone's media folder",
            vec!["media/other/holiday.jpg", "media/posts/summer/1.jpg"],
            vec![],
        ),
        (
            "someone's photos",
            vec!["photos/201908/harbour.jpg"],
            vec![],
        ),
        (
            "Facebook",
            vec!["your_facebook_activity/posts/media/posts/202405/1.jpg"],
            vec![],
        ),
        (
            "Facebook of 2019",
            vec![
                "photos_and_videos/media/posts/202001/1.jpg",
                "posts/your_posts_1.json",
            ],
            vec![],
        ),
        (
            "Google",
            vec!["Takeout/Google Photos/Photos from 2020/a.jpg"],
            vec![],
        ),
        ("nothing", vec![], vec![]),
    ] {
        assert_eq!(roots(&paths), expected, "{what}");
    }
}

#[test]
fn every_path_has_its_place() {
    use Format::{Html, Json};
    for (path, place) in [
        ("__MACOSX/._media.json", Place::System),
        ("media/posts/202405/.DS_Store", Place::System),
        ("files/Instagram-Logo.png", Place::Service),
        ("start_here.html", Place::Service),
        (
            "your_instagram_activity/comments/no-data.txt",
            Place::Service,
        ),
        (
            "your_instagram_activity/messages/stickers_used/1.png",
            Place::Service,
        ),
        ("content/posts_1.json", Place::Records(Kind::Post, Json)),
        (
            "your_instagram_activity/content/posts_12.html",
            Place::Records(Kind::Post, Html),
        ),
        (
            "your_instagram_activity/media/posts.json",
            Place::Records(Kind::Post, Json),
        ),
        (
            "your_instagram_activity/media/stories.json",
            Place::Records(Kind::Story, Json),
        ),
        (
            "your_instagram_activity/media/reels.json",
            Place::Records(Kind::Reel, Json),
        ),
        (
            "your_instagram_activity/media/igtv_videos.json",
            Place::Records(Kind::Igtv, Json),
        ),
        (
            "your_instagram_activity/media/profile_photos.json",
            Place::Records(Kind::Profile, Json),
        ),
        (
            "your_instagram_activity/media/archived_posts.json",
            Place::Records(Kind::Archived, Json),
        ),
        (
            "your_instagram_activity/media/recently_deleted_content.json",
            Place::Records(Kind::Deleted, Json),
        ),
        (
            "your_instagram_activity/media/other_content.json",
            Place::Records(Kind::Other, Json),
        ),
        (
            "your_instagram_activity/media/reposts.json",
            Place::OtherRecords,
        ),
        ("past_instagram_insights/posts.json", Place::Insights(Json)),
        (
            "logged_information/past_instagram_insights/posts.json",
            Place::Insights(Json),
        ),
        (
            "your_instagram_activity/threads/threads_and_replies.json",
            Place::Records(Kind::Post, Json),
        ),
        (
            "your_instagram_activity/likes/liked_posts.json",
            Place::OtherRecords,
        ),
        ("content/igtv_videos.HTM", Place::Records(Kind::Igtv, Html)),
        ("content/likes.html", Place::OtherRecords),
        ("past_instagram_insights/posts.html", Place::Insights(Html)),
        ("posts_1.html", Place::OtherRecords),
        ("messages/inbox/ben_1/other.html", Place::OtherMessage),
        ("media.json", Place::OldMedia),
        ("profile.json", Place::Profile(Json)),
        (
            "account_information/personal_information.json",
            Place::Profile(Json),
        ),
        (
            "personal_information/personal_information/personal_information.json",
            Place::Profile(Json),
        ),
        (
            "personal_information/personal_information/personal_information.html",
            Place::Profile(Html),
        ),
        (
            "messages/inbox/ben_1/message_1.json",
            Place::Conversation(Json),
        ),
        (
            "your_instagram_activity/messages/inbox/ben_1/message_2.html",
            Place::Conversation(Html),
        ),
        (
            "your_instagram_activity/messages/inbox/ben_1/photos/1.jpg",
            Place::MessageMedia,
        ),
        (
            "messages/inbox/ben_1/videos/17912345678901234",
            Place::MessageMedia,
        ),
        ("messages/inbox/ben_1/files/1.pdf", Place::OtherMessage),
        (
            "your_instagram_activity/message_requests/ben_1/photos/1.jpg",
            Place::MessageMedia,
        ),
        (
            "your_instagram_activity/message_requests/ben_1/message_1.html",
            Place::Conversation(Html),
        ),
        (
            "your_instagram_activity/messages/chats.html",
            Place::OtherMessage,
        ),
        (
            "direct/201908/0123456789abcdef0123456789abcdef.jpg",
            Place::MessageMedia,
        ),
        (OLD, Place::Media),
        ("media/reels/202401/AQabc_17912345678901234", Place::Media),
        ("media/17912345678901234.webp", Place::Media),
        ("media/other/17912345678901234.srt", Place::Media),
        ("your_instagram_activity/somewhere/new.heic", Place::Media),
        ("notes.txt", Place::OtherRecords),
        ("strange.bin", Place::Unknown),
    ] {
        assert_eq!(place_of(path), place, "{path}");
    }
}

#[test]
fn folders_tell_kinds_where_they_can() {
    for (path, kind) in [
        ("media/posts/202405/1.jpg", Kind::Other),
        ("media/stories/202405/1.jpg", Kind::Story),
        ("public-media/reels/202405/1.mp4", Kind::Reel),
        ("media/archived_posts/202405/1.jpg", Kind::Archived),
        ("media/recently_deleted/202405/1.jpg", Kind::Deleted),
        ("media/profile/202405/1.jpg", Kind::Profile),
        ("media/1.jpg", Kind::Other),
        ("stories/201908/a.mp4", Kind::Story),
        ("photos/201908/a.jpg", Kind::Other),
        (
            "your_instagram_activity/messages/inbox/b/photos/1.jpg",
            Kind::Message,
        ),
        (
            "your_instagram_activity/message_requests/b/photos/1.jpg",
            Kind::Message,
        ),
    ] {
        assert_eq!(kind_of_folder(path), kind, "{path}");
    }
}

#[test]
fn what_lies_beside_a_page_of_messages_is_of_the_conversation() {
    use Format::{Html, Json};
    let nodes = |paths: &[&str]| -> Vec<Node> {
        let numbered = paths.iter().enumerate();
        numbered
            .map(|(at, path)| Node {
                id: archive::EntryId(at),
                path: (*path).into(),
            })
            .collect()
    };
    let found = Conversations::find(&nodes(&[
        "your_instagram_activity/secret_chats/ben_1/message_1.html",
        "group_chats/message_2.json",
        // Neither a top folder nor that of media becomes a conversation.
        "message_1.json",
        "media/posts/message_1.html",
        "your_instagram_activity/message_1.html",
        "elsewhere/message.json",
    ]));
    for (path, place) in [
        (
            "your_instagram_activity/secret_chats/ben_1/photos/1.jpg",
            Place::MessageMedia,
        ),
        (
            "your_instagram_activity/secret_chats/ben_1/audio/1",
            Place::MessageMedia,
        ),
        (
            "your_instagram_activity/secret_chats/ben_1/message_1.html",
            Place::Conversation(Html),
        ),
        ("group_chats/message_2.json", Place::Conversation(Json)),
        ("group_chats/1.jpg", Place::MessageMedia),
        ("group_chats/.DS_Store", Place::System),
        (
            "your_instagram_activity/secret_chats/other/1.jpg",
            Place::Media,
        ),
        ("media/posts/202405/1.jpg", Place::Media),
        ("elsewhere/1.jpg", Place::Media),
        ("content/posts_1.json", Place::Records(Kind::Post, Json)),
    ] {
        assert_eq!(found.place_of(path), place, "{path}");
    }
}

#[test]
fn paths_of_media_are_told_from_other_texts() {
    for (text, expected) in [
        ("media/posts/202405/1.jpg", true),
        ("media/reels/202405/AQabc_17912345678901234", true),
        ("photos/201908/0123456789abcdef0123456789abcdef.jpg", true),
        ("messages/inbox/ben_1/photos/1.jpg", true),
        ("media/other/17912345678901234.srt", false),
        ("messages/stickers_used/1.png", false),
        ("https://h.example/a/1.jpg", false),
        ("sea/sun.jpg and more", false),
        ("1.jpg", false),
        ("image/jpeg", false),
        ("your_instagram_activity/media/posts_1.html", false),
    ] {
        assert_eq!(is_media_path(text), expected, "{text}");
    }
}

#[test]
fn part_names_tell_accounts() {
    for (name, account) in [
        (
            "instagram-anna.b_1-2025-04-01-AbCd1234.zip",
            Some("anna.b_1"),
        ),
        ("instagram-anna-2025-04-01-AbCd1234 (1).zip", Some("anna")),
        ("instagram-anna-2025-04-01-AbCd1234-1", Some("anna")),
        ("anna_b_20201020.zip", Some("anna_b")),
        ("anna_20201020_part_2.zip", Some("anna")),
        ("anna_20201020.tgz", Some("anna")),
        ("instagram-data.zip", None),
        ("anna.zip", None),
        ("_20201020.zip", None),
        ("my photos_20201020.zip", None),
        ("12345678_99999999.zip", None),
        ("é_20201020.zip", None),
        ("", None),
    ] {
        assert_eq!(account_of_part(name).as_deref(), account, "{name}");
    }
}
