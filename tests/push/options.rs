//! Options of push: what is chosen, how it lies there, what is taken out.

use std::fs;

use demo::media::{Picture, jpeg, png, tiff, webp};
use model::media_type::MediaType;
use push::strip::{Strip, strip};

use super::{files_below, library};
use crate::support::http::{Listening, Reply};
use crate::support::tools::require;

#[test]
fn only_what_is_asked_for_is_pushed_in_the_layout_wanted() {
    let made = library();
    let ran = made.env.run_on(
        "l",
        &[
            "push",
            "out",
            "--kind",
            "story",
            "--layout",
            "kind",
            "--sidecars",
            "none",
        ],
    );
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let found = files_below(&made.env.path("out"));
    let media: Vec<_> = found
        .keys()
        .filter(|name| !name.starts_with("SHA256SUMS"))
        .collect();
    assert!(
        !media.is_empty() && media.iter().all(|name| name.starts_with("story/")),
        "{media:?}"
    );
    assert!(!found.keys().any(|name| name.ends_with(".xmp")));
    let flat = made.env.run_on("l", &["push", "flat", "--layout", "flat"]);
    assert_eq!(flat.code, Some(0), "{flat:?}");
    let flat = files_below(&made.env.path("flat"));
    assert!(
        flat.keys().all(|name| !name.contains('/')),
        "{:?}",
        flat.keys()
    );
}

#[test]
fn a_bag_passes_the_validator() {
    let made = library();
    for _ in 0..2 {
        let ran = made.env.run_on("l", &["push", "bag", "--bag"]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
    }
    let found = files_below(&made.env.path("bag"));
    for (name, bytes) in made.files() {
        assert!(found[&format!("data/{name}")] == bytes, "{name}");
    }
    let Some(validator) = require("bagit.py") else {
        return;
    };
    let validate = || {
        validator
            .command()
            .arg("--validate")
            .arg(made.env.path("bag"))
            .output()
            .expect("it runs")
    };
    let output = validate();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let name = found
        .keys()
        .find(|name| name.starts_with("data/"))
        .expect("a payload");
    fs::write(made.env.path("bag").join(name), "changed").expect("writable");
    assert!(
        !validate().status.success(),
        "a validator that finds nothing proves nothing"
    );
}

#[test]
fn a_folder_that_holds_other_things_is_no_bag() {
    let made = library();
    made.env.write("bag/data/mine.txt", b"mine");
    let ran = made.env.run_on("l", &["push", "bag", "--bag"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stderr.contains("mine.txt"), "{ran:?}");
}

/// A bag's manifests list `data/` alone, so a folder cannot be a bag and a plain copy at once.
#[test]
fn a_copy_does_not_become_a_bag_nor_a_bag_a_copy() {
    for (first, second) in [
        (&["push", "x"][..], &["push", "x", "--bag"][..]),
        (&["push", "x", "--bag"][..], &["push", "x"][..]),
    ] {
        let made = library();
        assert_eq!(made.env.run_on("l", first).code, Some(0));
        let before = files_below(&made.env.path("x"));
        for dry in [&["--dry-run"][..], &[]] {
            let ran = made.env.run_on("l", &[second, dry].concat());
            assert_eq!(ran.code, Some(1), "{ran:?}");
            assert!(ran.stderr.contains("hint: push"), "{ran:?}");
        }
        assert!(files_below(&made.env.path("x")) == before);
        let again = made.env.run_on("l", first);
        assert_eq!(again.code, Some(0), "{again:?}");
    }
}

#[test]
fn a_library_and_a_strange_address_are_refused() {
    let made = library();
    let ran = made.env.run_on("l", &["push", "l"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(
        ran.stderr.contains("is inside the library being pushed"),
        "{ran:?}"
    );
    // Another one's library is no place for copies, either.
    let other = library();
    let place = other.root().to_string_lossy().into_owned();
    let ran = made.env.run_on("l", &["push", &place]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stderr.contains("library of albumen's"), "{ran:?}");
    for (address, code, said) in [
        ("ftp://host/x", 2, "ftp:// is not a kind of destination"),
        ("ssh://host/x", 2, "hint: write sftp://"),
        ("davs://host/x", 2, "hint: write webdav+https://"),
        ("https://host/x", 2, "immich+https://"),
        ("gopher://host/x", 2, "hint: addresses are written like"),
        ("zip:", 2, "the name of the zip file is missing"),
        ("zip:no/such/folder/a.zip", 1, "there is no such folder"),
    ] {
        let ran = made.env.run_on("l", &["push", address]);
        assert_eq!(ran.code, Some(code), "{ran:?}");
        assert!(
            ran.stderr.contains(said) && ran.stderr.contains("hint:"),
            "{ran:?}"
        );
    }
}

#[test]
fn a_damaged_file_of_the_library_is_not_pushed_as_if_it_were_whole() {
    let made = library();
    let name = made.damage_a_photo(10);
    let ran = made.env.run_on("l", &["push", "out"]);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(
        ran.stdout.contains(&name) && ran.stdout.contains("no longer as it was imported"),
        "{ran:?}"
    );
    assert!(!made.env.path("out").join(name).exists());
}

/// Writes metadata into a picture with exiftool; returns the new bytes.
fn with_metadata(bytes: &[u8], name: &str) -> Option<Vec<u8>> {
    let exiftool = require("exiftool")?;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join(name);
    fs::write(&path, bytes).expect("written");
    let output = exiftool
        .command()
        .args([
            "-n",
            "-q",
            "-overwrite_original",
            "-EXIF:DateTimeOriginal=2023:07:14 18:03:22",
            "-EXIF:Orientation=6",
        ])
        .args([
            "-EXIF:GPSLatitude=48.8584",
            "-EXIF:GPSLatitudeRef=N",
            "-EXIF:GPSLongitude=2.2945",
            "-EXIF:GPSLongitudeRef=E",
        ])
        .args([
            "-XMP:GPSLatitude=48.8584",
            "-XMP-iptcExt:PersonInImage=Ben Beispiel",
            "-XMP-photoshop:City=Paris",
        ])
        .arg(&path)
        .output()
        .expect("it runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Some(fs::read(&path).expect("it is there"))
}

fn metadata(bytes: &[u8], name: &str) -> Option<String> {
    let exiftool = require("exiftool")?;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join(name);
    fs::write(&path, bytes).expect("written");
    let output = exiftool
        .command()
        .args(["-n", "-G1", "-a", "-u", "-s", "-j"])
        .arg(&path)
        .output()
        .expect("it runs");
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn what_is_stripped_is_gone_and_the_pixels_are_not() {
    let picture = Picture {
        width: 48,
        height: 32,
        seed: 7,
        ..Picture::default()
    };
    for (name, kind, bytes) in [
        ("a.jpg", MediaType::Jpeg, jpeg(&picture)),
        ("a.png", MediaType::Png, png(&picture)),
        ("a.webp", MediaType::Webp, webp(&picture)),
        ("a.tif", MediaType::Tiff, tiff(&picture)),
    ] {
        let Some(full) = with_metadata(&bytes, name) else {
            return;
        };
        let before = metadata(&full, name).expect("exiftool is there");
        assert!(
            before.contains("GPSLatitude") && before.contains("Ben Beispiel"),
            "{before}"
        );
        let pixels = |bytes: &[u8]| {
            image::load_from_memory(bytes)
                .expect("a picture")
                .to_rgb8()
                .into_raw()
        };
        for what in [Strip::Location, Strip::People, Strip::All] {
            let out = strip(full.clone(), kind, what)
                .unwrap_or_else(|why| panic!("{name} {what:?}: {why}"));
            let after = metadata(&out, name).expect("exiftool is there");
            assert!(pixels(&out) == pixels(&full), "{name} {what:?}");
            assert!(
                after.contains("Orientation\": 6"),
                "{name} {what:?}: {after}"
            );
            assert!(
                !after.contains("Warning") && !after.contains("Error"),
                "{name} {what:?}: {after}"
            );
            assert!(
                !after.contains("Ben Beispiel") && !after.contains("Paris"),
                "{name} {what:?}: {after}"
            );
            let has_place = after.contains("GPSLatitude");
            assert_eq!(has_place, what == Strip::People, "{name} {what:?}: {after}");
            assert_eq!(
                after.contains("DateTimeOriginal"),
                what != Strip::All,
                "{name} {what:?}: {after}"
            );
        }
    }
}

#[test]
fn what_cannot_be_emptied_with_certainty_is_not_sent() {
    let made = library();
    let folder = "t/Takeout/Google Photos/Photos from 2020";
    let mut gif = Vec::new();
    image::RgbImage::new(4, 4)
        .write_to(&mut std::io::Cursor::new(&mut gif), image::ImageFormat::Gif)
        .expect("a picture");
    made.env.write(&format!("{folder}/moves.gif"), &gif);
    let said = r#"{"title": "moves.gif", "photoTakenTime": {"timestamp": "1600000000"}}"#;
    made.env
        .write(&format!("{folder}/moves.gif.json"), said.as_bytes());
    let ran = made.env.run_on("l", &["import", "t"]);
    assert!(matches!(ran.code, Some(0 | 3)), "{ran:?}");
    let ran = made
        .env
        .run_on("l", &["push", "out", "--strip", "location"]);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(
        ran.stdout
            .contains("cannot be sure to take the location out of image/gif"),
        "{ran:?}"
    );
    let found = files_below(&made.env.path("out"));
    let has = |end: &str| found.keys().any(|name| name.ends_with(end));
    assert!(has(".jpg") && has(".mp4") && !has(".gif"));
    for (name, bytes) in found.iter().filter(|(name, _)| name.ends_with(".mp4")) {
        let facts = media::inspect(MediaType::Mp4, &mut std::io::Cursor::new(bytes));
        assert_eq!((facts.location, facts.damage), (None, None), "{name}");
    }
    for (name, bytes) in found.iter().filter(|(name, _)| name.ends_with(".xmp")) {
        let text = String::from_utf8_lossy(bytes);
        assert!(
            !text.contains("GPSLatitude") && !text.contains("albumen:Records"),
            "{name}"
        );
    }
    let again = made.env.run_on("l", &["certify", "--at", "out"]);
    assert_eq!(
        again.code,
        Some(3),
        "what was not sent is not there: {again:?}"
    );
}

#[test]
fn a_list_of_checksums_there_that_is_none_is_left_alone_and_makes_the_push_exit_3() {
    let made = library();
    let huge = format!("{}  a.jpg\n", "0".repeat(64)).repeat(3);
    for (number, hostile) in [
        &b"<html>sign in</html>\n"[..],
        &b"\xff\xfe\x00nothing like text"[..],
        // Paths that lead out of the destination, or into a terminal.
        format!("{}  ../../etc/passwd\n", "0".repeat(64)).as_bytes(),
        format!("{huge}{}  \u{1b}[2J\n\n\nx\n", "1".repeat(64)).as_bytes(),
    ]
    .into_iter()
    .enumerate()
    {
        let out = format!("out{number}");
        made.env.write(&format!("{out}/SHA256SUMS"), hostile);
        let ran = made.env.run_on("l", &["push", &out, "--json"]);
        assert_eq!(ran.code, Some(3), "{number}: {ran:?}");
        let lines = ran.json_lines("file");
        let line = lines
            .iter()
            .find(|line| line["path"] == "SHA256SUMS")
            .expect("the list has a line of its own");
        assert_eq!(line["outcome"], "cannot", "{line}");
        let reason = line["reason"].as_str().expect("a reason");
        assert!(reason.contains("left alone"), "{line}");
        let there = files_below(&made.env.path(&out));
        assert_eq!(there["SHA256SUMS"], hostile, "{number}");
        // All else arrived.
        for name in made.files().keys() {
            assert!(there.contains_key(name), "{number}: {name}");
        }
        let text = made.env.run_on("l", &["push", &out]);
        assert_eq!(text.code, Some(3), "{text:?}");
        assert!(text.stdout.contains("SHA256SUMS") && !text.stdout.contains('\u{1b}'));
    }
}

/// Where a photo lies is what its owner looks for: half a tree by date and half by album is neither.
#[test]
fn another_layout_is_done_whole_or_refused() {
    let made = library();
    let push = |more: &[&str]| made.env.run_on("l", &[&["push", "x"], more].concat());
    assert_eq!(push(&["--layout", "{year}/{class}/{name}"]).code, Some(0));
    let before = files_below(&made.env.path("x"));
    for other in [&["--dry-run"][..], &[], &["--layout", "{year}"]] {
        let ran = push(other);
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert!(
            ran.stderr
                .contains("hint: push with --layout {year}/{class}/{name}, or"),
            "{ran:?}"
        );
    }
    assert!(files_below(&made.env.path("x")) == before);
    // Its owner cleared the folder: the new layout is done whole.
    fs::remove_dir_all(made.env.path("x")).expect("it is there");
    assert_eq!(push(&["--layout", "flat"]).code, Some(0));
    let flat = files_below(&made.env.path("x"));
    assert!(flat.keys().all(|name| !name.contains('/')), "{flat:?}");
    assert_eq!(push(&["--layout", "flat"]).code, Some(0));
    assert!(files_below(&made.env.path("x")) == flat);
}

/// What the journal knows and somebody deleted there is no payload.
#[test]
fn a_bag_validates_whatever_was_chosen_and_deleted() {
    let made = library();
    let ran = made.env.run_on("l", &["push", "bag", "--bag"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let bag = made.env.path("bag");
    let is_media = |name: &&String| name.ends_with(".jpg") && name.starts_with("data/");
    let gone = files_below(&bag)
        .keys()
        .find(is_media)
        .expect("a picture")
        .clone();
    fs::remove_file(bag.join(&gone)).expect("it is there");
    let ran = made
        .env
        .run_on("l", &["push", "bag", "--bag", "--kind", "story"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let manifest = fs::read_to_string(bag.join("manifest-sha256.txt")).expect("a manifest");
    let listed = manifest.lines().filter_map(|line| line.split_once("  "));
    let listed: Vec<String> = listed.map(|(_, path)| path.to_owned()).collect();
    let there = files_below(&bag);
    let payload = there.keys().filter(|name| name.starts_with("data/"));
    assert_eq!(listed, payload.cloned().collect::<Vec<_>>());
    assert!(!listed.contains(&gone));
    if let Some(validator) = require("bagit.py") {
        let output = validator.command().arg("--validate").arg(&bag).output();
        let output = output.expect("it runs");
        assert!(output.status.success(), "{output:?}");
    }
    // A list of another maker would be judged with ours.
    made.env.write("bag/manifest-md5.txt", b"0  data/x\n");
    let ran = made.env.run_on("l", &["push", "bag", "--bag"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stderr.contains("manifest-md5.txt"), "{ran:?}");
}

/// A proxy that nobody thinks of looks like a broken host: errors name it, and one option goes without.
#[test]
fn a_proxy_is_named_and_left_out_on_request() {
    let made = library();
    // Asked as a proxy, it wants to know who asks; asked as a host, too.
    let both = Listening::start(|request| Reply {
        status: if request.path.starts_with("http://") {
            407
        } else {
            401
        },
        content_type: "text/plain",
        body: Vec::new(),
    });
    let here = format!("127.0.0.1:{}", both.port);
    let push = |address: &str, more: &[&str]| {
        let proxy = format!("http://anna:geheim@{here}");
        let arguments = [&["--library", "l", "push", address], more].concat();
        let output = made
            .env
            .command()
            .env("HTTP_PROXY", proxy)
            .args(arguments)
            .output()
            .expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(!said.contains("geheim"), "{said}");
        said
    };
    let said = push("webdav+http://photos.example/x", &[]);
    let named = format!("the proxy {here} on the way to photos.example asks for");
    assert!(said.contains(&named), "{said}");
    assert!(
        said.contains("hint: ") && said.contains("--no-proxy"),
        "{said}"
    );
    let said = push(&format!("webdav+http://{here}/x"), &["--no-proxy"]);
    assert!(said.contains("ALBUMEN_WEBDAV_USER"), "{said}");
}
