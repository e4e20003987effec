//! Gathers, account by account, what is known: records, media, bytes, journal. Judges nothing.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::catalog::{Catalog, CatalogError};
use crate::model::asset::Asset;
use crate::model::content_hash::ContentHash;
use crate::model::media_type::{MediaClass, MediaType};
use crate::model::not_understood::UnnamedMedia;
use crate::model::owners::two_owners;
use crate::model::record::{Edition, Extras, Record, RecordFacts};
use crate::model::time::{Precision, When};
use crate::verify::{FindingKind, VerifyReport};

use super::archives::{GivenArchive, Key, archives};
use super::doubts::Doubts;
use super::journal::{Journal, journal};
use super::{CertificateCounts, Gap, NotUnderstoodFile};

/// All that a verdict rests on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Situation {
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
pub fn situations(
    catalog: &Catalog,
    verified: &VerifyReport,
) -> Result<Vec<Situation>, CatalogError> {
    let mut gathering = Gathering::default();
    let mut doubts = Doubts::load(catalog)?;
    for provider in catalog.providers()? {
        let (evidence, _) = catalog.evidence_without(&provider, &[], &lighten)?;
        let examples = two_owners(&evidence.records);
        gathering.records(&provider, &evidence.records, examples.is_empty());
        if !examples.is_empty() {
            let key = gathering.key(&provider, None);
            gathering.account(key).situation.two_owners = examples;
        }
        doubts.named_by(&provider, &evidence.records);
    }
    catalog.each_missing_record(|id, _, uri| {
        gathering.missing(catalog.bare_record(id)?.read()?, uri.to_owned());
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

/// Takes everything away but what a record names, and where: of half a million records the rest is much memory.
fn lighten(record: &mut Record) {
    let supplement = record.facts.is_supplement();
    record.facts = RecordFacts::default();
    record.facts.extras = supplement.then(|| {
        Box::new(Extras {
            supplement,
            ..Extras::default()
        })
    });
}

/// One account while it is gathered.
#[derive(Default)]
struct Account {
    situation: Situation,
    named: BTreeSet<String>,
    missing: BTreeMap<String, Gap>,
    companions_missing: BTreeMap<String, Gap>,
    editions: BTreeSet<Edition>,
    pixels: Vec<u32>,
}

impl Account {
    fn finish(mut self) -> Situation {
        let mut situation = self.situation;
        // A file that is some record's medium is counted as that, even if it is another's companion.
        let companions = self.companions_missing.into_iter();
        let companions: Vec<Gap> = companions
            .filter(|(uri, _)| !self.named.contains(uri))
            .map(|(_, gap)| gap)
            .collect();
        let counts = &mut situation.counts;
        counts.named = self.named.len() as u64;
        counts.missing = self.missing.len() as u64;
        counts.held = counts.named.saturating_sub(counts.missing);
        counts.companions_missing = companions.len() as u64;
        situation.missing = self.missing.into_values().chain(companions).collect();
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
    fn records(&mut self, provider: &str, records: &[Record], one_owner: bool) {
        let named: BTreeSet<&String> = records.iter().filter_map(|r| r.account.as_ref()).collect();
        if let (true, [only]) = (one_owner, &named.into_iter().collect::<Vec<_>>()[..]) {
            self.sole.insert(provider.to_owned(), (*only).clone());
        }
        // What a path tells is no record file's word.
        let by_files = |record: &&Record| {
            record.edition != Edition::Unrecorded && !record.facts.is_supplement()
        };
        for record in records.iter().filter(by_files) {
            let key = self.key(provider, record.account.as_ref());
            let account = self.account(key);
            account.situation.counts.records += 1;
            account.named.insert(record.uri.clone());
            account.editions.insert(record.edition);
        }
    }

    /// A medium that several records name is one gap.
    fn missing(&mut self, record: Record, uri: String) {
        let when = record.facts.taken_at.or(record.facts.posted_at);
        let key = self.key(&record.provider, record.account.as_ref());
        let account = self.account(key);
        let date = when.as_ref().map(day);
        let gaps = match uri == record.uri {
            true => &mut account.missing,
            false => &mut account.companions_missing,
        };
        let gap = gaps.entry(uri.clone()).or_insert_with(|| Gap {
            date: None,
            what: uri.clone(),
            records: Vec::new(),
            why: "no archive given so far holds it".to_owned(),
            to_do: String::new(),
        });
        // Of several dates the earliest known.
        gap.date = gap.date.take().into_iter().chain(date).min();
        gap.to_do = match &gap.date {
            Some(date) => format!(
                "ask for a new archive that covers {date}, or import the part that holds it"
            ),
            None => {
                "ask for a new archive with all dates, or import the part that holds it".to_owned()
            }
        };
        if let Err(at) = gap.records.binary_search(&record.source) {
            gap.records.insert(at, record.source);
        }
        // An index page lists a file without being a record of it: then the file is named by this alone.
        if uri == record.uri {
            account.named.insert(uri);
        }
    }

    fn doubtful(&mut self, record: Record) {
        let key = self.key(&record.provider, record.account.as_ref());
        let account = self.account(key);
        account.situation.doubtful.push(Gap {
            date: record.facts.taken_at.as_ref().map(day),
            what: record.uri,
            records: vec![record.source],
            why: "several photos have its title and second, and nothing tells which of them it is, or whether it is one more"
                .to_owned(),
            to_do: "look on the service how many there are, and compare".to_owned(),
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
                date: self.dates.get(&finding.path).cloned(),
                what: finding.path.clone(),
                records: Vec::new(),
                why: format!("{}: {}", finding.kind.as_str(), finding.detail),
                to_do: "fetch it again with `albumen verify --repair PATH` from the archive that held it"
                    .to_owned(),
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
        date: date.cloned(),
        what: path.cloned().unwrap_or_else(|| asset.name.clone()),
        records: Vec::new(),
        why: "its bytes are of no photo, video or sound format albumen knows; they are kept as they came".to_owned(),
        to_do: "open it, and compare it with what the service shows".to_owned(),
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
