//! Hints about what the system refused: the right, the mount, the room and the disk are told apart. The other hints are in
//! `cli::hints`.

use std::error::Error;
use std::io::{self, ErrorKind};

use disk::safe_writer::{StepKind, WriteError};
use model::fault::Fault;

/// What to do where the disk itself failed. Nothing else suggests it.
pub const FAILING: &str =
    "the disk may be failing: copy the library to another one before anything else";
/// What to do about a file that belongs to somebody else.
pub const MAY_NOT_READ: &str = "you may not read that: run the command as its owner, or have the owner give you the right (`chmod -R a+rX` on the library \
     gives it to everybody)";

/// What to do about a file that another program has open.
pub const IN_USE: &str = "another program has that file open: close it there, then repeat the command; it continues where it stopped";
/// What to do where Windows refused to replace or remove a file: it refuses so for want of a right, and for a file that is open.
const OPEN_OR_NO_RIGHT: &str = "if that file is open in another program (a viewer, an office program, a virus scanner), close it there and repeat \
     the command, which continues where it stopped; if it is not, check that you may change the file";

/// Returns what to do about one of the causes of an error.
pub fn for_cause(cause: &(dyn Error + 'static)) -> Option<&'static str> {
    if let Some(error) = cause.downcast_ref::<WriteError>() {
        return for_write_error(error);
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
        Fault::InUse => Some(IN_USE),
        Fault::ReadOnly | Fault::NoRoom => None,
    }
}

/// Returns what to do about a step of writing that failed. The error itself names the file.
pub fn for_write_error(error: &WriteError) -> Option<&'static str> {
    Fault::of(&error.source).map(|fault| for_step(error.kind, fault, cfg!(windows)))
}

fn for_step(kind: StepKind, fault: Fault, on_windows: bool) -> &'static str {
    let replaces = matches!(kind, StepKind::Rename | StepKind::Remove);
    match fault {
        Fault::NoPermission if replaces && on_windows => OPEN_OR_NO_RIGHT,
        fault => for_refused_writing(fault),
    }
}

/// Returns what to do about a file that could not be written.
pub fn for_writing(error: &io::Error) -> Option<&'static str> {
    Fault::of(error).map(for_refused_writing)
}

/// Returns what to do where the system refused a change.
pub fn for_refused_writing(fault: Fault) -> &'static str {
    match fault {
        Fault::InUse => IN_USE,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_refuses_an_open_file_as_it_refuses_a_stranger_so_both_are_said() {
        for (kind, fault, on_windows, said) in [
            (
                StepKind::Rename,
                Fault::NoPermission,
                true,
                "close it there",
            ),
            (
                StepKind::Remove,
                Fault::NoPermission,
                true,
                "close it there",
            ),
            (StepKind::Create, Fault::NoPermission, true, "as the owner"),
            (StepKind::Rename, Fault::NoPermission, false, "as the owner"),
            (StepKind::Write, Fault::InUse, true, "another program has"),
        ] {
            let hint = for_step(kind, fault, on_windows);
            assert!(hint.contains(said), "{kind:?} {fault:?}: {hint}");
        }
    }
}
