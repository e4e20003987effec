//! Composes the first generation (2018 to early 2021): one `media.json`, plain UTF-8.

use jiff::Timestamp;
use model::kind::Kind;
use serde_json::{Map, Value, json};

use super::super::account::{Account, Medium, Post};
use super::{Files, Generation, newest_first, paths};

/// Adds `media.json` and `profile.json`.
pub fn add_records(files: &mut Files, account: &Account) {
    let mut root = Map::new();
    let rows = |kind: Kind, videos: Option<bool>| -> Vec<Value> {
        newest_first(account, &[kind])
            .into_iter()
            .flat_map(|(_, post)| post.media.iter().map(move |medium| (post, medium)))
            .filter(|(_, medium)| videos.is_none_or(|wanted| wanted == medium.form.is_video()))
            .map(|(post, medium)| row(post, medium))
            .collect()
    };
    root.insert("stories".into(), rows(Kind::Story, None).into());
    root.insert("photos".into(), rows(Kind::Post, Some(false)).into());
    root.insert("profile".into(), rows(Kind::Profile, None).into());
    root.insert("videos".into(), rows(Kind::Post, Some(true)).into());
    root.insert("direct".into(), direct(account).into());
    // Sections without rows were not written.
    root.retain(|_, rows| rows.as_array().is_some_and(|rows| !rows.is_empty()));
    files.insert("media.json".into(), plain(&Value::Object(root)));
    let profile = json!({
        "biography": "", "date_joined": "2018-10-08T05:02:38", "name": account.username,
        "private_account": true, "username": account.username,
    });
    files.insert("profile.json".into(), plain(&profile));
}

/// Returns compact JSON; the first generation was not mangled.
pub fn plain(value: &Value) -> Vec<u8> {
    value.to_string().into_bytes()
}

/// Returns `2019-08-02T09:15:30+00:00`.
pub fn iso(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string()
}

fn row(post: &Post, medium: &Medium) -> Value {
    let path = paths::medium(post, medium, Generation::G1);
    let taken_at = iso(post.posted_at);
    let mut row = json!({"caption": post.caption, "taken_at": taken_at});
    match post.kind {
        Kind::Profile => row["is_active_profile"] = true.into(),
        // Rows without a place have an empty one, or none at all.
        Kind::Post => {
            if let Some(place) = &post.place {
                row["location"] = place.clone().into();
            }
        }
        _ => {}
    }
    row["path"] = path.into();
    row
}

fn direct(account: &Account) -> Vec<Value> {
    account
        .threads
        .iter()
        .flat_map(|thread| &thread.messages)
        .flat_map(|message| {
            message.media.iter().map(|medium| {
                let path = super::messages::g1_path(message, medium);
                json!({"taken_at": iso(message.at), "path": path})
            })
        })
        .collect()
}
