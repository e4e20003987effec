//! `push --embed` and films: picture and sound never move, whatever is written beside them.

use std::fs;
use std::io::{Read, Seek, SeekFrom, Write};

use demo::media::{Clip, mp4};
use model::media_type::MediaType;
use push::embed::Embed;
use serde_json::json;

use super::embed::{DESCRIPTION, Files, assert_packet, assert_tags, asset, check, copy, facts};
use crate::support::tools::require;

#[test]
fn films_carry_every_fact_and_keep_picture_and_sound() {
    for faststart in [false, true] {
        for quicktime in [false, true] {
            for said in [false, true] {
                let clip = Clip {
                    faststart,
                    quicktime,
                    taken: said.then(|| ("2001-02-03T04:05:06".parse().expect("a date"), 7200)),
                    location: said.then_some((48.8584, 2.2945)),
                    device: said.then(|| ("Maker".to_owned(), "Model".to_owned())),
                    quarter_turns: 1,
                    ..Clip::default()
                };
                let (kind, extension) = match quicktime {
                    true => (MediaType::Mov, "mov"),
                    false => (MediaType::Mp4, "mp4"),
                };
                let name = format!("{faststart}-{said}.{extension}");
                let Some(read) = check(kind, &name, &mp4(&clip), &facts()) else {
                    return;
                };
                assert_packet(&name, &read);
                let expected = [
                    ("Keys:CreationDate", json!("2023:07:14 18:03:22-03:30")),
                    ("Keys:GPSCoordinates", json!("-33.856784 -70.123456 12.5")),
                    (
                        "UserData:GPSCoordinates",
                        json!("-33.856784 -70.123456 12.5"),
                    ),
                    ("Keys:Description", json!(DESCRIPTION)),
                    ("Keys:Title", json!("Ein Tag am Meer")),
                    (
                        "Keys:Keywords",
                        json!("Ben Beispiel, José, Rome, beach, 日本"),
                    ),
                    ("Keys:UserRating", json!(4)),
                    ("QuickTime:CreateDate", json!("2023:07:14 21:33:22")),
                    ("Track1:TrackCreateDate", json!("2023:07:14 21:33:22")),
                    ("Track1:MediaCreateDate", json!("2023:07:14 21:33:22")),
                ];
                assert_tags(&name, &read, &expected);
            }
        }
    }
}

#[test]
fn a_film_larger_than_memory_is_never_read_whole() {
    let files = Files::new();
    let path = files.write("large.mp4", &mp4(&Clip::default()));
    let file = fs::OpenOptions::new()
        .append(true)
        .open(&path)
        .expect("it opens");
    // Eight gigabytes more of film, of which the disk holds nothing.
    let before = file.metadata().expect("it is there").len();
    let size: u64 = 8 << 30;
    (&file)
        .write_all(&[&1u32.to_be_bytes()[..], b"mdat", &size.to_be_bytes()].concat())
        .expect("written");
    file.set_len(before + size).expect("a sparse file");
    let embed = Embed::of_asset(asset(&facts()), Vec::new()).expect("there are facts");
    let open = || fs::File::open(&path).expect("it opens");
    let (pieces, _) = embed
        .copy_of(MediaType::Mp4, open())
        .expect("it can be written");
    assert!(pieces.len() > before + size);
    let mut reader = pieces.reader(open());
    let mut film = [1; 4096];
    reader
        .seek(SeekFrom::Start(before + size - 4096))
        .expect("there");
    reader.read_exact(&mut film).expect("readable");
    assert_eq!(film, [0; 4096]);
    let mut end = String::new();
    reader.seek(SeekFrom::End(-20)).expect("there");
    reader.read_to_string(&mut end).expect("text");
    assert!(end.ends_with("<?xpacket end=\"w\"?>\n"), "{end}");
}

#[test]
fn a_film_in_fragments_goes_as_it_is() {
    let Some(ffmpeg) = require("ffmpeg") else {
        return;
    };
    let files = Files::new();
    let path = files.folder.path().join("f.mp4");
    let output = ffmpeg
        .command()
        .args(["-v", "error", "-f", "lavfi", "-i", "testsrc=s=64x64:d=1"])
        .args(["-c:v", "libx264", "-movflags", "frag_keyframe+empty_moov"])
        .arg(&path)
        .output()
        .expect("it runs");
    assert!(output.status.success(), "{output:?}");
    let refused = copy(MediaType::Mp4, &fs::read(&path).expect("there"), &facts());
    assert!(refused.is_err_and(|why| why.contains("fragments")));
}
