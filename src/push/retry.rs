//! Tries again what may pass, as the policy says.

use std::time::Duration;

use super::error::DestinationError;
use net::policy::Passing;
pub(crate) use net::policy::Policy;

impl Passing for DestinationError {
    fn may_pass(&self) -> bool {
        self.is_passing()
    }

    fn asks_to_wait(&self) -> Option<Duration> {
        self.wait()
    }
}

/// Does `work` until it succeeds, fails for good, or was tried often enough.
///
/// # Errors
/// Fails as the last try did, and with [`DestinationError::Stopped`] if `pause` says so.
pub(crate) fn trying<T>(
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
