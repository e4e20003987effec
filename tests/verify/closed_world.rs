//! The judge, tested at random: whatever one thing is taken from a whole account, the certificate never says "complete" where
//! something was lost; and it says so of every account that is whole.
//!
//! Lost is what the undisturbed library has and the disturbed one has not: a photo, a date, a caption, a place, a person, an album.
//! `ALBUMEN_JUDGE_CASES=2000 cargo test --test main verify::closed_world -- --nocapture` runs as many cases as `.ci/run` does;
//! `ALBUMEN_JUDGE_FROM=2000` runs others than those.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use catalog::Catalog;
use import::{ImportOptions, import};
use jiff::Timestamp;
use monitor::Silent;
use verify::certify::{Verdict, certify};

use crate::support::whole::{Part, World, worlds};

/// Cases in the ordinary tests; each imports an archive and judges the library.
const CASES: usize = 150;

/// Returns the number an environment variable gives.
fn asked(name: &str) -> Option<usize> {
    std::env::var(name).ok()?.parse().ok()
}

/// Numbers that are the same on every machine.
struct Dice(u64);

impl Dice {
    fn of(case: usize) -> Self {
        let mut dice =
            Self(0x9e37_79b9_7f4a_7c15 ^ (case as u64 + 1).wrapping_mul(0xbf58_476d_1ce4_e5b9));
        dice.below(7);
        dice
    }

    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize % end.max(1)
    }

    fn of_all<'a, T>(&mut self, all: &'a [T]) -> Option<&'a T> {
        all.get(self.below(all.len()))
    }
}

/// An account of which one thing was changed, packed.
struct Case {
    /// What was changed, in words.
    what: String,
    /// The entry it is about, if it is about one.
    path: String,
    /// The class or key that was renamed.
    word: Option<String>,
    parts: Vec<(String, Vec<u8>)>,
}

fn all_packed(parts: &[Part]) -> Vec<(String, Vec<u8>)> {
    parts
        .iter()
        .map(|part| (part.name.clone(), part.packed()))
        .collect()
}

/// Changes one thing.
fn change(world: &World, dice: &mut Dice) -> Option<Case> {
    let mut parts = world.parts.clone();
    let at = dice.below(parts.len());
    let paths: Vec<String> = parts[at].files.keys().cloned().collect();
    let pages: Vec<String> = paths
        .iter()
        .filter(|path| path.ends_with(".json") || path.ends_with(".html"))
        .cloned()
        .collect();
    let case = |what: &str, path: &str, parts: Vec<(String, Vec<u8>)>| {
        let what = format!("{}: {what} {path}", world.name);
        Some(Case {
            what,
            path: path.to_owned(),
            word: None,
            parts,
        })
    };
    match dice.below(12) {
        0 | 1 => {
            let path = dice.of_all(&paths)?.clone();
            parts[at].files.remove(&path);
            case("without", &path, all_packed(&parts))
        }
        2 => {
            let path = dice.of_all(&paths)?.clone();
            let bytes = parts[at].files.remove(&path)?;
            let new = renamed(&path, dice);
            parts[at].files.insert(new.clone(), bytes);
            case(&format!("renamed to {new}:"), &path, all_packed(&parts))
        }
        3 if parts.len() > 1 => {
            let gone = parts.remove(at);
            case("without part", &gone.name, all_packed(&parts))
        }
        3 | 4 => {
            let mut packed = all_packed(&parts);
            let length = packed[at].1.len();
            let kept = length / 10 + dice.below(length * 9 / 10);
            packed[at].1.truncate(kept);
            case(
                &format!("cut to {kept} of {length} bytes:"),
                &parts[at].name,
                packed,
            )
        }
        5 => {
            let path = dice.of_all(&paths)?.clone();
            let bytes = parts[at].files[&path].clone();
            let mut packed = all_packed(&parts);
            let zip = &mut packed[at].1;
            let start = zip
                .windows(bytes.len().max(1))
                .position(|window| window == bytes)?;
            zip[start + dice.below(bytes.len())] ^= 1 << dice.below(8);
            case("one bit flipped of", &path, packed)
        }
        6 => {
            let path = dice.of_all(&pages)?.clone();
            let bytes = parts[at].files.get_mut(&path)?;
            let kept = bytes.len() / 10 + dice.below(bytes.len() * 9 / 10);
            bytes.truncate(kept);
            case("cut file", &path, all_packed(&parts))
        }
        _ => {
            let path = dice.of_all(&pages)?.clone();
            let bytes = parts[at].files.get_mut(&path)?;
            let text = String::from_utf8(bytes.clone()).ok()?;
            let word = word_to_rename(&text, path.ends_with(".json"), dice)?;
            *bytes = with_word_renamed(&text, &word).into_bytes();
            case(
                &format!("word {word} renamed in"),
                &path,
                all_packed(&parts),
            )
        }
    }
}

/// Another name in the same folder, or the same name in another folder.
fn renamed(path: &str, dice: &mut Dice) -> String {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    match dice.below(3) {
        0 if !folder.is_empty() => format!("{folder}x/{name}"),
        1 => match name.rsplit_once('.') {
            Some((stem, extension)) => format!("{folder}/{stem}x.{extension}"),
            None => format!("{folder}/{name}x"),
        },
        _ => format!(
            "{folder}/renamed{}",
            name.rfind('.').map_or("", |at| &name[at..])
        ),
    }
    .trim_start_matches('/')
    .to_owned()
}

/// Chooses a key of a JSON file, or a class of a page.
fn word_to_rename(text: &str, json: bool, dice: &mut Dice) -> Option<String> {
    let mut words = BTreeSet::new();
    if json {
        for (at, _) in text.match_indices("\":").chain(text.match_indices("\" :")) {
            let start = text[..at].rfind('"')?;
            words.insert(&text[start..=at]);
        }
    } else {
        for (at, _) in text.match_indices("class=\"") {
            let list = &text[at + 7..];
            words.extend(list[..list.find('"')?].split(' '));
        }
    }
    let words: Vec<&str> = words.into_iter().filter(|word| word.len() > 2).collect();
    dice.of_all(&words).map(|word| (*word).to_owned())
}

fn with_word_renamed(text: &str, word: &str) -> String {
    if let Some(key) = word.strip_suffix('"') {
        let renamed = format!("{key}q\":");
        return text.replace(&format!("{word}:"), &renamed);
    }
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("class=\"") {
        let (before, list) = rest.split_at(at + 7);
        let end = list.find('"').unwrap_or(list.len());
        let classes = list[..end].split(' ').map(|class| match class == word {
            true => format!("{class}q"),
            false => class.to_owned(),
        });
        out += before;
        out += &classes.collect::<Vec<_>>().join(" ");
        rest = &list[end..];
    }
    out + rest
}

/// What became of an archive: the verdict, its reasons, and what the library knows of each picture.
struct Judged {
    complete: bool,
    reasons: String,
    notes: String,
    facts: BTreeMap<String, String>,
    /// Text of all sidecars, which hold each record whole.
    sidecars: String,
}

/// Judges an archive whose user says how many parts its service listed, if they say it.
fn judged(parts: &[(String, Vec<u8>)], said: Option<u32>) -> Judged {
    // Nothing here needs a disk, and disks wait.
    let memory = Path::new("/dev/shm");
    let home = match memory.is_dir() {
        true => tempfile::tempdir_in(memory),
        false => tempfile::tempdir(),
    };
    let home = home.expect("a temporary folder");
    let options = ImportOptions {
        paths: parts
            .iter()
            .map(|(name, bytes)| {
                let path = home.path().join(name);
                std::fs::write(&path, bytes).expect("written");
                path
            })
            .collect(),
        parts: said,
        threads: Some(1),
        ..ImportOptions::default()
    };
    let library = home.path().join("l");
    let clock = || Timestamp::UNIX_EPOCH;
    if let Err(error) = import(&library, &options, &clock, &Silent) {
        return Judged {
            complete: false,
            reasons: error.to_string(),
            notes: String::new(),
            facts: BTreeMap::new(),
            sidecars: String::new(),
        };
    }
    let certified = certify(&library, &clock, &Silent).expect("a library");
    let complete = |verdict: &Verdict| matches!(verdict, Verdict::Complete(_));
    let all = &certified.certificates;
    Judged {
        complete: !all.is_empty() && all.iter().all(|one| complete(&one.verdict)),
        reasons: lines(all.iter().flat_map(|one| &one.reasons)),
        notes: lines(all.iter().flat_map(|one| &one.notes)),
        facts: facts(&library),
        sidecars: sidecars(&library),
    }
}

fn lines<'a>(all: impl Iterator<Item = &'a String>) -> String {
    all.map(String::as_str).collect::<Vec<_>>().join("\n")
}

fn sidecars(library: &Path) -> String {
    let names = crate::support::tree::names(library);
    let names = names.iter().filter(|name| name.ends_with(".xmp"));
    let texts = names.map(|name| std::fs::read_to_string(library.join(name)).expect("a sidecar"));
    texts.collect()
}

/// What the library knows of each picture, without where it lies and where it came from.
fn facts(library: &Path) -> BTreeMap<String, String> {
    let catalog = Catalog::open(&library.join(".albumen/catalog.sqlite")).expect("a catalog");
    let mut titles = album_titles(library);
    let mut facts = BTreeMap::new();
    catalog
        .assets(|_, asset| {
            let mut kinds: Vec<&str> = asset.items.iter().map(|item| item.kind.as_str()).collect();
            kinds.sort_unstable();
            kinds.dedup();
            let value = |claim: Option<&dyn std::fmt::Debug>| format!("{claim:?}");
            let text = [
                value(asset.taken_at.as_ref().map(|claim| &claim.value as _)),
                value(asset.posted_at.as_ref().map(|when| when as _)),
                value(asset.description.as_ref().map(|claim| &claim.value as _)),
                value(asset.title.as_ref().map(|claim| &claim.value as _)),
                value(asset.location.as_ref().map(|claim| &claim.value as _)),
                value(asset.place.as_ref().map(|claim| &claim.value as _)),
                format!("{:?}", asset.people),
                format!(
                    "albums {:?}",
                    titles.remove(&asset.content_hash.to_string())
                ),
                format!("{:?} {:?} {kinds:?}", asset.favorite, asset.visibility),
                format!("{:?}", asset.companions.len()),
                format!("keywords {:?}", asset.keywords),
                format!(
                    "camera {:?}",
                    asset.camera.as_ref().map(|claim| &claim.value)
                ),
                format!("with {:?} insights {:?}", asset.coauthors, asset.insights),
                format!(
                    "comments {:?} licences {:?}",
                    asset.comments, asset.licenses
                ),
                format!(
                    "group {:?}",
                    asset.group.as_ref().map(|group| (group.index, group.size))
                ),
            ];
            facts.insert(asset.content_hash.to_string(), text.join("\n"));
        })
        .expect("a whole catalog");
    facts
}

/// Titles of the albums each picture is in.
fn album_titles(library: &Path) -> BTreeMap<String, Vec<String>> {
    let catalog = rusqlite::Connection::open(library.join(".albumen/catalog.sqlite"));
    let catalog = catalog.expect("a catalog");
    let mut statement = catalog
        .prepare("SELECT lower(hex(a.content_hash)), b.title FROM asset_album b JOIN asset a ON a.id = b.asset_id ORDER BY 1, 2")
        .expect("a question");
    let rows = statement.query_map([], |row| {
        Ok((row.get(0)?, row.get::<_, Option<String>>(1)?))
    });
    let mut titles: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in rows.expect("rows") {
        let (hash, title) = row.expect("a row");
        titles
            .entry(hash)
            .or_default()
            .push(title.unwrap_or_default());
    }
    titles
}

/// What the undisturbed library has and the other has not.
#[derive(Default)]
struct Lost {
    pictures: Vec<String>,
    /// Of pictures that are still held: each fact that is another, as it was and as it is.
    facts: BTreeMap<String, Vec<(String, String)>>,
}

impl Lost {
    fn is_empty(&self) -> bool {
        self.pictures.is_empty() && self.facts.is_empty()
    }

    fn said(&self) -> String {
        let pictures = self
            .pictures
            .iter()
            .map(|hash| format!("picture {}", &hash[..12]));
        let facts = self.facts.values().flatten();
        let facts = facts.map(|(a, b)| format!("{a} became {b}"));
        pictures
            .chain(facts)
            .collect::<Vec<_>>()
            .join("\n         ")
    }
}

fn lost(whole: &Judged, other: &Judged) -> Lost {
    let mut lost = Lost::default();
    for (hash, facts) in &whole.facts {
        let Some(found) = other.facts.get(hash) else {
            lost.pictures.push(hash.clone());
            continue;
        };
        let pairs = facts.lines().zip(found.lines()).filter(|(a, b)| a != b);
        let pairs: Vec<_> = pairs.map(|(a, b)| (a.to_owned(), b.to_owned())).collect();
        if !pairs.is_empty() {
            lost.facts.insert(hash.clone(), pairs);
        }
    }
    lost
}

/// Media without record that one account may have of a kind: the certificate notes them.
const A_FEW: usize = 3;

/// Returns why "complete" is right although the library knows less; docs/certificate.md has the same list.
fn is_legitimate(case: &Case, lost: &Lost, judged: &Judged) -> Option<&'static str> {
    if !lost.pictures.is_empty() {
        return overlay_without_address(case, lost);
    }
    let key = case.word.as_deref().and_then(|word| word.strip_suffix('"'));
    if key.is_some_and(|key| {
        judged
            .sidecars
            .contains(&format!("{}q", key.trim_start_matches('"')))
    }) {
        return Some("the record is kept whole in the sidecar, the renamed key with it");
    }
    let noted = judged.notes.contains("no record file names");
    if noted && lost.facts.len() <= A_FEW {
        return Some(
            "a few media without record: services leave some out; the certificate notes them",
        );
    }
    if is_last_of_several_lists(case) {
        return Some(
            "nothing in an archive tells how many lists of posts it has; other lists name each of its photos",
        );
    }
    if is_the_lesser_list(case, lost) {
        return Some(
            "an archive of 2026 may have one list of posts or two; the other names every photo, without positions",
        );
    }
    let is_kind = |text: &String| text.starts_with("true ") || text.starts_with("false ");
    if lost
        .facts
        .values()
        .flatten()
        .all(|(was, is)| is_kind(was) && is_kind(is))
    {
        return Some(
            "only the name of the list or folder told the kind; every other fact is there",
        );
    }
    overlay_without_address(case, lost)
}

/// Instagram's `posts_1.json` beside `posts.json`, which names all its photos: of these only places are lost.
fn is_the_lesser_list(case: &Case, lost: &Lost) -> bool {
    let is_place = |text: &String| text.starts_with("Some(Location") || text == "None";
    case.what.starts_with("instagram G5")
        && case.path.ends_with("/media/posts_1.json")
        && [": without ", ": renamed "]
            .iter()
            .any(|how| case.what.contains(how))
        && lost
            .facts
            .values()
            .flatten()
            .all(|(was, is)| is_place(was) && is_place(is))
}

/// The list of posts with the highest number is gone, and every photo of it is still there.
fn is_last_of_several_lists(case: &Case) -> bool {
    let name = case.path.rsplit('/').next().unwrap_or_default();
    let numbered = name.starts_with("your_posts_") && name.contains("_2.");
    numbered && case.what.contains("without ")
}

fn overlay_without_address(case: &Case, _: &Lost) -> Option<&'static str> {
    let is_overlay = case.path.contains("-overlay");
    is_overlay.then_some("nothing in an archive without addresses names the overlay of a memory")
}

#[test]
fn a_whole_account_is_complete() {
    let refused: Vec<String> = worlds()
        .iter()
        .filter_map(|world| {
            let judged = judged(&all_packed(&world.parts), world.said());
            (!judged.complete).then(|| format!("{}: {}", world.name, judged.reasons))
        })
        .collect();
    assert!(refused.is_empty(), "{}", refused.join("\n\n"));
}

#[test]
fn whatever_is_taken_from_a_whole_account_it_is_never_wrongly_complete() {
    let cases = asked("ALBUMEN_JUDGE_CASES").unwrap_or(CASES);
    let from = asked("ALBUMEN_JUDGE_FROM").unwrap_or(0);
    let worlds = worlds();
    let whole: Vec<Judged> = worlds
        .iter()
        .map(|world| judged(&all_packed(&world.parts), world.said()))
        .collect();
    let next = AtomicUsize::new(from);
    let wrong: Mutex<BTreeMap<usize, String>> = Mutex::default();
    let (made, complete, legitimate) = (
        AtomicUsize::new(0),
        AtomicUsize::new(0),
        AtomicUsize::new(0),
    );
    let work = || loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if made.load(Ordering::Relaxed) >= cases || number > from + cases * 4 {
            return;
        }
        let at = number % worlds.len();
        let Some(case) = change(&worlds[at], &mut Dice::of(number)) else {
            continue;
        };
        made.fetch_add(1, Ordering::Relaxed);
        let judged = judged(&case.parts, worlds[at].said());
        if !judged.complete {
            continue;
        }
        complete.fetch_add(1, Ordering::Relaxed);
        let lost = lost(&whole[at], &judged);
        if lost.is_empty() {
            continue;
        }
        if is_legitimate(&case, &lost, &judged).is_some() {
            legitimate.fetch_add(1, Ordering::Relaxed);
            continue;
        }
        let said = format!("{number}: {}\n   lost: {}", case.what, lost.said());
        wrong
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(number, said);
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(work);
        }
    });
    let wrong = wrong.into_inner().unwrap_or_else(PoisonError::into_inner);
    println!(
        "{} cases: {} complete with nothing lost, {} complete for a reason given here, {} wrongly complete",
        made.into_inner(),
        complete.into_inner() - legitimate.load(Ordering::Relaxed) - wrong.len(),
        legitimate.into_inner(),
        wrong.len()
    );
    let wrong: Vec<String> = wrong.into_values().collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
