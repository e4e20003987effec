//! Folders as full as people have them: what matching costs, and 50,000 files of one folder through the real import.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::time::{Duration, Instant};

use jiff::Timestamp;
use model::content_hash::ContentHash;
use model::evidence::{Evidence, MediaEntry};
use model::kind::Kind;
use model::record::{Edition, Record, RecordFacts};
use model::time::When;
use provider::Provider;
use provider::google_photos::GooglePhotos;
use serde_json::json;

use super::google_import::{assets, import, report};
use crate::support::compose::Files;
use crate::support::compose::takeout::{Item, Takeout};
use crate::support::env::TestEnv;
use crate::support::expected::hash;
use crate::support::pack::takeout_big::photo;

const FOLDER: &str = "Google Photos/Photos from 2023";

fn medium(name: &str, number: u64) -> MediaEntry {
    let mut content = [0; 32];
    content[..8].copy_from_slice(&number.to_be_bytes());
    MediaEntry {
        provider: "google-photos".to_owned(),
        export: None,
        path: format!("{FOLDER}/{name}"),
        content_hash: ContentHash(content),
        content_id: None,
        taken: None,
    }
}

fn sidecar(name: &str, title: &str, number: u64) -> Record {
    Record {
        provider: "google-photos".to_owned(),
        account: None,
        export: None,
        kind: Kind::Post,
        source: format!("{FOLDER}/{name}"),
        edition: Edition::Json,
        uri: format!("{FOLDER}/{title}"),
        key: format!("https://photos.google.com/photo/{number}"),
        post: None,
        companions: vec![],
        facts: RecordFacts {
            title: Some(title.to_owned()),
            ..RecordFacts::default()
        },
        raw: serde_json::Value::Null,
    }
}

/// Adds `number` of a kind of file that makes matching work hard.
type Shape = fn(u64, &mut Evidence);

const SHAPES: [(&str, Shape); 8] = [
    ("each its own name", |n, evidence| {
        let name = format!("IMG_{n:05}.jpg");
        evidence
            .records
            .push(sidecar(&format!("{name}.json"), &name, n));
        evidence.media.push(medium(&name, n));
    }),
    ("one name, counted", |n, evidence| {
        let counter = if n == 0 {
            String::new()
        } else {
            format!("({n})")
        };
        evidence
            .records
            .push(sidecar(&format!("a.jpg{counter}.json"), "a.jpg", n));
        evidence.media.push(medium(&format!("a{counter}.jpg"), n));
    }),
    ("names cut to the same length", |n, evidence| {
        let title = format!("Screenshot_of_a_rather_long_conversation_that_goes_on_{n}.jpg");
        let counter = if n == 0 {
            String::new()
        } else {
            format!("({n})")
        };
        let cut = |units: usize| title.chars().take(units).collect::<String>();
        evidence
            .records
            .push(sidecar(&format!("{}{counter}.json", cut(46)), &title, n));
        evidence
            .media
            .push(medium(&format!("{}{counter}.jpg", cut(47)), n));
    }),
    (
        "media without sidecars, and sidecars without media",
        |n, evidence| {
            evidence.media.push(medium(&format!("lost({n}).jpg"), n));
            evidence
                .records
                .push(sidecar(&format!("b.jpg({n}).json"), "b.jpg", n));
        },
    ),
    ("edited copies and videos of stills", |n, evidence| {
        let name = format!("IMG_{n:05}.HEIC");
        evidence
            .records
            .push(sidecar(&format!("{name}.json"), &name, n));
        evidence.media.push(medium(&name, 3 * n));
        evidence
            .media
            .push(medium(&format!("IMG_{n:05}-edited.HEIC"), 3 * n + 1));
        evidence
            .media
            .push(medium(&format!("IMG_{n:05}.MP4"), 3 * n + 2));
    }),
    (
        "titles without extension of two kinds of media",
        |n, evidence| {
            let counter = if n == 0 {
                String::new()
            } else {
                format!("({n})")
            };
            let mut record = sidecar(&format!("[UNSET]{counter}.json"), "[UNSET]", n);
            record.facts.taken_at = Some(timed(n, 3));
            evidence.records.push(record);
            let name = match n % 2 {
                0 => format!("[UNSET]({}).jpg", n / 2 + 1),
                _ => format!("[UNSET]({}).mp4", n / 2 + 1),
            };
            let mut medium = medium(&name, n);
            medium.taken = Some(timed(n, 7));
            evidence.media.push(medium);
        },
    ),
    ("namesakes of one second without address", |n, evidence| {
        let folder = ["Photos from 2020", "Rome"][(n % 2) as usize];
        let mut record = sidecar(&format!("d.jpg({}).json", n / 2 + 1), "d.jpg", n);
        record.source = format!("Google Photos/{folder}/d.jpg({}).json", n / 2 + 1);
        record.key = "d.jpg@1600000000".to_owned();
        record.facts.taken_at = Some(timed(n, 0));
        evidence.records.push(record);
        let mut medium = medium("x", n);
        medium.path = format!("Google Photos/Photos from 2020/d({}).jpg", n / 2 + 1);
        evidence.media.push(medium);
    }),
    ("videos that could be anyone's", |n, evidence| {
        evidence
            .records
            .push(sidecar(&format!("c.JPG({n}).json"), "c.JPG", n));
        evidence.media.push(medium(&format!("c({n}).JPG"), 2 * n));
        evidence
            .media
            .push(medium(&format!("c({}).MP4", n + 1), 2 * n + 1));
    }),
];

/// A time for each, and one for all.
fn timed(n: u64, seconds: i64) -> When {
    When::utc(Timestamp::from_second(1_600_000_000 + seconds * n as i64).unwrap())
}

fn linking(shape: Shape, count: u64) -> Duration {
    let mut evidence = Evidence::default();
    (0..count).for_each(|n| shape(n, &mut evidence));
    let begun = Instant::now();
    let links = GooglePhotos.link(&evidence);
    let took = begun.elapsed();
    assert!(links.links.len() + links.unrecorded.len() >= evidence.records.len());
    took
}

/// How much longer sixteen times the files may take: some twenty times; where all is compared with all it is 256 times.
const SLOWER: u32 = 64;

#[test]
fn matching_takes_no_quadratic_time_whatever_the_names() {
    for (what, shape) in SHAPES {
        let measure = || {
            let few = linking(shape, 1_600).max(Duration::from_millis(1));
            let many = linking(shape, 25_600);
            println!("{what}: 1,600 in {few:?}, 25,600 in {many:?}");
            many < few * SLOWER
        };
        // Others may use the machine at the same time.
        assert!((0..4).any(|_| measure()), "{what}");
    }
}

/// An album whose folder holds `count` files, half of them sidecars.
fn crowd(count: u64) -> (Vec<Item>, Files) {
    let item = |number: u64| Item {
        taken: Some(1_672_531_200 + number as i64 * 60),
        description: format!("picture {number}"),
        id: format!("AF1QipCrowd{number}"),
        // Three of each name.
        ..Item::new(
            &format!("IMG_{:05}.jpg", number / 3),
            photo(number, 2_048),
            "2023-01-01T00:00:00Z",
        )
    };
    let items: Vec<Item> = (0..count / 2).map(item).collect();
    let takeout = Takeout::of(items.clone(), vec![]);
    let mut files: Files = takeout
        .files()
        .into_iter()
        .filter(|(path, _)| path.contains("/Photos from 2023/"))
        .map(|(path, bytes)| (path.replace("/Photos from 2023/", "/Everything/"), bytes))
        .collect();
    assert_eq!(files.len() as u64, count);
    files.insert(
        "Takeout/Google Photos/Everything/metadata.json".to_owned(),
        json!({"title": "Everything"}).to_string().into_bytes(),
    );
    (items, files)
}

fn import_crowd(count: u64) {
    let env = TestEnv::new();
    let (items, files) = crowd(count);
    env.zip("in/takeout-20250301T101112Z-3-001.zip", &files);
    let begun = Instant::now();
    let ran = import(&env, "lib", &["in"]);
    let took = begun.elapsed();
    println!(
        "{count} files of one folder imported in {:.1} s",
        took.as_secs_f64()
    );
    let report = report(&ran);
    assert_eq!(ran.code, Some(0), "{report}");
    assert_eq!(report["entries"], json!(count + 1));
    assert_eq!(report["outcomes"]["imported"], json!(count / 2));
    assert_eq!(report["outcomes"]["record"], json!(count / 2 + 1));
    assert_eq!(report["missing"], json!(0));
    let found = assets(&env, "lib");
    assert_eq!(found.len(), items.len());
    for item in items {
        let asset = &found[&hash(&item.bytes).to_string()];
        assert_eq!(asset["description"], json!(item.description));
        assert_eq!(asset["albums"], json!(["Everything"]));
        assert_eq!(asset["items"][0]["key"], json!(item.url()));
    }
}

#[test]
fn a_full_folder_is_imported_to_the_last_file() {
    import_crowd(1_200);
}

#[test]
#[ignore = "takes minutes: 50,000 files in one folder"]
fn fifty_thousand_files_of_one_folder_are_imported() {
    import_crowd(50_000);
}
