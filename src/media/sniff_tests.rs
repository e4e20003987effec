//! Every type is found, and nothing else is taken for media.

use super::*;
use demo::media as made;

fn mp3_frames() -> Vec<u8> {
    // 128 kbit/s at 44.1 kHz: 417 bytes a frame.
    let mut frame = vec![0xff, 0xfb, 0x90, 0x00];
    frame.resize(417, 0);
    frame.repeat(3)
}

fn adts_frames() -> Vec<u8> {
    // 100 bytes a frame.
    let mut frame = vec![0xff, 0xf1, 0x50, 0x80, 100 >> 3, (100 & 7) << 5, 0xfc];
    frame.resize(100, 1);
    frame.repeat(3)
}

fn packets(first: usize, step: usize) -> Vec<u8> {
    let mut bytes = vec![0; first + 6 * step];
    (0..6).for_each(|packet| bytes[first + packet * step] = 0x47);
    bytes
}

/// A TIFF with these fields (tag, value), none with a value elsewhere.
fn tiff_with(fields: &[(u16, u32)]) -> Vec<u8> {
    let mut bytes = b"II\x2a\0\x08\0\0\0".to_vec();
    bytes.extend((fields.len() as u16).to_le_bytes());
    for (tag, value) in fields {
        bytes.extend(tag.to_le_bytes());
        bytes.extend([4, 0, 1, 0, 0, 0]);
        bytes.extend(value.to_le_bytes());
    }
    bytes.extend([0; 4]);
    bytes
}

#[test]
fn what_the_makers_make_is_known() {
    let picture = made::Picture {
        orientation: Some(1),
        ..Default::default()
    };
    let plain = made::Picture::default();
    let clip = made::Clip::default();
    for (bytes, found) in [
        (made::jpeg(&picture), MediaType::Jpeg),
        (made::png(&picture), MediaType::Png),
        (made::webp(&picture), MediaType::Webp),
        (made::webp(&plain), MediaType::Webp),
        (made::gif(&picture), MediaType::Gif),
        (made::heic(&picture), MediaType::Heic),
        (made::avif(&picture), MediaType::Avif),
        (made::tiff(&picture), MediaType::Tiff),
        (made::mp4(&clip), MediaType::Mp4),
        (
            made::mp4(&made::Clip {
                quicktime: true,
                ..clip.clone()
            }),
            MediaType::Mov,
        ),
        (made::srt(), MediaType::Srt),
        (made::padded_jpeg(1, 70_000), MediaType::Jpeg),
    ] {
        assert_eq!(sniff(&bytes), Some(found));
        // What the first 4 KiB say, a few hundred bytes say, too.
        assert_eq!(sniff(&bytes[..bytes.len().min(120)]), Some(found));
    }
}

#[test]
fn types_follow_from_first_bytes() {
    let rows: &[(&[u8], MediaType)] = &[
        (b"\0\0\0\x14ftypheix\0\0\0\0mif1", MediaType::Heic),
        (b"\0\0\0\x14ftyphevc\0\0\0\0msf1", MediaType::Heic),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", MediaType::Heic),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif", MediaType::Avif),
        (b"\0\0\0\x14ftypavis\0\0\0\0msf1", MediaType::Avif),
        (b"\0\0\0\x14ftypmsf1\0\0\0\0hevc", MediaType::Heic),
        (b"\0\0\0\x14ftypMSNV\0\0\0\0isom", MediaType::Mp4),
        (b"\0\0\0\x14ftypXXXX\0\0\0\0mif1", MediaType::Heic),
        (b"\0\0\0\x14ftyp3gp4\0\0\0\0isom", MediaType::Threegp),
        (b"\0\0\0\x14ftyp3g2a\0\0\0\0isom", MediaType::Threegp),
        (b"\0\0\0\x14ftypM4A \0\0\0\0isom", MediaType::M4a),
        (b"\0\0\0\x14ftypM4V \0\0\0\0isom", MediaType::Mp4),
        (b"\0\0\0\x14ftypcrx \0\0\0\0isom", MediaType::Raw),
        (b"\0\0\0\x08wide\0\x01\0\0mdat", MediaType::Mov),
        (b"\0\0\0\x01mdat\0\0\0\0", MediaType::Mov),
        (b"\0\0\x06\0moov\0\0\0\x6cmvhd", MediaType::Mov),
        (b"RIFF\0\0\0\0AVI LIST", MediaType::Avi),
        (b"RIFF\0\0\0\0WAVEfmt ", MediaType::Wav),
        (
            b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm\x42\x87",
            MediaType::Webm,
        ),
        (
            b"\x1a\x45\xdf\xa3\xa3\x42\x86\x81\x01\x42\x82\x88matroska",
            MediaType::Mkv,
        ),
        (b"\0\0\x01\xba\x44\0", MediaType::Mpeg),
        (
            b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c",
            MediaType::Wmv,
        ),
        (b"ID3\x03\0\0\0\0\x0f\x76", MediaType::Mp3),
        (b"OggS\0\x02\0\0", MediaType::Ogg),
        (b"\xff\x0a\xfa\x1f\x01", MediaType::Jxl),
        (b"\0\0\0\x0cJXL \r\n\x87\n", MediaType::Jxl),
        (b"II\x2a\0\x10\0\0\0CR\x02\0", MediaType::Raw),
        (b"FUJIFILMCCD-RAW 0201", MediaType::Raw),
        (b"IIRO\x08\0\0\0", MediaType::Raw),
        (b"IIU\0\x18\0\0\0", MediaType::Raw),
        (b"MM\0\x2a\0\0\0\x08", MediaType::Tiff),
        (b"BM\x36\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0", MediaType::Bmp),
        (b"\xef\xbb\xbfWEBVTT\n\n", MediaType::Vtt),
        (b"WEBVTT - captions\r\n", MediaType::Vtt),
        (
            b"\xef\xbb\xbf1\r\n00:00:00,000 --> 00:00:00,480\r\nHi",
            MediaType::Srt,
        ),
        (
            b"\n0\n00:00:00.000 --> 00:00:00.480 X1:1\nHi",
            MediaType::Srt,
        ),
        (
            b"1\n00:00:00,000 --> 00:00:00,480\ncaf\xe9 noir",
            MediaType::Srt,
        ),
    ];
    for (head, found) in rows {
        assert_eq!(sniff(head), Some(*found), "{}", head.escape_ascii());
    }
    assert_eq!(sniff(&mp3_frames()), Some(MediaType::Mp3));
    assert_eq!(sniff(&adts_frames()), Some(MediaType::Aac));
    assert_eq!(sniff(&packets(0, 188)), Some(MediaType::Mpeg));
    assert_eq!(sniff(&packets(4, 192)), Some(MediaType::Mpeg));
}

#[test]
fn raw_files_are_told_from_tiff_where_bytes_tell() {
    for (fields, found) in [
        (&[(0xfe, 0), (0x10f, 0)][..], MediaType::Tiff),
        (&[(0xfe, 1), (0x10f, 0), (0x14a, 0)], MediaType::Raw),
        (&[(0xfe, 0), (0x10f, 0), (0x14a, 0)], MediaType::Tiff),
        (&[(0xfe, 1), (0x14a, 0)], MediaType::Tiff),
        (&[(0xc612, 0x0000_0401)], MediaType::Raw),
    ] {
        assert_eq!(sniff(&tiff_with(fields)), Some(found), "{fields:x?}");
    }
}

#[test]
fn nothing_else_is_taken_for_media() {
    let rows: &[&[u8]] = &[
        b"",
        b"\xff",
        b"<!DOCTYPE html><html>",
        b"{\"media\": [{\"uri\": \"a.mp4\"}]}",
        b"[\n1\n]",
        b"1\n2\n3\n",
        b"1\n00:00 and then --> some\n",
        b"WEBVTTX",
        b"BM is a brand; BMW another, and a text can begin so",
        b"PK\x03\x04\x14\0\0\0",
        b"%PDF-1.7\n",
        b"RIFF\0\0\0\0sfbk",
        b"Get free samples here",
        b"The moov atom is a part of QuickTime files",
        b"\0\0\0\x0cjP  \r\n\x87\n",
        b"\0\0\0\x08free\0\0\0\x08text",
        b"\0\0\0\x04ftyp",
        b"\xff\xfeh\0e\0l\0l\0o\0",
        b"\x1a\x45\xdf\xa3\x9f",
        b"ID3 tags are in MP3 files",
        b"IIRO is a word",
        b"\x1f\x8b\x08\0",
        b"SQLite format 3\0",
        &[0; 4096],
        &[0xff; 4096],
        &[0x20; 4096],
    ];
    for head in rows {
        assert_eq!(
            sniff(head),
            None,
            "{}",
            head[..head.len().min(40)].escape_ascii()
        );
    }
    // One frame alone proves nothing.
    assert_eq!(sniff(&mp3_frames()[..417]), None);
    assert_eq!(sniff(&adts_frames()[..100]), None);
}
