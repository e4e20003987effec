//! Ties Facebook's records to media, over all archives ever given.

use std::collections::{BTreeMap, BTreeSet};

use crate::classify::media_id;
use crate::facebook::folders;
use crate::facebook::layout::{below_top, is_document, kind_of_folder, visibility_of};
use crate::facebook::media::key_of;
use crate::link::{PathRules, link_all, unrecorded};
use model::evidence::{Evidence, Links, MediaEntry};
use model::record::{Edition, Record, RecordFacts};

/// From late 2023 to mid 2024 records said `your_facebook_activity/…` and the media lay in `your_activity_across_facebook/…`;
/// before, neither existed.
const RULES: PathRules = PathRules {
    canonical: |path| below_top(path).to_owned(),
    identity: media_id,
};

/// Ties all records to media and makes up records for the media none names.
pub(crate) fn link(evidence: &Evidence) -> Links {
    let mut links = link_all(evidence, RULES, &made_up);
    // A text or PDF that was attached and is not there is no photo that is missing.
    links
        .links
        .retain(|link| link.media.is_some() || !is_document(&evidence.records[link.record].uri));
    Links {
        same_posts: same_posts(&evidence.records),
        memberships: folders::memberships(&evidence.records),
        ..links
    }
}

/// Says what the path of a medium tells by itself.
fn made_up(entry: &MediaEntry) -> Record {
    let kind = kind_of_folder(&entry.path);
    let facts = RecordFacts {
        visibility: visibility_of(kind),
        ..RecordFacts::default()
    };
    unrecorded(entry, kind, key_of(&entry.path), facts)
}

/// Media of a post in order, by key.
type Members<'a> = BTreeSet<(u32, &'a str)>;

/// Finds posts told by a page and by a JSON file. Their times cannot be compared (a page shows the wall clock of an unknown zone), so
/// they are one if they have the same media in the same order and no other post has.
fn same_posts(records: &[Record]) -> Vec<(String, String)> {
    let mut posts: BTreeMap<(bool, &str), Members<'_>> = BTreeMap::new();
    for record in records {
        if let Some(place) = &record.post {
            let is_page = record.edition == Edition::Html;
            let members = posts.entry((is_page, &place.id)).or_default();
            members.insert((place.index, &record.key));
        }
    }
    let mut by_members: BTreeMap<&Members<'_>, Vec<(bool, &str)>> = BTreeMap::new();
    for (post, members) in &posts {
        by_members.entry(members).or_default().push(*post);
    }
    let pairs = by_members
        .into_values()
        .filter_map(|posts| match posts.as_slice() {
            [(false, told), (true, shown)] if told != shown => {
                Some(((*told).to_owned(), (*shown).to_owned()))
            }
            _ => None,
        });
    pairs.collect()
}

#[cfg(test)]
#[path = "link_tests.rs"]
mod tests;
