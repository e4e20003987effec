//! Ties Instagram's records to media, over all archives ever given.

use std::collections::{BTreeMap, BTreeSet};

use crate::classify::{item_key, media_id, month_folder, stem};
use crate::instagram::layout::{kind_of_folder, visibility_of};
use crate::link::{PathRules, link_all, unrecorded};
use crate::ties::Ties;
use jiff::civil::DateTime;
use model::evidence::{Evidence, Links, MediaEntry};
use model::kind::{Kind, Visibility};
use model::record::{Record, RecordFacts};
use model::time::{Precision, When};

/// Seconds that two record files may put between the same post.
const SAME_POST_S: i64 = 120;

const RULES: PathRules = PathRules {
    canonical,
    identity: media_id,
};

/// `your_instagram_activity/` came in 2024; `public-media/` was a twin of `media/` in an export of Oct 2025.
fn canonical(path: &str) -> String {
    let path = path
        .strip_prefix("your_instagram_activity/")
        .unwrap_or(path);
    match path.strip_prefix("public-media/") {
        Some(below) => format!("media/{below}"),
        None => path.to_owned(),
    }
}

/// Ties all records to media and makes up records for the media none names.
pub(crate) fn link(evidence: &Evidence) -> Links {
    Links {
        same_posts: same_posts(&evidence.records),
        corrected: archived_after_all(&evidence.records),
        ..link_all(evidence, RULES, &made_up)
    }
}

/// Says by what [`link`] may tie a record to media, or compare it with other records.
pub(crate) fn ties_of_record(record: &Record, ties: &mut Ties) {
    RULES.ties(&record.uri, ties);
    for companion in &record.companions {
        RULES.ties(&companion.uri, ties);
    }
    // Of the same key may be the same item in another list, or the same post under another id.
    ties.by("item", &record.key);
    let Some(post) = &record.post else { return };
    ties.by("post", &post.id);
    if let Some(posted) = record.facts.posted_at {
        // Two posts this near have one of these spans in common.
        let span = posted.rough_seconds().div_euclid(2 * SAME_POST_S);
        ties.by("time", span);
        ties.by("time", span + 1);
    }
}

/// Says by what [`link`] may tie a medium to records.
pub(crate) fn ties_of_medium(medium: &MediaEntry, ties: &mut Ties) {
    RULES.ties(&medium.path, ties);
}

/// Says what the path of a medium tells by itself.
fn made_up(entry: &MediaEntry) -> Record {
    let kind = kind_of_folder(&entry.path);
    let facts = RecordFacts {
        posted_at: month_folder(&entry.path).and_then(month),
        visibility: visibility_of(kind),
        ..RecordFacts::default()
    };
    unrecorded(entry, kind, item_key(&entry.path), facts)
}

/// The folder is the month in fixed UTC−08:00, not in UTC: a wall clock.
fn month((year, month): (i16, i8)) -> Option<When> {
    let first = DateTime::new(year, month, 1, 0, 0, 0, 0).ok()?;
    Some(When::wall(first).known_to(Precision::Month))
}

/// What tells a medium from all others: its media id, else key and account.
type Identity<'a> = (Option<&'a str>, &'a str);

fn of_record(record: &Record) -> Identity<'_> {
    identity(record.account.as_deref(), &record.key)
}

/// An archive given in parts under odd names may not tell the account; media ids do without.
fn identity<'a>(account: Option<&'a str>, key: &'a str) -> Identity<'a> {
    (account.filter(|_| media_id(key).is_none()), key)
}

/// Finds the posts that `posts.json` (G5) lists like any other and `archived_posts` says are out of the public feed.
///
/// Where a later archive lists the medium among the plain `posts_N`, its owner has put it back and nothing is corrected.
fn archived_after_all(records: &[Record]) -> Vec<(usize, Kind, Visibility)> {
    let of_kind = |kind: Kind| -> BTreeSet<Identity<'_>> {
        let telling = records
            .iter()
            .filter(|record| record.kind == kind && !is_full_list(record));
        telling.map(of_record).collect()
    };
    let (archived, public) = (of_kind(Kind::Archived), of_kind(Kind::Post));
    let is_archived = |record: &Record| {
        let identity = of_record(record);
        archived.contains(&identity) && !public.contains(&identity)
    };
    (0..)
        .zip(records)
        .filter(|(_, record)| {
            record.kind == Kind::Post && is_full_list(record) && is_archived(record)
        })
        .map(|(index, _)| (index, Kind::Archived, visibility_of(Kind::Archived)))
        .collect()
}

/// `posts.json` and `posts.html` of G5 list everything; the numbered lists only what is public.
fn is_full_list(record: &Record) -> bool {
    stem(&record.source) == "posts"
}

/// A post of several media as some record files tell it.
#[derive(Default)]
struct Told<'a> {
    keys: BTreeSet<&'a str>,
    account: Option<&'a str>,
    at: Option<i64>,
    caption: Option<&'a str>,
    /// In `posts.json` (G5), and in the lists it repeats.
    in_full_list: bool,
    in_old_lists: bool,
}

/// Finds posts told twice under two ids: by a medium they share, else `posts.json` and the old lists by time.
fn same_posts(records: &[Record]) -> Vec<(String, String)> {
    let posts = told_posts(records);
    let mut same = BTreeSet::new();
    let mut by_key: BTreeMap<Identity<'_>, &str> = BTreeMap::new();
    // Ids come in order, so the first one under a key is the smallest and every later one is tied to it.
    for (id, post) in &posts {
        for key in &post.keys {
            let first = *by_key.entry(identity(post.account, key)).or_insert(id);
            if first != *id {
                same.insert((first.to_owned(), (*id).to_owned()));
            }
        }
    }
    let tied: BTreeSet<&str> = same
        .iter()
        .flat_map(|(a, b)| [a.as_str(), b.as_str()])
        .collect();
    let by_time = same_by_time(&posts, &tied);
    same.extend(by_time);
    same.into_iter().collect()
}

fn told_posts(records: &[Record]) -> BTreeMap<&str, Told<'_>> {
    let mut posts: BTreeMap<&str, Told<'_>> = BTreeMap::new();
    for record in records {
        let Some(place) = &record.post else { continue };
        let post = posts.entry(&place.id).or_default();
        post.keys.insert(&record.key);
        post.account = post.account.max(record.account.as_deref());
        let at = record.facts.posted_at.map(|at| at.rough_seconds());
        post.at = [post.at, at].into_iter().flatten().min();
        post.caption = post.caption.max(record.facts.description.as_deref());
        match stem(&record.source) {
            _ if is_full_list(record) => post.in_full_list = true,
            name if name.starts_with("posts_") || name.starts_with("archived_posts") => {
                post.in_old_lists = true
            }
            _ => {}
        }
    }
    posts
}

/// A post only `posts.json` has and one only the old lists have, at most two minutes apart, with no other near either.
fn same_by_time(posts: &BTreeMap<&str, Told<'_>>, tied: &BTreeSet<&str>) -> Vec<(String, String)> {
    let lonely = |full: bool| {
        let mut times: Vec<(i64, &str)> = posts
            .iter()
            .filter(|(id, post)| {
                !tied.contains(*id) && post.in_full_list == full && post.in_old_lists != full
            })
            .filter_map(|(id, post)| Some((post.at?, *id)))
            .collect();
        times.sort_unstable();
        times
    };
    let (full, old) = (lonely(true), lonely(false));
    let mut same = Vec::new();
    for (at, id) in &full {
        let Some((other_at, other)) = only_one_near(&old, *at) else {
            continue;
        };
        let agree = posts
            .get(id)
            .zip(posts.get(other))
            .is_some_and(|(a, b)| agree(a, b));
        if agree && only_one_near(&full, other_at).is_some() {
            same.push(((*id).min(other).to_owned(), (*id).max(other).to_owned()));
        }
    }
    same
}

fn only_one_near<'a>(times: &[(i64, &'a str)], at: i64) -> Option<(i64, &'a str)> {
    let from = times.partition_point(|(time, _)| *time < at - SAME_POST_S);
    let near = &times[from..];
    let (first, rest) = near.split_first()?;
    let is_near = |time: i64| time <= at + SAME_POST_S;
    (is_near(first.0) && !rest.first().is_some_and(|(time, _)| is_near(*time))).then_some(*first)
}

fn agree(a: &Told<'_>, b: &Told<'_>) -> bool {
    let fits = |a: Option<&str>, b: Option<&str>| a.is_none() || b.is_none() || a == b;
    fits(a.account, b.account) && fits(a.caption, b.caption)
}

#[cfg(test)]
#[path = "link_tests.rs"]
mod tests;
