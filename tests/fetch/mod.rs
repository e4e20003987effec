//! `fetch` against a real server on loopback: what comes is right, or the error says why; nothing is fetched twice.

mod curl;
mod faults;
mod good;
mod killed;
mod memories;
mod names;

use std::path::PathBuf;

use serde_json::Value;

use crate::support::downloads::{Download, Downloads};
use crate::support::env::{Ran, TestEnv};
use crate::support::pack::zip::{Method, ZipStyle, zip};

/// Returns a zip of about `size` bytes that cannot be packed any smaller.
pub fn archive(size: usize, seed: u64) -> Vec<u8> {
    let mut x = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let bytes = (0..size).map(|_| {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        x.to_le_bytes()[3]
    });
    let files = [("a/photo.jpg".to_owned(), bytes.collect())].into();
    let style = ZipStyle {
        method: Method::Stored,
        ..ZipStyle::default()
    };
    zip(&files, &style)
}

/// Fetches into the folder `d`, with what the address needs.
pub fn fetch(env: &TestEnv, arguments: &[&str]) -> Ran {
    let mut all = vec!["--json", "fetch", "--into", "d"];
    all.extend(arguments);
    env.run(&all)
}

/// Returns the lines of the parts.
pub fn parts(ran: &Ran) -> Vec<Value> {
    ran.json_lines("part")
}

/// Fetches the one file of a server, which must come right; returns its line.
pub fn comes_right(env: &TestEnv, server: &Downloads, path: &str, bytes: &[u8]) -> Value {
    let ran = fetch(env, &[&server.url(path)]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let part = parts(&ran).remove(0);
    let file = PathBuf::from(part["path"].as_str().expect("a path"));
    let found = std::fs::read(env.home().join(file)).expect("it is there");
    assert!(found == bytes, "{} bytes, not {}", found.len(), bytes.len());
    assert_eq!(part["size_bytes"], bytes.len());
    part
}

/// Returns the names in the folder `d` that a person sees.
pub fn seen(env: &TestEnv) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(env.path("d"))
        .expect("the folder is there")
        .map(|child| {
            child
                .expect("readable")
                .file_name()
                .into_string()
                .expect("UTF-8")
        })
        .filter(|name| !name.starts_with('.'))
        .collect();
    names.sort();
    names
}

/// Starts a server of one file.
pub fn one(file: Download) -> Downloads {
    Downloads::start([("/f", file)])
}
