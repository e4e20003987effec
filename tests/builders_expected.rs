//! What tests believe a reader must find, checked by hand on rows.

use jiff::civil::datetime;
use model::kind::Kind;
use model::time::{Precision, When};
use proptest::prelude::{ProptestConfig, prop_assert_eq, proptest};

use crate::support::arb::{arb_account, arb_html_account};
use crate::support::compose::words::date;
use crate::support::compose::{Edition, Generation, Language, compose};
use crate::support::expected::{Expected, expected, hash};
use crate::support::samples::varied;

const HTML: Edition = Edition::Html(Language::English);

fn found(generation: Generation, edition: Edition, caption: &str) -> Vec<Expected> {
    expected(&varied(), generation, edition)
        .into_iter()
        .filter(|one| one.description.as_deref() == Some(caption))
        .collect()
}

fn utc(text: &str) -> Option<When> {
    Some(When::utc(text.parse().expect("a time")))
}

#[test]
fn a_photo_of_the_phones_camera_has_all_facts_in_json() {
    let [one] = &found(Generation::G4, Edition::Json, "Harbour at dawn 🌅")[..] else {
        panic!("one harbour")
    };
    assert_eq!(one.posted_at, utc("2024-05-02T12:30:10Z"));
    assert_eq!(
        one.taken_at,
        Some(When::wall(datetime(2024, 5, 2, 8, 30, 2, 0)))
    );
    assert_eq!(one.offset_s, Some(-4 * 3600));
    assert_eq!(one.gps, Some((45.4408, 12.3155)));
    assert!((one.f_number.expect("a number") - 1.8).abs() < 0.001);
    assert!((one.exposure_s.expect("a time") - 1.0 / 59.1).abs() < 0.0001);
    assert!(one.people.is_empty() && one.place.is_none());
}

#[test]
fn html_tells_minutes_and_people_and_g1_places() {
    let [one] = &found(Generation::G3, HTML, "Harbour at dawn 🌅")[..] else {
        panic!("one harbour")
    };
    let minute = utc("2024-05-02T12:30:00Z").map(|when| when.known_to(Precision::Minute));
    assert_eq!(one.posted_at, minute);
    assert_eq!(one.people, ["friend.one", "friend.two"]);
    assert_eq!((one.iso, one.f_number), (None, None));
    let [one] = &found(Generation::G1, Edition::Json, "Harbour at dawn 🌅")[..] else {
        panic!("one harbour")
    };
    assert_eq!(one.place.as_deref(), Some("Old Port"));
    assert_eq!((one.gps, one.taken_at), (None, None));
}

#[test]
fn carousels_keep_order_and_lose_coordinates_in_html() {
    for (edition, gps) in [(Edition::Json, Some((46.5, 7.9))), (HTML, None)] {
        let three = found(Generation::G3, edition, "Three of us\nin the snow");
        let places: Vec<_> = three
            .iter()
            .map(|one| one.group.clone().map(|group| (group.index, group.size)))
            .collect();
        assert_eq!(places, [Some((0, 3)), Some((1, 3)), Some((2, 3))]);
        assert_eq!(three[1].gps, gps);
    }
}

#[test]
fn the_first_generation_lists_photos_before_videos() {
    let mixed: Vec<_> = expected(&varied(), Generation::G1, Edition::Json)
        .into_iter()
        .filter(|one| one.group.as_ref().is_some_and(|group| group.size == 2))
        .map(|one| {
            (
                one.uri.starts_with("videos/"),
                one.group.map(|group| group.index),
            )
        })
        .collect();
    assert_eq!(mixed, [(true, Some(1)), (false, Some(0))]);
}

#[test]
fn drafts_and_reshares_and_junk_times() {
    let all = expected(&varied(), Generation::G5, Edition::Json);
    let draft = all
        .iter()
        .find(|one| one.kind == Kind::Draft)
        .expect("a draft");
    assert_eq!(draft.posted_at, None);
    let reshared: Vec<_> = all.iter().filter(|one| one.by_someone_else).collect();
    assert_eq!(reshared.len(), 1);
    let igtv = all
        .iter()
        .find(|one| one.kind == Kind::Igtv)
        .expect("a video");
    assert_eq!(igtv.taken_at, None);
    let none = found(Generation::G4, Edition::Json, "no fix");
    assert_eq!(none[0].gps, None);
    assert!(
        !expected(&varied(), Generation::G4, Edition::Json)
            .iter()
            .any(|one| one.kind == Kind::Draft)
    );
}

#[test]
fn dates_read_as_people_of_each_language_saw_them() {
    let rows = [
        (
            "2020-10-02T22:07:30Z",
            Generation::G2,
            Language::English,
            "Oct 2, 2020, 2:07 PM",
        ),
        (
            "2020-10-02T22:07:30Z",
            Generation::G4,
            Language::English,
            "Oct 02, 2020 2:07 pm",
        ),
        (
            "2026-08-10T12:38:00Z",
            Generation::G4,
            Language::Portuguese,
            "ago 10, 2026 4:38 da manhã",
        ),
        (
            "2026-06-23T10:06:59Z",
            Generation::G4,
            Language::Korean,
            "6월 23, 2026 2:06 오전",
        ),
        (
            "2025-12-01T20:00:00Z",
            Generation::G4,
            Language::Spanish,
            "dic 01, 2025 12:00 pm",
        ),
        (
            "2025-12-01T08:00:00Z",
            Generation::G4,
            Language::Japanese,
            "12月 01, 2025 12:00 午前",
        ),
        // Summer makes no difference.
        (
            "2025-07-01T07:59:00Z",
            Generation::G4,
            Language::English,
            "Jun 30, 2025 11:59 pm",
        ),
    ];
    for (at, generation, language, shown) in rows {
        assert_eq!(
            date(at.parse().expect("a time"), generation, language),
            shown
        );
    }
}

#[test]
fn pages_point_their_base_at_the_root() {
    let files = compose(&varied(), Generation::G4, HTML);
    let page = String::from_utf8_lossy(&files["your_instagram_activity/media/posts_1.html"]);
    assert!(page.contains("<base href=\"../../\" />"));
    assert!(page.contains("src=\"media/posts/202405/"));
    assert!(page.contains("friend.one (Tagged, 0.00, 0.00), friend.two (Tagged, 0.00, 0.00)"));
    let files = compose(&varied(), Generation::G2, HTML);
    let page = String::from_utf8_lossy(&files["content/posts_1.html"]);
    assert!(page.contains("<base href=\"../\" />"));
}

#[test]
fn posts_json_hangs_later_slides_in_chains() {
    let files = compose(&varied(), Generation::G5, Edition::Json);
    let text = &files["your_instagram_activity/media/posts.json"];
    let posts: Vec<serde_json::Value> = serde_json::from_slice(text).expect("JSON");
    let carousel = posts
        .iter()
        .find(|post| post["timestamp"] == 1_704_067_199)
        .expect("the carousel of New Year's Eve");
    let labels = carousel["label_values"].as_array().expect("labels");
    assert_eq!(labels[0]["media"].as_array().map(Vec::len), Some(1));
    let chain = labels.last().expect("a chain");
    assert!(chain["dict"][0]["media"][0]["uri"].is_string());
    assert!(chain["dict"][1]["dict"][0]["media"][0]["uri"].is_string());
    // A feed post in three is told by this file alone.
    let some: Vec<serde_json::Value> =
        serde_json::from_slice(&files["your_instagram_activity/media/posts_1.json"]).expect("JSON");
    assert_eq!((some.len(), posts.len()), (4, 9));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_accounts_compose_into_as_many_media_as_expected(account in arb_account(8)) {
        for generation in [Generation::G1, Generation::G4, Generation::G5] {
            let files = compose(&account, generation, Edition::Json);
            for (path, bytes) in files.iter().filter(|(path, _)| path.ends_with(".json")) {
                let parsed = serde_json::from_slice::<serde_json::Value>(bytes);
                prop_assert_eq!(parsed.err().map(|error| error.to_string()), None, "{}", path);
            }
            let all = expected(&account, generation, Edition::Json);
            let held = all.iter().filter(|one| files.get(&one.uri).is_some_and(|bytes| hash(bytes) == one.content_hash));
            prop_assert_eq!(held.count(), all.len());
        }
    }

    #[test]
    fn captions_for_pages_have_nothing_pages_lose(account in arb_html_account(8)) {
        for post in account.posts {
            prop_assert_eq!(post.caption.trim(), &post.caption);
            prop_assert_eq!(post.caption.chars().find(|c| c.is_control() && *c != '\n'), None);
        }
    }
}
