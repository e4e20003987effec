//! Where a failure happened: the part, the entry and the path its error names, for the line of `--json`.
//!
//! Errors of the rooms carry their places in fields of their own. A transparent error is not in the chain of causes, so the chain
//! cannot be searched for them: each kind is looked into by name.

use std::path::Path;

use super::error::CliError;
use ::sync::SyncError;
use catalog::CatalogError;
use fetch::{FetchError, MemoriesError};
use gallery::GalleryError;
use import::{ImportError, UndoError};
use print::PrintError;
use push::{DestinationError, PushError};
use verify::VerifyError;
use writer::library::LibraryError;
use writer::settle::SettleError;

/// Where something failed, as far as the error says it.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place<'a> {
    /// File name of a part.
    pub(super) part: Option<&'a str>,
    /// Name of an entry in it.
    pub(super) entry: Option<&'a str>,
    /// File or folder on this machine, or at the destination.
    pub(super) path: Option<&'a Path>,
}

impl<'a> From<&'a Path> for Place<'a> {
    fn from(path: &'a Path) -> Self {
        Self {
            path: Some(path),
            ..Self::default()
        }
    }
}

impl<'a> Place<'a> {
    /// Returns the place that an error names, the narrowest if it names several.
    pub(super) fn of(error: &'a CliError) -> Self {
        let (narrow, wide) = look(error);
        match narrow {
            Self {
                part: None,
                path: None,
                ..
            } => wide.map(Self::from).unwrap_or_default(),
            narrow => narrow,
        }
    }
}

/// Returns where it happened, and in which folder the command was at work.
fn look(error: &CliError) -> (Place<'_>, Option<&Path>) {
    match error {
        CliError::Import { library, source } | CliError::Rebuild { library, source } => {
            (of_import(source), Some(library))
        }
        CliError::Undo {
            library, source, ..
        } => (of_undo(source), Some(library)),
        CliError::Verify { library, source } => (of_verify(source), Some(library)),
        CliError::Gallery { library, source } => (of_gallery(source), Some(library)),
        CliError::Catalog { library, source } => (of_catalog(source), Some(library)),
        CliError::Library(source) => (of_library(source), None),
        CliError::Print(source) => (of_print(source), None),
        CliError::Push { source, .. } | CliError::ReadBack { source, .. } => {
            (of_push(source), None)
        }
        CliError::PushStopped { source, .. } | CliError::RemoteInbox { source, .. } => {
            (of_destination(source), None)
        }
        CliError::Sync(source) => (of_sync(source), None),
        CliError::Fetch(source) => (of_fetch(source), None),
        CliError::Memories(source) => (of_memories(source), None),
        CliError::NotADemo { path }
        | CliError::Sample { path, .. }
        | CliError::LogFile { path, .. }
        | CliError::Page { path, .. }
        | CliError::OrderList { path, .. }
        | CliError::ConfigFile { path, .. }
        | CliError::Config { path, .. }
        | CliError::NoConfig { path }
        | CliError::SecretFile { path, .. }
        | CliError::OpenSecretFile { path, .. }
        | CliError::OpenConfig { path, .. }
        | CliError::Selftest { folder: path, .. }
        | CliError::Manual { folder: path, .. } => (Place::default(), Some(path)),
        _ => (Place::default(), None),
    }
}

fn of_import(error: &ImportError) -> Place<'_> {
    match error {
        // Several parts have a line each.
        ImportError::NothingReadable { problems } => match &problems[..] {
            [problem] => Place {
                part: Some(&problem.part),
                ..Place::default()
            },
            _ => Place::default(),
        },
        ImportError::Library(error) => of_library(error),
        ImportError::Catalog(error) => of_catalog(error),
        ImportError::Write(error) => Place::from(error.path.as_path()),
        ImportError::Settle(SettleError::Write(error)) => Place::from(error.path.as_path()),
        ImportError::Settle(SettleError::Read { path, .. })
        | ImportError::DiskFull { path, .. }
        | ImportError::NewerFile { path, .. }
        | ImportError::Read { path, .. } => Place::from(path.as_path()),
        _ => Place::default(),
    }
}

fn of_undo(error: &UndoError) -> Place<'_> {
    match error {
        UndoError::Import(error) => of_import(error),
        _ => Place::default(),
    }
}

fn of_verify(error: &VerifyError) -> Place<'_> {
    match error {
        VerifyError::Library(error) => of_library(error),
        VerifyError::Catalog(error) => of_catalog(error),
    }
}

fn of_gallery(error: &GalleryError) -> Place<'_> {
    match error {
        GalleryError::Library(error) => of_library(error),
        GalleryError::Catalog(error) => of_catalog(error),
        GalleryError::Write(error) => Place::from(error.path.as_path()),
        GalleryError::Read { path, .. }
        | GalleryError::NotEmpty { path }
        | GalleryError::InLibrary { path } => Place::from(path.as_path()),
        GalleryError::Json(_) => Place::default(),
    }
}

fn of_print(error: &PrintError) -> Place<'_> {
    match error {
        PrintError::Exists { path } | PrintError::Write { path, .. } => Place::from(path.as_path()),
        PrintError::Catalog(error) => of_catalog(error),
        PrintError::Nothing { .. } | PrintError::NonePrintable { .. } | PrintError::Stopped => {
            Place::default()
        }
    }
}

fn of_push(error: &PushError) -> Place<'_> {
    match error {
        PushError::Library(error) => of_library(error),
        PushError::Catalog(error) => of_catalog(error),
        PushError::Destination(error) => of_destination(error),
        PushError::Read { path, .. } | PushError::ReadOnly { path, .. } => {
            Place::from(path.as_path())
        }
        PushError::IntoItself { place }
        | PushError::NoFiles { place }
        | PushError::IsABag { place }
        | PushError::OtherLayout { place, .. }
        | PushError::NotABag { place, .. } => Place::from(Path::new(place)),
        PushError::Unsettled => Place::default(),
    }
}

fn of_destination(error: &DestinationError) -> Place<'_> {
    match error {
        DestinationError::TooLarge { path, .. }
        | DestinationError::Refused { path, .. }
        | DestinationError::Exists { path }
        | DestinationError::Gone { path }
        | DestinationError::Corrupted { path } => Place::from(Path::new(path)),
        DestinationError::Library { path, .. } | DestinationError::Disk { path, .. } => {
            Place::from(path.as_path())
        }
        _ => Place::default(),
    }
}

fn of_sync(error: &SyncError) -> Place<'_> {
    match error {
        SyncError::Library(error) => of_library(error),
        SyncError::State { library: path, .. }
        | SyncError::NoLibrary { path, .. }
        | SyncError::AnotherLibrary { path }
        | SyncError::Remember { path, .. } => Place::from(path.as_path()),
    }
}

fn of_fetch(error: &FetchError) -> Place<'_> {
    match error {
        FetchError::NoSpace { folder: path, .. }
        | FetchError::Locked { path }
        | FetchError::Disk { path, .. } => Place::from(path.as_path()),
        _ => Place::default(),
    }
}

fn of_memories(error: &MemoriesError) -> Place<'_> {
    match error {
        MemoriesError::Part { part, .. } => Place {
            part: Some(part),
            ..Place::default()
        },
        MemoriesError::List { part, entry, .. } => Place {
            part: Some(part),
            entry: Some(entry),
            path: None,
        },
        MemoriesError::NoList { .. } => Place::default(),
    }
}

fn of_library(error: &LibraryError) -> Place<'_> {
    Place::from(match error {
        LibraryError::NotALibrary { path }
        | LibraryError::AlreadyALibrary { path }
        | LibraryError::NotAFolder { path }
        | LibraryError::NewerFormat { path, .. }
        | LibraryError::UnknownFormat { path, .. }
        | LibraryError::Locked { path, .. }
        | LibraryError::ReadOnly { path, .. }
        | LibraryError::Unreadable { path, .. } => path.as_path(),
        LibraryError::Write(error) => error.path.as_path(),
    })
}

fn of_catalog(error: &CatalogError) -> Place<'_> {
    match error {
        CatalogError::Gone { path }
        | CatalogError::Unreadable { path, .. }
        | CatalogError::InUse { path }
        | CatalogError::NoRoom { path, .. }
        | CatalogError::Copy { path, .. }
        | CatalogError::Outdated { path }
        | CatalogError::Sqlite { path, .. }
        | CatalogError::Commit { path, .. }
        | CatalogError::Newer { path, .. }
        | CatalogError::Altered { path, .. }
        | CatalogError::Foreign { path, .. }
        | CatalogError::Rotten { path, .. }
        | CatalogError::Condemned { path }
        | CatalogError::NotAFile { path } => Place::from(path.as_path()),
        _ => Place::default(),
    }
}
