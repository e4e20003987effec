//! Reading whole archives: a tree in memory, what each entry is, which records come out.

use super::*;
use crate::instagram::Instagram;
use crate::testing::{Files, Heard, UNREADABLE};
use crate::{EntryRole, ReadOptions};
use model::kind::Visibility;
use serde_json::json;

fn read_with(files: &[(&str, &str, &str)], options: &ReadOptions) -> Heard {
    let mut heard = Files::in_parts(files).read(&Instagram, options);
    let lacks = heard.lacks();
    heard.warnings.extend(lacks);
    heard
}

fn read(files: &[(&str, &str, &str)]) -> Heard {
    read_with(files, &ReadOptions::default())
}

/// File → kind, for the tables of record files.
fn kinds(files: &[(&str, &str, &str)]) -> Vec<(Kind, String)> {
    read(files)
        .records
        .into_iter()
        .map(|record| (record.kind, record.uri))
        .collect()
}

#[test]
fn each_record_file_gives_its_kind() {
    let medium = r#"{"uri":"media/x/1.jpg","creation_timestamp":1715560000,"title":"t"}"#;
    for (name, text, kind) in [
        (
            "posts_1",
            format!(r#"[{{"media":[{medium}]}}]"#),
            Kind::Post,
        ),
        ("posts_2", format!(r#"{{"media":[{medium}]}}"#), Kind::Post),
        (
            "stories",
            format!(r#"{{"ig_stories":[{medium}]}}"#),
            Kind::Story,
        ),
        (
            "stories",
            format!(r#"{{"ig_stories":{medium}}}"#),
            Kind::Story,
        ),
        (
            "reels",
            format!(r#"{{"ig_reels_media":[{{"media":[{medium}]}}]}}"#),
            Kind::Reel,
        ),
        (
            "igtv_videos",
            format!(r#"{{"ig_igtv_media":[{{"media":[{medium}]}}]}}"#),
            Kind::Igtv,
        ),
        (
            "profile_photos",
            format!(r#"{{"ig_profile_picture":[{medium}]}}"#),
            Kind::Profile,
        ),
        (
            "archived_posts",
            format!(r#"{{"ig_archived_post_media":[{{"media":[{medium}]}}]}}"#),
            Kind::Archived,
        ),
        (
            "recently_deleted_content",
            format!(r#"{{"ig_recently_deleted_media":[{{"media":[{medium}]}}]}}"#),
            Kind::Deleted,
        ),
        (
            "other_content",
            format!(r#"{{"ig_other_media":[{{"media":[{medium}]}}]}}"#),
            Kind::Other,
        ),
        ("other_content", format!("[{medium}]"), Kind::Other),
        (
            "other_content",
            format!(
                r#"[{{"timestamp":1,"label_values":[{{"label":"Media","media":[{medium}]}}]}}]"#
            ),
            Kind::Other,
        ),
        (
            "posts",
            format!(
                r#"[{{"timestamp":1,"media":[],"label_values":[{{"label":"Media","media":[{medium}]}}]}}]"#
            ),
            Kind::Post,
        ),
    ] {
        for folder in [
            "content",
            "your_instagram_activity/content",
            "your_instagram_activity/media",
        ] {
            let path = format!("{folder}/{name}.json");
            let expected = [(kind, "media/x/1.jpg".to_owned())];
            assert_eq!(kinds(&[("p.zip", &path, &text)]), expected, "{path} {text}");
        }
    }
}

#[test]
fn g1_rows_are_read_and_direct_ones_only_when_asked() {
    let files = [(
        "anna_20201020.zip",
        "media.json",
        r#"{"photos":[{"caption":"é","taken_at":"2019-08-02T09:15:30+00:00","location":"Old Port","path":"photos/201908/a.jpg"},
            {"caption":"é","taken_at":"2019-08-02T09:15:30+00:00","path":"photos/201908/b.jpg"}],
           "stories":[{"caption":"","taken_at":"2019-08-02T09:15:30+00:00","path":"stories/201908/c.mp4"}],
           "direct":[{"taken_at":"2019-08-02T09:15:30","path":"direct/201908/d.jpg"}],
           "profile":[{"caption":"","taken_at":"2019-08-02T09:15:30+00:00","is_active_profile":true,"path":"profile/201908/e.jpg"}]}"#,
    )];
    let records = read(&files).records;
    let kinds: Vec<Kind> = records.iter().map(|record| record.kind).collect();
    assert_eq!(kinds, [Kind::Post, Kind::Post, Kind::Story, Kind::Profile]);
    assert!(records[0].post.is_some() && records[2].post.is_none());
    assert_eq!(records[0].account.as_deref(), Some("anna"));
    let options = ReadOptions {
        include_messages: true,
        ..ReadOptions::default()
    };
    assert_eq!(read_with(&files, &options).records.len(), 5);
}

#[test]
fn mangled_text_is_right_in_records_and_raw() {
    let text = r#"[{"media":[{"uri":"media/x/1.jpg","creation_timestamp":1,"title":"Caf\u00c3\u00a9 \u00f0\u009f\u0091\u008d"}]}]"#;
    let records = read(&[("p", "content/posts_1.json", text)]).records;
    assert_eq!(records[0].facts.description.as_deref(), Some("Café 👍"));
    assert_eq!(records[0].raw["media"]["title"], json!("Café 👍"));
}

#[test]
fn one_odd_record_spoils_only_itself() {
    let text = r#"[3,{"media":[{"uri":"m/1.jpg","creation_timestamp":1}]},{"media":[{"uri":4}]},{"title":"x"},
        {"media":[{"uri":"m/2.jpg","creation_timestamp":"soon","media_metadata":[]}]}]"#;
    let collected = read(&[("p", "content/posts_1.json", text)]);
    assert_eq!(collected.records.len(), 2);
    assert_eq!(collected.roles[&0], EntryRole::Record);
    assert_eq!(
        collected.warnings,
        [
            "1 records in it have no date of posting, the first is m/2.jpg",
            "its structure is not one albumen knows: 3 records in it name no medium"
        ]
    );
}

#[test]
fn broken_json_fails_with_its_place_and_keeps_what_stood_before() {
    let good = r#"{"ig_stories":[{"uri":"m/9.jpg","creation_timestamp":1}]}"#;
    let collected = read(&[
        (
            "p",
            "content/posts_1.json",
            "[{\"media\":[{\"uri\":\"m/1.jpg\",\"creation_timestamp\":1}]},\n{\"media\":[{\"u",
        ),
        ("p", "content/reels.json", "<html>"),
        ("p", "content/stories.json", good),
        ("p", "content/igtv_videos.json", UNREADABLE),
        ("p", "personal_information/personal_information.json", "{"),
    ]);
    let failed = |index: usize| match &collected.roles[&index] {
        EntryRole::Failed(why) => why.clone(),
        other => panic!("{other:?}"),
    };
    assert!(
        failed(0).contains("line 2 column") && failed(0).contains("1 records before"),
        "{}",
        failed(0)
    );
    assert!(failed(1).contains("line 1 column 1"), "{}", failed(1));
    assert_eq!(failed(3), "checksum differs");
    assert!(failed(4).contains("line 1"));
    assert_eq!(collected.roles[&2], EntryRole::Record);
    assert_eq!(collected.records.len(), 2);
}

#[test]
fn entries_have_the_role_their_place_gives() {
    let conversation = r#"{"participants":[{"name":"Ben"}],"messages":[{"sender_name":"Ben","timestamp_ms":1715560000000,
        "photos":[{"uri":"messages/inbox/ben_1/photos/1.jpg","creation_timestamp":1715560000}]}]}"#;
    let files = [
        ("p", "messages/inbox/ben_1/message_1.json", conversation),
        ("p", "messages/inbox/ben_1/message_1.html", "<html>"),
        ("p", "messages/inbox/ben_1/photos/1.jpg", "x"),
        ("p", "messages/inbox/ben_1/files/1.pdf", "x"),
        ("p", "messages/stickers_used/1.png", "x"),
        ("p", "media/posts/202405/1.jpg", "x"),
        ("p", "__MACOSX/._x", "x"),
        ("p", "likes/liked_posts.json", "broken {"),
        (
            "p",
            "your_instagram_activity/threads/threads_and_replies.json",
            "{}",
        ),
        ("p", "thing.bin", "x"),
        ("p", "content/posts_1.html", "<html>"),
    ];
    use Ignored::{Messages, NotAboutMedia, ServiceFile, SystemFile, Unknown};
    let ignored = EntryRole::Ignored;
    let without = read(&files);
    let roles: Vec<EntryRole> = without.roles.values().cloned().collect();
    assert_eq!(
        roles,
        [
            ignored(Messages),
            ignored(Messages),
            ignored(Messages),
            ignored(Messages),
            ignored(ServiceFile),
            EntryRole::Media,
            ignored(SystemFile),
            ignored(NotAboutMedia),
            EntryRole::Record,
            ignored(Unknown),
            EntryRole::Record
        ]
    );
    assert!(without.records.is_empty());
    let options = ReadOptions {
        include_messages: true,
        ..ReadOptions::default()
    };
    let with = read_with(&files, &options);
    assert_eq!(with.roles[&0], EntryRole::Record);
    assert_eq!(with.roles[&1], EntryRole::Record);
    assert_eq!(with.roles[&2], EntryRole::Media);
    assert_eq!(with.roles[&4], ignored(ServiceFile));
    assert_eq!(with.records.len(), 1);
    assert_eq!(with.records[0].kind, Kind::Message);
}

#[test]
fn accounts_by_rank() {
    let stories = r#"{"ig_stories":[{"uri":"m/1.jpg","creation_timestamp":1}]}"#;
    let profile = r#"{"profile_user":[{"string_map_data":{"Username":{"value":"inside"}}}]}"#;
    let given = Some("given".to_owned());
    for (option, parts, expected) in [
        (
            given,
            vec![(
                "instagram-name-2025-04-01-abcdefgh.zip",
                "personal_information/personal_information.json",
                profile,
            )],
            Some("given"),
        ),
        (
            None,
            vec![(
                "instagram-name-2025-04-01-abcdefgh.zip",
                "personal_information/personal_information.json",
                profile,
            )],
            Some("inside"),
        ),
        (
            None,
            vec![(
                "renamed.zip",
                "personal_information/personal_information.json",
                profile,
            )],
            Some("inside"),
        ),
        (
            None,
            // That part may come in another call as well.
            vec![(
                "other.zip",
                "personal_information/personal_information.json",
                profile,
            )],
            None,
        ),
        (None, vec![], None),
    ] {
        let mut files = vec![("renamed.zip", "content/stories.json", stories)];
        if let Some(first) = parts.first()
            && first.0 != "other.zip"
        {
            files[0].0 = first.0;
        }
        files.extend(parts);
        let options = ReadOptions {
            account: option,
            ..ReadOptions::default()
        };
        let collected = read_with(&files, &options);
        assert_eq!(collected.records[0].account.as_deref(), expected);
    }
    let named = read(&[(
        "instagram-name-2025-04-01-abcdefgh.zip",
        "content/stories.json",
        stories,
    )]);
    assert_eq!(named.records[0].account.as_deref(), Some("name"));
}

#[test]
fn parts_of_two_accounts_keep_theirs() {
    let stories = r#"{"ig_stories":[{"uri":"m/1.jpg","creation_timestamp":1}]}"#;
    let profile = |name: &str| format!(r#"{{"username":"{name}"}}"#);
    let (anna, ben) = (profile("anna"), profile("ben"));
    let collected = read(&[
        ("a.zip", "profile.json", &anna),
        ("a.zip", "content/stories.json", stories),
        ("b.zip", "profile.json", &ben),
        (
            "b.zip",
            "content/reels.json",
            r#"{"ig_reels_media":[{"media":[{"uri":"m/2.mp4","creation_timestamp":1}]}]}"#,
        ),
        (
            "c.zip",
            "content/igtv_videos.json",
            r#"{"ig_igtv_media":[{"media":[{"uri":"m/3.mp4","creation_timestamp":1}]}]}"#,
        ),
    ]);
    let mut accounts: Vec<(&str, Option<&str>)> = collected
        .records
        .iter()
        .map(|record| (record.uri.as_str(), record.account.as_deref()))
        .collect();
    accounts.sort_unstable();
    assert_eq!(
        accounts,
        [
            ("m/1.jpg", Some("anna")),
            ("m/2.mp4", Some("ben")),
            ("m/3.mp4", None)
        ]
    );
}

#[test]
fn a_video_date_on_three_posts_is_a_templates() {
    let video = |number: u32, date: &str| {
        format!(
            r#"{{"media":[{{"uri":"m/{number}.mp4","creation_timestamp":1,"media_metadata":{{"video_metadata":
            {{"exif_data":[{{"date_time_original":"{date}"}}]}}}}}}]}}"#
        )
    };
    let (shared, twice) = ("20200101T101010.000Z", "20210101T101010.000Z");
    let posts = [
        video(1, shared),
        video(2, shared),
        video(3, shared),
        video(4, twice),
        video(5, twice),
    ];
    let text = format!("[{}]", posts.join(","));
    let records = read(&[("p", "content/posts_1.json", &text)]).records;
    let dated: Vec<bool> = records
        .iter()
        .map(|record| record.facts.taken_at.is_some())
        .collect();
    assert_eq!(dated, [false, false, false, true, true]);
}

#[test]
fn a_draft_in_a_file_of_g5_is_hidden_and_captions_go_by_shape() {
    let post = |number: u32, text: &str, draft: &str| {
        json!({"timestamp": 1_770_000_000, "media": [], "label_values": [
            {"label": "Texti", "value": text}, {"label": "Háttur", "value": "straumur"}, {"label": "Drög", "value": draft},
            {"label": "Miðlar", "media": [{"uri": format!("media/posts/202602/1791234567890123{number}.jpg")}]},
            {"title": "", "dict": [{"label": "Miðlar", "media": [{"uri": format!("media/posts/202602/1791234567890124{number}.jpg")}]}]}
        ], "fbid": "9"})
    };
    let text = json!([post(1, "Höfnin", "False"), post(2, "Fjallið", "True")]).to_string();
    let records = read(&[("p", "your_instagram_activity/media/posts.json", &text)]).records;
    let told: Vec<(Kind, Visibility, Option<&str>, Option<u32>)> = records
        .iter()
        .map(|record| {
            let index = record.post.as_ref().map(|post| post.index);
            (
                record.kind,
                record.facts.visibility,
                record.facts.description.as_deref(),
                index,
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (Kind::Post, Visibility::Shown, Some("Höfnin"), Some(0)),
            (Kind::Post, Visibility::Shown, Some("Höfnin"), Some(1)),
            (Kind::Draft, Visibility::Hidden, Some("Fjallið"), Some(0)),
            (Kind::Draft, Visibility::Hidden, Some("Fjallið"), Some(1)),
        ]
    );
    assert_eq!(
        records[0].post.as_ref().map(|post| post.id.as_str()),
        Some("post:17912345678901231")
    );
}

#[test]
fn both_editions_of_one_thing_are_read() {
    let json = r#"[{"media":[{"uri":"media/posts/202405/1_n_17912345678901234.jpg","creation_timestamp":1715560000,"title":"Harbour"}]}]"#;
    let html = r#"<html><body><div class="pam _3-95 _2ph- _a6-g uiBoxWhite noborder"><div class="_3-95 _2pim _a6-h _a6-i">Harbour</div>
        <div class="_3-95 _a6-p"><div><a href="media/posts/202405/1_n_17912345678901234.jpg"><img
        src="media/posts/202405/1_n_17912345678901234.jpg" class="_a6_o _3-96"/></a></div></div>
        <div class="_3-94 _a6-o">May 12, 2024 4:26 pm</div></div></body></html>"#;
    let collected = read(&[
        (
            "instagram-anna-2025-04-01-abcdefgh.zip",
            "your_instagram_activity/media/posts_1.json",
            json,
        ),
        (
            "instagram-anna-2025-04-01-ijklmnop.zip",
            "your_instagram_activity/media/posts_1.html",
            html,
        ),
    ]);
    let told: Vec<(&str, Option<&str>, Option<&str>)> = collected
        .records
        .iter()
        .map(|r| {
            (
                r.key.as_str(),
                r.account.as_deref(),
                r.facts.description.as_deref(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [("17912345678901234", Some("anna"), Some("Harbour")); 2]
    );
    let minute = |record: &Record| record.facts.posted_at.map(|at| at.rough_seconds() / 60);
    assert_eq!(minute(&collected.records[0]), minute(&collected.records[1]));
    assert_ne!(collected.records[0].edition, collected.records[1].edition);
}

#[test]
fn posts_of_threads_are_read_from_both_places_and_editions() {
    let json = r#"{"text_post_app_text_posts":[
        {"media":[{"uri":"","creation_timestamp":1715560000,"title":"words only"}]},
        {"media":[{"uri":"media/posts/202405/1.jpg","creation_timestamp":1715560000,"title":"one","text_app_post":{"is_reply":false}}]},
        {"media":[{"uri":"media/2.webp","creation_timestamp":1715560100,"title":""},{"uri":"media/3","creation_timestamp":1715560100,"title":""}],
         "title":"two","creation_timestamp":1715560100}]}"#;
    let html = "<div class=\"pam _a6-g\"><h2 class=\"_a6-h _a6-i\">one</h2><div class=\"_a6-p\"><img src=\"media/posts/202405/1.jpg\">\
        </div><div class=\"_3-94 _a6-o\">May 12, 2024 4:26 pm</div></div>";
    for root in ["threads/", "your_instagram_activity/threads/"] {
        let path = format!("{root}threads_and_replies.json");
        let read_json = read(&[("p", &path, json)]);
        let told: Vec<_> = read_json
            .records
            .iter()
            .map(|r| {
                (
                    r.uri.as_str(),
                    r.facts.description.as_deref(),
                    r.post.as_ref().map(|p| p.index),
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                ("media/posts/202405/1.jpg", Some("one"), None),
                ("media/2.webp", Some("two"), Some(0)),
                ("media/3", Some("two"), Some(1))
            ]
        );
        let path = format!("{root}threads_and_replies.html");
        let read_html = read(&[("p", &path, html)]);
        assert_eq!(read_html.records.len(), 1);
        let minute = |record: &Record| record.facts.posted_at.map(|at| at.rough_seconds() / 60);
        assert_eq!(minute(&read_html.records[0]), minute(&read_json.records[0]));
    }
}
