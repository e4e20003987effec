//! The Instagram provider: every generation of its archives since 2018.

mod facts;
pub mod html;
mod insights;
mod labels;
mod layout;
mod link;
mod messages;
mod old_media;
mod posts;
mod profile;
mod profile_page;
mod read;
mod understood;

use std::collections::BTreeMap;

use crate::classify::file_name;
use crate::driver::Reading;
use crate::meta_accounts::{dated_part, has_token};
use crate::ties::Ties;
use crate::{About, Meaning, PieceId, Provider, Tree};
use crate::{meta_elements as elements, meta_values as values};
use archive::PartName;
use model::evidence::{Evidence, Links, MediaEntry};
use model::kind::Kind;
use model::record::Record;

/// Name stored in catalogs and sidecars.
const NAME: &str = "instagram";

/// Reads Instagram's archives.
pub struct Instagram;

impl Provider for Instagram {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn recognize(&self, paths: &[&str]) -> Vec<String> {
        layout::roots(paths)
    }

    fn gave_name(&self, part_name: &str) -> bool {
        file_name(part_name).starts_with("instagram-")
            && has_token(part_name)
            && layout::account_of_part(part_name).is_some()
    }

    fn is_usual_folder(&self, name: &str) -> bool {
        layout::is_usual_folder(name)
    }

    fn open<'a>(&self, tree: &'a dyn Tree) -> Box<dyn Reading + 'a> {
        Box::new(read::Reader::new(tree))
    }

    fn link(&self, evidence: &Evidence) -> Links {
        link::link(evidence)
    }

    fn ties_of_record(&self, record: &Record, ties: &mut Ties) {
        let kind = self.record_kind(&record.source);
        ties.class((&record.account, kind, record.edition));
        link::ties_of_record(record, ties);
    }

    fn ties_of_medium(&self, medium: &MediaEntry, ties: &mut Ties) {
        link::ties_of_medium(medium, ties);
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
    title: "Instagram",
    reader_version: 2,
    meaning: Meaning::PLAIN,
    how_to_ask: HOW_TO_ASK,
};

const HOW_TO_ASK: &str = "\
1. In the Instagram app or on the web: Accounts Center > Your information and permissions > Export your information > Create export.
2. Choose your Instagram profile, then \"Export to device\", and all available information.
3. Date range: \"All time\". It is not always the default.
4. Format: JSON. HTML is read, too, but holds less.
5. Media quality: \"Higher quality\".
6. A mail brings the link within minutes or, mostly, two days (Instagram says up to 30 days). The link works for four days. Download every part.
Menus last checked in November 2026, from what people report.
";
