//! Whether the list of memories speaks for all media of the archive: then no part of it can be missing unnoticed.

use std::collections::{BTreeMap, BTreeSet};

use crate::classify::Format;
use crate::{LARGEST_RECORD_FILE, Node, PieceId, Provider, ReadOptions, Tree};

use super::Snapchat;
use super::html;
use super::layout::{Place, place_of};
use super::rows::read_json;

/// Says of each piece whose list of memories is in hand whether the list speaks for all its media.
///
/// The list is in the first part only and names the memories of all parts. It says nothing of the media of chats and of other
/// folders, so where those are wanted or there, nothing tells how many parts there were.
pub(crate) fn listed(tree: &dyn Tree, options: &ReadOptions) -> BTreeMap<PieceId, bool> {
    let histories = histories(tree);
    if histories.is_empty() {
        return BTreeMap::new();
    }
    let mut pieces = BTreeMap::new();
    let mut unlisted = false;
    for node in tree.nodes() {
        pieces
            .entry(tree.piece(node.id))
            .or_insert_with(|| export(tree, node));
        unlisted |= match place_of(&node.path) {
            Place::Media => true,
            Place::Chats(_) | Place::ChatMedia => options.include_messages,
            _ => false,
        };
    }
    let of_history = pieces
        .into_iter()
        .filter(|(_, export)| histories.contains(export));
    of_history.map(|(id, _)| (id, !unlisted)).collect()
}

/// Returns the archives of which a list of memories is in hand.
fn histories(tree: &dyn Tree) -> BTreeSet<Option<String>> {
    let lists = tree
        .nodes()
        .iter()
        .filter(|node| match place_of(&node.path) {
            Place::History(format) => has_rows(tree, node, format),
            _ => false,
        });
    lists.map(|node| export(tree, node)).collect()
}

fn has_rows(tree: &dyn Tree, node: &Node, format: Format) -> bool {
    let Ok(mut bytes) = tree.read(node.id, LARGEST_RECORD_FILE) else {
        return false;
    };
    let (mut rows, mut odd) = (0, 0);
    let whole = match format {
        Format::Json => read_json(&mut bytes, &mut |row| match row {
            Some(_) => rows += 1,
            None => odd += 1,
        })
        .is_ok(),
        Format::Html => html::rows(&bytes).map(|read| rows = read.len()).is_ok(),
    };
    whole && rows > 0 && odd == 0
}

fn export(tree: &dyn Tree, node: &Node) -> Option<String> {
    let names = tree.piece_names(node.id);
    let parts = names.iter().map(|name| Snapchat.part(name));
    parts
        .filter(|part| part.told)
        .map(|part| part.export)
        .next()
}
