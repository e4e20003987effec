//! What `ssh` says, and answers of servers that keep to nothing.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::io::Cursor;
use std::process::{Command, Stdio};
use std::time::Instant;

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

/// A greeting without extensions, as `printf` writes it.
const GREETING: &str = r"printf '\000\000\000\005\002\000\000\000\003'";
/// The answer to the first request: it was done.
const DONE: &str = r"printf '\000\000\000\021\145\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000'";

/// Opens a session to a process of the shell in place of `ssh`, which may be silent for 300 ms.
fn to_a_process(script: &str) -> Result<Session, DestinationError> {
    let script = script.to_owned();
    let start = move |_: &[OsString]| {
        let mut child = Command::new("sh")
            .args(["-c", &script])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        Ok(Started {
            to: Box::new(child.stdin.take().unwrap()),
            from: Box::new(child.stdout.take().unwrap()),
            said: Box::new(child.stderr.take().unwrap()),
            child,
        })
    };
    Session::open(&Login {
        start: Arc::new(start),
        site: Site::parse("h/x").ok().unwrap(),
        settings: None,
        silence: Duration::from_millis(300),
    })
}

fn is_silent(error: &DestinationError) -> bool {
    matches!(error, DestinationError::Unreachable { why, .. } if why.contains("silent"))
}

#[cfg(unix)]
#[test]
fn a_server_that_falls_silent_is_given_up_and_one_that_is_not_asked_is_not() {
    let begun = Instant::now();
    let error = to_a_process("exec sleep 100").err().unwrap();
    assert!(is_silent(&error), "{error}");
    // It greets, and answers nothing after that.
    let mut session = to_a_process(&format!("{GREETING}; exec sleep 100"))
        .ok()
        .unwrap();
    std::thread::sleep(Duration::from_millis(900));
    let error = session.ask(wire::STAT, Body::of("/x")).unwrap_err();
    assert!(is_silent(&error), "{error}");
    // It takes nothing, so that what is written to it does not end.
    let mut session = to_a_process(&format!("{GREETING}; exec sleep 100"))
        .ok()
        .unwrap();
    let large = vec![0; 4 << 20];
    let error = session.ask(wire::WRITE, Body::of(&large)).unwrap_err();
    assert!(is_silent(&error), "{error}");
    assert!(begun.elapsed() < Duration::from_secs(30));
    // Nobody asked it anything for three times as long, and then it answers.
    let script = format!("{GREETING}; head -c 20 >/dev/null; {DONE}; exec sleep 100");
    let mut session = to_a_process(&script).ok().unwrap();
    std::thread::sleep(Duration::from_millis(900));
    assert_eq!(
        session.ask(wire::STAT, Body::of("/x")).unwrap(),
        Answer::Done
    );
}

#[cfg(unix)]
#[test]
fn a_connection_that_ends_in_the_middle_is_broken_and_may_be_tried_again() {
    // It reads what it is asked, so that nothing is written to a process that is gone.
    let script = format!(
        "{GREETING}; head -c 24 >/dev/null; echo 'Connection to h closed by remote host.' >&2"
    );
    let mut session = to_a_process(&script).ok().unwrap();
    let error = session.ask(wire::STAT, Body::of("/x")).unwrap_err();
    assert!(error.is_passing(), "{error}");
    assert!(
        error.to_string().contains("closed by remote host"),
        "{error}"
    );
}
