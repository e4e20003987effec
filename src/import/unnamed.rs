//! Media that no record file names, although record files of their kind are there: derived from all evidence, so that it does not
//! matter which part came first.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use model::content_hash::ContentHash;
use model::kind::Kind;
use model::not_understood::UnnamedMedia;
use model::record::Edition;
use provider::{PROVIDERS, Provider};

use super::linked::Linked;

/// Finds them, folder by folder.
pub(crate) fn unnamed_media(providers: &[Linked]) -> Vec<UnnamedMedia> {
    let mut all = Vec::new();
    for linked in providers {
        let provider = PROVIDERS
            .iter()
            .find(|provider| provider.about().name == linked.provider);
        if let Some(provider) = provider {
            all.extend(of_provider(*provider, linked));
        }
    }
    all
}

fn of_provider(provider: &dyn Provider, linked: &Linked) -> Vec<UnnamedMedia> {
    let evidence = &linked.evidence;
    let unnamed = unnamed(provider, linked);
    if unnamed.is_empty() {
        return Vec::new();
    }
    let mut account_of: HashMap<usize, Option<&str>> = HashMap::new();
    for link in &linked.links.links {
        if let Some(media) = link.media.filter(|media| unnamed.contains_key(media)) {
            account_of.insert(media, evidence.records[link.record].account.as_deref());
        }
    }
    let mut folders: BTreeMap<(Option<&str>, Kind, &str), UnnamedMedia> = BTreeMap::new();
    for (&at, &kind) in &unnamed {
        let path = evidence.media[at].path.as_str();
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let account = account_of.get(&at).copied().flatten();
        let account = account.or(linked.sole_account.as_deref());
        let row = folders
            .entry((account, kind, folder))
            .or_insert_with(|| UnnamedMedia {
                provider: linked.provider.clone(),
                account: account.map(str::to_owned),
                kind,
                folder: folder.to_owned(),
                count: 0,
                example: path.to_owned(),
                expected: false,
            });
        row.count += 1;
    }
    let told = told_kinds(provider, linked);
    // Media of which no record file came at all are another matter: the parts with these may come yet.
    let rows = folders
        .into_values()
        .filter(|row| told.iter().any(|(account, _)| *account == row.account));
    let rows = rows.map(|row| UnnamedMedia {
        expected: told.contains(&(row.account.clone(), row.kind)),
        ..row
    });
    rows.collect()
}

/// Returns the media that no record file names, with the kind of record file that would.
fn unnamed(provider: &dyn Provider, linked: &Linked) -> BTreeMap<usize, Kind> {
    let evidence = &linked.evidence;
    let mut named = vec![false; evidence.media.len()];
    for link in &linked.links.links {
        // What belongs to another medium needs no record of its own.
        let by_record = evidence.records[link.record].edition != Edition::Unrecorded;
        if let Some(media) = link.media.filter(|_| by_record || link.role.is_some()) {
            named[media] = true;
        }
    }
    let left = evidence.media.iter().enumerate();
    let mut left: BTreeMap<usize, Kind> = left
        .filter(|(at, _)| !named[*at])
        .filter_map(|(at, media)| Some((at, provider.media_kind(&media.path)?)))
        .collect();
    // Equal bytes under another path have that path's record.
    let mut hashes: HashSet<ContentHash> = left
        .keys()
        .map(|at| evidence.media[*at].content_hash)
        .collect();
    if !hashes.is_empty() {
        let named = evidence
            .media
            .iter()
            .zip(&named)
            .filter(|(_, named)| **named);
        for (media, _) in named {
            hashes.remove(&media.content_hash);
        }
        left.retain(|at, _| hashes.contains(&evidence.media[*at].content_hash));
    }
    left
}

/// Returns the kinds of media that record files of each account name.
fn told_kinds(provider: &dyn Provider, linked: &Linked) -> BTreeSet<(Option<String>, Kind)> {
    let mut sources: HashSet<(&str, Option<&str>)> = HashSet::new();
    let records = linked.evidence.records.iter();
    for record in records.filter(|record| record.edition != Edition::Unrecorded) {
        sources.insert((&record.source, record.account.as_deref()));
    }
    let kinds = sources.into_iter().filter_map(|(source, account)| {
        let kind = provider.record_kind(source)?;
        Some((account.map(str::to_owned), kind))
    });
    kinds.collect()
}
