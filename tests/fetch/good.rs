//! Servers that do nothing wrong.

use super::{archive, comes_right, fetch, one, parts, seen};
use crate::support::downloads::{Download, Downloads};
use crate::support::env::TestEnv;

const NAME: &str = "takeout-20260101T000000Z-3-001.zip";

#[test]
fn a_part_comes_whole_and_is_not_asked_for_again() {
    let env = TestEnv::new();
    let bytes = archive(300_000, 1);
    let server = one(Download::new(bytes.clone()).named(NAME));
    let part = comes_right(&env, &server, "/f", &bytes);
    assert_eq!(part["outcome"], "fetched");
    assert_eq!(part["bytes_fetched"], bytes.len());
    assert_eq!(seen(&env), [NAME]);
    let part = comes_right(&env, &server, "/f", &bytes);
    assert_eq!(
        (&part["outcome"], &part["bytes_fetched"]),
        (&"present".into(), &0.into())
    );
    assert_eq!(server.requests("/f"), 1);
}

#[test]
fn the_file_and_its_note_are_the_owners_alone() {
    let env = TestEnv::new();
    let bytes = archive(1_000, 2);
    let server = one(Download::new(bytes.clone()));
    comes_right(&env, &server, "/f", &bytes);
    #[cfg(unix)]
    for child in std::fs::read_dir(env.path("d")).expect("there") {
        use std::os::unix::fs::PermissionsExt;
        let child = child.expect("readable");
        let mode = child.metadata().expect("readable").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{:?}", child.path());
    }
}

#[test]
fn many_parts_at_once_and_two_of_one_name() {
    let env = TestEnv::new();
    let files: Vec<(String, Vec<u8>)> = (0..7)
        .map(|n| (format!("/p{n}?i={n}"), archive(50_000 + n, n as u64)))
        .collect();
    let named = |(path, bytes): &(String, Vec<u8>)| {
        let file = Download::new(bytes.clone()).named("same.zip");
        (path.clone(), file)
    };
    let served: Vec<(String, Download)> = files.iter().map(named).collect();
    let server = Downloads::start(
        served
            .iter()
            .map(|(path, file)| (path.as_str(), file.clone())),
    );
    let list: String = files
        .iter()
        .map(|(path, _)| server.url(path) + "\n")
        .collect();
    env.write("list.txt", list.as_bytes());
    let ran = fetch(&env, &["--from", "list.txt", "--concurrency", "3"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    for (part, (_, bytes)) in parts(&ran).iter().zip(&files) {
        let path = env.home().join(part["path"].as_str().expect("a path"));
        assert!(std::fs::read(path).expect("there") == *bytes);
    }
    assert_eq!(seen(&env).len(), 7);
    let again = fetch(&env, &["--from", "list.txt"]);
    let report = again.json_lines("report").remove(0);
    assert_eq!(
        (&report["present"], &report["bytes_fetched"]),
        (&7.into(), &0.into())
    );
}

#[test]
fn a_file_of_somebody_else_is_never_replaced() {
    let env = TestEnv::new();
    let bytes = archive(10_000, 3);
    env.write(&format!("d/{NAME}"), b"mine");
    env.write(
        &format!("d/{}", "takeout-20260101T000000Z-3-001 (1).zip.part"),
        b"firefox's",
    );
    let server = one(Download::new(bytes.clone()).named(NAME));
    let part = comes_right(&env, &server, "/f", &bytes);
    assert!(
        part["path"]
            .as_str()
            .expect("a path")
            .ends_with("-001 (2).zip"),
        "{part}"
    );
    assert_eq!(
        std::fs::read(env.path(&format!("d/{NAME}"))).expect("there"),
        b"mine"
    );
}

#[test]
fn a_checksum_is_compared() {
    let env = TestEnv::new();
    let bytes = archive(10_000, 4);
    let mut file = Download::new(bytes.clone()).named("x.zip");
    let wrong = "sha-256=:LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=:";
    file.headers = vec![("Repr-Digest".to_owned(), wrong.to_owned())];
    let server = one(file);
    let ran = fetch(&env, &[&server.url("/f")]);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    let reason = parts(&ran)[0]["reason"].clone();
    assert!(
        reason
            .as_str()
            .expect("a reason")
            .contains("the SHA-256 that"),
        "{reason}"
    );
    assert_eq!(seen(&env), ["x.zip.part"]);
    // Put right, it is fetched anew.
    server.put("/f", Download::new(bytes.clone()).named("x.zip"));
    comes_right(&env, &server, "/f", &bytes);
    assert_eq!(seen(&env), ["x.zip"]);
}

#[test]
fn redirects_are_followed_and_cookies_stay_with_their_host() {
    let env = TestEnv::new();
    let bytes = archive(10_000, 5);
    let there = one(Download::new(bytes.clone()).named("x.zip"));
    let mut to = Download::new(Vec::new());
    to.redirect = Some(there.url("/f"));
    let first = one(to);
    let text = format!(
        "curl '{}' -H 'Cookie: SID=geheim' -H 'X-Key: geheim' -H 'User-Agent: me'",
        first.url("/f")
    );
    env.write("c.txt", text.as_bytes());
    let ran = fetch(&env, &["--from", "c.txt"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(first.log()[0].headers["cookie"], "SID=geheim");
    let headers = there.log()[0].headers.clone();
    assert!(
        !headers.contains_key("cookie") && !headers.contains_key("x-key"),
        "{headers:?}"
    );
    assert_eq!(headers["user-agent"], "me");
    let mut around = Download::new(Vec::new());
    around.redirect = Some("/f".to_owned());
    let server = one(around);
    let ran = fetch(&env, &[&server.url("/f")]);
    assert!(ran.stdout.contains("sends on and on"), "{ran:?}");
}

#[test]
fn a_new_link_to_the_same_file_goes_on_with_what_the_old_one_brought() {
    let env = TestEnv::new();
    let bytes = archive(400_000, 6);
    let mut file = Download::new(bytes.clone()).named(NAME);
    file.breaks = vec![150_000];
    // The old link runs out in the middle.
    file.then = Some((
        1,
        Box::new({
            let mut gone = file.clone();
            gone.refusals = vec![(403, None); 99];
            gone
        }),
    ));
    let server = Downloads::start([
        ("/old?sig=1", file),
        ("/new?sig=2", Download::new(bytes.clone()).named(NAME)),
        ("/newer?sig=3", Download::new(bytes.clone()).named(NAME)),
    ]);
    let ran = fetch(&env, &[&server.url("/old?sig=1")]);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(ran.stdout.contains("needs your cookies"), "{ran:?}");
    let part = comes_right(&env, &server, "/new?sig=2", &bytes);
    assert_eq!(part["outcome"], "resumed");
    let last = server.log().pop().expect("a request");
    assert_eq!((last.status, last.start), (206, 150_000));
    // And the newest is known to be the same without its bytes.
    let part = comes_right(&env, &server, "/newer?sig=3", &bytes);
    assert_eq!(part["outcome"], "present");
    assert_eq!(seen(&env), [NAME]);
}

#[cfg(target_os = "linux")]
#[test]
fn room_is_looked_for_before_the_first_byte() {
    use crate::support::mounts::mount_or_skip;
    let env = TestEnv::new();
    let folder = env.path("d");
    let options = ["-t", "tmpfs", "-o", "size=1m", "albumen-test"];
    let Some(_small) = mount_or_skip(&options, &folder) else {
        return;
    };
    let server = one(Download::new(archive(3_000_000, 8)).named("x.zip"));
    let ran = fetch(&env, &[&server.url("/f")]);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    let part = parts(&ran).remove(0);
    let reason = part["reason"].as_str().expect("a reason");
    assert!(reason.contains("B are needed in d, and"), "{reason}");
    assert!(
        part["hint"]
            .as_str()
            .expect("a hint")
            .contains("--into DIR")
    );
    assert_eq!(
        std::fs::metadata(folder.join("x.zip.part"))
            .expect("begun")
            .len(),
        0
    );
}
