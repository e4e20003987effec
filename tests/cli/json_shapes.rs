//! Every line that a command writes with `--json` is described in `docs/scripting.md`: its type, and each of its fields.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::compose::takeout_words::ENGLISH;
use crate::support::compose::{Edition, Generation, compose};
use crate::support::env::TestEnv;
use crate::support::samples::with_absent;
use crate::support::takeouts;

/// Fields of each type of line that the commands wrote.
type Shapes = BTreeMap<String, BTreeSet<String>>;

fn collect(env: &TestEnv, arguments: &[&str], shapes: &mut Shapes) {
    let ran = env.run_on("l", &[&["--json"], arguments].concat());
    assert!(matches!(ran.code, Some(0 | 3)), "{arguments:?}: {ran:?}");
    let mut lines = 0;
    for line in ran.stdout.lines() {
        let value: Value =
            serde_json::from_str(line).unwrap_or_else(|_| panic!("{arguments:?}: {line}"));
        let fields = value.as_object().expect("an object on each line");
        let kind = fields["type"].as_str().expect("it has a type");
        let known = shapes.entry(kind.to_owned()).or_default();
        known.extend(fields.keys().cloned());
        lines += 1;
    }
    assert!(lines > 0, "{arguments:?}: {ran:?}");
}

/// What commands say of a library with gaps, a damaged file and a file nobody understands.
fn shapes() -> Shapes {
    let env = TestEnv::new();
    let mut files = compose(&with_absent(), Generation::G4, Edition::Json);
    files.insert(
        "your_instagram_activity/media/moments.json".to_owned(),
        br#"[{"uri": "media/posts/202301/nobody.jpg"}]"#.to_vec(),
    );
    env.zip("in/instagram-anna-2024-05-01-Ab3dEf9h.zip", &files);
    env.zip("google.zip", &takeouts::varied(ENGLISH).files());
    env.write("in/broken.zip", b"no zip");
    let mut shapes = Shapes::new();
    let mut run = |arguments: &[&str]| collect(&env, arguments, &mut shapes);
    run(&["import", "in", "google.zip", "--dry-run"]);
    run(&["import", "in", "google.zip"]);
    run(&["list"]);
    run(&["status"]);
    run(&["stats"]);
    run(&["doctor"]);
    run(&["info", "IMG_0001.jpg"]);
    run(&["status", "--runs"]);
    run(&["providers"]);
    run(&["certify"]);
    run(&["push", "out"]);
    run(&["verify", "out"]);
    run(&["gallery"]);
    run(&["print", "a.pdf"]);
    run(&["undo", "1", "--dry-run"]);
    run(&["config", "init"]);
    run(&["config", "show"]);
    let originals = crate::support::tree::names(&env.path("l"));
    let original = originals.iter().find(|name| name.ends_with(".jpg"));
    fs::write(env.path("l").join(original.expect("a photo")), "damaged").expect("writable");
    run(&["verify"]);
    run(&["rebuild"]);
    shapes
}

#[test]
fn every_type_and_field_of_every_json_line_is_documented() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/scripting.md");
    let text = fs::read_to_string(path).expect("the page");
    let shapes = shapes();
    assert!(shapes.len() >= 12, "{:?}", shapes.keys());
    let mut missing = Vec::new();
    for (kind, fields) in &shapes {
        for word in fields.iter().chain([kind]) {
            if !text.contains(&format!("`{word}`")) {
                missing.push(format!("{kind}: {word}"));
            }
        }
    }
    assert!(missing.is_empty(), "docs/scripting.md lacks: {missing:#?}");
}
