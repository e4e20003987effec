//! Faults on the way to a store: a kill in the middle of a large file, and a clock that is wrong.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use jiff::{Timestamp, ToSpan};
use monitor::Silent;
use push::address::Address;
use push::connection::Connection;
use push::http::Patience;
use push::scheme::Store;
use push::secret::{Credentials, Secret};
use push::{Conditions, FileOutcome, PushOptions, push};

use super::faults::start;
use super::s3::{Bucket, large_library};
use super::{Host, library};
use crate::support::http::Reply;
use crate::support::proxy::{Fault, Proxy, Step};
use crate::support::servers::{S3_KEYS, rclone_s3};

#[test]
fn a_large_file_that_was_cut_off_goes_on_with_the_next_part() {
    let Some(server) = rclone_s3() else { return };
    let (made, large) = large_library();
    let proxy = Proxy::start(server.port);
    let mut host = Bucket::new(&server, "resume");
    host.by = proxy.port;
    proxy.set(Fault::Slow(Duration::from_millis(400)));
    let mut child = start(&made, &host);
    let begun = Instant::now();
    // The third part is on its way, so two are there.
    while proxy.seen("partNumber=") < 3 {
        let ended = child.try_wait().expect("our child").is_some();
        let late = begun.elapsed() > Duration::from_secs(60);
        assert!(!ended && !late, "no third part came");
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().expect("it is our child");
    child.wait().expect("it ends");
    // What the client had sent is still passed on.
    proxy.wait_until_idle();
    proxy.set(Fault::None);
    let before = proxy.seen("partNumber=");
    made.push(&host, &[], 0);
    assert!(
        proxy.seen("partNumber=") - before <= 1,
        "parts were sent again"
    );
    assert!(host.listing().values().any(|bytes| *bytes == large));
    assert_eq!(made.push(&host, &[], 0).new, 0);
}

#[test]
fn a_file_that_shows_only_a_moment_after_it_was_sent_is_waited_for() {
    let Some(server) = rclone_s3() else { return };
    let made = library();
    let late: Mutex<HashSet<String>> = Mutex::default();
    let proxy = Proxy::answering(server.port, move |request| {
        let mut late = late.lock().expect("no test panics inside");
        match request.method.as_str() {
            "PUT" => {
                late.insert(request.path.clone());
            }
            // Asked for the first time since it was sent.
            "GET" if late.remove(&request.path) => {
                return Step::Answer(Reply {
                    status: 404,
                    content_type: "text/plain",
                    body: Vec::new(),
                });
            }
            _ => {}
        }
        Step::PassOn
    });
    let mut host = Bucket::new(&server, "late");
    host.by = proxy.port;
    let pushed = made.push(&host, &[], 0);
    assert!(pushed.new > 0);
    assert_eq!(made.push(&host, &[], 0).new, 0);
}

#[test]
fn a_file_that_shows_too_late_is_not_called_sent_and_not_sent_twice() {
    let Some(server) = rclone_s3() else { return };
    let made = library();
    let hidden = Arc::new(AtomicBool::new(true));
    let hides = hidden.clone();
    let sent = Arc::new(AtomicUsize::new(0));
    let sends = sent.clone();
    let proxy = Proxy::answering(server.port, move |request| {
        let is_photo = request.path.ends_with(".jpg");
        if is_photo && request.method == "PUT" {
            sends.fetch_add(1, Ordering::Relaxed);
        }
        let is_hidden = hides.load(Ordering::Relaxed) && is_photo;
        match (request.method.as_str(), is_hidden) {
            ("GET", true) => Step::Answer(Reply {
                status: 404,
                content_type: "text/plain",
                body: Vec::new(),
            }),
            _ => Step::PassOn,
        }
    });
    let mut host = Bucket::new(&server, "too-late");
    host.by = proxy.port;
    let ran = made.run(&host, &["push", &host.address()]);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(ran.stdout.contains(".jpg is not there"), "{ran:?}");
    hidden.store(false, Ordering::Relaxed);
    let names = host.listing().into_keys();
    let photos = names.filter(|name| name.ends_with(".jpg")).count();
    assert_eq!((photos > 0, sent.load(Ordering::Relaxed)), (true, photos));
    // New is what this push is the first to have seen there; nothing goes over the line again.
    assert_eq!(made.push(&host, &[], 0).new, photos as u64);
    assert_eq!(sent.load(Ordering::Relaxed), photos, "sent again");
    assert_eq!(made.push(&host, &[], 0).new, 0);
}

#[test]
fn a_clock_that_is_wrong_is_set_by_the_stores() {
    let Some(server) = rclone_s3() else { return };
    let (made, host) = (library(), Bucket::new(&server, "clock"));
    let store = Store {
        endpoint: Some(format!("http://127.0.0.1:{}", server.port)),
        region: None,
    };
    let address = Address::parse(&host.address(), &store).expect("an address");
    for hours in [-5, 7] {
        let destination = address.open(&Connection {
            readers: push::readers::Readers::default(),
            credentials: Credentials {
                user: Some(S3_KEYS.0.to_owned()),
                password: Some(Secret::new(S3_KEYS.1)),
                token: None,
            },
            ca_file: None,
            ssh_config: None,
            ssh: std::sync::Arc::new(|_| Err(std::io::ErrorKind::NotFound.into())),
            machine: "test".to_owned(),
            way: net::proxy::Way::Direct,
            patience: Patience {
                silence: push::http::SILENCE,
                policy: Default::default(),
                pause: Arc::new(|wait| {
                    std::thread::sleep(wait);
                    true
                }),
            },
            clock: Arc::new(move || Timestamp::now() + hours.hours()),
        });
        let conditions = Conditions {
            clock: &Timestamp::now,
            monitor: &Silent,
        };
        let destination = destination.expect("a client");
        let options = PushOptions::default();
        let name = address.name();
        let report = push(
            &made.root(),
            &name,
            destination.as_ref(),
            &options,
            conditions,
        )
        .expect("the store takes it");
        assert!(report.stopped.is_none(), "{:?}", report.stopped);
        assert_eq!(report.count(FileOutcome::Failed), 0);
    }
    let files = made.files();
    let found = host.listing();
    assert!(
        files
            .iter()
            .all(|(name, bytes)| found.get(name) == Some(bytes))
    );
}
