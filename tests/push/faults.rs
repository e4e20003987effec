//! Faults on the way and at the host: when they are gone, one more push and everything is there once.

use std::fs;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use model::kind::Kind;

use super::webdav::WebDavHost;
use super::{Host, Pushing, library};
use crate::support::account::{Account, Form, Medium, Post};
use crate::support::compose::{Edition, Generation, compose};
use crate::support::env::TestEnv;
use crate::support::http::Reply;
use crate::support::kills::{kills, scattered};
use crate::support::proxy::{Fault, Proxy, Step};
use crate::support::servers::{Server, rclone_webdav_tls, wsgidav};
use crate::support::tools::require;

const PASSWORD: (&str, &str) = ("anna", "geheim");

/// Kills a test run does unless `ALBUMEN_KILLS` says otherwise.
const KILLS: u64 = 12;

fn host(server: &Server, port: u16, name: &str) -> WebDavHost {
    WebDavHost {
        folder: server.folder.clone(),
        port,
        name: name.to_owned(),
        password: Some(PASSWORD),
        sees_all: true,
    }
}

/// Everything of the library is at the host once, and nothing else but lists.
fn is_there_once(made: &Pushing, host: &dyn Host, after: &str) {
    let files = made.files();
    let mut found = host.listing();
    found.retain(|name, _| {
        let lists = ["albums.json", "missing.json", "library.json", "README.txt"];
        !name.starts_with("SHA256SUMS") && !lists.contains(&name.as_str())
    });
    let strange: Vec<_> = found
        .keys()
        .filter(|name| !files.contains_key(*name))
        .collect();
    assert!(strange.is_empty(), "after {after}: {strange:?}");
    for (name, bytes) in &files {
        assert!(found.get(name) == Some(bytes), "after {after}: {name}");
    }
}

#[test]
fn faults_pass_and_all_is_there_once() {
    let Some(server) = wsgidav(PASSWORD.0, PASSWORD.1) else {
        return;
    };
    let made = library();
    for (index, fault) in [
        Fault::Status(500, 10),
        Fault::Status(429, 20),
        Fault::CutOff(9),
        Fault::LoseAnswer(9),
        Fault::Slow(Duration::from_millis(40)),
        Fault::Corrupt(5),
    ]
    .into_iter()
    .enumerate()
    {
        let proxy = Proxy::start(server.port);
        let host = host(&server, proxy.port, &format!("f{index}"));
        proxy.set(fault);
        let ran = made.run(&host, &["push", &host.address()]);
        assert!(matches!(ran.code, Some(0 | 1 | 3)), "{fault:?}: {ran:?}");
        assert!(!ran.stderr.contains(PASSWORD.1), "{ran:?}");
        proxy.set(Fault::None);
        made.push(&host, &[], 0);
        is_there_once(&made, &host, &format!("{fault:?}"));
        assert_eq!(made.push(&host, &[], 0).new, 0, "{fault:?}");
    }
}

#[test]
fn a_host_that_gives_names_of_its_own_gets_nothing_twice() {
    let Some(server) = wsgidav(PASSWORD.0, PASSWORD.1) else {
        return;
    };
    let made = library();
    for every in [1, 2, 3] {
        let proxy = Proxy::start(server.port);
        let host = host(&server, proxy.port, &format!("r{every}"));
        proxy.set(Fault::Rename(every));
        for time in 0..3 {
            let ran = made.run(&host, &["push", &host.address()]);
            assert_eq!(ran.code, Some(3), "{ran:?}");
            let told = ran.stdout.contains("did the host rename it?");
            assert!(told || time > 0, "{ran:?}");
        }
        proxy.set(Fault::None);
        let found = host.listing();
        made.push(&host, &[], 0);
        is_there_once(&made, &host, &format!("{:?}", found.keys()));
        assert!(host.listing().contains_key("SHA256SUMS"));
        assert_eq!(made.push(&host, &[], 0).new, 0);
    }
}

/// Two files of one size in one folder are each looked for among what got another name. While one worker reads a candidate, another
/// may give it the name it should have: then it is gone, and that is no failure.
#[test]
fn a_renamed_file_that_goes_while_it_is_looked_at_is_no_failure() {
    let Some(server) = wsgidav(PASSWORD.0, PASSWORD.1) else {
        return;
    };
    let made = library();
    let are_gone = Arc::new(AtomicBool::new(false));
    let gone = are_gone.clone();
    let proxy = Proxy::answering(server.port, move |request| {
        let goes = gone.load(Ordering::Relaxed) && request.path.ends_with("_1");
        match goes && request.method == "GET" {
            true => Step::Answer(not_found()),
            false => Step::PassOn,
        }
    });
    let host = host(&server, proxy.port, "gone");
    proxy.set(Fault::Rename(1));
    assert_eq!(made.run(&host, &["push", &host.address()]).code, Some(3));
    proxy.set(Fault::None);
    are_gone.store(true, Ordering::Relaxed);
    let asked = proxy.seen("_1 ");
    made.push(&host, &[], 0);
    assert!(proxy.seen("_1 ") > asked, "no renamed file was looked at");
    assert_eq!(made.push(&host, &[], 0).new, 0);
}

fn not_found() -> Reply {
    Reply {
        status: 404,
        content_type: "text/plain",
        body: Vec::new(),
    }
}

#[test]
fn a_full_host_and_wrong_passwords_end_the_push_at_once() {
    let Some(server) = wsgidav(PASSWORD.0, PASSWORD.1) else {
        return;
    };
    let made = library();
    let proxy = Proxy::start(server.port);
    let place = host(&server, proxy.port, "full");
    // Looking and making folders takes the first requests.
    proxy.set(Fault::Status(507, 15));
    let ran = made.run(&place, &["push", &place.address()]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(
        ran.stderr.contains("no room left") && ran.stderr.contains("make room"),
        "{ran:?}"
    );
    proxy.set(Fault::None);
    made.push(&place, &[], 0);
    is_there_once(&made, &place, "507");
    // A password that is taken back in the middle.
    let place = host(&server, proxy.port, "expired");
    proxy.set(Fault::Status(401, 25));
    let ran = made.run(&place, &["push", &place.address()]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stderr.contains("refuses the user name"), "{ran:?}");
    proxy.set(Fault::None);
    made.push(&place, &[], 0);
    is_there_once(&made, &place, "401");
    for password in [Some(("anna", "wrong-password")), None] {
        let place = WebDavHost {
            password,
            ..host(&server, server.port, "denied")
        };
        let ran = made.run(&place, &["push", &place.address()]);
        assert_eq!(ran.code, Some(1), "{ran:?}");
        let said = if password.is_some() {
            "refuses the user name"
        } else {
            "no user name, password or key was given"
        };
        assert!(ran.stderr.contains(said), "{ran:?}");
        assert!(!ran.stderr.contains("wrong-password"), "{ran:?}");
        assert!(place.listing().is_empty());
    }
}

#[test]
fn a_host_that_is_not_there_is_told() {
    let made = library();
    let port = crate::support::servers::free_port();
    let ran = made
        .env
        .run_on("l", &["push", &format!("webdav+http://127.0.0.1:{port}/x")]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(
        ran.stderr.contains("cannot be reached") && ran.stderr.contains("hint:"),
        "{ran:?}"
    );
    let ran = made
        .env
        .run_on("l", &["push", "webdav+http://anna:geheim@127.0.0.1/x"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(
        ran.stderr.contains("hint:") && !ran.stderr.contains("geheim"),
        "{ran:?}"
    );
}

#[test]
fn what_the_host_does_not_take_is_told_file_by_file() {
    let Some(server) = wsgidav(PASSWORD.0, PASSWORD.1) else {
        return;
    };
    let made = library();
    let proxy = Proxy::start(server.port);
    let place = host(&server, proxy.port, "limits");
    proxy.set(Fault::PutStatus(413));
    let ran = made.run(&place, &["push", &place.address()]);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(
        ran.stdout.contains("is larger than the host accepts"),
        "{ran:?}"
    );
    proxy.set(Fault::PutStatus(403));
    let ran = made.run(&place, &["push", &place.address()]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(
        ran.stderr
            .contains("does not allow this user or key to write files"),
        "{ran:?}"
    );
    proxy.set(Fault::Status(403, 1));
    let ran = made.run(&place, &["push", &place.address()]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stderr.contains("look at its folders"), "{ran:?}");
    proxy.set(Fault::None);
    made.push(&place, &[], 0);
    is_there_once(&made, &place, "403 and 413");
}

#[test]
fn a_certificate_nobody_vouches_for_is_refused_unless_it_is_named() {
    let Some(openssl) = require("openssl") else {
        return;
    };
    let made = library();
    let (key, certificate) = (made.env.path("key.pem"), made.env.path("cert.pem"));
    let output = openssl
        .command()
        .args([
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=localhost",
        ])
        .args([
            "-addext",
            "subjectAltName=DNS:localhost,IP:127.0.0.1",
            "-addext",
            "basicConstraints=critical,CA:FALSE",
        ])
        .arg("-keyout")
        .arg(&key)
        .arg("-out")
        .arg(&certificate)
        .output()
        .expect("it runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let Some(server) = rclone_webdav_tls(&certificate, &key) else {
        return;
    };
    let address = format!("webdav+https://localhost:{}/x", server.port);
    let refused = made.env.run_on("l", &["push", &address]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(
        refused.stderr.contains("is not trusted") && refused.stderr.contains("--ca-file"),
        "{refused:?}"
    );
    let named = made
        .env
        .run_on("l", &["push", &address, "--ca-file", "cert.pem"]);
    assert_eq!(named.code, Some(0), "{named:?}");
}

/// A library of 250 photos: 500 files with their sidecars.
pub(super) fn many() -> Pushing {
    let posts = (0..250u64).map(|at| {
        let posted_at = format!(
            "20{:02}-0{}-11T10:00:{:02}Z",
            12 + at / 25,
            1 + at % 9,
            at % 60
        );
        Post::new(
            Kind::Post,
            &posted_at,
            "many",
            vec![Medium::new(Form::Jpeg, 1000 + at)],
        )
    });
    let env = TestEnv::new();
    let account = Account::of("many", posts.collect());
    env.zip(
        "many.zip",
        &compose(&account, Generation::G4, Edition::Json),
    );
    let ran = env.run_on("l", &["import", "many.zip"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    Pushing { env }
}

pub(super) fn start(made: &Pushing, host: &dyn Host) -> Child {
    Command::new(env!("CARGO_BIN_EXE_albumen"))
        .args([
            "--library",
            &made.root().display().to_string(),
            "push",
            &host.address(),
        ])
        .args(host.options())
        .env_clear()
        .env("HOME", made.env.home())
        .envs(host.variables())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the binary was built with the tests")
}

#[test]
fn killed_at_any_time_nothing_is_doubled_and_nothing_is_missing() {
    let Some(server) = wsgidav(PASSWORD.0, PASSWORD.1) else {
        return;
    };
    let made = many();
    assert_eq!(made.files().len(), 500);
    let kills = kills(KILLS);
    let whole = host(&server, server.port, "whole");
    let begun = Instant::now();
    assert!(start(&made, &whole).wait().expect("it ends").success());
    let micros = begun.elapsed().as_micros() as u64;
    let mut cut_off = 0;
    let mut round = 0;
    let mut place = 0;
    while round < kills {
        let host = host(&server, server.port, &format!("k{place}"));
        // Ten kills on top of each other, then to the end.
        for _ in 0..10.min(kills - round) {
            let mut child = start(&made, &host);
            std::thread::sleep(Duration::from_micros(scattered(round) % (micros / 3)));
            child.kill().expect("it is our child");
            cut_off += u64::from(child.wait().expect("it ends").code().is_none());
            round += 1;
        }
        assert!(start(&made, &host).wait().expect("it ends").success());
        // Of a file that was being sent when the last kill came, an unfinished copy may be left; never under a name of ours.
        let parts = host
            .listing()
            .keys()
            .filter(|name| name.contains(".albumen-"))
            .count();
        assert_eq!(parts, 0, "unfinished files are left");
        is_there_once(&made, &host, "kills");
        fs::remove_dir_all(server.folder.join(&host.name)).expect("our own server's");
        place += 1;
    }
    assert!(cut_off > 0, "no kill came in time");
}
