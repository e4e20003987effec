//! Names of Facebook's archives since 2018, and names that look alike.

use super::*;

#[test]
fn archives_are_recognised_by_names() {
    for (what, paths, expected) in [
        (
            "2018",
            vec![
                "photos_and_videos/album/0.json",
                "photos_and_videos/Trip_v0SYVLIUiA/1.jpg",
            ],
            vec![""],
        ),
        (
            "2018 HTML",
            vec!["photos_and_videos/your_photos.html"],
            vec![""],
        ),
        (
            "2018, media only",
            vec!["photos_and_videos/Trip_v0SYV_IUiA/1_2_n.jpg"],
            vec![""],
        ),
        (
            "2019, posts only",
            vec!["posts/your_posts_1.json"],
            vec![""],
        ),
        (
            "2019, flat",
            vec!["x/posts/album/0.json", "x/posts/trip_1234/1.jpg"],
            vec!["x/"],
        ),
        (
            "2021",
            vec![
                "posts/your_uncategorized_photos.json",
                "posts/media/your_posts/1.jpg",
            ],
            vec![""],
        ),
        (
            "2021, media only",
            vec!["posts/media/Trip_v0SYVLIUiA/1.jpg"],
            vec![""],
        ),
        (
            "2021, id for a token",
            vec!["posts/media/Trip_10152345678901234/1"],
            vec![""],
        ),
        (
            "2023",
            vec!["your_facebook_activity/posts/your_posts_1.json"],
            vec![""],
        ),
        (
            "2023, media only",
            vec!["your_activity_across_facebook/posts/media/Trip_x/1.jpg"],
            vec![""],
        ),
        (
            "a Page",
            vec!["w/this_profile's_activity_across_facebook/posts/uncategorized_photos.json"],
            vec!["w/"],
        ),
        (
            "two parts side by side",
            vec![
                "a/your_facebook_activity/posts/x.json",
                "b/your_facebook_activity/y.json",
            ],
            vec!["a/", "b/"],
        ),
        (
            "messages",
            vec!["messages/archived_threads/ben_x/message_1.json"],
            vec![""],
        ),
        (
            "profile",
            vec!["personal_information/profile_information/profile_information.json"],
            vec![""],
        ),
        (
            "Instagram",
            vec![
                "your_instagram_activity/media/posts_1.json",
                "media/posts/202405/1_17912345678901234.jpg",
            ],
            vec![],
        ),
        (
            "Instagram of 2022",
            vec![
                "content/posts_1.json",
                "messages/inbox/ben_x/message_1.json",
                "personal_information/personal_information.json",
            ],
            vec![],
        ),
        ("Threads", vec!["threads/threads_and_replies.json"], vec![]),
        (
            "Takeout",
            vec![
                "Takeout/Google Photos/posts/a.jpg",
                "Takeout/Google Photos/posts/a.jpg.json",
                "Takeout/archive_browser.html",
            ],
            vec![],
        ),
        (
            "photos",
            vec![
                "posts/a.jpg",
                "photos_and_videos/a.jpg",
                "posts/album/a.jpg",
                "posts/media/trip/a.jpg",
                "album/0.json",
            ],
            vec![],
        ),
        (
            "litter",
            vec!["__MACOSX/your_facebook_activity/posts/a.json"],
            vec![],
        ),
        ("nothing", vec![], vec![]),
    ] {
        assert_eq!(roots(&paths), expected, "{what}");
    }
}

#[test]
fn every_path_has_a_place() {
    use Format::{Html, Json};
    for (path, place) in [
        ("posts/your_posts_1.json", Place::Records(Kind::Post, Json)),
        (
            "your_facebook_activity/posts/your_posts__check_ins__photos_and_videos_1.html",
            Place::Records(Kind::Post, Html),
        ),
        (
            "this_profile's_activity_across_facebook/posts/uncategorized_photos.json",
            Place::Records(Kind::Post, Json),
        ),
        (
            "your_facebook_activity/posts/your_uncategorized_photos.json",
            Place::Records(Kind::Post, Json),
        ),
        (
            "your_facebook_activity/posts/archive.json",
            Place::Records(Kind::Archived, Json),
        ),
        (
            "your_facebook_activity/posts/trash.json",
            Place::Records(Kind::Deleted, Json),
        ),
        (
            "your_facebook_activity/posts/check-ins.json",
            Place::Perhaps(Kind::Post, Json),
        ),
        (
            "your_facebook_activity/posts/your_photos.html",
            Place::OtherRecords,
        ),
        (
            "photos_and_videos/your_videos.json",
            Place::Records(Kind::Post, Json),
        ),
        ("photos_and_videos/album/12.json", Place::Album(Json)),
        (
            "your_facebook_activity/posts/album/0.html",
            Place::Album(Html),
        ),
        (
            "your_facebook_activity/stories/archived_stories.json",
            Place::Records(Kind::Story, Json),
        ),
        (
            "your_facebook_activity/reels/your_reels.json",
            Place::Perhaps(Kind::Reel, Json),
        ),
        (
            "your_facebook_activity/groups/your_posts_in_groups.json",
            Place::Perhaps(Kind::Post, Json),
        ),
        (
            "profile_information/profile_information.json",
            Place::Perhaps(Kind::Profile, Json),
        ),
        (
            "your_facebook_activity/comments_and_reactions/comments.json",
            Place::Perhaps(Kind::Other, Json),
        ),
        ("ads_information/advertisers.json", Place::OtherRecords),
        ("start_here.html", Place::Service),
        ("index.html", Place::Service),
        ("files/fb_logo.png", Place::Service),
        ("files/profile_pic.jpg", Place::Service),
        ("files/Instagram-Logo.png", Place::Service),
        ("files/10152345678901234.jpg", Place::Media),
        ("files/10152345678901234.txt", Place::Media),
        ("files/slides.pdf", Place::Media),
        ("files/notes.html", Place::Media),
        (
            "your_facebook_activity/comments_and_reactions/icons/like.png",
            Place::Service,
        ),
        ("likes_and_reactions/icons/none.png", Place::Service),
        ("posts/media/icons_v0SYVLIUiA/1.png", Place::Media),
        (
            "your_facebook_activity/avatars_store/hat.png",
            Place::Service,
        ),
        ("posts/media/Myavatar_v0SYVLIUiA/1.png", Place::Media),
        (
            "your_facebook_activity/avatars_store/avatar_items.html",
            Place::OtherRecords,
        ),
        (
            "your_facebook_activity/comments_and_reactions/likes_and_reactions_1.html",
            Place::OtherRecords,
        ),
        (
            "your_facebook_activity/posts/media/stickers_used/1.png",
            Place::Service,
        ),
        (
            "your_facebook_activity/messages/stickers_used/1.png",
            Place::Service,
        ),
        ("posts/media/Empty_x/emptyalbum_12.png", Place::Service),
        ("photos_and_videos/thumbnails/1.jpg", Place::Service),
        ("posts/no-data.txt", Place::Service),
        ("__MACOSX/posts/media/._1.jpg", Place::System),
        ("posts/media/Trip_x/1.jpg", Place::Media),
        ("posts/media/videos/10152345678901234", Place::Media),
        ("posts/myalbum_1234/1.jpg", Place::Media),
        ("posts/media/videos/1.srt", Place::Media),
        (
            "messages/inbox/b_x/message_1.json",
            Place::Conversation(Json),
        ),
        (
            "your_facebook_activity/messages/e2ee_cutover/b_x/message_2.html",
            Place::Conversation(Html),
        ),
        ("messages/b_x/message.json", Place::Conversation(Json)),
        ("messages/inbox/b_x/photos/1", Place::MessageMedia),
        ("messages/inbox/b_x/files/1.pdf", Place::OtherMessage),
        ("messages/autofill_information.json", Place::OtherMessage),
        ("LICENSE", Place::Unknown),
        ("a/b.bin", Place::Unknown),
        ("a/b.csv", Place::OtherRecords),
    ] {
        assert_eq!(place_of(path), place, "{path}");
    }
}

#[test]
fn folders_of_albums_have_names() {
    for (folder, name) in [
        ("MobileUploads_v0SYVLIUiA", Some("MobileUploads")),
        ("MobileUploads_v0_YV-IUiA", Some("MobileUploads")),
        ("Trip_to_sea_v0SYVLIUiA", Some("Trip_to_sea")),
        ("InstagramPhotos_580123456789", Some("InstagramPhotos")),
        ("InstagramPhotos_5801234567", Some("InstagramPhotos")),
        ("your_posts", None),
        ("stickers_used", None),
        ("T_x", None),
        ("_v0SYVLIUiA", None),
        ("été_v0SYVLIUi", None),
        ("", None),
    ] {
        assert_eq!(album_name(folder), name, "{folder}");
    }
}

#[test]
fn media_lie_in_some_folders_and_icons_in_others() {
    for (path, below) in [
        ("posts/media/T_x/1.jpg", true),
        ("../../photos_and_videos/T_x/1.jpg", true),
        ("your_facebook_activity/posts/media/T_x/1", true),
        (
            "this_profile's_activity_across_facebook/posts/media/T_x/1.jpg",
            true,
        ),
        ("messages/inbox/b_x/photos/1", true),
        ("files/attached.jpg", true),
        ("some_section/media/1.jpg", true),
        ("files/fb_logo.png", false),
        ("photos_and_videos/thumbnails/1.jpg", false),
        ("comments_and_reactions/icons/like.png", false),
        ("some_section/1.png", false),
        ("https://h.example/posts/media/1.jpg", false),
        ("posts/your_posts_1.json", false),
        ("", false),
    ] {
        assert_eq!(is_below_media(path), below, "{path}");
    }
}

#[test]
fn folders_tell_kinds_where_they_can() {
    for (path, kind) in [
        ("your_facebook_activity/stories/media/1.jpg", Kind::Story),
        ("messages/inbox/b_x/photos/1.jpg", Kind::Message),
        (
            "your_activity_across_facebook/posts/media/Trip_x/1.jpg",
            Kind::Other,
        ),
        (
            "this_profile's_activity_across_facebook/stories/1.jpg",
            Kind::Story,
        ),
    ] {
        assert_eq!(kind_of_folder(path), kind, "{path}");
    }
}
