//! Messages as the draft has them, and noise.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use proptest::prelude::*;

use super::*;

fn received(message: &[u8]) -> (u8, Vec<u8>) {
    receive(&mut &*message).unwrap()
}

#[test]
fn a_request_stands_as_the_draft_has_it() {
    let message = Body::of("/a")
        .number(FOR_READING)
        .attributes(None, None)
        .message(OPEN, 7);
    let wanted = b"\0\0\0\x13\x03\0\0\0\x07\0\0\0\x02/a\0\0\0\x01\0\0\0\0";
    assert_eq!(message, wanted);
    assert_eq!(received(&message).0, OPEN);
}

#[test]
fn extensions_are_known_by_name_and_version() {
    let body = Body::default()
        .number(3)
        .bytes("fsync@openssh.com")
        .bytes("1")
        .bytes("statvfs@openssh.com")
        .bytes("1")
        .bytes("odd")
        .bytes("");
    let found = extensions(2, &body.0).unwrap();
    assert!(found.syncs && !found.replaces && !found.tells_room);
    assert_eq!(extensions(2, &[0, 0, 0, 2]), Err(NoMessage));
    assert_eq!(extensions(101, &[0, 0, 0, 3]), Err(NoMessage));
}

#[test]
fn answers_are_told_apart() {
    let status = |code, words: &str| {
        let body = Body::default().number(9).number(code).bytes(words);
        answer(101, &body.bytes("").0).unwrap()
    };
    assert_eq!(status(0, "Success"), (9, Answer::Done));
    assert_eq!(
        status(2, "No such file").1,
        Answer::Refused(Refusal::NotThere)
    );
    assert_eq!(
        status(4, "").1,
        Answer::Refused(Refusal::Other("status 4".to_owned()))
    );
    let names = Body::default()
        .number(1)
        .number(1)
        .bytes("a.jpg")
        .bytes("-rw------- a.jpg")
        .number(HAS_SIZE | HAS_MODE | HAS_TIMES)
        .large(5)
        .number(0o100_600)
        .number(1)
        .number(2);
    let (_, Answer::Names(names)) = answer(104, &names.0).unwrap() else {
        panic!("no names")
    };
    assert_eq!(names[0].name, "a.jpg");
    let attributes = names[0].attributes;
    assert_eq!(
        (attributes.size_bytes, attributes.modified),
        (Some(5), Some(2))
    );
    assert!(attributes.is_file() && !attributes.is_folder());
}

#[test]
fn room_is_blocks_that_this_user_may_have() {
    let numbers = [512u64, 4096, 100, 50, 40, 1, 1, 1, 0, 0, 255];
    let body = numbers.into_iter().fold(Body::default(), Body::large);
    assert_eq!(free_bytes(&body.0), Some(40 * 4096));
    assert_eq!(free_bytes(&body.0[..39]), None);
    let huge = [0, u64::MAX, 0, 0, 2].into_iter();
    assert_eq!(free_bytes(&huge.fold(Body::default(), Body::large).0), None);
}

#[test]
fn a_message_that_is_longer_than_any_is_refused_before_it_is_read() {
    let error = receive(&mut &b"\x7f\xff\xff\xff\x65"[..]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidData);
    let error = receive(&mut &b"\0\0\0\0\x65"[..]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidData);
}

proptest! {
    #[test]
    fn noise_is_no_panic(kind: u8, bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = extensions(kind, &bytes);
        let _ = answer(kind, &bytes);
        let _ = answer(100 + kind % 6, &bytes);
        let _ = free_bytes(&bytes);
        let _ = receive(&mut &*bytes);
    }
}
