//! A folder on a server that files are fetched from, as archives are for an inbox. Nothing there is ever changed.

use model::amount::Count;
use std::fs::File;

use jiff::Timestamp;

use super::error::DestinationError;

/// A file in such a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileThere {
    /// Its path below the folder.
    pub name: String,
    /// Its size.
    pub size_bytes: Option<u64>,
    /// The host's mark of its state.
    pub tag: Option<String>,
    /// When it was last changed, by the host's clock.
    pub modified: Option<Timestamp>,
}

/// A folder on a server.
///
/// # Errors
/// Every method fails with what the host said.
pub trait RemoteFolder {
    /// Returns the files in the folder itself, not those in folders below.
    fn files(&self) -> Result<Vec<FileThere>, DestinationError>;

    /// Fetches what `to` does not hold yet of a file. `arrived` hears of every piece, and says whether to go on.
    fn fetch(
        &self,
        file: &FileThere,
        to: &mut File,
        arrived: &dyn Fn(u64) -> bool,
    ) -> Result<(), DestinationError>;
}

/// Returns how much of a file is there already.
///
/// # Errors
/// Fails if the disk does.
pub(super) fn held(to: &File) -> Result<u64, DestinationError> {
    let failed = DestinationError::disk("read", "the file that is fetched");
    to.metadata().map(|found| found.len()).map_err(failed)
}

/// Fails if what came is not as large as the host said.
///
/// # Errors
/// Fails if it is shorter or longer; what is too long is thrown away.
pub(super) fn is_whole(file: &FileThere, to: &File) -> Result<(), DestinationError> {
    let came = held(to)?;
    let why = match file.size_bytes {
        Some(size) if came < size => format!("{} of {} bytes came", Count(came), Count(size)),
        Some(size) if came > size => {
            let failed = DestinationError::disk("empty", "the file that is fetched");
            to.set_len(0).map_err(failed)?;
            format!(
                "{} bytes came, and {} were promised",
                Count(came),
                Count(size)
            )
        }
        _ => return Ok(()),
    };
    Err(DestinationError::Broken { why })
}
