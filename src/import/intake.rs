//! Lets a provider read its record files and puts what they say into the catalog.

use std::collections::HashMap;

use jiff::civil::Date;

use archive::EntryId;
use catalog::{CatalogError, Told, Writing};
use model::bounds::{bound_album, bound_record};
use model::content_hash::ContentHash;
use model::evidence::{Evidence, MediaEntry};
use model::not_understood::NotUnderstood;
use model::record::{AlbumRecord, Record};
use monitor::{Monitor, Warning};
use provider::{EntryRole, ItemSink, ReadOptions, Statements, Tree};

use super::ImportOptions;
use super::trees::ArchiveTree;
use super::understood::{Doubt, Judging};

/// Days asked for; both ends count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Dates {
    /// First day.
    pub since: Option<Date>,
    /// Last day.
    pub until: Option<Date>,
}

impl Dates {
    /// Returns whether any day was asked for.
    pub(crate) fn given(&self) -> bool {
        self.since.is_some() || self.until.is_some()
    }

    /// Returns whether a record is wanted: taken (else posted) on a day asked for, or on no day that is known.
    fn want(&self, record: &Record) -> bool {
        let when = record.facts.taken_at.or(record.facts.posted_at);
        let Some(day) = when.map(|when| when.for_names().date()) else {
            return true;
        };
        self.since.is_none_or(|since| since <= day) && self.until.is_none_or(|until| day <= until)
    }
}

/// What each entry of a tree is, by the number of the entry: of hundreds of thousands a map would take several times the room.
#[derive(Default)]
pub(crate) struct Roles(Vec<Option<EntryRole>>);

impl Roles {
    /// Notes what an entry is; what was said of it before does not count any more.
    pub(crate) fn insert(&mut self, id: EntryId, role: EntryRole) {
        if self.0.len() <= id.0 {
            self.0.resize(id.0 + 1, None);
        }
        self.0[id.0] = Some(role);
    }

    /// Returns what an entry is, if that was said.
    pub(crate) fn get(&self, id: EntryId) -> Option<&EntryRole> {
        self.0.get(id.0)?.as_ref()
    }
}

/// What reading one tree told, beside what went into the catalog.
#[derive(Default)]
pub(crate) struct Intake {
    /// What each entry is.
    pub roles: Roles,
    /// Entries whose records all lie outside the dates asked for.
    pub outside_dates: Vec<EntryId>,
    /// Statements read.
    pub items: u64,
    /// Accounts named, most statements first wins in reports.
    pub accounts: HashMap<Option<String>, u64>,
    /// Files that no reader made sense of.
    pub doubts: Vec<Doubt>,
}

impl Intake {
    /// Says whose the tree is, and how many items it describes.
    pub(crate) fn told(&self) -> Told {
        // Parts that do not tell belong to an account that another part tells.
        let accounts = self.accounts.iter();
        let most = accounts.max_by_key(|(name, count)| (name.is_some(), *count, *name));
        Told {
            account: most.and_then(|(name, _)| name.clone()),
            items: self.items,
        }
    }
}

/// Returns the options that change what a provider reads.
pub(crate) fn read_options(options: &ImportOptions) -> ReadOptions {
    ReadOptions {
        account: options.account.clone(),
        include_messages: options.include_messages,
        html_offset_s: options.html_offset_s,
    }
}

/// Reads a tree into an open transaction.
///
/// # Errors
/// Fails only if the catalog does; a bad record file is a role, not an error.
pub(crate) fn read_tree(
    tree: &ArchiveTree<'_>,
    options: &ImportOptions,
    writing: &Writing<'_>,
    monitor: &dyn Monitor,
) -> Result<Intake, CatalogError> {
    let read_options = read_options(options);
    let mut sink = Sink {
        judging: Judging::new(tree),
        tree,
        writing,
        monitor,
        dates: Dates {
            since: options.since,
            until: options.until,
        },
        intake: Intake::default(),
        wanted: Vec::new(),
        unwanted: Vec::new(),
        error: None,
    };
    tree.provider.read(tree, &read_options, &mut sink);
    if let Some(error) = sink.error {
        return Err(error);
    }
    let mut intake = sink.intake;
    intake.doubts = sink.judging.finish(monitor);
    if !sink.unwanted.is_empty() {
        intake.outside_dates = outside_dates(tree, sink.wanted, sink.unwanted);
    }
    Ok(intake)
}

struct Sink<'a> {
    judging: Judging<'a>,
    tree: &'a ArchiveTree<'a>,
    writing: &'a Writing<'a>,
    monitor: &'a dyn Monitor,
    dates: Dates,
    intake: Intake,
    wanted: Vec<Record>,
    unwanted: Vec<Record>,
    error: Option<CatalogError>,
}

impl Statements for Sink<'_> {
    fn record(&mut self, record: Record) {
        // What only says more of an item is none itself.
        let items = u64::from(!record.facts.is_supplement());
        self.intake.items += items;
        let accounts = &mut self.intake.accounts;
        *accounts.entry(record.account.clone()).or_default() += items;
        self.judging.record(&record);
        self.take(record);
    }

    fn listed(&mut self, record: Record) {
        self.take(record);
    }

    fn album(&mut self, mut album: AlbumRecord) {
        bound_album(&mut album);
        self.judging.album(&album.source);
        if self.error.is_none() {
            self.error = self.writing.add_album(&album).err();
        }
    }

    fn explained(&mut self, id: EntryId, uri: &str) {
        self.judging.explained(id, uri);
    }

    fn warn(&mut self, id: EntryId, message: String) {
        let path = self.tree.nodes().iter().find(|node| node.id == id);
        let entry = path.map_or("", |node| &*node.path);
        self.monitor.warn(Warning {
            subject: model::shown::shown(&format!("{}: {entry}", self.tree.part_name(id))),
            message,
        });
    }

    fn not_understood(&mut self, id: EntryId, why: NotUnderstood) {
        self.judging.reported(id, why);
    }
}

impl ItemSink for Sink<'_> {
    fn entry(&mut self, id: EntryId, role: EntryRole) {
        self.judging.entry(id, &role);
        self.intake.roles.insert(id, role);
    }
}

impl Sink<'_> {
    /// Puts a statement into the catalog, if its date was asked for.
    fn take(&mut self, mut record: Record) {
        bound_record(&mut record);
        let wanted = self.dates.want(&record);
        if wanted && self.error.is_none() {
            self.error = self.writing.add_record(&record).err();
        }
        if self.dates.given() {
            let bare = Record {
                raw: serde_json::Value::Null,
                ..record
            };
            if wanted {
                self.wanted.push(bare);
            } else {
                self.unwanted.push(bare);
            }
        }
    }
}

/// Finds the entries that only unwanted records name, by linking what was read just now.
fn outside_dates(
    tree: &ArchiveTree<'_>,
    wanted: Vec<Record>,
    unwanted: Vec<Record>,
) -> Vec<EntryId> {
    let first_unwanted = wanted.len();
    let nodes = tree.nodes();
    let evidence = Evidence {
        records: wanted.into_iter().chain(unwanted).collect(),
        albums: Vec::new(),
        media: nodes
            .iter()
            .map(|node| MediaEntry {
                provider: tree.provider.about().name.to_owned(),
                export: tree.named_export_of(node.id),
                path: node.path.to_string(),
                content_hash: ContentHash([0; 32]),
                content_id: None,
                taken: None,
            })
            .collect(),
    };
    let mut named: HashMap<usize, bool> = HashMap::new();
    for link in tree.provider.link(&evidence).links {
        if let Some(media) = link.media {
            let inside = link.record < first_unwanted;
            *named.entry(media).or_default() |= inside;
        }
    }
    named
        .into_iter()
        .filter(|(_, inside)| !inside)
        .map(|(media, _)| nodes[media].id)
        .collect()
}
