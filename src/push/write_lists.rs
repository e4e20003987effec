//! Writes albums and checksums to a destination when all else is there.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::deliver::{Delivered, Delivery};
use super::error::DestinationError;
use super::lists::Statements;
use super::parcel::{Parcel, Sending};
use super::plan::Action;
use super::report::{FileOutcome, Sidecars};
use super::retry::Policy;
use super::run::{Run, patiently, pausing};
use super::{Found, bag, lists};
use disk::regular;
use monitor::{Unit, Warning};
use writer::albums_file::{ALBUMS, Album, LIBRARY, MISSING, read_library, read_missing};
use writer::manifest::{METADATA, ORIGINALS};
use writer::readme::README;

/// Tries to add to a list that another machine writes at the same time.
const TRIES: usize = 4;

/// Why a list is not written.
const NOT_OURS: &str = "a file of this name is at the destination, is no such list, and was left alone; move it away, and push again";

impl Run<'_> {
    /// Counts the albums and stacks that a push would make or add to, after its plan was made.
    pub(super) fn plan_groups(&mut self) -> Result<(), DestinationError> {
        if !self.host.shows_assets {
            return Ok(());
        }
        let library = regular::read_to_string(&self.root.join(ALBUMS)).unwrap_or_default();
        let assets = self.gathered.by_path();
        let albums = lists::albums(&library, &assets, &self.journal, Statements::Kept);
        self.groups(&albums)
    }

    /// Writes albums and checksums, the checksums last: they say that all before them is there.
    pub(super) fn lists(&mut self) -> Result<(), DestinationError> {
        let library = regular::read_to_string(&self.root.join(ALBUMS)).unwrap_or_default();
        // Sidecars that hide something come without what archives said, and so do lists.
        let statements = match self.options.strip {
            None => Statements::Kept,
            Some(_) => Statements::LeftOut,
        };
        let assets = self.gathered.by_path();
        let albums = lists::albums(&library, &assets, &self.journal, statements);
        if self.host.shows_assets {
            self.groups(&albums)?;
            return self.finish();
        }
        let prefix = if self.options.bag { bag::PAYLOAD } else { "" };
        if !albums.is_empty() && self.options.sidecars == Sidecars::Xmp {
            self.list(ALBUMS, &format!("{prefix}{ALBUMS}"), &|_, there| {
                lists::albums_text(&albums, there)
            })?;
        }
        if self.options.sidecars == Sidecars::Xmp && statements == Statements::Kept {
            self.lists_to_rebuild_from(prefix)?;
        }
        if self.options.bag {
            self.bag()?;
        } else {
            for (name, metadata) in [(METADATA, true), (ORIGINALS, false)] {
                if !lists::files(&self.journal, metadata).is_empty() {
                    self.list(name, name, &|run, there| {
                        lists::manifest_text(&run.journal, metadata, there)
                    })?;
                }
            }
        }
        self.finish()
    }

    fn finish(&self) -> Result<(), DestinationError> {
        if let Some(step) = self.destination.last_step() {
            self.conditions.monitor.step(step, None, Unit::Items);
        }
        self.destination.finish()
    }

    /// Writes what a library is made again from beside originals and sidecars, as far as there is such, and how to read it all:
    /// if the disk of the library dies, `rebuild` makes one of the copy.
    fn lists_to_rebuild_from(&mut self, prefix: &str) -> Result<(), DestinationError> {
        if self.journal.there().next().is_none() {
            return Ok(());
        }
        let missing = regular::read_to_string(&self.root.join(MISSING)).unwrap_or_default();
        if read_missing(&missing).is_ok_and(|missing| !missing.is_empty()) {
            self.list(MISSING, &format!("{prefix}{MISSING}"), &|_, there| {
                lists::missing_text(&missing, there)
            })?;
        }
        let library = regular::read_to_string(&self.root.join(LIBRARY)).unwrap_or_default();
        if read_library(&library).is_ok() {
            self.list(LIBRARY, &format!("{prefix}{LIBRARY}"), &|_, there| {
                lists::library_text(&library, there)
            })?;
        }
        self.list(README, &format!("{prefix}{README}"), &|_, there| {
            lists::readme_text(there)
        })
    }

    /// Makes albums and stacks at a host of assets. What the journal says was made so is left alone: its owner may have changed it.
    fn groups(&mut self, albums: &[Album]) -> Result<(), DestinationError> {
        let groups = lists::groups_there(albums, self.gathered.stacks(), &self.journal);
        for (name, group) in groups {
            if self.ended() {
                return Ok(());
            }
            let parcel = lists::group_parcel(&name, &group);
            let row = self.journal.row(&parcel.key());
            if row.is_some_and(|row| row.read_hash == Some(parcel.sha256)) {
                continue;
            }
            self.report.groups.count(&group.kind);
            if self.options.dry_run {
                continue;
            }
            match self.destination.group(&group) {
                Ok(Some(id)) => {
                    let found = Found {
                        id,
                        size_bytes: None,
                        tag: None,
                    };
                    let now = (self.conditions.clock)();
                    self.journal.done(&parcel, &found, parcel.sha256, now);
                }
                Ok(None) => {
                    let note = format!(
                        "{} is together with others there already and was left as it is",
                        parcel.path
                    );
                    self.report.notes.push(note);
                }
                Err(error) if error.ends_run() || error.is_passing() => return Err(error),
                Err(error) => {
                    let message = error.to_string();
                    self.conditions.monitor.warn(Warning {
                        subject: parcel.path.clone(),
                        message: message.clone(),
                    });
                    self.report.add(FileOutcome::Failed, &parcel, Some(message));
                }
            }
        }
        Ok(())
    }

    fn bag(&mut self) -> Result<(), DestinationError> {
        let (mut bytes, mut files) = (0, 0);
        let payload = self.journal.there();
        let is_payload =
            |path: &str| path.starts_with(bag::PAYLOAD) && !self.lost_payload.contains(path);
        for row in payload.filter(|row| is_payload(&row.path)) {
            bytes += row.size_bytes;
            files += 1;
        }
        if files == 0 {
            return Ok(());
        }
        let manifest = lists::bag_manifest(&self.journal, &self.lost_payload);
        let tags = bag::tags(&manifest, bytes, files, (self.conditions.clock)());
        for (name, text) in std::iter::once((bag::MANIFEST, manifest)).chain(tags) {
            self.list(name, name, &|_, _| Some(text.clone()))?;
        }
        Ok(())
    }

    /// Sends a list, made from what we know and what is there. Tried again if another machine was quicker.
    fn list(
        &mut self,
        name: &str,
        path: &str,
        text: &dyn Fn(&Self, Option<&str>) -> Option<String>,
    ) -> Result<(), DestinationError> {
        for _ in 0..TRIES {
            let there = patiently(self.conditions.monitor, path, || {
                lists::existing(self.destination, path)
            })?;
            let listed = there.as_ref().and_then(|there| there.text.as_deref());
            let merged = match &there {
                // Not even text.
                Some(there) if there.text.is_none() => None,
                _ => text(self, listed),
            };
            let Some(merged) = merged else {
                // The photos are there, but not the list that a person would check them with: not all that was chosen.
                let parcel = Parcel {
                    path: path.to_owned(),
                    ..Parcel::list(name, String::new())
                };
                self.report
                    .add(FileOutcome::Cannot, &parcel, Some(NOT_OURS.to_owned()));
                return Ok(());
            };
            if self.send_list(name, path, merged, there)? {
                return Ok(());
            }
        }
        Err(DestinationError::Exists {
            path: path.to_owned(),
        })
    }

    /// Sends a list unless it lies there with these very bytes. Returns `false` if something else came between.
    fn send_list(
        &mut self,
        name: &str,
        path: &str,
        text: String,
        there: Option<lists::Existing>,
    ) -> Result<bool, DestinationError> {
        let same = there
            .as_ref()
            .is_some_and(|there| there.text.as_deref() == Some(text.as_str()));
        let parcel = Parcel {
            path: path.to_owned(),
            ..Parcel::list(name, text)
        };
        let now = (self.conditions.clock)();
        if let (true, Some(there)) = (same, &there) {
            self.journal.done(&parcel, &there.found, parcel.sha256, now);
            return Ok(true);
        }
        let stop = Arc::new(AtomicBool::new(false));
        let pause = pausing(self.conditions.monitor, &stop);
        let delivery = Delivery {
            destination: self.destination,
            sending: Sending::default(),
            policy: Policy::default(),
            pause: &pause,
            dry_run: false,
        };
        let action = there.map_or(Action::New, |there| Action::Again(there.found));
        match delivery.deliver(&parcel, &action, None) {
            Delivered::Sent(found, hash) | Delivered::There(found, hash) => {
                self.journal.done(&parcel, &found, hash, now);
                Ok(true)
            }
            Delivered::Failed(error) => Err(error),
            Delivered::Taken
            | Delivered::WouldSend
            | Delivered::ChangedThere(_)
            | Delivered::Later { .. } => Ok(false),
        }
    }
}
