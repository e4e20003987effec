//! Composes libraries straight through the catalog, with every fact a gallery shows: what many archives together would bring.

use std::fs;
use std::path::{Path, PathBuf};

use catalog::{Catalog, PlacedRow};
use demo::media::{Clip, Picture, heic, jpeg, mp4, png};
use jiff::Timestamp;
use model::asset::Asset;
use model::content_hash::ContentHash;
use model::library_path::LibraryPath;
use model::record::album_id;
use serde_json::{Value, json};
use writer::albums_file::{ALBUMS, Album, Member, read_albums, render_albums};
use writer::library::Library;

/// A library that is being composed.
pub struct Composer {
    library: Library,
    assets: Vec<(Value, String)>,
    placed: Vec<PlacedRow>,
    albums: Vec<Album>,
}

impl Composer {
    /// Begins a library in a folder.
    pub fn new(root: &Path) -> Self {
        Self {
            library: Library::create(root).expect("a new folder"),
            assets: Vec::new(),
            placed: Vec::new(),
            albums: Vec::new(),
        }
    }

    /// Goes on with a library that was composed before.
    pub fn again(root: &Path) -> Self {
        let albums = fs::read_to_string(root.join(ALBUMS)).expect("it was composed");
        Self {
            library: Library::open(root).expect("it was composed"),
            assets: Vec::new(),
            placed: Vec::new(),
            albums: read_albums(&albums).expect("a list"),
        }
    }

    /// Adds an asset of which `facts` is known, as JSON of `Asset`, and writes its file.
    pub fn add(&mut self, path: &str, bytes: &[u8], facts: Value) -> ContentHash {
        let hash = self.place(path, bytes, None);
        self.add_facts(path, hash, bytes.len() as u64, facts);
        hash
    }

    /// Adds an asset without a file.
    pub fn add_facts(&mut self, path: &str, hash: ContentHash, size_bytes: u64, facts: Value) {
        let (stem, extension) = path.rsplit_once('.').expect("files have extensions");
        let name = stem.rsplit('/').next().expect("there is a last part");
        let mut asset = json!({
            "content_hash": hash, "size_bytes": size_bytes, "name": name, "extension": extension,
            "media": {"media_type": if extension == "jpg" { "jpeg" } else { extension }, "width": 240, "height": 180},
            "favorite": false, "visibility": "shown", "by_someone_else": false,
        });
        let (all, more) = (
            asset.as_object_mut().expect("an object"),
            facts.as_object().expect("facts are an object"),
        );
        all.extend(more.clone());
        self.assets.push((asset, path.to_owned()));
    }

    /// Adds a file beside the asset added last.
    pub fn beside(&mut self, path: &str, bytes: &[u8], role: &str) {
        let (asset, _) = self.assets.last_mut().expect("there is an asset");
        let of: ContentHash =
            serde_json::from_value(asset["content_hash"].clone()).expect("a hash");
        let extension = path.rsplit_once('.').expect("files have extensions").1;
        asset["companions"] = json!([{
            "role": role, "content_hash": ContentHash::of(bytes), "extension": extension,
        }]);
        self.place(path, bytes, Some(of));
    }

    fn place(&mut self, path: &str, bytes: &[u8], of: Option<ContentHash>) -> ContentHash {
        let hash = ContentHash::of(bytes);
        let file = self.library.root().join(path);
        fs::create_dir_all(file.parent().expect("it has one")).expect("made");
        fs::write(file, bytes).expect("written");
        self.placed.push(PlacedRow {
            path: path.to_owned(),
            content_hash: hash,
            size_bytes: bytes.len() as u64,
            asset_hash: of.unwrap_or(hash),
        });
        hash
    }

    /// Adds an album with these files in this order.
    pub fn album(&mut self, title: &str, members: &[&str]) {
        let id = album_id("instagram", None, title);
        for (asset, path) in &mut self.assets {
            if members.contains(&path.as_str()) {
                let mut albums: Vec<Value> =
                    asset["albums"].as_array().cloned().unwrap_or_default();
                albums.push(json!(id));
                asset["albums"] = json!(albums);
            }
        }
        let path = |text: &str| LibraryPath::parse(text).expect("a path inside");
        self.albums.push(Album {
            provider: "instagram".into(),
            account: None,
            key: title.into(),
            title: title.into(),
            description: Some(format!("About {title}")),
            cover: members.first().map(|first| path(first)),
            members: members
                .iter()
                .map(|member| Member {
                    path: path(member),
                    caption: None,
                })
                .collect(),
            records: vec![],
        });
    }

    /// Writes catalog and lists.
    pub fn write(self) {
        let mut catalog = Catalog::open(&self.library.catalog_path()).expect("it opens");
        catalog
            .in_transaction(|writing| {
                let run = writing.begin_run("import", Timestamp::UNIX_EPOCH, "{}")?;
                for (number, (asset, path)) in self.assets.iter().enumerate() {
                    let asset: Asset = serde_json::from_value(asset.clone()).expect("an asset");
                    let json = serde_json::to_string(&asset).expect("JSON");
                    // As in a library, the digest stands for all facts.
                    let digest = ContentHash::of(json.as_bytes()).0;
                    let titles: Vec<(String, String)> = asset
                        .albums
                        .iter()
                        .map(|album| (album.clone(), format!("album {number}")))
                        .collect();
                    writing.remove_asset(asset.content_hash)?;
                    writing.add_asset(&asset, &json, path, digest, &titles)?;
                }
                self.placed
                    .iter()
                    .try_for_each(|row| writing.put_placed(row))?;
                writing.end_run(run, Timestamp::UNIX_EPOCH, "{}")
            })
            .expect("the catalog takes it");
        let albums = render_albums(&self.albums).expect("JSON");
        fs::write(self.library.root().join(ALBUMS), albums).expect("written");
    }
}

/// Returns a time of taking known with its offset, as JSON.
pub fn zoned(local: &str, offset_s: i32) -> Value {
    json!({"value": {"clock": {"zoned": {"local": local, "offset_s": offset_s}}, "precision": "second"}, "origin": "embedded"})
}

/// Returns a text of the owner, as JSON.
pub fn text(text: &str) -> Value {
    json!({"value": text, "origin": {"record": "instagram"}})
}

/// Returns a position, as JSON.
pub fn at(latitude: f64, longitude: f64) -> Value {
    json!({"value": {"latitude": latitude, "longitude": longitude}, "origin": "embedded"})
}

/// Returns an item, as JSON.
pub fn item(kind: &str, key: &str) -> Value {
    json!([{"provider": "instagram", "account": "anna", "kind": kind, "key": key}])
}

/// Returns a small photo, different for each number.
pub fn photo(number: u64) -> Vec<u8> {
    jpeg(&picture(number))
}

fn picture(number: u64) -> Picture {
    Picture {
        width: 240,
        height: 180,
        seed: number,
        ..Picture::default()
    }
}

/// Returns a short film, different for each number.
pub fn film(number: u64) -> Vec<u8> {
    mp4(&Clip {
        width: 160,
        height: 120,
        seed: number,
        ..Clip::default()
    })
}

/// Captions that would do harm if they were anything but text.
pub const HOSTILE: [&str; 6] = [
    "</script><script>alert(1)</script>",
    "javascript:alert(1)//http://example.com/",
    "<img src=x onerror=alert(1)>\" onload=\"alert(1)\" '",
    "\u{202e}gpj.exe \u{2066}turned\u{202d} around",
    "`${alert(1)}` \\u003cscript\\u003e \u{2028}\u{2029} ]]> --> {{constructor}}",
    "__proto__",
];

/// Composes a library with everything a gallery shows, small: 3 years of months, a post of three, a live photo, a film, a HEIC, a
/// damaged file, hidden and trashed pictures, people, places, albums, hostile captions. Returns its folder.
pub fn varied(root: &Path) -> PathBuf {
    let mut all = Composer::new(root);
    for number in 0..36_u64 {
        let (year, month) = (2021 + number / 12, 1 + number % 12);
        for day in 1..=4 {
            let local = format!("{year}-{month:02}-{:02}T12:30:15", day * 6);
            let path = format!("{year}/{month:02}/{year}-{month:02}-{day:02}_plain {day}.jpg");
            let facts = json!({
                "taken_at": zoned(&local, 7200), "items": item("post", &format!("{number}-{day}")),
                "favorite": number % 9 == 0 && day == 1,
                "location": at(48.2 + number as f64, 16.37 - number as f64 * 3.0),
                "place": text(if number % 2 == 0 { "Wien" } else { "東京タワー" }),
                "people": if day == 2 { json!(["Zoë Müller", "Ben"]) } else { json!([]) },
            });
            all.add(&path, &photo(number * 10 + day), facts);
        }
    }
    all.add(
        "2023/11/tokyo.png",
        &png(&picture(900)),
        json!({"taken_at": zoned("2023-11-15T09:00:00", 32_400), "description": text("東京の夜 ｶﾀｶﾅ 🗼 Ça va, Straße"),
            "keywords": ["night"], "items": item("story", "t")}),
    );
    for (index, bytes) in [photo(910), heic(&picture(911)), film(912)]
        .iter()
        .enumerate()
    {
        let extension = ["jpg", "heic", "mp4"][index];
        all.add(
            &format!("2024/01/post {index}.{extension}"),
            bytes,
            json!({"taken_at": zoned("2024-01-05T10:00:00", 3600), "description": text("Snow day ❄ swipe"), "items": item("post", &format!("c{index}")),
                "group": {"id": "g", "index": index, "size": 3}}),
        );
    }
    all.add(
        "2024/02/live.jpg",
        &photo(920),
        json!({"taken_at": zoned("2024-02-01T10:00:00", 3600), "title": text("Alive"), "description": text("مرحبا \u{2067}שלום\u{2069} world")}),
    );
    all.beside("2024/02/live.mp4", &film(921), "live_video");
    all.add(
        "2024/02/film.mp4",
        &film(922),
        json!({"taken_at": {"value": {"clock": {"utc": "2024-02-02T08:00:00Z"}, "precision": "minute"}, "origin": {"posted": "instagram"}},
            "description": text("How to fold a paper boat"), "items": item("reel", "f"),
            "media": {"media_type": "mp4", "width": 160, "height": 120, "duration_ms": 2000}}),
    );
    for (number, caption) in HOSTILE.iter().enumerate() {
        all.add(
            &format!("2024/03/hostile {number} #%&'\"<b>.jpg"),
            &photo(930 + number as u64),
            json!({"taken_at": zoned(&format!("2024-03-0{}T10:00:00", number + 1), 0), "description": text(caption), "title": text(caption),
                "place": text(caption), "people": [caption], "keywords": [caption]}),
        );
    }
    all.add(
        "2024/03/long.jpg",
        &photo(940),
        json!({"taken_at": zoned("2024-03-20T10:00:00", 0), "description": text(&"long 長い ".repeat(2_500))}),
    );
    all.add(
        "2024/03/broken.jpg",
        b"\xff\xd8\xff\xe0 not a picture",
        json!({"taken_at": zoned("2024-03-21T10:00:00", 0)}),
    );
    all.add(
        "undated/nobody knows.jpg",
        &photo(950),
        json!({"description": text("nobody knows when")}),
    );
    for (name, visibility) in [("hidden", "hidden"), ("trashed", "trashed")] {
        all.add(
            &format!("2023/05/{name}.jpg"),
            &photo(960 + name.len() as u64),
            json!({"taken_at": zoned("2023-05-05T10:00:00", 0), "visibility": visibility, "description": text(&format!("secret {name}"))}),
        );
    }
    all.album(
        "Reise </title><script>alert(1)</script>",
        &[
            "2024/03/long.jpg",
            "2021/02/2021-02-01_plain 1.jpg",
            "2023/11/tokyo.png",
            "2023/05/hidden.jpg",
            "2022/07/2022-07-03_plain 3.jpg",
        ],
    );
    all.album("Film", &["2024/02/film.mp4"]);
    all.write();
    root.to_owned()
}
