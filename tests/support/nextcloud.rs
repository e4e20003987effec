//! Nextcloud's upload in parts before a real WebDAV server: no Nextcloud can be installed from a package registry.
//!
//! What it does is what `formats/destinations.md` 2.3 says of Nextcloud 31 and its documents of "chunked upload v2": a session is made
//! by MKCOL, takes numbered parts, shows them with their sizes, and becomes a file by MOVE of `.file`; a wrong total answers 400 and
//! keeps the parts; every part but the last has 5 MB or more. The file itself then goes to the server behind, by a PUT.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use super::http::{Reply, Request};
use super::proxy::{Proxy, Step};
use super::servers::{Server, rclone_webdav_at};

/// Its user, and an app password.
pub const USER: (&str, &str) = ("anna", "yJk2A-33Kwx-RTgb2-Sf9aH-7wQmz");
/// Its files.
pub const FILES: &str = "/remote.php/dav/files/anna";
const UPLOADS: &str = "/remote.php/dav/uploads/anna/";
/// Smallest and, here, largest part.
pub const PART: usize = 5 << 20;

type Parts = BTreeMap<u32, Vec<u8>>;

/// The running stand-in.
pub struct Nextcloud {
    /// What tests talk to.
    pub proxy: Proxy,
    /// The server that holds the files.
    pub server: Server,
    store: Arc<Mutex<Store>>,
}

#[derive(Default)]
struct Store {
    sessions: BTreeMap<String, Parts>,
    /// Parts from this number on are answered with 503.
    refuses_from: Option<u32>,
    taken: Vec<u32>,
    /// Where the server behind keeps the files.
    folder: PathBuf,
    /// Requests about files by method.
    requests: BTreeMap<String, u64>,
}

impl Nextcloud {
    /// Starts it; `None` where the server behind is not installed.
    pub fn start() -> Option<Self> {
        let server = rclone_webdav_at(FILES, USER.0, USER.1)?;
        let store = Arc::new(Mutex::new(Store {
            folder: server.folder.clone(),
            ..Store::default()
        }));
        let own = store.clone();
        let proxy = Proxy::answering(server.port, move |request| {
            own.lock().expect("no test panics inside").answer(request)
        });
        Some(Self {
            proxy,
            server,
            store,
        })
    }

    /// Refuses parts from this number on.
    pub fn refuse_from(&self, number: Option<u32>) {
        self.store.lock().expect("unharmed").refuses_from = number;
    }

    /// Cuts a part of the unfinished upload short, as a connection that breaks does.
    pub fn cut_short(&self, number: u32) {
        let mut store = self.store.lock().expect("unharmed");
        let parts = store.sessions.values_mut().next().expect("an upload");
        parts.get_mut(&number).expect("the part").truncate(1000);
    }

    /// Returns the numbers of the parts it took, in order, since it was last asked.
    pub fn taken(&self) -> Vec<u32> {
        std::mem::take(&mut self.store.lock().expect("unharmed").taken)
    }

    /// Returns the requests since it was last asked, by method; uploads in parts aside.
    pub fn requests(&self) -> BTreeMap<String, u64> {
        std::mem::take(&mut self.store.lock().expect("unharmed").requests)
    }

    /// Returns how many uploads are not finished.
    pub fn sessions(&self) -> usize {
        self.store.lock().expect("unharmed").sessions.len()
    }
}

fn says(status: u16, body: impl Into<Vec<u8>>) -> Step {
    Step::Answer(Reply {
        status,
        content_type: "application/xml; charset=utf-8",
        body: body.into(),
    })
}

impl Store {
    fn answer(&mut self, request: &Request) -> Step {
        let is_capabilities = request.path == "/ocs/v2.php/cloud/capabilities";
        let Some(path) = request.path.strip_prefix(UPLOADS) else {
            let count = self.requests.entry(request.method.clone()).or_default();
            *count += 1;
            return match is_capabilities {
                true => capabilities(request),
                false if self.is_forbidden(request) => says(412, "a precondition failed"),
                false => Step::PassOn,
            };
        };
        if !is_known(request) {
            return says(401, "");
        }
        let (session, name) = path.split_once('/').unwrap_or((path, ""));
        match (request.method.as_str(), name) {
            ("MKCOL", "") => self.begin(session, request),
            ("PROPFIND", "") => self.show(session),
            ("PUT", name) => self.take(session, name, request),
            ("MOVE", ".file") => self.finish(session, request),
            _ => says(405, ""),
        }
    }

    /// What is there is not written over by a request that says so; the server behind knows no such conditions.
    fn is_forbidden(&self, request: &Request) -> bool {
        let only_new = request.method == "PUT" && request.header("if-none-match") == Some("*");
        only_new && self.is_there(&request.path)
    }

    fn is_there(&self, path: &str) -> bool {
        let Some(path) = path.strip_prefix(FILES) else {
            return false;
        };
        let mut bytes = Vec::new();
        let mut rest = path.as_bytes().iter();
        while let Some(byte) = rest.next() {
            match byte {
                b'%' => {
                    let digits: String = rest.by_ref().take(2).map(|byte| *byte as char).collect();
                    bytes.push(u8::from_str_radix(&digits, 16).expect("two digits"));
                }
                byte => bytes.push(*byte),
            }
        }
        let path = String::from_utf8(bytes).expect("a name");
        self.folder.join(path.trim_start_matches('/')).exists()
    }

    fn begin(&mut self, session: &str, request: &Request) -> Step {
        match destination(request) {
            None => says(400, "no destination"),
            Some(_) if self.sessions.contains_key(session) => says(405, ""),
            Some(_) => {
                self.sessions.insert(session.to_owned(), Parts::new());
                says(201, "")
            }
        }
    }

    fn show(&self, session: &str) -> Step {
        let Some(parts) = self.sessions.get(session) else {
            return says(404, "");
        };
        let mut body = String::from(r#"<?xml version="1.0"?><d:multistatus xmlns:d="DAV:">"#);
        let mut add = |name: &str, what: &str| {
            let _ = write!(
                body,
                "<d:response><d:href>{UPLOADS}{session}/{name}</d:href><d:propstat><d:prop>{what}</d:prop>\
                 <d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>"
            );
        };
        add("", "<d:resourcetype><d:collection/></d:resourcetype>");
        let file = |size: usize| {
            format!("<d:resourcetype/><d:getcontentlength>{size}</d:getcontentlength>")
        };
        for (number, bytes) in parts {
            add(&format!("{number:05}"), &file(bytes.len()));
        }
        add(".file", &file(0));
        body.push_str("</d:multistatus>");
        says(207, body)
    }

    fn take(&mut self, session: &str, name: &str, request: &Request) -> Step {
        let number: Option<u32> = name.parse().ok();
        let Some(number) = number.filter(|number| (1..=10_000).contains(number)) else {
            return says(400, "no number of a part");
        };
        if destination(request).is_none() || request.header("oc-total-length").is_none() {
            return says(400, "a header is missing");
        }
        if self.refuses_from.is_some_and(|from| number >= from) {
            return says(503, "");
        }
        let Some(parts) = self.sessions.get_mut(session) else {
            return says(404, "");
        };
        parts.insert(number, request.body.clone());
        self.taken.push(number);
        says(201, "")
    }

    fn finish(&mut self, session: &str, request: &Request) -> Step {
        let Some(parts) = self.sessions.get(session) else {
            return says(404, "");
        };
        let Some(path) = destination(request) else {
            return says(400, "no destination");
        };
        if request.header("overwrite") == Some("F") && self.is_there(&path) {
            return says(412, "a precondition failed");
        }
        let total: usize = parts.values().map(Vec::len).sum();
        if request.header("oc-total-length") != Some(total.to_string().as_str()) {
            return says(400, "chunks on server do not sum up");
        }
        let small = |bytes: &Vec<u8>| bytes.len() < PART;
        if parts.values().rev().skip(1).any(small) {
            return says(400, "a part is too small");
        }
        let body: Vec<u8> = parts.values().flatten().copied().collect();
        let authorization = request.header("authorization").unwrap_or_default();
        let mut head = format!(
            "PUT {path} HTTP/1.1\r\nHost: x\r\nAuthorization: {authorization}\r\nContent-Length: {}",
            body.len()
        );
        if let Some(time) = request.header("x-oc-mtime") {
            let _ = write!(head, "\r\nX-OC-Mtime: {time}");
        }
        self.sessions.remove(session);
        Step::Instead(head, body)
    }
}

fn is_known(request: &Request) -> bool {
    use base64::Engine;
    let pair = format!("{}:{}", USER.0, USER.1);
    let expected = base64::engine::general_purpose::STANDARD.encode(pair);
    request.header("authorization") == Some(&format!("Basic {expected}"))
}

/// Path of the file a session becomes; it must be one of the user's own.
fn destination(request: &Request) -> Option<String> {
    let (_, rest) = request.header("destination")?.split_once("://")?;
    let path = &rest[rest.find('/')?..];
    path.starts_with(FILES).then(|| path.to_owned())
}

fn capabilities(request: &Request) -> Step {
    if !is_known(request) || request.header("ocs-apirequest") != Some("true") {
        return says(401, "");
    }
    let said = serde_json::json!({ "ocs": { "meta": { "status": "ok", "statuscode": 200 }, "data": {
        "version": { "major": 31 },
        "capabilities": {
            "dav": { "chunking": "1.0" },
            "files": { "chunked_upload": { "max_size": PART, "max_parallel_count": 5 } },
        },
    } } });
    says(200, said.to_string())
}
