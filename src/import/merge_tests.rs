//! Tests of `merge`: the rank table, row by row.

use super::*;
use std::collections::BTreeMap;

use catalog::StoredMedium;
use jiff::Timestamp;
use jiff::civil::datetime;
use model::content_hash::ContentHash;
use model::evidence::MediaEntry;
use model::kind::{Kind, Visibility};
use model::media_facts::MediaFacts;
use model::media_type::MediaType;
use model::record::{Location, Membership, RecordFacts};
use model::time::Precision;

use super::super::offset::compared_offset;
use super::super::taken::{CORRECTION_S, taken_rank};
use super::tests_support::record;

fn medium() -> StoredMedium {
    StoredMedium {
        content_hash: ContentHash([1; 32]),
        size_bytes: 10,
        facts: MediaFacts::of_type(MediaType::Jpeg),
    }
}

fn merged(original: &StoredMedium, records: &[Record], user: Option<&UserChanges>) -> Asset {
    merged_at("media/posts/202405/1_2_n_17.jpg", original, records, user)
}

fn merged_at(
    path: &str,
    original: &StoredMedium,
    records: &[Record],
    user: Option<&UserChanges>,
) -> Asset {
    let entry = MediaEntry {
        provider: "instagram".into(),
        export: None,
        path: path.into(),
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
fn a_date_in_the_name_comes_after_records_and_before_posting_and_folder() {
    let path = "media/other/IMG_20230714_180322.jpg";
    let origin = |records: &[Record]| {
        let asset = merged_at(path, &medium(), records, None);
        asset.taken_at.map(|claim| claim.origin.to_string())
    };
    let posted = with(|f| f.posted_at = Some(utc(POSTED)));
    let taken = with(|f| f.taken_at = Some(utc(POSTED)));
    let mut folder = posted.clone();
    folder.edition = Edition::Unrecorded;
    let from = |origin: &str| Some(origin.to_owned());
    assert_eq!(origin(&[]), from("file_name"));
    assert_eq!(origin(std::slice::from_ref(&folder)), from("file_name"));
    assert_eq!(origin(std::slice::from_ref(&posted)), from("file_name"));
    assert_eq!(origin(&[taken, posted.clone()]), from("record:instagram"));
    // Without a date in the name, a time of posting is better than a month.
    let asset = merged(&medium(), &[posted, folder], None);
    let claim = asset.taken_at.unwrap();
    assert_eq!(claim.origin.to_string(), "posted:instagram");
}

#[test]
fn words_typed_into_a_service_come_before_those_in_the_bytes_and_empty_ones_say_nothing() {
    let mut camera = medium();
    camera.facts.description = Some("OLYMPUS DIGITAL CAMERA".into());
    let said = |text: &str| with(|f| f.description = Some(text.into()));
    for (record, expected) in [
        (said("Z: at the lake"), Some("Z: at the lake")),
        (said(""), Some("OLYMPUS DIGITAL CAMERA")),
        (record("a.jpg"), Some("OLYMPUS DIGITAL CAMERA")),
    ] {
        let found = merged(&camera, &[record], None).description;
        assert_eq!(found.map(|claim| claim.value).as_deref(), expected);
    }
    camera.facts.description = Some(String::new());
    assert_eq!(merged(&camera, &[], None).description, None);
    assert_eq!(merged(&medium(), &[said("")], None).description, None);
}

#[test]
fn a_place_of_a_service_comes_before_the_one_in_the_bytes() {
    let mut camera = medium();
    camera.facts.location = Location::new(1.0, 2.0);
    let told = with(|f| f.location = Location::new(3.0, 4.0));
    let location = |records: &[Record]| {
        let claim = merged(&camera, records, None).location.unwrap();
        (claim.value.latitude, claim.origin.to_string())
    };
    assert_eq!(location(&[]), (1.0, "embedded".to_owned()));
    assert_eq!(location(&[told]), (3.0, "record:instagram".to_owned()));
    assert_eq!(merged(&medium(), &[], None).location, None);
}

#[test]
fn a_title_that_is_a_file_name_titles_nothing() {
    let titled = with(|f| f.title = Some("Holiday".into()));
    let mut google = with(|f| f.title = Some("IMG_77.HEIC".into()));
    google.provider = "google-photos".into();
    let asset = merged(&medium(), std::slice::from_ref(&google), None);
    assert_eq!((asset.title, asset.name.as_str()), (None, "IMG_77"));
    let asset = merged(&medium(), &[titled, google], None);
    assert_eq!(asset.title.unwrap().value, "Holiday");
    // A name without extension, and the title of another service, name no file.
    let mut bare = with(|f| f.title = Some("IMG_77".into()));
    bare.provider = "google-photos".into();
    assert_eq!(merged(&medium(), &[bare], None).name, "1_2_n_17");
    let other = with(|f| f.title = Some("IMG_77.jpg".into()));
    assert_eq!(merged(&medium(), &[other], None).name, "1_2_n_17");
}

#[test]
fn a_favorite_is_one_by_a_record_and_never_by_a_path() {
    let marked = with(|f| f.favorite = true);
    assert!(merged(&medium(), &[marked.clone(), record("a.jpg")], None).favorite);
    assert!(!merged(&medium(), &[record("a.jpg")], None).favorite);
    let mut path = marked;
    path.edition = Edition::Unrecorded;
    assert!(!merged(&medium(), &[path], None).favorite);
}

#[test]
fn only_raw_pictures_keep_the_extension_they_came_with() {
    let extension = |path: &str, media_type: MediaType| {
        let mut original = medium();
        original.facts = MediaFacts::of_type(media_type);
        merged_at(path, &original, &[], None).extension
    };
    assert_eq!(extension("a/b.PNG", MediaType::Jpeg), "jpg");
    assert_eq!(extension("a/b.NEF", MediaType::Tiff), "nef");
    assert_eq!(extension("a/b.CR2", MediaType::Raw), "cr2");
    assert_eq!(extension("a/b.xyz", MediaType::Tiff), "tif");
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
    // Exactly a day is none yet.
    let exactly = |seconds: i64| {
        let mut camera = medium();
        camera.facts.taken_local = Some(datetime(2023, 11, 14, 0, 0, 0, 0));
        let midnight = 1_699_920_000;
        let told = with(|f| f.taken_at = Some(utc(midnight + seconds)));
        merged(&camera, &[told], None).taken_at.unwrap().origin
    };
    assert_eq!(exactly(CORRECTION_S as i64), Origin::Embedded);
    assert_eq!(
        exactly(CORRECTION_S as i64 + 1).to_string(),
        "corrected:instagram"
    );
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
        ("our.holidays", "our.holidays"),
        ("ein.Süß", "ein.Süß"),
    ] {
        assert_eq!(stem(file_name), expected);
    }
    assert!(has_extension("a.jpg") && !has_extension(".jpg") && !has_extension("a.holidays"));
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

#[test]
fn origins_of_a_capture_time_rank_as_the_document_says() {
    let service = || "instagram".to_owned();
    let ranked = [
        Origin::Corrected(service()),
        Origin::Embedded,
        Origin::Record(service()),
        Origin::FileName,
        Origin::Posted(service()),
        Origin::Folder(service()),
    ];
    assert!(ranked.is_sorted_by_key(taken_rank));
    let ranks: std::collections::BTreeSet<u8> = ranked.iter().map(taken_rank).collect();
    assert_eq!(ranks.len(), ranked.len(), "each has a rank of its own");
}

#[test]
fn albums_are_those_of_all_records_each_once_with_its_provider_and_account() {
    let in_album = |key: &str| {
        with(|f| {
            f.albums = vec![Membership {
                album: key.to_owned(),
                position: None,
            }];
        })
    };
    let mut other = in_album("rome");
    other.account = Some("bo".to_owned());
    let records = [in_album("rome"), in_album("oslo"), in_album("rome"), other];
    let asset = merged(&medium(), &records, None);
    // A part that does not tell its account belongs to the only one.
    assert_eq!(
        asset.albums,
        [
            "instagram/anna/oslo",
            "instagram/anna/rome",
            "instagram/bo/rome"
        ]
    );
}

#[test]
fn hashtags_of_metas_captions_are_keywords_with_their_origin() {
    let caption = |provider: &str, text: &str| {
        let mut record = with(|f| f.description = Some(text.into()));
        record.provider = provider.into();
        record
    };
    let of = |records: &[Record]| {
        let asset = merged(&medium(), records, None);
        let origin = asset.origins().get("keywords").cloned();
        (asset.keywords, origin)
    };
    let words = |list: &[&str]| list.iter().map(|word| (*word).to_owned()).collect();
    for provider in ["instagram", "facebook"] {
        let record = caption(provider, "Dawn #sunrise #Harbour #harbour");
        let found = of(&[record]);
        assert_eq!(
            found,
            (words(&["Harbour", "sunrise"]), Some("caption".into()))
        );
    }
    assert_eq!(of(&[caption("google-photos", "#no")]), (vec![], None));
    // A keyword that is there already is not doubled, whatever its capitals.
    let mut listed = caption("instagram", "#Beach #sea");
    listed.facts.keywords = vec!["beach".into()];
    let found = of(&[listed]);
    let origin = "record:instagram, caption".to_owned();
    assert_eq!(found, (words(&["beach", "sea"]), Some(origin)));
    // Someone else's words are not the owner's.
    let mut shared = caption("instagram", "#theirs");
    shared.facts.by_someone_else = true;
    assert_eq!(of(&[shared]), (vec![], None));
    let user = UserChanges {
        keywords: Change::Changed(vec!["mine".into()]),
        ..Default::default()
    };
    let asset = merged(&medium(), &[caption("instagram", "#sea")], Some(&user));
    assert_eq!(asset.keywords, ["mine"]);
    assert_eq!(asset.origins()["keywords"], "user");
}

#[test]
fn a_record_tells_the_camera_only_where_the_file_does_not() {
    let json = with(|f| {
        f.device.make = Some("Maker".into());
        f.device.id = Some("android-0123456789abcdef".into());
        f.device.iso = Some(160);
    });
    let mut html = with(|f| {
        f.device.make = Some("Another".into());
        f.device.lens = Some("Lens X".into());
    });
    html.edition = Edition::Html;
    let asset = merged(&medium(), &[html.clone(), json], None);
    let camera = asset.camera.clone().expect("a camera").value;
    assert_eq!(camera.make.as_deref(), Some("Maker"));
    assert_eq!(
        (camera.iso, camera.lens.as_deref()),
        (Some(160), Some("Lens X"))
    );
    assert_eq!(camera.id, None);
    assert_eq!(asset.origins()["camera"], "record:instagram");
    let only_id = with(|f| f.device.id = Some("android-0123456789abcdef".into()));
    assert_eq!(merged(&medium(), &[only_id], None).camera, None);
    let mut inside = medium();
    inside.facts.model = Some("M 1".into());
    assert_eq!(merged(&inside, &[html], None).camera, None);
}

#[test]
fn a_supplement_adds_and_claims_nothing() {
    use model::record::{Extras, Insight};
    let archived = with(|f| f.visibility = Visibility::Hidden);
    let mut numbers = with(|f| {
        f.extras = Some(Box::new(Extras {
            supplement: true,
            insights: vec![Insight {
                label: "Likes".into(),
                value: "7".into(),
            }],
            ..Extras::default()
        }));
    });
    numbers.key = "other".into();
    numbers.kind = Kind::Other;
    let alone = merged(&medium(), std::slice::from_ref(&archived), None);
    let asset = merged(&medium(), &[archived, numbers], None);
    assert_eq!(asset.insights.len(), 1);
    assert_eq!(
        (asset.visibility, &asset.items),
        (Visibility::Hidden, &alone.items)
    );
}

const BERLIN: (f64, f64) = (52.52, 13.4);

/// A picture of July whose clock read 18:03:22, and what Google says of it.
fn in_july(instant: &str, place: Option<(f64, f64)>, offset_s: Option<i32>) -> Asset {
    let mut camera = medium();
    camera.facts.taken_local = Some(datetime(2023, 7, 14, 18, 3, 22, 0));
    camera.facts.taken_offset_s = offset_s;
    camera.facts.location = place.and_then(|(lat, lon)| Location::new(lat, lon));
    let mut google = with(|f| f.taken_at = Some(When::utc(instant.parse().unwrap())));
    google.provider = "google-photos".into();
    google.export = Some("takeout-20240101T000000Z".into());
    merged(&camera, &[google], None)
}

fn origin_of(asset: &Asset) -> String {
    asset.taken_at.as_ref().unwrap().origin.to_string()
}

#[test]
fn a_difference_that_is_not_in_use_at_the_place_is_a_correction_and_the_camera_is_kept() {
    for (instant, place, expected) in [
        // Summer time in Berlin, and no zone known to the service.
        ("2023-07-14T16:03:22Z", Some(BERLIN), "embedded"),
        ("2023-07-14T18:03:22Z", Some(BERLIN), "embedded"),
        // Forgotten summer time; a camera left in Moscow; a quarter hour that is nobody's here.
        (
            "2023-07-14T17:03:22Z",
            Some(BERLIN),
            "corrected:google-photos",
        ),
        (
            "2023-07-14T15:03:22Z",
            Some(BERLIN),
            "corrected:google-photos",
        ),
        (
            "2023-07-14T16:48:22Z",
            Some(BERLIN),
            "corrected:google-photos",
        ),
        // Nobody knows where.
        ("2023-07-14T15:03:22Z", None, "embedded"),
        ("2023-07-14T16:48:22Z", None, "embedded"),
    ] {
        let asset = in_july(instant, place, None);
        assert_eq!(origin_of(&asset), expected, "{instant} {place:?}");
        if expected != "embedded" {
            let lost = &asset.losing.taken_at;
            assert_eq!(lost.len(), 1, "{instant}");
            assert_eq!(lost[0].origin, Origin::Embedded);
            assert_eq!(
                lost[0].value.local(),
                Some(datetime(2023, 7, 14, 18, 3, 22, 0))
            );
        }
    }
}

#[test]
fn two_instants_more_than_two_minutes_apart_are_a_correction_however_near() {
    for (instant, expected) in [
        ("2023-07-14T16:03:22Z", "embedded"),
        ("2023-07-14T16:05:22Z", "embedded"),
        ("2023-07-14T16:05:23Z", "corrected:google-photos"),
        ("2023-07-14T17:03:22Z", "corrected:google-photos"),
    ] {
        let asset = in_july(instant, None, Some(7200));
        assert_eq!(origin_of(&asset), expected, "{instant}");
        assert_eq!(asset.losing.taken_at.is_empty(), expected == "embedded");
    }
}

#[test]
fn a_date_later_than_its_export_is_no_correction() {
    assert_eq!(
        origin_of(&in_july("2023-12-31T23:59:59Z", None, None)),
        "corrected:google-photos"
    );
    let later = in_july("2024-01-01T00:00:01Z", None, None);
    assert_eq!(origin_of(&later), "embedded");
    assert_eq!(
        later.losing.taken_at[0].origin.to_string(),
        "record:google-photos"
    );
}

#[test]
fn an_upload_dates_no_picture_and_the_year_folder_does_to_the_year() {
    let mut google = with(|f| f.posted_at = Some(utc(POSTED)));
    google.provider = "google-photos".into();
    let asset = merged(&medium(), std::slice::from_ref(&google), None);
    assert_eq!((asset.taken_at, asset.posted_at), (None, Some(utc(POSTED))));
    let year = When::wall(datetime(2023, 1, 1, 0, 0, 0, 0)).known_to(Precision::Year);
    let mut folder = with(|f| f.posted_at = Some(year));
    folder.provider = "google-photos".into();
    folder.edition = Edition::Unrecorded;
    let asset = merged(&medium(), &[google, folder], None);
    let taken = asset.taken_at.unwrap();
    assert_eq!(taken.origin.to_string(), "folder:google-photos");
    assert_eq!(taken.value, year);
}

#[test]
fn what_the_newest_export_states_as_empty_is_empty_and_the_old_is_kept_with_its_origin() {
    let of = |export: &str, change: &dyn Fn(&mut RecordFacts)| {
        let mut google = with(|f| {
            f.states_all = true;
            change(f);
        });
        google.provider = "google-photos".into();
        google.export = Some(export.into());
        google
    };
    let old = of("takeout-20240101T000000Z", &|f| {
        f.description = Some("at the lake".into());
        f.people = vec!["Anna".into(), "Ben".into()];
        f.location = Location::new(1.0, 2.0);
    });
    let new = of("takeout-20250101T000000Z", &|f| {
        f.people = vec!["Ben".into()]
    });
    let empty = of("takeout-20260101T000000Z", &|_| {});
    let both = merged(&medium(), &[old.clone(), new.clone()], None);
    assert_eq!((&both.description, &both.location), (&None, &None));
    assert_eq!(both.people, ["Ben"]);
    let asset = merged(&medium(), &[old.clone(), new, empty], None);
    assert_eq!(asset.people, [""; 0]);
    let lost = &asset.losing;
    let google = "record:google-photos";
    assert_eq!(lost.description[0].value, "at the lake");
    assert_eq!(lost.description[0].origin.to_string(), google);
    assert_eq!(lost.location[0].value.latitude, 1.0);
    let people: Vec<&Vec<String>> = lost.people.iter().map(|claim| &claim.value).collect();
    assert_eq!(
        people,
        [
            &vec!["Anna".to_owned(), "Ben".to_owned()],
            &vec!["Ben".to_owned()]
        ]
    );
    // What the file itself says stands.
    let mut camera = medium();
    camera.facts.description = Some("in the file".into());
    let newest = of("takeout-20260101T000000Z", &|_| {});
    let asset = merged(&camera, &[old, newest], None);
    assert_eq!(asset.description.unwrap().value, "in the file");
}

#[test]
fn a_file_of_no_known_kind_keeps_an_extension_nothing_runs_and_is_of_kind_other() {
    let asset = |path: &str| {
        let mut original = medium();
        original.facts = MediaFacts::of_type(MediaType::Other);
        merged_at(path, &original, &[record(path)], None)
    };
    for (path, expected) in [
        ("a/b.PSD", "psd"),
        ("a/b.svg", "svg"),
        ("a/b.jpg", "jpg"),
        ("a/b.exe", "bin"),
        ("a/b.HTML", "bin"),
        ("a/b", "bin"),
        ("a/b.c d", "bin"),
    ] {
        let asset = asset(path);
        assert_eq!(asset.extension, expected, "{path}");
        assert_eq!(asset.items[0].kind, Kind::Other);
    }
}
