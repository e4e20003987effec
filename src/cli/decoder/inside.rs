//! Where the system has no limits for a child: decoding in this process.

use std::path::Path;

use super::super::exit::Exit;
use media::thumbnail::{Decoder, Inside, Pixels, Thumbnail, ThumbnailError};
use model::media_type::MediaType;

/// Decodes in this process: this system has no limits a child could set itself.
#[derive(Debug)]
pub struct Apart;

impl Apart {
    /// Returns a decoder.
    pub fn of_this_program() -> Self {
        Self
    }
}

impl Decoder for Apart {
    fn small(
        &self,
        file: &Path,
        media_type: MediaType,
        longest_side: u32,
    ) -> Result<Thumbnail, ThumbnailError> {
        Inside.small(file, media_type, longest_side)
    }

    fn upright(
        &self,
        bytes: &[u8],
        media_type: MediaType,
        longest_side: Option<u32>,
    ) -> Result<Pixels, ThumbnailError> {
        Inside.upright(bytes, media_type, longest_side)
    }
}

/// Nothing is served here.
pub(super) fn serve() -> Exit {
    Exit::Usage
}
