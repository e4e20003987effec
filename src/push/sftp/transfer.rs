//! Bytes of files, many pieces on their way at once: a line to another continent takes 200 ms for every question and answer.

use std::collections::{HashMap, HashSet, VecDeque};
use std::io::{Read, Write};

use super::session::Session;
use super::wire::{Answer, Body, CLOSE, READ, Refusal, WRITE};
use crate::error::DestinationError;
use crate::parcel::Meter;

/// Bytes in one piece: no server takes less.
const PIECE: u32 = 32 << 10;
/// Pieces on their way at once: 2 MiB.
const AT_ONCE: usize = 64;

/// Why bytes did not come over.
pub(crate) enum Fault {
    /// The connection, or the disk here.
    Here(DestinationError),
    /// The server refused it.
    There(Refusal),
}

impl From<DestinationError> for Fault {
    fn from(error: DestinationError) -> Self {
        Self::Here(error)
    }
}

/// Writes all of `from` into an open file, beginning at `at`.
pub(crate) fn write(
    session: &mut Session,
    handle: &[u8],
    mut at: u64,
    from: &mut dyn Read,
    meter: &Meter,
) -> Result<(), Fault> {
    let mut piece = vec![0; PIECE as usize];
    let mut sent = HashSet::new();
    let mut refused = None;
    let mut more = true;
    while more || !sent.is_empty() {
        if more && refused.is_none() && sent.len() < AT_ONCE {
            let count = fill(from, &mut piece).map_err(lost)?;
            more = count > 0;
            if more {
                let body = Body::of(handle).large(at).bytes(&piece[..count]);
                sent.insert(session.send(WRITE, body)?);
                at += count as u64;
                meter.add(count as u64);
            }
            continue;
        }
        // Once one is refused no more are sent; the answers to those on their way are still to come.
        let (id, answer) = session.receive()?;
        if !sent.remove(&id) {
            return Err(confused().into());
        }
        match answer {
            Answer::Done => {}
            Answer::Refused(why) => {
                refused.get_or_insert(why);
                more = false;
            }
            _ => return Err(confused().into()),
        }
    }
    refused.map_or(Ok(()), |why| Err(Fault::There(why)))
}

/// Fills a piece as far as there are bytes; fewer come at the end only.
fn fill(from: &mut dyn Read, piece: &mut [u8]) -> std::io::Result<usize> {
    let mut filled = 0;
    while filled < piece.len() {
        match from.read(&mut piece[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// A piece that was asked for.
struct Asked {
    id: u32,
    at: u64,
    length: u32,
}

/// Reads an open file from `at` to its end, in order. `go_on` hears of every piece.
pub(crate) fn read(
    session: &mut Session,
    handle: &[u8],
    mut at: u64,
    to: &mut dyn Write,
    go_on: &mut dyn FnMut(u64) -> bool,
) -> Result<(), Fault> {
    let mut asked: VecDeque<Asked> = VecDeque::new();
    let mut early: HashMap<u32, Answer> = HashMap::new();
    let (mut ended, mut window) = (false, 1);
    loop {
        while !ended && asked.len() < window {
            asked.push_back(ask(session, handle, at, PIECE)?);
            at += u64::from(PIECE);
        }
        let Some(first) = asked.pop_front() else {
            return Ok(());
        };
        // A server may answer in any order.
        let answer = loop {
            if let Some(answer) = early.remove(&first.id) {
                break answer;
            }
            let (id, answer) = session.receive()?;
            if id != first.id && !asked.iter().any(|asked| asked.id == id) {
                return Err(confused().into());
            }
            early.insert(id, answer);
        };
        match answer {
            // Pieces behind the end are answered by the same, each.
            Answer::Refused(Refusal::End) => ended = true,
            Answer::Data(bytes) if bytes.is_empty() || bytes.len() > first.length as usize => {
                return Err(confused().into());
            }
            Answer::Data(bytes) if ended && !bytes.is_empty() => {
                // The file grew while it was read.
                return Err(confused().into());
            }
            Answer::Data(bytes) => {
                // Most files are small: more pieces are asked for as it shows that there are more.
                window = AT_ONCE.min(window * 2);
                to.write_all(&bytes).map_err(unwritten)?;
                if !go_on(bytes.len() as u64) {
                    return Err(DestinationError::Stopped.into());
                }
                let came = u32::try_from(bytes.len()).unwrap_or(first.length);
                if came < first.length {
                    // The rest of this piece comes before all others.
                    let rest = (first.at + u64::from(came), first.length - came);
                    asked.push_front(ask(session, handle, rest.0, rest.1)?);
                }
            }
            Answer::Refused(why) => {
                // The answers to the other pieces are on their way still.
                for _ in early.len()..asked.len() {
                    session.receive()?;
                }
                return Err(Fault::There(why));
            }
            _ => return Err(confused().into()),
        }
    }
}

fn ask(
    session: &mut Session,
    handle: &[u8],
    at: u64,
    length: u32,
) -> Result<Asked, DestinationError> {
    let id = session.send(READ, Body::of(handle).large(at).number(length))?;
    Ok(Asked { id, at, length })
}

/// Closes a file or folder; what becomes of it is no matter where it was read.
pub(crate) fn close(session: &mut Session, handle: &[u8]) -> Result<Answer, DestinationError> {
    session.ask(CLOSE, Body::of(handle))
}

fn confused() -> DestinationError {
    DestinationError::Strange {
        why: "it answers what was not asked".to_owned(),
    }
}

fn lost(error: std::io::Error) -> DestinationError {
    DestinationError::disk("read", "the file that is sent")(error)
}

fn unwritten(error: std::io::Error) -> DestinationError {
    DestinationError::disk("write", "the file that is fetched")(error)
}
