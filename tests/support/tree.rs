//! Prints a folder tree so that two libraries can be compared byte for byte.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::{fs, io};

use super::expected::hash;

/// Returns one line a file, `<sha256>  <path>`, sorted by path; `.albumen/` (catalog, logs, staging) is left out, and so are
/// `history.jsonl` and `pushes.jsonl`: they tell how the library came to be, not what it is.
///
/// Links are told by where they point, empty folders by a `/`.
pub fn tree(dir: &Path) -> String {
    let mut out = String::new();
    for (path, what) in entries(dir) {
        let _ = writeln!(out, "{what}  {path}");
    }
    out
}

/// Returns the paths alone, sorted.
pub fn names(dir: &Path) -> Vec<String> {
    entries(dir).into_keys().collect()
}

/// Returns the modification time of each file in seconds since 1970.
pub fn times(dir: &Path) -> BTreeMap<String, i64> {
    let seconds = |path: &str| -> io::Result<i64> {
        let modified = fs::metadata(dir.join(path))?.modified()?;
        let at = jiff::Timestamp::try_from(modified).map_err(io::Error::other)?;
        Ok(at.as_second())
    };
    entries(dir)
        .into_keys()
        .filter(|path| !path.ends_with('/'))
        .map(|path| {
            let at = seconds(&path).unwrap_or_else(|error| panic!("time of {path}: {error}"));
            (path, at)
        })
        .collect()
}

fn entries(dir: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    visit(dir, "", &mut found).unwrap_or_else(|error| panic!("{}: {error}", dir.display()));
    found
}

fn visit(dir: &Path, below: &str, found: &mut BTreeMap<String, String>) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let name = entry.file_name();
        let path = format!("{below}{}", name.to_string_lossy());
        if [".albumen", "history.jsonl", "pushes.jsonl"].contains(&path.as_str()) {
            continue;
        }
        let kind = entry.file_type()?;
        if kind.is_symlink() {
            let target = fs::read_link(entry.path())?;
            found.insert(path, format!("-> {}", target.display()));
        } else if kind.is_dir() {
            let before = found.len();
            visit(&entry.path(), &format!("{path}/"), found)?;
            if found.len() == before {
                found.insert(format!("{path}/"), "empty folder".to_owned());
            }
        } else {
            let bytes = fs::read(entry.path())?;
            found.insert(path, hash(&bytes).to_string());
        }
    }
    Ok(())
}
