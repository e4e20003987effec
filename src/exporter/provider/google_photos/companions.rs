//! Ties files that have no sidecar of their own to that of their original: edited copies, and the videos of
//! live and motion photos.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::kind::CompanionRole;

use super::extensions::{LIVE_STILLS, can_be_live_video, is_still, same_extension};
use super::matching::{Decisions, Match};
use super::names::{Reading, cut, fold, is_regular, known_stem, nfc, readings, split, take_apart};
use super::pool::{Pool, on_other_days, taken_together};
use super::suffixes::{self, Ending};

/// Ties edited copies with a known suffix, with what the length limit left of one, or with no room for one.
pub fn edited(pool: &Pool<'_>, decisions: &mut Decisions) {
    let found: Vec<(usize, Match)> = decisions
        .open()
        .into_iter()
        .filter_map(|medium| {
            let name = nfc(pool.media[medium].name);
            let readings = readings(&name);
            let copy = readings
                .iter()
                .find_map(|reading| edited_copy(pool, decisions, reading))
                .or_else(|| no_room(pool, decisions, readings.first()?));
            Some((medium, copy?))
        })
        .collect();
    tie_all(decisions, found);
}

fn tie_all(decisions: &mut Decisions, found: Vec<(usize, Match)>) {
    for (medium, matched) in found {
        decisions.tie(medium, matched);
    }
}

fn edited_as(sidecar: usize, how: &'static str) -> Match {
    Match {
        sidecar,
        role: Some(CompanionRole::Edited),
        how,
    }
}

fn edited_copy(pool: &Pool<'_>, decisions: &Decisions, reading: &Reading<'_>) -> Option<Match> {
    let (base, ending) = suffixes::edited(reading.base, reading.at_limit())?;
    let how = match ending {
        Ending::Known => "edited copy",
        Ending::Cut => "edited copy, suffix cut",
        Ending::Word => return None,
    };
    let original = reading.with_base(base);
    if let Some(sidecar) = pool.sidecar_of(&original) {
        return Some(edited_as(sidecar, how));
    }
    if reading.counter.is_some() && pool.media_named(&name_of(&original)).is_empty() {
        let plain = Reading {
            counter: None,
            ..original.clone()
        };
        if let Some(sidecar) = pool.sidecar_of(&plain) {
            return Some(edited_as(sidecar, "edited copy, counter ignored"));
        }
    }
    let sidecar = other_extension(pool, decisions, &original)?;
    Some(edited_as(sidecar, "edited copy, other extension"))
}

/// An edited copy in another format than its original: only if there is exactly one picture of that stem.
fn other_extension(
    pool: &Pool<'_>,
    decisions: &Decisions,
    original: &Reading<'_>,
) -> Option<usize> {
    if !is_still(original.ext) || !pool.media_named(&name_of(original)).is_empty() {
        return None;
    }
    let stem = name_of(&Reading {
        ext: "",
        ..original.clone()
    });
    let mut owned = LIVE_STILLS
        .iter()
        .filter(|ext| !same_extension(ext, original.ext))
        .flat_map(|ext| pool.media_named(&format!("{stem}{ext}")))
        .filter_map(|&medium| decisions.media[medium])
        .filter(|matched| matched.role.is_none());
    let only = owned.next()?;
    owned.next().is_none().then_some(only.sidecar)
}

fn name_of(reading: &Reading<'_>) -> String {
    match reading.counter {
        Some(n) => format!("{}({n}){}", reading.base, reading.ext),
        None => format!("{}{}", reading.base, reading.ext),
    }
}

/// The suffix was cut off whole: the copy got its original's name, and a counter that no sidecar bears.
fn no_room(pool: &Pool<'_>, decisions: &Decisions, reading: &Reading<'_>) -> Option<Match> {
    reading.counter?;
    if !reading.at_limit() {
        return None;
    }
    let original = Reading {
        counter: None,
        ..reading.clone()
    };
    let sidecar = owned_by(pool, decisions, &name_of(&original))?;
    Some(edited_as(sidecar, "edited copy, no room for suffix"))
}

/// Returns the sidecar of the only medium of this name.
fn owned_by(pool: &Pool<'_>, decisions: &Decisions, name: &str) -> Option<usize> {
    let [medium] = pool.media_named(name) else {
        return None;
    };
    decisions.media[*medium]
        .filter(|matched| matched.role.is_none())
        .map(|matched| matched.sidecar)
}

/// Ties `X-<word>.ext` to `X.ext`: the suffix of a language no list has. Low confidence.
pub fn unknown_suffix(pool: &Pool<'_>, decisions: &mut Decisions) {
    let found: Vec<(usize, Match)> = decisions
        .open()
        .into_iter()
        .filter_map(|medium| {
            let name = nfc(pool.media[medium].name);
            let readings = readings(&name);
            let reading = readings.first()?;
            let (base, ending) = suffixes::edited(reading.base, false)?;
            let original = name_of(&reading.with_base(base));
            let sidecar = owned_by(pool, decisions, &original)?;
            (ending == Ending::Word)
                .then(|| (medium, edited_as(sidecar, "edited copy, unknown suffix")))
        })
        .collect();
    tie_all(decisions, found);
}

/// A still that may have a video.
struct Still {
    sidecar: usize,
    owner: Option<usize>,
    counter: Option<u32>,
}

/// Ties the videos of live and motion photos: by Apple's content identifier, else by name and, where names leave
/// several, by capture time.
///
/// Never by counter alone: Google numbers videos apart from the stills, so `IMG_6312(1).MP4` belongs to
/// `IMG_6312.JPG` and `IMG_6312.MP4` to `IMG_6312.HEIC`.
pub fn live(pool: &Pool<'_>, decisions: &mut Decisions) {
    let stills = stills(pool, decisions);
    let mut taken = BTreeSet::new();
    for by in [Step::Identifier, Step::Name, Step::Base] {
        let mut claims: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for medium in decisions.open() {
            let name = nfc(pool.media[medium].name);
            let (stem, ext) = split(&name);
            if can_be_live_video(stem, ext) {
                let found = by.find(pool, decisions, &stills, medium, &taken);
                if let Some(sidecar) = found {
                    claims.entry(sidecar).or_default().push(medium);
                }
            }
        }
        for (sidecar, videos) in claims {
            // Also where it stays open: a weaker step must not give to one of two what a stronger gave to none.
            taken.insert(sidecar);
            if let Some(video) = only_video(pool, decisions, sidecar, &videos) {
                let role = Some(CompanionRole::LiveVideo);
                let how = by.how();
                decisions.tie(video, Match { sidecar, role, how });
            }
        }
    }
}

/// Returns the only video, or the only one taken together with the still.
fn only_video(
    pool: &Pool<'_>,
    decisions: &Decisions,
    sidecar: usize,
    videos: &[usize],
) -> Option<usize> {
    if let [only] = videos {
        return Some(*only);
    }
    let owner = decisions.owners[sidecar];
    let mut together = videos
        .iter()
        .filter(|&&video| is_together(pool, video, sidecar, owner));
    let only = together.next()?;
    together.next().is_none().then_some(*only)
}

fn is_together(pool: &Pool<'_>, video: usize, sidecar: usize, owner: Option<usize>) -> bool {
    let embedded = owner.and_then(|owner| pool.media[owner].taken);
    match (
        pool.media[video].taken,
        embedded.or(pool.sidecars[sidecar].taken),
    ) {
        (Some(video), Some(still)) => taken_together(video, still),
        _ => false,
    }
}

/// Collects stills by folded base: owners of sidecars, and sidecars whose picture is not in the folder.
fn stills(pool: &Pool<'_>, decisions: &Decisions) -> BTreeMap<String, Vec<Still>> {
    let mut stills: BTreeMap<String, Vec<Still>> = BTreeMap::new();
    for sidecar in 0..pool.sidecars.len() {
        let owner = decisions.owners[sidecar];
        let found = match owner {
            Some(owner) => still_of_file(pool.media[owner].name),
            None => still_of_title(pool, sidecar),
        };
        if let Some((base, counter)) = found {
            stills.entry(base).or_default().push(Still {
                sidecar,
                owner,
                counter,
            });
        }
    }
    stills
}

fn still_of_file(name: &str) -> Option<(String, Option<u32>)> {
    let name = nfc(name);
    let readings = readings(&name);
    let reading = readings.first()?;
    is_still(reading.ext).then(|| (fold(reading.base), reading.counter))
}

fn still_of_title(pool: &Pool<'_>, sidecar: usize) -> Option<(String, Option<u32>)> {
    let sidecar = &pool.sidecars[sidecar];
    let title = sidecar.title?;
    let (stem, ext) = known_stem(title)?;
    let name = take_apart(sidecar.name).filter(|name| is_regular(name, title))?;
    let room = super::names::MEDIA_UNITS.saturating_sub(ext.len());
    is_still(&ext).then(|| (fold(cut(&stem, room)), name.counter))
}

/// How a video finds its still.
#[derive(Clone, Copy)]
enum Step {
    Identifier,
    Name,
    Base,
}

impl Step {
    fn how(self) -> &'static str {
        match self {
            Self::Identifier => "live video, content identifier",
            Self::Name => "motion video, name of the still",
            Self::Base => "live video, base name",
        }
    }

    fn find(
        self,
        pool: &Pool<'_>,
        decisions: &Decisions,
        stills: &BTreeMap<String, Vec<Still>>,
        video: usize,
        taken: &BTreeSet<usize>,
    ) -> Option<usize> {
        let found = match self {
            Self::Identifier => by_identifier(pool, decisions, video)?,
            Self::Name => by_still_name(pool, video)?,
            Self::Base => by_base(pool, stills, video, taken)?,
        };
        (!taken.contains(&found)).then_some(found)
    }
}

fn by_identifier(pool: &Pool<'_>, decisions: &Decisions, video: usize) -> Option<usize> {
    let id = pool.media[video].content_id?;
    let stills: Vec<usize> = pool
        .media_with_id(id)
        .iter()
        .copied()
        .filter(|&still| is_still(split(pool.media[still].name).1))
        .filter_map(|still| decisions.media[still].filter(|m| m.role.is_none()))
        .map(|matched| matched.sidecar)
        .collect();
    match stills.as_slice() {
        [only] => Some(*only),
        // Copies of one still (HEIC and JPEG): the identifier cannot tell, names may.
        _ => None,
    }
}

/// `X.MP` belongs to `X.MP.jpg`, `MVIMG_X` to `MVIMG_X.jpg`.
fn by_still_name(pool: &Pool<'_>, video: usize) -> Option<usize> {
    let name = nfc(pool.media[video].name);
    readings(&name).iter().find_map(|reading| {
        let base = format!("{}{}", reading.base, reading.ext);
        LIVE_STILLS.iter().find_map(|ext| {
            pool.sidecar_of(&Reading {
                base: &base,
                ext,
                counter: reading.counter,
            })
        })
    })
}

fn by_base(
    pool: &Pool<'_>,
    stills: &BTreeMap<String, Vec<Still>>,
    video: usize,
    taken: &BTreeSet<usize>,
) -> Option<usize> {
    let name = nfc(pool.media[video].name);
    let readings = readings(&name);
    let reading = readings.first()?;
    let candidates: Vec<&Still> = stills
        .get(&fold(reading.base))?
        .iter()
        .filter(|still| !taken.contains(&still.sidecar))
        .filter(|still| !is_excluded(pool, video, still))
        .collect();
    if let [only] = candidates.as_slice() {
        return Some(only.sidecar);
    }
    let mut together = candidates.iter().filter(|still| {
        still.counter == reading.counter && is_together(pool, video, still.sidecar, still.owner)
    });
    let only = together.next()?;
    together.next().is_none().then_some(only.sidecar)
}

/// Another still bears the video's identifier, the identifiers differ, or no zone explains the times.
fn is_excluded(pool: &Pool<'_>, video: usize, still: &Still) -> bool {
    let Some(owner) = still.owner else {
        return on_other_days(pool.media[video].taken, pool.sidecars[still.sidecar].taken);
    };
    let (video, owner) = (&pool.media[video], &pool.media[owner]);
    let elsewhere = video.content_id.is_some_and(|id| {
        let stills = pool.media_with_id(id).iter();
        let mut stills = stills.filter(|&&still| is_still(split(pool.media[still].name).1));
        owner.content_id.is_some_and(|other| other != id)
            || (owner.content_id.is_none() && stills.next().is_some())
    });
    elsewhere || on_other_days(video.taken, owner.taken)
}
