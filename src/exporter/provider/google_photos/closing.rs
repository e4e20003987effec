//! Whether the index page lists all that the pieces of its export hold: then no part of it can be missing unnoticed.

use std::collections::BTreeMap;

use crate::{LARGEST_RECORD_FILE, Node, PieceId, Provider, Tree};

use super::GooglePhotos;
use super::extensions::is_media;
use super::folders::split_path;
use super::listed::{Held, is_index_page};
use super::manifest::manifest;
use super::names::{looks_like_sidecar, split};

/// An index page that was read.
struct Page {
    /// The export its piece is of, where a name tells.
    export: Option<String>,
    listed: Held,
}

/// What a piece is and holds, as far as it matters here.
struct Piece<'a> {
    export: Option<String>,
    files: Vec<&'a Node>,
}

/// Says of each piece whose index page is in hand whether the page lists all its media and sidecars.
///
/// A name that tells the export decides whose page it is. Pieces without such a name (unpacked, renamed) belong to a page only if
/// it lists everything in them.
pub(crate) fn listed(tree: &dyn Tree) -> BTreeMap<PieceId, bool> {
    let pages: Vec<Page> = tree
        .nodes()
        .iter()
        .filter(|node| is_index_page(split_path(&node.path).1))
        .filter_map(|node| page(tree, node))
        .collect();
    if pages.is_empty() {
        return BTreeMap::new();
    }
    let told = pieces(tree).into_iter().filter_map(|(id, piece)| {
        let mut own = pages.iter().filter(|page| page.export == piece.export);
        let all = |page: &Page| piece.files.iter().all(|node| page.listed.has(&node.path));
        match (own.clone().any(all), own.next(), &piece.export) {
            (true, ..) => Some((id, true)),
            (false, Some(_), Some(_)) => Some((id, false)),
            _ => None,
        }
    });
    told.collect()
}

/// Reads an index page. One that lists no medium is no list of media.
fn page(tree: &dyn Tree, node: &Node) -> Option<Page> {
    let bytes = tree.read(node.id, LARGEST_RECORD_FILE).ok()?;
    let mut listed = Held::default();
    let mut has_media = false;
    for file in manifest(&bytes).ok()? {
        let folder = file.folder.unwrap_or_default();
        has_media |= is_media(split(&file.file).1);
        listed.add(None, &format!("{folder}/{}", file.file));
    }
    has_media.then(|| Page {
        export: export(tree, node),
        listed,
    })
}

fn pieces(tree: &dyn Tree) -> BTreeMap<PieceId, Piece<'_>> {
    let mut pieces = BTreeMap::new();
    for node in tree.nodes() {
        let piece = pieces.entry(tree.piece(node.id)).or_insert_with(|| Piece {
            export: export(tree, node),
            files: Vec::new(),
        });
        let file = split_path(&node.path).1;
        if is_media(split(file).1) || looks_like_sidecar(file) {
            piece.files.push(node);
        }
    }
    pieces
}

fn export(tree: &dyn Tree, node: &Node) -> Option<String> {
    let names = tree.piece_names(node.id);
    let parts = names.iter().map(|name| GooglePhotos.part(name));
    parts
        .filter(|part| part.told)
        .map(|part| part.export)
        .next()
}
