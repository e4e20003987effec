//! Inboxes on servers of others, WebDAV, S3 and SFTP: what is new is fetched once, and nothing there is changed.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use writer::library::Library;

use super::{posts, sync, zipped};
use crate::support::compose::takeout::parts;
use crate::support::compose::takeout_words::ENGLISH;
use crate::support::downloads::{Download, Downloads};
use crate::support::env::TestEnv;
use crate::support::servers::{S3_KEYS, rclone_s3, rclone_webdav, seaweed, wsgidav};
use crate::support::ssh::{Knows, openssh};
use crate::support::takeouts::varied;
use crate::support::tools::require;

const USER: &str = "anna";
const PASSWORD: &str = "geheim 1";
const DAY: u64 = 24 * 60;

/// Writes a configuration with this inbox, which only its owner may read.
fn configure(env: &TestEnv, inbox: &str, more: &str) {
    let text = format!("library = \"l\"\n{more}\n[[inbox]]\n{inbox}\n");
    let path = env.write("albumen.toml", text.as_bytes());
    Library::open_or_create(&env.path("l")).expect("a library");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).expect("ours");
    }
}

/// Puts a file into a served folder as if it had come that long ago.
fn put(folder: &Path, name: &str, bytes: &[u8], minutes_old: u64) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().expect("it has one")).expect("made");
    fs::write(&path, bytes).expect("written");
    let file = File::options()
        .write(true)
        .open(path)
        .expect("just written");
    let time = SystemTime::now() - Duration::from_secs(60 * minutes_old);
    file.set_modified(time).expect("ours");
}

fn names(list: &Value) -> Vec<String> {
    let lines = list.as_array().expect("a list").iter();
    let names = lines.map(|line| {
        line.as_str()
            .or_else(|| line["path"].as_str())
            .expect("a name")
    });
    names
        .map(|name| name.rsplit('/').next().expect("a name").to_owned())
        .collect()
}

/// Bytes of everything in a folder.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let children = fs::read_dir(folder)
        .expect("a folder")
        .map(|child| child.expect("readable").path());
    let files = children.filter(|path| path.is_file());
    files
        .map(|path| {
            (
                path.display().to_string(),
                fs::read(&path).expect("readable"),
            )
        })
        .collect()
}

/// Names of the copies that lie in the library now.
fn copies(env: &TestEnv) -> Vec<String> {
    let mut found = Vec::new();
    for spool in fs::read_dir(env.path("l/.albumen/inbox"))
        .into_iter()
        .flatten()
        .flatten()
    {
        for child in fs::read_dir(spool.path()).into_iter().flatten().flatten() {
            let name = child.file_name().to_string_lossy().into_owned();
            if !name.ends_with(".mark") {
                found.push(name);
            }
        }
    }
    found
}

/// What every kind of server must do; `served` is the folder whose files it shows in the inbox.
fn contract(env: &TestEnv, served: &Path, inbox: &str) {
    configure(env, inbox, "");
    let (ran, report) = sync(env);
    assert_eq!(
        (ran.code, &report["outcome"]),
        (Some(0), &json!("nothing_new")),
        "{ran:?}"
    );
    // One that is there for long, one that came just now, and what is none of ours.
    put(served, "old.zip", &zipped(&posts(0..3)), DAY);
    put(served, "new.zip", &zipped(&posts(3..5)), 0);
    put(served, "notes.txt", b"mine", DAY);
    put(served, "below/other.zip", &zipped(&posts(7..9)), DAY);
    let before = contents(served);
    let (ran, report) = sync(env);
    assert_eq!(
        (ran.code, &report["outcome"]),
        (Some(0), &json!("done")),
        "{ran:?}"
    );
    assert_eq!(names(&report["fetched"]), ["old.zip"]);
    assert_eq!(names(&report["left"]), ["new.zip"]);
    assert_eq!(report["imports"][0]["assets_added"], 3);
    assert_eq!(copies(env), [""; 0], "what is in the library needs no copy");
    let (ran, report) = sync(env);
    assert_eq!(
        (ran.code, &report["outcome"]),
        (Some(0), &json!("nothing_new")),
        "{ran:?}"
    );
    assert_eq!(contents(served), before, "nothing there is changed");
    // Grown old.
    put(served, "new.zip", &zipped(&posts(3..5)), DAY);
    let (ran, report) = sync(env);
    assert_eq!(names(&report["fetched"]), ["new.zip"], "{ran:?}");
    assert_eq!(report["imports"][0]["assets_added"], 2);
    assert!(!format!("{ran:?}").contains("geheim"));
}

#[test]
fn archives_come_from_a_webdav_folder() {
    let Some(server) = rclone_webdav(USER, PASSWORD) else {
        return;
    };
    let env = TestEnv::new();
    let secrets = format!("ALBUMEN_WEBDAV_USER={USER}\nALBUMEN_WEBDAV_PASSWORD={PASSWORD}\n");
    let path = env.write("cloud.secret", secrets.as_bytes());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).expect("ours");
    }
    let served = server.folder.join("drop box");
    fs::create_dir(&served).expect("made");
    // The server looks at the disk once, and anew after a while only.
    put(&served, "old.zip", &zipped(&posts(0..3)), DAY);
    let inbox = format!(
        "address = \"webdav+http://127.0.0.1:{}/drop%20box\"\nsecret_file = \"cloud.secret\"",
        server.port
    );
    configure(&env, &inbox, "");
    let (ran, report) = sync(&env);
    assert_eq!(
        (ran.code, names(&report["fetched"])),
        (Some(0), vec!["old.zip".to_owned()]),
        "{ran:?}"
    );
    assert_eq!(report["imports"][0]["assets_added"], 3);
    let (ran, report) = sync(&env);
    assert_eq!(
        (ran.code, &report["outcome"]),
        (Some(0), &json!("nothing_new")),
        "{ran:?}"
    );
    assert!(!format!("{ran:?}").contains("geheim"));
}

#[test]
fn archives_come_from_a_webdav_folder_with_digest() {
    let Some(server) = wsgidav(USER, PASSWORD) else {
        return;
    };
    let env = TestEnv::new();
    let served = server.folder.join("drop box");
    fs::create_dir(&served).expect("made");
    let inbox = format!(
        "address = \"webdav+http://127.0.0.1:{}/drop%20box\"\nuser = \"{USER}\"\npassword = \"{PASSWORD}\"",
        server.port
    );
    contract(&env, &served, &inbox);
}

#[test]
fn archives_come_from_a_folder_by_sftp() {
    let Some(server) = openssh(Knows::Key) else {
        return;
    };
    let env = TestEnv::new();
    let served = server.server.folder.join("drop box");
    fs::create_dir(&served).expect("made");
    let inbox = format!(
        "address = \"sftp://nas{}\"\nssh_config = \"{}\"",
        served.display().to_string().replace(' ', "%20"),
        server.settings.display()
    );
    contract(&env, &served, &inbox);
}

/// Puts files into a bucket by a client of others, which keeps their times as S3 does: as the time of the upload.
fn in_a_bucket(port: u16) {
    let env = TestEnv::new();
    let config = format!(
        "[s]\ntype = s3\nprovider = Other\naccess_key_id = {}\nsecret_access_key = {}\nendpoint = http://127.0.0.1:{port}\n\
         force_path_style = true\nregion = us-east-1\n",
        S3_KEYS.0, S3_KEYS.1
    );
    let config = env.write("rclone.conf", config.as_bytes());
    let rclone = |arguments: &[&str]| {
        let mut command = require("rclone").expect("it runs the server").command();
        let output = command
            .arg("--config")
            .arg(&config)
            .args(arguments)
            .output()
            .expect("it runs");
        assert!(
            output.status.success(),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    };
    rclone(&["mkdir", "s:photos"]);
    let inbox = format!(
        "address = \"s3://photos/drop box\"\nendpoint = \"http://127.0.0.1:{port}\"\nuser = \"{}\"\npassword = \"{}\"\npattern = \"*.zip\"",
        S3_KEYS.0, S3_KEYS.1
    );
    configure(&env, &inbox, "");
    assert_eq!(sync(&env).1["outcome"], "nothing_new");
    let archive = env.write("up/a.zip", &zipped(&posts(0..3)));
    rclone(&[
        "copyto",
        archive.to_str().expect("UTF-8"),
        "s:photos/drop box/a.zip",
    ]);
    rclone(&[
        "copyto",
        archive.to_str().expect("UTF-8"),
        "s:photos/drop box/below/b.zip",
    ]);
    let (ran, report) = sync(&env);
    assert_eq!(
        (ran.code, names(&report["left"])),
        (Some(0), vec!["a.zip".to_owned()]),
        "{ran:?}"
    );
    // As if the second look came a minute later.
    let path = env.path("l/.albumen/sync.json");
    let mut state: Value = serde_json::from_slice(&fs::read(&path).expect("there")).expect("JSON");
    for shelf in state["remote"].as_object_mut().expect("a map").values_mut() {
        let since = shelf["a.zip"]["since_s"].as_i64().expect("seconds");
        shelf["a.zip"]["since_s"] = json!(since - 61);
    }
    fs::write(&path, state.to_string()).expect("ours");
    let (ran, report) = sync(&env);
    assert_eq!(
        (ran.code, names(&report["fetched"])),
        (Some(0), vec!["a.zip".to_owned()]),
        "{ran:?}"
    );
    assert_eq!(report["imports"][0]["assets_added"], 3);
    assert_eq!(copies(&env), [""; 0]);
    let (ran, report) = sync(&env);
    assert_eq!(
        (ran.code, &report["outcome"]),
        (Some(0), &json!("nothing_new")),
        "{ran:?}"
    );
    assert!(!format!("{ran:?}").contains(S3_KEYS.1));
    rclone(&["lsf", "s:photos/drop box/a.zip"]);
}

#[test]
fn archives_come_from_a_bucket() {
    if let Some(server) = rclone_s3() {
        in_a_bucket(server.port);
    }
}

#[test]
fn archives_come_from_a_bucket_of_a_strict_store() {
    if let Some(server) = seaweed() {
        in_a_bucket(server.port);
    }
}

#[test]
fn parts_on_a_server_wait_for_each_other_and_are_moved_where_that_is_wanted() {
    let Some(server) = wsgidav(USER, PASSWORD) else {
        return;
    };
    let env = TestEnv::new();
    let inbox = format!(
        "address = \"webdav+http://127.0.0.1:{}/\"\nuser = \"{USER}\"\npassword = \"{PASSWORD}\"",
        server.port
    );
    configure(
        &env,
        &inbox,
        "[archives]\nafter_import = \"move\"\nfolder = \"archives\"",
    );
    let takeout = varied(ENGLISH);
    let all = parts(&takeout, &takeout.files(), 2, 1);
    put(
        &server.folder,
        &takeout.part_name(2, "zip"),
        &zipped(&all[1]),
        DAY,
    );
    let (ran, report) = sync(&env);
    assert_eq!(
        (ran.code, report["fetched"].as_array().map(Vec::len)),
        (Some(0), Some(0)),
        "{ran:?}"
    );
    let why = report["left"][0]["reason"].as_str().expect("words");
    assert!(why.contains("is not there yet"), "{why}");
    put(
        &server.folder,
        &takeout.part_name(1, "zip"),
        &zipped(&all[0]),
        DAY,
    );
    let (ran, report) = sync(&env);
    assert_eq!(names(&report["fetched"]).len(), 2, "{ran:?}");
    assert_eq!(
        report["imports"].as_array().map(Vec::len),
        Some(1),
        "{report}"
    );
    if report["imports"][0]["missing"] == 0 {
        assert_eq!(names(&report["moved"]).len(), 2, "{report}");
        assert_eq!(fs::read_dir(env.path("archives")).expect("made").count(), 2);
    }
    assert_eq!(copies(&env), [""; 0]);
    assert!(server.folder.join(takeout.part_name(1, "zip")).exists());
}

#[test]
fn a_broken_zip_on_a_server_is_fetched_once_and_needs_a_person() {
    let Some(server) = wsgidav(USER, PASSWORD) else {
        return;
    };
    let env = TestEnv::new();
    let inbox = format!(
        "address = \"webdav+http://127.0.0.1:{}/\"\nuser = \"{USER}\"\npassword = \"{PASSWORD}\"",
        server.port
    );
    configure(&env, &inbox, "");
    let bytes = zipped(&posts(0..3));
    put(&server.folder, "cut.zip", &bytes[..bytes.len() / 2], DAY);
    let (ran, report) = sync(&env);
    assert_eq!(
        (ran.code, names(&report["fetched"])),
        (Some(3), vec!["cut.zip".to_owned()]),
        "{ran:?}"
    );
    let needs = report["needs_you"][0].as_str().expect("words");
    assert!(
        needs.starts_with("webdav+http://127.0.0.1")
            && needs.contains("cut.zip: the zip is cut off"),
        "{needs}"
    );
    let (ran, report) = sync(&env);
    assert_eq!(
        (ran.code, names(&report["fetched"]).len()),
        (Some(3), 0),
        "{ran:?}"
    );
    let copy = report["needs_you"][0].as_str().expect("words");
    assert!(
        copy.contains("; the copy of it is ") && copy.ends_with("/cut.zip"),
        "{copy}"
    );
    // A whole one in its place is another file.
    put(&server.folder, "cut.zip", &bytes, DAY);
    let (ran, report) = sync(&env);
    assert_eq!(
        (ran.code, &report["imports"][0]["assets_added"]),
        (Some(0), &json!(3)),
        "{ran:?}"
    );
}

#[test]
fn a_server_that_is_away_holds_nothing_else_up() {
    let env = TestEnv::new();
    let inbox = "address = \"webdav+http://127.0.0.1:1/drop\"\n[[inbox]]\npath = \"in box\"";
    configure(&env, inbox, "");
    super::put(&env, "a.zip", &zipped(&posts(0..3)), DAY);
    let (ran, report) = sync(&env);
    assert_eq!(
        (ran.code, &report["outcome"]),
        (Some(1), &json!("failed")),
        "{ran:?}"
    );
    assert_eq!(report["imports"][0]["assets_added"], 3);
    let error = report["errors"][0].as_str().expect("words");
    assert!(
        error.contains("webdav+http://127.0.0.1:1/drop") && error.contains("cannot be reached"),
        "{error}"
    );
    configure(&env, "address = \"/media/disk\"", "");
    let (_, report) = sync(&env);
    let error = report["errors"][0].as_str().expect("words");
    assert!(error.contains("cannot be an inbox"), "{error}");
}

/// A server of downloads that answers PROPFIND, too.
fn slow_server(bytes: &[u8]) -> Downloads {
    let mut file = Download::new(bytes.to_vec());
    file.speed = Some(400_000);
    file.breaks = vec![50_000];
    let tag = file.etag.clone().expect("it has one");
    let list = format!(
        "<?xml version=\"1.0\"?><d:multistatus xmlns:d=\"DAV:\"><d:response><d:href>/in/a.zip</d:href><d:propstat><d:prop><d:resourcetype/>\
         <d:getcontentlength>{}</d:getcontentlength><d:getetag>{tag}</d:getetag>\
         <d:getlastmodified>Tue, 02 Jan 2024 03:04:05 GMT</d:getlastmodified></d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat>\
         </d:response></d:multistatus>",
        bytes.len()
    );
    let mut list = Download::new(list.into_bytes());
    list.status = Some(207);
    Downloads::start([("PROPFIND /in/", list), ("/in/a.zip", file)])
}

#[test]
fn a_fetch_that_is_cut_off_or_killed_goes_on_and_brings_no_byte_twice() {
    let env = TestEnv::new();
    let bytes = zipped(&posts(0..120));
    assert!(bytes.len() > 150_000, "{}", bytes.len());
    let server = slow_server(&bytes);
    let inbox = format!("address = \"webdav+http://127.0.0.1:{}/in\"", server.port);
    configure(&env, &inbox, "");
    let mut child = Command::new(env!("CARGO_BIN_EXE_albumen"))
        .args(["--config", "albumen.toml", "sync"])
        .current_dir(env.home())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the binary was built with the tests");
    // The line breaks once, and the run is killed in what comes after.
    let is_second_under_way = || {
        let log = server.log();
        let mut of_archive = log.iter().filter(|served| served.path == "/in/a.zip");
        of_archive
            .nth(1)
            .is_some_and(|second| second.sent > 32 << 10)
    };
    while !is_second_under_way() {
        assert!(
            child.try_wait().expect("our child").is_none(),
            "it ended too soon"
        );
        std::thread::sleep(Duration::from_millis(5));
    }
    let _ = child.kill();
    let _ = child.wait();
    server.wait_until_idle();
    let (ran, report) = sync(&env);
    assert_eq!(
        (ran.code, &report["imports"][0]["assets_added"]),
        (Some(0), &json!(120)),
        "{ran:?}"
    );
    let log = server.log();
    let requests: Vec<_> = log
        .iter()
        .filter(|served| served.path == "/in/a.zip")
        .collect();
    assert_eq!(requests.len(), 3, "{requests:?}");
    assert!(
        requests[1].start > 0 && requests[2].start > requests[1].start,
        "{requests:?}"
    );
    assert!(requests[1..].iter().all(|served| served.status == 206));
}
