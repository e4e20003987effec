//! Composes private conversations: their media and `message_1` files.

use serde_json::{Map, Value, json};

use super::super::account::{Account, Medium, Message, Thread};
use super::super::media::bytes_of;
use super::mojibake::mojibake;
use super::{Edition, Files, Generation, html, paths};

/// Adds the conversations with their media.
pub fn add_records(files: &mut Files, account: &Account, generation: Generation, edition: Edition) {
    for thread in &account.threads {
        for (message, medium) in media_of(thread) {
            if !medium.absent {
                let path = path(thread, message, medium, generation);
                files.insert(path, bytes_of(medium));
            }
        }
        if generation == Generation::G1 {
            continue;
        }
        let folder = format!(
            "{}messages/inbox/{}",
            paths::activity_root(generation),
            thread.folder
        );
        match edition {
            Edition::Json => {
                let value = thread_value(thread, generation);
                files.insert(format!("{folder}/message_1.json"), mojibake(&value));
            }
            Edition::Html(language) => {
                let page = html::thread_page(thread, generation, language);
                files.insert(format!("{folder}/message_1.html"), page);
            }
        }
    }
}

/// Returns every medium of a conversation with its message.
pub fn media_of(thread: &Thread) -> impl Iterator<Item = (&Message, &Medium)> {
    thread
        .messages
        .iter()
        .flat_map(|message| message.media.iter().map(move |medium| (message, medium)))
}

/// Returns the path of a medium of a message.
pub fn path(thread: &Thread, message: &Message, medium: &Medium, generation: Generation) -> String {
    if generation == Generation::G1 {
        return g1_path(message, medium);
    }
    let kind = if medium.form.is_video() {
        "videos"
    } else {
        "photos"
    };
    // Names of message media carry the id alone, in every generation.
    let name = paths::file_name(medium, medium.media_id, Generation::G5);
    let root = paths::activity_root(generation);
    format!("{root}messages/inbox/{}/{kind}/{name}", thread.folder)
}

/// Returns the path of a medium of a message in the first generation.
pub fn g1_path(message: &Message, medium: &Medium) -> String {
    format!(
        "direct/{}/{}.{}",
        paths::month(message.at),
        &paths::hex(medium.media_id)[..32],
        medium.form.extension()
    )
}

/// Returns the messages as files list them: the newest first.
pub fn newest_first(thread: &Thread) -> Vec<&Message> {
    let mut messages: Vec<&Message> = thread.messages.iter().collect();
    messages.sort_by_key(|message| std::cmp::Reverse(message.at));
    messages
}

fn thread_value(thread: &Thread, generation: Generation) -> Value {
    let people: Vec<Value> = thread
        .people
        .iter()
        .map(|name| json!({"name": name}))
        .collect();
    let messages: Vec<Value> = newest_first(thread)
        .into_iter()
        .map(|message| message_value(thread, message, generation))
        .collect();
    json!({
        "participants": people,
        "messages": messages,
        "title": thread.people.first(),
        "is_still_participant": true,
        "thread_path": format!("inbox/{}", thread.folder),
        "magic_words": [],
    })
}

fn message_value(thread: &Thread, message: &Message, generation: Generation) -> Value {
    let mut value = Map::new();
    value.insert("sender_name".into(), message.sender.clone().into());
    value.insert(
        "timestamp_ms".into(),
        (message.at.as_millisecond() + 123).into(),
    );
    if let Some(text) = &message.text {
        value.insert("content".into(), text.clone().into());
    }
    for (key, videos) in [("photos", false), ("videos", true)] {
        let media: Vec<Value> = message
            .media
            .iter()
            .filter(|medium| medium.form.is_video() == videos)
            .map(|medium| {
                let uri = path(thread, message, medium, generation);
                json!({"uri": uri, "creation_timestamp": message.at.as_second()})
            })
            .collect();
        if !media.is_empty() {
            value.insert(key.into(), media.into());
        }
    }
    value.insert("is_geoblocked_for_viewer".into(), false.into());
    Value::Object(value)
}
