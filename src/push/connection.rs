//! What is needed to reach a destination, beside its address.

use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use reqwest::Url;

use super::error::DestinationError;
use super::http::{Http, Patience};
use super::readers::Readers;
use super::secret::Credentials;
use super::sftp::Start;
use net::proxy::{Route, Way};

/// What the command line knows and a destination asks for.
pub struct Connection {
    /// Secrets.
    pub credentials: Credentials,
    /// Certificates that are trusted beside the system's.
    pub ca_file: Option<PathBuf>,
    /// Whether proxies are used.
    pub way: Way,
    /// Settings of OpenSSH, where they are not the user's own.
    pub ssh_config: Option<PathBuf>,
    /// Starts OpenSSH.
    pub ssh: Start,
    /// A name for this machine and library, fit for file names: unfinished files there carry it.
    pub machine: String,
    /// Who may read what is written to a folder or zip.
    pub readers: Readers,
    /// How long one may wait.
    pub patience: Patience,
    /// Tells the time.
    pub clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
}

impl Connection {
    /// Returns a client for the host of an address.
    ///
    /// # Errors
    /// Fails if the file of certificates cannot be used.
    pub(crate) fn http(&self, url: &Url) -> Result<Http, DestinationError> {
        let host = match (url.host_str(), url.port()) {
            (Some(host), Some(port)) => format!("{host}:{port}"),
            (host, _) => host.unwrap_or_default().to_owned(),
        };
        let route = Route::to(url.as_str(), self.way);
        Http::new(&host, self.ca_file.as_ref(), self.patience.clone(), route)
    }
}
