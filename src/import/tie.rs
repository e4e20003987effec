//! Ties evidence to content hashes: which records, entries and companions each asset is made of.

use std::collections::{BTreeMap, HashMap};

use model::content_hash::ContentHash;
use model::evidence::{Link, MediaEntry, Vague};
use model::kind::{Kind, Visibility};
use model::record::Membership;

use super::album::{DerivedAlbum, SoleAccounts, described_albums, find_covers, sole_accounts};
use super::gathered::Gathered;
use super::groups::{Groups, groups};
use super::linked::{At, Linked, Tail};

/// A record whose medium no archive so far holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct MissingMedium {
    /// Index of the provider.
    pub provider: usize,
    /// Path of the medium as the record names it.
    pub uri: String,
    /// Index of the record.
    pub record: usize,
}

/// All that must be known of all evidence at once. After this, assets can be made one by one, and records need not be
/// in memory.
#[derive(Default)]
pub struct Tied {
    /// What belongs to each content.
    pub(super) gathered: BTreeMap<ContentHash, Gathered>,
    /// Groups that records are in, by provider.
    pub(super) groups: Vec<Groups>,
    /// Kind and visibility of records that say something else by themselves, by provider.
    pub(super) corrected: Vec<HashMap<usize, (Kind, Visibility)>>,
    /// Records of which only a part is sure, by provider.
    pub(super) vague: Vec<HashMap<usize, Vague>>,
    /// Albums that only media tell of, by provider.
    pub(super) memberships: Vec<HashMap<usize, Vec<Membership>>>,
    /// Albums that records describe, by identity.
    pub(super) albums: BTreeMap<String, DerivedAlbum>,
    /// Accounts of providers that have one only.
    pub(super) sole_accounts: SoleAccounts,
    /// Media that records name and no archive so far holds.
    pub(super) missing: Vec<MissingMedium>,
    /// Records that may mean any of several media: provider and record.
    pub(super) doubts: Vec<At>,
}

/// Ties the evidence of all providers to contents.
pub(crate) fn tie(providers: &[Linked]) -> Tied {
    let mut tied = Tied {
        groups: providers
            .iter()
            .map(|p| groups(&p.evidence.records, &p.links))
            .collect(),
        corrected: providers.iter().map(corrections).collect(),
        vague: providers.iter().map(vague).collect(),
        memberships: providers.iter().map(memberships).collect(),
        sole_accounts: sole_accounts(providers),
        ..Tied::default()
    };
    tied.albums = described_albums(providers, &tied.sole_accounts);
    find_covers(providers, &mut tied.albums);
    for (p, provider) in providers.iter().enumerate() {
        gather(p, provider, &mut tied);
        let doubts = provider.links.doubts.iter();
        tied.doubts.extend(doubts.map(|doubt| at(p, doubt.record)));
    }
    fold_companions(providers, &mut tied.gathered);
    tied.gathered.values_mut().for_each(Gathered::settle);
    tied.missing.sort();
    tied
}

fn corrections(provider: &Linked) -> HashMap<usize, (Kind, Visibility)> {
    let corrected = provider.links.corrected.iter();
    corrected
        .map(|(record, kind, visibility)| (*record, (*kind, *visibility)))
        .collect()
}

fn vague(provider: &Linked) -> HashMap<usize, Vague> {
    let mut all: HashMap<usize, Vague> = HashMap::new();
    for vague in &provider.links.vague {
        let one = all.entry(vague.record).or_insert(*vague);
        one.sure = one.sure.max(vague.sure);
    }
    all
}

fn memberships(provider: &Linked) -> HashMap<usize, Vec<Membership>> {
    let mut all: HashMap<usize, Vec<Membership>> = HashMap::new();
    for (record, membership) in &provider.links.memberships {
        all.entry(*record).or_default().push(membership.clone());
    }
    all
}

/// Index as it is kept: no archive holds four thousand million files.
fn at(provider: usize, index: usize) -> At {
    (provider as u32, index as u32)
}

fn gather(p: usize, provider: &Linked, tied: &mut Tied) {
    let media = &provider.evidence.media;
    let gathered = &mut tied.gathered;
    for (m, entry) in media.iter().enumerate() {
        let one = gathered.entry(entry.content_hash).or_default();
        one.entries.push(at(p, m));
    }
    let tails: HashMap<usize, &Tail> = provider
        .crowds
        .iter()
        .map(|tail| (tail.first, tail))
        .collect();
    let mut primaries: HashMap<usize, Vec<ContentHash>> = HashMap::new();
    let has_companions = provider.links.links.iter().any(|link| link.role.is_some());
    for link in &provider.links.links {
        let supplement = provider.evidence.records[link.record].facts.is_supplement();
        let Some(m) = link.media else {
            if !supplement {
                let missing = missing_medium(p, provider, link);
                let others = tails.get(&link.record).filter(|_| link.role.is_none());
                let others = others.into_iter().flat_map(|tail| tail.others.clone());
                tied.missing.extend(others.map(|record| MissingMedium {
                    record,
                    ..missing.clone()
                }));
                tied.missing.push(missing);
            }
            continue;
        };
        if link.role.is_none() {
            let hash = media[m].content_hash;
            let one = gathered.entry(hash).or_default();
            one.records.push(at(p, link.record));
            let others = tails.get(&link.record).into_iter();
            let others = others.flat_map(|tail| tail.others.clone());
            one.records.extend(others.map(|record| at(p, record)));
            one.primary |= !supplement;
            if has_companions {
                primaries.entry(link.record).or_default().push(hash);
            }
        }
    }
    tie_companions(p, provider, &primaries, gathered);
    for (index, (m, _)) in provider.links.unrecorded.iter().enumerate() {
        let one = gathered.entry(media[*m].content_hash).or_default();
        one.unrecorded.push(at(p, index));
        one.primary = true;
    }
}

/// Bytes that are a companion somewhere, and of which elsewhere only a path tells, are one file: it stays the companion, and
/// what the path tells (an album) is told of the original.
fn fold_companions(providers: &[Linked], gathered: &mut BTreeMap<ContentHash, Gathered>) {
    let mut originals: BTreeMap<ContentHash, Vec<ContentHash>> = BTreeMap::new();
    for (original, one) in gathered.iter() {
        for ((p, m), _) in &one.companions {
            let companion = &providers[*p as usize].evidence.media[*m as usize];
            let of = originals.entry(companion.content_hash).or_default();
            of.push(*original);
        }
    }
    for (companion, originals) in originals {
        let Some(one) = gathered.get_mut(&companion) else {
            continue;
        };
        if !one.records.is_empty() || one.unrecorded.is_empty() {
            continue;
        }
        one.primary = false;
        let unrecorded = std::mem::take(&mut one.unrecorded);
        let entries = one.entries.clone();
        for original in originals {
            let one = gathered.entry(original).or_default();
            one.unrecorded.extend(&unrecorded);
            one.entries.extend(&entries);
        }
    }
}

fn missing_medium(p: usize, provider: &Linked, link: &Link) -> MissingMedium {
    let record = &provider.evidence.records[link.record];
    let companion = link.role.and_then(|role| {
        record
            .companions
            .iter()
            .find(|companion| companion.role == role)
    });
    MissingMedium {
        provider: p,
        uri: companion.map_or_else(|| record.uri.clone(), |companion| companion.uri.clone()),
        record: link.record,
    }
}

/// Ties companions to their originals. One whose original is missing stands for itself until that arrives.
fn tie_companions(
    p: usize,
    provider: &Linked,
    primaries: &HashMap<usize, Vec<ContentHash>>,
    gathered: &mut BTreeMap<ContentHash, Gathered>,
) {
    let media: &[MediaEntry] = &provider.evidence.media;
    for link in &provider.links.links {
        let (Some(m), Some(role)) = (link.media, link.role) else {
            continue;
        };
        let own = media[m].content_hash;
        let mut tied = false;
        for primary in primaries.get(&link.record).into_iter().flatten() {
            // A provider that gives the same bytes as original and edited copy has given one file.
            if *primary != own {
                let one = gathered.entry(*primary).or_default();
                one.companions.push((at(p, m), role));
                one.entries.push(at(p, m));
            }
            tied = true;
        }
        if !tied {
            let one = gathered.entry(own).or_default();
            one.primary = true;
            one.records.push(at(p, link.record));
        }
    }
}
