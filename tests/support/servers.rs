//! Real servers on loopback, each in a folder of its own, stopped when the value is dropped.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::tools::require;

/// Ports that tests give to servers. Above them, by 10,000, are the second ones of SeaweedFS, which are below the clients' ports, too.
const FIRST_PORT: u16 = 11_000;
const PORTS_END: u16 = 21_000;

/// A running server.
pub struct Server {
    /// Its port on 127.0.0.1.
    pub port: u16,
    /// The folder it serves, if it serves one.
    pub folder: PathBuf,
    child: Child,
    _temp: TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        // A program that was started by way of another one goes with it: both are of one group, which has the child's number.
        let _ = Command::new("kill")
            .arg("--")
            .arg(format!("-{}", self.child.id()))
            .status();
        let _ = self.child.wait();
    }
}

/// Returns a port nobody listens on, and which this process gives out once only.
///
/// A server takes it a moment later, so it must not be one that the system gives to a client in between: those begin at 32,768.
pub fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    // Processes that test at one time begin in different places.
    let start = std::process::id().wrapping_mul(64);
    for _ in 0..PORTS_END - FIRST_PORT {
        let number = start.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed).into());
        let port = number % u32::from(PORTS_END - FIRST_PORT) + u32::from(FIRST_PORT);
        let port = u16::try_from(port).expect("below the clients' ports");
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
    panic!("every port from {FIRST_PORT} to {PORTS_END} is taken");
}

impl Server {
    /// Starts a program that serves `folder` of the returned value; waits until it listens.
    pub(super) fn start(port: u16, prepare: impl FnOnce(&Path) -> Command) -> Self {
        let temp = tempfile::Builder::new()
            .prefix("albumen-server-")
            .tempdir()
            .expect("a temporary folder");
        let folder = temp.path().join("served");
        fs::create_dir(&folder).expect("made");
        let log = fs::File::create(temp.path().join("log")).expect("made");
        let mut command = prepare(temp.path());
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let child = command
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("cloned"))
            .stderr(log)
            .spawn()
            .expect("the program starts");
        let mut server = Self {
            port,
            folder,
            child,
            _temp: temp,
        };
        server.wait(port);
        server
    }

    fn wait(&mut self, port: u16) {
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            let ended = self.child.try_wait().expect("our child").is_some();
            assert!(
                !ended && begun.elapsed() < Duration::from_secs(60),
                "the server does not start: {}",
                self.log()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn log(&self) -> String {
        let mut text = String::new();
        let path = self._temp.path().join("log");
        let _ = fs::File::open(path).and_then(|mut file| file.read_to_string(&mut text));
        text
    }
}

/// Starts rclone as a server of `protocol`, with what else it shall be told.
pub(super) fn rclone(protocol: &str, and: impl FnOnce(&mut Command, &Path)) -> Option<Server> {
    let rclone = require("rclone")?;
    let port = free_port();
    Some(Server::start(port, |temp| {
        let mut command = rclone.command();
        command.args(["serve", protocol]).arg(temp.join("served"));
        command.args(["--addr", &format!("127.0.0.1:{port}")]);
        command.args(["--config", "/dev/null"]);
        and(&mut command, temp);
        command
    }))
}

/// Starts rclone as a WebDAV server with a password asked for in the Basic way.
pub fn rclone_webdav(user: &str, password: &str) -> Option<Server> {
    rclone("webdav", |command, _| {
        command.args(["--user", user, "--pass", password]);
    })
}

/// Starts rclone as a WebDAV server whose folder is at `base`, with a password asked for in the Basic way.
pub fn rclone_webdav_at(base: &str, user: &str, password: &str) -> Option<Server> {
    rclone("webdav", |command, _| {
        command.args(["--user", user, "--pass", password, "--baseurl", base]);
    })
}

/// Starts rclone as a WebDAV server with a certificate, and nobody's password.
pub fn rclone_webdav_tls(certificate: &Path, key: &Path) -> Option<Server> {
    rclone("webdav", |command, _| {
        command.arg("--cert").arg(certificate).arg("--key").arg(key);
    })
}

/// Starts wsgidav, which asks for a password in the Digest way.
pub fn wsgidav(user: &str, password: &str) -> Option<Server> {
    let wsgidav = require("wsgidav")?;
    let port = free_port();
    Some(Server::start(port, |temp| {
        let config = format!(
            "host: 127.0.0.1\nport: {port}\nprovider_mapping:\n  \"/\": \"{}\"\nhttp_authenticator:\n  accept_basic: false\n  \
             accept_digest: true\n  default_to_digest: true\nsimple_dc:\n  user_mapping:\n    \"*\":\n      \"{user}\":\n        \
             password: \"{password}\"\nproperty_manager: true\nlock_storage: true\nverbose: 1\n",
            temp.join("served").display()
        );
        fs::write(temp.join("c.yaml"), config).expect("written");
        let mut command = wsgidav.command();
        command.arg("--config").arg(temp.join("c.yaml"));
        command
    }))
}

/// Starts Apache with `mod_dav` and nobody's password.
pub fn apache() -> Option<Server> {
    let apache = require("apache2")?;
    let port = free_port();
    let modules = PathBuf::from("/usr/lib/apache2/modules");
    Some(Server::start(port, |temp| {
        let served = temp.join("served");
        let load: String = [
            "mpm_event",
            "authn_core",
            "authz_core",
            "dav",
            "dav_fs",
            "mime",
        ]
        .iter()
        .map(|name| {
            format!(
                "LoadModule {name}_module {}/mod_{name}.so\n",
                modules.display()
            )
        })
        .collect();
        let own = temp.display();
        let user = if is_root() {
            "User www-data\nGroup www-data\n"
        } else {
            ""
        };
        let config = format!(
            "ServerRoot {own}\nServerName localhost\nListen 127.0.0.1:{port}\n{load}{user}PidFile {own}/pid\nErrorLog {own}/log\n\
             TypesConfig /dev/null\nDocumentRoot {0}\nDavLockDB {own}/locks/db\n<Directory {0}>\nDav On\nRequire all granted\n\
             AllowEncodedSlashes On\n</Directory>\n",
            served.display()
        )
        .replace("AllowEncodedSlashes On\n", "");
        fs::write(temp.join("httpd.conf"), config).expect("written");
        fs::create_dir(temp.join("locks")).expect("made");
        if is_root() {
            let owned = Command::new("chown")
                .args(["-R", "www-data"])
                .arg(temp)
                .status();
            assert!(owned.expect("chown is there").success());
        }
        let mut command = apache.command();
        command
            .arg("-f")
            .arg(temp.join("httpd.conf"))
            .args(["-D", "FOREGROUND"]);
        command
    }))
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output().expect("id is there");
    output.stdout == b"0\n"
}

/// Names of the keys every S3 server here knows.
pub const S3_KEYS: (&str, &str) = ("accesskey1", "secretkey1");

/// Starts rclone as an S3 server: it ignores conditions, as half of all stores do.
pub fn rclone_s3() -> Option<Server> {
    rclone("s3", |command, temp| {
        command.args(["--auth-key", &format!("{},{}", S3_KEYS.0, S3_KEYS.1)]);
        command.args(["--vfs-cache-mode", "full", "--cache-dir"]);
        command.arg(temp.join("cache"));
    })
}

/// Starts SeaweedFS, which keeps the whole of the protocol. Its programs listen on many ports next to one another.
pub fn seaweed() -> Option<Server> {
    let weed = require("weed")?;
    let (port, master) = (free_port(), free_pair());
    let server = Server::start(port, |temp| {
        let keys = format!(
            r#"{{"identities":[{{"name":"a","credentials":[{{"accessKey":"{}","secretKey":"{}"}}],
            "actions":["Admin","Read","Write","List","Tagging"]}}]}}"#,
            S3_KEYS.0, S3_KEYS.1
        );
        fs::write(temp.join("s3.json"), keys).expect("written");
        let mut command = weed.command();
        command
            .current_dir(temp)
            .arg("server")
            .arg(format!("-dir={}", temp.join("served").display()));
        command.args([
            "-ip=127.0.0.1",
            "-ip.bind=127.0.0.1",
            "-filer",
            "-s3",
            "-s3.config=s3.json",
            "-volume.max=20",
        ]);
        command
            .arg(format!("-s3.port={port}"))
            .arg("-master.volumeSizeLimitMB=64");
        for (option, own) in [
            ("-master.port", master),
            ("-volume.port", free_pair()),
            ("-filer.port", free_pair()),
        ] {
            command.arg(format!("{option}={own}"));
        }
        command.arg(format!("-s3.port.grpc={}", free_port()));
        // Tables nobody asked for, on ports that are the same for every server.
        command.args(["-s3.port.iceberg=0", "-s3.port.lance=0"]);
        command
    });
    wait_for_room(&server, master);
    Some(server)
}

/// Waits until SeaweedFS can store something: it listens before.
fn wait_for_room(server: &Server, master: u16) {
    let begun = Instant::now();
    while !answer(master, "/dir/assign").is_some_and(|text| text.contains("\"fid\"")) {
        assert!(
            begun.elapsed() < Duration::from_secs(60),
            "SeaweedFS gives no room: {}",
            server.log()
        );
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Asks a server on loopback for a path, and returns all it says.
fn answer(port: u16, path: &str) -> Option<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
    write!(stream, "GET {path} HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n").ok()?;
    let mut said = String::new();
    stream.read_to_string(&mut said).ok()?;
    Some(said)
}

/// Returns a port which is free, and so is the one 10,000 further on: SeaweedFS takes both.
fn free_pair() -> u16 {
    loop {
        let port = free_port();
        if TcpListener::bind(("127.0.0.1", port + 10_000)).is_ok() {
            return port;
        }
    }
}
