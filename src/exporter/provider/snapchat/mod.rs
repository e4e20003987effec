//! The Snapchat provider: "My Data" archives of all four generations, links only or with media, JSON or HTML.

mod chats;
mod files;
mod history;
pub mod html;
mod joins;
mod layout;
mod link;
mod listed;
pub mod names;
mod read;
pub mod rows;

use std::collections::BTreeMap;

use crate::{ItemSink, PieceId, Provider, ReadOptions, Tree};
use model::evidence::{Evidence, Links};
use model::kind::Kind;

/// Name stored in catalogs and sidecars.
const NAME: &str = "snapchat";

/// Reads Snapchat's archives.
pub struct Snapchat;

impl Provider for Snapchat {
    fn name(&self) -> &'static str {
        NAME
    }

    fn reader_version(&self) -> u32 {
        1
    }

    fn recognize(&self, paths: &[&str]) -> Vec<String> {
        layout::roots(paths)
    }

    fn read(&self, tree: &dyn Tree, options: &ReadOptions, sink: &mut dyn ItemSink) {
        read::read(tree, options, sink);
    }

    fn link(&self, evidence: &Evidence) -> Links {
        link::link(evidence)
    }

    fn media_kind(&self, path: &str) -> Option<Kind> {
        layout::media_kind(path)
    }

    fn record_kind(&self, path: &str) -> Option<Kind> {
        layout::record_kind(path)
    }

    fn accounts(&self, tree: &dyn Tree, given: Option<&str>) -> BTreeMap<PieceId, String> {
        read::accounts(tree, given).of_pieces(tree)
    }

    fn listed(&self, tree: &dyn Tree, options: &ReadOptions) -> BTreeMap<PieceId, bool> {
        listed::listed(tree, options)
    }

    fn how_to_ask(&self) -> &'static str {
        "In the app: Settings > My Data, or on the web at accounts.snapchat.com > My Data. Tick \"Memories\" (\"Export your \
         Memories\") and \"Export JSON files\"; the pages in HTML are read, too. Chat media only if you want \
         them (read with --include messages). Date range: all time. The archive and the links in it are good for about seven \
         days; download every part (mydata~N.zip, -2, -3 …) and keep them zipped: the times of the files are in the zips. If \
         the archive holds links only, `albumen fetch --memories mydata~N.zip --into FOLDER`, then import both."
    }
}
