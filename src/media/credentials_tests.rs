//! Manifests in every place the specification names, composed by its appendix A.

use std::io::Cursor;

use super::*;
use crate::inspect;
use demo::media::{Clip, Picture, avif, heic, jpeg, mp4, png, tiff, webp};

/// A manifest store as far as it can be told from others: a `jumb` box with a `jumd` box in it.
fn store() -> Vec<u8> {
    let description = [MANIFEST_STORE, b"\x03c2pa\0"].concat();
    let jumd = [
        &(description.len() as u32 + 8).to_be_bytes()[..],
        b"jumd",
        &description,
    ]
    .concat();
    let content = [&jumd[..], b"\0\0\0\x10bidbsigned!!"].concat();
    [
        &(content.len() as u32 + 8).to_be_bytes()[..],
        b"jumb",
        &content,
    ]
    .concat()
}

fn jpeg_with(code: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = jpeg(&Picture::default());
    let mut segment = vec![0xff, code];
    segment.extend((body.len() as u16 + 2).to_be_bytes());
    segment.extend(body);
    bytes.splice(2..2, segment);
    bytes
}

fn png_with(name: &[u8], body: &[u8]) -> Vec<u8> {
    let mut bytes = png(&Picture::default());
    let mut chunk = (body.len() as u32).to_be_bytes().to_vec();
    chunk.extend(name);
    chunk.extend(body);
    chunk.extend(crc32fast::hash(&chunk[4..]).to_be_bytes());
    bytes.splice(33..33, chunk);
    bytes
}

fn webp_with(name: &[u8], body: &[u8]) -> Vec<u8> {
    let mut bytes = webp(&Picture::default());
    bytes.extend(name);
    bytes.extend((body.len() as u32).to_le_bytes());
    bytes.extend(body);
    bytes.resize(bytes.len() + body.len() % 2, 0);
    let size = bytes.len() as u32 - 8;
    bytes[4..8].copy_from_slice(&size.to_le_bytes());
    bytes
}

/// A TIFF of one directory with one entry.
fn tiff_with(tag: u16, body: &[u8]) -> Vec<u8> {
    let mut bytes = b"II*\0\x08\0\0\0\x01\0".to_vec();
    bytes.extend(tag.to_le_bytes());
    bytes.extend(7u16.to_le_bytes());
    bytes.extend((body.len() as u32).to_le_bytes());
    bytes.extend(26u32.to_le_bytes());
    bytes.extend([0; 4]);
    bytes.extend(body);
    bytes
}

fn boxes_with(mut bytes: Vec<u8>, uuid: &[u8; 16], body: &[u8]) -> Vec<u8> {
    bytes.extend((body.len() as u32 + 24).to_be_bytes());
    bytes.extend(b"uuid");
    bytes.extend(uuid);
    bytes.extend(body);
    bytes
}

const REMOTE: &[u8] = b"<rdf:Description xmlns:dcterms=\"http://purl.org/dc/terms/\" dcterms:provenance=\"https://host/manifest.c2pa\"/>";
const PLAIN: &[u8] =
    b"<rdf:Description xmlns:dc=\"http://purl.org/dc/elements/1.1/\" dc:title=\"provenance\"/>";

#[test]
fn a_manifest_is_found_in_every_kind_of_file() {
    let piece = [b"JP\0\x01\0\0\0\x01", &store()[..]].concat();
    let picture = Picture::default();
    let clip = Clip::default();
    let movie = mp4(&clip);
    let xmp = [b"http://ns.adobe.com/xap/1.0/\0", REMOTE].concat();
    let text = [b"XML:com.adobe.xmp\0\0\0\0\0", REMOTE].concat();
    for (name, kind, bytes) in [
        ("JPEG", MediaType::Jpeg, jpeg_with(0xeb, &piece)),
        ("JPEG, elsewhere", MediaType::Jpeg, jpeg_with(0xe1, &xmp)),
        ("PNG", MediaType::Png, png_with(b"caBX", &store())),
        ("PNG, elsewhere", MediaType::Png, png_with(b"iTXt", &text)),
        ("WebP", MediaType::Webp, webp_with(b"C2PA", &store())),
        (
            "WebP, elsewhere",
            MediaType::Webp,
            webp_with(b"XMP ", REMOTE),
        ),
        ("TIFF", MediaType::Tiff, tiff_with(0xcd41, &store())),
        (
            "TIFF, elsewhere",
            MediaType::Tiff,
            tiff_with(0x02bc, REMOTE),
        ),
        (
            "HEIC",
            MediaType::Heic,
            boxes_with(heic(&picture), &UUID, &store()),
        ),
        (
            "AVIF",
            MediaType::Avif,
            boxes_with(avif(&picture), &UUID, &store()),
        ),
        (
            "MP4",
            MediaType::Mp4,
            boxes_with(movie.clone(), &UUID, &store()),
        ),
        (
            "MOV, elsewhere",
            MediaType::Mov,
            boxes_with(movie, &XMP_UUID, REMOTE),
        ),
    ] {
        assert!(present(kind, &mut Cursor::new(&bytes)), "{name}");
        assert!(
            inspect(kind, &mut Cursor::new(&bytes)).content_credentials,
            "{name}: not among the facts"
        );
    }
}

#[test]
fn what_only_looks_like_one_is_none() {
    let other = [
        b"JP\0\x01\0\0\0\x01\0\0\0\x20jumb\0\0\0\x18jumd".as_slice(),
        b"json\0\x11\0\x10\x80\0\0\xaa\0\x38\x9b\x71",
    ]
    .concat();
    let xmp = [b"http://ns.adobe.com/xap/1.0/\0", PLAIN].concat();
    let picture = Picture::default();
    for (name, kind, bytes) in [
        (
            "another JUMBF box",
            MediaType::Jpeg,
            jpeg_with(0xeb, &other),
        ),
        (
            "another APP11",
            MediaType::Jpeg,
            jpeg_with(0xeb, b"HDR_RI ver=11"),
        ),
        ("plain XMP", MediaType::Jpeg, jpeg_with(0xe1, &xmp)),
        ("plain PNG", MediaType::Png, png(&picture)),
        ("plain WebP", MediaType::Webp, webp(&picture)),
        ("plain TIFF", MediaType::Tiff, tiff(&picture)),
        ("plain HEIC", MediaType::Heic, heic(&picture)),
        (
            "another uuid",
            MediaType::Mp4,
            boxes_with(mp4(&Clip::default()), &[7; 16], b"c2pa"),
        ),
        ("noise", MediaType::Jpeg, b"\xff\xd8\xff".to_vec()),
    ] {
        assert!(!present(kind, &mut Cursor::new(&bytes)), "{name}");
    }
}
