//! Tests of what is new and what waits.

use super::*;
use std::fs::File;

/// The smallest whole zip.
const EMPTY_ZIP: &[u8] = b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

struct Inbox(tempfile::TempDir);

impl Inbox {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn put(&self, name: &str, bytes: &[u8], minutes_old: u64) {
        let path = self.0.path().join(name);
        fs::write(&path, bytes).unwrap();
        let file = File::options().write(true).open(path).unwrap();
        let time = SystemTime::now() - Duration::from_secs(60 * minutes_old);
        file.set_modified(time).unwrap();
    }

    fn look(&self, known: &Known, pattern: Option<&str>) -> (Vec<Vec<String>>, Vec<(String, Why)>) {
        let folder = Folder {
            path: self.0.path().to_owned(),
            pattern: pattern.map(str::to_owned),
        };
        let looked = look(&[folder.clone(), folder], known, SystemTime::now());
        let names = |parts: Vec<Part>| parts.iter().map(|part| name_of(&part.path)).collect();
        (
            looked.exports.into_iter().map(names).collect(),
            looked
                .left
                .into_iter()
                .map(|(path, why)| (name_of(&path), why))
                .collect(),
        )
    }
}

#[test]
fn what_still_grows_is_left_and_what_is_cut_off_needs_a_person() {
    let inbox = Inbox::new();
    inbox.put("new.zip", EMPTY_ZIP, 0);
    inbox.put("half.zip", b"PK\x03\x04", 5);
    inbox.put("cut.zip", b"PK\x03\x04", 90);
    inbox.put("a.zip.crdownload", b"PK", 90);
    inbox.put("whole.zip", EMPTY_ZIP, 5);
    inbox.put("x.tgz", b"\x1f\x8b", 5);
    inbox.put(".hidden.zip", EMPTY_ZIP, 5);
    inbox.put("photo.jpg", b"x", 5);
    let (exports, left) = inbox.look(&Known::default(), None);
    assert_eq!(exports, [["whole.zip"], ["x.tgz"]]);
    let left: BTreeMap<String, Why> = left.into_iter().collect();
    assert_eq!(left["new.zip"], Why::Growing);
    assert_eq!(left["half.zip"], Why::Growing);
    assert_eq!(left["cut.zip"], Why::CutOff);
    assert_eq!(left["a.zip.crdownload"], Why::Growing);
    assert_eq!(left.len(), 4);
    assert!(Why::CutOff.needs_a_person() && !Why::Growing.needs_a_person());
}

#[test]
fn an_export_waits_for_its_parts() {
    let inbox = Inbox::new();
    inbox.put("a Part 1 of 2.zip", EMPTY_ZIP, 5);
    inbox.put("takeout-20240101T000000Z-002.zip", EMPTY_ZIP, 5);
    inbox.put("b_part_1.zip", EMPTY_ZIP, 5);
    inbox.put("b_part_2.zip", EMPTY_ZIP, 0);
    let (exports, left) = inbox.look(&Known::default(), None);
    assert!(exports.is_empty());
    let left: BTreeMap<String, Why> = left.into_iter().collect();
    assert_eq!(
        left["a Part 1 of 2.zip"],
        Why::MissingPart("a Part 2 of 2.zip".into())
    );
    assert_eq!(left["b_part_1.zip"], Why::WithOthers);
    inbox.put("a Part 2 of 2.zip", EMPTY_ZIP, 5);
    inbox.put("b_part_2.zip", EMPTY_ZIP, 5);
    // Part 1 was dealt with long ago, and is gone.
    let mut known = Known::default();
    known
        .names
        .insert("takeout-20240101T000000Z-001.zip".to_owned());
    let (exports, left) = inbox.look(&known, None);
    assert_eq!((exports.len(), left.len()), (3, 0), "{left:?}");
}

#[test]
fn what_is_known_is_not_new_until_it_changes() {
    let inbox = Inbox::new();
    inbox.put("a.zip", EMPTY_ZIP, 5);
    let folder = Folder {
        path: inbox.0.path().to_owned(),
        pattern: None,
    };
    let mut known = Known::default();
    let looked = look(&[folder], &known, SystemTime::now());
    known.add(&looked.exports[0]);
    assert_eq!(inbox.look(&known, None), (vec![], vec![]));
    let text = serde_json::to_string(&known).unwrap();
    let read: Known = serde_json::from_str(&text).unwrap();
    assert_eq!(read, known);
    inbox.put("a.zip", EMPTY_ZIP, 7);
    assert_eq!(inbox.look(&known, None).0, [["a.zip"]]);
    fs::remove_file(inbox.0.path().join("a.zip")).unwrap();
    known.tidy();
    assert!(known.files.is_empty() && known.names.contains("a.zip"));
}

#[test]
fn patterns_choose_and_folders_that_are_gone_are_told() {
    let inbox = Inbox::new();
    inbox.put("takeout-1.zip", EMPTY_ZIP, 5);
    inbox.put("takeout-2.zip.part", b"", 5);
    inbox.put("other.zip", EMPTY_ZIP, 5);
    let (exports, left) = inbox.look(&Known::default(), Some("takeout-*.zip"));
    assert_eq!((exports.len(), left.len()), (1, 1), "{left:?}");
    for (pattern, name, expected) in [
        ("*", "a", true),
        ("a*c*e", "abcde", true),
        ("a*c", "abcd", false),
        ("a", "a", true),
        ("a", "ab", false),
        ("a*a", "a", false),
    ] {
        assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
    }
    let gone = Folder {
        path: "/nowhere/at/all".into(),
        pattern: None,
    };
    let looked = look(&[gone], &Known::default(), SystemTime::now());
    assert!(looked.left[0].1.needs_a_person());
}
