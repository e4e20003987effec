//! What a kind of destination is to the rest of the program: how its addresses are written, which secrets it asks for, and what an
//! address of it leads to.
//!
//! Each kind has one [`Scheme`] beside its own code, and [`SCHEMES`](crate::SCHEMES) lists them all. Help, hints and the command line
//! read that list: whoever adds a destination adds its folder and one line there.

use std::fmt::Debug;
use std::sync::Arc;

use reqwest::Url;

use super::Destination;
use super::connection::Connection;
use super::error::DestinationError;
use super::remote_folder::RemoteFolder;

/// What to do about a question or number sign in a path.
pub const ESCAPE: &str = "write ? as %3F and # as %23";

/// A kind of destination.
#[derive(Debug)]
pub struct Scheme {
    /// What its addresses begin with, in every spelling. The kind without one takes whatever has no beginning: paths of folders.
    pub beginnings: &'static [&'static str],
    /// An address, to be shown to whoever writes another.
    pub example: &'static str,
    /// Names under which its secrets are given.
    pub secrets: SecretNames,
    /// Reads an address that has one of the beginnings.
    pub parse: fn(&Written<'_>) -> Result<Arc<dyn Target>, AddressError>,
}

/// Names under which secrets are given: in the environment, in a private file, or by a command. Empty where none is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecretNames {
    /// Who logs in.
    pub user: &'static str,
    /// Password, or the secret half of a key.
    pub password: &'static str,
    /// What makes a key one of a session.
    pub token: &'static str,
}

impl SecretNames {
    /// Nothing is asked for.
    pub const NONE: Self = Self {
        user: "",
        password: "",
        token: "",
    };
}

/// Where an S3-compatible store is: the only address that does not say it by itself.
#[derive(Debug, Clone, Default)]
pub struct Store {
    /// Its address, if it is not Amazon's.
    pub endpoint: Option<String>,
    /// Its region.
    pub region: Option<String>,
}

/// The place an address leads to. Nothing is connected to before it is opened.
pub trait Target: Debug + Send + Sync {
    /// Returns the address in one spelling: the name that the journal knows the destination by.
    fn name(&self) -> String;

    /// Returns the destination.
    ///
    /// # Errors
    /// Fails if no client can be made: an unreadable file of certificates, for example.
    fn open(&self, connection: &Connection) -> Result<Box<dyn Destination>, DestinationError>;

    /// Returns the folder, to fetch files from; `None` if places of this kind hold no archives.
    ///
    /// # Errors
    /// Fails as [`Target::open`] does.
    fn remote_folder(
        &self,
        connection: &Connection,
    ) -> Result<Option<Box<dyn RemoteFolder>>, DestinationError> {
        let _ = connection;
        Ok(None)
    }
}

/// Why a text is no address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say what the fields hold")]
pub enum AddressError {
    /// When a password, key or user name stands in an address where it would be seen in lists of processes.
    #[error("the address holds a password or key")]
    Secret,
    /// When no kind of destination has this scheme.
    #[error("{scheme}:// is not a kind of destination that albumen knows")]
    UnknownScheme { scheme: String },
    /// When the scheme is known, and the rest is not what it needs.
    #[error("{text} is not an address: {why}")]
    Wrong { text: String, why: String },
}

/// An address as somebody wrote it.
#[derive(Debug, Clone, Copy)]
pub struct Written<'a> {
    /// All of it.
    pub text: &'a str,
    /// The beginning that told its kind.
    pub beginning: &'a str,
    /// What stands behind the beginning.
    pub rest: &'a str,
    /// What is known of an S3-compatible store.
    pub store: &'a Store,
}

impl Written<'_> {
    /// Returns the error that says why this is no address.
    pub fn wrong(&self, why: impl Into<String>) -> AddressError {
        AddressError::Wrong {
            text: self.text.to_owned(),
            why: why.into(),
        }
    }

    /// Reads the address of a place on the web, behind a beginning such as `webdav+https://`. `more` says what is wrong with one that
    /// asks for something there.
    ///
    /// # Errors
    /// Fails if it is none, or if a secret is in it.
    pub fn url(&self, more: &str) -> Result<Url, AddressError> {
        no_secret(self.rest)?;
        let web = self.beginning.rsplit('+').next().unwrap_or_default();
        let url = Url::parse(&format!("{web}{}", self.rest));
        let url = url.map_err(|error| self.wrong(error.to_string()))?;
        match url.query().is_some() || url.fragment().is_some() {
            true => Err(self.wrong(more)),
            false => Ok(url),
        }
    }
}

/// Refuses `user:password@host` and `user@host`: user names belong to the password's place. What is read as an address counts,
/// too: it passes over slashes and blanks that a look at the text does not.
///
/// # Errors
/// Fails if there is a secret. The error does not repeat it.
pub fn no_secret(rest: &str) -> Result<(), AddressError> {
    let host = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let read = Url::parse(&format!("https://{rest}"));
    let is_told = read.is_ok_and(|url| !url.username().is_empty() || url.password().is_some());
    match host.contains('@') || is_told {
        true => Err(AddressError::Secret),
        false => Ok(()),
    }
}
