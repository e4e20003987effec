//! Recognises whose archives were given: parts become trees of entries, one tree a provider.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use archive::{Archive, EntryId, Modified, PartId};
use model::entry_path::EntryPath;
use model::shown::shown;
use provider::classify::{format_of, is_system_file};
use provider::{Node, PROVIDERS, PieceId, Provider, Tree};

use super::watch::Watch;

/// All entries of one provider in one call, wrapper folders taken off.
pub(crate) struct ArchiveTree<'a> {
    archive: &'a Archive,
    /// The provider.
    pub provider: &'static dyn Provider,
    nodes: Vec<Node>,
    /// Its parts, each with the export it belongs to, or `""`.
    parts: BTreeMap<PartId, Arc<str>>,
    /// The pieces of its parts, the deepest root of a part first.
    pieces: Vec<Piece>,
    /// Each page and JSON file with the index of its node, by entry: a Takeout has hundreds of thousands.
    pages: Vec<(EntryId, usize)>,
    /// What was seen of the files that were read.
    pub watch: Watch,
}

/// A part, or one of several unpacked parts in one folder.
pub(crate) struct Piece {
    /// The part it lies in.
    pub part: PartId,
    /// Folder in the part that it begins in, with a slash at its end; empty for the top.
    pub root: String,
    /// The export its entries belong to, or `""`.
    pub export: Arc<str>,
}

/// What was given, sorted out.
pub(crate) struct Recognized<'a> {
    /// One tree a provider.
    pub trees: Vec<ArchiveTree<'a>>,
    /// Entries with a safe name in no tree.
    pub strays: Vec<EntryId>,
}

impl Recognized<'_> {
    /// Returns the names of parts that hold something and are no provider's: nothing of them is taken in.
    pub(crate) fn unknown_parts(&self, archive: &Archive) -> Vec<Arc<str>> {
        let unknown = |part: &PartId| !self.trees.iter().any(|tree| tree.has_part(*part));
        let filled: BTreeSet<PartId> = archive.entries().iter().map(|entry| entry.part).collect();
        let parts = filled.into_iter().filter(unknown);
        parts
            .map(|part| Arc::clone(&archive.parts()[part.0].name))
            .collect()
    }
}

/// Sorts the entries of all parts out by provider. `only` takes everything for that provider's.
pub(crate) fn recognize<'a>(archive: &'a Archive, only: Option<&str>) -> Recognized<'a> {
    let mut trees: Vec<ArchiveTree<'a>> = PROVIDERS
        .iter()
        .filter(|provider| only.is_none_or(|name| provider.about().name == name))
        .map(|provider| ArchiveTree {
            archive,
            provider: *provider,
            nodes: Vec::new(),
            parts: BTreeMap::new(),
            pieces: Vec::new(),
            pages: Vec::new(),
            watch: Watch::default(),
        })
        .collect();
    let mut strays = Vec::new();
    for part in 0..archive.parts().len() {
        let mut left = safe_entries(archive, PartId(part));
        for tree in &mut trees {
            left = tree.claim(PartId(part), left, only.is_some());
        }
        let named = named_roots(archive, PartId(part), &left, &trees);
        for (tree, roots) in trees.iter_mut().zip(named) {
            left = tree.claim_below(PartId(part), left, roots);
        }
        strays.extend(left.into_iter().map(|(id, _)| id));
    }
    trees.retain(|tree| !tree.nodes.is_empty());
    for tree in &mut trees {
        tree.nodes
            .sort_by(|a, b| (&a.path, a.id).cmp(&(&b.path, b.id)));
        let nodes = tree.nodes.iter().enumerate();
        tree.pages = nodes
            .filter(|(_, node)| format_of(&node.path).is_some())
            .map(|(index, node)| (node.id, index))
            .collect();
        tree.pages.sort_unstable();
    }
    Recognized { trees, strays }
}

fn safe_entries(archive: &Archive, part: PartId) -> Vec<(EntryId, &EntryPath)> {
    archive
        .entries()
        .iter()
        .enumerate()
        .filter(|(_, entry)| entry.part == part)
        .filter_map(|(id, entry)| Some((EntryId(id), entry.path.as_ref().ok()?)))
        .collect()
}

/// Finds where data of each provider begins among entries that nobody recognised, by the name that the service itself gave the
/// part or the folder it was unpacked into. One list of folders a tree.
fn named_roots(
    archive: &Archive,
    part: PartId,
    entries: &[(EntryId, &EntryPath)],
    trees: &[ArchiveTree<'_>],
) -> Vec<Vec<String>> {
    let pieces = trees.iter().flat_map(|tree| &tree.pieces);
    let known: Vec<&str> = pieces
        .filter(|piece| piece.part == part)
        .map(|piece| piece.root.as_str())
        .collect();
    let is_new = |root: &str| {
        !known
            .iter()
            .any(|one| one.starts_with(root) || root.starts_with(one))
    };
    let named = trees.iter().map(|tree| {
        let whole = tree.provider.gave_name(&archive.parts()[part.0].name);
        let paths = entries.iter().map(|(_, path)| path.as_str());
        let roots: BTreeSet<&str> = paths
            .filter(|path| !is_system_file(path))
            .filter_map(|path| named_root(tree.provider, path, whole))
            .collect();
        let roots = roots.into_iter().filter(|root| is_new(root));
        roots.map(str::to_owned).collect()
    });
    named.collect()
}

/// Returns the folder an entry's data begins in: above the first one that archives usually have, below the one that has the name
/// of a part, or below the top of a part that is the provider's as a `whole`.
fn named_root<'p>(provider: &dyn Provider, path: &'p str, whole: bool) -> Option<&'p str> {
    let mut root = whole.then_some("");
    let mut begin = 0;
    for (end, _) in path.match_indices('/') {
        let folder = &path[begin..end];
        if provider.gave_name(folder) {
            root = Some(&path[..=end]);
        } else if root.is_some() && provider.is_usual_folder(folder) {
            return Some(&path[..begin]);
        }
        begin = end + 1;
    }
    root
}

impl<'a> ArchiveTree<'a> {
    /// Takes the entries of a part that are this provider's, and returns the others.
    fn claim<'e>(
        &mut self,
        part: PartId,
        entries: Vec<(EntryId, &'e EntryPath)>,
        everything: bool,
    ) -> Vec<(EntryId, &'e EntryPath)> {
        let paths: Vec<&str> = entries.iter().map(|(_, path)| path.as_str()).collect();
        let mut roots = self.provider.recognize(&paths);
        if roots.is_empty() && everything {
            roots.push(String::new());
        }
        self.claim_below(part, entries, roots)
    }

    /// Takes the entries of a part below these folders, and returns the others.
    fn claim_below<'e>(
        &mut self,
        part: PartId,
        entries: Vec<(EntryId, &'e EntryPath)>,
        mut roots: Vec<String>,
    ) -> Vec<(EntryId, &'e EntryPath)> {
        // The deepest root first: an unpacked part may lie inside the folder of another.
        roots.sort_by_key(|root| std::cmp::Reverse(root.len()));
        let mut others = Vec::new();
        let before = self.nodes.len();
        for (id, path) in entries {
            match roots.iter().find_map(|root| path.below(root)) {
                Some(path) => self.nodes.push(Node { id, path }),
                None => others.push((id, path)),
            }
        }
        if self.nodes.len() > before {
            let name = &self.archive.parts()[part.0].name;
            let of_part = self.provider.export(name);
            self.parts
                .insert(part, of_part.clone().unwrap_or_default().into());
            let roots = roots.into_iter().map(|root| {
                // A part that was unpacked into a folder of its name.
                let folder = root.rsplit('/').find_map(|part| self.provider.export(part));
                let export = folder.or_else(|| of_part.clone());
                Piece {
                    part,
                    root,
                    export: export.unwrap_or_default().into(),
                }
            });
            self.pieces.extend(roots);
        }
        others
    }

    /// Returns whether it was known before any reading that an entry cannot be read.
    pub(crate) fn has_problem(&self, id: EntryId) -> bool {
        self.archive.entries()[id.0].problem.is_some()
    }

    /// Returns whether any of a part is this provider's.
    pub(crate) fn has_part(&self, part: PartId) -> bool {
        self.parts.contains_key(&part)
    }

    /// Returns the export an entry belongs to, `""` if the provider knows none.
    pub(crate) fn export_of(&self, id: EntryId) -> Arc<str> {
        let piece = self.piece_at(self.piece(id));
        piece
            .map(|piece| Arc::clone(&piece.export))
            .unwrap_or_default()
    }

    /// Returns the node of a page or JSON file.
    pub(crate) fn page(&self, id: EntryId) -> Option<&Node> {
        let found = self
            .pages
            .binary_search_by_key(&id, |(page, _)| *page)
            .ok()?;
        self.nodes.get(self.pages[found].1)
    }

    /// Returns all pages and JSON files.
    pub(crate) fn pages(&self) -> impl Iterator<Item = &Node> {
        self.pages.iter().map(|(_, node)| &self.nodes[*node])
    }

    /// Returns a piece.
    pub(crate) fn piece_at(&self, id: PieceId) -> Option<&Piece> {
        self.pieces.get(id.0)
    }

    /// Returns the entries of each piece that has any, in the order of their paths.
    pub(crate) fn by_piece(&self) -> BTreeMap<PieceId, Vec<&Node>> {
        let mut found: BTreeMap<PieceId, Vec<&Node>> = BTreeMap::new();
        for node in &self.nodes {
            found.entry(self.piece(node.id)).or_default().push(node);
        }
        found
    }

    /// Returns the export an entry belongs to, as evidence names it.
    pub(crate) fn named_export_of(&self, id: EntryId) -> Option<String> {
        let export = self.export_of(id);
        (!export.is_empty()).then(|| export.to_string())
    }
}

impl Tree for ArchiveTree<'_> {
    fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    fn part_names(&self) -> Vec<String> {
        let parts = self.archive.parts();
        self.parts
            .keys()
            .map(|id| parts[id.0].name.to_string())
            .collect()
    }

    fn part_name(&self, id: EntryId) -> String {
        let part = self.archive.entries()[id.0].part;
        self.archive.parts()[part.0].name.to_string()
    }

    fn piece(&self, id: EntryId) -> PieceId {
        let entry = &self.archive.entries()[id.0];
        let path = entry.path.as_ref().map_or("", EntryPath::as_str);
        let holds = |piece: &Piece| piece.part == entry.part && path.starts_with(&piece.root);
        PieceId(self.pieces.iter().position(holds).unwrap_or(0))
    }

    fn piece_names(&self, id: EntryId) -> Vec<String> {
        let piece = self.piece_at(self.piece(id));
        let root = piece.map_or("", |piece| piece.root.trim_end_matches('/'));
        let folders = root.rsplit('/').filter(|folder| !folder.is_empty());
        let folders = folders.map(str::to_owned);
        folders.chain([self.part_name(id)]).collect()
    }

    fn size_bytes(&self, id: EntryId) -> u64 {
        self.archive.entries()[id.0].size_bytes
    }

    fn modified(&self, id: EntryId) -> Option<Modified> {
        self.archive.entries()[id.0].modified
    }

    fn read(&self, id: EntryId, limit: u64) -> Result<Vec<u8>, String> {
        let bytes = self
            .archive
            .read(id, limit)
            .map_err(|error| error.to_string())?;
        if let Some(node) = self.page(id) {
            self.watch.look(self.provider, node, &bytes);
        }
        Ok(bytes)
    }
}

/// Returns the names of the top folders and files seen, for the message that no provider knows them.
pub(crate) fn top_names(archive: &Archive) -> Vec<String> {
    let tops: BTreeSet<String> = archive
        .entries()
        .iter()
        .filter_map(|entry| entry.path.as_ref().ok())
        .map(|path| shown(path.as_str().split('/').next().unwrap_or_default()))
        .collect();
    tops.into_iter().take(12).collect()
}
