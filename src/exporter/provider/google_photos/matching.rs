//! Decides which sidecar of a folder each media file of it belongs to, by predicting names.
//!
//! Steps come in a fixed order and each looks at the whole folder at once, so the order of files never
//! matters. Where two candidates are equally good, neither is taken: a wrong date is worse than a missing one.

use std::collections::{BTreeMap, BTreeSet};

use super::bare;
use super::decisions::{Decisions, Match, outline};
use super::edited;
use super::extensions::{is_media, known_extension};
use super::live;
use super::names::{Reading, is_regular, nfc, readings, safe, split, take_apart, title_agrees};
use super::pool::{Pool, Step, Verdict};

/// A medium asks for a sidecar.
struct Claim {
    rank: usize,
    medium: usize,
    sidecar: usize,
    /// The sidecar's title gives the medium's very name.
    exact: bool,
    how: &'static str,
}

/// Decides for every medium of a folder.
pub(crate) fn decide(pool: &Pool<'_>) -> Vec<Option<Match>> {
    let mut decisions = Decisions {
        media: vec![None; pool.media.len()],
        owners: vec![None; pool.sidecars.len()],
        contested: BTreeSet::new(),
        undecided: BTreeSet::new(),
    };
    bare::tie_by_time(pool, &mut decisions);
    for step in Step::ALL {
        let own = claims(pool, &decisions, step, Verdict::Agrees);
        settle(pool, &mut decisions, own);
    }
    let added = with_added_extension(pool, &decisions);
    settle(pool, &mut decisions, added);
    let titled = by_title(pool, &decisions);
    settle(pool, &mut decisions, titled);
    edited::tie_copies(pool, &mut decisions);
    live::tie_videos(pool, &mut decisions);
    edited::tie_unknown_suffixes(pool, &mut decisions);
    for step in Step::ALL {
        let differing = claims(pool, &decisions, step, Verdict::Differs);
        settle(pool, &mut decisions, differing);
    }
    decisions.media
}

/// Claims of open media by predicted names whose title agrees, or differs.
fn claims(pool: &Pool<'_>, decisions: &Decisions, step: Step, verdict: Verdict) -> Vec<Claim> {
    let mut claims = Vec::new();
    for medium in decisions.open() {
        let hits = pool.hits(pool.media[medium].name, step);
        let wanted = hits.into_iter().filter(|hit| hit.verdict == verdict);
        claims.extend(wanted.map(|hit| Claim {
            rank: hit.rank,
            medium,
            sidecar: hit.sidecar,
            exact: hit.exact,
            how: match verdict {
                Verdict::Agrees => hit.how,
                Verdict::Differs => "sidecar name, title differs",
            },
        }));
    }
    claims
}

/// Grants claims rank by rank. Within a rank title, then capture time decide between several; else nobody gets anything.
fn settle(pool: &Pool<'_>, decisions: &mut Decisions, claims: Vec<Claim>) {
    let mut ranks: BTreeMap<usize, Vec<Claim>> = BTreeMap::new();
    for claim in claims {
        ranks.entry(claim.rank).or_default().push(claim);
    }
    for claims in ranks.into_values() {
        settle_rank(pool, decisions, claims);
    }
}

fn settle_rank(pool: &Pool<'_>, decisions: &mut Decisions, mut claims: Vec<Claim>) {
    claims.retain(|c| decisions.media[c.medium].is_none() && decisions.is_free(c.sidecar));
    let mut wanted: BTreeMap<usize, Vec<Claim>> = BTreeMap::new();
    for claim in claims {
        wanted.entry(claim.medium).or_default().push(claim);
    }
    let mut claimed: BTreeMap<usize, Vec<Claim>> = BTreeMap::new();
    for choice in wanted.into_values() {
        if let Some(claim) = the_one(pool, choice) {
            claimed.entry(claim.sidecar).or_default().push(claim);
        }
    }
    for (sidecar, rivals) in claimed {
        match the_one(pool, rivals) {
            Some(claim) => decisions.tie(
                claim.medium,
                Match {
                    sidecar,
                    role: None,
                    how: claim.how,
                },
            ),
            None => {
                decisions.contested.insert(sidecar);
            }
        }
    }
}

/// Returns the only claim; of several the only one whose title gives the very name, else whose capture time agrees.
fn the_one(pool: &Pool<'_>, mut claims: Vec<Claim>) -> Option<Claim> {
    if claims.iter().any(|claim| claim.exact) {
        claims.retain(|claim| claim.exact);
    }
    if claims.len() > 1 {
        claims.retain(|c| pool.times_agree(c.medium, c.sidecar));
    }
    // A zone is up to fourteen hours wide, and namesakes are of one day as a rule: the very second tells them apart.
    if claims.len() > 1 {
        claims.retain(|c| pool.times_fit(c.medium, c.sidecar));
    }
    (claims.len() == 1).then(|| claims.pop()).flatten()
}

/// `IMG_2367.HEIC.jpg`: another tool appended the true extension. Only when `IMG_2367.HEIC` itself is absent.
fn with_added_extension(pool: &Pool<'_>, decisions: &Decisions) -> Vec<Claim> {
    let mut claims = Vec::new();
    for medium in decisions.open() {
        let name = nfc(pool.media[medium].name);
        let (inner, ext) = split(&name);
        let has_two = is_media(ext) && known_extension(inner).is_some();
        if !has_two || !pool.media_named(inner).is_empty() {
            continue;
        }
        let sidecar = readings(inner).iter().find_map(|r| pool.sidecar_of(r));
        claims.extend(sidecar.map(|sidecar| Claim {
            rank: 0,
            medium,
            sidecar,
            exact: false,
            how: "sidecar name, extension added later",
        }));
    }
    claims
}

/// Claims of media on free sidecars whose title gives their name: catches sidecars that were renamed.
fn by_title(pool: &Pool<'_>, decisions: &Decisions) -> Vec<Claim> {
    let mut titles: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, sidecar) in pool.sidecars.iter().enumerate() {
        if let (true, Some(title)) = (decisions.is_free(at), sidecar.title) {
            let title = safe(title);
            let stem = known_extension(&title).map_or(title.as_str(), |(stem, _)| stem);
            titles.entry(outline(stem)).or_default().push(at);
        }
    }
    let mut claims = Vec::new();
    for medium in decisions.open() {
        let name = nfc(pool.media[medium].name);
        for (rank, reading) in readings(&name).iter().enumerate() {
            let found = titles.get(&outline(&title_part(reading)));
            claims.extend(
                found
                    .into_iter()
                    .flatten()
                    .filter(|&&at| title_names(pool, at, reading))
                    .map(|&sidecar| Claim {
                        rank,
                        medium,
                        sidecar,
                        exact: false,
                        how: "title",
                    }),
            );
        }
    }
    claims
}

fn title_part(reading: &Reading<'_>) -> String {
    match is_media(reading.ext) {
        true => reading.base.to_owned(),
        false => format!("{}{}", reading.base, reading.ext),
    }
}

/// A sidecar whose own name follows the rules says which counter its medium has; only a renamed one does not.
fn title_names(pool: &Pool<'_>, sidecar: usize, reading: &Reading<'_>) -> bool {
    let sidecar = &pool.sidecars[sidecar];
    let Some(title) = sidecar.title else {
        return false;
    };
    let counter_fits = match take_apart(sidecar.name) {
        Some(name) if is_regular(&name, title) => name.counter == reading.counter,
        _ => true,
    };
    counter_fits && title_agrees(title, reading)
}

#[cfg(test)]
#[path = "matching_tests.rs"]
mod tests;
