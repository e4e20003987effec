//! Has `ffmpeg` show a frame of a film.

use std::ffi::OsString;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, Stdio};

use super::{Channels, Pixels, Thumbnail, ThumbnailError, small};

/// Seconds into the film: the first frame is often black. Shorter films show their first frame.
const INTO: &str = "1";

/// Seconds of processor time after which `ffmpeg` gives up: a hostile film could keep it busy for ever.
const MOST_SECONDS: &str = "30";

/// Largest frame that is read, in pixels: 8K has 33 million.
const MOST_PIXELS: u64 = 64 << 20;

/// Kinds of film albumen keeps. Without this, `ffmpeg` would follow a playlist in a film's disguise to other files.
const FORMATS: &str = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpeg,mpegvideo,mpegts,asf";

/// Makes a frame as wide as it is shown.
const SQUARE: &str = "scale='trunc(iw*sar)':ih";

/// Returns a poster of the film in `file`, as [`make`](super::make) does of a picture. `ffmpeg` is where the caller found that program.
///
/// # Errors
/// Fails if `ffmpeg` cannot be started, or finds no frame in the film.
pub fn poster(ffmpeg: &Path, file: &Path, longest_side: u32) -> Result<Thumbnail, ThumbnailError> {
    let frame = match frame(ffmpeg, file, Some(INTO)) {
        Err(ThumbnailError::Damaged(_)) => frame(ffmpeg, file, None)?,
        found => found?,
    };
    small(frame.fitted(Some(longest_side))?)
}

fn frame(ffmpeg: &Path, file: &Path, into: Option<&str>) -> Result<Pixels, ThumbnailError> {
    let folder = tempfile::tempdir().map_err(ThumbnailError::Io)?;
    let frame = folder.path().join("frame.ppm");
    // The prefix keeps a name from being taken for an option or another protocol.
    let of = |path: &Path| {
        let mut address = OsString::from("file:");
        address.push(path);
        address
    };
    let mut command = Command::new(ffmpeg);
    command.args(["-nostdin", "-v", "quiet", "-timelimit", MOST_SECONDS]);
    command.args(["-threads", "1", "-protocol_whitelist", "file"]);
    command.args(["-format_whitelist", FORMATS]);
    if let Some(into) = into {
        command.args(["-ss", into]);
    }
    command.arg("-i").arg(of(file));
    // Pixels that are not square are made so; turning is done by `ffmpeg` itself.
    command.args(["-map", "0:v:0", "-frames:v", "1", "-vf", SQUARE]);
    command.args([
        "-threads", "1", "-c:v", "ppm", "-f", "image2", "-update", "1",
    ]);
    command.arg(of(&frame)).stdin(Stdio::null());
    command.status().map_err(ThumbnailError::Io)?;
    // Whether there is a frame says more than its exit code: films cut off at their end have one, too.
    let opened = File::open(&frame).map_err(|_| damaged("ffmpeg found no frame in it"))?;
    read_ppm(&mut BufReader::new(opened))
}

fn damaged(what: &str) -> ThumbnailError {
    ThumbnailError::Damaged(what.to_owned())
}

/// Reads a frame as `ffmpeg` writes it: `P6`, width, height, 255, then the pixels.
fn read_ppm(from: &mut dyn BufRead) -> Result<Pixels, ThumbnailError> {
    let mut numbers = [0; 3];
    if word(from)? != "P6" {
        return Err(damaged("ffmpeg found no frame in it"));
    }
    for number in &mut numbers {
        *number = word(from)?
            .parse()
            .map_err(|_| damaged("ffmpeg gave no frame"))?;
    }
    let [width, height, most] = numbers;
    if most != 255 || width == 0 || height == 0 {
        return Err(damaged("ffmpeg gave no frame"));
    }
    let pixels = u64::from(width) * u64::from(height);
    if pixels > MOST_PIXELS {
        return Err(ThumbnailError::TooLarge { width, height });
    }
    let mut bytes = Vec::new();
    from.take(pixels * 3)
        .read_to_end(&mut bytes)
        .map_err(ThumbnailError::Io)?;
    if bytes.len() as u64 != pixels * 3 {
        return Err(damaged("ffmpeg gave half a frame"));
    }
    Ok(Pixels {
        width,
        height,
        channels: Channels::Rgb,
        bytes,
        profile: None,
        orientation: 1,
        full: (width, height),
    })
}

/// Reads up to the next white space; words are short.
fn word(from: &mut dyn BufRead) -> Result<String, ThumbnailError> {
    let mut word = String::new();
    for byte in from.take(12).bytes() {
        let byte = byte.map_err(ThumbnailError::Io)?;
        if byte.is_ascii_whitespace() {
            break;
        }
        word.push(char::from(byte));
    }
    Ok(word)
}
