//! What lets a push in at a host: user name, password, keys.

pub use net::secret::Secret;

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
    }
}
