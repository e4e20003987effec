//! Secrets on their way from the command line to a host. They never show in a message, a log or the catalog.

use std::fmt;

/// A password or key. Shows as `***`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes a secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Returns it, for the one who sends it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Name and password, or key and its secret, with what else a host wants.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Credentials {
    /// User name or access key.
    pub user: Option<String>,
    /// Password, secret key or API key.
    pub password: Option<Secret>,
    /// Session token of S3.
    pub token: Option<Secret>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_never_shows() {
        let credentials = Credentials {
            user: Some("anna".to_owned()),
            password: Some(Secret::new("geheim")),
            token: Some(Secret::new("geheim")),
        };
        assert!(!format!("{credentials:?}").contains("geheim"));
        assert_eq!(Secret::new("geheim").reveal(), "geheim");
    }
}
