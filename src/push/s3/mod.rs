//! Any S3-compatible store.

mod answer;
#[doc(hidden)]
pub mod fuzzed;
mod inbox;
mod multipart;
mod target;

use std::collections::HashMap;
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use md5::{Digest, Md5};
use reqwest::{RequestBuilder, Url};
use rusty_s3::actions::{GetObject, HeadObject, ListObjectsV2, PutObject};
use rusty_s3::{Bucket, Credentials as Keys, Method, S3Action, UrlStyle};

use super::deliver::hash;
use super::error::DestinationError;
use super::http::{Answer, Http, plain_tag};
use super::parcel::{Parcel, Payload, PayloadBytes, Sending};
use super::remote_folder::FileThere;
use super::secret::Credentials;
use super::{Abilities, Destination, Found};

pub use target::SCHEME;

/// How long a signed request is good for.
const GOOD_FOR: Duration = Duration::from_secs(3600);
/// From this size on a file is sent in parts.
const PART: u64 = 8 << 20;
/// Below this number of wanted files each is asked for by itself.
const FEW: usize = 8;
/// Longest name of an object.
const LONGEST_KEY: usize = 1024;

/// Whether objects in folders below are listed, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Deep {
    Yes,
    No,
}

/// Headers of a request, all of them signed.
type Headers = Vec<(&'static str, String)>;

/// A store, a bucket in it, and a prefix in that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Name of the bucket.
    pub bucket: String,
    /// What the names of all objects begin with; empty, or ending in `/`.
    pub prefix: String,
    /// Address of a store that is not Amazon's.
    pub endpoint: Option<Url>,
    /// Region.
    pub region: String,
}

/// Objects in a bucket.
pub struct S3 {
    http: Http,
    bucket: Bucket,
    place: Place,
    keys: Option<Keys>,
    clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    /// Seconds the store's clock is ahead of ours.
    ahead_s: AtomicI64,
    /// The store answered that it knows no conditions.
    no_conditions: AtomicBool,
}

impl S3 {
    /// Takes a place in a store. `clock` tells the time that requests are signed with.
    ///
    /// # Errors
    /// Fails in words if bucket and endpoint make no address.
    pub fn new(
        http: Http,
        place: Place,
        credentials: &Credentials,
        clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    ) -> Result<Self, DestinationError> {
        let wrong = |why: String| DestinationError::NoPlace {
            what: format!("s3://{}", place.bucket),
            why,
        };
        let endpoint = place.address().map_err(wrong)?;
        let style = match place.endpoint {
            Some(_) => UrlStyle::Path,
            None => UrlStyle::VirtualHost,
        };
        let bucket = Bucket::new(endpoint, style, place.bucket.clone(), place.region.clone())
            .map_err(|error| wrong(error.to_string()))?;
        let keys = credentials.user.as_ref().map(|key| {
            let secret = credentials
                .password
                .as_ref()
                .map_or("", |secret| secret.reveal());
            match &credentials.token {
                Some(token) => Keys::new_with_token(key, secret, token.reveal()),
                None => Keys::new(key, secret),
            }
        });
        Ok(Self {
            http,
            bucket,
            place,
            keys,
            clock,
            ahead_s: AtomicI64::new(0),
            no_conditions: AtomicBool::new(false),
        })
    }

    fn key(&self, path: &str) -> String {
        format!("{}{path}", self.place.prefix)
    }

    /// Signs an action and makes a request of it.
    fn request<'a, A: S3Action<'a>>(&self, mut action: A, headers: &'a Headers) -> RequestBuilder {
        for (name, value) in headers {
            action.headers_mut().insert(*name, value.as_str());
        }
        let ahead = SignedDuration::from_secs(self.ahead_s.load(Ordering::Relaxed));
        let now = (self.clock)();
        let now = now.checked_add(ahead).unwrap_or(now);
        let url = action.sign_with_time(GOOD_FOR, &now);
        let client = self.http.client();
        let request = match A::METHOD {
            Method::Get => client.get(url),
            Method::Head => client.head(url),
            Method::Post => client.post(url),
            Method::Put => client.put(url),
            Method::Delete => client.delete(url),
        };
        headers.iter().fold(request, |request, (name, value)| {
            request.header(*name, value)
        })
    }

    /// Sends what `build` builds; once more if our clock was wrong.
    fn ask(
        &self,
        doing: &'static str,
        path: &str,
        build: &dyn Fn() -> Result<RequestBuilder, DestinationError>,
    ) -> Result<Answer, DestinationError> {
        let answer = self.http.ask(build()?)?;
        let answer = match self.takes_clock(&answer) {
            true => self.http.ask(build()?)?,
            false => answer,
        };
        self.judged(doing, path, answer)
    }

    fn look(&self, path: &str) -> Result<Option<Found>, DestinationError> {
        let (key, headers) = (self.key(path), Headers::new());
        let build = || {
            Ok(self.request(
                HeadObject::new(&self.bucket, self.keys.as_ref(), &key),
                &headers,
            ))
        };
        match self.ask("look at objects", path, &build) {
            Ok(answer) => Ok(Some(Found {
                id: path.to_owned(),
                size_bytes: answer
                    .header("content-length")
                    .and_then(|text| text.parse().ok()),
                tag: answer.header("etag").map(plain_tag),
            })),
            Err(DestinationError::Gone { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Hands over every object whose name begins with `below`.
    fn each(&self, below: &str, each: &mut dyn FnMut(Found)) -> Result<(), DestinationError> {
        self.objects(below, Deep::Yes, &mut |object| {
            each(Found {
                id: object.name,
                size_bytes: object.size_bytes,
                tag: object.tag,
            });
        })
    }

    fn objects(
        &self,
        below: &str,
        deep: Deep,
        each: &mut dyn FnMut(FileThere),
    ) -> Result<(), DestinationError> {
        let prefix = self.key(below);
        let headers = Headers::new();
        let mut next: Option<String> = None;
        loop {
            let build = || {
                let mut action = ListObjectsV2::new(&self.bucket, self.keys.as_ref());
                action.with_prefix(prefix.as_str());
                if deep == Deep::No {
                    action.with_delimiter("/");
                }
                if let Some(next) = &next {
                    action.with_continuation_token(next.as_str());
                }
                Ok(self.request(action, &headers))
            };
            let answer = self
                .http
                .patiently(&prefix, || self.ask("list objects", below, &build))?;
            let text = String::from_utf8_lossy(&answer.body);
            let listed = ListObjectsV2::parse_response(&text).map_err(|error| {
                DestinationError::Strange {
                    why: error.to_string(),
                }
            })?;
            for object in listed.contents {
                let Some(path) = object.key.strip_prefix(&self.place.prefix) else {
                    continue;
                };
                each(FileThere {
                    name: path.to_owned(),
                    size_bytes: object.size,
                    tag: object.etag.as_deref().map(plain_tag),
                    modified: object.last_modified.and_then(|text| text.parse().ok()),
                });
            }
            match listed.next_continuation_token {
                Some(token) if next.as_ref() != Some(&token) => next = Some(token),
                _ => return Ok(()),
            }
        }
    }

    /// Returns the headers that make a store refuse to write over what we have not seen.
    fn condition(&self, over: Option<&Found>) -> Headers {
        if self.no_conditions.load(Ordering::Relaxed) {
            return Headers::new();
        }
        match over.map(|found| found.tag.as_deref()) {
            None => vec![("if-none-match", "*".to_owned())],
            Some(Some(tag)) => vec![("if-match", format!("\"{tag}\""))],
            Some(None) => Headers::new(),
        }
    }

    /// Does something with a condition; without it, if the store says that it knows none.
    fn conditionally<T>(
        &self,
        over: Option<&Found>,
        work: &dyn Fn(Headers) -> Result<T, DestinationError>,
    ) -> Result<T, DestinationError> {
        let condition = self.condition(over);
        let had = !condition.is_empty();
        match work(condition) {
            Err(DestinationError::Strange { why }) if had && why.contains("NotImplemented") => {
                self.no_conditions.store(true, Ordering::Relaxed);
                work(Headers::new())
            }
            done => done,
        }
    }

    fn whole(
        &self,
        parcel: &Parcel,
        payload: &Payload,
        condition: Headers,
        sending: &Sending,
    ) -> Result<Option<String>, DestinationError> {
        let key = self.key(&parcel.path);
        let mut headers = about(parcel, payload);
        headers.push(("x-amz-checksum-sha256", STANDARD.encode(payload.sha256.0)));
        if let PayloadBytes::Memory(bytes) = &payload.bytes {
            headers.push(("content-md5", STANDARD.encode(Md5::digest(bytes))));
        }
        headers.extend(condition);
        let build = || {
            let action = PutObject::new(&self.bucket, self.keys.as_ref(), &key);
            let request = self.request(action, &headers);
            self.http
                .with_body(request, payload, (0, payload.size_bytes), &sending.meter)
        };
        let answer = self.ask("write objects", &parcel.path, &build)?;
        Ok(answer.header("etag").map(plain_tag))
    }
}

impl Place {
    /// Returns the address of the store.
    ///
    /// # Errors
    /// Fails in words if the region makes no address.
    pub fn address(&self) -> Result<Url, String> {
        match &self.endpoint {
            Some(endpoint) => Ok(endpoint.clone()),
            None => {
                let url = format!("https://s3.{}.amazonaws.com", self.region);
                url.parse()
                    .map_err(|_| format!("{} is no region", self.region))
            }
        }
    }
}

/// Returns what is kept with an object beside its bytes: ASCII only, and little of it.
fn about(parcel: &Parcel, payload: &Payload) -> Headers {
    let mut headers = vec![
        ("content-type", parcel.mime().to_owned()),
        ("x-amz-meta-sha256", payload.sha256.to_string()),
    ];
    if let Some(modified) = payload.modified {
        headers.push(("x-amz-meta-mtime", modified.as_second().to_string()));
    }
    headers
}

impl Destination for S3 {
    fn describe(&self) -> Result<Abilities, DestinationError> {
        let headers = Headers::new();
        let prefix = self.place.prefix.as_str();
        let build = || {
            let mut action = ListObjectsV2::new(&self.bucket, self.keys.as_ref());
            action.with_prefix(prefix);
            action.with_max_keys(1);
            Ok(self.request(action, &headers))
        };
        match self
            .http
            .patiently(prefix, || self.ask("list objects", prefix, &build))
        {
            Ok(_) => {}
            Err(DestinationError::Gone { .. }) => {
                return Err(DestinationError::NoPlace {
                    what: format!("the bucket {}", self.place.bucket),
                    why: "the store does not know it".to_owned(),
                });
            }
            Err(error) => return Err(error),
        }
        Ok(Abilities {
            longest_path: Some(LONGEST_KEY.saturating_sub(self.place.prefix.len())),
            ..Abilities::default()
        })
    }

    fn find(&self, wanted: &[&Parcel]) -> Result<Vec<Option<Found>>, DestinationError> {
        if wanted.len() <= FEW {
            return wanted
                .iter()
                .map(|parcel| {
                    self.http
                        .patiently(&parcel.path, || self.look(&parcel.path))
                })
                .collect();
        }
        let mut there = HashMap::new();
        self.each("", &mut |found| {
            there.insert(found.id.clone(), found);
        })?;
        Ok(wanted
            .iter()
            .map(|parcel| there.get(&parcel.path).cloned())
            .collect())
    }

    fn list(&self, below: &str, each: &mut dyn FnMut(&str)) -> Result<(), DestinationError> {
        self.each(below, &mut |found| each(&found.id))
    }

    fn put(
        &self,
        parcel: &Parcel,
        payload: &Payload,
        over: Option<&Found>,
        sending: &Sending,
    ) -> Result<Found, DestinationError> {
        // Half of the stores ignore conditions: look first.
        if over.is_none()
            && let Some(there) = self.look(&parcel.path)?
        {
            // Unless it is what a lost answer spoke of: the same bytes under the hash we gave them.
            return match there.size_bytes == Some(payload.size_bytes)
                && self.is_ours(&there, payload)?
            {
                true => Ok(there),
                false => Err(DestinationError::Exists {
                    path: parcel.path.clone(),
                }),
            };
        }
        let tag = self.conditionally(over, &|condition| match payload.size_bytes > PART {
            true => self.in_parts(parcel, payload, condition, sending),
            false => self.whole(parcel, payload, condition, sending),
        })?;
        Ok(Found {
            id: parcel.path.clone(),
            size_bytes: Some(payload.size_bytes),
            tag,
        })
    }

    fn read(&self, file: &Found, to: &mut dyn Write) -> Result<(), DestinationError> {
        let (key, headers) = (self.key(&file.id), Headers::new());
        let build = || {
            self.request(
                GetObject::new(&self.bucket, self.keys.as_ref(), &key),
                &headers,
            )
        };
        let answer = self.http.download(build(), to)?;
        let answer = match self.takes_clock(&answer) {
            true => self.http.download(build(), to)?,
            false => answer,
        };
        self.judged("read objects", &file.id, answer).map(drop)
    }

    fn keep(
        &self,
        _: &Parcel,
        placed: Found,
        _: Option<&Found>,
    ) -> Result<Found, DestinationError> {
        Ok(placed)
    }
}

impl S3 {
    fn is_ours(&self, there: &Found, payload: &Payload) -> Result<bool, DestinationError> {
        Ok(hash(self, there)? == payload.sha256)
    }
}
