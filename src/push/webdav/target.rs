//! Addresses of WebDAV folders: `webdav+https://host/path`.

use std::sync::Arc;

use reqwest::Url;

use super::WebDav;
use crate::Destination;
use crate::connection::Connection;
use crate::error::DestinationError;
use crate::remote_folder::RemoteFolder;
use crate::scheme::{ESCAPE, Scheme, SecretNames, Target};

/// Folders on WebDAV servers.
pub static SCHEME: Scheme = Scheme {
    beginnings: &["webdav+https://", "webdav+http://"],
    example: "webdav+https://host/path",
    secrets: SECRETS,
    parse: |written| Ok(Arc::new(WebDavAt(written.url(ESCAPE)?))),
};

/// Names of the secrets of whatever is reached by WebDAV.
pub(super) const SECRETS: SecretNames = SecretNames {
    user: "ALBUMEN_WEBDAV_USER",
    password: "ALBUMEN_WEBDAV_PASSWORD",
    token: "",
};

/// The address of a folder.
#[derive(Debug)]
struct WebDavAt(Url);

impl Target for WebDavAt {
    fn name(&self) -> String {
        format!("webdav+{}", self.0.as_str().trim_end_matches('/'))
    }

    fn open(&self, connection: &Connection) -> Result<Box<dyn Destination>, DestinationError> {
        Ok(Box::new(client(&self.0, connection)?))
    }

    fn remote_folder(
        &self,
        connection: &Connection,
    ) -> Result<Option<Box<dyn RemoteFolder>>, DestinationError> {
        Ok(Some(Box::new(client(&self.0, connection)?)))
    }
}

/// Returns the client for a folder.
pub(super) fn client(url: &Url, connection: &Connection) -> Result<WebDav, DestinationError> {
    let http = connection.http(url)?;
    let (credentials, machine) = (&connection.credentials, &connection.machine);
    Ok(WebDav::new(http, url.clone(), credentials, machine))
}
