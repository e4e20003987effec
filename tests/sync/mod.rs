//! `sync` with inboxes that receive this and that: each outcome as a person would expect it.

mod hearing;
mod inboxes;
mod pages;
mod remote;
mod schedule;
mod which_library;

use std::fs::{self, File};
use std::time::{Duration, SystemTime};

use model::kind::Kind;
use serde_json::Value;
use writer::library::Library;

use crate::support::account::{Account, Medium, Post};
use crate::support::compose::{Edition, Files, Generation, compose};
use crate::support::env::{Ran, TestEnv};
use crate::support::pack::zip::{ZipStyle, zip};

/// A home with an empty library `l`, an inbox `in box` and a configuration that names both and more.
pub fn home(more: &str) -> TestEnv {
    let env = home_without_library(more);
    Library::create(&env.path("l")).expect("a library");
    env
}

/// A home whose configuration names a library that is not there.
pub fn home_without_library(more: &str) -> TestEnv {
    let env = TestEnv::new();
    fs::create_dir(env.path("in box")).expect("made");
    let text = format!("library = \"l\"\n{more}\n[[inbox]]\npath = \"in box\"\n");
    env.write("albumen.toml", text.as_bytes());
    env
}

/// Runs one pass; returns it and its report.
pub fn sync(env: &TestEnv) -> (Ran, Value) {
    let ran = env.run(&["--config", "albumen.toml", "--json", "sync"]);
    let report = ran.json_lines("sync").pop();
    (
        ran.clone(),
        report.unwrap_or_else(|| panic!("no report: {ran:?}")),
    )
}

/// Returns an archive of posts, one for each number.
pub fn posts(numbers: std::ops::Range<u64>) -> Files {
    let posts = numbers.map(|number| {
        let at = format!("2023-03-{:02}T10:00:00Z", 1 + number % 28);
        Post::new(Kind::Post, &at, "caption", vec![Medium::jpeg(number)])
    });
    compose(
        &Account::of("anna.muster", posts.collect()),
        Generation::G4,
        Edition::Json,
    )
}

/// Puts a file into the inbox as if it had come that long ago.
pub fn put(env: &TestEnv, name: &str, bytes: &[u8], minutes_old: u64) {
    let path = env.write(&format!("in box/{name}"), bytes);
    let file = File::options()
        .write(true)
        .open(path)
        .expect("just written");
    let time = SystemTime::now() - Duration::from_secs(60 * minutes_old);
    file.set_modified(time).expect("ours");
}

/// Packs files into a zip.
pub fn zipped(files: &Files) -> Vec<u8> {
    zip(files, &ZipStyle::default())
}
