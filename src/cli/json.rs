//! The JSON objects the command line prints: a promise to scripts. Fields are only ever added; unknown is `null`.

use std::collections::BTreeMap;

use serde::Serialize;

use catalog::{ListedAsset, ListedItem};
use import::{EntryLine, ImportReport, MissingLine, NotUnderstoodLine};
use model::asset::{Group, Losing};
use model::not_understood::NotUnderstood;
use model::outcome::{Outcome, OutcomeCounts};
use model::time::{Clock, Precision, When, offset_text};

/// When an asset was taken.
#[derive(Debug, Serialize)]
pub struct TakenJson {
    /// Clock on the wall, if known; shorter where only a day or month is known.
    pub local: Option<String>,
    /// Its offset from UTC, if known.
    pub offset: Option<String>,
    /// The instant, if known.
    pub utc: Option<String>,
    /// How finely it is known.
    pub precision: &'static str,
    /// Where it came from.
    pub origin: String,
}

/// A file beside an original.
#[derive(Debug, Serialize)]
pub struct CompanionJson<'a> {
    /// Path in the library.
    pub path: &'a str,
    /// What it is for.
    pub role: &'static str,
}

/// Place of a medium in an archive.
#[derive(Debug, Serialize)]
pub struct EntryJson<'a> {
    /// File name of the part.
    pub part: &'a str,
    /// Name of the entry in it.
    pub entry: &'a str,
}

/// An item an asset came from.
#[derive(Debug, Serialize)]
pub struct ItemJson<'a> {
    provider: &'a str,
    account: Option<&'a str>,
    kind: &'static str,
    key: &'a str,
    entries: Vec<EntryJson<'a>>,
}

/// A line of `list --json`.
#[derive(Debug, Serialize)]
pub struct AssetJson<'a> {
    #[serde(rename = "type")]
    line: &'static str,
    path: &'a str,
    content_hash: String,
    size_bytes: u64,
    media_type: &'static str,
    width: Option<u32>,
    height: Option<u32>,
    duration_s: Option<f64>,
    taken_at: Option<TakenJson>,
    posted_at: Option<String>,
    description: Option<&'a str>,
    title: Option<&'a str>,
    latitude: Option<f64>,
    longitude: Option<f64>,
    altitude_m: Option<f64>,
    place: Option<&'a str>,
    people: &'a [String],
    keywords: &'a [String],
    albums: &'a [String],
    favorite: bool,
    visibility: &'static str,
    rating: Option<u8>,
    by_someone_else: bool,
    group: Option<&'a Group>,
    companions: Vec<CompanionJson<'a>>,
    items: Vec<ItemJson<'a>>,
    in_newest_archive: Option<bool>,
    content_credentials: bool,
    origins: BTreeMap<&'static str, String>,
    losing: Option<LosingJson<'a>>,
}

/// A value that lost, and where it came from.
#[derive(Debug, Serialize)]
struct LostJson<T> {
    value: T,
    origin: String,
}

/// A place that lost.
#[derive(Debug, Serialize)]
struct LostPlaceJson {
    latitude: f64,
    longitude: f64,
    origin: String,
}

/// What was said and does not stand.
#[derive(Debug, Serialize)]
struct LosingJson<'a> {
    taken_at: Vec<TakenJson>,
    description: Vec<LostJson<&'a str>>,
    location: Vec<LostPlaceJson>,
    people: Vec<LostJson<&'a [String]>>,
}

fn losing(losing: &Losing) -> Option<LosingJson<'_>> {
    let times = losing.taken_at.iter();
    let texts = losing.description.iter();
    let places = losing.location.iter();
    let people = losing.people.iter();
    (!losing.is_empty()).then(|| LosingJson {
        taken_at: times
            .map(|claim| taken(&claim.value, claim.origin.to_string()))
            .collect(),
        description: texts
            .map(|claim| LostJson {
                value: claim.value.as_str(),
                origin: claim.origin.to_string(),
            })
            .collect(),
        location: places
            .map(|claim| LostPlaceJson {
                latitude: claim.value.latitude,
                longitude: claim.value.longitude,
                origin: claim.origin.to_string(),
            })
            .collect(),
        people: people
            .map(|claim| LostJson {
                value: claim.value.as_slice(),
                origin: claim.origin.to_string(),
            })
            .collect(),
    })
}

impl<'a> From<&'a ListedAsset> for AssetJson<'a> {
    fn from(listed: &'a ListedAsset) -> Self {
        let asset = &listed.asset;
        let location = asset.location.as_ref().map(|claim| claim.value);
        Self {
            line: "asset",
            path: &listed.path,
            content_hash: asset.content_hash.to_string(),
            size_bytes: asset.size_bytes,
            media_type: asset.media.media_type.mime(),
            width: asset.media.width,
            height: asset.media.height,
            duration_s: asset.media.duration_ms.map(|ms| ms as f64 / 1000.0),
            taken_at: asset
                .taken_at
                .as_ref()
                .map(|claim| taken(&claim.value, claim.origin.to_string())),
            posted_at: asset.posted_at.as_ref().map(when_text),
            description: asset.description.as_ref().map(|claim| claim.value.as_str()),
            title: asset.title.as_ref().map(|claim| claim.value.as_str()),
            latitude: location.map(|location| location.latitude),
            longitude: location.map(|location| location.longitude),
            altitude_m: location.and_then(|location| location.altitude_m),
            place: asset.place.as_ref().map(|claim| claim.value.as_str()),
            people: &asset.people,
            keywords: &asset.keywords,
            albums: &listed.album_titles,
            favorite: asset.favorite,
            visibility: asset.visibility.as_str(),
            rating: asset.rating,
            by_someone_else: asset.by_someone_else,
            group: asset.group.as_ref(),
            companions: companions(listed),
            items: listed.items.iter().map(item).collect(),
            in_newest_archive: listed.in_newest_archive,
            content_credentials: asset.media.content_credentials,
            origins: asset.origins(),
            losing: losing(&asset.losing),
        }
    }
}

fn companions(listed: &ListedAsset) -> Vec<CompanionJson<'_>> {
    listed
        .companions
        .iter()
        .map(|(role, path)| CompanionJson {
            path,
            role: role.as_str(),
        })
        .collect()
}

fn item(listed: &ListedItem) -> ItemJson<'_> {
    ItemJson {
        provider: &listed.item.provider,
        account: listed.item.account.as_deref(),
        kind: listed.item.kind.as_str(),
        key: &listed.item.key,
        entries: listed
            .entries
            .iter()
            .map(|(part, entry)| EntryJson { part, entry })
            .collect(),
    }
}

fn taken(when: &When, origin: String) -> TakenJson {
    TakenJson {
        local: when.local().map(|_| {
            let local = Clock::Wall(when.for_names());
            when_text(&When {
                clock: local,
                ..*when
            })
        }),
        offset: when.offset_s().map(offset_text),
        utc: when
            .instant()
            .filter(|_| when.precision <= Precision::Minute)
            .map(|instant| instant.to_string()),
        precision: when.precision.as_str(),
        origin,
    }
}

/// Formats a time as RFC 3339, without offset where none is known, cut to the day, month or year where no more is known.
pub fn when_text(when: &When) -> String {
    let names = when.for_names();
    match (when.precision, when.clock) {
        (Precision::Year, _) => names.strftime("%Y").to_string(),
        (Precision::Month, _) => names.strftime("%Y-%m").to_string(),
        (Precision::Day, _) => names.date().to_string(),
        (_, Clock::Zoned { local, offset_s }) => format!("{local}{}", offset_text(offset_s)),
        (_, Clock::Utc(instant)) => instant.to_string(),
        (_, Clock::Wall(local)) => local.to_string(),
    }
}

/// The fate of one entry, in `import --json`.
#[derive(Debug, Serialize)]
pub struct EntryLineJson<'a> {
    #[serde(rename = "type")]
    line: &'static str,
    part: &'a str,
    entry: &'a str,
    outcome: &'static str,
    reason: Option<String>,
    path: Option<&'a str>,
    /// Of a duplicate: the library did not hold it before, the archives given hold it twice.
    repeat: bool,
}

impl<'a> From<&'a EntryLine> for EntryLineJson<'a> {
    fn from(line: &'a EntryLine) -> Self {
        Self {
            line: "entry",
            part: &line.part,
            entry: &line.entry,
            outcome: line.outcome.as_str(),
            reason: line.outcome.reason(),
            path: line.path.as_deref(),
            repeat: line.outcome == Outcome::Repeat,
        }
    }
}

/// A medium named and not held, in `import --json`.
#[derive(Debug, Serialize)]
pub struct MissingJson<'a> {
    #[serde(rename = "type")]
    line: &'static str,
    provider: &'a str,
    account: Option<&'a str>,
    record: &'a str,
    uri: &'a str,
    taken_at: Option<&'a str>,
}

impl<'a> From<&'a MissingLine> for MissingJson<'a> {
    fn from(missing: &'a MissingLine) -> Self {
        Self {
            line: "missing",
            provider: &missing.provider,
            account: missing.account.as_deref(),
            record: &missing.record,
            uri: &missing.uri,
            taken_at: missing.taken_at.as_deref(),
        }
    }
}

/// A file that no reader made sense of, in `import --json`.
#[derive(Debug, Serialize)]
pub struct NotUnderstoodJson<'a> {
    #[serde(rename = "type")]
    line: &'static str,
    provider: &'a str,
    part: &'a str,
    entry: &'a str,
    what: &'a NotUnderstood,
    reason: String,
}

impl<'a> From<&'a NotUnderstoodLine> for NotUnderstoodJson<'a> {
    fn from(line: &'a NotUnderstoodLine) -> Self {
        Self {
            line: "not_understood",
            provider: &line.provider,
            part: &line.part,
            entry: &line.entry,
            what: &line.why,
            reason: line.why.reason(),
        }
    }
}

/// A part with a problem, in `import --json`.
#[derive(Debug, Serialize)]
pub struct ProblemJson<'a> {
    #[serde(rename = "type")]
    line: &'static str,
    part: &'a str,
    problem: String,
}

impl<'a> ProblemJson<'a> {
    /// Returns the line of one problem.
    pub fn new(part: &'a str, problem: String) -> Self {
        Self {
            line: "problem",
            part,
            problem,
        }
    }
}

/// Items of one account, in the report of `import --json`.
#[derive(Debug, Serialize)]
pub struct RecognizedJson<'a> {
    provider: &'a str,
    account: Option<&'a str>,
    items: u64,
}

/// The last line of `import --json`.
#[derive(Debug, Serialize)]
pub struct ReportJson<'a> {
    #[serde(rename = "type")]
    line: &'static str,
    parts: u64,
    entries: u64,
    outcomes: &'a OutcomeCounts,
    repeats: u64,
    items: u64,
    missing: u64,
    not_understood: u64,
    assets_added: u64,
    assets_changed: u64,
    utc_only: u64,
    zoneless: u64,
    bytes_read: u64,
    bytes_written: u64,
    seconds: f64,
    problems: u64,
    accounts: Vec<RecognizedJson<'a>>,
    dry_run: bool,
    interrupted: bool,
    library: String,
}

impl<'a> ReportJson<'a> {
    /// Returns the line of one report.
    pub fn new(report: &'a ImportReport, library: &std::path::Path, dry_run: bool) -> Self {
        let accounts = report
            .recognized
            .iter()
            .map(|(provider, account, items)| RecognizedJson {
                provider,
                account: account.as_deref(),
                items: *items,
            });
        Self {
            line: "report",
            parts: report.parts,
            entries: report.entries,
            outcomes: &report.outcomes,
            repeats: report.repeats,
            items: report.items,
            missing: report.missing.len() as u64,
            not_understood: report.not_understood.len() as u64,
            assets_added: report.assets_added,
            assets_changed: report.assets_changed,
            utc_only: report.utc_only,
            zoneless: report.zoneless,
            bytes_read: report.bytes_read,
            bytes_written: report.bytes_written,
            seconds: report.seconds,
            problems: report.problems.len() as u64,
            accounts: accounts.collect(),
            dry_run,
            interrupted: report.interrupted,
            library: library.display().to_string(),
        }
    }
}

#[cfg(test)]
#[path = "json_tests.rs"]
mod tests;
