//! Why nothing was printed.

use std::io;
use std::path::PathBuf;

use catalog::CatalogError;

use super::report::LeftOut;

/// Why there is no PDF.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum PrintError {
    #[error("{} already exists", .path.display())]
    Exists { path: PathBuf },
    #[error(
        "there is no picture to print ({films} videos and {hidden} hidden or trashed ones were left out)"
    )]
    Nothing { films: u64, hidden: u64 },
    #[error("none of {} pictures can be printed", .left_out.len())]
    NonePrintable { left_out: Vec<LeftOut> },
    #[error("could not read the catalog")]
    Catalog(#[source] CatalogError),
    #[error("could not write {}", .path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error("stopped; nothing was written")]
    Stopped,
}
