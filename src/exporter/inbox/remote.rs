//! Decides which files of a folder on a server are new and at rest. Fetches nothing: it is told what the server lists.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Known, Why, is_wanted};
use archive::{export_of, is_unfinished, missing_parts};

/// A file that was the same at two looks so far apart does not grow any more.
const BETWEEN_LOOKS_S: i64 = 60;
/// A file that was last changed so long ago does not, either. Longer than for folders of this machine: clocks differ.
const AT_REST_S: i64 = 600;

/// A file as a server lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its name.
    pub name: String,
    /// Its size.
    pub size_bytes: Option<u64>,
    /// The host's mark of its state.
    pub tag: Option<String>,
    /// Second it was last changed in.
    pub modified_s: Option<i64>,
}

/// What is remembered of a file on a server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Remembered {
    size_bytes: Option<u64>,
    tag: Option<String>,
    modified_s: Option<i64>,
    /// Second in which it was first seen so.
    since_s: i64,
    /// It was dealt with.
    done: bool,
}

impl Remembered {
    fn is_of(&self, file: &Listed) -> bool {
        self.size_bytes == file.size_bytes
            && self.tag == file.tag
            && self.modified_s == file.modified_s
    }
}

/// What is remembered of a folder on a server.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Shelf(BTreeMap<String, Remembered>);

/// What to do with the files of a folder on a server.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Picked {
    /// New, at rest, and with all their parts.
    pub fetch: Vec<Listed>,
    /// What is left for the next time.
    pub left: Vec<(String, Why)>,
}

impl Shelf {
    /// Remembers what a server lists now, and picks what is new. `now_s` is the second of this look.
    pub fn pick(
        &mut self,
        listed: Vec<Listed>,
        pattern: Option<&str>,
        known: &Known,
        now_s: i64,
    ) -> Picked {
        let mut exports: BTreeMap<String, Vec<(Listed, Option<Why>)>> = BTreeMap::new();
        let mut there = BTreeSet::new();
        for file in listed {
            let plain = !file.name.contains(['/', '\\']);
            if !plain || !is_wanted(&file.name, pattern) {
                continue;
            }
            there.insert(file.name.clone());
            let remembered = self.see(&file, now_s);
            if !remembered.done {
                let why = fault(&file, remembered, now_s);
                let export = exports.entry(export_of(&file.name)).or_default();
                export.push((file, why));
            }
        }
        self.0.retain(|name, _| there.contains(name));
        let mut picked = Picked::default();
        for (export, files) in exports {
            sort(&export, files, known, &mut picked);
        }
        picked
    }

    fn see(&mut self, file: &Listed, now_s: i64) -> &Remembered {
        let fresh = || Remembered {
            size_bytes: file.size_bytes,
            tag: file.tag.clone(),
            modified_s: file.modified_s,
            since_s: now_s,
            done: false,
        };
        let remembered = self.0.entry(file.name.clone()).or_insert_with(fresh);
        if !remembered.is_of(file) {
            *remembered = fresh();
        }
        remembered
    }

    /// Returns the names of the files the server listed last.
    pub fn names(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }

    /// Remembers that a file was dealt with.
    pub fn done(&mut self, name: &str) {
        if let Some(remembered) = self.0.get_mut(name) {
            remembered.done = true;
        }
    }
}

fn fault(file: &Listed, remembered: &Remembered, now_s: i64) -> Option<Why> {
    let seen = now_s - remembered.since_s >= BETWEEN_LOOKS_S;
    let old = file.modified_s.is_some_and(|at| now_s - at >= AT_REST_S);
    let at_rest = (seen || old) && !is_unfinished(&file.name) && file.size_bytes != Some(0);
    (!at_rest).then_some(Why::Growing)
}

/// Puts an export where it belongs: all of it is fetched, or all of it waits.
fn sort(export: &str, files: Vec<(Listed, Option<Why>)>, known: &Known, picked: &mut Picked) {
    let mut names: Vec<String> = files.iter().map(|(file, _)| file.name.clone()).collect();
    names.extend(known.names_of(export));
    let missing = missing_parts(&names);
    let waits = files.iter().any(|(_, why)| why.is_some());
    for (file, why) in files {
        match (why, missing.first()) {
            (Some(why), _) => picked.left.push((file.name, why)),
            (None, Some(name)) => {
                let why = Why::MissingPart(name.clone());
                picked.left.push((file.name, why));
            }
            (None, None) if waits => picked.left.push((file.name, Why::WithOthers)),
            (None, None) => picked.fetch.push(file),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, size: u64, modified_s: i64) -> Listed {
        Listed {
            name: name.to_owned(),
            size_bytes: Some(size),
            tag: Some(format!("{size}")),
            modified_s: Some(modified_s),
        }
    }

    fn names(picked: &Picked) -> Vec<String> {
        let fetch = picked
            .fetch
            .iter()
            .map(|file| format!("fetch {}", file.name));
        let left = picked
            .left
            .iter()
            .map(|(name, why)| format!("{name}: {why}"));
        fetch.chain(left).collect()
    }

    #[test]
    fn what_grows_is_left_until_it_is_the_same_twice_or_old() {
        let (mut shelf, known) = (Shelf::default(), Known::default());
        let mut look = |files: Vec<Listed>, now_s| names(&shelf.pick(files, None, &known, now_s));
        let growing = ["a.zip: still being downloaded or copied"];
        assert_eq!(look(vec![file("a.zip", 10, 990)], 1_000), growing);
        assert_eq!(
            look(vec![file("a.zip", 20, 1_050)], 1_060),
            growing,
            "it grew"
        );
        assert_eq!(
            look(vec![file("a.zip", 20, 1_050)], 1_100),
            growing,
            "too soon"
        );
        assert_eq!(look(vec![file("a.zip", 20, 1_050)], 1_120), ["fetch a.zip"]);
        assert_eq!(look(vec![file("b.zip", 20, 400)], 1_000), ["fetch b.zip"]);
        for name in ["notes.txt", ".a.zip", "x/a.zip", "..\\a.zip"] {
            assert_eq!(look(vec![file(name, 5, 0)], 9_000), [""; 0], "{name}");
        }
        let unfinished = look(
            vec![file("c.zip.crdownload", 5, 0), file("empty.zip", 0, 0)],
            9_000,
        );
        assert_eq!(unfinished.len(), 2);
    }

    #[test]
    fn parts_wait_for_each_other() {
        let (mut shelf, known) = (Shelf::default(), Known::default());
        let first = || file("takeout-20240101T000000Z-001.zip", 9, 0);
        let third = || file("takeout-20240101T000000Z-003.zip", 9, 0);
        let found = names(&shelf.pick(vec![first(), third()], None, &known, 9_000));
        let wants = "part takeout-20240101T000000Z-002.zip is not there yet";
        assert_eq!(found.len(), 2);
        assert!(found.iter().all(|line| line.ends_with(wants)), "{found:?}");
        let second = file("takeout-20240101T000000Z-002.zip", 9, 8_990);
        let found = names(&shelf.pick(vec![first(), second.clone(), third()], None, &known, 9_000));
        assert!(
            found.iter().all(|line| !line.starts_with("fetch")),
            "{found:?}"
        );
        let found = shelf.pick(vec![first(), second, third()], None, &known, 9_100);
        assert_eq!(found.fetch.len(), 3);
    }

    #[test]
    fn what_was_dealt_with_is_new_only_if_it_changed() {
        let (mut shelf, known) = (Shelf::default(), Known::default());
        let pick = |shelf: &mut Shelf, size| {
            shelf.pick(vec![file("a.zip", size, 0)], Some("a*"), &known, 9_000)
        };
        assert_eq!(pick(&mut shelf, 5).fetch.len(), 1);
        shelf.done("a.zip");
        assert_eq!(pick(&mut shelf, 5), Picked::default());
        assert_eq!(pick(&mut shelf, 6).fetch.len(), 1);
        let other = shelf.pick(vec![file("b.zip", 5, 0)], Some("a*"), &known, 9_000);
        assert_eq!(other, Picked::default());
        assert_eq!(shelf, Shelf::default(), "what is gone is forgotten");
    }
}
