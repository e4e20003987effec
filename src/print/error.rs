//! Why nothing was printed.

use std::io;
use std::path::PathBuf;

use catalog::CatalogError;

use super::report::LeftOut;

/// Why there is no PDF.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say what the fields hold")]
pub enum PrintError {
    /// When there is a file of that name: nothing is ever overwritten.
    #[error("{} already exists", .path.display())]
    Exists { path: PathBuf },
    /// When the choice holds no picture that may be printed.
    #[error(
        "there is no picture to print ({films} videos and {hidden} hidden or trashed ones were left out)"
    )]
    Nothing { films: u64, hidden: u64 },
    /// When not one of the pictures that were chosen could be decoded.
    #[error("none of {} pictures can be printed", .left_out.len())]
    NonePrintable { left_out: Vec<LeftOut> },
    /// When the catalog could not be read.
    #[error("could not read the catalog")]
    Catalog(#[source] CatalogError),
    /// When the PDF could not be written.
    #[error("could not write {}", .path.display())]
    Write { path: PathBuf, source: io::Error },
    /// When the user asked to stop.
    #[error("stopped; nothing was written")]
    Stopped,
}
