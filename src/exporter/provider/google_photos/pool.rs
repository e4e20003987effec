//! One folder of one export: its sidecars and media files, indexed by name.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use unicode_normalization::UnicodeNormalization;

use model::content_hash::ContentHash;
use model::time::{Clock, When};

use super::names::{
    Reading, Spelling, fold, nfc, predict, readings, spellings, take_apart, title_agrees,
    title_is_exact,
};

/// Widest difference of a wall clock from UTC, with room for daylight saving time, in seconds.
const ZONES_S: i64 = 14 * 3600;
/// Zones differ by quarters of an hour.
const QUARTER_S: i64 = 15 * 60;
/// The halves of a live photo are made within this time.
const LIVE_S: i64 = 2;

/// More than the names predicted for one reading.
const PREDICTIONS: usize = 8;

/// A sidecar: all records that one name in the folder and one item share.
#[derive(Debug, Clone)]
pub(crate) struct Sidecar<'a> {
    /// File name.
    pub name: &'a str,
    /// The item's key.
    pub key: &'a str,
    /// Title, if it has one.
    pub title: Option<&'a str>,
    /// `photoTakenTime`.
    pub taken: Option<When>,
    /// Indices of its records in the evidence.
    pub records: Vec<usize>,
}

/// A media file: all entries of one name in the folder with the same bytes.
#[derive(Debug, Clone)]
pub(crate) struct Medium<'a> {
    /// File name.
    pub name: &'a str,
    /// Its bytes.
    pub content_hash: ContentHash,
    /// Apple content identifier.
    pub content_id: Option<&'a str>,
    /// Capture time in the bytes.
    pub taken: Option<When>,
    /// Indices of its entries in the evidence.
    pub entries: Vec<usize>,
}

/// How a predicted name is looked up. Everything exact comes before anything folded, in the whole folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// As it is.
    Exact,
    /// Whatever Unicode form, case and spelling of `.jpeg`.
    Folded,
    /// Cut elsewhere than the rule says, not cut at all, or with `.metadata`.
    Unusual,
}

impl Step {
    /// All steps, best first.
    pub(crate) const ALL: [Self; 3] = [Self::Exact, Self::Folded, Self::Unusual];
}

/// How well a sidecar found by name goes with a media name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The title agrees, or there is none.
    Agrees,
    /// The title is another's, though the name holds the whole of the media name.
    Differs,
}

/// A sidecar found by a predicted name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hit {
    /// Index of the sidecar.
    pub sidecar: usize,
    /// Rank of the prediction within its step: 0 is best.
    pub rank: usize,
    /// What of the media name it was found by.
    pub spelling: Spelling,
    /// Does the title agree?
    pub verdict: Verdict,
    /// Does the title give the very name?
    pub exact: bool,
    /// The rule, for [`model::evidence::Link::how`].
    pub how: &'static str,
}

/// Sidecars and media of one folder.
pub(crate) struct Pool<'a> {
    /// Sorted by name, then key.
    pub sidecars: Vec<Sidecar<'a>>,
    /// Sorted by name, then hash.
    pub media: Vec<Medium<'a>>,
    exact: HashMap<&'a str, Vec<usize>>,
    folded: HashMap<String, Vec<usize>>,
    /// By folded body without suffix, and counter.
    bodies: HashMap<(String, Option<u32>), Vec<usize>>,
    media_names: HashMap<String, Vec<usize>>,
    identifiers: HashMap<&'a str, Vec<usize>>,
}

impl<'a> Pool<'a> {
    /// Indexes the sidecars and media of one folder.
    pub(crate) fn new(mut sidecars: Vec<Sidecar<'a>>, mut media: Vec<Medium<'a>>) -> Self {
        sidecars.sort_by_key(|s| (s.name, s.key));
        media.sort_by_key(|m| (m.name, m.content_hash));
        let mut pool = Self {
            sidecars: Vec::new(),
            media: Vec::new(),
            exact: HashMap::new(),
            folded: HashMap::new(),
            bodies: HashMap::new(),
            media_names: HashMap::new(),
            identifiers: HashMap::new(),
        };
        for (at, sidecar) in sidecars.iter().enumerate() {
            pool.exact.entry(sidecar.name).or_default().push(at);
            pool.folded.entry(fold(sidecar.name)).or_default().push(at);
            pool.index_bodies(sidecar.name, at);
        }
        for (at, medium) in media.iter().enumerate() {
            let names = pool.media_names.entry(fold(medium.name)).or_default();
            names.push(at);
            if let Some(id) = medium.content_id {
                pool.identifiers.entry(id).or_default().push(at);
            }
        }
        pool.sidecars = sidecars;
        pool.media = media;
        pool
    }

    fn index_bodies(&mut self, name: &str, at: usize) {
        let Some(apart) = take_apart(name) else {
            return;
        };
        for body in [Some(apart.body), apart.title].into_iter().flatten() {
            let key = (fold(body), apart.counter);
            self.bodies.entry(key).or_default().push(at);
        }
    }

    /// Returns the media whose folded name is that of `name`.
    pub(crate) fn media_named(&self, name: &str) -> &[usize] {
        self.media_names.get(&fold(name)).map_or(&[], Vec::as_slice)
    }

    /// Returns the media with this content identifier.
    pub(crate) fn media_with_id(&self, id: &str) -> &[usize] {
        self.identifiers.get(id).map_or(&[], Vec::as_slice)
    }

    /// Returns every sidecar a medium of this name could own by this step, best first.
    pub(crate) fn hits(&self, name: &str, step: Step) -> Vec<Hit> {
        let normal = nfc(name);
        let mut hits: Vec<Hit> = Vec::new();
        for (r, reading) in readings(&normal).iter().enumerate() {
            for mut hit in self.hits_of(reading, step, normal != name) {
                // All with the extension first: beside `a(1).JPG.json`, the file `a(1).JPG` has no claim on `a(1).json`.
                let bare = usize::from(hit.spelling == Spelling::Bare);
                hit.rank += (bare * 2 + r) * PREDICTIONS;
                hits.push(hit);
            }
        }
        hits.sort_by_key(|hit| (hit.rank, hit.sidecar));
        let mut seen = BTreeSet::new();
        hits.retain(|hit| seen.insert(hit.sidecar));
        hits
    }

    /// The same for one reading. `decomposed`: the name is not NFC, so a sidecar in NFD is the likelier.
    fn hits_of(&self, reading: &Reading<'_>, step: Step, decomposed: bool) -> Vec<Hit> {
        let mut hits = Vec::new();
        if step == Step::Unusual {
            for (rank, (spelling, title)) in spellings(reading).into_iter().enumerate() {
                let key = (fold(&title), reading.counter);
                let found = self.bodies.get(&key).map_or(&[][..], Vec::as_slice);
                self.judge(found, (step, rank, spelling, true), reading, &mut hits);
            }
            return hits;
        }
        for (rank, prediction) in predict(reading).iter().enumerate() {
            let found = self.named(&prediction.name, step, decomposed);
            let kind = (step, rank, prediction.spelling, prediction.whole);
            self.judge(found, kind, reading, &mut hits);
        }
        hits
    }

    fn named(&self, name: &str, step: Step, decomposed: bool) -> &[usize] {
        let found = match step {
            Step::Exact if decomposed => {
                let other: String = name.nfd().collect();
                self.exact
                    .get(other.as_str())
                    .or_else(|| self.exact.get(name))
            }
            Step::Exact => self.exact.get(name),
            Step::Folded | Step::Unusual => self.folded.get(&fold(name)),
        };
        found.map_or(&[], Vec::as_slice)
    }

    fn judge(
        &self,
        found: &[usize],
        (step, rank, spelling, whole): (Step, usize, Spelling, bool),
        reading: &Reading<'_>,
        hits: &mut Vec<Hit>,
    ) {
        for &sidecar in found {
            if hits.iter().any(|hit| hit.sidecar == sidecar) {
                continue;
            }
            let title = self.sidecars[sidecar].title;
            let verdict = match title.is_none_or(|title| title_agrees(title, reading)) {
                true => Verdict::Agrees,
                false if whole && spelling == Spelling::Full => Verdict::Differs,
                false => continue,
            };
            let how = match (step, spelling) {
                (Step::Exact, Spelling::Bare) => "sidecar name, title without extension",
                (Step::Exact, _) => "sidecar name",
                (Step::Folded, _) => "sidecar name, other spelling",
                (Step::Unusual, _) => "sidecar name, unusual cut",
            };
            hits.push(Hit {
                sidecar,
                rank,
                spelling,
                verdict,
                exact: title.is_some_and(|title| title_is_exact(title, reading)),
                how,
            });
        }
    }

    /// Returns the one sidecar an original read as `reading` would own, whether or not it is there.
    pub(crate) fn sidecar_of(&self, reading: &Reading<'_>) -> Option<usize> {
        for step in Step::ALL {
            let mut hits = self.hits_of(reading, step, false);
            hits.retain(|hit| hit.verdict == Verdict::Agrees);
            let order = |hit: &Hit| (hit.spelling == Spelling::Bare, hit.rank);
            if let Some(best) = hits.iter().map(order).min() {
                let mut equal = hits.iter().filter(|hit| order(hit) == best);
                let first = equal.next()?;
                return equal.next().is_none().then_some(first.sidecar);
            }
        }
        None
    }

    /// Says whether a medium's capture time is the one its sidecar tells, but for the zone.
    pub(crate) fn times_fit(&self, medium: usize, sidecar: usize) -> bool {
        match (self.media[medium].taken, self.sidecars[sidecar].taken) {
            (Some(a), Some(b)) => taken_together(a, b),
            _ => false,
        }
    }

    /// Says whether any sidecar bears a name that is this reading's, counter included, whoever got it.
    pub(crate) fn has_sidecar_named(&self, reading: &Reading<'_>) -> bool {
        predict(reading)
            .iter()
            .filter(|prediction| prediction.spelling != Spelling::Bare)
            .any(|prediction| self.folded.contains_key(&fold(&prediction.name)))
    }

    /// Says whether a medium's capture time can be the one its sidecar tells, whatever the zone.
    pub(crate) fn times_agree(&self, medium: usize, sidecar: usize) -> bool {
        match (self.media[medium].taken, self.sidecars[sidecar].taken) {
            (Some(a), Some(b)) => apart_s(a, b).abs() <= ZONES_S,
            _ => false,
        }
    }
}

/// Things by their capture time, to find those of one moment without comparing all with all.
#[derive(Debug, Default)]
pub(crate) struct Moments {
    by_second: BTreeMap<i64, Vec<(When, usize)>>,
}

impl Moments {
    /// Adds a thing.
    pub(crate) fn add(&mut self, when: When, what: usize) {
        let second = self.by_second.entry(when.rough_seconds()).or_default();
        second.push((when, what));
    }

    /// Returns what was taken together with this, see [`taken_together`].
    pub(crate) fn together(&self, when: When) -> impl Iterator<Item = usize> {
        let zones = -ZONES_S / QUARTER_S..=ZONES_S / QUARTER_S;
        zones
            .flat_map(move |zone| {
                let at = when.rough_seconds().saturating_add(zone * QUARTER_S);
                self.by_second
                    .range(at.saturating_sub(LIVE_S)..=at.saturating_add(LIVE_S))
            })
            .flat_map(|(_, of_second)| of_second)
            .filter(move |(other, _)| taken_together(when, *other))
            .map(|(_, what)| *what)
    }

    /// Returns what may have been taken on the same day, whatever the zones.
    pub(crate) fn same_day(&self, when: When) -> impl Iterator<Item = usize> {
        let at = when.rough_seconds();
        self.by_second
            .range(at.saturating_sub(ZONES_S)..=at.saturating_add(ZONES_S))
            .flat_map(|(_, of_second)| of_second)
            .map(|(_, what)| *what)
    }
}

fn apart_s(a: When, b: When) -> i64 {
    a.rough_seconds().saturating_sub(b.rough_seconds())
}

/// Says whether two times are so far apart that no zone explains it.
pub(crate) fn on_other_days(a: Option<When>, b: Option<When>) -> bool {
    matches!((a, b), (Some(a), Some(b)) if apart_s(a, b).abs() > ZONES_S)
}

/// Says whether two capture times are those of one live photo.
///
/// A wall clock and an instant are compared within the quarter hour, for the zone is not known.
pub(crate) fn taken_together(a: When, b: When) -> bool {
    let apart = apart_s(a, b);
    let same_clock = matches!(
        (a.clock, b.clock),
        (Clock::Wall(_), Clock::Wall(_))
            | (
                Clock::Utc(_) | Clock::Zoned { .. },
                Clock::Utc(_) | Clock::Zoned { .. }
            )
    );
    if same_clock {
        return apart.abs() <= LIVE_S;
    }
    let within = apart.rem_euclid(QUARTER_S);
    apart.abs() <= ZONES_S && within.min(QUARTER_S - within) <= LIVE_S
}
