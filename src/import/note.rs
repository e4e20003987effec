//! Writes sidecars and notes their assets in the catalog, both at once: sidecars on several threads, rows on this one.

use std::collections::{BTreeMap, HashSet};
use std::num::NonZeroUsize;

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};

use catalog::{CatalogError, PlacedRow, SidecarRow, Writing};
use model::asset::Asset;
use model::content_hash::ContentHash;
use model::library_path::LibraryPath;
use monitor::Monitor;

use super::ImportError;
use super::derived_asset::{DerivedAsset, asset_of};
use super::linked::At;
use super::sidecars::{MANY, Records, Sidecars};
use super::sorted_texts::SortedTexts;

/// An asset whose sidecar is to be written.
pub(crate) struct Change<'a> {
    /// The asset.
    pub derived: &'a DerivedAsset,
    /// Where its original lies.
    pub path: &'a LibraryPath,
    /// Digest of all its sidecar shows.
    pub digest: [u8; 32],
}

/// What was written and noted.
#[derive(Default)]
pub(crate) struct Noted {
    /// Path and hash of each sidecar written.
    pub sidecars: Vec<(String, ContentHash)>,
    /// Old assets that have other facts or another place now. An archive that only repeats what is known adds its
    /// records to a sidecar, and changes nothing a person would call the asset.
    pub changed: u64,
}

/// Assets handed over at a time.
const CHUNK: usize = 256;

/// Jobs after which the sidecars written so far are sent to the disk while further ones are made: else the sync at the end
/// waits for all of them at once.
const SENT_TOGETHER: usize = 16;

/// Some assets and the records their sidecars show.
struct Job {
    number: usize,
    records: Vec<Records>,
}

/// The assets of a job, their sidecars written.
struct Done {
    number: usize,
    written: Vec<Result<Written, ImportError>>,
}

/// An asset whose sidecar is written.
struct Written {
    asset: Asset,
    json: String,
    row: SidecarRow,
}

/// Writes the sidecars of changed assets and notes them.
///
/// `known` tells whether the catalog has an older row of an asset.
///
/// # Errors
/// Fails if the disk or the catalog does.
pub(crate) fn write_and_note(
    writing: &Writing<'_>,
    changes: &[Change<'_>],
    sidecars: &Sidecars<'_>,
    known: &dyn Fn(&ContentHash) -> bool,
    threads: NonZeroUsize,
    monitor: &dyn Monitor,
) -> Result<Noted, ImportError> {
    let chunks: Vec<&[Change<'_>]> = changes.chunks(CHUNK).collect();
    std::thread::scope(|scope| {
        // Enough in flight that no thread waits for the next; few enough that their records are little memory.
        let ahead = threads.get() + 1;
        let (give, jobs) = bounded::<Job>(ahead);
        let (hand_back, done) = unbounded::<Done>();
        for _ in 0..threads.get().min(chunks.len()) {
            let (jobs, hand_back, chunks) = (jobs.clone(), hand_back.clone(), &chunks);
            scope.spawn(move || write_jobs(&jobs, &hand_back, chunks, sidecars));
        }
        drop(hand_back);
        let (send, to_send) = bounded::<()>(1);
        let writer = sidecars.library.writer();
        let sent = scope.spawn(move || to_send.iter().try_for_each(|()| writer.sync_all()));
        let mut noting = Noting {
            writing,
            sidecars,
            known,
            monitor,
            chunks: &chunks,
            early: BTreeMap::new(),
            send,
            next: 0,
            noted: Noted::default(),
        };
        for (number, chunk) in chunks.iter().enumerate() {
            let records = records(writing, chunk, sidecars)?;
            if give.send(Job { number, records }).is_err() {
                break;
            }
            while number + 1 - noting.next >= ahead {
                noting.take(&done)?;
            }
        }
        drop(give);
        while noting.next < chunks.len() {
            noting.take(&done)?;
        }
        let Noting { noted, send, .. } = noting;
        drop(send);
        // A system tells of a failed write once only: what it told this thread must end the run.
        match sent.join() {
            Ok(sent) => sent.map_err(ImportError::Write)?,
            Err(panic) => std::panic::resume_unwind(panic),
        }
        Ok(noted)
    })
}

fn records(
    writing: &Writing<'_>,
    chunk: &[Change<'_>],
    sidecars: &Sidecars<'_>,
) -> Result<Vec<Records>, ImportError> {
    let id = |(p, r): &At| sidecars.providers[*p as usize].record_ids[*r as usize];
    let of = |change: &Change<'_>| {
        let records = change.derived.records.iter();
        if records.len() < MANY {
            return Ok(Records::Few(writing.record_texts(records.map(id))?));
        }
        let told = records.map(|at| {
            let mut told = None;
            for text in writing.record_texts([id(at)].into_iter())? {
                told = sidecars.told(*at, text)?;
            }
            Ok(told)
        });
        SortedTexts::of(told.filter_map(Result::transpose)).map(Records::Many)
    };
    chunk.iter().map(of).collect()
}

fn write_jobs(
    jobs: &Receiver<Job>,
    hand_back: &Sender<Done>,
    chunks: &[&[Change<'_>]],
    sidecars: &Sidecars<'_>,
) {
    for Job { number, records } in jobs {
        let written = chunks[number]
            .iter()
            .zip(records)
            .map(|(change, records)| {
                let json = change.derived.json()?;
                let asset = asset_of(&json);
                let row = sidecars.write(change.derived, &asset, change.path, records)?;
                Ok(Written { asset, json, row })
            })
            .collect();
        if hand_back.send(Done { number, written }).is_err() {
            return;
        }
    }
}

/// The side that keeps the catalog.
struct Noting<'a> {
    writing: &'a Writing<'a>,
    sidecars: &'a Sidecars<'a>,
    known: &'a dyn Fn(&ContentHash) -> bool,
    monitor: &'a dyn Monitor,
    chunks: &'a [&'a [Change<'a>]],
    /// Jobs that were done before an earlier one: rows are entered in order.
    early: BTreeMap<usize, Done>,
    /// Asks for what was written so far to be sent to the disk.
    send: Sender<()>,
    next: usize,
    noted: Noted,
}

impl Noting<'_> {
    /// Takes one job back and notes all that are next in turn.
    fn take(&mut self, done: &Receiver<Done>) -> Result<(), ImportError> {
        // The workers are gone only if one of them panicked, and then the scope does, too.
        if let Ok(done) = done.recv() {
            self.early.insert(done.number, done);
        } else {
            self.next = self.chunks.len();
        }
        while let Some(done) = self.early.remove(&self.next) {
            self.note(done)?;
            self.next += 1;
            if self.next.is_multiple_of(SENT_TOGETHER) {
                // If it is still busy, there is nothing to ask for. If it is gone, its error ends the run.
                let _ = self.send.try_send(());
            }
        }
        Ok(())
    }

    /// Texts to search come last: each statement between two of them would make the index write what it has gathered.
    fn note(&mut self, done: Done) -> Result<(), ImportError> {
        let chunk = self.chunks[done.number];
        let mut texts = Vec::with_capacity(chunk.len());
        for (change, written) in chunk.iter().zip(done.written) {
            let Written { asset, json, row } = written?;
            let albums = self.sidecars.albums(&asset);
            let path = change.path.as_str();
            if (self.known)(&asset.content_hash) {
                let same = self
                    .writing
                    .is_noted((asset.content_hash, &json), path, &albums)?;
                self.noted.changed += u64::from(!same);
                self.writing.remove_asset(asset.content_hash)?;
            }
            let id = self
                .writing
                .add_asset(&asset, &json, path, change.digest, &albums)?;
            self.writing.put_sidecar(&row)?;
            texts.push((id, asset));
            self.noted.sidecars.push((row.path, row.sha256));
        }
        for (id, asset) in &texts {
            self.writing.add_asset_text(*id, asset)?;
        }
        self.monitor.advance(chunk.len() as u64);
        Ok(())
    }
}

/// Notes where files lie, those rows that changed.
///
/// # Errors
/// Fails if the catalog does.
pub(crate) fn note_placed(
    writing: &Writing<'_>,
    believed: &[PlacedRow],
    rows: &[PlacedRow],
) -> Result<(), CatalogError> {
    let kept: HashSet<&PlacedRow> = rows.iter().collect();
    for row in believed.iter().filter(|row| !kept.contains(row)) {
        writing.remove_placed(&row.path)?;
    }
    let known: HashSet<&PlacedRow> = believed.iter().collect();
    for row in rows.iter().filter(|row| !known.contains(row)) {
        writing.put_placed(row)?;
    }
    Ok(())
}
