//! The fuzz targets on stable Rust: seeds of the builders, changed at random. cargo-fuzz runs the same bodies with coverage.

mod bodies;

use std::panic::catch_unwind;
use std::time::{Duration, Instant};

use bodies::{FACEBOOK, FLICKR, GOOGLE, INSTAGRAM, SNAPCHAT, TARGETS, Target};

use crate::support::account::{Account, Form, Medium};
use crate::support::compose::takeout_words::ENGLISH;
use crate::support::compose::{self, Edition, Generation, Language, compose};
use crate::support::env::TestEnv;
use crate::support::hostile;
use crate::support::media::bytes_of;
use crate::support::pack::tar::{gzip, tar, tgz};
use crate::support::samples::{captions, varied};
use crate::support::takeouts;
use crate::support::tree::names;

/// An input that takes longer is a fault, too; the machine may be loaded.
const MOST_TIME: Duration = Duration::from_secs(10);

/// Milliseconds for each target; `.ci/run` and people give more.
const MILLISECONDS: u64 = 300;

fn time() -> Duration {
    let given = std::env::var("ALBUMEN_FUZZ_SECONDS").ok();
    let given = given
        .and_then(|text| text.parse().ok())
        .map(Duration::from_secs);
    given.unwrap_or(Duration::from_millis(MILLISECONDS))
}

struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.roll() % limit.max(1) as u64) as usize
    }
}

/// What breaks readers: ends of numbers, quotes, brackets, escapes, names of boxes.
const TOKENS: [&[u8]; 30] = [
    b"\0",
    b"\xff\xff\xff\xff",
    b"\x7f\xff\xff\xff",
    b"\0\0\0\0",
    b"\x80",
    b"\xed\xa0\x80",
    b"\"",
    b"\\",
    b"{",
    b"}",
    b"[",
    b"]",
    b"null",
    b"-1",
    b"1e999",
    b"99999999999999999999",
    b"\\ud83d",
    b"<div>",
    b"</div>",
    b"<!--",
    b"&#x110000;",
    b"&amp;",
    b"../",
    b"PK\x01\x02",
    b"PK\x03\x04",
    b"moov",
    b"Exif\0\0",
    b"II*\0",
    b"9999-12-31",
    b"31.02.0000 25:61",
];

/// Changes an input a few times.
fn changed(dice: &mut Dice, seeds: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = seeds[dice.below(seeds.len())].clone();
    for _ in 0..=dice.below(6) {
        let at = dice.below(bytes.len() + 1);
        let length = 1 + dice.below(32);
        let end = (at + length).min(bytes.len());
        match dice.below(9) {
            0 if at < bytes.len() => bytes[at] ^= 1 << dice.below(8),
            1 if at < bytes.len() => bytes[at] = dice.roll() as u8,
            2 => drop(bytes.drain(at..end)),
            3 => {
                let copy = bytes[at..end].to_vec();
                bytes.splice(at..at, copy.repeat(1 + dice.below(9)));
            }
            4 => {
                let token = TOKENS[dice.below(TOKENS.len())];
                bytes.splice(at..at, token.iter().copied());
            }
            5 => {
                let token = TOKENS[dice.below(TOKENS.len())];
                let end = (at + token.len()).min(bytes.len());
                bytes.splice(at..end, token.iter().copied());
            }
            6 => bytes.truncate(at),
            7 => {
                let other = &seeds[dice.below(seeds.len())];
                let from = dice.below(other.len() + 1);
                bytes.splice(at..end, other[from..].iter().copied().take(512));
            }
            _ => {
                for byte in &mut bytes[at..end] {
                    *byte = byte.wrapping_add(dice.roll() as u8 & 3);
                }
            }
        }
    }
    bytes.truncate(1 << 18);
    bytes
}

/// The record files of an archive that are at these paths, each with the byte that chooses it.
fn chosen(files: &compose::Files, paths: &[&str]) -> Vec<Vec<u8>> {
    let ending = |path: &str| path.rsplit_once('.').map(|(_, end)| end.to_owned());
    let mut seeds = Vec::new();
    for (path, bytes) in files {
        for (choice, wanted) in (0u8..).zip(paths) {
            let record = path.ends_with(".json") || path.ends_with(".html");
            if record && ending(path) == ending(wanted) && bytes.len() < 1 << 16 {
                let mut seed = vec![choice];
                seed.extend(bytes);
                seeds.push(seed);
            }
        }
    }
    seeds
}

/// A small picture that says much.
fn outspoken() -> demo::media::Picture {
    demo::media::Picture {
        width: 24,
        height: 16,
        taken: Some("2023-07-14T18:03:22".parse().expect("a date")),
        location: Some((48.1, 11.5)),
        make: Some("Maker".to_owned()),
        orientation: Some(6),
        description: Some("words".to_owned()),
        content_id: Some("11111111-2222-3333-4444-555555555555".to_owned()),
        ..demo::media::Picture::default()
    }
}

/// Pictures in boxes and directories, and films, that say much.
fn said_in_boxes() -> Vec<Vec<u8>> {
    use demo::media::{Clip, avif, heic, mp4, tiff};
    let picture = outspoken();
    let clip = |quicktime| Clip {
        quicktime,
        location: Some((48.1, 11.5)),
        device: Some(("Maker".to_owned(), "Model".to_owned())),
        ..Clip::default()
    };
    let pictures = [heic(&picture), avif(&picture), tiff(&picture)];
    let films = [mp4(&clip(false)), mp4(&clip(true))];
    pictures.into_iter().chain(films).collect()
}

/// Pictures that say much, with profiles.
fn said_and_coloured() -> Vec<Vec<u8>> {
    use demo::media::{jpeg, png, webp};
    let picture = outspoken();
    let mut profile = b"ICC_PROFILE\0\x01\x01".to_vec();
    profile.extend([0; 132]);
    profile[14 + 16..14 + 20].copy_from_slice(b"RGB ");
    profile[14 + 36..14 + 40].copy_from_slice(b"acsp");
    let mut coloured = jpeg(&picture);
    let mut segment = vec![0xff, 0xe2];
    segment.extend((profile.len() as u16 + 2).to_be_bytes());
    segment.extend(profile);
    segment.extend(b"\xff\xfe\0\x08words!");
    segment.extend(b"\xff\xeb\0\x16JP\0\x01\0\0\0\x01\0\0\0\x0cjumbc2pa");
    coloured.splice(2..2, segment);
    vec![coloured, jpeg(&picture), png(&picture), webp(&picture)]
}

fn seeds(target: &str) -> Vec<Vec<u8>> {
    let json = compose(&varied(), Generation::G4, Edition::Json);
    let html = compose(&varied(), Generation::G4, Edition::Html(Language::English));
    let small = Account::of("anna", varied().posts.into_iter().take(2).collect());
    let small = compose(&small, Generation::G4, Edition::Json);
    let google = takeouts::varied(ENGLISH);
    let texts = |all: &[&str]| {
        all.iter()
            .map(|text| text.as_bytes().to_vec())
            .collect::<Vec<_>>()
    };
    match target {
        "entry_names" => {
            let mut all = texts(&hostile::BAD_NAMES);
            all.extend(
                json.keys()
                    .chain(google.files().keys())
                    .map(|name| name.clone().into_bytes()),
            );
            all
        }
        "zip" => hostile::zips()
            .into_iter()
            .map(|(_, bytes)| bytes)
            .chain([crate::support::pack::zip::zip(&small, &Default::default())])
            .filter(|bytes| bytes.len() < 1 << 18)
            .collect(),
        "tar" => vec![
            tar(&small),
            tgz(&small),
            hostile::tars::links(),
            gzip(&hostile::tars::links()),
            hostile::tars::named("../x"),
            hostile::tars::pax_name(300),
            hostile::tars::long_name(300),
        ],
        "instagram" => [chosen(&json, &INSTAGRAM), chosen(&html, &INSTAGRAM)].concat(),
        "facebook" => [false, true]
            .map(|html| {
                chosen(
                    &compose::facebook::compose(compose::facebook::Generation::Y2024, html),
                    &FACEBOOK,
                )
            })
            .concat(),
        "snapchat" => [false, true]
            .map(|html| {
                let memories = compose::snapchat::varied();
                let links = compose::snapchat::Links::Both;
                let files = compose::snapchat::records(&memories, links, "https://h", html);
                chosen(&files, &SNAPCHAT)
            })
            .concat(),
        "flickr" => chosen(
            &compose::flickr::account_data(&compose::flickr::varied()),
            &FLICKR,
        ),
        "google_photos" => {
            let files = google.files();
            let mut all = chosen(&files, &GOOGLE[..2]);
            let mut page = vec![2];
            page.extend(google.index_page(&files));
            all.push(page);
            all
        }
        "dates" => texts(&[
            "Jul 14, 2017 4:40:00am",
            "14.07.2017, 16:40",
            "2017년 7월 14일 오후 4:40",
            "IMG_20240831_005348.jpg",
            "Screenshot_2024-08-31-00-53-48.png",
            "2024:05:02 22:47:28",
            "20240502T224728.000Z",
            "1700000000",
        ]),
        "metadata" | "pictures" => {
            let forms = [Form::Jpeg, Form::Png, Form::Webp, Form::Heic, Form::Mp4];
            forms
                .iter()
                .zip(1..)
                .map(|(form, seed)| bytes_of(&Medium::new(*form, seed)))
                .collect()
        }
        "sidecars" => {
            let env = TestEnv::new();
            let archive = env.zip(
                "a.zip",
                &compose(&captions(), Generation::G4, Edition::Json),
            );
            crate::import::imported(&env.path("l"), &[archive]);
            let all = names(&env.path("l")).into_iter();
            let read = |name: String| std::fs::read(env.path("l").join(name)).expect("there");
            all.filter(|name| {
                name.ends_with(".xmp") || name.ends_with(".json") || name.starts_with("SHA")
            })
            .map(read)
            .collect()
        }
        "prints" => said_and_coloured(),
        "strip" => [said_and_coloured(), said_in_boxes()].concat(),
        "packets" => {
            let packet = texts(&["<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>\
                <rdf:Description rdf:about='' xmlns:p='http://ns.adobe.com/photoshop/1.0/' p:City='Rome'><p:Instructions xmlns:p='u:p'>\
                <rdf:Bag><rdf:li>a &amp; b</rdf:li></rdf:Bag></p:Instructions></rdf:Description></rdf:RDF></x:xmpmeta>"]);
            [packet, seeds("sidecars")].concat()
        }
        "sidecar_changes" => seeds("sidecars"),
        "fetch_texts" => texts(&[
            "curl 'https://host/takeout-001.zip' -H 'Cookie: a=b' --compressed \\\n -H $'x: \\u0021'\n",
            "curl ^\"https://host/a^%^20b.zip^\" ^\n  -H ^\"cookie: a^\" ^& curl ^\"https://host/b^\"",
            "attachment; filename=\"takeout-001.zip\"; filename*=UTF-8''t%C3%A4keout.zip\n17\nbytes 0-5/17\napplication/zip\n\
             sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:\nSHA-256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\
             md5=1B2M2Y8AsgTpgAmY7PhCfg==\n\"tag\"\nMon, 01 Jan 2024 00:00:00 GMT",
            "https://host/a.zip\nhttps://user@host:99/b?c=d#e\n# a comment\n",
        ]),
        "memories" => [(0, "json"), (1, "html")]
            .iter()
            .flat_map(|(choice, kind)| {
                let memories = compose::snapchat::varied();
                let links = compose::snapchat::Links::Both;
                let files =
                    compose::snapchat::records(&memories, links, "https://h", *kind == "html");
                let lists = files.into_iter().filter(|(path, _)| path.contains("memories_history"));
                lists
                    .map(|(_, bytes)| [&[*choice][..], &bytes].concat())
                    .collect::<Vec<_>>()
            })
            .collect(),
        "webdav" => texts(&[
            "<?xml version=\"1.0\"?><D:multistatus xmlns:D=\"DAV:\"><D:response><D:href>/dav/a%20b/e%CC%81.jpg</D:href><D:propstat><D:prop>\
             <D:getetag>W/\"x-1\"</D:getetag><D:getcontentlength>10</D:getcontentlength><D:resourcetype><D:collection/></D:resourcetype>\
             </D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response></D:multistatus>",
            "Digest realm=\"a, b\", nonce=\"abc\", qop=\"auth,auth-int\", algorithm=SHA-256-sess, opaque=\"o\\\"p\"\nBasic realm=\"x\"",
            "Bearer x\nDigest realm=a, nonce=b, algorithm=MD5",
        ]),
        "sftp" => vec![
            // A greeting with an extension, a status, a handle, names with attributes, and what an extension says.
            b"\0\0\0\x1f\x02\0\0\0\x03\0\0\0\x11fsync@openssh.com\0\0\0\x011".to_vec(),
            b"\0\0\0\x15\x65\0\0\0\x01\0\0\0\x04\0\0\0\x04Fail\0\0\0\0\0\0\0\x0a\x66\0\0\0\x02\0\0\0\x01h".to_vec(),
            b"\0\0\0\x2e\x68\0\0\0\x03\0\0\0\x01\0\0\0\x01a\0\0\0\x01l\0\0\0\x0d\0\0\0\0\0\0\0\x05\0\0\x81\x80\0\0\0\x01\0\0\0\x02".to_vec(),
            b"\0\0\0\x2d\xc9\0\0\0\x04\0\0\0\0\0\0\x02\0\0\0\0\0\0\0\x10\0\0\0\0\0\0\0\0\x64\0\0\0\0\0\0\0\x32\0\0\0\0\0\0\0\x28".to_vec(),
            b"anna@[::1]:2222/~/p%20q/e\xcc\x81".to_vec(),
        ],
        "s3" => texts(&[
            "<?xml version=\"1.0\"?><Error><Code>RequestTimeTooSkewed</Code><Message>m</Message></Error>",
            "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><IsTruncated>true</IsTruncated><Contents><Key>a/b.jpg</Key>\
             <LastModified>2024-01-01T00:00:00.000Z</LastModified><ETag>\"abc\"</ETag><Size>17</Size><StorageClass>STANDARD</StorageClass></Contents>\
             <NextContinuationToken>t</NextContinuationToken></ListBucketResult>",
            "<ListPartsResult><Part><PartNumber>1</PartNumber><ETag>\"abc\"</ETag><Size>5242880</Size></Part></ListPartsResult>",
            "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>",
        ]),
        "immich" => texts(&[
            r#"{"id":"3fe388e4-2078-44d7-b36c-39d9dee3a657","exifInfo":{"dateTimeOriginal":"2024-01-01T00:00:00.000Z","description":"d","latitude":1.5,"longitude":2,"rating":3},"tags":[{"value":"People/Ben"}],"isFavorite":true,"visibility":"archive"}"#,
            r#"{"message":["a","b"],"error":"Bad Request","statusCode":400}"#,
        ]),
        "settings" => vec![
            // The template with every setting taken out of its comment, as far as each line allows.
            config::TEMPLATE.replace("\n#", "\n").into_bytes(),
            config::TEMPLATE.as_bytes().to_vec(),
            b"[[destination]]\naddress = \"webdav+https://host/a b\"\nuser = \"anna\"\npassword = \"p\"\n".to_vec(),
            b"webdav+https://u:p@host/x\ns3://bucket/prefix\nimmich+http://host:2283\nzip:a.zip\nphotoprism+https://h/originals".to_vec(),
            b"# mine\nALBUMEN_WEBDAV_USER = anna\nALBUMEN_WEBDAV_PASSWORD=a=b c\n".to_vec(),
        ],
        "numbering" => texts(&[
            "takeout-20240501T101010Z-001.zip\ntakeout-20240501T101010Z-3-002.zip\ntakeout-20240501T101010Z-4-001 (1).tgz",
            "instagram-anna-2024-05-01-AbCd1234.zip\ninstagram-anna-2024-05-01-AbCd1234(2).zip\nanna_20180501_part_3.zip",
            "facebook-anna-01.05.2024-AbCd.zip\nmydata~1700000000000.zip\nmydata~1700000000000-4294967295.zip",
            "photos.part99999999999999999999.rar\na.zip.001\na.zip.003\nUnconfirmed 12.crdownload\nx-18446744073709551615.zip",
        ]),
        other => panic!("no seeds for {other}"),
    }
}

/// Runs a target for its time and returns how many inputs it had.
fn run((name, body): Target) -> u64 {
    let seeds = seeds(name);
    assert!(!seeds.is_empty(), "{name}");
    let began = Instant::now();
    // Other inputs each day a person runs it for long, the same ones in the ordinary tests.
    let long = std::env::var_os("ALBUMEN_FUZZ_SECONDS").is_some();
    let start = match long {
        true => std::time::UNIX_EPOCH
            .elapsed()
            .map_or(1, |since| since.as_nanos() as u64 | 1),
        false => 0x9e37_79b9_7f4a_7c15,
    };
    let mut dice = Dice(start);
    let mut inputs = 0;
    while inputs < seeds.len() as u64 || began.elapsed() < time() {
        let bytes = match seeds.get(inputs as usize) {
            Some(seed) => seed.clone(),
            None => changed(&mut dice, &seeds),
        };
        let each = Instant::now();
        let ended = catch_unwind(|| body(&bytes));
        let fault = match ended {
            Err(_) => Some("panicked"),
            Ok(()) if each.elapsed() > MOST_TIME => Some("took long"),
            Ok(()) => None,
        };
        if let Some(fault) = fault {
            let kept = std::env::temp_dir().join(format!("albumen-fuzz-{name}-{inputs}"));
            std::fs::write(&kept, &bytes).expect("it can be kept");
            panic!("{name} {fault}; the input is kept as {}", kept.display());
        }
        inputs += 1;
    }
    inputs
}

#[test]
fn no_input_makes_a_reader_panic_or_hang() {
    let only = std::env::var("ALBUMEN_FUZZ_ONLY").ok();
    let asked = |target: &Target| only.as_deref().is_none_or(|only| only == target.0);
    for target in TARGETS.into_iter().filter(asked) {
        let began = Instant::now();
        let inputs = run(target);
        println!(
            "{}: {inputs} inputs in {:.1} s",
            target.0,
            began.elapsed().as_secs_f64()
        );
    }
}
