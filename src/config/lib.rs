//! What a person sets up once: `albumen.toml`. Reads text only; where the file lies is the command line's affair.

mod keys;
mod quiet;
mod template;

use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use net::secret::Secret;
pub use quiet::QuietHours;
pub use template::TEMPLATE;

/// Returns every setting there is, with its section before it (`inbox.path`).
pub fn settings() -> Vec<String> {
    keys::names()
}

/// The settings.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Config {
    /// Folder of the library.
    pub library: Option<PathBuf>,
    /// Time zone its owner lives in.
    pub home_timezone: Option<String>,
    /// Things left aside unless asked for: `messages`.
    pub include: Vec<String>,
    /// When `sync` leaves the machine alone.
    pub quiet_hours: Option<QuietHours>,
    /// Share of the library that is read again after an import.
    pub verify_sample: Option<Share>,
    /// The library's gallery is kept up to date.
    pub gallery: bool,
    /// Folders that are watched for archives.
    pub inbox: Vec<Inbox>,
    /// What happens to archives that are in the library.
    pub archives: Archives,
    /// Where the library is pushed to.
    pub destination: Vec<DestinationConfig>,
    /// Who hears about it.
    pub notify: Notify,
}

/// A folder that is watched for archives: one of this machine, or one on a server.
#[derive(Debug, Clone, Deserialize)]
pub struct Inbox {
    /// The folder, if it is one of this machine.
    pub path: Option<PathBuf>,
    /// Address of the folder, if it is one on a server: WebDAV, S3 or SFTP.
    pub address: Option<String>,
    /// Only names like this; `*` is any text.
    pub pattern: Option<String>,
    /// How to get in at the server.
    #[serde(flatten)]
    pub server: Server,
}

/// How to get in at a server.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Server {
    /// Address of an S3-compatible store that is not Amazon's.
    pub endpoint: Option<String>,
    /// Region of the store.
    pub region: Option<String>,
    /// Certificates that are trusted, too.
    pub ca_file: Option<PathBuf>,
    /// Settings of OpenSSH.
    pub ssh_config: Option<PathBuf>,
    /// Private file of secrets.
    pub secret_file: Option<PathBuf>,
    /// Command that prints secrets.
    pub secret_command: Option<String>,
    /// User name or access key.
    pub user: Option<String>,
    /// Password or secret key.
    pub password: Option<Secret>,
}

/// What happens to archives after an import that left nothing out.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Archives {
    /// What to do.
    pub after_import: AfterImport,
    /// Where to, if they are moved.
    pub folder: Option<PathBuf>,
}

/// What happens to an archive. It is never deleted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AfterImport {
    /// It stays where it is.
    #[default]
    Keep,
    /// It goes to the folder named.
    Move,
}

/// Where the library is pushed to.
#[derive(Debug, Clone, Deserialize)]
pub struct DestinationConfig {
    /// Its address.
    pub address: String,
    /// How to get in there.
    #[serde(flatten)]
    pub server: Server,
    /// Shape of the tree there.
    pub layout: Option<String>,
    /// Others on this machine may read the folder or zip.
    #[serde(default)]
    pub shared: bool,
    /// Facts are written into the copies, too.
    #[serde(default)]
    pub embed: bool,
}

/// Who hears about a sync.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Notify {
    /// Address of a health check; `/start` and `/fail` are added to it.
    pub ping: Option<Secret>,
    /// Command that gets the report on its standard input.
    pub command: Option<String>,
    /// When the command runs.
    pub when: When,
}

/// When somebody wants to hear.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum When {
    /// If something needs a person.
    Problems,
    /// If something was done, too.
    #[default]
    Changes,
    /// After every pass.
    Always,
}

/// A share of a whole, written `1%`.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(try_from = "String")]
pub struct Share(pub f64);

impl TryFrom<String> for Share {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let number = text
            .strip_suffix('%')
            .and_then(|number| number.trim().parse().ok());
        number
            .filter(|number: &f64| (0.0..=100.0).contains(number))
            .map(|number| Self(number / 100.0))
            .ok_or_else(|| "expected a share such as \"1%\"".to_owned())
    }
}

/// Why a text is no configuration. Repeats no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say what the fields hold")]
pub enum ConfigError {
    /// When a key is not one of the settings of its section; a similar one is named, if there is one.
    #[error(
        "line {line}: {key} is not a setting{}{}",
        place(section),
        nearest(near)
    )]
    UnknownKey {
        line: usize,
        key: String,
        section: String,
        near: Option<String>,
    },
    /// When a line is not TOML, or a value is not of the form its setting takes.
    #[error("line {line}: {what}")]
    Wrong { line: usize, what: String },
    /// When a setting that another one needs is not there.
    #[error("{what}")]
    Missing { what: String },
}

fn place(section: &str) -> String {
    match section {
        "" => String::new(),
        section => format!(" of [{section}]"),
    }
}

fn nearest(near: &Option<String>) -> String {
    near.as_ref()
        .map_or(String::new(), |near| format!("; did you mean {near}?"))
}

impl Config {
    /// Reads a configuration.
    ///
    /// # Errors
    /// Fails at the first key that is none, or value that cannot be.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        keys::check(text)?;
        let config: Self = toml::from_str(text).map_err(|error| wrong(text, &error))?;
        config.check()
    }

    fn check(self) -> Result<Self, ConfigError> {
        let missing = |what: &str| ConfigError::Missing {
            what: what.to_owned(),
        };
        if self.archives.after_import == AfterImport::Move && self.archives.folder.is_none() {
            return Err(missing(
                "archives.after_import is \"move\", and archives.folder does not say where to",
            ));
        }
        for inbox in &self.inbox {
            let is_address = |path: &PathBuf| path.to_string_lossy().contains("://");
            match (&inbox.path, &inbox.address) {
                (Some(path), None) if is_address(path) => {
                    return Err(missing(
                        "an inbox on a server is named by address, and not by path",
                    ));
                }
                (Some(_), None) | (None, Some(_)) => {}
                _ => {
                    return Err(missing(
                        "an inbox has a path (a folder of this machine) or an address (a folder on a server)",
                    ));
                }
            }
        }
        if let Some(other) = self.include.iter().find(|what| *what != "messages") {
            return Err(missing(&format!(
                "include knows \"messages\", and not {other:?}"
            )));
        }
        Ok(self)
    }

    /// Returns whether a secret stands in it: others must not read the file then.
    pub fn holds_secret(&self) -> bool {
        let inboxes = self.inbox.iter().map(|inbox| &inbox.server);
        let destinations = self.destination.iter().map(|one| &one.server);
        inboxes
            .chain(destinations)
            .any(|server| server.password.is_some())
    }

    /// Returns whether it names a command that is run: whoever may write the file then may run anything.
    pub fn names_command(&self) -> bool {
        let inboxes = self.inbox.iter().map(|inbox| &inbox.server);
        let destinations = self.destination.iter().map(|one| &one.server);
        let secrets = inboxes
            .chain(destinations)
            .any(|server| server.secret_command.is_some());
        secrets || self.notify.command.is_some()
    }

    /// Makes every path start from `folder` (the one the file lies in), or from `home` where it begins with `~`.
    pub fn resolve(&mut self, folder: &Path, home: Option<&Path>) {
        let resolve = |path: &mut PathBuf| {
            *path = match (path.strip_prefix("~"), home) {
                (Ok(rest), Some(home)) => home.join(rest),
                _ => folder.join(&path),
            };
        };
        self.library.iter_mut().for_each(resolve);
        self.archives.folder.iter_mut().for_each(resolve);
        self.inbox
            .iter_mut()
            .filter_map(|inbox| inbox.path.as_mut())
            .for_each(resolve);
        let inboxes = self.inbox.iter_mut().map(|inbox| &mut inbox.server);
        let destinations = self.destination.iter_mut().map(|one| &mut one.server);
        for server in inboxes.chain(destinations) {
            server.ca_file.iter_mut().for_each(resolve);
            server.ssh_config.iter_mut().for_each(resolve);
            server.secret_file.iter_mut().for_each(resolve);
        }
        for destination in &mut self.destination {
            if !destination.address.contains(':') {
                let mut path = PathBuf::from(&destination.address);
                resolve(&mut path);
                destination.address = path.to_string_lossy().into_owned();
            }
        }
    }
}

/// Returns what is wrong without the value: it may be a password.
fn wrong(text: &str, error: &toml::de::Error) -> ConfigError {
    let message = error.message();
    let what = match (
        message.find("expected "),
        message.starts_with("missing field"),
    ) {
        (Some(at), _) => message[at..].to_owned(),
        (None, true) => message.replace('`', ""),
        (None, false) => "this is not written as TOML is".to_owned(),
    };
    ConfigError::Wrong {
        line: line_of(text, error.span()),
        what,
    }
}

fn line_of(text: &str, span: Option<Range<usize>>) -> usize {
    let start = span.map_or(0, |span| span.start).min(text.len());
    1 + text.as_bytes()[..start]
        .iter()
        .filter(|byte| **byte == b'\n')
        .count()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    const ALL: &str = r#"
library = "~/Pictures/albumen"
home_timezone = "Europe/Berlin"
include = ["messages"]
quiet_hours = "22:00-07:00"
verify_sample = "2.5%"
gallery = true
[[inbox]]
path = "/data/in box"
pattern = "takeout-*"
[[inbox]]
path = "drop"
[[inbox]]
address = "webdav+https://h/drop"
secret_file = "key"
[archives]
after_import = "move"
folder = "done"
[[destination]]
address = "copies"
[[destination]]
address = "s3://bucket/photos"
endpoint = "https://s3.example"
user = "anna"
password = "geheim"
[notify]
ping = "https://hc.example/geheim"
command = "mail anna"
when = "problems"
"#;

    #[test]
    fn every_setting_is_read_and_no_secret_shown() {
        let mut config = Config::parse(ALL).unwrap();
        config.resolve(Path::new("/etc/a"), Some(Path::new("/home/anna")));
        assert_eq!(
            config.library.as_deref(),
            Some(Path::new("/home/anna/Pictures/albumen"))
        );
        assert_eq!(
            config.inbox[0].path.as_deref(),
            Some(Path::new("/data/in box"))
        );
        assert_eq!(
            config.inbox[1].path.as_deref(),
            Some(Path::new("/etc/a/drop"))
        );
        assert_eq!(
            config.inbox[2].server.secret_file.as_deref(),
            Some(Path::new("/etc/a/key"))
        );
        assert_eq!(config.destination[0].address, "/etc/a/copies");
        assert_eq!(config.destination[1].address, "s3://bucket/photos");
        assert_eq!(config.verify_sample, Some(Share(0.025)));
        assert!(config.gallery);
        assert_eq!(config.notify.when, When::Problems);
        assert!(config.holds_secret());
        assert!(!format!("{config:?}").contains("geheim"));
        assert!(!Config::parse("").unwrap().holds_secret());
    }

    #[test]
    fn an_unknown_key_is_told_with_the_nearest_one() {
        for (text, expected) in [
            (
                "\nlibary = \"x\"",
                "line 2: libary is not a setting; did you mean library?",
            ),
            (
                "[[inbox]]\npath=\"x\"\npatern=\"y\"",
                "line 3: patern is not a setting of [inbox]; did you mean pattern?",
            ),
            (
                "[[destinations]]\naddress=\"x\"",
                "line 1: destinations is not a setting; did you mean destination?",
            ),
            (
                "[notify]\npassword=\"geheim\"",
                "line 2: password is not a setting of [notify]",
            ),
            ("zzzzzz = 1", "line 1: zzzzzz is not a setting"),
        ] {
            assert_eq!(Config::parse(text).unwrap_err().to_string(), expected);
        }
    }

    #[test]
    fn a_wrong_value_is_told_and_not_repeated() {
        for (text, expected) in [
            ("library = 5", "line 1: expected path string"),
            (
                "[[destination]]\naddress=\"x\"\npassword = 4711",
                "line 3: expected a string",
            ),
            (
                "[[destination]]\naddress=\"x\"\npassword = \"geheim",
                "line 3: ",
            ),
            ("verify_sample = \"4711\"", "line 1: expected a share"),
            ("quiet_hours = \"4711\"", "line 1: expected hours"),
            ("[[inbox]]\npattern = \"x\"", "an inbox has a path"),
            (
                "[[inbox]]\npath = \"x\"\naddress = \"s3://abc/x\"",
                "an inbox has a path",
            ),
            ("inbox = \"x\"", "line 1: inbox is written [[inbox]]"),
            ("[archives]\nafter_import = \"delete\"", "line 2: expected "),
            (
                "[archives]\nafter_import = \"move\"",
                "archives.after_import is \"move\"",
            ),
            (
                "[[inbox]]\npath = \"webdav+https://h\"",
                "an inbox on a server is named by address",
            ),
            ("include = [\"mesages\"]", "include knows"),
        ] {
            let error = Config::parse(text).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{text}: {error}");
            assert!(
                !error.contains("geheim") && !error.contains("4711"),
                "{error}"
            );
        }
    }

    #[test]
    fn the_template_is_a_configuration_and_so_are_its_examples() {
        assert!(Config::parse(TEMPLATE).unwrap().inbox.is_empty());
        let examples: String = TEMPLATE
            .lines()
            .filter_map(|line| {
                line.strip_prefix('#')
                    .filter(|rest| !rest.starts_with([' ', '#']))
            })
            .map(|line| format!("{line}\n"))
            .collect();
        let config = Config::parse(&examples).unwrap();
        assert!(!config.inbox.is_empty() && !config.destination.is_empty());
        assert!(config.notify.ping.is_some() && config.quiet_hours.is_some());
    }
}
