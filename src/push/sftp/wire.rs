//! The messages of SFTP, version 3 (draft-ietf-secsh-filexfer-02), which every server speaks, and OpenSSH's extensions to it.
//!
//! What a server sends is foreign: every length is looked at before it is believed, and nothing here can panic.

use std::io::{self, ErrorKind, Read};

/// Kinds of requests.
pub(crate) const OPEN: u8 = 3;
pub(crate) const CLOSE: u8 = 4;
pub(crate) const READ: u8 = 5;
pub(crate) const WRITE: u8 = 6;
pub(crate) const LSTAT: u8 = 7;
pub(crate) const FSETSTAT: u8 = 10;
pub(crate) const OPENDIR: u8 = 11;
pub(crate) const READDIR: u8 = 12;
pub(crate) const REMOVE: u8 = 13;
pub(crate) const MKDIR: u8 = 14;
pub(crate) const STAT: u8 = 17;
pub(crate) const RENAME: u8 = 18;
pub(crate) const EXTENDED: u8 = 200;

/// How a file is opened.
pub(crate) const FOR_READING: u32 = 0x01;
pub(crate) const FOR_WRITING: u32 = 0x02 | 0x08;
pub(crate) const EMPTIED: u32 = 0x10;

/// Codes of a status.
const OK: u32 = 0;
const END: u32 = 1;
const NOT_THERE: u32 = 2;
const NO_RIGHT: u32 = 3;
const UNSUPPORTED: u32 = 8;

/// No server sends more at once: OpenSSH 256 KiB, others less.
const LARGEST_MESSAGE: u32 = 1 << 20;

/// What a request says, put together piece by piece.
#[derive(Debug, Default)]
pub(crate) struct Body(Vec<u8>);

impl Body {
    /// Begins with a text: a path, a handle or the name of an extension.
    pub(crate) fn of(text: impl AsRef<[u8]>) -> Self {
        Self::default().bytes(text)
    }

    /// Adds bytes behind their length.
    pub(crate) fn bytes(self, bytes: impl AsRef<[u8]>) -> Self {
        let bytes = bytes.as_ref();
        let mut body = self.number(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
        body.0.extend(bytes);
        body
    }

    /// Adds a number.
    pub(crate) fn number(mut self, number: u32) -> Self {
        self.0.extend(number.to_be_bytes());
        self
    }

    /// Adds a large number.
    pub(crate) fn large(mut self, number: u64) -> Self {
        self.0.extend(number.to_be_bytes());
        self
    }

    /// Adds what a file shall have: who may read it, and when it was changed.
    pub(crate) fn attributes(self, mode: Option<u32>, modified: Option<u32>) -> Self {
        let flags = mode.map_or(0, |_| HAS_MODE) | modified.map_or(0, |_| HAS_TIMES);
        let mut body = self.number(flags);
        if let Some(mode) = mode {
            body = body.number(mode);
        }
        if let Some(modified) = modified {
            body = body.number(modified).number(modified);
        }
        body
    }

    /// Returns the whole message.
    pub(crate) fn message(self, kind: u8, id: u32) -> Vec<u8> {
        let length = u32::try_from(self.0.len() + 5).unwrap_or(u32::MAX);
        let mut message = length.to_be_bytes().to_vec();
        message.push(kind);
        message.extend(id.to_be_bytes());
        message.extend(self.0);
        message
    }
}

/// The first message of all, which asks for version 3.
pub(crate) fn hello() -> Vec<u8> {
    vec![0, 0, 0, 5, 1, 0, 0, 0, 3]
}

const HAS_SIZE: u32 = 0x01;
const HAS_OWNERS: u32 = 0x02;
const HAS_MODE: u32 = 0x04;
const HAS_TIMES: u32 = 0x08;
const HAS_MORE: u32 = 0x8000_0000;

/// What a server says of a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Attributes {
    /// Its size.
    pub size_bytes: Option<u64>,
    /// Its kind and rights, as POSIX writes them.
    pub mode: Option<u32>,
    /// When it was changed, in seconds since 1970.
    pub modified: Option<u32>,
}

impl Attributes {
    /// Returns whether it is a folder.
    pub(crate) fn is_folder(&self) -> bool {
        self.mode.is_some_and(|mode| mode & 0o170_000 == 0o040_000)
    }

    /// Returns whether it is a file; one whose kind is not told counts.
    pub(crate) fn is_file(&self) -> bool {
        self.mode
            .is_none_or(|mode| matches!(mode & 0o170_000, 0 | 0o100_000))
    }
}

/// A name in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Named {
    /// The name, without the folder.
    pub name: String,
    /// What it is; of a link the link itself.
    pub attributes: Attributes,
}

/// Why a server did not do what it was asked to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// There is nothing more.
    End,
    /// The file or a folder above it is not there.
    NotThere,
    /// The user may not do that.
    NoRight(String),
    /// The server cannot do that at all.
    Unsupported(String),
    /// Something else, in the server's words.
    Other(String),
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It was done.
    Done,
    /// It was not done.
    Refused(Refusal),
    /// What an open file or folder is called from now on.
    Handle(Vec<u8>),
    /// Bytes of a file.
    Data(Vec<u8>),
    /// Names in a folder.
    Names(Vec<Named>),
    /// What a file is.
    Attributes(Attributes),
    /// What an extension says.
    Extended(Vec<u8>),
}

/// What a server can do beyond version 3.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Extensions {
    /// It writes what came to its disk when asked to.
    pub syncs: bool,
    /// It replaces a file by renaming another.
    pub replaces: bool,
    /// It tells how much room there is.
    pub tells_room: bool,
}

/// Bytes that are no message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("its answer is not an SFTP message")]
pub(crate) struct NoMessage;

/// Reads one message: its kind and what stands in it.
///
/// # Errors
/// Fails as the stream does, and with [`ErrorKind::InvalidData`] if the message is longer than any may be.
pub(crate) fn receive(from: &mut dyn Read) -> io::Result<(u8, Vec<u8>)> {
    let mut head = [0; 5];
    from.read_exact(&mut head)?;
    let length = u32::from_be_bytes([head[0], head[1], head[2], head[3]]);
    if length == 0 || length > LARGEST_MESSAGE {
        return Err(io::Error::new(ErrorKind::InvalidData, NoMessage));
    }
    let mut body = vec![0; length as usize - 1];
    from.read_exact(&mut body)?;
    Ok((head[4], body))
}

/// Reads the answer to [`hello`].
///
/// # Errors
/// Fails if it is none.
pub(crate) fn extensions(kind: u8, body: &[u8]) -> Result<Extensions, NoMessage> {
    let mut rest = Rest(body);
    if kind != 2 || rest.number()? < 3 {
        return Err(NoMessage);
    }
    let mut found = Extensions::default();
    while !rest.0.is_empty() {
        let (name, version) = (rest.bytes()?, rest.bytes()?);
        match (name, version) {
            (b"fsync@openssh.com", b"1") => found.syncs = true,
            (b"posix-rename@openssh.com", b"1") => found.replaces = true,
            (b"statvfs@openssh.com", b"2") => found.tells_room = true,
            _ => {}
        }
    }
    Ok(found)
}

/// Reads an answer and the number of the request it belongs to.
///
/// # Errors
/// Fails if it is none.
pub(crate) fn answer(kind: u8, body: &[u8]) -> Result<(u32, Answer), NoMessage> {
    let mut rest = Rest(body);
    let id = rest.number()?;
    let answer = match kind {
        101 => status(&mut rest)?,
        102 => Answer::Handle(rest.bytes()?.to_vec()),
        103 => Answer::Data(rest.bytes()?.to_vec()),
        104 => Answer::Names(names(&mut rest)?),
        105 => Answer::Attributes(rest.attributes()?),
        201 => Answer::Extended(rest.0.to_vec()),
        _ => return Err(NoMessage),
    };
    Ok((id, answer))
}

fn status(rest: &mut Rest<'_>) -> Result<Answer, NoMessage> {
    let code = rest.number()?;
    // Some servers leave the words out.
    let words = String::from_utf8_lossy(rest.bytes().unwrap_or_default()).into_owned();
    let words = match words.is_empty() {
        true => format!("status {code}"),
        false => words,
    };
    Ok(match code {
        OK => Answer::Done,
        END => Answer::Refused(Refusal::End),
        NOT_THERE => Answer::Refused(Refusal::NotThere),
        NO_RIGHT => Answer::Refused(Refusal::NoRight(words)),
        UNSUPPORTED => Answer::Refused(Refusal::Unsupported(words)),
        _ => Answer::Refused(Refusal::Other(words)),
    })
}

fn names(rest: &mut Rest<'_>) -> Result<Vec<Named>, NoMessage> {
    let count = rest.number()?;
    let mut names = Vec::new();
    for _ in 0..count {
        let name = String::from_utf8_lossy(rest.bytes()?).into_owned();
        // The same as `ls -l` shows it: for people.
        rest.bytes()?;
        let attributes = rest.attributes()?;
        names.push(Named { name, attributes });
    }
    Ok(names)
}

/// Reads what `statvfs@openssh.com` says: how many bytes this user may still write.
pub(crate) fn free_bytes(extended: &[u8]) -> Option<u64> {
    let mut rest = Rest(extended);
    let mut numbers = [0; 5];
    for number in &mut numbers {
        *number = rest.large().ok()?;
    }
    let [_, block, _, _, available] = numbers;
    available.checked_mul(block)
}

/// What was not read yet.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], NoMessage> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(NoMessage)?;
        self.0 = rest;
        Ok(taken)
    }

    fn number(&mut self) -> Result<u32, NoMessage> {
        let bytes = self.take(4)?.try_into().map_err(|_| NoMessage)?;
        Ok(u32::from_be_bytes(bytes))
    }

    fn large(&mut self) -> Result<u64, NoMessage> {
        let bytes = self.take(8)?.try_into().map_err(|_| NoMessage)?;
        Ok(u64::from_be_bytes(bytes))
    }

    fn bytes(&mut self) -> Result<&'a [u8], NoMessage> {
        let length = self.number()?;
        self.take(length as usize)
    }

    fn attributes(&mut self) -> Result<Attributes, NoMessage> {
        let flags = self.number()?;
        let has = |flag: u32| flags & flag != 0;
        let mut found = Attributes::default();
        if has(HAS_SIZE) {
            found.size_bytes = Some(self.large()?);
        }
        if has(HAS_OWNERS) {
            self.take(8)?;
        }
        if has(HAS_MODE) {
            found.mode = Some(self.number()?);
        }
        if has(HAS_TIMES) {
            self.take(4)?;
            found.modified = Some(self.number()?);
        }
        if has(HAS_MORE) {
            for _ in 0..self.number()? {
                self.bytes()?;
                self.bytes()?;
            }
        }
        Ok(found)
    }
}

#[cfg(test)]
#[path = "wire_tests.rs"]
mod tests;
