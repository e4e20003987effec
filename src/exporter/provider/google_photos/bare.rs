//! Ties media to sidecars whose title has no extension, where several kinds of media have that title.
//!
//! `[UNSET].jpg` and `[UNSET].mp4` take no counter, for their names differ; their sidecars `[UNSET].json` and
//! `[UNSET](1).json` do, for theirs would not. So counters tell nothing there: capture times do, or nothing.

use std::collections::{BTreeMap, BTreeSet};

use model::time::When;

use super::decisions::{Decisions, Match, outline};
use super::extensions::{is_media, is_still, known_extension, same_extension};
use super::names::{Spelling, nfc, readings, safe, split, title_agrees};
use super::pool::{Moments, Pool, Step, Verdict};

const HOW: &str = "title without extension, capture time";

/// Decides for all sidecars of such titles before any name is looked at; what times leave open stays so.
pub(crate) fn tie_by_time(pool: &Pool<'_>, decisions: &mut Decisions) {
    let mut sidecars: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, sidecar) in pool.sidecars.iter().enumerate() {
        let title = sidecar.title.map(safe);
        if let Some(title) = title.filter(|title| known_extension(title).is_none()) {
            sidecars.entry(title).or_default().push(at);
        }
    }
    if sidecars.is_empty() {
        return;
    }
    let mut by_outline: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, medium) in pool.media.iter().enumerate() {
        let name = nfc(medium.name);
        let outlines: BTreeSet<String> = readings(&name)
            .iter()
            .filter(|reading| is_media(reading.ext))
            .map(|reading| outline(reading.base))
            .collect();
        for outline in outlines {
            by_outline.entry(outline).or_default().push(at);
        }
    }
    for (title, sidecars) in sidecars {
        let found = by_outline.get(&outline(&title));
        let media: Vec<usize> = found
            .into_iter()
            .flatten()
            .copied()
            .filter(|&medium| is_of(pool, medium, &title))
            .collect();
        if several_kinds(pool, &media) {
            Group { sidecars, media }.decide(pool, decisions);
        }
    }
}

/// Says whether a medium can be what the title names, and has no sidecar of its full name.
fn is_of(pool: &Pool<'_>, medium: usize, title: &str) -> bool {
    let name = pool.media[medium].name;
    let agrees = readings(&nfc(name))
        .iter()
        .any(|reading| title_agrees(title, reading));
    let of_full_name = [Step::Exact, Step::Folded].iter().any(|step| {
        let mut hits = pool.hits(name, *step).into_iter();
        hits.any(|hit| hit.verdict == Verdict::Agrees && hit.spelling != Spelling::Bare)
    });
    agrees && !of_full_name
}

fn several_kinds(pool: &Pool<'_>, media: &[usize]) -> bool {
    let ext = |medium: &usize| split(pool.media[*medium].name).1;
    let first = media.first().map(ext);
    first.is_some_and(|first| media.iter().any(|m| !same_extension(ext(m), first)))
}

struct Group {
    sidecars: Vec<usize>,
    media: Vec<usize>,
}

impl Group {
    fn decide(mut self, pool: &Pool<'_>, decisions: &mut Decisions) {
        if let ([sidecar], Some(still)) = (&self.sidecars[..], self.still_of_live_photo(pool)) {
            tie(decisions, still, *sidecar);
            return;
        }
        self.settle(pool, decisions, |moments, when| {
            two_of(moments.together(when))
        });
        // Within a zone's width: only if all others are of other days. What has no time may be any.
        let timed = |group: &Self| {
            group.media.iter().all(|m| pool.media[*m].taken.is_some())
                && group
                    .sidecars
                    .iter()
                    .all(|s| pool.sidecars[*s].taken.is_some())
        };
        if timed(&self) {
            self.settle(pool, decisions, |moments, when| {
                two_of(moments.same_day(when))
            });
        }
        decisions.contested.extend(self.sidecars);
        decisions.undecided.extend(self.media);
    }

    /// A still and its video are of one item: the sidecar is the still's.
    fn still_of_live_photo(&self, pool: &Pool<'_>) -> Option<usize> {
        let [a, b] = self.media[..] else { return None };
        let id = pool.media[a].content_id?;
        let (still, video): (Vec<usize>, Vec<usize>) = [a, b]
            .into_iter()
            .partition(|medium| is_still(split(pool.media[*medium].name).1));
        let same = pool.media[b].content_id == Some(id);
        (same && video.len() == 1).then(|| still.first().copied())?
    }

    /// Ties those that `find` finds for each other, and nothing else for either.
    fn settle(
        &mut self,
        pool: &Pool<'_>,
        decisions: &mut Decisions,
        find: impl Fn(&Moments, When) -> Vec<usize>,
    ) {
        let (mut media, mut sidecars) = (Moments::default(), Moments::default());
        for &medium in &self.media {
            if let Some(taken) = pool.media[medium].taken {
                media.add(taken, medium);
            }
        }
        for &sidecar in &self.sidecars {
            if let Some(taken) = pool.sidecars[sidecar].taken {
                sidecars.add(taken, sidecar);
            }
        }
        let mut tied = BTreeMap::new();
        for &sidecar in &self.sidecars {
            let Some(taken) = pool.sidecars[sidecar].taken else {
                continue;
            };
            if let [medium] = find(&media, taken)[..]
                && let Some(taken) = pool.media[medium].taken
                && find(&sidecars, taken).len() == 1
            {
                tie(decisions, medium, sidecar);
                tied.insert(medium, sidecar);
            }
        }
        let gone: BTreeSet<usize> = tied.values().copied().collect();
        self.media.retain(|medium| !tied.contains_key(medium));
        self.sidecars.retain(|sidecar| !gone.contains(sidecar));
    }
}

/// Two are as good as many.
fn two_of(found: impl Iterator<Item = usize>) -> Vec<usize> {
    found.take(2).collect()
}

fn tie(decisions: &mut Decisions, medium: usize, sidecar: usize) {
    decisions.tie(
        medium,
        Match {
            sidecar,
            role: None,
            how: HOW,
        },
    );
}
