//! Tests of the name rules, row by row.

use super::*;

fn reading<'a>(base: &'a str, ext: &'a str, counter: Option<u32>) -> Reading<'a> {
    Reading { base, ext, counter }
}

fn predicted(name: &str) -> Vec<String> {
    readings(name)
        .iter()
        .flat_map(predict)
        .map(|p| p.name)
        .collect()
}

#[test]
fn cuts_by_units_and_keeps_pairs_whole() {
    for (text, limit, expected) in [
        ("abcdef", 3, "abc"),
        ("abc", 3, "abc"),
        ("abc", 9, "abc"),
        ("äöü", 2, "äö"),
        ("😀😃", 2, "😀"),
        ("😀😃", 3, "😀😃"),
        ("a😀", 2, "a😀"),
        ("", 5, ""),
    ] {
        assert_eq!(cut(text, limit), expected, "{text} at {limit}");
    }
    assert_eq!(units("a😀é"), 4);
}

#[test]
fn takes_counters_only_as_google_writes_them() {
    for (stem, expected) in [
        ("IMG(1)", Some(("IMG", 1))),
        ("video(123)", Some(("video", 123))),
        ("a(1)(2)", Some(("a(1)", 2))),
        ("photo(01)", None),
        ("photo(0)", None),
        ("skytree (2)", None),
        ("nbsp\u{a0}(2)", None),
        ("(1)", None),
        ("a()", None),
        ("a(b)", None),
        ("a(+1)", None),
        ("a(99999999999)", None),
        ("IMG", None),
    ] {
        assert_eq!(split_counter(stem), expected, "{stem}");
    }
}

#[test]
fn reads_names_in_one_or_two_ways() {
    assert_eq!(readings("a.jpg"), [reading("a", ".jpg", None)]);
    assert_eq!(
        readings("a(2).png"),
        [reading("a", ".png", Some(2)), reading("a(2)", ".png", None)]
    );
    assert_eq!(readings("MVIMG_1"), [reading("MVIMG_1", "", None)]);
    assert_eq!(
        readings("21.12(1).11 - 1")[0],
        reading("21.12", ".11 - 1", Some(1))
    );
    let long = format!("{}(1).jpg", "x".repeat(47));
    assert_eq!(readings(&long).len(), 1, "51 units and a counter");
    let cut = format!("{} ", "x".repeat(46));
    let name = format!("{cut}(1).jpg");
    let expected = [reading(&cut, ".jpg", Some(1))];
    assert_eq!(readings(&name), expected, "the cut left a space");
}

#[test]
fn predicts_the_sidecar_names_of_a_title() {
    for (media, first) in [
        ("a.jpg", "a.jpg.supplemental-metadata.json"),
        ("a(3).jpg", "a.jpg.supplemental-metadata(3).json"),
        (
            "MVIMG_20191230_232926.jpg",
            "MVIMG_20191230_232926.jpg.supplemental-metadat.json",
        ),
        (
            "PXL_20240506_142610305.LONG_EXPOSURE-01.COVER.jpg",
            "PXL_20240506_142610305.LONG_EXPOSURE-01.COVER..json",
        ),
        (
            "21345678901234567890123456789012345678901234567.png",
            "2134567890123456789012345678901234567890123456.json",
        ),
    ] {
        assert_eq!(predicted(media)[0], first);
    }
    assert_eq!(
        predicted("a.jpeg"),
        [
            "a.jpeg.supplemental-metadata.json",
            "a.jpg.supplemental-metadata.json",
            "a.supplemental-metadata.json",
            "a.jpeg.json",
            "a.jpg.json",
            "a.json",
        ]
    );
}

#[test]
fn takes_sidecar_names_apart() {
    for (name, body, title, counter) in [
        ("a.jpg.json", "a.jpg", None, None),
        ("a.jpg(2).json", "a.jpg", None, Some(2)),
        (
            "a.jpg.supplemental-metadata(2).json",
            "a.jpg.supplemental-metadata",
            Some("a.jpg"),
            Some(2),
        ),
        ("a.jpg.supp.json", "a.jpg.supp", Some("a.jpg"), None),
        ("a..json", "a.", Some("a"), None),
        ("a.jpg.metadata.json", "a.jpg.metadata", Some("a.jpg"), None),
        ("a.jpg.settings.json", "a.jpg.settings", None, None),
        (
            "a.jpg.supplemental-metadataX.json",
            "a.jpg.supplemental-metadataX",
            None,
            None,
        ),
        (
            "a.jpg.supplemental-metadata(01).json",
            "a.jpg.supplemental-metadata(01)",
            None,
            None,
        ),
    ] {
        let expected = SidecarName {
            body,
            title,
            counter,
        };
        assert_eq!(take_apart(name), Some(expected), "{name}");
    }
    let cut = format!("{} (1).json", "x".repeat(45));
    assert_eq!(take_apart(&cut).and_then(|name| name.counter), Some(1));
    assert_eq!(take_apart("a.jpg"), None);
    assert_eq!(take_apart("é.jsoñ"), None);
}

#[test]
fn folds_form_case_and_jpeg() {
    for (a, b) in [
        ("IMG.JPEG", "img.jpg"),
        ("a.jpeg(1).json", "A.jpg(1).json"),
        (
            "a.jpeg.supplemental-metadata.json",
            "a.JPG.supplemental-metadata.json",
        ),
        ("phöto.png", "pho\u{308}to.PNG"),
    ] {
        assert_eq!(fold(a), fold(b));
    }
    assert_ne!(fold("a.jpegs"), fold("a.jpgs"));
}

#[test]
fn a_title_agrees_with_the_names_formed_from_it_and_no_others() {
    let long = "original_a5025662-cb40-45dd-be98-684ee48aa226_IMG_20210818_122959697_HDR.jpg";
    for (title, media, expected) in [
        ("a.jpg", "a.jpg", true),
        ("a.JPG", "a(1).jpg", true),
        ("a.jpeg", "a.jpg", true),
        ("a", "a.png", true),
        ("a.heic", "a.mp4", false),
        ("a.jpg", "ab.jpg", false),
        ("27/06/12 - 1.mov", "27_06_12 - 1.mov", true),
        ("it's?.jpg", "it_s_.jpg", true),
        ("it's.jpg", "it's.jpg", true),
        ("a/b.jpg", "axb.jpg", false),
        ("10.01.15 - 6", "10.01.15 - 6", true),
        (
            long,
            "original_a5025662-cb40-45dd-be98-684ee48aa226_I.jpg",
            true,
        ),
        (
            long,
            "original_a5025662-cb40-45dd-be98-684ee48aa226_P.jpg",
            false,
        ),
        (
            long,
            "original_a5025662-cb40-45dd-be98-684ee48aa226_.jpg",
            false,
        ),
    ] {
        let agrees = title_agrees(title, &readings(media)[0]);
        assert_eq!(agrees, expected, "{title} against {media}");
    }
}

#[test]
fn regular_names_are_told_from_renamed_ones() {
    for (name, title, expected) in [
        ("a.jpg.json", "a.jpg", true),
        ("a.jpg(1).json", "a.jpg", true),
        ("a.jpg.supplemental-metadata(1).json", "a.jpg", true),
        ("a.jpg.supp.json", "a.jpg", true),
        ("a.json", "a.jpg", true),
        ("b.jpg.json", "a.jpg", false),
        ("a.jpg.supplemental-metadataX.json", "a.jpg", false),
        ("i.json", "image.jpg", false),
    ] {
        let apart = take_apart(name).expect("ends in .json");
        assert_eq!(is_regular(&apart, title), expected, "{name} of {title}");
    }
}

#[test]
fn a_sidecar_tells_the_name_of_its_medium() {
    let long = "a5025662-cb40-45dd-be98-684ee48aa226_IMG_20210818_122959697_HDR.jpg";
    for (sidecar, title, expected) in [
        ("IMG_1.jpg.json", Some("IMG_1.jpg"), "IMG_1.jpg"),
        (
            "IMG_1.jpg.supplemental-metadata(2).json",
            Some("IMG_1.jpg"),
            "IMG_1(2).jpg",
        ),
        ("IMG_1.jpg(2).json", None, "IMG_1(2).jpg"),
        ("IMG_1.jpg.supple.json", None, "IMG_1.jpg"),
        ("a_b.jpg.json", Some("a/b.jpg"), "a_b.jpg"),
        ("20030616.json", Some("20030616"), "20030616"),
        ("odd", None, "odd"),
        (
            "a5025662-cb40-45dd-be98-684ee48aa226_IMG_20210.json",
            Some(long),
            "a5025662-cb40-45dd-be98-684ee48aa226_IMG_202108.jpg",
        ),
    ] {
        assert_eq!(medium_name(sidecar, title), expected, "{sidecar}");
    }
}

#[test]
fn most_sidecars_are_known_by_their_names() {
    for (name, expected) in [
        ("IMG_1.jpg.json", true),
        ("IMG_1.jpg(1).json", true),
        ("2234089303984509579.supplemental-metadata.json", true),
        ("PXL_20240506_142610305.LONG_EXPOSURE-01.COVER..json", true),
        ("a5025662-cb40-45dd-be98-684ee48aa226_IMG_20210.json", true),
        ("metadata.json", false),
        ("20030616.json", false),
        ("shared_album_comments.json", false),
        ("user-generated-memory-titles.json", false),
        ("IMG_1.jpg", false),
    ] {
        assert_eq!(looks_like_sidecar(name), expected, "{name}");
    }
}
