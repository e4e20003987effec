//! Lists the files of a library's tree, without following links and without what is albumen's own or can be made again.

use std::fs;
use std::io;
use std::path::Path;
use std::time::UNIX_EPOCH;

use model::library_path::LibraryPath;

use super::albums_file::{ALBUMS, MISSING};
use super::manifest::METADATA;
use super::sidecar::ns;
use disk::regular;

/// A file of the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundFile {
    /// Where it lies; the text of a name that no path of a library can be, where it is none.
    pub path: Result<LibraryPath, String>,
    /// A regular file, and no link or device.
    pub is_file: bool,
    /// Its size.
    pub size_bytes: u64,
    /// Modification time in nanoseconds since 1970.
    pub modified_ns: i64,
}

/// What lies in the tree.
#[derive(Debug, Default)]
pub struct Walked {
    /// Files, sorted by path.
    pub files: Vec<FoundFile>,
    /// Folders and files that could not be looked at, and why.
    pub unreadable: Vec<(String, io::Error)>,
}

/// Folders at the top that hold no originals.
const LEFT_OUT: [&str; 2] = [".albumen", "gallery"];

/// Lists the tree of the library at `root`.
pub fn walk(root: &Path) -> Walked {
    let mut walked = Walked::default();
    visit(root, "", &mut walked);
    walked
        .files
        .sort_by(|a, b| text(&a.path).cmp(text(&b.path)));
    walked
}

fn text(path: &Result<LibraryPath, String>) -> &str {
    match path {
        Ok(path) => path.as_str(),
        Err(text) => text,
    }
}

fn visit(folder: &Path, below: &str, walked: &mut Walked) {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => {
            walked.unreadable.push((below.to_owned(), error));
            return;
        }
    };
    for entry in entries {
        let seen = entry.and_then(|entry| {
            let name = entry.file_name();
            let metadata = fs::symlink_metadata(entry.path())?;
            Ok((entry.path(), name, metadata))
        });
        let (path, name, metadata) = match seen {
            Ok(seen) => seen,
            Err(error) => {
                walked.unreadable.push((below.to_owned(), error));
                continue;
            }
        };
        let shown = format!("{below}{}", name.to_string_lossy());
        if LEFT_OUT.contains(&shown.as_str()) || is_of_system(&name.to_string_lossy()) {
            continue;
        }
        if metadata.is_dir() {
            visit(&path, &format!("{shown}/"), walked);
            continue;
        }
        let named = name.to_str().and_then(|_| LibraryPath::parse(&shown));
        walked.files.push(FoundFile {
            path: named.ok_or(shown),
            is_file: metadata.is_file(),
            size_bytes: metadata.len(),
            modified_ns: modified_ns(&metadata),
        });
    }
}

/// Returns whether a library was settled in this folder once: it has a list that only albumen writes, or a sidecar of ours.
///
/// `SHA256SUMS` alone says nothing: many programs write one beside what they download.
pub fn holds_anything(root: &Path) -> bool {
    let lists = [METADATA, ALBUMS, MISSING];
    if lists.iter().any(|name| root.join(name).exists()) {
        return true;
    }
    walk(root).files.iter().any(|file| {
        let Ok(path) = &file.path else { return false };
        // Another program's sidecar says nothing about a library.
        path.as_str().ends_with(".xmp")
            && regular::read_to_string(&path.on_disk(root))
                .is_ok_and(|text| text.contains(ns::ALBUMEN))
    })
}

/// Files that systems leave in every folder a person looks into.
fn is_of_system(name: &str) -> bool {
    matches!(name, ".DS_Store" | "Thumbs.db" | "desktop.ini") || name.starts_with("._")
}

/// Returns a file's modification time in nanoseconds since 1970, negative before.
pub fn modified_ns(metadata: &fs::Metadata) -> i64 {
    let Ok(modified) = metadata.modified() else {
        return 0;
    };
    match modified.duration_since(UNIX_EPOCH) {
        Ok(since) => since.as_nanos() as i64,
        Err(before) => -(before.duration().as_nanos() as i64),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::manifest::ORIGINALS;

    #[test]
    fn lists_files_sorted_and_leaves_out_our_own() {
        let folder = tempfile::tempdir().unwrap();
        for name in [
            "2023/07/b.jpg",
            "2023/07/a.jpg",
            "albums.json",
            ".albumen/catalog.sqlite",
            "gallery/index.html",
            "2023/.DS_Store",
            "2023/gallery/c.jpg",
        ] {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, name).unwrap();
        }
        let walked = walk(folder.path());
        let names: Vec<&str> = walked.files.iter().map(|file| text(&file.path)).collect();
        assert_eq!(
            names,
            [
                "2023/07/a.jpg",
                "2023/07/b.jpg",
                "2023/gallery/c.jpg",
                "albums.json"
            ]
        );
        assert!(walked.unreadable.is_empty());
        assert_eq!(
            (walked.files[3].is_file, walked.files[3].size_bytes),
            (true, 11)
        );
    }

    #[test]
    fn a_library_is_known_by_its_lists_or_sidecars() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!holds_anything(folder.path()));
        fs::write(folder.path().join("a.jpg.xmp"), "<x:xmpmeta/>").unwrap();
        assert!(!holds_anything(folder.path()));
        fs::write(folder.path().join(ORIGINALS), "00  debian.iso").unwrap();
        assert!(!holds_anything(folder.path()), "anybody's list");
        fs::write(folder.path().join("b.jpg.xmp"), ns::ALBUMEN).unwrap();
        assert!(holds_anything(folder.path()));
        fs::remove_file(folder.path().join("b.jpg.xmp")).unwrap();
        fs::write(folder.path().join(ALBUMS), "").unwrap();
        assert!(holds_anything(folder.path()));
    }

    #[cfg(unix)]
    #[test]
    fn links_are_not_followed_and_odd_names_are_told() {
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("/etc", folder.path().join("link")).unwrap();
        fs::write(folder.path().join("a\\b"), b"").unwrap();
        let walked = walk(folder.path());
        assert_eq!(walked.files.len(), 2);
        assert_eq!(walked.files[0].path, Err("a\\b".to_owned()));
        assert!(!walked.files[1].is_file);
    }

    #[test]
    fn a_folder_that_is_gone_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let walked = walk(&folder.path().join("none"));
        assert_eq!((walked.files.len(), walked.unreadable.len()), (0, 1));
    }
}
