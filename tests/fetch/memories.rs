//! `fetch --memories`: links of every generation, with a server standing in for Snapchat's.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::compose::Files;
use crate::support::compose::snapchat::{Links, Memory, part, records, varied};
use crate::support::downloads::{Download, Downloads};
use crate::support::env::{Ran, TestEnv};
use crate::support::expected::hash;
use crate::support::pack::zip::{ZipStyle, zip};

const ARCHIVE: &str = "mydata~1700000000000.zip";

/// Path and query of an address.
fn path_of(address: &str) -> String {
    let (_, rest) = address.split_once("://").expect("an address");
    rest[rest.find('/').expect("a path")..].to_owned()
}

/// What the service gives for a memory: the file, or a zip with its overlay.
fn answer(memory: &Memory) -> Download {
    let media_type = if memory.film {
        "video/mp4"
    } else {
        "image/jpeg"
    };
    let (bytes, media_type) = match memory.overlay {
        true => {
            let files: Files = [
                (format!("{}-main.bin", memory.id), memory.bytes()),
                (
                    format!("{}-overlay~zip.png", memory.id),
                    memory.overlay_bytes(),
                ),
            ]
            .into();
            (zip(&files, &ZipStyle::default()), "application/zip")
        }
        false => (memory.bytes(), media_type),
    };
    let mut file = Download::new(bytes);
    file.media_type = media_type.to_owned();
    file
}

/// Serves these memories by GET, and by POST through a signed address.
fn serve(server: &Downloads, memories: &[Memory]) {
    for memory in memories {
        let (post, get) = memory.addresses(&server.url(""));
        server.put(&path_of(&get), answer(memory));
        let signed = format!("/signed/{}?token=geheim", memory.id);
        let mut to = Download::new(server.url(&signed).into_bytes());
        to.media_type = "text/plain".to_owned();
        server.put(&format!("POST {}", path_of(&post)), to);
        server.put(&signed, answer(memory));
    }
}

fn archive(env: &TestEnv, server: &Downloads, memories: &[Memory], links: Links, html: bool) {
    let list = records(memories, links, &server.url(""), html);
    env.write(ARCHIVE, &part(&list, &[]));
}

fn fetch(env: &TestEnv) -> Ran {
    env.run(&[
        "--json",
        "fetch",
        "--memories",
        ARCHIVE,
        "--into",
        "snaps",
        "--pause-ms",
        "0",
    ])
}

fn number(ran: &Ran, name: &str) -> u64 {
    let mut reports = ran.json_lines("report");
    assert_eq!(reports.len(), 1, "{ran:?}");
    reports.remove(0)[name]
        .as_u64()
        .unwrap_or_else(|| panic!("{name}: {ran:?}"))
}

/// Imports archive and folder together, and checks date, place and overlay of every memory.
fn imports_whole(env: &TestEnv, memories: &[Memory]) {
    let ran = env.run_on("lib", &["import", "--json", ARCHIVE, "snaps"]);
    assert_eq!((ran.code, number(&ran, "missing")), (Some(0), 0), "{ran:?}");
    let ran = env.run_on("lib", &["list", "--json"]);
    let assets = ran.json_lines("asset");
    assert_eq!(assets.len(), memories.len());
    for memory in memories {
        let hash = hash(&memory.bytes()).to_string();
        let asset = assets
            .iter()
            .find(|asset| asset["content_hash"] == hash.as_str());
        let asset = asset.unwrap_or_else(|| panic!("{} is not there", memory.path()));
        let utc = asset["taken_at"]["utc"].as_str().unwrap_or_default();
        assert_eq!(utc.replace('T', " ").replace('Z', " UTC"), memory.date());
        assert_eq!(
            asset["latitude"].as_f64(),
            memory.place.map(|place| place.0)
        );
        let overlays = asset["companions"].as_array().map_or(0, Vec::len);
        assert_eq!(overlays, usize::from(memory.overlay), "{asset:#}");
    }
}

/// Nothing below a folder, and nothing printed, holds a signature.
fn keeps_no_secret(folder: &Path, ran: &Ran) {
    assert!(!format!("{ran:?}").contains("geheim"), "{ran:?}");
    for child in fs::read_dir(folder).expect("a folder") {
        let path = child.expect("readable").path();
        if path.is_dir() {
            keeps_no_secret(&path, ran);
            continue;
        }
        let bytes = fs::read(&path).expect("readable");
        assert!(
            !bytes.windows(6).any(|six| six == b"geheim"),
            "{}",
            path.display()
        );
    }
}

#[test]
fn links_of_every_generation_bring_the_memories_home() {
    for (links, html) in [
        (Links::Post, false),
        (Links::Post, true),
        (Links::Both, false),
        (Links::Both, true),
    ] {
        let env = TestEnv::new();
        let memories = varied();
        let server = Downloads::start([]);
        serve(&server, &memories);
        archive(&env, &server, &memories, links, html);
        let ran = fetch(&env);
        assert_eq!(
            (ran.code, number(&ran, "fetched")),
            (Some(0), 5),
            "{links:?} {html}: {ran:?}"
        );
        keeps_no_secret(&env.path("snaps"), &ran);
        assert!(!env.path("snaps/.albumen-unfinished").exists());
        let posts = server
            .log()
            .iter()
            .filter(|served| served.path.starts_with("POST "))
            .count();
        assert_eq!(
            posts > 0,
            links == Links::Post,
            "the plain address goes first"
        );
        // Asked again, nothing is.
        let asked = server.log().len();
        let ran = fetch(&env);
        assert_eq!((ran.code, number(&ran, "present")), (Some(0), 5), "{ran:?}");
        assert_eq!(server.log().len(), asked);
        imports_whole(&env, &memories);
    }
}

#[test]
fn files_bear_the_time_of_their_memory() {
    let env = TestEnv::new();
    let memories = varied();
    let server = Downloads::start([]);
    serve(&server, &memories);
    archive(&env, &server, &memories, Links::Both, false);
    assert_eq!(fetch(&env).code, Some(0));
    for memory in &memories {
        let path = env.path(&format!("snaps/{}", memory.path()));
        let time = fs::metadata(&path)
            .and_then(|found| found.modified())
            .expect("there");
        let time = jiff::Timestamp::try_from(time).expect("a time");
        assert_eq!(time.as_second(), memory.at, "{}", path.display());
    }
}

#[test]
fn archives_without_links_say_so() {
    let env = TestEnv::new();
    let server = Downloads::start([]);
    let memories = varied();
    archive(&env, &server, &memories, Links::None, false);
    let ran = fetch(&env);
    assert_eq!(
        (
            ran.code,
            number(&ran, "without_link"),
            number(&ran, "memories")
        ),
        (Some(0), 5, 0),
        "{ran:?}"
    );
    // The media of 2023 came without a list.
    env.write(
        ARCHIVE,
        &part(
            &Files::new(),
            &[(memories[0].path(), memories[0].bytes(), 0)],
        ),
    );
    let ran = fetch(&env);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(
        ran.stderr.contains("there is no list of memories in"),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stderr.contains("hint: give the un-numbered part"),
        "{}",
        ran.stderr
    );
}

#[test]
fn links_that_ran_out_are_told_one_by_one_and_a_new_archive_brings_the_rest() {
    let env = TestEnv::new();
    let memories = varied();
    let server = Downloads::start([]);
    serve(&server, &memories);
    archive(&env, &server, &memories, Links::Post, false);
    let post = |memory: &Memory| format!("POST {}", path_of(&memory.addresses("http://h").0));
    let mut refused = Download::new(b"x".to_vec());
    refused.refusals = vec![(403, None); 9];
    server.put(&post(&memories[0]), refused);
    let mut page = Download::new(b"<!DOCTYPE html><html><title>Log In</title></html>".to_vec());
    page.media_type = "text/html".to_owned();
    server.put(&post(&memories[1]), page);
    let mut gone = Download::new(b"x".to_vec());
    gone.refusals = vec![(404, None); 9];
    server.put(&format!("/signed/{}?token=geheim", memories[2].id), gone);
    let ran = fetch(&env);
    assert_eq!(
        (ran.code, number(&ran, "expired"), number(&ran, "fetched")),
        (Some(3), 3, 2),
        "{ran:?}"
    );
    let expired: Vec<Value> = ran
        .json_lines("memory")
        .into_iter()
        .filter(|line| line["outcome"] == "expired")
        .collect();
    let named: BTreeSet<&str> = expired
        .iter()
        .filter_map(|line| line["name"].as_str())
        .collect();
    let wanted: Vec<String> = memories[..3].iter().map(Memory::stem).collect();
    assert_eq!(named, wanted.iter().map(String::as_str).collect());
    let hint = expired[0]["hint"].as_str().unwrap_or_default();
    assert!(hint.contains("order it again"), "{hint}");
    keeps_no_secret(&env.path("snaps"), &ran);
    let text = env.run(&["fetch", "--memories", ARCHIVE, "--into", "snaps"]);
    assert!(
        text.stdout
            .contains(&format!("EXPIRED: {}: 127.0.0.1", wanted[0])),
        "{}",
        text.stdout
    );
    assert!(
        text.stdout.contains("2 of 5 memories are in snaps"),
        "{}",
        text.stdout
    );
    // A new archive has new addresses for the same memories.
    let later = Downloads::start([]);
    serve(&later, &memories);
    archive(&env, &later, &memories, Links::Both, false);
    let ran = fetch(&env);
    assert_eq!(
        (number(&ran, "fetched"), number(&ran, "present")),
        (3, 2),
        "{ran:?}"
    );
    assert_eq!(later.log().len(), 3);
    imports_whole(&env, &memories);
}

#[test]
fn a_host_that_asks_to_wait_is_waited_for() {
    let env = TestEnv::new();
    let memories = vec![Memory::photo(1, "2021-07-02T10:00:05Z")];
    let server = Downloads::start([]);
    serve(&server, &memories);
    archive(&env, &server, &memories, Links::Both, false);
    let mut busy = answer(&memories[0]);
    busy.refusals = vec![(429, Some(1))];
    server.put(&path_of(&memories[0].addresses("http://h").1), busy);
    let began = Instant::now();
    let ran = fetch(&env);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(began.elapsed() >= Duration::from_secs(1));
    imports_whole(&env, &memories);
}

#[test]
fn what_is_no_medium_takes_no_place() {
    let env = TestEnv::new();
    let memories = [
        Memory::photo(1, "2021-07-02T10:00:05Z"),
        Memory::photo(2, "2021-07-02T11:00:05Z"),
    ];
    let server = Downloads::start([]);
    serve(&server, &memories);
    archive(&env, &server, &memories, Links::Both, false);
    let mut odd = Download::new(b"\x01\x02\x03 nobody knows what".to_vec());
    odd.media_type = "application/octet-stream".to_owned();
    server.put(&path_of(&memories[0].addresses("http://h").1), odd);
    let files: Files = [
        ("a.jpg".to_owned(), memories[0].bytes()),
        ("b.jpg".to_owned(), memories[1].bytes()),
    ]
    .into();
    let two = Download::new(zip(&files, &ZipStyle::default()));
    server.put(&path_of(&memories[1].addresses("http://h").1), two);
    let ran = fetch(&env);
    assert_eq!((ran.code, number(&ran, "failed")), (Some(3), 2), "{ran:?}");
    assert_eq!(
        fs::read_dir(env.path("snaps/memories"))
            .expect("there")
            .count(),
        0
    );
}

/// Kills the command again and again: it goes on, and a memory that is there is never asked for again.
#[test]
fn a_run_that_is_killed_goes_on() {
    let env = TestEnv::new();
    let memories: Vec<Memory> = (0..24)
        .map(|number| {
            let memory = Memory::photo(number, &format!("2021-07-{:02}T10:00:05Z", number + 1));
            if number % 3 == 0 {
                memory.overlaid()
            } else {
                memory
            }
        })
        .collect();
    let server = Downloads::start([]);
    serve(&server, &memories);
    for memory in &memories {
        let mut slow = answer(memory);
        slow.speed = Some(40_000);
        server.put(&format!("/signed/{}?token=geheim", memory.id), slow);
    }
    archive(&env, &server, &memories, Links::Post, false);
    let there = || -> BTreeSet<String> {
        let paths = memories
            .iter()
            .filter(|memory| env.path(&format!("snaps/{}", memory.path())).exists());
        paths.map(|memory| memory.id.clone()).collect()
    };
    let asked = |id: &str| {
        server
            .log()
            .iter()
            .filter(|served| served.path.contains(id))
            .count()
    };
    let all_asked = || {
        memories
            .iter()
            .map(|memory| asked(&memory.id))
            .sum::<usize>()
    };
    let mut kills = 0;
    for kill in 0..8 {
        let before = all_asked();
        let mut child = Command::new(env!("CARGO_BIN_EXE_albumen"))
            .args([
                "fetch",
                "--memories",
                ARCHIVE,
                "--into",
                "snaps",
                "--pause-ms",
                "0",
                "--concurrency",
                "2",
            ])
            .current_dir(env.home())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary was built with the tests");
        // By what was asked for, not by the clock: a busy machine may not wake us before a run has ended.
        let patience = Instant::now() + Duration::from_secs(20);
        while all_asked() < before + 1 + kill % 4
            && child.try_wait().is_ok_and(|ended| ended.is_none())
            && Instant::now() < patience
        {
            std::thread::sleep(Duration::from_millis(3));
        }
        kills += usize::from(child.try_wait().is_ok_and(|ended| ended.is_none()));
        let _ = child.kill();
        let _ = child.wait();
        std::thread::sleep(Duration::from_millis(80));
        let before: Vec<(String, usize)> = there()
            .into_iter()
            .map(|id| (id.clone(), asked(&id)))
            .collect();
        if kill == 7 {
            let ran = fetch(&env);
            assert_eq!(ran.code, Some(0), "{ran:?}");
            keeps_no_secret(&env.path("snaps"), &ran);
            for (id, count) in before {
                assert_eq!(asked(&id), count, "{id} was asked for again");
            }
        }
    }
    assert!(kills > 0, "no run was cut off");
    assert_eq!(there().len(), memories.len());
    imports_whole(&env, &memories);
}
