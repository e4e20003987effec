//! What single WebDAV hosts have of their own: Nextcloud's parts, PhotoPrism's index. Their files lie on a real WebDAV server.

use std::collections::BTreeMap;
use std::time::Duration;

use super::s3::large_library;
use super::{Host, files_below, library};
use crate::support::nextcloud::{self, Nextcloud};
use crate::support::photoprism::{self, PhotoPrism};
use crate::support::proxy::Fault;
use crate::support::servers::Server;

/// A folder at a host that stands before a server.
struct Cloud<'a> {
    address: String,
    server: &'a Server,
    folder: &'a str,
    password: (&'a str, &'a str),
}

impl Host for Cloud<'_> {
    fn address(&self) -> String {
        self.address.clone()
    }

    fn variables(&self) -> Vec<(String, String)> {
        vec![
            ("ALBUMEN_WEBDAV_USER".to_owned(), self.password.0.to_owned()),
            (
                "ALBUMEN_WEBDAV_PASSWORD".to_owned(),
                self.password.1.to_owned(),
            ),
        ]
    }

    fn listing(&self) -> BTreeMap<String, Vec<u8>> {
        files_below(&self.server.folder.join(self.folder))
    }

    fn write(&self, _: &str, _: &[u8]) -> bool {
        false
    }

    fn remove(&self, _: &str) -> u64 {
        0
    }
}

fn photos_at(cloud: &Nextcloud) -> Cloud<'_> {
    Cloud {
        address: format!(
            "webdav+http://127.0.0.1:{}{}/Photos",
            cloud.proxy.port,
            nextcloud::FILES
        ),
        server: &cloud.server,
        folder: "Photos",
        password: nextcloud::USER,
    }
}

#[test]
fn nextcloud_gets_large_files_in_parts_and_goes_on_with_the_next_one() {
    let Some(cloud) = Nextcloud::start() else {
        return;
    };
    let (made, large) = large_library();
    assert_eq!(large.len().div_ceil(nextcloud::PART), 4);
    let host = photos_at(&cloud);
    cloud.refuse_from(Some(3));
    made.push(&host, &[], 3);
    assert_eq!(cloud.taken(), [1, 2]);
    assert!(!host.listing().values().any(|bytes| *bytes == large));
    cloud.refuse_from(None);
    assert_eq!(made.push(&host, &[], 0).failed, 0);
    assert_eq!(cloud.taken(), [3, 4], "parts that were there went again");
    assert!(host.listing().values().any(|bytes| *bytes == large));
    assert_eq!(cloud.sessions(), 0);
    let again = made.push(&host, &[], 0);
    assert_eq!((again.new, cloud.taken()), (0, vec![]));
}

#[test]
fn a_part_that_arrived_short_goes_again() {
    let Some(cloud) = Nextcloud::start() else {
        return;
    };
    let (made, large) = large_library();
    let host = photos_at(&cloud);
    cloud.refuse_from(Some(4));
    made.push(&host, &[], 3);
    cloud.cut_short(2);
    cloud.refuse_from(None);
    cloud.taken();
    made.push(&host, &[], 0);
    assert_eq!(cloud.taken(), [2, 4]);
    assert!(host.listing().values().any(|bytes| *bytes == large));
}

#[test]
fn nextcloud_keeps_the_contract_with_two_requests_a_file() {
    let Some(cloud) = Nextcloud::start() else {
        return;
    };
    let made = library();
    let host = photos_at(&cloud);
    let files = made.files().len() as u64;
    assert_eq!(made.push(&host, &[], 0).new, files);
    let requests = cloud.requests();
    println!("{files} files: {requests:?}");
    let count = |method: &str| requests.get(method).copied().unwrap_or_default();
    // Five or six lists come on top.
    assert_eq!(count("MOVE"), 0, "{requests:?}");
    assert!(count("PUT") <= files + 6, "{requests:?}");
    assert!(count("GET") <= files + 2 * 6 + 1, "{requests:?}");
    let there = host.listing();
    for (name, bytes) in made.files() {
        assert!(there.get(&name) == Some(&bytes), "{name}");
    }
    assert!(there.keys().all(|name| !name.ends_with(".tmp")));
    assert_eq!(made.push(&host, &[], 0).new, 0);
    // A changed sidecar takes the place of its earlier state.
    let sidecar = made.files().into_keys().find(|name| name.ends_with(".xmp"));
    let sidecar = sidecar.expect("there is one");
    let path = made.root().join(&sidecar);
    let text = std::fs::read_to_string(&path).expect("text");
    std::fs::write(
        &path,
        text.replacen("x-default\">", "x-default\">changed ", 2),
    )
    .expect("writable");
    assert_eq!(made.push(&host, &[], 0).changed, 1);
    let now = host.listing();
    assert!(now[&sidecar] == made.files()[&sidecar]);
}

#[test]
fn at_nextcloud_nothing_of_others_is_written_over() {
    let Some(cloud) = Nextcloud::start() else {
        return;
    };
    let made = library();
    let host = photos_at(&cloud);
    let (name, bytes) = made
        .files()
        .into_iter()
        .find(|(name, _)| name.ends_with(".jpg"))
        .expect("one");
    let there = cloud.server.folder.join("Photos").join(&name);
    std::fs::create_dir_all(there.parent().expect("a folder")).expect("made");
    let mut others = bytes.clone();
    others[0] ^= 1;
    std::fs::write(&there, &others).expect("written");
    made.push(&host, &[], 0);
    let listing = host.listing();
    assert!(listing[&name] == others);
    assert_eq!(listing.values().filter(|found| **found == bytes).count(), 1);
    assert_eq!(made.push(&host, &[], 0).new, 0);
}

#[test]
fn an_answer_of_nextcloud_that_got_lost_doubles_nothing() {
    let Some(cloud) = Nextcloud::start() else {
        return;
    };
    let made = library();
    let host = photos_at(&cloud);
    cloud.proxy.set(Fault::LoseAnswer(7));
    let ran = made.run(&host, &["push", &host.address()]);
    assert!(matches!(ran.code, Some(0 | 1 | 3)), "{ran:?}");
    cloud.proxy.set(Fault::None);
    made.push(&host, &[], 0);
    let mut listing = host.listing();
    listing.retain(|name, _| made.files().contains_key(name));
    assert_eq!(listing, made.files());
    assert_eq!(made.push(&host, &[], 0).new, 0);
}

#[test]
fn photoprism_is_waited_for_however_long_its_index_takes() {
    let Some(prism) = PhotoPrism::start_slow(APP_PASSWORD, true, Duration::from_secs(3)) else {
        return;
    };
    let made = library();
    let host = originals_at(&prism, "a", APP_PASSWORD);
    let ran = made.run(&host, &["push", &host.address(), "--timeout", "1"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(
        ran.stdout.contains("PhotoPrism has looked at what came"),
        "{ran:?}"
    );
    assert!(ran.stdout.contains("PhotoPrism is indexing"), "{ran:?}");
}

const APP_PASSWORD: &str = "OXiV72-wTtiL9-d04jO7-X7XP4p";

fn originals_at<'a>(prism: &'a PhotoPrism, folder: &'a str, password: &'static str) -> Cloud<'a> {
    Cloud {
        address: format!("photoprism+http://127.0.0.1:{}/{folder}", prism.proxy.port),
        server: &prism.server,
        folder,
        password: (photoprism::USER, password),
    }
}

#[test]
fn photoprism_is_asked_to_look_at_what_came_and_at_nothing_else() {
    for password in [APP_PASSWORD, "my own password"] {
        let Some(prism) = PhotoPrism::start(password, true) else {
            return;
        };
        let made = library();
        let host = originals_at(&prism, "from albumen", password);
        let host = Cloud {
            address: host.address.replace(' ', "%20"),
            ..host
        };
        made.push(&host, &[], 0);
        assert_eq!(prism.asked(), ["/from albumen"]);
        let there = host.listing();
        for (name, bytes) in made.files() {
            assert!(there.get(&name) == Some(&bytes), "{name}");
        }
        assert_eq!(made.push(&host, &[], 0).new, 0);
        assert_eq!(prism.asked().len(), 1, "nothing came, nothing to look at");
    }
}

#[test]
fn photoprism_without_the_right_to_index_is_told_and_keeps_the_files() {
    let Some(prism) = PhotoPrism::start("my own password", false) else {
        return;
    };
    let made = library();
    let host = originals_at(&prism, "a", "my own password");
    let ran = made.run(&host, &["push", &host.address()]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let said = ran.stdout.contains("does not show it yet") && ran.stdout.contains("403");
    assert!(said && !ran.stdout.contains("my own password"), "{ran:?}");
    assert_eq!(made.push(&host, &[], 0).new, 0);
}

#[test]
fn photoprisms_import_folder_is_refused() {
    let made = library();
    let ran = made
        .env
        .run_on("l", &["push", "photoprism+https://photos.example/import/"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.stderr.contains("moves files out of import/"), "{ran:?}");
}
