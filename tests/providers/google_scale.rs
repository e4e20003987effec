//! Google Takeouts as large as people have them: by hand, since they take minutes.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs};

use serde_json::{Value, json};

use crate::support::compose::takeout_words::{ENGLISH, GERMAN};
use crate::support::expected::hash;
use crate::support::pack::takeout_big::{BigTakeout, item, write_big_takeout};

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
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find(|line| line.starts_with("VmHWM:"));
        let kb = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
        peak = peak.max(kb.unwrap_or(0));
        std::thread::sleep(Duration::from_millis(10));
    }
    (
        begun.elapsed(),
        peak / 1024,
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

#[test]
#[ignore = "takes minutes and gigabytes: 100,000 media in 12 parts; ALBUMEN_ITEMS and ALBUMEN_BYTES make it smaller"]
fn a_hundred_thousand_media_in_twelve_parts() {
    for words in [ENGLISH, GERMAN] {
        let temp = tempfile::Builder::new()
            .prefix("albumen-scale-")
            .tempdir()
            .unwrap();
        let home = temp.path();
        let big = BigTakeout {
            items: number("ALBUMEN_ITEMS", 100_000),
            size_bytes: number("ALBUMEN_BYTES", 8_192) as usize,
            parts: 12,
            words,
        };
        fs::create_dir(home.join("in")).unwrap();
        let parts = write_big_takeout(&home.join("in"), &big).unwrap();
        let unpack = unpacking(home, &parts);
        let (time, peak, report) = import(home, "in");
        let rate = big.items as f64 / time.as_secs_f64();
        println!(
            "{}: {} items of {} bytes in 12 parts: {:.1} s, {rate:.0} items/s, {peak} MB; unzip -q and tar xzf: {:.1} s",
            words.service,
            big.items,
            big.size_bytes,
            time.as_secs_f64(),
            unpack.as_secs_f64()
        );
        assert_eq!(report["assets_added"], json!(big.items), "{report}");
        assert_eq!(report["missing"], json!(0), "{report}");
        assert_eq!(report["outcomes"]["failed"], json!(0), "{report}");
        spot_check(home, &big);
        let (time, peak, report) = import(home, "in");
        println!(
            "{}: the same again: {:.1} s, {peak} MB",
            words.service,
            time.as_secs_f64()
        );
        assert_eq!(report["assets_changed"], json!(0), "{report}");
        assert!(peak < 300, "{peak} MB");
    }
}

/// Every item has its own sidecar's words, time, place and people.
fn spot_check(home: &Path, big: &BigTakeout) {
    let mut command = albumen();
    command
        .current_dir(home)
        .args(["--library", "lib", "list", "--json"]);
    let (_, _, out) = measured(command, &home.join("list.jsonl"));
    let listed: std::collections::HashMap<String, Value> = out
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .map(|asset| (asset["content_hash"].as_str().unwrap().to_owned(), asset))
        .collect();
    assert_eq!(listed.len() as u64, big.items);
    for number in (0..big.items).step_by(7) {
        let item = item(number, big.size_bytes);
        let asset = &listed[&hash(&item.bytes).to_string()];
        let description = match item.description.as_str() {
            "" => Value::Null,
            text => json!(text),
        };
        let taken = jiff::Timestamp::from_second(item.taken.unwrap())
            .unwrap()
            .to_string();
        let found = (
            &asset["items"][0]["key"],
            &asset["description"],
            &asset["taken_at"]["utc"],
            &asset["people"],
            &asset["latitude"],
            &asset["albums"],
        );
        let expected = (
            &json!(item.url()),
            &description,
            &json!(taken),
            &json!(item.people),
            &json!(item.place.map(|p| p.0)),
            &json!(item.albums),
        );
        assert_eq!(found, expected, "{number}");
        assert_eq!(
            asset["companions"].as_array().map(Vec::len),
            Some(usize::from(item.edited.is_some()))
        );
    }
}
