//! `info`, `stats`, `open` and `doctor`: what they say of a library of two services, and what they leave alone.

use std::fs;

use serde_json::Value;

use crate::support::compose::takeout_words::ENGLISH;
use crate::support::compose::{Edition, Generation, compose};
use crate::support::env::{Ran, TestEnv};
use crate::support::samples::with_absent;
use crate::support::takeouts;

/// A library of an Instagram archive and a Takeout.
fn library() -> TestEnv {
    let env = TestEnv::new();
    let files = compose(&with_absent(), Generation::G4, Edition::Json);
    env.zip("instagram-anna-2024-05-01-Ab3dEf9h.zip", &files);
    env.zip("google.zip", &takeouts::varied(ENGLISH).files());
    let imported = env.run_on(
        "l",
        &[
            "import",
            "instagram-anna-2024-05-01-Ab3dEf9h.zip",
            "google.zip",
        ],
    );
    assert!(matches!(imported.code, Some(0 | 3)), "{imported:?}");
    env
}

fn assets(env: &TestEnv) -> Vec<Value> {
    env.run_on("l", &["--json", "list"]).json_lines("asset")
}

fn info(env: &TestEnv, asked: &str) -> Value {
    let ran = env.run_on("l", &["--json", "info", asked]);
    assert_eq!(ran.code, Some(0), "{asked}: {ran:?}");
    ran.json_lines("info").remove(0)
}

#[test]
fn every_asset_is_found_by_path_hash_sidecar_and_bytes_and_what_won_is_what_it_shows() {
    let env = library();
    for asset in assets(&env) {
        let text = |field: &str| asset[field].as_str().expect("a text").to_owned();
        let (path, hash) = (text("path"), text("content_hash"));
        fs::copy(env.path("l").join(&path), env.path("copy")).expect("copied");
        for asked in [
            format!("l/{path}"),
            path.clone(),
            format!("l/{path}.xmp"),
            hash.clone(),
            format!("sha256:{}", &hash[..16].to_uppercase()),
            "copy".to_owned(),
        ] {
            let found = info(&env, &asked);
            assert_eq!(found["asset"], asset, "{asked}");
            assert_eq!(found["unreadable"], Value::Null, "{found}");
            won_is_shown(&found);
        }
    }
}

/// Of each fact that the asset shows, exactly one statement won, and it says the same.
fn won_is_shown(found: &Value) {
    let asset = &found["asset"];
    for fact in ["description", "title", "place"] {
        let statements = found["statements"][fact]["statements"].as_array();
        let won: Vec<&Value> = statements
            .into_iter()
            .flatten()
            .filter(|one| one["fate"] == "won")
            .collect();
        let shown = &asset[fact];
        assert_eq!(won.len(), usize::from(!shown.is_null()), "{fact}: {found}");
        if let Some(won) = won.first() {
            assert_eq!(won["value"], *shown, "{fact}: {found}");
            assert_eq!(won["origin"], asset["origins"][fact], "{fact}: {found}");
        }
    }
    let times = found["statements"]["taken_at"]["statements"].as_array();
    let won = times
        .into_iter()
        .flatten()
        .filter(|one| one["fate"] == "won");
    let shown = usize::from(!asset["taken_at"].is_null());
    assert_eq!(won.count(), shown, "{found}");
}

#[test]
fn records_name_the_archive_they_came_from_and_the_owners_word_wins() {
    let env = library();
    let described = assets(&env)
        .into_iter()
        .find(|asset| asset["origins"]["description"] == "record:instagram")
        .expect("Instagram has captions");
    let path = described["path"].as_str().expect("a path");
    let first = &info(&env, path)["statements"]["description"]["statements"][0];
    let archives = first["archives"].as_array().expect("a list");
    let names: Vec<&str> = archives.iter().filter_map(Value::as_str).collect();
    assert!(
        names.contains(&"instagram-anna-2024-05-01-Ab3dEf9h.zip"),
        "{first}"
    );
    assert!(first["record"].as_str().expect("a file").ends_with(".json"));
    let sidecar = env.path("l").join(format!("{path}.xmp"));
    let old = described["description"].as_str().expect("a text");
    let text = fs::read_to_string(&sidecar).expect("a sidecar");
    let changed = text.replacen(&format!(">{old}<"), ">Mine<", 2);
    assert_ne!(changed, text);
    fs::write(&sidecar, changed).expect("writable");
    env.run_on("l", &["import", "google.zip"]);
    let statements = &info(&env, path)["statements"]["description"]["statements"];
    assert_eq!(statements[0]["value"], "Mine", "{statements}");
    assert_eq!(statements[0]["origin"], "user");
    assert_eq!(statements[1]["fate"], "lost");
}

#[test]
fn a_file_that_is_not_of_the_library_is_said_and_the_others_are_shown() {
    let env = library();
    env.write("stranger.jpg", b"strange bytes");
    let path = assets(&env)[0]["path"].as_str().expect("a path").to_owned();
    let ran = env.run_on("l", &["info", "stranger.jpg", &path, "cafe", "%", "../x"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stdout.contains("who said what"), "{ran:?}");
    for asked in ["\"stranger.jpg\"", "\"cafe\"", "\"%\"", "\"../x\""] {
        assert!(ran.stderr.contains(asked), "{ran:?}");
    }
    assert!(!ran.stderr.contains(&path), "{ran:?}");
}

#[test]
fn numbers_are_those_of_list() {
    let env = library();
    let count = |arguments: &[&str]| {
        let list = env.run_on("l", &[&["--json", "list"], arguments].concat());
        list.json_lines("asset").len() as u64
    };
    for choice in [&[][..], &["--type", "video"], &["--since", "2023-07"]] {
        let ran = env.run_on("l", &[&["--json", "stats"], choice].concat());
        let stats = ran.json_lines("stats").remove(0);
        assert_eq!(stats["assets"], count(choice), "{stats}");
        let years = stats["years"].as_object().expect("an object");
        let dated: u64 = years
            .values()
            .filter_map(|year| year["assets"].as_u64())
            .sum();
        assert_eq!(
            dated + stats["undated"].as_u64().expect("a number"),
            count(choice)
        );
    }
}

/// Runs albumen where a stand-in is the only program that opens files.
#[cfg(unix)]
fn opened(env: &TestEnv, script: &str, arguments: &[&str]) -> Ran {
    use std::os::unix::fs::PermissionsExt;
    let name = if cfg!(target_os = "macos") {
        "open"
    } else {
        "xdg-open"
    };
    let program = env.write(&format!("bin/{name}"), script.as_bytes());
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("ours");
    let mut command = env.command();
    let path = format!("{}:/usr/bin:/bin", env.path("bin").display());
    command.env("PATH", path);
    let output = command.arg("--library").arg("l").args(arguments).output();
    let output = output.expect("it runs");
    Ran {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).expect("text"),
        stderr: String::from_utf8(output.stderr).expect("text"),
    }
}

#[cfg(unix)]
#[test]
fn open_hands_the_file_to_the_systems_program() {
    let env = library();
    let path = assets(&env)[0]["path"].as_str().expect("a path").to_owned();
    let script = "#!/bin/sh\nprintf '%s' \"$1\" > \"$HOME/handed\"\n";
    let handed = || fs::read_to_string(env.path("handed")).expect("the program ran");
    let ran = opened(&env, script, &["open", &path]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let library = env.path("l");
    assert_eq!(handed(), library.join(&path).display().to_string());
    let ran = opened(&env, script, &["open"]);
    assert_eq!(ran.code, Some(1), "there is no gallery yet: {ran:?}");
    assert!(
        ran.stderr.contains("albumen --library l gallery"),
        "{ran:?}"
    );
    env.run_on("l", &["gallery"]);
    assert_eq!(opened(&env, script, &["open"]).code, Some(0));
    assert_eq!(
        handed(),
        library.join("gallery/index.html").display().to_string()
    );
    let ran = opened(&env, "#!/bin/sh\nexit 4\n", &["open"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stderr.contains("exit status: 4"), "{ran:?}");
    // A program that shows the file itself is not waited for.
    assert_eq!(
        opened(&env, "#!/bin/sh\nsleep 20\n", &["open"]).code,
        Some(0)
    );
}

fn state(ran: &Ran, what: &str) -> Vec<String> {
    let checks = ran.json_lines("check").into_iter();
    checks
        .filter(|check| check["what"] == what)
        .map(|check| check["state"].as_str().expect("a word").to_owned())
        .collect()
}

#[test]
fn doctor_finds_what_is_not_in_order_and_changes_nothing() {
    let env = library();
    let before = env.tree("l");
    let sound = env.run_on("l", &["--json", "doctor"]);
    assert_eq!(sound.code, Some(0), "{sound:?}");
    assert_eq!(state(&sound, "catalog"), ["ok"]);
    assert_eq!(state(&sound, "config"), ["note"]);
    env.write("there/photo.txt", b"somebody's");
    env.write(
        "c.toml",
        b"[[inbox]]\npath = \"~/no-inbox\"\n[[destination]]\naddress = \"~/there\"\n\
          [[destination]]\naddress = \"webdav+http://127.0.0.1:9/x\"\n",
    );
    let ill = env.run_on("l", &["--json", "--config", "c.toml", "doctor"]);
    assert_eq!(ill.code, Some(3), "{ill:?}");
    assert_eq!(state(&ill, "inbox"), ["problem"]);
    let destinations = state(&ill, "destination");
    assert_eq!(destinations.len(), 2, "{ill:?}");
    assert_eq!(destinations[1], "problem", "{ill:?}");
    let offline = env.run_on(
        "l",
        &["--json", "--config", "c.toml", "doctor", "--offline"],
    );
    assert!(state(&offline, "destination").is_empty());
    assert_eq!(
        env.tree("there").lines().count(),
        1,
        "nothing was written there"
    );
    assert_eq!(env.tree("l"), before);
    let none = env.run_on("nowhere", &["--json", "doctor"]);
    assert_eq!(state(&none, "library"), ["note"]);
    assert!(!env.path("nowhere").exists());
    fs::write(env.path("l/.albumen/catalog.sqlite"), b"no catalog").expect("writable");
    let broken = env.run_on("l", &["--json", "doctor"]);
    assert_eq!(broken.code, Some(3), "{broken:?}");
    assert_eq!(state(&broken, "catalog"), ["problem"]);
}
