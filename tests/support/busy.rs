//! Counts what a stand-in for a server has in hand, so that a test need not guess how long that takes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// How many requests are being answered.
#[derive(Debug, Clone, Default)]
pub struct Busy(Arc<AtomicUsize>);

/// One request; it is over when this is dropped.
#[derive(Debug)]
pub struct Turn(Arc<AtomicUsize>);

impl Busy {
    /// Takes one request in hand.
    pub fn begin(&self) -> Turn {
        self.0.fetch_add(1, Ordering::SeqCst);
        Turn(self.0.clone())
    }

    /// Returns when nothing is in hand any more.
    pub fn wait_until_idle(&self) {
        let begun = Instant::now();
        while self.0.load(Ordering::SeqCst) > 0 {
            assert!(
                begun.elapsed() < Duration::from_secs(60),
                "a request has no end"
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}
