//! The copy between reading and putting: what is changed in it, and never in the library.

use std::fs;
use std::io::{self, BufReader, Cursor, Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::Sha256;

use super::embed::{Embed, is_media};
use super::strip::{Strip, is_film, strip, strip_film};
use disk::digest::{digest, hash_file};
use disk::regular;
use media::credentials::present;
use media::embed::{Pieces, Refusal};
use model::content_hash::ContentHash;
use model::media_type::MediaType;

/// Largest file that is stripped in memory: all but films.
const LARGEST: u64 = 1 << 30;

/// What is changed in a copy.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// What is taken out.
    pub strip: Option<Strip>,
    /// What is written into it.
    pub embed: Option<Arc<Embed>>,
    /// What the file is.
    pub media_type: MediaType,
}

/// What became of a file's Content Credentials (C2PA) in its copy. A copy with an invalid signature is never made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ContentCredentials {
    /// The copy has every byte of the file, so the signature stays valid.
    Kept,
    /// They were taken out with what was to be taken out.
    Removed,
}

/// Why a copy cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// The library's file cannot be read.
    #[error("the library's file cannot be read: {0}")]
    Read(#[from] io::Error),
    /// The library's file is damaged.
    #[error("the library's file is no longer as it was imported: its bytes have changed")]
    Damaged,
    /// What shall be taken out cannot be found with certainty.
    #[error("{0}")]
    Cannot(String),
}

/// Something to read a file from, from any place in it.
pub trait Readable: Read + Seek + Send {}
impl<T: Read + Seek + Send> Readable for T {}

/// A changed copy: large ones are put together as they are read.
#[derive(Debug, Clone)]
pub struct Copy {
    base: Base,
    pieces: Option<Pieces>,
    /// Why nothing, or not all, could be written into it.
    pub not_embedded: Option<String>,
    /// What became of its Content Credentials, if the file has any.
    pub credentials: Option<ContentCredentials>,
}

#[derive(Debug, Clone)]
enum Base {
    File(PathBuf),
    Memory(Arc<[u8]>),
    /// A film that is put together as it is read.
    Film(PathBuf, Pieces),
}

impl Base {
    fn open(&self) -> io::Result<Box<dyn Readable>> {
        Ok(match self {
            Self::File(path) => Box::new(regular::open(path)?),
            Self::Memory(bytes) => Box::new(Cursor::new(bytes.clone())),
            Self::Film(path, pieces) => Box::new(pieces.reader(regular::open(path)?)),
        })
    }
}

impl Copy {
    /// Opens the copy for reading.
    ///
    /// # Errors
    /// Fails if the library's file cannot be opened.
    pub fn open(&self) -> io::Result<Box<dyn Readable>> {
        let base = self.base.open()?;
        Ok(match &self.pieces {
            Some(pieces) => Box::new(pieces.reader(base)),
            None => base,
        })
    }

    /// Returns whether it has the library's own bytes.
    pub fn is_original(&self) -> bool {
        self.pieces.is_none() && matches!(self.base, Base::File(_))
    }

    /// Returns whether something was written into it.
    pub fn is_embedded(&self) -> bool {
        self.pieces.is_some()
    }

    /// Reads it and returns its size and hash.
    ///
    /// # Errors
    /// Fails if the library's file cannot be read.
    pub fn measure(&self) -> io::Result<(u64, ContentHash)> {
        let (size_bytes, digest) = digest::<Sha256>(&mut self.open()?)?;
        Ok((size_bytes, ContentHash(digest.into())))
    }
}

/// Makes the changed copy of a file of the library whose bytes shall have the hash `original`.
///
/// # Errors
/// Fails if the file cannot be read or is damaged, or if it is of a kind from which nobody can be sure to take everything out.
pub fn make(path: &Path, original: ContentHash, change: &Change) -> Result<Copy, CopyError> {
    let mut base = Base::File(path.to_owned());
    let mut credentials = None;
    if let Some(what) = change.strip {
        let (stripped, had_credentials) = stripped(path, original, change.media_type, what)?;
        base = stripped;
        credentials = had_credentials.then_some(ContentCredentials::Removed);
    } else if hash_file(path)? != original {
        return Err(CopyError::Damaged);
    }
    let mut copy = Copy {
        base,
        pieces: None,
        not_embedded: None,
        credentials,
    };
    if let Some(embed) = &change.embed {
        match embed.copy_of(change.media_type, copy.base.open()?) {
            Ok((pieces, left_out)) => {
                copy.pieces = Some(pieces);
                copy.not_embedded = left_out;
            }
            Err(why) if is_media(change.media_type) => {
                if why == Refusal::Signed {
                    copy.credentials = Some(ContentCredentials::Kept);
                }
                copy.not_embedded = Some(why.to_string());
            }
            Err(_) => {}
        }
    }
    Ok(copy)
}

/// Returns the copy without what shall be taken out, and whether the file has Content Credentials.
fn stripped(
    path: &Path,
    original: ContentHash,
    media_type: MediaType,
    what: Strip,
) -> Result<(Base, bool), CopyError> {
    if is_film(media_type) {
        if hash_file(path)? != original {
            return Err(CopyError::Damaged);
        }
        let mut source = BufReader::new(regular::open(path)?);
        let had_credentials = present(media_type, &mut source);
        let pieces = strip_film(&mut source, what).map_err(CopyError::Cannot)?;
        return Ok((Base::Film(path.to_owned(), pieces), had_credentials));
    }
    if fs::metadata(path)?.len() > LARGEST {
        return Err(CopyError::Cannot(
            "the file is too large to be changed".into(),
        ));
    }
    let bytes = regular::read(path)?;
    if ContentHash::of(&bytes) != original {
        return Err(CopyError::Damaged);
    }
    let had_credentials = present(media_type, &mut Cursor::new(&bytes));
    let bytes = strip(bytes, media_type, what).map_err(CopyError::Cannot)?;
    Ok((Base::Memory(bytes.into()), had_credentials))
}
