//! Reads addresses of destinations. An address never holds a secret: one with a password in it is refused.

use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use reqwest::Url;

use super::Destination;
use super::error::DestinationError;
use super::folder::Folder;
use super::http::{Http, Patience};
use super::immich::Immich;
use super::readers::Readers;
use super::remote_folder::RemoteFolder;
use super::s3::{Place, S3};
use super::secret::Credentials;
use super::sftp::{Login, Sftp, Site, Start, Wrong};
use super::webdav::{ORIGINALS, WebDav};
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
    /// A folder of originals of a PhotoPrism server.
    PhotoPrism(Url),
    /// Objects in an S3-compatible store.
    S3(Place),
    /// A folder on a server that OpenSSH reaches.
    Sftp(Site),
    /// An Immich server.
    Immich(Url),
}

/// Where an S3-compatible store is.
#[derive(Debug, Clone, Default)]
pub struct Store {
    /// Its address, if it is not Amazon's.
    pub endpoint: Option<String>,
    /// Its region.
    pub region: Option<String>,
}

/// What is needed to reach a destination, beside its address.
pub struct Connection {
    /// Secrets.
    pub credentials: Credentials,
    /// Certificates that are trusted beside the system's.
    pub ca_file: Option<PathBuf>,
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

/// An address of each kind, to be shown to whoever writes another.
pub const EXAMPLES: [&str; 7] = [
    "/media/disk/photos",
    "zip:FILE",
    "webdav+https://host/path",
    "s3://bucket/prefix",
    "sftp://user@host/folder",
    "immich+https://host",
    "photoprism+https://host",
];

impl Address {
    /// Returns the folder at the address, to fetch files from; none if it is of a kind that holds no archives. Connects to nothing yet.
    ///
    /// # Errors
    /// Fails if no client can be made.
    pub fn remote_folder(
        &self,
        connection: &Connection,
    ) -> Result<Option<Box<dyn RemoteFolder>>, DestinationError> {
        Ok(match self {
            Self::WebDav(url) => Some(Box::new(connection.webdav(url)?)),
            Self::Sftp(site) => Some(Box::new(connection.sftp(site))),
            Self::S3(place) => Some(Box::new(connection.s3(place)?)),
            Self::Folder(_) | Self::Zip(_) | Self::Immich(_) | Self::PhotoPrism(_) => None,
        })
    }

    /// Reads an address.
    ///
    /// # Errors
    /// Fails if it is none, or if a secret is in it. The error does not repeat the secret.
    pub fn parse(text: &str, store: &Store) -> Result<Self, AddressError> {
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
        if scheme == "sftp" {
            return match Site::parse(rest) {
                Ok(site) => Ok(Self::Sftp(site)),
                Err(Wrong::Secret) => Err(AddressError::Secret),
                Err(Wrong::Because(why)) => Err(wrong(&why)),
            };
        }
        no_secret(rest)?;
        if let Some((_, rest)) = store
            .endpoint
            .as_deref()
            .and_then(|text| text.split_once("://"))
        {
            no_secret(rest)?;
        }
        if let Some(scheme @ ("http" | "https")) = scheme.strip_prefix("webdav+") {
            let url = plain(scheme, rest, ESCAPE).map_err(|why| wrong(&why))?;
            return Ok(Self::WebDav(url));
        }
        if let Some(scheme @ ("http" | "https")) = scheme.strip_prefix("immich+") {
            let end = "it ends after the host, or the folder Immich is in";
            let mut url = plain(scheme, rest, end).map_err(|why| wrong(&why))?;
            let path = without_api(url.path()).to_owned();
            url.set_path(&path);
            return Ok(Self::Immich(url));
        }
        if let Some(scheme @ ("http" | "https")) = scheme.strip_prefix("photoprism+") {
            return plain(scheme, rest, ESCAPE)
                .and_then(originals)
                .map_err(|why| wrong(&why))
                .map(Self::PhotoPrism);
        }
        if scheme == "s3" {
            return place(rest, store).map_err(|why| wrong(&why)).map(Self::S3);
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
            Self::PhotoPrism(url) => format!("photoprism+{}", url.as_str().trim_end_matches('/')),
            Self::Immich(url) => format!("immich+{}", url.as_str().trim_end_matches('/')),
            Self::Sftp(site) => site.name(),
            Self::S3(place) => {
                let at = place.endpoint.as_ref();
                let at = at.map_or(String::new(), |url| {
                    format!(" at {}", url.as_str().trim_end_matches('/'))
                });
                format!(
                    "s3://{}/{}{at}",
                    place.bucket,
                    place.prefix.trim_end_matches('/')
                )
            }
        }
    }

    /// Returns the destination. Connects to nothing yet.
    ///
    /// # Errors
    /// Fails if no client can be made: an unreadable file of certificates, for example.
    pub fn open(&self, connection: &Connection) -> Result<Box<dyn Destination>, DestinationError> {
        Ok(match self {
            Self::Folder(path) => {
                let (readers, machine) = (connection.readers, &connection.machine);
                Box::new(Folder::new(path.clone(), readers, machine))
            }
            Self::Zip(path) => Box::new(Zip::new(path.clone(), connection.readers)),
            Self::S3(place) => Box::new(connection.s3(place)?),
            Self::Sftp(site) => Box::new(connection.sftp(site)),
            Self::Immich(url) => {
                let key = connection.credentials.password.clone();
                Box::new(Immich::new(connection.http(url)?, url, key))
            }
            Self::WebDav(url) => Box::new(connection.webdav(url)?),
            Self::PhotoPrism(url) => {
                let webdav = connection.webdav(url)?;
                Box::new(webdav.of_photoprism(&connection.credentials))
            }
        })
    }
}

/// What to do about a question or number sign in a path.
const ESCAPE: &str = "write ? as %3F and # as %23";

/// Reads an address that is a place and nothing more; `more` says what is wrong with one that is.
fn plain(scheme: &str, rest: &str, more: &str) -> Result<Url, String> {
    let url = Url::parse(&format!("{scheme}://{rest}")).map_err(|error| error.to_string())?;
    match url.query().is_some() || url.fragment().is_some() {
        true => Err(more.to_owned()),
        false => Ok(url),
    }
}

/// Returns the path of an Immich server without that of its API, which means the same server. However often it stands there: what
/// the journal calls a destination must lead there again.
fn without_api(path: &str) -> &str {
    let mut path = path.trim_end_matches('/');
    while let Some(before) = path.strip_suffix("/api") {
        path = before.trim_end_matches('/');
    }
    path
}

/// Returns the address of the originals of a PhotoPrism server, or of a folder in them.
fn originals(mut url: Url) -> Result<Url, String> {
    let path = url.path().trim_end_matches('/').to_owned();
    if path.ends_with("/import") || path.contains("/import/") {
        return Err(
            "PhotoPrism moves files out of import/, so that they could not be read back; leave it out, and they go to originals/"
                .to_owned(),
        );
    }
    let is_there = path.ends_with(ORIGINALS) || path.contains(&format!("{ORIGINALS}/"));
    if !is_there {
        url.set_path(&format!("{ORIGINALS}{path}"));
    }
    Ok(url)
}

impl Connection {
    pub(super) fn s3(&self, place: &Place) -> Result<S3, DestinationError> {
        let store = place.address();
        let store = store.map_err(|why| DestinationError::Strange { why })?;
        S3::new(
            self.http(&store)?,
            place.clone(),
            &self.credentials,
            self.clock.clone(),
        )
    }

    pub(super) fn sftp(&self, site: &Site) -> Sftp {
        let login = Login {
            start: self.ssh.clone(),
            site: site.clone(),
            settings: self.ssh_config.clone(),
            silence: self.patience.silence,
        };
        Sftp::new(login, self.patience.clone(), self.readers, &self.machine)
    }

    pub(super) fn webdav(&self, url: &Url) -> Result<WebDav, DestinationError> {
        let http = self.http(url)?;
        Ok(WebDav::new(
            http,
            url.clone(),
            &self.credentials,
            &self.machine,
        ))
    }

    fn http(&self, url: &Url) -> Result<Http, DestinationError> {
        let host = match (url.host_str(), url.port()) {
            (Some(host), Some(port)) => format!("{host}:{port}"),
            (host, _) => host.unwrap_or_default().to_owned(),
        };
        Http::new(&host, self.ca_file.as_ref(), self.patience.clone())
    }
}

fn place(rest: &str, store: &Store) -> Result<Place, String> {
    let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
    if bucket.len() < 3 {
        return Err("the name of a bucket has three characters or more".to_owned());
    }
    let prefix = prefix.trim_matches('/');
    if prefix.split('/').any(|part| matches!(part, "." | "..")) || prefix.contains("//") {
        return Err("a prefix has no empty parts, . and ..".to_owned());
    }
    let endpoint = match &store.endpoint {
        Some(text) => match Url::parse(text) {
            Ok(url) if matches!(url.scheme(), "http" | "https") => Some(url),
            _ => return Err("the endpoint is written like https://store.example".to_owned()),
        },
        None => None,
    };
    Ok(Place {
        bucket: bucket.to_owned(),
        prefix: if prefix.is_empty() {
            String::new()
        } else {
            format!("{prefix}/")
        },
        endpoint,
        region: store
            .region
            .clone()
            .unwrap_or_else(|| "us-east-1".to_owned()),
    })
}

/// Refuses `user:password@host` and `user@host`: user names belong to the password's place. What is read as an address counts,
/// too: it passes over slashes and blanks that a look at the text does not.
fn no_secret(rest: &str) -> Result<(), AddressError> {
    let host = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let read = Url::parse(&format!("https://{rest}"));
    let is_told = read.is_ok_and(|url| !url.username().is_empty() || url.password().is_some());
    match host.contains('@') || is_told {
        true => Err(AddressError::Secret),
        false => Ok(()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Address, AddressError> {
        Address::parse(text, &Store::default())
    }

    #[test]
    fn each_kind_of_address_is_told_apart() {
        let folder = parse("/media/disk/photos").unwrap();
        assert_eq!(folder, Address::Folder("/media/disk/photos".into()));
        assert_eq!(parse("zip:a.zip").unwrap(), Address::Zip("a.zip".into()));
        let dav = parse("webdav+https://cloud.example/remote.php/dav/files/anna/Photos/").unwrap();
        assert_eq!(
            dav.name(),
            "webdav+https://cloud.example/remote.php/dav/files/anna/Photos"
        );
        for text in [
            "https://photos.example",
            "https://photos.example/api/",
            "https://photos.example/api//api",
        ] {
            let immich = parse(&format!("immich+{text}")).unwrap();
            assert_eq!(immich.name(), "immich+https://photos.example");
        }
        for (text, expected) in [
            ("https://h", "https://h/originals"),
            ("https://h/a%20b/", "https://h/originals/a%20b"),
            ("https://h/p/originals/x", "https://h/p/originals/x"),
        ] {
            let prism = parse(&format!("photoprism+{text}")).unwrap();
            assert_eq!(prism.name(), format!("photoprism+{expected}"));
        }
        for text in [
            "",
            "photoprism+https://h/import",
            "photoprism+https://h/originals?x",
            "zip:",
            "webdav+http://",
            "webdav+http://h/a?b",
            "webdav+http://h/a#b",
            "sftp://h",
        ] {
            assert!(
                matches!(parse(text), Err(AddressError::Wrong { .. })),
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
                matches!(parse(text), Err(AddressError::UnknownScheme { .. })),
                "{text}"
            );
        }
    }

    #[test]
    fn there_is_an_example_of_every_kind() {
        let mut kinds = Vec::new();
        for example in EXAMPLES {
            let kind = match parse(example).unwrap() {
                Address::Folder(_) => 0,
                Address::Zip(_) => 1,
                Address::WebDav(_) => 2,
                Address::S3(_) => 3,
                Address::Sftp(_) => 4,
                Address::Immich(_) => 5,
                Address::PhotoPrism(_) => 6,
            };
            kinds.push(kind);
        }
        // Whoever adds a kind above adds an example: the match has no other arm.
        assert_eq!(kinds, [0, 1, 2, 3, 4, 5, 6]);
    }

    #[test]
    fn a_store_has_an_endpoint_and_a_prefix() {
        let store = Store {
            endpoint: Some("http://127.0.0.1:9000/".to_owned()),
            region: None,
        };
        let address = Address::parse("s3://photos/anna/2026/", &store).unwrap();
        assert_eq!(
            address.name(),
            "s3://photos/anna/2026 at http://127.0.0.1:9000"
        );
        let secret = Store {
            endpoint: Some("http://a:geheim@h".to_owned()),
            region: None,
        };
        assert_eq!(
            Address::parse("s3://photos", &secret),
            Err(AddressError::Secret)
        );
    }

    #[test]
    fn an_address_with_a_secret_is_refused_and_not_repeated() {
        for text in [
            "webdav+https://anna:geheim@host/x",
            "webdav+https://geheim@host/x",
            "sftp://anna:geheim@host/x",
            "ftp://a:geheim@h",
            "webdav+https:////anna:geheim@host/x",
            "webdav+https://\\anna:geheim@host/x",
            "webdav+https://\tanna:geheim@host/x",
        ] {
            let error = parse(text).unwrap_err();
            assert_eq!(error, AddressError::Secret);
            assert!(!format!("{error} {error:?}").contains("geheim"));
        }
    }
}
