//! An address with what the browser would send along. Shows neither query nor headers: both may let somebody in.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::Url;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};

use model::content_hash::ContentHash;
use model::shown::shown;
use net::secret::Secret;

/// Headers that belong to one connection or to albumen's own way of asking.
const OWN: &[&str] = &[
    "accept-encoding",
    "connection",
    "content-length",
    "expect",
    "host",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "keep-alive",
    "proxy-connection",
    "range",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Where a part is, and what to send with the request.
#[derive(Clone)]
pub struct Link {
    url: Url,
    headers: Vec<(HeaderName, Secret)>,
    /// The query is sent as a form, and the answer is the address of the file.
    by_form: bool,
    /// What the file is called, whatever the host says: it is the same file at every address.
    called: Option<String>,
}

/// Why a text is no address. Does not repeat it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say what the fields hold")]
pub enum LinkError {
    /// When the text is no URL.
    #[error("it is not an address: {why}")]
    NotAnAddress { why: String },
    /// When it is a URL of another protocol than HTTP.
    #[error("it does not begin with https:// or http://")]
    Scheme,
    /// When a header of the request has characters that HTTP does not allow.
    #[error("the header {name} cannot be sent")]
    Header { name: String },
}

impl Link {
    /// Reads an address. Name and password in it become a header.
    ///
    /// # Errors
    /// Fails if it is none of `https` or `http`.
    pub fn parse(text: &str) -> Result<Self, LinkError> {
        let mut url = Url::parse(text.trim()).map_err(|error| LinkError::NotAnAddress {
            why: error.to_string(),
        })?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(LinkError::Scheme);
        }
        url.set_fragment(None);
        let user = url.username().to_owned();
        let password = url.password().map(str::to_owned);
        let mut link = Self {
            url,
            headers: Vec::new(),
            by_form: false,
            called: None,
        };
        if !user.is_empty() || password.is_some() {
            // Neither fails: there is a host.
            let _ = link.url.set_username("");
            let _ = link.url.set_password(None);
            let both = format!("{user}:{}", password.unwrap_or_default());
            link.put_user(&both)?;
        }
        Ok(link)
    }

    /// Adds a header, in place of one of the same name. Those of one connection are left out.
    pub(super) fn put(&mut self, name: &str, value: &str) -> Result<(), LinkError> {
        let wrong = || LinkError::Header {
            name: shown(name.trim()),
        };
        let header = HeaderName::from_bytes(name.trim().as_bytes()).map_err(|_| wrong())?;
        let value = value.trim();
        HeaderValue::from_bytes(value.as_bytes()).map_err(|_| wrong())?;
        self.headers.retain(|(other, _)| *other != header);
        if !OWN.contains(&header.as_str()) && !value.is_empty() {
            self.headers.push((header, Secret::new(value)));
        }
        Ok(())
    }

    /// Adds `user:password` as a header.
    pub(super) fn put_user(&mut self, both: &str) -> Result<(), LinkError> {
        let value = format!("Basic {}", STANDARD.encode(both));
        self.put(AUTHORIZATION.as_str(), &value)
    }

    /// Makes it an address whose query is sent as a form, and whose answer is the address of the file.
    pub(super) fn by_form(mut self) -> Self {
        self.by_form = true;
        self
    }

    /// Says what the file is called, without ending. It is known by that, so that a later address of it goes on with it.
    pub(super) fn called(mut self, stem: &str) -> Self {
        self.called = Some(stem.to_owned());
        self
    }

    /// Returns what the file is called, if that is given.
    pub(super) fn name(&self) -> Option<&str> {
        self.called.as_deref()
    }

    /// Returns whether the query is sent as a form.
    pub(super) fn is_by_form(&self) -> bool {
        self.by_form
    }

    /// Takes over the headers of another address of the same host: one copied request lets in for all parts.
    pub(super) fn with_headers_of(mut self, other: &Self) -> Self {
        if self.headers.is_empty() && self.host() == other.host() {
            self.headers.clone_from(&other.headers);
        }
        self
    }

    /// Returns the address itself.
    pub(super) fn url(&self) -> &Url {
        &self.url
    }

    /// Returns whether something is sent along that may let somebody in.
    pub fn has_headers(&self) -> bool {
        !self.headers.is_empty()
    }

    /// Returns the headers, for the one who sends them.
    pub(super) fn headers(&self) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in &self.headers {
            if let Ok(mut value) = HeaderValue::from_bytes(value.reveal().as_bytes()) {
                value.set_sensitive(true);
                map.insert(name.clone(), value);
            }
        }
        map
    }

    /// Returns the host, with the port if it is an odd one.
    pub fn host(&self) -> String {
        host_of(&self.url)
    }

    /// Returns what tells this address from others and gives nothing of it away.
    pub(super) fn key(&self) -> String {
        let told = match &self.called {
            Some(stem) => format!("called {stem}"),
            None => self.url.as_str().to_owned(),
        };
        ContentHash::of(told.as_bytes()).short(16)
    }
}

/// Returns host and port of an address, fit for a message.
pub(super) fn host_of(url: &Url) -> String {
    let host = shown(url.host_str().unwrap_or_default());
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host,
    }
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.host(), shown(self.url.path()))?;
        // Two parts may differ in the query alone, and the query may hold a signature: a short hash tells them apart.
        match self.url.query() {
            Some(_) => write!(f, "?…{}", &self.key()[..6]),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Link({self}, {} headers)", self.headers.len())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_lets_in_is_shown() {
        let mut link =
            Link::parse("https://anna:geheim@h.example:8443/a/b.zip?sig=geheim#geheim").unwrap();
        link.put("Cookie", "SID=geheim").unwrap();
        let text = format!("{link} {link:?} {}", link.key());
        assert!(!text.contains("geheim") && !text.contains("anna"), "{text}");
        assert!(text.starts_with("h.example:8443/a/b.zip?…"), "{text}");
        assert!(!link.url().as_str().contains('@'));
        let headers = link.headers();
        assert_eq!(headers["cookie"], "SID=geheim");
        assert_eq!(headers["authorization"], "Basic YW5uYTpnZWhlaW0=");
        assert!(!format!("{headers:?}").contains("geheim"));
    }

    #[test]
    fn what_is_no_address_is_refused_and_not_repeated() {
        for text in ["", "geheim", "ftp://geheim/x", "https://", "file:///geheim"] {
            let error = Link::parse(text).unwrap_err();
            assert!(!error.to_string().contains("geheim"), "{error}");
        }
        let mut link = Link::parse("http://h/x").unwrap();
        assert!(link.put("a b", "c").is_err() && link.put("a", "b\nc").is_err());
    }

    #[test]
    fn headers_of_one_connection_stay_out_and_the_last_one_counts() {
        let mut link = Link::parse("http://h/x").unwrap();
        for (name, value) in [
            ("Range", "bytes=0-"),
            ("Accept-Encoding", "gzip"),
            ("HOST", "x"),
            ("X-A", "1"),
            ("x-a", "2"),
        ] {
            link.put(name, value).unwrap();
        }
        let headers = link.headers();
        assert_eq!(headers.len(), 1);
        assert_eq!(headers["x-a"], "2");
        let other = Link::parse("http://h/y").unwrap().with_headers_of(&link);
        assert_eq!(other.headers().len(), 1);
        let elsewhere = Link::parse("http://i/y").unwrap().with_headers_of(&link);
        assert!(elsewhere.headers().is_empty());
        assert_ne!(other.key(), link.key());
    }
}
