//! Reads units in parallel, as long as time allows.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use model::library_path::LibraryPath;
use monitor::{Monitor, Unit as Counted};

use super::check::{Checked, Context, Depth};
use super::finding::VerifyReport;
use super::known::Unit;
use super::read::HashingReader;
use super::{Extent, VerifyOptions};

/// A path with what is said about it.
pub(crate) type Named<'a> = (&'a LibraryPath, &'a Unit);

/// One reading of all units.
pub(crate) struct Reading<'a, 'b> {
    /// What all checks have in common.
    pub context: &'a Context<'a>,
    /// How much to read.
    pub options: &'a VerifyOptions,
    /// Units in the order of reading.
    pub order: &'a [Named<'a>],
    /// Index of the next unit.
    pub next: AtomicUsize,
    /// The user wants the run to stop.
    pub stopped: AtomicBool,
    /// The time is up.
    pub time_up: AtomicBool,
    /// When to stop reading.
    pub deadline: Option<Timestamp>,
    /// Tells the time.
    pub clock: &'a (dyn Fn() -> Timestamp + Sync),
    /// Hears of progress.
    pub monitor: &'a dyn Monitor,
    /// Takes what is found.
    pub report: Mutex<&'b mut VerifyReport>,
    /// Index of the first unit that should have been read and was not.
    pub first_unread: AtomicUsize,
}

impl Reading<'_, '_> {
    /// Reads them all, or as many as time allows.
    pub(crate) fn run(&self, threads: usize) {
        let size = |(path, unit): &Named<'_>| match self.depth(path, unit) {
            Depth::Read => unit.found.as_ref().map_or(0, |found| found.size_bytes),
            _ => 0,
        };
        let total: u64 = self.order.iter().map(size).sum();
        self.monitor.step("verifying", Some(total), Counted::Bytes);
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| self.work());
            }
        });
    }

    fn work(&self) {
        let mut reader = HashingReader::new();
        loop {
            let index = self.next.fetch_add(1, Ordering::Relaxed);
            let Some((path, unit)) = self.order.get(index) else {
                return;
            };
            let wanted = self.depth(path, unit);
            // When the time is up all that is left is looked at, so that a file that is gone is told today.
            let depth = match self.may_read() {
                true => wanted,
                false => Depth::Look,
            };
            let mut each = |bytes| {
                self.monitor.advance(bytes);
                !self.monitor.stopped()
            };
            let checked = self
                .context
                .check(path, unit, depth, &mut reader, &mut each);
            if checked.stopped || depth != wanted {
                self.first_unread.fetch_min(index, Ordering::Relaxed);
            }
            self.add(unit, checked);
        }
    }

    fn depth(&self, path: &LibraryPath, unit: &Unit) -> Depth {
        match self.options.extent {
            Extent::All => Depth::Read,
            Extent::Quick => Depth::Times,
            Extent::Sample { share, seed } if is_chosen(path, unit, share, seed) => Depth::Read,
            Extent::Sample { .. } => Depth::Times,
        }
    }

    fn may_read(&self) -> bool {
        if self.monitor.stopped() {
            self.stopped.store(true, Ordering::Relaxed);
        }
        if self
            .deadline
            .is_some_and(|deadline| (self.clock)() >= deadline)
        {
            self.time_up.store(true, Ordering::Relaxed);
        }
        !self.stopped.load(Ordering::Relaxed) && !self.time_up.load(Ordering::Relaxed)
    }

    fn add(&self, unit: &Unit, checked: Checked) {
        // A worker that died while it held the report left numbers that are still true.
        let mut report = self
            .report
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let is_ours =
            unit.listed.is_some() || unit.placed.is_some() || unit.sidecar_found.is_some();
        report.files += u64::from(is_ours && unit.found.is_some());
        report.files_read += u64::from(checked.read);
        report.bytes_read += checked.bytes;
        report.sidecars += u64::from(unit.sidecar_found.is_some());
        report.findings.extend(checked.findings);
        self.monitor.items_done(1);
    }
}

/// Chooses by hash, so that the same share of the same library is always the same files, spread evenly.
pub(crate) fn is_chosen(path: &LibraryPath, unit: &Unit, share: f64, seed: u64) -> bool {
    let mut hasher = Sha256::new();
    hasher.update(seed.to_le_bytes());
    match unit
        .listed
        .or(unit.placed.as_ref().map(|row| row.content_hash))
    {
        Some(hash) => hasher.update(hash.0),
        None => hasher.update(path.as_str()),
    }
    let digest: [u8; 32] = hasher.finalize().into();
    let drawn = u32::from_le_bytes([digest[0], digest[1], digest[2], digest[3]]);
    f64::from(drawn) / f64::from(u32::MAX) < share
}
