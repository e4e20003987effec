//! Linking: which record means which medium, what unrecorded media become, which posts are one.

use super::*;
use crate::instagram::posts::Source;
use model::content_hash::ContentHash;
use model::kind::{CompanionRole, Kind, Visibility};
use model::record::{CompanionRef, Edition, PostRef};
use proptest::prelude::*;

fn entry(path: &str, byte: u8) -> MediaEntry {
    MediaEntry {
        provider: "instagram".to_owned(),
        export: None,
        path: path.to_owned(),
        content_hash: ContentHash([byte; 32]),
        content_id: None,
        taken: None,
    }
}

fn record(uri: &str) -> Record {
    let source = Source {
        path: "content/posts_1.json",
        account: None,
    };
    source.record(Kind::Post, uri, item_key(uri))
}

fn evidence(records: Vec<Record>, media: Vec<MediaEntry>) -> Evidence {
    Evidence {
        records,
        albums: Vec::new(),
        media,
    }
}

/// Links by name instead of number: comparable whatever the order of the input.
fn named(evidence: &Evidence) -> (BTreeSet<String>, BTreeSet<String>, Vec<(String, String)>) {
    let links = link(evidence);
    let name = |media: usize| {
        let entry = &evidence.media[media];
        format!("{}#{}", entry.path, entry.content_hash.short(2))
    };
    let tied = links
        .links
        .iter()
        .map(|link| {
            let record = &evidence.records[link.record];
            let media = link.media.map(name);
            format!(
                "{} {} -> {media:?} {:?} {}",
                record.source, record.uri, link.role, link.how
            )
        })
        .collect();
    let made_up = links
        .unrecorded
        .iter()
        .map(|(media, record)| format!("{} {record:?}", name(*media)))
        .collect();
    let corrected = links.corrected.iter().map(|(record, kind, _)| {
        let record = &evidence.records[*record];
        (record.uri.clone(), kind.as_str().to_owned())
    });
    let mut same = links.same_posts.clone();
    same.extend(corrected.collect::<BTreeSet<_>>());
    (tied, made_up, same)
}

#[test]
fn records_find_media_where_archives_moved_them() {
    let id = "17912345678901234";
    for (uri, path, how) in [
        (
            "media/posts/202405/1.jpg",
            "media/posts/202405/1.jpg",
            Some("path"),
        ),
        (
            "media/posts/202405/1.jpg",
            "your_instagram_activity/media/posts/202405/1.jpg",
            Some("prefix"),
        ),
        (
            "your_instagram_activity/media/posts/202405/1.jpg",
            "media/posts/202405/1.jpg",
            Some("prefix"),
        ),
        (
            "media/posts/202405/1.jpg",
            "public-media/posts/202405/1.jpg",
            Some("prefix"),
        ),
        (
            "media/posts/202405/1.jpg",
            "media/other/1.jpg",
            Some("basename"),
        ),
        (
            &format!("media/posts/202405/1_n_{id}.jpg"),
            &format!("media/posts/202405/{id}.webp"),
            Some("media_id"),
        ),
        ("media/posts/202405/1.jpg", "media/posts/202405/2.jpg", None),
        (
            "https://scontent.example/1.jpg",
            "media/posts/202405/1.jpg",
            None,
        ),
    ] {
        let evidence = evidence(vec![record(uri)], vec![entry(path, 1)]);
        let links = link(&evidence);
        assert_eq!(links.links.len(), 1);
        assert_eq!(
            links.links[0].media.map(|_| links.links[0].how),
            how,
            "{uri} {path}"
        );
        assert_eq!(
            links.unrecorded.len(),
            usize::from(how.is_none()),
            "{uri} {path}"
        );
    }
}

#[test]
fn a_path_with_two_contents_and_its_twin_belong_to_one_record() {
    let path = "media/posts/202405/1.jpg";
    let twin = "public-media/posts/202405/1.jpg";
    let evidence = evidence(
        vec![record(path)],
        vec![entry(path, 1), entry(path, 2), entry(twin, 3)],
    );
    let links = link(&evidence);
    let found: Vec<Option<usize>> = links.links.iter().map(|link| link.media).collect();
    assert_eq!(found, [Some(0), Some(1), Some(2)]);
    assert!(links.unrecorded.is_empty());
}

#[test]
fn subtitles_follow_their_video() {
    let mut named = record("media/reels/202405/1.mp4");
    named.companions = vec![CompanionRef {
        uri: "media/other/9.srt".to_owned(),
        role: CompanionRole::Subtitles,
    }];
    let media = vec![
        entry("media/other/2.srt", 1),
        entry("media/other/3.vtt", 2),
        entry("media/other/9.srt", 3),
        entry("media/reels/202405/1.mp4", 4),
        entry("media/reels/202405/2.mp4", 5),
    ];
    let evidence = evidence(vec![named, record("media/reels/202405/2.mp4")], media);
    let links = link(&evidence);
    let companions: Vec<(usize, Option<usize>)> = links
        .links
        .iter()
        .filter(|link| link.role.is_some())
        .map(|link| (link.record, link.media))
        .collect();
    assert_eq!(companions, [(0, Some(2)), (1, Some(0))]);
    let alone: Vec<usize> = links.unrecorded.iter().map(|(media, _)| *media).collect();
    assert_eq!(alone, [1]);
}

#[test]
fn media_without_record_tell_what_their_path_tells() {
    for (path, kind, visibility, month) in [
        (
            "media/posts/202405/17912345678901234.jpg",
            Kind::Other,
            Visibility::Shown,
            Some((2024, 5)),
        ),
        (
            "media/stories/202312/17912345678901234.jpg",
            Kind::Story,
            Visibility::Shown,
            Some((2023, 12)),
        ),
        (
            "media/archived_posts/202405/17912345678901234.jpg",
            Kind::Archived,
            Visibility::Hidden,
            Some((2024, 5)),
        ),
        (
            "media/recently_deleted/202405/17912345678901234.jpg",
            Kind::Deleted,
            Visibility::Trashed,
            Some((2024, 5)),
        ),
        (
            "media/other/17912345678901234.jpg",
            Kind::Other,
            Visibility::Shown,
            None,
        ),
    ] {
        let links = link(&evidence(vec![], vec![entry(path, 1)]));
        let (_, record) = &links.unrecorded[0];
        let at = record.facts.posted_at;
        assert_eq!(
            (record.kind, record.facts.visibility),
            (kind, visibility),
            "{path}"
        );
        assert_eq!(
            at.map(|at| (at.for_names().year(), at.for_names().month())),
            month,
            "{path}"
        );
        assert!(at.is_none_or(|at| at.precision == Precision::Month && at.instant().is_none()));
        assert_eq!(
            (record.edition, record.key.as_str()),
            (Edition::Unrecorded, "17912345678901234")
        );
    }
}

/// A slide: post id, key, source, time, caption.
fn slide(post: &str, key: &str, source: &str, at: i64, caption: Option<&str>) -> Record {
    let mut slide = record(&format!("media/posts/202405/{key}.jpg"));
    slide.source = source.to_owned();
    slide.key = key.to_owned();
    slide.post = Some(PostRef {
        id: post.to_owned(),
        index: 0,
    });
    slide.facts.posted_at = jiff::Timestamp::from_second(at).ok().map(When::utc);
    slide.facts.description = caption.map(str::to_owned);
    slide
}

#[test]
fn posts_told_twice_are_one() {
    let (full, old, archived) = ("x/posts.json", "x/posts_1.json", "x/archived_posts.json");
    let one = vec![("post:a".to_owned(), "post:b".to_owned())];
    for (what, records, expected) in [
        (
            "a shared medium",
            vec![
                slide("post:a", "1", full, 0, None),
                slide("post:b", "1", old, 9_999, None),
            ],
            one.clone(),
        ),
        (
            "near in time",
            vec![
                slide("post:a", "1", full, 0, None),
                slide("post:b", "2", old, 120, None),
            ],
            one.clone(),
        ),
        (
            "near an archived one",
            vec![
                slide("post:b", "1", full, 0, Some("x")),
                slide("post:a", "2", archived, 9, Some("x")),
            ],
            one,
        ),
        (
            "too far",
            vec![
                slide("post:a", "1", full, 0, None),
                slide("post:b", "2", old, 121, None),
            ],
            vec![],
        ),
        (
            "other caption",
            vec![
                slide("post:a", "1", full, 0, Some("x")),
                slide("post:b", "2", old, 9, Some("y")),
            ],
            vec![],
        ),
        (
            "same list",
            vec![
                slide("post:a", "1", old, 0, None),
                slide("post:b", "2", old, 9, None),
            ],
            vec![],
        ),
        (
            "two candidates",
            vec![
                slide("post:a", "1", full, 0, None),
                slide("post:b", "2", old, 9, None),
                slide("post:c", "3", old, -9, None),
            ],
            vec![],
        ),
        (
            "two askers",
            vec![
                slide("post:a", "1", full, 0, None),
                slide("post:c", "3", full, 20, None),
                slide("post:b", "2", old, 9, None),
            ],
            vec![],
        ),
        (
            "already in both",
            vec![
                slide("post:a", "1", full, 0, None),
                slide("post:a", "1", old, 0, None),
                slide("post:b", "2", old, 9, None),
            ],
            vec![],
        ),
    ] {
        assert_eq!(same_posts(&records), expected, "{what}");
    }
}

#[test]
fn archived_posts_stay_archived_whatever_the_full_list_says() {
    let told = |kind: Kind, source: &str, account: Option<&str>| {
        let mut told = slide("post:a", "1", source, 0, None);
        told.kind = kind;
        told.account = account.map(str::to_owned);
        told
    };
    let full = || told(Kind::Post, "x/posts.json", None);
    let archived = || told(Kind::Archived, "x/archived_posts.json", None);
    for (what, records, corrected) in [
        ("archived", vec![full(), archived()], vec![0]),
        (
            "page of the full list",
            vec![archived(), told(Kind::Post, "x/posts.html", None)],
            vec![1],
        ),
        (
            "put back since",
            vec![full(), archived(), told(Kind::Post, "x/posts_1.json", None)],
            vec![],
        ),
        (
            "a draft is a draft",
            vec![told(Kind::Draft, "x/posts.json", None), archived()],
            vec![],
        ),
        (
            "other account",
            vec![
                full(),
                told(Kind::Archived, "x/archived_posts.json", Some("ben")),
            ],
            vec![],
        ),
        ("only the full list", vec![full()], vec![]),
    ] {
        let found = archived_after_all(&records);
        assert_eq!(
            found.iter().map(|found| found.0).collect::<Vec<_>>(),
            corrected,
            "{what}"
        );
        assert!(
            found
                .iter()
                .all(|found| (found.1, found.2) == (Kind::Archived, Visibility::Hidden))
        );
    }
}

#[test]
fn media_ids_need_no_account() {
    let (key, post) = ("17912345678901234", "x/posts_1.json");
    let mut unnamed = slide("post:b", key, post, 0, None);
    unnamed.account = Some("anna".to_owned());
    let tied = [("post:a".to_owned(), "post:b".to_owned())];
    assert_eq!(
        same_posts(&[unnamed, slide("post:a", key, post, 0, None)]),
        tied
    );
}

#[test]
fn a_medium_of_two_accounts_ties_no_posts() {
    let mut other = slide("post:b", "1", "x/posts_1.json", 0, None);
    other.account = Some("ben".to_owned());
    let mut mine = slide("post:a", "1", "x/posts_1.json", 0, None);
    mine.account = Some("anna".to_owned());
    assert_eq!(same_posts(&[mine, other]), []);
}

#[test]
fn a_hundred_thousand_records_are_linked() {
    let uri = |number: u64| {
        format!(
            "media/posts/202405/1_n_{}.jpg",
            17_900_000_000_000_000 + number
        )
    };
    let records: Vec<Record> = (0..100_000).map(|number| record(&uri(number))).collect();
    let media = (0..100_000).map(|number| entry(&uri(number), 1)).collect();
    let links = link(&evidence(records, media));
    assert!(links.links.len() == 100_000 && links.links.iter().all(|link| link.how == "path"));
}

fn any_record() -> impl Strategy<Value = Record> {
    let folder = prop_oneof![
        "media/posts/202405",
        "media/other",
        "public-media/posts/202405",
        "your_instagram_activity/media/other"
    ];
    let source = prop_oneof![
        "x/posts.json",
        "x/posts_1.json",
        "x/archived_posts.json",
        "x/stories.json"
    ];
    (folder, 0..6_u8, source, 0..4_u8, 0..400_i64).prop_map(|(folder, number, source, post, at)| {
        let mut slide = slide(
            &format!("post:{post}"),
            &format!("1790000000000000{number}"),
            &source,
            at,
            None,
        );
        if source.contains("archived") {
            slide.kind = Kind::Archived;
        }
        slide.uri = format!("{folder}/1790000000000000{number}.mp4");
        slide
    })
}

fn any_media() -> impl Strategy<Value = MediaEntry> {
    let folder = prop_oneof![
        "media/posts/202405",
        "media/other",
        "public-media/posts/202405",
        "media/stories/202401"
    ];
    let extension = prop_oneof!["mp4", "srt", "webp"];
    (folder, 0..6_u8, extension, 0..3_u8).prop_map(|(folder, number, extension, byte)| {
        entry(
            &format!("{folder}/1790000000000000{number}.{extension}"),
            byte,
        )
    })
}

proptest! {
    #[test]
    fn order_of_evidence_does_not_matter(
        (records, shuffled_records) in proptest::collection::vec(any_record(), 0..12)
            .prop_flat_map(|records| (Just(records.clone()), Just(records).prop_shuffle())),
        (media, shuffled_media) in proptest::collection::vec(any_media(), 0..12)
            .prop_flat_map(|media| (Just(media.clone()), Just(media).prop_shuffle())),
    ) {
        let first = evidence(records, media);
        let second = evidence(shuffled_records, shuffled_media);
        prop_assert_eq!(named(&first), named(&second));
    }

    #[test]
    fn nothing_is_forgotten(
        records in proptest::collection::vec(any_record(), 0..12),
        media in proptest::collection::vec(any_media(), 0..12),
    ) {
        let evidence = evidence(records, media);
        let links = link(&evidence);
        let mut seen: BTreeSet<usize> = links.links.iter().filter_map(|link| link.media).collect();
        for (media, _) in &links.unrecorded {
            prop_assert!(seen.insert(*media), "both linked and unrecorded");
        }
        prop_assert_eq!(seen.len(), evidence.media.len());
        let told: BTreeSet<usize> = links.links.iter().map(|link| link.record).collect();
        prop_assert_eq!(told.len(), evidence.records.len());
    }
}
