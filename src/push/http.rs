//! HTTP for destinations: one client, errors told apart by what follows from them, bodies that stream from disk.

use std::fs::File;
use std::io::{Cursor, ErrorKind, Read, Seek, SeekFrom, Write};
use std::ops::Deref;
use std::path::PathBuf;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::Stream;
use jiff::Timestamp;
use reqwest::header::{CONTENT_LENGTH, HeaderMap, RANGE};
use reqwest::{Body, Client, RequestBuilder, Response, StatusCode, Url};
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;

use super::copy::Readable;
use super::error::{DestinationError, through};
use super::parcel::{Meter, Payload, PayloadBytes};
use super::retry::{Policy, trying};
use model::shown::shown;
use net::client::{client, reasons, retry_after, words};
use net::proxy::Route;

/// Bytes handed over at once.
const CHUNK: usize = 256 << 10;
/// Answers that are kept whole are never larger.
const LARGEST_ANSWER: usize = 64 << 20;

/// How long a host may be silent if nobody says otherwise.
pub const SILENCE: Duration = Duration::from_secs(120);

/// How often a request without a limit asks whether the user wants to stop.
const LOOK: Duration = Duration::from_millis(250);

/// What the client says of a proxy that answers 407 when a tunnel is asked for.
const PROXY_ASKS: &str = "proxy authorization required";

/// Bytes in memory that are sent at once. More go in pieces, so that it shows whether the host takes them.
const AT_ONCE: u64 = 1 << 20;

/// How long one may wait, and who says stop.
#[derive(Clone)]
pub struct Patience {
    /// How long a host may be silent: neither take a byte of what is sent nor answer one. A request that takes hours is fine, as
    /// long as something moves.
    pub silence: Duration,
    /// When to try again.
    pub policy: Policy,
    /// Waits; returns `false` if the user wants to stop.
    pub pause: Arc<dyn Fn(Duration) -> bool + Send + Sync>,
}

/// A client for one host.
pub struct Http {
    runtime: Runtime,
    client: Client,
    host: String,
    /// The proxy on the way there.
    proxy: Option<String>,
    patience: Patience,
    /// Pieces of bodies that went out to the host, of all requests.
    taken: Arc<AtomicU64>,
}

/// An answer read whole.
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Vec<u8>,
}

impl Answer {
    /// Returns a header as text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Returns the beginning of the body in words fit for a message.
    pub fn words(&self) -> String {
        match words(&self.body).as_str() {
            "" => self.status.to_string(),
            said => format!("{}: {said}", self.status),
        }
    }
}

impl Http {
    /// Makes a client for `host`. `ca_file` names certificates that are trusted beside the system's.
    pub fn new(
        host: &str,
        ca_file: Option<&PathBuf>,
        patience: Patience,
        route: Route,
    ) -> Result<Self, DestinationError> {
        let failed = |why: String| DestinationError::Strange { why };
        let runtime = Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .map_err(|error| failed(error.to_string()))?;
        let pem = match ca_file {
            Some(path) => {
                let pem = std::fs::read(path).map_err(DestinationError::disk("read", path))?;
                Some((path.as_path(), pem))
            }
            None => None,
        };
        // Silence is measured here: reqwest would count the time that a large body takes, too.
        let client = client(pem, None, route.way).map_err(failed)?;
        Ok(Self {
            runtime,
            client,
            host: host.to_owned(),
            proxy: route.proxy,
            patience,
            taken: Arc::default(),
        })
    }

    /// Returns the client, to build requests with.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Returns how long the host may be silent.
    pub fn silence(&self) -> Duration {
        self.patience.silence
    }

    /// Returns the name of the host, for messages.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Sends a request and reads the answer whole.
    pub fn ask(&self, request: RequestBuilder) -> Result<Answer, DestinationError> {
        self.runtime.block_on(async {
            let response = self.sent(request).await?;
            self.whole(response).await
        })
    }

    /// Sends a request that the host answers only when it has done what is asked, however long that takes: only the user ends it.
    pub fn ask_without_limit(&self, request: RequestBuilder) -> Result<Answer, DestinationError> {
        self.runtime.block_on(async {
            let mut sending = pin!(request.send());
            let response = loop {
                match timeout(LOOK, &mut sending).await {
                    Ok(answer) => break self.let_through(answer)?,
                    Err(_) if (self.patience.pause)(Duration::from_millis(1)) => {}
                    Err(_) => return Err(DestinationError::Stopped),
                }
            };
            self.whole(response).await
        })
    }

    /// Sends a request and waits for the head of its answer, as long as the host takes what is sent.
    async fn sent(&self, request: RequestBuilder) -> Result<Response, DestinationError> {
        let mut sending = pin!(request.send());
        loop {
            let before = self.taken.load(Ordering::Relaxed);
            match timeout(self.patience.silence, &mut sending).await {
                Ok(answer) => return self.let_through(answer),
                Err(_) if self.taken.load(Ordering::Relaxed) != before => {}
                Err(_) => return Err(self.silent()),
            }
        }
    }

    /// Waits for the next piece of an answer.
    async fn next(
        &self,
        response: &mut Response,
    ) -> Result<Option<impl Deref<Target = [u8]> + use<>>, DestinationError> {
        match timeout(self.patience.silence, response.chunk()).await {
            Ok(chunk) => chunk.map_err(|error| self.failed(error)),
            Err(_) => Err(self.silent()),
        }
    }

    fn silent(&self) -> DestinationError {
        DestinationError::Broken {
            why: self.with_proxy(match self.patience.silence.as_secs() {
                1 => format!("{} was silent for 1 second", self.host),
                seconds => format!("{} was silent for {seconds} seconds", self.host),
            }),
        }
    }

    async fn whole(&self, mut response: Response) -> Result<Answer, DestinationError> {
        let (status, headers) = (response.status(), response.headers().clone());
        let mut body = Vec::new();
        while let Some(chunk) = self.next(&mut response).await? {
            if body.len() + chunk.len() > LARGEST_ANSWER {
                return Err(DestinationError::Strange {
                    why: "its answer has no end".to_owned(),
                });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer {
            status,
            headers,
            body,
        })
    }

    /// Sends a request and writes the body of a good answer to `to`. The body of any other answer is kept.
    pub fn download(
        &self,
        request: RequestBuilder,
        to: &mut dyn Write,
    ) -> Result<Answer, DestinationError> {
        self.runtime.block_on(async {
            let mut response = self.sent(request).await?;
            if !response.status().is_success() {
                return self.whole(response).await;
            }
            let answer = Answer {
                status: response.status(),
                headers: response.headers().clone(),
                body: Vec::new(),
            };
            while let Some(chunk) = self.next(&mut response).await? {
                to.write_all(&chunk)
                    .map_err(|error| DestinationError::Strange {
                        why: error.to_string(),
                    })?;
            }
            Ok(answer)
        })
    }

    /// Sends a request for a file from byte `start` on, which is how much of it `to` holds, and appends what comes. A host that
    /// does not go on in the middle begins `to` anew; one that has another state of the file than `tag` is not listened to.
    pub fn download_rest(
        &self,
        request: RequestBuilder,
        (start, tag): (u64, Option<&str>),
        to: &mut File,
        arrived: &dyn Fn(u64) -> bool,
    ) -> Result<Answer, DestinationError> {
        let disk = || DestinationError::disk("write", "the file that is fetched");
        let request = match start {
            0 => request,
            start => request.header(RANGE, format!("bytes={start}-")),
        };
        self.runtime.block_on(async {
            let mut response = self.sent(request).await?;
            let status = response.status().as_u16();
            if status == 416 {
                to.set_len(0).map_err(disk())?;
                return Err(changed());
            }
            if !response.status().is_success() {
                return self.whole(response).await;
            }
            let answer = Answer {
                status: response.status(),
                headers: response.headers().clone(),
                body: Vec::new(),
            };
            let same = match (answer.header("etag"), tag) {
                (Some(there), Some(wanted)) => plain_tag(there) == wanted || !is_tag(wanted),
                _ => true,
            };
            if !same {
                to.set_len(0).map_err(disk())?;
                return Err(changed());
            }
            let goes_on = answer
                .header("content-range")
                .is_some_and(|range| range.starts_with(&format!("bytes {start}-")));
            if status != 206 || !goes_on {
                to.set_len(0).map_err(disk())?;
            }
            to.seek(SeekFrom::End(0)).map_err(disk())?;
            while let Some(chunk) = self.next(&mut response).await? {
                to.write_all(&chunk).map_err(disk())?;
                if !arrived(chunk.len() as u64) {
                    return Err(DestinationError::Stopped);
                }
            }
            Ok(answer)
        })
    }

    /// Does something that changes nothing there, as often as it takes.
    pub fn patiently<T>(
        &self,
        what: &str,
        work: impl FnMut() -> Result<T, DestinationError>,
    ) -> Result<T, DestinationError> {
        trying(&self.patience.policy, what, &*self.patience.pause, work)
    }

    /// Puts a part of a payload (start and length) into a request.
    pub fn with_body(
        &self,
        request: RequestBuilder,
        payload: &Payload,
        part: (u64, u64),
        meter: &Meter,
    ) -> Result<RequestBuilder, DestinationError> {
        self.between(request, payload, part, (&[], &[]), meter)
    }

    /// Puts a part of a payload into a request, between what comes before and after it: the frame of a form.
    pub fn between(
        &self,
        request: RequestBuilder,
        payload: &Payload,
        (start, length): (u64, u64),
        (before, after): (&[u8], &[u8]),
        meter: &Meter,
    ) -> Result<RequestBuilder, DestinationError> {
        let whole = length + (before.len() + after.len()) as u64;
        let request = request.header(CONTENT_LENGTH, whole);
        let file: Box<dyn Readable> = match &payload.bytes {
            PayloadBytes::Memory(bytes) => {
                let bytes = &bytes[start as usize..(start + length) as usize];
                if whole <= AT_ONCE {
                    meter.add(length);
                    return Ok(request.body([before, bytes, after].concat()));
                }
                Box::new(Cursor::new(bytes.to_vec()))
            }
            large => {
                let failed = || DestinationError::disk("read", "the library's file");
                let mut file = large.open().map_err(failed())?;
                file.seek(SeekFrom::Start(start)).map_err(failed())?;
                file
            }
        };
        Ok(request.body(Body::wrap_stream(FileStream {
            before: Some(before.to_vec()).filter(|bytes| !bytes.is_empty()),
            after: Some(after.to_vec()).filter(|bytes| !bytes.is_empty()),
            file,
            left: length,
            meter: meter.clone(),
            taken: self.taken.clone(),
        })))
    }

    /// Returns the answer of a host, or the error that a proxy on the way wants to know who asks.
    fn let_through(
        &self,
        answer: Result<Response, reqwest::Error>,
    ) -> Result<Response, DestinationError> {
        let response = answer.map_err(|error| self.failed(error))?;
        match (&self.proxy, response.status()) {
            (Some(proxy), status @ StatusCode::PROXY_AUTHENTICATION_REQUIRED) => {
                Err(DestinationError::Proxy {
                    proxy: proxy.clone(),
                    host: self.host.clone(),
                    why: status.to_string(),
                })
            }
            _ => Ok(response),
        }
    }

    /// Names the proxy on the way.
    fn with_proxy(&self, said: String) -> String {
        said + &through(self.proxy.as_deref())
    }

    fn failed(&self, error: reqwest::Error) -> DestinationError {
        // An address may hold a signature.
        let error = error.without_url();
        let host = self.host.clone();
        let why = reasons(&error);
        let said = why.last().cloned().unwrap_or_default();
        if let (Some(proxy), true) = (&self.proxy, said.contains(PROXY_ASKS)) {
            return DestinationError::Proxy {
                proxy: proxy.clone(),
                host,
                why: said,
            };
        }
        if why.iter().any(|text| text.contains("certificate")) {
            let why = self.with_proxy(said);
            return DestinationError::Untrusted { host, why };
        }
        match error.is_connect() {
            true => DestinationError::Unreachable {
                host,
                why: said,
                proxy: self.proxy.clone(),
            },
            false => DestinationError::Broken {
                why: self.with_proxy(said),
            },
        }
    }
}

/// Returns the mark of a file's state itself: a weak one becomes strong as time passes (Apache does so after a second).
pub fn plain_tag(text: &str) -> String {
    text.trim_start_matches("W/").trim_matches('"').to_owned()
}

fn changed() -> DestinationError {
    DestinationError::Broken {
        why: "the file changed there while it was fetched".to_owned(),
    }
}

/// Where a host gives no tag, the time of the last change stands for it; no answer can be compared with that.
fn is_tag(text: &str) -> bool {
    !text.ends_with(" GMT")
}

/// Returns the error of a status that means the same everywhere: busy hosts, wrong credentials, no room.
pub fn common(answer: &Answer, host: &str, has_credentials: bool) -> Option<DestinationError> {
    let status = || answer.status.to_string();
    Some(match answer.status.as_u16() {
        401 if has_credentials => DestinationError::WrongCredentials {
            host: host.to_owned(),
            status: status(),
        },
        401 => DestinationError::NoCredentials {
            host: host.to_owned(),
        },
        408 | 423 | 425 | 429 | 500 | 502 | 503 | 504 => DestinationError::Busy {
            status: answer.words(),
            after: retry_after(&answer.headers),
        },
        507 | 509 => DestinationError::Full {
            why: answer.words(),
        },
        300..=399 => DestinationError::Strange {
            why: format!(
                "it sends on to {}; give that address",
                shown(answer.header("location").unwrap_or("another address"))
            ),
        },
        _ => return None,
    })
}

/// Returns the clock of the host as its answer shows it.
pub fn clock_there(answer: &Answer) -> Option<Timestamp> {
    jiff::fmt::rfc2822::DateTimeParser::new()
        .relaxed_weekday(true)
        .parse_timestamp(answer.header("date")?)
        .ok()
}

/// Says so if what goes to an address can be read on the way. What stays on this machine goes no way.
pub fn open_note(base: &Url) -> Option<String> {
    let host = base.host_str().unwrap_or_default();
    let is_open = base.scheme() == "http" && !matches!(host, "127.0.0.1" | "localhost" | "[::1]");
    is_open.then(|| {
        "the connection is not encrypted: others on the way can read what is sent".to_owned()
    })
}

/// A part of a file as a stream. It reads from the disk where the network waits: measured, that costs nothing, and handing
/// each read to another thread does.
struct FileStream {
    before: Option<Vec<u8>>,
    file: Box<dyn Readable>,
    left: u64,
    after: Option<Vec<u8>>,
    meter: Meter,
    taken: Arc<AtomicU64>,
}

impl Stream for FileStream {
    type Item = std::io::Result<Vec<u8>>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        // Asked for when what went before is on its way.
        self.taken.fetch_add(1, Ordering::Relaxed);
        if let Some(before) = self.before.take() {
            return Poll::Ready(Some(Ok(before)));
        }
        if self.left == 0 {
            return Poll::Ready(self.after.take().map(Ok));
        }
        let most = usize::try_from(self.left).map_or(CHUNK, |left| left.min(CHUNK));
        let mut chunk = vec![0; most];
        loop {
            match self.file.read(&mut chunk) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                // Shorter than it was a moment ago: the host must not take it for whole.
                Ok(0) => return Poll::Ready(Some(Err(ErrorKind::UnexpectedEof.into()))),
                Ok(count) => {
                    chunk.truncate(count);
                    self.left -= count as u64;
                    self.meter.add(count as u64);
                    return Poll::Ready(Some(Ok(chunk)));
                }
                Err(error) => return Poll::Ready(Some(Err(error))),
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    fn answer(status: u16, headers: &[(&'static str, &str)], body: &str) -> Answer {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().unwrap());
        }
        Answer {
            status: StatusCode::from_u16(status).unwrap(),
            headers: map,
            body: body.as_bytes().to_vec(),
        }
    }

    #[test]
    fn the_host_says_when_to_come_back() {
        for (headers, expected) in [
            (vec![("retry-after", "7")], Some(7)),
            (
                vec![
                    ("retry-after", "Sun, 06 Nov 1994 08:50:37 GMT"),
                    ("date", "Sun, 06 Nov 1994 08:49:37 GMT"),
                ],
                Some(60),
            ),
            (vec![("retry-after", "soon")], None),
            (vec![], None),
        ] {
            let found = common(&answer(503, &headers, ""), "h", true).unwrap();
            assert_eq!(found.wait(), expected.map(Duration::from_secs));
            assert!(found.is_passing());
        }
    }

    #[test]
    fn statuses_mean_what_they_say() {
        let of = |status, has| common(&answer(status, &[], ""), "h", has);
        assert!(matches!(
            of(401, true),
            Some(DestinationError::WrongCredentials { .. })
        ));
        assert!(matches!(
            of(401, false),
            Some(DestinationError::NoCredentials { .. })
        ));
        assert!(matches!(of(507, true), Some(DestinationError::Full { .. })));
        assert!(matches!(
            of(301, true),
            Some(DestinationError::Strange { .. })
        ));
        for status in [408, 425, 429, 500, 502, 503, 504] {
            assert!(of(status, true).unwrap().is_passing(), "{status}");
        }
        for status in [200, 207, 403, 404, 409, 412] {
            assert!(of(status, true).is_none(), "{status}");
        }
    }

    #[test]
    fn the_hosts_words_are_made_fit_to_show() {
        let found = answer(400, &[], "<html><b>No\u{1b}[2J</b>\n such  name</html>").words();
        assert_eq!(found, "400 Bad Request: No\\u001b[2J such name");
    }
}
