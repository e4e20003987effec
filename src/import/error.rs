//! Why an import could not be done.

use model::amount::Bytes;
use std::path::PathBuf;

use archive::PartProblem;
use catalog::CatalogError;
use disk::safe_writer::WriteError;
use writer::library::LibraryError;
use writer::settle::SettleError;

/// Room that sidecars and lists may need when originals are in already; only for the message.
pub(super) const SETTLING_ROOM: u64 = 64 << 20;

/// Why an import could not be done. The library is valid all the same: what was stored stays, and the next run goes on.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// None of the paths is an archive that can be read.
    #[error("no archive could be read: {}", list_problems(problems))]
    NothingReadable {
        /// What is wrong with each.
        problems: Vec<PartProblem>,
    },
    /// No provider knows the archive.
    #[error("not an archive of a known service; its top level holds: {}", tops.join(", "))]
    UnknownService {
        /// Top folders and files seen, cleaned for showing.
        tops: Vec<String>,
        /// Providers that are known.
        known: Vec<&'static str>,
    },
    /// `--provider` names none of ours.
    #[error("there is no provider called {name:?}")]
    UnknownProvider {
        /// What was asked for.
        name: String,
        /// Providers that are known.
        known: Vec<&'static str>,
    },
    /// `--parts` is said of parts of several archives.
    #[error("--parts says how many parts one archive has, and these are several: {}", archives.join(", "))]
    SeveralArchives {
        /// Their names.
        archives: Vec<String>,
    },
    /// `--parts` names fewer parts than were given.
    #[error("--parts says that there {}, and {given} different ones were given", if *said == 1 { "is 1 part".to_owned() } else { format!("are {said} parts") })]
    MoreParts {
        /// How many there are, as stated by the user.
        said: u32,
        /// How many were given.
        given: usize,
    },
    /// `--home-timezone` names no zone.
    #[error("there is no time zone called {name:?}")]
    UnknownTimezone {
        /// What was asked for.
        name: String,
    },
    /// The library could not be opened, made or locked.
    #[error(transparent)]
    Library(#[from] LibraryError),
    /// The catalog could not be opened, read or written.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The disk is full.
    #[error("the disk is full: about {} more are needed at {}", Bytes(*needed_bytes), path.display())]
    DiskFull {
        /// What is still to be written.
        needed_bytes: u64,
        /// The library.
        path: PathBuf,
        /// What the system said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A file of the library could not be written.
    #[error(transparent)]
    Write(WriteError),
    /// The tree could not be brought into order.
    #[error(transparent)]
    Settle(SettleError),
    /// A newer albumen wrote a file of the library.
    #[error("{} is {why}", path.display())]
    NewerFile {
        /// The file.
        path: PathBuf,
        /// What its reader said.
        why: String,
    },
    /// A list could not be made.
    #[error("could not list the library")]
    List(#[from] writer::albums_file::ListError),
    /// A file of the library that should be read could not be.
    #[error("could not read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

impl From<SettleError> for ImportError {
    fn from(error: SettleError) -> Self {
        match error {
            SettleError::Write(error) => Self::Write(error),
            other => Self::Settle(other),
        }
    }
}

impl ImportError {
    /// Says how much room is needed, if the disk is full.
    pub(super) fn needing(self, needed_bytes: u64, library: &std::path::Path) -> Self {
        let source: Box<dyn std::error::Error + Send + Sync> = match self {
            Self::Write(source) | Self::Library(LibraryError::Write(source))
                if source.is_disk_full() =>
            {
                Box::new(source)
            }
            Self::Catalog(source) if source.is_disk_full() => Box::new(source),
            other => return other,
        };
        Self::DiskFull {
            needed_bytes,
            path: library.to_owned(),
            source,
        }
    }
}

fn list_problems(problems: &[PartProblem]) -> String {
    let all: Vec<String> = problems
        .iter()
        .map(|problem| format!("{}: {}", model::shown::shown(&problem.part), problem.what))
        .collect();
    all.join("; ")
}
