//! Describes an account as its owner remembers it: posts, media, messages. Knows nothing of archives.

use jiff::Timestamp;
use jiff::civil::DateTime;
use model::kind::Kind;

/// A person's account and all that was put there.
#[derive(Debug, Clone)]
pub struct Account {
    /// Handle.
    pub username: String,
    /// Everything with media, in any order; archives list the newest first.
    pub posts: Vec<Post>,
    /// Private conversations.
    pub threads: Vec<Thread>,
    /// Add likes, comments, followers and other record files that are not about media.
    pub noise: bool,
    /// Posts a `posts_N` file holds; all in `posts_1` if `None`.
    pub posts_per_file: Option<usize>,
}

/// Something published (or archived, deleted, drafted) at one moment.
#[derive(Debug, Clone)]
pub struct Post {
    /// What it was.
    pub kind: Kind,
    /// Text by the owner.
    pub caption: String,
    /// When it was published.
    pub posted_at: Timestamp,
    /// Name of the place; only G1 tells.
    pub place: Option<String>,
    /// People tagged; only HTML tells, and only for posts of one medium.
    pub tagged: Vec<String>,
    /// Slides in order.
    pub media: Vec<Medium>,
}

/// One photo or video.
#[derive(Debug, Clone)]
pub struct Medium {
    /// What the bytes are.
    pub form: Form,
    /// Different seeds give different bytes.
    pub seed: u64,
    /// The service's id: 17 digits.
    pub media_id: u64,
    /// What the archive claims by the extension.
    pub claimed: Claimed,
    /// Camera facts.
    pub shot: Option<Shot>,
    /// Latitude, longitude.
    pub gps: Option<(f64, f64)>,
    /// A video with an `.srt` beside it.
    pub subtitles: bool,
    /// Lies in `media/other/` without a month folder, as old posts sometimes do.
    pub stray: bool,
    /// The record names it, no part holds it.
    pub absent: bool,
}

/// True type of the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Photo.
    Jpeg,
    /// Photo.
    Png,
    /// Photo.
    Webp,
    /// Photo.
    Heic,
    /// Video.
    Mp4,
}

impl Form {
    /// Returns whether it is a video.
    pub fn is_video(self) -> bool {
        self == Self::Mp4
    }

    /// Returns the extension that tells the truth.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Webp => "webp",
            Self::Heic => "heic",
            Self::Mp4 => "mp4",
        }
    }
}

/// What an archive claims a file to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claimed {
    /// Its true type.
    Truth,
    /// Another one: most `.webp` and `.heic` of 2025 are JPEG.
    Lie(&'static str),
    /// No extension at all: videos of 2024.
    Nothing,
}

/// What `exif_data` tells. All texts stand as Instagram writes them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Shot {
    /// When.
    pub taken: Option<Taken>,
    /// `library`, `camera`, `feed_reshare`, …
    pub source_type: Option<&'static str>,
    /// UUID or `android-<16 hex>`.
    pub device_id: Option<String>,
    /// Lens.
    pub lens_model: Option<String>,
    /// Software.
    pub software: Option<String>,
    /// ISO speed.
    pub iso: Option<u32>,
    /// Millimetres.
    pub focal_length: Option<&'static str>,
    /// APEX: f = 2^(A/2).
    pub aperture: Option<&'static str>,
    /// APEX: t = 2^(−T).
    pub shutter_speed: Option<&'static str>,
}

/// `date_time_original`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// The camera's wall clock, written `2024:05:02 22:47:28`.
    Local(DateTime),
    /// An instant, written `20240502T224728.000Z`: videos.
    Utc(Timestamp),
    /// QuickTime's zero, which says nothing.
    Zero,
}

/// A private conversation.
#[derive(Debug, Clone)]
pub struct Thread {
    /// Folder, `<name>_<id>`.
    pub folder: String,
    /// Who takes part.
    pub people: Vec<String>,
    /// What was said, in any order.
    pub messages: Vec<Message>,
}

/// One message: text or media, never both.
#[derive(Debug, Clone)]
pub struct Message {
    /// Who wrote it.
    pub sender: String,
    /// When.
    pub at: Timestamp,
    /// Text, where it has no media.
    pub text: Option<String>,
    /// Pictures sent.
    pub media: Vec<Medium>,
}

impl Account {
    /// An account with these posts and nothing else.
    pub fn of(username: &str, posts: Vec<Post>) -> Self {
        Self {
            username: username.to_owned(),
            posts,
            threads: Vec::new(),
            noise: false,
            posts_per_file: None,
        }
    }
}

impl Post {
    /// A post of `kind`, published at `posted_at` (RFC 3339).
    pub fn new(kind: Kind, posted_at: &str, caption: &str, media: Vec<Medium>) -> Self {
        Self {
            kind,
            caption: caption.to_owned(),
            posted_at: posted_at.parse().expect("tests give RFC 3339 times"),
            place: None,
            tagged: Vec::new(),
            media,
        }
    }

    /// Returns whether its members form a group: a post of several media.
    ///
    /// Stories, profile pictures, reels and IGTV videos stand alone.
    pub fn is_carousel(&self) -> bool {
        let alone = [Kind::Story, Kind::Profile, Kind::Reel, Kind::Igtv];
        self.media.len() > 1 && !alone.contains(&self.kind)
    }
}

impl Medium {
    /// A medium with nothing special; its id follows from the seed.
    pub fn new(form: Form, seed: u64) -> Self {
        Self {
            form,
            seed,
            media_id: 17_800_000_000_000_000 + (seed % 90_000_000) * 1_000_003 + 7,
            claimed: Claimed::Truth,
            shot: None,
            gps: None,
            subtitles: false,
            stray: false,
            absent: false,
        }
    }

    /// A JPEG photo.
    pub fn jpeg(seed: u64) -> Self {
        Self::new(Form::Jpeg, seed)
    }

    /// A video.
    pub fn mp4(seed: u64) -> Self {
        Self::new(Form::Mp4, seed)
    }

    /// The same with another extension in the archive.
    pub fn claimed(self, claimed: Claimed) -> Self {
        Self { claimed, ..self }
    }

    /// The same with coordinates.
    pub fn at(self, latitude: f64, longitude: f64) -> Self {
        let gps = Some((latitude, longitude));
        Self { gps, ..self }
    }

    /// The same with camera facts.
    pub fn shot(self, shot: Shot) -> Self {
        let shot = Some(shot);
        Self { shot, ..self }
    }

    /// Returns the extension the archive gives it, if any.
    pub fn claimed_extension(&self) -> Option<&'static str> {
        match self.claimed {
            Claimed::Truth => Some(self.form.extension()),
            Claimed::Lie(extension) => Some(extension),
            Claimed::Nothing => None,
        }
    }
}
