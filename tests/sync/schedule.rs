//! `schedule`: what it writes is accepted, and runs a pass as written.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{home, posts, put, zipped};
use crate::support::env::TestEnv;
use crate::support::tools::require;

const DAY: u64 = 24 * 60;

fn printed(env: &TestEnv, with: &str) -> String {
    let ran = env.run(&[
        "--config",
        "my own.toml",
        "schedule",
        "--with",
        with,
        "install",
        "--every",
        "hour",
        "--dry-run",
    ]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    ran.stdout.replace("<HOME>", &env.home().to_string_lossy())
}

fn with_spaces() -> TestEnv {
    let env = home("");
    fs::rename(env.path("albumen.toml"), env.path("my own.toml")).expect("ours");
    put(&env, "a.zip", &zipped(&posts(0..2)), DAY);
    env
}

/// Runs a command line as a scheduler would: in another folder, with an almost empty environment.
fn run_as_written(env: &TestEnv, line: &str) {
    let output = Command::new("sh")
        .args(["-c", line])
        .env_clear()
        .env("HOME", env.home())
        .env("PATH", "/usr/bin:/bin")
        .current_dir("/")
        .output()
        .expect("sh is there");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success() && text.contains("imported a.zip: 2 new"),
        "{line}: {output:?}"
    );
}

#[test]
fn the_units_of_systemd_are_accepted_and_their_line_runs_a_pass() {
    let env = with_spaces();
    let text = printed(&env, "systemd");
    assert!(!env.path(".config/systemd").exists());
    let mut files = Vec::new();
    for unit in text.split("# /").skip(1) {
        let (path, body) = unit.split_once('\n').expect("a path and a text");
        files.push(env.write(path.rsplit('/').next().expect("a name"), body.as_bytes()));
    }
    assert_eq!(files.len(), 2);
    let service = fs::read_to_string(&files[0]).expect("written");
    let line = service
        .lines()
        .find_map(|line| line.strip_prefix("ExecStart="))
        .expect("a line");
    run_as_written(&env, line);
    accepted_by_systemd(&env, &files);
}

fn accepted_by_systemd(env: &TestEnv, files: &[PathBuf]) {
    let Some(analyze) = require("systemd-analyze") else {
        return;
    };
    let output = analyze
        .command()
        .args(["verify", "--user"])
        .args(files)
        .env("XDG_RUNTIME_DIR", env.home())
        .output()
        .expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        output.status.success() && !said.contains("albumen-sync"),
        "{said}"
    );
}

#[test]
fn the_units_of_packages_are_those_of_schedule_but_for_the_command() {
    let env = with_spaces();
    let ran = env.run(&["schedule", "--with", "systemd", "install", "--dry-run"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let mut files = Vec::new();
    for unit in ran.stdout.split("# <HOME>/").skip(1) {
        let (path, ours) = unit.split_once('\n').expect("a path and a text");
        let name = path.rsplit('/').next().expect("a name");
        let packaged = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("packaging/systemd")
            .join(name);
        let packaged = fs::read_to_string(packaged).expect("a unit of packages");
        let others = |text: &str| -> Vec<String> {
            let kept = text.lines().filter(|line| !line.starts_with("ExecStart="));
            kept.map(str::to_owned).collect()
        };
        assert_eq!(
            others(packaged.trim_end()),
            others(ours.trim_end()),
            "{name}"
        );
        // systemd asks whether the program is there, and packages put it where it is not here.
        let program = env.command().get_program().to_string_lossy().into_owned();
        let here = packaged.replace("/usr/bin/albumen", &program);
        files.push(env.write(name, here.as_bytes()));
    }
    assert_eq!(files.len(), 2);
    accepted_by_systemd(&env, &files);
}

#[test]
fn the_line_of_cron_runs_a_pass() {
    let env = with_spaces();
    let text = printed(&env, "cron");
    let line = text.trim().strip_prefix("17 * * * * ").expect("its time");
    run_as_written(&env, line);
}

#[test]
fn cron_is_really_given_the_line_and_loses_it_again() {
    // A stand-in for crontab, which keeps the table in a file: this machine's own table is not a test's to change.
    let env = with_spaces();
    let tool = env.write("bin/crontab", b"#!/bin/sh\ncase $1 in -l) cat \"$HOME/table\" 2>/dev/null;; -) cat > \"$HOME/table.new\" && mv \"$HOME/table.new\" \"$HOME/table\";; esac\n");
    let chmod = Command::new("chmod").arg("755").arg(&tool).status();
    assert!(chmod.expect("chmod is there").success());
    env.write("table", b"0 0 * * * backup\n");
    let run = |words: &[&str]| {
        let path = format!("{}:/usr/bin:/bin", env.path("bin").display());
        let output = env
            .command()
            .args(["--config", "my own.toml", "schedule", "--with", "cron"])
            .args(words)
            .env("PATH", path)
            .output();
        let output = output.expect("the binary was built with the tests");
        assert!(output.status.success(), "{output:?}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    run(&["install"]);
    run(&["install", "--every", "week"]);
    let table = fs::read_to_string(env.path("table")).expect("there");
    assert!(
        table.starts_with("0 0 * * * backup\n17 3 * * 0 '") && table.lines().count() == 2,
        "{table}"
    );
    assert!(run(&["show"]).contains("17 3 * * 0"));
    run(&["remove"]);
    assert_eq!(
        fs::read_to_string(env.path("table")).expect("there"),
        "0 0 * * * backup\n"
    );
    assert_eq!(run(&["show"]), "no schedule is installed\n");
}

#[test]
fn the_texts_for_macos_and_windows_are_xml() {
    let env = with_spaces();
    for with in ["launchd", "windows"] {
        let text = printed(&env, with);
        let (_, xml) = text.split_once('\n').expect("a path and a text");
        let mut reader = quick_xml::Reader::from_str(xml.trim());
        while reader
            .read_event()
            .unwrap_or_else(|error| panic!("{with}: {error}"))
            != quick_xml::events::Event::Eof
        {}
        assert!(xml.contains("my own.toml"), "{xml}");
    }
}
