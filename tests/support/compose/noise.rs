//! Composes what archives hold besides the owner's media: likes, comments, followers, empty sections.

use serde_json::{Value, json};

use super::super::account::Account;
use super::g1::plain;
use super::mojibake::mojibake;
use super::{Edition, Files, Generation, html, paths};

/// Adds the noise of a generation.
pub fn add_records(files: &mut Files, account: &Account, generation: Generation, edition: Edition) {
    if generation == Generation::G1 {
        add_g1(files, account);
        return;
    }
    let root = paths::activity_root(generation);
    files.insert(
        format!("{root}saved/no-data.txt"),
        b"You have no data in this section\n".to_vec(),
    );
    match edition {
        Edition::Json => add_json(files, root, generation),
        Edition::Html(language) => {
            for name in ["likes/liked_posts", "comments/post_comments_1"] {
                let page = html::other_page(&format!("{root}{name}"), language);
                files.insert(format!("{root}{name}.html"), page);
            }
        }
    }
}

fn add_g1(files: &mut Files, account: &Account) {
    let likes = json!({"media_likes": [["2019-08-02T09:15:30+00:00", "someone.else"]]});
    let comments =
        json!({"media_comments": [["2020-10-19T16:39:30+00:00", "schön 😍", account.username]]});
    let settings = json!({"allow_comments_from": "Everyone"});
    for (name, value) in [
        ("likes.json", likes),
        ("comments.json", comments),
        ("settings.json", settings),
    ] {
        files.insert(name.to_owned(), plain(&value));
    }
}

fn add_json(files: &mut Files, root: &str, generation: Generation) {
    let followers = match generation {
        Generation::G2 => "followers_and_following/followers_1.json",
        _ => "connections/followers_and_following/followers_1.json",
    };
    let list: [(String, Value); 5] = [
        (format!("{root}likes/liked_posts.json"), likes()),
        (format!("{root}comments/post_comments_1.json"), comments()),
        (format!("{root}saved/saved_posts.json"), saved()),
        (followers.to_owned(), followers_value()),
        (
            format!("{root}other_activity/your_information_download_requests.json"),
            json!([{"timestamp": 1_743_500_000, "media": [], "label_values": [], "fbid": "17900000000000002"}]),
        ),
    ];
    for (path, value) in list {
        files.insert(path, mojibake(&value));
    }
}

fn likes() -> Value {
    json!({"likes_media_likes": [{"title": "someone.else", "string_list_data": [
        {"href": "https://www.instagram.com/p/Cabc/", "value": "👍", "timestamp": 1_700_000_000}
    ]}]})
}

fn comments() -> Value {
    json!([{"media_list_data": [{"uri": ""}], "string_map_data": {
        "Comment": {"value": "Très joli 🥰"},
        "Media Owner": {"value": "someone.else"},
        "Time": {"timestamp": 1_700_000_000},
        "Numéro": {"value": "1"},
    }}])
}

fn saved() -> Value {
    json!({"saved_saved_media": [{"title": "someone.else", "string_map_data": {
        "Saved on": {"href": "https://www.instagram.com/p/Cdef/", "timestamp": 1_700_000_000}
    }}]})
}

fn followers_value() -> Value {
    json!([{"title": "", "media_list_data": [], "string_list_data": [
        {"href": "https://www.instagram.com/a.friend", "value": "a.friend", "timestamp": 1_600_000_000}
    ]}])
}
