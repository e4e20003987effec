//! Reads the record files of a Google Photos archive and says what each entry is.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::classify::is_system_file;
use crate::driver::{self, Entry, Place, Reading};
use crate::{Node, Statements, Tree};
use archive::EntryId;
use model::kind::{Kind, Visibility};
use model::not_understood::NotUnderstood;
use model::outcome::Ignored;
use model::record::{AlbumRecord, Edition, Record, RecordFacts};
use model::shown::shown;

use super::NAME;
use super::albums::{album_by_name, membership};
use super::extensions::is_media;
use super::folders::{FolderKind, is_googles_year, kind, split_path};
use super::layout::{export_id, is_service, is_sidecar_name};
use super::listed::{self, Held, is_index_page};
use super::manifest::manifest;
use super::names::{Spelling, medium_name, nfc, predict, readings, split};
use super::records::{Album, Content, Item, parse, resembles_album};

/// Largest JSON file that is read, in bytes. Sidecars have a few thousand; comments on an album stay far below this.
const LARGEST_JSON: u64 = 16 << 20;

/// Files beside media that are neither media nor records; what has another or no extension may be a medium.
const OTHER_FILES: &[&str] = &[".html", ".htm", ".csv", ".pdf", ".txt", ".xml"];

/// Returns the folder of a path without its file name, or nothing.
fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Which folders hold photos.
struct Folders {
    /// Folders whose children are photo folders.
    services: BTreeSet<String>,
    /// Folders that hold sidecars themselves.
    direct: BTreeSet<String>,
}

impl Folders {
    /// Finds the service folder in any language: by name, by a year folder in it, or by sidecars in its folders.
    fn find(tree: &dyn Tree) -> Self {
        let mut folders = Self {
            services: BTreeSet::new(),
            direct: BTreeSet::new(),
        };
        let mut probes: BTreeMap<&str, Vec<&Node>> = BTreeMap::new();
        for node in tree.nodes() {
            let folder = folder_of(&node.path);
            folders.note_names(folder);
            if is_sidecar_name(split_path(&node.path).1) {
                probes.entry(folder).or_default().push(node);
            }
        }
        for (folder, sidecars) in probes {
            if !folders.holds(folder) && sidecars.iter().any(|node| is_item(tree, node)) {
                folders.direct.insert(folder.to_owned());
                if !folder.is_empty() {
                    folders.services.insert(folder_of(folder).to_owned());
                }
            }
        }
        folders
    }

    fn note_names(&mut self, folder: &str) {
        let mut outer = folder;
        while !outer.is_empty() {
            let (parent, name) = outer.rsplit_once('/').unwrap_or(("", outer));
            if is_service(name) {
                self.services.insert(outer.to_owned());
            } else if is_googles_year(name) {
                self.services.insert(parent.to_owned());
            }
            outer = parent;
        }
    }

    /// Says whether a folder holds photos: the service folder, those in it, and whatever someone nested there.
    fn holds(&self, folder: &str) -> bool {
        let mut outer = folder;
        loop {
            if self.direct.contains(outer) || self.services.contains(outer) {
                return true;
            }
            if outer.is_empty() {
                return false;
            }
            outer = folder_of(outer);
        }
    }

    /// Returns the exports of which some folder shows that it holds photos: other folders of theirs are other products'.
    fn exports(&self, tree: &dyn Tree) -> BTreeSet<Option<String>> {
        let mut exports = BTreeSet::new();
        let mut held: Option<(&str, bool)> = None;
        for node in tree.nodes() {
            let folder = folder_of(&node.path);
            let holds = match held {
                Some((last, holds)) if last == folder => holds,
                _ => self.holds(folder),
            };
            held = Some((folder, holds));
            if holds {
                exports.insert(export_of(tree, node.id));
            }
        }
        exports
    }

    /// Says whether files of this folder lie beside the photo folders, not in one.
    fn is_top(&self, folder: &str) -> bool {
        self.services.contains(folder) && !self.direct.contains(folder)
    }
}

/// Returns the export an entry belongs to: as the folder its part was unpacked into tells, else the part's own name.
fn export_of(tree: &dyn Tree, id: EntryId) -> Option<String> {
    tree.piece_names(id).iter().find_map(|name| export_id(name))
}

fn is_item(tree: &dyn Tree, node: &Node) -> bool {
    let bytes = tree.read(node.id, LARGEST_JSON);
    bytes.is_ok_and(|bytes| matches!(parse(&bytes), Ok(Content::Item(_))))
}

/// Reads the record files of one tree.
pub(crate) struct Reader<'a> {
    tree: &'a dyn Tree,
    folders: Folders,
    /// Top folders of other products that hold media, warned of once.
    warned: BTreeSet<String>,
    /// Exports whose photo folders are known.
    told: BTreeSet<Option<String>>,
    /// Sidecars that could not be read.
    unread: HashSet<EntryId>,
    /// Fields of sidecars that no list knows, with the first sidecar that has each.
    strange: BTreeMap<String, EntryId>,
    /// What was read, as index pages ask for it.
    held: Option<Held>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(tree: &'a dyn Tree) -> Self {
        let folders = Folders::find(tree);
        Self {
            tree,
            told: folders.exports(tree),
            folders,
            warned: BTreeSet::new(),
            unread: HashSet::new(),
            strange: BTreeMap::new(),
            held: None,
        }
    }
}

impl Reading for Reader<'_> {
    fn place(&mut self, entry: &mut Entry<'_>) -> Place {
        let (_, file) = split_path(entry.path());
        if is_index_page(file) {
            return Place::Index;
        }
        if is_system_file(entry.path()) {
            return Place::Aside(Ignored::SystemFile);
        }
        if !self.folders.holds(folder_of(entry.path())) {
            return Place::Aside(self.other_product(entry));
        }
        let ext = split(file).1.to_lowercase();
        match ext.as_str() {
            ".json" => Place::Record,
            ext if OTHER_FILES.contains(&ext) && !self.has_sidecar(entry.node) => {
                Place::Aside(Ignored::Unknown)
            }
            _ => Place::Media,
        }
    }

    fn read(&mut self, mut file: Entry<'_>) -> Result<driver::Content, String> {
        if is_index_page(split_path(file.path()).1) {
            return self.index_page(&mut file);
        }
        let content = self.json(&mut file);
        if content.is_err() {
            self.unread.insert(file.node.id);
        }
        content
    }

    /// Each field once: a new one of Google's stands in every sidecar.
    fn finish(&mut self, out: &mut dyn Statements) {
        for (key, id) in std::mem::take(&mut self.strange) {
            let lacks = format!(
                "its field {:?} looks like a fact, and is none that albumen reads",
                shown(&key)
            );
            out.not_understood(id, NotUnderstood::UnknownStructure { lacks });
        }
    }
}

impl Reader<'_> {
    /// What has a sidecar of its own is the owner's, of whatever kind it is.
    fn has_sidecar(&self, node: &Node) -> bool {
        let folder = folder_of(&node.path);
        let name = nfc(split_path(&node.path).1);
        let nodes = self.tree.nodes();
        let is_there = |file: &str| {
            let path = match folder {
                "" => file.to_owned(),
                _ => format!("{folder}/{file}"),
            };
            nodes
                .binary_search_by(|node| (*node.path).cmp(&path))
                .is_ok()
        };
        readings(&name)
            .iter()
            .flat_map(predict)
            .filter(|prediction| prediction.spelling == Spelling::Full)
            .any(|prediction| is_there(&prediction.name))
    }

    /// A part may hold media of Google Photos only and be in a language no list has: then nothing shows what they are.
    fn other_product(&mut self, entry: &mut Entry<'_>) -> Ignored {
        let (folder, file) = split_path(entry.path());
        let is_told = self.told.contains(&self.export(entry.node.id));
        let top = entry.path().split('/').next().unwrap_or_default();
        if is_media(split(file).1) && !folder.is_empty() && self.warned.insert(top.to_owned()) {
            let why = match is_told {
                true => "it is another product's folder beside that of Google Photos",
                false => {
                    "nothing shows that it is the folder of Google Photos; if it is, import all parts of the \
                     export together"
                }
            };
            let message = format!("media in {:?} are left aside: {why}", shown(top));
            entry.warn(message);
        }
        match is_told || folder.is_empty() {
            true => Ignored::OtherProduct,
            false => Ignored::Undecided,
        }
    }

    /// What was read. A sidecar that cannot be read is not held: what it says is missing all the same.
    fn held(&self) -> Held {
        let mut held = Held::default();
        for node in self.tree.nodes() {
            if !self.unread.contains(&node.id) {
                held.add(self.export(node.id).as_deref(), &node.path);
            }
        }
        held
    }

    /// Notes what the index page lists and was not read.
    fn index_page(&mut self, file: &mut Entry<'_>) -> Result<driver::Content, String> {
        let files = manifest(&file.bytes()?).map_err(|why| shown(&why))?;
        let held = match self.held.take() {
            Some(held) => held,
            None => self.held(),
        };
        for listed in files {
            let by = (file.path(), self.export(file.node.id), account(file));
            if let Some(record) = listed::record(&listed, &held, by) {
                file.listed(record);
            }
        }
        self.held = Some(held);
        Ok(driver::Content::Records)
    }

    fn json(&mut self, file: &mut Entry<'_>) -> Result<driver::Content, String> {
        let at_top = self.folders.is_top(folder_of(file.path()));
        let bytes = file.bytes_up_to(LARGEST_JSON)?;
        let content = parse(&bytes).map_err(|why| format!("broken JSON: {}", shown(&why)))?;
        let is_sidecar = is_sidecar_name(split_path(file.path()).1);
        Ok(match content {
            Content::Item(item) => self.item(file, *item),
            Content::Album(_) | Content::Other if is_sidecar => {
                renamed(file, "no photoTakenTime, as every sidecar has")
            }
            Content::Album(album) if !at_top && self.is_album_file(file.node, &album) => {
                self.album(file, album)
            }
            Content::Other if !at_top && resembles_album(&bytes) => {
                renamed(file, "no title, as every album file has")
            }
            Content::Album(_) | Content::Other => driver::Content::Aside(Ignored::NotAboutMedia),
        })
    }

    /// Files beside one medium (`photo.jpg.settings.json`) are no album files, nor are those of old day folders, whose
    /// title is the day.
    fn is_album_file(&self, node: &Node, album: &Album) -> bool {
        let (folder, file) = split_path(&node.path);
        let (stem, _) = split(file);
        let mut parts = stem.split('.').skip(1);
        let names_a_medium = parts.any(|part| is_media(&format!(".{part}")));
        let is_day = kind(folder) == FolderKind::Day && folder.starts_with(&album.title);
        !names_a_medium && !is_day
    }

    /// Name of the folder a file lies in; where the folder itself was given, the part has its name.
    fn folder_name(&self, node: &Node) -> String {
        match split_path(&node.path).0 {
            "" => nfc(&self.tree.part_name(node.id)).into_owned(),
            folder => nfc(folder).into_owned(),
        }
    }

    fn item(&mut self, file: &mut Entry<'_>, item: Item) -> driver::Content {
        let node = file.node;
        for key in &item.odd {
            file.warn(format!("{key} cannot be read as a time; left out"));
        }
        if let Some(key) = item.lacks {
            file.lacks(format!("no {key}, as every sidecar has"));
        }
        for key in item.strange {
            self.strange.entry(key).or_insert(node.id);
        }
        let (folder, _) = split_path(&node.path);
        let mut facts = item.facts;
        facts.albums = album_by_name(folder).map(membership).into_iter().collect();
        if facts.visibility == Visibility::Shown && kind(folder) == FolderKind::Locked {
            // No flag tells that an item is locked.
            facts.visibility = Visibility::Hidden;
        }
        let account = account(file);
        file.record(Record {
            provider: NAME.to_owned(),
            account,
            export: self.export(node.id),
            kind: Kind::Post,
            source: node.path.to_string(),
            edition: Edition::Json,
            uri: medium_path(&node.path, facts.title.as_deref()),
            key: key(item.url, &facts, &node.path),
            post: None,
            companions: Vec::new(),
            facts,
            raw: item.raw,
        });
        driver::Content::Records
    }

    fn album(&mut self, file: &mut Entry<'_>, album: Album) -> driver::Content {
        let node = file.node;
        let record = AlbumRecord {
            provider: NAME.to_owned(),
            account: account(file),
            export: self.export(node.id),
            key: self.folder_name(node),
            title: album.title,
            description: album.description,
            cover: None,
            source: node.path.to_string(),
            raw: album.raw,
        };
        file.album(record);
        driver::Content::Records
    }

    fn export(&self, id: EntryId) -> Option<String> {
        export_of(self.tree, id)
    }
}

fn renamed(file: &mut Entry<'_>, lacks: &str) -> driver::Content {
    file.lacks(lacks.to_owned());
    driver::Content::Aside(Ignored::Unknown)
}

fn account(file: &Entry<'_>) -> Option<String> {
    file.account.map(str::to_owned)
}

/// The item's identity across copies and exports: its address, else title and capture time, else only its place.
fn key(url: Option<String>, facts: &RecordFacts, path: &str) -> String {
    if let Some(url) = url {
        return url;
    }
    match (&facts.title, facts.taken_at) {
        (Some(title), Some(taken)) => format!("{title}@{}", taken.rough_seconds()),
        _ => {
            let (folder, file) = split_path(path);
            format!("{folder}/{file}")
        }
    }
}

/// Where the medium of a sidecar most likely lies: what is reported if no archive holds it.
fn medium_path(source: &str, title: Option<&str>) -> String {
    let (folder, file) = (folder_of(source), split_path(source).1);
    let name = medium_name(file, title);
    match folder {
        "" => name,
        _ => format!("{folder}/{name}"),
    }
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;
