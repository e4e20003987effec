//! Hosts that answer late: silent ones are given up and asked again, slow ones are waited for, and nothing is there twice.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use model::content_hash::ContentHash;
use net::proxy::Route;
use push::http::{Http, Patience};
use push::parcel::{Meter, Payload, PayloadBytes};

use super::immich::host;
use super::immich_faults::{by_way_of, is_there_once};
use super::{Host, library};
use crate::support::proxy::{Fault, Proxy};
use crate::support::servers::free_port;

/// What the program is told to wait.
const TIMEOUT: [&str; 2] = ["--timeout", "1"];

#[test]
fn a_host_that_never_answers_is_given_up_and_the_next_push_sends_all() {
    let (made, own) = (library(), host());
    let proxy = Proxy::start(own.port);
    let host = by_way_of(&own, proxy.port);
    proxy.set(Fault::Mute(1));
    let begun = Instant::now();
    let ran = made.run(&host, &["push", &host.address(), TIMEOUT[0], TIMEOUT[1]]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stderr.contains("was silent for 1 second"), "{ran:?}");
    assert!(proxy.seen("HTTP/1.1") > 3, "it was tried again");
    // Seven tries of a second, and the waits between them.
    assert!(
        begun.elapsed() < Duration::from_secs(60),
        "{:?}",
        begun.elapsed()
    );
    assert!(host.listing().is_empty());
    proxy.set(Fault::None);
    made.push(&host, &TIMEOUT, 3);
    is_there_once(&made, &host, "silence");
}

#[test]
fn answers_that_never_come_are_asked_for_again_and_nothing_is_doubled() {
    let (made, own) = (library(), host());
    let proxy = Proxy::start(own.port);
    let host = by_way_of(&own, proxy.port);
    // What was asked is done all the same.
    proxy.set(Fault::Mute(7));
    made.push(&host, &TIMEOUT, 3);
    proxy.set(Fault::None);
    is_there_once(&made, &host, "answers that did not come");
    assert_eq!(made.push(&host, &TIMEOUT, 3).new, 0);
}

#[test]
fn an_answer_that_drips_for_longer_than_the_patience_is_waited_for() {
    let (made, own) = (library(), host());
    let proxy = Proxy::start(own.port);
    let host = by_way_of(&own, proxy.port);
    // Five pauses, each shorter than a second.
    proxy.set(Fault::Drip(Duration::from_millis(230)));
    made.push(&host, &TIMEOUT, 3);
    is_there_once(&made, &host, "dripping");
}

const LARGE: usize = 32 << 20;

/// A server that takes `taken` bytes of one upload, a megabyte at a time with a pause after each, and answers if that was all.
fn slow_server(taken: usize, pause: Duration) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback is there");
    let port = listener.local_addr().expect("bound").port();
    std::thread::spawn(move || {
        let (mut client, _) = listener.accept().expect("a client");
        read_head(&mut client);
        let mut piece = vec![0; 1 << 20];
        for _ in 0..taken >> 20 {
            client.read_exact(&mut piece).expect("the body goes on");
            std::thread::sleep(pause);
        }
        if taken == LARGE {
            let _ = client.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        }
        // The connection stays open until the client has had enough.
        let _ = client.read(&mut piece);
        std::thread::sleep(Duration::from_secs(20));
    });
    port
}

fn read_head(client: &mut TcpStream) {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        client.read_exact(&mut byte).expect("a head");
        head.push(byte[0]);
    }
}

/// Returns a client that believes in a proxy on its way.
fn http(patience: Patience) -> Http {
    let route = Route {
        proxy: Some("proxy.example:3128".to_owned()),
        ..Route::default()
    };
    Http::new("the host", None, patience, route).expect("a client")
}

/// Sends 32 MB with a patience of two seconds. Returns the status or the error, and how long it took.
fn upload(port: u16) -> (Result<u16, String>, Duration) {
    let patience = Patience {
        silence: Duration::from_secs(2),
        policy: Default::default(),
        pause: Arc::new(|_| true),
    };
    let http = http(patience);
    let payload = Payload {
        bytes: PayloadBytes::Memory(vec![7; LARGE].into()),
        size_bytes: LARGE as u64,
        sha256: ContentHash([0; 32]),
        modified: None,
    };
    let request = http.client().put(format!("http://127.0.0.1:{port}/film"));
    let request = http.with_body(request, &payload, (0, LARGE as u64), &Meter::default());
    let begun = Instant::now();
    let answer = http.ask(request.expect("a body"));
    let answer = answer.map(|answer| answer.status.as_u16());
    (answer.map_err(|error| error.to_string()), begun.elapsed())
}

#[test]
fn an_upload_may_take_longer_than_the_patience_as_long_as_the_host_takes_it() {
    let (answer, took) = upload(slow_server(LARGE, Duration::from_millis(150)));
    assert_eq!(answer, Ok(200));
    assert!(took > Duration::from_secs(4), "{took:?}");
}

#[test]
fn a_host_that_stops_taking_an_upload_is_given_up() {
    let (answer, took) = upload(slow_server(4 << 20, Duration::ZERO));
    let error = answer.expect_err("it never answers");
    assert!(error.contains("was silent for 2 seconds"), "{error}");
    assert!(error.contains(THROUGH), "{error}");
    assert!(took < Duration::from_secs(15), "{took:?}");
}

/// What an error says of the proxy.
const THROUGH: &str = "(through the proxy proxy.example:3128)";

#[test]
fn an_error_names_the_proxy_when_nobody_answers() {
    let patience = Patience {
        silence: Duration::from_secs(2),
        policy: Default::default(),
        pause: Arc::new(|_| true),
    };
    let http = http(patience);
    let port = free_port();
    let request = http.client().get(format!("http://127.0.0.1:{port}/"));
    let error = http.ask(request).map(drop).expect_err("nobody listens");
    let said = error.to_string();
    assert!(said.contains("cannot be reached"), "{said}");
    assert!(said.ends_with(THROUGH), "{said}");
}
