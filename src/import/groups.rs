//! Finds which media belong to one post, from all records of a provider. A pure function.

use std::collections::{BTreeMap, HashMap};

use model::asset::Group;
use model::evidence::Links;
use model::kind::Kind;
use model::record::{Edition, Record};

use super::sets::Sets;

/// The groups of one provider. A post may have hundreds of thousands of media, so that what they have in common is there once.
#[derive(Default)]
pub(crate) struct Groups {
    posts: Vec<Numbered>,
    /// By record.
    places: Vec<Place>,
}

/// A post whose media are numbered.
struct Numbered {
    id: String,
    size: u32,
}

/// Where a record stands in a post.
struct Place {
    record: u32,
    /// Index of the post.
    post: u32,
    index: u32,
}

impl Groups {
    /// Returns the group of a record, if it is in one.
    pub(crate) fn get(&self, record: usize) -> Option<Group> {
        let by_record = |place: &Place| place.record as usize;
        let found = self.places.binary_search_by_key(&record, by_record).ok()?;
        let place = &self.places[found];
        let post = &self.posts[place.post as usize];
        Some(Group {
            id: post.id.clone(),
            index: place.index,
            size: post.size,
        })
    }
}

/// Finds the groups of one provider.
pub(crate) fn groups(records: &[Record], links: &Links) -> Groups {
    let posts = posts(records);
    let ids: Vec<&PostId<'_>> = posts.keys().collect();
    let mut sets = Sets::new(ids.len());
    unite_by_shared_media(&posts, &mut sets);
    unite_by_link(&ids, links, &mut sets);
    let mut components: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for index in 0..ids.len() {
        components.entry(sets.root(index)).or_default().push(index);
    }
    let all: Vec<&Post<'_>> = posts.values().collect();
    let mut found = Groups::default();
    for component in components.values() {
        let members: Vec<&Post<'_>> = component.iter().map(|index| all[*index]).collect();
        number(&members, &mut found);
    }
    // Each record tells of one post.
    found.places.sort_unstable_by_key(|place| place.record);
    found
}

/// A post as one record file tells it: ids repeat between kinds, and a JSON and an HTML page both tell of it.
type PostId<'a> = (Kind, &'a str, &'a str);

struct Post<'a> {
    edition: Edition,
    kind: Kind,
    /// (index in the post, key of the medium, record).
    slides: Vec<(u32, &'a str, usize)>,
}

fn posts(records: &[Record]) -> BTreeMap<PostId<'_>, Post<'_>> {
    let mut posts: BTreeMap<PostId<'_>, Post<'_>> = BTreeMap::new();
    for (index, record) in records.iter().enumerate() {
        let Some(post) = &record.post else { continue };
        let id = (record.kind, post.id.as_str(), record.source.as_str());
        let entry = posts.entry(id).or_insert_with(|| Post {
            edition: record.edition,
            kind: record.kind,
            slides: Vec::new(),
        });
        entry.slides.push((post.index, record.key.as_str(), index));
    }
    for post in posts.values_mut() {
        post.slides.sort_unstable();
    }
    posts
}

fn unite_by_shared_media(posts: &BTreeMap<PostId<'_>, Post<'_>>, sets: &mut Sets) {
    let mut first_with: HashMap<(Kind, &str), usize> = HashMap::new();
    let mut first_named: HashMap<(Kind, &str), usize> = HashMap::new();
    for (index, (id, post)) in posts.iter().enumerate() {
        let named = *first_named.entry((id.0, id.1)).or_insert(index);
        sets.unite(named, index);
        for (_, key, _) in &post.slides {
            let other = *first_with.entry((post.kind, key)).or_insert(index);
            sets.unite(other, index);
        }
    }
}

fn unite_by_link(ids: &[&PostId<'_>], links: &Links, sets: &mut Sets) {
    let mut named: HashMap<&str, usize> = HashMap::new();
    for (index, (_, id, _)) in ids.iter().enumerate() {
        named.entry(id).or_insert(index);
    }
    for (a, b) in &links.same_posts {
        if let (Some(a), Some(b)) = (named.get(a.as_str()), named.get(b.as_str())) {
            sets.unite(*a, *b);
        }
    }
}

/// Numbers the slides of one post: in the order of the fullest telling, then what others add.
fn number(members: &[&Post<'_>], found: &mut Groups) {
    let mut tellings = members.to_vec();
    tellings.sort_by_key(|post| {
        let keys: Vec<&str> = post.slides.iter().map(|slide| slide.1).collect();
        (
            std::cmp::Reverse(post.slides.len()),
            post.edition,
            post.kind,
            keys,
        )
    });
    let mut order: Vec<&str> = Vec::new();
    let mut place: HashMap<&str, u32> = HashMap::new();
    for post in &tellings {
        for (_, key, _) in &post.slides {
            place.entry(key).or_insert_with(|| {
                order.push(key);
                order.len() as u32 - 1
            });
        }
    }
    if order.len() < 2 {
        return;
    }
    let kind = tellings
        .iter()
        .map(|post| post.kind)
        .min()
        .unwrap_or(Kind::Post);
    let number = found.posts.len() as u32;
    found.posts.push(Numbered {
        id: format!("{}:{}", kind.as_str(), order[0]),
        size: order.len() as u32,
    });
    let slides = tellings.iter().flat_map(|post| &post.slides);
    found.places.extend(slides.map(|(_, key, record)| Place {
        record: *record as u32,
        post: number,
        index: place[key],
    }));
}

#[cfg(test)]
#[path = "groups_tests.rs"]
mod tests;
