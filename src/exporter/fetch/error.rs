//! What can go wrong with a part, told apart by what follows from it.

use model::amount::{Bytes, Count};
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use net::policy::Passing;

/// Why a part could not be fetched. No message holds more of an address than its host.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say what the fields hold")]
pub enum FetchError {
    /// When HTML came where a file was expected: a page to log in, or one that says that the link has expired.
    #[error("{host} sent a web page instead of the file ({said})")]
    Page { host: String, said: String },
    /// When the host answers 401, 402, 403, 407 or 451.
    #[error("{host} refuses the file ({status})")]
    Refused { host: String, status: String },
    /// When the host answers 404 or 410.
    #[error("there is no such file at {host} any more ({status})")]
    Gone { host: String, status: String },
    /// When the host answers 408, 425, 429 or 5xx; another try may help.
    #[error("{host} is busy or limits downloads ({status})")]
    Busy {
        host: String,
        status: String,
        after: Option<Duration>,
    },
    /// When no connection came about: the name is unknown, the port is closed, or nothing answered in time.
    #[error("{host} cannot be reached: {why}")]
    Unreachable { host: String, why: String },
    /// When the host's TLS certificate was not signed by somebody this system trusts, or is for another host.
    #[error("the certificate of {host} is not trusted: {why}")]
    Untrusted { host: String, why: String },
    /// When the connection ended in the middle of the file.
    #[error("the connection broke: {why}")]
    Broken { why: String },
    /// When the host names another size or version of the file than before.
    #[error("the file at {host} changed while it was fetched")]
    Changed { host: String },
    /// When the host cannot go on where it stopped: the next try begins with the first byte.
    #[error("what was fetched before cannot be continued: {why}")]
    Anew { why: &'static str },
    /// When the file is larger than the room that is free.
    #[error("{} are needed in {}, and {} are free", Bytes(*needed), folder.display(), Bytes(*free))]
    NoSpace {
        folder: PathBuf,
        needed: u64,
        free: u64,
    },
    /// When the host ended the file before the size that it had named.
    #[error("{host} ended the file after {} bytes but had promised {}", Count(*found), Count(*promised))]
    Short {
        host: String,
        found: u64,
        promised: u64,
    },
    /// When all bytes came, and they are a zip without its end.
    #[error("what {host} sent is a zip that is cut off or damaged at its end")]
    CutOff { host: String },
    /// When the host gave a checksum with the file, and the bytes that came have another.
    #[error("the {kind} that {host} gave with the file is not that of the bytes that came")]
    Checksum { host: String, kind: &'static str },
    /// When the answer has no bytes.
    #[error("{host} sent nothing")]
    Empty { host: String },
    /// When another process is fetching the same file into the same folder.
    #[error("another albumen is fetching {}", path.display())]
    Locked { path: PathBuf },
    /// When the answer is none that HTTP allows here.
    #[error("{host} answered in a way albumen does not understand: {why}")]
    Strange { host: String, why: String },
    /// When this machine could not read or write a file of its own.
    #[error("could not {doing} {}", path.display())]
    Disk {
        doing: &'static str,
        path: PathBuf,
        source: io::Error,
    },
    /// When TLS could not be set up on this machine.
    #[error("no client could be made: {why}")]
    Client { why: String },
    /// When the user asked to stop.
    #[error("stopped by the user")]
    Stopped,
}

impl FetchError {
    /// Wraps an error of the local disk.
    pub(super) fn disk(
        doing: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Disk {
            doing,
            path,
            source,
        }
    }

    /// Returns whether every other part would fail in the same way.
    pub fn ends_run(&self) -> bool {
        match self {
            Self::Disk { source, .. } => matches!(
                source.kind(),
                io::ErrorKind::StorageFull
                    | io::ErrorKind::QuotaExceeded
                    | io::ErrorKind::ReadOnlyFilesystem
                    | io::ErrorKind::PermissionDenied
            ),
            Self::Client { .. } | Self::Stopped => true,
            _ => false,
        }
    }
}

impl Passing for FetchError {
    fn may_pass(&self) -> bool {
        matches!(
            self,
            Self::Busy { .. }
                | Self::Unreachable { .. }
                | Self::Broken { .. }
                | Self::Changed { .. }
                | Self::Anew { .. }
                | Self::Short { .. }
        )
    }

    fn asks_to_wait(&self) -> Option<Duration> {
        match self {
            Self::Busy { after, .. } => *after,
            // Nothing is wrong there: the next request asks for something else.
            Self::Anew { .. } => Some(Duration::ZERO),
            _ => None,
        }
    }
}
