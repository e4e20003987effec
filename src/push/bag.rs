//! BagIt 1.0 (RFC 8493): a folder whose payload lies below `data/` and is listed with checksums.

use std::collections::BTreeMap;

use jiff::Timestamp;
use model::content_hash::ContentHash;
use model::library_path::LibraryPath;

/// Folder of the payload.
pub const PAYLOAD: &str = "data/";
/// Says that the folder is a bag.
pub const DECLARATION: &str = "bagit.txt";
/// List of the payload.
pub const MANIFEST: &str = "manifest-sha256.txt";
/// List of the bag's own files.
pub const TAG_MANIFEST: &str = "tagmanifest-sha256.txt";

/// Returns whether a path is one of the lists by which a bag is judged, and none that albumen writes.
pub fn is_foreign_list(path: &str) -> bool {
    let is_manifest = path.ends_with(".txt")
        && (path.starts_with("manifest-") || path.starts_with("tagmanifest-"));
    path == "fetch.txt" || (is_manifest && path != MANIFEST && path != TAG_MANIFEST)
}

/// Returns the text of the payload's list.
pub fn manifest(files: &BTreeMap<LibraryPath, ContentHash>) -> String {
    files
        .iter()
        .map(|(path, hash)| format!("{hash}  {}\n", escaped(path.as_str())))
        .collect()
}

/// Reads a payload's list.
pub fn parse(text: &str) -> Option<BTreeMap<LibraryPath, ContentHash>> {
    text.lines()
        .filter(|line| !line.is_empty())
        .map(|line| {
            let (hash, path) = line.split_once(char::is_whitespace)?;
            let path = path
                .trim_start()
                .replace("%0A", "\n")
                .replace("%0D", "\r")
                .replace("%25", "%");
            Some((LibraryPath::parse(&path)?, hash.parse().ok()?))
        })
        .collect()
}

/// BagIt escapes line ends and `%` only.
fn escaped(path: &str) -> String {
    path.replace('%', "%25")
        .replace('\n', "%0A")
        .replace('\r', "%0D")
}

/// Returns the bag's own files, in the order they are written: `bagit.txt`, `bag-info.txt`, and the list of these and `manifest`.
pub fn tags(manifest: &str, bytes: u64, files: u64, now: Timestamp) -> [(&'static str, String); 3] {
    let bagit = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n".to_owned();
    let day = now.to_zoned(jiff::tz::TimeZone::UTC).date();
    let info = format!(
        "Bag-Software-Agent: albumen\nBagging-Date: {day}\nExternal-Description: photos and videos with XMP sidecars\nPayload-Oxum: {bytes}.{files}\n"
    );
    let line = |name: &str, text: &str| {
        let hash = ContentHash::of(text.as_bytes());
        format!("{hash}  {name}\n")
    };
    let list = line("bag-info.txt", &info) + &line(DECLARATION, &bagit) + &line(MANIFEST, manifest);
    [
        (DECLARATION, bagit),
        ("bag-info.txt", info),
        (TAG_MANIFEST, list),
    ]
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn odd_names_come_back() {
        let path = |text: &str| LibraryPath::parse(text).unwrap();
        let files = BTreeMap::from([
            (path("data/100%25 a.jpg"), ContentHash([1; 32])),
            (path("data/two\nlines é.jpg"), ContentHash([2; 32])),
        ]);
        let text = manifest(&files);
        assert_eq!(text.lines().count(), 2);
        assert!(text.contains("100%2525 a.jpg"));
        assert_eq!(parse(&text).unwrap(), files);
    }

    #[test]
    fn the_tag_files_say_what_a_bag_holds() {
        let tags = tags("x\n", 10, 2, Timestamp::UNIX_EPOCH);
        assert!(tags[1].1.contains("Payload-Oxum: 10.2\n"));
        assert!(tags[1].1.contains("Bagging-Date: 1970-01-01\n"));
        assert_eq!(tags[2].1.lines().count(), 3);
    }
}
