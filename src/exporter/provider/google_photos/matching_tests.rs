//! Tests of matching within one folder: traps, ties and the check step.

use jiff::Timestamp;
use jiff::civil::date;

use model::content_hash::ContentHash;
use model::time::When;

use proptest::prelude::*;

use super::super::pool::{Medium, Sidecar, taken_together};
use super::*;

/// (name, title, seconds of `photoTakenTime`)
type SidecarRow<'a> = (&'a str, &'a str, Option<i64>);
/// (name, content identifier, seconds of the embedded time)
type MediaRow<'a> = (&'a str, &'a str, Option<i64>);

fn at(seconds: i64) -> When {
    When::utc(Timestamp::from_second(seconds).expect("in range"))
}

fn some(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

/// Decides for a folder and returns (medium, sidecar, how), sorted.
fn decided<'a>(
    sidecars: &[SidecarRow<'a>],
    media: &[MediaRow<'a>],
) -> Vec<(&'a str, &'a str, &'static str)> {
    let sidecars = sidecars
        .iter()
        .enumerate()
        .map(|(at_index, (name, title, taken))| Sidecar {
            name,
            key: name,
            title: some(title),
            taken: taken.map(at),
            records: vec![at_index],
        });
    let media = (0..).zip(media).map(|(number, (name, id, taken))| Medium {
        name,
        content_hash: ContentHash([number; 32]),
        content_id: some(id),
        taken: taken.map(at),
        entries: vec![usize::from(number)],
    });
    let pool = Pool::new(sidecars.collect(), media.collect());
    let decisions = decide(&pool);
    let found = pool.media.iter().zip(decisions);
    found
        .filter_map(|(medium, matched)| {
            let matched = matched?;
            Some((
                medium.name,
                pool.sidecars[matched.sidecar].name,
                matched.how,
            ))
        })
        .collect()
}

/// The same for media without identifiers and times, and titles that say nothing but what the names do.
fn pairs<'a>(sidecars: &[(&'a str, &'a str)], media: &[&'a str]) -> Vec<(&'a str, &'a str)> {
    let sidecars: Vec<SidecarRow<'a>> = sidecars
        .iter()
        .map(|(name, title)| (*name, *title, None))
        .collect();
    let media: Vec<MediaRow<'a>> = media.iter().map(|name| (*name, "", None)).collect();
    let found = decided(&sidecars, &media);
    found
        .into_iter()
        .map(|(medium, sidecar, _)| (medium, sidecar))
        .collect()
}

#[test]
fn a_prefix_is_no_match() {
    assert_eq!(
        pairs(
            &[("IMG_1.jpg.json", "IMG_1.jpg")],
            &["IMG_10.jpg", "IMG_1.jpg"]
        ),
        [("IMG_1.jpg", "IMG_1.jpg.json")]
    );
}

#[test]
fn an_edited_copy_takes_no_sidecar_of_another_extension() {
    let sidecars = [
        ("IMG_1.HEIC.json", "IMG_1.HEIC"),
        ("IMG_1.PNG.json", "IMG_1.PNG"),
    ];
    assert_eq!(
        pairs(
            &sidecars,
            &[
                "IMG_1.HEIC",
                "IMG_1.PNG",
                "IMG_1-edited.PNG",
                "IMG_1-edited.jpg"
            ]
        ),
        [
            ("IMG_1-edited.PNG", "IMG_1.PNG.json"),
            ("IMG_1.HEIC", "IMG_1.HEIC.json"),
            ("IMG_1.PNG", "IMG_1.PNG.json"),
        ],
        "two stills of that stem: the JPEG stays open"
    );
    assert_eq!(
        pairs(&sidecars[..1], &["IMG_1.HEIC", "IMG_1-edited.jpg"]),
        [
            ("IMG_1-edited.jpg", "IMG_1.HEIC.json"),
            ("IMG_1.HEIC", "IMG_1.HEIC.json")
        ]
    );
}

#[test]
fn names_that_differ_by_case_keep_their_own() {
    let sidecars = [("img.jpg.json", "img.jpg"), ("IMG.JPG.json", "IMG.JPG")];
    assert_eq!(
        pairs(&sidecars, &["IMG.JPG", "img.jpg"]),
        [("IMG.JPG", "IMG.JPG.json"), ("img.jpg", "img.jpg.json")]
    );
    assert_eq!(pairs(&sidecars, &["Img.jpg"]), [], "folding offers two");
    assert_eq!(
        pairs(&sidecars[..1], &["Img.jpg", "IMG.jpg"]),
        [],
        "two ask for one"
    );
}

#[test]
fn names_that_differ_by_unicode_form_keep_their_own() {
    let (composed, decomposed) = ("\u{f6}.jpg", "o\u{308}.jpg");
    let (one, two) = ("\u{f6}.jpg.json", "o\u{308}.jpg.json");
    assert_eq!(
        pairs(&[(one, composed), (two, composed)], &[composed, decomposed]),
        [(decomposed, two), (composed, one)]
    );
    assert_eq!(
        pairs(&[(one, composed)], &[decomposed]),
        [(decomposed, one)]
    );
}

#[test]
fn a_long_title_decides_between_names_cut_alike() {
    let stem = "x".repeat(46);
    let (a, b) = (format!("{stem}a.jpg"), format!("{stem}b.jpg"));
    let sidecar = format!("{stem}.json");
    let title = format!("{stem}bcd.jpg");
    assert_eq!(
        pairs(&[(&sidecar, &title)], &[&a, &b]),
        [(b.as_str(), sidecar.as_str())]
    );
    assert_eq!(
        pairs(&[(&sidecar, "")], &[&a, &b]),
        [],
        "without title nothing decides"
    );
    let (heic, video) = (format!("{stem}.HEIC"), format!("{stem}.MP4"));
    let title = format!("{stem}.HEIC");
    assert_eq!(
        pairs(&[(&sidecar, &title)], &[&heic, &video]),
        [
            (heic.as_str(), sidecar.as_str()),
            (video.as_str(), sidecar.as_str())
        ],
        "the picture and its video, not two originals"
    );
}

#[test]
fn a_capture_time_decides_between_equals() {
    let sidecars = [("img.jpg.json", "", Some(1_000_000))];
    let media = [
        ("Img.jpg", "", Some(1_000_000 + 7200)),
        ("IMG.jpg", "", Some(5_000_000)),
    ];
    assert_eq!(
        decided(&sidecars, &media),
        [("Img.jpg", "img.jpg.json", "sidecar name, other spelling")]
    );
    let media = [
        ("Img.jpg", "", Some(1_000_000)),
        ("IMG.jpg", "", Some(1_000_001)),
    ];
    assert_eq!(decided(&sidecars, &media), [], "both could be");
}

#[test]
fn a_suffix_of_which_only_the_dash_is_left() {
    let stem = "y".repeat(46);
    let (original, copy) = (format!("{stem}.jpg"), format!("{stem}-.jpg"));
    let sidecar = format!("{stem}.json");
    assert_eq!(
        pairs(&[(&sidecar, &original)], &[&original, &copy]),
        [
            (copy.as_str(), sidecar.as_str()),
            (original.as_str(), sidecar.as_str())
        ]
    );
}

#[test]
fn unknown_suffixes_tie_only_small_words_to_one_original_with_a_sidecar() {
    let sidecars = [("a.jpg.json", "a.jpg", None)];
    let media = [
        ("a.jpg", "", None),
        ("a-urejeno.jpg", "", None),
        ("a-COLLAGE.jpg", "", None),
        ("b-urejeno.jpg", "", None),
    ];
    assert_eq!(
        decided(&sidecars, &media),
        [
            ("a-urejeno.jpg", "a.jpg.json", "edited copy, unknown suffix"),
            ("a.jpg", "a.jpg.json", "sidecar name"),
        ]
    );
}

#[test]
fn renamed_sidecars_are_found_by_title_unless_their_name_says_otherwise() {
    assert_eq!(
        decided(
            &[("renamed by me.json", "it's.jpg", None)],
            &[("it_s.jpg", "", None)]
        ),
        [("it_s.jpg", "renamed by me.json", "title")]
    );
    assert_eq!(
        decided(
            &[("photo.jpg.supplemental-metadataX.json", "photo.jpg", None)],
            &[("photo.jpg", "", None)]
        ),
        [(
            "photo.jpg",
            "photo.jpg.supplemental-metadataX.json",
            "title"
        )]
    );
    assert_eq!(
        pairs(&[("photo.jpg(1).json", "photo.jpg")], &["photo.jpg"]),
        []
    );
    assert_eq!(
        pairs(
            &[("photo.jpg.metadata(1).json", "photo.jpg")],
            &["photo.jpg"]
        ),
        []
    );
    let two = [("one.json", "photo.jpg"), ("two.json", "photo.jpg")];
    assert_eq!(pairs(&two, &["photo.jpg"]), [], "two titles fit");
}

#[test]
fn a_title_that_contradicts_the_name_is_never_applied_silently() {
    let sidecars = [("a.jpg.json", "other.jpg", None)];
    assert_eq!(
        decided(&sidecars, &[("a.jpg", "", None)]),
        [("a.jpg", "a.jpg.json", "sidecar name, title differs")]
    );
    assert_eq!(
        decided(&sidecars, &[("a.jpg", "", None), ("other.jpg", "", None)]),
        [("other.jpg", "a.jpg.json", "title")],
        "the title's own medium comes first"
    );
}

#[test]
fn the_supplemental_sidecar_comes_before_the_plain_one() {
    let sidecars = [
        ("a.jpg.json", "a.jpg"),
        ("a.jpg.supplemental-metadata.json", "a.jpg"),
    ];
    assert_eq!(
        pairs(&sidecars, &["a.jpg"]),
        [("a.jpg", "a.jpg.supplemental-metadata.json")]
    );
}

#[test]
fn videos_of_several_stills_need_times_and_counters() {
    let sidecars = [
        ("IMG_1.HEIC.json", "IMG_1.HEIC", None),
        ("IMG_1.JPG.json", "IMG_1.JPG", None),
    ];
    let stills = [
        ("IMG_1.HEIC", "", Some(1000)),
        ("IMG_1.JPG", "", Some(5000)),
    ];
    let with = |video: MediaRow<'static>| {
        let media = [stills[0], stills[1], video];
        let found = decided(&sidecars, &media)
            .into_iter()
            .find(|found| found.0 == video.0);
        found.map(|found| (found.1, found.2))
    };
    assert_eq!(
        with(("IMG_1.MP4", "", Some(5001))),
        Some(("IMG_1.JPG.json", "live video, base name"))
    );
    assert_eq!(with(("IMG_1.MP4", "", Some(5003))), None);
    assert_eq!(with(("IMG_1.MP4", "", None)), None);
    assert_eq!(with(("IMG_1.MP4", "", Some(3000))), None);
}

#[test]
fn live_pairs_numbered_crosswise_are_tied_where_their_times_fit() {
    let sidecars = [
        ("IMG_1.HEIC.json", "IMG_1.HEIC", None),
        ("IMG_1.JPG.json", "IMG_1.JPG", None),
        ("IMG_1.JPG(1).json", "IMG_1.JPG", None),
    ];
    let media = |first, second| {
        [
            ("IMG_1.HEIC", "", Some(1000)),
            ("IMG_1.JPG", "", Some(5000)),
            ("IMG_1(1).JPG", "", Some(9000)),
            ("IMG_1.MP4", "", first),
            ("IMG_1(1).MP4", "", second),
        ]
    };
    let videos = |first, second| {
        let found = decided(&sidecars, &media(first, second)).into_iter();
        found
            .filter(|found| found.0.ends_with("MP4"))
            .map(|found| (found.0, found.1))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        videos(Some(9001), Some(5001)),
        [
            ("IMG_1(1).MP4", "IMG_1.JPG.json"),
            ("IMG_1.MP4", "IMG_1.JPG(1).json")
        ]
    );
    // Near is not fitting, and of one moment only the number tells.
    assert_eq!(videos(Some(9010), None), []);
    let twins = |first: Option<i64>| {
        let mut all = media(first, None);
        all[1].2 = Some(9000);
        let found = decided(&sidecars, &all).into_iter();
        found
            .filter(|found| found.0.ends_with("MP4"))
            .map(|found| found.1)
            .collect::<Vec<_>>()
    };
    assert_eq!(twins(Some(9000)), ["IMG_1.JPG.json"]);
}

#[test]
fn of_a_title_without_extension_time_decides_between_kinds_of_media_or_nobody_gets_it() {
    let unset = |first, second| {
        [
            ("[UNSET].json", "[UNSET]", first),
            ("[UNSET](1).json", "[UNSET]", second),
        ]
    };
    let found = |first, second, photo, video| {
        let media = [("[UNSET].jpg", "", photo), ("[UNSET].mp4", "", video)];
        decided(&unset(first, second), &media)
            .into_iter()
            .map(|found| (found.0, found.1))
            .collect::<Vec<_>>()
    };
    let (one, two) = (Some(1_000_000), Some(1_000_600));
    let (photo, video) = ("[UNSET].jpg", "[UNSET].mp4");
    let (plain, counted) = ("[UNSET].json", "[UNSET](1).json");
    assert_eq!(
        found(one, two, two, one),
        [(photo, counted), (video, plain)]
    );
    assert_eq!(
        found(one, two, one, two),
        [(photo, plain), (video, counted)]
    );
    // The photo's time is the second sidecar's; of the video nothing is known.
    assert_eq!(found(one, two, two, None), [(photo, counted)]);
    assert_eq!(found(one, two, None, None), []);
    assert_eq!(found(one, one, one, one), []);
    // Days apart, the zone does not matter.
    let late = Some(1_000_000 + 9 * 86_400);
    let shifted = Some(1_000_000 + 9 * 86_400 + 1234);
    assert_eq!(
        found(one, late, shifted, Some(1_000_077)),
        [(photo, counted), (video, plain)]
    );
    // One sidecar for both.
    let alone = |photo, video| {
        let media = [("[UNSET].jpg", "", photo), ("[UNSET].mp4", "", video)];
        decided(&[("[UNSET].json", "[UNSET]", one)], &media)
            .into_iter()
            .map(|found| found.0)
            .collect::<Vec<_>>()
    };
    assert_eq!(alone(one, two), ["[UNSET].jpg"]);
    assert_eq!(alone(None, two), [""; 0]);
    assert_eq!(alone(two, None), [""; 0], "near is not the second itself");
    assert_eq!(alone(None, None), [""; 0]);
}

#[test]
fn a_sidecar_with_a_counter_is_that_names_own_whoever_got_it() {
    let long = "z".repeat(47);
    let name = format!("{long}.jpg");
    let second = format!("{long}(1).jpg");
    let title = format!("{long}zz.jpg");
    let plain = format!("{}.json", "z".repeat(46));
    let counted = format!("{}(1).json", "z".repeat(46));
    // No room for a suffix, but a sidecar of its own, though that tells of another title: no edited copy of the first.
    let sidecars = [(&*plain, &*title, None), (&*counted, "other.jpg", None)];
    let media = [(&*name, "", None), (&*second, "", None)];
    let found = decided(&sidecars, &media);
    assert!(
        !found.iter().any(|f| f.0 == second && f.1 == plain),
        "{found:?}"
    );
    // Nor does an edited copy with a counter go to the plain original, if a sidecar has that counter.
    let sidecars = [
        ("IMG_1.jpg.json", "IMG_1.jpg", None),
        ("IMG_1.jpg(1).json", "other.jpg", None),
    ];
    let media = [("IMG_1.jpg", "", None), ("IMG_1-edited(1).jpg", "", None)];
    let found = decided(&sidecars, &media);
    assert_eq!(found.len(), 1, "{found:?}");
}

#[test]
fn an_edited_copy_of_the_exact_name_wins_over_its_twin_with_a_counter() {
    let sidecars = [("IMG_1.jpg.json", "IMG_1.jpg")];
    let twins = ["IMG_1.jpg", "IMG_1-edited.jpg", "IMG_1-edited(1).jpg"];
    assert_eq!(
        pairs(&sidecars, &twins),
        [
            ("IMG_1-edited.jpg", "IMG_1.jpg.json"),
            ("IMG_1.jpg", "IMG_1.jpg.json")
        ]
    );
    let alone = ["IMG_1.jpg", "IMG_1-edited(1).jpg"];
    assert_eq!(pairs(&sidecars, &alone).len(), 2);
}

#[test]
fn two_videos_of_one_still_need_times() {
    let sidecars = [("IMG_1.HEIC.json", "IMG_1.HEIC", None)];
    let found = |one, two| {
        let media = [
            ("IMG_1.HEIC", "", Some(1000)),
            ("IMG_1.MP4", "", one),
            ("IMG_1(1).MP4", "", two),
        ];
        let all = decided(&sidecars, &media);
        let videos = all.into_iter().filter(|found| found.0.ends_with("MP4"));
        videos.map(|found| found.0).collect::<Vec<_>>()
    };
    assert_eq!(found(None, None), [""; 0]);
    assert_eq!(found(Some(9000), Some(1001)), ["IMG_1(1).MP4"]);
    assert_eq!(found(Some(1000), Some(1001)), [""; 0]);
}

#[test]
fn one_still_and_a_video_of_another_day_stay_apart() {
    let sidecars = [("IMG_5.JPG.json", "IMG_5.JPG", None)];
    let media = [
        ("IMG_5.JPG", "", Some(1000)),
        ("IMG_5.MOV", "", Some(1000 + 86_400)),
    ];
    assert_eq!(
        decided(&sidecars, &media),
        [("IMG_5.JPG", "IMG_5.JPG.json", "sidecar name")]
    );
}

#[test]
fn a_video_finds_a_still_that_is_not_there_yet() {
    assert_eq!(
        decided(
            &[(
                "IMG_1.HEIC.supplemental-metadata(2).json",
                "IMG_1.HEIC",
                None
            )],
            &[("IMG_1(1).MP4", "", None)]
        ),
        [(
            "IMG_1(1).MP4",
            "IMG_1.HEIC.supplemental-metadata(2).json",
            "live video, base name"
        )]
    );
}

#[test]
fn capture_times_agree_within_the_quarter_hour_where_a_zone_is_unknown() {
    let wall = |h, m, s| When::wall(date(2023, 7, 14).at(h, m, s, 0));
    let instant = When::utc("2023-07-14T16:00:01Z".parse().expect("an instant"));
    for (a, b, expected) in [
        (wall(18, 0, 0), wall(18, 0, 2), true),
        (wall(18, 0, 0), wall(18, 0, 3), false),
        (wall(18, 0, 0), wall(19, 0, 0), false),
        (wall(18, 0, 0), instant, true),
        (instant, wall(21, 30, 2), true),
        (wall(18, 7, 0), instant, false),
        (instant, instant, true),
    ] {
        assert_eq!(taken_together(a, b), expected, "{a:?} {b:?}");
    }
}

#[test]
fn bytes_that_differ_under_one_name_are_two_originals() {
    let sidecars = [("a.jpg.json", "a.jpg", None)];
    assert_eq!(
        decided(&sidecars, &[("a.jpg", "", None), ("a.jpg", "", None)]),
        []
    );
}

#[test]
fn a_file_with_a_sidecar_of_its_full_name_claims_no_shorter_one() {
    let sidecars = [
        ("a(1).JPG.json", "a(1).JPG"),
        ("a.jpg.json", "a.jpg"),
        ("a(1).json", "a"),
    ];
    assert_eq!(
        pairs(&sidecars, &["a(1).JPG", "a(1).jpg", "a.jpg"]),
        [
            ("a(1).JPG", "a(1).JPG.json"),
            ("a(1).jpg", "a(1).json"),
            ("a.jpg", "a.jpg.json")
        ]
    );
}

#[test]
fn the_spelling_of_the_title_decides_where_the_cut_hides_it() {
    let stem = "z".repeat(44);
    let (jpeg, jpg) = (format!("{stem}.jpeg"), format!("{stem}.jpg"));
    let (one, two) = (format!("{stem}.j.json"), format!("{stem}.s.json"));
    assert_eq!(
        pairs(&[(&one, &jpeg), (&two, &stem)], &[&jpeg, &jpg]),
        [(jpeg.as_str(), one.as_str()), (jpg.as_str(), two.as_str())]
    );
}

/// Cuts as Google does, written anew so that the rule is tested against another hand.
fn google_cut(text: &str, limit: usize) -> String {
    let mut kept = String::new();
    for c in text.chars() {
        if kept.encode_utf16().count() >= limit {
            break;
        }
        kept.push(c);
    }
    kept
}

/// Names an item's files as Google does: the first counter with which both names are free.
fn google_names(
    stem: &str,
    ext: &str,
    suffix: &str,
    taken: &mut BTreeSet<String>,
) -> (String, String) {
    let unsafe_characters = ['&', '?', '/', '\\', ':', '*', '"', '<', '>', '|', '%'];
    let stem = stem.replace(unsafe_characters, "_");
    // A title without extension gets one in the media name only.
    let media_ext = if ext.is_empty() { ".jpg" } else { ext };
    let media = google_cut(&stem, 51 - media_ext.len());
    let sidecar = google_cut(&format!("{stem}{ext}{suffix}"), 46);
    for n in 0.. {
        let counter = if n == 0 {
            String::new()
        } else {
            format!("({n})")
        };
        let names = (
            format!("{media}{counter}{media_ext}"),
            format!("{sidecar}{counter}.json"),
        );
        if !taken.contains(&names.0) && !taken.contains(&names.1) {
            taken.extend([names.0.clone(), names.1.clone()]);
            return names;
        }
    }
    unreachable!("counters never end")
}

/// Stems that are long, alike, and full of what names are made of.
fn stem() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("IMG_1"),
        Just("a"),
        Just("b"),
        Just("-edited"),
        Just("-e"),
        Just("(1)"),
        Just(" (2)"),
        Just("/"),
        Just("'"),
        Just("😀"),
        Just("é"),
        Just("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"),
        Just(".MP"),
        Just("~2"),
        Just("写真"),
    ];
    prop::collection::vec(piece, 1..6).prop_map(|pieces| format!("T{}", pieces.concat()))
}

fn title() -> impl Strategy<Value = (String, &'static str)> {
    let ext = prop_oneof![
        Just(".jpg"),
        Just(".JPG"),
        Just(".jpeg"),
        Just(".HEIC"),
        Just(".png"),
        Just(".MP4"),
        Just("")
    ];
    (stem(), ext).prop_filter(
        "`.MP` at the end of a title without extension is one itself",
        |(stem, ext)| !ext.is_empty() || known_extension(stem).is_none(),
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5000))]

    #[test]
    fn every_item_named_by_the_rules_finds_its_own_sidecar(
        titles in prop::collection::vec(title(), 1..10),
        suffix in prop_oneof![Just(".supplemental-metadata"), Just("")],
    ) {
        let mut taken = BTreeSet::new();
        let items: Vec<(String, String, String)> = titles
            .iter()
            .map(|(stem, ext)| {
                let (media, sidecar) = google_names(stem, ext, suffix, &mut taken);
                (media, sidecar, format!("{stem}{ext}"))
            })
            .collect();
        let sidecars: Vec<SidecarRow<'_>> = items.iter().map(|(_, name, title)| (name.as_str(), title.as_str(), None)).collect();
        let media: Vec<MediaRow<'_>> = items.iter().map(|(name, ..)| (name.as_str(), "", None)).collect();
        let found = decided(&sidecars, &media);
        for (media, sidecar, title) in &items {
            let own = found.iter().find(|found| found.0 == media);
            prop_assert_eq!(own.map(|own| own.1), Some(sidecar.as_str()), "{} of {:?}: {:?}", media, title, own);
        }
    }
}
