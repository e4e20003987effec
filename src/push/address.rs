//! Reads addresses of destinations. An address never holds a secret: one with a password in it is refused.

use std::path::PathBuf;

use super::Destination;
use super::folder::Folder;
use super::zip::Zip;

/// Where to push.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// A folder.
    Folder(PathBuf),
    /// A zip file.
    Zip(PathBuf),
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
        }
    }

    /// Returns the destination. Connects to nothing yet.
    pub fn open(&self) -> Box<dyn Destination> {
        match self {
            Self::Folder(path) => Box::new(Folder::new(path.clone())),
            Self::Zip(path) => Box::new(Zip::new(path.clone())),
        }
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
