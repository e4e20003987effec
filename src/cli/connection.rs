//! How to reach a destination: its address, and the secrets, which come from the environment, a private file or a command.

use std::collections::HashMap;
use std::env;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use model::content_hash::hex;
use sha2::{Digest, Sha256};

use super::args::ConnectionArgs;
use super::error::CliError;
use super::interrupt::Interrupt;
use super::private;
use super::ssh;
use net::proxy::Way;
use push::Destination;
use push::address::Address;
use push::connection::Connection;
use push::http::{Patience, SILENCE};
use push::readers::Readers;
use push::remote_folder::RemoteFolder;
use push::scheme::Store;
use push::secret::{Credentials, Secret};

/// Reads the address of a destination.
pub fn address(text: &str, args: &ConnectionArgs) -> Result<Address, CliError> {
    let or_env = |given: &Option<String>, name: &str| {
        let found = given.clone().or_else(|| env::var(name).ok());
        found.filter(|value| !value.is_empty())
    };
    let store = Store {
        endpoint: or_env(&args.endpoint, "AWS_ENDPOINT_URL"),
        region: or_env(&args.region, "AWS_REGION").or_else(|| or_env(&None, "AWS_DEFAULT_REGION")),
    };
    Address::parse(text, &store).map_err(CliError::Address)
}

/// Returns the destination at an address. `library` tells this machine's unfinished files from another's.
pub fn open(
    address: &Address,
    args: &ConnectionArgs,
    library: &Path,
    interrupt: &Interrupt,
) -> Result<Box<dyn Destination>, CliError> {
    let connection = connection(address, args, library, interrupt)?;
    address.open(&connection).map_err(|source| CliError::Push {
        destination: address.name(),
        source: source.into(),
    })
}

/// Returns the folder at an address, to fetch archives from.
pub fn open_folder(
    address: &Address,
    args: &ConnectionArgs,
    library: &Path,
    interrupt: &Interrupt,
) -> Result<Box<dyn RemoteFolder>, CliError> {
    let connection = connection(address, args, library, interrupt)?;
    let failed = |source| CliError::RemoteInbox {
        inbox: address.name(),
        source,
    };
    let folder = address.remote_folder(&connection).map_err(failed)?;
    folder.ok_or_else(|| CliError::NoRemoteInbox {
        inbox: address.name(),
    })
}

fn connection(
    address: &Address,
    args: &ConnectionArgs,
    library: &Path,
    interrupt: &Interrupt,
) -> Result<Connection, CliError> {
    let given = given(args)?;
    let names = address.secrets();
    let interrupt = interrupt.clone();
    Ok(Connection {
        readers: match args.shared {
            true => Readers::Shared,
            false => Readers::Owner,
        },
        credentials: Credentials {
            user: value(&given, names.user),
            password: value(&given, names.password).map(Secret::new),
            token: value(&given, names.token).map(Secret::new),
        },
        ca_file: args.ca_file.clone(),
        way: match args.no_proxy {
            true => Way::Direct,
            false => Way::Environment,
        },
        ssh_config: args.ssh_config.clone(),
        ssh: Arc::new(ssh::start),
        machine: machine(library),
        clock: Arc::new(Timestamp::now),
        patience: Patience {
            silence: args.timeout.map_or(SILENCE, Duration::from_secs),
            policy: Default::default(),
            pause: Arc::new(move |wait| pause(wait, &interrupt)),
        },
    })
}

/// Returns user name and password of the configuration under the names they are given by.
pub fn secrets(
    address: &Address,
    user: Option<&str>,
    password: Option<&Secret>,
) -> Vec<(String, Secret)> {
    let names = address.secrets();
    let user = user.map(|user| (names.user.to_owned(), Secret::new(user)));
    let password = password.map(|password| (names.password.to_owned(), password.clone()));
    user.into_iter().chain(password).collect()
}

/// What a private file or a command gave comes before the environment: it was asked for.
fn value(given: &HashMap<String, String>, name: &str) -> Option<String> {
    if name.is_empty() {
        return None;
    }
    let found = given.get(name).cloned().or_else(|| env::var(name).ok());
    found.filter(|value| !value.is_empty())
}

/// Returns the `NAME=value` lines of the private file or the command.
fn given(args: &ConnectionArgs) -> Result<HashMap<String, String>, CliError> {
    if !args.secrets.is_empty() {
        let revealed =
            |(name, secret): &(String, Secret)| (name.clone(), secret.reveal().to_owned());
        return Ok(args.secrets.iter().map(revealed).collect());
    }
    let text = match (&args.secret_file, &args.secret_command) {
        (Some(path), _) => private_text(path)?,
        (None, Some(command)) => output(command)?,
        (None, None) => return Ok(HashMap::new()),
    };
    Ok(named(&text))
}

/// Reads lines of `NAME=VALUE`; those that begin with `#` are comments.
pub fn named(text: &str) -> HashMap<String, String> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('='))
        .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
        .collect()
}

fn private_text(path: &Path) -> Result<String, CliError> {
    let failed = |source| CliError::SecretFile {
        path: path.to_owned(),
        source,
    };
    private::check(path)?;
    fs::read_to_string(path).map_err(failed)
}

fn output(command: &str) -> Result<String, CliError> {
    let (shell, flag) = if cfg!(windows) {
        ("cmd", "/C")
    } else {
        ("sh", "-c")
    };
    let output = Command::new(shell)
        .args([flag, command])
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|_| CliError::SecretCommand)?;
    match output.status.success() {
        // What it printed is the secret: it goes nowhere else.
        true => String::from_utf8(output.stdout).map_err(|_| CliError::SecretCommand),
        false => Err(CliError::SecretCommand),
    }
}

/// Returns a short name for this machine and library, the same in every run.
fn machine(library: &Path) -> String {
    let host = fs::read_to_string("/etc/machine-id")
        .or_else(|_| fs::read_to_string("/etc/hostname"))
        .ok()
        .or_else(|| env::var("COMPUTERNAME").ok())
        .unwrap_or_default();
    let library = std::path::absolute(library).unwrap_or_else(|_| library.to_owned());
    let digest: [u8; 32] = Sha256::digest(format!("{host}\n{}", library.display())).into();
    hex(&digest[..4])
}

/// Waits; returns `false` if the user wants to stop.
pub(super) fn pause(wait: Duration, interrupt: &Interrupt) -> bool {
    let mut left = wait;
    while !left.is_zero() {
        if interrupt.is_asked() {
            return false;
        }
        let slice = left.min(Duration::from_millis(100));
        std::thread::sleep(slice);
        left -= slice;
    }
    true
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_file_others_can_read_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        fs::write(
            &path,
            "# mine\nALBUMEN_WEBDAV_USER = anna\nALBUMEN_WEBDAV_PASSWORD=a=b c\n",
        )
        .unwrap();
        let args = ConnectionArgs {
            secret_file: Some(path.clone()),
            ..ConnectionArgs::default()
        };
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(
            given(&args),
            Err(CliError::OpenSecretFile { mode: 0o640, .. })
        ));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        let found = given(&args).unwrap();
        assert_eq!(found["ALBUMEN_WEBDAV_USER"], "anna");
        assert_eq!(found["ALBUMEN_WEBDAV_PASSWORD"], "a=b c");
    }

    #[cfg(unix)]
    #[test]
    fn a_command_gives_secrets_or_fails() {
        let args = |command: &str| ConnectionArgs {
            secret_command: Some(command.to_owned()),
            ..ConnectionArgs::default()
        };
        assert_eq!(given(&args("echo A=b")).unwrap()["A"], "b");
        assert!(matches!(
            given(&args("false")),
            Err(CliError::SecretCommand)
        ));
    }
}
