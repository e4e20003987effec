//! Addresses of SFTP: `sftp://user@host:22/folder`, or `sftp://host/~/folder` for one below the user's home.

use reqwest::Url;

use crate::percent;

/// A folder on a server that OpenSSH reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// Whom to log in as; OpenSSH decides where it is not said.
    pub user: Option<String>,
    /// The server, or its name in OpenSSH's settings.
    pub host: String,
    /// Its port; OpenSSH decides where it is not said.
    pub port: Option<u16>,
    /// The folder, decoded: absolute, or below the home where it does not begin with `/`.
    pub folder: String,
}

/// Why a text behind `sftp://` is no address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wrong {
    /// There is a password in it.
    Secret,
    /// Something else, in words.
    Because(String),
}

impl Site {
    /// Reads what stands behind `sftp://`.
    ///
    /// # Errors
    /// Fails if it is no address, or if a password is in it.
    pub fn parse(rest: &str) -> Result<Self, Wrong> {
        let because = |why: &str| Wrong::Because(why.to_owned());
        // A user name and no password stands before the host.
        let ahead = rest.split(['/', '?', '#']).next().unwrap_or(rest);
        let before_host = ahead.rsplit_once('@').map_or("", |(user, _)| user);
        if before_host.contains(':') {
            return Err(Wrong::Secret);
        }
        let url = Url::parse(&format!("sftp://{rest}"))
            .map_err(|error| Wrong::Because(error.to_string()))?;
        if url.password().is_some() {
            return Err(Wrong::Secret);
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(because("write ? as %3F and # as %23"));
        }
        let host = url.host_str().unwrap_or_default();
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let user = percent::decoded(url.username());
        // They become arguments of ssh, which puts them into commands that its settings name.
        if host.is_empty() || !plain(host, ":") {
            return Err(because(
                "the name of a host has letters, digits, dots and dashes",
            ));
        }
        if !user.is_empty() && !plain(&user, "@+~\\") {
            return Err(because("the user name has characters that none has"));
        }
        Ok(Self {
            user: Some(user).filter(|user| !user.is_empty()),
            host: host.to_owned(),
            port: url.port(),
            // As it was written: an address read as one has lost its `..` already.
            folder: folder(&percent::decoded(&rest[ahead.len()..]))?,
        })
    }

    /// Returns the address in one spelling.
    pub fn name(&self) -> String {
        let user = self.user.as_ref();
        let user = user.map_or(String::new(), |user| {
            format!("{}@", percent::encoded(user).replace('@', "%40"))
        });
        let host = match self.host.contains(':') {
            true => format!("[{}]", self.host),
            false => self.host.clone(),
        };
        let port = self.port.map_or(String::new(), |port| format!(":{port}"));
        let folder = percent::encoded(&self.folder);
        let below_home = match self.folder.starts_with('/') {
            true => "",
            false => "/~/",
        };
        format!("sftp://{user}{host}{port}{below_home}{folder}")
    }

    /// Returns the path of something below the folder, as the server knows it.
    pub fn below(&self, path: &str) -> String {
        match path {
            "" => self.folder.clone(),
            path => format!("{}/{path}", self.folder),
        }
    }

    /// Returns the host as messages name it.
    pub fn shown(&self) -> String {
        match self.port {
            Some(port) => format!("{}:{port}", self.host),
            None => self.host.clone(),
        }
    }
}

fn plain(text: &str, and: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c) || and.contains(c);
    !text.starts_with('-') && text.chars().all(allowed)
}

fn folder(path: &str) -> Result<String, Wrong> {
    let because = |why: &str| Err(Wrong::Because(why.to_owned()));
    let names: Vec<&str> = path.split('/').filter(|name| !name.is_empty()).collect();
    let (at, names) = match names.split_first() {
        Some((&"~", below)) => ("", below),
        _ => ("/", names.as_slice()),
    };
    if names.is_empty() {
        return because(
            "name a folder: sftp://host/folder, or sftp://host/~/folder below the home",
        );
    }
    if names.iter().any(|name| matches!(*name, "." | "..")) || path.contains(char::is_control) {
        return because("a folder has no . and .. and no control characters");
    }
    Ok(format!("{at}{}", names.join("/")))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn an_address_leads_to_the_same_place_by_its_name() {
        for (text, name, folder) in [
            ("h/a/b/", "sftp://h/a/b", "/a/b"),
            ("anna@h:2222/~/p q", "sftp://anna@h:2222/~/p%20q", "p q"),
            ("[::1]:22/x", "sftp://[::1]:22/x", "/x"),
            ("a%40b@h/e%CC%81", "sftp://a%40b@h/e%CC%81", "/e\u{301}"),
            ("nas//x", "sftp://nas/x", "/x"),
            ("nas//~//x", "sftp://nas/~/x", "x"),
            ("nas/~x", "sftp://nas/~x", "/~x"),
        ] {
            let site = Site::parse(text).unwrap();
            assert_eq!((site.name().as_str(), site.folder.as_str()), (name, folder));
            let again = name.strip_prefix("sftp://").unwrap();
            assert_eq!(Site::parse(again).unwrap(), site);
        }
    }

    #[test]
    fn a_password_is_refused_and_so_is_what_ssh_would_take_for_an_option_or_a_command() {
        for text in ["anna:geheim@h/x", "anna:@h/x", ":geheim@h/x"] {
            assert_eq!(Site::parse(text), Err(Wrong::Secret), "{text}");
        }
        for text in [
            "",
            "h",
            "h/",
            "h/~",
            "h/~/",
            "/x",
            "-oProxyCommand=x/y",
            "-l@h/x",
            "a b@h/x",
            "h/x?y",
            "h/x#y",
            "h/%2e%2e/x",
            "h/a%0Ab",
            "$(x)@h/x",
            "h`x`/y",
        ] {
            let refused = Site::parse(text);
            assert!(
                matches!(refused, Err(Wrong::Because(_))),
                "{text}: {refused:?}"
            );
        }
    }
}
