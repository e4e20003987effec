//! Names the files of an archive: folders and file names by generation.

use jiff::Timestamp;
use jiff::tz::Offset;
use model::kind::Kind;
use sha2::{Digest, Sha256};

use super::super::account::{Medium, Post};
use super::Generation;

/// Month folders and HTML dates stand on this clock, summer and winter.
pub const METAS_CLOCK: Offset = Offset::constant(-8);

/// Returns `YYYYMM` of a moment on Meta's clock.
pub fn month(at: Timestamp) -> String {
    METAS_CLOCK.to_datetime(at).strftime("%Y%m").to_string()
}

/// Returns the path of a medium.
pub fn medium(post: &Post, medium: &Medium, generation: Generation) -> String {
    if generation == Generation::G1 {
        return g1(post, medium);
    }
    format!(
        "{}/{}",
        folder(post, medium),
        file_name(medium, medium.media_id, generation)
    )
}

/// Returns the path of a video's subtitles.
pub fn subtitles(post: &Post, medium: &Medium, generation: Generation) -> String {
    // Subtitles are a medium of their own to Instagram, with an id of their own.
    let id = medium.media_id + 1;
    let name = match generation {
        Generation::G5 => id.to_string(),
        _ => format!("{}_{id}", token(medium.seed)),
    };
    format!("{}/{name}.srt", folder(post, medium))
}

/// Returns the folder of pages and record files about media.
pub fn content_folder(generation: Generation) -> &'static str {
    match generation {
        Generation::G1 => "",
        Generation::G2 => "content",
        Generation::G3 => "your_instagram_activity/content",
        Generation::G4 | Generation::G5 => "your_instagram_activity/media",
    }
}

/// Returns the folder messages, comments and likes lie in, ending in `/` or empty.
pub fn activity_root(generation: Generation) -> &'static str {
    match generation {
        Generation::G1 | Generation::G2 => "",
        _ => "your_instagram_activity/",
    }
}

/// Returns the file of the owner's profile, without extension.
pub fn profile_file(generation: Generation) -> &'static str {
    match generation {
        Generation::G1 => "profile",
        Generation::G2 => "account_information/personal_information",
        Generation::G3 => "personal_information/personal_information",
        Generation::G4 | Generation::G5 => {
            "personal_information/personal_information/personal_information"
        }
    }
}

/// Returns the file name of a medium with this id.
pub fn file_name(medium: &Medium, id: u64, generation: Generation) -> String {
    let stem = if generation == Generation::G5 {
        id.to_string()
    } else if medium.form.is_video() {
        format!("{}_{id}", token(medium.seed))
    } else {
        let (a, b) = (
            medium.seed % 899_999_999 + 100_000_000,
            medium.seed * 7 + 10,
        );
        format!("{a}_{b}_n_{id}")
    };
    match medium.claimed_extension() {
        Some(extension) => format!("{stem}.{extension}"),
        None => stem,
    }
}

fn folder(post: &Post, medium: &Medium) -> String {
    if medium.stray {
        return "media/other".to_owned();
    }
    let kind = match post.kind {
        Kind::Story => "stories",
        Kind::Reel => "reels",
        Kind::Igtv => "igtv",
        Kind::Profile => "profile",
        Kind::Archived => "archived_posts",
        Kind::Deleted => "recently_deleted",
        Kind::Other => "other",
        Kind::Post | Kind::Draft | Kind::Message => "posts",
    };
    format!("media/{kind}/{}", month(post.posted_at))
}

fn g1(post: &Post, medium: &Medium) -> String {
    let folder = match post.kind {
        Kind::Story => "stories",
        Kind::Profile => "profile",
        Kind::Message => "direct",
        _ if medium.form.is_video() => "videos",
        _ => "photos",
    };
    format!(
        "{folder}/{}/{}.{}",
        month(post.posted_at),
        &hex(medium.media_id)[..32],
        medium.form.extension()
    )
}

/// Returns the random-looking start of a video's name.
fn token(seed: u64) -> String {
    format!("AQ{}-{}", &hex(seed)[..12], &hex(seed)[20..30])
}

/// Returns hex digits that depend on `number` alone.
pub fn hex(number: u64) -> String {
    Sha256::digest(number.to_be_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
