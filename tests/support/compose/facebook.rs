//! Composes Facebook archives of every generation: where record files and media lay, and what each edition said.

use serde_json::{Value, json};

use super::Files;
use super::mojibake::mojibake;
use demo::media::{Picture, jpeg};

/// Generation of Facebook's archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Generation {
    /// 2018 to 2020: `photos_and_videos/`.
    Y2018,
    /// 2021 to 2023: `posts/media/`.
    Y2021,
    /// Late 2023 to mid 2024: records and media under different top folders.
    Y2023,
    /// Since mid 2024.
    Y2024,
}

/// All generations.
pub const GENERATIONS: [Generation; 4] = [
    Generation::Y2018,
    Generation::Y2021,
    Generation::Y2023,
    Generation::Y2024,
];

/// A photo of the composed account.
#[derive(Debug, Clone, Copy)]
pub struct Photo {
    /// Its id, which ends its file name.
    pub id: u64,
    /// Seconds since 1970.
    pub posted: i64,
    /// The account is two hours east of UTC.
    pub shown: &'static str,
    /// The owner's text.
    pub text: &'static str,
}

/// Photos of the album `Été à Brème 👍`, in its order.
pub const ALBUM: [Photo; 2] = [
    Photo {
        id: 10_152_345_678_901_236,
        posted: 1_500_000_000,
        shown: "Jul 14, 2017 4:40:00am",
        text: "le café 👍",
    },
    Photo {
        id: 10_152_345_678_901_235,
        posted: 1_500_003_600,
        shown: "Jul 14, 2017 5:40:00am",
        text: "",
    },
];

/// Photos of one post.
pub const POST: [Photo; 2] = [
    Photo {
        id: 10_152_345_678_901_301,
        posted: 1_600_000_000,
        shown: "Sep 13, 2020 2:26:40pm",
        text: "",
    },
    Photo {
        id: 10_152_345_678_901_300,
        posted: 1_600_000_000,
        shown: "Sep 13, 2020 2:26:40pm",
        text: "own words",
    },
];

/// Title of the album.
pub const ALBUM_TITLE: &str = "Été à Brème 👍";
/// Text of the post.
pub const POST_TEXT: &str = "all of <us> & more";
/// Place of the post.
pub const PLACE: &str = "Old Port";

impl Generation {
    pub(super) fn records(self) -> &'static str {
        match self {
            Self::Y2018 | Self::Y2021 => "",
            Self::Y2023 | Self::Y2024 => "your_facebook_activity/",
        }
    }

    /// The folder records name.
    pub(super) fn named(self) -> &'static str {
        match self {
            Self::Y2018 => "photos_and_videos/",
            Self::Y2021 => "posts/media/",
            Self::Y2023 | Self::Y2024 => "your_facebook_activity/posts/media/",
        }
    }

    /// The folder media lie in.
    pub(super) fn held(self) -> &'static str {
        match self {
            Self::Y2023 => "your_activity_across_facebook/posts/media/",
            other => other.named(),
        }
    }

    /// The class of a picture that is a medium.
    pub(super) fn media_class(self) -> &'static str {
        match self {
            Self::Y2018 => "_2yuc _3-96",
            _ => "_a6_o",
        }
    }

    pub(super) fn albums(self) -> String {
        match self {
            Self::Y2018 => "photos_and_videos/album/".to_owned(),
            _ => format!("{}posts/album/", self.records()),
        }
    }

    pub(super) fn posts(self) -> String {
        match self {
            Self::Y2024 => format!(
                "{}posts/your_posts__check_ins__photos_and_videos_1",
                self.records()
            ),
            _ => format!("{}posts/your_posts_1", self.records()),
        }
    }
}

fn file_name(photo: &Photo, folder: &str) -> String {
    format!("{folder}/{}.jpg", photo.id)
}

const ALBUM_FOLDER: &str = "EteaBreme_v0SYVLIUiA";
const POST_FOLDER: &str = "your_posts";

/// Composes the archive with JSON (`false`) or HTML (`true`) records.
pub fn compose(generation: Generation, html: bool) -> Files {
    let mut files = media(generation);
    let (albums, posts) = (generation.albums(), generation.posts());
    if html {
        files.insert(
            format!("{albums}0.html"),
            album_page(generation).into_bytes(),
        );
        files.insert(format!("{posts}.html"), posts_page(generation).into_bytes());
        files.insert("index.html".to_owned(), b"<html></html>".to_vec());
    } else {
        files.insert(format!("{albums}0.json"), mojibake(&album_json(generation)));
        files.insert(format!("{posts}.json"), mojibake(&posts_json(generation)));
    }
    files.insert("files/fb_logo.png".to_owned(), b"png".to_vec());
    files.insert(
        format!("{}messages/inbox/ben_x/photos/1.jpg", generation.records()),
        b"private".to_vec(),
    );
    files.insert(
        format!("{}stickers_used/2.png", generation.held()),
        b"sticker".to_vec(),
    );
    files
}

fn media(generation: Generation) -> Files {
    let put = |photo: &Photo, folder: &str| {
        let picture = Picture {
            width: 48,
            height: 32,
            seed: photo.id,
            ..Picture::default()
        };
        (
            format!("{}{}", generation.held(), file_name(photo, folder)),
            jpeg(&picture),
        )
    };
    let albums = ALBUM.iter().map(|photo| put(photo, ALBUM_FOLDER));
    albums
        .chain(POST.iter().map(|photo| put(photo, POST_FOLDER)))
        .collect()
}

fn medium(generation: Generation, photo: &Photo, folder: &str) -> Value {
    let exif = json!({"upload_ip": "192.0.2.7", "taken_timestamp": photo.posted - 10});
    let metadata = match generation {
        Generation::Y2018 => json!({ "photo_metadata": exif }),
        _ => json!({ "photo_metadata": { "exif_data": [exif] } }),
    };
    json!({"uri": format!("{}{}", generation.named(), file_name(photo, folder)), "creation_timestamp": photo.posted,
        "title": ALBUM_TITLE, "description": photo.text, "media_metadata": metadata})
}

fn album_json(generation: Generation) -> Value {
    let photos: Vec<Value> = ALBUM
        .iter()
        .map(|photo| medium(generation, photo, ALBUM_FOLDER))
        .collect();
    json!({"name": ALBUM_TITLE, "description": "sun", "cover_photo": photos[1], "photos": photos, "last_modified_timestamp": 1_600_000_001})
}

fn posts_json(generation: Generation) -> Value {
    let media: Vec<Value> = POST
        .iter()
        .map(|photo| json!({"media": medium(generation, photo, POST_FOLDER)}))
        .collect();
    let tags = match generation {
        Generation::Y2018 => json!(["Ben Beispiel"]),
        _ => json!([{"name": "Ben Beispiel"}]),
    };
    let post = json!({"timestamp": 1_600_000_000, "title": "Anna was with Ben Beispiel at Old Port.", "tags": tags,
        "data": [{"post": POST_TEXT}, {}], "attachments": [{"data": media},
            {"data": [{"place": {"name": PLACE, "coordinate": {"latitude": 59.36, "longitude": 17.96}}}]}]});
    match generation {
        Generation::Y2018 => json!({"status_updates": [post]}),
        Generation::Y2023 => post,
        _ => json!([post]),
    }
}

/// Returns text as a page has it.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// Returns one item of a page.
pub(super) fn item(generation: Generation, body: &str, shown: &str) -> String {
    match generation {
        Generation::Y2018 => format!(
            "<div class=\"pam _2lej\"><div class=\"_2lek _2lel\">Anna</div><div class=\"_2let\">{body}</div><div class=\"_2lem\">{shown}</div></div>"
        ),
        Generation::Y2024 => format!(
            "<section class=\"_a6-g\"><h2 class=\"_2ph_ _a6-h _a6-i\">Anna</h2><div class=\"_2ph_ _a6-p\">{body}</div><footer class=\"_3-94 _a6-o\"><div class=\"_a72d\">{shown}</div></footer></section>"
        ),
        _ => format!(
            "<div class=\"pam _a6-g\"><div class=\"_2ph_ _a6-h _a6-i\">Anna</div><div class=\"_2ph_ _a6-p\">{body}</div><div class=\"_3-94 _a6-o\"><div class=\"_a72d\">{shown}</div></div></div>"
        ),
    }
}

fn shown_photo(generation: Generation, photo: &Photo, folder: &str) -> String {
    let src = format!("{}{}", generation.named(), file_name(photo, folder));
    let class = generation.media_class();
    format!(
        "<div class=\"_a7ng\"><a href=\"{src}\"><img class=\"{class}\" src=\"{src}\"></a><div class=\"_3-95\">{}</div><div>{ALBUM_TITLE}</div></div>",
        escaped(photo.text)
    )
}

fn album_page(generation: Generation) -> String {
    let items: String = ALBUM
        .iter()
        .map(|photo| {
            item(
                generation,
                &shown_photo(generation, photo, ALBUM_FOLDER),
                photo.shown,
            )
        })
        .collect();
    format!("<html><head><title>{ALBUM_TITLE}</title></head><body>{items}</body></html>")
}

fn posts_page(generation: Generation) -> String {
    let photos: String = POST
        .iter()
        .map(|photo| shown_photo(generation, photo, POST_FOLDER))
        .collect();
    let body = format!(
        "<div>{}</div>{photos}<ul><li class=\"_tqp\">Upload IP address: 192.0.2.7</li></ul><div>{PLACE} (59.36, 17.96)</div>",
        escaped(POST_TEXT)
    );
    format!(
        "<html><body>{}</body></html>",
        item(generation, &body, POST[0].shown)
    )
}
