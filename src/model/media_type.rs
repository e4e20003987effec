//! The kinds of media file albumen tells apart.

use serde::{Deserialize, Serialize};

/// True type of a media file, found in its first bytes and never in its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the names are the formats' own")]
pub enum MediaType {
    Jpeg,
    Png,
    Webp,
    Gif,
    Heic,
    Avif,
    Tiff,
    Bmp,
    Jxl,
    Raw,
    Mp4,
    Mov,
    Avi,
    Mkv,
    Webm,
    Mpeg,
    Wmv,
    Threegp,
    Mp3,
    M4a,
    Aac,
    Ogg,
    Wav,
    Srt,
    Vtt,
    /// Bytes of no kind albumen knows, that an archive gives as a medium (`.psd`, `.svg`, a video the service failed to read).
    Other,
}

/// What a media type is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MediaClass {
    /// A still picture, or an animated one.
    Photo,
    /// Moving pictures.
    Video,
    /// Sound only (voice notes).
    Audio,
    /// Subtitles of a video.
    Text,
    /// Nobody knows.
    Other,
}

impl MediaClass {
    /// Returns its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Photo => "photo",
            Self::Video => "video",
            Self::Audio => "audio",
            Self::Text => "text",
            Self::Other => "other",
        }
    }
}

impl MediaType {
    /// Every type, in the order of the enumeration.
    pub const ALL: [Self; 26] = [
        Self::Jpeg,
        Self::Png,
        Self::Webp,
        Self::Gif,
        Self::Heic,
        Self::Avif,
        Self::Tiff,
        Self::Bmp,
        Self::Jxl,
        Self::Raw,
        Self::Mp4,
        Self::Mov,
        Self::Avi,
        Self::Mkv,
        Self::Webm,
        Self::Mpeg,
        Self::Wmv,
        Self::Threegp,
        Self::Mp3,
        Self::M4a,
        Self::Aac,
        Self::Ogg,
        Self::Wav,
        Self::Srt,
        Self::Vtt,
        Self::Other,
    ];

    /// Returns the Internet media type.
    pub fn mime(self) -> &'static str {
        self.names().0
    }

    /// Returns the file name extension, without its dot.
    pub fn extension(self) -> &'static str {
        self.names().1
    }

    /// Returns what the type is for.
    pub fn class(self) -> MediaClass {
        if self == Self::Other {
            return MediaClass::Other;
        }
        match self.mime().split('/').next() {
            Some("image") => MediaClass::Photo,
            Some("video") => MediaClass::Video,
            Some("audio") => MediaClass::Audio,
            _ => MediaClass::Text,
        }
    }

    /// Returns whether every browser of today shows such a picture.
    pub fn is_shown_by_browsers(self) -> bool {
        matches!(
            self,
            Self::Jpeg | Self::Png | Self::Webp | Self::Gif | Self::Avif | Self::Bmp
        )
    }

    /// Returns whether a library's file of this name is neither picture, film nor sound: subtitles whose video is not there.
    pub fn is_text(name: &str) -> bool {
        Self::of_name(name).is_some_and(|kind| kind.class() == MediaClass::Text)
    }

    /// Returns the type a library's file of this name has: its extension follows the bytes.
    pub fn of_name(name: &str) -> Option<Self> {
        let extension = name.rsplit_once('.')?.1;
        Self::ALL
            .into_iter()
            .find(|kind| kind.extension() == extension)
    }

    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Jpeg => ("image/jpeg", "jpg"),
            Self::Png => ("image/png", "png"),
            Self::Webp => ("image/webp", "webp"),
            Self::Gif => ("image/gif", "gif"),
            Self::Heic => ("image/heic", "heic"),
            Self::Avif => ("image/avif", "avif"),
            Self::Tiff => ("image/tiff", "tif"),
            Self::Bmp => ("image/bmp", "bmp"),
            Self::Jxl => ("image/jxl", "jxl"),
            Self::Raw => ("image/x-raw", "raw"),
            Self::Mp4 => ("video/mp4", "mp4"),
            Self::Mov => ("video/quicktime", "mov"),
            Self::Avi => ("video/x-msvideo", "avi"),
            Self::Mkv => ("video/x-matroska", "mkv"),
            Self::Webm => ("video/webm", "webm"),
            Self::Mpeg => ("video/mpeg", "mpg"),
            Self::Wmv => ("video/x-ms-wmv", "wmv"),
            Self::Threegp => ("video/3gpp", "3gp"),
            Self::Mp3 => ("audio/mpeg", "mp3"),
            Self::M4a => ("audio/mp4", "m4a"),
            Self::Aac => ("audio/aac", "aac"),
            Self::Ogg => ("audio/ogg", "ogg"),
            Self::Wav => ("audio/wav", "wav"),
            Self::Srt => ("application/x-subrip", "srt"),
            Self::Vtt => ("text/vtt", "vtt"),
            Self::Other => ("application/octet-stream", "bin"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique() {
        let names: std::collections::BTreeSet<&str> =
            MediaType::ALL.iter().map(|kind| kind.mime()).collect();
        assert_eq!(names.len(), MediaType::ALL.len());
    }
}
