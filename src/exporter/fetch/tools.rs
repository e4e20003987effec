//! What one thread fetches with.

use std::cell::OnceCell;
use std::path::Path;
use std::time::Duration;

use reqwest::Client;
use tokio::runtime::Runtime;

use super::error::FetchError;
use net::client::client;
use net::proxy::Way;

/// What one thread fetches with: connections stay open from one part to the next.
pub(super) struct Tools {
    pub(super) runtime: Runtime,
    pub(super) client: Client,
}

/// How long a host may be silent.
const SILENCE: Duration = Duration::from_secs(120);

impl Tools {
    fn new(ca_file: Option<&Path>) -> Result<Self, FetchError> {
        let failed = |why| FetchError::Client { why };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| failed(error.to_string()))?;
        let certificates = match ca_file {
            Some(path) => {
                let pem = std::fs::read(path).map_err(FetchError::disk("read", path))?;
                Some((path, pem))
            }
            None => None,
        };
        Ok(Self {
            runtime,
            client: client(certificates, Some(SILENCE), Way::Environment).map_err(failed)?,
        })
    }
}

/// The tools of one thread, made when the first part needs them: what is there already needs none.
pub(super) type Kit = OnceCell<Tools>;

/// Returns the tools of a thread, made anew if there are none.
pub(super) fn tools<'a>(kit: &'a Kit, ca_file: Option<&Path>) -> Result<&'a Tools, FetchError> {
    match kit.get() {
        Some(tools) => Ok(tools),
        None => {
            let made = Tools::new(ca_file)?;
            Ok(kit.get_or_init(|| made))
        }
    }
}
