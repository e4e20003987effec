//! Keeps a destination in one shape: a bag or a plain copy, and one layout. Two shapes in one folder would leave half of the photos
//! where nobody looks for them, and a bag that does not validate.

use std::collections::HashSet;

use super::bag;
use super::error::PushError;
use super::layout::file_name;
use super::run::Run;
use catalog::Catalog;
use writer::albums_file::{ALBUMS, LIBRARY, MISSING};
use writer::readme::README;

/// What run history has of a template that was pushed with before its text was kept.
const SOME_TEMPLATE: &str = "template";

impl Run<'_> {
    /// Refuses what would give the destination a second shape, before anything is sent.
    pub(super) fn keep_shape(&mut self, address: &str) -> Result<(), PushError> {
        if self.host.shows_assets {
            return Ok(());
        }
        self.of_one_shape(address)?;
        self.of_one_layout(address)?;
        if self.options.bag {
            self.only_our_bag(address)?;
        }
        if self.options.dry_run {
            return Ok(());
        }
        // Noted before anything is sent: a push that is killed leaves files there, too.
        let layout = self.options.layout.text();
        self.catalog
            .in_transaction(|writing| writing.set_setting(&noted(address), Some(&layout)))?;
        Ok(())
    }

    /// Refuses a bag where a plain copy lies, and the other way round: the manifests of a bag list its payload alone, so a folder
    /// cannot be both. What the journal knows and is there no more does not count.
    fn of_one_shape(&self, address: &str) -> Result<(), PushError> {
        let files = self.journal.there().filter(|row| row.asset.is_some());
        let others: HashSet<&str> = files
            .map(|row| row.path.as_str())
            .filter(|path| path.starts_with(bag::PAYLOAD) != self.options.bag)
            .collect();
        if others.is_empty() {
            return Ok(());
        }
        // A folder of that name may be of any layout: what makes a bag is its declaration.
        let example = self.first_there("", &|path| match self.options.bag {
            true => others.contains(path),
            false => path == bag::DECLARATION,
        })?;
        let place = address.to_owned();
        match (example, self.options.bag) {
            (None, _) => Ok(()),
            (Some(example), true) => Err(PushError::NotABag { place, example }),
            (Some(_), false) => Err(PushError::IsABag { place }),
        }
    }

    /// Refuses another layout than the one that was pushed with before, as long as files of that are there: they would keep their
    /// paths, and the new ones would lie elsewhere. If all of them are gone, the new layout is done whole.
    fn of_one_layout(&mut self, address: &str) -> Result<(), PushError> {
        let wanted = self.options.layout.text();
        let Some(before) = layout_before(self.catalog, address)? else {
            return Ok(());
        };
        let is_some_template = before == SOME_TEMPLATE && wanted.contains('{');
        if before == wanted || is_some_template {
            return Ok(());
        }
        let files = self.journal.rows().filter(|row| row.asset.is_some());
        let paths: HashSet<&str> = files.map(|row| row.path.as_str()).collect();
        if paths.is_empty() {
            return Ok(());
        }
        match self.first_there("", &|path| paths.contains(path))? {
            Some(example) => Err(PushError::OtherLayout {
                place: address.to_owned(),
                before,
                wanted,
                example,
            }),
            None => {
                self.journal.forget_files();
                if !self.options.dry_run {
                    self.journal.save(self.catalog)?;
                }
                Ok(())
            }
        }
    }

    /// Refuses a folder that holds anything else: a bag must list all that is in it. Remembers what its next manifest must not list.
    fn only_our_bag(&mut self, address: &str) -> Result<(), PushError> {
        let parcels = self
            .gathered
            .parcels(&self.journal, bag::PAYLOAD, &HashSet::new());
        let wanted: HashSet<String> = parcels
            .into_iter()
            .flatten()
            .map(|file| file.path)
            .collect();
        let in_journal: HashSet<String> =
            self.journal.there().map(|row| row.path.clone()).collect();
        let lists =
            [ALBUMS, MISSING, LIBRARY, README].map(|name| format!("{}{name}", bag::PAYLOAD));
        let mut there = HashSet::new();
        let mut strange = None;
        self.destination.list("", &mut |path| {
            let is_ours = match path.starts_with(bag::PAYLOAD) {
                true => {
                    is_unfinished(path)
                        || wanted.contains(path)
                        || in_journal.contains(path)
                        || lists.iter().any(|list| list == path)
                }
                false => !bag::is_foreign_list(path),
            };
            match is_ours {
                true => _ = there.insert(path.to_owned()),
                false => strange = Some(path.to_owned()),
            }
        })?;
        if let Some(example) = strange {
            return Err(PushError::NotABag {
                place: address.to_owned(),
                example,
            });
        }
        let is_lost = |path: &String| {
            path.starts_with(bag::PAYLOAD)
                && !there.contains(path)
                && !wanted.contains(path)
                && !lists.contains(path)
        };
        self.lost_payload = in_journal.into_iter().filter(is_lost).collect();
        Ok(())
    }

    /// Returns one of the paths at the destination that `is_meant`, if there is one.
    fn first_there(
        &self,
        below: &str,
        is_meant: &dyn Fn(&str) -> bool,
    ) -> Result<Option<String>, PushError> {
        let mut first = None;
        self.destination.list(below, &mut |path| {
            if first.is_none() && is_meant(path) {
                first = Some(path.to_owned());
            }
        })?;
        Ok(first)
    }
}

/// Returns whether a file is one that a push of albumen's was killed over; the next one removes its own.
fn is_unfinished(path: &str) -> bool {
    file_name(path).starts_with(".albumen-")
}

/// Name of the setting that holds the layout last pushed with.
fn noted(address: &str) -> String {
    format!("layout at {address}")
}

/// Returns the layout last pushed with; from run history, where nothing was noted.
fn layout_before(catalog: &Catalog, address: &str) -> Result<Option<String>, PushError> {
    if let Some(noted) = catalog.setting(&noted(address))? {
        return Ok(Some(noted));
    }
    let pushes = catalog.runs()?.into_iter().filter(|run| run.kind == "push");
    let commands =
        pushes.filter_map(|run| serde_json::from_str::<serde_json::Value>(&run.command).ok());
    let mut there = commands.filter(|command| command["destination"] == address);
    Ok(there
        .next()
        .and_then(|command| command["layout"].as_str().map(str::to_owned)))
}
