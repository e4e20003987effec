//! Writes large archives straight to disk for benchmarks: one item in memory at a time.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use demo::media::padded_jpeg;
use jiff::Timestamp;
use model::kind::Kind;

use super::super::account::{Account, Medium, Post};
use super::super::compose::{Files, Generation, json, paths};
use super::zip::{Method, ZipStyle, entry};
use super::zip_writer::ZipWriter;

/// What a large archive holds.
#[derive(Debug, Clone)]
pub struct Big {
    /// Number of posts of one photo.
    pub items: u64,
    /// Size of each photo, at least 2,048.
    pub size_bytes: usize,
    /// Compression.
    pub method: Method,
}

/// Posts a record file holds.
const POSTS_PER_FILE: u64 = 5_000;

/// Writes a G4 JSON archive to `path`.
pub fn write_big(path: &Path, big: &Big) -> io::Result<()> {
    write_big_to(BufWriter::with_capacity(1 << 20, File::create(path)?), big).map(drop)
}

/// Writes a G4 JSON archive to anything and returns that.
pub fn write_big_to<W: Write>(out: W, big: &Big) -> io::Result<W> {
    let style = ZipStyle {
        method: big.method,
        ..ZipStyle::default()
    };
    let mut writer = ZipWriter::new(out, false, false);
    let starts = (0..big.items).step_by(POSTS_PER_FILE as usize);
    for (number, start) in (1..).zip(starts) {
        let end = big.items.min(start + POSTS_PER_FILE);
        let account = Account::of("big", (start..end).map(post).collect());
        let mut files = Files::new();
        json::add_records(&mut files, &account, Generation::G4);
        let folder = paths::content_folder(Generation::G4);
        if let Some(bytes) = files.remove(&format!("{folder}/posts_1.json")) {
            let name = format!("{folder}/posts_{number}.json");
            writer.entry(&entry(&name, bytes, &style))?;
        }
        for post in &account.posts {
            let medium = &post.media[0];
            let name = paths::medium(post, medium, Generation::G4);
            let bytes = padded_jpeg(medium.seed, big.size_bytes);
            writer.entry(&entry(&name, bytes, &style))?;
        }
    }
    writer.finish()
}

/// Returns the post with this number: one every hour since 2015.
fn post(number: u64) -> Post {
    let at = Timestamp::constant(1_420_070_400, 0).as_second() + number as i64 * 3600;
    let mut post = Post::new(
        Kind::Post,
        "2015-01-01T00:00:00Z",
        &format!("photo {number}"),
        vec![Medium::jpeg(number)],
    );
    post.posted_at = Timestamp::from_second(at).expect("a few decades at most");
    post
}
