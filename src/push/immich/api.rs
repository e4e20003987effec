//! Immich's HTTP interface: requests with the key, answers as JSON, refusals told apart. Facts: version 3.1.0 as run, the types of
//! `@immich/sdk` 3.2.2, and the server's source.

use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{Method, RequestBuilder, Url};
use serde_json::{Value, json};

use crate::error::DestinationError;
use crate::http::{Answer, Http, common, open_note};
use crate::secret::Secret;
use model::shown::shown;

/// The major version this is written for.
const MAJOR: u64 = 3;
/// What a push needs; the server names the missing one if it comes to that.
const RIGHTS: [&str; 10] = [
    "asset.upload",
    "asset.read",
    "asset.update",
    "asset.download",
    "album.create",
    "album.read",
    "albumAsset.create",
    "tag.create",
    "tag.asset",
    "stack.create",
];

/// A connection to one server.
pub(crate) struct Api {
    pub(super) http: Http,
    base: Url,
    key: Option<Secret>,
}

impl Api {
    /// Takes the server at `base`, the address people open in a browser.
    pub(crate) fn new(http: Http, base: &Url, key: Option<Secret>) -> Self {
        let mut base = base.clone();
        base.set_path(&format!("{}/api", base.path().trim_end_matches('/')));
        Self { http, base, key }
    }

    /// Says so if what is sent can be read on the way.
    pub(crate) fn open_note(&self) -> Option<String> {
        open_note(&self.base)
    }

    /// Begins a request. `path` comes behind `/api`.
    pub(crate) fn request(
        &self,
        method: Method,
        path: &str,
    ) -> Result<RequestBuilder, DestinationError> {
        let (path, query) = path
            .split_once('?')
            .map_or((path, None), |(path, query)| (path, Some(query)));
        let mut url = self.base.clone();
        url.set_path(&format!("{}{path}", self.base.path()));
        url.set_query(query);
        let mut request = self.http.client().request(method, url);
        request = request.header("Accept", "application/json");
        if let Some(key) = &self.key {
            let mut value = HeaderValue::from_str(key.reveal()).map_err(|_| {
                DestinationError::WrongCredentials {
                    host: self.http.host().to_owned(),
                    status: "it holds characters no key has".to_owned(),
                }
            })?;
            value.set_sensitive(true);
            request = request.header("x-api-key", value);
        }
        Ok(request)
    }

    /// Asks for JSON.
    pub(crate) fn get(&self, path: &str, doing: &'static str) -> Result<Value, DestinationError> {
        let answer = self.http.ask(self.request(Method::GET, path)?)?;
        self.json(answer, path, doing)
    }

    /// Sends JSON.
    pub(crate) fn send(
        &self,
        method: Method,
        path: &str,
        body: &Value,
        doing: &'static str,
    ) -> Result<Value, DestinationError> {
        let request = self.request(method, path)?;
        let request = request.header(CONTENT_TYPE, "application/json");
        let answer = self.http.ask(request.body(body.to_string()))?;
        self.json(answer, path, doing)
    }

    /// Reads a good answer; `what` is the file or address for messages.
    pub(crate) fn json(
        &self,
        answer: Answer,
        what: &str,
        doing: &'static str,
    ) -> Result<Value, DestinationError> {
        self.judge(&answer, what, doing)?;
        if answer.body.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&answer.body).map_err(|_| DestinationError::Strange {
            why: format!("no Immich seems to be there ({})", answer.words()),
        })
    }

    /// Tells good answers from refusals.
    pub(crate) fn judge(
        &self,
        answer: &Answer,
        what: &str,
        doing: &'static str,
    ) -> Result<(), DestinationError> {
        if let Some(error) = common(answer, self.http.host(), self.key.is_some()) {
            return Err(error);
        }
        let why = said(answer);
        let path = what.to_owned();
        Err(match answer.status.as_u16() {
            200..=299 => return Ok(()),
            403 => DestinationError::NoRight {
                host: self.http.host().to_owned(),
                doing,
                why,
            },
            404 | 410 => DestinationError::Gone { path },
            413 => DestinationError::TooLarge { path, why },
            // Immich says 400 for what is not there, so that nobody learns what others have.
            400 if why.contains("Not found or no ") || why.contains("not found for asset") => {
                DestinationError::Gone { path }
            }
            400 if why.contains("Quota has been exceeded") => DestinationError::Full { why },
            _ => DestinationError::Refused { path, why },
        })
    }

    /// Makes sure that an Immich of a known version is there.
    pub(crate) fn check_version(&self) -> Result<(), DestinationError> {
        let doing = "ask its version";
        let version =
            self.http
                .patiently("version", || match self.get("/server/version", doing) {
                    Err(DestinationError::Gone { .. }) => Err(DestinationError::Strange {
                        why: "no Immich seems to be there: it does not tell its version".to_owned(),
                    }),
                    other => other,
                })?;
        let number = |name: &str| version[name].as_u64();
        let Some(major) = number("major") else {
            return Err(DestinationError::Strange {
                why: "no Immich seems to be there: it does not tell its version".to_owned(),
            });
        };
        match major == MAJOR {
            true => Ok(()),
            false => Err(DestinationError::NoPlace {
                what: format!("Immich {MAJOR}"),
                why: format!(
                    "the server is version {major}.{}, which albumen does not know",
                    number("minor").unwrap_or_default()
                ),
            }),
        }
    }

    /// Returns what a push needs and the key has no right to. A server that does not tell gets the benefit of the doubt: it
    /// refuses by name later.
    pub(crate) fn missing_rights(&self) -> Result<Vec<String>, DestinationError> {
        let doing = "look at itself";
        let key = self
            .http
            .patiently("key", || match self.get("/api-keys/me", doing) {
                Err(DestinationError::NoRight { .. } | DestinationError::Gone { .. }) => {
                    Ok(Value::Null)
                }
                other => other,
            })?;
        let Some(has) = key["permissions"].as_array() else {
            return Ok(Vec::new());
        };
        if has.iter().any(|right| right == "all") {
            return Ok(Vec::new());
        }
        let missing = RIGHTS
            .iter()
            .filter(|right| !has.iter().any(|own| own == *right));
        Ok(missing.map(|right| (*right).to_owned()).collect())
    }

    /// Returns the id of the account the key belongs to; `None` if the key may not ask for it and the account is empty.
    pub(crate) fn account(&self) -> Result<Option<String>, DestinationError> {
        let doing = "look at itself";
        let user = self.http.patiently("user", || self.get("/users/me", doing));
        match user {
            Ok(user) => return id_of(&user, "who it is").map(Some),
            Err(DestinationError::NoRight { .. } | DestinationError::Gone { .. }) => {}
            Err(error) => return Err(error),
        }
        // Every asset tells its owner.
        let found = self.http.patiently("owner", || {
            let body = json!({ "page": 1, "size": 1 });
            self.send(Method::POST, "/search/metadata", &body, doing)
        })?;
        let owner = &found["assets"]["items"][0]["ownerId"];
        Ok(owner.as_str().filter(|id| is_id(id)).map(str::to_owned))
    }

    /// Hands over every asset of the owner that is not in the trash, page by page. Hidden ones (the videos of live photos) only
    /// where they are asked for.
    pub(crate) fn each_asset(
        &self,
        search: &Value,
        each: &mut dyn FnMut(&Value),
    ) -> Result<(), DestinationError> {
        let mut page = 1;
        loop {
            let mut body = search.clone();
            body["page"] = page.into();
            body["size"] = PAGE.into();
            let found = self.http.patiently("search", || {
                self.send(
                    Method::POST,
                    "/search/metadata",
                    &body,
                    "look at its assets",
                )
            })?;
            let assets = &found["assets"];
            let Some(items) = assets["items"].as_array() else {
                return Err(strange("a search"));
            };
            items.iter().for_each(&mut *each);
            // Some versions give the number of the next page as text.
            let next = match &assets["nextPage"] {
                Value::String(text) => text.parse().ok(),
                Value::Number(number) => number.as_u64(),
                _ => None,
            };
            match next {
                Some(next) if next > page => page = next,
                _ => return Ok(()),
            }
        }
    }
}

/// Assets asked for at once; the server gives 1000 at most.
const PAGE: u64 = 500;

/// Returns the error for an answer that lacks what it should hold.
pub(crate) fn strange(what: &str) -> DestinationError {
    DestinationError::Strange {
        why: format!("its answer to {what} is not what Immich {MAJOR} says"),
    }
}

/// Returns the id in an answer.
pub(crate) fn id_of(answer: &Value, what: &str) -> Result<String, DestinationError> {
    let id = answer["id"].as_str().filter(|id| is_id(id));
    id.map(str::to_owned).ok_or_else(|| strange(what))
}

/// Returns whether a text may be put into an address as an id.
fn is_id(text: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    !text.is_empty() && text.len() <= 64 && text.chars().all(is_plain)
}

/// Returns what the server says is wrong.
pub(super) fn said(answer: &Answer) -> String {
    let Ok(body) = serde_json::from_slice::<Value>(&answer.body) else {
        return answer.words();
    };
    let text = match &body["message"] {
        Value::String(text) => text.clone(),
        Value::Array(texts) => {
            let texts: Vec<&str> = texts.iter().filter_map(Value::as_str).collect();
            texts.join("; ")
        }
        _ => return answer.words(),
    };
    // What a check of the request found stands in a list of its own, as words or with the field it is about.
    let reasons: Vec<String> = body["errors"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|error| {
            let text = error.as_str().or_else(|| error["message"].as_str())?;
            let field: Vec<&str> = error["path"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .collect();
            Some(match field.as_slice() {
                [] => text.to_owned(),
                field => format!("{}: {text}", field.join(".")),
            })
        })
        .collect();
    let text = match reasons.is_empty() {
        true => text,
        false => format!("{text}: {}", reasons.join("; ")),
    };
    let cut: String = text.chars().take(300).collect();
    format!("{}: {}", answer.status, shown(&cut))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_put_into_addresses_only_if_they_are_ids() {
        for (id, good) in [
            ("0b1d6f4e-1111-4222-8333-444455556666", true),
            ("../users", false),
            ("", false),
            ("a?b", false),
        ] {
            let answer = serde_json::json!({ "id": id });
            assert_eq!(id_of(&answer, "x").is_ok(), good, "{id}");
        }
    }
}
