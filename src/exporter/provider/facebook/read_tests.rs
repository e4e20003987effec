//! The walk over an archive: every entry has a role, broken files spoil only themselves.

use serde_json::json;

use super::*;
use crate::facebook::Facebook;
use crate::testing::{Files, Heard};
use crate::{EntryRole, ReadOptions};
use model::not_understood::NotUnderstood;

fn read_with(files: &[(&str, Vec<u8>)], options: &ReadOptions) -> Heard {
    Files::in_part("facebook.zip", files).read(&Facebook, options)
}

/// What the files lack, where that is all that was not understood.
fn lacking(heard: &Heard) -> Vec<&str> {
    let lacks = heard.not_understood.iter().map(|(_, why)| match why {
        NotUnderstood::UnknownStructure { lacks } => lacks.as_str(),
        _ => panic!("{why:?}"),
    });
    lacks.collect()
}

fn role(path: &str, bytes: &[u8], messages: bool) -> EntryRole {
    let options = ReadOptions {
        include_messages: messages,
        ..ReadOptions::default()
    };
    read_with(&[(path, bytes.to_vec())], &options)
        .roles
        .remove(&0)
        .expect("told")
}

const POST: &str = r#"[{"timestamp": 1500000000, "attachments": [{"data": [{"media": {"uri": "posts/media/T_x/1.jpg"}}]}]}]"#;

#[test]
fn every_entry_has_a_role() {
    use EntryRole::{Ignored as I, Media, Record};
    for (path, bytes, messages, expected) in [
        (
            "your_facebook_activity/posts/your_posts_1.json",
            POST,
            false,
            Record,
        ),
        (
            "your_facebook_activity/posts/your_posts_1.json",
            "[]",
            false,
            Record,
        ),
        (
            "your_facebook_activity/groups/group_posts.json",
            POST,
            false,
            Record,
        ),
        (
            "your_facebook_activity/groups/group_posts.json",
            "[]",
            false,
            I(Ignored::NotAboutMedia),
        ),
        (
            "your_facebook_activity/events/broken.json",
            "{",
            false,
            I(Ignored::NotAboutMedia),
        ),
        (
            "your_facebook_activity/events/links.json",
            r#"{"uri": 3}"#,
            false,
            I(Ignored::NotAboutMedia),
        ),
        (
            "ads_information/advertisers.json",
            POST,
            false,
            I(Ignored::NotAboutMedia),
        ),
        (
            "your_facebook_activity/posts/media/T_x/1.jpg",
            "",
            false,
            Media,
        ),
        (
            "your_facebook_activity/posts/media/stickers_used/1.png",
            "",
            false,
            I(Ignored::ServiceFile),
        ),
        ("files/fb_logo.png", "", false, I(Ignored::ServiceFile)),
        ("files/10152345678901234.jpg", "", false, Media),
        ("files/10152345678901234.txt", "", false, Media),
        (
            "likes_and_reactions/icons/like.png",
            "",
            false,
            I(Ignored::ServiceFile),
        ),
        ("posts/.DS_Store", "", false, I(Ignored::SystemFile)),
        (
            "messages/inbox/b_x/message_1.json",
            "{}",
            false,
            I(Ignored::Messages),
        ),
        ("messages/inbox/b_x/message_1.json", "{}", true, Record),
        (
            "messages/inbox/b_x/photos/1.jpg",
            "",
            false,
            I(Ignored::Messages),
        ),
        ("messages/inbox/b_x/photos/1.jpg", "", true, Media),
        (
            "messages/inbox/b_x/files/1.pdf",
            "",
            false,
            I(Ignored::Messages),
        ),
        (
            "messages/inbox/b_x/files/1.pdf",
            "",
            true,
            I(Ignored::NotAboutMedia),
        ),
        ("strange.bin", "", false, I(Ignored::Unknown)),
        ("notes.txt", "", false, I(Ignored::NotAboutMedia)),
    ] {
        assert_eq!(
            role(path, bytes.as_bytes(), messages),
            expected,
            "{path} {bytes}"
        );
    }
}

#[test]
fn broken_files_fail_alone_and_what_stands_before_the_fault_is_read() {
    let broken = format!("{},{{", &POST[..POST.len() - 1]);
    let heard = read_with(
        &[
            ("posts/your_posts_1.json", broken.into_bytes()),
            ("posts/your_posts_2.json", b"\xff\xfe".to_vec()),
            (
                "posts/your_posts_3.json",
                format!("\u{feff}{POST}").into_bytes(),
            ),
            ("groups/group.json", b"[{\"uri\": \"a.jpg\"},".to_vec()),
        ],
        &ReadOptions::default(),
    );
    let failed = |id: usize| match &heard.roles[&id] {
        EntryRole::Failed(why) => why.clone(),
        other => format!("{other:?}"),
    };
    assert!(
        failed(0).starts_with("broken JSON: ")
            && failed(0).ends_with("1 records before it were read"),
        "{}",
        failed(0)
    );
    assert!(failed(1).starts_with("broken JSON: "), "{}", failed(1));
    assert_eq!(heard.roles[&2], EntryRole::Record);
    assert!(failed(3).contains("1 records before"), "{}", failed(3));
    assert_eq!(heard.records.len(), 3);
}

#[test]
fn every_value_of_the_wrong_type_is_survived() {
    let wrong = [
        json!(null),
        json!(3),
        json!("x"),
        json!([]),
        json!({}),
        json!([[[1]]]),
        json!({"uri": []}),
    ];
    for key in [
        "timestamp",
        "attachments",
        "data",
        "tags",
        "title",
        "media",
        "label_values",
        "uri",
        "photos",
        "name",
        "creation_timestamp",
    ] {
        for value in &wrong {
            let mut post: Value = serde_json::from_str(POST).expect("valid");
            post[0][key] = value.clone();
            let bytes = post.to_string().into_bytes();
            let role = role("posts/your_posts_1.json", &bytes, false);
            assert_eq!(role, EntryRole::Record, "{key}: {value}");
        }
    }
}

#[test]
fn lists_stand_under_many_roots() {
    let post = &POST[1..POST.len() - 1];
    for (path, file) in [
        ("posts/your_posts_1.json", POST.to_owned()),
        ("posts/your_posts.json", post.to_owned()),
        (
            "posts/your_posts_1.json",
            format!(r#"{{"status_updates": [{post}]}}"#),
        ),
        (
            "stories/archived_stories.json",
            format!(r#"{{"archived_stories_v2": [{post}]}}"#),
        ),
        ("groups/g.json", format!(r#"{{"group_posts_v2": {post}}}"#)),
        (
            "groups/g.json",
            format!(r#"{{"group_posts": {{"activity_log_data": [{post}]}}}}"#),
        ),
    ] {
        let heard = read_with(
            &[(path, file.clone().into_bytes())],
            &ReadOptions::default(),
        );
        assert_eq!(heard.records.len(), 1, "{file}");
        assert_eq!(heard.records[0].source, path);
    }
}

#[test]
fn mangled_text_is_repaired() {
    let album = br#"{"name": "Caf\u00c3\u00a9", "photos": [{"uri": "a/1.jpg", "description": "\u00f0\u009f\u0091\u008d"}]}"#;
    let heard = read_with(
        &[("posts/album/0.json", album.to_vec())],
        &ReadOptions::default(),
    );
    assert_eq!(heard.albums[0].title, "Café");
    assert_eq!(heard.records[0].facts.description.as_deref(), Some("👍"));
    assert_eq!(heard.records[0].facts.albums[0].album, heard.albums[0].key);
}

#[test]
fn oddities_are_told_once_a_file() {
    let file = br#"[{"uri": "https://x.fbcdn.net/1.jpg?s=1"}, {"uri": "https://x.fbcdn.net/2.jpg?s=2"}, {"what": 1}]"#;
    let heard = read_with(
        &[("posts/your_posts_1.json", file.to_vec())],
        &ReadOptions::default(),
    );
    assert_eq!(
        heard.warnings,
        [
            "2 records in it have no date of posting, the first is https://x.fbcdn.net/1.jpg",
            "2 records in it name an address on the web, so their media are not in the archive, the first is https://x.fbcdn.net/1.jpg",
        ]
    );
    assert_eq!(
        lacking(&heard),
        ["1 of its 3 records have no shape that is known"]
    );
}

#[test]
fn a_record_file_whose_structure_matches_nothing_is_not_understood() {
    let dated = |key: &str| format!(r#"[{{"{key}": 1500000000, "uri": "posts/media/T_x/1.jpg"}}]"#);
    let posts = "posts/your_posts_1.json";
    let album = "posts/album/0.json";
    for (path, file, lacks) in [
        (posts, POST.to_owned(), None),
        (posts, "[]".to_owned(), None),
        (posts, "{}".to_owned(), None),
        (
            posts,
            r#"[{"timestamp": 1, "data": [{"post": "words"}]}]"#.to_owned(),
            None,
        ),
        (posts, POST.replace("\"uri\"", "\"file\""), Some("no shape")),
        (posts, r#"[{"what": 1}]"#.to_owned(), Some("no shape")),
        (
            posts,
            POST.replace("timestamp", "moment"),
            Some("no record in it has a time"),
        ),
        (posts, dated("creation_timestamp"), None),
        (posts, dated("made"), Some("no record in it has a time")),
        (album, r#"{"name": "Trip", "photos": []}"#.to_owned(), None),
        (
            album,
            format!(
                r#"{{"name": "Trip", "pictures": {}}}"#,
                dated("creation_timestamp")
            ),
            Some("no album"),
        ),
        (
            album,
            format!(
                r#"{{"name": "Trip", "photos": {}}}"#,
                dated("creation_timestamp")
            ),
            None,
        ),
    ] {
        let heard = read_with(
            &[(path, file.clone().into_bytes())],
            &ReadOptions::default(),
        );
        match (lacking(&heard).as_slice(), lacks) {
            ([], None) => {}
            ([found], Some(lacks)) if found.contains(lacks) => {}
            (found, _) => panic!("{file}: {found:?}, expected {lacks:?}"),
        }
    }
    let options = ReadOptions {
        include_messages: true,
        ..ReadOptions::default()
    };
    let path = "messages/inbox/b_x/message_1.json";
    for (file, understood) in [(r#"{"messages": []}"#, true), (r#"{"letters": []}"#, false)] {
        let heard = read_with(&[(path, file.as_bytes().to_vec())], &options);
        assert_eq!(heard.not_understood.is_empty(), understood, "{file}");
    }
}

#[test]
fn the_account_comes_from_the_user_the_part_or_the_profile() {
    let files = |profile: &str| {
        vec![
            ("posts/your_posts_1.json", POST.as_bytes().to_vec()),
            (
                "profile_information/profile_information.json",
                profile.as_bytes().to_vec(),
            ),
        ]
    };
    let given = ReadOptions {
        account: Some("me".to_owned()),
        ..ReadOptions::default()
    };
    let profile =
        r#"{"profile_v2": {"username": "anna.b", "emails": {"emails": ["a@example.org"]}}}"#;
    for (options, profile, account) in [
        (&given, profile, Some("me")),
        (&ReadOptions::default(), profile, Some("anna.b")),
        (
            &ReadOptions::default(),
            r#"{"profile": {"username": "anna.b"}}"#,
            Some("anna.b"),
        ),
        (
            &ReadOptions::default(),
            r#"{"profile_v2": {"username": "not a name"}}"#,
            None,
        ),
        (&ReadOptions::default(), "[", None),
    ] {
        let heard = read_with(&files(profile), options);
        assert_eq!(heard.records[0].account.as_deref(), account, "{profile}");
    }
}

#[test]
fn previews_of_videos_are_explained_and_no_media() {
    let json = r#"[{"timestamp": 1500000000, "attachments": [{"data": [{"media": {"uri": "posts/media/videos/1.mp4",
        "creation_timestamp": 1500000000, "thumbnail": {"uri": "posts/media/videos/1_preview.jpg"}}}]}]}]"#;
    let page = "<div class=\"_2lej\"><div class=\"_2lek\">Anna</div><div class=\"_2let\"><video class=\"_2yuc\" src=\"posts/media/videos/1.mp4\">\
        <img src=\"posts/media/videos/1_preview.jpg\"></video></div><div class=\"_2lem\">Mar 1, 2019 2:05pm</div></div>";
    for (path, file) in [
        ("posts/your_posts_1.json", json),
        ("posts/your_posts_1.html", page),
    ] {
        let heard = read_with(&[(path, file.as_bytes().to_vec())], &ReadOptions::default());
        let uris: Vec<_> = heard
            .records
            .iter()
            .map(|record| record.uri.as_str())
            .collect();
        assert_eq!(uris, ["posts/media/videos/1.mp4"], "{path}");
        assert_eq!(
            heard.explained,
            ["posts/media/videos/1_preview.jpg"],
            "{path}"
        );
        assert!(heard.not_understood.is_empty(), "{path}");
    }
}
