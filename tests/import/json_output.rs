//! The shapes of `list --json` and `import --json` (issue 2, point 9; architecture section 9): fields are only ever added.

use serde_json::{Value, json};

use crate::support::compose::{Edition, Generation, compose};
use crate::support::env::TestEnv;
use crate::support::hostile;
use crate::support::samples::{varied, with_absent};

/// Checks that an object has these fields and that no text in it is empty: what is unknown is null.
fn has(object: &Value, fields: &[&str]) {
    for field in fields {
        assert!(object.get(*field).is_some(), "no {field}: {object}");
    }
    no_empty_text(object);
}

fn no_empty_text(value: &Value) {
    match value {
        Value::String(text) => assert!(!text.is_empty(), "an empty text"),
        Value::Array(all) => all.iter().for_each(no_empty_text),
        Value::Object(all) => all.values().for_each(no_empty_text),
        _ => {}
    }
}

#[test]
fn assets_are_listed_with_every_promised_field() {
    let env = TestEnv::new();
    env.zip("a.zip", &compose(&varied(), Generation::G4, Edition::Json));
    assert_eq!(env.run_on("l", &["import", "a.zip"]).code, Some(0));
    let ran = env.run_on("l", &["list", "--json"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    let lines = ran.json_lines("asset");
    assert_eq!(lines.len(), ran.stdout.lines().count());
    for line in &lines {
        has(
            line,
            &[
                "type",
                "path",
                "content_hash",
                "size_bytes",
                "media_type",
                "width",
                "height",
                "duration_s",
                "taken_at",
                "posted_at",
                "description",
                "title",
                "latitude",
                "longitude",
                "altitude_m",
                "place",
                "people",
                "keywords",
                "albums",
                "favorite",
                "visibility",
                "rating",
                "group",
                "companions",
                "items",
                "origins",
            ],
        );
        has(
            &line["taken_at"],
            &["local", "offset", "utc", "precision", "origin"],
        );
        assert!(
            env.path("l")
                .join(line["path"].as_str().expect("a path"))
                .is_file()
        );
        for item in line["items"].as_array().expect("a list") {
            has(item, &["provider", "account", "kind", "key", "entries"]);
            assert_eq!(item["entries"][0]["part"], "a.zip");
        }
        if let Some(group) = line["group"].as_object() {
            assert_eq!(group.keys().collect::<Vec<_>>(), ["id", "index", "size"]);
        }
        for companion in line["companions"].as_array().expect("a list") {
            has(companion, &["path", "role"]);
        }
    }
    let story = lines.iter().find(|line| {
        line["items"][0]["kind"] == "story" && line["posted_at"] == "2024-06-01T06:59:59Z"
    });
    let story = story.expect("a bare story");
    for unknown in [
        "description",
        "title",
        "latitude",
        "longitude",
        "altitude_m",
        "place",
        "rating",
        "group",
        "duration_s",
    ] {
        assert_eq!(story[unknown], Value::Null, "{unknown}");
    }
    assert_eq!(
        story["taken_at"],
        json!({"local": null, "offset": null, "utc": "2024-06-01T06:59:59Z", "precision": "second", "origin": "posted:instagram"})
    );
}

#[test]
fn an_import_tells_progress_entries_missing_media_and_a_report_that_closes() {
    let env = TestEnv::new();
    let mut files = compose(&with_absent(), Generation::G4, Edition::Json);
    files.insert(
        "your_instagram_activity/media/stories.json".to_owned(),
        b"{".to_vec(),
    );
    files.insert(
        "your_instagram_activity/likes/liked_posts.json".to_owned(),
        b"{}".to_vec(),
    );
    env.zip("a.zip", &files);
    for (round, imported) in [(1, 3), (2, 0)] {
        let ran = env.run_on("l", &["--json", "import", "a.zip"]);
        assert_eq!(ran.code, Some(3), "{ran:?}");
        let kinds = ["progress", "entry", "missing", "report"];
        for line in ran.stdout.lines() {
            let line: Value = serde_json::from_str(line).expect("JSON");
            assert!(kinds.iter().any(|kind| line["type"] == *kind), "{line}");
            no_empty_text(&line);
        }
        let [report] = &ran.json_lines("report")[..] else {
            panic!("one report")
        };
        has(
            report,
            &[
                "parts",
                "entries",
                "outcomes",
                "items",
                "missing",
                "assets_added",
                "assets_changed",
                "bytes_read",
                "bytes_written",
                "seconds",
            ],
        );
        assert!(
            ran.stdout
                .lines()
                .last()
                .is_some_and(|line| line.contains("\"report\"")),
            "the report is last"
        );
        let outcomes = &report["outcomes"];
        has(
            outcomes,
            &["imported", "duplicate", "record", "ignored", "failed"],
        );
        let sum: u64 = outcomes
            .as_object()
            .expect("an object")
            .values()
            .filter_map(Value::as_u64)
            .sum();
        assert_eq!(report["entries"], json!(sum));
        assert_eq!(report["entries"], json!(files.len()));
        assert_eq!(outcomes["imported"], imported, "round {round}");
        assert_eq!(outcomes["failed"], 1);
        assert_eq!(report["missing"], 2);
        let entries = ran.json_lines("entry");
        assert_eq!(
            entries.len() as u64 + imported,
            sum,
            "a line for each that is not plainly imported"
        );
        for entry in &entries {
            has(entry, &["part", "entry", "outcome", "reason", "path"]);
            let reason_expected = matches!(entry["outcome"].as_str(), Some("ignored" | "failed"));
            assert_eq!(entry["reason"].is_string(), reason_expected, "{entry}");
            assert_eq!(
                entry["path"].is_string(),
                entry["outcome"] == "duplicate",
                "{entry}"
            );
        }
        for missing in ran.json_lines("missing") {
            has(&missing, &["provider", "record", "uri", "taken_at"]);
        }
        assert_eq!(ran.json_lines("missing").len(), 2);
    }
}

#[test]
fn a_dry_run_tells_the_plan_and_writes_nothing() {
    let env = TestEnv::new();
    env.zip("a.zip", &compose(&varied(), Generation::G4, Edition::Json));
    let plan = env.run_on("l", &["--json", "import", "--dry-run", "a.zip"]);
    assert_eq!(plan.code, Some(0), "{plan:?}");
    assert!(!env.path("l").exists());
    let done = env.run_on("l", &["--json", "import", "a.zip"]);
    let report = |ran: &crate::support::env::Ran| ran.json_lines("report").remove(0);
    for field in ["parts", "entries", "outcomes", "items"] {
        assert_eq!(report(&plan)[field], report(&done)[field], "{field}");
    }
    assert_eq!(
        (
            report(&plan)["dry_run"].clone(),
            report(&done)["dry_run"].clone()
        ),
        (json!(true), json!(false))
    );
    let before = env.tree("l");
    let again = env.run_on("l", &["--json", "import", "--dry-run", "a.zip"]);
    assert_eq!(report(&again)["outcomes"]["imported"], 0);
    assert_eq!(env.tree("l"), before);
}

#[test]
fn captions_and_names_that_would_write_to_a_terminal_are_escaped() {
    let env = TestEnv::new();
    let mut account = with_absent();
    account.posts[0].caption = hostile::ESCAPING_CAPTION.to_owned();
    env.zip("a.zip", &compose(&account, Generation::G4, Edition::Json));
    let imported = env.run_on("l", &["import", "a.zip"]);
    let table = env.run_on("l", &["list"]);
    for said in [&imported.stdout, &imported.stderr, &table.stdout] {
        assert!(
            !said.chars().any(|c| c.is_control() && c != '\n'),
            "{said:?}"
        );
    }
    let listed = env.run_on("l", &["--json", "list"]);
    let kept = listed
        .json_lines("asset")
        .into_iter()
        .find(|line| line["description"] == hostile::ESCAPING_CAPTION);
    assert!(kept.is_some(), "the words themselves are kept");
}
