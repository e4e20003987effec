//! Faults on the way to Immich and at it: keys without rights, versions nobody knows, pages, cut-off and damaged uploads, kills.

use std::time::{Duration, Instant};

use super::contract::wanted;
use super::faults::{many, start};
use super::immich::{ImmichHost, host};
use super::immich_facts::google;
use super::{Host, Pushing, library};
use crate::support::immich::KEY;
use crate::support::kills::{kills, scattered};
use crate::support::proxy::{Fault, Proxy};

/// Kills a test run does unless `ALBUMEN_KILLS` says otherwise.
const KILLS: u64 = 12;

/// The same host, reached by another port.
pub fn by_way_of(host: &ImmichHost, port: u16) -> ImmichHost {
    ImmichHost {
        server: host.server.clone(),
        key: host.key,
        port,
    }
}

/// Every file the host can hold is there once, and nothing else.
pub fn is_there_once(made: &Pushing, host: &ImmichHost, after: &str) {
    let (found, wanted) = (host.listing(), wanted(made, host));
    let names = |files: &std::collections::BTreeMap<String, Vec<u8>>| {
        files.keys().cloned().collect::<Vec<_>>()
    };
    assert_eq!(names(&found), names(&wanted), "after {after}");
    assert!(found == wanted, "after {after}");
    for (name, bytes) in made
        .files()
        .iter()
        .filter(|(name, _)| name.ends_with(".xmp"))
    {
        assert!(host.has_sidecar(name, bytes), "after {after}: {name}");
    }
}

#[test]
fn faults_pass_and_all_is_there_once() {
    let made = google();
    let clean = host();
    made.push(&clean, &[], 0);
    let albums = clean.server.store().albums.len();
    for fault in [
        Fault::Status(500, 10),
        Fault::Status(429, 40),
        Fault::CutOff(9),
        Fault::LoseAnswer(9),
        Fault::Slow(Duration::from_millis(10)),
    ] {
        let own = host();
        let proxy = Proxy::start(own.port);
        let host = by_way_of(&own, proxy.port);
        proxy.set(fault);
        let ran = made.run(&host, &["push", &host.address()]);
        assert!(matches!(ran.code, Some(0 | 1 | 3)), "{fault:?}: {ran:?}");
        proxy.set(Fault::None);
        made.push(&host, &[], 0);
        is_there_once(&made, &host, &format!("{fault:?}"));
        assert_eq!(made.push(&host, &[], 0).new, 0, "{fault:?}");
        assert_eq!(host.server.store().albums.len(), albums, "{fault:?}");
    }
}

#[test]
fn damage_on_the_way_is_seen_mended_and_told() {
    let (made, host) = (library(), host());
    host.server.store().spoils_every = Some(5);
    let ran = made.run(&host, &["push", &host.address()]);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    let report = ran.json_lines("report").remove(0);
    let notes = report["notes"].as_array().expect("a list");
    let wanted = wanted(&made, &host);
    let mut found = host.listing();
    // Every damaged copy is told by its id, for its owner to delete: a push deletes nothing.
    let damaged: Vec<String> = {
        let store = host.server.store();
        let is_damaged = |bytes: &Vec<u8>| !wanted.values().any(|good| good == bytes);
        let damaged = store.assets.iter().filter(|asset| is_damaged(&asset.bytes));
        damaged.map(|asset| asset.id.clone()).collect()
    };
    assert!(!damaged.is_empty());
    for id in &damaged {
        let told = notes
            .iter()
            .any(|note| note.as_str().is_some_and(|note| note.contains(id)));
        assert!(told, "{id}: {notes:?}");
        host.server.store().remove(id);
    }
    assert_eq!(report["files"]["failed"], 0);
    found = {
        drop(found);
        host.listing()
    };
    let bytes = |files: std::collections::BTreeMap<String, Vec<u8>>| {
        let mut all: Vec<Vec<u8>> = files.into_values().collect();
        all.sort();
        all
    };
    assert!(bytes(found) == bytes(wanted));
}

fn host_has_none(said: &str) -> bool {
    said.starts_with("no user name")
}

#[test]
fn keys_without_rights_are_told_by_name() {
    let (made, host) = (library(), host());
    let push = |host: &ImmichHost| made.run(host, &["push", &host.address()]);
    for (key, said) in [
        (
            Some("another-key-of-nobody"),
            "refuses the user name, password or key",
        ),
        (None, "no user name, password or key was given"),
    ] {
        let ran = push(&ImmichHost {
            key,
            ..by_way_of(&host, host.port)
        });
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert!(
            ran.stderr.contains(said) && ran.stderr.contains("hint:"),
            "{ran:?}"
        );
        assert_eq!(
            ran.stderr.contains("give ALBUMEN_IMMICH_KEY"),
            host_has_none(said),
            "{ran:?}"
        );
        assert!(!ran.stderr.contains("another-key"), "{ran:?}");
    }
    let rights = [
        "asset.upload",
        "asset.read",
        "asset.download",
        "asset.update",
        "tag.create",
        "tag.asset",
    ];
    host.server.store().permissions = rights.map(str::to_owned).to_vec();
    let ran = push(&host);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    for missing in [
        "album.create",
        "album.read",
        "albumAsset.create",
        "stack.create",
    ] {
        assert!(ran.stderr.contains(missing), "{ran:?}");
    }
    assert!(
        !ran.stderr.contains("tag.create") && ran.stderr.contains("hint:"),
        "{ran:?}"
    );
    assert!(host.listing().is_empty());
    // A key that is taken back in the middle ends the push at once; a new one goes on.
    host.server.store().permissions = vec!["all".to_owned()];
    let proxy = Proxy::start(host.port);
    let by_proxy = by_way_of(&host, proxy.port);
    proxy.set(Fault::Status(401, 12));
    let ran = push(&by_proxy);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(
        ran.stderr
            .contains("refuses the user name, password or key"),
        "{ran:?}"
    );
    assert!(!ran.stderr.contains(KEY) && !ran.stdout.contains(KEY));
    proxy.set(Fault::None);
    made.push(&by_proxy, &[], 3);
    is_there_once(&made, &host, "an expired key");
}

#[test]
fn other_versions_and_other_servers_are_refused() {
    let (made, host) = (library(), host());
    for major in [2, 4] {
        host.server.store().major = major;
        let ran = made.run(&host, &["push", &host.address()]);
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert!(
            ran.stderr.contains(&format!("version {major}.1")),
            "{ran:?}"
        );
    }
    let strange = made.run(
        &host,
        &[
            "push",
            &format!("immich+http://127.0.0.1:{}/photos", host.port),
        ],
    );
    assert_eq!(strange.code, Some(1), "{strange:?}");
    assert!(
        strange.stderr.contains("no Immich seems to be there"),
        "{strange:?}"
    );
    let bag = made.run(&host, &["push", &host.address(), "--bag"]);
    assert_eq!(bag.code, Some(1), "{bag:?}");
    assert!(host.listing().is_empty());
}

#[test]
fn long_lists_are_read_page_by_page_and_nothing_is_asked_twice() {
    let (made, host) = (many(), host());
    host.server.store().largest_page = 100;
    assert_eq!(made.push(&host, &[], 0).new, 500);
    host.server.store().requests.clear();
    let again = made.push(&host, &[], 0);
    assert_eq!((again.present, again.new, again.changed), (500, 0, 0));
    let requests = host.server.store().requests.clone();
    let count = |route: &str| requests.get(route).copied().unwrap_or_default();
    assert_eq!(count("POST /search/metadata"), 3, "{requests:?}");
    assert_eq!(count("POST /assets/bulk-upload-check"), 1);
    assert_eq!((count("POST /assets"), count("GET /assets/:id")), (0, 0));
    let verified = made.run(&host, &["verify", &host.address()]);
    assert_eq!(verified.code, Some(0), "{verified:?}");
    let status = made.env.run_on("l", &["status"]);
    assert!(status.stdout.contains(&host.address()), "{status:?}");
}

#[test]
fn killed_at_any_time_nothing_is_doubled_and_nothing_is_missing() {
    let made = many();
    let whole = host();
    let begun = Instant::now();
    assert!(start(&made, &whole).wait().expect("it ends").success());
    let micros = begun.elapsed().as_micros() as u64;
    let (mut cut_off, mut round) = (0, 0);
    while round < kills(KILLS) {
        let host = host();
        // Six kills on top of each other, then to the end.
        for _ in 0..6 {
            let mut child = start(&made, &host);
            std::thread::sleep(Duration::from_micros(scattered(round) % (micros / 2)));
            child.kill().expect("it is our child");
            cut_off += u64::from(child.wait().expect("it ends").code().is_none());
            round += 1;
        }
        assert!(start(&made, &host).wait().expect("it ends").success());
        is_there_once(&made, &host, "kills");
    }
    assert!(cut_off > 0, "no kill came in time");
}
