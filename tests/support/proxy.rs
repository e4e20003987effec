//! A proxy for HTTP that spoils what passes through it: the faults that networks and hosts have. It may also answer for the host:
//! what a real server behind it does not do.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::busy::Busy;
use super::http::{Reply, Request};

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    None,
    /// Every n-th request is answered with this status, and not passed on.
    Status(u16, u64),
    /// Every PUT is answered with this status, and not passed on.
    PutStatus(u16),
    /// Every n-th request is cut off in the middle of its body.
    CutOff(u64),
    /// Every n-th request is passed on, and its answer lost.
    LoseAnswer(u64),
    /// Every n-th request is passed on, and never answered: the connection stays open and nothing comes.
    Mute(u64),
    /// The body of every answer comes in five pieces, with such a pause before each.
    Drip(Duration),
    /// Every answer comes this much later.
    Slow(Duration),
    /// In every n-th body that is stored, one bit is turned.
    Corrupt(u64),
    /// Of every n files that are renamed about one gets another name, always the same: which request comes how manieth is chance
    /// where several are sent at once.
    Rename(u64),
    /// Nobody listens any more.
    Gone,
}

/// What happens to a request.
pub enum Step {
    /// The server behind answers it.
    PassOn,
    /// It is answered here.
    Answer(Reply),
    /// The server behind gets another request: its head, without the empty line, and its body.
    Instead(String, Vec<u8>),
}

type Own = dyn Fn(&Request) -> Step + Send + Sync;

/// The proxy.
pub struct Proxy {
    /// Its port on 127.0.0.1.
    pub port: u16,
    fault: Arc<Mutex<Fault>>,
    stop: Arc<AtomicBool>,
    seen: Arc<Mutex<Vec<String>>>,
    busy: Busy,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

impl Proxy {
    /// Starts a proxy before the server at `upstream`.
    pub fn start(upstream: u16) -> Self {
        Self::answering(upstream, |_| Step::PassOn)
    }

    /// Starts a proxy that answers by itself what `own` says.
    pub fn answering(
        upstream: u16,
        own: impl Fn(&Request) -> Step + Send + Sync + 'static,
    ) -> Self {
        let own: Arc<Own> = Arc::new(own);
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback is there");
        let port = listener.local_addr().expect("it has an address").port();
        let fault = Arc::new(Mutex::new(Fault::None));
        let stop = Arc::new(AtomicBool::new(false));
        let proxy = Self {
            port,
            fault: fault.clone(),
            stop: stop.clone(),
            seen: Arc::default(),
            busy: Busy::default(),
        };
        let (seen, busy) = (proxy.seen.clone(), proxy.busy.clone());
        let count = Arc::new(AtomicU64::new(0));
        std::thread::spawn(move || {
            for client in listener.incoming() {
                if stop.load(Ordering::Relaxed) {
                    return;
                }
                let Ok(client) = client else { continue };
                let (fault, count, seen) = (fault.clone(), count.clone(), seen.clone());
                let (own, turn) = (own.clone(), busy.begin());
                std::thread::spawn(move || {
                    let _turn = turn;
                    let fault = *fault.lock().expect("no test panics inside");
                    // A client that goes away is its own affair.
                    let _ = pass(client, upstream, fault, &count, &seen, own.as_ref());
                });
            }
        });
        proxy
    }

    /// Returns how many requests had this in their first line.
    pub fn seen(&self, what: &str) -> usize {
        let seen = self.seen.lock().expect("no test panics inside");
        seen.iter().filter(|line| line.contains(what)).count()
    }

    /// Returns when no request is on its way any more.
    pub fn wait_until_idle(&self) {
        self.busy.wait_until_idle();
    }

    /// Changes what goes wrong.
    pub fn set(&self, fault: Fault) {
        *self.fault.lock().expect("no test panics inside") = fault;
    }
}

/// Passes one request on, spoiled as the fault says; one to a connection.
fn pass(
    mut client: TcpStream,
    upstream: u16,
    fault: Fault,
    count: &AtomicU64,
    seen: &Mutex<Vec<String>>,
    own: &Own,
) -> io::Result<()> {
    if fault == Fault::Gone {
        return client.shutdown(Shutdown::Both);
    }
    let head = head(&mut client)?;
    if head.is_empty() {
        return Ok(());
    }
    let line = head.lines().next().unwrap_or_default().to_owned();
    seen.lock().expect("no test panics inside").push(line);
    let number = count.fetch_add(1, Ordering::Relaxed) + 1;
    let mut body = vec![0; length(&head)];
    match fault {
        Fault::CutOff(every) if number.is_multiple_of(every) => {
            let half = body.len() / 2;
            client.read_exact(&mut body[..half])?;
            return client.shutdown(Shutdown::Both);
        }
        _ => client.read_exact(&mut body)?,
    }
    match fault {
        Fault::Status(status, every) if number.is_multiple_of(every) => {
            let wait = if status == 429 {
                "Retry-After: 1\r\n"
            } else {
                ""
            };
            return write!(
                client,
                "HTTP/1.1 {status} Fault\r\n{wait}Content-Length: 0\r\nConnection: close\r\n\r\n"
            );
        }
        Fault::PutStatus(status) if head.starts_with("PUT ") => {
            return write!(
                client,
                "HTTP/1.1 {status} Fault\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            );
        }
        Fault::Slow(wait) => std::thread::sleep(wait),
        Fault::Corrupt(every)
            if number.is_multiple_of(every) && head.starts_with("PUT ") && !body.is_empty() =>
        {
            let middle = body.len() / 2;
            body[middle] ^= 1;
        }
        _ => {}
    }
    let head = match fault {
        Fault::Rename(every) => renamed(&head, every),
        _ => head,
    };
    let request = Request::parse(&head, body);
    let (head, body) = match own(&request) {
        Step::PassOn => (head, request.body),
        Step::Instead(head, body) => (head, body),
        Step::Answer(reply) => {
            return client.write_all(&reply.written("Connection: close\r\n"));
        }
    };
    let mut server = TcpStream::connect(("127.0.0.1", upstream))?;
    let lines = head
        .trim_end()
        .split("\r\n")
        .filter(|line| !line.to_ascii_lowercase().starts_with("connection:"));
    let head: Vec<&str> = lines.chain(["Connection: close", "", ""]).collect();
    server.write_all(head.join("\r\n").as_bytes())?;
    server.write_all(&body)?;
    let mut answer = Vec::new();
    server.read_to_end(&mut answer)?;
    match fault {
        Fault::LoseAnswer(every) if number.is_multiple_of(every) => client.shutdown(Shutdown::Both),
        Fault::Mute(every) if number.is_multiple_of(every) => {
            // Until the client has had enough.
            client.read(&mut [0]).map(drop)
        }
        Fault::Drip(pause) => {
            let answer = closing(&answer);
            let head = answer.windows(4).position(|four| four == b"\r\n\r\n");
            let (head, body) = answer.split_at(head.map_or(0, |end| end + 4));
            client.write_all(head)?;
            body.chunks(body.len().div_ceil(5).max(1))
                .try_for_each(|piece| {
                    std::thread::sleep(pause);
                    client.write_all(piece)
                })
        }
        _ => client.write_all(&closing(&answer)),
    }
}

/// Says in an answer that the connection ends with it, as it does. A client that is not told keeps the connection, and its next
/// request may come just when it is closed: that request is lost to a reset, on a busy machine more often than not.
fn closing(answer: &[u8]) -> Vec<u8> {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n");
    let Some(end) = end else {
        return answer.to_vec();
    };
    let head = String::from_utf8_lossy(&answer[..end]);
    let lines = head
        .split("\r\n")
        .filter(|line| !line.to_ascii_lowercase().starts_with("connection:"));
    let head: Vec<&str> = lines.chain(["Connection: close"]).collect();
    [head.join("\r\n").as_bytes(), &answer[end..]].concat()
}

/// Gives the file that a request renames another name than it says: what some hosts do with names they do not like.
fn renamed(head: &str, every: u64) -> String {
    // Without the port, which is another in every run.
    let path_of = |url: &str| url.splitn(4, '/').nth(3).unwrap_or_default().to_owned();
    let sum = |path: &str| path.bytes().map(u64::from).sum::<u64>();
    // Lists have names that every host likes.
    let is_list = |path: &str| {
        let name = path.rsplit('/').next().unwrap_or_default();
        name.starts_with("SHA256SUMS") || name.ends_with(".json") || name.ends_with(".txt")
    };
    let is_disliked = |url: &str| {
        let path = path_of(url);
        !is_list(&path) && sum(&path).is_multiple_of(every)
    };
    let other = |line: &str| {
        let (name, path) = line.split_once(' ')?;
        let is_it = name.eq_ignore_ascii_case("destination:") && is_disliked(path);
        is_it.then(|| format!("{name} {path}_1"))
    };
    let lines: Vec<String> = head
        .split("\r\n")
        .map(|line| other(line).unwrap_or_else(|| line.to_owned()))
        .collect();
    lines.join("\r\n")
}

fn head(client: &mut TcpStream) -> io::Result<String> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if client.read(&mut byte)? == 0 {
            return Ok(String::new());
        }
        head.push(byte[0]);
    }
    String::from_utf8(head).map_err(io::Error::other)
}

fn length(head: &str) -> usize {
    let line = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then_some(value.trim())
    });
    line.and_then(|value| value.parse().ok()).unwrap_or(0)
}
