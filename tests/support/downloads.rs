//! A server of downloads on loopback, with the manners and bad manners that such servers have. It writes down what it served.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

use super::busy::Busy;

/// A file the server has, and how it gives it out.
#[derive(Debug, Clone)]
pub struct Download {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Name in `Content-Disposition`.
    pub name: Option<String>,
    /// Its tag.
    pub etag: Option<String>,
    /// Time of its last change.
    pub modified: Option<String>,
    /// Whether it is given out in ranges.
    pub ranges: bool,
    /// Goes on in the middle even if the file has changed.
    pub ignores_if_range: bool,
    /// What is said of its type.
    pub media_type: String,
    /// Further headers.
    pub headers: Vec<(String, String)>,
    /// A header a request must have: name and value.
    pub wants: Option<(String, String)>,
    /// Statuses of the first answers, each with seconds to wait if it says so.
    pub refusals: Vec<(u16, Option<u64>)>,
    /// The connection breaks after so many bytes of a body, once for each number.
    pub breaks: Vec<u64>,
    /// After so many answers with a body the file is another one.
    pub then: Option<(usize, Box<Download>)>,
    /// Added to the length that is told.
    pub length_lie: i64,
    /// No length is told at all; the connection's end is the file's.
    pub no_length: bool,
    /// Bytes a second.
    pub speed: Option<u64>,
    /// Sends on to this address.
    pub redirect: Option<String>,
    /// Status of its answers, where it is another one.
    pub status: Option<u16>,
}

impl Download {
    /// Returns a file of a server that does everything right.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self {
            etag: Some(format!("\"{:x}\"", bytes.len() as u64 ^ 0xabc)),
            bytes,
            name: None,
            modified: Some("Tue, 02 Jan 2024 03:04:05 GMT".to_owned()),
            ranges: true,
            ignores_if_range: false,
            media_type: "application/zip".to_owned(),
            headers: Vec::new(),
            wants: None,
            refusals: Vec::new(),
            breaks: Vec::new(),
            then: None,
            length_lie: 0,
            no_length: false,
            speed: None,
            redirect: None,
            status: None,
        }
    }

    /// Gives it a name of its own.
    pub fn named(mut self, name: &str) -> Self {
        self.name = Some(name.to_owned());
        self
    }
}

/// A request, and what was sent for it.
#[derive(Debug, Clone)]
pub struct Served {
    /// Path and query.
    pub path: String,
    /// Headers of the request, names in lower case.
    pub headers: BTreeMap<String, String>,
    /// Status of the answer.
    pub status: u16,
    /// Where in the file the body began.
    pub start: u64,
    /// Bytes of the body that were sent.
    pub sent: u64,
}

#[derive(Default)]
struct State {
    files: BTreeMap<String, Download>,
    answers: BTreeMap<String, usize>,
    log: Vec<Served>,
}

/// The server.
pub struct Downloads {
    /// Its port on 127.0.0.1.
    pub port: u16,
    state: Arc<Mutex<State>>,
    stop: Arc<AtomicBool>,
    busy: Busy,
}

impl Drop for Downloads {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

impl Downloads {
    /// Starts a server of files, each at its path.
    pub fn start<'a>(files: impl IntoIterator<Item = (&'a str, Download)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback is there");
        let port = listener.local_addr().expect("it has an address").port();
        let state = Arc::new(Mutex::new(State::default()));
        let stop = Arc::new(AtomicBool::new(false));
        let server = Self {
            port,
            state: state.clone(),
            stop: stop.clone(),
            busy: Busy::default(),
        };
        let busy = server.busy.clone();
        for (path, file) in files {
            server.put(path, file);
        }
        thread::spawn(move || {
            for client in listener.incoming() {
                if stop.load(Ordering::Relaxed) {
                    return;
                }
                let Ok(client) = client else { continue };
                let (state, stop, turn) = (state.clone(), stop.clone(), busy.begin());
                thread::spawn(move || {
                    let _turn = turn;
                    // A client that goes away is its own affair.
                    let _ = serve(client, &state, &stop);
                });
            }
        });
        server
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no test panics inside")
    }

    /// Puts a file in place of what is at its path.
    pub fn put(&self, path: &str, file: Download) {
        self.state().files.insert(path.to_owned(), file);
    }

    /// Returns the address of a path.
    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// Returns what was served so far.
    pub fn log(&self) -> Vec<Served> {
        self.state().log.clone()
    }

    /// Returns when no request is being answered any more.
    pub fn wait_until_idle(&self) {
        self.busy.wait_until_idle();
    }

    /// Returns the bytes sent so far for a path.
    pub fn sent(&self, path: &str) -> u64 {
        let log = self.log();
        let of_path = log.iter().filter(|served| served.path == path);
        of_path.map(|served| served.sent).sum()
    }

    /// Returns how many requests there were for a path.
    pub fn requests(&self, path: &str) -> usize {
        self.log()
            .iter()
            .filter(|served| served.path == path)
            .count()
    }
}

struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    start: u64,
    breaks_after: Option<u64>,
    speed: Option<u64>,
}

fn serve(mut client: TcpStream, state: &Mutex<State>, stop: &AtomicBool) -> io::Result<()> {
    client.set_read_timeout(Some(Duration::from_secs(10)))?;
    let Some((path, named, headers)) = request(&mut client)? else {
        return Ok(());
    };
    // A file may be there for one method only.
    let own = state
        .lock()
        .expect("no test panics inside")
        .files
        .contains_key(&named);
    let path = if own { named } else { path };
    let answer = answer(
        &path,
        &headers,
        &mut state.lock().expect("no test panics inside"),
    );
    let entry = {
        let mut state = state.lock().expect("no test panics inside");
        state.log.push(Served {
            path,
            headers,
            status: answer.status,
            start: answer.start,
            sent: 0,
        });
        state.log.len() - 1
    };
    let mut head = format!("HTTP/1.1 {} Status\r\nConnection: close\r\n", answer.status);
    for (name, value) in &answer.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    client.write_all(head.as_bytes())?;
    let most = answer.breaks_after.map_or(answer.body.len(), |most| {
        answer.body.len().min(usize::try_from(most).expect("small"))
    });
    for piece in answer.body[..most].chunks(16 << 10) {
        if stop.load(Ordering::Relaxed) {
            return Ok(());
        }
        client.write_all(piece)?;
        state.lock().expect("no test panics inside").log[entry].sent += piece.len() as u64;
        if let Some(speed) = answer.speed {
            thread::sleep(Duration::from_secs_f64(piece.len() as f64 / speed as f64));
        }
    }
    client.flush()?;
    client.shutdown(std::net::Shutdown::Both)
}

fn answer(path: &str, headers: &BTreeMap<String, String>, state: &mut State) -> Answer {
    let answers = state.answers.entry(path.to_owned()).or_default();
    let Some(file) = state.files.get_mut(path) else {
        return said(404, "text/html", b"<html>no such page</html>");
    };
    if let Some((after, _)) = &file.then
        && *answers >= *after
        && let Some((_, other)) = file.then.take()
    {
        *file = *other;
    }
    if let Some(to) = &file.redirect {
        let mut answer = said(302, "text/html", b"moved");
        answer.headers.push(("Location".to_owned(), to.clone()));
        return answer;
    }
    if !file.refusals.is_empty() {
        let (status, wait) = file.refusals.remove(0);
        let mut answer = said(status, "text/plain", b"not now");
        let wait = wait.map(|seconds| ("Retry-After".to_owned(), seconds.to_string()));
        answer.headers.extend(wait);
        return answer;
    }
    if let Some((name, value)) = &file.wants
        && headers.get(name) != Some(value)
    {
        let page = b"<!DOCTYPE html><html><title>Sign in</title>Sign in to continue</html>";
        return said(200, "text/html; charset=utf-8", page);
    }
    *answers += 1;
    of_file(file, headers)
}

fn said(status: u16, media_type: &str, body: &[u8]) -> Answer {
    Answer {
        status,
        headers: vec![
            ("Content-Type".to_owned(), media_type.to_owned()),
            ("Content-Length".to_owned(), body.len().to_string()),
        ],
        body: body.to_vec(),
        start: 0,
        breaks_after: None,
        speed: None,
    }
}

fn of_file(file: &mut Download, headers: &BTreeMap<String, String>) -> Answer {
    let size = file.bytes.len() as u64;
    let told = size.saturating_add_signed(file.length_lie);
    let current = match headers.get("if-range") {
        Some(tag) => {
            file.ignores_if_range
                || file.etag.as_ref() == Some(tag)
                || file.modified.as_ref() == Some(tag)
        }
        None => true,
    };
    let wanted = headers
        .get("range")
        .and_then(|text| {
            text.strip_prefix("bytes=")?
                .strip_suffix('-')?
                .parse::<u64>()
                .ok()
        })
        .filter(|_| file.ranges && current);
    let mut fields: Vec<(String, String)> = vec![("Content-Type".into(), file.media_type.clone())];
    fields.extend(file.headers.clone());
    fields.extend(file.etag.clone().map(|tag| ("ETag".to_owned(), tag)));
    fields.extend(
        file.modified
            .clone()
            .map(|time| ("Last-Modified".to_owned(), time)),
    );
    let name = file.name.as_ref();
    fields.extend(name.map(|name| {
        let value = format!("attachment; filename=\"{name}\"");
        ("Content-Disposition".to_owned(), value)
    }));
    let start = wanted.unwrap_or(0);
    if wanted.is_some() && start >= size {
        let mut answer = said(416, "text/plain", b"");
        answer
            .headers
            .push(("Content-Range".to_owned(), format!("bytes */{size}")));
        return answer;
    }
    if wanted.is_some() {
        fields.push((
            "Content-Range".to_owned(),
            format!("bytes {start}-{}/{told}", told - 1),
        ));
    }
    if !file.no_length {
        fields.push(("Content-Length".to_owned(), (told - start).to_string()));
    }
    let breaks_after = (!file.breaks.is_empty()).then(|| file.breaks.remove(0));
    // A length that is told too small ends the body there.
    let end = usize::try_from(size.min(told)).expect("small");
    Answer {
        status: file
            .status
            .unwrap_or(if wanted.is_some() { 206 } else { 200 }),
        headers: fields,
        body: file.bytes[usize::try_from(start).expect("small")..end].to_vec(),
        start,
        breaks_after,
        speed: file.speed,
    }
}

/// Path, path with the method before it, headers.
type Request = Option<(String, String, BTreeMap<String, String>)>;

fn request(client: &mut TcpStream) -> io::Result<Request> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if client.read(&mut byte)? == 0 {
            return Ok(None);
        }
        head.push(byte[0]);
    }
    let text = String::from_utf8_lossy(&head).into_owned();
    let mut lines = text.lines();
    let first = lines.next().unwrap_or_default();
    let (method, rest) = first.split_once(' ').unwrap_or_default();
    let path = rest.split(' ').next().unwrap_or_default();
    let headers = lines.filter_map(|line| line.split_once(':'));
    let headers = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()));
    let headers: BTreeMap<String, String> = headers.collect();
    let length = headers
        .get("content-length")
        .and_then(|text| text.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    client.read_exact(&mut body)?;
    // A form is looked up as if it were the query.
    let named = match method {
        "POST" => format!("POST {path}?{}", String::from_utf8_lossy(&body)),
        _ => format!("{method} {path}"),
    };
    Ok(Some((path.to_owned(), named, headers)))
}
