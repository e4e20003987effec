//! What can go wrong at a destination, told apart by what follows from it: try again, leave this file, or stop.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use catalog::CatalogError;
use writer::library::LibraryError;

/// What a destination could not do. Never holds a password, a key or an address with one in it.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say what the fields hold")]
pub enum DestinationError {
    /// When no connection came about: the name is unknown, the port is closed, or nothing answered in time.
    #[error("{host} cannot be reached: {why}{}", through(proxy.as_deref()))]
    Unreachable {
        host: String,
        why: String,
        proxy: Option<String>,
    },
    /// When the host's TLS certificate was not signed by somebody this system trusts, or is for another host.
    #[error("the certificate of {host} is not trusted: {why}")]
    Untrusted { host: String, why: String },
    /// When SSH has no key of this host in known_hosts, or another one.
    #[error("{host} is not known for sure: {why}")]
    UnknownHost { host: String, why: String },
    /// When a program that the destination needs (`ssh`) is not there or cannot be run.
    #[error("{program} cannot be started: {why}")]
    NoProgram { program: &'static str, why: String },
    /// When the host knows the credentials that were sent and refuses them.
    #[error("{host} refuses the user name, password or key ({status})")]
    WrongCredentials { host: String, status: String },
    /// When the host asks for credentials, and none were given.
    #[error("no user name, password or key was given for {host}, and it asks for one")]
    NoCredentials { host: String },
    /// When the host accepts the credentials, and they do not allow this step.
    #[error("{host} does not allow this user or key to {doing}: {why}")]
    NoRight {
        host: String,
        doing: &'static str,
        why: String,
    },
    /// When a proxy on the way lets nobody through whom it does not know.
    #[error("the proxy {proxy} on the way to {host} asks for a user name and password ({why})")]
    Proxy {
        proxy: String,
        host: String,
        why: String,
    },
    /// When the disk, or the share of it that the user has, is full there.
    #[error("there is no room left at the destination: {why}")]
    Full { why: String },
    /// When the host, or the file system behind it, takes no file of that size.
    #[error("{path} is larger than the host accepts ({why})")]
    TooLarge { path: String, why: String },
    /// When the host refuses this one file for a reason of its own: its name, its type.
    #[error("the host refuses {path}: {why}")]
    Refused { path: String, why: String },
    /// When a file that albumen did not send has the name already.
    #[error("another file has the name {path}")]
    Exists { path: String },
    /// When a file that should be there is not.
    #[error("{path} is not there")]
    Gone { path: String },
    /// When the folder, bucket or share that the address names is not there.
    #[error("{what} is not there: {why}")]
    NoPlace { what: String, why: String },
    /// When the host answers that it is overloaded, starting or failing; another try may help.
    #[error("the host is busy or failing ({status})")]
    Busy {
        status: String,
        after: Option<Duration>,
    },
    /// When the connection ended, or went silent, in the middle of something.
    #[error("the connection broke: {why}")]
    Broken { why: String },
    /// When a file was read back after it was sent, and its bytes differ.
    #[error("{path} came back with other bytes than were sent")]
    Corrupted { path: String },
    /// When the answer is none that the protocol allows here.
    #[error("the host answered in a way albumen does not understand: {why}")]
    Strange { why: String },
    /// When the file to be sent is gone from the library, or its bytes have changed.
    #[error("{} in the library is no longer as it was imported: {why}", path.display())]
    Library { path: PathBuf, why: String },
    /// When this machine could not read or write a file of its own.
    #[error("could not {doing} {}", path.display())]
    Disk {
        doing: &'static str,
        path: PathBuf,
        source: io::Error,
    },
    /// When the host took the file and is still reading the facts in it.
    #[error("the host has not finished its own work on {path} yet")]
    Unfinished { path: String },
    /// When the user asked to stop.
    #[error("stopped by the user")]
    Stopped,
}

impl DestinationError {
    /// Returns whether another try may help.
    pub fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::Unreachable { .. }
                | Self::Busy { .. }
                | Self::Broken { .. }
                | Self::Corrupted { .. }
        )
    }

    /// Returns whether every other file would fail in the same way.
    pub fn ends_run(&self) -> bool {
        match self {
            Self::Unreachable { .. }
            | Self::Untrusted { .. }
            | Self::UnknownHost { .. }
            | Self::NoProgram { .. }
            | Self::WrongCredentials { .. }
            | Self::NoCredentials { .. }
            | Self::NoRight { .. }
            | Self::Proxy { .. }
            | Self::Full { .. }
            | Self::NoPlace { .. }
            | Self::Stopped => true,
            Self::Disk { source, .. } => is_full(source),
            _ => false,
        }
    }

    /// Returns how long the host asks to wait.
    pub fn wait(&self) -> Option<Duration> {
        match self {
            Self::Busy { after, .. } => *after,
            _ => None,
        }
    }

    /// Wraps an error of the local disk.
    pub fn disk(doing: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| match is_full(&source) {
            true => Self::Full {
                why: format!("could not {doing} {}: {source}", path.display()),
            },
            false => Self::Disk {
                doing,
                path,
                source,
            },
        }
    }
}

fn is_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
    )
}

/// Names the proxy on the way to a host, behind what is said of the host: an error may be the proxy's own.
pub(crate) fn through(proxy: Option<&str>) -> String {
    proxy.map_or_else(String::new, |proxy| format!(" (through the proxy {proxy})"))
}

/// Why nothing could be pushed at all.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say what the fields hold")]
pub enum PushError {
    /// When the library could not be opened, or another run is at work in it.
    #[error(transparent)]
    Library(#[from] LibraryError),
    /// When the catalog could not be read, or the journal in it could not be written.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// When the destination failed before the first file was sent.
    #[error(transparent)]
    Destination(#[from] DestinationError),
    /// When a file of this machine that the push needs could not be read.
    #[error("could not read {}", path.display())]
    Read { path: PathBuf, source: io::Error },
    /// When the library lies where nothing can be written.
    #[error("the library {} cannot be written, and a push keeps its journal there", path.display())]
    ReadOnly { path: PathBuf, source: io::Error },
    /// When an import was cut off before it had put every file in its place.
    #[error("the last import was interrupted, so the library is not consistent yet")]
    Unsettled,
    /// When the destination is a folder of the library.
    #[error("{place} is inside the library being pushed")]
    IntoItself { place: String },
    /// When a bag is asked for at a host of photos and videos.
    #[error("{place} keeps photos and videos and no files, so it can hold no bag")]
    NoFiles { place: String },
    /// When a bag is asked for in a folder that holds other files.
    #[error("{} holds files that are not of this bag: {example}", place)]
    NotABag { place: String, example: String },
    /// When a push without a bag goes to the payload of one.
    #[error("{place} is a bag, and its manifests would not list what is pushed beside its payload")]
    IsABag { place: String },
    /// When the destination still holds files of a push with another layout.
    #[error(
        "{place} was pushed to with --layout {before}, and {example} is still there: with --layout {wanted} only new files would lie that way"
    )]
    OtherLayout {
        place: String,
        before: String,
        wanted: String,
        example: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_from_an_error() {
        let busy = DestinationError::Busy {
            status: "503".into(),
            after: Some(Duration::from_secs(3)),
        };
        assert!(busy.is_passing() && !busy.ends_run());
        assert_eq!(busy.wait(), Some(Duration::from_secs(3)));
        let full = DestinationError::disk("write", "/x")(io::ErrorKind::StorageFull.into());
        assert!(matches!(full, DestinationError::Full { .. }) && full.ends_run());
        let refused = DestinationError::Refused {
            path: "a".into(),
            why: "no".into(),
        };
        assert!(!refused.is_passing() && !refused.ends_run());
    }
}
