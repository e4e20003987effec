//! Makes the bytes of described media, with the makers of `demo::media`. The one place that knows them.

use demo::media::{Clip, Picture, heic, jpeg, mp4, png, webp};

use super::account::{Form, Medium};

/// Returns the bytes of a medium: real, small, different for each seed and form, and without any EXIF or creation
/// time, as Instagram gives them.
pub fn bytes_of(medium: &Medium) -> Vec<u8> {
    let seed = medium.seed;
    let picture = Picture {
        width: 48,
        height: 32,
        seed,
        ..Picture::default()
    };
    match medium.form {
        Form::Jpeg => jpeg(&picture),
        Form::Png => png(&picture),
        Form::Webp => webp(&picture),
        // Tiles of one colour each: a few of them give too few different pictures.
        Form::Heic => heic(&Picture {
            width: 320,
            height: 240,
            ..picture
        }),
        Form::Mp4 => mp4(&Clip {
            width: 32,
            height: 32,
            duration_ms: 200,
            seed,
            ..Clip::default()
        }),
    }
}

/// Returns subtitles, different for each medium.
pub fn subtitles_of(medium: &Medium) -> Vec<u8> {
    format!(
        "1\n00:00:00,000 --> 00:00:00,200\nwords of {}\n\n",
        medium.media_id
    )
    .into_bytes()
}
