//! Which proxy stands between this machine and a host: what the environment says, read as the HTTP client itself reads it.

use hyper_util::client::proxy::matcher::Matcher;

/// Whether proxies are used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Way {
    /// As `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` say.
    #[default]
    Environment,
    /// Straight to the host.
    Direct,
}

/// The way to one host.
#[derive(Debug, Clone, Default)]
pub struct Route {
    /// Whether proxies are used.
    pub way: Way,
    /// Name and port of the proxy on it. Never its user or password.
    pub proxy: Option<String>,
}

impl Route {
    /// Returns the way to an address.
    pub fn to(address: &str, way: Way) -> Self {
        let proxy = match way {
            Way::Direct => None,
            Way::Environment => proxy_for(address),
        };
        Self { way, proxy }
    }
}

fn proxy_for(address: &str) -> Option<String> {
    let address = address.parse().ok()?;
    let found = Matcher::from_env().intercept(&address)?;
    let host = found.uri().host()?;
    Some(match found.uri().port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    })
}
