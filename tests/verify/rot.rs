//! Rot that nobody wrote: a byte of a sidecar is another while its size and time are as albumen left them, a time is another while
//! the bytes are right, the README is damaged (issue 14, points 3 and 13).

use std::fs::{self, File};
use std::time::{Duration, SystemTime};

use super::{Made, text, usual};
use crate::support::tree::{names, tree};

/// Changes a text in a file to another of the same length, and leaves size and time as they were.
fn rot(made: &Made, name: &str, from: &str, to: &str) {
    assert_eq!(from.len(), to.len());
    let path = made.file(name);
    let time = fs::metadata(&path).and_then(|found| found.modified());
    let bytes = fs::read_to_string(&path).expect("text");
    assert!(bytes.contains(from), "{bytes}");
    fs::write(&path, bytes.replacen(from, to, 1)).expect("written");
    set_time(made, name, time.expect("a time"));
}

fn set_time(made: &Made, name: &str, time: SystemTime) {
    let file = File::options().append(true).open(made.file(name));
    let set = file.and_then(|file| file.set_modified(time));
    set.expect("the time can be set");
}

fn set_aside(made: &Made) -> Vec<String> {
    names(&made.file(".albumen/set-aside"))
}

fn descriptions(made: &Made) -> Vec<serde_json::Value> {
    let ran = made.json(&["list"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let lines = ran.json_lines("asset").into_iter();
    lines
        .map(|line| serde_json::json!([line["description"], line["origins"]]))
        .collect()
}

#[test]
fn rot_in_a_sidecar_is_told_as_rot_and_written_anew_by_the_next_import() {
    let made = usual();
    let whole = tree(&made.env.path("l"));
    let facts = descriptions(&made);
    let name = made.named("10.jpg.xmp");
    for repair in [false, true] {
        rot(&made, &name, "harbour", "harvour");
        let found = made.findings(&[]);
        assert_eq!(found, [("sidecar_rotten".to_owned(), name.clone())]);
        let ran = match repair {
            false => made.run(&["import", "anna.zip"]),
            true => made.run(&["verify", "--repair", "anna.zip"]),
        };
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert!(ran.stderr.contains("nobody wrote it"), "{ran:?}");
        assert_eq!(tree(&made.env.path("l")), whole, "repair: {repair}");
        assert_eq!(descriptions(&made), facts, "nobody's change");
        assert_eq!(set_aside(&made).len(), 1, "the same copy, once");
        assert_eq!(made.findings(&[]), []);
    }
    // Nothing is left to do: the next import warns of nothing.
    let ran = made.run(&["import", "anna.zip"]);
    assert!(!ran.stderr.contains("warning"), "{ran:?}");
}

#[test]
fn rot_that_is_no_xml_any_more_is_rot_too() {
    let made = usual();
    let whole = tree(&made.env.path("l"));
    let name = made.named("10.jpg.xmp");
    rot(&made, &name, "<rdf:RDF", "=rdf:RDF");
    let found = made.findings(&[]);
    assert_eq!(found, [("sidecar_rotten".to_owned(), name.clone())]);
    assert_eq!(made.run(&["import", "anna.zip"]).code, Some(0));
    assert_eq!(tree(&made.env.path("l")), whole);
}

#[test]
fn a_rebuild_takes_no_rot_for_a_change_whether_there_is_a_catalog_or_not() {
    for with_catalog in [true, false] {
        let made = usual();
        let facts = descriptions(&made);
        let name = made.named("10.jpg.xmp");
        rot(&made, &name, "harbour", "harvour");
        if !with_catalog {
            fs::remove_file(made.file(".albumen/catalog.sqlite")).expect("there");
        }
        let ran = made.json(&["rebuild"]);
        assert_eq!(ran.code, Some(3), "{ran:?}");
        let named = ran.json_lines("finding");
        let named = named.iter().any(|line| line["path"] == name.as_str());
        assert!(named, "{ran:?}");
        assert_eq!(set_aside(&made).len(), 1);
        let now = descriptions(&made);
        assert!(!format!("{now:?}").contains("harvour"), "{now:?}");
        // The archive says again what the sidecar said.
        assert_eq!(made.run(&["import", "anna.zip"]).code, Some(0));
        assert_eq!(descriptions(&made), facts);
        assert_eq!(made.findings(&[]), []);
    }
}

#[test]
fn a_change_by_its_owner_stays_one_even_without_a_catalog() {
    // A later time, and another program's hand with a time that was kept.
    for exiftool in [false, true] {
        let made = usual();
        let name = made.named("10.jpg.xmp");
        let path = made.file(&name);
        let time = fs::metadata(&path).and_then(|found| found.modified());
        let time = time.expect("a time");
        let before = fs::read_to_string(&path).expect("text");
        let mut after = before.replace("Crème brûlée at the harbour</rdf:li>", "Pudding</rdf:li>");
        assert_ne!(before, after);
        if exiftool {
            after = after
                .replace("x:xmptk=\"albumen\"", "x:xmptk='Image::ExifTool 12.57'")
                .replace(
                    "<rdf:Description rdf:about=\"\"\n",
                    "<rdf:Description rdf:about=''\n",
                );
        }
        fs::write(&path, after).expect("written");
        let time = if exiftool {
            time
        } else {
            time + Duration::from_secs(3600)
        };
        set_time(&made, &name, time);
        fs::remove_file(made.file(".albumen/catalog.sqlite")).expect("there");
        let ran = made.json(&["rebuild"]);
        assert_eq!(ran.code, Some(0), "{exiftool}: {ran:?}");
        let now = format!("{:?}", descriptions(&made));
        assert!(now.contains("Pudding"), "{exiftool}: {now}");
    }
}

#[test]
fn a_changed_time_is_told_by_verify_and_put_right_by_the_next_import() {
    let made = usual();
    let name = made.named("16.jpg");
    let companion = made.named(".srt");
    let times = crate::support::tree::times(&made.env.path("l"));
    for name in [&name, &companion] {
        set_time(
            &made,
            name,
            SystemTime::UNIX_EPOCH + Duration::from_secs(86_400),
        );
    }
    let mut expected = [
        ("time_changed".to_owned(), name.clone()),
        ("time_changed".to_owned(), companion.clone()),
    ];
    expected.sort();
    for extent in [&[][..], &["--quick"]] {
        let mut found = made.findings(extent);
        found.sort();
        assert_eq!(found, expected, "{extent:?}");
    }
    let ran = made.run(&["import", "anna.zip"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stderr.contains("another time"), "{ran:?}");
    let now = crate::support::tree::times(&made.env.path("l"));
    assert_eq!(
        (now[&name], now[&companion]),
        (times[&name], times[&companion])
    );
    assert_eq!(made.findings(&[]), []);
}

#[test]
fn the_time_of_a_file_whose_bytes_changed_is_left_as_the_only_sign() {
    let made = usual();
    let name = made.named("16.jpg");
    made.alter(&name, |bytes| bytes[100] ^= 1);
    let before = fs::metadata(made.file(&name)).and_then(|found| found.modified());
    let ran = made.run(&["import", "anna.zip"]);
    assert!(ran.stderr.contains(&name), "{ran:?}");
    let after = fs::metadata(made.file(&name)).and_then(|found| found.modified());
    assert_eq!(after.expect("a time"), before.expect("a time"));
    assert_eq!(
        made.findings(&["--quick"]),
        [("changed".to_owned(), name.clone())]
    );
    assert_eq!(made.run(&["verify", "--repair", "anna.zip"]).code, Some(0));
}

#[test]
fn a_readme_that_is_damaged_or_gone_is_told_and_written_anew() {
    let made = usual();
    let whole = tree(&made.env.path("l"));
    made.alter("README.txt", |bytes| bytes[7] ^= 1);
    let found = made.findings(&[]);
    assert_eq!(
        found,
        [("list_changed".to_owned(), "README.txt".to_owned())]
    );
    assert_eq!(made.run(&["import", "anna.zip"]).code, Some(0));
    assert_eq!(tree(&made.env.path("l")), whole);
    fs::remove_file(made.file("README.txt")).expect("there");
    let found = made.findings(&[]);
    assert_eq!(
        found,
        [("list_missing".to_owned(), "README.txt".to_owned())]
    );
    assert_eq!(made.run(&["verify", "--repair", "anna.zip"]).code, Some(0));
    assert_eq!(tree(&made.env.path("l")), whole);
}

#[test]
fn rot_is_named_in_text_with_what_to_do() {
    let made = usual();
    let name = made.named("10.jpg.xmp");
    rot(&made, &name, "harbour", "harvour");
    let ran = made.run(&["verify"]);
    let says = |part: &str| ran.stdout.contains(part);
    assert!(
        says("sidecar_rotten (1)") && says(&name) && says("writes it again"),
        "{ran:?}"
    );
    let line = &made.json(&["verify"]).json_lines("finding")[0];
    assert_eq!(text(&line["kind"]), "sidecar_rotten");
}
