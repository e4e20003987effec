//! Finds files of a room that use each other in a circle: who wants to understand one of them must read them all.
//!
//! Looked at are paths that begin with `crate`, `self` or `super`. A room's front page (`lib.rs`) names what lies behind it and is
//! left out.

use std::collections::{BTreeMap, BTreeSet};

/// A file, by the modules it lies in below its room.
pub type Module = Vec<String>;

/// Returns the files of each circle; `files` holds the code of each without comments and tests.
pub fn circles(files: &BTreeMap<Module, String>) -> Vec<BTreeSet<String>> {
    let uses: BTreeMap<&Module, BTreeSet<Module>> = files
        .iter()
        .map(|(module, code)| (module, used_by(module, code, files)))
        .collect();
    let reached: BTreeMap<&Module, BTreeSet<&Module>> = files
        .keys()
        .map(|module| (module, reachable(module, &uses)))
        .collect();
    let mut found: BTreeSet<BTreeSet<String>> = BTreeSet::new();
    for (module, others) in &reached {
        let with = others
            .iter()
            .filter(|other| reached[**other].contains(module));
        let circle: BTreeSet<String> = with.map(|other| other.join("/")).collect();
        if !circle.is_empty() {
            found.insert(circle);
        }
    }
    found.into_iter().collect()
}

fn reachable<'a>(
    from: &Module,
    uses: &'a BTreeMap<&Module, BTreeSet<Module>>,
) -> BTreeSet<&'a Module> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<&Module> = uses.get(from).into_iter().flatten().collect();
    while let Some(module) = open.pop() {
        if reached.insert(module) {
            open.extend(uses.get(module).into_iter().flatten());
        }
    }
    reached
}

fn used_by(module: &Module, code: &str, files: &BTreeMap<Module, String>) -> BTreeSet<Module> {
    let mut paths = Vec::new();
    for start in ["crate::", "self::", "super::"] {
        for (at, _) in code.match_indices(start) {
            let before = code[..at].chars().next_back();
            let begins = before.is_none_or(|c| !(c.is_alphanumeric() || c == '_' || c == ':'));
            if begins {
                read_path(&code[at..], &[], &mut paths);
            }
        }
    }
    let found = paths.iter().filter_map(|path| resolve(module, path, files));
    found
        .filter(|used| used != module && !used.is_empty())
        .collect()
}

/// Reads the path that begins here, or each of a group in braces. Returns the length read.
fn read_path(code: &str, before: &[String], found: &mut Vec<Vec<String>>) -> usize {
    let mut at = code.len() - code.trim_start().len();
    if code[at..].starts_with('{') {
        at += 1;
        loop {
            at += read_path(&code[at..], before, found);
            at += code[at..].len() - code[at..].trim_start().len();
            match code[at..].chars().next() {
                Some(',') => at += 1,
                Some('}') => return at + 1,
                _ => return at,
            }
        }
    }
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    let name: String = code[at..].chars().take_while(|c| is_name(*c)).collect();
    if name.is_empty() {
        return at;
    }
    at += name.len();
    let path: Vec<String> = before.iter().cloned().chain([name]).collect();
    let goes_on = |rest: &&str| rest.starts_with(|c: char| is_name(c) || c == '{');
    match code[at..].strip_prefix("::").filter(goes_on) {
        Some(rest) => at + 2 + read_path(rest, &path, found),
        None => {
            found.push(path);
            at
        }
    }
}

/// Returns the file a path leads to: the longest beginning of it that is one.
fn resolve(from: &Module, path: &[String], files: &BTreeMap<Module, String>) -> Option<Module> {
    let mut full = match path.first().map(String::as_str) {
        Some("crate") => Vec::new(),
        _ => from.clone(),
    };
    for name in path {
        match name.as_str() {
            "crate" | "self" => {}
            "super" => drop(full.pop()),
            _ => full.push(name.clone()),
        }
    }
    while !files.contains_key(&full) {
        full.pop()?;
    }
    Some(full)
}

#[test]
fn a_circle_is_found_and_a_line_is_none() {
    let module = |name: &str| -> Module {
        let parts = name.split('/').filter(|part| !part.is_empty());
        parts.map(str::to_owned).collect()
    };
    let files = |all: &[(&str, &str)]| -> BTreeMap<Module, String> {
        let all = all.iter().chain(&[("", "pub use a::A;")]);
        all.map(|(name, code)| (module(name), (*code).to_owned()))
            .collect()
    };
    let line = files(&[
        ("a", "use super::b::B; use super::C;"),
        ("b", "use crate::c::{self, d::D};"),
        ("c", "fn f() { self::d::g::<u8>() }"),
        ("c/d", "use super::super::e::E;"),
        ("e", ""),
    ]);
    assert!(circles(&line).is_empty(), "{:?}", circles(&line));
    for (file, code) in [
        ("e", "use super::a::A;"),
        ("e", "use crate::{x::X, b::{B, D}};"),
        ("c/d", "use super::f; use crate::a;"),
    ] {
        let mut round = line.clone();
        round.insert(module(file), code.to_owned());
        assert_eq!(circles(&round).len(), 1, "{file}: {code}");
    }
}
