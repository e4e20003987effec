//! What a command can fail with.

use std::io;
use std::path::PathBuf;

use super::exit::Exit;
use ::sync::SyncError;
use catalog::CatalogError;
use config::ConfigError;
use fetch::{FetchError, LinkError, ListError, MemoriesError};
use gallery::GalleryError;
use import::{ImportError, UndoError};
use print::PrintError;
use provider::title_of;
use push::scheme::AddressError;
use push::{DestinationError, PushError};
use verify::VerifyError;
use writer::library::LibraryError;

/// Why a command could not be carried out. What to do about it is said by `cli::hints`.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum CliError {
    #[error("no library was named, and there is no home folder to look for one")]
    NoHome,
    #[error("{} exists and is not an albumen library", .path.display())]
    NotADemo { path: PathBuf },
    #[error("could not compose the sample archive in {}", .path.display())]
    Sample { path: PathBuf, source: io::Error },
    #[error("could not make a folder to test in {}", .folder.display())]
    Selftest { folder: PathBuf, source: io::Error },
    #[error("could not write the output")]
    Output(#[source] io::Error),
    #[error("could not listen for Ctrl-C")]
    Signals(#[source] ctrlc::Error),
    #[error("could not listen for the signal that ends the process")]
    Ending(#[source] io::Error),
    #[error("could not import into {}", .library.display())]
    Import {
        library: PathBuf,
        source: ImportError,
    },
    #[error("could not rebuild the catalog of {}", .library.display())]
    Rebuild {
        library: PathBuf,
        source: ImportError,
    },
    #[error("could not undo run {run} in {}", .library.display())]
    Undo {
        library: PathBuf,
        run: i64,
        source: UndoError,
    },
    #[error("could not verify {}", .library.display())]
    Verify {
        library: PathBuf,
        source: VerifyError,
    },
    #[error("could not write the gallery of {}", .library.display())]
    Gallery {
        library: PathBuf,
        source: GalleryError,
    },
    #[error("the library knows no account {account:?}; it knows: {}", .known.join(", "))]
    NoAccount { account: String, known: Vec<String> },
    #[error("there is an account {account:?} of {}", titles(.providers).join(" and one of "))]
    SeveralAccounts {
        account: String,
        providers: Vec<String>,
    },
    #[error("could not write manual pages into {}", .folder.display())]
    Manual { folder: PathBuf, source: io::Error },
    #[error("could not write the log {}", .path.display())]
    LogFile { path: PathBuf, source: io::Error },
    #[error("could not write the page {}", .path.display())]
    Page { path: PathBuf, source: io::Error },
    #[error("wrong arguments of {command}: {why}")]
    Usage { command: &'static str, why: String },
    #[error("{} is no path, name or hash of a photo or video in {}", quoted(.asked), .library.display())]
    NotOfLibrary {
        library: PathBuf,
        asked: Vec<String>,
    },
    #[error("{asked:?} is the name of {}", .paths.join(", "))]
    SeveralFiles { asked: String, paths: Vec<String> },
    #[error("the library in {} has no gallery yet", .library.display())]
    NoGallery { library: PathBuf },
    #[error("there is no program that opens {}", .file.display())]
    NoViewer { file: PathBuf },
    #[error("{} could not open {}", .program.display(), .file.display())]
    Viewer {
        program: PathBuf,
        file: PathBuf,
        source: io::Error,
    },
    #[error("line {number} of {} is no path of anything: {path:?}", .list.display())]
    ListedPath {
        list: PathBuf,
        number: usize,
        path: String,
    },
    #[error("could not keep what comes on standard input in {}", .folder.display())]
    Pipe { folder: PathBuf, source: io::Error },
    #[error("could not read {}", .path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("could not print")]
    Print(#[source] PrintError),
    #[error("could not write the list {}", .path.display())]
    OrderList { path: PathBuf, source: io::Error },
    #[error("invalid destination")]
    Address(#[source] AddressError),
    #[error("could not push to {destination}")]
    Push {
        destination: String,
        source: PushError,
    },
    #[error("could not use the configuration {}", .path.display())]
    ConfigFile { path: PathBuf, source: io::Error },
    #[error("there is a configuration already: {}", .path.display())]
    ConfigExists { path: PathBuf },
    #[error("the configuration {} has an error", .path.display())]
    Config { path: PathBuf, source: ConfigError },
    #[error("there is no configuration: {} is not there", .path.display())]
    NoConfig { path: PathBuf },
    #[error(transparent)]
    Sync(SyncError),
    #[error("could not fetch from the inbox {inbox}")]
    RemoteInbox {
        inbox: String,
        source: DestinationError,
    },
    #[error("{inbox} cannot be an inbox: archives are fetched from WebDAV, S3 and SFTP")]
    NoRemoteInbox { inbox: String },
    #[error("the schedule could not be managed: could not {doing}")]
    Schedule {
        doing: &'static str,
        source: io::Error,
    },
    #[error("wrong layout of a destination: {why}")]
    Layout { why: String },
    #[error("could not fetch")]
    Fetch(#[source] FetchError),
    #[error("could not read which memories to fetch")]
    Memories(#[source] MemoriesError),
    #[error("{what} is not a list of addresses")]
    FetchList { what: String, source: ListError },
    #[error("address {number} cannot be used")]
    FetchAddress { number: usize, source: LinkError },
    #[error("could not read secrets from {}", .path.display())]
    SecretFile { path: PathBuf, source: io::Error },
    #[error("other users may read {} (mode {mode:o})", .path.display())]
    OpenSecretFile { path: PathBuf, mode: u32 },
    #[error("other users may write to {} (mode {mode:o}), and it names a command", .path.display())]
    OpenConfig { path: PathBuf, mode: u32 },
    #[error("the command that gives the secrets failed")]
    SecretCommand,
    #[error("could not read {destination} back")]
    ReadBack {
        destination: String,
        source: PushError,
    },
    #[error("the push to {destination} stopped early; what is listed above as there is there")]
    PushStopped {
        destination: String,
        source: DestinationError,
    },
    #[error(transparent)]
    Library(LibraryError),
    #[error("could not read the library in {}", .library.display())]
    Catalog {
        library: PathBuf,
        source: CatalogError,
    },
}

/// Returns the names people know services by.
fn titles(providers: &[String]) -> Vec<&str> {
    providers.iter().map(|name| title_of(name)).collect()
}

/// Returns what was typed, in quotation marks.
fn quoted(asked: &[String]) -> String {
    let quoted: Vec<String> = asked.iter().map(|one| format!("{one:?}")).collect();
    quoted.join(", ")
}

impl CliError {
    /// Returns the exit code the error ends the process with.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Print(PrintError::Stopped) => Exit::Interrupted,
            Self::NoHome
            | Self::Usage { .. }
            | Self::ListedPath { .. }
            | Self::NoAccount { .. }
            | Self::SeveralAccounts { .. }
            | Self::Address(_)
            | Self::Config { .. }
            | Self::NoConfig { .. }
            | Self::FetchList { .. }
            | Self::FetchAddress { .. } => Exit::Usage,
            _ => Exit::Failed,
        }
    }
}
