//! Google Photos, by way of Google Takeout. Reads sidecars; ties them to media by predicting names.

mod albums;
mod bare;
mod closing;
mod decisions;
mod edited;
mod extensions;
mod folders;
mod identity;
mod layout;
mod link;
mod listed;
mod live;
pub mod manifest;
mod matching;
mod names;
mod place;
mod pool;
mod read;
mod records;
mod suffixes;
mod ties;

/// Name of the provider in catalogs and sidecars.
pub const NAME: &str = "google-photos";

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::driver::Reading;
use crate::ties::Ties;
use crate::{About, Meaning, PieceId, Provider, ReadOptions, Tree};
use archive::{PartName, part_name};
use model::evidence::{Evidence, Links, MediaEntry};
use model::kind::Kind;
use model::record::Record;

/// Google Photos.
pub struct GooglePhotos;

impl Provider for GooglePhotos {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn recognize(&self, paths: &[&str]) -> Vec<String> {
        layout::recognize(paths)
    }

    fn open<'a>(&self, tree: &'a dyn Tree) -> Box<dyn Reading + 'a> {
        Box::new(read::Reader::new(tree))
    }

    fn link(&self, evidence: &Evidence) -> Links {
        link::link(evidence)
    }

    fn ties_of_record(&self, record: &Record, found: &mut Ties) {
        let folder = folders::split_path(&record.source).0;
        let kind = self.record_kind(&record.source);
        found.class((
            &record.account,
            &record.export,
            folder,
            kind,
            record.edition,
        ));
        ties::of_record(record, found);
    }

    fn ties_of_medium(&self, medium: &MediaEntry, found: &mut Ties) {
        ties::of_medium(medium, found);
    }

    fn export(&self, part_name: &str) -> Option<String> {
        layout::export_id(part_name)
    }

    fn made_at(&self, export: &str) -> Option<Timestamp> {
        layout::made_at(export)
    }

    fn unread(&self, path: &str, part_name: &str, account: Option<&str>) -> Option<Record> {
        listed::unread(path, self.export(part_name), account.map(str::to_owned))
    }

    fn media_kind(&self, path: &str) -> Option<Kind> {
        let (_, file) = folders::split_path(path);
        extensions::is_media(names::split(file).1).then_some(Kind::Other)
    }

    fn record_kind(&self, path: &str) -> Option<Kind> {
        let (_, file) = folders::split_path(path);
        layout::is_sidecar_name(file).then_some(Kind::Other)
    }

    fn part(&self, file_name: &str) -> PartName {
        let part = part_name(file_name);
        match layout::export_id(&part.stem) {
            Some(export) => PartName {
                export,
                told: true,
                ..part
            },
            None => part,
        }
    }

    fn listed(&self, tree: &dyn Tree, _: &ReadOptions) -> BTreeMap<PieceId, bool> {
        closing::listed(tree)
    }
}

static ABOUT: About = About {
    name: NAME,
    title: "Google Photos",
    reader_version: 2,
    meaning: Meaning {
        titles_name_files: true,
        dates_are_corrected: true,
        posted_is_upload: true,
    },
    how_to_ask: HOW_TO_ASK,
};

const HOW_TO_ASK: &str = "\
1. Open takeout.google.com with the account that holds the photos. Press \"Deselect all\", then tick Google Photos only. Leave all albums and years selected: with albums left out, it is lost which photos were in them; with years left out, photos are.
2. Next step: transfer by e-mail link, export once, file type .zip, size 50 GB (10 GB or 4 GB on a slow line).
3. Wait for hours to days. The links work for seven days, you must be signed in, and each part can be downloaded only a few times.
4. Put all parts into one folder. Do not unzip or rename them: their names tell which parts belong together and which one is missing.
5. Run `albumen import FOLDER`. Keep the parts until `albumen certify` says that nothing is missing.
Menus last checked in November 2026, from what people report.
";
