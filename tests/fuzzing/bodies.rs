//! What is fuzzed, one function a target. Run by cargo-fuzz (`fuzz_targets/`) and by the stable runner in `fuzzing.rs`.

#![allow(unreachable_pub, reason = "nobody uses a test from outside")]

use std::io::Cursor;
use std::path::Path;

use albumen::cli::connection::named;
use archive::{
    Archive, EntryId, OpenOptions, export_of, is_named_like_part, is_unfinished, missing_parts,
};
use config::Config;
use import::name_date::name_date;
use media::embed::{Facts, embed};
use model::asset::Asset;
use model::entry_path::EntryPath;
use model::evidence::{Evidence, MediaEntry};
use model::library_path::LibraryPath;
use model::record::{AlbumRecord, Record};
use provider::facebook::Facebook;
use provider::flickr::Flickr;
use provider::google_photos::GooglePhotos;
use provider::instagram::Instagram;
use provider::meta_dates::read_date;
use provider::snapchat::Snapchat;
use provider::{EntryRole, ItemSink, Node, Provider, ReadOptions, Statements, Tree};
use push::address::Address;
use push::scheme::Store;
use push::strip::{Strip, strip};
use writer::albums_file::{read_albums, read_library, read_missing};
use writer::manifest;
use writer::names::{base_stem, safe_extension};
use writer::sidecar::merge;
use writer::sidecar::packet::embedded;
use writer::sidecar::read::{SidecarError, read as read_sidecar};

/// A target: its name, and what it does with bytes. It must come back, whatever they are.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: [Target; 24] = [
    ("entry_names", entry_names),
    ("zip", zip),
    ("tar", tar),
    ("instagram", instagram),
    ("facebook", facebook),
    ("snapchat", snapchat),
    ("flickr", flickr),
    ("google_photos", google_photos),
    ("dates", dates),
    ("metadata", metadata),
    ("pictures", pictures),
    ("sidecars", sidecars),
    ("strip", strips),
    ("packets", packets),
    ("sidecar_changes", sidecar_changes),
    ("prints", prints),
    ("fetch_texts", fetch_texts),
    ("memories", memories),
    ("webdav", webdav),
    ("sftp", sftp),
    ("s3", s3),
    ("immich", immich),
    ("settings", settings),
    ("numbering", numbering),
];

/// Names of entries: what is accepted stays below the root, and what is made of it is a path of the library.
pub fn entry_names(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Ok(path) = EntryPath::parse(&text) {
        let path = path.as_str();
        assert!(!path.starts_with('/') && !path.is_empty(), "{path:?}");
        assert!(
            path.split('/').all(|part| part != ".." && !part.is_empty()),
            "{path:?}"
        );
        assert!(!path.contains(char::is_control), "{path:?}");
    }
    let stem = base_stem(None, &text);
    let extension = safe_extension(&text);
    let made = format!("undated/{stem}.{extension}");
    assert!(
        LibraryPath::parse(&made).is_some(),
        "{text:?} became {made:?}"
    );
}

fn archive(bytes: &[u8], name: &str) {
    let shared = Path::new("/dev/shm");
    let folder = match shared.is_dir() {
        true => tempfile::tempdir_in(shared),
        false => tempfile::tempdir(),
    };
    let folder = folder.expect("a temporary folder can be made");
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).expect("it can be written");
    let archive = Archive::open(&[path], &OpenOptions::default());
    for id in 0..archive.entries().len().min(200) {
        let read = archive.read(EntryId(id), 1 << 20);
        let entry = &archive.entries()[id];
        if let Ok(bytes) = read {
            assert_eq!(bytes.len() as u64, entry.size_bytes, "{:?}", entry.raw_name);
        }
    }
}

/// A zip.
pub fn zip(bytes: &[u8]) {
    archive(bytes, "a.zip");
}

/// A tar or, if it begins so, a tgz.
pub fn tar(bytes: &[u8]) {
    archive(bytes, "a.tgz");
}

/// A tree of one record file.
struct One<'a> {
    nodes: Vec<Node>,
    bytes: &'a [u8],
}

impl Tree for One<'_> {
    fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    fn part_names(&self) -> Vec<String> {
        vec!["a-2024-05-01.zip".to_owned()]
    }

    fn part_name(&self, _: EntryId) -> String {
        "a-2024-05-01.zip".to_owned()
    }

    fn size_bytes(&self, _: EntryId) -> u64 {
        self.bytes.len() as u64
    }

    fn read(&self, _: EntryId, limit: u64) -> Result<Vec<u8>, String> {
        match self.bytes.len() as u64 <= limit {
            true => Ok(self.bytes.to_vec()),
            false => Err("too large".to_owned()),
        }
    }
}

/// Gathers what a provider says.
#[derive(Default)]
struct Said {
    evidence: Evidence,
    roles: usize,
}

impl Statements for Said {
    fn record(&mut self, record: Record) {
        self.evidence.records.push(record);
    }

    fn album(&mut self, album: AlbumRecord) {
        self.evidence.albums.push(album);
    }

    fn warn(&mut self, _: EntryId, message: String) {
        assert!(!message.contains('\u{1b}'), "{message:?}");
    }
}

impl ItemSink for Said {
    fn entry(&mut self, _: EntryId, _: EntryRole) {
        self.roles += 1;
    }
}

/// The first byte chooses the record file; the provider reads it and ties what it says to media of those names.
fn provider(provider: &dyn Provider, paths: &[&str], bytes: &[u8]) {
    let Some((choice, bytes)) = bytes.split_first() else {
        return;
    };
    let path = paths[usize::from(*choice) % paths.len()];
    let tree = One {
        nodes: vec![Node {
            id: EntryId(0),
            path: path.into(),
        }],
        bytes,
    };
    let mut said = Said::default();
    let options = ReadOptions {
        include_messages: true,
        ..ReadOptions::default()
    };
    provider.read(&tree, &options, &mut said);
    assert_eq!(said.roles, 1, "every entry has one role");
    let mut evidence = said.evidence;
    let media: Vec<MediaEntry> = evidence
        .records
        .iter()
        .take(50)
        .map(|record| MediaEntry {
            provider: record.provider.clone(),
            export: record.export.clone(),
            path: record.uri.clone(),
            content_hash: model::content_hash::ContentHash([7; 32]),
            content_id: None,
            taken: None,
        })
        .collect();
    evidence.media = media;
    let links = provider.link(&evidence);
    for link in &links.links {
        assert!(link.record < evidence.records.len());
        assert!(link.media.is_none_or(|media| media < evidence.media.len()));
    }
}

/// Record files of Instagram, JSON and HTML.
pub const INSTAGRAM: [&str; 6] = [
    "your_instagram_activity/media/posts_1.json",
    "your_instagram_activity/media/stories.json",
    "media.json",
    "personal_information/personal_information/personal_information.json",
    "your_instagram_activity/messages/inbox/anna_1/message_1.json",
    "your_instagram_activity/media/posts_1.html",
];

/// Record files of Facebook, JSON and HTML.
pub const FACEBOOK: [&str; 4] = [
    "your_facebook_activity/posts/your_posts__check_ins__photos_and_videos_1.json",
    "your_facebook_activity/posts/album/0.json",
    "your_facebook_activity/posts/your_posts__check_ins__photos_and_videos_1.html",
    "your_facebook_activity/posts/album/0.html",
];

/// Record files of Snapchat, JSON and HTML.
pub const SNAPCHAT: [&str; 3] = [
    "json/memories_history.json",
    "html/memories_history.html",
    "json/chat_history.json",
];

/// Record files of Flickr.
pub const FLICKR: [&str; 3] = [
    "photo_18600000001.json",
    "albums.json",
    "account_profile.json",
];

/// Record files of Google Photos, JSON and HTML.
pub const GOOGLE: [&str; 3] = [
    "Google Photos/Photos from 2023/IMG_1.jpg.supplemental-metadata.json",
    "Google Photos/Rome/metadata.json",
    "archive_browser.html",
];

/// Instagram's record files.
pub fn instagram(bytes: &[u8]) {
    provider(&Instagram, &INSTAGRAM, bytes);
}

/// Facebook's record files.
pub fn facebook(bytes: &[u8]) {
    provider(&Facebook, &FACEBOOK, bytes);
}

/// Snapchat's record files.
pub fn snapchat(bytes: &[u8]) {
    provider(&Snapchat, &SNAPCHAT, bytes);
}

/// Flickr's record files.
pub fn flickr(bytes: &[u8]) {
    provider(&Flickr, &FLICKR, bytes);
}

/// Google's record files.
pub fn google_photos(bytes: &[u8]) {
    provider(&GooglePhotos, &GOOGLE, bytes);
}

/// Dates in pages, and in names of files.
pub fn dates(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let _ = read_date(&text);
    let _ = name_date(&text);
}

/// What bytes of a medium say, and what is written into a copy of them.
pub fn metadata(bytes: &[u8]) {
    if let Some(media_type) = media::sniff(bytes) {
        let facts = media::inspect(media_type, &mut Cursor::new(bytes));
        assert_eq!(facts.media_type, media_type);
        let words = Facts {
            description: Some("words".to_owned()),
            ..Facts::default()
        };
        let packet = |_: Option<&[u8]>| Ok("<x/>".to_owned());
        // It compares the copy's picture with the original's itself.
        let _ = embed(media_type, &mut Cursor::new(bytes), &words, &packet);
    }
}

/// Pictures that become thumbnails.
pub fn pictures(bytes: &[u8]) {
    if let Some(media_type) = media::sniff(bytes) {
        let made = media::thumbnail::make_from(&mut Cursor::new(bytes), media_type, 64);
        if let Ok(small) = made {
            assert!(small.width.max(small.height) <= 64 && small.width.min(small.height) > 0);
        }
    }
}

/// Sidecars, lists and manifests that somebody changed.
pub fn sidecars(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let _ = read_sidecar(&text);
    let _ = read_albums(&text);
    let _ = read_missing(&text);
    let _ = read_library(&text);
    if let Ok(listed) = manifest::parse(&text) {
        let again = manifest::render(listed.clone());
        assert_eq!(manifest::parse(&again).ok(), Some(listed));
    }
}

/// Pictures and films out of which something is taken: what comes out has nothing left to take out, and no position.
pub fn strips(bytes: &[u8]) {
    let Some(media_type) = media::sniff(bytes) else {
        return;
    };
    for what in [Strip::Location, Strip::People, Strip::All] {
        let Ok(out) = strip(bytes.to_vec(), media_type, what) else {
            continue;
        };
        assert_eq!(strip(out.clone(), media_type, what).as_ref(), Ok(&out));
        let facts = media::inspect(media_type, &mut Cursor::new(&out));
        assert!(!facts.content_credentials);
        assert!(facts.location.is_none() || what == Strip::People);
        assert_eq!((facts.content_id, facts.description), (None, None));
    }
}

/// XMP of a file into which the library's facts are merged: what comes out can be read, and says them.
pub fn packets(bytes: &[u8]) {
    let asset: Asset = serde_json::from_value(serde_json::json!({
        "content_hash": "07".repeat(32), "size_bytes": 1, "name": "a", "extension": "jpg", "people": ["Ben"],
        "media": {"media_type": "jpeg"}, "favorite": false, "visibility": "shown", "by_someone_else": false,
    }))
    .expect("an asset");
    if let Ok(text) = embedded(&asset, &["Album".to_owned()], Some(bytes)) {
        match read_sidecar(&text) {
            Ok(found) => assert_eq!(found.standard.people, ["Ben"]),
            Err(SidecarError::NotXmp(why)) => panic!("what was merged cannot be read: {why}"),
            // Properties of ours that the file had before, damaged or newer; they stay as the file said them.
            Err(_) => {}
        }
    }
}

/// Sidecars that another program changed: what the owner changed is the same, found twice.
pub fn sidecar_changes(bytes: &[u8]) {
    let Ok(found) = read_sidecar(&String::from_utf8_lossy(bytes)) else {
        return;
    };
    let changes = merge::changes(&found);
    assert_eq!(changes, merge::changes(&found));
    if merge::is_untouched(&found) {
        assert!(changes.is_empty() || found.own.is_some(), "{changes:?}");
    }
}

/// Pictures that go into a PDF, their colour profiles with them.
pub fn prints(bytes: &[u8]) {
    print::fuzzed::picture(bytes);
}

/// What browsers copy, pages list and hosts say of a download.
pub fn fetch_texts(bytes: &[u8]) {
    fetch::fuzzed::texts(bytes);
}

/// Lists of memories to fetch; the first byte chooses JSON or HTML.
pub fn memories(bytes: &[u8]) {
    let Some((choice, bytes)) = bytes.split_first() else {
        return;
    };
    let shared = Path::new("/dev/shm");
    let folder = match shared.is_dir() {
        true => tempfile::tempdir_in(shared),
        false => tempfile::tempdir(),
    };
    let folder = folder.expect("a temporary folder can be made");
    let kind = if choice % 2 == 0 { "json" } else { "html" };
    let inner = folder.path().join("mydata~1700000000000").join(kind);
    std::fs::create_dir_all(&inner).expect("it can be made");
    std::fs::write(inner.join(format!("memories_history.{kind}")), bytes).expect("written");
    if let Ok(found) = fetch::memory_links(&[folder.path().join("mydata~1700000000000")]) {
        for memory in &found.wanted {
            assert!(
                !memory.stem.contains(['/', '\\', '\0']),
                "{:?}",
                memory.stem
            );
        }
    }
}

/// Answers of WebDAV hosts.
pub fn webdav(bytes: &[u8]) {
    push::webdav::fuzzed::answers(bytes);
}

/// Messages of SFTP servers, and addresses.
pub fn sftp(bytes: &[u8]) {
    push::sftp::fuzzed::messages(bytes);
}

/// Answers of S3-compatible stores.
pub fn s3(bytes: &[u8]) {
    push::s3::fuzzed::answers(bytes);
}

/// Answers of Immich servers.
pub fn immich(bytes: &[u8]) {
    push::immich::fuzzed::answers(bytes);
}

/// Configurations, addresses of destinations, and files of secrets.
pub fn settings(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Ok(mut config) = Config::parse(&text) {
        let _ = config.holds_secret();
        config.resolve(Path::new("/folder"), Some(Path::new("/home/anna")));
    }
    for line in text.lines().take(20) {
        if let Ok(address) = Address::parse(line, &Store::default()) {
            // What the journal calls it leads there again.
            let name = address.name();
            let again = Address::parse(&name, &Store::default());
            assert_eq!(again.map(|address| address.name()), Ok(name));
        }
    }
    let _ = named(&text);
}

/// Names of parts as services, browsers and people write them.
pub fn numbering(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let names: Vec<String> = text.lines().take(200).map(str::to_owned).collect();
    for name in &names {
        let _ = (
            is_unfinished(name),
            is_named_like_part(name),
            export_of(name),
        );
    }
    let missing = missing_parts(&names);
    assert!(
        missing.iter().all(|name| !names.contains(name)),
        "{missing:?}"
    );
    assert!(missing.len() <= 100_000, "{}", missing.len());
}
