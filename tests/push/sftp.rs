//! SFTP against OpenSSH's server, and against rclone's, which replaces what it renames onto.

use std::collections::BTreeMap;
use std::fs;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::contract::contract;
use super::{Host, Pushing, files_below, library};
use crate::support::env::Ran;
use crate::support::kills::scattered;
use crate::support::mounts::{mount, mount_or_skip};
use crate::support::ssh::{Knows, SshServer, openssh, rclone_sftp};

/// A folder on a server of SFTP that serves a folder of this machine.
struct SftpHost {
    /// Where the files lie on this machine.
    folder: PathBuf,
    address: String,
    settings: PathBuf,
    /// What happens in the folder is seen by the server at once.
    sees_all: bool,
}

impl SftpHost {
    /// A folder below the one that OpenSSH serves. The address names no port and user: the settings do.
    fn of_openssh(server: &SshServer, name: &str) -> Self {
        let folder = server.server.folder.join(name);
        Self {
            address: format!("sftp://nas{}", folder.display()),
            folder,
            settings: server.settings.clone(),
            sees_all: true,
        }
    }

    fn of_rclone(server: &SshServer, name: &str) -> Self {
        Self {
            folder: server.server.folder.join(name),
            address: format!("sftp://anna@127.0.0.1:{}/{name}", server.server.port),
            settings: server.settings.clone(),
            // It remembers what its folders held for minutes.
            sees_all: false,
        }
    }
}

impl Host for SftpHost {
    fn address(&self) -> String {
        self.address.clone()
    }

    fn options(&self) -> Vec<String> {
        let settings = self.settings.to_string_lossy().into_owned();
        vec!["--ssh-config".to_owned(), settings]
    }

    fn listing(&self) -> BTreeMap<String, Vec<u8>> {
        files_below(&self.folder)
    }

    fn write(&self, path: &str, bytes: &[u8]) -> bool {
        if self.sees_all {
            let path = self.folder.join(path);
            fs::create_dir_all(path.parent().expect("it has one")).expect("made");
            fs::write(&path, bytes).expect("written");
        }
        self.sees_all
    }

    fn remove(&self, path: &str) -> u64 {
        if self.sees_all {
            fs::remove_file(self.folder.join(path)).expect("it is there");
        }
        self.sees_all.into()
    }
}

fn push(made: &Pushing, host: &SftpHost, options: &[&str]) -> Ran {
    let mut arguments = vec!["push", host.address.as_str()];
    arguments.extend(options);
    made.run(host, &arguments)
}

#[test]
fn openssh_keeps_the_contract() {
    let Some(server) = openssh(Knows::Key) else {
        return;
    };
    contract(&|_: &Pushing, name: &str| Box::new(SftpHost::of_openssh(&server, name)));
}

#[test]
fn rclone_sftp_keeps_the_contract() {
    let Some(server) = rclone_sftp() else { return };
    contract(&|_: &Pushing, name: &str| Box::new(SftpHost::of_rclone(&server, name)));
}

#[test]
fn a_server_whose_key_is_unknown_or_another_gets_nothing() {
    for knows in [Knows::Nothing, Knows::Another] {
        let Some(server) = openssh(knows) else { return };
        let (made, host) = (library(), SftpHost::of_openssh(&server, "x"));
        let ran = push(&made, &host, &[]);
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert!(ran.stderr.contains("is not known for sure"), "{ran:?}");
        assert!(ran.stderr.contains("known_hosts"), "{ran:?}");
        assert_eq!(host.listing(), BTreeMap::new());
    }
}

#[test]
fn a_user_without_a_key_is_told_so() {
    let Some(server) = openssh(Knows::Key) else {
        return;
    };
    let mut host = SftpHost::of_openssh(&server, "x");
    let folder = host.folder.display().to_string();
    host.address = format!(
        "sftp://nobody-of-albumen@127.0.0.1:{}{folder}",
        server.server.port
    );
    let ran = push(&library(), &host, &[]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(
        ran.stderr.contains("Permission denied") && ran.stderr.contains("without asking"),
        "{ran:?}"
    );
}

#[test]
fn copies_are_private_unless_shared() {
    use std::os::unix::fs::PermissionsExt;
    let Some(server) = openssh(Knows::Key) else {
        return;
    };
    let made = library();
    for (name, options, wanted) in [
        ("own", &[][..], (0o700, 0o600)),
        ("all", &["--shared"], (0o755, 0o644)),
    ] {
        let host = SftpHost::of_openssh(&server, name);
        let ran = push(&made, &host, options);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let mode = |path: PathBuf| {
            let metadata = fs::metadata(path).expect("there");
            metadata.permissions().mode() & 0o777
        };
        let file = host.folder.join("SHA256SUMS");
        assert_eq!((mode(host.folder.clone()), mode(file)), wanted);
    }
}

#[test]
fn files_have_the_time_they_have_in_the_library() {
    let Some(server) = openssh(Knows::Key) else {
        return;
    };
    let (made, host) = (library(), SftpHost::of_openssh(&server, "x"));
    made.push(&host, &[], 0);
    let seconds = |path: PathBuf| {
        let changed = fs::metadata(path).and_then(|metadata| metadata.modified());
        let since = changed.expect("told").duration_since(std::time::UNIX_EPOCH);
        since.expect("after 1970").as_secs()
    };
    for name in made.files().keys().filter(|name| name.ends_with(".jpg")) {
        let (here, there) = (made.root().join(name), host.folder.join(name));
        assert_eq!(seconds(here), seconds(there), "{name}");
    }
}

#[test]
fn a_killed_push_goes_on_and_leaves_nothing_behind() {
    let Some(server) = openssh(Knows::Key) else {
        return;
    };
    let made = library();
    let host = SftpHost::of_openssh(&server, "x");
    let other = SftpHost::of_openssh(&server, "whole");
    let whole = Instant::now();
    made.push(&other, &[], 0);
    let (whole, wanted) = (whole.elapsed(), other.listing());
    let mut stopped = 0;
    for round in 0..12 {
        let mut child = begin(&made, &host, &[]);
        let micros = u64::try_from(whole.as_micros()).expect("no such number");
        std::thread::sleep(Duration::from_micros(scattered(round) % (micros / 2)));
        stopped += u32::from(child.try_wait().expect("our child").is_none());
        let _ = child.kill();
        child.wait().expect("it ends");
    }
    assert!(stopped > 3, "only {stopped} were at work");
    made.push(&host, &[], 0);
    let listing = host.listing();
    let names: Vec<&String> = listing.keys().collect();
    assert_eq!(names, wanted.keys().collect::<Vec<_>>());
    assert_eq!(made.push(&host, &[], 0).bytes_sent, 0);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_and_the_push_goes_on() {
    let Some(server) = openssh(Knows::Key) else {
        return;
    };
    let (made, host) = (library(), SftpHost::of_openssh(&server, "small"));
    let options = ["-t", "tmpfs", "-o", "size=96k,mode=700", "albumen-test"];
    let Some(_small) = mount_or_skip(&options, &host.folder) else {
        return;
    };
    fs::write(host.folder.join("filler"), vec![1; 60 << 10]).expect("there is room for it");
    let ran = push(&made, &host, &[]);
    assert!(matches!(ran.code, Some(1 | 3)), "{ran:?}");
    assert!(
        ran.stderr.contains("there is no room left") || ran.stdout.contains("no room"),
        "{ran:?}"
    );
    fs::write(host.folder.join("filler"), "").expect("writable");
    let mounted = mount(&["-o", "remount,size=64m", "albumen-test"], &host.folder);
    assert!(mounted);
    made.push(&host, &[], 0);
}

#[test]
fn a_host_that_says_nothing_is_given_up() {
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = silent.local_addr().expect("bound").port();
    let Some(server) = openssh(Knows::Key) else {
        return;
    };
    let mut host = SftpHost::of_openssh(&server, "x");
    host.address = format!("sftp://127.0.0.1:{port}/x");
    let begun = Instant::now();
    let made = library();
    let mut child = begin(&made, &host, &["--timeout", "1"]);
    while child.try_wait().expect("our child").is_none() {
        assert!(
            begun.elapsed() < Duration::from_secs(120),
            "it waits for ever"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(child.wait().expect("ended").code(), Some(1));
}

fn begin(made: &Pushing, host: &SftpHost, options: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_albumen"))
        .args(["--library", "l", "push", &host.address])
        .args(host.options())
        .args(options)
        .current_dir(made.env.home())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the binary was built with the tests")
}

#[test]
fn what_is_there_is_verified_and_a_wrong_bit_is_found() {
    let Some(server) = openssh(Knows::Key) else {
        return;
    };
    let (made, host) = (library(), SftpHost::of_openssh(&server, "x"));
    made.push(&host, &[], 0);
    let ran = made.run(&host, &["verify", &host.address]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let listing = host.listing();
    let (name, bytes) = listing
        .iter()
        .find(|(name, _)| name.ends_with(".jpg"))
        .expect("a photo");
    let mut bytes = bytes.clone();
    bytes[30] ^= 1;
    assert!(host.write(name, &bytes));
    let ran = made.run(&host, &["verify", &host.address]);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(ran.stdout.contains(name.as_str()), "{ran:?}");
}
