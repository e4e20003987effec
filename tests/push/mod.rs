//! Push: one contract that every destination keeps, and what each has of its own.

mod clouds;
mod contract;
mod credentials;
mod embed;
mod embed_films;
mod embed_push;
mod faults;
mod folder;
mod immich;
mod immich_facts;
mod immich_faults;
mod immich_jobs;
mod late;
mod makers;
mod options;
mod private;
mod rights;
mod s3;
mod s3_faults;
mod sftp;
mod strip_films;
mod strip_outside;
mod webdav;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::compose::{Edition, Generation, compose};
use crate::support::env::{Ran, TestEnv};
use crate::support::samples::varied;
use crate::support::tree::names;

/// A place to push to, which a test can look at without albumen.
pub trait Host {
    /// Address of a fresh place at this host.
    fn address(&self) -> String;
    /// Options that the address needs.
    fn options(&self) -> Vec<String> {
        Vec::new()
    }
    /// Variables that hold its secrets.
    fn variables(&self) -> Vec<(String, String)> {
        Vec::new()
    }
    /// Every file there with its bytes, as the host itself shows them.
    fn listing(&self) -> BTreeMap<String, Vec<u8>>;
    /// Puts a file there behind albumen's back; `false` if that cannot be done here.
    fn write(&self, path: &str, bytes: &[u8]) -> bool;
    /// Takes a file away there behind albumen's back. Returns how many files of a push are gone with it; 0 if that cannot be done here.
    fn remove(&self, path: &str) -> u64;
    /// Whether the host can hold a file of the library.
    fn holds(&self, _path: &str) -> bool {
        true
    }
    /// Name of a file of the library in the listing; `None` if it lies there as no file of its own.
    fn shows(&self, path: &str) -> Option<String> {
        Some(path.to_owned())
    }
    /// Whether files lie there by path, with lists of albums and checksums.
    fn keeps_files(&self) -> bool {
        true
    }
    /// Whether a sidecar with these bytes has arrived.
    fn has_sidecar(&self, path: &str, bytes: &[u8]) -> bool {
        self.listing().get(path).is_some_and(|found| found == bytes)
    }
}

/// A library to push.
pub struct Pushing {
    /// Home of the test.
    pub env: TestEnv,
}

/// Returns a library with every kind of item, companions and odd captions.
pub fn library() -> Pushing {
    let env = TestEnv::new();
    env.zip(
        "anna.zip",
        &compose(&varied(), Generation::G4, Edition::Json),
    );
    let ran = env.run_on("l", &["import", "anna.zip"]);
    assert!(matches!(ran.code, Some(0 | 3)), "{ran:?}");
    Pushing { env }
}

impl Pushing {
    /// Returns the library's folder.
    pub fn root(&self) -> PathBuf {
        self.env.path("l")
    }

    /// Turns one bit of a photo of the library, so many bytes before its end; returns the photo's name.
    pub fn damage_a_photo(&self, before_end: usize) -> String {
        let mut files = self.files().into_iter();
        let (name, mut bytes) = files
            .find(|(name, _)| name.ends_with(".jpg"))
            .expect("a photo");
        let at = bytes.len() - before_end;
        bytes[at] ^= 1;
        fs::write(self.root().join(&name), &bytes).expect("writable");
        name
    }

    /// Returns every original, companion and sidecar of the library with its bytes.
    pub fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let is_media = |name: &String| {
            name.starts_with(|c: char| c.is_ascii_digit()) || name.starts_with("undated")
        };
        names(&self.root())
            .into_iter()
            .filter(is_media)
            .map(|name| {
                let bytes = fs::read(self.root().join(&name)).expect("it is there");
                (name, bytes)
            })
            .collect()
    }

    /// Runs a command with what the host needs.
    pub fn run(&self, host: &dyn Host, arguments: &[&str]) -> Ran {
        let mut command = self.env.command();
        command
            .args(["--library", "l", "--json"])
            .args(arguments)
            .args(host.options());
        command.envs(host.variables());
        let output = command
            .output()
            .expect("the binary was built with the tests");
        Ran {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Pushes and returns the report; `code` is the exit code expected.
    pub fn push(&self, host: &dyn Host, options: &[&str], code: i32) -> Report {
        let address = host.address();
        let mut arguments = vec!["push", address.as_str()];
        arguments.extend(options);
        let ran = self.run(host, &arguments);
        assert_eq!(ran.code, Some(code), "{ran:?}");
        Report::of(&ran)
    }
}

/// The numbers of a push.
#[derive(Debug, PartialEq, Eq, Default)]
pub struct Report {
    /// Files sent.
    pub new: u64,
    /// Files sent in place of an earlier state.
    pub changed: u64,
    /// Files there already.
    pub present: u64,
    /// Files to be looked into.
    pub check: u64,
    /// Files the host cannot hold.
    pub cannot: u64,
    /// Files that failed.
    pub failed: u64,
    /// Bytes sent.
    pub bytes_sent: u64,
}

impl Report {
    /// Reads the last line of `push --json`.
    pub fn of(ran: &Ran) -> Self {
        let lines = ran.json_lines("report");
        let line = lines.last().unwrap_or_else(|| panic!("no report: {ran:?}"));
        let count = |name: &str| line["files"][name].as_u64().expect("a number");
        Self {
            new: count("new"),
            changed: count("changed"),
            present: count("present"),
            check: count("check"),
            cannot: count("cannot"),
            failed: count("failed"),
            bytes_sent: line["bytes_sent"].as_u64().expect("a number"),
        }
    }
}

/// Returns every file below a folder with its bytes.
pub fn files_below(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    if !folder.exists() {
        return BTreeMap::new();
    }
    names(folder)
        .into_iter()
        .filter(|name| !name.ends_with('/'))
        .map(|name| {
            let bytes = fs::read(folder.join(&name)).expect("it is there");
            (name, bytes)
        })
        .collect()
}
