//! Damaged libraries: what each command says, and that none is silent.

mod certify;
mod closed_world;
mod damage;
mod disaster;
mod flips;
mod foreign;
mod history;
mod not_understood;
mod odd_files;
mod parts;
mod reading;
mod rebuild;
mod rot;

use std::fs;
use std::path::PathBuf;

use model::kind::Kind;

use crate::support::account::{Account, Claimed, Form, Medium, Post};
use crate::support::compose::{Edition, Files, Generation, compose};
use crate::support::env::{Ran, TestEnv};

/// A library of a few photos and a video with subtitles, and the archive it was made from.
pub struct Made {
    /// Home of the test.
    pub env: TestEnv,
}

/// Returns an account whose every medium is small.
pub fn account() -> Account {
    let subtitled = Medium {
        subtitles: true,
        ..Medium::mp4(4)
    };
    Account::of(
        "anna",
        vec![
            Post::new(
                Kind::Post,
                "2023-07-14T18:03:22Z",
                "Crème brûlée at the harbour",
                vec![
                    Medium::jpeg(1).at(52.5, 13.4),
                    Medium::new(Form::Png, 2).claimed(Claimed::Lie("jpg")),
                ],
            ),
            Post::new(
                Kind::Story,
                "2022-01-02T03:04:05Z",
                "",
                vec![Medium::jpeg(3)],
            ),
            Post::new(Kind::Post, "2023-07-15T10:00:00Z", "clip", vec![subtitled]),
        ],
    )
}

/// Imports files as the only part of an archive into the library `l`.
pub fn made(files: &Files) -> Made {
    let env = TestEnv::new();
    env.zip("anna.zip", files);
    let made = Made { env };
    let ran = made.run(&["import", "anna.zip", "--parts", "1"]);
    assert!(matches!(ran.code, Some(0 | 3)), "{ran:?}");
    made
}

/// The usual library.
pub fn usual() -> Made {
    made(&compose(&account(), Generation::G4, Edition::Json))
}

impl Made {
    /// Runs a command on the library.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        self.env.run_on("l", arguments)
    }

    /// Runs a command with `--json`.
    pub fn json(&self, arguments: &[&str]) -> Ran {
        let mut all = vec!["--json"];
        all.extend(arguments);
        self.run(&all)
    }

    /// Returns the path of a file of the library.
    pub fn file(&self, name: &str) -> PathBuf {
        self.env.path("l").join(name)
    }

    /// Returns the first file whose path ends like this.
    pub fn named(&self, end: &str) -> String {
        let names = crate::support::tree::names(&self.env.path("l"));
        let found = names.iter().find(|name| name.ends_with(end));
        found
            .unwrap_or_else(|| panic!("no {end} in {names:?}"))
            .clone()
    }

    /// Returns what `verify` finds: kind and path.
    pub fn findings(&self, arguments: &[&str]) -> Vec<(String, String)> {
        let mut all = vec!["verify"];
        all.extend(arguments);
        let ran = self.json(&all);
        let found: Vec<(String, String)> = ran
            .json_lines("finding")
            .iter()
            .map(|line| (text(&line["kind"]), text(&line["path"])))
            .collect();
        let expected = if found.is_empty() { 0 } else { 3 };
        assert_eq!(ran.code, Some(expected), "{ran:?}");
        assert_eq!(ran.json_lines("report").len(), 1, "{ran:?}");
        found
    }

    /// Changes the bytes of a file of the library, its time included.
    pub fn alter(&self, name: &str, alter: impl FnOnce(&mut Vec<u8>)) {
        let mut bytes = fs::read(self.file(name)).expect("the file is there");
        alter(&mut bytes);
        fs::write(self.file(name), bytes).expect("the library is writable");
    }
}

/// Returns the text of a JSON value.
pub fn text(value: &serde_json::Value) -> String {
    value.as_str().expect("a text").to_owned()
}
