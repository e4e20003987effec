//! What is not printed, and that it is said.

use std::fs;

use demo::media::{Clip, avif, mp4};
use serde_json::Value;

use super::{Given, Printing};
use crate::support::tree::names;

fn report(ran: &crate::support::env::Ran) -> Value {
    let mut lines = ran.json_lines("report");
    lines.pop().unwrap_or_else(|| panic!("no report: {ran:?}"))
}

#[test]
fn pictures_below_300_dots_an_inch_are_named_with_what_they_are_good_for() {
    let given = [
        Given::jpeg("1.jpg", 1800, 1200),
        Given::jpeg("2.jpg", 1700, 1150),
        Given::jpeg("3.jpg", 640, 480),
    ];
    let printing = Printing::of(&given);
    let paths = printing.paths();
    let ran = printing.print("a.pdf", &["--size", "4x6in", "--fit", "fill"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let low = ran.json_lines("low_resolution");
    assert_eq!(low.len(), 2, "{low:?}");
    assert_eq!(
        (&low[0]["path"], &low[1]["path"]),
        (&paths[1].clone().into(), &paths[2].clone().into())
    );
    assert_eq!(
        (&low[0]["width"], &low[0]["good_for"]),
        (&1700.into(), &"9x13".into())
    );
    assert_eq!(low[0]["dpi"], 283.3);
    assert_eq!(
        (&low[1]["good_for"], &low[1]["good_width_mm"]),
        (&Value::Null, &54.1.into())
    );
    assert_eq!(report(&ran)["low_resolution"], 2);
    let text = printing
        .env
        .run_on("l", &["print", "b.pdf", "--size", "4x6in", "--fit", "fill"]);
    assert!(
        text.stdout.contains("fewer than 300 dots per inch: 2"),
        "{}",
        text.stdout
    );
    assert!(text.stdout.contains("good up to 9x13"), "{}", text.stdout);
}

#[test]
fn nothing_is_ever_written_over() {
    let printing = Printing::of(&[Given::jpeg("1.jpg", 90, 60)]);
    for (file, options) in [
        ("taken.pdf", &[][..]),
        ("new.pdf", &["--order-list", "taken.csv"]),
    ] {
        printing.env.write("taken.pdf", b"mine");
        printing.env.write("taken.csv", b"mine, too");
        let ran = printing.print(file, options);
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert!(
            ran.stderr.contains("already") && ran.stderr.contains("hint: name another file"),
            "{}",
            ran.stderr
        );
        assert_eq!(
            fs::read(printing.env.path("taken.pdf")).expect("there"),
            b"mine"
        );
        assert_eq!(
            fs::read(printing.env.path("taken.csv")).expect("there"),
            b"mine, too"
        );
        assert!(!printing.env.path("new.pdf").exists());
    }
}

#[test]
fn a_failed_print_leaves_nothing_behind() {
    let printing = Printing::of(&[Given::of("1.avif", avif(&Default::default()))]);
    fs::create_dir(printing.env.path("out")).expect("made");
    let ran = printing.print("out/a.pdf", &[]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(
        ran.stderr.contains("none of 1 pictures can be printed"),
        "{}",
        ran.stderr
    );
    let ran = printing.print("out/a.pdf", &["--text", "no such words"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(
        ran.stderr
            .contains("hint: look at what `albumen list` shows"),
        "{}",
        ran.stderr
    );
    assert_eq!(names(&printing.env.path("out")), Vec::<String>::new());
}

#[test]
fn damaged_pictures_and_films_are_left_out_and_named() {
    let given = [
        Given::jpeg("1.jpg", 90, 60),
        Given::jpeg("2.jpg", 60, 90),
        Given::of("3.avif", avif(&Default::default())),
        Given::of("4.mp4", mp4(&Clip::default())),
    ];
    let printing = Printing::of(&given);
    let paths = printing.paths();
    let damaged = printing.env.path("l").join(&paths[1]);
    let mut bytes = fs::read(&damaged).expect("there");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&damaged, bytes).expect("written");
    let ran = printing.print("a.pdf", &["--order-list", "a.csv"]);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    let left = ran.json_lines("left_out");
    assert_eq!(left.len(), 2, "{left:?}");
    assert_eq!(left[0]["path"], paths[1].as_str());
    assert!(
        left[0]["reason"]
            .as_str()
            .expect("text")
            .contains("no longer those that were imported")
    );
    assert!(
        left[1]["reason"]
            .as_str()
            .expect("text")
            .contains("image/avif"),
        "{left:?}"
    );
    let report = report(&ran);
    assert_eq!(
        (&report["pictures"], &report["pages"], &report["films"]),
        (&1.into(), &1.into(), &1.into())
    );
    let list = fs::read_to_string(printing.env.path("a.csv")).expect("written");
    assert!(
        list.contains(&paths[0]) && !list.contains(&paths[1]),
        "{list}"
    );
}

#[test]
fn options_of_another_form_are_wrong_usage() {
    let printing = Printing::of(&[Given::jpeg("1.jpg", 90, 60)]);
    for options in [
        &["--form", "book", "--copies", "2"][..],
        &["--columns", "2"],
        &["--size", "nonsense"],
        &["--bleed", "3"],
        &["--form", "contact", "--size", "9x13", "--columns", "20"],
    ] {
        let ran = printing.print("a.pdf", options);
        assert_eq!(ran.code, Some(2), "{options:?}: {ran:?}");
        assert!(!printing.env.path("a.pdf").exists());
    }
}
