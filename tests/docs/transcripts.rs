//! The three paths of the documents, command by command: each `console` block is run on composed archives and stand-ins, and shows
//! what the program says. `UPDATE_DOCS=1 cargo test --test main docs` writes what it says now.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime};

use jiff::Timestamp;

use super::{read, root};
use crate::support::env::TestEnv;
use crate::support::immich::{Immich, KEY};
use crate::support::whole::worlds;

/// Where the documents' reader works.
const HOME: &str = "/home/anna";
/// The reader's other disk.
const DISK: &str = "/media/disk";
/// The reader's Immich.
const IMMICH: &str = "immich+https://photos.example";
/// The day on which the documents are set.
const DAY: &str = "2026-11-30";

/// The reader's machine.
struct Machine {
    env: TestEnv,
    immich: Immich,
}

impl Machine {
    /// Sets up a machine on which the archives of these worlds were downloaded an hour ago.
    fn with(names: &[&str]) -> Self {
        let env = TestEnv::new();
        fs::create_dir_all(env.path("disk")).expect("ours");
        fs::create_dir_all(env.path("bin")).expect("ours");
        symlink(env!("CARGO_BIN_EXE_albumen"), env.path("bin/albumen")).expect("ours");
        let worlds = worlds();
        for name in names {
            let world = worlds.iter().find(|world| world.name == *name);
            for part in &world.unwrap_or_else(|| panic!("no world {name}")).parts {
                let path = env.write(&format!("Downloads/{}", part.name), &part.packed());
                // What is still being copied would be left alone.
                let file = fs::File::options().write(true).open(path);
                let hour = SystemTime::now() - Duration::from_secs(3600);
                file.and_then(|file| file.set_modified(hour)).expect("ours");
            }
        }
        Self {
            env,
            immich: Immich::start(),
        }
    }

    /// Pairs of what the machine says and what the document says.
    fn names(&self) -> [(String, &'static str); 4] {
        [
            (self.env.path("disk").display().to_string(), DISK),
            (self.env.home().display().to_string(), HOME),
            (
                format!("immich+http://127.0.0.1:{}", self.immich.port()),
                IMMICH,
            ),
            (
                format!("http://127.0.0.1:{}", self.immich.port()),
                "https://photos.example",
            ),
        ]
    }

    /// Returns a text of the document with the names that this machine has: nothing of the real one is touched.
    fn real(&self, text: &str) -> String {
        let names = self.names();
        let named = names.iter().take(3);
        named.fold(text.to_owned(), |text, (real, shown)| {
            text.replace(shown, real)
        })
    }

    /// Runs a command line as a shell does; returns what it says as the document shows it.
    fn says(&self, line: &str) -> String {
        let typed = self.real(line);
        let command = self.env.command();
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(format!("{{ {typed}\n}} 2>&1"));
        shell.current_dir(self.env.home()).env_clear();
        for (name, value) in command.get_envs() {
            if let Some(value) = value {
                shell.env(name, value);
            }
        }
        let path = format!("{}:/usr/bin:/bin", self.env.path("bin").display());
        let output = shell
            .env("PATH", path)
            .env("ALBUMEN_IMMICH_KEY", KEY)
            .output()
            .expect("a shell is there");
        let mut text = String::from_utf8(output.stdout).expect("UTF-8");
        let program = Path::new(env!("CARGO_BIN_EXE_albumen")).canonicalize();
        let program = program.expect("it was built").display().to_string();
        text = text.replace(&program, "/usr/bin/albumen");
        for (real, shown) in self.names() {
            text = text.replace(&real, shown);
        }
        let text = settled(&text);
        match output.status.code() {
            Some(0) => text,
            code => format!("{text}(exit code {})\n", code.expect("no signal ends it")),
        }
    }
}

/// Sets durations and today's date to those of the documents.
fn settled(text: &str) -> String {
    let today = Timestamp::now().to_string()[..10].to_owned();
    let mut out = String::new();
    for line in text.lines() {
        let line = line.trim_end().replace(&today, DAY);
        match line.split_once(" in ").and_then(|(before, rest)| {
            let number = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
            (number > 0 && rest[number..].starts_with(" s"))
                .then(|| format!("{before} in 0.1{}", &rest[number..]))
        }) {
            Some(line) => out.push_str(&line),
            None => out.push_str(&line),
        }
        out.push('\n');
    }
    out
}

/// Returns the document with every `console` block as the machine says it now.
fn played(text: &str, machine: &Machine) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, block)) = rest.split_once("\n```") {
        let (block, after) = block.split_once("\n```").expect("it ends");
        out.push_str(before);
        let (kind, block) = block.split_once('\n').unwrap_or((block, ""));
        if kind == "toml" {
            let text = format!("{}\n", machine.real(block));
            let path = ".config/albumen/albumen.toml";
            machine.env.write(path, text.as_bytes());
        }
        let shown = match kind {
            "console" => block
                .lines()
                .filter(|line| line.starts_with("$ "))
                .map(|line| format!("{line}\n{}", machine.says(&line[2..])))
                .collect(),
            _ => format!("{block}\n"),
        };
        out.push_str(&format!("\n```{kind}\n{shown}```"));
        rest = after;
    }
    out + rest
}

/// Plays a document and compares it with itself.
fn shall_be_so(document: &str, machine: &Machine) {
    let text = read(document);
    let now = played(&text, machine);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(root().join(document), now).expect("written");
        return;
    }
    assert!(
        text == now,
        "{document} shows what albumen does not say; run: UPDATE_DOCS=1 cargo test --test main docs\n\n{now}"
    );
}

#[test]
fn leaving_a_service_is_as_documented() {
    shall_be_so("docs/leave.md", &Machine::with(&["google in 3"]));
}

#[test]
fn backing_up_is_as_documented() {
    let machine = Machine::with(&["facebook Y2024 JSON"]);
    shall_be_so("docs/backup.md", &machine);
}

#[test]
fn moving_is_as_documented() {
    let machine = Machine::with(&["instagram G5 Json", "google in 3"]);
    shall_be_so("docs/migrate.md", &machine);
    assert!(machine.immich.store().assets.len() > 5);
}

#[test]
fn only_durations_and_today_are_settled() {
    let today = &Timestamp::now().to_string()[..10].to_owned();
    assert_eq!(
        settled(&format!(
            "3 read in 12.5 s, on {today}\n7 photos in 2 files\n"
        )),
        format!("3 read in 0.1 s, on {DAY}\n7 photos in 2 files\n")
    );
}
