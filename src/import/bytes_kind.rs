//! Says what the first bytes of an entry are.

use model::media_type::MediaType;

/// Says what bytes are; the error says why they are not kept.
pub(crate) fn kind_of(head: &[u8], size_bytes: u64) -> Result<MediaType, &'static str> {
    match media::sniff(head) {
        Some(media_type) => Ok(media_type),
        None if size_bytes == 0 => Err("the file is empty"),
        None if media::is_page(head) => Err(PAGE),
        // The owner's all the same: a drawing, an old camera's format, a video the service failed to read.
        None => Ok(MediaType::Other),
    }
}

/// Services and proxies give such pages in place of files.
const PAGE: &str =
    "its bytes are a web page, not a photo, video or sound; look at it in the archive";
