//! Facts found in media bytes: kind, size, embedded metadata. Knows nothing of archives or libraries.

mod boxes;
mod bytes;
pub mod credentials;
pub mod embed;
mod exif;
mod heif;
pub mod jpeg_head;
mod movie;
mod sniff;
mod still;
mod text;
pub mod thumbnail;
mod tiff;

#[cfg(test)]
mod hostile_tests;
#[cfg(test)]
mod inspect_tests;
#[cfg(test)]
mod sniff_tests;

use std::io::{Read, Seek};

use model::media_facts::MediaFacts;
use model::media_type::MediaType;

pub use sniff::sniff;

/// Bytes at the start of a file that [`sniff`] wants to see (fewer if the file is shorter).
pub const SNIFF_BYTES: usize = 4096;

/// Says whether a file is a web page: what services give in place of a file that they do not give.
pub fn is_page(head: &[u8]) -> bool {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let text = head.trim_ascii_start();
    let begins = |with: &[u8]| {
        let start = text.get(..with.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(with))
    };
    begins(b"<!doctype html") || begins(b"<html")
}

/// A file that can be read from anywhere.
pub trait Source: Read + Seek {}
impl<T: Read + Seek> Source for T {}

/// Reads what the bytes say. Never fails for a file whose type is known: what cannot be read is left out and named in
/// [`MediaFacts::damage`].
///
/// The source must be the whole file: movie headers are often at its end. Of a photo only the head is read. Sound without
/// container, Matroska, AVI, MPEG, Windows Media, JPEG XL and subtitles give their type alone; so do raw files that are not TIFF inside.
pub fn inspect(media_type: MediaType, source: &mut dyn Source) -> MediaFacts {
    let mut facts = MediaFacts::of_type(media_type);
    let source = &mut bytes::Window::new(source);
    let read = match media_type {
        MediaType::Jpeg => still::jpeg(source, &mut facts),
        MediaType::Png => still::png(source, &mut facts),
        MediaType::Webp => still::webp(source, &mut facts),
        MediaType::Gif => still::gif(source, &mut facts),
        MediaType::Bmp => still::bmp(source, &mut facts),
        MediaType::Tiff => still::tiff(source, &mut facts),
        MediaType::Raw => still::raw(source, &mut facts),
        MediaType::Heic | MediaType::Avif => heif::read(source, &mut facts),
        MediaType::Mp4 | MediaType::Mov | MediaType::Threegp | MediaType::M4a => {
            movie::read(source, &mut facts)
        }
        _ => Ok(()),
    };
    facts.damage = read.err().map(str::to_owned);
    facts.content_credentials = credentials::present(media_type, source);
    facts
}
