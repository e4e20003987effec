//! S3 against stores of others.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use model::kind::Kind;

use super::contract::contract;
use super::{Host, Pushing, files_below, library};
use crate::support::account::{Account, Medium, Post};
use crate::support::compose::{Edition, Generation, compose};
use crate::support::env::TestEnv;
use crate::support::servers::{S3_KEYS, Server, rclone_s3, seaweed};
use crate::support::tools::require;

/// A prefix in a bucket. rclone, a client of others, looks at it for us.
pub(super) struct Bucket {
    port: u16,
    /// Port albumen talks to: the server's, or that of something in between.
    pub(super) by: u16,
    prefix: String,
    look: TestEnv,
}

impl Bucket {
    pub(super) fn new(server: &Server, prefix: &str) -> Self {
        let look = TestEnv::new();
        let bucket = Self {
            port: server.port,
            by: server.port,
            prefix: prefix.to_owned(),
            look,
        };
        bucket.rclone(&["mkdir", "s:photos"]);
        bucket
    }

    fn rclone(&self, arguments: &[&str]) {
        let mut command: Command = require("rclone").expect("it runs the server").command();
        let config = format!(
            "[s]\ntype = s3\nprovider = Other\naccess_key_id = {}\nsecret_access_key = {}\nendpoint = http://127.0.0.1:{}\n\
             force_path_style = true\nregion = us-east-1\n",
            S3_KEYS.0, S3_KEYS.1, self.port
        );
        let config = self.look.write("rclone.conf", config.as_bytes());
        let output = command
            .arg("--config")
            .arg(config)
            .args(arguments)
            .output()
            .expect("it runs");
        assert!(
            output.status.success(),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }

    fn remote(&self, path: &str) -> String {
        format!("s:photos/{}/{path}", self.prefix)
    }
}

impl Host for Bucket {
    fn address(&self) -> String {
        format!("s3://photos/{}", self.prefix)
    }

    fn options(&self) -> Vec<String> {
        vec![
            "--endpoint".to_owned(),
            format!("http://127.0.0.1:{}", self.by),
        ]
    }

    fn variables(&self) -> Vec<(String, String)> {
        vec![
            ("AWS_ACCESS_KEY_ID".to_owned(), S3_KEYS.0.to_owned()),
            ("AWS_SECRET_ACCESS_KEY".to_owned(), S3_KEYS.1.to_owned()),
        ]
    }

    fn listing(&self) -> BTreeMap<String, Vec<u8>> {
        let out = self.look.path("out");
        let _ = fs::remove_dir_all(&out);
        fs::create_dir(&out).expect("made");
        self.rclone(&[
            "copy",
            &self.remote(""),
            &out.display().to_string(),
            "--s3-list-version",
            "2",
        ]);
        files_below(&out)
    }

    fn write(&self, path: &str, bytes: &[u8]) -> bool {
        let file = self.look.write("in", bytes);
        self.rclone(&[
            "copyto",
            "--ignore-times",
            &file.display().to_string(),
            &self.remote(path),
        ]);
        true
    }

    fn remove(&self, path: &str) -> u64 {
        self.rclone(&["deletefile", &self.remote(path)]);
        1
    }
}

fn keeps_the_contract(server: &Server) {
    contract(&|_: &Pushing, name: &str| Box::new(Bucket::new(server, name)));
    large_files_go_in_parts(&Bucket::new(server, "large"));
    wrong_keys_and_buckets_are_told(&Bucket::new(server, "wrong"));
}

/// Returns a library of one large photo, and its bytes: three parts of 8 MiB, the last one shorter.
pub(super) fn large_library() -> (Pushing, Vec<u8>) {
    let env = TestEnv::new();
    let post = Post::new(
        Kind::Post,
        "2023-07-14T18:03:22Z",
        "large",
        vec![Medium::jpeg(900)],
    );
    let mut files = compose(
        &Account::of("anna", vec![post]),
        Generation::G4,
        Edition::Json,
    );
    let (_, large) = files
        .iter_mut()
        .find(|(name, _)| name.ends_with(".jpg"))
        .expect("a photo");
    large.resize(20_000_003, 0x5a);
    let large = large.clone();
    env.zip("anna.zip", &files);
    let ran = env.run_on("l", &["import", "anna.zip"]);
    assert!(matches!(ran.code, Some(0 | 3)), "{ran:?}");
    (Pushing { env }, large)
}

fn large_files_go_in_parts(host: &Bucket) {
    let (made, large) = large_library();
    let report = made.push(host, &[], 0);
    assert!(
        report.bytes_sent > 20_000_000 && report.failed == 0,
        "{report:?}"
    );
    let found = host.listing();
    assert!(found.values().any(|bytes| *bytes == large));
    assert_eq!(made.push(host, &[], 0).new, 0);
    // A large copy is put together as it is sent.
    assert_eq!(made.push(host, &["--embed"], 0).changed, 1);
    let found = host.listing();
    let copies = |bytes: &&Vec<u8>| bytes.ends_with(&large[1000..]) && bytes.len() > large.len();
    assert_eq!(found.values().filter(copies).count(), 1);
    assert_eq!(made.push(host, &["--embed"], 0).bytes_sent, 0);
}

fn wrong_keys_and_buckets_are_told(host: &Bucket) {
    let made = library();
    let endpoint = format!("http://127.0.0.1:{}", host.port);
    for (key, secret, bucket, said) in [
        (
            S3_KEYS.0,
            "wrong-secret-9",
            "photos",
            "refuses the user name, password or key",
        ),
        (
            S3_KEYS.0,
            S3_KEYS.1,
            "no-such-bucket",
            "the bucket no-such-bucket is not there",
        ),
    ] {
        let output = made
            .env
            .command()
            .args([
                "--library",
                "l",
                "push",
                &format!("s3://{bucket}/x"),
                "--endpoint",
                &endpoint,
            ])
            .env("AWS_ACCESS_KEY_ID", key)
            .env("AWS_SECRET_ACCESS_KEY", secret)
            .output()
            .expect("it runs");
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{error}");
        assert!(error.contains(said) && error.contains("hint:"), "{error}");
        assert!(!error.contains(secret), "{error}");
    }
}

#[test]
fn seaweed_keeps_the_contract() {
    let Some(server) = seaweed() else { return };
    keeps_the_contract(&server);
}

#[test]
fn rclone_keeps_the_contract() {
    let Some(server) = rclone_s3() else { return };
    keeps_the_contract(&server);
}
