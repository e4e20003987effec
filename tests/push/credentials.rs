//! Content Credentials: signed by the C2PA project's own library, judged by it, and never made invalid by a push.

use std::fs;
use std::path::{Path, PathBuf};

use demo::media::{Clip, Picture, avif, heic, jpeg, mp4, png, tiff, webp};
use model::media_type::MediaType;
use push::strip::{Strip, strip};
use serde_json::json;

use super::embed::{Files, copy, facts};
use super::files_below;
use crate::support::env::{Ran, TestEnv};
use crate::support::tools::{Tool, require, require_module};

/// Where a manifest is.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Manifest {
    /// In the file.
    Inside,
    /// Elsewhere; the file's XMP names the address.
    Elsewhere,
}

/// Signs files and judges signatures.
struct Notary {
    python: Tool,
    script: PathBuf,
    files: Files,
    key: PathBuf,
    chain: PathBuf,
}

impl Notary {
    /// Makes a root and a certificate below it; `None` where the programs are missing.
    fn open() -> Option<Self> {
        let python = require_module("c2pa")?;
        let openssl = require("openssl")?;
        let files = Files::new();
        let extensions = files.write(
            "extensions",
            b"basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=emailProtection\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n",
        );
        let run = |arguments: &str| {
            let output = openssl
                .command()
                .current_dir(files.folder.path())
                .args(arguments.split(' '))
                .output()
                .expect("it runs");
            assert!(output.status.success(), "{arguments}: {output:?}");
        };
        run("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:prime256v1 -out root.key");
        run(
            "req -x509 -new -key root.key -subj /CN=root/O=albumen -days 3650 -out root.crt -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign",
        );
        run("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:prime256v1 -out key");
        run("req -new -key key -subj /CN=test/O=albumen -out request");
        run(&format!(
            "x509 -req -in request -CA root.crt -CAkey root.key -CAcreateserial -days 3600 -extfile {} -out leaf.crt",
            extensions.file_name()?.to_string_lossy()
        ));
        let read = |name: &str| fs::read(files.folder.path().join(name)).expect("it is there");
        let chain = files.write("chain", &[read("leaf.crt"), read("root.crt")].concat());
        let key = files.folder.path().join("key");
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/credentials.py");
        Some(Self {
            python,
            script,
            files,
            key,
            chain,
        })
    }

    fn sign(&self, kind: MediaType, bytes: &[u8], manifest: Manifest) -> Vec<u8> {
        let plain = self.files.write("plain", bytes);
        let signed = self.files.folder.path().join("signed");
        let mut command = self.python.command();
        command
            .arg(&self.script)
            .arg("sign")
            .args([&plain, &signed]);
        command.arg(kind.mime()).args([&self.key, &self.chain]);
        if manifest == Manifest::Elsewhere {
            command.arg("https://127.0.0.1:1/manifest.c2pa");
        }
        let output = command.output().expect("it runs");
        assert!(output.status.success(), "{kind:?}: {output:?}");
        fs::read(signed).expect("signed")
    }

    /// Returns `valid`, `invalid: …`, `elsewhere` or `none`.
    fn state(&self, kind: MediaType, bytes: &[u8]) -> String {
        let file = self.files.write("judged", bytes);
        let mut command = self.python.command();
        command.arg(&self.script).arg("state").arg(file);
        let output = command.arg(kind.mime()).output().expect("it runs");
        assert!(output.status.success(), "{kind:?}: {output:?}");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }
}

fn made() -> Vec<(MediaType, Vec<u8>)> {
    let picture = Picture {
        width: 64,
        height: 64,
        taken: Some("2020-09-13T12:26:40".parse().expect("a date")),
        location: Some((64.1, -21.9)),
        ..Picture::default()
    };
    let clip = |quicktime| Clip {
        quicktime,
        ..Clip::default()
    };
    vec![
        (MediaType::Jpeg, jpeg(&picture)),
        (MediaType::Png, png(&picture)),
        (MediaType::Webp, webp(&picture)),
        (MediaType::Tiff, tiff(&picture)),
        (MediaType::Heic, heic(&picture)),
        (MediaType::Avif, avif(&picture)),
        (MediaType::Mp4, mp4(&clip(false))),
        (MediaType::Mov, mp4(&clip(true))),
    ]
}

#[test]
fn a_signature_is_never_made_invalid() {
    let Some(notary) = Notary::open() else {
        return;
    };
    for (kind, bytes) in made() {
        assert_eq!(notary.state(kind, &bytes), "none", "{kind:?}");
        for (manifest, state) in [
            (Manifest::Inside, "valid"),
            (Manifest::Elsewhere, "elsewhere"),
        ] {
            let signed = notary.sign(kind, &bytes, manifest);
            let what = format!("{kind:?} {manifest:?}");
            assert_eq!(notary.state(kind, &signed), state, "{what}");
            let why = copy(kind, &signed, &facts()).expect_err(&what);
            assert!(why.contains("Content Credentials"), "{what}: {why}");
            for strip_what in [Strip::Location, Strip::People, Strip::All] {
                let stripped = strip(signed.clone(), kind, strip_what);
                let stripped = stripped.unwrap_or_else(|why| panic!("{what}: {why}"));
                assert_eq!(notary.state(kind, &stripped), "none", "{what}");
                copy(kind, &stripped, &facts()).expect(&what);
            }
        }
    }
    // A judge that calls everything valid proves nothing.
    let mut signed = notary.sign(MediaType::Jpeg, &made()[0].1, Manifest::Inside);
    let end = signed.len() - 4;
    signed[end] ^= 1;
    let state = notary.state(MediaType::Jpeg, &signed);
    assert!(state.starts_with("invalid"), "{state}");
}

/// Imports the signed files as a Takeout; returns their names and bytes.
fn library(env: &TestEnv, notary: &Notary) -> Vec<(MediaType, String, Vec<u8>)> {
    let folder = "t/Takeout/Google Photos/Photos from 2020";
    let mut all = Vec::new();
    for (kind, bytes) in made() {
        let signed = notary.sign(kind, &bytes, Manifest::Inside);
        let name = format!("{kind:?}.{}", kind.extension()).to_lowercase();
        let said = json!({"title": name, "description": "words", "photoTakenTime": {"timestamp": "1600000000"}});
        env.write(&format!("{folder}/{name}"), &signed);
        env.write(
            &format!("{folder}/{name}.json"),
            said.to_string().as_bytes(),
        );
        all.push((kind, name, signed));
    }
    env.write(&format!("{folder}/plain.jpg"), &jpeg(&Picture::default()));
    let ran = env.run_on("l", &["import", "t"]);
    assert!(matches!(ran.code, Some(0 | 3)), "{ran:?}");
    all
}

fn fates(ran: &Ran) -> (serde_json::Value, serde_json::Value) {
    let report = &ran.json_lines("report")[0]["content_credentials"];
    (report["kept"].clone(), report["removed"].clone())
}

#[test]
fn signed_files_are_listed_pushed_and_counted() {
    let Some(notary) = Notary::open() else {
        return;
    };
    let env = TestEnv::new();
    let signed = library(&env, &notary);
    let listed = env.run_on("l", &["list", "--json"]).json_lines("asset");
    assert_eq!(listed.len(), signed.len() + 1);
    for asset in &listed {
        let path = asset["path"].as_str().expect("a path");
        let has = !path.ends_with("plain.jpg");
        assert_eq!(asset["content_credentials"], has, "{path}");
        let sidecar = fs::read_to_string(env.path("l").join(format!("{path}.xmp")));
        let sidecar = sidecar.expect("there");
        assert_eq!(
            sidecar.contains("<albumen:ContentCredentials>true<"),
            has,
            "{path}"
        );
    }

    let ran = env.run_on("l", &["--json", "push", "embedded", "--embed"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(fates(&ran), (json!(signed.len()), json!(0)), "{ran:?}");
    let found = files_below(&env.path("embedded"));
    for (kind, name, bytes) in &signed {
        let (_, there) = found
            .iter()
            .find(|(path, _)| path.ends_with(name.as_str()))
            .expect("there");
        assert!(there == bytes, "{name}");
        assert_eq!(notary.state(*kind, there), "valid", "{name}");
    }
    let text = env.run_on("l", &["push", "again", "--embed"]);
    assert!(
        text.stdout.contains("8  carry Content Credentials (C2PA)"),
        "{text:?}"
    );

    let ran = env.run_on("l", &["--json", "push", "stripped", "--strip", "location"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(fates(&ran), (json!(0), json!(signed.len())), "{ran:?}");
    let found = files_below(&env.path("stripped"));
    for (kind, name, _) in &signed {
        let mut paths = found.iter();
        let there = paths.find(|(path, _)| path.ends_with(name.as_str()));
        assert_eq!(
            notary.state(*kind, there.expect("sent").1),
            "none",
            "{name}"
        );
    }
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).contains("ContentCredentials");
    assert!(
        found
            .iter()
            .all(|(name, bytes)| !name.ends_with(".xmp") || !said(bytes)),
        "the sidecar of a stripped copy speaks of what the copy has not"
    );

    // The gallery says so at each photo, and a rebuilt catalog knows it, too.
    let ran = env.run_on("l", &["gallery"]);
    assert!(matches!(ran.code, Some(0 | 3)), "{ran:?}");
    let pages = files_below(&env.path("l/gallery"));
    assert!(
        pages.iter().any(|(name, bytes)| {
            name.ends_with(".js")
                && String::from_utf8_lossy(bytes).contains("\"content_credentials\":true")
        }),
        "{:?}",
        pages.keys()
    );
    let before = env.run_on("l", &["list", "--json"]).stdout;
    let ran = env.run_on("l", &["rebuild"]);
    assert!(matches!(ran.code, Some(0 | 3)), "{ran:?}");
    let after = env.run_on("l", &["list", "--json"]).json_lines("asset");
    let count = |all: &[serde_json::Value]| {
        let has = |asset: &&serde_json::Value| asset["content_credentials"] == true;
        all.iter().filter(has).count()
    };
    assert_eq!(count(&after), signed.len(), "{before}");
}
