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

/// Tries while a host that was there is away, because it starts anew: the waits between them add up to 50 to 100 seconds.
const TRIES_WHILE_AWAY: u32 = 11;

/// Does `work` until it succeeds, fails for good, or was tried often enough.
///
/// # Errors
/// Fails as the last try did, and with [`DestinationError::Stopped`] if `pause` says so.
pub(crate) fn trying<T>(
    policy: &Policy,
    what: &str,
    pause: &dyn Fn(Duration) -> bool,
    work: impl FnMut() -> Result<T, DestinationError>,
) -> Result<T, DestinationError> {
    trying_as(|_| *policy, what, pause, work)
}

/// Does as [`trying`] in the middle of a push: a host that cannot be reached was there a moment before, and is waited for.
///
/// # Errors
/// Fails as [`trying`] does.
pub(crate) fn trying_on<T>(
    policy: &Policy,
    what: &str,
    pause: &dyn Fn(Duration) -> bool,
    work: impl FnMut() -> Result<T, DestinationError>,
) -> Result<T, DestinationError> {
    let patient = Policy {
        tries: policy.tries.max(TRIES_WHILE_AWAY),
        ..*policy
    };
    let policy_of = |error: &DestinationError| match error {
        DestinationError::Unreachable { .. } => patient,
        _ => *policy,
    };
    trying_as(policy_of, what, pause, work)
}

fn trying_as<T>(
    policy_of: impl Fn(&DestinationError) -> Policy,
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
        let Some(wait) = policy_of(&error).wait(&error, tried, what) else {
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
    fn a_host_that_went_away_is_waited_for_about_a_minute() {
        let waited = Cell::new(Duration::ZERO);
        let pause = |wait: Duration| {
            waited.set(waited.get() + wait);
            true
        };
        let away = || -> Result<(), _> {
            Err(DestinationError::Unreachable {
                host: "h".into(),
                why: "refused".into(),
                proxy: None,
            })
        };
        assert!(trying_on(&Policy::default(), "a", &pause, away).is_err());
        let all = waited.take();
        assert!((49..100).contains(&all.as_secs()), "{all:?}");
        assert!(trying(&Policy::default(), "a", &pause, away).is_err());
        assert!(waited.get().as_secs() < 20);
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
