//! The driver: walks a tree for every provider, so that no provider can forget an entry or read what the user did not ask for.
//!
//! A provider [opens](crate::Provider::open) a [`Reading`] of a tree. The driver asks it for the [`Place`] of every entry, opens the
//! record files, hands each to the reading as an [`Entry`], and tells the [`ItemSink`] what became of the entry: once for each,
//! whatever the provider does. Private messages are left aside here, and nowhere else. Lists of what an archive holds
//! ([`Place::Index`]) come after everything they may list.

use std::collections::BTreeMap;

use archive::Modified;
use model::not_understood::NotUnderstood;
use model::outcome::Ignored;
use model::record::{AlbumRecord, Record};

use crate::{
    EntryRole, ItemSink, LARGEST_RECORD_FILE, Node, PieceId, Provider, ReadOptions, Statements,
    Tree,
};

/// What its path makes of an entry, before anyone opens it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A medium, or a companion of one.
    Media,
    /// A record file.
    Record,
    /// A list of what the archive holds, read after all other record files.
    Index,
    /// Of private messages: left aside unless the user asked for them.
    Private(Private),
    /// Left aside.
    Aside(Ignored),
}

/// What an entry of private messages is, for users who ask for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Private {
    /// A medium.
    Media,
    /// A record file.
    Record,
    /// Neither.
    Other,
}

/// What a record file turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Statements about media, or none today.
    Records,
    /// Something else, which is left aside.
    Aside(Ignored),
}

/// One reading of a tree by a provider.
pub trait Reading {
    /// Returns what an entry is, by its path. What the path alone says of a medium is stated here.
    fn place(&mut self, entry: &mut Entry<'_>) -> Place;

    /// Reads one record file. The error spoils this file only; it is text for [`EntryRole::Failed`].
    fn read(&mut self, file: Entry<'_>) -> Result<Content, String>;

    /// Says what only all files together tell.
    fn finish(&mut self, out: &mut dyn Statements) {
        let _ = out;
    }
}

/// An entry in its turn. What a provider says of it goes to the sink under its id.
pub struct Entry<'a> {
    /// The entry.
    pub node: &'a Node,
    /// Whose data the piece holds in which it lies.
    pub account: Option<&'a str>,
    /// What the user asked for.
    pub options: &'a ReadOptions,
    tree: &'a dyn Tree,
    out: &'a mut dyn Statements,
}

impl<'a> Entry<'a> {
    /// Returns the path of the file below the archive's root.
    pub fn path(&self) -> &'a str {
        &self.node.path
    }

    /// Returns when it was last changed, as its container says.
    pub fn modified(&self) -> Option<Modified> {
        self.tree.modified(self.node.id)
    }

    /// Reads the whole file, of at most [`LARGEST_RECORD_FILE`] bytes.
    pub fn bytes(&self) -> Result<Vec<u8>, String> {
        self.bytes_up_to(LARGEST_RECORD_FILE)
    }

    /// Reads the whole file, of at most `limit` bytes.
    pub fn bytes_up_to(&self, limit: u64) -> Result<Vec<u8>, String> {
        self.tree.read(self.node.id, limit)
    }

    /// States something about a medium.
    pub fn record(&mut self, record: Record) {
        self.out.record(record);
    }

    /// States that the archive lists a medium; see [`Statements::listed`].
    pub fn listed(&mut self, record: Record) {
        self.out.listed(record);
    }

    /// States something about an album.
    pub fn album(&mut self, album: AlbumRecord) {
        self.out.album(album);
    }

    /// Says that a path the file names is no medium of its own.
    pub fn explained(&mut self, uri: &str) {
        self.out.explained(self.node.id, uri);
    }

    /// Reports something odd in the file.
    pub fn warn(&mut self, message: String) {
        self.out.warn(self.node.id, message);
    }

    /// Reports that the file has another structure than those that are known.
    pub fn lacks(&mut self, lacks: String) {
        self.not_understood(NotUnderstood::UnknownStructure { lacks });
    }

    /// Reports what was not understood of it: nothing is "complete" beside that.
    pub fn not_understood(&mut self, why: NotUnderstood) {
        self.out.not_understood(self.node.id, why);
    }
}

impl dyn Provider + '_ {
    /// Reads all record files of the tree and says what each entry is. One bad record file spoils only itself.
    pub fn read(&self, tree: &dyn Tree, options: &ReadOptions, sink: &mut dyn ItemSink) {
        let mut driver = Driver {
            accounts: self.accounts(tree, options.account.as_deref()),
            reading: self.open(tree),
            tree,
            options,
            sink,
        };
        let mut lists = Vec::new();
        for node in tree.nodes() {
            match driver.role(node) {
                Some(role) => driver.sink.entry(node.id, role),
                None => lists.push(node),
            }
        }
        for node in lists {
            let role = driver.read(node);
            driver.sink.entry(node.id, role);
        }
        driver.reading.finish(driver.sink);
    }
}

struct Driver<'a> {
    accounts: BTreeMap<PieceId, String>,
    reading: Box<dyn Reading + 'a>,
    tree: &'a dyn Tree,
    options: &'a ReadOptions,
    sink: &'a mut dyn ItemSink,
}

impl Driver<'_> {
    /// Returns what an entry is. `None`: a list, whose time comes last.
    fn role(&mut self, node: &Node) -> Option<EntryRole> {
        let (reading, mut entry) = self.turn(node);
        let place = reading.place(&mut entry);
        Some(match place {
            Place::Index => return None,
            Place::Private(_) if !self.options.include_messages => {
                EntryRole::Ignored(Ignored::Messages)
            }
            Place::Media | Place::Private(Private::Media) => EntryRole::Media,
            Place::Record | Place::Private(Private::Record) => self.read(node),
            Place::Private(Private::Other) => EntryRole::Ignored(Ignored::NotAboutMedia),
            Place::Aside(why) => EntryRole::Ignored(why),
        })
    }

    fn read(&mut self, node: &Node) -> EntryRole {
        let (reading, entry) = self.turn(node);
        match reading.read(entry) {
            Ok(Content::Records) => EntryRole::Record,
            Ok(Content::Aside(why)) => EntryRole::Ignored(why),
            Err(why) => EntryRole::Failed(why),
        }
    }

    /// Returns the reading and the entry whose turn it is.
    fn turn<'t>(&'t mut self, node: &'t Node) -> (&'t mut (dyn Reading + 't), Entry<'t>) {
        let piece = (!self.accounts.is_empty()).then(|| self.tree.piece(node.id));
        let account = piece.and_then(|piece| self.accounts.get(&piece));
        let entry = Entry {
            node,
            account: account.map(String::as_str),
            options: self.options,
            tree: self.tree,
            out: self.sink,
        };
        (&mut *self.reading, entry)
    }
}

#[cfg(test)]
#[path = "driver_tests.rs"]
mod tests;
