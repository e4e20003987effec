//! SIGTERM ends every command within two seconds, whatever it waits for.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::albumen;
use crate::support::compose::{Edition, Generation, compose};
use crate::support::env::TestEnv;
use crate::support::samples::varied;

/// Sends SIGTERM and returns the exit code and how long the process took.
fn ended(child: &mut Child) -> (Option<i32>, Duration) {
    let sent = Command::new("kill")
        .args(["-TERM", &child.id().to_string()])
        .status()
        .expect("kill is there");
    assert!(sent.success());
    let began = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("a child of ours") {
            return (status.code(), began.elapsed());
        }
        if began.elapsed() > Duration::from_secs(10) {
            let _ = child.kill();
            return (None, began.elapsed());
        }
        sleep(Duration::from_millis(20));
    }
}

#[test]
fn sigterm_ends_every_command_that_waits_within_two_seconds() {
    let env = TestEnv::new();
    env.zip("a.zip", &compose(&varied(), Generation::G4, Edition::Json));
    let made = env.run_on("l", &["import", "a.zip"]);
    assert_eq!(made.code, Some(0), "{made:?}");
    // A server that takes a connection and never says a word.
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let host = silent.local_addr().expect("bound").to_string();
    let (fetched, dav) = (
        format!("http://{host}/a.zip"),
        format!("webdav+http://{host}/x"),
    );
    for arguments in [
        &["fetch", &fetched][..],
        &["--library", "l", "push", &dav],
        &["--library", "l", "certify", "--at", &dav],
        &["verify", &dav],
    ] {
        let mut child = albumen(env.home())
            .args(arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("it runs");
        sleep(Duration::from_millis(700));
        assert!(
            child.try_wait().expect("ours").is_none(),
            "{arguments:?}: it waits"
        );
        let (code, took) = ended(&mut child);
        assert!(took < Duration::from_secs(2), "{arguments:?}: {took:?}");
        assert_eq!(code, Some(130), "{arguments:?}");
    }
}

#[test]
fn an_import_that_sigterm_ended_goes_on_with_the_same_command() {
    let env = TestEnv::new();
    let mut files = compose(&varied(), Generation::G4, Edition::Json);
    // Enough bytes that it is still at work.
    for number in 0..40u8 {
        let mut bytes = vec![number; 4 << 20];
        bytes[..4].copy_from_slice(b"\xff\xd8\xff\xe0");
        files.insert(format!("media/posts/202001/{number}.jpg"), bytes);
    }
    env.zip("a.zip", &files);
    let mut child = albumen(env.home())
        .args(["--library", "l", "import", "a.zip"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it runs");
    sleep(Duration::from_millis(150));
    let (code, took) = ended(&mut child);
    assert!(took < Duration::from_secs(2), "{took:?}");
    // Before it listens the signal ends it at once, and it may have come to its end: incomplete, since nothing names the padding.
    assert!(matches!(code, Some(130 | 3) | None), "{code:?}");
    let again = env.run_on("l", &["import", "a.zip"]);
    // No record names the padding, which is worth a warning.
    assert!(matches!(again.code, Some(0 | 3)), "{again:?}");
    let verified = env.run_on("l", &["verify"]);
    assert_eq!(verified.code, Some(0), "{verified:?}");
}
