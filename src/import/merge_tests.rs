//! Tests of `merge`: the rank table, row by row.

use super::*;
use crate::model::content_hash::ContentHash;
use crate::model::kind::{Kind, Visibility};
use crate::model::media_facts::MediaFacts;
use crate::model::media_type::MediaType;
use crate::model::record::{Location, RecordFacts};
use jiff::Timestamp;
use jiff::civil::datetime;

use super::tests_support::record;

fn medium() -> StoredMedium {
    StoredMedium {
        content_hash: ContentHash([1; 32]),
        size_bytes: 10,
        facts: MediaFacts::of_type(MediaType::Jpeg),
    }
}

fn merged(original: &StoredMedium, records: &[Record], user: Option<&UserChanges>) -> Asset {
    let entry = MediaEntry {
        provider: "instagram".into(),
        export: None,
        path: "media/posts/202405/1_2_n_17.jpg".into(),
        content_hash: original.content_hash,
        content_id: None,
        taken: None,
    };
    let merge_in = |records: Vec<&Record>| {
        merge(&Known {
            original,
            records,
            entries: vec![&entry],
            companions: vec![],
            user,
            group: None,
            sole_accounts: &BTreeMap::from([("instagram".to_owned(), "anna".to_owned())]),
        })
    };
    let forward = merge_in(records.iter().collect());
    let backward = merge_in(records.iter().rev().collect());
    assert_eq!(forward, backward, "the order of records does not matter");
    forward
}

fn with(change: impl FnOnce(&mut RecordFacts)) -> Record {
    let mut record = record("a.jpg");
    change(&mut record.facts);
    record
}

fn utc(seconds: i64) -> When {
    When::utc(Timestamp::from_second(seconds).unwrap())
}

const POSTED: i64 = 1_700_000_000;

#[test]
fn the_best_origin_of_a_date_wins() {
    let local = datetime(2023, 11, 14, 9, 0, 0, 0);
    let posted = with(|f| f.posted_at = Some(utc(POSTED)));
    let taken = with(|f| {
        f.posted_at = Some(utc(POSTED));
        f.taken_at = Some(When::wall(local));
    });
    let mut embedded = medium();
    embedded.facts.taken_local = Some(datetime(2023, 11, 14, 9, 0, 1, 0));
    let user = UserChanges {
        taken_at: Change::Changed(utc(5)),
        ..Default::default()
    };
    let origin = |asset: Asset| asset.taken_at.map(|claim| claim.origin.to_string());
    let all = [taken, posted.clone()];
    for (original, records, user, expected) in [
        (&medium(), &[][..], None, None),
        (&medium(), &[posted][..], None, Some("posted:instagram")),
        (&medium(), &all[..], None, Some("record:instagram")),
        (&embedded, &all[..], None, Some("embedded")),
        (&embedded, &all[..], Some(&user), Some("user")),
    ] {
        let found = origin(merged(original, records, user));
        assert_eq!(found.as_deref(), expected);
    }
}

#[test]
fn a_date_corrected_on_the_service_beats_the_camera_but_an_upload_time_never_does() {
    let mut embedded = medium();
    embedded.facts.taken_local = Some(datetime(2001, 1, 1, 0, 0, 0, 0));
    let corrected = with(|f| {
        f.taken_at = Some(utc(POSTED));
        f.posted_at = Some(utc(POSTED + 100_000));
    });
    let asset = merged(&embedded, &[corrected], None);
    assert_eq!(
        asset.taken_at.unwrap().origin.to_string(),
        "corrected:instagram"
    );
    let uploaded = with(|f| {
        f.taken_at = Some(utc(POSTED));
        f.posted_at = Some(utc(POSTED + 60));
    });
    let asset = merged(&embedded, &[uploaded], None);
    assert_eq!(asset.taken_at.unwrap().origin, Origin::Embedded);
    // Half a day is a zone, not a correction.
    embedded.facts.taken_local = Some(datetime(2023, 11, 14, 10, 13, 20, 0));
    let zone = with(|f| f.taken_at = Some(utc(POSTED)));
    assert_eq!(
        merged(&embedded, &[zone], None).taken_at.unwrap().origin,
        Origin::Embedded
    );
}

#[test]
fn json_outranks_html_and_seconds_outrank_minutes() {
    let json = with(|f| {
        f.posted_at = Some(utc(POSTED));
        f.description = Some("z from JSON".into());
    });
    let mut html = with(|f| {
        f.posted_at = Some(utc(POSTED - 20).known_to(Precision::Minute));
        f.description = Some("a from HTML".into());
        f.people = vec!["Bea".into()];
    });
    html.edition = Edition::Html;
    let asset = merged(&medium(), &[html, json], None);
    assert_eq!(asset.posted_at, Some(utc(POSTED)));
    assert_eq!(asset.description.unwrap().value, "z from JSON");
    assert_eq!(asset.people, ["Bea"]);
}

#[test]
fn of_two_posts_the_earlier_ones_caption_is_shown() {
    let first = with(|f| {
        f.posted_at = Some(utc(1));
        f.description = Some("z".into());
    });
    let second = with(|f| {
        f.posted_at = Some(utc(2));
        f.description = Some("a".into());
    });
    let asset = merged(&medium(), &[second, first], None);
    assert_eq!(asset.description.unwrap().value, "z");
    assert_eq!(asset.posted_at, Some(utc(1)));
}

#[test]
fn a_month_folder_is_a_date_but_no_posting_time() {
    let mut unrecorded = with(|f| {
        f.posted_at = Some(When::wall(datetime(2024, 5, 1, 0, 0, 0, 0)).known_to(Precision::Month));
    });
    unrecorded.edition = Edition::Unrecorded;
    let asset = merged(&medium(), &[unrecorded.clone()], None);
    assert_eq!(
        asset.taken_at.unwrap().origin.to_string(),
        "folder:instagram"
    );
    assert_eq!(asset.posted_at, None);
    let mut draft = with(|f| f.visibility = Visibility::Hidden);
    draft.kind = Kind::Draft;
    let asset = merged(&medium(), &[unrecorded, draft], None);
    assert_eq!(
        asset.visibility,
        Visibility::Hidden,
        "a path alone shows nothing"
    );
}

#[test]
fn what_the_owner_changed_or_took_away_stays_so() {
    let said = with(|f| {
        f.description = Some("typed on the service".into());
        f.keywords = vec!["sea".into()];
        f.location = Location::new(1.0, 2.0);
        f.rating = Some(3);
    });
    let user = UserChanges {
        description: Change::Removed,
        keywords: Change::Changed(vec!["lake".into()]),
        location: Change::Changed(Location::new(3.0, 4.0).unwrap()),
        rating: Change::Removed,
        favorite: Change::Changed(true),
        ..Default::default()
    };
    let asset = merged(&medium(), &[said], Some(&user));
    assert_eq!(asset.description, None);
    assert_eq!(asset.keywords, ["lake"]);
    assert_eq!(asset.location.unwrap().origin, Origin::User);
    assert_eq!((asset.rating, asset.favorite), (None, true));
}

#[test]
fn a_part_that_does_not_tell_belongs_to_the_only_account() {
    let mut silent = record("a.jpg");
    silent.account = None;
    let asset = merged(&medium(), &[silent], None);
    assert_eq!(asset.items[0].account.as_deref(), Some("anna"));
}

#[test]
fn someone_elses_picture_is_so_only_if_every_record_says_so() {
    let theirs = with(|f| f.by_someone_else = true);
    assert!(merged(&medium(), std::slice::from_ref(&theirs), None).by_someone_else);
    assert!(!merged(&medium(), &[theirs, record("a.jpg")], None).by_someone_else);
    assert!(!merged(&medium(), &[], None).by_someone_else);
}

#[test]
fn names_lose_only_what_looks_like_an_extension() {
    for (file_name, expected) in [
        ("IMG_1.jpg", "IMG_1"),
        ("21.12.11 - 1", "21.12.11 - 1"),
        (".jpg", ".jpg"),
        ("no-extension", "no-extension"),
        ("a.b.MP4", "a.b"),
    ] {
        assert_eq!(stem(file_name), expected);
    }
}

#[test]
fn an_offset_is_a_quarter_hour_that_people_live_by() {
    let instant = Timestamp::from_second(POSTED).unwrap();
    let local = |difference: i64| {
        jiff::tz::Offset::UTC.to_datetime(instant + jiff::SignedDuration::from_secs(difference))
    };
    for (difference, expected) in [
        (0, Some(0)),
        (3600 + 59, Some(3600)),
        (-34_200 - 30, Some(-34_200)),
        (3600 + 400, None),
        (14 * 3600, Some(14 * 3600)),
        (-13 * 3600, None),
    ] {
        assert_eq!(
            compared_offset(local(difference), instant, 90),
            expected,
            "{difference}"
        );
    }
}
