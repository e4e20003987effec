//! Google Takeouts in twelve parts and five languages: 2,000 media in the ordinary tests, by hand as many as people have.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs};

use serde_json::{Value, json};

use crate::support::compose::takeout_words::{LANGUAGES, Words};
use crate::support::expected::hash;
use crate::support::memory::peak_of;
use crate::support::pack::takeout_big::{BigTakeout, Written, albums, item, write_big_takeout};

/// Parts of each export: zip and tgz by turns.
const PARTS: usize = 12;
/// Most memory an import may take, in MB.
const MOST_MEMORY: u64 = 300;

/// Returns a number from the environment, so that a first try can be smaller.
fn number(name: &str, default: u64) -> u64 {
    env::var(name)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(default)
}

/// The binary to measure: the one built with the tests, or one given.
fn albumen() -> Command {
    let built = env!("CARGO_BIN_EXE_albumen").to_owned();
    Command::new(env::var("ALBUMEN_BIN").unwrap_or(built))
}

/// Runs a command to its end; returns its duration, the most memory it held (in MB) and its output.
fn measured(mut command: Command, out: &Path) -> (Duration, u64, String) {
    let begun = Instant::now();
    let stdout = fs::File::create(out).unwrap();
    let mut child = command
        .stdout(stdout)
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let program = Path::new(command.get_program());
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        peak = peak.max(peak_of(child.id(), program).unwrap_or(0));
        std::thread::sleep(Duration::from_millis(10));
    }
    (
        begun.elapsed(),
        peak >> 20,
        fs::read_to_string(out).unwrap(),
    )
}

fn import(home: &Path, paths: &str) -> (Duration, u64, Value) {
    let mut command = albumen();
    command
        .current_dir(home)
        .args(["--library", "lib", "import", "--json", paths]);
    let (time, peak, out) = measured(command, &home.join("out.jsonl"));
    let report = out
        .lines()
        .rev()
        .find(|line| line.contains("\"type\":\"report\""))
        .unwrap();
    (time, peak, serde_json::from_str(report).unwrap())
}

fn unpacking(home: &Path, parts: &[std::path::PathBuf]) -> Duration {
    let begun = Instant::now();
    let out = home.join("unpacked");
    fs::create_dir(&out).unwrap();
    for part in parts {
        let mut command = match part.extension().is_some_and(|ext| ext == "zip") {
            true => {
                let mut c = Command::new("unzip");
                c.arg("-q").arg(part).arg("-d").arg(&out);
                c
            }
            false => {
                let mut c = Command::new("tar");
                c.arg("-xzf").arg(part).arg("-C").arg(&out);
                c
            }
        };
        // Album folders lie in several parts; nothing else is there twice.
        assert!(command.status().unwrap().success(), "{}", part.display());
    }
    begun.elapsed()
}

/// An export on disk, in a folder of its own that goes with the value.
struct Export {
    big: BigTakeout,
    written: Written,
    temp: tempfile::TempDir,
}

impl Export {
    fn write(items: u64, size_bytes: usize, words: Words) -> Self {
        let temp = tempfile::Builder::new()
            .prefix("albumen-scale-")
            .tempdir()
            .unwrap();
        let big = BigTakeout {
            items,
            size_bytes,
            parts: PARTS,
            words,
        };
        fs::create_dir(temp.path().join("in")).unwrap();
        let written = write_big_takeout(&temp.path().join("in"), &big).unwrap();
        let is = |end: &str| {
            let ends = |path: &&std::path::PathBuf| path.to_string_lossy().ends_with(end);
            written.paths.iter().filter(ends).count()
        };
        assert_eq!((is(".zip"), is(".tgz")), (PARTS / 2, PARTS / 2));
        // Of twelve parts chosen blindly, eleven are others.
        assert!(written.apart * 10 > written.media * 8, "{written:?}");
        Self { big, written, temp }
    }

    fn home(&self) -> &Path {
        self.temp.path()
    }

    /// Imports all parts, checks every number of the report and every item, and imports them again.
    fn check(&self) -> [(Duration, u64); 2] {
        let (items, edited) = (self.big.items, copies(self.big.items));
        let (first, peak, report) = import(self.home(), "in");
        assert_eq!(report["assets_added"], json!(items), "{report}");
        assert_eq!(report["parts"], json!(PARTS), "{report}");
        assert_eq!(report["entries"], json!(self.written.files), "{report}");
        assert_eq!(report["items"], json!(self.written.sidecars), "{report}");
        assert_eq!(report["missing"], json!(0), "{report}");
        let outcomes = json!({"imported": items + edited, "duplicate": self.written.media - items - edited,
            // Eight album files and the index page.
            "record": self.written.sidecars + 9, "ignored": 3, "failed": 0, "not_reached": 0});
        assert_eq!(report["outcomes"], outcomes, "{report}");
        check_items(self.home(), &self.big);
        check_albums(self.home(), &self.big);
        let (again, peak_again, report) = import(self.home(), "in");
        assert_eq!(report["assets_added"], json!(0), "{report}");
        assert_eq!(report["assets_changed"], json!(0), "{report}");
        [(first, peak), (again, peak_again)]
    }
}

/// Number of edited copies.
fn copies(items: u64) -> u64 {
    (0..items).filter(|number| number % 100 == 1).count() as u64
}

#[test]
fn two_thousand_media_in_twelve_parts_and_five_languages() {
    for words in LANGUAGES {
        Export::write(400, 2_048, words).check();
    }
}

#[test]
#[ignore = "takes minutes and gigabytes: 100,000 media in 12 parts, five times; ALBUMEN_ITEMS, ALBUMEN_BYTES and ALBUMEN_LANGUAGES make it smaller"]
fn a_hundred_thousand_media_in_twelve_parts() {
    let languages = number("ALBUMEN_LANGUAGES", LANGUAGES.len() as u64) as usize;
    for words in &LANGUAGES[..languages] {
        let export = Export::write(
            number("ALBUMEN_ITEMS", 100_000),
            number("ALBUMEN_BYTES", 8_192) as usize,
            *words,
        );
        let unpack = unpacking(export.home(), &export.written.paths);
        let [(time, peak), (again, peak_again)] = export.check();
        let rate = export.big.items as f64 / time.as_secs_f64();
        println!(
            "{} ({}): {} items of {} bytes in 12 parts: {:.1} s, {rate:.0} items/s, {peak} MB; unzip -q and tar xzf: {:.1} s; \
             the same again: {:.1} s, {peak_again} MB",
            words.service,
            words.album_file,
            export.big.items,
            export.big.size_bytes,
            time.as_secs_f64(),
            unpack.as_secs_f64(),
            again.as_secs_f64()
        );
        assert!(
            peak.max(peak_again) < MOST_MEMORY,
            "{peak} MB, {peak_again} MB"
        );
    }
}

/// Lists the library by content hash.
fn listed(home: &Path) -> HashMap<String, Value> {
    let mut command = albumen();
    command
        .current_dir(home)
        .args(["--library", "lib", "list", "--json"]);
    let (_, _, out) = measured(command, &home.join("list.jsonl"));
    out.lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .map(|asset| (asset["content_hash"].as_str().unwrap().to_owned(), asset))
        .collect()
}

/// Every item has its own sidecar's words, time, place, people and albums, and its edited copy.
fn check_items(home: &Path, big: &BigTakeout) {
    let listed = listed(home);
    assert_eq!(listed.len() as u64, big.items);
    for number in 0..big.items {
        let item = item(number, big.size_bytes);
        let asset = &listed[&hash(&item.bytes).to_string()];
        let description = match item.description.as_str() {
            "" => Value::Null,
            text => json!(text),
        };
        let taken = jiff::Timestamp::from_second(item.taken.unwrap())
            .unwrap()
            .to_string();
        let found = json!([
            asset["items"].as_array().map(Vec::len),
            asset["items"][0]["key"],
            asset["description"],
            asset["taken_at"]["utc"],
            asset["people"],
            asset["latitude"],
            asset["longitude"],
            asset["albums"],
            asset["favorite"],
            asset["visibility"],
            asset["companions"].as_array().map(Vec::len),
        ]);
        let (latitude, longitude) = item.place.unzip();
        let expected = json!([
            1,
            item.url(),
            description,
            taken,
            item.people,
            latitude,
            longitude,
            item.albums,
            item.favorite,
            "shown",
            usize::from(item.edited.is_some()),
        ]);
        assert_eq!(found, expected, "{number}");
    }
}

/// Every album has the members composed, and no other album is there.
fn check_albums(home: &Path, big: &BigTakeout) {
    let mut composed: BTreeMap<&str, BTreeSet<String>> =
        albums().map(|title| (title, BTreeSet::new())).collect();
    for number in 0..big.items {
        let item = item(number, big.size_bytes);
        for album in &item.albums {
            let members = composed.get_mut(album).unwrap();
            members.insert(hash(&item.bytes).to_string());
        }
    }
    let sums = fs::read_to_string(home.join("lib/SHA256SUMS")).unwrap();
    let sums: HashMap<&str, &str> = sums
        .lines()
        .filter_map(|line| line.split_once("  "))
        .map(|(sum, path)| (path, sum))
        .collect();
    let list: Value =
        serde_json::from_slice(&fs::read(home.join("lib/albums.json")).unwrap()).unwrap();
    let mut found: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for album in list["albums"].as_array().unwrap() {
        let members = album["members"].as_array().unwrap().iter();
        let members = members.map(|member| sums[member["path"].as_str().unwrap()].to_owned());
        found.insert(album["title"].as_str().unwrap(), members.collect());
    }
    assert_eq!(found, composed);
}
