//! Ties edited copies, which have no sidecar of their own, to that of their original.

use model::kind::CompanionRole;

use super::decisions::{Decisions, Match};
use super::extensions::{LIVE_STILLS, is_still, same_extension};
use super::names::{Reading, nfc, readings};
use super::pool::Pool;
use super::suffixes::{self, Ending};

/// Ties edited copies with a known suffix, with what the length limit left of one, or with no room for one.
pub(crate) fn tie_copies(pool: &Pool<'_>, decisions: &mut Decisions) {
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
    // A sidecar with this counter is its own original's, and a copy of the plain name has the plain original.
    let own =
        pool.has_sidecar_named(&original) || !pool.media_named(&name_of(&original)).is_empty();
    let plain_copy = || Reading {
        counter: None,
        ..reading.clone()
    };
    if reading.counter.is_some() && !own && pool.media_named(&name_of(&plain_copy())).is_empty() {
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
    if !reading.at_limit() || pool.has_sidecar_named(reading) {
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
pub(crate) fn tie_unknown_suffixes(pool: &Pool<'_>, decisions: &mut Decisions) {
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
