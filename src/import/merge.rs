//! Which origin wins for which fact: the one table, and the rules that apply it.
//!
//! A pure function: the same records and bytes give the same asset, in whatever order they came. Ties break on
//! content. Losing values are not lost: every record stays in the catalog and in the sidecar.

use std::collections::BTreeSet;

use model::asset::{Asset, ItemRef, Losing};
use model::claim::{Claim, Origin};
use model::kind::Kind;
use model::media_type::MediaType;
use model::record::{Edition, Location, Record, album_id};
use model::time::When;
use model::user_changes::{Change, UserChanges};
use provider::meaning_of;

use super::details::{camera, coauthors, comments, insights, keywords, licenses};
use super::known::Known;
use super::newest::{newest, standing};
use super::taken::taken_at;

/// Rank of an origin for descriptions and titles: what the owner typed into a service is younger than what a camera wrote.
pub(super) fn text_rank(origin: &Origin) -> u8 {
    match origin {
        Origin::Record(_) => 0,
        _ => 1,
    }
}

/// Merges all that is known into an asset. The offset of `taken_at` is left as the winner has it: see `offset`.
pub fn merge(known: &Known<'_>) -> Asset {
    let all = &known.records;
    let telling = known.without_supplements();
    let known = telling.as_ref().unwrap_or(known);
    let (keywords, keyword_origins) = keywords(&known.records);
    let location = location(known);
    let place = location.as_ref().map(|claim| claim.value);
    let (taken_at, losing_times) = taken_at(known, &file_names(known), place);
    let mut asset = Asset {
        content_hash: known.original.content_hash,
        size_bytes: known.original.size_bytes,
        name: name(known),
        extension: extension(known),
        media: known.original.facts.clone(),
        taken_at,
        offset_origin: None,
        posted_at: posted_at(&known.records),
        description: description(known),
        // Google's title is the name of the file, uncut: it names the file, and titles nothing.
        title: text(
            None,
            &newest(&known.records, |r| {
                r.facts
                    .title
                    .as_ref()
                    .filter(|t| !t.is_empty() && !names_files(r))
            }),
        ),
        location,
        place: text(
            None,
            &newest(&known.records, |r| {
                r.facts.place.as_ref().filter(|place| !place.is_empty())
            }),
        ),
        people: union(&standing(&known.records, |r| listed(&r.facts.people))),
        keywords,
        keyword_origins,
        camera: camera(&known.original.facts, &known.records),
        coauthors: coauthors(all),
        insights: insights(all),
        comments: comments(all),
        licenses: licenses(all),
        albums: albums(known),
        favorite: favorite(known),
        visibility: visibility(known),
        rating: known.records.iter().filter_map(|r| r.facts.rating).max(),
        by_someone_else: !known.records.is_empty()
            && known.records.iter().all(|r| r.facts.by_someone_else),
        group: known.group.clone(),
        companions: known.companions.clone(),
        items: items(known),
        losing: Losing::default(),
    };
    asset.losing = losing(known, &asset, losing_times);
    asset.companions.sort();
    asset.companions.dedup();
    if let Some(user) = known.user {
        apply_user(&mut asset, user);
    }
    asset
}

/// Returns the finest, then earliest time of posting. A month folder is no posting time.
fn posted_at(records: &[&Record]) -> Option<When> {
    records
        .iter()
        .filter(|record| record.edition != Edition::Unrecorded)
        .filter_map(|record| record.facts.posted_at)
        .min_by_key(|when| (when.precision, when.rough_seconds(), *when))
}

fn description(known: &Known<'_>) -> Option<Claim<String>> {
    let said = standing(&known.records, said);
    text(known.original.facts.description.as_ref(), &said)
}

fn said(record: &Record) -> Option<&String> {
    let text = record.facts.description.as_ref();
    text.filter(|text| !text.is_empty())
}

/// Returns the best text: by origin, then JSON before HTML, then the earliest post, then by content.
fn text(embedded: Option<&String>, said: &[(&Record, &String)]) -> Option<Claim<String>> {
    let from_records = said.iter().map(|(record, value)| {
        let claim = Claim::new((*value).clone(), Origin::Record(record.provider.clone()));
        let posted = record
            .facts
            .posted_at
            .map_or(i64::MAX, |w| w.rough_seconds());
        (record.edition, posted, claim)
    });
    let from_bytes = embedded.filter(|text| !text.is_empty()).map(|value| {
        (
            Edition::Json,
            i64::MAX,
            Claim::new(value.clone(), Origin::Embedded),
        )
    });
    from_records
        .chain(from_bytes)
        .min_by(|(edition_a, posted_a, a), (edition_b, posted_b, b)| {
            let key_a = (text_rank(&a.origin), *edition_a, *posted_a);
            let key_b = (text_rank(&b.origin), *edition_b, *posted_b);
            key_a.cmp(&key_b).then_with(|| a.cmp(b))
        })
        .map(|(_, _, claim)| claim)
}

/// Returns the best coordinates. A service's come first: they are the embedded ones, or what the owner set by hand.
fn location(known: &Known<'_>) -> Option<Claim<Location>> {
    let order = |l: &Location| {
        (
            l.latitude.to_bits(),
            l.longitude.to_bits(),
            l.altitude_m.map(f64::to_bits),
        )
    };
    standing(&known.records, |r| r.facts.location)
        .into_iter()
        .map(|(r, location)| (r.edition, location, &r.provider))
        .min_by_key(|(edition, location, provider)| {
            (*edition, (*provider).clone(), order(location))
        })
        .map(|(_, location, provider)| Claim::new(location, Origin::Record(provider.clone())))
        .or_else(|| Some(Claim::new(known.original.facts.location?, Origin::Embedded)))
}

fn listed(list: &Vec<String>) -> Option<&Vec<String>> {
    Some(list).filter(|list| !list.is_empty())
}

fn union(lists: &[(&Record, &Vec<String>)]) -> Vec<String> {
    let all: BTreeSet<&String> = lists.iter().flat_map(|(_, list)| *list).collect();
    all.into_iter().cloned().collect()
}

/// Returns what was said and does not stand any more: the newest export says otherwise or takes it away, or another origin
/// is better.
fn losing(known: &Known<'_>, asset: &Asset, taken_at: Vec<Claim<When>>) -> Losing {
    let of = |record: &Record| Origin::Record(record.provider.clone());
    let stands = asset.description.as_ref().map(|claim| &claim.value);
    let texts = known.records.iter().filter_map(|r| Some((said(r)?, of(r))));
    let embedded = known.original.facts.description.as_ref();
    let texts = texts.chain(embedded.map(|text| (text, Origin::Embedded)));
    let lost_text = |(text, _): &(&String, Origin)| Some(*text) != stands && !text.is_empty();
    let here = asset.location.as_ref().map(|claim| claim.value);
    let places = known
        .records
        .iter()
        .filter_map(|r| Some((r.facts.location?, of(r))));
    let embedded = known.original.facts.location;
    let places = places.chain(embedded.map(|place| (place, Origin::Embedded)));
    let lost_place =
        |(place, _): &(Location, Origin)| here.is_none_or(|here| is_elsewhere(here, *place));
    let people = known.records.iter().filter_map(|record| {
        let gone = record.facts.people.iter();
        let gone: Vec<String> = gone
            .filter(|name| !asset.people.contains(name))
            .cloned()
            .collect();
        (!gone.is_empty()).then(|| Claim::new(gone, of(record)))
    });
    let mut losing = Losing {
        taken_at,
        description: texts
            .filter(lost_text)
            .map(|(text, origin)| Claim::new(text.clone(), origin))
            .collect(),
        location: places
            .filter(lost_place)
            .map(|(place, origin)| Claim::new(place, origin))
            .collect(),
        people: people.collect(),
    };
    losing.settle();
    losing
}

/// Further apart than the last digits that services cut off.
fn is_elsewhere(a: Location, b: Location) -> bool {
    const DEGREES: f64 = 0.001;
    (a.latitude - b.latitude).abs() > DEGREES || (a.longitude - b.longitude).abs() > DEGREES
}

/// A favourite by any statement that still stands; a path says nothing of it.
fn favorite(known: &Known<'_>) -> bool {
    let said = |r: &Record| (r.edition != Edition::Unrecorded).then_some(r.facts.favorite);
    newest(&known.records, said)
        .into_iter()
        .any(|(_, favorite)| favorite)
}

fn albums(known: &Known<'_>) -> Vec<String> {
    let all: BTreeSet<String> = known
        .records
        .iter()
        .flat_map(|record| {
            let account = account(known, record);
            record
                .facts
                .albums
                .iter()
                .map(move |m| album_id(&record.provider, account, &m.album))
        })
        .collect();
    all.into_iter().collect()
}

/// Returns whose record it is; a part that does not tell belongs to the provider's only account.
fn account<'a>(known: &Known<'a>, record: &'a Record) -> Option<&'a str> {
    record.account.as_deref().or_else(|| {
        known
            .sole_accounts
            .get(&record.provider)
            .map(String::as_str)
    })
}

/// What is shown anywhere is shown; a path alone says nothing where a record speaks.
fn visibility(known: &Known<'_>) -> model::kind::Visibility {
    let of = |recorded: bool| {
        let said = |r: &Record| {
            let is_recorded = r.edition != Edition::Unrecorded;
            (is_recorded == recorded).then_some(r.facts.visibility)
        };
        let said = newest(&known.records, said).into_iter();
        said.map(|(_, visibility)| visibility).min()
    };
    of(true).or_else(|| of(false)).unwrap_or_default()
}

/// What a path tells of a medium is no item of its own where a record file tells of it.
fn items(known: &Known<'_>) -> Vec<ItemRef> {
    let told: BTreeSet<&str> = known
        .records
        .iter()
        .filter(|record| record.edition != Edition::Unrecorded)
        .map(|record| record.provider.as_str())
        .collect();
    let all: BTreeSet<ItemRef> = known
        .records
        .iter()
        .filter(|r| r.edition != Edition::Unrecorded || !told.contains(r.provider.as_str()))
        .map(|record| ItemRef {
            provider: record.provider.clone(),
            account: account(known, record).map(str::to_owned),
            kind: match known.original.facts.media_type {
                MediaType::Other => Kind::Other,
                _ => record.kind,
            },
            key: record.key.clone(),
        })
        .collect();
    all.into_iter().collect()
}

/// Returns the names the file had: in archives, and as titles of a service that keeps file names there.
fn file_names<'a>(known: &Known<'a>) -> Vec<&'a str> {
    let entries = known
        .entries
        .iter()
        .map(|entry| entry.path.rsplit('/').next().unwrap_or(&entry.path));
    let titles = known
        .records
        .iter()
        .filter(|record| names_files(record))
        .filter_map(|record| record.facts.title.as_deref());
    entries.chain(titles).collect()
}

/// Returns the name the file had: a title that looks like a file name (Google keeps it uncut there), else the entry's.
fn name(known: &Known<'_>) -> String {
    let from_entries = known.entries.iter().map(|entry| {
        let file_name = entry.path.rsplit('/').next().unwrap_or(&entry.path);
        (1, stem(file_name).to_owned())
    });
    let from_titles = known.records.iter().filter_map(|record| {
        let title = record.facts.title.as_deref()?;
        (names_files(record) && has_extension(title)).then(|| (0, stem(title).to_owned()))
    });
    from_titles
        .chain(from_entries)
        .filter(|(_, name)| !name.is_empty())
        .min()
        .map_or_else(|| "media".to_owned(), |(_, name)| name)
}

/// Returns whether the titles of a record's provider are file names.
pub(super) fn names_files(record: &Record) -> bool {
    meaning_of(&record.provider).titles_name_files
}

fn stem(file_name: &str) -> &str {
    match file_name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() && is_extension(extension) => stem,
        _ => file_name,
    }
}

fn has_extension(name: &str) -> bool {
    name.rsplit_once('.')
        .is_some_and(|(stem, extension)| !stem.is_empty() && is_extension(extension))
}

fn is_extension(text: &str) -> bool {
    (1..=5).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// Extensions of what a double click would run, on some system: a file of no known kind never gets one.
const RUN: [&str; 34] = [
    "app", "apk", "bat", "cmd", "com", "command", "cpl", "desktop", "dll", "exe", "hta", "htm",
    "html", "inf", "jar", "js", "jse", "lnk", "mht", "msi", "pif", "ps1", "py", "reg", "scf",
    "scr", "sh", "url", "vbe", "vbs", "webloc", "wsf", "wsh", "xhtml",
];

/// Returns the extension of a file of no known kind: the one it came with, if nothing runs that.
fn extension_of_unknown(known: &Known<'_>) -> String {
    let names = known.entries.iter().map(|entry| entry.path.as_str());
    let extensions = names.filter_map(|path| {
        let name = path.rsplit('/').next().unwrap_or(path);
        let (stem, extension) = name.rsplit_once('.')?;
        (!stem.is_empty() && is_extension(extension)).then(|| extension.to_ascii_lowercase())
    });
    extensions
        .filter(|extension| !RUN.contains(&extension.as_str()))
        .min()
        .unwrap_or_else(|| MediaType::Other.extension().to_owned())
}

/// The extension follows the bytes; only camera raw formats, many and alike inside, keep the one they came with.
fn extension(known: &Known<'_>) -> String {
    if known.original.facts.media_type == MediaType::Other {
        return extension_of_unknown(known);
    }
    let by_type = known.original.facts.media_type.extension();
    if !matches!(
        known.original.facts.media_type,
        MediaType::Raw | MediaType::Tiff
    ) {
        return by_type.to_owned();
    }
    const RAW: [&str; 10] = [
        "arw", "cr2", "cr3", "dng", "nef", "orf", "pef", "raf", "rw2", "srw",
    ];
    known
        .entries
        .iter()
        .filter_map(|entry| entry.path.rsplit_once('.'))
        .map(|(_, extension)| extension.to_ascii_lowercase())
        .filter(|extension| RAW.contains(&extension.as_str()))
        .min()
        .unwrap_or_else(|| by_type.to_owned())
}

/// The owner's own changes outrank everything.
fn apply_user(asset: &mut Asset, user: &UserChanges) {
    set_claim(&mut asset.taken_at, &user.taken_at);
    set_claim(&mut asset.description, &user.description);
    set_claim(&mut asset.title, &user.title);
    set_claim(&mut asset.location, &user.location);
    set_claim(&mut asset.place, &user.place);
    set_value(&mut asset.people, &user.people);
    set_value(&mut asset.keywords, &user.keywords);
    if !user.keywords.is_kept() {
        asset.keyword_origins = vec![Origin::User];
    }
    set_value(&mut asset.favorite, &user.favorite);
    match user.rating {
        Change::Kept => {}
        Change::Changed(stars) => asset.rating = Some(stars),
        Change::Removed => asset.rating = None,
    }
}

fn set_claim<T: Clone>(field: &mut Option<Claim<T>>, change: &Change<T>) {
    match change {
        Change::Kept => {}
        Change::Changed(value) => *field = Some(Claim::new(value.clone(), Origin::User)),
        Change::Removed => *field = None,
    }
}

fn set_value<T: Clone + Default>(field: &mut T, change: &Change<T>) {
    match change {
        Change::Kept => {}
        Change::Changed(value) => field.clone_from(value),
        Change::Removed => *field = T::default(),
    }
}

#[cfg(test)]
#[path = "merge_tests.rs"]
mod tests;

/// Plain records and assets for the tests of this folder.
#[cfg(test)]
pub(super) mod tests_support {
    use super::*;
    use model::record::RecordFacts;

    /// A record that claims nothing.
    pub(crate) fn record(uri: &str) -> Record {
        Record {
            provider: "instagram".into(),
            account: Some("anna".into()),
            export: None,
            kind: Kind::Post,
            source: "posts_1.json".into(),
            edition: Edition::Json,
            uri: uri.into(),
            key: uri.into(),
            post: None,
            companions: vec![],
            facts: RecordFacts::default(),
            raw: serde_json::Value::Null,
        }
    }
}
