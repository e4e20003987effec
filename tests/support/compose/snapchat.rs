//! Composes "My Data" archives of Snapchat, generation by generation.

use demo::media::{Picture, png};
use jiff::Timestamp;
use serde_json::json;

use super::Files;
use crate::support::pack::zip::{ZipStyle, entry};
use crate::support::pack::zip_writer::ZipWriter;
use crate::support::takeouts::{clip, plain};

/// One memory.
#[derive(Debug, Clone)]
pub struct Memory {
    /// Second it was taken in, UTC.
    pub at: i64,
    /// Its UUID.
    pub id: String,
    /// A video, not a photo.
    pub film: bool,
    /// Where it was taken.
    pub place: Option<(f64, f64)>,
    /// It has a picture laid over it.
    pub overlay: bool,
    /// Chooses its bytes.
    pub seed: u64,
}

/// What the rows say of where the media can be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Links {
    /// To about 2023: `Download Link` only, to be asked by POST.
    Post,
    /// 2024 to early 2026: both.
    Both,
    /// Since May 2026: empty texts.
    None,
}

impl Memory {
    /// Returns a photo without place and overlay.
    pub fn photo(seed: u64, at: &str) -> Self {
        let at: Timestamp = at.parse().expect("a time");
        Self {
            at: at.as_second(),
            id: format!("0F9A1B2C-3D4E-5F60-8192-{seed:012X}"),
            film: false,
            place: None,
            overlay: false,
            seed,
        }
    }

    /// Returns the same as a video.
    pub fn film(self) -> Self {
        Self { film: true, ..self }
    }

    /// Returns the same at a place.
    pub fn in_place(self, latitude: f64, longitude: f64) -> Self {
        let place = Some((latitude, longitude));
        Self { place, ..self }
    }

    /// Returns the same with an overlay.
    pub fn overlaid(self) -> Self {
        Self {
            overlay: true,
            ..self
        }
    }

    /// Returns the bytes of the memory.
    pub fn bytes(&self) -> Vec<u8> {
        match self.film {
            true => clip(self.seed),
            false => plain(self.seed),
        }
    }

    /// Returns the bytes of its overlay.
    pub fn overlay_bytes(&self) -> Vec<u8> {
        png(&Picture {
            width: 16,
            height: 8,
            seed: self.seed + 5_000,
            ..Picture::default()
        })
    }

    fn time(&self, format: &str) -> String {
        let at = Timestamp::from_second(self.at).expect("a time");
        at.strftime(format).to_string()
    }

    /// Returns its date as rows have it.
    pub fn date(&self) -> String {
        self.time("%Y-%m-%d %H:%M:%S UTC")
    }

    /// Returns the whole stem of its files.
    pub fn stem(&self) -> String {
        format!("{}{}", self.time("%Y-%m-%d_"), self.id)
    }

    /// Returns the path of its file.
    pub fn path(&self) -> String {
        let ending = if self.film { "mp4" } else { "jpg" };
        format!("memories/{}-main.{ending}", self.stem())
    }

    /// Returns the path of its overlay.
    pub fn overlay_path(&self) -> String {
        format!("memories/{}-overlay.png", self.stem())
    }

    fn location(&self) -> String {
        let (latitude, longitude) = self.place.unwrap_or((0.0, 0.0));
        format!("Latitude, Longitude: {latitude:?}, {longitude:?}")
    }

    /// Returns the address to ask by POST, and the one to GET; `host` begins them. The signature is `geheim` and a number.
    pub fn addresses(&self, host: &str) -> (String, String) {
        let query = format!(
            "uid=U&sid={id}&mid={id}&ts=1700000000000&sig=geheim{}",
            self.seed,
            id = self.id
        );
        (
            format!("{host}/dmd/memories?{query}"),
            format!("{host}/dmd/mm?{query}"),
        )
    }
}

/// Composes `memories_history.json`, newest first.
pub fn history_json(memories: &[Memory], links: Links, host: &str) -> Vec<u8> {
    let rows: Vec<serde_json::Value> = newest_first(memories)
        .into_iter()
        .map(|memory| {
            let (post, get) = memory.addresses(host);
            let kind = if memory.film { "Video" } else { "Image" };
            let mut row = json!({"Date": memory.date(), "Media Type": kind});
            match links {
                Links::Post => {
                    row["Media Type"] = json!(if memory.film { "VIDEO" } else { "PHOTO" });
                    row["Download Link"] = json!(post);
                }
                Links::Both => {
                    row["Download Link"] = json!(post);
                    row["Media Download Url"] = json!(get);
                }
                Links::None => {
                    row["Download Link"] = json!("");
                    row["Media Download Url"] = json!("");
                }
            }
            // Rows of the first years told no place.
            if links != Links::Post || memory.place.is_some() {
                row["Location"] = json!(memory.location());
            }
            row
        })
        .collect();
    serde_json::to_vec_pretty(&json!({"Saved Media": rows})).expect("JSON")
}

/// Composes `memories_history.html`.
pub fn history_html(memories: &[Memory], links: Links, host: &str) -> Vec<u8> {
    let mut page = String::from(
        "<!DOCTYPE html><html><head><style>td{}</style></head><body><h4>Saved Media</h4><table><tbody>\
         <tr><th>Date</th><th>Media Type</th><th>Location</th><th>Download Link</th></tr>",
    );
    for memory in newest_first(memories) {
        let (post, get) = memory.addresses(host);
        let escaped = |address: String| address.replace('&', "&amp;");
        let handler = match links {
            Links::Post => format!("downloadMemories('{}', this, false)", escaped(post)),
            Links::Both => format!("downloadMemories('{}', this, true)", escaped(get)),
            Links::None => String::new(),
        };
        let link = match handler.is_empty() {
            true => String::new(),
            false => format!("<a href=\"#\" onclick=\"{handler};return false;\">Download</a>"),
        };
        let kind = if memory.film { "Video" } else { "Image" };
        page.push_str(&format!(
            "<tr><td>{}</td><td>{kind}</td><td>{}</td><td>{link}</td></tr>\n",
            memory.date(),
            memory.location()
        ));
    }
    page.push_str("</tbody></table></body></html>");
    page.into_bytes()
}

fn newest_first(memories: &[Memory]) -> Vec<&Memory> {
    let mut rows: Vec<&Memory> = memories.iter().collect();
    rows.sort_by_key(|memory| std::cmp::Reverse(memory.at));
    rows
}

/// Returns the record files of the un-numbered part.
pub fn records(memories: &[Memory], links: Links, host: &str, html: bool) -> Files {
    let mut files: Files = [
        ("index.html", b"<html>My Data</html>".to_vec()),
        ("json/friends.json", b"{\"Friends\":[{\"Username\":\"ben\"}]}".to_vec()),
        (
            "json/account.json",
            br#"{"Basic Information":{"Username":"anna.m","Name":"Anna","Creation Date":"2014-01-01 00:00:00 UTC"}}"#.to_vec(),
        ),
    ]
    .into_iter()
    .map(|(path, bytes)| (path.to_owned(), bytes))
    .collect();
    if html {
        files.retain(|path, _| !path.starts_with("json/"));
        let page = history_html(memories, links, host);
        files.insert("html/memories_history.html".to_owned(), page);
    } else {
        let list = history_json(memories, links, host);
        files.insert("json/memories_history.json".to_owned(), list);
    }
    files
}

/// Returns the media of memories, each with the time of its entry.
pub fn media(memories: &[Memory]) -> Vec<(String, Vec<u8>, i64)> {
    let mut entries = Vec::new();
    for memory in memories {
        entries.push((memory.path(), memory.bytes(), memory.at));
        if memory.overlay {
            entries.push((memory.overlay_path(), memory.overlay_bytes(), memory.at));
        }
    }
    entries
}

/// Packs a part: record files, and media with the time of each in the extended timestamp, as Snapchat does.
pub fn part(records: &Files, media: &[(String, Vec<u8>, i64)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Vec::new(), false, false);
    let mut put = |path: &str, bytes: &[u8], at: Option<i64>| {
        let style = ZipStyle {
            extended_timestamp: at.map(|at| i32::try_from(at).expect("before 2038")),
            ..ZipStyle::default()
        };
        let raw = entry(path, bytes.to_vec(), &style);
        writer.entry(&raw).expect("writing to memory does not fail");
    };
    for (path, bytes) in records {
        put(path, bytes, None);
    }
    for (path, bytes, at) in media {
        put(path, bytes, Some(*at));
    }
    writer.finish().expect("writing to memory does not fail")
}

/// Returns memories of every sort: a photo with place and overlay, one without, a video, a long video in two pieces.
pub fn varied() -> Vec<Memory> {
    vec![
        Memory::photo(101, "2021-07-02T10:00:05Z")
            .in_place(48.39, -4.486)
            .overlaid(),
        Memory::photo(102, "2021-07-02T18:30:00Z"),
        Memory::photo(103, "2021-07-03T23:59:59Z").film().overlaid(),
        Memory::photo(104, "2022-01-01T12:00:00Z")
            .film()
            .in_place(59.36, 17.96),
        Memory::photo(105, "2022-01-01T12:00:10Z")
            .film()
            .in_place(59.36, 17.96),
    ]
}
