//! Hints about what the system refused: the right, the mount, the room and the disk are told apart. The other hints are in
//! `cli::hints`.

use std::error::Error;
use std::io::{self, ErrorKind};

use disk::safe_writer::WriteError;
use model::fault::Fault;

/// What to do where the disk itself failed. Nothing else suggests it.
pub const FAILING: &str =
    "the disk may be failing: copy the library to another one before anything else";
/// What to do about a file that belongs to somebody else.
pub const MAY_NOT_READ: &str = "you may not read that: run the command as its owner, or have the owner give you the right (`chmod -R a+rX` on the library \
     gives it to everybody)";

/// Returns what to do about one of the causes of an error.
pub fn for_cause(cause: &(dyn Error + 'static)) -> Option<&'static str> {
    if let Some(error) = cause.downcast_ref::<WriteError>() {
        return for_writing(&error.source);
    }
    let error = cause.downcast_ref::<io::Error>()?;
    match (Fault::of(error), error.kind()) {
        (Some(Fault::NoPermission), _) => Some(
            "you may not do that there: run the command as the owner, or choose a folder you may write to with --library DIR",
        ),
        (Some(fault), _) => Some(for_refused_writing(fault)),
        (None, ErrorKind::NotFound) => Some("check how the path is spelled"),
        _ => None,
    }
}

/// Returns what to do about a file that could not be read.
pub fn for_reading(error: &io::Error) -> Option<&'static str> {
    match Fault::of(error)? {
        Fault::NoPermission => Some(MAY_NOT_READ),
        Fault::DiskError => Some(FAILING),
        Fault::ReadOnly | Fault::NoRoom => None,
    }
}

/// Returns what to do about a file that could not be written.
pub fn for_writing(error: &io::Error) -> Option<&'static str> {
    Fault::of(error).map(for_refused_writing)
}

/// Returns what to do where the system refused a change.
pub fn for_refused_writing(fault: Fault) -> &'static str {
    match fault {
        Fault::NoPermission => {
            "you may not write there: run the command as the owner, or choose a folder you may write to with --library DIR"
        }
        Fault::ReadOnly => {
            "that disk is mounted read-only, or write-protected: mount it so that it can be written, or choose a folder you may \
             write to with --library DIR"
        }
        Fault::NoRoom => "make room on that disk, then repeat the command",
        Fault::DiskError => FAILING,
    }
}

/// Returns whether there was no room.
pub fn is_full(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::StorageFull | ErrorKind::QuotaExceeded)
}

/// Returns whether the user has no right, or nobody has.
pub fn is_refused(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem
    )
}
