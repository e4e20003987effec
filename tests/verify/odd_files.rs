//! A pipe, socket or device in place of any file of a library never makes a command wait (issue 14, point 13).

use std::fs;
use std::process::Command;
use std::time::Duration;

use super::{Made, usual};

/// Longer than any of these commands takes, and shorter than anybody waits for a pipe.
const LONG: Duration = Duration::from_secs(60);

/// Files of the library, and of albumen's own, that a pipe takes the place of.
fn files(made: &Made) -> Vec<String> {
    let original = made.named("16.jpg");
    let mut files = vec![format!("{original}.xmp"), original];
    files.extend(
        [
            "SHA256SUMS",
            "SHA256SUMS.metadata",
            "albums.json",
            "missing.json",
            "library.json",
            "README.txt",
            "history.jsonl",
            "pushes.jsonl",
            "gallery/index.html",
            ".albumen/catalog.sqlite",
            ".albumen/catalog.sqlite-wal",
            ".albumen/catalog.sqlite-journal",
            ".albumen/format",
            ".albumen/lock",
            ".albumen/settling",
            ".albumen/lists",
            ".albumen/staging/slot-0/0000000000000000000000000000000000000000000000000000000000000000",
        ]
        .map(str::to_owned),
    );
    files
}

const COMMANDS: [&[&str]; 8] = [
    &["list"],
    &["status"],
    &["verify"],
    &["import", "anna.zip"],
    &["gallery"],
    &["push", "there"],
    &["certify"],
    &["rebuild"],
];

#[cfg(unix)]
#[test]
fn a_pipe_or_socket_in_place_of_any_file_never_blocks() {
    let whole = usual();
    assert_eq!(whole.run(&["gallery"]).code, Some(0));
    for name in files(&whole) {
        for pipe in [true, false] {
            let made = usual();
            made.run(&["gallery"]);
            let at = made.file(&name);
            let _ = fs::remove_file(&at);
            fs::create_dir_all(at.parent().expect("a folder")).expect("made");
            // A socket's address is short: it is made in its folder.
            let _socket = match pipe {
                true => {
                    let status = Command::new("mkfifo").arg(&at).status();
                    assert!(status.expect("mkfifo is there").success());
                    None
                }
                false => {
                    let short = made.env.path("s");
                    let socket = std::os::unix::net::UnixListener::bind(&short).expect("bound");
                    fs::rename(short, &at).expect("moved");
                    Some(socket)
                }
            };
            for command in COMMANDS {
                let mut run = made.env.command();
                run.args(["--library", "l"]).args(command).timeout(LONG);
                let output = run.output().expect("it runs");
                let said = String::from_utf8_lossy(&output.stderr);
                let code = output.status.code();
                assert!(
                    matches!(code, Some(0 | 1 | 3)),
                    "{command:?} with {name} ({pipe}): {code:?} {said}"
                );
            }
        }
    }
}
