//! Tests of linking all evidence: folders, exports, albums, identity, independence of order.

use std::time::Instant;

use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::Value;

use model::evidence::MediaEntry;
use model::kind::{CompanionRole, Kind, Visibility};
use model::record::{AlbumRecord, Edition, RecordFacts};
use model::time::When;

use super::super::NAME;
use super::super::albums::{album_by_name, membership};
use super::super::names::take_apart;
use super::*;

const EXPORT: &str = "takeout-20240101T000000Z";

/// A record as `read` makes it from a sidecar.
fn record(source: &str, title: &str, url: &str, seconds: i64) -> Record {
    let taken_at = Timestamp::from_second(seconds).ok().map(When::utc);
    let key = match url {
        "" => format!("{title}@{seconds}"),
        _ => format!("https://photos.google.com/photo/{url}"),
    };
    let albums = album_by_name(split_path(source).0).map(membership);
    Record {
        provider: NAME.to_owned(),
        account: None,
        export: Some(EXPORT.to_owned()),
        kind: Kind::Post,
        source: source.to_owned(),
        edition: Edition::Json,
        uri: String::new(),
        key,
        post: None,
        companions: Vec::new(),
        facts: RecordFacts {
            taken_at,
            title: Some(title.to_owned()),
            albums: albums.into_iter().collect(),
            ..RecordFacts::default()
        },
        raw: Value::Null,
    }
}

fn entry(path: &str, number: u32) -> MediaEntry {
    let mut hash = [0; 32];
    hash[..4].copy_from_slice(&number.to_be_bytes());
    MediaEntry {
        provider: NAME.to_owned(),
        export: Some(EXPORT.to_owned()),
        path: path.to_owned(),
        content_hash: ContentHash(hash),
        content_id: None,
        taken: None,
    }
}

fn album(source: &str, key: &str) -> AlbumRecord {
    AlbumRecord {
        provider: NAME.to_owned(),
        account: None,
        export: Some(EXPORT.to_owned()),
        key: key.to_owned(),
        title: key.to_owned(),
        description: None,
        cover: None,
        source: source.to_owned(),
        raw: Value::Null,
    }
}

/// Links in words: sidecar, medium, role, rule.
fn told(evidence: &Evidence) -> Vec<String> {
    let links = link(evidence);
    let mut told: Vec<String> = links
        .links
        .iter()
        .map(|link| {
            let medium = link.media.map(|at| &evidence.media[at]);
            let path = medium.map_or("-", |medium| &medium.path);
            let role = link.role.map_or("", CompanionRole::as_str);
            format!(
                "{} > {path} {role} [{}]",
                evidence.records[link.record].source, link.how
            )
        })
        .collect();
    told.extend(links.unrecorded.iter().map(|(at, record)| {
        let albums: Vec<&str> = record
            .facts
            .albums
            .iter()
            .map(|m| m.album.as_str())
            .collect();
        let (path, state) = (&evidence.media[*at].path, record.facts.visibility.as_str());
        format!("{path} in {albums:?} {state} as {}", record.key)
    }));
    told.sort();
    told
}

#[test]
fn sidecars_without_media_in_albums_lead_to_the_item() {
    let evidence = Evidence {
        records: vec![
            record("GP/Photos from 2020/a.jpg.json", "a.jpg", "A", 1000),
            record("GP/Rome/a.jpg.json", "a.jpg", "A", 1000),
            record("GP/Photos from 2020/b.jpg.json", "b.jpg", "", 2000),
            record("GP/Rome/b.jpg.json", "b.jpg", "", 2000),
            record("GP/Rome/b.jpg(1).json", "b.jpg", "", 2001),
            record("GP/Rome/a.jpg(1).json", "a.jpg", "Z", 1000),
        ],
        albums: Vec::new(),
        media: vec![
            entry("GP/Photos from 2020/a.jpg", 1),
            entry("GP/Photos from 2020/b.jpg", 2),
        ],
    };
    assert_eq!(
        told(&evidence),
        [
            "GP/Photos from 2020/a.jpg.json > GP/Photos from 2020/a.jpg  [sidecar name]",
            "GP/Photos from 2020/b.jpg.json > GP/Photos from 2020/b.jpg  [sidecar name]",
            "GP/Rome/a.jpg(1).json > -  [no medium in any archive]",
            "GP/Rome/a.jpg.json > GP/Photos from 2020/a.jpg  [same address]",
            "GP/Rome/b.jpg(1).json > -  [no medium in any archive]",
            "GP/Rome/b.jpg.json > GP/Photos from 2020/b.jpg  [same title and capture time]",
        ]
    );
}

/// Year folder and album of sidecars; `second` is the address of the item with the counter.
fn namesakes(first: &str, second: &str, media: &[&str]) -> Evidence {
    let said = |source, url, text: &str| {
        let mut record = record(source, "IMG_1.jpg", url, 1000);
        record.facts.description = Some(text.to_owned());
        record
    };
    Evidence {
        records: vec![
            said("GP/Photos from 2020/IMG_1.jpg.json", first, "the first"),
            said(
                "GP/Photos from 2020/IMG_1.jpg(1).json",
                second,
                "the second",
            ),
            said("GP/Rome/IMG_1.jpg.json", second, "the second"),
        ],
        albums: Vec::new(),
        media: (1..).zip(media).map(|(n, path)| entry(path, n)).collect(),
    }
}

const PLAIN: &str = "GP/Photos from 2020/IMG_1.jpg";
const COUNTED: &str = "GP/Photos from 2020/IMG_1(1).jpg";

#[test]
fn two_items_of_one_folder_are_never_one_by_title_and_second() {
    for (first, second) in [("", ""), ("A", ""), ("", "B"), ("A", "B")] {
        let told = told(&namesakes(first, second, &[PLAIN]));
        let of = |source: &str| {
            let source = format!("GP/{source} > ");
            let found: Vec<&String> = told.iter().filter(|t| t.starts_with(&source)).collect();
            assert_eq!(found.len(), 1, "{told:?}");
            found[0].clone()
        };
        let second_one = of("Photos from 2020/IMG_1.jpg(1).json");
        assert!(
            second_one.ends_with("[no medium in any archive]"),
            "{second_one}"
        );
        // Its copy in the album says the same as it, and so is not the first either.
        let copy = of("Rome/IMG_1.jpg.json");
        assert!(copy.ends_with("[no medium in any archive]"), "{copy}");
    }
}

#[test]
fn sidecars_of_namesakes_in_an_album_find_theirs_by_what_they_say() {
    let told = told(&namesakes("", "", &[PLAIN, COUNTED]));
    let copy = format!("GP/Rome/IMG_1.jpg.json > {COUNTED}  [same title and capture time]");
    assert!(told.contains(&copy), "{told:?}");
}

#[test]
fn namesakes_that_say_the_same_keep_their_albums_and_miss_nothing() {
    let mut evidence = namesakes("", "", &[PLAIN, COUNTED]);
    evidence
        .records
        .push(record("GP/Rome/IMG_1.jpg(1).json", "IMG_1.jpg", "", 1000));
    for record in &mut evidence.records {
        record.facts.description = None;
    }
    let both = link(&evidence);
    assert!(both.links.iter().all(|link| link.media.is_some()));
    let albums_only = |links: &Links| {
        let sure = links.vague.iter().map(|vague| (vague.record, vague.sure));
        sure.collect::<Vec<_>>()
    };
    assert_eq!(
        albums_only(&both),
        [(2, Sure::AlbumsOnly), (3, Sure::AlbumsOnly)]
    );
    assert_eq!(both.doubts, [], "two are meant, and there are two");
    // One of two: nobody knows which.
    evidence.records.pop();
    let one = link(&evidence);
    assert_eq!(albums_only(&one), [(2, Sure::AlbumsOnly)]);
    assert_eq!(one.doubts.len(), 1);
    assert_eq!((one.doubts[0].record, one.doubts[0].media.len()), (2, 2));
    // One of two, one of which no archive holds: what is missing is told once.
    evidence.media.pop();
    let lost = link(&evidence);
    let missing: Vec<usize> = lost
        .links
        .iter()
        .filter(|link| link.media.is_none())
        .map(|link| link.record)
        .collect();
    assert_eq!(missing, [1]);
    assert_eq!(lost.doubts.len(), 1);
}

#[test]
fn one_item_told_twice_in_a_folder_is_one() {
    let evidence = Evidence {
        records: vec![
            record("GP/Photos from 2020/a.jpg.json", "a.jpg", "", 1000),
            record(
                "GP/Photos from 2020/a.jpg.supplemental-metadata.json",
                "a.jpg",
                "",
                1000,
            ),
            record("GP/Rome/a.jpg.json", "a.jpg", "", 1000),
        ],
        albums: Vec::new(),
        media: vec![entry("GP/Photos from 2020/a.jpg", 1)],
    };
    let links = link(&evidence);
    assert!(
        links.links.iter().all(|link| link.media == Some(0)),
        "{links:?}"
    );
    assert_eq!((links.vague, links.doubts), (vec![], vec![]));
}

#[test]
fn names_never_match_across_folders_or_exports() {
    let mut later = entry("GP/Photos from 2020/a.jpg", 2);
    later.export = Some("takeout-20240301T000000Z".to_owned());
    let evidence = Evidence {
        records: vec![record("GP/Photos from 2020/a.jpg.json", "a.jpg", "A", 1000)],
        albums: Vec::new(),
        media: vec![
            entry("GP/Photos from 2021/a.jpg", 1),
            later,
            entry("GP/Trash/a.jpg", 3),
        ],
    };
    assert_eq!(
        told(&evidence),
        [
            "GP/Photos from 2020/a.jpg in [] shown as Photos from 2020/a.jpg",
            "GP/Photos from 2020/a.jpg.json > -  [no medium in any archive]",
            "GP/Photos from 2021/a.jpg in [] shown as Photos from 2021/a.jpg",
            "GP/Trash/a.jpg in [] trashed as Trash/a.jpg",
        ]
    );
}

#[test]
fn an_item_of_another_export_is_known_by_its_address_only() {
    let mut newer = record("GP/Photos from 2020/a.jpg.json", "a.jpg", "A", 1000);
    newer.export = Some("takeout-20240301T000000Z".to_owned());
    let mut nameless = record("GP/Photos from 2020/b.jpg.json", "b.jpg", "", 2000);
    nameless.export.clone_from(&newer.export);
    let evidence = Evidence {
        records: vec![
            record("GP/Photos from 2020/a.jpg.json", "a.jpg", "A", 1000),
            record("GP/Photos from 2020/b.jpg.json", "b.jpg", "", 2000),
            newer,
            nameless,
        ],
        albums: Vec::new(),
        media: vec![
            entry("GP/Photos from 2020/a.jpg", 1),
            entry("GP/Photos from 2020/b.jpg", 2),
        ],
    };
    let told = told(&evidence);
    assert!(told.contains(
        &"GP/Photos from 2020/a.jpg.json > GP/Photos from 2020/a.jpg  [same address, other export]".to_owned()
    ));
    assert!(
        told.contains(&"GP/Photos from 2020/b.jpg.json > -  [no medium in any archive]".to_owned())
    );
}

#[test]
fn a_deleted_item_lends_nothing_to_its_living_copy() {
    let mut trashed = record("GP/Trash/a.jpg.json", "a.jpg", "A", 1000);
    trashed.facts.visibility = Visibility::Trashed;
    let evidence = Evidence {
        records: vec![
            record("GP/Photos from 2020/a.jpg.json", "a.jpg", "A", 1000),
            trashed,
        ],
        albums: Vec::new(),
        media: vec![entry("GP/Photos from 2020/a.jpg", 1)],
    };
    assert!(
        told(&evidence).contains(&"GP/Trash/a.jpg.json > -  [no medium in any archive]".to_owned())
    );
}

#[test]
fn an_album_file_makes_any_folder_an_album() {
    let evidence = Evidence {
        records: vec![record("GP/Rome 2023/a.jpg.json", "a.jpg", "A", 1000)],
        albums: vec![
            album("GP/Rome 2023/metadata.json", "Rome 2023"),
            album("GP/Archive/metadata.json", "Archive"),
        ],
        media: vec![
            entry("GP/Rome 2023/a.jpg", 1),
            entry("GP/Rome 2023/loose.jpg", 2),
            entry("GP/Archive/c.jpg", 3),
            entry("GP/Locked Folder/d.jpg", 4),
            entry("GP/Untitled(1)/e.jpg", 5),
        ],
    };
    assert_eq!(
        told(&evidence),
        [
            "GP/Archive/c.jpg in [\"Archive\"] shown as Archive/c.jpg",
            "GP/Locked Folder/d.jpg in [] hidden as Locked Folder/d.jpg",
            "GP/Rome 2023/a.jpg in [\"Rome 2023\"] shown as https://photos.google.com/photo/A",
            "GP/Rome 2023/a.jpg.json > GP/Rome 2023/a.jpg  [sidecar name]",
            "GP/Rome 2023/loose.jpg in [\"Rome 2023\"] shown as Rome 2023/loose.jpg",
            "GP/Untitled(1)/e.jpg in [\"Untitled(1)\"] shown as Untitled(1)/e.jpg",
        ]
    );
}

#[test]
fn companions_do_not_stand_in_for_a_missing_original() {
    let evidence = Evidence {
        records: vec![record("P/a.jpg.json", "a.jpg", "A", 1000)],
        albums: Vec::new(),
        media: vec![entry("P/a-edited.jpg", 1)],
    };
    assert_eq!(
        told(&evidence),
        [
            "P/a.jpg.json > -  [no medium in any archive]",
            "P/a.jpg.json > P/a-edited.jpg edited [edited copy]",
        ]
    );
}

#[test]
fn wrapping_does_not_matter_and_copies_of_one_download_are_one() {
    let sidecar = record("Google Photos/P/a.jpg.json", "a.jpg", "A", 1000);
    let mut again = record("P/a.jpg.json", "a.jpg", "A", 1000);
    again.facts.description = Some("later".to_owned());
    let evidence = Evidence {
        records: vec![sidecar, again],
        albums: Vec::new(),
        media: vec![entry("Google Photos/P/a.jpg", 1), entry("P/a.jpg", 1)],
    };
    assert_eq!(
        link(&evidence).links.len(),
        4,
        "each record with each entry of the same bytes"
    );
}

#[test]
fn the_account_of_unrecorded_media_is_that_of_their_export() {
    let mut known = record("P/a.jpg.json", "a.jpg", "A", 1000);
    known.account = Some("anna".to_owned());
    let mut evidence = Evidence {
        records: vec![known.clone()],
        albums: Vec::new(),
        media: vec![entry("P/b.jpg", 1)],
    };
    let account = |evidence: &Evidence| link(evidence).unrecorded[0].1.account.clone();
    assert_eq!(account(&evidence).as_deref(), Some("anna"));
    known.account = Some("bert".to_owned());
    evidence.records.push(known);
    assert_eq!(account(&evidence), None);
}

/// A name as strange as real ones, all likely to collide.
fn name() -> impl Strategy<Value = String> {
    let base = prop_oneof![
        Just("IMG_1".to_owned()),
        Just("img_1".to_owned()),
        Just("a".to_owned()),
        Just("x".repeat(47)),
        Just(format!("{}-e", "y".repeat(45))),
    ];
    let middle = prop_oneof![
        Just(""),
        Just("-edited"),
        Just("-neu"),
        Just("~2"),
        Just(".MP")
    ];
    let counter = prop_oneof![Just(""), Just("(1)"), Just("(2)"), Just(" (1)")];
    let ext = prop_oneof![
        Just(".jpg"),
        Just(".JPG"),
        Just(".jpeg"),
        Just(".HEIC"),
        Just(".MP4"),
        Just("")
    ];
    (base, middle, counter, ext).prop_map(|(a, b, c, d)| format!("{a}{b}{c}{d}"))
}

fn folder() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        Just("GP/Photos from 2020"),
        Just("Photos from 2020"),
        Just("GP/Rome"),
        Just("GP/Rome 2023"),
        Just("GP/Trash")
    ]
}

fn records() -> impl Strategy<Value = Vec<Record>> {
    let url = prop_oneof![Just(""), Just("A"), Just("B")];
    let suffix = prop_oneof![
        Just(""),
        Just(".supplemental-metadata"),
        Just(".supp"),
        Just("(1)")
    ];
    let one = (folder(), name(), suffix, url, 1000_i64..1003).prop_map(
        |(folder, title, suffix, url, time)| {
            record(&format!("{folder}/{title}{suffix}.json"), &title, url, time)
        },
    );
    prop::collection::vec(one, 0..12)
}

fn media() -> impl Strategy<Value = Vec<MediaEntry>> {
    let id = prop_oneof![Just(None), Just(Some("id".to_owned()))];
    let one = (
        folder(),
        name(),
        0_u32..6,
        id,
        prop::option::of(1000_i64..1003),
    )
        .prop_map(|(folder, name, number, content_id, taken)| MediaEntry {
            content_id,
            taken: taken
                .and_then(|s| Timestamp::from_second(s).ok())
                .map(When::utc),
            ..entry(&format!("{folder}/{name}"), number)
        });
    prop::collection::vec(one, 0..12)
}

/// The whole result without indices, in an order of its own.
fn canonical(evidence: &Evidence) -> Vec<String> {
    let Links {
        links, unrecorded, ..
    } = link(evidence);
    let media = |at: usize| format!("{:?}", evidence.media[at]);
    let mut all: Vec<String> = links
        .iter()
        .map(|l| {
            format!(
                "{:?} {:?} {:?} {}",
                evidence.records[l.record],
                l.media.map(media),
                l.role,
                l.how
            )
        })
        .chain(
            unrecorded
                .iter()
                .map(|(at, record)| format!("{} {record:?}", media(*at))),
        )
        .collect();
    all.sort();
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn order_of_evidence_does_not_matter(
        (records, shuffled) in records().prop_flat_map(|r| (Just(r.clone()), Just(r).prop_shuffle())),
        (media, mixed) in media().prop_flat_map(|m| (Just(m.clone()), Just(m).prop_shuffle())),
    ) {
        let albums = vec![album("GP/Rome 2023/metadata.json", "Rome 2023")];
        let one = Evidence { records, albums: albums.clone(), media };
        let other = Evidence { records: shuffled, albums, media: mixed };
        prop_assert_eq!(canonical(&one), canonical(&other));
    }

    #[test]
    fn every_record_and_every_medium_is_accounted_for(records in records(), media in media()) {
        let evidence = Evidence { records, albums: Vec::new(), media };
        let Links { links, unrecorded, .. } = link(&evidence);
        for record in 0..evidence.records.len() {
            prop_assert!(links.iter().any(|l| l.record == record));
        }
        for at in 0..evidence.media.len() {
            let linked = links.iter().any(|l| l.media == Some(at));
            let made_up = unrecorded.iter().any(|(made_up, _)| *made_up == at);
            prop_assert!(linked != made_up, "medium {} linked {} made up {}", at, linked, made_up);
        }
    }

    #[test]
    fn no_sidecar_serves_two_originals(records in records(), media in media()) {
        let evidence = Evidence { records, albums: Vec::new(), media };
        let links = link(&evidence).links;
        let by_name = |l: &&Link| l.role.is_none() && !l.how.starts_with("same ");
        for (at, record) in evidence.records.iter().enumerate() {
            let own = links.iter().filter(by_name).filter(|l| l.record == at).filter_map(|l| l.media);
            let mut hashes: Vec<ContentHash> = own.map(|m| evidence.media[m].content_hash).collect();
            hashes.dedup();
            prop_assert!(hashes.len() <= 1, "{}", record.source);
            prop_assert!(take_apart(&record.source).is_some());
        }
    }
}

/// A composed library: every hundredth item has an edited copy, every tenth a live video.
fn large(items: u32) -> Evidence {
    let mut evidence = Evidence::default();
    for n in 0..items {
        let folder = format!("Google Photos/Photos from {}", 2000 + n % 4);
        let (stem, counter) = (format!("IMG_{:06}", n / 8), (n / 4) % 2);
        let mark = if counter == 0 { "" } else { "(1)" };
        let sidecar = format!("{folder}/{stem}.HEIC.supplemental-metadata{mark}.json");
        let title = format!("{stem}.HEIC");
        evidence
            .records
            .push(record(&sidecar, &title, &format!("{n}"), i64::from(n) + 1));
        evidence
            .media
            .push(entry(&format!("{folder}/{stem}{mark}.HEIC"), n));
        if n % 10 == 0 {
            let mut still = entry(&format!("{folder}/{stem}{mark}.MP4"), items + n);
            still.content_id = Some(format!("id-{n}"));
            evidence.media.push(still);
            let at = evidence.media.len() - 2;
            evidence.media[at].content_id = Some(format!("id-{n}"));
        }
        if n % 100 == 1 {
            evidence.media.push(entry(
                &format!("{folder}/{stem}-edited{mark}.HEIC"),
                2 * items + n,
            ));
        }
    }
    evidence
}

#[test]
fn a_large_composed_library_is_matched_without_rest() {
    let evidence = large(4000);
    let links = link(&evidence);
    assert_eq!(links.unrecorded, []);
    assert_eq!(links.links.len(), 4000 + 400 + 40);
    assert!(links.links.iter().all(|link| link.media.is_some()));
}

/// Run by hand: `cargo test --lib google_photos -- --ignored --nocapture`.
#[test]
#[ignore = "a measurement, not a check: seconds differ between machines"]
fn measures_a_hundred_thousand_items() {
    let evidence = large(100_000);
    let start = Instant::now();
    let links = link(&evidence);
    println!("{} links in {:?}", links.links.len(), start.elapsed());
    assert_eq!(links.unrecorded, []);
}
