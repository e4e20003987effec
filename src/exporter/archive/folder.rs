//! Lists an unpacked folder as a part.

use std::fs::{self, DirEntry};
use std::io;
use std::path::Path;

use super::tree::{Found, Place};
use super::{EntryError, PartFault};

/// Deepest folder that is read: real archives have under ten levels; more is a loop of mounts.
const DEEPEST: usize = 64;

/// Lists the files below `root`, sorted by name in each folder. Links are listed and not followed.
///
/// File times are left out: unpackers and copies change them, and the library must not depend on that.
pub(super) fn open(root: &Path) -> (Vec<Found>, Vec<PartFault>) {
    let mut walk = Walk {
        found: Vec::new(),
        faults: Vec::new(),
    };
    walk.folder(root, "", 0);
    (walk.found, walk.faults)
}

struct Walk {
    found: Vec<Found>,
    faults: Vec<PartFault>,
}

impl Walk {
    fn folder(&mut self, folder: &Path, prefix: &str, depth: usize) {
        match sorted(folder) {
            Ok(children) if depth < DEEPEST => {
                for child in children {
                    self.child(&child, prefix, depth);
                }
            }
            Ok(_) => self.faults.push(PartFault::Damaged(format!(
                "folders lie too deep: {prefix}"
            ))),
            Err(error) => self
                .faults
                .push(PartFault::Io(format!("{prefix}: {error}"))),
        }
    }

    fn child(&mut self, child: &DirEntry, prefix: &str, depth: usize) {
        let raw_name = format!("{prefix}{}", child.file_name().to_string_lossy());
        let path = child.path();
        // Of the link itself, not of what it points to.
        let metadata = match child.metadata() {
            Ok(metadata) if metadata.is_dir() => {
                return self.folder(&path, &format!("{raw_name}/"), depth + 1);
            }
            other => other,
        };
        let (size_bytes, problem) = match metadata {
            Ok(metadata) if metadata.is_file() => (metadata.len(), None),
            Ok(_) => (0, Some(EntryError::NotAFile)),
            Err(error) => (0, Some(EntryError::Io(error.to_string()))),
        };
        let place = match problem {
            None => Place::File(path),
            Some(_) => Place::Nowhere,
        };
        self.found.push(Found {
            raw_name,
            size_bytes,
            crc32: None,
            modified: None,
            problem,
            place,
        });
    }
}

/// Returns what lies in a folder, sorted by name.
pub(super) fn sorted(folder: &Path) -> io::Result<Vec<DirEntry>> {
    let mut children = fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    children.sort_by_key(DirEntry::file_name);
    Ok(children)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_files_sorted_and_does_not_follow_links() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("b/c")).unwrap();
        for name in ["b/c/2.jpg", "b/1.jpg", "a.json"] {
            fs::write(root.path().join(name), name).unwrap();
        }
        #[cfg(unix)]
        std::os::unix::fs::symlink("/etc", root.path().join("z")).unwrap();
        let (found, faults) = open(root.path());
        assert_eq!(faults, []);
        let names: Vec<&str> = found.iter().map(|found| found.raw_name.as_str()).collect();
        assert_eq!(&names[..3], ["a.json", "b/1.jpg", "b/c/2.jpg"]);
        assert_eq!(found[1].size_bytes, 7);
        #[cfg(unix)]
        assert_eq!(
            (names[3], &found[3].problem),
            ("z", &Some(EntryError::NotAFile))
        );
    }

    #[test]
    fn a_folder_that_cannot_be_read_is_a_fault() {
        let (found, faults) = open(Path::new("/no/such/folder"));
        assert!(found.is_empty() && matches!(faults[..], [PartFault::Io(_)]));
    }
}
