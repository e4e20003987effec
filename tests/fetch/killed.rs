//! kill -9 at any instant: the next run goes on, and no byte of a finished part is ever fetched twice.

use std::process::{Command, Stdio};
use std::time::Duration;

use super::{archive, fetch, parts, seen};
use crate::support::downloads::{Download, Downloads};
use crate::support::env::TestEnv;
use crate::support::kills::{kills, scattered};

const PARTS: usize = 4;

#[test]
fn killed_again_and_again_it_fetches_each_byte_of_a_finished_part_once() {
    for round in 0..kills(3) {
        let env = TestEnv::new();
        let files: Vec<(String, Vec<u8>)> = (0..PARTS)
            .map(|n| {
                (
                    format!("/p{n}"),
                    archive(150_000 + 40_000 * n, round + n as u64),
                )
            })
            .collect();
        let server = Downloads::start(files.iter().map(|(path, bytes)| {
            let mut file = Download::new(bytes.clone()).named(&format!("part-{}.zip", &path[2..]));
            file.speed = Some(600_000);
            (path.as_str(), file)
        }));
        let urls: Vec<String> = files.iter().map(|(path, _)| server.url(path)).collect();
        let mut finished: Vec<(String, u64, usize)> = Vec::new();
        for kill in 0..6 {
            let mut child = Command::new(env!("CARGO_BIN_EXE_albumen"))
                .args(["fetch", "--into", "d", "--concurrency", "2"])
                .args(&urls)
                .current_dir(env.home())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .expect("the binary was built with the tests");
            std::thread::sleep(Duration::from_millis(
                20 + scattered(round * 100 + kill) % 250,
            ));
            let _ = child.kill();
            let _ = child.wait();
            // What the last run's requests still have in flight must not be counted against the next.
            std::thread::sleep(Duration::from_millis(80));
            for (path, sent, requests) in &finished {
                assert_eq!(
                    (server.sent(path), server.requests(path)),
                    (*sent, *requests),
                    "{path}"
                );
            }
            finished = files
                .iter()
                .filter(|(path, _)| env.path(&format!("d/part-{}.zip", &path[2..])).exists())
                .map(|(path, _)| (path.clone(), server.sent(path), server.requests(path)))
                .collect();
        }
        let ran = fetch(&env, &urls.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert_eq!(parts(&ran).len(), PARTS);
        for (path, bytes) in &files {
            let found = std::fs::read(env.path(&format!("d/part-{}.zip", &path[2..])));
            assert!(found.expect("there") == *bytes, "{path}");
        }
        assert_eq!(seen(&env).len(), PARTS, "{:?}", seen(&env));
        // Each request went on where the file had ended.
        for served in server
            .log()
            .iter()
            .filter(|served| served.headers.contains_key("range"))
        {
            assert_eq!(served.status, 206, "{served:?}");
        }
    }
}

#[test]
fn two_at_once_do_not_spoil_each_other() {
    let env = TestEnv::new();
    let bytes = archive(300_000, 7);
    let mut file = Download::new(bytes.clone()).named("x.zip");
    // Slow enough that the second one is there in time on a busy machine, too.
    file.speed = Some(60_000);
    let server = Downloads::start([("/f", file)]);
    let url = server.url("/f");
    let mut first = Command::new(env!("CARGO_BIN_EXE_albumen"))
        .args(["fetch", "--into", "d", &url])
        .current_dir(env.home())
        .stdout(Stdio::null())
        .spawn()
        .expect("the binary was built with the tests");
    // It holds the file before it asks for it.
    while server.requests("/f") == 0 {
        assert!(
            first.try_wait().expect("our child").is_none(),
            "it ended too soon"
        );
        std::thread::sleep(Duration::from_millis(5));
    }
    let second = fetch(&env, &[&url]);
    assert_eq!(second.code, Some(3), "{second:?}");
    assert!(
        second.stdout.contains("another albumen is fetching"),
        "{second:?}"
    );
    assert!(first.wait().expect("our child").success());
    assert!(std::fs::read(env.path("d/x.zip")).expect("there") == bytes);
}
