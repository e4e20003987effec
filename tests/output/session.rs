//! A person at a terminal: runs commands in a home of its own and writes down what they say, without what differs from one run to
//! the next (times, durations, version).

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use jiff::Timestamp;

use crate::support::env::TestEnv;
use crate::support::pack::zip::{ZipStyle, zip};
use crate::support::whole::worlds;

/// Names of archives in command lines, and the accounts they are of.
const ARCHIVES: [(&str, &str); 5] = [
    ("INSTAGRAM", "instagram G5 Json"),
    ("GOOGLE", "google in 3"),
    ("SNAPCHAT", "snapchat JSON"),
    ("FACEBOOK", "facebook Y2024 JSON"),
    ("FLICKR", "flickr"),
];

/// What was typed and what was said.
pub(super) struct Session {
    env: TestEnv,
    /// Words that stand for long names of archives.
    words: Vec<(String, String)>,
    said: String,
}

impl Session {
    /// Sits down in an empty home.
    pub(super) fn new() -> Self {
        Self {
            env: TestEnv::new(),
            words: Vec::new(),
            said: String::new(),
        }
    }

    /// Sits down where archives of every service lie, and things that are none.
    pub(super) fn with_archives() -> Self {
        let mut session = Self::new();
        let worlds = worlds();
        for (word, name) in ARCHIVES {
            let world = worlds.iter().find(|world| world.name == name);
            let world = world.unwrap_or_else(|| panic!("no world is called {name}"));
            for (at, part) in world.parts.iter().enumerate() {
                session.env.write(&part.name, &part.packed());
                let word = match world.parts.len() {
                    1 => word.to_owned(),
                    _ => format!("{word}{}", at + 1),
                };
                session.words.push((word, part.name.clone()));
            }
        }
        session.env.write("notes.txt", b"milk, eggs");
        let pigeons = [("pigeons/one.txt".to_owned(), b"coo".to_vec())];
        let pigeons = zip(&pigeons.into(), &ZipStyle::default());
        session.env.write("pigeons.zip", &pigeons);
        session
    }

    /// Sits down where a library of two services is.
    pub(super) fn with_library() -> Self {
        let mut session = Self::with_archives();
        for line in ["import INSTAGRAM", "import GOOGLE1 GOOGLE2 GOOGLE3"] {
            session.run(line);
        }
        session.said.clear();
        session
    }

    /// Types command lines, one after the other.
    pub(super) fn run_all(&mut self, lines: &[&str]) {
        for line in lines {
            self.run(line);
        }
    }

    fn run(&mut self, line: &str) {
        let mut words = vec!["--library", "library"];
        if line.contains("--library") || ["", "--help", "--version"].contains(&line) {
            words.clear();
        }
        let typed = line.split_whitespace().map(|word| {
            let long = self.words.iter().find(|(short, _)| short == word);
            long.map_or(word, |(_, name)| name.as_str())
        });
        words.extend(typed);
        // What is said shall not depend on what is installed: `gallery` looks for ffmpeg.
        let ran = self.env.run_alone(&words);
        let _ = writeln!(self.said, "$ albumen {line}");
        for (stream, text) in [("", &ran.stdout), ("! ", &ran.stderr)] {
            for line in lasting(text).lines() {
                let _ = writeln!(self.said, "{}", format!("{stream}{line}").trim_end());
            }
        }
        let code = ran.code.expect("no signal ends it");
        let _ = writeln!(self.said, "[exit {code}]\n");
    }

    /// Returns the whole of what was typed and said.
    pub(super) fn said(&self) -> &str {
        &self.said
    }

    fn originals(&self) -> Vec<PathBuf> {
        let library = self.env.path("library");
        let list = fs::read_to_string(library.join("SHA256SUMS")).expect("an import wrote it");
        let paths = list.lines().filter_map(|line| line.split_once("  "));
        paths.map(|(_, path)| library.join(path)).collect()
    }

    /// Changes a byte in the middle of the first original, as a disk may.
    pub(super) fn spoil_an_original(&mut self) {
        let path = &self.originals()[0];
        let mut bytes = fs::read(path).expect("it is listed");
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(path, bytes).expect("our own file");
        self.said.push_str("(one byte of an original changes)\n\n");
    }

    /// Removes the sidecar of the first original.
    pub(super) fn remove_a_sidecar(&mut self) {
        let mut path = self.originals()[0].clone().into_os_string();
        path.push(".xmp");
        fs::remove_file(path).expect("each original has one");
        self.said.push_str("(a sidecar is removed)\n\n");
    }

    /// Removes the catalog and all that belongs to it.
    pub(super) fn remove_the_catalog(&mut self) {
        let folder = self.env.path("library/.albumen");
        for entry in fs::read_dir(folder).expect("an import made it") {
            let path = entry.expect("readable").path();
            if path.to_string_lossy().contains("catalog.sqlite") {
                fs::remove_file(path).expect("our own file");
            }
        }
        self.said.push_str("(the catalog is removed)\n\n");
    }

    /// Writes the configuration, readable by its owner alone.
    pub(super) fn configure(&mut self, text: &str) {
        self.env
            .write(".config/albumen/albumen.toml", text.as_bytes());
        self.said
            .push_str(&format!("(albumen.toml:)\n{text}(end of it)\n\n"));
    }

    /// Puts an archive into the folder that `sync` looks into.
    pub(super) fn fill_the_inbox(&mut self) {
        let worlds = worlds();
        let world = worlds.iter().find(|world| world.name == ARCHIVES[3].1);
        for part in &world.expect("it is composed").parts {
            let path = self
                .env
                .write(&format!("inbox/{}", part.name), &part.packed());
            // It came an hour ago: what is still being copied is left alone.
            let file = fs::File::options().write(true).open(path);
            let hour = std::time::Duration::from_secs(3600);
            file.and_then(|file| file.set_modified(std::time::SystemTime::now() - hour))
                .expect("our own file");
        }
        self.said.push_str("(an archive is put into the inbox)\n\n");
    }
}

/// Takes out of a text what another run would say otherwise.
fn lasting(text: &str) -> String {
    let text = text.replace(env!("CARGO_PKG_VERSION"), "<VERSION>");
    let lines = text.split_inclusive('\n').map(|line| {
        let line = without_clock(line);
        let line = without_number(&line, " in ", " s", "<SECONDS>");
        without_number(&line, ", ", " days ago", "<N>")
    });
    lines.collect()
}

/// Replaces times of today, whatever stands between day and hour.
fn without_clock(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    let days = [
        Timestamp::now(),
        Timestamp::now() - jiff::SignedDuration::from_hours(1),
    ]
    .map(|now| now.to_string()[..10].to_owned());
    while let Some(at) = days.iter().filter_map(|day| rest.find(day.as_str())).min() {
        out.push_str(&rest[..at]);
        out.push_str("<TODAY>");
        rest = &rest[at + 10..];
        let hour = rest.trim_start_matches([' ', 'T']);
        let clock = hour.len()
            - hour
                .trim_start_matches(|c: char| c.is_ascii_digit() || ":.Z".contains(c))
                .len();
        if clock >= 5 {
            out.push_str(" <TIME>");
            rest = &hour[clock..];
        }
    }
    out.push_str(rest);
    out
}

/// Replaces a number that stands between two texts.
fn without_number(line: &str, before: &str, after: &str, word: &str) -> String {
    let found = line.match_indices(before).find_map(|(at, _)| {
        let from = at + before.len();
        let number = line[from..]
            .find(|c: char| !c.is_ascii_digit() && c != '.' && c != ',')
            .filter(|length| *length > 0)?;
        line[from + number..]
            .starts_with(after)
            .then_some((from, from + number))
    });
    match found {
        Some((from, to)) => format!("{}{word}{}", &line[..from], &line[to..]),
        None => line.to_owned(),
    }
}

#[test]
fn what_differs_between_runs_is_taken_out_and_nothing_else() {
    let today = &Timestamp::now().to_string()[..10].to_owned();
    for (text, expected) in [
        (
            format!("run 1 · {today} 10:11:12\n"),
            "run 1 · <TODAY> <TIME>\n",
        ),
        (
            format!("{today}T10:11:12.5Z, later"),
            "<TODAY> <TIME>, later",
        ),
        (format!("on {today}, 3 photos"), "on <TODAY>, 3 photos"),
        (
            "2020-07-01 10:11:12 in 3.2 s".to_owned(),
            "2020-07-01 10:11:12 in <SECONDS> s",
        ),
        ("made, 935 days ago".to_owned(), "made, <N> days ago"),
        ("3 photos in 2 albums".to_owned(), "3 photos in 2 albums"),
    ] {
        assert_eq!(lasting(&text), expected, "{text}");
    }
}
