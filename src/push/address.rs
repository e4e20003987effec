//! Reads addresses of destinations. An address never holds a secret: one with a password in it is refused.

use std::fmt;
use std::sync::Arc;

use super::connection::Connection;
use super::error::DestinationError;
use super::remote_folder::RemoteFolder;
use super::scheme::{AddressError, Scheme, SecretNames, Store, Target, Written, no_secret};
use super::{Destination, SCHEMES};

/// Where to push.
#[derive(Clone)]
pub struct Address {
    scheme: &'static Scheme,
    target: Arc<dyn Target>,
}

/// Returns an address of each kind, to be shown to whoever writes another.
pub fn examples() -> Vec<&'static str> {
    SCHEMES.iter().map(|scheme| scheme.example).collect()
}

impl Address {
    /// Reads an address.
    ///
    /// # Errors
    /// Fails if it is none, or if a secret is in it. The error does not repeat the secret.
    pub fn parse(text: &str, store: &Store) -> Result<Self, AddressError> {
        let (scheme, beginning) = match kind_of(text) {
            Some(found) => found,
            None => (path_scheme(text)?, ""),
        };
        let target = (scheme.parse)(&Written {
            text,
            beginning,
            rest: &text[beginning.len()..],
            store,
        })?;
        Ok(Self { scheme, target })
    }

    /// Returns the name the journal knows the destination by.
    pub fn name(&self) -> String {
        self.target.name()
    }

    /// Returns the names under which secrets of such destinations are given.
    pub fn secrets(&self) -> SecretNames {
        self.scheme.secrets
    }

    /// Returns the destination. Connects to nothing yet.
    ///
    /// # Errors
    /// Fails if no client can be made: an unreadable file of certificates, for example.
    pub fn open(&self, connection: &Connection) -> Result<Box<dyn Destination>, DestinationError> {
        self.target.open(connection)
    }

    /// Returns the folder at the address, to fetch files from; none if it is of a kind that holds no archives. Connects to nothing yet.
    ///
    /// # Errors
    /// Fails if no client can be made.
    pub fn remote_folder(
        &self,
        connection: &Connection,
    ) -> Result<Option<Box<dyn RemoteFolder>>, DestinationError> {
        self.target.remote_folder(connection)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.target.fmt(out)
    }
}

impl PartialEq for Address {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

/// Returns the names of the variables that let in at a destination of this name.
pub fn variables(name: &str) -> Vec<&'static str> {
    let Some((scheme, _)) = kind_of(name) else {
        return Vec::new();
    };
    let names = [scheme.secrets.user, scheme.secrets.password];
    names.into_iter().filter(|name| !name.is_empty()).collect()
}

/// Returns the kind whose beginning an address has, and that beginning.
fn kind_of(text: &str) -> Option<(&'static Scheme, &'static str)> {
    SCHEMES.iter().find_map(|scheme| {
        let mut beginnings = scheme.beginnings.iter();
        let beginning = beginnings.find(|beginning| text.starts_with(**beginning))?;
        Some((*scheme, *beginning))
    })
}

/// Returns the kind of an address that has no known beginning: a path, if it has none at all.
fn path_scheme(text: &str) -> Result<&'static Scheme, AddressError> {
    if let Some((scheme, rest)) = text.split_once("://") {
        no_secret(rest)?;
        return Err(AddressError::UnknownScheme {
            scheme: scheme.to_owned(),
        });
    }
    let paths = SCHEMES.iter().find(|scheme| scheme.beginnings.is_empty());
    let none = || AddressError::Wrong {
        text: text.to_owned(),
        why: "it has no beginning that tells its kind".to_owned(),
    };
    paths.copied().ok_or_else(none)
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
        assert_eq!(folder.name(), "/media/disk/photos");
        let zip = parse("zip:/media/a.zip").unwrap();
        assert_eq!(zip.name(), "zip:/media/a.zip");
        assert_ne!(zip, parse("/media/a.zip").unwrap());
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
    fn every_kind_has_an_example_of_its_own_and_beginnings_that_no_other_kind_has() {
        for scheme in SCHEMES {
            let example = parse(scheme.example).unwrap();
            assert!(std::ptr::eq(example.scheme, *scheme), "{}", scheme.example);
            let known = match scheme.beginnings {
                [] => kind_of(scheme.example).is_none(),
                beginnings => beginnings
                    .iter()
                    .all(|one| kind_of(one).is_some_and(|(kind, _)| std::ptr::eq(kind, *scheme))),
            };
            assert!(known, "{}", scheme.example);
        }
        let paths = SCHEMES.iter().filter(|scheme| scheme.beginnings.is_empty());
        assert_eq!(paths.count(), 1);
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
