//! Gathers, account by account, what is known: records, media, bytes, journal. Judges nothing.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::{FindingKind, VerifyReport};
use catalog::{Catalog, CatalogError};
use model::asset::Asset;
use model::content_hash::ContentHash;
use model::media_type::{MediaClass, MediaType};
use model::not_understood::UnnamedMedia;
use model::owners::{Differing, Examples, Mark, Owners, mark};
use model::record::{Edition, Record};
use model::time::{Precision, When};

use super::archives::{GivenArchive, Key, archives};
use super::doubts::Doubts;
use super::gaps::Shared;
use super::journal::{Journal, journal};
use super::{CertificateCounts, Gap, NotUnderstoodFile};

/// All that a verdict rests on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Situation {
    /// Provider's name.
    pub provider: String,
    /// Whose account.
    pub account: Option<String>,
    /// Numbers.
    pub counts: CertificateCounts,
    /// Media that records name and no archive so far holds.
    pub missing: Vec<Gap>,
    /// Records that may mean any of several media, or one that no archive so far holds.
    pub doubtful: Vec<Gap>,
    /// Files that are called photos or films, and whose bytes are of no kind anyone here knows.
    pub unreadable: Vec<Gap>,
    /// Files of the account that are gone or not as they were.
    pub damaged: Vec<Gap>,
    /// Media without record, so few that the service itself may have left their records out.
    pub few_unnamed: Vec<UnnamedMedia>,
    /// Files of archives that no reader made sense of.
    pub not_understood: Vec<NotUnderstoodFile>,
    /// What the imports left open.
    pub journal: Journal,
    /// Files which show that archives that name no account are of two people.
    pub two_owners: Vec<String>,
    /// The archives that were given.
    pub archives: Vec<GivenArchive>,
    /// The last import did not come to its end.
    pub unsettled: bool,
    /// Every byte of every file was read just now.
    pub read_everything: bool,
    /// What is wrong with the catalog itself.
    pub catalog_faults: Vec<String>,
    /// All records come from HTML pages.
    pub html_only: bool,
    /// No archive says whose account it is.
    pub without_account: bool,
    /// Items by kind.
    pub kinds: BTreeMap<String, u64>,
    /// First and last day.
    pub days: Option<(String, String)>,
    /// Last day of what other accounts hold.
    pub newest_elsewhere: Option<String>,
    /// Still photos whose size is known.
    pub photos: u64,
    /// Longer side of the middle one.
    pub median_pixels: Option<u32>,
}

/// Gathers the situation of every account.
///
/// # Errors
/// Fails if SQLite does or a row is damaged.
pub(crate) fn situations(
    catalog: &Catalog,
    verified: &VerifyReport,
) -> Result<Vec<Situation>, CatalogError> {
    let mut gathering = Gathering::default();
    let mut doubts = Doubts::load(catalog)?;
    for provider in catalog.providers()? {
        let mut named = doubts.list_for(&provider);
        let mut owners = Owners::default();
        let mut told = Told::new();
        catalog.each_record(&provider, |_, record| {
            owners.add(&record);
            if let Some(named) = &mut named {
                named.add(&record);
            }
            // What a path tells is no record file's word.
            if record.edition != Edition::Unrecorded && !record.facts.is_supplement() {
                told.entry(record.account.clone()).or_default().add(&record);
            } else {
                told.entry(record.account).or_default();
            }
            Ok(())
        })?;
        let examples = examples(catalog, &provider, &owners.differing())?;
        gathering.records(&provider, told, examples.is_empty());
        if !examples.is_empty() {
            let key = gathering.key(&provider, None);
            gathering.account(key).situation.two_owners = examples;
        }
        if let Some(named) = named {
            doubts.named_by(&provider, named);
        }
    }
    catalog.each_missing_record(|id, _, uri| {
        gathering.missing(&catalog.bare_record(id)?.read()?, uri);
        Ok(())
    })?;
    for id in catalog.doubtful_records()? {
        gathering.doubtful(catalog.bare_record(id)?.read()?);
    }
    gathering.assets(catalog)?;
    gathering.damaged(verified);
    let rows = catalog.runs()?;
    let unsettled = catalog.setting("unsettled")?.is_some();
    let of_catalog = |kind| {
        matches!(
            kind,
            FindingKind::CatalogDamaged | FindingKind::CatalogDiffers
        )
    };
    let faults: Vec<String> = verified
        .findings
        .iter()
        .filter(|finding| of_catalog(finding.kind))
        .map(|finding| format!("{}: {}", finding.path, finding.detail))
        .collect();
    let sole = |provider: &str| gathering.sole.get(provider).cloned();
    let mut given = archives(&rows, &sole);
    let mut situations: Vec<Situation> = gathering
        .accounts
        .into_values()
        .map(Account::finish)
        .collect();
    let last_days: Vec<Option<String>> = situations
        .iter()
        .map(|situation| situation.days.as_ref().map(|(_, last)| last.clone()))
        .collect();
    for (at, situation) in situations.iter_mut().enumerate() {
        let others = last_days
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != at);
        situation.newest_elsewhere = others.filter_map(|(_, day)| day.clone()).max();
        situation.not_understood = doubts.of(&situation.provider, situation.account.as_deref());
        situation.few_unnamed =
            doubts.few_unnamed(&situation.provider, situation.account.as_deref());
        situation.journal = journal(&rows, &situation.provider);
        let key = (situation.provider.clone(), situation.account.clone());
        situation.archives = given.remove(&key).unwrap_or_default();
        situation.unsettled = unsettled;
        situation.read_everything = verified.read_everything();
        situation.catalog_faults.clone_from(&faults);
    }
    Ok(situations)
}

/// Returns examples of the files that show two owners.
fn examples(
    catalog: &Catalog,
    provider: &str,
    differing: &Differing,
) -> Result<Vec<String>, CatalogError> {
    let mut examples = Examples::default();
    if !differing.is_empty() {
        catalog.each_record(provider, |_, record| {
            if differing.holds(&record.source) {
                examples.add(&record.source);
            }
            Ok(())
        })?;
    }
    Ok(examples.names())
}

/// What the records of a provider tell, by the account they name.
type Told = BTreeMap<Option<String>, OfRecords>;

/// What the records of an account tell.
#[derive(Default)]
struct OfRecords {
    records: u64,
    named: HashSet<Mark>,
    editions: BTreeSet<Edition>,
}

impl OfRecords {
    fn add(&mut self, record: &Record) {
        self.records += 1;
        self.named.insert(mark(&record.uri));
        self.editions.insert(record.edition);
    }
}

/// One account while it is gathered.
#[derive(Default)]
struct Account {
    situation: Situation,
    named: HashSet<Mark>,
    missing: Vec<Gap>,
    companions_missing: Vec<Gap>,
    editions: BTreeSet<Edition>,
    pixels: Vec<u32>,
}

impl Account {
    fn finish(mut self) -> Situation {
        let mut situation = self.situation;
        // A file that is some record's medium is counted as that, even if it is another's companion.
        let mut companions = self.companions_missing;
        companions.retain(|gap| !self.named.contains(&mark(&gap.what)));
        let counts = &mut situation.counts;
        counts.named = self.named.len() as u64;
        counts.missing = self.missing.len() as u64;
        counts.held = counts.named.saturating_sub(counts.missing);
        counts.companions_missing = companions.len() as u64;
        situation.missing = self.missing;
        situation.missing.append(&mut companions);
        situation.counts.damaged = situation.damaged.len() as u64;
        let by_record = |edition: &Edition| *edition != Edition::Unrecorded;
        situation.html_only = self.editions.contains(&Edition::Html)
            && self.editions.iter().filter(|e| by_record(e)).count() == 1;
        situation.without_account = situation.account.is_none();
        self.pixels.sort_unstable();
        situation.photos = self.pixels.len() as u64;
        situation.median_pixels = self.pixels.get(self.pixels.len() / 2).copied();
        situation
    }
}

#[derive(Default)]
struct Gathering {
    accounts: BTreeMap<Key, Account>,
    /// The only account of a provider that has just one: records that name none are its.
    sole: HashMap<String, String>,
    shared: Shared,
    /// Accounts each file's asset belongs to.
    owners: HashMap<String, BTreeSet<Key>>,
    /// Date of each file's asset.
    dates: HashMap<String, String>,
}

impl Gathering {
    fn key(&self, provider: &str, account: Option<&String>) -> Key {
        let account = account.or_else(|| self.sole.get(provider)).cloned();
        (provider.to_owned(), account)
    }

    fn account(&mut self, key: Key) -> &mut Account {
        self.accounts.entry(key.clone()).or_insert_with(|| Account {
            situation: Situation {
                provider: key.0,
                account: key.1,
                ..Situation::default()
            },
            ..Account::default()
        })
    }

    /// `one_owner`: what names no account may be the only account's that there is.
    fn records(&mut self, provider: &str, told: Told, one_owner: bool) {
        let named: Vec<&String> = told.keys().flatten().collect();
        if let (true, [only]) = (one_owner, &named[..]) {
            self.sole.insert(provider.to_owned(), (*only).clone());
        }
        for (account, of_records) in told {
            if of_records.records == 0 {
                continue;
            }
            let key = self.key(provider, account.as_ref());
            let account = self.account(key);
            account.situation.counts.records += of_records.records;
            account.editions.extend(of_records.editions);
            match account.named.is_empty() {
                true => account.named = of_records.named,
                false => account.named.extend(of_records.named),
            }
        }
    }

    /// A medium that several records name is one gap. They come by medium.
    fn missing(&mut self, record: &Record, uri: &str) {
        let when = record.facts.taken_at.or(record.facts.posted_at);
        let key = self.key(&record.provider, record.account.as_ref());
        let is_own = uri == record.uri;
        let mut shared = std::mem::take(&mut self.shared);
        let account = self.account(key);
        let gaps = match is_own {
            true => &mut account.missing,
            false => &mut account.companions_missing,
        };
        shared.add(gaps, uri, &record.source, when.as_ref().map(day));
        // An index page lists a file without being a record of it: then the file is named by this alone.
        if is_own {
            account.named.insert(mark(&uri));
        }
        self.shared = shared;
    }

    fn doubtful(&mut self, record: Record) {
        let key = self.key(&record.provider, record.account.as_ref());
        let account = self.account(key);
        account.situation.doubtful.push(Gap {
            date: record.facts.taken_at.as_ref().map(|when| day(when).into()),
            what: record.uri.into(),
            records: vec![record.source.into()],
            why: "several photos have its title and second, and nothing tells which of them it is, or whether it is one more"
                .into(),
            to_do: "look on the service how many there are, and compare".into(),
        });
    }

    fn assets(&mut self, catalog: &Catalog) -> Result<(), CatalogError> {
        let mut files: HashMap<ContentHash, Vec<String>> = HashMap::new();
        for row in catalog.placed_files()? {
            files.entry(row.asset_hash).or_default().push(row.path);
        }
        catalog.assets(|path, asset| {
            let mut paths = files.remove(&asset.content_hash).unwrap_or_default();
            if !paths.contains(&path) {
                paths.push(path);
            }
            self.asset(&asset, &paths);
        })
    }

    fn asset(&mut self, asset: &Asset, paths: &[String]) {
        let date = asset.taken_at.as_ref().map(|claim| day(&claim.value));
        let keys: BTreeSet<Key> = asset
            .items
            .iter()
            .map(|item| self.key(&item.provider, item.account.as_ref()))
            .collect();
        for item in &asset.items {
            let key = self.key(&item.provider, item.account.as_ref());
            let kinds = &mut self.account(key).situation.kinds;
            *kinds.entry(item.kind.as_str().to_owned()).or_default() += 1;
        }
        for key in &keys {
            let account = self.account(key.clone());
            let unreadable = &mut account.situation.unreadable;
            unreadable.extend(unreadable_file(asset, paths.first(), date.as_ref()));
            // Subtitles whose video is not there are a file, and no photo.
            let is_text = asset.media.media_type.class() == MediaClass::Text;
            account.situation.counts.assets += u64::from(!is_text);
            account.situation.counts.files += paths.len() as u64;
            account.pixels.extend(longer_side(asset));
            if let Some(date) = &date {
                let days = &mut account.situation.days;
                let (first, last) = days.take().unwrap_or((date.clone(), date.clone()));
                *days = Some((first.min(date.clone()), last.max(date.clone())));
            }
        }
        for path in paths {
            self.owners.insert(path.clone(), keys.clone());
            if let Some(date) = &date {
                self.dates.insert(path.clone(), date.clone());
            }
        }
    }

    /// A file of which nobody knows whose it was counts for every account: better one doubt too many.
    fn damaged(&mut self, verified: &VerifyReport) {
        for finding in verified.findings.iter().filter(|f| f.kind.is_loss()) {
            let gap = Gap {
                date: self
                    .dates
                    .get(&finding.path)
                    .map(|date| date.as_str().into()),
                what: finding.path.as_str().into(),
                records: Vec::new(),
                why: format!("{}: {}", finding.kind.as_str(), finding.detail).into(),
                to_do:
                    "restore it with `albumen verify --repair PATH` from the archive that held it"
                        .into(),
            };
            let owners = match self.owners.get(&finding.path) {
                Some(owners) => owners.clone(),
                None => self.accounts.keys().cloned().collect(),
            };
            for key in owners {
                self.account(key).situation.damaged.push(gap.clone());
            }
        }
    }
}

/// Says of a file that is called a photo or film and is none by its bytes: nobody knows what the service should have given.
fn unreadable_file(asset: &Asset, path: Option<&String>, date: Option<&String>) -> Option<Gap> {
    let named = MediaType::of_name(&format!("x.{}", asset.extension));
    let other = |media_type: Option<MediaType>| media_type == Some(MediaType::Other);
    let is_odd = other(Some(asset.media.media_type)) && named.is_some() && !other(named);
    is_odd.then(|| Gap {
        date: date.map(|date| date.as_str().into()),
        what: path.unwrap_or(&asset.name).as_str().into(),
        records: Vec::new(),
        why: "its bytes are of no photo, video or sound format albumen knows; they are kept as they came".into(),
        to_do: "open it, and compare it with what the service shows".into(),
    })
}

/// Returns the longer side of a still photo.
fn longer_side(asset: &Asset) -> Option<u32> {
    let still = asset.media.media_type.class() == MediaClass::Photo;
    asset.media.width.max(asset.media.height).filter(|_| still)
}

/// Returns the day, or the month or year where no more is known.
fn day(when: &When) -> String {
    let date = when.for_names().date();
    match when.precision {
        Precision::Month => date.strftime("%Y-%m").to_string(),
        Precision::Year => date.strftime("%Y").to_string(),
        _ => date.to_string(),
    }
}
