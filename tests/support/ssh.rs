//! A real OpenSSH server, and rclone as one, with the keys and settings that lead to them.

use std::fs;
use std::path::PathBuf;

use super::servers::{Server, free_port, rclone};
use super::tools::{Tool, require};

/// A server of SFTP with what a client needs to get in.
pub struct SshServer {
    /// The server.
    pub server: Server,
    /// Settings of OpenSSH that lead to it.
    pub settings: PathBuf,
    _keys: tempfile::TempDir,
}

/// What a client knows of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Knows {
    /// Its key.
    Key,
    /// Nothing.
    Nothing,
    /// A key of somebody else.
    Another,
}

/// Keys of a server and of a client that may come in.
struct Keys {
    folder: tempfile::TempDir,
    keygen: Tool,
}

impl Keys {
    fn make() -> Option<Self> {
        require("ssh")?;
        let made = Self {
            folder: tempfile::tempdir().expect("a temporary folder"),
            keygen: require("ssh-keygen")?,
        };
        made.key("host");
        made.key("client");
        Some(made)
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn key(&self, name: &str) {
        let mut command = self.keygen.command();
        command
            .args(["-q", "-t", "ed25519", "-N", "", "-f"])
            .arg(self.at(name));
        assert!(command.status().expect("it runs").success());
    }

    /// Writes the settings of a client.
    fn settings(&self, port: u16, knows: Knows) -> PathBuf {
        let known = match knows {
            Knows::Key => "host",
            Knows::Another | Knows::Nothing => {
                self.key("another");
                "another"
            }
        };
        let key = fs::read_to_string(self.at(&format!("{known}.pub"))).expect("made");
        let line = match knows {
            Knows::Nothing => String::new(),
            _ => format!("[127.0.0.1]:{port} {key}"),
        };
        fs::write(self.at("known_hosts"), line).expect("written");
        let settings = format!(
            "Host nas\n  HostName 127.0.0.1\n  Port {port}\n  User {}\n\
             Host *\n  IdentityFile {}\n  IdentitiesOnly yes\n  UserKnownHostsFile {}\n  GlobalKnownHostsFile /dev/null\n",
            user(),
            self.at("client").display(),
            self.at("known_hosts").display()
        );
        let path = self.at("ssh_config");
        fs::write(&path, settings).expect("written");
        path
    }
}

/// Returns who runs the tests: OpenSSH lets nobody else in.
fn user() -> String {
    let output = std::process::Command::new("id").arg("-un").output();
    String::from_utf8(output.expect("id is there").stdout)
        .expect("a name")
        .trim()
        .to_owned()
}

/// Starts OpenSSH; its folders are those of this machine.
pub fn openssh(knows: Knows) -> Option<SshServer> {
    let sshd = require("sshd")?;
    let keys = Keys::make()?;
    let port = free_port();
    // Where root runs it, it wants this folder of its own.
    let _ = fs::create_dir_all("/run/sshd");
    let server = Server::start(port, |temp| {
        let config = format!(
            "ListenAddress 127.0.0.1\nPort {port}\nHostKey {}\nPidFile {}\nAuthorizedKeysFile {}\nUsePAM no\nStrictModes no\n\
             PasswordAuthentication no\nSubsystem sftp internal-sftp\n",
            keys.at("host").display(),
            temp.join("pid").display(),
            keys.at("client.pub").display()
        );
        fs::write(temp.join("sshd_config"), config).expect("written");
        let mut command = sshd.command();
        command
            .args(["-D", "-e", "-f"])
            .arg(temp.join("sshd_config"));
        command
    });
    Some(ready(server, keys, knows))
}

/// Starts rclone as a server of SFTP, which renames over whatever is there. Its topmost folder is the one it serves.
pub fn rclone_sftp() -> Option<SshServer> {
    let keys = Keys::make()?;
    let (host, client) = (keys.at("host"), keys.at("client.pub"));
    let server = rclone("sftp", |command, _| {
        command.arg("--key").arg(host);
        command.arg("--authorized-keys").arg(client);
    })?;
    Some(ready(server, keys, Knows::Key))
}

fn ready(server: Server, keys: Keys, knows: Knows) -> SshServer {
    SshServer {
        settings: keys.settings(server.port, knows),
        server,
        _keys: keys.folder,
    }
}
