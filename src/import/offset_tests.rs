//! Tests of `offset`.

use super::*;
use crate::merge::tests_support::record;
use jiff::civil::datetime;
use model::claim::Claim;
use model::content_hash::ContentHash;
use model::record::Location;
use model::time::Precision;

const TOKYO: (f64, f64) = (35.68, 139.76);

fn taken(when: When, origin: Origin) -> Asset {
    Asset {
        taken_at: Some(Claim::new(when, origin)),
        ..Asset::bare(ContentHash([1; 32]), "a")
    }
}

fn instagram() -> Origin {
    Origin::Record("instagram".into())
}

fn offset_of(asset: &Asset) -> (Option<i32>, Option<Origin>) {
    let offset = asset
        .taken_at
        .as_ref()
        .and_then(|claim| claim.value.offset_s());
    (offset, asset.offset_origin.clone())
}

#[test]
fn an_offset_in_the_bytes_stays() {
    let when = When::zoned(datetime(2023, 7, 14, 18, 3, 22, 0), 7200);
    let mut one = taken(when, Origin::Embedded);
    one.location = Some(Claim::new(
        Location::new(TOKYO.0, TOKYO.1).unwrap(),
        Origin::Embedded,
    ));
    from_own_evidence(&mut one, &[]);
    assert_eq!(offset_of(&one), (Some(7200), Some(Origin::Embedded)));
}

#[test]
fn a_picture_posted_as_it_was_taken_shows_its_zone() {
    // (seconds between wall clock and posting, expected offset)
    for (difference, expected) in [
        (-4 * 3600 + 40, Some(-4 * 3600)),
        (8 * 3600 - 55, Some(8 * 3600)),
        (5 * 3600 + 45 * 60, Some(5 * 3600 + 45 * 60)),
        (8 * 3600 + 7 * 60, None),
        (15 * 3600, None),
    ] {
        let posted = jiff::Timestamp::from_second(1_700_000_000).unwrap();
        let local =
            jiff::tz::Offset::UTC.to_datetime(posted + jiff::SignedDuration::from_secs(difference));
        let mut story = record("a.jpg");
        story.facts.posted_at = Some(When::utc(posted));
        story.facts.taken_at = Some(When::wall(local));
        let mut one = taken(When::wall(local), instagram());
        from_own_evidence(&mut one, &[&story]);
        assert_eq!(
            offset_of(&one).0,
            None,
            "a gallery picture was taken at any time before"
        );
        story.facts.taken_while_posting = true;
        from_own_evidence(&mut one, &[&story]);
        assert_eq!(offset_of(&one).0, expected, "{difference}");
    }
}

#[test]
fn the_gps_clock_and_the_zone_at_the_position_give_the_offset() {
    let local = datetime(2023, 7, 14, 18, 3, 22, 0);
    let mut one = taken(When::wall(local), Origin::Embedded);
    one.location = Some(Claim::new(
        Location::new(TOKYO.0, TOKYO.1).unwrap(),
        Origin::Embedded,
    ));
    from_own_evidence(&mut one, &[]);
    assert_eq!(offset_of(&one), (Some(9 * 3600), Some(Origin::Position)));
    // A camera left on Paris time in Tokyo: its clock against the satellites' says so.
    let mut other = taken(When::wall(local), Origin::Embedded);
    other.media.taken_utc = "2023-07-14T16:03:20Z".parse().ok();
    other.location = one.location;
    from_own_evidence(&mut other, &[]);
    assert_eq!(offset_of(&other), (Some(7200), Some(Origin::Compared)));
}

#[test]
fn nobody_lives_by_the_time_of_the_open_sea() {
    let mut one = taken(
        When::wall(datetime(2023, 1, 1, 0, 0, 0, 0)),
        Origin::Embedded,
    );
    one.location = Some(Claim::new(
        Location::new(0.5, -30.0).unwrap(),
        Origin::Embedded,
    ));
    from_own_evidence(&mut one, &[]);
    assert_eq!(offset_of(&one), (None, None));
}

#[test]
fn a_post_says_nothing_of_where_the_picture_was_taken() {
    let mut one = taken(
        When::utc(jiff::Timestamp::UNIX_EPOCH),
        Origin::Posted("p".into()),
    );
    one.location = Some(Claim::new(
        Location::new(TOKYO.0, TOKYO.1).unwrap(),
        Origin::Record("p".into()),
    ));
    from_own_evidence(&mut one, &[]);
    assert_eq!(offset_of(&one), (None, None));
    let home = zone_named("America/New_York").unwrap();
    around(&mut one, Some("d"), &Neighbours::default(), Some(&home));
    assert_eq!(offset_of(&one), (Some(-5 * 3600), Some(Origin::Home)));
}

#[test]
fn the_nearest_neighbour_within_a_day_lends_its_offset() {
    let at = |hour| {
        taken(
            When::zoned(datetime(2023, 7, 14, hour, 0, 0, 0), 7200),
            Origin::Embedded,
        )
    };
    let mut neighbours = Neighbours::default();
    neighbours.learn("phone", when(&at(8)));
    let mut far = at(20);
    far.taken_at = Some(Claim::new(
        When::zoned(datetime(2023, 7, 14, 20, 0, 0, 0), 32_400),
        Origin::Embedded,
    ));
    neighbours.learn("phone", when(&far));
    for (hour, day, device, expected) in [
        (7, 14, "phone", Some(7200)),
        (19, 14, "phone", Some(32_400)),
        (7, 14, "camera", None),
        (7, 20, "phone", None),
    ] {
        let mut one = taken(
            When::wall(datetime(2023, 7, day, hour, 0, 0, 0)),
            Origin::Embedded,
        );
        around(&mut one, Some(device), &neighbours, None);
        assert_eq!(offset_of(&one).0, expected, "{hour} {day} {device}");
    }
}

#[test]
fn home_comes_last_and_knows_summer_time() {
    let home = zone_named("Europe/Rome").unwrap();
    for (month, expected) in [(1, 3600), (7, 7200)] {
        let mut one = taken(
            When::wall(datetime(2023, month, 1, 12, 0, 0, 0)),
            Origin::Embedded,
        );
        around(&mut one, None, &Neighbours::default(), Some(&home));
        assert_eq!(offset_of(&one), (Some(expected), Some(Origin::Home)));
    }
    let day = When::wall(datetime(2023, 7, 1, 0, 0, 0, 0)).known_to(Precision::Day);
    let mut one = taken(day, Origin::FileName);
    around(&mut one, None, &Neighbours::default(), Some(&home));
    assert_eq!(offset_of(&one), (None, None), "a day has no offset");
}

/// What lies around an asset that no page shows.
fn around(
    asset: &mut Asset,
    device: Option<&str>,
    neighbours: &Neighbours,
    home: Option<&TimeZone>,
) {
    let around = Surroundings {
        device,
        neighbours,
        home,
        page_offset_s: None,
    };
    from_surroundings(asset, &around);
}

#[test]
fn the_zone_of_a_page_counts_below_home_and_only_for_the_time_it_shows() {
    let shown = When::wall(datetime(2023, 7, 14, 9, 0, 0, 0));
    let other = When::wall(datetime(2023, 7, 14, 4, 0, 0, 0));
    let on_page = |posted, offset_s| {
        let mut record = record("a.jpg");
        record.facts.posted_at = Some(posted);
        record.facts.hints = Some(Box::new(model::record::Hints {
            page_offset_s: Some(offset_s),
            ..Default::default()
        }));
        record
    };
    let (rome, hanoi) = (zone_named("Europe/Rome").unwrap(), 7 * 3600);
    for (what, pages, home, expected) in [
        (
            "one page",
            vec![on_page(shown, hanoi)],
            None,
            (Some(hanoi), Some(Origin::Page)),
        ),
        (
            "home is better",
            vec![on_page(shown, hanoi)],
            Some(&rome),
            (Some(7200), Some(Origin::Home)),
        ),
        (
            "the page of another zone shows another time",
            vec![on_page(shown, hanoi), on_page(other, 7200)],
            None,
            (Some(hanoi), Some(Origin::Page)),
        ),
        (
            "two zones show one time",
            vec![on_page(shown, hanoi), on_page(shown, 7200)],
            None,
            (None, None),
        ),
        (
            "no page shows it",
            vec![on_page(other, hanoi)],
            None,
            (None, None),
        ),
    ] {
        let mut one = taken(shown, Origin::Posted("facebook".into()));
        let records: Vec<&Record> = pages.iter().collect();
        from_own_evidence(&mut one, &records);
        let around = Surroundings {
            device: None,
            neighbours: &Neighbours::default(),
            home,
            page_offset_s: of_pages(&one, &records),
        };
        from_surroundings(&mut one, &around);
        assert_eq!(offset_of(&one), expected, "{what}");
    }
}

fn when(asset: &Asset) -> When {
    asset.taken_at.as_ref().unwrap().value
}

fn google(instant: &str) -> (Record, jiff::Timestamp) {
    let instant: jiff::Timestamp = instant.parse().unwrap();
    let mut record = record("a.jpg");
    record.provider = "google-photos".into();
    record.facts.taken_at = Some(When::utc(instant));
    (record, instant)
}

#[test]
fn a_zero_difference_from_a_service_proves_no_zone() {
    let local = datetime(2023, 7, 14, 18, 3, 22, 0);
    let (same, instant) = google("2023-07-14T18:03:22Z");
    let mut one = taken(When::wall(local), Origin::Embedded);
    from_own_evidence(&mut one, &[&same]);
    assert_eq!(offset_of(&one), (None, None));
    // The place decides, and the clock keeps its face.
    one.location = Some(Claim::new(
        Location::new(TOKYO.0, TOKYO.1).unwrap(),
        Origin::Embedded,
    ));
    from_own_evidence(&mut one, &[&same]);
    assert_eq!(offset_of(&one), (Some(9 * 3600), Some(Origin::Position)));
    assert_eq!(when(&one).local(), Some(local));
    // Two hours are a zone; and satellites need none.
    let (two, _) = google("2023-07-14T16:03:22Z");
    let mut other = taken(When::wall(local), Origin::Embedded);
    from_own_evidence(&mut other, &[&two]);
    assert_eq!(offset_of(&other).0, Some(7200));
    let mut by_gps = taken(When::wall(local), Origin::Embedded);
    by_gps.media.taken_utc = Some(instant);
    from_own_evidence(&mut by_gps, &[&same]);
    assert_eq!(offset_of(&by_gps), (Some(0), Some(Origin::Compared)));
    // Nor does a name that says what the service says.
    let mut named = taken(When::utc(instant), Origin::Record("google-photos".into()));
    named.name = "IMG_20230714_180322".into();
    from_own_evidence(&mut named, &[&same]);
    assert_eq!(offset_of(&named), (None, None));
}

#[test]
fn a_clock_that_was_wrong_says_nothing_of_the_zone_of_what_set_it_right() {
    let (record, instant) = google("2023-07-14T16:03:22Z");
    let mut one = taken(
        When::utc(instant),
        Origin::Corrected("google-photos".into()),
    );
    one.media.taken_local = Some(datetime(2023, 7, 14, 17, 3, 22, 0));
    from_own_evidence(&mut one, &[&record]);
    assert_eq!(offset_of(&one), (None, None));
}
