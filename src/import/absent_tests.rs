//! Records that are left out change nothing that is said of the others.

use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::groups::groups;
use crate::linked::Linked;
use crate::merge::tests_support::record;
use crate::unnamed::unnamed_media;
use model::content_hash::ContentHash;
use model::evidence::{Evidence, Links};
use model::kind::Kind;
use model::record::{CompanionRef, Edition, Extras, PostRef};
use model::time::When;
use provider::google_photos::GooglePhotos;
use provider::instagram::Instagram;

/// Returns the places of the records that are left out.
fn left_out(provider: &dyn Provider, evidence: &Evidence) -> Vec<i64> {
    let mut circles = Circles::new(provider, evidence.records.len());
    evidence
        .media
        .iter()
        .for_each(|medium| circles.medium(medium));
    for (at, record) in evidence.records.iter().enumerate() {
        circles.record(at as i64, record);
    }
    circles.without_media()
}

/// Links all evidence and that without the records left out, and compares what is said. Returns how many were left out.
fn links_of_the_others_are_the_same(provider: &dyn Provider, mut evidence: Evidence) -> usize {
    evidence.media.sort_by(|a, b| {
        (&a.path, a.content_hash, &a.export).cmp(&(&b.path, b.content_hash, &b.export))
    });
    let absent = left_out(provider, &evidence);
    let kept: Vec<usize> = (0..evidence.records.len())
        .filter(|at| absent.binary_search(&(*at as i64)).is_err())
        .collect();
    let few = Evidence {
        records: kept
            .iter()
            .map(|at| evidence.records[*at].clone())
            .collect(),
        ..evidence.clone()
    };
    let (of_all, of_few) = (provider.link(&evidence), provider.link(&few));
    for record in &absent {
        let mut links = of_all
            .links
            .iter()
            .filter(|link| link.record as i64 == *record);
        let none = links.all(|link| link.media.is_none() && link.role.is_none());
        assert!(none, "{:?}", evidence.records[*record as usize]);
    }
    let is_kept = |at: usize| kept.binary_search(&at).is_ok();
    let has_medium: HashSet<usize> = of_all
        .links
        .iter()
        .filter(|link| link.media.is_some())
        .map(|link| link.record)
        .collect();
    // The first of a class may come without its circle: what it is corrected to is of no medium.
    let corrections = |links: &Links| {
        let mut corrected = links.corrected.clone();
        corrected.retain(|(at, ..)| has_medium.contains(at));
        corrected
    };
    let of_all = Links {
        links: of_all
            .links
            .into_iter()
            .filter(|link| is_kept(link.record))
            .collect(),
        memberships: of_all
            .memberships
            .into_iter()
            .filter(|(at, _)| is_kept(*at))
            .collect(),
        ..of_all
    };
    let of_few = numbered(of_few, &kept);
    assert_eq!(of_all.links, of_few.links);
    assert_eq!(of_all.unrecorded, of_few.unrecorded);
    assert_eq!(corrections(&of_all), corrections(&of_few));
    assert_eq!(of_all.memberships, of_few.memberships);
    assert_eq!(of_all.vague, of_few.vague);
    assert_eq!(of_all.doubts, of_few.doubts);
    let grouped_of_all = groups(&evidence.records, &of_all);
    let grouped_of_few = groups(&few.records, &of_few);
    for link in of_few.links.iter().filter(|link| link.media.is_some()) {
        let at = kept.binary_search(&link.record).expect("kept");
        assert_eq!(grouped_of_all.get(link.record), grouped_of_few.get(at));
    }
    let unnamed = |evidence: Evidence, links| {
        unnamed_media(&[Linked {
            provider: provider.about().name.to_owned(),
            evidence,
            links,
            ..Linked::default()
        }])
    };
    let again = provider.link(&few);
    assert_eq!(unnamed(evidence, of_all), unnamed(few, again));
    absent.len()
}

/// Puts the places in all evidence in place of those among the records that were kept.
fn numbered(links: Links, kept: &[usize]) -> Links {
    let mut links = links;
    links
        .links
        .iter_mut()
        .for_each(|link| link.record = kept[link.record]);
    links
        .corrected
        .iter_mut()
        .for_each(|one| one.0 = kept[one.0]);
    links
        .memberships
        .iter_mut()
        .for_each(|one| one.0 = kept[one.0]);
    links
        .vague
        .iter_mut()
        .for_each(|one| one.record = kept[one.record]);
    links
        .doubts
        .iter_mut()
        .for_each(|one| one.record = kept[one.record]);
    links
}

fn medium(
    provider: &str,
    export: Option<&str>,
    path: String,
    byte: u8,
    taken: Option<i64>,
) -> MediaEntry {
    MediaEntry {
        provider: provider.to_owned(),
        export: export.map(str::to_owned),
        path,
        content_hash: ContentHash([byte; 32]),
        content_id: None,
        taken: taken.map(at),
    }
}

fn at(second: i64) -> When {
    When::utc(jiff::Timestamp::from_second(second).expect("in range"))
}

const PATHS: [&str; 5] = [
    "media/posts/202001/",
    "public-media/posts/202001/",
    "media/stories/202002/",
    "",
    "../media/reels/",
];

const NAMES: [&str; 7] = [
    "a",
    "b_17912345678901234",
    "c_17912345678901234",
    "d",
    "e_17912345678901235",
    "f",
    "g",
];

const PATH_ENDS: [&str; 4] = [".jpg", ".mp4", ".srt", ""];

fn instagram_path() -> impl Strategy<Value = String> {
    (
        select(&PATHS[..]),
        select(&NAMES[..]),
        select(&PATH_ENDS[..]),
    )
        .prop_map(|(folder, name, end)| format!("{folder}{name}{end}"))
}

const SOURCES: [&str; 4] = [
    "media/posts_1.json",
    "media/posts.json",
    "media/archived_posts.json",
    "media/stories.json",
];

const KINDS: [Kind; 3] = [Kind::Post, Kind::Archived, Kind::Story];

fn instagram_record() -> impl Strategy<Value = Record> {
    (
        (instagram_path(), select(&SOURCES[..]), select(&KINDS[..])),
        proptest::option::of((0_u32..5, 0_u32..3)),
        proptest::option::of(0_i64..2_000),
        proptest::option::of(instagram_path()),
        (
            any::<bool>(),
            proptest::bool::weighted(0.1),
            proptest::option::of(select(&["A", "B"][..])),
        ),
    )
        .prop_map(
            |((uri, source, kind), post, posted, companion, (by_name, supplement, caption))| {
                let mut one = record(&uri);
                one.kind = kind;
                one.source = format!("your_instagram_activity/{source}");
                one.key = provider::classify::item_key(&uri);
                one.account = Some(if by_name { "anna" } else { "ben" }.to_owned());
                one.post = post.map(|(id, index)| PostRef {
                    id: format!("post:{id}"),
                    index,
                });
                one.facts.posted_at = posted.map(at);
                one.facts.description = caption.map(str::to_owned);
                let role = model::kind::CompanionRole::Subtitles;
                one.companions = companion
                    .into_iter()
                    .map(|uri| CompanionRef { uri, role })
                    .collect();
                one.facts.extras = supplement.then(|| {
                    Box::new(Extras {
                        supplement,
                        ..Extras::default()
                    })
                });
                one
            },
        )
}

const FOLDERS: [&str; 3] = [
    "Takeout/Google Photos/Photos from 2020",
    "Takeout/Google Photos/Rome",
    "Takeout/Google Fotos/Photos from 2020",
];
const STEMS: [&str; 14] = [
    "a",
    "IMG_1",
    "IMG_0001",
    "IMG_00001",
    "IMG_000001",
    "IMG_0000012345",
    "Mom's b",
    "Mom_s b",
    "Ü ΟΔΟΣ",
    "ü οδος",
    "10.01.15 - 6",
    "x.y",
    "a name that is much too long to be kept whole by any Takeout of anyone",
    "PXL_20230101_120000.MP",
];
const ENDS: [&str; 9] = [
    ".jpg",
    ".JPG",
    ".jpeg",
    ".HEIC",
    ".mp4",
    ".MP",
    ".png",
    "",
    ".HEIC.jpg",
];

const MARKS: [&str; 9] = [
    "",
    "",
    "",
    "-edited",
    "-bearbeitet",
    "-zzz",
    "(1)",
    "-edited(1)",
    "(2)",
];

/// A name with its counter before the extension, cut as Google cuts.
fn google_name() -> impl Strategy<Value = String> {
    (
        select(&STEMS[..]),
        select(&MARKS[..]),
        select(&ENDS[..]),
        any::<bool>(),
    )
        .prop_map(|(stem, mark, end, cut)| {
            let room = if cut { 47 } else { 100 };
            let stem: String = stem
                .chars()
                .take(room)
                .map(|c| if c == '\'' { '_' } else { c })
                .collect();
            format!("{stem}{mark}{end}")
        })
}

const SUFFIXES: [&str; 4] = [".supplemental-metadata", "", ".suppl", ".metadata"];

fn google_record() -> impl Strategy<Value = Record> {
    let place = (
        select(&FOLDERS[..]),
        proptest::option::of(select(&["1", "2"][..])),
    );
    (
        (
            place,
            select(&STEMS[..]),
            select(&ENDS[..]),
            proptest::option::of(select(&STEMS[..])),
        ),
        (
            select(&SUFFIXES[..]),
            proptest::option::of(1_u32..3),
            0_u32..8,
        ),
        (
            proptest::option::of(0_i64..4),
            proptest::bool::weighted(0.1),
            proptest::bool::weighted(0.8),
        ),
    )
        .prop_map(
            |(
                ((folder, export), stem, end, other),
                (suffix, counter, item),
                (taken, listed, titled),
            )| {
                let long: String = format!("{stem}{end}{suffix}").chars().take(46).collect();
                let file =
                    counter.map_or_else(|| format!("{long}.json"), |n| format!("{long}({n}).json"));
                let title = format!("{}{end}", other.unwrap_or(stem));
                let mut one = record(&format!("{folder}/{stem}{end}"));
                one.provider = "google-photos".to_owned();
                one.account = None;
                one.export = export.map(str::to_owned);
                one.kind = Kind::Post;
                one.source = format!("{folder}/{file}");
                one.facts.title = titled.then_some(title.clone());
                one.facts.taken_at = taken.map(|taken| at(1_600_000_000 + taken));
                one.key = match item {
                    0..6 => format!("https://photos.google.com/photo/{item}"),
                    _ => format!("{title}@{}", taken.unwrap_or(0)),
                };
                if listed {
                    one.edition = Edition::Html;
                    one.key = format!("listed:{}", one.uri);
                    one.source = "Takeout/archive_browser.html".to_owned();
                    one.facts = model::record::RecordFacts::default();
                }
                one
            },
        )
}

fn google_medium() -> impl Strategy<Value = MediaEntry> {
    let place = (
        select(&FOLDERS[..]),
        proptest::option::of(select(&["1", "2"][..])),
    );
    (
        place,
        google_name(),
        any::<u8>(),
        proptest::option::of(0_i64..4),
    )
        .prop_map(|((folder, export), name, byte, taken)| {
            let taken = taken.map(|taken| 1_600_000_000 + taken);
            medium(
                "google-photos",
                export,
                format!("{folder}/{name}"),
                byte % 16,
                taken,
            )
        })
}

fn evidence(records: Vec<Record>, media: Vec<MediaEntry>) -> Evidence {
    Evidence {
        records,
        media,
        albums: Vec::new(),
    }
}

proptest! {
    #![proptest_config(testkit::cases(400))]

    #[test]
    fn instagram_links_the_other_records_as_if_those_left_out_were_there(
        records in proptest::collection::vec(instagram_record(), 1..14),
        paths in proptest::collection::vec((instagram_path(), 0_u8..5), 0..6),
    ) {
        let media = paths.into_iter().map(|(path, byte)| medium("instagram", None, path, byte, None));
        links_of_the_others_are_the_same(&Instagram, evidence(records, media.collect()));
    }

    #[test]
    fn takeout_links_the_other_records_as_if_those_left_out_were_there(
        records in proptest::collection::vec(google_record(), 1..12),
        media in proptest::collection::vec(google_medium(), 0..8),
    ) {
        links_of_the_others_are_the_same(&GooglePhotos, evidence(records, media));
    }
}

#[test]
fn records_far_from_all_media_are_left_out_but_for_one_of_each_class() {
    let numbered = |number: u32| {
        record(&format!(
            "media/posts/202001/x_1789000000000{number:04}.jpg"
        ))
    };
    let records: Vec<Record> = (0..100).map(numbered).collect();
    let held = medium("instagram", None, records[7].uri.clone(), 1, None);
    let left = links_of_the_others_are_the_same(&Instagram, evidence(records, vec![held]));
    // The one that is held, and the first of its class.
    assert_eq!(left, 98);
    let sidecar = |number: u32| Record {
        provider: "google-photos".to_owned(),
        source: format!(
            "{}/IMG_{number:06}.jpg.supplemental-metadata.json",
            FOLDERS[0]
        ),
        key: format!("https://photos.google.com/photo/{number}"),
        ..record(&format!("{}/IMG_{number:06}.jpg", FOLDERS[0]))
    };
    let records: Vec<Record> = (0..100).map(sidecar).collect();
    let held = medium("google-photos", None, records[7].uri.clone(), 1, None);
    let left = links_of_the_others_are_the_same(&GooglePhotos, evidence(records, vec![held]));
    assert_eq!(left, 98);
}

#[test]
fn nothing_is_left_out_where_some_records_name_their_account_and_some_do_not() {
    let nameless = Record {
        account: None,
        ..record("a.jpg")
    };
    let records = vec![nameless, record("b.jpg"), record("c.jpg")];
    assert_eq!(
        left_out(&Instagram, &evidence(records, Vec::new())),
        Vec::<i64>::new()
    );
}
