//! An archive in memory and a sink that keeps what it hears: every provider's tests of reading run on these.

use std::collections::BTreeMap;

use archive::{EntryId, Modified};
use model::not_understood::NotUnderstood;
use model::record::{AlbumRecord, Record};

use crate::{EntryRole, ItemSink, Node, Provider, ReadOptions, Statements, Tree};

/// Bytes of a file that cannot be read.
pub(crate) const UNREADABLE: &str = "<unreadable>";

/// Files of an archive in memory. The id of a file is its place in the list it came from.
#[derive(Default)]
pub(crate) struct Files {
    pub(crate) nodes: Vec<Node>,
    /// When every file was last changed.
    pub(crate) modified: Option<Modified>,
    files: Vec<File>,
}

struct File {
    part: String,
    bytes: Vec<u8>,
}

impl Files {
    /// All files lie in one part: name, path and bytes.
    pub(crate) fn in_part<B: AsRef<[u8]>>(part: &str, files: &[(&str, B)]) -> Self {
        let mut tree = Self::default();
        files
            .iter()
            .for_each(|(path, bytes)| tree.add(part, path, bytes.as_ref()));
        tree
    }

    /// Every file says in which part it lies: part, path and bytes.
    pub(crate) fn in_parts(files: &[(&str, &str, &str)]) -> Self {
        let mut tree = Self::default();
        files
            .iter()
            .for_each(|(part, path, text)| tree.add(part, path, text.as_bytes()));
        tree
    }

    fn add(&mut self, part: &str, path: &str, bytes: &[u8]) {
        let id = EntryId(self.files.len());
        let at = self.nodes.partition_point(|node| *node.path <= *path);
        let path = path.into();
        self.nodes.insert(at, Node { id, path });
        self.files.push(File {
            part: part.to_owned(),
            bytes: bytes.to_vec(),
        });
    }

    /// Reads the files as an import does.
    pub(crate) fn read(&self, provider: &dyn Provider, options: &ReadOptions) -> Heard {
        let mut heard = Heard::default();
        provider.read(self, options, &mut heard);
        assert_eq!(
            heard.roles.len(),
            self.files.len(),
            "every entry has a role"
        );
        heard
    }
}

impl Tree for Files {
    fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    fn part_names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.files.iter().map(|file| file.part.clone()).collect();
        let mut seen = std::collections::BTreeSet::new();
        names.retain(|name| seen.insert(name.clone()));
        names
    }

    fn part_name(&self, id: EntryId) -> String {
        self.files[id.0].part.clone()
    }

    fn size_bytes(&self, id: EntryId) -> u64 {
        self.files[id.0].bytes.len() as u64
    }

    fn modified(&self, _: EntryId) -> Option<Modified> {
        self.modified
    }

    fn read(&self, id: EntryId, limit: u64) -> Result<Vec<u8>, String> {
        let bytes = &self.files[id.0].bytes;
        match bytes.len() as u64 <= limit {
            true if bytes == UNREADABLE.as_bytes() => Err("checksum differs".to_owned()),
            true => Ok(bytes.clone()),
            false => Err("too large".to_owned()),
        }
    }
}

/// What a provider said.
#[derive(Default)]
pub(crate) struct Heard {
    pub(crate) records: Vec<Record>,
    pub(crate) listed: Vec<Record>,
    pub(crate) albums: Vec<AlbumRecord>,
    pub(crate) roles: BTreeMap<usize, EntryRole>,
    pub(crate) warnings: Vec<String>,
    pub(crate) not_understood: Vec<(usize, NotUnderstood)>,
    pub(crate) explained: Vec<String>,
}

impl Heard {
    /// Returns what was not understood, in words.
    pub(crate) fn lacks(&self) -> Vec<String> {
        let whys = self.not_understood.iter();
        whys.map(|(_, why)| why.reason()).collect()
    }
}

impl Statements for Heard {
    fn record(&mut self, record: Record) {
        self.records.push(record);
    }

    fn listed(&mut self, record: Record) {
        self.listed.push(record);
    }

    fn album(&mut self, album: AlbumRecord) {
        self.albums.push(album);
    }

    fn explained(&mut self, _: EntryId, uri: &str) {
        self.explained.push(uri.to_owned());
    }

    fn warn(&mut self, _: EntryId, message: String) {
        self.warnings.push(message);
    }

    fn not_understood(&mut self, id: EntryId, why: NotUnderstood) {
        self.not_understood.push((id.0, why));
    }
}

impl ItemSink for Heard {
    fn entry(&mut self, id: EntryId, role: EntryRole) {
        assert_eq!(self.roles.insert(id.0, role), None, "told once");
    }
}
