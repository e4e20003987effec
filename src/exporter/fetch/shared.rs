//! What all parts of one run share: the room they need, their names, and whether they go on.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::error::FetchError;
use super::tools::Kit;
use super::{FetchConditions, FetchOptions};
use disk::space::free_bytes;

/// What all parts of one run share.
pub(super) struct Shared<'a> {
    pub(super) options: &'a FetchOptions,
    pub(super) conditions: &'a FetchConditions<'a>,
    naming: Mutex<()>,
    /// Bytes each running part still has to write.
    left: Mutex<BTreeMap<usize, u64>>,
    ended: AtomicBool,
}

impl<'a> Shared<'a> {
    /// Begins a run.
    pub(super) fn new(options: &'a FetchOptions, conditions: &'a FetchConditions<'a>) -> Self {
        Self {
            options,
            conditions,
            naming: Mutex::new(()),
            left: Mutex::default(),
            ended: AtomicBool::new(false),
        }
    }

    /// Works on several things at once; returns what came of each, in their order.
    pub(super) fn on_threads<T: Sync, R: Send>(
        &self,
        things: &[T],
        work: &(dyn Fn(usize, &T, &Kit) -> R + Sync),
    ) -> Vec<R> {
        let next = AtomicUsize::new(0);
        let results: Mutex<BTreeMap<usize, R>> = Mutex::default();
        std::thread::scope(|scope| {
            for _ in 0..self.options.at_once.clamp(1, things.len().max(1)) {
                scope.spawn(|| {
                    let kit = Kit::new();
                    loop {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        let Some(thing) = things.get(number) else {
                            return;
                        };
                        let result = work(number, thing, &kit);
                        let mut results = results.lock().unwrap_or_else(PoisonError::into_inner);
                        results.insert(number, result);
                        self.conditions.monitor.items_done(1);
                    }
                });
            }
        });
        let results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
        results.into_values().collect()
    }

    /// Returns what lets one part at a time choose its name.
    pub(super) fn naming(&self) -> MutexGuard<'_, ()> {
        self.naming.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn left(&self) -> MutexGuard<'_, BTreeMap<usize, u64>> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns whether nothing more shall be fetched.
    pub(super) fn is_stopped(&self) -> bool {
        self.ended.load(Ordering::Relaxed) || self.conditions.monitor.stopped()
    }

    /// Ends the run: every other part would fail in the same way.
    pub(super) fn end(&self) {
        self.ended.store(true, Ordering::Relaxed);
    }

    /// Says how much a part still needs, before its first byte is written. The other parts count, too.
    pub(super) fn reserve(&self, number: usize, needed: u64) -> Result<(), FetchError> {
        let mut left = self.left();
        self.conditions.monitor.grow(needed);
        left.remove(&number);
        let others: u64 = left.values().sum();
        let folder = &self.options.folder;
        if let Some(free) = free_bytes(folder).map(|free| free.saturating_sub(others))
            && free < needed
        {
            return Err(FetchError::NoSpace {
                folder: folder.clone(),
                needed,
                free,
            });
        }
        left.insert(number, needed);
        Ok(())
    }

    /// Counts bytes that were written.
    pub(super) fn arrived(&self, number: usize, count: u64) {
        if let Some(left) = self.left().get_mut(&number) {
            *left = left.saturating_sub(count);
        }
        self.conditions.monitor.advance(count);
    }

    /// Forgets what a part still needed.
    pub(super) fn release(&self, number: usize) {
        self.left().remove(&number);
    }
}
