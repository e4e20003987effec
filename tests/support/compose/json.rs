//! Composes the JSON record files of the generations with `posts_1.json` (2021 and later).

use model::kind::Kind;
use serde_json::{Map, Value, json};

use super::super::account::{Account, Medium, Post, Shot, Taken};
use super::mojibake::mojibake;
use super::{Files, Generation, g5, newest_first, paths};

/// Adds `posts_1.json` and its like for the other kinds.
pub fn add_records(files: &mut Files, account: &Account, generation: Generation) {
    add_posts(files, account, generation);
    for (kind, name, root, shape) in FILES {
        let posts = newest_first(account, &[kind]);
        if posts.is_empty() {
            continue;
        }
        let items: Vec<Value> = posts
            .into_iter()
            .flat_map(|(at, post)| match shape {
                Shape::Media => media_of(post, generation, Caption::OnMedia),
                Shape::Wrapped => media_of(post, generation, Caption::OnMedia)
                    .into_iter()
                    .map(|medium| json!({"media": [medium]}))
                    .collect(),
                Shape::Post => vec![post_value(at, post, generation)],
            })
            .collect();
        let value = match (kind, generation) {
            // Parsers of real archives met three forms of this file; the last one is sure.
            (Kind::Other, Generation::G3) => Value::from(items),
            (Kind::Other, Generation::G5) => g5::label_values(account, &[Kind::Other]),
            _ => json!({root: items}),
        };
        put(files, generation, name, &value);
    }
    add_profile(files, account, generation);
}

/// Address with a signature, in place of a real one: no library file may hold it.
pub const SIGNED_ADDRESS: &str = "https://scontent.cdninstagram.com/v/x.jpg?oh=SECRET-SIGNATURE";

enum Shape {
    Media,
    Wrapped,
    Post,
}

/// Kind, file, root key, shape of the elements.
const FILES: [(Kind, &str, &str, Shape); 7] = [
    (Kind::Story, "stories", "ig_stories", Shape::Media),
    (Kind::Reel, "reels", "ig_reels_media", Shape::Wrapped),
    (Kind::Igtv, "igtv_videos", "ig_igtv_media", Shape::Wrapped),
    (
        Kind::Profile,
        "profile_photos",
        "ig_profile_picture",
        Shape::Media,
    ),
    (
        Kind::Archived,
        "archived_posts",
        "ig_archived_post_media",
        Shape::Post,
    ),
    (
        Kind::Deleted,
        "recently_deleted_content",
        "ig_recently_deleted_media",
        Shape::Post,
    ),
    (Kind::Other, "other_content", "ig_other_media", Shape::Post),
];

fn add_posts(files: &mut Files, account: &Account, generation: Generation) {
    let posts: Vec<Value> = newest_first(account, &[Kind::Post])
        .into_iter()
        .filter(|(at, _)| generation != Generation::G5 || g5::in_posts_1(*at))
        .map(|(at, post)| post_value(at, post, generation))
        .collect();
    let size = account.posts_per_file.unwrap_or(usize::MAX).max(1);
    for (number, chunk) in posts.chunks(size).enumerate() {
        let name = format!("posts_{}", number + 1);
        put(files, generation, &name, &Value::from(chunk.to_vec()));
    }
}

/// Writes a record file about media.
pub fn put(files: &mut Files, generation: Generation, name: &str, value: &Value) {
    let path = format!("{}/{name}.json", paths::content_folder(generation));
    files.insert(path, mojibake(value));
}

enum Caption {
    OnMedia,
    OnPost,
}

fn post_value(at: usize, post: &Post, generation: Generation) -> Value {
    if post.media.len() == 1 {
        return json!({"media": media_of(post, generation, Caption::OnMedia)});
    }
    // The post's own time equals that of its media or is a second later.
    let posted = post.posted_at.as_second() + i64::from(at % 2 == 1);
    json!({
        "media": media_of(post, generation, Caption::OnPost),
        "title": post.caption,
        "creation_timestamp": posted,
    })
}

fn media_of(post: &Post, generation: Generation, caption: Caption) -> Vec<Value> {
    let title = match caption {
        Caption::OnMedia => post.caption.as_str(),
        Caption::OnPost => "",
    };
    post.media
        .iter()
        .map(|medium| medium_value(post, medium, generation, title))
        .collect()
}

fn medium_value(post: &Post, medium: &Medium, generation: Generation, title: &str) -> Value {
    let mut value = Map::new();
    let uri = paths::medium(post, medium, generation);
    value.insert("uri".into(), uri.into());
    value.insert(
        "creation_timestamp".into(),
        post.posted_at.as_second().into(),
    );
    let exif = exif_of(medium);
    // Most members of a carousel have no metadata block at all.
    if exif.is_some() || medium.subtitles || !post.is_carousel() {
        let metadata = metadata(post, medium, generation, exif);
        value.insert("media_metadata".into(), metadata);
    }
    value.insert("title".into(), title.into());
    if generation == Generation::G4 {
        // Some archives of 2025 have an address that opens the picture to whoever holds it.
        value.insert("backup_uri".into(), SIGNED_ADDRESS.into());
    }
    if post.kind == Kind::Profile {
        value.insert("is_profile_picture".into(), true.into());
    }
    value.insert("cross_post_source".into(), json!({"source_app": "FB"}));
    if medium.form.is_video() {
        value.insert("dubbing_info".into(), json!([]));
        value.insert("media_variants".into(), json!([]));
    }
    Value::Object(value)
}

fn metadata(post: &Post, medium: &Medium, generation: Generation, exif: Option<Value>) -> Value {
    let exif_data: Vec<Value> = exif.into_iter().collect();
    let camera = json!({"has_camera_metadata": medium.shot.is_some()});
    if !medium.form.is_video() {
        return json!({"photo_metadata": {"exif_data": exif_data}, "camera_metadata": camera});
    }
    let mut video = Map::new();
    video.insert("exif_data".into(), exif_data.into());
    if medium.subtitles {
        let uri = paths::subtitles(post, medium, generation);
        let at = post.posted_at.as_second();
        video.insert(
            "subtitles".into(),
            json!({"uri": uri, "creation_timestamp": at}),
        );
    }
    json!({"video_metadata": video, "camera_metadata": camera})
}

fn exif_of(medium: &Medium) -> Option<Value> {
    let mut exif = Map::new();
    if let Some(shot) = &medium.shot {
        add_shot(&mut exif, shot);
    }
    if let Some((latitude, longitude)) = medium.gps {
        exif.insert("latitude".into(), latitude.into());
        exif.insert("longitude".into(), longitude.into());
    }
    (!exif.is_empty()).then_some(Value::Object(exif))
}

fn add_shot(exif: &mut Map<String, Value>, shot: &Shot) {
    let texts = [
        ("device_id", shot.device_id.clone()),
        ("lens_model", shot.lens_model.clone()),
        ("software", shot.software.clone()),
        ("focal_length", shot.focal_length.map(str::to_owned)),
        ("aperture", shot.aperture.map(str::to_owned)),
        ("shutter_speed", shot.shutter_speed.map(str::to_owned)),
        ("date_time_original", shot.taken.map(taken_text)),
        ("source_type", shot.source_type.map(str::to_owned)),
    ];
    if let Some(iso) = shot.iso {
        exif.insert("iso".into(), iso.into());
    }
    for (key, text) in texts {
        if let Some(text) = text {
            exif.insert(key.into(), text.into());
        }
    }
}

/// Returns `date_time_original` as Instagram writes it.
pub fn taken_text(taken: Taken) -> String {
    match taken {
        Taken::Local(at) => at.strftime("%Y:%m:%d %H:%M:%S").to_string(),
        Taken::Utc(at) => at.strftime("%Y%m%dT%H%M%S.000Z").to_string(),
        Taken::Zero => "19040101T000000.000Z".to_owned(),
    }
}

fn add_profile(files: &mut Files, account: &Account, generation: Generation) {
    let picture = newest_first(account, &[Kind::Profile])
        .into_iter()
        .find_map(|(_, post)| Some((post, post.media.first()?)));
    let mut media_map = Map::new();
    if let Some((post, medium)) = picture {
        let uri = paths::medium(post, medium, generation);
        let at = post.posted_at.as_second();
        media_map.insert(
            "Profile Photo".into(),
            json!({"uri": uri, "creation_timestamp": at, "title": ""}),
        );
    }
    let field = |value: &str| json!({"href": "", "value": value, "timestamp": 0});
    let value = json!({"profile_user": [{
        "title": "",
        "media_map_data": media_map,
        "string_map_data": {"Username": field(&account.username), "Name": field("Zoë Ünal")},
    }]});
    let path = format!("{}.json", paths::profile_file(generation));
    files.insert(path, mojibake(&value));
}
