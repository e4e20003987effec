//! One random world for the laws: archives of every service at once, in every generation, edition and language, with all that lies
//! around the owner's media in real ones: index pages, files of the service, rubbish of systems, records of the wrong type, two
//! accounts of one service, two exports of one account, equal bytes on two services.

use demo::media::{Picture, jpeg};
use jiff::Timestamp;
use jiff::civil::datetime;
use proptest::collection::vec;
use proptest::prelude::{Strategy, any};

use super::account::Account;
use super::arb::arb_html_account;
use super::compose::takeout::{Item, State, Takeout, parts};
use super::compose::takeout_words::LANGUAGES;
use super::compose::{
    Edition, Files, Generation, Language, compose, facebook, facebook_whole, snapchat,
};
use super::media::bytes_of;
use super::pack::parts::split;
use super::takeouts::{at, clip, plain, varied};

/// One part of an archive: its name without the ending, and what is in it.
pub type Part = (String, Files);

/// Every part of every archive.
#[derive(Clone)]
pub struct World {
    pub parts: Vec<Part>,
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (name, files) in &self.parts {
            let names: Vec<&String> = files.keys().collect();
            writeln!(f, "{name}: {names:?}")?;
        }
        Ok(())
    }
}

/// What is thrown for a world, beside accounts and items: each number decides one thing.
#[derive(Debug, Clone)]
struct Throws(Vec<u8>);

impl Throws {
    fn of(&self, at: usize, choices: usize) -> usize {
        usize::from(self.0[at]) % choices
    }

    fn one_of<T: Copy>(&self, at: usize, of: &[T]) -> T {
        of[self.of(at, of.len())]
    }

    fn says(&self, at: usize) -> bool {
        self.0[at] & 1 == 1
    }
}

/// A Takeout with names that repeat, films, edited copies, places that are not the ordinary view, and an album.
pub fn arb_takeout() -> impl Strategy<Value = Takeout> {
    let item = (
        0u64..30,
        any::<bool>(),
        0u8..6,
        any::<bool>(),
        any::<bool>(),
    );
    vec(item, 0..8).prop_map(|drafts| {
        let mut items = Vec::new();
        for (number, (seed, film, state, edited, favorite)) in drafts.into_iter().enumerate() {
            let taken = format!("202{}-0{}-11T10:{:02}:00Z", seed % 5, 1 + seed % 9, seed);
            let bytes = match (film, state) {
                (true, _) => clip(seed + 200),
                // A camera's clock, so that offsets are compared.
                (false, 5) => at(seed + 300, datetime(2022, 3, 4, 12, 0, 0, 0)),
                (false, _) => plain(seed + 200),
            };
            items.push(Item {
                id: format!("item{number}"),
                albums: if number % 2 == 0 {
                    vec!["rome"]
                } else {
                    vec![]
                },
                true_ext: if film { ".mp4" } else { ".jpg" },
                edited: (edited && !film).then(|| plain(seed + 400)),
                favorite,
                state: match state {
                    0 => State::Archived,
                    1 => State::Trashed,
                    _ => State::Shown,
                },
                // Names repeat, so that Google counts them.
                ..Item::new(if film { "VID_1.mp4" } else { "IMG_1.jpg" }, bytes, &taken)
            });
        }
        let albums = varied(LANGUAGES[0]).albums.into_iter();
        Takeout::of(items, albums.filter(|album| album.key == "rome").collect())
    })
}

/// Any world.
pub fn arb_world() -> impl Strategy<Value = World> {
    (
        arb_html_account(3),
        arb_html_account(2),
        arb_takeout(),
        any::<u64>(),
        vec(any::<u8>(), 16),
    )
        .prop_map(|(anna, ben, takeout, seed, throws)| {
            let throws = Throws(throws);
            let mut parts = instagram(anna.clone(), &throws, seed);
            if throws.says(0) {
                parts.extend(second_account(&anna, ben, &throws));
            }
            parts.extend(google(&anna, takeout, &throws, seed));
            parts.push((
                "facebook-anna-2024-05-01-Ab3dEf9h".to_owned(),
                facebook_archive(&throws),
            ));
            parts.extend(snapchat_parts(&throws));
            parts.retain(|(_, files)| !files.is_empty());
            if throws.says(15) {
                parts.iter_mut().for_each(|(_, files)| odd_records(files));
            }
            World { parts }
        })
}

/// Any edition of any generation that had it.
fn style(throws: &Throws, at: usize) -> (Generation, Edition) {
    const GENERATIONS: [Generation; 5] = [
        Generation::G1,
        Generation::G2,
        Generation::G3,
        Generation::G4,
        Generation::G5,
    ];
    const LANGUAGES: [Language; 5] = [
        Language::English,
        Language::Portuguese,
        Language::Spanish,
        Language::Japanese,
        Language::Korean,
    ];
    let generation = throws.one_of(at, &GENERATIONS);
    let edition = match throws.of(at + 1, 6) {
        language @ 0..5 if generation != Generation::G1 && generation != Generation::G5 => {
            Edition::Html(LANGUAGES[language])
        }
        _ => Edition::Json,
    };
    (generation, edition)
}

fn instagram(mut account: Account, throws: &Throws, seed: u64) -> Vec<Part> {
    let (generation, edition) = style(throws, 1);
    account.noise = throws.says(3);
    // Two posts a second apart. 2018's records know posts by their second, 2026's join two lists by time.
    let close = !matches!(generation, Generation::G1 | Generation::G5) && throws.says(4);
    if let (true, [first, second, ..]) = (close, account.posts.as_mut_slice()) {
        let next = first.posted_at.as_second() + 1;
        second.posted_at = Timestamp::from_second(next).expect("decades at most");
    }
    let files = compose(&account, generation, edition);
    let split = split(&files, &account.username, 2, seed);
    let named = |(name, files): Part| (name.replace(".zip", ""), files);
    split.into_iter().map(named).collect()
}

/// Someone else's account, who posted a picture of the first one's, too.
fn second_account(anna: &Account, mut ben: Account, throws: &Throws) -> Vec<Part> {
    ben.username = "ben.beispiel".to_owned();
    let shared = anna.posts.first().and_then(|post| post.media.first());
    let mut number = 5_000;
    for medium in ben.posts.iter_mut().flat_map(|post| &mut post.media) {
        number += 1;
        let fresh = super::account::Medium::new(medium.form, number);
        (medium.seed, medium.media_id) = (fresh.seed, fresh.media_id);
        if let (5_001, Some(shared)) = (number, shared) {
            (medium.form, medium.seed) = (shared.form, shared.seed);
        }
    }
    let (generation, edition) = style(throws, 5);
    let files = compose(&ben, generation, edition);
    vec![(
        "instagram-ben.beispiel-2024-06-01-Zz9yXw8v".to_owned(),
        files,
    )]
}

/// Two exports of one account: the first in two parts with its page, the other of a later day with less in it.
fn google(anna: &Account, drafts: Takeout, throws: &Throws, seed: u64) -> Vec<Part> {
    let words = throws.one_of(7, &LANGUAGES);
    let mut takeout = match throws.of(8, 4) {
        0 => varied(words),
        _ => Takeout { words, ..drafts },
    };
    let shared = anna.posts.first().and_then(|post| post.media.first());
    if let Some(medium) = shared {
        takeout.items.push(Item {
            id: "shared".to_owned(),
            ..Item::new("shared.jpg", bytes_of(medium), "2021-05-06T07:08:09Z")
        });
    }
    let mut all = Vec::new();
    for (number, files) in (1..).zip(parts(&takeout, &takeout.files(), 2, seed)) {
        all.push((takeout.part_name(number, "zip").replace(".zip", ""), files));
    }
    if throws.says(9) {
        let mut later = Takeout {
            stamp: "20250901T101112Z",
            ..takeout
        };
        let some = later.items.len().div_ceil(2);
        later.items.truncate(some);
        for item in &mut later.items {
            item.description = "written later".to_owned();
        }
        let files = parts(&later, &later.files(), 1, seed).remove(0);
        all.push((later.part_name(1, "zip").replace(".zip", ""), files));
    }
    all
}

fn facebook_archive(throws: &Throws) -> Files {
    match throws.of(10, 3) {
        0 => facebook_whole::compose(throws.one_of(11, &facebook_whole::MARKUPS)).files,
        html => {
            let generation = throws.one_of(11, &facebook::GENERATIONS);
            facebook::compose(generation, html == 1)
        }
    }
}

fn snapchat_parts(throws: &Throws) -> Vec<Part> {
    let links = match throws.says(12) {
        true => snapchat::Links::None,
        false => snapchat::Links::Both,
    };
    let memories = snapchat::varied();
    let list = snapchat::records(&memories, links, "https://h", throws.says(13));
    // Without times of entries, which folders do not have.
    let media = snapchat::media(&memories).into_iter();
    let media: Files = media.map(|(path, bytes, _)| (path, bytes)).collect();
    vec![
        ("mydata~1700000000000".to_owned(), list),
        ("mydata~1700000000000-2".to_owned(), media),
    ]
}

/// Adds a list beside each list of an archive, with values of the wrong type wherever a reader looks.
fn odd_records(files: &mut Files) {
    let beside: Vec<String> = files
        .keys()
        .filter(|path| path.ends_with("posts_1.json"))
        .map(|path| path.replace("posts_1.json", "posts_2.json"))
        .collect();
    for path in beside {
        let odd: &[u8] =
            br#"[3, null, "x", {"media": 7}, {"title": {"a": []}, "media": [{"uri": 5}, []]}]"#;
        files.entry(path).or_insert_with(|| odd.to_vec());
    }
}

/// Adds what lies around media in archives and is none of them: rubbish of systems, files of the service, files nobody knows.
pub fn furnished(files: &Files, number: usize) -> Files {
    let mut more = files.clone();
    let root = match files.keys().next().and_then(|path| path.split_once('/')) {
        Some((first @ "Takeout", _)) => format!("{first}/"),
        _ => String::new(),
    };
    let icon = jpeg(&Picture {
        width: 16,
        height: 16,
        seed: 90_000 + number as u64,
        ..Picture::default()
    });
    for (path, bytes) in [
        (
            "__MACOSX/._photo.jpg".to_owned(),
            b"\0\x05\x16\x07".to_vec(),
        ),
        (format!("{root}.DS_Store"), b"\0\0\0\x01Bud1".to_vec()),
        (format!("{root}Thumbs.db"), b"\xd0\xcf\x11\xe0".to_vec()),
        (format!("{root}desktop.ini"), b"[.ShellClassInfo]".to_vec()),
        (
            format!("{root}rubbish-{PLACEHOLDER}.xyz"),
            b"nobody cares".to_vec(),
        ),
        (format!("{root}notes.xyz"), b"nobody knows what".to_vec()),
        (format!("{root}__MACOSX/._icon.jpg"), icon),
    ] {
        more.entry(path).or_insert(bytes);
    }
    more
}

/// Stands in names for bytes that are no UTF-8, which no `String` holds.
const PLACEHOLDER: &str = "QQQQQQ";

/// Puts bytes that are no UTF-8 into the name of a packed file.
pub fn not_utf8(mut zip: Vec<u8>) -> Vec<u8> {
    let wanted = PLACEHOLDER.as_bytes();
    let found: Vec<usize> = zip
        .windows(wanted.len())
        .enumerate()
        .filter(|(_, window)| *window == wanted)
        .map(|(at, _)| at)
        .collect();
    for at in found {
        zip[at..at + wanted.len()].copy_from_slice(b"\xff\xfe\x80\xc3\x28\xe9");
    }
    zip
}
