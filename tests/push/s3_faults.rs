//! Faults on the way to a store: a kill in the middle of a large file, and a clock that is wrong.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::{Timestamp, ToSpan};
use monitor::Silent;
use push::address::{Address, Connection, Store};
use push::http::Patience;
use push::secret::{Credentials, Secret};
use push::{Conditions, FileOutcome, PushOptions, push};

use super::faults::start;
use super::s3::{Bucket, large_library};
use super::{Host, library};
use crate::support::proxy::{Fault, Proxy};
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
    std::thread::sleep(Duration::from_millis(600));
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
            readers: push::address::Readers::default(),
            credentials: Credentials {
                user: Some(S3_KEYS.0.to_owned()),
                password: Some(Secret::new(S3_KEYS.1)),
                token: None,
            },
            ca_file: None,
            ssh_config: None,
            ssh: std::sync::Arc::new(|_| Err(std::io::ErrorKind::NotFound.into())),
            machine: "test".to_owned(),
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
