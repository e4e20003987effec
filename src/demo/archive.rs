//! Composes the sample archive of `albumen demo`: small, varied, and the same every time.
//!
//! It has the shape Instagram gives out since 2025: JSON record files below `your_instagram_activity/media/`, text as one escape
//! a byte, media without EXIF, month folders on Meta's clock.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use serde_json::{Value, json};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::media::{Clip, Picture, heic, jpeg, mp4, png, srt, webp};

const RECORDS: &str = "your_instagram_activity/media";

/// Returns the entries of the sample archive, in order.
pub fn compose() -> Vec<(String, Vec<u8>)> {
    let mut entries = Vec::new();
    let mut sample = Sample {
        entries: &mut entries,
    };
    let posts = sample.posts();
    let stories = json!({"ig_stories": sample.stories()});
    let reels = json!({"ig_reels_media": sample.reels()});
    let profile = json!({"ig_profile_picture": sample.profile()});
    let archived = json!({"ig_archived_post_media": sample.archived()});
    for (name, value) in [
        ("posts_1", posts),
        ("stories", stories),
        ("reels", reels),
        ("profile_photos", profile),
        ("archived_posts", archived),
    ] {
        sample.add(format!("{RECORDS}/{name}.json"), mangled(&value));
    }
    sample.add_the_rest();
    entries
}

/// Writes the sample archive as a zip. The same bytes every time.
///
/// # Errors
/// If the file cannot be written.
pub fn write_zip(path: &Path) -> io::Result<()> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(zip::DateTime::DEFAULT)
        .unix_permissions(0o644);
    let mut writer = ZipWriter::new(BufWriter::new(File::create(path)?));
    for (name, bytes) in compose() {
        writer.start_file(name, options)?;
        writer.write_all(&bytes)?;
    }
    writer.finish()?.into_inner()?.sync_all()
}

/// Collects the entries while records are made.
struct Sample<'a> {
    entries: &'a mut Vec<(String, Vec<u8>)>,
}

impl Sample<'_> {
    fn posts(&mut self) -> Value {
        let harbour = self.medium("posts/202408", 1, "jpg", photo(1), 1_724_567_890);
        let harbour = told(
            harbour,
            "Old harbour at dawn 🌅",
            json!({
                "latitude": 45.4341, "longitude": 12.3388, "iso": 80, "focal_length": "4.2",
                "aperture": "1.6960", "shutter_speed": "5.8855", "lens_model": "Wide lens",
                "device_id": "5F3B0C6E-1111-4222-8333-444455556666", "source_type": "library",
                "date_time_original": "2024:08:24 06:12:45"
            }),
        );
        let members = [
            self.medium("posts/202401", 2, "jpg", photo(2), 1_704_447_000),
            self.medium("posts/202401", 3, "heic", heic(&picture(3)), 1_704_447_000),
            self.medium("posts/202401", 4, "mp4", clip(4), 1_704_447_000),
        ];
        let tokyo = self.medium("posts/202311", 5, "png", png(&picture(5)), 1_700_006_400);
        let tokyo = told(
            tokyo,
            "東京タワー 🗼 また行きたい",
            json!({"latitude": 35.6586, "longitude": 139.7454}),
        );
        // Instagram's extensions lie: nearly every `.webp` of 2025 is a JPEG.
        let lying = self.medium("posts/202305", 6, "webp", photo(6), 1_684_000_000);
        let lying = told(lying, "Crème brûlée & café ☕\n#brunch", json!({}));
        let hebrew = self.medium("posts/202212", 7, "webp", webp(&picture(7)), 1_670_000_000);
        let hebrew = told(hebrew, "שבת שלום — مساء الخير", json!({}));
        let live = self.medium("posts/202106", 8, "jpg", photo(8), 1_623_000_000);
        let live = told(
            live,
            "Straight from the camera 📸",
            json!({
                "source_type": "camera", "device_id": "android-0123456789abcdef",
                "date_time_original": "2021:06:06 19:19:52"
            }),
        );
        json!([
            {"media": [harbour]},
            {"media": members, "title": "Snow day ❄️ swipe →", "creation_timestamp": 1_704_447_001},
            {"media": [tokyo]}, {"media": [lying]}, {"media": [hebrew]}, {"media": [live]},
        ])
    }

    fn stories(&mut self) -> Value {
        let plain = self.medium("stories/202502", 9, "jpg", photo(9), 1_739_000_000);
        let shared = self.medium("stories/202410", 10, "jpg", photo(10), 1_729_000_000);
        let shared = told(shared, "", json!({"source_type": "feed_reshare"}));
        json!([plain, shared])
    }

    fn reels(&mut self) -> Value {
        let mut reel = self.medium("reels/202503", 11, "mp4", clip(11), 1_741_000_000);
        let subtitles = "media/reels/202503/AQMdemo11_17900000000000012.srt";
        self.add(subtitles.to_owned(), srt());
        reel["title"] = "How to fold a paper boat ⛵".into();
        reel["media_metadata"] = json!({"video_metadata": {
            "exif_data": [{"date_time_original": "20250302T095500.000Z"}],
            "subtitles": {"uri": subtitles, "creation_timestamp": 1_741_000_000}
        }});
        json!([{"media": [reel]}])
    }

    fn profile(&mut self) -> Value {
        let mut picture = self.medium("profile/201905", 13, "jpg", photo(13), 1_557_000_000);
        picture["is_profile_picture"] = true.into();
        json!([picture])
    }

    fn archived(&mut self) -> Value {
        let picture = self.medium("archived_posts/201807", 14, "jpg", photo(14), 1_531_000_000);
        json!([{"media": [told(picture, "Kept for myself", json!({}))]}])
    }

    /// Files every archive has that are not about media.
    fn add_the_rest(&mut self) {
        let user = json!({"profile_user": [{"title": "", "media_map_data": {},
            "string_map_data": {"Username": {"href": "", "value": "rosa.demo", "timestamp": 0}}}]});
        let likes = json!({"likes_media_likes": [{"title": "a.friend", "string_list_data": [
            {"href": "https://www.instagram.com/p/x/", "value": "👍", "timestamp": 1_700_000_000}]}]});
        self.add(
            "personal_information/personal_information/personal_information.json".to_owned(),
            mangled(&user),
        );
        self.add(
            "your_instagram_activity/likes/liked_posts.json".to_owned(),
            mangled(&likes),
        );
        self.add(
            "your_instagram_activity/saved/no-data.txt".to_owned(),
            b"You have no data in this section\n".to_vec(),
        );
    }

    /// Adds the bytes of a medium and returns its record, without a caption.
    fn medium(
        &mut self,
        folder: &str,
        number: u64,
        extension: &str,
        bytes: Vec<u8>,
        posted: i64,
    ) -> Value {
        let id = 17_900_000_000_000_000 + number;
        let name = match extension {
            "mp4" => format!("AQMdemo{number}_{id}.mp4"),
            _ => format!("4100{number:04}_20{number:04}_n_{id}.{extension}"),
        };
        let uri = format!("media/{folder}/{name}");
        self.add(uri.clone(), bytes);
        json!({"uri": uri, "creation_timestamp": posted, "title": ""})
    }

    fn add(&mut self, name: String, bytes: Vec<u8>) {
        self.entries.push((name, bytes));
    }
}

/// Returns the record with a caption and camera facts.
fn told(mut record: Value, caption: &str, exif: Value) -> Value {
    record["title"] = caption.into();
    if exif.as_object().is_some_and(|exif| !exif.is_empty()) {
        record["media_metadata"] = json!({"photo_metadata": {"exif_data": [exif]}});
    }
    record
}

fn picture(seed: u64) -> Picture {
    Picture {
        width: 720,
        height: 540,
        seed,
        ..Picture::default()
    }
}

fn photo(seed: u64) -> Vec<u8> {
    jpeg(&picture(seed))
}

fn clip(seed: u64) -> Vec<u8> {
    mp4(&Clip {
        width: 320,
        height: 240,
        seed,
        ..Clip::default()
    })
}

/// Returns JSON as Meta writes it: each byte of text beyond ASCII as `\u00xx`.
fn mangled(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    for byte in value.to_string().bytes() {
        if byte.is_ascii() {
            out.push(byte);
        } else {
            out.extend(format!("\\u00{byte:02x}").into_bytes());
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    use jiff::Timestamp;
    use jiff::tz::Offset;

    fn entries() -> BTreeMap<String, Vec<u8>> {
        compose().into_iter().collect()
    }

    /// Calls `seen` with every object below `value` that has a path.
    fn visit(value: &Value, seen: &mut dyn FnMut(&str, &Value)) {
        if let Some(uri) = value["uri"].as_str() {
            seen(uri, value);
        }
        let children: Vec<&Value> = match value {
            Value::Array(list) => list.iter().collect(),
            Value::Object(map) => map.values().collect(),
            _ => Vec::new(),
        };
        children.into_iter().for_each(|child| visit(child, seen));
    }

    fn records() -> Vec<Value> {
        entries()
            .into_iter()
            .filter(|(name, _)| name.ends_with(".json"))
            .map(|(_, bytes)| serde_json::from_slice(&bytes).expect("JSON"))
            .collect()
    }

    #[test]
    fn every_record_has_its_medium_and_every_medium_its_record() {
        let mut named = Vec::new();
        for record in records() {
            visit(&record, &mut |uri, _| named.push(uri.to_owned()));
        }
        named.sort();
        let media: Vec<String> = entries()
            .into_keys()
            .filter(|name| name.starts_with("media/"))
            .collect();
        assert_eq!(named, media);
        assert!(media.len() >= 12);
    }

    #[test]
    fn month_folders_are_those_of_metas_clock() {
        for record in records() {
            visit(&record, &mut |uri, medium| {
                let posted = medium["creation_timestamp"].as_i64().expect("a time");
                let at = Timestamp::from_second(posted).expect("a time in range");
                let month = Offset::constant(-8)
                    .to_datetime(at)
                    .strftime("%Y%m")
                    .to_string();
                assert!(uri.contains(&format!("/{month}/")), "{uri} is of {month}");
            });
        }
    }

    #[test]
    fn no_two_entries_are_alike_and_record_files_are_ascii() {
        let all = compose();
        for (at, (name, bytes)) in all.iter().enumerate() {
            for (other, others) in &all[..at] {
                assert!(name != other && bytes != others, "{name} and {other}");
            }
            assert!(!name.ends_with(".json") || bytes.is_ascii(), "{name}");
        }
    }

    #[test]
    fn captions_are_mangled_as_meta_does() {
        let posts = &entries()["your_instagram_activity/media/posts_1.json"];
        let text = std::str::from_utf8(posts).expect("ASCII");
        assert!(text.contains("Cr\\u00c3\\u00a8me br\\u00c3\\u00bbl\\u00c3\\u00a9e"));
    }

    #[test]
    fn the_zip_is_the_same_every_time_and_holds_all() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let (one, two) = (folder.path().join("one.zip"), folder.path().join("two.zip"));
        write_zip(&one)?;
        write_zip(&two)?;
        assert_eq!(std::fs::read(&one)?, std::fs::read(&two)?);
        let mut archive = zip::ZipArchive::new(File::open(&one)?)?;
        for (name, bytes) in compose() {
            let mut found = Vec::new();
            io::copy(&mut archive.by_name(&name)?, &mut found)?;
            assert_eq!(found, bytes, "{name}");
        }
        assert_eq!(archive.len(), compose().len());
        Ok(())
    }
}
