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

use crate::driver::Reading;
use crate::{About, Meaning, PieceId, Provider, ReadOptions, Tree};
use model::evidence::{Evidence, Links};
use model::kind::Kind;

/// Name stored in catalogs and sidecars.
const NAME: &str = "snapchat";

/// Reads Snapchat's archives.
pub struct Snapchat;

impl Provider for Snapchat {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn recognize(&self, paths: &[&str]) -> Vec<String> {
        layout::roots(paths)
    }

    fn open<'a>(&self, tree: &'a dyn Tree) -> Box<dyn Reading + 'a> {
        Box::new(read::Reader::new(tree))
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
}

static ABOUT: About = About {
    name: NAME,
    title: "Snapchat",
    reader_version: 1,
    meaning: Meaning::PLAIN,
    how_to_ask: HOW_TO_ASK,
};

const HOW_TO_ASK: &str = "\
1. In the app: Settings > My Data. On the web: accounts.snapchat.com > My Data.
2. Tick \"Memories\" (\"Export your Memories\") and \"Export JSON Files\". Tick chat media only if you want them (they are read with `--include messages`).
3. Date range: all time.
4. Download every part (`mydata~N.zip`, `mydata~N-2.zip`, `-3` …) within about seven days, and keep the parts zipped: the exact times of your memories are those of the entries in the zips.
5. If the archive holds links only, run `albumen fetch --memories mydata~N.zip --into FOLDER` before the links expire, then import both.
Menus last checked in August 2026, from what people report.
";
