//! What can go wrong with a part, told apart by what follows from it.

use model::amount::{Bytes, Count};
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use net::policy::Passing;

/// Why a part could not be fetched. No message holds more of an address than its host.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum FetchError {
    #[error("{host} sent a web page instead of the file ({said})")]
    Page { host: String, said: String },
    #[error("{host} refuses the file ({status})")]
    Refused { host: String, status: String },
    #[error("there is no such file at {host} any more ({status})")]
    Gone { host: String, status: String },
    #[error("{host} is busy or limits downloads ({status})")]
    Busy {
        host: String,
        status: String,
        after: Option<Duration>,
    },
    #[error("{host} cannot be reached: {why}")]
    Unreachable { host: String, why: String },
    #[error("the certificate of {host} is not trusted: {why}")]
    Untrusted { host: String, why: String },
    #[error("the connection broke: {why}")]
    Broken { why: String },
    #[error("the file at {host} changed while it was fetched")]
    Changed { host: String },
    #[error("what was fetched before cannot be continued: {why}")]
    Anew { why: &'static str },
    #[error("{} are needed in {}, and {} are free", Bytes(*needed), folder.display(), Bytes(*free))]
    NoSpace {
        folder: PathBuf,
        needed: u64,
        free: u64,
    },
    #[error("{host} ended the file after {} bytes but had promised {}", Count(*found), Count(*promised))]
    Short {
        host: String,
        found: u64,
        promised: u64,
    },
    #[error("what {host} sent is a zip that is cut off or damaged at its end")]
    CutOff { host: String },
    #[error("the {kind} that {host} gave with the file is not that of the bytes that came")]
    Checksum { host: String, kind: &'static str },
    #[error("{host} sent nothing")]
    Empty { host: String },
    #[error("another albumen is fetching {}", path.display())]
    Locked { path: PathBuf },
    #[error("{host} answered in a way albumen does not understand: {why}")]
    Strange { host: String, why: String },
    #[error("could not {doing} {}", path.display())]
    Disk {
        doing: &'static str,
        path: PathBuf,
        source: io::Error,
    },
    #[error("no client could be made: {why}")]
    Client { why: String },
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
