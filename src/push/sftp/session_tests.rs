//! What `ssh` says, and answers of servers that keep to nothing.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::io::Cursor;

use super::*;
use crate::parcel::Meter;
use crate::sftp::transfer::{self, Fault};
use crate::sftp::wire::Refusal;

/// What `ssh` wrote when these things happened (OpenSSH 9.2).
const SAID: [(&str, &str); 6] = [
    (
        "No ED25519 host key is known for [127.0.0.1]:2222 and you have requested strict checking.\r\nHost key verification failed.\r\n",
        "unknown",
    ),
    (
        "@@@@@@@@@@@\r\n@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\r\n@@@@@@@\r\nHost key verification failed.\r\n",
        "unknown",
    ),
    (
        "anna@127.0.0.1: Permission denied (publickey).\r\n",
        "credentials",
    ),
    (
        "ssh: Could not resolve hostname nowhere.invalid: Name or service not known\r\n",
        "unreachable",
    ),
    (
        "ssh: connect to host 127.0.0.1 port 1: Connection refused\r\n",
        "unreachable",
    ),
    ("subsystem request failed on channel 0\r\n", "strange"),
];

#[test]
fn what_ssh_says_tells_what_to_do() {
    for (said, kind) in SAID {
        let found = match judged("h", said) {
            DestinationError::UnknownHost { .. } => "unknown",
            DestinationError::WrongCredentials { .. } => "credentials",
            DestinationError::Unreachable { .. } => "unreachable",
            DestinationError::Strange { .. } => "strange",
            _ => "other",
        };
        assert_eq!(found, kind, "{said}");
    }
    let broken = judged("h", "client_loop: send disconnect: Broken pipe\r\n");
    assert!(broken.is_passing(), "{broken}");
}

/// A server that gives these answers, whatever it is asked.
fn answering(answers: Vec<Vec<u8>>) -> Session {
    let mut bytes = vec![0, 0, 0, 5, 2, 0, 0, 0, 3];
    answers.iter().for_each(|answer| bytes.extend(answer));
    Session::greet(
        Box::new(std::io::sink()),
        Box::new(Cursor::new(bytes)),
        None,
    )
    .unwrap()
}

fn data(id: u32, bytes: &[u8]) -> Vec<u8> {
    Body::default().bytes(bytes).message(103, id)
}

fn status(id: u32, code: u32) -> Vec<u8> {
    Body::default()
        .number(code)
        .bytes("")
        .bytes("")
        .message(101, id)
}

fn read(answers: Vec<Vec<u8>>) -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::new();
    let mut session = answering(answers);
    transfer::read(&mut session, b"h", 0, &mut bytes, &mut |_| true).map(|()| bytes)
}

#[test]
fn pieces_come_in_any_order_and_short_and_stand_in_their_order() {
    let piece = vec![7; 32 << 10];
    // The first is whole: two more are asked for. The second (1) comes after the third (2), and short; its rest (3) ends the file.
    let answers = vec![
        data(0, &piece),
        status(2, 1),
        data(1, b"abc"),
        status(3, 1),
        status(4, 1),
        status(5, 1),
    ];
    let bytes = read(answers).ok().unwrap();
    assert_eq!(bytes.len(), piece.len() + 3);
    assert_eq!(&bytes[piece.len()..], b"abc");
}

#[test]
fn what_was_not_asked_for_is_no_answer() {
    for answers in [
        vec![data(9, b"abc")],
        vec![data(0, b"")],
        vec![data(0, &vec![0; (32 << 10) + 1])],
        vec![Body::default().bytes("x").message(102, 0)],
        vec![vec![0xff; 9]],
    ] {
        assert!(matches!(
            read(answers),
            Err(Fault::Here(DestinationError::Strange { .. }))
        ));
    }
    let cut = read(vec![data(0, b"abc")]);
    assert!(matches!(
        cut,
        Err(Fault::Here(DestinationError::Broken { .. }))
    ));
}

#[test]
fn a_refused_piece_ends_the_writing_and_no_answer_stays_behind() {
    let mut answers: Vec<_> = (0..64).map(|id| status(id, 0)).collect();
    answers[5] = status(5, 4);
    let mut session = answering(answers);
    let from = vec![1; 40 * (32 << 10)];
    let written = transfer::write(&mut session, b"h", 0, &mut &*from, &Meter::default());
    assert!(matches!(written, Err(Fault::There(Refusal::Other(_)))));
    let (next, _) = session.receive().unwrap();
    assert_eq!(next, 40);
}
