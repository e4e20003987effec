//! Says what a truthful reader must find in a composed archive, by the facts about the format and not by its code.

use jiff::civil::DateTime;
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp, Unit};
use model::content_hash::ContentHash;
use model::kind::Kind;
use model::time::{Precision, When};
use sha2::{Digest, Sha256};

use super::account::{Account, Medium, Message, Post, Shot, Taken, Thread};
use super::compose::{Edition, Generation, Placed, g5, holds, html, messages, paths, placed};
use super::media::{bytes_of, subtitles_of};

/// What is to be found about one medium.
#[derive(Debug, Clone, PartialEq)]
pub struct Expected {
    /// Path as the record names it.
    pub uri: String,
    /// Stable id: the media id; in G1 the base name without its extension.
    pub key: String,
    /// Hash of its bytes; they are not in the archive if `absent`.
    pub content_hash: ContentHash,
    /// The record names it, no part holds it.
    pub absent: bool,
    /// What it was.
    pub kind: Kind,
    /// When it was published; `None` for drafts.
    pub posted_at: Option<When>,
    /// When it was taken, as the record says: a wall clock, or an instant. `None`: nothing but the time of posting.
    pub taken_at: Option<When>,
    /// Seconds east of UTC, where wall clock and time of posting give it (source type camera).
    pub offset_s: Option<i32>,
    /// Caption.
    pub description: Option<String>,
    /// Name of the place.
    pub place: Option<String>,
    /// Latitude, longitude.
    pub gps: Option<(f64, f64)>,
    /// People tagged, sorted.
    pub people: Vec<String>,
    /// Place in a post of several.
    pub group: Option<ExpectedGroup>,
    /// Hashes of subtitles.
    pub companions: Vec<ContentHash>,
    /// Someone else's picture.
    pub by_someone_else: bool,
    /// Device id.
    pub device_id: Option<String>,
    /// f-number, converted from APEX.
    pub f_number: Option<f64>,
    /// Exposure time in seconds, converted from APEX.
    pub exposure_s: Option<f64>,
    /// ISO speed.
    pub iso: Option<u32>,
}

/// Membership in a post of several media.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedGroup {
    /// Index of the post in the account, messages counted after posts: the same for all members.
    pub post: usize,
    /// From 0.
    pub index: usize,
    /// Number of members.
    pub size: usize,
}

/// Returns what is to be found in the archive composed of the same arguments, messages' media last.
pub fn expected(account: &Account, generation: Generation, edition: Edition) -> Vec<Expected> {
    let of_posts = placed(account)
        .filter(|placed| holds(generation, edition, placed.post.kind))
        .map(|placed| of_post(&placed, generation, edition));
    of_posts
        .chain(of_messages(account, generation, edition))
        .collect()
}

/// Returns the SHA-256 of bytes.
pub fn hash(bytes: &[u8]) -> ContentHash {
    ContentHash(Sha256::digest(bytes).into())
}

/// What one record file can tell about a medium.
#[derive(Debug, Clone, Copy)]
struct Told {
    /// Camera facts.
    shot: bool,
    gps: bool,
    people: bool,
    place: bool,
}

fn told(placed: &Placed, generation: Generation, edition: Edition) -> Told {
    let nothing = Told {
        shot: false,
        gps: false,
        people: false,
        place: false,
    };
    let carousel = placed.post.is_carousel();
    match (generation, edition) {
        (Generation::G1, _) => Told {
            place: true,
            ..nothing
        },
        // HTML tells neither coordinates nor device nor tags of carousel members.
        (_, Edition::Html(_)) if carousel => nothing,
        (_, Edition::Html(_)) => Told {
            shot: true,
            gps: true,
            people: true,
            place: false,
        },
        // Label values have coordinates of single posts, no camera facts.
        (Generation::G5, _) if only_in_label_values(placed) => Told {
            gps: !carousel,
            ..nothing
        },
        _ => Told {
            shot: true,
            gps: true,
            ..nothing
        },
    }
}

fn only_in_label_values(placed: &Placed) -> bool {
    match placed.post.kind {
        Kind::Draft | Kind::Other => true,
        Kind::Post => !g5::in_posts_1(placed.post_index),
        _ => false,
    }
}

fn of_post(placed: &Placed, generation: Generation, edition: Edition) -> Expected {
    let Placed { post, medium, .. } = *placed;
    let told = told(placed, generation, edition);
    let shot = medium
        .shot
        .clone()
        .filter(|_| told.shot)
        .unwrap_or_default();
    let precision = match edition {
        Edition::Json => Precision::Second,
        Edition::Html(_) => Precision::Minute,
    };
    let uri = paths::medium(post, medium, generation);
    let mut people = post.tagged.clone();
    people.sort();
    let mut found = bare(uri, medium, generation, post.kind);
    found.posted_at = (post.kind != Kind::Draft).then(|| posted(post.posted_at, precision));
    found.description = Some(post.caption.clone()).filter(|text| !text.is_empty());
    found.place = post
        .place
        .clone()
        .filter(|name| told.place && !name.is_empty());
    found.gps = medium.gps.filter(|gps| told.gps && *gps != (0.0, 0.0));
    found.people = if told.people { people } else { Vec::new() };
    found.group = group(placed, generation);
    if subtitles_are_tied(placed, generation, edition) {
        found.companions = vec![hash(&subtitles_of(medium))];
    }
    add_shot(&mut found, &shot, post, (generation, edition));
    found
}

/// Subtitles are named in the metadata, which HTML leaves out for carousel members.
fn subtitles_are_tied(placed: &Placed, generation: Generation, edition: Edition) -> bool {
    let html_carousel = edition != Edition::Json && placed.post.is_carousel();
    placed.medium.subtitles && generation != Generation::G1 && !html_carousel
}

fn of_messages(
    account: &Account,
    generation: Generation,
    edition: Edition,
) -> impl Iterator<Item = Expected> {
    let precision = match edition {
        Edition::Json => Precision::Second,
        Edition::Html(_) => Precision::Minute,
    };
    account.threads.iter().flat_map(move |thread| {
        messages::media_of(thread).map(move |(message, medium)| {
            let uri = messages::path(thread, message, medium, generation);
            let mut found = bare(uri, medium, generation, Kind::Message);
            found.group = message_group(account, thread, message, medium, generation);
            found.posted_at = Some(posted(message.at, precision));
            found
        })
    })
}

/// Media of one message belong together, but in the first generation, whose rows know no messages.
fn message_group(
    account: &Account,
    thread: &Thread,
    message: &Message,
    medium: &Medium,
    generation: Generation,
) -> Option<ExpectedGroup> {
    if generation == Generation::G1 || message.media.len() < 2 {
        return None;
    }
    // Photos are listed before videos.
    let mut ids: Vec<_> = message
        .media
        .iter()
        .map(|one| (one.form.is_video(), one.media_id))
        .collect();
    ids.sort_by_key(|(video, _)| *video);
    let index = ids.iter().position(|(_, id)| *id == medium.media_id)?;
    let of_thread = thread
        .messages
        .iter()
        .position(|one| std::ptr::eq(one, message))?;
    let before = account
        .threads
        .iter()
        .take_while(|one| !std::ptr::eq(*one, thread));
    let earlier: usize = before.map(|thread| thread.messages.len()).sum();
    Some(ExpectedGroup {
        post: account.posts.len() + earlier + of_thread,
        index,
        size: message.media.len(),
    })
}

fn bare(uri: String, medium: &Medium, generation: Generation, kind: Kind) -> Expected {
    let key = match generation {
        Generation::G1 => {
            let name = uri.rsplit('/').next().unwrap_or(&uri);
            name.split('.').next().unwrap_or(name).to_owned()
        }
        _ => medium.media_id.to_string(),
    };
    Expected {
        uri,
        key,
        content_hash: hash(&bytes_of(medium)),
        absent: medium.absent,
        kind,
        posted_at: None,
        taken_at: None,
        offset_s: None,
        description: None,
        place: None,
        gps: None,
        people: Vec::new(),
        group: None,
        companions: Vec::new(),
        by_someone_else: false,
        device_id: None,
        f_number: None,
        exposure_s: None,
        iso: None,
    }
}

fn posted(at: Timestamp, precision: Precision) -> When {
    let seconds = match precision {
        Precision::Minute => at.as_second().div_euclid(60) * 60,
        _ => at.as_second(),
    };
    let at = Timestamp::from_second(seconds).expect("rounding down stays in range");
    When::utc(at).known_to(precision)
}

fn group(placed: &Placed, generation: Generation) -> Option<ExpectedGroup> {
    let index = match generation {
        Generation::G1 => index_in_g1(placed),
        _ => placed.index,
    };
    placed.post.is_carousel().then_some(ExpectedGroup {
        post: placed.post_index,
        index,
        size: placed.post.media.len(),
    })
}

/// G1 lists photos and videos apart, so that the order between the two is lost: photos come first.
fn index_in_g1(placed: &Placed) -> usize {
    let video = placed.medium.form.is_video();
    let media = &placed.post.media;
    let before = media[..placed.index]
        .iter()
        .filter(|medium| medium.form.is_video() == video)
        .count();
    let photos = media
        .iter()
        .filter(|medium| !medium.form.is_video())
        .count();
    if video { photos + before } else { before }
}

fn add_shot(
    found: &mut Expected,
    shot: &Shot,
    post: &Post,
    (generation, edition): (Generation, Edition),
) {
    found.taken_at = match shot.taken {
        Some(Taken::Local(at)) => Some(When::wall(at)),
        Some(Taken::Utc(at)) => Some(When::utc(at)),
        Some(Taken::Zero) | None => None,
    };
    let camera = ["camera", "ANDROID_ADVANCED_CAMERA", "3"];
    if let (Some(Taken::Local(at)), Some(source)) = (shot.taken, shot.source_type)
        && camera.contains(&source)
    {
        found.offset_s = quarter_hours(at, post.posted_at);
    }
    let reshared = shot
        .source_type
        .is_some_and(|source| source.ends_with("_reshare"));
    found.by_someone_else = reshared;
    found.device_id = shot.device_id.clone();
    let tells_camera = match edition {
        Edition::Json => true,
        Edition::Html(language) => html::camera_rows(generation, language),
    };
    if tells_camera {
        let apex = |text: Option<&str>| text.and_then(|text| text.parse::<f64>().ok());
        found.f_number = apex(shot.aperture).map(|a| (a / 2.0).exp2());
        found.exposure_s = apex(shot.shutter_speed).map(|t| (-t).exp2());
        found.iso = shot.iso;
    }
}

/// The offset, if wall clock and instant differ by quarters of an hour to within a minute.
fn quarter_hours(local: DateTime, instant: Timestamp) -> Option<i32> {
    let difference = local.duration_since(Offset::UTC.to_datetime(instant));
    let rounded = difference
        .round(
            jiff::SignedDurationRound::new()
                .smallest(Unit::Minute)
                .increment(15),
        )
        .ok()?;
    let off = (difference - rounded).abs();
    let possible = rounded.abs() <= SignedDuration::from_hours(14);
    (possible && off <= SignedDuration::from_secs(75))
        .then(|| i32::try_from(rounded.as_secs()).ok())?
}
