//! What every command has in common: exit codes, where the library is, pipes.

use std::fs;
use std::process::Output;

use super::albumen;

fn run(line: &str) -> Output {
    let home = tempfile::tempdir().expect("a temporary folder");
    albumen(home.path())
        .args(line.split(' '))
        .output()
        .expect("it runs")
}

#[test]
fn the_exit_code_tells_wrong_usage_from_failure() {
    for (line, code) in [
        ("--help", 0),
        ("--version", 0),
        ("import --help", 0),
        ("providers", 0),
        ("providers --json", 0),
        ("completions fish", 0),
        ("frobnicate", 2),
        ("import", 2),
        ("list --since yesterday", 2),
        ("import a.zip --html-offset 8", 2),
        // Options that exclude each other do so on either side of the command.
        ("list --csv --json", 2),
        ("--json list --csv", 2),
        ("--json list --paths", 2),
        ("--json list -0", 2),
        ("--json list --format {path}", 2),
        ("-q list -v", 2),
        ("status", 1),
        ("list --csv", 1),
        ("import no-such-file.zip", 1),
    ] {
        let output = run(line);
        assert_eq!(output.status.code(), Some(code), "{line}: {output:?}");
        assert_eq!(output.stderr.is_empty(), code == 0, "{line}: {output:?}");
    }
}

#[test]
fn an_error_says_what_to_do() {
    let error = String::from_utf8(run("status").stderr).expect("UTF-8");
    assert!(
        error.starts_with("error: there is no library at "),
        "{error}"
    );
    assert_eq!(error.matches("hint: ").count(), 1, "{error}");
    assert!(
        !error.contains('\u{1b}'),
        "no colour where there is no terminal: {error}"
    );
}

#[test]
fn the_library_is_found_by_option_then_variable_then_pictures_folder() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let said = |variable: Option<&str>, line: &str| {
        let mut command = albumen(home.path());
        command.args(line.split(' '));
        if let Some(value) = variable {
            command.env("ALBUMEN_LIBRARY", value);
        }
        String::from_utf8(command.output().expect("it runs").stderr).expect("UTF-8")
    };
    let pictures = |folder: &str| {
        home.path()
            .join(folder)
            .join("albumen")
            .display()
            .to_string()
    };
    assert!(
        said(Some("/from/variable"), "status --library /from/option").contains("at /from/option\n")
    );
    assert!(said(Some("/from/variable"), "status").contains("at /from/variable\n"));
    assert!(said(None, "status").contains(&pictures("Pictures")));
    fs::create_dir(home.path().join(".config")).expect("made");
    fs::write(
        home.path().join(".config/user-dirs.dirs"),
        "XDG_PICTURES_DIR=\"$HOME/Bilder\"\n",
    )
    .expect("written");
    assert!(said(None, "status").contains(&pictures("Bilder")));
}

#[test]
fn a_reader_that_went_away_is_not_an_error() {
    let home = tempfile::tempdir().expect("a temporary folder");
    for line in ["completions bash", "--help"] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let mut command = albumen(home.path());
        command
            .args(line.split(' '))
            .stdout(writer)
            .stderr(std::process::Stdio::piped());
        let output = command
            .spawn()
            .expect("it runs")
            .wait_with_output()
            .expect("it ends");
        assert_eq!(output.status.code(), Some(0), "{line}: {output:?}");
        assert!(output.stderr.is_empty(), "{line}: {output:?}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn output_that_cannot_be_written_is() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let full = fs::File::options()
        .write(true)
        .open("/dev/full")
        .expect("Linux has it");
    let output = albumen(home.path())
        .args(["completions", "bash"])
        .stdout(full)
        .stderr(std::process::Stdio::piped())
        .output()
        .expect("it runs");
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(
        String::from_utf8_lossy(&output.stderr).starts_with("error: could not write the output\n")
    );
}

#[test]
fn the_demo_refuses_a_folder_with_other_things() {
    let home = tempfile::tempdir().expect("a temporary folder");
    fs::create_dir(home.path().join("albumen-demo")).expect("made");
    fs::write(home.path().join("albumen-demo/letter.txt"), "dear").expect("written");
    let output = albumen(home.path()).arg("demo").output().expect("it runs");
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let left: Vec<_> = fs::read_dir(home.path().join("albumen-demo"))
        .expect("there")
        .collect();
    assert_eq!(left.len(), 1);
}
