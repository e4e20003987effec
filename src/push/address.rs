//! Reads addresses of destinations. An address never holds a secret: one with a password in it is refused.

use std::path::PathBuf;

use reqwest::Url;

use super::Destination;
use super::error::DestinationError;
use super::folder::Folder;
use super::http::{Http, Patience};
use super::secret::Credentials;
use super::webdav::WebDav;
use super::zip::Zip;

/// Where to push.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// A folder.
    Folder(PathBuf),
    /// A zip file.
    Zip(PathBuf),
    /// A folder on a WebDAV server.
    WebDav(Url),
}

/// What is needed to reach a destination, beside its address.
pub struct Connection {
    /// Secrets.
    pub credentials: Credentials,
    /// Certificates that are trusted beside the system's.
    pub ca_file: Option<PathBuf>,
    /// A name for this machine and library, fit for file names: unfinished files there carry it.
    pub machine: String,
    /// How long one may wait.
    pub patience: Patience,
}

/// Why a text is no address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum AddressError {
    #[error("the address holds a password or key")]
    Secret,
    #[error("{scheme}:// is no kind of destination albumen knows")]
    UnknownScheme { scheme: String },
    #[error("{text} is not an address: {why}")]
    Wrong { text: String, why: String },
}

impl Address {
    /// Reads an address.
    ///
    /// # Errors
    /// Fails if it is none, or if a secret is in it. The error does not repeat the secret.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let wrong = |why: &str| AddressError::Wrong {
            text: text.to_owned(),
            why: why.to_owned(),
        };
        if let Some(file) = text.strip_prefix("zip:") {
            return match file {
                "" => Err(wrong("the name of the zip file is missing")),
                file => Ok(Self::Zip(file.into())),
            };
        }
        let Some((scheme, rest)) = text.split_once("://") else {
            return match text {
                "" => Err(wrong("it is empty")),
                path => Ok(Self::Folder(path.into())),
            };
        };
        no_secret(rest)?;
        if let Some(scheme @ ("http" | "https")) = scheme.strip_prefix("webdav+") {
            let url = Url::parse(&format!("{scheme}://{rest}"))
                .map_err(|error| wrong(&error.to_string()))?;
            if url.query().is_some() || url.fragment().is_some() {
                return Err(wrong("write ? as %3F and # as %23"));
            }
            return Ok(Self::WebDav(url));
        }
        Err(AddressError::UnknownScheme {
            scheme: scheme.to_owned(),
        })
    }

    /// Returns the name the journal knows the destination by.
    pub fn name(&self) -> String {
        let whole = |path: &PathBuf| {
            std::path::absolute(path)
                .unwrap_or_else(|_| path.clone())
                .display()
                .to_string()
        };
        match self {
            Self::Folder(path) => whole(path),
            Self::Zip(path) => format!("zip:{}", whole(path)),
            Self::WebDav(url) => format!("webdav+{}", url.as_str().trim_end_matches('/')),
        }
    }

    /// Returns the destination. Connects to nothing yet.
    ///
    /// # Errors
    /// Fails if no client can be made: an unreadable file of certificates, for example.
    pub fn open(&self, connection: &Connection) -> Result<Box<dyn Destination>, DestinationError> {
        Ok(match self {
            Self::Folder(path) => Box::new(Folder::new(path.clone())),
            Self::Zip(path) => Box::new(Zip::new(path.clone())),
            Self::WebDav(url) => {
                let http = connection.http(url)?;
                let credentials = &connection.credentials;
                Box::new(WebDav::new(
                    http,
                    url.clone(),
                    credentials,
                    &connection.machine,
                ))
            }
        })
    }
}

impl Connection {
    fn http(&self, url: &Url) -> Result<Http, DestinationError> {
        let host = match (url.host_str(), url.port()) {
            (Some(host), Some(port)) => format!("{host}:{port}"),
            (host, _) => host.unwrap_or_default().to_owned(),
        };
        Http::new(&host, self.ca_file.as_ref(), self.patience.clone())
    }
}

/// Refuses `user:password@host` and `user@host`: user names belong to the password's place.
fn no_secret(rest: &str) -> Result<(), AddressError> {
    let host = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    match host.contains('@') {
        true => Err(AddressError::Secret),
        false => Ok(()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_address_is_told_apart() {
        let folder = Address::parse("/media/disk/photos").unwrap();
        assert_eq!(folder, Address::Folder("/media/disk/photos".into()));
        assert_eq!(
            Address::parse("zip:a.zip").unwrap(),
            Address::Zip("a.zip".into())
        );
        let dav = Address::parse("webdav+https://cloud.example/remote.php/dav/files/anna/Photos/")
            .unwrap();
        assert_eq!(
            dav.name(),
            "webdav+https://cloud.example/remote.php/dav/files/anna/Photos"
        );
        for text in [
            "",
            "zip:",
            "webdav+http://",
            "webdav+http://h/a?b",
            "webdav+http://h/a#b",
        ] {
            assert!(
                matches!(Address::parse(text), Err(AddressError::Wrong { .. })),
                "{text}"
            );
        }
        for text in [
            "ftp://host/x",
            "webdav://host",
            "webdav+ftp://h",
            "http://host",
        ] {
            assert!(
                matches!(
                    Address::parse(text),
                    Err(AddressError::UnknownScheme { .. })
                ),
                "{text}"
            );
        }
    }

    #[test]
    fn an_address_with_a_secret_is_refused_and_not_repeated() {
        for text in [
            "webdav+https://anna:geheim@host/x",
            "webdav+https://geheim@host/x",
            "ftp://a:geheim@h",
        ] {
            let error = Address::parse(text).unwrap_err();
            assert_eq!(error, AddressError::Secret);
            assert!(!format!("{error} {error:?}").contains("geheim"));
        }
    }
}
