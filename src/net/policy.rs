//! When to try again: the host's own wish first, then longer and longer waits, scattered so that many clients do not come
//! back at the same moment.

use std::time::Duration;

use sha2::{Digest, Sha256};

/// An error that says whether another try may help.
pub trait Passing {
    /// Returns whether another try may help.
    fn may_pass(&self) -> bool;
    /// Returns how long the host asks to wait.
    fn asks_to_wait(&self) -> Option<Duration>;
}

/// How often and how long to try.
#[derive(Debug, Clone, Copy)]
pub struct Policy {
    /// Tries in all.
    pub tries: u32,
    /// Wait before the second try; doubled for each further one.
    pub first: Duration,
    /// Longest wait of our own.
    pub longest: Duration,
    /// Longest wait a host may ask for.
    pub patience: Duration,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            tries: 7,
            first: Duration::from_millis(300),
            longest: Duration::from_secs(20),
            patience: Duration::from_secs(300),
        }
    }
}

impl Policy {
    /// Returns how long to wait after try number `tried` (from 1) failed; `None`: do not try again.
    pub fn wait(&self, error: &impl Passing, tried: u32, what: &str) -> Option<Duration> {
        if !error.may_pass() || tried >= self.tries {
            return None;
        }
        if let Some(asked) = error.asks_to_wait() {
            return (asked <= self.patience).then_some(asked);
        }
        let whole = self
            .first
            .saturating_mul(1 << (tried - 1).min(16))
            .min(self.longest);
        Some(whole.mul_f64(0.5 + 0.5 * scatter(what, tried)))
    }
}

/// Returns a number from 0 to 1 that differs from file to file and from try to try.
fn scatter(what: &str, tried: u32) -> f64 {
    let mut hasher = Sha256::new();
    hasher.update(what.as_bytes());
    hasher.update(tried.to_le_bytes());
    let digest: [u8; 32] = hasher.finalize().into();
    f64::from(digest[0]) / 255.0
}
