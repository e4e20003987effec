//! Who decodes: this process, or another one that may crash, hang or want too much memory without harm to this one.
//!
//! Decoders read hostile bytes, and not every fault of theirs can be caught: an allocation that fails ends the process, an endless
//! loop ends never. So the command line hands in a [`Decoder`] that asks a child process; [`ask`] and [`serve`] are the two ends of
//! the talk between them, over any pipe.

use std::io::{self, BufRead, Cursor, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Channels, Pixels, Thumbnail, ThumbnailError, decode_from, make};
use model::media_type::MediaType;

/// Longest head of a message, in bytes.
const LONGEST_HEAD: u64 = 64 << 10;

/// Largest body of a message, in bytes: what an original in a print may have.
const LARGEST_BODY: u64 = 3 << 30;

/// Decodes pictures for galleries and prints.
pub trait Decoder: Sync {
    /// Returns a small JPEG of the picture in a file, as [`make`] does.
    ///
    /// # Errors
    /// Fails as [`make`] does.
    fn small(
        &self,
        file: &Path,
        media_type: MediaType,
        longest_side: u32,
    ) -> Result<Thumbnail, ThumbnailError>;

    /// Returns the pixels of a picture upright and in sRGB, grey or RGB; where `longest_side` is given, no side is longer.
    ///
    /// # Errors
    /// Fails as [`make`] does.
    fn upright(
        &self,
        bytes: &[u8],
        media_type: MediaType,
        longest_side: Option<u32>,
    ) -> Result<Pixels, ThumbnailError>;
}

/// Decodes in this process.
#[derive(Debug, Clone, Copy, Default)]
pub struct Inside;

impl Decoder for Inside {
    fn small(
        &self,
        file: &Path,
        media_type: MediaType,
        longest_side: u32,
    ) -> Result<Thumbnail, ThumbnailError> {
        make(file, media_type, longest_side)
    }

    fn upright(
        &self,
        bytes: &[u8],
        media_type: MediaType,
        longest_side: Option<u32>,
    ) -> Result<Pixels, ThumbnailError> {
        let pixels = decode_from(&mut Cursor::new(bytes), media_type, longest_side)?;
        Ok(pixels.in_srgb()?.turned())
    }
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Request<'a> {
    /// A small JPEG of a file's picture.
    Small(&'a Path, MediaType, u32),
    /// The pixels of a picture.
    Upright(&'a [u8], MediaType, Option<u32>),
}

/// What is answered.
#[derive(Debug)]
pub enum Answer {
    /// A small JPEG.
    Small(Thumbnail),
    /// Pixels.
    Upright(Pixels),
    /// Why not.
    Refused(ThumbnailError),
}

/// Head of a question; the body is a picture's bytes, if it has one.
#[derive(Debug, Serialize, Deserialize)]
struct Question {
    file: Option<PathBuf>,
    media_type: MediaType,
    longest_side: Option<u32>,
    body: u64,
}

/// Head of an answer; the body is a JPEG or pixels.
#[derive(Debug, Serialize, Deserialize)]
enum Reply {
    Small {
        size: (u32, u32),
        shown: (u32, u32),
        body: u64,
    },
    Upright {
        size: (u32, u32),
        grey: bool,
        body: u64,
    },
    Unsupported(MediaType),
    TooLarge(u32, u32),
    Damaged(String),
    Io(String),
}

/// Asks the other end, and waits for its answer.
///
/// # Errors
/// Fails if the other end is gone, or does not keep to the talk.
pub fn ask(request: Request<'_>, to: &mut dyn Write, from: &mut dyn BufRead) -> io::Result<Answer> {
    let (file, media_type, longest_side, body) = match request {
        Request::Small(file, kind, side) => (Some(file.to_owned()), kind, Some(side), &[][..]),
        Request::Upright(bytes, kind, side) => (None, kind, side, bytes),
    };
    let question = Question {
        file,
        media_type,
        longest_side,
        body: body.len() as u64,
    };
    write(to, &question, body)?;
    let (reply, mut read) = head::<Reply>(from)?.ok_or(io::ErrorKind::UnexpectedEof)?;
    Ok(match reply {
        Reply::Small { size, shown, body } => Answer::Small(Thumbnail {
            jpeg: read.body(body)?,
            width: size.0,
            height: size.1,
            shown_width: shown.0,
            shown_height: shown.1,
        }),
        Reply::Upright { size, grey, body } => {
            let channels = if grey { Channels::Grey } else { Channels::Rgb };
            let bytes = read.body(body)?;
            // The other end may be in the hands of a hostile picture.
            let wanted = u64::from(size.0) * u64::from(size.1) * channels.count() as u64;
            if bytes.len() as u64 != wanted {
                return Err(io::ErrorKind::InvalidData.into());
            }
            Answer::Upright(Pixels {
                width: size.0,
                height: size.1,
                channels,
                bytes,
                profile: None,
                orientation: 1,
                full: size,
            })
        }
        Reply::Unsupported(kind) => Answer::Refused(ThumbnailError::Unsupported(kind)),
        Reply::TooLarge(width, height) => {
            Answer::Refused(ThumbnailError::TooLarge { width, height })
        }
        Reply::Damaged(why) => Answer::Refused(ThumbnailError::Damaged(why)),
        Reply::Io(why) => Answer::Refused(ThumbnailError::Io(io::Error::other(why))),
    })
}

/// Answers until the other end is gone. `before` is called before each picture is decoded.
///
/// # Errors
/// Fails if the other end breaks off in the middle, or does not keep to the talk.
pub fn serve(
    from: &mut dyn BufRead,
    to: &mut dyn Write,
    before: &mut dyn FnMut(),
) -> io::Result<()> {
    while let Some((question, mut read)) = head::<Question>(from)? {
        let bytes = read.body(question.body)?;
        before();
        let (reply, body) = answer(&question, &bytes).unwrap_or_else(refusal);
        write(to, &reply, &body)?;
    }
    Ok(())
}

fn answer(question: &Question, bytes: &[u8]) -> Result<(Reply, Vec<u8>), ThumbnailError> {
    let (kind, side) = (question.media_type, question.longest_side);
    Ok(match &question.file {
        Some(file) => {
            let small = Inside.small(file, kind, side.unwrap_or(u32::MAX))?;
            let reply = Reply::Small {
                size: (small.width, small.height),
                shown: (small.shown_width, small.shown_height),
                body: small.jpeg.len() as u64,
            };
            (reply, small.jpeg)
        }
        None => {
            let pixels = Inside.upright(bytes, kind, side)?;
            let reply = Reply::Upright {
                size: (pixels.width, pixels.height),
                grey: pixels.channels == Channels::Grey,
                body: pixels.bytes.len() as u64,
            };
            (reply, pixels.bytes)
        }
    })
}

fn refusal(error: ThumbnailError) -> (Reply, Vec<u8>) {
    let reply = match error {
        ThumbnailError::Unsupported(kind) => Reply::Unsupported(kind),
        ThumbnailError::TooLarge { width, height } => Reply::TooLarge(width, height),
        ThumbnailError::Damaged(why) => Reply::Damaged(why),
        ThumbnailError::Io(error) => Reply::Io(error.to_string()),
    };
    (reply, Vec::new())
}

fn write(to: &mut dyn Write, head: &impl Serialize, body: &[u8]) -> io::Result<()> {
    let mut line = serde_json::to_vec(head)?;
    line.push(b'\n');
    to.write_all(&line)?;
    to.write_all(body)?;
    to.flush()
}

/// The rest of a message.
struct Rest<'a>(&'a mut dyn BufRead);

/// Reads the head of a message; `None` at the end.
fn head<'a, T: for<'de> Deserialize<'de>>(
    from: &'a mut dyn BufRead,
) -> io::Result<Option<(T, Rest<'a>)>> {
    let mut line = Vec::new();
    (&mut *from)
        .take(LONGEST_HEAD)
        .read_until(b'\n', &mut line)?;
    if line.is_empty() {
        return Ok(None);
    }
    Ok(Some((serde_json::from_slice(&line)?, Rest(from))))
}

impl Rest<'_> {
    fn body(&mut self, length: u64) -> io::Result<Vec<u8>> {
        if length > LARGEST_BODY {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let mut bytes = Vec::new();
        let mut body = (&mut *self.0).take(length);
        body.read_to_end(&mut bytes)?;
        match bytes.len() as u64 == length {
            true => Ok(bytes),
            false => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use std::io::BufReader;

    use super::*;
    use demo::media::{Picture, jpeg, png};

    /// Both ends in one process, over two pipes.
    fn through(request: Request<'_>) -> io::Result<Answer> {
        let (from_asker, mut to_server) = io::pipe()?;
        let (from_server, mut to_asker) = io::pipe()?;
        let server = std::thread::spawn(move || {
            let mut count = 0;
            serve(&mut BufReader::new(from_asker), &mut to_asker, &mut || {
                count += 1;
            })
            .unwrap();
            count
        });
        let answer = ask(request, &mut to_server, &mut BufReader::new(from_server));
        drop(to_server);
        assert_eq!(server.join().unwrap(), 1);
        answer
    }

    #[test]
    fn an_answer_from_the_other_end_is_that_of_this_one() {
        let picture = Picture {
            width: 300,
            height: 200,
            orientation: Some(6),
            ..Picture::default()
        };
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ä\n.jpg");
        std::fs::write(&path, jpeg(&picture)).unwrap();
        let expected = Inside.small(&path, MediaType::Jpeg, 64).unwrap();
        match through(Request::Small(&path, MediaType::Jpeg, 64)).unwrap() {
            Answer::Small(found) => assert_eq!(found, expected),
            other => panic!("{other:?}"),
        }
        let bytes = png(&picture);
        let expected = Inside.upright(&bytes, MediaType::Png, None).unwrap();
        match through(Request::Upright(&bytes, MediaType::Png, None)).unwrap() {
            Answer::Upright(found) => {
                assert_eq!((found.width, found.height), (200, 300));
                assert_eq!(
                    (found.channels, found.bytes),
                    (expected.channels, expected.bytes)
                );
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_refusal_arrives_as_it_is() {
        let nowhere = Path::new("/nowhere");
        let answer = through(Request::Small(nowhere, MediaType::Jpeg, 64)).unwrap();
        assert!(
            matches!(answer, Answer::Refused(ThumbnailError::Io(_))),
            "{answer:?}"
        );
        for (bytes, kind) in [(&b"noise"[..], MediaType::Png), (b"", MediaType::Jpeg)] {
            let answer = through(Request::Upright(bytes, kind, None)).unwrap();
            assert!(
                matches!(answer, Answer::Refused(ThumbnailError::Damaged(_))),
                "{answer:?}"
            );
        }
        let answer = through(Request::Upright(b"", MediaType::Avif, None)).unwrap();
        assert!(
            matches!(
                answer,
                Answer::Refused(ThumbnailError::Unsupported(MediaType::Avif))
            ),
            "{answer:?}"
        );
    }

    #[test]
    fn an_end_that_lies_is_not_believed() {
        let request = Request::Upright(b"x", MediaType::Png, None);
        for reply in [
            &b""[..],
            b"nonsense\n",
            b"{\"Upright\":{\"size\":[60000,60000],\"grey\":false,\"body\":3}}\nabc",
            b"{\"Upright\":{\"size\":[1,1],\"grey\":false,\"body\":18446744073709551615}}\nabc",
            b"{\"Small\":{\"size\":[1,1],\"shown\":[1,1],\"body\":100}}\nabc",
        ] {
            let answer = ask(request, &mut Vec::new(), &mut &reply[..]);
            assert!(answer.is_err(), "{answer:?}");
        }
    }
}
