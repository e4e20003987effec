//! What an address of SFTP leads to.

use std::sync::Arc;

use super::site::{Site, Wrong};
use super::{Login, Sftp};
use crate::Destination;
use crate::connection::Connection;
use crate::error::DestinationError;
use crate::remote_folder::RemoteFolder;
use crate::scheme::{AddressError, Scheme, SecretNames, Target};

/// Folders on servers that OpenSSH reaches. It has keys and agents of its own, so no secret is asked for.
pub static SCHEME: Scheme = Scheme {
    beginnings: &["sftp://"],
    example: "sftp://user@host/folder",
    secrets: SecretNames::NONE,
    parse: |written| match Site::parse(written.rest) {
        Ok(site) => Ok(Arc::new(site)),
        Err(Wrong::Secret) => Err(AddressError::Secret),
        Err(Wrong::Because(why)) => Err(written.wrong(why)),
    },
};

impl Target for Site {
    fn name(&self) -> String {
        Self::name(self)
    }

    fn open(&self, connection: &Connection) -> Result<Box<dyn Destination>, DestinationError> {
        Ok(Box::new(client(self, connection)))
    }

    fn remote_folder(
        &self,
        connection: &Connection,
    ) -> Result<Option<Box<dyn RemoteFolder>>, DestinationError> {
        Ok(Some(Box::new(client(self, connection))))
    }
}

fn client(site: &Site, connection: &Connection) -> Sftp {
    let login = Login {
        start: connection.ssh.clone(),
        site: site.clone(),
        settings: connection.ssh_config.clone(),
        silence: connection.patience.silence,
    };
    let patience = connection.patience.clone();
    Sftp::new(login, patience, connection.readers, &connection.machine)
}
