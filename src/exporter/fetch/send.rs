//! Sends a request and follows redirects. What lets in at one host is not carried to another.

use reqwest::header::{
    ACCEPT, ACCEPT_ENCODING, ACCEPT_LANGUAGE, CONTENT_TYPE, HeaderMap, LOCATION, USER_AGENT,
};
use reqwest::{Client, Response, StatusCode, Url};

use super::error::FetchError;
use super::link::{Link, host_of};
use net::client::{reasons, retry_after, words};

/// Redirects that are followed.
const MOST_REDIRECTS: usize = 10;
/// Bytes of an answer that is an address.
const LONGEST_ADDRESS: usize = 16 << 10;

/// An answer, and the address it came from in the end.
pub(super) struct Answer {
    /// The answer.
    pub(super) response: Response,
    /// Its address.
    pub(super) url: Url,
}

/// Asks for a part; `and` goes along to every host.
pub(super) async fn send(
    client: &Client,
    link: &Link,
    and: &HeaderMap,
) -> Result<Answer, FetchError> {
    let mut url = match link.is_by_form() {
        true => signed_address(client, link).await?,
        false => link.url().clone(),
    };
    let mut headers = link.headers();
    for _ in 0..=MOST_REDIRECTS {
        let request = client
            .get(url.clone())
            .headers(headers.clone())
            .headers(and.clone())
            .header(ACCEPT_ENCODING, "identity");
        let response = request
            .send()
            .await
            .map_err(|error| failed(&host_of(&url), error))?;
        let Some(next) = redirect(&response, &url)? else {
            return Ok(Answer { response, url });
        };
        if next.origin() != url.origin() {
            headers = harmless(&headers);
        }
        url = next;
    }
    Err(FetchError::Strange {
        host: host_of(&url),
        why: "it sends on and on".to_owned(),
    })
}

/// Sends the query as a form; the answer is an address that is good for minutes.
async fn signed_address(client: &Client, link: &Link) -> Result<Url, FetchError> {
    let mut url = link.url().clone();
    let form = url.query().unwrap_or_default().to_owned();
    url.set_query(None);
    let host = host_of(&url);
    let request = client
        .post(url.clone())
        .headers(link.headers())
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(form);
    let mut response = request.send().await.map_err(|error| failed(&host, error))?;
    if let Some(next) = redirect(&response, &url)? {
        return Ok(next);
    }
    if response.status() != StatusCode::OK {
        return Err(refusal(Answer { response, url }).await);
    }
    let mut body = Vec::new();
    while body.len() < LONGEST_ADDRESS
        && let Some(chunk) = response
            .chunk()
            .await
            .map_err(|error| failed(&host, error))?
    {
        body.extend_from_slice(&chunk);
    }
    let next = std::str::from_utf8(&body).ok().map(str::trim);
    let next = next.and_then(|text| Url::parse(text).ok());
    match next.filter(|next| is_as_safe(&url, next)) {
        Some(next) => Ok(next),
        // The words of a page tell; an address that is refused must not be repeated.
        None if body.trim_ascii_start().starts_with(b"<") => Err(FetchError::Page {
            host,
            said: words(&body),
        }),
        None => Err(FetchError::Strange {
            host,
            why: "it gives no address to fetch from".to_owned(),
        }),
    }
}

/// Says whether going on there gives nothing away that was encrypted.
fn is_as_safe(from: &Url, to: &Url) -> bool {
    matches!(
        (from.scheme(), to.scheme()),
        ("https", "https") | ("http", "https" | "http")
    )
}

fn redirect(response: &Response, url: &Url) -> Result<Option<Url>, FetchError> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let strange = |why: &str| FetchError::Strange {
        host: host_of(url),
        why: why.to_owned(),
    };
    let to = response.headers().get(LOCATION);
    let to = to.and_then(|value| value.to_str().ok());
    let next = to.and_then(|text| url.join(text).ok());
    let next = next.ok_or_else(|| strange("it sends on to no address"))?;
    match is_as_safe(url, &next) {
        true => Ok(Some(next)),
        false => Err(strange("it sends on to an address that is not encrypted")),
    }
}

/// Returns the headers that say nothing about who asks.
fn harmless(headers: &HeaderMap) -> HeaderMap {
    [ACCEPT, ACCEPT_LANGUAGE, USER_AGENT]
        .into_iter()
        .filter_map(|name| {
            headers
                .get(&name)
                .map(|value| (name.clone(), value.clone()))
        })
        .collect()
}

/// Returns the error of an answer that brings no bytes of the file.
pub(super) async fn refusal(answer: Answer) -> FetchError {
    let host = host_of(&answer.url);
    let code = answer.response.status();
    let after = retry_after(answer.response.headers());
    let status = match code {
        StatusCode::UNAUTHORIZED
        | StatusCode::FORBIDDEN
        | StatusCode::NOT_FOUND
        | StatusCode::GONE => code.to_string(),
        _ => with_words(answer.response).await,
    };
    match code.as_u16() {
        401 | 402 | 403 | 407 | 451 => FetchError::Refused { host, status },
        404 | 410 => FetchError::Gone { host, status },
        408 | 425 | 429 | 500..=599 => FetchError::Busy {
            host,
            status,
            after,
        },
        _ => FetchError::Strange { host, why: status },
    }
}

async fn with_words(mut response: Response) -> String {
    let status = response.status().to_string();
    // Its words are a courtesy: one piece of them is enough, and none is, too.
    match response.chunk().await {
        Ok(Some(chunk)) if !words(&chunk).is_empty() => format!("{status}: {}", words(&chunk)),
        _ => status,
    }
}

/// Turns an error of the client into ours; the address stays out of it.
pub(super) fn failed(host: &str, error: reqwest::Error) -> FetchError {
    let error = error.without_url();
    let host = host.to_owned();
    let said = reasons(&error);
    let why = said.last().cloned().unwrap_or_default();
    if said.iter().any(|text| text.contains("certificate")) {
        return FetchError::Untrusted { host, why };
    }
    match error.is_connect() {
        true => FetchError::Unreachable { host, why },
        false => FetchError::Broken { why },
    }
}
