//! PhotoPrism: after files came into its originals, it is asked to look at them.
//!
//! Source: `internal/api/index.go`, `internal/server/webdav_auth.go` and `pkg/rnd` of photoprism/photoprism. The call answers only when
//! the index is done.

use std::sync::Arc;

use reqwest::{RequestBuilder, Url};
use serde_json::{Value, json};

use super::WebDav;
use super::target::{SECRETS, client};
use crate::Destination;
use crate::connection::Connection;
use crate::error::DestinationError;
use crate::http::Answer;
use crate::scheme::{ESCAPE, Scheme, Target};
use crate::secret::Credentials;
use net::secret::Secret;

/// Where PhotoPrism shows its originals as a WebDAV folder.
const ORIGINALS: &str = "/originals";
/// Length of an app password: four groups of six characters.
const APP_PASSWORD: usize = 27;

/// Folders of originals of PhotoPrism servers: `photoprism+https://host/folder`.
pub static PHOTOPRISM: Scheme = Scheme {
    beginnings: &["photoprism+https://", "photoprism+http://"],
    example: "photoprism+https://host/folder",
    secrets: SECRETS,
    parse: |written| {
        let url = originals(written.url(ESCAPE)?).map_err(|why| written.wrong(why))?;
        Ok(Arc::new(OriginalsAt(url)))
    },
};

/// The address of a folder of originals.
#[derive(Debug)]
struct OriginalsAt(Url);

impl Target for OriginalsAt {
    fn name(&self) -> String {
        format!("photoprism+{}", self.0.as_str().trim_end_matches('/'))
    }

    fn open(&self, connection: &Connection) -> Result<Box<dyn Destination>, DestinationError> {
        let folder = client(&self.0, connection)?;
        Ok(Box::new(folder.of_photoprism(&connection.credentials)))
    }
}

/// Returns the address of the originals of a server, or of a folder in them.
fn originals(mut url: Url) -> Result<Url, &'static str> {
    let path = url.path().trim_end_matches('/').to_owned();
    if path.ends_with("/import") || path.contains("/import/") {
        return Err(
            "PhotoPrism moves files out of import/, so that they could not be read back; leave it out, and they go to originals/",
        );
    }
    let is_there = path.ends_with(ORIGINALS) || path.contains(&format!("{ORIGINALS}/"));
    if !is_there {
        url.set_path(&format!("{ORIGINALS}{path}"));
    }
    Ok(url)
}

/// The call that makes PhotoPrism look at what came.
pub(crate) struct Indexing {
    /// Address of its interface for programs.
    api: String,
    /// Folder below the originals.
    folder: String,
    user: Option<String>,
    password: Option<Secret>,
}

impl Indexing {
    /// Takes the address of a folder of originals; `None` if it is not in them.
    pub(crate) fn new(base: &Url, credentials: &Credentials) -> Option<Self> {
        let path = super::path_of(base.path());
        let (before, folder) = path.rsplit_once(ORIGINALS)?;
        let is_in = folder.is_empty() || folder.starts_with('/');
        let mut api = base.clone();
        api.set_path(&format!("{before}/api/v1"));
        is_in.then(|| Self {
            api: api.to_string(),
            folder: format!("/{}", folder.trim_start_matches('/')),
            user: credentials.user.clone(),
            password: credentials.password.clone(),
        })
    }

    /// Asks for the index of the folder. Returns what a person should know of it.
    pub(crate) fn ask(&self, dav: &WebDav) -> String {
        let asked = self.token(dav).and_then(|token| {
            let options = json!({ "path": self.folder, "rescan": false, "cleanup": false });
            // It answers when the index is done: a minute for 200 photos.
            let request = self.request(dav, "index", Some(&token), &options);
            dav.http.ask_without_limit(request)
        });
        match asked {
            Ok(answer) if answer.status.is_success() => {
                "PhotoPrism has looked at what came".to_owned()
            }
            Err(DestinationError::Stopped) => {
                "everything is there, and PhotoPrism goes on indexing it: albumen did not wait for the end"
                    .to_owned()
            }
            Ok(answer) => not_asked(&answer.words()),
            Err(error) => not_asked(&error.to_string()),
        }
    }

    /// Returns what lets in: an app password itself, or what PhotoPrism gives for name and password.
    fn token(&self, dav: &WebDav) -> Result<Secret, DestinationError> {
        let password = self.password.as_ref().map_or("", Secret::reveal);
        if is_app_password(password) {
            return Ok(Secret::new(password));
        }
        let user = self.user.as_deref().unwrap_or_default();
        let who = json!({ "username": user, "password": password });
        let answer = self.post(dav, "session", None, &who)?;
        let said: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        // Before 2024 the number of the session was all there was.
        let token = ["access_token", "id"].iter().find_map(|name| {
            let text = said[*name].as_str()?;
            (!text.is_empty()).then(|| Secret::new(text))
        });
        token.ok_or_else(|| DestinationError::Strange {
            why: answer.words(),
        })
    }

    fn post(
        &self,
        dav: &WebDav,
        call: &str,
        token: Option<&Secret>,
        body: &Value,
    ) -> Result<Answer, DestinationError> {
        dav.http.ask(self.request(dav, call, token, body))
    }

    fn request(
        &self,
        dav: &WebDav,
        call: &str,
        token: Option<&Secret>,
        body: &Value,
    ) -> RequestBuilder {
        let request = dav.http.client().post(format!("{}/{call}", self.api));
        let request = match token {
            Some(token) => request
                .bearer_auth(token.reveal())
                .header("X-Session-ID", token.reveal()),
            None => request,
        };
        let request = request.header("Content-Type", "application/json");
        request.body(body.to_string())
    }
}

fn not_asked(why: &str) -> String {
    format!(
        "everything is there, but PhotoPrism does not show it yet ({why}): choose Library → Index → Start there"
    )
}

/// An app password lets in by itself; anything else is exchanged first.
fn is_app_password(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    let alphanumeric = |group: &&str| group.bytes().all(|byte| byte.is_ascii_alphanumeric());
    text.len() == APP_PASSWORD && groups.len() == 4 && groups.iter().all(alphanumeric)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn app_passwords_are_told_by_their_shape() {
        for (text, expected) in [
            ("OXiV72-wTtiL9-d04jO7-X7XP4p", true),
            ("OXiV72-wTtiL9-d04jO7-X7XP4", false),
            ("OXiV72wwTtiL9wd04jO7wX7XP4p", false),
            ("OXiV72-wTtiL9-d04jO7-X7XP4!", false),
            ("", false),
        ] {
            assert_eq!(is_app_password(text), expected, "{text}");
        }
    }

    #[test]
    fn the_interface_is_found_beside_the_originals() {
        let of = |address: &str| {
            let url = Url::parse(address).unwrap();
            Indexing::new(&url, &Credentials::default()).map(|found| (found.api, found.folder))
        };
        let expected = |api: &str, folder: &str| Some((api.to_owned(), folder.to_owned()));
        assert_eq!(
            of("https://h/originals/albumen/a%20b/"),
            expected("https://h/api/v1", "/albumen/a b")
        );
        assert_eq!(
            of("https://h:8/photos/originals"),
            expected("https://h:8/photos/api/v1", "/")
        );
        assert_eq!(of("https://h/originals2"), None);
        assert_eq!(of("https://h/import"), None);
    }
}
