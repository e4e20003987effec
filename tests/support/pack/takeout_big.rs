//! Writes large Takeouts straight to disk: one item in memory at a time, sidecars and media in any of the parts.

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use demo::media::padded_jpeg;
use flate2::Compression;
use flate2::write::GzEncoder;
use tar::{Builder, EntryType};

use super::super::compose::Files;
use super::super::compose::takeout::{Album, INDEX_PAGE, Item, Takeout};
use super::super::compose::takeout_words::Words;
use super::tar::header;
use super::zip::{ZipStyle, entry};
use super::zip_writer::ZipWriter;

/// What a large export holds.
#[derive(Debug, Clone)]
pub struct BigTakeout {
    /// Number of items.
    pub items: u64,
    /// Size of each photo, at least 2,048.
    pub size_bytes: usize,
    /// Number of parts, zip and tgz by turns.
    pub parts: usize,
    /// Language.
    pub words: Words,
}

/// Keys of albums; items are spread over them.
const ALBUMS: [&str; 8] = [
    "Rome", "Oslo", "Kyoto", "Lima", "Accra", "Perth", "Quito", "Ulm",
];
/// Items composed at once; even, so that equal names are composed together and get their counters.
const CHUNK: u64 = 1000;

enum Part {
    Zip(ZipWriter<BufWriter<File>>),
    Tgz(Box<Builder<GzEncoder<BufWriter<File>>>>),
}

impl Part {
    fn create(path: &Path) -> io::Result<Self> {
        let out = BufWriter::with_capacity(1 << 20, File::create(path)?);
        Ok(match path.extension().is_some_and(|ext| ext == "zip") {
            true => Self::Zip(ZipWriter::new(out, false, false)),
            false => Self::Tgz(Box::new(Builder::new(GzEncoder::new(
                out,
                Compression::fast(),
            )))),
        })
    }

    fn add(&mut self, path: &str, bytes: Vec<u8>) -> io::Result<()> {
        match self {
            Self::Zip(writer) => writer.entry(&entry(path, bytes, &ZipStyle::default())),
            Self::Tgz(builder) => {
                let mut header = header(bytes.len() as u64, EntryType::Regular);
                builder.append_data(&mut header, path, bytes.as_slice())
            }
        }
    }

    fn finish(self) -> io::Result<()> {
        match self {
            Self::Zip(writer) => writer.finish()?.flush(),
            Self::Tgz(builder) => builder.into_inner()?.finish()?.flush(),
        }
    }
}

/// Returns a photo of its own for each number: one picture, whose padding bears the number. Painting each would take longer than
/// importing it.
pub fn photo(number: u64, size_bytes: usize) -> Vec<u8> {
    thread_local! {
        static PICTURE: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    }
    let mut bytes = PICTURE.with_borrow_mut(|picture| {
        if picture.len() != size_bytes {
            *picture = padded_jpeg(1, size_bytes);
        }
        picture.clone()
    });
    // After the start of the image, and the marker and length of the first padding segment.
    bytes[6..14].copy_from_slice(&number.to_be_bytes());
    bytes
}

/// Returns one item of it: a photo every twenty minutes since 2015, with words, places, people and albums here and there.
pub fn item(number: u64, size_bytes: usize) -> Item {
    let at = 1_420_070_400 + number as i64 * 1200;
    Item {
        taken: Some(at),
        created: at + 3600,
        description: match number % 4 {
            0 => format!("picture {number}\nof many"),
            _ => String::new(),
        },
        people: number
            .is_multiple_of(6)
            .then(|| format!("Person {}", number % 40))
            .into_iter()
            .collect(),
        place: number
            .is_multiple_of(2)
            .then(|| (40.0 + (number % 90) as f64 / 10.0, 9.25)),
        favorite: number.is_multiple_of(50),
        albums: match number % 20 {
            0 => vec![ALBUMS[(number / 20 % 8) as usize]],
            _ => vec![],
        },
        edited: (number % 100 == 1).then(|| photo(number + (1 << 40), size_bytes)),
        id: format!("AF1QipBig{number}"),
        ..Item::new(
            // Two of each name, so that every other one has a counter.
            &format!("IMG_{:06}.jpg", number / 2),
            photo(number, size_bytes),
            "2015-01-01T00:00:00Z",
        )
    }
}

/// What was written.
#[derive(Debug, Default)]
pub struct Written {
    /// The parts.
    pub paths: Vec<PathBuf>,
    /// Files in them, the index page among them.
    pub files: u64,
    /// Media in all their folders: files, not contents.
    pub media: u64,
    /// Sidecars.
    pub sidecars: u64,
    /// Media of which the like-named sidecar lies in another part.
    pub apart: u64,
}

/// Part that a file lies in.
fn part_of(path: &str, parts: usize) -> usize {
    crc32fast::hash(path.as_bytes()) as usize % parts
}

impl Written {
    fn note(&mut self, path: &str, parts: usize) {
        self.files += 1;
        match path.strip_suffix(".jpg") {
            Some(stem) => {
                self.media += 1;
                let (stem, counter) = match stem.split_once('(') {
                    Some((stem, counter)) => (stem, format!("({counter}")),
                    None => (stem, String::new()),
                };
                let sidecar = format!("{stem}.jpg.supplemental-metadata{counter}.json");
                self.apart += u64::from(part_of(&sidecar, parts) != part_of(path, parts));
            }
            None => self.sidecars += u64::from(path.contains(".supplemental-metadata")),
        }
    }
}

/// Titles of the albums.
pub fn albums() -> impl Iterator<Item = &'static str> {
    ALBUMS.into_iter()
}

/// Writes the parts into a folder.
pub fn write_big_takeout(dir: &Path, big: &BigTakeout) -> io::Result<Written> {
    let mut takeout = Takeout {
        words: big.words,
        ..Takeout::of(vec![], ALBUMS.map(|title| Album::new(title, title)).into())
    };
    let name =
        |number: usize| takeout.part_name(number, if number % 2 == 1 { "zip" } else { "tgz" });
    let paths: Vec<PathBuf> = (1..=big.parts).map(|n| dir.join(name(n))).collect();
    let mut parts: Vec<Part> = paths
        .iter()
        .map(|path| Part::create(path))
        .collect::<Result<_, _>>()?;
    let mut listed = Files::new();
    let mut written = Written {
        paths,
        ..Written::default()
    };
    for start in (0..big.items).step_by(CHUNK as usize) {
        let end = big.items.min(start + CHUNK);
        takeout.items = (start..end).map(|n| item(n, big.size_bytes)).collect();
        for (path, bytes) in takeout.files() {
            // Album files and what lies beside the folders come with every chunk.
            if listed.insert(path.clone(), Vec::new()).is_none() {
                written.note(&path, big.parts);
                parts[part_of(&path, big.parts)].add(&path, bytes)?;
            }
        }
    }
    parts[0].add(INDEX_PAGE, takeout.index_page(&listed))?;
    written.files += 1;
    for part in parts {
        part.finish()?;
    }
    Ok(written)
}
