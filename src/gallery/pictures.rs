//! The pictures a gallery needs: which are wanted, which are there, and drawing what is not, on several threads.
//!
//! A picture is named by its original's content hash, so one that is there is right, whatever happened since.

use std::collections::{BTreeMap, HashSet};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use disk::regular;
use disk::safe_writer::WriteError;
use disk::threads;
use media::thumbnail::{self, Decoder, ThumbnailError};
use model::content_hash::ContentHash;
use model::media_type::{MediaClass, MediaType};
use monitor::{Monitor, Unit, Warning};

use super::GalleryError;
use super::folder::Folder;

/// Longest side of a thumbnail: a cell of the grid on a screen of double density.
const THUMB: u32 = 320;
/// Longest side of a picture for the screen.
const LARGE: u32 = 2048;

/// Digits of the content hash that name a picture: 128 bits, so that nobody can make two files that share a name.
const DIGITS: usize = 32;

/// What a picture is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Use {
    /// A cell of the grid.
    Thumb,
    /// The screen, where the original is not shown itself.
    Large,
    /// A copy of the file as it is.
    Copy,
}

impl Use {
    const ALL: [Self; 3] = [Self::Thumb, Self::Large, Self::Copy];

    fn folder(self) -> &'static str {
        match self {
            Self::Thumb => "thumbs",
            Self::Large => "large",
            Self::Copy => "media",
        }
    }
}

/// A picture that is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// What for.
    pub used: Use,
    /// Hash of the file it is made from.
    pub hash: ContentHash,
    /// Where that file lies in the library.
    pub path: String,
    /// Its type.
    pub media_type: MediaType,
}

/// Why there is no picture of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum NoPicture {
    /// Nothing here can decode its kind.
    Unsupported,
    /// It is broken, or claims to be absurdly large.
    Damaged(String),
}

/// What could not be drawn, by id: it is not tried again while nothing changes.
pub(crate) type Undrawn = BTreeMap<String, NoPicture>;

/// The half of a content hash that names a picture.
type Half = [u8; DIGITS / 2];

/// The pictures that are there.
#[derive(Debug, Default)]
pub(crate) struct Have {
    by_use: [HashSet<Half>; 3],
}

/// Returns what a file is called in the gallery.
pub(crate) fn id(hash: &ContentHash) -> String {
    // By hand: it is asked for half a million times.
    let digit = |nibble: u8| char::from(b"0123456789abcdef"[usize::from(nibble)]);
    let half = half(hash);
    half.iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

fn half(hash: &ContentHash) -> Half {
    let mut half = Half::default();
    half.copy_from_slice(&hash.0[..DIGITS / 2]);
    half
}

/// Returns where a picture of a file lies, or shall lie.
pub(crate) fn place(used: Use, id: &str, media_type: MediaType) -> String {
    let extension = match used {
        Use::Copy => media_type.extension(),
        Use::Thumb | Use::Large => "jpg",
    };
    let (folder, name) = id.split_at(2);
    format!("{}/{folder}/{name}.{extension}", used.folder())
}

/// Returns which file a picture is of, by its folder's and its own name; none if it is no picture of ours.
fn half_of(folder: &str, name: &str) -> Option<Half> {
    let (stem, extension) = name.split_once('.')?;
    let hex = |text: &str| text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    let named = folder.len() == 2
        && stem.len() == DIGITS - 2
        && hex(folder)
        && hex(stem)
        && MediaType::ALL
            .iter()
            .any(|kind| kind.extension() == extension);
    let mut half = Half::default();
    let digits = format!("{folder}{stem}");
    for (byte, pair) in half.iter_mut().zip(digits.as_bytes().chunks(2)) {
        let pair = std::str::from_utf8(pair).ok()?;
        *byte = u8::from_str_radix(pair, 16).ok()?;
    }
    named.then_some(half)
}

impl Have {
    /// Lists the pictures in a gallery's folder.
    pub(crate) fn list(folder: &Folder<'_>) -> Result<Self, GalleryError> {
        let mut have = Self::default();
        for (used, halves) in Use::ALL.into_iter().zip(&mut have.by_use) {
            for shard in folder.names(used.folder())? {
                let names = match shard.len() {
                    2 => folder.names(&format!("{}/{shard}", used.folder()))?,
                    _ => continue,
                };
                halves.extend(names.iter().filter_map(|name| half_of(&shard, name)));
            }
        }
        Ok(have)
    }

    /// Returns whether a picture is there.
    pub(crate) fn has(&self, used: Use, hash: &ContentHash) -> bool {
        self.by_use[used as usize].contains(&half(hash))
    }

    /// Returns which pictures of a file are there, as bits.
    pub(crate) fn marks(&self, hash: &ContentHash) -> u8 {
        let half = half(hash);
        let there = self
            .by_use
            .iter()
            .map(|halves| u8::from(halves.contains(&half)));
        there.enumerate().map(|(bit, there)| there << bit).sum()
    }

    /// Returns how many there are.
    pub(crate) fn count(&self) -> u64 {
        self.by_use.iter().map(|halves| halves.len() as u64).sum()
    }

    fn add(&mut self, wanted: &Wanted) {
        self.by_use[wanted.used as usize].insert(half(&wanted.hash));
    }

    /// Removes pictures that nothing needs any more; returns how many.
    pub(crate) fn sweep(
        &mut self,
        folder: &Folder<'_>,
        wanted: &[Wanted],
    ) -> Result<u64, GalleryError> {
        let mut removed = 0;
        let names: HashSet<String> = wanted
            .iter()
            .map(|wanted| place(wanted.used, &id(&wanted.hash), wanted.media_type))
            .collect();
        for used in Use::ALL {
            for shard in folder.names(used.folder())? {
                let path = format!("{}/{shard}", used.folder());
                if shard.len() == 2 {
                    removed +=
                        folder.sweep(&path, |name| half_of(&shard, name).is_some(), &names)?;
                }
            }
        }
        for used in Use::ALL {
            let of_use = wanted.iter().filter(|wanted| wanted.used == used);
            let halves: HashSet<Half> = of_use.map(|wanted| half(&wanted.hash)).collect();
            self.by_use[used as usize].retain(|half| halves.contains(half));
        }
        Ok(removed)
    }
}

/// How pictures are made.
pub(crate) struct Studio<'a> {
    /// The library's folder.
    pub root: &'a Path,
    /// The gallery's folder.
    pub folder: &'a Folder<'a>,
    /// Decodes pictures.
    pub decoder: &'a dyn Decoder,
    /// Draws posters of videos.
    pub ffmpeg: Option<&'a Path>,
    /// Threads that draw.
    pub threads: Option<NonZeroUsize>,
}

/// What a drawing of many pictures came to.
#[derive(Debug, Default)]
pub(crate) struct Drawn {
    /// Pictures made.
    pub made: u64,
    /// Files that could not be read just now: they are tried again next time.
    pub unreadable: Vec<(String, String)>,
    /// The user stopped it.
    pub interrupted: bool,
}

impl Studio<'_> {
    /// Draws what is wanted, not there and not known to be impossible.
    ///
    /// # Errors
    /// Fails if the gallery's folder cannot be written. A file that cannot be drawn spoils only itself.
    pub(crate) fn draw(
        &self,
        wanted: &[Wanted],
        have: &mut Have,
        undrawn: &mut Undrawn,
        monitor: &dyn Monitor,
    ) -> Result<Drawn, GalleryError> {
        let todo: Vec<&Wanted> = wanted
            .iter()
            .filter(|wanted| {
                // What cannot be drawn can still be copied.
                let hopeless = wanted.used != Use::Copy && undrawn.contains_key(&id(&wanted.hash));
                !hopeless && !have.has(wanted.used, &wanted.hash)
            })
            .collect();
        monitor.step("drawing", Some(todo.len() as u64), Unit::Items);
        let work = Work {
            studio: self,
            todo: &todo,
            monitor,
            next: AtomicUsize::new(0),
            made: AtomicU64::new(0),
            stopped: AtomicBool::new(false),
            results: Mutex::default(),
        };
        let threads = threads::or_one_a_core(self.threads).get().min(todo.len());
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| work.go_on());
            }
        });
        let results = work
            .results
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(error) = results.failed {
            return Err(error.into());
        }
        results
            .there
            .iter()
            .for_each(|index| have.add(todo[*index]));
        undrawn.extend(results.undrawn);
        Ok(Drawn {
            made: work.made.into_inner(),
            unreadable: results.unreadable,
            interrupted: work.stopped.into_inner(),
        })
    }

    fn source(&self, wanted: &Wanted) -> PathBuf {
        self.root.join(&wanted.path)
    }

    fn jpeg(&self, wanted: &Wanted) -> Result<Vec<u8>, ThumbnailError> {
        let side = match wanted.used {
            Use::Thumb => THUMB,
            Use::Large | Use::Copy => LARGE,
        };
        let (file, media_type) = (self.source(wanted), wanted.media_type);
        // ffmpeg and the decoders would wait for a pipe.
        drop(regular::open(&file).map_err(ThumbnailError::Io)?);
        let made = match (media_type.class(), self.ffmpeg) {
            (MediaClass::Video, Some(ffmpeg)) => thumbnail::poster(ffmpeg, &file, side)?,
            _ => self.decoder.small(&file, media_type, side)?,
        };
        Ok(made.jpeg)
    }
}

struct Work<'a> {
    studio: &'a Studio<'a>,
    todo: &'a [&'a Wanted],
    monitor: &'a dyn Monitor,
    next: AtomicUsize,
    made: AtomicU64,
    stopped: AtomicBool,
    results: Mutex<Results>,
}

#[derive(Default)]
struct Results {
    there: Vec<usize>,
    undrawn: Undrawn,
    unreadable: Vec<(String, String)>,
    failed: Option<WriteError>,
}

impl Work<'_> {
    fn go_on(&self) {
        loop {
            let index = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(wanted) = self.todo.get(index) else {
                return;
            };
            if self.monitor.stopped() {
                self.stopped.store(true, Ordering::Relaxed);
                return;
            }
            if !self.one(index, wanted) {
                return;
            }
            self.monitor.advance(1);
        }
    }

    /// Makes one picture; returns whether others should be made, too.
    fn one(&self, index: usize, wanted: &Wanted) -> bool {
        let place = place(wanted.used, &id(&wanted.hash), wanted.media_type);
        let written = if wanted.used == Use::Copy {
            let source = self.studio.source(wanted);
            if let Err(error) = std::fs::metadata(&source) {
                self.unreadable(wanted, &error.to_string());
                return true;
            }
            self.studio.folder.copy(&source, &place)
        } else {
            match self.studio.jpeg(wanted) {
                Ok(jpeg) => self.studio.folder.put(&place, &jpeg),
                Err(error) => {
                    self.not_drawn(wanted, error);
                    return true;
                }
            }
        };
        let mut results = self.results.lock().unwrap_or_else(PoisonError::into_inner);
        match written {
            Ok(()) => {
                results.there.push(index);
                self.made.fetch_add(1, Ordering::Relaxed);
                true
            }
            Err(error) => {
                results.failed.get_or_insert(error);
                // Nobody else need try: the disk is full, or gone.
                self.next.store(self.todo.len(), Ordering::Relaxed);
                false
            }
        }
    }

    fn not_drawn(&self, wanted: &Wanted, error: ThumbnailError) {
        let why = match error {
            ThumbnailError::Io(error) => return self.unreadable(wanted, &error.to_string()),
            ThumbnailError::Unsupported(_) => NoPicture::Unsupported,
            other => NoPicture::Damaged(other.to_string()),
        };
        let mut results = self.results.lock().unwrap_or_else(PoisonError::into_inner);
        results.undrawn.insert(id(&wanted.hash), why);
    }

    fn unreadable(&self, wanted: &Wanted, why: &str) {
        self.monitor.warn(Warning {
            subject: wanted.path.clone(),
            message: format!("could not be read: {why}"),
        });
        let mut results = self.results.lock().unwrap_or_else(PoisonError::into_inner);
        results
            .unreadable
            .push((wanted.path.clone(), why.to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_named_by_its_hash_and_known_by_its_name() {
        let id = id(&ContentHash([0xab; 32]));
        let place = place(Use::Thumb, &id, MediaType::Heic);
        assert_eq!(place, "thumbs/ab/ababababababababababababababab.jpg");
        let name = "ababababababababababababababab.jpg";
        assert_eq!(half_of("ab", name), Some([0xab; 16]));
        assert_eq!(id, ContentHash([0xab; 32]).short(DIGITS));
        for (folder, name) in [
            ("ab", "holiday.jpg"),
            ("abc", name),
            ("ab", "ababababababababababababababab.exe"),
            ("AB", name),
        ] {
            assert_eq!(half_of(folder, name), None, "{folder}/{name}");
        }
    }
}
