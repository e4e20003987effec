//! `history.jsonl` and `pushes.jsonl`: what of the catalog no other file of the tree tells, kept beside the lists so that it does not
//! die with the catalog. The first holds runs and what each import gave, the second what lies at which destination.
//!
//! This module knows their form and not what stands in them: a first line that says what the file is, lines that the catalog
//! writes and reads, and a last line with the hash of all before it. Neither file is in `SHA256SUMS.metadata`, and neither is
//! pushed: each push changes them, so that no push would ever find everything there.

use std::io::ErrorKind;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::library::Library;
use disk::regular;
use disk::safe_writer::WriteError;
use model::content_hash::ContentHash;
use model::library_path::LibraryPath;

/// Name of the file with runs and what each gave.
pub const HISTORY: &str = "history.jsonl";

/// Name of the file with what lies at destinations.
pub const PUSHES: &str = "pushes.jsonl";

/// Version of both files.
pub const HISTORY_FORMAT: u32 = 1;

/// How every one of them begins, whatever its version: a file that does not is somebody else's.
const MARK: &str = "{\"type\":\"albumen-";

/// Why such a file could not be read.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// It is there, and the disk or its owner does not give it.
    #[error("could not be read")]
    Read(#[from] std::io::Error),
    /// Its first line is not one of ours.
    #[error("not written by albumen")]
    Foreign,
    /// Written by a newer version.
    #[error("written by a newer version (format {found}, known up to {HISTORY_FORMAT})")]
    Newer {
        /// What it has.
        found: u32,
    },
    /// Its last line is missing or does not fit.
    #[error("cut off or changed: its last line is not the hash of all before it")]
    Damaged,
}

#[derive(Serialize, Deserialize)]
struct First {
    r#type: String,
    format: u32,
}

#[derive(Serialize, Deserialize)]
struct Last {
    r#type: String,
    sha256: String,
}

fn kind(name: &str) -> String {
    format!("albumen-{}", name.trim_end_matches(".jsonl"))
}

/// Returns the text of the file `name` that holds these lines, each of which ends.
fn sealed(name: &str, lines: &str) -> String {
    let first = serde_json::json!({"type": kind(name), "format": HISTORY_FORMAT});
    let mut text = format!("{first}\n{lines}");
    let sha256 = ContentHash::of(text.as_bytes());
    let last = serde_json::json!({"type": "end", "sha256": sha256.to_string()});
    text.push_str(&format!("{last}\n"));
    text
}

/// Returns the lines between the first and the last.
fn unsealed<'t>(name: &str, text: &'t str) -> Result<&'t str, HistoryError> {
    if !text.starts_with(MARK) {
        return Err(HistoryError::Foreign);
    }
    let (first, rest) = text.split_once('\n').ok_or(HistoryError::Damaged)?;
    let read: First = serde_json::from_str(first).map_err(|_| HistoryError::Damaged)?;
    if read.format > HISTORY_FORMAT {
        return Err(HistoryError::Newer { found: read.format });
    }
    let body = rest.strip_suffix('\n').ok_or(HistoryError::Damaged)?;
    let start = body.rfind('\n').map_or(0, |at| at + 1);
    let last: Last = serde_json::from_str(&body[start..]).map_err(|_| HistoryError::Damaged)?;
    let before = &text[..first.len() + 1 + start];
    let fits = last.sha256 == ContentHash::of(before.as_bytes()).to_string();
    match fits && last.r#type == "end" && read.r#type == kind(name) {
        true => Ok(&rest[..start]),
        false => Err(HistoryError::Damaged),
    }
}

/// Returns the lines of the file `name`; nothing if there is no such file.
///
/// # Errors
/// Fails if it is there and cannot be read whole.
pub fn read(root: &Path, name: &str) -> Result<Option<String>, HistoryError> {
    let bytes = match regular::read(&root.join(name)) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let text = match std::str::from_utf8(&bytes) {
        Ok(text) => text,
        Err(_) if bytes.starts_with(MARK.as_bytes()) => return Err(HistoryError::Damaged),
        Err(_) => return Err(HistoryError::Foreign),
    };
    unsealed(name, text).map(|lines| Some(lines.to_owned()))
}

/// Writes the file `name` if it does not hold these lines already. A file of this name that is somebody's is kept in `set-aside`.
///
/// # Errors
/// Fails if the disk does.
pub fn write(library: &Library, name: &str, lines: &str) -> Result<(), WriteError> {
    let Some(path) = LibraryPath::parse(name) else {
        return Ok(());
    };
    match read(library.root(), name) {
        Ok(Some(there)) if there == lines => return Ok(()),
        Err(HistoryError::Foreign | HistoryError::Newer { .. }) => {
            library.set_aside_file(name)?;
        }
        _ => {}
    }
    let text = sealed(name, lines);
    let writer = library.writer();
    writer.write_file(&path, text.as_bytes())?;
    writer.sync_all()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    const LINES: &str = "{\"type\":\"run\",\"id\":1}\n{\"type\":\"run\",\"id\":2}\n";

    #[test]
    fn what_was_written_is_read_and_every_change_is_seen() {
        for lines in ["", LINES] {
            let text = sealed(HISTORY, lines);
            assert!(text.starts_with(MARK), "{text}");
            assert_eq!(unsealed(HISTORY, &text).unwrap(), lines);
            assert!(matches!(
                unsealed(PUSHES, &text),
                Err(HistoryError::Damaged)
            ));
            for at in 0..text.len() {
                assert!(unsealed(HISTORY, &text[..at]).is_err(), "cut at {at}");
                let mut flipped = text.clone().into_bytes();
                flipped[at] ^= 1;
                let flipped = String::from_utf8(flipped).unwrap();
                assert!(unsealed(HISTORY, &flipped).is_err(), "flipped at {at}");
            }
        }
    }

    #[test]
    fn a_newer_form_and_somebody_elses_file_are_told_apart_from_damage() {
        let newer = sealed(HISTORY, "").replace("\"format\":1", "\"format\":2");
        let newer = unsealed(HISTORY, &newer);
        assert!(matches!(newer, Err(HistoryError::Newer { found: 2 })));
        assert!(matches!(
            unsealed(HISTORY, "mine\n"),
            Err(HistoryError::Foreign)
        ));
    }

    #[test]
    fn a_file_of_the_owners_is_set_aside_and_the_same_lines_are_not_written_twice() {
        let folder = tempfile::tempdir().unwrap();
        let library = Library::create(&folder.path().join("l")).unwrap();
        let path = library.root().join(HISTORY);
        std::fs::write(&path, "mine").unwrap();
        write(&library, HISTORY, LINES).unwrap();
        assert_eq!(read(library.root(), HISTORY).unwrap().unwrap(), LINES);
        let kept: Vec<_> = std::fs::read_dir(library.root().join(".albumen/set-aside"))
            .unwrap()
            .map(|entry| std::fs::read(entry.unwrap().path()).unwrap())
            .collect();
        assert_eq!(kept, [b"mine"]);
        let written = std::fs::metadata(&path).unwrap().modified().unwrap();
        write(&library, HISTORY, LINES).unwrap();
        assert_eq!(
            std::fs::metadata(&path).unwrap().modified().unwrap(),
            written
        );
    }
}
