//! What a reading did not understand, found without knowing any structure: the closed world.
//!
//! Everything that a provider reads passes by [`Watch`], which notes the media paths that each page and JSON file mentions.
//! What the provider then makes of the file is held against that: a record file that names media and gives none, or not all of them,
//! was not understood. Files the provider did not want to read are read here, for the same question. What nothing explains goes to
//! the catalog, and stops every "complete".

use std::collections::{HashMap, HashSet};
use std::num::NonZeroUsize;

use archive::{Archive, EntryId};
use media::{SNIFF_BYTES, sniff};
use model::kind::Kind;
use model::media_type::MediaClass;
use model::not_understood::{EXAMPLES, NotUnderstood, PathKey, Unless};
use model::outcome::Ignored;
use model::record::{Edition, Record};
use model::shown::shown;
use model::texts::Texts;
use monitor::Monitor;
use provider::{EntryRole, LARGEST_RECORD_FILE, Tree};

use super::trees::ArchiveTree;

/// A file that was not understood, and when that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Doubt {
    /// The file.
    pub id: EntryId,
    /// Why it was not understood.
    pub what: NotUnderstood,
    /// What would take the doubt away.
    pub unless: Unless,
}

/// What a record file gave so far.
#[derive(Default)]
struct Gave {
    named: HashSet<PathKey>,
    albums: u64,
    /// Records of media that have a date wherever a service gives any, and those of them that have one.
    datable: u64,
    dated: u64,
}

/// Records without any date that a file may give before it counts as one whose dates were not found.
const FEW_UNDATED: u64 = 2;

/// Holds what a provider makes of each file against what the file mentions.
pub(crate) struct Judging<'a> {
    tree: &'a ArchiveTree<'a>,
    /// By path of the record file; taken out once the file is judged.
    gave: HashMap<String, Gave>,
    /// Pages and JSON files that nobody read.
    unread: Vec<EntryId>,
    /// Files that the provider's reader reported itself.
    reported: HashSet<EntryId>,
    doubts: Vec<Doubt>,
}

impl<'a> Judging<'a> {
    /// Begins.
    pub(crate) fn new(tree: &'a ArchiveTree<'a>) -> Self {
        Self {
            tree,
            gave: HashMap::new(),
            unread: Vec::new(),
            reported: HashSet::new(),
            doubts: Vec::new(),
        }
    }

    /// A record was given.
    pub(crate) fn record(&mut self, record: &Record) {
        if record.edition == Edition::Unrecorded {
            return;
        }
        if !self.gave.contains_key(&record.source) {
            self.gave.insert(record.source.clone(), Gave::default());
        }
        if let Some(gave) = self.gave.get_mut(&record.source) {
            gave.named.insert(PathKey::of(&record.uri));
            let companions = record.companions.iter();
            gave.named
                .extend(companions.map(|companion| PathKey::of(&companion.uri)));
            let facts = &record.facts;
            let has_dates = !matches!(record.kind, Kind::Profile | Kind::Draft);
            if has_dates && !facts.is_supplement() {
                gave.datable += 1;
                gave.dated += u64::from(facts.taken_at.or(facts.posted_at).is_some());
            }
        }
    }

    /// A path in a file is no medium of its own.
    pub(crate) fn explained(&mut self, id: EntryId, uri: &str) {
        if let Some(node) = self.tree.page(id) {
            let gave = self.gave.entry(node.path.to_string()).or_default();
            gave.named.insert(PathKey::of(uri));
        }
    }

    /// A statement about an album was given.
    pub(crate) fn album(&mut self, source: &str) {
        self.gave.entry(source.to_owned()).or_default().albums += 1;
    }

    /// The provider's reader did not understand a file.
    pub(crate) fn reported(&mut self, id: EntryId, what: NotUnderstood) {
        self.reported.insert(id);
        self.doubt(id, what, Unless::ReadAgain);
    }

    /// The provider said what an entry is: judges it, if it is a page or JSON file.
    pub(crate) fn entry(&mut self, id: EntryId, role: &EntryRole) {
        let Some(node) = self.tree.page(id) else {
            return;
        };
        let path: &str = &node.path;
        let seen = self.tree.watch.all().remove(&id);
        match role {
            EntryRole::Record => {
                if seen.as_ref().is_some_and(|seen| seen.cut_off) {
                    self.lacks(id, "its end is missing, so it was cut off");
                }
                let mentioned = seen.map(|seen| seen.mentioned).unwrap_or_default();
                self.record_file(id, path, &mentioned);
            }
            // By its name it is a record file, and its reader found nothing of one in it.
            EntryRole::Ignored(Ignored::NotAboutMedia)
                if self.tree.provider.record_kind(path).is_some()
                    && !self.reported.contains(&id) =>
            {
                self.lacks(id, "what every record file of its name has");
            }
            EntryRole::Ignored(Ignored::NotAboutMedia | Ignored::Unknown) => match seen {
                Some(seen) => self.not_read(id, &seen.mentioned),
                None => self.unread.push(id),
            },
            _ => {
                self.gave.remove(path);
            }
        }
    }

    fn record_file(&mut self, id: EntryId, path: &str, mentioned: &Texts) {
        let gave = self.gave.remove(path).unwrap_or_default();
        if self.reported.contains(&id) {
            return;
        }
        self.check_number(id, path);
        if gave.datable >= FEW_UNDATED && gave.dated == 0 {
            self.lacks(id, "none of its records has a date that was found");
        }
        if gave.named.is_empty() && (gave.albums == 0 || !mentioned.is_empty()) {
            let kind = self.tree.provider.record_kind(path);
            match (mentioned.is_empty(), kind) {
                (false, _) => self.doubt(id, NotUnderstood::GivesNoMedia, Unless::ReadAgain),
                (true, Some(kind)) => {
                    self.doubt(id, NotUnderstood::GivesNoMedia, Unless::NoneUnnamed(kind));
                }
                (true, None) => {}
            }
            return;
        }
        let mut left = mentioned
            .iter()
            .filter(|path| !gave.named.contains(&PathKey::of(path)));
        let examples: Vec<String> = left.by_ref().take(EXAMPLES).map(str::to_owned).collect();
        if !examples.is_empty() {
            let what = NotUnderstood::NotAllRead {
                count: (examples.len() + left.count()) as u64,
                examples,
            };
            self.doubt(id, what, Unless::ReadAgain);
        }
    }

    /// Lists are numbered from 1: `posts_2` without `posts_1` is a list of which a part is missing.
    fn check_number(&mut self, id: EntryId, path: &str) {
        if self.tree.provider.record_kind(path).is_none() {
            return;
        }
        let Some(before) = number_before(path) else {
            return;
        };
        if !self.tree.pages().any(|other| *other.path == *before) {
            let missing = before.clone();
            self.doubt(
                id,
                NotUnderstood::NumberBefore { missing },
                Unless::Read(before),
            );
        }
    }

    /// A file that is no record file to its provider: it may repeat what record files name, and nothing else.
    fn not_read(&mut self, id: EntryId, paths: &Texts) {
        if !paths.is_empty() && !self.reported.contains(&id) {
            let all: Vec<String> = paths.iter().map(str::to_owned).collect();
            let examples = all.iter().take(EXAMPLES).cloned().collect();
            let what = NotUnderstood::NamesMedia { examples };
            self.doubt(id, what, Unless::AllNamed(all));
        }
    }

    fn lacks(&mut self, id: EntryId, lacks: &str) {
        let lacks = lacks.to_owned();
        self.doubt(
            id,
            NotUnderstood::UnknownStructure { lacks },
            Unless::ReadAgain,
        );
    }

    fn doubt(&mut self, id: EntryId, what: NotUnderstood, unless: Unless) {
        self.doubts.push(Doubt { id, what, unless });
    }

    /// Reads the files nobody read, and returns all doubts. Stops early if the user stops the run: it is repeated then.
    pub(crate) fn finish(mut self, monitor: &dyn Monitor) -> Vec<Doubt> {
        for id in std::mem::take(&mut self.unread) {
            if monitor.stopped() {
                break;
            }
            let Some(node) = self.tree.page(id) else {
                continue;
            };
            match self.tree.read(id, LARGEST_RECORD_FILE) {
                Ok(_) => {
                    let seen = self.tree.watch.all().remove(&node.id);
                    let mentioned = seen.map(|seen| seen.mentioned).unwrap_or_default();
                    self.not_read(id, &mentioned);
                }
                // A part that is cut off or damaged is a problem of its own, named with the entry.
                Err(_) if self.tree.has_problem(id) => {}
                Err(why) => {
                    let reason = shown(&why);
                    self.doubt(id, NotUnderstood::Unreadable { reason }, Unless::ReadAgain);
                }
            }
        }
        self.doubts
    }
}

/// Returns the path of the file numbered before this one: `posts_2.json` has one, `posts_1.json` and `posts.json` have none.
fn number_before(path: &str) -> Option<String> {
    let (stem, extension) = path.rsplit_once('.')?;
    let (name, number) = stem.rsplit_once('_')?;
    // Longer numbers are ids and dates.
    let number: u32 = number
        .parse()
        .ok()
        .filter(|number| (2..1000).contains(number))?;
    Some(format!("{name}_{}.{extension}", number - 1))
}

/// Finds pictures and videos among entries that were left aside for reasons that are no certainty.
pub(crate) fn look_like_media(
    archive: &Archive,
    ids: &[EntryId],
    threads: NonZeroUsize,
) -> Vec<Doubt> {
    let heads = archive.first_bytes(ids, SNIFF_BYTES, threads);
    let found = ids.iter().filter_map(|id| {
        let media_type = sniff(heads.get(id)?)?;
        let is_seen = matches!(media_type.class(), MediaClass::Photo | MediaClass::Video);
        is_seen.then(|| Doubt {
            id: *id,
            what: NotUnderstood::LooksLikeMedia {
                media_type: media_type.mime().to_owned(),
            },
            unless: Unless::ReadAgain,
        })
    });
    found.collect()
}

/// Returns whether an entry left aside for this reason may be the owner's medium all the same.
pub(crate) fn is_uncertain(why: &Ignored) -> bool {
    matches!(
        why,
        Ignored::Unknown | Ignored::Undecided | Ignored::OtherProduct
    )
}
