//! Seams for tests: a run stops at any step, or steps of one kind fail.

use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::safe_writer::{Seam, Step, StepKind};

/// Lets `steps` steps happen and fails every later one: a run killed at that instant.
#[derive(Debug)]
pub struct StopAfter {
    left: AtomicUsize,
    seen: Arc<AtomicUsize>,
}

impl StopAfter {
    /// Returns the seam, and the number of steps it was asked for so far.
    pub fn steps(steps: usize) -> (Arc<Self>, Arc<AtomicUsize>) {
        let seen = Arc::new(AtomicUsize::new(0));
        (
            Arc::new(Self {
                left: AtomicUsize::new(steps),
                seen: Arc::clone(&seen),
            }),
            seen,
        )
    }
}

impl Seam for StopAfter {
    fn before(&self, _: Step<'_>) -> io::Result<()> {
        self.seen.fetch_add(1, Ordering::Relaxed);
        let left = self
            .left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| n.checked_sub(1));
        left.map(|_| ()).map_err(|_| io::Error::other("stopped"))
    }
}

/// Fails every step of one kind.
#[derive(Debug)]
pub struct Fail(pub StepKind, pub ErrorKind);

impl Seam for Fail {
    fn before(&self, step: Step<'_>) -> io::Result<()> {
        if step.kind == self.0 {
            Err(self.1.into())
        } else {
            Ok(())
        }
    }
}
