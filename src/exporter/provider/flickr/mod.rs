//! The Flickr provider: "Your Flickr Data", the zips of account data and the zips of media.
//!
//! Account data hold one `photo_<id>.json` for each photo and one `albums.json`; media lie flat in zips of their own, with the
//! photo's id in their names. `layout` tells what each path is, `read` walks the files, `photo` and `albums` turn them into
//! records, and `link` joins all by id.

mod albums;
mod html;
mod layout;
mod link;
mod photo;
mod read;

use std::collections::BTreeMap;

use crate::driver::Reading;
use crate::ties::Ties;
use crate::{About, Meaning, PieceId, Provider, Tree};
use model::evidence::{Evidence, Links, MediaEntry};
use model::kind::Kind;
use model::record::Record;

/// Name stored in catalogs and sidecars.
const NAME: &str = "flickr";

/// Reads Flickr's archives.
pub struct Flickr;

impl Provider for Flickr {
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

    fn ties_of_record(&self, record: &Record, ties: &mut Ties) {
        link::ties_of_record(record, ties);
    }

    fn ties_of_medium(&self, medium: &MediaEntry, ties: &mut Ties) {
        for id in layout::ids(&medium.path) {
            ties.by("id", id);
        }
    }

    fn media_kind(&self, path: &str) -> Option<Kind> {
        (layout::place_of(path) == layout::Place::Media).then_some(Kind::Post)
    }

    fn record_kind(&self, path: &str) -> Option<Kind> {
        (layout::place_of(path) == layout::Place::Photo).then_some(Kind::Post)
    }

    fn accounts(&self, tree: &dyn Tree, given: Option<&str>) -> BTreeMap<PieceId, String> {
        read::accounts(tree, given).of_pieces(tree)
    }
}

static ABOUT: About = About {
    name: NAME,
    title: "Flickr",
    reader_version: 1,
    // Owners set dates right on the service. The time of posting is that of an upload.
    meaning: Meaning {
        titles_name_files: false,
        dates_are_corrected: true,
        posted_is_upload: true,
    },
    how_to_ask: HOW_TO_ASK,
};

const HOW_TO_ASK: &str = "\
1. On flickr.com/account, under \"Your Flickr Data\", press \"Request my Flickr data\". Flickr sends a mail when the archive is ready, after hours or days.
2. Download every zip the page lists. There are two kinds, and you need both: the account data (`<digits>_<letters>_part1.zip`, `part2` …: titles, descriptions, tags, albums, comments) and the photos and videos (`data-download-1.zip`, `-2` …: about 500 files each).
3. Import all of them together and say with `--parts` how many zips the page listed: no file in them tells.
Menus last checked in August 2026, from what people report.
";
