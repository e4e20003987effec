//! A home of its own for each test, in which the real binary runs.

use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use tempfile::TempDir;

use super::compose::Files;
use super::pack::zip::{ZipStyle, zip};
use super::{schemas, tree};

/// A temporary home folder; gone with the value.
pub struct TestEnv {
    // Canonical, because macOS gives out temporary folders behind a link.
    home: PathBuf,
    timezone: String,
    _temp: TempDir,
}

/// What a run of the binary gave, with the home folder's path replaced by `<HOME>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ran {
    /// Exit code; `None` if killed by a signal.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl TestEnv {
    /// Makes a home in the time zone UTC.
    pub fn new() -> Self {
        Self::in_timezone("UTC")
    }

    /// Makes a home in a time zone: no library file may depend on it.
    pub fn in_timezone(timezone: &str) -> Self {
        let temp = tempfile::Builder::new()
            .prefix("albumen-test-")
            .tempdir()
            .expect("a temporary folder can be made");
        let home = temp
            .path()
            .canonicalize()
            .expect("the folder was just made");
        for folder in FOLDERS {
            fs::create_dir_all(home.join(folder.1)).expect("the temporary folder is writable");
        }
        Self {
            home,
            timezone: timezone.to_owned(),
            _temp: temp,
        }
    }

    /// Returns the home folder, where commands run.
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// Returns a path below the home folder.
    pub fn path(&self, below: &str) -> PathBuf {
        self.home.join(below)
    }

    /// Writes a file below the home folder and returns its path.
    pub fn write(&self, below: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(below);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).expect("the temporary folder is writable");
        }
        fs::write(&path, bytes).expect("the temporary folder is writable");
        path
    }

    /// Packs files into a plain zip below the home folder and returns its path.
    pub fn zip(&self, below: &str, files: &Files) -> PathBuf {
        self.write(below, &zip(files, &ZipStyle::default()))
    }

    /// Returns the command, with nothing of the developer's environment.
    pub fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_albumen"));
        command
            .current_dir(&self.home)
            .env_clear()
            .env("HOME", &self.home)
            .env("TZ", &self.timezone)
            .env("LANG", "C.UTF-8")
            .env("PATH", "/usr/bin:/bin")
            .env("TERM", "dumb");
        for (name, folder) in FOLDERS {
            command.env(name, self.home.join(folder));
        }
        command
    }

    /// Runs the binary.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        self.ran(&mut self.command(), arguments)
    }

    /// Runs the binary where no other program can be found, whatever this machine has.
    pub fn run_alone(&self, arguments: &[&str]) -> Ran {
        self.ran(self.command().env("PATH", ""), arguments)
    }

    fn ran(&self, command: &mut Command, arguments: &[&str]) -> Ran {
        let output = command
            .args(arguments)
            .output()
            .expect("the binary was built with the tests");
        let text = |bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes);
            text.replace(&*self.home.to_string_lossy(), "<HOME>")
        };
        if arguments.contains(&"--json") {
            // Whatever a test is about, what is printed keeps to its schema.
            schemas::hold(arguments, &text(&output.stdout));
        }
        Ran {
            code: output.status.code(),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
        }
    }

    /// Runs the binary on the library `below` the home folder: `albumen --library <below> <arguments>`.
    pub fn run_on(&self, below: &str, arguments: &[&str]) -> Ran {
        let mut all = vec!["--library", below];
        all.extend(arguments);
        self.run(&all)
    }

    /// Prints the tree of a folder below the home folder.
    pub fn tree(&self, below: &str) -> String {
        tree::tree(&self.path(below))
    }
}

/// Variables that name folders, and where they lie in the home folder.
const FOLDERS: [(&str, &str); 6] = [
    ("XDG_CONFIG_HOME", ".config"),
    ("XDG_DATA_HOME", ".local/share"),
    ("XDG_CACHE_HOME", ".cache"),
    ("XDG_STATE_HOME", ".local/state"),
    ("XDG_PICTURES_DIR", "Pictures"),
    ("TMPDIR", "tmp"),
];

impl Ran {
    /// Returns the JSON lines of the output whose `type` is `kind`.
    ///
    /// # Panics
    /// If a line of the output is not a JSON object.
    pub fn json_lines(&self, kind: &str) -> Vec<serde_json::Value> {
        self.stdout
            .lines()
            .map(|line| {
                serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
            })
            .filter(|value: &serde_json::Value| value["type"] == kind)
            .collect()
    }
}
