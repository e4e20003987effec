//! Composes Facebook archives from the description of an account, in every generation, as JSON or as pages.

use demo::media::{Picture, jpeg};
use jiff::Timestamp;
use jiff::tz::Offset;
use serde_json::{Value, json};

use super::Files;
use super::facebook::{Generation, escaped, item};
use super::mojibake::mojibake;

/// The account's zone, which pages show and do not tell: two hours east of UTC.
pub const ZONE_S: i32 = 7200;

/// A photo of the account.
#[derive(Debug, Clone, PartialEq)]
pub struct FbPhoto {
    /// Its id, which ends its file name.
    pub id: u64,
    /// Folder it lies in.
    pub folder: String,
    /// Seconds since 1970.
    pub posted: i64,
    /// The owner's text.
    pub text: String,
    /// Time of capture by a camera that is named, too.
    pub taken: Option<i64>,
    /// What friends said below it.
    pub comments: Vec<&'static str>,
}

/// A post.
#[derive(Debug, Clone, PartialEq)]
pub struct FbPost {
    /// Seconds since 1970.
    pub posted: i64,
    /// The owner's text.
    pub text: String,
    /// People tagged.
    pub people: Vec<&'static str>,
    /// Place, with coordinates.
    pub place: Option<(&'static str, f64, f64)>,
    /// When the owner says it was.
    pub backdated: Option<i64>,
    /// Its photos.
    pub photos: Vec<FbPhoto>,
    /// Address of a picture that the archive does not hold.
    pub on_the_web: Option<&'static str>,
}

/// An album.
#[derive(Debug, Clone, PartialEq)]
pub struct FbAlbum {
    /// Title.
    pub title: String,
    /// Text by the owner.
    pub description: String,
    /// Index of the cover.
    pub cover: usize,
    /// Its photos, in order.
    pub photos: Vec<FbPhoto>,
}

/// An account.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FbAccount {
    /// Albums.
    pub albums: Vec<FbAlbum>,
    /// Posts.
    pub posts: Vec<FbPost>,
    /// Photos listed as in no album; may repeat those of posts.
    pub uncategorized: Vec<FbPhoto>,
    /// Stories, a photo each.
    pub stories: Vec<FbPhoto>,
    /// Posts in one record file.
    pub posts_per_file: usize,
}

impl FbAccount {
    /// Returns every photo, those told twice twice.
    pub fn photos(&self) -> impl Iterator<Item = &FbPhoto> {
        let of_albums = self.albums.iter().flat_map(|album| &album.photos);
        let of_posts = self.posts.iter().flat_map(|post| &post.photos);
        of_albums
            .chain(of_posts)
            .chain(&self.uncategorized)
            .chain(&self.stories)
    }
}

/// Returns the bytes of a photo.
pub fn bytes_of(photo: &FbPhoto) -> Vec<u8> {
    jpeg(&Picture {
        width: 48,
        height: 32,
        seed: photo.id,
        ..Picture::default()
    })
}

/// Composes the archive with JSON (`false`) or HTML (`true`) records.
pub fn compose_account(account: &FbAccount, generation: Generation, html: bool) -> Files {
    let mut files: Files = account
        .photos()
        .map(|photo| {
            let path = format!("{}{}/{}.jpg", generation.held(), photo.folder, photo.id);
            (path, bytes_of(photo))
        })
        .collect();
    let page = Page { generation };
    let mut put = |path: String, json: Value, page: String| match html {
        true => files.insert(format!("{path}.html"), page.into_bytes()),
        false => files.insert(format!("{path}.json"), mojibake(&json)),
    };
    for (number, album) in account.albums.iter().enumerate() {
        let path = format!("{}{number}", generation.albums());
        put(path, album_json(generation, album), page.album(album));
    }
    let posts = generation.posts();
    let posts = posts.strip_suffix('1').expect("numbered");
    let per_file = account.posts_per_file.max(1);
    for (number, some) in account.posts.chunks(per_file).enumerate() {
        let path = format!("{posts}{}", number + 1);
        put(path, posts_json(generation, some), page.posts(some));
    }
    let (root, folder) = match generation {
        Generation::Y2018 => ("other_photos", "photos_and_videos/".to_owned()),
        _ => ("other_photos_v2", format!("{}posts/", generation.records())),
    };
    let lone = |photos: &[FbPhoto]| -> Vec<Value> {
        photos
            .iter()
            .map(|photo| medium(generation, photo))
            .collect()
    };
    if !account.uncategorized.is_empty() {
        let path = format!("{folder}your_uncategorized_photos");
        let list = lone(&account.uncategorized);
        put(
            path,
            json!({ root: list }),
            page.lone(&account.uncategorized),
        );
    }
    if !account.stories.is_empty() {
        let told: Vec<Value> = account
            .stories
            .iter()
            .map(|photo| {
                json!({"timestamp": photo.posted, "title": "Anna added to her story.",
                    "attachments": [{"data": [{"media": medium(generation, photo)}]}]})
            })
            .collect();
        let path = format!("{}stories/archived_stories", generation.records());
        put(
            path,
            json!({ "archived_stories_v2": told }),
            page.lone(&account.stories),
        );
    }
    files.insert("files/fb_logo.png".to_owned(), b"png".to_vec());
    files
}

fn uri(generation: Generation, photo: &FbPhoto) -> String {
    format!("{}{}/{}.jpg", generation.named(), photo.folder, photo.id)
}

fn medium(generation: Generation, photo: &FbPhoto) -> Value {
    let mut exif = json!({"upload_ip": "192.0.2.7", "taken_timestamp": photo.posted - 10});
    if let Some(taken) = photo.taken {
        exif = json!({"upload_ip": "192.0.2.7", "taken_timestamp": taken, "camera_make": "Make", "camera_model": "Model 6"});
    }
    let metadata = match generation {
        Generation::Y2018 => json!({ "photo_metadata": exif }),
        _ => json!({ "photo_metadata": { "exif_data": [exif] } }),
    };
    let mut medium = json!({"uri": uri(generation, photo), "creation_timestamp": photo.posted, "title": "a title",
        "description": photo.text, "media_metadata": metadata});
    if !photo.comments.is_empty() {
        let comment = |text: &&str| json!({"timestamp": photo.posted + 60, "comment": text, "author": "Ben Beispiel"});
        medium["comments"] = photo.comments.iter().map(comment).collect();
    }
    medium
}

fn album_json(generation: Generation, album: &FbAlbum) -> Value {
    let photos: Vec<Value> = album
        .photos
        .iter()
        .map(|photo| medium(generation, photo))
        .collect();
    let placeholder = json!({"uri": format!("{}emptyalbum_1.png", generation.named())});
    json!({"name": album.title, "description": album.description,
        "cover_photo": photos.get(album.cover).unwrap_or(&placeholder), "photos": photos,
        "last_modified_timestamp": 1_600_000_001})
}

fn posts_json(generation: Generation, posts: &[FbPost]) -> Value {
    let mut told: Vec<Value> = posts
        .iter()
        .map(|post| post_json(generation, post))
        .collect();
    match (generation, told.len()) {
        (Generation::Y2018, _) => json!({ "status_updates": told }),
        (Generation::Y2023, 1) => told.remove(0),
        _ => told.into(),
    }
}

fn post_json(generation: Generation, post: &FbPost) -> Value {
    let mut media: Vec<Value> = post
        .photos
        .iter()
        .map(|photo| json!({"media": medium(generation, photo)}))
        .collect();
    if let Some(address) = post.on_the_web {
        media.push(json!({"media": {"uri": address, "creation_timestamp": post.posted}}));
    }
    let tags: Vec<Value> = post
        .people
        .iter()
        .map(|name| match generation {
            Generation::Y2018 => json!(name),
            _ => json!({ "name": name }),
        })
        .collect();
    let mut data = vec![json!({"post": post.text}), json!({})];
    if let Some(at) = post.backdated {
        data.push(json!({"backdated_timestamp": at}));
    }
    let mut attachments = vec![json!({ "data": media })];
    if let Some((name, latitude, longitude)) = post.place {
        let coordinate = json!({"latitude": latitude, "longitude": longitude});
        attachments.push(json!({"data": [{"place": {"name": name, "coordinate": coordinate}}]}));
    }
    json!({"timestamp": post.posted, "title": heading(post), "tags": tags, "data": data, "attachments": attachments})
}

/// The sentence Facebook writes above a post.
fn heading(post: &FbPost) -> String {
    match post.people.as_slice() {
        [] => "Anna".to_owned(),
        people => format!("Anna was with {}.", people.join(" and ")),
    }
}

/// Returns a time as pages show it.
pub fn shown(seconds: i64) -> String {
    let at = Timestamp::from_second(seconds).expect("tests give real times");
    let zone = Offset::from_seconds(ZONE_S).expect("a real zone");
    zone.to_datetime(at)
        .strftime("%b %d, %Y %-I:%M:%S%P")
        .to_string()
}

#[derive(Clone, Copy)]
struct Page {
    generation: Generation,
}

impl Page {
    fn photo(self, photo: &FbPhoto, album: &str) -> String {
        let src = uri(self.generation, photo);
        let class = self.generation.media_class();
        let table = photo.taken.map_or_else(String::new, |taken| {
            let rows = [
                ("Taken", shown(taken)),
                ("Camera make", "Make".to_owned()),
                ("Camera model", "Model 6".to_owned()),
                ("Upload IP address", "192.0.2.7".to_owned()),
            ];
            let rows: String = rows
                .iter()
                .map(|(label, value)| format!("<tr><td class=\"_2pin _a6_q\">{label}</td><td class=\"_2pin _a6_r\">{value}</td></tr>"))
                .collect();
            format!("<table>{rows}</table>")
        });
        format!(
            "<div class=\"_a7ng\"><a href=\"{src}\"><img class=\"{class}\" src=\"{src}\"></a><div class=\"_3-95\">{}</div>\
             {table}<div>{}</div></div>",
            escaped(&photo.text),
            escaped(album)
        )
    }

    fn lone(self, photos: &[FbPhoto]) -> String {
        let items: String = photos
            .iter()
            .map(|photo| {
                item(
                    self.generation,
                    &self.photo(photo, ""),
                    &shown(photo.posted),
                )
            })
            .collect();
        format!("<html><body>{items}</body></html>")
    }

    fn album(self, album: &FbAlbum) -> String {
        let items: String = album
            .photos
            .iter()
            .map(|photo| {
                let body = self.photo(photo, &album.title);
                item(self.generation, &body, &shown(photo.posted))
            })
            .collect();
        format!(
            "<html><head><title>{}</title></head><body>{items}</body></html>",
            escaped(&album.title)
        )
    }

    fn posts(self, posts: &[FbPost]) -> String {
        let items: String = posts.iter().map(|post| self.post(post)).collect();
        format!("<html><body>{items}</body></html>")
    }

    fn post(self, post: &FbPost) -> String {
        let photos: String = post
            .photos
            .iter()
            .map(|photo| self.photo(photo, ""))
            .collect();
        let place = post
            .place
            .map_or_else(String::new, |(name, latitude, longitude)| {
                format!("<div>{} ({latitude}, {longitude})</div>", escaped(name))
            });
        let body = format!("<div>{}</div>{photos}{place}", escaped(&post.text));
        item(self.generation, &body, &shown(post.posted))
            .replace(">Anna</", &format!(">{}</", escaped(&heading(post))))
    }
}
