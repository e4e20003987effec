//! What is told beside the data: progress on a terminal of any width, plain lines elsewhere, colours, `-q`, `-v`, `--log-file`.

use std::fs;

use crate::support::compose::{Edition, Generation, compose};
use crate::support::downloads::{Download, Downloads};
use crate::support::env::TestEnv;
use crate::support::pack::zip::{ZipStyle, zip};
use crate::support::samples::varied;
use crate::support::tools::{Tool, require};

/// Runs albumen on a terminal of its own, so many columns wide, and returns all that it wrote there.
fn on_a_terminal(
    script: &Tool,
    env: &TestEnv,
    columns: usize,
    words: &str,
    set: &[(&str, &str)],
) -> String {
    let program = env!("CARGO_BIN_EXE_albumen");
    let command = format!("stty cols {columns} rows 20; '{program}' {words}");
    let mut run = script.command();
    run.args(["-qec", &command, "/dev/null"])
        .current_dir(env.home())
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("HOME", env.home())
        .env("LANG", "C.UTF-8")
        .env("TERM", "xterm");
    for (name, value) in set {
        run.env(name, value);
    }
    let output = run.output().expect("it runs");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Splits what a terminal was sent into the lines that it showed, without what moves the cursor: a text that is longer than the
/// terminal is wide goes on in the next line.
fn drawn(sent: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut chars = sent.chars();
    while let Some(c) = chars.next() {
        match c {
            '\r' | '\n' => lines.push(String::new()),
            '\u{1b}' => {
                // A control sequence ends with a letter.
                let _ = chars.by_ref().find(char::is_ascii_alphabetic);
                lines.push(String::new());
            }
            c => {
                if lines
                    .last()
                    .is_some_and(|line| line.chars().count() == columns)
                {
                    lines.push(String::new());
                }
                lines.last_mut().expect("there is one").push(c);
            }
        }
    }
    lines
}

#[cfg(target_os = "linux")]
#[test]
fn errors_and_reports_break_between_words_at_the_width_of_the_terminal() {
    let Some(script) = require("script") else {
        return;
    };
    let env = TestEnv::new();
    let files = compose(&varied(), Generation::G4, Edition::Json);
    env.zip("instagram-anna-2025-04-01-abcdefgh.zip", &files);
    for words in [
        "--library nowhere status",
        "--library l --no-progress import instagram-anna-2025-04-01-abcdefgh.zip",
        "--library l certify --account nobody",
        "--library l --no-progress certify",
    ] {
        let sent = on_a_terminal(&script, &env, 60, words, &[("NO_COLOR", "1")]);
        // Nobody answers the question of `certify` with Enter: what follows stands behind it.
        let sent = sent.replace("do not know: ", "do not know:\n");
        let long = sent
            .lines()
            .find(|line| line.trim_end().chars().count() > 60 && line.trim().contains(' '));
        // A path is one word, and stays one.
        let long = long.filter(|line| line.split(' ').all(|word| word.chars().count() < 50));
        assert_eq!(long, None, "{words}");
    }
    let piped = env.run(&["--library", "nowhere", "status"]);
    assert!(
        piped.stderr.lines().any(|line| line.len() > 60),
        "a pipe gets whole lines: {piped:?}"
    );
}

/// A server that takes six seconds for its file.
fn slow() -> Downloads {
    let noise: Vec<u8> = (0..4_200_000_u32)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8)
        .collect();
    let file = zip(&[("a.bin".to_owned(), noise)].into(), &ZipStyle::default());
    let mut file = Download::new(file).named("a-part-with-a-rather-long-name-001.zip");
    file.speed = Some(700_000);
    Downloads::start([("/a.zip", file)])
}

#[cfg(target_os = "linux")]
#[test]
fn progress_fits_the_terminal_and_begins_without_guesses() {
    let Some(script) = require("script") else {
        return;
    };
    let server = slow();
    let address = server.url("/a.zip");
    std::thread::scope(|scope| {
        for columns in [20, 60, 160] {
            let (address, script) = (&address, &script);
            scope.spawn(move || {
                let env = TestEnv::new();
                let words = format!("fetch --into d {address}");
                let sent = on_a_terminal(script, &env, columns, &words, &[]);
                let lines = drawn(&sent, columns);
                let bars: Vec<_> = lines.iter().filter(|line| line.contains(" %")).collect();
                assert!(bars.len() > 10, "{columns}: {sent}");
                for line in &bars {
                    // What is too long would go on in a line that begins with something else.
                    assert!(
                        line.starts_with("a-part") || line.starts_with("fetching"),
                        "{line}"
                    );
                    assert!(
                        line.trim_end().chars().count() < columns,
                        "{columns}: {line}"
                    );
                    assert!(!line.contains(" 0/s") && !line.contains(" 0 B/s"), "{line}");
                    assert!(!line.contains("  0s left"), "{line}");
                }
                let first = bars.iter().take(2);
                assert!(first.clone().all(|line| !line.contains("left")), "{bars:?}");
                if columns >= 60 {
                    assert!(bars.iter().any(|line| line.contains("s left")), "{bars:?}");
                    assert!(bars.iter().any(|line| line.contains("B/s")), "{bars:?}");
                }
            });
        }
    });
}

#[cfg(target_os = "linux")]
#[test]
fn a_dumb_terminal_gets_plain_lines_and_some_get_none() {
    let Some(script) = require("script") else {
        return;
    };
    let env = TestEnv::new();
    env.zip("a.zip", &compose(&varied(), Generation::G4, Edition::Json));
    for (words, term) in [
        ("--library l import a.zip", "dumb"),
        ("--library l import a.zip --no-progress", "xterm"),
        ("--library l import a.zip -q", "xterm"),
    ] {
        let sent = on_a_terminal(&script, &env, 60, words, &[("TERM", term)]);
        assert!(
            sent.contains("photos and videos") || sent.contains("entries"),
            "{sent}"
        );
        assert!(!sent.contains('\u{1b}'), "{words}: {sent:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn colours_come_by_the_usual_rules() {
    let Some(script) = require("script") else {
        return;
    };
    let env = TestEnv::new();
    let red = "\u{1b}[1;31merror:\u{1b}[0m";
    for (set, coloured) in [
        (&[][..], true),
        (&[("NO_COLOR", "1")], false),
        (&[("CLICOLOR", "0")], false),
        (&[("TERM", "dumb")], false),
        (&[("CLICOLOR_FORCE", "1"), ("TERM", "dumb")], true),
    ] {
        let sent = on_a_terminal(&script, &env, 80, "--library l status", set);
        assert_eq!(sent.contains(red), coloured, "{set:?}: {sent:?}");
        assert!(sent.contains("there is no library"), "{sent}");
    }
    for (name, value, coloured) in [("CLICOLOR_FORCE", "1", true), ("CLICOLOR", "1", false)] {
        let output = env
            .command()
            .args(["--library", "l", "status"])
            .env(name, value)
            .output();
        let error = String::from_utf8(output.expect("it runs").stderr).expect("UTF-8");
        assert_eq!(error.starts_with(red), coloured, "{name}: {error:?}");
    }
}

/// Returns a home with an archive of which the import warns: it lies beside one of no service.
fn with_a_warning() -> TestEnv {
    let env = TestEnv::new();
    env.zip(
        "in/a.zip",
        &compose(&varied(), Generation::G4, Edition::Json),
    );
    env.zip(
        "in/odd.zip",
        &[("pigeons/one.txt".to_owned(), b"coo".to_vec())].into(),
    );
    env
}

#[test]
fn quiet_leaves_out_warnings_and_verbose_says_what_steps_did() {
    let env = with_a_warning();
    let usual = env.run_on("l", &["import", "in"]);
    assert!(usual.stderr.contains("warning: "), "{usual:?}");
    assert!(!usual.stderr.contains("storing: "), "{usual:?}");
    let quiet = env.run_on("m", &["import", "in", "-q"]);
    assert_eq!((quiet.code, quiet.stderr.as_str()), (usual.code, ""));
    let verbose = env.run_on("n", &["-v", "import", "in"]);
    assert!(verbose.stderr.contains("storing: "), "{verbose:?}");
    assert!(verbose.stderr.contains(" in 0."), "{verbose:?}");
    let none = env.run_on("m", &["--json", "import", "in", "--no-progress"]);
    assert!(none.json_lines("progress").is_empty(), "{none:?}");
    let some = env.run_on("m", &["--json", "import", "in"]);
    assert!(!some.json_lines("progress").is_empty(), "{some:?}");
    let failed = env.run_on("nowhere", &["-q", "status"]);
    assert!(failed.stderr.starts_with("error: "), "{failed:?}");
    assert_eq!(env.run(&["-q", "-v", "status"]).code, Some(2));
}

#[test]
fn the_log_keeps_what_was_told_each_line_with_its_time() {
    let env = with_a_warning();
    let _ = env.run_on("l", &["import", "in", "-q", "--log-file", "a.log"]);
    let _ = env.run_on("nowhere", &["status", "--log-file", "a.log"]);
    let log = fs::read_to_string(env.path("a.log")).expect("written");
    for line in log.lines() {
        let (time, text) = line.split_once(' ').expect("a time and a text");
        assert!(time.parse::<jiff::Timestamp>().is_ok(), "{line}");
        assert!(!text.is_empty(), "{line}");
    }
    for text in [
        "begun: albumen import",
        "warning: ",
        "storing: ",
        "ended: exit code",
        "begun: albumen status",
        "error: there is no library",
        "hint: ",
        "ended: exit code 1",
    ] {
        assert!(log.contains(text), "{text}: {log}");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let mode = fs::metadata(env.path("a.log")).expect("there").mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let ran = env.run_on("l", &["status", "--json", "--log-file", "nowhere/a.log"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert_eq!(ran.json_lines("error")[0]["path"], "nowhere/a.log");
}
