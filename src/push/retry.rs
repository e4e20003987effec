//! Tries again what may pass: the host's own wish first, then longer and longer waits, scattered so that many clients do
//! not come back at the same moment.

use std::time::Duration;

use sha2::{Digest, Sha256};

use super::error::DestinationError;

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
    pub fn wait(&self, error: &DestinationError, tried: u32, what: &str) -> Option<Duration> {
        if !error.is_passing() || tried >= self.tries {
            return None;
        }
        if let Some(asked) = error.wait() {
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

/// Does `work` until it succeeds, fails for good, or was tried often enough.
///
/// # Errors
/// Fails as the last try did, and with [`DestinationError::Stopped`] if `pause` says so.
pub fn trying<T>(
    policy: &Policy,
    what: &str,
    pause: &dyn Fn(Duration) -> bool,
    mut work: impl FnMut() -> Result<T, DestinationError>,
) -> Result<T, DestinationError> {
    let mut tried = 0;
    loop {
        let error = match work() {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        tried += 1;
        let Some(wait) = policy.wait(&error, tried, what) else {
            return Err(error);
        };
        if !pause(wait) {
            return Err(DestinationError::Stopped);
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use std::cell::{Cell, RefCell};

    fn busy(after: Option<u64>) -> DestinationError {
        DestinationError::Busy {
            status: "503".into(),
            after: after.map(Duration::from_secs),
        }
    }

    #[test]
    fn waits_grow_are_scattered_and_have_an_end() {
        let policy = Policy::default();
        let waits: Vec<Duration> = (1..policy.tries)
            .map(|tried| policy.wait(&busy(None), tried, "a").unwrap())
            .collect();
        for (index, wait) in waits.iter().enumerate() {
            let whole = policy.first * (1 << index);
            assert!(*wait >= whole / 2 && *wait <= whole, "{waits:?}");
        }
        assert_eq!(policy.wait(&busy(None), policy.tries, "a"), None);
        let others: std::collections::BTreeSet<Duration> = (0..20)
            .map(|n| policy.wait(&busy(None), 1, &n.to_string()).unwrap())
            .collect();
        assert!(others.len() > 10);
    }

    #[test]
    fn the_host_says_how_long_unless_it_asks_too_much() {
        let policy = Policy::default();
        assert_eq!(
            policy.wait(&busy(Some(7)), 1, "a"),
            Some(Duration::from_secs(7))
        );
        assert_eq!(policy.wait(&busy(Some(7_000)), 1, "a"), None);
    }

    #[test]
    fn what_cannot_pass_is_not_tried_again() {
        let tries = Cell::new(0);
        let waits = RefCell::new(Vec::new());
        let pause = |wait| {
            waits.borrow_mut().push(wait);
            true
        };
        let refused = trying(&Policy::default(), "a", &pause, || {
            tries.set(tries.get() + 1);
            Err::<(), _>(DestinationError::Gone { path: "a".into() })
        });
        assert!(refused.is_err());
        assert_eq!((tries.get(), waits.borrow().len()), (1, 0));
        let in_the_end = trying(&Policy::default(), "a", &pause, || {
            tries.set(tries.get() + 1);
            (tries.get() > 3).then_some(()).ok_or(busy(None))
        });
        assert!(in_the_end.is_ok());
        assert_eq!(waits.borrow().len(), 2);
        let stopped = trying(&Policy::default(), "a", &|_| false, || {
            Err::<(), _>(busy(None))
        });
        assert!(matches!(stopped, Err(DestinationError::Stopped)));
    }
}
