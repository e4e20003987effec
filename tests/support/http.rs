//! As much of an HTTP server as a stand-in needs: requests with a length, answers, connections that stay open.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A request.
#[derive(Debug)]
pub struct Request {
    /// Its method.
    pub method: String,
    /// Its path, without the query.
    pub path: String,
    /// Its query, without the question mark.
    pub query: String,
    headers: Vec<(String, String)>,
    /// Its body.
    pub body: Vec<u8>,
}

impl Request {
    /// Reads the head of a request that came with this body.
    pub fn parse(head: &str, body: Vec<u8>) -> Self {
        let mut lines = head.lines();
        let mut words = lines.next().unwrap_or_default().split_whitespace();
        let (method, target) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let header = |line: &str| {
            let (name, value) = line.split_once(':')?;
            Some((name.to_owned(), value.trim().to_owned()))
        };
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            headers: lines.filter_map(header).collect(),
            body,
        }
    }

    /// Returns a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(own, _)| own.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

/// An answer.
pub struct Reply {
    /// Its status.
    pub status: u16,
    /// What its body is.
    pub content_type: &'static str,
    /// Its body.
    pub body: Vec<u8>,
}

impl Reply {
    /// Returns the answer as it goes over the line, with these further headers.
    pub fn written(&self, headers: &str) -> Vec<u8> {
        let head = format!(
            "HTTP/1.1 {} x\r\nContent-Type: {}\r\nContent-Length: {}\r\n{headers}\r\n",
            self.status,
            self.content_type,
            self.body.len()
        );
        [head.as_bytes(), &self.body].concat()
    }
}

type Handler = dyn Fn(Request) -> Reply + Send + Sync;

/// A server that answers until it is dropped.
pub struct Listening {
    /// Its port on 127.0.0.1.
    pub port: u16,
    stop: Arc<AtomicBool>,
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

impl Listening {
    /// Starts answering.
    pub fn start(handler: impl Fn(Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback is there");
        let port = listener.local_addr().expect("it has an address").port();
        let stop = Arc::new(AtomicBool::new(false));
        let (handler, stopped): (Arc<Handler>, _) = (Arc::new(handler), stop.clone());
        std::thread::spawn(move || {
            for client in listener.incoming() {
                if stopped.load(Ordering::Relaxed) {
                    return;
                }
                let Ok(client) = client else { continue };
                let handler = handler.clone();
                // A client that goes away in the middle of a request is its own affair, and leaves nothing.
                std::thread::spawn(move || drop(answer_all(&client, handler.as_ref())));
            }
        });
        Self { port, stop }
    }
}

fn answer_all(client: &TcpStream, handler: &Handler) -> io::Result<()> {
    client.set_nodelay(true)?;
    let mut reader = BufReader::new(client);
    while let Some(request) = request(&mut reader)? {
        let closes = request.header("connection") == Some("close");
        let reply = handler(request);
        let mut client = client;
        // A client that is not told would use the connection again just when it is closed.
        let says = if closes { "Connection: close\r\n" } else { "" };
        client.write_all(&reply.written(says))?;
        if closes {
            return Ok(());
        }
    }
    Ok(())
}

fn request(reader: &mut BufReader<&TcpStream>) -> io::Result<Option<Request>> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head)? == 0 {
            return Ok(None);
        }
    }
    let mut request = Request::parse(&head, Vec::new());
    let length = request.header("content-length");
    let length = length.and_then(|text| text.parse().ok()).unwrap_or(0);
    request.body = vec![0; length];
    reader.read_exact(&mut request.body)?;
    Ok(Some(request))
}
