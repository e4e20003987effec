//! What single messages say: the right file, the right next step, and each thing once.

use std::fs::{self, OpenOptions};

use super::albumen;
use crate::support::compose::{Edition, Generation, compose};
use crate::support::env::{Ran, TestEnv};
use crate::support::samples::varied;

/// Returns an environment with a library `l` and its archive `a.zip`.
fn with_library() -> TestEnv {
    let env = TestEnv::new();
    env.zip("a.zip", &compose(&varied(), Generation::G4, Edition::Json));
    let ran = env.run_on("l", &["import", "a.zip"]);
    assert!(matches!(ran.code, Some(0 | 3)), "{ran:?}");
    env
}

#[track_caller]
fn says(ran: &Ran, parts: &[&str]) {
    for part in parts {
        assert!(ran.stderr.contains(part), "{part}: {ran:?}");
    }
}

#[test]
fn a_path_whose_tilde_no_shell_replaced_is_named_with_its_folder() {
    let env = TestEnv::new();
    let ran = env.run_on("l", &["import", "~/Downloads/takeout.zip"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    says(
        &ran,
        &["~/Downloads/takeout.zip: there is no such file or folder"],
    );
}

#[test]
fn an_empty_folder_is_named() {
    let env = TestEnv::new();
    fs::create_dir_all(env.path("inbox/empty")).expect("made");
    for folder in ["inbox", "inbox/empty"] {
        let ran = env.run_on("l", &["import", folder]);
        assert_eq!(ran.code, Some(1), "{ran:?}");
        says(
            &ran,
            &[
                &format!("{folder}: there is no file in the folder"),
                "hint: name the folder your downloads are in",
            ],
        );
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_under_the_output_is_no_reason_to_import_again() {
    let env = with_library();
    for line in ["list --json", "list --csv", "status", "import a.zip"] {
        let full = OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .expect("Linux has it");
        let output = albumen(env.home())
            .args(["--library", "l"])
            .args(line.split(' '))
            .stdout(full)
            .output()
            .expect("it runs");
        let error = String::from_utf8(output.stderr).expect("UTF-8");
        assert_eq!(output.status.code(), Some(1), "{line}: {error}");
        assert!(
            error.contains("could not write the output"),
            "{line}: {error}"
        );
        assert!(
            error.contains("hint: make room where the output goes"),
            "{error}"
        );
        assert!(!error.contains("repeat the import"), "{line}: {error}");
    }
}

#[test]
fn an_unknown_kind_of_destination_lists_every_kind_there_is() {
    let env = with_library();
    let ran = env.run_on("l", &["push", "foo://host/x"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    let mut expected = vec!["foo:// is not a kind of destination that albumen knows"];
    expected.extend(push::SCHEMES.iter().map(|scheme| scheme.example));
    says(&ran, &expected);
}

#[test]
fn an_address_that_cannot_be_fetched_is_explained_once() {
    let env = TestEnv::new();
    let ran = env.run(&["fetch", "ftp://host/a.zip"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert_eq!(
        ran.stderr
            .matches("does not begin with https:// or http://")
            .count(),
        1,
        "{ran:?}"
    );
    assert!(!ran.stderr.contains("put quotes"), "{ran:?}");
}

#[test]
fn the_configuration_is_shown_with_every_setting_as_it_is_in_effect() {
    let env = TestEnv::new();
    let text = "quiet_hours = \"22:00-07:00\"\ngallery = true\n\
        [[inbox]]\npath = \"drop\"\n\
        [[destination]]\naddress = \"s3://bucket/x\"\nendpoint = \"https://s3.example\"\nregion = \"eu-1\"\nca_file = \"ca.pem\"\n\
        [notify]\nwhen = \"always\"\n";
    env.write("a.toml", text.as_bytes());
    let ran = env.run(&["--config", "a.toml", "--json", "config", "show"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let shown: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
    for (at, value) in [
        ("/quiet_hours", "22:00-07:00"),
        ("/inboxes/0/pattern", "*"),
        ("/destinations/0/endpoint", "https://s3.example"),
        ("/destinations/0/region", "eu-1"),
        ("/destinations/0/layout", "dates"),
        ("/when", "always"),
        ("/after_import", "keep"),
    ] {
        assert_eq!(
            shown.pointer(at).and_then(|value| value.as_str()),
            Some(value),
            "{at}: {shown:#}"
        );
    }
    assert_eq!(shown["gallery"], true);
    assert_eq!(shown["verify_sample"], 0.01);
    let library = shown["library"].as_str().expect("the folder in effect");
    assert!(library.ends_with("albumen"), "{library}");
    let file = shown.pointer("/destinations/0/ca_file");
    assert!(
        file.and_then(|file| file.as_str())
            .is_some_and(|file| file.ends_with("/ca.pem"))
    );
    // Every setting that the commented file explains has its place in what is shown.
    let ran = env.run(&["config", "init"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let explained = fs::read_to_string(env.path(".config/albumen/albumen.toml")).expect("written");
    let settings = explained
        .lines()
        .filter_map(|line| line.strip_prefix('#')?.split_once(" = "))
        .map(|(name, _)| name)
        .filter(|name| name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'));
    for name in settings {
        // The folder of archives and the command have names of their own in the JSON.
        let name = match name {
            "folder" => "archives",
            name => name,
        };
        assert!(
            shown.to_string().contains(&format!("\"{name}\":")),
            "{name}: {shown:#}"
        );
    }
}

#[test]
fn a_stray_list_of_checksums_does_not_lead_to_rebuild_and_is_kept() {
    let env = TestEnv::new();
    env.zip("a.zip", &compose(&varied(), Generation::G4, Edition::Json));
    let stray = b"0000  debian.iso\n";
    env.write("l/SHA256SUMS", stray);
    env.write("l/README.txt", b"mine\n");
    let ran = env.run_on("l", &["import", "a.zip"]);
    assert!(matches!(ran.code, Some(0 | 3)), "{ran:?}");
    assert!(!ran.stderr.contains("rebuild"), "{ran:?}");
    // albumen writes files of these names, and what lay there is somebody's.
    says(
        &ran,
        &[
            "SHA256SUMS: was there before",
            "README.txt: was there before",
        ],
    );
    let aside = fs::read_dir(env.path("l/.albumen/set-aside")).expect("made");
    let kept: Vec<Vec<u8>> = aside
        .map(|file| fs::read(file.expect("listed").path()).expect("readable"))
        .collect();
    assert!(kept.contains(&stray.to_vec()) && kept.contains(&b"mine\n".to_vec()));
    let again = env.run_on("l", &["import", "a.zip"]);
    assert!(!again.stderr.contains("was there before"), "{again:?}");
}

#[test]
fn an_account_that_is_not_known_can_be_named() {
    let env = TestEnv::new();
    // A name that does not tell the account, and no page that does.
    let mut files = compose(&varied(), Generation::G3, Edition::Json);
    files.retain(|name, _| !name.contains("personal_information"));
    env.zip("a.zip", &files);
    let ran = env.run_on("l", &["import", "a.zip"]);
    assert!(matches!(ran.code, Some(0 | 3)), "{ran:?}");
    let all = env.run_on("l", &["list", "--json"]);
    let unknown = all
        .json_lines("asset")
        .iter()
        .filter(|line| {
            line["items"]
                .as_array()
                .is_some_and(|items| items.iter().any(|item| item["account"].is_null()))
        })
        .count();
    assert!(unknown > 0, "the archive tells no account");
    let listed = env.run_on("l", &["list", "--json", "--account", "(not known)"]);
    assert_eq!(listed.json_lines("asset").len(), unknown, "{listed:?}");
    let certified = env.run_on("l", &["certify", "(not known)", "--json"]);
    assert_eq!(
        certified.json_lines("certificate").len(),
        1,
        "{certified:?}"
    );
}

#[test]
fn a_caption_that_looks_like_a_formula_is_a_text_in_a_spreadsheet() {
    let env = TestEnv::new();
    let mut account = varied();
    let caption = "=HYPERLINK(\"http://h\",\"a\")";
    account.posts[0].caption = caption.to_owned();
    env.zip("a.zip", &compose(&account, Generation::G4, Edition::Json));
    let ran = env.run_on("l", &["import", "a.zip"]);
    assert!(matches!(ran.code, Some(0 | 3)), "{ran:?}");
    let cell = "\"=HYPERLINK(\"\"http://h\"\",\"\"a\"\")\"";
    let guarded = format!("\"'{}", &cell[1..]);
    for (options, expected) in [
        (&["list", "--csv"][..], guarded.as_str()),
        (&["list", "--csv", "--safe"], guarded.as_str()),
        (&["list", "--csv", "--exact"], cell),
    ] {
        let ran = env.run_on("l", options);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert!(
            ran.stdout.contains(&format!(",{expected},")),
            "{options:?}: {ran:?}"
        );
    }
}
