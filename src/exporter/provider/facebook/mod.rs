//! The Facebook provider: every generation of its archives since 2018.

mod albums;
mod folders;
mod html;
mod layout;
mod link;
mod media;
mod messages;
mod part_names;
mod posts;
mod read;
mod source;
mod text;

use std::collections::BTreeMap;

use crate::driver::Reading;
use crate::facebook::part_names::account_of_part;
use crate::meta_accounts::{dated_part, has_token};
use crate::{About, Meaning, PieceId, Provider, Tree};
use archive::PartName;
use model::evidence::{Evidence, Links};
use model::kind::Kind;

/// Name stored in catalogs and sidecars.
const NAME: &str = "facebook";

/// Reads Facebook's archives.
pub struct Facebook;

impl Provider for Facebook {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn recognize(&self, paths: &[&str]) -> Vec<String> {
        layout::roots(paths)
    }

    fn gave_name(&self, part_name: &str) -> bool {
        has_token(part_name) && account_of_part(part_name).is_some()
    }

    fn is_usual_folder(&self, name: &str) -> bool {
        layout::is_usual_folder(name)
    }

    fn open<'a>(&self, _: &'a dyn Tree) -> Box<dyn Reading + 'a> {
        Box::new(read::Reader)
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

    fn part(&self, file_name: &str) -> PartName {
        dated_part(file_name)
    }
}

static ABOUT: About = About {
    name: NAME,
    title: "Facebook",
    reader_version: 2,
    meaning: Meaning::PLAIN,
    how_to_ask: HOW_TO_ASK,
};

const HOW_TO_ASK: &str = "\
1. On the web at facebook.com/dyi, or in the app: Accounts Center > Your information and permissions > Export your information > Create export.
2. Choose your Facebook profile, then \"Export to device\", and all available information. Pages and further profiles have archives of their own.
3. Date range: \"All time\". It is not always the default.
4. Format: JSON. HTML is read, too, but holds less.
5. Media quality: \"High\".
6. A mail brings the link within minutes or, mostly, two days (Facebook says up to 30 days). The link works for four days. Download every part.
Menus last checked in November 2026, from what people report.
";
