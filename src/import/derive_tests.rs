//! Tests of `derive`: from evidence to assets, with links as a provider would give them.

use super::*;
use crate::merge::tests_support::record;
use model::evidence::{Evidence, Link, Links};
use model::kind::CompanionRole;
use model::media_facts::MediaFacts;
use model::media_type::MediaType;
use model::record::{AlbumRecord, CompanionRef, Membership};

fn hash(n: u8) -> ContentHash {
    ContentHash([n; 32])
}

fn entry(path: &str, n: u8) -> MediaEntry {
    MediaEntry {
        provider: "instagram".into(),
        export: None,
        path: path.into(),
        content_hash: hash(n),
        content_id: None,
        taken: None,
    }
}

fn link(record: usize, media: Option<usize>, role: Option<CompanionRole>) -> Link {
    Link {
        record,
        media,
        role,
        how: "test",
    }
}

fn linked(records: Vec<Record>, media: Vec<MediaEntry>, links: Vec<Link>) -> Linked {
    Linked {
        provider: "instagram".into(),
        sole_account: None,
        record_ids: (0..records.len() as i64).collect(),
        record_digests: vec![[0; 32]; records.len()],
        evidence: Evidence {
            records,
            albums: Vec::new(),
            media,
        },
        links: Links {
            links,
            ..Links::default()
        },
        ..Linked::default()
    }
}

/// Records of one provider, and ten photos of a byte each.
struct Ten<'a>(&'a [Linked]);

impl Source for Ten<'_> {
    fn record(&self, provider: usize, record: usize) -> Result<RecordText, CatalogError> {
        RecordText::of(&self.0[provider].evidence.records[record])
    }

    fn original(&self, wanted: ContentHash) -> Result<Option<StoredMedium>, CatalogError> {
        let held = (0..10).map(hash).any(|hash| hash == wanted);
        Ok(held.then_some(StoredMedium {
            content_hash: wanted,
            size_bytes: 1,
            facts: MediaFacts::of_type(MediaType::Jpeg),
        }))
    }
}

fn derived(provider: Linked) -> Derivation {
    let providers = [provider];
    let surroundings = Surroundings {
        source: &Ten(&providers),
        user: &HashMap::new(),
        home: None,
        threads: NonZeroUsize::MIN,
    };
    derive(&providers, &surroundings).unwrap()
}

fn hashes(derivation: &Derivation) -> Vec<ContentHash> {
    derivation
        .assets
        .iter()
        .map(|derived| derived.content_hash)
        .collect()
}

#[test]
fn one_path_with_two_contents_is_two_assets_of_one_record() {
    let provider = linked(
        vec![record("a.jpg")],
        vec![entry("a.jpg", 1), entry("a.jpg", 2)],
        vec![link(0, Some(0), None), link(0, Some(1), None)],
    );
    let derivation = derived(provider);
    assert_eq!(hashes(&derivation), [hash(1), hash(2)]);
    assert!(derivation.assets.iter().all(|d| *d.records == [(0, 0)]));
}

#[test]
fn one_content_at_two_paths_is_one_asset_of_two_records() {
    let provider = linked(
        vec![record("a.jpg"), record("b.jpg")],
        vec![entry("a.jpg", 1), entry("b.jpg", 1)],
        vec![link(0, Some(0), None), link(1, Some(1), None)],
    );
    let derivation = derived(provider);
    assert_eq!(hashes(&derivation), [hash(1)]);
    assert_eq!(derivation.assets[0].records.len(), 2);
    assert_eq!(derivation.assets[0].entries.len(), 2);
}

fn with_subtitles() -> Record {
    Record {
        companions: vec![CompanionRef {
            uri: "a.srt".into(),
            role: CompanionRole::Subtitles,
        }],
        ..record("a.mp4")
    }
}

#[test]
fn a_companion_lies_beside_its_medium_and_alone_until_that_comes() {
    let subtitles = Some(CompanionRole::Subtitles);
    let both = linked(
        vec![with_subtitles()],
        vec![entry("a.mp4", 1), entry("a.srt", 2)],
        vec![link(0, Some(0), None), link(0, Some(1), subtitles)],
    );
    let derivation = derived(both);
    assert_eq!(hashes(&derivation), [hash(1)]);
    assert_eq!(
        derivation.assets[0].asset().unwrap().companions[0].content_hash,
        hash(2)
    );
    let alone = linked(
        vec![with_subtitles()],
        vec![entry("a.srt", 2)],
        vec![link(0, None, None), link(0, Some(0), subtitles)],
    );
    let derivation = derived(alone);
    assert_eq!(hashes(&derivation), [hash(2)]);
    assert_eq!(derivation.missing.len(), 1);
    assert_eq!(derivation.missing[0].uri, "a.mp4");
}

#[test]
fn a_missing_companion_is_named_by_its_own_path() {
    let provider = linked(
        vec![with_subtitles()],
        vec![entry("a.mp4", 1)],
        vec![
            link(0, Some(0), None),
            link(0, None, Some(CompanionRole::Subtitles)),
        ],
    );
    assert_eq!(derived(provider).missing[0].uri, "a.srt");
}

#[test]
fn albums_keep_the_services_order_and_an_undescribed_one_is_called_by_its_key() {
    let member = |uri: &str, position| {
        let mut record = record(uri);
        record.facts.albums = vec![Membership {
            album: "trips/Rome".into(),
            position,
        }];
        record
    };
    let provider = linked(
        vec![
            member("a.jpg", Some(2)),
            member("b.jpg", Some(1)),
            member("c.jpg", None),
        ],
        vec![entry("a.jpg", 1), entry("b.jpg", 2), entry("c.jpg", 3)],
        (0..3).map(|n| link(n, Some(n), None)).collect(),
    );
    let derivation = derived(provider);
    let [album] = &derivation.albums[..] else {
        panic!("one album, not {}", derivation.albums.len());
    };
    assert_eq!(
        (album.title.as_str(), album.account.as_deref()),
        ("Rome", Some("anna"))
    );
    assert_eq!(album.members, [hash(2), hash(1), hash(3)]);
}

#[test]
fn of_two_exports_the_newer_names_the_album() {
    let said = |export: &str, title: &str| AlbumRecord {
        provider: "instagram".into(),
        account: Some("anna".into()),
        export: Some(export.into()),
        key: "k".into(),
        title: title.into(),
        description: None,
        cover: None,
        source: "albums.json".into(),
        raw: serde_json::Value::Null,
    };
    for order in [[0, 1], [1, 0]] {
        let records = [said("2023", "old"), said("2024", "New")];
        let mut provider = linked(vec![], vec![], vec![]);
        provider.evidence.albums = order.map(|n: usize| records[n].clone()).to_vec();
        let derivation = derived(provider);
        assert_eq!(derivation.albums[0].title, "New");
        assert_eq!(derivation.albums[0].records.len(), 2);
    }
}

#[test]
fn bytes_that_are_a_companion_somewhere_stay_one_file_and_the_album_goes_to_the_photo() {
    let photo = record("a.heic");
    let mut alone = record("Rome/a.mov");
    alone.edition = model::record::Edition::Unrecorded;
    alone.facts.albums = vec![Membership {
        album: "rome".into(),
        position: None,
    }];
    let media = vec![
        entry("a.heic", 1),
        entry("a.mov", 2),
        entry("Rome/a.mov", 2),
    ];
    let links = vec![
        link(0, Some(0), None),
        link(0, Some(1), Some(CompanionRole::LiveVideo)),
    ];
    let mut provider = linked(vec![photo], media, links);
    provider.links.unrecorded = vec![(2, alone)];
    let derivation = derived(provider);
    assert_eq!(hashes(&derivation), [hash(1)]);
    let photo = &derivation.assets[0];
    let asset = photo.asset().unwrap();
    assert_eq!(asset.companions.len(), 1);
    assert_eq!(asset.albums, ["instagram/anna/rome"]);
    assert_eq!(photo.entries.len(), 3, "the sidecar tells of every place");
    // A record of its own makes it a film of its own.
    let media = vec![entry("a.heic", 1), entry("a.mov", 2)];
    let links = vec![
        link(0, Some(0), None),
        link(0, Some(1), Some(CompanionRole::LiveVideo)),
        link(1, Some(1), None),
    ];
    let both = derived(linked(
        vec![record("a.heic"), record("a.mov")],
        media,
        links,
    ));
    assert_eq!(hashes(&both), [hash(1), hash(2)]);
}
