//! Composes "Your Flickr Data": the zips of account data, and the zips of media beside them.

use serde_json::{Value, json};

use super::Files;
use crate::support::takeouts::{clip, plain};

/// One photo or video.
#[derive(Debug, Clone)]
pub struct Photo {
    /// Its id.
    pub id: u64,
    /// Its title.
    pub title: String,
    /// Its description, HTML.
    pub description: String,
    /// When it was taken, as Flickr writes it.
    pub taken: String,
    /// Where, in millionths of a degree.
    pub place: Option<(i64, i64)>,
    /// Its tags.
    pub tags: Vec<&'static str>,
    /// Ids and titles of its albums.
    pub albums: Vec<(&'static str, &'static str)>,
    /// A comment below it: who and what.
    pub comment: Option<(&'static str, &'static str)>,
    /// Everybody sees it.
    pub public: bool,
    /// A video, not a photo.
    pub film: bool,
}

impl Photo {
    /// Returns a public photo with a title and a date.
    pub fn new(id: u64, title: &str, taken: &str) -> Self {
        Self {
            id,
            title: title.to_owned(),
            description: String::new(),
            taken: taken.to_owned(),
            place: None,
            tags: Vec::new(),
            albums: Vec::new(),
            comment: None,
            public: true,
            film: false,
        }
    }

    /// Returns its bytes.
    pub fn bytes(&self) -> Vec<u8> {
        match self.film {
            true => clip(self.id),
            false => plain(self.id),
        }
    }

    /// Returns the name of its file: by its title, or without one by a secret; videos are no originals.
    pub fn file_name(&self) -> String {
        let slug = self
            .title
            .to_lowercase()
            .replace(|c: char| !c.is_ascii_alphanumeric(), "-");
        match (slug.as_str(), self.film) {
            (_, true) => format!("{slug}_{}.mp4", self.id),
            ("", false) => format!("{}_{:010x}_o.jpg", self.id, self.id * 7),
            (_, false) => format!("{slug}_{}_o.jpg", self.id),
        }
    }

    /// Returns the path of its record file.
    pub fn record_path(&self) -> String {
        format!("photo_{}.json", self.id)
    }

    /// Returns its record file.
    pub fn record(&self) -> Value {
        let geo = match self.place {
            Some((latitude, longitude)) => json!({"latitude": latitude.to_string(),
                "longitude": longitude.to_string(), "accuracy": "16"}),
            None => json!([]),
        };
        let comments: Vec<Value> = self
            .comment
            .iter()
            .map(|(user, comment)| json!({"id": "c1", "date": "2015-07-01 10:00:00", "user": user, "comment": comment, "url": "u"}))
            .collect();
        json!({"id": self.id.to_string(), "name": self.title, "description": self.description,
            "count_views": "3", "count_faves": "1", "count_comments": comments.len().to_string(),
            "date_taken": self.taken, "date_imported": "2015-06-30 01:02:03", "rotation": 0,
            "photopage": format!("https://www.flickr.com/photos/anna/{}/", self.id),
            "original": format!("https://live.staticflickr.com/1/{}_geheim_o.jpg", self.id),
            "license": "All Rights Reserved", "geo": geo,
            "exif": {"ExifIFD:ISO": {"label": "ISO", "value": "100"}},
            "groups": [{"name": "g", "url": "https://www.flickr.com/groups/g/"}],
            "albums": self.albums.iter().map(|(id, title)| json!({"id": id, "title": title, "url": "u"})).collect::<Vec<_>>(),
            "tags": self.tags.iter().map(|tag| json!({"tag": tag, "user": "12@N00", "date_create": "2015-06-30 01:02:03"})).collect::<Vec<_>>(),
            "people": [], "notes": [], "privacy": if self.public { "public" } else { "private" },
            "safety": "safe", "comments": comments})
    }
}

/// Composes `albums.json`: each album with its photos in the order of ids, the newest first, and a hole.
pub fn albums(photos: &[Photo]) -> Value {
    let mut titles: Vec<(&str, &str)> = photos
        .iter()
        .flat_map(|photo| photo.albums.clone())
        .collect();
    titles.sort_unstable();
    titles.dedup();
    let albums: Vec<Value> = titles
        .into_iter()
        .map(|(id, title)| {
            let mut members: Vec<&Photo> = photos
                .iter()
                .filter(|photo| photo.albums.iter().any(|album| album.0 == id))
                .collect();
            members.sort_by_key(|photo| std::cmp::Reverse(photo.id));
            let mut ids: Vec<String> = members.iter().map(|photo| photo.id.to_string()).collect();
            let cover = format!("https://live.staticflickr.com/1/{}_geheim_m.jpg", ids[0]);
            ids.push("0".to_owned());
            json!({"photo_count": members.len().to_string(), "id": id, "url": "u", "title": title,
                "description": "", "view_count": "1", "created": "1435000000", "last_updated": "1435000001",
                "cover_photo": cover, "photos": ids})
        })
        .collect();
    json!({"albums": albums})
}

fn bytes(value: &Value) -> Vec<u8> {
    serde_json::to_vec_pretty(value).expect("JSON")
}

/// Returns the files of the account data with their furniture.
pub fn account_data(photos: &[Photo]) -> Files {
    let mut files: Files = [
        (
            "account_profile.json",
            json!({"real_name": "Anna", "screen_name": "Anna M", "nsid": "12345678@N00", "join_date": "2005-08-31",
                "profile_url": "https://www.flickr.com/people/anna.m/", "email": "anna@example.com"}),
        ),
        ("account_testimonials.json", json!({"testimonials_given": [], "testimonials_received": []})),
        ("contacts_part001.json", json!({"contacts": {"ben": "https://www.flickr.com/people/ben/"}})),
        ("faves_part001.json", json!({"faves": [{"photo_id": "99999999999", "photo_url": "https://www.flickr.com/photos/ben/99999999999/"}]})),
        ("received_flickrmail_part001.json", json!({"flickrmail": []})),
        ("albums.json", albums(photos)),
    ]
    .into_iter()
    .map(|(path, value)| (path.to_owned(), bytes(&value)))
    .collect();
    files.extend(
        photos
            .iter()
            .map(|photo| (photo.record_path(), bytes(&photo.record()))),
    );
    files
}

/// Returns the media, flat.
pub fn media(photos: &[Photo]) -> Files {
    photos
        .iter()
        .map(|photo| (photo.file_name(), photo.bytes()))
        .collect()
}

/// Returns photos of every sort: with everything, without a title, private, without a date, a video.
pub fn varied() -> Vec<Photo> {
    vec![
        Photo {
            description: "The <b>old</b> harbour &amp; the sea".to_owned(),
            place: Some((51_500_000, -120_000)),
            tags: vec!["sea", "harbour"],
            albums: vec![("72157650000000001", "Summer & sea")],
            comment: Some(("ben", "<i>lovely</i>")),
            ..Photo::new(18_600_000_001, "Harbour 1", "2015-06-07 08:09:10")
        },
        Photo {
            albums: vec![
                ("72157650000000001", "Summer & sea"),
                ("72157650000000002", "Best"),
            ],
            ..Photo::new(18_600_000_002, "", "2015-06-08 08: 09: 10")
        },
        Photo {
            public: false,
            ..Photo::new(8_600_000_003, "IMG 20150609", "2015-06-09 08:09:10")
        },
        Photo::new(18_600_000_004, "no date", "0000-00-00 00:00:00"),
        Photo {
            film: true,
            tags: vec!["sea"],
            ..Photo::new(18_600_000_005, "waves", "2015-06-10 08:09:10")
        },
    ]
}

/// Name of the zip of account data with this number.
pub fn data_name(number: usize) -> String {
    format!("72157700000000001_0a1b2c3d4e5f_part{number}.zip")
}
