//! Ties the videos of live and motion photos, which have no sidecar of their own, to that of their still.

use std::collections::{BTreeMap, BTreeSet};

use model::kind::CompanionRole;

use super::decisions::{Decisions, Match};
use super::extensions::{LIVE_STILLS, can_be_live_video, is_still};
use super::names::{
    MEDIA_UNITS, Reading, cut, fold, is_regular, known_stem, nfc, readings, split, take_apart,
};
use super::pool::{Moments, Pool, on_other_days, taken_together};

/// A still that may have a video.
#[derive(Clone, Copy)]
struct Still {
    sidecar: usize,
    owner: Option<usize>,
}

/// Ties the videos of live and motion photos: by Apple's content identifier, else by name and, where names leave
/// several, by capture time.
///
/// Never by counter alone: Google numbers videos apart from the stills, so `IMG_6312(1).MP4` belongs to
/// `IMG_6312.JPG` and `IMG_6312.MP4` to `IMG_6312.HEIC`.
pub(crate) fn tie_videos(pool: &Pool<'_>, decisions: &mut Decisions) {
    let stills = stills(pool, decisions);
    let mut taken = BTreeSet::new();
    for by in [By::Identifier, By::Name, By::Base] {
        let mut claims: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for medium in decisions.open() {
            let name = nfc(pool.media[medium].name);
            let (stem, ext) = split(&name);
            let by_name = !matches!(by, By::Identifier);
            if by_name && decisions.undecided.contains(&medium) {
                continue;
            }
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

/// Stills of one base: a folder may hold thousands of one name.
#[derive(Default)]
struct OfBase {
    all: Vec<Still>,
    /// Indices into `all`.
    by_counter: BTreeMap<Option<u32>, Vec<usize>>,
    by_moment: Moments,
}

/// Stills by folded base.
type Stills = BTreeMap<String, OfBase>;

/// Collects stills by folded base: owners of sidecars, and sidecars whose picture is not in the folder.
fn stills(pool: &Pool<'_>, decisions: &Decisions) -> Stills {
    let mut stills = Stills::new();
    for sidecar in 0..pool.sidecars.len() {
        let owner = decisions.owners[sidecar];
        let found = match owner {
            Some(owner) => still_of_file(pool.media[owner].name),
            None => still_of_title(pool, sidecar),
        };
        if let Some((base, counter)) = found {
            let of_base = stills.entry(base).or_default();
            let at = of_base.all.len();
            of_base.all.push(Still { sidecar, owner });
            of_base.by_counter.entry(counter).or_default().push(at);
            let embedded = owner.and_then(|owner| pool.media[owner].taken);
            if let Some(taken) = embedded.or(pool.sidecars[sidecar].taken) {
                of_base.by_moment.add(taken, at);
            }
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
    let room = MEDIA_UNITS.saturating_sub(ext.len());
    is_still(&ext).then(|| (fold(cut(&stem, room)), name.counter))
}

/// How a video finds its still.
#[derive(Clone, Copy)]
enum By {
    Identifier,
    Name,
    Base,
}

impl By {
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
        stills: &Stills,
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
    stills: &Stills,
    video: usize,
    taken: &BTreeSet<usize>,
) -> Option<usize> {
    let name = nfc(pool.media[video].name);
    let readings = readings(&name);
    let reading = readings.first()?;
    let of_base = stills.get(&fold(reading.base))?;
    let is_open =
        |still: &&Still| !taken.contains(&still.sidecar) && !is_excluded(pool, video, still);
    let mut open = of_base.all.iter().filter(is_open);
    let first = open.next()?;
    if open.next().is_none() {
        return Some(first.sidecar);
    }
    // Videos are numbered apart from stills: what was taken in the same moment goes together, crosswise, too. The counter
    // decides only between stills of one moment.
    let taken_at = pool.media[video].taken?;
    let together = of_base.by_moment.together(taken_at);
    let mut all = together.map(|at| &of_base.all[at]).filter(is_open);
    let first = all.next()?;
    if all.next().is_none() {
        return Some(first.sidecar);
    }
    let same_counter = of_base.by_counter.get(&reading.counter);
    let mut numbered = same_counter
        .into_iter()
        .flatten()
        .map(|at| &of_base.all[*at])
        .filter(is_open)
        .filter(|still| is_together(pool, video, still.sidecar, still.owner));
    let only = numbered.next()?;
    numbered.next().is_none().then_some(only.sidecar)
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
