//! A crowd is tied to the same bytes, and gives the same asset, whether it is looked at or not.

use std::collections::HashMap;
use std::num::NonZeroUsize;

use catalog::{Catalog, StoredMedium};
use model::content_hash::ContentHash;
use model::kind::CompanionRole;
use model::media_facts::MediaFacts;
use model::media_type::MediaType;
use model::record::{CompanionRef, Record};

use super::*;
use crate::derive::{Surroundings, make_assets};
use crate::evidence::{FromCatalog, linked_apart_from};
use crate::merge::tests_support::record;
use crate::tie::tie;

const PATH: &str = "media/1_17890000000000001.jpg";

/// A record of the photo, in a file of its own.
fn told(number: usize) -> Record {
    let mut record = record(PATH);
    record.source = format!("posts_{number}.json");
    record
}

/// A catalog of one photo, or of none, and more records than are merged of it, and of another path.
fn crowded(folder: &tempfile::TempDir, held: bool) -> Catalog {
    crowd_of(folder, held, told)
}

/// The same, whatever each record says.
fn crowd_of(folder: &tempfile::TempDir, held: bool, told: impl Fn(usize) -> Record) -> Catalog {
    let mut catalog = Catalog::open(&folder.path().join("c.db")).unwrap();
    catalog
        .in_transaction(|writing| {
            for number in 0..MERGED + 20 {
                writing.add_record(&told(number))?;
            }
            writing.add_record(&record("media/2_17890000000000002.jpg"))?;
            if held {
                let original = writing.add_original(&StoredMedium {
                    content_hash: ContentHash([1; 32]),
                    size_bytes: 1,
                    facts: MediaFacts::of_type(MediaType::Jpeg),
                })?;
                writing.add_media_entry("instagram", "", PATH, original, None)?;
            }
            Ok(())
        })
        .unwrap();
    catalog
}

/// What is derived of a catalog: how many records were left out, how many each asset has, each asset, and how many miss their medium.
fn derived(catalog: &Catalog, far_more: usize) -> (usize, Vec<usize>, Vec<String>, usize) {
    let providers = linked_apart_from(catalog, far_more).unwrap();
    let left_out = providers.iter().map(|linked| {
        let tails = linked.crowds.iter().map(|tail| tail.others.len());
        tails.sum::<usize>()
    });
    let left_out = left_out.sum();
    let surroundings = Surroundings {
        source: &FromCatalog {
            catalog,
            providers: &providers,
        },
        user: &HashMap::new(),
        home: None,
        threads: NonZeroUsize::MIN,
    };
    let derivation = make_assets(tie(&providers), &providers, &surroundings).unwrap();
    let assets = &derivation.assets;
    (
        left_out,
        assets.iter().map(|asset| asset.records.len()).collect(),
        assets.iter().map(|asset| asset.json().unwrap()).collect(),
        derivation.missing.len(),
    )
}

#[test]
fn a_crowd_gives_the_same_asset_whether_it_is_looked_at_or_not() {
    let folder = tempfile::tempdir().unwrap();
    let catalog = crowded(&folder, true);
    let (none, all_of, all, missing) = derived(&catalog, usize::MAX);
    let (some, apart_of, apart, missing_apart) = derived(&catalog, 0);
    assert_eq!((none, some), (0, 20));
    assert_eq!(
        (&all_of, all_of.as_slice()),
        (&apart_of, &[MERGED + 20][..])
    );
    assert_eq!(all, apart);
    assert_eq!(
        (missing, missing_apart),
        (1, 0),
        "the other path is known to be absent"
    );
}

#[test]
fn its_digests_are_those_of_its_records() {
    let folder = tempfile::tempdir().unwrap();
    let catalog = crowded(&folder, true);
    let sorted = |far_more| {
        let providers = linked_apart_from(&catalog, far_more).unwrap();
        let linked = providers.into_iter().next().unwrap();
        let pairs = linked.record_ids.into_iter().zip(linked.record_digests);
        let mut pairs: Vec<_> = pairs.filter(|(id, _)| *id <= MERGED as i64 + 20).collect();
        pairs.sort_unstable();
        pairs
    };
    assert_eq!(sorted(0), sorted(usize::MAX));
}

#[test]
fn of_a_crowd_whose_photo_no_archive_holds_every_record_is_missing_it() {
    let folder = tempfile::tempdir().unwrap();
    let catalog = crowded(&folder, false);
    let missing = |far_more| {
        let providers = linked_apart_from(&catalog, far_more).unwrap();
        let known: usize = providers.iter().map(|linked| linked.absent.len()).sum();
        known + tie(&providers).missing.len()
    };
    assert_eq!(
        (missing(usize::MAX), missing(0)),
        (MERGED + 21, MERGED + 21)
    );
}

#[test]
fn records_of_one_path_that_may_mean_other_files_are_no_crowd() {
    let by_key = |number| Record {
        key: format!("https://photos.google.com/photo/{number}"),
        ..told(number)
    };
    let with_companion = |number| Record {
        companions: vec![CompanionRef {
            uri: format!("media/{number}.srt"),
            role: CompanionRole::Subtitles,
        }],
        ..told(number)
    };
    let all: [&dyn Fn(usize) -> Record; 2] = [&by_key, &with_companion];
    for told in all {
        let folder = tempfile::tempdir().unwrap();
        let catalog = crowd_of(&folder, true, told);
        let (left_out, of, _, missing) = derived(&catalog, 0);
        let all_of = derived(&catalog, usize::MAX);
        assert_eq!((left_out, &of), (0, &all_of.1));
        // A missing companion is missing whichever record names it; the other path is known beforehand to be absent.
        assert_eq!(missing + 1, all_of.3);
    }
}
