//! `albumen demo` and the commands that read what it leaves: the README's first line must hold.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::albumen;
use crate::support::tools;

fn json_lines(home: &Path, line: &str) -> Vec<Value> {
    let output = albumen(home)
        .args(line.split(' '))
        .output()
        .expect("it runs");
    assert_eq!(output.status.code(), Some(0), "{line}: {output:?}");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    text.lines()
        .map(|line| serde_json::from_str(line).expect("each line is JSON"))
        .collect()
}

/// Returns the bytes of every file but the catalog's.
fn tree(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("the demo made it") {
        let path = entry.expect("readable").path();
        if path.is_dir() && !path.ends_with(".albumen") {
            files.extend(tree(&path));
        } else if path.is_file() && !path.ends_with("history.jsonl") {
            // Each run of the demo is one more in the history.
            files.insert(
                path.display().to_string(),
                fs::read(&path).expect("readable"),
            );
        }
    }
    files
}

#[test]
fn the_demo_leaves_a_library_that_every_command_reads() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let lines = json_lines(home.path(), "demo --json");
    let report = lines.last().expect("a report");
    assert_eq!(report["type"], "report");
    let outcomes = report["outcomes"].as_object().expect("an object");
    let sum: u64 = outcomes.values().filter_map(Value::as_u64).sum();
    assert_eq!(report["entries"], sum);

    let assets = json_lines(home.path(), "list --json --library albumen-demo");
    assert!(!assets.is_empty());
    assert_eq!(report["assets_added"], assets.len());
    for asset in &assets {
        let path = asset["path"].as_str().expect("a path");
        assert!(
            home.path().join("albumen-demo").join(path).is_file(),
            "{path}"
        );
    }
    let status = json_lines(home.path(), "status --json --library albumen-demo");
    assert_eq!(status[0]["assets"], assets.len());
}

#[test]
fn running_the_demo_again_changes_nothing() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let library = home.path().join("albumen-demo");
    json_lines(home.path(), "demo --json");
    let first = tree(&library);
    json_lines(home.path(), "demo --json");
    assert!(!first.is_empty());
    assert_eq!(tree(&library), first);
}

#[test]
fn standard_tools_can_check_the_library() {
    let Some(sha256sum) = tools::require("sha256sum") else {
        return;
    };
    let home = tempfile::tempdir().expect("a temporary folder");
    json_lines(home.path(), "demo --json");
    for list in ["SHA256SUMS", "SHA256SUMS.metadata"] {
        let output = sha256sum
            .command()
            .args(["-c", "--strict", list])
            .current_dir(home.path().join("albumen-demo"))
            .output()
            .expect("it runs");
        assert!(output.status.success(), "{list}: {output:?}");
    }
}
