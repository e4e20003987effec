//! Decides on which page each asset stands, and in which order. Pure.

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, HashMap};

use sha2::{Digest, Sha256};

use catalog::AssetShort;
use model::content_hash::ContentHash;
use model::kind::Visibility;

use super::pictures::Have;

/// Key of the assets of which no date is known.
pub(crate) const UNDATED: &str = "undated";

/// Ends the key of what is only known to be of a year.
pub(crate) const NO_MONTH: &str = "-00";

/// Most assets of one file of data: few enough to be read between two pictures on the screen.
pub(crate) const MOST_IN_PART: usize = 500;

/// A month and what is shown of it, the newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Month {
    /// `2023-07`, `2023-00` where only the year is known, or [`UNDATED`].
    pub key: String,
    /// Its assets, in the order they are shown.
    pub assets: Vec<AssetShort>,
}

/// Where the members of each post stand: month and hash, in the order of the post.
pub(crate) type Posts = HashMap<String, Vec<(String, ContentHash)>>;

/// All that is shown.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Plan {
    /// Months, the newest first; what has no date stands last.
    pub months: Vec<Month>,
    /// Posts of several.
    pub posts: Posts,
    /// Assets that are kept out.
    pub kept_out: u64,
}

/// Sorts assets into months. Members of a post that were taken at the same time keep the order of the post.
pub(crate) fn plan(assets: Vec<AssetShort>, include: &[Visibility]) -> Plan {
    let mut plan = Plan::default();
    let mut months: BTreeMap<Option<String>, Vec<AssetShort>> = BTreeMap::new();
    let mut posts: HashMap<String, Vec<(u32, String, ContentHash)>> = HashMap::new();
    for asset in assets {
        if asset.visibility != Visibility::Shown && !include.contains(&asset.visibility) {
            plan.kept_out += 1;
            continue;
        }
        if let Some((post, index)) = &asset.group {
            let members = posts.entry(post.clone()).or_default();
            members.push((*index, key_of(asset.month.as_deref()), asset.content_hash));
        }
        months.entry(asset.month.clone()).or_default().push(asset);
    }
    // `None` sorts first, so it comes last here.
    for (month, mut assets) in months.into_iter().rev() {
        assets.sort_by(order);
        let key = key_of(month.as_deref());
        plan.months.push(Month { key, assets });
    }
    plan.posts = posts
        .into_iter()
        .map(|(post, mut members)| {
            members.sort();
            let members = members.into_iter().map(|(_, month, hash)| (month, hash));
            (post, members.collect())
        })
        .collect();
    plan
}

fn key_of(month: Option<&str>) -> String {
    month.unwrap_or(UNDATED).to_owned()
}

/// The newest first; members of a post in its order.
fn order(a: &AssetShort, b: &AssetShort) -> Ordering {
    let times = Reverse(a.taken_seconds).cmp(&Reverse(b.taken_seconds));
    times
        .then_with(|| a.group.cmp(&b.group))
        .then_with(|| a.path.cmp(&b.path))
}

impl Month {
    /// Returns a digest of all that the files of the month depend on.
    pub(crate) fn digest(&self, posts: &Posts, have: &Have) -> ContentHash {
        let mut hasher = Sha256::new();
        for asset in &self.assets {
            hasher.update(asset.content_hash.0);
            hasher.update(asset.digest);
            hasher.update((asset.path.len() as u64).to_le_bytes());
            hasher.update(&asset.path);
            hasher.update([have.marks(&asset.content_hash)]);
            for (month, hash) in members(asset, posts) {
                hasher.update(month);
                hasher.update(hash.0);
            }
        }
        ContentHash(hasher.finalize().into())
    }

    /// Returns the names of its files of data, and the assets in each.
    pub(crate) fn parts(&self) -> impl Iterator<Item = (String, &[AssetShort])> {
        self.assets
            .chunks(MOST_IN_PART)
            .enumerate()
            .map(|(index, assets)| (part_name(&self.key, index), assets))
    }
}

/// Returns the name of a month's file: `2023-07`, `2023-07-2`, …
fn part_name(month: &str, index: usize) -> String {
    match index {
        0 => month.to_owned(),
        index => format!("{month}-{}", index + 1),
    }
}

/// Returns where the members of an asset's post stand.
pub(crate) fn members<'a>(asset: &AssetShort, posts: &'a Posts) -> &'a [(String, ContentHash)] {
    let members = asset.group.as_ref().and_then(|(post, _)| posts.get(post));
    members.map_or(&[], Vec::as_slice)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use model::media_type::MediaType;

    fn short(n: u8, month: Option<&str>, seconds: i64) -> AssetShort {
        AssetShort {
            row: i64::from(n),
            content_hash: ContentHash([n; 32]),
            path: format!("{n}.jpg"),
            digest: [n; 32],
            taken_seconds: month.map(|_| seconds),
            month: month.map(str::to_owned),
            visibility: Visibility::Shown,
            media_type: MediaType::Jpeg,
            group: None,
        }
    }

    fn keys(plan: &Plan) -> Vec<(&str, Vec<i64>)> {
        let rows = |month: &Month| month.assets.iter().map(|asset| asset.row).collect();
        plan.months
            .iter()
            .map(|month| (month.key.as_str(), rows(month)))
            .collect()
    }

    #[test]
    fn the_newest_stand_first_and_the_undated_last() {
        let assets = vec![
            short(1, None, 0),
            short(2, Some("2021-01"), 5),
            short(3, Some("2023-07"), 7),
            short(4, Some("2023-07"), 9),
        ];
        let plan = plan(assets, &[]);
        assert_eq!(
            keys(&plan),
            [
                ("2023-07", vec![4, 3]),
                ("2021-01", vec![2]),
                ("undated", vec![1])
            ]
        );
    }

    #[test]
    fn a_post_keeps_its_order_and_spans_months() {
        let mut assets: Vec<AssetShort> = (1..=3).map(|n| short(n, Some("2023-07"), 7)).collect();
        assets.push(short(4, Some("2023-06"), 5));
        for (asset, index) in assets.iter_mut().zip([2, 0, 1, 3]) {
            asset.group = Some(("g".to_owned(), index));
        }
        let plan = plan(assets, &[]);
        assert_eq!(keys(&plan)[0].1, [2, 3, 1]);
        let members: Vec<u8> = plan.posts["g"].iter().map(|(_, hash)| hash.0[0]).collect();
        assert_eq!(members, [2, 3, 1, 4]);
        assert_eq!(plan.posts["g"][3].0, "2023-06");
    }

    #[test]
    fn what_its_owner_hid_stays_out_unless_asked_for() {
        let assets = || {
            let mut assets: Vec<AssetShort> =
                (1..=3).map(|n| short(n, Some("2023-07"), 0)).collect();
            assets[1].visibility = Visibility::Hidden;
            assets[2].visibility = Visibility::Trashed;
            assets
        };
        assert_eq!(plan(assets(), &[]).kept_out, 2);
        let hidden = plan(assets(), &[Visibility::Hidden]);
        assert_eq!((hidden.kept_out, hidden.months[0].assets.len()), (1, 2));
    }

    #[test]
    fn one_new_asset_changes_the_digest_of_its_month_alone() {
        let old = vec![
            short(1, Some("2023-06"), 1),
            short(2, Some("2023-07"), 2),
            short(3, None, 0),
        ];
        let mut new = old.clone();
        new.push(short(4, Some("2023-07"), 3));
        let digests = |assets| {
            let plan = plan(assets, &[]);
            let digest = |month: &Month| {
                (
                    month.key.clone(),
                    month.digest(&plan.posts, &Have::default()),
                )
            };
            plan.months.iter().map(digest).collect::<HashMap<_, _>>()
        };
        let (old, new) = (digests(old), digests(new));
        for (month, same) in [("2023-06", true), ("2023-07", false), (UNDATED, true)] {
            assert_eq!(old[month] == new[month], same, "{month}");
        }
    }

    #[test]
    fn a_member_of_a_post_in_another_month_changes_this_one_too() {
        let mut one = short(1, Some("2023-06"), 1);
        one.group = Some(("g".to_owned(), 0));
        let mut two = short(2, Some("2023-07"), 2);
        two.group = Some(("g".to_owned(), 1));
        let digest = |assets| {
            let plan = plan(assets, &[]);
            let month = plan.months.iter().find(|m| m.key == "2023-06").unwrap();
            month.digest(&plan.posts, &Have::default())
        };
        assert_ne!(digest(vec![one.clone()]), digest(vec![one, two]));
    }

    #[test]
    fn a_large_month_is_cut_into_parts() {
        let assets: Vec<AssetShort> = (0..1100)
            .map(|n| AssetShort {
                path: format!("{n:04}.jpg"),
                ..short(1, Some("2023-07"), 0)
            })
            .collect();
        let plan = plan(assets, &[]);
        let parts: Vec<(String, usize)> = plan.months[0]
            .parts()
            .map(|(name, assets)| (name, assets.len()))
            .collect();
        let expected = [("2023-07", 500), ("2023-07-2", 500), ("2023-07-3", 100)];
        assert_eq!(
            parts,
            expected.map(|(name, count)| (name.to_owned(), count))
        );
    }
}
