//! A small archive of Flickr, read from memory: roles, records and what was not understood.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use super::*;
use model::record::{AlbumRecord, Record};

struct Files(Vec<Node>, Vec<(&'static str, &'static str)>);

impl Files {
    fn new(files: &[(&'static str, &'static str)]) -> Self {
        let nodes = files.iter().enumerate().map(|(at, (path, _))| Node {
            id: EntryId(at),
            path: (*path).into(),
        });
        Self(nodes.collect(), files.to_vec())
    }
}

impl Tree for Files {
    fn nodes(&self) -> &[Node] {
        &self.0
    }
    fn part_names(&self) -> Vec<String> {
        vec!["72157_ab_part1.zip".to_owned()]
    }
    fn part_name(&self, _: EntryId) -> String {
        "72157_ab_part1.zip".to_owned()
    }
    fn size_bytes(&self, id: EntryId) -> u64 {
        self.1[id.0].1.len() as u64
    }
    fn read(&self, id: EntryId, _: u64) -> Result<Vec<u8>, String> {
        Ok(self.1[id.0].1.as_bytes().to_vec())
    }
}

#[derive(Default)]
struct Heard {
    records: Vec<Record>,
    listed: Vec<Record>,
    albums: Vec<AlbumRecord>,
    roles: BTreeMap<usize, EntryRole>,
    lacks: Vec<(usize, String)>,
}

impl ItemSink for Heard {
    fn record(&mut self, record: Record) {
        self.records.push(record);
    }
    fn listed(&mut self, record: Record) {
        self.listed.push(record);
    }
    fn album(&mut self, album: AlbumRecord) {
        self.albums.push(album);
    }
    fn entry(&mut self, id: EntryId, role: EntryRole) {
        assert_eq!(self.roles.insert(id.0, role), None, "told once");
    }
    fn warn(&mut self, _: EntryId, message: String) {
        panic!("{message}");
    }
    fn not_understood(&mut self, id: EntryId, why: NotUnderstood) {
        self.lacks.push((id.0, why.reason()));
    }
}

fn heard(files: &[(&'static str, &'static str)]) -> Heard {
    let mut heard = Heard::default();
    read(&Files::new(files), &ReadOptions::default(), &mut heard);
    assert_eq!(heard.roles.len(), files.len());
    heard
}

const PROFILE: &str = r#"{"real_name":"Anna","screen_name":"Anna M","nsid":"12@N00","profile_url":"https://www.flickr.com/people/anna.m/"}"#;
const PHOTO: &str = r#"{"id":"12345678901","date_taken":"2015-06-07 08:09:10","date_imported":"2015-06-08 01:02:03","x":1}"#;
const OTHER: &str = r#"{"id":"12345678902","date_taken":"2015-06-07 08:09:10","date_imported":"2015-06-08 01:02:03","x":1}"#;
const ALBUMS: &str = r#"{"albums":[{"id":"7","title":"Rome","photos":["12345678902","12345678903","0"]},
    {"id":"8","photos":["12345678903"]},{"id":"9"}]}"#;

#[test]
fn entries_are_told_with_their_account() {
    let heard = heard(&[
        ("account_profile.json", PROFILE),
        ("albums.json", ALBUMS),
        ("faves_part001.json", "{}"),
        ("new.json", "{}"),
        ("photo_12345678901.json", PHOTO),
        ("photo_12345678902.json", OTHER),
        ("photo_12345678904.json", "{"),
        ("sunset_12345678901_o.jpg", "x"),
    ]);
    let account = |record: &Record| record.account.as_deref() == Some("anna.m");
    assert!(heard.records.iter().chain(&heard.listed).all(account));
    let keys: Vec<&str> = heard
        .records
        .iter()
        .map(|record| record.key.as_str())
        .collect();
    assert_eq!(
        keys,
        [
            "12345678902",
            "12345678903",
            "12345678903",
            "12345678901",
            "12345678902"
        ]
    );
    // Two albums name it, and it is missing once.
    let listed: Vec<&str> = heard
        .listed
        .iter()
        .map(|record| record.uri.as_str())
        .collect();
    assert_eq!(listed, ["photo_12345678903.json"]);
    let albums: Vec<&str> = heard
        .albums
        .iter()
        .map(|album| album.key.as_str())
        .collect();
    assert_eq!(albums, ["7", "8"]);
    use EntryRole::{Failed, Ignored as Aside, Media, Record as Told};
    let roles: Vec<&EntryRole> = heard.roles.values().collect();
    assert!(matches!(
        roles.as_slice(),
        [
            Aside(Ignored::NotAboutMedia),
            Told,
            Aside(Ignored::NotAboutMedia),
            Aside(Ignored::Unknown),
            Told,
            Told,
            Failed(_),
            Media
        ]
    ));
}

#[test]
fn what_is_not_understood_is_told_once_with_its_first_file() {
    let heard = heard(&[
        ("albums.json", ALBUMS),
        ("photo_12345678901.json", PHOTO),
        ("photo_12345678902.json", OTHER),
    ]);
    let told: Vec<(usize, bool)> = heard
        .lacks
        .iter()
        .map(|(at, why)| (*at, why.contains("\"x\"")))
        .collect();
    assert_eq!(told, [(0, false), (1, true)]);
}
