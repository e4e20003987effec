//! PhotoPrism's interface for programs before a real WebDAV server: no PhotoPrism can be installed from a package registry.
//!
//! Routes, fields and statuses from `internal/api/index.go` and `auth_session_create.go` of photoprism/photoprism: an index needs a
//! token, JSON, and the right to update photos; name and password are exchanged for a token; an app password is one itself.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use super::http::{Reply, Request};
use super::proxy::{Proxy, Step};
use super::servers::{Server, rclone_webdav_at};

/// Its folder of originals.
pub const ORIGINALS: &str = "/originals";
/// Its user.
pub const USER: &str = "anna";
const TOKEN: &str = "69be27ac5ca305b394046a83f6fda18167ca3d3f2dbe7ac2";

/// The running stand-in.
pub struct PhotoPrism {
    /// What tests talk to.
    pub proxy: Proxy,
    /// The server that holds the files.
    pub server: Server,
    asked: Arc<Mutex<Vec<String>>>,
}

impl PhotoPrism {
    /// Starts it with a user who has this password; `may_index` says whether they may index.
    pub fn start(password: &'static str, may_index: bool) -> Option<Self> {
        Self::start_slow(password, may_index, Duration::ZERO)
    }

    /// Starts one that takes so long for an index: it answers when that is done.
    pub fn start_slow(password: &'static str, may_index: bool, takes: Duration) -> Option<Self> {
        let server = rclone_webdav_at(ORIGINALS, USER, password)?;
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let notes = asked.clone();
        let proxy = Proxy::answering(server.port, move |request| {
            match request.path.strip_prefix("/api/v1/") {
                None => Step::PassOn,
                Some("session") if request.method == "POST" => session(request, password),
                Some("index") if request.method == "POST" => {
                    let token = request.header("authorization").unwrap_or_default();
                    let is_known = [TOKEN, password]
                        .iter()
                        .any(|known| token == format!("Bearer {known}"));
                    let options: Option<Value> = serde_json::from_slice(&request.body).ok();
                    match (is_known, may_index, options) {
                        (false, ..) => says(401, &json!({ "error": "Unauthorized" })),
                        (_, false, _) => says(403, &json!({ "error": "Permission denied" })),
                        (.., None) => says(400, &json!({ "error": "Unable to do that" })),
                        (.., Some(options)) => {
                            let path = options["path"].as_str().unwrap_or("?").to_owned();
                            notes.lock().expect("no test panics inside").push(path);
                            std::thread::sleep(takes);
                            says(
                                200,
                                &json!({ "code": 200, "message": "Indexing completed" }),
                            )
                        }
                    }
                }
                Some(_) => says(404, &json!({})),
            }
        });
        Some(Self {
            proxy,
            server,
            asked,
        })
    }

    /// Returns the folders it was told to index.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("no test panics inside").clone()
    }
}

fn session(request: &Request, password: &str) -> Step {
    let said: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    match said == json!({ "username": USER, "password": password }) {
        true => says(200, &json!({ "status": "success", "access_token": TOKEN })),
        false => says(401, &json!({ "error": "Invalid credentials" })),
    }
}

fn says(status: u16, body: &Value) -> Step {
    Step::Answer(Reply {
        status,
        content_type: "application/json",
        body: body.to_string().into_bytes(),
    })
}
