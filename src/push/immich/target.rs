//! Addresses of Immich servers: `immich+https://host`.

use std::sync::Arc;

use reqwest::Url;

use super::Immich;
use crate::Destination;
use crate::connection::Connection;
use crate::error::DestinationError;
use crate::scheme::{Scheme, SecretNames, Target};

/// Immich servers.
pub static SCHEME: Scheme = Scheme {
    beginnings: &["immich+https://", "immich+http://"],
    example: "immich+https://host",
    secrets: SecretNames {
        user: "",
        password: "ALBUMEN_IMMICH_KEY",
        token: "",
    },
    parse: |written| {
        let mut url = written.url("it ends after the host, or the folder Immich is in")?;
        let path = without_api(url.path()).to_owned();
        url.set_path(&path);
        Ok(Arc::new(ImmichAt(url)))
    },
};

/// The address of a server.
#[derive(Debug)]
struct ImmichAt(Url);

impl Target for ImmichAt {
    fn name(&self) -> String {
        format!("immich+{}", self.0.as_str().trim_end_matches('/'))
    }

    fn open(&self, connection: &Connection) -> Result<Box<dyn Destination>, DestinationError> {
        let key = connection.credentials.password.clone();
        Ok(Box::new(Immich::new(
            connection.http(&self.0)?,
            &self.0,
            key,
        )))
    }
}

/// Returns the path of a server without that of its API, which means the same server. However often it stands there: what the journal
/// calls a destination must lead there again.
fn without_api(path: &str) -> &str {
    let mut path = path.trim_end_matches('/');
    while let Some(before) = path.strip_suffix("/api") {
        path = before.trim_end_matches('/');
    }
    path
}
